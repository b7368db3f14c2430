import pg from 'pg';
import { expect, test } from 'vitest';
import { startTestDatabase, type TestDatabase } from './test-database.ts';

async function ask(database: TestDatabase, sql: string): Promise<unknown[]> {
  const client = new pg.Client(database.address);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows.map((row) => Object.values(row)[0]);
  } finally {
    await client.end();
  }
}
const tables = `select count(*)::int from pg_tables where schemaname = 'public'`;

test('each has its own tables, already migrated', async () => {
  const [one, two] = await Promise.all([startTestDatabase(), startTestDatabase()]);
  await ask(one, 'create table mine ()');
  expect(await ask(one, `select to_regclass('mine') is not null`)).toEqual([true]);
  expect(await ask(two, `select to_regclass('mine') is not null`)).toEqual([false]);
  expect(await ask(two, `select count(*)::int > 0 from migrations`)).toEqual([true]);
  await one.drop();
  await expect(ask(one, 'select 1')).rejects.toThrow('does not exist');
  await two.drop();
});

test('an empty one is for testing the migrations themselves', async () => {
  const empty = await startTestDatabase({ empty: true });
  expect(await ask(empty, tables)).toEqual([0]);
  await empty.drop();
});
