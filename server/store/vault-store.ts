import type { OrgId } from '../store.ts';
import { type Vault, VaultTaken } from '../vault.ts';
import type { World } from '../world.ts';
import { type Database, isPassing } from './database.ts';
import type { Secrets } from './secrets.ts';
import { holdSessionLock } from './session-lock.ts';

/** Whoever waits for another's exchange looks again after this. */
const waitMs = 100;
/** Longer than any exchange takes; then the other one is stuck, and the request may as well fail. */
const waitLimitMs = 45_000;
/** What can't be stored is lost with the process, so it is tried for long: a fail-over takes less. */
const storeLimitMs = 5 * 60_000;

export const placeOfConsent = (org: OrgId, holder: string): string => `consents ${org} ${holder}`;

/**
 * A vault in the database, of an org (`holder` '') or of one of its users. Changing takes a lock of its own session, so that it holds for
 * all workers of all nodes; since a lock is not a fence (E7), every store also names the version it replaces.
 */
export function openVault(
  { database, world, secrets, onTrouble }: { database: Database; world: World; secrets: Secrets; onTrouble: (error: Error) => void },
  org: OrgId,
  holder = '',
): Vault {
  const place = placeOfConsent(org, holder);
  const read = async () => {
    const row = (await database.query({ text: 'select sealed, version from consents where org = $1 and holder = $2' }, [org, holder]))
      .rows[0] as { sealed: string; version: string } | undefined;
    return row && { text: secrets.open(row.sealed, place), version: row.version };
  };
  /** Durable when it resolves; repeated until it is, and a repetition that finds its own first try is content. */
  const store = async (text: string, version: string): Promise<string> => {
    const sealed = secrets.seal(text, place);
    const untilMs = world.monotonic() + storeLimitMs;
    for (let failures = 0; ; failures++) {
      try {
        const { rows } = await database.query('store-consent', [org, holder, version, sealed]);
        const next = (rows[0] as { version: string } | undefined)?.version;
        if (next === undefined) throw new VaultTaken(`the consent of org ${org} was changed by somebody else`);
        return next;
      } catch (error) {
        if (!isPassing(error) || world.monotonic() > untilMs) throw error;
        onTrouble(error as Error);
        await world.sleep(Math.min(5_000, 100 * 2 ** failures));
      }
    }
  };
  return {
    read: async () => (await read())?.text,
    async change(enough, work) {
      const untilMs = world.monotonic() + waitLimitMs;
      for (;;) {
        if (enough((await read())?.text)) return;
        const ask = { text: 'select pg_try_advisory_lock(hashtextextended($1, 4200004)) as ok', values: [place] };
        const lock = await holdSessionLock(database, world, ask, onTrouble);
        if (!lock) {
          if (world.monotonic() > untilMs) throw new Error('another worker has been signing in for too long');
          await world.sleep(waitMs * (0.5 + world.chance()));
          continue;
        }
        try {
          const row = await read();
          if (enough(row?.text)) return;
          let version = row?.version ?? '0';
          await work(row?.text, async (text) => {
            version = await store(text, version);
          });
          return;
        } finally {
          await lock.release();
        }
      }
    },
  };
}
