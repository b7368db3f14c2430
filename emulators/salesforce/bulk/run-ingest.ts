import { duplicateInBatch, keyMissing, malformedId, manyForKey, noSuchReference, Refusal, rowLocked } from '../errors.ts';
import { readId } from '../ids.ts';
import { deleteRow, insertRow, updateRow } from '../records.ts';
import type { Field, SObject } from '../schema.ts';
import type { Row, Value } from '../store.ts';
import { asRowRefusal, type Ctx, type Work } from '../work.ts';
import { readColumn, readRow, type Column } from './columns.ts';
import { CsvReader, delimiters, EndlessRecord, lineEndings, quotedCell, type CsvRecord } from './csv.ts';
import type { IngestJob, JobStore } from './job-store.ts';
import { schemaFor } from '../rights/seen.ts';

/** Why a job cannot be done at all. */
export class JobFailure extends Error {}

/** "Salesforce creates a separate batch for every 10,000 records" [D how_requests_are_processed]. */
const recordsOfBatch = 10_000;
/** A batch is saved in chunks of 200, as triggers see them [D asynch_api_concepts_limits]. */
const chunkRows = 200;
/** [D Bulk API 2.0 limits] */
const longestField = 32_000;
const mostFields = 5_000;

type Sheet = { readonly header: CsvRecord; readonly columns: readonly Column[]; readonly key: Field | undefined };

/** The records of an upload, the header first. Some at a time, so that others come in between. */
function* recordsOf(jobs: JobStore, job: IngestJob): Generator<readonly CsvRecord[]> {
  const reader = new CsvReader(job.columnDelimiter);
  try {
    for (let part = 0; ; part += 1) {
      const piece = jobs.part(job, 'data', part);
      yield [...reader.read(piece?.text ?? '', !piece)];
      if (!piece) return;
    }
  } catch (cause) {
    if (cause instanceof EndlessRecord) throw new JobFailure(`InvalidBatch : ${cause.message}`); // guessed
    throw cause;
  }
}

/**
 * Looks through the whole upload before a record is written: a line ending other than the job's fails it [C recorded by many]. An upload
 * of nothing is a job without records [C jsforce's own tests against real orgs].
 */
function* look(jobs: JobStore, job: IngestJob, ctx: Ctx, object: SObject): Generator<void, Sheet | undefined> {
  let header: CsvRecord | undefined;
  for (const some of recordsOf(jobs, job)) {
    for (const record of some) {
      if (record.ending !== undefined && record.ending !== job.lineEnding)
        throw new JobFailure(`ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is ${job.lineEnding}`);
      header ??= record;
    }
    yield;
  }
  if (!header) return undefined;
  return sheetOf(job, ctx, object, header);
}

const noField = (name: string) => new JobFailure(`InvalidBatch : Field name not found : ${name}`); // [C recorded: amp-labs/connectors#118]

function sheetOf(job: IngestJob, ctx: Ctx, object: SObject, header: CsvRecord): Sheet {
  const names = header.values;
  if (!names || names.length > mostFields) throw new JobFailure('InvalidBatch : The header row cannot be read'); // guessed
  const columns = names.map((name) => {
    const column = readColumn(object, name, (target) => schemaFor(ctx).find(target));
    if (!column) throw noField(name);
    return column;
  });
  const twice = names.find((name, place) => names.findIndex((one) => one.toLowerCase() === name.toLowerCase()) < place);
  if (twice !== undefined) throw new JobFailure(`InvalidBatch : Duplicate column name : ${twice}`); // guessed
  const has = (name: string) => columns.some((column) => column.kind === 'field' && column.field.name === name);
  if (job.operation === 'upsert') {
    const key = object.byName.get((job.externalIdFieldName ?? '').toLowerCase());
    // Without a column of ids every record is new [C jsforce's own tests against real orgs].
    if (!key || !(has(key.name) || key.type === 'id')) throw noField(job.externalIdFieldName ?? '');
    return { header, columns, key };
  }
  if (job.operation !== 'insert' && !has('Id')) throw noField('Id');
  // A delete's CSV holds "the ID field" alone [D bulk_delete]; words guessed
  if ((job.operation === 'delete' || job.operation === 'hardDelete') && columns.length > 1)
    throw new JobFailure(`InvalidBatch : The ${job.operation} operation takes the Id column only`);
  return { header, columns, key: undefined };
}

export type Chunk = { readonly rows: readonly CsvRecord[]; readonly beginsBatch: boolean };

