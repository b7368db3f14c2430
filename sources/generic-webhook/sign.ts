import { timingSafeEqual } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import type { Refusal } from '../../server/source.ts';

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md, "Verifying webhook authenticity"; the libraries' own bound. */
export const maxSkewSeconds = 300;
/** A signing secret of these random bytes (24 to 64, as the specification asks), as people copy it. */
export const secretOf = (bytes: Uint8Array) => `whsec_${Buffer.from(bytes).toString('base64')}`;

/** The headers a sender puts on this body. Sign each attempt anew: same id, time of that attempt. */
export function signDelivery(
  secret: string,
  id: string,
  timestampMs: number,
  body: Uint8Array | string,
): Record<'content-type' | 'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string> {
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(timestampMs / 1000)),
    'webhook-signature': new Webhook(secret).sign(id, new Date(timestampMs), payloadOf(body)),
  };
}
/** The library takes a string or a Buffer and nothing else. */
const payloadOf = (body: Uint8Array | string) =>
  typeof body === 'string' ? body : Buffer.from(body.buffer, body.byteOffset, body.byteLength);

/**
 * Why this delivery is not theirs or not fresh, or undefined. The body must be UTF-8: the library signs text.
 * The library's own `verify` asks the machine's clock; ours is given, so the signature is computed and compared here.
 */
export function whyUnsigned(body: Uint8Array, headers: Headers, secrets: readonly string[], nowMs: number): Refusal | undefined {
  const [id, timestamp, signature] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => headers.get(name)?.trim());
  const missing = Object.entries({ 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature }).flatMap(
    ([name, value]) => (value ? [] : [name]),
  );
  if (!id || !timestamp || !signature) {
    return refuse(
      'unsigned',
      `Missing ${missing.join(', ')}. Sign every request as Standard Webhooks define it, with this connection's secret.`,
    );
  }
  if (!/^[1-9]\d{0,10}$/.test(timestamp)) {
    return refuse(
      'timestamp_unreadable',
      /^\d{12,}$/.test(timestamp)
        ? 'webhook-timestamp is in milliseconds; send whole seconds since 1970.'
        : 'webhook-timestamp must be whole seconds since 1970, such as 1795222731.',
    );
  }
  const keys = secrets.flatMap((secret) => keyOf(secret) ?? []);
  if (keys.length === 0)
    return refuse('no_secret', 'This connection has no usable secret. Create one in the console under Connections and sign with it.');
  const signedAt = new Date(Number(timestamp) * 1000);
  const theirs = signature.split(/\s+/);
  const signs = (key: Webhook) => theirs.some((one) => equal(one, key.sign(id, signedAt, payloadOf(body))));
  if (!keys.some(signs)) return refuse('signature_mismatch', whatIsWrong(theirs, secrets, signs));
  const aheadSeconds = Number(timestamp) - Math.floor(nowMs / 1000);
  if (Math.abs(aheadSeconds) > maxSkewSeconds) {
    return refuse(
      'clock_skew',
      `webhook-timestamp is ${Math.abs(aheadSeconds)} seconds ${aheadSeconds > 0 ? 'ahead of' : 'behind'} our clock; ${maxSkewSeconds} are allowed. Set the sender's clock, and sign each attempt anew: same webhook-id, time of that attempt.`,
    );
  }
  return undefined;
}

const refuse = (code: string, message: string): Refusal => ({ status: 401, code, message });
const equal = (theirs: string, ours: string) => {
  const [a, b] = [Buffer.from(theirs), Buffer.from(ours)];
  return a.length === b.length && timingSafeEqual(a, b);
};
/** A secret that can't be decoded signs nothing; the connection's others still do. */
function keyOf(secret: string): Webhook | undefined {
  try {
    return new Webhook(secret);
  } catch (error) {
    if (error instanceof Error) return undefined;
    throw error;
  }
}
/** The commonest mistake is to take the secret's text for the key; who made it has the secret, so it may be said. */
function whatIsWrong(theirs: readonly string[], secrets: readonly string[], signs: (key: Webhook) => boolean): string {
  const asText = secrets.flatMap((secret) => [secret, secret.replace(/^whsec_/, '')]).filter((secret) => secret !== '');
  if (asText.some((secret) => signs(new Webhook(secret, { format: 'raw' }))))
    return 'The secret was used as text. Drop whsec_ and decode the rest from base64: those bytes are the key.';
  if (!theirs.some((one) => one.startsWith('v1,')))
    return 'webhook-signature has no v1 entry. Send "v1," and the base64 of the HMAC-SHA256.';
  const whose = secrets.length === 1 ? "this connection's secret" : `one of this connection's ${secrets.length} secrets`;
  return `The signature doesn't match. Sign webhook-id, webhook-timestamp and the exact bytes of the body, joined by full stops, with ${whose} (console, Connections).`;
}
