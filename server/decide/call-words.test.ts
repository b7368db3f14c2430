import { describe, expect, test } from 'vitest';
import type { Call } from '../call/call.ts';
import type { PhoneNumber } from '../call/event.ts';
import { anUnansweredCall, aToldCall, noon } from '../testing/a-told-call.ts';
import {
  customerOf,
  detailOf,
  isAnswered,
  isOpenEnded,
  lineOf,
  minutesOf,
  numberOf,
  outcomeOf,
  resultOf,
  shownRecordings,
  shownVoicemail,
  tagsOf,
} from './call-words.ts';
import { words } from './words.ts';

const number = '+81312345678' as PhoneNumber;

test.each<[string, Partial<Call>, boolean]>([
  ['one we took', { type: 'inbound-answered' }, true],
  ['one they took', { type: 'outbound-answered' }, true],
  ['one they did not take', { type: 'outbound-unanswered' }, false],
  ['a missed one, whatever was told of it', { type: 'missed', answeredAt: noon }, false],
  ['a voicemail', { type: 'voicemail' }, false],
  ['of colleagues, if one of them answered', { type: 'internal', answeredAt: noon }, true],
  ['of colleagues, in vain', { type: 'internal', answeredAt: undefined }, false],
  ['one that goes on', { type: undefined }, false],
])('was it answered: %s', (_, changes, is) => expect(isAnswered(aToldCall(changes))).toBe(is));

test('DP-49: minutes of what was answered, one at least; of anything else none', () => {
  const minutes = (talkSeconds: number, type: Call['type'] = 'inbound-answered') =>
    (['ceil', 'floor', 'round'] as const).map((rounding) => minutesOf(aToldCall({ type, talkSeconds }), rounding));
  expect([minutes(0), minutes(60.4), minutes(60.5), minutes(90), minutes(119.4), minutes(200, 'missed')]).toEqual([
    [1, 1, 1],
    [1, 1, 1],
    [2, 1, 1],
    [2, 1, 2],
    [2, 1, 2],
    [0, 0, 0],
  ]);
});

describe('what became of it', () => {
  const ended = { phase: 'ended', answeredAt: undefined } as const;
  test.each<[Partial<Call>, string | undefined, string]>([
    [{ ...ended, type: 'inbound-answered', outcome: 'answered' }, undefined, 'Answered'],
    [{ ...ended, type: 'missed', outcome: 'missed' }, undefined, 'Missed'],
    [{ ...ended, type: 'missed', outcome: 'closed' }, 'out of hours', 'Missed (out of hours)'],
    [{ ...ended, type: 'missed', outcome: 'abandoned' }, 'caller hung up', 'Missed (caller hung up)'],
    [{ ...ended, type: 'missed', outcome: 'busy' }, undefined, 'Missed'],
    [{ ...ended, type: 'voicemail', outcome: 'closed' }, undefined, 'Voicemail'],
    [{ ...ended, type: 'voicemail', outcome: 'abandoned' }, undefined, 'Voicemail'],
    [{ ...ended, type: 'outbound-unanswered', outcome: 'cancelled' }, 'given up', 'No answer (given up)'],
    [{ ...ended, type: 'outbound-unanswered', outcome: 'busy' }, 'busy', 'No answer (busy)'],
    [{ ...ended, type: 'outbound-unanswered', outcome: 'declined' }, 'declined', 'No answer (declined)'],
    [{ ...ended, type: 'outbound-unanswered', outcome: 'no such number' }, 'no such number', 'No answer (no such number)'],
    [{ ...ended, type: 'outbound-unanswered', outcome: 'unreachable' }, 'not reachable', 'No answer (not reachable)'],
    [{ ...ended, type: 'outbound-unanswered', outcome: 'no answer' }, undefined, 'No answer'],
    [{ ...ended, type: 'outbound-unanswered', outcome: 'closed' }, undefined, 'No answer'],
    [{ ...ended, type: 'inbound-answered', outcome: 'cancelled' }, undefined, 'Answered'],
    [{ ...ended, type: undefined, outcome: undefined }, undefined, 'No answer'],
    [{ phase: 'talking', type: undefined, outcome: undefined }, undefined, ''],
    [{ phase: 'ringing', type: 'internal', outcome: undefined }, undefined, 'Internal'],
  ])('%o: why is %s, in full “%s”', (changes, detail, outcome) => {
    const call = aToldCall(changes);
    expect([detailOf(call, words.en), outcomeOf(call, words.en)]).toEqual([detail, outcome]);
  });
  test('nothing yet while it goes on and nobody answered', () =>
    expect(
      [{ phase: 'ringing', type: undefined } as const, { phase: 'ended', type: undefined } as const, { phase: 'ringing' } as const].map(
        (changes) => isOpenEnded(aToldCall(changes)),
      ),
    ).toEqual([true, false, false]));
});

