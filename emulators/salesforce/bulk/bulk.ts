import { sleep, turn } from '../clock.ts';
import type { Faults } from '../faults.ts';
import type { Journal } from '../journal.ts';
import type { Latency } from '../latency.ts';
import type { Limits } from '../limits.ts';
import type { Locks } from '../locks.ts';
import { Refusal } from '../errors.ts';
import type { Store } from '../store.ts';
import type { Ctx } from '../work.ts';
import { JobStore, type IngestJob, type Job, type QueryJob } from './job-store.ts';
import { chunksOf, JobFailure, saveChunk } from './run-ingest.ts';
import { runQuery } from './run-query.ts';
import { schemaFor } from '../rights/seen.ts';

/** What of an org the background needs. */
export type Beside = {
  readonly store: Store;
  readonly now: () => number;
  readonly locks: Locks;
  readonly latency: Latency;
  readonly faults: Faults;
  readonly journal: Journal;
  readonly limits: Limits;
};

/** Jobs at work at the same time; the others wait in UploadComplete (guessed). */
const atOnce = 5;
/** "Salesforce retries failed batches up to a maximum of 10 times" [D how_requests_are_processed]. */
const mostRetries = 10;

/** What an org allows [D limits cheat sheet, Bulk API and Bulk API 2.0]; a test may have less. */
const allowances = { batches: 15_000, queryJobs: 10_000, records: 150_000_000 };

/** The background of Bulk API 2.0: jobs that wait, jobs at work. Kept jobs go on when the org starts again. */
export class Bulk {
  readonly jobs: JobStore;
  allowed = { ...allowances };
  /** Whether users have "Bulk API Hard Delete", which no profile has at first [D Help, hard delete]. */
  hardDelete = false;
  /** The next ingest job ends as Failed after so many records. */
  failNext: { afterRecords: number; errorMessage: string } | undefined;
  readonly #org: () => Beside;
  readonly #running = new Map<string, Promise<void>>();
  readonly #live = new Map<string, Job>();
  readonly #waiting: Job[] = [];
  #paused = false;
  #stopped = false;
  #goOn: (() => void)[] = [];

  constructor(store: Store, org: () => Beside) {
    this.jobs = new JobStore(store);
    this.#org = org;
  }

  /** What a process that was killed left behind goes on from its last chunk. */
  resume(): void {
    for (const job of this.jobs.waiting()) this.start(job);
  }
  start(job: Job): void {
    this.#waiting.push(job);
    this.#fill();
  }
  /** The job as it is at work, so that nobody changes a copy. */
  find(kind: Job['kind'], id: string): Job | undefined {
    const known = this.#live.get(id) ?? this.#waiting.find((job) => job.id === id);
    return known ? (known.kind === kind && known.batchOf === undefined ? known : undefined) : this.jobs.find(kind, id);
  }
  /** A batch of a job of Bulk API 1.0. */
  findBatch(id: string): Job | undefined {
    return this.#live.get(id) ?? this.#waiting.find((job) => job.id === id) ?? this.jobs.findBatch(id);
  }

