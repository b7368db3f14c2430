import type { OrgId } from '../store.ts';
import type { Finding, Installed, JobKind, Outcome, SetupStep } from '../../wire/setup.ts';
import { storable, storableJson } from './canonical-json.ts';
import type { Database } from './database.ts';

export type CheckRow = { readonly checkedAtMs: number; readonly findings: readonly Finding[]; readonly installed: Installed | undefined };
export type JobRow = {
  readonly job: string;
  readonly what: JobKind;
  readonly by: string;
  readonly state: 'running' | 'done' | 'failed' | 'interrupted';
  readonly step: SetupStep;
  readonly progress: { readonly done: number; readonly total: number } | undefined;
  readonly outcome: Outcome | undefined;
  readonly trouble: string | undefined;
  readonly beganAtMs: number;
  readonly endedAtMs: number | undefined;
};
export type GivenUp = { readonly job: string; readonly org: OrgId; readonly what: JobKind; readonly by: string; readonly step: SetupStep };
export type SetupStore = ReturnType<typeof setupStore>;

/** What was found in orgs and what was done to them, on PostgreSQL. */
export function setupStore(database: Database) {
  const orNull = (value: unknown) => (value === undefined ? null : storableJson(value));
  return {
    async check(org: OrgId): Promise<CheckRow | undefined> {
      const [row] = (
        await database.query(
          { text: 'select extract(epoch from checked_at) * 1000 as at, findings, installed from org_checks where org = $1' },
          [org],
        )
      ).rows;
      return row && { checkedAtMs: Number(row.at), findings: row.findings, installed: row.installed ?? undefined };
    },
    saveCheck: async (org: OrgId, findings: readonly Finding[], installed: Installed | undefined): Promise<number> =>
      ((await database.query('save-check', [org, storableJson(findings), orNull(installed)])).rows[0].checked_at as Date).getTime(),
    /** Undefined: another one is running on this org. */
    begin: async (org: OrgId, what: JobKind, by: string, node: string): Promise<string | undefined> =>
      (await database.query('begin-setup-job', [org, what, by, node])).rows[0]?.job as string | undefined,
    /** False: somebody gave it up meanwhile, and it is to end. */
    beat: async (job: string, step: SetupStep, progress: JobRow['progress']): Promise<boolean> =>
      ((await database.query('beat-setup-job', [job, step, orNull(progress)])).rowCount ?? 0) > 0,
    end: async (job: string, state: 'done' | 'failed', outcome: Outcome | undefined, trouble: string | undefined): Promise<void> =>
      void (await database.query('end-setup-job', [job, state, orNull(outcome), trouble === undefined ? null : storable(trouble)])),
    /** Finds what nobody works on any more, and says so once. */
    giveUp: async (silentSeconds: number, ownNode: string | undefined): Promise<readonly GivenUp[]> =>
      (await database.query('give-up-setup-jobs', [silentSeconds, ownNode ?? null])).rows as GivenUp[],
    async newest(org: OrgId): Promise<JobRow | undefined> {
      const [row] = (
        await database.query(
          {
            text: `select job, what, by, state, step, progress, outcome, trouble, extract(epoch from began_at) * 1000 as began,
              extract(epoch from ended_at) * 1000 as ended from setup_jobs where org = $1 order by job desc limit 1`,
          },
          [org],
        )
      ).rows;
      return (
        row && {
          job: row.job as string,
          what: row.what as JobKind,
          by: row.by as string,
          state: row.state as JobRow['state'],
          step: row.step as SetupStep,
          progress: (row.progress as JobRow['progress']) ?? undefined,
          outcome: (row.outcome as Outcome | null) ?? undefined,
          trouble: (row.trouble as string | null) ?? undefined,
          beganAtMs: Number(row.began),
          endedAtMs: row.ended === null ? undefined : Number(row.ended),
        }
      );
    },
    /** Who the connected user is mapped to, and how much there is to write: what the check has to know of us. */
    async figures(org: OrgId): Promise<{
      readonly selfIsAgent: boolean;
      readonly callsPerDay: number;
      readonly wasUnique: boolean;
      readonly trouble: string | undefined;
    }> {
      const [row] = (
        await database.query(
          {
            text: `select
              exists (select 1 from people p join org_facts f on f.org = p.org
                left join crm_users u on u.org = p.org and u.id = f.self_user
                where p.org = $1 and (left(p.crm_user, 15) = left(f.self_user, 15) or lower(p.email) = lower(u.email)))
              or exists (select 1 from agents a join org_facts f on f.org = a.org
                left join crm_users u on u.org = a.org and u.id = f.self_user
                where a.org = $1 and (left(a.entry->>'user', 15) = left(f.self_user, 15) or lower(a.entry->>'email') = lower(u.email))) as agent,
              (select count(*)::int from (select heard_at from calls where org = $1 order by id desc limit 200000) c
                where heard_at > cb_now() - interval '1 day') as calls,
              exists (select 1 from org_facts where org = $1 and unique_since is not null) as unique,
              (select crm_trouble ->> 'message' from org_facts where org = $1) as trouble`,
          },
          [org],
        )
      ).rows;
      return {
        selfIsAgent: row.agent as boolean,
        callsPerDay: row.calls as number,
        wasUnique: row.unique as boolean,
        trouble: (row.trouble as string | null) ?? undefined,
      };
    },
    /**
     * Has every node connect to the org anew, with settings that say the same under another seal. False: there are none. `uninstalled`: the
     * unique field was taken out on purpose, so it goes on without (W8).
     */
    async reconnect(org: OrgId, anew: (sealed: string) => string, uninstalled: boolean): Promise<boolean> {
      return database.transaction(async (connection) => {
        const [row] = (await connection.query({ text: 'select crm from orgs where org = $1 for update' }, [org])).rows;
        if (uninstalled) await connection.query({ text: 'update org_facts set unique_since = null where org = $1' }, [org]);
        if (row?.crm == null) return false;
        await connection.query({ text: 'update orgs set crm = $2 where org = $1' }, [org, anew(row.crm as string)]);
        await connection.query({ text: "select pg_notify('orgs', $1)" }, [String(org)]);
        return true;
      });
    },
  };
}
