import { describe, expect, test } from 'vitest';
import { aCall, aMondayMorning } from '../testing/a-call.ts';
import { canonicalOrder } from './canonical-order.ts';
import type { CallId } from './event.ts';
import { familyOf } from './family.ts';

/** `b into a at 5`, after so many seconds; a consultation that became no more says so. */
type Joined = readonly [part: string, into: string, at: number, how?: 'consultation'];
const second = (at: number) => (at - aMondayMorning) / 1000;
/** `parts b c | b→a 5, c→b 7 | b 5, c 7`: what it is part of, its parts | all joins | when each part was reached. */
const familyIn = (id: string, joined: readonly Joined[]): string => {
  const facts = joined.flatMap(([part, into, at, how]) => {
    const story = aCall(part).at(at);
    return story.tells({ type: 'joined', into: into as CallId, ...(how && { consultation: true }) }, `${part} ${into} ${at}`).events;
  });
  const { partOf, parts, joins, reachedAt } = familyOf(id as CallId, canonicalOrder(facts));
  return [
    [partOf && `part of ${partOf}`, parts.length > 0 && `parts ${parts.join(' ')}`].filter(Boolean).join(', ') || 'alone',
    [...joins].map(([part, { into, at, consultation }]) => `${part}→${into} ${second(at)}${consultation ? ' asked' : ''}`).join(', '),
    [...reachedAt].map(([part, at]) => `${part} ${second(at)}`).join(', '),
  ].join(' | ');
};

describe('C2: how calls hang together, seen from a', () => {
  const table: readonly (readonly [title: string, words: string, ...joined: Joined[]])[] = [
    ['nothing joined', 'alone |  | '],
    ['a part', 'parts b | b→a 5 | b 5', ['b', 'a', 5]],
    ['what it is part of', 'part of b | a→b 5 | ', ['a', 'b', 5]],
    ['the end of the chain', 'part of c | b→c 3, a→b 5 | ', ['a', 'b', 5], ['b', 'c', 3]],
    ['others, joined among themselves', 'alone | c→b 5 | ', ['c', 'b', 5]],
    ['joined into itself', 'alone |  | ', ['a', 'a', 5]],
    ['parts in the order they were joined', 'parts c b | c→a 3, b→a 5 | c 3, b 5', ['b', 'a', 5], ['c', 'a', 3]],
    ['a part’s part, joined later', 'parts b c | b→a 5, c→b 7 | b 5, c 7', ['b', 'a', 5], ['c', 'b', 7]],
    ['a part’s part, joined before: reached with the part', 'parts c b | c→b 3, b→a 5 | b 5, c 5', ['b', 'a', 5], ['c', 'b', 3]],
    ['told again, the earlier time counts', 'parts b | b→a 5 | b 5', ['b', 'a', 5], ['b', 'a', 8]],
    ['told with another, the last counts', 'alone | b→c 8 | ', ['b', 'a', 5], ['b', 'c', 8]],
    [
      'told with another and again, it is the last in order',
      'parts c b | c→a 6, b→a 8 | c 6, b 8',
      ['b', 'z', 5],
      ['c', 'a', 6],
      ['b', 'a', 8],
    ],
    ['a consultation', 'parts b | b→a 5 asked | b 5', ['b', 'a', 5, 'consultation']],
    ['a consultation told again', 'parts b | b→a 5 asked | b 5', ['b', 'a', 5, 'consultation'], ['b', 'a', 8, 'consultation']],
    ['a consultation that became more, from then on', 'parts b | b→a 8 | b 8', ['b', 'a', 5, 'consultation'], ['b', 'a', 8]],
    ['what became more is no consultation again', 'parts b | b→a 5 | b 5', ['b', 'a', 5], ['b', 'a', 8, 'consultation']],
    ['nor one of another call', 'parts b | b→a 5 | b 5', ['b', 'a', 5], ['b', 'c', 8, 'consultation']],
    [
      'of consultations of two calls the last counts',
      'alone | b→c 8 asked | ',
      ['b', 'a', 5, 'consultation'],
      ['b', 'c', 8, 'consultation'],
    ],
    ['a consultation that became more with another', 'alone | b→c 8 | ', ['b', 'a', 5, 'consultation'], ['b', 'c', 8]],
    ['a circle, of which the smallest survives', 'parts b c | b→c 3, c→a 4 | c 4, b 4', ['a', 'b', 2], ['b', 'c', 3], ['c', 'a', 4]],
    ['a circle with a smaller one', 'part of A, parts b | b→a 3, a→A 4 | b 3', ['A', 'b', 2], ['b', 'a', 3], ['a', 'A', 4]],
    ['on the way into a circle', 'part of b | a→c 2, c→b 4 | ', ['a', 'c', 2], ['b', 'c', 3], ['c', 'b', 4]],
    [
      'with a smaller one on the way into a circle',
      'part of b, parts A | A→a 1, a→c 2, c→b 4 | A 1',
      ['A', 'a', 1],
      ['a', 'c', 2],
      ['b', 'c', 3],
      ['c', 'b', 4],
    ],
    ['a circle elsewhere', 'parts d | b→c 3, c→b 4, d→a 5 | d 5', ['b', 'c', 3], ['c', 'b', 4], ['d', 'a', 5]],
  ];
  test.each(table.map(([title, words, ...joined]) => [title, words, joined] as const))('%s', (_title, words, joined) =>
    expect(familyIn('a', joined)).toBe(words),
  );
  test('facts of another kind join nothing', () => {
    const facts = aCall('b').inbound('+81312345678').rings('anna').answeredAfter(4).endsAfter(6).events;
    expect(familyOf('a' as CallId, facts)).toEqual({ partOf: undefined, parts: [], joins: new Map(), reachedAt: new Map() });
  });
  test('a join says no more than it is', () =>
    expect([...familyOf('a' as CallId, aCall('b').joinedInto('a').events).joins.values()]).toStrictEqual([
      { into: 'a', at: aMondayMorning },
    ]));
});
