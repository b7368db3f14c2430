import type { OrgId } from '../store.ts';
import type { Database } from '../store/database.ts';
import type { Measured } from './audio.ts';

/** One file that came in, as its row tells. Times are milliseconds, our clock. */
export type Recording = {
  readonly org: OrgId;
  /** Of its page, for ever; several versions share it. */
  readonly name: string;
  readonly version: number;
  readonly connection: string;
  /** As the phone system named it and its call. */
  readonly recordingId: string;
  readonly call: string;
  readonly kind: 'call' | 'voicemail';
  /** `empty`: a header and no sound. `erased`: there was a file, and why there is none is in `erasedBy`. */
  readonly state: 'stored' | 'empty' | 'erased';
  readonly bytes: number;
  readonly sha256: string;
  readonly media: Measured | undefined;
  /** Which storage, and the key in it; there exactly when it is stored. */
  readonly place: string | undefined;
  readonly origin: string;
  readonly storedAtMs: number;
  /** Undefined: kept without end. */
  readonly deleteAfterMs: number | undefined;
  readonly hold: Hold | undefined;
  readonly checkedAtMs: number;
  readonly damage: string | undefined;
  readonly erasedAtMs: number | undefined;
  readonly erasedBy: string | undefined;
};
export type Hold = { readonly by: string; readonly at: string; readonly because: string };
export type NewRecording = Pick<
  Recording,
  'org' | 'name' | 'connection' | 'recordingId' | 'call' | 'kind' | 'bytes' | 'sha256' | 'media' | 'place' | 'origin'
>;
export type Named = Pick<Recording, 'org' | 'name'>;
export type Versioned = Named & Pick<Recording, 'version'>;

/** What is kept of an org that said nothing else. A year: long enough for a complaint, short enough for most laws. */
const usualKeepDays = 365;

type Row = Record<string, unknown>;
export type Shelf = ReturnType<typeof openShelf>;

