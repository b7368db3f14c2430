/**
 * The only doors to time and chance. `Date.now`, `setTimeout`, `Math.random`, `randomUUID` anywhere else in the server
 * fail the architecture test (E3). The database's clock decides; `now` follows it, so a test that shifts one shifts both.
 */
export interface World {
  /** Milliseconds since 1970, by the database's clock as last measured. */
  now(): number;
  /** Milliseconds of a clock that only goes forward; for measuring spans, never for instants. */
  monotonic(): number;
  /** Resolves after `ms` real milliseconds, or at once when the signal aborts; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** A fraction in [0, 1): for jitter. */
  chance(): number;
  /** Random bytes for secrets, tokens and ids. */
  bytes(count: number): Uint8Array;
}

/** The real world. `offsetMs` is what the database's clock is ahead of this machine's. */
export function realWorld(): World & { offsetMs: number } {
  const world = {
    offsetMs: 0,
    now: () => Date.now() + world.offsetMs,
    monotonic: () => performance.now(),
    sleep: (ms: number, signal?: AbortSignal) =>
      new Promise<void>((resolve) => {
        if (signal?.aborted) return resolve();
        const done = () => {
          clearTimeout(timer);
          signal?.removeEventListener('abort', done);
          resolve();
        };
        const timer = setTimeout(done, ms);
        signal?.addEventListener('abort', done, { once: true });
      }),
    chance: () => Math.random(),
    bytes: (count: number) => crypto.getRandomValues(new Uint8Array(count)),
  };
  return world;
}
