import { afterEach, describe, expect, test } from 'vitest';
import { type Exchange, Refused, Unanswered } from '../../server/crm.ts';
import { realWorld } from '../../server/world.ts';
import { connectSalesforce } from './salesforce.ts';
import {
  errorBody,
  failedRow,
  type Heard,
  type Said,
  selfId,
  settingsFor,
  startScriptedOrg,
  taskFields,
  taskId,
  withoutOurFields,
} from './scripted-org.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
async function connect(fields: readonly object[] = taskFields) {
  const org = await startScriptedOrg({ fields });
  const crm = await connectSalesforce(settingsFor(org), realWorld());
  closing.push(
    () => crm.close(),
    () => org.close(),
  );
  return { org, crm };
}
const nameOf = (index: number) => `cb1${String(index).padStart(40, '0')}`;
const read = (index: number, more: { id?: string } = {}) => ({ name: nameOf(index), since: Date.UTC(2026, 10, 21, 9), ...more });
const create = (index: number, fields: Exchange['writes'][number]['fields'] = { Subject: 'Call' }) => ({ name: nameOf(index), fields });
const update = (index: number, fields: Exchange['writes'][number]['fields'] = { Subject: 'Call' }) => ({
  name: nameOf(index),
  id: taskId(index),
  fields,
});
const bodyOf = (heard: Heard | undefined) => JSON.parse(heard?.body ?? '');
const soqlOf = (path: string | undefined) => new URL(path ?? '', 'http://x').searchParams.get('q') ?? '';
/** Answers of a composite, by what was asked. */
const composite =
  (answer: (part: { method: string; url: string; body?: { records: { Id?: string }[] } }) => { status?: number; body: unknown }) =>
  (heard: Heard): Said =>
    heard.path.endsWith('/composite')
      ? {
          body: {
            compositeResponse: bodyOf(heard).compositeRequest.map((part: { method: string; url: string; referenceId: string }) => {
              const { status = 200, body } = answer(part);
              return { referenceId: part.referenceId, httpStatusCode: status, httpHeaders: {}, body };
            }),
          },
        }
      : undefined;
const found = (...records: object[]) => ({ totalSize: records.length, done: true, records });
const thrownBy = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'nothing thrown',
    (error: unknown) => error,
  );

