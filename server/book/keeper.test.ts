import { afterEach, describe, expect, test } from 'vitest';
import { apiPurposes, type BookObject, type BookRecord, type Crm, Unanswered } from '../crm.ts';
import type { BookKind, BookStore } from '../store/book-store.ts';
import type { OrgId } from '../store.ts';
import { stillWorld } from '../testing/still-world.ts';
import { type BookSettings, keepBooks } from './keeper.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const none = Object.fromEntries(apiPurposes.map((purpose) => [purpose, 0]));
const stops: AbortController[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop.abort();
});

const orgId = '00D000000000001AAA';
const basisIn = (country: string) => JSON.stringify([orgId, 'Phone', country]);
/** One org of which 96 of 100 API calls are used: what the book may have is `bookAtLeast`. Each page of a fill is two contacts. */
function keeping({ filled, bookAtLeast, pages = 3 }: { filled: boolean; bookAtLeast: number; pages?: number }) {
  const world = stillWorld();
  const counts = { settings: 0, changes: 0, pages: 0 };
  const reports: string[] = [];
  const [spent, stored] = [
    { poll: 0, fill: 0 },
    { poll: 0, fill: 0 },
  ];
  const settings = {
    kinds: ['contact'],
    code: undefined,
    country: 'PL',
    budget: { bookShare: 0.5, reserve: 0.2, bookAtLeast },
  } satisfies BookSettings;
  const object: BookObject = { kind: 'contact', fields: ['Phone'] };
  let kind: BookKind = {
    kind: 'contact',
    basis: basisIn('PL'),
    fill: 1,
    afterId: undefined,
    filled,
    expected: 2 * pages,
    read: 0,
    place: { stamp: new Date(0).toISOString(), id: '' },
    overlap: undefined,
    polledAtMs: 0,
    askedAtMs: 0,
    trouble: undefined,
    job: undefined,
    jobPlace: undefined,
    jobRefused: undefined,
  };
  const begun: string[] = [];
  const nothing = async () => undefined;
  const known = {
    kinds: async () => [kind],
    take: async () => ({ lost: new AbortController().signal, release: nothing }),
    complete: async () => true,
    standing: async () => ({ usage: undefined, spent: { ...stored }, busiest: 0, lastHour: 0 }),
    async spend(_org: OrgId, calls: Readonly<Partial<typeof stored>>) {
      for (const purpose of ['poll', 'fill'] as const) stored[purpose] += calls[purpose] ?? 0;
    },
    savePage: async (_org: OrgId, _kind: string, _fill: number, _entries: unknown, { afterId }: { afterId: string | undefined }) => {
      if (afterId !== undefined) kind = { ...kind, afterId };
    },
    async begin(_org: OrgId, _kind: string, basis: string) {
      begun.push(basis);
      kind = { ...kind, basis, fill: kind.fill + 1, filled: false, afterId: undefined };
    },
    filled: async () => void (kind = { ...kind, filled: true, afterId: undefined }),
  };
  const store = new Proxy({} as BookStore, { get: (_, name) => known[String(name) as 'kinds'] ?? nothing });
  /** Whom each connection's pages were asked of. */
  const askedOf: string[] = [];
  const failing = { changes: false };
  const connect = (name: string) => {
    const book = {
      atOnce: 5,
      topics: () => [],
      objects: async () => [object],
      newest: async () => [undefined],
      count: async () => 2 * pages,
      page: async (_: BookObject, after: string | undefined): Promise<{ records: BookRecord[]; last: string | undefined }> => {
        [counts.pages, spent.fill] = [counts.pages + 1, spent.fill + 1];
        askedOf.push(name);
        const page = Number(after ?? 0) + 1;
        return { records: [], last: page === pages ? undefined : String(page) };
      },
      changes: async () => {
        [counts.changes, spent.poll] = [counts.changes + 1, spent.poll + 1];
        if (failing.changes) throw new Unanswered('no answer');
        return [{ records: [], last: undefined, more: false }];
      },
    };
    // What isn't here is asked by nobody who only keeps the book.
    return { orgId, book, usage: () => ({ used: 96, max: 100 }), spent: () => ({ ...none, ...spent }) } as object as Crm;
  };
  let crm = connect('first');
  const stop = new AbortController();
  stops.push(stop);
  const books = keepBooks({
    store,
    world,
    orgs: async () => [1 as OrgId],
    crm: () => crm,
    async settings() {
      counts.settings++;
      await new Promise((resolve) => setImmediate(resolve)); // as a database would: who asks again and again leaves others their turn
      return { ...settings, budget: { ...settings.budget } };
    },
    report: (what) => void reports.push(what),
    stop: stop.signal,
  });
  return {
    world,
    books,
    counts,
    reports,
    settings,
    failing,
    askedOf,
    begun,
    isFilled: () => kind.filled,
    reconnect: () => void (crm = connect('second')),
    async end() {
      stop.abort();
      await books.done;
    },
  };
}

