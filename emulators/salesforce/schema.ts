import { readFileSync } from 'node:fs';
import { notImplemented, noSuchType } from './errors.ts';
import { customObject, isActivity, type CustomObject } from './model/custom-objects.ts';
import { plainField, withFields } from './model/fields.ts';

export type FieldType =
  | 'id'
  | 'reference'
  | 'string'
  | 'textarea'
  | 'picklist'
  | 'multipicklist'
  | 'combobox'
  | 'phone'
  | 'email'
  | 'url'
  | 'boolean'
  | 'int'
  | 'double'
  | 'currency'
  | 'percent'
  | 'date'
  | 'datetime'
  /** Made of its parts, in one piece: read only. */
  | 'address';

export type Field = {
  readonly name: string;
  readonly label: string;
  readonly type: FieldType;
  readonly length: number;
  readonly nillable: boolean;
  readonly createable: boolean;
  readonly updateable: boolean;
  readonly filterable: boolean;
  readonly idLookup: boolean;
  readonly externalId: boolean;
  readonly unique: boolean;
  readonly custom: boolean;
  readonly restricted: boolean;
  readonly referenceTo: readonly string[];
  readonly relationship: string | undefined;
  readonly defaultValue: string | undefined;
  readonly digits: number;
  readonly scale: number;
  readonly picklist: readonly string[];
  /** Values of the list that are kept in records and offered no more. */
  readonly inactive?: readonly string[];
  /** What follows neither from the type nor from the flags above: see `fields.tsv`, column flags. */
  readonly flags?: ReadonlySet<string>;
  /** The name of the list on the parent: `Invoices__r`. */
  readonly children?: string;
  /** A parent that takes its children along, and that a child cannot be without. */
  readonly masterDetail?: boolean;
  /** `INV-{0000}`: the org counts. */
  readonly autoNumber?: string;
  readonly caseSensitive?: boolean;
  readonly help?: string;
};

/** A list of records that hang on one. */
export type ChildRelationship = {
  readonly child: string;
  readonly field: string;
  /** As sub-queries name it; some have no name. */
  readonly name: string | undefined;
  /** They are deleted along. */
  readonly cascade: boolean;
  /** They keep their parent from being deleted. */
  readonly restricted: boolean;
};

export type SObject = {
  readonly name: string;
  readonly label: string;
  readonly labelPlural: string;
  readonly keyPrefix: string;
  /** The field people call the record by: CaseNumber for a Case, else Name. */
  readonly nameField: string;
  /** Whether programs may write it at all; `may` says what. Lists an admin keeps under Setup are read-only in the stand-in (org.md). */
  readonly writable: boolean;
  readonly may: { readonly create: boolean; readonly update: boolean; readonly delete: boolean };
  /** Of a describe: layout, search, trigger, undelete … */
  readonly flags: ReadonlySet<string>;
  readonly custom: CustomObject | undefined;
  readonly children: readonly ChildRelationship[];
  readonly fields: readonly Field[];
  readonly byName: ReadonlyMap<string, Field>;
  readonly byRelationship: ReadonlyMap<string, Field>;
};

/** What an admin adds under Setup. On Task the metadata lives on Activity; the API calls it `Task.X__c` all the same. */
export type CustomField = {
  object: string;
  name: string;
  label: string;
  type: FieldType;
  length?: number;
  externalId?: boolean;
  unique?: boolean;
  picklist?: string[];
  restricted?: boolean;
  digits?: number;
  scale?: number;
  /** Values that are kept in records and offered no more. */
  inactive?: string[];
  defaultValue?: string;
  /** Never empty, and so without field-level security. */
  required?: boolean;
  /** Of a reference: what it points at, and what the list of its children is called there, without `__r`. */
  referenceTo?: string;
  childrenName?: string;
  masterDetail?: boolean;
  /** `INV-{0000}`: the org counts. */
  autoNumber?: string;
  caseSensitive?: boolean;
  help?: string;
  /** Of a textarea: with marks. */
  html?: boolean;
};

