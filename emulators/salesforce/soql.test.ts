import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dayRange } from './soql/date-literals.ts';
import { idFor, readId } from './ids.ts';
import { queryError } from './soql/tokens.ts';
import { seeded, testOrg, type TestOrg } from './testing/test-org.ts';

// 21 November 2026, 23:30 UTC: already the 22nd in Warsaw, where the running user lives.
const now = Date.parse('2026-11-21T23:30:00Z');
let org: TestOrg;
beforeAll(async () => {
  org = await testOrg({ clock: () => now });
  await org.upsert([
    {
      Cordboard_Name__c: 's1',
      Subject: "O'Neil said 100%",
      ActivityDate: '2026-11-22',
      WhoId: seeded.ewa,
      CallType: 'Inbound',
      CallDurationInSeconds: 5,
      Description: 'long',
    },
    {
      Cordboard_Name__c: 's2',
      Subject: 'Back\\slash',
      ActivityDate: '2026-11-21',
      WhoId: seeded.kenji,
      CallType: 'Outbound',
      CallDurationInSeconds: 60,
      Status: 'Completed',
    },
    { Cordboard_Name__c: 's3', Subject: 'alpha', ActivityDate: '2026-12-24', WhatId: seeded.ticket, OwnerId: seeded.taskQueue },
    { Cordboard_Name__c: 's4', Subject: 'beta' },
  ]);
});
afterAll(() => org.stop());

const names = async (where: string, more = 'ORDER BY Cordboard_Name__c') => {
  const reply = await org.query(`SELECT Cordboard_Name__c FROM Task WHERE ${where} ${more}`);
  if (reply.status !== 200) throw new Error(JSON.stringify(reply.body));
  return reply.records.map((record) => record['Cordboard_Name__c']).join(' ');
};

