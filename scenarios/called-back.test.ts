import { afterEach, expect, test } from 'vitest';
import { sources } from '../sources/index.ts';
import { lineSteps, makeBells } from '../server/pipeline.ts';
import { consoleStore } from '../server/store/console-store.ts';
import { openDatabase } from '../server/store/database.ts';
import { nobodyKnown } from '../server/match/match.ts';
import { noMatters } from '../server/match/matters.ts';
import { postgresStore } from '../server/store/postgres.ts';
import { type Line, openLine } from '../server/testing/line.ts';
import { startTestDatabase } from '../server/testing/test-database.ts';
import { realWorld } from '../server/world.ts';

// D4 on the whole line: a real database, real steps, a stand-in org.
const policy = { language: 'en', closeWhenCalledBack: true };
const number = '+48221234567';
const minutes = (n: number) => Date.parse('2026-03-02T09:00:00Z') + n * 60_000;
const anna = { asDialled: '101', agent: { id: '101', name: 'Anna Nowak', email: 'anna.nowak@acme.example' } };
const iso = (ms: number) => new Date(ms).toISOString();

let line: Line | undefined;
const closing: (() => Promise<void>)[] = [];
afterEach(disconnect);
async function disconnect() {
  for (const close of closing.splice(0)) await close();
  const unexplained = await line?.unexplained();
  await line?.close();
  line = undefined;
  if (unexplained) expect(unexplained).toEqual([]); // D5
}

type Told = { readonly type: string; readonly atMs: number; readonly data?: unknown };
const start = (atMs: number, direction: 'inbound' | 'outbound', customer: object): Told => ({
  type: 'call.started',
  atMs,
  data: { direction, customer, ...(direction === 'outbound' && { agent: anna.agent }) },
});
const missed = (atMs: number, customer: object = { number }): Told[] => [
  start(atMs, 'inbound', customer),
  { type: 'call.ended', atMs: atMs + 20_000, data: { cause: 'no answer' } },
];
const talk = (atMs: number, direction: 'inbound' | 'outbound' = 'outbound', customer: object = { number }): Told[] => [
  start(atMs, direction, customer),
  { type: 'call.answered', atMs: atMs + 5_000, data: { endpoint: direction === 'outbound' ? { asDialled: number } : anna } },
  { type: 'call.ended', atMs: atMs + 60_000 },
];

async function hear(call: string, told: readonly Told[], { node = 0, connection = undefined as string | undefined, again = '' } = {}) {
  for (const [place, { type, atMs, data = {} }] of told.entries()) {
    const body = { version: 1, type, call, at: iso(atMs), data };
    const answer = await line!.send({ id: `${call}-${place}${again}`, body, ...(connection && { connection }) }, node);
    expect(answer.status).toBeLessThan(300);
  }
}
async function taskOf(call: string, org = line!.org) {
  const [task, ...others] = (await line!.export('Task', org)).filter((one) => one['CallObject'] === call);
  expect(others).toEqual([]);
  return { status: task?.['Status'], text: (task?.['Description'] ?? '') as string };
}
const factsOf = async (call: string) =>
  (
    await line!.database.query(
      {
        text: "select e.fact, e.at from events e join calls c on c.org = e.org and c.id = e.call where c.external_id = $1 and e.type = 'called-back' order by e.at",
      },
      [call],
    )
  ).rows as { fact: Record<string, unknown>; at: number }[];
const closed = () => ({ status: 'Completed', text: expect.stringContaining('Called back by Anna Nowak on 2026-03-02') });
const open = () => ({ status: 'Not Started', text: expect.not.stringContaining('Called') });

test('D4: an answered call back completes the open log, and says who called when', async () => {
  line = await openLine({ orgs: [{ policy }] });
  await hear('m1', missed(minutes(0)));
  await line.advanceTo(minutes(5));
  expect(await taskOf('m1')).toEqual(open());
  await hear('b1', talk(minutes(10)));
  await line.advanceTo(minutes(15));
  expect(await taskOf('m1')).toEqual(closed());
  expect(await taskOf('b1')).toMatchObject({ status: 'Completed', text: expect.not.stringContaining('Called back') });
});

test('D4: told in the other order, the same comes of it', async () => {
  line = await openLine({ orgs: [{ policy }] });
  await hear('b1', talk(minutes(10)));
  await line.advanceTo(minutes(12));
  await hear('m1', missed(minutes(0)));
  await line.advanceTo(minutes(15));
  expect(await taskOf('m1')).toEqual(closed());
});

