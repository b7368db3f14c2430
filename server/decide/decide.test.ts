import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Call, CallType } from '../call/call.ts';
import type { CallId, Instant, PhoneNumber } from '../call/event.ts';
import { foldCall } from '../call/fold.ts';
import { matchCall, nobodyKnown } from '../match/match.ts';
import { anyText } from '../testing/any-text.ts';
import { anyEvents } from '../testing/any-events.ts';
import { anAgent, anna, anUnansweredCall, aToldCall, ben, noon } from '../testing/a-told-call.ts';
import { hostileKeys, hostileTexts } from '../testing/hostile.ts';
import { decide, explainStep, type DecideFacts } from './decide.ts';
import { commentCap } from './fit-comment.ts';
import type { Inputs } from './pin.ts';
import { callTypeSettings, defaultPolicy, type CallTypeSetting, type Logging, type Policy } from './policy.ts';
import { languages } from './words.ts';

const annaInCrm = { crmUserId: '005A', zone: 'Asia/Tokyo', name: 'Anna Sato' };
const noLinks: DecideFacts = { recordingLinks: {}, settled: true };
const inputsFor = (call: Call, policy: Partial<Policy> = {}): Inputs => ({
  policyVersion: 3,
  policy: { ...defaultPolicy('en'), ...policy },
  people: { anna: annaInCrm },
  fallbackOwner: { crmUserId: '005Z', zone: 'UTC', name: 'Integration' },
  named: {},
  match: matchCall(call, nobodyKnown, defaultPolicy('en').match),
  clockOffsetMs: 0,
});
const deciding = (call: Call, policy: Partial<Policy> = {}) => decide(call, inputsFor(call, policy), noLinks);
const aCallOfType = (type: CallType) =>
  type === 'inbound-answered' || type === 'outbound-answered'
    ? aToldCall({ type, direction: type === 'inbound-answered' ? 'inbound' : 'outbound' })
    : anUnansweredCall({ type, direction: type === 'outbound-unanswered' ? 'outbound' : 'inbound' });

describe('AC-04 × AC-05: for each type choose completed, open or do not log', () => {
  const answers: Logging[] = ['completed', 'open', 'skip'];
  const matrix = callTypeSettings.flatMap((type) => answers.map((answer) => [type, answer] as const));
  test.each(matrix)('%s set to %s', (type, answer) => {
    const others = Object.fromEntries(callTypeSettings.map((other) => [other, answer === 'skip' ? 'completed' : 'skip'])) as Record<
      CallTypeSetting,
      Logging
    >;
    const { wants, verdict } = deciding(aCallOfType(type), { logging: { ...others, [type]: answer } });
    expect(wants.map(({ role, record }) => [role, record.status])).toEqual(answer === 'skip' ? [] : [['log', answer]]);
    expect(verdict).toEqual(
      answer === 'skip'
        ? { is: 'skipped', rule: type.replace('-', ' '), because: 'Version 3 of the policy says not to log calls of this type (AC-08).' }
        : { is: 'wants' },
    );
  });

  test('AC-05, by default: answered and dialled calls are completed, missed calls and voicemails are open', () =>
    expect(callTypeSettings.map((type) => [type, deciding(aCallOfType(type)).wants[0]?.record.status])).toEqual([
      ['outbound-answered', 'completed'],
      ['outbound-unanswered', 'completed'],
      ['inbound-answered', 'completed'],
      ['missed', 'open'],
      ['voicemail', 'open'],
    ]));
});

describe('what isn’t logged, and why', () => {
  test('DP-52: calls from another user of the same company are not logged', () =>
    expect(deciding(aToldCall({ type: 'internal', direction: 'internal' }))).toMatchObject({
      wants: [],
      verdict: { is: 'skipped', rule: 'internal call', because: 'Calls between colleagues are not logged (DP-52).' },
    }));
  test('DP-38: a live call waits for its end', () =>
    expect(deciding(aToldCall({ phase: 'talking', type: undefined, endedAt: undefined }))).toMatchObject({
      wants: [],
      verdict: { is: 'waiting', for: 'the end of the call' },
    }));
  test('a live internal call waits too: what it becomes isn’t known', () =>
    expect(deciding(aToldCall({ phase: 'talking', type: 'internal', direction: 'internal' })).verdict).toEqual({
      is: 'waiting',
      for: 'the end of the call',
    }));
  test('C2: a consultation that became a transfer is part of the other call, live or ended', () => {
    for (const phase of ['talking', 'ended'] as const)
      expect(deciding(aToldCall({ phase, partOf: 'c-40' as CallId }))).toMatchObject({
        wants: [],
        verdict: { is: 'part-of', call: 'c-40' },
      });
  });
  test('C1: a call that ended unanswered and never told its direction isn’t lost: it counts as missed', () => {
    const call = anUnansweredCall({ type: undefined, direction: undefined });
    expect(deciding(call).wants[0]).toMatchObject({ rule: 'direction unknown', record: { status: 'open', direction: undefined } });
    expect(deciding(call, { logging: { ...defaultPolicy('en').logging, missed: 'skip' } }).verdict).toMatchObject({
      is: 'skipped',
      rule: 'direction unknown',
    });
  });
});

