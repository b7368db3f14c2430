import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyText } from '../../server/testing/any-text.ts';
import { hostileTexts } from '../../server/testing/hostile.ts';
import { readCsv } from './csv.ts';

const quoted = (value: string) => `"${value.replaceAll('"', '""')}"`;
const written = (rows: readonly (readonly string[])[], end: string) => rows.map((row) => `${row.map(quoted).join(',')}${end}`).join('');
const names = ['Id', 'Account.Name', 'Phone'];
const asRows = (text: string) => [...readCsv(text)].map((row) => names.map((name) => row[name]));

test('any text comes back as it was written, whatever ends a line', () => {
  const cell = fc.oneof(
    anyText(),
    fc.constantFrom('', '"', ',', '\n', '\r\n', '","', ...Object.values(hostileTexts).filter(({ length }) => length < 1_000)),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell, cell), { maxLength: 6 }), fc.constantFrom('\n', '\r\n'), (rows, end) => {
      expect(asRows(written([names, ...rows], end))).toEqual(rows);
    }),
  );
});
test('a file cut off anywhere gives no row that was not in it', () => {
  const rows = [
    ['1', 'Harbor & Mill "Supply"', '(415) 555-0134'],
    ['2', '', ''],
    ['3', 'a\nb', '+48 601'],
  ];
  const text = written([names, ...rows], '\n');
  for (let length = 0; length < text.length; length++) {
    const given: (string | undefined)[][] = [];
    try {
      for (const row of readCsv(text.slice(0, length))) given.push(names.map((name) => row[name]));
    } catch {
      // said, and what came before it stands
    }
    expect(rows.slice(0, given.length)).toEqual(given);
  }
});
test.each([
  [
    'Id,Phone\n1,\n2,601\n',
    [
      { Id: '1', Phone: '' },
      { Id: '2', Phone: '601' },
    ],
  ],
  ['"Id"\n"1"\n', [{ Id: '1' }]],
  ['"Id","Phone"\n', []],
  ['', []],
])('bare values, and nothing: %j', (text, rows) => expect([...readCsv(text)]).toEqual(rows));
test.each(['"Id","Phone"\n"1"\n', '"Id"\n"1', '"Id"\n"1"x\n', '"Id"\n"1"', 'Id,Phone\n1,', '"Id"\n"1","2"\n'])('%j was cut off', (text) =>
  expect(() => [...readCsv(text)]).toThrow(/fields|quotes|end/),
);
