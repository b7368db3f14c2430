import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Hono } from 'hono';
import { Refused } from '../crm.ts';
import { hashToken, type Visitor } from '../guard.ts';
import { openShelf } from '../recordings/shelf.ts';
import { openTestDoors } from '../testing/test-doors.ts';
import { connectStore } from '../store/connect-store.ts';
import { consoleStore, type ConsoleStore } from '../store/console-store.ts';
import { type Database, openDatabase } from '../store/database.ts';
import { postgresStore } from '../store/postgres.ts';
import { placeOfConsent } from '../store/vault-store.ts';
import type { OrgId } from '../store.ts';
import { aConnect, acme } from '../testing/a-connect.ts';
import { startTestDatabase } from '../testing/test-database.ts';
import { realWorld } from '../world.ts';
import { type Org, OrgList, SignedIn } from '../../wire/console.ts';

const world = realWorld();
const home = 'https://phone.acme.example';
let database: Database;
let admin: ConsoleStore;
let app: Hono<{ Variables: { visitor: Visitor } }>;
let made: ReturnType<typeof aConnect>;
/** How often all that is told of orgs was counted. */
let heavy = 0;
let drop: () => Promise<void>;
let org: OrgId;
let cookie: string;

beforeAll(async () => {
  const test = await startTestDatabase();
  const real = openDatabase(test.address, world, () => undefined);
  database = {
    ...real,
    query: (name, values) => {
      if (name === 'list-orgs') heavy++;
      return real.query(name, values);
    },
  };
  admin = consoleStore(database);
  drop = () => test.drop();
});
afterAll(async () => {
  await database.close();
  await drop();
});
let tokens = 0;
const aSession = async (of: OrgId) => {
  const token = `session-${++tokens}`;
  await admin.addSession(of, hashToken(token), 'admin');
  return `cordboard_session=${token}`;
};
beforeEach(async () => {
  await database.query({ text: 'delete from ways_in' });
  await database.query({ text: 'delete from consents' });
  await database.query({ text: 'update orgs set crm = null' });
  made = aConnect(database, admin, home);
  app = openTestDoors({
    world,
    console: admin,
    publicUrl: home,
    secureCookies: true,
    standIn: async () => false,
    connect: made.parts,
    recordings: {
      shelf: openShelf(database),
      push: async () => ({ status: 200, headers: {}, body: { recording: 'x', is: 'known' } }),
      play: async () => new Response(''),
      figures: async () => ({}),
    },
    hookUrl: (connection) => connection,
    report: (what, fields) => process.stderr.write(`${what} ${JSON.stringify(fields)}\n`),
  });
  org = await admin.addOrg('Sales', 'live', null);
  cookie = await aSession(org);
});

