import { afterEach, describe, expect, test } from 'vitest';
import { parsePolicy } from '../server/decide/policy.ts';
import { type Line, openLine } from '../server/testing/line.ts';

/** What comes late, or turns out otherwise, about calls of strangers and the records made for them. */
const lines: Line[] = [];
const open = async (policy: unknown, mode: 'live' | 'observe' | 'paused' = 'live') => {
  const line = await openLine({ orgs: [{ policy, mode }] });
  lines.push(line);
  return line;
};
afterEach(async () => {
  await Promise.all(lines.splice(0).map((line) => line.close()));
});

const secondMs = 1_000;
const [stranger, other] = ['+48501999888', '+48501222222'];
const policy = { language: 'en', stranger: { missed: 'lead' } };
const again = { language: 'en', stranger: { missed: 'lead', afterDeletion: 'again' } };
type Sent = { readonly type: string; readonly at: number; readonly data: unknown };
const started = (number: string, at = 0, more: object = {}): Sent => ({
  type: 'started',
  at,
  data: { direction: 'inbound', customer: { number, ...more }, line: { id: 'sales' } },
});
const missed = (number = stranger): Sent[] => [started(number), { type: 'ended', at: 20, data: { cause: 'no answer' } }];
const note: Sent = { type: 'commented', at: 0, data: { text: 'a late note', agent: { id: '101' } } };
const chosen = (id: unknown): Sent => ({ type: 'linked', at: 0, data: { who: { kind: 'contact', id, name: 'Chosen' } } });
let sent = 0;
const hear = async (line: Line, call: string, facts: readonly Sent[], thenMs = 60 * secondMs) => {
  for (const { type, at, data } of facts)
    await line.send({ id: `d${++sent}`, body: { version: 1, type: `call.${type}`, call, at: line.now() + at * secondMs, data } });
  await line.advanceTo(line.now() + thenMs);
};
const living = async (line: Line, object: string) => (await line.export(object)).filter((record) => !record['IsDeleted']);
const madeFor = async (line: Line, number = stranger) =>
  (await Promise.all(['Lead', 'Contact', 'Account'].map((object) => living(line, object))))
    .flat()
    .filter((record) => record['Phone'] === number);
const explained = async (line: Line) => (await line.explanations()).map(({ explanation }) => explanation);

describe('P2: what people have done to the record made for a number', () => {
  test('deleted: late news of the old call raises nobody from the dead', async () => {
    const line = await open(again);
    await hear(line, 'first', missed());
    const [lead] = await madeFor(line);
    await line.asHuman({ action: 'delete', object: 'Lead', id: String(lead!['Id']) });
    await line.advanceTo(line.now() + 90 * secondMs);
    await hear(line, 'first', [note]);
    expect(await madeFor(line)).toEqual([]);
    await hear(line, 'second', missed());
    expect(await madeFor(line)).toHaveLength(1);
    await hear(line, 'first', [note]);
    expect(await madeFor(line)).toHaveLength(1);
  });
  test('deleted and noticed by the writer’s own look: nobody is made without a next call', async () => {
    const line = await open(again);
    await hear(line, 'first', missed(), 14 * secondMs);
    line.holdNextWrite();
    await line.advanceTo(line.now() + 12 * secondMs);
    await line.letHeldRequestsLand();
    await line.advanceTo(line.now() + 30 * secondMs);
    const [lead] = await madeFor(line);
    await line.asHuman({ action: 'delete', object: 'Lead', id: String(lead!['Id']) });
    await line.advanceTo(line.now() + 300 * secondMs);
    expect(await madeFor(line)).toEqual([]);
  });
  test('merged, and the other merged, and that one too: the number is still theirs', async () => {
    const line = await open(again);
    await hear(line, 'first', missed());
    let loser = String((await madeFor(line))[0]!['Id']);
    for (let n = 0; n < 3; n++) {
      const next = await line.asHuman({
        action: 'create',
        object: 'Lead',
        fields: { LastName: `W${n}`, Company: 'x', Phone: `+4850100000${n}` },
      });
      await line.advanceTo(line.now() + 65 * secondMs);
      await line.asHuman({ action: 'merge', object: 'Lead', id: next.id, losers: [loser] });
      await line.advanceTo(line.now() + 65 * secondMs);
      loser = next.id;
    }
    await hear(line, 'second', missed());
    expect(await madeFor(line)).toEqual([]);
    expect(new Set((await living(line, 'Task')).map((task) => task['WhoId']))).toEqual(new Set([loser]));
  });
  test('deleted, and the book read anew since: it is still known to be gone', async () => {
    const line = await open(policy);
    await hear(line, 'first', missed());
    const [lead] = await madeFor(line);
    await line.advanceTo(line.now() + 90 * secondMs);
    await line.asHuman({ action: 'delete', object: 'Lead', id: String(lead!['Id']) });
    await line.advanceTo(line.now() + 20 * 60 * secondMs);
    await line.admin.savePolicy(line.org, parsePolicy({ ...policy, country: 'FR' }), 'admin');
    await line.advanceTo(line.now() + 300 * secondMs);
    await hear(line, 'second', missed(), 300 * secondMs);
    expect(await explained(line)).toEqual(['written', 'written']);
    expect(await madeFor(line)).toEqual([]);
  });
});

