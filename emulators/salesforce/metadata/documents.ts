import { readFileSync } from 'node:fs';
import type { Doc, Leaf, Place, Xml } from './xml.ts';

/** Why a component is not taken, in the words of `DeployMessage.problem`. */
export class Problem extends Error {
  readonly place: Place | undefined;
  /** As the synchronous calls and the Tooling API name it. */
  readonly code: string;

  constructor(message: string, place?: Place, code = 'FIELD_INTEGRITY_EXCEPTION') {
    super(message);
    this.name = 'Problem';
    this.place = place;
    this.code = code;
  }
}

type Element = { readonly name: string; readonly kind: string; readonly many: boolean; readonly values: readonly string[] | undefined };

/**
 * documents.tsv: the elements of each type, in the order of the Metadata WSDL [C jsforce src/api/metadata/wsdl.xml]; `any` is kept as it
 * comes.
 */
const types = new Map<string, Map<string, Element>>();
for (const line of readFileSync(new URL('documents.tsv', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .slice(1)) {
  const [type = '', name = '', kind = '', many = ''] = line.split('\t');
  const values = kind.startsWith('enum ') ? kind.slice('enum '.length).split('|') : undefined;
  const elements = types.get(type) ?? new Map<string, Element>();
  elements.set(name, { name, kind: values ? 'enum' : kind, many: many === 'many', values });
  types.set(type, elements);
}
const enumNames: Readonly<Record<string, string>> = { 'CustomField.type': 'FieldType' };
const enumName = (type: string, element: string): string =>
  enumNames[`${type}.${element}`] ?? element.charAt(0).toUpperCase() + element.slice(1);

const nil = (xml: Xml): boolean => xml.attributes['nil'] === 'true' || xml.attributes['nil'] === '1';

/** A document without a known type: texts, lists where an element comes twice. */
export function readAny(xml: Xml): Doc {
  const doc: Record<string, Leaf | Doc | (Leaf | Doc)[]> = {};
  for (const one of xml.children) {
    if (nil(one)) continue;
    const value = one.children.length > 0 ? readAny(one) : one.text;
    const before = doc[one.name];
    doc[one.name] = before === undefined ? value : Array.isArray(before) ? [...before, value] : [before, value];
  }
  return doc;
}

function leaf(type: string, element: Element, text: string, place: Place): Leaf {
  const value = text.trim();
  switch (element.kind) {
    case 'boolean':
      if (value === 'true' || value === '1') return true;
      if (value === 'false' || value === '0') return false;
      throw new Problem(`Error parsing file: '${value}' is not a valid value for the type xsd:boolean`, place);
    case 'int':
      if (!/^[+-]?\d{1,10}$/.test(value))
        throw new Problem(`Error parsing file: '${value}' is not a valid value for the type xsd:int`, place);
      return Number(value);
    case 'enum':
      if (!element.values?.includes(value))
        throw new Problem(`Error parsing file: '${value}' is not a valid value for the enum '${enumName(type, element.name)}'`, place);
      return value;
    default:
      return text;
  }
}

/** An element as a document of this type. Throws `Problem` with the org's words for what doesn't fit. */
export function readTyped(type: string, xml: Xml): Doc {
  const elements = types.get(type);
  if (!elements) return readAny(xml);
  const found = new Map<string, Leaf | Doc | (Leaf | Doc)[]>();
  for (const one of xml.children) {
    const element = elements.get(one.name);
    if (!element)
      throw new Problem(
        `Error parsing file: Element {http://soap.sforce.com/2006/04/metadata}${one.name} invalid at this location in type ${type}`,
        one.opened,
      );
    if (!element.many && found.has(one.name))
      throw new Problem(`Error parsing file: Element ${one.name} is duplicated at this location in type ${type}`, one.opened);
    if (nil(one)) continue;
    const value = types.has(element.kind)
      ? readTyped(element.kind, one)
      : element.kind === 'any'
        ? one.children.length > 0
          ? readAny(one)
          : one.text
        : leaf(type, element, one.text, one.closed);
    const before = found.get(one.name);
    found.set(one.name, element.many ? [...(Array.isArray(before) ? before : []), value] : value);
  }
  return inOrder(type, Object.fromEntries(found));
}

/** The same of what came as JSON (Tooling API): null is left out. */
export function readJson(type: string, json: unknown, path = 'Metadata'): Doc {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new Problem(`${path} is not an object`, undefined, 'JSON_PARSER_ERROR');
  const elements = types.get(type) ?? new Map<string, Element>();
  const found: Record<string, Leaf | Doc | (Leaf | Doc)[]> = {};
  for (const [key, value] of Object.entries(json as Record<string, unknown>)) {
    // The Tooling API calls a value's name valueName [C several public clients].
    const name = type === 'CustomValue' && key === 'valueName' ? 'fullName' : key;
    const element = elements.get(name);
    if (!element) throw new Problem(`No such column '${key}' on sobject of type ${type}`, undefined, 'INVALID_FIELD');
    if (value === null || value === undefined) continue;
    const one = (given: unknown): Leaf | Doc => {
      if (types.has(element.kind)) return readJson(element.kind, given, `${path}.${key}`);
      if (typeof given !== 'string' && typeof given !== 'number' && typeof given !== 'boolean') return given as Doc;
      try {
        return leaf(type, element, String(given), { line: 0, column: 0 });
      } catch (cause) {
        if (cause instanceof Problem)
          throw new Problem(`${cause.message.replace('Error parsing file: ', '')} at ${path}.${key}`, undefined, 'JSON_PARSER_ERROR');
        throw cause;
      }
    };
    found[name] = element.many ? (Array.isArray(value) ? value.map(one) : [one(value)]) : one(value);
  }
  return inOrder(type, found);
}

/** As the org writes a document of this type: the name first, the rest by the alphabet. */
export function inOrder(type: string, doc: Doc): Doc {
  const elements = types.get(type);
  if (!elements) return doc;
  const sorted: Record<string, Doc[string]> = {};
  for (const element of elements.values()) {
    const value = doc[element.name];
    if (value === undefined) continue;
    const one = (given: Leaf | Doc): Leaf | Doc => (typeof given === 'object' ? inOrder(element.kind, given) : given);
    sorted[element.name] = Array.isArray(value) ? (value as (Leaf | Doc)[]).map(one) : one(value as Leaf | Doc);
  }
  return sorted;
}

/** Every element of a type, empty ones as null: how the Tooling API shows `Metadata`. */
export const allElements = (type: string): string[] => [...(types.get(type)?.keys() ?? [])].filter((name) => name !== 'fullName');

// What a document holds, read with care: stored documents come back as JSON.
export const textOf = (doc: Doc | undefined, name: string): string | undefined => {
  const value = doc?.[name];
  return typeof value === 'string' ? value.trim() : typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
};
export const numberOf = (doc: Doc | undefined, name: string): number | undefined => {
  const value = doc?.[name];
  return typeof value === 'number' ? value : undefined;
};
export const isTrue = (doc: Doc | undefined, name: string): boolean => doc?.[name] === true || doc?.[name] === 'true';
export const docOf = (doc: Doc | undefined, name: string): Doc | undefined => {
  const value = doc?.[name];
  return typeof value === 'object' && !Array.isArray(value) ? (value as Doc) : undefined;
};
export const docsOf = (doc: Doc | undefined, name: string): Doc[] => {
  const value = doc?.[name];
  const list = value === undefined ? [] : Array.isArray(value) ? (value as (Leaf | Doc)[]) : [value as Leaf | Doc];
  return list.filter((one): one is Doc => typeof one === 'object');
};
export const textsOf = (doc: Doc | undefined, name: string): string[] => {
  const value = doc?.[name];
  const list = value === undefined ? [] : Array.isArray(value) ? (value as (Leaf | Doc)[]) : [value as Leaf | Doc];
  return list.filter((one) => typeof one !== 'object').map((one) => String(one).trim());
};
