import pg from 'pg';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../tools/run.ts';
import { say } from './numbers.ts';
import { table } from './part.ts';
import type { Product } from './product.ts';

type Node = {
  'Node Type': string;
  'Relation Name'?: string;
  'Actual Rows'?: number;
  'Rows Removed by Filter'?: number;
  'Actual Loops'?: number;
  Plans?: Node[];
};
type Explained = {
  Plan: Node & { 'Shared Hit Blocks'?: number; 'Shared Read Blocks'?: number };
  'Execution Time': number;
  'Planning Time': number;
};

/** From these many rows on, reading all of a table is a fault. */
const manyRows = 2_000;
/** PostgreSQL plans a prepared statement anew five times and then may keep one plan for all (plancache.c): the seventh is what runs for days. */
const executions = 7;

/** The hot statements with parameters as the line gives them, inside a transaction that is rolled back. */
export async function examinePlans(product: Product): Promise<{ table: string; bad: string[] }> {
  const client = new pg.Client({ ...product.databaseAddress, application_name: 'bench plans' });
  await client.connect();
  try {
    await client.query('begin');
    const one = async (sql: string) => Object.values((await client.query<Record<string, string>>(sql)).rows[0]!)[0]!;
    // Work as it looks in the middle of the load: some calls due, some deliveries new, some rows unsent.
    await client.query('update calls set due = cb_now() where id in (select id from calls order by id desc limit 50)');
    await client.query("update deliveries set state = 'new' where id in (select id from deliveries order by id desc limit 50)");
    await client.query(
      "update writes set state = 'due', due = cb_now() where call in (select call from writes order by call desc limit 50)",
    );
    const orgs = `'{${Array.from({ length: 50 }, () => 1).join(',')}}'`;
    const ids = `'${await one('select array_agg(id)::text from (select id from calls order by id desc limit 50) x')}'`;
    const newest = `'${await one('select max(id)::text from calls')}'`;
    const externalIds = `'${await one('select array_agg(external_id)::text from (select external_id from calls order by id desc limit 50) x')}'`;
    const connections = `'${await one('select array_agg(connection)::text from (select connection from calls order by id desc limit 50) x')}'`;
    const epoch = await one('select epoch from lanes');
    const roles = (word: string) => `'{${Array.from({ length: 50 }, () => word).join(',')}}'`;
    const statements: readonly (readonly [name: string, values: string])[] = [
      ['claim-deliveries', '200, null'],
      ['incarnations', `${orgs}, ${connections}, ${externalIds}`],
      ['raise-calls', `${orgs}, ${connections}, ${externalIds}, ${orgs.replaceAll('1', '0')}`],
      ['claim-calls', '100, null'],
      ['family-of-calls', `${orgs}, ${ids}`],
      ['events-of-calls', `${orgs}, ${ids}`],
      ['writes-of-calls', `${orgs}, ${ids}`],
      ['newest-decisions', `${orgs}, ${ids}`],
      ['waiting-writes', '1'],
      ['ready-writes', "1, 'now', 200, false"],
      ['verify-writes', '1, 200'],
      ['begin-writes', `1, ${epoch}, ${ids}, ${roles('log')}, ${roles('""')}, ${roles('null')}`],
      ['tell-calls-changed', `1, ${ids}`],
      ['stream-after', "1, 'admin', 0, 100"],
      ['list-calls', `1, null, null, null, null, 50`],
      ['story-attempts', `1, ${newest}`],
      ['status', '1'],
    ];
    return await examine(client, statements);
  } finally {
    await client.end();
  }
}

/** The same of the book: calls told side by side that ask for so many numbers at once, and one that asks for a switchboard's. */
export async function examineBook(
  product: Product,
  org: number,
  numbers: readonly string[],
  shared: string,
): Promise<{ table: string; bad: string[] }> {
  const client = new pg.Client({ ...product.databaseAddress, application_name: 'bench plans' });
  await client.connect();
  try {
    await client.query('begin');
    const given = (keys: readonly string[]) => `'{${keys.map(() => org).join(',')}}', '{${keys.map((key) => `"${key}"`).join(',')}}'`;
    return await examine(client, [
      ['book-find', `${given(numbers)}, 60`],
      ['book-find', `${given(numbers.slice(0, 1))}, 60`],
      ['book-find', `${given([shared])}, 60`],
      ['book-persons', given(numbers)],
      ['book-kinds', String(org)],
    ]);
  } finally {
    await client.end();
  }
}

/** As PostgreSQL runs them for days, inside a transaction that is rolled back. */
async function examine(
  client: pg.Client,
  statements: readonly (readonly [name: string, values: string])[],
): Promise<{ table: string; bad: string[] }> {
  const bad: string[] = [];
  const rows: string[][] = [];
  for (const [name, values] of statements) {
    await client.query(`prepare bench_plan as ${await readFile(join(root, 'server/store/sql', `${name}.sql`), 'utf8')}`);
    let explained: Explained | undefined;
    for (let n = 0; n < executions; n++) {
      const answer = await client.query<{ 'QUERY PLAN': Explained[] }>(
        `explain (analyze, buffers, format json) execute bench_plan (${values})`,
      );
      explained = answer.rows[0]!['QUERY PLAN'][0]!;
    }
    await client.query('deallocate bench_plan');
    const { Plan: plan, 'Execution Time': ms } = explained!;
    const whole = nodesOf(plan).filter((node) => node['Node Type'] === 'Seq Scan' && readBy(node) > manyRows);
    if (whole.length > 0) bad.push(`${name} (${whole.map((node) => node['Relation Name']).join(', ')})`);
    rows.push([
      `\`${name}\``,
      ms.toFixed(2),
      say((plan['Shared Hit Blocks'] ?? 0) + (plan['Shared Read Blocks'] ?? 0)),
      say(Math.max(...nodesOf(plan).map(readBy))),
      whole.length ? `whole ${whole.map((node) => node['Relation Name']).join(', ')}` : '',
    ]);
  }
  await client.query('rollback');
  return { table: table(['statement', 'ms', 'pages', 'most rows read in one step', 'reads a whole table'], rows), bad };
}
const nodesOf = (node: Node): Node[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];
const readBy = (node: Node): number => ((node['Actual Rows'] ?? 0) + (node['Rows Removed by Filter'] ?? 0)) * (node['Actual Loops'] ?? 1);
