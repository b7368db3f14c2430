import type { Field, SObject, Schema } from './schema.ts';
import type { Row, Store } from './store.ts';
import { offersOf, recordTypesOf } from './model/record-types.ts';
import { isText } from './values.ts';
import { isAggregatable, isGroupable, isSortable } from './soql/names.ts';

// What the org says about itself, to the user who asks: `object` and `schema` are as he sees them (rights/seen.ts). Keys and flags are those
// of recorded describes [C SFDO-Tooling/CumulusCI, cumulusci/tests/shared_cassettes].

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
  address: 'urn:address',
};

/** Statuses, stages and priorities are rows an admin edits; the picklist shows what the rows say. */
const valueObjects: Readonly<Record<string, string>> = {
  'Task.Status': 'TaskStatus',
  'Task.Priority': 'TaskPriority',
  'Lead.Status': 'LeadStatus',
  'Case.Status': 'CaseStatus',
  'Opportunity.StageName': 'OpportunityStage',
};
type Choice = { value: string; label: string; isDefault: boolean; active: boolean };
/** A list as it is, or as a record type offers it. */
export function picklistOf(store: Store, object: SObject, field: Field, recordTypeId?: string): Choice[] {
  const all = wholePicklist(store, object, field);
  const offer = recordTypeId === undefined ? undefined : offersOf(store, recordTypeId)[field.name];
  if (!offer) return all;
  const offered = all.filter(({ value }) => offer.values.includes(value));
  return offer.default === undefined ? offered : offered.map((choice) => ({ ...choice, isDefault: choice.value === offer.default }));
}

function wholePicklist(store: Store, object: SObject, field: Field): Choice[] {
  const table = valueObjects[`${object.name}.${field.name}`];
  const rows: Row[] = table === undefined ? [] : store.select(`SELECT * FROM "${table}" ORDER BY "SortOrder"`);
  if (rows.length > 0)
    return rows.map((row) => ({
      value: String(row['ApiName']),
      label: String(row['MasterLabel'] ?? row['ApiName']),
      isDefault: row['IsDefault'] === 1,
      active: row['IsActive'] !== 0,
    }));
  return field.picklist.map((value) => ({
    value,
    label: value,
    isDefault: value === field.defaultValue,
    active: !(field.inactive?.includes(value) ?? false),
  }));
}

const numbers: readonly string[] = ['double', 'currency', 'percent'];
/** Filled by the org when nobody does [C recorded: ids, owners, audit fields, whatever has a default]. */
const defaulted = new Set(['Id', 'OwnerId', 'CreatedDate', 'CreatedById', 'LastModifiedDate', 'LastModifiedById', 'SystemModstamp']);

export function describeField(store: Store, object: SObject, field: Field, recordTypeId?: string): Record<string, unknown> {
  const flags = field.flags ?? new Set<string>();
  const worded = (name: string): string | undefined => {
    for (const flag of flags) if (flag.startsWith(`${name}=`)) return flag.slice(name.length + 1);
    return undefined;
  };
  // What follows from the type, but for the fields where a recorded describe says otherwise.
  const either = (yes: string, no: string, usual: boolean) => (flags.has(yes) ? true : flags.has(no) ? false : usual);
  const number = numbers.includes(field.type);
  const listed = ['picklist', 'multipicklist', 'combobox'].includes(field.type);
  const choices = listed ? picklistOf(store, object, field, recordTypeId) : [];
  const asDefault = (): unknown => {
    if (field.type === 'boolean') return field.defaultValue === 'true';
    if (listed) return choices.find((choice) => choice.isDefault)?.value ?? null;
    if (field.defaultValue === undefined) return null;
    return number || field.type === 'int' ? Number(field.defaultValue) : field.defaultValue;
  };
  return {
    aggregatable: isAggregatable(field),
    aiPredictionField: false,
    autoNumber: flags.has('auto') || field.autoNumber !== undefined,
    byteLength: field.length * (isText(field) ? 3 : 1),
    calculated: false,
    calculatedFormula: null,
    cascadeDelete: field.masterDetail ?? false,
    caseSensitive: field.caseSensitive ?? false,
    compoundFieldName: worded('of') ?? null,
    controllerName: null,
    createable: field.createable && object.may.create,
    custom: field.custom,
    defaultValue: asDefault(),
    defaultValueFormula: null,
    defaultedOnCreate: either(
      'defaulted',
      'nodefault',
      (field.defaultValue ?? null) !== null ||
        field.type === 'boolean' ||
        defaulted.has(field.name) ||
        choices.some((choice) => choice.isDefault),
    ),
    dependentPicklist: false,
    deprecatedAndHidden: false,
    digits: field.type === 'int' ? field.digits : 0,
    displayLocationInDecimal: false,
    encrypted: false,
    externalId: field.externalId,
    extraTypeInfo: worded('extra') ?? (field.type === 'textarea' ? 'plaintextarea' : null),
    filterable: field.filterable,
    filteredLookupInfo: null,
    formulaTreatNullNumberAsZero: false,
    groupable: isGroupable(field),
    highScaleNumber: false,
    htmlFormatted: worded('extra') === 'richtextarea',
    idLookup: field.idLookup,
    inlineHelpText: field.help ?? null,
    label: field.label,
    length: field.length,
    mask: null,
    maskType: null,
    name: field.name,
    nameField: field.name === object.nameField && field.name !== 'Id',
    namePointing: field.referenceTo.length > 1,
    nillable: field.nillable,
    permissionable: flags.has('perm'),
    picklistValues: choices.map(({ value, label, isDefault, active }) => ({
      active,
      defaultValue: isDefault,
      label,
      validFor: null,
      value,
    })),
    polymorphicForeignKey: field.referenceTo.length > 1,
    precision: number ? field.digits : 0,
    queryByDistance: field.type === 'address',
    referenceTargetField: null,
    referenceTo: field.referenceTo,
    relationshipName: field.relationship ?? null,
    relationshipOrder: field.masterDetail ? 0 : null,
    restrictedDelete: false,
    restrictedPicklist: field.restricted,
    scale: field.scale,
    searchPrefilterable: flags.has('prefilter') || (field.custom && field.type === 'reference'),
    soapType: soapTypes[field.type] ?? 'xsd:string',
    sortable: isSortable(field),
    type: field.type,
    unique: field.unique,
    updateable: field.updateable && object.may.update,
    writeRequiresMasterRead: false,
  };
}

