import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defaultRules, type Found, rank } from './rank.ts';

const rules = defaultRules;
const found = (kind: string, id: string, more: Partial<Found> = {}): Found => ({
  field: 'Phone',
  extension: undefined,
  converted: false,
  id,
  kind,
  name: `Name of ${id}`,
  company: undefined,
  ownerId: undefined,
  email: undefined,
  accountId: undefined,
  contactId: undefined,
  status: undefined,
  modifiedAtMs: 0,
  ...more,
});
const ids = (records: readonly Found[], more: Partial<typeof rules> = {}) =>
  rank(records, { ...rules, ...more }).candidates.map(({ record }) => record.id);

describe('which of several is meant', () => {
  const all = [
    found('account', '001A'),
    found('lead', '00QA'),
    found('contact', '003A'),
    found('person-account', '001P', { contactId: '003P' }),
  ];
  test('AC-16: contact, lead, account, person account, as quoted', () => expect(ids(all)).toEqual(['003A', '00QA', '001A', '003P']));
  test('AC-16: another order is a setting', () =>
    expect(ids(all, { kinds: ['person-account', 'account', 'contact'] })).toEqual(['003P', '001A', '003A']));
  test('AC-17: the one changed last; the other way is a setting; then the id, so that it is always the same', () => {
    const three = [
      found('contact', '003C', { modifiedAtMs: 5 }),
      found('contact', '003B', { modifiedAtMs: 9 }),
      found('contact', '003A', { modifiedAtMs: 5 }),
    ];
    expect(ids(three)).toEqual(['003B', '003A', '003C']);
    expect(ids(three, { tieBreak: 'oldest' })).toEqual(['003A', '003C', '003B']);
  });
  test('R5: a closed lead comes last, and is still somebody', () => {
    const closed = found('lead', '00QA', { status: 'Closed - Not Converted' });
    expect(ids([closed, found('account', '001A')])).toEqual(['001A', '00QA']);
    expect(ids([closed])).toEqual(['00QA']);
  });
  test('an extension of the number is not the number', () =>
    expect(ids([found('contact', '003A', { extension: '12', modifiedAtMs: 9 }), found('contact', '003B')])).toEqual(['003B', '003A']));
  test('a record that has it in two fields is one record', () =>
    expect(ids([found('contact', '003A'), found('contact', '003A', { field: 'MobilePhone' })])).toEqual(['003A']));
  test('DP-15: a person account keeps its name of a kind, and its contact is who an activity names', () =>
    expect(rank([found('person-account', '001P', { contactId: '003P' })], rules).candidates[0]).toMatchObject({
      record: { kind: 'person-account', id: '003P' },
      as: 'who',
    }));
  test('whatever the order they come in', () => {
    const record = fc.record({
      kind: fc.constantFrom('contact', 'lead', 'account', 'person-account', 'Site__c'),
      id: fc.constantFrom('001', '002', '003', '004', '005', '006'),
      modifiedAtMs: fc.nat({ max: 2 }),
      extension: fc.constantFrom(undefined, '1'),
      status: fc.constantFrom('Open', 'Closed - Not Converted'),
    });
    fc.assert(
      fc.property(fc.array(record), fc.nat(), (given, by) => {
        // One id is one record: it has one kind, one time.
        const records = [...new Map(given.map((one) => [one.id, found(one.kind, one.id, one)])).values()];
        const turned = [...records.slice(by % (records.length + 1)), ...records.slice(0, by % (records.length + 1))];
        expect(rank(turned.toReversed(), rules)).toEqual(rank(records, rules));
      }),
    );
  });
});

describe('a number that is nobody’s alone', () => {
  const staff = (count: number, accountId = '001A') =>
    Array.from({ length: count }, (_, n) => found('contact', `003${n}`, { accountId, company: 'Acme' }));
  test('more people than the setting: the call is their company’s', () =>
    expect(rank(staff(11), rules)).toEqual({
      candidates: [
        {
          record: { kind: 'account', id: '001A', name: 'Acme' },
          as: 'what',
          because: '11 people have this number, all of one company: the call is the company’s.'.replaceAll('’', "'"),
        },
      ],
      shared: true,
    }));
  test('of several companies: nobody is meant', () =>
    expect(rank([...staff(6), ...staff(6, '001B').map((one) => ({ ...one, id: `${one.id}b` }))], rules)).toEqual({
      candidates: [],
      shared: true,
    }));
  test('as many as the setting are told apart', () => expect(rank(staff(10), rules).candidates).toHaveLength(10));
  test('a listed number is shared though one person has it', () =>
    expect(rank(staff(1), rules, true).candidates[0]?.record.kind).toBe('account'));
});
