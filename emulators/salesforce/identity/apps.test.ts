import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askAuthorize, askToken, callbackOf, makeApp, refresh, refusal, restStatus, signer, signInAs } from '../testing/sign-in.ts';
import { seeded, testOrg, type TestOrg } from '../testing/test-org.ts';

const anna = 'anna.nowak@acme.example';
/** Of a key that was thrown away. */
const certificate = `-----BEGIN CERTIFICATE-----
MIIDCTCCAfGgAwIBAgIUVmSluOiYvrwsR4h++EVzXswkIZkwDQYJKoZIhvcNAQEL
BQAwEzERMA8GA1UEAwwIc3RhbmQtaW4wIBcNMjYxMTIyMTAyMDM5WhgPMjEyNjEw
MjkxMDIwMzlaMBMxETAPBgNVBAMMCHN0YW5kLWluMIIBIjANBgkqhkiG9w0BAQEF
AAOCAQ8AMIIBCgKCAQEAv0X52DQLW7OuOZInTIi1enM2Ymj29st9ChxxEbIUUWGk
LIiL35wqnZfJByzKTWPGrCfO9AZ//3sjzFwu18WYLzutBNlbAKTR+UcP7oZBQIlD
BmwjTyXNyO5bEuFknUB0bpkAqJCqho5jEwjSNHP1DH8H1vLspaxLwqmFeX+XZeM0
DYA0iBhyTeJFP6BjhTQyMCvn4RjshFWKU5VwcTDbOI0o/FB1JKsWOD98n19sSy/6
6OcfXb24VMMTI5JiErx0al+Vf5BNwRAmK17ZhNhbID+G9iDpGSlJYtck7Linz+DH
KDpCF93+vcV0coCvGKqFEdAt6X/GVjY9++OkYbN6GQIDAQABo1MwUTAdBgNVHQ4E
FgQUZi0ZKCfNTTFt9k1vOYknWpgr6cswHwYDVR0jBBgwFoAUZi0ZKCfNTTFt9k1v
OYknWpgr6cswDwYDVR0TAQH/BAUwAwEB/zANBgkqhkiG9w0BAQsFAAOCAQEAP4xS
pzEQMYeMWIS4S+lIDFG+K8qv+ePf6ywQ1/xlzIsV30PR1P516AUbk1B8zQ+IyMYG
Oo2TtsegEo1PBz3ejlniyh0ueQRfOS+ejaaPd1sFYw7rFTkS7ZJP5hfKwdP23MP7
C5QlEhT+mHYcmGtmNCNcf+iqsKKsubkSl6MQJLQKKSfbcMjajPwECSHbjmxafz03
c2QGb5CAHp7mGgBWfGXBCHQ5CXt4xVcKsm/6mXtmOZFnssAT1A294PieFr7vTfBe
GxqJKFlEwv7nKUrZ1hgDv94dr8Un3+1IfJQDHH3+Tto8fJP4ZoS0g9FCVIxqUFOf
f0p51Ud7mK7IdfGAXQ==
-----END CERTIFICATE-----`;

