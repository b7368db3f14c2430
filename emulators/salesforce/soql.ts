import { notImplemented, type Refusal } from './errors.ts';
import { malformed, syntaxError, tokenize, type Token } from './soql/tokens.ts';

// SOQL as text → a tree. What a real org takes and this parser does not know is refused with 501, what a real org refuses with its words.

export type Path = { readonly kind: 'path'; readonly names: readonly string[]; readonly at: number };
/** `NAME(of)`; the name in capitals, `of` missing in `COUNT()`. */
export type FunctionCall = { readonly kind: 'call'; readonly name: string; readonly of: Operand | undefined; readonly at: number };
export type Operand = Path | FunctionCall;
export type Literal =
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'null' }
  | { readonly kind: 'date'; readonly value: string }
  | { readonly kind: 'datetime'; readonly value: string }
  | { readonly kind: 'range'; readonly name: string; readonly n: number | undefined };
export type Comparison = '=' | '!=' | '<' | '>' | '<=' | '>=' | 'LIKE' | 'IN' | 'NOT IN' | 'INCLUDES' | 'EXCLUDES';
export type Condition =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Condition[] }
  | { readonly kind: 'not'; readonly part: Condition }
  | {
      readonly kind: 'compare';
      readonly left: Operand;
      readonly op: Comparison;
      readonly values: readonly Literal[];
      readonly at: number;
    }
  | { readonly kind: 'semijoin'; readonly left: Path; readonly negated: boolean; readonly query: Query };
export type FieldGroup = 'ALL' | 'CUSTOM' | 'STANDARD';
export type Selected =
  | { readonly kind: 'value'; readonly value: Operand; readonly alias: { readonly name: string; readonly at: number } | undefined }
  | { readonly kind: 'fields'; readonly group: FieldGroup; readonly at: number }
  | { readonly kind: 'children'; readonly query: Query }
  | {
      readonly kind: 'typeof';
      readonly path: Path;
      readonly whens: readonly { readonly type: string; readonly at: number; readonly fields: readonly Path[] }[];
      readonly otherwise: readonly Path[] | undefined;
    };
export type Order = { readonly by: Operand; readonly descending: boolean; readonly nulls: 'FIRST' | 'LAST' | undefined };
export type Grouping = { readonly kind: 'plain' | 'rollup' | 'cube'; readonly by: readonly Operand[] };
export type Query = {
  readonly select: readonly Selected[];
  /** The object; of a query of children the name of the relationship. */
  readonly from: string;
  readonly fromAt: number;
  readonly scope: { readonly name: string; readonly at: number } | undefined;
  readonly where: Condition | undefined;
  readonly grouping: Grouping | undefined;
  readonly having: Condition | undefined;
  readonly orderBy: readonly Order[];
  readonly limit: number | undefined;
  readonly offset: number | undefined;
  readonly forUpdate: boolean;
};

/** "By default, 100,000 characters" [D SOQL reference, SELECT; C django-salesforce#164 for the words]. */
const longest = 100_000;

/** Numbers of rows and of days are whole numbers of 32 bits (guessed). */
const mostWhole = 2_147_483_647;

/** "Can't be used as alias names" [D SOQL reference, alias notation], and what may follow FROM. */
const notAliases = new Set(
  [
    'AND ASC DESC EXCLUDES FIRST FROM GROUP HAVING IN INCLUDES LAST LIKE LIMIT NOT NULL NULLS OR SELECT USING WHERE WITH',
    'ORDER OFFSET FOR ALL UPDATE',
  ].flatMap((words) => words.split(' ')),
);
const plainRanges = new Set([
  'TODAY',
  'YESTERDAY',
  'TOMORROW',
  'LAST_90_DAYS',
  'NEXT_90_DAYS',
  ...['WEEK', 'MONTH', 'QUARTER', 'YEAR', 'FISCAL_QUARTER', 'FISCAL_YEAR'].flatMap((unit) => [
    `LAST_${unit}`,
    `THIS_${unit}`,
    `NEXT_${unit}`,
  ]),
]);
const units = '(?:DAY|WEEK|MONTH|QUARTER|YEAR|FISCAL_QUARTER|FISCAL_YEAR)S';
const countedRange = new RegExp(`^(?:(?:LAST|NEXT)_N_${units}|N_${units}_AGO)$`);

