import { Bell } from '../bell.ts';
import { type BookNews, type BookObject, type BookTopic, type Crm, NoEvents, Refused, Unanswered } from '../crm.ts';
import type { Region } from '../match/region.ts';
import type { BookGone, BookStore, TopicState } from '../store/book-store.ts';
import type { OrgId } from '../store.ts';
import type { World } from '../world.ts';
import { isReadFrom } from './basis.ts';
import { entryOf } from './entry.ts';

export type News = {
  /** From now on what is told of these; what isn't among them is let go of. Does nothing when nothing has changed. */
  follow(objects: readonly BookObject[], region: Region | undefined): Promise<void>;
  /** Each of these kinds is told of as it changes. */
  flows(kinds: readonly string[]): boolean;
  readonly done: () => Promise<void>;
};
export type NewsOptions = {
  readonly org: OrgId;
  readonly crm: Crm;
  readonly store: BookStore;
  readonly world: World;
  readonly over: AbortSignal;
  /** The budget bears so many calls. */
  mayRead(calls: number): Promise<boolean>;
  /** Something was stored. */
  stored(): void;
  /** All that changed is to be read soon: not all of it was told, or it was too much to be read one by one. */
  pollSoon(): void;
  report(what: string, fields: Readonly<Record<string, unknown>>): void;
};

/** What is told within so long is read at once: at first half a second, and longer while more and more comes, or each moment would be a call. */
const gatherMs = 500;
const longestGatherMs = 4_000;
/** Then the next is the first again. */
const quietAfterMs = 15_000;
/** While the org or the database is away, what was told is tried again after this at most. */
const longestAwayMs = 60_000;
/** A poll reads 2,000 records a call, and ids are read a thousand a call at most: from here on it is the better way. */
const manyIds = 1_000;
/** Somebody selects a kind, gives a right, or the allocation of events is of another day: looked at again after these. */
const againMs = { 'not-offered': 60 * 60_000, 'not-selected': 10 * 60_000, 'not-allowed': 10 * 60_000, 'used-up': 60 * 60_000 } as const;
const longestPauseMs = 5 * 60_000;
/** What passes by itself is said from so many failures in a row on. */
const passingFailures = 3;
/** What stands and breaks at once is no better than what doesn't stand: it is well when it has told something, or has stood for so long. */
const steadyMs = 60_000;

/** Of one topic. `deleted`: and when. No poll finds who isn't even in the bin, so they are kept when everything else is left to one. */
type Heard = { readonly changed: Set<string>; readonly deleted: Map<string, string>; more: boolean; place: string | undefined };

/**
 * Follows what the CRM tells of changes as they happen, and reads what changed. Polls go on beside it and would find the same, later: so
 * whatever is too much, too dear or unclear here is left to them, and nothing hangs on an event that never comes.
 */
