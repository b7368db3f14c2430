import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { bulkClient, codeOf, infoOf } from '../testing/bulk.ts';
import { seeded, testOrg, type TestOrg } from '../testing/test-org.ts';

let org: TestOrg;
let bulk: ReturnType<typeof bulkClient>;
const start = Date.parse('2026-11-22T10:00:00.500Z');
let now = start;
beforeAll(async () => {
  org = await testOrg({ clock: () => now });
  bulk = bulkClient(org);
});
beforeEach(async () => {
  now = start;
  await org.signIn();
  await org.control('POST', '/reset');
  await org.control('POST', '/bulk', { paused: false, queryJobs: 10_000 });
});
afterAll(() => org.stop());

describe('a query job', () => {
  test('says of itself what the org says, from UploadComplete to JobComplete', async () => {
    await org.control('POST', '/bulk', { paused: true });
    const created = await bulk.query('SELECT Id, Name FROM Contact');
    expect(created.status).toBe(200);
    expect(created.body).toEqual({
      id: expect.stringMatching(/^750\w{15}$/) as string,
      operation: 'query',
      object: 'Contact',
      createdById: seeded.integration,
      createdDate: '2026-11-22T10:00:00.000+0000',
      systemModstamp: '2026-11-22T10:00:00.000+0000',
      state: 'UploadComplete',
      concurrencyMode: 'Parallel',
      contentType: 'CSV',
      apiVersion: 67,
      lineEnding: 'LF',
      columnDelimiter: 'COMMA',
    });
    const { id } = infoOf(created);
    expect((await org.call('GET', `/jobs/query/${id}/results`)).status).toBe(204);
    now += 2_000;
    await org.control('POST', '/bulk', { paused: false });
    expect(await bulk.over('query', id)).toMatchObject({
      state: 'JobComplete',
      jobType: 'V2Query',
      numberRecordsProcessed: 6,
      retries: 0,
      totalProcessingTime: 0,
      systemModstamp: '2026-11-22T10:00:02.000+0000',
      isPkChunkingSupported: true,
    });
  });

  test('gives CSV with every value in quotes, as the org spells each type', async () => {
    const results = await bulk.asked(
      'SELECT Name, Amount, IsWon, CloseDate, NextStep, CreatedDate, Account.Name, Owner.Name FROM Opportunity',
    );
    expect(results.csv).toBe(
      '"Name","Amount","IsWon","CloseDate","NextStep","CreatedDate","Account.Name","Owner.Name"\n' +
        `"Second bakery oven","48000.0","false","2027-01-31","","${new Date(now).toISOString().slice(0, 19)}.000Z","Piekarnia Złoty Kłos","Anna Nowak"\n`,
    );
    const { csv } = await bulk.asked(`SELECT name, Phone FROM Account WHERE Phone LIKE '(415)%'`, {
      columnDelimiter: 'SEMICOLON',
      lineEnding: 'CRLF',
    });
    expect(csv).toBe('"Name";"Phone"\r\n"Harbor & Mill ""Supply""";"(415) 555-0134"\r\n');
    expect((await bulk.asked(`SELECT Id, Name FROM Account WHERE Name = 'nobody'`)).csv).toBe('"Id","Name"\n');
  });

  test('is read page by page, again and again, whatever happens to the records meanwhile', async () => {
    const { info, csv } = await bulk.asked('SELECT Id, Name FROM Contact');
    await org.call('DELETE', `/sobjects/Contact/${seeded.misaki}`);
    await org.call('PATCH', `/sobjects/Contact/${seeded.ewa}`, { LastName: 'Changed' });
    let read = '';
    const counts: (string | null)[] = [];
    for (let locator = ''; locator !== 'null';) {
      const page = await org.call('GET', `/jobs/query/${info.id}/results?maxRecords=4${locator === '' ? '' : `&locator=${locator}`}`);
      expect(page.headers.get('content-type')).toBe('text/csv');
      counts.push(page.headers.get('sforce-numberofrecords'));
      locator = page.headers.get('sforce-locator') ?? '';
      const [header, ...rows] = String(page.body).split('\n');
      expect(header).toBe('"Id","Name"');
      read += rows.join('\n');
    }
    expect(counts).toEqual(['4', '2']);
    expect(`"Id","Name"\n${read}`).toBe(csv);
    expect(csv).toContain('Kowalczyk');
    for (const query of ['maxRecords=0', 'maxRecords=x', 'locator=%%%', 'locator=OTk5'])
      expect((await org.call('GET', `/jobs/query/${info.id}/results?${query}`)).status).toBe(400);
  });

  test('sorts and limits; values with line breaks stay whole on their page', async () => {
    await org.call('PATCH', `/sobjects/Contact/${seeded.ewa}`, { Description: 'one\n"two",\n\n"' });
    const { info, csv } = await bulk.asked('SELECT LastName, Description FROM Contact ORDER BY LastName DESC LIMIT 4');
    expect(csv.split('\n')[1]).toBe('"田中",""');
    const pages = await Promise.all(
      [0, 1, 2, 3].map(async (place) => {
        const locator = Buffer.from(String(place)).toString('base64url');
        return String((await org.call('GET', `/jobs/query/${info.id}/results?maxRecords=1&locator=${locator}`)).body);
      }),
    );
    expect(pages.map((page) => page.replace('"LastName","Description"\n', '')).join('')).toBe(
      csv.replace('"LastName","Description"\n', ''),
    );
  });

  test('queryAll sees the recycle bin', async () => {
    await org.call('DELETE', `/sobjects/Contact/${seeded.misaki}`);
    const ids = async (operation: string) => (await bulk.asked('SELECT Id, IsDeleted FROM Contact', { operation })).csv;
    expect(await ids('query')).not.toContain(seeded.misaki);
    expect(await ids('queryAll')).toContain(`"${seeded.misaki}","true"`);
  });

  test('shows a user what that user may see', async () => {
    await org.control('POST', '/sharing', { hide: [{ user: seeded.integration, records: [seeded.ewa] }] });
    expect((await bulk.asked('SELECT Id FROM Contact')).csv).not.toContain(seeded.ewa);
  });

  test('gives its columns by the alphabet before version 50.0', async () => {
    const old = (method: string, path: string, body?: unknown) =>
      fetch(`${org.apiUrl}/services/data/v49.0${path}`, {
        method,
        headers: { authorization: `Bearer ${org.token}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    const { id } = (await (
      await old('POST', '/jobs/query', { operation: 'query', query: 'SELECT Name, Id FROM Account LIMIT 1' })
    ).json()) as {
      id: string;
    };
    await bulk.over('query', id);
    expect(await (await old('GET', `/jobs/query/${id}/results`)).text()).toMatch(/^"Id","Name"\n/);
    expect((await old('GET', `/jobs/query/${id}/resultPages`)).status).toBe(404);
  });

  test('tells where the pages are', async () => {
    const { info } = await bulk.asked('SELECT Id FROM Contact');
    expect((await org.call('GET', `/jobs/query/${info.id}/resultPages`)).body).toEqual({
      resultPages: [{ resultUrl: `/services/data/v67.0/jobs/query/${info.id}/results?locator=MA` }],
      done: true,
    });
  });
});

test.each([
  [
    'SELECT Name, (SELECT Id FROM Contacts) FROM Account',
    'API_ERROR',
    'Aggregate Relationships not supported in Bulk V2 Query with CSV content type',
  ],
  ['SELECT COUNT() FROM Account', 'API_ERROR', expect.anything() as string],
  ['SELECT COUNT(Id), Name FROM Account GROUP BY Name', 'API_ERROR', expect.anything() as string],
  ['SELECT Name FROM Account GROUP BY Name', 'API_ERROR', expect.anything() as string],
  ['SELECT Id FROM Account LIMIT 5 OFFSET 2', 'API_ERROR', expect.anything() as string],
  ['SELECT TYPEOF What WHEN Account THEN Phone END FROM Task', 'API_ERROR', expect.anything() as string],
  ['SELECT Id, MailingAddress FROM Contact', 'API_ERROR', 'Selecting compound data not supported in Bulk Query'],
  ['SELECT Id, Nope FROM Contact', 'INVALID_FIELD', expect.stringContaining("No such column 'Nope'") as string],
  ['SELECT Id FROM', 'MALFORMED_QUERY', expect.anything() as string],
])('%s is refused when the job is created', async (soql, errorCode, message) => {
  const reply = await bulk.query(soql);
  expect(reply).toMatchObject({ status: 400, body: [{ errorCode, message }] });
});

test('words in strings are no clauses', async () => {
  const { info } = await bulk.asked(
    `SELECT Id FROM Account WHERE Name = 'GROUP BY x OFFSET 1 (SELECT' AND Id IN (SELECT AccountId FROM Contact)`,
  );
  expect(info).toMatchObject({ state: 'JobComplete', numberRecordsProcessed: 0 });
});

describe('jobs', () => {
  test('are aborted while they wait, deleted when they are over, and then unknown', async () => {
    await org.control('POST', '/bulk', { paused: true });
    const { id } = infoOf(await bulk.query('SELECT Id FROM Contact'));
    expect(await bulk.set('query', id, 'Aborted')).toMatchObject({ status: 200, body: { id, state: 'Aborted' } });
    await org.control('POST', '/bulk', { paused: false });
    expect(await bulk.info('query', id)).toMatchObject({ state: 'Aborted', numberRecordsProcessed: 0 });
    expect(codeOf(await bulk.set('query', id, 'Aborted'))).toBe('INVALIDJOBSTATE');
    expect(codeOf(await bulk.set('query', id, 'UploadComplete'))).toBe('JSON_PARSER_ERROR');
    expect((await org.call('DELETE', `/jobs/query/${id}`)).status).toBe(204);
    expect(await org.call('GET', `/jobs/query/${id}`)).toMatchObject({ status: 404, body: [{ errorCode: 'INVALIDJOB' }] });
  });

  test('are listed by their kind, and forgotten after seven days', async () => {
    const first = (await bulk.asked('SELECT Id FROM Contact')).info.id;
    const second = infoOf(await bulk.ingest({ operation: 'insert', object: 'Lead' })).id;
    const listed = async (path: string) => {
      const body = (await org.call('GET', path)).body as {
        done: boolean;
        records: { id: string; jobType: string }[];
        nextRecordsUrl: null;
      };
      expect(body).toMatchObject({ done: true, nextRecordsUrl: null });
      return body.records.map((record) => `${record.jobType} ${record.id}`);
    };
    expect(await listed('/jobs/query')).toEqual([`V2Query ${first}`]);
    expect(await listed('/jobs/ingest')).toEqual([`V2Ingest ${second}`]);
    expect(await listed('/jobs/query?jobType=V2Ingest')).toEqual([`V2Ingest ${second}`]);
    expect(await listed('/jobs/query?isPkChunkingEnabled=true')).toEqual([]);
    expect(await listed('/jobs/query?concurrencyMode=serial')).toEqual([]);
    now += 8 * 86_400_000;
    await org.signIn();
    expect(await listed('/jobs/query')).toEqual([]);
  });

  test('are allowed so many a day, which /limits tells', async () => {
    const left = async () => (await org.call('GET', '/limits')).body as Record<string, { Max: number; Remaining: number }>;
    const before = await left();
    await org.control('POST', '/bulk', { queryJobs: 1 });
    await bulk.asked('SELECT Id FROM Contact');
    expect(await left()).toMatchObject({
      DailyBulkV2QueryJobs: { Max: 1, Remaining: 0 },
      DailyBulkApiBatches: before['DailyBulkApiBatches'],
    });
    expect((await bulk.query('SELECT Id FROM Contact')).body).toEqual([
      { errorCode: 'LIMIT_EXCEEDED', message: 'Max bulk v2 query jobs (1) per 24 hrs has been reached (2)' },
    ]);
    now += 25 * 3_600_000;
    await org.signIn();
    expect((await bulk.query('SELECT Id FROM Contact')).status).toBe(200);
  });
});

test.each([
  ['POST', '/jobs/query', { operation: 'insert', query: 'SELECT Id FROM Contact' }, 400, 'JSON_PARSER_ERROR'],
  ['POST', '/jobs/query', { operation: 'query' }, 400, 'INVALIDJOB'],
  ['POST', '/jobs/query', { operation: 'query', query: 'SELECT Id FROM Contact', contentType: 'XML' }, 400, 'JSON_PARSER_ERROR'],
  ['POST', '/jobs/query', { operation: 'query', query: 'SELECT Id FROM Contact', color: 'red' }, 400, 'JSON_PARSER_ERROR'],
  ['POST', '/jobs/query', { operation: 'query', query: 'SELECT Id FROM Contact', columnDelimiter: 'DOT' }, 400, 'JSON_PARSER_ERROR'],
  ['PUT', '/jobs/query', {}, 405, 'METHOD_NOT_ALLOWED'],
  ['GET', '/jobs/other', undefined, 404, 'NOT_FOUND'],
  ['GET', '/jobs/query/750000000000000AAA', undefined, 404, 'INVALIDJOB'],
])('%s %s %j: %i %s', async (method, path, body, status, code) => {
  const reply = await org.call(method, path, body);
  expect([reply.status, codeOf(reply)]).toEqual([status, code]);
});
