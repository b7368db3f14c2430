import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { asUser, type AsUser } from '../testing/as-user.ts';
import { seeded, testOrg, type Reply, type TestOrg } from '../testing/test-org.ts';

let now = Date.parse('2026-11-21T09:00:00Z');
let org: TestOrg;
beforeAll(async () => {
  org = await testOrg({ clock: () => now });
});
afterAll(() => org.stop());

type Fields = Record<string, unknown>;
const made = async (object: string, fields: Fields, by: Pick<AsUser, 'call'> = org): Promise<string> => {
  const reply = await by.call('POST', `/sobjects/${object}`, fields);
  expect(reply.body).toMatchObject({ success: true });
  return (reply.body as { id: string }).id;
};
const get = async (object: string, id: string) => (await org.call('GET', `/sobjects/${object}/${id}`)).body as Fields;
const change = (object: string, id: string, fields: Fields): Promise<Reply> => org.call('PATCH', `/sobjects/${object}/${id}`, fields);
const ids = async (soql: string, resource = 'query') =>
  ((await org.call('GET', `/${resource}?${new URLSearchParams({ q: soql }).toString()}`)).body as { records: Fields[] }).records.map(
    (row) => row['Id'],
  );
const human = (action: string, object: string, more: Fields) => org.control('POST', '/as-human', { action, object, ...more });

describe('statuses are the org’s own', () => {
  test('a renamed closed status closes, the old word is an open one, a new default is taken', async () => {
    const [closed, first] = await Promise.all([
      ids("SELECT Id FROM TaskStatus WHERE ApiName = 'Completed'"),
      ids('SELECT Id FROM TaskStatus WHERE IsDefault = true'),
    ]);
    await human('update', 'TaskStatus', { id: closed[0], fields: { ApiName: 'Zakończone', MasterLabel: 'Zakończone' } });
    await human('update', 'TaskStatus', { id: first[0], fields: { ApiName: 'Nowe', MasterLabel: 'Nowe' } });
    expect(await get('Task', await made('Task', { Status: 'Zakończone' }))).toMatchObject({
      IsClosed: true,
      CompletedDateTime: new Date(now).toISOString().replace('Z', '+0000'),
    });
    expect(await get('Task', await made('Task', { Status: 'Completed' }))).toMatchObject({ IsClosed: false, CompletedDateTime: null });
    expect(await get('Task', await made('Task', {}))).toMatchObject({ Status: 'Nowe' });
    await human('update', 'TaskStatus', { id: closed[0], fields: { ApiName: 'Completed', MasterLabel: 'Completed' } });
    await human('update', 'TaskStatus', { id: first[0], fields: { ApiName: 'Not Started', MasterLabel: 'Not Started' } });
  });
  test('a new priority that counts as high', async () => {
    await human('create', 'TaskPriority', { fields: { ApiName: 'Pilne', MasterLabel: 'Pilne', IsHighPriority: true } });
    expect(await get('Task', await made('Task', { Priority: 'Pilne' }))).toMatchObject({ IsHighPriority: true });
  });
});

describe('who owns a task', () => {
  test('a queue that lists tasks, whatever it is reminded of; not one for leads, not a group', async () => {
    const id = await made('Task', { OwnerId: seeded.taskQueue, IsReminderSet: true, ReminderDateTime: '2026-11-22T08:00:00Z' });
    expect(await get('Task', id)).toMatchObject({ OwnerId: seeded.taskQueue, IsReminderSet: true });
    for (const OwnerId of [seeded.leadQueue, seeded.group])
      expect((await org.call('POST', '/sobjects/Task', { OwnerId })).body).toEqual([
        {
          message: `Assigned To ID: id value of incorrect type: ${OwnerId}`,
          errorCode: 'FIELD_INTEGRITY_EXCEPTION',
          fields: ['OwnerId'],
        },
      ]);
  });
  test('a contact of another company may come with any company', async () => {
    expect(await get('Task', await made('Task', { WhoId: seeded.ewa, WhatId: seeded.sake }))).toMatchObject({ AccountId: seeded.sake });
  });
});

