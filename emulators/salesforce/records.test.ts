import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seeded, testOrg, type TestOrg } from './testing/test-org.ts';

let org: TestOrg;
beforeAll(async () => {
  org = await testOrg();
});
afterAll(() => org.stop());

const made = async (fields: Record<string, unknown>): Promise<string> => {
  const reply = await org.call('POST', '/sobjects/Task', fields);
  expect(reply.body).toMatchObject({ success: true });
  return (reply.body as { id: string }).id;
};
const task = async (id: string) => (await org.call('GET', `/sobjects/Task/${id}`)).body as Record<string, unknown>;

describe('a new task', () => {
  test('gets its defaults, its account and its stamps', async () => {
    const id = await made({ Subject: '  Call back \n', WhoId: seeded.ewa });
    expect(id).toMatch(/^00T.{15}$/);
    expect(await task(id)).toMatchObject({
      attributes: { type: 'Task', url: `/services/data/v67.0/sobjects/Task/${id}` },
      Subject: 'Call back',
      Status: 'Not Started',
      Priority: 'Normal',
      IsClosed: false,
      OwnerId: seeded.integration,
      AccountId: seeded.bakery,
      TaskSubtype: 'Task',
      CompletedDateTime: null,
      CreatedById: seeded.integration,
      IsDeleted: false,
    });
    expect((await task(id))['CreatedDate']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000\+0000$/);
  });
  test('answers where it is', async () => {
    const reply = await org.call('POST', '/sobjects/Task', {});
    expect([reply.status, reply.headers.get('location')]).toEqual([
      201,
      `/services/data/v67.0/sobjects/Task/${(reply.body as { id: string }).id}`,
    ]);
  });
  test.each([
    ['an account as WhatId', { WhatId: seeded.sake }, seeded.sake],
    ['a case: its account', { WhatId: seeded.ticket }, seeded.bakery],
    ['a deal: its account, before the contact’s', { WhatId: seeded.deal, WhoId: seeded.misaki }, seeded.bakery],
    ['a contact without account', { WhoId: seeded.iryna }, null],
    ['a lead', { WhoId: seeded.kenji }, null],
  ])('derives AccountId from %s', async (_, fields, account) => {
    expect((await task(await made(fields)))['AccountId']).toBe(account);
  });
  test('closes by its status, and reopening takes the time away', async () => {
    const id = await made({ Status: 'Completed' });
    expect(await task(id)).toMatchObject({ IsClosed: true, CompletedDateTime: expect.any(String) as string });
    await org.call('PATCH', `/sobjects/Task/${id}`, { Status: 'In Progress', Priority: 'High' });
    expect(await task(id)).toMatchObject({ IsClosed: false, CompletedDateTime: null, IsHighPriority: true });
  });
  test('takes garbage as Status and Priority: they are unrestricted', async () => {
    expect(await task(await made({ Status: 'Wilstermann', Priority: 'Soon' }))).toMatchObject({ Status: 'Wilstermann', IsClosed: false });
  });
  test('cuts a datetime given as ActivityDate, keeps 15-character ids as 18, knows names in any case', async () => {
    expect(await task(await made({ activitydate: '2026-11-21T23:30:00Z', whoid: seeded.ewa.slice(0, 15) }))).toMatchObject({
      ActivityDate: '2026-11-21',
      WhoId: seeded.ewa,
    });
  });
  test('may belong to a queue for tasks', async () => {
    expect((await task(await made({ OwnerId: seeded.taskQueue })))['OwnerId']).toBe(seeded.taskQueue);
  });
});

