import { Readable } from 'node:stream';
import { assignedObjects } from '../../assignment.ts';
import type { Answer } from '../../call.ts';
import { apiDisabled, notImplemented, Refusal } from '../../errors.ts';
import { readId } from '../../ids.ts';
import { child, childText, parseXml, writeXml, XmlBroken, type Doc } from '../../metadata/xml.ts';
import type { OrgState } from '../../org-state.ts';
import { rightsFor, seenBy } from '../../rights/seen.ts';
import { CsvReader } from '../csv.ts';
import { ingestOperations, isOver, queryOperations, type IngestJob, type IngestOperation, type Job, type QueryJob } from '../job-store.ts';
import { planQuery } from '../query-plan.ts';
import { notByBulk, noHardDelete, notOpen } from '../refusals.ts';
import { resultsOf } from '../run-query.ts';
import { addJob, batchInfo, findJob, jobInfo, newBatchId, saveJob, stateOf, type ClassicJob } from './classic-job.ts';
import { csvOfJson, keepData, keptData, resultsCsv, resultsJson } from './results.ts';

// /services/async/NN.0/job: Bulk API 1.0, which programs older than 2.0 speak. What a batch holds is done in the background (bulk.ts).

const namespace = 'http://www.force.com/2009/06/asyncapi/dataload';
/** "A batch can contain a maximum of 10,000 records", "10,000,000 characters" [D Bulk API limits]. */
const most = { records: 10_000, characters: 10_000_000 };

/** What Bulk API 1.0 says no with [D Bulk API guide, errors]; words as noted where they are raised. */
class Fault extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.name = 'Fault';
    this.code = code;
    this.status = status;
  }
}

/** What befalls any request, as Bulk API 1.0 says it. */
export const classicRefusal = ({ code, message, status }: Refusal): Answer =>
  fault('XML', code === 'INVALID_SESSION_ID' ? noSession() : new Fault(classicCode(code), message, status < 500 ? 400 : status));

export const isClassicBulk = (path: string): boolean => path.startsWith('/services/async/');
type Asked = {
  readonly method: string;
  readonly path: string;
  readonly header: (name: string) => string | undefined;
  readonly body: string;
};
type Format = 'JSON' | 'XML';
type Desk = { readonly org: OrgState; readonly asked: Asked; readonly userId: string; readonly version: number };

/** Answers one request. Refusals come in the format of the request: 400 and an `error` of code and message. */
export function classicBulk(org: OrgState, asked: Asked, versions: { oldest: number; newest: number }): Answer {
  const format: Format = /\bjson\b/i.test(asked.header('content-type') ?? asked.header('accept') ?? '') ? 'JSON' : 'XML';
  try {
    const [, version = '', rest = ''] = /^\/services\/async\/(\d+)\.\d(?:\/(.*))?$/.exec(asked.path) ?? [];
    const [what, id, second, batchId, third, resultId, ...more] = rest.split('/').filter((part) => part !== '');
    if (!(Number(version) >= versions.oldest && Number(version) <= versions.newest))
      throw new Fault('InvalidVersion', `Invalid API version: ${version}`); // guessed
    const desk: Desk = { org, asked, userId: sessionOf(org, asked), version: Number(version) };
    if (what !== 'job' || more.length > 0) throw badUrl(asked.path);
    if (id === undefined) return createJob(desk, format);
    const job = findJob(org.store, readId(id) ?? id, org.now());
    if (!job && org.bulk.find('ingest', readId(id) ?? id)) throw notImplemented('jobs of Bulk API 2.0 at the addresses of 1.0');
    if (!job) throw new Fault('InvalidJob', `Unable to find job: ${id}`); // words guessed
    if (second === undefined) return oneJob(desk, job, format);
    if (second !== 'batch') throw badUrl(asked.path);
    if (batchId === undefined) return asked.method === 'POST' ? createBatch(desk, job) : listBatches(desk, job);
    const batch = job.batchIds.includes(readId(batchId) ?? batchId) ? org.bulk.findBatch(readId(batchId) ?? batchId) : undefined;
    if (!batch) throw new Fault('InvalidBatch', `Unable to find batch: ${batchId}`); // words guessed
    if (asked.method !== 'GET' && asked.method !== 'HEAD') throw badMethod(asked.method);
    if (third === undefined) return told(job, 'batchInfo', batchInfo(job, batch));
    if (third === 'request' && resultId === undefined) return request(desk, job, batch);
    if (third === 'result') return result(desk, job, batch, resultId);
    throw badUrl(asked.path);
  } catch (cause) {
    if (cause instanceof Fault) return fault(format, cause);
    if (cause instanceof Refusal) return fault(format, new Fault(classicCode(cause.code), cause.message, cause.status === 501 ? 501 : 400));
    throw cause;
  }
}

