import { ast, parse, type Call, type Literal, type Node } from 'formulon';
import type { Field, Schema, SObject } from '../schema.ts';
import type { Row, Store, Value } from '../store.ts';

// Formulas as an admin writes them. The library reads them and knows the functions; what belongs to a record (its fields, what they were
// before, who saves it) is answered here. Decision 0027.

/** Why a formula cannot be had, in words for whoever wrote it. */
export class FormulaError extends Error {}

export type Formula = { readonly text: string; readonly node: Node; readonly texts: readonly string[] };

/** What a formula is asked about. `before` is undefined for a record that is being made. */
export type Subject = {
  readonly store: Store;
  readonly object: SObject;
  readonly row: Row;
  readonly before: Row | undefined;
  readonly userId: string;
  readonly nowMs: number;
};

const literal = (dataType: Literal['dataType'], value: Literal['value'], options: Literal['options'] = {}): Literal => ({
  type: 'literal',
  dataType,
  value,
  options,
});
const nothing = literal('null', null);
const textOf = (value: string): Literal => literal('text', value, { length: value.length });
const numberOf = (value: number): Literal => literal('number', value, { length: 18, scale: 15 });
const checkbox = (value: boolean): Literal => literal('checkbox', value);
const dayOf = (text: string): Literal => literal('date', new Date(`${text}T00:00:00Z`));

/**
 * The library's reader knows no escapes in texts, no comments and no `Owner:User.Name`. Texts become names (`$Text.0`), comments go, and
 * the kind of a parent is written into its name.
 */
function lex(source: string): { formula: string; texts: string[] } {
  const texts: string[] = [];
  const formula = source.replaceAll(
    /"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|\/\*[\s\S]*?\*\/|\b(\w+):(\w+)\./g,
    (_, double: string | undefined, single: string | undefined, link: string | undefined, kind: string | undefined) => {
      if (link !== undefined && kind !== undefined) return `${link}__of__${kind}.`;
      const text = double ?? single;
      if (text === undefined) return ' ';
      texts.push(text.replaceAll(/\\(.)/g, (__, character: string) => (character === 'n' ? '\n' : character)));
      return `$Text.${texts.length - 1}`;
    },
  );
  return { formula, texts };
}

/** Reads a formula for records of this object. It must be one that is true or false. Throws FormulaError. */
export function readFormula(schema: Schema, object: SObject, source: string): Formula {
  const { formula: cleaned, texts } = lex(source);
  // A field may be named with its own object before it: PRIORVALUE(Account.Name) in a rule of accounts [D Help, PRIORVALUE].
  const own = object.byRelationship.has(object.name.toLowerCase())
    ? cleaned
    : cleaned.replaceAll(new RegExp(`(?<![.$\\w])${object.name}\\.`, 'gi'), '');
  const node = ast(own);
  if (node.type === 'error' || Object.keys(node).length === 0) throw new FormulaError('Syntax error');
  const formula = { text: source, node, texts };
  // Once with every field filled and once with all of them empty: a function that is not known, or not for such values, is found now.
  for (const filled of [true, false]) {
    const result = work(node, {
      value: (name) => sample(typeOf(schema, object, name, texts), filled),
      isNew: filled,
      was: () => undefined,
      changed: () => filled,
      now: new Date(0),
      today: '2026-01-01',
      eager: true,
    });
    if (result.dataType !== 'checkbox' && result.dataType !== 'null')
      throw new FormulaError(
        `Formula result is data type (${result.dataType === 'text' ? 'Text' : result.dataType}), incompatible with expected data type (true or false).`,
      );
  }
  return formula;
}

/** Whether it is true of the record. What has no value is not true. */
export function isTrue(formula: Formula, subject: Subject): boolean {
  const { store, object, row, before } = subject;
  const zone = String(store.get(store.schema.named('User'), subject.userId)?.['TimeZoneSidKey'] ?? 'UTC');
  const result = work(formula.node, {
    value: (name) => valueOf(subject, row, name, formula.texts),
    isNew: before === undefined,
    // "When users create a new record, this function returns the field referenced" [D Help, PRIORVALUE]
    was: (name) => valueOf(subject, before ?? row, name, formula.texts),
    changed: (name) => {
      const field = object.byName.get(name.toLowerCase());
      return before !== undefined && field !== undefined && (before[field.name] ?? null) !== (row[field.name] ?? null);
    },
    now: new Date(subject.nowMs),
    today: new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(subject.nowMs),
    eager: false,
  });
  return result.dataType === 'checkbox' && result.value === true;
}

// What a name stands for.

type Typed = { readonly field: Field } | { readonly text: string };

const globals: Readonly<Record<string, string>> = {
  $User: 'User',
  $Profile: 'Profile',
  $UserRole: 'UserRole',
  $Organization: 'Organization',
  $RecordType: 'RecordType',
};

const unknownField = (name: string) => new FormulaError(`Field ${name} does not exist. Check spelling.`);

