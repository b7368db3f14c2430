import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Bell } from './bell.ts';
import { hashToken } from './guard.ts';
import { openShelf } from './recordings/shelf.ts';
import { noSetup } from './testing/no-setup.ts';
import { noSimulator } from './testing/no-simulator.ts';
import { openDoors, type RouteParts } from './routes.ts';
import { consoleStore, type ConsoleStore } from './store/console-store.ts';
import { type Database, openDatabase } from './store/database.ts';
import type { OrgId } from './store.ts';
import { aConnect } from './testing/a-connect.ts';
import { startTestDatabase } from './testing/test-database.ts';
import { realWorld } from './world.ts';

const world = realWorld();
let database: Database;
let admin: ConsoleStore;
let org: OrgId;
let app: ReturnType<typeof openDoors>;
let parts: RouteParts;
let drop: () => Promise<void>;

beforeAll(async () => {
  const test = await startTestDatabase();
  database = openDatabase(test.address, world, () => undefined);
  admin = consoleStore(database);
  org = await admin.addOrg('Doors', 'live', null);
  drop = () => test.drop();
  parts = {
    world,
    store: { readOrg: async () => undefined },
    console: admin,
    publicUrl: 'https://phone.acme.example',
    secureCookies: true,
    watchToken: 'planted-watch-token',
    streamBell: new Bell(),
    stop: new AbortController().signal,
    receive: async () => ({ status: 202, headers: {}, body: { accepted: 'x' } }),
    sayMoment: async () => undefined,
    recordUrl: () => undefined,
    conclude: (_source, events) => events,
    standIn: async () => true,
    connect: aConnect(database, admin, 'https://phone.acme.example').parts,
    whyNotReady: async () => undefined,
    openApi: () => ({ openapi: '3.1.1' }),
    docsPage: { html: '<p>events</p>', headers: {} },
    file: (path) => (path === '/' ? { body: new TextEncoder().encode('page'), headers: {} } : undefined),
    recordings: {
      shelf: openShelf(database),
      push: async () => ({ status: 200, headers: {}, body: { recording: 'x', is: 'known' } }),
      play: async () => new Response('sound'),
      figures: async () => ({}),
    },
    setup: noSetup,
    simulator: noSimulator,
    alerts: { store: { list: async () => [] }, sentTo: undefined, send: undefined },
    hookUrl: (connection) => `https://phone.acme.example/hooks/${connection}`,
    metrics: () => ({}),
    report: () => undefined,
  };
  app = openDoors(parts);
});
afterAll(async () => {
  await database.close();
  await drop();
});

const ask = (path: string, init: RequestInit & { host?: string } = {}) =>
  app.request(`http://127.0.0.1:4700${path}`, {
    ...init,
    headers: { host: init.host ?? '127.0.0.1:4700', ...(init.headers as Record<string, string>) },
  });
const json = (body: unknown, headers: Record<string, string> = {}) => ({
  method: 'POST',
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json', ...headers },
});
const signedIn = async (): Promise<string> => {
  const token = `token-${Math.floor(performance.now() * 1e6)}`;
  await admin.addSignIn(org, hashToken(token));
  const answer = await ask('/api/sign-in', json({ token }));
  expect(answer.status).toBe(204);
  return answer.headers.get('set-cookie')!.split(';')[0]!;
};

