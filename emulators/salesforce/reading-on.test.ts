import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { readId } from './ids.ts';
import { Queries } from './query.ts';
import { seenBy } from './rights/seen.ts';
import { cordboardFields } from './schema.ts';
import { Store } from './store.ts';
import { seeded, testOrg, type TestOrg } from './testing/test-org.ts';

// How a program copies an object and keeps the copy fresh: page by page by Id, then from the moment it has read to.

let now = Date.parse('2026-11-21T09:00:00Z');
let org: TestOrg;
let deleted: string;
beforeAll(async () => {
  org = await testOrg({ clock: () => now });
  // Three seconds, with several contacts each, not in the order of their ids.
  const names = Array.from({ length: 9 }, (_, n) => `P${n}`);
  await org.call('POST', '/composite/sobjects', { records: names.map((LastName) => ({ attributes: { type: 'Contact' }, LastName })) });
  deleted = await idOf('P3');
  await org.call('DELETE', `/sobjects/Contact/${deleted}`);
  for (const [place, name] of ['P8', 'P1', 'P5', 'P0', 'P6', 'P2'].entries()) {
    now = Date.parse('2026-11-21T10:00:00Z') + Math.floor(place / 2) * 1_000;
    await org.call('PATCH', `/sobjects/Contact/${await idOf(name)}`, { Phone: `+4860000000${place}` });
  }
});
afterAll(() => org.stop());

const idOf = async (name: string) => String((await org.query(`SELECT Id FROM Contact WHERE LastName = '${name}'`)).records[0]?.['Id']);
const all = async (soql: string) => {
  const reply = await org.call('GET', `/queryAll?${new URLSearchParams({ q: soql }).toString()}`);
  if (reply.status !== 200) throw new Error(JSON.stringify(reply.body));
  return (reply.body as { records: Record<string, unknown>[] }).records;
};
type Subanswer = { referenceId: string; httpStatusCode: number; body: { records: Record<string, unknown>[]; done: boolean } };
const composite = (parts: string[]) =>
  org.call('POST', '/composite', {
    compositeRequest: parts.map((path, place) => ({ method: 'GET', url: `/services/data/v67.0/${path}`, referenceId: `part${place}` })),
  });
const queryAll = (soql: string) => `queryAll/?q=${encodeURIComponent(soql)}`;

describe('by Id', () => {
  test('every page begins where the last one ended, and each record comes once', async () => {
    const seen: unknown[] = [];
    for (let after = '000000000000000'; ; after = String(seen.at(-1))) {
      const { records } = await org.query(`SELECT Id FROM Contact WHERE Id > '${after}' ORDER BY Id LIMIT 4`);
      seen.push(...records.map((record) => record['Id']));
      if (records.length < 4) break;
    }
    expect(seen).toEqual((await org.query('SELECT Id FROM Contact ORDER BY Id')).records.map((record) => record['Id']));
    expect(new Set(seen).size).toBe(14);
  });
  test('digits come before capitals, capitals before small letters', async () => {
    // The bounds Salesforce prints for chunks of 250,000: …132G, …264W, …396m count up only in this order.
    const bounds = ['00130000000132G', '00130000000264W', '00130000000396m', '00130000000euQ4', '00130000000fxSK'];
    const store = new Store(':memory:', []);
    const account = store.schema.named('Account');
    for (const [n, bound] of bounds.entries()) store.insert(account, n + 1, { Id: readId(bound) ?? '', Name: bound, IsDeleted: 0 });
    const found = new Queries(store, () => now).run("SELECT Name FROM Account WHERE Id >= '00130000000264W' ORDER BY Id DESC", {
      all: false,
      batch: 2000,
      version: '67.0',
      zone: 'UTC',
      userId: seeded.integration,
    });
    expect(found.records.map((record) => (record as { Name: string }).Name)).toEqual(bounds.slice(1).toReversed());
    store.close();
  });
});

