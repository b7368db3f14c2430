import { offersOf, recordTypesOf, saveOffers, type Offer } from '../model/record-types.ts';
import { picklistOf } from '../describe.ts';
import { withRecordTypes, type Field, type SObject } from '../schema.ts';
import type { Row, Store } from '../store.ts';
import { wholeSecond } from '../values.ts';

// Record types as an admin makes them under Setup, each with what it offers of the object's lists.

type Json = Record<string, unknown>;
export type RecordType = {
  readonly id: string;
  readonly object: string;
  readonly name: string;
  readonly developerName: string;
  readonly active: boolean;
  readonly picklists: Readonly<Record<string, Offer>>;
};
/** What is wrong with an order, in a sentence for who gave it. */
export class RecordTypeError extends Error {}

const told = (store: Store, row: Row): RecordType => ({
  id: String(row['Id']),
  object: String(row['SobjectType']),
  name: String(row['Name']),
  developerName: String(row['DeveloperName']),
  active: row['IsActive'] === 1,
  picklists: offersOf(store, String(row['Id'])),
});

export const recordTypesNow = (store: Store): RecordType[] =>
  store.select('SELECT * FROM "RecordType" ORDER BY n').map((row) => told(store, row));

/**
 * Makes a record type, or changes the one of this developer name: what is left out stays. `picklists`: by field, a list of values, or
 * `{values, default}`. Throws RecordTypeError.
 */
export function saveRecordType(store: Store, nowMs: number, object: SObject, given: Json): RecordType {
  if (!withRecordTypes.includes(object.name) && !object.custom) throw new RecordTypeError(`${object.name} has no record types`);
  const { name, developerName = typeof name === 'string' ? name.replace(/\W+/g, '_') : undefined, active } = given;
  if (typeof developerName !== 'string' || developerName === '') throw new RecordTypeError('name or developerName is required');
  const offers = Object.entries((given['picklists'] ?? {}) as Json).map(([field, offer]) => offerOf(store, object, field, offer));
  const type = store.schema.named('RecordType');
  const known = recordTypesOf(store, object.name).find((row) => row['DeveloperName'] === developerName);
  const at = wholeSecond(nowMs);
  const [by] = store.select('SELECT "Id" FROM "User" ORDER BY n LIMIT 1');
  const changed = { LastModifiedDate: at, LastModifiedById: by?.['Id'] ?? null, SystemModstamp: at };
  const { n, id } = known ? { n: 0, id: String(known['Id']) } : store.newId(type);
  if (known)
    store.update(type, id, {
      ...changed,
      ...(typeof name === 'string' ? { Name: name } : {}),
      ...(typeof active === 'boolean' ? { IsActive: active ? 1 : 0 } : {}),
    });
  else
    store.insert(type, n, {
      Id: id,
      Name: typeof name === 'string' ? name : developerName,
      DeveloperName: developerName,
      SobjectType: object.name,
      IsActive: active === false ? 0 : 1,
      CreatedDate: at,
      CreatedById: by?.['Id'] ?? null,
      ...changed,
      ...(type.byName.has('ispersontype') ? { IsPersonType: 0 } : {}),
    });
  saveOffers(store, id, { ...offersOf(store, id), ...Object.fromEntries(offers) });
  return told(store, store.get(type, id) ?? {});
}

const lists: readonly Field['type'][] = ['picklist', 'multipicklist', 'combobox'];

function offerOf(store: Store, object: SObject, name: string, given: unknown): [field: string, Offer] {
  const field = object.byName.get(name.toLowerCase());
  if (!field || !lists.includes(field.type)) throw new RecordTypeError(`${name} is no list of ${object.name}`);
  const { values, default: usual } = (Array.isArray(given) ? { values: given } : given) as { values?: unknown; default?: unknown };
  const whole = picklistOf(store, object, field).map(({ value }) => value);
  if (!Array.isArray(values)) throw new RecordTypeError(`${name}: values is a list`);
  const odd = [...values, ...(usual === undefined ? [] : [usual])].find((value) => !whole.includes(String(value)));
  if (odd !== undefined) throw new RecordTypeError(`${name} has no value ${String(odd)}`);
  if (usual !== undefined && (typeof usual !== 'string' || !values.includes(usual)))
    throw new RecordTypeError(`${name}: the default is one of the values`);
  return [field.name, { values: whole.filter((value) => values.includes(value)), ...(usual === undefined ? {} : { default: usual }) }];
}
