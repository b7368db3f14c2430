import { Bell } from '../bell.ts';
import { type BookLeftOut, type BookObject, type BookPlace, type Crm, Refused, Unanswered } from '../crm.ts';
import { type Region, regionOf } from '../match/region.ts';
import type { BookKind, BookStore } from '../store/book-store.ts';
import type { OrgId } from '../store.ts';
import type { World } from '../world.ts';
import { entryOf } from './entry.ts';
import { afterReading, readFrom } from './overlap.ts';

/** What the admin says about the book. */
export type BookSettings = {
  /** Kinds of records whose numbers are known. */
  readonly kinds: readonly string[];
  /** ISO 3166: where numbers without a country code are dialled, for records that don't say where they are. Undefined: where the org is. */
  readonly country: string | undefined;
};
export type BookKeeperOptions = {
  readonly store: BookStore;
  readonly world: World;
  orgs(): Promise<readonly OrgId[]>;
  /** The org's connection; undefined until there is one. */
  crm(org: OrgId): Crm | undefined;
  settings(org: OrgId): Promise<BookSettings>;
  report(what: string, fields: Readonly<Record<string, unknown>>): void;
  readonly stop: AbortSignal;
};
export type BookKeeper = {
  /** Settings or a connection may have changed. */
  ring(): void;
  /**
   * Reads at once, on whatever node, all that changed: what isn't in the book then is not in the org (P3). Rejects when the org can't be
   * read or has not been read to its end yet.
   */
  catchUp(org: OrgId): Promise<void>;
  /** Every org known at the start has been filled or has said why not. */
  readonly filled: Promise<void>;
  readonly done: Promise<void>;
};

/** A change in the org is known here after so long at most: one call a minute is 1,440 a day for up to five kinds. */
const pollMs = 60_000;
/** Allocations are shared with others: the more is used, the less we ask. */
const pollWhenScarceMs = [
  { share: 0.95, ms: 15 * 60_000 },
  { share: 0.8, ms: 5 * 60_000 },
] as const;
/** A killed node's right is free at once; who waits for it looks so often. */
const takeEveryMs = 1_000;
const progressMs = 2_000;
/** What a transaction under way has changed when a fill begins appears behind its mark. */
const beforeMarkMs = 10 * 60_000;
/** Counting reads the whole book: over the day it takes at most this share of the time. */
const countShare = 1 / 500;
/** What passes by itself is said from so many failures in a row on. */
const passingFailures = 3;
/** A deleted record can be asked for as long as it lies in the bin, 15 days: after a longer absence all is read again. */
const binMs = 14 * 24 * 3_600_000;

/** Keeps every org's book: fills it, and reads what changed each minute, on one node at a time. Whatever fails is said and tried again. */
export function keepBooks(options: BookKeeperOptions): BookKeeper {
  const { world, report, stop } = options;
  const bell = new Bell();
  stop.addEventListener('abort', () => bell.ring(), { once: true });
  const everyoneTried = Promise.withResolvers<void>();
  const done = (async () => {
    const running = new Map<OrgId, Promise<void>>();
    while (!stop.aborted) {
      const heard = bell.count;
      try {
        const tries: Promise<void>[] = [];
        for (const org of await options.orgs()) {
          if (running.has(org)) continue;
          const tried = Promise.withResolvers<void>();
          tries.push(tried.promise);
          running.set(org, keepOne(org, bell, tried.resolve, options));
        }
        void Promise.all(tries).then(() => everyoneTried.resolve());
      } catch (error) {
        report('book.orgs-unread', { because: (error as Error).message });
      }
      await bell.wait(heard, 10_000, world);
    }
    await Promise.all(running.values());
    everyoneTried.resolve();
  })();
  return {
    ring: () => bell.ring(),
    async catchUp(org) {
      const crm = options.crm(org);
      if (crm === undefined) throw new Error('the org is not connected');
      const view = await viewOf(org, crm, options);
      const kinds = await options.store.kinds(org);
      if (view.objects.some(({ kind }) => !kinds.some((one) => one.kind === kind && one.filled)))
        throw new Error('the book is still being read: nobody is made before it is known who is there');
      await poll(org, crm, view, kinds, new Map(), options.stop, options);
      const unread = (await options.store.kinds(org)).find(({ trouble }) => trouble !== undefined);
      if (unread) throw new Error(`${unread.kind} can't be read: ${unread.trouble}`);
    },
    filled: everyoneTried.promise,
    done,
  };
}

