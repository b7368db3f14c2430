import { Refusal } from '../errors.ts';
import type { CustomField, FieldType } from '../schema.ts';
import type { Catalog } from './catalog.ts';
import { docOf, docsOf, inOrder, isTrue, numberOf, Problem, textOf } from './documents.ts';
import type { Doc, Place } from './xml.ts';

// Custom fields as documents, and what the org refuses of them.

/** Standard objects an admin may add fields to. On tasks and events they are Activity's. */
const customizable = ['Account', 'Contact', 'Lead', 'Case', 'Opportunity', 'Campaign', 'CampaignMember', 'User', 'VoiceCall', 'Activity'];

type Rule = {
  readonly to: FieldType;
  /** What must be said of it, what may, and nothing else of `special`. */
  readonly must?: readonly string[];
  readonly may?: readonly string[];
};
/** What is said of some types only. */
const special = [
  'length',
  'precision',
  'scale',
  'visibleLines',
  'displayFormat',
  'startingNumber',
  'valueSet',
  'referenceTo',
  'relationshipName',
  'relationshipLabel',
  'relationshipOrder',
  'reparentableMasterDetail',
  'writeRequiresMasterRead',
  'deleteConstraint',
  'lookupFilter',
  'caseSensitive',
  'externalId',
  'unique',
  'required',
  'defaultValue',
] as const;
const key = ['externalId', 'unique', 'caseSensitive', 'required', 'defaultValue'];
const plain = ['required', 'defaultValue'];
/**
 * [D metadata guide, CustomField; C 'defaultValue' of a Checkbox, 'visibleLines' of a LongTextArea, 'required' of either, 'length' of a
 * TextArea, 'deleteConstraint' of a MasterDetail, 'relationshipOrder' of a Lookup; K for the other pairs]
 */
const rules: Readonly<Record<string, Rule>> = {
  Text: { to: 'string', must: ['length'], may: key },
  TextArea: { to: 'textarea', may: plain },
  LongTextArea: { to: 'textarea', must: ['length', 'visibleLines'], may: ['defaultValue'] },
  Html: { to: 'textarea', must: ['length', 'visibleLines'] },
  Number: { to: 'double', must: ['precision', 'scale'], may: ['externalId', 'unique', 'required', 'defaultValue'] },
  Currency: { to: 'currency', must: ['precision', 'scale'], may: plain },
  Percent: { to: 'percent', must: ['precision', 'scale'], may: plain },
  Checkbox: { to: 'boolean', must: ['defaultValue'] },
  Date: { to: 'date', may: plain },
  DateTime: { to: 'datetime', may: plain },
  Phone: { to: 'phone', may: plain },
  Email: { to: 'email', may: key },
  Url: { to: 'url', may: plain },
  Picklist: { to: 'picklist', must: ['valueSet'], may: ['required', 'defaultValue'] },
  MultiselectPicklist: { to: 'multipicklist', must: ['valueSet', 'visibleLines'], may: ['required', 'defaultValue'] },
  Lookup: {
    to: 'reference',
    must: ['referenceTo'],
    may: ['relationshipName', 'relationshipLabel', 'deleteConstraint', 'lookupFilter', 'required'],
  },
  MasterDetail: {
    to: 'reference',
    must: ['referenceTo', 'relationshipName'],
    may: ['relationshipLabel', 'relationshipOrder', 'reparentableMasterDetail', 'writeRequiresMasterRead'],
  },
  AutoNumber: { to: 'string', must: ['displayFormat'], may: ['startingNumber', 'externalId'] },
};

const cannot = (what: string, place: Place | undefined) =>
  new Problem(`STAND_IN_CANNOT: The stand-in org does not do this: ${what}. See docs/reference/org.md`, place, 'STAND_IN_CANNOT');

/** `Activity.X__c` whatever of the three is asked for. */
export const fieldName = (fullName: string): string => fullName.replace(/^(?:Task|Event)\./i, 'Activity.');

/** The object of a field, or the org's no. */
function checkObject(catalog: Catalog, name: string, place: Place | undefined): void {
  if (catalog.get('CustomObject', name)?.doc['nameField'] !== undefined) return;
  if (customizable.includes(name)) return;
  try {
    catalog.schema.inAddress(name);
  } catch (cause) {
    if (cause instanceof Refusal) throw cannot(`fields of ${name}`, place);
    throw cause;
  }
  throw new Problem(
    `Entity Enumeration Or ID: bad value for restricted picklist field: ${name}`,
    place,
    'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
  );
}

