import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { aToldCall } from '../testing/a-told-call.ts';
import { byRecency, codeAsNumbered, isCase, type KnownMatters, type Matter, noMatters, withCases } from './matters.ts';
import type { Match } from './match.ts';

const match: Match = {
  candidates: [{ record: { kind: 'contact', id: '003A', name: 'Hanako' }, as: 'who', because: 'The book.' }],
  searched: 'Looked for +81312345678 in the book.',
};
const ticket: Matter = { kind: 'case', id: '500A', name: '00001026 Broken', contactId: '003B', closed: false, modifiedAtMs: 1 };
const keyed = (found?: Matter): KnownMatters => ({ ...noMatters, code: { looked: '00001026', ...(found && { found }) } });
const ids = ({ candidates }: Match) => candidates.map(({ as, record }) => [as, record.id]);

describe('FC-31: the number that was keyed in', () => {
  test.each([
    ['1026', 'CaseNumber', '00001026'],
    ['*1026#', 'CaseNumber', '00001026'],
    ['00001026', 'CaseNumber', '00001026'],
    ['000000001026', 'CaseNumber', '00001026'],
    ['123456789', 'CaseNumber', '123456789'],
    ['0', 'CaseNumber', '00000000'],
    ['0042', 'Ticket__c', '0042'],
    ['#*', 'CaseNumber', undefined],
    ['', 'Ticket__c', undefined],
    ['*00#42', 'Ticket__c', '0042'],
  ])('%s, looked for in %s, is %s', (digits, field, expected) => expect(codeAsNumbered(digits, field)).toBe(expected));

  test('found, it stands before whoever has the number, who can still be chosen; its contact is who', () => {
    const found = withCases({ ...match, stranger: true }, aToldCall(), keyed(ticket));
    expect(ids(found)).toEqual([
      ['who', '003B'],
      ['what', '500A'],
    ]);
    expect([found.others?.map(({ record }) => record.id), found.stranger]).toEqual([['003A'], undefined]);
  });
  test('a case without a contact is about nobody in person; a closed one counts, and says so', () => {
    const { contactId: _, ...nobodys } = ticket;
    const found = withCases(match, aToldCall(), keyed({ ...nobodys, closed: true }));
    expect(ids(found)).toEqual([['what', '500A']]);
    expect(found.candidates[0]!.because).toContain('though it is closed');
  });
  test('its contact is the one who has the number, where it is: with the name and the owner the book has', () => {
    const others: Match['candidates'] = [
      { record: { kind: 'contact', id: '003B', name: 'Ken Mori' }, as: 'who', ownerId: '005B', because: 'The book.' },
      { record: { kind: 'account', id: '001A', name: 'Acme' }, as: 'what', because: 'The book.' },
    ];
    const what = {
      record: { kind: 'case', id: '500A', name: '00001026 Broken' },
      as: 'what',
      because: 'Its number 00001026 was keyed in (FC-31).',
    };
    const because = 'The contact of case 00001026 Broken.';
    const searched = 'Looked for the case 00001026 that was keyed in: found it.';
    expect(withCases({ ...match, others, unsure: true, tied: 2 }, aToldCall(), keyed(ticket))).toEqual({
      candidates: [{ record: { kind: 'contact', id: '003B', name: 'Ken Mori' }, as: 'who', ownerId: '005B', because }, what],
      others: [match.candidates[0], others[1]],
      tied: 2,
      searched,
    });
    // nobody else has it; and a thing with that id is no person
    const account: Match['candidates'] = [{ record: { kind: 'account', id: '003B' }, as: 'what', because: 'The book.' }];
    expect(withCases({ candidates: account, searched: '' }, aToldCall(), keyed(ticket))).toEqual({
      candidates: [{ record: { kind: 'contact', id: '003B' }, as: 'who', because }, what],
      searched,
    });
  });
  test('not found, nothing else changes, and the trace says so', () => {
    const found = withCases(match, aToldCall(), keyed());
    expect({ ...found, searched: '' }).toEqual({ ...match, searched: '' });
    expect(found.searched).toBe(`No case has the number 00001026 that was keyed in (FC-31). ${match.searched}`);
  });
  test('where nothing was keyed in, nothing changes', () => expect(withCases(match, aToldCall(), noMatters)).toEqual(match));
  test('what was clicked or shown stands before it', () => {
    const clicked = { ...match, pointed: true } as const;
    expect(withCases(clicked, aToldCall(), keyed(ticket))).toEqual(clicked);
  });
  test('what an agent chose stands before it', () => {
    const call = aToldCall({ linked: { who: { kind: 'Contact', id: '003C' } } });
    expect(withCases(match, call, keyed(ticket))).toEqual(match);
  });
});

