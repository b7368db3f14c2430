import type { Field, SObject } from '../schema.ts';

/** A field of nothing in particular. */
export const plainField: Field = {
  name: '',
  label: '',
  type: 'string',
  length: 0,
  nillable: true,
  createable: true,
  updateable: true,
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
};

/** The fields of an object, and how they are found. */
export const withFields = (fields: readonly Field[]): Pick<SObject, 'fields' | 'byName' | 'byRelationship'> => ({
  fields,
  byName: new Map(fields.map((field) => [field.name.toLowerCase(), field])),
  byRelationship: new Map(fields.flatMap((field) => (field.relationship ? [[field.relationship.toLowerCase(), field] as const] : []))),
});
