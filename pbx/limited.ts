import { setTimeout as pause } from 'node:timers/promises';

/** The same promise, or the complaint that it took too long. */
export function limited<T>(work: Promise<T>, limitMs: number, complaint: string): Promise<T> {
  const stood = new AbortController();
  const limit = pause(limitMs, undefined, { signal: stood.signal }).then(
    () => Promise.reject(new Error(`${complaint} within ${limitMs} ms.`)),
    () => new Promise<never>(() => {}), // called off: the work was done in time
  );
  return Promise.race([work, limit]).finally(() => stood.abort());
}
