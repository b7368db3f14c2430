import { describe, expect, test } from 'vitest';
import type { Call } from '../call/call.ts';
import type { AgentId } from '../call/event.ts';
import type { Match } from '../match/match.ts';
import { anna, anUnansweredCall, aToldCall, ben, noon } from '../testing/a-told-call.ts';
import { decide, explainStep } from './decide.ts';
import type { Inputs } from './pin.ts';
import { parsePolicy, type Policy, PolicyMistakes } from './policy.ts';
import { applyRows, chainsIn, type Row, type RowThen, saidBy } from './rows.ts';
import type { Situation } from './situation.ts';

const policyOf = (rows: readonly object[], others: object = {}): Policy =>
  parsePolicy({ language: 'en', ...others, rows: rows.map((row, place) => ({ name: `r${place + 1}`, ...row })) });
const mistakesIn = (rows: readonly object[]): string[] => {
  try {
    policyOf(rows);
    return [];
  } catch (error) {
    if (error instanceof PolicyMistakes) return error.mistakes.map(({ path, message }) => `${path}: ${message}`);
    throw error;
  }
};

/** Ben's lead; or one without an owner, or nobody. */
const bensLead: Match = {
  candidates: [{ record: { kind: 'lead', id: '00Q1', name: 'Hanako Tanaka' }, as: 'who', ownerId: '005B', because: '' }],
  searched: '',
};
const stranger: Match = { candidates: [], stranger: true, searched: '' };
const boss = '00GSENIOR1';
const inputsFor = (policy: Policy, match: Match, changes: Partial<Inputs> = {}): Inputs => ({
  policyVersion: 3,
  policy,
  people: { anna: { crmUserId: '005A', zone: 'UTC', name: 'Anna' }, ben: { crmUserId: '005B', zone: 'UTC', name: 'Ben' }, door: null },
  fallbackOwner: { crmUserId: '005Z', zone: 'UTC', name: 'Integration' },
  named: { '005B': { crmUserId: '005B', zone: 'UTC', name: 'Ben' }, [boss]: null },
  match,
  clockOffsetMs: 0,
  ...changes,
});
const deciding = (call: Call, policy: Policy, match: Match = bensLead) =>
  decide(call, inputsFor(policy, match), { recordingLinks: {}, settled: true });
/** Role, qualifier, status and owner of every record; the rule. */
const told = (call: Call, policy: Policy, match: Match = bensLead) => {
  const { wants, verdict, person } = deciding(call, policy, match);
  return [
    ...wants.map(({ role, qualifier, record }) => `${role}${qualifier && ` ${qualifier}`}: ${record.status}, ${record.ownerId}`),
    ...(person ? [`person: ${person.record.kind}, ${person.record.ownerId}`] : []),
    ...(verdict.is === 'skipped' ? [`skipped: ${verdict.rule}`] : []),
  ];
};
const missed = (changes: Partial<Call> = {}) => anUnansweredCall({ direction: 'inbound', ...changes });
const takenBy = (agent: typeof anna, changes: Partial<Call> = {}) =>
  aToldCall({
    answeredBy: agent,
    lastWith: agent,
    people: [{ endpoint: '1', agent, ringSeconds: 1, talkSeconds: 1, holdSeconds: 0, answered: true }],
    ...changes,
  });
test.each([['outbound'], ['inbound']] as const)('a row about %s calls holds while they ring', (direction) => {
  const policy = policyOf([{ when: { direction }, then: { log: 'skip' } }], { moment: 'ring' });
  const ringing = missed({ direction, type: undefined, phase: 'ringing', endedAt: undefined, dialledBy: anna });
  expect(deciding(ringing, policy).verdict).toEqual({ is: 'waiting', for: 'the end of the call' });
});
const outbound = { type: 'outbound-answered', direction: 'outbound' } as const;
const door = { id: 'door' as AgentId, name: 'Door' };

