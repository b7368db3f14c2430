import pg from 'pg';
import { realWorld } from '../world.ts';
import { openDatabase } from '../store/database.ts';
import { type Embedded, startEmbedded, type EmbeddedAddress } from '../store/embedded.ts';
import { migrate } from '../store/migrate.ts';

/** A database nobody else uses. */
export type TestDatabase = { readonly address: EmbeddedAddress; drop(): Promise<void> };

const world = realWorld();
/** Ours among the advisory locks of database `postgres`: one process at a time makes the migrated model. */
const modelLock = 4_200_002;
let server: Promise<Pick<Embedded, 'address' | 'stop'>> | undefined;
let made = 0;

/**
 * Gives a fresh, migrated database (`empty`: without migrations) on a real PostgreSQL that forces nothing to disk. The
 * first one of a run starts it, in the folder tools/vitest-setup.ts chose, stops and removes; the others copy a model,
 * which takes about 50 ms.
 */
export async function startTestDatabase({ empty = false } = {}): Promise<TestDatabase> {
  server ??= startServer();
  const { address } = await server;
  const database = `test_${process.pid}_${++made}`;
  await asAdmin(address, (admin) => admin.query(`create database ${database} template ${empty ? 'template0' : 'migrated'}`));
  return {
    address: { ...address, database },
    drop: () => asAdmin(address, async (admin) => void (await admin.query(`drop database if exists ${database} with (force)`))),
  };
}

/** This process no longer minds whether the server runs; whoever chose its folder then shuts it down. Vitest's workers simply end. */
export async function leaveTestServer(): Promise<void> {
  await (await server)?.stop();
  server = undefined;
}

async function startServer(): Promise<Pick<Embedded, 'address' | 'stop'>> {
  const folder = process.env['TEST_DATABASE_FOLDER'];
  if (!folder) throw new Error('TEST_DATABASE_FOLDER is not set: run tests through vitest, whose set-up makes and removes the folder');
  const { address, stop } = await startEmbedded({
    folder,
    world,
    durable: false,
    shared: true,
    onProgress: (sentence) => process.stderr.write(`${sentence}\n`),
  });
  await asAdmin(address, async (admin) => {
    await admin.query('select pg_advisory_lock($1)', [modelLock]);
    const { rowCount } = await admin.query(`select from pg_database where datname = 'migrated'`);
    if (rowCount) return;
    await admin.query('drop database if exists half_migrated');
    await admin.query('create database half_migrated template template0');
    const database = openDatabase(
      { ...address, database: 'half_migrated' },
      world,
      (error) => process.stderr.write(`${error.message}\n`),
      2,
    );
    try {
      await migrate(database);
    } finally {
      await database.close();
    }
    await admin.query('alter database half_migrated rename to migrated');
  });
  return { address, stop };
}

async function asAdmin<T>(address: EmbeddedAddress, work: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = new pg.Client({ ...address, database: 'postgres' });
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}
