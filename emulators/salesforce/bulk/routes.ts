import { Readable } from 'node:stream';
import { allow, jsonBody, type Answer, type Call } from '../call.ts';
import { cursorInvalid, jsonBroken, noSuchExternalField, notFound, notImplemented, Refusal, unsupportedMediaType } from '../errors.ts';
import { readId } from '../ids.ts';
import { mustBeWritable } from '../sobjects.ts';
import { assignedObjects } from '../assignment.ts';
import type { Ctx } from '../work.ts';
import type { Bulk } from './bulk.ts';
import { delimiters, lineEndings, piecesOf } from './csv.ts';
import { ingestOperations, isOver, queryOperations, type IngestJob, type Job, type QueryJob } from './job-store.ts';
import { planQuery } from './query-plan.ts';
import * as refused from './refusals.ts';
import { outcomesOf, unprocessedOf } from './run-ingest.ts';
import { resultsOf } from './run-query.ts';
import { schemaFor } from '../rights/seen.ts';

// /jobs/query and /jobs/ingest. What they start is done in the background (bulk.ts).

/** [D api_asynch: ingest from 41.0, query from 47.0, resultPages from 58.0] */
const since = { ingest: 41, query: 47, resultPages: 58 };
/** "150 MB after base64 encoding" [D datafiles_prepare_csv] */
const maxBase64Bytes = 150_000_000;
/** "For data sets under 100,000 characters" [D creating_bulk_requests] */
const maxMultipartChars = 100_000;
/** Without maxRecords "the server uses a default value based on the service" [D query_get_job_results]; the number is guessed. */
const defaultMaxRecords = 100_000;
const jobsOfPage = 1_000;

export function bulkJobs(call: Call, ctx: Ctx, bulk: Bulk, zone: string): Answer {
  if (!('text' in call.body)) throw notImplemented('/jobs inside a composite');
  const [, kind, id, what] = call.path;
  const version = Number.parseInt(ctx.version, 10);
  if ((kind !== 'query' && kind !== 'ingest') || call.path.length > 4 || version < since[kind]) throw notFound();
  bulk.jobs.expire(ctx.now());
  if (id === undefined) {
    allow(call, 'GET', 'HEAD', 'POST');
    if (call.method !== 'POST') return listed(call, ctx, bulk, kind);
    return kind === 'query' ? createQuery(call, ctx, bulk, zone) : createIngest(call, ctx, bulk);
  }
  const job = bulk.find(kind, readId(id) ?? id);
  if (!job) throw refused.noSuchJob(id);
  if (what === undefined) return oneJob(call, ctx, bulk, job);
  if (job.kind === 'query') {
    allow(call, 'GET', 'HEAD');
    if (what === 'results') return results(call, bulk, job);
    if (what === 'resultPages' && version >= since.resultPages) return resultPages(call, ctx, job);
    throw notFound();
  }
  if (what === 'batches') {
    allow(call, 'PUT');
    return upload(call, ctx, bulk, job);
  }
  allow(call, 'GET', 'HEAD');
  switch (what.toLowerCase()) {
    case 'successfulresults':
      return outcome(job, () => outcomesOf(bulk.jobs, job, 'good'));
    case 'failedresults':
      return outcome(job, () => outcomesOf(bulk.jobs, job, 'bad'));
    case 'unprocessedrecords':
      return outcome(job, () => unprocessedOf(bulk.jobs, job));
    default:
      throw notFound();
  }
}

/** For /limits [D resources_limits]. */
export function bulkLimits(bulk: Bulk, nowMs: number): Record<string, { Max: number; Remaining: number }> {
  const left = (max: number, used: number) => ({ Max: max, Remaining: Math.max(0, max - Math.ceil(used)) });
  return {
    DailyBulkApiBatches: left(bulk.allowed.batches, bulk.jobs.used('batches', nowMs)),
    DailyBulkV2QueryFileStorageMB: left(976_562, bulk.jobs.used('queryBytes', nowMs) / 1_048_576),
    DailyBulkV2QueryJobs: left(bulk.allowed.queryJobs, bulk.jobs.used('queryJobs', nowMs)),
  };
}

