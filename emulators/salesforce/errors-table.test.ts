import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { asUser, type AsUser } from './testing/as-user.ts';
import { seeded, testOrg, type Reply, type TestOrg } from './testing/test-org.ts';

// Every way the org says no, one row each: how it comes about, and what a program reads. What no program can bring about here is brought
// about by a fault, and the row says so. The evidence is of the words.

let org: TestOrg;
let anna: AsUser;
let now = Date.parse('2026-11-21T09:00:00Z');
beforeAll(async () => {
  org = await testOrg({ clock: () => now });
  anna = await asUser(org, seeded.anna);
});
afterEach(async () => {
  for (const control of ['faults', 'validation-rules', 'duplicate-rules', 'sharing']) await org.control('DELETE', `/${control}`);
});
afterAll(() => org.stop());

type Fields = Record<string, unknown>;
type Evidence = 'recorded' | 'documented' | 'guessed';
type Row = {
  /** What is done. */
  readonly when: string;
  readonly evidence: Evidence;
  readonly send: () => Promise<Reply>;
  readonly status: number;
  readonly code: string;
  readonly text: string | RegExp;
  readonly fields?: readonly string[];
};

let serial = 0;
const next = () => `${(serial += 1)}`;
const post = (object: string, fields: unknown, by: Pick<AsUser, 'call'> = org) => by.call('POST', `/sobjects/${object}`, fields);
const idOf = async (reply: Promise<Reply>): Promise<string> => {
  const { body } = await reply;
  expect(body).toMatchObject({ success: true });
  return (body as { id: string }).id;
};
const task = (fields: Fields) => post('Task', fields);
const changed = async (object: string, fields: Fields, first: Fields = {}) =>
  org.call('PATCH', `/sobjects/${object}/${await idOf(post(object, first))}`, fields);
const lead = (more: Fields = {}) => post('Lead', { LastName: `Row ${next()}`, Company: 'Table', ...more });
const soql = (text: string) => org.call('GET', `/query?${new URLSearchParams({ q: text }).toString()}`);
const sosl = (text: string) => org.call('GET', `/search?${new URLSearchParams({ q: text }).toString()}`);
const fault = async (order: Fields, send: () => Promise<Reply>) => {
  await org.control('POST', '/faults', { times: 1, ...order });
  return send();
};
const ofRow = (statusCode: string, message: string) => () => fault({ kind: 'row-error', error: { statusCode, message } }, () => task({}));
const ofAll = (status: number, statusCode: string, message: string) => () =>
  fault({ kind: 'whole-error', status, error: { statusCode, message } }, () => org.call('GET', '/limits'));
/** The one row of a collection, as an answer. */
const inCollection = async (method: string, path: string, body?: unknown): Promise<Reply> => {
  const reply = await org.call(method, path, body);
  return { ...reply, status: 400, body: (reply.body as { errors: unknown[] }[])[0]?.errors };
};
const convertedLead = async () => {
  const id = await idOf(lead());
  await org.control('POST', '/as-human', { action: 'convert', object: 'Lead', id });
  return id;
};
const wrongType = (fields: Fields) => () => task(fields);
const parser = (type: string, token: string, value: string) =>
  `Cannot deserialize instance of ${type} from ${token} value ${value} or request may be missing a required field`;
const anyText = 'x'.repeat(280);

