import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dateTime, isOneOf, quoted, shortLists } from './soql.ts';
import { anyText } from '../../server/testing/any-text.ts';

/** Reads a literal as the SOQL reference describes it; undefined when text remains behind it: an injection. */
function readLiteral(literal: string): string | undefined {
  const escapes: Record<string, string> = { n: '\n', r: '\r', t: '\t', "'": "'", '"': '"', '\\': '\\' };
  if (!literal.startsWith("'")) return undefined;
  let text = '';
  for (let at = 1; at < literal.length; at++) {
    const char = literal.charAt(at);
    if (char === "'") return at === literal.length - 1 ? text : undefined;
    if (char !== '\\') text += char;
    else {
      const escaped = escapes[literal.charAt(++at)];
      if (escaped === undefined) return undefined;
      text += escaped;
    }
  }
  return undefined;
}

const hostile = [
  "' OR Name != '",
  "\\' OR Id != null --",
  '\\',
  "\\\\'",
  '%_',
  '\u0000',
  "'\n",
  '\r\nLIMIT 1',
  '日本語',
  'Zażółć',
  '"',
  '\ud800',
  "\ud800'",
  '‘’',
  "a'b\\",
  ') FROM User',
  '/*',
  '\u2028',
  '{!x}',
  '${y}',
];

describe('a value never leaves its quotes (S3)', () => {
  test.each(hostile)('%j', (value) => expect(readLiteral(quoted(value))).toBe(value.toWellFormed().replaceAll('\u0000', '')));
  test('whatever the text', () =>
    fc.assert(
      fc.property(anyText(), fc.constantFrom(...hostile), (a, b) => {
        expect(readLiteral(quoted(a + b + a))).toBeDefined();
      }),
    ));
});

test('200 names fit one query whose address stays far below 16,384 bytes', () => {
  const names = Array.from({ length: 200 }, (_, index) => `cb1${String(index).padStart(40, 'f')}`);
  expect(shortLists(names)).toEqual([names]);
  expect(encodeURIComponent(isOneOf('Cordboard_Name__c', names)).replaceAll("'", '%27').length).toBeLessThan(11_100);
});

test('the list is short by the strictest count, whatever is in it', () => {
  for (const text of ['cb1', "''''", '\\\\\\', '日本語', '😀']) {
    const lists = shortLists(Array.from({ length: 1000 }, (_, index) => `${text.repeat(14)}${index}`));
    for (const list of lists) expect(encodeURIComponent(isOneOf('F', list)).replaceAll("'", '%27').length).toBeLessThan(11_100);
    for (const list of lists.slice(0, -1)) expect(list.length).toBeGreaterThan(10);
  }
});

test('longer lists are split and nothing is lost', () =>
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 3000 }), { maxLength: 60 }), (values) => {
      const lists = shortLists(values);
      expect(lists.flat()).toEqual(values);
      for (const list of lists.filter(({ length }) => length > 1))
        expect(encodeURIComponent(isOneOf('F', list)).length).toBeLessThan(11_100);
    }),
    { numRuns: 30 },
  ));

test('an instant is written in whole seconds of UTC', () =>
  expect(dateTime(Date.UTC(2026, 10, 21, 9, 0, 0) + 999)).toBe('2026-11-21T09:00:00Z'));
