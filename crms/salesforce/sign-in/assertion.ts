import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import type { World } from '../../../server/world.ts';

/** Salesforce refuses assertions that are good for longer (salesforce.md §1.4). */
const goodForMs = 3 * 60_000;

/** The key of a PEM text, or why it can't sign for the JWT bearer flow. */
export function signingKey(pem: string): KeyObject | string {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    return 'must be a private key in PEM, without a password';
  }
  if (key.asymmetricKeyType !== 'rsa') return 'must be an RSA key: Salesforce takes no other for the JWT bearer flow';
  return (key.asymmetricKeyDetails?.modulusLength ?? 0) < 2048 ? 'must have 2,048 bits or more' : key;
}

/** A signed statement that we act as this user, for the token endpoint (RFC 7523). */
export function assertion(given: { clientId: string; username: string; audience: string; privateKey: string }, world: World): string {
  const key = signingKey(given.privateKey);
  if (typeof key === 'string') throw new Error(`the private key ${key}`);
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = {
    iss: given.clientId,
    sub: given.username,
    aud: given.audience,
    exp: Math.floor((world.now() + goodForMs) / 1000),
    // Two assertions of one second would be the same text otherwise.
    jti: Buffer.from(world.bytes(16)).toString('hex'),
  };
  const text = `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}`;
  return `${text}.${sign('RSA-SHA256', Buffer.from(text), key).toString('base64url')}`;
}

/**
 * Whom the assertion is for. Salesforce's own client names the two login hosts whatever the My Domain (SfdcUrl.getJwtAudienceUrl of
 * @salesforce/core); a host that is none of Salesforce's is named itself.
 */
export function audienceOf(loginUrl: string): string {
  const { hostname, origin } = new URL(loginUrl);
  if (!/(^|\.)salesforce\.com$/.test(hostname)) return origin;
  return hostname === 'test.salesforce.com' ||
    /\.(sandbox|scratch)\.my\.salesforce\.com$|--[\w-]+\.(\w+\.)?my\.salesforce\.com$/.test(hostname)
    ? 'https://test.salesforce.com'
    : 'https://login.salesforce.com';
}
