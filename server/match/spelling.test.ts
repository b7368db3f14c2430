import { expect, test } from 'vitest';
import { keysOf } from './number-keys.ts';
import type { Region } from './region.ts';
import { plain, stretchesOf, type Never } from './spelling.ts';

// Whether a stretch is a number only its reading shows; so most is seen through keysOf.
test.each<readonly [written: string, region: Region | undefined, number: string, extension: string, source: string]>([
  ['(415) 555-0134 x123', 'US', '+14155550134', '123', 'US'],
  ['415-555-0134x123', 'US', '+14155550134', '123', 'US, no space'],
  ['+1 415 555 0134 ext. 12', undefined, '+14155550134', '12', 'ITU-T E.123'],
  ['+1 415 555 0134 Extension: 12', undefined, '+14155550134', '12', 'EN'],
  ['22 123 45 67 w. 12', 'PL', '+48221234567', '12', 'PL'],
  ['22 123 45 67 wew. 12', 'PL', '+48221234567', '12', 'PL'],
  ['8 (495) 123-45-67 доб. 12', 'RU', '+74951234567', '12', 'RU'],
  ['(044) 123-45-67 дод. 12', 'UA', '+380441234567', '12', 'UA'],
  ['03-1234-5678（内線１２）', 'JP', '+81312345678', '12', 'JA'],
  ['01 23 45 67 89 poste 12', 'FR', '+33123456789', '12', 'FR'],
  ['030 123456 Durchwahl 12', 'DE', '+4930123456', '12', 'DE'],
  ['(11) 3123-4567 ramal 12', 'BR', '+551131234567', '12', 'PT'],
  ['011 4321-5678 int. 12', 'AR', '+541143215678', '12', 'ES'],
  ['tel:+1-201-555-0123;ext=12', undefined, '+12015550123', '12', 'RFC 3966'],
  ['(415) 555-0134 #12', 'US', '+14155550134', '12', 'a hash'],
  ['4155550134,,12', 'US', '+14155550134', '12', 'pauses of two seconds, as phones dial them'],
  ['4155550134p12', 'US', '+14155550134', '12', 'a pause'],
])('%j in %s is %s, extension %s (%s)', (written, region, number, extension) =>
  expect(keysOf(written, region)).toEqual({ strong: [{ number, extension }], weak: [] }),
);

test.each<readonly [written: string, region: Region | undefined, never: Never]>([
  ['', undefined, 'empty'],
  [' \u00a0', 'PL', 'empty'],
  ['n/a', 'PL', 'no digits'],
  ['112', 'PL', 'too short'],
  ['112, 113', 'PL', 'too short'],
  ['room 12, 000 000 000', 'PL', 'not a number of any country'], // says more than that a number is too short
  ['000 000 000, room 12', 'PL', 'not a number of any country'],
  ['fax 22 123 45 67, room 12', 'PL', 'a fax'],
  ['+48 112', undefined, 'too short'],
  ['00001026', 'PL', 'too short'],
  ['PL61 1090 1014 0000 0712 1981 2874', 'PL', 'part of a code'],
  ['61109010140000071219812874', 'PL', 'too long'],
  [`${' '.repeat(300)}601234567`, 'PL', 'too long'],
  ['fax 22 123 45 67', 'PL', 'a fax'],
  ['2026-11-21', 'PL', 'a date'],
  ['1 234 567,00 EUR', 'PL', 'an amount'],
  ['anna1985@example.com', 'PL', 'an address'],
  ['INV-601234567', 'PL', 'part of a code'],
  ['+266696687', undefined, 'withheld'],
  ['+33 6 12 34 56 789', 'FR', 'not a number of any country'],
  ['+999 601 234 567', undefined, 'not a number of any country'],
  ['000 000 000', 'PL', 'not a number of any country'],
])('%j in %s: %s', (written, region, never) => expect(keysOf(written, region)).toEqual({ strong: [], weak: [], never }));