/** The steps from an object to a field: the links, then the field. */
function stepsOf(schema: Schema, object: SObject, path: readonly string[], whole: string): { links: [Field, SObject][]; field: Field } {
  let at = object;
  const links: [Field, SObject][] = [];
  for (const step of path.slice(0, -1)) {
    const [, name = step, kind] = /^(\w+)__of__(\w+)$/.exec(step) ?? [];
    const link = at.byRelationship.get(name.toLowerCase());
    if (!link) throw unknownField(whole);
    const target = kind ?? (link.referenceTo.length === 1 ? link.referenceTo[0] : undefined);
    if (target === undefined) throw new FormulaError(`${name} may be of several kinds: write ${name}:User.… or ${name}:Queue.…`);
    const found = schema.find(target === 'Queue' ? 'Group' : target);
    if (!found || !link.referenceTo.includes(found.name)) throw unknownField(whole);
    links.push([link, found]);
    at = found;
  }
  const field = at.byName.get((path.at(-1) ?? '').toLowerCase());
  if (!field || field.type === 'address') throw unknownField(whole);
  return { links, field };
}

function typeOf(schema: Schema, object: SObject, name: string, texts: readonly string[]): Typed {
  const [first = '', ...rest] = name.split('.');
  if (first === '$Text') return { text: texts[Number(rest[0])] ?? '' };
  if (first.startsWith('$')) {
    const kind = globals[Object.keys(globals).find((one) => one.toLowerCase() === first.toLowerCase()) ?? ''];
    if (kind === undefined) throw new FormulaError(`${first} is not here (${Object.keys(globals).join(', ')} are)`);
    return { field: stepsOf(schema, schema.named(kind), rest, name).field };
  }
  return { field: stepsOf(schema, object, [first, ...rest], name).field };
}

function sample(typed: Typed, filled: boolean): Literal {
  if ('text' in typed) return textOf(typed.text);
  const { field } = typed;
  switch (field.type) {
    case 'boolean':
      return checkbox(filled);
    case 'int':
    case 'double':
    case 'currency':
    case 'percent':
      return filled ? numberOf(1) : nothing;
    case 'date':
      return filled ? dayOf('2026-01-02') : nothing;
    case 'datetime':
      return filled ? literal('datetime', new Date(0)) : nothing;
    case 'picklist':
      return literal('picklist', filled ? (field.picklist[0] ?? 'x') : '', { values: field.picklist });
    case 'multipicklist':
      return literal('multipicklist', filled ? [field.picklist[0] ?? 'x'] : [], { values: field.picklist });
    default:
      return textOf(filled ? '1' : '');
  }
}

function toLiteral(field: Field, value: Value | undefined): Literal {
  switch (field.type) {
    case 'boolean':
      return checkbox(value === 1);
    case 'int':
    case 'double':
    case 'currency':
    case 'percent':
      return value == null ? nothing : numberOf(Number(value));
    case 'date':
      return value == null ? nothing : dayOf(String(value));
    case 'datetime':
      return value == null ? nothing : literal('datetime', new Date(Number(value)));
    case 'picklist':
      return literal('picklist', String(value ?? ''), { values: field.picklist });
    case 'multipicklist':
      return literal('multipicklist', value == null ? [] : String(value).split(';'), { values: field.picklist });
    case 'id':
    case 'reference':
      return textOf(String(value ?? '').slice(0, 15)); // an id has 15 characters in a formula [K]
    default:
      return textOf(String(value ?? '')); // a text is never null, only empty [D Help, ISBLANK]
  }
}

function valueOf({ store, object, userId }: Subject, row: Row, name: string, texts: readonly string[]): Literal {
  const { schema } = store;
  const [first = '', ...rest] = name.split('.');
  if (first === '$Text') return textOf(texts[Number(rest[0])] ?? '');
  let path = [first, ...rest];
  let at: Row | undefined = row;
  let kind = object;
  if (first.startsWith('$')) {
    kind = schema.named(globals[Object.keys(globals).find((one) => one.toLowerCase() === first.toLowerCase()) ?? ''] ?? first);
    at = globalRow(store, kind, row, userId);
    path = rest;
  }
  const { links, field } = stepsOf(schema, kind, path, name);
  for (const [link, target] of links) {
    const id: Value = at?.[link.name] ?? null;
    at = typeof id === 'string' && schema.ofId(id)?.name === target.name ? store.get(target, id) : undefined;
  }
  return toLiteral(field, at?.[field.name]);
}

function globalRow(store: Store, kind: SObject, row: Row, userId: string): Row | undefined {
  const user = store.get(store.schema.named('User'), userId);
  const named = (id: Value | undefined) => (typeof id === 'string' ? store.get(kind, id) : undefined);
  switch (kind.name) {
    case 'User':
      return user;
    case 'Profile':
      return named(user?.['ProfileId']);
    case 'UserRole':
      return named(user?.['UserRoleId']);
    case 'RecordType':
      return named(row['RecordTypeId']);
    default:
      return store.select(`SELECT * FROM "${kind.name}" ORDER BY n LIMIT 1`)[0];
  }
}

