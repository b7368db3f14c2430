import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { OrgId } from '../store.ts';
import type { Database } from '../store/database.ts';
import type { World } from '../world.ts';
import { diskStorage } from './disk.ts';
import { type AfterTaking, folderWatch, type Inbox, type Looked } from './folder.ts';
import { type Arriving, openSpool, takeIn } from './intake.ts';
import { type Asked, player } from './play.ts';
import { pushDoor, type PushAnswer, type PushConnection, type Upload } from './push.ts';
import { checkOne, countStrays, type Keeping, retire, sweep } from './retention.ts';
import { s3Storage, type S3Settings } from './s3.ts';
import { openShelf, type Recording, type Shelf } from './shelf.ts';
import { type Storage, StorageTrouble } from './storage.ts';
import { type Hand, tellCalls } from './tell.ts';

export type RecordingSettings = {
  readonly inboxes: readonly Inbox[];
  readonly after: AfterTaking;
  readonly maxBytes: number;
  /** Undefined: on the disk. */
  readonly s3: S3Settings | undefined;
};
export type RecordingParts = {
  readonly database: Database;
  readonly world: World;
  /** Below the data folder. */
  readonly folder: string;
  readonly node: string;
  readonly settings: RecordingSettings;
  find(connection: string): Promise<PushConnection | undefined>;
  readonly hand: Hand;
  whyFull(): string | undefined;
  audit(org: OrgId, who: string, what: string, detail: unknown): Promise<void>;
  readonly report: (what: string, fields: Readonly<Record<string, unknown>>) => void;
  readonly count: (what: string, by?: number) => void;
  readonly stop: AbortSignal;
};
/** Recordings and voicemails, from the bytes that come in to the page that plays them. */
export type Recordings = {
  readonly shelf: Shelf;
  push(upload: Upload): Promise<PushAnswer>;
  play(asked: Asked): Promise<Response>;
  /** One round of what is done twice a minute: tells calls, deletes what is over, reads a file again. */
  keepHouse(): Promise<void>;
  /** What this node and the installation have, by the figure's name. */
  figures(): Promise<Readonly<Record<string, unknown>>>;
  /** Resolves after `stop`, when nothing is under way any more. */
  readonly done: Promise<void>;
};

const [lookEveryMs, houseEveryMs] = [5_000, 30_000];
/** Files without a row only come of a restored back-up; a look a day finds them soon enough. */
const strayEveryMs = 24 * 3_600_000;

/** Opens the room: makes its folders, and begins to look into the inboxes. */
export async function openRecordings(parts: RecordingParts): Promise<Recordings> {
  const { world, settings, folder, report, count, stop } = parts;
  const shelf = openShelf(parts.database);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const spool = join(folder, `incoming-${parts.node}`);
  await openSpool(spool);

  const disk = diskStorage(folder);
  const s3 = settings.s3 && s3Storage(settings.s3, world);
  const storage: Storage = s3 ?? disk;
  const storageOf = (place: string) => {
    const [kind, key = ''] = place.split(':');
    const found = kind === 'disk' ? disk : s3;
    if (!found) throw new StorageTrouble('This file is in an S3 storage, and none is set: set CORDBOARD_RECORDINGS_S3 again.', false);
    return { storage: found, key };
  };
  const damaged = async (recording: Recording, what: string) => {
    if (!(await shelf.checked(recording, what))) return; // deleted or mended meanwhile
    count('recordings_found_damaged_total');
    report('recording.damaged', { org: recording.org, recording: recording.name, version: recording.version, because: `its file ${what}` });
  };
  const keeping: Keeping = { shelf, storageOf, damaged, report };
  const tell = () => tellCalls(shelf, parts.hand);
  const take = async (arriving: Arriving) => {
    const taken = await takeIn(arriving, { shelf, storage, spool, world, maxBytes: settings.maxBytes });
    count(`recordings_${taken.is}_total`);
    if (taken.is !== 'refused')
      report('recording.taken', { connection: arriving.connection, recording: taken.name, version: taken.version, is: taken.is });
    // Its row is safe: if telling the call fails now, the next round does it.
    if (taken.is === 'stored') await tell().catch((error: unknown) => report('recording.untold', { because: (error as Error).message }));
    return taken;
  };

  const looks = new Map<string, Looked>();
  const watch = async (inbox: Inbox) => {
    let look: (() => Promise<Looked>) | undefined;
    for (let trouble = ''; !stop.aborted; await world.sleep(lookEveryMs, stop)) {
      try {
        if (!look) {
          const connection = await parts.find(inbox.connection);
          if (!connection) throw new Error(`there is no connection ${inbox.connection}: correct CORDBOARD_RECORDINGS_INBOX`);
          look = folderWatch({ inbox, after: settings.after, org: connection.org, shelf, take, world, report });
        }
        looks.set(inbox.folder, await look());
        trouble = '';
      } catch (error) {
        const now = (error as Error).message;
        if (now !== trouble) report('recording.inbox', { folder: inbox.folder, because: now }); // once, not every five seconds
        trouble = now;
      }
    }
  };

  let straysAtMs = -Infinity;
  let strays = 0;
  let counting = Promise.resolve();
  async function keepHouse() {
    await tell();
    await retire(keeping);
    await sweep(keeping);
    await checkOne(keeping);
    if (world.monotonic() - straysAtMs >= strayEveryMs) {
      straysAtMs = world.monotonic();
      counting = countStrays(keeping, storage).then((files) => {
        strays = files;
        if (strays > 0) report('recording.strays', { files: strays, storage: storage.kind });
      });
    }
    await counting; // whoever asks while it is counted wants the count
  }
  // A loop of its own: reading half a gigabyte again must not hold up what else a house needs.
  const house = async () => {
    for (; !stop.aborted; await world.sleep(houseEveryMs, stop))
      await keepHouse().catch((error: unknown) => report('recording.housekeeping', { because: (error as Error).message }));
  };
  const done = Promise.all([house(), ...settings.inboxes.map(watch)]).then(() => undefined);

  return {
    shelf,
    push: pushDoor({ find: parts.find, take, whyFull: parts.whyFull, world, report }),
    play: player({
      shelf,
      open: async (place, range) => {
        const { storage: its, key } = storageOf(place);
        return its.get(key, range);
      },
      damaged,
      audit: parts.audit,
      world,
      report,
    }),
    keepHouse,
    async figures() {
      const all = [...looks.values()];
      return {
        ...(await shelf.figures()),
        recordings_stray: strays,
        recordings_waiting: all.reduce((sum, look) => sum + look.waiting, 0),
        recordings_failed: all.reduce((sum, look) => sum + look.failed, 0),
      };
    },
    done,
  };
}
