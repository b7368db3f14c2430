/** Salesforce refuses some of these and drops others silently; none of them belongs in a log. Tab, LF and CR stay. */
const unprintable = /(?![\t\n\r])[\p{Cc}\p{Noncharacter_Code_Point}]/gu;

/** Text that any JSON parser and database accepts: no control characters, no half characters. */
export function cleanText(text: string): string {
  return text.toWellFormed().replace(unprintable, '');
}

/** Text for a one-line field, as Salesforce would keep it: no line breaks or tabs, no space at either end. */
export function oneLine(text: string): string {
  return cleanText(text)
    .replace(/\s*[\t\r\n]+\s*/g, ' ')
    .trim();
}

/** At most `length` UTF-16 units, the smallest count any side may use, and never half of a character. */
export function cutAt(text: string, length: number): string {
  if (text.length <= length) return text;
  const isHalved = /[\ud800-\udbff]/.test(text.charAt(length - 1));
  return text.slice(0, isHalved ? length - 1 : length).trimEnd();
}
