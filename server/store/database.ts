import pg from 'pg';
import { readdirSync, readFileSync } from 'node:fs';
import type { World } from '../world.ts';

/**
 * Connections to PostgreSQL, with the time limits and listeners that a fail-over needs (facts measured in docs/decisions/0003):
 * every wait is bounded, a connection that hit a limit is thrown away, a COMMIT is never cancelled.
 */
export type Connection = { query(name: StatementName | { text: string }, values?: readonly unknown[]): Promise<pg.QueryResult> };
export interface Database extends Connection {
  /** Runs `work` in one transaction on one connection; runs it again on a fresh one after a dead-lock or a lost connection, so `work` must be repeatable. */
  transaction<T>(work: (connection: Connection) => Promise<T>): Promise<T>;
  /** A connection of its own, outside the pool: for locks and listening. The caller ends it. */
  dedicated(): Promise<pg.Client>;
  close(): Promise<void>;
}

const folder = new URL('./sql/', import.meta.url);
/** The statements, one a file, by file name. Named, so PostgreSQL reads each once a connection, and plans it no oftener than it thinks worth it. */
const statements: ReadonlyMap<string, string> = new Map(
  readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .map((file) => [file.slice(0, -4), readFileSync(new URL(file, folder), 'utf8')]),
);
export type StatementName = string;

/** 57P01-03: the server goes or comes; 25006: a standby; 53300: no slot; 40P01, 40001: somebody else's turn; 08…: the connection. */
const passing = /^(57P0[1-5]|25006|53300|40P01|40001|08...)$/;
/** May the same transaction be tried again on another connection? Errors without a code come from the connection itself. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = (error as { code?: unknown }).code;
  if (typeof code !== 'string') return /terminated|timeout|not queryable|connection/i.test(error.message);
  return passing.test(code) || code.startsWith('E');
}
/** A killed PostgreSQL is back within two seconds, a fail-over takes longer: so long nobody needs to hear of it. */
const patienceMs = 5_000;
/** The data itself was refused (class 22 and 23): repeating can't help, one row of the batch is to blame. */
export function isAboutData(error: unknown): boolean {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' && /^(22|23|54)/.test(code);
}

/** What `pg` needs to reach a database. */
export type DatabaseAddress =
  | { readonly connectionString: string }
  | { readonly host: string; readonly port: number; readonly user: string; readonly database: string };

export function openDatabase(address: DatabaseAddress, world: World, onTrouble: (error: Error) => void, maxConnections = 12): Database {
  const limits = {
    connectionTimeoutMillis: 10_000,
    query_timeout: 30_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 3_000,
    application_name: 'cordboard',
  };
  const pool = new pg.Pool({ ...address, ...limits, max: maxConnections });
  pool.on('error', onTrouble); // an idle client whose server dies would end the process otherwise
  pool.on('connect', (client) => client.on('error', onTrouble)); // and so would a checked-out one

  const ask = (client: pg.PoolClient, name: StatementName | { text: string }, values: readonly unknown[] = []) => {
    if (typeof name !== 'string') return client.query(name.text, [...values]);
    const text = statements.get(name);
    if (text === undefined) throw new Error(`no statement ${name}.sql in server/store/sql`);
    return client.query({ name, text, values: [...values] });
  };

  /** While connecting nothing has been asked yet, so trying again can do nothing twice. */
  const connected = async <T>(connect: () => Promise<T>): Promise<T> => {
    const until = world.monotonic() + patienceMs;
    for (;;) {
      try {
        return await connect();
      } catch (error) {
        if (!isPassing(error) || world.monotonic() > until) throw error;
        await world.sleep(100 * (0.5 + world.chance()));
      }
    }
  };

  const once = async <T>(work: (connection: Connection) => Promise<T>): Promise<T> => {
    const client = await connected(() => pool.connect());
    let broken: unknown;
    try {
      await client.query('begin');
      const result = await work({ query: (name, values) => ask(client, name, values) });
      await client.query('commit');
      return result;
    } catch (error) {
      broken = error;
      if (!isPassing(error) || (error as { code?: string }).code?.startsWith('40')) {
        await client.query('rollback').then(
          () => (broken = undefined),
          () => undefined, // the connection is thrown away below, which rolls back as well
        );
      }
      throw error;
    } finally {
      client.release(broken !== undefined);
    }
  };

  return {
    async query(name, values) {
      const client = await connected(() => pool.connect());
      let broken = true;
      try {
        const result = await ask(client, name, values);
        broken = false;
        return result;
      } finally {
        client.release(broken);
      }
    },
    async transaction(work) {
      for (let attempt = 1; ; attempt++) {
        try {
          return await once(work);
        } catch (error) {
          if (attempt >= 4 || !isPassing(error)) throw error;
          await world.sleep(50 * 2 ** attempt * (0.5 + world.chance()));
        }
      }
    },
    dedicated: () =>
      connected(async () => {
        const client = new pg.Client({ ...address, ...limits });
        client.on('error', onTrouble);
        await client.connect();
        return client;
      }),
    close: () => pool.end(),
  };
}

/** The same database, in which PostgreSQL itself refuses every change. */
export function readOnly(database: Database): Database {
  const transaction: Database['transaction'] = (work) =>
    database.transaction(async (connection) => {
      await connection.query({ text: 'set transaction read only' });
      return work(connection);
    });
  return { ...database, transaction, query: (name, values) => transaction((connection) => connection.query(name, values)) };
}
