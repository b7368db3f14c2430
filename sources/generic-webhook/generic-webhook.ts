import { isUtf8 } from 'node:buffer';
import type { Instant } from '../../server/call/event.ts';
import type { Refusal, Source } from '../../server/source.ts';
import { deliveryJsonSchema, maxIdCharacters, readBody } from './schema.ts';
import { whyUnsigned } from './sign.ts';

/** Some 500 events, or an hour's transcript with every character escaped (`maxTranscriptCharacters`). */
const maxBodyBytes = 1_048_576;
/** More than these a developer doesn't read at once. */
const mistakesShown = 20;

/**
 * Call facts over HTTP in our own, versioned schema, signed as Standard Webhooks define it.
 *
 * A delivery is taken whole or refused whole. What the door can see is wrong it refuses with 400 and every mistake, and stores nothing:
 * the sender knows at once. A type nobody has heard of is taken, stored and shown, since vendors add them without notice.
 */
export const genericWebhook: Source = {
  name: 'generic-webhook',
  keepHeaders: ['content-type', 'user-agent', 'webhook-id', 'webhook-timestamp'],
  maxBodyBytes,
  settleMs: 15_000, // D3
  /** Four hours: longer than all but a few calls, and a real end still wins. */
  silenceMs: 4 * 3_600_000,
  schema: deliveryJsonSchema,
  accept(body, headers, secrets, nowMs) {
    const unreadable = whyUnreadable(body, headers) ?? whyUnsigned(body, headers, secrets, nowMs);
    if (unreadable) return unreadable;
    const deliveryId = headers.get('webhook-id')?.trim() ?? '';
    if (deliveryId.length > maxIdCharacters)
      return { status: 400, code: 'id_too_long', message: `webhook-id is longer than ${maxIdCharacters} characters.` };
    const { mistakes } = readBody(body, deliveryId);
    return mistakes.length === 0
      ? { deliveryId }
      : { status: 400, code: 'malformed', message: `Nothing was stored. ${inWords(mistakes)} The schema is at /openapi.json.` };
  },
  translate({ body, headers, deliveryId }) {
    const { events, unheard, mistakes } = readBody(body, deliveryId);
    if (mistakes.length > 0) throw new Error(inWords(mistakes));
    const sentAtSeconds = Number(headers['webhook-timestamp']); // kept since it passed the door; NaN in a delivery made without it
    return { events, unheard, ...(Number.isInteger(sentAtSeconds) ? { sentAt: (sentAtSeconds * 1000) as Instant } : {}) };
  },
};

function whyUnreadable(body: Uint8Array, headers: Headers): Refusal | undefined {
  const encoding = headers.get('content-encoding') ?? 'identity';
  if (encoding.toLowerCase() !== 'identity')
    return { status: 415, code: 'compressed', message: 'Send the body uncompressed: the signature covers its bytes as they are.' };
  const [type = '', ...parameters] = (headers.get('content-type') ?? '')
    .toLowerCase()
    .split(';')
    .map((part) => part.trim());
  if (!/^application\/(?:[\w.-]+\+)?json$/.test(type))
    return { status: 415, code: 'not_json', message: 'Send JSON with content-type: application/json.' };
  if (parameters.some((parameter) => parameter.startsWith('charset=') && !/^charset="?utf-8"?$/.test(parameter)))
    return { status: 415, code: 'not_utf8', message: 'Send JSON in UTF-8.' };
  if (body.byteLength > maxBodyBytes)
    return { status: 413, code: 'too_long', message: `The body is longer than ${maxBodyBytes} bytes. Split the batch.` };
  if (!isUtf8(body)) return { status: 400, code: 'not_utf8', message: 'The body is not UTF-8.' };
  return undefined;
}

function inWords(mistakes: readonly string[]): string {
  const shown = mistakes
    .slice(0, mistakesShown)
    .map((mistake) => `${mistake}.`)
    .join(' ');
  const sentences = shown.charAt(0).toUpperCase() + shown.slice(1);
  return mistakes.length > mistakesShown ? `${sentences} And ${mistakes.length - mistakesShown} more mistakes.` : sentences;
}