const moment = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, '.000+0000');

/** What every answer about a job begins with. */
const shown = (job: Job): Record<string, unknown> => ({
  id: job.id,
  operation: job.operation,
  object: job.object,
  createdById: job.userId,
  createdDate: moment(job.createdMs),
  systemModstamp: moment(job.changedMs),
  state: job.state,
  ...(job.kind === 'ingest' && job.externalIdFieldName !== undefined ? { externalIdFieldName: job.externalIdFieldName } : {}),
  ...(job.kind === 'ingest' && job.assignmentRuleId !== undefined ? { assignmentRuleId: job.assignmentRuleId } : {}),
  concurrencyMode: 'Parallel',
  contentType: 'CSV',
  apiVersion: job.version,
});
const jobType = (job: Job): string => (job.kind === 'query' ? 'V2Query' : 'V2Ingest');
const contentUrl = (job: Job): Record<string, unknown> =>
  job.kind === 'ingest' && job.state === 'Open' ? { contentUrl: `services/data/v${job.version}.0/jobs/ingest/${job.id}/batches` } : {};
const spelling = (job: Job) => ({ lineEnding: job.lineEnding, columnDelimiter: job.columnDelimiter });

const full = (job: Job): Record<string, unknown> => ({
  ...shown(job),
  jobType: jobType(job),
  ...contentUrl(job),
  ...spelling(job),
  numberRecordsProcessed: job.processed,
  ...(job.kind === 'ingest' ? { numberRecordsFailed: job.failed } : {}),
  retries: job.retries,
  totalProcessingTime: job.totalMs,
  ...(job.kind === 'ingest' ? { apiActiveProcessingTime: job.activeMs, apexProcessingTime: 0 } : {}),
  ...(job.errorMessage === undefined ? {} : { errorMessage: job.errorMessage }),
  isPkChunkingSupported: job.kind === 'query', // since Spring '24 [C recorded by the vendor's CLI]
});

/** `67.0`, as the org writes it. */
const json = (body: unknown): string => JSON.stringify(body).replace(/"apiVersion":(\d+)/g, '"apiVersion":$1.0');
const told = (body: unknown): Answer => ({ status: 200, body: json(body) });

function oneOf<T extends string>(name: string, value: unknown, of: readonly T[], otherwise: T): T {
  if (value === undefined || value === null) return otherwise;
  const found = of.find((one) => one === value);
  if (found === undefined) throw refused.badProperty(name, value);
  return found;
}
const keysOf = <T extends object>(object: T) => Object.keys(object) as (keyof T & string)[];
const text = (body: Record<string, unknown>, name: string): string => {
  const value = body[name];
  if (typeof value !== 'string' || value.trim() === '') throw refused.missingProperty(name);
  return value;
};

function known(body: Record<string, unknown>, names: readonly string[]): void {
  const unknown = Object.keys(body).find((name) => !names.includes(name));
  if (unknown !== undefined) throw jsonBroken(`Unrecognized field "${unknown}"`); // guessed
}

const common = (ctx: Ctx, body: Record<string, unknown>) => {
  oneOf('contentType', body['contentType'], ['CSV'], 'CSV');
  return {
    userId: ctx.userId,
    version: Number.parseInt(ctx.version, 10),
    createdMs: ctx.now(),
    changedMs: ctx.now(),
    columnDelimiter: oneOf('columnDelimiter', body['columnDelimiter'], keysOf(delimiters), 'COMMA'),
    lineEnding: oneOf('lineEnding', body['lineEnding'], keysOf(lineEndings), 'LF'),
    processed: 0,
    retries: 0,
    totalMs: 0,
    activeMs: 0,
    errorMessage: undefined,
  };
};