export const aggregates = new Set(['COUNT', 'COUNT_DISTINCT', 'SUM', 'AVG', 'MIN', 'MAX', 'GROUPING']);
export const dateFunctions = new Set([
  'CALENDAR_MONTH',
  'CALENDAR_QUARTER',
  'CALENDAR_YEAR',
  'DAY_IN_MONTH',
  'DAY_IN_WEEK',
  'DAY_IN_YEAR',
  'DAY_ONLY',
  'FISCAL_MONTH',
  'FISCAL_QUARTER',
  'FISCAL_YEAR',
  'HOUR_IN_DAY',
  'WEEK_IN_MONTH',
  'WEEK_IN_YEAR',
]);
const functions = new Set([...aggregates, ...dateFunctions, 'FORMAT', 'TOLABEL', 'CONVERTCURRENCY', 'CONVERTTIMEZONE']);

/** `SELECT COUNT() FROM …`: an answer without records. */
export const isCount = ({ select: [only] }: Query): boolean =>
  only?.kind === 'value' && only.value.kind === 'call' && only.value.name === 'COUNT' && only.value.of === undefined;

/** The names an alias stands for: those of an object none, those of `c.Account a` one. */
type Aliases = ReadonlyMap<string, readonly string[]>;
const none: Aliases = new Map();

class Parser {
  readonly #soql: string;
  readonly #tokens: readonly Token[];
  #place = 0;

  constructor(soql: string) {
    this.#soql = soql;
    this.#tokens = tokenize(soql);
  }

