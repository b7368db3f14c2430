import type { Store } from '../store.ts';

/** "ModifyAllData or ModifyMetadata": who may ask for metadata at all [C the fault's own words]. */
export const mayUseMetadata = (_store: Store, _userId: string): boolean => true;
/** "Customize Application": who may change what the org is made of. */
export const mayCustomize = (_store: Store, _userId: string): boolean => true;
