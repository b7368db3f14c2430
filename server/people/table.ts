import type { z } from 'zod';
import { Agent, Line } from '../../wire/people.ts';
import { byteOrderMark, csvRecord, unguarded } from '../admin/csv.ts';
import { type CsvMistake, readCsv } from './read-csv.ts';

/** `kept`: digits that a spreadsheet would calculate with. */
type Column = { readonly head: string; readonly field: string; readonly is: 'text' | 'kept' | 'list' | 'yes or no' };
type Entry = Readonly<Record<string, unknown>>;
/** How a list of things is written as a table; `id` names the thing. */
export type Table = { readonly what: string; readonly id: string; readonly columns: readonly Column[]; readonly schema: z.ZodType<Entry> };

export const agentTable: Table = {
  what: 'agent',
  id: 'code',
  schema: Agent,
  columns: [
    { head: 'code', field: 'code', is: 'kept' },
    { head: 'name', field: 'name', is: 'text' },
    { head: 'email', field: 'email', is: 'text' },
    { head: 'team', field: 'team', is: 'text' },
    { head: 'extension', field: 'extension', is: 'kept' },
    { head: 'sip accounts', field: 'sipAccounts', is: 'list' },
    { head: 'numbers', field: 'numbers', is: 'list' },
    { head: 'did', field: 'did', is: 'kept' },
    { head: 'caller id', field: 'presentation', is: 'kept' },
    { head: 'telephony', field: 'telephony', is: 'yes or no' },
    { head: 'calls out', field: 'dialsOut', is: 'yes or no' },
    { head: 'included', field: 'included', is: 'yes or no' },
    { head: 'missed calls', field: 'missedComeToThem', is: 'yes or no' },
    { head: 'user', field: 'user', is: 'text' },
  ],
};
export const lineTable: Table = {
  what: 'line',
  id: 'line',
  schema: Line,
  columns: [
    { head: 'line', field: 'line', is: 'kept' },
    { head: 'name', field: 'name', is: 'text' },
    { head: 'number', field: 'number', is: 'kept' },
    { head: 'kind', field: 'kind', is: 'text' },
    { head: 'workspace', field: 'workspace', is: 'text' },
  ],
};

/** The table as a file that a spreadsheet opens, changes and saves, and that can be taken in again. */
export const writeTable = ({ columns }: Table, entries: readonly Entry[]): string =>
  byteOrderMark +
  csvRecord(columns.map(({ head }) => head)) +
  entries
    .map((entry) =>
      csvRecord(columns.map(({ field, is }) => (is === 'kept' && entry[field] ? { kept: said(entry[field]) } : said(entry[field])))),
    )
    .join('');

const said = (value: unknown): string => {
  if (value === undefined) return '';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (Array.isArray(value)) return value.join(' ');
  return typeof value === 'string' ? value : '';
};

/** The name of the thing an entry is about. */
export const idIn = ({ id }: Table, entry: Entry): string => said(entry[id]);

export type TableRead<T> = {
  readonly entries: readonly T[];
  readonly added: readonly string[];
  readonly changed: readonly {
    readonly id: string;
    readonly fields: readonly { readonly field: string; readonly from: string; readonly to: string }[];
  }[];
  readonly removed: readonly string[];
  readonly same: number;
  readonly mistakes: readonly CsvMistake[];
};

/**
 * What the file makes of the entries there are. A column that isn't there changes nothing; an empty cell takes away what was there. Rows that
 * the file doesn't have stay, unless `isWhole`. `among`: what is wrong with all of them together.
 */
export function readTable<T extends Entry>(
  table: Table,
  bytes: Uint8Array,
  now: readonly T[],
  isWhole: boolean,
  among: (entries: readonly T[]) => readonly { readonly id: string; readonly field: string; readonly message: string }[],
): TableRead<T> {
  const { rows, mistakes: broken } = readCsv(bytes);
  const mistakes: CsvMistake[] = [...broken];
  const [head, ...records] = rows;
  const columns = head ? columnsOf(table, head, mistakes) : [];
  if (!head && broken.length === 0)
    mistakes.push({ line: 1, column: 1, message: `The file is empty. Its first line names the columns: ${headsOf(table)}.` });
  const known = new Map(now.map((entry) => [said(entry[table.id]), entry] as const));
  const read = new Map<string, { readonly entry: T; readonly line: number }>();
  const columnOf = (field: string) => columns.findIndex((column) => column?.field === field) + 1;
  const wrong = (line: number, field: string, message: string) =>
    mistakes.push({ line, column: Math.max(columnOf(field), 1), ...(headOf(table, field) && { field: headOf(table, field)! }), message });

  for (const { line, cells } of mistakes.length > 0 ? [] : records) {
    if (cells.length > columns.length) {
      mistakes.push({
        line,
        column: columns.length + 1,
        message: `There are ${cells.length} cells, and ${columns.length} columns. Put quotation marks around a cell that holds the separator.`,
      });
      continue;
    }
    const before = mistakes.length;
    const given = new Map<string, unknown>();
    for (const [place, column] of columns.entries())
      if (column)
        given.set(
          column.field,
          valueOf(column, cells[place] ?? '', (message) => wrong(line, column.field, message)),
        );
    if (table === agentTable && given.get('code') === undefined && given.get('extension') !== undefined)
      given.set('code', given.get('extension'));
    if (mistakes.length > before) continue;
    const id = said(given.get(table.id));
    const found = table.schema.safeParse(without({ ...known.get(id), ...Object.fromEntries(given) }));
    if (!found.success) {
      for (const { path, message } of found.error.issues) {
        const field = typeof path[0] === 'string' ? path[0] : table.id;
        wrong(
          line,
          field,
          `${headOf(table, field) ?? field} ${message}${given.get(field) === undefined ? '' : `, not ${JSON.stringify(said(given.get(field)).slice(0, 40))}`}.`,
        );
      }
      continue;
    }
    const entry = found.data as T;
    const other = read.get(said(entry[table.id]));
    if (other) wrong(line, table.id, `${said(entry[table.id])} stands in line ${other.line} as well.`);
    else read.set(said(entry[table.id]), { entry, line });
  }

  const kept = now.filter((entry) => !isWhole && !read.has(said(entry[table.id])));
  const entries = [...kept, ...[...read.values()].map(({ entry }) => entry)].sort((a, b) =>
    said(a[table.id]) < said(b[table.id]) ? -1 : 1,
  );
  // the one to change is the one in the file
  const inOrder = [...kept, ...[...read.values()].map(({ entry }) => entry)];
  for (const { id, field, message } of among(inOrder)) wrong(read.get(id)?.line ?? 1, field, message);
  const compared = [...read].map(([id, { entry }]) => ({ id, was: known.get(id), fields: differencesOf(table, known.get(id), entry) }));
  return {
    entries,
    added: compared.filter(({ was }) => !was).map(({ id }) => id),
    changed: compared.flatMap(({ id, was, fields }) => (was && fields.length > 0 ? [{ id, fields }] : [])),
    removed: isWhole ? [...known.keys()].filter((id) => !read.has(id)) : [],
    same: compared.filter(({ was, fields }) => was && fields.length === 0).length,
    mistakes,
  };
}