describe('WHERE', () => {
  test.each([
    ["Subject = 'ALPHA'", 's3'],
    ["Subject != 'alpha'", 's1 s2 s4'],
    ["Subject LIKE '%neil%'", 's1'],
    ["Subject LIKE '%100\\%'", 's1'],
    ["Subject LIKE '_lpha'", 's3'],
    ["Subject = 'O\\'Neil said 100%'", 's1'],
    ["Subject = 'Back\\\\slash'", 's2'],
    ["Cordboard_Name__c IN ('S1', 's4', 'nobody')", 's1 s4'],
    ["Cordboard_Name__c NOT IN ('s1', 's4')", 's2 s3'],
    ["CallType NOT IN ('Inbound')", 's2 s3 s4'],
    ['CallType = null', 's3 s4'],
    ['CallType != null', 's1 s2'],
    ["CallType IN ('Inbound', null)", 's1 s3 s4'],
    ['CallDurationInSeconds >= 5 AND CallDurationInSeconds < 60', 's1'],
    ["NOT CallType = 'Inbound'", 's2 s3 s4'],
    ["NOT (CallType = 'Inbound' OR CallType = 'Outbound')", 's3 s4'],
    ["(Subject = 'alpha' OR Subject = 'beta') AND CallType = null", 's3 s4'],
    ["Subject = 'alpha' OR (Subject = 'beta' AND CallType = null)", 's3 s4'],
    ['IsClosed = true', 's2'],
    ['IsClosed = false AND ActivityDate != null', 's1 s3'],
    [`WhoId = '${seeded.ewa.slice(0, 15)}'`, 's1'],
    [`WhoId IN ('${seeded.ewa}', '${seeded.kenji}')`, 's1 s2'],
    ["Who.Type = 'Lead'", 's2'],
    ["Who.Name LIKE 'ewa%'", 's1'],
    ["Owner.Name = 'Missed Calls'", 's3'],
    ["What.Type = 'Case'", 's3'],
    ["Account.Name LIKE 'Piekarnia%'", 's1 s3'],
    ["Account.Owner.Email = 'anna.nowak@acme.example'", 's1 s3'],
    ['ActivityDate = TODAY', 's1'],
    ['ActivityDate = YESTERDAY', 's2'],
    ['ActivityDate < TODAY', 's2'],
    ['ActivityDate <= TODAY', 's1 s2'],
    ['ActivityDate > TODAY', 's3'],
    ['ActivityDate = LAST_N_DAYS:1', 's1 s2'],
    ['ActivityDate = NEXT_N_DAYS:40', 's3'],
    ['ActivityDate = THIS_MONTH', 's1 s2'],
    ['ActivityDate >= 2026-11-22', 's1 s3'],
    ['CreatedDate = TODAY', 's1 s2 s3 s4'],
    ['CreatedDate > 2026-11-21T23:29:00Z', 's1 s2 s3 s4'],
    ['SystemModstamp > 2026-11-22T00:31:00+01:00', ''],
    ["WhoId IN (SELECT Id FROM Contact WHERE LastName = 'Kowalczyk')", 's1'],
    ["WhatId IN (SELECT Id FROM Case) AND OwnerId IN (SELECT Id FROM Group WHERE Type = 'Queue')", 's3'],
    ["(Subject = 'alpha' AND (OwnerId IN (SELECT Id FROM Group)))", 's3'],
    ["Task.Subject = 'alpha'", 's3'],
    ["Subject = ''", ''],
    ["CallType = ''", 's3 s4'],
    ["CallType != ''", 's1 s2'],
    ["CallType IN ('', 'Inbound')", 's1 s3 s4'],
    ["WhatId = ''", 's1 s2 s4'],
    ['IsClosed = null', 's1 s3 s4'],
    ['IsClosed != null', 's2'],
    ['IsClosed IN (TRUE)', 's2'],
    ['CallDurationInSeconds = +5.0', 's1'],
    ['CallDurationInSeconds > -.5 AND CallDurationInSeconds <> 60', 's1'],
    ['(NOT Owner.IsActive = true)', 's3'],
    ["NOT NOT Subject = 'alpha'", 's3'],
    ["Subject LIKE 'Back\\\\sl%'", 's2'],
    ["Subject LIKE 'o\\'neil%'", 's1'],
    ["Subject = '\\u0061lpha'", 's3'],
    ["subject like '%A' and CALLTYPE = NULL", 's3 s4'],
    ["Account.Name = 'PIEKARNIA złoty KŁOS'", 's1 s3'],
    ["Account.Name LIKE '%ZŁOTY%'", 's1 s3'],
    ["Account.Name IN ('piekarnia złoty kłos', 'x')", 's1 s3'],
    ["Account.Name != 'PIEKARNIA ZŁOTY KŁOS'", 's2 s4'],
    ["Who.FirstName LIKE 'E_a'", 's1'],
    ["What.Type IN ('Case', 'Account')", 's3'],
    ['ActivityDate IN (TODAY, 2026-12-24)', 's1 s3'],
    ['ActivityDate NOT IN (TODAY, YESTERDAY)', 's3 s4'],
    ['ActivityDate = THIS_WEEK', 's1'],
    ['ActivityDate = LAST_WEEK', 's2'],
    ['ActivityDate = NEXT_MONTH', 's3'],
    ['ActivityDate = THIS_QUARTER', 's1 s2 s3'],
    ['ActivityDate = NEXT_QUARTER', ''],
    ['ActivityDate = NEXT_N_WEEKS:5', 's3'],
    ['ActivityDate != NEXT_90_DAYS AND ActivityDate != null', 's1 s2'],
    ['ActivityDate = N_DAYS_AGO:1', 's2'],
    ['ActivityDate = N_FISCAL_QUARTERS_AGO : 0', 's1 s2 s3'],
    ['CALENDAR_YEAR(ActivityDate) = 2026', 's1 s2 s3'],
    ['CALENDAR_MONTH(ActivityDate) IN (11)', 's1 s2'],
    ['DAY_IN_WEEK(ActivityDate) = 1', 's1'],
    ['WEEK_IN_MONTH(ActivityDate) = 4', 's1 s3'],
    ['HOUR_IN_DAY(CreatedDate) = 23', 's1 s2 s3 s4'],
    ['HOUR_IN_DAY(convertTimezone(CreatedDate)) = 0', 's1 s2 s3 s4'],
    ['DAY_ONLY(CreatedDate) = 2026-11-21', 's1 s2 s3 s4'],
    ['DAY_ONLY(convertTimezone(CreatedDate)) = 2026-11-22', 's1 s2 s3 s4'],
    ["toLabel(CallType) = 'inbound'", 's1'],
    ['CreatedDate < 2026-11-22T00:31:00.000+0100', 's1 s2 s3 s4'],
    ["OwnerId NOT IN (SELECT Id FROM User WHERE Name = 'Integration User')", 's3'],
  ])('%s', async (where, expected) => expect(await names(where)).toBe(expected));
});

