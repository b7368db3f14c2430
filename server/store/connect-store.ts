import type { CrmFailure } from '../crm-failure.ts';
import type { ConsentFor } from '../crm-sign-in.ts';
import type { CrmIdentity } from '../crm.ts';
import type { OrgId } from '../store.ts';
import { storableJson } from './canonical-json.ts';
import type { Database } from './database.ts';
import { forgetFormerOrg } from './former-org.ts';

export type Means = 'client-credentials' | 'jwt' | 'web';
export const actings = ['integration-user', 'agent'] as const;
export type ActAs = (typeof actings)[number];
/** How an org is connected. Times are ms. */
export type WayIn = {
  readonly means: Means;
  readonly loginUrl: string;
  readonly clientId: string;
  readonly crmOrg: string;
  readonly crmOrgName: string;
  readonly crmUser: string;
  readonly crmUserName: string;
  readonly login: string;
  readonly host: string;
  readonly connectedAtMs: number;
  readonly connectedBy: string;
  readonly lifetimeDays: number | null;
  readonly givenAtMs: number | null;
  readonly signedInAtMs: number | null;
  readonly provedAtMs: number | null;
  readonly proofTrouble: CrmFailure | null;
  readonly actAs: ActAs;
};
export type OrgRow = {
  readonly org: OrgId;
  readonly uid: string;
  readonly name: string;
  readonly mode: 'observe' | 'live' | 'paused';
  /** Sealed; null: disconnected, or not connected yet. */
  readonly crm: string | null;
  /** A CRM is connected, or was, and something was read from it. */
  readonly hadCrm: boolean;
  readonly trouble: CrmFailure | null;
  readonly wayIn: WayIn | null;
  /** The connected user is somebody's agent: has an extension, or stands in the list of people (FC-39). */
  readonly selfIsAgent: boolean;
  /** Rows that wait for the org. */
  readonly waiting: number;
  /** Agents who let us act as them; and those for whom it can't be done. */
  readonly agents: number;
  readonly agentsInTrouble: readonly { readonly name: string; readonly because: string }[];
};
/** What an agent's sign-in is about. `crm` is sealed; null: the org is not connected. `actAs` null: nobody has signed in to it. */
export type ForAgents = {
  readonly org: OrgId;
  readonly crm: string | null;
  readonly name: string;
  readonly actAs: ActAs | null;
};
export type Asking = {
  readonly org: OrgId;
  readonly what: ConsentFor;
  readonly person: string;
  readonly sealed: string;
};
export type WhyNoAsking = 'unknown' | 'used' | 'expired' | 'other-browser';
export type Connected = {
  readonly sealedCrm: string;
  readonly means: Means;
  readonly loginUrl: string;
  readonly clientId: string;
  readonly identity: CrmIdentity;
  readonly by: string;
  readonly lifetimeDays: number | undefined;
  /** Of a person's sign-in. */
  readonly sealedConsent: string | undefined;
  /** The sealed settings these were begun over: what somebody else has put there meanwhile stays. */
  readonly over: string | null;
  /** What agents have lent was lent to this app, at this address; else it is of no use there, and isn't shown there either. */
  readonly keepsAgents: boolean;
};
/** A consent that is no longer kept here. */
export type Taken = { readonly holder: string; readonly sealed: string };
/** Of an agent who has signed in. `over`: the sealed settings of the org that was done with. */
export type AgentSession = {
  readonly tokenHash: string;
  readonly crmUser: string;
  readonly sealedConsent: string | undefined;
  readonly over: string | null;
};
export type ConnectStore = ReturnType<typeof connectStore>;

/** A person who was sent to the CRM's page comes back within this, or begins anew. */
const askingFor = "interval '10 minutes'";

/** A refresh token dies of disuse, mostly after 30 days; `changed_at` is when it was last exchanged. */
const claimRested = `update consents set proved_at = cb_now() where (org, holder) in (
  select org, holder from consents where org = $1 and holder <> '' and changed_at < cb_now() - interval '1 day'
    and (proved_at is null or proved_at < cb_now() - interval '1 hour')
  order by changed_at limit $2 for update skip locked) returning holder`;

