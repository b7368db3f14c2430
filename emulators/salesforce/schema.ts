import { readFileSync } from 'node:fs';
import { notImplemented, noSuchType } from './errors.ts';

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
  | 'datetime';

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
};

export type SObject = {
  readonly name: string;
  readonly label: string;
  readonly labelPlural: string;
  readonly keyPrefix: string;
  /** The field people call the record by: CaseNumber for a Case, else Name. */
  readonly nameField: string;
  /** Whether programs may write it here. Users and set-up objects are read-only in the stand-in (org.md). */
  readonly writable: boolean;
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
};

/** The fields Cordboard asks an admin to deploy. Without them the org is "the reduced form" (`--without-custom-fields`). */
export const cordboardFields: readonly CustomField[] = [
  { object: 'Task', name: 'Cordboard_Name__c', label: 'Cordboard Name', type: 'string', length: 64, externalId: true, unique: true },
  { object: 'Task', name: 'Cordboard_Call__c', label: 'Cordboard Call', type: 'string', length: 64 },
  { object: 'Task', name: 'Cordboard_Link__c', label: 'Cordboard Link', type: 'url', length: 255 },
  { object: 'Task', name: 'Cordboard_Wait_Seconds__c', label: 'Cordboard Wait Seconds', type: 'double', digits: 18, scale: 0 },
  // A record made for a stranger belongs to its number: two calls at once make one.
  ...['Lead', 'Contact', 'Account'].map((object): CustomField => ({
    object,
    name: 'Cordboard_Name__c',
    label: 'Cordboard Name',
    type: 'string',
    length: 64,
    externalId: true,
    unique: true,
  })),
];

/** [K, stable for twenty years]; TaskStatus, TaskPriority, LeadStatus and QueueSobject likewise. */
const objects: readonly { name: string; keyPrefix: string; labelPlural: string; label?: string; nameField?: string; readOnly?: true }[] = [
  { name: 'Account', keyPrefix: '001', labelPlural: 'Accounts' },
  { name: 'Contact', keyPrefix: '003', labelPlural: 'Contacts' },
  { name: 'Lead', keyPrefix: '00Q', labelPlural: 'Leads' },
  { name: 'Opportunity', keyPrefix: '006', labelPlural: 'Opportunities' },
  { name: 'Case', keyPrefix: '500', labelPlural: 'Cases', nameField: 'CaseNumber' },
  { name: 'Task', keyPrefix: '00T', labelPlural: 'Tasks', nameField: 'Subject' },
  { name: 'User', keyPrefix: '005', labelPlural: 'Users', readOnly: true },
  { name: 'Group', keyPrefix: '00G', labelPlural: 'Groups', readOnly: true },
  { name: 'QueueSobject', keyPrefix: '03g', label: 'Queue Sobject', labelPlural: 'Queue Sobjects', nameField: 'Id', readOnly: true },
  { name: 'Organization', keyPrefix: '00D', labelPlural: 'Organizations', readOnly: true },
  { name: 'RecordType', keyPrefix: '012', label: 'Record Type', labelPlural: 'Record Types', readOnly: true },
  {
    name: 'TaskStatus',
    keyPrefix: '01c',
    label: 'Task Status Value',
    labelPlural: 'Task Status Values',
    nameField: 'MasterLabel',
    readOnly: true,
  },
  {
    name: 'LeadStatus',
    keyPrefix: '01J',
    label: 'Lead Status Value',
    labelPlural: 'Lead Status Values',
    nameField: 'MasterLabel',
    readOnly: true,
  },
  {
    name: 'TaskPriority',
    keyPrefix: '01d',
    label: 'Task Priority Value',
    labelPlural: 'Task Priority Values',
    nameField: 'MasterLabel',
    readOnly: true,
  },
];