describe('the answer', () => {
  test('has the fields asked for, with parents inside', async () => {
    const { records } = await org.query(
      "SELECT Id, who.name, Who.Type, Owner.Name, Account.Name, What.Name FROM Task WHERE Cordboard_Name__c = 's1'",
    );
    expect(records).toEqual([
      {
        attributes: { type: 'Task', url: expect.stringMatching(/^\/services\/data\/v67\.0\/sobjects\/Task\/00T/) as string },
        Id: expect.any(String) as string,
        Who: { attributes: expect.objectContaining({ type: 'Name' }) as object, Name: 'Ewa Kowalczyk', Type: 'Contact' },
        Owner: { attributes: expect.any(Object) as object, Name: 'Integration User' },
        Account: {
          attributes: { type: 'Account', url: `/services/data/v67.0/sobjects/Account/${seeded.bakery}` },
          Name: 'Piekarnia Złoty Kłos',
        },
        What: null,
      },
    ]);
  });
  test('orders, with nulls first unless told otherwise, and slices', async () => {
    expect(await names('Id != null', 'ORDER BY ActivityDate')).toBe('s4 s2 s1 s3');
    expect(await names('Id != null', 'ORDER BY ActivityDate NULLS LAST')).toBe('s2 s1 s3 s4');
    expect(await names('Id != null', 'ORDER BY ActivityDate DESC NULLS LAST, Id')).toBe('s3 s1 s2 s4');
    expect(await names('Id != null', 'ORDER BY Cordboard_Name__c LIMIT 2 OFFSET 1')).toBe('s2 s3');
    expect(await names('Id != null', 'ORDER BY Who.Name NULLS LAST LIMIT 2')).toBe('s1 s2');
  });
  test('counts', async () => {
    expect((await org.query('SELECT COUNT() FROM Task WHERE IsClosed = false')).body).toEqual({ totalSize: 3, done: true, records: [] });
    expect((await org.query('SELECT count() FROM Task LIMIT 2')).body).toMatchObject({ totalSize: 2 });
  });
  test('knows an alias', async () => {
    expect((await org.query("SELECT t.Id, t.Owner.Name FROM Task t WHERE t.Subject = 'alpha'")).records).toMatchObject([
      { Owner: { Name: 'Missed Calls' } },
    ]);
  });
  test('the queues for tasks, as connectors ask for them', async () => {
    expect(
      (
        await org.query(
          "SELECT Id, Name, DeveloperName, Email FROM Group WHERE Type='Queue' AND Id IN (SELECT QueueId FROM QueueSobject WHERE SobjectType='Task') ORDER BY Name",
        )
      ).records.map((record) => record['DeveloperName']),
    ).toEqual(['Missed_Calls', 'Support_Callbacks']);
  });
  test('users by e-mail, whatever its case', async () => {
    expect(
      (
        await org.query(
          "SELECT Id, TimeZoneSidKey FROM User WHERE Email IN ('Anna.Nowak@ACME.example') AND IsActive = true AND UserType = 'Standard'",
        )
      ).records,
    ).toMatchObject([{ Id: seeded.anna, TimeZoneSidKey: 'Europe/Warsaw' }]);
  });
  test('statuses', async () => {
    expect(
      (await org.query('SELECT ApiName, MasterLabel, IsDefault, IsClosed FROM TaskStatus WHERE IsClosed = true')).records,
    ).toMatchObject([{ ApiName: 'Completed', IsDefault: false }]);
  });
});

