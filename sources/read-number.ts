import { isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js';
import type { PhoneNumber } from '../server/call/event.ts';

/** What phone systems write where a number should be when the caller hid it, or the network didn't pass it on. */
const hiddenWords = new Set(['anonymous', 'restricted', 'private', 'unavailable', 'withheld', 'blocked', 'unknown']);
/**
 * The same words spelt on a keypad, as carriers send them: ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN, UNAVAILABLE.
 * They look like E.164; none is a possible number in the country its first digits name.
 */
const hiddenNumbers = new Set(['+266696687', '+7378742833', '+2562533', '+8656696', '+86282452253']);
/** RFC 3323 §4.1.1.3: `"Anonymous" <sip:anonymous@anonymous.invalid>`. */
const hiddenAddress = /^(?:"?anonymous"?\s*)?<?sips?:anonymous@[^>]*>?$/i;

export type NumberAsRead = { readonly number?: PhoneNumber; readonly asSent?: string; readonly withheld?: true };

/**
 * E.164 or nothing: spaces, brackets and national forms stay as sent, since `+44 (0)20 …` shows that stripping them can lie. With the
 * `country` (ISO 3166) the sender is in, digits alone are read as dialled there, or as an international number without its plus; not the
 * latter when they were `dialled` at a phone, where the first digits may be the way to an outside line.
 */
export function readNumber(said: string | undefined, country?: string, dialled = false): NumberAsRead {
  const trimmed = said?.trim();
  if (!trimmed) return {};
  if (hiddenWords.has(trimmed.toLowerCase()) || hiddenNumbers.has(trimmed) || hiddenAddress.test(trimmed))
    return { withheld: true, asSent: trimmed };
  if (/^\+[1-9]\d{1,14}$/.test(trimmed)) return { number: trimmed as PhoneNumber };
  const number = country === undefined ? undefined : dialledIn(trimmed, country.toUpperCase(), dialled);
  return { ...(number !== undefined && { number }), asSent: trimmed };
}

function dialledIn(digits: string, country: string, dialled: boolean): PhoneNumber | undefined {
  if (!/^\d{5,18}$/.test(digits) || !isSupportedCountry(country)) return undefined;
  const forms = [parsePhoneNumberFromString(digits, country), dialled ? undefined : parsePhoneNumberFromString(`+${digits}`)];
  // New ranges are given out before libraries know of them, so one that has the right length will do.
  const read = forms.find((form) => form?.isValid()) ?? forms.find((form) => form?.isPossible());
  return read && (`${read.number}` as PhoneNumber);
}
