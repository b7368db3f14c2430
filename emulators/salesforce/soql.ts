import { notImplemented, Refusal } from './errors.ts';

// SOQL as text → a tree. What a real org takes and this parser does not know is refused with 501, what a real org refuses with its words.

export type Path = { readonly names: readonly string[]; readonly at: number };
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
  | { readonly kind: 'compare'; readonly path: Path; readonly op: Comparison; readonly values: readonly Literal[]; readonly at: number }
  | { readonly kind: 'semijoin'; readonly path: Path; readonly negated: boolean; readonly query: Query };
export type Query = {
  readonly select: 'COUNT()' | readonly Path[];
  readonly from: string;
  readonly fromAt: number;
  readonly where: Condition | undefined;
  readonly orderBy: readonly { readonly path: Path; readonly descending: boolean; readonly nullsLast: boolean }[];
  readonly limit: number | undefined;
  readonly offset: number | undefined;
};

/** The org quotes the query around the place, points at it and says what was wrong there [C; the width of the quotation is guessed]. */
export function queryError(code: string, soql: string, at: number, message: string): Refusal {
  const start = Math.max(0, at - 20);
  const excerpt = soql.slice(start, at + 30).replaceAll('\n', ' ');
  const row = soql.slice(0, at).split('\n').length;
  const column = at - soql.lastIndexOf('\n', at - 1);
  return new Refusal(400, code, `\n${excerpt}\n${' '.repeat(at - start)}^\nERROR at Row:${row}:Column:${column}\n${message}`);
}

type Token = {
  readonly kind: 'word' | 'string' | 'number' | 'date' | 'datetime' | 'symbol' | 'end';
  readonly text: string;
  readonly at: number;
};

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f', '"': '"', "'": "'", '\\': '\\' };

function tokenize(soql: string): Token[] {
  const tokens: Token[] = [];
  const shapes: readonly (readonly [Token['kind'], RegExp])[] = [
    ['datetime', /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})/y],
    ['date', /\d{4}-\d{2}-\d{2}(?![\dT])/y],
    ['number', /[+-]?\d+(?:\.\d+)?/y],
    ['word', /[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*/y],
    ['symbol', /<=|>=|!=|<>|[=<>(),:]/y],
  ];
  let at = 0;
  while (at < soql.length) {
    if (/\s/.test(soql.charAt(at))) {
      at += 1;
      continue;
    }
    if (soql.charAt(at) === "'") {
      let text = '';
      let end = at + 1;
      for (; end < soql.length && soql.charAt(end) !== "'"; end += 1) {
        if (soql.charAt(end) !== '\\') {
          text += soql.charAt(end);
          continue;
        }
        end += 1;
        const escaped = soql.charAt(end);
        if (escaped === '%' || escaped === '_') text += `\\${escaped}`; // only LIKE knows these; see `plain`
        else if (escaped === '\\') text += '\\\\';
        else if (escaped in escapes) text += escapes[escaped] ?? '';
        else throw queryError('MALFORMED_QUERY', soql, end, `Illegal escape sequence: \\${escaped}`);
      }
      if (end >= soql.length) throw queryError('MALFORMED_QUERY', soql, at, 'unexpected end of string literal');
      tokens.push({ kind: 'string', text, at });
      at = end + 1;
      continue;
    }
    let found: Token | undefined;
    for (const [kind, shape] of shapes) {
      shape.lastIndex = at;
      const text = shape.exec(soql)?.[0];
      if (text !== undefined) {
        found = { kind, text, at };
        break;
      }
    }
    if (!found) throw queryError('MALFORMED_QUERY', soql, at, `unexpected token: '${soql.charAt(at)}'`);
    tokens.push(found);
    at += found.text.length;
  }
  tokens.push({ kind: 'end', text: '<EOF>', at: soql.length });
  return tokens;
}

