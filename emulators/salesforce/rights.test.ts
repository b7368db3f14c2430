import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { asUser, type AsUser } from './testing/as-user.ts';
import { seeded, testOrg, type Reply, type TestOrg } from './testing/test-org.ts';

// What a user may see and do: his profile, his permission sets, the fields they open, the records his place in the org shows him.

const haruto = '005Sx0000000003IAA';
let now = Date.parse('2026-11-21T09:00:00Z');
let org: TestOrg;
let olaf: AsUser;
let olafId: string;
beforeAll(async () => {
  org = await testOrg({ clock: () => now });
  olafId = await user('olaf', 'Minimum Access - Salesforce');
  await grant({ Label: 'API', Name: 'Api', PermissionsApiEnabled: true });
  olaf = await asUser(org, olafId);
});
afterEach(async () => {
  await org.control('DELETE', '/sharing');
});
afterAll(() => org.stop());

const errorOf = (reply: Reply) => (reply.body as { errorCode: string; message: string; fields?: string[] }[])[0];
const make = async (object: string, fields: Record<string, unknown>, by: Pick<AsUser, 'call'> = org): Promise<string> => {
  const reply = await by.call('POST', `/sobjects/${object}`, fields);
  if (reply.status !== 201) throw new Error(JSON.stringify(reply.body));
  return (reply.body as { id: string }).id;
};
const one = async (soql: string) => String((await org.query(soql)).records[0]?.['Id']);
const profile = (name: string) => one(`SELECT Id FROM Profile WHERE Name = '${name}'`);
async function user(name: string, profileName: string, more: Record<string, unknown> = {}): Promise<string> {
  return make('User', {
    Username: `${name}@acme.example`,
    LastName: name,
    Email: `${name}@acme.example`,
    Alias: name.slice(0, 8),
    TimeZoneSidKey: 'Europe/Warsaw',
    LocaleSidKey: 'en_US',
    EmailEncodingKey: 'UTF-8',
    LanguageLocaleKey: 'en_US',
    IsActive: true,
    ProfileId: await profile(profileName),
    ...more,
  });
}
/** A permission set with these rights, given to somebody. */
async function grant(
  set: Record<string, unknown>,
  objects: Record<string, string> = {},
  fields: Record<string, 'read' | 'edit'> = {},
  to = olafId,
): Promise<string> {
  const ParentId = await make('PermissionSet', set);
  for (const [SobjectType, rights] of Object.entries(objects))
    await make('ObjectPermissions', {
      ParentId,
      SobjectType,
      PermissionsRead: rights.includes('R'),
      PermissionsCreate: rights.includes('C'),
      PermissionsEdit: rights.includes('E'),
      PermissionsDelete: rights.includes('D'),
      PermissionsViewAllRecords: rights.includes('V'),
    });
  for (const [Field, right] of Object.entries(fields))
    await make('FieldPermissions', {
      ParentId,
      SobjectType: Field.split('.')[0],
      Field,
      PermissionsRead: true,
      PermissionsEdit: right === 'edit',
    });
  await make('PermissionSetAssignment', { PermissionSetId: ParentId, AssigneeId: to });
  return ParentId;
}
const take = async (setId: string) => {
  const id = await one(`SELECT Id FROM PermissionSetAssignment WHERE PermissionSetId = '${setId}'`);
  expect((await org.call('DELETE', `/sobjects/PermissionSetAssignment/${id}`)).status).toBe(204);
};
type Described = {
  createable: boolean;
  updateable: boolean;
  deletable: boolean;
  fields: { name: string; createable: boolean; updateable: boolean }[];
};
const described = async (by: Pick<AsUser, 'call'>, object: string) =>
  (await by.call('GET', `/sobjects/${object}/describe`)).body as Described;

