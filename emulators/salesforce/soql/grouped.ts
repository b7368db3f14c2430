import type { SObject } from '../schema.ts';
import { aggregates, dateFunctions, type FunctionCall, type Operand, type Query } from '../soql.ts';
import type { Value } from '../store.ts';
import { isText, writeValue } from '../values.ts';
import type { Column, Sql } from './compare.ts';
import type { Compiler, Made, Source } from './compiler.ts';
import { aggregate, takes } from './functions.ts';
import { isGroupable, madeField } from './names.ts';
import { shown } from './plan.ts';
import { columnOf } from './render.ts';
import { malformed } from './tokens.ts';

// Queries that group: GROUP BY, HAVING, and the aggregate functions.

export const isGrouped = ({ select, grouping }: Query): boolean =>
  grouping !== undefined || select.some((one) => one.kind === 'value' && isAggregate(one.value));

const isAggregate = (operand: Operand): boolean =>
  operand.kind === 'call' &&
  (aggregates.has(operand.name) || (operand.of !== undefined && operand.name === 'FORMAT' && isAggregate(operand.of)));

/** One key of an AggregateResult. */
export type GroupedEntry = {
  readonly key: string;
  readonly made: Made;
  readonly value: Operand;
  readonly write: (value: Value) => unknown;
};
export type Grouped = {
  readonly object: SObject;
  readonly sql: string;
  readonly values: readonly (string | number)[];
  readonly entries: readonly GroupedEntry[];
};

/** "You can include up to three fields" [D SOQL reference, GROUP BY ROLLUP] */
const mostRolled = 3;

