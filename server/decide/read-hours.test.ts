import { describe, expect, test } from 'vitest';
import { defaultPolicy, parsePolicy, PolicyMistakes } from './policy.ts';
import { hoursIn, readZone } from './read-hours.ts';
import { SettingsReader } from './settings.ts';

const mistakesIn = (document: object) => {
  try {
    parsePolicy({ language: 'en', ...document });
  } catch (error) {
    if (error instanceof PolicyMistakes) return error.mistakes.map(({ path, message }) => `${path}: ${message}`);
    throw error;
  }
  return [];
};
const week = { monday: ['09:00-12:00', '13:00-17:00'], friday: ['22:00-06:00+1'] };
const inCalendar = (calendar: unknown) =>
  mistakesIn({ hours: { calendars: { office: calendar } } }).map((mistake) => mistake.replace('hours.calendars.office', '…'));

describe('AC-09: the hours of a policy', () => {
  test('are always open unless somebody says otherwise', () => {
    expect(defaultPolicy('en').hours).toEqual({ calendars: {}, calls: 'always', messages: 'always' });
    expect(parsePolicy({ language: 'en' }).followUp.count).toBe('clock');
  });
  test('are kept as they are written, what is left out aside', () => {
    const office = {
      zone: 'Europe/Warsaw',
      week,
      holidays: [
        { date: '2026-04-06', name: 'Easter Monday' },
        { date: '02-29', name: 'Leap day' },
      ],
      exceptions: [{ date: '2026-12-24', open: ['09:00-12:00'] }],
    };
    const policy = parsePolicy({
      language: 'en',
      hours: { calendar: 'office', calendars: { office, bare: { week } } },
      lines: { support: { hours: { calendar: 'bare', calls: 'in hours' } } },
      followUp: { count: 'business hours', calendar: 'office' },
    });
    expect(policy.hours).toEqual({
      calls: 'always',
      messages: 'always',
      calendar: 'office',
      calendars: { office, bare: { week, holidays: [], exceptions: [] } },
    });
    expect(policy.lines).toEqual({ support: { hours: { calendar: 'bare', calls: 'in hours' } } });
    expect(parsePolicy(JSON.parse(JSON.stringify(policy)))).toEqual(policy);
  });
});

test('an editor is told what hours are made of', () => {
  const reader = new SettingsReader();
  const { org, line } = hoursIn(reader);
  const name = reader.line(64).schema;
  const short = reader.line(80).schema;
  const spans = { type: 'array', items: { type: 'string' } };
  const days = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
  const object = (properties: object, more: object = {}) => ({ type: 'object', properties, additionalProperties: false, ...more });
  const switches = { calls: { enum: ['always', 'in hours'] }, messages: { enum: ['always', 'in hours'] } };
  const calendar = object({
    zone: { type: 'string' },
    week: object(Object.fromEntries(days.map((day) => [day, spans]))),
    holidays: { type: 'array', items: object({ date: { type: 'string' }, name: short }, { required: ['date', 'name'] }) },
    exceptions: { type: 'array', items: object({ date: { type: 'string' }, open: spans, name: short }, { required: ['date', 'open'] }) },
  });
  const calendars = { type: 'object', additionalProperties: calendar, propertyNames: { pattern: name?.pattern, maxLength: 200 } };
  expect([org.schema, line.schema]).toEqual([object({ calendars, calendar: name, ...switches }), object({ calendar: name, ...switches })]);
  expect(readZone(reader).schema).toEqual({ type: 'string' });
});