/** Waits for the right to keep one org's book, and keeps it, until the stop. Never rejects. */
async function keepOne(org: OrgId, bell: Bell, onTried: () => void, options: BookKeeperOptions): Promise<void> {
  const { store, world, report, stop } = options;
  for (let failures = 0; !stop.aborted;) {
    const heard = bell.count;
    /** What the database says keeps all of it from being read on; undefined: what a former keeper left there. */
    let said: string | null | undefined;
    const say = async (trouble: string | null) => {
      if (trouble !== said) await store.sayTrouble(org, undefined, trouble ?? undefined);
      said = trouble;
    };
    try {
      const crm = options.crm(org);
      if (crm === undefined) {
        await bell.wait(heard, takeEveryMs, world);
        continue;
      }
      const hold = await store.take(org);
      if (hold === undefined) {
        onTried();
        await world.sleep(takeEveryMs, stop);
        continue;
      }
      try {
        const onWell = async () => {
          failures = 0;
          await say(null);
        };
        await keepWith(org, crm, AbortSignal.any([stop, hold.lost]), bell, onTried, onWell, options);
      } catch (error) {
        const passes = error instanceof Unanswered || (error instanceof Refused && error.failure.mendedBy === 'time');
        const trouble = error instanceof Refused ? error.failure.message : (error as Error).message;
        if (!passes || failures + 1 >= passingFailures)
          await say(trouble).catch((unsaid: unknown) => report('book.unsaid', { org, because: (unsaid as Error).message }));
        throw error;
      } finally {
        await hold.release();
      }
    } catch (error) {
      failures++;
      onTried();
      // An org that is away is no fault of ours, and says so elsewhere as well.
      report(error instanceof Refused || error instanceof Unanswered ? 'book.waits' : 'book.failed', {
        org,
        because: (error as Error).message,
      });
      await world.sleep(Math.min(60_000, 500 * 2 ** Math.min(failures, 7)) * (0.5 + world.chance()), stop);
    }
  }
}

/** What is read of an org, and where numbers without a country code are dialled. */
type View = {
  readonly objects: readonly BookObject[];
  readonly region: Region | undefined;
  readonly leftOut: readonly BookLeftOut[];
};

/** One call when the country is asked for the first time; what objects look like is known to the connection. */
async function viewOf(org: OrgId, crm: Crm, options: BookKeeperOptions): Promise<View> {
  const settings = await options.settings(org);
  let country = countries.get(crm);
  if (settings.country === undefined && country === undefined) {
    country = crm.book.country();
    countries.set(crm, country);
    country.catch(() => countries.delete(crm));
  }
  const described = await crm.book.objects(settings.kinds);
  return {
    objects: described.flatMap((object) => ('fields' in object ? [object] : [])),
    leftOut: described.flatMap((object) => ('fields' in object ? [] : [object])),
    region: regionOf(settings.country ?? (await country)),
  };
}
const countries = new WeakMap<Crm, Promise<string | undefined>>();

/** Gives how many records were read. */
async function poll(
  org: OrgId,
  crm: Crm,
  { objects, region }: View,
  kinds: readonly BookKind[],
  pages: Map<string, number>,
  over: AbortSignal,
  options: BookKeeperOptions,
): Promise<number> {
  let read = 0;
  for (let at = 0; at < kinds.length; at += crm.book.atOnce)
    read += await readChanges({ org, crm, region, pages, kinds: kinds.slice(at, at + crm.book.atOnce), objects, over, options });
  return read;
}

