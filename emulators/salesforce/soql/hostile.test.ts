import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Refusal } from '../errors.ts';
import { Queries } from '../query.ts';
import { cordboardFields } from '../schema.ts';
import { seedOrg } from '../seed.ts';
import { Store } from '../store.ts';

const whole = [
  "SELECT Id , ( SELECT Id FROM Contacts WHERE Email != null ORDER BY LastName LIMIT 3 ) FROM Account WHERE ( Name LIKE 'a%' OR Phone = null ) AND Id IN ( SELECT AccountId FROM Contact ) AND CreatedDate = LAST_N_DAYS : 3 ORDER BY Name DESC NULLS LAST LIMIT 5 OFFSET 1",
  "SELECT Account.Name n , COUNT ( Id ) c , GROUPING ( Status ) FROM Task t WHERE NOT Owner.Name = 'x' AND t.IsClosed = false GROUP BY ROLLUP ( Account.Name , Status ) HAVING COUNT ( Id ) > 1 ORDER BY COUNT ( Id )",
  'SELECT TYPEOF Who WHEN Contact THEN Account.Name WHEN Lead THEN Company ELSE Name END , What.Type FROM Task USING SCOPE mine WHERE HOUR_IN_DAY ( convertTimezone ( CreatedDate ) ) IN ( 1 , 2 ) FOR VIEW',
  "SELECT FIELDS ( CUSTOM ) , MailingAddress , a.BillingAddress FROM Contact c , c.Account a WHERE a.Name = 'ł' LIMIT 200 FOR UPDATE",
].map((soql) => soql.split(' '));
const words = [...new Set(whole.flat()), "'", '\\', '1.5e3', '-1', '99999999999999999999', 'Parent.Name', 'SUM', 'Description', "'\\%'"];

/** A query with a word taken out, put in or exchanged, here and there. */
const broken = fc
  .tuple(fc.constantFrom(...whole), fc.array(fc.tuple(fc.nat(), fc.constantFrom(...words), fc.constantFrom(0, 1, 2)), { maxLength: 3 }))
  .map(([begun, changes]) => {
    const soql = [...begun];
    for (const [place, word, how] of changes) soql.splice(place % soql.length, how === 0 ? 0 : 1, ...(how === 1 ? [] : [word]));
    return soql.join(' ');
  });

test('whatever is asked is answered or refused', () => {
  const store = new Store(':memory:', cordboardFields);
  seedOrg(store, Date.parse('2026-11-21T09:00:00Z'));
  const queries = new Queries(store, () => Date.parse('2026-11-21T10:00:00Z'));
  const options = { all: false, batch: 200, version: '67.0', zone: 'Europe/Warsaw', userId: '005Sx0000000001IAA' };
  for (const soql of whole) expect(queries.run(soql.join(' '), options)).toHaveProperty('records');
  fc.assert(
    fc.property(broken, (soql) => {
      try {
        expect(queries.run(soql, options)).toHaveProperty('records');
        queries.columns(soql, options);
      } catch (cause) {
        if (!(cause instanceof Refusal)) throw cause;
      }
    }),
    { numRuns: 500 },
  );
  store.close();
});
