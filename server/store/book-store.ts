import type { ApiPurpose, BookDeletion, BookLeftOut, BookPlace, BookRecord, Eventless } from '../crm.ts';
import type { Pace, Standing } from '../book/budget.ts';
import type { Overlap } from '../book/overlap.ts';
import type { LookedUp, MadePerson, Remembered } from '../match/match.ts';
import type { KnownRecord } from '../match/pointed.ts';
import type { KnownMatters, Matter, MattersAsk, MattersRead } from '../match/matters.ts';
import type { Found } from '../match/rank.ts';
import type { OrgId } from '../store.ts';
import type { World } from '../world.ts';
import { storable, storableJson } from './canonical-json.ts';
import type { Database } from './database.ts';
import { holdSessionLock, type SessionLock } from './session-lock.ts';

/** How far one kind of record has been read. */
export type BookKind = {
  readonly kind: string;
  /** What was read and how it was understood; another basis wants another fill. */
  readonly basis: string;
  readonly fill: number;
  /** The running fill stands here; undefined at its beginning. */
  readonly afterId: string | undefined;
  /** All of it has been read once on this basis. */
  readonly filled: boolean;
  readonly expected: number | undefined;
  readonly read: number;
  readonly place: BookPlace | undefined;
  readonly overlap: Overlap | undefined;
  readonly polledAtMs: number | undefined;
  /** The database's time when this was read: nodes don't agree on theirs. */
  readonly askedAtMs: number;
  readonly trouble: string | undefined;
  /** The org makes all of it ready as one piece of work; `jobPlace`: the page that comes next. */
  readonly job: string | undefined;
  readonly jobPlace: string | undefined;
  /** It would not: this fill goes by pages. */
  readonly jobRefused: string | undefined;
};
/** How a topic of changes stands. `place`: left out, what is stored stays; null: from now on. `because`: it isn't heard. */
export type TopicState = {
  readonly topic: string;
  readonly kinds: readonly string[];
  readonly place?: string | null;
  readonly because?: Eventless;
  readonly said?: string;
};
/** A record with its numbers understood. `key`: E.164, or `~` and the last digits where no country is known. */
export type BookEntry = {
  readonly record: BookRecord;
  readonly numbers: readonly { readonly key: string; readonly field: string; readonly extension?: string }[];
  /** Fields whose text is nobody's number, and why. */
  readonly refused: readonly { readonly field: string; readonly written: string; readonly because: string }[];
};
/** Records deleted of these kinds, as each was being read when that was told: of which of them isn't told. */
export type BookGone = {
  readonly kinds: readonly { readonly kind: string; readonly fill: number }[];
  readonly deleted: readonly BookDeletion[];
  readonly isSure: boolean;
};
/** A record that has this number. */
export type BookFound = Found & { readonly org: OrgId; readonly key: string };

