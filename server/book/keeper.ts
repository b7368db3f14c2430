import { Bell } from '../bell.ts';
import { type BookLeftOut, type BookObject, type BookPlace, type Crm, isMatterKind, Refused, Unanswered } from '../crm.ts';
import { type Region, regionOf } from '../match/region.ts';
import type { BookKind, BookStore } from '../store/book-store.ts';
import type { OrgId } from '../store.ts';
import type { World } from '../world.ts';
import { basisOf, isReadFrom } from './basis.ts';
import { type Budget, mayRead, type Pace, paceOf } from './budget.ts';
import { type CatchUps, shareCatchUps } from './catch-ups.ts';
import { entryOf } from './entry.ts';
import { type Fill, fill } from './fill.ts';
import { type Meter, openMeter } from './meter.ts';
import { hearNews } from './news.ts';
import { afterReading, cheapPages, readFrom } from './overlap.ts';

/** What the admin says about the book. */
export type BookSettings = {
  /** Kinds of records whose numbers are known, and those that a call may be about besides. */
  readonly kinds: readonly string[];
  /** The field that cases are asked for by; without one only open ones are read. */
  readonly code: string | undefined;
  /** ISO 3166: where numbers without a country code are dialled, for records that don't say where they are. Undefined: where the org is. */
  readonly country: string | undefined;
  readonly budget: Budget;
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
  /** Settings or a connection may have changed: they are looked at, and the org only if they have. */
  ring(): void;
  /**
   * Reads at once, on whatever node, all that changed: what isn't in the book then is not in the org (P3). Rejects when a wanted kind can't
   * be read or has not been read to its end yet, and when the node stops. Who asks meanwhile shares the next.
   */
  catchUp(org: OrgId): Promise<void>;
  /** Every org known at the start has been filled or has said why not. */
  readonly filled: Promise<void>;
  readonly done: Promise<void>;
};

/** A change in the org is known here after so long at most: one call a minute is 1,440 a day for up to five kinds. */
const pollMs = 60_000;
/** While changes are told as they happen, polls look for what was not. */
const pollBesideEventsMs = 5 * 60_000;
/** What the budget has become is said so often although the pace is the same. */
const paceAgainMs = 5 * 60_000;
/** Who waits for the budget looks so often whether it has grown. */
const budgetEveryMs = 60_000;
/** A killed node's right is free at once; who waits for it looks so often. */
const takeEveryMs = 1_000;
/** What a transaction under way has changed when a fill begins appears behind its mark. */
const beforeMarkMs = 10 * 60_000;
/** Counting reads the whole book: over the day it takes at most this share of the time. */
const countShare = 1 / 500;
/** What passes by itself is said from so many failures in a row on. */
const passingFailures = 3;
/** A kind that can't be filled is tried again after this, each time after twice as long, beside the others. */
const firstWaitMs = 1_000;
const longestWaitMs = 15 * 60_000;
/** A deleted record can be asked for as long as it lies in the bin, 15 days: after a longer absence all is read again. */
const binMs = 14 * 24 * 3_600_000;

/** Keeps every org's book: fills it, and reads what changed each minute, on one node at a time. Whatever fails is said and tried again. */
export function keepBooks(options: BookKeeperOptions): BookKeeper {
  const { world, report, stop } = options;
  const bell = new Bell();
  const shares = new Map<OrgId, Shared>();
  const shareOf = (org: OrgId): Shared => {
    const known = shares.get(org);
    if (known) return known;
    const pages = new Map<string, number>();
    const meter = openMeter(org, options.store, world);
    const shared: Shared = { pages, meter, polledAtMs: -Infinity, catchUps: shareCatchUps(() => catchUp(org, pages, options), world) };
    shares.set(org, shared);
    return shared;
  };
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
          running.set(org, keepOne(org, bell, tried.resolve, shareOf(org), options));
        }
        void Promise.all(tries).then(() => everyoneTried.resolve());
        for (const org of running.keys()) {
          const crm = options.crm(org);
          if (crm) await shareOf(org).meter.flush(crm);
        }
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
    catchUp: (org) => shareOf(org).catchUps.ask(),
    filled: everyoneTried.promise,
    done,
  };
}

/** What the keeping of one org's book and its catch-ups on this node have in common. `pages`: what the last reading once more took, by kind. */
type Shared = {
  readonly pages: Map<string, number>;
  readonly meter: Meter;
  readonly catchUps: CatchUps;
  /** When changes were last asked for, by our monotonic clock: who has lost the right and has it again asks no sooner. */
  polledAtMs: number;
};