describe('apps', () => {
  let org: TestOrg;
  beforeAll(async () => {
    org = await testOrg({ callbackUrls: ['http://localhost:8080/back'] });
  });
  afterAll(() => org.stop());

  test('the one of the command line and the CLI are there at first', async () => {
    const apps = (await org.control('GET', '/apps')).body as { clientId: string; secret?: string; callbackUrls: string[] }[];
    expect(apps.slice(0, 2)).toMatchObject([
      { clientId: 'PlatformCLI', callbackUrls: ['http://localhost:1717/OauthRedirect'] },
      { clientId: 'app', secret: 'secret', callbackUrls: ['http://localhost:8080/back'], runAs: seeded.integration },
    ]);
    expect(apps[0]).not.toHaveProperty('secret');
    const { status } = await signInAs(org, 'app', anna, { redirectUri: 'http://localhost:8080/back', secret: 'secret' });
    expect(status).toBe(200);
  });
  test('a new one gets a key and a secret; what is named is changed, what is null is taken away', async () => {
    const { status, body } = await org.control('POST', '/apps', { name: 'New' });
    expect([status, body]).toMatchObject([
      201,
      { name: 'New', clientId: expect.stringMatching(/^3MVG9/) as string, secret: expect.stringMatching(/^[0-9A-F]{64}$/) as string },
    ]);
    const { clientId } = body as { clientId: string };
    const changed = await org.control('POST', '/apps', { clientId, requirePkce: true, approvedUsers: [anna] });
    expect([changed.status, changed.body]).toMatchObject([200, { name: 'New', requirePkce: true, approvedUsers: [seeded.anna] }]);
    expect((await org.control('POST', '/apps', { clientId, secret: null })).body).not.toHaveProperty('secret');
  });
  test.each([
    [{ callbackUrl: 'x' }, 'there is no callbackUrl here'],
    [{ callbackUrls: ['nowhere'] }, 'not a callback URL: nowhere'],
    [{ scopes: ['api', 'everything'] }, 'no such scope: everything'],
    [{ requirePkce: 'yes' }, 'requirePkce must be true or false'],
    [{ runAs: 'nobody' }, 'runAs: nobody is not a user of this org'],
    [{ permittedUsers: 'all' }, 'permittedUsers is one of AllSelfAuthorized, AdminApprovedPreAuthorized'],
    [{ certificate: 'PEM' }, 'certificate must be an X.509 certificate or an RSA public key, in PEM'],
    [{ sessionTimeoutMs: -1 }, 'sessionTimeoutMs must be a number of milliseconds'],
  ])('%j is a mistake', async (body, said) => {
    const reply = await org.control('POST', '/apps', body);
    expect([reply.status, (reply.body as { error: string }).error]).toEqual([400, expect.stringContaining(said)]);
  });
  test('an X.509 certificate will do as a key', async () => {
    expect((await org.control('POST', '/apps', { certificate })).status).toBe(201);
    expect((await org.control('POST', '/apps', { certificate: signer().certificate })).status).toBe(201);
  });
  test('an app taken away takes all it was given along', async () => {
    const clientId = await makeApp(org);
    const { body } = await signInAs(org, clientId, anna);
    expect((await org.control('DELETE', `/apps/${clientId}`)).status).toBe(200);
    expect(await restStatus(org, body['access_token'])).toBe(401);
    expect(await refresh(org, clientId, body['refresh_token'])).toEqual(refusal('invalid_client_id', 'client identifier invalid'));
    for (const kept of ['app', 'PlatformCLI', 'nobody']) expect((await org.control('DELETE', `/apps/${kept}`)).status).toBe(400);
  });
  test('an admin sees and revokes what users have granted', async () => {
    const clientId = await makeApp(org);
    const { body } = await signInAs(org, clientId, anna);
    await signInAs(org, clientId, 'haruto.sato@acme.example');
    expect((await org.control('GET', `/grants?clientId=${clientId}`)).body).toHaveLength(2);
    expect((await org.control('DELETE', `/grants?clientId=${clientId}&user=${anna}`)).body).toEqual({ revoked: 1 });
    expect(await restStatus(org, body['access_token'])).toBe(401);
    expect((await org.control('GET', `/grants?clientId=${clientId}`)).body).toMatchObject([{ userId: '005Sx0000000003IAA' }]);
  });
  test('sessions of one user can be ended', async () => {
    const clientId = await makeApp(org);
    const [hers, his] = [await signInAs(org, clientId, 'olena.kovalenko@acme.example'), await signInAs(org, clientId, anna)];
    expect((await org.control('DELETE', '/sessions?user=olena.kovalenko@acme.example')).body).toEqual({ expired: 1 });
    expect([await restStatus(org, hers.body['access_token']), await restStatus(org, his.body['access_token'])]).toEqual([401, 200]);
  });
});

describe('what was answered is kept', () => {
  const folder = mkdtempSync(join(tmpdir(), 'identity-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('over a restart: apps, sessions, refresh tokens, approvals, codes; and a user made inactive is out', async () => {
    const file = join(folder, 'org.sqlite');
    let org = await testOrg({ file });
    const { certificate: key, assertion } = signer();
    const clientId = await makeApp(org, { certificate: key });
    const first = await signInAs(org, clientId, anna);
    await org.control('POST', '/sessions', { lifetimeMs: 3_600_000, rotateRefreshTokens: true });
    await org.control('POST', '/consent', { user: anna });
    const asked = { response_type: 'code', client_id: clientId, redirect_uri: 'https://app.example/callback' };
    const code = callbackOf(await askAuthorize(org, asked))['code'] ?? '';
    await org.control('POST', '/apps', { clientId: 'app', requirePkce: true });
    await org.stop();

    org = await testOrg({ file, clientSecret: 'secret', callbackUrls: ['http://localhost:8080/later'] });
    const apps = (await org.control('GET', '/apps')).body as { clientId: string }[];
    expect(apps.find((app) => app.clientId === 'app')).toMatchObject({ requirePkce: true, callbackUrls: ['http://localhost:8080/later'] });
    expect((await org.control('GET', '/consent')).body).toEqual({ userId: seeded.anna, allow: true });
    expect((await org.control('POST', '/sessions')).body).toMatchObject({ lifetimeMs: 3_600_000, rotateRefreshTokens: true });
    expect(await restStatus(org, first.body['access_token'])).toBe(200);
    const rotated = await refresh(org, clientId, first.body['refresh_token']);
    expect(rotated.body['refresh_token']).toBeDefined();
    const form = { grant_type: 'authorization_code', client_id: clientId, redirect_uri: 'https://app.example/callback', code };
    expect((await askToken(org, form)).status).toBe(200);
    const exp = Math.floor(Date.now() / 1000) + 180;
    const jwt = {
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: assertion({ iss: clientId, sub: anna, aud: 'https://login.salesforce.com', exp }),
    };
    expect((await askToken(org, jwt)).status).toBe(200);
    const { code: late = '' } = callbackOf(await askAuthorize(org, asked));
    await org.stop();

    const database = new DatabaseSync(file);
    database.prepare('UPDATE "User" SET "IsActive" = 0 WHERE "Username" = ?').run(anna);
    database.close();
    org = await testOrg({ file });
    const inactive = refusal('inactive_user', 'user is inactive');
    expect(await restStatus(org, rotated.body['access_token'])).toBe(401);
    expect(await refresh(org, clientId, rotated.body['refresh_token'])).toEqual(inactive);
    expect(await askToken(org, { ...form, code: late })).toEqual(inactive);
    expect(await askToken(org, jwt)).toEqual(inactive);
    expect(callbackOf(await askAuthorize(org, asked))).toMatchObject({ error: 'inactive_user' });
    await org.stop();
  });
});
