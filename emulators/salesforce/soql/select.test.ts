import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readId } from '../ids.ts';
import { Queries } from '../query.ts';
import { Store } from '../store.ts';
import { seeded, testOrg, type TestOrg } from '../testing/test-org.ts';

// What SELECT asks for, and the shape of what comes.

const [deal, ticket] = [readId(seeded.deal) ?? '', readId(seeded.ticket) ?? ''];
const now = Date.parse('2026-11-21T10:00:00Z');
let org: TestOrg;
beforeAll(async () => {
  org = await testOrg({ clock: () => now });
  await org.control('POST', '/fields', { object: 'Contact', name: 'Essay__c', label: 'Essay', type: 'textarea', length: 32000 });
  await org.control('POST', '/fields', { object: 'Contact', name: 'Notes__c', label: 'Notes', type: 'textarea', length: 32000 });
  await org.control('POST', '/fields', { object: 'Contact', name: 'Budget__c', label: 'Budget', type: 'currency', digits: 18, scale: 2 });
  await org.call('PATCH', `/sobjects/Contact/${seeded.ewa}`, {
    MailingStreet: 'ul. Długa 1',
    MailingCity: 'Kraków',
    Budget__c: 44000,
    Birthdate: '1980-04-10',
  });
  await org.upsert([
    { Cordboard_Name__c: 'a', Subject: 'to Ewa', WhoId: seeded.ewa, WhatId: deal },
    { Cordboard_Name__c: 'b', Subject: 'to Kenji', WhoId: seeded.kenji },
    { Cordboard_Name__c: 'c', Subject: 'to nobody', WhatId: ticket, OwnerId: seeded.taskQueue },
  ]);
});
afterAll(() => org.stop());

const get = async (path: string, soql: string, headers?: Record<string, string>, more = '') =>
  org.call('GET', `/${path}?${new URLSearchParams({ q: soql }).toString()}${more}`, undefined, headers);
const records = async (soql: string) => {
  const reply = await get('query', soql);
  if (reply.status !== 200) throw new Error(JSON.stringify(reply.body));
  return (reply.body as { records: Record<string, unknown>[] }).records;
};
const at = (object: string, id: string) => ({ type: object, url: `/services/data/v67.0/sobjects/${object}/${id}` });