describe('S1: all but /healthz needs sign-in', () => {
  test('/healthz is for anyone', async () => expect((await ask('/healthz')).status).toBe(200));
  test.each([
    '/readyz',
    '/metrics',
    '/openapi.json',
    '/docs/events',
    '/api/status',
    '/api/book/unmatchable.csv',
    '/api/calls',
    '/api/calls/1',
    '/api/calls/1/records',
    '/api/stream',
    '/api/people',
    '/api/policy',
    '/api/policy/merge-fields',
    '/api/policy/schema.json',
    '/api/policy/versions',
    '/api/policy/versions/1',
    '/api/policy/diff',
    '/api/policy/policy.yaml',
    '/api/recordings/0123456789abcdef0123456789abcdef',
    '/api/recording-rules',
    '/api/orgs',
    '/api/orgs/1/certificate.crt',
    '/api/agent',
    '/api/agent/stream',
    '/docs/salesforce',
    '/docs/org',
    '/api/org/check',
    '/api/org/removal',
    '/recordings/0123456789abcdef0123456789abcdef/audio',
  ])('%s tells a stranger nothing', async (path) => {
    const answer = await ask(path);
    expect(answer.status).toBe(401);
    expect(await answer.json()).toEqual({ error: { code: 'sign_in', message: expect.stringContaining('Sign in first') } });
  });
  test.each([
    '/api/test-calls',
    '/api/org/mode',
    '/api/org/check',
    '/api/org/install',
    '/api/org/uninstall',
    '/api/org/fields',
    '/api/calls/1/write-again',
    '/api/calls/1/apply-rules',
    '/api/remembered/forget',
    '/api/policy/1/undo',
    '/api/policy/preview-text',
    '/api/sign-out',
    '/api/orgs',
    '/api/orgs/1/enter',
    '/api/orgs/1/sign-in',
    '/api/orgs/1/connect',
    '/api/orgs/1/key',
    '/api/orgs/1/test',
    '/api/orgs/1/disconnect',
    '/api/recordings/0123456789abcdef0123456789abcdef/hold',
    '/api/recordings/0123456789abcdef0123456789abcdef/erase',
  ])('a stranger changes nothing at %s', async (path) => expect((await ask(path, json({}))).status).toBe(401));
  test('a program with the watch token may ask how we are, and nothing else', async () => {
    const headers = { authorization: 'Bearer planted-watch-token' };
    expect((await ask('/readyz', { headers })).status).toBe(200);
    expect((await ask('/metrics', { headers })).status).toBe(200);
    expect((await ask('/api/calls', { headers })).status).toBe(401);
    expect((await ask('/metrics', { headers: { authorization: 'Bearer planted-watch-toke' } })).status).toBe(401);
  });
  test('a made-up session opens nothing', async () =>
    expect((await ask('/api/status', { headers: { cookie: 'cordboard_session=guess' } })).status).toBe(401));
  test('signed in, the doors open', async () =>
    expect((await ask('/openapi.json', { headers: { cookie: await signedIn() } })).status).toBe(200));
});

describe('S1: the first sign-in', () => {
  test('works once, and says so the second time', async () => {
    await admin.addSignIn(org, hashToken('once'));
    expect((await ask('/api/sign-in', json({ token: 'once' }))).status).toBe(204);
    const again = await ask('/api/sign-in', json({ token: 'once' }));
    expect(again.status).toBe(401);
    expect(await again.json()).toMatchObject({ error: { code: 'used', message: expect.stringContaining('Restart the server') } });
  });
  test('two at the same moment: one gets in', async () => {
    await admin.addSignIn(org, hashToken('race'));
    const both = await Promise.all([1, 2, 3, 4].map(async () => (await ask('/api/sign-in', json({ token: 'race' }))).status));
    expect(both.toSorted((a, b) => a - b)).toEqual([204, 401, 401, 401]);
  });
  test('works for an hour', async () => {
    await admin.addSignIn(org, hashToken('old'));
    await database.query({ text: "update sign_ins set expires_at = cb_now() - interval '1 second' where token_hash = $1" }, [
      hashToken('old'),
    ]);
    expect(await (await ask('/api/sign-in', json({ token: 'old' }))).json()).toMatchObject({ error: { code: 'expired' } });
  });
  test('nobody else’s', async () =>
    expect(await (await ask('/api/sign-in', json({ token: 'nope' }))).json()).toMatchObject({ error: { code: 'unknown' } }));
  test('S2: neither it nor the session is in the database', async () => {
    await admin.addSignIn(org, hashToken('planted-sign-in-token'));
    const cookie = (await ask('/api/sign-in', json({ token: 'planted-sign-in-token' }))).headers.get('set-cookie')!;
    const session = /cordboard_session=([^;]+)/.exec(cookie)![1]!;
    const all = JSON.stringify([
      (await database.query({ text: 'select * from sign_ins' })).rows,
      (await database.query({ text: 'select * from sessions' })).rows,
      (await database.query({ text: 'select * from audit' })).rows,
    ]);
    expect(all).not.toContain('planted-sign-in-token');
    expect(all).not.toContain(session);
    expect(cookie).toMatch(/HttpOnly.*SameSite=Strict|SameSite=Strict.*HttpOnly/i);
    expect(cookie).toContain('Secure');
  });
  test('signing out ends the session', async () => {
    const cookie = await signedIn();
    expect((await ask('/api/sign-out', json({}, { cookie, 'x-cordboard': '1' }))).status).toBe(204);
    expect((await ask('/api/calls', { headers: { cookie } })).status).toBe(401);
  });
});

