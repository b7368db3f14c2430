import { cleanText } from './text.ts';

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', "'": "\\'", '"': '\\"', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** A SOQL string literal. The only way a value enters a query (S3). Escapes: soql_sosl reference, "Quoted String Escape Sequences". */
export function quoted(value: string): string {
  return `'${cleanText(value).replace(/[\\'"\n\r\t]/g, (char) => escapes[char] ?? '')}'`;
}

/** `field IN ('a','b')` */
export const isOneOf = (field: string, values: readonly string[]): string => `${field} IN (${values.map(quoted).join(',')})`;

/** A SOQL dateTime literal: whole seconds, UTC. */
export const dateTime = (ms: number): string => `${new Date(Math.floor(ms / 1000) * 1000).toISOString().slice(0, 19)}Z`;

/**
 * Salesforce refuses a URI over 16,384 bytes (errorcodes.md, 414). 200 of our names make about 10,400 with every quote and
 * comma encoded, so a list of this size leaves room for the field list, the host and whatever a proxy adds.
 */
const listBytes = 11_000;

/** Lists short enough to be sent in one query each. */
export function shortLists(values: readonly string[]): string[][] {
  const lists: string[][] = [];
  let room = 0;
  for (const value of values) {
    const bytes = encodeURIComponent(quoted(value)).replaceAll("'", '%27').length + 3; // and a comma, all encoded as by the strictest of proxies
    if (bytes > room || lists.length === 0) {
      lists.push([]);
      room = listBytes;
    }
    lists.at(-1)?.push(value);
    room -= bytes;
  }
  return lists;
}