/** Fills and polls as long as the right and the connection are ours. */
async function keepWith(
  org: OrgId,
  crm: Crm,
  over: AbortSignal,
  bell: Bell,
  onTried: () => void,
  onWell: () => Promise<void>,
  options: BookKeeperOptions,
): Promise<void> {
  const { store, world, report } = options;
  /** Pages the last reading once more took, by kind. */
  const pages = new Map<string, number>();
  let leftOut: string | undefined;
  let polledAtMs = -Infinity;
  /** Something was read since it was last counted; or so it may be, by a former keeper. */
  let uncounted = true;
  let countAtMs = -Infinity;
  const count = async () => {
    const begunMs = world.monotonic();
    if (!uncounted || begunMs < countAtMs) return;
    uncounted = false;
    await store.count(org).catch((error: unknown) => report('book.uncounted', { org, because: (error as Error).message }));
    countAtMs = world.monotonic() + (world.monotonic() - begunMs) / countShare;
  };
  over.addEventListener('abort', () => bell.ring(), { once: true });

  while (!over.aborted && options.crm(org) === crm) {
    const heard = bell.count;
    const view = await viewOf(org, crm, options);
    const { objects, region } = view;
    if (leftOut !== JSON.stringify(view.leftOut)) {
      await store.leaveOut(org, view.leftOut);
      for (const { kind, because } of view.leftOut) report('book.kind-left-out', { org, kind, because });
      leftOut = JSON.stringify(view.leftOut);
    }
    const known = new Map((await store.kinds(org)).map((kind) => [kind.kind, kind]));
    const wanted = objects.map(({ kind }) => kind);
    if ([...known.keys()].some((kind) => !wanted.includes(kind))) await store.keepOnly(org, wanted);
    await beginFills({ org, crm, region, objects, known, options });

    const pollNow = async () => {
      const filled = (await store.kinds(org)).filter((kind) => kind.filled);
      if ((await poll(org, crm, view, filled, pages, over, options)) > 0) uncounted = true;
      polledAtMs = world.monotonic();
      await count();
    };
    for (const kind of await store.kinds(org)) {
      const object = objects.find((one) => one.kind === kind.kind);
      if (kind.filled || !object) continue;
      const meanwhile = async () => {
        uncounted = true;
        await onWell();
        if (world.monotonic() - polledAtMs > pollMs) await pollNow();
      };
      await fill({ org, crm, region, kind, object, over, options, meanwhile });
      [uncounted, countAtMs] = [true, -Infinity];
    }
    if (over.aborted) return;
    await pollNow();
    await onWell();
    onTried();
    const usage = crm.usage();
    const share = usage ? usage.used / Math.max(usage.max, 1) : 0;
    const everyMs = pollWhenScarceMs.find((step) => share >= step.share)?.ms ?? pollMs;
    await bell.wait(heard, everyMs, world);
  }
}

/** Kinds that were never read, or are to be understood in another way, or were not asked for longer than a bin is kept. */
async function beginFills({
  org,
  crm,
  region,
  objects,
  known,
  options: { store, world },
}: {
  org: OrgId;
  crm: Crm;
  region: Region | undefined;
  objects: readonly BookObject[];
  known: ReadonlyMap<string, BookKind>;
  options: BookKeeperOptions;
}): Promise<void> {
  const basisOf = ({ fields }: BookObject) => JSON.stringify([...fields, region ?? null]);
  const stale = objects.filter((object) => {
    const kind = known.get(object.kind);
    if (kind?.basis !== basisOf(object)) return true;
    return kind.filled && kind.polledAtMs !== undefined && world.now() - kind.polledAtMs > binMs;
  });
  for (let at = 0; at < stale.length; at += crm.book.atOnce) {
    const some = stale.slice(at, at + crm.book.atOnce);
    const newest = await crm.book.newest(some);
    for (const [place, object] of some.entries()) {
      const mark = newest[place];
      const from = mark === undefined ? 0 : Date.parse(mark) - beforeMarkMs;
      await store.begin(org, object.kind, basisOf(object), new Date(from).toISOString(), await crm.book.count(object));
    }
  }
}

