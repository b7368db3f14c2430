import { describe, expect, test } from 'vitest';
import type { Call } from '../call/call.ts';
import type { PhoneNumber } from '../call/event.ts';
import { matchCall, nobodyKnown, type Match } from '../match/match.ts';
import { anUnansweredCall, at, aToldCall, noon } from '../testing/a-told-call.ts';
import { decide, explainStep } from './decide.ts';
import { calendarNamed, calendarOf, isOpenAt, judgeHours, judgeMessage } from './hours-of-call.ts';
import { inputsOfCall } from './layers.ts';
import type { Inputs } from './pin.ts';
import { defaultPolicy, parsePolicy, type Policy } from './policy.ts';

const workdays = Object.fromEntries(['monday', 'tuesday', 'wednesday', 'thursday', 'friday'].map((day) => [day, ['09:00-17:00']]));
const policyWith = (given: object): Policy =>
  parsePolicy({
    language: 'en',
    hours: {
      calendar: 'office',
      calls: 'in hours',
      calendars: { office: { week: workdays }, tokyo: { zone: 'Asia/Tokyo', week: workdays } },
      ...given,
    },
  });
const inputs = (call: Call, policy: Policy, changes: Partial<Inputs> = {}): Inputs => ({
  policyVersion: 3,
  policy,
  people: { anna: { crmUserId: '005A', zone: 'Asia/Tokyo', name: 'Anna Sato' } },
  fallbackOwner: { crmUserId: '005Z', zone: 'UTC', name: 'Integration' },
  named: {},
  match: matchCall(call, nobodyKnown, policy.match),
  clockOffsetMs: 0,
  ...changes,
});
const deciding = (call: Call, policy: Policy, changes: Partial<Inputs> = {}) =>
  decide(call, inputs(call, policy, changes), { recordingLinks: {}, settled: true });
const judged = (call: Call, policy: Policy, clockOffsetMs = 0) =>
  judgeHours(call, inputsOfCall(call, inputs(call, policy, { clockOffsetMs })).inputs);
const callAt = (iso: string, changes: Partial<Call> = {}) => aToldCall({ startedAt: at(iso), ...changes });
/** 21:00 in Tokyo. */
const evening = '2026-03-02T12:00:00Z';

describe('AC-09: calls are logged in business hours only, or also when it is closed', () => {
  const warsaw = { line: { id: 'sales', zone: 'Europe/Warsaw' } };
  test('in hours it is logged, and the trace says by which hours', () => {
    const { verdict, trace } = deciding(callAt('2026-03-02T15:59:00Z', warsaw), policyWith({}));
    expect(verdict.is).toBe('wants');
    expect(trace.find((step) => 'fired' in step)).toMatchObject({
      rule: 'inbound answered',
      because: expect.arrayContaining(['In hours (office: Monday 2026-03-02 16:59 in Europe/Warsaw; open 09:00-17:00).']),
    });
  });
  test('out of hours it is not, and says why, of whichever type it is', () => {
    const because = 'Out of hours (office: Monday 2026-03-02 17:00 in Europe/Warsaw; open 09:00-17:00): such calls are not logged (AC-09).';
    for (const call of [callAt('2026-03-02T16:00:00Z', warsaw), anUnansweredCall({ startedAt: at('2026-03-02T16:00:00Z'), ...warsaw })])
      expect(deciding(call, policyWith({}))).toMatchObject({ wants: [], verdict: { is: 'skipped', rule: 'out of hours', because } });
  });
  test('always: the hours are not asked, and no rule is about them', () => {
    const call = callAt('2026-03-07T12:00:00Z');
    const rules = (calls: string) => deciding(call, policyWith({ calls })).trace.map(({ rule }) => rule);
    expect(judged(call, policyWith({ calls: 'always' }))).toEqual({ is: 'not asked' });
    expect([rules('always').includes('out of hours'), rules('in hours').includes('out of hours')]).toEqual([false, true]);
  });
  test('in hours the rule says that it did not fire, and why', () => {
    const step = deciding(callAt(evening), policyWith({})).trace.find(({ rule }) => rule === 'out of hours');
    expect(step && explainStep(step)).toBe(
      '“out of hours” did not fire: the start of the call would have to be “out of hours”, and is “in hours”.',
    );
  });
  test('calls between colleagues are internal first', () =>
    expect(deciding(callAt(evening, { type: 'internal', direction: 'internal' }), policyWith({})).verdict).toMatchObject({
      rule: 'internal call',
    }));
  test('a live call waits; when it was is told at its end', () =>
    expect(deciding(callAt(evening, { phase: 'talking', type: undefined, endedAt: undefined }), policyWith({})).verdict.is).toBe(
      'waiting',
    ));
  test('AC-08, DP-52: what a person explicitly links is written out of hours, too', () =>
    expect(
      deciding(callAt('2026-03-07T12:00:00Z', { linked: { who: { kind: 'Contact', id: '003A' } } }), policyWith({})).trace.find(
        (step) => 'fired' in step,
      ),
    ).toMatchObject({ rule: 'a person chose the record', outcome: 'completed' }));
  test('D4: what isn’t logged has nothing to close', () => {
    const policy = { ...policyWith({}), closeWhenCalledBack: true };
    const call = anUnansweredCall({ startedAt: at('2026-03-07T12:00:00Z'), calledBack: { at: noon, by: 'c-9' as Call['id'] } });
    expect(deciding(call, policy)).toMatchObject({ verdict: { rule: 'out of hours' }, facts: { callBack: 'not looked for' } });
  });
});

