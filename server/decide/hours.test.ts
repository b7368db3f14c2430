import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { afterOpenTime, type Calendar, capital, lookAt, readSpan, weekdays } from './hours.ts';

const minute = 60_000;
const hour = 3_600_000;
const day = 24 * hour;
const workdays = Object.fromEntries(weekdays.slice(0, 5).map((name) => [name, ['09:00-17:00']]));
const office: Calendar = { week: workdays, holidays: [], exceptions: [] };
const at = (iso: string) => Date.parse(iso);
const isOpen = (calendar: Calendar, iso: string, zone = 'UTC') => lookAt(calendar, at(iso), zone).open;
const after = (calendar: Calendar, iso: string, hours: number, zone = 'UTC') => {
  const found = afterOpenTime(calendar, at(iso), hours * hour, zone);
  return found === undefined ? undefined : new Date(found).toISOString().replace(':00.000Z', 'Z');
};

describe('AC-09: is it open?', () => {
  test('from the first moment of a span to the last before its end, and not at weekends', () =>
    expect(
      ['2026-03-02T08:59:59.999Z', '2026-03-02T09:00:00Z', '2026-03-02T16:59:59.999Z', '2026-03-02T17:00:00Z', '2026-03-07T12:00:00Z'].map(
        (iso) => isOpen(office, iso),
      ),
    ).toEqual([false, true, true, false, false]));
  test('by the clock of the zone, summer and winter', () => {
    expect(isOpen(office, '2026-03-27T08:00:00Z', 'Europe/Warsaw')).toBe(true);
    expect(isOpen(office, '2026-03-30T07:00:00Z', 'Europe/Warsaw')).toBe(true);
    expect(isOpen(office, '2026-03-27T07:00:00Z', 'Europe/Warsaw')).toBe(false);
    expect(isOpen(office, '2026-03-02T03:15:00Z', 'Asia/Kathmandu')).toBe(true); // UTC+5:45
    expect(isOpen(office, '2026-03-02T03:14:00Z', 'Asia/Kathmandu')).toBe(false);
  });
  test('a span over midnight belongs to the day it begins on, which a holiday on the next does not end', () => {
    const night: Calendar = {
      week: { monday: ['22:00-06:00+1'], tuesday: ['22:00-06:00+1'] },
      holidays: [{ date: '2026-03-03', name: 'Holiday' }],
      exceptions: [],
    };
    expect(
      ['2026-03-02T05:00Z', '2026-03-02T22:00Z', '2026-03-03T05:59Z', '2026-03-03T06:00Z', '2026-03-03T23:00Z', '2026-03-04T05:00Z'].map(
        (iso) => isOpen(night, iso),
      ),
    ).toEqual([false, true, true, false, false, false]);
    expect(lookAt(night, at('2026-03-03T05:00Z'), 'UTC').because).toBe('open 22:00-06:00+1 since Monday');
  });
  test('an exception that opens while the night before still lasts is open by its own spans', () => {
    const early: Calendar = { ...office, week: { monday: ['22:00-06:00+1'] }, exceptions: [{ date: '2026-03-03', open: ['05:00-09:00'] }] };
    const said = (iso: string) => lookAt(early, at(iso), 'UTC').because;
    expect([said('2026-03-03T04:00Z'), said('2026-03-03T05:00Z')]).toEqual([
      'open 22:00-06:00+1 since Monday',
      'open 05:00-09:00, an exception',
    ]);
  });
  test('from Sunday to Monday as well', () =>
    expect(isOpen({ ...office, week: { sunday: ['22:00-06:00+1'] } }, '2026-03-02T05:00Z')).toBe(true));
  test('a whole day is open to its last moment', () =>
    expect(
      ['2026-03-02T00:00Z', '2026-03-02T23:59:59.999Z', '2026-03-03T00:00Z'].map((iso) =>
        isOpen({ ...office, week: { monday: ['00:00-24:00'] } }, iso),
      ),
    ).toEqual([true, true, false]));
  test('exception before holiday before the day of the week', () => {
    const calendar: Calendar = {
      ...office,
      holidays: [
        { date: '12-24', name: 'Christmas Eve' },
        { date: '2026-12-28', name: 'Bridge day' },
      ],
      exceptions: [
        { date: '2026-12-24', open: ['09:00-12:00'], name: 'half a day' },
        { date: '2026-12-26', open: ['10:00-11:00'] },
      ],
    };
    const said = (iso: string) => {
      const { open, because } = lookAt(calendar, at(iso), 'UTC');
      return [open, because];
    };
    expect(said('2026-12-24T10:00Z')).toEqual([true, 'open 09:00-12:00, half a day']);
    expect(said('2026-12-24T13:00Z')).toEqual([false, 'open 09:00-12:00, half a day']);
    expect(said('2027-12-24T10:00Z')).toEqual([false, 'closed that day, Christmas Eve']);
    expect(said('2026-12-28T10:00Z')).toEqual([false, 'closed that day, Bridge day']);
    expect(said('2027-12-28T10:00Z')).toEqual([true, 'open 09:00-17:00']);
    expect(said('2026-12-26T10:30Z')).toEqual([true, 'open 10:00-11:00, an exception']);
  });
  test('29 February is a holiday in leap years', () => {
    const calendar: Calendar = { ...office, holidays: [{ date: '02-29', name: 'Leap day' }] };
    expect([isOpen(calendar, '2028-02-29T10:00Z'), isOpen(calendar, '2028-03-01T10:00Z'), isOpen(calendar, '2027-03-01T10:00Z')]).toEqual([
      false,
      true,
      true,
    ]);
  });
});