async function catchUp(org: OrgId, pages: Map<string, number>, options: BookKeeperOptions): Promise<void> {
  const { store, stop } = options;
  const crm = options.crm(org);
  if (crm === undefined) throw new Error('the org is not connected');
  const settings = await options.settings(org);
  // What has no numbers is nobody who could call.
  const view = await viewOf(crm, { ...settings, kinds: settings.kinds.filter((kind) => !isMatterKind(kind)) });
  const out = view.leftOut.find(({ absent }) => !absent);
  if (out) throw new Error(`${out.kind} can't be read: ${out.because}`);
  const fills = async () => {
    const kinds = await store.kinds(org);
    return view.objects.map(({ kind }) => kinds.find((one) => one.kind === kind && one.filled && isReadFrom(crm, one))?.fill);
  };
  const before = await fills();
  if (before.includes(undefined)) throw new Error('the book is still being read: nobody is made before it is known who is there');
  const { unread } = await poll({ org, crm, view, pages, over: stop, options, purpose: 'stranger', mayGoOn: async () => true });
  // What was not read to its end because the node stops was not read.
  if (stop.aborted) throw new Error('this node is stopping');
  const [first] = unread;
  if (first) throw new Error(`${first.kind} can't be read: ${first.because}`);
  const after = await fills();
  if (before.some((fill, n) => fill !== after[n]))
    throw new Error('the book began to be read anew: nobody is made before it is known who is there');
}

