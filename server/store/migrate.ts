import { readdirSync, readFileSync } from 'node:fs';
import type pg from 'pg';
import type { Database } from './database.ts';

const folder = new URL('./migrations/', import.meta.url);
/** Any number will do, as long as it is always this one. */
const migrationLock = 4_200_001;
/** Oldest PostgreSQL we are tested with. */
const oldestMajor = 15;

/** The database can't be used as it is; the message says what to do. */
export class UnusableDatabase extends Error {}

/** Brings the database to this release (E5: forward only, one node at a time). Gives the names of the steps taken. */
export async function migrate(database: Database): Promise<string[]> {
  const client = await database.dedicated();
  try {
    await refuseUnfit(client);
    await client.query('select pg_advisory_lock($1)', [migrationLock]);
    await client.query(
      'create table if not exists migrations (name text primary key, at timestamptz not null default transaction_timestamp())',
    );
    const done = new Set((await client.query<{ name: string }>('select name from migrations')).rows.map((row) => row.name));
    const known = readdirSync(folder)
      .filter((file) => file.endsWith('.sql'))
      .sort();
    const newer = [...done].filter((name) => !known.includes(name));
    if (newer.length)
      throw new UnusableDatabase(
        `This database was used by a newer Cordboard (it has ${newer.join(', ')}). Start that version, or restore a back-up made before it.`,
      );
    const taken: string[] = [];
    for (const name of known.filter((file) => !done.has(file))) {
      await client.query('begin');
      await client.query(readFileSync(new URL(name, folder), 'utf8'));
      await client.query('insert into migrations (name) values ($1)', [name]);
      await client.query('commit');
      taken.push(name);
    }
    return taken;
  } finally {
    await client.end();
  }
}

async function refuseUnfit(client: pg.Client): Promise<void> {
  const version = Number((await client.query<{ v: string }>("select current_setting('server_version_num') as v")).rows[0]?.v);
  if (version < oldestMajor * 10_000)
    throw new UnusableDatabase(
      `PostgreSQL ${Math.floor(version / 10_000)} is too old: Cordboard needs ${oldestMajor} or newer. Upgrade it, or take DATABASE_URL away to use the embedded one.`,
    );
  const encoding = (await client.query<{ e: string }>("select current_setting('server_encoding') as e")).rows[0]?.e;
  if (encoding !== 'UTF8')
    throw new UnusableDatabase(
      `The database's encoding is ${encoding}; names need UTF8. Create it with: createdb --encoding UTF8 --template template0 cordboard`,
    );
  // A pool by transaction hands the next statement to another session: locks and LISTEN would belong to nobody (E5).
  await client.query("select set_config('cordboard.same_session', 'yes', false)");
  for (let i = 0; i < 5; i++) {
    const same = (await client.query<{ s: string | null }>("select current_setting('cordboard.same_session', true) as s")).rows[0]?.s;
    if (same !== 'yes')
      throw new UnusableDatabase(
        'DATABASE_URL leads through a pooler that pools by transaction: locks and notifications do not survive it. Point it at PostgreSQL itself, or set the pooler to session mode.',
      );
  }
}