/** "The session header X-SFDC-Session" [D Bulk API guide, set a session header]; a bearer does, too. A wrong one is a 400 [C jsforce, sf]. */
function sessionOf(org: OrgState, { header }: Asked): string {
  const session = header('x-sfdc-session');
  try {
    const userId = org.oauth.authenticate(session === undefined ? header('authorization') : `Bearer ${session}`);
    if (!rightsFor(org.store, userId).has('ApiEnabled')) throw apiDisabled();
    return userId;
  } catch (cause) {
    if (!(cause instanceof Refusal) || cause.code === apiDisabled().code) throw cause;
    throw noSession();
  }
}

const noSession = () => new Fault('InvalidSessionId', 'Invalid session id');

const codes: Readonly<Record<string, string>> = {
  INVALIDENTITY: 'InvalidEntity',
  INVALIDJOBSTATE: 'InvalidJobState',
  FEATURENOTENABLED: 'FeatureNotEnabled',
  STAND_IN_CANNOT: 'STAND_IN_CANNOT',
  API_DISABLED_FOR_ORG: 'FeatureNotEnabled',
  REQUEST_LIMIT_EXCEEDED: 'ExceededQuota',
  SERVER_UNAVAILABLE: 'Unknown',
};
const classicCode = (code: string): string => codes[code] ?? 'ClientInputError';
const badUrl = (path: string) => new Fault('InvalidUrl', `Destination URL not reset. The URL ${path} is invalid`, 404); // guessed
const badMethod = (method: string) => new Fault('InvalidUrl', `HTTP Method ${method} is not allowed`, 405); // guessed

const declaration = '<?xml version="1.0" encoding="UTF-8"?>';
const xml = (text: string, status = 200): Answer => ({
  status,
  headers: { 'content-type': 'application/xml;charset=UTF-8' },
  body: `${declaration}${text}`,
});
const element = (name: string, doc: Doc): string => `<${name} xmlns="${namespace}">${writeXml(doc)}</${name}>`;

function fault(format: Format, { code, message, status }: Fault): Answer {
  const doc = { exceptionCode: code, exceptionMessage: message };
  return format === 'JSON' ? { status, body: doc } : xml(element('error', doc), status);
}

/** As JSON numbers are numbers, but the version, and what is missing is null (guessed after simple-salesforce's tests). */
const asJson = (doc: Doc): unknown => ({ ...doc, ...('apiVersion' in doc ? { apiVersion: Number(doc['apiVersion']) } : {}) });
function told(job: ClassicJob, name: string, doc: Doc, status = 200): Answer {
  return job.contentType === 'JSON' ? { status, body: asJson(doc) } : xml(element(name, doc), status);
}

const batchesOf = ({ org }: Desk, job: ClassicJob): Job[] => job.batchIds.flatMap((id) => org.bulk.findBatch(id) ?? []);

/** What a job is asked to be, from XML or JSON. */
function orderOf({ asked }: Desk, format: Format): (name: string) => string | undefined {
  if (format === 'JSON') {
    try {
      const body: unknown = JSON.parse(asked.body);
      if (typeof body !== 'object' || body === null) throw new Fault('InvalidJob', 'jobInfo is required'); // guessed
      return (name) => {
        const value: unknown = Reflect.get(body, name);
        return typeof value === 'string' ? value : undefined;
      };
    } catch (cause) {
      if (cause instanceof SyntaxError) throw new Fault('ClientInputError', cause.message);
      throw cause;
    }
  }
  try {
    const root = parseXml(asked.body.trim());
    if (root.name !== 'jobInfo') throw new Fault('InvalidJob', `Unexpected element ${root.name}`); // guessed
    return (name) => (child(root, name) ? childText(root, name) : undefined);
  } catch (cause) {
    if (cause instanceof XmlBroken) throw new Fault('ClientInputError', cause.message);
    throw cause;
  }
}

