import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { closedLeadChoices, defaultRules, type Found, kindsOf, personAccountChoices, rank, tieBreaks } from './rank.ts';

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
  test('AC-17: the one active last; of those never active, or on one day, the one changed last', () => {
    const three = [
      found('contact', '003A', { activeOn: '2026-02-01', modifiedAtMs: 1 }),
      found('contact', '003B', { activeOn: '2026-03-01', modifiedAtMs: 1 }),
      found('contact', '003C', { modifiedAtMs: 9 }),
      found('contact', '003D', { activeOn: '2026-02-01', modifiedAtMs: 5 }),
    ];
    expect(ids(three, { tieBreak: 'active' })).toEqual(['003B', '003D', '003A', '003C']);
  });
  test('only the tie-break tells these apart: neither kind, nor being closed, nor an extension', () => {
    const several = [
      found('contact', '003A'),
      found('contact', '003B', { modifiedAtMs: 9 }),
      found('contact', '003C', { extension: '12' }),
      found('lead', '00QA'),
    ];
    expect(rank(several, rules).tied).toBe(2);
    expect(rank(several.slice(1), rules).tied).toBe(undefined);
  });
  test('R5: where a closed lead is nobody’s any more it is kept apart, and may still be chosen', () => {
    const closed = found('lead', '00QA', { status: 'Closed - Not Converted' });
    const { candidates, closed: over } = rank([closed, found('lead', '00QB')], { ...rules, closedLead: 'new lead' });
    expect([candidates, over].map((some) => some?.map(({ record }) => record.id))).toEqual([['00QB'], ['00QA']]);
    expect(over?.[0]?.because).toContain('Closed - Not Converted');
  });
  test('FC-33: person accounts are looked for where they are on, though no kind names them, and never where they are off', () => {
    const person = found('person-account', '001P', { contactId: '003P' });
    expect(ids([person], { kinds: ['contact'], personAccounts: 'on' })).toEqual(['003P']);
    expect(ids([person], { kinds: ['contact'], personAccounts: 'auto' })).toEqual([]);
    expect(ids([person], { personAccounts: 'off' })).toEqual([]);
  });
  const record = fc.record({
    kind: fc.constantFrom('contact', 'lead', 'account', 'person-account', 'Site__c'),
    id: fc.constantFrom('001', '002', '003', '004', '005', '006'),
    modifiedAtMs: fc.nat({ max: 2 }),
    extension: fc.constantFrom(undefined, '1'),
    status: fc.constantFrom('Open', 'Closed - Not Converted'),
    activeOn: fc.constantFrom('2026-03-01', '2026-03-02'),
  });
  const anyRules = fc.record({
    tieBreak: fc.constantFrom(...tieBreaks),
    personAccounts: fc.constantFrom(...personAccountChoices),
    closedLead: fc.constantFrom(...closedLeadChoices),
    sharedAbove: fc.constantFrom(1, 3, 10),
  });
  test('whatever the order they come in, under every rule; and everybody who is looked for stands somewhere, once', () => {
    fc.assert(
      fc.property(fc.array(record), fc.nat(), anyRules, (given, by, more) => {
        // One id is one record: it has one kind, one time.
        const records = [...new Map(given.map((one) => [one.id, found(one.kind, one.id, one)])).values()];
        const turned = [...records.slice(by % (records.length + 1)), ...records.slice(0, by % (records.length + 1))];
        const all = { ...rules, ...more };
        const ranked = rank(records, all);
        expect(rank(turned.toReversed(), all)).toEqual(ranked);
        expect(ranked.tied ?? 1).toBeLessThanOrEqual(Math.max(1, ranked.candidates.length));
        if (ranked.shared) return;
        const listed = [...ranked.candidates, ...(ranked.closed ?? [])].map((one) => one.record.id);
        expect(listed.toSorted()).toEqual(
          records
            .filter(({ kind }) => kindsOf(all).includes(kind))
            .map(({ id }) => id)
            .toSorted(),
        );
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
