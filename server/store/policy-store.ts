import { type Difference, diffPolicies, sayDifferences } from '../decide/policy-diff.ts';
import type { OrgId } from '../store.ts';
import { storableJson } from './canonical-json.ts';
import type { Connection, Database } from './database.ts';

/** A version of an org's policy, with the document as it was given. */
export type PolicyVersion = {
  readonly version: number;
  readonly document: unknown;
  readonly savedAt: Date;
  readonly savedBy: string;
};
export type PolicySaving = {
  /** As it was given; read before (`parsePolicy`). */
  readonly document: unknown;
  readonly by: string;
  /** The version the document rests on: nothing is saved if another is the newest. Left out: whatever was there. 0: nothing. */
  readonly expected?: number;
};
/** What came of saving. `same`: it says what the newest version says, so that there is no other. `moved`: somebody else saved meanwhile. */
export type PolicySaved =
  | { readonly outcome: 'saved'; readonly version: number; readonly differences: readonly Difference[] }
  | { readonly outcome: 'same'; readonly version: number }
  | { readonly outcome: 'moved'; readonly newest: PolicyVersion | undefined };
export type PolicyStore = ReturnType<typeof policyStore>;

const columns = 'version, document, saved_at as "savedAt", saved_by as "savedBy"';

/** The versions of each org's policy. None is ever changed: calls that used it name it (D1). */
export function policyStore(database: Database) {
  const newest = async (connection: Pick<Connection, 'query'>, org: OrgId) =>
    (await connection.query({ text: `select ${columns} from policies where org = $1 order by version desc limit 1` }, [org])).rows[0] as
      | PolicyVersion
      | undefined;
  return {
    newest: (org: OrgId) => newest(database, org),
    one: async (org: OrgId, version: number) =>
      (await database.query({ text: `select ${columns} from policies where org = $1 and version = $2` }, [org, version])).rows[0] as
        | PolicyVersion
        | undefined,
    /** Newest first, before this version. */
    list: async (org: OrgId, before: number | undefined, limit: number) =>
      (
        await database.query(
          {
            text: `select ${columns} from policies where org = $1 and ($2::int is null or version < $2) order by version desc limit $3`,
          },
          [org, before ?? null, limit],
        )
      ).rows as PolicyVersion[],

    /** One at a time for each org. The version, its line in the audit log and the note to every node come at once or not at all. */
    save: (org: OrgId, { document, by, expected }: PolicySaving): Promise<PolicySaved> =>
      database.transaction(async (connection) => {
        await connection.query({ text: 'select 1 from orgs where org = $1 for update' }, [org]);
        const former = await newest(connection, org);
        const version = former?.version ?? 0;
        const differences = diffPolicies(former?.document, document);
        if (differences.length === 0 && former) return { outcome: 'same', version };
        if (expected !== undefined && expected !== version) return { outcome: 'moved', newest: former };
        await connection.query({ text: 'insert into policies (org, version, document, saved_by) values ($1, $2, $3, $4)' }, [
          org,
          version + 1,
          storableJson(document),
          by,
        ]);
        await connection.query({ text: "insert into audit (org, who, what, detail) values ($1, $2, 'saved the policy', $3)" }, [
          org,
          by,
          storableJson({ version: version + 1, differences: sayDifferences(differences) }),
        ]);
        await connection.query({ text: "select pg_notify('orgs', $1)" }, [String(org)]);
        return { outcome: 'saved', version: version + 1, differences };
      }),
  };
}