/**
 * Consents as they are taken away, also by a try whose COMMIT was never answered: the next try finds them gone, and the CRM must hear of them
 * all the same. Of one holder the last counts.
 */
function takenSoFar(): (rows: readonly unknown[]) => readonly Taken[] {
  const byHolder = new Map<string, Taken>();
  return (rows) => {
    for (const one of rows as readonly Taken[]) byHolder.set(one.holder, one);
    return [...byHolder.values()];
  };
}

/** How orgs are connected, and by whom, on PostgreSQL. */
export function connectStore(database: Database) {
  const text = async (sql: string, values: readonly unknown[] = []): Promise<Record<string, unknown>[]> =>
    (await database.query({ text: sql }, values)).rows as Record<string, unknown>[];
  const orgs = async (only: OrgId | null) => (await database.query('list-orgs', [only])).rows as OrgRow[];
  return {
    orgs: () => orgs(null),
    org: async (org: OrgId) => (await orgs(org))[0],
    /** By the id that is in links for agents. Anybody may ask, so nothing is counted for it. */
    async forAgents(uid: string): Promise<ForAgents | undefined> {
      const [row] = await text(
        'select o.org, o.crm, o.name, w.act_as as "actAs" from orgs o left join ways_in w on w.org = o.org where o.uid = $1',
        [uid],
      );
      return row as ForAgents | undefined;
    },
    /** The same, of an agent who is signed in. */
    async ofAgent(org: OrgId): Promise<Pick<ForAgents, 'name' | 'actAs'> | undefined> {
      const [row] = await text('select o.name, w.act_as as "actAs" from orgs o left join ways_in w on w.org = o.org where o.org = $1', [
        org,
      ]);
      return row as Pick<ForAgents, 'name' | 'actAs'> | undefined;
    },
    async rename(org: OrgId, name: string) {
      await text('update orgs set name = $2 where org = $1', [org, name]);
    },
    async switchSession(tokenHash: string, org: OrgId) {
      await text('update sessions set org = $2 where token_hash = $1 and crm_user is null', [tokenHash, org]);
    },

    async ask(stateHash: string, browserHash: string, { org, what, person, sealed }: Asking) {
      await text("delete from askings where expires_at < cb_now() - interval '1 day'");
      await text(
        `insert into askings (state_hash, org, browser_hash, what, person, sealed, expires_at) values ($1, $2, $3, $4, $5, $6, cb_now() + ${askingFor})`,
        [stateHash, org, browserHash, what, person, sealed],
      );
    },
    /** Once, in time, and by the browser that began. */
    async takeAsking(stateHash: string, browserHashes: readonly string[]): Promise<Asking | WhyNoAsking> {
      const [taken] = await text(
        'update askings set used_at = cb_now() where state_hash = $1 and browser_hash = any($2::text[]) and used_at is null and expires_at > cb_now() returning org, what, person, sealed',
        [stateHash, browserHashes],
      );
      if (taken) return taken as unknown as Asking;
      const [left] = await text(
        'select used_at is not null as used, browser_hash = any($2::text[]) as theirs from askings where state_hash = $1',
        [stateHash, browserHashes],
      );
      if (!left) return 'unknown';
      return !left['theirs'] ? 'other-browser' : left['used'] ? 'used' : 'expired';
    },

    /**
     * All of it or nothing: settings, who we are there, and what keeps us signed in. Gives what agents had lent to another app, to be taken
     * back there. Undefined: somebody else has connected it meanwhile.
     */
    async connect(org: OrgId, connected: Connected): Promise<readonly Taken[] | undefined> {
      const { identity } = connected;
      const taken = takenSoFar();
      return database.transaction(async (connection) => {
        const { rowCount } = await connection.query(
          { text: 'update orgs set crm = $2 where org = $1 and (crm is not distinct from $3 or crm = $2)' },
          [org, connected.sealedCrm, connected.over],
        );
        if (rowCount === 0) return undefined;
        // What another org had before says nothing of this one.
        await connection.query(
          {
            text: `update org_facts f set crm_trouble = null, unique_since = case when w.same then f.unique_since end
              from (select exists (select 1 from ways_in where org = $1 and left(crm_org, 15) = left($2, 15)) as same) w where f.org = $1`,
          },
          [org, identity.orgId],
        );
        await connection.query('save-way-in', [
          org,
          connected.means,
          connected.loginUrl,
          connected.clientId,
          identity.orgId,
          identity.orgName,
          identity.userId,
          identity.userName,
          identity.login,
          identity.host,
          connected.by,
          connected.lifetimeDays ?? null,
        ]);
        if (connected.sealedConsent === undefined)
          await connection.query({ text: "delete from consents where org = $1 and holder = ''" }, [org]);
        else await connection.query('give-consent', [org, '', connected.sealedConsent]);
        // It may have been the app that kept us from writing in their names, and that is mended now.
        const again = "update consents set trouble = null where org = $1 and holder <> '' and trouble is not null";
        const takeBack = "delete from consents where org = $1 and holder <> '' returning holder, sealed";
        const gone = await connection.query({ text: connected.keepsAgents ? again : takeBack }, [org]);
        await connection.query({ text: "select pg_notify('orgs', $1)" }, [String(org)]);
        return taken(gone.rows);
      });
    },
    /**
     * Everything stays but the way in. Gives what is to be taken back from the CRM. `only`: undefined is given, and nothing done, where the
     * sealed settings are others by now.
     */
    async disconnect(org: OrgId, only?: { readonly crm: string | null }): Promise<readonly Taken[] | undefined> {
      const taken = takenSoFar();
      let wasMeant = false;
      return database.transaction(async (connection) => {
        const { rowCount } = await connection.query(
          { text: 'update orgs set crm = null where org = $1 and ($2 or crm is not distinct from $3 or ($4 and crm is null))' },
          [org, only === undefined, only?.crm ?? null, wasMeant],
        );
        if (rowCount === 0) return undefined;
        wasMeant = true;
        await connection.query({ text: 'update org_facts set crm_trouble = null where org = $1' }, [org]);
        await connection.query({ text: 'delete from sessions where org = $1 and crm_user is not null' }, [org]);
        const gone = await connection.query({ text: 'delete from consents where org = $1 returning holder, sealed' }, [org]);
        await connection.query({ text: "select pg_notify('orgs', $1)" }, [String(org)]);
        return taken(gone.rows);
      });
    },
    forgetFormerOrg: (org: OrgId) => forgetFormerOrg(database, org),

    async saveKey(org: OrgId, sealed: string, certificate: string) {
      await text(
        'insert into crm_keys (org, sealed, certificate) values ($1, $2, $3) on conflict (org) do update set sealed = excluded.sealed, certificate = excluded.certificate, made_at = cb_now()',
        [org, sealed, certificate],
      );
    },
    key: async (org: OrgId) =>
      (await text('select sealed, certificate from crm_keys where org = $1', [org]))[0] as
        | { sealed: string; certificate: string }
        | undefined,

    orgsWithKeys: async () => (await text('select org from crm_keys')).map((row) => row['org'] as OrgId),

    async saveSignedIn(org: OrgId, atMs: number) {
      await text('update ways_in set signed_in_at = to_timestamp($2::float8 / 1000) where org = $1', [org, atMs]);
    },
    async saveProof(org: OrgId, trouble: CrmFailure | undefined) {
      await text('update ways_in set proved_at = cb_now(), proof_trouble = $2 where org = $1', [
        org,
        trouble ? JSON.stringify(trouble) : null,
      ]);
    },
    /** What agents have lent goes with the right to use it; given for the CRM to be told. */
    async setActAs(org: OrgId, actAs: ActAs): Promise<readonly Taken[]> {
      const taken = takenSoFar();
      return database.transaction(async (connection) => {
        await connection.query({ text: 'update ways_in set act_as = $2 where org = $1' }, [org, actAs]);
        const takeBack = "delete from consents where org = $1 and holder <> '' and $2 = 'integration-user' returning holder, sealed";
        const gone = await connection.query({ text: takeBack }, [org, actAs]);
        await connection.query({ text: "select pg_notify('orgs', $1)" }, [String(org)]);
        return taken(gone.rows);
      });
    },

    /** An active user of the org, as last read there. */
    isUser: async (org: OrgId, crmUser: string) =>
      (await text('select 1 from crm_users where org = $1 and id = $2 and active', [org, crmUser])).length > 0,
    /**
     * Undefined: the org is connected otherwise by now, and nothing is kept. A consent isn't either, where records aren't written in agents'
     * names any more. `former`: the consent it takes the place of.
     */
    async addAgentSession(
      org: OrgId,
      { tokenHash, crmUser, sealedConsent, over }: AgentSession,
    ): Promise<{ readonly lends: boolean; readonly former: string | undefined } | undefined> {
      return database.transaction(async (connection) => {
        const same = { text: 'select 1 from orgs where org = $1 and crm is not distinct from $2 for share' };
        if ((await connection.query(same, [org, over])).rowCount === 0) return undefined;
        const wants = { text: "select 1 from ways_in where org = $1 and act_as = 'agent' for share" };
        const lends = sealedConsent !== undefined && (await connection.query(wants, [org])).rowCount === 1;
        await connection.query(
          {
            text: `insert into sessions (token_hash, org, person, crm_user, expires_at)
              select $1, $2, coalesce(max(u.name), $3), $3, cb_now() + interval '12 hours' from crm_users u where u.org = $2 and u.id = $3
              on conflict do nothing`,
          },
          [tokenHash, org, crmUser],
        );
        if (!lends) return { lends, former: undefined };
        const known = { text: 'select sealed from consents where org = $1 and holder = $2 for update' };
        const former = (await connection.query(known, [org, crmUser])).rows[0] as { sealed: string } | undefined;
        await connection.query('give-consent', [org, crmUser, sealedConsent]);
        await connection.query({ text: "select pg_notify('orgs', $1)" }, [String(org)]);
        return { lends, former: former?.sealed };
      });
    },
    /** An agent's own; `trouble`: why nothing is written in their name. */
    lent: async (org: OrgId, holder: string) =>
      (await text('select trouble from consents where org = $1 and holder = $2', [org, holder]))[0] as
        | { readonly trouble: { readonly message: string } | null }
        | undefined,
    /** Which consent of an agent's is kept: another word each time they give one. */
    consentGiven: async (org: OrgId, holder: string): Promise<string | undefined> =>
      (await text('select given_at::text as given from consents where org = $1 and holder = $2', [org, holder]))[0]?.['given'] as
        | string
        | undefined,
    /** Of the consent that was `given`: one in whose place they have given another by now has had its trouble. */
    async sayAgentTrouble(
      org: OrgId,
      holder: string,
      trouble: { readonly code: string; readonly message: string } | undefined,
      given: string,
    ) {
      const said = await text(
        'update consents set trouble = $3 where org = $1 and holder = $2 and given_at::text = $4 and trouble is distinct from $3 returning holder',
        [org, holder, trouble ? storableJson(trouble) : null, given],
      );
      if (said.length > 0) await text("select pg_notify('orgs', $1)", [String(org)]);
    },
    /** Whose consents nobody has used for a day; each is given to one node, and to none again for an hour. */
    claimRestedConsents: async (org: OrgId, atMost: number): Promise<readonly string[]> =>
      (await text(claimRested, [org, atMost])).map((row) => row['holder'] as string),
    /** Takes an agent's own consent away; gives it, for the CRM to be told. */
    async dropConsent(org: OrgId, holder: string): Promise<string | undefined> {
      const [gone] = await text('delete from consents where org = $1 and holder = $2 returning sealed', [org, holder]);
      if (gone) await text("select pg_notify('orgs', $1)", [String(org)]);
      return gone?.['sealed'] as string | undefined;
    },
    /** Everything sealed here, to see whether its keys are known. */
    sealed: async () =>
      (
        await text(
          'select sealed from consents union all select sealed from crm_keys union all select sealed from askings where used_at is null and expires_at > cb_now()',
        )
      ).map((row) => row['sealed'] as string),
  };
}