export function planGrouped(compiler: Compiler, query: Query): Grouped {
  const object = compiler.object(query);
  const source: Source = { object, alias: 't0' };
  if (query.forUpdate) throw malformed('FOR UPDATE is not allowed with aggregate queries'); // words guessed
  if (query.having && !query.grouping) throw malformed("unexpected token: 'HAVING'");
  const grouping = query.grouping ?? { kind: 'plain' as const, by: [] };
  // "You can't use a LIMIT clause in a query that uses an aggregate function, but does not use a GROUP BY clause" [D SOQL reference, LIMIT]
  if (!query.grouping && query.limit !== undefined)
    throw malformed('Non-grouped query that uses overall aggregate functions cannot also use LIMIT'); // [C quoted by several]
  if (grouping.kind !== 'plain' && grouping.by.length > mostRolled)
    throw malformed(`GROUP BY ${grouping.kind.toUpperCase()} takes at most ${mostRolled} fields`); // words guessed
  const keyOf = (operand: Operand): string =>
    operand.kind === 'path'
      ? compiler.names(operand, object).join('.').toLowerCase()
      : `${operand.name}(${operand.of ? keyOf(operand.of) : ''})`;
  const groups = new Map<string, Column>();
  for (const operand of grouping.by) {
    const made = compiler.value(source, operand);
    if (operand.kind === 'path' ? !isGroupable(made.field) : !dateFunctions.has(operand.name))
      // [C quoted by many]
      throw compiler.error('MALFORMED_QUERY', operand.at, `field '${shown(operand)}' can not be grouped in a query call`);
    groups.set(keyOf(operand), made);
  }

  /** A value of a group when rows are grouped by `set` only. */
  const find = (operand: Operand, set: ReadonlySet<string>, complain: (name: string) => string): Made => {
    if (operand.kind === 'call' && operand.name === 'FORMAT' && operand.of)
      return compiler.format(find(operand.of, set, complain), operand.at);
    if (operand.kind === 'call' && aggregates.has(operand.name)) return aggregated(operand, set);
    const group = groups.get(keyOf(operand)) ?? dayOf(operand);
    if (!group) {
      compiler.value(source, operand); // an unknown name is said to be one
      throw compiler.error('MALFORMED_QUERY', operand.at, complain(shown(operand)));
    }
    return set.has(keyOf(operand)) || !groups.has(keyOf(operand)) ? group : { ...group, sql: 'NULL' };
  };
  /**
   * "You can use the date field instead of the date function in the GROUP BY clause. This doesn't work for dateTime fields" [D date
   * functions].
   */
  const dayOf = (operand: Operand): Column | undefined =>
    operand.kind === 'call' && dateFunctions.has(operand.name) && operand.of && groups.get(keyOf(operand.of))?.field.type === 'date'
      ? compiler.value(source, operand)
      : undefined;
  const aggregated = ({ name, of, at }: FunctionCall, set: ReadonlySet<string>): Made => {
    if (!of) throw compiler.error('MALFORMED_QUERY', at, "unexpected token: ')'");
    if (name === 'GROUPING') {
      if (!groups.has(keyOf(of))) throw compiler.error('MALFORMED_QUERY', of.at, `Field must be grouped or aggregated: ${shown(of)}`);
      return { sql: set.has(keyOf(of)) ? '0' : '1', field: madeField(name, 'int') };
    }
    const inner = compiler.value(source, of);
    // [C IlluminatedCloud#1824]
    if (groups.has(keyOf(of))) throw compiler.error('MALFORMED_QUERY', of.at, `Grouped field should not be aggregated: ${shown(of)}`);
    if (!takes(name, inner.field)) throw malformed(`field ${shown(of)} does not support aggregate operator ${name}`); // [C quoted by many]
    return aggregate(name, inner);
  };
  // [D SOQL reference, FIELDS(): the beginning; C quoted]
  const ungrouped = (name: string) => `Field must be grouped or aggregated: ${name}`;

  const sets: string[][] = [[]];
  const names = [...groups.keys()];
  if (grouping.kind === 'plain') sets[0] = names;
  else if (grouping.kind === 'rollup') sets.splice(0, 1, ...names.map((_, place) => names.slice(0, names.length - place)), []);
  else
    sets.splice(0, 1, ...Array.from({ length: 2 ** names.length }, (_, mask) => names.filter((__, place) => (mask & (1 << place)) === 0)));

  const { from, where } = compiler.rows(query, source);
  let entries: GroupedEntry[] = [];
  const values: (string | number)[] = [];
  const selects = sets.map((list): string => {
    const set = new Set(list);
    entries = keys(query, compiler, (operand) => find(operand, set, ungrouped));
    const columns = entries.map(({ made }, place) => `${made.sql} AS ${columnOf(place)}`);
    const order = query.orderBy.map(
      ({ by }, place) => `${find(by, set, (name) => `Ordered field must be grouped or aggregated: ${name}`).sql} AS o${place}`,
    ); // [C recorded by a public tool's tests]
    const by = list.map((name) => groups.get(name)?.sql ?? '');
    const having: Sql | undefined =
      query.having &&
      compiler.condition(
        query.having,
        (operand) => find(operand, set, (name) => `Having field must be grouped or aggregated: ${name}`), // words guessed
        source,
      );
    values.push(...where.values, ...(having?.values ?? []));
    const groupBy = by.length > 0 ? ` GROUP BY ${by.join(', ')}` : query.grouping ? ' HAVING COUNT(*) > 0' : '';
    const condition = having ? `${groupBy.includes('HAVING') ? ' AND' : ' HAVING'} ${having.text}` : '';
    return `SELECT ${[...columns, ...order].join(', ')} FROM ${from}${where.text}${groupBy}${condition}`;
  });
  const whole = new Set(names);
  // Sorted outside: by then every set has its columns. Text there has lost its collation.
  const order = compiler.order(query, (by) => {
    const made = find(by, whole, (name) => `Ordered field must be grouped or aggregated: ${name}`);
    const place = query.orderBy.findIndex((one) => one.by === by);
    return { sql: `o${place}${isText(made.field) ? ' COLLATE NOCASE' : ''}`, field: { ...made.field, nillable: true } };
  });
  const slice = ` LIMIT ${query.limit ?? -1} OFFSET ${query.offset ?? 0}`;
  const [only] = selects;
  const sql = `SELECT * FROM (${selects.length === 1 && only !== undefined ? only : selects.join(' UNION ALL ')})${order}${slice}`;
  return { object, sql, values, entries };
}

/**
 * The keys of an AggregateResult: the alias, else the field's own name without its path, else `expr0` and on for what a function made
 * [D SOQL reference, aliases; C recorded answers, date functions among them].
 */
function keys(query: Query, compiler: Compiler, find: (operand: Operand) => Made): GroupedEntry[] {
  let unnamed = 0;
  const seen = new Set<string>();
  return query.select.map((selected): GroupedEntry => {
    // [D SOQL reference, considerations for FIELDS()]
    if (selected.kind === 'fields') throw malformed('Field must be grouped or aggregated: Id');
    if (selected.kind !== 'value') throw malformed('aggregate queries can not select sub-selects or TYPEOF'); // [D TYPEOF; words guessed]
    const { value, alias } = selected;
    const made = find(value);
    const key = alias?.name ?? (value.kind === 'path' ? made.field.name : `expr${unnamed++}`);
    if (seen.has(key.toLowerCase())) throw compiler.error('MALFORMED_QUERY', alias?.at ?? value.at, `duplicate alias: ${key}`); // words [K]
    seen.add(key.toLowerCase());
    return { key, made, value, write: made.write ?? ((raw) => writeValue(made.field, raw)) };
  });
}
