import { expect, test } from 'vitest';
import { formatFor } from './format.ts';

const warsaw = (language: Parameters<typeof formatFor>[0], wanted: readonly string[] = []) => formatFor(language, wanted, 'Europe/Warsaw');
const narrow = (text: string) => text.replaceAll(/\s/g, ' ');

test.each([
  [0, '0:00'],
  [9.4, '0:09'],
  [151, '2:31'],
  [3599.6, '1:00:00'],
  [4205, '1:10:05'],
  [-3, '0:00'],
])('%s s are shown as %s', (seconds, shown) => expect(warsaw('en').duration(seconds)).toBe(shown));

test('the same is read out in words', () => {
  expect(warsaw('en').spoken(151)).toBe('2 minutes 31 seconds');
  expect(warsaw('en').spoken(3600)).toBe('1 hour');
  expect(narrow(warsaw('ru').spoken(62))).toBe('1 минута 2 секунды');
  expect(warsaw('en').spoken(0)).toBe('0 seconds');
});

test('a span is one figure of a fitting unit, whichever way it points', () => {
  const { span } = warsaw('en');
  expect([84, 3200, -31_000, 61_000, 7_300_000, 200_000_000].map((ms) => narrow(span(ms)))).toEqual([
    '84 ms',
    '3.2 sec',
    '31 sec',
    '1 min',
    '2 hr',
    '2 days',
  ]);
});

test('times are of the person’s zone, and of the country’s clock', () => {
  const iso = '2026-11-21T23:30:05.250Z';
  expect(warsaw('en', ['en-GB']).clock(iso)).toMatch(/^0?0:30$/);
  expect(narrow(warsaw('en', ['pl', 'en-US']).clock(iso))).toBe('12:30 AM');
  expect(warsaw('pl').clockToMs(iso)).toContain('30:05,250');
  expect(warsaw('en').dayKey(iso)).not.toBe(formatFor('en', [], 'UTC').dayKey(iso));
});

test('how long ago, never in the future', () => {
  const now = Date.parse('2026-11-22T12:00:00Z');
  const { ago } = warsaw('en');
  expect(
    ['2026-11-22T11:58:00Z', '2026-11-22T09:00:00Z', '2026-11-20T11:00:00Z', '2026-11-22T12:00:04Z'].map((iso) => ago(iso, now)),
  ).toEqual(['2 minutes ago', '3 hours ago', '2 days ago', 'this minute']);
});
