import type { OrgId } from '../store.ts';
import type { World } from '../world.ts';
import type { Arriving, TakenIn } from './intake.ts';
import { callOf, isId, maxIdCharacters, withoutEnding } from './name.ts';
import { checkUpload } from './sign.ts';
import { StorageTrouble } from './storage.ts';

/** A connected phone system, as an upload needs it. */
export type PushConnection = { readonly org: OrgId; readonly connection: string; readonly secrets: readonly string[] };
/** One request, of whatever HTTP library. `url` is whole, as it came. */
export type Upload = {
  readonly method: string;
  readonly url: string;
  readonly connection: string;
  readonly recordingId: string;
  readonly headers: Headers;
  readonly body: ReadableStream<Uint8Array> | null;
};
export type PushAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body:
    | { readonly recording: string; readonly is: string }
    | { readonly error: { readonly code: string; readonly message: string } };
};
export type PushDoor = {
  find(connection: string): Promise<PushConnection | undefined>;
  take(arriving: Arriving): Promise<TakenIn>;
  /** Why nothing more is taken in now, or undefined (E6). */
  whyFull(): string | undefined;
  readonly world: Pick<World, 'now' | 'chance'>;
  readonly report: (what: string, fields: Readonly<Record<string, unknown>>) => void;
};

/** Uploads side by side on one node: a PBX sends one when a call ends, and more only fill the disk's queue. */
const mostAtOnce = 16;
const retryAfterSeconds = 30;

/**
 * The signed address: takes a recording in. 2xx only when the file and its row are durable; the same bytes again are a repeat.
 * Who it is and what will come is settled before the body is read.
 */
export function pushDoor(door: PushDoor): (upload: Upload) => Promise<PushAnswer> {
  let under = 0;
  return async (upload) => {
    const refusedBefore = async (why: PushAnswer) => {
      await upload.body?.cancel().catch(() => undefined); // a sender who is gone already needs no telling
      return why;
    };
    if (under >= mostAtOnce) return refusedBefore(later(door, 'busy', `${under} recordings are coming in.`));
    under += 1;
    try {
      const arriving = await read(upload, door);
      if ('status' in arriving) return await refusedBefore(arriving);
      const taken = await door.take(arriving);
      if (taken.is === 'refused') return answer(taken.status, { error: { code: taken.code, message: taken.message } });
      return answer(taken.is === 'stored' || taken.is === 'mended' ? 201 : 200, { recording: taken.name, is: taken.is });
    } catch (error) {
      if (error instanceof CutOff) return refuse(400, 'cut_off', 'The file ended before it was complete. Nothing was kept. Send it again.');
      door.report('recording.failed', { connection: upload.connection, because: (error as Error).message });
      const why = error instanceof StorageTrouble ? error.message : 'It did not work just now.';
      return later(door, error instanceof StorageTrouble && error.full ? 'full' : 'unavailable', why);
    } finally {
      under -= 1;
    }
  };
}

async function read(
  { method, url, connection: id, recordingId: asSent, headers, body }: Upload,
  door: PushDoor,
): Promise<Arriving | PushAnswer> {
  const full = door.whyFull();
  if (full) return later(door, 'full', full);
  const connection = await door.find(id);
  if (!connection)
    return refuse(404, 'unknown_connection', 'There is no connection at this address. Copy its id from the console under Connections.');
  const { pathname, search, searchParams } = new URL(url);
  const signed = checkUpload(method, pathname + search, headers, connection.secrets, door.world.now());
  if ('status' in signed) return refuse(signed.status, signed.code, signed.message);
  const recordingId = withoutEnding(asSent); // `curl -T` ends an address with the file's name
  const [call, kind] = [searchParams.get('call') ?? callOf(recordingId), searchParams.get('kind') ?? 'call'];
  if (!isId(recordingId) || !isId(call))
    return refuse(
      400,
      'bad_id',
      `The ids of a recording and of its call have 1 to ${maxIdCharacters} characters, none of them a control character.`,
    );
  if (kind !== 'call' && kind !== 'voicemail') return refuse(400, 'bad_kind', 'kind is call or voicemail.');
  const length = headers.get('content-length');
  return {
    org: connection.org,
    connection: connection.connection,
    recordingId,
    call,
    kind,
    origin: 'pushed',
    body: chunksOf(body),
    sha256: signed.sha256,
    ...(length !== null && /^\d{1,15}$/.test(length) ? { bytes: Number(length) } : {}),
  };
}

class CutOff extends Error {}
/** Whatever breaks the stream (a reset, a time limit, a length that wasn't kept), the sender has not said all. */
async function* chunksOf(body: ReadableStream<Uint8Array> | null): AsyncIterable<Uint8Array> {
  if (!body) return;
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        throw new CutOff('the sender went away', { cause });
      });
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined); // refused half-way, or gone: neither is waited for
  }
}

const answer = (status: number, body: PushAnswer['body'], headers: Record<string, string> = {}): PushAnswer => ({
  status,
  headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', ...headers },
  body,
});
const refuse = (status: number, code: string, message: string, headers: Record<string, string> = {}) =>
  answer(status, { error: { code, message } }, headers);
const later = ({ world }: PushDoor, code: string, message: string) =>
  refuse(503, code, `Nothing was kept. ${message} Send it again later.`, {
    'retry-after': String(Math.ceil(retryAfterSeconds * (1 + world.chance()))),
  });
