import { notImplemented } from '../errors.ts';
import { isCount, parseSoql, type Condition, type Literal, type Operand, type Query } from '../soql.ts';
import { plain } from '../soql/tokens.ts';

// Queries over rows that are worked out when they are asked for: CustomField and DeployRequest of the Tooling API.

export type Cell = string | number | boolean | null | Readonly<Record<string, unknown>>;
export type Row = { readonly [column: string]: Cell };

type Test =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Test[] }
  | { readonly kind: 'not'; readonly part: Test }
  | { readonly kind: 'compare'; readonly names: readonly string[]; readonly op: string; readonly values: readonly Cell[] };
export type Asked = {
  readonly count: boolean;
  /** Each a column, or a parent and its column. */
  readonly select: readonly (readonly string[])[];
  readonly from: string;
  readonly fromAt: number;
  readonly where: Test | undefined;
  readonly orderBy: { readonly names: readonly string[]; readonly descending: boolean } | undefined;
  readonly limit: number | undefined;
  readonly offset: number;
};

const unasked = (what: string) => notImplemented(`${what} in a Tooling query`);
const valueOf = (one: Literal): Cell => {
  if (one.kind === 'null') return null;
  if (one.kind === 'range') throw unasked('date literals');
  return one.value;
};
const namesOf = (operand: Operand): readonly string[] => {
  if (operand.kind === 'call') throw unasked(`${operand.name}()`);
  return operand.names;
};
const selected = ({ select }: Query): (readonly string[])[] =>
  select.map((one) => {
    if (one.kind !== 'value') throw unasked(one.kind === 'fields' ? 'FIELDS()' : one.kind === 'typeof' ? 'TYPEOF' : 'sub-queries');
    if (one.alias) throw unasked('aliases');
    return namesOf(one.value);
  });
function readTest(condition: Condition): Test {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return { kind: condition.kind, parts: condition.parts.map(readTest) };
    case 'not':
      return { kind: 'not', part: readTest(condition.part) };
    case 'semijoin':
      throw unasked('semi-joins');
    case 'compare':
      return { kind: 'compare', names: namesOf(condition.left), op: condition.op, values: condition.values.map(valueOf) };
  }
}

/** The query's text as what these rows can answer; 501 for the rest of SOQL. */
export function readAsked(soql: string): Asked {
  const query = parseSoql(soql);
  const [order, ...orders] = query.orderBy;
  if (orders.length > 0) throw unasked('ORDER BY several fields');
  if (query.grouping || query.having) throw unasked('GROUP BY');
  if (query.scope) throw unasked('USING SCOPE');
  const count = isCount(query);
  return {
    count,
    select: count ? [] : selected(query),
    from: query.from,
    fromAt: query.fromAt,
    where: query.where && readTest(query.where),
    orderBy: order && { names: namesOf(order.by), descending: order.descending },
    limit: query.limit,
    offset: query.offset ?? 0,
  };
}

/** A cell as text, to sort and to compare. */
export const say = (cell: Cell | undefined): string =>
  cell === undefined || cell === null || typeof cell === 'object' ? '' : String(cell);

/** The rows asked for; `look` finds a cell. */
export function choose(asked: Asked, rows: readonly Row[], look: (row: Row, names: readonly string[]) => Cell): Row[] {
  const { where, orderBy } = asked;
  const found = rows.filter((row) => where === undefined || holds(where, (names) => look(row, names)));
  const sorted = orderBy
    ? found.toSorted((a, b) => (say(look(a, orderBy.names)) < say(look(b, orderBy.names)) ? -1 : 1) * (orderBy.descending ? -1 : 1))
    : found;
  return asked.count ? sorted : sorted.slice(asked.offset, asked.offset + (asked.limit ?? sorted.length));
}

function holds(test: Test, look: (names: readonly string[]) => Cell): boolean {
  switch (test.kind) {
    case 'and':
      return test.parts.every((part) => holds(part, look));
    case 'or':
      return test.parts.some((part) => holds(part, look));
    case 'not':
      return !holds(test.part, look);
    case 'compare':
      return compares(look(test.names), test.op, test.values);
  }
}

const id = /^[A-Za-z0-9]{18}$/;
/** Text whatever its case, an id also by its first fifteen characters. */
function same(a: Cell, given: Cell): boolean {
  if (typeof a !== 'string' || typeof given !== 'string') return a === given;
  const b = plain(given);
  return a.toLowerCase() === b.toLowerCase() || (id.test(a) && a.slice(0, 15) === b) || (id.test(b) && b.slice(0, 15) === a);
}

/** LIKE's pattern: % and _ are wild, a backslash before them takes that away. */
const shapeOf = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern.replace(/\\([%_\\])|([%_])|([.*+?^${}()|[\]/])/g, (_, escaped?: string, wild?: string, special?: string) => {
      if (escaped !== undefined) return escaped === '\\' ? '\\\\' : escaped;
      return wild === '%' ? '.*' : wild === '_' ? '.' : `\\${special ?? ''}`;
    })}$`,
    'is',
  );

function compares(cell: Cell, op: string, values: readonly Cell[]): boolean {
  const [against = null] = values;
  switch (op) {
    case '=':
      return same(cell, against);
    case '!=':
      return !same(cell, against);
    case 'IN':
      return values.some((one) => same(cell, one));
    case 'NOT IN':
      return !values.some((one) => same(cell, one));
    case 'LIKE':
      return shapeOf(say(against)).test(say(cell));
    case '<':
    case '<=':
    case '>':
    case '>=': {
      if (typeof cell !== typeof against || cell === null || against === null) return false;
      const order = cell < against ? -1 : cell > against ? 1 : 0;
      return op === '<' ? order < 0 : op === '<=' ? order <= 0 : op === '>' ? order > 0 : order >= 0;
    }
    default:
      throw unasked(op);
  }
}
