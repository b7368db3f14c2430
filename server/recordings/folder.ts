import { constants } from 'node:fs';
import { access, lstat, mkdir, open, readdir, realpath, rename, rm } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import type { OrgId } from '../store.ts';
import type { World } from '../world.ts';
import type { Arriving, TakenIn } from './intake.ts';
import { callOf, isId, looksRecorded, recordingName, withoutEnding } from './name.ts';
import type { Shelf } from './shelf.ts';

/** A folder that a phone system writes finished recordings to. */
export type Inbox = { readonly connection: string; readonly folder: string };
/** What becomes of a file that was taken in: `move` puts it into `taken/` beside. */
export type AfterTaking = 'leave' | 'move' | 'delete';
export type Watching = {
  readonly inbox: Inbox;
  readonly after: AfterTaking;
  readonly org: OrgId;
  readonly shelf: Pick<Shelf, 'cameFrom'>;
  take(arriving: Arriving): Promise<TakenIn>;
  readonly world: Pick<World, 'monotonic'>;
  readonly report: (what: string, fields: Readonly<Record<string, unknown>>) => void;
};
/** One look at the folder: how many files were taken in, wait to stand still, or can't be taken. */
export type Looked = { readonly taken: number; readonly waiting: number; readonly failed: number };

/** A file of this size and time for this long isn't being written any more; over a network the last bytes may take a moment. */
const standStillMs = 5_000;
const voicemails = 'voicemail';
const takenFolder = 'taken';

type Seen = { readonly state: string; readonly sinceMs: number; done?: true; failed?: true };

/**
 * Looks at a folder again and again, since a network file system tells nobody of new files. A file's name is the recording's id;
 * what is in the folder `voicemail` is one. Files are opened without following links, so nothing outside can be taken.
 * Each call of what it gives is one look; it holds no state that a restart would miss.
 */
export function folderWatch({ inbox, after, org, shelf, take, world, report }: Watching): () => Promise<Looked> {
  const seen = new Map<string, Seen>();
  const troubles = new Map<string, string>();

  async function lookAt(path: string, kind: Arriving['kind'], root: string): Promise<Seen> {
    const before = seen.get(path);
    if (before?.done) {
      const { size, mtimeMs } = await lstat(path); // a folder of thousands that were left in it isn't opened each time
      if (before.state === `${size} ${mtimeMs}`) return before;
    }
    const file = await openPlain(path, root);
    if (!file) return { state: 'no plain file', sinceMs: world.monotonic(), done: true };
    try {
      const { size, mtimeMs } = await file.stat();
      const state = `${size} ${mtimeMs}`;
      if (before?.state !== state) return { state, sinceMs: world.monotonic() };
      if (before.done || world.monotonic() - before.sinceMs < standStillMs) return before;
      const recordingId = withoutEnding(basename(path));
      const origin = `folder ${kind} ${state}`;
      if (!isId(recordingId)) {
        report('recording.refused', {
          folder: inbox.folder,
          file: basename(path),
          because: 'its name is too long or has control characters',
        });
        return { ...before, done: true, failed: true };
      }
      const name = recordingName(inbox.connection, recordingId);
      if (!(await shelf.cameFrom({ org, name }, origin))) {
        const body = file.createReadStream({ autoClose: false, start: 0, highWaterMark: 65_536 });
        const arriving = { org, connection: inbox.connection, recordingId, call: callOf(recordingId), kind, origin, body, bytes: size };
        const taken = await take(arriving);
        if (taken.is === 'refused') {
          report('recording.refused', { folder: inbox.folder, file: basename(path), because: taken.message });
          // Cut off: it grew or shrank while it was read, so it is looked at anew.
          return taken.code === 'cut_off' ? { state: 'changing', sinceMs: world.monotonic() } : { ...before, done: true, failed: true };
        }
      }
      return { ...before, done: true };
    } finally {
      await file.close();
    }
  }

  return async () => {
    const looked = { taken: 0, waiting: 0, failed: 0 };
    const root = await realpath(inbox.folder);
    const found: [path: string, kind: Arriving['kind']][] = [
      ...(await soundsIn(root)).map((path): [string, 'call'] => [path, 'call']),
      ...(await soundsIn(join(root, voicemails))).map((path): [string, 'voicemail'] => [path, 'voicemail']),
    ];
    for (const [path, kind] of found) {
      const before = seen.get(path);
      const now = await lookAt(path, kind, root).catch((error: unknown) => {
        const because = (error as Error).message;
        if (troubles.get(path) !== because) report('recording.failed', { folder: inbox.folder, file: basename(path), because });
        troubles.set(path, because);
        return undefined; // tried again at the next look
      });
      if (!now) {
        looked.failed += 1;
        continue;
      }
      troubles.delete(path);
      seen.set(path, now);
      if (now.failed) looked.failed += 1;
      else if (!now.done) looked.waiting += 1;
      else if (!before?.done && now.state !== 'no plain file') {
        looked.taken += 1;
        // Read-only shares are common: the recording is safe all the same.
        await putAway(path, after).catch((error: unknown) =>
          report('recording.left', { folder: inbox.folder, file: basename(path), because: (error as Error).message }),
        );
      }
    }
    const there = new Set(found.map(([path]) => path));
    for (const known of [seen, troubles]) for (const path of known.keys()) if (!there.has(path)) known.delete(path);
    return looked;
  };
}

/** Files here that look like sound; a folder that isn't there has none, and one behind a link is not looked into. */
async function soundsIn(folder: string): Promise<string[]> {
  const here = await realpath(folder).catch(() => undefined);
  if (here !== folder) return [];
  const entries = await readdir(folder, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.') && looksRecorded(entry.name))
    .map((entry) => join(folder, entry.name))
    .toSorted();
}

/** Opens a file that lies in the folder and is no link, whatever was put in its place since it was listed. */
async function openPlain(path: string, root: string) {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ELOOP' || error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!file) return undefined;
  const really = await realpath(path).catch(() => '');
  if ((await file.stat()).isFile() && really.startsWith(`${root}/`)) return file;
  await file.close();
  return undefined;
}

async function putAway(path: string, after: AfterTaking): Promise<void> {
  if (after === 'leave') return;
  if (after === 'delete') return rm(path, { force: true });
  const folder = join(path, '..', takenFolder);
  await mkdir(folder, { recursive: true });
  const ending = extname(path);
  for (let copy = 1; ; copy++) {
    const to = join(folder, copy === 1 ? basename(path) : `${basename(path, ending)}.${copy}${ending}`);
    const isThere = await access(to).then(
      () => true,
      () => false,
    );
    if (!isThere) return rename(path, to);
  }
}