describe('rights on objects', () => {
  test('without "API Enabled" nothing is answered', async () => {
    const piotr = await asUser(org, await user('pio', 'Minimum Access - Salesforce'));
    const reply = await piotr.call('GET', '/limits');
    expect([reply.status, errorOf(reply)?.errorCode]).toEqual([403, 'API_DISABLED_FOR_ORG']);
  });
  test('what one may not read is not there', async () => {
    expect(errorOf(await olaf.query('SELECT Id FROM Lead'))).toMatchObject({
      errorCode: 'INVALID_TYPE',
      message: expect.stringContaining("sObject type 'Lead' is not supported") as string,
    });
    expect((await olaf.call('GET', '/sobjects/Lead/describe')).status).toBe(404);
    expect((await olaf.call('POST', '/sobjects/Lead', { LastName: 'x', Company: 'y' })).status).toBe(404);
    expect(
      errorOf(await olaf.call('POST', '/composite/sobjects', { records: [{ attributes: { type: 'Lead' }, LastName: 'x' }] })),
    ).toMatchObject({ errorCode: 'INVALID_TYPE' });
    const names = ((await olaf.call('GET', '/sobjects')).body as { sobjects: { name: string }[] }).sobjects.map(({ name }) => name);
    expect(names).not.toContain('Lead');
    expect(names).toContain('Task');
    expect(names).toContain('User');
    expect(names).not.toContain('Profile'); // needs View Setup and Configuration
  });
  test('reading, making, changing and deleting are four rights', async () => {
    const lead = await make('Lead', { LastName: 'x', Company: 'y', OwnerId: olafId });
    const set = await grant({ Label: 'L1', Name: 'L1' }, { Lead: 'R' });
    expect(await described(olaf, 'Lead')).toMatchObject({ createable: false, updateable: false, deletable: false });
    expect((await olaf.query(`SELECT LastName FROM Lead WHERE Id = '${lead}'`)).records).toHaveLength(1);
    expect(errorOf(await olaf.call('POST', '/sobjects/Lead', { LastName: 'x', Company: 'y' }))).toMatchObject({
      errorCode: 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
      message: 'entity type cannot be inserted: Lead',
    });
    expect(errorOf(await olaf.call('PATCH', `/sobjects/Lead/${lead}`, { LastName: 'z' }))).toMatchObject({
      errorCode: 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
      message: 'entity type cannot be updated: Lead',
    });
    expect(errorOf(await olaf.call('DELETE', `/sobjects/Lead/${lead}`))).toMatchObject({
      errorCode: 'INSUFFICIENT_ACCESS_OR_READONLY',
      message: 'insufficient access rights on object id',
    });
    const more = await grant({ Label: 'L2', Name: 'L2' }, { Lead: 'RCED' });
    expect((await olaf.call('PATCH', `/sobjects/Lead/${lead}`, { LastName: 'z' })).status).toBe(204);
    expect((await olaf.call('DELETE', `/sobjects/Lead/${lead}`)).status).toBe(204);
    await take(more);
    await take(set);
    expect(errorOf(await olaf.query('SELECT Id FROM Lead'))).toMatchObject({ errorCode: 'INVALID_TYPE' });
  });
  test('a right needs those it is built on', async () => {
    const ParentId = await make('PermissionSet', { Label: 'Built', Name: 'Built' });
    const reply = await org.call('POST', '/sobjects/ObjectPermissions', { ParentId, SobjectType: 'Case', PermissionsEdit: true });
    expect(errorOf(reply)).toMatchObject({
      errorCode: 'FIELD_INTEGRITY_EXCEPTION',
      message: 'Permission Edit Case depends on permission(s): Read Case',
    });
  });
  test('an assignment ends when it expires', async () => {
    const set = await grant({ Label: 'Short', Name: 'Short' }, { Case: 'R' });
    const assignment = await one(`SELECT Id FROM PermissionSetAssignment WHERE PermissionSetId = '${set}'`);
    await org.call('PATCH', `/sobjects/PermissionSetAssignment/${assignment}`, { ExpirationDate: '2026-11-21T10:00:00Z' });
    expect((await olaf.query('SELECT Id FROM Case')).status).toBe(200);
    now = Date.parse('2026-11-21T10:00:01Z');
    expect((await olaf.query('SELECT Id FROM Case')).status).toBe(400);
    now = Date.parse('2026-11-21T09:00:00Z');
  });
  test('a permission set is assigned once, and no profile’s own', async () => {
    const set = await grant({ Label: 'Once', Name: 'Once' });
    expect(
      errorOf(await org.call('POST', '/sobjects/PermissionSetAssignment', { PermissionSetId: set, AssigneeId: olafId })),
    ).toMatchObject({
      errorCode: 'DUPLICATE_VALUE',
      message: expect.stringContaining('Duplicate PermissionSetAssignment') as string,
    });
    const owned = await one('SELECT Id FROM PermissionSet WHERE IsOwnedByProfile = true');
    expect((await org.call('POST', '/sobjects/PermissionSetAssignment', { PermissionSetId: owned, AssigneeId: olafId })).status).toBe(400);
  });
  test('tasks need "Edit Tasks"', async () => {
    expect(errorOf(await olaf.call('POST', '/sobjects/Task', { Subject: 'x' }))).toMatchObject({
      message: 'entity type cannot be inserted: Task',
    });
    const set = await grant({ Label: 'Tasks', Name: 'Tasks', PermissionsEditTask: true });
    const task = await make('Task', { Subject: 'x' }, olaf);
    expect(
      errorOf(await olaf.call('POST', '/sobjects/Event', { StartDateTime: '2026-11-21T10:00:00Z', DurationInMinutes: 5 })),
    ).toMatchObject({ message: 'entity type cannot be inserted: Event' });
    await take(set);
    expect((await olaf.query(`SELECT Subject FROM Task WHERE Id = '${task}'`)).records).toHaveLength(1);
  });
  test('campaigns are for marketing users', async () => {
    const anna = await asUser(org, seeded.anna);
    expect(errorOf(await anna.call('POST', '/sobjects/Campaign', { Name: 'x' }))).toMatchObject({
      message: 'entity type cannot be inserted: Campaign',
    });
    await org.call('PATCH', `/sobjects/User/${seeded.anna}`, { UserPermissionsMarketingUser: true });
    expect((await anna.call('POST', '/sobjects/Campaign', { Name: 'x' })).status).toBe(201);
  });
  test('one mends one’s own user, and no more than that', async () => {
    const anna = await asUser(org, seeded.anna);
    expect((await anna.call('PATCH', `/sobjects/User/${seeded.anna}`, { MobilePhone: '1' })).status).toBe(204);
    expect(
      errorOf(await anna.call('PATCH', `/sobjects/User/${seeded.anna}`, { ProfileId: await profile('System Administrator') })),
    ).toMatchObject({ errorCode: 'INVALID_FIELD_FOR_INSERT_UPDATE', fields: ['ProfileId'] });
    expect(errorOf(await anna.call('PATCH', `/sobjects/User/${haruto}`, { MobilePhone: '1' }))).toMatchObject({
      errorCode: 'INSUFFICIENT_ACCESS_OR_READONLY',
    });
  });
});

