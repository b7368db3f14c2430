import { afterEach, describe, expect, test } from 'vitest';
import { type Line, type LineOrg, openLine } from '../server/testing/line.ts';

// What the vendors' articles say of who calls and what becomes of it, tried on the whole line: from the delivery to the org's records.
let line: Line | undefined;
afterEach(async () => {
  await line?.close();
  line = undefined;
});
const open = async (policy: object = {}, org: LineOrg = {}) =>
  (line = await openLine({ orgs: [{ policy: { language: 'en', ...policy }, ...org }] }));
const secondMs = 1_000;
const stranger = '+48501999888';
const phones = { anna: '101', piotr: '106' } as const;
const endpointOf = (agent: keyof typeof phones) => {
  const email = { anna: 'anna.nowak@acme.example', piotr: 'piotr.zielinski@acme.example' }[agent];
  return { endpoint: { asDialled: phones[agent], agent: { id: phones[agent], email } } };
};

/** A call from this number, to its end and until nothing more is expected of it. `by`: who answers; nobody if left out. */
async function call(id: string, number: string, by?: keyof typeof phones): Promise<void> {
  const at = line!.now();
  const moments: [string, number, unknown][] = [
    ['call.started', 0, { direction: 'inbound', customer: { number }, line: { id: 'sales', name: 'Sales' } }],
    ['call.ringing', 1, endpointOf(by ?? 'anna')],
    ...(by ? ([['call.answered', 5, endpointOf(by)]] as [string, number, unknown][]) : []),
    ['call.ended', 65, {}],
  ];
  for (const [type, seconds, data] of moments)
    await line!.send({ id: `${id}-${type}`, body: { version: 1, type, call: id, at: at + seconds * secondMs, data } });
  await line!.advanceTo(at + 120 * secondMs);
}
const taskOf = async (id: string) => {
  const tasks = (await line!.export('Task')).filter((task) => task['CallObject'] === id && !task['IsDeleted']);
  expect(tasks).toHaveLength(1);
  return tasks[0]!;
};
const living = async (object: string) => (await line!.export(object)).filter((record) => !record['IsDeleted']);
const withNumber = async (object: string, number = stranger) => (await living(object)).filter((record) => record['Phone'] === number);
const idOf = async (object: string, name: string) => (await living(object)).find((record) => record['Name'] === name)!['Id'];

describe('MT-01, AC-11: a call hangs by itself on the record that has its number', () => {
  test.each([
    ['a contact, in its mobile phone, without a country code', 'Contact', 'Tomasz Wiśniewski', '+48601234568', 'WhoId'],
    ['a lead', 'Lead', 'Kenji Suzuki', '+81398765432', 'WhoId'],
    ['an account, in its country’s own writing', 'Account', 'Atelier Dubois', '+33142685300', 'WhatId'],
  ])('%s', async (_, object, name, number, field) => {
    await open();
    await call('c', number, 'anna');
    const task = await taskOf('c');
    expect(task[field]).toBe(await idOf(object, name));
    expect(task['Status']).toBe('Completed');
  });
  test('a person account: its contact', async () => {
    await open({}, { personAccounts: true });
    const [type] = (await living('RecordType')).filter((one) => one['IsPersonType'] === true);
    const fields = { FirstName: 'Maria', LastName: 'Wójcik', PersonMobilePhone: '601 222 333', RecordTypeId: type!['Id'] };
    const { id } = await line!.asHuman({ action: 'create', object: 'Account', fields });
    await line!.advanceTo(line!.now() + 90 * secondMs);
    await call('c', '+48601222333', 'anna');
    const [account] = (await living('Account')).filter((one) => one['Id'] === id);
    expect((await taskOf('c'))['WhoId']).toBe(account!['PersonContactId']);
  });
  test('RS-69: whoever of contacts and leads has it', async () => {
    await open();
    const fields = { LastName: 'Suzuki', Phone: '+81 3 9876 5432' };
    const { id } = await line!.asHuman({ action: 'create', object: 'Contact', fields });
    await line!.advanceTo(line!.now() + 90 * secondMs);
    await call('c', '+81398765432', 'anna');
    expect((await taskOf('c'))['WhoId']).toBe(id); // the lead has it too
  });
  test('RS-45: a lead that is there gets what was talked about, and no other is made', async () => {
    await open({ stranger: { missed: 'lead', answered: 'lead' } });
    const before = (await living('Lead')).length;
    await call('c', '+48502345678', 'anna');
    const task = await taskOf('c');
    expect([task['WhoId'], task['Status'], task['CallDurationInSeconds']]).toEqual([await idOf('Lead', 'Zofia Mazur'), 'Completed', 60]);
    expect(await living('Lead')).toHaveLength(before);
  });
});

