import { afterAll, beforeAll, expect, test } from 'vitest';
import { crms } from '../crms/index.ts';
import { startOrg } from '../emulators/salesforce/org.ts';
import { defaultPolicy } from './decide/policy.ts';
import { keepOrgs, type Keeper } from './org-keeper.ts';
import { consoleStore, type ConsoleStore } from './store/console-store.ts';
import { type Database, openDatabase } from './store/database.ts';
import { postgresStore } from './store/postgres.ts';
import { setupStore, type SetupStore } from './store/setup-store.ts';
import type { CrmSetup, Outcome } from './crm-setup.ts';
import type { OrgId } from './store.ts';
import { startTestDatabase } from './testing/test-database.ts';
import { realWorld } from './world.ts';
import { byKeeper, orgSetup, SetupRefused, type SetupOptions } from './setup/setup.ts';

const world = realWorld();
const stop = new AbortController();
let standIn: Awaited<ReturnType<typeof startOrg>>;
let database: Database;
let admin: ConsoleStore;
let kept: SetupStore;
let keeper: Keeper;
let org: OrgId;
let drop: () => Promise<void>;
const said: string[] = [];
const setupOf = (more: Partial<SetupOptions> = {}) =>
  orgSetup({
    store: kept,
    world,
    node: 'here',
    publicUrl: 'https://phone.acme.example',
    crm: keeper.crm,
    policy: async () => defaultPolicy('en'),
    audit: admin.audit,
    // As another seal is: other text that says the same.
    reseal: (sealed) => `${sealed} `,
    reconnected: byKeeper(keeper.crm, world, stop.signal),
    report: (what) => void said.push(what),
    stop: stop.signal,
    ...more,
  });
const audited = async (of: OrgId) =>
  (await database.query({ text: 'select what from audit where org = $1 order by at' }, [of])).rows.map((row) => row.what as string);
const readOrgs = () => postgresStore(database, world, () => undefined).readOrgs();
const trouble = async (of: OrgId) =>
  (await database.query({ text: 'select crm_trouble from org_facts where org = $1' }, [of])).rows[0]?.crm_trouble ?? undefined;
const standInControl = (path: string, body: object) =>
  fetch(`${standIn.controlUrl}/__org${path}`, { method: 'POST', body: JSON.stringify(body) });
/** Deletes in the org, as an admin of it does. */
async function takeOut(soql: string) {
  const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: 'cordboard', client_secret: 'stand-in-secret' });
  const token = (await (await fetch(`${standIn.apiUrl}/services/oauth2/token`, { method: 'POST', body: form })).json()) as {
    access_token: string;
  };
  const ask = (method: string, path: string) =>
    fetch(`${standIn.apiUrl}/services/data/v67.0${path}`, { method, headers: { authorization: `Bearer ${token.access_token}` } });
  const found = (await (await ask('GET', `/query?q=${encodeURIComponent(soql)}`)).json()) as {
    records: { attributes: { type: string }; Id: string }[];
  };
  for (const { attributes, Id } of found.records) await ask('DELETE', `/sobjects/${attributes.type}/${Id}`);
}
/** As at a start: by settings that say the same. */
async function connectAnew(of: OrgId) {
  const before = keeper.crm(of);
  await kept.reconnect(of, (sealed) => `${sealed} `, false);
  while (keeper.crm(of) === undefined || keeper.crm(of) === before) await world.sleep(20);
}
const well: Outcome = { by: 'deploy', parts: [], leftOut: [], failures: [], lacks: [], verified: true };
/** An org of its own that takes whatever it is given. */
async function anOrg(more: Partial<CrmSetup> = {}) {
  const setup: CrmSetup = {
    version: 2,
    check: async () => ({ findings: [], installed: { state: 'missing', current: 2 } }),
    install: async () => well,
    removal: async () => ({ parts: [], extraFields: [], stays: [], people: 0, tasks: 0 }),
    uninstall: async () => well,
    ...more,
  };
  return { org: await admin.addOrg('Another', 'observe', null), setup: setupOf({ crm: () => ({ setup }) }) };
}

