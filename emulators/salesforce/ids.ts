/**
 * Record ids. 15 characters are case-sensitive; 18 = 15 + a checksum for programs that ignore case: per chunk of five characters one
 * bit per capital, read as a number into A-Z0-5 [K, stable for twenty years]. Here everything is kept as 18 and compared as such.
 */
const checksumAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';
const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Between the object's prefix and the running number real ids carry the instance; a recognisable one keeps stand-in ids out of real orgs. */
const instance = 'Sx0';

function withChecksum(id15: string): string {
  let suffix = '';
  for (let chunk = 0; chunk < 3; chunk += 1) {
    let bits = 0;
    for (let place = 0; place < 5; place += 1) {
      const char = id15.charAt(chunk * 5 + place);
      if (char >= 'A' && char <= 'Z') bits |= 1 << place;
    }
    suffix += checksumAlphabet.charAt(bits);
  }
  return id15 + suffix;
}

/** The 18-character form, or undefined when this is not shaped like an id. The checksum is not verified: an org compares on 15 [K]. */
export function readId(text: string): string | undefined {
  return /^(?:[A-Za-z0-9]{15}|[A-Za-z0-9]{18})$/.test(text) ? withChecksum(text.slice(0, 15)) : undefined;
}

export function idFor(keyPrefix: string, serial: number): string {
  let digits = '';
  for (let rest = serial; rest > 0; rest = Math.floor(rest / 62)) digits = base62.charAt(rest % 62) + digits;
  return withChecksum(keyPrefix + instance + digits.padStart(9, '0'));
}
