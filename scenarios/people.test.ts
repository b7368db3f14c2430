import { afterEach, expect, test } from 'vitest';
import { type Line, openLine } from '../server/testing/line.ts';

let line: Line | undefined;
afterEach(async () => {
  await line?.close();
  line = undefined;
});

let sent = 0;
const say = async (call: string, type: string, data: unknown = {}) => {
  await line!.send({ id: `d${++sent}`, body: { version: 1, type: `call.${type}`, call, at: line!.now(), data } });
  await line!.advanceTo(line!.now() + 1_000);
};
/** Somebody who has no user by their own words answers. */
const answered = async (call: string, agent: { id: string; email?: string }) => {
  await say(call, 'started', { direction: 'inbound', customer: { number: '+48501999888' } });
  await say(call, 'answered', { endpoint: { asDialled: agent.id, agent } });
  await say(call, 'ended');
  await line!.advanceTo(line!.now() + 30_000);
};
const ownerOf = async (call: string) => {
  const task = (await line!.export('Task')).find((one) => one['Cordboard_Call__c'] === call);
  return (await line!.export('User')).find((one) => one['Id'] === task?.['OwnerId'])?.['Name'];
};
const nobodys = async () => (await line!.admin.nobodysPhones(line!.org)).map((row) => [row['agent'], row['email']]);
const save = (...people: object[]) =>
  line!.admin.savePeople(
    line!.org,
    people.map((one) => ({ connection: '', user: null, email: null, team: null, ...one })),
  );

test('RS-44, RS-71: a phone that is nobody’s is listed with the first call it had, until the admin says whose it is', async () => {
  line = await openLine();
  await answered('first', { id: 'desk-7', email: 'desk7@phones.example' });
  expect([await ownerOf('first'), await nobodys()]).toEqual(['Integration User', [['desk-7', 'desk7@phones.example']]]);
  await save({ agent: 'desk-7', email: 'Piotr.Zielinski@acme.example' });
  expect(await nobodys()).toEqual([]);
  await answered('second', { id: 'desk-7', email: 'desk7@phones.example' });
  expect([await ownerOf('second'), await nobodys()]).toEqual(['Piotr Zielinski', []]);
});

test('what is said for one phone system goes before what is said for all', async () => {
  line = await openLine({ orgs: [{ connections: ['con_1', 'con_2'] }] });
  await save({ agent: '101', email: 'anna.nowak@acme.example' }, { agent: '101', connection: 'con_1', user: '005Sx0000000007IAA' });
  await answered('c', { id: '101' });
  expect(await ownerOf('c')).toBe('Piotr Zielinski');
});

test('an id that is no user’s is nobody’s, and said to be', async () => {
  line = await openLine();
  await save({ agent: '101', user: '005000000000000AAA' });
  await answered('c', { id: '101', email: 'anna.nowak@acme.example' });
  expect([await ownerOf('c'), await nobodys()]).toEqual(['Integration User', [['101', 'anna.nowak@acme.example']]]);
});

test('the list is saved whole: who isn’t on it any more is who their own words say', async () => {
  line = await openLine();
  await save({ agent: '101', email: 'piotr.zielinski@acme.example' });
  await save();
  await answered('c', { id: '101', email: 'anna.nowak@acme.example' });
  expect(await ownerOf('c')).toBe('Anna Nowak');
});

test('a row that says no more than the team leaves who the agent is to their own words', async () => {
  line = await openLine();
  await save({ agent: '101', team: 'Sales' }, { agent: 'desk-8', team: 'Sales' });
  await answered('c', { id: '101', email: 'anna.nowak@acme.example' });
  await answered('d', { id: 'desk-8' });
  expect([await ownerOf('c'), await ownerOf('d')]).toEqual(['Anna Nowak', 'Integration User']);
});
