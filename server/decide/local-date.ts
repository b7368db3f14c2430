/** Below it the two clocks count as one: networks are that uneven (C6). */
const clocksAgreeWithinMs = 2000;
/** An instant of the phone system by our clock. `clockOffsetMs`: ours minus theirs. */
export const correctedMs = (atMs: number, clockOffsetMs: number): number =>
  atMs + (Math.abs(clockOffsetMs) >= clocksAgreeWithinMs ? clockOffsetMs : 0);

/** The day it is at this instant in this zone, as YYYY-MM-DD (DP-64). The zone must be known, see `isZone`. */
export function localDate(atMs: number, zone: string): string {
  const { year, month, day } = shownAt(atMs, zone);
  return `${year.padStart(4, '0')}-${month}-${day}`;
}

/**
 * What a clock on the wall of this zone shows at this instant, as the milliseconds at which a clock in UTC would show the same. The zone must
 * be known, see `isZone`.
 */
export function wallClock(atMs: number, zone: string): number {
  const wholeMs = Math.floor(atMs / 1000) * 1000;
  const { year, month, day, hour, minute, second } = shownAt(wholeMs, zone);
  const shownMs = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  return shownMs + (atMs - wholeMs);
}

/** The same with the time of day, as YYYY-MM-DD HH:MM:SS: one form in every language, so that no title changes with the library's tables. */
export function localTime(atMs: number, zone: string): string {
  const { hour, minute, second } = shownAt(atMs, zone);
  return `${localDate(atMs, zone)} ${hour}:${minute}:${second}`;
}

type Shown = Readonly<Record<'year' | 'month' | 'day' | 'hour' | 'minute' | 'second', string>>;
const shownAt = (atMs: number, zone: string): Shown =>
  Object.fromEntries(
    formatOf(zone)
      .formatToParts(atMs)
      .map(({ type, value }) => [type, value]),
  ) as Shown;

/** Is this an IANA zone this machine knows? An org may have zones that are newer than our tables. */
export function isZone(zone: string): boolean {
  if (!/^[A-Za-z]/.test(zone)) return false; // Intl also takes "+09:00", which knows no summer time
  try {
    return formatOf(zone) instanceof Intl.DateTimeFormat;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

// Making a format costs more than deciding a call; there are a few hundred zones, and one that isn't known is never kept.
const formats = new Map<string, Intl.DateTimeFormat>();
function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
    });
    if (formats.size < 2_000) formats.set(zone, format);
  }
  return format;
}
