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

describe('what stands in a candidate', () => {
  test.each([
    ['contact', { ownerId: '005A' }, { record: { kind: 'contact', id: 'X1', name: 'Name of X1' }, as: 'who', ownerId: '005A' }],
    ['lead', { status: 'Open' }, { record: { kind: 'lead', id: 'X1', name: 'Name of X1' }, as: 'who' }],
    [
      'lead',
      { status: 'Closed - Converted', ownerId: '005B' },
      { record: { kind: 'lead', id: 'X1', name: 'Name of X1' }, as: 'who', ownerId: '005B', closed: true },
    ],
    ['account', { status: 'Closed - Converted' }, { record: { kind: 'account', id: 'X1', name: 'Name of X1' }, as: 'what' }],
    ['account', { contactId: '003A' }, { record: { kind: 'account', id: 'X1', name: 'Name of X1' }, as: 'what' }],
    ['person-account', { contactId: '003P' }, { record: { kind: 'person-account', id: '003P', name: 'Name of X1' }, as: 'who' }],
    // which contact an activity of it would name isn't known
    ['person-account', {}, { record: { kind: 'person-account', id: 'X1', name: 'Name of X1' }, as: 'what' }],
    ['Site__c', {}, { record: { kind: 'Site__c', id: 'X1', name: 'Name of X1' }, as: 'what' }],
  ])('%s with %j', (kind, more, expected) =>
    expect(rank([found(kind, 'X1', more)], { ...rules, kinds: [...rules.kinds, 'Site__c'] })).toEqual({
      candidates: [{ ...expected, because: 'The number stands in Phone.' }],
      shared: false,
    }),
  );
  test.each<[string, Partial<Found>[], string]>([
    ['its own number before an extension', [{ field: 'A', extension: '12' }, { field: 'B' }], 'B.'],
    ['an extension of its own before the number of the lead it was', [{ field: 'B', converted: true }, { field: 'C' }], 'C.'],
    [
      'the number of the lead it was before an extension',
      [
        { field: 'A', extension: '12' },
        { field: 'B', converted: true },
      ],
      'B of the lead it was.',
    ],
    ['else the field that comes first by name', [{ field: 'C' }, { field: 'A' }, { field: 'B' }], 'A.'],
    [
      'of two extensions as well',
      [
        { field: 'C', extension: '12' },
        { field: 'B', extension: '34' },
        { field: 'A', extension: '56', converted: true },
      ],
      'B, extension 34.',
    ],
  ])('of the places where one record has the number: %s', (_, places, where) => {
    const same = places.map((place) => found('contact', '003A', place));
    for (const given of [same, same.toReversed()])
      expect(rank(given, rules).candidates.map(({ because }) => because)).toEqual([`The number stands in ${where}`]);
  });
});