describe('a log is never kept from being written by the record it would hang on', () => {
  test('a contact deleted just before the call, which no poll has seen', async () => {
    const line = await open({ language: 'en' });
    const { id } = await line.asHuman({ action: 'create', object: 'Contact', fields: { LastName: 'Tanaka', MobilePhone: '501 999 888' } });
    await line.advanceTo(line.now() + 120 * secondMs);
    await line.asHuman({ action: 'delete', object: 'Contact', id });
    await hear(line, 'c', missed(), 300 * secondMs);
    expect(await explained(line)).toEqual(['written']);
  });
  test('the lead made before was converted just before the call', async () => {
    const line = await open(policy);
    await hear(line, 'first', missed());
    const [lead] = await madeFor(line);
    await line.advanceTo(line.now() + 120 * secondMs);
    await line.asHuman({ action: 'convert', object: 'Lead', id: String(lead!['Id']) });
    await hear(line, 'second', missed(), 300 * secondMs);
    expect(await explained(line)).toEqual(['written', 'written']);
  });
});

describe('D2: what is taken back before it was sent, or before anybody knows whether it landed', () => {
  test('sent, never answered, never landed, and no longer wanted: nobody is made', async () => {
    const line = await open(policy);
    const [contact] = await living(line, 'Contact');
    await hear(line, 'c', missed(), 14 * secondMs);
    line.holdNextWrite();
    await line.advanceTo(line.now() + 1_020);
    await hear(line, 'c', [chosen(contact!['Id'])], 300 * secondMs);
    expect(await madeFor(line)).toEqual([]);
  });
  test('and wanted again by the next call: one is made', async () => {
    const line = await open(policy);
    const [contact] = await living(line, 'Contact');
    await hear(line, 'c', missed(), 14 * secondMs);
    line.holdNextWrite();
    await line.advanceTo(line.now() + 1_020);
    await hear(line, 'c', [chosen(contact!['Id'])], 300 * secondMs);
    await hear(line, 'd', missed(), 300 * secondMs);
    expect(await madeFor(line)).toHaveLength(1);
  });
  test('W9: what was only observed makes nobody when the org goes live without it; the next call does', async () => {
    const line = await open(policy, 'observe');
    await hear(line, 'c', missed());
    await line.admin.setMode(line.org, 'live', false);
    await line.advanceTo(line.now() + 120 * secondMs);
    await hear(line, 'c', [note]);
    expect([await living(line, 'Task'), await madeFor(line)]).toEqual([[], []]);
    await hear(line, 'd', missed());
    expect(await madeFor(line)).toHaveLength(1);
  });
});

