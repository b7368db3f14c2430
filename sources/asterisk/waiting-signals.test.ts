import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openWaitingSignals, type WaitingSignal } from './waiting-signals.ts';

const signal = (call: string, n: number): WaitingSignal => ({ call, text: `{"call":"${call}","n":${n}}` });

test('what came first is taken first, no more than asked for', () => {
  const waiting = openWaitingSignals({ signals: 100, characters: 10_000 });
  for (let n = 0; n < 5; n++) expect(waiting.add(signal('a', n))).toBeUndefined();
  expect(waiting.take(2, 1_000)).toEqual([signal('a', 0), signal('a', 1)]);
  expect(waiting.take(10, signal('a', 0).text.length * 2)).toHaveLength(2);
  expect(waiting.take(10, 1)).toEqual([signal('a', 4)]); // one always goes, however long
  expect(waiting.take(10, 1_000)).toEqual([]);
  expect(waiting.count).toBe(0);
});
test('beyond the bound the calls heard first go, whole; later ones stay, whole', () => {
  const waiting = openWaitingSignals({ signals: 20, characters: 10_000 });
  for (let n = 0; n < 5; n++) for (const call of ['a', 'b', 'c', 'd']) expect(waiting.add(signal(call, n))).toBeUndefined();
  expect(waiting.add(signal('e', 0))).toEqual({ calls: ['a'], signals: 5 });
  expect(waiting.take(100, 10_000).map(({ call }) => call)).toEqual([...Array.from({ length: 5 }, () => ['b', 'c', 'd']).flat(), 'e']);
});
test('the bound in characters holds as well', () => {
  const waiting = openWaitingSignals({ signals: 1_000, characters: 100 });
  const given = Array.from({ length: 10 }, (_, n) => waiting.add({ call: String(n), text: 'x'.repeat(30) })).filter(
    (up) => up !== undefined,
  );
  expect(given.length).toBeGreaterThan(0);
  expect(waiting.count).toBeLessThanOrEqual(3);
});
test('whatever comes: within the bound, in order, the newest signal there, and every signal taken, waiting or said to be given up', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat({ max: 6 }), fc.nat({ max: 3 })), { maxLength: 200 }), (steps) => {
      const waiting = openWaitingSignals({ signals: 12, characters: 100_000 });
      const taken: WaitingSignal[] = [];
      const gone = { signals: 0 };
      for (const [n, [call, takes]] of steps.entries()) {
        const up = waiting.add(signal(String(call), n));
        gone.signals += up?.signals ?? 0;
        if (up) expect(up.calls.length).toBeGreaterThan(0);
        expect(waiting.count).toBeLessThanOrEqual(12);
        if (takes === 0) taken.push(...waiting.take(5, 1_000));
      }
      taken.push(...waiting.take(1_000, 1e9));
      const order = taken.map(({ text }) => (JSON.parse(text) as { n: number }).n);
      expect(order).toEqual(order.toSorted((a, b) => a - b));
      expect(taken.length + gone.signals).toBe(steps.length);
    }),
  );
});
test('200,000 signals wait without anybody noticing', () => {
  const waiting = openWaitingSignals({ signals: 200_000, characters: 1e9 });
  const begun = performance.now();
  for (let n = 0; n < 400_000; n++) waiting.add({ call: String(Math.floor(n / 30)), text: '{"Event":"BridgeEnter"}' });
  expect(waiting.count).toBeLessThanOrEqual(200_000);
  expect(performance.now() - begun).toBeLessThan(10_000);
});