/** The chunks still to be done. `look` has been through when the first comes. */
export function* chunksOf(
  jobs: JobStore,
  job: IngestJob,
  ctx: Ctx,
  object: SObject,
): Generator<{ sheet: Sheet; chunk: Chunk } | undefined> {
  const looking = look(jobs, job, ctx, object);
  let step = looking.next();
  for (; !step.done; step = looking.next()) yield undefined;
  const sheet = step.value;
  if (!sheet) return;
  let done = 1 + job.processed; // the header, and what was saved before a stop
  let at = job.processed;
  let rows: CsvRecord[] = [];
  const chunk = () => {
    const given = { sheet, chunk: { rows, beginsBatch: at % recordsOfBatch === 0 } };
    at += rows.length;
    rows = [];
    return given;
  };
  for (const some of recordsOf(jobs, job)) {
    for (const record of some) {
      if (done > 0) done -= 1;
      else rows.push(record);
      if (rows.length === chunkRows) yield chunk();
    }
    yield undefined;
  }
  if (rows.length > 0) yield chunk();
}

type Saved = { readonly id: string; readonly created: boolean };

/** The work of one row, without its waits: the rows of a chunk are saved in one moment. */
function* rowWork(
  ctx: Ctx,
  job: IngestJob,
  object: SObject,
  sheet: Sheet,
  values: readonly string[],
  keysTwice: ReadonlySet<string>,
): Work<Saved> {
  const long = values.findIndex((value) => value.length > longestField);
  if (long >= 0) throw badRow(`Field value too long: ${sheet.header.values?.[long] ?? ''} (max length=${longestField})`);
  const row = readRow(ctx, object, sheet.columns, values);
  const { Id, ...given } = row;
  switch (job.operation) {
    case 'insert':
      if (Id != null) throw new Refusal(400, 'INVALID_FIELD_FOR_INSERT_UPDATE', 'cannot specify Id in an insert call', ['Id']); // [K]
      return { id: yield* insertRow(ctx, object, given), created: true };
    case 'update': {
      const id = ownId(object, Id);
      yield* updateRow(ctx, object, id, given);
      return { id, created: false };
    }
    case 'delete': {
      const id = ownId(object, Id);
      yield* deleteRow(ctx, object, id);
      return { id, created: false };
    }
    case 'hardDelete': {
      const id = ownId(object, Id);
      if (ctx.store.get(object, id)?.['IsDeleted'] !== 1) yield* deleteRow(ctx, object, id);
      purge(ctx, object, id);
      return { id, created: false };
    }
    case 'upsert':
      return yield* upsert(ctx, object, sheet.key, row, keysTwice);
  }
}

function* upsert(ctx: Ctx, object: SObject, key: Field | undefined, row: Row, keysTwice: ReadonlySet<string>): Work<Saved> {
  const { Id, ...given } = row;
  if (!key || key.type === 'id') {
    if (Id == null) return { id: yield* insertRow(ctx, object, given), created: true };
    const id = ownId(object, Id);
    yield* updateRow(ctx, object, id, given);
    return { id, created: false };
  }
  const value = row[key.name];
  if (value == null) throw keyMissing(key.name);
  if (keysTwice.has(String(value).toLowerCase())) throw duplicateInBatch(String(value));
  const [match, ...more] = ctx.store.find(object, key, value);
  if (match && more.length > 0)
    throw manyForKey(
      key.label,
      key.name,
      [match, ...more].map((one) => String(one['Id'])),
    );
  if (!match) return { id: yield* insertRow(ctx, object, given), created: true };
  const id = String(match['Id']);
  yield* updateRow(ctx, object, id, Object.fromEntries(Object.entries(given).filter(([name]) => name !== key.name)));
  return { id, created: false };
}

function ownId(object: SObject, value: Value | undefined): string {
  if (typeof value !== 'string') throw keyMissing('Id');
  const id = readId(value);
  if (id === undefined) throw malformedId(`${object.label} ID`, 'Id', value);
  if (!id.startsWith(object.keyPrefix)) throw noSuchReference();
  return id;
}

/** Out of the recycle bin, with what was deleted along: gone for good. */
function purge(ctx: Ctx, object: SObject, id: string): void {
  for (const name of new Set(object.children.filter(({ cascade }) => cascade).map(({ child }) => child)))
    for (const row of ctx.store.select(`SELECT "Id" FROM "${name}" WHERE _deletedWith = ?`, [id]))
      purge(ctx, ctx.store.schema.named(name), String(row['Id']));
  ctx.store.run(`DELETE FROM "${object.name}" WHERE "Id" = ?`, [id]);
}

/** Words and code guessed. */
const badRow = (message: string) => new Refusal(400, 'INVALID_FIELD', message, []);

class Busy extends Error {
  readonly ids: readonly string[];
  constructor(ids: readonly string[]) {
    super('locked');
    this.ids = ids;
  }
}

function atOnce(work: Work<Saved>, patient: boolean): Saved {
  let step = work.next();
  while (!step.done) {
    const pause = step.value;
    if (pause.wait !== 'locks') step = work.next();
    else if (patient) throw new Busy(pause.ids);
    else step = work.throw(rowLocked(pause.ids));
  }
  return step.value;
}

/**
 * Saves a chunk in one transaction, each row for itself: what can be saved is, with what came of each row and how far the job is. Gives
 * the records somebody has locked when it met some and may still wait; nothing was saved then.
 */
