import {
  duplicateInBatch,
  jsonBroken,
  keyMissing,
  malformedId,
  manyForKey,
  noSuchReference,
  notFound,
  notImplemented,
  Refusal,
  rolledBack,
  tooManyRecords,
  tooManySubrequests,
  type RowError,
} from './errors.ts';
import { readId } from './ids.ts';
import { readSent, type Sent } from './parents.ts';
import { deleteRow, insertRow, updateRow } from './records.ts';
import { allow, jsonBody, type Answer, type Call } from './call.ts';
import type { SObject } from './schema.ts';
import { schemaFor } from './rights/seen.ts';
import { maySee } from './sharing.ts';
import { fieldsAsked, keyField, mustBeWritable, mustSeeAllFor, recordBody } from './sobjects.ts';
import type { Value } from './store.ts';
import { allOrNothing, asRowRefusal, type Ctx, type Work } from './work.ts';

// /composite/sobjects: up to 200 records a request, each with its own outcome. Row by row, so that others come in between.

/** [D resources_composite_sobjects_collections] */
const maxRecords = 200;
/** "up to ten chunks", a chunk being records of one type in a row [D the same] */
const maxChunks = 10;

type RowResult = { id?: string; success: boolean; errors: readonly RowError[]; created?: boolean };
type Part = () => Work<{ id: string; created?: boolean }>;

export function* collection(call: Call, ctx: Ctx): Work<Answer> {
  const [, , type, key] = call.path;
  if (call.path.length > 4) throw notFound();
  if (type === undefined) {
    allow(call, 'POST', 'PATCH', 'DELETE');
    return call.method === 'POST'
      ? yield* createAll(call, ctx)
      : call.method === 'PATCH'
        ? yield* updateAll(call, ctx)
        : yield* deleteAll(call, ctx);
  }
  const object = schemaFor(ctx).inAddress(type);
  if (!object) throw notFound();
  if (key !== undefined) {
    allow(call, 'PATCH');
    return yield* upsertAll(call, ctx, object, key);
  }
  allow(call, 'GET', 'POST');
  return readAll(call, ctx, object);
}

const recordsOf = (body: Record<string, unknown>): Record<string, unknown>[] => {
  const { records } = body;
  if (!Array.isArray(records)) throw jsonBroken('The records list is required');
  if (records.length > maxRecords) throw tooManyRecords();
  return records.map((record: unknown) => {
    if (typeof record !== 'object' || record === null || Array.isArray(record))
      throw jsonBroken('Each record is required to be a JSON object');
    return record as Record<string, unknown>;
  });
};

function typeOf(ctx: Ctx, record: Record<string, unknown>): SObject {
  const { attributes } = record;
  const type: unknown = typeof attributes === 'object' && attributes !== null && 'type' in attributes ? attributes.type : undefined;
  if (typeof type !== 'string') throw new Refusal(400, 'INVALID_TYPE', 'attributes.type is required for each record'); // guessed
  const object = schemaFor(ctx).named(type);
  mustBeWritable(object);
  return object;
}

function typed(ctx: Ctx, records: Record<string, unknown>[]): { object: SObject; sent: Sent }[] {
  const rows = records.map((record) => {
    const object = typeOf(ctx, record);
    return { object, sent: readSent(ctx, object, record) };
  });
  const chunks = rows.filter((row, place) => row.object !== rows[place - 1]?.object).length;
  if (chunks > maxChunks) throw tooManySubrequests(maxChunks, 'chunks of record types');
  return rows;
}

function* createAll(call: Call, ctx: Ctx): Work<Answer> {
  const body = jsonBody(call);
  const rows = typed(ctx, recordsOf(body));
  return yield* eachRow(
    ctx,
    body['allOrNone'] === true,
    rows.map(
      ({ object, sent }) =>
        function* () {
          return { id: yield* insertRow(ctx, object, sent.whole()) };
        },
    ),
  );
}

function* updateAll(call: Call, ctx: Ctx): Work<Answer> {
  const body = jsonBody(call);
  const rows = typed(ctx, recordsOf(body));
  return yield* eachRow(
    ctx,
    body['allOrNone'] === true,
    rows.map(
      ({ object, sent }) =>
        function* () {
          const id = idOf(object, sent.row['Id']);
          const { Id: _, ...given } = sent.whole();
          yield* updateRow(ctx, object, id, given);
          return { id };
        },
    ),
  );
}

function idOf(object: SObject, value: Value | undefined): string {
  if (typeof value !== 'string') throw keyMissing('Id');
  const id = readId(value);
  if (id === undefined) throw malformedId(`${object.label} ID`, 'Id', value);
  if (!id.startsWith(object.keyPrefix)) throw noSuchReference();
  return id;
}