describe('a task is refused', () => {
  test.each([
    [
      'CallType outside its list, by label',
      { CallType: 'Missed' },
      'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
      'Call Type: bad value for restricted picklist field: Missed',
      ['CallType'],
    ],
    [
      'TaskSubtype outside its list',
      { TaskSubtype: 'Fax' },
      'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
      'Task Subtype: bad value for restricted picklist field: Fax',
      ['TaskSubtype'],
    ],
    [
      'a long text',
      { Subject: 'x'.repeat(256) },
      'STRING_TOO_LONG',
      `Subject: data value too large: ${'x'.repeat(256)} (max length=255)`,
      ['Subject'],
    ],
    [
      'a long key',
      { Cordboard_Name__c: 'k'.repeat(65) },
      'STRING_TOO_LONG',
      `Cordboard Name: data value too large: ${'k'.repeat(65)} (max length=64)`,
      ['Cordboard_Name__c'],
    ],
    [
      'a company as person',
      { WhoId: seeded.bakery },
      'FIELD_INTEGRITY_EXCEPTION',
      `Name ID: id value of incorrect type: ${seeded.bakery}`,
      ['WhoId'],
    ],
    [
      'a person as company',
      { WhatId: seeded.ewa },
      'FIELD_INTEGRITY_EXCEPTION',
      `Related To ID: id value of incorrect type: ${seeded.ewa}`,
      ['WhatId'],
    ],
    ['no id at all', { WhatId: 'bakery' }, 'MALFORMED_ID', 'Related To ID: id value of incorrect type: bakery', ['WhatId']],
    ['nobody', { WhoId: '003Sx0000000999' }, 'INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id', ['WhoId']],
    [
      'a lead together with a company',
      { WhoId: seeded.kenji, WhatId: seeded.bakery },
      'FIELD_INTEGRITY_EXCEPTION',
      expect.any(String),
      ['WhoId', 'WhatId'],
    ],
    [
      'an inactive owner',
      { OwnerId: seeded.inactive },
      'INACTIVE_OWNER_OR_USER',
      `operation performed with inactive user [${seeded.inactive.slice(0, 15)}] as owner of task`,
      ['OwnerId'],
    ],
    [
      'a queue that is not for tasks',
      { OwnerId: seeded.leadQueue },
      'FIELD_INTEGRITY_EXCEPTION',
      `Assigned To ID: id value of incorrect type: ${seeded.leadQueue}`,
      ['OwnerId'],
    ],
    [
      'a group that is no queue',
      { OwnerId: seeded.group },
      'FIELD_INTEGRITY_EXCEPTION',
      `Assigned To ID: id value of incorrect type: ${seeded.group}`,
      ['OwnerId'],
    ],
    [
      'what the org derives',
      { IsClosed: true },
      'INVALID_FIELD_FOR_INSERT_UPDATE',
      expect.stringContaining('Unable to create/update fields: IsClosed.'),
      ['IsClosed'],
    ],
    [
      'a number of nine digits',
      { CallDurationInSeconds: 123_456_789 },
      'NUMBER_OUTSIDE_VALID_RANGE',
      expect.any(String),
      ['CallDurationInSeconds'],
    ],
    ['no status', { Status: null }, 'REQUIRED_FIELD_MISSING', 'Required fields are missing: [Status]', ['Status']],
  ])('for %s', async (_, fields, errorCode, message, names) => {
    const reply = await org.call('POST', '/sobjects/Task', fields);
    expect([reply.status, reply.body]).toEqual([400, [{ message, errorCode, fields: names }]]);
  });
  test.each([
    [
      { ActivityDate: '21.11.2026' },
      'Cannot deserialize instance of date from VALUE_STRING value 21.11.2026 or request may be missing a required field',
    ],
    [{ ActivityDate: '2026-02-30' }, expect.stringContaining('instance of date')],
    [{ ReminderDateTime: 'tomorrow' }, expect.stringContaining('instance of datetime')],
    [{ IsReminderSet: 'yes' }, expect.stringContaining('instance of boolean')],
    [{ CallDurationInSeconds: 'long' }, expect.stringContaining('instance of int')],
    [{ Subject: 7 }, expect.stringContaining('instance of string from VALUE_NUMBER_INT')],
  ])('for the JSON type of %j', async (fields, message) => {
    const reply = await org.call('POST', '/sobjects/Task', fields);
    expect([reply.status, reply.body]).toEqual([400, [{ message, errorCode: 'JSON_PARSER_ERROR' }]]);
  });
  test('for a field it does not have', async () => {
    expect((await org.call('POST', '/sobjects/Task', { Type: 'Call' })).body).toEqual([
      { message: "No such column 'Type' on sobject of type Task", errorCode: 'INVALID_FIELD' },
    ]);
  });
  test('a recurring task is 501, not a wrong answer', async () => {
    expect((await org.call('POST', '/sobjects/Task', { IsRecurrence: true })).status).toBe(501);
  });
});

