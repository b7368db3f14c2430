import { describe, expect, test } from 'vitest';
import type { Call } from '../call/call.ts';
import { anna, at, aToldCall } from '../testing/a-told-call.ts';
import { commentsOf, defaultComments } from './comments.ts';
import { defaultPolicy, parsePolicy, PolicyMistakes } from './policy.ts';

const call = (changes: Partial<Call> = {}) =>
  aToldCall({
    endedAt: at('2026-03-02T12:00:00Z'),
    comments: [
      { at: at('2026-03-02T12:04:00Z'), text: ' on time\r\nin two lines', agent: anna },
      { at: at('2026-03-02T12:10:00Z'), text: 'in the last moment' },
      { at: at('2026-03-02T12:10:00.001Z'), text: 'too late' },
      { at: at('2026-03-02T12:11:00Z'), text: '\u0000' },
    ],
    ...changes,
  });
const until = (comments: object, changes: Partial<Call> = {}) =>
  commentsOf(call(changes), { ...defaultPolicy('en'), comments: { ...defaultComments, ...comments } });
const [onTime, lastMoment] = ['on time\nin two lines', 'in the last moment'];

describe('MT-39, MT-40: which comments a log takes up', () => {
  test('all of them, where the policy says nothing, or as long as they come', () => {
    const all = { text: `${onTime}\n${lastMoment}\ntoo late`, late: 0 };
    expect([commentsOf(call(), defaultPolicy('en')), until({ until: 'always' })]).toEqual([all, all]);
  });
  test.each([
    ['as long as the analysis took', { analysedAt: at('2026-03-02T12:04:00Z') }, 10, { text: onTime, late: 3 }],
    ['without an analysis, ten minutes after the end', {}, 10, { text: `${onTime}\n${lastMoment}`, late: 2 }],
    ['or so many as the policy says', {}, 4, { text: onTime, late: 3 }],
    ['before the end is known, all', { endedAt: undefined }, 10, { text: `${onTime}\n${lastMoment}\ntoo late`, late: 0 }],
  ])('until it was analysed: %s', (_, changes, minutesAfterEnd, expected) =>
    expect(until({ until: 'analysed', minutesAfterEnd }, changes)).toEqual(expected),
  );
  test('AC-08: what agents saved here stands below, and nothing cuts it off', () => {
    const memos = ['Saved\nlater', '  '].map((text) => ({ at: at('2026-03-03T12:00:00Z'), text, by: { user: '005A', name: 'Anna' } }));
    expect(until({ until: 'analysed', minutesAfterEnd: 4 }, { noted: { memos } })).toEqual({ text: `${onTime}\nSaved\nlater`, late: 3 });
    expect(until({}, { comments: [], noted: { subject: 'Bread', memos: [] } })).toEqual({ text: '', late: 0 });
  });
});

test('what a policy says about comments is read, and what it can’t say is refused', () => {
  const read = (comments: object) => parsePolicy({ language: 'en', comments }).comments;
  expect([read({ until: 'analysed', minutesAfterEnd: 0 }), read({ until: 'always', minutesAfterEnd: 1_440 })]).toEqual([
    { until: 'analysed', minutesAfterEnd: 0 },
    { until: 'always', minutesAfterEnd: 1_440 },
  ]);
  const mistakes = (comments: object) => {
    try {
      read(comments);
    } catch (error) {
      if (error instanceof PolicyMistakes) return error.mistakes;
    }
    return [];
  };
  expect(mistakes({ until: 'never', minutesAfterEnd: 1_441 })).toEqual([
    { path: 'comments.until', message: 'Choose one of "always", "analysed", not "never".' },
    { path: 'comments.minutesAfterEnd', message: 'Give minutes from 0 to 1440, not 1441.' },
  ]);
});
