import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { seeded, testOrg, type Reply, type TestOrg } from './testing/test-org.ts';

const haruto = '005Sx0000000003IAA';
const olena = '005Sx0000000004IAA';
const grace = '003Sx0000000004IAA'; // James has her, and nobody here is James
let org: TestOrg;
beforeAll(async () => {
  org = await testOrg();
  await org.control('POST', '/as-human', { action: 'update', object: 'User', id: haruto, fields: { ManagerId: seeded.anna } });
  await org.control('POST', '/as-human', { action: 'update', object: 'User', id: olena, fields: { ManagerId: haruto } });
});
afterEach(async () => {
  await org.control('DELETE', '/sharing');
});
afterAll(() => org.stop());

const share = async (order: Record<string, unknown>) => {
  const reply = await org.control('POST', '/sharing', order);
  expect(reply.status).toBe(200);
  return reply.body;
};
const errorOf = (reply: Reply) => (reply.body as { errorCode: string; message: string }[])[0];
const access = async (userId: string, ids: readonly string[], more = '') => {
  const { records } = await org.query(
    `SELECT RecordId, HasReadAccess FROM UserRecordAccess WHERE UserId = '${userId}' AND RecordId IN (${ids.map((id) => `'${id}'`).join(', ')})${more}`,
  );
  return Object.fromEntries(records.map((record) => [String(record['RecordId']), record['HasReadAccess']]));
};
const people = [seeded.ewa, seeded.tomasz, seeded.misaki, seeded.iryna, grace]; // of Anna, Piotr, Haruto, Olena, James

describe('who may read what', () => {
  test('everybody reads everything at first', async () => {
    expect(Object.values(await access(haruto, [...people, seeded.bakery, seeded.kenji, seeded.ticket, seeded.deal]))).toEqual(
      Array.from({ length: 9 }, () => true),
    );
  });
  test('private records: the owner, who manages him, and admins', async () => {
    await share({ private: ['Contact'] });
    const seenBy = async (user: string) =>
      Object.values(await access(user, people))
        .map((may) => (may === true ? 'x' : '-'))
        .join('');
    expect(await seenBy(seeded.anna)).toBe('x-xx-');
    expect(await seenBy(haruto)).toBe('--xx-');
    expect(await seenBy(olena)).toBe('---x-');
    expect(await seenBy(seeded.integration)).toBe('xxxxx');
    expect(await access(olena, [seeded.bakery])).toEqual({ [seeded.bakery]: true });
  });
  test('single records can be hidden from single users, and shown again', async () => {
    expect(await share({ hide: [{ user: haruto, records: [seeded.ewa, seeded.bakery] }] })).toMatchObject({ hidden: { [haruto]: 2 } });
    expect(await access(haruto, [seeded.ewa, seeded.tomasz, seeded.bakery])).toEqual({
      [seeded.ewa]: false,
      [seeded.tomasz]: true,
      [seeded.bakery]: false,
    });
    await share({ show: [{ user: haruto, records: [seeded.ewa] }] });
    expect(await access(haruto, [seeded.ewa, seeded.bakery])).toEqual({ [seeded.ewa]: true, [seeded.bakery]: false });
  });
});

