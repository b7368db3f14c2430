import { type CallEvent, kindsInOrder } from './event.ts';

const ranks: ReadonlyMap<string, number> = new Map(kindsInOrder.map((kind, rank) => [kind, rank]));
/** A kind written by a newer release (after a roll-back) sorts last and tells the fold nothing; it is never an error. */
const rankOf = (event: CallEvent) => ranks.get(event.type) ?? kindsInOrder.length;

/** By UTF-16 code units: a locale's order would differ between two machines, and so would the call (C1). */
export const byCodeUnits = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * The one order in which facts are read (C1): time, then kind, then id by code units, then content, since two sources
 * (or one careless one) may say different things under one id in one millisecond.
 */
export function canonicalOrder(events: readonly CallEvent[]): CallEvent[] {
  const texts = new Map<CallEvent, string>(); // a list full of ties would otherwise write each fact out again at every comparison
  const textOf = (event: CallEvent) => {
    const known = texts.get(event);
    if (known !== undefined) return known;
    const text = canonicalJson(event);
    texts.set(event, text);
    return text;
  };
  return events.toSorted(
    (a, b) => a.at - b.at || rankOf(a) - rankOf(b) || byCodeUnits(a.id, b.id) || (a === b ? 0 : byCodeUnits(textOf(a), textOf(b))),
  );
}

/** Each fact once: same id and same content is a repeat; the same id with other content is another fact (C5). */
export function dedupe(events: readonly CallEvent[]): CallEvent[] {
  const byId = new Map<string, { readonly first: CallEvent; texts?: Set<string> }>();
  return events.filter((event) => {
    const seen = byId.get(event.id);
    if (!seen) {
      byId.set(event.id, { first: event });
      return true;
    }
    if (seen.first === event) return false;
    seen.texts ??= new Set([canonicalJson(seen.first)]); // written out only for ids that come twice: most don't
    const text = canonicalJson(event);
    if (seen.texts.has(text)) return false;
    seen.texts.add(text);
    return true;
  });
}

/** Content without the accidents of key order: a database's JSON gives keys back in an order of its own. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => byCodeUnits(a, b)))
      : inner,
  );
}
