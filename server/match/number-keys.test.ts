import { describe, expect, test } from 'vitest';
import type { PhoneNumber } from '../call/event.ts';
import { isNobodys, keysOf, keysOfCaller } from './number-keys.ts';
import type { Region } from './region.ts';

const strongOf = (written: string, region?: Region) => keysOf(written, region).strong.map(({ number }) => number);
const callerOf = (number: string) => keysOfCaller(number as PhoneNumber);
/** How a caller finds this field: `strong` is written by itself, `weak` is shown as possible. */
function found(caller: string, written: string, region?: Region): 'strong' | 'weak' | 'not' {
  const { strong, weak } = callerOf(caller);
  const keys = keysOf(written, region);
  if (keys.strong.some(({ number }) => number === strong)) return 'strong';
  return keys.weak.some((key) => weak.includes(key)) ? 'weak' : 'not';
}

/** What stands in the record, its region, who calls, and where the spelling is from. */
type Spelling = readonly [written: string, region: Region | undefined, caller: string, source: string];

const seeds: Spelling[] = [
  ['+380671234567', undefined, '+380671234567', 'RS-64'],
  ['+380 67 123 4567', undefined, '+380671234567', 'RS-65'],
  ['067 123 4567', 'UA', '+380671234567', 'RS-66'],
  ['+38-067-123-4567', undefined, '+380671234567', 'RS-67'],
  ['(067) 123-45-67', 'UA', '+380671234567', 'RS-68: brackets'],
  ['067.123.45.67', 'UA', '+380671234567', 'RS-68: dots'],
  ['00380671234567', undefined, '+380671234567', 'RS-68: 00'],
  ['tel:+380-67-123-4567', undefined, '+380671234567', 'RS-68: tel:, RFC 3966'],
  ['067 123 4567 x123', 'UA', '+380671234567', 'RS-68: extension'],
  ['０９０－１２３４－５６７８', 'JP', '+819012345678', 'RS-68: full-width digits'],
  ['+380\u00a067\u00a0123\u00a04567', undefined, '+380671234567', 'RS-68: NBSP'],
  ['601 234 567 w.12', 'PL', '+48601234567', 'observed in orgs (salesforce.md §4)'],
  ['0048601234567', undefined, '+48601234567', 'observed in orgs (salesforce.md §4)'],
  ['(601) 234-567', 'PL', '+48601234567', 'observed in UI (salesforce.md §4): ten digits are regrouped, nine not by en_US, but by hand'],
  ['(415) 555-1234', 'US', '+14155551234', 'observed in UI (salesforce.md §4): ten digits'],
  ['(415) 555-1234', 'CA', '+14155551234', 'one numbering plan: a record in Canada'],
];
const countries: Spelling[] = [
  ['22 123 45 67', 'PL', '+48221234567', 'PL: national'],
  ['(22) 123-45-67', 'PL', '+48221234567', 'PL: area code in brackets'],
  ['0-22 123 45 67', 'PL', '+48221234567', 'PL: trunk zero, dialled until 2010'],
  ['+48 (0)22 123 45 67', undefined, '+48221234567', 'PL: trunk zero kept in brackets'],
  ['48601234567', 'PL', '+48601234567', 'PL: plus left out'],
  ['tel. dom. 22 123 45 67', 'PL', '+48221234567', 'PL: words around'],
  ['kom.601234567', 'PL', '+48601234567', 'PL: words around'],
  ['+38 (067) 123-45-67', undefined, '+380671234567', 'UA: code and trunk zero, the usual spelling there'],
  ['+38 (0)67 123 45 67', undefined, '+380671234567', 'UA: the zero is the last digit of the code, (0) or not'],
  ['8-067-123-45-67', 'UA', '+380671234567', 'UA: trunk prefix 8-0, dialled until 2009'],
  ['380671234567', 'PL', '+380671234567', 'UA, plus left out, in a Polish record'],
  ['03-1234-5678', 'JP', '+81312345678', 'JP: national'],
  ['03(1234)5678', 'JP', '+81312345678', 'JP: exchange in brackets'],
  ['＋８１（０）３ー１２３４ー５６７８', undefined, '+81312345678', 'JP: full-width, katakana length mark for a dash'],
  ['電話：03-1234-5678（代表）', 'JP', '+81312345678', 'JP: words without spaces'],
  ['①090-1234-5678 ②03-1234-5678', 'JP', '+81312345678', 'JP: two numbers in circled bullets'],
  ['+81-03-1234-5678', undefined, '+81312345678', 'JP: trunk zero after the code'],
  ['010 48 601 234 567', 'JP', '+48601234567', 'JP: its own dialling prefix'],
  ['1 (415) 555-0134', 'US', '+14155550134', 'US: trunk 1'],
  ['+1.415.555.0134', undefined, '+14155550134', 'US: dots'],
  ['415/555-0134', 'US', '+14155550134', 'US: slash'],
  ['011 44 20 7946 0018', 'US', '+442079460018', 'US: its own dialling prefix'],
  ['(555) 123-0001', 'US', '+15551230001', 'US: a number of no range, as labs use'],
  ['+1 555 123 0001', undefined, '+15551230001', 'US: a number of no range, as labs use'],
  ['7378742833', 'US', '+17378742833', 'US: RESTRICTED on a keypad is also a line in Austin'],
  ['06 12 34 56 78', 'FR', '+33612345678', 'FR: national'],
  ['01/23/45/67/89', 'FR', '+33123456789', 'FR: slashes'],
  ['+33 (0)6 12 34 56 78', undefined, '+33612345678', 'FR: ITU-T E.123 forbids the (0), people write it'],
  ['6 12 34 56 78', 'FR', '+33612345678', 'FR: without its trunk zero, as a spreadsheet leaves it'],
  ['+44 (0)20 7946 0018', undefined, '+442079460018', 'GB: trunk zero in brackets'],
  ['020 7946 0018', 'GB', '+442079460018', 'GB: national'],
  ['0044 20 7946 0018', 'US', '+442079460018', 'GB: 00, in a record of a region that dials 011'],
  ['[+44] 20-7946-0018', undefined, '+442079460018', 'GB: square brackets'],
  ['030/1234567', 'DE', '+49301234567', 'DE: DIN 5008 before 2001, area code before a slash'],
  ['030 12345-67', 'DE', '+49301234567', 'DE: DIN 5008, direct dialling after the hyphen is part of the number'],
  ['+49 (0)171 / 123 45 67', undefined, '+491711234567', 'DE: everything at once'],
  ['4915123456789', 'DE', '+4915123456789', 'DE: plus left out; 04915 is an area code too'],
  ['0049 2241/1234567', undefined, '+4922411234567', 'DE: a slash after eight digits of one number'],
  ['06 1234 5678', 'IT', '+390612345678', 'IT: the zero belongs to the number'],
  ['+39 06 1234 5678', undefined, '+390612345678', 'IT: the zero belongs to the number'],
  ['+39 (0)6 1234 5678', undefined, '+390612345678', 'IT: the zero belongs to the number, in brackets too'],
  ['+39 6 1234 5678', undefined, '+390612345678', 'IT: the zero dropped as if it were a trunk prefix'],
  ['333 123 4567', 'IT', '+393331234567', 'IT: mobiles have no zero'],
  ['(11) 98765-4321', 'BR', '+5511987654321', 'BR: national'],
  ['0 15 11 98765-4321', 'BR', '+5511987654321', 'BR: with the carrier one chooses'],
  ['(0xx11) 98765-4321', 'BR', '+5511987654321', 'BR: with a blank for the carrier'],
  ['011 15 1234-5678', 'AR', '+5491112345678', 'AR: a mobile, nationally 15'],
  ['+54 9 11 1234-5678', undefined, '+5491112345678', 'AR: a mobile, internationally 9'],
  ['+54 11 15 1234-5678', undefined, '+5491112345678', 'AR: a mobile, 15 after the code'],
  ['+54 9 11 15-1234-5678', undefined, '+5491112345678', 'AR: a mobile, both'],
  ['+52 1 55 1234 5678', undefined, '+525512345678', 'MX: the 1 of mobiles, until 2019'],
  ['044 55 1234 5678', 'MX', '+525512345678', 'MX: 044 before mobiles, until 2019'],
  ['55 1234 5678', 'MX', '+5215512345678', 'MX: a caller sent the old way'],
  ['0412 345 678', 'AU', '+61412345678', 'AU: national'],
  ['0011 48 601 234 567', 'AU', '+48601234567', 'AU: its own dialling prefix'],
  ['+91 098765 43210', undefined, '+919876543210', 'IN: trunk zero after the code'],
  ['०९८७६५४३२१०', 'IN', '+919876543210', 'IN: Devanagari digits'],
  ['8 (495) 123-45-67', 'RU', '+74951234567', 'RU: trunk 8'],
  ['+7 (8) 495 123-45-67', undefined, '+74951234567', 'RU: trunk 8 after the code'],
  ['8~10 48 601 234 567', 'RU', '+48601234567', 'RU: its own dialling prefix, with the tone one waits for'],
  ['8 701 123 45 67', 'KZ', '+77011234567', 'KZ: shares +7 with RU'],
  ["044'123'45'67", 'CH', '+41441234567', 'CH: apostrophes'],
  ['0475/12.34.56', 'BE', '+32475123456', 'BE: slash and dots'],
  ['06 1 234 5678', 'HU', '+3612345678', 'HU: trunk 06'],
  ['09 8765 4321', 'CL', '+56987654321', 'CL: a trunk zero it no longer has'],
  ['٠٥٠ ١٢٣ ٤٥٦٧', 'SA', '+966501234567', 'SA: Arabic-Indic digits'],
  ['۰۹۱۲ ۳۴۵ ۶۷۸۹', 'IR', '+989123456789', 'IR: Persian digits'],
  ['21 12 34', 'FO', '+298211234', 'FO: six digits are a whole number there'],
  ['05 01 23 45 67', 'CI', '+2250501234567', 'CI: since 2021 the zero belongs to the number'],
];
const shapes: Spelling[] = [
  ['sip:+48601234567@pbx.example;user=phone', undefined, '+48601234567', 'RFC 3261 §19.1.6'],
  ['sips:%2B48601234567@pbx.example', undefined, '+48601234567', 'RFC 3261 §19.1.2: plus escaped'],
  ['tel:+1-201-555-0123;ext=12', undefined, '+12015550123', 'RFC 3966 §6'],
  ['601234567 / 602345678', 'PL', '+48602345678', 'two numbers: the second'],
  ['601234567/602345678', 'PL', '+48601234567', 'two numbers: the first'],
  ['601 234 567, 602 345 678', 'PL', '+48602345678', 'two numbers: comma'],
  ['601 234 567 - 602 345 678', 'PL', '+48602345678', 'two numbers: dash'],
  ['601 234 567 602 345 678', 'PL', '+48602345678', 'two numbers: groups that begin again'],
  ['+48601234567 +48602345678', undefined, '+48602345678', 'two numbers: two pluses'],
  ['Anna 601 234 567 lub Jan 602 345 678', 'PL', '+48602345678', 'two numbers: words'],
  ['415.555.0134 ext.22 / 415.555.0199', 'US', '+14155550199', 'two numbers: behind an extension'],
  ['22 123 45 67/68', 'PL', '+48221234567', 'a neighbour after the slash'],
  ['22 123 45 67 / 68', 'PL', '+48221234567', 'a neighbour after the slash, with spaces'],
  ['555 1234/35', 'IS', '+3545551234', 'a neighbour, where seven digits are a whole number'],
  ['22 123 45 67 (12)', 'PL', '+48221234567', 'something in brackets'],
  ['22 123 45 67 (12345)', 'PL', '+48221234567', 'something in brackets, five digits'],
  ['22 123 45 67 (tel), 22 123 45 68 (fax)', 'PL', '+48221234567', 'a phone, and a fax'],
  ['tel./fax 22 123 45 67', 'PL', '+48221234567', 'both on one line'],
  ['601 234 567 (8-16)', 'PL', '+48601234567', 'with the hours to call'],
  ['030 1234567 (8-16)', 'DE', '+49301234567', 'with the hours to call, where numbers may be longer'],
  ['\u202a+48 601 234 567\u202c', undefined, '+48601234567', 'direction marks, as copied from a phone'],
  ['+48\u2009601\u2011234\u2013567', undefined, '+48601234567', 'thin space, non-breaking hyphen, en dash'],
  ['601234567.0', 'PL', '+48601234567', 'a float of a spreadsheet'],
  ['+0048 601 234 567', undefined, '+48601234567', 'plus and 00'],
  ['  +48 601 234 567.', undefined, '+48601234567', 'spaces and a full stop'],
  ['MOBILE: +48 601 234 567', 'DE', '+48601234567', 'the international form wins over the region'],
  ['Halifax office 902 555 0134', 'CA', '+19025550134', 'no fax: part of a word'],
  ['+800 1234 5678', undefined, '+80012345678', 'ITU-T E.169.1: of no country'],
];
test.each([...seeds, ...countries, ...shapes])('%j in %s is %s (%s)', (written, region, caller) =>
  expect(found(caller, written, region)).toBe('strong'),
);