describe('UserRecordAccess', () => {
  const ask = (soql: string) => org.query(soql);
  const both = `UserId = '${seeded.anna}' AND RecordId IN ('${seeded.ewa}', '${seeded.tomasz}')`;
  test('tells all levels', async () => {
    await share({ private: ['Contact'] });
    const { records } = await ask(
      `SELECT RecordId, HasReadAccess, HasEditAccess, HasDeleteAccess, HasTransferAccess, HasAllAccess, MaxAccessLevel FROM UserRecordAccess WHERE ${both} ORDER BY RecordId DESC`,
    );
    const levels = (may: boolean) => ({
      HasReadAccess: may,
      HasEditAccess: may,
      HasDeleteAccess: may,
      HasTransferAccess: may,
      HasAllAccess: may,
    });
    expect(records).toMatchObject([
      { attributes: { type: 'UserRecordAccess' }, RecordId: seeded.tomasz, ...levels(false), MaxAccessLevel: 'None' },
      { RecordId: seeded.ewa, ...levels(true), MaxAccessLevel: 'All' },
    ]);
  });
  test('can be filtered by a level, with RecordId alone', async () => {
    await share({ private: ['Contact'] });
    expect(
      (await ask(`SELECT RecordId FROM UserRecordAccess WHERE ${both} AND HasReadAccess = true`)).records.map((row) => row['RecordId']),
    ).toEqual([seeded.ewa]);
    expect((await ask(`SELECT RecordId, HasEditAccess FROM UserRecordAccess WHERE ${both} AND HasReadAccess = true`)).status).toBe(400);
  });
  test('leaves out what is not there, deleted, or not seen by who asks', async () => {
    const { id } = (await org.call('POST', '/sobjects/Contact', { LastName: 'Short' })).body as { id: string };
    await org.call('DELETE', `/sobjects/Contact/${id}`);
    await share({ hide: [{ user: seeded.integration, records: [seeded.tomasz] }] });
    expect(await access(seeded.anna, [seeded.ewa, seeded.tomasz, id, '003Sx0000000zzz', seeded.ewa.slice(0, 15)])).toEqual({
      [seeded.ewa]: true,
    });
  });
  test('takes 200 records, and in a composite as well', async () => {
    const many = (count: number) => Array.from({ length: count }, (_, n) => `'003Sx0${String(n).padStart(9, '0')}'`).join(',');
    const soql = (count: number) =>
      `SELECT RecordId, HasReadAccess FROM UserRecordAccess WHERE UserId = '${haruto}' AND RecordId IN (${many(count)})`;
    const reply = await org.call('POST', '/composite', {
      compositeRequest: [{ method: 'GET', url: `/services/data/v67.0/query?q=${encodeURIComponent(soql(200))}`, referenceId: 'a' }],
    });
    expect((reply.body as { compositeResponse: unknown[] }).compositeResponse).toMatchObject([
      { httpStatusCode: 200, body: { totalSize: expect.any(Number) as number, done: true } },
    ]);
    expect(errorOf(await ask(soql(201)))).toMatchObject({ message: 'Number of records exceeds limit:200' });
  });
  test.each([
    ['no record', `SELECT RecordId FROM UserRecordAccess WHERE UserId = '${haruto}'`, 400],
    ['no user', `SELECT RecordId FROM UserRecordAccess WHERE RecordId = '${grace}'`, 400],
    ['nothing', 'SELECT RecordId FROM UserRecordAccess', 400],
    ['another filter', `SELECT RecordId FROM UserRecordAccess WHERE ${both} AND MaxAccessLevel = 'All'`, 400],
    ['or', `SELECT RecordId FROM UserRecordAccess WHERE UserId = '${haruto}' OR RecordId = '${grace}'`, 400],
    ['no RecordId', `SELECT HasReadAccess FROM UserRecordAccess WHERE ${both}`, 400],
    ['Id', `SELECT Id, RecordId FROM UserRecordAccess WHERE ${both}`, 400],
    ['what is not an id', `SELECT RecordId FROM UserRecordAccess WHERE UserId = 'anna' AND RecordId = '${grace}'`, 400],
    ['an order by what is not selected', `SELECT RecordId FROM UserRecordAccess WHERE ${both} ORDER BY HasReadAccess`, 400],
    ['a count', `SELECT COUNT() FROM UserRecordAccess WHERE ${both}`, 501],
    ['tasks', `SELECT RecordId FROM UserRecordAccess WHERE UserId = '${haruto}' AND RecordId = '00TSx0000000001'`, 501],
    ['as a parent', 'SELECT UserRecordAccess.HasReadAccess FROM Contact', 501],
    ['one record', `SELECT RecordId FROM UserRecordAccess WHERE UserId = '${haruto}' AND RecordId = '${grace}' LIMIT 1`, 200],
  ])('asked with %s: %s', async (_, soql, status) => expect((await ask(soql)).status).toBe(status));
});

