import type { Refusal } from '../errors.ts';
import { readId } from '../ids.ts';
import type { Field } from '../schema.ts';
import type { Comparison, Literal } from '../soql.ts';
import type { Value } from '../store.ts';
import { isText, readDatetime } from '../values.ts';
import type { Range } from './date-literals.ts';
import { fold } from './sql-functions.ts';
import { plain } from './tokens.ts';

// One comparison as SQL. SOQL knows true and false only: what SQL calls unknown is false here.

export type Sql = { readonly text: string; readonly values: readonly (string | number)[] };
/** Something that has a value in each row, and of what kind. */
export type Column = { readonly sql: string; readonly field: Field };
/** What goes wrong is told by whoever knows the query's text. */
export type Complain = (code: string, message: string) => Refusal;

const isId = (field: Field): boolean => field.type === 'id' || field.type === 'reference';

/** "4,000 characters for each string within a WHERE clause" [D limits quick reference; code and words guessed] */
const longestText = 4000;

/**
 * The spellings that differ in the case of letters beyond A to Z, which an index without case cannot know: with them all in the list the
 * index is used. Undefined when they are more than 64.
 */
function spellings(text: string): string[] | undefined {
  let found = [''];
  for (const letter of text) {
    const [low, high] = [letter.toLowerCase(), letter.toUpperCase()];
    const both = letter > '\u007f' && low !== high && Array.from(low).length === 1 && Array.from(high).length === 1;
    found = found.flatMap((begun) => (both ? [begun + low, begun + high] : [begun + letter]));
    if (found.length > 64) return undefined;
  }
  return found;
}

const equal = ({ sql, field }: Column, value: string | number): Sql => {
  const all = typeof value === 'string' && isText(field) ? spellings(value) : [value];
  if (!all) return { text: `fold(${sql}) = ?`, values: [fold(String(value))] };
  return all.length === 1 ? { text: `${sql} = ?`, values: all } : { text: `${sql} IN (${all.map(() => '?').join(', ')})`, values: all };
};

const not = ({ text, values }: Sql): Sql => ({ text: `NOT coalesce(${text}, 0)`, values });
/** In halves: the database takes a tree of a thousand levels, a query may have more parts. */
export function joined(parts: readonly Sql[], by: 'AND' | 'OR'): Sql {
  const text = (some: readonly Sql[]): string => {
    if (some.length <= 100) return `(${some.map((part) => part.text).join(` ${by} `)})`;
    const middle = Math.ceil(some.length / 2);
    return `(${text(some.slice(0, middle))} ${by} ${text(some.slice(middle))})`;
  };
  return { text: text(parts), values: parts.flatMap((part) => part.values) };
}
const any = (parts: readonly Sql[]): Sql => joined(parts, 'OR');
const isNull = ({ sql }: Column): Sql => ({ text: `${sql} IS NULL`, values: [] });

function within({ sql, field }: Column, op: Comparison, range: Range): Sql | undefined {
  const [start, end] = field.type === 'date' ? [range.firstDay, range.dayAfter] : [range.startMs, range.endMs];
  const inside: Sql = { text: `(${sql} >= ? AND ${sql} < ?)`, values: [start, end] };
  switch (op) {
    case '=':
      return inside;
    case '!=':
      return not(inside);
    case '<':
      return { text: `${sql} < ?`, values: [start] };
    case '>=':
      return { text: `${sql} >= ?`, values: [start] };
    case '<=':
      return { text: `${sql} < ?`, values: [end] };
    case '>':
      return { text: `${sql} >= ?`, values: [end] };
    default:
      return undefined;
  }
}

const wrongValue = (field: Field, complain: Complain): Refusal => {
  const quotes = isText(field) || isId(field) ? 'should be enclosed in quotes' : 'should not be enclosed in quotes';
  const type = field.type === 'datetime' ? 'dateTime' : isText(field) || isId(field) ? 'string' : isDouble(field) ? 'double' : field.type;
  // [C quoted often]
  return complain('INVALID_FIELD', `value of filter criterion for field '${field.name}' must be of type ${type} and ${quotes}`);
};
const isDouble = ({ type }: Field): boolean => type === 'double' || type === 'currency' || type === 'percent';

/** A literal as this field keeps it; an empty text is no text [K]. */
function valueOf(field: Field, literal: Literal, complain: Complain): Value {
  if (literal.kind === 'null') return null;
  switch (field.type) {
    case 'boolean':
      if (literal.kind === 'boolean') return literal.value ? 1 : 0;
      break;
    case 'int':
    case 'double':
    case 'currency':
    case 'percent':
      if (literal.kind === 'number') return literal.value;
      break;
    case 'date':
      if (literal.kind === 'date') return literal.value;
      break;
    case 'datetime':
      if (literal.kind === 'datetime') return readDatetime(literal.value) ?? null;
      break;
    case 'id':
    case 'reference': {
      if (literal.kind !== 'string') break;
      if (literal.value === '') return null;
      const id = readId(plain(literal.value));
      // [C sf-api-connector tests against a real org]
      if (id === undefined) throw complain('INVALID_QUERY_FILTER_OPERATOR', `invalid ID field: ${plain(literal.value)}`);
      return id;
    }
    default:
      if (literal.kind !== 'string') break;
      if (literal.value.length > longestText)
        throw complain('MALFORMED_QUERY', `filter values can not be longer than ${longestText} characters`);
      return literal.value === '' ? null : plain(literal.value);
  }
  throw wrongValue(field, complain);
}

