import { isUtf8 } from 'node:buffer';
import type { CallEvent, CallId, Instant } from '../../server/call/event.ts';
import type { Delivery, Refusal, Source, Translated } from '../../server/source.ts';
import { whyUnsigned } from '../generic-webhook/sign.ts';
import { conclude } from './conclude.ts';
import { headersRead, readDelivery } from './delivery.ts';
import { openHearing, recordingSignal, type Signal } from './hearing.ts';
import { listenToAsterisk } from './listener.ts';

/** Some 3,000 signals, or 5,000 lines of CEL: the listener sends far less at a time. */
const maxBodyBytes = 1_048_576;

/**
 * Asterisk, heard over its manager interface. Single events mean little (a leg's Linkedid changes, a queue's ring ends twice, a Local
 * channel stands for a phone), so the signals of a call are kept as they come and the whole of them is read anew each time (`conclude`).
 */
export const asterisk: Source = {
  name: 'asterisk',
  keepHeaders: headersRead,
  maxBodyBytes,
  settleMs: 0,
  silenceMs: 6 * 3_600_000, // a call that is talked on says nothing; one that vanished while we were away is told by the next snapshot
  accept(body, headers, secrets, nowMs) {
    const refused = whyUnreadable(body) ?? whyUnsigned(body, headers, secrets, nowMs);
    if (refused) return refused;
    const read = readDelivery(body, (name) => headers.get(name) ?? undefined);
    if ('mistakes' in read) return { status: 400, code: 'malformed', message: `Nothing was stored. ${read.mistakes}` };
    const deliveryId = headers.get('webhook-id')?.trim() ?? '';
    return deliveryId.length <= 500
      ? { deliveryId }
      : { status: 400, code: 'id_too_long', message: 'webhook-id is longer than 500 characters.' };
  },
  translate,
  conclude,
  listen: (listening) => listenToAsterisk(listening, openHearing),
};

const whyUnreadable = (body: Uint8Array): Refusal | undefined =>
  body.byteLength > maxBodyBytes
    ? { status: 413, code: 'too_long', message: `The body is longer than ${maxBodyBytes} bytes. Send it in parts.` }
    : isUtf8(body)
      ? undefined
      : { status: 400, code: 'not_utf8', message: 'The body is not UTF-8.' };

function translate({ body, headers, deliveryId }: Delivery & { readonly deliveryId: string }): Translated {
  const read = readDelivery(body, (name) => headers[name]);
  if ('mistakes' in read) throw new Error(read.mistakes);
  const { signals, unheard } = read;
  const events: CallEvent[] = [];
  for (const [call, said] of Map.groupBy(signals, (signal) => signal.call)) {
    const [first] = said;
    events.push({ id: `${deliveryId}/${call}`, callId: call as CallId, at: first!.at as Instant, type: 'signalled', signals: said });
    for (const signal of said) events.push(...joinsIn(signal));
  }
  // Lines of a file are as old as they are; only who listens hears in time.
  const isLive = headers['content-type'] === undefined && !signals.some(({ Event }) => Event === recordingSignal);
  return { events, unheard, ...(isLive && signals.length > 0 && { sentAt: Math.max(...signals.map(({ at }) => at)) as Instant }) };
}

/** Calls that turn out to be one conversation (C2), as whoever listened could tell. */
function joinsIn(signal: Signal): CallEvent[] {
  const joins = (signal.joins ?? []).filter(({ part, into }) => part !== into);
  return [...new Map(joins.map((one) => [one.part, one])).values()].map(({ part, into, consultation }) => ({
    id: `joined:${part}:${into}:${signal.at}`,
    callId: part as CallId,
    at: signal.at as Instant,
    type: 'joined',
    into: into as CallId,
    ...(consultation && { consultation }),
  }));
}
