import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seeded, testOrg, type TestOrg } from '../../testing/test-org.ts';

// Bulk API 1.0 as jsforce (XML) and simple-salesforce (JSON) speak it.

let org: TestOrg;
beforeAll(async () => {
  org = await testOrg();
});
afterAll(() => org.stop());

type Said = { status: number; type: string; text: string };
const ask = async (
  method: string,
  path: string,
  body?: string,
  type = 'application/xml; charset=utf-8',
  session = org.token,
): Promise<Said> => {
  const answer = await fetch(`${org.apiUrl}/services/async/58.0${path}`, {
    method,
    headers: { 'x-sfdc-session': session, 'content-type': type },
    ...(body === undefined ? {} : { body }),
  });
  return { status: answer.status, type: answer.headers.get('content-type') ?? '', text: await answer.text() };
};
const info = (name: string, inside: string) =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<${name} xmlns="http://www.force.com/2009/06/asyncapi/dataload">${inside}</${name}>`;
const of = ({ text }: Said, name: string): string => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1] ?? '';
const jobOf = (operation: string, object: string, more = '') =>
  ask(
    'POST',
    '/job',
    info('jobInfo', `<operation>${operation}</operation><object>${object}</object>${more}<contentType>CSV</contentType>`),
  );
const over = async (job: string, batch: string): Promise<Said> => {
  for (;;) {
    const said = await ask('GET', `/job/${job}/batch/${batch}`);
    if (!['Queued', 'InProgress'].includes(of(said, 'state'))) return said;
    await turn();
  }
};
const load = async (operation: string, object: string, csv: string, more = '') => {
  const job = of(await jobOf(operation, object, more), 'id');
  const batch = of(await ask('POST', `/job/${job}/batch`, csv, 'text/csv'), 'id');
  return { job, batch, ended: await over(job, batch), result: await ask('GET', `/job/${job}/batch/${batch}/result`) };
};

describe('records by CSV', () => {
  test('a job, its batches, and what came of each row in the order they came in', async () => {
    const made = await jobOf('insert', 'Contact', '<concurrencyMode>Parallel</concurrencyMode>');
    expect([made.status, made.type, of(made, 'state'), of(made, 'apiVersion')]).toEqual([
      201,
      'application/xml;charset=UTF-8',
      'Open',
      '58.0',
    ]);
    const job = of(made, 'id');
    expect(job).toMatch(/^750/);
    const csv = 'LastName,Email\r\nOld One,a@b.example\r\n,none@b.example\r\nOld Two,nonsense\r\n"Old, ""Three""",\r\n';
    const batch = of(await ask('POST', `/job/${job}/batch`, csv, 'text/csv; charset=UTF-8'), 'id');
    expect(batch).toMatch(/^751/);
    const ended = await over(job, batch);
    expect(['state', 'jobId', 'numberRecordsProcessed', 'numberRecordsFailed'].map((name) => of(ended, name))).toEqual([
      'Completed',
      job,
      '4',
      '2',
    ]);
    const [header, ...rows] = (await ask('GET', `/job/${job}/batch/${batch}/result`)).text.trimEnd().split('\n');
    expect(header).toBe('"Id","Success","Created","Error"');
    expect(rows.map((row) => row.replace(/"003\w{15}"/, '"003"'))).toEqual([
      '"003","true","true",""',
      '"","false","false","REQUIRED_FIELD_MISSING:Required fields are missing: [LastName]:LastName --"',
      '"","false","false","INVALID_EMAIL_ADDRESS:Email: invalid email address: nonsense:Email --"',
      '"003","true","true",""',
    ]);
    expect((await ask('GET', `/job/${job}/batch/${batch}/request`)).text).toBe(csv);
    const closed = await ask('POST', `/job/${job}`, info('jobInfo', '<state>Closed</state>'));
    expect(
      ['state', 'numberBatchesCompleted', 'numberBatchesTotal', 'numberRecordsProcessed', 'numberRecordsFailed'].map((name) =>
        of(closed, name),
      ),
    ).toEqual(['Closed', '1', '1', '4', '2']);
    expect((await ask('GET', `/job/${job}/batch`)).text).toMatch(/<batchInfoList xmlns="[^"]+"><batchInfo><id>751/);
    const late = await ask('POST', `/job/${job}/batch`, csv, 'text/csv');
    expect([late.status, of(late, 'exceptionCode'), of(late, 'exceptionMessage')]).toEqual([
      400,
      'InvalidJobState',
      'Failed to create batch, since the Job is not Open. Current job state is &apos;Closed&apos;',
    ]);
    expect(of(await ask('POST', `/job/${job}`, info('jobInfo', '<state>Closed</state>')), 'exceptionMessage')).toBe(
      'Closing already Closed Job not allowed',
    );
  });
  test('nobody sees its batches among the jobs of 2.0', async () => {
    const { batch } = await load('update', 'Account', `Id,Fax\n${seeded.bakery},12\n`);
    expect((await org.call('GET', '/jobs/ingest')).body).toMatchObject({ records: [] });
    expect((await org.call('GET', `/jobs/ingest/${batch}`)).status).toBe(404);
  });
  test('update, upsert, delete; #N/A empties a field', async () => {
    expect((await load('update', 'Account', `Id,Fax\n${seeded.sake},#N/A\n001Sx0000009999IAA,1\n`)).result.text).toMatch(
      /^.*\n"001Sx0000000002IAA","true","false",""\n"","false","false","[A-Z_]+:/,
    );
    const key = '<externalIdFieldName>Cordboard_Name__c</externalIdFieldName>';
    const first = await load('upsert', 'Task', 'Cordboard_Name__c,Subject\nclassic-1,Call\n', key);
    expect(first.result.text).toMatch(/"00T\w+","true","true",""/);
    const again = await load('upsert', 'Task', 'Cordboard_Name__c,Subject\nclassic-1,Call back\n', key);
    expect(again.result.text).toMatch(/"00T\w+","true","false",""/);
    const [task] = (await org.query("SELECT Id, Subject FROM Task WHERE Cordboard_Name__c = 'classic-1'")).records;
    expect(task?.['Subject']).toBe('Call back');
    expect((await load('delete', 'Task', `Id\n${String(task?.['Id'])}\n`)).result.text).toMatch(/"true","false",""/);
    expect((await org.query("SELECT Id FROM Task WHERE Cordboard_Name__c = 'classic-1'")).records).toEqual([]);
  });
  test('a batch that cannot be read fails, and its job goes on', async () => {
    const { job, batch, ended, result } = await load('insert', 'Contact', 'LastName,Nope\nx,y\n');
    expect([of(ended, 'state'), of(ended, 'stateMessage')]).toEqual(['Failed', 'InvalidBatch : Field name not found : Nope']);
    expect([result.status, of(result, 'exceptionCode')]).toEqual([400, 'InvalidBatch']);
    const many = of(await ask('POST', `/job/${job}/batch`, `LastName\n${'x\n'.repeat(10_001)}`, 'text/csv'), 'id');
    expect(of(await over(job, many), 'state')).toBe('Failed');
    expect(of(await ask('GET', `/job/${job}`), 'numberBatchesFailed')).toBe('2');
    expect(of(await ask('POST', `/job/${job}/batch`, '', 'text/csv'), 'exceptionCode')).toBe('ClientInputError');
    expect((await ask('POST', `/job/${job}/batch`, '[]', 'application/json')).text).toMatch(/^{"exceptionCode":"InvalidBatch"/);
    expect(batch).not.toBe(many);
  });
  test('an aborted job leaves its batches undone', async () => {
    await org.control('POST', '/bulk', { paused: true });
    const job = of(await jobOf('insert', 'Contact'), 'id');
    const batch = of(await ask('POST', `/job/${job}/batch`, 'LastName\nAborted\n', 'text/csv'), 'id');
    expect(of(await ask('GET', `/job/${job}/batch/${batch}/result`), 'exceptionMessage')).toBe('Batch not completed');
    expect(of(await ask('POST', `/job/${job}`, info('jobInfo', '<state>Aborted</state>')), 'state')).toBe('Aborted');
    await org.control('POST', '/bulk', { paused: false });
    expect(of(await over(job, batch), 'state')).toBe('NotProcessed');
    expect((await org.query("SELECT Id FROM Contact WHERE LastName = 'Aborted'")).records).toEqual([]);
  });
});

