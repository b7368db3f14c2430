import { noSuchType, notImplemented, type Refusal } from '../errors.ts';
import type { Field, SObject } from '../schema.ts';
import { visibleTo } from '../sharing.ts';
import { aggregates, dateFunctions, isCount, type Condition, type FunctionCall, type Operand, type Path, type Query } from '../soql.ts';
import type { Value } from '../store.ts';
import { isJunctionList, isText } from '../values.ts';
import { compare, joined, type Column, type Sql } from './compare.ts';
import { dayRange } from './date-literals.ts';
import { dateFunction, formatted, isFormattable, picklistRank } from './functions.ts';
import type { Habits } from './habits.ts';
import { isSortable, madeField, resolveAddress, resolveField, resolveObject, resolveParent, type Reader } from './names.ts';
import { malformed, queryError } from './tokens.ts';

/** A column, and how its value is written when the field's type doesn't say. */
export type Made = Column & { readonly write?: (value: Value) => unknown };

/** What a polymorphic parent shows: the Name object [D object reference, Name]. */
const nameFields = [
  'Id',
  'Name',
  'Type',
  'FirstName',
  'MiddleName',
  'LastName',
  'Suffix',
  'Email',
  'Phone',
  'Title',
  'Alias',
  'IsActive',
  'Username',
  'ProfileId',
  'UserRoleId',
  'RecordTypeId',
];
const nameParents = ['Profile', 'RecordType', 'UserRole'];

/**
 * "In each specified relationship, no more than five levels"; "no more than 55 child-to-parent relationships" [D SOQL reference,
 * limitations].
 */
const mostHops = 5;
const mostParents = 55;
/** "You can use at most two subqueries in a single semi-join or anti-join query" [D SOQL reference, comparison operators]. */
const mostSemiJoins = 2;
/** "The following objects aren't currently supported in subqueries" [D the same]. */
const notInSemiJoins = ['activityhistory', 'attachment', 'event', 'note', 'openactivity', 'task'];

const append = (what: string, suffix: string) =>
  `If you are attempting to use a custom ${what}, be sure to append the '${suffix}' after the custom ${what} name. Please reference your WSDL or the describe call for the appropriate names.`;

type Comparing = Extract<Condition, { kind: 'compare' }>;

/**
 * `A > x OR (A = x AND B > y)`: how one reads on by two fields, in either order and direction. As a row value, `(A, B) > (x, y)`, SQLite
 * starts at that place of an index over both; as an OR it reads everything from the beginning.
 */
