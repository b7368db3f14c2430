import type { OrgId } from '../store.ts';
import type { Database } from './database.ts';

/** Goes in pages, so that calls are told in between. */
const recordsAtOnce = 10_000;
const callsAtOnce = 2_000;

/**
 * Another org takes the place of the one that was connected: what was read there says nothing of the new one, and what was decided with it is
 * not written elsewhere. The org is only observed from here on (W9). It must have been disconnected before; whoever still works with the
 * former connection, on whatever node, stores nothing any more. Interrupted, it is done again as a whole.
 */
export async function forgetFormerOrg(database: Database, org: OrgId): Promise<void> {
  await database.transaction(async (connection) => {
    await connection.query('set-mode', [org, 'observe']);
    await connection.query({ text: 'update lanes set epoch = epoch + 1 where org = $1' }, [org]); // E7
    await connection.query('book-part', [org]);
    for (const table of readThere) await connection.query({ text: `delete from ${table} where org = $1` }, [org]);
    await connection.query({ text: "select pg_notify('orgs', $1)" }, [String(org)]);
  });
  const kinds = (await database.query({ text: 'select distinct kind from book_records where org = $1' }, [org])).rows.map(
    (row) => row.kind as string,
  );
  for (let left = kinds.length > 0; left;)
    left = (await database.query('book-forget', [org, kinds, recordsAtOnce])).rows[0].records === recordsAtOnce;
  for (let left = true; left;) left = (await database.query('forget-persons', [org, callsAtOnce])).rows[0].persons === callsAtOnce;
  for (let after = '0'; ;) {
    const page = await database.transaction(async (connection) => {
      const { last } = (await connection.query('leave-calls', [org, after, callsAtOnce])).rows[0] as { last: string | null };
      if (last !== null) await connection.query('leave-writes', [org, after, last]);
      return last;
    });
    if (page === null) break;
    after = page;
  }
  // Last: as long as something is known of the former org, whoever connects another one is asked (list-orgs.sql).
  await database.query(
    {
      text: "update org_facts set self_user = null, api_used = null, api_max = null, usage_at = null, wrong_defaults = '[]' where org = $1",
    },
    [org],
  );
}

/** What is an org's own, and read from it anew. The book and the records made for numbers are many, and go in pages. */
const readThere = ['access', 'notices', 'crm_users', 'books', 'book_topics', 'api_calls', 'api_usage', 'org_checks'] as const;