describe('RS-35: the matrix that Ringostat ships, as rows', () => {
  const open = { log: 'open', owner: ['record owner', 'senior manager'] };
  const ringostat = policyOf(
    [
      { name: 'missed, new', when: { outcome: ['missed', 'voicemail'], customer: 'stranger' }, then: { log: 'open', owner: ['senior manager'], person: { make: 'lead', owner: ['senior manager'] } } }, // prettier-ignore
      { name: 'missed, known', when: { outcome: ['missed', 'voicemail'] }, then: open },
      { name: 'answered, new', when: { direction: 'inbound', outcome: 'answered', customer: 'stranger' }, then: { log: 'completed', person: { make: 'lead', moment: 'answer', owner: ['first answerer', 'senior manager'] } } }, // prettier-ignore
      { name: 'colleague took it', when: { direction: 'inbound', outcome: 'answered', takenBy: 'colleague' }, then: { tasks: [{ name: 'look', owner: ['record owner'], subject: 'Look at the call of {AGENT} with {CUSTOMER}' }] } }, // prettier-ignore
      { name: 'nobody’s phone', when: { outcome: 'answered', takenBy: 'unmapped endpoint' }, then: { owner: ['senior manager'], tasks: [{ name: 'check', owner: ['senior manager'] }] } }, // prettier-ignore
      { name: 'colleague called', when: { direction: 'outbound', outcome: 'answered', takenBy: 'colleague' }, then: { log: 'completed', owner: ['record owner'] } }, // prettier-ignore
      { name: 'called in vain', when: { direction: 'outbound', outcome: 'failed' }, then: { log: 'skip' } },
      { name: 'called a stranger', when: { direction: 'outbound', customer: 'stranger' }, then: { log: 'skip' } },
    ],
    { followUp: { seniorManagerId: boss } },
  );
  test('RS-40: a stranger called in vain: a lead and an open task, both the senior manager’s', () =>
    expect(told(missed(), ringostat, stranger)).toEqual([`log: open, ${boss}`, `person: lead, ${boss}`]));
  test('RS-46: a missed call of a lead is its owner’s', () => expect(told(missed(), ringostat)).toEqual(['log: open, 005B']));
  test('RS-38, RS-39: a stranger’s call that was taken: the lead is the answerer’s, at answer', () => {
    expect(told(takenBy(anna), ringostat, stranger)).toEqual(['log: completed, 005A', 'person: lead, 005A']);
    const live = takenBy(anna, { phase: 'talking', type: undefined, endedAt: undefined });
    expect(deciding(live, ringostat, stranger)).toMatchObject({ verdict: { is: 'waiting' }, person: { record: { kind: 'lead' } } });
  });
  test('RS-47: taken by the owner: one closed task', () => expect(told(takenBy(ben), ringostat)).toEqual(['log: completed, 005B']));
  test('RS-48, RS-49: by a colleague: a closed task of theirs, and an open one for the owner to look', () => {
    expect(told(takenBy(anna), ringostat)).toEqual(['log: completed, 005A', 'task look: open, 005B']);
    expect(deciding(takenBy(anna), ringostat).wants[1]!.record.subject).toBe('Look at the call of Anna Sato with Hanako Tanaka');
  });
  test('RS-44, RS-50: at a phone that is nobody’s: the senior manager’s, with a task to check', () =>
    expect(told(takenBy(door), ringostat)).toEqual([`log: completed, ${boss}`, `task check: open, ${boss}`]));
  test('RS-51: called by the owner: a closed task', () =>
    expect(told(takenBy(ben, { ...outbound, dialledBy: ben }), ringostat)).toEqual(['log: completed, 005B']));
  test('RS-52: called by a colleague: a closed task for the owner to know of, and none of the caller’s', () =>
    expect(told(takenBy(anna, { ...outbound, dialledBy: anna }), ringostat)).toEqual(['log: completed, 005B']));
  test('RS-53: called in vain: nothing', () =>
    expect(told(anUnansweredCall({ type: 'outbound-unanswered', direction: 'outbound', dialledBy: anna }), ringostat)).toEqual([
      'skipped: row: called in vain',
    ]));
  test('RS-54: called a number that nobody has: nothing', () =>
    expect(told(takenBy(anna, { ...outbound, dialledBy: anna }), ringostat, stranger)).toEqual(['skipped: row: called a stranger']));
});

