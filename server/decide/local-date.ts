/** Below it the two clocks count as one: networks are that uneven (C6). */
const clocksAgreeWithinMs = 2000;
/** An instant of the phone system by our clock. `clockOffsetMs`: ours minus theirs. */
export const correctedMs = (atMs: number, clockOffsetMs: number): number =>
  atMs + (Math.abs(clockOffsetMs) >= clocksAgreeWithinMs ? clockOffsetMs : 0);

/** The day it is at this instant in this zone, as YYYY-MM-DD (DP-64). The zone must be known, see `isZone`. */
export function localDate(atMs: number, zone: string): string {
  const parts = formatOf(zone).formatToParts(new Date(atMs));
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((one) => one.type === type)?.value ?? '';
  return `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`;
}

/**
 * What a clock on the wall of this zone shows at this instant, as the milliseconds at which a clock in UTC would show the same. The zone must
 * be known, see `isZone`.
 */
export function wallClock(atMs: number, zone: string): number {
  const wholeMs = Math.floor(atMs / 1000) * 1000;
  const shown: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
  for (const { type, value } of formatOf(zone).formatToParts(wholeMs)) shown[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = shown;
  return Date.UTC(year, month - 1, day, hour, minute, second) + (atMs - wholeMs);
}

/** The same with the time of day, as YYYY-MM-DD HH:MM:SS: one form in every language, so that no title changes with the library's tables. */
export function localTime(atMs: number, zone: string): string {
  const parts = formatOf(zone).formatToParts(new Date(atMs));
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((one) => one.type === type)?.value ?? '';
  return `${localDate(atMs, zone)} ${part('hour')}:${part('minute')}:${part('second')}`;
}

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