describe('by SystemModstamp and Id', () => {
  const select = 'SELECT LastName, SystemModstamp, Id FROM Contact WHERE';
  const order = 'ORDER BY SystemModstamp, Id LIMIT 2';
  test.each([
    ['the tie first', (stamp: string, id: string) => `(SystemModstamp = ${stamp} AND Id > '${id}') OR SystemModstamp > ${stamp}`],
    ['the tie last', (stamp: string, id: string) => `(SystemModstamp > ${stamp} OR (Id > '${id}' AND SystemModstamp = ${stamp}))`],
    ['factored', (stamp: string, id: string) => `SystemModstamp >= ${stamp} AND (SystemModstamp > ${stamp} OR Id > '${id}')`],
  ])('%s: everything that changed, once, in its order', async (_, onward) => {
    const names: unknown[] = [];
    let page = await all(`${select} SystemModstamp >= 2026-11-21T10:00:00.000Z ${order}`);
    while (page.length > 0) {
      names.push(...page.map((record) => record['LastName']));
      const last = page.at(-1);
      page = await all(`${select} ${onward(String(last?.['SystemModstamp']).replace('+0000', 'Z'), String(last?.['Id']))} ${order}`);
    }
    expect(names).toEqual(['P1', 'P8', 'P0', 'P5', 'P2', 'P6']);
  });
  test('backwards as well', async () => {
    const [first] = await all(`${select} SystemModstamp >= 2026-11-21T10:00:01Z ORDER BY SystemModstamp, Id LIMIT 1`);
    const before = await all(
      `${select} SystemModstamp < 2026-11-21T10:00:01Z OR (SystemModstamp = 2026-11-21T10:00:01Z AND Id <= '${String(first?.['Id'])}') ORDER BY SystemModstamp DESC, Id DESC LIMIT 3`,
    );
    expect(before.map((record) => record['LastName'])).toEqual(['P0', 'P8', 'P1']);
  });
  test('what only looks like it keeps its own meaning', async () => {
    const [p1, p8] = [await idOf('P1'), await idOf('P8')];
    const mixed = await all(
      `${select} (SystemModstamp = 2026-11-21T10:00:00Z AND Id > '${p1}') OR SystemModstamp > 2026-11-21T10:00:01Z ORDER BY SystemModstamp, Id`,
    );
    expect(mixed.map((record) => record['LastName'])).toEqual(['P8', 'P2', 'P6']);
    const crossed = await all(
      `${select} (SystemModstamp = 2026-11-21T10:00:00Z AND Id < '${p8}') OR SystemModstamp > 2026-11-21T10:00:00Z ORDER BY SystemModstamp, Id`,
    );
    expect(crossed.map((record) => record['LastName'])).toEqual(['P1', 'P0', 'P5', 'P2', 'P6']);
  });
  test.each([
    `SELECT Id, Phone FROM Contact WHERE Id > '003000000000000' ORDER BY Id LIMIT 2000`,
    `SELECT Id, Phone FROM Contact WHERE SystemModstamp >= 2026-11-21T09:00:00.000Z ORDER BY SystemModstamp, Id LIMIT 2000`,
    `SELECT Id, Phone FROM Lead WHERE (SystemModstamp = 2026-11-21T09:00:00Z AND Id > '00Q000000000000') OR SystemModstamp > 2026-11-21T09:00:00Z ORDER BY SystemModstamp, Id LIMIT 2000`,
    `SELECT Id, Phone FROM Account WHERE Name != null AND (SystemModstamp > 2026-11-21T09:00:00Z OR (SystemModstamp = 2026-11-21T09:00:00Z AND Id > '001000000000000')) ORDER BY SystemModstamp, Id LIMIT 2000`,
    'SELECT SystemModstamp FROM Contact ORDER BY SystemModstamp DESC LIMIT 1',
    `SELECT Id, Phone FROM Account WHERE IsPersonAccount = true AND Id > '001000000000000' ORDER BY Id LIMIT 2000`,
    `SELECT Id, Phone FROM Account WHERE IsPersonAccount = true AND (SystemModstamp > 2026-11-21T09:00:00Z OR (SystemModstamp = 2026-11-21T09:00:00Z AND Id > '001000000000000')) ORDER BY SystemModstamp, Id LIMIT 2000`,
  ])('starts at its place in an index, and sorts nothing: %s', (soql) => {
    const store = new Store(':memory:', cordboardFields, { personAccounts: true });
    seenBy(store, seeded.integration); // who asks is looked up once
    const asked = vi.spyOn(store, 'select');
    new Queries(store, () => now).run(soql, { all: true, batch: 2000, version: '67.0', zone: 'UTC', userId: seeded.integration });
    const [sql = '', values = []] = asked.mock.calls[0] ?? [];
    const plan = store.select(`EXPLAIN QUERY PLAN ${sql}`, values).map((step) => String(step['detail']));
    expect(plan).toEqual([expect.stringMatching(/^(?:SEARCH t0 USING (?:COVERING )?INDEX|SCAN t0 USING COVERING INDEX)/)]);
    store.close();
  });
  test('letters beyond A to Z and children are found by an index too', () => {
    const store = new Store(':memory:', []);
    store.insert(store.schema.named('Account'), 1, { Id: '001000000000001AAA', Name: 'A', IsDeleted: 0 });
    const asked = vi.spyOn(store, 'select');
    const run = (soql: string) =>
      new Queries(store, () => now).run(soql, { all: true, batch: 2000, version: '67.0', zone: 'UTC', userId: seeded.integration });
    run("SELECT Id FROM Contact WHERE Email IN ('łukasz@żabka.example', 'x@y.example')");
    run('SELECT (SELECT Id FROM Contacts) FROM Account');
    const plans = asked.mock.calls
      .filter(([sql]) => sql.includes('"Contact"'))
      .map(([sql, values = []]) => store.select(`EXPLAIN QUERY PLAN ${sql}`, values).map((step) => String(step['detail'])));
    expect(plans).toEqual([
      ['SEARCH t0 USING INDEX Contact_Email (Email=?)'],
      [expect.stringMatching(/^SEARCH t1 USING INDEX Contact_AccountId/)],
    ]);
    store.close();
  });
});

