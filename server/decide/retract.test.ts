import { describe, expect, test } from 'vitest';
import type { CallId } from '../call/event.ts';
import { matchCall, nobodyKnown } from '../match/match.ts';
import { anUnansweredCall, aToldCall, noon } from '../testing/a-told-call.ts';
import { decide } from './decide.ts';
import { commentCap } from './fit-comment.ts';
import type { Inputs } from './pin.ts';
import { defaultPolicy } from './policy.ts';
import { retract, retractActivity, roles, type Because, type LastKnown } from './retract.ts';
import { languages, words } from './words.ts';

const inputs = (call = aToldCall()): Inputs => ({
  policyVersion: 1,
  policy: defaultPolicy('en'),
  people: {},
  fallbackOwner: null,
  named: {},
  match: matchCall(call, nobodyKnown, defaultPolicy('en').match),
  clockOffsetMs: 0,
});
const decided = (call = aToldCall()) => decide(call, inputs(call), { recordingLinks: {}, settled: true });
const partOf: Because = { ...decided(aToldCall({ partOf: 'c-40' as CallId })), language: 'en' };
const internal: Because = { ...decided(aToldCall({ type: 'internal' })), language: 'en' };
const reason = 'No longer valid: this call is part of call c-40; see there.';

const untouched: LastKnown = { sent: true, open: true, touchedByHuman: false };
const touched: LastKnown = { sent: true, open: true, touchedByHuman: true };
const completed: LastKnown = { sent: true, open: false, touchedByHuman: false };
const completedByHuman: LastKnown = { sent: true, open: false, touchedByHuman: true };

test('DP-05: while the integration is off, what was written stays as it is', () => {
  const off: Because = {
    ...decide(aToldCall(), { ...inputs(), policy: { ...defaultPolicy('en'), enabled: false } }, { recordingLinks: {}, settled: true }),
    language: 'en',
  };
  expect([untouched, touched, completed].map((last) => retract('log', last, off))).toEqual(['keep', 'keep', 'keep']);
  expect(retract('log', { ...untouched, sent: false }, off)).toBe('drop');
});

// D2: the table of docs/decisions/0010-retraction.md, one test a row
const close = { close: [reason] };
const mark = { markSuperseded: [reason] };
describe('D2: a role that is no longer wanted', () => {
  test.each([
    ['log', close, mark, mark],
    ['review', close, mark, 'keep'],
    ['follow-up', close, mark, 'keep'],
    ['check-setup', close, mark, 'keep'],
    ['task', close, mark, 'keep'],
    ['attribution', 'keep', 'keep', 'keep'],
    ['person', 'keep', 'keep', 'keep'],
    ['case', 'keep', 'keep', 'keep'],
    ['opportunity', 'keep', 'keep', 'keep'],
    ['campaign-member', 'keep', 'keep', 'keep'],
  ] as const)(
    '%s: not sent → dropped; open and untouched, open and touched by a human, completed → as in the table',
    (role, openUntouched, openTouched, done) => {
      for (const open of [true, false])
        for (const touchedByHuman of [true, false]) expect(retract(role, { sent: false, open, touchedByHuman }, partOf)).toBe('drop');
      expect([untouched, touched, completed, completedByHuman].map((last) => retract(role, last, partOf))).toEqual([
        openUntouched,
        openTouched,
        done,
        done,
      ]);
    },
  );
  test('a person is never deleted and nothing is ever said on one', () =>
    expect([untouched, touched, completed].map((last) => retract('person', last, partOf))).toEqual(['keep', 'keep', 'keep']));
  test('while the call waits for something, what was sent stays: its end will say', () => {
    const waiting: Because = { ...decided(aToldCall({ phase: 'talking' })), language: 'en' };
    for (const role of roles)
      expect([retract(role, untouched, waiting), retract(role, { ...untouched, sent: false }, waiting)]).toEqual(['keep', 'drop']);
  });
});