describe('what goes over the wire', () => {
  test('a field that can’t be empty is never emptied: it has been given a default', async () => {
    const { org, crm } = await connect(taskFields.map((field) => ({ ...field, nillable: field.name !== 'Cordboard_Link__c' })));
    const empty = { Cordboard_Link__c: null, CallDisposition: null };
    const { writes } = await crm.exchange({ reads: [], writes: [update(1, empty), update(2, { Cordboard_Link__c: null })] });
    expect(writes).toEqual([1, 2].map((index) => ({ id: taskId(index), created: false })));
    expect(org.heard.map((heard) => bodyOf(heard).records)).toEqual([
      [{ attributes: { type: 'Task' }, Id: taskId(1), CallDisposition: null }],
    ]);
  });
  test('new records alone: one upsert by name, each with the whole record and its name', async () => {
    const { org, crm } = await connect();
    const { writes, wire } = await crm.exchange({ reads: [], writes: [create(1), create(2)] });
    expect(org.heard).toMatchObject([{ method: 'PATCH', path: '/services/data/v67.0/composite/sobjects/Task/Cordboard_Name__c' }]);
    expect(bodyOf(org.heard[0])).toEqual({
      allOrNone: false,
      records: [1, 2].map((index) => ({ attributes: { type: 'Task' }, Subject: 'Call', Cordboard_Name__c: nameOf(index) })),
    });
    expect(writes).toEqual([0, 1].map((index) => ({ id: taskId(index), created: true })));
    expect(wire).toMatchObject({ request: 'PATCH /composite/sobjects/Task/Cordboard_Name__c (2 creates)', status: 200 });
  });
  test('an upsert that met its own record says so', async () => {
    const { org, crm } = await connect();
    org.script = ({ path }) =>
      path.includes('/composite/') ? { body: [{ id: taskId(7), success: true, created: false, errors: [] }] } : undefined;
    expect((await crm.exchange({ reads: [], writes: [create(1)] })).writes).toEqual([{ id: taskId(7), created: false }]);
  });
  test('changes alone: by id, without a name', async () => {
    const { org, crm } = await connect();
    const { writes, wire } = await crm.exchange({ reads: [], writes: [update(3)] });
    expect(org.heard).toMatchObject([{ method: 'PATCH', path: '/services/data/v67.0/composite/sobjects' }]);
    expect(bodyOf(org.heard[0]).records).toEqual([{ attributes: { type: 'Task' }, Id: taskId(3), Subject: 'Call' }]);
    expect(writes).toEqual([{ id: taskId(3), created: false }]);
    expect(wire.request).toBe('PATCH /composite/sobjects (1 update)');
  });
  test('reads and writes of 200 calls: one composite, reads first, in the order asked, within Salesforce’s bounds', async () => {
    const { org, crm } = await connect();
    const reads = Array.from({ length: 200 }, (_, index) => (index % 2 ? read(index) : read(index, { id: taskId(index) })));
    const writes = Array.from({ length: 200 }, (_, index) => (index % 2 ? create(index) : update(index)));
    const answer = await crm.exchange({ reads, writes });
    expect(org.heard).toHaveLength(1);
    const { allOrNone, collateSubrequests, compositeRequest } = bodyOf(org.heard[0]);
    expect({ allOrNone, collateSubrequests }).toEqual({ allOrNone: false, collateSubrequests: false });
    expect(compositeRequest.map(({ method }: { method: string }) => method)).toEqual(['GET', 'GET', 'PATCH', 'PATCH']);
    for (const { method, url, httpHeaders } of compositeRequest) {
      expect(url.length).toBeLessThan(14_000);
      expect(httpHeaders).toEqual(method === 'GET' ? undefined : { 'Sforce-Auto-Assign': 'FALSE' });
    }
    expect(answer.reads).toEqual(reads.map(() => ({ held: undefined })));
    expect(answer.writes.filter((row) => 'created' in row && row.created)).toHaveLength(100);
    expect(answer.wire.request).toBe(
      'POST /composite (GET /queryAll (100 by id); GET /queryAll (100 by name); PATCH /composite/sobjects/Task/Cordboard_Name__c (100 creates); PATCH /composite/sobjects (100 updates))',
    );
  });
  test('200 reads by name, or by id, still are one query', async () => {
    const { org, crm } = await connect();
    await crm.exchange({ reads: Array.from({ length: 200 }, (_, index) => read(index)), writes: [] });
    await crm.exchange({ reads: Array.from({ length: 200 }, (_, index) => read(index, { id: taskId(index) })), writes: [] });
    expect(org.heard.map(({ method, path }) => `${method} ${path.split('?')[0]}`)).toEqual(
      Array(2).fill('GET /services/data/v67.0/queryAll'),
    );
    for (const { path } of org.heard) expect(path.length).toBeLessThan(14_000);
  });
  test('only what this user may write is sent; a subtype can’t be changed', async () => {
    const { org, crm } = await connect(
      taskFields.map((field) => (field.name === 'CallDisposition' ? { ...field, createable: false, updateable: false } : field)),
    );
    const fields = { Subject: 'a\u0000b', TaskSubtype: 'Call', CallDisposition: 'x', Nowhere__c: 1, WhoId: null };
    await crm.exchange({ reads: [], writes: [create(1, fields), update(2, fields)] });
    const [creates, updates] = bodyOf(org.heard[0]).compositeRequest;
    expect(creates.body.records[0]).toEqual({
      attributes: { type: 'Task' },
      Subject: 'ab',
      TaskSubtype: 'Call',
      WhoId: null,
      Cordboard_Name__c: nameOf(1),
    });
    expect(updates.body.records[0]).toEqual({ attributes: { type: 'Task' }, Id: taskId(2), Subject: 'ab', WhoId: null });
  });
  test('with nothing to change nothing is sent', async () => {
    const { org, crm } = await connect();
    expect(await crm.exchange({ reads: [], writes: [update(1, { TaskSubtype: 'Call' })] })).toEqual({
      reads: [],
      writes: [{ id: taskId(1), created: false }],
      wire: { request: 'nothing to send', status: 0, ms: 0 },
    });
    expect(org.heard).toEqual([]);
  });
  test.each<[string, Exchange, string]>([
    ['a name twice', { reads: [], writes: [create(1), create(1)] }, 'NAME_TWICE'],
    ['a record twice', { reads: [], writes: [update(1), { ...update(2), id: taskId(1).slice(0, 15) }] }, 'NAME_TWICE'],
    ['201 writes', { reads: [], writes: Array.from({ length: 201 }, (_, index) => create(index)) }, 'EXCHANGE_TOO_LARGE'],
    [
      'names that fill more queries than a composite takes',
      { reads: Array.from({ length: 200 }, (_, index) => ({ name: `${index}${'x'.repeat(400)}`, since: 0 })), writes: [] },
      'EXCHANGE_TOO_LARGE',
    ],
  ])('%s is refused before it leaves (W5)', async (_, ask, code) => {
    const { org, crm } = await connect();
    expect(await thrownBy(crm.exchange(ask))).toMatchObject({ failure: { mendedBy: 'us', code } });
    expect(org.heard).toEqual([]);
  });
});