/** "can only contain underscores and alphanumeric characters" … [C the same sentence for custom metadata; its beginning guessed] */
export function checkName(what: string, name: string, place: Place | undefined): void {
  if (!/^[A-Za-z](?:_?[A-Za-z0-9])*$/.test(name))
    throw new Problem(
      `${what}: The ${what} can only contain underscores and alphanumeric characters. It must be unique, begin with a letter, not include spaces, not end with an underscore, and not contain two consecutive underscores.`,
      place,
      'INVALID_FIELD',
    );
  if (name.length > 40) throw new Problem(`${what}: data value too large: ${name} (max length=40)`, place, 'STRING_TOO_LONG');
}

const range = (doc: Doc, name: string, least: number, most: number, place: Place | undefined): void => {
  const value = numberOf(doc, name);
  // Guessed
  if (value !== undefined && (value < least || value > most)) throw new Problem(`'${name}' must be between ${least} and ${most}`, place);
};

/** The document as the org keeps it. Throws `Problem`. */
export function checkField(catalog: Catalog, fullName: string, doc: Doc, place: Place | undefined): Doc {
  const [object = '', name = '', ...more] = fullName.split('.');
  if (name === '' || more.length > 0) throw new Problem(`Invalid fullName: ${fullName}`, place, 'INVALID_FIELD'); // guessed
  if (object === 'Task' || object === 'Event' || !catalog.schema.find(object)?.custom || catalog.get('CustomObject', object) === undefined)
    checkObject(catalog, object, place);
  if (!name.endsWith('__c')) throw cannot(`changes of the standard field ${fullName}`, place);
  const developerName = name.slice(0, -3);
  if (/^[A-Za-z0-9]+__\w/.test(developerName)) throw cannot('fields of a managed package', place);
  checkName('Field Name', developerName, place);
  const before = catalog.get('CustomField', fullName)?.doc;
  const type = textOf(doc, 'type');
  const label = textOf(doc, 'label');
  if (label === undefined || label === '') throw new Problem('Must specify a non-empty label for the CustomField', place);
  if (label.length > 40) throw new Problem(`Field Label: data value too large: ${label} (max length=40)`, place, 'STRING_TOO_LONG');
  if (type === undefined) throw new Problem('Required field is missing: type', place, 'REQUIRED_FIELD_MISSING');
  if (textOf(doc, 'formula') !== undefined) throw cannot('formula fields', place);
  const rule = rules[type];
  if (!rule) throw cannot(`fields of type ${type}`, place);
  if (type === 'MasterDetail' && textOf(doc, 'required') !== undefined)
    throw new Problem('Master-Detail Relationship Fields Cannot be Optional or Required', place);
  // What is said to be false is said by every file the org itself has written.
  const said = (one: string): boolean =>
    doc[one] !== undefined && !(typeof doc[one] === 'boolean' && doc[one] === false && one !== 'defaultValue');
  for (const one of rule.must ?? [])
    if (textOf(doc, one) === undefined && docOf(doc, one) === undefined)
      throw new Problem(`Must specify '${one}' for a CustomField of type ${type}`, place);
  for (const one of special)
    if (said(one) && !rule.must?.includes(one) && !rule.may?.includes(one))
      throw new Problem(`Can not specify '${one}' for a CustomField of type ${type}`, place);
  range(doc, 'length', type === 'Text' ? 1 : 256, type === 'Text' ? 255 : 131_072, place);
  range(doc, 'precision', 1, 18, place);
  range(doc, 'scale', 0, numberOf(doc, 'precision') ?? 18, place);
  range(doc, 'visibleLines', type === 'MultiselectPicklist' ? 3 : 2, type === 'MultiselectPicklist' ? 10 : 50, place);
  if (type === 'Checkbox' && !/^(?:true|false)$/i.test(textOf(doc, 'defaultValue') ?? ''))
    throw cannot(`a Checkbox with the default ${textOf(doc, 'defaultValue') ?? ''}`, place);
  if (type === 'AutoNumber' && !/^[^{}]*\{0+\}[^{}]*$/.test(textOf(doc, 'displayFormat') ?? ''))
    throw cannot(`the display format ${textOf(doc, 'displayFormat') ?? ''}`, place);
  if (textOf(doc, 'defaultValue') !== undefined && type !== 'Checkbox' && defaultOf(doc) === undefined)
    throw cannot(`the default value ${textOf(doc, 'defaultValue') ?? ''}, a formula`, place);
  if (docOf(doc, 'lookupFilter')) throw cannot('lookup filters', place);
  if (type.endsWith('icklist')) checkValues(doc, place);
  if (rule.to === 'reference') checkReference(catalog, fullName, doc, place);
  checkChange(before, type, place);

  const { fullName: _, ...rest } = doc;
  const defaults: Record<string, boolean> = { trackTrending: false };
  if (rule.may?.includes('externalId')) defaults['externalId'] = false;
  if (rule.may?.includes('required')) defaults['required'] = false;
  if (rule.may?.includes('unique')) defaults['unique'] = false;
  return inOrder('CustomField', { ...defaults, ...rest });
}

