import type { Answer } from '../call.ts';
import { notImplemented } from '../errors.ts';
import { allows, knownScopes, lasting, type App } from './apps.ts';
import { callbackWrong, clientUnknown, Denied } from './denied.ts';
import type { Identity } from './identity.ts';
import { consentPage, loginPage, sayPage } from './sign-in-pages.ts';
import { grantedTo } from './token.ts';
import { isActive, userById, userNamed } from './users.ts';

/** A request as the identity doors see it. */
export type Request = {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly form: URLSearchParams;
  readonly header: (name: string) => string | undefined;
};

/** What an app asked for in a person's browser. */
type Asked = {
  readonly app: App;
  readonly redirectUri: string;
  readonly flow: 'code' | 'token';
  readonly scopes: readonly string[];
  readonly state: string | undefined;
  readonly challenge: string | undefined;
  readonly nonce: string | undefined;
  readonly prompts: ReadonlySet<string>;
  readonly loginHint: string;
  /** The request as it came, to carry from page to page. */
  readonly query: string;
};

/** Real addresses: programs that click through real pages look for them [C jsforce/jsforce, test helper of its oauth2 tests]. */
export const consentPath = '/setup/secur/RemoteAccessAuthorizationPage.apexp';
const consentUrl = (asked: Asked): string => `${consentPath}?source=${Buffer.from(asked.query).toString('base64url')}`;
const loginUrl = (startUrl: string): string => `/?ec=302&startURL=${encodeURIComponent(startUrl)}`;
const redirect = (location: string, headers: Readonly<Record<string, string>> = {}): Answer => ({
  status: 302,
  headers: { location, ...headers },
});

/** A way back into this org and nowhere else. */
const within = (url: string | null | undefined): string => (url && /^\/(?![/\\])/.test(url) ? url : '/');

/** An error of authorization that the app is told at its callback. */
class ToCallback extends Error {
  readonly error: string;
  constructor(error: string, description: string) {
    super(description);
    this.error = error;
  }
}

/**
 * The app and its callback. What is wrong with these no callback can be told: a real org shows the bare text instead of a page
 * [C forcedotcom/postman-salesforce-apis#42].
 */
function whoAsks(identity: Identity, query: URLSearchParams): { app: App; redirectUri: string } {
  const app = identity.apps.get(query.get('client_id') ?? '');
  if (!app) throw clientUnknown();
  const redirectUri = query.get('redirect_uri');
  if (redirectUri === null) throw new Denied('redirect_uri_missing', 'redirect_uri not provided');
  if (!app.callbackUrls.includes(redirectUri)) throw callbackWrong();
  return { app, redirectUri };
}

function whatIsAsked(app: App, redirectUri: string, query: URLSearchParams): Asked {
  const flow = query.get('response_type');
  if (flow !== 'code' && flow !== 'token') throw new ToCallback('unsupported_response_type', 'response type not supported');
  const words = (name: string) => (query.get(name) ?? '').split(/\s+/).filter((word) => word !== '');
  const scopes = words('scope');
  const malformed = scopes.some((scope) => !knownScopes.has(scope));
  if (malformed) throw new ToCallback('invalid_scope', 'the requested scope is invalid, unknown, or malformed');
  const challenge = query.get('code_challenge') ?? undefined;
  const method = query.get('code_challenge_method') ?? 'S256'; // the Salesforce CLI names none and means this [E]
  if (challenge === undefined && app.requirePkce && flow === 'code')
    throw new ToCallback('invalid_request', 'missing required code challenge');
  if (challenge !== undefined && (method !== 'S256' || !/^[\w-]{43}$/.test(challenge)))
    throw new ToCallback('invalid_request', 'invalid code challenge');
  return {
    app,
    redirectUri,
    flow,
    scopes: scopes.length > 0 ? scopes : app.scopes, // no scope asked for: all the app has [C quoted]
    state: query.get('state') ?? undefined,
    challenge,
    nonce: query.get('nonce') ?? undefined,
    prompts: new Set([...words('prompt'), ...(query.get('immediate') === 'true' ? ['none'] : [])]),
    loginHint: query.get('login_hint') ?? '',
    query: query.toString(),
  };
}