describe('reading', () => {
  const record = (index: number, more: object = {}) => ({
    attributes: { type: 'Task' },
    Id: taskId(index),
    IsDeleted: false,
    Cordboard_Name__c: nameOf(index),
    Subject: 'Call',
    Description: 'one\r\ntwo',
    WhoId: null,
    AccountId: '001000000000001AAA',
    ...more,
  });
  test('answers what was asked, by id or by name, deleted ones too', async () => {
    const { org, crm } = await connect();
    org.script = composite(({ url }) => ({
      body: soqlOf(url).includes('WHERE Id IN')
        ? found(record(2, { IsDeleted: true }), record(1))
        : found(record(3, { Cordboard_Name__c: nameOf(3).toUpperCase() })),
    }));
    const { reads } = await crm.exchange({
      reads: [read(1, { id: taskId(1).slice(0, 15) }), read(3), read(2, { id: taskId(2) }), read(4), read(5, { id: taskId(5) }), read(3)],
      writes: [],
    });
    expect(reads.map((answer) => ('held' in answer && answer.held ? [answer.held.id, answer.held.deleted] : undefined))).toEqual([
      [taskId(1), false],
      [taskId(3), false],
      [taskId(2), true],
      undefined,
      undefined,
      [taskId(3), false],
    ]);
    expect(reads[0]).toMatchObject({
      held: { fields: { Subject: 'Call', Description: 'one\ntwo', WhoId: null, AccountId: '001000000000001AAA' }, doubles: [] },
    });
    expect(reads[0]).not.toHaveProperty('held.fields.attributes');
  });
  test('every field that is shared or drafted is read', async () => {
    const { org, crm } = await connect();
    await crm.exchange({ reads: [read(1)], writes: [] });
    const soql = soqlOf(org.heard[0]?.path);
    for (const field of [
      'Id',
      'IsDeleted',
      ...crm.shared,
      'CallObject',
      'CallType',
      'CallDisposition',
      'CallDurationInSeconds',
      'TaskSubtype',
      'Cordboard_Call__c',
      'Cordboard_Link__c',
      'Cordboard_Wait_Seconds__c',
    ])
      expect(soql).toMatch(new RegExp(`[ ,]${field}[ ,]`));
    expect(soql).toMatch(/ WHERE Cordboard_Name__c IN \('cb10+1'\)$/);
  });
  test('the living record counts, not a deleted one of the same name', async () => {
    const { org, crm } = await connect();
    org.script = ({ path }) =>
      path.includes('/queryAll') ? { body: found(record(1, { IsDeleted: true }), record(2, { Cordboard_Name__c: nameOf(1) })) } : undefined;
    expect((await crm.exchange({ reads: [read(1)], writes: [] })).reads).toMatchObject([
      { held: { id: taskId(2), deleted: false, doubles: [] } },
    ]);
  });
  test('what a cut page doesn’t show isn’t called absent', async () => {
    const { org, crm } = await connect();
    org.script = ({ path }) =>
      path.includes('/queryAll') ? { body: { ...found(record(1)), done: false, nextRecordsUrl: '/x' } } : undefined;
    const { reads } = await crm.exchange({ reads: [read(1), read(2)], writes: [] });
    expect(reads).toMatchObject([{ held: { id: taskId(1) } }, { failure: { mendedBy: 'us', code: 'PAGE_CUT_SHORT' }, whole: true }]);
  });
  test('a refused query fails its own rows only; the writes beside it are done', async () => {
    const { org, crm } = await connect();
    org.script = composite(({ method }) =>
      method === 'GET'
        ? { status: 400, body: errorBody('INVALID_FIELD', "No such column 'CallDisposition' on entity 'Task'.") }
        : { body: [{ id: taskId(9), success: true, created: true, errors: [] }] },
    );
    const { reads, writes } = await crm.exchange({ reads: [read(1), read(2)], writes: [create(3)] });
    expect(reads).toMatchObject([1, 2].map(() => ({ failure: { mendedBy: 'admin', code: 'INVALID_FIELD' }, whole: true })));
    expect(writes).toEqual([{ id: taskId(9), created: true }]);
  });
});

