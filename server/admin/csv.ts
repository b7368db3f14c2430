/** What is written as it stands, letter by letter, whatever a spreadsheet would make of it: a number with its + and its zeros. */
export type Kept = { readonly kept: string };

/** A spreadsheet reads UTF-8 as such only after this. */
export const byteOrderMark = '\uFEFF';

/**
 * One record of a CSV file (RFC 4180), its fields in quotes. Strangers wrote what is in them (S3), so a spreadsheet must calculate nothing:
 * an apostrophe stands before what it would take for a formula, and before whatever is to be kept. It shows, and it is the one mark after
 * which every spreadsheet leaves the rest as it is; a tab or a space is cut off again by some, `="…"` is itself a formula. A line break or
 * another control character becomes a space: a field that breaks its line can begin a field of its own.
 */
export const csvRecord = (fields: readonly (string | Kept)[]): string =>
  `${fields.map((field) => `"${(typeof field === 'string' ? cell(field, false) : cell(field.kept, true)).replaceAll('"', '""')}"`).join(',')}\r\n`;

function cell(text: string, isKept: boolean): string {
  const line = text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
  return `${isKept || formulaAhead.test(line) ? "'" : ''}${line.replaceAll(fieldWithin, ";'")}`;
}

/** What `cell` made of it, as it was: a file that a spreadsheet saved can be taken in again. An apostrophe of a name's own stays. */
export const unguarded = (text: string): string =>
  (text.startsWith("'") && formulaAhead.test(text.slice(1)) ? text.slice(1) : text).replaceAll(guardWithin, ';');

/** Also in full width, as some spreadsheets take them; behind spaces and quotes, which some cut off. */
const begins = String.raw`[\s"']*[=+\-@＝＋－＠]`;
const formulaAhead = new RegExp(`^${begins}`, 'u');
/** Where numbers have a decimal comma, a spreadsheet takes the semicolon for the end of a field, inside our quotes too. */
const fieldWithin = new RegExp(`;(?=${begins})`, 'gu');
const guardWithin = new RegExp(`;'(?=${begins})`, 'gu');
