import { describe, expect, test } from 'vitest';
import type { Call } from '../call/call.ts';
import type { CallId, Instant } from '../call/event.ts';
import type { MadePerson, Match } from '../match/match.ts';
import { type KnownMatters, noMatters } from '../match/matters.ts';
import { anna, anUnansweredCall, aToldCall, noon } from '../testing/a-told-call.ts';
import { decide, explainStep, type DecideFacts, type Step } from './decide.ts';
import type { Inputs } from './pin.ts';
import { parsePolicy } from './policy.ts';

const hanakos: Match = {
  candidates: [{ record: { kind: 'contact', id: '003A', name: 'Hanako' }, as: 'who', because: 'Only one has it.' }],
  searched: 'Looked in the book.',
};
const stranger: Match = { candidates: [], stranger: true, searched: 'Nobody has it.' };
type Given = {
  readonly document?: object;
  readonly match?: Match;
  readonly matters?: Partial<KnownMatters>;
  readonly known?: Partial<DecideFacts>;
};
const judge = (call: Call, { document, match = hanakos, matters, known }: Given = {}) => {
  const inputs: Inputs = {
    policyVersion: 3,
    policy: parsePolicy({ language: 'en', ...document }),
    people: { anna: { crmUserId: '005A', zone: 'Asia/Tokyo', name: 'Anna in the CRM' } },
    fallbackOwner: { crmUserId: '005Z', zone: 'Europe/Warsaw', name: 'Integration' },
    named: {},
    match,
    ...(matters && { matters: { ...noMatters, is: { case: 'read', opportunity: 'read' }, ...matters } }),
    clockOffsetMs: 0,
  };
  return decide(call, inputs, { recordingLinks: {}, settled: true, ...known });
};
const isFired = (step: Step) => 'fired' in step && step.outcome !== 'adds';
const firedOf = (call: Call, given?: Given) => judge(call, given).trace.find(isFired);
const because = (call: Call, given?: Given) => {
  const fired = firedOf(call, given);
  return fired && 'fired' in fired ? fired.because : undefined;
};

const going = { type: undefined, endedAt: undefined } as const;
const talking = aToldCall({ ...going, phase: 'talking' });
const ringing = anUnansweredCall({ ...going, phase: 'ringing' });
const office = { week: { monday: ['14:00-15:00'] }, zone: 'UTC' };
const closed = { hours: { calendars: { office }, calendar: 'office', calls: 'in hours' } };
const opened = {
  hours: { calendars: { office: { ...office, week: { monday: ['11:00-15:00'] } } }, calendar: 'office', calls: 'in hours' },
};
const memos = [{ at: noon, text: 'Bread', by: { user: '005A', name: 'Anna' } }];
const calledBack = { at: (noon + 3_600_000) as Instant, by: 'b-7' as CallId, agent: anna };
const missedRow = { name: 'in vain', when: { outcome: 'missed' }, then: { log: 'skip' } };
const skipMissed = { logging: { missed: 'skip' } };

