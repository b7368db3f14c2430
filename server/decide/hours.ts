import { wallClock } from './local-date.ts';

export const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
export type Weekday = (typeof weekdays)[number];
/**
 * When somebody is there. A span is written as `09:00-17:00`, or `22:00-06:00+1` if it ends the next day, and belongs to the day it begins
 * on. It counts what the clock on the wall shows: an hour that is skipped counts for nothing, one that is shown twice counts twice.
 */
export type Calendar = {
  /** IANA. Left out: the line's own zone, as the phone system told it. */
  readonly zone?: string;
  /** A day that is left out is closed. */
  readonly week: Readonly<Partial<Record<Weekday, readonly string[]>>>;
  /** Closed: on one day (`2026-12-24`), or on that day of each year (`12-25`). */
  readonly holidays: readonly { readonly date: string; readonly name: string }[];
  /** Days with spans of their own, whatever day of the week or holiday it is. */
  readonly exceptions: readonly { readonly date: string; readonly open: readonly string[]; readonly name?: string }[];
};

/** AC-09: calls, and messages, are logged only in business hours, or also when it is closed. */
export const callHours = ['always', 'in hours'] as const;
type CallHours = (typeof callHours)[number];

export type HoursRules = {
  /** By names of the admin's own. */
  readonly calendars: Readonly<Record<string, Calendar>>;
  /** Whose hours hold, unless the line has its own. Left out: always open. */
  readonly calendar?: string;
  readonly calls: CallHours;
  readonly messages: CallHours;
};
/** What is different for a line. */
export type LineHours = Partial<Pick<HoursRules, 'calendar' | 'calls' | 'messages'>>;

/** Of one day; minutes from its midnight, beyond 1440 the next day's. */
export type Span = { readonly text: string; readonly fromMinute: number; readonly toMinute: number };
type Day = { readonly spans: readonly Span[]; /** Why it isn't like others of its weekday. */ readonly because?: string };

/** What a calendar says of an instant, and where it says so. */
type Look = {
  readonly open: boolean;
  readonly weekday: Weekday;
  /** As the wall shows it: `2026-03-02`, `18:12`. */
  readonly date: string;
  readonly time: string;
  /** The spans that hold, or why there is none, in words. */
  readonly because: string;
};

const minuteMs = 60_000;
const dayMs = 86_400_000;
/** Further on nothing is looked for: what is due in over a year is due to nobody. */
const farthestMs = 366 * dayMs;

/** Is it open at this instant, by the clock of this zone? The zone must be known. */
export function lookAt(calendar: Calendar, atMs: number, zone: string): Look {
  const wallMs = wallClock(atMs, zone);
  const number = Math.floor(wallMs / dayMs);
  const minute = (wallMs - number * dayMs) / minuteMs;
  const [day, before] = [dayOf(calendar, number), dayOf(calendar, number - 1)];
  const late = before.spans.find(({ toMinute }) => minute < toMinute - 1440);
  const now = day.spans.find((span) => span.fromMinute <= minute && minute < span.toMinute);
  const spans = day.spans.map(({ text }) => text).join(', ');
  const since = weekdayOf(number - 1);
  return {
    open: late !== undefined || now !== undefined,
    weekday: weekdayOf(number),
    date: dateOf(number),
    time: new Date(wallMs).toISOString().slice(11, 16),
    because:
      late && !now
        ? `open ${late.text} since ${capital(since)}${before.because === undefined ? '' : `, ${before.because}`}`
        : `${spans === '' ? 'closed that day' : `open ${spans}`}${day.because === undefined ? '' : `, ${day.because}`}`,
  };
}

/**
 * The instant at which it has been open for so many milliseconds since `fromMs`, by the clock of this zone; with none to wait for, the next
 * instant it is open. Undefined: not within a year.
 */
export function afterOpenTime(calendar: Calendar, fromMs: number, openMs: number, zone: string): number | undefined {
  let atMs = fromMs;
  let leftMs = openMs;
  while (atMs < fromMs + farthestMs) {
    const wallMs = wallClock(atMs, zone);
    const { open, untilMs } = stretchAt(calendar, wallMs);
    const nextMs = sameOffsetUntil(atMs, atMs + untilMs - wallMs, zone);
    if (open && leftMs <= nextMs - atMs) return atMs + leftMs;
    if (open) leftMs -= nextMs - atMs;
    atMs = nextMs;
  }
  return undefined;
}

/** Until when, as the wall shows it, nothing opens or closes; midnight at the latest. */
function stretchAt(calendar: Calendar, wallMs: number): { open: boolean; untilMs: number } {
  const number = Math.floor(wallMs / dayMs);
  const edges = [number - 1, number].flatMap((one) =>
    dayOf(calendar, one).spans.map(({ fromMinute, toMinute }) => [one * dayMs + fromMinute * minuteMs, one * dayMs + toMinute * minuteMs]),
  );
  return {
    open: edges.some(([from, to]) => from! <= wallMs && wallMs < to!),
    untilMs: Math.min((number + 1) * dayMs, ...edges.flat().filter((edge) => edge > wallMs)),
  };
}

/** When the clock is put forward or back between two instants of about a day: at that instant; else at the later one. */
function sameOffsetUntil(fromMs: number, toMs: number, zone: string): number {
  const offsetAt = (atMs: number) => wallClock(atMs, zone) - atMs;
  const offset = offsetAt(fromMs);
  if (offsetAt(toMs) === offset) return toMs;
  let [same, other] = [fromMs, toMs];
  while (other - same > 1) {
    const middle = Math.floor((same + other) / 2);
    if (offsetAt(middle) === offset) same = middle;
    else other = middle;
  }
  return other;
}

/** Exception before holiday before the day of the week. Days are counted from 1970-01-01. */
function dayOf(calendar: Calendar, number: number): Day {
  const date = dateOf(number);
  const { exceptions, holidays } = calendar;
  const exception = exceptions.find((one) => one.date === date);
  if (exception) return { spans: exception.open.flatMap((text) => readSpan(text) ?? []), because: exception.name ?? 'an exception' };
  const holiday = holidays.find((one) => one.date === date) ?? holidays.find((one) => one.date === date.slice(5));
  if (holiday) return { spans: [], because: holiday.name };
  return { spans: (calendar.week[weekdayOf(number)] ?? []).flatMap((text) => readSpan(text) ?? []) };
}

const dateOf = (number: number): string => new Date(number * dayMs).toISOString().slice(0, 10);
/** 1970-01-01 was a Thursday. */
const weekdayOf = (number: number): Weekday => weekdays[(((number + 3) % 7) + 7) % 7]!;
export const capital = (day: string): string => day.slice(0, 1).toUpperCase() + day.slice(1);

/** Undefined where it doesn't look like a span; whether its times exist and follow each other is for its reader to say. */
export function readSpan(text: string): Span | undefined {
  const found = /^(\d\d):(\d\d)-(\d\d):(\d\d)(\+1)?$/.exec(text);
  if (!found) return undefined;
  const [fromHour, fromMinute, toHour, toMinute] = found.slice(1, 5).map(Number) as [number, number, number, number];
  return { text, fromMinute: fromHour * 60 + fromMinute, toMinute: toHour * 60 + toMinute + (found[5] === undefined ? 0 : 1440) };
}