test('D4: a customer who calls again and is answered needs no call back either', async () => {
  line = await openLine({ orgs: [{ policy }] });
  await hear('m1', missed(minutes(0)));
  await hear('b1', talk(minutes(10), 'inbound'));
  await line.advanceTo(minutes(15));
  expect(await taskOf('m1')).toEqual({
    status: 'Completed',
    text: expect.stringContaining('Called again and was answered by Anna Nowak on 2026-03-02'),
  });
});

test('D4: repeats change nothing, and of two talks the earlier counts, whichever is heard first', async () => {
  line = await openLine({ orgs: [{ policy }] });
  await hear('m1', missed(minutes(0)));
  await hear('b2', talk(minutes(30), 'inbound'));
  await line.advanceTo(minutes(40));
  expect((await taskOf('m1')).text).toContain('Called again');
  await hear('b1', talk(minutes(10)));
  await line.advanceTo(minutes(45));
  expect(await taskOf('m1')).toEqual(closed());
  const before = await factsOf('m1');
  for (const again of ['', '-again']) {
    await hear('b1', talk(minutes(10)), { again });
    await hear('m1', missed(minutes(0)), { again });
    await hear('b2', talk(minutes(30), 'inbound'), { again });
    await line.advanceTo(line.now() + 60_000);
  }
  expect(await factsOf('m1')).toEqual(before);
  expect(before.map(({ fact, at }) => [fact['by'], at])).toEqual([
    ['b1', minutes(10) + 5_000],
    ['b2', minutes(30) + 5_000],
  ]);
  expect(await taskOf('m1')).toEqual(closed());
});

test('D4: who talked before the call ended has not called back; nor has nobody', async () => {
  line = await openLine({ orgs: [{ policy }] });
  await hear('b1', talk(minutes(-10)));
  await hear('m1', missed(minutes(0)));
  await hear('u1', [start(minutes(5), 'outbound', { number }), { type: 'call.ended', atMs: minutes(6) }]);
  await line.advanceTo(minutes(15));
  expect(await taskOf('m1')).toEqual(open());
  expect(await factsOf('m1')).toEqual([]);
});

test('D4, D1: only if the policy the log was decided with says so', async () => {
  line = await openLine({ orgs: [{ policy: { language: 'en' } }] });
  await hear('m1', missed(minutes(0)));
  await line.advanceTo(minutes(2));
  await line.admin.savePolicy(line.org, { language: 'en', closeWhenCalledBack: true }, 'admin');
  await hear('m2', missed(minutes(3)));
  await line.advanceTo(minutes(5));
  await line.admin.savePolicy(line.org, { language: 'en' }, 'admin');
  await hear('b1', talk(minutes(10)));
  await line.advanceTo(minutes(15));
  expect([await taskOf('m1'), await taskOf('m2')]).toEqual([open(), closed()]);
});

test('D4: never across orgs, never another number, never a withheld one', async () => {
  line = await openLine({
    orgs: [
      { policy, connections: ['con_a'] },
      { policy, connections: ['con_b'] },
    ],
  });
  await hear('m1', missed(minutes(0)));
  await hear('m2', missed(minutes(1), { number: '+48221234568' }));
  await hear('m3', missed(minutes(2), { withheld: true, asSent: 'anonymous' }));
  await hear('m4', missed(minutes(2), { withheld: true, number }));
  await hear('b1', talk(minutes(10)), { connection: 'con_b' });
  await hear('b2', talk(minutes(11), 'inbound', { withheld: true, asSent: 'anonymous' }));
  await line.advanceTo(minutes(15));
  for (const call of ['m1', 'm2', 'm3', 'm4']) expect([call, await taskOf(call)]).toEqual([call, open()]);
});

test('D4: two phone systems of one org, with clocks that differ', async () => {
  line = await openLine({ orgs: [{ policy, connections: ['con_a', 'con_b'] }] });
  const aheadMs = 3_600_000; // con_a's clock is an hour ahead
  await line.advanceTo(minutes(1));
  for (const [place, { type, atMs, data = {} }] of missed(minutes(0)).entries())
    await line.send({ id: `m1-${place}`, body: { version: 1, type, call: 'm1', at: iso(atMs + aheadMs), data }, clockAheadMs: 0 });
  await line.advanceTo(minutes(2));
  await line.database.query(
    { text: "update events set clock_offset_ms = $1 where call = (select id from calls where external_id = 'm1')" },
    [-aheadMs],
  );
  await line.admin.applyRules(line.org, '1');
  await line.advanceTo(minutes(3));
  await hear('b1', talk(minutes(10)), { connection: 'con_b' });
  await line.advanceTo(minutes(15));
  expect(await taskOf('m1')).toEqual(closed());
  expect((await factsOf('m1')).map(({ at }) => at)).toEqual([minutes(10) + 5_000 + aheadMs]);
});