/** The fields Cordboard asks an admin to deploy. Without them the org is "the reduced form" (`--without-custom-fields`). */
export const cordboardFields: readonly CustomField[] = [
  { object: 'Task', name: 'Cordboard_Name__c', label: 'Cordboard Name', type: 'string', length: 64, externalId: true, unique: true },
  { object: 'Task', name: 'Cordboard_Call__c', label: 'Cordboard Call', type: 'string', length: 64 },
  { object: 'Task', name: 'Cordboard_Link__c', label: 'Cordboard Link', type: 'url', length: 255 },
  { object: 'Task', name: 'Cordboard_Wait_Seconds__c', label: 'Cordboard Wait Seconds', type: 'double', digits: 18, scale: 0 },
  // What is made once: a record for a stranger belongs to its number, a case to its call.
  ...['Lead', 'Contact', 'Account', 'Case', 'Opportunity'].map((object): CustomField => ({
    object,
    name: 'Cordboard_Name__c',
    label: 'Cordboard Name',
    type: 'string',
    length: 64,
    externalId: true,
    unique: true,
  })),
];

const read = new Map<string, readonly string[][]>();
function lines(file: string): readonly string[][] {
  const known = read.get(file);
  if (known) return known;
  const [, ...rows] = readFileSync(new URL(file, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n');
  const cells = rows.map((line) => line.split('\t'));
  read.set(file, cells);
  return cells;
}

type Given = {
  name: string;
  keyPrefix: string;
  label: string;
  labelPlural: string;
  nameField: string;
  may: string;
  flags: readonly string[];
};
/** objects.tsv: prefixes [D, C fishofprey.com 2011/09; those of CaseStatus, LeadStatus and OpportunityStage guessed]; labels and flags as described. */
const objects: readonly Given[] = lines('model/objects.tsv').map(
  ([name = '', keyPrefix = '', label = '', labelPlural = '', nameField = '', may = '', flags = '']) => ({
    name,
    keyPrefix,
    label,
    labelPlural,
    nameField,
    may,
    flags: flags.split(' '),
  }),
);
/** relationships.tsv: the lists of children that have a name, that go along, or that keep their parent [C describes of two real orgs]. */
const relationships = lines('model/relationships.tsv').map(([parent = '', child = '', field = '', name = '', cascade, restricted]) => ({
  parent,
  child,
  field,
  name: name === '' ? undefined : name,
  cascade: cascade === 'true',
  restricted: restricted === 'true',
}));
/** Each is a field of profiles and of permission sets: `PermissionsApiEnabled` [C]. */
export const userPermissions: readonly (readonly [name: string, label: string])[] = lines('model/permissions.tsv').map(
  ([name = '', label = '']) => [name, label],
);
/** Have record types here. The field is there when an admin made one (rights/seen.ts). */
export const withRecordTypes: readonly string[] = ['Account', 'Contact', 'Lead', 'Case', 'Opportunity', 'Task', 'Event', 'Campaign'];

/** fields.tsv: names, types and flags of real describes ("recorded", with lengths) and of the object reference ("documented"). */
function standardFields({ personAccounts, sharedActivities }: Features): Map<string, Field[]> {
  const found = new Map<string, Field[]>();
  const files = [
    'fields.tsv',
    ...(personAccounts ? ['fields-of-person-accounts.tsv'] : []),
    ...(sharedActivities ? ['fields-of-shared-activities.tsv'] : []),
  ];
  for (const cells of files.flatMap(lines)) {
    const cell = (place: number) => cells[place] ?? '';
    const list = (place: number) => (cell(place) === '' ? [] : cell(place).split('|'));
    const field: { -readonly [key in keyof Field]: Field[key] } = {
      name: cell(1),
      label: cell(2),
      type: cell(3) as FieldType,
      length: Number(cell(4)),
      nillable: cell(5) === 'true',
      createable: cell(6) === 'true',
      updateable: cell(7) === 'true',
      filterable: cell(8) === 'true',
      idLookup: cell(9) === 'true',
      restricted: cell(10) === 'true',
      referenceTo: list(11),
      relationship: cell(12) || undefined,
      defaultValue: cell(13) || undefined,
      digits: Number(cell(14)),
      scale: Number(cell(15)),
      picklist: list(16),
      externalId: false,
      unique: false,
      custom: false,
      flags: new Set(cell(18) === '' ? [] : cell(18).split(' ')),
    };
    // "If person account record types have been enabled, and if the value of Company is null, the lead converts to a person account" [D Lead]
    if (personAccounts && cell(0) === 'Lead' && field.name === 'Company') field.nillable = true;
    found.set(cell(0), [...(found.get(cell(0)) ?? []).filter((one) => one.name !== field.name), field]);
  }
  for (const name of ['Profile', 'PermissionSet']) found.get(name)?.push(...userPermissions.map(([field, label]) => yesNo(field, label)));
  for (const name of withRecordTypes) {
    const fields = found.get(name) ?? [];
    if (!fields.some((field) => field.name === 'RecordTypeId')) fields.splice(1, 0, recordTypeField);
  }
  return found;
}

const yesNo = (name: string, label: string): Field => ({
  ...plainField,
  name,
  label,
  type: 'boolean',
  nillable: false,
  defaultValue: 'false',
  flags: new Set(['nogroup', 'nosort']),
});
const recordTypeField: Field = {
  ...plainField,
  name: 'RecordTypeId',
  label: 'Record Type ID',
  type: 'reference',
  length: 18,
  referenceTo: ['RecordType'],
  relationship: 'RecordType',
};

/** A contact's own field as the account of a person has it: "custom contact fields end with __pc" [D CDC guide, person accounts]. */
const onPersonAccount = (given: CustomField): CustomField => ({
  ...given,
  object: 'Account',
  name: given.name.replace(/__c$/, '__pc'),
  externalId: false,
  unique: false,
});

/** Text without a length has the longest: an address 255, a long text 32,768 [D metadata guide, CustomField]. */
const lengthOf = (given: CustomField): number =>
  given.length ??
  (
    { url: 255, phone: 40, email: 80, picklist: 255, multipicklist: 4099, reference: 18, textarea: 255, string: 255 } as Partial<
      Record<FieldType, number>
    >
  )[given.type] ??
  0;

const customField = (given: CustomField): Field => ({
  ...plainField,
  name: given.name,
  label: given.label,
  type: given.type,
  length: lengthOf(given),
  nillable: given.type !== 'boolean' && !given.required && !given.masterDetail,
  createable: given.autoNumber === undefined,
  updateable: given.autoNumber === undefined && !given.masterDetail,
  filterable: !(given.type === 'textarea' && (given.length ?? 0) > 255),
  idLookup: given.externalId ?? false,
  externalId: given.externalId ?? false,
  unique: given.unique ?? false,
  custom: true,
  restricted: given.restricted ?? false,
  referenceTo: given.referenceTo === undefined ? [] : [given.referenceTo],
  relationship: given.type === 'reference' ? given.name.replace(/__c$/, '__r') : undefined,
  defaultValue: given.defaultValue ?? (given.type === 'boolean' ? 'false' : undefined),
  digits: given.digits ?? 0,
  scale: given.scale ?? 0,
  picklist: given.picklist ?? [],
  ...(given.inactive ? { inactive: given.inactive } : {}),
  ...(given.childrenName === undefined ? {} : { children: `${given.childrenName}__r` }),
  ...(given.masterDetail ? { masterDetail: true } : {}),
  ...(given.autoNumber === undefined ? {} : { autoNumber: given.autoNumber }),
  ...(given.caseSensitive ? { caseSensitive: true } : {}),
  ...(given.help === undefined ? {} : { help: given.help }),
  // What must be there has no field-level security; all other custom fields have.
  flags: new Set([...(given.required || given.masterDetail ? [] : ['perm']), ...(given.html ? ['extra=richtextarea'] : [])]),
});

/** What Salesforce switches on for an org. */
export type Features = {
  /** Accounts that are persons. Once on it stays on [D Help; C "an irreversible process"]. */
  readonly personAccounts: boolean;
  /** Tasks of several contacts. Once on it stays on [D Help, considerations for enabling Shared Activities]. */
  readonly sharedActivities: boolean;
};

export type Schema = {
  readonly features: Features;
  readonly objects: readonly SObject[];
  /** Names are not case-sensitive in the API [K]. */
  find(name: string): SObject | undefined;
  /** As `find`, for a type named in a request. */
  named(name: string): SObject;
  /** As `find`, for a type named in an address: 501 for what a real org has, else nothing. */
  inAddress(name: string): SObject | undefined;
  ofId(id: string): SObject | undefined;
};

export function buildSchema(deployed: readonly CustomField[], features: Features, made: readonly CustomObject[] = []): Schema {
  const standard = standardFields(features);
  const mirrored = features.personAccounts ? deployed.filter((field) => field.object === 'Contact').map(onPersonAccount) : [];
  const custom = [...deployed, ...mirrored];
  // What "Allow Activities" is set for.
  const related = made.filter((object) => object.allowActivities).map((object) => object.name);
  const fieldsOf = (name: string): Field[] =>
    (standard.get(name) ?? []).map((field) =>
      (field.name === 'WhatId' && isActivity(name)) || (field.name === 'RelationId' && name === 'TaskRelation')
        ? { ...field, referenceTo: [...field.referenceTo, ...related].toSorted() }
        : field,
    );
  // A field of activities is on tasks and events alike [C: metadata lies under Activity].
  const isOn = (field: CustomField, name: string) =>
    field.object === name || (isActivity(name) && (isActivity(field.object) || field.object === 'Activity'));
  type Raw = Omit<SObject, 'children'>;
  const raw: Raw[] = [
    ...objects
      .filter(isHere(features))
      .map((given) => objectOf(given, [...fieldsOf(given.name), ...custom.filter((field) => isOn(field, given.name)).map(customField)])),
    ...made.map((object) => customObject(object, custom.filter((field) => field.object === object.name).map(customField))),
  ];
  const all = raw.map((object): SObject => ({ ...object, children: childrenOf(object.name, raw) }));
  const byName = new Map(all.map((object) => [object.name.toLowerCase(), object]));
  const byPrefix = new Map(all.map((object) => [object.keyPrefix, object]));
  const find = (name: string) => byName.get(name.toLowerCase());
  return schemaOf(features, all, find, (id) => byPrefix.get(id.slice(0, 3)));
}

/** A schema of these objects, complete or as one user sees it. */
export function schemaOf(features: Features, all: readonly SObject[], find: Schema['find'], ofId: Schema['ofId']): Schema {
  const inAddress = (name: string) => {
    if (knownElsewhere.has(name.toLowerCase()) || /ChangeEvent$/i.test(name)) throw notImplemented(`objects of type ${name}`);
    return find(name);
  };
  return {
    features,
    objects: all,
    find,
    inAddress,
    named(name) {
      const object = inAddress(name);
      if (!object) throw noSuchType(name);
      return object;
    },
    ofId,
  };
}

/** "TaskRelation is only available if you've enabled Shared Activities" [D object reference]. */
const isHere =
  ({ sharedActivities }: Features) =>
  ({ name }: Given): boolean =>
    sharedActivities || !/^Task(?:Who)?Relation$/.test(name);

const objectOf = (given: Given, fields: readonly Field[]): Omit<SObject, 'children'> => ({
  name: given.name,
  label: given.label,
  labelPlural: given.labelPlural,
  keyPrefix: given.keyPrefix,
  nameField: given.nameField,
  writable: given.may !== '',
  may: { create: given.may.includes('C'), update: given.may.includes('U'), delete: given.may.includes('D') },
  flags: new Set(given.flags),
  custom: undefined,
  ...withFields(fields),
});

function childrenOf(parent: string, all: readonly Pick<SObject, 'name' | 'fields'>[]): ChildRelationship[] {
  return all.flatMap((object) =>
    object.fields
      .filter((field) => field.referenceTo.includes(parent) && field.name !== 'MasterRecordId')
      .map((field) => {
        const known = relationships.find((one) => one.parent === parent && one.child === object.name && one.field === field.name);
        const activity = isActivity(object.name) && field.name === 'WhatId';
        return {
          child: object.name,
          field: field.name,
          name: known?.name ?? field.children ?? (activity ? object.name + 's' : undefined),
          cascade: known?.cascade ?? (field.masterDetail === true || activity),
          restricted: known?.restricted ?? false,
        };
      }),
  );
}

/** A real org has these: saying "not supported" in its words would be a lie about the caller's query. */
const knownElsewhere = new Set(
  [
    'EventRelation',
    'EventWhoRelation',
    'SetupEntityAccess',
    'UserRecordAccess',
    'AccountContactRelation',
    'AccountContactRole',
    'Calendar',
    'Product2',
    'Pricebook2',
    'PricebookEntry',
    'OpportunityLineItem',
    'Contract',
    'Asset',
    'Order',
    'Note',
    'Attachment',
    'ContentVersion',
    'ContentDocument',
    'ContentDocumentLink',
    'CaseComment',
    'EmailMessage',
    'PermissionSetLicense',
    'PermissionSetGroup',
    'CustomPermission',
    'UserPreference',
    'ApexClass',
    'ApexTrigger',
    'ListView',
    'Report',
    'Dashboard',
    'Folder',
    'EmailTemplate',
    'BusinessHours',
    'Holiday',
    'MessagingEndUser',
    'Conversation',
    'VoiceCallRecording',
    'Individual',
  ].map((name) => name.toLowerCase()),
);
