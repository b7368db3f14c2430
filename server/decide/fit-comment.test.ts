import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fitComment, type Line } from './fit-comment.ts';
import { words } from './words.ts';

const link = (text: string): Line => ({ text, keep: 'link' });
const fact = (text: string): Line => ({ text, keep: 'fact' });
const long = (text: string): Line => ({ text, keep: 'long' });
const lengthOf = ({ memo, system }: { memo: string; system: readonly string[] }) => [memo, ...system].join('\n').length;

describe('what has to go first when there is too much', () => {
  test('what fits stays in its order', () =>
    expect(fitComment('memo', [long('summary'), fact('a'), link('https://x')], words.en, 100)).toEqual({
      memo: 'memo',
      system: ['summary', 'a', 'https://x'],
    }));
  test('1. the transcript', () =>
    expect(fitComment('memo', [link('https://x'), long('t'.repeat(100)), long('more')], words.en, 60)).toEqual({
      memo: 'memo',
      system: ['https://x', `${'t'.repeat(32)}… (truncated)`],
    }));
  test('2. the end of the memo', () =>
    expect(fitComment('m'.repeat(100), [link('https://x'), long('t')], words.en, 60)).toEqual({
      memo: `${'m'.repeat(37)}… (truncated)`,
      system: ['https://x'],
    }));
  test('3. facts, beyond half of the room, counted', () => {
    const facts = Array.from({ length: 10 }, (_, index) => fact(`fact ${index} ${'.'.repeat(20)}`));
    const { memo, system } = fitComment('m'.repeat(300), [...facts, link('https://x')], words.en, 300);
    expect(system.slice(-2)).toEqual(['https://x', '… (7 more lines on the page of the call)']);
    expect(memo.length).toBeGreaterThan(150);
  });
  test('4. whole links, only when links alone are too much', () => {
    const links = Array.from({ length: 10 }, (_, index) => link(`https://x/${index}`));
    expect(fitComment('memo', links, words.en, 90).system).toEqual([
      'https://x/0',
      'https://x/1',
      'https://x/2',
      'https://x/3',
      '… (6 more lines on the page of the call)',
    ]);
  });
});

describe('to the character', () => {
  const mark = words.en.truncated;
  const left = words.en.linesLeftOut;
  test('what is exactly as long as it may be stays whole, each line with its break', () => {
    const lines = [fact('aa'), long('bbb')];
    expect([fitComment('mmmm', lines, words.en, 11), fitComment('mmmm', lines, words.en, 10)]).toEqual([
      { memo: 'mmmm', system: ['aa', 'bbb'] },
      { memo: 'mmmm', system: ['aa'] },
    ]);
  });
  test('of a memo nothing is left where not even the mark has room; a fact has half of the room, and no more', () =>
    expect([fitComment('mmmm', [fact('aa')], words.en, 6), fitComment('mmmm', [fact('aaa')], words.en, 6)]).toEqual([
      { memo: '', system: ['aa'] },
      { memo: '', system: [left(1)] },
    ]));
  test('a transcript is cut where there is room for the mark, and what follows it is left out', () => {
    const lines = [long('aaaa'), long('b'.repeat(30)), long('c')];
    expect([38, 37, 25, 19, 18, 5, 4].map((cap) => fitComment('', lines, words.en, cap).system)).toEqual([
      ['aaaa', 'b'.repeat(30), 'c'],
      ['aaaa', 'b'.repeat(30)],
      ['aaaa', `${'b'.repeat(6)}${mark}`],
      ['aaaa', mark],
      ['aaaa'],
      [],
      [],
    ]);
  });
  test('facts go from the end until the rest and the count of them are half of the room, or what the memo leaves', () => {
    const facts = Array.from({ length: 5 }, (_, index) => fact(`${index}${'.'.repeat(38)}`));
    const kept = (memo: number, cap: number) => {
      const { memo: fitted, system } = fitComment(
        'm'.repeat(memo),
        [...facts.slice(0, 4), link('https://x'), ...facts.slice(4)],
        words.en,
        cap,
      );
      return [fitted.length, system.map((line) => line.slice(0, 9))];
    };
    const mark = left(6).length + 1;
    const size = 40 + 10 + mark;
    expect([kept(10_000, 2 * size), kept(10_000, 2 * size - 1), kept(100, 100 + size + 40), kept(101, 100 + size + 40)]).toEqual([
      [size, ['0........', 'https://x', left(4).slice(0, 9)]],
      [2 * size - 1 - 10 - mark, ['https://x', left(5).slice(0, 9)]],
      [100, ['0........', '1........', 'https://x', left(3).slice(0, 9)]],
      [101, ['0........', 'https://x', left(4).slice(0, 9)]],
    ]);
  });
  test('a link goes only when links are too much for all of the room', () => {
    const links = [1, 2, 3].map((n) => link(`https://x/${n}${'.'.repeat(89)}`));
    const [first, second, third] = links.map(({ text }) => text);
    const mark = left(4).length + 1;
    const fitted = (lines: readonly Line[], cap: number) => fitComment('m'.repeat(10), lines, words.en, cap).system;
    const withFact = [fact('fact'), ...links];
    expect([fitted(withFact, 318), fitted(withFact, 317), fitted(withFact, 202 + mark), fitted(withFact, 201 + mark)]).toEqual([
      ['fact', first, second, third],
      [first, second, left(2)],
      [first, second, left(2)],
      [first, left(3)],
    ]);
    expect([fitted(links, 303), fitted(links, 302)]).toEqual([
      [first, second, third],
      [first, second, left(1)],
    ]);
  });
});

test('whatever the lines: never over the cap, no link cut, no link left out that had room, nothing invented', () => {
  const lines = fc.array(
    fc
      .tuple(fc.constantFrom('link', 'fact', 'long'), fc.string({ unit: 'grapheme', maxLength: 80 }))
      .map(([keep, text]) => ({ keep, text: keep === 'link' ? `https://x/${text}` : text }) satisfies Line),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(fc.string({ maxLength: 600 }), lines, fc.integer({ min: 100, max: 1000 }), (memo, given, cap) => {
      const fitted = fitComment(memo, given, words.en, cap);
      expect(lengthOf(fitted)).toBeLessThanOrEqual(cap);
      const links = given.filter(({ keep }) => keep === 'link').map(({ text }) => text);
      const kept = fitted.system.filter((line) => line.startsWith('https://x/'));
      expect(kept).toEqual(links.slice(0, kept.length));
      const room = links.reduce((sum, text) => sum + text.length + 1, 0) + words.en.linesLeftOut(given.length).length + 1;
      if (room <= cap) expect(kept.length).toBe(links.length);
      expect(memo.startsWith(fitted.memo.replace(words.en.truncated, ''))).toBe(true);
    }),
    { numRuns: 300 },
  );
});
test('five thousand links and facts are fitted at once', () => {
  const many = Array.from({ length: 5000 }, (_, index): Line =>
    index % 2 ? link(`https://x/${index}/${'y'.repeat(80)}`) : fact(`fact ${index} ${'.'.repeat(80)}`),
  );
  expect(lengthOf(fitComment('m'.repeat(40_000), many, words.ja))).toBeLessThanOrEqual(30_000);
});
