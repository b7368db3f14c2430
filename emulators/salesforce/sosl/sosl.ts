import { notImplemented, Refusal } from '../errors.ts';

// SOSL as text → what is searched, where, and what comes back. [D SOQL and SOSL reference, SOSL syntax]

export type SearchGroup = 'ALL' | 'NAME' | 'EMAIL' | 'PHONE' | 'SIDEBAR';
/** A word or a phrase with `*` and `?` in it; escaped ones have become what they stand for. */
export type Term =
  | { readonly kind: 'text'; readonly text: string; readonly phrase: boolean }
  | { readonly kind: 'and' | 'or' | 'but not'; readonly left: Term; readonly right: Term };
/** A piece of SOQL as it stands in the SOSL, from `at` on. */
export type Piece = { readonly text: string; readonly at: number };
export type Returning = {
  readonly object: string;
  readonly at: number;
  readonly fields: Piece | undefined;
  readonly where: Piece | undefined;
  readonly orderBy: Piece | undefined;
  readonly limit: number | undefined;
  readonly offset: number | undefined;
};
export type Search = {
  /** Undefined: longer than what is searched at all. */
  readonly term: Term | undefined;
  readonly group: SearchGroup;
  /** Undefined: every searchable object. */
  readonly returning: readonly Returning[] | undefined;
  readonly limit: number;
};

/** "up to 2,000 results" [D SOSL reference, LIMIT] */
export const mostResults = 2000;
/** "SOSL offset should be between 0 to 2000" [D SOSL reference, OFFSET] */
const maxOffset = 2000;
/** "longer than 10,000 characters, no result rows are returned; longer than 4,000, any logical operators are removed" [D SOSL syntax] */
const longestText = 10_000;
const longestLogic = 4_000;
/** "The maximum number of distinct objects … is 20" [D SOSL limits] */
const mostObjects = 20;

/** The org shows the line, points before the place and counts it from 0 [C restforce#688, simple-salesforce#415, force-rest-api#92]. */
export function searchError(sosl: string, at: number, message: string, code = 'MALFORMED_SEARCH'): Refusal {
  const start = sosl.lastIndexOf('\n', at - 1) + 1;
  const end = sosl.indexOf('\n', at);
  const row = sosl.slice(0, at).split('\n').length;
  const column = at - start;
  const line = sosl.slice(start, end < 0 ? undefined : end);
  return new Refusal(400, code, `\n${line}\n${' '.repeat(Math.max(0, column - 1))}^\nERROR at Row:${row}:Column:${column}\n${message}`);
}

/** [C recorded in tests of the Salesforce CLI] */
const noBraces = () => new Refusal(400, 'MALFORMED_SEARCH', 'No search term found. The search term must be enclosed in braces.');
/** [C recorded in a public package's fixture of UI API lookups] */
const tooShort = (text: string) => new Refusal(400, 'INVALID_SEARCH', `search term must be longer than one character: ${text}`);

const groups: readonly SearchGroup[] = ['ALL', 'NAME', 'EMAIL', 'PHONE', 'SIDEBAR'];
export const searchGroupOf = (name: string): SearchGroup | undefined => groups.find((group) => group === name.toUpperCase());

/** `? & | ! { } [ ] ( ) ^ ~ * : \ " ' + -` are escaped with a backslash [D SOSL reference, FIND]; those that are no operators may not stand alone. */
const reserved = '?&|!{}[]()^~*:\\"\'+-';
const forbidden = "&|!{}[]^~:'+-";

type Token = { readonly kind: 'word' | 'phrase' | '(' | ')' | 'end'; readonly text: string; readonly at: number };
const wild = /[*?]/;
/** An escaped wildcard is punctuation, which is no part of a token. */
const unescaped = (char: string): string => (wild.test(char) ? ' ' : char);

/** Reads what stands in the braces: from `at`, to the brace that ends it or to the end of the text. */
class TermReader {
  readonly #sosl: string;
  readonly #braces: boolean;
  at: number;
  #next: Token;

  constructor(sosl: string, at: number, braces: boolean) {
    this.#sosl = sosl;
    this.#braces = braces;
    this.at = at;
    this.#next = this.#read();
  }

