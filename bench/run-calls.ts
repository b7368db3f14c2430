import { fork } from 'node:child_process';
import { join } from 'node:path';
import { pause } from '../chaos/pause.ts';
import { countOfCalls, eventsPerCall, makeCall, type Rate } from './calls.ts';
import { cpuSeconds, cpuSecondsOfTree, residentMb } from './machine.ts';
import { quantile, say, sum } from './numbers.ts';
import type { Heard, Order } from './phone-system.ts';
import { ended, type Product } from './product.ts';

/** One look at everything, every two seconds. */
export type Sample = {
  readonly second: number;
  readonly serverMb: number;
  readonly cpu: Cpu;
  readonly waiting: Awaited<ReturnType<Product['waiting']>>;
  readonly committed: number;
  readonly apiCalls: number;
};
type Cpu = { readonly server: number; readonly postgres: number; readonly org: number; readonly phones: number; readonly bench: number };
export type Tables = ReadonlyMap<string, { readonly rows: number; readonly dead: number; readonly kb: number }>;
export type Ran = {
  readonly rate: Rate;
  readonly calls: number;
  readonly events: number;
  /** From the first call to the last delivery taken. */
  readonly tellingSeconds: number;
  /** From the last delivery taken until nothing waited, lingering changes included. */
  readonly drainSeconds: number;
  readonly endToOrgMs: readonly number[];
  readonly rang: Heard['rang'];
  readonly acceptedMs: readonly number[];
  readonly refused: Readonly<Record<string, number>>;
  readonly apiCalls: number;
  readonly samples: readonly Sample[];
  /** One each minute; the first is from before the first call. */
  readonly tables: readonly Tables[];
  readonly cpu: Cpu;
  readonly left: Sample['waiting'];
};
const sampleEveryMs = 2_000;
const sayEveryMs = 5_000;

/** Makes these calls through the product's door, watches, and waits until the org holds everything. `drainLimitMs` bounds the wait. */
export async function runCalls(product: Product, rate: Rate, options: { drainLimitMs: number; say(line: string): void }): Promise<Ran> {
  const { tap } = product;
  const order: Order = { ...(await product.hook()), rate };
  const cpuNow = (phones: number): Cpu => ({
    server: cpuSeconds(product.serverPid),
    postgres: cpuSecondsOfTree(product.postgresPid),
    org: cpuSeconds(product.orgPid),
    phones: cpuSeconds(phones),
    bench: cpuSeconds(process.pid),
  });
  const apiCallsBefore = tap.apiCalls;
  const tables = [await tablesOf(product)];
  const phones = fork(join(import.meta.dirname, 'phone-system.ts'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const before = cpuNow(phones.pid!);
  const begun = performance.now();
  const endedAtMs = new Map<string, number>();
  const rang: Heard['rang'][number][] = [];
  const acceptedMs: number[] = [];
  const refused: Record<string, number> = {};
  let told: { readonly seconds: number; readonly cpu: Cpu } | undefined;
  let lost: Error | undefined;
  phones.on('message', (message) => {
    const heard = message as Heard;
    for (const [call, atMs] of heard.ended) endedAtMs.set(call, atMs);
    for (const one of heard.rang) rang.push(one);
    for (const ms of heard.acceptedMs) acceptedMs.push(ms);
    for (const [status, count] of Object.entries(heard.refused)) refused[status] = (refused[status] ?? 0) + count;
    if (heard.done) told = { seconds: (performance.now() - begun) / 1000, cpu: cpuNow(phones.pid!) };
  });
  phones.once('exit', () => {
    if (!told) lost = new Error('the phone system ended before it had told everything');
  });
  phones.send(order);

  const samples: Sample[] = [];
  let saidAtMs = begun;
  let emptyFor = 0;
  try {
    for (;;) {
      await pause(sampleEveryMs);
      if (lost) throw lost;
      const second = (performance.now() - begun) / 1000;
      const waiting = await product.waiting();
      samples.push({
        second,
        serverMb: residentMb(product.serverPid),
        cpu: cpuNow(phones.pid!),
        waiting,
        committed: tap.committedAtMs.size,
        apiCalls: tap.apiCalls - apiCallsBefore,
      });
      if (second >= tables.length * 60) tables.push(await tablesOf(product));
      if (performance.now() - saidAtMs >= sayEveryMs) {
        saidAtMs = performance.now();
        options.say(progress(samples, endedAtMs, tap.committedAtMs));
      }
      if (!told) continue;
      emptyFor = sum(Object.values(waiting)) === 0 ? emptyFor + 1 : 0;
      if (emptyFor >= 2 || second - told.seconds > options.drainLimitMs / 1000) break;
    }
  } finally {
    await ended(phones, 'SIGTERM', 2_000);
  }
  tables.push(await tablesOf(product));
  const after = told.cpu;
  const calls = countOfCalls(rate);
  const last = samples.at(-1)!;
  return {
    rate,
    calls,
    events: calls * eventsPerCall,
    tellingSeconds: told.seconds,
    drainSeconds: Math.max(last.second - told.seconds, 0),
    // A call that never came counts as endless, so that it can't make the figure better.
    endToOrgMs: [...endedAtMs].map(([call, atMs]) => (tap.committedAtMs.get(call) ?? Infinity) - atMs),
    rang,
    acceptedMs,
    refused,
    apiCalls: tap.apiCalls - apiCallsBefore,
    samples,
    tables,
    cpu: Object.fromEntries(Object.entries(after).map(([who, seconds]) => [who, seconds - before[who as keyof Cpu]])) as Cpu,
    left: last.waiting,
  };
}

function progress(samples: readonly Sample[], endedAtMs: ReadonlyMap<string, number>, committedAtMs: ReadonlyMap<string, number>): string {
  const { second, serverMb, waiting } = samples.at(-1)!;
  const recent = [...endedAtMs].slice(-500).flatMap(([call, atMs]) => (committedAtMs.has(call) ? committedAtMs.get(call)! - atMs : []));
  return `${String(Math.round(second)).padStart(4)} s  ${endedAtMs.size} calls ended, ${committedAtMs.size} in the org, waiting: ${waiting.untranslated} untranslated, ${waiting.untold} untold, ${waiting.unsent} unsent, ${waiting.lingering} lingering; lately p95 ${say(quantile(recent, 0.95))} ms; server ${Math.round(serverMb)} MB`;
}

/** What PostgreSQL says of every table and index of ours: rows as estimated by its own counters, dead ones, kilobytes. */
async function tablesOf(product: Product): Promise<Tables> {
  await product.query('select pg_stat_clear_snapshot()');
  const rows = await product.query<{ name: string; rows: string; dead: string; kb: number }>(
    `select s.relname as name, s.n_live_tup as rows, s.n_dead_tup as dead, (pg_table_size(s.relid) / 1024)::int as kb from pg_stat_user_tables s
      union all select 'index ' || i.indexrelname, 0, 0, (pg_relation_size(i.indexrelid) / 1024)::int from pg_stat_user_indexes i where i.indexrelname not like '%pkey' order by 1`,
  );
  return new Map(rows.map((row) => [row.name, { rows: Number(row.rows), dead: Number(row.dead), kb: row.kb }]));
}

/** The calls again, for the judge: same rate, same calls. */
export const storiesOf = (rate: Rate) => Array.from({ length: countOfCalls(rate) }, (_, place) => makeCall(rate, place).story);
