import { describe, expect, test } from 'vitest';
import type { Call } from '../call/call.ts';
import type { AgentId, CallEvent, CallId, Instant, PhoneNumber } from '../call/event.ts';
import { type MadePerson, matchCall, nobodyKnown } from '../match/match.ts';
import { type KnownMatters, type Matter, noMatters } from '../match/matters.ts';
import { aToldCall, noon } from '../testing/a-told-call.ts';
import { decide, type DecideFacts, explainStep } from './decide.ts';
import { messageDay, zoneOfMessages } from './message-day.ts';
import type { Inputs } from './pin.ts';
import { defaultPolicy, parsePolicy, type Policy } from './policy.ts';
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

describe('the whole decision', () => {
  const policy = (log: Policy['messages']['log']): Partial<Policy> => ({
    messages: { log, create: 'lead' },
    hours: {
      ...defaultPolicy('en').hours,
      ...{ calendar: 'office', messages: 'in hours' },
      calendars: { office: { week: { monday: ['21:00-21:01'] }, holidays: [], exceptions: [] } },
    },
    lines: { sales: { zone: 'Asia/Tokyo' } },
  });
  const decided = (call: Call, log: Policy['messages']['log'] = 'per conversation and day', known: Partial<DecideFacts> = {}) => {
    const given = inputs(call, policy(log));
    return decide(
      call,
      { ...given, match: { candidates: [], searched: 'The book.', stranger: true } },
      { recordingLinks: {}, settled: true, ...known },
    );
  };
  const facts = {
    ...{ partOf: 'nothing', phase: 'ended', integration: 'on', type: 'messages', hours: 'in hours', setting: 'completed' },
    ...{ record: 'not chosen', memo: 'none', callBack: 'not looked for', undone: 'no', moment: 'not reached' },
  };
  const provenance = [{ path: ['zone'], level: 'line', name: 'sales' }];
  test('what came in hours is logged, and a stranger is made a lead; every rule says why not', () => {
    const { wants, person, situation, ...rest } = decided(day());
    expect([wants.map(({ record: _, ...want }) => want), person?.generation, person?.record.kind]).toEqual([
      [{ role: 'log', qualifier: '', rule: 'messages', awaitsPerson: true }],
      1,
      'lead',
    ]);
    expect([situation.customer, situation.hours]).toEqual([['stranger'], ['in']]);
    expect(wants[0]?.record.system).toEqual(['Customer: Hanako Tanaka, +81312345678', 'Line: Sales', '21:00 Hanako Tanaka: Hello']);
    const because = [
      '1 of 2 messages came out of hours and are left out (AC-09).',
      'Anna Sato has the messages.',
      "It isn't known which user of the CRM Anna Sato is.",
      'The policy names no default owner.',
      'No user of the CRM is known to own it; the CRM decides.',
      'Dated 2026-03-02: the day in Asia/Tokyo, where the line is (AC-38).',
      'The book.',
      'A stranger wrote: a lead is made for the number (AC-10).',
      'Line sales says so: zone.',
    ];
    expect(rest).toStrictEqual({
      matters: [],
      trace: [
        { rule: 'part of another call', blockedBy: { fact: 'partOf', wanted: 'another call', held: 'nothing' } },
        { rule: 'undone by a person', blockedBy: { fact: 'undone', wanted: 'by a person', held: 'no' } },
        { rule: 'a person chose the record', blockedBy: { fact: 'setting', wanted: 'skip', held: 'completed' } },
        { rule: 'an agent saved a memo', blockedBy: { fact: 'setting', wanted: 'skip', held: 'completed' } },
        { rule: 'out of hours', blockedBy: { fact: 'hours', wanted: 'out of hours', held: 'in hours' } },
        { rule: 'messages', fired: true, outcome: 'completed', because, provenance },
      ],
      verdict: { is: 'wants' },
      facts,
    });
  });
  const late = (changes: Partial<Call> = {}) => day({ messages: [two, { ...one, at: (noon + 120_000) as Instant }], ...changes });
  const outOfHours =
    'Out of hours (office: Monday 2026-03-02 21:01 in Asia/Tokyo; open 21:00-21:01): such messages are not logged (AC-09).';
  test('AC-09: all of them out of hours: none is logged, nobody is made, and the first says when', () => {
    const { wants, person, verdict, trace, facts: held } = decided(late());
    expect([wants, person, verdict, held, trace.at(-1)]).toEqual([
      [],
      undefined,
      { is: 'skipped', rule: 'out of hours', because: outOfHours },
      { ...facts, hours: 'out of hours', setting: 'skip' },
      { rule: 'messages', blockedBy: { fact: 'earlier rule', wanted: 'none', held: 'out of hours' } },
    ]);
    expect(trace[4]).toStrictEqual({
      rule: 'out of hours',
      fired: true,
      outcome: 'skip',
      because: [outOfHours, 'Line sales says so: zone.'],
      provenance,
    });
  });
  test('what a person links is written as a whole, whenever it came', () => {
    const { wants, verdict, facts: held, trace } = decided(late({ linked: { what: { kind: 'Account', id: '001' } } }));
    expect([wants.length, verdict, held]).toEqual([
      1,
      { is: 'wants' },
      { ...facts, hours: 'out of hours', setting: 'skip', record: 'chosen by a person' },
    ]);
    expect(wants[0]?.record.system).toHaveLength(4);
    expect(trace.flatMap((step) => ('fired' in step ? step.because : [])).filter((one) => one.includes('out of hours'))).toEqual([]);
  });
  test('one of each: under its own name, with the memo at the first, all hanging on the person to be made', () => {
    const both = day({
      messages: [one, { ...two, at: noon }],
      noted: { memos: [{ at: noon, text: 'Bread', by: { user: '005A', name: 'Anna' } }] },
    });
    expect(decided(both, 'per message').wants.map(({ record, ...want }) => [want, record.memo])).toEqual([
      [{ role: 'log', qualifier: 'm1', rule: 'messages', awaitsPerson: true }, 'Bread'],
      [{ role: 'log', qualifier: 'm2', rule: 'messages', awaitsPerson: true }, ''],
    ]);
  });
  test('who is there already isn’t waited for, a former one is', () => {
    const made = (changes: Partial<MadePerson>) => {
      const [want] = decided(day(), 'per conversation and day', {
        made: { kind: 'lead', generation: 1, state: 'there', row: 'w', record: { kind: 'lead', id: '00Q', name: 'Hana' }, ...changes },
      }).wants;
      return [want?.awaitsPerson, want?.record.who?.id];
    };
    expect([made({}), made({ state: 'waiting' }), made({ state: 'parked' })]).toEqual([
      [undefined, '00Q'],
      [true, undefined],
      [undefined, undefined],
    ]);
  });
  test.each<[string, Partial<Call>, Partial<Policy>, object, object]>([
    ['a part', { partOf: 'c-40' as CallId }, {}, { is: 'part-of', call: 'c-40' }, { partOf: 'another call' }],
    [
      'taken back',
      { undone: [{ policyVersion: 7, by: 'Olga\n' }] },
      {},
      {
        ...{ is: 'skipped', rule: 'undone by a person', because: 'undone by Olga: policy version 7' },
        undone: { policyVersion: 7, by: 'Olga\n' },
      },
      { undone: 'by a person' },
    ],
    [
      'taken back of a former version',
      { undone: [{ policyVersion: 6, by: 'Olga' }] },
      notAtAll,
      { is: 'skipped', rule: 'messages', because: 'Version 7 of the policy says not to log messages (AC-38).' },
      { setting: 'skip' },
    ],
    [
      'switched off',
      {},
      { enabled: false },
      { is: 'skipped', rule: 'switched off', because: 'The integration is off (DP-05).' },
      { integration: 'off', setting: 'skip' },
    ],
    ['a memo', { noted: { memos: [] } }, notAtAll, { is: 'wants' }, { setting: 'skip', memo: 'saved by an agent' }],
    [
      'a link that was taken off',
      { linked: {} },
      notAtAll,
      { is: 'skipped', rule: 'messages', because: 'Version 7 of the policy says not to log messages (AC-38).' },
      { setting: 'skip' },
    ],
  ])('%s', (_, changes, given, verdict, held) => {
    const decision = deciding(day(changes), given);
    expect([decision.verdict, decision.facts]).toEqual([verdict, { ...facts, hours: 'not asked', ...held }]);
  });
  test('why it was skipped is said first', () => {
    const because = (changes: Partial<Call>, given: Partial<Policy>) =>
      deciding(day(changes), given).trace.flatMap((step) => ('fired' in step ? step.because : []));
    expect([
      because({ undone: [{ policyVersion: 7, by: 'Olga' }] }, {}),
      because({}, notAtAll),
      because({ partOf: 'c-40' as CallId }, {}),
      because({}, { enabled: false }),
    ]).toEqual([
      ['It was undone by Olga: policy version 7 (W9).'],
      ['Version 7 of the policy says not to log messages (AC-38).'],
      [],
      ['The integration is off (DP-05).'],
    ]);
    expect(deciding(day(), { enabled: false }).trace.map(({ rule }) => rule)).toEqual([
      ...['part of another call', 'undone by a person', 'switched off', 'a person chose the record', 'an agent saved a memo'],
      ...['out of hours', 'messages'],
    ]);
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
  test('by the line’s number as well; where nobody knows a zone, UTC', () => {
    const lines = { '+48221234567': { zone: 'Asia/Tokyo' } };
    expect([
      zoneOfMessages({ id: 'sales', number: '+48221234567' as PhoneNumber }, { ...policy, lines }),
      zoneOfMessages({ id: 'sales', zone: 'America/New_York' }, policy),
      zoneOfMessages({ id: 'sales' }, { ...policy, zone: 'No/Where' }),
    ]).toEqual(['Asia/Tokyo', 'America/New_York', 'UTC']);
  });
});

test('what a policy says about messages is read, and what it can’t say is refused', () => {
  expect(parsePolicy({ language: 'en', messages: { log: 'per message', create: 'contact' } }).messages).toEqual({
    log: 'per message',
    create: 'contact',
  });
  expect(() => parsePolicy({ language: 'en', messages: { log: 'daily', create: 'nobody', other: 1 } })).toThrow(
    "The policy can't be used. messages.other: There is no such setting. There are log, create. " +
      'messages.log: Choose one of "per conversation and day", "per message", "not at all", not "daily". ' +
      'messages.create: Choose one of "lead", "contact", "account", "person-account", "nothing", not "nobody".',
  );
});
