import { describe, expect, test } from 'vitest';
import { lingerMs, paceAfterAnswer, paceAfterArrivals, paceAfterFailure, startPace } from './pace.ts';

describe('how long a row lingers', () => {
  const rare = startPace(200);
  const busy = { ...rare, arrivalsPerSecond: 50 };
  test('calls are rare: not at all', () => expect(lingerMs(rare, 0.1)).toBe(0));
  test('many calls: long enough to share a request, well within the two seconds', () => expect(lingerMs(busy, 0.1)).toBe(400));
  test('complaint 12: the allocation shrinks, the linger grows; from 95 % a minute', () => {
    expect(lingerMs(rare, 0.8)).toBe(2_000);
    expect(lingerMs(rare, 0.94)).toBeGreaterThan(20_000);
    expect(lingerMs(busy, 0.95)).toBe(60_000);
  });
});

test('W6: the batch follows the response time toward one second', () => {
  const run = (baseMs: number, perRecordMs: number) => {
    let pace = startPace(200);
    for (let i = 0; i < 30; i++) pace = paceAfterAnswer(pace, pace.batchLimit, baseMs + perRecordMs * pace.batchLimit, 200);
    return pace.batchLimit;
  };
  expect(run(100, 15)).toBeGreaterThan(40);
  expect(run(100, 15)).toBeLessThan(80);
  expect(run(100, 100)).toBeLessThan(15);
  expect(run(20, 1)).toBe(200);
});

test('an org that is away is asked again within 15 s, however long it stays away', () => {
  let pace = startPace(200);
  for (let i = 0; i < 40; i++) pace = paceAfterFailure(pace, undefined, 1_000, 0.999);
  expect(pace.notBeforeMs - 1_000).toBeLessThanOrEqual(15_000);
  expect(paceAfterAnswer(pace, 10, 500, 200).notBeforeMs).toBe(0);
});

test('arrivals are averaged over seconds, so that one call does not make a rush', () => {
  const one = paceAfterArrivals(startPace(200), 1, 1);
  expect(one.arrivalsPerSecond).toBeLessThan(0.5);
  let many = startPace(200);
  for (let i = 0; i < 50; i++) many = paceAfterArrivals(many, 20, 0.4);
  expect(Math.abs(many.arrivalsPerSecond - 50)).toBeLessThan(2);
});