describe('FC-74: a case that was chosen', () => {
  const chosen = (linked: NonNullable<ReturnType<typeof aToldCall>['linked']>, known: Partial<KnownMatters> = { chosen: ticket }) => {
    const candidates = [
      ...(linked.what ? [{ record: linked.what, as: 'what' as const, because: 'Chosen.' }] : []),
      ...(linked.who ? [{ record: linked.who, as: 'who' as const, because: 'Chosen.' }] : []),
    ];
    return ids(withCases({ ...match, candidates }, aToldCall({ linked }), { ...noMatters, ...known }));
  };
  const what = { kind: 'Case', id: '500A' };
  test('brings its contact, in the place of a lead, too', () => {
    expect(chosen({ what })).toEqual([
      ['who', '003B'],
      ['what', '500A'],
    ]);
    expect(chosen({ what, who: { kind: 'Lead', id: '00QA' } })).toEqual([
      ['who', '003B'],
      ['what', '500A'],
    ]);
  });
  test('leaves a contact who was chosen with it, and brings nobody where its contact isn’t known', () => {
    expect(chosen({ what, who: { kind: 'Contact', id: '003C' } })).toContainEqual(['who', '003C']);
    expect(chosen({ what }, {})).toEqual([['what', '500A']]);
    const { contactId: _, ...nobodys } = ticket;
    expect(chosen({ what }, { chosen: nobodys })).toEqual([['what', '500A']]);
    expect(chosen({ what: { kind: 'Account', id: '001A' } })).toEqual([['what', '001A']]);
    expect(chosen({ who: { kind: 'Lead', id: '00QA' } })).toEqual([['who', '00QA']]);
  });
  test('says why its contact is there, and leaves the rest of the match', () => {
    const given: Match = { candidates: [{ record: what, as: 'what', because: 'Chosen.' }], searched: 'Looked.', pointed: true };
    expect(withCases(given, aToldCall({ linked: { what } }), { ...noMatters, chosen: ticket })).toEqual({
      candidates: [
        { record: { kind: 'contact', id: '003B' }, as: 'who', because: 'The contact of the case that was chosen (FC-74).' },
        { record: what, as: 'what', because: 'Chosen.' },
      ],
      searched: 'Looked.',
      pointed: true,
    });
  });
});

test.each([
  [{ kind: 'Case', id: 'X1' }, true],
  [{ kind: 'case', id: 'X1' }, true],
  [{ kind: 'Other', id: '5001' }, true],
  [{ kind: 'Other', id: '0015001' }, false],
  [undefined, false],
])('%j is a case by its kind, or by how its id begins: %s', (record, is) => expect(isCase(record)).toBe(is));

test('AC-18: an opportunity’s primary contact first, then the one changed last, then the lower id', () => {
  const some: Matter[] = [
    { ...ticket, id: 'd', modifiedAtMs: 2 },
    { ...ticket, id: 'c', modifiedAtMs: 7, primary: true },
    { ...ticket, id: 'b', modifiedAtMs: 2 },
    { ...ticket, id: 'e', modifiedAtMs: 9 },
    { ...ticket, id: 'a', modifiedAtMs: 2 },
    { ...ticket, id: 'f', modifiedAtMs: 8, primary: true },
  ];
  for (const given of [some, some.toReversed()])
    expect(
      given
        .toSorted(byRecency)
        .map(({ id }) => id)
        .join(''),
    ).toBe('fceabd');
});
test('AC-18: which of several comes first is the same in whatever order they come', () => {
  const any = fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd'), modifiedAtMs: fc.constantFrom(1, 2), primary: fc.boolean() });
  fc.assert(
    fc.property(fc.uniqueArray(any, { selector: ({ id }) => id }), fc.nat(), (some, seed) => {
      const all = some.map(({ primary, ...one }): Matter => ({ ...ticket, ...one, ...(primary && { primary }) }));
      const shuffled = all.toSorted((a, b) => ((a.id.charCodeAt(0) * 31 + seed) % 7) - ((b.id.charCodeAt(0) * 31 + seed) % 7));
      expect(shuffled.toSorted(byRecency)).toEqual(all.toSorted(byRecency));
    }),
  );
});
