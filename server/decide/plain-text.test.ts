import { describe, expect, test } from 'vitest';
import { cut, httpsLink, manyLines, singleLine } from './plain-text.ts';

describe('S3: a stranger’s text', () => {
  test.each([
    ['  Hanako   Tanaka ', 'Hanako Tanaka', 'Hanako   Tanaka'],
    ['a\r\nb\rc\nd', 'a b c d', 'a\nb\nc\nd'],
    ['a\u0085b\u2028c\u2029d', 'a b c d', 'a\nb\nc\nd'],
    ['a\tb', 'a b', 'a\tb'],
    ['\u0007a\u0000\u001bb\u009f', 'a b', 'ab'],
    ['invoice\u202egnp.exe', 'invoicegnp.exe', 'invoicegnp.exe'],
    ['\u2066\u2069Ta\u202anaka\ufeff', 'Tanaka', 'Tanaka'],
    ['a\ud83db\ude00', 'a\ufffdb\ufffd', 'a\ufffdb\ufffd'],
    ['\u00a0', '', ''],
  ])('%j is %j on one line, and %j on several', (text, line, lines) => {
    expect([singleLine(text), manyLines(text)]).toEqual([line, lines]);
  });
  test('one line has 255 characters unless it is said otherwise; several lines have as many as they want', () => {
    const long = 'x'.repeat(300);
    expect([singleLine(long), singleLine(long, 3), singleLine(long, Infinity), manyLines(long)]).toEqual([
      `${'x'.repeat(254)}…`,
      'xx…',
      long,
      long,
    ]);
  });
});

test.each([
  ['abcdef', 6, '…', 'abcdef'],
  ['abcdef', 5, '…', 'abcd…'],
  ['abcdef', 5, ' etc', 'a etc'],
  ['abcdef', 4, ' etc', ' etc'],
  ['abcdef', 3, ' etc', ''],
  ['😀a😀', 4, '…', '😀a…'],
  ['😀😀😀', 4, '…', '😀…'],
])('%s in at most %i characters, ending on “%s”: %s', (text, atMost, mark, expected) => expect(cut(text, atMost, mark)).toBe(expected));

describe('S3: a link that a person may be sent to', () => {
  const ofLength = (length: number) => `https://pbx.example/${'x'.repeat(length - 'https://pbx.example/'.length)}`;
  test.each([
    ['HTTPS://PBX.example/a b', 'https://pbx.example/a%20b'],
    ['https://pbx.example', 'https://pbx.example/'],
    [ofLength(2_000), ofLength(2_000)],
    [ofLength(2_001), undefined],
    ['http://pbx.example/', undefined],
    ['https://anna@pbx.example/', undefined],
    ['https://:secret@pbx.example/', undefined],
    ['calls/1', undefined],
    [undefined, undefined],
  ])('%s: %s', (raw, link) => expect(httpsLink(raw)).toBe(link));
});
