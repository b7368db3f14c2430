// What the search index knows of a text: its tokens. The query is cut in the same way, so both meet.

/** Between two fields of one group: no phrase reaches across. A character of private use, which no text of people has. */
export const fieldBreak = '\uE000';

/** Characters of scripts without spaces between words. */
const unspaced = '[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}\u30FC]';
/**
 * "Words are delimited by spaces, punctuation, and changes from letters to digits" [D SOSL reference 192.0, FIND]. A wildcard belongs to what
 * stands before it.
 */
const runs = new RegExp(`(${unspaced}+)[*?]*|((?:(?!${unspaced})\\p{L}|\\p{M}|(?<=[\\p{L}\\p{M}][*?]*)[*?])+)|(\\p{N}[\\p{N}*?]*)`, 'gu');

/** Without case; full-width letters and digits are the plain ones (guessed). */
const folded = (text: string): string => text.normalize('NFKC').toLowerCase();

/**
 * The tokens of a text, in order. East Asian text is cut in overlapping pairs: "東京都知事 would be tokenized as four bigrams" [D the same]; a
 * kept text ends in its last character alone, so that a search for one character with a wildcard finds it there as well.
 */
export function tokensOf(text: string, kept: boolean): string[] {
  const tokens: string[] = [];
  for (const [whole, pairs, letters, digits] of (kept ? folded(text).replace(/[*?]/g, ' ') : folded(text)).matchAll(runs)) {
    if (pairs === undefined) tokens.push(letters ?? digits ?? '');
    else {
      const signs = Array.from(pairs);
      for (let place = 0; place + 1 < signs.length; place += 1) tokens.push(`${signs[place] ?? ''}${signs[place + 1] ?? ''}`);
      const last = signs.at(-1) ?? '';
      if (kept) tokens.push(last);
      else if (signs.length === 1) tokens.push(whole.length > pairs.length ? `${last}*` : last);
    }
  }
  return tokens;
}

/** All digits of a phone value in one: what the lenient model finds it by. */
export const joinedDigits = (text: string): string => folded(text).replace(/\P{N}/gu, '');
