import type { PhoneNumber } from '../call/event.ts';
import { callingCodeOf, longestShortCode, readDigits } from './reading.ts';
import type { Region } from './region.ts';
import type { Never } from './spelling.ts';

/** What one number is found by. Neither key: `never` says why. `valid`: that this is what was meant is beyond doubt. */
export type OneKeys = { readonly strong?: PhoneNumber; readonly weak?: string; readonly never?: Never; readonly valid?: boolean };

/**
 * ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN, UNAVAILABLE, PRIVATE spelt on a keypad, as carriers send them, and as they then stand in records
 * made of such calls. Only with the `+`: 737 874 2833 is a line in Austin, Texas.
 */
export const keypadWords: ReadonlySet<string> = new Set(['+266696687', '+7378742833', '+2562533', '+8656696', '+86282452253', '+7748483']);

/** But here a whole national number may be that short (libphonenumber's metadata): number of digits → regions. */
const shortPlans = { 4: 'NU SH TA TK', 5: 'AC CK FK KI SB TO TV VU WS', 6: 'AD FO GL LU NC NF PM SR WF' } as const;
const mayBeWhole = (digits: string, region: Region): boolean =>
  ([4, 5, 6] as const).some((shortest) => digits.length >= shortest && shortPlans[shortest].includes(region));

/**
 * The last nine digits without the trunk zero, or all of them if there are seven or eight. With more than 13 it is an account, a card, a code;
 * one digit over and over is a filler.
 */
function weakKey(digits: string): string | undefined {
  const significant = digits.replace(/^0+/, '');
  return significant.length < 7 || significant.length > 13 || /^(\d)\1*$/.test(significant) ? undefined : significant.slice(-9);
}

/** `digits`: ASCII digits, with `+` before them or none. */
export function keysOfOne(digits: string, region: Region | undefined): OneKeys {
  // +00 48 … and +067 …: no country's code begins with 0, so the plus was put before what is dialled.
  if (!digits.startsWith('+') || digits[1] === '0') return keysOfDialled(digits.replace('+', ''), region);
  if (digits.length <= 1 + longestShortCode) return { never: 'too short' };
  if (keypadWords.has(digits)) return { never: 'withheld' };
  const read = readDigits(digits);
  return read ? { strong: read.number, valid: read.valid } : { never: digits.length > 16 ? 'too long' : 'not a number of any country' };
}

function keysOfDialled(digits: string, region: Region | undefined): OneKeys {
  const isShort = digits.length <= longestShortCode;
  if (isShort && (region === undefined || !mayBeWhole(digits, region))) return { never: 'too short' };

  const sure = surelyAbroad(digits, region);
  if (sure) return { strong: sure, valid: true };
  const read = region && readDigits(digits, region);
  if (read?.valid) return { strong: read.number, valid: true };
  if (isShort) return { never: 'too short' };
  const perhaps = perhapsAbroad(digits, region);
  if (perhaps) return { strong: perhaps, valid: true };

  const weak = read && region && read.callingCode !== callingCodeOf(region) ? undefined : weakKey(digits);
  if (read) return { strong: read.number, ...(weak !== undefined && { weak }) };
  if (weak !== undefined) return { weak };
  const { length } = digits.replace(/^0+/, '');
  return { never: length > 13 ? 'too long' : length > 0 && length < 7 ? 'too short' : 'not a number of any country' };
}

/** A guess must not add to what is there: 3961234567 isn't +39 061234567. */
function validAbroad(digits: string): PhoneNumber | undefined {
  const read = digits.startsWith('0') ? undefined : readDigits(`+${digits}`);
  return read?.valid && read.number.length <= digits.length + 1 ? read.number : undefined;
}
/**
 * International before it is anything national: 00, which no national number begins with (ITU-T E.164 recommends it, and people write it in
 * countries that dial something else); and the region's own code without its plus, also where what follows could be an area: 49151… in a
 * German record is a mobile, not a line in 04915. From 11 digits on: 4921 123456 may well be Emden without its zero.
 */
function surelyAbroad(digits: string, region: Region | undefined): PhoneNumber | undefined {
  if (digits.startsWith('00')) return validAbroad(digits.slice(2));
  return region && digits.length >= 11 && digits.startsWith(callingCodeOf(region)) ? validAbroad(digits) : undefined;
}
/**
 * International if nothing national: North America's 011, Australia's 0011 and Japan's 010, left in records of other regions, and no prefix at
 * all. With fewer than ten digits behind them, 011 and 010 are area codes of Buenos Aires, São Paulo and Beijing. Without a region digits
 * alone stay what they are: +47 99 12 34 56 is as good a number as (479) 912-3456.
 */
function perhapsAbroad(digits: string, region: Region | undefined): PhoneNumber | undefined {
  for (const prefix of region ? ['0011', '011', '010', ''] : ['0011', '011', '010']) {
    const rest = digits.slice(prefix.length);
    const number = digits.startsWith(prefix) && rest.length >= 10 ? validAbroad(rest) : undefined;
    if (number) return number;
  }
  return undefined;
}
