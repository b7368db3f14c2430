import type { Language } from './words/words.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

export type Format = ReturnType<typeof formatFor>;

/**
 * Times, spans and numbers as the person's country writes the language (12:28 or 0:28), in the browser's zone unless another is
 * given. `wanted`: the browser's languages.
 */
export function formatFor(language: Language, wanted: readonly string[] = [], timeZone?: string) {
  const locale = wanted.find((tag) => tag.toLowerCase().split('-')[0] === language) ?? language;
  const at = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, { ...options, ...(timeZone ? { timeZone } : {}) });
  const [clock, clockToSecond, clockToMs] = [
    at({ hour: 'numeric', minute: '2-digit' }),
    at({ hour: 'numeric', minute: '2-digit', second: '2-digit' }),
    at({ hour: 'numeric', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3 }),
  ];
  const [dayNear, dayFar, dayAndClock] = [
    at({ weekday: 'long', day: 'numeric', month: 'long' }),
    at({ dateStyle: 'long' }),
    at({ dateStyle: 'medium', timeStyle: 'medium' }),
  ];
  const key = at({ year: 'numeric', month: '2-digit', day: '2-digit' });
  const ago = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const numbers = new Intl.NumberFormat(locale);
  const count = (unit: string, value: number, unitDisplay: 'short' | 'long', fraction = 0) =>
    new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay, maximumFractionDigits: fraction }).format(value);

  return {
    language,
    number: (value: number) => numbers.format(value),
    clock: (iso: string) => clock.format(new Date(iso)),
    clockToSecond: (iso: string) => clockToSecond.format(new Date(iso)),
    clockToMs: (iso: string) => clockToMs.format(new Date(iso)),
    moment: (iso: string) => dayAndClock.format(new Date(iso)),
    /** Two instants are of one day when this is equal. */
    dayKey: (iso: string) => key.format(new Date(iso)),
    day: (iso: string, nowMs: number) => (nowMs - Date.parse(iso) < 300 * day ? dayNear : dayFar).format(new Date(iso)),
    ago(iso: string, nowMs: number) {
      const pastMs = Math.max(0, nowMs - Date.parse(iso));
      if (pastMs < hour) return ago.format(-Math.round(pastMs / minute), 'minute');
      if (pastMs < day) return ago.format(-Math.round(pastMs / hour), 'hour');
      return ago.format(-Math.round(pastMs / day), 'day');
    },
    /** `m:ss`, from an hour on `h:mm:ss`: how phones show it. */
    duration(seconds: number) {
      const whole = Math.max(0, Math.round(seconds));
      const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, String(whole % 60).padStart(2, '0')];
      return h > 0 ? `${h}:${String(m).padStart(2, '0')}:${s}` : `${m}:${s}`;
    },
    /** The same for ears: “2 minutes 31 seconds”. */
    spoken(seconds: number) {
      const whole = Math.max(0, Math.round(seconds));
      const parts = [
        ['hour', Math.floor(whole / 3600)],
        ['minute', Math.floor(whole / 60) % 60],
        ['second', whole % 60],
      ] as const;
      const said = parts.filter(([, value]) => value > 0).map(([unit, value]) => count(unit, value, 'long'));
      return said.join(' ') || count('second', 0, 'long');
    },
    /** One figure is enough: “84 ms”, “3.2 sec”, “5 min”. */
    span(ms: number) {
      const size = Math.abs(ms);
      if (size < second) return count('millisecond', Math.round(size), 'short');
      if (size < minute) return count('second', size / second, 'short', size < 10 * second ? 1 : 0);
      if (size < 2 * hour) return count('minute', Math.round(size / minute), 'short');
      if (size < 2 * day) return count('hour', Math.round(size / hour), 'short');
      return count('day', Math.round(size / day), 'short');
    },
  };
}
