import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { notImplemented } from './errors.ts';
import { readLedger } from './truth/ledger.ts';

test('every line of the ledger says how we know', () => {
  expect(readLedger().length).toBeGreaterThan(100);
  const said = readLedger().map(({ area, behaviour }) => `${area}: ${behaviour}`);
  expect(said.filter((line, place) => said.indexOf(line) !== place)).toEqual([]);
});

test('what is refused says where to read why', () => {
  const page = 'docs/reference/org.md';
  expect(notImplemented('x').message).toContain(page);
  expect(existsSync(new URL(`../../${page}`, import.meta.url))).toBe(true);
});