describe('AC-10: a number nobody has becomes what the admin chose', () => {
  test.each([
    ['a contact', 'contact', 'Contact', 'WhoId', 'LastName'],
    ['a lead', 'lead', 'Lead', 'WhoId', 'LastName'],
    ['an account', 'account', 'Account', 'WhatId', 'Name'],
  ])('%s, with the call on it', async (_, kind, object, field, name) => {
    await open({ stranger: { answered: kind } });
    await call('c', stranger, 'anna');
    const [made, ...others] = await withNumber(object);
    expect([others, made?.[name], (await taskOf('c'))[field]]).toEqual([[], stranger, made?.['Id']]);
  });
  test('nothing: the call is logged by itself (MT-02)', async () => {
    await open({ stranger: { answered: 'nothing' } });
    await call('c', stranger, 'anna');
    for (const object of ['Contact', 'Lead', 'Account']) expect(await withNumber(object)).toEqual([]);
    expect(await taskOf('c')).toMatchObject({ WhoId: null, WhatId: null, Status: 'Completed' });
  });
});

describe('DP-35: a missed call makes a lead only if the admin has it so', () => {
  test('nobody said so: no lead, and the call is logged by itself', async () => {
    await open();
    await call('c', stranger);
    expect(await withNumber('Lead')).toEqual([]);
    expect(await taskOf('c')).toMatchObject({ WhoId: null, Status: 'Not Started' });
  });
  test('DP-36: its last name is the number and its company says in the tenant’s language what happened; the next call finds it', async () => {
    await open({ language: 'ja', stranger: { missed: 'lead' } });
    await call('first', stranger);
    const [lead, ...others] = await withNumber('Lead');
    expect([lead, others]).toMatchObject([{ LastName: stranger, Company: '未応答' }, []]);
    await call('second', stranger);
    expect(await withNumber('Lead')).toHaveLength(1);
    for (const id of ['first', 'second']) expect((await taskOf(id))['WhoId']).toBe(lead!['Id']);
  });
});

test('RS-40, RS-41, RS-43: who called in vain is an open task of the senior manager’s on the new lead, due in four hours', async () => {
  await open();
  const senior = (await living('User')).find((user) => user['Name'] === 'Olena Kovalenko')!['Id'];
  await line!.admin.savePolicy(line!.org, { language: 'en', stranger: { missed: 'lead' }, followUp: { seniorManagerId: senior } }, 'admin');
  const at = line!.now();
  await call('c', stranger);
  const [lead] = await withNumber('Lead');
  const task = await taskOf('c');
  expect([lead?.['OwnerId'], task['WhoId'], task['OwnerId'], task['Status']]).toEqual([senior, lead!['Id'], senior, 'Not Started']);
  const inHours = (Date.parse(String(task['ReminderDateTime'])) - at - 65 * secondMs) / 3_600_000;
  expect(inHours).toBeCloseTo(4, 1);
});

test('RS-39: the new lead is whose who answered', async () => {
  await open({ stranger: { answered: 'lead' } });
  await call('c', stranger, 'piotr');
  const piotr = (await living('User')).find((user) => user['Name'] === 'Piotr Zielinski')!['Id'];
  expect([(await withNumber('Lead'))[0]?.['OwnerId'], (await taskOf('c'))['OwnerId']]).toEqual([piotr, piotr]);
});

test('RS-47: the lead’s owner answered: one closed task with the call and a link to it, and nothing to look at', async () => {
  await open({ followUp: { review: 'always' } });
  await call('c', '+48502345678', 'piotr'); // Zofia Mazur is his
  expect(await taskOf('c')).toMatchObject({
    WhoId: await idOf('Lead', 'Zofia Mazur'),
    Status: 'Completed',
    CallDurationInSeconds: 60,
    Cordboard_Link__c: 'https://cordboard.example/calls/c',
  });
});
test('RS-48, RS-49: a colleague answered: a closed task of theirs, and an open one of the owner’s to look at the call', async () => {
  await open({ followUp: { review: 'always' } });
  await call('c', '+48502345678', 'anna');
  const users = new Map((await living('User')).map((user) => [user['Id'], user['Name']]));
  const tasks = (await living('Task')).filter((task) => task['CallObject'] === 'c');
  expect(tasks).toHaveLength(2);
  expect(Object.fromEntries(tasks.map((task) => [users.get(task['OwnerId']), task['Status']]))).toEqual({
    'Anna Nowak': 'Completed',
    'Piotr Zielinski': 'Not Started',
  });
  expect(new Set(tasks.map((task) => task['WhoId']))).toEqual(new Set([await idOf('Lead', 'Zofia Mazur')]));
});
