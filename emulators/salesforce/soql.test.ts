import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dayRange } from './date-literals.ts';
import { idFor, readId } from './ids.ts';
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
    ["Id IN (SELECT Id FROM Task WHERE Subject = 'alpha')", 's3'],
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
    ['SELECT Id FROM', 'MALFORMED_QUERY', 'unexpected token: <EOF>'],
    ['SELECT Id, COUNT() FROM Task', 'MALFORMED_QUERY', 'unexpected token'],
    ['SELECT Id FROM Task WHERE Subject = "x"', 'MALFORMED_QUERY', 'unexpected token'],
    ["SELECT Id FROM Task WHERE Subject = 'x", 'MALFORMED_QUERY', 'string literal'],
    ["SELECT Id FROM Task WHERE Subject = '\\q'", 'MALFORMED_QUERY', 'Illegal escape'],
    ['SELECT Id FROM Task ALL ROWS', 'MALFORMED_QUERY', "unexpected token: 'ALL'"],
    ['SELECT Id FROM Task WHERE Id = :x', 'MALFORMED_QUERY', "unexpected token: ':'"],
    ["SELECT Id FROM Task WHERE Description = 'x'", 'INVALID_FIELD', "field 'Description' can not be filtered in a query call"],
    ['SELECT Id FROM Task ORDER BY Description', 'INVALID_FIELD', "field 'Description' can not be sorted in a query call"],
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
    ['SELECT Id FROM Task OFFSET 2001', 'NUMBER_OUTSIDE_VALID_RANGE', 'Maximum SOQL offset'],
  ])('%s', async (soql, errorCode, words) => {
    const reply = await org.query(soql);
    expect([reply.status, reply.body]).toEqual([400, [{ errorCode, message: expect.stringContaining(words) as string }]]);
  });
});

test.each([
  'SELECT COUNT(Id) FROM Task',
  'SELECT CallType, COUNT(Id) FROM Task GROUP BY CallType',
  'SELECT Id FROM Task GROUP BY Id',
  'SELECT FIELDS(ALL) FROM Task LIMIT 1',
  'SELECT Id, (SELECT Id FROM Contacts) FROM Account',
  'SELECT TYPEOF Who WHEN Lead THEN Company END FROM Task',
  'SELECT Id FROM Task WHERE CALENDAR_YEAR(CreatedDate) = 2026',
  'SELECT Id FROM Task WHERE CreatedDate = LAST_FISCAL_QUARTER',
  'SELECT Id FROM Asset',
  'SELECT Id FROM Task FOR UPDATE',
  'SELECT Id FROM Task WITH SECURITY_ENFORCED',
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
      nextRecordsUrl: expect.stringMatching(/^\/services\/data\/v67\.0\/query\/01g\w+-200$/) as string,
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
    expect((await own.call('GET', '/query/01gNobody-200')).body).toMatchObject([{ errorCode: 'INVALID_QUERY_LOCATOR' }]);
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

test('a day begins at midnight of its zone, also when the clock changes', () => {
  // 25 October 2026: the clock goes back in Warsaw, the day has 25 hours.
  const range = dayRange('TODAY', undefined, Date.parse('2026-10-25T12:00:00Z'), 'Europe/Warsaw');
  expect([range.firstDay, new Date(range.startMs).toISOString(), (range.endMs - range.startMs) / 3_600_000]).toEqual([
    '2026-10-25',
    '2026-10-24T22:00:00.000Z',
    25,
  ]);
  expect(dayRange('LAST_MONTH', undefined, Date.parse('2026-01-15T00:00:00Z'), 'Asia/Tokyo')).toMatchObject({
    firstDay: '2025-12-01',
    dayAfter: '2026-01-01',
  });
});

test('the checksum of an id is the known one', () => {
  expect(readId('001A000000IqhSL')).toBe('001A000000IqhSLIAZ'); // the id of an example in the REST guide, 001D000000IqhSLIAZ, with another pod
  expect(readId('001D000000IqhSL')).toBe('001D000000IqhSLIAZ');
  expect(idFor('00T', 62)).toBe('00TSx0000000010MAA');
});
