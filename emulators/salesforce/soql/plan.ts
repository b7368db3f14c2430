import { notImplemented, Refusal } from '../errors.ts';
import type { Field, SObject } from '../schema.ts';
import { aggregates, type FieldGroup, type Operand, type Path, type Query, type Selected } from '../soql.ts';
import type { Value } from '../store.ts';
import { writeValue } from '../values.ts';
import type { Sql } from './compare.ts';
import type { Compiler, Source } from './compiler.ts';
import { isLongText, readableFields, resolveAddress, resolveChildren, resolveField, resolveParent } from './names.ts';
import { malformed } from './tokens.ts';

// What SELECT asks for: the columns of the SQL, and where in a record each of them goes.

/** One key of a record. */
export type Entry =
  | {
      readonly kind: 'value';
      readonly key: string;
      readonly column: number;
      readonly field: Field;
      readonly write: (value: Value) => unknown;
      readonly made: Made | undefined;
    }
  | {
      readonly kind: 'address';
      readonly key: string;
      readonly parts: readonly { readonly key: string; readonly column: number | undefined }[];
    }
  | {
      readonly kind: 'parent';
      readonly key: string;
      readonly link: Field;
      readonly idColumn: number;
      /** Undefined: of several kinds, and shown as a Name. */
      readonly object: SObject | undefined;
      readonly entries: Entry[];
    }
  | {
      readonly kind: 'typeof';
      readonly key: string;
      readonly link: Field;
      readonly idColumn: number;
      readonly branches: readonly { readonly object: SObject; readonly entries: readonly Entry[] }[];
      readonly otherwise: readonly Entry[] | undefined;
    }
  | { readonly kind: 'children'; readonly key: string; readonly plan: Plan };
/** A value that a function made, and the function as columns=true shows it. */
export type Made = { readonly shown: string; readonly aggregate: boolean };

/** The records of a query. Of a query of children `link` points at the parent, whose id is the first value of `where`. */
export type Plan = {
  readonly object: SObject;
  readonly from: string;
  readonly alias: string;
  readonly where: Sql;
  readonly order: string;
  readonly limit: number | undefined;
  readonly offset: number | undefined;
  /** In the SQL; the first is the record's id. */
  readonly columns: readonly string[];
  readonly entries: readonly Entry[];
  readonly link: Field | undefined;
};

/** "No more than 20 parent-to-child relationships"; up to five levels, from 58.0 on; "two levels in API version 57.0 and earlier" [D]. */
const mostChildren = 20;
const levelsOf = (version: string): number => (Number(version) >= 58 ? 5 : 2);
const mostOfFields = 200;

/** Where new entries go: in which record, over which columns. */
type Place = { readonly source: Source; readonly columns: string[]; readonly entries: Entry[]; readonly seen: Set<string> };

const add = (place: Pick<Place, 'columns'>, sql: string): number => place.columns.push(sql) - 1;
/** [D SOQL reference, FIELDS(), example answer: no place is told] */
const duplicate = (name: string) => new Refusal(400, 'INVALID_FIELD', `duplicate field selected: ${name}`);

export function planQuery(compiler: Compiler, query: Query, children?: { link: Field; object: SObject }, level = 1): Plan {
  const object = children?.object ?? compiler.object(query);
  const source = { object, alias: level === 1 ? 't0' : compiler.newAlias() };
  checkClauses(compiler, query, level);
  const more: Sql[] = children ? [{ text: `${source.alias}."${children.link.name}" = ?`, values: [] }] : [];
  const { from, where } = compiler.rows(query, source, more);
  const place: Place = { source, columns: [`${source.alias}."Id"`], entries: [], seen: new Set() };
  for (const selected of query.select) select(compiler, query, selected, place, level);
  return {
    object,
    from,
    alias: source.alias,
    where,
    order: compiler.order(query, (by) => compiler.value(source, by)),
    limit: query.limit,
    offset: query.offset,
    columns: place.columns,
    entries: place.entries,
    link: children?.link,
  };
}