describe('D5: the rule that fires, and what it comes to', () => {
  const skipped = (rule: string, why: string) => ({ is: 'skipped', rule, because: why });
  const wants = { is: 'wants' };
  const undone = { policyVersion: 3, by: 'Olga\n' };
  const noType = 'Version 3 of the policy says not to log calls of this type (AC-08).';
  const outOfHours = 'Out of hours (office: Monday 2026-03-02 12:00 in UTC; open 14:00-15:00): such calls are not logged (AC-09).';
  const linked = { who: { kind: 'Contact', id: '003A', name: 'Hanako' } };
  test.each([
    ['part of another call', talking, { partOf: 'c-40' as CallId }, {}, { is: 'part-of', call: 'c-40' }, []],
    [
      'undone by a person',
      aToldCall(),
      { undone: [undone] },
      {},
      { ...skipped('undone by a person', 'undone by Olga: policy version 3'), undone },
      [],
    ],
    ['logged while it lasts', ringing, {}, { moment: 'ring' }, wants, ['log open']],
    ['logged while it lasts', talking, {}, { moment: 'answer' }, wants, ['log open']],
    ['still live', ringing, {}, { moment: 'answer' }, { is: 'waiting', for: 'the end of the call' }, []],
    ['still live', talking, {}, {}, { is: 'waiting', for: 'the end of the call' }, []],
    ['still live', talking, {}, { moment: 'ring', enabled: false }, { is: 'waiting', for: 'the end of the call' }, []],
    ['switched off', aToldCall(), { linked }, { enabled: false }, skipped('switched off', 'The integration is off (DP-05).'), []],
    [
      'switched off',
      aToldCall(),
      {},
      { lines: { sales: { enabled: false } } },
      skipped('switched off', 'The integration is off for line sales (DP-05).'),
      [],
    ],
    ['a person chose the record', anUnansweredCall(), { linked }, skipMissed, wants, ['log completed']],
    ['an agent saved a memo', anUnansweredCall(), { noted: { memos } }, skipMissed, wants, ['log completed']],
    [
      'internal call',
      aToldCall({ type: 'internal', direction: 'internal' }),
      {},
      closed,
      skipped('internal call', 'Calls between colleagues are not logged (DP-52).'),
      [],
    ],
    ['out of hours', aToldCall(), {}, closed, skipped('out of hours', outOfHours), []],
    ['called back', anUnansweredCall(), { calledBack }, { closeWhenCalledBack: true }, wants, ['log completed']],
    [
      'row: in vain',
      anUnansweredCall(),
      {},
      { rows: [missedRow] },
      skipped('row: in vain', 'The row “in vain” of version 3 of the policy says not to log such calls (AC-08).'),
      [],
    ],
    ['row: in vain', anUnansweredCall(), {}, { rows: [{ ...missedRow, then: { log: 'completed' } }] }, wants, ['log completed']],
    ['missed', anUnansweredCall(), {}, skipMissed, skipped('missed', noType), []],
    ['missed', anUnansweredCall(), { calledBack }, {}, wants, ['log open']],
    ['direction unknown', anUnansweredCall({ type: undefined, direction: undefined }), {}, {}, wants, ['log open']],
  ] satisfies [string, Call, Partial<Call>, object, object, string[]][])('%s', (rule, call, changes, document, verdict, records) => {
    const decision = judge({ ...call, ...changes }, { document });
    expect(decision.verdict).toStrictEqual(verdict);
    expect(decision.trace.filter(isFired).map((step) => step.rule)).toEqual([rule]);
    expect(decision.wants.map((want) => `${want.role} ${want.record.status}`)).toEqual(records);
    expect(decision.wants.every((want) => want.rule === rule)).toBe(true);
  });

  test('AC-17: of so many that are equally good one is meant until a person chooses, where one is asked', () => {
    const tied = { ...hanakos, tied: 3 };
    const verdict = (match: Match, document: object = {}) => judge(aToldCall(), { match, document }).verdict;
    expect(verdict({ ...tied, by: 'ask' })).toStrictEqual({ is: 'wants', choose: 3 });
    expect(verdict({ ...tied, by: 'owned by agent' })).toStrictEqual({ is: 'wants' });
    expect(verdict({ ...hanakos, by: 'ask' })).toStrictEqual({ is: 'wants' });
    expect(verdict({ ...tied, by: 'ask' }, { logging: { 'inbound-answered': 'skip' } })).not.toHaveProperty('choose');
  });
});

