import { entityIsLocked } from '../errors.ts';
import { rightsFor } from '../rights/seen.ts';
import type { Store } from '../store.ts';

// Records an approval process or Apex has locked: not the locks of a moment (locks.ts), but until somebody unlocks them.

const key = (id: string) => `locked ${id}`;

export const setLocked = (store: Store, id: string, locked: boolean): void =>
  locked ? store.setMeta(key(id), 'on') : store.deleteMeta(key(id));
export const lockedRecords = (store: Store): string[] => store.metaWith('locked ').map((one) => one.key.slice('locked '.length));

/** "Only users with Modify All Data and approvers can edit locked records" [D Help, approval process record lock]. Approvers are not known here. */
export function checkUnlocked(store: Store, userId: string, id: string): void {
  if (store.meta(key(id)) !== undefined && !rightsFor(store, userId).has('ModifyAllData')) throw entityIsLocked();
}