describe('why each stands where it stands', () => {
  const reasons = (records: readonly Found[], more: Partial<typeof rules> = {}) => {
    const all = { ...rules, kinds: ['Site__c', ...rules.kinds, 'Visit__c'], ...more };
    const { candidates } = rank(records, all);
    expect(rank(records.toReversed(), all).candidates).toEqual(candidates);
    return candidates.map(({ record, because }) => [record.id, because.replace('The number stands in Phone. ', '')]);
  };
  const closed = { status: 'Closed - Converted' };
  test('by kind: the first is told from the next one, any other from the one before it', () =>
    expect(reasons(['person-account', 'account', 'Visit__c', 'contact', 'Site__c', 'lead'].map((kind) => found(kind, kind)))).toEqual([
      ['Site__c', 'Records of Site__c come before contacts (AC-16).'],
      ['contact', 'Records of Site__c come before contacts (AC-16).'],
      ['lead', 'Contacts come before leads (AC-16).'],
      ['account', 'Leads come before accounts (AC-16).'],
      ['person-account', 'Accounts come before person accounts (AC-16).'],
      ['Visit__c', 'Person accounts come before records of Visit__c (AC-16).'],
    ]));
  test('a kind may be called anything', () =>
    expect(reasons([found('constructor', 'a'), found('toString', 'b')], { kinds: ['constructor', 'toString'] })).toEqual([
      ['a', 'Records of constructor come before records of toString (AC-16).'],
      ['b', 'Records of constructor come before records of toString (AC-16).'],
    ]));
  test('R5: a closed lead, whatever else tells them apart; only a lead is closed by its status', () => {
    expect(reasons([found('lead', '00QA', { ...closed, modifiedAtMs: 9 }), found('Visit__c', 'a00A')])).toEqual([
      ['a00A', 'A closed lead comes last.'],
      ['00QA', 'A closed lead comes last.'],
    ]);
    expect(reasons([found('contact', '003A', closed), found('lead', '00QA'), found('lead', '00QB', closed)])).toEqual([
      ['003A', 'Contacts come before leads (AC-16).'],
      ['00QA', 'Contacts come before leads (AC-16).'],
      ['00QB', 'A closed lead comes last.'],
    ]);
  });
  test('an extension, which two may have', () =>
    expect(
      reasons([
        found('contact', '003A', { extension: '12', modifiedAtMs: 9 }),
        found('contact', '003B', { extension: '34', modifiedAtMs: 7 }),
        found('contact', '003C', { modifiedAtMs: 5 }),
      ]),
    ).toEqual([
      ['003C', 'Who has the number alone comes before who has an extension of it.'],
      ['003A', 'The number stands in Phone, extension 12. Who has the number alone comes before who has an extension of it.'],
      ['003B', 'The number stands in Phone, extension 34. The one changed last comes first (AC-17).'],
    ]));
  const last = 'The one changed last comes first (AC-17).';
  const active = 'The one active last comes first (AC-17).';
  const oldest = 'The one unchanged for longest comes first (AC-17).';
  const byId = 'Changed at the same time as another; the lower id comes first.';
  const [first, second, third, fourth] = [
    found('contact', '003A', { activeOn: '2026-02-01', modifiedAtMs: 4 }),
    found('contact', '003B', { activeOn: '2026-03-01', modifiedAtMs: 3 }),
    found('contact', '003C', { activeOn: '2026-02-01', modifiedAtMs: 8 }),
    found('contact', '003D', { activeOn: '2026-02-01', modifiedAtMs: 8 }),
  ];
  const byChange = [
    ['003C', byId],
    ['003D', byId],
    ['003A', last],
    ['003B', last],
  ];
  test.each([
    ['latest', byChange],
    ['ask', byChange],
    ['none', byChange],
    ['owned by agent', byChange],
    [
      'oldest',
      [
        ['003B', oldest],
        ['003A', oldest],
        ['003C', oldest],
        ['003D', byId],
      ],
    ],
    [
      'active',
      [
        ['003B', active],
        ['003C', active],
        ['003D', byId],
        ['003A', last],
      ],
    ],
  ] as const)('AC-17: by the tie-break “%s”', (tieBreak, expected) =>
    expect(reasons([first, second, third, fourth], { tieBreak })).toEqual(expected),
  );
  test('AC-17: who was never active comes after who was', () =>
    expect(reasons([found('contact', '003A', { modifiedAtMs: 9 }), second], { tieBreak: 'active' })).toEqual([
      ['003B', active],
      ['003A', active],
    ]));
  test('R5: leads that are over are told by their status, the one changed last first', () => {
    const over = [
      found('lead', '00QA', { ...closed, modifiedAtMs: 3 }),
      found('lead', '00QB', { ...closed, status: 'Closed - Not Converted', ownerId: '005A', modifiedAtMs: 7 }),
    ];
    expect(rank([...over, found('contact', '003A', closed)], { ...rules, closedLead: 'new lead' })).toEqual({
      candidates: [{ record: { kind: 'contact', id: '003A', name: 'Name of 003A' }, as: 'who', because: 'The number stands in Phone.' }],
      shared: false,
      closed: [
        {
          record: { kind: 'lead', id: '00QB', name: 'Name of 00QB' },
          as: 'who',
          ownerId: '005A',
          closed: true,
          because: "Its status is “Closed - Not Converted”: it is nobody's any more (R5).",
        },
        {
          record: { kind: 'lead', id: '00QA', name: 'Name of 00QA' },
          as: 'who',
          closed: true,
          because: "Its status is “Closed - Converted”: it is nobody's any more (R5).",
        },
      ],
    });
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
  test('the companies that have it themselves, that of the people first, in their order else', () => {
    const companies = ['001A', '001B', '001C'].map((id, n) => found('account', id, { field: `Phone${n}`, ownerId: `005${n}` }));
    const company = (id: string, n: number) => ({
      record: { kind: 'account', id, name: `Name of ${id}` },
      as: 'what',
      ownerId: `005${n}`,
      because: `The number is listed as shared: the call is the company's. It stands in Phone${n}.`,
    });
    const all = [company('001A', 0), company('001B', 1), company('001C', 2)];
    expect(rank([...companies, ...staff(2, '001C')], rules, true)).toEqual({ candidates: [all[2], all[0], all[1]], shared: true });
    expect(rank([...companies, ...staff(2, '001X')], rules, true)).toEqual({ candidates: all, shared: true });
    expect(rank(companies, rules, true)).toEqual({ candidates: all, shared: true });
  });
  test('people of no company, or not all of one: nobody is meant', () => {
    const leads = ['00QA', '00QB'].map((id) => found('lead', id, { company: 'Acme' }));
    expect(rank(leads, { ...rules, sharedAbove: 1 })).toEqual({ candidates: [], shared: true });
    expect(rank([...staff(1), ...leads], { ...rules, sharedAbove: 2 })).toEqual({ candidates: [], shared: true });
  });
  test('a company whose name isn’t known', () =>
    expect(rank([found('contact', '003A', { accountId: '001A' })], rules, true).candidates).toEqual([
      {
        record: { kind: 'account', id: '001A' },
        as: 'what',
        because: "The number is listed as shared, all of one company: the call is the company's.",
      },
    ]));
  test('companies and leads that are over don’t count as people', () => {
    const over = found('lead', '00QA', { status: 'Closed - Converted' });
    const some = [...staff(2), found('account', '001A'), found('Site__c', 'a00A'), over];
    const few = { ...rules, kinds: [...rules.kinds, 'Site__c'], sharedAbove: 2, closedLead: 'new lead' } as const;
    expect(rank(some, few).shared).toBe(false);
    expect(rank(some, { ...few, closedLead: 'log' }).shared).toBe(true);
  });
});

test('FC-33: which kinds are looked for', () => {
  const of = (kinds: readonly string[], personAccounts: (typeof personAccountChoices)[number]) => kindsOf({ kinds, personAccounts });
  expect(of(['lead', 'contact'], 'on')).toEqual(['lead', 'contact', 'person-account']);
  expect(of(['person-account', 'contact'], 'on')).toEqual(['person-account', 'contact']);
  expect(of(['person-account', 'contact'], 'auto')).toEqual(['person-account', 'contact']);
  expect(of(['person-account', 'contact'], 'off')).toEqual(['contact']);
  expect(of(['contact'], 'auto')).toEqual(['contact']);
});
