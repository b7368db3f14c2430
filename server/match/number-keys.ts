import type { PhoneNumber } from '../call/event.ts';
import { keypadWords, keysOfOne, type OneKeys } from './one-number.ts';
import { longestShortCode, readDigits } from './reading.ts';
import type { Region } from './region.ts';
import { plain, stretchesOf, type Never } from './spelling.ts';

/** What one phone field is found by. If both lists are empty, `never` says why it can't be found. */
export type Keys = {
  /** E.164: the same key is the same line. One for each number in the field; an extension makes no other number of it. */
  readonly strong: readonly { readonly number: PhoneNumber; readonly extension?: string }[];
  /** Last digits, of numbers nobody can say where to dial. A shared one means "possible", never more (RS-64…68). */
  readonly weak: readonly string[];
  readonly never?: Never;
};

/**
 * What stands in a phone field, however people typed it. `region` is where the record is, else where the line is.
 *
 * Strong are numbers that are *possible*: of a length their country uses. Ranges are given out before libraries hear of them, and examples
 * and labs use numbers of no range (+1 555 …); and a strong key that is wrong costs little, since only a call from exactly that number finds
 * it. Without `+` or a dialling prefix, a possible number that isn't *valid* in its region has a weak key as well: the region may be wrong.
 */
export function keysOf(written: string, region: Region | undefined): Keys {
  const asIs = e164.test(written) ? keysOfOne(written, undefined) : undefined;
  if (asIs?.strong !== undefined) return { strong: [{ number: asIs.strong }], weak: [] };

  const { stretches, never } = stretchesOf(written);
  const strong = new Map<string, Keys['strong'][number]>();
  const weak = new Set<string>();
  let because = never;
  for (const { run, extension } of stretches)
    for (const found of numbersIn(run, region)) {
      if (found.strong !== undefined)
        strong.set(`${found.strong};${extension}`, { number: found.strong, ...(extension !== undefined && { extension }) });
      if (found.weak !== undefined) weak.add(found.weak);
      if (because === undefined || because === 'too short') because = found.never;
    }
  const keys = { strong: [...strong.values()], weak: [...weak] };
  return strong.size + weak.size > 0 ? keys : { ...keys, never: because ?? 'no digits' };
}
const e164 = /^\+[1-9]\d{6,14}$/;

/**
 * What a caller is looked up by. `strong` is compared with strong keys only, so +33 6 12 34 56 78 doesn't find +48 612 345 678; `weak` are
 * the keys under which a record without a region may stand: the last 9, 8 and 7 digits, and where a whole number is shorter than nine, the
 * last 9 with its country code. A number of no country's length has none.
 */
export function keysOfCaller(number: PhoneNumber): { readonly strong: PhoneNumber; readonly weak: readonly string[] } {
  const read = readDigits(number);
  if (!read) return { strong: number, weak: [] };
  const national = read.national.replace(/^0+/, ''); // Italy's zero looks like a trunk zero to whoever doesn't know the region
  const weak = [9, 8, 7].filter((count) => national.length >= count).map((count) => national.slice(-count));
  const whole = `${read.callingCode}${read.national}`;
  if (national.length < 9) weak.push(whole.slice(-9));
  return { strong: read.number, weak };
}

/** `601234567 / 602345678`, ` - ` and two spaces may part two numbers, or the groups of one. */
const seams = [/\s*\/\s*/, /\s+-\s+/, /\s{2,}/];
const shortestPart = 7;

/**
 * The numbers of one stretch. Whether a seam parts two of them shows in the reading: 030/1234567 is one number, 601234567/602345678 are two.
 * What the parts mean for sure goes first, then what the whole does, then what either may.
 */
function numbersIn(run: string, region: Region | undefined): readonly OneKeys[] {
  const digits = digitsOf(run);
  const parts = digits.length < 2 * shortestPart ? [] : partsOf(run).map((part) => keysOfOne(digitsOf(part), region));
  if (parts.length > 0 && parts.every(({ valid }) => valid)) return parts;
  const whole = keysOfOne(digits, region);
  if (whole.valid) return [whole];
  if (parts.length > 0 && parts.every(isFound)) return parts;
  const first = keysOfOne(digitsOf(withoutTail(run)), region);
  return [first.valid || !isFound(whole) ? first : whole];
}
const isFound = ({ strong, weak }: OneKeys): boolean => strong !== undefined || weak !== undefined;
const digitsOf = (run: string): string => (run.includes('+') ? '+' : '') + run.replaceAll(/\D/g, '');

/** Of at least seven digits each, parted by a seam or, 601 234 567 602 345 678, by the middle of groups that begin again. */
function partsOf(run: string): readonly string[] {
  for (const seam of seams) {
    const parts = run.split(seam);
    if (parts.length > 1 && parts.every((part) => part.replaceAll(/\D/g, '').length >= shortestPart)) return parts;
  }
  const groups = run.split(/[ .-]/);
  const half = groups.length / 2;
  const [left, right] = [groups.slice(0, half), groups.slice(half)];
  // From 9 digits on, so that a card's 4-4-4-4 isn't two Norwegian numbers; groups alike, so that an account's 2-4-4-4-4-2 isn't two German ones.
  const alike = left.every((group, index) => group.length === right[index]!.length);
  return Number.isInteger(half) && alike && left.join('').length >= 9 ? [left.join(''), right.join('')] : [];
}
/** Without what can be no part of it if the rest is a number by itself: 22 123 45 67/68 (its neighbour), 22 123 45 67 (12). */
function withoutTail(run: string): string {
  const [, head, tail] = /^([^/]*\d)\s*(?:\(([^()]*)|\/\s*\d{1,2})$/.exec(run) ?? [];
  return head !== undefined && head.replaceAll(/\D/g, '').length >= shortestPart && (tail ?? '').length <= 5 ? head : run;
}

/** What phone systems and networks write where a caller's number should be, in English, and what NTT's displays say. */
const hiddenWords =
  /^(?:(?:caller|number|call)\s)?(?:anonymous|restricted|private|unavailable|not available|withheld|blocked|unknown|hidden|suppressed|no number|no caller id|out of area|payphone|n\/a|none|null|undefined)(?:\s(?:caller|number|call|id))?$|^(?:非通知(?:設定)?|公衆電話|表示圏外|通知不可能?)$/;
/** RFC 3323 §4.1.1.3: `"Anonymous" <sip:anonymous@anonymous.invalid>`; also `tel:`. */
const addressed = /^(?:"?[^"<]*"?\s*<)?(?:sips?|tel):([^@>;]*)/;

/**
 * Is this, as a phone system sent it, the number of nobody a record could be about: withheld, a short code or an extension, only zeros?
 * False for whatever else is no number, a name for instance: that one can't be looked up is for its reader to say.
 */
export function isNobodys(asSent: string): boolean {
  const text = plain(asSent.slice(0, 255));
  const said = (addressed.exec(text)?.[1] ?? text).trim();
  if (said === '' || hiddenWords.test(said) || keypadWords.has(said)) return true;
  if (!/^[\d\s+*#().-]+$/.test(said)) return false;
  const digits = said.replaceAll(/\D/g, '');
  return digits.length <= longestShortCode || /^\d{0,3}0{9,}$|^0*$/.test(digits);
}