describe('each row has its own fate', () => {
  /** One row's answer, as create or as update. */
  async function fateOf(row: object, write: Exchange['writes'][number], living: object[] = [], readable: readonly string[] = []) {
    const { org, crm } = await connect();
    org.script = (heard) => {
      if (heard.path.includes('/composite/sobjects')) return { body: [row] };
      if (!heard.path.endsWith('/composite')) return undefined;
      org.heard.push(heard);
      return composite(({ url }) => ({
        body: found(
          ...(soqlOf(url).includes('UserRecordAccess') ? readable.map((RecordId) => ({ RecordId, HasReadAccess: true })) : living),
        ),
      }))(heard);
    };
    const { writes } = await crm.exchange({ reads: [], writes: [write] });
    return { answer: writes[0], org };
  }
  const duplicate = failedRow(
    'DUPLICATE_VALUE',
    'duplicate value found: Cordboard_Name__c duplicates value on record with id: 00T000000000042',
  );

  test('our own name is there already: "exists", with the id it is on (W4)', async () =>
    expect((await fateOf(duplicate, create(1))).answer).toMatchObject({ refused: 'exists', id: '00T000000000042' }));
  test('without an id when Salesforce hides it', async () => {
    const { answer } = await fateOf(
      failedRow('DUPLICATE_VALUE', 'duplicate value found: Cordboard_Name__c duplicates value on record with id: <unknown>'),
      create(1),
    );
    expect(answer).toMatchObject({ refused: 'exists' });
    expect(answer).not.toHaveProperty('id');
  });
  test('a unique field of the customer’s is another matter', async () =>
    expect(
      (
        await fateOf(
          failedRow('DUPLICATE_VALUE', 'duplicate value found: Their_Key__c duplicates value on record with id: 00T000000000042'),
          create(1),
        )
      ).answer,
    ).toMatchObject({ refused: 'failed', failure: { mendedBy: 'admin' } }));

  const unable =
    'Unable to create/update fields: TaskSubtype. Please check the security settings of this field and verify that it is read/write for your profile or permission set.';
  test.each([[['TaskSubtype']], [[]]])(
    'a field that can’t be changed is refused when the record is there already (named in fields: %j)',
    async (fields) => {
      const row = failedRow('INVALID_FIELD_FOR_INSERT_UPDATE', unable, fields);
      expect((await fateOf(row, create(1))).answer).toMatchObject({ refused: 'exists' });
      expect((await fateOf(row, update(1))).answer, 'a change names its record itself').toMatchObject({ refused: 'failed' });
    },
  );
  test('a field that was taken from us is not', async () =>
    expect(
      (await fateOf(failedRow('INVALID_FIELD_FOR_INSERT_UPDATE', unable, ['TaskSubtype', 'CallType']), create(1))).answer,
    ).toMatchObject({ refused: 'failed', failure: { mendedBy: 'admin' } }));

  test.each(['ENTITY_IS_DELETED', 'INVALID_CROSS_REFERENCE_KEY', 'NOT_FOUND'])('%s about the record itself: deleted (W2)', async (code) => {
    const { answer, org } = await fateOf(failedRow(code, 'entity is deleted'), update(1));
    expect(answer).toMatchObject({ refused: 'deleted', id: taskId(1) });
    expect(org.heard, 'no second call is needed').toEqual([]);
  });
  test.each(['ENTITY_IS_DELETED', 'INVALID_CROSS_REFERENCE_KEY', 'NOT_FOUND'])(
    '%s while creating isn’t about a record of ours',
    async (code) => expect((await fateOf(failedRow(code, 'x'), create(1))).answer).toMatchObject({ refused: 'failed' }),
  );
  test('a field that is named is meant', async () => {
    const { answer } = await fateOf(
      failedRow('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id', ['WhatId']),
      update(1, { WhatId: '001000000000009AAA' }),
    );
    expect(answer).toMatchObject({ refused: 'fields', fields: [{ field: 'WhatId' }], failure: { mendedBy: 'admin', fields: ['WhatId'] } });
  });
  test('unnamed, it may be the contact to be linked: a living task is not taken for a deleted one', async () => {
    const linked = update(1, { WhoId: '003000000000009AAA' });
    const gone = failedRow('ENTITY_IS_DELETED', 'entity is deleted');
    expect((await fateOf(gone, linked, [{ Id: taskId(1), IsDeleted: false }])).answer).toMatchObject({
      refused: 'fields',
      fields: [{ field: 'WhoId' }],
      failure: { mendedBy: 'admin', code: 'ENTITY_IS_DELETED', message: expect.stringContaining('entity is deleted') },
    });
    expect((await fateOf(gone, linked, [{ Id: taskId(1), IsDeleted: true }])).answer).toMatchObject({ refused: 'deleted' });
    expect((await fateOf(gone, linked, [])).answer).toMatchObject({ refused: 'deleted' });
  });
  test.each([
    ['which of two links is gone is looked up', ['001000000000009AAA'], [{ field: 'WhoId' }]],
    ['both are gone', [], [{ field: 'WhoId' }, { field: 'WhatId' }]],
    ['both are there: it is the owner', ['001000000000009AAA', '003000000000009AAA'], [{ field: 'OwnerId', instead: selfId }]],
  ])('%s', async (_, readable, fields) => {
    const row = failedRow('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id');
    const linked = { WhoId: '003000000000009AAA', WhatId: '001000000000009AAA', OwnerId: '005000000000009AAA' };
    const { answer, org } = await fateOf(row, { ...create(1, linked), spareOwnerId: selfId }, [], readable);
    expect(answer).toMatchObject({ refused: 'fields', fields });
    expect(org.heard, 'one reading call').toHaveLength(1);
  });
  test('if that look-up fails, what the others were answered stands', async () => {
    const { org, crm } = await connect();
    org.script = ({ path }) =>
      path.endsWith('/composite')
        ? 'hang up'
        : path.includes('/composite/sobjects')
          ? { body: [failedRow('ENTITY_IS_DELETED', 'entity is deleted'), { id: taskId(2), success: true, errors: [] }] }
          : undefined;
    const { writes } = await crm.exchange({ reads: [], writes: [update(1, { OwnerId: selfId }), update(2)] });
    expect(writes).toMatchObject([
      { refused: 'failed', failure: { mendedBy: 'time' } },
      { id: taskId(2), created: false },
    ]);
  });

  test('a validation rule names its fields; the next row is untouched', async () => {
    const { org, crm } = await connect();
    org.script = ({ path }) =>
      path.includes('/composite/')
        ? {
            body: [
              failedRow('FIELD_CUSTOM_VALIDATION_EXCEPTION', 'Outcome?', ['CallDisposition']),
              { id: taskId(2), success: true, created: true, errors: [] },
            ],
          }
        : undefined;
    const { writes } = await crm.exchange({ reads: [], writes: [create(1), create(2)] });
    expect(writes).toMatchObject([{ refused: 'failed', failure: { mendedBy: 'admin', fields: ['CallDisposition'] } }, { id: taskId(2) }]);
    expect(writes[0]).not.toHaveProperty('whole');
  });
  test('a governor limit of the org’s Apex may pass in smaller company', async () => {
    const { org, crm } = await connect();
    const row = failedRow(
      'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
      'T: execution of AfterInsert caused by: System.LimitException: Too many SOQL queries: 101',
    );
    org.script = ({ path, body }) => (path.includes('/composite/') ? { body: JSON.parse(body).records.map(() => row) } : undefined);
    expect((await crm.exchange({ reads: [], writes: [create(1), create(2)] })).writes).toMatchObject(
      [1, 2].map(() => ({ refused: 'failed', whole: true })),
    );
    expect((await crm.exchange({ reads: [], writes: [create(1)] })).writes[0]).not.toHaveProperty('whole');
  });
});

