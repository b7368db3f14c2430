import { createHash } from 'node:crypto';
import type { OrgId } from '../store.ts';
import type { World } from '../world.ts';
import { isRecordingName } from './name.ts';
import type { Recording, Shelf } from './shelf.ts';
import { type ByteRange, type Opened, StorageTrouble } from './storage.ts';

/** Somebody signed in wants to hear a recording. */
export type Asked = {
  readonly org: OrgId;
  readonly person: string;
  readonly name: string;
  /** Undefined: the newest that can be heard. */
  readonly version?: number;
  readonly headers: Headers;
  /** Only what would be answered. */
  readonly headOnly: boolean;
  readonly download: boolean;
};
export type Player = {
  readonly shelf: Shelf;
  open(place: string, range?: ByteRange): Promise<Opened | undefined>;
  /** Notes that a file isn't what came in, and tells the admin. */
  damaged(recording: Recording, what: string): Promise<void>;
  audit(org: OrgId, who: string, what: string, detail: unknown): Promise<void>;
  readonly world: Pick<World, 'now' | 'monotonic'>;
  readonly report: (what: string, fields: Readonly<Record<string, unknown>>) => void;
};

/** A browser asks for piece after piece; pieces nearer than this are one listening. */
const sameListeningMs = 5 * 60_000;

/** Which of its versions a page is about: the newest that can be heard, or else what became of the newest. */
export const heardOf = <R extends Recording>(versions: readonly R[]): R | undefined =>
  versions.find(({ state }) => state === 'stored') ?? versions.find(({ state }) => state === 'erased') ?? versions[0];

/** The doors of the sound itself. Each listening is in the audit log before a byte of it is out. */
export function player(parts: Player): (asked: Asked) => Promise<Response> {
  const listenings = new Map<string, number>();
  const isNew = (key: string): boolean => {
    const now = parts.world.monotonic();
    const before = listenings.get(key);
    if (listenings.size > 10_000) listenings.clear(); // more listenings are noted then, never fewer
    listenings.set(key, now);
    return before === undefined || now - before > sameListeningMs;
  };

  return async ({ org, person, name, version, headers, headOnly, download }) => {
    const versions = isRecordingName(name) ? await parts.shelf.versions({ org, name }) : [];
    const recording = version === undefined ? heardOf(versions) : versions.find((one) => one.version === version);
    if (!recording) return refuse(404, 'expected', 'No recording has come in at this address yet.');
    if (recording.state === 'empty') return refuse(404, 'empty', 'The phone system sent a file without sound: there is nothing to hear.');
    const { place } = recording;
    if (place === undefined) {
      const when = new Date(recording.erasedAtMs ?? 0).toISOString();
      return recording.erasedBy === 'retention'
        ? refuse(410, 'over', `The time this recording was to be kept ended, and it was deleted at ${when}.`)
        : refuse(410, 'erased', `This recording was deleted by ${recording.erasedBy ?? 'a person'} at ${when}.`);
    }

    const etag = `"${recording.sha256}"`;
    const conditional = headers.get('if-range');
    const wanted = conditional === null || conditional === etag ? readRange(headers.get('range'), recording.bytes) : undefined;
    const told = {
      ...fixed,
      'content-type': recording.media?.type ?? 'application/octet-stream',
      etag,
      'content-disposition': named(recording, download),
    };
    if (wanted === 'beyond')
      return refuse(416, 'beyond', `The recording has ${recording.bytes} bytes.`, { 'content-range': `bytes */${recording.bytes}` });
    const range = wanted === undefined ? undefined : { 'content-range': `bytes ${wanted.from}-${wanted.to}/${recording.bytes}` };
    const length = wanted === undefined ? recording.bytes : wanted.to - wanted.from + 1;
    const whole = { ...told, ...range, 'content-length': String(length) };
    const status = wanted === undefined ? 200 : 206;
    if (headOnly) return new Response(null, { status, headers: whole });

    if (isNew(`${org} ${person} ${name} ${recording.version} ${download}`))
      await parts.audit(org, person, download ? 'downloaded a recording' : 'listened to a recording', {
        recording: name,
        version: recording.version,
        connection: recording.connection,
        recordingId: recording.recordingId,
      });
    const opened = await parts.open(place, wanted).catch((error: unknown) => {
      if (!(error instanceof StorageTrouble)) throw error;
      parts.report('recording.unreadable', { recording: name, because: error.message });
      return error;
    });
    if (opened instanceof StorageTrouble) return refuse(503, 'storage_away', 'The storage of recordings does not answer. Try again later.');
    if (opened === undefined || opened.bytes !== recording.bytes) {
      const what = opened ? `has ${opened.bytes} bytes, and ${recording.bytes} came in` : 'is not in the storage';
      await opened?.stream.cancel();
      await parts.damaged(recording, what);
      return refuse(409, 'damaged', `The file of this recording ${what}. The admin was told.`);
    }
    const stream =
      wanted === undefined
        ? checking(opened.stream, recording, () => parts.damaged(recording, 'has other bytes than came in'))
        : opened.stream;
    return new Response(stream, { status, headers: whole });
  };
}

/** Nothing of it stays in a cache of others, and nothing in it can act as a page. */
const fixed = {
  'accept-ranges': 'bytes',
  'cache-control': 'private, no-store',
  'content-security-policy': "default-src 'none'; sandbox",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
} as const;

const endings = { 'audio/wav': 'wav', 'audio/mpeg': 'mp3', 'audio/ogg': 'ogg' } as const;
/** A name that is harmless on every system: the phone system's id, with what isn't a letter, digit, dot, hyphen or underscore replaced. */
function named({ recordingId, version, media }: Recording, download: boolean): string {
  const safe = recordingId
    .replaceAll(/[^\w.-]+/g, '_')
    .replace(/^\.+/, '_')
    .slice(0, 80);
  const file = `${safe}${version > 1 ? `-${version}` : ''}.${media ? endings[media.type] : 'bin'}`;
  return `${download ? 'attachment' : 'inline'}; filename="${file}"`;
}

/** One range of bytes (RFC 9110 §14.2). Undefined: the whole file, also for several ranges and what can't be read, as the RFC allows. */
export function readRange(header: string | null, bytes: number): ByteRange | 'beyond' | undefined {
  const [, first, last] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return undefined;
  if (first === '') return Number(last) === 0 ? 'beyond' : { from: Math.max(0, bytes - Number(last)), to: bytes - 1 };
  const [from, to] = [Number(first), last === '' ? bytes - 1 : Math.min(Number(last), bytes - 1)];
  if (last !== '' && Number(last) < from) return undefined;
  return from >= bytes ? 'beyond' : { from, to };
}

/**
 * Passes the bytes on and holds the last piece back until all of them are known to be what came in: whoever fetches a damaged
 * file sees it end early, and not a whole file that lies.
 */
function checking(stream: ReadableStream<Uint8Array>, { sha256 }: Recording, damaged: () => Promise<void>): ReadableStream<Uint8Array> {
  const hash = createHash('sha256');
  let held: Uint8Array | undefined;
  return stream.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, out) {
        hash.update(chunk);
        if (held) out.enqueue(held);
        held = chunk;
      },
      async flush(out) {
        if (hash.digest('hex') !== sha256) {
          await damaged();
          throw new Error('the file has other bytes than came in');
        }
        if (held) out.enqueue(held);
      },
    }),
  );
}

const refuse = (status: number, code: string, message: string, headers: Record<string, string> = {}) =>
  Response.json({ error: { code, message } }, { status, headers: { 'cache-control': 'no-store', ...headers } });