describe('a budget of nothing', () => {
  test('nothing is read, and nobody looks for it again and again', async () => {
    const { world, counts, end } = keeping({ filled: true, bookAtLeast: 0 });
    await world.pass(hourMs);
    expect(counts.changes).toBe(0);
    expect(counts.settings).toBeLessThan(100);
    await end();
  });
  test('nor after a poll that failed, however little is left then', async () => {
    const { world, counts, settings, failing, end } = keeping({ filled: true, bookAtLeast: 2_000 });
    failing.changes = true;
    await world.pass(2 * minuteMs);
    settings.budget.bookAtLeast = 0;
    await world.pass(2 * minuteMs);
    const before = { ...counts };
    await world.pass(hourMs);
    expect(counts.changes).toBe(before.changes);
    expect(counts.settings - before.settings).toBeLessThan(100);
    await end();
  });
});

describe('a first reading that waits for its budget', () => {
  /** It has read as far as it may: of six pages none or one, and none has come for a while. */
  const waiting = async () => {
    const keeper = keeping({ filled: false, bookAtLeast: 2, pages: 6 });
    await keeper.world.pass(10 * minuteMs);
    expect([keeper.reports.includes('book.fill-waits'), keeper.isFilled()]).toEqual([true, false]);
    return keeper;
  };
  test('goes on as soon as the budget is raised', async () => {
    const { world, books, settings, isFilled, end } = await waiting();
    settings.budget.bookAtLeast = 100;
    books.ring();
    await world.pass(0);
    expect(isFilled()).toBe(true);
    await end();
  });
  test('and within a minute where nobody rang', async () => {
    const { world, settings, isFilled, end } = await waiting();
    settings.budget.bookAtLeast = 100;
    await world.pass(minuteMs);
    expect(isFilled()).toBe(true);
    await end();
  });
  test('goes on with the new connection when the org is connected anew, from where it stood', async () => {
    const { world, books, askedOf, settings, reconnect, isFilled, end } = await waiting();
    const pages = askedOf.length;
    reconnect();
    books.ring();
    await world.pass(minuteMs);
    settings.budget.bookAtLeast = 100;
    books.ring();
    await world.pass(minuteMs);
    expect([askedOf.slice(pages).includes('first'), isFilled(), askedOf.length]).toEqual([false, true, 6]);
    await end();
  });
  test('begins again when numbers are to be understood in another way, and so it does when that is taken back', async () => {
    const { world, books, begun, settings, isFilled, end } = await waiting();
    settings.country = 'DE';
    books.ring();
    await world.pass(0);
    expect(begun).toEqual([basisIn('DE')]);
    settings.country = 'PL';
    settings.budget.bookAtLeast = 100;
    books.ring();
    await world.pass(0);
    expect([begun, isFilled()]).toEqual([['DE', 'PL'].map(basisIn), true]);
    await end();
  });
});