beforeAll(async () => {
  const testing = await startTestDatabase();
  database = openDatabase(testing.address, world, () => undefined);
  admin = consoleStore(database);
  kept = setupStore(database);
  standIn = await startOrg({ file: ':memory:', clientId: 'cordboard', clientSecret: 'stand-in-secret', withoutCustomFields: true });
  const settings = { loginUrl: standIn.apiUrl, clientId: 'cordboard', clientSecret: 'stand-in-secret' };
  org = await admin.addOrg('Acme', 'observe', JSON.stringify(settings));
  const store = postgresStore(database, world, () => undefined);
  keeper = keepOrgs({
    store,
    world,
    node: 'here',
    connect: (sealed) => crms.salesforce(JSON.parse(sealed), world),
    writer: { sideBySide: 1, requestLimitMs: 20_000, pollMs: 500 },
    connected: () => undefined,
    signedIn: async () => undefined,
    proved: async () => undefined,
    proveAgents: async () => undefined,
    rules: () => Promise.resolve({ policyVersion: 1, defaults: {}, duplicates: 'park', country: undefined }),
    whoIsThere: () => Promise.resolve(new Map()),
    report: () => undefined,
    stop: stop.signal,
  });
  const listener = await store.listen((channel) => channel === 'orgs' && keeper.ring('orgs'));
  drop = async () => {
    await listener.close();
    await testing.drop();
  };
  await keeper.tried;
  while (!keeper.crm(org)) await world.sleep(20); // the first try may fail on a busy machine; the test's time limit ends this
});
afterAll(async () => {
  stop.abort();
  keeper.ring('orgs');
  await keeper.done;
  await drop();
  await database.close();
  await standIn.stop();
});

test('DP-67, DP-68: from reduced to unique names and back, step by step, with what the org has known to every step', async () => {
  const setup = setupOf();
  expect(keeper.crm(org)!.form).toBe('reduced');
  const before = await setup.tell(org);
  expect(before.check!.installed).toEqual({ state: 'missing', current: 2 });
  expect(before.check!.findings.find(({ problem }) => problem === 'not-installed')).toMatchObject({ level: 'warn', mendedBy: 'admin' });
  expect(before.job).toBeUndefined();

  const { ended } = await setup.begin(org, { what: 'install' }, 'Ada');
  await expect(setup.begin(org, { what: 'install' }, 'Bo')).rejects.toThrow(SetupRefused);
  expect((await setup.tell(org)).job).toMatchObject({ what: 'install', by: 'Ada', state: 'running' });
  expect(await ended).toMatchObject({ state: 'done', step: 'check', outcome: { by: 'deploy', failures: [], verified: true } });
  expect(keeper.crm(org)!.form).toBe('unique'); // nobody pressed anything else
  const after = await setup.tell(org);
  expect(after.check!.installed).toEqual({ state: 'current', version: 2, current: 2 });

  // W8: somebody takes the fields out of sight, and a server starts anew: it doesn't go on as if they had never been there.
  const wasUnique = async () => (await readOrgs()).find((one) => one.org === org)!.wasUnique;
  expect(await wasUnique()).toBe(true);
  await takeOut("SELECT Id FROM PermissionSetAssignment WHERE PermissionSet.Name = 'Cordboard'");
  await connectAnew(org);
  expect(keeper.crm(org)!.form).toBe('reduced');
  while ((await trouble(org)) === undefined) await world.sleep(20);
  expect(await trouble(org)).toMatchObject({ code: 'NAME_FIELD_LOST' });
  expect((await setup.check(org)).findings).toContainEqual(expect.objectContaining({ level: 'bad', problem: 'name-field-lost' }));
  expect(await (await setup.begin(org, { what: 'install' }, 'Ada')).ended).toMatchObject({ state: 'done' });
  expect(keeper.crm(org)!.form).toBe('unique');
  while ((await trouble(org)) !== undefined) await world.sleep(20);

  // What can't be taken out is still there.
  await standInControl('/faults', {
    kind: 'whole-error',
    status: 400,
    error: { statusCode: 'UNKNOWN_EXCEPTION', message: 'Not now' },
    times: 1,
    match: { pathPrefix: '/services/data/v67.0/metadata/deployRequest' },
  });
  expect(await (await setup.begin(org, { what: 'uninstall' }, 'Ada')).ended).toMatchObject({ state: 'failed' });
  expect(await wasUnique()).toBe(true);

  await (
    await setup.begin(org, { what: 'uninstall' }, 'Ada')
  ).ended;
  expect((await setup.tell(org)).job).toMatchObject({ what: 'uninstall', state: 'done' });
  expect(await wasUnique()).toBe(false);
  expect(keeper.crm(org)!.form).toBe('reduced');
  expect(await trouble(org)).toBeUndefined();
  expect(await audited(org)).toEqual([
    'began: installed in the org',
    'installed in the org',
    'began: installed in the org',
    'installed in the org',
    'began: uninstalled from the org',
    'could not finish: uninstalled from the org',
    'began: uninstalled from the org',
    'uninstalled from the org',
  ]);
});

