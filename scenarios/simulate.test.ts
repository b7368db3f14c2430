import { afterEach, describe, expect, test } from 'vitest';
import { InventedCall, TriedCall, TriedPeriod } from '../wire/simulate.ts';
import { parsePolicy } from '../server/decide/policy.ts';
import { type Line, openLine } from '../server/testing/line.ts';

// RS-35, RS-37: what a policy would do is told without doing it. On the whole line, against a stand-in org.
const minutes = (n: number) => Date.parse('2026-03-02T09:00:00Z') + n * 60_000;
const all = { fromMs: minutes(-60), toMs: minutes(600) };
const logging = { 'outbound-unanswered': 'completed', missed: 'open' };

let line: Line;
afterEach(disconnect);
async function disconnect() {
  const unexplained = await line.unexplained();
  await line.close();
  expect(unexplained).toEqual([]); // D5
}

type Told = { readonly direction?: 'inbound' | 'outbound'; readonly number?: string; readonly talked?: boolean; readonly live?: true };
async function hear(call: string, atMs: number, { direction = 'inbound', number = '+48221234567', talked, live }: Told = {}) {
  const agent = { id: 'anna.nowak@acme.example', name: 'Anna Nowak', email: 'anna.nowak@acme.example' };
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

  test('RS-37: a period: counts by rule, owner and record before and after, what moved, and the first calls that differ', async () => {
    line = await openLine({ orgs: [{ policy: { language: 'en', logging } }] });
    await hear('missed', minutes(0));
    await hear('talked', minutes(1), { talked: true });
    await hear('outbound', minutes(2), { direction: 'outbound', talked: true });
    await hear('live', minutes(3), { live: true });
    await line.advanceTo(minutes(10));
    const draft = { logging: { missed: 'skip', 'outbound-answered': 'open' } };
    const tried = await tryPeriod(draft);
    expect(tried).toMatchObject({ calls: 4, differ: 2, book: { asked: 'then', then: 3, now: 1, nobody: 0 }, untried: [] });
    expect(tried.outcomes).toEqual([
      { is: 'written', before: 3, after: 2 },
      { is: 'skipped', before: 0, after: 1 },
      { is: 'waiting', before: 1, after: 1 },
    ]);
    expect(tried.moves).toEqual([{ words: 'written by “missed” → skipped by “missed”', calls: 1 }]);
    expect(tried.records).toEqual([
      { what: 'log: completed', before: 2, after: 1 },
      { what: 'log: open', before: 1, after: 1 },
    ]);
    expect(tried.owners.find(({ name }) => name === 'Anna Nowak')).toMatchObject({ before: 3, after: 2 });
    expect(tried.first.map(({ before, after }) => [before, after])).toEqual([
      ['written by “missed”', 'skipped by “missed”'],
      ['written by “outbound answered”', 'written by “outbound answered”'],
    ]);
    expect((await tryPeriod(draft, { show: 1 })).first).toHaveLength(1);
    expect(await tryPeriod({ logging })).toMatchObject({ calls: 4, differ: 0, first: [] });
  });

  test('RS-37: who called for the first time is made once for a number, and later calls hang on that record or, if nobody is made, on none', async () => {
    const number = '+48501999888';
    line = await openLine({ orgs: [{ policy: { language: 'en', logging, stranger: { missed: 'lead' } } }] });
    await hear('first', minutes(0), { number });
    await line.advanceTo(minutes(10)); // the lead is in the book by now
    await hear('second', minutes(11), { number });
    await hear('third', minutes(12), { number, talked: true });
    await line.advanceTo(minutes(20));
    expect(await tryPeriod({ logging, stranger: { missed: 'lead' } })).toMatchObject({ calls: 3, differ: 0 });

    const nobody = await tryPeriod({ logging });
    expect(nobody.records).toContainEqual({ what: 'person: lead', before: 1, after: 0 });
    expect(nobody.first.map(({ words }) => words.filter((word) => word.startsWith('log.who')))).toEqual([
      [`log.who: lead ${number} → nothing`],
      [`log.who: lead ${number} → nothing`],
      [`log.who: lead ${number} → nothing`],
    ]);
    const contact = await tryPeriod({ logging, stranger: { missed: 'contact' } });
    expect(contact.records.filter(({ what }) => what.startsWith('person'))).toEqual([
      { what: 'person: lead', before: 1, after: 0 },
      { what: 'person: contact', before: 0, after: 1 },
    ]);
    expect(contact.first).toHaveLength(3);
    // of one call alone: what calls before it had made was there
    expect((await tryCall('third', { logging, stranger: { missed: 'lead' } })).differences).toEqual([]);
    expect((await tryCall('first', { logging })).differences.map(({ words }) => words)).toEqual([
      `log.who: lead ${number} → nothing`,
      'person: wanted → not wanted',
    ]);
  });

  test('RS-37: who was meant stays as it was found then, or is whom the book knows now', async () => {
    line = await openLine({ orgs: [{ policy: { language: 'en', logging } }] });
    const number = '+48501999777';
    await hear('one', minutes(0), { number });
    await line.advanceTo(minutes(5));
    await line.asHuman({ action: 'create', object: 'Contact', fields: { LastName: 'Tanaka', Phone: number } });
    await line.advanceTo(minutes(20));
    expect(await tryCall('one', { logging })).toMatchObject({ book: 'then', differences: [] });
    const now = await tryCall('one', { logging }, 'now');
    expect(now).toMatchObject({ book: 'now' });
    expect(now.differences.map(({ words }) => words)).toContain('log.who: nothing → contact Tanaka');
  });

  test('RS-37: a talk that came later settles the open log, also where the policy of then asked nobody', async () => {
    line = await openLine({ orgs: [{ policy: { language: 'en', logging } }] });
    await hear('missed', minutes(0));
    await hear('back', minutes(5), { direction: 'outbound', talked: true });
    await line.advanceTo(minutes(10));
    const tried = await tryCall('missed', { logging, closeWhenCalledBack: true });
    expect(tried).toMatchObject({ before: { rule: 'missed' }, after: { is: 'written', rule: 'called back' } });
    expect(tried.after.records[0]!.fields).toMatchObject({ status: 'completed' });
  });

  test('RS-37: parts of other calls stay parts, live calls wait, and what a former release pinned is read', async () => {
    line = await openLine({ orgs: [{ policy: { language: 'en', logging } }] });
    await hear('whole', minutes(0), { talked: true });
    await hear('part', minutes(1), { talked: true });
    await line.send({
      id: 'join',
      body: { version: 1, type: 'call.joined', call: 'part', at: new Date(minutes(2)).toISOString(), data: { into: 'whole' } },
    });
    await hear('live', minutes(3), { live: true });
    await line.advanceTo(minutes(10));
    await line.database.query({
      text: "update calls set pinned = jsonb_set(pinned, '{policy}', '{\"language\": \"en\"}') - 'named' - 'number' where pinned is not null",
    });
    const tried = await tryPeriod({ logging, product: 'Acme' });
    expect(Object.fromEntries(tried.outcomes.map(({ is, after }) => [is, after]))).toEqual({ written: 1, 'part-of': 1, waiting: 1 });
    expect(tried.differ).toBe(1);
  });
});