function createQuery(call: Call, ctx: Ctx, bulk: Bulk, zone: string): Answer {
  const body = jsonBody(call);
  known(body, ['operation', 'query', 'contentType', 'columnDelimiter', 'lineEnding']);
  const operation = queryOperations.find((one) => one === body['operation']);
  if (!operation) throw refused.badProperty('operation', body['operation'] ?? null);
  const soql = text(body, 'query');
  const used = bulk.jobs.used('queryJobs', ctx.now());
  if (used >= bulk.allowed.queryJobs) throw refused.tooManyQueryJobs(bulk.allowed.queryJobs, used + 1);
  const given = common(ctx, body);
  // Told at once what is wrong with the query [C airbyte and salesforcer: the POST is refused].
  const plan = planQuery(ctx.store, {
    soql,
    all: operation === 'queryAll',
    userId: ctx.userId,
    zone,
    nowMs: ctx.now(),
    delimiter: given.columnDelimiter,
    version: given.version,
  });
  const job: QueryJob = {
    ...bulk.jobs.newId(),
    ...given,
    kind: 'query',
    operation,
    object: plan.object,
    query: soql,
    header: plan.header,
    state: 'UploadComplete',
    position: 0,
  };
  bulk.jobs.add(job);
  bulk.jobs.count('queryJobs', ctx.now(), 1);
  bulk.start(job);
  return told({ ...shown(job), ...spelling(job) });
}

function createIngest(call: Call, ctx: Ctx, bulk: Bulk): Answer {
  const parts = /^multipart\/form-data\b/i.test(call.header('content-type') ?? '') ? multipart(call) : undefined;
  const body = parts ? parts.job : jsonBody(call);
  known(body, [
    'operation',
    'object',
    'externalIdFieldName',
    'assignmentRuleId',
    'contentType',
    'columnDelimiter',
    'lineEnding',
    'concurrencyMode',
  ]);
  const operation = ingestOperations.find((one) => one === body['operation']);
  if (!operation) throw refused.badProperty('operation', body['operation'] ?? null);
  const object = schemaFor(ctx).inAddress(text(body, 'object'));
  if (!object) throw refused.notByBulk(text(body, 'object'));
  mustBeWritable(object);
  if (operation === 'hardDelete' && !bulk.hardDelete) throw refused.noHardDelete();
  const key = operation === 'upsert' ? text(body, 'externalIdFieldName') : undefined;
  const field = key === undefined ? undefined : object.byName.get(key.toLowerCase());
  if (key !== undefined && (!field || !(field.externalId || field.idLookup || field.type === 'id'))) throw noSuchExternalField(key);
  const rule = body['assignmentRuleId'];
  if (rule !== undefined && (typeof rule !== 'string' || !assignedObjects.includes(object.name)))
    throw refused.badProperty('assignmentRuleId', rule);
  if (bulk.jobs.used('batches', ctx.now()) >= bulk.allowed.batches) throw refused.noBatchesLeft();
  const job: IngestJob = {
    ...bulk.jobs.newId(),
    ...common(ctx, body),
    kind: 'ingest',
    operation,
    object: object.name,
    externalIdFieldName: key,
    assignmentRuleId: typeof rule === 'string' ? rule : undefined,
    state: parts ? 'UploadComplete' : 'Open',
    uploaded: parts !== undefined,
    failed: 0,
  };
  bulk.jobs.add(job);
  if (parts) {
    keepData(bulk, job, parts.content);
    bulk.start(job);
  }
  return told({ ...shown(job), ...(parts ? { jobType: jobType(job) } : {}), ...contentUrl(job), ...spelling(job) });
}