describe('what a calendar says of an instant', () => {
  const calendar: Calendar = {
    week: { monday: ['09:00-12:00', '13:00-17:30'], tuesday: ['22:00-06:00+1'], sunday: ['20:00-01:00+1'] },
    holidays: [
      { date: '2026-03-17', name: 'Patron’s day' },
      { date: '03-17', name: 'Every year' },
    ],
    exceptions: [{ date: '2026-03-10', open: ['23:00-02:00+1'], name: 'stocktaking' }],
  };
  const look = (iso: string, zone = 'UTC') => lookAt(calendar, at(iso), zone);
  test.each<[string, string, ReturnType<typeof look>]>([
    [
      '2026-03-02T13:00:00Z',
      'UTC',
      { open: true, weekday: 'monday', date: '2026-03-02', time: '13:00', because: 'open 09:00-12:00, 13:00-17:30' },
    ],
    [
      '2026-03-02T12:59:59Z',
      'UTC',
      { open: false, weekday: 'monday', date: '2026-03-02', time: '12:59', because: 'open 09:00-12:00, 13:00-17:30' },
    ],
    [
      '2026-03-02T00:30:00Z',
      'UTC',
      { open: true, weekday: 'monday', date: '2026-03-02', time: '00:30', because: 'open 20:00-01:00+1 since Sunday' },
    ],
    [
      '2026-03-03T20:59:00Z',
      'Asia/Tokyo',
      { open: true, weekday: 'wednesday', date: '2026-03-04', time: '05:59', because: 'open 22:00-06:00+1 since Tuesday' },
    ],
    ['2026-03-04T06:00:00Z', 'UTC', { open: false, weekday: 'wednesday', date: '2026-03-04', time: '06:00', because: 'closed that day' }],
    [
      '2026-03-11T01:59:00Z',
      'UTC',
      { open: true, weekday: 'wednesday', date: '2026-03-11', time: '01:59', because: 'open 23:00-02:00+1 since Tuesday, stocktaking' },
    ],
    [
      '2026-03-17T22:00:00Z',
      'UTC',
      { open: false, weekday: 'tuesday', date: '2026-03-17', time: '22:00', because: 'closed that day, Patron’s day' },
    ],
    [
      '2027-03-17T22:00:00Z',
      'UTC',
      { open: false, weekday: 'wednesday', date: '2027-03-17', time: '22:00', because: 'closed that day, Every year' },
    ],
    [
      '1969-12-29T09:00:00Z',
      'UTC',
      { open: true, weekday: 'monday', date: '1969-12-29', time: '09:00', because: 'open 09:00-12:00, 13:00-17:30' },
    ],
  ])('%s in %s', (iso, zone, expected) => expect(look(iso, zone)).toEqual(expected));
  test.each([
    ['09:05-17:30', { text: '09:05-17:30', fromMinute: 545, toMinute: 1_050 }],
    ['22:00-06:45+1', { text: '22:00-06:45+1', fromMinute: 1_320, toMinute: 1_845 }],
    ['00:00-24:00', { text: '00:00-24:00', fromMinute: 0, toMinute: 1_440 }],
    ['9:00-17:00', undefined],
    ['09:00-17:0', undefined],
    ['09:0-17:00', undefined],
    ['09:00-7:00', undefined],
    ['x09:00-17:00', undefined],
    ['09:00-17:00+2', undefined],
    ['ab:cd-ef:gh', undefined],
    ['', undefined],
  ])('a span is read: %s', (text, span) => expect(readSpan(text)).toEqual(span));
  test('a day in a sentence', () => expect(capital('monday')).toBe('Monday'));
});