describe('queryAll', () => {
  test('shows what was deleted; query does not, whatever it is asked', async () => {
    expect(await all(`SELECT Id, IsDeleted, MasterRecordId FROM Contact WHERE IsDeleted = true`)).toMatchObject([
      { Id: deleted, IsDeleted: true, MasterRecordId: null },
    ]);
    expect((await org.query('SELECT Id FROM Contact WHERE IsDeleted = true')).records).toEqual([]);
    expect((await org.query(`SELECT Id FROM Contact WHERE Id = '${deleted}'`)).records).toEqual([]);
  });
  test('in a composite, five at once and beside other parts', async () => {
    const since = (object: string) =>
      queryAll(
        `SELECT Id, IsDeleted, MasterRecordId FROM ${object} WHERE SystemModstamp >= 2026-11-21T09:00:00.000Z ORDER BY SystemModstamp, Id`,
      );
    const reply = await composite([
      since('Contact'),
      since('Lead'),
      since('Account'),
      queryAll('SELECT COUNT() FROM Contact'),
      'query?q=SELECT+Id+FROM+LeadStatus',
      'limits',
      `sobjects/Account/${seeded.bakery}?fields=Name`,
    ]);
    const parts = (reply.body as { compositeResponse: Subanswer[] }).compositeResponse;
    expect(parts.map((part) => part.httpStatusCode)).toEqual([200, 200, 200, 200, 200, 200, 200]);
    expect(parts[0]?.body.records.some((record) => record['IsDeleted'] === true)).toBe(true);
    expect(parts[3]?.body).toMatchObject({ totalSize: 15 });
  });
  test('a sixth query in a composite is refused before any is answered, in one answer to nobody', async () => {
    const six = Array.from({ length: 6 }, (_, n) => (n % 2 === 0 ? queryAll('SELECT Id FROM Lead') : 'query?q=SELECT+Id+FROM+Lead'));
    const reply = await composite(six);
    expect(reply.body).toEqual({
      compositeResponse: [
        {
          body: [{ errorCode: 'LIMIT_EXCEEDED', message: 'The request can’t contain more than 5 queries and collections.' }],
          httpHeaders: {},
          httpStatusCode: 400,
          referenceId: null,
        },
      ],
    });
    expect(reply.status).toBe(400);
    const five = await composite([...six.slice(0, 5), `sobjects/Task/Cordboard_Name__c/query`]);
    expect((five.body as { compositeResponse: Subanswer[] }).compositeResponse.map((part) => part.httpStatusCode)).toEqual([
      200, 200, 200, 200, 200, 404,
    ]);
  });
  test('a part may not bring a session or a format of its own', async () => {
    const reply = await org.call('POST', '/composite', {
      compositeRequest: [
        { method: 'GET', url: '/services/data/v67.0/limits', referenceId: 'a', httpHeaders: { authorization: 'Bearer other' } },
      ],
    });
    expect(reply.status).toBe(400);
  });
});

test('a page may be shorter than what was asked for, also below the limit of the query itself', async () => {
  await org.control('POST', '/limits', { rowsPerPage: 3 });
  const first = (await org.call('GET', `/query?${new URLSearchParams({ q: 'SELECT Id FROM Contact ORDER BY Id LIMIT 8' }).toString()}`))
    .body as {
    records: unknown[];
    nextRecordsUrl: string;
  };
  expect(first).toMatchObject({ totalSize: 8, done: false, nextRecordsUrl: expect.any(String) as string });
  expect(first.records.length).toBe(3);
  const path = (url: string) => url.replace('/services/data/v67.0', '');
  const second = (await org.call('GET', path(first.nextRecordsUrl))).body as typeof first;
  const third = (await org.call('GET', path(second.nextRecordsUrl))).body as typeof first;
  expect([second.records.length, third.records.length, 'nextRecordsUrl' in third]).toEqual([3, 2, false]);
  await org.control('POST', '/limits', { rowsPerPage: 2000 });
});
