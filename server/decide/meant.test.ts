import { expect, test } from 'vitest';
import type { Match } from '../match/match.ts';
import { anna, anUnansweredCall, aToldCall, ben } from '../testing/a-told-call.ts';
import { mayBeMeant, withMeant } from './meant.ts';
import type { Inputs } from './pin.ts';
import { defaultPolicy } from './policy.ts';

const candidate = (id: string, ownerId?: string) =>
  ({ record: { kind: 'contact', id }, as: 'who', because: 'It has the number.', ...(ownerId === undefined ? {} : { ownerId }) }) as const;
const match: Match = {
  candidates: [candidate('003A', '005X')],
  others: [candidate('003B', '005B'), candidate('003C', '005A'), candidate('00QA', '005A')],
  tied: 3,
  by: 'owned by agent',
  searched: 'Looked.',
};
const inputs = (changes: Partial<Inputs> = {}): Inputs => ({
  policyVersion: 1,
  policy: defaultPolicy('en'),
  people: { anna: { crmUserId: '005A', zone: 'UTC', name: 'Anna Sato' }, ben: null },
  fallbackOwner: null,
  named: {},
  match,
  clockOffsetMs: 0,
  ...changes,
});
const ids = ({ match: { candidates, others = [] } }: Inputs) => [candidates, others].map((some) => some.map(({ record }) => record.id));

test('AC-17: of those that are equally good the own one of whoever has the call is meant; the others can still be chosen, in their order', () => {
  const meant = withMeant(aToldCall({ answeredBy: anna }), inputs());
  expect(ids(meant)).toEqual([['003C'], ['003A', '003B', '00QA']]);
  expect(meant.match.searched).toBe("Looked. Of those that are equally good, Anna Sato's own is meant, who has the call (AC-17).");
});
test('who dialled has an outbound call', () =>
  expect(ids(withMeant(aToldCall({ direction: 'outbound', dialledBy: anna, answeredBy: ben }), inputs()))[0]).toEqual(['003C']));
test('owned by nobody of the call: the one changed last, also for who is no user of the CRM and where nobody took it', () => {
  for (const call of [aToldCall({ answeredBy: ben }), anUnansweredCall()]) {
    const meant = withMeant(call, inputs());
    expect(ids(meant)).toEqual([['003A'], ['003B', '003C', '00QA']]);
    expect(meant.match.searched).toContain('the one changed last is meant');
  }
});
test('an own record further down, which something else tells apart, is not meant', () => {
  const further = inputs({ match: { ...match, tied: 2 } });
  expect(ids(withMeant(aToldCall({ answeredBy: anna }), further))[0]).toEqual(['003A']);
});
test('of two that are equally good the second is meant if it is the own one', () => {
  const two = inputs({ match: { ...match, others: [candidate('003B', '005A')], tied: 2 } });
  expect(ids(withMeant(aToldCall({ answeredBy: anna }), two))).toEqual([['003B'], ['003A']]);
});
test('a user who owns none of them is named by nothing', () => {
  const others = inputs({ match: { ...match, others: [candidate('003B', '005B')], tied: 2 } });
  const { match: meant } = withMeant(aToldCall({ answeredBy: anna }), others);
  expect(meant).toEqual({
    ...match,
    others: [candidate('003B', '005B')],
    tied: 2,
    searched: 'Looked. None of those that are equally good is owned by whoever has the call: the one changed last is meant (AC-17).',
  });
});
test('records that are all of the call, with no others, are told apart as well', () => {
  const { others: _others, tied: _tied, ...alone } = { ...match, candidates: [candidate('003A', '005X'), candidate('003C', '005A')] };
  expect(ids(withMeant(aToldCall({ answeredBy: anna }), inputs({ match: alone })))).toEqual([['003C'], ['003A']]);
  const { by: _by, ...plain } = alone;
  const given = inputs({ match: plain });
  expect(withMeant(aToldCall({ answeredBy: anna }), given)).toBe(given);
});
test('one that nobody is equally good as is meant, whoever has the call', () => {
  const { others: _others, tied: _tied, ...one } = match;
  for (const only of [one, { ...match, others: [] }, { ...match, tied: 1 }]) {
    const given = inputs({ match: only });
    expect(withMeant(aToldCall({ answeredBy: anna }), given)).toBe(given);
  }
});
test('another tie-break, or nobody equally good, leaves all as it is', () => {
  for (const { by: _by, tied: _tied, ...other } of [match, { ...match, others: [] }]) {
    const given = inputs({ match: other });
    expect(withMeant(aToldCall({ answeredBy: anna }), given)).toBe(given);
  }
  const asked = inputs({ match: { ...match, by: 'ask' } });
  expect(withMeant(aToldCall({ answeredBy: anna }), asked)).toBe(asked);
  expect(mayBeMeant(asked.match)).toEqual(asked.match.candidates);
});
