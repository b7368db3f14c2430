import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { crms, crmSignIns } from '../crms/index.ts';
import { startOrg } from '../emulators/salesforce/org.ts';
import { connecting } from '../server/connect/connect.ts';
import { type Crm, Refused } from '../server/crm.ts';
import { connectStore } from '../server/store/connect-store.ts';
import { consoleStore } from '../server/store/console-store.ts';
import { type Database, openDatabase } from '../server/store/database.ts';
import { openSecrets } from '../server/store/secrets.ts';
import { openVault } from '../server/store/vault-store.ts';
import type { OrgId } from '../server/store.ts';
import { startTestDatabase } from '../server/testing/test-database.ts';
import { realWorld } from '../server/world.ts';

// The product's side and the stand-in's, neither of which knows the other: what one asks, the other must answer as Salesforce does.

const world = realWorld();
const secrets = openSecrets(Buffer.alloc(32, 9).toString('base64'), world);
const redirectUri = 'https://phone.acme.example/signed-in';
const browser = 'the browser that began';
const user = 'anna.nowak@acme.example';
const appKey = 'their-app';

let salesforce: Awaited<ReturnType<typeof startOrg>>;
let nodes: readonly Database[];
let drop: () => Promise<void>;
let org: OrgId;
const open: Crm[] = [];

const control = async (method: string, path: string, body?: object): Promise<Record<string, unknown>> => {
  const answer = await fetch(`${salesforce.controlUrl}/__org${path}`, { method, ...(body ? { body: JSON.stringify(body) } : {}) });
  if (!answer.ok) throw new Error(`${method} ${path}: ${await answer.text()}`);
  return (await answer.json()) as Record<string, unknown>;
};
beforeAll(async () => {
  salesforce = await startOrg({ file: ':memory:', clientId: 'cordboard', clientSecret: 'stand-in-secret' });
  const database = await startTestDatabase();
  nodes = [1, 2].map(() => openDatabase(database.address, world, () => undefined, 6));
  drop = database.drop;
});
afterAll(async () => {
  await Promise.all(open.splice(0).map((crm) => crm.close()));
  await Promise.all(nodes.map((node) => node.close()));
  await drop();
  await salesforce.stop();
});
beforeEach(async () => {
  await nodes[0]!.query({ text: 'update orgs set crm = null' });
  org = await consoleStore(nodes[0]!).addOrg('Connected', 'live', null);
  await control('DELETE', '/grants');
  await control('POST', '/sessions', { rotateRefreshTokens: true });
  await control('POST', '/apps', {
    clientId: appKey,
    secret: 'planted-app-secret',
    callbackUrls: [redirectUri],
    scopes: ['id', 'api', 'refresh_token'],
    requirePkce: true,
  });
  await control('POST', '/consent', { user });
});

const vaultOn = (node: number) => openVault({ database: nodes[node]!, world, secrets, onTrouble: () => undefined }, org);
const connectingOn = (node: number) =>
  connecting({
    store: connectStore(nodes[node]!),
    world,
    secrets,
    signIn: crmSignIns.salesforce(world),
    open: (settings, vault) => crms.salesforce(settingsIn(settings), world, undefined, vault),
    vault: () => vaultOn(node),
    audit: async () => undefined,
    stop: new AbortController().signal,
  });
const settingsIn = ({ kind: _, ...settings }: object & { kind?: string }) => settings as Parameters<typeof crms.salesforce>[0];
const worker = async (node: number): Promise<Crm> => {
  const { crm } = (await connectStore(nodes[node]!).org(org))!;
  const settings = settingsIn(JSON.parse(secrets.open(crm!, 'orgs crm')) as object);
  const connected = await crms.salesforce(settings, world, undefined, vaultOn(node));
  open.push(connected);
  return connected;
};
/** Goes where the browser would be sent, until it comes back to us. */
const throughThePages = async (url: string) => {
  for (let at = url; ;) {
    const answer = await fetch(at, { redirect: 'manual' });
    const to = answer.headers.get('location');
    if (to === null) throw new Error(`${at} answered ${answer.status}: ${(await answer.text()).slice(0, 300)}`);
    at = new URL(to, at).href;
    if (at.startsWith(redirectUri)) return new URL(at).searchParams;
  }
};
const signIn = async (given: object = { loginUrl: salesforce.apiUrl, clientId: appKey, clientSecret: 'planted-app-secret' }) => {
  const { url } = await connectingOn(0).begin(org, given, { person: 'admin', browser, redirectUri, popup: true });
  const came = await throughThePages(url);
  const code = came.get('code');
  const state = came.get('state')!;
  // another node than the one that began
  return connectingOn(1).finish(
    state,
    [browser],
    code === null ? { error: came.get('error')!, description: came.get('error_description') ?? undefined } : { code },
  );
};
type Log = { readonly last: number; readonly entries: readonly { readonly path: string }[] };
const logSince = async (since: number) => (await control('GET', `/log?since=${since}`)) as unknown as Log;
const tokensAsked = async (since: number) => (await logSince(since)).entries.filter(({ path }) => path.endsWith('/oauth2/token'));

