import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  askAuthorize,
  askToken,
  callbackOf,
  challengeOf,
  makeApp,
  newVerifier,
  refresh,
  refusal,
  restStatus,
  signer,
  signInAs,
} from '../testing/sign-in.ts';
import { seeded, testOrg, type TestOrg } from '../testing/test-org.ts';

const callback = 'https://app.example/callback';
const anna = 'anna.nowak@acme.example';
let nowMs = Date.parse('2026-11-23T08:00:00Z');
let org: TestOrg;
beforeAll(async () => {
  org = await testOrg({ clock: () => nowMs });
});
afterAll(() => org.stop());
const over = refusal('invalid_grant', 'expired access/refresh token');

describe('an authorization code', () => {
  const codeOf = async (clientId: string, more: Record<string, string> = {}) => {
    await org.control('POST', '/consent', { user: anna });
    const asked = { response_type: 'code', client_id: clientId, redirect_uri: callback, ...more };
    return {
      grant_type: 'authorization_code',
      client_id: clientId,
      redirect_uri: callback,
      code: callbackOf(await askAuthorize(org, asked))['code'] ?? '',
    };
  };
  test('lives fifteen minutes', async () => {
    const clientId = await makeApp(org);
    const [soon, late] = [await codeOf(clientId), await codeOf(clientId)];
    nowMs += 899_000;
    expect((await askToken(org, soon)).status).toBe(200);
    nowMs += 2_000;
    expect(await askToken(org, late)).toEqual(refusal('invalid_grant', 'expired authorization code'));
  });
  test('belongs to one app, one callback, one verifier', async () => {
    const clientId = await makeApp(org);
    const form = await codeOf(clientId);
    expect(await askToken(org, { ...form, client_id: await makeApp(org) })).toEqual(refusal('invalid_grant', 'invalid authorization code'));
    expect(await askToken(org, { ...form, redirect_uri: `${callback}2` })).toEqual(
      refusal('redirect_uri_mismatch', 'redirect_uri must match configuration'),
    );
    const verifier = newVerifier();
    const challenge = { code_challenge: challengeOf(verifier), code_challenge_method: 'S256' };
    expect(await askToken(org, await codeOf(clientId, challenge))).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    expect(await askToken(org, { ...(await codeOf(clientId, challenge)), code_verifier: newVerifier() })).toEqual(
      refusal('invalid_grant', 'invalid code verifier'),
    );
    expect((await askToken(org, { ...(await codeOf(clientId, challenge)), code_verifier: verifier })).status).toBe(200);
    expect(await askToken(org, { ...form, code: 'aPrxNever==' })).toEqual(refusal('invalid_grant', 'invalid authorization code'));
  });
  test('of a confidential app needs the secret as well; a public one has none to give', async () => {
    const clientId = await makeApp(org, { secret: 'planted', requireSecretForWebServer: true });
    const wrong = refusal('invalid_client', 'invalid client credentials', 401);
    expect(await askToken(org, await codeOf(clientId))).toEqual(wrong);
    expect(await askToken(org, { ...(await codeOf(clientId)), client_secret: 'other' })).toEqual(wrong);
    expect((await askToken(org, { ...(await codeOf(clientId)), client_secret: 'planted' })).status).toBe(200);
    const basic = { authorization: `Basic ${btoa(`${clientId}:planted`)}` };
    expect((await askToken(org, await codeOf(clientId), basic)).status).toBe(200);
    expect(await refresh(org, 'PlatformCLI', 'x', { client_secret: 'any' })).toEqual(wrong);
  });
  test('gives a refresh token only with that scope, and an ID token only with openid', async () => {
    const clientId = await makeApp(org);
    const { body } = await signInAs(org, clientId, anna, { scope: 'api' });
    expect(body['scope']).toBe('api');
    expect(body).not.toHaveProperty('refresh_token');
    expect(body).not.toHaveProperty('id_token');
  });
});

