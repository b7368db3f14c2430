import { createHash, createPublicKey, verify, type JsonWebKey } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askAuthorize, askToken, callbackOf, locationOf, makeApp, refresh, refusal, restStatus, signInAs } from '../testing/sign-in.ts';
import { seeded, testOrg, type TestOrg } from '../testing/test-org.ts';

const orgId = '00DSx0000000001MAA';
const anna = 'anna.nowak@acme.example';
let org: TestOrg;
let clientId: string;
let accessToken: string;
let refreshToken: string;
beforeAll(async () => {
  org = await testOrg({ clock: () => Date.parse('2026-07-01T08:00:00Z') });
  clientId = await makeApp(org, { secret: 'planted' });
  const { body } = await signInAs(org, clientId, anna);
  [accessToken, refreshToken] = [String(body['access_token']), String(body['refresh_token'])];
});
afterAll(() => org.stop());

const ask = async (path: string, init: RequestInit = {}, token: string | undefined = accessToken) => {
  const headers = { ...(token === '' ? {} : { authorization: `Bearer ${token}` }), ...init.headers };
  const response = await fetch(`${org.apiUrl}${path}`, { redirect: 'manual', ...init, headers });
  const text = await response.text();
  const json = response.headers.get('content-type')?.includes('json') === true;
  return { status: response.status, headers: response.headers, body: (json ? JSON.parse(text) : text) as Record<string, unknown> };
};

describe('userinfo and the identity URL', () => {
  test('have the keys of a real org', async () => {
    expect(Object.keys((await ask(`/id/${orgId}/${seeded.anna}`)).body).toSorted()).toEqual(
      `active addr_city addr_country addr_state addr_street addr_zip asserted_user display_name email email_verified first_name id is_app_installed
       is_lightning_login_user language last_modified_date last_name locale mobile_phone mobile_phone_verified nick_name organization_id photos
       status timezone urls user_id user_type username utcOffset`.split(/\s+/),
    );
    expect(Object.keys((await ask('/services/oauth2/userinfo')).body).toSorted()).toEqual(
      `active address email email_verified family_name given_name is_app_installed is_salesforce_integration_user language locale name nickname
       organization_id photos picture preferred_username profile sub updated_at urls user_id user_type utcOffset zoneinfo`.split(/\s+/),
    );
  });
  test('say who it is', async () => {
    const { body } = await ask(`/id/${orgId}/${seeded.anna}`);
    expect(body).toMatchObject({
      id: `${org.apiUrl}/id/${orgId}/${seeded.anna}`,
      asserted_user: true,
      username: anna,
      display_name: 'Anna Nowak',
      timezone: 'Europe/Warsaw',
      utcOffset: 3_600_000, // without summer time, though it is July
      user_type: 'STANDARD',
      last_modified_date: expect.stringMatching(/\+0000$/) as string,
    });
    expect((body['urls'] as Record<string, string>)['rest']).toBe(`${org.apiUrl}/services/data/v{version}/`);
    expect((body['urls'] as Record<string, string>)['partner']).toBe(`${org.apiUrl}/services/Soap/u/{version}/${orgId.slice(0, 15)}`);
    expect((await ask('/services/oauth2/userinfo', { method: 'POST' })).body).toMatchObject({
      sub: body['id'],
      preferred_username: anna,
      user_id: seeded.anna,
      organization_id: orgId,
    });
  });
  test('fill the version in when asked', async () => {
    const latest = await ask(`/id/${orgId.slice(0, 15)}/${seeded.anna.slice(0, 15)}?version=latest&format=json`);
    expect((latest.body['urls'] as Record<string, string>)['query']).toBe(`${org.apiUrl}/services/data/v67.0/query/`);
  });
  test('take the token in the query or in a form', async () => {
    expect((await ask(`/id/${orgId}/${seeded.anna}?oauth_token=${encodeURIComponent(accessToken)}`, {}, '')).status).toBe(200);
    const form = new URLSearchParams({ access_token: accessToken });
    expect((await ask('/services/oauth2/userinfo', { method: 'POST', body: form }, '')).status).toBe(200);
  });
  test.each([
    ['/services/oauth2/userinfo', '', 403, 'Missing_OAuth_Token'],
    ['/services/oauth2/userinfo', 'x', 403, 'Bad_OAuth_Token'],
    [`/id/${orgId}/${seeded.anna}`, '', 403, 'Missing_OAuth_Token'],
    [`/id/${orgId}/${seeded.anna}`, 'x', 403, 'Bad_OAuth_Token'],
    [`/id/00D000000000001AAA/${seeded.anna}`, undefined, 403, 'Wrong_Org'],
    [`/id/${orgId}/005000000000001AAA`, undefined, 404, 'Bad_Id'],
    [`/id/${orgId}/${seeded.inactive}`, undefined, 404, 'Inactive'],
  ])('%s with the token %o: %i %s', async (path, token, status, word) => {
    const reply = await ask(path, {}, token);
    expect([reply.status, reply.body]).toEqual([status, word]);
  });
  test('of another user, only with api', async () => {
    expect((await ask(`/id/${orgId}/${seeded.integration}`)).body).toMatchObject({ asserted_user: false, user_id: seeded.integration });
    const { body } = await signInAs(org, clientId, anna, { scope: 'id' });
    expect((await ask(`/id/${orgId}/${seeded.integration}`, {}, String(body['access_token']))).body).toBe('Bad_OAuth_Token');
    expect((await ask(`/id/${orgId}/${seeded.anna}`, {}, String(body['access_token']))).status).toBe(200);
  });
  test('in XML they are refused', async () => {
    for (const [path, accept] of [
      [`/id/${orgId}/${seeded.anna}?format=xml`, 'application/json'],
      [`/id/${orgId}/${seeded.anna}`, 'application/xml,application/json'],
    ] as const)
      expect((await ask(path, { headers: { accept } })).status).toBe(501);
    expect((await ask(`/id/${orgId}/${seeded.anna}?format=json`, { headers: { accept: 'application/xml' } })).status).toBe(200);
  });
});

