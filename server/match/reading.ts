import { getCountryCallingCode, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { PhoneNumber } from '../call/event.ts';
import type { Region } from './region.ts';

/** `valid`: in a range its country is known to have given out, not only of a length it uses. */
export type Reading = { readonly number: PhoneNumber; readonly callingCode: string; readonly national: string; readonly valid: boolean };

/** Extensions, short codes and emergency numbers have six digits at most; no country's number, with its code, has so few. */
export const longestShortCode = 6;

type Mend = readonly [what: RegExp, by: string];
/**
 * Spellings that libphonenumber doesn't take back to the one number they mean: calling code → what stands where in the national part.
 * Tried only on numbers that aren't valid as written, and kept only if they are valid then.
 */
const mends: Readonly<Record<string, Mend>> = {
  // Mexico dropped the 1 of mobiles and the 01, 044 and 045 before national calls on 2019-08-03.
  '52': [/^(?:01|04[45]|1)(?=\d{10}$)/, ''],
  // Both marks of an Argentine mobile at once: +54 9 11 15-4321-5678.
  '54': [/^9(?=\d{12}$)/, ''],
  // 8-067-123-45-67: the trunk prefix Ukraine had until 2009, still in older records.
  '380': [/^80(?=\d{9}$)/, ''],
  // +39 6 1234 5678: Italy's zero is part of the number, and dropped by those used to +44 (0)20. Mobiles begin with 3 and have none.
  '39': [/^(?=[124-9])/, '0'],
};
/** A trunk zero where the country has none (any more): +48 (0)22 …, 0601 234 567 in Poland, 09 8765 4321 in Chile. */
const strayZeros: Mend = [/^0+/, ''];

/** Calling codes of plans with numbers that begin with 0: Italy, and West and Central Africa and others, where the whole number is dialled. */
const zeroBelongs = new Set(['39', '225', '226', '227', '229', '241', '242', '247', '250', '267', '378', '687', '992']);

/**
 * What these digits mean: with `+` or a dialling prefix of the region internationally, else in the region. Undefined when they have no
 * length that its country uses, or are one digit over and over and no valid number (999 999 999: a filler).
 */
export function readDigits(digits: string, region?: Region): Reading | undefined {
  const asWritten = parse(digits, region);
  if (!asWritten || asWritten.valid) return asWritten;
  const { callingCode, national } = asWritten;
  const mended = [mends[callingCode], strayZeros].flatMap((mend) => {
    const other = mend ? national.replace(...mend) : national;
    const read = other === national ? undefined : parse(`+${callingCode}${other}`);
    return read?.callingCode === callingCode ? [read] : [];
  });
  const valid = mended.find((read) => read.valid);
  if (valid) return valid;
  const possible =
    national.startsWith('0') && !zeroBelongs.has(callingCode) ? mended.find((read) => !read.national.startsWith('0')) : asWritten;
  if (!possible?.possible || /^(\d)\1*$/.test(possible.national)) return undefined;
  // Canada's plan has seven digits that are nobody's whole number: no caller's +1 would read so.
  const again = parse(possible.number);
  return again?.possible && again.number === possible.number ? possible : undefined;
}
function parse(digits: string, region?: Region): (Reading & { readonly possible: boolean }) | undefined {
  const parsed = parsePhoneNumberFromString(digits, region === undefined ? { extract: false } : { defaultCountry: region, extract: false });
  if (!parsed || parsed.number.length <= 1 + longestShortCode) return undefined;
  const { number, countryCallingCode: callingCode, nationalNumber: national } = parsed;
  const valid = parsed.isValid();
  return { number: `${number}` as PhoneNumber, callingCode, national, valid, possible: valid || parsed.isPossible() };
}

/** The code all numbers of this region begin with abroad; several regions share one: 1, 7, 44 … */
export const callingCodeOf = (region: Region): string => getCountryCallingCode(region);
