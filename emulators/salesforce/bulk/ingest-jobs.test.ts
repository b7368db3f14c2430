import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { bulkClient, codeOf, infoOf } from '../testing/bulk.ts';
import { seeded, testOrg, type TestOrg } from '../testing/test-org.ts';

let org: TestOrg;
let bulk: ReturnType<typeof bulkClient>;
beforeAll(async () => {
  org = await testOrg({ clock: () => Date.parse('2026-11-22T10:00:00.500Z') });
  bulk = bulkClient(org);
});
beforeEach(async () => {
  await org.control('POST', '/reset');
  await org.control('POST', '/bulk', { paused: false, hardDelete: false, batches: 15_000, records: 150_000_000 });
  await org.control('POST', '/limits', { lockWaitMs: 10_000 });
});
afterAll(() => org.stop());

const lines = (csv: string) => csv.split('\n').filter((line) => line !== '');
const contacts = async (where: string) =>
  (await org.query(`SELECT Id, FirstName, LastName, Description, AccountId FROM Contact WHERE ${where}`)).records;

describe('an ingest job', () => {
  test('says of itself what the org says, from Open to JobComplete', async () => {
    const created = await bulk.ingest({ object: 'contact', operation: 'insert' });
    const { id } = infoOf(created);
    expect(created).toMatchObject({ status: 200 });
    expect(created.body).toEqual({
      id,
      operation: 'insert',
      object: 'Contact',
      createdById: seeded.integration,
      createdDate: '2026-11-22T10:00:00.000+0000',
      systemModstamp: '2026-11-22T10:00:00.000+0000',
      state: 'Open',
      concurrencyMode: 'Parallel',
      contentType: 'CSV',
      apiVersion: 67,
      contentUrl: `services/data/v67.0/jobs/ingest/${id}/batches`,
      lineEnding: 'LF',
      columnDelimiter: 'COMMA',
    });
    expect(await bulk.put(id, 'FirstName,LastName\nA,One\nB,\n')).toMatchObject({ status: 201, body: '' });
    await org.control('POST', '/bulk', { paused: true });
    expect(await bulk.set('ingest', id, 'UploadComplete')).toMatchObject({ status: 200, body: { id, state: 'UploadComplete' } });
    expect((await org.call('GET', `/jobs/ingest/${id}/successfulResults`)).status).toBe(204);
    await org.control('POST', '/bulk', { paused: false });
    expect(await bulk.over('ingest', id)).toMatchObject({
      state: 'JobComplete',
      jobType: 'V2Ingest',
      numberRecordsProcessed: 2,
      numberRecordsFailed: 1,
      retries: 0,
      apexProcessingTime: 0,
    });
    const made = (await contacts("LastName = 'One'"))[0]?.['Id'];
    expect(await bulk.outcome(id, 'successfulResults')).toBe(
      `"sf__Id","sf__Created",FirstName,LastName\n"${String(made)}","true","A","One"\n`,
    );
    expect(await bulk.outcome(id, 'failedResults')).toBe(
      '"sf__Id","sf__Error",FirstName,LastName\n"","REQUIRED_FIELD_MISSING:Required fields are missing: [LastName]:LastName --","B",""\n',
    );
    expect(await bulk.outcome(id, 'unprocessedrecords')).toBe('FirstName,LastName\n');
    expect((await org.control('GET', '/log')).body).toMatchObject({
      entries: expect.arrayContaining([
        expect.objectContaining({ method: 'JOB', written: 1, rowErrors: { REQUIRED_FIELD_MISSING: 1 } }),
      ]) as unknown[],
    });
  });

  test('takes every delimiter, quotes, line breaks in values, a mark at its beginning and both line endings', async () => {
    for (const [columnDelimiter, mark] of Object.entries({
      COMMA: ',',
      TAB: '\t',
      PIPE: '|',
      SEMICOLON: ';',
      CARET: '^',
      BACKQUOTE: '`',
    })) {
      const info = await bulk.load(
        { object: 'Contact', operation: 'insert', columnDelimiter, lineEnding: 'CRLF' },
        `\uFEFF"LastName"${mark}Description\r\n${columnDelimiter}${mark}"a${mark}b ""c""\nd"\r\n"last"${mark}`,
      );
      expect(info).toMatchObject({ state: 'JobComplete', numberRecordsProcessed: 2, numberRecordsFailed: 0 });
      expect(await contacts(`LastName = '${columnDelimiter}'`)).toMatchObject([{ Description: `a${mark}b "c"\nd` }]);
      expect(await bulk.outcome(info.id, 'successfulResults')).toContain(`${mark}"a${mark}b ""c""\nd"\r\n`);
    }
    expect((await contacts("LastName = 'last'")).length).toBe(6);
  });

  test('fails whole, with nothing written, when its lines do not end as it said', async () => {
    const said = (ending: string) => `ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is ${ending}`;
    const first = await bulk.load({ object: 'Contact', operation: 'insert' }, 'LastName\nx\r\ny\n');
    expect(first).toMatchObject({ state: 'Failed', errorMessage: said('LF'), numberRecordsProcessed: 0 });
    expect(await bulk.outcome(first.id, 'unprocessedrecords')).toBe('LastName\nx\ny\n');
    expect(await bulk.load({ object: 'Contact', operation: 'insert', lineEnding: 'CRLF' }, 'LastName\nx\n')).toMatchObject({
      errorMessage: said('CRLF'),
    });
    expect(await contacts("LastName = 'x'")).toEqual([]);
  });

  test.each([
    ['insert', {}, 'LastName,Nope\nx,y\n', 'InvalidBatch : Field name not found : Nope'],
    ['insert', {}, 'LastName,Account.Nope\nx,y\n', 'InvalidBatch : Field name not found : Account.Nope'],
    ['insert', {}, 'LastName,Account.Phone\nx,y\n', 'InvalidBatch : Field name not found : Account.Phone'],
    ['update', {}, 'LastName\nx\n', 'InvalidBatch : Field name not found : Id'],
    ['upsert', { externalIdFieldName: 'Cordboard_Name__c' }, 'LastName\nx\n', 'InvalidBatch : Field name not found : Cordboard_Name__c'],
    ['insert', {}, 'LastName,lastname\nx,y\n', 'InvalidBatch : Duplicate column name : lastname'],
    ['delete', {}, 'Id,LastName\nx,y\n', 'InvalidBatch : The delete operation takes the Id column only'],
  ])('%s %j of %j fails whole: %s', async (operation, more, csv, errorMessage) => {
    expect(await bulk.load({ object: 'Contact', operation, ...more }, csv)).toMatchObject({ state: 'Failed', errorMessage });
  });

  test('an upload of nothing is a job without records; an upsert by Id without ids makes new records', async () => {
    for (const operation of ['insert', 'delete']) {
      const info = await bulk.load({ object: 'Contact', operation }, '');
      expect(info).toMatchObject({ state: 'JobComplete', numberRecordsProcessed: 0, numberRecordsFailed: 0 });
      expect(lines(await bulk.outcome(info.id, 'successfulResults'))).toHaveLength(1);
    }
    const upsert = await bulk.load(
      { object: 'Contact', operation: 'upsert', externalIdFieldName: 'Id', columnDelimiter: 'BACKQUOTE' },
      'LASTNAME`PHONE\nNew One`1\nNew Two`2\n',
    );
    expect(upsert).toMatchObject({ state: 'JobComplete', numberRecordsProcessed: 2, numberRecordsFailed: 0 });
    expect(await contacts("LastName LIKE 'New %'")).toHaveLength(2);
  });

  test('reads each type of field, keeps what is empty, clears what is #N/A', async () => {
    const insert = 'Subject,IsReminderSet,ReminderDateTime,ActivityDate,CallDurationInSeconds,Cordboard_Wait_Seconds__c,Priority';
    const csv = [
      insert,
      'good,yes,2026-12-01T08:00:00+01:00,2026-12-01,12,1.5e1,',
      'bad flag,perhaps,,,,,',
      'bad date,0,,01/12/2026,,,',
      'bad number,N,,,twelve,,',
      '"spaced" ,N,,,,,',
      'short,N',
    ].join('\n');
    const info = await bulk.load({ object: 'Task', operation: 'insert' }, csv);
    expect(info).toMatchObject({ state: 'JobComplete', numberRecordsProcessed: 6, numberRecordsFailed: 5 });
    const errors = lines(await bulk.outcome(info.id, 'failedResults')).map((line) => /^"","([^"]*)"/.exec(line)?.[1]);
    expect(errors.slice(1)).toEqual([
      'INVALID_TYPE_ON_FIELD_IN_RECORD:Reminder Set: value not of required type: perhaps:IsReminderSet --',
      'INVALID_TYPE_ON_FIELD_IN_RECORD:Due Date Only: value not of required type: 01/12/2026:ActivityDate --',
      'INVALID_TYPE_ON_FIELD_IN_RECORD:Call Duration: value not of required type: twelve:CallDurationInSeconds --',
      'INVALID_FIELD:A double quote stands where none may:--',
      'INVALID_FIELD:The number of columns does not match the header row:--',
    ]);
    const [task] = await org.rows('Task');
    expect(task).toMatchObject({
      IsReminderSet: true,
      ReminderDateTime: '2026-12-01T07:00:00.000+0000',
      CallDurationInSeconds: 12,
      Cordboard_Wait_Seconds__c: 15,
      Priority: 'Normal',
    });
    await bulk.load({ object: 'Task', operation: 'update' }, `Id,Subject,ActivityDate\n${String(task?.['Id'])},,#N/A\n`);
    expect((await org.rows('Task'))[0]).toMatchObject({ Subject: 'good', ActivityDate: null });
  });

  test('names parents by what is theirs alone', async () => {
    await org.call('PATCH', `/sobjects/Account/${seeded.bakery}`, { Cordboard_Name__c: 'bakery' });
    const info = await bulk.load(
      { object: 'Contact', operation: 'insert' },
      'LastName,Account.Cordboard_Name__c,User:Owner.Email\nx,bakery,anna.nowak@acme.example\ny,nobody,\nz,#N/A,\n',
    );
    expect(info).toMatchObject({ numberRecordsProcessed: 3, numberRecordsFailed: 1 });
    expect(await bulk.outcome(info.id, 'failedResults')).toContain(
      '"INVALID_FIELD:Foreign key external ID: nobody not found for field Cordboard_Name__c in entity Account:--"',
    );
    expect((await org.rows('Contact')).filter((row) => row['LastName'] === 'x')).toMatchObject([
      { AccountId: seeded.bakery, OwnerId: seeded.anna },
    ]);
  });

  test('upserts: made, changed, and a key that two rows of a chunk share', async () => {
    const job = { object: 'Contact', operation: 'upsert', externalIdFieldName: 'Cordboard_Name__c' };
    await bulk.load(job, 'Cordboard_Name__c,LastName\na,First\n');
    const info = await bulk.load(job, 'Cordboard_Name__c,LastName\nA,Second\nb,New\nc,Twice\nC,Again\n,None\n');
    expect(info).toMatchObject({ externalIdFieldName: 'Cordboard_Name__c', numberRecordsProcessed: 5, numberRecordsFailed: 3 });
    expect(lines(await bulk.outcome(info.id, 'successfulResults')).map((line) => line.replace(/"\w{18}"/, ''))).toEqual([
      '"sf__Id","sf__Created",Cordboard_Name__c,LastName',
      ',"false","A","Second"',
      ',"true","b","New"',
    ]);
    const failed = await bulk.outcome(info.id, 'failedResults');
    expect(failed.match(/DUPLICATE_VALUE:Duplicate external id specified: [cC]:--/g)).toHaveLength(2);
    expect(failed).toContain('MISSING_ARGUMENT:Cordboard_Name__c not specified:Cordboard_Name__c --');
    expect(await contacts("LastName = 'Second'")).toHaveLength(1);
    const byId = await bulk.load({ ...job, externalIdFieldName: 'Id' }, `Id,LastName\n${seeded.ewa},Changed\n,Made\n`);
    expect(byId).toMatchObject({ numberRecordsFailed: 0 });
  });

  test('updates and deletes by id, row by row; a failed row says whose it was', async () => {
    const info = await bulk.load(
      { object: 'Contact', operation: 'update' },
      `Id,LastName\n${seeded.ewa.slice(0, 15)},New\n003000000000000AAA,x\nnonsense,x\n${seeded.kenji},x\n`,
    );
    expect(info).toMatchObject({ numberRecordsProcessed: 4, numberRecordsFailed: 3 });
    const failed = lines(await bulk.outcome(info.id, 'failedResults'));
    expect(failed[1]).toBe('"003000000000000AAA","INVALID_CROSS_REFERENCE_KEY:invalid cross reference id:--","003000000000000AAA","x"');
    expect(failed[2]).toMatch(/^"","MALFORMED_ID:/);
    const gone = await bulk.load({ object: 'Contact', operation: 'delete' }, `Id\n${seeded.ewa}\n${seeded.ewa}\n`);
    expect(gone).toMatchObject({ numberRecordsProcessed: 2, numberRecordsFailed: 1 });
    expect(await bulk.outcome(gone.id, 'failedResults')).toContain('ENTITY_IS_DELETED:entity is deleted:--');
    expect(await contacts(`Id = '${seeded.ewa}'`)).toEqual([]);
  });

  test('deletes for good only for users with that right', async () => {
    const job = { object: 'Account', operation: 'hardDelete' };
    expect(await bulk.ingest(job)).toMatchObject({
      status: 400,
      body: [
        {
          errorCode: 'FEATURENOTENABLED',
          message: 'hardDelete operation requires special user profile permission, please contact your system administrator',
        },
      ],
    });
    await org.control('POST', '/bulk', { hardDelete: true });
    await org.call('POST', '/sobjects/Task', { WhatId: seeded.bakery, Subject: 'with it' });
    expect(await bulk.load(job, `Id\n${seeded.bakery}\n`)).toMatchObject({ numberRecordsProcessed: 1, numberRecordsFailed: 1 });
    await org.call('DELETE', `/sobjects/Case/${seeded.ticket}`); // it kept its company
    expect(await bulk.load(job, `Id\n${seeded.bakery}\n`)).toMatchObject({ numberRecordsProcessed: 1, numberRecordsFailed: 0 });
    expect((await org.rows('Account', true)).map((row) => row['Id'])).not.toContain(seeded.bakery);
    expect((await org.rows('Contact', true)).map((row) => row['Id'])).not.toContain(seeded.ewa);
    expect(await org.rows('Task', true)).toEqual([]);
  });

  test('goes through the rules of the org', async () => {
    await org.control('POST', '/validation-rules', { object: 'Lead', field: 'Company', op: '=', value: 'Evil', message: 'Not them' });
    await org.control('POST', '/assignment-rules', { object: 'Lead', entries: [{ ownerId: seeded.leadQueue }] });
    const { id } = ((await org.control('GET', '/assignment-rules')).body as { rules: { id: string }[] }).rules[0] ?? { id: '' };
    const info = await bulk.load({ object: 'Lead', operation: 'insert' }, 'LastName,Company\na,Evil\nb,Good\n');
    expect(await bulk.outcome(info.id, 'failedResults')).toContain('"FIELD_CUSTOM_VALIDATION_EXCEPTION:Not them:--"');
    await bulk.load({ object: 'Lead', operation: 'insert', assignmentRuleId: id }, 'LastName,Company\nc,Good\n');
    const owners = (await org.query("SELECT LastName, OwnerId FROM Lead WHERE Company = 'Good' ORDER BY LastName")).records;
    expect(owners).toMatchObject([{ OwnerId: seeded.integration }, { OwnerId: seeded.leadQueue }]);
  });
});

