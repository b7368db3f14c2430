import { verify } from 'node:crypto';
import type { Store } from '../store.ts';
import { keyOf, type App } from './apps.ts';
import { assertionWrong, audienceWrong, clientUnknown, codeOver } from './denied.ts';

/** A JWT bearer assertion, as far as it can be read without knowing whose it is. */
export type Assertion = {
  readonly issuer: string;
  /** A user name. `prn` is the older name of the claim and goes first [D Help, JWT bearer flow]. */
  readonly subject: string;
  readonly audience: string;
  /** Milliseconds since 1970. */
  readonly expiresMs: number;
  readonly jti: string | undefined;
  readonly signed: string;
  readonly signature: string;
};

/** "Salesforce allows for a clock skew of three minutes" [D Help, JWT bearer flow]. */
const skewMs = 180_000;

/** The RFC says seconds; the Salesforce CLI sends milliseconds, and a real org takes both [E sf 2.146.3]. */
const milliseconds = (time: number): number => (time > 1e12 ? time : time * 1000);

/** Throws `invalid_grant` for what is no assertion. */
export function readAssertion(text: string): Assertion {
  const [header = '', payload = '', signature = '', ...more] = text.trim().split('.');
  const [head, claims] = [header, payload].map(jsonOf);
  if (!head || !claims || signature === '' || more.length > 0 || head['alg'] !== 'RS256') throw assertionWrong();
  const { iss, sub, prn, aud, exp, jti } = claims;
  const subject = prn ?? sub;
  const audience: unknown = Array.isArray(aud) ? aud[0] : aud;
  const expires = typeof exp === 'string' ? Number(exp) : exp;
  if (typeof iss !== 'string') throw clientUnknown();
  if (typeof subject !== 'string' || typeof expires !== 'number' || !Number.isFinite(expires)) throw assertionWrong();
  if (typeof audience !== 'string') throw audienceWrong();
  return {
    issuer: iss,
    subject,
    audience: audience.replace(/\/+$/, ''), // the CLI sends the login address as it was typed
    expiresMs: milliseconds(expires),
    jti: typeof jti === 'string' ? jti : undefined,
    signed: `${header}.${payload}`,
    signature,
  };
}

function jsonOf(part: string): Record<string, unknown> | undefined {
  try {
    const json: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : undefined;
  } catch {
    return undefined; // no JSON
  }
}

/** Throws what is wrong with it: who signed it, whom it is for, when it ran out, whether it came before. */
export function checkAssertion(assertion: Assertion, app: App, ourAudiences: readonly string[], store: Store, nowMs: number): void {
  const key = app.certificate === undefined ? undefined : keyOf(app.certificate);
  const signature = Buffer.from(assertion.signature, 'base64url');
  if (!key || !verify('RSA-SHA256', Buffer.from(assertion.signed), key, signature)) throw assertionWrong();
  if (!ourAudiences.includes(assertion.audience)) throw audienceWrong();
  if (nowMs > assertion.expiresMs + skewMs) throw codeOver();
  if (assertion.jti === undefined) return;
  // A named assertion serves once; without a name it may come again [K, not looked up].
  for (const { key: kept, value } of store.metaWith('jti:')) if (Number(value) + skewMs < nowMs) store.deleteMeta(kept);
  const replayed = `jti:${app.clientId}:${assertion.jti}`;
  if (store.meta(replayed) !== undefined) throw assertionWrong();
  store.setMeta(replayed, String(assertion.expiresMs));
}