test('the body may come in chunks', async () => {
  const { body } = await org.control('POST', '/refresh-token', { clientId: 'PlatformCLI', user: anna });
  const { refresh_token: token } = body as { refresh_token: string };
  const status = await new Promise<number | undefined>((resolve) => {
    const sent = request(`${org.apiUrl}/services/oauth2/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'transfer-encoding': 'chunked' },
    });
    sent.on('response', (response) => resolve(response.resume().statusCode));
    for (const part of ['grant_type=refresh_', 'token&client_id=Platform', `CLI&refresh_token=${token}`]) sent.write(part);
    sent.end();
  });
  expect(status).toBe(200);
});

describe('refresh tokens', () => {
  test('live as long as the policy says', async () => {
    const hourMs = 3_600_000;
    const grantOf = async (more: Record<string, unknown>) => {
      const clientId = await makeApp(org, more);
      const { body } = await signInAs(org, clientId, anna);
      return async () => (await refresh(org, clientId, body['refresh_token'])).status;
    };
    const infinite = await grantOf({});
    const lifetime = await grantOf({ refreshTokenPolicy: 'SpecificLifetime', refreshTokenValidityMs: 3 * hourMs });
    const idle = await grantOf({ refreshTokenPolicy: 'SpecificInactivity', refreshTokenValidityMs: 2 * hourMs });
    const zero = await grantOf({ refreshTokenPolicy: 'Zero' });
    expect(await zero()).toBe(400);
    for (const expected of [200, 200, 400]) {
      nowMs += 1.4 * hourMs;
      expect([await infinite(), await lifetime(), await idle()]).toEqual([200, expected, 200]);
    }
    nowMs += 2.1 * hourMs;
    expect([await infinite(), await idle()]).toEqual([200, 400]);
  });
  test('rotate: each serves once, and one that comes back later ends the one in use with its sessions', async () => {
    const clientId = await makeApp(org, { rotateRefreshTokens: true });
    const first = await signInAs(org, clientId, anna);
    const other = await signInAs(org, clientId, anna);
    const second = await refresh(org, clientId, first.body['refresh_token']);
    expect(second.body['refresh_token']).not.toBe(first.body['refresh_token']);
    nowMs += 5_000;
    const third = await refresh(org, clientId, second.body['refresh_token']);
    expect(third.status).toBe(200);
    nowMs += 5_000;
    expect(await refresh(org, clientId, first.body['refresh_token'])).toEqual(over);
    expect(await refresh(org, clientId, third.body['refresh_token'])).toEqual(over);
    expect([await restStatus(org, third.body['access_token']), await restStatus(org, other.body['access_token'])]).toEqual([401, 200]);
    expect((await refresh(org, clientId, other.body['refresh_token'])).status).toBe(200);
  });
  test('asked for by four at once: one wins, the others are told so, and the winner keeps what he has', async () => {
    const clientId = await makeApp(org, { rotateRefreshTokens: true });
    const { body } = await signInAs(org, clientId, anna);
    const replies = await Promise.all([1, 2, 3, 4].map(() => refresh(org, clientId, body['refresh_token'])));
    const [winner, ...more] = replies.filter(({ status }) => status === 200);
    expect(more).toEqual([]);
    expect(replies.filter((reply) => reply !== winner)).toEqual(
      [1, 2, 3].map(() => refusal('invalid_grant', 'token request is already being processed')),
    );
    nowMs += 5_000;
    expect(await restStatus(org, winner?.body['access_token'])).toBe(200);
    expect((await refresh(org, clientId, winner?.body['refresh_token'])).status).toBe(200);
  });
  test('the sixth sign-in of a user and an app ends the oldest, and no others', async () => {
    const [clientId, elsewhere] = [await makeApp(org), await makeApp(org)];
    const tokens: unknown[] = [];
    const stranger = (await signInAs(org, clientId, 'haruto.sato@acme.example')).body['refresh_token'];
    const otherApp = (await signInAs(org, elsewhere, anna)).body['refresh_token'];
    for (let count = 0; count < 6; count += 1) tokens.push((await signInAs(org, clientId, anna)).body['refresh_token']);
    const statuses: number[] = [];
    for (const token of tokens) statuses.push((await refresh(org, clientId, token)).status);
    expect(statuses).toEqual([400, 200, 200, 200, 200, 200]);
    expect((await refresh(org, clientId, stranger)).status).toBe(200);
    expect((await refresh(org, elsewhere, otherApp)).status).toBe(200);
  });
  test('of another app are none', async () => {
    const { body } = await signInAs(org, await makeApp(org), anna);
    expect(await refresh(org, await makeApp(org), body['refresh_token'])).toEqual(over);
  });
});

describe('a session', () => {
  test('begins anew when used in its second half, not before', async () => {
    const clientId = await makeApp(org, { sessionTimeoutMs: 1_800_000 });
    const unused = (await signInAs(org, clientId, anna)).body['access_token'];
    const used = (await signInAs(org, clientId, anna)).body['access_token'];
    nowMs += 600_000;
    expect(await restStatus(org, unused)).toBe(200); // ten minutes of thirty: counts for nothing
    nowMs += 600_000;
    expect(await restStatus(org, used)).toBe(200); // twenty
    nowMs += 601_000;
    expect([await restStatus(org, unused), await restStatus(org, used)]).toEqual([401, 200]);
  });
  test('without the scope api is none for the APIs', async () => {
    const { body } = await signInAs(org, await makeApp(org), anna, { scope: 'web id' });
    const response = await fetch(`${org.apiUrl}/services/data/v67.0/limits`, {
      headers: { authorization: `Bearer ${String(body['access_token'])}` },
    });
    expect([response.status, await response.json()]).toEqual([
      401,
      [{ message: 'This session is not valid for use with the REST API', errorCode: 'INVALID_SESSION_ID' }],
    ]);
    const full = await makeApp(org, { scopes: ['full', 'refresh_token'] });
    expect(await restStatus(org, (await signInAs(org, full, anna)).body['access_token'])).toBe(200);
  });
});

describe('a signed assertion', () => {
  const { certificate, assertion } = signer();
  let clientId: string;
  beforeAll(async () => {
    clientId = await makeApp(org, {
      certificate,
      permittedUsers: 'AdminApprovedPreAuthorized',
      approvedUsers: [seeded.anna, seeded.inactive],
    });
  });
  const claims = (more: Record<string, unknown> = {}) => ({
    iss: clientId,
    sub: anna,
    aud: 'https://login.salesforce.com',
    exp: Math.floor(nowMs / 1000) + 180,
    ...more,
  });
  const ask = (signed: string) => askToken(org, { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: signed });

  test('opens a session: no refresh token, no issued_at, no signature', async () => {
    const { status, body } = await ask(assertion(claims()));
    expect([status, Object.keys(body).toSorted()]).toEqual([200, ['access_token', 'id', 'instance_url', 'scope', 'token_type']]);
    expect(String(body['scope']).split(' ')).not.toContain('refresh_token');
    expect(await restStatus(org, body['access_token'])).toBe(200);
  });
  test.each([
    ['exp in milliseconds, as the CLI sends it', () => ({ exp: nowMs + 180_000 })],
    ['the login address with its slash', () => ({ aud: `${org.apiUrl}/` })],
    ['test.salesforce.com', () => ({ aud: 'https://test.salesforce.com' })],
    ['three minutes of skew', () => ({ exp: Math.floor(nowMs / 1000) - 170 })],
    ['prn before sub', () => ({ prn: anna, sub: 'nobody' })],
    ['the user name in capitals', () => ({ sub: anna.toUpperCase() })],
  ])('%s will do', async (_, more) => {
    expect((await ask(assertion(claims(more())))).status).toBe(200);
  });
  test.each([
    ['no such app', () => ({ iss: 'nobody' }), 'invalid_client_id', 'client identifier invalid'],
    ['another audience', () => ({ aud: 'https://acme.my.site.com' }), 'invalid_grant', 'audience is invalid'],
    ['run out', () => ({ exp: Math.floor(nowMs / 1000) - 190 }), 'invalid_grant', 'expired authorization code'],
    ['no such user', () => ({ sub: 'nobody@acme.example' }), 'invalid_grant', "user hasn't approved this consumer"],
    ['an inactive user', () => ({ sub: 'marek.wozniak@acme.example' }), 'inactive_user', 'user is inactive'],
    ['not approved', () => ({ sub: 'haruto.sato@acme.example' }), 'invalid_app_access', 'user is not admin approved to access this app'],
    ['no end', () => ({ exp: undefined }), 'invalid_grant', 'invalid assertion'],
  ])('%s is refused', async (_, more, error, description) => {
    expect(await ask(assertion(claims(more())))).toEqual(refusal(error, description));
  });
  test('of somebody else, of another algorithm, or torn is none', async () => {
    const good = assertion(claims());
    const wrong = refusal('invalid_grant', 'invalid assertion');
    for (const bad of [signer().assertion(claims()), assertion(claims(), { alg: 'HS256' }), good.slice(0, -8), 'a.b', 'x'])
      expect(await ask(bad)).toEqual(wrong);
  });
  test('may come again, unless it has a name', async () => {
    const [plain, named] = [assertion(claims()), assertion(claims({ jti: 'once' }))];
    expect([(await ask(plain)).status, (await ask(plain)).status]).toEqual([200, 200]);
    expect([(await ask(named)).status, (await ask(named)).status]).toEqual([200, 400]);
  });
  test('the address may be the one the org was asked at', async () => {
    const there = { ...org, apiUrl: org.apiUrl.replace('127.0.0.1', 'localhost') };
    const form = { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: assertion(claims({ aud: there.apiUrl })) };
    expect([(await askToken(there, form)).status, (await askToken(org, form)).status]).toEqual([200, 400]);
  });
  test('where users allow for themselves, one who has allowed a refresh token before', async () => {
    const iss = await makeApp(org, { certificate });
    const no = refusal('invalid_grant', "user hasn't approved this consumer");
    expect(await ask(assertion(claims({ iss })))).toEqual(no);
    await signInAs(org, iss, anna, { scope: 'api' });
    expect(await ask(assertion(claims({ iss })))).toEqual(no);
    await signInAs(org, iss, anna, { scope: 'api refresh_token' });
    expect(await ask(assertion(claims({ iss })))).toMatchObject({ status: 200, body: { scope: 'api' } });
  });
});

describe('client credentials', () => {
  test('run as the user the admin chose, without what needs a person', async () => {
    const clientId = await makeApp(org, { secret: 's', runAs: anna, scopes: ['api', 'web', 'refresh_token', 'full'] });
    const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: 's' };
    const { body } = await askToken(org, form);
    expect(body).toMatchObject({ id: `${org.apiUrl}/id/00DSx0000000001MAA/${seeded.anna}`, scope: 'api' });
    await org.control('POST', '/apps', { clientId, runAs: null });
    expect(await askToken(org, form)).toEqual(refusal('invalid_grant', 'no client credentials user enabled'));
    await org.control('POST', '/apps', { clientId, runAs: seeded.inactive });
    expect(await askToken(org, form)).toEqual(refusal('inactive_user', 'user is inactive'));
  });
});

test('what is off is refused, and what the stand-in lacks says so', async () => {
  for (const device of [{ response_type: 'device_code' }, { grant_type: 'device', code: 'x' }])
    expect(await askToken(org, { client_id: 'PlatformCLI', ...device })).toEqual(
      refusal('invalid_grant', 'device flow is not enabled for the app'),
    );
  expect(await askToken(org, { grant_type: 'password', client_id: 'app', username: anna, password: 'x' })).toEqual(
    refusal('invalid_grant', 'authentication failure'),
  );
  expect((await askToken(org, { grant_type: 'hybrid_refresh', client_id: 'app' })).status).toBe(501);
  expect((await askToken(org, { grant_type: 'client_credentials', format: 'xml' })).status).toBe(501);
});

test('an answer can be asked for as a form', async () => {
  const response = await fetch(`${org.apiUrl}/services/oauth2/token`, {
    method: 'POST',
    headers: { accept: 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ grant_type: 'client_credentials', client_id: 'app', client_secret: 'secret' }),
  });
  expect(new URLSearchParams(await response.text()).get('token_type')).toBe('Bearer');
});
