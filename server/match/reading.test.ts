import { expect, test } from 'vitest';
import { callingCodeOf, readDigits } from './reading.ts';
import type { Region } from './region.ts';

test.each<readonly [digits: string, region: Region | undefined, number: string, national: string, valid: boolean, shows: string]>([
  ['601234567', 'PL', '+48601234567', '601234567', true, 'in its country'],
  ['+48601234567', 'FR', '+48601234567', '601234567', true, 'the plus wins over the region'],
  ['0601234567', 'PL', '+48601234567', '601234567', true, 'a trunk zero where there is none'],
  ['+480101234560', undefined, '+48101234560', '101234560', false, 'also where the rest is only of a possible length'],
  ['12345', 'DE', '+4912345', '12345', false, 'seven digits with the code'],
  ['3101234', 'CA', '+13101234', '3101234', true, 'seven digits of Canada that are a whole number'],
  ['+390612345678', undefined, '+390612345678', '0612345678', true, 'a zero that belongs to the number'],
  ['+39612345678', undefined, '+390612345678', '0612345678', true, 'the same, dropped'],
  ['+39333123456', undefined, '+39333123456', '333123456', true, 'a mobile of Italy has none'],
  ['+5215512345678', undefined, '+525512345678', '5512345678', true, 'the 1 of Mexico’s mobiles'],
  ['+5201012345678', undefined, '+521012345678', '1012345678', false, 'Mexico’s 01, and a number of no range'],
])('%s in %s is %s (%s; valid: %s): %s', (digits, region, number, national, valid) =>
  expect(readDigits(digits, region)).toMatchObject({ number, callingCode: number.slice(1, -national.length), national, valid }),
);

test.each<readonly [digits: string, region: Region | undefined, shows: string]>([
  ['1234', 'DE', 'six digits with the code are a short code, though Germany has such'],
  ['999999999', 'PL', 'a filler'],
  ['+4811111111', undefined, 'of no length its country uses'],
  ['5551234', 'CA', 'a number without its area, whatever the plan calls possible'],
  ['5551234', 'US', 'a number without its area'],
  ['043000000', 'CV', 'what reads as another number once more'],
  ['+520112345678', undefined, 'Mexico’s 01 before too few digits'],
  ['+999123456789', undefined, 'a code of no country'],
  ['', 'PL', 'nothing'],
  ['+', undefined, 'a plus alone'],
])('%s in %s is no number: %s', (digits, region) => expect(readDigits(digits, region)).toBe(undefined));

test('several regions share a code', () => expect((['PL', 'US', 'CA', 'GG'] as const).map(callingCodeOf)).toEqual(['48', '1', '1', '44']));
