import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { asUser, type AsUser } from './testing/as-user.ts';
import { seeded, testOrg, type Reply, type TestOrg } from './testing/test-org.ts';
import { readLedger, type Line } from './truth/ledger.ts';

// Every way the org says no, one row each: how it comes about, and what a program reads. What no program can bring about here is brought
// about by a fault, and the row says so. How we know stands in the ledger, whose line each row names.

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
type Row = {
  /** What is done. */
  readonly when: string;
  /** Where the ledger says how we know: an area, and how the line begins. */
  readonly ledger: string;
  readonly send: () => Promise<Reply>;
  readonly status: number;
  readonly code: string;
  readonly text: string | RegExp;
  /** Left out: the error is about the request, and has no such key. */
  readonly fields?: readonly string[];
};
/** What is said by a page, as servers before the API do. */
type Page = Pick<Row, 'when' | 'ledger' | 'send' | 'status'> & { readonly page: string | RegExp };

const ledger = readLedger();
const linesOf = ({ ledger: named }: Pick<Row, 'ledger'>): Line[] =>
  ledger.filter(({ area, behaviour }) => `${area}: ${behaviour}`.startsWith(named));
/** The row's name, and how we know. */
const named = <T extends Pick<Row, 'when' | 'ledger'>>(row: T): [string, T] => [`${row.when} (${linesOf(row)[0]?.evidence ?? '?'})`, row];

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
const flowFailed =
  "We can't save this record because the “Calls” process failed. Give your Salesforce admin these details. This error occurred when the flow tried to create records: REQUIRED_FIELD_MISSING.";
const securityTooSlow = "We can't complete the action because enabled transaction security policies took too long to complete.";