/** The rows about recordings. Every write may be repeated. */
export function openShelf(database: Database) {
  const rows = async (statement: string, values: readonly unknown[]): Promise<Row[]> =>
    (await database.query(statement, values)).rows as Row[];
  const recordings = async (statement: string, values: readonly unknown[]) => (await rows(statement, values)).map(recordingOf);
  const versions = (found: readonly Row[]) => found.map((row) => row['version'] as number);

  return {
    /** Says that a file is about to be stored at this place: without a row of its own within the hour, it is deleted again. */
    async begin(place: string, org: OrgId): Promise<void> {
      await rows('recording-begin', [place, org]);
    },
    /**
     * Keeps the row of a stored file, or of an empty one. Gives its version; undefined when the place was cleared away meanwhile.
     * Rejects with PostgreSQL's 23505 when the same bytes, or other bytes as the same version, came in beside it.
     */
    async keep(row: NewRecording): Promise<number | undefined> {
      const { org, name, connection, recordingId, call, kind, bytes, sha256, media, place, origin } = row;
      const said = media ? JSON.stringify(media) : null;
      const kept = [org, name, connection, recordingId, call, kind, bytes, sha256, said, place ?? null, origin, usualKeepDays];
      return versions(await rows('recording-keep', kept))[0];
    },
    /** Puts the right bytes in the place of damaged ones; false when there is nothing to mend any more. */
    mend: async ({ org, name, version }: Versioned, place: string): Promise<boolean> =>
      (await rows('recording-mend', [org, name, version, place])).length > 0,
    /** The file of these bytes under this name, if it ever came. */
    known: async ({ org, name }: Named, sha256: string): Promise<Recording | undefined> =>
      (await recordings('recording-known', [org, name, sha256]))[0],
    /** All that came under this name, the newest first, and the row of their call. */
    async versions({ org, name }: Named): Promise<readonly (Recording & { readonly callRow: string | undefined })[]> {
      return (await rows('recording-versions', [org, name])).map((row) => ({
        ...recordingOf(row),
        callRow: (row['call_row'] as string | null) ?? undefined,
      }));
    },
    /** Was this very file, of this folder, taken in before? */
    cameFrom: async ({ org, name }: Named, origin: string): Promise<boolean> =>
      (await rows('recording-came-from', [org, name, origin])).length > 0,

    /** Those whose calls are known and haven't heard of them, the oldest first, each with its connection's source. */
    async untold(limit: number): Promise<readonly (Recording & { readonly source: string })[]> {
      return (await rows('recording-untold', [limit])).map((row) => ({ ...recordingOf(row), source: row['source'] as string }));
    },
    async told({ org, name, version }: Versioned): Promise<void> {
      await rows('recording-told', [org, name, version]);
    },

    /** Puts all its files on hold, or takes them off it; gives which versions. */
    hold: async ({ org, name }: Named, hold: Hold | undefined): Promise<readonly number[]> =>
      versions(await rows('recording-hold', [org, name, hold ? JSON.stringify(hold) : null])),
    /** Deletes all its files but those on hold: at once for everybody who asks, and from the storage soon after. */
    erase: async ({ org, name }: Named, by: string): Promise<readonly number[]> => versions(await rows('recording-erase', [org, name, by])),
    /** Deletes what is over; gives what. */
    async retire(limit: number): Promise<readonly Versioned[]> {
      const retired = await rows('recording-retire', [limit]);
      return retired.map((row) => ({ org: row['org'] as OrgId, name: row['name'] as string, version: row['version'] as number }));
    },
    /** Places whose files are to be deleted now. */
    scraps: async (limit: number): Promise<readonly string[]> =>
      (await rows('recording-scraps', [limit])).map((row) => row['place'] as string),
    async scrapped(place: string): Promise<void> {
      await rows('recording-scrapped', [place]);
    },
    /** Of these places, those that a row speaks of. */
    placed: async (places: readonly string[]): Promise<ReadonlySet<string>> =>
      new Set((await rows('recording-placed', [places])).map((row) => row['place'] as string)),

    /** The file that was not looked at for the longest, if that is more than these days. */
    nextCheck: async (days: number): Promise<Recording | undefined> => (await recordings('recording-next-check', [days]))[0],
    /** Notes what was found when its bytes were read; false when its file is another by now. */
    checked: async ({ org, name, version, place }: Recording, damage: string | undefined): Promise<boolean> =>
      (await rows('recording-checked', [org, name, version, place, damage ?? null])).length > 0,

    /** Days the org keeps recordings; null: without end. */
    async keepDays(org: OrgId): Promise<number | null> {
      const [row] = await rows('recording-rule', [org]);
      return row ? (row['keep_days'] as number | null) : usualKeepDays;
    },
    /** Sets it, for what is here already too. */
    async setKeepDays(org: OrgId, days: number | null): Promise<void> {
      await rows('recording-keep-days', [org, days]);
    },
    /** One row of figures, by the name of the figure. */
    figures: async (): Promise<Readonly<Record<string, unknown>>> => (await rows('recording-figures', []))[0] ?? {},
  };
}

const ms = (value: unknown) => (value instanceof Date ? value.getTime() : undefined);
/** A row of `recordings` as PostgreSQL gives it. What is inside the JSON columns was put there by us. */
const recordingOf = (row: Row): Recording => ({
  org: row['org'] as OrgId,
  name: row['name'] as string,
  version: row['version'] as number,
  connection: row['connection'] as string,
  recordingId: row['recording_id'] as string,
  call: row['call'] as string,
  kind: row['kind'] as Recording['kind'],
  state: row['state'] as Recording['state'],
  bytes: Number(row['bytes']),
  sha256: row['sha256'] as string,
  media: (row['media'] as Measured | null) ?? undefined,
  place: (row['place'] as string | null) ?? undefined,
  origin: row['origin'] as string,
  storedAtMs: ms(row['stored_at']) ?? 0,
  deleteAfterMs: ms(row['delete_after']),
  hold: (row['hold'] as Hold | null) ?? undefined,
  checkedAtMs: ms(row['checked_at']) ?? 0,
  damage: (row['damage'] as string | null) ?? undefined,
  erasedAtMs: ms(row['erased_at']),
  erasedBy: (row['erased_by'] as string | null) ?? undefined,
});