  get #next(): Token {
    return this.#ahead(0);
  }
  #ahead(by: number): Token {
    const token = this.#tokens[Math.min(this.#place + by, this.#tokens.length - 1)];
    if (!token) throw new Error('the token list ends with its end');
    return token;
  }
  #take(): Token {
    const token = this.#next;
    this.#place += 1;
    return token;
  }
  #is(word: string, token = this.#next): boolean {
    return (token.kind === 'word' || token.kind === 'symbol') && token.text.toUpperCase() === word;
  }
  #skip(word: string): boolean {
    if (!this.#is(word)) return false;
    this.#place += 1;
    return true;
  }
  #unexpected(token = this.#next): Refusal {
    return syntaxError(this.#soql, token.at, `unexpected token: '${token.kind === 'string' ? `'${token.text}'` : token.text}'`);
  }
  #expect(word: string): Token {
    if (!this.#is(word)) throw this.#unexpected();
    return this.#take();
  }
  #path(): Path {
    if (this.#next.kind !== 'word') throw this.#unexpected();
    const token = this.#take();
    return { kind: 'path', names: token.text.split('.'), at: token.at };
  }
  #wholeNumber(): number {
    const token = this.#take();
    if (token.kind !== 'number' || !/^\d+$/.test(token.text)) throw this.#unexpected(token);
    if (Number(token.text) > mostWhole) throw malformed(`numeric value out of range: ${token.text}`); // words guessed
    return Number(token.text);
  }

  whole(): Query {
    const query = this.#query(undefined);
    if (this.#next.kind !== 'end') throw this.#unexpected();
    return query;
  }

  /** `outer`: the aliases of the query around a query of children, which may stand before the relationship's name. */
  #query(outer: { from: string; aliases: Aliases } | undefined): Query {
    this.#expect('SELECT');
    // [D Winter '25 release notes, SOQL error changes]
    if (this.#is('FROM')) throw syntaxError(this.#soql, this.#next.at, "unexpected token: 'SELECT FROM'");
    const start = this.#place;
    // What is selected may use names that FROM gives, so FROM is read first.
    this.#seekFrom();
    const from = this.#path();
    const aliases = this.#aliases(from);
    const back = this.#place;
    this.#place = start;
    const last = from.names.at(-1) ?? '';
    const select = this.#select(aliases, last);
    this.#expect('FROM');
    this.#place = back;
    const own = (path: Path): Path => unaliased(path, aliases);

    let scope: Query['scope'];
    if (this.#skip('USING')) {
      this.#expect('SCOPE');
      const { names, at } = this.#path();
      scope = { name: names.join('.'), at };
    }
    const where = this.#skip('WHERE') ? this.#condition(own) : undefined;
    if (this.#skip('WITH')) this.#with();
    let grouping: Grouping | undefined;
    let having: Condition | undefined;
    if (this.#skip('GROUP')) {
      this.#expect('BY');
      grouping = this.#grouping(own);
    }
    if (this.#skip('HAVING')) having = this.#condition(own);
    const orderBy = this.#skip('ORDER') ? this.#order(own) : [];
    const limit = this.#skip('LIMIT') ? this.#wholeNumber() : undefined;
    const offset = this.#skip('OFFSET') ? this.#wholeNumber() : undefined;
    const forUpdate = this.#for();
    if (this.#is('UPDATE')) throw notImplemented('UPDATE TRACKING and UPDATE VIEWSTAT');
    if (outer && from.names.length > 1 && !standsFor(from.names.slice(0, -1), outer.from, outer.aliases))
      throw syntaxError(this.#soql, from.at, `unexpected token: '${from.names.join('.')}'`);
    return {
      select,
      from: outer ? last : from.names.join('.'),
      fromAt: from.at,
      scope,
      where,
      grouping,
      having,
      orderBy,
      limit,
      offset,
      forUpdate,
    };
  }

  #seekFrom(): void {
    const start = this.#place;
    for (let depth = 0; this.#next.kind !== 'end' && !(depth === 0 && this.#is('FROM'));) {
      if (this.#is('(')) depth += 1;
      else if (this.#is(')')) depth -= 1;
      this.#take();
    }
    if (this.#skip('FROM')) return;
    this.#place = start;
    this.#select(none, ''); // says what is wrong before FROM is missed
    throw this.#unexpected();
  }

  /** `FROM Contact c, c.Account a` gives the object and its parents short names. */
  #aliases(from: Path): Aliases {
    const found = new Map<string, readonly string[]>();
    const name = (stands: readonly string[]) => {
      if (this.#next.kind !== 'word' || notAliases.has(this.#next.text.toUpperCase())) return;
      this.#skip('AS');
      found.set((this.#path().names[0] ?? '').toLowerCase(), stands);
    };
    name([]);
    while (this.#skip(',')) {
      const parent = this.#path();
      const path = unaliased(parent, found);
      // `FROM Contact, Contact.Account`: by the object's own name
      name(path === parent && same(path.names[0], from.names.at(-1)) ? path.names.slice(1) : path.names);
    }
    return found;
  }

  #select(aliases: Aliases, from: string): Selected[] {
    const found: Selected[] = [];
    const own = (path: Path): Path => unaliased(path, aliases);
    do {
      if (this.#skip('(')) {
        const query = this.#query({ from, aliases });
        this.#expect(')');
        found.push({ kind: 'children', query });
      } else if (this.#is('TYPEOF') && this.#ahead(1).kind === 'word') found.push(this.#typeOf(own));
      else if (this.#is('FIELDS') && this.#is('(', this.#ahead(1))) found.push(this.#fields());
      else {
        const value = this.#operand(own);
        if (value.kind === 'call' && value.name === 'COUNT' && value.of === undefined && (found.length > 0 || this.#is(',')))
          throw this.#unexpected();
        let alias: { name: string; at: number } | undefined;
        if (this.#next.kind === 'word' && !notAliases.has(this.#next.text.toUpperCase())) {
          const { names, at } = this.#path();
          alias = { name: names.join('.'), at };
        }
        found.push({ kind: 'value', value, alias });
      }
    } while (this.#skip(','));
    return found;
  }

  #fields(): Selected {
    const { at } = this.#take();
    this.#expect('(');
    const token = this.#take();
    const group = (['ALL', 'CUSTOM', 'STANDARD'] as const).find((name) => this.#is(name, token));
    if (!group) throw this.#unexpected(token);
    this.#expect(')');
    return { kind: 'fields', group, at };
  }

  #typeOf(own: (path: Path) => Path): Selected {
    this.#take();
    const path = own(this.#path());
    const whens: { type: string; at: number; fields: Path[] }[] = [];
    const list = (): Path[] => {
      const fields: Path[] = [];
      do fields.push(this.#path());
      while (this.#skip(','));
      return fields;
    };
    while (this.#skip('WHEN')) {
      const { names, at } = this.#path();
      this.#expect('THEN');
      whens.push({ type: names.join('.'), at, fields: list() });
    }
    const otherwise = this.#skip('ELSE') ? list() : undefined;
    this.#expect('END');
    if (whens.length === 0) throw this.#unexpected();
    return { kind: 'typeof', path, whens, otherwise };
  }

  /** "unexpected token: '('" is also the answer to three functions in one another [D Winter '25 release notes]. */
  #operand(own: (path: Path) => Path, depth = 0): Operand {
    if (this.#is('FROM')) throw this.#unexpected();
    const path = this.#path();
    if (!this.#is('(')) return own(path);
    const name = path.names.join('.').toUpperCase();
    if (name === 'DISTANCE' || name === 'GEOLOCATION') throw notImplemented(`${name}(…)`);
    if (!functions.has(name) || depth > 1) throw this.#unexpected();
    this.#take();
    const of = name === 'COUNT' && this.#is(')') ? undefined : this.#operand(own, depth + 1);
    this.#expect(')');
    return { kind: 'call', name, of, at: path.at };
  }

  /** REST always runs with the rights of its user, so what asks for them changes nothing (guessed). */
  #with(): void {
    if (this.#skip('SECURITY_ENFORCED') || this.#skip('USER_MODE')) return;
    throw notImplemented(`WITH ${this.#next.text} in SOQL`);
  }

  #grouping(own: (path: Path) => Path): Grouping {
    const kind =
      this.#is('(', this.#ahead(1)) && this.#is('ROLLUP') ? 'rollup' : this.#is('(', this.#ahead(1)) && this.#is('CUBE') ? 'cube' : 'plain';
    if (kind !== 'plain') this.#place += 2;
    const by: Operand[] = [];
    do by.push(this.#operand(own));
    while (this.#skip(','));
    if (kind !== 'plain') this.#expect(')');
    return { kind, by };
  }

  #order(own: (path: Path) => Path): Order[] {
    this.#expect('BY');
    const found: Order[] = [];
    do {
      const by = this.#operand(own);
      const descending = this.#skip('DESC');
      if (!descending) this.#skip('ASC');
      let nulls: Order['nulls'];
      if (this.#skip('NULLS')) {
        nulls = this.#is('LAST') ? 'LAST' : 'FIRST';
        this.#expect(nulls);
      }
      found.push({ by, descending, nulls });
    } while (this.#skip(','));
    return found;
  }

  /** FOR VIEW, FOR REFERENCE (several), FOR UPDATE. */
  #for(): boolean {
    let update = false;
    while (this.#skip('FOR')) {
      if (this.#skip('UPDATE')) update = true;
      else if (!this.#skip('VIEW') && !this.#skip('REFERENCE')) throw this.#unexpected();
    }
    return update;
  }

  #condition(own: (path: Path) => Path): Condition {
    const parts = [this.#term(own)];
    let joined: 'AND' | 'OR' | undefined;
    for (;;) {
      const word = this.#is('AND') ? 'AND' : this.#is('OR') ? 'OR' : undefined;
      if (!word) break;
      // "Parentheses are required whenever you mix the operators" [D SOQL reference; D Winter '25 release notes for the words]
      if (joined && joined !== word) throw this.#unexpected();
      joined = word;
      this.#take();
      parts.push(this.#term(own));
    }
    const only = parts[0];
    return joined || !only ? { kind: joined === 'OR' ? 'or' : 'and', parts } : only;
  }

  #term(own: (path: Path) => Path): Condition {
    if (this.#skip('NOT')) return { kind: 'not', part: this.#term(own) };
    if (this.#skip('(')) {
      const inner = this.#condition(own);
      this.#expect(')');
      return inner;
    }
    const left = this.#operand(own);
    const at = this.#next.at;
    const op = this.#operator();
    if (op !== 'IN' && op !== 'NOT IN' && op !== 'INCLUDES' && op !== 'EXCLUDES') {
      // "unexpected token: 'NULL'" [D Winter '25 release notes, LIKE NULL]
      if (op === 'LIKE' && this.#is('NULL')) throw this.#unexpected();
      return { kind: 'compare', left, op, values: [this.#literal()], at };
    }
    const open = this.#expect('(');
    if (this.#is('SELECT') && (op === 'IN' || op === 'NOT IN')) {
      const query = this.#query(undefined);
      this.#expect(')');
      if (left.kind !== 'path') throw this.#unexpected(open);
      return { kind: 'semijoin', left, negated: op === 'NOT IN', query };
    }
    const values: Literal[] = [];
    do values.push(this.#literal());
    while (this.#skip(','));
    this.#expect(')');
    return { kind: 'compare', left, op, values, at };
  }

  #operator(): Comparison {
    const token = this.#take();
    const text = token.text.toUpperCase();
    if (token.kind === 'symbol' && ['=', '!=', '<', '>', '<=', '>='].includes(text)) return text as Comparison;
    if (token.kind === 'symbol' && text === '<>') return '!=';
    if (token.kind === 'word' && ['LIKE', 'IN', 'INCLUDES', 'EXCLUDES'].includes(text)) return text as Comparison;
    if (token.kind === 'word' && text === 'NOT' && this.#skip('IN')) return 'NOT IN';
    throw this.#unexpected(token);
  }

  #literal(): Literal {
    const token = this.#take();
    switch (token.kind) {
      case 'string':
        return { kind: 'string', value: token.text };
      case 'number':
        return { kind: 'number', value: Number(token.text) };
      case 'date':
        if (!isDay(token.text)) throw malformed(`Invalid date: ${token.text}`); // guessed after the next
        return { kind: 'date', value: token.text };
      case 'datetime': {
        const value = token.text.toUpperCase();
        if (!isMoment(value)) throw malformed(`Invalid datetime: ${token.text}`); // [D Winter '25 release notes, SOQL error changes]
        return { kind: 'datetime', value };
      }
      case 'word': {
        const word = token.text.toUpperCase();
        if (word === 'TRUE' || word === 'FALSE') return { kind: 'boolean', value: word === 'TRUE' };
        if (word === 'NULL') return { kind: 'null' };
        if (plainRanges.has(word)) return { kind: 'range', name: word, n: undefined };
        if (countedRange.test(word)) {
          this.#expect(':');
          return { kind: 'range', name: word, n: this.#wholeNumber() };
        }
        throw this.#unexpected(token);
      }
      default:
        throw this.#unexpected(token);
    }
  }
}

const isDay = (text: string): boolean => !Number.isNaN(Date.parse(text)) && new Date(text).toISOString().startsWith(text);
const isMoment = (text: string): boolean => {
  const parts = /^(\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[+-](?:0\d|1[0-4]):?[0-5]\d)$/.exec(text);
  return parts !== null && isDay(parts[1] ?? '');
};

const same = (one: string | undefined, other: string | undefined): boolean => one?.toLowerCase() === other?.toLowerCase();

function unaliased(path: Path, aliases: Aliases): Path {
  const [first = '', ...rest] = path.names;
  const stands = rest.length > 0 ? aliases.get(first.toLowerCase()) : undefined;
  return stands ? { ...path, names: [...stands, ...rest] } : path;
}

const standsFor = (names: readonly string[], from: string, aliases: Aliases): boolean =>
  names.length === 1 && (same(names[0], from) || aliases.has((names[0] ?? '').toLowerCase()));

export function parseSoql(soql: string): Query {
  if (soql.trim() === '') throw malformed('SOQL statements cannot be empty or null'); // [C dufoli/Salesforce-Inspector-Advanced#284]
  if (soql.length > longest) throw malformed(`SOQL statements can not be longer than ${longest} characters`);
  return new Parser(soql).whole();
}