describe('cases and opportunities', () => {
  const make = async (object: string, fields: Readonly<Record<string, unknown>>) =>
    (await line.asHuman({ action: 'create', object, fields })).id;
  const words = async (call: string, document: object, book: 'then' | 'now' = 'then') =>
    (await tryCall(call, document, book)).differences.map((one) => one.words);
  const pass = (seconds: number) => line.advanceTo(line.now() + seconds * 1_000);
  const customers = async (...numbers: string[]) => {
    const ids = [];
    for (const number of numbers) ids.push(await make('Contact', { LastName: `Tanaka ${number.at(-1)}`, Phone: number }));
    return ids;
  };
  const [one, two] = ['+48501112001', '+48501112002'];

  test('RS-37, AC-12: a draft that turns them on finds what is open of the contact, as the line would', async () => {
    // the book reads cases, since one line wants them
    line = await openLine({ orgs: [{ policy: { language: 'en', logging, lines: { support: { cases: { attach: 'case' } } } } }] });
    const [first, second] = await customers(one, two);
    const ticket = await make('Case', { ContactId: first, Subject: 'Broken', Status: 'New' });
    await make('Case', { ContactId: second, Subject: 'Mended', Status: 'Closed' });
    await pass(130);
    await hear('open', line.now(), { number: one, talked: true });
    await hear('closed', line.now(), { number: two, talked: true });
    await pass(130);
    expect(await words('open', { logging })).toEqual([]);
    const tried = await tryCall('open', { logging, cases: { attach: 'case' } });
    expect(tried.differences).toMatchObject([{ role: 'log', field: 'what', after: { kind: 'case', id: ticket, name: '00001002 Broken' } }]);
    expect(await words('closed', { logging, cases: { attach: 'case' } })).toEqual([]);
    expect((await tryPeriod({ logging, cases: { attach: 'case' } })).fields).toEqual([{ field: 'log.what', calls: 1 }]);
    // A line's own is asked for that line only.
    expect(await words('open', { logging, lines: { sales: { cases: { attach: 'case' } } } })).toEqual([]);
    const form = InventedCall.parse({ direction: 'inbound', number: one });
    const draft = { policy: parsePolicy({ language: 'en', cases: { attach: 'case' } }), book: 'then' as const };
    expect((await line.simulator.invented(line.org, { form }, draft)).after.records[0]!.fields).toMatchObject({ what: { id: ticket } });
  });

  test('RS-37: where the book has none, since nobody asked for them, that is said', async () => {
    line = await openLine({ orgs: [{ policy: { language: 'en', logging } }] });
    await hear('talked', minutes(0), { talked: true });
    await line.advanceTo(minutes(5));
    const tried = await tryCall('talked', { logging, cases: { attach: 'case', create: 'none open' } }, 'now');
    expect(tried.trace.find(({ fired }) => fired)!.words).toContain(
      'its cases are not in the book, since the policy in force asks for none',
    );
    expect(tried.differences).toEqual([]);
  });

  test('RS-37: what was open then stays what the call is about, whatever became of it since; now’s book knows better', async () => {
    const policy = { logging, cases: { attach: 'case' } };
    line = await openLine({ orgs: [{ policy: { language: 'en', ...policy } }] });
    const [contact] = await customers(one);
    const ticket = await make('Case', { ContactId: contact, Subject: 'Broken', Status: 'New' });
    await pass(130);
    await hear('talked', line.now(), { number: one, talked: true });
    await pass(130);
    await line.asHuman({ action: 'update', object: 'Case', id: ticket, fields: { Status: 'Closed' } });
    await make('Case', { ContactId: contact, Subject: 'Another', Status: 'New' });
    await pass(130);
    expect(await words('talked', policy)).toEqual([]);
    expect(await words('talked', { ...policy, cases: { attach: 'latest of both' } })).toEqual([]);
    expect(await words('talked', policy, 'now')).toEqual(['log.what: case 00001002 Broken → case 00001003 Another']);
    expect(await words('talked', { logging })).toEqual(['log.what: case 00001002 Broken → nothing']);
  });

  test('RS-37, AC-13: a case the draft makes is counted once for a contact, and its calls hang on it', async () => {
    line = await openLine({ orgs: [{ policy: { language: 'en', logging, lines: { support: { cases: { attach: 'case' } } } } }] });
    await customers(one);
    await pass(130);
    await hear('first', line.now(), { number: one, talked: true });
    await hear('second', line.now() + 60_000, { number: one, talked: true });
    await pass(200);
    const draft = { logging, cases: { attach: 'case', create: 'none open' } };
    const tried = await tryPeriod(draft);
    expect(tried.records.filter(({ what }) => what.startsWith('case'))).toEqual([{ what: 'case: case', before: 0, after: 1 }]);
    expect(tried.first.map((call) => call.words)).toEqual([
      ['log.what: nothing → case Call: Tanaka 1', 'case: not wanted → wanted'],
      ['log.what: nothing → case Call: Tanaka 1'],
    ]);
  });

  test('RS-37: a call that made its case comes to itself; a draft without leaves it out', async () => {
    const policy = { logging, cases: { attach: 'case', create: 'none open' } };
    line = await openLine({ orgs: [{ policy: { language: 'en', ...policy } }] });
    await customers(one);
    await pass(130);
    await hear('talked', line.now(), { number: one, talked: true });
    await pass(300);
    expect(await words('talked', policy)).toEqual([]);
    expect(await words('talked', policy, 'now')).toEqual([]);
    expect(await words('talked', { logging })).toEqual(['case: wanted → not wanted', 'log.what: case Call: Tanaka 1 → nothing']);
    expect(await words('talked', { logging, cases: { ...policy.cases, subject: '[CALL_TYPE]' } })).toContainEqual(
      expect.stringMatching(/^case\.subject: "Call: Tanaka 1" → /),
    );
  });
});

