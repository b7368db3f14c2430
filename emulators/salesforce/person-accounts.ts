import { badFieldNames, notImplemented, requiredMissing } from './errors.ts';
import type { Schema, SObject } from './schema.ts';
import type { Row, Store, Value } from './store.ts';

// A person account is one human in two rows: an account, and a contact beside it that has the same names and numbers.

/** What the two rows share, by its name on the account. Contact fields stand there with "Person" in front, custom ones end with __pc [D CDC guide]. */
const shared = new WeakMap<Schema, readonly (readonly [account: string, contact: string])[]>();
const sharedByName = ['FirstName', 'LastName', 'Salutation', 'Name', 'Phone', 'Fax', 'OwnerId'];
function sharedFields(schema: Schema): readonly (readonly [account: string, contact: string])[] {
  const known = shared.get(schema);
  if (known) return known;
  const contact = schema.named('Contact');
  const found = schema.named('Account').fields.flatMap(({ name }) => {
    if (sharedByName.includes(name)) return [[name, name] as const];
    const own = name.endsWith('__pc') ? name.replace(/__pc$/, '__c') : name.startsWith('Person') ? name.slice('Person'.length) : undefined;
    const field = own === undefined ? undefined : contact.byName.get(own.toLowerCase());
    return field ? [[name, field.name] as const] : [];
  });
  shared.set(schema, found);
  return found;
}
/** What the contact takes from its account. */
export const asContact = (schema: Schema, account: Row): Row => ({
  ...Object.fromEntries(sharedFields(schema).map(([from, to]) => [to, account[from] ?? null])),
  AccountId: account['Id'] ?? null,
  IsPersonAccount: 1,
});

export const isPerson = (row: Row | undefined): boolean => row?.['IsPersonAccount'] === 1;

/** The record type of persons, or of companies. */
export function recordTypeId(store: Store, person: boolean): string | null {
  if (!store.schema.features.personAccounts) return null;
  const ofKind = 'SELECT "Id" FROM "RecordType" WHERE "SobjectType" = \'Account\' AND "IsPersonType" = ? ORDER BY n LIMIT 1';
  const [found] = store.select(ofKind, [person ? 1 : 0]);
  return (found?.['Id'] as string | undefined) ?? null;
}

const isPersonType = (store: Store, id: Value | undefined): boolean =>
  typeof id === 'string' && store.get(store.schema.named('RecordType'), id)?.['IsPersonType'] === 1;

const personOnly = (name: string): boolean =>
  ['FirstName', 'LastName', 'Salutation'].includes(name) ||
  name.endsWith('__pc') ||
  (name.startsWith('Person') && name !== 'PersonContactId');

/** What kind of account this is, and which of the fields it was given it may have. Fills in what follows from them. */
export function settleAccount(store: Store, before: Row | undefined, row: Row, given: Row): void {
  if (!store.schema.features.personAccounts) return;
  row['RecordTypeId'] ??= recordTypeId(store, false);
  const person = isPersonType(store, row['RecordTypeId']);
  if (before && person !== isPerson(before)) throw notImplemented('making a person account of a company, or a company of a person account');
  const bad = Object.keys(given).filter((name) => (person ? name === 'Name' : personOnly(name)));
  if (bad.length > 0) throw badFieldNames('Account', bad);
  row['IsPersonAccount'] = person ? 1 : 0;
  if (!person) return;
  if (row['LastName'] == null) throw requiredMissing(['LastName']);
  row['Name'] = [row['FirstName'], row['LastName']].filter((part) => part != null).join(' ');
}

/** The contact of a person account is written through the account; what a real org says to a program that tries otherwise was not found. */
export function notByItself(object: SObject, row: Row): void {
  if (object.name === 'Contact' && isPerson(row)) throw notImplemented('writing the contact of a person account; write its account');
}
