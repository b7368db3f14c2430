import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { asUser } from '../testing/as-user.ts';
import { askAuthorize, askToken, makeApp, refresh, signInAs, signer } from '../testing/sign-in.ts';
import { seeded, testOrg, type TestOrg } from '../testing/test-org.ts';

let org: TestOrg;
let now = Date.parse('2026-11-21T09:00:00Z');
beforeAll(async () => {
  org = await testOrg({ clock: () => now });
});
afterAll(() => org.stop());

const fields =
  'UserId, LoginTime, LoginType, LoginSubType, Status, Application, SourceIp, LoginUrl, Browser, OptionsIsPost, ForwardedForIp, ApiType';
/** The rows of what is done, the last first. */
const during = async (work: () => Promise<unknown>): Promise<Record<string, unknown>[]> => {
  now += 60_000;
  await work();
  const { records } = await org.query(
    `SELECT ${fields} FROM LoginHistory WHERE LoginTime >= ${new Date(now).toISOString()} ORDER BY LoginTime DESC, Id DESC`,
  );
  return records.map(({ attributes: _, ...row }) => row);
};
const row = (more: Record<string, unknown>) => ({
  LoginTime: new Date(now).toISOString().replace('Z', '+0000'),
  LoginType: 'Remote Access 2.0',
  Status: 'Success',
  SourceIp: '127.0.0.1',
  LoginUrl: '127.0.0.1',
  Browser: 'Unknown',
  OptionsIsPost: true,
  ForwardedForIp: null,
  ApiType: 'N/A',
  ...more,
});
const user = async (isActive = true) => {
  const name = `login${now}`;
  const manner = { TimeZoneSidKey: 'Europe/Warsaw', LocaleSidKey: 'en_US', EmailEncodingKey: 'UTF-8', LanguageLocaleKey: 'en_US' };
  const [profile] = (await org.query("SELECT Id FROM Profile WHERE Name = 'Standard User'")).records;
  const who = {
    Username: `${name}@acme.example`,
    LastName: name,
    Email: `${name}@acme.example`,
    Alias: 'login',
    ProfileId: profile?.['Id'],
  };
  const { body } = await org.call('POST', '/sobjects/User', { ...who, ...manner, IsActive: isActive });
  return { id: (body as { id: string }).id, username: who.Username };
};

describe('programs', () => {
  test('client credentials', async () =>
    expect(await during(() => org.signIn())).toEqual([
      row({ UserId: seeded.integration, LoginSubType: 'OauthClientCredentials', Application: 'Stand-in app' }),
    ]));
  test('a code, and its refresh token', async () => {
    const app = await makeApp(org, { name: 'A phone system' });
    const ours = { UserId: seeded.anna, Application: 'A phone system' };
    let token: unknown;
    const given = await during(async () => {
      token = (await signInAs(org, app, seeded.anna)).body['refresh_token'];
    });
    expect(given).toEqual([row({ ...ours, LoginSubType: 'OauthWebServer' })]);
    expect(await during(() => refresh(org, app, token))).toEqual([row({ ...ours, LoginSubType: 'OauthRefreshToken' })]);
  });
  test('a token in the fragment', async () => {
    const app = await makeApp(org, { name: 'A page' });
    const rows = await during(async () => {
      await org.control('POST', '/consent', { user: seeded.anna });
      await askAuthorize(org, { response_type: 'token', client_id: app, redirect_uri: 'https://app.example/callback' });
      await org.control('DELETE', '/consent');
    });
    expect(rows).toEqual([row({ UserId: seeded.anna, LoginSubType: 'OauthUserAgent', Application: 'A page', OptionsIsPost: false })]);
  });
  test('an assertion, and one of a user the admin has not approved', async () => {
    const { certificate, assertion } = signer();
    const { id, username } = await user();
    const app = await makeApp(org, { name: 'Signed', certificate, permittedUsers: 'AdminApprovedPreAuthorized', approvedUsers: [id] });
    const grant_type = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
    const ask = (sub: string) =>
      askToken(org, { grant_type, assertion: assertion({ iss: app, sub, aud: org.apiUrl, exp: Math.floor(now / 1000) + 100 }) });
    expect(await during(() => ask(username))).toEqual([row({ UserId: id, LoginSubType: null, Application: 'Signed' })]);
    const [anna] = (await org.query(`SELECT Username FROM User WHERE Id = '${seeded.anna}'`)).records;
    expect(await during(() => ask(String(anna?.['Username'])))).toEqual([
      row({ UserId: seeded.anna, LoginSubType: null, Application: 'Signed', Status: 'Failed: Not approved for access' }),
    ]);
  });
  test('an inactive user’s refresh token', async () => {
    const { id } = await user();
    const app = await makeApp(org, { name: 'Late' });
    const token = (await signInAs(org, app, id)).body['refresh_token'];
    await org.call('PATCH', `/sobjects/User/${id}`, { IsActive: false });
    expect(await during(() => refresh(org, app, token))).toEqual([
      row({ UserId: id, LoginSubType: 'OauthRefreshToken', Application: 'Late', Status: 'User is Inactive' }),
    ]);
  });
  test('User.LastLoginDate is written once a minute', async () => {
    const last = async () =>
      (await org.query(`SELECT LastLoginDate FROM User WHERE Id = '${seeded.integration}'`)).records[0]?.['LastLoginDate'];
    await during(() => org.signIn());
    const first = await last();
    expect(first).toBe(new Date(now).toISOString().replace('Z', '+0000'));
    now += 59_000;
    await org.signIn();
    expect(await last()).toBe(first);
    now += 1000;
    await org.signIn();
    expect(await last()).not.toBe(first);
  });
  test('a wrong secret is nobody’s sign-in', async () =>
    expect(await during(() => askToken(org, { grant_type: 'client_credentials', client_id: 'app', client_secret: 'wrong' }))).toEqual([]));
});

