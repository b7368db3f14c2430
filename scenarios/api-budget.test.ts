import { afterEach, describe, expect, test } from 'vitest';
import { sayStatus } from '../server/admin/status.ts';
import { parsePolicy } from '../server/decide/policy.ts';
import { troublesOf } from '../server/notify/alerts.ts';
import type { OrgId } from '../server/store.ts';
import { type Line, type LineOrg, openLine } from '../server/testing/line.ts';

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const ewa = '+48601234567';
let line: Line | undefined;
afterEach(async () => {
  await line?.close();
  line = undefined;
});
/** What the org refuses is no trouble of the line's. */
const open = async (...orgs: LineOrg[]) =>
  (line = await openLine({ orgs: orgs.map((org) => ({ policy: { language: 'en' }, ...org })), book: (book) => book }));
const pass = async (ms: number, stepMs = minuteMs) => {
  for (const untilMs = line!.now() + ms; line!.now() < untilMs;) await line!.advanceTo(Math.min(untilMs, line!.now() + stepMs));
};
const call = async (id: string, { number = ewa, connection = 'con_1' } = {}) => {
  const phone = { endpoint: { asDialled: '101', agent: { id: '101', email: 'anna.nowak@acme.example' } } };
  const moments: [string, number, unknown][] = [
    ['call.started', 0, { direction: 'inbound', customer: { number }, line: { id: 'sales', name: 'Sales' } }],
    ['call.ringing', 1, phone],
    ['call.answered', 5, phone],
    ['call.ended', 65, {}],
  ];
  const at = line!.now() - 65 * secondMs;
  for (const [type, seconds, data] of moments)
    await line!.send({ id: `${id}-${type}`, connection, body: { version: 1, type, call: id, at: at + seconds * secondMs, data } });
};
const status = async (org: OrgId = line!.org) => sayStatus(await line!.admin.status(org), 'admin', { standIn: true, hookUrl: (id) => id });
const alerts = async () => troublesOf(await status(), undefined, line!.now()).map(({ key }) => key);
const spend = (used: number, org?: OrgId) => line!.control('POST', '/limits', { used }, org);
const tasks = async (org?: OrgId) => (await line!.export('Task', org)).filter((task) => task['CallObject'] !== null && !task['IsDeleted']);
const polls = async (org?: OrgId) => {
  const { entries } = (await line!.control('GET', '/log?since=0&limit=100000', undefined, org)) as { entries: object[] };
  return entries.filter((entry) => /queryAll\?[^"]*SystemModstamp/.test(JSON.stringify(entry))).length;
};

describe('the allocation is spent in mid-day', () => {
  test('callers are looked up all the same, logs wait, the admin hears of it before, and all is caught up after', async () => {
    await open({});
    await call('before');
    await pass(5 * minuteMs);
    expect(await tasks()).toHaveLength(1);
    // Somebody's program begins to call.
    const alertsBy = new Map<number, string[]>();
    for (const used of [20_000, 40_000, 60_000, 80_000, 95_000]) {
      await spend(used);
      await pass(10 * minuteMs);
      alertsBy.set(used, await alerts());
    }
    expect(alertsBy.get(40_000)).toEqual(['api dries']);
    expect(alertsBy.get(80_000)).toEqual(['api', 'api dries']);
    await spend(100_000);
    for (let n = 0; n < 2; n++) {
      await call(`spent-${n}`);
      await pass(2 * minuteMs);
    }
    expect(await tasks()).toHaveLength(1);
    const candidates = await line!.database.query({
      text: `select pinned -> 'match' -> 'candidates' -> 0 -> 'record' ->> 'kind' as kind from calls where external_id like 'spent-%'`,
    });
    expect(candidates.rows.map((row) => row.kind)).toEqual(Array.from({ length: 2 }, () => 'contact'));
    let told = await status();
    // how much is spent is stored now and then, unless something else is to be said
    for (let n = 0; n < 10 && told.org.api?.used !== 100_000; n++) {
      await pass(minuteMs);
      told = await status();
    }
    expect([told.unsent.count, told.org.api?.used, told.parked]).toEqual([2, 100_000, []]);
    const { id } = await line!.asHuman({ action: 'create', object: 'Contact', fields: { LastName: 'Tanaka', MobilePhone: '501 999 888' } });
    // What was called a day ago has come back. (A day of writes that wait is too many half seconds for this clock.)
    await spend(0);
    await pass(11 * minuteMs);
    await call('after', { number: '+48501999888' });
    await pass(5 * minuteMs);
    expect((await tasks()).map((task) => String(task['CallObject'])).toSorted()).toEqual([
      'after',
      'before',
      ...Array.from({ length: 2 }, (_, n) => `spent-${n}`),
    ]);
    expect((await tasks()).find((task) => task['CallObject'] === 'after')!['WhoId']).toBe(id);
    await pass(2 * hourMs, 5 * minuteMs);
    expect(await alerts()).toEqual([]);
  }, 120_000);
});

describe('others use so much that the book must spare', () => {
  test('it slows down by steps, says so, and reads on as often as before when it is over', async () => {
    await open({});
    await pass(5 * minuteMs);
    const within = async (ms: number) => {
      const before = await polls();
      await pass(ms);
      return (await polls()) - before;
    };
    expect(await within(hourMs)).toBeGreaterThanOrEqual(59);
    await spend(78_500);
    await pass(minuteMs);
    expect((await status()).book.pace).toMatchObject({ everySeconds: 300, is: 'slowed' });
    expect(await within(hourMs)).toBe(12);
    await spend(85_000);
    await pass(5 * minuteMs);
    expect((await status()).book.pace).toMatchObject({ everySeconds: 900, is: 'least', budget: 0 });
    expect(await within(hourMs)).toBe(4);
    await spend(1_000);
    await pass(15 * minuteMs);
    expect((await status()).book.pace).toMatchObject({ everySeconds: 60, is: 'usual' });
    expect(await within(hourMs)).toBeGreaterThanOrEqual(59);
  }, 60_000);
  test('an admin may give it nothing, and it reads nothing until others use less', async () => {
    await open({ policy: { language: 'en', budget: { bookShare: 0.1, reserve: 0.5, bookAtLeast: 0 } } });
    await pass(5 * minuteMs);
    await spend(60_000);
    await pass(2 * minuteMs);
    const before = await polls();
    await pass(3 * hourMs, 10 * minuteMs);
    expect([(await polls()) - before, (await status()).book.pace?.everySeconds]).toEqual([0, undefined]);
    await call('c');
    await pass(5 * minuteMs);
    expect(await tasks()).toHaveLength(1); // writes are not the book's
  }, 60_000);
  test('a fill waits for its budget, and goes on where it stood', async () => {
    const policy = { language: 'en', match: { kinds: ['lead'] }, budget: { bookAtLeast: 0 } };
    await open({ policy });
    await line!.control('POST', '/seed', { people: 5_000, fresh: false });
    await pass(5 * minuteMs);
    await spend(90_000);
    await pass(2 * minuteMs);
    await line!.admin.savePolicy(line!.org, parsePolicy({ ...policy, match: { kinds: ['contact'] } }), 'admin');
    await pass(30 * minuteMs, 5 * minuteMs);
    const filled = async () => (await status()).book.kinds.map((kind) => [kind.filled, kind.read]);
    expect(await filled()).toEqual([[false, 0]]);
    await spend(0);
    await pass(5 * minuteMs);
    const contacts = (await line!.export('Contact')).filter((one) => !one['IsDeleted']).length;
    expect(await filled()).toEqual([[true, contacts]]);
  }, 60_000);
});

test('two orgs: one that refuses everything keeps the other from nothing', async () => {
  await open({}, {});
  const [first, second] = (await line!.admin.orgs()) as [OrgId, OrgId];
  await pass(5 * minuteMs);
  await line!.control('POST', '/faults', { kind: 'limit-daily-403' }, second);
  const before = [await polls(first), await polls(second)];
  for (let n = 0; n < 3; n++) {
    await call(`first-${n}`, { connection: 'con_1' });
    await call(`second-${n}`, { connection: 'con_2' });
    await pass(2 * minuteMs);
  }
  expect([(await tasks(first)).length, (await tasks(second)).length]).toEqual([3, 0]);
  expect((await polls(first)) - before[0]!).toBeGreaterThanOrEqual(5);
  expect([(await status(first)).org.trouble, (await status(first)).book.trouble]).toEqual([undefined, undefined]);
  expect((await status(second)).org.trouble).toMatch(/API calls/);
  // Its callers are known all the same.
  const known = await line!.database.query(
    {
      text: `select count(*)::int as n from calls where org = $1 and pinned -> 'match' -> 'candidates' -> 0 is not null`,
    },
    [second],
  );
  expect(known.rows[0].n).toBe(3);
  await line!.control('DELETE', '/faults', undefined, second);
  await pass(15 * minuteMs);
  expect([(await tasks(first)).length, (await tasks(second)).length]).toEqual([3, 3]);
}, 60_000);
