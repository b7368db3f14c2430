import { describe, expect, test } from 'vitest';
import type { Call } from '../call/call.ts';
import type { AgentId, CallEvent, CallId, Instant } from '../call/event.ts';
import { matchCall, nobodyKnown } from '../match/match.ts';
import { type KnownMatters, type Matter, noMatters } from '../match/matters.ts';
import { aToldCall, noon } from '../testing/a-told-call.ts';
import { decide, explainStep } from './decide.ts';
import { messageDay, zoneOfMessages } from './message-day.ts';
import type { Inputs } from './pin.ts';
import { defaultPolicy, type Policy } from './policy.ts';
import { retract } from './retract.ts';
import { languages, words } from './words.ts';

const anna = { id: 'anna' as AgentId, name: 'Anna Sato' };
const one = { id: 'm1', at: noon, direction: 'inbound', text: 'Hello' } as const;
const two = { id: 'm2', at: (noon + 60_000) as Instant, direction: 'outbound', agent: anna, text: 'Hi' } as const;
const day = (changes: Partial<Call> = {}) =>
  aToldCall({
    type: undefined,
    answeredAt: undefined,
    answeredBy: undefined,
    lastWith: undefined,
    people: [],
    messages: [one, two],
    ...changes,
  });
const inputs = (call: Call, policy: Partial<Policy> = {}): Inputs => ({
  ...{ policyVersion: 7, people: {}, fallbackOwner: null, named: {}, clockOffsetMs: 0 },
  policy: { ...defaultPolicy('en'), ...policy },
  match: matchCall(call, nobodyKnown, defaultPolicy('en').match),
});
const deciding = (call: Call, policy: Partial<Policy> = {}) => decide(call, inputs(call, policy), { recordingLinks: {}, settled: true });
const notAtAll = { messages: { log: 'not at all', create: 'nothing' } } as const;
const firedOf = ({ trace }: ReturnType<typeof deciding>) => trace.find((step) => 'fired' in step)?.rule;

