import { describe, expect, test } from 'vitest';
import { defaultPolicy, parsePolicy, PolicyMistakes } from './policy.ts';

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

describe('every mistake is named, with its place', () => {
  const monday = (...spans: unknown[]) => inCalendar({ week: { monday: spans } });
  test.each([
    ['25:00-26:00', 'There is no time 25:00 in "25:00-26:00"; a day ends at 24:00.'],
    ['09:60-17:00', 'There is no time 09:60 in "09:60-17:00"; a day ends at 24:00.'],
    ['24:00-06:00+1', 'There is no time 24:00 in "24:00-06:00+1"; a day ends at 24:00.'],
    ['22:00-24:00+1', 'There is no time 24:00 in "22:00-24:00+1"; a day ends at 24:00.'],
    ['22:00-24:01', 'There is no time 24:01 in "22:00-24:01"; a day ends at 24:00.'],
    ['17:00-09:00', '"17:00-09:00" ends before it begins. If it ends the next day, write "17:00-09:00+1".'],
    ['09:00-09:00', '"09:00-09:00" is no time at all. The whole day is "00:00-24:00".'],
    ['09:00-10:00+1', '"09:00-10:00+1" is longer than a day.'],
    ['9-17', 'Give a span such as "09:00-17:00", or "22:00-06:00+1" until the next day, not "9-17".'],
    [9, 'Give a span such as "09:00-17:00", or "22:00-06:00+1" until the next day, not 9.'],
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
  ])('a holiday on %s', (date, message) =>
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
    const calendars = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`c${index}`, { week }]));
    expect(mistakesIn({ hours: { calendars } })).toEqual(['hours.calendars: Give at most 50 calendars, not 51.']);
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
