import { afterEach, describe, expect, test } from 'vitest';
import { Refused, Unanswered } from '../../server/crm.ts';
import { realWorld } from '../../server/world.ts';
import { clientCredentials, openSession } from './session.ts';
import { isSafeBase } from './sign-in/token.ts';
import { type Said, selfId, startScriptedOrg } from './scripted-org.ts';
import { openTransport } from './transport.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
const secret = 'planted-secret-5f1c/+=';

async function open(said?: Said) {
  const org = await startScriptedOrg();
  org.script = () => said;
  const log: string[] = [];
  const transport = openTransport(realWorld());
  closing.push(
    () => transport.close(),
    () => org.close(),
  );
  return {
    org,
    log,
    session: openSession(org.url, clientCredentials('the-client', secret), transport, realWorld(), (line) => log.push(line)),
  };
}
const refusal = async (work: Promise<unknown>) => {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return error instanceof Refused ? error.failure : error;
};

test('signs in with client credentials, form-encoded, when first needed', async () => {
  const { org, session } = await open();
  expect(org.signIns).toEqual([]);
  expect(await session.grant()).toEqual({
    accessToken: 'planted-token-1',
    instanceUrl: org.url,
    userId: selfId,
    orgId: '00D000000000001AAA',
  });
  expect(org.signIns[0]?.headers['content-type']).toBe('application/x-www-form-urlencoded');
  expect(Object.fromEntries(new URLSearchParams(org.signIns[0]?.body))).toEqual({
    grant_type: 'client_credentials',
    client_id: 'the-client',
    client_secret: secret,
  });
});

test('everybody who waits shares one sign-in; an old token renews nothing that is new already', async () => {
  const { org, session } = await open();
  const [first] = await Promise.all(Array.from({ length: 10 }, () => session.grant()));
  expect(org.signIns).toHaveLength(1);
  if (!first) throw new Error('no grant');
  await session.renew(first);
  expect((await session.renew(first)).accessToken).toBe('planted-token-2');
  expect(org.signIns).toHaveLength(2);
});

describe('a refused sign-in says who can mend it', () => {
  const error = (name: string, text = '', status = 400): Said => ({ status, body: { error: name, error_description: text } });
  const rows: [string, Said, 'time' | 'admin', RegExp][] = [
    ['invalid_grant', error('invalid_grant', 'expired access/refresh token'), 'admin', /expired access.*run-as user/],
    ['invalid_client', error('invalid_client', 'invalid client credentials', 401), 'admin', /client secret is wrong/],
    ['invalid_client_id', error('invalid_client_id', 'client identifier invalid'), 'admin', /client id/],
    ['unsupported_grant_type', error('unsupported_grant_type', 'grant type not supported'), 'admin', /My Domain/],
    ['inactive_user', error('inactive_user'), 'admin', /inactive/],
    ['inactive_org', error('inactive_org'), 'admin', /locked/],
    ['invalid_app_access', error('invalid_app_access', 'user is not admin approved to access this app'), 'admin', /permission set/],
    ['invalid_scope', error('invalid_scope'), 'admin', /scope/],
    ['something_else', error('something_else'), 'admin', /login URL/],
    ['HTTP_404', { status: 404, body: '<html>' }, 'admin', /login URL/],
    ['server_error', error('server_error'), 'time', /this time/],
    ['unknown_error', error('unknown_error', 'retry your request'), 'time', /this time/],
    ['rate_limit_exceeded', error('rate_limit_exceeded', 'login rate exceeded'), 'time', /this time/],
    ['HTTP_503', { status: 503, body: '<html>' }, 'time', /this time/],
    ['HTTP_429', { status: 429, body: '' }, 'time', /this time/],
    ['HTTP_200', { status: 200, body: '<html>maintenance</html>' }, 'time', /this time/],
    ['HTTP_200', { status: 200, body: { access_token: 'x' } }, 'time', /this time/],
    ['SIGN_IN_UNANSWERED', 'hang up', 'time', /doesn't answer/],
  ];
  test.each(rows)('%s', async (code, said, mendedBy, words) => {
    const { session, org } = await open(said);
    expect(await refusal(session.grant())).toMatchObject({ code, mendedBy, message: expect.stringMatching(words) });
    org.script = () => undefined;
    expect((await session.grant()).accessToken, 'a failure isn’t remembered').toBe('planted-token-1');
  });
  test('a token for an address without https is not used', async () => {
    const { session } = await open({
      body: { access_token: 'planted-token-x', instance_url: 'http://evil.example', id: `https://x/id/00D000000000001AAA/${selfId}` },
    });
    expect(await refusal(session.grant())).toMatchObject({ mendedBy: 'admin', code: 'UNSAFE_INSTANCE_URL' });
  });
});

test('who gives up only stops waiting; the sign-in goes on for the others', async () => {
  const { session, org } = await open();
  const stop = new AbortController();
  const given = Promise.withResolvers<void>();
  org.script = async () => (await given.promise, undefined);
  const quitter = session.grant(stop.signal).catch((error: unknown) => error);
  const patient = session.grant();
  stop.abort();
  expect(await quitter).toBeInstanceOf(Unanswered);
  given.resolve();
  expect((await patient).accessToken).toBe('planted-token-1');
});

test('tokens and secrets leave no trace in words (S2)', async () => {
  const { session, org } = await open();
  const first = await session.grant();
  await session.renew(first);
  const told = session.redact(
    `a planted-token-1 b planted-token-2 c ${secret} d ${encodeURIComponent(secret)} e Authorization: Bearer unheard-of`,
  );
  expect(told).toBe('a [secret] b [secret] c [secret] d [secret] e [secret]');
  org.script = () => ({ status: 400, body: { error: `invalid_grant ${secret}`, error_description: `you sent ${secret}` } });
  session.forget(await session.grant());
  expect(JSON.stringify(await refusal(session.grant()))).not.toContain('planted');
});

test.each([
  ['https://acme.my.salesforce.com', true],
  ['http://127.0.0.1:8080', true],
  ['http://localhost:8080', true],
  ['http://acme.my.salesforce.com', false],
  ['http://127.0.0.1.evil.example', false],
  ['javascript:alert(1)', false],
  ['acme', false],
])('%s may hear a secret: %s', (url, safe) => expect(isSafeBase(url)).toBe(safe));