describe('the first row that says a thing counts, thing by thing', () => {
  const policy = policyOf([
    { when: { outcome: 'missed' }, then: { owner: ['005B'] } },
    { when: {}, then: { log: 'open', owner: ['005Q'], due: { hours: 1 } } },
    { when: { direction: 'outbound' }, then: { person: { make: 'lead' } } },
    { when: { direction: 'inbound' }, then: { due: { hours: 9, count: 'business hours' } } },
    { enabled: false, when: {}, then: { reminder: false } },
  ]);
  test('and the trace shows what each gave, and what kept the others', () => {
    const { trace, wants } = deciding(missed(), policy);
    expect(wants[0]!.record).toMatchObject({ status: 'open', ownerId: '005B' });
    expect(trace.filter(({ rule }) => rule.startsWith('row: ')).map((step) => explainStep(step).split(' The owner ')[0])).toEqual([
      '“row: r1” fired: it says something besides the log. It gives owner.',
      '“row: r2” fired: the call is logged as open. It gives log, due.hours.',
      '“row: r3” did not fire: the direction of the call would have to be “outbound”, and is “inbound”.',
      '“row: r4” fired: it says something besides the log. It gives due.count.',
      '“row: r5” did not fire: it would have to be switched “on”, and is “off”.',
    ]);
    expect(trace.find(({ rule }) => rule === 'missed')).toMatchObject({ blockedBy: { fact: 'earlier rule', held: 'row: r2' } });
  });
  test('the rows stand behind what no row may change, and before the types of calls', () =>
    expect(deciding(missed(), policy).trace.map(({ rule }) => rule)).toEqual([
      ...['part of another call', 'undone by a person', 'still live', 'a person chose the record', 'internal call', 'called back'],
      ...['row: r1', 'row: r2', 'row: r3', 'row: r4', 'row: r5'],
      ...['outbound answered', 'outbound unanswered', 'inbound answered', 'missed', 'voicemail', 'direction unknown'],
    ]));
  test('a row says whose word a setting is, before the line’s', () => {
    const own = { ...policy, lines: { sales: { followUp: { dueHours: 3 } } } };
    const fired = deciding(missed({ line: { id: 'sales' } }), own).trace.find((step) => 'fired' in step && step.outcome === 'open');
    expect(fired).toMatchObject({
      because: expect.arrayContaining(['Row r1 says so: owner.']),
      provenance: expect.arrayContaining([{ path: ['followUp', 'dueHours'], level: 'row', name: 'r2' }]),
    });
  });
  test('where no row speaks, the settings are what they were', () =>
    expect(told(missed(), policyOf([{ when: { outcome: 'voicemail' }, then: { log: 'skip' } }]))).toEqual(['log: open, 005B']));
  test('internal calls are not logged, whatever a row says', () =>
    expect(told(aToldCall({ type: 'internal', direction: 'internal' }), policy)).toEqual(['skipped: internal call']));
  test('what a person links is written, also where a row says not to', () =>
    expect(told(missed({ linked: { who: { kind: 'Lead', id: '00Q1' } } }), policyOf([{ when: {}, then: { log: 'skip' } }]))[0]).toMatch(
      /^log: completed/,
    ));
  test('a call back closes what a row left open', () =>
    expect(
      told(missed({ calledBack: { at: noon, by: 'c-42' as Call['id'] } }), {
        ...policyOf([{ when: {}, then: { log: 'open' } }]),
        closeWhenCalledBack: true,
        logging: policyOf([]).logging,
      })[0],
    ).toMatch(/^log: completed/));
});