describe('AC-08, DP-52 against an explicit save: what a person links is always written', () => {
  const linked = { who: { kind: 'Contact', id: '003A' }, by: anna };
  test('an internal call', () =>
    expect(deciding(aToldCall({ type: 'internal', direction: 'internal', linked })).wants[0]).toMatchObject({
      rule: 'a person chose the record',
      record: { status: 'completed', direction: 'internal', who: { id: '003A' } },
    }));
  test('a type set to “do not log”', () =>
    expect(
      deciding(anUnansweredCall({ linked }), { logging: { ...defaultPolicy('en').logging, missed: 'skip' } }).wants[0]?.record.status,
    ).toBe('completed'));
  test('where the rule logs anyway, the rule says how', () =>
    expect(deciding(anUnansweredCall({ linked })).wants[0]).toMatchObject({ rule: 'missed', record: { status: 'open' } }));
  test('taking a link off is no wish to log', () =>
    expect(deciding(aToldCall({ type: 'internal', direction: 'internal', linked: { by: anna } })).wants).toEqual([]));
  test('but not before its end', () =>
    expect(deciding(aToldCall({ phase: 'talking', type: 'internal', linked })).verdict.is).toBe('waiting'));
});

describe('D4: an answered call back completes the open log, if the policy says so', () => {
  const at = (noon + 3_600_000) as Instant;
  const calledBack = { at, by: 'b-7' as CallId, direction: 'outbound', agent: anna } as const;
  const asked: Partial<Policy> = { closeWhenCalledBack: true };
  const statusOf = (call: Call, policy: Partial<Policy> = asked) => deciding(call, policy).wants[0]?.record.status;

  test.each(['missed', 'voicemail'] as const)('%s', (type) => {
    const { wants, trace } = deciding(anUnansweredCall({ type, calledBack }), asked);
    expect(wants[0]).toMatchObject({ rule: 'called back', record: { status: 'completed' } });
    expect(wants[0]?.record.system[0]).toBe('Called back by Anna Sato on 2026-03-02');
    const fired = trace.find((step) => 'fired' in step);
    expect(fired && explainStep(fired)).toContain(
      '“called back” fired: the call is logged as completed. Anna Sato talked with this number on 2026-03-02, in call b-7, calling back (D4).',
    );
  });
  test('a dialled call nobody answered, and one of unknown direction, where the policy leaves them open', () => {
    const logging = { ...defaultPolicy('en').logging, 'outbound-unanswered': 'open' } as const;
    for (const call of [
      anUnansweredCall({ type: 'outbound-unanswered', direction: 'outbound', calledBack }),
      anUnansweredCall({ type: undefined, direction: undefined, calledBack }),
    ]) {
      expect([statusOf(call, { ...asked, logging }), statusOf(call, { logging })]).toEqual(['completed', 'open']);
    }
  });
  test('not by default', () => expect(statusOf(anUnansweredCall({ calledBack }), {})).toBe('open'));
  test('not before there was one', () => {
    const { wants, facts } = deciding(anUnansweredCall(), asked);
    expect([wants[0]?.record.status, facts.callBack]).toEqual(['open', 'none yet']);
  });
  test('an answered call that the policy leaves open is open for a reason of its own', () =>
    expect(statusOf(aToldCall({ calledBack }), { ...asked, logging: { ...defaultPolicy('en').logging, 'inbound-answered': 'open' } })).toBe(
      'open',
    ));
  test('a withheld number is nobody’s', () =>
    expect(statusOf(anUnansweredCall({ customer: { withheld: true }, calledBack }))).toBe('open'));
  test('what isn’t logged isn’t logged', () =>
    expect(statusOf(anUnansweredCall({ calledBack }), { ...asked, logging: { ...defaultPolicy('en').logging, missed: 'skip' } })).toBe(
      undefined,
    ));
  test('in the language of the record; the date is of the zone of the due date, by our clock', () => {
    const lateAt = Date.UTC(2026, 2, 2, 23, 30) as Instant;
    const lines = languages.map((language) =>
      [
        { ...calledBack, at: lateAt },
        { at: lateAt, by: calledBack.by },
        { ...calledBack, at: lateAt, direction: 'inbound' as const },
        { at: lateAt, by: calledBack.by, direction: 'inbound' as const },
      ].map((one) => {
        const call = anUnansweredCall({ calledBack: one });
        const inputs = { ...inputsFor(call, { ...defaultPolicy(language), ...asked }), clockOffsetMs: 3_600_000 };
        return decide(call, inputs, noLinks).wants[0]?.record.system[0];
      }),
    );
    expect(lines).toEqual([
      [
        'Called back by Anna Sato on 2026-03-03',
        'Called back on 2026-03-03',
        'Called again and was answered by Anna Sato on 2026-03-03',
        'Called again and was answered on 2026-03-03',
      ],
      [
        '2026-03-03 に Anna Sato が折り返し済み',
        '2026-03-03 に折り返し済み',
        '2026-03-03 に再度着信、Anna Sato が応答済み',
        '2026-03-03 に再度着信、応答済み',
      ],
      [
        'Rappelé par Anna Sato le 2026-03-03',
        'Rappelé le 2026-03-03',
        'Nouvel appel du client, pris par Anna Sato le 2026-03-03',
        'Nouvel appel du client, pris le 2026-03-03',
      ],
      [
        'Перезвонили: Anna Sato, 2026-03-03',
        'Перезвонили: 2026-03-03',
        'Клиент позвонил снова, ответ: Anna Sato, 2026-03-03',
        'Клиент позвонил снова, звонок отвечен: 2026-03-03',
      ],
      [
        'Oddzwoniono: Anna Sato, 2026-03-03',
        'Oddzwoniono: 2026-03-03',
        'Klient zadzwonił ponownie, odebrano: Anna Sato, 2026-03-03',
        'Klient zadzwonił ponownie, odebrano: 2026-03-03',
      ],
    ]);
  });
});