describe('what the app’s own user may not see', () => {
  const hide = (...records: string[]) => share({ hide: [{ user: seeded.integration, records }] });
  test('is in none of its queries, deleted or not', async () => {
    await hide(seeded.ewa, seeded.kenji);
    expect((await org.query('SELECT Id FROM Contact')).records.map((row) => row['Id'])).not.toContain(seeded.ewa);
    expect((await org.query(`SELECT COUNT() FROM Lead WHERE Id = '${seeded.kenji}'`)).body).toMatchObject({ totalSize: 0 });
    expect(
      (await org.query(`SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Contact WHERE Id = '${seeded.ewa}')`)).records,
    ).toEqual([]);
    const all = await org.call(
      'GET',
      `/queryAll?q=${encodeURIComponent(`SELECT Id FROM Contact WHERE Id > '${seeded.ewa}' OR Id = '${seeded.ewa}' ORDER BY Id`)}`,
    );
    expect((all.body as { records: { Id: string }[] }).records[0]?.Id).toBe(seeded.tomasz);
  });
  test('is not there by its id, and refuses what a program does to it', async () => {
    const { id } = (await org.call('POST', '/sobjects/Contact', { LastName: 'Hidden', Cordboard_Name__c: 'hidden' })).body as {
      id: string;
    };
    await hide(id);
    const refused = {
      errorCode: 'INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY',
      message: `insufficient access rights on cross-reference id: ${id.slice(0, 15)}`,
    };
    expect(errorOf(await org.call('GET', `/sobjects/Contact/${id}`))).toMatchObject({ errorCode: 'NOT_FOUND' });
    expect(errorOf(await org.call('PATCH', `/sobjects/Contact/${id}`, { Phone: '1' }))).toMatchObject(refused);
    expect(errorOf(await org.call('DELETE', `/sobjects/Contact/${id}`))).toMatchObject(refused);
    expect(errorOf(await org.call('POST', '/sobjects/Task', { WhoId: id }))).toMatchObject(refused);
    expect(errorOf(await org.call('PATCH', '/sobjects/Contact/Cordboard_Name__c/hidden', { Phone: '1' }))).toMatchObject(refused);
    expect(errorOf(await org.call('POST', '/sobjects/Contact', { LastName: 'x', Cordboard_Name__c: 'hidden' }))).toMatchObject({
      errorCode: 'DUPLICATE_VALUE',
    });
    expect((await org.call('POST', '/composite/sobjects/Contact', { ids: [id, seeded.tomasz], fields: ['LastName'] })).body).toMatchObject([
      null,
      { Id: seeded.tomasz },
    ]);
    expect((await org.control('POST', '/as-human', { action: 'update', object: 'Contact', id, fields: { Phone: '2' } })).status).toBe(200);
  });
  test('by object: an app that is no admin sees what it owns', async () => {
    await share({ private: ['Lead'], admins: [] });
    expect((await org.query('SELECT Id FROM Lead')).records).toEqual([]);
    const { id } = (await org.call('POST', '/sobjects/Lead', { LastName: 'x', Company: 'x' })).body as { id: string };
    expect((await org.query('SELECT Id FROM Lead')).records).toMatchObject([{ Id: id }]);
    expect((await org.query('SELECT Id FROM Contact')).records.length).toBeGreaterThan(5);
  });
  test('a person account goes with its contact', async () => {
    const persons = await testOrg({ personAccounts: true });
    const [type] = (await persons.query('SELECT Id FROM RecordType WHERE IsPersonType = true')).records;
    const { id } = (await persons.call('POST', '/sobjects/Account', { LastName: 'Lis', RecordTypeId: type?.['Id'] })).body as {
      id: string;
    };
    await persons.control('POST', '/sharing', { hide: [{ user: seeded.integration, records: [id] }] });
    expect((await persons.query("SELECT Id FROM Contact WHERE LastName = 'Lis'")).records).toEqual([]);
    await persons.stop();
  });
});

test('the control says what is set, and what is wrong', async () => {
  expect(await share({})).toEqual({ private: [], admins: [seeded.integration], hidden: {} });
  await share({ private: ['lead'], admins: [seeded.anna.slice(0, 15)] });
  expect((await org.control('GET', '/sharing')).body).toEqual({ private: ['Lead'], admins: [seeded.anna], hidden: {} });
  for (const order of [
    { private: ['User'] },
    { private: 'Lead' },
    { admins: ['anna'] },
    { hide: [{ user: seeded.anna, records: ['003Sx0000000zzz'] }] },
  ])
    expect((await org.control('POST', '/sharing', order)).status).toBe(400);
});
