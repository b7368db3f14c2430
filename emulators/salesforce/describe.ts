import type { Field, SObject, Schema } from './schema.ts';
import type { Store } from './store.ts';
import { cascading } from './records.ts';
import { isSearchable } from './sosl/text-index.ts';
import { isText } from './values.ts';

// What the org says about itself. Keys and flags are those of recorded describes; keys nobody was seen reading are left out (org.md).

const soapTypes: Readonly<Record<string, string>> = {
  id: 'tns:ID',
  reference: 'tns:ID',
  boolean: 'xsd:boolean',
  int: 'xsd:int',
  double: 'xsd:double',
  currency: 'xsd:double',
  percent: 'xsd:double',
  date: 'xsd:date',
  datetime: 'xsd:dateTime',
};

/** Statuses and priorities are rows an admin edits; the picklist shows what the rows say. */
const valueObjects: Readonly<Record<string, string>> = {
  'Task.Status': 'TaskStatus',
  'Task.Priority': 'TaskPriority',
  'Lead.Status': 'LeadStatus',
};
export function picklistOf(store: Store, object: SObject, field: Field): { value: string; isDefault: boolean }[] {
  const table = valueObjects[`${object.name}.${field.name}`];
  const rows = table === undefined ? [] : store.select(`SELECT "ApiName", "IsDefault" FROM "${table}" ORDER BY "SortOrder"`);
  return rows.length > 0
    ? rows.map((row) => ({ value: String(row['ApiName']), isDefault: row['IsDefault'] === 1 }))
    : field.picklist.map((value) => ({ value, isDefault: value === field.defaultValue }));
}

function describeField(store: Store, object: SObject, field: Field): Record<string, unknown> {
  const number = ['double', 'currency', 'percent'].includes(field.type);
  return {
    aggregatable: field.filterable && field.type !== 'boolean',
    autoNumber: field.name === 'CaseNumber',
    byteLength: field.length * (isText(field) ? 3 : 1),
    calculated: false,
    caseSensitive: false,
    compoundFieldName: null,
    createable: field.createable && object.writable,
    custom: field.custom,
    defaultValue: field.type === 'boolean' ? field.defaultValue === 'true' : (field.defaultValue ?? null),
    defaultedOnCreate: field.defaultValue !== undefined || field.type === 'boolean' || field.name === 'OwnerId',
    dependentPicklist: false,
    deprecatedAndHidden: false,
    digits: field.type === 'int' ? field.digits : 0,
    externalId: field.externalId,
    extraTypeInfo: field.type === 'textarea' ? 'plaintextarea' : null,
    filterable: field.filterable,
    groupable: field.filterable && !number,
    htmlFormatted: false,
    idLookup: field.idLookup,
    inlineHelpText: null,
    label: field.label,
    length: field.length,
    name: field.name,
    nameField: field.name === object.nameField && field.name !== 'Id',
    namePointing: field.referenceTo.length > 1,
    nillable: field.nillable,
    permissionable: field.nillable && field.createable,
    picklistValues: ['picklist', 'multipicklist', 'combobox'].includes(field.type)
      ? picklistOf(store, object, field).map(({ value, isDefault }) => ({
          active: true,
          defaultValue: isDefault,
          label: value,
          validFor: null,
          value,
        }))
      : [],
    polymorphicForeignKey: field.referenceTo.length > 1,
    precision: number ? field.digits : 0,
    referenceTo: field.referenceTo,
    relationshipName: field.relationship ?? null,
    restrictedPicklist: field.restricted,
    scale: field.scale,
    soapType: soapTypes[field.type] ?? 'xsd:string',
    sortable: field.filterable,
    type: field.type,
    unique: field.unique,
    updateable: field.updateable && object.writable,
    writeRequiresMasterRead: false,
  };
}

export function describeBrief(object: SObject, version: string): Record<string, unknown> {
  const base = `/services/data/v${version}/sobjects/${object.name}`;
  return {
    activateable: false,
    createable: object.writable,
    custom: false,
    customSetting: false,
    deletable: object.writable,
    deprecatedAndHidden: false,
    feedEnabled: object.writable,
    keyPrefix: object.keyPrefix,
    label: object.label,
    labelPlural: object.labelPlural,
    layoutable: object.writable,
    mergeable: ['Account', 'Contact', 'Lead'].includes(object.name),
    mruEnabled: object.writable,
    name: object.name,
    queryable: true,
    replicateable: true,
    retrieveable: true,
    searchable: isSearchable(object),
    triggerable: object.writable,
    undeletable: object.byName.has('isdeleted'),
    updateable: object.writable,
    urls: { rowTemplate: `${base}/{ID}`, describe: `${base}/describe`, sobject: base },
  };
}

export const describeGlobal = (schema: Schema, version: string) => ({
  encoding: 'UTF-8',
  maxBatchSize: 200,
  sobjects: schema.objects.map((object) => describeBrief(object, version)),
});

/** Every object has its Master, which is the default where there is no other [D REST guide, describe]. */
export function recordTypes(store: Store, object: SObject): Record<string, unknown>[] {
  const own = store.select('SELECT "Id", "Name", "DeveloperName" FROM "RecordType" WHERE "SobjectType" = ? AND "IsActive" = 1 ORDER BY n', [
    object.name,
  ]);
  const info = (name: unknown, developerName: unknown, recordTypeId: unknown, master: boolean, isDefault: boolean) => ({
    active: true,
    available: true,
    defaultRecordTypeMapping: isDefault,
    developerName,
    master,
    name,
    recordTypeId,
    urls: {},
  });
  return [
    ...own.map((type, place) => info(type['Name'], type['DeveloperName'], type['Id'], false, place === 0)),
    info('Master', 'Master', '012000000000000AAA', true, own.length === 0),
  ];
}

/** Field-level security would hide fields here: the one place a describe learns what its reader may see. */
export function describe(store: Store, object: SObject, version: string): Record<string, unknown> {
  const children = store.schema.objects.flatMap((child) =>
    child.fields
      .filter((field) => field.referenceTo.includes(object.name))
      .map((field) => ({
        childSObject: child.name,
        field: field.name,
        cascadeDelete: field.name === 'AccountId' && (cascading[object.name] ?? []).includes(child.name),
        deprecatedAndHidden: false,
        relationshipName: null,
        restrictedDelete: false,
      })),
  );
  return {
    ...describeBrief(object, version),
    fields: object.fields.map((field) => describeField(store, object, field)),
    childRelationships: children,
    recordTypeInfos: recordTypes(store, object),
  };
}
