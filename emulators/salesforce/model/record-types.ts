import { Refusal } from '../errors.ts';
import { withRecordTypes, type SObject } from '../schema.ts';
import type { Row, Store } from '../store.ts';

// Record types: which an object has, which a new record gets, and which values of lists each offers.

/** Those of an object, in the order an admin made them; the first active one is the default. */
export const recordTypesOf = (store: Store, object: string): Row[] =>
  store.select('SELECT * FROM "RecordType" WHERE "SobjectType" = ? ORDER BY n', [object]);

/** [C quoted widely] */
const notForUser = (id: string) =>
  new Refusal(400, 'INVALID_CROSS_REFERENCE_KEY', `Record Type ID: this ID value isn't valid for the user: ${id}`, ['RecordTypeId']);

/** A new record has the default; any other must be an active one of this object. Accounts of orgs with persons settle theirs by themselves. */
export function checkRecordType(store: Store, object: SObject, before: Row | undefined, row: Row, given: Row): void {
  if (!withRecordTypes.includes(object.name) && !object.custom) return;
  if (object.name === 'Account' && store.schema.features.personAccounts) return;
  const field = object.byName.get('recordtypeid');
  if (!field) return;
  if (given['RecordTypeId'] == null) {
    if (!before) row['RecordTypeId'] = recordTypesOf(store, object.name).find((type) => type['IsActive'] === 1)?.['Id'] ?? null;
    return;
  }
  const type = recordTypesOf(store, object.name).find((one) => one['Id'] === given['RecordTypeId']);
  if (type?.['IsActive'] !== 1) throw notForUser(String(given['RecordTypeId']));
}
