import avro from 'avsc';
import { createHash } from 'node:crypto';
import { idFor } from '../ids.ts';
import type { Field, SObject } from '../schema.ts';
import type { Row, Value } from '../store.ts';

// How a record's change looks on the wire: Avro, one schema for each object. Shapes as in the schemas of AccountChangeEvent and
// ContactChangeEvent that a real org gave [C Valeriyyy/SalesforceGRPC].

export const changeTypes = [
  'CREATE',
  'UPDATE',
  'DELETE',
  'UNDELETE',
  'GAP_CREATE',
  'GAP_UPDATE',
  'GAP_DELETE',
  'GAP_UNDELETE',
  'GAP_OVERFLOW',
  'SNAPSHOT',
] as const;
export type ChangeType = (typeof changeTypes)[number];

export type Header = {
  entityName: string;
  recordIds: string[];
  changeType: ChangeType;
  changeOrigin: string;
  transactionKey: string;
  sequenceNumber: number;
  /** Milliseconds, of whole seconds [C pozil/pub-sub-api-node-client#27]. */
  commitTimestamp: number;
  /** Digits: in a real org it is beyond what a double can count [C the same]. */
  commitNumber: string;
  commitUser: string;
};
export type Scalar = string | number | boolean | null;
/** One event as it is kept. Paths are `Phone` or `MailingAddress.City`; what `values` leaves out is null. */
export type EventBody = {
  header: Header;
  values: Record<string, Scalar | Record<string, Scalar>>;
  changed: string[];
  nulled: string[];
  diff: string[];
};

/** `ContactChangeEvent`, `Invoice__ChangeEvent` [D CDC guide, change event name]. */
export const eventName = (object: string): string =>
  object.endsWith('__c') ? `${object.slice(0, -'__c'.length)}__ChangeEvent` : `${object}ChangeEvent`;

/** In neither of the recorded schemas, though the objects have them. */
const leftOut = new Set([
  'Id',
  'IsDeleted',
  'MasterRecordId',
  'SystemModstamp',
  'LastActivityDate',
  'LastViewedDate',
  'LastReferencedDate',
  'PhotoUrl',
  'IsEmailBounced',
]);
const leftOutOf: Readonly<Record<string, readonly string[]>> = { Account: ['IsPersonAccount'] };

const nameParts = ['Salutation', 'FirstName', 'LastName', 'MiddleName', 'InformalName', 'Suffix'];
const addressParts = [
  'Street',
  'City',
  'State',
  'PostalCode',
  'Country',
  'StateCode',
  'CountryCode',
  'Latitude',
  'Longitude',
  'GeocodeAccuracy',
];
/** These exist only where an admin has switched on lists of countries and states. */
const codes = new Set(['StateCode', 'CountryCode']);

const has = (object: SObject, name: string): boolean => object.byName.has(name.toLowerCase());

/** Where a field of the record stands in the event: by itself, or as a part of a compound. */
type Place = { readonly field: string; readonly part?: string };
function placeOf(object: SObject, field: Field): Place | undefined {
  if (leftOut.has(field.name) || leftOutOf[object.name]?.includes(field.name)) return undefined;
  if (field.custom) return { field: field.name };
  if (nameParts.includes(field.name) && has(object, 'LastName')) return { field: 'Name', part: field.name };
  // The full name of a person is made of its parts, and is no field of the event.
  if (field.name === 'Name' && object.name !== 'Account' && has(object, 'LastName')) return undefined;
  const part = addressParts.find((one) => field.name.endsWith(one) && has(object, `${field.name.slice(0, -one.length)}Street`));
  return part === undefined ? { field: field.name } : { field: `${field.name.slice(0, -part.length)}Address`, part };
}
const pathOf = ({ field, part }: Place): string => (part === undefined ? field : `${field}.${part}`);

type AvroType = 'null' | 'string' | 'boolean' | 'int' | 'long' | 'double';
type AvroRecord = { name: string; type: 'record'; fields: { name: string; type: unknown; default: null }[] };
type AvroField = { name: string; type: unknown; doc: string; default?: null };

const avroTypes: Partial<Record<Field['type'], AvroType>> = {
  boolean: 'boolean',
  int: 'int',
  double: 'double',
  currency: 'double',
  percent: 'double',
  date: 'long',
  datetime: 'long',
};
const docTypes: Partial<Record<Field['type'], string>> = {
  picklist: 'DynamicEnum',
  multipicklist: 'MultiEnum',
  combobox: 'TextEnum', // guessed
  phone: 'Phone',
  email: 'Email',
  url: 'Url',
  boolean: 'Boolean',
  int: 'Integer',
  double: 'Double',
  currency: 'Currency',
  percent: 'Percent',
  date: 'DateOnly',
  datetime: 'DateTime',
};

/** An id for a custom field, the same as long as its name is; a real org has the field's own. */
function fieldId(object: SObject, field: Field): string {
  const serial = createHash('sha256').update(`${object.name}.${field.name}`).digest().readUIntBE(0, 6);
  return idFor('00N', serial).slice(0, 15);
}

