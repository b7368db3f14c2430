import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seeded, testOrg, type Row, type TestOrg } from '../testing/test-org.ts';

// Many records in one request: what they do to each other.

let org: TestOrg;
beforeAll(async () => {
  org = await testOrg({ personAccounts: true });
});
afterAll(() => org.stop());

type Fields = Record<string, unknown>;
const create = async (records: Fields[], allOrNone = false) =>
  (await org.call('POST', '/composite/sobjects', { allOrNone, records })).body as Row[];
const typed = (type: string, fields: Fields) => ({ attributes: { type }, ...fields });
const codes = (rows: readonly Row[]) => rows.map(({ errors }) => errors[0]?.statusCode ?? 'ok');

describe('in one request', () => {
  test('a key twice fails every row that has it, in any case of letters; the others go through', async () => {
    const rows = await org.upsert(['one', 'two', 'ONE', 'three'].map((key) => ({ Cordboard_Name__c: key })));
    expect(codes(rows)).toEqual(['DUPLICATE_VALUE', 'ok', 'DUPLICATE_VALUE', 'ok']);
    expect(rows[2]?.errors).toEqual([{ statusCode: 'DUPLICATE_VALUE', message: 'Duplicate external id specified: ONE', fields: [] }]);
  });
  test('all or none: the good rows say that they were taken back, the bad ones why, and nothing is there', async () => {
    const rows = await create(
      [typed('Task', { Subject: 'whole' }), typed('Task', { CallType: 'Missed' }), typed('Task', { Subject: 'whole' })],
      true,
    );
    expect(rows[0]).toEqual({
      success: false,
      errors: [
        {
          statusCode: 'ALL_OR_NONE_OPERATION_ROLLED_BACK',
          message: 'Record rolled back because not all records were valid and the request was using AllOrNone header',
          fields: [],
        },
      ],
    });
    expect(codes(rows)).toEqual([
      'ALL_OR_NONE_OPERATION_ROLLED_BACK',
      'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
      'ALL_OR_NONE_OPERATION_ROLLED_BACK',
    ]);
    expect((await org.query("SELECT Id FROM Task WHERE Subject = 'whole'")).records).toEqual([]);
  });
  test('a unique value twice among new rows: the second meets the first', async () => {
    const rows = await create([typed('Task', { Cordboard_Name__c: 'unique' }), typed('Task', { Cordboard_Name__c: 'Unique' })]);
    expect(codes(rows)).toEqual(['ok', 'DUPLICATE_VALUE']);
    expect(rows[1]?.errors[0]?.message).toBe(
      `duplicate value found: Cordboard_Name__c duplicates value on record with id: ${String(rows[0]?.id).slice(0, 15)}`,
    );
  });
  test('one id twice: both changes are made, one after the other', async () => {
    const [{ id } = { id: '' }] = await create([typed('Task', { Subject: 'first' })]);
    const records = ['second', 'third'].map((Subject) => typed('Task', { Id: id, Subject }));
    expect(codes((await org.call('PATCH', '/composite/sobjects', { records })).body as Row[])).toEqual(['ok', 'ok']);
    expect((await org.query(`SELECT Subject FROM Task WHERE Id = '${id}'`)).records).toMatchObject([{ Subject: 'third' }]);
  });
  test('ten runs of one type are taken, an eleventh is not', async () => {
    const runs = (count: number) =>
      Array.from({ length: count }, (_, place) =>
        place % 2 === 0 ? typed('Task', { Subject: 'run' }) : typed('Case', { Subject: 'run', Origin: 'Phone' }),
      );
    expect(new Set(codes(await create(runs(10))))).toEqual(new Set(['ok']));
    expect(await org.call('POST', '/composite/sobjects', { records: runs(11) })).toMatchObject({
      status: 400,
      body: [{ errorCode: 'LIMIT_EXCEEDED' }],
    });
  });
});

test('a person account is found twice, as account and as contact, by query and by search, and is nobody’s duplicate', async () => {
  const [type] = (await org.query("SELECT Id FROM RecordType WHERE SobjectType = 'Account' AND IsPersonType = true")).records;
  const person = { FirstName: 'Bliźnia', LastName: 'Czka', Phone: '+48 22 555 77 88', RecordTypeId: type?.['Id'] };
  const [first, second] = await create([typed('Account', person), typed('Account', person)]);
  expect([first?.success, second?.success]).toEqual([true, true]);
  const contact = (await org.query(`SELECT Id, Phone FROM Contact WHERE AccountId = '${String(first?.id)}'`)).records;
  expect(contact).toMatchObject([{ Phone: person.Phone }]);
  const q = 'FIND {48225557788} IN PHONE FIELDS RETURNING Account(Id), Contact(Id)';
  const found = (await org.call('GET', `/search?${new URLSearchParams({ q }).toString()}`)).body as { searchRecords: Fields[] };
  expect(found.searchRecords.map((record) => (record['attributes'] as { type: string }).type).toSorted()).toEqual([
    'Account',
    'Account',
    'Contact',
    'Contact',
  ]);
  const twin = { FirstName: person.FirstName, LastName: person.LastName, Phone: person.Phone, AccountId: seeded.bakery };
  expect((await org.call('POST', '/sobjects/Contact', twin)).status).toBe(201);
});