describe('in the background', () => {
  const many = (count: number, first = 0) =>
    `Cordboard_Name__c,LastName\n${Array.from({ length: count }, (_, n) => `k${first + n},Person ${first + n}\n`).join('')}`;

  test('500 rows are three chunks, each saved at once with what came of it', async () => {
    const { id } = infoOf(await bulk.ingest({ object: 'Contact', operation: 'insert' }));
    await bulk.put(id, many(500));
    await bulk.set('ingest', id, 'UploadComplete');
    const seen = new Set<number>();
    for (let over = false; !over;) {
      const [info, count] = await Promise.all([
        bulk.info('ingest', id),
        org.query("SELECT COUNT() FROM Contact WHERE LastName LIKE 'Person %'"),
      ]);
      seen.add((count.body as { totalSize: number }).totalSize);
      over = info.state === 'JobComplete';
    }
    expect([...seen].filter((count) => ![0, 200, 400, 500].includes(count))).toEqual([]);
    expect(lines(await bulk.outcome(id, 'successfulResults')).length).toBe(501);
  });

  test('a job that fails midway keeps what was saved, and gives back what was not looked at', async () => {
    await org.control('POST', '/bulk', { failNext: { afterRecords: 200, errorMessage: 'InternalServerError : the pod moved' } });
    const info = await bulk.load({ object: 'Contact', operation: 'insert' }, many(450));
    expect(info).toMatchObject({ state: 'Failed', errorMessage: 'InternalServerError : the pod moved', numberRecordsProcessed: 200 });
    expect(lines(await bulk.outcome(info.id, 'successfulResults')).length).toBe(201);
    const left = await bulk.outcome(info.id, 'unprocessedrecords');
    expect(lines(left).length).toBe(251);
    expect(await bulk.load({ object: 'Contact', operation: 'insert' }, left)).toMatchObject({
      state: 'JobComplete',
      numberRecordsFailed: 0,
    });
    expect((await org.query("SELECT COUNT() FROM Contact WHERE LastName LIKE 'Person %'")).body).toMatchObject({ totalSize: 450 });
  });

  test('batches of 10,000 are counted, and refused when the day has none left', async () => {
    const left = async () =>
      ((await org.call('GET', '/limits')).body as Record<string, { Remaining: number }>)['DailyBulkApiBatches']?.Remaining;
    await bulk.load({ object: 'Contact', operation: 'insert' }, many(3));
    expect(await left()).toBe(14_999);
    await org.control('POST', '/bulk', { batches: 1 });
    expect(codeOf(await bulk.ingest({ object: 'Contact', operation: 'insert' }))).toBe('EXCEEDEDQUOTA');
    await org.control('POST', '/bulk', { batches: 15_000, records: 5 });
    expect(await bulk.load({ object: 'Contact', operation: 'insert' }, many(3, 10))).toMatchObject({
      state: 'Failed',
      numberRecordsProcessed: 0,
    });
  });

  test('rows on request go wrong, and are counted', async () => {
    await org.control('POST', '/faults', { kind: 'lock-row', everyNth: 2, match: { pathPrefix: '/services/data/v67.0/jobs/' } });
    const info = await bulk.load({ object: 'Contact', operation: 'insert' }, many(4));
    await org.control('DELETE', '/faults');
    expect(info).toMatchObject({ numberRecordsFailed: 2 });
    expect(await bulk.outcome(info.id, 'failedResults')).toContain(
      'UNABLE_TO_LOCK_ROW:unable to obtain exclusive access to this record:--',
    );
  });

  test('waits for a record somebody else has locked, then refuses that row alone', async () => {
    await org.control('POST', '/limits', { lockWaitMs: 5 });
    await org.control('POST', '/latency', { baseMs: 0, perRecordMs: 150, tail: 0 });
    const slow = org.call('PATCH', '/composite/sobjects', {
      records: [
        { attributes: { type: 'Contact' }, Id: seeded.ewa, Title: 'locked' },
        { attributes: { type: 'Contact' }, Id: seeded.tomasz, Title: 'locked' },
        { attributes: { type: 'Contact' }, Id: seeded.misaki, Title: 'locked' },
      ],
    });
    while (((await org.control('GET', '/health')).body as { locksHeld: number }).locksHeld === 0) await Promise.resolve();
    await org.control('POST', '/latency', { profile: 'none' });
    const info = await bulk.load({ object: 'Contact', operation: 'update' }, `Id,Department\n${seeded.ewa},A\n${seeded.iryna},B\n`);
    expect(info).toMatchObject({ state: 'JobComplete', numberRecordsProcessed: 2, numberRecordsFailed: 1, retries: 1 });
    expect(await bulk.outcome(info.id, 'failedResults')).toContain(`"${seeded.ewa}","UNABLE_TO_LOCK_ROW:`);
    await slow;
  });

  test('an aborted job stops between two chunks', async () => {
    const { id } = infoOf(await bulk.ingest({ object: 'Contact', operation: 'insert' }));
    await bulk.put(id, many(2_000));
    await bulk.set('ingest', id, 'UploadComplete');
    expect(await bulk.set('ingest', id, 'Aborted')).toMatchObject({ status: 200, body: { state: 'Aborted' } });
    const { numberRecordsProcessed } = await bulk.over('ingest', id);
    expect(Number(numberRecordsProcessed) % 200).toBe(0);
    expect(lines(await bulk.outcome(id, 'unprocessedrecords')).length).toBe(2_001 - Number(numberRecordsProcessed));
    expect(lines(await bulk.outcome(id, 'successfulResults')).length).toBe(1 + Number(numberRecordsProcessed));
  });
});

