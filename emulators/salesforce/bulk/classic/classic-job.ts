import { idFor } from '../../ids.ts';
import type { Store } from '../../store.ts';
import type { Bulk } from '../bulk.ts';
import type { IngestOperation, Job, QueryOperation } from '../job-store.ts';

// A job of Bulk API 1.0: several batches, each of which is done as Bulk API 2.0 does a job.

export type ClassicJob = {
  readonly n: number;
  readonly id: string;
  readonly operation: IngestOperation | QueryOperation;
  readonly object: string;
  readonly userId: string;
  /** 67 of 67.0 */
  readonly version: number;
  readonly contentType: 'CSV' | 'JSON';
  readonly concurrencyMode: 'Parallel' | 'Serial';
  readonly externalIdFieldName: string | undefined;
  readonly assignmentRuleId: string | undefined;
  readonly createdMs: number;
  changedMs: number;
  state: 'Open' | 'Closed' | 'Aborted';
  readonly batchIds: string[];
};

/** "Jobs … older than seven days are removed" [D Bulk API limits]. */
const lifespanMs = 7 * 86_400_000;

/** Batches have numbers of jobs, and a prefix of their own [D Bulk API guide, examples: 751]. */
export function newBatchId(bulk: Bulk): { n: number; id: string } {
  const { n } = bulk.jobs.newId();
  return { n, id: idFor('751', n) };
}

export function addJob(store: Store, job: ClassicJob): void {
  store.run('INSERT INTO "classic_job" (n, id, createdMs, job) VALUES (?, ?, ?, ?)', [job.n, job.id, job.createdMs, JSON.stringify(job)]);
}
export function saveJob(store: Store, job: ClassicJob): void {
  store.run('UPDATE "classic_job" SET job = ? WHERE n = ?', [JSON.stringify(job), job.n]);
}
export function findJob(store: Store, id: string, nowMs: number): ClassicJob | undefined {
  store.run('DELETE FROM "classic_job" WHERE createdMs < ?', [nowMs - lifespanMs]);
  const [row] = store.select('SELECT job FROM "classic_job" WHERE id = ?', [id]);
  return row && (JSON.parse(String(row['job'])) as ClassicJob);
}

type BatchState = 'Queued' | 'InProgress' | 'Completed' | 'Failed' | 'NotProcessed';
const states: Readonly<Record<Job['state'], BatchState>> = {
  Open: 'Queued',
  UploadComplete: 'Queued',
  InProgress: 'InProgress',
  JobComplete: 'Completed',
  Failed: 'Failed',
  Aborted: 'NotProcessed',
};
export const stateOf = (batch: Job): BatchState => states[batch.state];

const moment = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, '.000Z');
type Told = Record<string, string | number | undefined>;

/** Keys and their order [D Bulk API guide, JobInfo, and its examples]. */
export function jobInfo(job: ClassicJob, batches: readonly Job[]): Told {
  const count = (state: BatchState) => batches.filter((batch) => stateOf(batch) === state).length;
  const sum = (of: (batch: Job) => number) => batches.reduce((total, batch) => total + of(batch), 0);
  return {
    id: job.id,
    operation: job.operation,
    object: job.object,
    createdById: job.userId,
    createdDate: moment(job.createdMs),
    systemModstamp: moment(job.changedMs),
    state: job.state,
    externalIdFieldName: job.externalIdFieldName,
    assignmentRuleId: job.assignmentRuleId,
    concurrencyMode: job.concurrencyMode,
    contentType: job.contentType,
    numberBatchesQueued: count('Queued'),
    numberBatchesInProgress: count('InProgress'),
    numberBatchesCompleted: count('Completed'),
    numberBatchesFailed: count('Failed'),
    numberBatchesTotal: batches.length,
    numberRecordsProcessed: sum((batch) => batch.processed),
    numberRetries: sum((batch) => batch.retries),
    apiVersion: `${job.version}.0`,
    numberRecordsFailed: sum((batch) => (batch.kind === 'ingest' ? batch.failed : 0)),
    totalProcessingTime: sum((batch) => batch.totalMs),
    apiActiveProcessingTime: sum((batch) => batch.activeMs),
    apexProcessingTime: 0,
  };
}

/** Keys and their order [D Bulk API guide, BatchInfo, and its examples]. */
export const batchInfo = (job: ClassicJob, batch: Job): Told => ({
  id: batch.id,
  jobId: job.id,
  state: stateOf(batch),
  stateMessage: batch.errorMessage,
  createdDate: moment(batch.createdMs),
  systemModstamp: moment(batch.changedMs),
  numberRecordsProcessed: batch.processed,
  numberRecordsFailed: batch.kind === 'ingest' ? batch.failed : 0,
  totalProcessingTime: batch.totalMs,
  apiActiveProcessingTime: batch.activeMs,
  apexProcessingTime: 0,
});
