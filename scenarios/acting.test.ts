import { afterEach, expect, test } from 'vitest';
import { type Line, type LineOptions, openLine } from '../server/testing/line.ts';

// DP-11: what an agent did is written in their name where they let us, and whatever stands against that costs no log and no field.
const secondMs = 1_000;
let line: Line;
const open = async (options: LineOptions = {}) => (line = await openLine(options));
afterEach(async () => {
  const unexplained = await line.unexplained();
  await line.close();
  if (unexplained.length > 0) throw new Error(`Calls without an explanation (D5): ${JSON.stringify(unexplained)}`);
});

type Row = Record<string, unknown>;
const rows = async (text: string, values: unknown[] = []) => (await line.database.query({ text }, values)).rows as Row[];
const agents = {
  anna: ['101', 'anna.nowak@acme.example', 'Anna Nowak'],
  haruto: ['102', 'haruto.sato@acme.example', 'Haruto Sato'],
} as const;
type Who = keyof typeof agents;
const mail = (who: Who) => agents[who][1];
let said = 0;
const say = (type: string, call: string, data: unknown, aheadMs = 0) =>
  line.send({ id: `d-${++said}`, body: { version: 1, type, call, at: new Date(line.now() + aheadMs).toISOString(), data } });
async function hear(call: string, who: Who | undefined, number = '+48221234567') {
  await say('call.started', call, { direction: 'inbound', customer: { number } });
  if (who)
    await say('call.answered', call, { endpoint: { asDialled: agents[who][0], agent: { id: agents[who][0], email: mail(who) } } }, 4_000);
  await say('call.ended', call, {}, 60_000);
}
const settle = (seconds = 60) => line.advanceTo(line.now() + seconds * secondMs);

const users = async () => new Map((await line.export('User')).map((one) => [one['Id'], one['Name']]));
/** Who wrote the tasks of a call. */
const authors = async (call: string) => {
  const names = await users();
  return (await line.export('Task')).filter((one) => one['Cordboard_Call__c'] === call).map((one) => names.get(one['CreatedById']));
};
/** In whose name each request went, or why not; of the call's writes. */
const inNames = async (call: string) =>
  (
    await rows(
      "select a.in_name from attempts a join calls c on c.org = a.org and c.id = a.call where c.external_id = $1 and a.kind <> 'read' order by a.id",
      [call],
    )
  ).map((row) => row['in_name'] as { of: string; not?: string } | null);
const consents = async () =>
  new Map(
    (await rows('select u.email, c.trouble from consents c join crm_users u on u.org = c.org and u.id = c.holder')).map((row) => [
      row['email'],
      (row['trouble'] as { code: string; message: string } | null)?.code,
    ]),
  );
const tokens = async () =>
  ((await line.control('GET', '/log')) as { entries: { path: string }[] }).entries.filter(({ path }) => path.endsWith('/oauth2/token'))
    .length;
const change = async (who: Who, fields: object) => {
  const user = (await line.export('User')).find((one) => one['Email'] === mail(who))!;
  await line.asHuman({ action: 'update', object: 'User', id: String(user['Id']), fields: fields as Record<string, unknown> });
};
const integration = async () => (await users()).get((await rows('select self_user from org_facts'))[0]!['self_user'])!;

test('DP-11: the log of who lets us is theirs; of who doesn’t, and of what nobody took, the integration user’s, and it says why', async () => {
  await open();
  await line.rest();
  await line.lend(mail('anna'));
  await hear('hers', 'anna');
  await hear('his', 'haruto', '+48221234568');
  await hear('nobody’s', undefined, '+48221234569');
  await settle();
  expect([await authors('hers'), await authors('his'), await authors('nobody’s')]).toEqual([
    ['Anna Nowak'],
    [await integration()],
    [await integration()],
  ]);
  expect(await inNames('hers')).toEqual([{ of: 'Anna Nowak' }]);
  expect(await inNames('his')).toEqual([{ of: 'Haruto Sato', not: 'They have not let Cordboard act as them.' }]);
  expect(await inNames('nobody’s')).toEqual([null]);
  // What is added later is hers, too, and read by the integration user first.
  await say('call.commented', 'hers', { text: 'Wants a second oven.' });
  await settle();
  const task = (await line.export('Task')).find((one) => one['Cordboard_Call__c'] === 'hers')!;
  expect([(await users()).get(task['LastModifiedById']), String(task['Description']).includes('second oven')]).toEqual([
    'Anna Nowak',
    true,
  ]);
});

test('DP-11, W4: an answer that was lost in an agent’s name leaves one task', async () => {
  await open();
  await line.rest();
  await line.lend(mail('anna'));
  line.holdNextWrite();
  await hear('c', 'anna');
  await line.rest();
  await line.letHeldRequestsLand();
  await settle(300);
  expect(await authors('c')).toEqual(['Anna Nowak']);
  expect((await rows("select state from writes where role = 'log'")).map(({ state }) => state)).toEqual(['written']);
});

