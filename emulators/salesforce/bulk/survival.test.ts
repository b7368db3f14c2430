import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, expect, test } from 'vitest';
import { Store } from '../store.ts';
import { CsvReader } from './csv.ts';
import { JobStore, type QueryJob } from './job-store.ts';
import { resultsOf, runQuery } from './run-query.ts';

const folder = mkdtempSync(join(tmpdir(), 'stand-in-bulk-'));
const started: ChildProcess[] = [];
afterAll(() => {
  for (const child of started) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

async function startProcess(file: string) {
  const flags = ['--port', '0', '--control-port', '0', '--file', file];
  const child = spawn(process.execPath, [new URL('../main.ts', import.meta.url).pathname, ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  started.push(child);
  if (!child.stdout) throw new Error('no stdout');
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return { child, ...(JSON.parse(line) as { listening: { api: string; control: string } }).listening };
}

test('jobs at work and jobs that wait go on after kill -9, and no row is saved twice', async () => {
  const file = join(folder, 'org.sqlite');
  const first = await startProcess(file);
  const signIn = await fetch(`${first.api}/services/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials', client_id: 'stand-in', client_secret: 'stand-in-secret' }),
  });
  const { access_token: token } = (await signIn.json()) as { access_token: string };
  const call = async (api: string, method: string, path: string, body?: string, type = 'application/json') =>
    fetch(`${api}/services/data/v67.0${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': type },
      ...(body === undefined ? {} : { body }),
    });
  const info = async (api: string, path: string) =>
    (await (await call(api, 'GET', path)).json()) as {
      id: string;
      state: string;
      numberRecordsProcessed: number;
      numberRecordsFailed: number;
    };

  await fetch(`${first.control}/__org/latency`, { method: 'POST', body: '{"baseMs": 0, "perRecordMs": 0.1, "tail": 0}' });
  const created = await call(first.api, 'POST', '/jobs/ingest', '{"operation":"insert","object":"Contact"}');
  const { id } = (await created.json()) as { id: string };
  const rows = Array.from({ length: 2_000 }, (_, n) => `k${n},Person ${n}\n`);
  await call(first.api, 'PUT', `/jobs/ingest/${id}/batches`, `Cordboard_Name__c,LastName\n${rows.join('')}`, 'text/csv');
  await call(first.api, 'PATCH', `/jobs/ingest/${id}`, '{"state":"UploadComplete"}');
  let before = 0;
  while (before === 0) before = (await info(first.api, `/jobs/ingest/${id}`)).numberRecordsProcessed;
  await fetch(`${first.control}/__org/bulk`, { method: 'POST', body: '{"paused": true}' });
  const query = (await (await call(first.api, 'POST', '/jobs/query', '{"operation":"query","query":"SELECT Id FROM Lead"}')).json()) as {
    id: string;
  };
  before = (await info(first.api, `/jobs/ingest/${id}`)).numberRecordsProcessed;
  first.child.kill('SIGKILL');
  await once(first.child, 'close');
  expect(before).toBeLessThan(2_000);

  const second = await startProcess(file);
  const over = async (path: string) => {
    for (;;) {
      const job = await info(second.api, path);
      if (job.state === 'JobComplete' || job.state === 'Failed') return job;
    }
  };
  expect(await over(`/jobs/ingest/${id}`)).toMatchObject({ state: 'JobComplete', numberRecordsProcessed: 2_000, numberRecordsFailed: 0 });
  expect(await over(`/jobs/query/${query.id}`)).toMatchObject({ state: 'JobComplete', numberRecordsProcessed: 3 });
  const results = await (await call(second.api, 'GET', `/jobs/ingest/${id}/successfulResults`)).text();
  const keys = results.split('\n').map((line) => /"(k\d+)"/.exec(line)?.[1]);
  expect(new Set(keys.filter((key) => key !== undefined)).size).toBe(2_000);
  expect(keys.length).toBe(2_002);
});

const toEnd = (running: Iterator<void>) => {
  while (!running.next().done);
};

test('a query goes on from its last part, or begins again where its order needs it', () => {
  const store = new Store(':memory:', []);
  const lead = store.schema.named('Lead');
  const load = store.loader(lead, ['LastName', 'Description']);
  for (let n = 0; n < 12_345; n += 1) load({ LastName: `L${n}`, Description: n % 7 === 0 ? `a "quoted"\n${n}` : null });
  const jobs = new JobStore(store);
  const job = (query: string): QueryJob => ({
    ...jobs.newId(),
    kind: 'query',
    operation: 'query',
    object: 'Lead',
    userId: '005Sx0000000001IAA',
    version: 67,
    createdMs: 0,
    columnDelimiter: 'COMMA',
    lineEnding: 'LF',
    state: 'InProgress',
    changedMs: 0,
    processed: 0,
    retries: 0,
    totalMs: 0,
    activeMs: 0,
    errorMessage: undefined,
    query,
    header: '"LastName","Description"',
    position: 0,
  });
  for (const [query, retries] of [
    ['SELECT LastName, Description FROM Lead', 0],
    ['SELECT LastName, Description FROM Lead ORDER BY LastName', 1],
  ] as const) {
    const whole = job(query);
    jobs.add(whole);
    toEnd(runQuery(store, jobs, whole, 'UTC'));
    const text = [...resultsOf(jobs, whole, 0, 1e9)].join('');
    expect([whole.processed, [...new CsvReader('COMMA').read(text, true)].length]).toEqual([12_345, 12_346]);

    const stopped = job(query);
    jobs.add(stopped);
    runQuery(store, jobs, stopped, 'UTC').next();
    const kept = jobs.find('query', stopped.id);
    if (kept?.kind !== 'query') throw new Error('not kept');
    expect(kept.processed).toBe(5_000);
    toEnd(runQuery(store, jobs, kept, 'UTC'));
    expect([...resultsOf(jobs, kept, 0, 1e9)].join('')).toBe(text);
    expect(kept.retries).toBe(retries);

    const pages = Array.from({ length: 20 }, (_, page) => [...resultsOf(jobs, whole, page * 700, 700)].slice(1).join(''));
    expect(`${whole.header}\n${pages.join('')}`).toBe(text);
  }
  store.close();
});
