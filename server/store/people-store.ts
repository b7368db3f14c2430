import type { CrmUser } from '../crm.ts';
import type { AgentEntry, LineEntry } from '../people/directory.ts';
import type { OrgId } from '../store.ts';
import { storableJson } from './canonical-json.ts';
import type { Connection, Database } from './database.ts';

/** The directory of an org as it stands. */
export type Directory = { readonly agents: readonly AgentEntry[]; readonly lines: readonly LineEntry[] };
/** A phone that answered and is nobody's, as it was heard. */
export type HeardPhone = { readonly connection: string; readonly agent: string; readonly email: string | null };
export type PeopleStore = ReturnType<typeof peopleStore>;

/** Agents and lines. Whoever changes them sees what is there, and nobody else changes it meanwhile. */
export function peopleStore(database: Database) {
  const read = async (connection: Pick<Connection, 'query'>, org: OrgId): Promise<Directory> => ({
    agents: (await connection.query('read-agents', [org])).rows.map((row) => row.entry as AgentEntry),
    lines: (await connection.query('read-lines', [org])).rows.map((row) => row.entry as LineEntry),
  });
  return {
    read: (org: OrgId) => read(database, org),
    /** Users of the CRM as last read; who is no longer active, too. */
    users: async (org: OrgId): Promise<CrmUser[]> =>
      (await database.query('read-all-users', [org])).rows.map(
        (row) => Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as CrmUser,
      ),
    /**
     * Changes the directory under a lock. `work` gives what it shall be, and what goes into the audit log, or nothing where it refuses.
     * `isKnown`: whose phones these are is settled, so that they are nobody's no longer.
     */
    change: <Answer>(
      org: OrgId,
      by: string,
      work: (now: Directory) => {
        readonly to?: Partial<Directory>;
        readonly audit?: readonly [what: string, detail: unknown];
        readonly isKnown?: (phone: HeardPhone) => boolean;
        readonly answer: Answer;
      },
    ): Promise<Answer> =>
      database.transaction(async (connection) => {
        await connection.query({ text: 'select 1 from orgs where org = $1 for no key update' }, [org]);
        const now = await read(connection, org);
        const { to, audit, isKnown, answer } = work(now);
        if (!to) return answer;
        if (to.agents) await connection.query('save-agents', [org, storableJson(to.agents)]);
        if (to.lines) await connection.query('save-lines', [org, storableJson(to.lines)]);
        if (isKnown) {
          const heard = (await connection.query({ text: 'select connection, agent, email from nobodys_phones where org = $1' }, [org]))
            .rows;
          const known = (heard as HeardPhone[]).filter(isKnown);
          await connection.query(
            {
              text: 'delete from nobodys_phones n using unnest($2::text[], $3::text[]) as k(connection, agent) where n.org = $1 and n.connection = k.connection and n.agent = k.agent',
            },
            [org, known.map((phone) => phone.connection), known.map((phone) => phone.agent)],
          );
        }
        if (audit)
          await connection.query({ text: 'insert into audit (org, who, what, detail) values ($1, $2, $3, $4)' }, [
            org,
            by,
            audit[0],
            storableJson(audit[1]),
          ]);
        await connection.query({ text: "select pg_notify('orgs', $1)" }, [String(org)]);
        return answer;
      }),
  };
}