/** Reads the request and goes on with it; errors go where they belong. */
function withAsked(identity: Identity, query: URLSearchParams, go: (asked: Asked) => Answer): Answer {
  const { app, redirectUri } = whoAsks(identity, query);
  try {
    return go(whatIsAsked(app, redirectUri, query));
  } catch (cause) {
    if (!(cause instanceof ToCallback)) throw cause;
    const said = { error: cause.error, error_description: cause.message };
    return back(
      { redirectUri, flow: query.get('response_type') === 'token' ? 'token' : 'code', state: query.get('state') ?? undefined },
      said,
    );
  }
}

/** To the app's callback: in the query, or in the fragment for an app that lives in the browser. */
function back(to: Pick<Asked, 'redirectUri' | 'flow' | 'state'>, said: Record<string, string>, headers?: Record<string, string>): Answer {
  const told = new URLSearchParams({ ...said, ...(to.state === undefined ? {} : { state: to.state }) }).toString();
  const join = to.flow === 'token' ? '#' : to.redirectUri.includes('?') ? '&' : '?';
  return redirect(`${to.redirectUri}${join}${told}`, headers);
}

/** GET /services/oauth2/authorize */
export function authorize(identity: Identity, { method, query, header }: Request): Answer {
  if (method !== 'GET' && method !== 'HEAD') throw new Denied('invalid_request', 'must use HTTP GET');
  return withAsked(identity, query, (asked) => {
    const { consent } = identity;
    if (consent) {
      const { userId } = consent;
      const always = { ...asked, prompts: new Set(['consent']) }; // Deny holds though it was allowed before
      return afterSignIn(identity, always, userId, () => (consent.allow ? allow(identity, asked, userId) : deny()));
    }
    const browser = identity.browsers.of(header('cookie'));
    if (asked.prompts.has('login')) identity.browsers.signOut(browser.id); // "terminating any active session" [D Help, web server flow]
    const userId = identity.browsers.userOf(browser.id);
    const silent = asked.prompts.has('none');
    const unsuccessful = () => {
      throw new ToCallback('immediate_unsuccessful', 'immediate unsuccessful');
    };
    if (userId === undefined) return silent ? unsuccessful() : redirect(loginUrl(consentUrl(asked)), browser.headers);
    return afterSignIn(identity, asked, userId, silent ? unsuccessful : () => redirect(consentUrl(asked)));
  });
}

/** Who it is is known: refused, done because it was allowed before, or asked. */
function afterSignIn(identity: Identity, asked: Asked, userId: string, ask: () => Answer): Answer {
  const { app, scopes } = asked;
  if (!isActive(userById(identity.store, userId))) throw new ToCallback('inactive_user', 'user is inactive');
  if (!identity.admits(app, userId)) throw new ToCallback('OAUTH_APP_ACCESS_DENIED', 'user is not admin approved to access this app');
  // What the app wasn't set up for fails after the login, and names nothing [C quoted widely; text C forcedotcom/SalesforceMobileSDK-iOS].
  if (!scopes.every((scope) => allows(app.scopes, scope)))
    return sayPage(
      'Remote access',
      'OAUTH_APPROVAL_ERROR_GENERIC : An unexpected error has occurred during authentication. Please try again.',
      400,
    );
  const approved = identity.approved(app, userId);
  const known = approved.length > 0 && scopes.every((scope) => allows(approved, scope));
  // "Zero or one hint is available and the user is logged in: show the approval page" [D Help, web server flow, select_account].
  const mustAsk = asked.prompts.has('consent') || asked.prompts.has('select_account');
  return known && !mustAsk ? allow(identity, asked, userId) : ask();
}

function allow(identity: Identity, asked: Asked, userId: string): Answer {
  const { app, scopes } = asked;
  if (app.permittedUsers === 'AllSelfAuthorized') identity.approve(app, userId, scopes);
  if (asked.flow === 'code') {
    const { redirectUri, challenge, nonce } = asked;
    return back(asked, { code: identity.codes.issue({ clientId: app.clientId, userId, scopes, redirectUri, challenge, nonce }) });
  }
  const grant = scopes.some(lasting) ? identity.tokens.grant({ userId, clientId: app.clientId, scopes }) : undefined;
  const given = grantedTo(identity, app, { userId, scopes, grantId: grant?.id });
  return back(asked, { ...given, ...(grant ? { refresh_token: grant.token } : {}) });
}
function deny(): never {
  throw new ToCallback('access_denied', 'end-user denied authorization');
}

