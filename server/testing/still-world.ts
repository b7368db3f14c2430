import type { World } from '../world.ts';

/** A world whose time goes on only when it is told to. */
export type StillWorld = World & {
  /** All that can happen without any more time has happened. */
  rest(): Promise<void>;
  /** So much time passes, and everybody who sleeps meanwhile wakes in their turn. */
  pass(ms: number): Promise<void>;
};

/** For loops that wait for nothing but each other and the clock: stores and orgs that answer at once. */
export function stillWorld(): StillWorld {
  let nowMs = 0;
  const alarms = new Set<{ readonly atMs: number; readonly wake: () => void }>();
  const rest = async () => {
    for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    now: () => nowMs,
    monotonic: () => nowMs,
    chance: () => 0.5,
    bytes: (count) => new Uint8Array(count),
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const alarm = { atMs: nowMs + ms, wake: () => void (alarms.delete(alarm), resolve()) };
        alarms.add(alarm);
        signal?.addEventListener('abort', alarm.wake, { once: true });
      }),
    rest,
    async pass(ms) {
      const untilMs = nowMs + ms;
      for (await rest(); ; await rest()) {
        const [next] = [...alarms].toSorted((one, other) => one.atMs - other.atMs);
        if (!next || next.atMs > untilMs) break;
        nowMs = Math.max(nowMs, next.atMs);
        next.wake();
      }
      nowMs = untilMs;
    },
  };
}
