import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { printedPages, printFrom, printJson, printTable } from './print-docs.ts';

/** Without what the formatter adds to a table. */
const bare = (text: string) => text.split('\n').map((line) => (line.startsWith('|') ? line.replaceAll(/[\s-]+/g, ' ').trim() : line));

test.each(printedPages.map(({ path, print }) => [path, print] as const))('%s is what the code says: npm run docs', (path, print) => {
  const page = readFileSync(join(import.meta.dirname, '..', path), 'utf8');
  expect(bare(page)).toEqual(bare(print(page)));
});
test('only the table is printed', () =>
  expect(printTable('# A\n\n| old |\n| --- |\n\nend', '| new |\n| --- |\n')).toBe('# A\n\n| new |\n| --- |\n\nend'));
test('what is written by hand stays above what is printed', () => {
  expect(printFrom('# A\n\nhand\n\n## Old\n\n- x\n', '## ', '## New\n')).toBe('# A\n\nhand\n\n## New\n');
  expect(printFrom('# A\n\nhand\n', '## ', '## New')).toBe('# A\n\nhand\n\n## New\n');
});
test('JSON is printed where it says something else, and left as it is formatted where it does not', () => {
  expect(printJson('{ "a": [1,\n2] }\n', { a: [1, 2] })).toBe('{ "a": [1,\n2] }\n');
  expect(printJson('{ "a": [1, 2] }\n', { a: [1] })).toBe('{\n  "a": [\n    1\n  ]\n}\n');
});