describe('an invented call', () => {
  const invent = async (form: object, document: object = {}) =>
    TriedCall.parse(
      await line.simulator.invented(
        line.org,
        { form: InventedCall.parse(form) },
        { policy: parsePolicy({ language: 'en', ...document }), book: 'then' },
      ),
    );
  test('RS-35, RS-37: of every kind, by a form', async () => {
    line = await openLine({ orgs: [{ policy: { language: 'en', logging } }] });
    await line.rest();
    const agent = { email: 'anna.nowak@acme.example' };
    const stranger = { number: '+48501999888', match: [] };
    expect(await invent({ direction: 'inbound', ...stranger, agent }, { stranger: { answered: 'lead' } })).toMatchObject({
      type: 'inbound-answered',
      number: '+48501999888',
      after: {
        is: 'written',
        rule: 'inbound answered',
        records: [{ role: 'log', fields: { durationSeconds: 60, waitSeconds: 10 } }, { role: 'person' }],
      },
    });
    const theirs = { match: [{ kind: 'contact', id: '003000000000001AAA', name: 'Ewa', ownerId: '005000000000009AAA' }] };
    const known = await invent({ direction: 'outbound', number: '+48501999888', agent, ...theirs });
    expect(known.after.records[0]!.crm).toMatchObject({ WhoId: '003000000000001AAA', CallType: 'Outbound', Status: 'Completed' });
    for (const [outcome, type] of [
      ['missed', 'missed'],
      ['abandoned', 'missed'],
      ['closed', 'missed'],
      ['busy', 'missed'],
      ['voicemail', 'voicemail'],
    ] as const)
      expect(await invent({ direction: 'inbound', outcome, ...stranger, line: { name: 'Sales' } })).toMatchObject({ type });
    for (const outcome of ['busy', 'no answer', 'cancelled', 'unreachable'])
      expect(await invent({ direction: 'outbound', outcome, ...stranger, agent })).toMatchObject({ type: 'outbound-unanswered' });
    expect(await invent({ direction: 'internal', agent })).toMatchObject({ after: { is: 'skipped', rule: 'internal call' } });
    expect(await invent({ direction: 'inbound', withheld: true, agent })).toMatchObject({ book: 'none' });
  });
  test('RS-37: as events, read as at the door', async () => {
    line = await openLine({ orgs: [{ policy: { language: 'en', logging } }] });
    const draft = { policy: parsePolicy({ language: 'en' }), book: 'then' as const };
    const events = [
      { type: 'call.started', at: '2026-03-02T09:00:00Z', data: { direction: 'inbound', customer: { number: '+48501999888' } } },
      { type: 'call.ended', at: '2026-03-02T09:00:20Z', data: {} },
    ];
    expect(await line.simulator.invented(line.org, { events }, draft)).toMatchObject({
      type: 'missed',
      startedAt: '2026-03-02T09:00:00.000Z',
    });
    await expect(line.simulator.invented(line.org, { events: [{ type: 'call.started' }] }, draft)).rejects.toThrow(/at/);
  });
});
