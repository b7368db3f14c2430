import { describe, expect, test } from 'vitest';
import { matchCall, nobodyKnown } from '../match/match.ts';
import { noMatters } from '../match/matters.ts';
import { anAgent, anna, aToldCall, ben, noon } from '../testing/a-told-call.ts';
import { hostileKeys } from '../testing/hostile.ts';
import { agentsOf, personOf, pinInputs, type Inputs } from './pin.ts';
import { defaultPolicy } from './policy.ts';

const annaInCrm = { crmUserId: '005A', zone: 'Asia/Tokyo', name: 'Anna Sato' };
const benInCrm = { crmUserId: '005B', zone: 'Europe/Warsaw', name: 'Ben Nowak' };
const boss = { crmUserId: '005C', zone: 'UTC', name: 'Boss' };
const monday: Inputs = {
  policyVersion: 1,
  policy: defaultPolicy('en'),
  people: { anna: annaInCrm, zoe: boss },
  fallbackOwner: boss,
  named: {},
  match: matchCall(aToldCall(), nobodyKnown, defaultPolicy('en').match),
  clockOffsetMs: 5000,
};
const tuesday: Inputs = {
  policyVersion: 2,
  policy: { ...defaultPolicy('ja'), zone: 'Asia/Tokyo' },
  people: { anna: { ...annaInCrm, crmUserId: '005Z' }, ben: benInCrm },
  fallbackOwner: null,
  named: {},
  match: { candidates: [{ record: { kind: 'Contact', id: '003X' }, as: 'who', because: 'The book says so.' }], searched: 'the book' },
  clockOffsetMs: 0,
};

describe('D1: the first decision that wants a record pins its inputs', () => {
  test('what is pinned are today’s inputs, and of the directory only the call’s people', () =>
    expect(pinInputs(undefined, monday, aToldCall())).toEqual({ ...monday, people: { anna: annaInCrm } }));

  const pinned = pinInputs(undefined, monday, aToldCall());
  test('a recording ten days late doesn’t rewrite history under new rules', () =>
    expect(pinInputs(pinned, tuesday, aToldCall({ recordings: [{ recordingId: 'r', url: 'https://pbx.example/r' }] }))).toEqual(pinned));
  test('an agent who joined later is added; those known stay as they were', () =>
    expect(
      pinInputs(pinned, tuesday, aToldCall({ transfers: [{ at: noon, from: anna, to: { asDialled: '12', agent: ben }, how: 'blind' }] })),
    ).toEqual({
      ...pinned,
      people: { anna: annaInCrm, ben: benInCrm },
    }));
  test('an agent known to have no user stays without, until today’s rules are applied', () => {
    const unmapped = pinInputs(undefined, { ...monday, people: { anna: null } }, aToldCall());
    expect(pinInputs(unmapped, tuesday, aToldCall()).people).toEqual({ anna: null });
    expect(pinInputs(undefined, tuesday, aToldCall()).people).toEqual({ anna: { ...annaInCrm, crmUserId: '005Z' } });
  });
  test('a person’s choice replaces the match and nothing else', () => {
    const call = aToldCall({ linked: { who: { kind: 'Contact', id: '003A' } } });
    expect(pinInputs(pinned, { ...tuesday, match: matchCall(call, nobodyKnown, defaultPolicy('en').match) }, call)).toEqual({
      ...pinned,
      named: {},
      match: matchCall(call, nobodyKnown, defaultPolicy('en').match),
    });
  });
  test('a link that was taken off takes the match with it', () => {
    const call = aToldCall({ linked: { by: anna } });
    const chosen = { ...pinned, match: tuesday.match };
    expect(
      pinInputs(chosen, { ...tuesday, match: matchCall(call, nobodyKnown, defaultPolicy('en').match) }, call).match.candidates,
    ).toEqual([]);
  });
  test('what was open when a record was meant stays what it was about, until another is meant or another case is keyed in', () => {
    const call = aToldCall({ linked: { who: { kind: 'Contact', id: '003X' } } });
    const ticket = { kind: 'case', id: '500A', name: '1', closed: false, modifiedAtMs: 1 } as const;
    const then = { ...pinned, match: tuesday.match, matters: { ...noMatters, open: [ticket] } };
    const today = { ...tuesday, matters: noMatters };
    const opened = (from: Inputs, now: Inputs, of = call, anew = false) => pinInputs(from, now, of, false, anew).matters?.open.length;
    expect(opened(then, today)).toBe(1); // told again, the same was chosen
    expect(opened(then, today, aToldCall())).toBe(1);
    expect(opened(then, { ...today, match: { candidates: [], searched: 'Nobody.' } })).toBe(0);
    expect(opened(then, today, call, true)).toBe(0);
    const keyed = { ...noMatters, code: { looked: '00001026' } };
    expect(opened(then, { ...today, matters: keyed }, aToldCall())).toBe(0);
  });
  test('“apply today’s rules” begins anew', () =>
    expect(pinInputs(undefined, tuesday, aToldCall())).toMatchObject({ policyVersion: 2, clockOffsetMs: 0 }));
  test('pinned inputs are the same after a night in the database', () => expect(JSON.parse(JSON.stringify(pinned))).toEqual(pinned));
});

test('S3: an agent with the id of a built-in property is nobody in particular', () => {
  for (const id of hostileKeys) expect(personOf(monday, anAgent(id))).toBeUndefined();
});
test('S3: an agent with such an id can be known all the same', () => {
  for (const id of hostileKeys) {
    const people = Object.fromEntries([[id, annaInCrm]]);
    const inputs = pinInputs(undefined, { ...monday, people }, aToldCall({ answeredBy: anAgent(id) }));
    expect(personOf(pinInputs(inputs, monday, aToldCall()), anAgent(id))).toEqual(annaInCrm);
  }
});
test('agents are named once, in the order they matter', () =>
  expect(agentsOf(aToldCall({ lastWith: ben, comments: [{ at: noon, text: 'hi', agent: anna }] })).map(({ id }) => id)).toEqual([
    'anna',
    'ben',
  ]));