describe('the reason in words', () => {
  const linesOf = (because: Because) => {
    const retraction = retract('log', completed, because);
    return typeof retraction === 'object' && 'markSuperseded' in retraction ? retraction.markSuperseded : [];
  };
  test('C2: part of another call', () => expect(linesOf(partOf)).toEqual([reason]));
  test('DP-52: it turned out to be internal', () =>
    expect(linesOf(internal)).toEqual(['No longer valid: it was an internal call; those are not logged.']));
  test('AC-08: today’s rules don’t log calls of this type', () => {
    const call = anUnansweredCall();
    const policy = { ...defaultPolicy('en'), logging: { ...defaultPolicy('en').logging, missed: 'skip' } } as const;
    expect(linesOf({ ...decide(call, { ...inputs(call), policy }, { recordingLinks: {}, settled: true }), language: 'en' })).toEqual([
      'No longer valid: calls of this type (Missed) are set not to be logged.',
    ]);
  });
  test('the log is wanted, but this record no longer', () =>
    expect(linesOf({ ...decided(), language: 'en' })).toEqual(['No longer valid: the rules no longer ask for this record.']));
  test('in the language the record is written in', () => {
    expect(languages.map((language) => linesOf({ ...partOf, language })[0])).toEqual([
      reason,
      'この記録は無効になりました: この通話は通話 c-40 の一部です。そちらをご覧ください。',
      'N’est plus valable\u00a0: cet appel fait partie de l’appel c-40\u00a0; voir celui-ci.',
      'Запись больше не действительна: этот звонок — часть звонка c-40; смотрите там.',
      'Wpis nieaktualny: to połączenie jest częścią połączenia c-40; zobacz tamto.',
    ]);
  });
  test('W9: a person took it back, in the language the record is written in', () => {
    const undone = decided(anUnansweredCall({ undone: [{ policyVersion: 1, by: 'Olga' }] }));
    expect(languages.map((language) => linesOf({ ...undone, language })[0])).toEqual([
      'No longer valid: undone by Olga: policy version 1.',
      'この記録は無効になりました: Olga がポリシー バージョン 1 の書き込みを取り消しました。',
      'N’est plus valable\u00a0: annulé par Olga\u00a0: version 1 des règles.',
      'Запись больше не действительна: отменено (Olga): версия правил 1.',
      'Wpis nieaktualny: cofnięte (Olga): wersja reguł 1.',
    ]);
  });
  test('W9: of what a person took back, what people have touched is left alone', () => {
    const undone: Because = { ...decided(anUnansweredCall({ undone: [{ policyVersion: 1, by: 'Olga' }] })), language: 'en' };
    for (const role of roles) expect([retract(role, touched, undone), retract(role, completedByHuman, undone)]).toEqual(['keep', 'keep']);
    const words = ['No longer valid: undone by Olga: policy version 1.'];
    expect([
      retract('log', untouched, undone),
      retract('log', completed, undone),
      retract('log', { ...untouched, sent: false }, undone),
    ]).toEqual([{ close: words }, { markSuperseded: words }, 'drop']);
  });
  test('S3: the id of a call is a stranger’s text', () =>
    expect(linesOf({ ...partOf, verdict: { is: 'part-of', call: 'c\n\u202e40' as CallId } })[0]).toBe(
      'No longer valid: this call is part of call c 40; see there.',
    ));
});

describe('the record as it should stand', () => {
  const [wanted] = decided(anUnansweredCall({ comments: [{ at: noon, text: 'call back' }] })).wants;
  if (!wanted) throw new Error('A missed call is logged by default.');
  const last = wanted.record;

  test('open and untouched: completed, the reason first, all else as it was', () =>
    expect(retractActivity(last, close, 'en')).toEqual({ ...last, status: 'completed', system: [reason, ...last.system] }));
  test('touched by a human: only the mark; the status is theirs', () =>
    expect(retractActivity(last, mark, 'en')).toEqual({ ...last, system: [reason, ...last.system] }));
  test('kept is unchanged', () => expect(retractActivity(last, 'keep', 'en')).toBe(last));
  test('twice is once, also when the closed log is looked at again', () => {
    const once = retractActivity(last, close, 'en');
    expect(retractActivity(once, close, 'en')).toEqual(once);
    expect(retractActivity(once, mark, 'en')).toEqual(once);
  });
  test('a full comment keeps its cap, its links and the reason', () => {
    const full = { ...last, memo: 'm'.repeat(commentCap - 30), system: ['Recording: https://x.example'] };
    const { memo, system } = retractActivity(full, mark, 'en');
    expect(system).toEqual([reason, 'Recording: https://x.example']);
    expect([memo, ...system].join('\n').length).toBe(commentCap - 1 + 1);
  });
  test('too much of it: what was a link stays a link, other lines go', () => {
    const links = ['Recording: https://x.example/r', 'See https://x.example/c'];
    const facts = Array.from({ length: 200 }, (_, index) => `Fact ${index} ${'.'.repeat(200)}`);
    const full = { ...last, memo: 'm'.repeat(commentCap), system: [...facts, ...links] };
    const { system, status } = retractActivity(full, close, 'ja');
    expect([system[0], system.slice(-3), status]).toEqual([reason, [...links, words.ja.linesLeftOut(129)], 'completed']);
  });
  test('a mark leaves a task as open as it was, in the words of its own language', () =>
    expect(retractActivity({ ...last, status: 'open' }, { markSuperseded: ['Wpis nieaktualny'] }, 'pl')).toEqual({
      ...last,
      status: 'open',
      system: ['Wpis nieaktualny', ...last.system],
    }));
});
