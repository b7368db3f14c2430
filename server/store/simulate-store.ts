import type { Agent, CallEvent, CallId, Direction, Instant } from '../call/event.ts';
import type { Step, Verdict } from '../decide/decide.ts';
import type { Wanted } from '../crm.ts';
import type { DueCall, OrgId } from '../store.ts';
import { type Database, readOnly } from './database.ts';
import { gather } from './postgres.ts';

/** A record that a decision wanted. */
export type WantedRecord = { readonly role: string; readonly qualifier: string; readonly record: Wanted };
/** What was decided of a call last, and by which version of the policy. */
export type Decided = {
  readonly policyVersion: number;
  readonly verdict: Verdict;
  readonly wants: readonly WantedRecord[];
  readonly trace: readonly Step[];
};
/** A call as it is stored, with what became of it. */
export type StoredCall = {
  readonly due: DueCall;
  /** By our clock; undefined: nothing could be told of it. */
  readonly startedAtMs: number | undefined;
  readonly decided: Decided | undefined;
  /** Why it stands aside (E2). */
  readonly trouble: string | undefined;
  /** The first talk with its number after its end, as the fact that would be told of it (D4). */
  readonly talk: CallEvent | undefined;
  /** A record was made for its number before the period. */
  readonly madeBefore: boolean;
};
/** From (inclusive) and to, ms by our clock. */
export type Period = { readonly fromMs: number; readonly toMs: number };
export type PagePlace = { readonly place: string; readonly id: string };
export type SimulateStore = ReturnType<typeof simulateStore>;

/** Calls to try a policy on. PostgreSQL refuses any change here. */
export function simulateStore(database: Database) {
  const reading = readOnly(database);
  /** `madeBeforeMs`: what was made for a number is looked for before then. In the order of `ids`. */
  const read = (org: OrgId, ids: readonly string[], madeBeforeMs: number): Promise<StoredCall[]> =>
    reading.transaction(async (connection) => {
      const { rows } = await connection.query('calls-to-try', [org, ids, madeBeforeMs]);
      const { dues, decisions } = await gather(connection, rows, 'writes-as-they-are');
      const decidedOf = new Map(decisions.map((row) => [row['call'] as string, row]));
      const stored = dues.map((due, place): StoredCall => {
        const row = rows[place]!;
        const decided = decidedOf.get(due.id);
        return {
          due,
          startedAtMs: row.started_at_ms === null ? undefined : Number(row.started_at_ms),
          trouble: (row.trouble as string | null) ?? undefined,
          decided: decided && {
            policyVersion: decided['policy_version'] as number,
            verdict: decided['verdict'] as Verdict,
            wants: decided['wants'] as WantedRecord[],
            trace: decided['trace'] as Step[],
          },
          talk: row.talk === null ? undefined : talkOf(due, row.talk as Talk),
          madeBefore: row.made_before as boolean,
        };
      });
      const byId = new Map(stored.map((one) => [one.due.id, one]));
      return ids.flatMap((id) => byId.get(id) ?? []);
    });
  return {
    read,
    /** Calls that began in this period, earliest first. `next`: undefined at the end. */
    async page(
      org: OrgId,
      { fromMs, toMs }: Period,
      after: PagePlace | undefined,
      limit: number,
    ): Promise<{ calls: readonly StoredCall[]; next: PagePlace | undefined }> {
      const { rows } = await reading.query('calls-of-period', [org, fromMs, toMs, after?.place ?? null, after?.id ?? null, limit]);
      const last = rows.at(-1) as PagePlace | undefined;
      if (!last) return { calls: [], next: undefined };
      const ids = rows.map((row) => row.id as string);
      return { calls: await read(org, ids, fromMs), next: rows.length < limit ? undefined : { place: last.place, id: last.id } };
    },
    count: async (org: OrgId, { fromMs, toMs }: Period): Promise<number> =>
      Number(
        (
          await reading.query(
            {
              text: 'select count(*) as n from calls where org = $1 and started_at >= to_timestamp($2::float8 / 1000) and started_at < to_timestamp($3::float8 / 1000)',
            },
            [org, fromMs, toMs],
          )
        ).rows[0]!.n,
      ),
  };
}

type Talk = { readonly by: CallId; readonly at: number; readonly direction?: Direction; readonly agent?: Agent };
/** As insert-call-backs tells it: by the call's own clock. */
function talkOf(due: DueCall, { by, at, direction, agent }: Talk): CallEvent {
  const offset = due.pinned?.clockOffsetMs ?? 0;
  return {
    id: `cordboard:called-back:${by}`,
    callId: due.externalId,
    at: (Math.round(at) - (Math.abs(offset) >= 2_000 ? offset : 0)) as Instant,
    type: 'called-back',
    by,
    ...(direction && { direction }),
    ...(agent && { agent }),
  };
}
