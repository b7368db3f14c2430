import { entityIsLocked } from '../errors.ts';
import { rightsFor } from '../rights/seen.ts';
import type { SObject } from '../schema.ts';
import type { Store } from '../store.ts';

// Records an approval process or Apex has locked: not the locks of a moment (locks.ts), but until somebody unlocks them.

const key = (id: string) => `locked ${id}`;

export const setLocked = (store: Store, id: string, locked: boolean): void =>
  locked ? store.setMeta(key(id), 'on') : store.deleteMeta(key(id));
export const lockedRecords = (store: Store): string[] => store.metaWith('locked ').map((one) => one.key.slice('locked '.length));

/**
 * "Lets users edit the record that’s pending approval only if they have the Modify All Records object-level permission … or the Modify All
 * Data permission" [D Help, approvals_create_recordeditability]. Approvers are not known here.
 */
export function checkUnlocked(store: Store, userId: string, object: SObject, id: string): void {
  if (store.meta(key(id)) === undefined) return;
  const rights = rightsFor(store, userId);
  if (!rights.has('ModifyAllData') && !rights.on(object).modifyAll) throw entityIsLocked();
}
