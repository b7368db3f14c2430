import { afterEach, describe, expect, test } from 'vitest';
import { type Line, openLine } from '../server/testing/line.ts';

const lines: Line[] = [];
const open = async (policy: unknown, nodes = 1) => {
  const line = await openLine({ nodes, orgs: [{ policy }] });
  lines.push(line);
  return line;
};
afterEach(async () => {
  await Promise.all(lines.splice(0).map((line) => line.close()));
});

const stranger = '+48501999888';
const secondMs = 1_000;
type Sent = { readonly type: string; readonly at: number; readonly data: unknown };
const missed = (line: string, number = stranger): Sent[] => [
  { type: 'call.started', at: 0, data: { direction: 'inbound', customer: { number }, line: { id: line, name: line } } },
  { type: 'call.ringing', at: 1, data: { endpoint: { asDialled: '101', agent: { id: '101', email: 'anna.nowak@acme.example' } } } },
  { type: 'call.ended', at: 20, data: { cause: 'no answer' } },
];
const body = (line: Line, call: string, { type, at, data }: Sent) => ({ version: 1, type, call, at: line.now() + at * secondMs, data });
/** A shuffle that is the same each time. */
const shuffled = <T>(list: readonly T[], seed: number): T[] =>
  list
    .map((one, place) => ({ one, key: (Math.imul(place + 1, 2_654_435_761 ^ seed) >>> 0) % 9_973 }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ one }) => one);
const living = async (line: Line, object: string) => (await line.export(object)).filter((record) => !record['IsDeleted']);
const madeFor = async (line: Line, number = stranger) =>
  (await Promise.all(['Lead', 'Contact', 'Account'].map((object) => living(line, object))))
    .flat()
    .filter((record) => record['Phone'] === number);
const one = async (line: Line, call: string, sent: readonly Sent[]) => {
  for (const [n, fact] of sent.entries()) await line.send({ id: `${call}-${n}`, body: body(line, call, fact) });
  await line.advanceTo(line.now() + 60 * secondMs);
};

describe('P1: one record for one stranger, however many calls come at once', () => {
  const policy = { language: 'en', stranger: { missed: 'lead' }, lines: { support: { stranger: { missed: 'contact' } } } };
  test.each([
    ['each delivery once', 1],
    ['each three times, in any order', 3],
  ])('100 missed calls on two nodes, some on a line that wants a contact; %s', async (_, times) => {
    const line = await open(policy, 2);
    const calls = Array.from({ length: 100 }, (__, n) => ({ id: `c-${n}`, on: n % 3 === 0 ? 'support' : 'sales' }));
    const deliveries = calls.flatMap(({ id, on }) => missed(on).map((fact, n) => ({ id: `${id}-${n}`, body: body(line, id, fact) })));
    const all = Array.from({ length: times }, () => deliveries).flat();
    await Promise.all((times === 1 ? all : shuffled(all, 7)).map((delivery, n) => line.send(delivery, n % 2)));
    await line.advanceTo(line.now() + 120 * secondMs);
    const people = await madeFor(line);
    expect(people).toHaveLength(1);
    const tasks = await living(line, 'Task');
    expect(tasks).toHaveLength(100);
    expect(tasks.filter((task) => task['Status'] === 'Not Started')).toHaveLength(100);
    expect(new Set(tasks.map((task) => task['WhoId']))).toEqual(new Set([people[0]!['Id']]));
    expect(await line.unexplained()).toEqual([]);
  });

  test('the first to decide fixes what it is; the others say that they wanted something else', async () => {
    const line = await open(policy);
    await one(line, 'first', missed('support'));
    await one(line, 'second', missed('sales'));
    const [person, ...more] = await madeFor(line);
    expect([String(person?.['Id']).slice(0, 3), more]).toEqual(['003', []]);
  });
});

describe('P3: who is in the org by the time a record would be made is not made again', () => {
  test('a colleague was faster, and no poll has seen it', async () => {
    const line = await open({ language: 'en', stranger: { missed: 'lead' } });
    for (const [n, fact] of missed('sales').entries()) await line.send({ id: `c-${n}`, body: body(line, 'c', fact) });
    await line.advanceTo(line.now() + 10 * secondMs);
    const { id } = await line.asHuman({ action: 'create', object: 'Contact', fields: { LastName: 'Tanaka', MobilePhone: '501 999 888' } });
    await line.advanceTo(line.now() + 40 * secondMs);
    expect(await madeFor(line)).toEqual([]);
    expect((await living(line, 'Task')).map((task) => task['WhoId'])).toEqual([id]);
  });
});