/** Waits for the right to keep one org's book, and keeps it, until the stop. Never rejects. */
async function keepOne(org: OrgId, bell: Bell, onTried: () => void, shared: Shared, options: BookKeeperOptions): Promise<void> {
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
        await keepWith({ org, crm, over: AbortSignal.any([stop, hold.lost]), bell, onTried, onWell, shared, options });
      } catch (error) {
        if (!passes(error) || failures + 1 >= passingFailures)
          await say(wordsOf(error)).catch((unsaid: unknown) => report('book.unsaid', { org, because: (unsaid as Error).message }));
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

/** It may be well the next time, with nobody doing anything. */
const passes = (error: unknown): boolean => error instanceof Unanswered || (error instanceof Refused && error.failure.mendedBy === 'time');
const wordsOf = (error: unknown): string => (error instanceof Refused ? error.failure.message : (error as Error).message);

/** What is read of an org, and where numbers without a country code are dialled. */
type View = {
  readonly objects: readonly BookObject[];
  readonly region: Region | undefined;
  readonly leftOut: readonly BookLeftOut[];
};

/** One call when the country is asked for the first time; what objects look like is known to the connection. */
async function viewOf(crm: Crm, settings: BookSettings): Promise<View> {
  let country = countries.get(crm);
  if (settings.country === undefined && country === undefined) {
    country = crm.book.country();
    countries.set(crm, country);
    country.catch(() => countries.delete(crm));
  }
  const described = await crm.book.objects(settings.kinds, settings.code);
  return {
    objects: described.flatMap((object) => ('fields' in object ? [object] : [])),
    leftOut: described.flatMap((object) => ('fields' in object ? [] : [object])),
    region: regionOf(settings.country ?? (await country)),
  };
}
const countries = new WeakMap<Crm, Promise<string | undefined>>();

/** What reading changes came to: how many records, and kinds that are refused. */
type Polled = { readonly read: number; readonly unread: readonly BookLeftOut[] };

type Polling = {
  readonly org: OrgId;
  readonly crm: Crm;
  readonly pages: Map<string, number>;
  readonly over: AbortSignal;
  readonly options: BookKeeperOptions;
  readonly purpose: 'poll' | 'stranger';
  /** Another page may be read; else the rest is read the next time. */
  mayGoOn(): Promise<boolean>;
};

/** Of all kinds that have been filled. */
async function poll({ view: { objects, region }, ...polling }: Polling & { readonly view: View }): Promise<Polled> {
  const { org, crm, options } = polling;
  const begunMs = options.world.monotonic();
  const kinds = (await options.store.kinds(org)).flatMap((kind) => {
    const object = objects.find((one) => one.kind === kind.kind);
    return kind.filled && object && isReadFrom(crm, kind) ? [{ kind, object }] : [];
  });
  const polled: Polled[] = [];
  for (let at = 0; at < kinds.length; at += crm.book.atOnce)
    polled.push(await readChanges({ ...polling, region, begunMs, kinds: kinds.slice(at, at + crm.book.atOnce) }));
  return { read: polled.reduce((sum, { read }) => sum + read, 0), unread: polled.flatMap(({ unread }) => unread) };
}

/** Fills and polls as long as the right and the connection are ours. A kind that fails does so alone; what all of them meet is thrown. */
async function keepWith({
  org,
  crm,
  over,
  bell,
  onTried,
  onWell,
  shared,
  options,
}: {
  org: OrgId;
  crm: Crm;
  over: AbortSignal;
  bell: Bell;
  onTried(): void;
  onWell(): Promise<void>;
  shared: Shared;
  options: BookKeeperOptions;
}): Promise<void> {
  const { store, world, report } = options;
  const { pages, meter, catchUps } = shared;
  let { budget } = await options.settings(org);
  const affords = async (calls: number) => mayRead(await meter.standing(crm), budget, calls);
  /** Told of changes that are to be read by a poll. */
  let pollWanted = false;
  let isUsual = true;
  /** Somebody asked for it; it isn't asked for again before the next poll is due. */
  const pollSoon = () => {
    if (!pollWanted) bell.ring();
    pollWanted = true;
  };
  const newsOver = new AbortController();
  const news = hearNews({
    org,
    crm,
    store,
    world,
    over: AbortSignal.any([over, newsOver.signal]),
    mayRead: affords,
    stored: () => void (uncounted = true),
    pollSoon,
    report,
  });
  let settled: string | undefined;
  let leftOut: string | undefined;
  /** Kinds that failed, and when each is tried again. */
  const waits = new Map<string, { readonly failures: number; readonly untilMs: number }>();
  /** Why kinds can't even begin to be read. */
  const unbegun = new Map<string, string>();
  /** Somebody may have been missing until now. Twice: a call told just then, on whatever node, may not have known that nobody is any more. */
  let wakes = 2;
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
  const pollNow = async (view: View): Promise<Polled> => {
    shared.polledAtMs = world.monotonic();
    pollWanted = false;
    const mayGoOn = () => affords(1);
    const polled = await poll({ org, crm, view, pages, over, options, purpose: 'poll', mayGoOn }).catch((error: unknown) => {
      // Tried again soon, unless each try is dear.
      if (isUsual) shared.polledAtMs = -Infinity;
      throw error;
    });
    if (polled.read > 0) uncounted = true;
    await count();
    return polled;
  };
  const isWaiting = (kind: string) => world.monotonic() < (waits.get(kind)?.untilMs ?? -Infinity);
  /** What one kind is refused keeps the others from nothing. Gives what it failed of. */
  const alone = async (kind: string, work: () => Promise<void>): Promise<unknown> => {
    try {
      await work();
      return undefined;
    } catch (error) {
      if (!(error instanceof Refused || error instanceof Unanswered)) throw error;
      const failures = (waits.get(kind)?.failures ?? 0) + 1;
      const waitMs = Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(failures - 1, 10)) * (0.5 + world.chance());
      waits.set(kind, { failures, untilMs: world.monotonic() + waitMs });
      const isSaid = !passes(error) || failures >= passingFailures;
      if (isSaid) await store.sayTrouble(org, kind, wordsOf(error));
      report(isSaid ? 'book.kind-waits' : 'book.waits', { org, kind, because: error.message });
      return error;
    }
  };
  over.addEventListener('abort', () => bell.ring(), { once: true });

  let kept: readonly string[] = [];
  let paceSaid: string | undefined;
  let paceSaidAtMs = -Infinity;
  /** When the changes are to be read next, as the budget allows. */
  const pollAt = async (): Promise<number> => {
    const usualMs = news.flows(kept) && !pollWanted ? pollBesideEventsMs : pollMs;
    const calls = Math.max(1, Math.ceil(kept.length / crm.book.atOnce));
    const pace = paceOf(await meter.standing(crm), budget, { calls, usualMs });
    if (paceSaid !== wordOf(pace) || world.monotonic() - paceSaidAtMs > paceAgainMs) {
      paceSaidAtMs = world.monotonic();
      if (paceSaid !== wordOf(pace) && (pace.is !== 'usual' || paceSaid !== undefined)) report('book.pace', { org, ...pace });
      await store.sayPace(org, pace);
      paceSaid = wordOf(pace);
    }
    isUsual = pace.is === 'usual';
    // Who has never polled did so minus infinity ago, and never is never all the same.
    return pace.everyMs === undefined ? Infinity : shared.polledAtMs + pace.everyMs;
  };

  const keepOn = async (): Promise<void> => {
    while (!over.aborted && options.crm(org) === crm) {
      const heard = bell.count;
      const settings = await options.settings(org);
      budget = settings.budget;
      const isNew = settled !== JSON.stringify(settings);
      const pollAtMs = await pollAt();
      const dueMs = Math.min(pollAtMs, ...[...waits.values()].map(({ untilMs }) => untilMs)) - world.monotonic();
      if (!isNew && dueMs > 0) {
        await bell.wait(heard, Math.min(dueMs, budgetEveryMs), world);
        continue;
      }
      if (isNew) waits.clear();
      const view = await viewOf(crm, settings);
      kept = view.objects.map(({ kind }) => kind);
      await news.follow(view.objects, view.region);
      const { objects, region } = view;
      const known = await store.kinds(org);
      if (known.some(({ kind }) => !settings.kinds.includes(kind))) await store.keepOnly(org, settings.kinds);

      const failed: unknown[] = [];
      const stale = objects.filter((object) =>
        isStale(
          known.find(({ kind }) => kind === object.kind),
          basisOf(crm, object, region),
        ),
      );
      for (const kind of unbegun.keys()) if (!stale.some((object) => object.kind === kind)) unbegun.delete(kind);
      const newest = await newestOf(
        crm,
        stale.filter(({ kind }) => !isWaiting(kind)),
      );
      for (const { object, stamp } of newest) {
        const error = await alone(object.kind, async () => {
          const mark = await stamp();
          const from = mark === undefined ? 0 : Date.parse(mark) - beforeMarkMs;
          await store.begin(org, object.kind, basisOf(crm, object, region), new Date(from).toISOString(), await crm.book.count(object));
        });
        if (error === undefined) unbegun.delete(object.kind);
        else {
          failed.push(error);
          unbegun.set(object.kind, wordsOf(error));
        }
      }
      if (failed.length > 0 && failed.every(passes) && !known.some(({ filled }) => filled)) throw failed[0]; // it is the org that is away
      const missing = [...view.leftOut, ...[...unbegun].map(([kind, because]): BookLeftOut => ({ kind, because }))];
      if (leftOut !== JSON.stringify(missing)) {
        await store.leaveOut(org, missing);
        for (const { kind, because, absent } of missing) report('book.kind-left-out', { org, kind, because, ...(absent && { absent }) });
        [leftOut, wakes] = [JSON.stringify(missing), 2];
      }

      /** What is read here is not what is wanted any more, or not from there. */
      const changed = new AbortController();
      const meanwhile = async (kind: string) => {
        waits.delete(kind);
        uncounted = true;
        await onWell();
        const latest = await options.settings(org);
        budget = latest.budget;
        if (options.crm(org) !== crm || wantedOf(latest) !== wantedOf(settings)) changed.abort();
        if (over.aborted || changed.signal.aborted) return;
        if (world.monotonic() < (await pollAt())) return;
        await pollNow(view).catch((error: unknown) => {
          if (!(error instanceof Refused || error instanceof Unanswered)) throw error;
          report('book.waits', { org, because: error.message }); // and if it is the org, the next page says so
        });
      };
      let isMore = false;
      for (const kind of await store.kinds(org)) {
        const object = objects.find((one) => one.kind === kind.kind);
        if (kind.filled || !object || !isReadFrom(crm, kind) || unbegun.has(kind.kind) || isWaiting(kind.kind)) continue;
        const ways: Fill = {
          ...{ org, crm, region, kind, object, bell, store, world, report, affords },
          over: AbortSignal.any([over, changed.signal]),
          meanwhile: () => meanwhile(kind.kind),
        };
        const error = await alone(kind.kind, () => fill(ways));
        if (over.aborted) return;
        if (changed.signal.aborted) break;
        if (error !== undefined) failed.push(error);
        else {
          waits.delete(kind.kind);
          [isMore, wakes, uncounted, countAtMs] = [true, 2, true, -Infinity];
          await count();
        }
      }
      if (over.aborted) return;
      if (changed.signal.aborted) {
        settled = undefined;
        continue;
      }
      if (failed.length > 0 && failed.every(passes) && !(await store.kinds(org)).some(({ filled }) => filled)) throw failed[0];
      if (world.monotonic() >= pollAtMs || ((isNew || isMore) && (await affords(1)))) {
        const { unread } = await pollNow(view);
        if (over.aborted) return;
        if (await store.complete(org)) {
          if (unread.length === 0) catchUps.forgive();
          if (wakes-- > 0) await store.wakeCalls(org);
        }
      }
      // Whose turn came and who had nothing to do in it waits no more.
      for (const kind of [...waits.keys()]) if (!isWaiting(kind)) waits.delete(kind);
      settled = JSON.stringify(settings);
      await onWell();
      onTried();
    }
  };
  try {
    await keepOn();
  } finally {
    newsOver.abort();
    await news.done();
  }
}