function* deleteAll(call: Call, ctx: Ctx): Work<Answer> {
  const ids = (call.query.get('ids') ?? '')
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '');
  if (ids.length > maxRecords) throw tooManyRecords();
  return yield* eachRow(
    ctx,
    call.query.get('allOrNone') === 'true',
    ids.map(
      (text) =>
        function* () {
          const id = readId(text);
          const object = id === undefined ? undefined : schemaFor(ctx).ofId(id);
          if (id === undefined || !object) throw malformedId('ID', 'Id', text);
          mustBeWritable(object);
          yield* deleteRow(ctx, object, id);
          return { id };
        },
    ),
  );
}

function* upsertAll(call: Call, ctx: Ctx, object: SObject, keyName: string): Work<Answer> {
  mustBeWritable(object);
  const body = jsonBody(call);
  const records = recordsOf(body);
  const field = keyField(object, keyName);
  mustSeeAllFor(ctx, field);
  const given = records.map((record) => {
    if (record['attributes'] !== undefined && typeOf(ctx, record) !== object)
      throw notImplemented('records of another type than the address names');
    return readSent(ctx, object, record);
  });
  const keys = given.map(({ row }) => row[field.name] ?? null);
  const times = new Map<string, number>();
  for (const key of keys) if (key !== null) times.set(String(key).toLowerCase(), (times.get(String(key).toLowerCase()) ?? 0) + 1);
  // All keys are looked up when the request begins; what others create before a row's turn comes is met as DUPLICATE_VALUE.
  const seen = keys.map((key) =>
    key === null ? [] : ctx.store.find(object, field, field.type === 'id' ? (readId(String(key)) ?? key) : key),
  );
  return yield* eachRow(
    ctx,
    body['allOrNone'] === true,
    given.map(
      (sent, place) =>
        function* () {
          const key = keys[place] ?? null;
          const row = sent.whole();
          if (field.type === 'id') {
            // upsert by Id: without one an insert
            const { Id, ...rest } = row;
            if (key === null) return { id: yield* insertRow(ctx, object, rest), created: true };
            const id = idOf(object, Id);
            yield* updateRow(ctx, object, id, rest);
            return { id, created: false };
          }
          if (key === null) throw keyMissing(field.name);
          if ((times.get(String(key).toLowerCase()) ?? 0) > 1) throw duplicateInBatch(String(key));
          const matches = seen[place] ?? [];
          if (matches.length > 1)
            throw manyForKey(
              field.label,
              field.name,
              matches.map((match) => String(match['Id'])),
            );
          const match = matches[0];
          if (!match) return { id: yield* insertRow(ctx, object, row), created: true };
          yield* updateRow(
            ctx,
            object,
            String(match['Id']),
            Object.fromEntries(Object.entries(row).filter(([name]) => name !== field.name)),
          );
          return { id: String(match['Id']), created: false };
        },
    ),
    (place) => (seen[place] ?? []).length === 0,
  );
}

/** `isNew` tells of an upsert which rows would have been created: rolled back they say so, too [C jsforce's own tests against real orgs]. */
function* eachRow(ctx: Ctx, allOrNone: boolean, parts: readonly Part[], isNew?: (place: number) => boolean): Work<Answer> {
  function* work(): Work<RowResult[]> {
    const results: RowResult[] = [];
    for (const part of parts) {
      try {
        results.push({ ...(yield* part()), success: true, errors: [] });
      } catch (cause) {
        const refusal = asRowRefusal(cause);
        ctx.tally.rowErrors.set(refusal.code, (ctx.tally.rowErrors.get(refusal.code) ?? 0) + 1);
        results.push({ success: false, errors: refusal.rows() });
      }
    }
    return results;
  }
  const ok = (results: RowResult[]) => results.every((result) => result.success);
  if (!allOrNone) {
    yield { wait: 'begin' };
    return { status: 200, body: yield* work() };
  }
  const results = yield* allOrNothing(ctx, parts.length, work, ok);
  return {
    status: 200,
    body: ok(results)
      ? results
      : results.map((result, place) => ({
          ...(result.success ? { success: false, errors: [rolledBack().row()] } : result),
          ...(isNew ? { created: isNew(place) } : {}),
        })),
  };
}

function readAll(call: Call, ctx: Ctx, object: SObject): Answer {
  const list = (value: unknown): string[] => (typeof value === 'string' ? value.split(',') : Array.isArray(value) ? value.map(String) : []);
  const body = call.method === 'POST' ? jsonBody(call) : { ids: call.query.get('ids'), fields: call.query.get('fields') };
  const ids = list(body['ids']);
  if (ids.length > 2000) throw tooManyRecords(); // 800 by GET, 2,000 by POST [D …_collections_retrieve]
  const fields = fieldsAsked(object, list(body['fields']));
  return {
    status: 200,
    body: ids.map((text) => {
      const id = readId(text.trim());
      const row = id === undefined ? undefined : ctx.store.get(object, id);
      return !row || row['IsDeleted'] === 1 || !maySee(ctx.store, ctx.userId, object, row)
        ? null
        : recordBody(object, row, ctx.version, [...fieldsAsked(object, ['Id']), ...fields.filter((field) => field.name !== 'Id')]);
    }),
  };
}
