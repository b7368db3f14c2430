import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { sayMetrics } from './admin/metrics.ts';
import { sayStatus } from './admin/status.ts';
import { keepListening } from './listeners.ts';
import type { Listening, Source } from './source.ts';
import { consoleStore } from './store/console-store.ts';
import { type Database, openDatabase } from './store/database.ts';
import { type ListeningStore, listeningStore } from './store/listening-store.ts';
import type { OrgId } from './store.ts';
import { startTestDatabase, type TestDatabase } from './testing/test-database.ts';
import { realWorld } from './world.ts';

const world = realWorld();
const made: { test: TestDatabase; database: Database; org: OrgId } = Object.create(null);
const ending: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  made.test = await startTestDatabase();
  made.database = openDatabase(made.test.address, world, () => undefined, 6);
  made.org = await consoleStore(made.database).addOrg('org', 'live', null);
});
afterEach(async () => {
  for (const end of ending.splice(0)) await end();
  await made.database.query({ text: 'delete from listenings' });
  await made.database.query({ text: 'delete from connections' });
});
afterAll(async () => {
  await made.database.close();
  await made.test.drop();
});

type Heard = Listening & { readonly node: string; over: boolean };
/** A node, and everything its source was asked to listen to. */
function startNode(node: string, heard: Heard[], { fails = 0 } = {}) {
  const database = openDatabase(made.test.address, world, () => undefined, 4);
  const real = listeningStore(database, world, () => undefined);
  const stop = new AbortController();
  let dead = false;
  const never = new Promise<never>(() => undefined);
  /** Whatever a dead node still wants goes nowhere. */
  const store: ListeningStore = {
    read: () => (dead ? never : real.read()),
    live: (of) => (dead ? never : real.live(of)),
    async take(of, holder) {
      if (dead) return never;
      const hold = await real.take(of, holder);
      return hold && { ...hold, say: (well, trouble) => (dead ? never : hold.say(well, trouble)) };
    },
  };
  const handed: { connection: string; id: string; text: string }[] = [];
  const reports: string[] = [];
  let failures = fails;
  const pbx = {
    name: 'pbx',
    async listen(listening: Listening) {
      if (failures-- > 0) throw new Error('a mistake of ours');
      const one: Heard = { ...listening, node, over: false };
      heard.push(one);
      while (!listening.stop.aborted) await world.sleep(60_000, listening.stop);
      one.over = true;
    },
  } as Partial<Source> as Source; // nothing else of it is asked
  const listeners = keepListening({
    store,
    world,
    node,
    sources: [pbx],
    settingsOf: ({ sealedSettings }) => JSON.parse(sealedSettings),
    hand: async ({ connection }, id, body) => void handed.push({ connection, id, text: new TextDecoder().decode(body) }),
    report: (what) => void reports.push(what),
    stop: stop.signal,
  });
  let ended: Promise<void> | undefined;
  const end = () =>
    (ended ??= (async () => {
      stop.abort();
      if (!dead) await listeners.done;
      await database.close();
    })());
  ending.push(end);
  return { listeners, handed, reports, end, kill: () => (dead = true) };
}
const connect = (name: string, settings: object, source = 'pbx') =>
  consoleStore(made.database).saveListened(made.org, { connection: `con_${name}`, source, name }, () => ({
    settings: JSON.stringify(settings),
    secrets: '[]',
  }));
const listeningNow = (heard: readonly Heard[]) => heard.filter(({ over }) => !over);
const row = async () => (await made.database.query({ text: 'select * from listenings' })).rows[0] as Record<string, unknown>;
/** Ends the sessions that hold a right, as a break of the database does. */
const breakSessions = () =>
  made.database.query({
    text: "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())",
  });

