import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seeded, testOrg, type TestOrg } from '../testing/test-org.ts';

let org: TestOrg;
beforeAll(async () => {
  org = await testOrg();
});
afterAll(() => org.stop());

const create = async (object: string, fields: Record<string, unknown>, headers: Record<string, string> = {}) =>
  ((await org.call('POST', `/sobjects/${object}`, fields, headers)).body as { id: string }).id;
const failure = (body: unknown) => (body as { errorCode: string; message: string }[])[0];

describe('updated and deleted', () => {
  const at = (ms: number) => encodeURIComponent(new Date(ms).toISOString());
  const window = async (object: string, what: string, from: number, to: number) =>
    org.call('GET', `/sobjects/${object}/${what}?start=${at(from)}&end=${at(to)}`);
  const clock = async () => Date.parse(((await org.control('POST', '/clock', { advanceMs: 120_000 })).body as { now: string }).now);
  test('what changed and what was deleted between two moments, by whole minutes', async () => {
    const before = await clock();
    const [kept, gone] = [await create('Lead', { LastName: 'A', Company: 'X' }), await create('Lead', { LastName: 'B', Company: 'X' })];
    await org.call('DELETE', `/sobjects/Lead/${gone}`);
    const after = await clock();
    const updated = (await window('Lead', 'updated', before, after)).body as { ids: string[]; latestDateCovered: string };
    expect(updated.ids).toEqual([kept]);
    expect(updated.latestDateCovered).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:00\.000\+0000$/);
    expect((await window('Lead', 'deleted', before, after)).body).toMatchObject({
      deletedRecords: [{ id: gone, deletedDate: expect.stringMatching(/\.000\+0000$/) as string }],
      earliestDateAvailable: expect.stringMatching(/:00\.000\+0000$/) as string,
    });
    expect((await window('Lead', 'updated', after + 60_000, after + 180_000)).body).toMatchObject({ ids: [] });
    await org.control('POST', '/sharing', { hide: [{ user: seeded.integration, records: [kept] }] });
    expect((await window('Lead', 'updated', before, after)).body).toMatchObject({ ids: [] });
    await org.control('DELETE', '/sharing');
    // A plus that nobody escaped, and an address that ends in a slash.
    const plain = (ms: number) => new Date(ms).toISOString().replace(/\.\d{3}Z/, '+00:00');
    expect((await org.call('GET', `/sobjects/Lead/updated/?start=${plain(before)}&end=${plain(after)}`)).body).toMatchObject({
      ids: [kept],
    });
  });
  test('moments that are refused', async () => {
    const now = await clock();
    const day = 86_400_000;
    for (const [from, to] of [
      [now, now - day],
      [now - 30_000, now],
      [now - 31 * day, now],
    ] as const) {
      const reply = await window('Task', 'deleted', from, to);
      expect([reply.status, failure(reply.body)?.errorCode]).toEqual([400, 'INVALID_REPLICATION_DATE']);
    }
    expect((await window('Task', 'deleted', now - 29 * day, now)).status).toBe(200);
    expect((await window('Task', 'updated', now - 60_000, now)).status).toBe(200);
    expect((await org.call('GET', '/sobjects/Task/updated')).status).toBe(400);
    expect((await org.call('GET', '/sobjects/Task/updated?start=yesterday&end=today')).status).toBe(400);
    expect(failure((await window('Organization', 'updated', now - day, now)).body)?.message).toBe(
      'sObject type Organization is not replicable',
    );
  });
});