test.each<Spelling>([
  ['+33 6 12 34 56 78', undefined, '+48612345678', 'same national number, other country (RS-64…68)'],
  ['06 12 34 56 78', 'FR', '+48612345678', 'same national number, other region'],
  ['612 345 678', 'PL', '+33612345678', 'same national number, other region'],
  ['(479) 912-3456', 'US', '+4799123456', 'its digits are also a Norwegian mobile'],
  ['+48 601 234 567', undefined, '+48601234568', 'one digit off'],
  ['601 234 567', 'PL', '+48601234576', 'two digits turned round'],
  ['+48 601 234 5678', undefined, '+48601234567', 'one digit too many: nobody knows which'],
  ['+48 601 234 56', undefined, '+48601234567', 'one digit too few'],
  ['030 123456 Durchwahl 12', 'DE', '+493012345612', 'an extension is no part of the number'],
  ['22 123 45 67/68', 'PL', '+48221234568', 'what the neighbour is meant to be, is a guess'],
  ['011 1234-5678', 'AR', '+5491112345678', 'a line and a mobile: two numbers'],
  ['fax 22 123 45 67', 'PL', '+48221234567', 'a fax doesn’t call'],
  ['Факс: (044) 123-45-67', 'UA', '+380441234567', 'a fax doesn’t call'],
  ['ＦＡＸ０３－１２３４－５６７８', 'JP', '+81312345678', 'a fax doesn’t call'],
  ['Telefax 030 1234567', 'DE', '+49301234567', 'a fax doesn’t call, whatever it begins with'],
  ['tel. 22 123 45 67, fax 22 123 45 68', 'PL', '+48221234568', 'a fax doesn’t call'],
  ['22 123 45 67 (tel), 22 123 45 68 (fax)', 'PL', '+48221234568', 'a fax doesn’t call'],
  ['2026-11-21', 'DE', '+4920261121', 'a date; Wuppertal has the number'],
  ['21.11.2026', 'DE', '+4921112026', 'a date; Düsseldorf has the number'],
  ['11/21/2026', 'NO', '+4711212026', 'a date'],
  ['1 234 567,00 zł', 'PL', '+48123456700', 'a price'],
  ['$12,345,678.90', 'NO', '+4745678901', 'a price'],
  ['1234567.89', 'PL', '+48123456789', 'a decimal number'],
  ['PL61 1090 1014 0000 0712 1981 2874', 'PL', '+48611090101', 'an IBAN'],
  ['89 3704 0044 0532 0130 00', 'DE', '+498937040044', 'an account, without the letters'],
  ['4111 1111 1111 1111', 'NO', '+4741111111', 'a card'],
  ['anna.601234567@example.com', 'PL', '+48601234567', 'a mail address'],
  ['https://example.com/p/601234567', 'PL', '+48601234567', 'a web address'],
  ['INV-601234567', 'PL', '+48601234567', 'a record’s number in a name'],
  ['#601234567', 'PL', '+48601234567', 'a record’s number'],
  ['003600000601234567AAA', 'PL', '+48601234567', 'an id of Salesforce'],
  ['6O1234567', 'PL', '+481234567', 'the letter O'],
  ['12345678Z', 'ES', '+3412345678', 'an identity card'],
  ['00601234', 'PL', '+48601234', 'a case number'],
  ['4012 8888 4012 8881', 'NO', '+4740128888', 'a card whose halves are mobiles of Norway'],
  ['22 123 45 67 (123456)', 'PL', '+48221234567', 'six digits in brackets'],
  ['112', 'PL', '+48112', 'an emergency number'],
  ['22000', 'DE', '+4922000', 'a short code'],
  ['w. 1234', 'PL', '+481234', 'an extension alone'],
  ['+266696687', undefined, '+266696687', 'ANONYMOUS on a keypad, in a lead made of such a call'],
  ['+86 282452253', undefined, '+86282452253', 'UNAVAILABLE on a keypad'],
  ['000 000 000', 'PL', '+48000000000', 'a filler'],
])('%j in %s is not %s (%s)', (written, region, caller) => expect(found(caller, written, region)).toBe('not'));

