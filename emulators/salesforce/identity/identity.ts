import { createHmac, timingSafeEqual } from 'node:crypto';
import { authHeaderInvalid, Refusal, sessionInvalid } from '../errors.ts';
import { readId } from '../ids.ts';
import { organizationId } from '../seed.ts';
import type { Store } from '../store.ts';
import { allows, Apps, type App, type FirstApp } from './apps.ts';
import { Browsers } from './browsers.ts';
import { Codes } from './codes.ts';
import { clientUnknown, secretWrong } from './denied.ts';
import { SigningKey } from './signing-key.ts';
import { Tokens, type Grant } from './tokens.ts';

/** How authorization is answered at once, for programs without a browser: as this user, with Allow or with Deny. */
export type Consent = { readonly userId: string; readonly allow: boolean };

/** Who may enter the org, and as whom. */
export class Identity {
  readonly store: Store;
  readonly now: () => number;
  /** The base of all the org's addresses, as tokens tell it. */
  readonly instanceUrl: () => string;
  readonly apps: Apps;
  readonly tokens: Tokens;
  readonly codes: Codes;
  readonly browsers: Browsers;
  readonly key: SigningKey;

  constructor(store: Store, now: () => number, first: FirstApp, instanceUrl: () => string) {
    this.store = store;
    this.now = now;
    this.instanceUrl = instanceUrl;
    this.apps = new Apps(store, first);
    this.tokens = new Tokens(store, now, (clientId) => this.apps.get(clientId));
    this.codes = new Codes(store, now);
    this.browsers = new Browsers(store, now, () => this.tokens.lifetimeMs);
    this.key = new SigningKey(store);
  }

  /** The user an API request runs as. Throws the 401 of a session that is over, or has no `api` [C verbb/formie#186]. */
  authenticate(authorization: string | undefined): string {
    if (authorization === undefined) throw sessionInvalid();
    const token = bearerOf(authorization);
    if (token === undefined) throw authHeaderInvalid();
    const session = this.tokens.use(token);
    if (!session) throw sessionInvalid();
    if (!allows(session.scopes, 'api')) throw new Refusal(401, 'INVALID_SESSION_ID', 'This session is not valid for use with the REST API');
    return session.userId;
  }

  /** `…/id/<org>/<user>`. */
  idUrl(userId: string): string {
    return `${this.instanceUrl()}/id/${organizationId}/${userId}`;
  }

  /** The app of a token request. `secret`: whether one must be sent; one that is sent must be right. */
  client(clientId: string | undefined, given: string | undefined, secret: boolean): App {
    const app = clientId === undefined ? undefined : this.apps.get(clientId);
    if (!app) throw clientUnknown();
    if (given === undefined ? secret : app.secret === undefined || !sameText(app.secret, given)) throw secretWrong();
    return app;
  }

  /** Whether an admin lets this user use the app. */
  admits(app: App, userId: string): boolean {
    return app.permittedUsers === 'AllSelfAuthorized' || app.approvedUsers.some((id) => readId(id) === userId);
  }

  /** What this user allowed this app on the consent page, or an admin for him. */
  approved(app: App, userId: string): readonly string[] {
    if (app.permittedUsers === 'AdminApprovedPreAuthorized') return this.admits(app, userId) ? app.scopes : [];
    return JSON.parse(this.store.meta(approvalKey(app.clientId, userId)) ?? '[]') as string[];
  }
  approve(app: App, userId: string, scopes: readonly string[]): void {
    const all = new Set([...this.approved(app, userId), ...scopes]);
    this.store.setMeta(approvalKey(app.clientId, userId), JSON.stringify([...all]));
  }
  /** Ends a grant. With the last of an app, the user is asked anew (guessed). */
  revoke(grant: Grant): void {
    this.tokens.revoke(grant);
    if (this.tokens.grantsOf(grant.clientId, grant.userId).length === 0) this.store.deleteMeta(approvalKey(grant.clientId, grant.userId));
  }
  /** An admin takes an app away, with all it was given. */
  removeApp(clientId: string): boolean {
    if (!this.apps.remove(clientId)) return false;
    for (const grant of this.tokens.grantsOf(clientId)) this.revoke(grant);
    this.tokens.endWhere((session) => session.clientId === clientId);
    for (const { key } of this.store.metaWith(approvalKey(clientId, ''))) this.store.deleteMeta(key);
    return true;
  }

  /** A refresh token without the pages: what a person's consent in the browser would have given. */
  newRefreshToken(userId: string, clientId: string = this.apps.first): string {
    const app = this.client(clientId, undefined, false);
    this.approve(app, userId, app.scopes);
    return this.tokens.grant({ userId, clientId, scopes: app.scopes }).token;
  }

  get consent(): Consent | undefined {
    const kept = this.store.meta('consent');
    return kept === undefined ? undefined : (JSON.parse(kept) as Consent);
  }
  set consent(consent: Consent | undefined) {
    if (consent) this.store.setMeta('consent', JSON.stringify(consent));
    else this.store.deleteMeta('consent');
  }
}

const approvalKey = (clientId: string, userId: string): string => `approval:${clientId}:${userId}`;

export const bearerOf = (authorization: string | undefined): string | undefined =>
  /^(?:Bearer|OAuth)\s+(\S+)$/i.exec(authorization ?? '')?.[1];

/** Compares without telling by the time it takes. */
export function sameText(ours: string, theirs: string): boolean {
  const [a, b] = [ours, theirs].map((text) => createHmac('sha256', 'compare').update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}
