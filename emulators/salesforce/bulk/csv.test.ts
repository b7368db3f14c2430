import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CsvReader, delimiters, EndlessRecord, lineEndings, piecesOf, quotedCell, type CsvRecord, type Delimiter } from './csv.ts';

const read = (text: string, delimiter: Delimiter = 'COMMA', size = 262_144): CsvRecord[] => {
  const reader = new CsvReader(delimiter);
  return [...[...piecesOf(text, size)].flatMap((piece) => [...reader.read(piece, false)]), ...reader.read('', true)];
};

test('whatever is written is read again, however it is cut into pieces', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', ' ', '"', ',', ';', '\n', '\r', '\t', 'ł', '😀', '|', '^', '`') });
  const table = fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 6 });
  const delimiter = fc.constantFrom(...(Object.keys(delimiters) as Delimiter[]));
  const ending = fc.constantFrom('LF' as const, 'CRLF' as const);
  fc.assert(
    fc.property(table, delimiter, ending, fc.integer({ min: 2, max: 9 }), (rows, mark, end, size) => {
      const text = rows.map((row) => row.map(quotedCell).join(delimiters[mark]) + lineEndings[end]).join('');
      const records = read(text, mark, size);
      expect(records.map((record) => record.values)).toEqual(rows);
      expect(records.every((record) => record.ending === end)).toBe(true);
      expect(records.map((record) => record.raw + lineEndings[end]).join('')).toBe(text);
    }),
  );
});

test.each([
  ['a,b', [['a', 'b']]],
  ['a,\n', [['a', '']]],
  ['5" pipe,"6"" pipe"\n', [['5" pipe', '6" pipe']]],
  ['a, b\n', [['a', ' b']]],
  ['\n\na\n', [['a']]],
  ['"a", "b"\n', [undefined]],
  ['"a" ,"b"\nc,d\n', [undefined, ['c', 'd']]],
  ['"never closed\n', [undefined]],
])('%j', (text, values) => {
  expect(read(text).map((record) => record.values)).toEqual(values);
});

test('a quote that is never closed does not swallow a gigabyte', () => {
  const reader = new CsvReader('COMMA');
  expect(() => {
    for (let piece = 0; piece < 100; piece += 1) reader.read(`"${'x'.repeat(100_000)}`, false).next();
  }).toThrow(EndlessRecord);
});