test('queries: a list of results, each a CSV', async () => {
  const { job, batch, ended, result } = await load('query', 'Account', "SELECT Id, Name FROM Account WHERE Name LIKE 'Harbor%'");
  expect([of(ended, 'state'), of(ended, 'numberRecordsProcessed')]).toEqual(['Completed', '1']);
  const id = of(result, 'result');
  expect(result.text).toMatch(/<result-list xmlns="[^"]+"><result>752/);
  expect((await ask('GET', `/job/${job}/batch/${batch}/result/${id}`)).text).toBe(
    '"Id","Name"\n"001Sx0000000003IAA","Harbor & Mill ""Supply"""\n',
  );
  const none = await load('queryAll', 'Account', "SELECT Id FROM Account WHERE Name = 'none'");
  expect((await ask('GET', `/job/${none.job}/batch/${none.batch}/result/${of(none.result, 'result')}`)).text).toBe(
    'Records not found for this query',
  );
  const wrong = await load('query', 'Account', 'SELECT Nope FROM Account');
  expect([of(wrong.ended, 'state'), of(wrong.ended, 'stateMessage')]).toEqual([
    'Failed',
    expect.stringMatching(/^InvalidBatch : Failed to process query: INVALID_FIELD: /),
  ]);
});

test('in JSON, as Python programs ask', async () => {
  const json = async (method: string, path: string, body?: unknown) => {
    const said = await ask(method, path, body === undefined ? undefined : JSON.stringify(body), 'application/json');
    return { status: said.status, body: JSON.parse(said.text) as Record<string, unknown> };
  };
  const made = await json('POST', '/job', { operation: 'insert', object: 'Contact', concurrencyMode: 'Serial', contentType: 'JSON' });
  expect(made).toMatchObject({ status: 201, body: { state: 'Open', concurrencyMode: 'Serial', numberBatchesTotal: 0, apiVersion: 58 } });
  const job = String(made.body['id']);
  const batch = String(
    (
      await json('POST', `/job/${job}/batch`, [
        { LastName: 'Json', Account: { Id: seeded.bakery }, Birthdate: '1990-02-03' },
        { FirstName: 'Nobody' },
      ])
    ).body['id'],
  );
  let ended = await json('GET', `/job/${job}/batch/${batch}`);
  while (['Queued', 'InProgress'].includes(String(ended.body['state']))) {
    await turn();
    ended = await json('GET', `/job/${job}/batch/${batch}`);
  }
  expect(ended.body).toMatchObject({ state: 'Completed', numberRecordsProcessed: 2, numberRecordsFailed: 1 });
  expect((await json('GET', `/job/${job}/batch/${batch}/result`)).body).toEqual([
    { success: true, created: true, id: expect.stringMatching(/^003/) as string, errors: [] },
    {
      success: false,
      created: false,
      id: null,
      errors: [
        {
          message: 'Required fields are missing: [LastName]',
          fields: ['LastName'],
          statusCode: 'REQUIRED_FIELD_MISSING',
          extendedErrorDetails: null,
        },
      ],
    },
  ]);
  expect((await org.query("SELECT AccountId, Birthdate FROM Contact WHERE LastName = 'Json'")).records).toMatchObject([
    { AccountId: seeded.bakery, Birthdate: '1990-02-03' },
  ]);
  expect(await json('POST', `/job/${job}`, { state: 'Closed' })).toMatchObject({ status: 200, body: { state: 'Closed' } });
  expect(await json('GET', `/job/750000000000000AAA`)).toMatchObject({ status: 400, body: { exceptionCode: 'InvalidJob' } });
});