describe('a part refused as one (W5)', () => {
  const mixed: Exchange = { reads: [], writes: [create(1), update(2), create(3)] };
  test('marks its rows, so that they are halved until the poison is alone; the other part is done', async () => {
    const { org, crm } = await connect();
    org.script = composite(({ url, body }) =>
      url.includes('Cordboard_Name__c')
        ? { status: 400, body: errorBody('JSON_PARSER_ERROR', 'Unexpected character') }
        : { body: body?.records.map(({ Id }) => ({ id: Id, success: true, errors: [] })) },
    );
    const { writes } = await crm.exchange(mixed);
    const failed = { refused: 'failed', failure: { mendedBy: 'us', code: 'JSON_PARSER_ERROR' }, whole: true };
    expect(writes).toMatchObject([failed, { id: taskId(2), created: false }, failed]);
  });
  test.each([
    ['time passes for all alike', { status: 503, body: errorBody('SERVER_UNAVAILABLE', 'x') }, 'time'],
    ['an edge server’s page', { status: 414, body: '<html>' }, 'us'],
  ])('%s', async (_, said, mendedBy) => {
    const { org, crm } = await connect();
    org.script = composite(() => said);
    const { writes } = await crm.exchange(mixed);
    for (const row of writes) expect(row).toMatchObject({ refused: 'failed', failure: { mendedBy } });
    // The single update is alone in its part: there is nothing to halve.
    expect(writes.map((row) => 'whole' in row)).toEqual(mendedBy === 'time' ? [false, false, false] : [true, false, true]);
  });
  test('sent by itself, the request is refused', async () => {
    const { org, crm } = await connect();
    org.script = ({ path }) =>
      path.includes('/composite/')
        ? { status: 404, body: errorBody('NOT_FOUND', 'Provided external ID field does not exist or is not accessible: Cordboard_Name__c') }
        : undefined;
    const error = await thrownBy(crm.exchange({ reads: [], writes: [create(1), create(2)] }));
    expect(error).toBeInstanceOf(Refused);
    expect(error).toMatchObject({ failure: { mendedBy: 'admin', code: 'NOT_FOUND' } });
  });
  test.each<[string, Said]>([
    ['fewer rows than sent', { body: [{ id: taskId(1), success: true, created: true, errors: [] }] }],
    ['a row without id', { body: [{ success: true }, { success: true }] }],
    ['something else', { body: { hello: 'world' } }],
  ])('%s: unanswered', async (_, said) => {
    const { org, crm } = await connect();
    org.script = ({ path }) => (path.includes('/composite/') ? said : undefined);
    expect(await thrownBy(crm.exchange({ reads: [], writes: [create(1), create(2)] }))).toBeInstanceOf(Unanswered);
  });
  test('a composite that leaves a part out: unanswered', async () => {
    const { org, crm } = await connect();
    org.script = ({ path }) => (path.endsWith('/composite') ? { body: { compositeResponse: [] } } : undefined);
    expect(await thrownBy(crm.exchange(mixed))).toBeInstanceOf(Unanswered);
  });
});

