import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { notImplemented } from './errors.ts';

const text = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8');

test('the README prints how much is recorded, documented and guessed', () => {
  const evidence = text('truth/coverage.md')
    .split('\n')
    .filter((line) => /^\| (?!-)/.test(line))
    .slice(1)
    .map((line) => line.split('|')[3]?.trim());
  const count = (kind: string) => evidence.filter((one) => one === kind).length;
  expect(count('recorded') + count('documented') + count('guessed')).toBe(evidence.length);
  expect(text('README.md')).toContain(
    `**${count('recorded')} behaviours recorded, ${count('documented')} documented, ${count('guessed')} guessed**`,
  );
});

test('what is refused says where to read why', () => {
  expect(notImplemented('x').message).toContain('truth/differences.md');
  expect(text('truth/differences.md')).toContain(notImplemented('x').code);
});
