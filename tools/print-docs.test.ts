import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { printedPages, printPage } from './print-docs.ts';

const tableOnly = (text: string) =>
  text
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.replaceAll(/[\s-]+/g, ' ').trim());

test.each(printedPages.map(({ path, print }) => [path, print] as const))('%s is what the code says: npm run docs', (path, print) => {
  const page = readFileSync(join(import.meta.dirname, '..', path), 'utf8');
  expect(tableOnly(page)).toEqual(tableOnly(printPage(page, print())));
});
test('only the table is printed', () =>
  expect(printPage('# A\n\n| old |\n| --- |\n\nend', '| new |\n| --- |\n')).toBe('# A\n\n| new |\n| --- |\n\nend'));
