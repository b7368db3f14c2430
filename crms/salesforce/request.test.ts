import { createServer } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { Refused, Unanswered } from '../../server/crm.ts';
import { realWorld } from '../../server/world.ts';
import { openApi } from './request.ts';
import { clientCredentials, openSession } from './session.ts';
import { errorBody, type Said, type Script, settingsFor, startScriptedOrg } from './scripted-org.ts';
import { openTransport } from './transport.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function connect(script: Script, { requestLimitMs = 5_000 } = {}) {
  const org = await startScriptedOrg();
  org.script = script;
  const log: string[] = [];
  const world = realWorld();
  const transport = openTransport(world);
  closing.push(
    () => transport.close(),
    () => org.close(),
  );
  const { loginUrl, clientId, clientSecret } = settingsFor(org);
  const session = openSession(loginUrl, clientCredentials(clientId, clientSecret), transport, world, (line) => log.push(line));
  const api = openApi(session, transport, world, { apiVersion: '67.0', requestLimitMs }, (line) => log.push(line));
  return { org, api, session, log, transport };
}
/** What is said to anything but a sign-in. */
const toAll =
  (said: Said): Script =>
  ({ path }) =>
    path === '/services/oauth2/token' ? undefined : said;
const ask = { method: 'PATCH', path: '/services/data/v67.0/composite/sobjects', body: { records: [] } } as const;
const thrownBy = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'nothing thrown',
    (error: unknown) => error,
  );
const failureOf = (error: unknown) => (error instanceof Refused ? error.failure : error);
const expired = { status: 401, body: errorBody('INVALID_SESSION_ID', 'Session expired or invalid') };
const html = { body: '<html><h1>Bad gateway</h1></html>', headers: { 'content-type': 'text/html' } };

describe('every request', () => {
  test('asks for no assignment rules, names us, and carries the session', async () => {
    const { org, api } = await connect(() => undefined);
    await api.call(ask);
    expect(org.heard[0]).toMatchObject({
      method: 'PATCH',
      path: ask.path,
      headers: { 'sforce-auto-assign': 'FALSE', 'sforce-call-options': 'client=cordboard', authorization: 'Bearer planted-token-1' },
    });
    expect(JSON.parse(org.heard[0]?.body ?? '')).toEqual(ask.body);
  });
  test('tells how much of the day’s allocation is used, also when it is refused', async () => {
    const { api } = await connect(
      toAll({
        status: 403,
        body: errorBody('REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.'),
        headers: { 'sforce-limit-info': 'api-usage=15001/15000' },
      }),
    );
    expect(api.usage()).toBeUndefined();
    await thrownBy(api.call(ask));
    expect(api.usage()).toEqual({ used: 15_001, max: 15_000 });
  });
});