/** As long as this is the same, what is being read goes on: a budget only says how quickly. */
const wantedOf = ({ kinds, code, country }: BookSettings): string => JSON.stringify([kinds, code, country]);

/** As long as this is the same, nobody needs to be told of a pace again. */
const wordOf = ({ is, everyMs, budget, spent }: Pace): string =>
  JSON.stringify([is, everyMs, is === 'usual' || [Math.round(budget / 100), Math.round(spent / 100)]]);

/** It was never read, or is to be understood in another way, or was not asked for longer than a bin is kept. */
function isStale(kind: BookKind | undefined, basis: string): boolean {
  if (kind?.basis !== basis) return true;
  return kind.filled && kind.polledAtMs !== undefined && kind.askedAtMs - kind.polledAtMs > binMs;
}

/** The newest stamp of each, asked for together. When that fails for what one of them may be to blame for, each is asked for alone. */
async function newestOf(
  { book }: Crm,
  objects: readonly BookObject[],
): Promise<readonly { readonly object: BookObject; stamp(): Promise<string | undefined> }[]> {
  const newest: { readonly object: BookObject; stamp(): Promise<string | undefined> }[] = [];
  for (let at = 0; at < objects.length; at += book.atOnce) {
    const some = objects.slice(at, at + book.atOnce);
    const alone = async (object: BookObject) => (await book.newest([object]))[0];
    if (some.length === 1) newest.push(...some.map((object) => ({ object, stamp: () => alone(object) })));
    else {
      const [together] = await Promise.allSettled([book.newest(some)]);
      const isAway = together.status === 'rejected' && together.reason instanceof Refused && passes(together.reason);
      for (const [n, object] of some.entries()) {
        const stamp = async () => {
          if (together.status === 'fulfilled') return together.value[n];
          if (isAway) throw together.reason;
          return alone(object);
        };
        newest.push({ object, stamp });
      }
    }
  }
  return newest;
}

