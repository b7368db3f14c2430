import type { SObject } from '../schema.ts';
import type { Row, Store, Value } from '../store.ts';

/** The record an id names, deleted or not. */
export function parentOf(store: Store, id: Value | undefined): { object: SObject; row: Row } | undefined {
  if (typeof id !== 'string') return undefined;
  const object = store.schema.ofId(id);
  const row = object && store.get(object, id);
  return object && row ? { object, row } : undefined;
}