test('what is refused', async () => {
  const gone = await ask('GET', '/job/750000000000000AAA', undefined, 'application/xml', 'gone');
  expect([gone.status, of(gone, 'exceptionCode'), of(gone, 'exceptionMessage')]).toEqual([400, 'InvalidSessionId', 'Invalid session id']);
  expect(of(await jobOf('insert', 'Nope__c'), 'exceptionCode')).toBe('InvalidEntity');
  expect(of(await jobOf('hardDelete', 'Task'), 'exceptionCode')).toBe('FeatureNotEnabled');
  expect(of(await jobOf('explode', 'Task'), 'exceptionCode')).toBe('InvalidJob');
  expect(of(await ask('POST', '/job', '<jobInfo'), 'exceptionCode')).toBe('ClientInputError');
  const xml = await ask(
    'POST',
    '/job',
    info('jobInfo', '<operation>insert</operation><object>Task</object><contentType>XML</contentType>'),
  );
  expect([xml.status, of(xml, 'exceptionCode')]).toEqual([501, 'STAND_IN_CANNOT']);
  await org.control('POST', '/faults', { kind: 'session-401', times: 1, match: { pathPrefix: '/services/async' } });
  expect(await ask('GET', '/job/750000000000000AAA')).toMatchObject({
    status: 400,
    text: expect.stringContaining('InvalidSessionId') as string,
  });
});
