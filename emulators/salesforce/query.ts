import { randomBytes } from 'node:crypto';
import { cursorInvalid, noSuchType, notImplemented, Refusal } from './errors.ts';
import { readId } from './ids.ts';
import { asksForAccess, recordAccess } from './record-access.ts';
import { prepareDefinitions } from './model/definitions.ts';
import { seenBy } from './rights/seen.ts';
import { visibleTo } from './sharing.ts';
import { parseSoql, plain, queryError, type Comparison, type Condition, type Literal, type Path, type Query } from './soql.ts';
import type { Field, Schema, SObject } from './schema.ts';
import type { Row, Store, Value } from './store.ts';
import { dayRange, type Range } from './date-literals.ts';
import { isText, readDatetime, writeValue } from './values.ts';

type Sql = { readonly text: string; readonly values: readonly (string | number)[] };
type Column = { readonly sql: string; readonly field: Field };

/** A place in the answer: fields of this record, and the records it points at. */
type Shape = {
  fields: { name: string; column: number; field: Field }[];
  parents: Map<string, { name: string; idColumn: number; type: string | undefined; shape: Shape }>;
};

/** What a polymorphic parent shows: the Name object [D object reference, Name]. */
const nameFields = ['Id', 'Name', 'Type', 'FirstName', 'LastName', 'Email', 'Phone', 'Title', 'Alias', 'IsActive', 'Username'];

const noSuchColumn = (soql: string, at: number, name: string, object: string) =>
  queryError(
    'INVALID_FIELD',
    soql,
    at,
    `No such column '${name}' on entity '${object}'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names.`,
  ); // [C recorded]
const noSuchRelationship = (soql: string, at: number, name: string, object: string) =>
  queryError(
    'INVALID_FIELD',
    soql,
    at,
    `Didn't understand relationship '${name}' in field path. If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe call for the appropriate names. (${object})`,
  ); // [C; the object in brackets is ours]

const typeField: Field = {
  name: 'Type',
  label: 'Type',
  type: 'string',
  length: 40,
  nillable: false,
  createable: false,
  updateable: false,
  filterable: true,
  idLookup: false,
  externalId: false,
  unique: false,
  custom: false,
  restricted: false,
  referenceTo: [],
  relationship: undefined,
  defaultValue: undefined,
  digits: 0,
  scale: 0,
  picklist: [],
};

type Comparing = Extract<Condition, { kind: 'compare' }>;

/**
 * `A > x OR (A = x AND B > y)`: how one reads on by two fields, in either order and direction. As a row value, `(A, B) > (x, y)`, SQLite
 * starts at that place of an index over both; as an OR it reads everything from the beginning.
 */
function onwardFrom(parts: readonly Condition[]): { first: Comparing; second: Comparing } | undefined {
  const past = parts.find((part) => part.kind === 'compare' && (part.op === '>' || part.op === '<'));
  const tie = parts.find((part) => part.kind === 'and' && part.parts.length === 2);
  if (parts.length !== 2 || past?.kind !== 'compare' || tie?.kind !== 'and') return undefined;
  const name = ({ path }: Comparing) => (path.names.length === 1 ? path.names[0]?.toLowerCase() : undefined);
  const value = ({ values }: Comparing) => {
    const [literal] = values;
    return literal && 'value' in literal ? `${literal.kind} ${String(literal.value)}` : undefined;
  };
  const same = (part: Condition): part is Comparing =>
    part.kind === 'compare' && part.op === '=' && name(part) === name(past) && value(part) === value(past);
  const equal = tie.parts.find(same);
  const second = tie.parts.find((part) => part !== equal);
  if (!equal || second?.kind !== 'compare' || !name(past) || !name(second) || !value(past) || !value(second)) return undefined;
  return second.op === past.op || second.op === `${past.op}=` ? { first: past, second } : undefined;
}