// The tree, from its leaves. Each function of the library is called by itself, so that IF and AND look only where they must.

type World = {
  readonly value: (name: string) => Literal;
  readonly was: (name: string) => Literal | undefined;
  readonly changed: (name: string) => boolean;
  readonly isNew: boolean;
  readonly now: Date;
  readonly today: string;
  /** Every branch is looked at, to find what is wrong in it. */
  readonly eager: boolean;
};

const infix: Readonly<Record<string, string>> = {
  add: '+',
  subtract: '-',
  multiply: '*',
  divide: '/',
  exponentiate: '^',
  equal: '=',
  unequal: '<>',
  lessThan: '<',
  lessThanOrEqual: '<=',
  greaterThan: '>',
  greaterThanOrEqual: '>=',
};
const comparisons = new Set(['lessThan', 'lessThanOrEqual', 'greaterThan', 'greaterThanOrEqual']);
/** These know what to do with no value; any other function of no value has none. */
const takesNothing = new Set(['isblank', 'isnull', 'blankvalue', 'nullvalue', 'case', 'equal', 'unequal']);

function work(node: Node, world: World): Literal {
  if (node.type === 'literal') return node;
  if (node.type === 'identifier') return world.value(node.name);
  const given = node.arguments;
  const each = (one: Node): Literal => work(one, world);
  const truth = (one: Node | undefined): boolean => {
    const found = one ? each(one) : nothing;
    if (found.dataType !== 'checkbox' && found.dataType !== 'null')
      throw new FormulaError(
        `Incorrect parameter type for function '${node.id.toUpperCase()}()'. Expected Checkbox, received ${found.dataType}`,
      );
    return found.value === true;
  };
  switch (node.id) {
    case 'and':
    case 'or': {
      mustHave(node, 1, Infinity);
      const ends = node.id === 'or';
      let found = false;
      for (const one of given) {
        if (truth(one) === ends) found = true;
        if (found && !world.eager) break;
      }
      return checkbox(found === ends);
    }
    case 'if': {
      mustHave(node, 3, 3);
      const [condition, yes, no] = given as [Node, Node, Node];
      const holds = truth(condition);
      if (world.eager) each(holds ? no : yes);
      return each(holds ? yes : no);
    }
    case 'isnew':
      mustHave(node, 0, 0);
      return checkbox(world.isNew);
    case 'ischanged':
      mustHave(node, 1, 1);
      world.value(nameIn(node));
      return checkbox(world.changed(nameIn(node)));
    case 'priorvalue':
      mustHave(node, 1, 1);
      return world.was(nameIn(node)) ?? world.value(nameIn(node));
    case 'today':
      mustHave(node, 0, 0);
      return dayOf(world.today);
    case 'now':
      mustHave(node, 0, 0);
      return literal('datetime', world.now);
    default:
      return apply(node, given.map(each), world);
  }
}

function mustHave(node: Call, least: number, most: number): void {
  const count = node.arguments.length;
  if (count < least || count > most)
    throw new FormulaError(
      `Incorrect number of parameters for function '${node.id.toUpperCase()}()'. Expected ${count < least ? least : most}, received ${count}`,
    );
}

/** ISCHANGED and PRIORVALUE are of a field of the record itself. */
function nameIn(node: Call): string {
  const [given] = node.arguments;
  if (given?.type !== 'identifier' || /[.$]/.test(given.name))
    throw new FormulaError(`${node.id.toUpperCase()}() takes a field of the record itself`);
  return given.name;
}

function apply(node: Call, given: readonly Literal[], world: World): Literal {
  const { id } = node;
  const missing = given.some(({ dataType }) => dataType === 'null');
  if (id === 'isnumber' && given.length === 1) return checkbox(/^\s*[-+]?(?:\d+\.?\d*|\.\d+)\s*$/.test(String(given[0]?.value ?? '')));
  if (missing && comparisons.has(id)) return checkbox(false);
  if (missing && !takesNothing.has(id)) return id === 'text' ? textOf('') : nothing;
  if (id === 'equal' || id === 'unequal') {
    const [one, other] = given;
    // What has no value is equal to what has none, whatever its type.
    if (missing) return checkbox((one?.value === other?.value) === (id === 'equal'));
  }
  if (id === 'value' && !world.eager && given[0]?.value !== '' && !/^\s*[-+]?[\d.]+(?:[eE][-+]?\d+)?\s*$/.test(String(given[0]?.value)))
    throw new FormulaError(`VALUE() of ${JSON.stringify(given[0]?.value)}, which is no number`);
  const values = Object.fromEntries(given.map((one, place) => [`a${place}`, one]));
  const names = Object.keys(values);
  const operator = infix[id];
  let result;
  try {
    result = parse(operator ? names.join(` ${operator} `) : `${id}(${names.join(',')})`, values);
  } catch (cause) {
    throw new FormulaError(`${id.toUpperCase()}() cannot be worked out: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
  if (result.type === 'error') throw new FormulaError(result.message);
  return result;
}
