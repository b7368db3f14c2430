import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seeded, testOrg, type Row, type TestOrg } from './testing/test-org.ts';

let org: TestOrg;
beforeAll(async () => {
  org = await testOrg();
});
afterAll(() => org.stop());

const codes = (rows: Row[]) =>
  rows.map((row) => (row.success ? (row.created === undefined ? 'ok' : row.created ? 'created' : 'updated') : row.errors[0]?.statusCode));
const tasks = (records: Record<string, unknown>[]) => records.map((record) => ({ attributes: { type: 'Task' }, ...record }));
const bodies = async (name: string) =>
  (await org.query(`SELECT Subject FROM Task WHERE Cordboard_Name__c = '${name}'`)).records.map((record) => record['Subject']);

describe('upsert of many', () => {
  test('each row has its own outcome, and errors say statusCode', async () => {
    const first = await org.upsert(
      tasks([{ Cordboard_Name__c: 'u1', Subject: 'a' }, { Cordboard_Name__c: 'u2', CallType: 'Missed' }, { Subject: 'no key' }]),
    );
    expect(codes(first)).toEqual(['created', 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', 'MISSING_ARGUMENT']);
    expect(first[1]).toEqual({
      success: false,
      errors: [
        {
          statusCode: 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
          message: 'Call Type: bad value for restricted picklist field: Missed',
          fields: ['CallType'],
        },
      ],
    });
    expect(codes(await org.upsert([{ Cordboard_Name__c: 'U1', Subject: 'b' }, { Cordboard_Name__c: 'u2' }]))).toEqual([
      'updated',
      'created',
    ]);
    expect(await bodies('u1')).toEqual(['b']);
  });
  test('rows sharing a key are all refused', async () => {
    const rows = await org.upsert([{ Cordboard_Name__c: 'twin' }, { Cordboard_Name__c: 'other' }, { Cordboard_Name__c: ' TWIN ' }]);
    expect(codes(rows)).toEqual(['DUPLICATE_VALUE', 'created', 'DUPLICATE_VALUE']);
    expect(rows[0]?.errors[0]?.message).toBe('Duplicate external id specified: twin');
  });
  test('all or none: good rows are told why they are not there', async () => {
    const rows = await org.upsert([{ Cordboard_Name__c: 'w1' }, { Cordboard_Name__c: 'w2', CallType: 'x' }], true);
    expect(codes(rows)).toEqual(['ALL_OR_NONE_OPERATION_ROLLED_BACK', 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST']);
    expect(rows.map(({ created }) => created)).toEqual([true, true]);
    expect(rows[0]?.errors[0]?.message).toBe(
      'Record rolled back because not all records were valid and the request was using AllOrNone header',
    );
    expect(await bodies('w1')).toEqual([]);
    expect(codes(await org.upsert([{ Cordboard_Name__c: 'w1' }, { Cordboard_Name__c: 'w2' }], true))).toEqual(['created', 'created']);
  });
  test('more than 200 are refused as a whole', async () => {
    const reply = await org.call('PATCH', '/composite/sobjects/Task/Cordboard_Name__c', {
      records: Array.from({ length: 201 }, (_, n) => ({ Cordboard_Name__c: `m${n}` })),
    });
    expect([reply.status, reply.body]).toEqual([
      400,
      [{ message: 'record limit reached. cannot submit more than 200 records into this call', errorCode: 'EXCEEDED_ID_LIMIT' }],
    ]);
  });
  test('an unknown field or a wrong JSON type ends the request before any row', async () => {
    expect(
      (
        await org.call('PATCH', '/composite/sobjects/Task/Cordboard_Name__c', {
          records: [{ Cordboard_Name__c: 'f1' }, { Cordboard_Name__c: 'f2', Nope__c: 1 }],
        })
      ).body,
    ).toMatchObject([{ errorCode: 'INVALID_FIELD' }]);
    expect(await bodies('f1')).toEqual([]);
  });
  test('a field that is no external id is 404', async () => {
    expect((await org.call('PATCH', '/composite/sobjects/Task/Subject', { records: [] })).status).toBe(404);
  });
  test('by Id it updates what is named and creates the rest', async () => {
    const id = (await org.upsert([{ Cordboard_Name__c: 'byid' }]))[0]?.id;
    const reply = await org.call('PATCH', '/composite/sobjects/Task/Id', {
      records: tasks([{ Id: id, Subject: 'via id' }, { Subject: 'new' }]),
    });
    expect(codes(reply.body as Row[])).toEqual(['updated', 'created']);
  });
});

test('create, change, read and delete of many', async () => {
  const create = await org.call('POST', '/composite/sobjects', {
    records: [
      ...tasks([{ Subject: 'x' }]),
      { attributes: { type: 'Lead' }, LastName: 'L', Company: 'C' },
      { attributes: { type: 'Lead' } },
    ],
  });
  const rows = create.body as Row[];
  expect(codes(rows)).toEqual(['ok', 'ok', 'REQUIRED_FIELD_MISSING']);
  const [task = '', lead = ''] = rows.map((row) => row.id ?? '');
  const change = await org.call('PATCH', '/composite/sobjects', {
    records: tasks([{ id: task, Subject: 'y' }, { id: seeded.ewa }, { id: 'zzz' }, { id: '00TSx0000000zzz' }, {}]),
  });
  expect(codes(change.body as Row[])).toEqual([
    'ok',
    'INVALID_CROSS_REFERENCE_KEY',
    'MALFORMED_ID',
    'INVALID_CROSS_REFERENCE_KEY',
    'MISSING_ARGUMENT',
  ]);
  expect((await org.call('GET', `/composite/sobjects/Task?ids=${task},00TSx0000000zzz&fields=Subject`)).body).toEqual([
    { attributes: { type: 'Task', url: `/services/data/v67.0/sobjects/Task/${task}` }, Id: task, Subject: 'y' },
    null,
  ]);
  expect((await org.call('POST', '/composite/sobjects/Task', { ids: [task], fields: ['Status'] })).body).toMatchObject([
    { Status: 'Not Started' },
  ]);
  expect(codes((await org.call('DELETE', `/composite/sobjects?ids=${task},${lead}`)).body as Row[])).toEqual(['ok', 'ok']);
  const again = (await org.call('DELETE', `/composite/sobjects?ids=${task}`)).body as Row[];
  expect(again[0]).toEqual({ success: false, errors: [{ statusCode: 'ENTITY_IS_DELETED', message: 'entity is deleted', fields: [] }] });
  expect((await org.call('POST', '/composite/sobjects', { records: [{ Subject: 'no type' }] })).status).toBe(400);
});

describe('composite', () => {
  const url = '/services/data/v67.0';
  type Part = { body: unknown; httpStatusCode: number; referenceId: string; httpHeaders: Record<string, string> };
  const composite = async (compositeRequest: unknown[], allOrNone = false) => {
    const reply = await org.call('POST', '/composite', { allOrNone, compositeRequest });
    return {
      status: reply.status,
      parts: (reply.body as { compositeResponse?: Part[] }).compositeResponse ?? [],
      body: reply.body,
      usage: reply.headers.get('sforce-limit-info'),
    };
  };
  test('later parts name what earlier parts made; the whole is one API call', async () => {
    await org.control('POST', '/limits', { used: 10 });
    const { status, parts, usage } = await composite([
      { method: 'POST', url: `${url}/sobjects/Lead`, referenceId: 'lead', body: { LastName: '+48600', Company: 'Unknown' } },
      {
        method: 'PATCH',
        url: `${url}/sobjects/Task/Cordboard_Name__c/c1`,
        referenceId: 'task',
        body: { WhoId: '@{lead.id}', Subject: 'for @{lead.id}' },
      },
      { method: 'GET', url: `${url}/query?q=SELECT+Id,Subject,Who.Type+FROM+Task+WHERE+WhoId='@{lead.id}'`, referenceId: 'found' },
      {
        method: 'PATCH',
        url: `${url}/composite/sobjects/Task/Cordboard_Name__c`,
        referenceId: 'rows',
        body: { records: [{ Cordboard_Name__c: 'c2', WhoId: '@{found.records[0].Who.Nope}' }] },
      },
    ]);
    expect(status).toBe(200);
    expect(usage).toBe('api-usage=11/100000');
    expect(parts.map((part) => `${part.referenceId} ${part.httpStatusCode}`)).toEqual(['lead 201', 'task 201', 'found 200', 'rows 400']);
    const lead = (parts[0]?.body as { id: string } | undefined)?.id ?? '';
    expect(parts[0]?.httpHeaders['Location']).toBe(`${url}/sobjects/Lead/${lead}`);
    expect(parts[2]?.body).toMatchObject({ records: [{ Subject: `for ${lead}`, Who: { Type: 'Lead' } }] });
    expect(parts[3]?.body).toEqual([
      {
        errorCode: 'PROCESSING_HALTED',
        message:
          "Invalid reference specified. No value for found.records[0].Who.Nope found in found. Provided referenceId ('found.records[0].Who.Nope') must start with a letter or a number, and it can contain only letters, numbers and underscores ('_').",
      },
    ]);
  });
  test('all or none: one failure undoes the others, which say PROCESSING_HALTED', async () => {
    const { status, parts } = await composite(
      [
        { method: 'POST', url: `${url}/sobjects/Task`, referenceId: 'one', body: { Cordboard_Name__c: 'halted' } },
        { method: 'POST', url: `${url}/sobjects/Task`, referenceId: 'two', body: { CallType: 'x' } },
        { method: 'POST', url: `${url}/sobjects/Task`, referenceId: 'three', body: {} },
      ],
      true,
    );
    expect(status).toBe(200);
    expect(parts.map((part) => [part.httpStatusCode, (part.body as { errorCode: string }[])[0]?.errorCode])).toEqual([
      [400, 'PROCESSING_HALTED'],
      [400, 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST'],
      [400, 'PROCESSING_HALTED'],
    ]);
    expect(parts[0]?.body).toEqual([
      {
        errorCode: 'PROCESSING_HALTED',
        message: 'The transaction was rolled back since another operation in the same transaction failed.',
      },
    ]);
    expect(await bodies('halted')).toEqual([]);
  });
  test('all or none that succeeds is there', async () => {
    const { parts } = await composite(
      [{ method: 'POST', url: `${url}/sobjects/Task`, referenceId: 'one', body: { Cordboard_Name__c: 'whole' } }],
      true,
    );
    expect(parts[0]?.httpStatusCode).toBe(201);
    expect((await bodies('whole')).length).toBe(1);
  });
  test('at most 25 parts, 5 of them queries or collections; each with its own name', async () => {
    const part = (n: number, path = 'limits') => ({ method: 'GET', url: `${url}/${path}`, referenceId: `r${n}` });
    expect((await composite(Array.from({ length: 26 }, (_, n) => part(n)))).status).toBe(400);
    expect((await composite(Array.from({ length: 6 }, (_, n) => part(n, 'query?q=SELECT+Id+FROM+Task')))).status).toBe(400);
    expect((await composite([part(1), part(1)])).status).toBe(400);
    expect((await composite(Array.from({ length: 25 }, (_, n) => part(n)))).parts.length).toBe(25);
  });
  test('a part the stand-in cannot do is the answer to all', async () => {
    expect((await composite([{ method: 'GET', url: `${url}/tabs`, referenceId: 'a' }])).status).toBe(501);
    expect((await composite([{ method: 'POST', url: `${url}/composite`, referenceId: 'a', body: {} }])).status).toBe(501);
  });
  test('the log tells its parts in short', async () => {
    await composite([{ method: 'POST', url: `${url}/sobjects/Task`, referenceId: 'one', body: {} }]);
    const { entries } = (await org.control('GET', '/log')).body as { entries: { subrequests?: string[] }[] };
    expect(entries.at(-1)?.subrequests).toEqual(['POST /sobjects/Task 201']);
  });
});
