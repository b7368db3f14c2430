import { randomBytes } from 'node:crypto';
import type { Store } from '../store.ts';
import { codeOver, codeUnknown } from './denied.ts';

/** What an authorization code stands for. */
export type Code = {
  readonly clientId: string;
  readonly userId: string;
  readonly scopes: readonly string[];
  readonly redirectUri: string;
  readonly challenge: string | undefined;
  readonly nonce: string | undefined;
  readonly issuedMs: number;
  used: boolean;
};

/** "The authorization code expires after 15 minutes" [D Help, web server flow]. */
const lifetimeMs = 900_000;

/** Authorization codes: each serves once. */
export class Codes {
  readonly #store: Store;
  readonly #now: () => number;
  readonly #codes = new Map<string, Code>();

  constructor(store: Store, now: () => number) {
    this.#store = store;
    this.#now = now;
    for (const { key, value } of store.metaWith('code:')) this.#codes.set(key.slice('code:'.length), JSON.parse(value) as Code);
  }

  /** A real one ends in `==`: who doesn't decode it from the callback sends another [C quoted widely]. */
  issue(given: Omit<Code, 'issuedMs' | 'used'>): string {
    for (const [code, { issuedMs }] of this.#codes)
      if (this.#now() - issuedMs > 2 * lifetimeMs) {
        this.#codes.delete(code);
        this.#store.deleteMeta(`code:${code}`);
      }
    const code = `aPrx${randomBytes(60).toString('base64url')}==`;
    this.#keep(code, { ...given, issuedMs: this.#now(), used: false });
    return code;
  }

  /** Uses a code up, whatever becomes of the request. A code of another app stays good for its own. */
  redeem(code: string, clientId: string): Code {
    const found = this.#codes.get(code);
    if (found?.clientId !== clientId) throw codeUnknown();
    if (found.used || this.#now() - found.issuedMs > lifetimeMs) throw codeOver();
    found.used = true;
    this.#keep(code, found);
    return found;
  }
  #keep(code: string, kept: Code): void {
    this.#codes.set(code, kept);
    this.#store.setMeta(`code:${code}`, JSON.stringify(kept));
  }
}
