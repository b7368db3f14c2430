import type { PhoneNumber } from '../call/event.ts';
import { keysOf, keysOfCaller } from './number-keys.ts';
import { regionOf } from './region.ts';

/**
 * Does a phone field, as people typed it, hold this number (E.164)? `country`: where one without a country code is dialled. Its last digits
 * are enough where nobody can say; so ask only where something else speaks for it, too.
 */
export function hasNumber(number: string, written: string, country: string | undefined): boolean {
  const caller = keysOfCaller(number as PhoneNumber);
  const { strong, weak } = keysOf(written, regionOf(country));
  return strong.some((key) => key.number === caller.strong) || weak.some((key) => caller.weak.includes(key));
}