export type BookStore = {
  kinds(org: OrgId): Promise<readonly BookKind[]>;
  /** Whoever isn't in the book is not in the org, or came within the last minute. */
  complete(org: OrgId): Promise<boolean>;
  /** A fill of this kind begins; changes are to be read from this stamp on. */
  begin(org: OrgId, kind: string, basis: string, stamp: string | undefined, expected: number): Promise<void>;
  /** Stores a page of the fill and how far it got, in one transaction. */
  savePage(
    org: OrgId,
    kind: string,
    fill: number,
    entries: readonly BookEntry[],
    next: { readonly afterId: string | undefined } | { readonly jobPlace: string | undefined },
  ): Promise<void>;
  /** The org makes this fill ready from its beginning, or would not. */
  sayJob(org: OrgId, kind: string, fill: number, is: { readonly job: string } | { readonly refused: string }): Promise<void>;
  /** The fill has reached its end: what it didn't meet is taken out. */
  filled(org: OrgId, kind: string, fill: number): Promise<void>;
  /** Stores changes and the place up to which this fill's have been read, in one transaction. */
  saveChanges(org: OrgId, kind: string, fill: number, entries: readonly BookEntry[], place: BookPlace | undefined): Promise<void>;
  /**
   * Stores what was told of, who was deleted, and up to where each topic has been heard, in one transaction. `isSure`: they were asked for
   * since, and are gone for good.
   */
  saveNews(
    org: OrgId,
    kinds: readonly { readonly kind: string; readonly fill: number; readonly entries: readonly BookEntry[] }[],
    gone: readonly BookGone[],
    places: ReadonlyMap<string, string>,
  ): Promise<void>;
  /** Up to where a topic has been heard. */
  topicPlace(org: OrgId, topic: string): Promise<string | undefined>;
  sayTopic(org: OrgId, state: TopicState): Promise<void>;
  /** No other topics are followed any more. */
  keepTopics(org: OrgId, topics: readonly string[]): Promise<void>;
  /** Adds API calls that were made, and what the org says of its allocation. */
  spend(
    org: OrgId,
    calls: Readonly<Partial<Record<ApiPurpose, number>>>,
    usage: { readonly used: number; readonly max: number } | undefined,
  ): Promise<void>;
  /** How the org's API calls stand, of all nodes. */
  standing(org: OrgId): Promise<Standing>;
  sayPace(org: OrgId, pace: Pace): Promise<void>;
  /** All changes of this kind have been read, unless another fill began meanwhile. */
  polled(org: OrgId, kind: string, fill: number, overlap: Overlap): Promise<void>;
  /** Why this kind goes on no more, or (`undefined` kind) nothing does; no trouble: it goes on again. */
  sayTrouble(org: OrgId, kind: string | undefined, trouble: string | undefined): Promise<void>;
  /** Kinds that are wanted and can't be read, and why: all of them, none where all can be. */
  leaveOut(org: OrgId, kinds: readonly BookLeftOut[]): Promise<void>;
  /** Counts what there is of each kind, for whoever asks. Reads all of it. */
  count(org: OrgId): Promise<void>;
  /** Kinds that are no longer wanted are forgotten, with all they held; what is interrupted goes on the next time. */
  keepOnly(org: OrgId, kinds: readonly string[]): Promise<void>;
  /** The book is complete: calls of the last day that were matched in a part of it are told once more. */
  wakeCalls(org: OrgId): Promise<void>;
  /** Records that have one of these numbers, at most `mostOfOne` of each number. */
  find(asked: readonly { readonly org: OrgId; readonly key: string }[]): Promise<readonly BookFound[]>;
  /** The records made for each of these numbers, the newest of each first (P1). */
  made(
    asked: readonly { readonly org: OrgId; readonly key: string }[],
  ): Promise<readonly (MadePerson & { readonly org: OrgId; readonly key: string })[]>;
  /** What else is known of these numbers. */
  heard(
    asked: readonly { readonly org: OrgId; readonly key: string }[],
  ): Promise<readonly (Pick<LookedUp, 'heard'> & { readonly org: OrgId; readonly key: string; readonly choices: readonly Remembered[] })[]>;
  /** Whose these records are; `isGone`: deleted, merged or converted, as far as the book knows; `now`: what it is, or became. */
  owners(asked: readonly { readonly org: OrgId; readonly id: string }[]): Promise<
    readonly {
      readonly org: OrgId;
      readonly id: string;
      readonly ownerId: string | undefined;
      readonly isGone: boolean;
      readonly now: KnownRecord | undefined;
    }[]
  >;
  /** The cases and opportunities of whom these calls may be about, in order of asking. */
  matters(asked: readonly (MattersAsk & { readonly org: OrgId })[]): Promise<readonly KnownMatters[]>;
  /** The right to keep the book of an org, if no node has it. */
  take(org: OrgId): Promise<SessionLock | undefined>;
};
const matterOf = (row: Record<string, unknown>): Matter => ({
  kind: row['kind'] as Matter['kind'],
  id: row['id'] as string,
  name: row['name'] as string,
  ...(row['contactId'] !== null && { contactId: row['contactId'] as string }),
  ...(row['accountId'] !== null && { accountId: row['accountId'] as string }),
  closed: row['closed'] as boolean,
  ...(row['primary'] === true && { primary: true as const }),
  modifiedAtMs: Number(row['modifiedAtMs'] ?? 0),
});
/** So many records of one number are told apart; a number that more have is a switchboard's, whoever they are. */
export const mostOfOne = 60;
/** Records forgotten, and calls woken, in one statement: none comes near the limit a statement has. */
const forgetAtOnce = 5_000;
const wakeAtOnce = 500;
/** What one statement takes of a page; a page of a file is several. */
const saveAtOnce = 2_000;
/** Every node has seen by then that the book is complete (`lookUps`). */
const wakeAfterMs = 3_000;

