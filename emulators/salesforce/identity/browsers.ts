import { createHmac, randomBytes } from 'node:crypto';
import type { Store } from '../store.ts';
import { isActive, userById } from './users.ts';

type Signed = { readonly userId: string; usedMs: number };

/** The cookie of a browser. It is nobody's until somebody signs in, and another one from then on. */
const cookieName = 'BrowserId';
/** Of a link that signs a browser in. */
const passLifetimeMs = 60_000;
const maxBrowsers = 500;

/** The browsers people are signed in with. Records of the pages need none of this: only authorization asks who is there. */
export class Browsers {
  readonly #store: Store;
  readonly #now: () => number;
  readonly #lifetimeMs: () => number;
  readonly #secret: string;
  readonly #signed = new Map<string, Signed>();
  readonly #passes = new Map<string, { readonly userId: string; readonly untilMs: number }>();

  constructor(store: Store, now: () => number, lifetimeMs: () => number) {
    this.#store = store;
    this.#now = now;
    this.#lifetimeMs = lifetimeMs;
    this.#secret = store.meta('browserSecret') ?? randomBytes(32).toString('hex');
    store.setMeta('browserSecret', this.#secret);
    for (const { key, value } of store.metaWith('browser:')) this.#signed.set(key.slice('browser:'.length), JSON.parse(value) as Signed);
  }

  /** Which browser this is, and the cookie to set if it has none yet. */
  of(cookies: string | undefined): { readonly id: string; readonly headers: Readonly<Record<string, string>> } {
    const known = new RegExp(`(?:^|;\\s*)${cookieName}=([\\w-]{20,})(?:;|$)`).exec(cookies ?? '')?.[1];
    const id = known ?? newId();
    return { id, headers: known === undefined ? cookie(id) : {} };
  }
  userOf(id: string): string | undefined {
    const signed = this.#signed.get(id);
    if (!signed) return undefined;
    const now = this.#now();
    if (now - signed.usedMs > this.#lifetimeMs() || !isActive(userById(this.#store, signed.userId))) {
      this.signOut(id);
      return undefined;
    }
    return signed.userId;
  }
  /** Signs a user in and gives the cookie to set. The browser's old cookie means nothing any more: who planted it gains nothing. */
  signIn(old: string, userId: string): { readonly id: string; readonly headers: Readonly<Record<string, string>> } {
    this.signOut(old);
    const oldest = this.#signed.keys().next().value;
    if (this.#signed.size >= maxBrowsers && oldest !== undefined) this.signOut(oldest);
    const id = newId();
    const signed = { userId, usedMs: this.#now() };
    this.#signed.set(id, signed);
    this.#store.setMeta(`browser:${id}`, JSON.stringify(signed));
    return { id, headers: cookie(id) };
  }
  signOut(id: string): void {
    if (this.#signed.delete(id)) this.#store.deleteMeta(`browser:${id}`);
  }

  /** What a form of this browser carries to show that the org made it, for this request. */
  stamp(id: string, request: string): string {
    return createHmac('sha256', this.#secret).update(`${id}\n${request}`).digest('base64url');
  }

  /** A word that signs one browser in, once, within a minute. */
  pass(userId: string): string {
    const now = this.#now();
    for (const [word, { untilMs }] of this.#passes) if (untilMs < now) this.#passes.delete(word);
    const word = randomBytes(48).toString('base64url');
    this.#passes.set(word, { userId, untilMs: now + passLifetimeMs });
    return word;
  }
  userOfPass(word: string): string | undefined {
    const pass = this.#passes.get(word);
    this.#passes.delete(word);
    return pass && pass.untilMs >= this.#now() ? pass.userId : undefined;
  }
}

const newId = (): string => randomBytes(24).toString('base64url');
const cookie = (id: string): Record<string, string> => ({ 'set-cookie': `${cookieName}=${id}; Path=/; HttpOnly; SameSite=Lax` });
