import { expect, test } from 'vitest';
import type { Crm } from './crm.ts';
import { keepOrgs } from './org-keeper.ts';
import type { LaneHold, OrgId, Store } from './store.ts';
import type { World } from './world.ts';

const org = 1 as OrgId;

/** One live org with nothing to write; time passes only while everybody sleeps. */
function keepOne(recover: (times: number) => Promise<number>) {
  let nowMs = 0;
  const alarms = new Set<{ readonly atMs: number; readonly wake: () => void }>();
  const world: World = {
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
  };
  const seen = { recovered: 0, users: 0, taken: 0, reports: [] as string[] };
  const none = { count: 0, firstDueInMs: undefined, oldestMs: undefined };
  let held = false;
  const hold: LaneHold = {
    org,
    epoch: 1,
    lost: new AbortController().signal,
    recover: () => recover(seen.recovered++),
    waiting: () => Promise.resolve({ now: none, later: none, verify: none }),
    ready: () => Promise.resolve([]),
    verifiable: () => Promise.resolve([]),
    begin: () => Promise.resolve([]),
    settle: () => Promise.resolve(),
    release: () => Promise.resolve(void (held = false)),
  };
  const crm = {
    maxRecords: 200,
    usage: () => undefined,
    signedInAtMs: () => undefined,
    users: () => Promise.resolve(void seen.users++).then(() => []),
    self: () => Promise.resolve({ id: '005' }),
    close: () => Promise.resolve(),
  } as unknown as Crm; // nothing is written, so nothing else is asked
  const store = {
    readOrgs: () => Promise.resolve([{ org, name: 'Org', mode: 'live' as const, crm: 'sealed' }]),
    saveUsers: () => Promise.resolve(),
    saveUsage: () => Promise.resolve(),
    takeLane() {
      if (held) return Promise.resolve(undefined); // the database's lock is ours until it is released
      held = true;
      seen.taken++;
      return Promise.resolve(hold);
    },
  } as unknown as Store;
  const stop = new AbortController();
  const keeper = keepOrgs({
    store,
    world,
    node: 'node',
    connect: () => Promise.resolve(crm),
    signedIn: () => Promise.resolve(),
    proved: () => Promise.resolve(),
    writer: { sideBySide: 1, requestLimitMs: 120_000, pollMs: 500 },
    connected: () => undefined,
    whoIsThere: () => Promise.resolve(new Map()),
    report: (what) => void seen.reports.push(what),
    stop: stop.signal,
  });
  const breathe = async () => {
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    seen,
    async pass(ms: number) {
      const untilMs = nowMs + ms;
      for (await breathe(); ; await breathe()) {
        const next = Math.min(...[...alarms].map(({ atMs }) => atMs));
        if (next > untilMs) break;
        nowMs = Math.max(nowMs, next);
        for (const alarm of [...alarms].filter(({ atMs }) => atMs <= nowMs)) alarm.wake();
      }
      nowMs = untilMs;
    },
    async close() {
      stop.abort();
      await this.pass(60_000);
      await keeper.done;
    },
  };
}

test('E7: a lane whose rows could not be recovered is given back, and taken again', async () => {
  const keeper = keepOne((times) => (times === 0 ? Promise.reject(new Error('Query read timeout')) : Promise.resolve(0)));
  await keeper.pass(10_000);
  expect(keeper.seen).toMatchObject({ taken: 2, recovered: 2 });
  expect(keeper.seen.reports).toContain('lane.taken');
  await keeper.close();
});

test('D1: a new colleague is known within minutes, also while this node writes', async () => {
  const keeper = keepOne(() => Promise.resolve(0));
  await keeper.pass(60_000);
  expect(keeper.seen.users).toBe(1);
  await keeper.pass(30 * 60_000);
  expect(keeper.seen.users).toBeGreaterThan(4);
  expect(keeper.seen.taken).toBe(1);
  await keeper.close();
});