const ask = async (method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown, headers: Record<string, string> = {}) =>
  app.request(`${home}${path}`, {
    method,
    headers: { host: 'phone.acme.example', cookie, 'x-cordboard': '1', 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
const app1 = { loginUrl: 'https://login.salesforce.com', clientId: 'the-key', clientSecret: 'planted-app-secret', popup: true };
const begin = async (more: object = {}, of: OrgId = org): Promise<string> => {
  const answer = await ask('POST', `/api/orgs/${of}/sign-in`, { ...app1, ...more });
  expect(answer.status).toBe(200);
  return new URL(((await answer.json()) as { url: string }).url).searchParams.get('state')!;
};
const comeBack = async (body: object, headers: Record<string, string> = {}) =>
  SignedIn.parse(await (await ask('POST', '/api/signed-in', body, headers)).json());
const orgs = async (): Promise<Org[]> => OrgList.parse(await (await ask('GET', '/api/orgs')).json()).orgs;
const read = async (of: OrgId = org) => (await orgs()).find(({ id }) => id === of)!;
const connect = async (of: OrgId = org) => comeBack({ state: await begin({}, of), code: 'good' });
const everythingStored = async () =>
  JSON.stringify(
    await Promise.all(
      ['orgs', 'ways_in', 'consents', 'askings', 'crm_keys', 'sessions', 'audit'].map(
        async (table) => (await database.query({ text: `select * from ${table}` })).rows,
      ),
    ),
  );

describe('an org is connected by a person who signs in there', () => {
  test('it says as whom, where, by whom and since when', async () => {
    expect(await connect()).toEqual({
      popup: true,
      agent: false,
      org,
      as: { orgName: 'Acme', userName: 'Integration User', login: acme.login },
    });
    expect(await read()).toMatchObject({
      connected: true,
      wayIn: {
        means: 'web',
        org: { name: 'Acme' },
        user: { login: acme.login },
        host: acme.host,
        connectedBy: 'admin',
        signedInAt: expect.any(String),
      },
    });
    expect(made.heard.begun).toMatchObject([{ for: 'org', redirectUri: `${home}/signed-in` }]);
  });
  test('S2: no secret stands readable in the database', async () => {
    await begin(); // one that nobody came back from
    await connect();
    await ask('POST', `/api/orgs/${org}/key`);
    const stored = await everythingStored();
    expect(stored).not.toContain('planted');
    for (const { state } of made.heard.begun) expect(stored).not.toContain(state);
  });
  test('any node may answer: what began here is finished by another process', async () => {
    const state = await begin();
    const other = aConnect(database, admin, home);
    const outcome = await other.parts.connecting.finish(state, [cookie.split('=')[1]!], { code: 'good' });
    expect(outcome).toMatchObject({ org, identity: { orgName: 'Acme' } });
  });
  test('without a secret where the app asks for none', async () => {
    await comeBack({ state: await begin({ clientSecret: '' }), code: 'good' });
    expect(made.heard.settings.at(-1)).toMatchObject({ auth: { by: 'web', clientId: 'the-key' } });
  });
  test('reconnecting takes the settings as they were, and gives the former consent back', async () => {
    await connect();
    made.crm.who = { ...made.crm.who, userId: '005000000000002AAA' };
    await comeBack({ state: await begin({ loginUrl: undefined, clientId: undefined, clientSecret: undefined }), code: 'good' });
    expect(made.heard.settings.at(-1)).toMatchObject({
      loginUrl: app1.loginUrl,
      auth: { clientId: 'the-key', clientSecret: 'planted-app-secret' },
    });
    expect(made.heard.revoked).toEqual(['planted-refresh of 005000000000001AAA']);
  });
  test('when the app ends a sign-in by itself, the day is known', async () => {
    await comeBack({ state: await begin({ lifetimeDays: 30 }), code: 'good' });
    const { connectedAt, endsAt, lifetimeDays } = (await read()).wayIn!;
    expect(lifetimeDays).toBe(30);
    expect(Math.round((Date.parse(endsAt!) - Date.parse(connectedAt)) / 86_400_000)).toBe(30);
    await comeBack({ state: await begin(), code: 'good' });
    expect((await read()).wayIn?.lifetimeDays).toBe(30);
    await comeBack({ state: await begin({ lifetimeDays: null }), code: 'good' });
    expect((await read()).wayIn?.endsAt).toBeUndefined();
  });
  test('FC-39: a connected user who takes calls is pointed out', async () => {
    await connect();
    await database.query(
      { text: "insert into crm_users (org, id, name, email, zone, active) values ($1, $2, 'I', 'i@acme.example', 'UTC', true)" },
      [org, acme.userId],
    );
    await database.query(
      { text: 'insert into org_facts (org, self_user) values ($1, $2) on conflict (org) do update set self_user = excluded.self_user' },
      [org, acme.userId],
    );
    expect((await read()).selfIsAgent).toBe(false);
    await admin.savePeople(org, [{ connection: '', agent: '101', user: null, email: 'I@acme.example' }]);
    expect((await read()).selfIsAgent).toBe(true);
  });
  test('with another app’s key the former secret isn’t sent along', async () => {
    await connect();
    await comeBack({ state: await begin({ clientId: 'another-key', clientSecret: '' }), code: 'good' });
    expect(JSON.stringify(made.heard.settings.at(-1))).not.toContain('planted-app-secret');
  });
  test('the stored secret goes to no other address than the one it was entered for', async () => {
    await connect();
    const elsewhere = { loginUrl: 'https://login.salesforce.com.evil.example', clientId: 'the-key' };
    await comeBack({ state: await begin({ ...elsewhere, clientSecret: undefined }), code: 'good' });
    expect(made.heard.settings.at(-1)).toMatchObject({ loginUrl: elsewhere.loginUrl, auth: { by: 'web', clientId: 'the-key' } });
    await connect();
    await ask('POST', `/api/orgs/${org}/connect`, { ...elsewhere, by: 'client-credentials' });
    expect(made.heard.settings.slice(-2).map((settings) => JSON.stringify(settings).includes('planted-app-secret'))).toEqual([true, false]);
    await connect();
    await comeBack({ state: await begin({ loginUrl: 'https://LOGIN.salesforce.com/', clientSecret: '' }), code: 'good' });
    expect(made.heard.settings.at(-1)).toMatchObject({ auth: { clientSecret: 'planted-app-secret' } });
  });
});

describe('what comes back is believed once, in time, from the browser that began', () => {
  const good = (state: string) => ({ state, code: 'good' });
  test('a state nobody made', async () => expect((await comeBack(good('guess'))).problem).toMatchObject({ code: 'state_unknown' }));
  test('twice', async () => {
    const state = await begin();
    await comeBack(good(state));
    expect((await comeBack(good(state))).problem).toMatchObject({ code: 'state_used' });
  });
  test('two at the same moment: one counts', async () => {
    const state = await begin();
    const both = await Promise.all([1, 2, 3].map(() => comeBack(good(state))));
    expect(both.filter(({ as }) => as)).toHaveLength(1);
  });
  test('after ten minutes', async () => {
    const state = await begin();
    await database.query({ text: "update askings set expires_at = cb_now() - interval '1 second'" });
    expect((await comeBack(good(state))).problem).toMatchObject({ code: 'state_expired', message: expect.stringContaining('ten minutes') });
  });
  test('another browser, with a session of its own or none', async () => {
    const state = await begin();
    for (const theirs of [await aSession(org), 'cordboard_session=nobody', ''])
      expect((await comeBack(good(state), { cookie: theirs })).problem).toMatchObject({ code: 'state_other-browser' });
    expect((await comeBack(good(state))).as).toBeDefined();
  });
  test('whoever has signed out since', async () => {
    const state = await begin();
    await ask('POST', '/api/sign-out', {});
    expect((await comeBack(good(state))).problem).toMatchObject({ code: 'state_other-browser' });
  });
  test('a page of another site can’t hand it in', async () => {
    const state = await begin();
    const headers = { origin: 'https://evil.example' };
    expect((await ask('POST', '/api/signed-in', good(state), headers)).status).toBe(403);
    const form = await app.request(`${home}/api/signed-in`, {
      method: 'POST',
      headers: { host: 'phone.acme.example', cookie },
      body: JSON.stringify(good(state)),
    });
    expect(form.status).toBe(403);
  });
  test.each([{}, { state: 's' }, { state: 's', code: '' }, { state: 's', code: 'x'.repeat(5_000) }, { code: 'c' }])(
    '%j is malformed',
    async (body) => expect((await ask('POST', '/api/signed-in', body)).status).toBe(400),
  );
});

describe('what goes wrong is said, and changes nothing', () => {
  const unchanged = async () => expect(await read()).toMatchObject({ connected: false });
  test('refused on the page of the CRM', async () => {
    const came = await comeBack({ state: await begin(), error: 'access_denied', description: 'end-user denied authorization' });
    expect(came).toMatchObject({ org, popup: true, problem: { code: 'access_denied', message: 'refused: end-user denied authorization' } });
    await unchanged();
  });
  test('a code the CRM doesn’t take', async () => {
    expect((await comeBack({ state: await begin(), code: 'bad' })).problem).toMatchObject({ code: 'invalid_grant' });
    await unchanged();
  });
  test('a user who may not use the API: the consent is given back', async () => {
    made.crm.refused = new Refused({ mendedBy: 'admin', code: 'API_DISABLED_FOR_ORG', message: 'Enable the API for this user.' });
    expect((await connect()).problem).toMatchObject({ code: 'API_DISABLED_FOR_ORG' });
    expect(made.heard.revoked).toEqual(['planted-refresh of 005000000000001AAA']);
    await unchanged();
  });
  test('another org than before is refused by name, unless it is said', async () => {
    await connect();
    made.crm.identity = { ...acme, orgId: '00D000000000002AAA', orgName: 'Beta' };
    const { problem } = await connect();
    expect(problem).toMatchObject({ code: 'other_org', message: expect.stringMatching(/Beta.*Acme/) });
    expect(await read()).toMatchObject({ wayIn: { org: { name: 'Acme' } } });
    await database.query(
      {
        text: "insert into book_records (org, id, kind, name, state, fill) select $1, 'r' || n, 'contact', 'x', 'there', 1 from generate_series(1, 3) n",
      },
      [org],
    );
    expect((await comeBack({ state: await begin({ replace: true }), code: 'good' })).as).toMatchObject({ orgName: 'Beta' });
    expect((await database.query({ text: 'select 1 from book_records where org = $1' }, [org])).rows).toEqual([]);
  });
  test('W8: that names were unique is known after a new sign-in to the same org, and not of another one', async () => {
    const store = postgresStore(database, realWorld(), () => undefined);
    const row = async () => (await store.readOrgs()).find((one) => one.org === org)!;
    await connect();
    const { crm: first } = await row();
    await store.rememberUnique(org, first!);
    await connect();
    expect(await row()).toMatchObject({ wasUnique: true });
    made.crm.identity = { ...acme, orgId: '00D000000000002AAA', orgName: 'Beta' };
    await comeBack({ state: await begin({ replace: true }), code: 'good' });
    expect(await row()).toMatchObject({ wasUnique: false });
    await store.rememberUnique(org, first!); // a server that hasn't heard of it yet
    expect(await row()).toMatchObject({ wasUnique: false });
  });
  test('W9: an org in the place of the stand-in of the first start is asked for, and only observed', async () => {
    const sealed = made.secrets.seal(JSON.stringify({ loginUrl: 'http://127.0.0.1:4711', clientId: 'k', clientSecret: 's' }), 'orgs crm');
    await database.query({ text: 'update orgs set crm = $2 where org = $1' }, [org, sealed]);
    await database.query({ text: "insert into crm_users (org, id, name, email, zone, active) values ($1, '005', 'A', 'a', 'UTC', true)" }, [
      org,
    ]);
    expect((await comeBack({ state: await begin({ loginUrl: 'http://127.0.0.1:4711/' }), code: 'good' })).as).toBeDefined(); // it itself
    expect(await read()).toMatchObject({ mode: 'live' });
    await database.query({ text: 'delete from ways_in' });
    await database.query({ text: 'update orgs set crm = $2 where org = $1' }, [org, sealed]);
    expect((await connect()).problem).toMatchObject({ code: 'other_org', message: expect.stringContaining('stand-in') });
    expect(await read()).toMatchObject({ mode: 'live', waiting: 0 });
    await ask('POST', `/api/orgs/${org}/disconnect`, {});
    expect((await connect()).problem).toMatchObject({ code: 'other_org' }); // let go first, it was there all the same
    expect((await comeBack({ state: await begin({ replace: true }), code: 'good' })).as).toMatchObject({ orgName: 'Acme' });
    expect(await read()).toMatchObject({ mode: 'observe', wayIn: { org: { name: 'Acme' } } });
    expect((await database.query({ text: 'select 1 from crm_users where org = $1' }, [org])).rows).toEqual([]);
    await admin.setMode(org, 'live', false);
    await connect();
    expect(await read()).toMatchObject({ mode: 'live' });
  });
  test('an org that is connected already under another name', async () => {
    await connect();
    const second = await admin.addOrg('Second', 'observe', null);
    expect((await connect(second)).problem).toMatchObject({ code: 'org_taken', message: expect.stringContaining('“Sales”') });
  });
});

describe('an org that is connected unattended', () => {
  test('by client credentials, tried before it counts', async () => {
    made.crm.refused = new Refused({ mendedBy: 'admin', code: 'invalid_client', message: 'wrong secret' });
    const given = {
      by: 'client-credentials',
      loginUrl: 'https://acme.my.salesforce.com',
      clientId: 'k',
      clientSecret: 'planted-app-secret',
    };
    const refused = await ask('POST', `/api/orgs/${org}/connect`, given);
    expect([refused.status, await refused.json()]).toMatchObject([409, { error: { code: 'invalid_client' } }]);
    expect(await read()).toMatchObject({ connected: false });
    made.crm.refused = undefined;
    expect((await ask('POST', `/api/orgs/${org}/connect`, given)).status).toBe(200);
    expect(await read()).toMatchObject({ connected: true, wayIn: { means: 'client-credentials' } });
  });
  test('by the key that was made here, whose certificate can be fetched', async () => {
    expect((await ask('GET', `/api/orgs/${org}/certificate.crt`)).status).toBe(404);
    await ask('POST', `/api/orgs/${org}/key`);
    const answer = await ask('GET', `/api/orgs/${org}/certificate.crt`);
    expect(await answer.text()).toContain('BEGIN CERTIFICATE');
    expect(answer.headers.get('content-disposition')).toContain('cordboard.crt');
    await ask('POST', `/api/orgs/${org}/connect`, {
      by: 'jwt',
      loginUrl: 'https://login.salesforce.com',
      clientId: 'k',
      username: 'u@acme.example',
    });
    expect(made.heard.settings.at(-1)).toMatchObject({
      auth: { by: 'jwt', username: 'u@acme.example', privateKey: 'planted-private-key' },
    });
    expect(await read()).toMatchObject({ hasKey: true, wayIn: { means: 'jwt' } });
  });
  test('Test connection signs in anew and says who it is, or what is wrong', async () => {
    expect(await (await ask('POST', `/api/orgs/${org}/test`)).json()).toMatchObject({ problem: { code: 'not_connected' } });
    await connect();
    expect(await (await ask('POST', `/api/orgs/${org}/test`)).json()).toMatchObject({ as: { login: acme.login } });
    expect(made.heard.proved).toBe(1);
    made.crm.refused = new Refused({ mendedBy: 'admin', code: 'invalid_grant', message: 'Reconnect.', signIn: true });
    expect(await (await ask('POST', `/api/orgs/${org}/test`)).json()).toEqual({
      problem: { code: 'invalid_grant', message: 'Reconnect.' },
    });
  });
});

test('a server that stops ends what is under way, and begins nothing more', async () => {
  await connect();
  const { promise, resolve } = Promise.withResolvers<void>();
  made.crm.proving = promise;
  const testing = ask('POST', `/api/orgs/${org}/test`);
  while (made.heard.proved === 0) await new Promise((next) => setImmediate(next));
  const closedBefore = made.heard.closed;
  made.stop.abort();
  expect(made.heard.closed).toBe(closedBefore + 1); // what it asks is given up
  let isEnded = false;
  const ended = made.parts.connecting.ended().then(() => (isEnded = true));
  await new Promise((next) => setImmediate(next));
  expect(isEnded).toBe(false); // its token is on the way
  resolve();
  await ended;
  expect(await (await testing).json()).toMatchObject({ as: { login: acme.login } });
  expect(await (await ask('POST', `/api/orgs/${org}/test`)).json()).toMatchObject({ problem: { code: 'stopping' } });
  const state = await begin();
  expect((await comeBack({ state, code: 'good' })).problem).toMatchObject({ code: 'stopping' });
  expect((await database.query({ text: 'select 1 from askings where used_at is null and org = $1' }, [org])).rows).toHaveLength(1);
});

describe('several orgs', () => {
  test('are added, named, looked at in turn, and each keeps its own', async () => {
    const { id } = (await (await ask('POST', '/api/orgs', { name: ' Support ' })).json()) as { id: OrgId };
    expect(await read(id)).toMatchObject({ name: 'Support', mode: 'observe', connected: false, current: false });
    await ask('PUT', `/api/orgs/${id}`, { name: 'Service' });
    await ask('POST', `/api/orgs/${id}/enter`, {});
    expect(await read(id)).toMatchObject({ name: 'Service', current: true });
    expect(await read()).toMatchObject({ current: false });
    for (const path of ['999999', 'x', '1e3']) expect((await ask('POST', `/api/orgs/${path}/enter`, {})).status).toBe(404);
  });
  test('disconnecting takes the consent back and keeps the rest', async () => {
    await connect();
    expect(await (await ask('POST', `/api/orgs/${org}/disconnect`, {})).json()).toEqual({ revoked: true });
    expect(made.heard.revoked).toEqual(['planted-refresh of 005000000000001AAA']);
    expect(await read()).toMatchObject({ connected: false, wayIn: { org: { name: 'Acme' } } });
    expect((await connect()).as).toBeDefined();
  });
});

describe('agents sign in with Salesforce (DP-11)', () => {
  const anna = '005000000000009AAA';
  const aUser = () =>
    database.query(
      {
        text: "insert into crm_users (org, id, name, email, zone, active) values ($1, $2, 'Anna', 'anna@acme.example', 'Europe/Warsaw', true)",
      },
      [org, anna],
    );
  const beginAsAgent = async () => {
    const { agentsPath } = await read();
    const answer = await ask('POST', `/api${agentsPath.replace('/agent/', '/agents/')}/sign-in`, { popup: true }, { cookie: '' });
    const { url } = (await answer.json()) as { url: string };
    return { answer, state: new URL(url).searchParams.get('state')!, begun: answer.headers.get('set-cookie')!.split(';')[0]! };
  };
  const signInAs = async (userId: string) => {
    const { state, begun } = await beginAsAgent();
    made.crm.who = { orgId: acme.orgId, userId };
    const answer = await ask('POST', '/api/signed-in', { state, code: 'good' }, { cookie: begun });
    return { said: SignedIn.parse(await answer.json()), session: answer.headers.get('set-cookie')?.split(';')[0] };
  };

  test('saying who they are opens what is theirs and nothing of the console', async () => {
    await connect();
    await aUser();
    await ask('PUT', `/api/orgs/${org}/act-as`, { actAs: 'integration-user' });
    const { said, session } = await signInAs(anna);
    expect(said).toEqual({ popup: true, agent: true });
    expect(made.heard.begun.at(-1)).toMatchObject({ for: 'identity' });
    const me = await ask('GET', '/api/agent', undefined, { cookie: session! });
    expect(await me.json()).toEqual({ name: 'Anna', org: 'Sales', actAs: 'integration-user', lent: false });
    const token = session!.split('=')[1]!;
    for (const path of ['/api/status', '/api/calls', '/api/orgs', '/api/stream'])
      for (const theirs of [session!, `cordboard_session=${token}`])
        expect((await ask('GET', path, undefined, { cookie: theirs })).status).toBe(401);
    expect((await ask('GET', '/api/agent', undefined, { cookie })).status).toBe(401); // an admin is no agent
    expect((await ask('POST', '/api/agent/sign-out', {}, { cookie: session! })).status).toBe(204);
    expect((await ask('GET', '/api/agent', undefined, { cookie: session! })).status).toBe(401);
  });
  test('their stream holds their own cards alone', async () => {
    await connect();
    await aUser();
    const { session } = await signInAs(anna);
    for (const [recipient, text] of [
      [`user ${anna}`, 'hers'],
      ['user 005000000000008AAA', 'his'],
      ['admin', 'the console’s'],
    ])
      await database.query({ text: 'insert into stream (org, recipient, id, body) values ($1, $2, 1, $3)' }, [
        org,
        recipient,
        JSON.stringify({ text }),
      ]);
    await database.query({ text: 'insert into stream_counters (org, recipient, last) select $1, r, 1 from unnest($2::text[]) r' }, [
      org,
      [`user ${anna}`, 'admin'],
    ]);
    const answer = await ask('GET', '/api/agent/stream?after=0', undefined, { cookie: session! });
    const reader = answer.body!.getReader();
    const text = new TextDecoder().decode((await reader.read()).value);
    await reader.cancel();
    expect(text).toContain('event: notice');
    expect(text).toContain('hers');
    expect(text).not.toMatch(/his|console/);
  });
  test('somebody who is no user of the org is not let in', async () => {
    await connect();
    const { said, session } = await signInAs('005000000000777AAA');
    expect(said).toMatchObject({ agent: true, problem: { code: 'not_a_user' } });
    expect(session).toBeUndefined();
  });
  test('somebody of another org is not let in', async () => {
    await connect();
    const { state, begun } = await beginAsAgent();
    made.crm.who = { orgId: '00D000000000002AAA', userId: anna };
    expect((await comeBack({ state, code: 'good' }, { cookie: begun })).problem).toMatchObject({ code: 'other_org' });
  });
  test('a link that is sent to somebody signs in nobody: only the browser that began does', async () => {
    await connect();
    await aUser();
    const { state } = await beginAsAgent();
    expect((await comeBack({ state, code: 'good' }, { cookie: '' })).problem).toMatchObject({ code: 'state_other-browser' });
  });
  test('unless the org wants it otherwise, they let us act as them; it is kept sealed, and they take it back', async () => {
    await connect();
    await aUser();
    const { session } = await signInAs(anna);
    expect(made.heard.begun.at(-1)).toMatchObject({ for: 'agent' });
    expect(await read()).toMatchObject({ agents: 1 });
    expect(await (await ask('GET', '/api/agent', undefined, { cookie: session! })).json()).toMatchObject({ actAs: 'agent', lent: true });
    expect(await everythingStored()).not.toContain('planted');
    await ask('POST', '/api/agent/drop-consent', {}, { cookie: session! });
    expect(made.heard.revoked).toEqual([`planted-refresh of ${anna}`]);
    expect(await read()).toMatchObject({ agents: 0 });
  });
  test('why nothing is written in their name is on their page and the org’s, until they sign in again', async () => {
    await connect();
    await aUser();
    const { session } = await signInAs(anna);
    await made.store.sayAgentTrouble(
      org,
      anna,
      { code: 'invalid_grant', message: 'It was revoked.' },
      (await made.store.consentGiven(org, anna))!,
    );
    const me = async () => (await ask('GET', '/api/agent', undefined, { cookie: session! })).json();
    expect(await me()).toMatchObject({ lent: false, trouble: 'It was revoked.' });
    expect(await read()).toMatchObject({ agents: 0, agentsInTrouble: [{ name: 'Anna', because: 'It was revoked.' }] });
    await signInAs(anna);
    expect(await me()).toEqual({ name: 'Anna', org: 'Sales', actAs: 'agent', lent: true });
    expect(await read()).toMatchObject({ agents: 1, agentsInTrouble: [] });
  });
  test('the end of a former consent that is told late is not the one’s they have given since', async () => {
    await connect();
    await aUser();
    await signInAs(anna);
    const former = (await made.store.consentGiven(org, anna))!;
    await signInAs(anna);
    const trouble = { code: 'invalid_grant', message: 'It was revoked.' };
    await made.store.sayAgentTrouble(org, anna, trouble, former);
    expect(await read()).toMatchObject({ agents: 1, agentsInTrouble: [] });
    await made.store.sayAgentTrouble(org, anna, trouble, (await made.store.consentGiven(org, anna))!);
    expect(await read()).toMatchObject({ agents: 0, agentsInTrouble: [{ name: 'Anna' }] });
    expect(await made.store.consentGiven(org, 'nobody')).toBeUndefined();
  });
  test('a COMMIT that was never answered: what it took away is known all the same, to be given back', async () => {
    const lostOnce = connectStore({
      ...database,
      transaction: async (work) => {
        await database.transaction(work);
        return database.transaction(work);
      },
    });
    await connect();
    await aUser();
    await signInAs(anna);
    await ask('PUT', `/api/orgs/${org}/act-as`, { actAs: 'agent' });
    expect((await lostOnce.setActAs(org, 'integration-user')).map(({ holder }) => holder)).toEqual([anna]);
    await ask('PUT', `/api/orgs/${org}/act-as`, { actAs: 'agent' });
    await signInAs(anna);
    const { crm } = (await made.store.org(org))!;
    expect((await lostOnce.disconnect(org, { crm }))?.map(({ holder }) => holder).toSorted()).toEqual(['', anna]);
    // another way in than the one that is meant stays
    expect(await lostOnce.disconnect(org, { crm: 'another' })).toBeUndefined();
  });
  test('set back to the integration user, everything that agents have lent is taken back, and the audit log says so', async () => {
    await connect();
    await aUser();
    await signInAs(anna);
    await ask('PUT', `/api/orgs/${org}/act-as`, { actAs: 'agent' });
    expect(made.heard.revoked).toEqual([]);
    await ask('PUT', `/api/orgs/${org}/act-as`, { actAs: 'integration-user' });
    expect(made.heard.revoked).toEqual([`planted-refresh of ${anna}`]);
    expect(await read()).toMatchObject({ agents: 0, wayIn: { actAs: 'integration-user' } });
    const [line] = (await database.query({ text: 'select what, detail from audit order by id desc limit 1' })).rows as object[];
    expect(line).toEqual({
      what: 'set in whose name records are written',
      detail: { actAs: 'integration-user', takenBack: [anna], revoked: 1 },
    });
  });
  test.each([
    ['set back to the integration user', () => ask('PUT', `/api/orgs/${org}/act-as`, { actAs: 'integration-user' })],
    ['disconnected', () => ask('POST', `/api/orgs/${org}/disconnect`, {})],
  ])('%s while Salesforce doesn’t answer, nobody waits for each agent in turn, and the audit log says who was told', async (_, how) => {
    await connect();
    const agents = Array.from({ length: 40 }, (_one, n) => `0050000000001${String(n).padStart(2, '0')}AAA`);
    for (const agent of agents)
      await made.store.addAgentSession(org, {
        tokenHash: agent,
        crmUser: agent,
        sealedConsent: made.secrets.seal(`planted-refresh of ${agent}`, placeOfConsent(org, agent)),
        over: (await made.store.org(org))!.crm,
      });
    made.crm.isAway = true;
    await how();
    expect([made.heard.toRevoke, made.heard.revoked]).toEqual([8, []]);
    expect(await read()).toMatchObject({ agents: 0 });
    const [line] = (await database.query({ text: 'select detail from audit order by id desc limit 1' })).rows as {
      detail: { revoked: unknown };
    }[];
    expect(line!.detail.revoked).toBeOneOf([0, false]);
  });
  test('who signs in again gives the former consent back: five of a user are kept there, the org’s own among them', async () => {
    await connect();
    await aUser();
    await signInAs(anna);
    made.crm.consent = ', once more';
    await signInAs(anna);
    expect(made.heard.revoked).toEqual([`planted-refresh of ${anna}`]);
    expect(await read()).toMatchObject({ agents: 1 });
  });
  test.each([
    ['another app', { clientId: 'another-key', clientSecret: 'planted-other-secret' }],
    ['another address', { loginUrl: 'https://acme.my.salesforce.com', clientSecret: 'planted-app-secret' }],
  ])('what agents lent to one app is shown to no other: connected by %s, it is given back', async (_, by) => {
    await connect();
    await aUser();
    await signInAs(anna);
    made.crm.who = { orgId: acme.orgId, userId: acme.userId };
    made.crm.consent = ', once more';
    await comeBack({ state: await begin(by), code: 'good' });
    expect(made.heard.revoked).toContain(`planted-refresh of ${anna}`);
    expect([await made.store.lent(org, anna), await read()]).toMatchObject([undefined, { agents: 0, connected: true }]);
  });
  test('reconnected by the same app, what agents lent stays, and is tried again: it may have been the app', async () => {
    await connect();
    await aUser();
    await signInAs(anna);
    await made.store.sayAgentTrouble(
      org,
      anna,
      { code: 'invalid_client', message: 'The secret is wrong.' },
      (await made.store.consentGiven(org, anna))!,
    );
    made.crm.who = { orgId: acme.orgId, userId: acme.userId };
    await connect();
    expect(made.heard.revoked).not.toContain(`planted-refresh of ${anna}`);
    expect(await read()).toMatchObject({ agents: 1, agentsInTrouble: [] });
  });
  const agentsOf = async () =>
    (await database.query({ text: 'select count(*)::int as n from sessions where org = $1 and crm_user is not null' }, [org])).rows[0];
  test('a consent that comes when records aren’t written in agents’ names any more is given back, and they are let in', async () => {
    await connect();
    await aUser();
    const { state, begun } = await beginAsAgent();
    made.crm.who = { orgId: acme.orgId, userId: anna };
    made.crm.meanwhile = async () => void (await ask('PUT', `/api/orgs/${org}/act-as`, { actAs: 'integration-user' }));
    expect(await comeBack({ state, code: 'good' }, { cookie: begun })).toEqual({ popup: true, agent: true });
    expect(made.heard.revoked).toEqual([`planted-refresh of ${anna}`]);
    expect([await made.store.lent(org, anna), await agentsOf()]).toEqual([undefined, { n: 1 }]);
  });
  test('a consent that comes when the org was let go is given back, and opens nothing', async () => {
    await connect();
    await aUser();
    const { state, begun } = await beginAsAgent();
    made.crm.who = { orgId: acme.orgId, userId: anna };
    made.crm.meanwhile = async () => {
      made.crm.meanwhile = async () => {};
      await ask('POST', `/api/orgs/${org}/disconnect`, {});
      made.heard.revoked.splice(0);
    };
    expect((await comeBack({ state, code: 'good' }, { cookie: begun })).problem).toMatchObject({ code: 'changed_meanwhile' });
    expect(made.heard.revoked).toEqual([`planted-refresh of ${anna}`]);
    expect([await made.store.lent(org, anna), await agentsOf()]).toEqual([undefined, { n: 0 }]);
  });
  test('who isn’t signed in has nothing counted for them', async () => {
    await connect();
    const { agentsPath } = await read();
    heavy = 0;
    const answer = await ask('POST', `/api${agentsPath.replace('/agent/', '/agents/')}/sign-in`, {}, { cookie: '' });
    await ask('POST', '/api/agents/nonsense/sign-in', {}, { cookie: '' });
    expect([answer.status, heavy]).toEqual([200, 0]);
  });
  test('an org that isn’t connected says so', async () => {
    const { agentsPath } = await read();
    const answer = await ask('POST', `/api${agentsPath.replace('/agent/', '/agents/')}/sign-in`, {}, { cookie: '' });
    expect([answer.status, await answer.json()]).toMatchObject([409, { error: { code: 'not_connected' } }]);
    expect((await ask('POST', '/api/agents/nonsense/sign-in', {}, { cookie: '' })).status).toBe(409);
  });
});