test('an admin signs in on the org’s pages, with PKCE and the secret, and the org is connected as that user', async () => {
  expect(await signIn()).toMatchObject({ org, identity: { login: user, userName: 'Anna Nowak' } });
  expect((await (await worker(1)).users()).length).toBeGreaterThan(3);
});

test('four workers of two nodes whose session ends at once exchange the rotating token once, ten times over, and live', async () => {
  await signIn();
  const workers = await Promise.all([0, 1, 0, 1].map(worker));
  for (let round = 0; round < 10; round++) {
    const before = (await logSince(0)).last;
    await control('DELETE', '/sessions');
    const users = await Promise.all(workers.map((crm) => crm.users()));
    expect(users.every((list) => list.length > 3)).toBe(true);
    expect(await tokensAsked(before)).toHaveLength(1);
  }
  expect(await control('GET', `/grants?clientId=${appKey}`)).toHaveLength(1);
});

test('a consent that is revoked in the org asks for a person once, and signing in again mends it', async () => {
  await signIn();
  const crm = await worker(0);
  await control('DELETE', `/grants?clientId=${appKey}`);
  const refused = async (work: Promise<unknown>) =>
    work.then(
      () => undefined,
      (error: unknown) => (error instanceof Refused ? error.failure : error),
    );
  expect(await refused(crm.users())).toMatchObject({
    mendedBy: 'admin',
    signIn: true,
    code: 'invalid_grant',
    message: expect.stringContaining('Reconnect'),
  });
  const before = (await logSince(0)).last;
  expect(await refused(crm.users())).toMatchObject({ signIn: true });
  expect(await refused(worker(1))).toMatchObject({ signIn: true });
  expect(await tokensAsked(before)).toEqual([]);
  expect(
    await connectingOn(0)
      .test(org)
      .catch((error: Refused) => error.failure.code),
  ).toBe('invalid_grant');
  expect(await signIn({})).toMatchObject({ identity: { login: user } });
  expect((await (await worker(1)).users()).length).toBeGreaterThan(3);
});

test('reconnecting gives the former consent back: one is left, however often', async () => {
  for (let time = 0; time < 3; time++) await signIn();
  expect(await control('GET', `/grants?clientId=${appKey}`)).toHaveLength(1);
  await connectingOn(0).disconnect(org, 'admin');
  expect(await control('GET', `/grants?clientId=${appKey}`)).toHaveLength(0);
});

test('what the org refuses is said in words', async () => {
  await control('POST', '/consent', { user, deny: true });
  expect(await signIn()).toMatchObject({ problem: { code: 'access_denied', message: expect.stringContaining('allow it') } });
  await control('POST', '/consent', { user });
  await control('POST', '/apps', { clientId: appKey, permittedUsers: 'AdminApprovedPreAuthorized' });
  expect(await signIn()).toMatchObject({
    problem: { code: 'OAUTH_APP_ACCESS_DENIED', message: expect.stringContaining('pre-authorised') },
  });
  await control('POST', '/apps', { clientId: appKey, permittedUsers: 'AllSelfAuthorized' });
  expect(await signIn({ loginUrl: salesforce.apiUrl, clientId: appKey, clientSecret: 'wrong-secret' })).toMatchObject({
    problem: { code: 'invalid_client', message: expect.stringContaining('secret') },
  });
});