const rangeNames = new Set([
  'TODAY',
  'YESTERDAY',
  'TOMORROW',
  'LAST_N_DAYS',
  'NEXT_N_DAYS',
  'N_DAYS_AGO',
  'THIS_MONTH',
  'LAST_MONTH',
  'THIS_YEAR',
  'LAST_YEAR',
]);
const unknownRange = /^(?:(?:LAST|NEXT)_N_\w+|N_\w+_AGO|(?:THIS|LAST|NEXT)_\w+|LAST_90_DAYS|NEXT_90_DAYS)$/;
const clauseWords = new Set(['WHERE', 'ORDER', 'LIMIT', 'OFFSET', 'GROUP', 'HAVING', 'WITH', 'FOR', 'USING', 'ALL', 'UPDATE']);

class Parser {
  readonly #soql: string;
  readonly #tokens: readonly Token[];
  #place = 0;

  constructor(soql: string) {
    this.#soql = soql;
    this.#tokens = tokenize(soql);
  }

  get #next(): Token {
    const token = this.#tokens[Math.min(this.#place, this.#tokens.length - 1)];
    if (!token) throw new Error('the token list ends with its end');
    return token;
  }
  #take(): Token {
    const token = this.#next;
    this.#place += 1;
    return token;
  }
  #is(word: string): boolean {
    return (this.#next.kind === 'word' || this.#next.kind === 'symbol') && this.#next.text.toUpperCase() === word;
  }
  #skip(word: string): boolean {
    if (!this.#is(word)) return false;
    this.#place += 1;
    return true;
  }
  #unexpected(token = this.#next): Refusal {
    return queryError('MALFORMED_QUERY', this.#soql, token.at, `unexpected token: ${token.kind === 'end' ? '<EOF>' : `'${token.text}'`}`);
  }
  #expect(word: string): Token {
    if (!this.#is(word)) throw this.#unexpected();
    return this.#take();
  }
  #path(): Path {
    if (this.#next.kind !== 'word') throw this.#unexpected();
    const token = this.#take();
    return { names: token.text.split('.'), at: token.at };
  }
  #wholeNumber(): number {
    const token = this.#take();
    if (token.kind !== 'number' || !/^\d+$/.test(token.text)) throw this.#unexpected(token);
    return Number(token.text);
  }

  query(nested: boolean): Query {
    this.#expect('SELECT');
    const select = this.#select();
    this.#expect('FROM');
    const from = this.#path();
    let alias: string | undefined;
    if (this.#next.kind === 'word' && !clauseWords.has(this.#next.text.toUpperCase())) {
      this.#skip('AS');
      alias = this.#path().names[0];
    }
    if (this.#is(',')) throw notImplemented('more than one object after FROM');
    if (this.#is('USING')) throw notImplemented('USING SCOPE');
    const where = this.#skip('WHERE') ? this.#condition() : undefined;
    for (const [word, what] of [
      ['WITH', 'WITH'],
      ['GROUP', 'GROUP BY'],
      ['HAVING', 'HAVING'],
    ] as const)
      if (this.#is(word)) throw notImplemented(`${what} in SOQL`);
    const orderBy: { path: Path; descending: boolean; nullsLast: boolean }[] = [];
    if (this.#skip('ORDER')) {
      this.#expect('BY');
      do {
        const path = this.#path();
        const descending = this.#skip('DESC');
        if (!descending) this.#skip('ASC');
        let nullsLast = false;
        if (this.#skip('NULLS')) {
          nullsLast = this.#is('LAST');
          if (!nullsLast) this.#expect('FIRST');
          else this.#take();
        }
        orderBy.push({ path, descending, nullsLast });
      } while (this.#skip(','));
    }
    const limit = this.#skip('LIMIT') ? this.#wholeNumber() : undefined;
    const offset = this.#skip('OFFSET') ? this.#wholeNumber() : undefined;
    if (this.#is('FOR')) throw notImplemented('FOR VIEW, FOR REFERENCE and FOR UPDATE');
    if (nested ? !this.#is(')') : this.#next.kind !== 'end') throw this.#unexpected();
    const unaliased = (path: Path): Path =>
      alias !== undefined && path.names.length > 1 && path.names[0]?.toLowerCase() === alias.toLowerCase()
        ? { ...path, names: path.names.slice(1) }
        : path;
    return {
      select: select === 'COUNT()' ? select : select.map(unaliased),
      from: from.names.join('.'),
      fromAt: from.at,
      where: where && mapPaths(where, unaliased),
      orderBy: orderBy.map((order) => ({ ...order, path: unaliased(order.path) })),
      limit,
      offset,
    };
  }

  #select(): Query['select'] {
    const paths: Path[] = [];
    do {
      if (this.#is('(')) throw notImplemented('a query of children inside SELECT');
      if (this.#is('TYPEOF')) throw notImplemented('TYPEOF');
      const path = this.#path();
      if (this.#skip('(')) {
        const name = path.names.join('.').toUpperCase();
        if (name !== 'COUNT' || !this.#skip(')')) throw notImplemented(`${name}(…) in SELECT; only COUNT() is here`);
        if (paths.length > 0 || this.#is(',')) throw this.#unexpected();
        return 'COUNT()';
      }
      paths.push(path);
      if (this.#next.kind === 'word' && !this.#is('FROM')) throw this.#unexpected();
    } while (this.#skip(','));
    return paths;
  }

  #condition(): Condition {
    const parts = [this.#term()];
    let joined: 'AND' | 'OR' | undefined;
    for (;;) {
      const word = this.#is('AND') ? 'AND' : this.#is('OR') ? 'OR' : undefined;
      if (!word) break;
      // "AND and OR need parentheses when mixed" [D SOQL reference; a real org answers MALFORMED_QUERY]
      if (joined && joined !== word) throw this.#unexpected();
      joined = word;
      this.#take();
      parts.push(this.#term());
    }
    const only = parts[0];
    return joined || !only ? { kind: joined === 'OR' ? 'or' : 'and', parts } : only;
  }

  #term(): Condition {
    if (this.#skip('NOT')) return { kind: 'not', part: this.#term() };
    if (this.#skip('(')) {
      const inner = this.#condition();
      this.#expect(')');
      return inner;
    }
    const path = this.#path();
    if (this.#is('(')) throw notImplemented(`the function ${path.names.join('.')}(…) in WHERE`);
    const at = this.#next.at;
    const op = this.#operator();
    if (op !== 'IN' && op !== 'NOT IN' && op !== 'INCLUDES' && op !== 'EXCLUDES')
      return { kind: 'compare', path, op, values: [this.#literal()], at };
    if (this.#is(':')) throw this.#unexpected();
    this.#expect('(');
    if (this.#is('SELECT') && (op === 'IN' || op === 'NOT IN')) {
      const query = this.query(true);
      this.#expect(')');
      return { kind: 'semijoin', path, negated: op === 'NOT IN', query };
    }
    const values: Literal[] = [];
    do values.push(this.#literal());
    while (this.#skip(','));
    this.#expect(')');
    return { kind: 'compare', path, op, values, at };
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
        return { kind: 'date', value: token.text };
      case 'datetime':
        return { kind: 'datetime', value: token.text };
      case 'word': {
        const word = token.text.toUpperCase();
        if (word === 'TRUE' || word === 'FALSE') return { kind: 'boolean', value: word === 'TRUE' };
        if (word === 'NULL') return { kind: 'null' };
        if (rangeNames.has(word)) {
          if (!word.includes('_N_') && !word.startsWith('N_')) return { kind: 'range', name: word, n: undefined };
          this.#expect(':');
          return { kind: 'range', name: word, n: this.#wholeNumber() };
        }
        if (unknownRange.test(word)) throw notImplemented(`the date literal ${word}`);
        throw this.#unexpected(token);
      }
      default:
        throw this.#unexpected(token);
    }
  }
}

function mapPaths(condition: Condition, change: (path: Path) => Path): Condition {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return { kind: condition.kind, parts: condition.parts.map((part) => mapPaths(part, change)) };
    case 'not':
      return { kind: 'not', part: mapPaths(condition.part, change) };
    case 'compare':
    case 'semijoin':
      return { ...condition, path: change(condition.path) };
  }
}

export function parseSoql(soql: string): Query {
  return new Parser(soql).query(false);
}

/** A string literal for anything but LIKE: `\%` and `\_` lose their backslash. */
export const plain = (text: string): string => text.replace(/\\([%_\\])/g, '$1');