  read(): Term {
    const term = this.#either();
    if (this.#next.kind !== 'end') throw this.#unexpected();
    return term;
  }

  #unexpected(): Refusal {
    return searchError(this.#sosl, this.#next.at, `unexpected token: ${this.#next.kind === 'end' ? '<EOF>' : this.#next.text}`); // words guessed
  }
  #take(): Token {
    const token = this.#next;
    this.#next = this.#read();
    return token;
  }
  #is(word: string): boolean {
    return this.#next.kind === 'word' && this.#next.text.toUpperCase() === word;
  }

  /** AND binds before OR [D Help 000387524, search operators]. */
  #either(): Term {
    let left = this.#all();
    while (this.#is('OR')) {
      this.#take();
      left = { kind: 'or', left, right: this.#all() };
    }
    return left;
  }
  #all(): Term {
    let left = this.#one();
    for (;;) {
      if (this.#is('AND')) {
        this.#take();
        const not = this.#is('NOT');
        if (not) this.#take();
        left = { kind: not ? 'but not' : 'and', left, right: this.#one() };
      } else if (this.#next.kind === 'end' || this.#next.kind === ')' || this.#is('OR')) return left;
      // "if an operator isn't specified, AND is the default operator" [D SOSL reference, FIND]
      else left = { kind: 'and', left, right: this.#one() };
    }
  }
  #one(): Term {
    if (this.#next.kind === '(') {
      this.#take();
      const inner = this.#either();
      if (this.#take().kind !== ')') throw this.#unexpected();
      return inner;
    }
    if (this.#next.kind === 'end' || this.#next.kind === ')' || this.#is('AND') || this.#is('OR')) throw this.#unexpected();
    const { kind, text } = this.#take();
    return { kind: 'text', text, phrase: kind === 'phrase' };
  }

  #read(): Token {
    const sosl = this.#sosl;
    while (this.at < sosl.length && /\s/.test(sosl.charAt(this.at))) this.at += 1;
    const at = this.at;
    const char = sosl.charAt(at);
    if (at >= sosl.length || (this.#braces && char === '}')) return { kind: 'end', text: '', at };
    if (char === '(' || char === ')') {
      this.at += 1;
      return { kind: char, text: char, at };
    }
    const phrase = char === '"';
    if (phrase) this.at += 1;
    let text = '';
    for (; this.at < sosl.length; this.at += 1) {
      const one = sosl.charAt(this.at);
      if (phrase ? one === '"' : /[\s()"]/.test(one) || (this.#braces && one === '}')) break;
      if (one === '\\' && reserved.includes(sosl.charAt(this.at + 1)) && this.at + 1 < sosl.length) {
        this.at += 1;
        text += unescaped(sosl.charAt(this.at));
      } else if (this.#braces && (one === '\\' || (!phrase && forbidden.includes(one))))
        throw searchError(sosl, this.at, `line 1:${this.at} mismatched character '${one}' expecting '}'`); // [C restforce#688]
      else text += one;
    }
    if (phrase) {
      if (this.at >= sosl.length) throw searchError(sosl, at, `line 1:${at} mismatched character '<EOF>' expecting '"'`); // guessed
      this.at += 1;
    }
    if (/^\s*[*?]/.test(text)) throw notImplemented('a wildcard at the beginning of a search term; a real org does not support it either');
    return { kind: phrase ? 'phrase' : 'word', text, at };
  }
}

function checkedTerm(whole: string, read: () => Term): Term | undefined {
  if ((whole.match(/[\p{L}\p{N}]/gu) ?? []).length < 2) throw tooShort(whole);
  if (whole.length > longestText) return undefined;
  if (whole.length <= longestLogic) return read();
  const words = whole.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word) && !/^(?:AND|OR|NOT)$/i.test(word));
  return words.map((text): Term => ({ kind: 'text', text, phrase: false })).reduce((left, right) => ({ kind: 'or', left, right }));
}

/** The `q` of a parameterized search: no braces and no clauses; reserved characters are punctuation there (guessed). */
export const parseTerm = (text: string): Term | undefined => checkedTerm(text.trim(), () => new TermReader(text, 0, false).read());

const clauses = ['WHERE', 'USING', 'ORDER', 'LIMIT', 'OFFSET'] as const;
/** What follows the object in RETURNING: `fields [WHERE …] [ORDER BY …] [LIMIT n] [OFFSET n]`, cut but not read: SOQL does that. */
function readFieldSpec(sosl: string, from: number, to: number): Omit<Returning, 'object' | 'at'> {
  const places: { word: (typeof clauses)[number]; at: number }[] = [];
  let depth = 0;
  for (let at = from; at < to; at += 1) {
    const char = sosl.charAt(at);
    if (char === "'") at = endOfString(sosl, at, to);
    else if (char === '(') depth += 1;
    else if (char === ')') depth -= 1;
    else if (depth === 0 && /[A-Za-z]/.test(char)) {
      const word = /^\w+/.exec(sosl.slice(at, to))?.[0] ?? char;
      const clause = clauses.find((one) => one === word.toUpperCase());
      if (clause && places.every((place) => place.word !== clause)) places.push({ word: clause, at });
      at += word.length - 1;
    }
  }
  const bounds = [...places.map((place) => place.at), to];
  const piece = (word: string, skip: RegExp): Piece | undefined => {
    const place = places.findIndex((one) => one.word === word);
    if (place < 0) return undefined;
    const start = bounds[place] ?? to;
    const lead = skip.exec(sosl.slice(start, to))?.[0].length ?? 0;
    return { text: sosl.slice(start + lead, bounds[place + 1]), at: start + lead };
  };
  const number = (word: string): number | undefined => {
    const found = piece(word, /^\w+\s*/);
    if (!found) return undefined;
    if (!/^\d+\s*$/.test(found.text)) throw searchError(sosl, found.at, `unexpected token: ${found.text.trim() || '<EOF>'}`);
    return Number(found.text);
  };
  if (places.some((place) => place.word === 'USING')) throw notImplemented('USING ListView in SOSL');
  const fields: Piece = { text: sosl.slice(from, bounds[0]), at: from };
  if (fields.text.trim() === '') throw searchError(sosl, bounds[0] ?? to, `unexpected token: ${sosl.charAt(bounds[0] ?? to)}`);
  const offset = number('OFFSET');
  if ((offset ?? 0) > maxOffset) throw new Refusal(400, 'INVALID_SEARCH', 'SOSL offset should be between 0 to 2000'); // [D; code guessed]
  return { fields, where: piece('WHERE', /^\w+\s*/), orderBy: piece('ORDER', /^/), limit: number('LIMIT'), offset };
}

function endOfString(sosl: string, at: number, to: number): number {
  let end = at + 1;
  while (end < to && sosl.charAt(end) !== "'") end += sosl.charAt(end) === '\\' ? 2 : 1;
  return end;
}

/** Reads SOSL. A place in an error is a place in `sosl`. */
export function parseSosl(sosl: string): Search {
  const start = /^\s*FIND\s*\{/i.exec(sosl);
  if (!start) throw noBraces();
  const inner = start[0].length;
  let at = endOfBraces(sosl, inner);
  const term = checkedTerm(sosl.slice(inner, at), () => {
    const reader = new TermReader(sosl, inner, true);
    const read = reader.read();
    at = reader.at;
    return read;
  });
  at += 1;

  const skipSpace = () => {
    while (/\s/.test(sosl.charAt(at))) at += 1;
  };
  const word = (): string => {
    skipSpace();
    return /^[\w.]+/.exec(sosl.slice(at))?.[0] ?? sosl.charAt(at);
  };
  const take = (): string => {
    const found = word();
    at += found.length;
    return found;
  };
  const skip = (wanted: string): boolean => {
    if (word().toUpperCase() !== wanted) return false;
    take();
    return true;
  };
  const malformed = () => searchError(sosl, at, `Malformed search token: ${word() || '<EOF>'}`); // [C force-rest-api#92]

  let group: SearchGroup = 'ALL';
  if (skip('IN')) {
    const named = searchGroupOf(word());
    if (!named) throw malformed();
    group = named;
    take();
    if (!skip('FIELDS')) throw malformed();
  }
  let returning: Returning[] | undefined;
  if (skip('RETURNING')) {
    returning = [];
    do {
      skipSpace();
      const from = at;
      const object = take();
      if (!/^[A-Za-z]\w*$/.test(object)) throw searchError(sosl, from, `unexpected token: ${object || '<EOF>'}`);
      skipSpace();
      let spec: Omit<Returning, 'object' | 'at'> = {
        fields: undefined,
        where: undefined,
        orderBy: undefined,
        limit: undefined,
        offset: undefined,
      };
      if (sosl.charAt(at) === '(') {
        const end = endOfParentheses(sosl, at);
        spec = readFieldSpec(sosl, at + 1, end);
        at = end + 1;
      }
      // "you can't repeat an ObjectTypeName within a single RETURNING clause" [D SOSL reference, RETURNING; words guessed]
      if (returning.some((one) => one.object.toLowerCase() === object.toLowerCase()))
        throw searchError(sosl, from, `duplicate object type: ${object}`);
      returning.push({ object, at: from, ...spec });
    } while (skip(','));
    if (returning.length > mostObjects) throw searchError(sosl, at, `more than ${mostObjects} objects`); // words guessed
    // "OFFSET can be used only when querying a single object" [D SOSL reference, OFFSET; words guessed]
    if (returning.length > 1 && returning.some((one) => one.offset !== undefined))
      throw searchError(sosl, at, 'OFFSET is allowed for a single object only');
  }
  if (word().toUpperCase() === 'WITH') throw notImplemented('WITH in SOSL');
  let limit = mostResults;
  if (skip('LIMIT')) {
    const given = word();
    if (!/^\d+$/.test(given)) throw malformed();
    take();
    limit = Math.min(limit, Number(given)); // "The LIMIT clause can't increase the maximum" [D SOSL reference, LIMIT]
  }
  if (word().toUpperCase() === 'UPDATE') throw notImplemented('UPDATE TRACKING and UPDATE VIEWSTAT in SOSL');
  if (word() !== '') throw malformed();
  return { term, group, returning, limit };
}

function endOfBraces(sosl: string, from: number): number {
  for (let at = from; at < sosl.length; at += 1) {
    if (sosl.charAt(at) === '\\') at += 1;
    else if (sosl.charAt(at) === '}') return at;
  }
  throw searchError(sosl, sosl.length, `line 1:${sosl.length} mismatched character '<EOF>' expecting '}'`); // as for other characters
}

function endOfParentheses(sosl: string, from: number): number {
  let depth = 0;
  for (let at = from; at < sosl.length; at += 1) {
    const char = sosl.charAt(at);
    if (char === "'") at = endOfString(sosl, at, sosl.length);
    else if (char === '(') depth += 1;
    else if (char === ')' && (depth -= 1) === 0) return at;
  }
  throw searchError(sosl, sosl.length, 'unexpected token: <EOF>');
}