describe('D5: every rule is in the trace, in its place', () => {
  const rows = [{ name: 'out', when: { direction: 'outbound' }, then: { log: 'skip' } }];
  const told = (call: Call, document: object) =>
    judge(call, { document }).trace.map((step) => explainStep(step).replace(/(fired: [^.]*\.).*/, '$1'));
  const not = (rule: string, of: string, fact: string, wanted: string, held: string) =>
    `“${rule}” did not fire: ${of} would have to be ${fact}“${wanted}”, and is “${held}”.`;
  const ofType = (rule: string, wanted: string) => not(rule, 'the type of the call', '', wanted, 'missed');
  const start = [
    not('part of another call', 'the call', 'part of ', 'another call', 'nothing'),
    not('undone by a person', 'taken back', '', 'by a person', 'no'),
  ];
  test('also those that are there for some calls only', () =>
    expect(told(anUnansweredCall({ noted: { memos } }), { ...opened, moment: 'answer', rows })).toEqual([
      ...start,
      not('logged while it lasts', 'the call', '', 'live', 'ended'),
      not('still live', 'the call', '', 'live', 'ended'),
      not('a person chose the record', 'the setting for this type of call', '', 'skip', 'open'),
      not('an agent saved a memo', 'the setting for this type of call', '', 'skip', 'open'),
      ofType('internal call', 'internal'),
      not('out of hours', 'the start of the call', '', 'out of hours', 'in hours'),
      not('called back', 'a later talk with this number', '', 'answered since', 'not looked for'),
      '“row: out” did not fire: the direction of the call would have to be “outbound”, and is “inbound”.',
      ofType('outbound answered', 'outbound-answered'),
      ofType('outbound unanswered', 'outbound-unanswered'),
      ofType('inbound answered', 'inbound-answered'),
      '“missed” fired: the call is logged as open.',
      ofType('voicemail', 'voicemail'),
      ofType('direction unknown', 'unknown'),
    ]));
  test('DP-05: switched off', () =>
    expect(told(anUnansweredCall(), { enabled: false, moment: 'ring' }).slice(0, 5)).toEqual([
      ...start,
      not('still live', 'the call', '', 'live', 'ended'),
      '“switched off” fired: the call is not logged.',
      not('a person chose the record', 'the setting for this type of call', '', 'skip', 'open'),
    ]));
  test('behind the one that fired, what would have fired says so', () => {
    const { trace } = judge(aToldCall({ type: 'internal', partOf: 'c-40' as CallId }));
    expect(trace.filter((step) => 'blockedBy' in step && step.blockedBy.fact === 'earlier rule')).toEqual([
      { rule: 'internal call', blockedBy: { fact: 'earlier rule', wanted: 'none', held: 'part of another call' } },
    ]);
  });

  const steps = (call: Call, document: object, given: Given = {}) =>
    judge(call, { document, ...given }).trace.filter(({ rule }) => rule.startsWith('row: '));
  const adds = (rule: string, gave: string[]) => ({ rule, fired: true, outcome: 'adds', because: [], gave });
  const reminding = { name: 'quiet', when: {}, then: { reminder: false } };
  const making = { name: 'make', when: { customer: 'stranger' }, then: { person: { make: 'lead', moment: 'ring' } } };
  test('rows that add to what another rule decides', () =>
    expect(steps(anUnansweredCall(), { rows: [reminding] })).toEqual([adds('row: quiet', ['reminder'])]));
  test('rows that add to the one that leaves the call out', () =>
    expect(steps(anUnansweredCall(), { rows: [reminding, missedRow] })).toEqual([
      adds('row: quiet', ['reminder']),
      {
        ...{ rule: 'row: in vain', fired: true, outcome: 'skip', gave: ['log'] },
        because: [
          'The row “in vain” of version 3 of the policy says not to log such calls (AC-08).',
          'Row quiet says so: followUp.reminder.',
          'Row in vain says so: logging.missed.',
        ],
        provenance: [
          { path: ['followUp', 'reminder'], level: 'row', name: 'quiet' },
          { path: ['logging', 'missed'], level: 'row', name: 'in vain' },
        ],
      },
    ]));
  test('rows of a call that another rule leaves out add nothing', () =>
    expect(steps(anUnansweredCall(), { ...skipMissed, rows: [reminding] })).toEqual([
      { rule: 'row: quiet', blockedBy: { fact: 'earlier rule', wanted: 'none', held: 'missed' } },
    ]));
  test('rows of a call that waits count if somebody is made by them', () => {
    const rows = [making];
    expect(steps(ringing, { rows }, { match: stranger })).toEqual([adds('row: make', ['person.make', 'person.moment'])]);
    expect(steps(ringing, { rows: [{ ...making, then: { person: { make: 'nothing' } } }] }, { match: stranger })).toEqual([
      { rule: 'row: make', blockedBy: { fact: 'earlier rule', wanted: 'none', held: 'still live' } },
    ]);
  });
  test('each setting once: the row’s word counts before the line’s', () => {
    const lines = { sales: { followUp: { dueHours: 3, reminder: false } } };
    const rows = [{ name: 'soon', when: {}, then: { due: { hours: 1 } } }];
    expect(firedOf(anUnansweredCall(), { document: { lines, rows } })).toMatchObject({
      provenance: [
        { path: ['followUp', 'dueHours'], level: 'row', name: 'soon' },
        { path: ['followUp', 'reminder'], level: 'line', name: 'sales' },
      ],
    });
    expect(firedOf(anUnansweredCall())).not.toHaveProperty('provenance');
  });
  test('AC-09: a row about closed hours stands before the setting that leaves them out', () => {
    const rows = [{ name: 'late', when: { hours: 'out' }, then: { log: 'completed' } }];
    const { verdict, facts, wants } = judge(anUnansweredCall(), { document: { ...closed, rows } });
    expect([verdict.is, facts.hours, wants[0]?.record.status]).toEqual(['wants', 'not asked', 'completed']);
    const quiet = [{ ...rows[0], then: { reminder: false } }];
    expect(judge(anUnansweredCall(), { document: { ...closed, rows: quiet } })).toMatchObject({
      verdict: { rule: 'out of hours' },
      facts: { hours: 'out of hours' },
    });
    const inside = judge(anUnansweredCall(), { document: { ...opened, rows: [{ name: 'all', when: {}, then: { log: 'completed' } }] } });
    expect(inside.facts.hours).toBe('in hours');
  });
});

