import type { Answer } from '../call.ts';
import { methodNotAllowed, notFound, notImplemented } from '../errors.ts';
import { knownScopes } from './apps.ts';
import { authorize, consent, consentPath, frontdoor, login, logout, otherWayIn, singleAccess, type Request } from './authorize.ts';
import { Denied, missing } from './denied.ts';
import { bearerOf, type Identity } from './identity.ts';
import { noteFragment, noteLogin, noteToken } from './login-history.ts';
import { credentials, token } from './token.ts';
import type { Session } from './tokens.ts';
import { userById } from './users.ts';
import { identityUrl, plainly, userinfo } from './who.ts';

/** Whether a request is about who enters. Everything below /services/oauth2 is; of the pages, those that sign in or out. */
export const isIdentity = (method: string, path: string, query: URLSearchParams): boolean =>
  /^\/services\/(?:oauth2|auth)\/|^\/id\/|^\/secur\/|^\/\.well-known\//.test(path) ||
  path === consentPath ||
  (path === '/' && (method === 'POST' || query.has('startURL')));

/** Answers a request about who enters. `host`: what the caller calls this machine. Throws Refusal for what only a real org can. */
export function answerIdentity(identity: Identity, request: Omit<Request, 'form'> & { readonly body: string }): Answer {
  const form = new URLSearchParams(request.body);
  try {
    return shaped(route(identity, { ...request, form }), request.query.get('format') ?? form.get('format'), request.header('accept'));
  } catch (cause) {
    if (!(cause instanceof Denied)) throw cause;
    if (request.path !== '/services/oauth2/authorize' && request.path !== consentPath)
      return shaped(cause.answer(), form.get('format'), request.header('accept'));
    const said = `error=${encodeURIComponent(cause.error)}&error_description=${encodeURIComponent(cause.message)}`;
    return { status: cause.status, body: said, headers: { 'content-type': 'text/plain; charset=UTF-8' } };
  }
}

function route(identity: Identity, request: Request): Answer {
  const { method, path, query, form, header } = request;
  const only = (...methods: string[]) => {
    if (!methods.includes(method)) throw methodNotAllowed(method, methods);
  };
  const given = (name: string) => form.get(name) ?? query.get(name);
  const accessToken = () => bearerOf(header('authorization')) ?? given('oauth_token') ?? given('access_token') ?? undefined;
  switch (path) {
    case '/services/oauth2/authorize':
      return noteFragment(identity, request, authorize(identity, request));
    case consentPath:
      only('GET', 'POST');
      return noteFragment(identity, request, consent(identity, request));
    case '/':
      return noteLogin(identity, request, login(identity, request));
    case '/services/oauth2/token': {
      only('POST');
      const host = header('host') ?? '';
      const asked = form.size > 0 ? form : query;
      return noteToken(identity, request, asked, () =>
        token(identity, asked, header('authorization'), [`http://${host}`, `https://${host}`]),
      );
    }
    case '/services/oauth2/revoke':
      only('GET', 'POST');
      return revoke(identity, given('token'));
    case '/services/oauth2/introspect':
      only('POST');
      return introspect(identity, form, header('authorization'));
    case '/services/oauth2/userinfo':
      only('GET', 'POST');
      return withSession(identity, accessToken(), ({ userId }) => userinfo(identity, userId));
    case '/services/oauth2/singleaccess':
      only('GET', 'POST');
      return singleAccess(identity, accessToken(), given('redirect_uri'));
    case '/secur/frontdoor.jsp':
      only('GET', 'POST');
      return frontdoor(identity, request);
    case '/secur/logout.jsp':
      return logout(identity, request);
    case '/.well-known/openid-configuration':
      only('GET', 'HEAD');
      return configuration(identity);
    case '/id/keys':
      only('GET', 'HEAD');
      return { status: 200, body: { keys: [identity.key.jwk()] } };
    default: {
      if (path.startsWith('/services/')) return otherWayIn(path);
      const [, org, user] = /^\/id\/(\w+)\/(\w+)\/?$/.exec(path) ?? [];
      if (org === undefined || user === undefined) throw notFound();
      only('GET', 'POST');
      return withSession(identity, accessToken(), (session) => identityUrl(identity, { org, user }, session, query));
    }
  }
}

