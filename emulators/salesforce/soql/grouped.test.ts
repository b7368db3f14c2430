import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seeded, testOrg, type TestOrg } from '../testing/test-org.ts';

// GROUP BY, HAVING and the aggregate functions.

const now = Date.parse('2026-11-21T23:30:00Z');
let org: TestOrg;
beforeAll(async () => {
  org = await testOrg({ clock: () => now });
  const task = (name: string, more: Record<string, unknown>) => ({ Cordboard_Name__c: name, Subject: `g ${name}`, ...more });
  await org.upsert([
    task('1', {
      CallType: 'Inbound',
      Priority: 'High',
      CallDurationInSeconds: 10,
      Cordboard_Wait_Seconds__c: 1,
      ActivityDate: '2026-01-31',
      WhoId: seeded.ewa,
    }),
    task('2', {
      CallType: 'Inbound',
      Priority: 'Low',
      CallDurationInSeconds: 20,
      Cordboard_Wait_Seconds__c: 2,
      ActivityDate: '2026-02-01',
      WhoId: seeded.ewa,
    }),
    task('3', { CallType: 'Outbound', Priority: 'Low', CallDurationInSeconds: 40, ActivityDate: '2025-12-31' }),
    task('4', { Priority: 'Normal' }),
  ]);
});
afterAll(() => org.stop());

const rows = async (soql: string) => {
  const reply = await org.query(soql.replace('FROM Task', "FROM Task WHERE Subject LIKE 'g %'"));
  if (reply.status !== 200) throw new Error(JSON.stringify(reply.body));
  for (const record of reply.records) expect(record['attributes']).toEqual({ type: 'AggregateResult' });
  expect(reply.body).toMatchObject({ totalSize: reply.records.length, done: true });
  return reply.records.map(({ attributes: _, ...rest }) => rest);
};

test.each<[string, Record<string, unknown>[]]>([
  ['SELECT COUNT(Id), COUNT(CallType), COUNT_DISTINCT(CallType) kinds FROM Task', [{ expr0: 4, expr1: 3, kinds: 2 }]],
  ['SELECT SUM(CallDurationInSeconds), AVG(CallDurationInSeconds) FROM Task', [{ expr0: 70, expr1: 70 / 3 }]],
  [
    'SELECT MIN(CreatedDate), MAX(CreatedDate) latest FROM Task',
    [{ expr0: '2026-11-21T23:30:00.000+0000', latest: '2026-11-21T23:30:00.000+0000' }],
  ],
  ['SELECT MIN(Priority), MAX(Priority), MIN(Subject) FROM Task', [{ expr0: 'High', expr1: 'Low', expr2: 'g 1' }]],
  ['SELECT FORMAT(MIN(CreatedDate)) begun FROM Task', [{ begun: '11/22/2026, 12:30 AM' }]],
  [
    'SELECT CallType, COUNT(Id) FROM Task GROUP BY CallType ORDER BY CallType',
    [
      { CallType: null, expr0: 1 },
      { CallType: 'Inbound', expr0: 2 },
      { CallType: 'Outbound', expr0: 1 },
    ],
  ],
  ['SELECT CallType kind, COUNT(Id) n FROM Task GROUP BY CallType HAVING COUNT(Id) > 1', [{ kind: 'Inbound', n: 2 }]],
  [
    'SELECT CallType FROM Task GROUP BY CallType HAVING CallType = null OR (NOT COUNT(Id) < 2) ORDER BY COUNT(Id) DESC',
    [{ CallType: 'Inbound' }, { CallType: null }],
  ],
  ["SELECT COUNT(Id) FROM Task GROUP BY CallType HAVING CallType LIKE 'IN%' AND SUM(CallDurationInSeconds) = 30", [{ expr0: 2 }]],
  [
    'SELECT Account.Name, COUNT(Id) n FROM Task GROUP BY Account.Name ORDER BY COUNT(Id), Account.Name NULLS LAST LIMIT 1',
    [{ Name: 'Piekarnia Złoty Kłos', n: 2 }],
  ],
  ['SELECT CallType FROM Task GROUP BY CallType ORDER BY CallType DESC NULLS LAST LIMIT 1 OFFSET 1', [{ CallType: 'Inbound' }]],
  [
    'SELECT CALENDAR_YEAR(ActivityDate), COUNT(Id) FROM Task GROUP BY CALENDAR_YEAR(ActivityDate) ORDER BY CALENDAR_YEAR(ActivityDate) NULLS LAST',
    [
      { expr0: 2025, expr1: 1 },
      { expr0: 2026, expr1: 2 },
      { expr0: null, expr1: 1 },
    ],
  ],
  ['SELECT CALENDAR_MONTH(ActivityDate) m FROM Task GROUP BY ActivityDate ORDER BY ActivityDate DESC NULLS LAST LIMIT 1', [{ m: 2 }]],
  [
    'SELECT DAY_ONLY(convertTimezone(CreatedDate)) d, COUNT(Id) FROM Task GROUP BY DAY_ONLY(convertTimezone(CreatedDate))',
    [{ d: '2026-11-22', expr0: 4 }],
  ],
  [
    'SELECT CallType, Priority, COUNT(Id) n, GROUPING(Priority) sub FROM Task GROUP BY ROLLUP(CallType, Priority) ORDER BY GROUPING(CallType), CallType, GROUPING(Priority), Priority',
    [
      { CallType: null, Priority: 'Normal', n: 1, sub: 0 },
      { CallType: null, Priority: null, n: 1, sub: 1 },
      { CallType: 'Inbound', Priority: 'High', n: 1, sub: 0 },
      { CallType: 'Inbound', Priority: 'Low', n: 1, sub: 0 },
      { CallType: 'Inbound', Priority: null, n: 2, sub: 1 },
      { CallType: 'Outbound', Priority: 'Low', n: 1, sub: 0 },
      { CallType: 'Outbound', Priority: null, n: 1, sub: 1 },
      { CallType: null, Priority: null, n: 4, sub: 1 },
    ],
  ],
  [
    'SELECT CallType, COUNT(Id) n FROM Task GROUP BY CUBE(CallType, Priority) HAVING GROUPING(Priority) = 1 AND COUNT(Id) > 1 ORDER BY COUNT(Id)',
    [
      { CallType: 'Inbound', n: 2 },
      { CallType: null, n: 4 },
    ],
  ],
])('%s', async (soql, expected) => expect(await rows(soql)).toEqual(expected));

