import { afterEach, expect, test } from 'vitest';
import { type Line, openLine } from '../server/testing/line.ts';

// W9: one action undoes the untouched writes of one policy version. On the whole line, against a stand-in org.
const minutes = (n: number) => Date.parse('2026-03-02T09:00:00Z') + n * 60_000;
const version1 = { language: 'en', logging: { 'outbound-unanswered': 'completed', missed: 'open' } };

let line: Line | undefined;
afterEach(disconnect);
async function disconnect() {
  const unexplained = await line?.unexplained();
  await line?.close();
  line = undefined;
  if (unexplained) expect(unexplained).toEqual([]); // D5
}

async function hear(call: string, startedAtMs: number, direction: 'inbound' | 'outbound' = 'inbound', again = '') {
  const say = (type: string, atMs: number, data: unknown) =>
    line!.send({ id: `${call}-${type}${again}`, body: { version: 1, type, call, at: new Date(atMs).toISOString(), data } });
  await say('call.started', startedAtMs, { direction, customer: { number: '+48221234567' } });
  await say('call.ended', startedAtMs + 20_000, {});
}
const say = (type: string, call: string, atMs: number, data: unknown) =>
  line!.send({ id: `${call}-${type}`, body: { version: 1, type, call, at: new Date(atMs).toISOString(), data } });
async function taskOf(call: string) {
  const [task, ...others] = (await line!.export('Task')).filter((one) => one['CallObject'] === call);
  expect(others).toEqual([]);
  return (
    task && { id: task['Id'] as string, status: task['Status'], subject: task['Subject'], text: (task['Description'] ?? '') as string }
  );
}
const rowIdOf = async (call: string) => (await line!.explanations()).find((one) => one.externalId === call)!.call;
const explained = async () =>
  Object.fromEntries((await line!.explanations()).map((one) => [one.externalId, `${one.explanation}: ${one.because}`]));
const undo = async (version: number) => {
  const done = await line!.admin.undoPolicy(line!.org, version, 'Olga');
  await line!.advanceTo(line!.now() + 120_000);
  return done;
};
const reason = 'No longer valid: undone by Olga: policy version 1.';

test('W9: what the version wrote is retracted with the reason; other versions’ writes are not', async () => {
  line = await openLine({ orgs: [{ policy: version1 }] });
  await hear('open', minutes(0));
  await hear('past', minutes(1), 'outbound');
  await line.advanceTo(minutes(5));
  await line.admin.savePolicy(line.org, { ...version1, product: 'Acme' }, 'admin');
  await hear('later', minutes(6));
  await line.advanceTo(minutes(10));
  const untouched = await taskOf('later');

  expect(await undo(1)).toEqual({ undone: 2, leftAlone: 0 });
  expect(await taskOf('open')).toMatchObject({ status: 'Completed', text: expect.stringContaining(reason) });
  expect(await taskOf('past')).toMatchObject({ status: 'Completed', text: expect.stringContaining(reason) });
  expect(await taskOf('later')).toEqual(untouched);
  expect(await explained()).toMatchObject({
    open: 'written: superseded: undone by Olga: policy version 1',
    past: 'written: superseded: undone by Olga: policy version 1',
    later: 'written: in Salesforce',
  });
});

test('W9: twice is once, and what comes later of an undone call doesn’t bring it back', async () => {
  line = await openLine({ orgs: [{ policy: version1 }] });
  await hear('m1', minutes(0));
  await line.advanceTo(minutes(5));
  await undo(1);
  const once = await taskOf('m1');
  expect(await undo(1)).toEqual({ undone: 0, leftAlone: 0 });
  await hear('m1', minutes(0), 'inbound', '-again');
  await say('call.tagged', 'm1', minutes(2), { tags: ['VIP'] });
  await line.advanceTo(line.now() + 120_000);
  expect(await taskOf('m1')).toEqual(once);
  expect((await line.database.query({ text: "select 1 from events where type = 'undone'" })).rowCount).toBe(1);
});

test('W9: what wasn’t sent yet is dropped', async () => {
  line = await openLine({ orgs: [{ policy: version1, mode: 'observe' }] });
  await hear('m1', minutes(0));
  await line.advanceTo(minutes(5));
  expect(await undo(1)).toEqual({ undone: 1, leftAlone: 0 });
  await line.admin.setMode(line.org, 'live', true);
  await line.advanceTo(line.now() + 120_000);
  expect(await taskOf('m1')).toBeUndefined();
  expect(await explained()).toEqual({ m1: 'skipped: undone by Olga: policy version 1' });
});

test('W3: a record people are known to have changed is left alone, and counted', async () => {
  line = await openLine({ orgs: [{ policy: version1 }] });
  await hear('m1', minutes(0));
  await line.advanceTo(minutes(5));
  await line.asHuman({ action: 'update', object: 'Task', id: (await taskOf('m1'))!.id, fields: { Subject: 'Ring Mr Kowalski' } });
  await say('call.tagged', 'm1', minutes(2), { tags: ['VIP'] }); // a change of ours, before which the record is read
  await say('call.commented', 'm1', minutes(2), { text: 'call him' });
  await line.advanceTo(minutes(10));
  const theirs = await taskOf('m1');
  expect(theirs!.subject).toBe('Ring Mr Kowalski');
  expect(await undo(1)).toEqual({ undone: 0, leftAlone: 1 });
  expect(await taskOf('m1')).toEqual(theirs);
});

