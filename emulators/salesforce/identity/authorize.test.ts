import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  askAuthorize,
  askToken,
  callbackOf,
  challengeOf,
  locationOf,
  makeApp,
  newVerifier,
  refusal,
  restStatus,
} from '../testing/sign-in.ts';
import { seeded, testOrg, type TestOrg } from '../testing/test-org.ts';

const callback = 'https://app.example/callback';
let org: TestOrg;
let clientId: string;
beforeAll(async () => {
  org = await testOrg();
});
afterAll(() => org.stop());
beforeEach(async () => {
  clientId = await makeApp(org);
  await org.control('DELETE', '/consent');
});

const asking = (more: Record<string, string> = {}) => ({
  response_type: 'code',
  client_id: clientId,
  redirect_uri: callback,
  state: 'a b&c',
  ...more,
});

/** A browser without a script: it keeps one cookie, follows what it is told, and sends forms with all their fields. */
class Browser {
  cookie = '';
  async go(url: string, form?: Record<string, string>): Promise<Response> {
    const response = await fetch(new URL(url, org.apiUrl), {
      redirect: 'manual',
      headers: { cookie: this.cookie },
      ...(form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) }),
    });
    this.cookie = response.headers.get('set-cookie')?.split(';')[0] ?? this.cookie;
    return response;
  }
  /** Follows redirects within the org, until there is a page or the app's callback. */
  async follow(response: Response): Promise<{ at: URL; page: string; response: Response }> {
    let now = response;
    for (let hops = 0; hops < 10 && now.status === 302; hops += 1) {
      const at = locationOf(now);
      if (at.origin !== org.apiUrl) return { at, page: '', response: now };
      now = await this.go(at.href);
    }
    return { at: new URL(now.url), page: await now.text(), response: now };
  }
  async authorize(more: Record<string, string> = {}) {
    return this.follow(await this.go(`/services/oauth2/authorize?${new URLSearchParams(asking(more)).toString()}`));
  }
  async logIn(page: string, username: string) {
    return this.follow(await this.go('/', { ...hiddenOf(page), username, pw: '', Login: 'Log In' }));
  }
  async click(page: string, button: 'save' | 'cancel') {
    return this.follow(await this.go('/setup/secur/RemoteAccessAuthorizationPage.apexp', { ...hiddenOf(page), [button]: 'x' }));
  }
}
const unescaped = (text: string) => text.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
const hiddenOf = (page: string): Record<string, string> =>
  Object.fromEntries(
    [...(page.split('</form>')[0] ?? '').matchAll(/type="hidden" name="(\w+)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [
      name,
      unescaped(value),
    ]),
  );
const told = (at: URL) => Object.fromEntries(at.searchParams);