/** Values of a list come with the field; lists shared by several fields are not here. */
function checkValues(doc: Doc, place: Place | undefined): void {
  const set = docOf(doc, 'valueSet');
  if (textOf(set, 'valueSetName') !== undefined) throw cannot(`the global value set ${textOf(set, 'valueSetName') ?? ''}`, place);
  if (textOf(set, 'controllingField') !== undefined) throw cannot('dependent picklists', place);
  const definition = docOf(set, 'valueSetDefinition');
  if (!definition) throw new Problem('Must specify either valueSetName or valueSetDefinition', place); // guessed
  const labels = new Set<string>();
  const names = new Set<string>();
  for (const value of docsOf(definition, 'value')) {
    const name = textOf(value, 'fullName');
    if (name === undefined || name === '') throw new Problem('Required field is missing: fullName', place, 'REQUIRED_FIELD_MISSING');
    const label = textOf(value, 'label') ?? name;
    if (names.has(name.toLowerCase())) throw new Problem(`Duplicate value: ${name}`, place, 'DUPLICATE_VALUE'); // guessed after the next
    if (labels.has(label.toLowerCase())) throw new Problem(`Duplicate label: ${label}`, place, 'DUPLICATE_VALUE');
    names.add(name.toLowerCase());
    labels.add(label.toLowerCase());
  }
}

function checkReference(catalog: Catalog, fullName: string, doc: Doc, place: Place | undefined): void {
  const [object = ''] = fullName.split('.');
  const to = textOf(doc, 'referenceTo') ?? '';
  const known = catalog.get('CustomObject', to) ?? catalog.schema.find(to);
  if (!known || to === 'Activity') throw new Problem(`referenceTo value of '${to}' does not resolve to a valid sObject type`, place);
  const type = textOf(doc, 'type');
  if (type === 'Lookup' && isTrue(doc, 'required') && !['Cascade', 'Restrict'].includes(textOf(doc, 'deleteConstraint') ?? ''))
    throw new Problem(
      'field integrity exception: unknown (must specify either cascade delete or restrict delete for required lookup foreign key)',
      place,
    );
  if (
    type === 'MasterDetail' &&
    catalog.get('CustomObject', object)?.doc['nameField'] === undefined &&
    !catalog.schema.find(object)?.custom
  )
    throw new Problem('Can not specify a Master-Detail field on a standard object', place); // guessed: only custom objects are details [D]
  const name = textOf(doc, 'relationshipName');
  if (name === undefined) return;
  checkName('Child Relationship Name', name, place);
  const twin = catalog
    .list('CustomField')
    .find(
      (one) =>
        one.fullName.toLowerCase() !== fullName.toLowerCase() &&
        textOf(one.doc, 'referenceTo') === to &&
        textOf(one.doc, 'relationshipName')?.toLowerCase() === name.toLowerCase(),
    );
  if (twin) throw new Problem(`There is already a Child Relationship named ${name} on ${to}.`, place, 'DUPLICATE_DEVELOPER_NAME');
}

/** Texts among themselves, numbers among themselves; a relationship stays one, a number the org counts stays that. */
const family = (type: string): string => {
  if (['Number', 'Currency', 'Percent'].includes(type)) return 'number';
  if (['Text', 'TextArea', 'LongTextArea', 'Html', 'Phone', 'Email', 'Url', 'Picklist', 'MultiselectPicklist'].includes(type))
    return 'text';
  return type;
};
function checkChange(before: Doc | undefined, type: string, place: Place | undefined): void {
  const was = textOf(before, 'type');
  if (was === undefined || was === type) return;
  // [C "Cannot update a field to a Summary from something else", "Cannot update a field from a Formula to something else"]
  for (const one of ['MasterDetail', 'AutoNumber']) {
    if (type === one) throw new Problem(`Cannot update a field to a ${one} from something else`, place);
    if (was === one) throw new Problem(`Cannot update a field from a ${one} to something else`, place);
  }
  if (family(was) !== family(type)) throw new Problem('Cannot change type due to existing data', place);
}

