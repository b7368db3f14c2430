import { delimiters, lineEndings } from './csv.ts';
import type { JobStore, QueryJob } from './job-store.ts';
import { planQuery, type QueryPlan } from './query-plan.ts';
import type { Store } from '../store.ts';

/** Records of one part of the results. Every part but the last has as many, so any record is found by its place. */
const partRows = 5_000;
/** Numbers of records looked through at once: some milliseconds. */
const window = 5_000;

/**
 * Reads a query job's records into parts, some at a time: whoever asks meanwhile comes in between. What was kept stays as it was read,
 * whatever happens to the records. Goes on where the job stopped.
 */
export function* runQuery(store: Store, jobs: JobStore, job: QueryJob, zone: string): Generator<void, void, void> {
  const plan = planQuery(store, {
    soql: job.query,
    all: job.operation === 'queryAll',
    userId: job.userId,
    zone,
    nowMs: job.createdMs,
    delimiter: job.columnDelimiter,
    version: job.version,
  });
  const ending = lineEndings[job.lineEnding];
  let lines: { n: number; line: string }[] = [];
  const keep = (count: number) => {
    const part = lines.slice(0, count);
    lines = lines.slice(count);
    const text = part.map(({ line }) => line + ending).join('');
    jobs.addPart(job, 'rows', Math.floor(job.processed / partRows), part.length, text);
    jobs.count('queryBytes', job.createdMs, Buffer.byteLength(text));
    job.processed += part.length;
    job.position = part.at(-1)?.n ?? job.position;
    jobs.save(job);
  };
  for (const rows of plan.inPieces ? inPieces(store, plan, job.position) : inOrder(store, jobs, plan, job)) {
    lines.push(...rows);
    while (lines.length >= partRows) keep(partRows);
    yield;
  }
  if (lines.length > 0) keep(lines.length);
}

/** Along the records' numbers, as primary key chunking does. Without an index: one would be sorted anew for every piece. */
function* inPieces(store: Store, plan: QueryPlan, after: number) {
  const last = store.count(`SELECT coalesce(MAX(n), 0) AS count FROM "${plan.object}"`);
  const where = `${plan.where.text === '' ? ' WHERE' : `${plan.where.text} AND`} t0.n > ? AND t0.n <= ?`;
  const sql = `SELECT t0.n AS n, ${plan.line} AS line FROM "${plan.object}" t0 NOT INDEXED${where} ORDER BY t0.n`;
  for (let from = after; from < last; from += window)
    yield store.select(sql, [...plan.where.values, from, Math.min(from + window, last)]).map(({ n, line }) => ({
      n: Number(n),
      line: String(line),
    }));
}

/** In the order asked for: the set is fixed in one go, so a job that was interrupted begins again. */
function* inOrder(store: Store, jobs: JobStore, plan: QueryPlan, job: QueryJob) {
  if (job.processed > 0) {
    jobs.dropParts(job, 'rows');
    job.processed = 0;
    job.retries += 1;
  }
  const limit = plan.limit === undefined ? '' : ` LIMIT ${plan.limit}`;
  const all = store.numbers(`SELECT t0.n AS n FROM "${plan.object}" t0${plan.where.text}${plan.order}${limit}`, plan.where.values);
  for (let from = 0; from < all.length; from += window) {
    const some = all.subarray(from, from + window);
    const found = new Map(
      store
        .select(`SELECT t0.n AS n, ${plan.line} AS line FROM "${plan.object}" t0 WHERE t0.n IN (${Array.from(some).join(', ')})`)
        .map(({ n, line }) => [Number(n), String(line)]),
    );
    yield Array.from(some).flatMap((n) => {
      const line = found.get(n);
      return line === undefined ? [] : [{ n, line }];
    });
  }
}

/** A page of results as text, in pieces: `most` records from that place on. */
export function* resultsOf(jobs: JobStore, job: QueryJob, from: number, most: number): Generator<string> {
  yield job.header + lineEndings[job.lineEnding];
  const to = Math.min(job.processed, from + most);
  for (let at = from; at < to;) {
    const part = jobs.part(job, 'rows', Math.floor(at / partRows));
    if (!part) return;
    const first = Math.floor(at / partRows) * partRows;
    const [start, end] = [at - first, Math.min(part.rows, to - first)];
    yield start === 0 && end === part.rows ? part.text : slice(part.text, start, end, job);
    at = first + end;
  }
}

/** Some records of a text in which every value stands in quotes. */
function slice(text: string, start: number, end: number, job: QueryJob): string {
  const over = `"${lineEndings[job.lineEnding]}`;
  const between = `"${delimiters[job.columnDelimiter]}"`;
  let from = 0;
  let count = 0;
  let at = 0;
  while (count < end && at < text.length) {
    if (count === start) from = at;
    at = recordEnd(text, at, over, between);
    count += 1;
  }
  return text.slice(from, at);
}

function recordEnd(text: string, start: number, over: string, between: string): number {
  let at = start + 1;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return text.length;
    if (text[quote + 1] === '"') at = quote + 2;
    else if (text.startsWith(over, quote)) return quote + over.length;
    else at = quote + between.length;
  }
}
