import { afterEach, describe, expect, test } from 'vitest';
import { type Line, openLine } from '../server/testing/line.ts';

let line: Line | undefined;
afterEach(async () => {
  await line?.close();
  line = undefined;
});

const ewa = '+48601234567';
let sent = 0;
const say = async (call: string, type: string, data: unknown = {}) => {
  await line!.send({ id: `d${++sent}`, body: { version: 1, type: `call.${type}`, call, at: line!.now(), data } });
  await line!.advanceTo(line!.now() + 1_000);
};
const missed = async (call: string, customer: object = { number: ewa }, choice?: object) => {
  await say(call, 'started', { direction: 'inbound', customer });
  await say(call, 'ended', { cause: 'no answer' });
  if (choice) await say(call, 'linked', { ...choice, by: { id: '101', name: 'Anna Nowak' } });
  await line!.advanceTo(line!.now() + 60_000);
};
const contact = async (name: string) => {
  const found = (await line!.export('Contact')).find((one) => one['Name'] === name);
  return { who: { kind: 'contact', id: String(found?.['Id']), name } };
};
const taskOf = async (call: string) => (await line!.export('Task')).find((one) => one['Cordboard_Call__c'] === call)!;
const nameOf = async (id: unknown) => (await line!.export('Contact')).find((one) => one['Id'] === id)?.['Name'];

describe('DP-24: whom people chose twice for a number is remembered for it', () => {
  test('once is no habit; twice is, and the follow-up is that record’s owner’s', async () => {
    line = await openLine();
    const luc = await contact('Luc Dubois');
    await missed('a', { number: ewa }, luc);
    await missed('b');
    expect(await nameOf((await taskOf('b'))['WhoId'])).toBe('Ewa Kowalczyk');
    await missed('c', { number: ewa }, luc);
    await missed('d');
    const task = await taskOf('d');
    expect(await nameOf(task['WhoId'])).toBe('Luc Dubois');
    expect((await line.export('User')).find((user) => user['Id'] === task['OwnerId'])?.['Name']).toBe('Camille Laurent');
  });
  test('another choice ends it', async () => {
    line = await openLine();
    for (const call of ['a', 'b']) await missed(call, { number: ewa }, await contact('Luc Dubois'));
    await missed('c', { number: ewa }, await contact('Tomasz Wiśniewski'));
    await missed('d');
    expect(await nameOf((await taskOf('d'))['WhoId'])).toBe('Ewa Kowalczyk');
  });
  test('it falls with the record', async () => {
    line = await openLine();
    const luc = await contact('Luc Dubois');
    for (const call of ['a', 'b']) await missed(call, { number: ewa }, luc);
    await line.asHuman({ action: 'delete', object: 'Contact', id: luc.who.id });
    await line.advanceTo(line.now() + 70_000);
    await missed('d');
    expect(await nameOf((await taskOf('d'))['WhoId'])).toBe('Ewa Kowalczyk');
  });
  test('it falls with a changed number, and not with one that only moved to another field', async () => {
    line = await openLine();
    const changed = async (fields: Record<string, string | null>) => {
      await line!.asHuman({ action: 'update', object: 'Contact', id: who.id, fields });
      await line!.advanceTo(line!.now() + 130_000);
    };
    const { id } = await line.asHuman({ action: 'create', object: 'Contact', fields: { LastName: 'Zawadzka', Phone: ewa } });
    const who = { kind: 'contact', id, name: 'Zawadzka' };
    for (const call of ['a', 'b']) await missed(call, { number: ewa }, { who });
    await changed({ Phone: null, MobilePhone: ewa });
    const [contact] = (await line.export('Contact')).filter((one) => one['Name'] === 'Ewa Kowalczyk');
    await line.asHuman({ action: 'update', object: 'Contact', id: String(contact!['Id']), fields: { Department: 'Sales' } });
    await line.advanceTo(line.now() + 130_000); // who was changed last is meant, but for the choice
    await missed('c');
    expect(await nameOf((await taskOf('c'))['WhoId'])).toBe('Zawadzka');
    await changed({ MobilePhone: '+48601999000' });
    await changed({ MobilePhone: ewa });
    await line.asHuman({ action: 'update', object: 'Contact', id: String(contact!['Id']), fields: { Department: 'Support' } });
    await line.advanceTo(line.now() + 130_000);
    await missed('d');
    expect(await nameOf((await taskOf('d'))['WhoId'])).toBe('Ewa Kowalczyk');
  });
  test('once is enough where it was said to be for the number; it can be forgotten, and the admin can switch it all off', async () => {
    line = await openLine();
    await missed('a', { number: ewa }, { ...(await contact('Luc Dubois')), always: true });
    await missed('b');
    expect(await nameOf((await taskOf('b'))['WhoId'])).toBe('Luc Dubois');
    await line.admin.savePolicy(line.org, { language: 'en', match: { remembered: false } }, 'admin');
    await missed('off');
    expect(await nameOf((await taskOf('off'))['WhoId'])).toBe('Ewa Kowalczyk');
    await line.admin.savePolicy(line.org, { language: 'en' }, 'admin');
    await missed('on');
    expect(await nameOf((await taskOf('on'))['WhoId'])).toBe('Luc Dubois');
    await line.admin.forgetChoice(line.org, ewa);
    await missed('forgotten');
    expect(await nameOf((await taskOf('forgotten'))['WhoId'])).toBe('Ewa Kowalczyk');
    await missed('c', { number: ewa }, { ...(await contact('Tomasz Wiśniewski')), always: true });
    await missed('d');
    expect(await nameOf((await taskOf('d'))['WhoId'])).toBe('Tomasz Wiśniewski');
  });
  test('it is forgotten after a year', async () => {
    line = await openLine();
    for (const call of ['a', 'b']) await missed(call, { number: ewa }, await contact('Luc Dubois'));
    await line.advanceTo(line.now() + 366 * 24 * 3_600_000);
    await missed('d');
    expect(await nameOf((await taskOf('d'))['WhoId'])).toBe('Ewa Kowalczyk');
  });
});

describe('R2: names heard from the phone system', () => {
  const policy = { language: 'en', stranger: { missed: 'lead' } };
  test('DP-36: a stranger whose name was heard in an earlier call is made with it', async () => {
    line = await openLine({ orgs: [{ policy }] });
    await say('a', 'started', { direction: 'inbound', customer: { number: '+48501999888', name: 'Hanako Mori', email: 'h@mori.example' } });
    await say('a', 'answered', { endpoint: { asDialled: '101', agent: { id: '101', email: 'anna.nowak@acme.example' } } });
    await say('a', 'ended');
    await missed('b', { number: '+48501999888' });
    const lead = (await line.export('Lead')).find((one) => one['Phone'] === '+48501999888');
    expect([lead?.['LastName'], lead?.['Email'], (await taskOf('b'))['WhoId']]).toEqual(['Hanako Mori', 'h@mori.example', lead?.['Id']]);
  });
  test('a display that is only the number again is no name', async () => {
    line = await openLine({ orgs: [{ policy }] });
    await missed('b', { number: '+48501999888', name: '501 999 888' });
    expect((await line.export('Lead')).find((one) => one['Phone'] === '+48501999888')?.['LastName']).toBe('+48501999888');
  });
});
