import { afterEach, describe, expect, test } from 'vitest';
import { parsePolicy } from '../server/decide/policy.ts';
import { type Line, type LineOrg, openLine } from '../server/testing/line.ts';

// A number nobody has becomes a person account, where the org has such. On the whole line, into the org.
let line: Line;
afterEach(disconnect);
async function disconnect() {
  const unexplained = await line.unexplained();
  await line.close();
  expect(unexplained).toEqual([]); // D5
}
const making = { stranger: { missed: 'person-account', answered: 'person-account', names: 'first last', phoneField: 'by number type' } };
const open = async (policy: object = making, org: LineOrg = { personAccounts: true }) =>
  void (line = await openLine({ orgs: [{ policy: { language: 'en', country: 'PL', ...policy }, ...org }] }));
const secondMs = 1_000;
const mobile = '+48601777555';
const office = '+48225551234';
const anna = { asDialled: '101', agent: { id: '101', name: 'Anna Nowak', email: 'anna.nowak@acme.example' } };
const pass = (seconds: number) => line.advanceTo(line.now() + seconds * secondMs);
let sent = 0;
const say = (call: string, type: string, at: number, data: unknown) =>
  line.send({ id: `p${++sent}`, body: { version: 1, type: `call.${type}`, call, at, data } });
async function call(id: string, customer: object, { answered = true } = {}) {
  const at = line.now();
  await say(id, 'started', at, { direction: 'inbound', customer });
  if (answered) await say(id, 'answered', at + 5 * secondMs, { endpoint: anna });
  await say(id, 'ended', at + 65 * secondMs, {});
  await pass(130);
}
const living = async (object: string) => (await line.export(object)).filter((one) => !one['IsDeleted']);
const madeFor = async (number: string) =>
  (await living('Account')).filter((one) => one['Phone'] === number || one['PersonMobilePhone'] === number);
const logOf = async (id: string) => (await living('Task')).find((task) => task['Cordboard_Call__c'] === id)!;
const rows = async (text: string) => (await line.database.query({ text })).rows as Record<string, unknown>[];

describe('a person account is made for a number', () => {
  test('with the name in two, the number in its field, the address, the owner and a record type of persons; the log is with them', async () => {
    await open();
    await call('hanako', { number: mobile, name: 'Hanako Tanaka', email: 'hanako@example.com' });
    const [made, ...others] = await madeFor(mobile);
    const [user] = (await living('User')).filter((one) => one['Email'] === anna.agent.email);
    const [type] = (await living('RecordType')).filter((one) => one['IsPersonType'] === true);
    expect(made).toMatchObject({
      ...{ IsPersonAccount: true, FirstName: 'Hanako', LastName: 'Tanaka', Name: 'Hanako Tanaka', RecordTypeId: type!['Id'] },
      ...{ PersonMobilePhone: mobile, Phone: null, PersonEmail: 'hanako@example.com', OwnerId: user!['Id'] },
    });
    expect(others).toEqual([]);
    const log = await logOf('hanako');
    expect([
      [made!['PersonContactId'], null],
      [null, made!['Id']],
    ]).toContainEqual([log['WhoId'], log['WhatId']]);
    expect(log['AccountId']).toBe(made!['Id']);
  });
  test('never twice: calls at once, a lost answer, and the calls after it, which are with the person', async () => {
    await open();
    const at = line.now();
    line.holdNextWrite();
    for (const id of ['a', 'b']) await say(id, 'started', at, { direction: 'inbound', customer: { number: office } });
    await say('a', 'answered', at + 5 * secondMs, { endpoint: anna });
    await pass(10);
    await line.letHeldRequestsLand();
    for (const id of ['a', 'b']) await say(id, 'ended', at + 65 * secondMs, {});
    await pass(300);
    const [made, ...others] = await madeFor(office);
    expect([others, made!['LastName'], made!['Phone']]).toEqual([[], office, office]);
    await call('c', { number: office });
    const log = await logOf('c');
    expect([log['WhoId'], log['WhatId']]).toEqual([made!['PersonContactId'], null]);
    expect(await madeFor(office)).toHaveLength(1);
    await say('a', 'tagged', line.now(), { tags: ['late'] });
    await pass(120);
    const first = await logOf('a');
    expect([first['WhoId'], first['WhatId']]).toEqual([made!['PersonContactId'], null]);
  });
  test('P2: deleted by a person it stays deleted', async () => {
    await open();
    await call('a', { number: office });
    const [made] = await madeFor(office);
    await line.asHuman({ action: 'delete', object: 'Account', id: String(made!['Id']) });
    await pass(130);
    await call('b', { number: office });
    expect(await madeFor(office)).toEqual([]);
  });
  test('by a row, with the record type and the fields that the admin chose; an account is a company beside it', async () => {
    const fields = { Account: { PersonHomePhone: { from: 'CUSTOMER_NUMBER' }, Description: { from: 'CUSTOMER_NUMBER' } } };
    const stranger = { answered: 'account', recordType: 'personaccount' };
    const when = { outcome: ['missed'] };
    await open({ fields, stranger, rows: [{ name: 'missed', when, then: { person: { make: 'person-account' } } }] });
    await call('person', { number: office, name: 'Jan Lis' }, { answered: false });
    await call('company', { number: mobile, name: 'Lis & Co' });
    expect(await madeFor(office)).toMatchObject([
      { IsPersonAccount: true, LastName: 'Jan Lis', PersonHomePhone: office, Description: office },
    ]);
    expect(await madeFor(mobile)).toMatchObject([{ IsPersonAccount: false, Name: 'Lis & Co', Description: mobile }]);
    expect(await rows("select trouble, refused from writes where role = 'person' and (state <> 'written' or refused <> '{}')")).toEqual([]);
  });
});

test('an org without person accounts makes none, says so where it is saved and at the call, and logs it all the same', async () => {
  await open(making, {});
  await call('none', { number: office });
  expect([(await madeFor(office)).length, (await logOf('none'))['WhoId'] ?? null]).toEqual([0, null]);
  const [person] = await rows("select state, trouble from writes where role = 'person'");
  expect(person).toMatchObject({
    state: 'parked',
    trouble: { message: expect.stringContaining('This org has no person accounts') as string },
  });
  await line.admin.savePolicy(line.org, parsePolicy({ language: 'en', ...making }), 'admin');
  await pass(10);
  const [facts] = await rows('select wrong_defaults from org_facts');
  expect(facts).toMatchObject({
    wrong_defaults: ['stranger.missed', 'stranger.answered'].map((setting) => ({
      ...{ setting, because: 'This org has no person accounts: have them enabled, or choose another record.' },
    })),
  });
});
