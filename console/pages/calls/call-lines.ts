import type { CallLine } from '../../../wire/console.ts';

/** The ids are the server's counter, so the greater is the newer; newest first, as the server lists them. */
export const newestFirst = (a: { id: string }, b: { id: string }): number =>
  b.id.length - a.id.length || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0);

/**
 * The list with these lines told anew: each call once, the newest version of each, in order. Lines older than the page that was
 * read are left to "show earlier calls", or they would stand below a gap.
 */
export function mergeLines(held: readonly CallLine[], told: readonly CallLine[], oldestRead: string | undefined): CallLine[] {
  const lines = new Map(held.map((line) => [line.id, line]));
  for (const line of told) {
    const known = lines.get(line.id);
    if (!known && oldestRead !== undefined && newestFirst({ id: oldestRead }, line) < 0) continue;
    if (!known || known.version <= line.version) lines.set(line.id, line);
  }
  return [...lines.values()].toSorted(newestFirst);
}

/** What is typed to find a call. Numbers are kept as digits with the country's code, so spelling and trunk zeros are left out. */
export function readFind(typed: string): string {
  const text = typed.normalize('NFKC').trim();
  if (!/^\+?[\d\s().\-/]{3,}$/.test(text) || /^\d+\.\d+$/.test(text)) return text; // 1732234567.12 is a call of Asterisk, not a number
  return text.replaceAll(/\D/g, '').replace(/^0+/, '') || text;
}
