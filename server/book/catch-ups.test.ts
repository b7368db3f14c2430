import { describe, expect, test } from 'vitest';
import { shareCatchUps } from './catch-ups.ts';

/** Catch-ups that end when they are told to. */
function stage() {
  let nowMs = 0;
  const runs: PromiseWithResolvers<void>[] = [];
  const shared = shareCatchUps(
    () => {
      const run = Promise.withResolvers<void>();
      runs.push(run);
      return run.promise;
    },
    { monotonic: () => nowMs },
  );
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  return {
    ...shared,
    runs,
    turn,
    after: (ms: number) => void (nowMs += ms),
    /** One that is asked for now fails. */
    async failing(because: string): Promise<string> {
      const asked = shared.ask().catch((error: Error) => error.message);
      await turn();
      runs.at(-1)?.reject(new Error(because));
      return (await asked) as string;
    },
  };
}

describe('P3: who asks for a catch-up gets one that begins after they asked', () => {
  test('one runs and one waits, however many ask', async () => {
    const { ask, runs, turn } = stage();
    const first = ask();
    const others = [ask(), ask(), ask()];
    await turn();
    expect(runs).toHaveLength(1);
    runs[0]!.resolve();
    await first;
    await turn();
    expect(runs).toHaveLength(2);
    const late = ask();
    runs[1]!.resolve();
    await Promise.all(others);
    await turn();
    expect(runs).toHaveLength(3);
    runs[2]!.resolve();
    await late;
  });
  test('who waited for one that failed hears why, at once', async () => {
    const { ask, runs } = stage();
    const asked = [ask(), ask(), ask()];
    runs[0]!.reject(new Error('refused'));
    expect((await Promise.allSettled(asked)).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(runs).toHaveLength(1);
  });
});

test('one that failed is repeated after 5 s, then after twice as long, at most a minute; its reason is the answer meanwhile', async () => {
  const { ask, runs, after, failing } = stage();
  for (const [times, pauseMs] of [5_000, 10_000, 20_000, 40_000, 60_000, 60_000].entries()) {
    expect(await failing(`reason ${times}`)).toBe(`reason ${times}`);
    after(pauseMs - 1);
    await expect(ask()).rejects.toThrow(`reason ${times}`);
    expect(runs).toHaveLength(times + 1);
    after(1);
  }
  const well = ask();
  runs.at(-1)!.resolve();
  await well;
  expect(await failing('again')).toBe('again');
  after(5_000);
  expect(await failing('and again')).toBe('and again');
});

test('forgiven, it is repeated at once', async () => {
  const { ask, runs, failing, forgive } = stage();
  await failing('still being read');
  forgive();
  const asked = ask();
  runs.at(-1)!.resolve();
  await asked;
});