describe('P2: made once, then people’s', () => {
  test('a lost answer makes no second one', async () => {
    const line = await open({ language: 'en', stranger: { missed: 'lead' } });
    await line.control('POST', '/faults', {
      kind: 'lost-answer',
      times: 1,
      match: { method: 'POST', pathPrefix: '/services/data/v67.0/composite/sobjects' },
    });
    await one(line, 'c', missed('sales'));
    await line.advanceTo(line.now() + 180 * secondMs);
    const people = await madeFor(line);
    expect(people).toHaveLength(1);
    expect((await living(line, 'Task')).map((task) => task['WhoId'])).toEqual([people[0]!['Id']]);
  });
  test('deleted by a person: made again by the next call only, and only if the policy says so', async () => {
    for (const [afterDeletion, count] of [
      ['nothing', 0],
      ['again', 1],
    ] as const) {
      const line = await open({ language: 'en', stranger: { missed: 'lead', afterDeletion } });
      await one(line, 'first', missed('sales'));
      const [person] = await madeFor(line);
      await line.asHuman({ action: 'delete', object: 'Lead', id: String(person?.['Id']) });
      await line.advanceTo(line.now() + 90 * secondMs);
      expect(await madeFor(line)).toEqual([]);
      await one(line, 'second', missed('sales'));
      expect(await madeFor(line)).toHaveLength(count);
    }
  });
});

describe('D3: what can’t be taken back waits; the log does not', () => {
  test('a record that can’t be made parks and says why, and the log stands without it', async () => {
    const line = await open({ language: 'en', stranger: { missed: 'lead' } });
    await line.control('POST', '/validation-rules', {
      object: 'Lead',
      when: { field: 'Company', op: '=', value: 'Missed call' },
      message: 'Whose lead is it?',
    });
    await one(line, 'c', missed('sales'));
    expect(await madeFor(line)).toEqual([]);
    expect((await living(line, 'Task')).map((task) => task['WhoId'])).toEqual([null]);
    expect(await line.unexplained()).toEqual([]);
  });
  test('an owner who can’t be one costs the owner, not the record', async () => {
    const line = await open({ language: 'en', stranger: { missed: 'lead', ownerId: '005000000000000AAA' } });
    await one(line, 'c', missed('sales'));
    const [self] = (await line.export('User')).filter((user) => user['FirstName'] === 'Integration');
    expect((await madeFor(line)).map((lead) => lead['OwnerId'])).toEqual([self!['Id']]);
  });
  test('somebody who is chosen before it is settled leaves nobody to be made', async () => {
    const line = await open({ language: 'en', stranger: { missed: 'lead' } });
    const [contact] = await living(line, 'Contact');
    for (const [n, fact] of missed('sales').entries()) await line.send({ id: `c-${n}`, body: body(line, 'c', fact) });
    await line.advanceTo(line.now() + 10 * secondMs);
    const linked = { type: 'call.linked', at: 0, data: { who: { kind: 'contact', id: contact!['Id'], name: 'Chosen' } } };
    await line.send({ id: 'link', body: body(line, 'c', linked) });
    await line.advanceTo(line.now() + 60 * secondMs);
    expect(await madeFor(line)).toEqual([]);
    expect((await living(line, 'Task')).map((task) => task['WhoId'])).toEqual([contact!['Id']]);
  });
  test('D2: a wish that is taken back before it was sent is dropped, also while others still look', async () => {
    const line = await openLine({ orgs: [{ mode: 'observe', policy: { language: 'en', stranger: { missed: 'lead' } } }] });
    lines.push(line);
    await one(line, 'c', missed('sales'));
    await line.send({ id: 'link', body: body(line, 'c', { type: 'call.linked', at: 0, data: {} }) });
    await line.advanceTo(line.now() + 10 * secondMs);
    await line.admin.setMode(line.org, 'live', true);
    await line.advanceTo(line.now() + 60 * secondMs);
    expect(await madeFor(line)).toEqual([]);
    expect(await living(line, 'Task')).toHaveLength(1);
  });
});
