import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { seeded, testOrg, type Reply, type TestOrg } from './testing/test-org.ts';

let org: TestOrg;
beforeAll(async () => {
  org = await testOrg();
});
afterAll(() => org.stop());

const stranger = { LastName: '+48600111222', Company: 'Unknown caller', Phone: '+48600111222' };
const errorsOf = (reply: Reply) => (reply.body as { errorCode: string; message: string; fields?: string[] }[])[0];
const made = async (object: string, fields: Record<string, unknown>, headers?: Record<string, string>): Promise<string> => {
  const reply = await org.call('POST', `/sobjects/${object}`, fields, headers);
  expect(reply.body).toMatchObject({ success: true });
  return (reply.body as { id: string }).id;
};
const record = async (object: string, id: string) => (await org.call('GET', `/sobjects/${object}/${id}`)).body as Record<string, unknown>;

describe('a new lead', () => {
  test('gets the default status, its name and its owner', async () => {
    expect(await record('Lead', await made('Lead', stranger))).toMatchObject({
      Name: '+48600111222',
      Status: 'Open - Not Contacted',
      OwnerId: seeded.integration,
      IsConverted: false,
    });
  });
  test('needs a name and a company', async () => {
    expect(errorsOf(await org.call('POST', '/sobjects/Lead', {}))).toMatchObject({
      errorCode: 'REQUIRED_FIELD_MISSING',
      message: 'Required fields are missing: [LastName, Company]',
    });
  });
  test('may belong to a queue for leads, to no other group and to nobody who left', async () => {
    expect(await record('Lead', await made('Lead', { ...stranger, OwnerId: seeded.leadQueue }))).toMatchObject({
      OwnerId: seeded.leadQueue,
    });
    for (const OwnerId of [seeded.taskQueue, seeded.group])
      expect(errorsOf(await org.call('POST', '/sobjects/Lead', { ...stranger, OwnerId }))).toMatchObject({
        errorCode: 'FIELD_INTEGRITY_EXCEPTION',
        fields: ['OwnerId'],
      });
    expect(errorsOf(await org.call('POST', '/sobjects/Lead', { ...stranger, OwnerId: seeded.inactive }))).toEqual({
      errorCode: 'INACTIVE_OWNER_OR_USER',
      message: `operation performed with inactive user [${seeded.inactive.slice(0, 15)}] as owner of lead`,
      fields: ['OwnerId'],
    });
  });
  test('is not converted by a change of a field', async () => {
    expect(errorsOf(await org.call('PATCH', `/sobjects/Lead/${seeded.kenji}`, { IsConverted: true }))).toMatchObject({
      errorCode: 'INVALID_FIELD_FOR_INSERT_UPDATE',
      fields: ['IsConverted'],
    });
  });
});

test('statuses can be asked for, and the picklist says the same', async () => {
  const { records } = await org.query('SELECT MasterLabel, ApiName, IsDefault, IsConverted FROM LeadStatus ORDER BY SortOrder');
  expect(records).toMatchObject([
    { MasterLabel: 'Open - Not Contacted', IsDefault: true, IsConverted: false },
    { MasterLabel: 'Working - Contacted' },
    { MasterLabel: 'Closed - Converted', IsDefault: false, IsConverted: true },
    { MasterLabel: 'Closed - Not Converted' },
  ]);
  const { fields } = (await org.call('GET', '/sobjects/Lead/describe')).body as {
    fields: { name: string; picklistValues: { value: string; defaultValue: boolean }[] }[];
  };
  expect(fields.find((field) => field.name === 'Status')?.picklistValues.map(({ value, defaultValue }) => [value, defaultValue])).toEqual(
    records.map((status) => [status['ApiName'], status['IsDefault']]),
  );
  expect((await org.call('POST', '/sobjects/LeadStatus', { MasterLabel: 'New' })).status).toBe(501);
});

describe.each(['Lead', 'Contact', 'Account'])('%s.Cordboard_Name__c', (object) => {
  const fields = object === 'Account' ? { Name: 'Unknown caller' } : object === 'Lead' ? stranger : { LastName: '+48600111222' };
  test('two strangers’ records cannot have one name', async () => {
    const first = await made(object, { ...fields, Cordboard_Name__c: 'stranger-1' });
    expect(errorsOf(await org.call('POST', `/sobjects/${object}`, { ...fields, Cordboard_Name__c: 'STRANGER-1' }))).toEqual({
      errorCode: 'DUPLICATE_VALUE',
      message: `duplicate value found: Cordboard_Name__c duplicates value on record with id: ${first.slice(0, 15)}`,
      fields: [],
    });
    const again = await org.call('PATCH', `/sobjects/${object}/Cordboard_Name__c/stranger-1`, fields);
    expect(again.body).toMatchObject({ id: first, created: false });
    expect((await org.call('GET', `/sobjects/${object}/Cordboard_Name__c/stranger-1`)).body).toMatchObject({ Id: first });
  });
  test('two at once make one', async () => {
    await org.control('POST', '/latency', { baseMs: 30, perRecordMs: 5, tail: 0 });
    const both = await Promise.all(
      ['a', 'b'].map(() => org.call('PATCH', `/sobjects/${object}/Cordboard_Name__c/race`, fields).then((reply) => reply.status)),
    );
    await org.control('POST', '/latency', { profile: 'none' });
    expect(both.toSorted((a, b) => a - b)).toEqual([201, 400]);
    expect((await org.query(`SELECT Id FROM ${object} WHERE Cordboard_Name__c = 'race'`)).records.length).toBe(1);
  });
});
test('is not there before the admin deployed it', async () => {
  const bare = await testOrg({ withoutCustomFields: true });
  expect(errorsOf(await bare.call('POST', '/sobjects/Lead', { ...stranger, Cordboard_Name__c: 'x' }))).toMatchObject({
    errorCode: 'INVALID_FIELD',
  });
  await bare.stop();
});