describe('AC-32: outcome and tags', () => {
  const tagged = (tags: readonly string[], changes: Partial<Call> = {}) => aToldCall({ tags, ...changes });
  const vip = tagged([' vip\n', '', 'complaint']);
  test('tags are lines of their own, empty ones are none', () => expect(tagsOf(vip)).toEqual(['vip', 'complaint']));
  test('both, unless the policy wants one of them; whether all tags are in it is said', () => {
    expect([
      resultOf(vip, words.en),
      resultOf(vip, words.en, 'outcome'),
      resultOf(vip, words.en, 'tags'),
      resultOf(tagged([]), words.en, 'outcome'),
      resultOf(tagged([]), words.en, 'tags'),
    ]).toEqual([
      { text: 'Answered, vip, complaint', complete: true },
      { text: 'Answered', complete: false },
      { text: 'vip, complaint', complete: true },
      { text: 'Answered', complete: true },
      { text: '', complete: true },
    ]);
  });
  test('what the agent chose when wrapping up stands in the place of the outcome', () =>
    expect([
      resultOf(tagged(['vip'], { wrapUp: ' Interested\n' }), words.en).text,
      resultOf(tagged(['vip'], { wrapUp: 'Interested' }), words.en, 'tags').text,
      resultOf(tagged(['vip'], { wrapUp: ' ' }), words.en).text,
    ]).toEqual(['Interested, vip', 'vip', 'Answered, vip']));
  test('cut between tags at 255 characters, with a mark', () => {
    const [long, short] = ['x'.repeat(200), 'y'.repeat(60)];
    const fits = 'z'.repeat(255 - 'Answered, , …'.length);
    expect([
      resultOf(tagged([long, short, 'vip']), words.en),
      resultOf(tagged([long, short, 'vip']), words.en, 'tags'),
      resultOf(tagged([fits, short]), words.en),
      resultOf(tagged([`${fits}z`, short]), words.en),
      resultOf(tagged(['x'.repeat(255)]), words.en, 'tags'),
    ]).toEqual([
      { text: `Answered, ${long}, …`, complete: false },
      { text: `${long}, …`, complete: false },
      { text: `Answered, ${fits}, …`, complete: false },
      { text: 'Answered, …', complete: false },
      { text: 'x'.repeat(255), complete: true },
    ]);
  });
});

test.each<[Call['line'], string]>([
  [{ id: 'sales', name: ' Sales\n', number: '+48221234567' as PhoneNumber }, 'Sales'],
  [{ id: 'sales', name: ' ', number: '+48221234567' as PhoneNumber }, '+48221234567'],
  [{ id: 'sales' }, 'sales'],
  [undefined, ''],
])('MT-24: the line %o is called “%s”', (line, name) => expect(lineOf(aToldCall({ line }))).toBe(name));

test.each<[Call['customer'], string, string]>([
  [{ number, name: 'Hanako\nTanaka', email: ' h@example.com ' }, number, `Hanako Tanaka, ${number}, h@example.com`],
  [{ number, asSent: '03-1234-5678' }, number, number],
  [{ asSent: ' 03-1234\n' }, '03-1234', '03-1234'],
  [{ asSent: 'anonymous', withheld: true }, 'anonymous', 'anonymous'],
  [{ withheld: true, name: 'Hanako' }, 'number withheld', 'Hanako, number withheld'],
  [{ email: 'h@example.com' }, 'unknown', 'unknown, h@example.com'],
  [{}, 'unknown', 'unknown'],
])('the customer %o: number “%s”, in full “%s”', (customer, said, full) => {
  const call = aToldCall({ customer });
  expect([numberOf(call, words.en), customerOf(call, words.en)]).toEqual([said, full]);
});

describe('DP-50: what a person may listen to', () => {
  const facts = { recordingLinks: {}, settled: true };
  test('recordings at our own page, else where the phone system has them, if that is safe', () =>
    expect(
      shownRecordings(
        aToldCall({
          recordings: [
            { recordingId: 'ours', url: 'https://pbx.example/ours', seconds: 61 },
            { recordingId: 'unsafe', url: 'https://pbx.example/unsafe' },
            { recordingId: 'theirs', url: 'https://pbx.example/theirs', seconds: 0 },
            { recordingId: 'toString', url: 'https://pbx.example/named' },
            { recordingId: 'nowhere', url: 'http://10.0.0.5/r.wav', seconds: 5 },
          ],
        }),
        { ...facts, recordingLinks: { ours: 'https://cb.example/r/1', unsafe: 'http://cb.example/r/2' } },
      ),
    ).toEqual([
      { url: 'https://cb.example/r/1', seconds: 61 },
      { url: 'https://pbx.example/unsafe' },
      { url: 'https://pbx.example/theirs', seconds: 0 },
      { url: 'https://pbx.example/named' },
    ]));
  test.each<[string, Call['voicemail'], string | undefined, string | undefined]>([
    ['none was left', undefined, 'https://cb.example/vm/1', undefined],
    ['ours first', { url: 'https://pbx.example/vm' }, 'https://cb.example/vm/1', 'https://cb.example/vm/1'],
    ['ours is not safe', { url: 'https://pbx.example/vm' }, 'http://cb.example/vm/1', 'https://pbx.example/vm'],
    ['theirs alone', { url: 'https://pbx.example/vm' }, undefined, 'https://pbx.example/vm'],
    ['without an address', { seconds: 5 }, undefined, undefined],
  ])('a voicemail: %s', (_, voicemail, voicemailLink, shown) =>
    expect(shownVoicemail(anUnansweredCall({ voicemail }), { ...facts, ...(voicemailLink !== undefined && { voicemailLink }) })).toBe(
      shown,
    ),
  );
});