test('people at the login page', async () => {
  const page = await fetch(`${org.apiUrl}/?ec=302&startURL=%2Fhome`);
  const cookie = page.headers.get('set-cookie')?.split(';')[0] ?? '';
  const stamp = /name="stamp" value="([^"]+)"/.exec(await page.text())?.[1] ?? '';
  const enter = (username: string) => () =>
    fetch(`${org.apiUrl}/`, {
      method: 'POST',
      redirect: 'manual',
      body: new URLSearchParams({ username, startURL: '/home', stamp }),
      headers: {
        cookie,
        'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/115.0.0.0 Safari/537.36',
        'x-forwarded-for': '10.0.0.7',
      },
    });
  const names = (await org.query(`SELECT Id, Username FROM User WHERE Id IN ('${seeded.anna}', '${seeded.inactive}') ORDER BY Id`)).records;
  const browser = { LoginType: 'Application', LoginSubType: 'UsernamePasswordUiLogin', Application: 'Browser', Browser: 'Chrome 115' };
  const inactive = await during(enter(String(names[1]?.['Username'])));
  expect(inactive).toEqual([row({ ...browser, UserId: seeded.inactive, ForwardedForIp: '10.0.0.7', Status: 'User is Inactive' })]);
  expect(await during(enter('nobody@acme.example'))).toEqual([]);
  const anna = await during(enter(String(names[0]?.['Username'])));
  expect(anna).toEqual([row({ ...browser, UserId: seeded.anna, ForwardedForIp: '10.0.0.7' })]);
});

describe('who reads it', () => {
  test('admins all, others their own', async () => {
    const anna = await asUser(org, seeded.anna);
    const whose = async (query: TestOrg['query']) =>
      new Set((await query('SELECT UserId FROM LoginHistory')).records.map(({ UserId }) => UserId));
    expect(await whose((soql) => anna.query(soql))).toEqual(new Set([seeded.anna]));
    expect((await whose((soql) => org.query(soql))).size).toBeGreaterThan(1);
    const [others] = (await org.query(`SELECT Id FROM LoginHistory WHERE UserId = '${seeded.integration}' LIMIT 1`)).records;
    expect(String(others?.['Id'])).toMatch(/^0Ya/);
    const path = `/sobjects/LoginHistory/${String(others?.['Id'])}`;
    expect([(await org.call('GET', path)).status, (await anna.call('GET', path)).status]).toEqual([200, 404]);
  });
  test('nobody writes it', async () => {
    const describeOf = (await org.call('GET', '/sobjects/LoginHistory/describe')).body;
    expect(describeOf).toMatchObject({ keyPrefix: '0Ya', createable: false, updateable: false, deletable: false, queryable: true });
    expect((await org.call('POST', '/sobjects/LoginHistory', { UserId: seeded.anna })).status).toBe(501);
  });
  test.each(['Status', 'Application', 'Browser', 'ApiType'])('%s is no filter', async (name) =>
    expect((await org.query(`SELECT Id FROM LoginHistory WHERE ${name} = 'x'`)).body).toMatchObject([
      { errorCode: 'INVALID_FIELD', message: expect.stringContaining(`field '${name}' can not be filtered in a query call`) as string },
    ]),
  );
  test('grouped and sorted by what is no filter', async () => {
    const { records } = await org.query('SELECT Status, COUNT(Id) n FROM LoginHistory GROUP BY Status ORDER BY Status');
    expect(records).toEqual(expect.arrayContaining([expect.objectContaining({ Status: 'Success' })]));
  });
});
