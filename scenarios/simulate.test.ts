import { afterEach, describe, expect, test } from 'vitest';
import { InventedCall, TriedCall, TriedPeriod } from '../wire/simulate.ts';
import { parsePolicy } from '../server/decide/policy.ts';
import { type Line, openLine } from '../server/testing/line.ts';

// RS-35, RS-37: what a policy would do is told without doing it. On the whole line, against a stand-in org.
const minutes = (n: number) => Date.parse('2026-03-02T09:00:00Z') + n * 60_000;
const all = { fromMs: minutes(-60), toMs: minutes(600) };
const logging = { 'outbound-unanswered': 'completed', missed: 'open' };

let line: Line;
afterEach(async () => {
  const unexplained = await line.unexplained();
  await line.close();
  if (unexplained.length > 0) throw new Error(`Calls without an explanation (D5): ${JSON.stringify(unexplained)}`);
});

type Told = { readonly direction?: 'inbound' | 'outbound'; readonly number?: string; readonly talked?: boolean; readonly live?: true };
async function hear(call: string, atMs: number, { direction = 'inbound', number = '+48221234567', talked, live }: Told = {}) {
  const agent = { id: 'anna.nowak@example.com', name: 'Anna Nowak', email: 'anna.nowak@example.com' };
  const say = (type: string, afterMs: number, data: unknown) =>
    line.send({ id: `${call}-${type}`, body: { version: 1, type, call, at: new Date(atMs + afterMs).toISOString(), data } });
  await say('call.started', 0, { direction, customer: { number }, ...(direction === 'outbound' && { agent }) });
  if (talked) await say('call.answered', 5_000, { endpoint: { asDialled: '201', agent } });
  if (!live) await say('call.ended', 20_000, {});
}
async function tryPeriod(
  document: object,
  { book = 'then', show = 50 }: { book?: 'then' | 'now'; show?: number } = {},
): Promise<TriedPeriod> {
  let result: TriedPeriod | undefined;
  const draft = { policy: parsePolicy({ language: 'en', ...document }), book };
  for await (const step of line.simulator.period(line.org, all, draft, show)) result = step.result ?? result;
  return TriedPeriod.parse(result);
}
const rowIdOf = async (call: string) => (await line.explanations()).find((one) => one.externalId === call)!.call;
const tryCall = async (call: string, document: object, book: 'then' | 'now' = 'then') =>
  TriedCall.parse(await line.simulator.call(line.org, await rowIdOf(call), { policy: parsePolicy({ language: 'en', ...document }), book }));
/** All rows of all tables, so that nothing can be touched unseen. */
async function everything(): Promise<string> {
  const tables = [
    'calls',
    'events',
    'decisions',
    'writes',
    'attempts',
    'persons',
    'policies',
    'audit',
    'stream',
    'notices',
    'org_facts',
    'books',
  ];
  const rows = await Promise.all(
    tables.map(async (table) => (await line.database.query({ text: `select to_jsonb(t)::text as row from ${table} t order by 1` })).rows),
  );
  return JSON.stringify(rows);
}

describe('trying a policy out', () => {
  test('RS-37: one call: what would be written, which rule, what blocked the others, what is different from what was', async () => {
    line = await openLine({ orgs: [{ policy: { language: 'en', logging } }] });
    await hear('missed', minutes(0));
    await line.advanceTo(minutes(5));
    const same = await tryCall('missed', { logging });
    expect(same.differences).toEqual([]);
    expect(same.before).toMatchObject({ is: 'written', rule: 'missed', policyVersion: 1, records: [{ role: 'log', state: 'written' }] });

    const tried = await tryCall('missed', { logging: { ...logging, missed: 'completed' }, product: 'Acme' });
    expect(tried).toMatchObject({
      type: 'missed',
      page: expect.stringMatching(/^\/calls\/\d+$/),
      after: { is: 'written', rule: 'missed' },
    });
    expect(tried.differences.map(({ words }) => words)).toEqual([
      // an open log is for whoever owns the record, one of the past for whoever had the call
      expect.stringMatching(/^log\.ownerId: \D+ → \D+$/),
      expect.stringMatching(/^log\.remindAtMs: \d+ → nothing$/),
      expect.stringMatching(/^log\.spareOwnerId: \D+ → nothing$/),
      'log.status: "open" → "completed"',
      expect.stringMatching(/^log\.subject: "Cordboard .*" → "Acme .*"$/),
    ]);
    expect(tried.after.records[0]!.crm).toMatchObject({
      Status: 'Completed',
      IsReminderSet: false,
      Subject: expect.stringContaining('Acme'),
    });
    expect(tried.after.records[0]!.crm!['Description']).toContain('--- Cordboard ---');
    expect(tried.trace.find(({ fired }) => fired)).toMatchObject({ rule: 'missed' });
    expect(tried.trace.find(({ rule }) => rule === 'voicemail')!.words).toContain('did not fire: the type of the call would have to be');

    const skipped = await tryCall('missed', { logging: { ...logging, missed: 'skip' } });
    expect(skipped.after).toMatchObject({ is: 'skipped', rule: 'missed', records: [] });
    expect(skipped.differences.map(({ words }) => words)).toEqual(['log: wanted → not wanted']);
  });

  test('RS-37: nothing is touched: no row, no request to the org', async () => {
    line = await openLine({ orgs: [{ policy: { language: 'en', logging } }] });
    await hear('one', minutes(0));
    await hear('two', minutes(1), { talked: true });
    await line.advanceTo(minutes(5));
    const [rows, requests] = [await everything(), await line.control('GET', '/log?since=0&limit=100000')];
    await tryPeriod({ logging: { missed: 'skip' }, stranger: { answered: 'lead' } }, { book: 'now' });
    await tryCall('one', { stranger: { missed: 'lead' } }, 'now');
    await line.simulator.invented(
      line.org,
      { form: InventedCall.parse({ direction: 'inbound', number: '+48221234567' }) },
      { policy: parsePolicy({ language: 'en' }), book: 'then' },
    );
    expect(await everything()).toBe(rows);
    expect(await line.control('GET', '/log?since=0&limit=100000')).toEqual(requests);
  });
});