describe('is refused as in a real org:', () => {
  test.each([
    ["SELECT Id FROM Task WHERE Subject = 'a' AND Subject = 'b' OR Subject = 'c'", 'MALFORMED_QUERY', "unexpected token: 'OR'"],
    ['SELECT Id FROM', 'MALFORMED_QUERY', "unexpected token: '<EOF>'"],
    ['SELECT Id, COUNT() FROM Task', 'MALFORMED_QUERY', 'unexpected token'],
    ['SELECT Id FROM Task WHERE Subject = "x"', 'MALFORMED_QUERY', 'unexpected token'],
    ["SELECT Id FROM Task WHERE Subject = 'x", 'MALFORMED_QUERY', "mismatched character '<EOF>' expecting '''"],
    [
      "SELECT Id FROM Task WHERE Subject LIKE '\\[Vendor\\] x%'",
      'MALFORMED_QUERY',
      "Invalid string literal '\\[Vendor\\] x%'. Illegal character sequence '\\[' in string literal.",
    ],
    ['SELECT Id FROM Task ALL ROWS', 'MALFORMED_QUERY', "unexpected token: 'ALL'"],
    ['SELECT Id FROM Task WHERE Id = :x', 'MALFORMED_QUERY', "unexpected token: ':'"],
    ["SELECT Id FROM Task WHERE Description = 'x'", 'INVALID_FIELD', "field 'Description' can not be filtered in a query call"],
    ['SELECT Id FROM Task ORDER BY Description', 'MALFORMED_QUERY', "field 'Description' can not be sorted in a query call"],
    ['SELECT Type FROM Task', 'INVALID_FIELD', "ERROR at Row:1:Column:8\nNo such column 'Type' on entity 'Task'. If you are attempting"],
    ['SELECT Boss.Name FROM Task', 'INVALID_FIELD', "Didn't understand relationship 'Boss'"],
    ['SELECT Who.Company FROM Task', 'INVALID_FIELD', "No such column 'Company' on entity 'Name'"],
    ['SELECT Id FROM Sausage', 'INVALID_TYPE', "sObject type 'Sausage' is not supported."],
    [
      "SELECT Id FROM Task WHERE ActivityDate > '2026-01-01'",
      'INVALID_FIELD',
      "value of filter criterion for field 'ActivityDate' must be of type date and should not be enclosed in quotes",
    ],
    ['SELECT Id FROM Task WHERE Subject = 5', 'INVALID_FIELD', 'must be of type string and should be enclosed in quotes'],
    ["SELECT Id FROM Task WHERE Id LIKE '00T%'", 'INVALID_QUERY_FILTER_OPERATOR', 'invalid operator on id field'],
    ["SELECT Id FROM Task WHERE WhoId = 'nobody'", 'INVALID_QUERY_FILTER_OPERATOR', 'invalid ID field: nobody'],
    ["SELECT Id FROM Task WHERE CallType INCLUDES ('Inbound')", 'INVALID_QUERY_FILTER_OPERATOR', 'invalid operator on picklist field'],
    ['SELECT Id FROM Task OFFSET 2001', 'NUMBER_OUTSIDE_VALID_RANGE', 'Maximum SOQL offset allowed is 2000'],
    ['SELECT Id FROM Task LIMIT x', 'MALFORMED_QUERY', "unexpected token: 'x'"],
    ['SELECT Id FROM Task LIMIT 1.5', 'MALFORMED_QUERY', "unexpected token: '1.5'"],
    ['SELECT Id FROM Task LIMIT 99999999999', 'MALFORMED_QUERY', 'numeric value out of range'],
    ['   ', 'MALFORMED_QUERY', 'SOQL statements cannot be empty or null'],
    ['SELECT FROM Task', 'MALFORMED_QUERY', "unexpected token: 'SELECT FROM'"],
    ['SELECT Id, FROM Task', 'MALFORMED_QUERY', "\nSELECT Id, FROM Task\n          ^\nERROR at Row:1:Column:11\nunexpected token: 'FROM'"],
    ['SELECT Id Subject FROM Task', 'MALFORMED_QUERY', 'only aggregate expressions use field aliasing'],
    ['SELECT Id, id FROM Task', 'INVALID_FIELD', 'duplicate field selected: Id'],
    ['SELECT CreatedDate, FORMAT(CreatedDate) FROM Task', 'INVALID_FIELD', 'duplicate field selected: CreatedDate'],
    ['SELECT Id FROM $Task', 'MALFORMED_QUERY', "ERROR at Row:1:Column:15\nline 1:15 unexpected token: '$'"],
    ['SELECT Id FROM Task USING everything', 'MALFORMED_QUERY', "unexpected token: 'everything'"],
    ['SELECT Id FROM Task WHERE Id IN ()', 'MALFORMED_QUERY', "unexpected token: ')'"],
    ['SELECT Id FROM Task WHERE Subject LIKE NULL', 'MALFORMED_QUERY', "unexpected token: 'NULL'"],
    ['SELECT Id FROM Task WHERE CallDurationInSeconds > 1.5e3', 'MALFORMED_QUERY', "unexpected token: 'e3'"],
    ['SELECT Id FROM Opportunity WHERE Amount > USD500', 'MALFORMED_QUERY', "unexpected token: 'USD500'"],
    ['SELECT Id FROM Task WHERE CreatedDate > 2020-12-12t12:12:00-25:00', 'MALFORMED_QUERY', 'Invalid datetime: 2020-12-12t12:12:00-25:00'],
    ['SELECT Id FROM Task WHERE CreatedDate > 2020-52-12T12:12:00Z', 'MALFORMED_QUERY', 'Invalid datetime: 2020-52-12T12:12:00Z'],
    ['SELECT Id FROM Task WHERE CreatedDate > 2020-12-12T12:12:00', 'MALFORMED_QUERY', 'Invalid datetime'],
    ['SELECT Id FROM Task WHERE ActivityDate > 2026-02-30', 'MALFORMED_QUERY', 'Invalid date: 2026-02-30'],
    ['SELECT Id FROM Task WHERE ActivityDate = 2026-02-03T00:00:00Z', 'INVALID_FIELD', 'must be of type date and should not be enclosed'],
    ['SELECT Id FROM Task WHERE CreatedDate = 2026-02-03', 'INVALID_FIELD', 'must be of type dateTime and should not be enclosed'],
    ["SELECT Id FROM Opportunity WHERE Amount = '5'", 'INVALID_FIELD', 'must be of type double and should not be enclosed in quotes'],
    ["SELECT Id FROM Task WHERE IsClosed = 'true'", 'INVALID_FIELD', 'must be of type boolean and should not be enclosed in quotes'],
    ['SELECT Id FROM Task WHERE Subject = TODAY', 'INVALID_FIELD', 'must be of type string'],
    ['SELECT Id FROM Task WHERE IsClosed > false', 'INVALID_QUERY_FILTER_OPERATOR', 'invalid operator on boolean field'],
    ['SELECT Id FROM Task WHERE CallType > null', 'INVALID_FIELD', 'must be of type string'],
    [
      "SELECT Id FROM Account WHERE BillingAddress = 'x'",
      'INVALID_FIELD',
      'Address fields can only be filtered using Distance expressions',
    ],
    ['SELECT Id FROM Task WHERE CALENDAR_YEAR(ActivityDate) = THIS_YEAR', 'MALFORMED_QUERY', 'date functions'],
    ['SELECT Id FROM Task WHERE HOUR_IN_DAY(ActivityDate) = 3', 'INVALID_FIELD', 'HOUR_IN_DAY'],
    ['SELECT Id FROM Task WHERE COUNT(Id) > 1', 'MALFORMED_QUERY', 'COUNT'],
    ['SELECT UPPER(Subject) FROM Task', 'MALFORMED_QUERY', "unexpected token: '('"],
    ['SELECT FORMAT(convertCurrency(MIN(Amount))) x FROM Opportunity', 'MALFORMED_QUERY', "unexpected token: '('"],
    ['SELECT convertTimezone(CreatedDate) FROM Task', 'MALFORMED_QUERY', 'date function'],
    ['SELECT convertCurrency(Amount) FROM Opportunity', 'INVALID_FIELD', 'multiple currencies'],
    ['SELECT Id FROM Task ORDER BY Id FOR UPDATE', 'MALFORMED_QUERY', 'FOR UPDATE'],
    [
      'SELECT Id FROM Contact WHERE AccountId IN (SELECT AccountId FROM Contact)',
      'MALFORMED_QUERY',
      'The inner and outer selects should not be on the same object type',
    ],
    [
      'SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Task)',
      'MALFORMED_QUERY',
      "Entity 'Task' is not supported for semi join inner selects",
    ],
    [
      "SELECT Id FROM Account WHERE Name = 'x' OR Id IN (SELECT AccountId FROM Contact)",
      'MALFORMED_QUERY',
      "Semi join sub-selects are not allowed with the 'OR' operator",
    ],
    [
      "SELECT Id FROM Account WHERE Name != 'y' AND (Name = 'x' OR Id IN (SELECT AccountId FROM Contact))",
      'MALFORMED_QUERY',
      'Semi join sub-selects are only allowed at the top level WHERE expressions and not in nested WHERE expressions.',
    ],
    ['SELECT Id FROM Account WHERE NOT Id IN (SELECT AccountId FROM Contact)', 'MALFORMED_QUERY', "not allowed with the 'NOT' operator"],
    [
      'SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Contact WHERE Id IN (SELECT ContactId FROM Case))',
      'MALFORMED_QUERY',
      'Nesting of semi join sub-selects is not supported',
    ],
    [
      `SELECT Id FROM Account WHERE ${['Contact', 'Opportunity', 'Case'].map((name) => `Id IN (SELECT AccountId FROM ${name})`).join(' AND ')}`,
      'MALFORMED_QUERY',
      'Maximum 2 semi join sub-selects are allowed',
    ],
    [
      'SELECT Id FROM Account WHERE Id IN (SELECT Id FROM Contact)',
      'MALFORMED_QUERY',
      "The selected field 'Id' in the subquery and the left operand field in the where expression in the outer query 'Id' should point to the same object type",
    ],
    [
      'SELECT Id FROM Account WHERE Name IN (SELECT Name FROM Contact)',
      'INVALID_FIELD',
      'The left operand field in the where expression for outer query',
    ],
    [
      'SELECT Id FROM Account WHERE Id IN (SELECT Name FROM Contact)',
      'MALFORMED_QUERY',
      "semi join sub selects can only query id fields, cannot use: 'Name'",
    ],
    [
      'SELECT Id FROM Account WHERE Id IN (SELECT Account.Id FROM Contact)',
      'MALFORMED_QUERY',
      'inner select field cannot have more than one level',
    ],
    ['SELECT Id FROM Contact WHERE Account.Id IN (SELECT AccountId FROM Case)', 'INVALID_FIELD', "cannot use: 'Account.Id'"],
    [
      'SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Contact GROUP BY AccountId)',
      'MALFORMED_QUERY',
      "missing value at 'GROUP'",
    ],
    ['SELECT Id FROM Account WHERE Id IN (SELECT AccountId FROM Contact LIMIT 5)', 'MALFORMED_QUERY', "unexpected token: 'LIMIT'"],
    ['SELECT COUNT() FROM Task ORDER BY Subject', 'MALFORMED_QUERY', 'Ordered field'],
    [`SELECT Id FROM Task WHERE Subject = '${'x'.repeat(4001)}'`, 'MALFORMED_QUERY', '4000'],
  ])('%s', async (soql, errorCode, words) => {
    const reply = await org.query(soql);
    expect([reply.status, reply.body]).toEqual([400, [{ errorCode, message: expect.stringContaining(words) as string }]]);
  });
});