/** A default that is a constant: `'x'`, a number, true, false. Undefined: it must be worked out. */
function defaultOf(doc: Doc): string | undefined {
  const text = textOf(doc, 'defaultValue') ?? '';
  const quoted = /^(["'])((?:(?!\1).)*)\1$/s.exec(text);
  if (quoted) return quoted[2];
  return /^[+-]?\d+(?:\.\d+)?$/.test(text) || /^(?:true|false)$/i.test(text) ? text.toLowerCase() : undefined;
}

/** What the store makes of it. */
export function toCustomField(fullName: string, doc: Doc): CustomField {
  const [object = '', name = ''] = fullName.split('.');
  const type = textOf(doc, 'type') ?? 'Text';
  const rule = rules[type];
  const values = docsOf(docOf(docOf(doc, 'valueSet'), 'valueSetDefinition'), 'value');
  const named = values.map((value) => ({
    name: textOf(value, 'fullName') ?? '',
    active: value['isActive'] !== false,
    isDefault: isTrue(value, 'default'),
  }));
  const sorted = isTrue(docOf(docOf(doc, 'valueSet'), 'valueSetDefinition'), 'sorted')
    ? named.toSorted((a, b) => (a.name < b.name ? -1 : 1))
    : named;
  const field: CustomField = { object, name, label: textOf(doc, 'label') ?? name, type: rule?.to ?? 'string' };
  const length = numberOf(doc, 'length') ?? (type === 'AutoNumber' ? 30 : undefined);
  if (length !== undefined) field.length = length;
  if (isTrue(doc, 'externalId')) field.externalId = true;
  if (isTrue(doc, 'unique')) field.unique = true;
  if (isTrue(doc, 'caseSensitive')) field.caseSensitive = true;
  if (isTrue(doc, 'required')) field.required = true;
  const [digits, scale] = [numberOf(doc, 'precision'), numberOf(doc, 'scale')];
  if (digits !== undefined) field.digits = digits;
  if (scale !== undefined) field.scale = scale;
  if (values.length > 0) {
    field.picklist = sorted.filter((value) => value.active).map((value) => value.name);
    const inactive = sorted.filter((value) => !value.active).map((value) => value.name);
    if (inactive.length > 0) field.inactive = inactive;
    field.restricted = isTrue(docOf(doc, 'valueSet'), 'restricted');
  }
  const fallback =
    named.find((value) => value.isDefault && value.active)?.name ?? (doc['defaultValue'] === undefined ? undefined : defaultOf(doc));
  if (fallback !== undefined) field.defaultValue = fallback;
  const to = textOf(doc, 'referenceTo');
  if (to !== undefined) field.referenceTo = to;
  const children = textOf(doc, 'relationshipName');
  if (children !== undefined) field.childrenName = children;
  if (type === 'MasterDetail') field.masterDetail = true;
  const format = textOf(doc, 'displayFormat');
  if (type === 'AutoNumber' && format !== undefined) field.autoNumber = format;
  const help = textOf(doc, 'inlineHelpText');
  if (help !== undefined) field.help = help;
  if (type === 'Html') field.html = true;
  return field;
}

const typeOf = (field: CustomField): string => {
  if (field.autoNumber !== undefined) return 'AutoNumber';
  switch (field.type) {
    case 'textarea':
      return field.html ? 'Html' : (field.length ?? 255) > 255 ? 'LongTextArea' : 'TextArea';
    case 'reference':
      return field.masterDetail ? 'MasterDetail' : 'Lookup';
    case 'double':
    case 'int':
      return 'Number';
    default:
      return Object.entries(rules).find(([, rule]) => rule.to === field.type)?.[0] ?? 'Text';
  }
};

/** A field of the org as a document, with what only the document knows. */
export function fromCustomField(field: CustomField, kept: Doc | undefined): Doc {
  const type = typeOf(field);
  const rule = rules[type];
  const has = (one: string) => rule?.must?.includes(one) === true || rule?.may?.includes(one) === true;
  const doc: Record<string, Doc[string]> = { trackTrending: false, ...kept, label: field.label, type };
  const told = (name: string, value: Doc[string]) => {
    if (value !== undefined) doc[name] = value;
  };
  if (has('length')) told('length', field.length ?? (type === 'Text' ? 255 : undefined));
  if (has('precision')) {
    told('precision', field.digits ?? 18);
    told('scale', field.scale ?? 0);
  }
  if (has('externalId')) told('externalId', field.externalId ?? false);
  if (has('unique')) told('unique', field.unique ?? false);
  if (has('required')) told('required', field.required ?? false);
  if (has('visibleLines')) told('visibleLines', kept?.['visibleLines'] ?? (type === 'MultiselectPicklist' ? 4 : 3));
  told('caseSensitive', field.caseSensitive ? true : kept?.['caseSensitive']);
  told('inlineHelpText', field.help);
  told('referenceTo', field.referenceTo);
  told('relationshipName', field.childrenName);
  told('displayFormat', field.autoNumber);
  if (type === 'Checkbox') told('defaultValue', field.defaultValue ?? 'false');
  if (has('valueSet') && kept?.['valueSet'] === undefined)
    told('valueSet', {
      restricted: field.restricted ?? false,
      valueSetDefinition: {
        sorted: false,
        value: [
          ...(field.picklist ?? []).map((name) => ({ fullName: name, default: name === field.defaultValue, label: name })),
          ...(field.inactive ?? []).map((name) => ({ fullName: name, default: false, isActive: false, label: name })),
        ],
      },
    });
  return inOrder('CustomField', doc);
}
