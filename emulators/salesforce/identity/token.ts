import { createHash, createHmac } from 'node:crypto';
import type { Answer } from '../call.ts';
import { notImplemented } from '../errors.ts';
import { allows, lasting, type App } from './apps.ts';
import { checkAssertion, readAssertion } from './assertion.ts';
import {
  callbackWrong,
  deviceFlowOff,
  grantTypeUnknown,
  missing,
  noRunAsUser,
  notApprovedByAdmin,
  notApprovedByUser,
  passwordFlowBlocked,
  userInactive,
  verifierMissing,
  verifierWrong,
} from './denied.ts';
import { sameText, type Identity } from './identity.ts';
import { isActive, userById, userNamed } from './users.ts';
import { claimsOf } from './who.ts';

/** Grants a real org may know, and this one doesn't. */
const elsewhere = new Set([
  'hybrid_refresh',
  'hybrid_auth_code',
  'assertion',
  'urn:ietf:params:oauth:grant-type:saml2-bearer',
  'urn:ietf:params:oauth:grant-type:token-exchange',
]);

/** "An ID token is valid for two minutes", unless the app says otherwise [K]. */
const idTokenLifetimeMs = 120_000;

/**
 * POST /services/oauth2/token. `hosts`: addresses this org goes by, besides Salesforce's own, as an assertion may name them. Throws
 * Denied.
 */
export function token(identity: Identity, form: URLSearchParams, authorization: string | undefined, hosts: readonly string[]): Answer {
  const grant = form.get('grant_type') ?? (form.get('response_type') === 'device_code' ? 'device' : null);
  if (grant === null) throw grantTypeUnknown();
  if (elsewhere.has(grant)) throw notImplemented(`the grant ${grant}`);
  const { clientId, secret } = credentials(form, authorization);
  const client = (needed: boolean) => {
    if (clientId === undefined) throw missing('client_id');
    return identity.client(clientId, secret, needed);
  };
  switch (grant) {
    case 'authorization_code': {
      const app = client(false);
      if (app.requireSecretForWebServer) client(true);
      return withCode(identity, app, form);
    }
    case 'refresh_token': {
      const app = client(false);
      if (app.requireSecretForRefresh) client(true);
      const refreshToken = form.get('refresh_token') ?? fail(missing('refresh_token'));
      const known = identity.tokens.grantWith(refreshToken);
      if (known?.clientId === app.clientId && !identity.admits(app, known.userId)) throw notApprovedByAdmin();
      const { grant: kept, rotated } = identity.tokens.refresh(app.clientId, refreshToken);
      return granted(identity, app, { ...kept, grantId: kept.id }, rotated ? { refresh_token: kept.token } : {});
    }
    case 'urn:ietf:params:oauth:grant-type:jwt-bearer':
      return withAssertion(identity, form.get('assertion') ?? fail(missing('assertion')), hosts);
    case 'client_credentials': {
      const app = client(true);
      if (app.runAs === undefined) throw noRunAsUser();
      const userId = active(identity, app.runAs);
      // Scopes that make no sense without a person are taken off [D Help, client credentials flow].
      const scopes = app.scopes.filter((scope) => !lasting(scope) && scope !== 'full' && scope !== 'web');
      const more = { api_instance_url: 'https://api.salesforce.com', token_format: 'opaque' };
      return granted(identity, app, { userId, scopes: app.scopes.includes('full') ? [...new Set([...scopes, 'api'])] : scopes }, more);
    }
    case 'password':
      client(false);
      throw passwordFlowBlocked();
    case 'device':
      client(false);
      throw deviceFlowOff();
    default:
      throw grantTypeUnknown();
  }
}

function withCode(identity: Identity, app: App, form: URLSearchParams): Answer {
  const code = identity.codes.redeem(form.get('code') ?? fail(missing('code')), app.clientId);
  if ((form.get('redirect_uri') ?? fail(missing('redirect_uri'))) !== code.redirectUri) throw callbackWrong();
  if (code.challenge !== undefined) {
    const verifier = form.get('code_verifier') ?? fail(verifierMissing());
    // However long: the Salesforce CLI's has 171 characters, where RFC 7636 allows 128 [E].
    if (!sameText(code.challenge, createHash('sha256').update(verifier).digest('base64url'))) throw verifierWrong();
  }
  active(identity, code.userId);
  if (!identity.admits(app, code.userId)) throw notApprovedByAdmin();
  const kept = code.scopes.some(lasting) ? identity.tokens.grant(code) : undefined;
  return granted(identity, app, { ...code, grantId: kept?.id }, kept ? { refresh_token: kept.token } : {}, { nonce: code.nonce });
}