test('the place of a mistake is shown within some words of the query, and by row and column', async () => {
  const message = async (soql: string) => ((await org.query(soql)).body as { message: string }[])[0]?.message.split('\n').slice(1, 4);
  // As real orgs answered apache/camel-quarkus#3022, boomii/bdw#94, and the tests of sf-api-connector.
  const quoted = (soql: string, word: string) => queryError('INVALID_FIELD', soql, soql.indexOf(word), '').message.split('\n').slice(1, 3);
  expect(
    quoted(
      'LastActivityDate, LastViewedDate, LastReferencedDate, Jigsaw, JigsawCompanyId, CleanStatus, AccountSource, DunsNumber, Tradestyle',
      'CleanStatus',
    ),
  ).toEqual(['LastReferencedDate, Jigsaw, JigsawCompanyId, CleanStatus, AccountSource, DunsNumber', `${' '.repeat(45)}^`]);
  expect(quoted('Web__c, WebEmail__c, Case_Resolution_Summary__c, MW_Case_ID__c, Escalation_Helper_Contact__c, Another__c', 'MW_')).toEqual(
    ['WebEmail__c, Case_Resolution_Summary__c, MW_Case_ID__c, Escalation_Helper_Contact__c', `${' '.repeat(41)}^`],
  );
  expect(await message("SELECT Id FROM Contact WHERE Id = 'ZZZ'")).toEqual([
    "SELECT Id FROM Contact WHERE Id = 'ZZZ'",
    '                             ^',
    'ERROR at Row:1:Column:30',
  ]);
  expect(await message('SELECT Id\nFROM Contact\nWHERE Foo = 1')).toEqual(['WHERE Foo = 1', '      ^', 'ERROR at Row:3:Column:7']);
});

