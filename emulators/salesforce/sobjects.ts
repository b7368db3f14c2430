import {
  entityIsDeleted,
  keyInBody,
  noSuchExternalField,
  noSuchReference,
  notFound,
  notImplemented,
  noSuchColumn,
  Refusal,
} from './errors.ts';
import { readId } from './ids.ts';
import { deleteRow, insertRow, updateRow } from './records.ts';
import { allow, jsonBody, type Answer, type Call } from './call.ts';
import type { Field, SObject } from './schema.ts';
import { maySee } from './sharing.ts';
import type { Row } from './store.ts';
import { readRecord, readValue, writeValue } from './values.ts';
import type { Ctx, Work } from './work.ts';

// /sobjects/X, /sobjects/X/<id>, /sobjects/X/<ExternalField>/<value>

export const mustBeWritable = (object: SObject): void => {
  if (!object.writable) throw notImplemented(`writing ${object.name} records through the API`);
};

/** The field an upsert may go by: an external id, or one flagged idLookup, such as an e-mail [D dome_upsert]. */
export function keyField(object: SObject, name: string): Field {
  const field = object.byName.get(name.toLowerCase());
  if (!field || !(field.externalId || field.idLookup)) throw noSuchExternalField(name);
  return field;
}

/** A record as an answer: every field in the object's own order. */
export function recordBody(object: SObject, row: Row, version: string, fields: readonly Field[] = object.fields): Record<string, unknown> {
  return {
    attributes: { type: object.name, url: `/services/data/v${version}/sobjects/${object.name}/${String(row['Id'])}` },
    ...Object.fromEntries(fields.map((field) => [field.name, writeValue(field, row[field.name])])),
  };
}

export function fieldsAsked(object: SObject, names: readonly string[]): Field[] {
  return names.map((name) => {
    const field = object.byName.get(name.trim().toLowerCase());
    if (!field) throw noSuchColumn(name, object.name);
    return field;
  });
}

const created = (id: string, more: Record<string, unknown> = {}) => ({ id, success: true, errors: [], ...more });

export function* sobject(call: Call, ctx: Ctx): Work<Answer> {
  const [, type = '', key, value] = call.path;
  const object = ctx.store.schema.inAddress(type);
  if (!object) throw notFound();
  if (call.path.length > 4) throw notImplemented(`related records by path (${call.path.slice(3).join('/')})`);
  if (key === undefined) {
    allow(call, 'GET', 'HEAD', 'POST');
    if (call.method !== 'POST') throw notImplemented(`the basic information of ${object.name}; use …/describe`);
    return yield* create(call, ctx, object);
  }
  if (key === 'updated' || key === 'deleted') throw notImplemented(`/sobjects/${object.name}/${key}`);
  if (value === undefined) return yield* byId(call, ctx, object, key);
  if (key.toLowerCase() === 'id') return yield* byId(call, ctx, object, value);
  return yield* byKey(call, ctx, object, keyField(object, key), value);
}

function* create(call: Call, ctx: Ctx, object: SObject): Work<Answer> {
  mustBeWritable(object);
  const given = readRecord(object, jsonBody(call));
  if ('Id' in given) throw keyInBody('Id');
  yield { wait: 'begin' };
  const id = yield* insertRow(ctx, object, given);
  return { status: 201, body: created(id), headers: { Location: `/services/data/v${ctx.version}/sobjects/${object.name}/${id}` } };
}

function* byId(call: Call, ctx: Ctx, object: SObject, text: string): Work<Answer> {
  allow(call, 'GET', 'HEAD', 'PATCH', 'DELETE');
  const id = readId(text);
  if (id === undefined || ctx.store.schema.ofId(id) !== object) throw noSuchExternalField(text); // [C quoted for bare words as ids]
  if (call.method === 'GET' || call.method === 'HEAD') {
    const row = ctx.store.get(object, id);
    if (!row || !maySee(ctx.store, ctx.userId, object, row)) throw notFound(); // [D errorcodes: 404 also for what one may not see]
    if (row['IsDeleted'] === 1) throw entityIsDeleted();
    const names = call.query.get('fields');
    return { status: 200, body: recordBody(object, row, ctx.version, names === null ? undefined : fieldsAsked(object, names.split(','))) };
  }
  mustBeWritable(object);
  const given = call.method === 'PATCH' ? readRecord(object, jsonBody(call)) : undefined;
  if (given && 'Id' in given) throw keyInBody('Id');
  if (!ctx.store.get(object, id))
    throw call.method === 'PATCH' ? notFound() : new Refusal(404, noSuchReference().code, noSuchReference().message, []); // [K]
  yield { wait: 'begin' };
  if (given) yield* updateRow(ctx, object, id, given);
  else yield* deleteRow(ctx, object, id);
  return { status: 204 };
}

function* byKey(call: Call, ctx: Ctx, object: SObject, field: Field, text: string): Work<Answer> {
  allow(call, 'GET', 'HEAD', 'PATCH', 'DELETE');
  const value = readValue(field, text);
  const matches = value === null ? [] : ctx.store.find(object, field, value, 200);
  const urlOf = (row: Row) => `/services/data/v${ctx.version}/sobjects/${object.name}/${String(row['Id'])}`;
  if (matches.length > 1) return { status: 300, body: matches.map(urlOf) }; // [D errorcodes: the body lists the records]
  const match = matches[0];
  if (call.method !== 'PATCH') {
    if (!match) throw notFound();
    return yield* byId(call, ctx, object, String(match['Id']));
  }
  mustBeWritable(object);
  const given = readRecord(object, jsonBody(call));
  if (field.name in given) throw keyInBody(field.name);
  if ('Id' in given) throw keyInBody('Id');
  if (!match && call.query.get('updateOnly') === 'true') throw notFound();
  yield { wait: 'begin' };
  if (match) {
    yield* updateRow(ctx, object, String(match['Id']), given);
    return { status: 200, body: created(String(match['Id']), { created: false }) };
  }
  const id = yield* insertRow(ctx, object, { ...given, [field.name]: value });
  return {
    status: 201,
    body: created(id, { created: true }),
    headers: { Location: `/services/data/v${ctx.version}/sobjects/${object.name}/${id}` },
  };
}