test('a user who may not use the API is refused by name of the right, and leaves no consent behind', async () => {
  const profiles = (await (await fetch(`${salesforce.controlUrl}/__org/export?object=Profile`)).text()).split('\n').filter(Boolean);
  const ProfileId = profiles
    .map((line) => JSON.parse(line) as { Id: string; Name: string })
    .find(({ Name }) => Name.startsWith('Minimum Access'))?.Id;
  const Username = 'olaf@acme.example';
  const zones = { TimeZoneSidKey: 'Europe/Warsaw', LocaleSidKey: 'en_US', EmailEncodingKey: 'UTF-8', LanguageLocaleKey: 'en_US' };
  const fields = { Username, LastName: 'Olaf', Email: Username, Alias: 'olaf', IsActive: true, ProfileId, ...zones };
  await control('POST', '/as-human', { action: 'create', object: 'User', fields });
  await control('POST', '/consent', { user: Username });
  expect(await signIn()).toMatchObject({ problem: { code: 'API_DISABLED_FOR_ORG', message: expect.stringContaining('connected user') } });
  expect(await control('GET', `/grants?clientId=${appKey}`)).toHaveLength(0);
  expect((await connectStore(nodes[0]!).org(org))?.crm).toBeNull();
});

test('FC-40: unattended with a key made here: the org has the certificate, the user is pre-authorised', async () => {
  const product = connectingOn(0);
  await product.makeKey(org, 'admin');
  const { certificate } = (await connectStore(nodes[0]!).key(org))!;
  await control('POST', '/apps', {
    clientId: 'jwt-app',
    certificate,
    scopes: ['id', 'api', 'refresh_token'],
    permittedUsers: 'AdminApprovedPreAuthorized',
    approvedUsers: [],
  });
  const given = { by: 'jwt', loginUrl: salesforce.apiUrl, clientId: 'jwt-app', username: user } as const;
  const refused = (await product.connectUnattended(org, given, 'admin').catch((error: unknown) => error)) as Refused;
  expect(refused.failure).toMatchObject({ mendedBy: 'admin', message: expect.stringMatching(/pre-authorise/i) });
  await control('POST', '/apps', { clientId: 'jwt-app', approvedUsers: [user] });
  expect(await product.connectUnattended(org, given, 'admin')).toMatchObject({ login: user });
  expect(await connectingOn(1).test(org)).toMatchObject({ login: user });
  expect((await (await worker(1)).users()).length).toBeGreaterThan(3);
});

test('DP-11: an agent only says who they are where the org wants it so, and leaves nothing with us', async () => {
  await signIn();
  await connectStore(nodes[0]!).setActAs(org, 'integration-user');
  const { uid } = (await connectStore(nodes[0]!).org(org))!;
  const crm = await worker(0);
  const { postgresStore } = await import('../server/store/postgres.ts');
  await postgresStore(nodes[0]!, world, () => undefined).saveUsers(org, await crm.users(), (await crm.self()).id, undefined);
  const before = ((await control('GET', '/grants')) as unknown as unknown[]).length;
  const { url } = await connectingOn(0).beginAsAgent(uid, { browser, redirectUri, popup: true });
  const came = await throughThePages(url);
  expect(await connectingOn(1).finish(came.get('state')!, [browser], { code: came.get('code')! })).toMatchObject({
    org,
    what: 'identity',
    lends: false,
    agent: expect.stringMatching(/^005/),
  });
  expect(((await control('GET', '/grants')) as unknown as unknown[]).length).toBe(before);
});

test('DP-11: an agent lets us act as them; set back to the integration user, the org forgets it, too', async () => {
  await signIn();
  const { uid } = (await connectStore(nodes[0]!).org(org))!;
  const crm = await worker(0);
  const { postgresStore } = await import('../server/store/postgres.ts');
  await postgresStore(nodes[0]!, world, () => undefined).saveUsers(org, await crm.users(), (await crm.self()).id, undefined);
  await control('POST', '/consent', { user: 'haruto.sato@acme.example' });
  const { url } = await connectingOn(0).beginAsAgent(uid, { browser, redirectUri, popup: true });
  const came = await throughThePages(url);
  const agent = await connectingOn(1).finish(came.get('state')!, [browser], { code: came.get('code')! });
  if (!('lends' in agent) || !agent.lends) throw new Error(JSON.stringify(agent));
  const theirs = async () => ((await control('GET', `/grants?user=${agent.agent}`)) as unknown as unknown[]).length;
  expect(await theirs()).toBe(1);
  expect(await connectingOn(1).setActAs(org, 'integration-user', 'admin')).toBe(1);
  expect([await theirs(), await connectStore(nodes[0]!).lent(org, agent.agent)]).toEqual([0, undefined]);
  expect(await (await worker(1)).self()).toMatchObject({ id: expect.stringMatching(/^005/) }); // the org's own consent is another
});
