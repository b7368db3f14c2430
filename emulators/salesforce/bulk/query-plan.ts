import { dayRange } from '../date-literals.ts';
import { notImplemented } from '../errors.ts';
import { Compiler } from '../query.ts';
import type { Field, SObject } from '../schema.ts';
import { visibleTo } from '../sharing.ts';
import { parseSoql, type Condition, type Path, type Query } from '../soql.ts';
import type { Store } from '../store.ts';
import { asksForAccess } from '../record-access.ts';
import { delimiters, quotedCell, type Delimiter } from './csv.ts';
import { childQuery, compoundField, notInBulkQuery } from './refusals.ts';
import { seenBy } from '../rights/seen.ts';

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

const compounds = /^(?:billing|shipping|mailing|other|personmailing|personother)?address$/i;

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

function nameOf(object: SObject, path: Path, find: (name: string) => SObject | undefined): string {
  const names: string[] = [];
  let at: SObject | undefined = object;
  for (const name of path.names.slice(0, -1)) {
    const link: Field | undefined = at?.byRelationship.get(name.toLowerCase());
    names.push(link?.relationship ?? name);
    at = link?.referenceTo.length === 1 ? find(link.referenceTo[0] ?? '') : undefined;
  }
  const last = path.names.at(-1) ?? '';
  return [...names, at?.byName.get(last.toLowerCase())?.name ?? last].join('.');
}

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
  const schema = seenBy(store, order.userId);
  const compiler = new Compiler(
    schema,
    soql,
    order.all,
    (name, n) => dayRange(name, n, order.nowMs, order.zone),
    (object, alias) => visibleTo(store, order.userId, store.schema.find(object.name) ?? object, alias),
  );
  if (query.select === 'COUNT()') throw notInBulkQuery('Aggregate functions');
  if (query.select.some((path) => compounds.test(path.names.at(-1) ?? ''))) throw compoundField();
  const compiled = compiler.query(query);
  const columns = query.select.map((path) => {
    const { sql, field } = compiler.column(compiled.object, 't0', path);
    return { name: nameOf(compiled.object, path, (name) => schema.find(name)), sql: cell(sql, field) };
  });
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
