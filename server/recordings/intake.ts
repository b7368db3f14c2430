import { createHash } from 'node:crypto';
import { mkdir, open, rm, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { OrgId } from '../store.ts';
import type { World } from '../world.ts';
import { type Audio, headBytes, measureAudio, recogniseAudio, tailBytes } from './audio.ts';
import { troubleOf } from './disk.ts';
import { recordingName } from './name.ts';
import type { Recording, Shelf } from './shelf.ts';
import { type Storage, StorageTrouble } from './storage.ts';

/** A file that somebody brings. */
export type Arriving = {
  readonly org: OrgId;
  readonly connection: string;
  /** As the phone system names it and its call; `isId` holds. */
  readonly recordingId: string;
  readonly call: string;
  readonly kind: Recording['kind'];
  readonly origin: string;
  readonly body: AsyncIterable<Uint8Array>;
  /** What its bytes must be, as far as known: anything else was cut off or changed on the way. */
  readonly bytes?: number;
  readonly sha256?: string;
};
export type TakenIn =
  /** `stored` and `mended`: its file is safe now. `known`: it was already. `empty`: there is nothing to hear. `erased`: it was here once and was deleted. */
  { readonly is: 'stored' | 'mended' | 'known' | 'empty' | 'erased'; readonly name: string; readonly version: number } | Refused;
export type Refused = {
  readonly is: 'refused';
  readonly status: 400 | 409 | 413 | 415;
  readonly code: string;
  readonly message: string;
};
export type IntakeParts = {
  readonly shelf: Shelf;
  /** New files go here. */
  readonly storage: Storage;
  /** Of our own: files not yet looked at. */
  readonly spool: string;
  readonly world: Pick<World, 'bytes'>;
  readonly maxBytes: number;
};

/** A sender that makes new bytes each time would fill the disk under one id. */
const maxVersions = 20;
/** What must stay free of the spool's disk besides a file that comes in (E6). */
const leastFreeBytes = 200e6;

/**
 * Takes a file in: to the spool, looked at, to the storage, its row kept. What resolves with a name is durable; a refusal and an
 * error (`StorageTrouble`, the database's) left nothing behind but rubbish that is swept.
 */
export async function takeIn(arriving: Arriving, parts: IntakeParts): Promise<TakenIn> {
  await refuseFull(parts.spool, arriving.bytes ?? 0);
  const path = join(parts.spool, Buffer.from(parts.world.bytes(16)).toString('hex'));
  try {
    const spooled = await spool(arriving, path, parts.maxBytes);
    return 'is' in spooled ? spooled : await keep(arriving, path, spooled, parts);
  } finally {
    await rm(path, { force: true });
  }
}

type Spooled = { readonly bytes: number; readonly sha256: string; readonly audio: Audio | 'nothing'; readonly tail: Uint8Array };

async function spool(
  { body, bytes: wantedBytes, sha256: wantedHash }: Arriving,
  path: string,
  maxBytes: number,
): Promise<Spooled | Refused> {
  const tooLong = refused(413, 'too_long', `The recording is longer than ${maxBytes} bytes. Nothing was kept.`);
  if (wantedBytes !== undefined && wantedBytes > maxBytes) return tooLong;
  const hash = createHash('sha256');
  const ends = bothEnds();
  let audio: ReturnType<typeof recogniseAudio> | undefined;
  const file = await open(path, 'wx', 0o600).catch(failed);
  try {
    for await (const chunk of body) {
      if (ends.bytes() + chunk.byteLength > maxBytes) return tooLong;
      ends.add(chunk);
      hash.update(chunk);
      // What is no recording is refused as soon as that shows, not after half a gigabyte.
      if (audio === undefined && ends.headIsFull()) {
        audio = recogniseAudio(ends.head(), false);
        if (isNotAudio(audio)) return refused(415, audio.code, `${audio.message} Nothing was kept.`);
      }
      for (let at = 0; at < chunk.byteLength;) at += (await file.write(chunk, at).catch(failed)).bytesWritten;
    }
  } finally {
    await file.close();
  }
  const [bytes, sha256] = [ends.bytes(), hash.digest('hex')];
  if (wantedBytes !== undefined && bytes !== wantedBytes)
    return refused(400, 'cut_off', `${bytes} bytes came, and ${wantedBytes} were announced. Nothing was kept. Send it again.`);
  if (wantedHash !== undefined && sha256 !== wantedHash)
    return refused(
      400,
      'other_bytes',
      `The SHA-256 of what came is ${sha256}, and ${wantedHash} was signed. Nothing was kept. Send it again.`,
    );
  audio ??= recogniseAudio(ends.head(), true);
  if (isNotAudio(audio)) return refused(415, audio.code, `${audio.message} Nothing was kept.`);
  return { bytes, sha256, audio, tail: ends.tail() };
}

async function keep(arriving: Arriving, path: string, { bytes, sha256, audio, tail }: Spooled, parts: IntakeParts): Promise<TakenIn> {
  const { shelf, storage, world } = parts;
  const { org, connection, recordingId, call, kind, origin } = arriving;
  const name = recordingName(connection, recordingId);
  const media = audio === 'nothing' ? undefined : measureAudio(audio, bytes, tail);
  const known = await shelf.known({ org, name }, sha256);
  const damaged = known?.state === 'stored' && known.damage !== undefined;
  if (known && !damaged) return asKnown(known);
  if (!known && (await shelf.versions({ org, name })).length >= maxVersions)
    return refused(409, 'too_many_versions', `${maxVersions} different files came under this id. Give each recording an id of its own.`);
  const row = { org, name, connection, recordingId, call, kind, bytes, sha256, media, origin };
  try {
    if (media === undefined) return { is: 'empty', name, version: (await shelf.keep({ ...row, place: undefined }))! };
    const key = Buffer.from(world.bytes(16)).toString('hex');
    const place = `${storage.kind}:${key}`;
    await shelf.begin(place, org); // before the file: from here on a kill leaves rubbish that is known
    await storage.put(key, path, { bytes, sha256 });
    if (known) {
      if (await shelf.mend(known, place)) return { is: 'mended', name, version: known.version };
    } else {
      const version = await shelf.keep({ ...row, place });
      if (version !== undefined) return { is: 'stored', name, version };
    }
    throw new StorageTrouble('The file was cleared away before its row was kept.', false);
  } catch (error) {
    if ((error as { code?: unknown }).code !== '23505') throw error;
    // The same file, or another version, came in beside this one.
    const winner = await shelf.known({ org, name }, sha256);
    if (winner) return asKnown(winner);
    throw new StorageTrouble('Another version of this recording came in at the same moment.', false, error);
  }
}
const asKnown = ({ state, name, version }: Recording): TakenIn => ({ is: state === 'stored' ? 'known' : state, name, version });

/** The first and last bytes of what goes by. */
function bothEnds() {
  const [head, tail]: [Uint8Array[], Uint8Array[]] = [[], []];
  let [length, headLength, tailLength] = [0, 0, 0];
  return {
    add(chunk: Uint8Array) {
      length += chunk.byteLength;
      const first = chunk.subarray(0, headBytes - headLength);
      if (first.byteLength > 0) head.push(first);
      headLength += first.byteLength;
      tail.push(chunk);
      tailLength += chunk.byteLength;
      while (tailLength - tail[0]!.byteLength >= tailBytes) tailLength -= tail.shift()!.byteLength;
    },
    bytes: () => length,
    headIsFull: () => headLength === headBytes,
    head: (): Uint8Array => Buffer.concat(head),
    tail: (): Uint8Array => Buffer.concat(tail).subarray(-tailBytes),
  };
}

async function refuseFull(spool: string, coming: number): Promise<void> {
  const disk = await statfs(spool).catch(failed);
  if (disk.bavail * disk.bsize < leastFreeBytes + coming) throw new StorageTrouble('The disk for recordings is nearly full.', true);
}

/** Makes the spool's folder, this node's own, and clears out what a kill left in it. */
export async function openSpool(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
}

const isNotAudio = (read: ReturnType<typeof recogniseAudio> | undefined): read is Exclude<typeof read, Audio | 'nothing' | undefined> =>
  typeof read === 'object' && 'code' in read;
const refused = (status: Refused['status'], code: string, message: string): Refused => ({ is: 'refused', status, code, message });
const failed = (error: unknown): never => {
  throw troubleOf(error);
};
