import type { OrgId } from '../store.ts';
import type { World } from '../world.ts';
import { storable } from './canonical-json.ts';
import type { Database } from './database.ts';
import { holdSessionLock } from './session-lock.ts';

/** A phone system that we connect to. */
export type Listened = { readonly org: OrgId; readonly connection: string; readonly source: string; readonly sealedSettings: string };
/** The right to listen to one of them. */
export type ListeningHold = {
  /** Aborts when it may have gone to another node. */
  readonly lost: AbortSignal;
  /** Stores how it goes. `well` undefined: not known yet. Gives false when another node has taken over since. */
  say(well: boolean | undefined, trouble: string | undefined): Promise<boolean>;
  release(): Promise<void>;
};
export type ListeningStore = {
  read(): Promise<readonly Listened[]>;
  /** The phone system's ids of calls that haven't ended, as far as was heard; the newest, if there are more than any phone system has at once. */
  live(of: Listened): Promise<readonly string[]>;
  /** Takes the right if no node has it. */
  take(of: Listened, holder: string): Promise<ListeningHold | undefined>;
};

/** Ten times the calls of the largest PBX we know of. */
const mostLive = 20_000;
/** Characters of a sentence for the admin; a phone system may have a say in it. */
const mostTrouble = 2_000;

/** Which phone systems are listened to, and by whom, on PostgreSQL. */
export function listeningStore(database: Database, world: World, onTrouble: (error: Error) => void): ListeningStore {
  return {
    async read() {
      return (
        await database.query({
          text: 'select org, connection, source, settings as "sealedSettings" from connections where settings is not null order by created_at, connection',
        })
      ).rows;
    },
    live: async ({ org, connection }) =>
      (
        await database.query(
          {
            text: 'select external_id from calls where org = $1 and connection = $2 and ended_at is null and part_of is null order by id desc limit $3',
          },
          [org, connection, mostLive],
        )
      ).rows.map((row) => row.external_id as string),
    async take({ org, connection }, holder) {
      // Ids of connections are text: 64 bits of their hash are the key, as a key of 32 would some day be another's.
      const ask = { text: 'select pg_try_advisory_lock(hashtextextended($1, 4200003)) as ok', values: [connection] };
      const lock = await holdSessionLock(database, world, ask, onTrouble);
      if (!lock) return undefined;
      try {
        const { epoch } = (await database.query('take-listening', [org, connection, holder])).rows[0] as { epoch: string };
        return {
          lost: lock.lost,
          say: async (well, trouble) =>
            ((
              await database.query('say-listening', [
                org,
                connection,
                epoch,
                well === true,
                trouble === undefined ? null : storable(trouble.slice(0, mostTrouble)),
              ])
            ).rowCount ?? 0) > 0,
          release: lock.release,
        };
      } catch (error) {
        await lock.release();
        throw error;
      }
    },
  };
}