describe('a field that isn’t shown any more', () => {
  const lost = "No such column 'Cordboard_Wait_Seconds__c' on sobject of type Task";
  const withoutIt = taskFields.filter(({ name }) => name !== 'Cordboard_Wait_Seconds__c');
  const describeAs = (heard: Heard, fields: readonly object[]): Said =>
    heard.path.endsWith('/sobjects/Task/describe') ? { body: { createable: true, updateable: true, fields } } : undefined;
  const waiting = { Subject: 'Call', Cordboard_Wait_Seconds__c: 4 };

  test('refuses a collection as one: each row is told to go without it, and the org is looked at again', async () => {
    const { org, crm } = await connect();
    const shape = crm.shape;
    org.script = (heard) =>
      describeAs(heard, withoutIt) ??
      (heard.path.includes('/composite/') ? { status: 400, body: errorBody('INVALID_FIELD', lost) } : undefined);
    const { writes } = await crm.exchange({ reads: [], writes: [create(1, waiting), create(2, waiting)] });
    expect(writes).toMatchObject([1, 2].map(() => ({ refused: 'fields', fields: [{ field: 'Cordboard_Wait_Seconds__c' }] })));
    expect(crm.missing).toContain('Cordboard_Wait_Seconds__c');
    expect(crm.shape, 'what was refused may be tried again').not.toBe(shape);
  });
  test('beside others it marks who hasn’t sent it, so that those are asked again', async () => {
    const { org, crm } = await connect();
    org.script = composite(() => ({ status: 400, body: errorBody('INVALID_FIELD', lost) }));
    const { writes } = await crm.exchange({ reads: [], writes: [create(1, waiting), create(2), update(3)] });
    expect(writes).toMatchObject([
      { refused: 'fields' },
      { refused: 'failed', whole: true },
      { refused: 'failed', failure: { mendedBy: 'admin' } },
    ]);
  });
  test('reading asks again by what is there now; where nothing has changed, it is refused', async () => {
    const { org, crm } = await connect();
    const refuses = (heard: Heard): Said =>
      heard.path.includes('/queryAll')
        ? { status: 400, body: errorBody('INVALID_FIELD', "No such column 'Cordboard_Wait_Seconds__c' on entity 'Task'.") }
        : undefined;
    org.script = refuses;
    expect(await thrownBy(crm.exchange({ reads: [read(1)], writes: [] }))).toMatchObject({ failure: { code: 'INVALID_FIELD' } });
    org.script = (heard) => describeAs(heard, withoutIt) ?? refuses(heard);
    expect((await crm.exchange({ reads: [read(1)], writes: [] })).reads).toMatchObject([
      { failure: { mendedBy: 'time', code: 'FIELDS_CHANGED' } },
    ]);
    let soql = '';
    org.script = ({ path }) => (path.includes('/queryAll') ? ((soql = soqlOf(path)), { body: found() }) : undefined);
    await crm.exchange({ reads: [read(1)], writes: [] });
    expect(soql).not.toContain('Cordboard_Wait_Seconds__c');
  });
  test('names we have given are not forgotten when their field is lost (W8)', async () => {
    const { org, crm } = await connect();
    org.script = (heard) =>
      describeAs(heard, withoutOurFields) ??
      (heard.path.includes('/composite/') ? { status: 400, body: errorBody('INVALID_FIELD', lost) } : undefined);
    await crm.exchange({ reads: [], writes: [create(1, waiting)] });
    expect(crm.form).toBe('unique');
    org.script = () => undefined;
    await crm.exchange({ reads: [], writes: [create(1)] });
    expect(org.heard.at(-1)?.path).toMatch(/Cordboard_Name__c$/);
  });
});

