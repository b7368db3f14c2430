import { describeSettings } from '../server/config.ts';

/** A page of docs/reference that is partly printed from code: `print` gives the table, the rest is written by hand. */
export const printedPages = [{ path: 'docs/reference/configuration.md', print: describeSettings }] as const;

/** The page with its table printed anew; the table is its first run of lines beginning with a bar. */
export function printPage(page: string, table: string): string {
  const lines = page.split('\n');
  const from = lines.findIndex((line) => line.startsWith('|'));
  if (from < 0) throw new Error('the page has no table to replace');
  const length = lines.slice(from).findIndex((line) => !line.startsWith('|'));
  return [...lines.slice(0, from), ...table.trimEnd().split('\n'), ...lines.slice(from + length)].join('\n');
}
