import { describe, expect, test } from 'vitest';
import { keysOfOne, type OneKeys } from './one-number.ts';
import type { Region } from './region.ts';

/** The digits, the region they stand in, what they are found by, and what that shows. */
type Row = readonly [
  digits: string,
  region: Region | undefined,
  keys: Omit<OneKeys, 'strong'> & { readonly strong?: string },
  shows: string,
];
const sure = (strong: string) => ({ strong, valid: true });
const keysAre = (...[digits, region, keys]: Row) => expect(keysOfOne(digits, region)).toStrictEqual(keys);

describe('with the plus', () => {
  test.each<Row>([
    ['+48601234567', undefined, sure('+48601234567'), 'a number of a known range'],
    ['+15551230001', 'PL', { strong: '+15551230001', valid: false }, 'a number of no range, wherever the record is'],
    ['+123456', undefined, { never: 'too short' }, 'six digits are a short code'],
    ['+999123456789012', undefined, { never: 'not a number of any country' }, 'fifteen digits'],
    ['+9991234567890123', undefined, { never: 'too long' }, 'sixteen'],
    ['+7378742833', undefined, { never: 'withheld' }, 'RESTRICTED on a keypad'],
    ['+0048601234567', undefined, sure('+48601234567'), 'the plus before what is dialled'],
    ['+0671234567', 'UA', sure('+380671234567'), 'the plus before what is dialled in the country'],
  ])('%s in %s is %j: %s', keysAre);
});

describe('as it is dialled', () => {
  test.each<Row>([
    ['601234567', 'PL', sure('+48601234567'), 'in its country'],
    ['5551230001', 'US', { strong: '+15551230001', weak: '551230001' }, 'a number of no range may be another country’s'],
    ['211234', 'FO', sure('+298211234'), 'six digits, where that is a whole number'],
    ['100000', 'FO', { never: 'too short' }, 'but not of a range that was given out'],
    ['640334', 'PL', { never: 'too short' }, 'six digits that could be a number, where whole ones have more'],
    ['640334', undefined, { never: 'too short' }, 'six digits'],
    ['30039', 'DE', { never: 'too short' }, 'five digits'],
  ])('%s in %s is %j: %s', keysAre);
});

describe('from abroad', () => {
  test.each<Row>([
    ['0048601234567', undefined, sure('+48601234567'), '00'],
    ['48601234567', 'FR', sure('+48601234567'), 'no plus, and nothing in the country'],
    ['4915123456789', 'DE', sure('+4915123456789'), 'the country’s own code, from eleven digits on'],
    ['49301234567', 'DE', sure('+49301234567'), 'eleven digits'],
    ['4933001301', 'DE', sure('+494933001301'), 'ten digits are Dornum without its zero, not Berlin'],
    ['3961234567', 'US', { strong: '+13961234567', weak: '961234567' }, 'Italy’s zero isn’t put in where the code is a guess'],
    ['001148601234567', 'PL', sure('+48601234567'), 'Australia’s 0011'],
    ['01148601234567', 'PL', sure('+48601234567'), 'North America’s 011'],
    ['01048601234567', 'PL', sure('+48601234567'), 'Japan’s 010'],
    ['001148601234567', undefined, sure('+48601234567'), '0011, no region'],
    ['01148601234567', undefined, sure('+48601234567'), '011, no region'],
    ['01048601234567', undefined, sure('+48601234567'), '010, no region'],
    ['0114532123456', undefined, sure('+4532123456'), 'ten digits behind it'],
    ['011298211234', undefined, { weak: '298211234' }, 'nine digits: 011 may be an area'],
    ['48601234567', undefined, { weak: '601234567' }, 'no plus, no region'],
    ['999948601234567', undefined, { never: 'too long' }, 'a number behind what is no prefix'],
    ['011441012345671', 'US', { strong: '+441012345671' }, 'its own prefix leaves no doubt about the country'],
  ])('%s in %s is %j: %s', keysAre);
});

describe('the last digits', () => {
  test.each<Row>([
    ['1234567', undefined, { weak: '1234567' }, 'seven'],
    ['01234567', undefined, { weak: '1234567' }, 'without a trunk zero'],
    ['1234567890123', undefined, { weak: '567890123' }, 'nine of thirteen'],
    ['12345678901234', undefined, { never: 'too long' }, 'fourteen are a code'],
    ['0123456', undefined, { never: 'too short' }, 'six behind the zero'],
    ['1000000000000000', undefined, { never: 'too long' }, 'zeros within count'],
    ['1111111', undefined, { never: 'not a number of any country' }, 'a filler of seven digits'],
    ['1111111111111', undefined, { never: 'not a number of any country' }, 'a filler of thirteen'],
    ['0000000', undefined, { never: 'not a number of any country' }, 'zeros'],
  ])('%s in %s is %j: %s', keysAre);
});
