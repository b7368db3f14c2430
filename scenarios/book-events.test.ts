import { afterEach, describe, expect, test } from 'vitest';
import { type BookNews, type CrmBook, NoEvents, Unanswered } from '../server/crm.ts';
import { connectSalesforce } from '../crms/salesforce/salesforce.ts';
import { startOrg } from '../emulators/salesforce/org.ts';
import { defaultPolicy } from '../server/decide/policy.ts';
import { keepBooks } from '../server/book/keeper.ts';
import { sayStatus } from '../server/admin/status.ts';
import { bookStore } from '../server/store/book-store.ts';
import { consoleStore } from '../server/store/console-store.ts';
import { openDatabase } from '../server/store/database.ts';
import { type Line, openLine } from '../server/testing/line.ts';
import { startTestDatabase } from '../server/testing/test-database.ts';
import { realWorld, type World } from '../server/world.ts';

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const lines: Line[] = [];
afterEach(async () => {
  await Promise.all(lines.splice(0).map((line) => line.close()));
});

/** What the org tells is told by the test: the line's clock stands still, and no stream over a wire could keep to it. */
function feed() {
  type Said = BookNews | Error;
  const open = new Map<string, { say(said: Said): void; from: string | undefined }>();
  const asked: string[] = [];
  const refusing = new Map<string, Error>();
  const counts = { changes: 0, byId: 0 };
  const follow = async function* (topic: string, from: string | undefined, signal: AbortSignal): AsyncGenerator<BookNews> {
    asked.push(`${topic} ${from ?? 'now'}`);
    const error = refusing.get(topic);
    if (error) throw error;
    const said: Said[] = [{ changed: [], deleted: [], more: false, place: undefined, told: 0 }];
    let wake = () => {};
    open.set(topic, { from, say: (one) => (said.push(one), wake()) });
    signal.addEventListener('abort', () => wake(), { once: true });
    try {
      while (!signal.aborted) {
        const next = said.shift();
        if (next instanceof Error) throw next;
        if (next) yield next;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      open.delete(topic);
    }
  };
  const alter = (book: CrmBook): CrmBook => ({
    ...book,
    topics: (objects) => objects.map(({ kind }) => ({ topic: kind, kinds: [kind] })),
    follow,
    changes: (...given) => (counts.changes++, book.changes(...given)),
    byId: (...given) => (counts.byId++, book.byId(...given)),
  });
  return {
    alter,
    asked,
    refusing,
    counts,
    isOpen: (topic: string) => open.has(topic),
    tell(topic: string, place: string, changed: readonly string[], more: Partial<BookNews> = {}) {
      open.get(topic)!.say({ changed, deleted: [], more: false, place, told: changed.length, ...more });
    },
    breakOff: (topic: string, error: Error) => open.get(topic)!.say(error),
  };
}
const opened = async (events: ReturnType<typeof feed>, policy: object = {}) => {
  const line = await openLine({
    orgs: [{ policy: { language: 'en', match: { kinds: ['contact', 'lead'] }, ...policy } }],
    book: events.alter,
  });
  lines.push(line);
  await line.rest();
  return line;
};
/** The clock stops every second: whoever gathers half a second of news is done by then. */
const pass = async (line: Line, ms: number, stepMs = secondMs) => {
  for (const untilMs = line.now() + ms; line.now() < untilMs;) await line.advanceTo(Math.min(untilMs, line.now() + stepMs));
};
const has = async (line: Line, number: string): Promise<boolean> =>
  (await line.database.query({ text: 'select 1 from book_numbers where number_key = $1' }, [number])).rows.length > 0;
const tanaka = (line: Line, number = '501 999 888') =>
  line.asHuman({ action: 'create', object: 'Contact', fields: { LastName: 'Tanaka', MobilePhone: number } });
const status = async (line: Line) => sayStatus(await line.admin.status(line.org), 'admin', { standIn: true, hookUrl: (id) => id }).book;
const places = async (line: Line) =>
  Object.fromEntries(
    (await line.database.query({ text: 'select topic, place from book_topics' })).rows.map((row) => [row.topic, row.place]),
  );

describe('changes that are told', () => {
  test('are known two seconds later, with how far they were heard; polls go on every five minutes', async () => {
    const events = feed();
    const line = await opened(events);
    await pass(line, 10 * minuteMs, minuteMs);
    const before = { ...events.counts };
    const { id } = await tanaka(line);
    events.tell('contact', 'p1', [id]);
    await pass(line, 2 * secondMs);
    expect([await has(line, '+48501999888'), (await places(line))['contact']]).toEqual([true, 'p1']);
    expect((await status(line)).kinds.map(({ kind, fresh }) => [kind, fresh?.by])).toEqual([
      ['contact', 'events'],
      ['lead', 'events'],
    ]);
    await pass(line, 60 * minuteMs, minuteMs);
    expect(events.counts.byId - before.byId).toBe(1);
    expect(events.counts.changes - before.changes).toBeLessThanOrEqual(12);
  });
  test('many at once are read together; more than a call of ids is worth are left to a poll, and so is what can’t be named', async () => {
    const events = feed();
    const line = await opened(events);
    await pass(line, 6 * minuteMs, minuteMs);
    const made = await Promise.all(Array.from({ length: 30 }, (_, n) => tanaka(line, `+4850199980${n % 10}`)));
    for (const [n, { id }] of made.entries()) events.tell('contact', `p${n}`, [id]);
    const before = { ...events.counts };
    await pass(line, 2 * secondMs);
    expect(events.counts).toEqual({ ...before, byId: before.byId + 1 });
    for (const tell of [
      () =>
        events.tell(
          'contact',
          'q',
          Array.from({ length: 1_001 }, (_, n) => `003Sx${String(n).padStart(10, '0')}AAA`),
        ),
      () => events.tell('lead', 'q', [], { more: true, told: 1 }),
    ]) {
      const polls = events.counts.changes;
      tell();
      await pass(line, minuteMs + 2 * secondMs);
      expect([events.counts.byId, events.counts.changes > polls]).toEqual([before.byId + 1, true]);
    }
    expect(await places(line)).toEqual({ contact: 'q', lead: 'q' });
  });
  test('what goes on and on is read every four seconds, and known within five', async () => {
    const events = feed();
    const line = await opened(events);
    await pass(line, 6 * minuteMs, minuteMs);
    const { id } = await tanaka(line);
    const before = events.counts.byId;
    for (let second = 0; second < 60; second++) {
      events.tell('contact', `p${second}`, [id]);
      await pass(line, secondMs);
    }
    expect(events.counts.byId - before).toBeLessThanOrEqual(18);
    expect(events.counts.byId - before).toBeGreaterThanOrEqual(12);
    await pass(line, 5 * secondMs);
    expect((await places(line))['contact']).toBe('p59');
  });
  test('who was deleted for good is gone at once', async () => {
    const events = feed();
    const line = await opened(events);
    const { id } = await tanaka(line);
    await pass(line, 6 * minuteMs, minuteMs);
    expect(await has(line, '+48501999888')).toBe(true);
    events.tell('contact', 'p', ['003SxNobodyHere000'], {
      deleted: [{ id: '003SxNobodyHere000', stamp: new Date(line.now()).toISOString() }],
    });
    await line.database.query({ text: `update book_records set id = '003SxNobodyHere000' where id = $1` }, [id]);
    await pass(line, 2 * secondMs);
    expect(await has(line, '+48501999888')).toBe(false);
  });
});

describe('changes that are not told', () => {
  const refusals: [string, () => Error, string, number][] = [
    ['not selected', () => new NoEvents('not-selected', 'no topic'), 'not-selected', 11],
    ['not allowed', () => new NoEvents('not-allowed', 'no right'), 'not-allowed', 11],
    ['used up', () => new NoEvents('used-up', 'the limit'), 'used-up', 67],
    ['broken again and again', () => new Unanswered('broken'), 'broken', 10],
  ];
  test.each(refusals)('%s: it is said, polls go on each minute, and it is tried again', async (_, error, word, minutes) => {
    const events = feed();
    events.refusing.set('lead', error());
    const line = await opened(events);
    await pass(line, 2 * minuteMs, 5 * secondMs);
    const fresh = async () =>
      (await status(line)).kinds.map((one) => (one.fresh?.by === 'polling' ? (one.fresh.because ?? 'polling') : 'events'));
    expect(await fresh()).toEqual(['events', word]);
    const before = events.counts.changes;
    await pass(line, 5 * minuteMs, minuteMs);
    expect(events.counts.changes - before).toBe(5);
    events.refusing.clear();
    await pass(line, minutes * minuteMs, minuteMs);
    expect(await fresh()).toEqual(['events', 'events']);
  });
  test('the place is lost: from now on again, and what was missed is polled for at once', async () => {
    const events = feed();
    const line = await opened(events);
    await pass(line, 6 * minuteMs, minuteMs);
    events.tell('contact', 'p1', []);
    await pass(line, 2 * secondMs);
    const polls = events.counts.changes;
    events.breakOff('contact', new NoEvents('lost', 'not within the retention window'));
    await pass(line, minuteMs + 2 * secondMs);
    expect(events.asked.filter((one) => one.startsWith('contact'))).toEqual(['contact now', 'contact now']);
    expect(events.counts.changes).toBeGreaterThan(polls);
    expect((await places(line))['contact']).toBeNull();
  });
  test('it broke: it goes on where it was; used up, from now on, so that the backlog doesn’t use up the next day', async () => {
    const events = feed();
    const line = await opened(events);
    await pass(line, 6 * minuteMs, minuteMs);
    events.tell('contact', 'p1', []);
    await pass(line, 2 * secondMs);
    events.breakOff('contact', new Unanswered('broken'));
    await pass(line, 5 * secondMs);
    expect(events.asked.at(-1)).toBe('contact p1');
    events.breakOff('contact', new NoEvents('used-up', 'the limit'));
    await pass(line, 70 * minuteMs, minuteMs);
    expect(events.asked.at(-1)).toBe('contact now');
  });
  test('reading them is refused: a poll finds them', async () => {
    const events = feed();
    const line = await openLine({
      orgs: [{ policy: { language: 'en', match: { kinds: ['contact'] } } }],
      book: (book) => ({ ...events.alter(book), byId: () => Promise.reject(new Unanswered('no answer')) }),
    });
    lines.push(line);
    await pass(line, 6 * minuteMs, minuteMs);
    const { id } = await tanaka(line);
    events.tell('contact', 'p1', [id]);
    await pass(line, minuteMs + 5 * secondMs);
    expect(await has(line, '+48501999888')).toBe(true);
  });
});

/** An org, its book and the stream between them, in real time; `speed`: so much quicker than ours is the keeper's clock. */
async function overTheWire(speed: number) {
  const real = realWorld();
  const world: World = { ...real, monotonic: () => real.monotonic() * speed, sleep: (ms, signal) => real.sleep(ms / speed, signal) };
  const test = await startTestDatabase();
  const troubles: string[] = [];
  const database = openDatabase(test.address, real, (error) => void troubles.push(error.message), 4);
  const client = { clientId: 'cordboard', clientSecret: 'stand-in-secret' };
  const standIn = await startOrg({ file: ':memory:', ...client, pubsubPort: 0 });
  const control = async (path: string, body: object) => {
    const answer = await fetch(`${standIn.controlUrl}/__org${path}`, { method: 'POST', body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
    return (await answer.json()) as { id: string };
  };
  await control('/change-events', { objects: ['Contact', 'Lead'] });
  const org = await consoleStore(database).addOrg('Acme', 'observe', '{}');
  const crm = await connectSalesforce({ loginUrl: standIn.apiUrl, ...client, pubsubUrl: standIn.pubsubUrl! }, real);
  const reports: string[] = [];
  const rows = async (text: string) => (await database.query({ text })).rows as Record<string, unknown>[];
  return {
    control,
    crm,
    rows,
    reports,
    troubles,
    standIn,
    start() {
      const stop = new AbortController();
      const books = keepBooks({
        store: bookStore(database, real, (error) => void troubles.push(error.message)),
        world,
        orgs: async () => [org],
        crm: () => crm,
        settings: async () => ({ kinds: ['contact', 'lead'], code: undefined, country: 'PL', budget: defaultPolicy('en').budget }),
        report(what, fields) {
          reports.push(`${what} ${what === 'book.events' ? String(fields['from']) : ''}`);
          if (/failed|unread/.test(what)) troubles.push(`${what}: ${String(fields['because'])}`);
        },
        stop: stop.signal,
      });
      return async () => {
        stop.abort();
        await books.done;
      };
    },
    /** How long it took, in real milliseconds. */
    async until(what: string, isSo: () => Promise<boolean>): Promise<number> {
      const begunMs = real.monotonic();
      while (!(await isSo())) {
        if (real.monotonic() - begunMs > 30_000) throw new Error(`${what} did not happen; ${troubles.join('; ')}`);
        await real.sleep(20);
      }
      return real.monotonic() - begunMs;
    },
    known: (number: string) => async () => (await rows(`select 1 from book_numbers where number_key = '${number}'`)).length > 0,
    flows: async () => (await rows('select 1 from book_topics where since is not null')).length === 2,
    create: (number: string) =>
      control('/as-human', { action: 'create', object: 'Contact', fields: { LastName: 'Tanaka', MobilePhone: number } }),
    async close() {
      await crm.close();
      await standIn.stop();
      await database.close();
      await test.drop();
    },
  };
}

describe('over the wire, in real time', () => {
  test('a number changed in the org is known within five seconds; what was told while nobody listened, after a restart', async () => {
    const { start, until, flows, create, known, control, reports, troubles, rows, crm, close } = await overTheWire(1);
    let end = start();
    await until('events flow', flows);
    await until('the first poll', async () => crm.spent().poll > 0);
    const { id } = await create('501 999 888');
    expect(await until('the change is known', known('+48501999888'))).toBeLessThan(5_000);
    await control('/as-human', { action: 'delete', object: 'Contact', id });
    expect(await until('the deletion is known', async () => !(await known('+48501999888')()))).toBeLessThan(5_000);
    await end();
    const polls = crm.spent();
    await create('501 999 777');
    // Its polls would find it, too: they are told that they have been further than that. Leads were never told of, and have no place.
    await rows(`update book_kinds set stamp = '2999-01-01T00:00:00.000Z', overlap = null`);
    end = start();
    expect(await until('what happened meanwhile is known', known('+48501999777'))).toBeLessThan(5_000);
    expect([crm.spent().events - polls.events, reports.filter((one) => one === 'book.events where it was').length]).toEqual([1, 1]);
    await end();
    await close();
    expect(troubles).toEqual([]);
  }, 60_000);

  test('a mass update of more than may be told in a day: polls catch it, and it is told again the next day', async () => {
    const { start, until, flows, create, known, control, rows, crm, standIn, close } = await overTheWire(240);
    await control('/seed', { people: 1_500, fresh: false });
    const end = start();
    await until('events flow', flows);
    await until('it is filled', async () => (await rows('select 1 from book_kinds where filled_at is not null')).length === 2);
    await control('/change-events', { maxDelivered: 200, delivered: 0 });
    const ids = (await rows("select id from book_records where kind = 'contact' and state = 'there' limit 1000")).map((row) =>
      String(row['id']),
    );
    const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: 'cordboard', client_secret: 'stand-in-secret' });
    const { access_token: token } = (await (
      await fetch(`${standIn.apiUrl}/services/oauth2/token`, { method: 'POST', body: form })
    ).json()) as {
      access_token: string;
    };
    for (let at = 0; at < ids.length; at += 200)
      await fetch(`${standIn.apiUrl}/services/data/v67.0/composite/sobjects`, {
        method: 'PATCH',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({
          records: ids
            .slice(at, at + 200)
            .map((id, n) => ({ attributes: { type: 'Contact' }, id, MobilePhone: `+4877${1_000_000 + at + n}` })),
        }),
      });
    const mass = async () =>
      Number((await rows(`select count(distinct record)::int as n from book_numbers where number_key like '+48771%'`))[0]!['n']);
    await until('all of it is known', async () => (await mass()) === ids.length);
    expect(await rows("select because from book_topics where 'contact' = any(kinds)")).toEqual([{ because: 'used-up' }]);
    expect(crm.spent().events).toBeLessThanOrEqual(10);
    // The next day.
    await control('/change-events', { maxDelivered: 25_000, delivered: 0 });
    await until('events flow again', flows); // an hour later, by the keeper's clock
    await create('501 999 888');
    await until('it is told', known('+48501999888'));
    await end();
    await close();
  }, 120_000);
});
