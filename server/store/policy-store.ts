import type { BookLeftOut } from '../crm.ts';
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

const keptAtOnce = 1_000;
/** In the order of their ids, as every statement that locks calls. */
const keptText = `with kept as (
  select id from calls where org = $1 and id > $2 and (verdict ->> 'rule' = 'switched off' or verdict -> 'kept' is not null)
  order by id limit $3 for update
), told as (
  update calls c set due = cb_now(), trouble = null, pinned = null, rules_at = cb_now() from kept where c.org = $1 and c.id = kept.id
)
select id from kept order by id`;

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

    /**
     * Calls, and messages, that were kept because the integration was off are decided by today's rules (DP-05). A thousand at a time, so that calls of now are
     * told in between. Gives how many.
     */
    async writeKept(org: OrgId, by: string): Promise<number> {
      let kept = 0;
      for (let after = '0', more = true; more;) {
        const { rows } = await database.query({ text: keptText }, [org, after, keptAtOnce]);
        kept += rows.length;
        more = rows.length === keptAtOnce;
        after = (rows.at(-1)?.id as string | undefined) ?? after;
        await database.query({ text: "select pg_notify('calls', '')" });
      }
      await database.query({ text: "insert into audit (org, who, what, detail) values ($1, $2, 'wrote what was kept', $3)" }, [
        ...[org, by, storableJson({ calls: kept })],
      ]);
      return kept;
    },
    /** What the policy before this one asked of the org and the book couldn't read. */
    leftOut: async (org: OrgId): Promise<readonly BookLeftOut[]> =>
      ((await database.query({ text: 'select left_out from books where org = $1' }, [org])).rows[0]?.left_out as BookLeftOut[] | null) ??
      [],

    /** One at a time for each org. The version, its line in the audit log and the note to every node come at once or not at all. */
    save: (org: OrgId, { document, by, expected }: PolicySaving): Promise<PolicySaved> =>
      database.transaction(async (connection) => {
        await connection.query({ text: 'select 1 from orgs where org = $1 for no key update' }, [org]);
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