/** fields.tsv: names, types and flags of real describes ("recorded", with lengths) and of the object reference ("documented"). */
function standardFields({ personAccounts }: Features): Map<string, Field[]> {
  const linesOf = (file: string) =>
    readFileSync(new URL(file, import.meta.url), 'utf8')
      .trimEnd()
      .split('\n')
      .slice(1);
  const found = new Map<string, Field[]>();
  for (const line of [...linesOf('fields.tsv'), ...(personAccounts ? linesOf('fields-of-person-accounts.tsv') : [])]) {
    const cells = line.split('\t');
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
    };
    // "If person account record types have been enabled, and if the value of Company is null, the lead converts to a person account" [D Lead]
    if (personAccounts && cell(0) === 'Lead' && field.name === 'Company') field.nillable = true;
    found.set(cell(0), [...(found.get(cell(0)) ?? []), field]);
  }
  return found;
}

/** A contact's own field as the account of a person has it: "custom contact fields end with __pc" [D CDC guide, person accounts]. */
const onPersonAccount = (given: CustomField): CustomField => ({
  ...given,
  object: 'Account',
  name: given.name.replace(/__c$/, '__pc'),
  externalId: false,
  unique: false,
});

const customField = (given: CustomField): Field => ({
  name: given.name,
  label: given.label,
  type: given.type,
  length: given.length ?? (given.type === 'url' ? 255 : 0),
  nillable: true,
  createable: true,
  updateable: true,
  filterable: !(given.type === 'textarea' && (given.length ?? 0) > 255),
  idLookup: given.externalId ?? false,
  externalId: given.externalId ?? false,
  unique: given.unique ?? false,
  custom: true,
  restricted: given.restricted ?? false,
  referenceTo: [],
  relationship: undefined,
  defaultValue: undefined,
  digits: given.digits ?? 0,
  scale: given.scale ?? 0,
  picklist: given.picklist ?? [],
});

/** What Salesforce switches on for an org. */
export type Features = {
  /** Accounts that are persons. Once on it stays on [D Help; C "an irreversible process"]. */
  readonly personAccounts: boolean;
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

export function buildSchema(deployed: readonly CustomField[], features: Features): Schema {
  const standard = standardFields(features);
  const mirrored = features.personAccounts ? deployed.filter((field) => field.object === 'Contact').map(onPersonAccount) : [];
  const custom = [...deployed, ...mirrored];
  const all = objects.map((given): SObject => {
    const fields = [...(standard.get(given.name) ?? []), ...custom.filter((field) => field.object === given.name).map(customField)];
    return {
      name: given.name,
      label: given.label ?? given.name,
      labelPlural: given.labelPlural,
      keyPrefix: given.keyPrefix,
      nameField: given.nameField ?? 'Name',
      writable: !given.readOnly,
      fields,
      byName: new Map(fields.map((field) => [field.name.toLowerCase(), field])),
      byRelationship: new Map(fields.flatMap((field) => (field.relationship ? [[field.relationship.toLowerCase(), field] as const] : []))),
    };
  });
  const byName = new Map(all.map((object) => [object.name.toLowerCase(), object]));
  const byPrefix = new Map(all.map((object) => [object.keyPrefix, object]));
  const find = (name: string) => byName.get(name.toLowerCase());
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
    ofId: (id) => byPrefix.get(id.slice(0, 3)),
  };
}

/** A real org has these: saying "not supported" in its words would be a lie about the caller's query. */
const knownElsewhere = new Set(
  [
    'Event',
    'Campaign',
    'CampaignMember',
    'CampaignMemberStatus',
    'OpportunityContactRole',
    'OpportunityStage',
    'CaseStatus',
    'GroupMember',
    'UserRole',
    'Profile',
    'BusinessProcess',
    'PermissionSet',
    'PermissionSetAssignment',
    'CallCenter',
    'VoiceCall',
    'AdditionalNumber',
    'TaskRelation',
    'TaskWhoRelation',
    'UserRecordAccess',
    'EntityDefinition',
    'FieldDefinition',
    'AccountContactRelation',
  ].map((name) => name.toLowerCase()),
);