describe('possible, and no more', () => {
  test.each<Spelling>([
    ['601 234 567', undefined, '+48601234567', 'no region'],
    ['06 12 34 56 78', undefined, '+33612345678', 'no region, trunk zero'],
    ['06 12 34 56 78', undefined, '+48612345678', 'no region: the other country is as possible'],
    ['(415) 555-0134', undefined, '+14155550134', 'no region: nine of ten digits'],
    ['(479) 912-3456', undefined, '+4799123456', 'no region: the Norwegian mobile is as possible'],
    ['8 (495) 123-45-67', undefined, '+74951234567', 'no region, trunk 8'],
    ['48601234567', undefined, '+48601234567', 'no region, plus left out'],
    ['02 1234567', undefined, '+39021234567', 'no region: Italy’s zero'],
    ['4512345678', undefined, '+4512345678', 'no region, plus left out, eight digits at home'],
    ['298211234', undefined, '+298211234', 'no region, plus left out, six digits at home'],
    ['123 45 67', undefined, '+48221234567', 'no region, no area code'],
    ['555-1234', 'US', '+14155551234', 'no area code'],
    ['012 345 67', undefined, '+442081234567', 'no region, seven digits: ends alike'],
    ['601 234 567', 'DE', '+48601234567', 'not valid where the record is'],
    ['06 12 34 56 78', 'US', '+33612345678', 'not possible where the record is'],
    ['601234567 / 602345678', undefined, '+48602345678', 'no region, two numbers'],
    ['601234567/602', 'PL', '+48234567602', 'three digits after the slash are no neighbour'],
    ['22 123 45 67/68', undefined, '+48123456768', 'no region: a neighbour or the end of it'],
    ['1234 567 890 12 (12)', undefined, '+48456789012', 'no region: too long but for what is in brackets'],
  ])('%j in %s may be %s (%s)', (written, region, caller) => expect(found(caller, written, region)).toBe('weak'));
  test.each<Spelling>([
    ['601 234 567', 'PL', '+33601234567', 'valid where the record is'],
    ['+48 601 234 567', undefined, '+33601234567', 'international'],
    ['345 67', undefined, '+48601234567', 'five digits'],
    ['12345678901234', undefined, '+48678901234', 'more than any number'],
    ['999 999 999', undefined, '+48999999999', 'a filler'],
  ])('%j in %s isn’t even possibly %s (%s)', (written, region, caller) => expect(found(caller, written, region)).toBe('not'));
});

