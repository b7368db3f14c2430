import { describe, expect, test } from 'vitest';
import type { Call } from '../call/call.ts';
import { defaultRules, matchCall, nobodyKnown } from '../match/match.ts';
import { anAgent, anOutboundCall, anUnansweredCall, aToldCall } from '../testing/a-told-call.ts';
import { decide } from './decide.ts';
import type { Inputs } from './pin.ts';
import { defaultPolicy, type FollowUpRules } from './policy.ts';

const annas = { crmUserId: '005A', zone: 'Asia/Tokyo', name: 'Anna Sato' };
const bens = { crmUserId: '005B', zone: 'Europe/Paris', name: 'Ben Roy' };
const seniors = { crmUserId: '005S', zone: 'Europe/Warsaw', name: 'Senior' };
type Given = { followUp?: Partial<FollowUpRules>; recordOwner?: string; named?: Inputs['named']; people?: Inputs['people'] };
const decided = (call: Call, { followUp, recordOwner, named, people }: Given = {}) => {
  const candidate = {
    record: { kind: 'lead', id: '00QX', name: 'Hanako' },
    as: 'who',
    ownerId: recordOwner,
    because: 'The book.',
  } as const;
  const { ownerId: _, ...ownerless } = candidate;
  const match = matchCall(call, nobodyKnown, defaultRules);
  return decide(
    call,
    {
      policyVersion: 1,
      policy: { ...defaultPolicy('en'), followUp: { ...defaultPolicy('en').followUp, ...followUp } },
      people: { anna: annas, ben: bens, ...people },
      fallbackOwner: { crmUserId: '005Z', zone: 'UTC', name: 'Integration' },
      match:
        recordOwner === undefined
          ? match
          : { ...match, candidates: [recordOwner === '' ? ownerless : { ...candidate, ownerId: recordOwner }] },
      named: { '005A': annas, '005B': bens, '005S': seniors, '00GQ': null, '005Gone': null, ...named },
      clockOffsetMs: 0,
    },
    { recordingLinks: {}, settled: true, link: 'https://cordboard.example/calls/c-41' },
  );
};
const roles = (call: Call, given?: Given) => decided(call, given).wants.map(({ role }) => role);
const owned = (call: Call, given?: Given) => decided(call, given).wants.map(({ role, record }) => [role, record.ownerId]);
const review = { followUp: { review: 'inbound' } } as const;

describe('RS-47…49: whose record it is looks at a call that a colleague had', () => {
  test('the log is the answerer’s, the review the owner’s', () =>
    expect(owned(aToldCall(), { ...review, recordOwner: '005B' })).toEqual([
      ['log', '005A'],
      ['review', '005B'],
    ]));
  test('the owner answered: nothing to look at', () => expect(roles(aToldCall(), { ...review, recordOwner: '005A' })).toEqual(['log']));
  test('nobody’s record', () => expect(roles(aToldCall(), review)).toEqual(['log']));
  test('a queue’s, or of somebody who left', () => {
    expect(roles(aToldCall(), { ...review, recordOwner: '00GQ' })).toEqual(['log']);
    expect(roles(aToldCall(), { ...review, recordOwner: '005Gone' })).toEqual(['log']);
  });
  test('RS-52: calls we make count only if the policy says so', () => {
    expect(roles(anOutboundCall(), { ...review, recordOwner: '005B' })).toEqual(['log']);
    expect(roles(anOutboundCall(), { followUp: { review: 'always' }, recordOwner: '005B' })).toEqual(['log', 'review']);
  });
  test('it is open, due after four hours in its owner’s zone, with a reminder, and leads to the call', () => {
    const [, toDo] = decided(aToldCall(), { ...review, recordOwner: '005B' }).wants;
    expect(toDo?.record).toMatchObject({
      about: 'to-do',
      status: 'open',
      who: { id: '00QX' },
      subject: 'Look at this call: Hanako talked with Anna Sato',
      dueDate: '2026-03-02',
      system: ['Customer: Hanako Tanaka, +81312345678', 'Line: Sales', 'Call: https://cordboard.example/calls/c-41'],
    });
    expect((toDo!.record.remindAtMs! - aToldCall().endedAt!) / 3_600_000).toBeCloseTo(4, 1);
  });
});

describe('RS-44, RS-50: a phone that is nobody’s answered', () => {
  const check = { followUp: { checkSetup: true, seniorManagerId: '005S' } };
  const { answeredBy: _, ...nobodys } = aToldCall();
  test('an endpoint without an agent', () =>
    expect(owned({ ...nobodys, answeredBy: undefined, lastWith: undefined }, check)).toContainEqual(['check-setup', '005S']));
  test('an agent who is no user of the CRM', () => {
    const zoe = anAgent('zoe');
    expect(owned(aToldCall({ answeredBy: zoe }), { ...check, people: { zoe: null } })).toContainEqual(['check-setup', '005S']);
  });
  test('an agent who hasn’t been looked up yet is no answer', () =>
    expect(roles(aToldCall({ answeredBy: anAgent('yet') }), check)).toEqual(['log']));
  test('not unless the policy says so', () => expect(roles({ ...nobodys, answeredBy: undefined }, {})).toEqual(['log']));
});

describe('RS-40…46: a call nobody took', () => {
  test('is its record’s owner’s', () => expect(owned(anUnansweredCall(), { recordOwner: '005B' })).toEqual([['log', '005B']]));
  test('else of whoever hands out what is nobody’s, a queue too', () => {
    expect(owned(anUnansweredCall(), { followUp: { seniorManagerId: '005S' } })).toEqual([['log', '005S']]);
    expect(owned(anUnansweredCall(), { followUp: { seniorManagerId: '00GQ' } })).toEqual([['log', '00GQ']]);
  });
  test('RS-46: an owner who left, or a queue, passes it on', () =>
    expect(owned(anUnansweredCall(), { recordOwner: '005Gone', followUp: { seniorManagerId: '005S' } })).toEqual([['log', '005S']]));
  test('else of the one who is connected', () => expect(owned(anUnansweredCall())).toEqual([['log', '005Z']]));
  test('not the record’s owner’s if the policy says so', () =>
    expect(owned(anUnansweredCall(), { recordOwner: '005B', followUp: { missedFor: 'default owner' } })).toEqual([['log', '005Z']]));
  test('has no other task: its log is the follow-up (D4)', () =>
    expect(roles(anUnansweredCall(), { followUp: { review: 'always', checkSetup: true }, recordOwner: '005B' })).toEqual(['log']));
  test('without a reminder if the policy says so', () =>
    expect(decided(anUnansweredCall(), { followUp: { reminder: false } }).wants[0]?.record.remindAtMs).toBe(undefined));
});

test('nobody talked, nobody is reviewed', () =>
  expect(roles(aToldCall({ type: 'internal' }), { ...review, recordOwner: '005B' })).toEqual([]));