test.each([
  ['a field of ours', { Subject: 'Ring Mr Kowalski' }],
  ['words above our block', { Description: 'He was angry.\n\n' }],
  ['what undoing would have written anyway', { Status: 'Completed' }],
])('W3: changed meanwhile (%s): found by the read before the change, left alone, and said so', async (_, fields) => {
  line = await openLine({ orgs: [{ policy: version1 }] });
  await hear('m1', minutes(0));
  await line.advanceTo(minutes(5));
  const { id, text } = (await taskOf('m1'))!;
  await line.asHuman({
    action: 'update',
    object: 'Task',
    id,
    fields: 'Description' in fields ? { Description: fields.Description + text } : fields,
  });
  const theirs = await taskOf('m1');
  expect(await undo(1)).toEqual({ undone: 1, leftAlone: 0 }); // nobody has looked yet
  expect(await taskOf('m1')).toEqual(theirs);
  expect(await explained()).toEqual({ m1: 'written: left as it is, since a person has changed it; not undone by Olga: policy version 1' });
  await say('call.commented', 'm1', minutes(2), { text: 'call him' });
  await line.advanceTo(line.now() + 120_000);
  expect(await taskOf('m1')).toEqual(theirs);
});

test('D1: “apply today’s rules” under another version writes it again', async () => {
  line = await openLine({ orgs: [{ policy: version1 }] });
  await hear('m1', minutes(0));
  await line.advanceTo(minutes(5));
  const before = await taskOf('m1');
  await undo(1);
  await line.admin.applyRules(line.org, await rowIdOf('m1'));
  await line.advanceTo(line.now() + 120_000);
  expect((await taskOf('m1'))!.text).toContain(reason); // today's rules are still those
  await line.admin.savePolicy(line.org, version1, 'admin');
  await say('call.tagged', 'm1', minutes(2), { tags: ['VIP'] });
  await line.advanceTo(line.now() + 120_000);
  expect((await taskOf('m1'))!.text).toContain(reason); // nobody asked
  await line.admin.applyRules(line.org, await rowIdOf('m1'));
  await line.advanceTo(line.now() + 120_000);
  expect(await taskOf('m1')).toEqual(before);
  expect(await explained()).toEqual({ m1: 'written: in Salesforce' });
});

test('W4: an answer that was lost leaves no doubt who wrote', async () => {
  line = await openLine({ orgs: [{ policy: version1 }] });
  await hear('m1', minutes(0));
  await line.advanceTo(minutes(5));
  await line.admin.undoPolicy(line.org, 1, 'Olga');
  await line.advanceTo(line.now() + 29_000);
  line.holdNextWrite();
  await line.advanceTo(line.now() + 10_000);
  await line.letHeldRequestsLand();
  await line.advanceTo(line.now() + 300_000);
  expect(await taskOf('m1')).toMatchObject({ status: 'Completed', text: expect.stringContaining(reason) });
  expect(await explained()).toEqual({ m1: 'written: superseded: undone by Olga: policy version 1' });
});

test('W9: a thousand at a time, and not the next org’s', { timeout: 120_000 }, async () => {
  line = await openLine({
    orgs: [
      { policy: version1, mode: 'observe' },
      { policy: version1, mode: 'observe' },
    ],
  });
  await hear('m1', minutes(0));
  await line.advanceTo(minutes(5));
  const copy = `insert into calls (org, connection, external_id, due, version, told, pinned, verdict, number_key)
    select o.org, case o.org when $1 then 'con_1' else 'con_2' end, 'copy ' || n, null, 1, told, pinned, verdict, number_key
    from calls, orgs o, generate_series(1, 2200) n where external_id = 'm1'`;
  await line.database.query({ text: copy }, [line.org]);
  await line.database.query({
    text: `insert into writes (org, call, role, name, wanted, wanted_version, policy_version, state, lane)
      select c.org, c.id, 'log', 'name ' || c.id, w.wanted, 1, 1, 'due', 'now' from calls c, writes w where c.external_id like 'copy%'`,
  });
  expect(await line.admin.undoPolicy(line.org, 1, 'Olga')).toEqual({ undone: 2201, leftAlone: 0 });
  const { rows } = await line.database.query({ text: 'select distinct c.org, c.due is not null as woken from calls c order by 1' });
  expect(rows).toEqual([
    { org: line.org, woken: true },
    { org: expect.any(Number), woken: false },
  ]);
  await line.database.query({
    text: "delete from writes; delete from events where call in (select id from calls where external_id like 'copy%'); delete from calls where external_id like 'copy%'",
  });
});
