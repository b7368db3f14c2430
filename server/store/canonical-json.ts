/** Keys sorted at every depth: the same content is the same text, also after it has been through the database. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner === 'string') return storable(inner);
    if (inner && typeof inner === 'object' && !Array.isArray(inner))
      return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
    return inner;
  });
}

/** What PostgreSQL is to keep as JSON; the order of keys is its own business. */
export function storableJson(value: unknown): string {
  const text = JSON.stringify(value);
  return unstorable.test(text) ? canonicalJson(value) : text;
}
/** U+0000 and lone surrogates leave JSON.stringify as escapes (ECMA-262, QuoteJSONString). */
const unstorable = /\\u(?:0000|d[89a-f])/;

/** PostgreSQL keeps neither U+0000 nor half a surrogate pair; one such character would fail every row of its transaction. */
export const storable = (text: string): string => text.replaceAll('\u0000', '\uFFFD').toWellFormed();