describe('a record', () => {
  test('has its keys in the order asked for, parents at their first mention', async () => {
    const [task] = await records(
      "SELECT Subject, Who.Name, Id, Account.Owner.Name, Owner.Type, Who.Type, Account.Name, CreatedDate FROM Task WHERE Cordboard_Name__c = 'a'",
    );
    expect(Object.keys(task ?? {})).toEqual(['attributes', 'Subject', 'Who', 'Id', 'Account', 'Owner', 'CreatedDate']);
    expect(task).toMatchObject({
      Who: {
        attributes: { type: 'Name', url: `/services/data/v67.0/sobjects/Contact/${seeded.ewa}` },
        Name: 'Ewa Kowalczyk',
        Type: 'Contact',
      },
      Account: {
        attributes: at('Account', seeded.bakery),
        Owner: { attributes: at('User', seeded.anna), Name: 'Anna Nowak' },
        Name: 'Piekarnia Złoty Kłos',
      },
      Owner: { attributes: { type: 'Name', url: `/services/data/v67.0/sobjects/User/${seeded.integration}` }, Type: 'User' },
      CreatedDate: '2026-11-21T10:00:00.000+0000',
    });
  });
  test('may be named by an alias, by its own name, and its parents by theirs', async () => {
    const alike = [
      `SELECT FirstName, Account.Name FROM Contact WHERE Account.Name LIKE 'Pie%' AND FirstName = 'Ewa'`,
      `SELECT Contact.FirstName, Contact.Account.Name FROM Contact WHERE Contact.Account.Name LIKE 'Pie%' AND Contact.FirstName = 'Ewa'`,
      `SELECT c.FirstName, c.Account.Name FROM Contact c WHERE c.Account.Name LIKE 'Pie%' AND c.FirstName = 'Ewa'`,
      `SELECT c.FirstName, a.Name FROM Contact c, c.Account a WHERE a.Name LIKE 'Pie%' AND c.FirstName = 'Ewa' ORDER BY a.Owner.Name`,
      `SELECT FirstName, Account.Name FROM Contact, Contact.Account WHERE Account.Name LIKE 'Pie%' AND FirstName = 'Ewa'`,
    ];
    const found = await Promise.all(alike.map(records));
    for (const one of found)
      expect(one).toEqual([
        {
          attributes: at('Contact', seeded.ewa),
          FirstName: 'Ewa',
          Account: { attributes: at('Account', seeded.bakery), Name: 'Piekarnia Złoty Kłos' },
        },
      ]);
  });
  test('shows an address as one, of a parent too, and null where there is none', async () => {
    const [ewa] = await records(`SELECT MailingAddress, OtherAddress, Account.BillingAddress FROM Contact WHERE Id = '${seeded.ewa}'`);
    expect(ewa).toMatchObject({
      MailingAddress: {
        city: 'Kraków',
        country: null,
        geocodeAccuracy: null,
        latitude: null,
        longitude: null,
        postalCode: null,
        state: null,
        street: 'ul. Długa 1',
      },
      OtherAddress: null,
      Account: { BillingAddress: { city: 'Warszawa', street: null } },
    });
  });
  test('goes five parents up, not six', async () => {
    const path = (hops: number) => `SELECT Id FROM Contact WHERE Account.${'Parent.'.repeat(hops - 1)}Name = 'x'`;
    expect(await records(path(5))).toEqual([]);
    expect((await get('query', path(6))).body).toMatchObject([{ errorCode: 'MALFORMED_QUERY' }]);
  });
  test('FORMAT writes as the user reads, toLabel as the label is; aliases keep them beside the field', async () => {
    const [ewa] = await records(
      `SELECT Budget__c, FORMAT(Budget__c) shown, FORMAT(Birthdate), FORMAT(CreatedDate) made, toLabel(Salutation) FROM Contact WHERE Id = '${seeded.ewa}'`,
    );
    expect(ewa).toMatchObject({ Budget__c: 44000, shown: '$44,000.00', Birthdate: '4/10/1980', made: '11/21/2026, 11:00 AM' });
    expect(Object.keys(ewa ?? {})).toContain('Salutation');
  });
});

describe('TYPEOF', () => {
  test('gives each kind its own fields', async () => {
    const found = await records(
      `SELECT Subject, TYPEOF Who WHEN Contact THEN FirstName, Account.Name WHEN Lead THEN Company END, TYPEOF What WHEN Opportunity THEN StageName ELSE Name END FROM Task WHERE Subject LIKE 'to %' ORDER BY Subject`,
    );
    expect(found.map(({ attributes: _, ...rest }) => rest)).toEqual([
      {
        Subject: 'to Ewa',
        Who: {
          attributes: at('Contact', seeded.ewa),
          FirstName: 'Ewa',
          Account: { attributes: at('Account', seeded.bakery), Name: 'Piekarnia Złoty Kłos' },
        },
        What: { attributes: at('Opportunity', deal), StageName: expect.any(String) as string },
      },
      { Subject: 'to Kenji', Who: { attributes: at('Lead', seeded.kenji), Company: 'Suzuki Denki' }, What: null },
      { Subject: 'to nobody', Who: null, What: { attributes: at('Case', ticket), Name: expect.any(String) as string } },
    ]);
  });
  test.each([
    ['SELECT TYPEOF Account WHEN Account THEN Name END FROM Task', 'MALFORMED_QUERY'],
    ['SELECT TYPEOF Who WHEN User THEN Name END FROM Task', 'INVALID_TYPE'],
    ['SELECT TYPEOF Who WHEN Contact THEN Company END FROM Task', 'INVALID_FIELD'],
    ['SELECT Who.Name, TYPEOF Who WHEN Contact THEN Name END FROM Task', 'INVALID_FIELD'],
    ['SELECT TYPEOF Who END FROM Task', 'MALFORMED_QUERY'],
    ['SELECT FORMAT(CreatedDate), TYPEOF Who WHEN Contact THEN Name END FROM Task', 'MALFORMED_QUERY'],
  ])('%s: %s', async (soql, errorCode) => expect((await get('query', soql)).body).toMatchObject([{ errorCode }]));
});