describe('a task that is there', () => {
  test('TaskSubtype may be set when it is created only', async () => {
    const id = await made({ TaskSubtype: 'Call' });
    expect((await org.call('PATCH', `/sobjects/Task/${id}`, { TaskSubtype: 'Task' })).body).toMatchObject([
      { errorCode: 'INVALID_FIELD_FOR_INSERT_UPDATE', fields: ['TaskSubtype'] },
    ]);
  });
  test('changes with 204 and no body; the id is not data', async () => {
    const id = await made({});
    const reply = await org.call('PATCH', `/sobjects/Task/${id}`, { Subject: 'new' });
    expect([reply.status, reply.body]).toEqual([204, '']);
    expect((await org.call('PATCH', `/sobjects/Task/${id}`, { Id: id })).body).toEqual([
      { message: 'The Id field should not be specified in the sobject data.', errorCode: 'INVALID_FIELD' },
    ]);
  });
  test('deleted it is gone for programs, 404 ENTITY_IS_DELETED the second time, and queryAll still sees it', async () => {
    const id = await made({ Subject: 'to go' });
    expect((await org.call('DELETE', `/sobjects/Task/${id}`)).status).toBe(204);
    for (const [method, body] of [
      ['DELETE', undefined],
      ['PATCH', {}],
      ['GET', undefined],
    ] as const) {
      const reply = await org.call(method, `/sobjects/Task/${id}`, body);
      expect([reply.status, reply.body]).toEqual([404, [{ message: 'entity is deleted', errorCode: 'ENTITY_IS_DELETED', fields: [] }]]);
    }
    expect((await org.query(`SELECT Id FROM Task WHERE Id = '${id}'`)).records).toEqual([]);
    const all = await org.call('GET', `/queryAll?q=${encodeURIComponent(`SELECT IsDeleted FROM Task WHERE Id = '${id}'`)}`);
    expect(all.body).toMatchObject({ totalSize: 1, records: [{ IsDeleted: true }] });
  });
  test('an id that never was', async () => {
    expect((await org.call('GET', '/sobjects/Task/00TSx0000000zzz')).status).toBe(404);
    expect((await org.call('GET', '/sobjects/Task/nonsense')).body).toMatchObject([{ errorCode: 'NOT_FOUND' }]);
    expect((await org.call('GET', `/sobjects/Task/${seeded.ewa}`)).status).toBe(404);
  });
});

describe('upsert by external id', () => {
  test('201 created, then 200 not created, whatever the case; a changed field stays changed', async () => {
    const first = await org.call('PATCH', '/sobjects/Task/Cordboard_Name__c/Key-1', { Subject: 'one' });
    expect([first.status, first.body]).toEqual([201, { id: expect.any(String) as string, success: true, errors: [], created: true }]);
    const second = await org.call('PATCH', '/sobjects/Task/Cordboard_Name__c/KEY-1', { Subject: 'two' });
    expect([second.status, second.body]).toEqual([200, { ...(first.body as object), created: false }]);
    expect((await org.call('GET', '/sobjects/Task/Cordboard_Name__c/key-1')).body).toMatchObject({
      Subject: 'two',
      Cordboard_Name__c: 'Key-1',
    });
  });
  test('the key may not be in the body', async () => {
    expect((await org.call('PATCH', '/sobjects/Task/Cordboard_Name__c/k', { Cordboard_Name__c: 'k' })).body).toEqual([
      { message: 'The Cordboard_Name__c field should not be specified in the sobject data.', errorCode: 'INVALID_FIELD' },
    ]);
  });
  test('updateOnly never creates', async () => {
    expect((await org.call('PATCH', '/sobjects/Task/Cordboard_Name__c/nobody?updateOnly=true', {})).status).toBe(404);
  });
  test('two records under one key: 300 and the list of them', async () => {
    for (const LastName of ['A', 'B']) await org.call('POST', '/sobjects/Contact', { LastName, Email: 'shared@x.example' });
    const reply = await org.call('PATCH', '/sobjects/Contact/Email/shared@x.example', { Title: 'x' });
    expect([reply.status, reply.body]).toEqual([
      300,
      [expect.stringMatching(/^\/services\/data\/v67\.0\/sobjects\/Contact\/003/), expect.any(String)],
    ]);
  });
  test('a key in the recycle bin is free again; taking it out then is a duplicate', async () => {
    const id = ((await org.call('PATCH', '/sobjects/Task/Cordboard_Name__c/binned', {})).body as { id: string }).id;
    await org.call('DELETE', `/sobjects/Task/${id}`);
    const again = await org.call('PATCH', '/sobjects/Task/Cordboard_Name__c/binned', {});
    expect(again.body).toMatchObject({ created: true });
    expect((await org.control('POST', '/as-human', { action: 'undelete', object: 'Task', id })).body).toMatchObject([
      { errorCode: 'DUPLICATE_VALUE' },
    ]);
  });
  test('a plain insert of a taken key names the record that has it', async () => {
    const id = ((await org.call('PATCH', '/sobjects/Task/Cordboard_Name__c/taken', {})).body as { id: string }).id;
    expect((await org.call('POST', '/sobjects/Task', { Cordboard_Name__c: 'TAKEN' })).body).toEqual([
      {
        message: `duplicate value found: Cordboard_Name__c duplicates value on record with id: ${id.slice(0, 15)}`,
        errorCode: 'DUPLICATE_VALUE',
        fields: [],
      },
    ]);
  });
});