const table: readonly Row[] = [
  {
    when: 'a session that is over',
    ledger: 'address: 401 INVALID_SESSION_ID',
    send: () => org.call('GET', '/limits', undefined, { authorization: 'Bearer 00D!over' }),
    status: 401,
    code: 'INVALID_SESSION_ID',
    text: 'Session expired or invalid',
  },
  {
    when: 'a header that is none',
    ledger: 'address: 401 INVALID_AUTH_HEADER',
    send: () => org.call('GET', '/limits', undefined, { authorization: 'Basic x' }),
    status: 401,
    code: 'INVALID_AUTH_HEADER',
    text: 'INVALID_HEADER_TYPE',
  },
  {
    when: 'the day’s calls are used up',
    ledger: 'limits: 100,000 calls',
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
    ledger: 'limits: 25 requests',
    send: () => fault({ kind: 'limit-concurrent-403' }, () => org.call('GET', '/limits')),
    status: 403,
    code: 'REQUEST_LIMIT_EXCEEDED',
    text: 'ConcurrentRequests (Concurrent API Requests) Limit exceeded.',
  },
  {
    when: 'a user without API Enabled',
    ledger: 'rights: without API Enabled',
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
    when: 'by a fault: the API is switched off for the user',
    ledger: 'errors: API_CURRENTLY_DISABLED',
    send: ofAll(403, 'API_CURRENTLY_DISABLED', 'API is disabled for this User'),
    status: 403,
    code: 'API_CURRENTLY_DISABLED',
    text: 'API is disabled for this User',
  },
  {
    when: 'an upsert by a key that is not unique, without View All Data',
    ledger: 'upsert: by an external id that is not unique',
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
    ledger: 'access: a change of what one sees',
    send: async () => {
      const id = await idOf(lead());
      await org.control('POST', '/sharing', { readOnly: ['Lead'] });
      return anna.call('PATCH', `/sobjects/Lead/${id}`, { Title: 'x' });
    },
    status: 400,
    code: 'INSUFFICIENT_ACCESS_OR_READONLY',
    text: 'insufficient access rights on object id',
    fields: [],
  },
  {
    when: 'by a fault: the same with 403',
    ledger: 'errors: INSUFFICIENT_ACCESS_OR_READONLY with 403',
    send: ofAll(403, 'INSUFFICIENT_ACCESS_OR_READONLY', 'insufficient access rights on object id'),
    status: 403,
    code: 'INSUFFICIENT_ACCESS_OR_READONLY',
    text: 'insufficient access rights on object id',
  },
  {
    when: 'a record one does not see',
    ledger: 'access: changing or naming',
    send: async () => {
      await org.control('POST', '/sharing', { hide: [{ user: seeded.anna, records: [seeded.ewa] }] });
      return post('Task', { WhoId: seeded.ewa }, anna);
    },
    status: 400,
    code: 'INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY',
    text: `insufficient access rights on cross-reference id: ${seeded.ewa.slice(0, 15)}`,
    fields: [],
  },
  {
    when: 'a field there is not (judges §4)',
    ledger: 'record: unknown field',
    send: () => changed('Task', { Equipo: 'x' }),
    status: 400,
    code: 'INVALID_FIELD',
    text: "No such column 'Equipo' on sobject of type Task",
  },
  {
    when: 'a field that is hidden from the user',
    ledger: 'rights: a field hidden',
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
    ledger: 'errors: SOQL of an unknown field',
    send: () => soql('SELECT Id, Equipo FROM Task'),
    status: 400,
    code: 'INVALID_FIELD',
    text: /^\n.*Equipo[^]*\^\nERROR at Row:1:Column:12\nNo such column 'Equipo' on entity 'Task'\. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name\. Please reference your WSDL or the describe call for the appropriate names\.$/,
  },
  {
    when: 'a field nobody writes',
    ledger: 'record: INVALID_FIELD_FOR_INSERT_UPDATE',
    send: () => changed('Task', { TaskSubtype: 'Call' }),
    status: 400,
    code: 'INVALID_FIELD_FOR_INSERT_UPDATE',
    text: 'Unable to create/update fields: TaskSubtype. Please check the security settings of this field and verify that it is read/write for your profile or permission set.',
    fields: ['TaskSubtype'],
  },
  {
    when: 'no SOQL',
    ledger: 'query: the message quotes some words',
    send: () => soql('SELECT Id FORM Task'),
    status: 400,
    code: 'MALFORMED_QUERY',
    text: /FORM/,
  },
  {
    when: 'no SOSL',
    ledger: 'search: no braces',
    send: () => sosl("FIND 'Jones' IN ALL FIELDS"),
    status: 400,
    code: 'MALFORMED_SEARCH',
    text: 'No search term found. The search term must be enclosed in braces.',
  },
  {
    when: 'a search for one character',
    ledger: 'search: one character',
    send: () => sosl('FIND {a}'),
    status: 400,
    code: 'INVALID_SEARCH',
    text: 'search term must be longer than one character: a',
  },
  {
    when: 'an object there is not',
    ledger: 'errors: SOQL of an unknown object',
    send: () => soql('SELECT Id FROM Nothing'),
    status: 400,
    code: 'INVALID_TYPE',
    text: /sObject type 'Nothing' is not supported\. If you are attempting to use a custom object, be sure to append the '__c' after the entity name\./,
  },
  {
    when: 'an object there is not, in an address',
    ledger: 'errors: an unknown object in an address',
    send: () => post('Nothing', {}),
    status: 404,
    code: 'NOT_FOUND',
    text: 'The requested resource does not exist',
  },
  {
    when: 'an object there is not, in a collection',
    ledger: 'errors: an unknown object in an address',
    send: () => org.call('POST', '/composite/sobjects', { records: [{ attributes: { type: 'Nothing' } }] }),
    status: 400,
    code: 'INVALID_TYPE',
    text: /^sObject type 'Nothing' is not supported\./,
  },
  {
    when: 'a required field left out',
    ledger: 'record: REQUIRED_FIELD_MISSING',
    send: () => post('Contact', { FirstName: 'x' }),
    status: 400,
    code: 'REQUIRED_FIELD_MISSING',
    text: 'Required fields are missing: [LastName]',
    fields: ['LastName'],
  },
  ...['Subject', 'CallObject', 'CallDisposition'].map((field): Row => ({
    when: `280 characters in ${field} (judges §4)`,
    ledger: 'record: STRING_TOO_LONG',
    send: () => changed('Task', { [field]: anyText }),
    status: 400,
    code: 'STRING_TOO_LONG',
    text: new RegExp(`: data value too large: ${anyText} \\(max length=255\\)$`),
    fields: [field],
  })),
  {
    when: 'a CallType there is not (judges §4)',
    ledger: 'task: CallType and TaskSubtype',
    send: () => changed('Task', { CallType: 'Wilstermann' }),
    status: 400,
    code: 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
    text: 'Call Type: bad value for restricted picklist field: Wilstermann',
    fields: ['CallType'],
  },
  {
    when: 'a company as person',
    ledger: 'task: ids of the wrong kind',
    send: () => task({ WhoId: seeded.bakery }),
    status: 400,
    code: 'FIELD_INTEGRITY_EXCEPTION',
    text: `Name ID: id value of incorrect type: ${seeded.bakery}`,
    fields: ['WhoId'],
  },
  {
    when: 'a group that is no queue as owner',
    ledger: 'task: a queue listed for Task',
    send: () => task({ OwnerId: seeded.group }),
    status: 400,
    code: 'FIELD_INTEGRITY_EXCEPTION',
    text: `Assigned To ID: id value of incorrect type: ${seeded.group}`,
    fields: ['OwnerId'],
  },
  {
    when: 'a queue in a look-up of users',
    ledger: 'errors: a queue in a look-up of users',
    send: async () => {
      const field = { object: 'Lead', name: 'Caller__c', label: 'Assigned To', type: 'reference', referenceTo: ['User'] };
      await org.control('POST', '/fields', { ...field, childrenName: 'Called' });
      return lead({ Caller__c: seeded.taskQueue });
    },
    status: 400,
    code: 'FIELD_INTEGRITY_EXCEPTION',
    text: `Assigned To: id value of incorrect type: ${seeded.taskQueue}`,
    fields: ['Caller__c'],
  },
  {
    when: 'a lead together with something else',
    ledger: 'task: a lead may not come',
    send: () => task({ WhoId: seeded.kenji, WhatId: seeded.bakery }),
    status: 400,
    code: 'FIELD_INTEGRITY_EXCEPTION',
    text: /lead/,
    fields: ['WhoId', 'WhatId'],
  },
  {
    when: 'no id at all',
    ledger: 'errors: what is no id',
    send: () => task({ WhatId: 'bakery' }),
    status: 400,
    code: 'MALFORMED_ID',
    text: 'Related To ID: id value of incorrect type: bakery',
    fields: ['WhatId'],
  },
  {
    when: 'an id of nobody',
    ledger: 'errors: an id of nobody',
    send: () => task({ WhoId: '003Sx0000009999MAA' }),
    status: 400,
    code: 'INVALID_CROSS_REFERENCE_KEY',
    text: 'invalid cross reference id',
    fields: ['WhoId'],
  },
  {
    when: 'no such task (judges §4)',
    ledger: 'address: unknown resource',
    send: () => org.call('PATCH', '/sobjects/Task/00TSx0000009999MAA', { Subject: 'x' }),
    status: 404,
    code: 'NOT_FOUND',
    text: 'The requested resource does not exist',
  },
  {
    when: 'an upsert by a field that is no key',
    ledger: 'errors: an upsert by a field that is no key',
    send: () => org.call('PATCH', '/sobjects/Task/Description/x', {}),
    status: 404,
    code: 'NOT_FOUND',
    text: 'Provided external ID field does not exist or is not accessible: Description',
  },
  {
    when: 'what is deleted already',
    ledger: 'record: deleting or changing what is deleted',
    send: async () => {
      const id = await idOf(task({}));
      await org.call('DELETE', `/sobjects/Task/${id}`);
      return org.call('DELETE', `/sobjects/Task/${id}`);
    },
    status: 404,
    code: 'ENTITY_IS_DELETED',
    text: 'entity is deleted',
    fields: [],
  },
  {
    when: 'the same in a collection: a row’s error',
    ledger: 'record: deleting or changing what is deleted',
    send: async () => {
      const id = await idOf(task({}));
      await org.call('DELETE', `/sobjects/Task/${id}`);
      return inCollection('DELETE', `/composite/sobjects?ids=${id}`);
    },
    status: 400,
    code: 'ENTITY_IS_DELETED',
    text: 'entity is deleted',
    fields: [],
  },
  {
    when: 'a contact with a case',
    ledger: 'record: an account or a contact with cases',
    send: async () => {
      const id = await idOf(post('Contact', { Salutation: 'Mr.', FirstName: 'Josh', LastName: `Davis ${next()}` }));
      await idOf(post('Case', { ContactId: id }));
      return org.call('DELETE', `/sobjects/Contact/${id}`);
    },
    status: 400,
    code: 'DELETE_FAILED',
    text: /^Your attempt to delete Mr\. Josh Davis \d+ could not be completed because it is associated with the following cases\.: \d{8}\n$/,
    fields: [],
  },
  {
    when: 'an admin’s rule says no',
    ledger: 'validation: a rule whose formula is true',
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
    ledger: 'errors: CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
    send: ofRow('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', 'TaskTrigger: execution of AfterInsert caused by: System.NullPointerException'),
    status: 400,
    code: 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
    text: /^TaskTrigger: execution of AfterInsert caused by: /,
    fields: [],
  },
  {
    when: 'by a fault: an admin’s flow fails',
    ledger: 'errors: CANNOT_EXECUTE_FLOW_TRIGGER',
    send: ofRow('CANNOT_EXECUTE_FLOW_TRIGGER', flowFailed),
    status: 400,
    code: 'CANNOT_EXECUTE_FLOW_TRIGGER',
    text: flowFailed,
    fields: [],
  },
  {
    when: 'a unique value twice',
    ledger: 'record: DUPLICATE_VALUE',
    send: async () => {
      const key = `table-${next()}`;
      await idOf(task({ Cordboard_Name__c: key }));
      return task({ Cordboard_Name__c: key });
    },
    status: 400,
    code: 'DUPLICATE_VALUE',
    text: /^duplicate value found: Cordboard_Name__c duplicates value on record with id: 00T\w{12}$/,
    fields: [],
  },
  {
    when: 'one key twice in one request',
    ledger: 'upsert: rows sharing a key',
    send: () =>
      inCollection('PATCH', '/composite/sobjects/Task/Cordboard_Name__c', {
        records: [{ Cordboard_Name__c: 'k' }, { Cordboard_Name__c: 'K' }],
      }),
    status: 400,
    code: 'DUPLICATE_VALUE',
    text: 'Duplicate external id specified: k',
    fields: [],
  },
  {
    when: 'a person who is there already',
    ledger: 'duplicates: 400 DUPLICATES_DETECTED',
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
    ledger: 'locks: UNABLE_TO_LOCK_ROW',
    send: () => fault({ kind: 'lock-row' }, () => task({})),
    status: 400,
    code: 'UNABLE_TO_LOCK_ROW',
    text: 'unable to obtain exclusive access to this record',
    fields: [],
  },
  {
    when: 'somebody else is at the record',
    ledger: 'locks: UNABLE_TO_LOCK_ROW',
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
    fields: [],
  },
  {
    when: 'a record an approval has locked',
    ledger: 'record: a locked record',
    send: async () => {
      const id = await idOf(lead());
      await org.control('POST', '/record-locks', { id });
      return anna.call('PATCH', `/sobjects/Lead/${id}`, { Title: 'x' });
    },
    status: 400,
    code: 'ENTITY_IS_LOCKED',
    text: 'the entity is locked for editing',
    fields: [],
  },
  {
    when: 'a change of a converted lead',
    ledger: 'record: a program’s change of a converted lead',
    send: async () => org.call('PATCH', `/sobjects/Lead/${await convertedLead()}`, { Title: 'x' }),
    status: 400,
    code: 'CANNOT_UPDATE_CONVERTED_LEAD',
    text: 'cannot reference converted lead',
    fields: [],
  },
  {
    when: 'a task about a converted lead',
    ledger: 'task: a task about a converted lead',
    send: async () => task({ WhoId: await convertedLead() }),
    status: 400,
    code: 'CANNOT_UPDATE_CONVERTED_LEAD',
    text: 'cannot reference converted lead',
    fields: [],
  },
  {
    when: 'an owner who has left',
    ledger: 'task: an inactive owner',
    send: () => task({ OwnerId: seeded.inactive }),
    status: 400,
    code: 'INACTIVE_OWNER_OR_USER',
    text: `operation performed with inactive user [${seeded.inactive.slice(0, 15)}] as owner of task`,
    fields: ['OwnerId'],
  },
  {
    when: 'a word for a date (judges §4)',
    ledger: 'record: JSON_PARSER_ERROR "Cannot',
    send: () => changed('Task', { ActivityDate: 'tomorrow' }),
    status: 400,
    code: 'JSON_PARSER_ERROR',
    text: parser('date', 'VALUE_STRING', 'tomorrow'),
  },
  {
    when: 'a word for a yes or no (judges §4)',
    ledger: 'record: JSON_PARSER_ERROR "Cannot',
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
    ledger: 'record: JSON_PARSER_ERROR "Cannot',
    send: wrongType(fields),
    status: 400,
    code: 'JSON_PARSER_ERROR',
    text: parser(type, token, value),
  })),
  {
    when: 'no JSON',
    ledger: 'errors: a body that is no JSON',
    send: () => post('Task', '{"Subject":'),
    status: 400,
    code: 'JSON_PARSER_ERROR',
    text: /./,
  },
  {
    when: 'a number too great',
    ledger: 'record: NUMBER_OUTSIDE_VALID_RANGE',
    send: () => task({ CallDurationInSeconds: 1e8 }),
    status: 400,
    code: 'NUMBER_OUTSIDE_VALID_RANGE',
    text: /value outside of valid range on numeric field: 100000000$/,
    fields: ['CallDurationInSeconds'],
  },
  {
    when: 'no e-mail address',
    ledger: 'record: INVALID_EMAIL_ADDRESS',
    send: () => lead({ Email: 'nobody@' }),
    status: 400,
    code: 'INVALID_EMAIL_ADDRESS',
    text: 'Email: invalid email address: nobody@',
    fields: ['Email'],
  },
  {
    when: 'a page of no query',
    ledger: 'query: locators',
    send: () => org.call('GET', '/query/01gSx0000000000000-2000'),
    status: 400,
    code: 'INVALID_QUERY_LOCATOR',
    text: 'invalid query locator',
  },
  {
    when: 'by a fault: a query that takes too long',
    ledger: 'errors: QUERY_TIMEOUT',
    send: ofAll(400, 'QUERY_TIMEOUT', 'Your query request was running for too long.'),
    status: 400,
    code: 'QUERY_TIMEOUT',
    text: 'Your query request was running for too long.',
  },
  {
    when: 'by a fault: an org that is full',
    ledger: 'errors: STORAGE_LIMIT_EXCEEDED',
    send: ofRow('STORAGE_LIMIT_EXCEEDED', 'storage limit exceeded'),
    status: 400,
    code: 'STORAGE_LIMIT_EXCEEDED',
    text: 'storage limit exceeded',
    fields: [],
  },
  {
    when: 'by a fault: transaction security is overwhelmed',
    ledger: 'errors: TXN_SECURITY_METERING_ERROR',
    send: ofAll(400, 'TXN_SECURITY_METERING_ERROR', securityTooSlow),
    status: 400,
    code: 'TXN_SECURITY_METERING_ERROR',
    text: securityTooSlow,
  },
  {
    when: 'a method a resource does not have',
    ledger: 'address: wrong method',
    send: () => org.call('DELETE', '/limits'),
    status: 405,
    code: 'METHOD_NOT_ALLOWED',
    text: "HTTP Method 'DELETE' not allowed. Allowed are GET,HEAD",
  },
  {
    when: 'a version that is retired',
    ledger: 'address: versions before 31.0',
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
    ledger: 'address: If-Modified-Since',
    send: () =>
      org.call('GET', `/sobjects/Account/${seeded.bakery}`, undefined, { 'if-unmodified-since': 'Tue, 10 Aug 2015 00:00:00 GMT' }),
    status: 412,
    code: 'PRECONDITION_FAILED',
    text: /precondition/,
  },
  {
    when: 'a body that is no JSON by its own word',
    ledger: 'errors: 415',
    send: () => org.call('POST', '/sobjects/Task', 'Subject=x', { 'content-type': 'text/plain' }),
    status: 415,
    code: 'UNSUPPORTED_MEDIA_TYPE',
    text: "MediaType of 'text/plain' is not supported by this resource",
  },
  {
    when: 'by a fault: Salesforce’s own mistake',
    ledger: 'errors: UNKNOWN_EXCEPTION',
    send: () => fault({ kind: 'whole-error' }, () => org.call('GET', '/limits')),
    status: 500,
    code: 'UNKNOWN_EXCEPTION',
    text: /^An unexpected error occurred\. Please include this ErrorId if you contact support: [\d-]+ \(-\d+\)$/,
  },
  {
    when: 'by a fault: Salesforce is away',
    ledger: 'errors: SERVER_UNAVAILABLE',
    send: () => fault({ kind: 'status-503' }, () => org.call('GET', '/limits')),
    status: 503,
    code: 'SERVER_UNAVAILABLE',
    text: 'Server too busy',
  },
];