/** The page that asks for Allow or Deny, and what was clicked. */
export function consent(identity: Identity, { method, query, form, header }: Request): Answer {
  const source = (method === 'POST' ? form : query).get('source') ?? '';
  return withAsked(identity, new URLSearchParams(Buffer.from(source, 'base64url').toString('utf8')), (asked) => {
    const browser = identity.browsers.of(header('cookie'));
    const userId = identity.browsers.userOf(browser.id);
    if (userId === undefined) return redirect(loginUrl(consentUrl(asked)), browser.headers);
    const stamp = identity.browsers.stamp(browser.id, source);
    const clicked = method === 'POST' && form.get('stamp') === stamp; // else another page made this form
    return afterSignIn(identity, asked, userId, () => {
      if (clicked && form.has('cancel')) return deny();
      if (clicked && form.has('save')) return allow(identity, asked, userId);
      const again = new URLSearchParams(asked.query);
      again.set('prompt', 'login');
      const user = userById(identity.store, userId) ?? {};
      return consentPage({ ...asked, user, source, stamp, otherUser: `/services/oauth2/authorize?${again.toString()}` });
    });
  });
}

/** The callback a page leads to in the end: browsers must be told where its forms may go. */
function leadsTo(startUrl: string): { callback: string | undefined; loginHint: string } {
  const [path, query] = startUrl.split('?');
  const source = path === consentPath ? new URLSearchParams(query).get('source') : null;
  const asked = new URLSearchParams(source === null ? '' : Buffer.from(source, 'base64url').toString('utf8'));
  return { callback: asked.get('redirect_uri') ?? undefined, loginHint: asked.get('login_hint') ?? '' };
}

/** The login page. The stand-in has no passwords: whoever names an active user is that user. */
export function login(identity: Identity, { method, query, form, header }: Request): Answer {
  const startUrl = within((method === 'POST' ? form : query).get('startURL'));
  const browser = identity.browsers.of(header('cookie'));
  const stamp = identity.browsers.stamp(browser.id, startUrl);
  const { callback, loginHint } = leadsTo(startUrl);
  const ask = (username: string, problem?: string) => {
    const page = loginPage(identity.store, { startUrl, stamp, username, problem, callback });
    return { ...page, headers: { ...page.headers, ...browser.headers } };
  };
  if (method !== 'POST') return ask(loginHint);
  const username = form.get('username') ?? '';
  if (form.get('stamp') !== stamp) return ask(username, 'This page was not of this browser. Please try again.');
  const user = userNamed(identity.store, username);
  if (!user || !isActive(user))
    return ask(username, "Please check your username and password. If you still can't log in, contact your Salesforce administrator.");
  const signed = identity.browsers.signIn(browser.id, String(user['Id']));
  return redirect(startUrl, signed.headers);
}

/** GET /services/oauth2/singleaccess: a link that signs a browser in as the session's user, once [D Help, frontdoor bridge]. */
export function singleAccess(identity: Identity, token: string | undefined, target: string | null): Answer {
  const session = token === undefined ? undefined : identity.tokens.use(token);
  if (!session) throw new Denied('invalid_grant', 'invalid access token', 401); // guessed
  if (!allows(session.scopes, 'web')) throw new Denied('invalid_scope', 'the session has neither the scope web nor full'); // guessed
  const start = target === null ? '' : `&startURL=${encodeURIComponent(within(target))}`;
  return {
    status: 200,
    body: { frontdoor_uri: `${identity.instanceUrl()}/secur/frontdoor.jsp?otp=${identity.browsers.pass(session.userId)}${start}` },
  };
}

/** GET or POST /secur/frontdoor.jsp: signs the browser in with such a link, or with an access token as `sid`. */
export function frontdoor(identity: Identity, { query, form, header }: Request): Answer {
  const given = (name: string) => form.get(name) ?? query.get(name);
  const target = within(given('retURL') ?? given('startURL'));
  const pass = given('otp');
  const session = identity.tokens.use(given('sid') ?? '');
  const userId =
    pass === null ? (session && allows(session.scopes, 'web') ? session.userId : undefined) : identity.browsers.userOfPass(pass);
  const browser = identity.browsers.of(header('cookie'));
  if (userId === undefined) return redirect(loginUrl(target), browser.headers);
  return redirect(target, identity.browsers.signIn(browser.id, userId).headers);
}

/** GET /secur/logout.jsp */
export function logout(identity: Identity, { header }: Request): Answer {
  identity.browsers.signOut(identity.browsers.of(header('cookie')).id);
  return sayPage('Signed out', 'You are signed out of the org in this browser. Apps that were given access keep it.', 200);
}

/** Ways in that a real org may offer and this one doesn't. */
export function otherWayIn(path: string): never {
  throw notImplemented(path);
}
