import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { seeded, testOrg, type Row, type TestOrg } from './testing/test-org.ts';

let org: TestOrg;
beforeAll(async () => {
  org = await testOrg();
});
afterEach(() => org.control('DELETE', '/faults'));
afterAll(() => org.stop());

const fault = (order: Record<string, unknown>) => org.control('POST', '/faults', order);
const create = (key: string, more: Record<string, unknown> = {}) => org.call('POST', '/sobjects/Task', { Cordboard_Name__c: key, ...more });
const there = async (key: string) => (await org.query(`SELECT Subject FROM Task WHERE Cordboard_Name__c = '${key}'`)).records.length;
const lastEntry = async () => ((await org.control('GET', '/log')).body as { entries: Record<string, unknown>[] }).entries.at(-1);

describe('the connection dies', () => {
  test('refused: nothing is applied', async () => {
    await fault({ kind: 'refused', times: 1 });
    await expect(create('refused')).rejects.toThrow('fetch failed');
    expect(await there('refused')).toBe(0);
  });
  test('lost-answer: applied all the same', async () => {
    await fault({ kind: 'lost-answer', times: 1 });
    await expect(create('lost')).rejects.toThrow('fetch failed');
    expect(await lastEntry()).toMatchObject({ status: 0, fault: 'lost-answer', written: 1 });
    expect(await there('lost')).toBe(1);
  });
  test('late-apply: the second request lands before the first', async () => {
    await fault({ kind: 'late-apply', times: 1, delayMs: 150 });
    await expect(org.call('PATCH', '/sobjects/Task/Cordboard_Name__c/late', { Subject: 'first' })).rejects.toThrow('fetch failed');
    await org.call('PATCH', '/sobjects/Task/Cordboard_Name__c/late', { Subject: 'second' });
    await expect
      .poll(async () => (await org.query("SELECT Subject FROM Task WHERE Cordboard_Name__c = 'late'")).records, { interval: 20 })
      .toMatchObject([{ Subject: 'first' }]);
  });
  test('late-apply may leave the caller hanging', async () => {
    await fault({ kind: 'late-apply', times: 1, delayMs: 30, hang: true });
    const controller = new AbortController();
    const hanging = fetch(`${org.apiUrl}/services/data/v67.0/sobjects/Task`, {
      method: 'POST',
      headers: { authorization: `Bearer ${org.token}`, 'content-type': 'application/json' },
      body: '{"Cordboard_Name__c":"hang"}',
      signal: controller.signal,
    });
    await expect.poll(() => there('hang'), { interval: 20 }).toBe(1);
    controller.abort();
    await expect(hanging).rejects.toThrow('aborted');
  });
  test('down: nobody gets in, not even to sign in, until it is cleared', async () => {
    await fault({ kind: 'down' });
    await expect(org.call('GET', '/limits')).rejects.toThrow('fetch failed');
    await expect(org.signIn()).rejects.toThrow('fetch failed');
    await org.control('DELETE', '/faults');
    expect((await org.call('GET', '/limits')).status).toBe(200);
  });
});

test('late-answer: applied at once, answered later', async () => {
  await fault({ kind: 'late-answer', times: 1, delayMs: 120 });
  let answered = false;
  const reply = create('slow').then((got) => {
    answered = true;
    return got;
  });
  await expect.poll(() => there('slow'), { interval: 10 }).toBe(1);
  expect(answered).toBe(false);
  expect((await reply).status).toBe(201);
});

test('twice: a create makes two records, an upsert tells of the second time', async () => {
  await fault({ kind: 'twice', times: 1 });
  await org.call('POST', '/sobjects/Task', { Subject: 'doubled' });
  expect((await org.query("SELECT Id FROM Task WHERE Subject = 'doubled'")).records.length).toBe(2);
  await fault({ kind: 'twice', times: 1 });
  expect((await org.call('PATCH', '/sobjects/Task/Cordboard_Name__c/twice', {})).body).toMatchObject({ created: false });
  expect(await there('twice')).toBe(1);
});

