import type { Source } from '../source.ts';
import type { OrgId } from '../store.ts';
import type { World } from '../world.ts';
import { NotStored, Overloaded, type GroupCommit } from './group-commit.ts';
import { hashPayload } from './hash-payload.ts';

/** A connected phone system, as the door needs it. `secrets`: all that are good now, while one is being changed two. */
export type Connection = { readonly org: OrgId; readonly connection: string; readonly source: Source; readonly secrets: readonly string[] };
/** One request, of whatever HTTP library. */
export type Knock = { readonly connection: string; readonly headers: Headers; readonly body: ReadableStream<Uint8Array> | null };
export type Answer = { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: Accepted | Refused };
export type Accepted = { readonly accepted: string };
export type Refused = { readonly error: { readonly code: string; readonly message: string; readonly docs?: string } };
export type Door = {
  /** The connection of this id, or undefined. */
  find(connection: string): Promise<Connection | undefined>;
  readonly commit: Pick<GroupCommit, 'add' | 'whyFull'>;
  readonly world: Pick<World, 'now' | 'chance'>;
  /** Told whatever made us answer 5xx; a sender can't mend it, the admin must hear of it. */
  report(trouble: unknown): void;
};

/** Where a refused sender finds what to send. */
export const docsPath = '/docs/events';
/** Seconds a refused sender should wait: up to twice as long by chance, so that they don't all come back together. */
const retryAfterSeconds = 5;
/** What a kept header may hold; longer is nothing we read. */
const maxHeaderCharacters = 1_000;
/** Whatever a source asks for, these are never stored (S2). */
const secretHeader = /authorization|cookie|token|secret|signature|api-?key/;

/**
 * Takes one delivery: reads it within its bounds, asks its source whether it is theirs, and answers 2xx only after it is durable (E1).
 * Every other answer is sure to have stored nothing, but for `not_stored`, which says that it doesn't know.
 */
export async function receive(knock: Knock, door: Door): Promise<Answer> {
  try {
    return await take(knock, door);
  } catch (trouble) {
    if (trouble instanceof Overloaded) return later(door, 'overloaded', `Nothing was stored. ${trouble.message} Send it again later.`);
    door.report(trouble);
    if (trouble instanceof NotStored)
      return later(door, 'not_stored', 'It is not known whether this was stored. Send it again with the same id: twice is once.');
    return later(door, 'unavailable', 'Nothing was stored. Send it again later.');
  }
}

async function take({ connection: id, headers, body: stream }: Knock, door: Door): Promise<Answer> {
  const full = door.commit.whyFull();
  if (full) throw new Overloaded(full);
  const connection = await door.find(id);
  if (!connection)
    return refuse(
      404,
      'unknown_connection',
      'There is no connection at this address. Copy the address from the console under Connections.',
    );
  const { source, secrets, org } = connection;
  const tooLong = () =>
    refuse(413, 'too_long', `The body is longer than ${source.maxBodyBytes} bytes. Nothing was stored. Send less at once.`);
  if (Number(headers.get('content-length')) > source.maxBodyBytes) {
    await stream?.cancel();
    return tooLong();
  }
  const body = await readAtMost(source.maxBodyBytes, stream);
  if (body === 'too long') return tooLong();
  if (body === 'cut off') return refuse(400, 'cut_off', 'The body ended before it was complete. Nothing was stored. Send it again.');
  const receivedAt = door.world.now();
  const accepted = source.accept(body, headers, secrets, receivedAt);
  if (!('deliveryId' in accepted)) return refuse(accepted.status, accepted.code, accepted.message);
  const deliveryId = storable(accepted.deliveryId);
  await door.commit.add({
    org,
    connection: connection.connection,
    deliveryId,
    headers: keep(headers, source.keepHeaders),
    body,
    payloadHash: hashPayload(body),
    receivedAt,
  });
  return answer(202, { accepted: accepted.deliveryId });
}

/** Never holds more than `max` bytes and a chunk. */
async function readAtMost(max: number, stream: ReadableStream<Uint8Array> | null): Promise<Uint8Array | 'too long' | 'cut off'> {
  if (!stream) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = stream.getReader();
  try {
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      length += chunk.value.byteLength;
      if (length > max) {
        await reader.cancel();
        return 'too long';
      }
      chunks.push(chunk.value);
    }
  } catch {
    // Whatever broke the stream (a reset, a time limit, a length that wasn't kept), the sender has not said all.
    return 'cut off';
  }
  const body = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    body.set(chunk, at);
    at += chunk.byteLength;
  }
  return body;
}

function keep(headers: Headers, names: readonly string[]): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of names.map((any) => any.toLowerCase())) {
    const value = headers.get(name);
    if (value !== null && !secretHeader.test(name)) kept[name] = storable(value.slice(0, maxHeaderCharacters));
  }
  return kept;
}
/** One row PostgreSQL won't take would fail the two hundred that share its commit. */
const storable = (text: string) => text.replaceAll('\u0000', '\uFFFD').toWellFormed();

const answer = (status: number, body: Answer['body'], headers: Record<string, string> = {}): Answer => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', ...headers },
  body,
});
const refuse = (status: number, code: string, message: string, headers: Record<string, string> = {}) =>
  answer(status, { error: { code, message, docs: docsPath } }, headers);
const later = ({ world }: Door, code: string, message: string) =>
  refuse(503, code, message, { 'retry-after': String(Math.ceil(retryAfterSeconds * (1 + world.chance()))) });
