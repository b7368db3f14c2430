import type { Bell } from '../bell.ts';
import { type BookObject, type Crm, type CrmBookWhole, Refused } from '../crm.ts';
import type { Region } from '../match/region.ts';
import type { BookKind, BookStore } from '../store/book-store.ts';
import type { OrgId } from '../store.ts';
import type { World } from '../world.ts';
import { entryOf } from './entry.ts';

export type Fill = {
  readonly org: OrgId;
  readonly crm: Crm;
  readonly region: Region | undefined;
  readonly kind: BookKind;
  readonly object: BookObject;
  /** Aborted by `meanwhile` too: what is to be read has changed. */
  readonly over: AbortSignal;
  /** Settings or a connection may have changed. */
  readonly bell: Bell;
  readonly store: BookStore;
  readonly world: World;
  report(what: string, fields: Readonly<Record<string, unknown>>): void;
  /** The budget bears so many calls. */
  affords(calls: number): Promise<boolean>;
  /** After each page, and while it waits. Hears what has changed. */
  meanwhile(): Promise<void>;
};

const progressMs = 2_000;
/** Work that the org makes ready is looked after so often, and ever less. */
const firstLookMs = 2_000;
const longestLookMs = 30_000;
/** Work that is lost so often is not begun again. */
const mostLost = 3;
/** Who waits for the budget looks so often whether it has grown. */
const budgetEveryMs = 60_000;

/** Reads one kind to its end, from where a former node stopped: as a whole where that is worth it and allowed, else page by page. */
export async function fill(given: Fill): Promise<void> {
  const { org, crm, kind, over, store, world, report } = given;
  const { whole } = crm.book;
  const begunMs = world.monotonic();
  report('book.fill', { org, kind: kind.kind, from: kind.read, of: kind.expected });
  const isWorthIt = whole !== undefined && kind.afterId === undefined && (kind.expected ?? 0) >= whole.from;
  const inOne = isWorthIt && kind.jobRefused === undefined ? await fillAsWhole(given, whole) : undefined;
  const read = inOne ?? (await fillByPages(given));
  if (read === undefined || over.aborted) return;
  await store.filled(org, kind.kind, kind.fill);
  report('book.filled', {
    org,
    kind: kind.kind,
    read,
    seconds: Math.round((world.monotonic() - begunMs) / 1000),
    by: inOne === undefined ? 'pages' : 'bulk',
  });
}

/** Gives how many were read; undefined when it was over before. */
async function fillByPages(given: Fill): Promise<number | undefined> {
  const { org, crm, region, kind, object, store } = given;
  const progress = sayProgress(given);
  // What was read as a whole until it couldn't go on is read again: it had no order.
  let read = kind.afterId === undefined ? 0 : kind.read;
  const done = await eachPage(given, kind.afterId, {
    fetch: (afterId) => crm.book.page(object, afterId),
    next: ({ last }) => last,
    async save({ records, last }) {
      const entries = records.map((record) => entryOf(record, region));
      await store.savePage(org, kind.kind, kind.fill, entries, { afterId: last });
      progress((read += records.length));
    },
  });
  return done ? read : undefined;
}

/** Reads from this place to the end; the next page is on its way while one is stored. False: it was over before. */
async function eachPage<Page>(
  given: Fill,
  from: string | undefined,
  {
    fetch,
    next,
    save,
  }: { fetch(at: string | undefined): Promise<Page>; next(page: Page): string | undefined; save(page: Page): Promise<void> },
): Promise<boolean> {
  if (!(await afforded(given))) return false;
  for (let coming = fetch(from); ;) {
    const page = await coming;
    if (given.over.aborted) return false;
    const at = next(page);
    const isOnItsWay = at !== undefined && (await given.affords(1));
    if (isOnItsWay) (coming = fetch(at)).catch(() => undefined);
    await save(page);
    if (at === undefined) return true;
    await given.meanwhile();
    if (isOnItsWay) continue;
    if (!(await afforded(given))) return false;
    coming = fetch(at);
  }
}

/** Gives how many were read; undefined when the org would not, or it was over before. */
async function fillAsWhole(given: Fill, whole: CrmBookWhole): Promise<number | undefined> {
  const { org, region, kind, object, over, store, report } = given;
  const progress = sayProgress(given);
  let { job, jobPlace: place } = kind;
  let read = place === undefined ? 0 : kind.read;
  for (let lost = 0; lost < mostLost && !over.aborted; lost++) {
    try {
      if (job === undefined) {
        if (!(await afforded(given))) return undefined;
        job = await whole.begin(object);
        [place, read] = [undefined, 0];
        await store.sayJob(org, kind.kind, kind.fill, { job });
      }
      const done = await fetchAll({
        ...given,
        whole,
        job,
        place,
        save: async (records, next) => {
          const entries = records.map((record) => entryOf(record, region));
          await store.savePage(org, kind.kind, kind.fill, entries, { jobPlace: next });
          read += records.length;
          progress(read);
        },
      });
      if (over.aborted) return undefined;
      if (done) {
        await whole.end(job).catch(() => undefined); // it goes by itself after some days
        return read;
      }
      report('book.bulk-lost', { org, kind: kind.kind, job });
      job = undefined;
    } catch (error) {
      if (!(error instanceof Refused) || error.failure.mendedBy === 'time') throw error;
      report('book.bulk-refused', { org, kind: kind.kind, because: error.failure.message });
      await store.sayJob(org, kind.kind, kind.fill, { refused: error.failure.message });
      return undefined;
    }
  }
  if (!over.aborted) await store.sayJob(org, kind.kind, kind.fill, { refused: 'The work was lost again and again.' });
  return undefined;
}

/** Waits until it is ready, and fetches page by page. False: it is lost. */
async function fetchAll(
  given: Fill & {
    readonly whole: CrmBookWhole;
    readonly job: string;
    readonly place: string | undefined;
    save(records: readonly Parameters<typeof entryOf>[0][], next: string | undefined): Promise<void>;
  },
): Promise<boolean> {
  const { whole, job, object, over, world, meanwhile } = given;
  // Who goes on in the midst of it knows that it is ready.
  for (let lookMs = firstLookMs; given.place === undefined; lookMs = Math.min(longestLookMs, lookMs * 1.5)) {
    if (!(await afforded(given))) return true;
    const state = await whole.look(job);
    if (state === 'lost') return false;
    if (state === 'ready') break;
    await world.sleep(lookMs, over);
    if (over.aborted) return true;
    await meanwhile();
  }
  let isLost = false;
  await eachPage(given, given.place, {
    fetch: (place) => whole.page(object, job, place),
    next: (page) => (page === 'lost' ? undefined : page.next),
    async save(page) {
      if (page === 'lost') isLost = true;
      else await given.save(page.records, page.next);
    },
  });
  return !isLost;
}

/** Waits until the budget bears another call. False: it is over. */
async function afforded({ org, kind, over, bell, world, report, affords, meanwhile }: Fill): Promise<boolean> {
  for (let isSaid = false; !over.aborted; isSaid = true) {
    const heard = bell.count;
    if (await affords(1)) return true;
    if (!isSaid) report('book.fill-waits', { org, kind: kind.kind, because: "The book's share of the API calls of 24 hours is used." });
    await bell.wait(heard, budgetEveryMs, world);
    await meanwhile();
  }
  return false;
}

function sayProgress({ org, kind, world, report }: Fill): (read: number) => void {
  let saidMs = world.monotonic();
  return (read) => {
    if (world.monotonic() - saidMs <= progressMs) return;
    saidMs = world.monotonic();
    report('book.filling', { org, kind: kind.kind, read, of: kind.expected });
  };
}
