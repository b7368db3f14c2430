import { describe, expect, test } from 'vitest';
import { type ClockWindow, clockOffsetMs, observeClock } from './clock-offset.ts';

const minute = 60_000;
type Delivery = readonly [receivedAtMinute: number, afterSendingMs: number];
/** What is known after these deliveries. */
const after = (...deliveries: readonly Delivery[]): ClockWindow | undefined =>
  deliveries.reduce<ClockWindow | undefined>(
    (window, [received, late]) => observeClock(window, received * minute - late, received * minute),
    undefined,
  );

describe('C6: how far our clock is ahead of a phone system’s', () => {
  const table: readonly (readonly [title: string, offsetMs: number, ...Delivery[]])[] = [
    ['nothing was heard yet', 0],
    ['a second may be the network', 0, [1, 1000]],
    ['or a stamp in whole seconds', 0, [1, -1000]],
    ['ahead', 1001, [1, 1001]],
    ['behind', -1001, [1, -1001]],
    ['the least difference is the nearest, since the network only adds', 30_000, [1, 45_000], [2, 30_000], [3, 60_000]],
    ['the five minutes before count as well', 30_000, [4, 30_000], [5, 45_000]],
    ['a lesser difference counts at once', 20_000, [4, 30_000], [5, 20_000]],
    ['what is older is forgotten', 40_000, [4, 30_000], [5, 40_000], [10, 45_000]],
    ['also when nothing was heard in between', 45_000, [4, 30_000], [10, 45_000]],
    ['what came earlier and is heard of later counts', 30_000, [10, 45_000], [4, 30_000]],
  ];
  test.each(table.map(([title, offset, ...deliveries]) => [title, offset, deliveries] as const))(
    '%s: %i ms',
    (_title, offset, deliveries) => expect(clockOffsetMs(after(...deliveries))).toBe(offset),
  );
  test('five minutes are kept in one', () => {
    expect(after([5, 3000.4])).toStrictEqual({ bucket: 1, lowMs: 3000, formerLowMs: undefined });
    expect(after([4, 3000], [5, 5000], [9.9, 4000])).toStrictEqual({ bucket: 1, lowMs: 4000, formerLowMs: 3000 });
  });
});