describe('an empty set', () => {
  test('has one row without GROUP BY, none with it', async () => {
    expect((await org.query("SELECT COUNT(Id), SUM(CallDurationInSeconds) FROM Task WHERE Subject = 'no'")).records).toMatchObject([
      { expr0: 0, expr1: null },
    ]);
    expect((await org.query("SELECT COUNT(Id) FROM Task WHERE Subject = 'no' GROUP BY CallType")).records).toEqual([]);
    expect((await org.query("SELECT COUNT(Id) FROM Task WHERE Subject = 'no' GROUP BY ROLLUP(CallType)")).records).toEqual([]);
  });
});

test.each([
  ['SELECT Subject, COUNT(Id) FROM Task', 'Field must be grouped or aggregated: Subject'],
  ['SELECT Subject, COUNT(Id) FROM Task GROUP BY CallType', 'Field must be grouped or aggregated: Subject'],
  ['SELECT FIELDS(ALL), COUNT(Id) FROM Task GROUP BY Id LIMIT 200', 'Field must be grouped or aggregated'],
  ['SELECT COUNT(Id) FROM Task GROUP BY Id', 'ERROR at Row:1:Column:14\nGrouped field should not be aggregated: Id'],
  ['SELECT COUNT(Id) FROM Task GROUP BY CallType ORDER BY Subject', 'Ordered field must be grouped or aggregated: Subject'],
  ["SELECT COUNT(Id) FROM Task GROUP BY CallType HAVING Subject LIKE 'x%'", 'must be grouped or aggregated: Subject'],
  ['SELECT COUNT(Id) FROM Task HAVING COUNT(Id) > 1', "unexpected token: 'HAVING'"],
  ['SELECT MAX(CreatedDate) FROM Task LIMIT 1', 'cannot also use LIMIT'],
  ['SELECT CreatedDate FROM Task GROUP BY CreatedDate', "field 'CreatedDate' can not be grouped in a query call"],
  [
    'SELECT Cordboard_Wait_Seconds__c FROM Task GROUP BY Cordboard_Wait_Seconds__c',
    "field 'Cordboard_Wait_Seconds__c' can not be grouped in a query call",
  ],
  ['SELECT COUNT(Description) FROM Task', 'field Description does not support aggregate operator COUNT'],
  ['SELECT COUNT(IsClosed) FROM Task', 'field IsClosed does not support aggregate operator COUNT'],
  ['SELECT MAX(ActivityDate) FROM Task', 'field ActivityDate does not support aggregate operator MAX'], // [C a public blog of Apex]
  ['SELECT SUM(Subject) FROM Task', 'field Subject does not support aggregate operator SUM'],
  ['SELECT COUNT(Id) n, MAX(Subject) N FROM Task', 'duplicate alias: N'],
  ['SELECT Account.Name, Owner.Name FROM Task GROUP BY Account.Name, Owner.Name', 'duplicate alias: Name'],
  ['SELECT CALENDAR_YEAR(CreatedDate) FROM Task GROUP BY CreatedDate', "field 'CreatedDate' can not be grouped"],
  ['SELECT CALENDAR_YEAR(CreatedDate), COUNT(Id) FROM Task', 'Field must be grouped or aggregated: '],
  ['SELECT COUNT(Id) FROM Task GROUP BY ROLLUP(CallType, Priority, Status, IsClosed)', 'at most 3'],
  ['SELECT TYPEOF Who WHEN Lead THEN Company END FROM Task GROUP BY Who.Name', 'TYPEOF'],
])('is refused as in a real org: %s', async (soql, words) => {
  const reply = await org.query(soql);
  expect([reply.status, reply.body]).toEqual([400, [{ errorCode: 'MALFORMED_QUERY', message: expect.stringContaining(words) as string }]]);
});

test('an alias is no field', async () =>
  expect((await org.query('SELECT CallType, COUNT(Id) Calls FROM Task GROUP BY CallType ORDER BY Calls')).body).toMatchObject([
    { errorCode: 'INVALID_FIELD', message: expect.stringContaining("No such column 'Calls' on entity 'Task'") as string },
  ]));

test('groups come on one page or not at all', async () => {
  const names = Array.from({ length: 201 }, (_, n) => ({ attributes: { type: 'Contact' }, LastName: `Page${n}` }));
  for (const some of [names.slice(0, 200), names.slice(200)]) await org.call('POST', '/composite/sobjects', { records: some });
  const ask = (more: string) =>
    org.call(
      'GET',
      `/query?${new URLSearchParams({ q: `SELECT LastName, COUNT(Id) FROM Contact WHERE LastName LIKE 'Page%' GROUP BY LastName${more}` }).toString()}`,
      undefined,
      { 'sforce-query-options': 'batchSize=200' },
    );
  expect((await ask('')).body).toEqual([
    {
      errorCode: 'EXCEEDED_ID_LIMIT',
      message: 'Aggregate query does not support queryMore(), use LIMIT to restrict the results to a single batch',
    },
  ]);
  expect((await ask(' LIMIT 200')).body).toMatchObject({ totalSize: 200, done: true });
});
