import { rightsFor } from '../rights/seen.ts';
import type { Store } from '../store.ts';

/** "ModifyAllData or ModifyMetadata": who may ask for metadata at all [C the fault's own words]. */
export function mayUseMetadata(store: Store, userId: string): boolean {
  const rights = rightsFor(store, userId);
  return rights.has('ModifyAllData') || rights.has('ModifyMetadata');
}

/** "Customize Application": who may change what the org is made of [D Help, Tooling API access]. */
export const mayCustomize = (store: Store, userId: string): boolean => rightsFor(store, userId).has('CustomizeApplication');