function createJob(desk: Desk, format: Format): Answer {
  const { org, asked, userId, version } = desk;
  if (asked.method !== 'POST') throw badMethod(asked.method);
  const order = orderOf(desk, format);
  const wanted = order('operation') ?? '';
  // `queryall` is how the guide spells it, `queryAll` how programs do.
  const operation = [...ingestOperations, ...queryOperations].find((one) => one.toLowerCase() === wanted.toLowerCase());
  if (!operation) throw new Fault('InvalidJob', `Invalid operation: ${wanted}`); // words guessed
  const object = seenBy(org.store, userId).inAddress(order('object') ?? '');
  if (!object) throw notByBulk(order('object') ?? '');
  const isQuery = queryOperations.some((one) => one === operation);
  if (!isQuery && !object.writable) throw notByBulk(object.name);
  const contentType = order('contentType') ?? 'XML';
  // "XML" is what is meant when nothing is said [D Bulk API guide, JobInfo].
  if (contentType !== 'CSV' && contentType !== 'JSON') throw notImplemented(`batches of type ${contentType} in Bulk API 1.0`);
  if (contentType === 'JSON' && isQuery) throw notImplemented('queries answered as JSON in Bulk API 1.0');
  if (asked.header('sforce-enable-pkchunking') !== undefined) throw notImplemented('PK chunking in Bulk API 1.0');
  if (operation === 'hardDelete' && !org.bulk.hardDelete) throw noHardDelete();
  const key = order('externalIdFieldName');
  const field = key === undefined ? undefined : object.byName.get(key.toLowerCase());
  if (operation === 'upsert' && (!field || !(field.externalId || field.idLookup || field.type === 'id')))
    throw new Fault('InvalidJob', key === undefined ? 'External ID was blank for upsert' : `Field name not found : ${key}`); // words guessed
  const rule = order('assignmentRuleId');
  if (rule !== undefined && !assignedObjects.includes(object.name)) throw new Fault('InvalidJob', `Invalid assignmentRuleId: ${rule}`); // guessed
  const job: ClassicJob = {
    ...org.bulk.jobs.newId(),
    operation,
    object: object.name,
    userId,
    version,
    contentType,
    concurrencyMode: order('concurrencyMode') === 'Serial' ? 'Serial' : 'Parallel',
    externalIdFieldName: operation === 'upsert' ? key : undefined,
    assignmentRuleId: rule,
    createdMs: org.now(),
    changedMs: org.now(),
    state: 'Open',
    batchIds: [],
  };
  addJob(org.store, job);
  const answer = { ...jobInfo(job, []) };
  return format === 'JSON' ? { status: 201, body: asJson(answer) } : xml(element('jobInfo', answer), 201);
}

function oneJob(desk: Desk, job: ClassicJob, format: Format): Answer {
  const { org, asked } = desk;
  if (asked.method === 'POST') {
    const state = orderOf(desk, format)('state');
    if (state !== 'Closed' && state !== 'Aborted') throw new Fault('InvalidJob', `Invalid state: ${state ?? ''}`); // words guessed
    const doing = state === 'Closed' ? 'Closing' : 'Aborting';
    // [K; quoted by users of several clients]
    if (job.state === 'Aborted' || job.state === state) throw new Fault('InvalidJobState', `${doing} already ${job.state} Job not allowed`);
    if (state === 'Aborted')
      for (const batch of batchesOf(desk, job))
        if (!isOver(batch)) {
          org.bulk.end(batch, 'Aborted');
          org.bulk.jobs.save(batch);
        }
    job.state = state;
    job.changedMs = org.now();
    saveJob(org.store, job);
  } else if (asked.method !== 'GET' && asked.method !== 'HEAD') throw badMethod(asked.method);
  return told(job, 'jobInfo', jobInfo(job, batchesOf(desk, job)));
}

function createBatch(desk: Desk, job: ClassicJob): Answer {
  const { org, asked } = desk;
  const type = (asked.header('content-type') ?? '').replace(/;.*/s, '').trim().toLowerCase();
  if (/zip/.test(type)) throw notImplemented('batches with attachments in Bulk API 1.0');
  if (job.state !== 'Open') throw notOpen(job.state);
  const fits = job.contentType === 'CSV' ? type === 'text/csv' : type === 'application/json';
  // [D Bulk API guide, errors: InvalidBatch "… isn't valid"; words guessed]
  if (!fits) throw new Fault('InvalidBatch', `The content type ${type} does not match the job's ${job.contentType}`);
  if (asked.body.trim() === '') throw new Fault('ClientInputError', 'Request contains no data'); // the code: jsforce's own tests; words guessed
  if (asked.body.length > most.characters) throw new Fault('ExceededQuota', `A batch is limited to ${most.characters} characters`); // guessed
  const common = {
    ...newBatchId(org.bulk),
    batchOf: job.id,
    object: job.object,
    userId: job.userId,
    version: job.version,
    createdMs: org.now(),
    changedMs: org.now(),
    columnDelimiter: 'COMMA',
    state: 'UploadComplete',
    processed: 0,
    retries: 0,
    totalMs: 0,
    activeMs: 0,
    errorMessage: undefined,
  } as const;
  const batch = job.operation === 'query' || job.operation === 'queryAll' ? queryBatch(desk, job, common) : ingestBatch(desk, job, common);
  job.batchIds.push(batch.id);
  job.changedMs = org.now();
  saveJob(org.store, job);
  if (!isOver(batch)) org.bulk.start(batch);
  return told(job, 'batchInfo', batchInfo(job, batch), 201);
}

type Begun = Omit<QueryJob, 'kind' | 'operation' | 'query' | 'header' | 'position' | 'lineEnding'>;

