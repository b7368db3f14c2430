/** Why nobody can ever be found by what stands in a phone field: for the report of such fields (complaint 5). */
export type Never =
  | 'empty'
  | 'no digits'
  | 'too short'
  | 'too long'
  | 'a fax'
  | 'a date'
  | 'an amount'
  | 'part of a code'
  | 'an address'
  | 'withheld'
  | 'not a number of any country';

/**
 * One stretch of a text that may be a number: `+` or none, ASCII digits, and between them spaces and `( ) . / ~ -`.
 * It begins with `+`, `(` or a digit and ends with a digit. Two numbers may still be in it: `601234567 / 602345678`.
 */
export type Stretch = { readonly run: string; readonly extension?: string };

/** A phone field of Salesforce holds 40 characters, the text field some use instead 255. It bounds every pattern here, hostile text or not. */
const longestField = 255;
/** The commonest field by far: one number and nothing around it. */
const bare = /^\+?[\d(][\d ().-]*\d$/;
const run = /(?:\(?\+[\s(]*|\()?\d(?:[\s()./~-]{0,5}\d)*/g;

/** RFC 3966, ITU-T E.123, what people of each language write before an extension, and what telephones dial: `#`, and for pauses `,` `;` `p` `w`. */
const extensionMark =
  /^[\s,;(./-]*(?:;\s*ext=|(?:e?xt?n?|ext\p{L}{1,7}|wew\p{L}*|w|доб\p{L}*|доп|вн|внутр\p{L}*|дод\p{L}*|内線\p{L}*|内|转|轉|分机|分機|내선|poste|post|durchwahl|dw|apparat|app|nst|nebenstelle|linka|kl|klapka|int|interno|anexo|ramal|r|toestel|tst|dahili|mellék|lok|p)[\s.:=#№-]*|[#]+\s*|[,;]+\s*)\(?$/u;
const extensionDigits = 6;

const faxWord = /(?<!\p{L})(?:tele|теле)?(?:fax|faks|факс)|ファッ?クス|télécop|telecop|传真|傳真|팩스|(?<!\p{L})f[.:]?\s*$/u;
const phoneWord = /(?<!\p{L})t[.:]|tel|tél|тел|phone|fon|mob|моб|cell|kom|電話|携帯|handy|gsm/u;
/** Words written right before or after the digits, without a space. Any other Latin letters make it a code: `INV20261121`, a Salesforce id. */
const gluedWords = new Set('t tel phone ph m mob mobile cell gsm kom handy f fax h w o c nr no call wa'.split(' '));
const gluedBefore = /(?:(\p{Script=Latin}+)[-_]?|[#_])$/u;
const gluedAfter = /^(?:[-_]?(\p{Script=Latin}+)|_)/u;

/** With the hour perhaps: a colon ends the stretch. */
const date =
  /^(?:(?:19|20)\d\d([./-])(?:0?\d|1[0-2])\1(?:[0-2]?\d|3[01])|(?:[0-2]?\d|3[01])([./-])(?:[0-2]?\d|3[01])\2(?:19|20)\d\d)(?:\s(?:[01]?\d|2[0-3]))?$/;
const currency = '(?:[$€£¥₴₽₺₹₩₪]|(?<!\\p{L})(?:usd|eur|gbp|pln|uah|rub|jpy|chf|czk|zł|zl|грн|руб|円|元)(?!\\p{L}))';
const amountBefore = new RegExp(`${currency}\\s?$`, 'u');
const amountAfter = new RegExp(`^(?:[.,]\\d{1,2})?\\s?${currency}`, 'u');
/** `1234567.89`. A single `.0` is what spreadsheets and data frames make of a number kept as a float. */
const decimal = /^\d+\.\d{1,2}$/;

/** `601 234 567 (8-16)`: when to call. In Germany it would make a longer number of it, and a valid one. */
const hours = /^(.*(?:\d\D*){7})\s*\((?:[01]?\d|2[0-4])\s*-\s*(?:[01]?\d|2[0-4])$/;

/** The stretches of a field that may be numbers, in order; `never` says what was there instead, also when there are some. */
export function stretchesOf(written: string): { readonly stretches: readonly Stretch[]; readonly never?: Never } {
  if (written.length > longestField) return { stretches: [], never: 'too long' };
  const whole = plain(written);
  if (whole === '') return { stretches: [], never: 'empty' };
  if (whole.length > longestField) return { stretches: [], never: 'too long' }; // ﷺ becomes eighteen letters
  if (bare.test(whole) && !date.test(whole) && !decimal.test(whole)) return { stretches: [{ run: whole }] };

  const { text, hadAddress } = dropAddresses(whole);
  const found = [...text.matchAll(run)];
  const refused: Never[] = hadAddress ? ['an address'] : [];
  const stretches: Stretch[] = [];
  let previousTaken = false;
  for (const [index, match] of found.entries()) {
    const start = match.index;
    const last = found[index - 1];
    const between = text.slice(last ? last.index + last[0].length : 0, start);
    const rest = text.slice(start + match[0].length);
    const after = text.slice(start + match[0].length, found[index + 1]?.index);
    const previous = previousTaken ? stretches.at(-1) : undefined;
    const { extension, candidate } = previous ? splitExtension(match[0], between) : { candidate: match[0] };
    if (extension !== undefined && previous && previous.extension === undefined)
      stretches[stretches.length - 1] = { ...previous, extension };
    if (candidate === '') continue;

    const because = refusal(candidate, { between: extension === undefined ? between : ' ', after, rest, isFirst: index === 0 });
    if (because) refused.push(because);
    else stretches.push({ run: candidate.replace(/^(\d{7,})\.0$/, '$1').replace(hours, '$1') });
    previousTaken = because === undefined;
  }
  if (found.length === 0 && !hadAddress) return { stretches, never: 'no digits' };
  const never = refused[0];
  return never ? { stretches, never } : { stretches };
}

/**
 * What of this stretch is the extension of the number before it, and what is left. `w. 12` is one, and of `ext. 22 / 415 555 0199` the 22;
 * after a comma, which may part two numbers, only a stretch that has no more digits.
 */
function splitExtension(stretch: string, between: string): { readonly extension?: string; readonly candidate: string } {
  if (!/^\d/.test(stretch) || !extensionMark.test(between)) return { candidate: stretch };
  const digits = stretch.replaceAll(/\D/g, '');
  if (digits.length <= extensionDigits) return { extension: digits, candidate: '' };
  const [, extension, candidate] = (/[\p{L}#]/u.test(between) && /^(\d{1,6})(?:\s*\/\s*|\s+)(.*\d)$/.exec(stretch)) || [];
  return extension !== undefined && candidate !== undefined ? { extension, candidate } : { candidate: stretch };
}

type Around = { readonly between: string; readonly after: string; readonly rest: string; readonly isFirst: boolean };
function refusal(candidate: string, { between, after, rest, isFirst }: Around): Never | undefined {
  // `tel. …, fax …` and `… (tel), … (fax)`: what stands before a comma or a closed bracket was said of the number before.
  const before = between.slice(Math.max(...[',', ';', '|', ')'].map((mark) => between.lastIndexOf(mark))) + 1);
  const isPhone = phoneWord.test(before.replaceAll(/telefa(?:x|ks)|телефакс/g, ''));
  if (!isPhone && (faxWord.test(before) || faxWord.test(saidAfter(after, rest)))) return 'a fax';
  if (date.test(candidate)) return 'a date';
  if (amountBefore.test(between) || amountAfter.test(rest) || (decimal.test(candidate) && !/^\d{7,}\.0$/.test(candidate)))
    return 'an amount';
  // letters between digits, 6O1234567, are no words about them
  const isInside = !isFirst && /^\p{Script=Latin}+$/u.test(between);
  const isBeside = isGlued(between, gluedBefore) || (isGlued(after, gluedAfter) && !extensionMark.test(after));
  if (/^\d/.test(candidate) && (isInside || isBeside)) return 'part of a code';
  return undefined;
}
/** What stands after the last number of a field is about it; after any other only up to the next comma or closing bracket. */
const saidAfter = (after: string, rest: string): string =>
  after.length === rest.length ? after : (/^[^,;|]*[,;|)]/.exec(after)?.[0] ?? '');
function isGlued(beside: string, pattern: RegExp): boolean {
  const glued = pattern.exec(beside);
  return glued !== null && !gluedWords.has(glued[1] ?? '');
}

/**
 * The text without its mail and web addresses, whose digits are nobody's number. Of `sip:+48601234567@pbx.example;user=phone` the part
 * before the `@` stays.
 */
function dropAddresses(text: string): { text: string; hadAddress: boolean } {
  const numbers = text
    .replaceAll(/(sips?:[^@\s>]*)@[^\s>]*/g, (_, user: string) => user.replaceAll('%2b', '+'))
    .replaceAll(/[[{]/g, '(')
    .replaceAll(/[\]}]/g, ')')
    .replaceAll(/(?<=\d)'(?=\d)/g, ' ') // 044'123'45'67, as in Switzerland
    .replaceAll('\\', '/')
    .replaceAll(/\b0\s?xx\s?(?=\d)/g, '0'); // 0xx11 3123-4567: Brazil's blank for the carrier one chooses
  const kept = numbers.replaceAll(/\S*(?:@|:\/\/|www\.)\S*/g, ' ');
  return { text: kept, hadAddress: kept !== numbers };
}

/** Lower case; every digit, plus, dash, bracket and space of any script as its ASCII one; nothing invisible. */
export function plain(written: string): string {
  const ascii = /^[\x20-\x7e]*$/.test(written) ? written : toAscii(written);
  return ascii.toLowerCase().trim();
}
/** Where the decimal digits of scripts begin that NFKC leaves as they are: Arabic, Persian, the Indic scripts, Thai, Lao, Myanmar, Khmer. */
const zeros = [0x660, 0x6f0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0, 0x1040, 0x17e0];
const toAscii = (written: string): string =>
  written
    .replaceAll(/[\u2460-\u24ff\u2776-\u2793\n\r]/g, ';') // ①090-… ②03-…: bullets, before NFKC makes digits of them
    .normalize('NFKC') // full-width digits and plus, NBSP and the other spaces
    .replaceAll(/\p{Cf}/gu, '') // the direction marks that come along when numbers are copied from phones
    .replaceAll(/\p{Nd}/gu, (digit) => {
      const code = digit.codePointAt(0)!;
      const zero = zeros.find((start) => code >= start && code <= start + 9);
      return zero === undefined ? digit : String(code - zero);
    })
    .replaceAll(/[\p{Pd}\u2212]/gu, '-')
    .replaceAll(/(?<=\d)\u30fc/g, '-') // 03ー1234ー5678: the katakana length mark typed for a dash
    .replaceAll(/[\u00b7\u2022\u2027\u30fb]/g, '.')
    .replaceAll(/[\u3001\u060c]/g, ',')
    .replaceAll(/\s/g, ' ');