export function hearNews({ org, crm, store, world, over, mayRead, stored, pollSoon, report }: NewsOptions): News {
  const arrived = new Bell();
  let followed: string | undefined;
  let stop = new AbortController();
  let listening: Promise<unknown> = Promise.resolve();
  let view: { readonly objects: readonly BookObject[]; readonly region: Region | undefined } = { objects: [], region: undefined };
  let topics: readonly BookTopic[] = [];
  const flowing = new Set<string>();
  let waiting = new Map<string, Heard>();
  let inHand: { readonly heard: ReadonlyMap<string, Heard>; readonly done: Promise<void> } | undefined;
  over.addEventListener('abort', () => (stop.abort(), arrived.ring()), { once: true });

  const take = (topic: string, { changed, deleted, more, place, told }: BookNews) => {
    if (told === 0 && place === undefined) return;
    const heard = waiting.get(topic) ?? { changed: new Set(), deleted: new Map(), more: false, place: undefined };
    waiting.set(topic, heard);
    heard.place = place ?? heard.place;
    for (const id of changed) {
      heard.changed.add(id);
      heard.deleted.delete(id); // whoever is changed after that is there again
    }
    for (const { id, stamp } of deleted) heard.deleted.set(id, stamp);
    heard.more ||= more || heard.changed.size > manyIds;
    if (heard.more) heard.changed.clear();
    arrived.ring();
  };
  /** What couldn't be read is for a poll, and the rest for the next time. */
  const putBack = (heard: ReadonlyMap<string, Heard>) => {
    const later = waiting;
    waiting = new Map([...heard].map(([topic, one]) => [topic, { ...one, changed: new Set(), more: true }]));
    for (const [topic, { changed, deleted, ...one }] of later)
      take(topic, {
        ...one,
        changed: [...changed, ...deleted.keys()],
        deleted: [...deleted].map(([id, stamp]) => ({ id, stamp })),
        told: 1,
      });
    arrived.ring();
  };

  /** From now on again: what was told before is stored without its place, and what is being stored with it is stored by then. */
  const forgetPlace = async (topic: string): Promise<void> => {
    for (const heard of [waiting.get(topic), inHand?.heard.get(topic)]) if (heard) heard.place = undefined;
    await inHand?.done;
  };

  /** Follows one topic until the signal aborts. Never rejects. */
  const listen = async ({ topic, kinds }: BookTopic, signal: AbortSignal): Promise<void> => {
    const say = (state: Omit<TopicState, 'topic' | 'kinds'>) => store.sayTopic(org, { topic, kinds, ...state });
    let place: string | undefined;
    let isKnown = false;
    for (let failures = 0; !signal.aborted;) {
      let pauseMs = 0;
      const ended = new AbortController();
      let steady: Promise<void> | undefined;
      const isWell = async () => {
        if (failures >= passingFailures) await say({});
        failures = 0; // once that is said: else it is said with the next news
      };
      try {
        if (!isKnown) [place, isKnown] = [await store.topicPlace(org, topic), true];
        for await (const news of crm.book.follow(topic, place, signal)) {
          if (!steady) {
            if (failures < passingFailures) await say({});
            flowing.add(topic);
            report('book.events', { org, topic, from: place === undefined ? 'now' : 'where it was' });
            // What happened before is nobody's news.
            if (place === undefined) pollSoon();
            steady = world
              .sleep(steadyMs, ended.signal)
              .then(() => (ended.signal.aborted ? undefined : isWell()))
              .catch((unsaid: unknown) => report('book.unsaid', { org, because: (unsaid as Error).message }));
          }
          if (news.told > 0 || news.place !== undefined) await isWell();
          place = news.place ?? place;
          take(topic, news);
        }
      } catch (error) {
        ended.abort();
        await steady;
        failures++;
        pauseMs = Math.min(longestPauseMs, 1_000 * 2 ** Math.min(failures - 1, 9)) * (0.5 + world.chance());
        pauseMs = await fell(error, topic, failures, pauseMs, say, () => {
          place = undefined;
          return forgetPlace(topic);
        });
        // What is said already is another matter than what comes next.
        if (error instanceof NoEvents && error.because !== 'lost') failures = 0;
      } finally {
        ended.abort();
        if (flowing.delete(topic)) pollSoon();
      }
      if (!signal.aborted) await world.sleep(pauseMs, signal);
    }
  };
  /** Says why nothing is told any more. Gives how long to wait. */
  const fell = async (
    error: unknown,
    topic: string,
    failures: number,
    pauseMs: number,
    say: (state: Omit<TopicState, 'topic' | 'kinds'>) => Promise<void>,
    forget: () => Promise<void>,
  ): Promise<number> => {
    const said = error instanceof Refused ? error.failure.message : (error as Error).message;
    try {
      if (error instanceof NoEvents) {
        report('book.no-events', { org, topic, because: error.because, said });
        // A place from before would bring all that was too much, and use up the next day's allocation as well.
        const isOver = error.because === 'lost' || error.because === 'used-up';
        if (isOver) await forget();
        if (error.because === 'lost') {
          await say({ place: null, because: 'broken', said });
          return failures > 1 ? pauseMs : 0;
        }
        await say({ because: error.because, said, ...(isOver && { place: null }) });
        return againMs[error.because] * (0.9 + 0.2 * world.chance());
      }
      report('book.events-broke', { org, topic, because: said });
      if (failures >= passingFailures || !(error instanceof Unanswered || error instanceof Refused)) await say({ because: 'broken', said });
    } catch (unsaid) {
      report('book.unsaid', { org, because: (unsaid as Error).message });
    }
    return pauseMs;
  };

  /** Reads what was told of and stores it, with how far each topic was heard. */
  const apply = async (heard: ReadonlyMap<string, Heard>): Promise<void> => {
    const { objects, region } = view;
    // Known before anything is asked: what is answered after another org took the place of this one is of a fill too far back to be stored.
    const fills = new Map((await store.kinds(org)).flatMap((kind) => (isReadFrom(crm, kind) ? [[kind.kind, kind.fill] as const] : [])));
    // Of a kind that isn't begun yet all is still to be read.
    if (fills.size === 0) return;
    const kindsOf = new Map(topics.map(({ topic, kinds }) => [topic, kinds]));
    const places = () => new Map([...heard].flatMap(([topic, { place }]) => (place === undefined ? [] : [[topic, place] as const])));
    /** `found`: who is there, or in the bin, and will be told of by what was read of them; undefined: nobody was asked for. */
    const gone = (found?: ReadonlySet<string>): BookGone[] =>
      [...heard].flatMap(([topic, { deleted: told }]) => {
        const among = kindsOf.get(topic) ?? [];
        const kinds = among.flatMap((kind) => (fills.has(kind) ? [{ kind, fill: fills.get(kind)! }] : []));
        const deleted = [...told].flatMap(([id, stamp]) => (found?.has(id) ? [] : [{ id, stamp }]));
        const isSure = found !== undefined && among.every((kind) => objects.some((object) => object.kind === kind));
        return kinds.length === 0 || deleted.length === 0 ? [] : [{ kinds, deleted, isSure }];
      });
    const asked = [...heard].flatMap(([topic, { changed }]) => {
      const ids = [...changed];
      return objects
        .filter(({ kind }) => kindsOf.get(topic)?.includes(kind))
        .flatMap((object) =>
          Array.from({ length: Math.ceil(ids.length / crm.book.idsAtOnce) }, (_, list) => ({
            object,
            ids: ids.slice(list * crm.book.idsAtOnce, (list + 1) * crm.book.idsAtOnce),
          })),
        );
    });
    const calls = Math.ceil(asked.length / crm.book.atOnce);
    const tooMuch = [...heard.values()].some(({ more }) => more) || asked.reduce((sum, { ids }) => sum + ids.length, 0) > 2 * manyIds;
    if (tooMuch || (calls > 0 && !(await mayRead(calls)))) {
      pollSoon();
      const unread = gone();
      await store.saveNews(org, [], unread, places());
      if (unread.length > 0) stored();
      return;
    }
    const records = [];
    for (let at = 0; at < asked.length; at += crm.book.atOnce)
      records.push(...(await crm.book.byId(asked.slice(at, at + crm.book.atOnce))));
    const entries = Map.groupBy(records, ({ kind }) => kind);
    const lost = gone(new Set(records.map(({ id }) => id)));
    await store.saveNews(
      org,
      [...entries].flatMap(([kind, some]) => {
        const fill = fills.get(kind);
        return fill === undefined ? [] : [{ kind, fill, entries: some.map((record) => entryOf(record, region)) }];
      }),
      lost,
      places(),
    );
    if (records.length + lost.length > 0) stored();
  };

  const applying = (async () => {
    let waitMs = gatherMs;
    let readAtMs = -Infinity;
    let failures = 0;
    while (!over.aborted) {
      const rung = arrived.count;
      if (waiting.size === 0) {
        await arrived.wait(rung, longestPauseMs, world);
        continue;
      }
      waitMs = world.monotonic() - readAtMs > quietAfterMs ? gatherMs : Math.min(longestGatherMs, waitMs * 2);
      await world.sleep(failures === 0 ? waitMs : Math.min(longestAwayMs, longestGatherMs * 2 ** Math.min(failures - 1, 4)), over);
      readAtMs = world.monotonic();
      const heard = waiting;
      waiting = new Map();
      inHand = {
        heard,
        done: apply(heard).then(
          () => void (failures = 0),
          (error: unknown) => {
            failures++;
            // Polls find it, wherever this stopped.
            report('book.events-unread', { org, because: (error as Error).message });
            pollSoon();
            putBack(heard);
          },
        ),
      };
      await inHand.done;
      inHand = undefined;
    }
  })();

  return {
    async follow(objects, region) {
      view = { objects, region };
      const wanted = crm.book.topics(objects);
      if (followed === JSON.stringify(wanted)) return;
      stop.abort();
      await listening;
      if (over.aborted) return;
      await store.keepTopics(
        org,
        wanted.map(({ topic }) => topic),
      );
      [followed, topics, stop] = [JSON.stringify(wanted), wanted, new AbortController()];
      const { signal } = stop;
      listening = Promise.all(wanted.map((topic) => listen(topic, signal)));
    },
    flows: (kinds) => kinds.length > 0 && kinds.every((kind) => topics.some((one) => flowing.has(one.topic) && one.kinds.includes(kind))),
    done: async () => {
      stop.abort();
      arrived.ring();
      await Promise.all([listening, applying]);
    },
  };
}
