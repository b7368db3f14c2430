import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import type { Store } from '../store.ts';

/** The key pair the org signs with. Made when first needed, and kept. */
export class SigningKey {
  readonly #store: Store;
  #private: KeyObject | undefined;

  constructor(store: Store) {
    this.#store = store;
  }

  #key(): KeyObject {
    const kept = this.#store.meta('signingKey');
    this.#private ??= kept === undefined ? generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey : createPrivateKey(kept);
    if (kept === undefined) this.#store.setMeta('signingKey', this.#private.export({ type: 'pkcs8', format: 'pem' }).toString());
    return this.#private;
  }
  /** As `/id/keys` gives it: {kty, n, e, kid, alg, use}. */
  jwk(): Record<string, unknown> {
    const { kty, n, e } = createPublicKey(this.#key()).export({ format: 'jwk' });
    return { kty, n, e, kid: createHash('sha256').update(String(n)).digest('hex').slice(0, 16), alg: 'RS256', use: 'sig' };
  }
  /** A JWT, signed with RS256. */
  sign(claims: Record<string, unknown>): string {
    const part = (json: unknown) => Buffer.from(JSON.stringify(json)).toString('base64url');
    const signed = `${part({ kid: this.jwk()['kid'], typ: 'JWT', alg: 'RS256' })}.${part(claims)}`;
    return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), this.#key()).toString('base64url')}`;
  }
}
