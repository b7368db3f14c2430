import { jsonWrongType, noSuchColumn, notImplemented } from './errors.ts';
import type { Field, SObject } from './schema.ts';
import type { Row, Value } from './store.ts';

// Between JSON and what is kept: the types of fields.

const textTypes = new Set<Field['type']>(['string', 'textarea', 'picklist', 'multipicklist', 'combobox', 'phone', 'email', 'url']);
export const isText = (field: Field): boolean => textTypes.has(field.type);

/** Leading and trailing white space goes, an empty text is no text [K; the characters are Java's trim(), guessed]. */
const trimmed = (text: string): string => text.replace(/^[\u0000-\u0020]+|[\u0000-\u0020]+$/g, '');

/** Audit times have whole seconds: every recorded answer ends in `.000+0000` [C]. */
export const wholeSecond = (ms: number): number => Math.floor(ms / 1000) * 1000;

const jsonToken = (value: unknown): string => {
  switch (typeof value) {
    case 'string':
      return 'VALUE_STRING';
    case 'number':
      return Number.isInteger(value) ? 'VALUE_NUMBER_INT' : 'VALUE_NUMBER_FLOAT';
    case 'boolean':
      return value ? 'VALUE_TRUE' : 'VALUE_FALSE';
    default:
      return Array.isArray(value) ? 'START_ARRAY' : 'START_OBJECT';
  }
};

/** A JSON value as this field keeps it. Wrong types end the whole request, as the org's parser does before it looks at any row [K]. */
export function readValue(field: Field, value: unknown): Value {
  if (value === null) return null;
  const wrong = (type: string) =>
    jsonWrongType(type, jsonToken(value), Array.isArray(value) ? '[' : typeof value === 'object' ? '{' : value);
  switch (field.type) {
    case 'boolean':
      if (typeof value !== 'boolean') throw wrong('boolean');
      return value ? 1 : 0;
    case 'int':
    case 'double':
    case 'currency':
    case 'percent': {
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value; // digits in a string are taken [K]
      if (typeof number !== 'number' || !Number.isFinite(number) || (field.type === 'int' && !Number.isInteger(number)))
        throw wrong(field.type === 'int' ? 'int' : 'double');
      return number;
    }
    case 'date': {
      const found = typeof value === 'string' ? /^(\d{4}-\d{2}-\d{2})(?:T[\d:.+Z-]+)?$/.exec(value)?.[1] : undefined; // a datetime is cut [C]
      if (found === undefined || Number.isNaN(Date.parse(found)) || new Date(found).toISOString().slice(0, 10) !== found)
        throw wrong('date');
      return found;
    }
    case 'datetime': {
      const ms = typeof value === 'string' ? readDatetime(value) : undefined;
      if (ms === undefined) throw wrong('datetime');
      return wholeSecond(ms);
    }
    case 'address':
      return null; // nobody may write it
    case 'id':
    case 'reference':
      if (typeof value !== 'string') throw wrong('reference');
      return value === '' ? null : value;
    default: {
      if (typeof value !== 'string') throw wrong('string');
      const text = trimmed(value);
      return text === '' ? null : text;
    }
  }
}

export function readDatetime(text: string): number | undefined {
  const parts = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(\.\d{1,9})?(Z|[+-]\d{2}:?\d{2})?$/.exec(text);
  if (!parts) return undefined;
  const zone = parts[4] === undefined ? 'Z' : parts[4].replace(/^([+-]\d{2})(\d{2})$/, '$1:$2');
  const ms = Date.parse(`${parts[1]}T${parts[2]}${(parts[3] ?? '').slice(0, 4)}${zone}`);
  return Number.isNaN(ms) ? undefined : ms;
}

/** A list of ids that stands for records between two others [D object reference, Task.TaskWhoIds]: a real org with Shared Activities has it. */
export const isJunctionList = (object: SObject, name: string): boolean =>
  name.toLowerCase() === 'taskwhoids' && object.byName.has('whocount');

/** A record as sent, in the org's own terms. `attributes` is not data. */
export function readRecord(object: SObject, sent: Record<string, unknown>): Row {
  const row: Row = {};
  for (const [name, value] of Object.entries(sent)) {
    if (name === 'attributes') continue;
    const field = object.byName.get(name.toLowerCase());
    if (field) row[field.name] = readValue(field, value);
    else if (isJunctionList(object, name)) throw notImplemented(`writing ${object.name}.${name}: make TaskRelation records`);
    else throw noSuchColumn(name, object.name);
  }
  return row;
}

/** A kept value as JSON. */
export function writeValue(field: Field, value: Value | undefined): unknown {
  if (value === null || value === undefined) return null;
  if (field.type === 'boolean') return value === 1;
  if (field.type === 'address') return JSON.parse(String(value)) as unknown;
  if (field.type === 'datetime') return new Date(Number(value)).toISOString().replace('Z', '+0000');
  return value;
}
