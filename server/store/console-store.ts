import type { OrgId } from '../store.ts';
import type { Call } from '../call/call.ts';
import type { Inputs } from '../decide/pin.ts';
import type { Found } from '../match/rank.ts';
import { foundOf, mostOfOne } from './book-store.ts';
import { storableJson } from './canonical-json.ts';
import type { Database } from './database.ts';
import { peopleStore } from './people-store.ts';
import { policyStore } from './policy-store.ts';
import { taskStore } from './task-store.ts';

type Row = Record<string, unknown>;
/** What the console asks and changes. Rows as PostgreSQL gives them; `server/admin` says them in the wire's words. */
export type ConsoleStore = ReturnType<typeof consoleStore>;

/** A phone field that holds nobody's number. `owner`: by name where it is a user, else by id. `because`: as the book keeps it (server/match). */
export type Unmatchable = Readonly<Record<'id' | 'kind' | 'name' | 'field' | 'written' | 'because', string>> & {
  readonly owner: string | null;
};

/** What is needed to say what records a call may be about; `known`: those it was decided with, or who has its number, as the book has them. */
export type ChoicesRows = {
  readonly told: Call;
  readonly pinned: Inputs | undefined;
  readonly found: readonly Found[];
  readonly known: readonly {
    readonly id: string;
    readonly name: string;
    readonly company: string | null;
    readonly status: string | null;
    readonly owner: string | null;
    readonly activeOn: string | null;
  }[];
};

/** As in unmatchable-after.sql. */
const unmatchablePage = 1_000;