const table: readonly Row[] = [
  {
    when: 'a session that is over',
    evidence: 'documented',
    send: () => org.call('GET', '/limits', undefined, { authorization: 'Bearer 00D!over' }),
    status: 401,
    code: 'INVALID_SESSION_ID',
    text: 'Session expired or invalid',
  },
  {
    when: 'a header that is none',
    evidence: 'guessed',
    send: () => org.call('GET', '/limits', undefined, { authorization: 'Basic x' }),
    status: 401,
    code: 'INVALID_AUTH_HEADER',
    text: 'INVALID_HEADER_TYPE',
  },
  {
    when: 'the day’s calls are used up',
    evidence: 'recorded',
    send: async () => {
      const before = (await org.control('POST', '/limits', {})).body as { max: number };
      await org.control('POST', '/limits', { max: 0 });
      const reply = await org.call('GET', '/sobjects');
      await org.control('POST', '/limits', { max: before.max });
      return reply;
    },
    status: 403,
    code: 'REQUEST_LIMIT_EXCEEDED',
    text: 'TotalRequests Limit exceeded.',
  },
  {
    when: 'by a fault: too many long calls at once',
    evidence: 'recorded',
    send: () => fault({ kind: 'limit-concurrent-403' }, () => org.call('GET', '/limits')),
    status: 403,
    code: 'REQUEST_LIMIT_EXCEEDED',
    text: 'ConcurrentRequests (Concurrent API Requests) Limit exceeded.',
  },
  {
    when: 'a user without API Enabled',
    evidence: 'guessed',
    send: async () => {
      const [profile] = (await org.query("SELECT Id FROM Profile WHERE Name = 'Minimum Access - Salesforce'")).records;
      const name = `table${next()}`;
      const fields = { Username: `${name}@acme.example`, LastName: name, Email: `${name}@acme.example`, Alias: name };
      const manner = { TimeZoneSidKey: 'Europe/Warsaw', LocaleSidKey: 'en_US', EmailEncodingKey: 'UTF-8', LanguageLocaleKey: 'en_US' };
      const id = await idOf(post('User', { ...fields, ...manner, IsActive: true, ProfileId: profile?.['Id'] }));
      return (await asUser(org, id)).call('GET', '/limits');
    },
    status: 403,
    code: 'API_DISABLED_FOR_ORG',
    text: 'The REST API is not enabled for this Organization.',
  },
  {
    when: 'by a fault: the org’s API is switched off',
    evidence: 'documented',
    send: ofAll(403, 'API_CURRENTLY_DISABLED', 'API is currently disabled for the organization.'),
    status: 403,
    code: 'API_CURRENTLY_DISABLED',
    text: 'API is currently disabled for the organization.',
  },
  {
    when: 'an upsert by a key that is not unique, without View All Data',
    evidence: 'guessed',
    send: async () => {
      await org.control('POST', '/fields', {
        object: 'Lead',
        name: 'Loose__c',
        label: 'Loose',
        type: 'string',
        length: 20,
        externalId: true,
      });
      return anna.call('PATCH', '/sobjects/Lead/Loose__c/1', { LastName: 'x', Company: 'y' });
    },
    status: 403,
    code: 'INSUFFICIENT_ACCESS',
    text: /View All Data/,
  },
  {
    when: 'a change of what one may only read',
    evidence: 'recorded',
    send: async () => {
      const id = await idOf(lead());
      await org.control('POST', '/sharing', { readOnly: ['Lead'] });
      return anna.call('PATCH', `/sobjects/Lead/${id}`, { Title: 'x' });
    },
    status: 400,
    code: 'INSUFFICIENT_ACCESS_OR_READONLY',
    text: 'insufficient access rights on object id',
  },
  {
    when: 'a record one does not see',
    evidence: 'recorded',
    send: async () => {
      await org.control('POST', '/sharing', { hide: [{ user: seeded.anna, records: [seeded.ewa] }] });
      return post('Task', { WhoId: seeded.ewa }, anna);
    },
    status: 400,
    code: 'INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY',
    text: `insufficient access rights on cross-reference id: ${seeded.ewa.slice(0, 15)}`,
  },
  {
    when: 'a field there is not (judges §4)',
    evidence: 'recorded',
    send: () => changed('Task', { Equipo: 'x' }),
    status: 400,
    code: 'INVALID_FIELD',
    text: "No such column 'Equipo' on sobject of type Task",
  },
  {
    when: 'a field that is hidden from the user',
    evidence: 'recorded',
    send: async () => {
      await org.control('POST', '/fields', {
        object: 'Task',
        name: 'Unseen__c',
        label: 'Unseen',
        type: 'string',
        length: 20,
        visible: false,
      });
      return task({ Unseen__c: 'x' });
    },
    status: 400,
    code: 'INVALID_FIELD',
    text: "No such column 'Unseen__c' on sobject of type Task",
  },
  {
    when: 'the same in SOQL',
    evidence: 'recorded',
    send: () => soql('SELECT Id, Equipo FROM Task'),
    status: 400,
    code: 'INVALID_FIELD',
    text: /^\n.*Equipo[^]*\^\nERROR at Row:1:Column:12\nNo such column 'Equipo' on entity 'Task'\. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name\. Please reference your WSDL or the describe call for the appropriate names\.$/,
  },
  {
    when: 'a field nobody writes',
    evidence: 'recorded',
    send: () => changed('Task', { TaskSubtype: 'Call' }),
    status: 400,
    code: 'INVALID_FIELD_FOR_INSERT_UPDATE',
    text: 'Unable to create/update fields: TaskSubtype. Please check the security settings of this field and verify that it is read/write for your profile or permission set.',
    fields: ['TaskSubtype'],
  },
  { when: 'no SOQL', evidence: 'recorded', send: () => soql('SELECT Id FORM Task'), status: 400, code: 'MALFORMED_QUERY', text: /FORM/ },
  {
    when: 'no SOSL',
    evidence: 'recorded',
    send: () => sosl("FIND 'Jones' IN ALL FIELDS"),
    status: 400,
    code: 'MALFORMED_SEARCH',
    text: 'No search term found. The search term must be enclosed in braces.',
  },
  {
    when: 'a search for one character',
    evidence: 'recorded',
    send: () => sosl('FIND {a}'),
    status: 400,
    code: 'INVALID_SEARCH',
    text: 'search term must be longer than one character: a',
  },
  {
    when: 'an object there is not',
    evidence: 'recorded',
    send: () => soql('SELECT Id FROM Nothing'),
    status: 400,
    code: 'INVALID_TYPE',
    text: /sObject type 'Nothing' is not supported\. If you are attempting to use a custom object, be sure to append the '__c' after the entity name\./,
  },
  {
    when: 'a required field left out',
    evidence: 'recorded',
    send: () => post('Contact', { FirstName: 'x' }),
    status: 400,
    code: 'REQUIRED_FIELD_MISSING',
    text: 'Required fields are missing: [LastName]',
    fields: ['LastName'],
  },
  ...['Subject', 'CallObject', 'CallDisposition'].map((field): Row => ({
    when: `280 characters in ${field} (judges §4)`,
    evidence: 'recorded',
    send: () => changed('Task', { [field]: anyText }),
    status: 400,
    code: 'STRING_TOO_LONG',
    text: new RegExp(`: data value too large: ${anyText} \\(max length=255\\)$`),
    fields: [field],
  })),
  {
    when: 'a CallType there is not (judges §4)',
    evidence: 'recorded',
    send: () => changed('Task', { CallType: 'Wilstermann' }),
    status: 400,
    code: 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
    text: 'Call Type: bad value for restricted picklist field: Wilstermann',
    fields: ['CallType'],
  },
  {
    when: 'a company as person',
    evidence: 'recorded',
    send: () => task({ WhoId: seeded.bakery }),
    status: 400,
    code: 'FIELD_INTEGRITY_EXCEPTION',
    text: `Name ID: id value of incorrect type: ${seeded.bakery}`,
    fields: ['WhoId'],
  },
  {
    when: 'a group that is no queue as owner',
    evidence: 'recorded',
    send: () => task({ OwnerId: seeded.group }),
    status: 400,
    code: 'FIELD_INTEGRITY_EXCEPTION',
    text: `Assigned To ID: id value of incorrect type: ${seeded.group}`,
    fields: ['OwnerId'],
  },
  {
    when: 'a lead together with something else',
    evidence: 'guessed',
    send: () => task({ WhoId: seeded.kenji, WhatId: seeded.bakery }),
    status: 400,
    code: 'FIELD_INTEGRITY_EXCEPTION',
    text: /lead/,
    fields: ['WhoId', 'WhatId'],
  },
  {
    when: 'no id at all',
    evidence: 'recorded',
    send: () => task({ WhatId: 'bakery' }),
    status: 400,
    code: 'MALFORMED_ID',
    text: 'Related To ID: id value of incorrect type: bakery',
    fields: ['WhatId'],
  },
  {
    when: 'an id of nobody',
    evidence: 'recorded',
    send: () => task({ WhoId: '003Sx0000009999MAA' }),
    status: 400,
    code: 'INVALID_CROSS_REFERENCE_KEY',
    text: 'invalid cross reference id',
    fields: ['WhoId'],
  },
  {
    when: 'no such task (judges §4)',
    evidence: 'recorded',
    send: () => org.call('PATCH', '/sobjects/Task/00TSx0000009999MAA', { Subject: 'x' }),
    status: 404,
    code: 'NOT_FOUND',
    text: 'The requested resource does not exist',
  },
  {
    when: 'an upsert by a field that is no key',
    evidence: 'recorded',
    send: () => org.call('PATCH', '/sobjects/Task/Description/x', {}),
    status: 404,
    code: 'NOT_FOUND',
    text: 'Provided external ID field does not exist or is not accessible: Description',
  },
  {
    when: 'what is deleted already',
    evidence: 'recorded',
    send: async () => {
      const id = await idOf(task({}));
      await org.call('DELETE', `/sobjects/Task/${id}`);
      return org.call('DELETE', `/sobjects/Task/${id}`);
    },
    status: 404,
    code: 'ENTITY_IS_DELETED',
    text: 'entity is deleted',
  },
  {
    when: 'the same in a collection: a row’s error',
    evidence: 'recorded',
    send: async () => {
      const id = await idOf(task({}));
      await org.call('DELETE', `/sobjects/Task/${id}`);
      return inCollection('DELETE', `/composite/sobjects?ids=${id}`);
    },
    status: 400,
    code: 'ENTITY_IS_DELETED',
    text: 'entity is deleted',
  },
  {
    when: 'a contact with a case',
    evidence: 'recorded',
    send: async () => {
      const id = await idOf(post('Contact', { Salutation: 'Mr.', FirstName: 'Josh', LastName: `Davis ${next()}` }));
      await idOf(post('Case', { ContactId: id }));
      return org.call('DELETE', `/sobjects/Contact/${id}`);
    },
    status: 400,
    code: 'DELETE_FAILED',
    text: /^Your attempt to delete Mr\. Josh Davis \d+ could not be completed because it is associated with the following cases\.: \d{8}\n$/,
  },
  {
    when: 'an admin’s rule says no',
    evidence: 'documented',
    send: async () => {
      await org.control('POST', '/validation-rules', {
        object: 'Lead',
        formula: 'ISBLANK(Phone)',
        message: 'Who calls?',
        errorField: 'Phone',
      });
      return lead();
    },
    status: 400,
    code: 'FIELD_CUSTOM_VALIDATION_EXCEPTION',
    text: 'Who calls?',
    fields: ['Phone'],
  },
  {
    when: 'by a fault: an admin’s trigger fails',
    evidence: 'recorded',
    send: ofRow('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', 'TaskTrigger: execution of AfterInsert caused by: System.NullPointerException'),
    status: 400,
    code: 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
    text: /^TaskTrigger: execution of AfterInsert caused by: /,
  },
  {
    when: 'by a fault: an admin’s flow fails',
    evidence: 'recorded',
    send: ofRow('CANNOT_EXECUTE_FLOW_TRIGGER', 'We can’t save this record because the “Calls” process failed.'),
    status: 400,
    code: 'CANNOT_EXECUTE_FLOW_TRIGGER',
    text: 'We can’t save this record because the “Calls” process failed.',
  },
  {
    when: 'a unique value twice',
    evidence: 'recorded',
    send: async () => {
      const key = `table-${next()}`;
      await idOf(task({ Cordboard_Name__c: key }));
      return task({ Cordboard_Name__c: key });
    },
    status: 400,
    code: 'DUPLICATE_VALUE',
    text: /^duplicate value found: Cordboard_Name__c duplicates value on record with id: 00T\w{12}$/,
  },
  {
    when: 'one key twice in one request',
    evidence: 'recorded',
    send: () =>
      inCollection('PATCH', '/composite/sobjects/Task/Cordboard_Name__c', {
        records: [{ Cordboard_Name__c: 'k' }, { Cordboard_Name__c: 'K' }],
      }),
    status: 400,
    code: 'DUPLICATE_VALUE',
    text: 'Duplicate external id specified: k',
  },
  {
    when: 'a person who is there already',
    evidence: 'recorded',
    send: async () => {
      const fields = { FirstName: 'Tabela', Email: 'tabela@example.com' };
      await idOf(lead({ ...fields, LastName: 'Błędów' }));
      return lead({ ...fields, LastName: 'Błędów' });
    },
    status: 400,
    code: 'DUPLICATES_DETECTED',
    text: 'Use one of these records?',
  },
  {
    when: 'by a fault: somebody else is at the record',
    evidence: 'recorded',
    send: () => fault({ kind: 'lock-row' }, () => task({})),
    status: 400,
    code: 'UNABLE_TO_LOCK_ROW',
    text: 'unable to obtain exclusive access to this record',
  },
  {
    when: 'somebody else is at the record',
    evidence: 'recorded',
    send: async () => {
      await org.control('POST', '/limits', { lockWaitMs: 5 });
      const records = [seeded.ewa, seeded.tomasz, seeded.misaki].map((Id) => ({ attributes: { type: 'Contact' }, Id, Title: 'x' }));
      // On a busy machine the other one may be through before we come.
      const meet = async (perRecordMs: number): Promise<Reply> => {
        await org.control('POST', '/latency', { baseMs: 0, perRecordMs, tail: 0 });
        const slow = org.call('PATCH', '/composite/sobjects', { records });
        while (((await org.control('GET', '/health')).body as { locksHeld: number }).locksHeld === 0) await Promise.resolve();
        await org.control('POST', '/latency', { profile: 'none' });
        const reply = await org.call('PATCH', `/sobjects/Contact/${seeded.ewa}`, { Title: 'y' });
        await slow;
        return reply.status === 400 || perRecordMs > 1000 ? reply : meet(perRecordMs * 4);
      };
      const reply = await meet(60);
      await org.control('POST', '/limits', { lockWaitMs: 10_000 });
      return reply;
    },
    status: 400,
    code: 'UNABLE_TO_LOCK_ROW',
    text: `unable to obtain exclusive access to this record or 1 records: ${seeded.ewa}`,
  },
  {
    when: 'a record an approval has locked',
    evidence: 'recorded',
    send: async () => {
      const id = await idOf(lead());
      await org.control('POST', '/record-locks', { id });
      return anna.call('PATCH', `/sobjects/Lead/${id}`, { Title: 'x' });
    },
    status: 400,
    code: 'ENTITY_IS_LOCKED',
    text: 'the entity is locked for editing',
  },
  {
    when: 'a change of a converted lead',
    evidence: 'recorded',
    send: async () => org.call('PATCH', `/sobjects/Lead/${await convertedLead()}`, { Title: 'x' }),
    status: 400,
    code: 'CANNOT_UPDATE_CONVERTED_LEAD',
    text: 'cannot reference converted lead',
  },
  {
    when: 'a task about a converted lead',
    evidence: 'recorded',
    send: async () => task({ WhoId: await convertedLead() }),
    status: 400,
    code: 'CANNOT_UPDATE_CONVERTED_LEAD',
    text: 'cannot reference converted lead',
  },
  {
    when: 'an owner who has left',
    evidence: 'recorded',
    send: () => task({ OwnerId: seeded.inactive }),
    status: 400,
    code: 'INACTIVE_OWNER_OR_USER',
    text: `operation performed with inactive user [${seeded.inactive.slice(0, 15)}] as owner of task`,
    fields: ['OwnerId'],
  },
  {
    when: 'a word for a date (judges §4)',
    evidence: 'recorded',
    send: () => changed('Task', { ActivityDate: 'tomorrow' }),
    status: 400,
    code: 'JSON_PARSER_ERROR',
    text: parser('date', 'VALUE_STRING', 'tomorrow'),
  },
  {
    when: 'a word for a yes or no (judges §4)',
    evidence: 'recorded',
    send: () => changed('Task', { IsReminderSet: 'yes' }),
    status: 400,
    code: 'JSON_PARSER_ERROR',
    text: parser('boolean', 'VALUE_STRING', 'yes'),
  },
  ...(
    [
      ['a day that is none', { ActivityDate: '2026-02-30' }, 'date', 'VALUE_STRING', '2026-02-30'],
      ['a number for a date', { ActivityDate: 20261121 }, 'date', 'VALUE_NUMBER_INT', '20261121'],
      ['a number for a yes or no', { IsReminderSet: 1 }, 'boolean', 'VALUE_NUMBER_INT', '1'],
      ['a date for a moment', { ReminderDateTime: 'noon' }, 'datetime', 'VALUE_STRING', 'noon'],
      ['a word for a whole number', { CallDurationInSeconds: 'long' }, 'int', 'VALUE_STRING', 'long'],
      ['half a second', { CallDurationInSeconds: 1.5 }, 'int', 'VALUE_NUMBER_FLOAT', '1.5'],
      ['yes for a text', { Subject: true }, 'string', 'VALUE_TRUE', 'true'],
      ['a list for a text', { Subject: ['x'] }, 'string', 'START_ARRAY', '['],
      ['an object for an id', { WhoId: { a: 1 } }, 'reference', 'START_OBJECT', '{'],
    ] as const
  ).map(([when, fields, type, token, value]): Row => ({
    when,
    evidence: 'guessed',
    send: wrongType(fields),
    status: 400,
    code: 'JSON_PARSER_ERROR',
    text: parser(type, token, value),
  })),
  { when: 'no JSON', evidence: 'guessed', send: () => post('Task', '{"Subject":'), status: 400, code: 'JSON_PARSER_ERROR', text: /./ },
  {
    when: 'a number too great',
    evidence: 'recorded',
    send: () => task({ CallDurationInSeconds: 1e8 }),
    status: 400,
    code: 'NUMBER_OUTSIDE_VALID_RANGE',
    text: /value outside of valid range on numeric field: 100000000$/,
    fields: ['CallDurationInSeconds'],
  },
  {
    when: 'no e-mail address',
    evidence: 'guessed',
    send: () => lead({ Email: 'nobody@' }),
    status: 400,
    code: 'INVALID_EMAIL_ADDRESS',
    text: 'Email: invalid email address: nobody@',
    fields: ['Email'],
  },
  {
    when: 'a page of no query',
    evidence: 'guessed',
    send: () => org.call('GET', '/query/01gSx0000000000000-2000'),
    status: 400,
    code: 'INVALID_QUERY_LOCATOR',
    text: 'invalid query locator',
  },
  {
    when: 'by a fault: a query that takes too long',
    evidence: 'documented',
    send: ofAll(400, 'QUERY_TIMEOUT', 'Your query request was running for too long.'),
    status: 400,
    code: 'QUERY_TIMEOUT',
    text: 'Your query request was running for too long.',
  },
  {
    when: 'by a fault: an org that is full',
    evidence: 'recorded',
    send: ofRow('STORAGE_LIMIT_EXCEEDED', 'storage limit exceeded'),
    status: 400,
    code: 'STORAGE_LIMIT_EXCEEDED',
    text: 'storage limit exceeded',
  },
  {
    when: 'by a fault: transaction security is overwhelmed',
    evidence: 'documented',
    send: ofAll(400, 'TXN_SECURITY_METERING_ERROR', 'The operation was blocked by a transaction security policy.'),
    status: 400,
    code: 'TXN_SECURITY_METERING_ERROR',
    text: 'The operation was blocked by a transaction security policy.',
  },
  {
    when: 'a method a resource does not have',
    evidence: 'documented',
    send: () => org.call('DELETE', '/limits'),
    status: 405,
    code: 'METHOD_NOT_ALLOWED',
    text: "HTTP Method 'DELETE' not allowed. Allowed are GET,HEAD",
  },
  {
    when: 'a version that is retired',
    evidence: 'documented',
    send: async () => {
      const response = await fetch(`${org.apiUrl}/services/data/v30.0/limits`, { headers: { authorization: `Bearer ${org.token}` } });
      return { status: response.status, headers: response.headers, body: await response.json() };
    },
    status: 410,
    code: 'UNSUPPORTED_API_VERSION',
    text: /no longer available/,
  },
  {
    when: 'a condition that is not met',
    evidence: 'documented',
    send: () =>
      org.call('GET', `/sobjects/Account/${seeded.bakery}`, undefined, { 'if-unmodified-since': 'Tue, 10 Aug 2015 00:00:00 GMT' }),
    status: 412,
    code: 'PRECONDITION_FAILED',
    text: /precondition/,
  },
  {
    when: 'an address too long',
    evidence: 'documented',
    send: () => org.call('GET', `/query?q=${'x'.repeat(16_400)}`),
    status: 414,
    code: 'URI_TOO_LONG',
    text: /16,384/,
  },
  {
    when: 'a body that is no JSON by its own word',
    evidence: 'recorded',
    send: () => org.call('POST', '/sobjects/Task', 'Subject=x', { 'content-type': 'text/plain' }),
    status: 415,
    code: 'UNSUPPORTED_MEDIA_TYPE',
    text: "MediaType of 'text/plain' is not supported by this resource",
  },
  {
    when: 'by a fault: the edge knows no such org',
    evidence: 'documented',
    send: ofAll(420, 'EDGE_NOT_CONFIGURED', 'Salesforce Edge doesn’t have routing information available for this request host.'),
    status: 420,
    code: 'EDGE_NOT_CONFIGURED',
    text: /routing information/,
  },
  {
    when: 'by a fault: headers too large',
    evidence: 'documented',
    send: ofAll(431, 'HEADERS_TOO_LARGE', 'The combined length of the URI and headers exceeds the 16,384-byte limit.'),
    status: 431,
    code: 'HEADERS_TOO_LARGE',
    text: /16,384/,
  },
  {
    when: 'by a fault: Salesforce’s own mistake',
    evidence: 'recorded',
    send: () => fault({ kind: 'whole-error' }, () => org.call('GET', '/limits')),
    status: 500,
    code: 'UNKNOWN_EXCEPTION',
    text: /^An unexpected error occurred\. Please include this ErrorId if you contact support: [\d-]+ \(-\d+\)$/,
  },
  {
    when: 'by a fault: Salesforce is away',
    evidence: 'guessed',
    send: () => fault({ kind: 'status-503' }, () => org.call('GET', '/limits')),
    status: 503,
    code: 'SERVER_UNAVAILABLE',
    text: 'Server unavailable',
  },
];

