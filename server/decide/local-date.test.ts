import { describe, expect, test } from 'vitest';
import { at } from '../testing/a-told-call.ts';
import { correctedMs, isZone, localDate, localTime, wallClock } from './local-date.ts';

test.each([
  [0, 5_000],
  [1_999, 5_000],
  [2_000, 7_000],
  [-1_999, 5_000],
  [-2_000, 3_000],
])('C6: with clocks %i ms apart, 5000 is %i', (offsetMs, expected) => expect(correctedMs(5_000, offsetMs)).toBe(expected));

describe('by the clock of a zone', () => {
  test.each([
    ['2026-03-02T15:04:05.678Z', 'UTC', '2026-03-02 15:04:05', '2026-03-02T15:04:05.678Z'],
    ['2026-03-02T15:04:05.678Z', 'Asia/Tokyo', '2026-03-03 00:04:05', '2026-03-03T00:04:05.678Z'],
    ['2026-12-31T20:30:59Z', 'Asia/Kathmandu', '2027-01-01 02:15:59', '2027-01-01T02:15:59.000Z'],
    ['2026-07-01T03:09:08Z', 'America/New_York', '2026-06-30 23:09:08', '2026-06-30T23:09:08.000Z'],
    ['1969-12-31T23:59:59.250Z', 'UTC', '1969-12-31 23:59:59', '1969-12-31T23:59:59.250Z'],
    ['0987-06-05T04:03:02Z', 'UTC', '0987-06-05 04:03:02', '0987-06-05T04:03:02.000Z'],
  ])('%s in %s is %s', (iso, zone, time, wall) => {
    expect([localDate(at(iso), zone), localTime(at(iso), zone), new Date(wallClock(at(iso), zone)).toISOString()]).toEqual([
      time.slice(0, 10),
      time,
      wall,
    ]);
  });
});

test.each([
  ['Asia/Tokyo', true],
  ['europe/warsaw', true],
  ['UTC', true],
  ['+09:00', false],
  ['No/Where', false],
  ['', false],
])('%s is a zone: %s', (zone, is) => expect(isZone(zone)).toBe(is));
