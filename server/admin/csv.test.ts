import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hostileTexts } from '../testing/hostile.ts';
import { csvRecord } from './csv.ts';

/** Fields as RFC 4180 §2 reads them. `separator`: what a spreadsheet takes for one. */
function read(text: string, separator: string): string[][] {
  const records: string[][] = [[]];
  for (let at = 0; at < text.length;) {
    let field = '';
    if (text[at] === '"') {
      for (at++; at < text.length && !(text[at] === '"' && text[at + 1] !== '"'); at++) {
        if (text[at] === '"') at++;
        field += text[at];
      }
      at++;
    }
    // what stands between a closing quote and the separator is taken along, as spreadsheets do
    for (; at < text.length && text[at] !== separator && text[at] !== '\r' && text[at] !== '\n'; at++) field += text[at];
    records.at(-1)!.push(field);
    if (text[at] === separator) at++;
    else {
      while (text[at] === '\r' || text[at] === '\n') at++;
      if (at < text.length) records.push([]);
    }
  }
  return records;
}
const calculated = /^\s*[=+\-@\t\r\n＝＋－＠]/;
/** Every way somebody could begin a field of their own. */
const hostile = [
  ...Object.values(hostileTexts),
  ...['=1+1', '+48 601 234 567', '-2+3', '@SUM(1,2)', '\t=1', '\r=1', '\n=1', ' =1', '＝1', '＋1', '－1', '＠A1'],
  ...['x;=1', 'x; +1', 'x;"=1"', 'x;""=1', "x;'=1", 'x";=1', '";=1;"', 'x\r\n=1', "'=1", '"=1', 'x;\t@A1', 'x\u2028=1', 'x;;=1', '"'],
];

describe('S3: a text of strangers in a CSV file', () => {
  test.each(hostile)('%j stays in its field, and nothing calculates it', (text) => {
    const record = csvRecord(['https://acme.example/003', text, { kept: text }, 'last']);
    expect(record.match(/\r|\n/g)).toEqual(['\r', '\n']);
    const [fields, ...others] = read(record, ',');
    expect([others, fields?.length, fields?.[0], fields?.[3]]).toEqual([[], 4, 'https://acme.example/003', 'last']);
    for (const separator of [',', ';', '\t']) for (const field of read(record, separator).flat()) expect(field).not.toMatch(calculated);
  });
  test('whatever it is: one line, four fields, no formula', () => {
    const pieces = fc.constantFrom('=', '+', '-', '@', ';', ',', '"', "'", ' ', '\t', '\r', '\n', '1', 'A', '＝');
    fc.assert(
      fc.property(fc.string({ unit: pieces, maxLength: 12 }), fc.string({ unit: pieces, maxLength: 12 }), (one, other) => {
        const record = csvRecord(['a', one, { kept: other }, 'b']);
        expect(read(record, ',').map((fields) => fields.length)).toEqual([4]);
        for (const separator of [',', ';']) for (const field of read(record, separator).flat()) expect(field).not.toMatch(calculated);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('what is kept is there letter by letter behind an apostrophe', () => {
  test.each(['+48 601 234 567', '0048601234567', '601234567890123456', '1-2-2020', '5E10', "'0601", 'ext. 12', '＋８１３'])('%j', (text) =>
    expect(read(csvRecord([{ kept: text }]), ',')).toEqual([[`'${text}`]]),
  );
  test('other text has one only where it is needed', () =>
    expect(csvRecord(['Tanaka', '3M Polska', '-', 'Harbor & Mill "Supply"', 'a;b', ''])).toBe(
      '"Tanaka","3M Polska","\'-","Harbor & Mill ""Supply""","a;b",""\r\n',
    ));
});
