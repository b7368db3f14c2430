import { describe, expect, test } from 'vitest';
import { aCall, aMondayMorning } from '../testing/a-call.ts';
import type { CallEvent, CallFact, CallId, Instant, Saver } from './event.ts';
import { foldCall } from './fold.ts';

const [anna, ben]: readonly Saver[] = [
  { user: '005a', name: 'Anna' },
  { user: '005b', name: 'Ben' },
];
type Noted = Omit<Extract<CallFact, { type: 'noted' }>, 'type' | 'by' | 'key'>;
let at = 0;
const saves = (by: Saver | undefined, key: string, words: Noted): CallEvent => ({
  ...{ id: `${by!.user} ${key} ${++at}`, callId: 'c' as CallId, at: (aMondayMorning + at) as Instant, type: 'noted' },
  ...{ key, by: by!, ...words },
});
const call = aCall('c').inbound('+81312345678').rings('anna').answeredAfter(4).endsAfter(60);
const notedOf = (...facts: readonly CallEvent[]) => {
  const inOrder = foldCall('c' as CallId, [...call.events, ...facts]);
  expect(foldCall('c' as CallId, [...facts.toReversed(), ...facts, ...call.events])).toEqual(inOrder); // C1
  return inOrder?.noted;
};
const textsOf = (...facts: readonly CallEvent[]) => notedOf(...facts)?.memos.map(({ text }) => text);

describe('DP-47: a memo overwrites its author’s own', () => {
  test('nobody saved anything', () => expect(notedOf()).toBeUndefined());
  test('two forms of one agent both stand, the same form saved again stands once, where it was', () =>
    expect(textsOf(saves(anna, 'a', { memo: '1' }), saves(anna, 'b', { memo: '2' }), saves(anna, 'a', { memo: '3' }))).toEqual(['3', '2']));
  test('a whole one takes the place of all its author saved, and of nobody else’s', () =>
    expect(
      textsOf(
        saves(anna, 'a', { memo: '1' }),
        saves(ben, 'a', { memo: '2' }),
        saves(anna, 'b', { memo: '3' }),
        saves(anna, 'c', { memo: '4', whole: true }),
      ),
    ).toEqual(['2', '4']));
  test('an empty one takes it away; one that says nothing of it leaves it', () => {
    expect(textsOf(saves(anna, 'a', { memo: '1' }), saves(anna, 'a', { memo: '' }))).toEqual([]);
    expect(textsOf(saves(anna, 'a', { memo: '1' }), saves(anna, 'a', { subject: 'x' }))).toEqual(['1']);
  });
  test('the title last chosen counts, whoever chose it', () => {
    const told = notedOf(
      saves(anna, 'a', { subject: 'A' }),
      saves(ben, 'b', { subject: 'B' }),
      saves(anna, 'a', { memo: 'x', whole: true }),
    );
    expect(told).toStrictEqual({ subject: 'B', memos: [{ at: aMondayMorning + at, text: 'x', by: anna }] });
  });
  test('a memo saved again keeps the time of its first saving and tells who saved it last; without a title there is none', () => {
    const first = saves(anna, 'a', { memo: '1' });
    const later = saves({ ...anna!, name: 'Anna Sato' }, 'a', { memo: '2' });
    expect(notedOf(first, saves(ben, 'a', { memo: '' }), later)).toStrictEqual({
      memos: [{ at: first.at, text: '2', by: { user: '005a', name: 'Anna Sato' } }],
    });
  });
  test('a whole one that says nothing takes all away', () =>
    expect(notedOf(saves(anna, 'a', { memo: '1' }), saves(anna, 'b', { whole: true }))).toStrictEqual({ memos: [] }));
  test('what is saved is no news of the call: neither its end nor its silence moves', () => {
    const bare = foldCall('c' as CallId, call.events)!;
    const later = { ...saves(anna, 'a', { memo: 'x' }), at: (aMondayMorning + 9e6) as Instant };
    const noted = foldCall('c' as CallId, [...call.events, later])!;
    expect({ ...noted, noted: undefined }).toEqual(bare);
  });
});
