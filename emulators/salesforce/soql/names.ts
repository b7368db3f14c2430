import type { Field, FieldType, Schema, SObject } from '../schema.ts';
import type { Store } from '../store.ts';

/** Who asks, of which org, and what the org is to him. */
export type Reader = { readonly store: Store; readonly userId: string; readonly schema: Schema };

// The one place where a name in a query becomes an object or a field, for whoever asks. What he may not read is not in his schema:
// "No such column" [C, quoted often, of fields hidden by field-level security].

export const resolveObject = ({ schema }: Reader, name: string): SObject | undefined => schema.inAddress(name);

export const resolveField = (reader: Reader, object: SObject, name: string): Field | undefined => object.byName.get(name.toLowerCase());

/** What `FIELDS()` stands for. */
export const readableFields = (reader: Reader, object: SObject): readonly Field[] =>
  object.fields.filter((field) => resolveField(reader, object, field.name) !== undefined);

/** The reference behind `Account` of `Account.Name`. */
export function resolveParent(reader: Reader, object: SObject, relationship: string): Field | undefined {
  const link = object.byRelationship.get(relationship.toLowerCase());
  return link && resolveField(reader, object, link.name);
}

/** The children behind `Contacts` of `(SELECT … FROM Contacts)`, by the name describe gives the list. */
export function resolveChildren(
  reader: Reader,
  parent: SObject,
  relationship: string,
): { child: SObject; link: Field; name: string } | undefined {
  const found = parent.children.find(({ name }) => name?.toLowerCase() === relationship.toLowerCase());
  const child = found && reader.schema.find(found.child);
  const link = child && resolveField(reader, child, found.field);
  return link && found.name !== undefined ? { child, link, name: found.name } : undefined;
}

/** A field that is made, not kept: what a function gives, the type of a polymorphic parent. */
export const madeField = (name: string, type: FieldType): Field => ({
  name,
  label: name,
  type,
  length: 0,
  nillable: true,
  createable: false,
  updateable: false,
  filterable: true,
  idLookup: false,
  externalId: false,
  unique: false,
  custom: false,
  restricted: false,
  referenceTo: [],
  relationship: undefined,
  defaultValue: undefined,
  digits: 0,
  scale: 0,
  picklist: [],
});

const addressParts = [
  'City',
  'Country',
  'CountryCode',
  'GeocodeAccuracy',
  'Latitude',
  'Longitude',
  'PostalCode',
  'State',
  'StateCode',
  'Street',
];
/** Parts every address has, whether or not this object keeps them [D API guide, address compound fields]. */
const alwaysThere = new Set(['City', 'Country', 'GeocodeAccuracy', 'Latitude', 'Longitude', 'PostalCode', 'State', 'Street']);

export type Address = { readonly name: string; readonly parts: readonly { readonly key: string; readonly field: Field | undefined }[] };

/** `MailingAddress` and its kin: one name for the parts, here always made of them [D API guide, compound fields]. */
export function resolveAddress(reader: Reader, object: SObject, name: string): Address | undefined {
  if (!/address$/i.test(name)) return undefined;
  const prefix = name.slice(0, -'Address'.length);
  const street = resolveField(reader, object, `${prefix}Street`);
  if (!street) return undefined;
  const spelled = street.name.slice(0, -'Street'.length);
  return {
    name: `${spelled}Address`,
    parts: addressParts
      .map((part) => ({ key: part.charAt(0).toLowerCase() + part.slice(1), part, field: resolveField(reader, object, prefix + part) }))
      .filter(({ part, field }) => field !== undefined || alwaysThere.has(part)),
  };
}

export const isLongText = (field: Field): boolean => field.type === 'textarea' && field.length > 255;

const numbers = new Set<FieldType>(['double', 'currency', 'percent']);
export const isNumber = (field: Field): boolean => field.type === 'int' || numbers.has(field.type);

/** What follows from the type, but for the fields where a recorded describe says otherwise. */
const either = ({ flags }: Field, yes: string, no: string, usual: boolean): boolean =>
  flags?.has(yes) ? true : flags?.has(no) ? false : usual;

/** The flag `groupable` of describe [C recorded describes: never of double numbers, moments, addresses and multi-select picklists]. */
export const isGroupable = (field: Field): boolean =>
  either(
    field,
    'group',
    'nogroup',
    field.filterable && !numbers.has(field.type) && !['datetime', 'multipicklist', 'address'].includes(field.type),
  );

/** The flag `sortable`: "multi-select picklist, rich text area, long text area … aren't supported" [D SOQL reference, ORDER BY]. */
export const isSortable = (field: Field): boolean =>
  either(field, 'sort', 'nosort', field.filterable && field.type !== 'multipicklist' && field.type !== 'address');

/** The flag `aggregatable`. */
export const isAggregatable = (field: Field): boolean =>
  either(field, 'agg', 'noagg', field.filterable && field.type !== 'boolean' && field.type !== 'address');
