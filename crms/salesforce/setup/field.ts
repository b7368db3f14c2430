import type { AddField } from '../../../server/crm-setup.ts';

/** A custom field as the Metadata and Tooling APIs both describe it, under the object it is made on. */
export type CustomField = { readonly object: string; readonly name: string; readonly metadata: Metadata };
export type Metadata = { readonly [element: string]: string | number | boolean | Metadata };

/** Tasks and events share their custom fields, which are made on Activity and on nothing else (salesforce.md §3.1, MT-30). */
const objects = {
  activity: 'Activity',
  lead: 'Lead',
  contact: 'Contact',
  account: 'Account',
  case: 'Case',
  opportunity: 'Opportunity',
} as const satisfies Record<AddField['object'], string>;

/** What permission sets, describes and queries call the object. */
export const seenAs = (object: string): string => (object === 'Activity' ? 'Task' : object);

/** A picklist must have a value (MT-31); and it is open, so that a tag nobody entered there is no refusal. */
const choices: Metadata = {
  restricted: false,
  valueSetDefinition: { sorted: false, value: { fullName: '-', default: false, label: '-' } },
};
const types: Readonly<Record<AddField['type'], Metadata>> = {
  text: { type: 'Text', length: 255 },
  'long-text': { type: 'LongTextArea', length: 32_768, visibleLines: 5 },
  number: { type: 'Number', precision: 18, scale: 0 },
  date: { type: 'Date' },
  'date-time': { type: 'DateTime' },
  checkbox: { type: 'Checkbox', defaultValue: 'false' },
  url: { type: 'Url' },
  phone: { type: 'Phone' },
  picklist: { type: 'Picklist', valueSet: choices },
  'multi-picklist': { type: 'MultiselectPicklist', visibleLines: 5, valueSet: choices },
};

/** Letters and digits of a label, as an API name may have them; empty where it has none of them (カナ). */
function nameFrom(label: string): string {
  const plain = label.normalize('NFKD').replace(/\p{M}/gu, '');
  return plain
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, 30)
    .replace(/_+$/, '');
}

/** The field an admin asks for. All of ours begin alike, so that uninstalling finds them; 40 characters are the most a name may have. */
export function fieldFor({ object, label, type, name }: AddField): CustomField {
  // Of a label without Latin letters its type is left: one such field an object, unless its name is given.
  const own = name ?? (nameFrom(label) || type.replaceAll('-', '_'));
  return {
    object: objects[object],
    name: `Cordboard_${own}__c`,
    metadata: { label, description: 'Made by Cordboard for an administrator.', ...types[type] },
  };
}

/** Nothing but elements with text in them, as in our own files. */
export function readFlat(xml: string): Record<string, string | number | boolean> {
  const read = (text: string) =>
    text === 'true' || text === 'false' ? text === 'true' : /^\d+$/.test(text) ? Number(text) : unescaped(text);
  return Object.fromEntries([...xml.matchAll(/<(\w+)>([^<]*)<\/\1>/g)].map(([, name = '', text = '']) => [name, read(text)]));
}

/** Elements in XML, each on a line of its own. */
export function writeElements(metadata: Metadata, indent = '    '): string {
  return Object.entries(metadata)
    .map(([name, value]) =>
      typeof value === 'object'
        ? `${indent}<${name}>\n${writeElements(value, `${indent}    `)}${indent}</${name}>\n`
        : `${indent}<${name}>${escaped(String(value))}</${name}>\n`,
    )
    .join('');
}

const signs: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };
export const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => signs[sign] ?? sign);
const unescaped = (text: string): string =>
  Object.entries(signs).reduceRight((read, [sign, entity]) => read.replaceAll(entity, sign), text);