/** No `issued_at`, no `signature`, no refresh token [C api-evangelist/salesforce]. */
function withAssertion(identity: Identity, text: string, hosts: readonly string[]): Answer {
  const assertion = readAssertion(text);
  const app = identity.client(assertion.issuer, undefined, false);
  const audiences = ['https://login.salesforce.com', 'https://test.salesforce.com', identity.instanceUrl(), ...hosts];
  checkAssertion(assertion, app, audiences, identity.store, identity.now());
  const user = userNamed(identity.store, assertion.subject);
  if (!user) throw notApprovedByUser();
  const userId = active(identity, String(user['Id']));
  if (!identity.admits(app, userId)) throw notApprovedByAdmin();
  const approved = identity.approved(app, userId);
  // "Looks at all the previous approvals that include a refresh token" [D Help, JWT bearer flow; C salesforce.stackexchange 184363].
  if (app.permittedUsers === 'AllSelfAuthorized' && !approved.some(lasting)) throw notApprovedByUser();
  const scopes = approved.filter((scope) => !lasting(scope));
  return {
    status: 200,
    body: {
      access_token: identity.tokens.open({ userId, clientId: app.clientId, scopes }),
      scope: scopes.join(' '),
      instance_url: identity.instanceUrl(),
      id: identity.idUrl(userId),
      token_type: 'Bearer',
    },
  };
}

type Granted = { readonly userId: string; readonly scopes: readonly string[]; readonly grantId?: string | undefined };

/** A new session, as the token endpoint and the fragment of the user-agent flow tell it. No `expires_in`: only a 401 tells. */
export function grantedTo(identity: Identity, app: App, to: Granted): Record<string, string> {
  const { userId, scopes } = to;
  const id = identity.idUrl(userId);
  const issuedAt = String(identity.now());
  return {
    access_token: identity.tokens.open({ userId, clientId: app.clientId, scopes, grantId: to.grantId }),
    // "Base64-encoded HMAC-SHA256 signature signed with the client_secret", of id and issued_at [D Help, web server flow].
    signature: createHmac('sha256', app.secret ?? '')
      .update(id + issuedAt)
      .digest('base64'),
    scope: scopes.join(' '),
    instance_url: identity.instanceUrl(),
    id,
    token_type: 'Bearer',
    issued_at: issuedAt,
  };
}

function granted(identity: Identity, app: App, to: Granted, more: Record<string, string>, openid?: { nonce: string | undefined }): Answer {
  const body = grantedTo(identity, app, to);
  const idToken =
    openid && allows(to.scopes, 'openid')
      ? { id_token: idTokenOf(identity, app, to.userId, body['access_token'] ?? '', openid.nonce) }
      : {};
  return { status: 200, body: { ...body, ...more, ...idToken } };
}

/** A signed statement who signed in, for the app [D OpenID Connect core; claims C authlete/salesforce samples, K]. */
function idTokenOf(identity: Identity, app: App, userId: string, accessToken: string, nonce: string | undefined): string {
  const iat = Math.floor(identity.now() / 1000);
  return identity.key.sign({
    ...claimsOf(identity, userId),
    iss: identity.instanceUrl(),
    aud: app.clientId,
    iat,
    exp: iat + idTokenLifetimeMs / 1000,
    at_hash: createHash('sha256').update(accessToken).digest().subarray(0, 16).toString('base64url'),
    ...(nonce === undefined ? {} : { nonce }),
  });
}

/** The app's key and secret, from HTTP Basic or from the form. The form goes first (guessed). */
export function credentials(
  form: URLSearchParams,
  authorization: string | undefined,
): { readonly clientId: string | undefined; readonly secret: string | undefined } {
  const basic = /^Basic\s+(.+)$/i.exec(authorization ?? '')?.[1];
  const [basicId, ...basicSecret] = basic === undefined ? [] : Buffer.from(basic, 'base64').toString('utf8').split(':').map(decoded);
  return {
    clientId: form.get('client_id') ?? basicId,
    secret: form.get('client_secret') ?? (basic === undefined ? undefined : basicSecret.join(':')),
  };
}
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // as it was written: not everybody encodes before Base64
  }
}

function active(identity: Identity, userId: string): string {
  const user = userById(identity.store, userId);
  if (!user || !isActive(user)) throw userInactive();
  return String(user['Id']);
}

function fail(cause: Error): never {
  throw cause;
}
