import { randomBytes } from 'node:crypto';
import { organizationId } from '../seed.ts';
import type { Store } from '../store.ts';
import { alreadyAsked, refreshTokenOver, userInactive } from './denied.ts';
import type { App } from './apps.ts';
import { isActive, userById } from './users.ts';

/** What an access token stands for. */
export type Session = {
  readonly userId: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly issuedMs: number;
  usedMs: number;
  /** Of the grant whose refresh token made it. */
  readonly grantId?: string | undefined;
};

/** A user's authorisation of an app that may be refreshed. */
export type Grant = {
  readonly id: string;
  readonly userId: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly createdMs: number;
  usedMs: number;
  token: string;
  /** Tokens that rotation has replaced, the last first. */
  readonly retired: { token: string; atMs: number }[];
};

/** A connector that signs in before each call must not fill the memory. The oldest go first. */
const maxSessions = 2000;
/** "Five unique approvals per user and app" [D Help, OAuth tokens and scopes; C useparagon.com, merge.dev]. */
const maxGrants = 5;
const maxRetired = 20;

/** Access and refresh tokens, kept in the org's file. */
export class Tokens {
  /** "2 hours" unless the admin says otherwise [K: session settings]. */
  lifetimeMs = 7_200_000;
  /** "Refresh token rotation": each use gives a new one and ends the old [D Help, refresh token flow]. */
  rotate = false;
  /** A rotated-out token that comes this soon after was sent at the same moment: nobody stole it (guessed). */
  simultaneousMs = 1000;
  readonly #store: Store;
  readonly #now: () => number;
  readonly #appOf: (clientId: string) => App | undefined;
  readonly #sessions = new Map<string, Session>();
  readonly #grants = new Map<string, Grant>();
  /** Every refresh token that ever was, of the grants that live. */
  readonly #grantOf = new Map<string, string>();
  /** Refresh tokens whose answer is not on the disk yet. */
  readonly #asked = new Set<string>();

  constructor(store: Store, now: () => number, appOf: (clientId: string) => App | undefined) {
    this.#store = store;
    this.#now = now;
    this.#appOf = appOf;
    for (const { key, value } of store.metaWith('session:').toSorted((a, b) => issued(a.value) - issued(b.value)))
      if (issued(value) > 0) this.#sessions.set(key.slice('session:'.length), JSON.parse(value) as Session);
      else store.deleteMeta(key); // of a file from before sessions had an app
    for (const { value } of store.metaWith('grant:')) this.#know(JSON.parse(value) as Grant);
    Object.assign(this, JSON.parse(store.meta('sessionSettings') ?? '{}'));
  }

  change(settings: { lifetimeMs?: number | undefined; rotate?: boolean | undefined; simultaneousMs?: number | undefined }): void {
    this.lifetimeMs = settings.lifetimeMs ?? this.lifetimeMs;
    this.rotate = settings.rotate ?? this.rotate;
    this.simultaneousMs = settings.simultaneousMs ?? this.simultaneousMs;
    const { lifetimeMs, rotate, simultaneousMs } = this;
    this.#store.setMeta('sessionSettings', JSON.stringify({ lifetimeMs, rotate, simultaneousMs }));
  }

