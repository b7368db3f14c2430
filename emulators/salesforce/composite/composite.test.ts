import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seeded, testOrg, type TestOrg } from '../testing/test-org.ts';

let org: TestOrg;
beforeAll(async () => {
  org = await testOrg();
});
afterAll(() => org.stop());

const url = '/services/data/v67.0';
type Answer = { body: unknown; httpHeaders: Record<string, string>; httpStatusCode: number; referenceId: string };
type Failure = { errorCode: string; message: string };
const failureOf = (answer: Answer | undefined) => (answer?.body as Failure[] | undefined)?.[0];
const exists = async (name: string) => (await org.query(`SELECT Id FROM Lead WHERE LastName = '${name}'`)).records.length;

describe('composite', () => {
  const composite = async (compositeRequest: unknown[], more: Record<string, unknown> = {}, version = '67.0') => {
    const response = await fetch(`${org.apiUrl}/services/data/v${version}/composite`, {
      method: 'POST',
      headers: { authorization: `Bearer ${org.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ compositeRequest, ...more }),
    });
    const body = (await response.json()) as { compositeResponse?: Answer[] };
    return { status: response.status, body, parts: body.compositeResponse ?? [] };
  };
  const contact = { method: 'GET', url: `${url}/sobjects/Contact/${seeded.ewa}?fields=FirstName,Title`, referenceId: 'ewa' };
  const lead = (LastName: string) => ({
    method: 'POST',
    url: `${url}/sobjects/Lead`,
    referenceId: 'lead',
    body: { LastName, Company: 'X', Title: '@{ewa.Title}' },
  });

  test('what is empty is nothing since 52.0, and halted before', async () => {
    expect((await composite([contact, lead('Newer')])).parts.map((one) => one.httpStatusCode)).toEqual([200, 201]);
    const { parts } = await composite([contact, lead('Older')], {}, '51.0');
    expect(parts.map((one) => one.httpStatusCode)).toEqual([200, 400]);
    expect(failureOf(parts[1])?.message).toContain('No value for ewa.Title found in ewa');
    expect([await exists('Newer'), await exists('Older')]).toEqual([1, 0]);
  });
  test('yes and no stay what they are, numbers and parts of a text become text', async () => {
    const user = { method: 'GET', url: `${url}/sobjects/User/${seeded.anna}?fields=IsActive,Extension`, referenceId: 'anna' };
    const { parts } = await composite([
      user,
      {
        method: 'POST',
        url: `${url}/sobjects/Task`,
        referenceId: 'task',
        body: { IsReminderSet: '@{anna.IsActive}', Subject: 'of @{anna.Id}' },
      },
    ]);
    // A reminder without a time is refused: so the yes was understood.
    expect(failureOf(parts[1])?.errorCode).toBe('REQUIRED_FIELD_MISSING');
  });
  test('reference ids are letters, digits and underscores: else all of it fails since 52.0', async () => {
    const part = { ...contact, referenceId: 'refs[1]' };
    const { status, parts } = await composite([part]);
    expect([status, failureOf(parts[0])?.message]).toEqual([
      400,
      "Provided referenceId ('refs[1]') must start with a letter or a number, and it can contain only letters, numbers and underscores ('_').",
    ]);
    expect((await composite([part], {}, '51.0')).parts[0]?.httpStatusCode).toBe(200);
  });
  test('methods are capitals, flags are yes or no, an unread part carries its validators', async () => {
    expect((await composite([{ ...contact, method: 'get' }])).status).toBe(400);
    expect((await composite([contact], { collateSubrequests: 'yes' })).status).toBe(400);
    expect((await composite([contact], { collateSubrequests: false })).status).toBe(200);
    const account = { method: 'GET', url: `${url}/sobjects/Account/${seeded.bakery}`, referenceId: 'a' };
    const [first] = (await composite([account])).parts;
    expect(Object.keys(first?.httpHeaders ?? {})).toEqual(['ETag', 'Last-Modified']);
    const again = { ...account, httpHeaders: { 'If-None-Match': first?.httpHeaders['ETag'] } };
    const { parts } = await composite([again, { ...lead('Kept'), body: { LastName: 'Kept', Company: 'X' } }], { allOrNone: true });
    expect(parts.map((one) => one.httpStatusCode)).toEqual([304, 201]);
  });
  test('a search is no part of it', async () => {
    const part = { method: 'GET', url: `${url}/search?q=FIND+%7Bewa%7D`, referenceId: 's' };
    expect([(await composite([part])).status, (await composite([part], { allOrNone: true })).status]).toEqual([501, 501]);
    expect(
      (await org.call('POST', '/composite/batch', { batchRequests: [{ ...part, url: part.url.slice('/services/data/'.length) }] })).body,
    ).toMatchObject({
      results: [{ statusCode: 200 }],
    });
  });
  test('the address alone lists what is there', async () => {
    expect((await org.call('GET', '/composite')).body).toEqual({
      tree: `${url}/composite/tree`,
      batch: `${url}/composite/batch`,
      sobjects: `${url}/composite/sobjects`,
      graph: `${url}/composite/graph`,
    });
  });
});

describe('batch', () => {
  const batch = (batchRequests: unknown[], more: Record<string, unknown> = {}) =>
    org.call('POST', '/composite/batch', { batchRequests, ...more });
  const read = (path: string) => ({ method: 'GET', url: `v67.0/${path}` });
  test('each part has its status, and counts', async () => {
    await org.control('POST', '/limits', { used: 10 });
    const reply = await batch([
      { method: 'PATCH', url: `v67.0/sobjects/Contact/${seeded.ewa}`, richInput: { Title: 'Buyer' } },
      read(`sobjects/Contact/${seeded.ewa}?fields=Title`),
      { method: 'GET', url: '/services/data/v67.0/sobjects/Contact/003Sx0000000zzz' },
    ]);
    expect(reply.headers.get('sforce-limit-info')).toBe('api-usage=13/100000');
    expect([reply.status, reply.body]).toMatchObject([
      200,
      {
        hasErrors: true,
        results: [
          { statusCode: 204, result: null },
          { statusCode: 200, result: { Title: 'Buyer' } },
          { statusCode: 404, result: [{ errorCode: 'NOT_FOUND' }] },
        ],
      },
    ]);
    await org.call('PATCH', `/sobjects/Contact/${seeded.ewa}`, { Title: null });
  });
  test('haltOnError stops after a failure, and nothing is taken back', async () => {
    const reply = await batch(
      [
        { method: 'POST', url: 'v67.0/sobjects/Lead', richInput: { LastName: 'BeforeHalt', Company: 'X' } },
        { method: 'POST', url: 'v67.0/sobjects/Lead', richInput: {} },
        { method: 'POST', url: 'v67.0/sobjects/Lead', richInput: { LastName: 'AfterHalt', Company: 'X' } },
      ],
      { haltOnError: true },
    );
    expect((reply.body as { results: { statusCode: number }[] }).results.map((one) => one.statusCode)).toEqual([201, 400, 412]);
    expect(JSON.stringify(reply.body)).toContain('BATCH_PROCESSING_HALTED');
    expect([await exists('BeforeHalt'), await exists('AfterHalt')]).toEqual([1, 0]);
  });
  test('a spent allocation is met in its midst', async () => {
    await org.control('POST', '/limits', { max: 100, used: 98 });
    const reply = await batch([read('limits'), read('limits'), read('limits')]);
    await org.control('POST', '/limits', { max: 100_000, used: 0 });
    expect((reply.body as { results: { statusCode: number }[] }).results.map((one) => one.statusCode)).toEqual([200, 200, 403]);
  });
  test('what cannot be read is refused before any part', async () => {
    const good = { method: 'POST', url: 'v67.0/sobjects/Lead', richInput: { LastName: 'Unread', Company: 'X' } };
    expect((await batch(Array.from({ length: 26 }, () => read('limits')))).status).toBe(400);
    expect((await batch([good, { method: 'LOOK', url: 'v67.0/limits' }])).status).toBe(400);
    expect((await batch([good, { method: 'GET', url: 'elsewhere' }])).status).toBe(400);
    expect((await batch([good], { haltOnError: 'yes' })).status).toBe(400);
    expect((await org.call('POST', '/composite/batch', {})).status).toBe(400);
    expect((await batch([good, { method: 'POST', url: 'v67.0/composite', richInput: {} }])).status).toBe(501);
    expect((await org.call('GET', '/composite/batch')).status).toBe(405);
    expect(await exists('Unread')).toBe(0);
  });
});

describe('graph', () => {
  type Graphs = { graphs: { graphId: string; graphResponse: { compositeResponse: Answer[] }; isSuccessful: boolean }[] };
  const graph = (graphs: unknown[]) => org.call('POST', '/composite/graph', { graphs });
  const node = (referenceId: string, body: unknown, method = 'POST', path = 'sobjects/Lead') => ({
    method,
    url: `${url}/${path}`,
    referenceId,
    body,
  });
  const one = (graphId: string, ...compositeRequest: unknown[]) => ({ graphId, compositeRequest });
  test('each graph is whole or not at all; one call', async () => {
    await org.control('POST', '/limits', { used: 10 });
    const reply = await graph([
      one('good', node('l', { LastName: 'GraphGood', Company: 'X' }), node('t', { WhoId: '@{l.id}' }, 'POST', 'sobjects/Task')),
      one('bad', node('l', { LastName: 'GraphBad', Company: 'X' }), node('m', {}), node('n', { LastName: 'x', Company: 'X' })),
    ]);
    const { graphs } = reply.body as Graphs;
    expect([reply.status, reply.headers.get('sforce-limit-info')]).toEqual([200, 'api-usage=11/100000']);
    expect(graphs.map(({ graphId, isSuccessful }) => [graphId, isSuccessful])).toEqual([
      ['good', true],
      ['bad', false],
    ]);
    const codes = graphs[1]?.graphResponse.compositeResponse.map(({ httpStatusCode, body }) => [
      httpStatusCode,
      (body as Failure[])[0]?.errorCode,
    ]);
    expect(codes).toEqual([
      [400, 'PROCESSING_HALTED'],
      [400, 'REQUIRED_FIELD_MISSING'],
      [400, 'PROCESSING_HALTED'],
    ]);
    expect([await exists('GraphGood'), await exists('GraphBad')]).toEqual([1, 0]);
  });
  test('after fifteen failures the rest is not tried', async () => {
    const { graphs } = (
      await graph([
        ...Array.from({ length: 15 }, (_, n) => one(`g${n}`, node('l', {}))),
        one('last', node('l', { LastName: 'GraphLast', Company: 'X' })),
      ])
    ).body as Graphs;
    expect(failureOf(graphs.at(-1)?.graphResponse.compositeResponse[0])?.errorCode).toBe('PROCESSING_HALTED');
    expect(await exists('GraphLast')).toBe(0);
  });
  test.each([
    ['76 graphs', Array.from({ length: 76 }, (_, n) => one(`g${n}`))],
    ['501 nodes', [one('g', ...Array.from({ length: 501 }, (_, n) => node(`n${n}`, {})))]],
    [
      '16 levels',
      [one('g', ...Array.from({ length: 16 }, (_, n) => node(`n${n}`, { LastName: n === 0 ? 'x' : `@{n${n - 1}.id}`, Company: 'X' })))],
    ],
    [
      '16 kinds of nodes',
      [
        one(
          'g',
          ...['Lead', 'Contact', 'Account', 'Task', 'Case', 'Opportunity'].flatMap((type) =>
            ['GET', 'PATCH', 'DELETE'].map((method) => node(`${method}${type}`, {}, method, `sobjects/${type}/x`)),
          ),
        ),
      ],
    ],
    ['a graph twice', [one('g'), one('g')]],
    ['no name', [{ compositeRequest: [] }]],
    ['a query', [one('g', node('q', undefined, 'GET', 'query?q=SELECT+Id+FROM+Lead'))]],
  ])('%s: 400', async (_, graphs) => {
    expect((await graph(graphs)).status).toBe(400);
  });
});

describe('tree', () => {
  const tree = (records: unknown[], type = 'Account') => org.call('POST', `/composite/tree/${type}`, { records });
  const record = (type: string, referenceId: string, fields: Record<string, unknown>) => ({ attributes: { type, referenceId }, ...fields });
  test('records with their children, level by level', async () => {
    const reply = await tree([
      record('Account', 'ref1', {
        Name: 'Tree One',
        Contacts: {
          records: [record('Contact', 'ref2', { LastName: 'Leaf', Tasks: { records: [record('Task', 'ref5', { Subject: 'deep' })] } })],
        },
      }),
      record('Account', 'ref4', { Name: 'Tree Two' }),
    ]);
    const { hasErrors, results } = reply.body as { hasErrors: boolean; results: { referenceId: string; id: string }[] };
    expect([reply.status, hasErrors, results.map((one) => one.referenceId)]).toEqual([201, false, ['ref1', 'ref4', 'ref2', 'ref5']]);
    const { records } = await org.query("SELECT Account.Name FROM Contact WHERE LastName = 'Leaf'");
    expect(records).toMatchObject([{ Account: { Name: 'Tree One' } }]);
    expect((await org.query("SELECT Who.Name FROM Task WHERE Subject = 'deep'")).records).toMatchObject([{ Who: { Name: 'Leaf' } }]);
  });
  test('one failure takes all back, and only what failed is told', async () => {
    const reply = await tree([
      record('Account', 'a', {
        Name: 'Felled',
        Contacts: { records: [record('Contact', 'b', { LastName: 'x', Email: '123' }), record('Contact', 'c', { LastName: 'y' })] },
      }),
    ]);
    expect([reply.status, reply.body]).toEqual([
      400,
      {
        hasErrors: true,
        results: [
          {
            referenceId: 'b',
            errors: [{ statusCode: 'INVALID_EMAIL_ADDRESS', message: 'Email: invalid email address: 123', fields: ['Email'] }],
          },
        ],
      },
    ]);
    expect((await org.query("SELECT Id FROM Account WHERE Name = 'Felled'")).records).toEqual([]);
  });
  test('reference ids are there and differ, and so is the type', async () => {
    const missing = await tree([{ attributes: { type: 'Account' }, Name: 'x' }]);
    expect(missing.body).toEqual([{ message: 'Include a reference ID for each record in the request.', errorCode: 'INVALID_INPUT' }]);
    const twice = await tree([
      record('Account', 'r', { Name: 'x' }),
      record('Account', 'r', { Name: 'y' }),
      { attributes: { referenceId: 's' }, Name: 'z' },
    ]);
    const { results } = twice.body as { results: { referenceId: string; errors: { message: string }[] }[] };
    expect([twice.status, results.map((one) => `${one.referenceId} ${one.errors[0]?.message ?? ''}`)]).toEqual([
      400,
      [
        's Include an entity type for each record in the request.',
        'r Duplicate ReferenceId provided in the request.',
        'r Duplicate ReferenceId provided in the request.',
      ],
    ]);
  });
  test('200 records, five levels, roots of the one type', async () => {
    const many = (count: number) => Array.from({ length: count }, (_, n) => record('Lead', `r${n}`, { LastName: 'Grove', Company: 'X' }));
    expect((await tree(many(201), 'Lead')).status).toBe(400);
    expect((await tree(many(200), 'Lead')).status).toBe(201);
    const deep = (levels: number): unknown =>
      record('Account', `l${levels}`, { Name: 'Deep', ...(levels > 1 ? { ChildAccounts: { records: [deep(levels - 1)] } } : {}) });
    expect((await tree([deep(5)])).status).toBe(201);
    expect((await tree([deep(6)])).status).toBe(400);
    expect((await tree([record('Lead', 'r', { LastName: 'x', Company: 'X' })])).status).toBe(400);
    expect((await tree([record('Account', 'r', { Name: 'x', Nonsense: { records: [] } })])).body).toMatchObject([
      { errorCode: 'INVALID_FIELD' },
    ]);
    expect((await tree([], 'Nonsense')).status).toBe(404);
    expect((await org.call('GET', '/composite/tree/Account')).status).toBe(405);
  });
});

describe('a parent named by external id', () => {
  const named = 'Cordboard_Name__c';
  beforeAll(async () => {
    await org.call('PATCH', `/sobjects/Contact/${named}/parent-1`, { LastName: 'Parent' });
    await org.call('PATCH', `/sobjects/Account/${named}/firm-1`, { Name: 'Firm' });
  });
  test('stands where its id would', async () => {
    const reply = await org.call('POST', '/sobjects/Task', {
      Subject: 'by name',
      Who: { attributes: { type: 'Contact' }, [named]: 'parent-1' },
      What: { attributes: { type: 'Account' }, [named]: 'FIRM-1' },
    });
    expect(reply.status).toBe(201);
    const { id } = reply.body as { id: string };
    expect((await org.query(`SELECT Who.Name, What.Name FROM Task WHERE Id = '${id}'`)).records).toMatchObject([
      { Who: { Name: 'Parent' }, What: { Name: 'Firm' } },
    ]);
    expect((await org.call('PATCH', `/sobjects/Task/${id}`, { Who: null, What: null })).status).toBe(204);
    expect((await org.query(`SELECT WhoId FROM Task WHERE Id = '${id}'`)).records).toMatchObject([{ WhoId: null }]);
  });
  test('in a collection it is looked for when the row has its turn, and fails that row alone', async () => {
    const reply = await org.call('PATCH', `/composite/sobjects/Contact/${named}`, {
      records: [
        { attributes: { type: 'Contact' }, [named]: 'kid-1', LastName: 'Kid', Account: { [named]: 'firm-1' } },
        { attributes: { type: 'Contact' }, [named]: 'kid-2', LastName: 'Kid', Account: { [named]: 'nowhere' } },
      ],
    });
    expect(reply.body).toMatchObject([
      { success: true },
      {
        errors: [
          {
            statusCode: 'INVALID_FIELD',
            message: `Foreign key external ID: nowhere not found for field ${named} in entity Account`,
            fields: [],
          },
        ],
      },
    ]);
    const both = await org.call('POST', '/composite/sobjects', {
      records: [
        { attributes: { type: 'Account' }, Name: 'New Firm', [named]: 'firm-2' },
        { attributes: { type: 'Contact' }, LastName: 'Its Man', Account: { [named]: 'firm-2' } },
      ],
    });
    expect(both.body).toMatchObject([{ success: true }, { success: true }]);
  });
  test.each([
    [{ Account: { Name: 'Firm' } }, 'Field name provided, Name does not match an External ID, Salesforce Id, or indexed field for Account'],
    [{ Account: { [named]: 'x', Name: 'y' } }, 'More than 1 field provided in an external foreign key reference in entity: Account'],
    [{ Account: 'Firm' }, 'Account is required to be an object'],
    [{ Who: { [named]: 'x' } }, 'attributes.type is required for Who'],
  ])('%j is refused', async (fields, message) => {
    const type = 'Who' in fields ? 'Task' : 'Contact';
    const reply = await org.call('POST', `/sobjects/${type}`, { ...(type === 'Contact' ? { LastName: 'x' } : {}), ...fields });
    expect([reply.status, (reply.body as Failure[])[0]?.message]).toEqual([400, message]);
  });
});
