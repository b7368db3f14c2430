import { createHmac, timingSafeEqual } from 'node:crypto';

/** As for webhooks: the clock of a PBX may be off by this much. */
const maxSkewSeconds = 300;
/** What a sender says of one upload. `target`: path and query, as they stand in the request. */
export type Upload = { readonly method: string; readonly target: string; readonly timestamp: string; readonly sha256: string };
export type SignedUpload = { readonly sha256: string };
export type Unsigned = { readonly status: 401; readonly code: string; readonly message: string };

/**
 * Hex HMAC-SHA256 over four lines, so that a shell with openssl can make it. The key is the secret's text as the console shows it:
 * no decoding in shell, and no signature of a webhook is ever one of an upload.
 */
export const signUpload = (secret: string, { method, target, timestamp, sha256 }: Upload): string =>
  createHmac('sha256', secret).update(`${method}\n${target}\n${timestamp}\n${sha256}`).digest('hex');

/** Is this upload theirs and fresh? Looked at before a byte of the body is; the body must then have the SHA-256 that was signed. */
export function checkUpload(
  method: string,
  target: string,
  headers: Headers,
  secrets: readonly string[],
  nowMs: number,
): SignedUpload | Unsigned {
  const names = ['cordboard-timestamp', 'cordboard-sha256', 'cordboard-signature'] as const;
  const missing = names.filter((name) => !headers.get(name)?.trim());
  if (missing.length > 0)
    return unsigned('unsigned', `Missing ${missing.join(', ')}. docs/operate/recordings.md shows how to sign an upload with openssl.`);
  const [timestamp, sha256, signature] = names.map((name) => headers.get(name)!.trim().toLowerCase()) as [string, string, string];
  if (!/^[1-9]\d{0,10}$/.test(timestamp))
    return unsigned('timestamp_unreadable', 'cordboard-timestamp must be whole seconds since 1970, as `date +%s` prints them.');
  if (!/^[0-9a-f]{64}$/.test(sha256))
    return unsigned('sha256_unreadable', 'cordboard-sha256 must be the 64 hex digits that `sha256sum` prints.');
  const given = Buffer.from(signature);
  const signs = (secret: string) => {
    const ours = Buffer.from(signUpload(secret, { method, target, timestamp, sha256 }));
    return ours.length === given.length && timingSafeEqual(ours, given);
  };
  if (!secrets.some(signs))
    return unsigned(
      'signature_mismatch',
      `The signature doesn't match. Sign four lines, the last without a line break: ${method}, ${target}, ${timestamp}, ${sha256}; the key is the secret of this connection as it stands, whsec_ and all.`,
    );
  const aheadSeconds = Number(timestamp) - Math.floor(nowMs / 1000);
  if (Math.abs(aheadSeconds) > maxSkewSeconds)
    return unsigned(
      'clock_skew',
      `cordboard-timestamp is ${Math.abs(aheadSeconds)} seconds ${aheadSeconds > 0 ? 'ahead of' : 'behind'} our clock; ${maxSkewSeconds} are allowed. Set the sender's clock, and sign each attempt anew.`,
    );
  return { sha256 };
}
const unsigned = (code: string, message: string): Unsigned => ({ status: 401, code, message });
