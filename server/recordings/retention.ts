import { createHash } from 'node:crypto';
import type { Recording, Shelf } from './shelf.ts';
import type { Opened, Storage } from './storage.ts';

export type Keeping = {
  readonly shelf: Shelf;
  /** The storage of this place and the key in it. Throws when that storage isn't set up here. */
  storageOf(place: string): { readonly storage: Storage; readonly key: string };
  damaged(recording: Recording, what: string): Promise<void>;
  readonly report: (what: string, fields: Readonly<Record<string, unknown>>) => void;
};

const atOnce = 100;
/** Every file is read again about this often. */
const checkDays = 30;

/** Deletes what is over, row first: from then on nobody hears it, and `sweep` deletes the file. Gives how many. */
export async function retire({ shelf, report }: Keeping): Promise<number> {
  const retired = await shelf.retire(atOnce);
  for (const { org, name, version } of retired) report('recording.over', { org, recording: name, version });
  return retired.length;
}

/** Deletes files that no row speaks of any more, also those of deletions and arrivals that a kill interrupted. Gives how many. */
export async function sweep({ shelf, storageOf, report }: Keeping): Promise<number> {
  let swept = 0;
  const kept: unknown[] = [];
  for (const place of await shelf.scraps(atOnce)) {
    try {
      const { storage, key } = storageOf(place);
      await storage.delete(key);
      await shelf.scrapped(place);
      swept += 1;
    } catch (error) {
      kept.push(error); // one storage that is away keeps no file of another
    }
  }
  if (kept.length > 0) report('recording.undeleted', { files: kept.length, because: (kept[0] as Error).message });
  return swept;
}

/** Reads one file that nobody has looked at for a month, and compares it with what came in. Gives whether there was one. */
export async function checkOne({ shelf, storageOf, damaged }: Keeping): Promise<boolean> {
  const recording = await shelf.nextCheck(checkDays);
  if (recording?.place === undefined) return false;
  const { storage, key } = storageOf(recording.place);
  const what = await lookAt(await storage.get(key), recording);
  if (what) await damaged(recording, what);
  else await shelf.checked(recording, undefined);
  return true;
}

async function lookAt(opened: Opened | undefined, { bytes, sha256 }: Recording): Promise<string | undefined> {
  if (!opened) return 'is not in the storage';
  const hash = createHash('sha256');
  for await (const chunk of opened.stream) hash.update(chunk);
  if (opened.bytes !== bytes) return `has ${opened.bytes} bytes, and ${bytes} came in`;
  return hash.digest('hex') === sha256 ? undefined : 'has other bytes than came in';
}

/** Counts files that no row knows: there are some when a back-up of the database was restored. They are told of, never deleted. */
export async function countStrays({ shelf }: Keeping, storage: Storage): Promise<number> {
  let strays = 0;
  let batch: string[] = [];
  const look = async () => {
    const placed = await shelf.placed(batch);
    strays += batch.filter((place) => !placed.has(place)).length;
    batch = [];
  };
  for await (const key of storage.list()) if (batch.push(`${storage.kind}:${key}`) === 1_000) await look();
  await look();
  return strays;
}