/** A row of `book-find`. */
export function foundOf(row: Record<string, unknown>): BookFound {
  const known = <T>(value: T | null) => value ?? undefined;
  return {
    ...(row as BookFound),
    extension: known(row['extension'] as string | null),
    company: known(row['company'] as string | null),
    ownerId: known(row['ownerId'] as string | null),
    email: known(row['email'] as string | null),
    accountId: known(row['accountId'] as string | null),
    contactId: known(row['contactId'] as string | null),
    status: known(row['status'] as string | null),
    modifiedAtMs: Number(row['modifiedAtMs'] ?? 0),
    ...(typeof row['activeOn'] === 'string' && { activeOn: row['activeOn'] }),
  };
}

/** The book on PostgreSQL. */
export function bookStore(database: Database, world: World, onTrouble: (error: Error) => void): BookStore {
  const save = async (connection: Pick<Database, 'query'>, org: OrgId, kind: string, fill: number, entries: readonly BookEntry[]) => {
    if (entries.length === 0) return;
    // One record may have changed twice within a page of changes; one statement can't touch it twice, and the last counts.
    const last = [...new Map(entries.map((entry) => [entry.record.id, entry])).values()];
    await connection.query('book-save', [
      org,
      kind,
      fill,
      storableJson(
        last.map(({ record }) => ({
          id: record.id,
          name: record.name,
          company: record.company ?? null,
          owner_id: record.ownerId ?? null,
          email: record.email ?? null,
          account_id: record.accountId ?? null,
          contact_id: record.contactId ?? null,
          status: record.status ?? null,
          active_on: record.activeOn ?? null,
          closed: record.closed ?? null,
          code: record.code ?? null,
          parent_id: record.parentId ?? null,
          is_primary: record.primary ?? null,
          state: record.state,
          into_id: record.into?.id ?? null,
          into_account: record.into?.accountId ?? null,
          stamp: record.stamp,
          modified_at_ms: record.modifiedAtMs,
        })),
      ),
      storableJson(
        last.flatMap(({ record, numbers }) =>
          numbers.map(({ key, field, extension }) => ({ id: record.id, number_key: key, field, extension: extension ?? null })),
        ),
      ),
      storableJson(last.flatMap(({ record, refused }) => refused.map((one) => ({ id: record.id, ...one })))),
    ]);
  };

  return {
    async kinds(org) {
      return (await database.query('book-kinds', [org])).rows.map((row) => ({
        kind: row.kind,
        basis: row.basis,
        fill: row.fill,
        afterId: row.afterId ?? undefined,
        filled: row.filled,
        expected: row.expected ?? undefined,
        read: row.read,
        place: row.stamp === null ? undefined : { stamp: row.stamp, id: row.stampId },
        overlap: row.overlap ?? undefined,
        polledAtMs: row.polledAtMs === null ? undefined : Number(row.polledAtMs),
        askedAtMs: Number(row.askedAtMs),
        trouble: row.trouble ?? undefined,
        job: row.job ?? undefined,
        jobPlace: row.jobPlace ?? undefined,
        jobRefused: row.jobRefused ?? undefined,
      }));
    },
    complete: async (org) => (await database.query('book-complete', [org])).rows[0].complete as boolean,
    begin: async (org, kind, basis, stamp, expected) =>
      void (await database.query('book-begin', [org, kind, basis, stamp ?? null, expected])),
    savePage: (org, kind, fill, entries, next) =>
      database.transaction(async (connection) => {
        for (let at = 0; at < entries.length; at += saveAtOnce) await save(connection, org, kind, fill, entries.slice(at, at + saveAtOnce));
        const at = 'jobPlace' in next ? next.jobPlace : next.afterId;
        const column = 'jobPlace' in next ? 'job_place' : 'after_id';
        await connection.query(
          {
            text: `update book_kinds set ${column} = coalesce($4, ${column}), read = read + $5 where org = $1 and kind = $2 and fill = $3`,
          },
          [org, kind, fill, at ?? null, entries.length],
        );
      }),
    sayJob: async (org, kind, fill, is) =>
      void (await database.query(
        {
          text: 'update book_kinds set job = $4, job_place = null, job_refused = $5, after_id = null, read = 0 where org = $1 and kind = $2 and fill = $3',
        },
        [org, kind, fill, 'job' in is ? is.job : null, 'job' in is ? null : storable(is.refused)],
      )),
    filled: async (org, kind, fill) => void (await database.query('book-filled', [org, kind, fill])),
    saveChanges: (org, kind, fill, entries, place) =>
      database.transaction(async (connection) => {
        await save(connection, org, kind, fill, entries);
        if (place)
          await connection.query(
            {
              text: 'update book_kinds set stamp = $4, stamp_id = $5 where org = $1 and kind = $2 and fill = $3 and (stamp is null or (stamp collate "C", stamp_id collate "C") < ($4, $5))',
            },
            [org, kind, fill, place.stamp, place.id],
          );
      }),
    saveNews: (org, kinds, gone, places) =>
      database.transaction(async (connection) => {
        for (const { kind, fill, entries } of kinds) await save(connection, org, kind, fill, entries);
        for (const { kinds: among, deleted, isSure } of gone)
          for (let at = 0; at < deleted.length; at += saveAtOnce)
            await connection.query('book-gone', [
              org,
              among.map(({ kind }) => kind),
              among.map(({ fill }) => fill),
              storableJson(deleted.slice(at, at + saveAtOnce)),
              isSure,
            ]);
        for (const [topic, place] of places)
          await connection.query({ text: 'update book_topics set place = $3 where org = $1 and topic = $2' }, [org, topic, place]);
      }),
    async topicPlace(org, topic) {
      const { rows } = await database.query({ text: 'select place from book_topics where org = $1 and topic = $2' }, [org, topic]);
      return (rows[0]?.place as string | null | undefined) ?? undefined;
    },
    sayTopic: async (org, { topic, kinds, place, because, said }) =>
      void (await database.query('book-heard', [
        org,
        topic,
        kinds,
        place ?? null,
        because ?? null,
        said === undefined ? null : storable(said),
        place !== undefined,
      ])),
    keepTopics: async (org, topics) =>
      void (await database.query({ text: 'delete from book_topics where org = $1 and not topic = any($2::text[])' }, [org, topics])),
    spend: async (org, calls, usage) =>
      void (await database.query('api-spent', [org, JSON.stringify(calls), usage?.used ?? null, usage?.max ?? null])),
    async standing(org) {
      const { rows } = await database.query({ text: 'select spent, busiest, last_hour, samples from api_standing where org = $1' }, [org]);
      const [row] = rows as { spent: Standing['spent']; busiest: number; last_hour: number; samples: [number, number, number][] }[];
      const [, used, max] = row?.samples.at(-1) ?? [];
      const usage = used === undefined || max === undefined ? undefined : { used, max };
      return { usage, spent: row?.spent ?? {}, busiest: row?.busiest ?? 0, lastHour: row?.last_hour ?? 0 };
    },
    sayPace: async (org, pace) =>
      void (await database.query(
        { text: 'insert into books (org, pace) values ($1, $2) on conflict (org) do update set pace = excluded.pace' },
        [org, storableJson({ ...pace, budget: Number.isFinite(pace.budget) ? pace.budget : undefined })],
      )),
    polled: async (org, kind, fill, overlap) =>
      void (await database.query(
        { text: 'update book_kinds set polled_at = cb_now(), overlap = $4, trouble = null where org = $1 and kind = $2 and fill = $3' },
        [org, kind, fill, overlap],
      )),
    async sayTrouble(org, kind, trouble) {
      const words = trouble === undefined ? null : storable(trouble);
      const ofAll = 'insert into books (org, trouble) values ($1, $2) on conflict (org) do update set trouble = excluded.trouble';
      if (kind === undefined) await database.query({ text: ofAll }, [org, words]);
      else await database.query({ text: 'update book_kinds set trouble = $3 where org = $1 and kind = $2' }, [org, kind, words]);
    },
    leaveOut: async (org, kinds) =>
      void (await database.query(
        { text: 'insert into books (org, left_out) values ($1, $2) on conflict (org) do update set left_out = excluded.left_out' },
        [org, storableJson(kinds)],
      )),
    count: async (org) => void (await database.query('book-count', [org])),
    async keepOnly(org, kinds) {
      // No basis: wanted again before all of it is gone, it is read from its beginning.
      const { rows } = await database.query(
        { text: "update book_kinds set basis = '' where org = $1 and not kind = any($2::text[]) returning kind" },
        [org, kinds],
      );
      if (rows.length === 0) return;
      const unwanted = rows.map((row) => row.kind as string);
      let gone: number;
      do gone = (await database.query('book-forget', [org, unwanted, forgetAtOnce])).rows[0].records as number;
      while (gone > 0);
      await database.query({ text: "delete from book_kinds where org = $1 and kind = any($2::text[]) and basis = ''" }, [org, unwanted]);
    },
    async wakeCalls(org) {
      for (let after = '0', woken = wakeAtOnce; woken === wakeAtOnce;) {
        const [page] = (await database.query('book-wake-calls', [org, after, wakeAtOnce, wakeAfterMs])).rows;
        [after, woken] = [(page.last as string | null) ?? after, page.calls as number];
        if (woken > 0) await database.query({ text: "select pg_notify('calls', '')" });
      }
    },
    async find(asked) {
      if (asked.length === 0) return [];
      const { rows } = await database.query('book-find', [asked.map((ask) => ask.org), asked.map((ask) => ask.key), mostOfOne]);
      return rows.map(foundOf);
    },
    async made(asked) {
      if (asked.length === 0) return [];
      const { rows } = await database.query('book-persons', [asked.map((ask) => ask.org), asked.map((ask) => ask.key)]);
      return rows.map((row): MadePerson & { org: OrgId; key: string } => {
        const known = {
          org: row.org as OrgId,
          key: row.key as string,
          kind: row.kind as MadePerson['kind'],
          generation: row.generation as number,
          row: row.state as string,
        };
        if (row.state === 'parked') return { ...known, state: 'parked', because: row.because ?? 'it is parked' };
        if (row.state === 'deleted' || (row.state === 'written' && row.id === null && row.kept)) return { ...known, state: 'deleted' };
        if (row.state !== 'written') return { ...known, state: 'waiting' };
        const {
          id,
          recordKind: kind,
          recordName: name,
        } = row.id === null ? { id: row.crmId, recordKind: row.kind, recordName: row.name } : row;
        // An activity names the contact of a person account; as long as that isn't known, it is about the account.
        const record =
          kind === 'person-account'
            ? row.contactId === null
              ? { kind: 'account', id, name }
              : { kind, id: row.contactId, name }
            : { kind, id, name };
        return { ...known, state: 'there', record, ...(row.status !== null && { status: row.status as string }) };
      });
    },
    async heard(asked) {
      if (asked.length === 0) return [];
      const { rows } = await database.query('book-remembered', [asked.map((ask) => ask.org), asked.map((ask) => ask.key)]);
      return rows.map((row) => ({
        org: row.org as OrgId,
        key: row.key as string,
        ...(row.name === null
          ? {}
          : { heard: { name: row.name as string, ...(row.email === null ? {} : { email: row.email as string }) } }),
        choices: ((row.choices ?? []) as Record<string, unknown>[]).map(
          (choice) => Object.fromEntries(Object.entries(choice).filter(([, value]) => value !== null)) as Remembered,
        ),
      }));
    },
    async owners(asked) {
      if (asked.length === 0) return [];
      const { rows } = await database.query('book-owners', [asked.map((ask) => ask.org), asked.map((ask) => ask.id)]);
      return rows.map((row) => ({
        org: row.org as OrgId,
        id: row.id as string,
        ownerId: (row.ownerId as string | null) ?? undefined,
        isGone: row.state === 'gone' || row.state === 'converted',
        now:
          row.nowId === null
            ? undefined
            : {
                kind: row.kind as string,
                id: row.nowId as string,
                name: row.name as string,
                ...(row.nowOwnerId !== null && { ownerId: row.nowOwnerId as string }),
                ...(row.contactId !== null && { contactId: row.contactId as string }),
              },
      }));
    },
    async matters(asked) {
      const keys = asked.flatMap(({ org, contacts, accounts, chosen, code }) => [
        ...contacts.map((key) => ({ org, way: 'contact', key })),
        ...accounts.map((key) => ({ org, way: 'account', key })),
        ...(chosen === undefined ? [] : [{ org, way: 'id', key: chosen }]),
        ...(code === undefined ? [] : [{ org, way: 'code', key: code }]),
      ]);
      const once = [...new Map(keys.map((one) => [JSON.stringify([one.org, one.way, one.key]), one])).values()];
      const [found, read] = await Promise.all([
        once.length === 0
          ? []
          : database
              .query('book-matters', [once.map(({ org }) => org), once.map(({ way }) => way), once.map(({ key }) => key)])
              .then(({ rows }) => rows),
        database.query('matters-read', [[...new Set(asked.map(({ org }) => org))]]).then(({ rows }) => rows),
      ]);
      const isOf = (org: OrgId, kind: string) =>
        (read.find((row) => row.org === org && row.kind === kind)?.is as MattersRead | undefined) ?? 'unread';
      return asked.map(({ org, contacts, accounts, chosen, code }): KnownMatters => {
        const own = found.filter((row) => row.org === org);
        const by = (way: string, some: readonly string[]) => own.filter((row) => row.way === way && some.includes(row.key as string));
        const all = [...by('contact', contacts), ...by('account', accounts)];
        const [ofChosen] = chosen === undefined ? [] : by('id', [chosen]);
        const [ofCode] = code === undefined ? [] : by('code', [code]);
        const roles = isOf(org, 'opportunity-role');
        return {
          open: all.filter((row) => row.writeName === null).map(matterOf),
          coming: all
            .filter((row) => row.writeName !== null)
            .map((row) => ({
              name: row.writeName as string,
              kind: row.kind as Matter['kind'],
              contactId: row.contactId as string,
              ...(row.id !== null && { id: row.id as string }),
              called: row.name as string,
              sinceMs: Number(row.modifiedAtMs),
            })),
          ...(ofChosen && { chosen: matterOf(ofChosen) }),
          ...(code !== undefined && { code: { looked: code, ...(ofCode && { found: matterOf(ofCode) }) } }),
          is: { case: isOf(org, 'case'), opportunity: roles === 'read' ? isOf(org, 'opportunity') : roles },
        };
      });
    },
    take: (org) => holdSessionLock(database, world, { text: 'select pg_try_advisory_lock(4200004, $1) as ok', values: [org] }, onTrouble),
  };
}
