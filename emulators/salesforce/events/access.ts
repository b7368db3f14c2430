import { seenBy } from '../rights/seen.ts';
import type { SObject } from '../schema.ts';
import { isPublic } from '../sharing.ts';
import type { Store } from '../store.ts';

// What of the change events a user gets.

/**
 * "Change Data Capture ignores sharing settings": who may see all records of an object gets its events, whatever is hidden from him one by
 * one; who may not gets none [D CDC guide, required permissions].
 */
export function mayReadAll(store: Store, userId: string, name: string): boolean {
  const object = store.schema.find(name);
  return object !== undefined && seenBy(store, userId).find(name) !== undefined && isPublic(store, userId, object);
}

/** Fields the user may not read: they leave the event, not its schema [D CDC guide, field-level security]. */
export function hiddenFields(store: Store, userId: string, object: SObject): ReadonlySet<string> {
  const seen = seenBy(store, userId).find(object.name);
  return new Set(object.fields.filter((field) => !seen?.byName.has(field.name.toLowerCase())).map((field) => field.name));
}
