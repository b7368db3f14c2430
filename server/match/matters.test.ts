import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { aToldCall } from '../testing/a-told-call.ts';
import { byRecency, codeAsNumbered, type KnownMatters, type Matter, noMatters, withCases } from './matters.ts';
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
  test('not found, nothing else changes, and the trace says so', () => {
    const found = withCases(match, aToldCall(), keyed());
    expect({ ...found, searched: '' }).toEqual({ ...match, searched: '' });
    expect(found.searched).toMatch(/^No case has the number 00001026 that was keyed in/);
  });
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
    expect(chosen({ what: { kind: 'Account', id: '001A' } })).toEqual([['what', '001A']]);
  });
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