describe('the admin’s defaults', () => {
  const field = (name: string, type: string, more: object = {}) => ({
    name,
    type,
    createable: true,
    updateable: true,
    nillable: true,
    ...more,
  });
  const fields = [
    ...taskFields,
    field('Region__c', 'picklist', { nillable: false, restrictedPicklist: true, picklistValues: [{ value: 'EMEA', active: true }] }),
    field('Weight__c', 'double', { nillable: false }),
    field('Team__c', 'string', { length: 5 }),
    field('Done__c', 'boolean', { nillable: false, defaultedOnCreate: true }),
  ];
  test('fill what is required and empty, when a record is created; the answer says so', async () => {
    const { org, crm } = await connect(fields);
    const defaults = { task: { region__C: 'EMEA', Weight__c: 'heavy', Team__c: 'North', Done__c: true } };
    const { writes } = await crm.exchange({ reads: [], writes: [create(1), update(2)], defaults });
    const [creates, updates] = bodyOf(org.heard[0]).compositeRequest;
    expect(creates.body.records[0]).toMatchObject({ Region__c: 'EMEA' });
    expect(creates.body.records[0]).not.toHaveProperty('Weight__c'); // a wrong one isn't sent
    expect(creates.body.records[0]).not.toHaveProperty('Team__c'); // nobody asked for it
    expect(updates.body.records[0]).not.toHaveProperty('Region__c');
    expect(writes[0]).toMatchObject({ given: { Region__c: 'EMEA' } });
    expect(writes[1]).not.toHaveProperty('given');
  });
  test('are typed against what the org describes', async () => {
    const { crm } = await connect(fields);
    const wrong = await crm.wrongDefaults({
      Task: {
        Region__c: 'Mars',
        Weight__c: 'heavy',
        Team__c: 'Northern',
        Done__c: 'yes',
        ActivityDate: 'tomorrow',
        WhatId: 'x',
        AccountId: 'x',
        Nope__c: 1,
      },
    });
    expect(Object.fromEntries(wrong.map(({ field: name, because }) => [name, because]))).toEqual({
      Region__c: 'It takes one of EMEA.',
      Weight__c: 'It takes a number.',
      Team__c: 'It takes at most 5 characters.',
      Done__c: 'It takes true or false.',
      ActivityDate: 'It takes a date such as 2026-03-31.',
      WhatId: 'It takes the id of a record.',
      AccountId: 'The connected user may not write this field.',
      Nope__c: 'There is no such field, or the connected user can’t see it.',
    });
    expect(await crm.wrongDefaults({ Task: { Region__c: 'EMEA', weight__c: 2 } })).toEqual([]);
  });
});

