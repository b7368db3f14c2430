import { noCall, type OrgId } from '../store.ts';
import type { Database } from './database.ts';

/** Goes in pages, so that calls are told in between. */
const recordsAtOnce = 10_000;
const callsAtOnce = 2_000;

/**
 * Another org takes the place of the one that was connected: what was read there says nothing of the new one, and what was decided with it is
 * not written elsewhere. The org is only observed from here on (W9). It must have been disconnected before; whoever still works with the
 * former connection, on whatever node, stores nothing any more. Interrupted, it is done again as a whole. False: somebody has connected an org
 * meanwhile, and nothing of that one is forgotten.
 */
export async function forgetFormerOrg(database: Database, org: OrgId): Promise<boolean> {
  /** Whoever connects waits for one such step and no longer. Undefined: they were quicker. */
  const step = <T>(work: (connection: Pick<Database, 'query'>) => Promise<T>): Promise<T | undefined> =>
    database.transaction(async (connection) => {
      const free = { text: 'select 1 from orgs where org = $1 and crm is null for no key update' };
      return (await connection.query(free, [org])).rowCount === 0 ? undefined : work(connection);
    });
  const first = await step(async (connection) => {
    await connection.query('set-mode', [org, 'observe']);
    await connection.query({ text: 'update lanes set epoch = epoch + 1 where org = $1' }, [org]); // E7
    await connection.query('book-part', [org]);
    for (const table of readThere) await connection.query({ text: `delete from ${table} where org = $1` }, [org]);
    await connection.query({ text: "select pg_notify('orgs', $1)" }, [String(org)]);
    return true;
  });
  if (!first) return false;
  const kinds = (await database.query({ text: 'select distinct kind from book_records where org = $1' }, [org])).rows.map(
    (row) => row.kind as string,
  );
  /** Pages of what `work` counts, until there is no more. */
  const inPages = async (atOnce: number, work: (connection: Pick<Database, 'query'>) => Promise<number>): Promise<boolean> => {
    for (;;) {
      const count = await step(work);
      if (count === undefined) return false;
      if (count < atOnce) return true;
    }
  };
  const isForgotten =
    (await inPages(recordsAtOnce, async (page) => (await page.query('book-forget', [org, kinds, recordsAtOnce])).rows[0].records)) &&
    (await inPages(callsAtOnce, async (page) => (await page.query('forget-persons', [org, callsAtOnce])).rows[0].persons));
  if (!isForgotten) return false;
  // Tasks that agents saved belong to no call.
  if (!(await step(async (connection) => (await connection.query('leave-writes', [org, '-1', noCall])) && true))) return false;
  for (let after: string | null = '0'; after !== null;) {
    const from: string = after;
    const page: string | null | undefined = await step(async (connection) => {
      const { last } = (await connection.query('leave-calls', [org, from, callsAtOnce])).rows[0] as { last: string | null };
      if (last !== null) await connection.query('leave-writes', [org, from, last]);
      return last;
    });
    if (page === undefined) return false;
    after = page;
  }
  // Last: as long as something is known of the former org, whoever connects another one is asked (list-orgs.sql).
  const clear =
    "update org_facts set self_user = null, queues = null, related_to = null, api_used = null, api_max = null, usage_at = null, wrong_defaults = '[]' where org = $1";
  return (await step(async (connection) => (await connection.query({ text: clear }, [org])) && true)) ?? false;
}

/** What is an org's own, and read from it anew. The book and the records made for numbers are many, and go in pages. */
const readThere = ['access', 'notices', 'crm_users', 'books', 'book_topics', 'api_calls', 'api_usage', 'org_checks'] as const;