test('an ID token is signed, and names the app, the user and the nonce', async () => {
  await org.control('POST', '/consent', { user: anna });
  const redirect = { client_id: clientId, redirect_uri: 'https://app.example/callback' };
  const response = await askAuthorize(org, { ...redirect, response_type: 'code', scope: 'openid', nonce: 'n-1' });
  await org.control('DELETE', '/consent');
  const { body } = await askToken(org, { ...redirect, grant_type: 'authorization_code', code: callbackOf(response)['code'] ?? '' });
  const [head = '', payload = '', signature = ''] = String(body['id_token']).split('.');
  const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;
  const configuration = (await ask('/.well-known/openid-configuration', {}, '')).body;
  const keys = (await (await fetch(String(configuration['jwks_uri']))).json()) as { keys: JsonWebKey[] };
  const jwk = keys.keys.find((key) => key['kid'] === read(head)['kid']) ?? {};
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  expect(verify('RSA-SHA256', Buffer.from(`${head}.${payload}`), key, Buffer.from(signature, 'base64url'))).toBe(true);
  expect(read(payload)).toMatchObject({
    iss: configuration['issuer'],
    aud: clientId,
    sub: `${org.apiUrl}/id/${orgId}/${seeded.anna}`,
    nonce: 'n-1',
    preferred_username: anna,
    iat: Date.parse('2026-07-01T08:00:00Z') / 1000,
    exp: Date.parse('2026-07-01T08:02:00Z') / 1000,
    at_hash: createHash('sha256').update(String(body['access_token'])).digest().subarray(0, 16).toString('base64url'),
  });
});

describe('introspection', () => {
  const introspect = (token: string, more: Record<string, string> = { client_id: clientId, client_secret: 'planted' }) =>
    ask('/services/oauth2/introspect', { method: 'POST', body: new URLSearchParams({ token, ...more }) }, '');
  test('tells an app of its own tokens', async () => {
    const iat = Date.parse('2026-07-01T08:00:00Z') / 1000;
    const common = { active: true, client_id: clientId, username: anna, sub: `${org.apiUrl}/id/${orgId}/${seeded.anna}`, iat, nbf: iat };
    expect((await introspect(accessToken)).body).toEqual({
      ...common,
      scope: expect.stringContaining('api') as string,
      token_type: 'access_token',
      exp: iat + 7200,
    });
    expect((await introspect(refreshToken)).body).toMatchObject({ ...common, token_type: 'refresh_token' });
  });
  test('of others it says only that they are inactive', async () => {
    expect((await introspect('x')).body).toEqual({ active: false });
    expect((await introspect(accessToken, { client_id: 'app', client_secret: 'secret' })).body).toEqual({ active: false });
  });
  test('needs the secret', async () => {
    const { status, body } = await introspect(accessToken, { client_id: clientId });
    expect({ status, body }).toEqual(refusal('invalid_client', 'invalid client credentials', 401));
  });
});

