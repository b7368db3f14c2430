import type { OrgId } from '../store.ts';
import type { Database } from './database.ts';

/** Whose right to see which records is to be asked for. */
export type AccessAsk = { readonly recipient: string; readonly records: readonly string[] };
export type AccessStore = {
  /** Of at most so many people at once. */
  unasked(org: OrgId, people: number): Promise<readonly AccessAsk[]>;
  /** What the org said; calls whose notices show more or less by it are told again. */
  save(org: OrgId, answers: readonly { readonly recipient: string; readonly record: string; readonly allowed: boolean }[]): Promise<void>;
  /** Forgets what nobody asked for in a day. */
  trim(): Promise<void>;
};

/** Who may see what, on PostgreSQL. */
export function accessStore(database: Database): AccessStore {
  return {
    unasked: async (org, people) => (await database.query('unasked-access', [org, people])).rows as AccessAsk[],
    save: (org, answers) =>
      database.transaction(async (connection) => {
        const values = [org, answers.map((x) => x.recipient), answers.map((x) => x.record), answers.map((x) => x.allowed)];
        const news = (await connection.query('save-access', values)).rows;
        if (news.length === 0) return;
        const shown = [org, news.map((row) => row.recipient), news.map((row) => row.record)];
        const calls = (await connection.query('calls-to-show-anew', shown)).rows.map((row) => row.call as string);
        if (calls.length === 0) return;
        await connection.query('wake-free-calls', [calls.map(() => org), calls]);
        await connection.query({ text: "select pg_notify('calls', '')" });
      }),
    trim: async () =>
      void (await database.query({
        text: `with a as (delete from access where asked_at < cb_now() - interval '1 day' and (checked_at is null or checked_at < cb_now() - interval '1 day'))
          delete from notices where not live and told_at < cb_now() - interval '1 day'`,
      })),
  };
}