describe('assignment rules', () => {
  const owner = async (fields: Record<string, unknown> = {}, headers?: Record<string, string>) =>
    (await record('Lead', await made('Lead', { ...stranger, OwnerId: seeded.anna, ...fields }, headers)))['OwnerId'];
  const rule = async (more: Record<string, unknown> = {}) =>
    (
      await org.control('POST', '/assignment-rules', {
        object: 'Lead',
        entries: [{ when: [{ field: 'Phone', op: 'contains', value: '+48' }], ownerId: seeded.leadQueue }],
        ...more,
      })
    ).body as { id: string };
  afterEach(async () => {
    await org.control('DELETE', '/assignment-rules');
  });
  test('without any, everybody keeps what he is given', async () => {
    expect(await owner()).toBe(seeded.anna);
  });
  test('an active one takes the lead from the owner it was sent with, unless told not to', async () => {
    await rule();
    expect(await owner()).toBe(seeded.leadQueue);
    expect(await owner({}, { 'Sforce-Auto-Assign': 'TRUE' })).toBe(seeded.leadQueue);
    expect(await owner({}, { 'Sforce-Auto-Assign': 'false' })).toBe(seeded.anna);
  });
  test('what no entry is about goes to the default owner', async () => {
    await rule({ defaultOwnerId: seeded.integration });
    expect(await owner({ Phone: '03-1234-5678' })).toBe(seeded.integration);
  });
  test('a change takes it away as well', async () => {
    const id = await made('Lead', { ...stranger, OwnerId: seeded.anna });
    await rule();
    await org.call('PATCH', `/sobjects/Lead/${id}`, { Title: 'Baker' }, { 'Sforce-Auto-Assign': 'FALSE' });
    expect(await record('Lead', id)).toMatchObject({ OwnerId: seeded.anna });
    await org.call('PATCH', `/sobjects/Lead/${id}`, { Title: 'Head baker' });
    expect(await record('Lead', id)).toMatchObject({ OwnerId: seeded.leadQueue });
  });
  test('an inactive rule does nothing to leads until it is named', async () => {
    const { id } = await rule({ active: false });
    expect(await owner()).toBe(seeded.anna);
    expect(await owner({}, { 'Sforce-Auto-Assign': id })).toBe(seeded.leadQueue);
    expect(errorsOf(await org.call('POST', '/sobjects/Lead', stranger, { 'Sforce-Auto-Assign': 'maybe' }))).toMatchObject({
      errorCode: 'MALFORMED_ID',
    });
  });
  test('a case goes to the default owner though its rules are inactive', async () => {
    await org.control('POST', '/assignment-rules', { object: 'Case', active: false, entries: [], defaultOwnerId: seeded.anna });
    expect(await record('Case', await made('Case', { Subject: 'Oven', OwnerId: seeded.integration }))).toMatchObject({
      OwnerId: seeded.anna,
    });
    expect(
      await record('Case', await made('Case', { Subject: 'Oven', OwnerId: seeded.integration }, { 'Sforce-Auto-Assign': 'FALSE' })),
    ).toMatchObject({ OwnerId: seeded.integration });
  });
  test('a part of a composite is told by its own headers, not by those of the whole', async () => {
    await rule();
    const part = (referenceId: string, httpHeaders?: Record<string, string>) => ({
      method: 'POST',
      url: '/services/data/v67.0/sobjects/Lead',
      referenceId,
      body: { ...stranger, OwnerId: seeded.anna },
      ...(httpHeaders ? { httpHeaders } : {}),
    });
    const reply = await org.call(
      'POST',
      '/composite',
      { compositeRequest: [part('taken'), part('kept', { 'Sforce-Auto-Assign': 'FALSE' })] },
      { 'Sforce-Auto-Assign': 'FALSE' },
    );
    const ids = (reply.body as { compositeResponse: { body: { id: string } }[] }).compositeResponse.map((answer) => answer.body.id);
    const owners = await Promise.all(ids.map(async (id) => (await record('Lead', id))['OwnerId']));
    expect(owners).toEqual([seeded.leadQueue, seeded.anna]);
  });
  test('people at their screens choose owners themselves', async () => {
    await rule();
    const reply = await org.control('POST', '/as-human', {
      action: 'create',
      object: 'Lead',
      fields: { ...stranger, OwnerId: seeded.anna },
    });
    expect(await record('Lead', (reply.body as { id: string }).id)).toMatchObject({ OwnerId: seeded.anna });
  });
  test('tasks and contacts have none', async () => {
    expect((await org.control('POST', '/assignment-rules', { object: 'Task', entries: [] })).status).toBe(400);
    await rule();
    expect(await record('Contact', await made('Contact', { LastName: 'Nowak', OwnerId: seeded.anna }))).toMatchObject({
      OwnerId: seeded.anna,
    });
  });
});
