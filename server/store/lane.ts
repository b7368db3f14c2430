import { type Lane, type LaneHold, LostLane, noCall, recordGone, type OrgId, type WriteRow } from '../store.ts';
import { isWantedMatter } from '../crm.ts';
import type { World } from '../world.ts';
import { storableJson } from './canonical-json.ts';
import type { Database } from './database.ts';
import { writeRow } from './rows.ts';
import { holdSessionLock } from './session-lock.ts';

/** First half of the advisory lock's key; the second is the org. */
const laneLocks = 4_200_002;

/**
 * One writer per org: a session lock with a heartbeat on the same session, and an epoch that rises with each holder. The lock
 * keeps two nodes from both working; the epoch keeps a stale one from storing anything when the lock has lied.
 */
export async function holdLane(
  database: Database,
  world: World,
  org: OrgId,
  holder: string,
  onTrouble: (error: Error) => void,
): Promise<LaneHold | undefined> {
  const lock = await holdSessionLock(
    database,
    world,
    { text: 'select pg_try_advisory_lock($1, $2) as ok', values: [laneLocks, org] },
    onTrouble,
  );
  if (!lock) return undefined;
  let epoch: number;
  try {
    epoch = Number((await database.query('take-lane', [org, holder])).rows[0]!.epoch);
  } catch (error) {
    await lock.release();
    throw error;
  }

  const rows = async (statement: string, values: readonly unknown[]): Promise<WriteRow[]> =>
    (await database.query(statement, values)).rows.map(writeRow);
  /** Calls that want these records are told again. Apart from the settling: whoever holds rows of writes must not wait for calls. */
  const tellPersons = async () => {
    const tellSome = () =>
      database.transaction(async (connection) => {
        const numbers = (await connection.query('persons-untold', [org])).rows.map((row) => row.number_key as string);
        if (numbers.length === 0) return false;
        await connection.query('lock-numbers', [numbers.map(() => org), numbers]);
        await connection.query('tell-persons', [org, numbers]);
        await connection.query({ text: "select pg_notify('calls', '')" });
        return true;
      });
    while (await tellSome());
  };
  /** Calls are told of the cases and opportunities they have begun, or wait for; apart from the settling, for the same reason. */
  const tellMatters = async () => {
    const tellSome = () =>
      database.transaction(async (connection) => {
        const names = (await connection.query('tell-matters', [org])).rows.map((row) => row.name as string);
        if (names.length === 0) return false;
        await connection.query('matters-told', [org, names]);
        await connection.query({ text: "select pg_notify('calls', '')" });
        return true;
      });
    while (await tellSome());
  };
  return {
    org,
    epoch,
    lost: lock.lost,
    async recover() {
      await tellPersons();
      await tellMatters();
      return (await database.query('recover-writes', [org, epoch])).rowCount ?? 0;
    },
    async waiting() {
      const found = (await database.query('waiting-writes', [org])).rows;
      const of = (lane: string) => {
        const row = found.find((x) => x.lane === lane);
        const number = (value: unknown) => (value === null || value === undefined ? undefined : Number(value));
        return { count: row?.count ?? 0, firstDueInMs: number(row?.first_due_in_ms), oldestMs: number(row?.oldest_ms) };
      };
      return { now: of('now'), later: of('later'), verify: of('verify') };
    },
    ready: (lane: Lane, limit, all) => rows('ready-writes', [org, lane, limit, all]),
    verifiable: (limit) => rows('verify-writes', [org, limit]),
    async begin(wanted, sends) {
      if (wanted.length === 0) return [];
      const ghostOf = new Map(sends.map(({ row, ghost }) => [row, ghost]));
      const begun = await rows('begin-writes', [
        org,
        epoch,
        wanted.map((row) => row.call),
        wanted.map((row) => row.role),
        wanted.map((row) => row.qualifier),
        wanted.map((row) => (ghostOf.has(row) ? JSON.stringify([ghostOf.get(row)]) : null)),
      ]);
      if (begun.length === 0 && (await database.query('lane-epoch', [org])).rows[0]?.epoch !== String(epoch))
        throw new LostLane(`the lane of org ${org} was taken over (our epoch ${epoch})`);
      return begun;
    },
    async settle(outcomes, attempts, wire, sentAtMs) {
      if (outcomes.length + attempts.length === 0) return;
      const matters = outcomes.filter((x) => isWantedMatter(x.row.wanted)).map((x) => x.row.name);
      await database.transaction(async (connection) => {
        const settled = await connection.query('settle-writes', [
          org,
          epoch,
          storableJson(
            outcomes.map((x) => ({
              call: x.row.call,
              role: x.row.role,
              qualifier: x.row.qualifier,
              wanted_version: x.row.wantedVersion,
              state: x.state,
              crm_id: x.crmId ?? null,
              sent: x.sent,
              seen: x.seen,
              human: x.human,
              refused: x.refused,
              ghosts: x.ghosts,
              attempts: x.attempts,
              setbacks: x.setbacks,
              trouble: x.trouble ?? null,
              due_in_ms: x.dueInMs ?? null,
              lane: x.lane,
              written: x.written,
            })),
          ),
        ]);
        if (settled.rowCount === 0 && outcomes.length > 0) throw new LostLane(`the lane of org ${org} was taken over (our epoch ${epoch})`);
        await connection.query('insert-attempts', [
          org,
          epoch,
          storableJson(
            attempts.map((x) => ({
              call: x.row.call,
              role: x.row.role,
              qualifier: x.row.qualifier,
              kind: x.kind,
              sent: x.sent,
              answer: x.answer,
              in_name: x.inName ?? null,
            })),
          ),
          sentAtMs,
          JSON.stringify(wire),
        ]);
        await connection.query('tell-calls-changed', [org, outcomes.map((x) => x.row.call)]);
        await connection.query({ text: "select pg_notify('stream', 'admin')" });
        const persons = outcomes.filter((x) => x.row.call === noCall).map((x) => x.row.name);
        if (persons.length > 0) await connection.query('persons-came', [org, persons]);
        if (matters.length > 0) await connection.query('matters-came', [org, matters]);
      });
      if (outcomes.some((x) => x.row.call === noCall)) await tellPersons();
      if (matters.length > 0) await tellMatters();
      const isGone = ({ code }: { readonly code?: string }) => recordGone.has(code ?? '');
      const gone = outcomes.filter(
        (x) =>
          (x.state === 'parked' && isGone((x.trouble ?? {}) as { code?: string })) ||
          Object.entries(x.refused).some(([field, refusal]) => isGone(refusal) && !(field in x.row.refused)),
      );
      if (gone.length > 0) await database.query('wake-later', [gone.map(() => org), gone.map((x) => x.row.call)]);
    },
    release: lock.release,
  };
}
