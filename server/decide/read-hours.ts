import {
  type Calendar,
  callHours,
  capital,
  type HoursRules,
  type LineHours,
  readSpan,
  type Span,
  type Weekday,
  weekdays,
} from './hours.ts';
import { isZone } from './local-date.ts';
import type { Policy } from './policy.ts';
import { layersGiven } from './read-layers.ts';
import { described, type ReadValue, say, type SettingsReader } from './settings.ts';

/** A policy is kept with each call it decided (D1): it must not become a book of its own. */
const most = { calendars: 50, dates: 400, spans: 20 };

export const readZone = (reader: SettingsReader): ReadValue<string> =>
  described({ type: 'string' }, (path, value) =>
    typeof value === 'string' && isZone(value)
      ? value
      : reader.wrong(path, `Give an IANA time zone such as "Europe/Warsaw", not ${say(value)}.`),
  );

/** What a policy says of hours: `hours`, and under a line what is different there. */
export function hoursIn(reader: SettingsReader): { readonly org: ReadValue<Partial<HoursRules>>; readonly line: ReadValue<LineHours> } {
  const calendar = reader.line(64);
  const calls = reader.oneOf(callHours);
  const read = calendarIn(reader);
  const calendars = reader.map(
    'an object with a calendar for each name',
    (path, name, value) => (reader.line(64)(path, name) === undefined ? undefined : read(path, value)),
    { values: read.schema },
  );
  return {
    org: reader.object<HoursRules>({
      calendars: described(calendars.schema ?? {}, (path, value) => {
        const given = calendars(path, value);
        const count = Object.keys(given ?? {}).length;
        return count > most.calendars ? reader.wrong(path, `Give at most ${most.calendars} calendars, not ${count}.`) : given;
      }),
      calendar,
      calls,
      messages: calls,
    }),
    line: reader.object<LineHours>({ calendar, calls, messages: calls }),
  };
}

/** What only the whole document shows: calendars that are named and not there, and hours asked of nobody's calendar. */
export function checkHours(reader: SettingsReader, policy: Partial<Policy>): void {
  const { hours, followUp } = policy;
  const { calendars = {}, calendar } = hours ?? {};
  const switches = ['calls', 'messages'] as const;
  const names = Object.keys(calendars);
  const check = (path: string, name: string | undefined) => {
    if (name === undefined || Object.hasOwn(calendars, name)) return;
    reader.clash(
      path,
      `There is no calendar ${say(name)} in hours.calendars${names.length === 0 ? '' : `: there is ${names.join(', ')}`}.`,
    );
  };
  check('hours.calendar', calendar);
  check('followUp.calendar', followUp?.calendar);
  const layers = layersGiven(policy);
  const own = layers.flatMap(({ level, at, rules }) => (rules.hours ? [{ level, at, hours: rules.hours }] : []));
  for (const { at, rules } of layers) check(`${at}.followUp.calendar`, rules.followUp?.calendar);
  for (const { level, at, hours: given } of own) {
    check(`${at}.hours.calendar`, given.calendar);
    // what holds for a queue, team or agent may have its calendar from a line
    const fromAbove = calendar !== undefined || own.some((one) => one.level !== level && one.hours.calendar !== undefined);
    for (const one of switches.filter((each) => given[each] === 'in hours' && given.calendar === undefined && !fromAbove))
      reader.clash(`${at}.hours.${one}`, 'Without a calendar it is always open: name one in calendar, here or in hours.');
  }
  for (const one of switches.filter((each) => hours?.[each] === 'in hours'))
    if (calendar === undefined && !own.some(({ hours: given }) => given.calendar !== undefined))
      reader.clash(`hours.${one}`, 'Without a calendar it is always open: name one in hours.calendar, or for a line.');
  if (followUp?.count === 'business hours' && followUp.calendar === undefined && calendar === undefined)
    if (!own.some(({ hours: given }) => given.calendar !== undefined))
      reader.clash('followUp.count', 'Business hours are counted by a calendar: name one in followUp.calendar or hours.calendar.');
}

function calendarIn(reader: SettingsReader): ReadValue<Calendar> {
  const spans = spansIn(reader);
  const week = reader.object<Record<Weekday, readonly string[]>>(
    Object.fromEntries(weekdays.map((day) => [day, spans])) as Record<Weekday, ReadValue<readonly string[]>>,
    'an object with the spans of each day of the week',
    'There is no such day.',
  );
  const holiday = reader.object<Calendar['holidays'][number]>({ date: dateIn(reader, true), name: reader.line(80) });
  const exception = reader.object<Calendar['exceptions'][number]>({ date: dateIn(reader, false), open: spans, name: reader.line(80) });
  const once = <T extends { readonly date: string }>(read: ReadValue<readonly T[]>): ReadValue<readonly T[]> =>
    described(read.schema ?? {}, (path, value) => {
      const given = read(path, value);
      return given && datedOnce(reader, path, given);
    });
  const calendar = reader.object<Calendar>({
    zone: readZone(reader),
    week: described(week.schema ?? {}, (path, value) => {
      const given = week(path, value);
      if (given) checkNights(reader, path, given);
      return given;
    }),
    holidays: once(reader.each('holidays', holiday, { needed: ['date', 'name'], atMost: most.dates })),
    exceptions: once(reader.each('exceptions', exception, { needed: ['date', 'open'], atMost: most.dates })),
  });
  return described(calendar.schema ?? {}, (path, value) => {
    const mistakes = reader.mistakes.length;
    const given = calendar(path, value);
    if (!given) return undefined;
    const whole: Calendar = { week: {}, holidays: [], exceptions: [], ...given };
    const opens = [...Object.values(whole.week), ...whole.exceptions.map(({ open }) => open)].some((one) => one.length > 0);
    if (!opens && reader.mistakes.length === mistakes) reader.wrong(path, 'It is never open. Give week or exceptions a span.');
    return whole;
  });
}

