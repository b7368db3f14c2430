import { describe, expect, test } from 'vitest';
import { type Match, matchCall, nobodyKnown } from '../match/match.ts';
import { noMatters } from '../match/matters.ts';
import { anAgent, anna, aToldCall, ben, noon } from '../testing/a-told-call.ts';
import { hostileKeys } from '../testing/hostile.ts';
import { agentsOf, isSame, personOf, pinInputs, type Inputs } from './pin.ts';
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

describe('D1: what a changed fact names is replaced, and nothing else', () => {
  const user = (id: string) => ({ crmUserId: id, zone: 'UTC', name: `User ${id}` });
  const meaning = (id: string, more: Partial<Match> = {}): Match => ({
    candidates: [{ record: { kind: 'contact', id }, as: 'who', because: `It is ${id}.` }],
    searched: `Found ${id}.`,
    ...more,
  });
  const found = (id: string) => ({ kind: 'case', id, name: id, closed: false, modifiedAtMs: 1 }) as const;
  const then: Inputs = {
    policyVersion: 1,
    policy: defaultPolicy('en'),
    people: { anna: user('005A') },
    teams: { anna: 'Sales' },
    fallbackOwner: user('005F'),
    named: { '005N': user('005N'), '005O': null },
    queues: { '00GN': 'Then', '00GO': null },
    leftOut: ['cleo'],
    phones: { '11': anna, '12': null },
    match: meaning('003T'),
    matters: { ...noMatters, open: [found('500T')], accounts: { '003T': '001T' } },
    number: '+4811',
    pointed: ['001T'],
    clockOffsetMs: 5000,
  };
  const now: Inputs = {
    policyVersion: 2,
    policy: defaultPolicy('ja'),
    people: { anna: user('005X'), ben: user('005B'), zoe: user('005C') },
    teams: { anna: 'Support', ben: 'Field', zoe: 'Board' },
    fallbackOwner: null,
    named: { '005N': null, '005P': user('005P') },
    queues: { '00GN': 'Now', '00GP': 'New' },
    leftOut: ['ben', 'anna', 'cleo'],
    phones: { '11': null, '13': ben },
    match: meaning('003N'),
    matters: { ...noMatters, open: [found('500N')] },
    number: '+4811',
    pointed: ['001T'],
    clockOffsetMs: 0,
  };
  const call = aToldCall({ answeredBy: anna, lastWith: ben });
  const joined: Inputs = {
    ...then,
    people: { anna: user('005A'), ben: user('005B') },
    teams: { anna: 'Sales', ben: 'Field' },
    named: { '005N': user('005N'), '005O': null, '005P': user('005P') },
    queues: { '00GN': 'Then', '00GO': null, '00GP': 'New' },
    leftOut: ['cleo', 'ben'],
    phones: { '11': anna, '12': null, '13': ben },
  };
  const anew: Inputs = {
    ...joined,
    named: { '005N': null, '005O': null, '005P': user('005P') },
    queues: { '00GN': 'Now', '00GO': null, '00GP': 'New' },
    match: meaning('003N'),
    matters: { ...noMatters, open: [found('500N')], accounts: { '003T': '001T' } },
  };
  const linked = { who: { kind: 'Contact', id: '003N' } };
  const keyed = (looked: string) => ({ ...noMatters, code: { looked } });
  const stranger = { stranger: true } as const;

  test('told again: who is new joins', () => expect(pinInputs(then, now, call)).toStrictEqual(joined));
  test('and again: nothing is new any more', () => expect(pinInputs(joined, now, call)).toStrictEqual(joined));
  test('a person chose the record', () => expect(pinInputs(then, now, { ...call, linked })).toStrictEqual(anew));
  test('it was found while the book was being read', () =>
    expect(pinInputs({ ...then, match: meaning('003T', { unsure: true }) }, now, call)).toStrictEqual(anew));
  test('another number is told', () =>
    expect(pinInputs(then, { ...now, number: '+4822' }, call)).toStrictEqual({ ...anew, number: '+4822' }));
  test('a number is told at last', () => expect(pinInputs({ ...then, number: null }, now, call)).toStrictEqual(anew));
  test('of a former release: which number was looked for isn’t known', () => {
    const { number: _, ...former } = then;
    const { number: __, ...kept } = joined;
    expect(pinInputs(former, now, call)).toStrictEqual(kept);
  });
  test.each([
    ['another record', ['001N'], ['001N']],
    ['one more', ['001T', '001N'], ['001T', '001N']],
    ['none any more', undefined, []],
  ])('%s is pointed at', (_what, pointed, expected) => {
    const { pointed: _, ...rest } = now;
    expect(pinInputs(then, { ...rest, ...(pointed && { pointed }) }, call)).toStrictEqual({ ...anew, pointed: expected });
  });
  test('a record is pointed at, and none was before', () => {
    const { pointed: _, ...before } = then;
    expect(pinInputs(before, now, call)).toStrictEqual(anew);
    const { pointed: __, ...none } = now;
    const { pointed: ___, ...stays } = anew;
    expect(pinInputs(before, none, { ...call, linked })).toStrictEqual(stays);
  });
  test('another case is keyed in', () => {
    const matters = keyed('00001026');
    const replaced = { ...anew, matters: { ...matters, accounts: { '003T': '001T' } } };
    expect(pinInputs(then, { ...now, matters }, call)).toStrictEqual(replaced);
    expect(pinInputs({ ...then, matters: keyed('00001027') }, { ...now, matters }, call)).toStrictEqual({ ...anew, matters });
    expect(pinInputs({ ...then, matters }, { ...now, matters }, call)).toStrictEqual({ ...joined, matters });
  });
  test('cases weren’t asked for, then or now', () => {
    const { matters: _, ...before } = then;
    const { matters: __, ...unasked } = now;
    const { matters: ___, ...kept } = joined;
    expect(pinInputs(then, unasked, call)).toStrictEqual(joined);
    expect(pinInputs(before, now, call)).toStrictEqual(kept);
    expect(pinInputs(before, { ...now, matters: keyed('00001026') }, call)).toStrictEqual({ ...anew, matters: keyed('00001026') });
    expect(pinInputs(then, unasked, { ...call, linked })).toStrictEqual({ ...anew, matters: then.matters });
  });
  test.each([
    ['a record is there by now', stranger, {}, true],
    ['what was meant is gone, and nobody else has the number', {}, stranger, true],
    ['what was meant is gone, and another has the number', {}, {}, true],
    ['nobody has it still', stranger, stranger, false],
  ])('P3: a record for the number is wanted: %s', (_what, before, after, isAnew) => {
    const [pinned, today] = [meaning('003T', before), meaning('003N', after)];
    const pin = (reopens: boolean) => pinInputs({ ...then, match: pinned }, { ...now, match: today }, call, reopens);
    expect(pin(true)).toStrictEqual(isAnew ? { ...anew, match: today } : { ...joined, match: pinned });
    expect(pin(false)).toStrictEqual({ ...joined, match: pinned });
  });
  test('the case that another call was making may be there by now', () =>
    expect(pinInputs(then, now, call, false, true)).toStrictEqual({ ...joined, matters: anew.matters }));
  test('chosen already, it stays what it was about', () => {
    const chosen = meaning('003N');
    expect(pinInputs({ ...then, match: chosen }, now, { ...call, linked })).toStrictEqual({ ...anew, matters: then.matters });
    const { matters: _, ...unasked } = then;
    expect(pinInputs({ ...unasked, match: chosen }, now, { ...call, linked })).toStrictEqual({ ...anew, matters: now.matters });
    const unsure = meaning('003N', { unsure: true });
    expect(pinInputs({ ...then, match: unsure }, now, call)).toStrictEqual(anew);
  });

  test('D1: a log that was written while the call went on is decided anew at its end; who was known stays known', () => {
    const live: Inputs = { ...then, live: true };
    const { live: _, ...ended } = { ...live, ...now };
    expect(pinInputs(live, now, call)).toStrictEqual({
      ...ended,
      people: { anna: user('005X'), ben: user('005B') },
      teams: { anna: 'Support', ben: 'Field' },
      named: { '005N': null, '005O': null, '005P': user('005P') },
    });
    expect(pinInputs(live, now, { ...call, phase: 'talking' })).toStrictEqual({ ...joined, live: true });
    expect(pinInputs({ ...live, people: { zoe: boss } }, now, call).people).toStrictEqual({
      ...joined.people,
      anna: user('005X'),
      zoe: boss,
    });
  });
  test('what isn’t known today is left as it was', () => {
    const { teams: _, queues: __, leftOut: ___, phones: ____, ...rest } = now;
    const { teams, queues, leftOut, phones } = then;
    expect(pinInputs(then, rest, call)).toStrictEqual({ ...joined, teams, queues, leftOut, phones });
    expect(Object.keys(pinInputs({ ...then, live: true }, rest, call))).not.toContain('teams');
    expect(Object.keys(pinInputs(undefined, rest, call))).not.toContain('teams');
    expect(pinInputs(undefined, now, call)).toStrictEqual({
      ...now,
      people: { anna: user('005X'), ben: user('005B') },
      teams: { anna: 'Support', ben: 'Field' },
    });
  });
  test('what wasn’t known then joins, but for phones, which a former release knew nothing of', () => {
    const { teams: _, queues: __, leftOut: ___, phones: ____, ...rest } = then;
    const { phones: _____, ...kept } = joined;
    expect(pinInputs(rest, now, call)).toStrictEqual({
      ...kept,
      teams: { anna: 'Support', ben: 'Field' },
      queues: { '00GN': 'Now', '00GP': 'New' },
      leftOut: ['ben', 'cleo'],
    });
  });
});