function checkClauses(compiler: Compiler, query: Query, level: number): void {
  const { from, fromAt } = query;
  // "You can't use the ORDER BY clause in any SOQL query that uses locking" [D]; words guessed
  if (query.forUpdate && query.orderBy.length > 0) throw malformed('FOR UPDATE is not allowed with ORDER BY');
  if (query.having && !query.grouping) throw malformed("unexpected token: 'HAVING'");
  if (level > 1) {
    const grouped =
      query.grouping ?? query.select.find((one) => one.kind === 'value' && one.value.kind === 'call' && aggregates.has(one.value.name));
    // [C quoted by several]
    if (grouped) throw compiler.error('MALFORMED_QUERY', fromAt, 'only root queries support aggregate expressions');
    // [D limitations; words guessed]
    if (query.scope) throw compiler.error('MALFORMED_QUERY', query.scope.at, 'USING SCOPE is not allowed in a sub-select');
    if (level > levelsOf(compiler.asked.version))
      // words guessed
      throw compiler.error('MALFORMED_QUERY', fromAt, `sub-selects can be at most ${levelsOf(compiler.asked.version)} levels deep`);
  }
  const children = query.select.filter((one) => one.kind === 'children');
  // words guessed
  if (children.length > mostChildren) throw malformed(`a query can have at most ${mostChildren} parent-to-child relationships`);
  // "A subquery can use OFFSET only if the parent query has a LIMIT 1 clause" [D SOQL reference, OFFSET; words guessed]
  const shifted = children.find((one) => one.query.offset !== undefined);
  if (shifted && query.limit !== 1)
    throw compiler.error('MALFORMED_QUERY', shifted.query.fromAt, `OFFSET in a sub-select of ${from} needs LIMIT 1`);
}

function select(compiler: Compiler, query: Query, selected: Selected, place: Place, level: number): void {
  switch (selected.kind) {
    case 'value':
      return selectValue(compiler, selected, place);
    case 'fields':
      return selectFields(compiler, query, selected.group, place);
    case 'typeof':
      return selectTypeOf(compiler, query, selected, place);
    case 'children': {
      const { from, fromAt } = selected.query;
      const found = resolveChildren(compiler.reader, place.source.object, from);
      if (!found) throw compiler.noSuchChildren(fromAt, from);
      if (once(place, from)) throw duplicate(from);
      const plan = planQuery(compiler, selected.query, { link: found.link, object: found.child }, level + 1);
      place.entries.push({ kind: 'children', key: found.name, plan });
    }
  }
}

/** Whether this key is there already; from now on it is. */
function once({ seen }: Place, key: string): boolean {
  if (seen.has(key.toLowerCase())) return true;
  seen.add(key.toLowerCase());
  return false;
}

function selectValue(compiler: Compiler, { value, alias }: Extract<Selected, { kind: 'value' }>, place: Place): void {
  if (value.kind === 'path') {
    if (alias) throw compiler.error('MALFORMED_QUERY', alias.at, 'only aggregate expressions use field aliasing'); // [C quoted by many]
    return selectPath(compiler, value, place);
  }
  const made = compiler.value(place.source, value);
  const key = alias?.name ?? (made.field.name || value.name);
  if (once(place, key)) throw duplicate(key);
  const { field, write } = made;
  place.entries.push({
    kind: 'value',
    key,
    column: add(place, made.sql),
    field,
    write: write ?? ((raw) => writeValue(field, raw)),
    made: { shown: shown(value), aggregate: false },
  });
}

function selectPath(compiler: Compiler, path: Path, place: Place): void {
  const names = compiler.names(path, place.source.object);
  if (once(place, names.join('.')))
    throw duplicate(resolveField(compiler.reader, place.source.object, names.join('.'))?.name ?? names.join('.'));
  walk(compiler, place, place.source.object, place.entries, names, [], path.at);
}

