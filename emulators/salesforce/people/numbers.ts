import type { Country, CountryCode, Range } from './countries.ts';

/** A number, and how its digits are grouped at home. */
export type PhoneNumber = { readonly country: Country; readonly e164: string; readonly groups: readonly string[] };
export type Kind = 'mobile' | 'landline';

/** A prime that divides no range: multiplied with it, numbers in a row look like anybody's, and no two are the same. */
const stride = 39_916_801;
const rest = ({ begins, groups }: Range): number => groups.reduce((sum, size) => sum + size, 0) - (begins[0]?.length ?? 0);
/** How many numbers of a kind there are. */
export const capacity = (range: Range): number => range.begins.length * 10 ** rest(range);

/** The n-th number of this kind: another one for each n. */
export function numberAt(country: Country, kind: Kind, n: number): PhoneNumber {
  const range = country[kind];
  const place = (n * stride + 271_828) % capacity(range);
  const size = 10 ** rest(range);
  return numberOf(country, (range.begins[Math.floor(place / size)] ?? '') + String(place % size).padStart(rest(range), '0'), range.groups);
}

export function numberOf(country: Country, national: string, sizes: readonly number[]): PhoneNumber {
  let at = 0;
  const groups = sizes.map((size) => national.slice(at, (at += size)));
  return { country, e164: `+${country.callingCode}${national}`, groups };
}

const digitsOf = ({ groups }: PhoneNumber): string => groups.join('');
/** As dialled at home, in groups. */
const atHome = ({ country, groups }: PhoneNumber): string[] => groups.map((group, place) => (place === 0 ? country.trunk + group : group));
const abroad = (number: PhoneNumber, by: string): string => [`+${number.country.callingCode}`, ...number.groups].join(by);
const fullWidth = (text: string): string =>
  text.replace(/[0-9-]/g, (char) => (char === '-' ? '－' : String.fromCharCode(char.charCodeAt(0) + 0xfee0)));

/**
 * The screen of an en_US user: "(234) 567-8901" out of ten digits; of eleven that begin with 1 the 1 goes; a plus or any other length
 * leaves the text alone [D Help 000385963].
 */
function asTheScreenLeavesIt(typed: string): string {
  const digits = typed.length === 11 && typed.startsWith('1') ? typed.slice(1) : typed;
  return digits.length === 10 ? `(${digits.slice(0, 3)}) ${digits.slice(3, 6)}-${digits.slice(6)}` : typed;
}

type Spelling = {
  readonly name: string;
  readonly weight: number;
  readonly write: (number: PhoneNumber, other: PhoneNumber, roll: number) => string;
};

/** How numbers are written in CRMs, with how many of a hundred fields are written so. The first five are what an office means to write. */
export const spellings: readonly Spelling[] = [
  { name: '+380671234567', weight: 24, write: ({ e164 }) => e164 },
  { name: '+380 67 123 4567', weight: 16, write: (number) => abroad(number, ' ') },
  { name: '067 123 4567', weight: 14, write: (number) => atHome(number).join(' ') },
  { name: '067-123-4567', weight: 8, write: (number) => atHome(number).join('-') },
  { name: '+38-067-123-4567', weight: 6, write: oddlyHyphenated },
  {
    name: '(067) 123-4567',
    weight: 5,
    write: (number) => {
      const [area = '', ...others] = atHome(number);
      return `(${area}) ${others.join('-')}`;
    },
  },
  { name: 'as the screen leaves ten digits', weight: 4, write: (number) => asTheScreenLeavesIt(atHome(number).join('')) },
  { name: '067.123.4567', weight: 3, write: (number) => atHome(number).join('.') },
  { name: '671234567', weight: 3, write: digitsOf },
  { name: '0671234567', weight: 3, write: (number) => atHome(number).join('') },
  { name: '00380671234567', weight: 3, write: ({ e164 }) => `00${e164.slice(1)}` },
  { name: '380671234567', weight: 1, write: ({ e164 }) => e164.slice(1) },
  { name: '+380 (0) 67 123 4567', weight: 1, write: withTrunkInBrackets },
  { name: 'tel:+380671234567', weight: 1, write: ({ e164 }) => `tel:${e164}` },
  { name: 'no-break spaces', weight: 1, write: (number) => abroad(number, '\u00a0') },
  {
    name: 'full-width digits',
    weight: 2,
    write: (number) => (number.country.code === 'JP' ? fullWidth(atHome(number).join('-')) : abroad(number, '-')),
  },
  { name: 'an extension behind it', weight: 2, write: (number, _, roll) => withExtension(number, roll) },
  {
    name: 'a remark behind it',
    weight: 1,
    write: ({ country, ...number }, _, roll) => `${atHome({ country, ...number }).join(' ')} ${pick(country.remarks, roll)}`,
  },
  {
    name: 'two numbers in one field',
    weight: 2,
    write: (number, other, roll) => `${atHome(number).join(' ')}${pick([' / ', ', ', '; '], roll)}${other.e164}`,
  },
];

/** The calling code swallows the trunk zero, as in Ukraine, or stands in front of it. */
function oddlyHyphenated(number: PhoneNumber): string {
  const { country, groups } = number;
  const [code, first] = country.code === 'UA' ? ['38', `0${groups[0] ?? ''}`] : [country.callingCode, groups[0] ?? ''];
  return [`+${code}`, first, ...groups.slice(1)].join('-');
}
function withTrunkInBrackets(number: PhoneNumber): string {
  const { country, groups } = number;
  return country.trunk === '' ? abroad(number, ' ') : `+${country.callingCode} (${country.trunk}) ${groups.join(' ')}`;
}
function withExtension(number: PhoneNumber, roll: number): string {
  const own = String(10 + Math.floor(roll * 90));
  return `${roll < 0.5 ? abroad(number, ' ') : atHome(number).join(' ')} ${number.country.extension}${number.country.code === 'US' || number.country.code === 'JP' ? '' : ' '}${own}`;
}

export function pick<T>(from: readonly T[], roll: number): T {
  const found = from[Math.floor(roll * from.length)];
  if (found === undefined) throw new Error('Nothing to choose from');
  return found;
}
/** One of these, as often as its weight says. */
export function weighted<T>(from: readonly T[], weightOf: (one: T) => number, roll: number): T {
  const total = from.reduce((sum, one) => sum + weightOf(one), 0);
  let left = roll * total;
  for (const one of from) if ((left -= weightOf(one)) < 0) return one;
  return pick(from, 0);
}

/** What stands in phone fields and is nobody's number. */
export const never: readonly string[] = [
  'brak',
  'n/a',
  '-',
  '?',
  '0',
  '000000000',
  '12345',
  '999',
  'anonymous',
  'Restricted',
  '+266696687', // ANONYMOUS on a keypad
  'ask reception',
  'немає',
  '不明',
  'non communiqué',
  '+48 22',
  '1234567890123456789',
];

export type OwnNumber = { readonly country: CountryCode; readonly national: string };
/** Acme's own lines: they stand on people's records by mistake. */
export const ownNumbers: readonly OwnNumber[] = [
  { country: 'PL', national: '223071000' },
  { country: 'PL', national: '223071001' },
  { country: 'UA', national: '443071000' },
  { country: 'JP', national: '361071000' },
  { country: 'US', national: '4152071000' },
  { country: 'FR', national: '142071000' },
];