describe('what a job does not take', () => {
  test.each([
    [{ operation: 'insert', object: 'Nothing__c' }, 400, 'INVALIDENTITY'],
    [{ operation: 'insert', object: 'TaskStatus' }, 501, 'STAND_IN_CANNOT'],
    [{ operation: 'merge', object: 'Contact' }, 400, 'JSON_PARSER_ERROR'],
    [{ operation: 'upsert', object: 'Contact' }, 400, 'INVALIDJOB'],
    [{ operation: 'upsert', object: 'Contact', externalIdFieldName: 'Title' }, 404, 'NOT_FOUND'],
    [{ operation: 'insert', object: 'Contact', assignmentRuleId: '01Q000000000001AAA' }, 400, 'JSON_PARSER_ERROR'],
    [{ operation: 'insert', object: 'Contact', lineEnding: 'CR' }, 400, 'JSON_PARSER_ERROR'],
    [{ operation: 'insert' }, 400, 'INVALIDJOB'],
  ])('%j: %i %s', async (body, status, code) => {
    const reply = await bulk.ingest(body);
    expect([reply.status, codeOf(reply)]).toEqual([status, code]);
  });

  test('data twice, data after the end, data that is no CSV, an end twice', async () => {
    const { id } = infoOf(await bulk.ingest({ object: 'Contact', operation: 'insert' }));
    expect((await org.call('PUT', `/jobs/ingest/${id}/batches`, '[]')).status).toBe(415);
    await bulk.put(id, 'LastName\nx\n');
    const second = await bulk.put(id, 'LastName\ny\n');
    expect(second).toMatchObject({
      status: 400,
      body: [{ message: expect.stringContaining('Found multiple contents for job') as string }],
    });
    expect(codeOf(await org.call('DELETE', `/jobs/ingest/${id}`))).toBe('INVALIDJOBSTATE');
    await bulk.set('ingest', id, 'UploadComplete');
    expect(codeOf(await bulk.set('ingest', id, 'UploadComplete'))).toBe('INVALIDJOBSTATE');
    await bulk.over('ingest', id);
    expect(codeOf(await bulk.put(id, 'LastName\nz\n'))).toBe('INVALIDJOBSTATE');
    expect((await org.call('DELETE', `/jobs/ingest/${id}`)).status).toBe(204);
    expect((await org.call('GET', `/jobs/ingest/${id}/successfulResults`)).status).toBe(404);
  });

  test('a whole job comes in one multipart request', async () => {
    const body = [
      '--B',
      'Content-Type: application/json',
      'Content-Disposition: form-data; name="job"',
      '',
      '{"object":"Contact","contentType":"CSV","operation":"insert"}',
      '--B',
      'Content-Type: text/csv',
      'Content-Disposition: form-data; name="content"; filename="content"',
      '',
      'FirstName,LastName\nMark,Brown\n--dashes,Black',
      '--B--',
      '',
    ].join('\r\n');
    const created = await org.call('POST', '/jobs/ingest', body, { 'content-type': 'multipart/form-data; boundary="B"' });
    expect(created).toMatchObject({ status: 200, body: { state: 'UploadComplete', operation: 'insert' } });
    expect(await bulk.over('ingest', infoOf(created).id)).toMatchObject({ numberRecordsProcessed: 2, numberRecordsFailed: 0 });
    expect(await contacts("LastName IN ('Brown', 'Black')")).toHaveLength(2);
  });
});