function queryBatch({ org, asked }: Desk, job: ClassicJob, common: Begun): Job {
  const user = org.store.get(org.store.schema.named('User'), job.userId);
  const batch: QueryJob = {
    ...common,
    lineEnding: 'LF',
    kind: 'query',
    operation: job.operation === 'queryAll' ? 'queryAll' : 'query',
    query: asked.body,
    header: '',
    position: 0,
  };
  try {
    const plan = planQuery(org.store, {
      soql: asked.body,
      all: batch.operation === 'queryAll',
      userId: job.userId,
      zone: String(user?.['TimeZoneSidKey'] ?? 'UTC'),
      nowMs: org.now(),
      delimiter: 'COMMA',
      version: job.version,
    });
    const ready = { ...batch, object: plan.object, header: plan.header };
    org.bulk.jobs.add(ready);
    keepData(org.bulk.jobs, ready, asked.body);
    return ready;
  } catch (cause) {
    if (!(cause instanceof Refusal) || cause.status === 501) throw cause;
    // [C quoted by many: "InvalidBatch : Failed to process query: MALFORMED_QUERY: …"]
    const failed = {
      ...batch,
      state: 'Failed',
      errorMessage: `InvalidBatch : Failed to process query: ${cause.code}: ${cause.message}`,
    } as const;
    org.bulk.jobs.add(failed);
    return failed;
  }
}

function ingestBatch({ org, asked }: Desk, job: ClassicJob, common: Begun): Job {
  let data: string | undefined = asked.body;
  if (job.contentType === 'JSON')
    try {
      data = csvOfJson(asked.body);
    } catch (cause) {
      if (!(cause instanceof SyntaxError)) throw cause;
      data = undefined;
    }
  if (data === undefined) throw new Fault('InvalidBatch', 'A batch of JSON is a list of records'); // guessed
  const records = [...new CsvReader('COMMA').read(data, true)].length - 1;
  const tooMany = records > most.records;
  const batch: IngestJob = {
    ...common,
    // "Batches with more records fail" [D Bulk API limits; words guessed]
    ...(tooMany ? { state: 'Failed', errorMessage: `InvalidBatch : A batch is limited to ${most.records} records` } : {}),
    // Either does in Bulk API 1.0; which it is shows at the end of the first line.
    lineEnding: /^[^\n]*\r\n/.test(data) ? 'CRLF' : 'LF',
    kind: 'ingest',
    operation: job.operation as IngestOperation,
    externalIdFieldName: job.externalIdFieldName,
    assignmentRuleId: job.assignmentRuleId,
    uploaded: true,
    failed: 0,
  };
  org.bulk.jobs.add(batch);
  keepData(org.bulk.jobs, batch, data);
  return batch;
}

function listBatches(desk: Desk, job: ClassicJob): Answer {
  if (desk.asked.method !== 'GET' && desk.asked.method !== 'HEAD') throw badMethod(desk.asked.method);
  const list = batchesOf(desk, job).map((batch) => batchInfo(job, batch));
  if (job.contentType === 'JSON') return { status: 200, body: { batchInfo: list } };
  return xml(element('batchInfoList', { batchInfo: list }));
}

const csv = (pieces: Iterable<string>): Answer => ({
  status: 200,
  body: Readable.from(pieces, { objectMode: true }),
  headers: { 'content-type': 'text/csv' },
});

function request({ org }: Desk, job: ClassicJob, batch: Job): Answer {
  if (job.contentType === 'JSON') throw notImplemented('the request of a batch of JSON in Bulk API 1.0');
  return csv(keptData(org.bulk.jobs, batch));
}

function result({ org }: Desk, job: ClassicJob, batch: Job, resultId: string | undefined): Answer {
  const state = stateOf(batch);
  // "InvalidBatch : Batch not completed" [K; quoted by users of several clients]
  if (state !== 'Completed' && !(state === 'Failed' && batch.processed > 0)) throw new Fault('InvalidBatch', 'Batch not completed');
  if (batch.kind === 'ingest') {
    if (resultId !== undefined) throw new Fault('InvalidUrl', `Unable to find result: ${resultId}`); // guessed
    return job.contentType === 'JSON' ? { status: 200, body: resultsJson(org.bulk.jobs, batch) } : csv(resultsCsv(org.bulk.jobs, batch));
  }
  // One result each: its number is the batch's, its prefix 752 [D Bulk API guide, examples].
  const own = batch.id.replace(/^751/, '752');
  if (resultId === undefined) return xml(element('result-list', { result: own.slice(0, 15) }));
  if (resultId.slice(0, 15) !== own.slice(0, 15)) throw new Fault('InvalidBatch', `Unable to find result: ${resultId}`); // words guessed
  // [C quoted by several clients, which look for these words]
  if (batch.processed === 0) return csv(['Records not found for this query']);
  return csv(resultsOf(org.bulk.jobs, batch, 0, batch.processed));
}