describe('other objects', () => {
  test('people need a last name, leads a company, deals a stage and a day', async () => {
    expect((await org.call('POST', '/sobjects/Contact', { FirstName: 'Ada' })).body).toMatchObject([
      { errorCode: 'REQUIRED_FIELD_MISSING', message: 'Required fields are missing: [LastName]' },
    ]);
    expect((await org.call('POST', '/sobjects/Lead', {})).body).toMatchObject([
      { message: 'Required fields are missing: [LastName, Company]' },
    ]);
    expect((await org.call('POST', '/sobjects/Opportunity', { Name: 'x' })).body).toMatchObject([
      { message: 'Required fields are missing: [StageName, CloseDate]' },
    ]);
    expect((await org.call('POST', '/sobjects/Contact', { LastName: 'X', Email: 'no-mail' })).body).toMatchObject([
      { errorCode: 'INVALID_EMAIL_ADDRESS' },
    ]);
  });
  test('a case takes its number, its account and its phones from where they are', async () => {
    const { id } = (await org.call('POST', '/sobjects/Case', { ContactId: seeded.ewa, Subject: 'x' })).body as { id: string };
    expect((await org.call('GET', `/sobjects/Case/${id}`)).body).toMatchObject({
      CaseNumber: expect.stringMatching(/^\d{8}$/) as string,
      AccountId: seeded.bakery,
      ContactMobile: '+48601234567',
      Status: 'New',
    });
  });
  test('programs do not write what an admin keeps under Setup', async () => {
    expect((await org.call('POST', '/sobjects/TaskStatus', { MasterLabel: 'Parked' })).status).toBe(501);
    expect((await org.call('POST', '/sobjects/Widget__c', {})).status).toBe(404);
  });
  test('a converted lead is closed to tasks', async () => {
    const { id } = (await org.call('POST', '/sobjects/Lead', { LastName: 'L', Company: 'C' })).body as { id: string };
    await org.control('POST', '/as-human', {
      action: 'update',
      object: 'Lead',
      id,
      fields: { IsConverted: true, ConvertedContactId: seeded.ewa },
    });
    expect((await org.call('POST', '/sobjects/Task', { WhoId: id })).body).toMatchObject([
      { errorCode: 'CANNOT_UPDATE_CONVERTED_LEAD', message: 'cannot reference converted lead' },
    ]);
    expect((await org.call('PATCH', `/sobjects/Lead/${id}`, { Company: 'D' })).body).toMatchObject([
      { errorCode: 'CANNOT_UPDATE_CONVERTED_LEAD' },
    ]);
  });
  test('a deleted person takes along the tasks that are about nothing else, and brings them back', async () => {
    const { id } = (await org.call('POST', '/sobjects/Contact', { LastName: 'Short' })).body as { id: string };
    const alone = await made({ WhoId: id });
    const shared = await made({ WhoId: id, WhatId: seeded.bakery });
    await org.call('DELETE', `/sobjects/Contact/${id}`);
    expect((await org.call('GET', `/sobjects/Task/${alone}`)).status).toBe(404);
    expect(await task(shared)).toMatchObject({ WhoId: null, WhatId: seeded.bakery });
    expect((await org.call('POST', '/sobjects/Task', { WhoId: id })).body).toMatchObject([{ errorCode: 'ENTITY_IS_DELETED' }]);
    await org.control('POST', '/as-human', { action: 'undelete', object: 'Contact', id });
    expect((await task(alone))['WhoId']).toBe(id);
  });
});

test('an admin’s rule speaks the admin’s words, and binds people too', async () => {
  await org.control('POST', '/validation-rules', {
    object: 'Task',
    when: [
      { field: 'Status', op: '=', value: 'Completed' },
      { field: 'CallDisposition', op: 'isBlank' },
      { field: 'CallType', op: '=', value: 'Outbound' },
    ],
    message: 'Say how the call ended.',
    errorField: 'CallDisposition',
  });
  const refused = [{ message: 'Say how the call ended.', errorCode: 'FIELD_CUSTOM_VALIDATION_EXCEPTION', fields: ['CallDisposition'] }];
  expect((await org.call('POST', '/sobjects/Task', { Status: 'Completed', CallType: 'Outbound' })).body).toEqual(refused);
  const id = await made({ CallType: 'Outbound' });
  expect((await org.control('POST', '/as-human', { action: 'update', object: 'Task', id, fields: { Status: 'Completed' } })).body).toEqual(
    refused,
  );
  await org.control('DELETE', '/validation-rules');
  expect((await org.call('PATCH', `/sobjects/Task/${id}`, { Status: 'Completed' })).status).toBe(204);
});
