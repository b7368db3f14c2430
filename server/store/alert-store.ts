import type { Alert, Weighed } from '../notify/alerts.ts';
import type { OrgId } from '../store.ts';
import type { Database } from './database.ts';

/** An alert whose turn it is to be sent: it began, or it is over. */
export type AlertToSend = {
  readonly id: number;
  readonly org: OrgId;
  readonly orgName: string;
  readonly key: string;
  readonly level: Alert['level'];
  readonly words: string;
  readonly sinceMs: number;
  readonly beganAtMs: number;
  readonly endedAtMs: number | undefined;
  /** This try counted; the first is 1. */
  readonly tries: number;
};
export type AlertLine = {
  readonly id: string;
  readonly key: string;
  readonly level: Alert['level'];
  readonly words: string;
  readonly sinceMs: number;
  readonly beganAtMs: number;
  readonly endedAtMs: number | undefined;
  readonly toldAtMs: number | undefined;
  readonly trouble: string | undefined;
};
export type AlertStore = {
  /** Compares, on one node at a time: undefined when another node is at it. */
  weigh(org: OrgId, how: (followed: readonly Alert[]) => Weighed): Promise<Weighed | undefined>;
  /** Takes the next one to be sent, so that no other node sends it meanwhile. */
  claim(): Promise<AlertToSend | undefined>;
  /** It was taken. */
  told(id: number, what: 'began' | 'ended'): Promise<void>;
  /** It was not; again after so many ms. */
  untold(id: number, trouble: string, afterMs: number): Promise<void>;
  /** What was told of, newest first. */
  list(org: OrgId): Promise<readonly AlertLine[]>;
  /** Forgets what is over for a month. */
  trim(): Promise<void>;
};
const mostListed = 200;

/** Troubles and who was told of them, on PostgreSQL. */
export function alertStore(database: Database): AlertStore {
  const ms = (value: unknown): number | undefined => (value === null ? undefined : Number(value));
  return {
    weigh: (org, how) =>
      database.transaction(async (connection) => {
        const { rows: locked } = await connection.query({ text: 'select pg_try_advisory_xact_lock(4200005, $1) as ok' }, [org]);
        if (!locked[0].ok) return undefined;
        const { rows } = await connection.query(
          {
            text: `select key, level, words, extract(epoch from since) * 1000 as since, extract(epoch from began_at) * 1000 as began,
              extract(epoch from well_since) * 1000 as well from alerts where org = $1 and ended_at is null`,
          },
          [org],
        );
        const weighed = how(
          rows.map((row) => ({
            key: row.key as string,
            level: row.level as Alert['level'],
            words: row.words as string,
            sinceMs: Number(row.since),
            beganAtMs: ms(row.began),
            wellSinceMs: ms(row.well),
          })),
        );
        const { followed, passed, ended } = weighed;
        if (followed.length + passed.length + ended.length > 0)
          await connection.query('follow-alerts', [
            org,
            JSON.stringify(
              followed.map(({ key, level, words, sinceMs, beganAtMs, wellSinceMs }) => ({
                key,
                level,
                words,
                since: sinceMs,
                began: beganAtMs ?? null,
                well: wellSinceMs ?? null,
              })),
            ),
            passed,
            ended,
          ]);
        return weighed;
      }),
    async claim() {
      const [row] = (await database.query('claim-alert')).rows;
      return (
        row && {
          id: Number(row.alert),
          org: row.org as OrgId,
          orgName: row.orgName as string,
          key: row.key as string,
          level: row.level as Alert['level'],
          words: row.words as string,
          sinceMs: Number(row.sinceMs),
          beganAtMs: Number(row.beganAtMs),
          endedAtMs: ms(row.endedAtMs),
          tries: row.tries as number,
        }
      );
    },
    told: async (id, what) =>
      void (await database.query({ text: 'update alerts set told = $2, told_at = cb_now(), trouble = null where alert = $1' }, [id, what])),
    untold: async (id, trouble, afterMs) =>
      void (await database.query(
        { text: "update alerts set trouble = $2, try_after = cb_now() + $3 * interval '1 millisecond' where alert = $1" },
        [id, trouble, afterMs],
      )),
    list: async (org) =>
      (
        await database.query(
          {
            text: `select alert, key, level, words, trouble, extract(epoch from since) * 1000 as since, extract(epoch from began_at) * 1000 as began,
              extract(epoch from ended_at) * 1000 as ended, extract(epoch from told_at) * 1000 as told
              from alerts where org = $1 and began_at is not null order by alert desc limit $2`,
          },
          [org, mostListed],
        )
      ).rows.map((row) => ({
        id: String(row.alert),
        key: row.key as string,
        level: row.level as Alert['level'],
        words: row.words as string,
        sinceMs: Number(row.since),
        beganAtMs: Number(row.began),
        endedAtMs: ms(row.ended),
        toldAtMs: ms(row.told),
        trouble: (row.trouble as string | null) ?? undefined,
      })),
    trim: async () => void (await database.query({ text: "delete from alerts where ended_at < cb_now() - interval '30 days'" })),
  };
}
