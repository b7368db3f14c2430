import type { Field, SObject } from '../schema.ts';
import { plainField, withFields } from './fields.ts';

// Objects an admin makes: `Invoice__c`, with a name, an owner or a master, and whatever fields are deployed on it.

/** As Setup or a deployment makes one. */
export type CustomObject = {
  /** Ends in `__c`. */
  name: string;
  label: string;
  labelPlural: string;
  /** Given by the org, never twice: a00, a01 … */
  keyPrefix: string;
  nameLabel: string;
  /** `INV-{0000}` when the name is counted; else it is a text of 80. */
  nameFormat?: string;
  /** Tasks and events may be about it. */
  allowActivities?: boolean;
  /** Organization-wide default; a detail has its master's whatever it says. */
  sharing?: 'Private' | 'Read' | 'ReadWrite';
};

export const isActivity = (name: string): boolean => name === 'Task' || name === 'Event';

/** Those of every custom object [C cumulusci: describe of Custom__c; D object reference, custom objects]. */
function ownFields(given: CustomObject, detail: boolean): Field[] {
  const field = (name: string, label: string, type: Field['type'], more: Partial<Field> = {}): Field => ({
    ...plainField,
    name,
    label,
    type,
    length: type === 'id' || type === 'reference' ? 18 : 0,
    nillable: false,
    createable: false,
    updateable: false,
    ...more,
  });
  const by = (name: string, label: string, relationship: string) =>
    field(name, label, 'reference', { referenceTo: ['User'], relationship });
  const counted = given.nameFormat !== undefined;
  return [
    field('Id', 'Record ID', 'id', { idLookup: true }),
    ...(detail
      ? []
      : [
          field('OwnerId', 'Owner ID', 'reference', {
            createable: true,
            updateable: true,
            referenceTo: ['Group', 'User'],
            relationship: 'Owner',
          }),
        ]),
    field('IsDeleted', 'Deleted', 'boolean', { defaultValue: 'false' }),
    field('Name', given.nameLabel, 'string', {
      length: 80,
      // An empty name is the record's id [K].
      nillable: !counted,
      createable: !counted,
      updateable: !counted,
      idLookup: true,
      ...(given.nameFormat === undefined ? {} : { autoNumber: given.nameFormat }),
    }),
    field('RecordTypeId', 'Record Type ID', 'reference', {
      nillable: true,
      createable: true,
      updateable: true,
      referenceTo: ['RecordType'],
      relationship: 'RecordType',
    }),
    field('CreatedDate', 'Created Date', 'datetime'),
    by('CreatedById', 'Created By ID', 'CreatedBy'),
    field('LastModifiedDate', 'Last Modified Date', 'datetime'),
    by('LastModifiedById', 'Last Modified By ID', 'LastModifiedBy'),
    field('SystemModstamp', 'System Modstamp', 'datetime'),
    ...(given.allowActivities ? [field('LastActivityDate', 'Last Activity Date', 'date', { nillable: true })] : []),
  ];
}

/** The object with its own fields and those deployed on it. A detail has no owner: its master's is its. */
export function customObject(given: CustomObject, deployed: readonly Field[]): Omit<SObject, 'children'> {
  return {
    name: given.name,
    label: given.label,
    labelPlural: given.labelPlural,
    keyPrefix: given.keyPrefix,
    nameField: 'Name',
    writable: true,
    may: { create: true, update: true, delete: true },
    flags: new Set(['layout', 'compact', 'mru', 'search', 'trigger', 'replicate', 'undelete', 'retrieve']),
    custom: given,
    ...withFields([
      ...ownFields(
        given,
        deployed.some((field) => field.masterDetail),
      ),
      ...deployed,
    ]),
  };
}

const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** The prefix of the n-th custom object, from 0: a00 … a0z, a10 … [K for the order] */
export const customPrefix = (n: number): string => `a${base62[Math.floor(n / 62) % 62] ?? '0'}${base62[n % 62] ?? '0'}`;

/** `INV-{0000}` and 7: INV-0007 [D Help, auto-number display formats; dates in them are not here]. */
export const numbered = (format: string, n: number): string =>
  format.replace(/\{(0+)\}/, (_, zeros: string) => String(n).padStart(zeros.length, '0'));
