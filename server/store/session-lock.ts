import type { World } from '../world.ts';
import type { Database } from './database.ts';

const beatMs = 1_000;
/** Longer than this without a beat, and the lock may already be somebody else's (E7; idle holders notice nothing by themselves). */
const beatLimitMs = 1_500;

/** `lost` aborts when the lock may have gone to somebody else. */
export type SessionLock = { readonly lost: AbortSignal; release(): Promise<void> };

/**
 * Takes an advisory lock on a session of its own and keeps asking the session whether it lives. `ask` says `ok` if the lock was free.
 * Undefined: somebody else has it.
 */
export async function holdSessionLock(
  database: Database,
  world: World,
  ask: { readonly text: string; readonly values: readonly unknown[] },
  onTrouble: (error: Error) => void,
): Promise<SessionLock | undefined> {
  const client = await database.dedicated();
  const lost = new AbortController();
  client.on('error', () => lost.abort());
  client.on('end', () => lost.abort());
  try {
    const locked = await client.query<{ ok: boolean }>(ask.text, [...ask.values]);
    if (!locked.rows[0]!.ok) {
      await client.end();
      return undefined;
    }
  } catch (error) {
    await client.end();
    throw error;
  }

  const beating = (async () => {
    while (!lost.signal.aborted) {
      try {
        await client.query({ text: 'select 1', query_timeout: beatLimitMs } as { text: string });
      } catch (error) {
        onTrouble(error as Error);
        lost.abort();
      }
      await world.sleep(beatMs, lost.signal);
    }
  })();
  return {
    lost: lost.signal,
    async release() {
      lost.abort();
      await beating;
      await client.end(); // the lock goes with its session
    },
  };
}