/** Reads one kind to its end, page by page, from where a former node stopped. */
async function fill({
  org,
  crm,
  region,
  kind,
  object,
  over,
  options: { store, world, report },
  meanwhile,
}: {
  org: OrgId;
  crm: Crm;
  region: Region | undefined;
  kind: BookKind;
  object: BookObject;
  over: AbortSignal;
  options: BookKeeperOptions;
  meanwhile(): Promise<void>;
}): Promise<void> {
  const begunMs = world.monotonic();
  let { afterId, read } = kind;
  let saidMs = begunMs;
  report('book.fill', { org, kind: kind.kind, from: read, of: kind.expected });
  let next = crm.book.page(object, afterId);
  for (;;) {
    const { records, last } = await next;
    if (over.aborted) return;
    // The next page is on its way while this one is stored.
    if (last !== undefined) (next = crm.book.page(object, last)).catch(() => undefined);
    await store.savePage(
      org,
      kind.kind,
      kind.fill,
      records.map((record) => entryOf(record, region)),
      last,
    );
    read += records.length;
    if (last === undefined) break;
    afterId = last;
    if (world.monotonic() - saidMs > progressMs) {
      saidMs = world.monotonic();
      report('book.filling', { org, kind: kind.kind, read, of: kind.expected });
    }
    await meanwhile();
  }
  await store.filled(org, kind.kind, kind.fill);
  report('book.filled', { org, kind: kind.kind, read, seconds: Math.round((world.monotonic() - begunMs) / 1000) });
}

/** Reads all that changed of these kinds, and gives how many records that was. One that is refused says so and keeps the others from nothing. */
async function readChanges({
  org,
  crm,
  region,
  pages,
  kinds,
  objects,
  over,
  options: { store, world, report },
}: {
  org: OrgId;
  crm: Crm;
  region: Region | undefined;
  pages: Map<string, number>;
  kinds: readonly BookKind[];
  objects: readonly BookObject[];
  over: AbortSignal;
  options: BookKeeperOptions;
}): Promise<number> {
  const nowMs = world.now();
  let read = 0;
  let reading = kinds.flatMap((kind) => {
    const object = objects.find((one) => one.kind === kind.kind);
    const place = kind.place ?? { stamp: new Date(0).toISOString(), id: '' };
    const after = readFrom(place, kind.overlap, pages.get(kind.kind) ?? 0, nowMs);
    return object ? [{ kind, object, place, after, onceMore: after !== place, pages: 1 }] : [];
  });
  while (reading.length > 0 && !over.aborted) {
    const answers = await crm.book.changes(reading);
    const goesOn: typeof reading = [];
    for (const [n, one] of reading.entries()) {
      const answer = answers[n]!;
      const { kind, fill, overlap } = one.kind;
      if ('failure' in answer) {
        await store.sayTrouble(org, kind, answer.failure.message);
        report('book.unread', { org, kind, because: answer.failure.message });
        continue;
      }
      const { records, last, more } = answer;
      read += records.length;
      await store.saveChanges(
        org,
        kind,
        fill,
        records.map((record) => entryOf(record, region)),
        last,
      );
      const place = last && isAfter(last, one.place) ? last : one.place;
      if (more && last) goesOn.push({ ...one, place, after: last, pages: one.pages + 1 });
      else {
        if (one.onceMore) pages.set(kind, one.pages);
        await store.polled(org, kind, afterReading(place, overlap, nowMs));
      }
    }
    reading = goesOn;
  }
  return read;
}

const isAfter = (one: BookPlace, other: BookPlace) => one.stamp > other.stamp || (one.stamp === other.stamp && one.id > other.id);