describe('W9: what a person took back', () => {
  const undone = [{ policyVersion: 3, by: 'Olga' }];
  test('is not wanted while the decision rests on that version', () =>
    expect(deciding(anUnansweredCall({ undone }))).toMatchObject({
      wants: [],
      verdict: { is: 'skipped', rule: 'undone by a person', because: 'undone by Olga: policy version 3', undone: undone[0] },
    }));
  test('is wanted again under another', () =>
    expect(deciding(anUnansweredCall({ undone: [{ policyVersion: 2, by: 'Olga' }] })).verdict.is).toBe('wants'));
  test('C2: a part stays a part', () =>
    expect(deciding(anUnansweredCall({ undone, partOf: 'c-40' as CallId })).verdict.is).toBe('part-of'));
});

describe('D5: every decision answers “why?” and “why not?”', () => {
  const { trace, facts } = deciding(anUnansweredCall());
  test('the facts the rules looked at are kept', () =>
    expect(facts).toEqual({
      partOf: 'nothing',
      phase: 'ended',
      integration: 'on',
      type: 'missed',
      hours: 'not asked',
      setting: 'open',
      record: 'not chosen',
      memo: 'none',
      callBack: 'not looked for',
      undone: 'no',
      moment: 'not reached',
    }));
  test('every rule is there in its order, also those after the one that fired', () =>
    expect(trace.map(({ rule }) => rule)).toEqual([
      'part of another call',
      'undone by a person',
      'still live',
      'a person chose the record',
      'internal call',
      'called back',
      'outbound answered',
      'outbound unanswered',
      'inbound answered',
      'missed',
      'voicemail',
      'direction unknown',
    ]));
  test('in words', () =>
    expect(trace.map(explainStep)).toEqual([
      '“part of another call” did not fire: the call would have to be part of “another call”, and is “nothing”.',
      '“undone by a person” did not fire: taken back would have to be “by a person”, and is “no”.',
      '“still live” did not fire: the call would have to be “live”, and is “ended”.',
      '“a person chose the record” did not fire: the setting for this type of call would have to be “skip”, and is “open”.',
      '“internal call” did not fire: the type of the call would have to be “internal”, and is “missed”.',
      '“called back” did not fire: a later talk with this number would have to be “answered since”, and is “not looked for”.',
      '“outbound answered” did not fire: the type of the call would have to be “outbound-answered”, and is “missed”.',
      '“outbound unanswered” did not fire: the type of the call would have to be “outbound-unanswered”, and is “missed”.',
      '“inbound answered” did not fire: the type of the call would have to be “inbound-answered”, and is “missed”.',
      '“missed” fired: the call is logged as open. Nobody talked with the customer. The policy names no default owner. The owner is Integration, as whom Cordboard is connected (AC-33). Due 2026-03-02: 4 h after the end of the call, in UTC (RS-43). Looked for +81312345678 in the book: nobody has it.',
      '“voicemail” did not fire: the type of the call would have to be “voicemail”, and is “missed”.',
      '“direction unknown” did not fire: the type of the call would have to be “unknown”, and is “missed”.',
    ]));
  test('a rule that would have matched says which one stood before it', () => {
    const step = deciding(aToldCall({ partOf: 'c-40' as CallId })).trace.find(({ rule }) => rule === 'inbound answered');
    expect(step && explainStep(step)).toBe('“inbound answered” was not needed: “part of another call” stands before it and fired.');
  });
  test('a skipped call says so in its trace', () => {
    const step = deciding(aToldCall({ type: 'internal', direction: 'internal' })).trace.find(({ rule }) => rule === 'internal call');
    expect(step && explainStep(step)).toBe(
      '“internal call” fired: the call is not logged. Calls between colleagues are not logged (DP-52).',
    );
  });
});