const pages: readonly Page[] = [
  {
    when: 'an address too long',
    ledger: 'address: URI over 16,384 bytes',
    send: () => org.call('GET', `/query?q=${'x'.repeat(16_400)}`),
    status: 414,
    page: '<h1>Bad Message 414</h1><pre>reason: URI Too Long</pre>',
  },
  {
    when: 'headers too large',
    ledger: 'address: URI and headers together',
    send: () => org.call('GET', '/limits', undefined, { 'sforce-call-options': `client=${'x'.repeat(16_384)}` }),
    status: 431,
    page: '<h1>Bad Message 431</h1><pre>reason: Request Header Fields Too Large</pre>',
  },
  {
    when: 'by a fault: the edge knows no such org',
    ledger: 'errors: 420',
    send: () => fault({ kind: 'whole-error', status: 420, page: '<html>No such host</html>' }, () => org.call('GET', '/limits')),
    status: 420,
    page: '<html>No such host</html>',
  },
  {
    when: 'by a fault: the edge answers in HTML',
    ledger: 'errors: a page of the edge',
    send: () => fault({ kind: 'html-502' }, () => org.call('GET', '/limits')),
    status: 502,
    page: /502 Bad Gateway/,
  },
];

/** The answers programs are known to meet, HTTP and code; and every status the documentation lists [D errorcodes.md]. */
const known = `401 INVALID_SESSION_ID, 401 INVALID_AUTH_HEADER, 403 REQUEST_LIMIT_EXCEEDED, 403 API_DISABLED_FOR_ORG, 403 API_CURRENTLY_DISABLED,
  403 INSUFFICIENT_ACCESS, 400 INSUFFICIENT_ACCESS_OR_READONLY, 403 INSUFFICIENT_ACCESS_OR_READONLY, 400 INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY,
  400 INVALID_FIELD, 400 INVALID_FIELD_FOR_INSERT_UPDATE, 400 MALFORMED_QUERY, 400 INVALID_SEARCH, 400 MALFORMED_SEARCH, 400 INVALID_TYPE,
  400 REQUIRED_FIELD_MISSING, 400 STRING_TOO_LONG, 400 INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST, 400 FIELD_INTEGRITY_EXCEPTION, 400 MALFORMED_ID,
  400 INVALID_CROSS_REFERENCE_KEY, 404 NOT_FOUND, 404 ENTITY_IS_DELETED, 400 ENTITY_IS_DELETED, 400 FIELD_CUSTOM_VALIDATION_EXCEPTION,
  400 CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY, 400 CANNOT_EXECUTE_FLOW_TRIGGER, 400 DUPLICATE_VALUE, 400 DUPLICATES_DETECTED, 400 UNABLE_TO_LOCK_ROW,
  400 CANNOT_UPDATE_CONVERTED_LEAD, 400 INACTIVE_OWNER_OR_USER, 400 JSON_PARSER_ERROR, 400 NUMBER_OUTSIDE_VALID_RANGE, 400 INVALID_EMAIL_ADDRESS,
  400 INVALID_QUERY_LOCATOR, 400 QUERY_TIMEOUT, 400 STORAGE_LIMIT_EXCEEDED, 400 TXN_SECURITY_METERING_ERROR, 405 METHOD_NOT_ALLOWED,
  410 UNSUPPORTED_API_VERSION, 412 PRECONDITION_FAILED, 414, 415 UNSUPPORTED_MEDIA_TYPE, 420, 431, 500 UNKNOWN_EXCEPTION, 502, 503 SERVER_UNAVAILABLE`;

