import { expect, test } from 'vitest';
import { type Crm, type FieldDefaults, Refused } from './crm.ts';
import { keepOrgs } from './org-keeper.ts';
import type { LaneHold, OrgId, OrgView, Store } from './store.ts';
import { stillWorld } from './testing/still-world.ts';

const org = 1 as OrgId;

/** One live org with nothing to write; time passes only while everybody sleeps. */
function keepOne(
  recover: (times: number) => Promise<number>,
  more: {
    onLane?: () => void;
    crm?: object;
    connect?: () => Promise<Crm>;
    mode?: OrgView['mode'];
    proveAgents?: () => Promise<void>;
    defaults?: FieldDefaults;
    wasUnique?: boolean;
    pollMs?: number;
  } = {},
) {
  const world = stillWorld();
  const seen = {
    recovered: 0,
    sealed: 'sealed' as string | null,
    saved: 0,
    users: 0,
    taken: 0,
    connected: 0,
    reports: [] as string[],
    troubles: [] as unknown[],
    proved: [] as unknown[],
    wasUnique: more.wasUnique ?? false,
    mode: more.mode ?? 'live',
  };
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
    form: 'unique',
    maxRecords: 200,
    usage: () => undefined,
    signedInAtMs: () => undefined,
    users: () => Promise.resolve(void seen.users++).then(() => []),
    queues: () => Promise.resolve([]),
    self: () => Promise.resolve({ id: '005' }),
    relatedTo: () => Promise.resolve([]),
    close: () => Promise.resolve(),
    ...more.crm,
  } as unknown as Crm; // nothing is written, so nothing else is asked
  const store = {
    readOrgs: () => Promise.resolve([{ org, name: 'Org', mode: seen.mode, crm: seen.sealed, wasUnique: seen.wasUnique }]),
    rememberUnique: (_org: OrgId, sealed: string) => Promise.resolve(void (seen.wasUnique = sealed === 'sealed')),
    saveUsers: () => Promise.resolve(void seen.saved++),
    saveRelatedTo: () => Promise.resolve(),
    saveUsage: (_org: OrgId, _usage: unknown, trouble: unknown) => Promise.resolve(void seen.troubles.push(trouble)),
    saveWrongDefaults: () => Promise.resolve(),
    takeLane() {
      if (held) return Promise.resolve(undefined); // the database's lock is ours until it is released
      held = true;
      seen.taken++;
      more.onLane?.();
      return Promise.resolve(hold);
    },
  } as unknown as Store;
  const stop = new AbortController();
  const keeper = keepOrgs({
    store,
    world,
    node: 'node',
    connect: () => (seen.connected++, more.connect?.() ?? Promise.resolve(crm)),
    signedIn: () => Promise.resolve(),
    proved: (_org, trouble) => Promise.resolve(void seen.proved.push(trouble)),
    proveAgents: () => more.proveAgents?.() ?? Promise.resolve(),
    writer: { sideBySide: 1, requestLimitMs: 120_000, pollMs: more.pollMs ?? 500 },
    connected: () => undefined,
    rules: () => Promise.resolve({ policyVersion: 1, defaults: more.defaults ?? {}, duplicates: 'park', country: undefined }),
    whoIsThere: () => Promise.resolve(new Map()),
    report: (what) => void seen.reports.push(what),
    stop: stop.signal,
  });
  return {
    seen,
    crm: () => keeper.crm(org),
    nowMs: world.now,
    ring: () => keeper.ring('orgs'),
    pass: world.pass,
    async close() {
      stop.abort();
      await world.pass(60_000);
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

test('another org was connected on another node meanwhile: nothing more is stored or written by the former connection', async () => {
  const lane = keepOne(() => Promise.resolve(0), { onLane: () => (lane.seen.sealed = null) });
  await lane.pass(10_000);
  expect(lane.seen).toMatchObject({ taken: 1, recovered: 0, saved: 1 });
  await lane.close();
  const users = keepOne(() => Promise.resolve(0), { crm: { users: async () => ((users.seen.sealed = null), []) } });
  await users.pass(10_000);
  expect(users.seen).toMatchObject({ saved: 0, recovered: 0 });
  await users.close();
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

test('W9: who pauses the org doesn’t wait for whatever the org is asked just then; nor does the writing for agents’ sign-ins', async () => {
  const slow = Promise.withResolvers<void>();
  let isSlow = false;
  const keeper = keepOne(() => Promise.resolve(0), {
    proveAgents: () => slow.promise,
    crm: { users: () => (isSlow ? slow.promise.then(() => []) : Promise.resolve([])) },
  });
  await keeper.pass(10_000);
  expect(keeper.seen.taken).toBe(1);
  isSlow = true;
  await keeper.pass(10 * 60_000);
  keeper.seen.mode = 'paused';
  keeper.ring();
  await keeper.pass(10_000);
  expect(keeper.seen.reports.at(-1)).toBe('lane.released');
  slow.resolve();
  await keeper.close();
});

const shutOut = new Refused({ mendedBy: 'admin', code: 'invalid_grant', message: 'Sign in again.', signIn: true });

test('a sign-in that a person must mend is asked for no more than every five minutes, and at once when it may be mended', async () => {
  const keeper = keepOne(() => Promise.resolve(0), { connect: () => Promise.reject(shutOut) });
  await keeper.pass(4 * 60_000);
  expect(keeper.seen.connected).toBe(1);
  expect(keeper.seen.troubles.at(-1)).toMatchObject({ code: 'invalid_grant' });
  keeper.ring();
  await keeper.pass(1_000);
  expect(keeper.seen.connected).toBe(2);
  await keeper.pass(11 * 60_000);
  expect(keeper.seen.connected).toBe(4);
  await keeper.close();
});

test('anything else is tried again within seconds', async () => {
  const away = new Refused({ mendedBy: 'time', code: 'HTTP_503', message: 'Busy.', retryAfterMs: 1_000 });
  const keeper = keepOne(() => Promise.resolve(0), { connect: () => Promise.reject(away) });
  await keeper.pass(60_000);
  expect(keeper.seen.connected).toBeGreaterThan(4);
  await keeper.close();
});

test('complaint 6: a refresh token is used once a day, although the session in use goes on; trouble is said long before it ends', async () => {
  let refused = false;
  let sinceMs = 0;
  let nowMs = () => 0;
  const proving = {
    signedInAtMs: () => sinceMs,
    prove: () => (refused ? Promise.reject(shutOut) : Promise.resolve(void (sinceMs = nowMs()))),
  };
  const keeper = keepOne(() => Promise.resolve(0), { crm: proving, pollMs: 60_000 }); // days pass, and nothing is written
  nowMs = keeper.nowMs;
  await keeper.pass(23 * 3_600_000);
  expect(keeper.seen.proved).toEqual([]);
  await keeper.pass(2 * 3_600_000);
  expect(keeper.seen.proved).toEqual([undefined]);
  refused = true;
  await keeper.pass(25 * 3_600_000);
  expect(keeper.seen.proved.at(-1)).toMatchObject({ code: 'invalid_grant' });
  expect(keeper.seen.connected).toBe(1); // what is in use goes on
  refused = false;
  await keeper.pass(2 * 3_600_000);
  expect(keeper.seen.proved.at(-1)).toBeUndefined();
  await keeper.close();
});

const outage = new Refused({ mendedBy: 'time', code: 'HTTP_503', message: 'Busy.', retryAfterMs: 1_000 });

test('while nothing is written, an outage is over when the org answers again, and the page says so', async () => {
  let answers = true;
  const users = () => (answers ? Promise.resolve([]) : Promise.reject(outage));
  const keeper = keepOne(() => Promise.resolve(0), { mode: 'observe', crm: { users } });
  await keeper.pass(60_000);
  answers = false;
  await keeper.pass(6 * 60_000);
  expect(keeper.seen.troubles.at(-1)).toMatchObject({ code: 'HTTP_503' });
  answers = true;
  await keeper.pass(2 * 60_000);
  expect(keeper.seen.troubles.at(-1)).toBeUndefined();
  await keeper.close();
});

test('an org that won’t say whether the policy’s defaults fit is written to all the same, and asked again', async () => {
  let asked = 0;
  const wrongDefaults = () => (asked++, Promise.reject(outage));
  const defaults = { Task: { Region__c: 'North' } };
  const keeper = keepOne(() => Promise.resolve(0), { defaults, crm: { shape: 'a', wrongDefaults } });
  await keeper.pass(10_000);
  expect(keeper.seen.taken).toBe(1);
  expect(keeper.seen.troubles).toEqual([undefined]);
  expect(keeper.seen.reports).toContain('org.defaults-unread');
  keeper.ring();
  await keeper.pass(65_000);
  expect(asked).toBe(3);
  await keeper.close();
});

/** A connection that can't see the unique field, and notes when it is closed. */
const reduced = (closed: () => void) =>
  ({
    form: 'reduced',
    reducedBecause: 'The field is out of sight.',
    usage: () => undefined,
    signedInAtMs: () => undefined,
    users: () => Promise.resolve([]),
    queues: () => Promise.resolve([]),
    self: () => Promise.resolve({ id: '005' }),
    relatedTo: () => Promise.resolve([]),
    close: () => Promise.resolve(closed()),
  }) as unknown as Crm; // nothing is written, so nothing else is asked

test('W8: where names were unique nothing is written without their field, and the connection stays for whoever mends it', async () => {
  let closed = 0;
  let isBack = false;
  const keeper = keepOne(() => Promise.resolve(0), {
    wasUnique: true,
    connect: () => Promise.resolve(isBack ? mended : reduced(() => closed++)),
  });
  const mended = { ...reduced(() => undefined), form: 'unique', reducedBecause: undefined, maxRecords: 200 } as Crm;
  await keeper.pass(60_000);
  const first = keeper.crm();
  expect(first).toMatchObject({ form: 'reduced' });
  expect(keeper.seen).toMatchObject({ taken: 0, connected: 1 });
  expect(keeper.seen.troubles.at(-1)).toMatchObject({ mendedBy: 'admin', code: 'NAME_FIELD_LOST' });
  expect(keeper.seen.troubles.at(-1)).toHaveProperty('message', expect.stringMatching(/^The field is out of sight\. It was there before/));

  await keeper.pass(10 * 60_000); // looked for twice, by connections of their own
  expect(keeper.seen.connected).toBe(3);
  expect(closed).toBe(2);
  expect(keeper.crm()).toBe(first);
  isBack = true;
  await keeper.pass(5 * 60_000);
  expect(keeper.crm()).toMatchObject({ form: 'unique' });
  expect(closed).toBe(3);
  expect(keeper.seen.taken).toBe(1);
  expect(keeper.seen.troubles.at(-1)).toBeUndefined();
  await keeper.close();
});

test('W8: an org that never had the field is written to without it; one that has it is known by that from then on', async () => {
  const without = keepOne(() => Promise.resolve(0), { crm: { form: 'reduced', reducedBecause: 'There is none.' } });
  await without.pass(10_000);
  expect(without.seen).toMatchObject({ taken: 1, wasUnique: false });
  await without.close();
  const unique = keepOne(() => Promise.resolve(0));
  await unique.pass(10_000);
  expect(unique.seen).toMatchObject({ taken: 1, wasUnique: true });
  await unique.close();
});
