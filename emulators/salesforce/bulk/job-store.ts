import { idFor } from '../ids.ts';
import type { Store } from '../store.ts';
import type { Delimiter, LineEnding } from './csv.ts';

// Jobs, what was uploaded for them and what came of them, in the org's own file: a job outlives kill -9.

export const ingestOperations = ['insert', 'update', 'upsert', 'delete', 'hardDelete'] as const;
export const queryOperations = ['query', 'queryAll'] as const;
export type IngestOperation = (typeof ingestOperations)[number];
export type QueryOperation = (typeof queryOperations)[number];
export type State = 'Open' | 'UploadComplete' | 'InProgress' | 'JobComplete' | 'Failed' | 'Aborted';

type Common = {
  readonly n: number;
  readonly id: string;
  /** Of an ingest job as it was given, of a query job the one after FROM. */
  readonly object: string;
  readonly userId: string;
  /** 67 of v67.0 */
  readonly version: number;
  readonly createdMs: number;
  readonly columnDelimiter: Delimiter;
  readonly lineEnding: LineEnding;
  state: State;
  changedMs: number;
  processed: number;
  retries: number;
  totalMs: number;
  activeMs: number;
  errorMessage: string | undefined;
  /** The job of Bulk API 1.0 that this is a batch of: nobody sees it as a job of its own. */
  readonly batchOf?: string;
};
export type QueryJob = Common & {
  readonly kind: 'query';
  readonly operation: QueryOperation;
  readonly query: string;
  /** The header line of every page of results. */
  readonly header: string;
  /** How far the records have been read: the number of the last one kept. */
  position: number;
};
export type IngestJob = Common & {
  readonly kind: 'ingest';
  readonly operation: IngestOperation;
  readonly externalIdFieldName: string | undefined;
  readonly assignmentRuleId: string | undefined;
  uploaded: boolean;
  failed: number;
};
export type Job = QueryJob | IngestJob;
export const isOver = (job: Job): boolean => job.state === 'JobComplete' || job.state === 'Failed' || job.state === 'Aborted';

/** `data` was uploaded; `rows` are the results of a query; `good` and `bad` those of an ingest job, `order` which row became which. */
export type PartKind = 'data' | 'rows' | 'good' | 'bad' | 'order';
export type Part = { readonly part: number; readonly rows: number; readonly text: string };

const hourMs = 3_600_000;
/** "Jobs in a terminal state that are older than seven days are removed" [D Bulk API 2.0 limits]. */
const lifespanMs = 7 * 24 * hourMs;

export class JobStore {
  readonly #store: Store;
  #last: number;