test('a query may be long, to a limit, and have very many parts', async () => {
  const ask = async (soql: string) =>
    (
      (
        await org.call('POST', '/composite', {
          compositeRequest: [{ method: 'GET', url: `/services/data/v67.0/query?q=${encodeURIComponent(soql)}`, referenceId: 'a' }],
        })
      ).body as { compositeResponse: { body: unknown }[] }
    ).compositeResponse[0]?.body;
  const parts = Array.from({ length: 1500 }, (_, n) => `Subject = 'ł${n}'`).join(' OR ');
  expect(await ask(`SELECT COUNT() FROM Task WHERE ${parts}`)).toMatchObject({ totalSize: 0 });
  expect(
    await ask(`SELECT COUNT() FROM Task WHERE Subject IN (${Array.from({ length: 1200 }, (_, n) => `'łąęść${n}'`).join(',')}, 'ALPHA')`),
  ).toMatchObject({
    totalSize: 1,
  });
  expect(await ask(`SELECT Id FROM Task WHERE Subject = '${'x'.repeat(100_000)}'`)).toMatchObject([
    { errorCode: 'MALFORMED_QUERY', message: 'SOQL statements can not be longer than 100000 characters' },
  ]);
});

test.each([
  'SELECT Id FROM EventRelation',
  "SELECT Id FROM Account WHERE DISTANCE(BillingAddress, GEOLOCATION(37.7, -122.4), 'mi') < 20",
  'SELECT Id FROM Account WITH DATA CATEGORY Geography__c ABOVE usa__c',
  'SELECT Id FROM Account WITH SYSTEM_MODE',
  'SELECT Id FROM Account UPDATE TRACKING',
  'SELECT Owner.Profile.Name FROM Task',
])('what a real org can and this one cannot is 501: %s', async (soql) => {
  const reply = await org.query(soql);
  expect([reply.status, reply.body]).toEqual([
    501,
    [{ errorCode: 'STAND_IN_CANNOT', message: expect.stringContaining('org.md') as string }],
  ]);
});