describe('what rows give in a situation', () => {
  const ringing: Situation = {
    direction: ['inbound'],
    outcome: ['missed', 'abandoned'],
    reason: [],
    customer: ['lead', 'open lead'],
    takenBy: ['nobody'],
    hours: ['out'],
    phone: [],
    ...{ line: ['sales'], queue: [], team: [], agent: [], campaign: [] },
    settings: { log: ['logging', 'voicemail'], person: ['stranger', 'outbound'] },
    isOff: false,
  };
  type Given = Pick<Row, 'when' | 'then'> & { readonly enabled?: boolean };
  const policyWith = (rows: readonly Given[]): Policy => ({
    ...policyOf([]),
    rows: rows.map((row, place) => ({ name: `r${place + 1}`, enabled: true, ...row })),
  });
  const giving = (rows: readonly Given[], changes: Partial<Situation> = {}) => applyRows(policyWith(rows), { ...ringing, ...changes });
  const everything: RowThen = {
    log: 'skip',
    owner: ['005A'],
    due: { hours: 7, count: 'business hours' },
    reminder: false,
    person: { make: 'contact', moment: 'ring', owner: ['005B'] },
  };
  test('each thing stands in the place of the setting it is about, under the name of its row', () => {
    const policy = policyWith([{ when: {}, then: everything }]);
    const { steps, provenance, log, tasks, policy: settled } = applyRows(policy, ringing);
    expect(settled).toEqual({
      ...policy,
      logging: { ...policy.logging, voicemail: 'skip' },
      owner: ['005A'],
      followUp: { ...policy.followUp, dueHours: 7, count: 'business hours', reminder: false },
      stranger: { ...policy.stranger, outbound: 'contact', moment: 'ring', owner: ['005B'] },
    });
    const paths = [
      ...[['logging', 'voicemail'], ['owner'], ['followUp', 'dueHours'], ['followUp', 'count'], ['followUp', 'reminder']],
      ...[
        ['stranger', 'outbound'],
        ['stranger', 'moment'],
        ['stranger', 'owner'],
      ],
    ];
    expect(provenance).toEqual(paths.map((path) => ({ path, level: 'row', name: 'r1' })));
    expect([log, tasks, steps]).toEqual([
      { row: 'r1', as: 'skip' },
      [],
      [{ row: 'r1', gave: ['log', 'owner', 'due.hours', 'due.count', 'reminder', 'person.make', 'person.moment', 'person.owner'] }],
    ]);
  });
  test('tasks of all rows add up, one of a name; a row that has nothing more to say is told who said it', () => {
    const { tasks, steps, log } = giving([
      { when: {}, then: { tasks: [{ name: 'ring' }, { name: 'look', owner: ['agent'] }] } },
      {
        when: {},
        then: {
          tasks: [
            { name: 'look', owner: ['005B'] },
            { name: 'ask', due: { hours: 2 } },
          ],
        },
      },
      { when: {}, then: { tasks: [{ name: 'ask' }, { name: 'ring' }] } },
      { when: {}, then: { reminder: true } },
      { when: {}, then: { reminder: false, tasks: [{ name: 'ring' }] } },
      { when: {}, then: {} },
    ]);
    expect(tasks).toEqual([
      { name: 'ring', row: 'r1' },
      { name: 'look', owner: ['agent'], row: 'r1' },
      { name: 'ask', due: { hours: 2 }, row: 'r2' },
    ]);
    expect(steps).toEqual([
      { row: 'r1', gave: ['task ring', 'task look'] },
      { row: 'r2', gave: ['task ask'] },
      { row: 'r3', blockedBy: { fact: 'earlier rule', wanted: 'none', held: 'row: r2' } },
      { row: 'r4', gave: ['reminder'] },
      { row: 'r5', blockedBy: { fact: 'earlier rule', wanted: 'none', held: 'row: r4' } },
      { row: 'r6', gave: [] },
    ]);
    expect(log).toBeUndefined();
  });
  test.each<[string, Row['when'], Partial<Situation>, object?]>([
    ['one word of a fact is enough', { outcome: ['voicemail', 'abandoned'] }, {}],
    ['no word of it', { outcome: ['voicemail', 'busy'] }, {}, { fact: 'outcome', wanted: 'voicemail or busy', held: 'missed, abandoned' }],
    ['a fact nobody knows', { phone: ['softphone'] }, {}, { fact: 'phone', wanted: 'softphone', held: 'not known' }],
    ['the first fact that disagrees', { line: ['x'], hours: ['in'] }, {}, { fact: 'hours', wanted: 'in', held: 'out' }],
    ['internal calls', {}, { direction: ['internal'] }, { fact: 'direction', wanted: 'inbound, outbound or unknown', held: 'internal' }],
    ['closed hours', {}, { isOff: true }, { fact: 'hours', wanted: 'in', held: 'out' }],
    ['closed hours, of another outcome', { outcome: ['missed'] }, { isOff: true }, { fact: 'hours', wanted: 'in', held: 'out' }],
    ['closed hours it speaks of', { hours: ['in', 'out'] }, { isOff: true }],
    ['that it was closed', { outcome: ['out of hours', 'missed'] }, { isOff: true }],
  ])('a row and %s', (_what, when, changes, blockedBy) =>
    expect(giving([{ when, then: { log: 'skip' } }], changes).steps).toEqual([
      blockedBy ? { row: 'r1', blockedBy } : { row: 'r1', gave: ['log'] },
    ]),
  );
  test('a row that is switched off gives nothing', () =>
    expect(giving([{ enabled: false, when: {}, then: everything }])).toEqual({
      policy: policyWith([{ enabled: false, when: {}, then: everything }]),
      tasks: [],
      provenance: [],
      steps: [{ row: 'r1', blockedBy: { fact: 'enabled', wanted: 'on', held: 'off' } }],
    }));
  test('without rows it is the policy itself', () => {
    const policy = policyOf([]);
    const given = applyRows(policy, ringing);
    expect([given, given.policy === policy]).toEqual([{ policy, tasks: [], provenance: [], steps: [] }, true]);
  });
});
test('users whom a chain of owners names are looked up in advance, wherever it stands', () => {
  expect(chainsIn(policyOf([]))).toEqual([]);
  const rows = [
    { when: { direction: 'inbound' }, then: { owner: ['005A'], person: { make: 'lead', owner: ['005B'] } } },
    { when: { direction: 'outbound' }, then: { tasks: [{ name: 'a', owner: ['005C'] }, { name: 'b' }] } },
    { when: { direction: 'unknown' }, then: { owner: ['005D'] } },
  ];
  expect(chainsIn(policyOf(rows, { owner: ['005E'], stranger: { owner: ['005F', 'agent'] } }))).toEqual([
    ...[['005E'], ['005F', 'agent'], ['005A'], ['005B'], ['005C'], ['005D']],
  ]);
});
test('everything a row says has a name', () =>
  expect(
    saidBy({
      then: {
        ...{ log: 'open', owner: ['agent'], due: { hours: 1, count: 'clock' }, reminder: true },
        person: { make: 'lead', moment: 'end', owner: ['agent'] },
        tasks: [{ name: 'ring' }, { name: 'look' }],
      },
    }),
  ).toEqual([
    ...['log', 'owner', 'due.hours', 'due.count', 'reminder', 'person.make', 'person.moment', 'person.owner'],
    ...['task ring', 'task look'],
  ]));