describe('FIELDS()', () => {
  const keys = async (soql: string) => Object.keys((await records(soql))[0] ?? {});
  test('is all, the standard ones, or the custom ones', async () => {
    const all = await keys('SELECT FIELDS(ALL) FROM Contact LIMIT 1');
    const standard = await keys('SELECT FIELDS(STANDARD) FROM Contact LIMIT 1');
    expect(await keys(`SELECT FIELDS(CUSTOM) FROM Contact WHERE Id = '${seeded.ewa}'`)).toEqual([
      'attributes',
      'Cordboard_Name__c',
      'Essay__c',
      'Notes__c',
      'Budget__c',
    ]);
    expect(all).toEqual([...standard, 'Cordboard_Name__c', 'Essay__c', 'Notes__c', 'Budget__c']);
    expect(await keys('SELECT Account.Name, FIELDS(CUSTOM) FROM Contact LIMIT 200')).toContain('Account');
  });
  test.each([
    ['SELECT FIELDS(ALL) FROM Contact', 'MALFORMED_QUERY', 'The SOQL FIELDS function must have a LIMIT of at most 200'],
    ['SELECT FIELDS(ALL) FROM Contact LIMIT 201', 'MALFORMED_QUERY', 'The SOQL FIELDS function must have a LIMIT of at most 200'],
    ['SELECT Id, FIELDS(STANDARD) FROM Contact', 'INVALID_FIELD', 'duplicate field selected: Id'],
    [
      'SELECT FIELDS(CUSTOM) FROM User LIMIT 200',
      'MALFORMED_QUERY',
      "'FIELDS(...)' expansion function must result in at least one field being selected.",
    ],
  ])('%s: %s', async (soql, errorCode, message) => expect((await get('query', soql)).body).toEqual([{ errorCode, message }]));
});

describe('children', () => {
  test('come as an answer inside the record; none is null', async () => {
    const found = await records(
      `SELECT Name, (SELECT FirstName, Account.Name FROM Contacts WHERE FirstName != null ORDER BY FirstName DESC), (SELECT Id FROM Opportunities) FROM Account WHERE Id IN ('${seeded.bakery}', '${seeded.sake}') ORDER BY Name`,
    );
    expect(found[0]).toEqual({
      attributes: at('Account', seeded.bakery),
      Name: 'Piekarnia Złoty Kłos',
      Contacts: {
        totalSize: 2,
        done: true,
        records: [
          {
            attributes: at('Contact', seeded.tomasz),
            FirstName: 'Tomasz',
            Account: { attributes: at('Account', seeded.bakery), Name: 'Piekarnia Złoty Kłos' },
          },
          {
            attributes: at('Contact', seeded.ewa),
            FirstName: 'Ewa',
            Account: { attributes: at('Account', seeded.bakery), Name: 'Piekarnia Złoty Kłos' },
          },
        ],
      },
      Opportunities: { totalSize: 1, done: true, records: [{ attributes: at('Opportunity', deal), Id: deal }] },
    });
    expect(found[1]).toMatchObject({ Opportunities: null });
  });
  test('may be named through the parent, have fewer than there are, and children of their own', async () => {
    const [bakery] = await records(
      `SELECT a.Name, (SELECT c.FirstName, (SELECT Subject FROM Tasks) FROM a.Contacts c ORDER BY c.FirstName LIMIT 1) FROM Account a WHERE a.Id = '${seeded.bakery}'`,
    );
    expect(bakery).toMatchObject({
      Contacts: { totalSize: 1, done: true, records: [{ FirstName: 'Ewa', Tasks: { totalSize: 1, records: [{ Subject: 'to Ewa' }] } }] },
    });
    expect(await records(`SELECT (SELECT Contact.LastName FROM Account.Contacts) FROM Account WHERE Name LIKE 'Piek%'`)).toMatchObject([
      { Contacts: { totalSize: 2 } },
    ]);
  });
  test.each([
    [
      'SELECT (SELECT Id FROM Contact) FROM Account',
      'INVALID_TYPE',
      "Didn't understand relationship 'Contact' in FROM part of query call. If you are",
    ],
    ['SELECT (SELECT Id FROM Lead.Contacts) FROM Account', 'MALFORMED_QUERY', "unexpected token: 'Lead.Contacts'"],
    ['SELECT (SELECT COUNT(Id) FROM Contacts) FROM Account', 'MALFORMED_QUERY', 'only root queries support aggregate expressions'],
    ['SELECT (SELECT Id FROM Contacts), (SELECT Name FROM Contacts) FROM Account', 'INVALID_FIELD', 'duplicate field selected: Contacts'],
    ['SELECT (SELECT Id FROM Contacts OFFSET 1) FROM Account', 'MALFORMED_QUERY', 'OFFSET'],
    ['SELECT (SELECT Id FROM Contacts USING SCOPE mine) FROM Account', 'MALFORMED_QUERY', 'USING SCOPE'],
    ['SELECT Name, COUNT(Id), (SELECT Id FROM Contacts) FROM Account GROUP BY Name', 'MALFORMED_QUERY', 'aggregate queries'],
  ])('%s: %s', async (soql, errorCode, words) =>
    expect((await get('query', soql)).body).toEqual([{ errorCode, message: expect.stringContaining(words) as string }]),
  );
  test('three levels are too many before 58.0', async () => {
    const soql = 'SELECT (SELECT Id, (SELECT Id FROM Cases) FROM Contacts) FROM Account';
    const old = await fetch(`${org.apiUrl}/services/data/v57.0/query?${new URLSearchParams({ q: soql }).toString()}`, {
      headers: { authorization: `Bearer ${org.token}` },
    });
    expect([old.status, (await get('query', soql)).status]).toEqual([400, 200]);
  });
});

