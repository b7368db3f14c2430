import { Refusal } from '../errors.ts';

// SOQL as text → words, numbers, texts and dates, each with its place.

export type Token = {
  readonly kind: 'word' | 'string' | 'number' | 'date' | 'datetime' | 'symbol' | 'end';
  readonly text: string;
  readonly at: number;
};

/**
 * How much of the query is quoted on either side of the place, in whole words. Recorded answers quote 45, 41 and 31 characters before it
 * and 46, 43 and 38 after it, where the next word would have made it 49 and 50 [C apache/camel-quarkus#3022, boomii/bdw#94,
 * forcedotcom/cli#1356].
 */
const quotedWidth = 46;

function quotation(soql: string, at: number): { text: string; caret: number } {
  const lineStart = soql.lastIndexOf('\n', at - 1) + 1;
  const lineEnd = soql.indexOf('\n', at);
  const line = soql.slice(lineStart, lineEnd < 0 ? undefined : lineEnd);
  const place = at - lineStart;
  const before = place <= quotedWidth ? line.slice(0, place) : line.slice(place - quotedWidth, place).replace(/^[^\s,]*[\s,]+/, '');
  const rest = line.slice(place);
  const after = rest.length <= quotedWidth ? rest : rest.slice(0, quotedWidth).replace(/[\s,]+[^\s,]*$/, '');
  return { text: before + after, caret: before.length };
}

const placed = (code: string, soql: string, at: number, column: number, message: string): Refusal => {
  const { text, caret } = quotation(soql, at);
  const row = soql.slice(0, at).split('\n').length;
  return new Refusal(
    400,
    code,
    `\n${text}\n${' '.repeat(Math.max(0, caret + column - 1))}^\nERROR at Row:${row}:Column:${columnOf(soql, at) + column}\n${message}`,
  );
};
const columnOf = (soql: string, at: number): number => at - soql.lastIndexOf('\n', at - 1) - 1;

/** Something the org understood and cannot do: the caret stands under its first letter, columns count from one [C many recordings]. */
export const queryError = (code: string, soql: string, at: number, message: string): Refusal => placed(code, soql, at, 1, message);

/**
 * Something the org could not read. Its parser counts columns from nought, so the caret stands one to the left [C tstack/lnav tests: the
 * 35th
 * character is "Column:34"; restforce#688 the same of a search]. At the very beginning and the very end nothing is quoted [C tests against
 * real orgs: sorenkrabbe/Chrome-Salesforce-inspector, bare "unexpected token: 'invalid'"; sf-api-connector, bare "unexpected token:
 * '<EOF>'"].
 */
export const syntaxError = (soql: string, at: number, message: string): Refusal =>
  at === 0 || at >= soql.trimEnd().length ? malformed(message) : placed('MALFORMED_QUERY', soql, at, 0, message);

/** A refusal of the whole query, without a place. */
export const malformed = (message: string): Refusal => new Refusal(400, 'MALFORMED_QUERY', message);

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f', '"': '"', "'": "'" };
const shapes: readonly (readonly [Token['kind'], RegExp])[] = [
  ['datetime', /\d{4}-\d{2}-\d{2}[Tt][\d:.]*(?:[Zz]|[+-][\d:]+)?/y],
  ['date', /\d{4}-\d{2}-\d{2}(?![\dTt])/y],
  ['number', /[+-]?(?:\d+(?:\.\d*)?|\.\d+)/y],
  ['word', /[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*/y],
  ['symbol', /<=|>=|!=|<>|[=<>(),:]/y],
];

/** A text literal from its opening quote: its value and where it ends. `\%`, `\_` and `\\` stay escaped for LIKE; `plain` undoes them. */
function readText(soql: string, at: number): { text: string; end: number } {
  let text = '';
  let end = at + 1;
  for (; end < soql.length && soql.charAt(end) !== "'"; end += 1) {
    if (soql.charAt(end) !== '\\') {
      text += soql.charAt(end);
      continue;
    }
    end += 1;
    const escaped = soql.charAt(end);
    if (escaped === '%' || escaped === '_' || escaped === '\\') text += `\\${escaped}`;
    else if (escaped === 'u' && /^[0-9A-Fa-f]{4}$/.test(soql.slice(end + 1, end + 5))) {
      text += String.fromCharCode(Number.parseInt(soql.slice(end + 1, end + 5), 16));
      end += 4;
    } else {
      const meant = escapes[escaped.toLowerCase()]; // "\n or \N" [D SOQL reference, quoted string escape sequences]
      if (meant === undefined) {
        const literal = soql.slice(at + 1).split("'", 1)[0] ?? '';
        // [C quoted by two]
        throw malformed(`Invalid string literal '${literal}'. Illegal character sequence '\\${escaped}' in string literal.`);
      }
      text += meant;
    }
  }
  if (end >= soql.length) throw syntaxError(soql, at, `line 1:${soql.length} mismatched character '<EOF>' expecting '''`); // [K]
  return { text, end: end + 1 };
}

export function tokenize(soql: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < soql.length) {
    if (/\s/.test(soql.charAt(at))) {
      at += 1;
      continue;
    }
    if (soql.charAt(at) === "'") {
      const { text, end } = readText(soql, at);
      tokens.push({ kind: 'string', text, at });
      at = end;
      continue;
    }
    let found: Token | undefined;
    for (const [kind, shape] of shapes) {
      shape.lastIndex = at;
      const text = shape.exec(soql)?.[0];
      if (text === undefined) continue;
      found = { kind, text, at };
      break;
    }
    // [D Winter '25 release notes, SOQL error changes: "line 1:15 unexpected token: '$'"]
    if (!found)
      throw syntaxError(
        soql,
        at,
        `line ${soql.slice(0, at).split('\n').length}:${columnOf(soql, at)} unexpected token: '${soql.charAt(at)}'`,
      );
    tokens.push(found);
    at += found.text.length;
  }
  tokens.push({ kind: 'end', text: '<EOF>', at: soql.length });
  return tokens;
}

/** A string literal for anything but LIKE: `\%` and `\_` lose their backslash. */
export const plain = (text: string): string => text.replace(/\\([%_\\])/g, '$1');