test.each([
  [true, undefined, undefined],
  [true, undefined, []],
  [true, ['a', 'b'], ['a', 'b']],
  [false, ['a', 'b'], ['b', 'a']],
  [false, ['a', 'b'], ['a', 'c']],
  [false, ['a'], ['a', 'b']],
  [false, ['a', 'b'], ['a']],
  [false, undefined, ['a']],
])('the same records are pointed at: %s of %j and %j', (expected, a, b) => expect(isSame(a, b)).toBe(expected));

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
test('every agent that a call names, wherever it does', () => {
  const call = aToldCall({
    answeredBy: anAgent('a'),
    lastWith: anAgent('b'),
    dialledBy: anAgent('c'),
    linked: { by: anAgent('d') },
    people: [
      { endpoint: 'SIP/e', agent: anAgent('e'), ringSeconds: 1, talkSeconds: 0, holdSeconds: 0, answered: false },
      { endpoint: 'SIP/x', ringSeconds: 1, talkSeconds: 0, holdSeconds: 0, answered: false },
    ],
    transfers: [
      { at: noon, from: anAgent('f'), to: { asDialled: '12', agent: anAgent('g') }, how: 'blind' },
      { at: noon, from: anAgent('f'), to: { asDialled: '13' }, how: 'blind' },
    ],
    comments: [
      { at: noon, text: 'hi', agent: anAgent('h') },
      { at: noon, text: 'ho' },
    ],
    messages: [
      { id: 'm1', at: noon, direction: 'outbound', agent: anAgent('i') },
      { id: 'm2', at: noon, direction: 'inbound' },
    ],
  });
  expect(
    agentsOf(call)
      .map(({ id }) => id)
      .join(' '),
  ).toBe('a b c d e f g h i');
});