describe('conditions', () => {
  const get = (path: string, headers: Record<string, string>) => org.call('GET', path, undefined, headers);
  test('a description that has not changed is 304, until it does', async () => {
    for (const path of ['/sobjects/Opportunity/describe', '/sobjects']) {
      const modified = (await org.call('GET', path)).headers.get('last-modified') ?? '';
      expect((await get(path, { 'if-modified-since': modified })).status).toBe(304);
      expect((await get(path, { 'if-unmodified-since': modified })).status).toBe(200);
      expect((await get(path, { 'if-unmodified-since': 'Tue, 10 Aug 2015 00:00:00 GMT' })).status).toBe(412);
    }
    const modified = (await org.call('GET', '/sobjects/Opportunity/describe')).headers.get('last-modified') ?? '';
    await org.control('POST', '/fields', { object: 'Opportunity', name: 'New__c', label: 'New', type: 'string', length: 10 });
    expect((await get('/sobjects/Opportunity/describe', { 'if-modified-since': modified })).status).toBe(200);
  });
  test('records have the day of their change, accounts a tag of their content', async () => {
    const path = `/sobjects/Account/${seeded.bakery}`;
    const first = await org.call('GET', path);
    const [etag, modified] = [first.headers.get('etag') ?? '', first.headers.get('last-modified') ?? ''];
    expect(etag).toMatch(/^".+"$/);
    expect((await get(path, { 'if-none-match': etag })).status).toBe(304);
    expect((await get(path, { 'if-none-match': etag.replace(/"$/, '--gzip"') })).status).toBe(304);
    expect((await get(path, { 'if-modified-since': modified })).status).toBe(304);
    expect((await get(path, { 'if-match': '"other"' })).status).toBe(412);
    const change = (headers: Record<string, string>) => org.call('PATCH', path, { Site: 'North' }, headers);
    expect((await change({ 'if-match': '"other"' })).status).toBe(412);
    expect((await change({ 'if-none-match': etag })).status).toBe(412);
    expect((await change({ 'if-unmodified-since': 'Tue, 10 Aug 2015 00:00:00 GMT' })).status).toBe(412);
    expect((await change({ 'if-unmodified-since': 'never' })).status).toBe(400);
    expect((await change({ 'if-match': etag })).status).toBe(204);
    expect((await get(path, { 'if-none-match': etag })).status).toBe(200);
    const task = await create('Task', {});
    expect((await org.call('GET', `/sobjects/Task/${task}`)).headers.has('etag')).toBe(false);
  });
});

describe('related records by address', () => {
  test('the parent is read, changed and deleted; the children are listed', async () => {
    const account = await create('Account', { Name: 'Trunk' });
    const contact = await create('Contact', { LastName: 'Branch', AccountId: account });
    const way = `/sobjects/Contact/${contact}/Account`;
    expect((await org.call('GET', `${way}?fields=Name`)).body).toEqual({
      attributes: { type: 'Account', url: `/services/data/v67.0/sobjects/Account/${account}` },
      Name: 'Trunk',
      Id: account,
    });
    expect((await org.call('GET', `${way}/Owner?fields=Username`)).body).toMatchObject({ attributes: { type: 'User' } });
    expect((await org.call('PATCH', way, { Name: 'Stem' })).status).toBe(204);
    expect((await org.call('GET', `/sobjects/Account/${account}/Contacts?fields=LastName`)).body).toMatchObject({
      totalSize: 1,
      done: true,
      records: [{ attributes: { type: 'Contact' }, LastName: 'Branch' }],
    });
    expect((await org.call('GET', `/sobjects/Account/${account}/Contacts`)).body).toMatchObject({
      records: [{ Id: contact, AccountId: account }],
    });
    expect((await org.call('GET', `/sobjects/Account/${account}/Opportunities`)).body).toMatchObject({ totalSize: 0 });
    expect((await org.call('GET', `/sobjects/Account/${account}/Contacts?fields=Nope`)).status).toBe(400);
    expect((await org.call('PATCH', `/sobjects/Account/${account}/Contacts`, {})).status).toBe(405);
    expect((await org.call('GET', `/sobjects/Account/${account}/Parent`)).status).toBe(404);
    expect((await org.call('GET', `/sobjects/Account/${account}/Nonsense`)).status).toBe(404);
    expect((await org.call('DELETE', way)).status).toBe(204);
    expect((await org.call('GET', `/sobjects/Account/${account}`)).status).toBe(404);
  });
});

describe('basic information and what was looked at last', () => {
  test('a program’s write is no look, unless it says so', async () => {
    await create('Case', { Subject: 'unseen' });
    expect((await org.call('GET', '/sobjects/Case')).body).toMatchObject({
      objectDescribe: { name: 'Case', keyPrefix: '500' },
      recentItems: [],
    });
    const seen = await create('Lead', { LastName: 'Seen', Company: 'X' }, { 'sforce-mru': 'updateMru=true' });
    const also = await create('Lead', { LastName: 'Also', Company: 'X' }, { 'sforce-mru': 'updateMru=true' });
    await org.call('PATCH', `/sobjects/Lead/${seen}`, { Title: 'x' }, { 'sforce-mru': 'updateMru=true' });
    const items = (body: unknown) => (body as { Id: string; Name: string }[]).map((one) => `${one.Id} ${one.Name}`);
    expect(items((await org.call('GET', '/recent')).body)).toEqual([`${seen} Seen`, `${also} Also`]);
    expect(items((await org.call('GET', '/recent/?limit=1')).body)).toEqual([`${seen} Seen`]);
    expect(items(((await org.call('GET', '/sobjects/Lead')).body as { recentItems: unknown }).recentItems)).toHaveLength(2);
    await org.call('DELETE', `/sobjects/Lead/${seen}`);
    expect(items((await org.call('GET', '/recent')).body)).toEqual([`${also} Also`]);
  });
});

describe('limits', () => {
  test('every key has a maximum and what is left of it', async () => {
    const limits = (await org.call('GET', '/limits')).body as Record<string, { Max: number; Remaining: number }>;
    expect(Object.keys(limits).length).toBeGreaterThan(45);
    expect(Object.values(limits).every(({ Max, Remaining }) => Remaining >= 0 && Remaining <= Max)).toBe(true);
    for (const key of ['DataStorageMB', 'FileStorageMB', 'DailyApiRequests', 'StreamingApiConcurrentClients'])
      expect(limits).toHaveProperty(key);
  });
});

describe('UI API', () => {
  test('the values of a record type’s picklists, all or one', async () => {
    const path = '/ui-api/object-info/Lead/picklist-values/012000000000000AAA';
    const { picklistFieldValues } = (await org.call('GET', path)).body as {
      picklistFieldValues: Record<
        string,
        { values: { value: string }[]; defaultValue: { value: string } | null; controllerValues: object }
      >;
    };
    expect(picklistFieldValues['Status']).toMatchObject({
      controllerValues: {},
      defaultValue: { value: 'Open - Not Contacted' },
      values: expect.arrayContaining([
        { attributes: null, label: 'Working - Contacted', validFor: [], value: 'Working - Contacted' },
      ]) as unknown,
    });
    const one = (await org.call('GET', `${path}/LeadSource`)).body as Record<string, unknown>;
    expect(one).toEqual(picklistFieldValues['LeadSource']);
    expect(one['url']).toBe('/services/data/v67.0/ui-api/object-info/Lead/picklist-values/012000000000000AAA/LeadSource');
    expect((await org.call('GET', `${path}/LastName`)).status).toBe(404);
    expect((await org.call('GET', '/ui-api/object-info/Lead/picklist-values/012000000000zzzAAA')).status).toBe(400);
    expect((await org.call('GET', '/ui-api/records/x')).status).toBe(501);
  });
  test('an object’s fields and record types', async () => {
    expect((await org.call('GET', '/ui-api/object-info/Contact')).body).toMatchObject({
      apiName: 'Contact',
      defaultRecordTypeId: '012000000000000AAA',
      keyPrefix: '003',
      nameFields: ['Name'],
      fields: {
        LastName: { dataType: 'String', required: true },
        AccountId: { dataType: 'Reference', relationshipName: 'Account', referenceToInfos: [{ apiName: 'Account', nameFields: ['Name'] }] },
      },
    });
    expect((await org.call('GET', '/ui-api/object-info/Nonsense')).status).toBe(404);
  });
});

describe('the wire', () => {
  test('PATCH through POST, POST to …/Id, fields= brings the id', async () => {
    const id = await create('Lead', { LastName: 'Tunnel', Company: 'X' });
    expect((await org.call('POST', `/sobjects/Lead/${id}?_HttpMethod=PATCH`, { Title: 'Dug' })).status).toBe(204);
    expect(Object.keys((await org.call('GET', `/sobjects/Lead/${id}?fields=Title`)).body as object)).toEqual(['attributes', 'Title', 'Id']);
    expect((await org.call('POST', `/sobjects/Lead/${id}?_HttpMethod=DELETE`)).status).toBe(204);
    expect((await org.call('POST', '/sobjects/Lead/Id', { LastName: 'By Id', Company: 'X' })).status).toBe(201);
  });
  test('a wrong method is told the right ones; HEAD has headers and no body', async () => {
    const reply = await org.call('PUT', `/sobjects/Account/${seeded.bakery}`, {});
    expect([reply.status, reply.headers.get('allow')]).toEqual([405, 'GET,HEAD,PATCH,DELETE']);
    const head = await org.call('HEAD', `/sobjects/Account/${seeded.bakery}`);
    expect([head.status, head.headers.has('etag'), head.body]).toEqual([200, true, '']);
  });
  test('a gzipped body is read, XML is 501 in both directions', async () => {
    const response = await fetch(`${org.apiUrl}/services/data/v67.0/sobjects/Lead`, {
      method: 'POST',
      headers: { authorization: `Bearer ${org.token}`, 'content-type': 'application/json', 'content-encoding': 'gzip' },
      body: new Uint8Array(gzipSync(JSON.stringify({ LastName: 'Zipped', Company: 'X' }))),
    });
    expect(response.status).toBe(201);
    expect((await org.call('GET', '/limits', undefined, { accept: 'application/xml' })).status).toBe(501);
    expect((await org.call('GET', '/limits', undefined, { accept: 'application/xml, */*' })).status).toBe(200);
    expect((await org.call('POST', '/sobjects/Lead', '<Lead/>', { 'content-type': 'application/xml' })).status).toBe(501);
    expect((await org.call('POST', '/sobjects/Lead', 'LastName\nx', { 'content-type': 'text/csv' })).status).toBe(415);
  });
  test('several records with one key: 300 and where they are', async () => {
    await org.control('POST', '/fields', {
      object: 'Lead',
      name: 'Loose__c',
      label: 'Loose',
      type: 'string',
      length: 20,
      externalId: true,
    });
    const ids = [
      await create('Lead', { LastName: 'L1', Company: 'X', Loose__c: 'same' }),
      await create('Lead', { LastName: 'L2', Company: 'X', Loose__c: 'same' }),
    ];
    const urls = ids.map((id) => `/services/data/v67.0/sobjects/Lead/${id}`);
    for (const [method, body] of [
      ['GET', undefined],
      ['PATCH', { Title: 'x' }],
    ] as const) {
      const reply = await org.call(method, '/sobjects/Lead/Loose__c/same', body);
      expect([reply.status, reply.body]).toEqual([300, urls]);
    }
    await org.control('POST', '/sharing', { admins: [] });
    expect((await org.call('PATCH', '/sobjects/Lead/Loose__c/same', { Title: 'x' })).status).toBe(403);
    expect((await org.call('PATCH', '/composite/sobjects/Lead/Loose__c', { records: [] })).status).toBe(403);
    await org.control('DELETE', '/sharing');
    expect((await org.call('PATCH', '/sobjects/Lead/Loose__c/none?updateOnly=true', { Company: 'X' })).status).toBe(404);
    const contact = await org.call('POST', '/composite/sobjects', {
      records: [{ attributes: { type: 'Task' }, Who: { attributes: { type: 'Lead' }, Loose__c: 'same' } }],
    });
    expect(contact.body).toMatchObject([{ errors: [{ statusCode: 'DUPLICATE_EXTERNAL_ID' }] }]);
  });
});