  /** A new access token: `<15-character org id>!<opaque>`. */
  open(given: Pick<Session, 'userId' | 'clientId' | 'scopes' | 'grantId'>): string {
    while (this.#sessions.size >= maxSessions) {
      const oldest = this.#sessions.keys().next().value;
      if (oldest === undefined) break;
      this.end(oldest);
    }
    const token = `${organizationId.slice(0, 15)}!${randomBytes(72).toString('base64url')}`;
    const session: Session = { ...given, issuedMs: this.#now(), usedMs: this.#now() };
    this.#sessions.set(token, session);
    this.#keepSession(token, session);
    return token;
  }

  /** When the session ends, if nobody uses it. */
  endOf(session: Session): number {
    return session.usedMs + (this.#appOf(session.clientId)?.sessionTimeoutMs ?? this.lifetimeMs);
  }
  /** The session, if it still is one. Looking is no use of it. */
  look(token: string): Session | undefined {
    const session = this.#sessions.get(token);
    if (!session) return undefined;
    if (this.#now() <= this.endOf(session) && isActive(userById(this.#store, session.userId))) return session;
    this.end(token);
    return undefined;
  }
  /** The session of a request. It begins anew once half of its time is over, not before [D Help, session settings, with an example]. */
  use(token: string): Session | undefined {
    const session = this.look(token);
    const now = this.#now();
    if (session && now - session.usedMs >= (this.endOf(session) - session.usedMs) / 2) {
      session.usedMs = now;
      this.#keepSession(token, session);
    }
    return session;
  }
  end(token: string): void {
    this.#sessions.delete(token);
    this.#store.deleteMeta(`session:${token}`);
  }
  /** How many ended. Refresh tokens go on. */
  endWhere(ends: (session: Session) => boolean): number {
    const over = [...this.#sessions].filter(([, session]) => ends(session));
    for (const [token] of over) this.end(token);
    return over.length;
  }

  /** A new refresh token. The sixth of a user and an app silently ends the oldest; its sessions last their time (guessed). */
  grant(given: Pick<Grant, 'userId' | 'clientId' | 'scopes'>): Grant {
    const earlier = this.grantsOf(given.clientId, given.userId);
    for (const grant of earlier.slice(0, Math.max(0, earlier.length - maxGrants + 1))) this.#forget(grant);
    const now = this.#now();
    const grant: Grant = {
      ...given,
      id: randomBytes(12).toString('hex'),
      createdMs: now,
      usedMs: now,
      token: newRefreshToken(),
      retired: [],
    };
    this.#know(grant);
    this.#keepGrant(grant);
    return grant;
  }
  /** The oldest first. */
  grantsOf(clientId?: string, userId?: string): Grant[] {
    return [...this.#grants.values()].filter(
      (grant) => (clientId === undefined || grant.clientId === clientId) && (userId === undefined || grant.userId === userId),
    );
  }
  /** The grant this is the refresh token of. A token that rotation replaced is none. */
  grantWith(refreshToken: string): Grant | undefined {
    const grant = this.#grants.get(this.#grantOf.get(refreshToken) ?? '');
    return grant?.token === refreshToken && this.#isLasting(grant) ? grant : undefined;
  }
  #isLasting(grant: Grant): boolean {
    const app = this.#appOf(grant.clientId);
    const validMs = app?.refreshTokenValidityMs ?? Infinity;
    switch (app?.refreshTokenPolicy) {
      case undefined:
      case 'Zero':
        return false;
      case 'SpecificLifetime':
        return this.#now() <= grant.createdMs + validMs;
      case 'SpecificInactivity':
        return this.#now() <= grant.usedMs + validMs;
      case 'Infinite':
        return true;
    }
  }

  /**
   * Uses a refresh token of this app: the grant, whose token is a new one where tokens rotate. Of several at once one is served
   * [D release notes, simultaneous token requests]. A rotated-out token that comes back later ends the one in use and its sessions
   * [D Help, refresh token flow].
   */
  refresh(clientId: string, refreshToken: string): { grant: Grant; rotated: boolean } {
    const grant = this.#grants.get(this.#grantOf.get(refreshToken) ?? '');
    if (grant?.clientId !== clientId || !this.#isLasting(grant)) throw refreshTokenOver();
    if (this.#asked.has(refreshToken)) throw alreadyAsked();
    if (grant.token !== refreshToken) {
      const retired = grant.retired.find(({ token }) => token === refreshToken);
      if (retired && Math.abs(this.#now() - retired.atMs) < this.simultaneousMs) throw alreadyAsked();
      this.revoke(grant);
      throw refreshTokenOver();
    }
    if (!isActive(userById(this.#store, grant.userId))) throw userInactive();
    grant.usedMs = this.#now();
    const rotated = this.#appOf(clientId)?.rotateRefreshTokens ?? this.rotate;
    if (rotated) {
      grant.retired.unshift({ token: refreshToken, atMs: this.#now() });
      for (const { token } of grant.retired.splice(maxRetired)) this.#grantOf.delete(token);
      grant.token = newRefreshToken();
      this.#know(grant);
    }
    this.#keepGrant(grant);
    this.#asked.add(refreshToken);
    const answered = () => void this.#asked.delete(refreshToken);
    void this.#store.durable().then(answered, answered);
    return { grant, rotated };
  }

  /** Ends a grant and the sessions its refresh tokens made; those of other grants go on. */
  revoke(grant: Grant): void {
    this.#forget(grant);
    this.endWhere((session) => session.grantId === grant.id);
  }

  #know(grant: Grant): void {
    this.#grants.set(grant.id, grant);
    for (const token of [grant.token, ...grant.retired.map((retired) => retired.token)]) this.#grantOf.set(token, grant.id);
  }
  #forget(grant: Grant): void {
    this.#grants.delete(grant.id);
    for (const token of [grant.token, ...grant.retired.map((retired) => retired.token)]) this.#grantOf.delete(token);
    this.#store.deleteMeta(`grant:${grant.id}`);
  }
  #keepSession(token: string, session: Session): void {
    this.#store.setMeta(`session:${token}`, JSON.stringify(session));
  }
  #keepGrant(grant: Grant): void {
    this.#store.setMeta(`grant:${grant.id}`, JSON.stringify(grant));
  }
}

const issued = (kept: string): number => (JSON.parse(kept) as { issuedMs?: number }).issuedMs ?? 0;
const newRefreshToken = (): string => `5Aep861${randomBytes(60).toString('base64url')}`;