describe('pages', () => {
  type Page = { totalSize: number; done: boolean; nextRecordsUrl: string; records: Record<string, unknown>[] };
  const follow = async (url: string) => (await org.call('GET', url.replace('/services/data/v67.0', ''))).body as Page;
  let big: string;
  beforeAll(async () => {
    big = String(((await org.call('POST', '/sobjects/Account', { Name: 'Big' })).body as { id: string }).id);
    for (let block = 0; block < 3; block += 1)
      await org.call('POST', '/composite/sobjects', {
        records: Array.from({ length: 200 }, (_, n) => ({
          attributes: { type: 'Contact' },
          LastName: `C${block * 200 + n}`,
          AccountId: big,
        })),
      });
  });
  const ids = (page: Page) => page.records.map((record) => String(record['Id']));

  test('can be read again, and the last has no next', async () => {
    const first = (
      await get('query', `SELECT Id FROM Contact WHERE AccountId = '${big}' ORDER BY Id`, { 'sforce-query-options': 'batchSize=250' })
    ).body as Page;
    const second = await follow(first.nextRecordsUrl);
    const third = await follow(second.nextRecordsUrl);
    expect([first.totalSize, ids(first).length, ids(second).length, ids(third).length, third.done]).toEqual([600, 250, 250, 100, true]);
    expect(third).not.toHaveProperty('nextRecordsUrl');
    expect(await follow(first.nextRecordsUrl)).toEqual(second);
    expect(new Set([first, second, third].flatMap(ids)).size).toBe(600);
    expect(await follow(first.nextRecordsUrl.replace(/-250$/, '-601'))).toMatchObject([
      { errorCode: 'INVALID_QUERY_LOCATOR', message: 'invalid query locator' },
    ]);
  });
  test('a locator lives two days', async () => {
    const first = (await get('query', `SELECT Id FROM Contact WHERE AccountId = '${big}'`, { 'sforce-query-options': 'batchSize=200' }))
      .body as Page;
    await org.control('POST', '/clock', { advanceMs: 47 * 3_600_000 });
    await org.signIn();
    expect(await follow(first.nextRecordsUrl)).toMatchObject({ totalSize: 600 });
    await org.control('POST', '/clock', { advanceMs: 3_600_000 });
    await org.signIn();
    expect(await follow(first.nextRecordsUrl)).toMatchObject([{ errorCode: 'INVALID_QUERY_LOCATOR' }]);
  });
  test('count children: 500 rows in all, and what is left of a list has an address of its own', async () => {
    const page = (await get('query', `SELECT Name, (SELECT LastName FROM Contacts ORDER BY Id) FROM Account WHERE Id = '${big}'`))
      .body as Page;
    const list = page.records[0]?.['Contacts'] as Page;
    expect(page).toMatchObject({ totalSize: 1, done: true });
    expect([list.totalSize, list.done, list.records.length]).toEqual([600, false, 499]);
    expect(list.nextRecordsUrl).toMatch(/\/query\/0r8\w{15}-499$/);
    const rest = await follow(list.nextRecordsUrl);
    expect([rest.totalSize, rest.done, rest.records.length, rest.records[0]?.['LastName']]).toEqual([600, true, 101, 'C499']);
  });
  test('a parent that finds no room comes with the next page', async () => {
    const soql = `SELECT Name, (SELECT Id FROM Contacts) FROM Account WHERE Id >= '${big}' OR Name LIKE 'Piek%' ORDER BY Name`;
    await org.call('POST', '/sobjects/Account', { Name: 'Later' });
    const page = (await get('query', soql)).body as Page;
    expect([page.totalSize, page.done, page.records.map((record) => record['Name'])]).toEqual([3, false, ['Big']]);
    const rest = await follow(page.nextRecordsUrl);
    expect([rest.done, rest.records.map((record) => record['Name'])]).toEqual([true, ['Later', 'Piekarnia Złoty Kłos']]);
  });
  test('two long texts make them short', async () => {
    const soql = (fields: string) => `SELECT Id, ${fields} FROM Contact WHERE AccountId = '${big}'`;
    expect(((await get('query', soql('Essay__c'))).body as Page).records.length).toBe(600);
    expect(((await get('query', soql('Essay__c, Notes__c'))).body as Page).records.length).toBe(200);
  });
  test('with OFFSET there is one only', async () => {
    const page = (
      await get('query', `SELECT Id FROM Contact WHERE AccountId = '${big}' ORDER BY Id OFFSET 10`, {
        'sforce-query-options': 'batchSize=200',
      })
    ).body;
    expect(page).toMatchObject({ totalSize: 200, done: true });
  });
  test('nobody else reads on', async () => {
    const first = (await get('query', `SELECT Id FROM Contact WHERE AccountId = '${big}'`, { 'sforce-query-options': 'batchSize=200' }))
      .body as Page;
    const { nextRecordsUrl } = first;
    const mine = org.token;
    const { refresh_token } = (await org.control('POST', '/refresh-token', { user: seeded.anna })).body as { refresh_token: string };
    const form = { grant_type: 'refresh_token', client_id: 'app', client_secret: 'secret', refresh_token };
    const signedIn = await fetch(`${org.apiUrl}/services/oauth2/token`, { method: 'POST', body: new URLSearchParams(form) });
    org.token = ((await signedIn.json()) as { access_token: string }).access_token;
    expect(await follow(nextRecordsUrl)).toMatchObject([{ errorCode: 'INVALID_QUERY_LOCATOR' }]);
    org.token = mine;
    expect(await follow(nextRecordsUrl)).toMatchObject({ totalSize: 600 });
  });
});

