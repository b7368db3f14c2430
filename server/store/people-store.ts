import type { CrmUser } from '../crm.ts';
import type { AgentEntry, LineEntry } from '../people/directory.ts';
import type { OrgId } from '../store.ts';
import { storableJson } from './canonical-json.ts';
import type { Connection, Database } from './database.ts';

/** The directory of an org as it stands. `version`: of the last change of anything in it; 0: none is known of. */
export type Directory = { readonly agents: readonly AgentEntry[]; readonly lines: readonly LineEntry[]; readonly version: number };
/** Who changed an agent or a line last, or took it away. */
export type EntryChange = {
  readonly what: 'agent' | 'line';
  readonly id: string;
  readonly version: number;
  readonly by: string;
  readonly at: Date;
  readonly removed: boolean;
};
/** As whoever changes it finds it; the change is the next version. */
export type LockedDirectory = Directory & { readonly changes: readonly EntryChange[] };
/** A phone that answered and is nobody's, as it was heard. */
export type HeardPhone = { readonly connection: string; readonly agent: string; readonly email: string | null };
export type PeopleStore = ReturnType<typeof peopleStore>;

/** Agents and lines. Whoever changes them sees what is there, and nobody else changes it meanwhile. */
export function peopleStore(database: Database) {
  const read = async (connection: Pick<Connection, 'query'>, org: OrgId): Promise<Directory> => {
    // read first: what is saved meanwhile must not pass for seen
    const newest = { text: 'select coalesce(max(version), 0) as version from directory_changes where org = $1' };
    const version = (await connection.query(newest, [org])).rows[0]!.version as number;
    return {
      agents: (await connection.query('read-agents', [org])).rows.map((row) => row.entry as AgentEntry),
      lines: (await connection.query('read-lines', [org])).rows.map((row) => row.entry as LineEntry),
      version,
    };
  };
  const changesOf = async (connection: Pick<Connection, 'query'>, org: OrgId) =>
    (await connection.query({ text: 'select what, id, version, by, at, removed from directory_changes where org = $1' }, [org]))
      .rows as EntryChange[];
  return {
    read: (org: OrgId) => read(database, org),
    /** Users of the CRM as last read; who is no longer active, too. */
    users: async (org: OrgId): Promise<CrmUser[]> =>
      (await database.query('read-all-users', [org])).rows.map(
        (row) => Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as CrmUser,
      ),
    /**
     * Changes the directory under a lock. `work` gives what it shall be, and what goes into the audit log, or nothing where it refuses.
     * `isKnown`: whose phones these are is settled, so that they are nobody's no longer. `version`: of the directory afterwards.
     */
    change: <Answer>(
      org: OrgId,
      by: string,
      work: (now: LockedDirectory) => {
        readonly to?: Partial<Pick<Directory, 'agents' | 'lines'>>;
        readonly audit?: readonly [what: string, detail: unknown];
        readonly isKnown?: (phone: HeardPhone) => boolean;
        readonly answer: Answer;
      },
    ): Promise<{ readonly answer: Answer; readonly version: number }> =>
      database.transaction(async (connection) => {
        await connection.query({ text: 'select 1 from orgs where org = $1 for no key update' }, [org]);
        const now = { ...(await read(connection, org)), changes: await changesOf(connection, org) };
        const { to, audit, isKnown, answer } = work(now);
        if (!to) return { answer, version: now.version };
        const save = async (name: 'save-agents' | 'save-lines', entries: readonly object[] | undefined) =>
          entries ? (await connection.query(name, [org, storableJson(entries), now.version + 1, by])).rows.length : 0;
        const saved = (await save('save-agents', to.agents)) + (await save('save-lines', to.lines));
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
        return { answer, version: now.version + (saved > 0 ? 1 : 0) };
      }),
  };
}