test('a long answer comes in pages; the set of rows stays that of the first page', async () => {
  const own = await testOrg();
  try {
    for (let page = 0; page < 3; page += 1)
      await own.upsert(Array.from({ length: 150 }, (_, n) => ({ Cordboard_Name__c: `p${page}-${n}`, Subject: 'page' })));
    const first = await own.call(
      'GET',
      `/query?q=${encodeURIComponent("SELECT Id, Owner.Name FROM Task WHERE Subject = 'page' ORDER BY Id")}`,
      undefined,
      { 'sforce-query-options': 'batchSize=200' },
    );
    const body = first.body as { totalSize: number; done: boolean; nextRecordsUrl: string; records: { Id: string }[] };
    expect(body).toMatchObject({
      totalSize: 450,
      done: false,
      nextRecordsUrl: expect.stringMatching(/^\/services\/data\/v67\.0\/query\/0r8\w{15}-200$/) as string,
    });
    await own.upsert([{ Cordboard_Name__c: 'later', Subject: 'page' }]);
    const ids = body.records.map((record) => record.Id);
    for (let url: string | undefined = body.nextRecordsUrl; url !== undefined;) {
      const next: typeof body = (await own.call('GET', url.replace('/services/data/v67.0', ''))).body as typeof body;
      ids.push(...next.records.map((record) => record.Id));
      expect(next.records[0]).toHaveProperty('Owner.Name', 'Integration User');
      url = next.done ? undefined : next.nextRecordsUrl;
    }
    expect(new Set(ids).size).toBe(450);
    expect(ids).toEqual(ids.toSorted());
    expect((await own.call('GET', '/query/0r8000000000001AAA-200')).body).toMatchObject([{ errorCode: 'INVALID_QUERY_LOCATOR' }]);
  } finally {
    await own.stop();
  }
});

test('multi-select values are found by INCLUDES', async () => {
  const own = await testOrg();
  try {
    await own.control('POST', '/fields', {
      object: 'Task',
      name: 'Tags__c',
      label: 'Tags',
      type: 'multipicklist',
      length: 4099,
      picklist: ['VIP', 'Angry', 'Sales'],
    });
    await own.upsert([
      { Cordboard_Name__c: 'i1', Tags__c: 'VIP;Sales' },
      { Cordboard_Name__c: 'i2', Tags__c: 'Angry' },
      { Cordboard_Name__c: 'i3' },
    ]);
    const found = async (where: string) =>
      (await own.query(`SELECT Cordboard_Name__c FROM Task WHERE ${where} ORDER BY Cordboard_Name__c`)).records
        .map((record) => record['Cordboard_Name__c'])
        .join(' ');
    expect(await found("Tags__c INCLUDES ('Sales;VIP', 'Angry')")).toBe('i1 i2');
    expect(await found("Tags__c EXCLUDES ('VIP')")).toBe('i2 i3');
  } finally {
    await own.stop();
  }
});

const calendar = (now: string, zone: string, weekStart = 7, fiscalStart = 1) => ({ nowMs: Date.parse(now), zone, weekStart, fiscalStart });