describe('D1: when a call was', () => {
  const is = (call: Call, policy: Policy, clockOffsetMs = 0) => judged(call, policy, clockOffsetMs).is;
  test('is judged at its start: what begins in hours and ends out is in, and the other way round out', () => {
    const policy = policyWith({});
    expect(is(callAt('2026-03-02T16:59:59Z', { endedAt: at('2026-03-02T17:30:00Z') }), policy)).toBe('in hours');
    expect(is(callAt('2026-03-02T08:59:59Z', { endedAt: at('2026-03-02T09:30:00Z') }), policy)).toBe('out of hours');
  });
  test('is judged in the calendar’s zone, else the line’s, else the policy’s', () => {
    const tokyosLine = { line: { id: 'sales', zone: 'Asia/Tokyo' } };
    expect(is(callAt(evening), policyWith({}))).toBe('in hours');
    expect(is(callAt(evening, tokyosLine), policyWith({}))).toBe('out of hours');
    expect(is(callAt(evening), policyWith({ calendar: 'tokyo' }))).toBe('out of hours');
    expect(is(callAt(evening, { line: { id: 'sales', zone: 'UTC' } }), policyWith({ calendar: 'tokyo' }))).toBe('out of hours');
    expect(is(callAt(evening), { ...policyWith({}), zone: 'Asia/Tokyo' })).toBe('out of hours');
    expect(is(callAt(evening, { line: { id: 'sales', zone: 'No/Where' } }), policyWith({}))).toBe('in hours');
  });
  test('C6: is told by our clock, from two seconds on', () => {
    const call = callAt('2026-03-02T17:00:00Z');
    expect([0, -1_999, -2_000].map((offset) => is(call, policyWith({}), offset))).toEqual(['out of hours', 'out of hours', 'in hours']);
  });
  test('is judged again when a fact says that it began earlier', () =>
    expect([callAt('2026-03-02T17:01:00Z'), callAt('2026-03-02T16:58:00Z')].map((call) => is(call, policyWith({})))).toEqual([
      'out of hours',
      'in hours',
    ]));
});