  constructor(store: Store) {
    this.#store = store;
    for (const sql of [
      'CREATE TABLE IF NOT EXISTS "bulk_job" (n INTEGER PRIMARY KEY, id TEXT UNIQUE, kind TEXT, state TEXT, createdMs INTEGER, job TEXT)',
      'CREATE TABLE IF NOT EXISTS "bulk_part" (job INTEGER, kind TEXT, part INTEGER, rows INTEGER, text TEXT, PRIMARY KEY (job, kind, part))',
      'CREATE TABLE IF NOT EXISTS "classic_job" (n INTEGER PRIMARY KEY, id TEXT UNIQUE, createdMs INTEGER, job TEXT)',
      'CREATE TABLE IF NOT EXISTS "bulk_use" (hour INTEGER, what TEXT, count INTEGER, PRIMARY KEY (hour, what))',
    ])
      store.run(sql);
    this.#last = store.count(
      'SELECT max((SELECT coalesce(MAX(n), 0) FROM "bulk_job"), (SELECT coalesce(MAX(n), 0) FROM "classic_job")) AS count',
    );
  }

  newId(): { n: number; id: string } {
    const n = (this.#last += 1);
    return { n, id: idFor('750', n) };
  }
  add(job: Job): void {
    this.#store.run('INSERT INTO "bulk_job" (n, id, kind, state, createdMs, job) VALUES (?, ?, ?, ?, ?, ?)', [
      job.n,
      job.id,
      job.batchOf === undefined ? job.kind : 'batch',
      job.state,
      job.createdMs,
      JSON.stringify(job),
    ]);
  }
  save(job: Job): void {
    this.#store.run('UPDATE "bulk_job" SET state = ?, job = ? WHERE n = ?', [job.state, JSON.stringify(job), job.n]);
  }
  find(kind: Job['kind'], id: string): Job | undefined {
    return this.#read('SELECT job FROM "bulk_job" WHERE id = ? AND kind = ?', [id, kind])[0];
  }
  findBatch(id: string): Job | undefined {
    return this.#read('SELECT job FROM "bulk_job" WHERE id = ? AND kind = ?', [id, 'batch'])[0];
  }
  /** The newest first. */
  list(kind: Job['kind'], from: number, most: number): Job[] {
    return this.#read('SELECT job FROM "bulk_job" WHERE kind = ? ORDER BY n DESC LIMIT ? OFFSET ?', [kind, most, from]);
  }
  /** What a process that ended left to do. */
  waiting(): Job[] {
    return this.#read(`SELECT job FROM "bulk_job" WHERE state IN ('UploadComplete', 'InProgress') ORDER BY n`, []);
  }
  delete(job: Job): void {
    this.#store.run('DELETE FROM "bulk_part" WHERE job = ?', [job.n]);
    this.#store.run('DELETE FROM "bulk_job" WHERE n = ?', [job.n]);
  }
  /** Removes what is too old, as the org does. */
  expire(nowMs: number): void {
    const old = this.#read(`SELECT job FROM "bulk_job" WHERE createdMs < ? AND state IN ('JobComplete', 'Failed', 'Aborted')`, [
      nowMs - lifespanMs,
    ]);
    for (const job of old) this.delete(job);
  }

  addPart(job: Job, kind: PartKind, part: number, rows: number, text: string): void {
    this.#store.run('INSERT INTO "bulk_part" (job, kind, part, rows, text) VALUES (?, ?, ?, ?, ?)', [job.n, kind, part, rows, text]);
  }
  part(job: Job, kind: PartKind, part: number): Part | undefined {
    return this.#parts('AND part = ?', [job.n, kind, part])[0];
  }
  /** The next one from there: parts of good and bad rows have the numbers of their chunks, with gaps. */
  partFrom(job: Job, kind: PartKind, part: number): Part | undefined {
    return this.#parts('AND part >= ? ORDER BY part LIMIT 1', [job.n, kind, part])[0];
  }
  dropParts(job: Job, kind: PartKind): void {
    this.#store.run('DELETE FROM "bulk_part" WHERE job = ? AND kind = ?', [job.n, kind]);
  }

  count(what: 'queryJobs' | 'batches' | 'records' | 'queryBytes', nowMs: number, by: number): void {
    this.#store.run(
      'INSERT INTO "bulk_use" (hour, what, count) VALUES (?, ?, ?) ON CONFLICT (hour, what) DO UPDATE SET count = count + excluded.count',
      [Math.floor(nowMs / hourMs), what, by],
    );
  }
  /** In the last 24 hours. */
  used(what: 'queryJobs' | 'batches' | 'records' | 'queryBytes', nowMs: number): number {
    return this.#store.count('SELECT coalesce(SUM(count), 0) AS count FROM "bulk_use" WHERE what = ? AND hour > ?', [
      what,
      Math.floor(nowMs / hourMs) - 24,
    ]);
  }

  clear(): void {
    for (const table of ['bulk_job', 'bulk_part', 'bulk_use', 'classic_job']) this.#store.run(`DELETE FROM "${table}"`);
    this.#last = 0;
  }

  #read(sql: string, parameters: readonly (string | number)[]): Job[] {
    return this.#store.select(sql, parameters).map((row) => JSON.parse(String(row['job'])) as Job);
  }
  #parts(condition: string, parameters: readonly (string | number)[]): Part[] {
    return this.#store
      .select(`SELECT part, rows, text FROM "bulk_part" WHERE job = ? AND kind = ? ${condition}`, parameters)
      .map((row) => ({ part: Number(row['part']), rows: Number(row['rows']), text: String(row['text']) }));
  }
}