describe('RS-43: counting business hours', () => {
  test('within a day, over the night, over the weekend', () => {
    expect(after(office, '2026-03-02T09:30:00Z', 4)).toBe('2026-03-02T13:30Z');
    expect(after(office, '2026-03-02T15:00:00Z', 4)).toBe('2026-03-03T11:00Z');
    expect(after(office, '2026-03-06T15:00:00Z', 4)).toBe('2026-03-09T11:00Z');
    expect(after(office, '2026-03-06T23:00:00Z', 4)).toBe('2026-03-09T13:00Z');
  });
  test('what ends as it closes is due then, not when it opens again', () =>
    expect(after(office, '2026-03-02T13:00:00Z', 4)).toBe('2026-03-02T17:00Z'));
  test('with nothing to wait for: at once if it is open, else when it opens', () => {
    expect(after(office, '2026-03-02T13:00:00Z', 0)).toBe('2026-03-02T13:00Z');
    expect(after(office, '2026-03-06T17:00:00Z', 0)).toBe('2026-03-09T09:00Z');
  });
  test('over a pause, and over spans that touch or overlap', () => {
    const paused: Calendar = { ...office, week: { monday: ['13:00-15:00', '09:00-12:00', '15:00-16:00', '14:00-17:00'] } };
    expect([1, 4, 6.5, 7, 7.5].map((hours) => after(paused, '2026-03-02T08:00:00Z', hours))).toEqual([
      '2026-03-02T10:00Z',
      '2026-03-02T14:00Z',
      '2026-03-02T16:30Z',
      '2026-03-02T17:00Z',
      '2026-03-09T09:30Z',
    ]);
  });
  test('a year and a day are looked through, and no instant more', () => {
    const late = (date: string): Calendar => ({ ...office, week: {}, exceptions: [{ date, open: ['12:00-13:00'] }] });
    expect([after(late('2027-03-03'), '2026-03-02T12:30:00Z', 0.5), after(late('2027-03-03'), '2026-03-02T12:00:00Z', 0.5)]).toEqual([
      '2027-03-03T12:30Z',
      undefined,
    ]);
  });
  test('always open: by the clock, over midnight and the change of clocks', () => {
    const always: Calendar = { ...office, week: Object.fromEntries(weekdays.map((name) => [name, ['00:00-24:00']])) };
    expect(after(always, '2026-03-28T23:00:00Z', 48, 'Europe/Warsaw')).toBe('2026-03-30T23:00Z');
  });
  test('a night shift of the day clocks are put forward is an hour shorter, and of the day they are put back an hour longer', () => {
    const night: Calendar = { ...office, week: { saturday: ['22:00-06:00+1'] } };
    const ends = (evening: string, hours: number) => after(night, evening, hours, 'Europe/Warsaw');
    expect(ends('2026-03-28T21:00:00Z', 7)).toBe('2026-03-29T04:00Z');
    expect(ends('2026-03-28T21:00:00Z', 8)).toBe('2026-04-04T21:00Z');
    expect(ends('2026-10-24T20:00:00Z', 9)).toBe('2026-10-25T05:00Z');
  });
  test('a span that clocks skip opens nothing', () => {
    const skipped: Calendar = { ...office, week: { sunday: ['02:00-03:00'] } };
    expect(after(skipped, '2026-03-29T00:00:00Z', 1, 'Europe/Warsaw')).toBe('2026-04-05T01:00Z');
  });
  test('not within a year: nothing to say', () => {
    expect(after({ ...office, week: {} }, '2026-03-02T09:00:00Z', 1)).toBe(undefined);
    const once: Calendar = { ...office, week: {}, exceptions: [{ date: '2027-03-02', open: ['09:00-10:00'] }] };
    expect([after(once, '2026-03-03T09:00:00Z', 1), after(once, '2026-03-03T09:00:00Z', 1.5)]).toEqual(['2027-03-02T10:00Z', undefined]);
  });
});