test('DP-11: an agent who may not write our fields costs none of them: the integration user writes it whole, and it is said once', async () => {
  await open();
  await line.rest();
  await line.lend(mail('haruto'));
  const readOnly = (await line.export('Profile')).find((one) => one['Name'] === 'Standard User')!;
  const rights = (await line.export('FieldPermissions')).filter((one) => /Cordboard/.test(String(one['Field'])));
  const setOf = (await line.export('PermissionSet')).find((one) => one['ProfileId'] === readOnly['Id'])!;
  for (const { Id } of rights.filter((one) => one['ParentId'] === setOf['Id']))
    await line.asHuman({ action: 'delete', object: 'FieldPermissions', id: String(Id) });
  await change('haruto', { ProfileId: readOnly['Id'] });
  await hear('first', 'haruto');
  await settle();
  const [task] = (await line.export('Task')).filter((one) => one['Cordboard_Call__c'] === 'first');
  expect(task).toMatchObject({
    CreatedById: (await rows('select self_user from org_facts'))[0]!['self_user'],
    Cordboard_Wait_Seconds__c: 4,
  });
  expect((await rows("select refused from writes where role = 'log'"))[0]).toEqual({ refused: {} });
  const [asHaruto, asUs] = await inNames('first');
  expect(asHaruto).toEqual({ of: 'Haruto Sato' });
  expect(asUs?.not).toMatch(/Cordboard_\w+__c/);
  expect((await consents()).get(mail('haruto'))).toBe('FIELDS');
  // Known from now on: the next goes once.
  await hear('second', 'haruto', '+48221234568');
  await settle();
  expect((await inNames('second')).map((one) => one?.not?.includes('Give them the permission set'))).toEqual([true]);
  expect(await authors('second')).toEqual([await integration()]);
});

test('DP-11: a consent that is revoked between two calls: its agent is told, the next call is written, and the others go on', async () => {
  await open();
  await line.rest();
  await line.lend(mail('anna'));
  const haruto = await line.lend(mail('haruto'));
  await hear('1', 'anna');
  await hear('2', 'haruto', '+48221234568');
  await settle();
  expect([await authors('1'), await authors('2')]).toEqual([['Anna Nowak'], ['Haruto Sato']]);
  await line.control('DELETE', `/grants?user=${haruto}`);
  await line.control('DELETE', `/sessions?user=${haruto}`);
  await hear('3', 'anna');
  await hear('4', 'haruto', '+48221234568');
  await settle();
  expect([await authors('3'), await authors('4')]).toEqual([['Anna Nowak'], [await integration()]]);
  expect((await inNames('4')).at(-1)?.not).toContain('revoked or has expired');
  expect(await consents()).toEqual(
    new Map([
      [mail('anna'), undefined],
      [mail('haruto'), 'invalid_grant'],
    ]),
  );
  // He isn't tried again at every call,
  const before = await tokens();
  await hear('5', 'haruto', '+48221234568');
  await settle();
  expect([await authors('5'), (await tokens()) - before]).toEqual([[await integration()], 0]);
  // and letting us once more mends it.
  await line.lend(mail('haruto'));
  await settle(120);
  await hear('6', 'haruto', '+48221234568');
  await settle();
  expect(await authors('6')).toEqual(['Haruto Sato']);
});

test('DP-11: two nodes use a consent that has rested for a day once, and a token that rotates survives it', async () => {
  await open({ nodes: 2 });
  await line.rest();
  await line.control('POST', '/sessions', { rotateRefreshTokens: true });
  await line.lend(mail('anna'));
  await line.lend(mail('haruto'));
  await hear('1', 'anna');
  await settle();
  const versions = () => rows("select version::float8, proved_at is not null as proved from consents where holder <> '' order by holder");
  const before = await versions();
  await line.advanceTo(line.now() + 25 * 3_600_000);
  // One exchange is stored twice: that it is begun, and what it gave.
  expect(await versions()).toEqual(before.map(({ version }) => ({ version: Number(version) + 2, proved: true })));
  await line.control('DELETE', '/sessions');
  await hear('2', 'anna');
  await hear('3', 'haruto', '+48221234568');
  await settle();
  expect([await authors('2'), await authors('3')]).toEqual([['Anna Nowak'], ['Haruto Sato']]);
});

test('DP-11, W8: without our own field the integration user writes, since records are found by who made them', async () => {
  await open({ orgs: [{ withoutCustomFields: true }] });
  await line.rest();
  await line.lend(mail('anna'));
  await hear('c', 'anna');
  await settle();
  expect((await inNames('c')).map((one) => one?.not)).toEqual([
    'Without its own fields in the org, Cordboard finds its records by who made them.',
  ]);
});

test('DP-11, AC-10: who talks with a stranger makes the lead; nobody talked, the integration user does', async () => {
  await open({
    orgs: [{ policy: { language: 'en', stranger: { answered: 'lead', missed: 'lead' } } }],
  });
  await line.rest();
  await line.lend(mail('anna'));
  await hear('answered', 'anna', '+48225550101');
  await hear('missed', undefined, '+48225550102');
  await settle(120);
  const names = await users();
  const leads = new Map((await line.export('Lead')).map((one) => [one['Phone'], names.get(one['CreatedById'])]));
  expect([leads.get('+48225550101'), leads.get('+48225550102')]).toEqual(['Anna Nowak', await integration()]);
});