/** The codes programs are known to meet, and every status the documentation lists [D errorcodes.md]. */
const known = `INVALID_SESSION_ID INVALID_AUTH_HEADER REQUEST_LIMIT_EXCEEDED API_DISABLED_FOR_ORG API_CURRENTLY_DISABLED INSUFFICIENT_ACCESS
  INSUFFICIENT_ACCESS_OR_READONLY INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY INVALID_FIELD INVALID_FIELD_FOR_INSERT_UPDATE MALFORMED_QUERY
  INVALID_SEARCH MALFORMED_SEARCH INVALID_TYPE REQUIRED_FIELD_MISSING STRING_TOO_LONG INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST
  FIELD_INTEGRITY_EXCEPTION MALFORMED_ID INVALID_CROSS_REFERENCE_KEY NOT_FOUND ENTITY_IS_DELETED FIELD_CUSTOM_VALIDATION_EXCEPTION
  CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY CANNOT_EXECUTE_FLOW_TRIGGER DUPLICATE_VALUE DUPLICATES_DETECTED UNABLE_TO_LOCK_ROW
  CANNOT_UPDATE_CONVERTED_LEAD INACTIVE_OWNER_OR_USER JSON_PARSER_ERROR NUMBER_OUTSIDE_VALID_RANGE INVALID_EMAIL_ADDRESS
  INVALID_QUERY_LOCATOR QUERY_TIMEOUT STORAGE_LIMIT_EXCEEDED TXN_SECURITY_METERING_ERROR METHOD_NOT_ALLOWED UNSUPPORTED_MEDIA_TYPE
  UNKNOWN_EXCEPTION SERVER_UNAVAILABLE`;