describe('keysOf', () => {
  test('a number of no known range has both keys if only its region says what it is', () => {
    expect(keysOf('(555) 123-0001', 'US')).toEqual({ strong: [{ number: '+15551230001' }], weak: ['551230001'] });
    expect(keysOf('+1 (555) 123-0001', 'US')).toEqual({ strong: [{ number: '+15551230001' }], weak: [] });
    expect(keysOf('(415) 555-0134', 'US')).toEqual({ strong: [{ number: '+14155550134' }], weak: [] });
  });
  test('without a region the weak key is the last nine digits, or all of seven or eight', () => {
    expect(keysOf('067 123 45 67', undefined)).toEqual({ strong: [], weak: ['671234567'] });
    expect(keysOf('(415) 555-0134', undefined).weak).toEqual(['155550134']);
    expect(keysOf('03 1234 567', undefined).weak).toEqual(['31234567']);
    expect(keysOf('123-4567', undefined).weak).toEqual(['1234567']);
  });
  test('E.164 has the one key', () =>
    expect(keysOf('+48601234567', undefined)).toEqual({ strong: [{ number: '+48601234567' }], weak: [] }));
  test.each<[string, Region, string[]]>([
    ['2642228 / 8400620', 'DE', ['+492642228', '+498400620']], // each is a number by itself, and so is the whole
    ['0662 608 / 288 02 46', 'AT', ['+436626082880246']], // the second could be one, and isn't known to be
    ['02268 68 / 608 46 40', 'AT', ['+432268686084640']], // either could be one, and isn't known to be
  ])('what parts of %j in %s are for sure goes before what the whole is, and that before what they may be', (written, region, numbers) =>
    expect(strongOf(written, region)).toEqual(numbers),
  );
  test('two numbers and a word about each', () =>
    expect(keysOf('tel. 22 123 45 67 w. 12; kom. 601 234 567 (Anna)', 'PL')).toStrictEqual({
      strong: [{ number: '+48221234567', extension: '12' }, { number: '+48601234567' }],
      weak: [],
    }));
  test('the same number written twice is one', () => expect(strongOf('601 234 567, +48 601 234 567', 'PL')).toEqual(['+48601234567']));
});

