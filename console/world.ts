/** The browser's doors to time and chance; nothing else in the console asks for them. */
export type World = {
  /** Milliseconds since 1970 by the browser's clock. */
  now(): number;
  /** From 0 up to 1. */
  chance(): number;
  /** Resolves after this long, or at once when `signal` aborts; never rejects. */
  wait(ms: number, signal?: AbortSignal): Promise<void>;
};

export const browserWorld: World = {
  now: () => Date.now(),
  chance: () => Math.random(),
  wait: (ms, signal) =>
    new Promise((done) => {
      if (signal?.aborted) return done();
      const timer = setTimeout(finish, ms);
      signal?.addEventListener('abort', finish, { once: true });
      function finish() {
        clearTimeout(timer);
        signal?.removeEventListener('abort', finish);
        done();
      }
    }),
};