export function consoleStore(database: Database) {
  const rows = async (statement: string, values: readonly unknown[]): Promise<Row[]> =>
    (await database.query(statement, values)).rows as Row[];
  const one = async (statement: string, values: readonly unknown[]) => (await rows(statement, values))[0];
  const text = async (sql: string, values: readonly unknown[] = []): Promise<Row[]> =>
    (await database.query({ text: sql }, values)).rows as Row[];
  const policies = policyStore(database);
  return {
    calls: (
      org: OrgId,
      ask: {
        before?: string | undefined;
        ids?: readonly string[] | undefined;
        explanation?: string | undefined;
        find?: string | undefined;
        limit: number;
      },
    ) => rows('list-calls', [org, ask.before ?? null, ask.ids ?? null, ask.explanation ?? null, ask.find ?? null, ask.limit]),
    streamLast: async (org: OrgId, recipient: string) => Number((await one('stream-last', [org, recipient]))!['last']),
    streamAfter: async (org: OrgId, recipient: string, after: number, limit: number) =>
      (await rows('stream-after', [org, recipient, after, limit])).map((row) => ({ id: Number(row['id']), body: row['body'] })),
    async story(org: OrgId, call: string) {
      const head = await one('story-call', [org, call]);
      if (!head) return undefined;
      const events = await rows('story-events', [org, call]);
      const deliveries = [...new Set(events.map((event) => event['delivery'] as string))].filter((id) => id !== '0');
      return {
        head,
        events,
        deliveries: await rows('story-deliveries', [org, deliveries]),
        decisions: await rows('story-decisions', [org, call]),
        writes: await rows('story-writes', [org, call]),
        attempts: await rows('story-attempts', [org, call]),
      };
    },
    async choices(org: OrgId, call: string): Promise<ChoicesRows | undefined> {
      const [row] = await text('select told, pinned, number_key from calls where org = $1 and id = $2', [org, call]);
      if (!row?.['told']) return undefined;
      const pinned = (row['pinned'] as Inputs | null) ?? undefined;
      const number = row['number_key'] as string | null;
      const found = pinned || number === null ? [] : (await rows('book-find', [[org], [number], mostOfOne])).map(foundOf);
      const { candidates = [], others = [], possible = [] } = pinned?.match ?? {};
      const ids = [
        ...[...candidates, ...others, ...possible].map(({ record }) => record.id),
        ...found.map(({ id, contactId }) => contactId ?? id),
      ];
      const known = (await rows('call-records', [org, [...new Set(ids)], number])) as unknown as ChoicesRows['known'];
      return { told: row['told'] as Call, pinned, found, known };
    },
    status: (org: OrgId) => one('status', [org]),
    /** What can never match, in pages that go on where the last one ended: what changes meanwhile is told once or not at all. */
    async *unmatchable(org: OrgId): AsyncGenerator<readonly Unmatchable[]> {
      for (let after: readonly [string, string] = ['0', '']; ;) {
        const page = (await rows('unmatchable-after', [org, ...after])) as unknown as readonly (Unmatchable & { record: string })[];
        yield page;
        const last = page.at(-1);
        if (last === undefined || page.length < unmatchablePage) return;
        after = [last.record, last.field];
      }
    },

    /** A first sign-in: works once and for an hour (S1). Only its hash is kept. */
    async addSignIn(org: OrgId, tokenHash: string) {
      await text("insert into sign_ins (token_hash, org, expires_at) values ($1, $2, cb_now() + interval '1 hour')", [tokenHash, org]);
    },
    signInState: async (tokenHash: string) =>
      (
        await text('select used_at is not null as used, expires_at <= cb_now() as expired from sign_ins where token_hash = $1', [tokenHash])
      )[0],
    /** The org it opens, or undefined if it was used, has expired or never was. */
    useSignIn: async (tokenHash: string) => (await one('use-sign-in', [tokenHash]))?.['org'] as OrgId | undefined,
    async addSession(org: OrgId, tokenHash: string, person: string) {
      await text("insert into sessions (token_hash, org, person, expires_at) values ($1, $2, $3, cb_now() + interval '12 hours')", [
        tokenHash,
        org,
        person,
      ]);
    },
    async findSession(tokenHash: string) {
      const row = await one('find-session', [tokenHash]);
      return (
        row && {
          org: row['org'] as OrgId,
          person: row['person'] as string,
          ...(row['crm_user'] === null ? {} : { agent: row['crm_user'] as string }),
        }
      );
    },
    async endSession(tokenHash: string) {
      await text('delete from sessions where token_hash = $1', [tokenHash]);
    },

    async writeAgain(org: OrgId, call: string): Promise<number> {
      const { rowCount } = await database.query('write-again', [org, call]);
      await database.query('unpark-call', [org, call, false]);
      await text("select pg_notify('writes', ''), pg_notify('calls', '')");
      return rowCount ?? 0;
    },
    /** Decides the call anew with the policy, people and zone of today (D1). */
    async applyRules(org: OrgId, call: string) {
      await database.query('unpark-call', [org, call, true]);
      await text("select pg_notify('calls', '')");
    },
    async setMode(org: OrgId, mode: string, backfill: boolean) {
      await database.transaction(async (connection) => {
        const former = (await connection.query({ text: 'select mode from orgs where org = $1 for update' }, [org])).rows[0]?.mode as string;
        await connection.query('set-mode', [org, mode]);
        if (former === 'observe' && mode === 'live' && !backfill) await connection.query('forget-observed', [org]);
        await connection.query({ text: "select pg_notify('orgs', $1), pg_notify('writes', '')" }, [String(org)]);
      });
    },
    policies,
    directory: peopleStore(database),
    tasks: taskStore(database),
    /** Saves it over whatever was there; gives its version. */
    async savePolicy(org: OrgId, document: unknown, by: string): Promise<number> {
      const saved = await policies.save(org, { document, by });
      return saved.outcome === 'moved' ? (saved.newest?.version ?? 0) : saved.version;
    },
    people: (org: OrgId) => rows('read-people', [org]),
    nobodysPhones: (org: OrgId) => rows('nobodys-phones', [org]),
    async savePeople(org: OrgId, people: readonly unknown[]): Promise<void> {
      await rows('save-people', [org, storableJson(people)]);
      await text("select pg_notify('orgs', $1)", [String(org)]);
    },
    hasPolicy: async (org: OrgId, version: number) =>
      version === 0 || (await text('select 1 from policies where org = $1 and version = $2', [org, version])).length > 0,
    /**
     * Takes back what a version of the policy wrote (W9): a fact on every call with a record that no person has touched as far
     * as we know; the writer looks again before each change. A thousand calls at a time, so that calls of now are told in between.
     */
    async undoPolicy(org: OrgId, version: number, by: string): Promise<{ undone: number; leftAlone: number }> {
      let undone = 0;
      for (let after: string | undefined = '0'; after !== undefined;) {
        const page: Row[] = await database.transaction(
          async (connection) => (await connection.query('undo-policy', [org, version, by, after, 1_000])).rows,
        );
        undone += page.filter((row) => row['inserted']).length;
        after =
          page.length === 1_000
            ? page
                .map((row) => BigInt(row['call'] as string))
                .reduce((a, b) => (a > b ? a : b))
                .toString()
            : undefined;
        await text("select pg_notify('calls', '')");
      }
      const touched = await text(
        "select count(distinct call)::int as n from writes where org = $1 and policy_version = $2 and retracted is null and human <> '{}'",
        [org, version],
      );
      return { undone, leftAlone: touched[0]!['n'] as number };
    },
    /** Whom people chose for this number is no habit any more. */
    async forgetChoice(org: OrgId, number: string) {
      await text(
        `insert into forgotten_choices (org, number_key, forgotten_at) values ($1, $2, cb_now())
          on conflict (org, number_key) do update set forgotten_at = excluded.forgotten_at`,
        [org, number],
      );
    },
    async audit(org: OrgId, who: string, what: string, detail: unknown) {
      await text('insert into audit (org, who, what, detail) values ($1, $2, $3, $4)', [org, who, what, JSON.stringify(detail)]);
    },

    orgs: async () => (await text('select org from orgs order by org')).map((row) => row['org'] as OrgId),
    async addOrg(name: string, mode: string, sealedCrm: string | null): Promise<OrgId> {
      return (await text('insert into orgs (name, mode, crm) values ($1, $2, $3) returning org', [name, mode, sealedCrm]))[0]![
        'org'
      ] as OrgId;
    },
    async addConnection(org: OrgId, connection: string, source: string, name: string, sealedSecrets: string) {
      await text('insert into connections (org, connection, source, name, secrets) values ($1, $2, $3, $4, $5)', [
        org,
        connection,
        source,
        name,
        sealedSecrets,
      ]);
    },
    /** A connection to a phone system that we connect to, and the settings to reach it by; found by its name, made if there is none. */
    async saveListened(
      org: OrgId,
      given: { readonly connection: string; readonly source: string; readonly name: string },
      seal: (connection: string) => { readonly settings: string; readonly secrets: string },
    ): Promise<{ connection: string; made: boolean }> {
      return database.transaction(async (connection) => {
        await connection.query({ text: 'select 1 from orgs where org = $1 for update' }, [org]); // two who connect one name make one
        const known = (
          await connection.query(
            { text: 'select connection from connections where org = $1 and source = $2 and name = $3 and settings is not null' },
            [org, given.source, given.name],
          )
        ).rows[0]?.connection as string | undefined;
        const id = known ?? given.connection;
        const sealed = seal(id);
        await connection.query(
          {
            text: known
              ? 'update connections set settings = $3 where org = $1 and connection = $2'
              : 'insert into connections (org, connection, settings, source, name, secrets) values ($1, $2, $3, $4, $5, $6)',
          },
          known ? [org, id, sealed.settings] : [org, id, sealed.settings, given.source, given.name, sealed.secrets],
        );
        await connection.query({ text: "select pg_notify('orgs', $1)" }, [String(org)]);
        return { connection: id, made: known === undefined };
      });
    },
    /** Everything sealed, to see whether its keys are here. */
    sealed: async () =>
      (
        await text(
          'select secrets as sealed from connections union all select settings from connections where settings is not null union all select crm from orgs where crm is not null',
        )
      ).map((row) => row['sealed'] as string),
    /** Deliveries not yet read, counted up to `atMost`. */
    untranslated: async (atMost: number) =>
      Number((await text("select count(*) as n from (select 1 from deliveries where state = 'new' limit $1) x", [atMost]))[0]!['n']),
    connections: (org: OrgId) =>
      text(
        'select connection, source, name, secrets, settings is not null as listened from connections where org = $1 order by created_at',
        [org],
      ),
    /** Deletes what is over; gives how many stream rows went. */
    trim: async (streamKeptMs: number) => (await rows('trim', [streamKeptMs])).length,
    /** Partitions of the inbox for today and the days ahead, by the database's clock. */
    async prepareDays(days: number) {
      for (const row of await text(
        "select to_char(cb_now() + n * interval '1 day', 'YYYYMMDD') as day, (cb_now() + n * interval '1 day')::date::text as \"from\", (cb_now() + (n + 1) * interval '1 day')::date::text as until from generate_series(0, $1) n",
        [days],
      )) {
        if (row['from'] === row['until']) continue;
        const [exists, late] = await Promise.all([
          text("select 1 from pg_class where relname = 'deliveries_' || $1", [row['day']]),
          text('select 1 from deliveries_otherwise where received_at >= $1::timestamptz and received_at < $2::timestamptz limit 1', [
            row['from'],
            row['until'],
          ]),
        ]);
        // Rows already in the catch-all stay there: nothing is moved while calls come in.
        if (exists.length === 0 && late.length === 0)
          await text(
            `create table if not exists deliveries_${row['day'] as string} partition of deliveries for values from ('${row['from'] as string}') to ('${row['until'] as string}') with (autovacuum_analyze_threshold = 5000)`,
          );
      }
    },
    metrics: () =>
      text(`select
        (select coalesce(extract(epoch from cb_now() - min(since)), 0) from writes where state in ('due', 'uncertain', 'sending')) as oldest_unsent_seconds,
        (select count(*) from writes where state in ('due', 'uncertain', 'sending')) as unsent,
        (select coalesce(extract(epoch from cb_now() - min(received_at)), 0) from deliveries where state = 'new') as oldest_untranslated_seconds,
        (select count(*) from calls where due <= cb_now()) as calls_due,
        (select coalesce(jsonb_object_agg(cause, n), '{}') from (select coalesce(trouble->>'code', '?') as cause, count(*) as n from writes where state = 'parked' group by 1) p) as parked,
        (select coalesce(jsonb_object_agg(connection, extract(epoch from cb_now() - last_heard_at)), '{}') from connections where last_heard_at is not null) as silence_seconds,
        (select coalesce(jsonb_object_agg(connection, clock_offset_ms), '{}') from connections) as clock_offset_ms,
        (select coalesce(jsonb_object_agg(c.connection, case when l.well_since is not null and l.said_at > cb_now() - interval '20 seconds' then 1 else 0 end), '{}') from connections c left join listenings l using (org, connection) where c.settings is not null) as listening,
        (select coalesce(jsonb_object_agg(field, n), '{}') from (select r.field, count(*) as n from writes, jsonb_object_keys(refused) as r(field)
          where refused <> '{}' and written_at > cb_now() - interval '24 hours' group by 1) f) as refused_fields,
        (select count(*) from unexplained_calls) as unexplained,
        (select coalesce(jsonb_object_agg(org, n), '{}') from (select org, sum(records) as n from book_kinds where records is not null and basis <> '' group by org) b) as book_records,
        (select coalesce(jsonb_object_agg(org, n), '{}') from (select org, sum(numbers) as n from book_kinds where numbers is not null and basis <> '' group by org) b) as book_numbers,
        (select coalesce(jsonb_object_agg(o.org, (exists (select 1 from book_kinds k where k.org = o.org and k.basis <> '')
          and not exists (select 1 from book_kinds k where k.org = o.org and k.basis <> '' and k.filled_at is null)
          and not exists (select 1 from books b, jsonb_array_elements(b.left_out) l where b.org = o.org and l.value ->> 'absent' is distinct from 'true'))::int), '{}') from orgs o) as book_filled,
        (select coalesce(jsonb_object_agg(org, seconds), '{}') from (select org, extract(epoch from cb_now() - min(coalesce(polled_at, filled_at))) as seconds from book_kinds where filled_at is not null and basis <> '' group by org) b) as book_seconds_since_poll,
        (select coalesce(jsonb_object_agg(org, api_used), '{}') from org_facts where api_used is not null) as api_used,
        (select coalesce(jsonb_object_agg(org, api_max), '{}') from org_facts where api_max is not null) as api_max,
        (select coalesce(jsonb_object_agg(org, spent), '{}') from api_standing) as api_spent,
        (select coalesce(jsonb_object_agg(org, samples), '{}') from api_standing) as api_samples,
        (select extract(epoch from cb_now()) * 1000) as now_ms,
        (select coalesce(jsonb_object_agg(org, pace -> 'budget'), '{}') from books where pace ? 'budget') as book_budget,
        (select coalesce(jsonb_object_agg(org, coalesce((pace ->> 'everyMs')::float8 / 1000, 0)), '{}') from books where pace is not null) as book_poll_seconds,
        (select coalesce(jsonb_object_agg(org, kinds), '{}') from (select k.org, jsonb_object_agg(k.kind, exists (select 1 from book_topics t
          where t.org = k.org and k.kind = any(t.kinds) and t.since is not null)::int) as kinds from book_kinds k where k.basis <> '' group by 1) b) as book_events`),
  };
}
