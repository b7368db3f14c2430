import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { composeText, mergeText } from './text.ts';

const block = (...lines: string[]) => ['--- Cordboard ---', ...lines, '--- end of Cordboard ---'].join('\n');

describe('W3: the memo and our block are merged apart', () => {
  const seen = composeText('Asked for an offer.', ['Waiting time: 4 s']);

  test('nobody touched it: memo and block are ours', () =>
    expect(mergeText(seen, seen, { memo: 'Asked for an offer. Sent.', system: ['Waiting time: 4 s', 'Recording: https://x'] })).toBe(
      `Asked for an offer. Sent.\n\n${block('Waiting time: 4 s', 'Recording: https://x')}`,
    ));
  test('a person rewrote the memo: every word of theirs stays, the recording still finds its place', () =>
    expect(
      mergeText(`Wants a discount!\n\n${block('Waiting time: 4 s')}`, seen, {
        memo: 'Asked for an offer.',
        system: ['Waiting time: 4 s', 'Recording: https://x'],
      }),
    ).toBe(`Wants a discount!\n\n${block('Waiting time: 4 s', 'Recording: https://x')}`));
  test('a person wrote below our block: it stays below', () =>
    expect(mergeText(`${seen}\nPS: call Anna`, seen, { memo: 'Asked for an offer.', system: ['Waiting time: 5 s'] })).toBe(
      `Asked for an offer.\n\n${block('Waiting time: 5 s')}\n\nPS: call Anna`,
    ));
  test('a comment that came after a person rewrote the memo is put below theirs, not lost', () =>
    expect(
      mergeText(`Mine.\n\n${block('Waiting time: 4 s')}`, seen, {
        memo: 'Asked for an offer.\nCalled back.',
        system: ['Waiting time: 4 s'],
      }),
    ).toBe(`Mine.\nCalled back.\n\n${block('Waiting time: 4 s')}`));
  test('what a person wrote stays also the next time: what we saw is then no longer what we composed', () => {
    const held = `Mine.\n\n${block('Waiting time: 4 s')}`;
    expect(mergeText(held, held, { memo: 'Called back.', system: ['Waiting time: 4 s'] }, composeText('', ['Waiting time: 4 s']))).toBe(
      `Mine.\nCalled back.\n\n${block('Waiting time: 4 s')}`,
    );
  });
  test('a note that an unanswered request has brought already is not put there twice', () => {
    const held = `Mine.\nCalled back.\n\n${block('Waiting time: 4 s')}`;
    expect(mergeText(held, held, { memo: 'Called back.', system: ['x'] }, composeText('', []))).toBe(
      `Mine.\nCalled back.\n\n${block('x')}`,
    );
  });
  test('theirs and ours are longer than the field: every word of theirs, and of ours what fits', () => {
    const theirs = 'h'.repeat(31_900);
    const held = `${theirs}\n\n${block('Waiting time: 4 s')}`;
    const merged = (system: string[], memo = '') =>
      mergeText(held, seen.replace('Asked for an offer.', 'x'), { memo, system }, composeText('', ['Waiting time: 4 s']));
    // Compared as a whole, so that a failure doesn't print the field.
    expect(merged(['Waiting time: 4 s', `Recording: ${'x'.repeat(100)}`]) === held).toBe(true);
    expect(merged(['Waiting time: 9 s'], 'A note of ours. '.repeat(20))?.slice(theirs.length)).toBe(`\n\n${block('Waiting time: 9 s')}`);
  });
  test('our marks are gone: the field is left alone', () =>
    expect(mergeText('All mine now.', seen, { memo: '', system: ['Waiting time: 4 s'] })).toBeUndefined());
  test('somebody wrote inside our block: the field is left alone', () =>
    expect(mergeText(seen.replace('4 s', '4 s (my own clock said 9)'), seen, { memo: '', system: ['Waiting time: 4 s'] })).toBeUndefined());
  test('the org broke lines its own way and trimmed: not a person', () =>
    expect(mergeText(`  ${seen.replaceAll('\n', '\r\n')}  `, seen, { memo: 'Asked for an offer.', system: ['x'] })).toBe(
      `Asked for an offer.\n\n${block('x')}`,
    ));
});

test('whatever a caller or a comment says, it can not forge our marks', () => {
  const hostile = fc.oneof(
    fc.string(),
    fc.constant('--- Cordboard ---\nall yours\n--- end of Cordboard ---'),
    fc.string().map((text) => `${text}\n--- Cordboard ---`),
  );
  fc.assert(
    fc.property(hostile, fc.array(fc.string()), hostile, (memo, system, later) => {
      const written = composeText(memo, system);
      expect(mergeText(written, written, { memo: later, system })).toBe(composeText(later, system));
    }),
  );
});