const headsOf = ({ columns }: Table) => columns.map(({ head }) => head).join(', ');
const headOf = ({ columns }: Table, field: string) => columns.find((column) => column.field === field)?.head;
const without = (entry: Entry): Entry => Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined));

function columnsOf(
  table: Table,
  { line, cells }: { readonly line: number; readonly cells: readonly string[] },
  mistakes: CsvMistake[],
): (Column | undefined)[] {
  const plain = (text: string) => text.toLowerCase().replaceAll(/[\s_-]+/g, '');
  const columns = cells.map((cell, place) => {
    const column = table.columns.find(({ head, field }) => [plain(head), plain(field)].includes(plain(cell)));
    if (!column && cell !== '')
      mistakes.push({ line, column: place + 1, message: `There is no column "${cell.slice(0, 40)}". There are ${headsOf(table)}.` });
    return column;
  });
  for (const [place, column] of columns.entries())
    if (column && columns.indexOf(column) !== place)
      mistakes.push({ line, column: place + 1, field: column.head, message: `The column ${column.head} is there twice.` });
  const has = (field: string) => columns.some((column) => column?.field === field);
  if (!has(table.id) && !(table === agentTable && has('extension')))
    mistakes.push({
      line,
      column: 1,
      message: `The column ${headOf(table, table.id)} is missing: it says which ${table.what} a line is about.`,
    });
  return columns;
}

const yes = new Set(['yes', 'y', 'true', '1', 'x']);
const no = new Set(['no', 'n', 'false', '0', '-']);

/** What a cell says. A spreadsheet may have calculated with it: then what was meant is gone. */
function valueOf({ head, field, is }: Column, cell: string, wrong: (message: string) => void): unknown {
  // the mark that keeps a spreadsheet from calculating, ours or its own; but 't Hooft begins with one of their own
  const text = (is === 'text' ? unguarded(cell) : cell.replace(/^'/, '')).trim();
  if (text === '') return undefined;
  const isCalculated = (one: string) => /^[+-]?\d+(?:[.,]\d+)?E[+-]?\d+$/i.test(one);
  if (is === 'text') return text;
  if (is === 'yes or no') {
    const word = text.toLowerCase();
    if (yes.has(word) || no.has(word)) return yes.has(word);
    wrong(`${head} must be yes or no, not ${JSON.stringify(text.slice(0, 40))}.`);
    return undefined;
  }
  const read = (one: string) => {
    if (isCalculated(one)) wrong(`A spreadsheet has rounded this to ${one.slice(0, 40)}. Make the column one of text, and type it again.`);
    return ['numbers', 'did', 'presentation', 'number'].includes(field) ? phoneIn(one) : one;
  };
  return is === 'list' ? partsOf(text, field).map(read) : read(text);
}

/** Accounts and numbers part at spaces, commas, semicolons or bars; but `+48 22 123 45 67` is one number. */
const partsOf = (text: string, field: string): string[] =>
  (field === 'numbers' ? text.split(/[,;|]|\s+(?=\+|'|00)/) : text.split(/[\s,;|]+/))
    .map((part) => part.trim().replace(/^'/, ''))
    .filter(Boolean);

/** `+48 22 123-45-67` and `0048…` as the one they mean; what isn't clear is left for the schema to refuse. */
const phoneIn = (text: string): string => text.replaceAll(/[\s().\u00a0-]/g, '').replace(/^00(?=[1-9])/, '+');

/** What of an entry is another, by the heads of the table. */
export function differencesOf({ columns, id }: Table, was: Entry | undefined, is: Entry) {
  return columns
    .filter(({ field }) => field !== id)
    .map(({ head, field }) => ({ field: head, from: said(was?.[field]), to: said(is[field]) }))
    .filter(({ from, to }) => from !== to);
}