function docOf(object: SObject, field: Field): string {
  if (field.name === 'CreatedDate') return 'CreatedDate:DateTime';
  if (field.type === 'reference') return 'ForeignKey:EntityId';
  const type = field.type === 'textarea' ? (field.length > 255 ? 'StringPlusClob' : 'MultiLineText') : (docTypes[field.type] ?? 'Text');
  return `Data:${type}${field.custom ? `:${fieldId(object, field)}` : ''}`;
}

const strings = { type: 'array', items: 'string' };
const header: AvroField = {
  name: 'ChangeEventHeader',
  type: {
    type: 'record',
    name: 'ChangeEventHeader',
    fields: [
      { name: 'entityName', type: 'string' },
      { name: 'recordIds', type: strings },
      { name: 'changeType', type: { type: 'enum', name: 'ChangeType', symbols: changeTypes } },
      { name: 'changeOrigin', type: 'string' },
      { name: 'transactionKey', type: 'string' },
      { name: 'sequenceNumber', type: 'int' },
      { name: 'commitTimestamp', type: 'long' },
      { name: 'commitNumber', type: 'long' },
      { name: 'commitUser', type: 'string' },
      { name: 'nulledFields', type: strings },
      { name: 'diffFields', type: strings },
      { name: 'changedFields', type: strings },
    ],
  },
  doc: 'Data:ComplexValueType',
};

/** The type's definition where it is met first, its name from then on: Avro knows a name only once. */
function once(met: Set<string>, type: AvroRecord): unknown {
  if (met.has(type.name)) return type.name;
  met.add(type.name);
  return type;
}
const compound = (name: string, parts: readonly string[]): AvroRecord => ({
  name,
  type: 'record',
  fields: parts.map((part) => ({
    name: part,
    type: ['null', part === 'Latitude' || part === 'Longitude' ? 'double' : 'string'],
    default: null,
  })),
});

function avroFields(object: SObject): AvroField[] {
  const met = new Set<string>();
  const fields = new Map<string, AvroField>();
  const add = (name: string, types: unknown[], doc: string) => {
    if (!fields.has(name)) fields.set(name, { name, type: ['null', ...types], doc, default: null });
  };
  const names = nameParts.filter((part, place) => place < 3 || has(object, part));
  for (const field of object.fields) {
    const place = placeOf(object, field);
    if (!place || fields.has(place.field)) continue;
    // "Switchable": a text for a company, its parts for a person.
    if (place.field === 'Name' && object.name === 'Account')
      add('Name', ['string', once(met, compound('Switchable_PersonName', names))], 'Data:Switchable_PersonName');
    else if (place.part === undefined) add(place.field, [avroTypes[field.type] ?? 'string'], docOf(object, field));
    else if (place.field === 'Name') add('Name', [once(met, compound('PersonName', names))], 'Data:PersonName');
    else {
      const parts = addressParts.filter((part) => !codes.has(part) || object.fields.some(({ name }) => name.endsWith(part)));
      add(place.field, [once(met, compound('Address', parts))], 'Data:Address');
    }
  }
  return [header, ...fields.values()];
}

/** A schema as it is kept and told: its id is a hash of it, so it is another one as soon as a field comes or goes. */
export type EventSchema = { readonly id: string; readonly json: string };
const known = new WeakMap<SObject, EventSchema>();
export function eventSchema(object: SObject): EventSchema {
  const met = known.get(object);
  if (met) return met;
  const schema = { name: eventName(object.name), namespace: 'com.sforce.eventbus', type: 'record', fields: avroFields(object) };
  // 22 characters, and told in the schema as its "uuid" [C recorded 2026-07-02 of a platform event].
  const id = createHash('sha256').update(JSON.stringify(schema)).digest().subarray(0, 16).toString('base64url');
  const made = { id, json: JSON.stringify({ ...schema, uuid: id }) };
  known.set(object, made);
  return made;
}

/** As the wire has it: yes-no as such, days and moments as milliseconds [D differences between Streaming and Pub/Sub API]. */
function scalar(field: Field, value: Value): Scalar {
  if (value === null) return null;
  if (field.type === 'boolean') return value === 1;
  return field.type === 'date' ? Date.parse(String(value)) : value;
}

/** A person's name is told by its parts, a company's as one text. */
const absent = (object: SObject, row: Row, field: Field): boolean =>
  object.name === 'Account' &&
  (row['IsPersonAccount'] === 1 ? field.name === 'Name' : nameParts.includes(field.name) && has(object, 'LastName'));

/** Path and value of each of these columns of a record, in the order of the object's fields. */
export function placed(object: SObject, row: Row, columns?: ReadonlySet<string>): { path: string; column: string; value: Scalar }[] {
  return object.fields.flatMap((field) => {
    if ((columns && !columns.has(field.name)) || absent(object, row, field)) return [];
    const place = placeOf(object, field);
    return place ? [{ path: pathOf(place), column: field.name, value: scalar(field, row[field.name] ?? null) }] : [];
  });
}
export const pathsOf = (object: SObject, columns: ReadonlySet<string>): Set<string> =>
  new Set(
    object.fields.flatMap((field) => {
      const place = columns.has(field.name) ? placeOf(object, field) : undefined;
      return place ? [pathOf(place)] : [];
    }),
  );

