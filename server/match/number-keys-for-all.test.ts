import fc from 'fast-check';
import { getCountries, getExampleNumber } from 'libphonenumber-js/max';
import examples from 'libphonenumber-js/mobile/examples';
import { describe, expect, test } from 'vitest';
import type { PhoneNumber } from '../call/event.ts';
import { isNobodys, keysOf, keysOfCaller } from './number-keys.ts';
import type { Region } from './region.ts';
import { anyText } from '../testing/any-text.ts';

/** libphonenumber's example of a mobile number of each country. */
const all = getCountries().map((region) => ({ region, example: getExampleNumber(region, examples)! }));
const strongOf = (written: string, region: Region | undefined) => keysOf(written, region).strong.map(({ number }) => number as string);

describe('an example number of every country gives its key', () => {
  test.each(all.map(({ region, example }) => [region, example] as const))('%s', (region, example) => {
    const international = example.formatInternational();
    const { number } = example;
    for (const written of [number, international, example.getURI(), international.replace('+', '00 '), `tel. ${international} ext. 12`])
      expect([written, strongOf(written, undefined)]).toEqual([written, [number]]);
    for (const written of [
      example.formatNational(),
      example.nationalNumber,
      number.slice(1),
      international,
      international.replace('+', '00 '),
    ])
      expect([written, strongOf(written, region)]).toEqual([written, [number]]);
    expect(keysOfCaller(number as PhoneNumber).strong).toBe(number);
  });
});

describe('for whatever people type', () => {
  const written = fc.record({
    of: fc.constantFrom(...all),
    nationally: fc.boolean(),
    separators: fc.array(fc.constantFrom('', '', ' ', '-', '\u00a0', '\u2011', '\u2013', ') ', '\u3000', '\u200e'), {
      minLength: 20,
      maxLength: 20,
    }),
    zero: fc.constantFrom('0', '０', '٠', '۰', '०'),
    around: fc.constantFrom(['', ''], ['tel. ', ''], ['', ' (Anna)'], [' ', ' '], ['電話：', ''], ['', ' x123'], ['mobile: ', ', ']),
  });
  const spell = ({ of: { example }, nationally, separators, zero, around }: typeof written extends fc.Arbitrary<infer T> ? T : never) => {
    const plain = nationally ? example.formatNational().replaceAll(/\D/g, '') : example.number;
    const digits = [...plain].map((digit) => (digit === '+' ? '+' : String.fromCodePoint(zero.codePointAt(0)! + Number(digit))));
    return `${around[0]}${digits.map((digit, at) => (at < 2 ? digit : (separators[at] ?? '') + digit)).join('')}${around[1]}`;
  };
  test('the digits of every script with separators anywhere give the same strong key', () =>
    fc.assert(
      fc.property(written, (said) => {
        const { region, example } = said.of;
        expect(strongOf(spell(said), said.nationally ? region : undefined)).toEqual([example.number]);
      }),
      { numRuns: 2000 },
    ));
  test('a number isn’t found by a call from a number that differs in a digit', () =>
    fc.assert(
      fc.property(written, fc.nat({ max: 6 }), fc.integer({ min: 1, max: 9 }), (said, back, by) => {
        const { example, region } = said.of;
        const at = example.number.length - 1 - (back % (example.nationalNumber.length - 1));
        const other = `${example.number.slice(0, at)}${(Number(example.number[at]) + by) % 10}${example.number.slice(at + 1)}`;
        expect(strongOf(spell(said), said.nationally ? region : undefined)).not.toContain(other);
      }),
      { numRuns: 500 },
    ));
});

describe('whatever stands there', () => {
  const text = fc.oneof(
    anyText({ maxLength: 300 }),
    fc.string({ unit: fc.constantFrom(...'0123456789+ ()-/.,;#x:@wéｆ０ー円①'), maxLength: 300 }),
  );
  const region = fc.constantFrom(undefined, ...getCountries());
  test('it never throws, every key has its shape, and a field has keys or the reason why not', () =>
    fc.assert(
      fc.property(text, region, (written, where) => {
        const { strong, weak, never } = keysOf(written, where);
        for (const { number, extension } of strong) {
          expect(number).toMatch(/^\+[1-9]\d{4,16}$/);
          if (extension !== undefined) expect(extension).toMatch(/^\d{1,6}$/);
        }
        for (const key of weak) expect(key).toMatch(/^\d{7,9}$/);
        expect(never === undefined).toBe(strong.length + weak.length > 0);
        expect(typeof isNobodys(written)).toBe('boolean');
      }),
      { numRuns: 2000 },
    ));
  test('a strong key read again is itself', () =>
    fc.assert(
      fc.property(text, region, (written, where) => {
        for (const { number } of keysOf(written, where).strong) {
          expect(keysOf(number, undefined).strong).toEqual([{ number }]);
          expect(keysOfCaller(number).strong).toBe(number);
        }
      }),
      { numRuns: 2000 },
    ));
  test.each([
    ['digits', '9'.repeat(10_000)],
    ['pluses', '+'.repeat(10_000)],
    ['brackets', '('.repeat(255)],
    ['brackets and digits', '1('.repeat(127)],
    ['seams', '1/'.repeat(127)],
    ['spaces before a digit', `${' '.repeat(254)}1`],
    ['extensions', 'x1'.repeat(127)],
    ['addresses', '@'.repeat(255)],
    ['letters that become eighteen', 'ﷺ'.repeat(255)],
    ['direction marks', `+48${'\u200f'.repeat(240)}601234567`],
  ])('10 kB or what a field holds of %s are read a hundred times within a second', (_, hostile) => {
    const begun = performance.now();
    for (let time = 0; time < 100; time++) {
      keysOf(hostile, 'PL');
      isNobodys(hostile);
    }
    expect(performance.now() - begun).toBeLessThan(1000);
  });
});