describe('the org says no', () => {
  test('in every way that is known', () => {
    const codes = new Set(table.map(({ code }) => code));
    expect(known.split(/\s+/).filter((code) => !codes.has(code))).toEqual([]);
    const statuses = new Set(table.map(({ status }) => status));
    expect([400, 401, 403, 404, 405, 410, 412, 414, 415, 420, 431, 500, 503].filter((status) => !statuses.has(status))).toEqual([]);
  });
  test.each(table.map((row) => [row.when, row] as const))('%s', async (_, row) => {
    now += 1000;
    const { status, body } = await row.send();
    expect([status, body]).toEqual([status, expect.any(Array)]);
    const [error] = body as { errorCode?: string; statusCode?: string; message: string; fields?: string[] }[];
    expect([status, error?.errorCode ?? error?.statusCode]).toEqual([row.status, row.code]);
    if (typeof row.text === 'string') expect(error?.message).toBe(row.text);
    else expect(error?.message).toMatch(row.text);
    if (row.fields) expect(error?.fields).toEqual(row.fields);
  });

  test('by a fault: the edge answers in HTML', async () => {
    const reply = await fault({ kind: 'html-502' }, () => org.call('GET', '/limits'));
    expect([reply.status, reply.headers.get('content-type'), reply.body]).toEqual([
      502,
      'text/html',
      expect.stringContaining('502 Bad Gateway') as string,
    ]);
  });
});