function datedOnce<T extends { readonly date: string }>(reader: SettingsReader, path: string, given: readonly T[]): readonly T[] {
  const seen = new Set<string>();
  for (const { date } of given) {
    if (seen.has(date)) reader.wrong(path, `${date} stands there twice.`);
    else if (seen.has(date.slice(5)) || [...seen].some((one) => one.slice(5) === date))
      reader.wrong(path, `${date} stands there twice: once for that year, once for each.`);
    seen.add(date);
  }
  return given;
}

function dateIn(reader: SettingsReader, yearly: boolean): ReadValue<string> {
  return described({ type: 'string' }, (path, value) => {
    const looksRight = typeof value === 'string' && (/^[12]\d{3}-\d\d-\d\d$/.test(value) || (yearly && /^\d\d-\d\d$/.test(value)));
    if (!looksRight)
      return reader.wrong(
        path,
        `Give a date such as "2026-12-24"${yearly ? ', or "12-25" for that day of each year' : ''}, not ${say(value)}.`,
      );
    // 2000 has a 29 February
    const date = new Date(`${value.length === 5 ? `2000-${value}` : value}T00:00:00Z`);
    return !Number.isNaN(date.getTime()) && date.toISOString().slice(0, 10).endsWith(value)
      ? value
      : reader.wrong(path, `There is no day ${value}.`);
  });
}

function spansIn(reader: SettingsReader): ReadValue<readonly string[]> {
  return described({ type: 'array', items: { type: 'string' } }, (path, value) => {
    if (!Array.isArray(value)) return reader.wrong(path, `Give a list of spans such as ["09:00-17:00"], not ${say(value)}.`);
    if (value.length > most.spans) return reader.wrong(path, `Give at most ${most.spans} spans, not ${value.length}.`);
    const spans = value.flatMap((one: unknown, index) => readSpanAt(reader, `${path}[${index}]`, one) ?? []);
    for (const [first, second] of neighbours(spans))
      if (second.fromMinute < first.toMinute) reader.wrong(path, `"${first.text}" and "${second.text}" overlap.`);
    return spans.map(({ text }) => text);
  });
}

function readSpanAt(reader: SettingsReader, path: string, value: unknown): Span | undefined {
  const span = typeof value === 'string' ? readSpan(value) : undefined;
  if (!span) return reader.wrong(path, `Give a span such as "09:00-17:00", or "22:00-06:00+1" until the next day, not ${say(value)}.`);
  const { text, fromMinute, toMinute } = span;
  const nextDay = text.endsWith('+1');
  const times = text.slice(0, 11).split('-');
  const impossible = times.find((time, index) => {
    const [hour, minute] = time.split(':').map(Number) as [number, number];
    return minute > 59 || hour > 24 || (hour === 24 && (index === 0 || minute > 0 || nextDay));
  });
  if (impossible !== undefined) return reader.wrong(path, `There is no time ${impossible} in "${text}"; a day ends at 24:00.`);
  if (!nextDay && toMinute === fromMinute) return reader.wrong(path, `"${text}" is no time at all. The whole day is "00:00-24:00".`);
  if (!nextDay && toMinute < fromMinute)
    return reader.wrong(path, `"${text}" ends before it begins. If it ends the next day, write "${text}+1".`);
  return toMinute - fromMinute > 1440 ? reader.wrong(path, `"${text}" is longer than a day.`) : span;
}

/** What begins one evening must be over when the next day opens. */
function checkNights(reader: SettingsReader, path: string, week: Partial<Record<Weekday, readonly string[]>>): void {
  const spansOf = (day: Weekday) => (week[day] ?? []).flatMap((text) => readSpan(text) ?? []);
  for (const [index, day] of weekdays.entries()) {
    const next = weekdays[(index + 1) % 7]!;
    const late = spansOf(day).find((span) => spansOf(next).some(({ fromMinute }) => fromMinute < span.toMinute - 1440));
    if (late) reader.wrong(`${path}.${next}`, `It overlaps "${late.text}" of ${capital(day)}.`);
  }
}

const neighbours = (spans: readonly Span[]): (readonly [Span, Span])[] => {
  const sorted = spans.toSorted((a, b) => a.fromMinute - b.fromMinute);
  return sorted.slice(1).map((span, index) => [sorted[index]!, span] as const);
};