describe('AC-38: what is wanted of a conversation’s day', () => {
  test('one log of all, or one of each under its own name', () => {
    expect(deciding(day()).wants).toMatchObject([{ role: 'log', qualifier: '', record: { about: 'message', status: 'completed' } }]);
    const each = deciding(day(), { messages: { log: 'per message', create: 'nothing' } }).wants;
    expect(each.map(({ qualifier, record }) => [qualifier, record.subject])).toEqual([
      ['m1', 'Cordboard message received - Hanako Tanaka'],
      ['m2', 'Cordboard message sent - Hanako Tanaka'],
    ]);
  });
  test('part of another, taken back, or not to be logged: none, and why', () => {
    expect(deciding(day({ partOf: 'c-40' as CallId })).verdict).toEqual({ is: 'part-of', call: 'c-40' });
    expect(deciding(day({ undone: [{ policyVersion: 7, by: 'Olga' }] })).verdict).toMatchObject({
      is: 'skipped',
      because: 'undone by Olga: policy version 7',
    });
    expect(deciding(day(), notAtAll).verdict).toMatchObject({ is: 'skipped', rule: 'messages' });
    expect(deciding(day(), notAtAll).wants).toEqual([]);
  });
  test('DP-05: off, for the company or for their line, they are kept, also what somebody chose, and nobody is made', () => {
    const makes = { messages: { log: 'per message', create: 'lead' } } as const;
    const stranger = (policy: Partial<Policy>) => {
      const call = day({ linked: { who: { kind: 'Contact', id: '003' } } });
      const given = inputs(call, { ...makes, ...policy });
      return decide(call, { ...given, match: { ...given.match, stranger: true } }, { recordingLinks: {}, settled: true });
    };
    const off = stranger({ enabled: false });
    expect(off).toMatchObject({ wants: [], verdict: { is: 'skipped', rule: 'switched off', because: 'The integration is off (DP-05).' } });
    expect([off.person, stranger({}).wants.length]).toEqual([undefined, 2]);
    const line = day().line!.id;
    expect(stranger({ lines: { [line]: { enabled: false } } }).verdict).toMatchObject({
      because: `The integration is off for line ${line} (DP-05).`,
    });
  });
  test('AC-12: it hangs on what its contact has open, as calls do, and nothing is made for a message', () => {
    const ticket: Matter = { kind: 'case', id: '500A', name: '00001026', contactId: '003A', closed: false, modifiedAtMs: 10 };
    const decided = (matters: Partial<KnownMatters>) => {
      const { cases } = defaultPolicy('en');
      const given = inputs(day(), { cases: { ...cases, attach: 'case', create: 'always', createFor: 'anybody', moment: 'ring' } });
      const match = { candidates: [{ record: { kind: 'contact', id: '003A' }, as: 'who' as const, because: 'The book.' }], searched: '' };
      const known = { ...noMatters, is: { case: 'read', opportunity: 'read' }, ...matters } as const;
      return decide(day(), { ...given, match, matters: known }, { recordingLinks: {}, settled: true });
    };
    const attached = decided({ open: [ticket] });
    expect(attached.wants).toMatchObject([{ record: { who: { id: '003A' }, what: { id: '500A' } } }]);
    expect([attached.matters, decided({}).matters, decided({}).wants[0]?.record.what]).toEqual([[], [], undefined]);
  });
  test('what a person links, or saves a memo for, is logged all the same, with title and memo', () => {
    const noted = { subject: 'Bread', memos: [{ at: noon, text: 'Twice a week', by: { user: '005a', name: 'Anna' } }] };
    expect(firedOf(deciding(day({ linked: { who: { kind: 'Contact', id: '003' } } }), notAtAll))).toBe('a person chose the record');
    const saved = deciding(day({ noted }), notAtAll);
    expect(firedOf(saved)).toBe('an agent saved a memo');
    expect(saved.wants).toMatchObject([{ record: { subject: 'Bread', memo: 'Twice a week' } }]);
    const each = deciding(day({ noted }), { messages: { log: 'per message', create: 'nothing' } }).wants;
    expect(each.map(({ record }) => record.memo)).toEqual(['Twice a week', '']);
  });
  test('every rule is in the trace once, and reads as a sentence', () => {
    for (const { trace } of [deciding(day()), deciding(day(), notAtAll), deciding(day({ partOf: 'x' as CallId }))]) {
      expect(new Set(trace.map(({ rule }) => rule)).size).toBe(6);
      expect(trace.filter((step) => 'fired' in step)).toHaveLength(1);
      for (const step of trace) expect(explainStep(step)).toMatch(/\.$/);
    }
  });
  test('a log that is no longer wanted says so in the words of messages, in each language', () => {
    for (const language of languages) {
      const decided = deciding(day(), notAtAll);
      const answer = retract('log', { sent: true, open: false, touchedByHuman: false }, { ...decided, language });
      const say = words[language];
      expect(answer).toEqual({ markSuperseded: [`${say.superseded}${say.colon}${say.messages.notLogged}`] });
    }
  });
});

describe('the day of a line', () => {
  const policy = { ...defaultPolicy('en'), zone: 'Europe/Warsaw' };
  const told = (at: string, zone?: string) =>
    ({ callId: 'x', at: Date.parse(at), line: { id: 'sales', ...(zone !== undefined && { zone }) } }) as Extract<
      CallEvent,
      { type: 'message' }
    >;
  test.each([
    ['2026-03-02T22:59:59Z', undefined, 0, 'messages 2026-03-02 x'],
    ['2026-03-02T23:00:00Z', undefined, 0, 'messages 2026-03-03 x'],
    ['2026-03-02T23:00:00Z', undefined, -1_999, 'messages 2026-03-03 x'],
    ['2026-03-02T23:00:00Z', undefined, -2_000, 'messages 2026-03-02 x'],
    ['2026-03-02T23:00:00Z', 'America/New_York', 0, 'messages 2026-03-02 x'],
    ['2026-03-02T15:00:00Z', 'Asia/Tokyo', 0, 'messages 2026-03-03 x'],
    ['2026-03-02T23:30:00Z', 'No/Where', 0, 'messages 2026-03-03 x'],
  ])('%s in %s, with a clock %i ms off: %s', (at, zone, offsetMs, day) => {
    expect(messageDay(told(at, zone), offsetMs, policy)).toBe(day);
  });
  test('a line of the policy may have a zone of its own', () => {
    const lines = { sales: { zone: 'Asia/Tokyo' } };
    expect([zoneOfMessages({ id: 'sales' }, { ...policy, lines }), zoneOfMessages(undefined, { ...policy, lines })]).toEqual([
      'Asia/Tokyo',
      'Europe/Warsaw',
    ]);
  });
});