/** Puts a field where its path leads, through the parents on the way. */
function walk(
  compiler: Compiler,
  place: Pick<Place, 'source' | 'columns'>,
  object: SObject,
  entries: Entry[],
  names: readonly string[],
  walked: readonly string[],
  at: number,
): void {
  const [name = '', ...rest] = names;
  const whole: Path = { kind: 'path', names: [...walked, ...names], at };
  if (rest.length === 0) {
    const address = resolveAddress(compiler.reader, object, name);
    if (address) {
      const parts = address.parts.map(({ key, field }) => ({
        key,
        column: field && add(place, compiler.column(place.source, { ...whole, names: [...walked, field.name] }).sql),
      }));
      entries.push({ kind: 'address', key: address.name, parts });
      return;
    }
    const { sql, field } = compiler.column(place.source, whole);
    entries.push({
      kind: 'value',
      key: field.name,
      column: add(place, sql),
      field,
      write: (value) => writeValue(field, value),
      made: undefined,
    });
    return;
  }
  const key = name.toLowerCase();
  let parent = entries.find((entry) => entry.kind === 'parent' && entry.key.toLowerCase() === key);
  if (!parent) {
    const link = resolveParent(compiler.reader, object, name);
    if (!link) {
      compiler.column(place.source, whole); // what is known and not built says so
      throw compiler.noSuchParent(at, name);
    }
    if (entries.some((entry) => entry.kind === 'typeof' && entry.key.toLowerCase() === key)) throw duplicate(link.relationship ?? name);
    parent = {
      kind: 'parent',
      key: link.relationship ?? name,
      link,
      idColumn: add(place, compiler.column(place.source, { ...whole, names: [...walked, link.name] }).sql),
      object: link.referenceTo.length === 1 ? compiler.reader.schema.find(link.referenceTo[0] ?? '') : undefined,
      entries: [],
    };
    entries.push(parent);
  }
  if (parent.kind !== 'parent') return;
  if (parent.object) return walk(compiler, place, parent.object, parent.entries, rest, [...walked, name], at);
  const { sql, field } = compiler.column(place.source, whole);
  parent.entries.push({
    kind: 'value',
    key: field.name,
    column: add(place, sql),
    field,
    write: (value) => writeValue(field, value),
    made: undefined,
  });
}

function selectFields(compiler: Compiler, query: Query, group: FieldGroup, place: Place): void {
  if (group !== 'STANDARD' && (query.limit ?? Infinity) > mostOfFields && !namesIds(query, place.source.object))
    throw malformed(`The SOQL FIELDS function must have a LIMIT of at most ${mostOfFields}`); // [C quoted by many]
  const wanted = readableFields(compiler.reader, place.source.object).filter(
    ({ custom }) => group === 'ALL' || custom === (group === 'CUSTOM'),
  );
  // [D SOQL reference, considerations for FIELDS()]
  if (wanted.length === 0 && query.select.length === 1)
    throw malformed("'FIELDS(...)' expansion function must result in at least one field being selected.");
  for (const { name } of wanted) selectPath(compiler, { kind: 'path', names: [name], at: 0 }, place);
}

/** "Or WHERE Id IN a list of up to 200 IDs, or up to 200 ID tests joined with boolean operators" [D SOQL reference, FIELDS()]. */
function namesIds({ where }: Query, object: SObject): boolean {
  const parts = where?.kind === 'or' ? where.parts : where ? [where] : [];
  let count = 0;
  for (const part of parts) {
    if (part.kind !== 'compare' || part.left.kind !== 'path' || (part.op !== '=' && part.op !== 'IN')) return false;
    const name = part.left.names.at(-1)?.toLowerCase();
    if (
      name !== 'id' ||
      part.left.names.length > 2 ||
      (part.left.names.length === 2 && part.left.names[0]?.toLowerCase() !== object.name.toLowerCase())
    )
      return false;
    count += part.values.length;
  }
  return count > 0 && count <= mostOfFields;
}

