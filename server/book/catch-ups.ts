import type { World } from '../world.ts';

/** A catch-up that failed isn't tried again for so long, each time for twice as long: who waits asks every second or so. */
const firstPauseMs = 5_000;
const longestPauseMs = 60_000;

export type CatchUps = {
  /** All that was there when this was asked has been read. */
  ask(): Promise<void>;
  /** What failed would go well now. */
  forgive(): void;
};

/**
 * Shares catch-ups of one org among all who ask on this node: one runs, and one waits for whoever asked after it began (P3). While a failed
 * one is not to be repeated, its reason is the answer.
 */
export function shareCatchUps(run: () => Promise<void>, world: Pick<World, 'monotonic'>): CatchUps {
  let running: Promise<void> | undefined;
  let waiting: Promise<void> | undefined;
  let failed: { readonly error: unknown; readonly pauseMs: number; readonly untilMs: number } | undefined;
  const runOnce = async (): Promise<void> => {
    try {
      await run();
      failed = undefined;
    } catch (error) {
      const pauseMs = failed ? Math.min(failed.pauseMs * 2, longestPauseMs) : firstPauseMs;
      failed = { error, pauseMs, untilMs: world.monotonic() + pauseMs };
      throw error;
    } finally {
      running = undefined;
    }
  };
  const begin = (): Promise<void> => {
    if (failed && world.monotonic() < failed.untilMs) return Promise.reject(failed.error);
    return (running = runOnce());
  };
  return {
    ask() {
      if (waiting) return waiting;
      if (!running) return begin();
      const former = running;
      return (waiting = (async () => {
        await Promise.allSettled([former]);
        waiting = undefined;
        return begin();
      })());
    },
    forgive: () => void (failed = undefined),
  };
}
