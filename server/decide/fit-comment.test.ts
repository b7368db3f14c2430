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