function selectTypeOf(
  compiler: Compiler,
  query: Query,
  { path, whens, otherwise }: Extract<Selected, { kind: 'typeof' }>,
  place: Place,
): void {
  const { object, alias } = place.source;
  const names = compiler.names(path, object);
  const [name = ''] = names;
  const link = names.length === 1 ? resolveParent(compiler.reader, object, name) : undefined;
  if (names.length > 1) throw notImplemented('TYPEOF of a parent of a parent');
  if (!link) throw compiler.noSuchParent(path.at, name);
  // "TYPEOF can't be used with a relationship field whose namePointing attribute is false" [D; words guessed]
  if (link.referenceTo.length < 2) throw compiler.error('MALFORMED_QUERY', path.at, `TYPEOF is not supported on relationship '${name}'`);
  if (query.select.some((one) => one.kind === 'value' && one.value.kind === 'call'))
    throw compiler.error('MALFORMED_QUERY', path.at, 'TYPEOF can not be used with functions in the SELECT clause'); // [D; words guessed]
  const key = link.relationship ?? name;
  // "typeOfField cannot reference a relationship field that is also referenced in the fieldList" [D]
  if (once(place, key) || place.entries.some((entry) => entry.kind === 'parent' && entry.key === key)) throw duplicate(key);
  const id = `${alias}."${link.name}"`;
  const branches = whens.map((when) => {
    const target = compiler.reader.schema.find(when.type);
    if (!target || !link.referenceTo.includes(target.name))
      throw compiler.error('INVALID_TYPE', when.at, `sObject type '${when.type}' is not supported in TYPEOF ${name}`); // words guessed
    const inner = compiler.newAlias();
    const entries: Entry[] = [];
    const columns: string[] = [];
    for (const field of when.fields)
      walk(compiler, { source: { object: target, alias: inner }, columns }, target, entries, compiler.names(field, target), [], field.at);
    const first = place.columns.length;
    place.columns.push(
      ...columns.map(
        (sql) =>
          `CASE substr(${id}, 1, 3) WHEN '${target.keyPrefix}' THEN (SELECT ${sql} FROM "${target.name}" ${inner} WHERE ${inner}."Id" = ${id}) END`,
      ),
    );
    return { object: target, entries: entries.map((entry) => shifted(entry, first)) };
  });
  let rest: Entry[] | undefined;
  if (otherwise) {
    const parent: Entry[] = [];
    for (const field of otherwise) walk(compiler, place, object, parent, [name, ...field.names], [], field.at);
    rest = parent.flatMap((entry) => (entry.kind === 'parent' ? entry.entries : []));
  }
  place.entries.push({ kind: 'typeof', key, link, idColumn: add(place, id), branches, otherwise: rest });
}

/** The same entry over columns that stand further on. */
function shifted(entry: Entry, by: number): Entry {
  switch (entry.kind) {
    case 'value':
      return { ...entry, column: entry.column + by };
    case 'address':
      return {
        ...entry,
        parts: entry.parts.map((part) => ({ ...part, column: part.column === undefined ? undefined : part.column + by })),
      };
    case 'parent':
      return { ...entry, idColumn: entry.idColumn + by, entries: entry.entries.map((one) => shifted(one, by)) };
    default:
      return entry;
  }
}

/** A function as columns=true shows it: its name in small letters [C salesforcecli/plugin-data, recorded: AVG(Amount) is "avg(Amount)"]. */
export const shown = (operand: Operand): string =>
  operand.kind === 'path' ? operand.names.join('.') : `${operand.name.toLowerCase()}(${operand.of ? shown(operand.of) : ''})`;

/**
 * "The batch size will be no more than 200 if the SOQL statement selects two or more custom fields of type long text" [D SOAP guide,
 * query];
 * with queries of children 500 rows, children counted [C simple-salesforce#311: "…-499" after one parent; jsforce#1752: 199 after one
 * parent where long texts were selected].
 */
export function rowsPerPage({ entries }: Plan): number {
  const isLong = (entry: Entry): boolean => entry.kind === 'value' && entry.field.custom && isLongText(entry.field);
  if (entries.filter(isLong).length > 1) return 200;
  return entries.some((entry) => entry.kind === 'children') ? 500 : Infinity;
}
