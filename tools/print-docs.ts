import { readLedger, sayCounts, sayLedger } from '../emulators/salesforce/truth/ledger.ts';
import { describeSettings } from '../server/config.ts';
import { publishedSchema } from '../server/policy/published-schema.ts';
import { sayFailures } from './say-failures.ts';
import { sayMergeFields } from './say-merge-fields.ts';

/** Pages that are partly printed from code or from lists; the rest is written by hand. `print`: the page as it has to be. */
export const printedPages: readonly { readonly path: string; readonly print: (page: string) => string }[] = [
  { path: 'docs/reference/configuration.md', print: (page) => printTable(page, describeSettings()) },
  { path: 'docs/reference/failures.md', print: (page) => printFrom(page, '## ', sayFailures()) },
  { path: 'docs/reference/texts.md', print: (page) => printFrom(page, '## Merge fields', sayMergeFields()) },
  { path: 'docs/reference/policy.schema.json', print: (page) => printJson(page, publishedSchema()) },
  { path: 'docs/reference/org.md', print: (page) => printFrom(page, '## ', sayLedger(readLedger())) },
  {
    path: 'emulators/salesforce/README.md',
    print: (page) => page.replace(/\*\*\d+ behaviours recorded[^*]*\*\*/, sayCounts(readLedger())),
  },
];

/** The page with its table printed anew; the table is its first run of lines beginning with a bar. */
export function printTable(page: string, table: string): string {
  const lines = page.split('\n');
  const from = lines.findIndex((line) => line.startsWith('|'));
  if (from < 0) throw new Error('the page has no table to replace');
  const length = lines.slice(from).findIndex((line) => !line.startsWith('|'));
  return [...lines.slice(0, from), ...table.trimEnd().split('\n'), ...lines.slice(from + length)].join('\n');
}

/** The page with everything printed anew from the first line that begins so. */
export function printFrom(page: string, beginning: string, text: string): string {
  const lines = page.split('\n');
  const from = lines.findIndex((line) => line.startsWith(beginning));
  return `${(from < 0 ? lines : lines.slice(0, from)).join('\n').trimEnd()}\n\n${text.trimEnd()}\n`;
}

/** The page as it is where it says the same: lines and spaces are the formatter's. */
export function printJson(page: string, value: unknown): string {
  const text = JSON.stringify(value);
  return JSON.stringify(JSON.parse(page)) === text ? page : `${JSON.stringify(value, null, 2)}\n`;
}