  get paused(): boolean {
    return this.#paused;
  }
  /** Jobs stay in the state they are in. */
  set paused(paused: boolean) {
    this.#paused = paused;
    if (!paused) for (const wake of this.#goOn.splice(0)) wake();
  }
  get atWork(): number {
    return this.#running.size + this.#waiting.length;
  }

  /** No chunk is begun any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.paused = false;
    this.#waiting.length = 0;
    await Promise.all(this.#running.values());
  }
  /** As `stop`, then nothing is left; jobs can be given again. */
  clear(): void {
    for (const job of this.#live.values()) job.state = 'Aborted';
    this.#waiting.length = 0;
    this.jobs.clear();
  }

  #fill(): void {
    while (!this.#stopped && this.#running.size < atOnce) {
      const job = this.#waiting.shift();
      if (!job) return;
      this.#live.set(job.id, job);
      const done = this.#run(job).finally(() => {
        this.#live.delete(job.id);
        this.#running.delete(job.id);
        this.#fill();
      });
      this.#running.set(job.id, done);
    }
  }

  /** Lets others in. False: the job is to go no further. */
  async #mayGoOn(job: Job, ms: number): Promise<boolean> {
    await (ms > 0 ? sleep(ms) : turn());
    while (this.#paused && !this.#stopped) await new Promise<void>((wake) => this.#goOn.push(wake));
    return !this.#stopped && job.state === 'InProgress';
  }

  async #run(job: Job): Promise<void> {
    const org = this.#org();
    const speed = org.latency.forRequest();
    await (speed.baseMs > 0 ? sleep(speed.baseMs) : turn());
    while (this.#paused && !this.#stopped) await new Promise<void>((wake) => this.#goOn.push(wake));
    if (this.#stopped || (job.state !== 'UploadComplete' && job.state !== 'InProgress')) return;
    const started = org.now();
    const spentBefore = job.totalMs;
    const spend = () => {
      job.totalMs = spentBefore + Math.max(0, Math.round(org.now() - started));
      job.activeMs = job.totalMs;
      job.changedMs = org.now();
    };
    job.state = 'InProgress';
    spend();
    this.jobs.save(job);
    try {
      const finished = job.kind === 'query' ? await this.#query(org, job, speed.baseMs) : await this.#ingest(org, job, speed.perRecordMs);
      if (!finished) return;
      job.state = 'JobComplete';
    } catch (cause) {
      if (job.state !== 'InProgress') return;
      job.state = 'Failed';
      if (cause instanceof JobFailure) job.errorMessage = cause.message;
      else if (cause instanceof Refusal) job.errorMessage = `${cause.code} : ${cause.message}`;
      else {
        job.errorMessage = 'UNKNOWN_EXCEPTION : An unexpected error occurred.';
        if (!this.#stopped) console.error(cause);
      }
    } finally {
      spend();
      if (!this.#stopped || job.state !== 'InProgress') this.jobs.save(job);
    }
  }

  async #query(org: Beside, job: QueryJob, baseMs: number): Promise<boolean> {
    const user = org.store.get(org.store.schema.named('User'), job.userId);
    const running = runQuery(org.store, this.jobs, job, String(user?.['TimeZoneSidKey'] ?? 'UTC'));
    while (!running.next().done) if (!(await this.#mayGoOn(job, baseMs))) return false;
    return true;
  }

  async #ingest(org: Beside, job: IngestJob, perRecordMs: number): Promise<boolean> {
    const path = `/services/data/v${job.version}.0/jobs/ingest/${job.id}/batches`;
    const rows = org.faults.forRows('PUT', path);
    const ctx: Ctx = {
      store: org.store,
      now: org.now,
      userId: job.userId,
      via: 'api',
      version: `${job.version}.0`,
      locks: org.locks,
      holder: Symbol(job.id),
      heldIds: new Set(),
      autoAssign: job.assignmentRuleId ?? 'FALSE', // rules run only for a job that names one (guessed)
      rowFault: rows?.rowFault,
      tally: { written: 0, rowErrors: new Map(), subrequests: [] },
    };
    const fail = this.failNext;
    this.failNext = undefined;
    const started = org.now();
    try {
      for (const given of chunksOf(this.jobs, job, ctx, schemaFor(ctx).named(job.object))) {
        if (!(await this.#mayGoOn(job, perRecordMs * (given?.chunk.rows.length ?? 0)))) return false;
        if (!given) continue;
        if (fail && job.processed >= fail.afterRecords) throw new JobFailure(fail.errorMessage);
        if (given.chunk.beginsBatch) this.#useBatch(org);
        if (this.jobs.used('records', org.now()) + given.chunk.rows.length > this.allowed.records)
          throw new JobFailure('ExceededQuota : the daily limit of records is reached'); // "the remaining data isn't processed" [D]; words guessed
        this.jobs.count('records', org.now(), given.chunk.rows.length);
        for (let patient = true, tries = 1; ; tries += 1) {
          const busy = saveChunk(this.jobs, job, { ...ctx, together: new Set() }, given.sheet, given.chunk, patient);
          if (!busy) break;
          job.retries += 1;
          patient = (await this.#got(org, ctx, busy)) && tries < mostRetries;
          if (job.state !== 'InProgress') return false;
        }
        org.locks.release(ctx.holder, ctx.heldIds);
        ctx.heldIds.clear();
      }
      return true;
    } finally {
      org.locks.release(ctx.holder, ctx.heldIds);
      const fault = rows?.hits();
      org.journal.add(
        {
          at: new Date(org.now()).toISOString(),
          method: 'JOB',
          path: `/services/data/v${job.version}.0/jobs/ingest/${job.id}`,
          status: 200,
          written: ctx.tally.written,
          ...(ctx.tally.rowErrors.size > 0 ? { rowErrors: Object.fromEntries(ctx.tally.rowErrors) } : {}),
          ...(fault ? { fault } : {}),
          ms: Math.round(org.now() - started),
          usage: org.limits.used,
        },
        false,
      );
    }
  }

  #useBatch(org: Beside): void {
    if (this.jobs.used('batches', org.now()) >= this.allowed.batches) throw new JobFailure('ExceededQuota : ApiBatchItems Limit exceeded.');
    this.jobs.count('batches', org.now(), 1);
  }

  /**
   * Waits for locks as long as the org's patience lasts; false: in vain, and the rows that need them are refused. Holds no lock of its own
   * meanwhile, or two jobs would wait for each other.
   */
  async #got(org: Beside, ctx: Ctx, ids: readonly string[]): Promise<boolean> {
    org.locks.release(ctx.holder, ctx.heldIds);
    ctx.heldIds.clear();
    try {
      await org.locks.take(ctx.holder, ids);
      for (const id of ids) ctx.heldIds.add(id);
      return true;
    } catch (cause) {
      if (cause instanceof Refusal) return false;
      throw cause;
    }
  }

  /** Takes a job out of the queue and away from whoever works at it. */
  end(job: Job, state: 'Aborted'): void {
    job.state = state;
    const place = this.#waiting.indexOf(job);
    if (place >= 0) this.#waiting.splice(place, 1);
  }
}