describe('what it rests on, in sentences', () => {
  const nobodyTalked = 'Nobody talked with the customer.';
  const noDefault = 'The policy names no default owner.';
  const connected = 'The owner is Integration, as whom Cordboard is connected (AC-33).';
  test('hours, owner, due date, record, case, task and whose settings these are', () => {
    const document = {
      ...opened,
      cases: { attach: 'case' },
      rows: [{ name: 'ask', when: {}, then: { tasks: [{ name: 'look' }] } }],
      lines: { sales: { followUp: { dueHours: 3 } } },
    };
    const due = 'Due 2026-03-02: 3 h after the end of the call, in Europe/Warsaw (RS-43).';
    expect(because(anUnansweredCall(), { document, matters: { open: [] } })).toEqual([
      'In hours (office: Monday 2026-03-02 12:00 in UTC; open 11:00-15:00).',
      ...[nobodyTalked, noDefault, connected, due],
      ...['Looked in the book.', 'Best as who: contact Hanako. Only one has it.'],
      'Nothing of theirs is open that it could also be about (case).',
      ...['The row “ask” asks for the task “look”.', nobodyTalked, noDefault, connected, due],
      'Line sales says so: followUp.dueHours.',
    ]);
  });
  test('who is made, and where the caller came from', () => {
    const document = {
      stranger: { missed: 'lead' },
      fields: { Lead: { Source__c: { from: 'UTM_SOURCE' } } },
      attribution: { existing: true },
    };
    expect(because(anUnansweredCall(), { document, match: stranger })?.slice(-2)).toEqual([
      'Nobody has it.',
      'A stranger called in vain: a lead is made for the number (AC-10).',
    ]);
    const lead: Match = { ...hanakos, candidates: [{ record: { kind: 'lead', id: '00Q1' }, as: 'who', because: 'The book.' }] };
    expect(because(anUnansweredCall({ attribution: { source: 'google' } }), { document, match: lead })?.at(-1)).toBe(
      'Where the caller came from is put into the lead: fill empty (RS-55).',
    );
  });
  test('of what isn’t logged: why not, and whose word that is', () => {
    const lines = { sales: { logging: { missed: 'skip' } } };
    expect(because(anUnansweredCall(), { document: { lines } })).toEqual([
      'Version 3 of the policy says not to log calls of this type (AC-08).',
      'Line sales says so: logging.missed.',
    ]);
    expect(because(anUnansweredCall({ undone: [{ policyVersion: 3, by: 'Olga' }] }), { document: { lines } })).toEqual([
      'It was undone by Olga: policy version 3 (W9).',
      'Line sales says so: logging.missed.',
    ]);
    expect(because(anUnansweredCall(), { document: closed })?.[0]).toMatch(/^Out of hours .* such calls are not logged \(AC-09\)\.$/);
  });
  test('what waits, and what is part of another, says nothing yet', () => {
    const lines = { sales: { minutes: 'floor' } };
    expect(because(talking, { document: { lines, ...opened } })).toEqual([]);
    expect(because(aToldCall({ partOf: 'c-40' as CallId }), { document: { lines } })).toEqual([]);
  });
  test('a step in words, with what a row gave', () => {
    const step = { rule: 'row: r1', fired: true, outcome: 'open', because: ['So it is.'] } as const;
    expect(explainStep({ ...step, gave: ['log', 'owner'] })).toBe(
      '“row: r1” fired: the call is logged as open. It gives log, owner. So it is.',
    );
    expect(explainStep({ ...step, gave: [] })).toBe('“row: r1” fired: the call is logged as open. So it is.');
    expect(explainStep(step)).toBe('“row: r1” fired: the call is logged as open. So it is.');
  });
});