test.each(['open', 'completed'])('D4: of a call logged as %s, the tasks its rows ask for are completed too', async (log) => {
  const rows = [
    { name: 'in vain', when: { outcome: ['missed', 'failed'] }, then: { log, tasks: [{ name: 'Call back' }] } },
    { name: 'talked', when: { outcome: 'answered' }, then: { tasks: [{ name: 'Send offer' }] } },
  ];
  line = await openLine({ orgs: [{ policy: { ...policy, rows } }] });
  const tasks = async (call: string) =>
    (await line!.export('Task'))
      .filter((one) => one['CallObject'] === call)
      .map((one) => ({ status: one['Status'], text: one['Description'], subject: String(one['Subject']) }))
      .toSorted((a, b) => (a.subject < b.subject ? -1 : 1));
  await hear('m1', missed(minutes(0)));
  await line.advanceTo(minutes(2));
  expect(await tasks('m1')).toMatchObject([{ status: 'Not Started' }, { status: log === 'open' ? 'Not Started' : 'Completed' }]);
  await hear('b1', talk(minutes(10)));
  await line.advanceTo(minutes(15));
  const settled = log === 'open' ? closed() : { status: 'Completed', text: expect.not.stringContaining('Called back') };
  expect(await tasks('m1')).toMatchObject([closed(), settled]);
  // who was talked with has still to get the offer
  await hear('b2', talk(minutes(20)));
  await line.advanceTo(minutes(25));
  expect((await tasks('b1'))[1]).toMatchObject({ status: 'Not Started', subject: expect.stringContaining('Send offer') });
});

test('W3: a human who took the status over keeps it; the reason is on the record all the same', async () => {
  line = await openLine({ orgs: [{ policy }] });
  await hear('m1', missed(minutes(0)));
  await line.advanceTo(minutes(2));
  const [task] = await line.export('Task');
  await line.asHuman({ action: 'update', object: 'Task', id: task!['Id'] as string, fields: { Status: 'In Progress' } });
  await hear('b1', talk(minutes(10)));
  await line.advanceTo(minutes(15));
  expect(await taskOf('m1')).toEqual({ ...closed(), status: 'In Progress' });
});

test('C2: a missed leg that turns out to be part of another call stays retracted, and a part calls nobody back', async () => {
  line = await openLine({ orgs: [{ policy }] });
  await hear('m1', missed(minutes(0)));
  await hear('b1', talk(minutes(10)));
  await line.advanceTo(minutes(15));
  expect(await taskOf('m1')).toEqual(closed());
  await hear('m1', [{ type: 'call.joined', atMs: minutes(0) + 20_000, data: { into: 'c0' } }], { again: '-join' });
  await hear('c0', talk(minutes(0) - 60_000, 'inbound'));
  await line.advanceTo(minutes(17));
  expect(await taskOf('m1')).toEqual({
    status: 'Completed',
    text: expect.stringContaining('No longer valid: this call is part of call c0'),
  });
  // b1 was part of a call that nobody answered, as far as is known: the talk took place, and what it settled stays settled
  await hear('b1', [{ type: 'call.joined', atMs: minutes(11), data: { into: 'c9' } }], { again: '-join' });
  await line.advanceTo(minutes(20));
  expect((await line.explanations()).find((one) => one.externalId === 'b1')?.explanation).toBe('part-of');
});

test('D4: two nodes telling both sides at once lose none of them', { timeout: 120_000 }, async () => {
  line = await openLine({ orgs: [{ policy }], nodes: 2 });
  const pairs = Array.from({ length: 40 }, (_, i) => ({ i, customer: { number: `+4822123${String(4000 + i)}` } }));
  for (let round = 0; round < pairs.length; round += 10) {
    for (const { i, customer } of pairs.slice(round, round + 10)) {
      await hear(`m${i}`, missed(minutes(0), customer), { node: i % 2 });
      await hear(`b${i}`, talk(minutes(10), 'outbound', customer), { node: (i + 1) % 2 });
    }
    await line.advanceTo(minutes(15 + round));
  }
  await line.advanceTo(minutes(90));
  const tasks = await line.export('Task');
  expect(tasks.filter((task) => String(task['CallObject']).startsWith('m')).map((task) => task['Status'])).toEqual(
    pairs.map(() => 'Completed'),
  );
});