describe('a line of its own', () => {
  const lines = (hours: object) => parsePolicy({ ...policyWith({}), lines: { '+81311112222': { hours }, sales: { stranger: {} } } });
  const line = { id: 'sales', number: '+81311112222' as PhoneNumber };
  test('has its own calendar, by its number or its id', () =>
    expect(judged(callAt(evening, { line }), lines({ calendar: 'tokyo' }))).toMatchObject({
      is: 'out of hours',
      because: expect.stringContaining('(tokyo: Monday 2026-03-02 21:00 in Asia/Tokyo; open 09:00-17:00)'),
    }));
  test('can be logged always, while others are in hours only', () =>
    expect(judged(callAt('2026-03-07T12:00:00Z', { line }), lines({ calls: 'always' }))).toEqual({ is: 'not asked' }));
  test('is no word every object knows', () =>
    expect(judged(callAt('2026-03-07T12:00:00Z', { line: { id: 'constructor' } }), policyWith({})).is).toBe('out of hours'));
});

describe('AC-10: a stranger who calls out of hours', () => {
  const match: Match = { candidates: [], searched: 'The book.', stranger: true };
  const policy = { ...policyWith({}), stranger: { ...defaultPolicy('en').stranger, answered: 'lead', missed: 'lead' } as const };
  const talking = { phase: 'talking', type: undefined, endedAt: undefined } as const;
  test('is made no lead of, neither while they talk nor afterwards', () => {
    const made = (iso: string, changes: Partial<Call>) => deciding(callAt(iso, changes), policy, { match }).person?.record.kind;
    expect([made(evening, talking), made(evening, {})]).toEqual(['lead', 'lead']);
    expect([made('2026-03-07T12:00:00Z', talking), made('2026-03-07T12:00:00Z', {})]).toEqual([undefined, undefined]);
  });
});

describe('what was judged, and how', () => {
  const policy = (given: object = {}) => policyWith({ messages: 'in hours', ...given });
  const said = (look: string) => `(office: ${look}; open 09:00-17:00)`;
  test('a message by its own time, a call by its start, each if it is asked', () => {
    const call = callAt('2026-03-02T17:30:00Z');
    const message = (iso: string, given: object = {}) => judgeMessage(call, at(iso), { policy: policy(given), clockOffsetMs: 0 });
    expect([
      message('2026-03-03T09:00:00Z'),
      message('2026-03-03T08:59:00Z'),
      message('2026-03-03T08:59:00Z', { messages: 'always' }),
      judgeHours(call, { policy: policy({ messages: 'always' }), clockOffsetMs: 0 }),
      judgeHours(call, { policy: policy({ calls: 'always' }), clockOffsetMs: 0 }),
      judgeHours(call, { policy: defaultPolicy('en'), clockOffsetMs: 0 }),
    ]).toEqual([
      { is: 'in hours', because: `In hours ${said('Tuesday 2026-03-03 09:00 in UTC')}.` },
      { is: 'out of hours', because: `Out of hours ${said('Tuesday 2026-03-03 08:59 in UTC')}: such messages are not logged (AC-09).` },
      { is: 'not asked' },
      { is: 'out of hours', because: `Out of hours ${said('Monday 2026-03-02 17:30 in UTC')}: such calls are not logged (AC-09).` },
      { is: 'not asked' },
      { is: 'not asked' },
    ]);
  });
  test('whether it was open is known wherever there is a calendar, asked or not', () => {
    const open = (iso: string, given: Policy) => isOpenAt(callAt(iso), { policy: given, clockOffsetMs: 0 });
    expect([
      open('2026-03-02T09:00:00Z', policy({ calls: 'always' })),
      open('2026-03-02T08:00:00Z', policy({ calls: 'always' })),
      open('2026-03-02T09:00:00Z', defaultPolicy('en')),
      open('2026-03-02T17:00:00Z', { ...policy({}), zone: 'No/Where' }),
    ]).toEqual([true, false, undefined, false]);
  });
  test('a calendar is found by its own name alone', () => {
    const given = policy();
    expect([calendarOf(given), calendarNamed('tokyo', given), calendarNamed('toString', given), calendarNamed(undefined, given)]).toEqual([
      { name: 'office', calendar: given.hours.calendars['office'] },
      { name: 'tokyo', calendar: given.hours.calendars['tokyo'] },
      undefined,
      undefined,
    ]);
  });
});