describe('rights on fields', () => {
  test('a hidden field is in no describe, and no request may name it', async () => {
    const set = await grant({ Label: 'F1', Name: 'F1' }, { Contact: 'RCE' }, { 'Contact.Phone': 'edit', 'Contact.Email': 'read' });
    const fields = (await described(olaf, 'Contact')).fields;
    expect(fields.map(({ name }) => name)).not.toContain('MobilePhone');
    expect(fields.map(({ name }) => name)).toContain('LastName'); // has no field-level security
    expect(fields.find(({ name }) => name === 'Email')).toMatchObject({ createable: false, updateable: false });
    expect(fields.find(({ name }) => name === 'Phone')).toMatchObject({ createable: true, updateable: true });
    const hidden = { errorCode: 'INVALID_FIELD' };
    expect(errorOf(await olaf.query('SELECT MobilePhone FROM Contact'))).toMatchObject({
      ...hidden,
      message: expect.stringContaining("No such column 'MobilePhone' on entity 'Contact'") as string,
    });
    expect(errorOf(await olaf.query("SELECT Id FROM Contact WHERE MobilePhone = '1'"))).toMatchObject(hidden);
    expect(errorOf(await olaf.query('SELECT Id FROM Contact ORDER BY MobilePhone'))).toMatchObject(hidden);
    expect(errorOf(await olaf.query('SELECT Who.Phone, Account.Phone FROM Contact'))).toMatchObject(hidden);
    expect(errorOf(await olaf.call('PATCH', `/sobjects/Contact/${seeded.ewa}`, { MobilePhone: '1' }))).toMatchObject({
      ...hidden,
      message: "No such column 'MobilePhone' on sobject of type Contact",
    });
    expect(
      errorOf(
        await olaf.call('POST', '/composite/sobjects', { records: [{ attributes: { type: 'Contact' }, LastName: 'x', MobilePhone: '1' }] }),
      ),
    ).toMatchObject(hidden);
    expect(errorOf(await olaf.call('PATCH', `/sobjects/Contact/${seeded.ewa}`, { Email: 'a@b.example' }))).toMatchObject({
      errorCode: 'INVALID_FIELD_FOR_INSERT_UPDATE',
      message:
        'Unable to create/update fields: Email. Please check the security settings of this field and verify that it is read/write for your profile or permission set.',
      fields: ['Email'],
    });
    expect((await olaf.call('PATCH', `/sobjects/Contact/${seeded.ewa}`, { Phone: '22 000' })).status).toBe(204);
    const body = (await olaf.call('GET', `/sobjects/Contact/${seeded.ewa}`)).body as Record<string, unknown>;
    expect(body).toMatchObject({ Phone: '22 000', Email: 'ewa@zloty-klos.example' });
    expect(body).not.toHaveProperty('MobilePhone');
    // What he does not see stays.
    expect((await org.query(`SELECT MobilePhone FROM Contact WHERE Id = '${seeded.ewa}'`)).records).toMatchObject([
      { MobilePhone: '+48601234567' },
    ]);
    await take(set);
  });
  test('the parts of an address are one', async () => {
    const set = await grant({ Label: 'F2', Name: 'F2' }, { Contact: 'R' }, { 'Contact.MailingAddress': 'read' });
    expect((await olaf.query('SELECT MailingCity, MailingAddress FROM Contact LIMIT 1')).status).toBe(200);
    expect((await olaf.query('SELECT OtherCity FROM Contact LIMIT 1')).status).toBe(400);
    const odd = await org.call('POST', '/sobjects/FieldPermissions', {
      ParentId: set,
      SobjectType: 'Contact',
      Field: 'Contact.MailingCity',
      PermissionsRead: true,
    });
    expect(errorOf(odd)).toMatchObject({
      errorCode: 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
      message: 'Field Name: bad value for restricted picklist field: Contact.MailingCity',
    });
    await take(set);
  });
  test('a field that came by a deployment is hidden from admins too, until a permission set opens it', async () => {
    await org.control('POST', '/fields', {
      object: 'Task',
      name: 'Hidden__c',
      label: 'Hidden',
      type: 'string',
      length: 20,
      visible: false,
    });
    expect(errorOf(await org.call('POST', '/sobjects/Task', { Hidden__c: 'x' }))).toMatchObject({ errorCode: 'INVALID_FIELD' });
    expect((await described(org, 'Task')).fields.map(({ name }) => name)).not.toContain('Hidden__c');
    const set = await grant({ Label: 'Opens', Name: 'Opens' }, {}, { 'Task.Hidden__c': 'edit' }, seeded.integration);
    expect((await org.call('POST', '/sobjects/Task', { Hidden__c: 'x' })).status).toBe(201);
    await take(set);
    expect((await org.query('SELECT Hidden__c FROM Task')).status).toBe(400);
  });
  test('a required field has no security to give', async () => {
    await org.control('POST', '/fields', {
      object: 'Task',
      name: 'Needed__c',
      label: 'Needed',
      type: 'string',
      length: 20,
      required: true,
      defaultValue: 'x',
      visible: false,
    });
    expect((await described(org, 'Task')).fields.map(({ name }) => name)).toContain('Needed__c');
    const ParentId = await make('PermissionSet', { Label: 'None', Name: 'None' });
    expect(
      errorOf(
        await org.call('POST', '/sobjects/FieldPermissions', {
          ParentId,
          SobjectType: 'Task',
          Field: 'Task.Needed__c',
          PermissionsRead: true,
        }),
      ),
    ).toMatchObject({ errorCode: 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST' });
    await org.control('DELETE', '/fields/Task/Needed__c');
  });
});

describe('every door', () => {
  test('keeps to the rights of who comes in', async () => {
    const set = await grant({ Label: 'Doors', Name: 'Doors' }, { Contact: 'RC' }, { 'Contact.Phone': 'edit' });
    const codes = async (method: string, path: string, body?: unknown) => {
      const reply = await olaf.call(method, path, body);
      return [reply.status, errorOf(reply)?.errorCode];
    };
    expect(await codes('GET', `/search?q=${encodeURIComponent('FIND {Kowalczyk} RETURNING Lead(Id)')}`)).toEqual([400, 'INVALID_TYPE']);
    expect(await codes('GET', `/search?q=${encodeURIComponent('FIND {Kowalczyk} RETURNING Contact(Id, MobilePhone)')}`)).toEqual([
      400,
      'INVALID_FIELD',
    ]);
    const found = (await olaf.call('GET', `/search?q=${encodeURIComponent('FIND {Kowalczyk}')}`)).body as { searchRecords: unknown[] };
    expect(found.searchRecords).toHaveLength(1);
    expect(await codes('GET', `/sobjects/Contact/${seeded.ewa}/Account`)).toEqual([404, 'NOT_FOUND']);
    expect(await codes('GET', `/sobjects/Contact/${seeded.ewa}?fields=MobilePhone`)).toEqual([400, 'INVALID_FIELD']);
    expect(await codes('GET', '/sobjects/Lead/updated?start=2026-11-20T00:00:00Z&end=2026-11-21T00:00:00Z')).toEqual([404, 'NOT_FOUND']);
    expect(await codes('GET', '/ui-api/object-info/Lead')).toEqual([404, 'NOT_FOUND']);
    const info = (await olaf.call('GET', '/ui-api/object-info/Contact')).body as {
      createable: boolean;
      updateable: boolean;
      fields: object;
    };
    expect(info).toMatchObject({ createable: true, updateable: false });
    expect(Object.keys(info.fields)).not.toContain('MobilePhone');
    expect(
      await codes('POST', '/composite/tree/Lead', { records: [{ attributes: { type: 'Lead', referenceId: 'a' }, LastName: 'x' }] }),
    ).toEqual([404, 'NOT_FOUND']);
    const inBatch = await olaf.call('POST', '/composite/batch', {
      batchRequests: [{ method: 'GET', url: `v67.0/query?q=SELECT+MobilePhone+FROM+Contact` }],
    });
    expect(inBatch.body).toMatchObject({ results: [{ statusCode: 400, result: [{ errorCode: 'INVALID_FIELD' }] }] });
    expect((await olaf.call('POST', '/jobs/ingest', { operation: 'insert', object: 'Lead' })).status).toBe(400);
    const job = await olaf.call('POST', '/jobs/query', { operation: 'query', query: 'SELECT MobilePhone FROM Contact' });
    expect([job.status, errorOf(job)?.errorCode]).toEqual([400, 'INVALID_FIELD']);
    expect(await codes('POST', '/sobjects/Contact', { LastName: 'x', Account: { Cordboard_Name__c: 'x' } })).toEqual([
      400,
      'INVALID_FIELD',
    ]);
    await take(set);
  });
});

describe('who sees whose activities', () => {
  let boss: AsUser;
  let peer: AsUser;
  let agentId: string;
  let orphan: string;
  let linked: string;
  beforeAll(async () => {
    const top = await make('UserRole', { Name: 'Head of service' });
    const team = await make('UserRole', { Name: 'Service', ParentRoleId: top });
    agentId = await user('agent', 'Acme Agent', { UserRoleId: team });
    boss = await asUser(org, await user('boss', 'Acme Agent', { UserRoleId: top }));
    peer = await asUser(org, await user('peer', 'Acme Agent', { UserRoleId: team }));
    orphan = await make('Task', { Subject: 'orphan', OwnerId: agentId });
    linked = await make('Task', { Subject: 'linked', OwnerId: agentId, WhoId: seeded.ewa });
  });
  const sees = async (who: Pick<AsUser, 'call'>, id: string) => (await who.call('GET', `/sobjects/Task/${id}`)).status === 200;

  test('MT-03, MT-04, MT-05: one about nobody is seen by its owner, who stands above him by role, and admins', async () => {
    await org.control('POST', '/sharing', { private: ['Task'] });
    const agent = await asUser(org, agentId);
    expect([await sees(agent, orphan), await sees(boss, orphan), await sees(org, orphan)]).toEqual([true, true, true]);
    expect(await sees(peer, orphan)).toBe(false);
    expect((await peer.query("SELECT Id FROM Task WHERE Subject = 'orphan'")).records).toEqual([]);
    expect((await boss.query("SELECT Id FROM Task WHERE Subject = 'orphan'")).records).toHaveLength(1);
  });
  test('one about somebody is seen by who sees him, and changed by its owner', async () => {
    await org.control('POST', '/sharing', { private: ['Task'] });
    expect(await sees(peer, linked)).toBe(true);
    expect(errorOf(await peer.call('PATCH', `/sobjects/Task/${linked}`, { Subject: 'mine' }))).toMatchObject({
      errorCode: 'INSUFFICIENT_ACCESS_OR_READONLY',
    });
    expect((await boss.call('PATCH', `/sobjects/Task/${linked}`, { Description: 'seen' })).status).toBe(204);
    await org.control('POST', '/sharing', { private: ['Task', 'Contact'] });
    expect(await sees(peer, linked)).toBe(false); // Ewa is Anna's
    await org.control('POST', '/sharing', { private: [], byParent: ['Task'] });
    expect((await peer.call('PATCH', `/sobjects/Task/${linked}`, { Subject: 'linked' })).status).toBe(204);
  });
  test('a queue’s task is seen by its members', async () => {
    await org.control('POST', '/sharing', { private: ['Task'] });
    const id = await make('Task', { Subject: 'queued', OwnerId: seeded.taskQueue });
    expect(await sees(peer, id)).toBe(false);
    const { user_id } = (await (
      await fetch(`${org.apiUrl}/services/oauth2/userinfo`, { headers: { authorization: `Bearer ${peer.token}` } })
    ).json()) as { user_id: string };
    await make('GroupMember', { GroupId: seeded.taskQueue, UserOrGroupId: user_id });
    expect(await sees(peer, id)).toBe(true);
    expect(await sees(boss, id)).toBe(true);
  });
  test('a private event is its owner’s, whoever may see the others', async () => {
    const event = { StartDateTime: '2026-11-23T10:00:00Z', DurationInMinutes: 30, OwnerId: agentId };
    const open = await make('Event', event);
    const secret = await make('Event', { ...event, IsPrivate: true });
    const seen = async (who: AsUser) =>
      (await who.query(`SELECT Id FROM Event WHERE OwnerId = '${agentId}'`)).records.map((row) => row['Id']);
    expect(await seen(boss)).toEqual([open]);
    expect(await seen(await asUser(org, agentId))).toEqual([open, secret]);
  });
  test('contacts go with their account, or are their owner’s', async () => {
    await org.control('POST', '/sharing', { private: ['Account'], byParent: ['Contact'] });
    const names = (await peer.query('SELECT Id FROM Contact')).records;
    expect(names).toEqual([]);
    const anna = await asUser(org, seeded.anna);
    const seen = (await anna.query('SELECT Id FROM Contact ORDER BY Id')).records.map((row) => row['Id']);
    expect(seen).toEqual([seeded.ewa, seeded.tomasz]); // both of Anna's bakery; Tomasz is Piotr's
    await org.control('POST', '/sharing', { private: [], readOnly: ['Contact'], byParent: [] });
    expect((await anna.query(`SELECT Id FROM Contact WHERE Id = '${seeded.iryna}'`)).records).toEqual([]); // has no account, and is Olena's
    expect(errorOf(await anna.call('PATCH', `/sobjects/Contact/${seeded.tomasz}`, { Phone: '1' }))).toMatchObject({
      errorCode: 'INSUFFICIENT_ACCESS_OR_READONLY',
    });
  });
  test('"View All" on an object sees past sharing', async () => {
    await org.control('POST', '/sharing', { private: ['Case'] });
    const set = await grant({ Label: 'VA', Name: 'VA' }, { Case: 'RV' });
    expect((await olaf.query(`SELECT Id FROM Case WHERE Id = '${seeded.ticket}'`)).records).toHaveLength(1);
    expect(
      (
        await org.query(
          `SELECT RecordId, HasReadAccess, HasEditAccess, MaxAccessLevel FROM UserRecordAccess WHERE UserId = '${olafId}' AND RecordId = '${seeded.ticket}'`,
        )
      ).records,
    ).toMatchObject([{ HasReadAccess: true, HasEditAccess: false, MaxAccessLevel: 'Read' }]);
    await take(set);
  });
  test('details are seen with their master', async () => {
    await org.control('POST', '/objects', { name: 'Deal__c', label: 'Deal', sharing: 'Private' });
    await org.control('POST', '/objects', { name: 'Line__c', label: 'Line' });
    await org.control('POST', '/fields', {
      object: 'Line__c',
      name: 'Deal__c',
      label: 'Deal',
      type: 'reference',
      referenceTo: 'Deal__c',
      masterDetail: true,
    });
    const deal = await make('Deal__c', { Name: 'd', OwnerId: agentId });
    await make('Line__c', { Name: 'l', Deal__c: deal });
    expect((await peer.query('SELECT Id FROM Line__c')).records).toEqual([]);
    expect((await boss.query('SELECT Id, Deal__r.Name FROM Line__c')).records).toMatchObject([{ Deal__r: { Name: 'd' } }]);
  });
});