describe('refused: nothing happened', () => {
  const refusals: [string, Said, object][] = [
    [
      'a code of the table',
      { status: 400, body: errorBody('JSON_PARSER_ERROR', 'Unexpected character') },
      { mendedBy: 'us', code: 'JSON_PARSER_ERROR' },
    ],
    [
      'the API is off',
      { status: 403, body: errorBody('API_DISABLED_FOR_ORG', 'The REST API is not enabled for this Organization.') },
      { mendedBy: 'admin' },
    ],
    [
      'Salesforce says "not now"',
      { status: 503, body: errorBody('SERVER_UNAVAILABLE', 'Server unavailable') },
      { mendedBy: 'time', code: 'SERVER_UNAVAILABLE' },
    ],
    [
      'a 401 that isn’t about the session',
      { status: 401, body: errorBody('INVALID_AUTH_HEADER', 'INVALID_HEADER_TYPE') },
      { mendedBy: 'us' },
    ],
    ['an address too long', { status: 414, ...html }, { mendedBy: 'us', code: 'HTTP_414' }],
    ['a firewall', { status: 403, ...html }, { mendedBy: 'admin', code: 'HTTP_403' }],
    ['a retired version', { status: 410, body: errorBody('GONE', 'retired') }, { mendedBy: 'us' }],
  ];
  test.each(refusals)('%s', async (_, said, failure) => {
    const { api, org } = await connect(toAll(said));
    expect(failureOf(await thrownBy(api.call(ask)))).toMatchObject(failure);
    expect(org.signIns).toHaveLength(1);
  });

  test('nobody listens there', async () => {
    const { api, session, org } = await connect(() => undefined);
    await session.grant();
    await org.close();
    expect(failureOf(await thrownBy(api.call(ask)))).toMatchObject({
      mendedBy: 'time',
      code: 'UNREACHABLE',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });
  test('the connection was closed by us', async () => {
    const { api, session, transport } = await connect(() => undefined);
    await session.grant();
    await transport.close();
    expect(failureOf(await thrownBy(api.call(ask)))).toMatchObject({ mendedBy: 'time', code: 'UNREACHABLE' });
  });
});

describe('unanswered: it isn’t known whether anything happened (W4)', () => {
  const doubts: [string, Said][] = [
    ['the line is cut after the request was sent', 'hang up'],
    ['502 of an edge server', { status: 502, ...html }],
    ['504 of an edge server', { status: 504, ...html }],
    ['503 without Salesforce’s own words', { status: 503, ...html }],
    ['408', { status: 408, ...html }],
    [
      '500 UNKNOWN_EXCEPTION: a composite may have committed its first half',
      { status: 500, body: errorBody('UNKNOWN_EXCEPTION', 'ErrorId : 1-2 (3)') },
    ],
    ['a page with status 200', html],
    ['half of a JSON body', { body: '[{"success":tr' }],
    ['nothing at all with status 200', { body: '' }],
  ];
  test.each(doubts)('%s', async (_, said) => {
    const { api } = await connect(toAll(said));
    expect(await thrownBy(api.call(ask))).toBeInstanceOf(Unanswered);
  });
  test('no answer within the limit', async () => {
    const { api } = await connect(toAll('say nothing'), { requestLimitMs: 120 });
    expect(await thrownBy(api.call(ask))).toMatchObject({ message: "Salesforce didn't answer within 0.12 s." });
  });
  test('an answer that begins and never ends', async () => {
    const drip = createServer((socket) => void socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n[')));
    await new Promise<void>((resolve) => drip.listen(0, '127.0.0.1', resolve));
    const address = drip.address();
    const transport = openTransport(realWorld());
    closing.push(
      () => transport.close(),
      async () => void drip.close(),
    );
    const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/`;
    expect(await thrownBy(transport.send({ method: 'GET', url, headers: {} }, 150))).toBeInstanceOf(Unanswered);
  });
  test('the caller gives up while waiting, or has given up before', async () => {
    const { api, org } = await connect(toAll('say nothing'));
    const stop = new AbortController();
    const waiting = thrownBy(api.call(ask, stop.signal));
    void realWorld()
      .sleep(50)
      .then(() => stop.abort());
    expect(await waiting).toBeInstanceOf(Unanswered);
    expect(await thrownBy(api.call(ask, stop.signal))).toBeInstanceOf(Unanswered);
    expect(org.heard).toEqual([]);
  });
});

describe('a session that ends', () => {
  test('is renewed once and the request repeated once: a 401 is said before anything is done', async () => {
    const { api, org } = await connect(({ headers }) => (headers.authorization === 'Bearer planted-token-1' ? expired : undefined));
    expect((await api.call(ask)).status).toBe(200);
    expect(org.signIns).toHaveLength(2);
    expect(org.heard.map(({ headers }) => headers.authorization)).toEqual(['Bearer planted-token-2']);
  });
  test('twenty requests that meet it at once sign in once', async () => {
    const { api, org, session } = await connect(({ headers }) =>
      headers.authorization === 'Bearer planted-token-1' ? expired : undefined,
    );
    await session.grant();
    await Promise.all(Array.from({ length: 20 }, () => api.call(ask)));
    expect(org.signIns).toHaveLength(2);
    expect(org.heard).toHaveLength(20);
  });
  test('and ends again at once is a matter for the admin, not for a third try', async () => {
    let tries = 0;
    const { api } = await connect(({ path }) => (path === '/services/oauth2/token' ? undefined : (tries++, expired)));
    expect(failureOf(await thrownBy(api.call(ask)))).toMatchObject({ mendedBy: 'admin', code: 'INVALID_SESSION_ID' });
    expect(tries).toBe(2);
  });
  test('nothing else is ever repeated', async () => {
    let tries = 0;
    const { api } = await connect(({ path }) =>
      path === '/services/oauth2/token' ? undefined : (tries++, tries === 1 ? 'hang up' : undefined),
    );
    expect(await thrownBy(api.call(ask))).toBeInstanceOf(Unanswered);
    expect(tries).toBe(1);
  });
  test('an org that has moved isn’t followed with the token: the next request asks the login host where it is now', async () => {
    const { api, org } = await connect(() => undefined);
    org.script = toAll({ status: 302, headers: { location: 'http://127.0.0.1:1/' }, body: '' });
    expect(failureOf(await thrownBy(api.call(ask)))).toMatchObject({ mendedBy: 'time', code: 'HTTP_302' });
    org.script = () => undefined;
    await api.call(ask);
    expect(org.signIns).toHaveLength(2);
  });
});