/** A `job` of JSON and the `content` of CSV in one request [D walkthrough_bulk_insert_multipart]. */
function multipart(call: Call): { job: Record<string, unknown>; content: string } {
  const sent = 'text' in call.body ? call.body.text : '';
  const boundary = /\bboundary=(?:"([^"]+)"|([^;\s]+))/i.exec(call.header('content-type') ?? '');
  const line = `--${boundary?.[1] ?? boundary?.[2] ?? ''}`;
  const parts = new Map<string, string>();
  for (const part of `\n${sent.replaceAll(`\r\n${line}`, `\n${line}`)}`.split(`\n${line}`).slice(1, -1)) {
    const found = /^\r?\n([\s\S]*?)\r?\n\r?\n([\s\S]*)$/.exec(part);
    const name = /\bname="?([^";\r\n]+)/i.exec(found?.[1] ?? '')?.[1];
    if (name !== undefined) parts.set(name, found?.[2] ?? '');
  }
  const [job, content] = [parts.get('job'), parts.get('content')];
  if (job === undefined || content === undefined) throw jsonBroken('A multipart request needs the parts job and content'); // guessed
  if (content.length > maxMultipartChars) throw refused.partTooBig();
  try {
    return { job: JSON.parse(job) as Record<string, unknown>, content };
  } catch (cause) {
    throw jsonBroken(cause instanceof Error ? cause.message : String(cause));
  }
}

function keepData(bulk: Bulk, job: IngestJob, data: string): void {
  let part = 0;
  for (const piece of piecesOf(data)) bulk.jobs.addPart(job, 'data', part++, 0, piece);
}

function upload(call: Call, ctx: Ctx, bulk: Bulk, job: IngestJob): Answer {
  const type = call.header('content-type') ?? '';
  if (!/^text\/csv\b/i.test(type)) throw unsupportedMediaType(type);
  if (job.state !== 'Open') throw refused.notOpen(job.state);
  if (job.uploaded) throw refused.secondUpload(job.id);
  const data = 'text' in call.body ? call.body.text : '';
  if (Math.ceil(Buffer.byteLength(data) / 3) * 4 > maxBase64Bytes) throw refused.uploadTooBig();
  keepData(bulk, job, data);
  job.uploaded = true;
  job.changedMs = ctx.now();
  bulk.jobs.save(job);
  return { status: 201 };
}

function oneJob(call: Call, ctx: Ctx, bulk: Bulk, job: Job): Answer {
  allow(call, 'GET', 'HEAD', 'PATCH', 'DELETE');
  if (call.method === 'PATCH') return changed(call, ctx, bulk, job);
  if (call.method !== 'DELETE') return told(full(job));
  // "A job must have a state of UploadComplete, JobComplete, Aborted, or Failed" [D delete_job]
  if (job.state === 'Open' || job.state === 'InProgress') throw refused.notDeletable(job.state);
  if (!isOver(job)) bulk.end(job, 'Aborted');
  bulk.jobs.delete(job);
  return { status: 204 };
}

function changed(call: Call, ctx: Ctx, bulk: Bulk, job: Job): Answer {
  const body = jsonBody(call);
  const { state } = body;
  const closing = state === 'UploadComplete' && job.kind === 'ingest';
  if (!closing && state !== 'Aborted') throw refused.badProperty('state', state ?? null);
  if (isOver(job) || (closing && job.state !== 'Open'))
    throw refused.wrongChange(closing ? 'Closing' : 'Aborting', { JobComplete: 'Completed' }[String(job.state)] ?? job.state);
  job.changedMs = ctx.now();
  if (closing) {
    job.state = 'UploadComplete';
    bulk.start(job);
  } else bulk.end(job, 'Aborted');
  bulk.jobs.save(job);
  return told(shown(job));
}

