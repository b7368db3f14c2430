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
import { allow, jsonBody, type Answer, type Call, type Org } from './call.ts';
import { describeBrief } from './describe.ts';
import { readSent } from './parents.ts';
import { etagOf, precondition, validatorHeaders, type Validators } from './resources/conditional.ts';
import { noteRecent, recentItems } from './resources/recent.ts';
import { relatedTo } from './resources/related.ts';
import { replication } from './resources/replication.ts';
import type { Field, SObject } from './schema.ts';
import { schemaFor } from './rights/seen.ts';
import { hasViewAllData, maySee } from './sharing.ts';
import type { Row } from './store.ts';
import { readValue, writeValue } from './values.ts';
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

/** "If the external ID field isn't unique, the user needs View All Data to upsert by it" [D resources_sobject_upsert; code and words guessed]. */
export function mustSeeAllFor(ctx: Ctx, field: Field): void {
  if (field.externalId && !field.unique && !hasViewAllData(ctx.store, ctx.userId))
    throw new Refusal(403, 'INSUFFICIENT_ACCESS', `View All Data is needed to upsert by ${field.name}, which is not unique`);
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

/** What an address may end in besides an id, in a real org. */
const elsewhere = [
  'describe',
  'listviews',
  'quickactions',
  'defaultvalues',
  'relevantitems',
  'approvallayouts',
  'suggestedarticles',
  'eventschema',
];

export function* sobject(call: Call, ctx: Ctx, org: Org): Work<Answer> {
  const [, type = '', key, value, ...more] = call.path;
  const object = schemaFor(ctx).inAddress(type);
  if (!object) throw notFound();
  if (key === undefined) {
    allow(call, 'GET', 'HEAD', 'POST');
    if (call.method === 'POST') return yield* create(call, ctx, object);
    // [D resources_sobject_basic_info_get]
    return { status: 200, body: { objectDescribe: describeBrief(object, ctx.version), recentItems: recentItems(ctx, Infinity, object) } };
  }
  if ((key === 'updated' || key === 'deleted') && value === undefined) return replication(call, ctx, object, key);
  if (elsewhere.includes(key.toLowerCase())) throw notImplemented(`/sobjects/${call.path.slice(1).join('/')}`);
  const isKey = object.byName.has(key.toLowerCase());
  if (value === undefined) {
    // "POST to …/Id creates" since 37.0 [D dome_upsert]
    if (key.toLowerCase() === 'id' && call.method === 'POST') return yield* create(call, ctx, object);
    return yield* byId(call, ctx, object, key);
  }
  const id = readId(key);
  if (!isKey && id !== undefined && schemaFor(ctx).ofId(id) === object) {
    const found = relatedTo(call, ctx, org, object, id, [value, ...more]);
    return 'status' in found ? found : yield* byId(call, ctx, found.object, found.id);
  }
  if (more.length > 0) throw notImplemented(`related records of a record named by its key (${more.join('/')})`);
  if (key.toLowerCase() === 'id') return yield* byId(call, ctx, object, value);
  return yield* byKey(call, ctx, object, keyField(object, key), value);
}

function* create(call: Call, ctx: Ctx, object: SObject): Work<Answer> {
  mustBeWritable(object);
  const sent = readSent(ctx, object, jsonBody(call));
  if ('Id' in sent.row) throw keyInBody('Id');
  yield { wait: 'begin' };
  const id = yield* insertRow(ctx, object, sent.whole());
  noteRecent(call, ctx, id);
  return { status: 201, body: created(id), headers: { Location: `/services/data/v${ctx.version}/sobjects/${object.name}/${id}` } };
}

/** Of accounts also a tag of the content: "supported for sObject Rows (account records only)" [D intro_rest_conditional_requests]. */
const validatorsOf = (object: SObject, row: Row): Validators => ({
  modifiedMs: Number(row['LastModifiedDate'] ?? row['SystemModstamp'] ?? 0),
  ...(object.name === 'Account' ? { etag: etagOf(row) } : {}),
});

function* byId(call: Call, ctx: Ctx, object: SObject, text: string): Work<Answer> {
  allow(call, 'GET', 'HEAD', 'PATCH', 'DELETE');
  const id = readId(text);
  // What shows another object's records has their ids, and no prefix of its own.
  const isIts = id !== undefined && (object.keyPrefix === '' ? ctx.store.get(object, id) : schemaFor(ctx).ofId(id) === object);
  if (id === undefined || !isIts) throw noSuchExternalField(text); // [C quoted for bare words as ids]
  if (call.method === 'GET' || call.method === 'HEAD') {
    const row = ctx.store.get(object, id);
    if (!row || !maySee(ctx.store, ctx.userId, object, row)) throw notFound(); // [D errorcodes: 404 also for what one may not see]
    if (row['IsDeleted'] === 1) throw entityIsDeleted();
    const names = call.query.get('fields');
    // The id comes along, last [D responses_composite_batch, example of ?fields=].
    const fields = names === null ? undefined : [...new Set([...fieldsAsked(object, names.split(',')), ...fieldsAsked(object, ['Id'])])];
    const validators = validatorsOf(object, row);
    return (
      precondition(call, validators) ?? {
        status: 200,
        body: recordBody(object, row, ctx.version, fields),
        headers: validatorHeaders(validators),
      }
    );
  }
  mustBeWritable(object);
  const sent = call.method === 'PATCH' ? readSent(ctx, object, jsonBody(call)) : undefined;
  if (sent && 'Id' in sent.row) throw keyInBody('Id');
  const row = ctx.store.get(object, id);
  if (!row) throw call.method === 'PATCH' ? notFound() : new Refusal(404, noSuchReference().code, noSuchReference().message, []); // [K]
  const early = precondition(call, validatorsOf(object, row));
  if (early) return early;
  yield { wait: 'begin' };
  if (sent) {
    yield* updateRow(ctx, object, id, sent.whole());
    noteRecent(call, ctx, id);
  } else yield* deleteRow(ctx, object, id);
  return { status: 204 };
}

function* byKey(call: Call, ctx: Ctx, object: SObject, field: Field, text: string): Work<Answer> {
  allow(call, 'GET', 'HEAD', 'PATCH', 'DELETE');
  const value = readValue(field, text);
  const matches = value === null ? [] : ctx.store.find(object, field, value, 200);
  if (call.method === 'PATCH') mustSeeAllFor(ctx, field);
  const urlOf = (row: Row) => `/services/data/v${ctx.version}/sobjects/${object.name}/${String(row['Id'])}`;
  if (matches.length > 1) return { status: 300, body: matches.map(urlOf) }; // [D errorcodes: the body lists the records]
  const match = matches[0];
  if (call.method !== 'PATCH') {
    if (!match) throw notFound();
    return yield* byId(call, ctx, object, String(match['Id']));
  }
  mustBeWritable(object);
  const sent = readSent(ctx, object, jsonBody(call));
  if (field.name in sent.row) throw keyInBody(field.name);
  if ('Id' in sent.row) throw keyInBody('Id');
  if (!match && call.query.get('updateOnly') === 'true') throw notFound();
  yield { wait: 'begin' };
  if (match) {
    yield* updateRow(ctx, object, String(match['Id']), sent.whole());
    noteRecent(call, ctx, String(match['Id']));
    return { status: 200, body: created(String(match['Id']), { created: false }) };
  }
  const id = yield* insertRow(ctx, object, { ...sent.whole(), [field.name]: value });
  noteRecent(call, ctx, id);
  return {
    status: 201,
    body: created(id, { created: true }),
    headers: { Location: `/services/data/v${ctx.version}/sobjects/${object.name}/${id}` },
  };
}