/** [C drupal.org/project/salesforce#3191597 for the bad token; the missing one K] */
function withSession(identity: Identity, accessToken: string | undefined, go: (session: Session) => Answer): Answer {
  if (accessToken === undefined) return plainly(403, 'Missing_OAuth_Token');
  const session = identity.tokens.use(accessToken);
  return session ? go(session) : plainly(403, 'Bad_OAuth_Token');
}

/** 200 and nothing. An access token ends alone, a refresh token with its own access tokens [D mobile SDK guide, revoking OAuth tokens]. */
function revoke(identity: Identity, given: string | null): Answer {
  if (given === null) throw missing('token');
  const grant = identity.tokens.grantWith(given);
  if (grant) identity.revoke(grant);
  else if (identity.tokens.look(given)) identity.tokens.end(given);
  else throw new Denied('invalid_token', 'invalid token');
  return { status: 200 };
}

/** An app asks about its own tokens; of others it hears that they are inactive [D Help, token introspection]. */
function introspect(identity: Identity, form: URLSearchParams, authorization: string | undefined): Answer {
  const { clientId, secret } = credentials(form, authorization);
  const app = identity.client(clientId, secret, true);
  const given = form.get('token');
  if (given === null) throw missing('token');
  const seconds = (ms: number) => Math.floor(ms / 1000);
  const session = identity.tokens.look(given);
  const grant = session ? undefined : identity.tokens.grantWith(given);
  const known = session ?? grant;
  if (known?.clientId !== app.clientId) return { status: 200, body: { active: false } };
  const issued = seconds(session ? session.issuedMs : (grant?.createdMs ?? 0));
  return {
    status: 200,
    body: {
      active: true,
      scope: known.scopes.join(' '),
      client_id: known.clientId,
      username: userById(identity.store, known.userId)?.['Username'],
      sub: identity.idUrl(known.userId),
      token_type: session ? 'access_token' : 'refresh_token',
      ...(session ? { exp: seconds(identity.tokens.endOf(session)) } : {}),
      iat: issued,
      nbf: issued,
    },
  };
}

/** What this org can, in the words of OpenID Connect Discovery. */
function configuration(identity: Identity): Answer {
  const url = identity.instanceUrl();
  return {
    status: 200,
    body: {
      issuer: url,
      authorization_endpoint: `${url}/services/oauth2/authorize`,
      token_endpoint: `${url}/services/oauth2/token`,
      revocation_endpoint: `${url}/services/oauth2/revoke`,
      userinfo_endpoint: `${url}/services/oauth2/userinfo`,
      jwks_uri: `${url}/id/keys`,
      introspection_endpoint: `${url}/services/oauth2/introspect`,
      scopes_supported: [...knownScopes],
      response_types_supported: ['code', 'token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      display_values_supported: ['page', 'popup', 'touch'],
      token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
    },
  };
}

/** `format` goes before the Accept header, which is read from left to right [D mobile SDK guide, identity URLs]. */
function shaped(answer: Answer, format: string | null, accept: string | undefined): Answer {
  if (typeof answer.body !== 'object' || answer.body === null) return answer;
  const types: Readonly<Record<string, string | undefined>> = {
    json: 'json',
    xml: 'xml',
    urlencoded: 'urlencoded',
    'application/json': 'json',
    'application/xml': 'xml',
    'application/x-www-form-urlencoded': 'urlencoded',
    '*/*': 'json',
  };
  const wanted = [format ?? '', ...(accept ?? '').split(',')].map((type) => types[type.split(';')[0]?.trim() ?? '']);
  switch (wanted.find((type) => type !== undefined)) {
    case 'xml':
      throw notImplemented('answers in XML');
    case 'urlencoded': {
      const flat = Object.entries(answer.body).map(([name, value]): [string, string] => [
        name,
        typeof value === 'string' ? value : JSON.stringify(value),
      ]);
      return {
        ...answer,
        body: new URLSearchParams(flat).toString(),
        headers: { ...answer.headers, 'content-type': 'application/x-www-form-urlencoded' },
      };
    }
    default:
      return answer;
  }
}
