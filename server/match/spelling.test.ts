import { expect, test } from 'vitest';
import { keysOf } from './number-keys.ts';
import type { Region } from './region.ts';
import { stretchesOf, type Never } from './spelling.ts';

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

test.each<readonly [written: string, runs: readonly string[], source: string]>([
  ['+48 601 234 567', ['+48 601 234 567'], 'nothing around it'],
  ['tel. (22) 123-45-67, kom. 601 234 567', ['(22) 123-45-67', '601 234 567'], 'words'],
  ['０３ー１２３４ー５６７８', ['03-1234-5678'], 'full-width'],
  ['601234567 / 602345678', ['601234567 / 602345678'], 'one stretch: the slash may belong to a number'],
  ['sip:%2B48601234567@10.0.0.1:5060', ['+48601234567'], 'a SIP address'],
  ['Sales <anna1@example.com> 601 234 567', ['601 234 567'], 'a mail address'],
  ['601234567.0', ['601234567'], 'a float'],
])('%j has the stretches %j (%s)', (written, runs) => expect(stretchesOf(written).stretches.map(({ run }) => run)).toEqual(runs));
