import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { startTestDatabase } from '../testing/test-database.ts';
import { realWorld } from '../world.ts';
import { consoleStore } from './console-store.ts';
import { openDatabase } from './database.ts';
import { migrate } from './migrate.ts';
import { postgresStore } from './postgres.ts';
import { simulateStore } from './simulate-store.ts';
import type { OrgId } from '../store.ts';

const folder = new URL('./migrations/', import.meta.url);
const files = readdirSync(folder)
  .filter((file) => file.endsWith('.sql'))
  .toSorted();
/** The last step of the release before the directory, the memos and the rows. */
const former = '0014-unique-names.sql';
const rows = `
  insert into orgs (org, name, uid, mode) values (1, 'Acme', 'acme', 'live');
  insert into policies (org, version, document, saved_by) values (1, 1, '{"language": "pl", "stranger": {"missed": "lead"}, "lines": {"+48221234567": {"stranger": {"missed": "contact"}}}}', 'admin');
  insert into connections (org, connection, source, name, secrets) values (1, 'pbx', 'generic', 'Office', '');
  insert into people (org, connection, agent, crm_user, email) values (1, '', '101', '005000000000001AAA', null), (1, 'pbx', '102', null, 'ewa@acme.example');
  insert into crm_users (org, id, name, email, zone, active) values (1, '005000000000001AAA', 'Anna', 'anna@acme.example', 'UTC', true);
  insert into org_facts (org, self_user) values (1, '005000000000001AAA');
  insert into calls (org, connection, external_id, due, told, verdict, started_at, ended_at, number_key)
    values (1, 'pbx', 'c1', null, '{"type": "missed"}', '{"is": "wants"}', cb_now() - interval '1 hour', cb_now(), '+48601234567');
  insert into events (org, call, id, content_hash, type, at, clock_offset_ms, fact, delivery)
    select 1, id, 'e1', 'h', 'started', 0, 0, '{"type": "started", "direction": "inbound", "customer": {"number": "+48601234567"}}', 0 from calls;
  insert into notices (org, call, recipient, kind, body, live) select 1, id, '005000000000001AAA', 'call', '{}', false from calls;
`;

test('E5: a database of the former release, with what it holds, is brought to this one and read on', async () => {
  const made = await startTestDatabase({ empty: true });
  const world = realWorld();
  const database = openDatabase(made.address, world, () => undefined);
  try {
    await database.query({
      text: 'create table migrations (name text primary key, at timestamptz not null default transaction_timestamp())',
    });
    for (const file of files.filter((name) => name <= former)) {
      await database.query({ text: readFileSync(new URL(file, folder), 'utf8') });
      await database.query({ text: 'insert into migrations (name) values ($1)' }, [file]);
    }
    await database.query({ text: rows });
    expect(await migrate(database)).toEqual(files.filter((name) => name > former));
    expect(await migrate(database)).toEqual([]);

    const store = postgresStore(database, world, () => undefined);
    const admin = consoleStore(database);
    const org = 1 as OrgId;
    const view = await store.readOrg(org);
    expect(view).toMatchObject({ policyVersion: 1, policy: { language: 'pl', enabled: true, rows: [] }, queues: undefined });
    expect([...view!.people.values()].map(({ agent, team }) => [agent, team])).toEqual([
      ['101', undefined],
      ['102', undefined],
    ]);
    expect(await admin.directory.read(org)).toEqual({ agents: [], lines: [], version: 0 });
    expect(await admin.calls(org, { limit: 10 })).toHaveLength(1);
    const period = { fromMs: world.now() - 7_200_000, toMs: world.now() };
    expect((await simulateStore(database).page(org, period, undefined, 10)).calls).toMatchObject([{ due: { externalId: 'c1' } }]);
    expect(await admin.tasks.ownCall({ org, agent: '005000000000001AAA' }, '1', world.now())).toEqual({ call: '1', isOn: false });
    expect(await admin.policies.writeKept(org, 'admin')).toBe(0);
    expect((await database.query({ text: 'select call from unexplained_calls' })).rows).toEqual([]);
    // A team alone says who somebody works with; nothing at all says nothing.
    const say = (columns: string) => database.query({ text: `insert into people (org, agent, ${columns})` });
    await say(`team) values (1, '103', 'Sales'`);
    await expect(say(`crm_user, email) values (1, '104', 'x', 'y'`)).rejects.toThrow('violates check constraint');
    await expect(say(`team) values (1, '105', null`)).rejects.toThrow('violates check constraint');
  } finally {
    await database.close();
    await made.drop();
  }
});