describe('trying a template', () => {
  const preview = async (body: object) =>
    (await (await ask('/api/policy/preview-text', json(body, { cookie: await signedIn(), 'x-cordboard': '1' }))).json()) as {
      language: string;
      mistakes: unknown[];
      shown: { type: string; subject: string; comment: string; templates: object }[];
    };
  test('MT-33: a live preview with a sample call of each type; nothing is saved', async () => {
    const { language, mistakes, shown } = await preview({
      language: 'ja',
      subject: '{CALL_TYPE} {CUSTOMER}',
      comment: '{TALK_END}\n{WAIT_TIME}',
    });
    expect({ language, mistakes }).toEqual({ language: 'ja', mistakes: [] });
    expect(shown.map(({ type, subject, comment }) => [type, subject, comment.split('\n').length])).toEqual([
      ['outbound-answered', '発信・応答あり Hanako Tanaka', 2],
      ['outbound-unanswered', '発信・応答なし Hanako Tanaka', 1],
      ['inbound-answered', '着信・応答済み Hanako Tanaka', 2],
      ['missed', '不在着信 Hanako Tanaka', 1],
      ['voicemail', 'ボイスメール Hanako Tanaka', 1],
    ]);
    expect((await preview({})).shown[2]).toMatchObject({ subject: 'Cordboard call - Inbound / (3) min', templates: {} });
  });
  test('MT-37: with mistakes it says them, each with its place, and shows nothing', async () =>
    expect(await preview({ subject: '{Call type}' })).toEqual({
      mistakes: [
        {
          path: 'subject',
          message: 'There is no field {Call type} (character 1). Did you mean {CALL_TYPE}?',
          position: 1,
        },
      ],
      shown: [],
    }));
  test('AC-26: a vendor’s wording can be looked at before it is chosen', async () =>
    expect((await preview({ wording: 'aircall' })).shown.map(({ subject }) => subject)).toEqual([
      'Outbound answered call to Hanako Tanaka on Sales',
      'Outbound unanswered call to Hanako Tanaka on Sales',
      'Inbound answered call from Hanako Tanaka on Sales',
      'Missed call from Hanako Tanaka on Sales',
      'Voicemail call from Hanako Tanaka on Sales',
    ]));
  test('a draft of the whole policy can be tried', async () => {
    expect((await preview({ policy: { language: 'pl', product: 'Acme' } })).shown[3]?.subject).toBe(
      'Połączenie Acme - Nieodebrane / (0) min',
    );
    expect((await preview({ policy: { language: 'xx' } })).mistakes).toHaveLength(1);
  });
  test('MT-33: the fields to choose from, each with what it says and an example', async () => {
    const { fields } = (await (await ask('/api/policy/merge-fields', { headers: { cookie: await signedIn() } })).json()) as {
      fields: object[];
    };
    expect(fields).toContainEqual({ name: 'CALL_TYPE', says: 'Direction and outcome', example: 'Inbound answered' });
    expect(fields.length).toBeGreaterThan(50);
  });
});

describe('W9: undoing a version of the policy', () => {
  test('answers how many calls, and is in the audit log with who and what', async () => {
    const version = await admin.savePolicy(org, { language: 'en' }, 'admin');
    const headers = { cookie: await signedIn(), 'x-cordboard': '1' };
    const answer = await ask(`/api/policy/${version}/undo`, json({}, headers));
    expect(answer.status).toBe(202);
    expect(await answer.json()).toEqual({ undone: 0, leftAlone: 0 });
    const audit = (
      await database.query({ text: "select who, detail from audit where org = $1 and what = 'undid a policy version'" }, [org])
    ).rows;
    expect(audit).toEqual([{ who: 'admin', detail: { version, undone: 0, leftAlone: 0 } }]);
  });
  test.each(['999', '-1', '1.5', '1e3', 'x', '99999999999'])('there is no version %s', async (version) => {
    const answer = await ask(`/api/policy/${version}/undo`, json({}, { cookie: await signedIn(), 'x-cordboard': '1' }));
    expect([answer.status, await answer.json()]).toMatchObject([404, { error: { code: 'unknown_version' } }]);
  });
});

describe('S1: Host and Origin', () => {
  test.each(['127.0.0.1:4700', 'localhost:4700', '[::1]:4700', 'phone.acme.example', 'PHONE.acme.example'])(
    'Host %s is ours',
    async (host) => expect((await ask('/healthz', { host })).status).toBe(200),
  );
  test.each(['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example', 'phone.acme.example.evil.example', ''])(
    'Host "%s" is not: a foreign page may have been pointed at us',
    async (host) => {
      const answer = await ask('/healthz', { host });
      expect(answer.status).toBe(403);
      expect(await answer.json()).toMatchObject({ error: { code: 'unknown_host' } });
    },
  );
  test.each(['https://evil.example', 'null', 'http://localhost:9999', 'https://phone.acme.example.evil.example'])(
    'a page of %s changes nothing, even with the session',
    async (origin) => {
      const answer = await ask('/api/org/mode', json({ mode: 'paused' }, { cookie: await signedIn(), 'x-cordboard': '1', origin }));
      expect(answer.status).toBe(403);
    },
  );
  test('our own pages do', async () => {
    const answer = await ask(
      '/api/org/mode',
      json({ mode: 'live' }, { cookie: await signedIn(), 'x-cordboard': '1', origin: 'https://phone.acme.example' }),
    );
    expect(answer.status).toBe(204);
  });
  test('a change without our header is refused: a form of another site can’t send it', async () =>
    expect((await ask('/api/org/mode', json({ mode: 'paused' }, { cookie: await signedIn() }))).status).toBe(403));
});