describe('in the browser', () => {
  test('log in, allow, and the callback gets a code that works once', async () => {
    const browser = new Browser();
    const login = await browser.authorize({ login_hint: 'anna.nowak@acme.example' });
    expect(login.at.href).toContain('/?ec=302&startURL=');
    expect(login.page).toContain('id="username" name="username" value="anna.nowak@acme.example"');
    expect(login.page).not.toContain('marek.wozniak'); // inactive
    const consent = await browser.logIn(login.page, 'Anna.Nowak@ACME.example');
    expect(consent.at.pathname).toBe('/setup/secur/RemoteAccessAuthorizationPage.apexp');
    expect(consent.page).toMatch(/A test.*anna\.nowak@acme\.example.*id="oadeny".*id="oaapprove"/s);
    expect(consent.page).not.toContain('<script');
    const policy = consent.response.headers.get('content-security-policy');
    expect(policy).toContain("form-action 'self' https://app.example"); // a browser would stop the redirect otherwise
    expect(policy).toContain("frame-ancestors 'none'");
    const { at } = await browser.click(consent.page, 'save');
    expect(at.origin + at.pathname).toBe(callback);
    expect(told(at)).toEqual({ code: expect.stringMatching(/^aPrx.*==$/) as string, state: 'a b&c' });
    const form = { grant_type: 'authorization_code', code: told(at)['code'] ?? '', client_id: clientId, redirect_uri: callback };
    const { status, body } = await askToken(org, form);
    expect(status).toBe(200);
    expect(Object.keys(body).toSorted()).toEqual([
      'access_token',
      'id',
      'id_token',
      'instance_url',
      'issued_at',
      'refresh_token',
      'scope',
      'signature',
      'token_type',
    ]);
    expect(body['id']).toMatch(new RegExp(`/id/00DSx0000000001MAA/${seeded.anna}$`));
    expect(await restStatus(org, body['access_token'])).toBe(200);
    expect(await askToken(org, form)).toEqual(refusal('invalid_grant', 'expired authorization code'));
  });
  test('who is signed in and has allowed it is not asked again, but for prompt=consent and prompt=login', async () => {
    const browser = new Browser();
    const consent = await browser.logIn((await browser.authorize()).page, 'anna.nowak@acme.example');
    await browser.click(consent.page, 'save');
    expect(told((await browser.authorize()).at)['code']).toBeDefined();
    expect(told((await browser.authorize({ scope: 'api', prompt: 'none' })).at)['code']).toBeDefined();
    for (const prompt of ['consent', 'select_account'])
      expect((await browser.authorize({ prompt })).at.pathname).toBe('/setup/secur/RemoteAccessAuthorizationPage.apexp');
    expect((await browser.authorize({ prompt: 'login' })).page).toContain('id="password"');
    expect((await browser.authorize()).page).toContain('id="password"'); // the session is over
    const other = await makeApp(org);
    const again = await browser.logIn((await browser.authorize({ client_id: other })).page, 'anna.nowak@acme.example');
    expect(again.page).toContain('Allow Access?'); // one app's approval is none of the other's
  });
  test('a refused page tells the callback, and nothing is remembered', async () => {
    const browser = new Browser();
    const consent = await browser.logIn((await browser.authorize()).page, 'anna.nowak@acme.example');
    const { at } = await browser.click(consent.page, 'cancel');
    expect(told(at)).toEqual({ error: 'access_denied', error_description: 'end-user denied authorization', state: 'a b&c' });
    expect((await browser.authorize()).page).toContain('Allow Access?');
  });
  test('inactive and unknown users do not get in', async () => {
    for (const username of ['marek.wozniak@acme.example', 'nobody@acme.example', '"><script>alert(1)</script>']) {
      const browser = new Browser();
      const { page } = await browser.logIn((await browser.authorize()).page, username);
      expect(page).toContain('Please check your username and password.');
      expect(page).not.toContain('<script');
    }
  });
  test('a form another page made does nothing', async () => {
    const browser = new Browser();
    const consent = await browser.logIn((await browser.authorize()).page, 'anna.nowak@acme.example');
    const { source = '' } = hiddenOf(consent.page);
    for (const stamp of ['', 'guess', hiddenOf((await new Browser().authorize()).page)['stamp'] ?? '']) {
      const reply = await browser.go('/setup/secur/RemoteAccessAuthorizationPage.apexp', { source, stamp, save: 'Allow' });
      expect(reply.status).toBe(200); // asked again
    }
    const stranger = new Browser();
    const login = await stranger.authorize();
    const cookieless = await new Browser().go('/', { ...hiddenOf(login.page), username: 'anna.nowak@acme.example' });
    expect(cookieless.status).toBe(200);
    expect(await cookieless.text()).toContain('This page was not of this browser.');
  });
  test('the cookie changes when somebody signs in, and no script sees it', async () => {
    const browser = new Browser();
    const login = await browser.authorize();
    const before = browser.cookie;
    const response = await browser.go('/', { ...hiddenOf(login.page), username: 'anna.nowak@acme.example' });
    expect(response.headers.get('set-cookie')).toMatch(/HttpOnly; SameSite=Lax$/);
    expect(browser.cookie).not.toBe(before);
  });
  test('after the login one stays in the org', async () => {
    const browser = new Browser();
    for (const startURL of ['//evil.example', 'https://evil.example', '/\\evil.example']) {
      const { page } = await browser.follow(await browser.go(`/?ec=302&startURL=${encodeURIComponent(startURL)}`));
      const response = await browser.go('/', { ...hiddenOf(page), username: 'anna.nowak@acme.example' });
      expect(locationOf(response).href).toBe(`${org.apiUrl}/`);
    }
  });
});