test('every connected phone system is listened to, each by one node, with its own settings', async () => {
  await connect('a', { host: 'a' });
  await connect('b', { host: 'b' });
  await connect('calls us', { host: 'c' }, 'webhook');
  const heard: Heard[] = [];
  const nodes = [startNode('anna', heard), startNode('bela', heard)];
  await expect.poll(() => heard.length).toBe(2);
  await world.sleep(1_200); // the other node asks again and again
  expect(heard.map(({ settings }) => settings)).toEqual(expect.arrayContaining([{ host: 'a' }, { host: 'b' }]));
  await heard[0]!.hand('d/0', new TextEncoder().encode('said'));
  const connection = `con_${(heard[0]!.settings as { host: string }).host}`;
  expect(nodes.flatMap(({ handed }) => handed)).toEqual([{ connection, id: 'd/0', text: 'said' }]);
  expect(nodes.flatMap(({ reports }) => reports.filter((what) => what !== 'listening.taken'))).toEqual([]); // waiting is no failure
});
test('a node that is killed is replaced within two seconds', async () => {
  await connect('a', { host: 'a' });
  const heard: Heard[] = [];
  const nodes = { anna: startNode('anna', heard), bela: startNode('bela', heard) };
  await expect.poll(() => heard.length).toBe(1);
  const [first] = heard;
  nodes[first!.node as 'anna'].kill();
  const killedMs = world.monotonic();
  await breakSessions();
  await expect.poll(() => heard.length, { timeout: 5_000, interval: 10 }).toBe(2);
  expect(world.monotonic() - killedMs).toBeLessThan(2_000);
  expect(heard[1]!.node).not.toBe(first!.node);
  expect(await row()).toMatchObject({ holder: heard[1]!.node, epoch: '2' });
});
test('a node whose database goes and comes listens on', async () => {
  await connect('a', { host: 'a' });
  const heard: Heard[] = [];
  startNode('anna', heard);
  await expect.poll(() => heard.length).toBe(1);
  heard[0]!.trouble(undefined);
  await breakSessions();
  await expect.poll(async () => (await row())['epoch'], { timeout: 5_000 }).toBe('2');
  expect(heard).toHaveLength(1);
  expect(heard[0]!.over).toBe(false);
  await expect.poll(async () => (await row())['well_since']).not.toBeNull();
});
test('a node that another has replaced meanwhile stops', async () => {
  await connect('a', { host: 'a' });
  const heard: Heard[] = [];
  startNode('anna', heard);
  await expect.poll(() => heard.length).toBe(1);
  await made.database.query({ text: "update listenings set epoch = epoch + 1, holder = 'bela'" });
  heard[0]!.trouble('anything'); // it finds out as soon as it says something
  await expect.poll(() => heard[0]!.over).toBe(true);
});
test('what is connected, changed or taken away while it runs is noticed', async () => {
  const heard: Heard[] = [];
  const { listeners } = startNode('anna', heard);
  await connect('a', { host: 'a' });
  listeners.ring();
  await expect.poll(() => heard.map(({ settings }) => settings)).toEqual([{ host: 'a' }]);
  listeners.ring();
  await world.sleep(100);
  expect(heard).toHaveLength(1); // nothing changed
  expect(await connect('a', { host: 'changed' })).toEqual({ connection: 'con_a', made: false });
  listeners.ring();
  await expect
    .poll(() => heard.map(({ settings, over }) => [settings, over]))
    .toEqual([
      [{ host: 'a' }, true],
      [{ host: 'changed' }, false],
    ]);
  await made.database.query({ text: 'update connections set settings = null' });
  listeners.ring();
  await expect.poll(() => listeningNow(heard)).toEqual([]);
});
test('how it goes is stored: for the console, and for whoever watches', async () => {
  await connect('a', { host: 'a' });
  const admin = consoleStore(made.database);
  const status = async () => {
    const { connections } = sayStatus(await admin.status(made.org), 'admin', { standIn: false, hookUrl: (id) => id });
    return connections[0]!.listening;
  };
  const figure = async () => /listening\{connection="con_a"\} (\d)/.exec(sayMetrics((await admin.metrics())[0]!, {}))?.[1];
  expect([await status(), await figure()]).toEqual([{ trouble: 'No node listens to it yet.' }, '0']);

  const heard: Heard[] = [];
  const { end } = startNode('anna', heard);
  await expect.poll(() => heard.length).toBe(1);
  expect([await status(), await figure()]).toEqual([{ node: 'anna' }, '0']); // not known yet
  heard[0]!.trouble(undefined);
  await expect.poll(status).toEqual({ node: 'anna', since: expect.stringMatching(/^2\d{3}-.*Z$/) });
  expect(await figure()).toBe('1');
  heard[0]!.trouble(`It said "\u0000\uD800" and ${'x'.repeat(5_000)}`); // as a phone system may
  await expect.poll(async () => (await status())?.trouble).toMatch(/^It said "[^\0]+" and x+$/);
  heard[0]!.trouble('The PBX is silent.');
  await expect.poll(status).toEqual({ node: 'anna', trouble: 'The PBX is silent.' });
  expect(await figure()).toBe('0');
  heard[0]!.trouble(undefined);
  await expect.poll(figure).toBe('1');
  await end();
  await made.database.query({ text: "update listenings set said_at = said_at - interval '1 minute'" });
  expect([await status(), await figure()]).toEqual([{ trouble: 'No node listens to it since anna stopped.' }, '0']);
});
test('a source that fails is said to have, and tried again', async () => {
  await connect('a', { host: 'a' });
  const heard: Heard[] = [];
  const { reports } = startNode('anna', heard, { fails: 1 });
  await expect.poll(async () => (await row())?.['trouble']).toBe('Cordboard failed to listen: a mistake of ours. It tries again.');
  await expect.poll(() => heard.length, { timeout: 5_000 }).toBe(1);
  expect(reports).toContain('listening.failed');
});