describe('what a row can look at', () => {
  const skips = (when: object, call: Call, match: Match = bensLead, others: object = {}) =>
    deciding(call, policyOf([{ when, then: { log: 'skip' } }], others), match).verdict.is === 'skipped';
  const line = { id: 'sales', number: '+48221234567' as never, name: 'Sales' };
  test.each<[object, Call, Match?]>([
    [{ outcome: 'abandoned' }, missed({ outcome: 'abandoned' })],
    [{ outcome: 'missed', reason: 'declined' }, missed({ missedBecause: 'declined' })],
    [{ outcome: 'busy' }, anUnansweredCall({ type: 'outbound-unanswered', direction: 'outbound', outcome: 'busy' })],
    [{ outcome: 'out of hours' }, missed({ outcome: 'closed' })],
    [{ customer: ['contact', 'open lead'] }, missed()],
    [{ customer: 'closed lead' }, missed(), { ...bensLead, candidates: [{ ...bensLead.candidates[0]!, closed: true }] }],
    [{ customer: 'many' }, missed(), { ...bensLead, others: bensLead.candidates }],
    [
      { customer: 'other object' },
      missed(),
      { candidates: [{ record: { kind: 'Site__c', id: 'a0' }, as: 'what', because: '' }], searched: '' },
    ],
    [{ customer: 'withheld' }, missed({ customer: { withheld: true } }), { candidates: [], searched: '' }],
    [{ takenBy: 'agent' }, takenBy(anna), stranger],
    [{ line: 'Sales' }, missed({ line })],
    [{ queue: ['x', 'q1'] }, missed({ queue: { id: 'q1' } })],
    [{ agent: 'ANNA' }, takenBy(anna)],
    [{ campaign: 'Spring' }, missed({ campaign: { campaignId: 'c1', name: 'Spring' } })],
    [{ direction: 'unknown' }, missed({ direction: undefined })],
  ])('%j', (when, call, match) => expect(skips(when, call, match)).toBe(true));
  test.each<[object, Call, Match?]>([
    [{ outcome: 'abandoned' }, missed()],
    [{ customer: 'contact' }, missed()],
    [{ takenBy: 'owner' }, takenBy(anna)],
    [{ takenBy: 'colleague' }, takenBy(ben)],
    [{ line: 'sales' }, missed({ line: undefined })],
    [{ agent: 'anna' }, missed()],
  ])('not %j', (when, call, match) => expect(skips(when, call, match)).toBe(false));
  test('FC-28: calls at other phones than ours can be left out', () => {
    const at = (softphone: boolean) => takenBy(anna, { people: [{ ...takenBy(anna).people[0]!, softphone }] });
    expect([at(true), at(false)].map((call) => skips({ phone: 'hardphone' }, call))).toEqual([false, true]);
  });
  test('team, as the policy has it', () =>
    expect(skips({ team: 'north' }, takenBy(anna), bensLead, { teams: { north: { members: ['anna'] } } })).toBe(true));

  const hours = {
    calendar: 'never',
    calls: 'in hours',
    calendars: { never: { week: {}, exceptions: [{ date: '2020-01-01', open: ['09:00-10:00'] }] } },
  };
  test('AC-09: closed hours are left out, but for a row that is about them', () => {
    const rows = (when: object) => told(missed(), policyOf([{ when, then: { log: 'open' } }], { hours }));
    expect(rows({ outcome: 'missed' })).toEqual(['skipped: out of hours']);
    expect(rows({ hours: 'out' })).toEqual(['log: open, 005B']);
    expect(rows({ outcome: 'out of hours' })).toEqual(['log: open, 005B']);
  });
});