describe('without our fields (W8)', () => {
  test('the name is kept in CallObject, records are inserted, and a change leaves it alone', async () => {
    const { org, crm } = await connect(withoutOurFields);
    await crm.exchange({ reads: [], writes: [create(1), update(2, { Subject: 'Call', CallObject: 'by mistake' })] });
    const [inserts, updates] = bodyOf(org.heard[0]).compositeRequest;
    expect(inserts).toMatchObject({ method: 'POST', url: '/services/data/v67.0/composite/sobjects' });
    expect(inserts.body.records).toEqual([{ attributes: { type: 'Task' }, Subject: 'Call', CallObject: nameOf(1) }]);
    expect(updates.body.records).toEqual([{ attributes: { type: 'Task' }, Id: taskId(2), Subject: 'Call' }]);
  });
  test('a name is looked for among our own records of the time, and doubles are told', async () => {
    const { org, crm } = await connect(withoutOurFields);
    const record = (index: number, more: object = {}) => ({
      Id: taskId(index),
      IsDeleted: false,
      CallObject: nameOf(1),
      CreatedDate: '2026-11-21T09:00:00.000+0000',
      ...more,
    });
    let soql = '';
    org.script = ({ path }) =>
      path.includes('/queryAll')
        ? ((soql = soqlOf(path)), { body: found(record(5, { IsDeleted: true }), record(6), record(7), record(8)) })
        : undefined;
    const { reads } = await crm.exchange({ reads: [read(1), { ...read(2), since: Date.UTC(2026, 10, 21, 8) }], writes: [] });
    expect(soql).toContain(` AND CreatedDate >= 2026-11-21T07:55:00Z AND CreatedById = '${selfId}' ORDER BY CreatedDate, Id`);
    expect(reads).toMatchObject([{ held: { id: taskId(6), deleted: false, doubles: [taskId(7), taskId(8)] } }, { held: undefined }]);
    expect(reads[0]).not.toHaveProperty('held.fields.CallObject');
  });
  test('an insert is a creation, also where the answer doesn’t say so', async () => {
    const { crm } = await connect(withoutOurFields);
    expect((await crm.exchange({ reads: [], writes: [create(1)] })).writes).toEqual([{ id: taskId(0), created: true }]);
  });
});
