import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { forecast, type UsageSample } from './forecast.ts';

const hourMs = 3_600_000;
const minuteMs = 60_000;
const startMs = Date.parse('2026-11-16T08:00:00Z');

/** An org that is called at this pace, by the minute, with a day that is 24 hours long: what it says every ten minutes. */
function called(perMinute: (minute: number) => number, minutes: number, max = 100_000): UsageSample[] {
  const made: number[] = [];
  const samples: UsageSample[] = [];
  let used = 0;
  for (let minute = 0; minute <= minutes; minute++) {
    made.push(perMinute(minute));
    used += made[minute]! - (made[minute - 24 * 60] ?? 0);
    if (minute % 10 === 0) samples.push({ atMs: startMs + minute * minuteMs, used: Math.round(used), max });
  }
  return samples;
}
const at = (samples: readonly UsageSample[]) => samples.at(-1)!.atMs;
const foretold = (samples: readonly UsageSample[]) => forecast(samples, at(samples))!;

describe('the forecast', () => {
  test('nothing is said before there is a pace', () => {
    expect(forecast([], startMs)).toBeUndefined();
    expect(
      forecast(
        called(() => 10, 10),
        startMs + hourMs,
      ),
    ).toBeUndefined();
  });
  test('8,000 an hour from nothing: it lasts for twelve and a half', () => {
    const { perHour, driesAtMs } = foretold(called(() => 8_000 / 60, 120));
    expect(perHour).toBeCloseTo(8_000, -2);
    expect((driesAtMs! - startMs) / hourMs).toBeCloseTo(12.5, 1);
  });
  test.each([1, 6, 18, 30])('a pace that fits a day never spends it, after %i hours either', (hours) =>
    expect(foretold(called(() => 4_000 / 60, hours * 60)).driesAtMs).toBeUndefined(),
  );
  test('what was used before we looked comes back within a day', () => {
    // 60,000 of somebody's night, and 1,000 an hour since
    const samples = called((minute) => (minute === 0 ? 60_000 : 1_000 / 60), 180);
    expect(foretold(samples).driesAtMs).toBeUndefined();
  });
  test('a quiet hour after a busy one', () =>
    expect(foretold(called((minute) => (minute < 120 ? 400 : 1), 240)).driesAtMs).toBeUndefined());
  test('spent is spent', () => {
    const samples = [...called(() => 100, 60), { atMs: startMs + 70 * minuteMs, used: 100_000, max: 100_000 }];
    expect(foretold(samples).driesAtMs).toBe(at(samples));
  });
});

test('at a steady pace it is right: dry when it says so, within minutes, and never where it says never', () =>
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20_000 }), fc.integer({ min: 3, max: 60 }), (perHour, tens) => {
      const samples = called(() => perHour / 60, tens * 10);
      fc.pre(samples.at(-1)!.used < 100_000);
      const { driesAtMs } = foretold(samples);
      const after = called(() => perHour / 60, 48 * 60).find(({ used }) => used >= 100_000)?.atMs;
      // A pace within one percent of what a day bears may fall on either side.
      fc.pre(Math.abs(perHour * 24 - 100_000) > 1_500);
      if (after === undefined) expect(driesAtMs).toBeUndefined();
      else expect(Math.abs(driesAtMs! - after)).toBeLessThan(30 * minuteMs);
    }),
    { numRuns: 60 },
  ));