/** The steps of two nodes, run by hand, so that their transactions can be held where it hurts. */
async function twoTellers() {
  const made = await startTestDatabase();
  const world = realWorld();
  const database = openDatabase(made.address, world, () => undefined, 8);
  const admin = consoleStore(database);
  const org = await admin.addOrg('org', 'live', null);
  await admin.savePolicy(org, policy, 'admin');
  const source = sources[0]!;
  await admin.addConnection(org, 'con', source.name, 'Generic events', '');
  const store = postgresStore(database, world, (error) => expect.unreachable(error.message));
  const steps = (beforeDeciding: () => Promise<void> = async () => undefined) => {
    const [translate, tell] = lineSteps(
      {
        store,
        world,
        sources: { [source.name]: source },
        orgView: async () => (await beforeDeciding(), (await store.readOrg(org))!),
        recordingLink: () => undefined,
        matters: async () => noMatters,
        lookUp: async () => nobodyKnown,
        callLink: () => undefined,
        report: (words, fields) => words.endsWith('parked') && expect.unreachable(`${words} ${JSON.stringify(fields)}`),
      },
      makeBells(),
    );
    return { translate: () => translate!.run(), tell: () => tell!.run() };
  };
  const plain = steps();
  const hearing = async (call: string, told: readonly Told[], again = '') => {
    const rows = told.map(({ type, atMs, data = {} }, place) => ({
      org,
      connection: 'con',
      deliveryId: `${call}-${place}${again}`,
      headers: {},
      body: new TextEncoder().encode(JSON.stringify({ version: 1, type, call, at: iso(atMs), data })),
      payloadHash: `${call} ${place}`,
    }));
    await store.append(rows);
    await plain.translate();
  };
  const blocked = async (count: number) => {
    const waiting = "select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    while ((await database.query({ text: waiting })).rows[0].n < count) await world.sleep(10);
  };
  const tellAll = async () => {
    while ((await plain.tell()) > 0);
  };
  const wantedOf = async (call: string) =>
    (
      await database.query(
        {
          text: "select w.wanted->>'status' as status from writes w join calls c on c.org = w.org and c.id = w.call where c.external_id = $1",
        },
        [call],
      )
    ).rows[0]?.status as string | undefined;
  closing.push(async () => {
    await database.close();
    await made.drop();
  });
  return { database, plain, steps, hearing, blocked, tellAll, wantedOf };
}

test('D4: neither telling sees the other’s, since neither has committed: the later one does', async () => {
  const { database, plain, hearing, blocked, tellAll, wantedOf } = await twoTellers();
  await hearing('first', missed(minutes(-60), { number: '+48220000000' }));
  await tellAll(); // from here on there is a counter to hold
  const holder = await database.dedicated();
  await holder.query('begin');
  await holder.query('select 1 from stream_counters for update');
  await hearing('m1', missed(minutes(0)));
  const one = plain.tell();
  await blocked(1);
  await hearing('b1', talk(minutes(10)));
  const other = plain.tell();
  await blocked(2);
  await holder.query('commit');
  await holder.end();
  expect(await Promise.all([one, other])).toEqual([1, 1]);
  await tellAll();
  expect(await wantedOf('m1')).toBe('completed');
});

test('D4: a call that is being told again just then is not waited for, and still hears of its call back', async () => {
  const { plain, steps, hearing, tellAll, wantedOf } = await twoTellers();
  await hearing('m1', missed(minutes(0)));
  await tellAll();
  await hearing('m1', [{ type: 'call.tagged', atMs: minutes(1), data: { tags: ['later'] } }], '-tag');
  const gate = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  const slow = steps(() => (reached.resolve(), gate.promise)).tell();
  await reached.promise; // its facts are gathered, its row is locked
  await hearing('b1', talk(minutes(10)));
  expect(await plain.tell()).toBe(1);
  expect(await wantedOf('m1')).toBe('open');
  gate.resolve();
  await slow;
  await tellAll();
  expect(await wantedOf('m1')).toBe('completed');
});