describe('what else a call wants', () => {
  const makes = {
    stranger: { missed: 'lead', answered: 'lead', moment: 'ring' },
    cases: { create: 'always', createFor: 'anybody', also: ['missed'], moment: 'ring' },
  };
  const both = (call: Call, document: object = {}) => {
    const { person, matters } = judge(call, { document: { ...makes, ...document }, match: stranger });
    return [person?.record.kind, ...matters.map(({ role }) => role)];
  };
  test('somebody is made, and a case, of a call that is logged or may be', () => {
    expect([both(anUnansweredCall()), both(ringing), both(ringing, { moment: 'ring' })]).toEqual([
      ['lead', 'case'],
      ['lead', 'case'],
      ['lead', 'case'],
    ]);
  });
  test.each([
    ['that isn’t logged', anUnansweredCall(), skipMissed],
    ['that is part of another', anUnansweredCall({ partOf: 'c-40' as CallId }), {}],
    ['that a person took back', anUnansweredCall({ undone: [{ policyVersion: 3, by: 'Olga' }] }), {}],
    ['while switched off', ringing, { enabled: false }],
    ['once switched off', anUnansweredCall(), { enabled: false }],
  ] satisfies [string, Call, object][])('nobody is made of a call %s', (_what, call, document) =>
    expect(both(call, document)).toEqual([undefined]),
  );

  test('a task of a row comes once the call is over', () => {
    const rows = [{ name: 'ask', when: {}, then: { tasks: [{ name: 'look' }] } }];
    const wanted = (call: Call, document: object = {}) =>
      judge(call, { document: { moment: 'ring', rows, ...document } }).wants.map(({ role, qualifier, rule, record }) => [
        role,
        qualifier,
        rule,
        record.about,
      ]);
    expect(wanted(anUnansweredCall())).toEqual([
      ['log', '', 'missed', undefined],
      ['task', 'look', 'missed', 'to-do'],
    ]);
    expect(wanted(ringing)).toEqual([['log', '', 'logged while it lasts', undefined]]);
    expect(wanted(anUnansweredCall(), skipMissed)).toEqual([]);
  });
  test('D4: who called back is said where that closed the log', () => {
    const lines = (document: object) => judge(anUnansweredCall({ calledBack }), { document }).wants[0]?.record.system[0];
    expect(lines({ closeWhenCalledBack: true })).toBe('Called back by Anna Sato on 2026-03-02');
    expect(lines({})).toBe('Customer: Hanako Tanaka, +81312345678');
  });

  const ticket = { kind: 'case', id: '500A', name: '00001026', contactId: '003A', closed: false, modifiedAtMs: 10 } as const;
  test('the case it is about, on the log and for screens', () => {
    const document = { cases: { attach: 'case' } };
    const { wants, matter } = judge(aToldCall(), { document, matters: { open: [ticket] } });
    expect([wants[0]?.record.what, matter]).toEqual([
      { kind: 'case', id: '500A', name: '00001026' },
      { kind: 'case', id: '500A', name: '00001026' },
    ]);
    expect(judge(talking, { document, matters: { open: [ticket] } }).matter?.id).toBe('500A');
    expect(judge(aToldCall(), { document, matters: {} })).not.toHaveProperty('matter');
  });
  test('D3: what is decided once nothing more is to be heard, and what another call is making', () => {
    const looked = ({ unsettled, coming, person }: ReturnType<typeof judge>) => [unsettled, coming, person?.generation];
    const early = { known: { settled: false } };
    const noneOpen = { cases: { create: 'none open', moment: 'end' } };
    const coming = { name: 'cb1x', kind: 'case', contactId: '003A', called: 'Call', sinceMs: 3 } as const;
    expect(looked(judge(anUnansweredCall(), { document: { stranger: { missed: 'lead' } }, match: stranger, ...early }))).toEqual([
      true,
      undefined,
      undefined,
    ]);
    expect(looked(judge(anUnansweredCall(), { document: { stranger: { missed: 'lead' } }, match: stranger }))).toEqual([
      undefined,
      undefined,
      1,
    ]);
    expect(looked(judge(aToldCall(), { document: noneOpen, matters: {}, ...early }))).toEqual([true, undefined, undefined]);
    expect(looked(judge(aToldCall(), { document: noneOpen, matters: { coming: [coming] } }))).toEqual([undefined, true, undefined]);
    const plain = judge(aToldCall());
    expect(Object.keys(plain)).toEqual(['wants', 'matters', 'trace', 'verdict', 'facts', 'situation']);
  });

  test('D3: the log waits for whom it hangs on', () => {
    const made: MadePerson = { kind: 'lead', generation: 4, state: 'there', row: 'written', record: { kind: 'lead', id: '00Q1' } };
    const rows = [{ name: 'ask', when: {}, then: { tasks: [{ name: 'look' }] } }];
    const awaits = (one?: MadePerson, more: object = {}) =>
      judge(anUnansweredCall(), {
        document: { stranger: { missed: 'lead', afterDeletion: 'again', ...more }, rows },
        match: stranger,
        ...(one && { known: { made: one } }),
      }).wants.map((want) => want.awaitsPerson);
    expect(awaits()).toEqual([true, true]);
    expect(awaits({ ...made, state: 'waiting' })).toEqual([true, true]);
    expect(awaits({ ...made, state: 'deleted' })).toEqual([true, true]);
    expect(awaits(made)).toEqual([undefined, undefined]);
    expect(awaits({ ...made, state: 'parked' })).toEqual([undefined, undefined]);
    expect(awaits(undefined, { missed: 'nothing' })).toEqual([undefined, undefined]);
    const aCase = judge(aToldCall(), { document: { cases: { create: 'always' } }, matters: {} });
    expect(aCase.wants.map((want) => want.awaitsPerson)).toEqual([true]);
    expect(judge(aToldCall()).wants.every((want) => !('awaitsPerson' in want))).toBe(true);
  });

  describe('RS-55: where the caller came from goes into the lead that is there', () => {
    const lead: Match = { ...hanakos, candidates: [{ record: { kind: 'lead', id: '00Q1' }, as: 'who', because: 'The book.' }] };
    const document = { fields: { Lead: { Source__c: { from: 'UTM_SOURCE' } } }, attribution: { existing: true } };
    const attribution = { source: 'google' };
    const marks = (call: Call, more: object = {}) =>
      judge({ ...call, attribution }, { document: { ...document, ...more }, match: lead }).marks?.id;
    test('of a call that is logged, and of one that isn’t', () => {
      expect([marks(aToldCall()), marks(anUnansweredCall(), skipMissed)]).toEqual(['00Q1', '00Q1']);
      expect(marks(anUnansweredCall(), { ...skipMissed, attribution: { existing: false } })).toBeUndefined();
    });
    test.each([
      ['one that goes on', ringing, { moment: 'ring' }],
      ['a part', aToldCall({ partOf: 'c-40' as CallId }), {}],
      ['colleagues', aToldCall({ type: 'internal' }), {}],
      ['what a person took back', aToldCall({ undone: [{ policyVersion: 3, by: 'Olga' }] }), {}],
      ['while switched off', aToldCall(), { enabled: false }],
    ] satisfies [string, Call, object][])('not of %s', (_what, call, more) => expect(marks(call, more)).toBeUndefined());
  });
});
