import { notImplemented } from '../errors.ts';
import type { Field } from '../schema.ts';
import { parseSoql, type Condition, type Operand, type Query } from '../soql.ts';
import { Compiler } from '../soql/compiler.ts';
import { habitsOf } from '../soql/habits.ts';
import { planQuery as planRecords, type Entry } from '../soql/plan.ts';
import type { Store } from '../store.ts';
import { asksForAccess } from '../record-access.ts';
import { seenBy } from '../rights/seen.ts';
import { delimiters, quotedCell, type Delimiter } from './csv.ts';
import { childQuery, compoundField, notInBulkQuery } from './refusals.ts';

/** A bulk query as SQL whose rows are finished CSV lines: two million of them never become objects. */
export type QueryPlan = {
  readonly object: string;
  /** Without its line ending. */
  readonly header: string;
  /** SQL of one CSV line, in quotes throughout, seen from `t0`. */
  readonly line: string;
  readonly where: { readonly text: string; readonly values: readonly (string | number)[] };
  readonly order: string;
  readonly limit: number | undefined;
  /** Whether it can be read piece by piece along the records' numbers: "LIMIT and ORDER BY disable PK chunking" [D queries.htm]. */
  readonly inPieces: boolean;
};

/** What Bulk API 2.0 does not take, whatever the org can [D queries.htm, "SOQL Considerations"]. */
function refuseBulk(soql: string): void {
  const bare = soql.replace(/'(?:\\.|[^'\\])*'/g, "''");
  const select = bare.slice(0, fromAt(bare));
  if (/\(\s*SELECT\b/i.test(select)) throw childQuery();
  if (/\bTYPEOF\b/i.test(select)) throw notInBulkQuery('TYPEOF');
  if (/\b(?:COUNT|COUNT_DISTINCT|SUM|AVG|MIN|MAX|GROUPING)\s*\(/i.test(select)) throw notInBulkQuery('Aggregate functions');
  if (/\bGROUP\s+BY\b/i.test(bare)) throw notInBulkQuery('GROUP BY');
  if (/\bOFFSET\s+\d/i.test(bare)) throw notInBulkQuery('OFFSET');
}

/** Where the outer FROM stands. */
function fromAt(soql: string): number {
  let depth = 0;
  for (const { 0: token, index } of soql.matchAll(/[()]|\bFROM\b/gi)) {
    if (token === '(') depth += 1;
    else if (token === ')') depth -= 1;
    else if (depth === 0) return index;
  }
  return soql.length;
}

const hasSubquery = (condition: Condition | undefined): boolean =>
  condition?.kind === 'semijoin' ||
  (condition?.kind === 'not' && hasSubquery(condition.part)) ||
  ((condition?.kind === 'and' || condition?.kind === 'or') && condition.parts.some(hasSubquery));

/** As the results spell a value: `.000Z` for moments, `23.0` for numbers, nothing for null [C docs.celigo.com, Bulk API 2.0 guide]. */
function cell(sql: string, field: Field): string {
  switch (field.type) {
    case 'boolean':
      return `CASE ${sql} WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE '' END`;
    case 'datetime':
      return `coalesce(strftime('%Y-%m-%dT%H:%M:%S.000Z', ${sql} / 1000, 'unixepoch'), '')`;
    case 'int':
      return `coalesce(CAST(${sql} AS TEXT), '')`;
    case 'double':
    case 'currency':
    case 'percent':
      return `coalesce(CAST(CAST(${sql} AS REAL) AS TEXT), '')`;
    default:
      return `coalesce(replace(${sql}, '"', '""'), '')`;
  }
}

/** The columns of the CSV in the order they were selected, by their whole paths. */
function leaves(entries: readonly Entry[], path = ''): { name: string; column: number; field: Field }[] {
  return entries.flatMap((entry) => {
    const name = `${path}${entry.key}`;
    switch (entry.kind) {
      case 'value':
        return [{ name, column: entry.column, field: entry.field }];
      case 'parent':
        return leaves(entry.entries, `${name}.`);
      case 'address':
        throw compoundField();
      default:
        throw new Error(`${entry.kind} was refused before`);
    }
  });
}

const formats = (operand: Operand): boolean =>
  operand.kind === 'call' && (operand.name === 'FORMAT' || (operand.of !== undefined && formats(operand.of)));

export type QueryOrder = {
  readonly soql: string;
  readonly all: boolean;
  readonly userId: string;
  readonly zone: string;
  readonly nowMs: number;
  readonly delimiter: Delimiter;
  /** "In version 49.0 and earlier the columns are returned alphabetically" [D query_get_job_results]. */
  readonly version: number;
};

export function planQuery(store: Store, order: QueryOrder): QueryPlan {
  const { soql } = order;
  refuseBulk(soql);
  const query: Query = parseSoql(soql);
  if (asksForAccess(query)) throw notImplemented('UserRecordAccess by bulk');
  // The line is SQL, what FORMAT() writes is not.
  if (query.select.some((one) => one.kind === 'value' && formats(one.value))) throw notImplemented('FORMAT() by bulk');
  const { all, userId, zone, nowMs } = order;
  const compiler = new Compiler({ store, userId, schema: seenBy(store, userId) }, soql, {
    all,
    version: `${order.version}.0`,
    habits: () => habitsOf(store, userId, zone, nowMs),
  });
  const compiled = planRecords(compiler, query);
  const columns = leaves(compiled.entries)
    .toSorted((a, b) => a.column - b.column)
    .map(({ name, column, field }) => ({ name, sql: cell(compiled.columns[column] ?? '', field) }));
  if (order.version < 50) columns.sort((a, b) => (a.name < b.name ? -1 : 1));
  const between = delimiters[order.delimiter];
  return {
    object: compiled.object.name,
    header: columns.map((column) => quotedCell(column.name)).join(between),
    line: `'"' || ${columns.map((column) => column.sql).join(` || '"${between}"' || `)} || '"'`,
    where: compiled.where,
    order: compiled.order,
    limit: query.limit,
    inPieces: compiled.order === '' && query.limit === undefined && !hasSubquery(query.where),
  };
}