test('an install whose server was killed is found and said once, and can be begun again', async () => {
  const { org, setup } = await anOrg();
  const job = (await kept.begin(org, 'install', 'Ada', 'the node that was killed'))!;
  await kept.beat(job, 'deploy', { done: 3, total: 10 });
  expect((await setup.tell(org)).job).toMatchObject({ state: 'running', step: 'deploy', progress: { done: 3, total: 10 } });
  await database.query({ text: "update setup_jobs set beat_at = cb_now() - interval '21 seconds' where job = $1" }, [job]);
  expect((await setup.tell(org)).job).toMatchObject({ state: 'interrupted', step: 'deploy' });
  await setup.tell(org);
  expect((await audited(org)).filter((what) => what === 'found that it was interrupted: installed in the org')).toHaveLength(1);
  expect(await (await setup.begin(org, { what: 'install' }, 'Ada')).ended).toMatchObject({ state: 'done' });
});

test('a server that comes back under its name knows at once that its own work is over', async () => {
  const { org, setup } = await anOrg();
  const job = (await kept.begin(org, 'install', 'Ada', 'the one that comes back'))!;
  await setup.findInterrupted('the one that comes back');
  expect(said).toContain('setup.interrupted');
  expect(await kept.newest(org)).toMatchObject({ job, state: 'interrupted' });
});

test('what goes wrong is said in the row: the next who looks reads what to do', async () => {
  const { org, setup } = await anOrg({ install: () => Promise.reject(new Error('The wire is cut.')) });
  expect(await (await setup.begin(org, { what: 'install' }, 'Ada')).ended).toMatchObject({ state: 'failed', trouble: 'The wire is cut.' });
});

test('what was given up meanwhile ends, however slow the server was that worked on it', async () => {
  const { org, setup } = await anOrg({
    async install(_ask, onStep, signal) {
      // As another server does. Not by the clock: just then this one may say that it is still at it.
      await database.query({ text: "update setup_jobs set state = 'interrupted', ended_at = cb_now() where org = $1" }, [org]);
      await onStep('deploy').catch(() => undefined);
      throw signal.reason; // what waits for the org hears of it by this alone
    },
  });
  expect(await (await setup.begin(org, { what: 'install' }, 'Ada')).ended).toMatchObject({
    state: 'failed',
    trouble: expect.stringContaining('gave it up') as string,
  });
});

test('W8: an org that was uninstalled goes on without unique names, also if the work was given up at that moment', async () => {
  const { org, setup } = await anOrg({
    async uninstall() {
      await database.query({ text: "update setup_jobs set state = 'interrupted', ended_at = cb_now() where org = $1" }, [org]);
      return well;
    },
  });
  await database.query({ text: 'insert into org_facts (org, unique_since) values ($1, cb_now())' }, [org]);
  const wasUnique = async () => (await readOrgs()).find((one) => one.org === org)!.wasUnique;
  expect(await wasUnique()).toBe(true);
  await (
    await setup.begin(org, { what: 'uninstall' }, 'Ada')
  ).ended;
  expect(await wasUnique()).toBe(false);
});

test('what was found before the org was connected, or by an older Cordboard, is looked at anew; anything else is not', async () => {
  let checks = 0;
  let version = 1;
  const setup = {
    get version() {
      return version;
    },
    check: async () => ((checks += 1), { findings: [], installed: { state: 'missing' as const, current: version } }),
    install: async () => well,
    removal: async () => ({ parts: [], extraFields: [], stays: [], people: 0, tasks: 0 }),
    uninstall: async () => well,
  } satisfies CrmSetup;
  let isConnected = false;
  const org = await admin.addOrg('Later', 'observe', null);
  const its = setupOf({ crm: () => (isConnected ? { setup } : undefined) });
  expect((await its.tell(org)).check!.findings).toMatchObject([{ problem: 'not-connected' }]);
  isConnected = true;
  expect((await its.tell(org)).check!.findings).toMatchObject([{ area: 'connection', level: 'ok' }]);
  await its.tell(org);
  expect(checks).toBe(1);
  version = 2;
  expect((await its.tell(org)).check!.installed).toMatchObject({ current: 2 });
  expect(checks).toBe(2);
});

test('an org that is not connected is a finding, and nothing can be begun in it', async () => {
  const org = await admin.addOrg('Away', 'observe', null);
  const setup = setupOf({ crm: () => undefined });
  expect((await setup.check(org)).findings).toMatchObject([{ problem: 'not-connected', level: 'bad' }]);
  await expect(setup.begin(org, { what: 'install' }, 'Ada')).rejects.toThrow(/not connected/);
  await expect((async () => setup.removal(org))()).rejects.toThrow(/not connected/);
});