function urlsOf(object: SObject, version: string): Record<string, string> {
  const base = `/services/data/v${version}/sobjects/${object.name}`;
  const layouts = object.flags.has('layout');
  return {
    ...(object.flags.has('compact') ? { compactLayouts: `${base}/describe/compactLayouts` } : {}),
    rowTemplate: `${base}/{ID}`,
    ...(layouts ? { approvalLayouts: `${base}/describe/approvalLayouts`, listviews: `${base}/listviews` } : {}),
    describe: `${base}/describe`,
    ...(layouts ? { quickActions: `${base}/quickActions`, layouts: `${base}/describe/layouts` } : {}),
    sobject: base,
  };
}

/** An object among the others: `/sobjects` [C recorded key set]. */
export function describeBrief(object: SObject, version: string): Record<string, unknown> {
  const is = (flag: string) => object.flags.has(flag);
  return {
    activateable: false,
    associateEntityType: null,
    associateParentEntity: null,
    createable: object.may.create,
    custom: object.custom !== undefined,
    customSetting: false,
    deepCloneable: is('clone'),
    deletable: object.may.delete,
    deprecatedAndHidden: false,
    feedEnabled: is('feed'),
    hasSubtypes: false,
    isInterface: false,
    isSubtype: false,
    keyPrefix: object.keyPrefix === '' ? null : object.keyPrefix,
    label: object.label,
    labelPlural: object.labelPlural,
    layoutable: is('layout'),
    mergeable: is('merge'),
    mruEnabled: is('mru'),
    name: object.name,
    queryable: true,
    replicateable: is('replicate'),
    retrieveable: is('retrieve'),
    searchable: is('search'),
    triggerable: is('trigger'),
    undeletable: is('undelete'),
    updateable: object.may.update,
    urls: urlsOf(object, version),
  };
}

export const describeGlobal = (schema: Schema, version: string) => ({
  encoding: 'UTF-8',
  maxBatchSize: 200,
  sobjects: schema.objects.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map((object) => describeBrief(object, version)),
});

/** Every object with layouts has its Master, which is the default where there is no other [D REST guide, describe; C recorded]. */
export function recordTypes(store: Store, object: SObject, version: string): Record<string, unknown>[] {
  const own = recordTypesOf(store, object.name);
  const info = (name: unknown, developerName: unknown, recordTypeId: unknown, master: boolean, isDefault: boolean, active: boolean) => ({
    active,
    available: active,
    defaultRecordTypeMapping: isDefault,
    developerName,
    master,
    name,
    recordTypeId,
    urls: { layout: `/services/data/v${version}/sobjects/${object.name}/describe/layouts/${String(recordTypeId)}` },
  });
  const first = own.find((type) => type['IsActive'] === 1);
  if (own.length === 0 && !object.flags.has('layout')) return [];
  return [
    ...own.map((type) => info(type['Name'], type['DeveloperName'], type['Id'], false, type === first, type['IsActive'] === 1)),
    info('Master', 'Master', '012000000000000AAA', true, first === undefined, true),
  ];
}

/** An object with its fields and children: `/sobjects/X/describe`. */
export function describe(store: Store, object: SObject, version: string): Record<string, unknown> {
  return {
    actionOverrides: [],
    ...describeBrief(object, version),
    childRelationships: object.children.map(({ child, field, name, cascade, restricted }) => ({
      cascadeDelete: cascade,
      childSObject: child,
      deprecatedAndHidden: false,
      field,
      junctionIdListNames: [],
      junctionReferenceTo: [],
      relationshipName: name ?? null,
      restrictedDelete: restricted,
    })),
    compactLayoutable: object.flags.has('compact'),
    defaultImplementation: null,
    extendedBy: null,
    extendsInterfaces: null,
    fields: object.fields.map((field) => describeField(store, object, field)),
    implementedBy: null,
    implementsInterfaces: null,
    listviewable: null,
    lookupLayoutable: null,
    namedLayoutInfos: [],
    networkScopeFieldName: null,
    recordTypeInfos: recordTypes(store, object, version),
    searchLayoutable: object.flags.has('layout') && object.flags.has('search'),
    sobjectDescribeOption: 'FULL',
    supportedScopes: object.byName.has('ownerid')
      ? [
          { label: `All ${object.labelPlural.toLowerCase()}`, name: 'everything' },
          { label: `My ${object.labelPlural.toLowerCase()}`, name: 'mine' },
        ]
      : [{ label: `All ${object.labelPlural.toLowerCase()}`, name: 'everything' }],
  };
}