test('a day begins at midnight of its zone, also when the clock changes', () => {
  // 25 October 2026: the clock goes back in Warsaw, the day has 25 hours.
  const range = dayRange('TODAY', undefined, calendar('2026-10-25T12:00:00Z', 'Europe/Warsaw'));
  expect([range.firstDay, new Date(range.startMs).toISOString(), (range.endMs - range.startMs) / 3_600_000]).toEqual([
    '2026-10-25',
    '2026-10-24T22:00:00.000Z',
    25,
  ]);
  // Sunday, 22 February 2026; there weeks begin on Mondays, and the fiscal year in April.
  const there = calendar('2026-02-22T12:00:00Z', 'UTC', 1, 4);
  const days = (name: string, n?: number) => {
    const { firstDay, dayAfter } = dayRange(name, n, there);
    return `${firstDay} ${dayAfter}`;
  };
  expect(
    [
      ['LAST_90_DAYS'],
      ['NEXT_90_DAYS'],
      ['THIS_WEEK'],
      ['NEXT_N_WEEKS', 2],
      ['LAST_N_WEEKS', 1],
      ['N_WEEKS_AGO', 2],
      ['NEXT_MONTH'],
      ['LAST_N_MONTHS', 14],
      ['N_MONTHS_AGO', 2],
      ['THIS_QUARTER'],
      ['LAST_QUARTER'],
      ['NEXT_N_QUARTERS', 2],
      ['N_QUARTERS_AGO', 5],
      ['NEXT_YEAR'],
      ['LAST_N_YEARS', 2],
      ['THIS_FISCAL_QUARTER'],
      ['NEXT_FISCAL_QUARTER'],
      ['LAST_N_FISCAL_QUARTERS', 3],
      ['THIS_FISCAL_YEAR'],
      ['LAST_FISCAL_YEAR'],
      ['N_FISCAL_YEARS_AGO', 2],
      ['NEXT_N_FISCAL_YEARS', 2],
      ['NEXT_N_YEARS', 2_000_000_000],
      ['LAST_N_DAYS', 2_000_000_000],
    ].map(([name, n]) => `${name} ${days(String(name), n as number | undefined)}`),
  ).toEqual([
    'LAST_90_DAYS 2025-11-24 2026-02-23',
    'NEXT_90_DAYS 2026-02-23 2026-05-24',
    'THIS_WEEK 2026-02-16 2026-02-23',
    'NEXT_N_WEEKS 2026-02-23 2026-03-09',
    'LAST_N_WEEKS 2026-02-09 2026-02-16',
    'N_WEEKS_AGO 2026-02-02 2026-02-09',
    'NEXT_MONTH 2026-03-01 2026-04-01',
    'LAST_N_MONTHS 2024-12-01 2026-02-01',
    'N_MONTHS_AGO 2025-12-01 2026-01-01',
    'THIS_QUARTER 2026-01-01 2026-04-01',
    'LAST_QUARTER 2025-10-01 2026-01-01',
    'NEXT_N_QUARTERS 2026-04-01 2026-10-01',
    'N_QUARTERS_AGO 2024-10-01 2025-01-01',
    'NEXT_YEAR 2027-01-01 2028-01-01',
    'LAST_N_YEARS 2024-01-01 2026-01-01',
    'THIS_FISCAL_QUARTER 2026-01-01 2026-04-01',
    'NEXT_FISCAL_QUARTER 2026-04-01 2026-07-01',
    'LAST_N_FISCAL_QUARTERS 2025-04-01 2026-01-01',
    'THIS_FISCAL_YEAR 2025-04-01 2026-04-01',
    'LAST_FISCAL_YEAR 2024-04-01 2025-04-01',
    'N_FISCAL_YEARS_AGO 2023-04-01 2024-04-01',
    'NEXT_N_FISCAL_YEARS 2026-04-01 2028-04-01',
    'NEXT_N_YEARS 2027-01-01 4000-12-31',
    'LAST_N_DAYS 1700-01-01 2026-02-23',
  ]);
  expect(dayRange('LAST_MONTH', undefined, calendar('2026-01-15T00:00:00Z', 'Asia/Tokyo'))).toMatchObject({
    firstDay: '2025-12-01',
    dayAfter: '2026-01-01',
  });
});

test('the checksum of an id is the known one', () => {
  expect(readId('001A000000IqhSL')).toBe('001A000000IqhSLIAZ'); // the id of an example in the REST guide, 001D000000IqhSLIAZ, with another pod
  expect(readId('001D000000IqhSL')).toBe('001D000000IqhSLIAZ');
  expect(idFor('00T', 62)).toBe('00TSx0000000010MAA');
});