/** "1,000 jobs" a page, the kind of the address unless `jobType` names the other [D query_get_all_jobs, get_all_jobs]. */
function listed(call: Call, ctx: Ctx, bulk: Bulk, address: Job['kind']): Answer {
  const asked = call.query.get('jobType');
  const type = oneOf(
    'jobType',
    asked ?? undefined,
    ['V2Query', 'V2Ingest', 'Classic', 'BigObjectIngest'],
    address === 'query' ? 'V2Query' : 'V2Ingest',
  );
  const locator = call.query.get('queryLocator');
  const from = locator === null ? 0 : placeIn(locator);
  const kind = type === 'V2Query' ? 'query' : type === 'V2Ingest' ? 'ingest' : undefined;
  const none = call.query.get('isPkChunkingEnabled') === 'true' || call.query.get('concurrencyMode')?.toLowerCase() === 'serial';
  const found = none || !kind ? [] : bulk.jobs.list(kind, from, jobsOfPage + 1).map((job) => bulk.find(job.kind, job.id) ?? job);
  const done = found.length <= jobsOfPage;
  const onward = new URLSearchParams([...call.query].filter(([name]) => name !== 'queryLocator'));
  onward.set('queryLocator', locatorOf(from + jobsOfPage));
  return told({
    done,
    records: found.slice(0, jobsOfPage).map((job) => ({ ...shown(job), jobType: jobType(job), ...contentUrl(job), ...spelling(job) })),
    nextRecordsUrl: done ? null : `/services/data/v${ctx.version}/jobs/${address}?${onward.toString()}`,
  });
}

/** "A pseudo random string, for example MTAwMDA" [D query_get_job_results]: the place in base64. */
const locatorOf = (place: number): string => Buffer.from(String(place)).toString('base64url');
function placeIn(locator: string): number {
  const place = Buffer.from(locator, 'base64').toString('utf8');
  if (!/^\d+$/.test(place)) throw cursorInvalid();
  return Number(place);
}

const csv = (pieces: Iterable<string>, headers: Record<string, string> = {}): Answer => ({
  status: 200,
  body: Readable.from(pieces, { objectMode: true }),
  headers: { 'content-type': 'text/csv', ...headers },
});

function results(call: Call, bulk: Bulk, job: QueryJob): Answer {
  if (job.state !== 'JobComplete') return { status: 204 }; // "if the request fails, the status code is 204" [D query_get_job_results]
  const asked = call.query.get('maxRecords');
  const most = asked === null ? defaultMaxRecords : Number(asked);
  if (!Number.isInteger(most) || most < 1)
    throw new Refusal(400, 'INVALID_QUERY_OPTION', `maxRecords must be a positive number: ${asked ?? ''}`); // guessed
  const locator = call.query.get('locator');
  const from = locator === null ? 0 : placeIn(locator);
  if (from > job.processed) throw cursorInvalid();
  const to = Math.min(job.processed, from + most);
  return csv(resultsOf(bulk.jobs, job, from, most), {
    'sforce-locator': to < job.processed ? locatorOf(to) : 'null',
    'sforce-numberofrecords': String(to - from),
  });
}

/** "Up to five URIs in one response" [D query_get_parallel_job_results]. */
function resultPages(call: Call, ctx: Ctx, job: QueryJob): Answer {
  if (job.state !== 'JobComplete') return { status: 204 };
  const url = `/services/data/v${ctx.version}/jobs/query/${job.id}`;
  const locator = call.query.get('locator');
  const from = locator === null ? 0 : placeIn(locator);
  const pages = Math.max(1, Math.ceil(job.processed / defaultMaxRecords));
  const first = Math.floor(from / defaultMaxRecords);
  const some = Array.from({ length: Math.max(0, Math.min(5, pages - first)) }, (_, place) => (first + place) * defaultMaxRecords);
  const next = (first + 5) * defaultMaxRecords;
  const done = first + 5 >= pages;
  return told({
    resultPages: some.map((place) => ({ resultUrl: `${url}/results?locator=${locatorOf(place)}` })),
    ...(done ? {} : { nextRecordsUrl: `${url}/resultPages?locator=${locatorOf(next)}` }),
    done,
  });
}

/** Results are there when the job is over; before, there is nothing yet (guessed, after the results of queries). */
const outcome = (job: IngestJob, pieces: () => Iterable<string>): Answer => (isOver(job) ? csv(pieces()) : { status: 204 });
