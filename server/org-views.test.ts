import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { orgViews } from './org-views.ts';
import { consoleStore } from './store/console-store.ts';
import { type Database, openDatabase } from './store/database.ts';
import { postgresStore } from './store/postgres.ts';
import type { OrgId } from './store.ts';
import { startTestDatabase } from './testing/test-database.ts';
import { realWorld } from './world.ts';

const world = realWorld();
const databases: Database[] = [];
let drop: () => Promise<void>;
let nodes: readonly ReturnType<typeof startNode>[];
let org: OrgId;

beforeAll(async () => {
  const made = await startTestDatabase();
  drop = () => made.drop();
  nodes = [1, 2].map(() => startNode(made.address));
  org = await nodes[0]!.admin.addOrg('Acme', 'live', null);
});
afterAll(async () => {
  await Promise.all(databases.map((database) => database.close()));
  await drop();
});

/** A node as main wires it, whose time stands still. */
function startNode(address: Parameters<typeof openDatabase>[0]) {
  const database = openDatabase(address, world, () => undefined, 3);
  databases.push(database);
  const store = postgresStore(database, world, () => undefined);
  const clock = { ms: 0 };
  const reads = vi.fn<typeof store.readOrg>(store.readOrg);
  const views = orgViews({ readOrg: reads, policyVersion: store.policyVersion }, { monotonic: () => clock.ms });
  return { store, views, reads, clock, admin: consoleStore(database) };
}
const versionAt = async (node: (typeof nodes)[number]) => (await node.views.read(org)).policyVersion;
const save = (product: string) => nodes[0]!.admin.savePolicy(org, { language: 'en', product }, 'admin');

test('DP-08: a policy saved on one node holds on the other as soon as its note is there, without time going by', async () => {
  const [, other] = nodes;
  let heard = 0;
  const listener = await other!.store.listen((channel) => channel === 'orgs' && (other!.views.clear(), heard++));
  await vi.waitFor(() => expect(heard).toBeGreaterThan(0)); // it listens
  const before = await versionAt(other!);
  heard = 0;
  const saved = await save('by note');
  await vi.waitFor(() => expect(heard).toBeGreaterThan(0));
  expect([before, await versionAt(other!)]).toEqual([saved - 1, saved]);
  await listener.close();
});
test('DP-08: where the note is lost, within half a second', async () => {
  const [, other] = nodes;
  const before = await versionAt(other!);
  const saved = await save('without a note');
  other!.clock.ms += 499;
  expect(await versionAt(other!)).toBe(before);
  other!.clock.ms += 1;
  expect(await versionAt(other!)).toBe(saved);
});
test('as long as it is the same, an org is read once in five seconds, however often it is asked for', async () => {
  const [, other] = nodes;
  other!.views.clear();
  other!.reads.mockClear();
  for (let n = 0; n < 50; n++) {
    await Promise.all([versionAt(other!), versionAt(other!)]);
    other!.clock.ms += 100;
  }
  expect(other!.reads).toHaveBeenCalledTimes(1);
  await versionAt(other!);
  expect(other!.reads).toHaveBeenCalledTimes(2);
});
test('what could not be read is not kept', async () => {
  const [node] = nodes;
  node!.views.clear();
  node!.reads.mockRejectedValueOnce(new Error('the database is away'));
  await expect(versionAt(node!)).rejects.toThrow('the database is away');
  expect(await versionAt(node!)).toBeGreaterThanOrEqual(0);
  await expect(node!.views.read(999 as OrgId)).rejects.toThrow('org 999 is gone');
});