describe('against a slow count, around changes of clocks', () => {
  /** Where clocks changed, or will: an hour at night, half an hour, at midnight, a whole day, and zones that are no whole hours off. */
  const changes = [
    ['America/New_York', '2026-03-08T07:00Z'],
    ['America/New_York', '2026-11-01T06:00Z'],
    ['Europe/Warsaw', '2026-03-29T01:00Z'],
    ['Europe/Warsaw', '2026-10-25T01:00Z'],
    ['Australia/Lord_Howe', '2026-04-04T15:00Z'],
    ['Australia/Lord_Howe', '2026-10-03T15:30Z'],
    ['Pacific/Chatham', '2026-04-04T14:00Z'],
    ['America/Sao_Paulo', '2018-11-04T03:00Z'],
    ['Asia/Tehran', '2022-03-21T20:30Z'],
    ['Pacific/Apia', '2011-12-30T10:00Z'],
    ['Asia/Kathmandu', '2028-02-29T18:15Z'],
  ] as const;
  const formats = new Map(
    changes.map(([zone]) => [zone, new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' })]),
  );
  /** What the wall shows, compared as text. */
  const slowlyOpen = ({ week, holidays, exceptions }: Calendar, atMs: number, zone: (typeof changes)[number][0]): boolean => {
    const [date, time] = formats.get(zone)!.format(atMs).split(' ') as [string, string];
    const spansOn = (one: string) =>
      exceptions.find((other) => other.date === one)?.open ??
      (holidays.some((other) => one.endsWith(other.date)) ? [] : (week[weekdays[(new Date(one).getUTCDay() + 6) % 7]!] ?? []));
    const yesterday = new Date(Date.parse(date) - day).toISOString().slice(0, 10);
    return (
      spansOn(date).some((span) => span.slice(0, 5) <= time.slice(0, 5) && (span.endsWith('+1') || time.slice(0, 5) < span.slice(6, 11))) ||
      spansOn(yesterday).some((span) => span.endsWith('+1') && time.slice(0, 5) < span.slice(6, 11))
    );
  };
  const spans = fc.constantFrom(
    [],
    ['09:00-17:00'],
    ['00:00-24:00'],
    ['22:00-06:00+1'],
    ['01:30-02:15'],
    ['00:00-00:30', '02:30-03:15', '23:00-24:00'],
  );
  const anyCase = fc
    .tuple(fc.constantFrom(...changes), fc.integer({ min: -2000, max: 2000 }), fc.array(spans, { minLength: 7, maxLength: 7 }), spans)
    .map(([[zone, change], offset, perDay, other]) => ({
      zone,
      fromMs: at(change) + offset * minute,
      calendar: {
        week: Object.fromEntries(weekdays.map((name, index) => [name, perDay[index]!])),
        holidays: [{ date: '03-30', name: 'Holiday' }],
        exceptions: [{ date: change.slice(0, 10), open: other }],
      } satisfies Calendar,
    }));

  test('AC-09: it is open when the clock on the wall shows a time within a span', () =>
    fc.assert(
      fc.property(anyCase, ({ zone, fromMs, calendar }) => {
        for (let atMs = fromMs; atMs < fromMs + 5 * hour; atMs += 7 * minute)
          expect(lookAt(calendar, atMs, zone).open).toBe(slowlyOpen(calendar, atMs, zone));
      }),
      { numRuns: 100 },
    ));

  test('RS-43: so many minutes it is open, counted one by one', () =>
    fc.assert(
      fc.property(anyCase, fc.integer({ min: 0, max: 200 }), ({ zone, fromMs, calendar }, minutes) => {
        let [atMs, left] = [fromMs, minutes];
        const farthestMs = fromMs + 3 * day;
        while (atMs < farthestMs && (left > 0 || (minutes === 0 && !slowlyOpen(calendar, atMs, zone)))) {
          if (slowlyOpen(calendar, atMs, zone)) left -= 1;
          atMs += minute;
        }
        const found = afterOpenTime(calendar, fromMs, minutes * minute, zone);
        if (atMs < farthestMs) expect(found).toBe(atMs);
        else expect(found ?? Infinity).toBeGreaterThanOrEqual(farthestMs);
      }),
      { numRuns: 60 },
    ));

  test('to the second, in the hours when clocks change', () => {
    const calendar: Calendar = { ...office, week: { sunday: ['00:30-01:10', '01:40-02:20', '02:50-03:05'], saturday: ['23:30-00:20+1'] } };
    for (const [zone, change] of changes.slice(0, 6)) {
      const fromMs = at(change) - 90 * minute - 17_000;
      let open = 0;
      for (let atMs = fromMs; atMs < fromMs + 3 * hour; atMs += 1000) {
        const isNow = slowlyOpen(calendar, atMs, zone);
        if (lookAt(calendar, atMs, zone).open !== isNow) expect.fail(`${zone} ${new Date(atMs).toISOString()}`);
        open += isNow ? 1 : 0;
        if (isNow && open % 600 === 0) expect(afterOpenTime(calendar, fromMs, open * 1000, zone)).toBe(atMs + 1000);
      }
      expect(open).toBeGreaterThan(1000);
    }
  });
});
