import { describe, expect, test } from 'vitest';
import type { Call } from '../call/call.ts';
import type { CallId, Instant, PhoneNumber } from '../call/event.ts';
import { anna, anOutboundCall, anUnansweredCall, aToldCall, noon } from '../testing/a-told-call.ts';
import { disagreement, type Facts, factsOf, talkedAt, undoneBy } from './facts.ts';
import { defaultPolicy, type Policy } from './policy.ts';

const factsFor = (call: Call, policy: Partial<Policy> = {}, hours: Facts['hours'] = 'not asked') =>
  factsOf(call, { policy: { ...defaultPolicy('en'), ...policy }, policyVersion: 3 }, hours);
const logging = defaultPolicy('en').logging;
const usual: Facts = {
  partOf: 'nothing',
  phase: 'ended',
  integration: 'on',
  type: 'inbound-answered',
  hours: 'not asked',
  setting: 'completed',
  record: 'not chosen',
  memo: 'none',
  callBack: 'not looked for',
  undone: 'no',
  moment: 'not reached',
};

describe('what the rules look at', () => {
  const linked = { kind: 'Contact', id: '003A' };
  const memos = [{ at: noon, text: 'Bread', by: { user: '005A', name: 'Anna' } }];
  test.each([
    ['an answered call', aToldCall(), {}],
    ['a part', aToldCall({ partOf: 'c-40' as CallId }), { partOf: 'another call' }],
    ['one that goes on', aToldCall({ phase: 'talking' }), { phase: 'live' }],
    ['colleagues', aToldCall({ type: 'internal' }), { type: 'internal', setting: 'skip' }],
    ['one of unknown direction', anUnansweredCall({ type: undefined }), { type: 'unknown', setting: 'open' }],
    ['a person chose who it is about', aToldCall({ linked: { who: linked } }), { record: 'chosen by a person' }],
    ['a person chose what it is about', aToldCall({ linked: { what: linked } }), { record: 'chosen by a person' }],
    ['a person took the link off', aToldCall({ linked: { by: anna } }), {}],
    ['an agent saved a memo', aToldCall({ noted: { memos } }), { memo: 'saved by an agent' }],
    ['a person took it back', aToldCall({ undone: [{ policyVersion: 3, by: 'Olga' }] }), { undone: 'by a person' }],
    ['a person took another version’s back', aToldCall({ undone: [{ policyVersion: 2, by: 'Olga' }] }), {}],
  ] satisfies [string, Call, Partial<Facts>][])('%s', (_what, call, changed) => expect(factsFor(call)).toEqual({ ...usual, ...changed }));
  test('switched off', () => expect(factsFor(aToldCall(), { enabled: false })).toEqual({ ...usual, integration: 'off' }));
  test('what is out of hours isn’t logged, closes nothing and is at no moment', () => {
    const policy = { closeWhenCalledBack: true, moment: 'ring' } as const;
    expect(factsFor(aToldCall(), policy, 'in hours')).toEqual({ ...usual, hours: 'in hours' });
    const missed = anUnansweredCall({ calledBack: { at: noon, by: 'b-7' as CallId } });
    expect(factsFor(missed, policy, 'in hours')).toMatchObject({ setting: 'open', callBack: 'answered since' });
    expect(factsFor(missed, policy, 'out of hours')).toEqual({ ...usual, type: 'missed', hours: 'out of hours', setting: 'skip' });
    const rings = anUnansweredCall({ phase: 'ringing', type: undefined });
    expect([factsFor(rings, policy, 'in hours').moment, factsFor(rings, policy, 'out of hours').moment]).toEqual([
      'reached',
      'not reached',
    ]);
  });

  test('the first that isn’t as a rule needs it', () => {
    expect(disagreement({ when: { phase: 'ended', type: 'missed', setting: 'skip' } }, usual)).toEqual({
      ...{ fact: 'type', wanted: 'missed', held: 'inbound-answered' },
    });
    expect(disagreement({ when: { phase: 'ended' } }, usual)).toBeUndefined();
    expect(disagreement({ when: {} }, usual)).toBeUndefined();
  });
  test('W9: who took back what a version wrote', () => {
    const undone = [
      { policyVersion: 2, by: 'Olga' },
      { policyVersion: 3, by: 'Petra' },
    ];
    expect([2, 3, 4].map((version) => undoneBy(aToldCall({ undone }), version)?.by)).toEqual(['Olga', 'Petra', undefined]);
  });
});