/** Values by path, as an event holds them. */
export function nested(values: readonly { path: string; value: Scalar }[]): EventBody['values'] {
  const found: EventBody['values'] = {};
  for (const { path, value } of values) {
    const [field = '', part] = path.split('.');
    if (value === null) continue;
    if (part === undefined) found[field] = value;
    else found[field] = { ...(found[field] as Record<string, Scalar> | undefined), [part]: value };
  }
  return found;
}

/** Bit n of the hexadecimal number is the field at place n, in whole bytes. */
function bits(places: Iterable<number>): string {
  let number = 0n;
  for (const place of places) number |= 1n << BigInt(place);
  const digits = number.toString(16).toUpperCase();
  return `0x${digits.length % 2 === 0 ? digits : `0${digits}`}`;
}

/**
 * Fields as a change event names them: first the plain ones as one bitmap over the schema's fields, then of each compound its place, a
 * hyphen and a bitmap over its parts [D Pub/Sub API, event deserialization considerations].
 */
function bitmaps(layout: Layout, paths: Iterable<string>): string[] {
  const top = new Set<number>();
  const inner = new Map<number, Set<number>>();
  for (const path of paths) {
    const [field = '', part] = path.split('.');
    const found = layout.get(field);
    if (!found) continue;
    if (part === undefined) top.add(found.place);
    else {
      const places = inner.get(found.place) ?? new Set();
      places.add(found.parts.indexOf(part));
      inner.set(found.place, places);
    }
  }
  return [
    ...(top.size > 0 ? [bits(top)] : []),
    ...[...inner].toSorted(([a], [b]) => a - b).map(([place, places]) => `${place}-${bits(places)}`),
  ];
}

/** Fields of a schema by name: where each stands, and the parts of a compound. */
export type Layout = ReadonlyMap<string, { readonly place: number; readonly parts: readonly string[] }>;

/** Longs beyond 2^53 lose no digit. */
const longs = avro.types.LongType.__with({
  fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
  toBuffer(value: bigint) {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(value);
    return bytes;
  },
  fromJSON: BigInt,
  toJSON: String,
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: (a: bigint, b: bigint) => (a === b ? 0 : a < b ? -1 : 1),
});

/** Writes events of one schema, an older one too. */
export class EventWriter {
  readonly #type: avro.Type;
  readonly #fields: readonly string[];
  readonly #longs: ReadonlySet<string>;
  readonly #layout: Layout;

  constructor(json: string) {
    const schema = JSON.parse(json) as { fields: AvroField[] };
    this.#type = avro.Type.forSchema(JSON.parse(json) as avro.Schema, { registry: { long: longs } });
    this.#fields = schema.fields.slice(1).map(({ name }) => name);
    this.#longs = new Set(schema.fields.filter(({ type }) => Array.isArray(type) && type.includes('long')).map(({ name }) => name));
    this.#layout = layoutOf(schema.fields);
  }

  /** The event without the fields at `hidden` paths. */
  write({ header: told, values, changed, nulled, diff }: EventBody, hidden: ReadonlySet<string>): Buffer {
    const seen = (paths: readonly string[]) =>
      bitmaps(
        this.#layout,
        paths.filter((path) => !hidden.has(path)),
      );
    return this.#type.toBuffer({
      ChangeEventHeader: {
        ...told,
        commitTimestamp: BigInt(told.commitTimestamp),
        commitNumber: BigInt(told.commitNumber),
        nulledFields: seen(nulled),
        diffFields: seen(diff),
        changedFields: seen(changed),
      },
      ...Object.fromEntries(this.#fields.map((name) => [name, this.#value(name, values[name] ?? null, hidden)])),
    });
  }

  #value(name: string, value: Scalar | Record<string, Scalar>, hidden: ReadonlySet<string>): unknown {
    if (value === null || hidden.has(name)) return null;
    if (typeof value !== 'object') return this.#longs.has(name) ? BigInt(value) : value;
    const parts = (this.#layout.get(name)?.parts ?? []).map(
      (part) => [part, hidden.has(`${name}.${part}`) ? null : (value[part] ?? null)] as const,
    );
    return parts.every(([, part]) => part === null) ? null : Object.fromEntries(parts);
  }
}

function layoutOf(fields: readonly AvroField[]): Layout {
  const records = new Map<string, readonly string[]>();
  return new Map(
    fields.map(({ name, type }, place) => {
      const options: unknown[] = Array.isArray(type) ? type : [];
      const record = options.find((one): one is AvroRecord => typeof one === 'object' && one !== null);
      if (record)
        records.set(
          record.name,
          record.fields.map((part) => part.name),
        );
      const named = options.find((one): one is string => typeof one === 'string' && records.has(one));
      return [name, { place, parts: records.get(record?.name ?? named ?? '') ?? [] }];
    }),
  );
}