describe('whatever the call', () => {
  const text = fc.oneof(fc.constantFrom(...Object.values(hostileTexts)), anyText({ maxLength: 60 }));
  const agent = fc.oneof(
    fc.constantFrom(anna, ben),
    fc.tuple(fc.constantFrom(...hostileKeys), text).map(([id, name]) => anAgent(id, name)),
  );
  const maybe = <T>(some: fc.Arbitrary<T>) => fc.option(some, { nil: undefined });
  const some = <T>(one: fc.Arbitrary<T>) => fc.array(one, { maxLength: 4 });
  const instant = fc.integer({ min: 0, max: 4_102_444_800_000 }).map((ms) => ms as Instant);
  const whole = fc.nat({ max: 100_000 });
  const url = fc.oneof(fc.webUrl({ validSchemes: ['https', 'http', 'javascript'] }), text);
  const anyCall: fc.Arbitrary<Call> = fc
    .record({
      phase: fc.constantFrom('ringing', 'talking', 'ended', 'ended', 'ended'),
      type: maybe(fc.constantFrom(...callTypeSettings, 'internal')),
      direction: maybe(fc.constantFrom('inbound', 'outbound', 'internal')),
      customer: fc.record(
        { number: fc.constant('+48221234567' as PhoneNumber), asSent: text, name: text, email: text, withheld: fc.constant(true as const) },
        { requiredKeys: [] },
      ),
      line: maybe(fc.record({ id: text, name: text }, { requiredKeys: ['id'] })),
      startedAt: instant,
      answeredAt: maybe(instant),
      endPresumed: fc.boolean(),
      endCause: maybe(text),
      answeredBy: maybe(agent),
      lastWith: maybe(agent),
      dialledBy: maybe(agent),
      waitSeconds: whole,
      talkSeconds: whole,
      transfers: some(
        fc.record({
          at: instant,
          from: agent,
          to: fc.record({ asDialled: text, agent }, { requiredKeys: ['asDialled'] }),
          how: fc.constantFrom('blind', 'attended'),
        }),
      ),
      voicemail: maybe(fc.record({ seconds: fc.nat(), url }, { requiredKeys: [] })),
      recordings: some(
        fc.record(
          { recordingId: fc.oneof(fc.constantFrom(...hostileKeys), text), url, seconds: whole },
          { requiredKeys: ['recordingId', 'url'] },
        ),
      ),
      transcript: maybe(fc.record({ url, text: text.map((line) => line.repeat(5)) }, { requiredKeys: [] })),
      analysis: maybe(fc.record({ score: fc.integer(), summary: text }, { requiredKeys: [] })),
      tags: some(text),
      comments: some(fc.record({ at: instant, text }, { requiredKeys: ['at', 'text'] })),
      linked: maybe(
        fc.record(
          {
            who: fc.record({ kind: fc.constantFrom('Lead', 'Contact'), id: text, name: text }),
            what: fc.record({ kind: fc.constant('Case'), id: text }),
            by: agent,
          },
          { requiredKeys: [] },
        ),
      ),
      calledBack: maybe(
        fc.record(
          { at: instant, by: text.map((id) => id as CallId), direction: fc.constantFrom('inbound', 'outbound'), agent },
          { requiredKeys: ['at', 'by'] },
        ),
      ),
      undone: fc.option(fc.constant([{ policyVersion: 3, by: 'Olga\n' }]), { nil: [], freq: 4 }),
      partOf: maybe(fc.constant('c-40' as CallId)),
    })
    .map((changes) => aToldCall(changes as Partial<Call>));
  const office = { week: { monday: ['09:00-17:00'], friday: ['22:00-06:00+1'] }, holidays: [], exceptions: [] };
  const anyInputs = (call: Call): fc.Arbitrary<Inputs> =>
    fc
      .record({
        language: fc.constantFrom(...languages),
        logging: fc.record(
          Object.fromEntries(callTypeSettings.map((type) => [type, fc.constantFrom('completed', 'open', 'skip')])) as Record<
            CallTypeSetting,
            fc.Arbitrary<Logging>
          >,
        ),
        closeWhenCalledBack: fc.boolean(),
        calls: fc.constantFrom('always', 'in hours'),
        count: fc.constantFrom('clock', 'business hours'),
        clockOffsetMs: fc.integer({ min: -1e8, max: 1e8 }),
        owner: fc.option(
          fc.constantFrom('Asia/Tokyo', 'Pacific/Apia', 'No/Where', '').map((zone) => ({ ...annaInCrm, zone })),
          { nil: null },
        ),
      })
      .map(({ language, logging, closeWhenCalledBack, clockOffsetMs, owner, calls, count }) => ({
        ...inputsFor(call, {
          ...defaultPolicy(language),
          logging,
          closeWhenCalledBack,
          hours: { calendars: { office }, calendar: 'office', calls, messages: calls },
          followUp: { ...defaultPolicy(language).followUp, count },
        }),
        clockOffsetMs,
        people: { anna: owner },
        fallbackOwner: owner,
      }));
  /** What the fold makes of any facts, and what it never would: decide trusts neither to be likely. */
  const anyFolded = anyEvents().map((events) => foldCall('c1' as CallId, events) ?? aToldCall());
  const anyCase = fc.oneof(anyCall, anyFolded).chain((call) => fc.tuple(fc.constant(call), anyInputs(call)));

  test('it is decided (total), twice the same (pure), and a night in the database changes nothing', () => {
    fc.assert(
      fc.property(anyCase, ([call, inputs]) => {
        const decision = decide(call, inputs, noLinks);
        expect(decide(structuredClone(call), structuredClone(inputs), structuredClone(noLinks))).toEqual(decision);
        expect((JSON.parse(JSON.stringify(decision)) as typeof decision).trace).toEqual(decision.trace);
      }),
      { numRuns: 200 },
    );
  });

  test('D5: every rule is in the trace exactly once, exactly one fired, and it agrees with the verdict', () => {
    fc.assert(
      fc.property(anyCase, ([call, inputs]) => {
        const { trace, wants, verdict } = decide(call, inputs, noLinks);
        const rules = trace.map(({ rule }) => rule);
        expect(new Set(rules).size).toBe(rules.length);
        const ofCalls = (inputs.policy.hours.calls === 'in hours' ? 13 : 12) + (call.noted ? 1 : 0);
        expect(rules.length).toBe(call.messages ? 6 : ofCalls);
        const fired = trace.filter((step) => 'fired' in step);
        expect(fired.length).toBe(1);
        expect(wants.length).toBe(verdict.is === 'wants' ? 1 : 0);
        for (const { rule } of wants) expect(rule).toBe(fired[0]?.rule);
        for (const step of trace) expect(explainStep(step)).toMatch(/\.$/);
      }),
      { numRuns: 200 },
    );
  });

  test('S3: single lines have no control characters and fit their fields; links are https; the comment has its cap', () => {
    fc.assert(
      fc.property(anyCase, ([call, inputs]) => {
        for (const { record } of decide(call, inputs, noLinks).wants) {
          for (const line of [record.subject, record.result, ...record.system]) {
            expect(line).not.toMatch(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/u);
            expect(line.isWellFormed()).toBe(true);
          }
          expect(record.memo).not.toMatch(/[^\P{Cc}\n\t]/u);
          expect(Math.max(record.subject.length, record.result.length)).toBeLessThanOrEqual(255);
          expect(record.subject).not.toBe('');
          expect([record.memo, ...record.system].join('\n').length).toBeLessThanOrEqual(commentCap);
          expect(record.dueDate).toMatch(/^\d{4}-\d{2}-\d{2}$/);
          expect(record.who?.kind === 'Lead' && record.what !== undefined).toBe(false);
        }
      }),
      { numRuns: 200 },
    );
  });
});

test('W1: the one log of a call has no qualifier', () =>
  expect(deciding(aToldCall({ startedAt: noon })).wants).toMatchObject([{ role: 'log', qualifier: '' }]));