describe('what comes in is parsed at the door', () => {
  test.each([
    ['/api/calls?before=1;drop', 'before'],
    ['/api/calls?ids=1,x', 'ids'],
    ['/api/calls?explanation=all', 'explanation'],
    ['/api/calls?limit=0', 'limit'],
    ['/api/calls?limit=1e9', 'limit'],
  ])('%s', async (path, names) => {
    const answer = await ask(path, { headers: { cookie: await signedIn() } });
    expect(answer.status).toBe(400);
    expect(JSON.stringify(await answer.json())).toContain(names);
  });
  test('a mode nobody knows', async () =>
    expect((await ask('/api/org/mode', json({ mode: 'off' }, { cookie: await signedIn(), 'x-cordboard': '1' }))).status).toBe(400));
  test('a body that is no JSON', async () =>
    expect((await ask('/api/org/mode', { ...json({}, { cookie: await signedIn(), 'x-cordboard': '1' }), body: '{' })).status).toBe(400));
  test('every mistake of a policy at once', async () => {
    const answer = await ask('/api/policy', {
      ...json({ language: 'xx', zone: 'Nowhere' }, { cookie: await signedIn(), 'x-cordboard': '1' }),
      method: 'PUT',
    });
    expect(answer.status).toBe(400);
    const { error } = (await answer.json()) as { error: { message: string } };
    expect(error.message).toContain('language');
    expect(error.message).toContain('zone');
  });
  test('MT-36, MT-37: each mistake of a template with its path, its place and what was probably meant', async () => {
    const texts = { en: { missed: { comment: 'Call: {CALL_TYPE}\n{WAITTIME} }' } } };
    const answer = await ask('/api/policy', {
      ...json({ language: 'en', texts }, { cookie: await signedIn(), 'x-cordboard': '1' }),
      method: 'PUT',
    });
    expect(answer.status).toBe(400);
    expect(((await answer.json()) as { error: { mistakes: unknown } }).error.mistakes).toEqual([
      {
        path: 'texts.en.missed.comment',
        message: 'There is no field {WAITTIME} (line 2, character 1). Did you mean {WAIT_TIME}?',
        position: 19,
      },
      {
        path: 'texts.en.missed.comment',
        message: 'The "}" at line 2, character 12 has no partner; braces only hold the name of a field.',
        position: 30,
      },
    ]);
  });
  test('who the agents are: each once, each one user', async () => {
    const put = async (people: unknown) =>
      ask('/api/people', { ...json({ people }, { cookie: await signedIn(), 'x-cordboard': '1' }), method: 'PUT' });
    const anna = { agent: '101', email: 'anna@acme.example', team: 'Sales' };
    expect((await put([anna])).status).toBe(200);
    expect(await (await ask('/api/people', { headers: { cookie: await signedIn() } })).json()).toEqual({ people: [anna], nobodys: [] });
    for (const [wrong, words] of [
      [[anna, anna], 'twice'],
      [[{ agent: '101' }], 'a user, an email or a team'],
      [[{ ...anna, user: '005000000000001' }], 'either a user or an email'],
      [[{ agent: '101', user: '003000000000001' }], 'the id of a user'],
      [[{ ...anna, extension: '1' }], 'extension'],
      ['nobody', 'people'],
    ] as const) {
      const answer = await put(wrong);
      expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining(words)]);
    }
    expect((await ask('/api/people', { ...json({ people: [] }), method: 'PUT' })).status).toBe(401);
  });
  test('a story nobody has', async () => expect((await ask('/api/calls/999', { headers: { cookie: await signedIn() } })).status).toBe(404));
});

test('S1: an open stream ends with the session it was opened with', async () => {
  let ms = 0;
  const hasty = openDoors({ ...parts, world: { ...world, monotonic: () => (ms += 20_000) } }); // every look is 20 s later
  const cookie = await signedIn();
  const listen = () => hasty.request('http://127.0.0.1:4700/api/stream', { headers: { host: '127.0.0.1:4700', cookie } });
  const reader = (await listen()).body!.getReader();
  expect((await reader.read()).done).toBe(false);
  await ask('/api/sign-out', { method: 'POST', headers: { cookie, 'x-cordboard': '1' } });
  for (let reads = 0; !(await reader.read()).done; reads++) expect(reads).toBeLessThan(5);
  expect((await listen()).status).toBe(401);
});