/** Runs, those that have an extension with it; and what there was instead. */
type Stretches = readonly [
  written: string,
  runs: readonly (string | readonly [run: string, extension: string])[],
  never: Never | undefined,
];
test.each<Stretches>([
  ['+48 601 234 567', ['+48 601 234 567'], undefined],
  ['tel. (22) 123-45-67, kom. 601 234 567', ['(22) 123-45-67', '601 234 567'], undefined],
  ['０３ー１２３４ー５６７８', ['03-1234-5678'], undefined],
  ['601234567 / 602345678', ['601234567 / 602345678'], undefined], // one stretch: the slash may belong to a number
  ['601 234 567 lub 602 345 678', ['601 234 567', '602 345 678'], undefined],
  ['n/a', [], 'no digits'],
  // the longest field there is, before and after its letters are taken apart
  [`${'a'.repeat(244)}: 601234567`, ['601234567'], undefined],
  [`${'a'.repeat(245)}: 601234567`, [], 'too long'],
  ['ﷺ'.repeat(14), [], 'no digits'],
  ['ﷺ'.repeat(15), [], 'too long'],
  // extensions
  [
    '601 234 567 w. 12, 602 345 678 w. 34',
    [
      ['601 234 567', '12'],
      ['602 345 678', '34'],
    ],
    undefined,
  ],
  ['601 234 567 w. 12 w. 13', [['601 234 567', '12']], undefined],
  ['415.555.0134 ext.22 / 415.555.0199', [['415.555.0134', '22'], '415.555.0199'], undefined],
  ['415.555.0134 ext. 22 415.555.0199', [['415.555.0134', '22'], '415.555.0199'], undefined],
  ['415.555.0134 #22 415.555.0199', [['415.555.0134', '22'], '415.555.0199'], undefined],
  ['415.555.0134, 22 / 415.555.0199', ['415.555.0134', '22 / 415.555.0199'], undefined],
  ['601 234 567 w. 123456', [['601 234 567', '123456']], undefined],
  ['601 234 567 w. 1234567', ['601 234 567', '1234567'], undefined],
  ['601 234 567, 123456', [['601 234 567', '123456']], undefined],
  ['601 234 567, +12 34', ['601 234 567', '+12 34'], undefined],
  ['601 234 567, (12) 34', ['601 234 567', '(12) 34'], undefined],
  ['601 234 567 lub 12', ['601 234 567', '12'], undefined],
  ['fax 22 123 45 67 w. 12', ['12'], 'a fax'],
  // a fax: what is said right before, or after up to a comma or a closing bracket
  ['fax: (22) 123 45 67', [], 'a fax'],
  ['telefaks 22 123 45 67', [], 'a fax'],
  ['телефакс 22 123 45 67', [], 'a fax'],
  ['no fax, 601 234 567', ['601 234 567'], undefined],
  ['fax; 601 234 567', ['601 234 567'], undefined],
  ['fax | 601 234 567', ['601 234 567'], undefined],
  ['(fax) 601 234 567', ['601 234 567'], undefined],
  ['tel:601234567 fax', ['601234567'], undefined],
  ['601 234 567 anna, fax', [], 'a fax'],
  ['22 123 45 67 fax, 22 123 45 68', ['22 123 45 68'], 'a fax'],
  ['22 123 45 67 fax; 22 123 45 68', ['22 123 45 68'], 'a fax'],
  ['22 123 45 67 fax | 22 123 45 68', ['22 123 45 68'], 'a fax'],
  ['22 123 45 67 (fax) 22 123 45 68', ['22 123 45 68'], 'a fax'],
  ['22 123 45 67 fax 22 123 45 68', ['22 123 45 67'], 'a fax'],
  ['22 123 45 67 Anna 22 123 45 68 fax', ['22 123 45 67'], 'a fax'],
  // dates and amounts
  ['2026-11-21', [], 'a date'],
  ['seen 21/11/2026 10', [], 'a date'],
  ['fax 22 123 45 67, 2026-11-21', [], 'a fax'], // the first counts
  ['$1234567', [], 'an amount'],
  ['1234567 zł', [], 'an amount'],
  ['1234567.8', [], 'an amount'],
  ['x: 1234567.89', [], 'an amount'],
  ['1234567.0 eur', [], 'an amount'],
  ['601234567.0', ['601234567'], undefined],
  ['601234567.0 Anna', ['601234567'], undefined],
  ['123456.0 Anna', [], 'an amount'],
  // codes
  ['6O1234567', ['6'], 'part of a code'],
  ['A601234567', [], 'part of a code'],
  ['601234567A', [], 'part of a code'],
  ['601234567_1', [], 'part of a code'],
  ['601234567-abc', [], 'part of a code'],
  ['601234567ab602345678', [], 'part of a code'],
  ['601234567tel602345678', ['601234567'], 'part of a code'],
  ['601 234 567 ab 602 345 678', ['601 234 567', '602 345 678'], undefined],
  ['tel601234567', ['601234567'], undefined],
  ['601234567tel', ['601234567'], undefined],
  ['Nr_601234567', ['601234567'], undefined],
  ['Anna+48601234567', ['+48601234567'], undefined],
  ['+48601234567abc', ['+48601234567'], undefined],
  // addresses
  ['sip:%2B48601234567@10.0.0.1:5060', ['+48601234567'], undefined],
  ['sip:anna@10.0.0.1 601 234 567', ['601 234 567'], undefined],
  ['<sips:601234567@example.com>', ['601234567'], undefined],
  ['Sales <anna1@example.com> 601 234 567', ['601 234 567'], 'an address'],
  ['anna@example.com', [], 'an address'],
  ['anna1@example.com 2026-11-21', [], 'an address'],
  ['www.example.com/601234567 602 345 678', ['602 345 678'], 'an address'],
  ['https://example.com/601234567', [], 'an address'],
  // other marks between digits
  ['[22] 123 45 67', ['(22) 123 45 67'], undefined],
  ['{22} 123 45 67', ['(22) 123 45 67'], undefined],
  ["044'123'45'67", ['044 123 45 67'], undefined],
  ['22\\123\\45\\67', ['22/123/45/67'], undefined],
  ['0xx11 3123-4567', ['011 3123-4567'], undefined],
  ['0 xx 11 3123-4567', ['011 3123-4567'], undefined],
])('%j has the stretches %j, else %s', (written, runs, never) =>
  expect(stretchesOf(written)).toStrictEqual({
    stretches: runs.map((of) => (typeof of === 'string' ? { run: of } : { run: of[0], extension: of[1] })),
    ...(never && { never }),
  }),
);