describe('every mistake is named, with its place', () => {
  const monday = (...spans: unknown[]) => inCalendar({ week: { monday: spans } });
  test.each([
    ['25:00-26:00', 'There is no time 25:00 in "25:00-26:00"; a day ends at 24:00.'],
    ['09:60-17:00', 'There is no time 09:60 in "09:60-17:00"; a day ends at 24:00.'],
    ['24:00-06:00+1', 'There is no time 24:00 in "24:00-06:00+1"; a day ends at 24:00.'],
    ['22:00-24:00+1', 'There is no time 24:00 in "22:00-24:00+1"; a day ends at 24:00.'],
    ['24:00-24:00', 'There is no time 24:00 in "24:00-24:00"; a day ends at 24:00.'],
    ['22:00-24:01', 'There is no time 24:01 in "22:00-24:01"; a day ends at 24:00.'],
    ['17:00-09:00', '"17:00-09:00" ends before it begins. If it ends the next day, write "17:00-09:00+1".'],
    ['09:00-09:00', '"09:00-09:00" is no time at all. The whole day is "00:00-24:00".'],
    ['09:00-10:00+1', '"09:00-10:00+1" is longer than a day.'],
    ['9-17', 'Give a span such as "09:00-17:00", or "22:00-06:00+1" until the next day, not "9-17".'],
    [9, 'Give a span such as "09:00-17:00", or "22:00-06:00+1" until the next day, not 9.'],
    [['09:00-17:00'], 'Give a span such as "09:00-17:00", or "22:00-06:00+1" until the next day, not a list.'],
  ])('a span %j', (span, message) => expect(monday(span)).toEqual([`….week.monday[0]: ${message}`]));
  test.each(['00:00-24:00', '09:00-09:00+1', '22:00-00:00+1', '23:59-24:00'])('a span %s is right', (span) =>
    expect(monday(span)).toEqual([]),
  );
  test('spans that overlap, however they are sorted; those that touch do not', () => {
    expect(monday('13:00-17:00', '09:00-13:01')).toEqual(['….week.monday: "09:00-13:01" and "13:00-17:00" overlap.']);
    expect(monday('13:00-17:00', '09:00-13:00')).toEqual([]);
  });
  test('a night that runs into the next day’s spans, also from Sunday to Monday', () => {
    expect(inCalendar({ week: { sunday: ['22:00-06:00+1'], monday: ['05:00-09:00'] } })).toEqual([
      '….week.monday: It overlaps "22:00-06:00+1" of Sunday.',
    ]);
    expect(inCalendar({ week: { sunday: ['22:00-06:00+1'], monday: ['06:00-09:00'] } })).toEqual([]);
  });
  test.each([
    ['2026-02-31', 'There is no day 2026-02-31.'],
    ['02-30', 'There is no day 02-30.'],
    ['2027-02-29', 'There is no day 2027-02-29.'],
    ['13-01', 'There is no day 13-01.'],
    ['24.12.', 'Give a date such as "2026-12-24", or "12-25" for that day of each year, not "24.12.".'],
    ['2026-12-24T10', 'Give a date such as "2026-12-24", or "12-25" for that day of each year, not "2026-12-24T10".'],
    ['12026-12-24', 'Give a date such as "2026-12-24", or "12-25" for that day of each year, not "12026-12-24".'],
    ['12-25 9', 'Give a date such as "2026-12-24", or "12-25" for that day of each year, not "12-25 9".'],
    ['6-12-25', 'Give a date such as "2026-12-24", or "12-25" for that day of each year, not "6-12-25".'],
    [['12-25'], 'Give a date such as "2026-12-24", or "12-25" for that day of each year, not a list.'],
  ])('a holiday on %j', (date, message) =>
    expect(inCalendar({ week, holidays: [{ date, name: 'x' }] })).toEqual([`….holidays[0].date: ${message}`]),
  );
  test('an exception has a year', () =>
    expect(inCalendar({ week, exceptions: [{ date: '12-24', open: [] }] })).toEqual([
      '….exceptions[0].date: Give a date such as "2026-12-24", not "12-24".',
    ]));
  test('a date that stands there twice, in full or as a day of each year', () => {
    const twice = (...dates: string[]) => inCalendar({ week, holidays: dates.map((date) => ({ date, name: 'x' })) });
    expect(twice('2026-12-25', '2026-12-25')).toEqual(['….holidays: 2026-12-25 stands there twice.']);
    expect(twice('12-25', '2026-12-25')).toEqual(['….holidays: 2026-12-25 stands there twice: once for that year, once for each.']);
    expect(twice('2026-12-25', '12-25')).toEqual(['….holidays: 12-25 stands there twice: once for that year, once for each.']);
    expect(twice('2026-12-25', '2027-12-25')).toEqual([]);
  });
  test('what is lacking', () =>
    expect(inCalendar({ week, holidays: [{ date: '12-25' }], exceptions: [{ open: [] }] })).toEqual([
      '….holidays[0]: It needs name.',
      '….exceptions[0]: It needs date.',
    ]));
  test('days with spans of their own may be all there is, and some days may be closed', () => {
    expect(inCalendar({ exceptions: [{ date: '2026-12-24', open: ['09:00-12:00'] }] })).toEqual([]);
    expect(inCalendar({ week: { monday: ['09:00-12:00'], tuesday: [] } })).toEqual([]);
  });
  test('a zone that is not said, an exception that is none, a week that is a list, a calendar that is a name', () => {
    expect(inCalendar({ week, zone: undefined })).toEqual(['….zone: Give an IANA time zone such as "Europe/Warsaw", not nothing.']);
    expect(inCalendar({ week: [], exceptions: {} })).toEqual([
      '….week: Give an object with the spans of each day of the week, not a list.',
      '….exceptions: Give a list of exceptions, not an object.',
    ]);
    expect(inCalendar('office')).toEqual(['…: Give an object, not "office".']);
    expect(mistakesIn({ hours: { calendars: 'office' } })).toEqual([
      'hours.calendars: Give an object with a calendar for each name, not "office".',
    ]);
  });
  test('a calendar whose name is too long to be named elsewhere', () => {
    const [name, longer] = ['n'.repeat(64), 'n'.repeat(65)];
    expect(mistakesIn({ hours: { calendars: { [name]: { week }, [longer]: { week } } } })).toEqual([
      `hours.calendars.${longer}: Give at most 64 characters, not 65.`,
    ]);
  });
  test('a zone, a day, and what is no list', () =>
    expect(inCalendar({ zone: '+09:00', week: { funday: [], monday: '09:00-17:00' }, holidays: {} })).toEqual([
      '….zone: Give an IANA time zone such as "Europe/Warsaw", not "+09:00".',
      '….week.funday: There is no such day. There are monday, tuesday, wednesday, thursday, friday, saturday, sunday.',
      '….week.monday: Give a list of spans such as ["09:00-17:00"], not "09:00-17:00".',
      '….holidays: Give a list of holidays, not an object.',
    ]));
  test('a calendar that never opens, once though it is used', () =>
    expect(mistakesIn({ hours: { calendar: 'office', calendars: { office: { week: { monday: [] } } } } })).toEqual([
      'hours.calendars.office: It is never open. Give week or exceptions a span.',
    ]));
  test('too much of it: a policy is kept with each call', () => {
    expect(inCalendar({ week, holidays: Array.from({ length: 401 }, () => ({})) })).toEqual([
      '….holidays: Give at most 400 holidays, not 401.',
    ]);
    const calendars = (length: number) => Object.fromEntries(Array.from({ length }, (_, index) => [`c${index}`, { week }]));
    expect([50, 51].map((length) => mistakesIn({ hours: { calendars: calendars(length) } }))).toEqual([
      [],
      ['hours.calendars: Give at most 50 calendars, not 51.'],
    ]);
    const spans = (length: number) =>
      Array.from({ length }, (_, index) => `${10 + Math.floor(index / 2)}:${index % 2}0-${10 + Math.floor(index / 2)}:${index % 2}5`);
    expect([monday(...spans(20)), monday(...spans(21))]).toEqual([[], ['….week.monday: Give at most 20 spans, not 21.']]);
  });

  test('a calendar that is named and not there', () =>
    expect(
      mistakesIn({
        hours: { calendar: 'ofice', calendars: { office: { week } } },
        followUp: { calendar: 'toString' },
        lines: { support: { hours: { calendar: 'night' } } },
      }),
    ).toEqual([
      'hours.calendar: There is no calendar "ofice" in hours.calendars: there is office.',
      'followUp.calendar: There is no calendar "toString" in hours.calendars: there is office.',
      'lines.support.hours.calendar: There is no calendar "night" in hours.calendars: there is office.',
    ]));
  test('every level names a calendar there is', () => {
    const named = { hours: { calendar: 'night' }, followUp: { calendar: 'noon' } };
    expect(mistakesIn({ queues: { q: named } })).toEqual([
      'queues.q.followUp.calendar: There is no calendar "noon" in hours.calendars.',
      'queues.q.hours.calendar: There is no calendar "night" in hours.calendars.',
    ]);
    expect(mistakesIn({ hours: { calendars: { day: { week }, night: { week } } }, teams: { t: named } })).toEqual([
      'teams.t.followUp.calendar: There is no calendar "noon" in hours.calendars: there is day, night.',
    ]);
  });
  test('hours of a level are by its own calendar, the company’s, or one of another level', () => {
    const calendars = { office: { week } };
    const asked = { hours: { calls: 'in hours' } };
    const lacks = (...paths: string[]) =>
      paths.map((path) => `${path}: Without a calendar it is always open: name one in calendar, here or in hours.`);
    expect(mistakesIn({ hours: { calendars }, queues: { q: { hours: { messages: 'in hours' } } } })).toEqual(
      lacks('queues.q.hours.messages'),
    );
    expect(mistakesIn({ hours: { calendars, calendar: 'office' }, queues: { q: asked } })).toEqual([]);
    expect(mistakesIn({ hours: { calendars }, queues: { q: { hours: { calls: 'in hours', calendar: 'office' } } } })).toEqual([]);
    const own = { hours: { calendar: 'office' } };
    expect(mistakesIn({ hours: { calendars }, lines: { a: own }, queues: { q: asked } })).toEqual([]);
    expect(mistakesIn({ hours: { calendars }, lines: { a: { hours: { calls: 'always' } } }, queues: { q: asked } })).toEqual(
      lacks('queues.q.hours.calls'),
    );
    expect(mistakesIn({ hours: { calendars }, queues: { p: own, q: asked } })).toEqual(lacks('queues.q.hours.calls'));
  });
  test('hours of the company are by its calendar; of follow-ups also by one of their own', () => {
    const calendars = { office: { week } };
    const count = 'business hours';
    expect(mistakesIn({ hours: { calendars, calendar: 'office', calls: 'in hours', messages: 'in hours' }, followUp: { count } })).toEqual(
      [],
    );
    expect(mistakesIn({ hours: { calendars }, followUp: { count, calendar: 'office' } })).toEqual([]);
    expect(
      mistakesIn({ hours: { calendars, messages: 'in hours' }, lines: { a: { hours: { calls: 'always' } } }, followUp: { count } }),
    ).toEqual([
      'hours.messages: Without a calendar it is always open: name one in hours.calendar, or for a line.',
      'followUp.count: Business hours are counted by a calendar: name one in followUp.calendar or hours.calendar.',
    ]);
  });
  test('hours that are asked for where nobody says which', () => {
    expect(mistakesIn({ hours: { calls: 'in hours' }, followUp: { count: 'business hours' } })).toEqual([
      'hours.calls: Without a calendar it is always open: name one in hours.calendar, or for a line.',
      'followUp.count: Business hours are counted by a calendar: name one in followUp.calendar or hours.calendar.',
    ]);
    expect(mistakesIn({ lines: { support: { hours: { calls: 'in hours' } } } })).toEqual([
      'lines.support.hours.calls: Without a calendar it is always open: name one in calendar, here or in hours.',
    ]);
    const lines = { support: { hours: { calendar: 'office' } } };
    expect(
      mistakesIn({ hours: { calls: 'in hours', calendars: { office: { week } } }, followUp: { count: 'business hours' }, lines }),
    ).toEqual([]);
  });
});
