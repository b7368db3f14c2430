/** Formatting that turns the text after it around, or can't be seen: a caller's name may use it to look like another (S3). */
const invisible = /[\u202a-\u202e\u2066-\u2069\ufeff]/gu;
const lineBreaks = /\r\n|[\r\n\u0085\u2028\u2029]/gu;

/** A stranger's text for a field of one line: no control characters, no line breaks, no half surrogates. */
export function singleLine(text: string, atMost = 255): string {
  return cut(
    text
      .toWellFormed()
      .replace(invisible, '')
      .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
      .trim(),
    atMost,
  );
}

/** A stranger's text that may have several lines. */
export function manyLines(text: string): string {
  return text
    .toWellFormed()
    .replace(invisible, '')
    .replace(lineBreaks, '\n')
    .replace(/[^\P{Cc}\n\t]/gu, '')
    .trim();
}

/** At most this many UTF-16 units, which is never fewer than a field's characters; never half of a character. `mark` tells that something is missing. */
export function cut(text: string, atMost: number, mark = '…'): string {
  if (text.length <= atMost) return text;
  if (atMost < mark.length) return '';
  const kept = text.slice(0, atMost - mark.length);
  return kept.replace(/[\ud800-\udbff]$/, '') + mark;
}

/** Browsers and mail gateways give up on longer ones, and a link is never cut. */
const longestLink = 2000;
/** The link in its normal form, or undefined if a person shouldn't be sent there: only `https:`, and no sign-in hidden in it (S3). */
export function httpsLink(raw: string | undefined): string | undefined {
  if (raw === undefined || !URL.canParse(raw)) return undefined;
  const url = new URL(raw);
  return url.protocol === 'https:' && url.username === '' && url.password === '' && url.href.length <= longestLink ? url.href : undefined;
}
