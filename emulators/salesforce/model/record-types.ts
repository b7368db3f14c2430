import { badPicklist, Refusal } from '../errors.ts';
import { withRecordTypes, type Field, type SObject } from '../schema.ts';
import type { Row, Store, Value } from '../store.ts';

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

/** What a record type offers of a list, and what a new record of it has. A list a type says nothing of is offered whole. */
export type Offer = { readonly values: readonly string[]; readonly default?: string };
/** By record type and field. */
type Offers = Readonly<Record<string, Readonly<Record<string, Offer>>>>;

const key = 'recordTypeOffers';
const offersIn = (store: Store): Offers => JSON.parse(store.meta(key) ?? '{}') as Offers;
export const offersOf = (store: Store, recordTypeId: string): Readonly<Record<string, Offer>> => offersIn(store)[recordTypeId] ?? {};
export const saveOffers = (store: Store, recordTypeId: string, offers: Readonly<Record<string, Offer>>): void =>
  store.setMeta(key, JSON.stringify({ ...offersIn(store), [recordTypeId]: offers }));

/** What is sent of a restricted list must be among what the record type offers [C MinnPost/object-sync-for-salesforce#128]; another list takes it. */
export function checkOffered(store: Store, object: SObject, row: Row, sent: Row): void {
  if (row['RecordTypeId'] == null) return;
  const offers = offersOf(store, String(row['RecordTypeId']));
  for (const [name, { values }] of Object.entries(offers)) {
    const field = object.byName.get(name.toLowerCase());
    const value = sent[name];
    if (!field?.restricted || typeof value !== 'string') continue;
    const bad = (field.type === 'multipicklist' ? value.split(';') : [value]).find((one) => !isAmong(values, one));
    if (bad !== undefined) throw badPicklist(field.label, field.name, bad);
  }
}

/** What a new record has of the lists its type says something of (guessed that programs get it as screens do). */
export function defaultsByType(store: Store, object: SObject, row: Row, sent: Row): void {
  if (row['RecordTypeId'] == null) return;
  for (const [name, offer] of Object.entries(offersOf(store, String(row['RecordTypeId'])))) {
    const field = object.byName.get(name.toLowerCase());
    if (field && !(name in sent)) row[name] = offeredDefault(field, offer, row[name] ?? null);
  }
}
/** The type's own default, else the field's where the type offers it. What may not be empty has the first value (guessed). */
const offeredDefault = (field: Field, offer: Offer, usual: Value): Value =>
  offer.default ?? (typeof usual === 'string' && isAmong(offer.values, usual) ? usual : field.nillable ? null : (offer.values[0] ?? null));

const isAmong = (values: readonly string[], value: string): boolean => values.some((one) => one.toLowerCase() === value.toLowerCase());