describe('D1: a number that turns out to be another', () => {
  test('the log goes to whom that number belongs', async () => {
    const line = await open({ language: 'en' });
    for (const [LastName, MobilePhone] of [
      ['X', '501 999 888'],
      ['Y', '501 222 222'],
    ])
      await line.asHuman({ action: 'create', object: 'Contact', fields: { LastName, MobilePhone } });
    await line.advanceTo(line.now() + 120 * secondMs);
    await hear(line, 'c', missed());
    await hear(line, 'c', [started(other, -300)]);
    const right = (await living(line, 'Contact')).find((contact) => contact['LastName'] === 'Y');
    expect((await living(line, 'Task')).map((task) => task['WhoId'])).toEqual([right!['Id']]);
  });
  test('a number that is told only after the call was decided', async () => {
    const line = await open(policy);
    await line.asHuman({ action: 'create', object: 'Contact', fields: { LastName: 'X', MobilePhone: '501 222 222' } });
    await line.advanceTo(line.now() + 120 * secondMs);
    for (const [call, number] of [
      ['known', other],
      ['unknown', stranger],
    ] as const) {
      await hear(line, call, [missed()[1]!], 5 * secondMs);
      await hear(line, call, [started(number)]);
    }
    const contact = (await living(line, 'Contact')).find((one) => one['LastName'] === 'X');
    const [lead] = await madeFor(line);
    const tasks = await living(line, 'Task');
    const whoOf = (call: string) => tasks.find((task) => task['Cordboard_Call__c'] === call)?.['WhoId'];
    expect([whoOf('known'), whoOf('unknown')]).toEqual([contact!['Id'], lead!['Id']]);
  });
  test('one of our own: nobody is made of it', async () => {
    const line = await open({ ...policy, match: { ownNumbers: [other] } });
    await hear(line, 'c', missed(), 5 * secondMs);
    await hear(line, 'c', [started(other, -300)]);
    expect([await madeFor(line), await madeFor(line, other)]).toEqual([[], []]);
  });
  test('nothing was sent yet: nobody is made for the old one', async () => {
    const line = await open(policy, 'paused');
    await hear(line, 'c', missed());
    await hear(line, 'c', [started(other, -300)]);
    await line.admin.setMode(line.org, 'live', true);
    await line.advanceTo(line.now() + 120 * secondMs);
    expect([(await madeFor(line)).length, (await madeFor(line, other)).length]).toEqual([0, 1]);
  });
});

describe('what a record needs', () => {
  test('an address that is none is left out', async () => {
    const line = await open(policy);
    await hear(line, 'c', [started(stranger, 0, { email: 'n/a', name: 'Tanaka' }), missed()[1]!]);
    expect(await madeFor(line)).toMatchObject([{ LastName: 'Tanaka', Email: null }]);
  });
  test('a field that was missing is found once it is there', async () => {
    const line = await open(policy);
    await line.control('DELETE', '/fields/Lead/Cordboard_Name__c');
    await hear(line, 'c', missed());
    expect(await madeFor(line)).toEqual([]);
    const field = { object: 'Lead', name: 'Cordboard_Name__c', label: 'n', type: 'string', length: 80, externalId: true, unique: true };
    await line.control('POST', '/fields', field);
    await line.admin.writeAgain(line.org, '1');
    await line.advanceTo(line.now() + 120 * secondMs);
    expect(await madeFor(line)).toHaveLength(1);
  });
  test('what isn’t logged makes nobody, at whatever moment it is asked', async () => {
    for (const moment of ['answer', 'end']) {
      const line = await open({ language: 'en', logging: { 'inbound-answered': 'skip' }, stranger: { answered: 'lead', moment } });
      const answered: Sent = {
        type: 'answered',
        at: 3,
        data: { endpoint: { asDialled: '101', agent: { id: '101', email: 'anna.nowak@acme.example' } } },
      };
      await hear(line, 'c', [started(stranger), answered], 30 * secondMs);
      await hear(line, 'c', [{ type: 'ended', at: 0, data: {} }]);
      expect([moment, await madeFor(line)]).toEqual([moment, []]);
    }
  });
});

test('E5: a call that a former release pinned is told again', async () => {
  const line = await open({ language: 'en' });
  await hear(line, 'c', missed());
  await line.database.query({
    text: `update calls set pinned = ((pinned - 'named' - 'number') #- '{policy,match}' #- '{policy,stranger}' #- '{policy,followUp}' #- '{policy,lines}') #- '{match,stranger}'`,
  });
  await hear(line, 'c', [note]);
  expect((await line.database.query({ text: 'select trouble from calls' })).rows).toEqual([{ trouble: null }]);
});