describe('without a browser', () => {
  test('the Salesforce CLI: no method, a long verifier, no secret', async () => {
    await org.control('POST', '/consent', { user: 'anna.nowak@acme.example', auto: true });
    const verifier = newVerifier();
    expect(verifier).toHaveLength(171);
    const cli = { client_id: 'PlatformCLI', redirect_uri: 'http://localhost:1717/OauthRedirect' };
    const response = await askAuthorize(org, {
      ...cli,
      response_type: 'code',
      prompt: 'login',
      scope: 'refresh_token api web',
      state: 's',
      code_challenge: challengeOf(verifier),
    });
    expect(response.status).toBe(302);
    expect(locationOf(response).href).toMatch(/^http:\/\/localhost:1717\/OauthRedirect\?code=aPrx.*%3D%3D&state=s$/);
    const form = { ...cli, grant_type: 'authorization_code', code: callbackOf(response)['code'] ?? '' };
    const { status, body } = await askToken(org, { ...form, code_verifier: verifier });
    expect([status, body['scope']]).toEqual([200, 'refresh_token api web']);
    expect(body).not.toHaveProperty('id_token');
  });
  test('the control can deny, too, what was allowed before', async () => {
    await org.control('POST', '/consent', {});
    expect(callbackOf(await askAuthorize(org, asking()))['code']).toBeDefined();
    await org.control('POST', '/consent', { deny: true });
    expect(callbackOf(await askAuthorize(org, asking()))).toMatchObject({ error: 'access_denied' });
  });
  test('the user-agent flow answers in the fragment', async () => {
    await org.control('POST', '/consent', {});
    const at = locationOf(await askAuthorize(org, asking({ response_type: 'token', scope: 'api refresh_token' })));
    const fragment = Object.fromEntries(new URLSearchParams(at.hash.slice(1)));
    expect(fragment).toMatchObject({ state: 'a b&c', token_type: 'Bearer', instance_url: org.apiUrl, scope: 'api refresh_token' });
    expect(fragment['refresh_token']).toBeDefined();
    expect(await restStatus(org, fragment['access_token'])).toBe(200);
    await org.control('POST', '/consent', { deny: true });
    expect(locationOf(await askAuthorize(org, asking({ response_type: 'token' }))).hash).toContain('error=access_denied');
  });
});

describe('what is wrong with a request', () => {
  test.each([
    [{ client_id: 'nobody' }, 'error=invalid_client_id&error_description=client%20identifier%20invalid'],
    [{ redirect_uri: `${callback}/` }, 'error=redirect_uri_mismatch&error_description=redirect_uri%20must%20match%20configuration'],
    [{ redirect_uri: `${callback}?x=1` }, 'error=redirect_uri_mismatch&error_description=redirect_uri%20must%20match%20configuration'],
  ])('%j is said on the spot', async (more, text) => {
    const response = await askAuthorize(org, asking(more));
    expect([response.status, response.headers.get('location'), await response.text()]).toEqual([400, null, text]);
  });
  test.each([
    [{ response_type: 'magic' }, 'unsupported_response_type', 'response type not supported'],
    [{ scope: 'api everything' }, 'invalid_scope', 'the requested scope is invalid, unknown, or malformed'],
    [{ code_challenge: 'short' }, 'invalid_request', 'invalid code challenge'],
    [{ code_challenge: challengeOf('x'), code_challenge_method: 'plain' }, 'invalid_request', 'invalid code challenge'],
    [{ prompt: 'none' }, 'immediate_unsuccessful', 'immediate unsuccessful'],
    [{ immediate: 'true' }, 'immediate_unsuccessful', 'immediate unsuccessful'],
  ])('%j is told at the callback', async (more, error, description) => {
    expect(callbackOf(await askAuthorize(org, asking(more)))).toEqual({
      error,
      error_description: description,
      state: 'a b&c',
    });
  });
  test('PKCE where the app requires it', async () => {
    clientId = await makeApp(org, { requirePkce: true });
    expect(callbackOf(await askAuthorize(org, asking()))).toMatchObject({
      error: 'invalid_request',
      error_description: 'missing required code challenge',
    });
  });
  test('users an admin has not approved, and scopes the app has not', async () => {
    clientId = await makeApp(org, { permittedUsers: 'AdminApprovedPreAuthorized', approvedUsers: ['anna.nowak@acme.example'] });
    await org.control('POST', '/consent', { user: 'haruto.sato@acme.example' });
    expect(callbackOf(await askAuthorize(org, asking()))).toMatchObject({
      error: 'OAUTH_APP_ACCESS_DENIED',
      error_description: 'user is not admin approved to access this app',
    });
    await org.control('DELETE', '/consent');
    const anna = new Browser();
    const { at } = await anna.logIn((await anna.authorize()).page, 'anna.nowak@acme.example');
    expect(told(at)['code']).toBeDefined(); // pre-authorised: never asked
    clientId = await makeApp(org, { scopes: ['api'] });
    expect((await anna.authorize({ scope: 'api web' })).page).toContain('OAUTH_APPROVAL_ERROR_GENERIC');
  });
});
