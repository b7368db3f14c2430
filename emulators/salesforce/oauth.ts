import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Answer } from './call.ts';
import { authHeaderInvalid, notImplemented, sessionInvalid } from './errors.ts';
import { integrationUserId, organizationId } from './seed.ts';
import type { Store } from './store.ts';

type Session = { userId: string; usedMs: number };

/** "2 hours" unless the admin says otherwise; each use begins it anew [K: session settings]. */
const defaultLifetimeMs = 7_200_000;
/** A connector that signs in before each call must not fill the memory. The oldest go first. */
const maxSessions = 2000;

const grantError = (status: number, error: string, description: string): Answer => ({
  status,
  body: { error, error_description: description },
});
const sameText = (ours: string, theirs: string): boolean => {
  const [a, b] = [ours, theirs].map((text) => createHmac('sha256', 'compare').update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
};

export class OAuth {
  lifetimeMs = defaultLifetimeMs;
  /** "Refresh token rotation": each use gives a new one and ends the old [D remoteaccess_oauth_refresh_token_flow]. */
  rotate = false;
  readonly #store: Store;
  readonly #now: () => number;
  readonly #client: { id: string; secret: string };
  readonly #instanceUrl: () => string;
  readonly #sessions = new Map<string, Session>();

  constructor(store: Store, now: () => number, client: { id: string; secret: string }, instanceUrl: () => string) {
    this.#store = store;
    this.#now = now;
    this.#client = client;
    this.#instanceUrl = instanceUrl;
    for (const { key, value } of store.metaWith('session:')) this.#sessions.set(key.slice('session:'.length), JSON.parse(value) as Session);
  }

  /** POST /services/oauth2/token, form-encoded. */
  token(form: URLSearchParams, authorization: string | undefined): Answer {
    const basic = /^Basic\s+(.+)$/i.exec(authorization ?? '')?.[1];
    const [basicId, ...basicSecret] =
      basic === undefined ? [] : Buffer.from(basic, 'base64').toString('utf8').split(':').map(decodeURIComponent);
    const clientId = form.get('client_id') ?? basicId;
    const secret = form.get('client_secret') ?? (basic === undefined ? undefined : basicSecret.join(':'));
    const grant = form.get('grant_type');
    if (grant === null) return grantError(400, 'unsupported_grant_type', 'grant type not supported');
    if (
      [
        'authorization_code',
        'urn:ietf:params:oauth:grant-type:jwt-bearer',
        'urn:ietf:params:oauth:grant-type:device',
        'hybrid_refresh',
      ].includes(grant)
    )
      throw notImplemented(`the grant ${grant}`);
    if (grant !== 'client_credentials' && grant !== 'refresh_token')
      return grantError(400, 'unsupported_grant_type', 'grant type not supported');
    if (clientId === undefined) return grantError(400, 'invalid_request', 'missing required parameter: client_id'); // [K]
    if (clientId !== this.#client.id) return grantError(400, 'invalid_client_id', 'client identifier invalid');
    if (grant === 'refresh_token') {
      const refresh = form.get('refresh_token');
      const kept = refresh === null ? undefined : this.#store.meta(`refresh:${refresh}`);
      if (refresh === null) return grantError(400, 'invalid_request', 'missing required parameter: refresh_token'); // [K]
      if (secret !== undefined && !sameText(this.#client.secret, secret))
        return grantError(401, 'invalid_client', 'invalid client credentials');
      if (kept === undefined) return grantError(400, 'invalid_grant', 'expired access/refresh token');
      if (!this.rotate) return this.#grant(kept, {});
      this.#store.deleteMeta(`refresh:${refresh}`);
      return this.#grant(kept, { refresh_token: this.newRefreshToken(kept) });
    }
    if (secret === undefined || !sameText(this.#client.secret, secret))
      return grantError(401, 'invalid_client', 'invalid client credentials');
    return this.#grant(integrationUserId, { api_instance_url: 'https://api.salesforce.com', token_format: 'opaque' });
  }

  #grant(userId: string, more: Record<string, string>): Answer {
    const id = `${this.#instanceUrl()}/id/${organizationId}/${userId}`;
    const issuedAt = String(this.#now());
    const token = `${organizationId.slice(0, 15)}!${randomBytes(72).toString('base64url')}`;
    while (this.#sessions.size >= maxSessions) {
      const oldest = this.#sessions.keys().next().value;
      if (oldest === undefined) break;
      this.#end(oldest);
    }
    const session = { userId, usedMs: this.#now() };
    this.#sessions.set(token, session);
    this.#store.setMeta(`session:${token}`, JSON.stringify(session));
    return {
      status: 200,
      body: {
        access_token: token,
        signature: createHmac('sha256', this.#client.secret)
          .update(id + issuedAt)
          .digest('base64'),
        scope: 'api refresh_token',
        instance_url: this.#instanceUrl(),
        id,
        token_type: 'Bearer',
        issued_at: issuedAt,
        ...more, // no expires_in: only a 401 tells
      },
    };
  }

  /** What a person's consent in the browser would have given: the stand-in has no sign-in page. */
  newRefreshToken(userId: string = integrationUserId): string {
    const token = `5Aep861${randomBytes(60).toString('base64url')}`;
    this.#store.setMeta(`refresh:${token}`, userId);
    return token;
  }

  /** The user a request runs as. */
  authenticate(authorization: string | undefined): string {
    if (authorization === undefined) throw sessionInvalid();
    const token = /^(?:Bearer|OAuth)\s+(\S+)$/i.exec(authorization)?.[1];
    if (token === undefined) throw authHeaderInvalid();
    const session = this.#sessions.get(token);
    const now = this.#now();
    if (!session || now - session.usedMs > this.lifetimeMs) {
      if (session) this.#end(token);
      throw sessionInvalid();
    }
    session.usedMs = now;
    return session.userId;
  }

  /** Ends every session, as a logout by an admin does. Refresh tokens go on. */
  expireAll(): number {
    const count = this.#sessions.size;
    for (const token of [...this.#sessions.keys()]) this.#end(token);
    return count;
  }
  #end(token: string): void {
    this.#sessions.delete(token);
    this.#store.deleteMeta(`session:${token}`);
  }

  revoke(token: string | null): Answer {
    if (token !== null && this.#sessions.has(token)) {
      this.#end(token);
      return { status: 200 };
    }
    if (token !== null && this.#store.meta(`refresh:${token}`) !== undefined) {
      this.#store.deleteMeta(`refresh:${token}`);
      this.expireAll(); // a refresh token takes its access tokens along; here all belong to the one app
      return { status: 200 };
    }
    return grantError(400, 'invalid_token', 'invalid token'); // [K]
  }

  userinfo(userId: string): Answer {
    const row = this.#store.get(this.#store.schema.named('User'), userId);
    const url = this.#instanceUrl();
    return {
      status: 200,
      body: {
        sub: `${url}/id/${organizationId}/${userId}`,
        user_id: userId,
        organization_id: organizationId,
        preferred_username: row?.['Username'],
        nickname: row?.['CommunityNickname'],
        name: row?.['Name'],
        email: row?.['Email'],
        email_verified: true,
        given_name: row?.['FirstName'],
        family_name: row?.['LastName'],
        zoneinfo: row?.['TimeZoneSidKey'],
        profile: `${url}/${userId}`,
        urls: {
          rest: `${url}/services/data/v{version}/`,
          sobjects: `${url}/services/data/v{version}/sobjects/`,
          query: `${url}/services/data/v{version}/query/`,
          custom_domain: url,
        },
        active: row?.['IsActive'] === 1,
        user_type: 'STANDARD',
        language: row?.['LanguageLocaleKey'],
        locale: row?.['LocaleSidKey'],
        updated_at: new Date(Number(row?.['LastModifiedDate'] ?? 0)).toISOString(),
        is_app_installed: true,
      },
    };
  }
}
