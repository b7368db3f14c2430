// TODAY and its kin are days of the running user's time zone [D SOQL reference, date formats and date literals].

export type Range = { readonly firstDay: string; readonly dayAfter: string; readonly startMs: number; readonly endMs: number };

const dayMs = 86_400_000;
const dayText = (utcMs: number): string => new Date(utcMs).toISOString().slice(0, 10);

function wallTime(ms: number, zone: string): number {
  const parts = new Map(
    new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    })
      .formatToParts(ms)
      .map((part) => [part.type, Number(part.value)]),
  );
  const part = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? 0;
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
}

/** When this day begins there. Asked twice, since the offset before and after a clock change differ. */
function midnight(day: string, zone: string): number {
  const wanted = Date.parse(day);
  let at = wanted;
  for (let round = 0; round < 2; round += 1) at += wanted - wallTime(at, zone);
  return at;
}

export function dayRange(name: string, n: number | undefined, nowMs: number, zone: string): Range {
  const today = Date.parse(dayText(wallTime(nowMs, zone)));
  const days = (from: number, to: number) => span(today + from * dayMs, today + to * dayMs);
  const span = (first: number, after: number): Range => {
    const [firstDay, dayAfter] = [dayText(first), dayText(after)];
    return { firstDay, dayAfter, startMs: midnight(firstDay, zone), endMs: midnight(dayAfter, zone) };
  };
  const date = new Date(today);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  const count = n ?? 0;
  switch (name) {
    case 'YESTERDAY':
      return days(-1, 0);
    case 'TOMORROW':
      return days(1, 2);
    case 'LAST_N_DAYS':
      return days(-count, 1); // "the current day and the last n days" [D]
    case 'NEXT_N_DAYS':
      return days(1, count + 1);
    case 'N_DAYS_AGO':
      return days(-count, -count + 1);
    case 'THIS_MONTH':
      return span(Date.UTC(year, month, 1), Date.UTC(year, month + 1, 1));
    case 'LAST_MONTH':
      return span(Date.UTC(year, month - 1, 1), Date.UTC(year, month, 1));
    case 'THIS_YEAR':
      return span(Date.UTC(year, 0, 1), Date.UTC(year + 1, 0, 1));
    case 'LAST_YEAR':
      return span(Date.UTC(year - 1, 0, 1), Date.UTC(year, 0, 1));
    default:
      return days(0, 1);
  }
}
