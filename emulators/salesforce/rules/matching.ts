// Whether two records mean the same person or company, as the standard matching rules see it: methods, thresholds and equations of
// [D Help, matching_rules_standard_contact_rule, matching_rules_matching_methods]; the equation of accounts is [K].
// The vendor's lists of name variants and Metaphone 3 are not public: what only they would find is not found here.

/** What the rule of contacts and leads compares. */
export type Person = {
  readonly first: string;
  readonly last: string;
  readonly title: string;
  /** Asked last: a contact's stands with its account. */
  readonly company: () => string;
  readonly email: string;
  readonly phone: string;
  readonly street: string;
  readonly city: string;
  readonly zip: string;
};
/** What the rule of accounts compares. */
export type Company = {
  readonly name: string;
  readonly phone: string;
  readonly website: string;
  readonly street: string;
  readonly city: string;
  readonly state: string;
  readonly zip: string;
};

/** "Lowercasing all letters and removing leading and trailing spaces" [D Help, normalization]; marks on letters count for nothing (guessed). */
const plain = (text: string): string => {
  const known = plainTexts.get(text);
  if (known !== undefined) return known;
  const found = text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase().trim();
  if (plainTexts.size >= 5000) plainTexts.clear();
  plainTexts.set(text, found);
  return found;
};
/** The same text meets many others. */
const plainTexts = new Map<string, string>();
const words = (text: string): string[] => plain(text).match(/[\p{L}\p{N}]+/gu) ?? [];