test('the order of a picklist is that of its list', async () => {
  await org.upsert(['Low', 'High', 'Normal'].map((Priority, place) => ({ Cordboard_Name__c: `o${place}`, Subject: 'order', Priority })));
  const sorted = async (way: string) =>
    (await records(`SELECT Priority FROM Task WHERE Subject = 'order' ORDER BY Priority ${way}`)).map((record) => record['Priority']);
  expect(await sorted('')).toEqual(['High', 'Normal', 'Low']);
  expect(await sorted('DESC')).toEqual(['Low', 'Normal', 'High']);
});

test('a reference without a value comes first, whatever is asked for', async () => {
  const found = await records("SELECT WhoId FROM Task WHERE Subject LIKE 'to %' ORDER BY WhoId NULLS LAST");
  expect(found[0]).toMatchObject({ WhoId: null });
});

describe('USING SCOPE', () => {
  const subjects = async (scope: string) =>
    (await records(`SELECT Subject FROM Task USING SCOPE ${scope} WHERE Subject LIKE 'to %' ORDER BY Subject`)).map(
      (record) => record['Subject'],
    );
  test('everything, mine, delegated', async () => {
    expect(await subjects('everything')).toEqual(['to Ewa', 'to Kenji', 'to nobody']);
    expect(await subjects('mine')).toEqual(['to Ewa', 'to Kenji']);
    expect(await subjects('delegated')).toEqual(['to nobody']);
  });
  test.each([
    'SELECT Id FROM Contact USING SCOPE delegated',
    'SELECT Id FROM TaskStatus USING SCOPE mine',
    'SELECT Id FROM Contact USING SCOPE team',
  ])('%s is refused', async (soql) => expect((await get('query', soql)).body).toMatchObject([{ errorCode: 'INVALID_QUERY_SCOPE' }]));
});