/** Reads all that changed of these kinds. One that is refused says so and keeps the others from nothing. */
async function readChanges({
  org,
  crm,
  region,
  pages,
  begunMs,
  kinds,
  over,
  purpose,
  mayGoOn,
  options: { store, world, report },
}: Polling & {
  readonly region: Region | undefined;
  /** When the kinds were asked for, by our monotonic clock. */
  readonly begunMs: number;
  readonly kinds: readonly { readonly kind: BookKind; readonly object: BookObject }[];
}): Promise<Polled> {
  const unread: BookLeftOut[] = [];
  let read = 0;
  let reading = kinds.map(({ kind, object }) => {
    const place = kind.place ?? { stamp: new Date(0).toISOString(), id: '' };
    const after = readFrom(place, kind.overlap, pages.get(kind.kind) ?? 0, kind.askedAtMs);
    return { kind, object, before: place, place, after, onceMore: after !== place, pages: 1 };
  });
  while (reading.length > 0 && !over.aborted) {
    const answers = await crm.book.changes(reading, purpose);
    const goesOn: typeof reading = [];
    for (const [n, one] of reading.entries()) {
      const answer = answers[n]!;
      const { kind, fill, overlap, askedAtMs } = one.kind;
      if ('failure' in answer) {
        await store.sayTrouble(org, kind, answer.failure.message);
        report('book.unread', { org, kind, because: answer.failure.message });
        unread.push({ kind, because: answer.failure.message });
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
        const endedMs = askedAtMs + (world.monotonic() - begunMs);
        await store.polled(org, kind, fill, afterReading(one.before, place, overlap, askedAtMs, endedMs));
      }
    }
    reading = goesOn;
    if (reading.length > 0 && !(await mayGoOn())) {
      // What was read is stored with its place; from there it goes on, and not once more from before it.
      for (const one of reading) pages.set(one.kind.kind, one.pages + cheapPages);
      break;
    }
  }
  return { read, unread };
}

const isAfter = (one: BookPlace, other: BookPlace) => one.stamp > other.stamp || (one.stamp === other.stamp && one.id > other.id);