describe('the org takes it (judges §4)', () => {
  test.each<[string, Fields, Fields]>([
    ['a good change', { Subject: 'Called', CallType: 'Inbound' }, { Subject: 'Called', CallType: 'Inbound' }],
    ['any word as Status', { Status: 'Wilstermann' }, { Status: 'Wilstermann', IsClosed: false }],
    ['any word as Priority', { Priority: 'Wilstermann' }, { Priority: 'Wilstermann' }],
    ['a moment as ActivityDate', { ActivityDate: '2026-11-21T10:00:00.000+0000' }, { ActivityDate: '2026-11-21' }],
    ['255 characters', { Subject: 'x'.repeat(255) }, { Subject: 'x'.repeat(255) }],
    ['the greatest number', { CallDurationInSeconds: 99_999_999 }, { CallDurationInSeconds: 99_999_999 }],
    ['nothing', { Subject: null, CallType: '' }, { Subject: null, CallType: null }],
  ])('%s: 204', async (_, fields, kept) => {
    const id = await idOf(task({ Subject: 'before' }));
    expect(await org.call('PATCH', `/sobjects/Task/${id}`, fields)).toMatchObject({ status: 204, body: '' });
    expect((await org.call('GET', `/sobjects/Task/${id}`)).body).toMatchObject(kept);
  });
});