describe('revoking', () => {
  const revoke = (token: unknown, method: 'GET' | 'POST' = 'POST') => {
    const form = new URLSearchParams({ token: String(token) });
    return ask(
      `/services/oauth2/revoke${method === 'GET' ? `?${form.toString()}` : ''}`,
      { method, ...(method === 'POST' ? { body: form } : {}) },
      '',
    );
  };
  test.each(['GET', 'POST'] as const)('a refresh token by %s ends its own sessions and no others', async (method) => {
    const [one, two] = [await signInAs(org, clientId, anna), await signInAs(org, clientId, anna)];
    const later = await refresh(org, clientId, one.body['refresh_token']);
    const reply = await revoke(one.body['refresh_token'], method);
    expect([reply.status, reply.body]).toEqual([200, '']);
    const tokens = [one, later, two].map(({ body }) => body['access_token']);
    expect(await Promise.all(tokens.map((token) => restStatus(org, token)))).toEqual([401, 401, 200]);
    expect((await refresh(org, clientId, one.body['refresh_token'])).status).toBe(400);
    expect((await refresh(org, clientId, two.body['refresh_token'])).status).toBe(200);
  });
  test('an access token ends alone', async () => {
    const { body } = await signInAs(org, clientId, anna);
    expect((await revoke(body['access_token'])).status).toBe(200);
    expect(await restStatus(org, body['access_token'])).toBe(401);
    expect((await refresh(org, clientId, body['refresh_token'])).status).toBe(200);
  });
  test('what is none is refused; what was revoked is asked for anew', async () => {
    const { status, body } = await revoke('x');
    expect({ status, body }).toEqual(refusal('invalid_token', 'invalid token'));
    const app = await makeApp(org);
    const signed = await signInAs(org, app, anna);
    const asked = { response_type: 'code', client_id: app, redirect_uri: 'https://app.example/callback', prompt: 'none' };
    const { headers } = await ask(`/secur/frontdoor.jsp?sid=${encodeURIComponent(accessToken)}`);
    const cookie = headers.get('set-cookie')?.split(';')[0];
    expect(callbackOf(await askAuthorize(org, asked, cookie))['code']).toBeDefined();
    await revoke(signed.body['refresh_token']);
    expect(callbackOf(await askAuthorize(org, asked, cookie))['error']).toBe('immediate_unsuccessful');
  });
});

describe('the front door', () => {
  const open = (url: string) => fetch(url, { redirect: 'manual' });
  const signedIn = async (cookie: string | undefined) => {
    const asked = { response_type: 'code', client_id: clientId, redirect_uri: 'https://app.example/callback' };
    return !locationOf(await askAuthorize(org, asked, cookie)).href.includes('ec=302');
  };
  test('a link signs one browser in, once', async () => {
    const { body } = await ask('/services/oauth2/singleaccess?redirect_uri=%2Flightning%2Fo%2FTask%2Fhome');
    const url = String(body['frontdoor_uri']);
    expect(url).toMatch(/\/secur\/frontdoor\.jsp\?otp=.+&startURL=%2Flightning%2Fo%2FTask%2Fhome$/);
    const response = await open(url);
    expect([response.status, locationOf(response).pathname]).toEqual([302, '/lightning/o/Task/home']);
    expect(await signedIn(response.headers.get('set-cookie')?.split(';')[0])).toBe(true);
    expect(locationOf(await open(url)).search).toContain('ec=302');
  });
  test('clients may name the page themselves, but none outside', async () => {
    for (const [target, at] of [
      ['/lightning/page/home', '/lightning/page/home'],
      ['//evil.example/x', '/'],
    ] as const) {
      const { body } = await ask('/services/oauth2/singleaccess', { method: 'POST' });
      const response = await open(`${String(body['frontdoor_uri'])}&retURL=${encodeURIComponent(target)}`);
      expect(locationOf(response).href).toBe(`${org.apiUrl}${at}`);
    }
  });
  test('needs the scope web', async () => {
    const { body } = await signInAs(org, clientId, anna, { scope: 'api' });
    const token = String(body['access_token']);
    expect((await ask('/services/oauth2/singleaccess', {}, token)).status).toBe(400);
    expect((await ask('/services/oauth2/singleaccess', {}, 'x')).status).toBe(401);
    expect((await ask(`/secur/frontdoor.jsp?sid=${encodeURIComponent(token)}`)).headers.get('location')).toContain('ec=302');
  });
  test('signing out ends the browser session, not the app', async () => {
    const { headers } = await ask(`/secur/frontdoor.jsp?sid=${encodeURIComponent(accessToken)}`);
    const cookie = headers.get('set-cookie')?.split(';')[0] ?? '';
    expect(await signedIn(cookie)).toBe(true);
    expect((await ask('/secur/logout.jsp', { headers: { cookie } })).status).toBe(200);
    expect(await signedIn(cookie)).toBe(false);
    expect(await restStatus(org, accessToken)).toBe(200);
  });
});

test('ways in that are not there say so', async () => {
  for (const path of ['/services/oauth2/register', '/services/auth/idp/oidc/logout']) expect((await ask(path)).status).toBe(501);
  for (const path of ['/id/x', '/secur/x', '/.well-known/x']) expect((await ask(path)).status).toBe(404);
});
