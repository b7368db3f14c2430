import { afterEach, describe, expect, test } from 'vitest';
import { type BookNews, type BookObject, type BookRecord, type Crm, NoEvents, Unanswered } from '../crm.ts';
import type { BookKind, BookStore, TopicState } from '../store/book-store.ts';
import type { OrgId } from '../store.ts';
import { stillWorld } from '../testing/still-world.ts';
import { hearNews } from './news.ts';

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const stops: AbortController[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop.abort();
});

const nothing: BookNews = { changed: [], deleted: [], more: false, place: undefined, told: 0 };
const object: BookObject = { kind: 'contact', fields: ['Phone'] };

/** One topic of contacts. `stream`: what comes of each time it is followed: news, then the error that ends it, or none and it stays open. */
async function hearing(stream: (time: number) => { readonly news?: readonly BookNews[]; readonly error?: Error } = () => ({})) {
  const world = stillWorld();
  const over = new AbortController();
  stops.push(over);
  const asked: (string | undefined)[] = [];
  const states: Omit<TopicState, 'topic' | 'kinds'>[] = [];
  const saved: Parameters<BookStore['saveNews']>[] = [];
  const polls: number[] = [];
  const org = {
    asked: () => {},
    place: undefined as string | undefined,
    there: new Set<string>(),
    affords: true,
    away: false,
    stores: true,
    kind: { basis: '["00D","Phone",null]', fill: 1 },
  };
  let wake = () => {};
  const coming: (BookNews | Error)[] = [];
  const follow = async function* (_topic: string, from: string | undefined, signal: AbortSignal): AsyncGenerator<BookNews> {
    const { news = [], error } = stream(asked.push(from));
    yield nothing;
    yield* news;
    if (error) throw error;
    signal.addEventListener('abort', () => wake(), { once: true });
    while (!signal.aborted) {
      const next = coming.shift();
      if (next instanceof Error) throw next;
      if (next) yield next;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  };
  const store: Pick<BookStore, 'keepTopics' | 'topicPlace' | 'sayTopic' | 'kinds' | 'saveNews'> = {
    keepTopics: async () => undefined,
    topicPlace: async () => org.place,
    async sayTopic(_, { topic: _topic, kinds: _kinds, ...state }) {
      if (!org.stores) throw new Error('the database is away');
      states.push(state);
      if (state.place !== undefined) org.place = state.place ?? undefined;
    },
    kinds: async () => [{ kind: 'contact', ...org.kind } as BookKind],
    async saveNews(...given) {
      await world.sleep(100); // as a database under load
      if (!org.stores) throw new Error('the database is away');
      saved.push(given);
      for (const [, place] of given[3]) org.place = place;
    },
  };
  const book = {
    atOnce: 5,
    idsAtOnce: 200,
    topics: () => [{ topic: 'contacts', kinds: ['contact'] }],
    follow,
    async byId(lists: readonly { readonly ids: readonly string[] }[]): Promise<BookRecord[]> {
      if (org.away) throw new Unanswered('no answer');
      org.asked();
      const ids = lists.flatMap((list) => list.ids).filter((id) => org.there.has(id));
      return ids.map((id) => ({ kind: 'contact', id, name: id, phones: [], state: 'there', stamp: '2026', modifiedAtMs: 0 }));
    },
  };
  const news = hearNews({
    org: 1 as OrgId,
    crm: { orgId: '00D', book } as object as Crm,
    store: store as BookStore,
    world,
    over: over.signal,
    mayRead: async () => org.affords,
    stored: () => undefined,
    pollSoon: () => void polls.push(world.now()),
    report: () => undefined,
  });
  await news.follow([object], undefined);
  await world.rest();
  return {
    ...{ world, news, asked, states, saved, polls, org },
    tell(one: Partial<BookNews> | Error) {
      coming.push(one instanceof Error ? one : { ...nothing, told: 1, ...one });
      wake();
    },
    async end() {
      over.abort();
      await Promise.all([news.done(), world.pass(secondMs)]);
    },
  };
}

describe('a stream that stands and breaks at once, again and again', () => {
  test('is tried ever more seldom, and said to be broken until it has stood for a while', async () => {
    let mended = false;
    const { world, news, asked, states, end } = await hearing(() => (mended ? {} : { error: new Unanswered('broken') }));
    await world.pass(10 * minuteMs);
    expect(asked.length).toBeLessThan(15);
    expect(states.at(-1)).toEqual({ because: 'broken', said: 'broken' });
    mended = true;
    await world.pass(5 * minuteMs + 30 * secondMs);
    expect(news.flows(['contact'])).toBe(true);
    await world.pass(2 * minuteMs);
    expect(states.at(-1)).toEqual({});
    await end();
  });
  test('is said to be well with what it tells next, when that could not be stored before', async () => {
    let mended = false;
    const { world, states, org, tell, end } = await hearing(() => (mended ? {} : { error: new Unanswered('broken') }));
    await world.pass(10 * minuteMs);
    [mended, org.stores] = [true, false];
    await world.pass(7 * minuteMs);
    expect(states.at(-1)).toEqual({ because: 'broken', said: 'broken' });
    org.stores = true;
    tell({ place: 'p1' });
    await world.pass(secondMs);
    expect(states.at(-1)).toEqual({});
    await end();
  });
  test('once in a while is nothing to speak of, and costs a second', async () => {
    const { world, asked, states, tell, end } = await hearing();
    for (let time = 0; time < 10; time++) {
      await world.pass(5 * minuteMs);
      tell(new Unanswered('broken'));
      await world.pass(2 * secondMs);
      expect(asked).toHaveLength(time + 2);
    }
    expect(states.filter(({ because }) => because !== undefined)).toEqual([]);
    await end();
  });
  test('that tells something each time is followed on and on', async () => {
    const { world, asked, states, end } = await hearing((time) => ({
      news: [{ ...nothing, place: `p${time}`, told: 1 }],
      error: new Unanswered('broken'),
    }));
    await world.pass(minuteMs);
    expect([asked.length > 30, asked.at(-1), states.at(-1)]).toEqual([true, `p${asked.length - 1}`, {}]);
    await end();
  });
});

describe('a place that is taken back', () => {
  const usedUp = new NoEvents('used-up', 'the limit');
  test.each([
    ['while what was told is gathered', 0],
    ['while it is stored', 550],
  ])('%s, stays so: what was between is read by a poll, and told to nobody', async (_, afterMs) => {
    const { world, asked, polls, saved, org, tell, end } = await hearing();
    tell({ place: 'p1', changed: ['1'] });
    await world.pass(afterMs);
    tell(usedUp);
    await world.pass(10 * secondMs);
    expect([saved.length, org.place, polls.length > 0]).toEqual([1, undefined, true]);
    const before = polls.length;
    await world.pass(70 * minuteMs);
    expect([asked, polls.length > before]).toEqual([[undefined, undefined], true]);
    await end();
  });
});

describe('who was deleted for good, whom no poll will find', () => {
  const tanaka = { id: 'tanaka', stamp: '2026-01-02T00:00:00.000Z' };
  const deletion = { changed: [tanaka.id], deleted: [tanaka] };
  const forgotten = (saved: readonly Parameters<BookStore['saveNews']>[]) => saved.flatMap(([, , gone]) => gone);
  const unread = { kinds: [{ kind: 'contact', fill: 1 }], deleted: [tanaka], isSure: false };

  test('is asked for, and gone where they are not even in the bin', async () => {
    const { world, saved, org, tell, end } = await hearing();
    org.there.add('nowak');
    tell({ ...deletion, place: 'p1' });
    tell({ changed: ['nowak'], deleted: [{ ...tanaka, id: 'nowak' }], place: 'p2' });
    await world.pass(2 * secondMs);
    expect(forgotten(saved)).toEqual([{ ...unread, isSure: true }]);
    expect(org.place).toBe('p2');
    await end();
  });
  test.each([
    ['too much was changed with them', { more: true }, {}],
    ['too many were changed since', { changed: Array.from({ length: 1_001 }, (_, n) => `c${n}`) }, {}],
    ['the budget is used', {}, { affords: false }],
  ])('is kept as it was told when %s', async (_, since: Partial<BookNews>, how) => {
    const { world, saved, polls, org, tell, end } = await hearing();
    await world.pass(minuteMs);
    Object.assign(org, how);
    const before = polls.length;
    tell({ ...deletion, place: 'p1' });
    tell({ ...since, place: 'p2' });
    await world.pass(2 * secondMs);
    expect(forgotten(saved)).toEqual([unread]);
    expect([org.place, polls.length]).toEqual(['p2', before + 1]);
    await end();
  });
  test('unless they were brought back', async () => {
    const { world, saved, org, tell, end } = await hearing();
    org.affords = false;
    tell({ ...deletion, place: 'p1' });
    tell({ changed: [tanaka.id], place: 'p2' });
    await world.pass(2 * secondMs);
    expect([forgotten(saved), org.place]).toEqual([[], 'p2']);
    await end();
  });
  test.each(['away', 'stores'] as const)('is kept for the next time when it fails, be it the org or the database: %s', async (what) => {
    const { world, saved, org, tell, end } = await hearing();
    org[what] = what === 'away';
    tell({ ...deletion, place: 'p1' });
    await world.pass(2 * secondMs);
    expect([saved, org.place]).toEqual([[], undefined]);
    org[what] = what !== 'away';
    tell({ changed: ['nowak'], place: 'p2' });
    await world.pass(10 * secondMs);
    expect([forgotten(saved), org.place]).toEqual([[unread], 'p2']);
    await end();
  });
  test('a database that is away is asked ever more seldom', async () => {
    const { world, polls, org, tell, end } = await hearing();
    org.stores = false;
    tell({ ...deletion, place: 'p1' });
    await world.pass(60 * minuteMs);
    expect(polls.length).toBeLessThan(150);
    await end();
  });
});

describe('another org takes the place of the one that told', () => {
  const news = { changed: ['nowak', 'tanaka'], deleted: [{ id: 'tanaka', stamp: '2026-01-02T00:00:00.000Z' }], place: 'p1' };
  const taken = { basis: '["00E","Phone",null]', fill: 4 };
  test('while it is asked: what it answers is of the fill that was running before, which the book takes no more', async () => {
    const { world, saved, org, tell, end } = await hearing();
    org.there.add('nowak');
    org.asked = () => void (org.kind = taken);
    tell(news);
    await world.pass(2 * secondMs);
    expect(saved.map(([, kinds, gone]) => [kinds.map(({ fill }) => fill), gone.map(({ kinds: among }) => among)])).toEqual([
      [[1], [[{ kind: 'contact', fill: 1 }]]],
    ]);
    await end();
  });
  test.each([true, false])('before it is asked: nothing of it is stored (the budget bears asking: %s)', async (affords) => {
    const { world, saved, org, tell, end } = await hearing();
    Object.assign(org, { affords, kind: taken });
    org.there.add('nowak');
    tell(news);
    await world.pass(2 * secondMs);
    expect([saved, org.place]).toEqual([[], undefined]);
    await end();
  });
});
