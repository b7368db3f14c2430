/** Resolves after `ms`, or when the signal aborts. */
export const pause = (ms: number, stop?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (stop?.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      stop?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    stop?.addEventListener('abort', done, { once: true });
  });

/** Asks until the answer is something; throws with `what` when that takes too long. */
export async function until<T>(
  what: string,
  limitMs: number,
  ask: () => Promise<T | undefined | false>,
  everyMs = 20,
): Promise<Exclude<T, undefined | false>> {
  const begun = performance.now();
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer as Exclude<T, undefined | false>;
    if (performance.now() - begun > limitMs) throw new Error(`${what}: not within ${limitMs / 1000} s`);
    await pause(everyMs);
  }
}