test.each([
  ['status-503', 503, 'SERVER_UNAVAILABLE'],
  ['session-401', 401, 'INVALID_SESSION_ID'],
  ['limit-daily-403', 403, 'TotalRequests Limit exceeded.'],
  ['limit-concurrent-403', 403, 'ConcurrentRequests (Concurrent API Requests) Limit exceeded.'],
  ['html-502', 502, '<h1>502 Bad Gateway</h1>'],
  ['whole-400', 400, 'JSON_PARSER_ERROR'],
])('%s answers %i and applies nothing', async (kind, status, words) => {
  await fault({ kind, times: 1 });
  const reply = await create(kind);
  expect(reply.status).toBe(status);
  expect(JSON.stringify(reply.body)).toContain(words);
  expect(await there(kind)).toBe(0);
});

describe('rows', () => {
  test('lock-row refuses so many rows, the rest is written', async () => {
    await fault({ kind: 'lock-row', times: 2 });
    const rows = await org.upsert(['r1', 'r2', 'r3'].map((key) => ({ Cordboard_Name__c: key })));
    expect(rows.map((row: Row) => row.errors[0]?.statusCode ?? 'ok')).toEqual(['UNABLE_TO_LOCK_ROW', 'UNABLE_TO_LOCK_ROW', 'ok']);
  });
  test('row-error hits the rows it names, with the words it was given', async () => {
    await fault({
      kind: 'row-error',
      field: 'OwnerId',
      value: seeded.anna,
      error: {
        statusCode: 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
        message: 'TaskTrigger: execution of AfterInsert caused by: System.NullPointerException',
        fields: [],
      },
    });
    const rows = await org.upsert([{ Cordboard_Name__c: 'e1', OwnerId: seeded.anna }, { Cordboard_Name__c: 'e2' }]);
    expect(rows.map((row: Row) => row.errors[0]?.statusCode ?? 'ok')).toEqual(['CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', 'ok']);
    expect(await lastEntry()).toMatchObject({ fault: 'row-error', rowErrors: { CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY: 1 }, written: 1 });
  });
});

describe('which requests', () => {
  test('every n-th', async () => {
    await fault({ kind: 'status-503', everyNth: 3 });
    const statuses = [];
    for (let n = 0; n < 6; n += 1) statuses.push((await org.call('GET', '/limits')).status);
    expect(statuses).toEqual([200, 200, 503, 200, 200, 503]);
  });
  test('by chance, the same chance every time', async () => {
    const run = async () => {
      await org.control('DELETE', '/faults');
      await fault({ kind: 'status-503', probability: 0.5, seed: 42 });
      const statuses = [];
      for (let n = 0; n < 20; n += 1) statuses.push((await org.call('GET', '/limits')).status);
      return statuses;
    };
    const first = await run();
    expect(new Set(first)).toEqual(new Set([200, 503]));
    expect(await run()).toEqual(first);
  });
  test('by method and path; sign-in only when asked for', async () => {
    await fault({ kind: 'status-503', match: { method: 'PATCH', pathPrefix: '/services/data/v67.0/composite/sobjects/Task' } });
    expect((await org.call('GET', '/limits')).status).toBe(200);
    expect((await org.call('PATCH', '/composite/sobjects/Task/Cordboard_Name__c', { records: [] })).status).toBe(503);
    await fault({ kind: 'status-503', match: { pathPrefix: '/services/oauth2/token' }, times: 1 });
    expect((await fetch(`${org.apiUrl}/services/oauth2/token`, { method: 'POST' })).status).toBe(503);
    expect(await org.signIn()).toMatch(/^00D/);
  });
  test('they are listed, counted, and taken away one by one', async () => {
    const { body } = await fault({ kind: 'status-503', times: 1 });
    await org.call('GET', '/limits');
    expect((await org.control('GET', '/faults')).body).toMatchObject([{ kind: 'status-503', met: 1, hit: 1 }]);
    expect((await org.control('DELETE', `/faults/${(body as { id: number }).id}`)).body).toEqual({ faults: [] });
    expect((await fault({ kind: 'nonsense' })).status).toBe(400);
  });
  test('none of them can be set on the API’s own port', async () => {
    expect((await fetch(`${org.apiUrl}/__org/faults`, { method: 'POST', body: '{"kind":"down"}' })).status).not.toBe(201);
    expect((await org.call('GET', '/limits')).status).toBe(200);
  });
});