function onwardFrom(parts: readonly Condition[]): { first: Comparing; second: Comparing } | undefined {
  const past = parts.find((part) => part.kind === 'compare' && (part.op === '>' || part.op === '<'));
  const tie = parts.find((part) => part.kind === 'and' && part.parts.length === 2);
  if (parts.length !== 2 || past?.kind !== 'compare' || tie?.kind !== 'and') return undefined;
  const name = ({ left }: Comparing) => (left.kind === 'path' && left.names.length === 1 ? left.names[0]?.toLowerCase() : undefined);
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

export type Asked = {
  /** What is deleted or archived, too. */
  readonly all: boolean;
  readonly version: string;
  readonly habits: () => Habits;
};
/** The rows a query is about; `alias` is their table's name in the SQL. */
export type Source = { readonly object: SObject; readonly alias: string };
/** How the values of a condition or an order are found: of a row, or of a group. */
export type Finder = (operand: Operand) => Column;

/** Lists of children that every org has, of objects that are not here [D SOQL reference; object reference]. */
const childrenElsewhere = new Set([
  ...['activityhistories', 'openactivities', 'attachments', 'combinedattachments', 'contentdocumentlinks', 'feeds', 'histories'],
  ...['notes', 'notesandattachments', 'processinstances', 'processsteps', 'shares', 'topicassignments'],
]);

/** A query's names, conditions and order as SQL over the org's tables. */
export class Compiler {
  readonly reader: Reader;
  readonly asked: Asked;
  readonly #soql: string;
  readonly #parents = new Set<string>();
  #aliases = 0;

  constructor(reader: Reader, soql: string, asked: Asked) {
    this.reader = reader;
    this.#soql = soql;
    this.asked = asked;
  }

  error(code: string, at: number, message: string): Refusal {
    return queryError(code, this.#soql, at, message);
  }
  newAlias(): string {
    return `t${(this.#aliases += 1)}`;
  }

  object(query: Query): SObject {
    const object = resolveObject(this.reader, query.from);
    if (!object) throw this.error('INVALID_TYPE', query.fromAt, noSuchType(query.from).message);
    return object;
  }

  noSuchField(at: number, name: string, entity: string): Refusal {
    return this.error('INVALID_FIELD', at, `No such column '${name}' on entity '${entity}'. ${append('field', '__c')}`); // [C recorded]
  }
  noSuchParent(at: number, name: string): Refusal {
    // [C quoted often]
    return this.error('INVALID_FIELD', at, `Didn't understand relationship '${name}' in field path. ${append('relationship', '__r')}`);
  }
  noSuchChildren(at: number, name: string): Refusal {
    if (childrenElsewhere.has(name.toLowerCase())) return notImplemented(`the children ${name} in a query`);
    return this.error(
      'INVALID_TYPE',
      at,
      `Didn't understand relationship '${name}' in FROM part of query call. ${append('relationship', '__r')}`,
    ); // [C quoted often]
  }

  /** The path without the object's own name, which may stand before everything: `SELECT Account.Name FROM Account`. */
  names({ names }: Path, object: SObject): readonly string[] {
    const [first = '', ...rest] = names;
    const own = rest.length > 0 && first.toLowerCase() === object.name.toLowerCase() && !resolveParent(this.reader, object, first);
    return own ? rest : names;
  }

  /** The SQL of a field path, seen from a row. One hop and more; a polymorphic hop is the last. */
  column({ object, alias }: Source, path: Path): Column {
    const names = this.names(path, object);
    // words guessed
    if (names.length - 1 > mostHops) throw malformed(`a field path can have at most ${mostHops} relationships: ${names.join('.')}`);
    return this.#hop(object, alias, names, path.at, '');
  }

  #hop(object: SObject, alias: string, names: readonly string[], at: number, walked: string): Column {
    const [name = '', ...rest] = names;
    if (rest.length === 0) {
      if (resolveAddress(this.reader, object, name))
        // [C seen by a public workflow tool's tests]
        throw this.error('INVALID_FIELD', at, 'Address fields can only be filtered using Distance expressions');
      const field = resolveField(this.reader, object, name);
      if (field) return { sql: `${alias}."${field.name}"`, field };
      if (isJunctionList(object, name)) throw notImplemented(`${object.name}.${name} in queries: select from TaskWhoRelations`);
      throw this.noSuchField(at, name, object.name);
    }
    if (name.toLowerCase() === 'userrecordaccess') throw notImplemented('UserRecordAccess as a parent; query it by UserId and RecordId');
    const link = resolveParent(this.reader, object, name);
    if (!link) throw this.noSuchParent(at, name);
    const way = `${walked}.${name.toLowerCase()}`;
    this.#parents.add(way);
    // words guessed
    if (this.#parents.size > mostParents) throw malformed(`a query can have at most ${mostParents} child-to-parent relationships`);
    const from = `${alias}."${link.name}"`;
    const only = link.referenceTo.length === 1 ? this.reader.schema.find(link.referenceTo[0] ?? '') : undefined;
    if (!only) return this.#ofName(link, from, rest, at);
    const inner = this.newAlias();
    const { sql, field } = this.#hop(only, inner, rest, at, way);
    return outward(`(SELECT ${sql} FROM "${only.name}" ${inner} WHERE ${inner}."Id" = ${from})`, field);
  }

  /** A field of a polymorphic parent, whichever it is. */
  #ofName(link: Field, from: string, rest: readonly string[], at: number): Column {
    const [wanted = ''] = rest;
    const same = (name: string) => name.toLowerCase() === wanted.toLowerCase();
    if (rest.length > 1 && nameParents.some(same)) throw notImplemented(`${wanted} of a polymorphic parent`);
    if (rest.length > 1) throw this.noSuchParent(at, wanted);
    const known = nameFields.find(same);
    if (!known) throw this.noSuchField(at, wanted, 'Name');
    const targets = link.referenceTo.flatMap((target) => this.reader.schema.find(target) ?? []);
    if (known === 'Type')
      return {
        sql: `CASE substr(${from}, 1, 3) ${targets.map((target) => `WHEN '${target.keyPrefix}' THEN '${target.name}'`).join(' ')} END COLLATE NOCASE`,
        field: madeField('Type', 'string'),
      };
    const found = targets.flatMap((target) => {
      const field = resolveField(this.reader, target, known === 'Name' ? target.nameField : known);
      return field ? [{ target, field }] : [];
    });
    const [first] = found;
    if (!first) throw this.noSuchField(at, wanted, 'Name');
    const cases = found.map(
      ({ target, field }) => `WHEN '${target.keyPrefix}' THEN (SELECT "${field.name}" FROM "${target.name}" WHERE "Id" = ${from})`,
    );
    return outward(`CASE substr(${from}, 1, 3) ${cases.join(' ')} END`, { ...first.field, name: known, nillable: true });
  }

  /** A field or a function of a row. */
  value(source: Source, operand: Operand): Made {
    return operand.kind === 'path' ? this.column(source, operand) : this.#call(source, operand);
  }

  #call(source: Source, { name, of, at }: FunctionCall): Made {
    // words guessed
    if (aggregates.has(name) || !of) throw this.error('MALFORMED_QUERY', at, `aggregate function ${name}() is not allowed here`);
    if (dateFunctions.has(name)) {
      const inZone = of.kind === 'call' && of.name === 'CONVERTTIMEZONE';
      const inner = inZone && of.of ? of.of : of;
      if (inner.kind === 'call') throw this.error('MALFORMED_QUERY', inner.at, `unexpected token: '('`);
      const column = this.column(source, inner);
      const made = dateFunction(name, column, inZone, this.asked.habits().calendar);
      // words guessed
      if (!made) throw this.error('INVALID_FIELD', inner.at, `field '${column.field.name}' does not support function ${name}`);
      return made;
    }
    const inner = this.value(source, of);
    switch (name) {
      case 'TOLABEL': // a value's label is the value here
        if (!['picklist', 'multipicklist', 'combobox'].includes(inner.field.type) && inner.field.name !== 'Name')
          throw this.error('INVALID_FIELD', at, `toLabel is not supported on field '${inner.field.name}'`); // words guessed
        return inner;
      case 'FORMAT':
        return this.format(inner, at);
      case 'CONVERTCURRENCY': // "requires that the org has multiple currencies enabled" [D]
        // words guessed
        throw this.error('INVALID_FIELD', at, 'convertCurrency() requires multiple currencies to be enabled for the organization');
      default: // "you can only use convertTimezone() in a date function" [D]
        throw this.error('MALFORMED_QUERY', at, 'convertTimezone() can only be used in a date function'); // words guessed
    }
  }

  format(column: Column, at: number): Made {
    // words guessed
    if (!isFormattable(column.field)) throw this.error('INVALID_FIELD', at, `FORMAT is not supported on field '${column.field.name}'`);
    const habits = this.asked.habits();
    return { ...column, write: formatted(column.field, habits.manner, habits.calendar.zone) };
  }

  /** The rows a query is about: FROM and WHERE. `more` are further conditions on them. */
  rows(query: Query, source: Source, more: readonly Sql[] = []): { from: string; where: Sql } {
    const { object, alias } = source;
    const { reader, asked } = this;
    const conditions: Sql[] = [...more];
    if (query.where) {
      this.#checkSemiJoins(query, object);
      conditions.push(this.condition(query.where, (operand) => this.#filterable(source, operand), source));
    }
    const only = (text: string) => conditions.push({ text, values: [] });
    for (const flag of ['IsDeleted', 'IsArchived'])
      if (!asked.all && object.byName.has(flag.toLowerCase())) only(`${alias}."${flag}" ${flag === 'IsDeleted' ? '= 0' : 'IS NOT 1'}`);
    // Sharing goes by fields the user may not see himself.
    const visible = visibleTo(reader.store, reader.userId, reader.store.schema.find(object.name) ?? object, alias);
    if (visible !== undefined) only(visible);
    if (query.scope) only(this.#scope(query.scope, source));
    return {
      from: `"${object.name}" ${alias}`,
      where: {
        text: conditions.length > 0 ? ` WHERE ${conditions.map((one) => one.text).join(' AND ')}` : '',
        values: conditions.flatMap((one) => one.values),
      },
    };
  }

  /** USING SCOPE [D SOQL reference]; every object has "everything", those with an owner "mine", tasks "delegated" (guessed). */
  #scope({ name, at }: { name: string; at: number }, { object, alias }: Source): string {
    const user = this.reader.userId;
    switch (name.toLowerCase()) {
      case 'everything':
        return '1';
      case 'mine':
        if (object.byName.has('ownerid')) return `${alias}."OwnerId" = '${user}'`;
        break;
      case 'delegated': // "records delegated to another user for action, for example delegated Task records"
        if (object.name === 'Task') return `${alias}."CreatedById" = '${user}' AND ${alias}."OwnerId" <> '${user}'`;
        break;
    }
    // code [C SOAP's list], words guessed
    throw this.error('INVALID_QUERY_SCOPE', at, `scope '${name}' is not supported on entity '${object.name}'`);
  }

  order(query: Query, find: Finder): string {
    const terms = query.orderBy.map(({ by, descending, nulls }) => {
      const column = find(by);
      const { field } = column;
      // [C seen by a public workflow tool's tests]
      if (!isSortable(field)) throw this.error('MALFORMED_QUERY', by.at, `field '${field.name}' can not be sorted in a query call`);
      // "If you use ORDER BY to sort on a relationship field which can contain a NULL, NULLS LAST isn't supported"; else "null values are
      // sorted first" [D SOQL reference, ORDER BY]
      const last = nulls === 'LAST' && field.type !== 'reference';
      const maybeNull = field.nillable || by.kind === 'call' || by.names.length > 1;
      const way = `${descending ? ' DESC' : ''}${maybeNull ? ` NULLS ${last ? 'LAST' : 'FIRST'}` : ''}`;
      const rank = picklistRank(column);
      return rank === undefined ? `${column.sql}${way}` : `CASE WHEN ${column.sql} IS NOT NULL THEN ${rank} END${way}, ${column.sql}${way}`;
    });
    return terms.length > 0 ? ` ORDER BY ${terms.join(', ')}` : '';
  }

  #filterable(source: Source, operand: Operand): Column {
    const column = this.value(source, operand);
    if (!column.field.filterable)
      throw this.error('INVALID_FIELD', operand.at, `field '${column.field.name}' can not be filtered in a query call`); // [C quoted often]
    if (column.write) throw this.error('MALFORMED_QUERY', operand.at, `FORMAT is not allowed in WHERE`); // words guessed
    return column;
  }

  condition(condition: Condition, find: Finder, source: Source): Sql {
    switch (condition.kind) {
      case 'and':
      case 'or': {
        const onward = condition.kind === 'or' ? onwardFrom(condition.parts) : undefined;
        if (onward) {
          const [first, second] = [onward.first, onward.second].map((one) => this.#compare(one, find));
          const columns = [onward.first, onward.second].map((one) => find(one.left).sql);
          if (first && second)
            return { text: `((${columns.join(', ')}) ${onward.second.op} (?, ?))`, values: [...first.values, ...second.values] };
        }
        return joined(
          condition.parts.map((part) => this.condition(part, find, source)),
          condition.kind === 'and' ? 'AND' : 'OR',
        );
      }
      case 'not': {
        const part = this.condition(condition.part, find, source);
        return { text: `NOT coalesce(${part.text}, 0)`, values: part.values };
      }
      case 'semijoin':
        return this.#semiJoin(condition, source);
      case 'compare':
        return this.#compare(condition, find);
    }
  }

  #compare({ left, op, values, at }: Comparing, find: Finder): Sql {
    // "You can't compare the result of a date function with a date literal" [D SOQL reference, date functions]
    if (left.kind === 'call' && dateFunctions.has(left.name) && values.some((value) => value.kind === 'range'))
      throw this.error('MALFORMED_QUERY', at, 'date functions can not be compared with date literals'); // words guessed
    return compare(
      find(left),
      op,
      values,
      (name, n) => dayRange(name, n, this.asked.habits().calendar),
      (code, message) => this.error(code, left.at, message),
    );
  }

  /** Where semi-joins may stand [D SOQL reference, considerations for semi-join and anti-join queries]. */
  #checkSemiJoins({ where }: Query, object: SObject): void {
    let count = 0;
    const nested = (path: Path) =>
      this.error(
        'MALFORMED_QUERY',
        path.at,
        // [C apsona.com, revenuegrid.com]
        'Semi join sub-selects are only allowed at the top level WHERE expressions and not in nested WHERE expressions.',
      );
    const walk = (condition: Condition, above: readonly ('and' | 'or' | 'not')[]): void => {
      switch (condition.kind) {
        case 'and':
          for (const part of condition.parts) walk(part, above.at(-1) === 'and' ? above : [...above, 'and']);
          return;
        case 'or':
          for (const part of condition.parts) walk(part, [...above, 'or']);
          return;
        case 'not':
          return walk(condition.part, [...above, 'not']);
        case 'compare':
          return;
        case 'semijoin': {
          const { left, query } = condition;
          const [outermost, next] = above;
          const word = outermost === 'or' ? 'OR' : outermost === 'not' || next === 'not' ? 'NOT' : undefined;
          // [C a post on LinkedIn, "SOQL: Semi join sub-selects are not allowed!"; of NOT guessed after it]
          if (word && above.length <= 2)
            throw this.error('MALFORMED_QUERY', left.at, `Semi join sub-selects are not allowed with the '${word}' operator`);
          if (above.length > 1) throw nested(left);
          count += 1;
          if (count > mostSemiJoins)
            throw this.error('MALFORMED_QUERY', left.at, `Maximum ${mostSemiJoins} semi join sub-selects are allowed`); // words guessed
          if (query.where && hasSemiJoin(query.where))
            // [C seen by public data tools' tests]
            throw this.error('MALFORMED_QUERY', query.fromAt, 'Nesting of semi join sub-selects is not supported');
          if (query.from.toLowerCase() === object.name.toLowerCase())
            // [C quoted by several]
            throw this.error('MALFORMED_QUERY', query.fromAt, 'The inner and outer selects should not be on the same object type');
          if (notInSemiJoins.includes(query.from.toLowerCase()))
            // [C recorded]
            throw this.error('MALFORMED_QUERY', query.fromAt, `Entity '${query.from}' is not supported for semi join inner selects`);
        }
      }
    };
    if (where) walk(where, []);
  }

  #semiJoin({ left, negated, query }: Extract<Condition, { kind: 'semijoin' }>, source: Source): Sql {
    // [C quoted by several]
    if (query.grouping || query.having) throw malformed(`missing value at '${query.grouping ? 'GROUP' : 'HAVING'}'`);
    const unwanted =
      query.orderBy.length > 0
        ? 'ORDER'
        : query.limit !== undefined
          ? 'LIMIT'
          : query.offset !== undefined
            ? 'OFFSET'
            : query.forUpdate
              ? 'FOR'
              : undefined;
    if (unwanted) throw malformed(`unexpected token: '${unwanted}'`); // "aren't supported in subqueries" [D]; words guessed
    const { sql, field } = this.column(source, left);
    const [only, more] = query.select;
    if (only?.kind !== 'value' || only.value.kind === 'call' || more || isCount(query))
      throw this.error('MALFORMED_QUERY', left.at, 'semi join sub-selects must select exactly one field'); // words guessed
    if (this.names(left, source.object).length > 1 || (field.type !== 'id' && field.type !== 'reference'))
      throw this.error(
        'INVALID_FIELD',
        left.at,
        // [C quoted]
        `The left operand field in the where expression for outer query should be an id field, cannot use: '${left.names.join('.')}'`,
      );
    const object = this.object(query);
    const alias = this.newAlias();
    if (this.names(only.value, object).length > 1)
      // [C quoted]
      throw this.error('MALFORMED_QUERY', only.value.at, 'inner select field cannot have more than one level of relationships');
    const selected = this.column({ object, alias }, only.value);
    if (selected.field.type !== 'id' && selected.field.type !== 'reference')
      throw this.error(
        'MALFORMED_QUERY',
        only.value.at,
        `semi join sub selects can only query id fields, cannot use: '${selected.field.name}'`,
      ); // [C quoted by several]
    const targets = (of: SObject, one: Field): readonly string[] => (one.type === 'id' ? [of.name] : one.referenceTo);
    if (!targets(object, selected.field).some((target) => targets(source.object, field).includes(target)))
      throw this.error(
        'MALFORMED_QUERY',
        left.at,
        // [C a public editor's tests]
        `The selected field '${selected.field.name}' in the subquery and the left operand field in the where expression in the outer query '${field.name}' should point to the same object type`,
      );
    const inner = this.rows(query, { object, alias }, [{ text: `${selected.sql} IS NOT NULL`, values: [] }]);
    return {
      text: `${sql} ${negated ? 'NOT IN' : 'IN'} (SELECT ${selected.sql} FROM ${inner.from}${inner.where.text})`,
      values: inner.where.values,
    };
  }
}

/** What a parent has, seen from its child: text still without case; "Boolean fields on outer-joined objects are treated as false" [D]. */
const outward = (sql: string, field: Field): Column => ({
  sql: field.type === 'boolean' ? `coalesce(${sql}, 0)` : isText(field) ? `${sql} COLLATE NOCASE` : sql,
  field,
});

const hasSemiJoin = (condition: Condition): boolean => {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return condition.parts.some(hasSemiJoin);
    case 'not':
      return hasSemiJoin(condition.part);
    default:
      return condition.kind === 'semijoin';
  }
};