test.each([
  'SELECT Id FROM Contact LIMIT 1 FOR VIEW',
  'SELECT Id FROM Contact LIMIT 1 FOR VIEW FOR REFERENCE',
  'SELECT Id FROM Contact LIMIT 1 FOR UPDATE',
  'SELECT Id FROM Contact WITH SECURITY_ENFORCED LIMIT 1',
  'SELECT Id FROM Contact WHERE Id != null WITH USER_MODE ORDER BY Id LIMIT 1',
])('%s answers the record', async (soql) => expect(await records(soql)).toHaveLength(1));

test('queryAll shows what is archived; query does not', () => {
  const store = new Store(':memory:', []);
  const task = store.schema.named('Task');
  for (const [n, archived] of [0, 1, null].entries())
    store.insert(task, n + 1, { Id: `00TSx000000000${n}MAA`, Subject: `n${n}`, IsDeleted: 0, IsArchived: archived });
  const asked = { batch: 2000, version: '67.0', zone: 'UTC', userId: seeded.integration };
  const count = (all: boolean) => new Queries(store, () => now).run('SELECT COUNT() FROM Task', { ...asked, all }).totalSize;
  expect([count(false), count(true)]).toEqual([2, 3]);
  store.close();
});

describe('columns=true', () => {
  const columns = async (soql: string) => (await get('query', soql, undefined, '&columns=true')).body;
  const column = (columnName: string, more: Record<string, unknown>) => ({
    aggregate: false,
    apexType: null,
    booleanType: false,
    columnName,
    custom: false,
    displayName: columnName,
    foreignKeyName: null,
    insertable: false,
    joinColumns: [],
    numberType: false,
    textType: false,
    updatable: false,
    ...more,
  });
  const text = { apexType: 'String', textType: true };
  const written = { insertable: true, updatable: true };
  test('says what a query would answer', async () => {
    expect(await columns('SELECT Id, Account.Owner.Name, Budget__c, IsDeleted, (SELECT Subject FROM Cases) FROM Contact')).toEqual({
      columnMetadata: [
        column('Id', { apexType: 'Id' }),
        column('Account', {
          foreignKeyName: 'AccountId',
          joinColumns: [column('Owner', { foreignKeyName: 'OwnerId', joinColumns: [column('Name', text)] })],
        }),
        column('Budget__c', { apexType: 'Double', custom: true, numberType: true, ...written }),
        column('IsDeleted', { apexType: 'Boolean', booleanType: true }),
        column('Cases', { aggregate: true, joinColumns: [column('Subject', { ...text, ...written })] }),
      ],
      entityName: 'Contact',
      groupBy: false,
      idSelected: true,
      keyPrefix: '003',
    });
  });
  test('of groups, too', async () => {
    expect(await columns('SELECT AccountId, AVG(Amount), MAX(CloseDate) latest FROM Opportunity GROUP BY AccountId')).toMatchObject({
      columnMetadata: [
        column('AccountId', { apexType: 'Id', ...written }),
        column('expr0', { aggregate: true, displayName: 'avg(Amount)', numberType: true }),
        column('latest', { aggregate: true, displayName: 'max(CloseDate)' }),
      ],
      groupBy: true,
      idSelected: false,
    });
    expect(await columns('SELECT Nothing FROM Contact')).toMatchObject([{ errorCode: 'INVALID_FIELD' }]);
  });
  test('a plan is not made', async () => expect((await org.call('GET', '/query?explain=SELECT+Id+FROM+Contact')).status).toBe(501));
});