const meets = (said: string | undefined, wanted: string | RegExp) =>
  typeof wanted === 'string' ? expect(said).toBe(wanted) : expect(said).toMatch(wanted);

describe('the org says no', () => {
  test('in every way that is known', () => {
    const told = new Set([...table.map(({ status, code }) => `${status} ${code}`), ...pages.map(({ status }) => String(status))]);
    expect(known.split(/,\s+/).filter((one) => !told.has(one))).toEqual([]);
  });
  test('and each has its line in the ledger', () => {
    const lines = [...table, ...pages].map((row) => [row.when, linesOf(row).map(({ evidence }) => evidence)] as const);
    expect(lines.filter(([, [evidence, ...more]]) => evidence === undefined || more.length > 0)).toEqual([]);
    expect(lines.filter(([, [evidence]]) => evidence === 'refused' || evidence === 'differs')).toEqual([]);
  });
  test.each(table.map(named))('%s', async (_, row) => {
    now += 1000;
    const { status, body } = await row.send();
    expect([status, body]).toEqual([status, expect.any(Array)]);
    const [error] = body as { errorCode?: string; statusCode?: string; message: string; fields?: string[] }[];
    expect([status, error?.errorCode ?? error?.statusCode]).toEqual([row.status, row.code]);
    meets(error?.message, row.text);
    expect(error?.fields).toEqual(row.fields);
  });
  test.each(pages.map(named))('%s: a page', async (_, row) => {
    const { status, headers, body } = await row.send();
    expect([status, headers.get('content-type')]).toEqual([row.status, expect.stringMatching(/^text\/html/)]);
    meets(String(body), row.page);
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
