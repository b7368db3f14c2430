import { policySchema } from './policy.ts';
import type { JsonSchema } from './settings.ts';

const schema = policySchema();

/** A policy document with its settings in the order of the schema, and names of the admin's own by the alphabet: a database keeps no order. */
export const inOrder = (document: unknown): unknown => ordered(document, schema);

function ordered(value: unknown, schema: JsonSchema | undefined): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const places = new Map(Object.keys(schema?.properties ?? {}).map((key, place) => [key, place] as const));
  const placeOf = (key: string) => places.get(key) ?? places.size;
  const others = schema?.additionalProperties || undefined;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => placeOf(a) - placeOf(b) || (a < b ? -1 : 1))
      .map(([key, inner]) => [key, ordered(inner, places.has(key) ? schema?.properties?.[key] : others)]),
  );
}