export class Compiler {
  readonly #schema: Schema;
  readonly #soql: string;
  readonly #all: boolean;
  readonly #rangeOf: (name: string, n: number | undefined) => Range;
  readonly #visible: (object: SObject, alias: string) => string | undefined;
  #aliases = 0;

  constructor(
    schema: Schema,
    soql: string,
    all: boolean,
    rangeOf: (name: string, n: number | undefined) => Range,
    visible: (object: SObject, alias: string) => string | undefined,
  ) {
    this.#visible = visible;
    this.#schema = schema;
    this.#soql = soql;
    this.#all = all;
    this.#rangeOf = rangeOf;
  }

  #object(query: Query): SObject {
    const object = this.#schema.inAddress(query.from);
    if (!object) throw queryError('INVALID_TYPE', this.#soql, query.fromAt, noSuchType(query.from).message);
    return object;
  }

  /** The SQL of a field path, seen from `alias`. One hop and more; a polymorphic hop is the last. */
  column(object: SObject, alias: string, path: Path, hop = 0): Column {
    const name = path.names[hop] ?? '';
    if (hop === path.names.length - 1) {
      const field = object.byName.get(name.toLowerCase());
      if (!field) throw noSuchColumn(this.#soql, path.at, name, object.name);
      return { sql: `${alias}."${field.name}"`, field };
    }
    if (name.toLowerCase() === 'userrecordaccess') throw notImplemented('UserRecordAccess as a parent; query it by UserId and RecordId');
    const link = object.byRelationship.get(name.toLowerCase());
    if (!link) throw noSuchRelationship(this.#soql, path.at, name, object.name);
    const from = `${alias}."${link.name}"`;
    const only = link.referenceTo.length === 1 ? this.#schema.find(link.referenceTo[0] ?? '') : undefined;
    if (only) {
      const inner = `t${(this.#aliases += 1)}`;
      const { sql, field } = this.column(only, inner, path, hop + 1);
      return { sql: `(SELECT ${sql} FROM "${only.name}" ${inner} WHERE ${inner}."Id" = ${from})`, field };
    }
    const wanted = path.names[hop + 1] ?? '';
    const known = nameFields.find((candidate) => candidate.toLowerCase() === wanted.toLowerCase());
    if (!known || path.names.length > hop + 2) throw noSuchColumn(this.#soql, path.at, path.names.slice(hop + 1).join('.'), 'Name');
    const targets = link.referenceTo.flatMap((target) => this.#schema.find(target) ?? []);
    if (known === 'Type')
      return {
        sql: `CASE substr(${from}, 1, 3) ${targets.map((target) => `WHEN '${target.keyPrefix}' THEN '${target.name}'`).join(' ')} END`,
        field: typeField,
      };
    const found = targets.flatMap((target) => {
      const field = target.byName.get((known === 'Name' ? target.nameField : known).toLowerCase());
      return field ? [{ target, field }] : [];
    });
    const first = found[0];
    if (!first) throw noSuchColumn(this.#soql, path.at, known, 'Name');
    const cases = found.map(
      ({ target, field }) => `WHEN '${target.keyPrefix}' THEN (SELECT "${field.name}" FROM "${target.name}" WHERE "Id" = ${from})`,
    );
    return { sql: `CASE substr(${from}, 1, 3) ${cases.join(' ')} END COLLATE NOCASE`, field: first.field };
  }

  query(query: Query, alias = 't0'): { object: SObject; from: string; where: Sql; order: string } {
    const object = this.#object(query);
    const conditions: Sql[] = query.where ? [this.#condition(object, alias, query.where)] : [];
    if (!this.#all && object.byName.has('isdeleted')) conditions.push({ text: `${alias}."IsDeleted" = 0`, values: [] });
    const visible = this.#visible(object, alias);
    if (visible !== undefined) conditions.push({ text: visible, values: [] });
    const order = query.orderBy.map(({ path, descending, nullsLast }) => {
      const { sql, field } = this.column(object, alias, path);
      if (!field.filterable)
        throw queryError('INVALID_FIELD', this.#soql, path.at, `field '${field.name}' can not be sorted in a query call`); // [K]
      // "By default, null values are sorted first" [D SOQL reference, ORDER BY]
      return `${sql}${descending ? ' DESC' : ''}${field.nillable || path.names.length > 1 ? (nullsLast ? ' NULLS LAST' : ' NULLS FIRST') : ''}`;
    });
    return {
      object,
      from: `"${object.name}" ${alias}`,
      where: {
        text: conditions.length > 0 ? ` WHERE ${conditions.map((one) => one.text).join(' AND ')}` : '',
        values: conditions.flatMap((one) => one.values),
      },
      order: order.length > 0 ? ` ORDER BY ${order.join(', ')}` : '',
    };
  }

  #condition(object: SObject, alias: string, condition: Condition): Sql {
    switch (condition.kind) {
      case 'and':
      case 'or': {
        const onward = condition.kind === 'or' ? onwardFrom(condition.parts) : undefined;
        if (onward) {
          const [first, second] = [onward.first, onward.second].map((one) => this.#compare(object, alias, one));
          const columns = [onward.first, onward.second].map((one) => this.column(object, alias, one.path).sql);
          if (first && second)
            return { text: `((${columns.join(', ')}) ${onward.second.op} (?, ?))`, values: [...first.values, ...second.values] };
        }
        const parts = condition.parts.map((part) => this.#condition(object, alias, part));
        return {
          text: `(${parts.map((part) => part.text).join(condition.kind === 'and' ? ' AND ' : ' OR ')})`,
          values: parts.flatMap((part) => part.values),
        };
      }
      case 'not': {
        const part = this.#condition(object, alias, condition.part);
        return { text: `NOT coalesce(${part.text}, 0)`, values: part.values }; // SOQL knows true and false only
      }
      case 'semijoin': {
        const { sql, field } = this.column(object, alias, condition.path);
        const inner = this.query(condition.query, `s${(this.#aliases += 1)}`);
        const innerAlias = inner.from.split(' ')[1] ?? '';
        const path = condition.query.select === 'COUNT()' ? undefined : condition.query.select[0];
        if (!path || condition.query.select.length !== 1)
          throw queryError('MALFORMED_QUERY', this.#soql, condition.path.at, 'semi join sub-selects must select exactly one field');
        if (field.type !== 'id' && field.type !== 'reference')
          throw queryError(
            'INVALID_FIELD',
            this.#soql,
            condition.path.at,
            `The left operand field in the where expression for outer query should be an id field, cannot use: '${field.name}'`,
          );
        const selected = this.column(inner.object, innerAlias, path);
        return {
          text: `${sql} ${condition.negated ? 'NOT IN' : 'IN'} (SELECT ${selected.sql} FROM ${inner.from}${inner.where.text}${inner.where.text ? ' AND' : ' WHERE'} ${selected.sql} IS NOT NULL)`,
          values: inner.where.values,
        };
      }
      case 'compare':
        return this.#compare(object, alias, condition);
    }
  }

  #compare(object: SObject, alias: string, { path, op, values, at }: Comparing): Sql {
    const { sql, field } = this.column(object, alias, path);
    if (!field.filterable)
      throw queryError('INVALID_FIELD', this.#soql, path.at, `field '${field.name}' can not be filtered in a query call`); // [C quoted often]
    const isId = field.type === 'id' || field.type === 'reference';
    const allowed =
      op === '=' ||
      op === '!=' ||
      op === 'IN' ||
      op === 'NOT IN' ||
      (op === 'LIKE'
        ? isText(field)
        : op === 'INCLUDES' || op === 'EXCLUDES'
          ? field.type === 'multipicklist'
          : // Ids are compared digit by digit, 0-9 before A-Z before a-z: so the bounds of PK chunking count [D async_api_headers_enable_pk_chunking].
            field.type !== 'boolean');
    if (!allowed)
      throw queryError('INVALID_QUERY_FILTER_OPERATOR', this.#soql, path.at, `invalid operator on ${isId ? 'id' : field.type} field`); // [C "invalid operator on id field"]
    if (op === 'IN' || op === 'NOT IN') {
      const kept = values.map((literal) => this.#value(field, literal, at));
      const living = kept.filter((value): value is string | number => value !== null);
      const some = living.length > 0 ? `${sql} IN (${living.map(() => '?').join(', ')})` : '0';
      const nulls = living.length < kept.length;
      return op === 'IN'
        ? { text: nulls ? `(${some} OR ${sql} IS NULL)` : some, values: living }
        : { text: nulls ? `(NOT coalesce(${some}, 0) AND ${sql} IS NOT NULL)` : `NOT coalesce(${some}, 0)`, values: living };
    }
    if (op === 'INCLUDES' || op === 'EXCLUDES') {
      const each = values.map((literal) => {
        const wanted = String(this.#value(field, literal, at) ?? '').split(';');
        return {
          text: `(${wanted.map(() => `instr(';' || lower(${sql}) || ';', lower(?)) > 0`).join(' AND ')})`,
          values: wanted.map((one) => `;${one};`),
        };
      });
      const text = `(${each.map((one) => one.text).join(' OR ')})`;
      return { text: op === 'INCLUDES' ? text : `NOT coalesce(${text}, 0)`, values: each.flatMap((one) => one.values) };
    }
    const literal = values[0] ?? { kind: 'null' };
    if (literal.kind === 'range') return this.#compareRange(sql, field, op, literal, at);
    if (op === 'LIKE') {
      if (literal.kind !== 'string') throw this.#wrongValue(field, at);
      return { text: `${sql} LIKE ? ESCAPE '\\'`, values: [literal.value] };
    }
    const value = this.#value(field, literal, at);
    if (value === null) {
      if (op !== '=' && op !== '!=') throw this.#wrongValue(field, at);
      return { text: `${sql} IS ${op === '=' ? '' : 'NOT '}NULL`, values: [] };
    }
    // As a number in the text: so an index over those that are true can be used.
    if (field.type === 'boolean') return { text: `${sql} ${op === '!=' ? 'IS NOT' : op} ${Number(value)}`, values: [] };
    return { text: op === '!=' ? `${sql} IS NOT ?` : `${sql} ${op} ?`, values: [value] };
  }

  #compareRange(sql: string, field: Field, op: Comparison, literal: Extract<Literal, { kind: 'range' }>, at: number): Sql {
    if (field.type !== 'date' && field.type !== 'datetime') throw this.#wrongValue(field, at);
    const range = this.#rangeOf(literal.name, literal.n);
    const [start, end] = field.type === 'date' ? [range.firstDay, range.dayAfter] : [range.startMs, range.endMs];
    switch (op) {
      case '=':
        return { text: `(${sql} >= ? AND ${sql} < ?)`, values: [start, end] };
      case '!=':
        return { text: `NOT coalesce(${sql} >= ? AND ${sql} < ?, 0)`, values: [start, end] };
      case '<':
        return { text: `${sql} < ?`, values: [start] };
      case '>=':
        return { text: `${sql} >= ?`, values: [start] };
      case '<=':
        return { text: `${sql} < ?`, values: [end] };
      case '>':
        return { text: `${sql} >= ?`, values: [end] };
      default:
        throw this.#wrongValue(field, at);
    }
  }

  #wrongValue(field: Field, at: number): Refusal {
    const quotes =
      isText(field) || field.type === 'id' || field.type === 'reference'
        ? 'should be enclosed in quotes'
        : 'should not be enclosed in quotes';
    const type = field.type === 'datetime' ? 'dateTime' : isText(field) ? 'string' : field.type;
    return queryError(
      'INVALID_FIELD',
      this.#soql,
      at,
      `value of filter criterion for field '${field.name}' must be of type ${type} and ${quotes}`,
    ); // [C quoted often]
  }

  #value(field: Field, literal: Literal, at: number): Value {
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
        const id = readId(plain(literal.value));
        if (id === undefined)
          throw queryError('INVALID_QUERY_FILTER_OPERATOR', this.#soql, at, `invalid ID field: ${plain(literal.value)}`); // [C quoted]
        return id;
      }
      default:
        if (literal.kind === 'string') return plain(literal.value);
    }
    throw this.#wrongValue(field, at);
  }
}

export type QueryAnswer = { totalSize: number; done: boolean; nextRecordsUrl?: string; records: unknown[] };
type Cursor = {
  readonly object: SObject;
  readonly columns: string;
  readonly shape: Shape;
  readonly rows: Float64Array;
  readonly batch: number;
  readonly all: boolean;
};

/** "2,000 rows offset at most" [D SOQL reference, OFFSET] */
const maxOffset = 2000;
/** A user has ten cursors; the eleventh ends the oldest [K, the limit of older versions; newer orgs have more]. */
const maxCursors = 10;

/** Answers queries and keeps the cursors of long ones: the set of rows is fixed by the first page, their values are read page by page. */
export class Queries {
  readonly #store: Store;
  readonly #now: () => number;
  readonly #cursors = new Map<string, Cursor>();

  constructor(store: Store, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  run(soql: string, options: { all: boolean; batch: number; version: string; zone: string; userId: string }): QueryAnswer {
    const query = parseSoql(soql);
    if (asksForAccess(query)) {
      const records = recordAccess(this.#store, soql, query, options.userId, options.version);
      return { totalSize: records.length, done: true, records };
    }
    prepareDefinitions(this.#store, options.userId, query.from, soql);
    const schema = seenBy(this.#store, options.userId);
    const compiler = new Compiler(
      schema,
      soql,
      options.all,
      (name, n) => dayRange(name, n, this.#now(), options.zone),
      (object, alias) => visibleTo(this.#store, options.userId, this.#store.schema.find(object.name) ?? object, alias),
    );
    if ((query.offset ?? 0) > maxOffset)
      throw new Refusal(400, 'NUMBER_OUTSIDE_VALID_RANGE', `Maximum SOQL offset allowed is ${maxOffset}`);
    const { object, from, where, order } = compiler.query(query);
    const slice = `${query.limit === undefined ? (query.offset === undefined ? '' : ' LIMIT -1') : ` LIMIT ${query.limit}`}${query.offset === undefined ? '' : ` OFFSET ${query.offset}`}`;
    if (query.select === 'COUNT()') {
      const totalSize = this.#store.count(`SELECT COUNT(*) AS count FROM (SELECT 1 FROM ${from}${where.text}${slice})`, where.values);
      return { totalSize, done: true, records: [] };
    }
    const columns: string[] = [];
    const shape = shapeOf(query.select, object, schema, compiler, columns);
    const list = columns.map((column, place) => `${column} AS c${place}`).join(', ');
    const most = query.limit ?? Infinity;
    const first = this.#store.select(
      `SELECT ${list} FROM ${from}${where.text}${order} LIMIT ${Math.min(most, options.batch + 1)} OFFSET ${query.offset ?? 0}`,
      where.values,
    );
    const rendered = (rows: Row[]) => rows.map((row) => render(row, object.name, shape, options.version));
    if (first.length <= options.batch) return { totalSize: first.length, done: true, records: rendered(first) };
    const rows = this.#store.numbers(`SELECT t0.n AS n FROM ${from}${where.text}${order}${slice}`, where.values);
    const key = `01g${randomBytes(6).toString('hex')}AAA`;
    const oldest = this.#cursors.size >= maxCursors ? this.#cursors.keys().next().value : undefined;
    if (oldest !== undefined) this.#cursors.delete(oldest);
    this.#cursors.set(key, { object, columns: list, shape, rows, batch: options.batch, all: options.all });
    return {
      totalSize: rows.length,
      done: false,
      nextRecordsUrl: `/services/data/v${options.version}/query/${key}-${options.batch}`,
      records: rendered(first.slice(0, options.batch)),
    };
  }

  more(locator: string, version: string): QueryAnswer {
    const [key = '', place = ''] = locator.split('-');
    const cursor = this.#cursors.get(key);
    const from = Number(place);
    if (!cursor || !/^\d+$/.test(place) || from > cursor.rows.length) throw cursorInvalid();
    const page = cursor.rows.subarray(from, from + cursor.batch);
    const found = new Map(
      this.#store
        .select(`SELECT t0.n AS n, ${cursor.columns} FROM "${cursor.object.name}" t0 WHERE t0.n IN (${Array.from(page).join(', ')})`)
        .map((row) => [row['n'], row]),
    );
    const records = Array.from(page).flatMap((n) => {
      const row = found.get(n);
      return row ? [render(row, cursor.object.name, cursor.shape, version)] : [];
    });
    const next = from + cursor.batch;
    const done = next >= cursor.rows.length;
    return {
      totalSize: cursor.rows.length,
      done,
      ...(done ? {} : { nextRecordsUrl: `/services/data/v${version}/query/${key}-${next}` }),
      records,
    };
  }

  forget(): void {
    this.#cursors.clear();
  }
}

function shapeOf(paths: readonly Path[], root: SObject, schema: Schema, compiler: Compiler, columns: string[]): Shape {
  const empty = (): Shape => ({ fields: [], parents: new Map() });
  const add = (column: string) => columns.push(column) - 1;
  const shape = empty();
  add('t0."Id"');
  for (const path of paths) {
    let place = shape;
    let object: SObject | undefined = root;
    for (const [hop, name] of path.names.slice(0, -1).entries()) {
      const key = name.toLowerCase();
      const link: Field | undefined = object?.byRelationship.get(key);
      let parent = place.parents.get(key);
      if (!parent) {
        compiler.column(root, 't0', path); // says which part of the path is wrong
        const target: string | undefined = link?.referenceTo.length === 1 ? link.referenceTo[0] : undefined;
        const idPath: Path = { names: [...path.names.slice(0, hop), link?.name ?? ''], at: path.at };
        parent = { name: link?.relationship ?? name, idColumn: add(compiler.column(root, 't0', idPath).sql), type: target, shape: empty() };
        place.parents.set(key, parent);
      }
      place = parent.shape;
      object = parent.type === undefined ? undefined : schema.find(parent.type);
    }
    const { sql, field } = compiler.column(root, 't0', path);
    const name =
      object?.byName.get((path.names.at(-1) ?? '').toLowerCase())?.name ??
      nameFields.find((one) => one.toLowerCase() === path.names.at(-1)?.toLowerCase()) ??
      field.name;
    place.fields.push({ name, column: add(sql), field });
  }
  return shape;
}

function render(row: Row, type: string, shape: Shape, version: string, id: Value = row['c0'] ?? null): Record<string, unknown> {
  const record: Record<string, unknown> = { attributes: { type, url: `/services/data/v${version}/sobjects/${type}/${String(id)}` } };
  for (const { name, column, field } of shape.fields) record[name] = writeValue(field, row[`c${column}`]);
  for (const parent of shape.parents.values()) {
    const parentId = row[`c${parent.idColumn}`] ?? null;
    // A polymorphic parent says it is a "Name" [K]; its address is the guess of a client that follows it.
    record[parent.name] = parentId === null ? null : render(row, parent.type ?? 'Name', parent.shape, version, parentId);
  }
  return record;
}