function distance(a: string, b: string): number {
  let before = Array.from({ length: b.length + 1 }, (_, place) => place);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1)
      row.push(Math.min((before[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (before[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)));
    before = row;
  }
  return before[b.length] ?? 0;
}
const editScore = (a: string, b: string): number => 100 * (1 - distance(a, b) / Math.max(a.length, b.length, 1));

/** Letters in common, their order, and a bonus for the same beginning; 0 to 100. */
export function jaroWinkler(a: string, b: string): number {
  if (a === b) return 100;
  const reach = Math.max(0, Math.floor(Math.max(a.length, b.length) / 2) - 1);
  const taken = new Set<number>();
  const ofA: string[] = [];
  for (let i = 0; i < a.length; i += 1)
    for (let j = Math.max(0, i - reach); j < Math.min(b.length, i + reach + 1); j += 1)
      if (!taken.has(j) && a[i] === b[j]) {
        taken.add(j);
        ofA.push(a.charAt(i));
        break;
      }
  if (ofA.length === 0) return 0;
  const ofB = [...taken].toSorted((x, y) => x - y).map((j) => b.charAt(j));
  const swapped = ofA.filter((character, place) => character !== ofB[place]).length / 2;
  const common = ofA.length;
  const jaro = (common / a.length + common / b.length + (common - swapped) / common) / 3;
  let prefix = 0;
  while (prefix < 4 && a[prefix] !== undefined && a[prefix] === b[prefix]) prefix += 1;
  return 100 * (jaro + prefix * 0.1 * (1 - jaro));
}

/** Neighbours on a keyboard are half a mistake. */
const keyboard = ['qwertyuiop', 'asdfghjkl', 'zxcvbnm'];
const place = (key: string): [number, number] | undefined => {
  const row = keyboard.findIndex((keys) => keys.includes(key));
  return row < 0 ? undefined : [row, (keyboard[row] ?? '').indexOf(key)];
};
function keyboardScore(a: string, b: string): number {
  if (a.length !== b.length) return editScore(a, b);
  let wrong = 0;
  for (let i = 0; i < a.length; i += 1) {
    if (a[i] === b[i]) continue;
    const [one, other] = [place(a.charAt(i)), place(b.charAt(i))];
    wrong += one && other && Math.abs(one[0] - other[0]) <= 1 && Math.abs(one[1] - other[1]) <= 1 ? 0.5 : 1;
  }
  return 100 * (1 - wrong / Math.max(1, a.length));
}

/** Short forms that are neither a beginning nor alike. */
const variants = [
  'bob robert',
  'bill william',
  'dick richard',
  'jim james',
  'peggy margaret',
  'ted edward',
  'jack john',
  'liz elizabeth',
].map((pair) => pair.split(' '));

/** "Fuzzy: First Name": exact, initials, Jaro-Winkler, name variant; the best of them, 85 at least. */
function sameFirst(a: string, b: string): boolean {
  const [one, other] = [plain(a), plain(b)];
  if (one === other) return true;
  const initial = (x: string, y: string) => /^\p{L}\.?$/u.test(x) && x.charAt(0) === y.charAt(0);
  if (initial(one, other) || initial(other, one)) return true;
  return variants.some((pair) => pair.includes(one) && pair.includes(other)) || jaroWinkler(one, other) >= 85;
}
/** "Fuzzy: Last Name": exact, keyboard distance; 90. */
const sameLast = (a: string, b: string): boolean => plain(a) === plain(b) || keyboardScore(plain(a), plain(b)) >= 90;
const acronym = (text: string): string =>
  words(text)
    .map((word) => word.charAt(0))
    .join('');
/** "Fuzzy: Title": acronym, exact; 50. */
const sameTitle = (a: string, b: string): boolean => plain(a) === plain(b) || acronym(a) === plain(b) || plain(a) === acronym(b);
const legal = new Set(['inc', 'corp', 'corporation', 'co', 'company', 'ltd', 'limited', 'llc', 'gmbh', 'ag', 'sa', 'plc', 'the']);
/** "Fuzzy: Company Name": acronym, exact, likeness; 70. "Removes words such as Inc and Corp before comparing". */
function sameCompany(a: string, b: string): boolean {
  const own = (text: string) => {
    const kept = words(text).filter((word) => !legal.has(word));
    return kept.length > 0 ? kept : words(text);
  };
  const [one, other] = [own(a).join(' '), own(b).join(' ')];
  if (one === '' || other === '') return plain(a) === plain(b) && plain(a) !== '';
  const short = (text: string) => (text.includes(' ') ? acronym(text) : '');
  return one === other || short(one) === other || one === short(other) || editScore(one, other) >= 70;
}
const sameEmail = (a: string, b: string): boolean => plain(a) === plain(b);

/**
 * "Fuzzy: Phone": international code 10 %, area code 50 %, next three digits 30 %, last four 10 %; 80 at least. "This process works best
 * with North American data"; here a number without its international code is measured against the end of one that has it.
 */
export function samePhone(a: string, b: string): boolean {
  const digits = (text: string) => text.replaceAll(/\D/g, '').replace(/^0+/, '');
  const [one, other] = [digits(a), digits(b)];
  const length = Math.min(one.length, other.length);
  if (length < 7) return one !== '' && one === other;
  const equal = (from: number, to?: number) => one.slice(from, to) === other.slice(from, to);
  const countries = one.length === other.length ? 10 : Math.abs(one.length - other.length) <= 3 ? 10 : 0;
  return countries + (equal(-length, -7) ? 50 : 0) + (equal(-7, -4) ? 30 : 0) + (equal(-4) ? 10 : 0) >= 80;
}

const streetWords: Readonly<Record<string, string>> = { st: 'street', ave: 'avenue', rd: 'road', blvd: 'boulevard', dr: 'drive', ul: '' };
/** "Fuzzy: Street": the number, the name and the rest are compared by themselves; 80. Here: the same numbers, and words alike. */
function sameStreet(a: string, b: string): boolean {
  const read = (text: string) => words(text).map((word) => streetWords[word] ?? word);
  const split = (text: string) => ({
    numbers: read(text)
      .filter((word) => /\d/.test(word))
      .join(' '),
    names: read(text)
      .filter((word) => word !== '' && !/\d/.test(word))
      .join(' '),
  });
  const [one, other] = [split(a), split(b)];
  return one.numbers === other.numbers && editScore(one.names, other.names) >= 80;
}
/** "Fuzzy: City": edit distance, exact; 85. */
const sameCity = (a: string, b: string): boolean => editScore(plain(a), plain(b)) >= 85;
/** "Fuzzy: ZIP": the first five 90 %, the next four 10 %; 80. */
const sameZip = (a: string, b: string): boolean => {
  const five = (text: string) => words(text).join('').slice(0, 5);
  return five(a) === five(b);
};
const sameSite = (a: string, b: string): boolean => {
  const bare = (text: string) =>
    plain(text)
      .replace(/^https?:\/\//, '')
      .replace(/^www\./, '')
      .replace(/\/.*$/, '');
  return bare(a) === bare(b);
};

/** "Don't match" blank fields. */
const both = (a: string, b: string, same: (a: string, b: string) => boolean): boolean => a !== '' && b !== '' && same(a, b);

/**
 * (First AND Last AND Title AND Company) OR (First AND Last AND Email) OR (First AND Last AND Phone AND Company) OR (First AND Last AND
 * Street AND (City OR ZIP OR Phone)) OR (First AND Last AND Street AND Title) OR (First AND Last AND Title AND Email) OR (First AND Last
 * AND Phone). Blank names "don't match", but beside an e-mail they are ignored; the names are tried the other way round as well.
 */
export function samePerson(a: Person, b: Person): boolean {
  const names = (blanks: boolean) => {
    const fits = (x: string, y: string, same: typeof sameFirst) => (x === '' || y === '' ? blanks : same(x, y));
    const straight = fits(a.first, b.first, sameFirst) && fits(a.last, b.last, sameLast);
    const turned = a.first !== '' && a.last !== '' && both(a.first, b.last, sameLast) && both(a.last, b.first, sameFirst);
    return straight || turned;
  };
  const email = both(a.email, b.email, sameEmail);
  if (email && names(true)) return true;
  if (!names(false)) return false;
  const phone = both(a.phone, b.phone, samePhone);
  if (phone) return true;
  const title = both(a.title, b.title, sameTitle);
  const street = both(a.street, b.street, sameStreet);
  if (street && (title || both(a.city, b.city, sameCity) || both(a.zip, b.zip, sameZip))) return true;
  return title && both(a.company(), b.company(), sameCompany);
}

/**
 * (Name AND Billing Street) OR (Name AND City AND State) OR (Name AND ZIP) OR (Name AND Phone) OR (Website AND Phone) OR (Website AND
 * Billing Street).
 */
export function sameBusiness(a: Company, b: Company): boolean {
  const name = both(a.name, b.name, sameCompany);
  const site = both(a.website, b.website, sameSite);
  if (!name && !site) return false;
  if (both(a.street, b.street, sameStreet) || both(a.phone, b.phone, samePhone)) return true;
  if (!name) return false;
  return (
    both(a.zip, b.zip, sameZip) || (both(a.city, b.city, sameCity) && both(a.state, b.state, (one, other) => plain(one) === plain(other)))
  );
}