test.each([
  ['full-width', '＋４８（６０１）', '+48(601)'],
  ['a script whose digits nobody dials with', '᠐᠙', '᠐᠙'],
  ['bullets', '①090 ②03', ';090 ;03'],
  ['lines', '1\n2\r3', '1;2;3'],
  ['dashes and minus', '1\u22122\u20133\u20114', '1-2-3-4'],
  ['the katakana length mark after a digit only', '3ー4 アー', '3-4 アー'],
  ['dots', '1\u00b72\u20223\u20274\u30fb5', '1.2.3.4.5'],
  ['commas', '1、2،3', '1,2,3'],
  ['spaces', '\u20031\u20092\u30003\u00a04\t', '1 2 3 4'],
  ['direction marks', '\u202a+48\u202c\u200f', '+48'],
  ['capital letters', ' FAX Ärzte ', 'fax ärzte'],
  ['capital letters alone', ' FAX ', 'fax'],
])('%s: %j is read as %j', (_, written, read) => expect(plain(written)).toBe(read));
test.each(['٠٩', '۰۹', '०९', '০৯', '੦੯', '૦૯', '୦୯', '௦௯', '౦౯', '೦೯', '൦൯', '๐๙', '໐໙', '၀၉', '០៩'])(
  'the digits %s are 0 and 9',
  (digits) => expect(plain(digits)).toBe('09'),
);
