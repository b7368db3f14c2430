// Date literals are ranges of days in the running user's time zone; weeks begin as in his locale [D SOQL reference, date formats and date
// literals].

export type Range = { readonly firstDay: string; readonly dayAfter: string; readonly startMs: number; readonly endMs: number };
/** What a day is to whoever asks. */
export type Calendar = {
  readonly nowMs: number;
  readonly zone: string;
  /** 1 is Monday, 7 is Sunday. */
  readonly weekStart: number;
  /** 1 to 12: where the fiscal year begins. */
  readonly fiscalStart: number;
};

const dayMs = 86_400_000;
/**
 * "The earliest valid date is 1700-01-01T00:00:00Z, the latest 4000-12-31T00:00:00Z" [D SOQL reference]; a literal beyond ends there
 * (guessed).
 */
const [earliest, latest] = [Date.UTC(1700, 0, 1), Date.UTC(4000, 11, 31)];
const dayText = (utcMs: number): string => new Date(Math.min(latest, Math.max(earliest, utcMs))).toISOString().slice(0, 10);

export const wallClockOf = (zone: string): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });

/** What a clock there shows, as if it stood in Greenwich. */
export function wallTime(ms: number, clock: Intl.DateTimeFormat): number {
  const parts = new Map(clock.formatToParts(ms).map((part) => [part.type, Number(part.value)]));
  const part = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? 0;
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
}

/** When this day begins there. Asked twice, since the offset before and after a clock change differ. */
function midnight(day: string, clock: Intl.DateTimeFormat): number {
  const wanted = Date.parse(day);
  let at = wanted;
  for (let round = 0; round < 2; round += 1) at += wanted - wallTime(at, clock);
  return at;
}

/** The first day of the unit that lies `by` units after the one with today in it. */
function startOf(unit: string, by: number, today: number, { weekStart, fiscalStart }: Calendar): number {
  const date = new Date(today);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  // Months since the fiscal year began: its quarters are counted from there.
  const fiscalMonth = (month - (fiscalStart - 1) + 12) % 12;
  switch (unit) {
    case 'WEEK':
      return today - ((date.getUTCDay() - (weekStart % 7) + 7) % 7) * dayMs + by * 7 * dayMs;
    case 'MONTH':
      return Date.UTC(year, month + by, 1);
    case 'QUARTER':
      return Date.UTC(year, Math.floor(month / 3) * 3 + by * 3, 1);
    case 'YEAR':
      return Date.UTC(year + by, 0, 1);
    case 'FISCAL_QUARTER':
      return Date.UTC(year, month - (fiscalMonth % 3) + by * 3, 1);
    case 'FISCAL_YEAR':
      return Date.UTC(year, month - fiscalMonth + by * 12, 1);
    default:
      return today + by * dayMs;
  }
}

export function dayRange(name: string, n: number | undefined, calendar: Calendar): Range {
  const clock = wallClockOf(calendar.zone);
  const today = Date.parse(dayText(wallTime(calendar.nowMs, clock)));
  const units = (unit: string, from: number, to: number): Range => {
    const day = (by: number) => {
      const at = startOf(unit, by, today, calendar);
      return dayText(Number.isNaN(at) ? by * latest : at);
    };
    const [firstDay, dayAfter] = [day(from), day(to)];
    return { firstDay, dayAfter, startMs: midnight(firstDay, clock), endMs: midnight(dayAfter, clock) };
  };
  const days = (from: number, to: number) => units('DAY', from, to);
  const count = n ?? 0;
  switch (name) {
    case 'TODAY':
      return days(0, 1);
    case 'YESTERDAY':
      return days(-1, 0);
    case 'TOMORROW':
      return days(1, 2);
    case 'LAST_90_DAYS':
      return days(-90, 1); // "includes 91 days, not just 90" [D]
    case 'NEXT_90_DAYS':
      return days(1, 91);
    case 'LAST_N_DAYS':
      return days(-count, 1); // "the range includes today", which that of no other unit does [D]
    case 'NEXT_N_DAYS':
      return days(1, count + 1);
    default: {
      const [, which = '', plain = '', ago = ''] = /^(?:(LAST|THIS|NEXT)_(?:N_)?(\w+?)S?|N_(\w+?)S_AGO)$/.exec(name) ?? [];
      const unit = plain || ago;
      if (ago) return units(unit, -count, -count + 1);
      const width = n ?? 1;
      if (which === 'LAST') return units(unit, -width, 0);
      return which === 'NEXT' ? units(unit, 1, width + 1) : units(unit, 0, 1);
    }
  }
}
