import { until } from '../chaos/pause.ts';
import { cpuSeconds, cpuSecondsOfTree } from './machine.ts';
import { say } from './numbers.ts';
import type { Product } from './product.ts';

export type Filled = {
  readonly records: number;
  readonly numbers: number;
  readonly unmatchable: number;
  /** By the database's clock, from the beginning of the first kind to the end of the last. */
  readonly seconds: number;
  /** Every call of the org since the server began to start. */
  readonly apiCalls: number;
  readonly cpu: { readonly server: number; readonly postgres: number; readonly org: number; readonly bench: number };
  /** Kilobytes of each table of the book, indexes included. */
  readonly kb: readonly { readonly name: string; readonly kb: number; readonly ofTable: number }[];
};
const limitMs = 60 * 60_000;
const sayEveryMs = 10_000;

/** Watches the first fill, which begins by itself, to its end. */
export async function watchFill(product: Product, tell: (line: string) => void): Promise<Filled> {
  const cpuNow = () => ({
    server: cpuSeconds(product.serverPid),
    postgres: cpuSecondsOfTree(product.postgresPid),
    org: cpuSeconds(product.orgPid),
    bench: cpuSeconds(process.pid),
  });
  const before = cpuNow();
  let saidMs = performance.now();
  await until(
    'the first fill',
    limitMs,
    async () => {
      const [row] = await product.query<{ read: number; of: number; filled: boolean }>(
        'select sum(read)::int as read, sum(expected)::int as of, count(*) > 0 and bool_and(filled_at is not null) as filled from book_kinds',
      );
      if (performance.now() - saidMs > sayEveryMs) {
        saidMs = performance.now();
        tell(`  ${say(row!.read)} of ${say(row!.of)} records read, ${product.tap.apiCalls} API calls`);
      }
      return row!.filled;
    },
    500,
  );
  const { apiCalls } = product.tap;
  const after = cpuNow();
  const [row] = await product.query<{ read: number; seconds: number; numbers: number; unmatchable: number }>(
    `select sum(read)::int as read, extract(epoch from max(filled_at) - min(begun_at))::float8 as seconds,
      (select count(*) from book_numbers)::int as numbers, (select count(*) from book_unmatchable)::int as unmatchable from book_kinds`,
  );
  const kb = await product.query<{ name: string; kb: number; ofTable: number }>(
    `select relname as name, (pg_total_relation_size(relid) / 1024)::int as kb, (pg_table_size(relid) / 1024)::int as "ofTable"
      from pg_stat_user_tables where relname like 'book%' order by 2 desc`,
  );
  const used = (who: keyof typeof before) => after[who] - before[who];
  return {
    records: row!.read,
    numbers: row!.numbers,
    unmatchable: row!.unmatchable,
    seconds: row!.seconds,
    apiCalls,
    cpu: { server: used('server'), postgres: used('postgres'), org: used('org'), bench: used('bench') },
    kb,
  };
}
