import { sharing } from '../sharing.ts';
import type { SObject } from '../schema.ts';
import type { Store } from '../store.ts';

// What of the change events a user gets.

/**
 * "Change Data Capture ignores sharing settings": who may see all records of an object gets its events, whatever is hidden from him one by
 * one; who may not gets none [D CDC guide, required permissions].
 */
export function mayReadAll(store: Store, userId: string, object: string): boolean {
  const set = sharing(store);
  return set === undefined || !set.private.includes(object) || set.admins.includes(userId);
}

/** Fields the user may not read: they leave the event, not its schema [D CDC guide, field-level security]. Nobody is kept from a field yet. */
export const hiddenFields = (_store: Store, _userId: string, _object: SObject): ReadonlySet<string> => none;
const none: ReadonlySet<string> = new Set();