describe('what would never count, or contradicts itself, is told when it is saved', () => {
  test.each([
    [{ customer: 'stranger', takenBy: 'owner' }],
    [{ direction: 'outbound', outcome: 'missed' }],
    [{ direction: 'inbound', outcome: 'busy' }],
    [{ outcome: 'missed', takenBy: 'agent' }],
    [{ outcome: 'missed', agent: 'anna' }],
    [{ outcome: 'answered', reason: 'declined' }],
  ])('no call is %j', (when) =>
    expect(mistakesIn([{ when, then: { log: 'skip' } }])).toEqual(['rows[0].when: No call is all of that at once: leave something out.']),
  );
  test('a row whose every case is taken by rows before it that say as much', () => {
    const covered = [
      { when: { direction: ['inbound', 'unknown'] }, then: { log: 'open', owner: ['agent'] } },
      { when: { direction: 'outbound' }, then: { log: 'skip' } },
      { when: { customer: 'contact' }, then: { log: 'completed' } },
    ];
    expect(mistakesIn(covered)).toEqual(['rows[2]: It never counts: "r1", "r2" before it say all of this. Move it up, or leave it out.']);
    // it says more, it says it elsewhere first, or one before it is off, or about one line only
    expect(mistakesIn([...covered.slice(0, 2), { when: { customer: 'contact' }, then: { reminder: false } }])).toEqual([]);
    expect(mistakesIn(covered.with(1, { ...covered[1]!, enabled: false } as object as (typeof covered)[0]))).toEqual([]);
    expect(mistakesIn(covered.with(1, { when: { direction: 'outbound', line: 'a' } as never, then: { log: 'skip' } }))).toEqual([]);
    expect(mistakesIn([covered[0]!, { when: { customer: 'stranger' }, then: { tasks: [{ name: 'ring' }] } }])).toEqual([]);
  });
  test.each([
    [{ log: 'skip', owner: ['agent'] }, "rows[0].then: What isn't logged leaves nothing behind (AC-08): leave out owner, or log it."],
    [
      { log: 'completed', due: { hours: 1 } },
      'rows[0].then: A completed log is due to nobody: leave out due and reminder, or log it as open.',
    ],
    [{}, 'rows[0].then: It says nothing to do.'],
    [{ tasks: [{ name: 'a' }, { name: 'a' }] }, 'rows[0].then.tasks: The task "a" stands there twice.'],
    [{ owner: ['005A', 'agent'] }, 'rows[0].then: 005A takes it in any case: nobody comes after them in the chain.'],
    [{ person: { make: 'nothing', moment: 'end' } }, 'rows[0].then.person: Nobody is made, so there is no moment and no owner.'],
  ])('%j', (then, mistake) => expect(mistakesIn([{ when: {}, then }])).toEqual([mistake]));
  test('two rows of one name', () =>
    expect(
      mistakesIn([
        { when: {}, then: { log: 'open' } },
        { name: 'r1', when: {}, then: { reminder: true } },
      ]),
    ).toEqual(['rows[1].name: There is another row "r1": a decision names its row.']));
  test('a word there isn’t', () =>
    expect(mistakesIn([{ when: { outcome: 'lost' }, then: { log: 'open', owner: ['nobody'] } }])).toEqual([
      'rows[0].when.outcome: Choose one of "answered", "missed", "abandoned", "out of hours", "voicemail", "failed", "busy", not "lost".',
      expect.stringContaining('rows[0].then.owner: "nobody" is none of agent, first answerer'),
    ]));
});
