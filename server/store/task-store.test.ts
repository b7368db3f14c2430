import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OrgId } from '../store.ts';
import { startTestDatabase, type TestDatabase } from '../testing/test-database.ts';
import { realWorld } from '../world.ts';
import { type Database, openDatabase } from './database.ts';
import { taskStore } from './task-store.ts';

let made: TestDatabase;
let database: Database;
beforeAll(async () => {
  made = await startTestDatabase();
  database = openDatabase(made.address, realWorld(), () => undefined);
  await database.query({ text: `insert into orgs (org, name, uid, mode) values (1, 'Acme', 'acme', 'live')` });
  await database.query({
    text: `insert into connections (org, connection, source, name, secrets) values (1, 'pbx', 'generic', 'Office', '')`,
  });
});
afterAll(async () => {
  await database.close();
  await made.drop();
});
const anna = { org: 1 as OrgId, agent: '005000000000001AAA' };
const ewa = '003000000000001AAA';
/** Calls of Anna with Ewa that began and ended so many minutes ago; gives their ids. */
const calls = async (...told: readonly (readonly [began: number, ended: number | null])[]) => {
  await database.query({ text: 'delete from notices' });
  await database.query({ text: 'delete from calls' });
  const text = `insert into calls (org, connection, external_id, started_at, ended_at)
    values (1, 'pbx', $1, cb_now() - $2 * interval '1 minute', cb_now() - $3::float8 * interval '1 minute') returning id`;
  const ids: string[] = [];
  for (const [place, [began, ended]] of told.entries()) ids.push((await database.query({ text }, [`c${place}`, began, ended])).rows[0]!.id);
  await database.query({
    text: `insert into notices (org, call, recipient, kind, body, live, records) select 1, id, '${anna.agent}', 'call', '{}', false, '{${ewa}}' from calls`,
  });
  return ids;
};
const minutesAgo = (minutes: number) => realWorld().now() - minutes * 60_000;

test('the call on the screen is the last that went on when the form was opened, or goes on now', async () => {
  const store = taskStore(database);
  const [first, second, third] = await calls([100, 50], [80, 60], [5, null]);
  expect(await store.callOnScreen(anna, [ewa], minutesAgo(0))).toBe(third);
  expect(await store.callOnScreen(anna, [ewa.slice(0, 15)], minutesAgo(-5))).toBe(third);
  await database.query({ text: 'update calls set ended_at = cb_now() where id = $1' }, [third]);
  expect(await store.callOnScreen(anna, [ewa], minutesAgo(70))).toBe(second);
  expect(await store.callOnScreen(anna, [ewa], minutesAgo(55))).toBe(first);
  expect(await store.callOnScreen(anna, [ewa], minutesAgo(20))).toBeUndefined();
  expect(await store.callOnScreen({ ...anna, agent: '005000000000002AAA' }, [ewa], minutesAgo(70))).toBeUndefined();
  expect(await store.callOnScreen({ ...anna, org: 2 as OrgId }, [ewa], minutesAgo(70))).toBeUndefined();
});

test('only calls of the day before are looked through: an agent has had thousands, and a task of its own is about none of them', async () => {
  const day = 24 * 60;
  const [, today] = await calls([3 * day, null], [day / 2, null]);
  const store = taskStore(database);
  expect(await store.callOnScreen(anna, [ewa], minutesAgo(0))).toBe(today);
  await database.query({ text: 'update calls set ended_at = started_at where id = $1' }, [today]);
  expect(await store.callOnScreen(anna, [ewa], minutesAgo(0))).toBeUndefined();
  expect(await store.callOnScreen(anna, [ewa], minutesAgo(2.5 * day))).toBeDefined();
});