export function saveChunk(
  jobs: JobStore,
  job: IngestJob,
  ctx: Ctx,
  sheet: Sheet,
  chunk: Chunk,
  patient: boolean,
): readonly string[] | undefined {
  const object = schemaFor(ctx).named(job.object);
  const keysTwice = twiceIn(sheet, chunk);
  const before = { written: ctx.tally.written, rowErrors: new Map(ctx.tally.rowErrors) };
  try {
    ctx.store.atomically(
      () => {
        const [good, bad] = [lineWriter(job), lineWriter(job)];
        let order = '';
        for (const { values, raw } of chunk.rows) {
          try {
            if (!values) throw badRow('A double quote stands where none may');
            if (values.length !== sheet.columns.length) throw badRow('The number of columns does not match the header row');
            const { id, created } = atOnce(rowWork(ctx, job, object, sheet, values, keysTwice), patient);
            good.add([id, String(created)], values);
            order += 'g';
          } catch (cause) {
            const refusal = asRowRefusal(cause);
            ctx.tally.rowErrors.set(refusal.code, (ctx.tally.rowErrors.get(refusal.code) ?? 0) + 1);
            bad.add([idOfRow(job, sheet, values), errorText(refusal)], values ?? [raw]);
            order += 'b';
          }
        }
        const part = Math.floor(job.processed / chunkRows);
        if (good.count > 0) jobs.addPart(job, 'good', part, good.count, good.text());
        if (bad.count > 0) jobs.addPart(job, 'bad', part, bad.count, bad.text());
        if (job.batchOf !== undefined) jobs.addPart(job, 'order', part, order.length, order);
        job.processed += chunk.rows.length;
        job.failed += bad.count;
        jobs.save(job);
      },
      () => true,
    );
    return undefined;
  } catch (cause) {
    if (!(cause instanceof Busy)) throw cause;
    ctx.tally.written = before.written;
    ctx.tally.rowErrors.clear();
    for (const [code, count] of before.rowErrors) ctx.tally.rowErrors.set(code, count);
    return cause.ids;
  }
}

/** Keys more than one row of the chunk has: "Salesforce rejects every row sharing a key within one request" [C]. */
function twiceIn(sheet: Sheet, chunk: Chunk): Set<string> {
  const place = sheet.columns.findIndex((column) => column.kind === 'field' && column.field === sheet.key);
  const seen = new Set<string>();
  const twice = new Set<string>();
  if (place < 0) return twice;
  for (const { values } of chunk.rows) {
    const key = (values?.[place] ?? '').trim().toLowerCase();
    if (seen.has(key)) twice.add(key);
    seen.add(key);
  }
  return twice;
}

/** `CODE:message:Field1,Field2 --`, or `CODE:message:--` where no field is named [C recorded by several projects]. */
const errorText = ({ code, message, fields = [] }: Refusal): string =>
  `${code}:${message}:${fields.length > 0 ? `${fields.join(',')} ` : ''}--`;

/** "sf__Id on failed rows is available in API version 53.0 and later" [C]; where the row names a record. */
function idOfRow(job: IngestJob, sheet: Sheet, values: readonly string[] | undefined): string {
  const place = sheet.columns.findIndex((column) => column.kind === 'field' && column.field.type === 'id');
  return job.version >= 53 && place >= 0 ? (readId(values?.[place] ?? '') ?? '') : '';
}

function lineWriter(job: IngestJob) {
  const [between, ending] = [delimiters[job.columnDelimiter], lineEndings[job.lineEnding]];
  const lines: string[] = [];
  return {
    add: (own: readonly string[], values: readonly string[]) => lines.push([...own, ...values].map(quotedCell).join(between) + ending),
    text: () => lines.join(''),
    get count() {
      return lines.length;
    },
  };
}

/** The results of an ingest job as text, in pieces: its header as it was uploaded behind the org's own two columns. */
export function* outcomesOf(jobs: JobStore, job: IngestJob, which: 'good' | 'bad'): Generator<string> {
  const own = ['sf__Id', which === 'good' ? 'sf__Created' : 'sf__Error'].map(quotedCell);
  yield [...own, headerOf(jobs, job)].join(delimiters[job.columnDelimiter]) + lineEndings[job.lineEnding];
  for (let part = jobs.partFrom(job, which, 0); part; part = jobs.partFrom(job, which, part.part + 1)) yield part.text;
}

/** What was never looked at, as it was uploaded. */
export function* unprocessedOf(jobs: JobStore, job: IngestJob): Generator<string> {
  let done = 1 + job.processed;
  yield headerOf(jobs, job) + lineEndings[job.lineEnding];
  if (job.state === 'JobComplete') return;
  for (const some of recordsOf(jobs, job)) {
    let text = '';
    for (const { raw } of some) {
      if (done > 0) done -= 1;
      else text += raw + lineEndings[job.lineEnding];
    }
    if (text !== '') yield text;
  }
}

function headerOf(jobs: JobStore, job: IngestJob): string {
  for (const some of recordsOf(jobs, job)) for (const { raw } of some) return raw;
  return '';
}