describe('keysOfCaller', () => {
  test.each([
    ['+48601234567', '+48601234567', ['601234567', '01234567', '1234567']],
    ['+14155550134', '+14155550134', ['155550134', '55550134', '5550134']],
    ['+390612345678', '+390612345678', ['612345678', '12345678', '2345678']],
    ['+4512345678', '+4512345678', ['12345678', '2345678', '512345678']],
    ['+298211234', '+298211234', ['298211234']],
    ['+39021234567', '+39021234567', ['21234567', '1234567', '021234567']],
    ['+39001234567', '+39001234567', ['1234567', '001234567']],
    ['+5215512345678', '+525512345678', ['512345678', '12345678', '2345678']], // Mexico, as networks sent it until 2019
    ['+999123456789', '+999123456789', []],
  ])('%s', (number, strong, weak) => expect(callerOf(number)).toEqual({ strong, weak }));
});

describe('a number that is nobody’s', () => {
  test.each([
    ...['anonymous', 'Anonymous', 'Restricted', 'unknown', 'UNKNOWN CALLER', 'private', 'Private number', 'unavailable', 'withheld'],
    ...['+266696687', '+7378742833', '+2562533', '+8656696', '+86282452253', '+7748483'], // the same words on a keypad
    ...['"Anonymous" <sip:anonymous@anonymous.invalid>', 'sip:anonymous@anonymous.invalid', 'tel:anonymous'], // RFC 3323 §4.1.1.3
    ...['sip:Restricted@10.0.0.1', 'sip:+266696687@carrier.example;user=phone'],
    ...['非通知', '公衆電話', '表示圏外'], // NTT: withheld, a public phone, not passed on
    ...['tel: anonymous', '123456', '0000000', '+48000000000'],
    ...['112', '+48112', '22000', '101', 'sip:101@pbx.example', '*100#', '0', '+10000000000', '', ' '],
  ])('%j', (asSent) => expect(isNobodys(asSent)).toBe(true));
  test.each([
    '+48601234567',
    '601 234 567',
    '7378742833',
    '266696687',
    'sip:+48601234567@pbx.example',
    '+15551230001',
    'Anna Sato',
    'Private Bank SA',
    'Anna',
    'Anna 101',
    '101 Anna',
    '+49301000000000',
    '+1000000000012',
  ])('not %j', (asSent) => expect(isNobodys(asSent)).toBe(false));
});