describe('archived activities', () => {
  const year = 365 * 86_400_000;
  test('are closed and a year old, are seen by queryAll alone, and can be changed and deleted', async () => {
    const old = await made('Task', { Subject: 'old', Status: 'Completed', ActivityDate: '2025-01-10' });
    const undated = await made('Task', { Subject: 'old', Status: 'Completed', Cordboard_Name__c: 'archived' });
    const open = await made('Task', { Subject: 'old', ActivityDate: '2025-01-10' });
    const event = await made('Event', { Subject: 'old', StartDateTime: '2025-01-10T09:00:00Z', DurationInMinutes: 30 });
    expect((await org.control('POST', '/archive')).body).toEqual({ tasks: 1, events: 1 });
    now += year;
    await org.signIn();
    expect((await org.control('POST', '/archive')).body).toMatchObject({ tasks: expect.any(Number) as number });
    expect(await ids("SELECT Id FROM Task WHERE Subject = 'old'")).toEqual([open]);
    expect(await ids("SELECT Id FROM Event WHERE Subject = 'old'")).toEqual([]);
    expect(new Set(await ids("SELECT Id FROM Task WHERE Subject = 'old' AND IsArchived = true", 'queryAll'))).toEqual(
      new Set([old, undated]),
    );
    expect(await ids("SELECT Id FROM Event WHERE Subject = 'old'", 'queryAll')).toEqual([event]);
    expect(await get('Task', old)).toMatchObject({ IsArchived: true });
    expect((await change('Task', old, { IsArchived: false })).body).toMatchObject([{ errorCode: 'INVALID_FIELD_FOR_INSERT_UPDATE' }]);
    expect((await change('Task', old, { Description: 'still' })).status).toBe(204);
    expect(await get('Task', old)).toMatchObject({ IsArchived: true, Description: 'still' });
    // An upsert by its key meets it: no second record.
    expect((await org.call('PATCH', '/sobjects/Task/Cordboard_Name__c/archived', { Description: 'again' })).body).toMatchObject({
      id: undated,
      created: false,
    });
    expect((await change('Task', old, { WhatId: seeded.bakery })).status).toBe(204);
    expect(await ids("SELECT Id FROM Task WHERE Subject = 'old' AND IsClosed = true")).toEqual([old]);
    expect((await org.call('DELETE', `/sobjects/Task/${undated}`)).status).toBe(204);
  });
});

describe('records under approval', () => {
  test('are locked for editing and deleting until somebody unlocks them, but for who may modify all', async () => {
    const anna = await asUser(org, seeded.anna);
    const id = await made('Lead', { LastName: 'Locked', Company: 'x' }, anna);
    expect((await org.control('POST', '/record-locks', { id })).body).toEqual([id]);
    const locked = [{ message: 'the entity is locked for editing', errorCode: 'ENTITY_IS_LOCKED', fields: [] }];
    expect(await anna.call('PATCH', `/sobjects/Lead/${id}`, { Title: 'x' })).toMatchObject({ status: 400, body: locked });
    expect(await anna.call('DELETE', `/sobjects/Lead/${id}`)).toMatchObject({ status: 400, body: locked });
    // A task about it is another record.
    await made('Task', { WhoId: id }, anna);
    expect((await change('Lead', id, { Title: 'by an admin' })).status).toBe(204);
    await org.control('POST', '/record-locks', { id, locked: false });
    expect((await anna.call('PATCH', `/sobjects/Lead/${id}`, { Title: 'y' })).status).toBe(204);
    expect((await org.control('POST', '/record-locks', { id: '00QSx0000009999MAA' })).status).toBe(400);
  });
});

describe('lists of several values', () => {
  const field = (name: string, restricted: boolean) =>
    org.control('POST', '/fields', { object: 'Task', name, label: name, type: 'multipicklist', picklist: ['A', 'B', 'C'], restricted });
  test('keep each value once, in the order of the list; a restricted list refuses what it does not know', async () => {
    await field('Free__c', false);
    await field('Strict__c', true);
    const id = await made('Task', { Free__c: 'new;C;a;C', Strict__c: 'C;A' });
    expect(await get('Task', id)).toMatchObject({ Free__c: 'a;C;new', Strict__c: 'A;C' });
    expect(await ids("SELECT Id FROM Task WHERE Free__c INCLUDES ('C;new') AND Strict__c EXCLUDES ('B')")).toEqual([id]);
    expect((await change('Task', id, { Strict__c: 'A;D' })).body).toEqual([
      {
        message: 'Strict__c: bad value for restricted picklist field: D',
        errorCode: 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
        fields: ['Strict__c'],
      },
    ]);
    expect((await change('Task', id, { Free__c: ';' })).status).toBe(204);
    expect(await get('Task', id)).toMatchObject({ Free__c: null });
  });
});

test('converting with a deal makes the contact its primary role', async () => {
  const lead = await made('Lead', { FirstName: 'Rola', LastName: 'Pierwsza', Company: 'Rola' });
  const { contactId, opportunityId } = (await human('convert', 'Lead', { id: lead, fields: { createOpportunity: true } })).body as Fields;
  expect(
    (await org.query(`SELECT ContactId, IsPrimary, Role FROM OpportunityContactRole WHERE OpportunityId = '${String(opportunityId)}'`))
      .records,
  ).toMatchObject([{ ContactId: contactId, IsPrimary: true, Role: null }]);
});
