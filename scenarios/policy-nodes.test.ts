import { afterEach, expect, test } from 'vitest';
import { type Line, openLine } from '../server/testing/line.ts';

// DP-08: a save governs calls that end after it, on every node; a call that was decided before keeps what it rests on (D1).
const minutes = (n: number) => Date.parse('2026-03-02T09:00:00Z') + n * 60_000;
const first = { language: 'en', product: 'Before' };

let line: Line | undefined;
afterEach(disconnect);
async function disconnect() {
  const unexplained = await line?.unexplained();
  await line?.close();
  line = undefined;
  if (unexplained) expect(unexplained).toEqual([]); // D5
}

const say = (type: string, call: string, atMs: number, data: unknown = {}) =>
  line!.send({ id: `${call}-${type}`, body: { version: 1, type, call, at: new Date(atMs).toISOString(), data } });
const ring = (call: string, atMs: number) =>
  say('call.started', call, atMs, { direction: 'inbound', customer: { number: '+48221234567' } });
const subjectOf = async (call: string) =>
  (await line!.export('Task')).filter((task) => task['CallObject'] === call).map((task) => task['Subject'] as string);
const versionsOf = async (call: string) =>
  (
    await line!.database.query(
      {
        text: 'select array_agg(distinct d.policy_version) as versions from decisions d join calls c on c.org = d.org and c.id = d.call where c.external_id = $1',
      },
      [call],
    )
  ).rows[0].versions as number[];

test('DP-08: a call that ends after a save is decided by it, one that was decided before keeps its version, with two nodes', async () => {
  line = await openLine({ orgs: [{ policy: first }], nodes: 2 });
  for (const call of ['before-1', 'before-2', 'before-3']) {
    await ring(call, minutes(0));
    await say('call.ended', call, minutes(1));
  }
  for (const call of ['across-1', 'across-2', 'across-3', 'across-4']) await ring(call, minutes(4));
  await line.advanceTo(minutes(5));
  expect((await line.admin.policies.save(line.org, { document: { ...first, product: 'After' }, by: 'Olga', expected: 1 })).outcome).toBe(
    'saved',
  );
  for (const call of ['across-1', 'across-2', 'across-3', 'across-4']) await say('call.ended', call, minutes(6));
  // something new of a call that was decided before: told anew, with what it was decided by
  await say('call.commented', 'before-1', minutes(7), { text: 'Wants a second oven.' });
  await line.advanceTo(minutes(10));

  for (const call of ['before-1', 'before-2', 'before-3']) {
    expect(await subjectOf(call)).toEqual([expect.stringContaining('Before')]);
    expect(await versionsOf(call)).toEqual([1]);
  }
  for (const call of ['across-1', 'across-2', 'across-3', 'across-4']) {
    expect(await subjectOf(call)).toEqual([expect.stringContaining('After')]);
    expect((await versionsOf(call)).at(-1)).toBe(2);
  }
  const [task] = (await line.export('Task')).filter((one) => one['CallObject'] === 'before-1');
  expect(task!['Description']).toContain('Wants a second oven.');
});