export function compare(
  column: Column,
  op: Comparison,
  literals: readonly Literal[],
  rangeOf: (name: string, n: number | undefined) => Range,
  complain: Complain,
): Sql {
  const { sql, field } = column;
  if (
    op === 'LIKE'
      ? !isText(field) || field.type === 'multipicklist'
      : op === 'INCLUDES' || op === 'EXCLUDES'
        ? field.type !== 'multipicklist'
        : false
  )
    // [C "invalid operator on id field"]
    throw complain('INVALID_QUERY_FILTER_OPERATOR', `invalid operator on ${isId(field) ? 'id' : field.type} field`);
  // Ids are compared digit by digit, 0-9 before A-Z before a-z: so the bounds of PK chunking count [D
  // async_api_headers_enable_pk_chunking].
  if (field.type === 'boolean' && !['=', '!=', 'IN', 'NOT IN'].includes(op))
    throw complain('INVALID_QUERY_FILTER_OPERATOR', `invalid operator on boolean field`);

  const one = (literal: Literal): Sql => {
    if (literal.kind === 'range') {
      if (field.type !== 'date' && field.type !== 'datetime') throw wrongValue(field, complain);
      const found = within(column, '=', rangeOf(literal.name, literal.n));
      if (found) return found;
    }
    const value = valueOf(field, literal, complain);
    // "If you run a query on a boolean field, null matches FALSE values" [D SOQL reference, null]. As a number in the text: so an index
    // over those that are true can be used.
    if (field.type === 'boolean') return { text: `${sql} = ${Number(value ?? 0)}`, values: [] };
    return value === null ? isNull(column) : equal(column, value);
  };
  const first = literals[0] ?? { kind: 'null' };
  switch (op) {
    case '=':
      return one(first);
    case '!=':
      return unequal(column, first, one);
    case 'IN':
      return inList(column, literals, one, complain);
    case 'NOT IN':
      return not(inList(column, literals, one, complain));
    case 'INCLUDES':
    case 'EXCLUDES': {
      const each = literals.map((literal): Sql => {
        const wanted = String(valueOf(field, literal, complain) ?? '').split(';');
        return {
          text: `(${wanted.map(() => `instr(';' || fold(${sql}) || ';', ?) > 0`).join(' AND ')})`,
          values: wanted.map((part) => `;${fold(part)};`),
        };
      });
      return op === 'INCLUDES' ? any(each) : not(any(each));
    }
    case 'LIKE': {
      if (first.kind !== 'string') throw wrongValue(field, complain);
      const beyond = spellings(first.value)?.length !== 1;
      return { text: `${beyond ? `fold(${sql})` : sql} LIKE ? ESCAPE '\\'`, values: [beyond ? fold(first.value) : first.value] };
    }
    default: {
      if (first.kind === 'range') {
        const found = field.type === 'date' || field.type === 'datetime' ? within(column, op, rangeOf(first.name, first.n)) : undefined;
        if (!found) throw wrongValue(field, complain);
        return found;
      }
      const value = valueOf(field, first, complain);
      if (value === null) throw wrongValue(field, complain);
      return { text: `${sql} ${op} ?`, values: [value] };
    }
  }
}

function unequal(column: Column, literal: Literal, one: (literal: Literal) => Sql): Sql {
  const same = one(literal);
  if (same.text === `${column.sql} IS NULL`) return { text: `${column.sql} IS NOT NULL`, values: [] };
  if (same.text === `${column.sql} = ?`) return { text: `${column.sql} IS NOT ?`, values: same.values };
  return not(same);
}

/** SQLite takes 32,766 values. */
const mostValues = 30_000;

/** One list for the database where it can be, so that an index is used for all of it. */
function inList(column: Column, literals: readonly Literal[], one: (literal: Literal) => Sql, complain: Complain): Sql {
  const { field, sql } = column;
  if (field.type === 'boolean' || literals.some((literal) => literal.kind === 'range')) return any(literals.map(one));
  const kept = literals.map((literal) => valueOf(field, literal, complain));
  const living = kept.filter((value): value is string | number => value !== null);
  const spelled = living.map((value) => (typeof value === 'string' && isText(field) ? spellings(value) : [value]));
  const count = spelled.reduce((sum, all) => sum + (all?.length ?? mostValues), 0);
  const list = count > mostValues && isText(field) ? living.map((value) => fold(String(value))) : spelled.flatMap((all) => all ?? []);
  const parts: Sql[] = [
    ...(list.length > 0
      ? [{ text: `${count > mostValues && isText(field) ? `fold(${sql})` : sql} IN (${list.map(() => '?').join(', ')})`, values: list }]
      : []),
    ...(living.length < kept.length ? [isNull(column)] : []),
  ];
  const [only] = parts;
  return parts.length === 1 && only ? only : any(parts);
}