describe('D4: which open logs a later talk closes', () => {
  const since = { calledBack: { at: noon, by: 'b-7' as CallId } };
  const allOpen = Object.fromEntries(Object.keys(logging).map((type) => [type, 'open'])) as Policy['logging'];
  const asked = { closeWhenCalledBack: true, logging: allOpen } as const;
  const inVain = { type: 'outbound-unanswered', direction: 'outbound' } as const;
  test.each([
    ['a missed call', anUnansweredCall(since), asked, 'answered since'],
    ['a voicemail', anUnansweredCall({ ...since, type: 'voicemail' }), asked, 'answered since'],
    ['one we made in vain', anUnansweredCall({ ...since, ...inVain }), asked, 'answered since'],
    ['one of unknown direction', anUnansweredCall({ ...since, type: undefined }), asked, 'answered since'],
    ['none came yet', anUnansweredCall(), asked, 'none yet'],
    ['not an answered one', aToldCall(since), asked, 'not looked for'],
    ['not one among colleagues', aToldCall({ ...since, type: 'internal' }), asked, 'not looked for'],
    ['not one that goes on', anUnansweredCall({ ...since, phase: 'ringing' }), asked, 'not looked for'],
    ['not a part', anUnansweredCall({ ...since, partOf: 'c-40' as CallId }), asked, 'not looked for'],
    ['not without a number', anUnansweredCall({ ...since, customer: { withheld: true } }), asked, 'not looked for'],
    ['not what is completed', anUnansweredCall({ ...since, ...inVain }), { ...asked, logging }, 'not looked for'],
    ['not unless asked', anUnansweredCall(since), { logging: allOpen }, 'not looked for'],
  ] satisfies [string, Call, Partial<Policy>, string][])('%s', (_what, call, policy, expected) =>
    expect(factsFor(call, policy).callBack).toBe(expected),
  );

  const answeredAt = (noon + 12_000) as Instant;
  test.each([
    ['a call we took', aToldCall(), answeredAt],
    ['a call we made', anOutboundCall(), answeredAt],
    ['not among colleagues', aToldCall({ type: 'internal' }), undefined],
    ['not in vain', anUnansweredCall({ answeredAt }), undefined],
    ['not while it goes on', aToldCall({ phase: 'talking' }), undefined],
    ['not in a part', aToldCall({ partOf: 'c-40' as CallId }), undefined],
    ['not with nobody’s number', aToldCall({ customer: { withheld: true } }), undefined],
  ] satisfies [string, Call, Instant | undefined][])('when somebody talked with the number: %s', (_what, call, expected) =>
    expect(talkedAt(call)).toBe(expected),
  );
});

describe('MT-14: when a call that goes on may have its log', () => {
  const going = { type: undefined, endedAt: undefined } as const;
  const calls = {
    'rings us': anUnansweredCall({ ...going, phase: 'ringing' }),
    'is answered by us': aToldCall({ ...going, phase: 'talking' }),
    'rings them': anUnansweredCall({ ...going, phase: 'ringing', direction: 'outbound' }),
    'is answered by them': anOutboundCall({ ...going, phase: 'talking' }),
  };
  const reached = (policy: Partial<Policy>) =>
    Object.entries(calls).flatMap(([what, call]) => (factsFor(call, policy).moment === 'reached' ? [what] : []));
  test.each([
    ['ring', ['rings us', 'is answered by us', 'rings them', 'is answered by them']],
    ['answer', ['is answered by us', 'is answered by them']],
    ['end', []],
  ] as const)('at %s', (moment, expected) => expect(reached({ moment })).toEqual(expected));
  test.each([
    ['missed', 'rings us'],
    ['inbound-answered', 'is answered by us'],
    ['outbound-unanswered', 'rings them'],
    ['outbound-answered', 'is answered by them'],
    ['voicemail', undefined],
  ] as const)('where calls of type %s aren’t logged, not one that %s', (type, what) =>
    expect(reached({ moment: 'ring', logging: { ...logging, [type]: 'skip' } })).toEqual(Object.keys(calls).filter((one) => one !== what)),
  );
  test.each([
    ['one that has ended', { phase: 'ended' }],
    ['one whose type is known', { type: 'internal' }],
    ['one of unknown direction', { direction: undefined }],
  ] satisfies [string, Partial<Call>][])('not %s', (_what, changes) => {
    const call = { ...calls['rings us'], ...changes, customer: { number: '+4811' as PhoneNumber } };
    expect(factsFor(call, { moment: 'ring' }).moment).toBe('not reached');
  });
});
