import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTestDatabase } from '../testing/test-database.ts';
import { realWorld } from '../world.ts';
import { type BookEntry, type BookStore, bookStore } from './book-store.ts';
import { consoleStore } from './console-store.ts';
import { type Database, type DatabaseAddress, openDatabase } from './database.ts';
import { forgetFormerOrg } from './former-org.ts';
import { postgresStore } from './postgres.ts';
import type { OrgId } from '../store.ts';

const world = realWorld();
let database: Database;
let drop: () => Promise<void>;
let book: BookStore;
let org: OrgId;
/** Statements asked for by name, and one that is refused. */
let asked: string[] = [];
let refuse: string | undefined;
let beforeStep = async () => {};
let address: DatabaseAddress;

beforeAll(async () => {
  const made = await startTestDatabase();
  ({ drop, address } = made);
  const real = openDatabase(made.address, world, () => undefined, 4);
  database = {
    ...real,
    query: async (name, values) => {
      if (typeof name === 'string') asked.push(name);
      if (name === refuse && asked.filter((one) => one === name).length > 1) throw new Error('the node is killed');
      return real.query(name, values);
    },
    async transaction(work) {
      await beforeStep();
      return real.transaction(work);
    },
  };
  book = bookStore(database, world, () => undefined);
});
afterAll(async () => {
  await database.close();
  await drop();
});
beforeEach(async () => {
  org = await consoleStore(database).addOrg('org', 'live', null);
  [asked, refuse, beforeStep] = [[], undefined, async () => {}];
});

const day = (of: number) => `2026-01-0${of}T00:00:00.000Z`;
const entry = (id: string, stamp: string, number = '+48501999888', kind = 'contact'): BookEntry => ({
  record: { kind, id, name: id, phones: [], state: 'there', stamp, modifiedAtMs: 0 },
  numbers: [{ key: number, field: 'Phone' }],
  refused: [],
});
const place = (of: number) => ({ stamp: day(of), id: '1' });
const rows = async (text: string) => (await database.query({ text }, [org])).rows as Record<string, unknown>[];

describe('B1: an answer of an older fill, saved after the new one has met the record', () => {
  const begun = async () => {
    await book.begin(org, 'contact', 'one', day(1), 1);
    await book.savePage(org, 'contact', 1, [entry('1', day(1))], { afterId: undefined });
    await book.filled(org, 'contact', 1);
    await book.begin(org, 'contact', 'two', day(1), 1); // a field was added
    await book.savePage(org, 'contact', 2, [entry('1', day(1), '+48501999777')], { afterId: '1' });
  };
  test('sends it nowhere behind: the end of the fill doesn’t take it for one that is gone', async () => {
    await begun();
    await book.saveChanges(org, 'contact', 1, [entry('1', day(2))], place(2));
    await book.filled(org, 'contact', 2);
    expect(await rows('select id, stamp, fill from book_records where org = $1')).toEqual([{ id: '1', stamp: day(2), fill: 2 }]);
  });
  test('moves no place of the new fill, and says nothing of its polls', async () => {
    await begun();
    await book.saveChanges(org, 'contact', 1, [entry('1', day(2))], place(2));
    await book.polled(org, 'contact', 1, { from: place(1), next: place(2), sinceMs: 0 });
    expect(await book.kinds(org)).toMatchObject([{ place: { stamp: day(1), id: '' }, overlap: undefined, polledAtMs: undefined }]);
    await book.saveChanges(org, 'contact', 2, [entry('1', day(2))], place(2));
    expect(await book.kinds(org)).toMatchObject([{ place: place(2) }]);
  });
  test('does not bring back what it understood in the old way', async () => {
    await begun();
    await book.saveChanges(org, 'contact', 1, [entry('1', day(1))], undefined);
    expect(await rows('select number_key from book_numbers where org = $1')).toEqual([{ number_key: '+48501999777' }]);
  });
});

describe('another org takes the place of the one whose book this was', () => {
  const read = async () => {
    await book.begin(org, 'contact', 'former', day(1), 1);
    await book.savePage(org, 'contact', 1, [entry('1', day(1))], { afterId: undefined });
    await book.filled(org, 'contact', 1);
    await forgetFormerOrg(database, org);
  };
  const people = () => rows('select id, state from book_records where org = $1 order by id');
  test('a node that still reads the former one stores nobody of it, neither before the new one is read nor after', async () => {
    await read();
    const late = () =>
      Promise.all([
        book.saveChanges(org, 'contact', 1, [entry('2', day(9))], place(9)),
        book.savePage(org, 'contact', 1, [entry('3', day(9))], { afterId: undefined }),
        book.saveNews(org, [{ kind: 'contact', fill: 1, entries: [entry('4', day(9))] }], [], new Map()),
        // In a sandbox made from it lives who was deleted there.
        book.saveNews(
          org,
          [],
          ['5', '6'].map((id) => ({ kinds: [{ kind: 'contact', fill: 1 }], deleted: [{ id, stamp: day(9) }], isSure: true })),
          new Map(),
        ),
      ]);
    await late();
    expect(await people()).toEqual([]);
    const [kind] = await book.kinds(org);
    expect(kind).toMatchObject({ basis: '', filled: false, place: undefined });
    await book.begin(org, 'contact', 'new', day(1), 1);
    await late();
    const { fill } = (await book.kinds(org))[0]!;
    await book.savePage(org, 'contact', fill, [entry('5', day(1))], { afterId: undefined });
    await book.filled(org, 'contact', fill);
    await late();
    expect(await people()).toEqual([{ id: '5', state: 'there' }]);
  });
  test('nothing it said of itself is left: who its users, queues and the objects an activity may be about are', async () => {
    await postgresStore(database, world, () => undefined).saveUsers(org, [], '005000000000001AAA', []);
    await postgresStore(database, world, () => undefined).saveRelatedTo(org, ['Account', 'Site__c']);
    await forgetFormerOrg(database, org);
    expect(await rows('select self_user, queues, related_to from org_facts where org = $1')).toEqual([
      { self_user: null, queues: null, related_to: null },
    ]);
  });
  test('a page that is being stored meanwhile is waited for, and forgotten as well', async () => {
    await book.begin(org, 'contact', 'former', day(1), 1);
    const stored = Promise.withResolvers<void>();
    const saving = database.transaction(async (connection) => {
      await connection.query('book-save', [
        org,
        'contact',
        1,
        JSON.stringify([{ id: '1', name: 'x', state: 'there', stamp: day(1) }]),
        '[]',
        '[]',
      ]);
      stored.resolve();
      await world.sleep(150);
    });
    await stored.promise;
    await forgetFormerOrg(database, org);
    await saving;
    expect(await people()).toEqual([]);
  });
  test('two admins at once: who is behind forgets nothing of the org that is connected by then', async () => {
    await book.begin(org, 'contact', 'new', day(1), 1);
    await book.savePage(org, 'contact', 1, [entry('1', day(1))], { afterId: undefined });
    await book.filled(org, 'contact', 1);
    await rows(`update orgs set crm = 'sealed' where org = $1`);
    expect(await forgetFormerOrg(database, org)).toBe(false);
    expect([await people(), await book.complete(org)]).toEqual([[{ id: '1', state: 'there' }], true]);
    expect(await rows('select mode from orgs where org = $1')).toEqual([{ mode: 'live' }]);
  });
  test('two admins at once: the one who is behind stops in the middle, before the new one is read', async () => {
    await book.begin(org, 'contact', 'former', day(1), 1);
    const entries = Array.from({ length: 11_000 }, (_, n) => entry(`${n}`, day(1), `+4850${n}`));
    await book.savePage(org, 'contact', 1, entries, { afterId: undefined });
    let steps = 0;
    beforeStep = async () => {
      if (++steps === 3) await rows(`update orgs set crm = 'sealed' where org = $1`);
    };
    expect(await forgetFormerOrg(database, org)).toBe(false);
    expect((await people()).length).toBe(1_000);
  });
  test('it is complete once the kinds are read that the new one has', async () => {
    await book.begin(org, 'person-account', 'former', day(1), 1);
    await book.filled(org, 'person-account', 1);
    await read();
    expect(await book.complete(org)).toBe(false);
    await book.begin(org, 'contact', 'new', day(1), 1);
    expect(await book.complete(org)).toBe(false);
    await book.filled(org, 'contact', (await book.kinds(org)).find(({ kind }) => kind === 'contact')!.fill);
    expect(await book.complete(org)).toBe(true);
  });
});

describe('kinds that are no longer wanted', () => {
  const count = 11_000;
  beforeEach(async () => {
    for (const kind of ['contact', 'lead']) {
      await book.begin(org, kind, 'one', day(1), count);
      const entries = Array.from({ length: kind === 'lead' ? count : 1 }, (_, n) => entry(`${kind} ${n}`, day(1), `+4850${n}`, kind));
      await book.savePage(org, kind, 1, entries, { afterId: undefined });
      await book.filled(org, kind, 1);
    }
    asked = [];
  });
  const left = async () =>
    (
      await rows(`select (select count(*)::int from book_records where org = $1) as records,
      (select count(*)::int from book_numbers where org = $1) as numbers`)
    )[0];
  test('are forgotten page by page', async () => {
    await book.keepOnly(org, ['contact']);
    expect(asked.filter((name) => name === 'book-forget')).toHaveLength(4);
    expect(await left()).toEqual({ records: 1, numbers: 1 });
    expect((await book.kinds(org)).map(({ kind }) => kind)).toEqual(['contact']);
  });
  test('interrupted, it goes on the next time, and what is wanted again meanwhile has to be read again', async () => {
    refuse = 'book-forget';
    await expect(book.keepOnly(org, ['contact'])).rejects.toThrow('killed');
    expect(await left()).toEqual({ records: count + 1 - 5_000, numbers: count + 1 - 5_000 });
    expect((await book.kinds(org)).map(({ kind, basis }) => [kind, basis])).toEqual([
      ['contact', 'one'],
      ['lead', ''],
    ]);
    refuse = undefined;
    await book.keepOnly(org, ['contact']);
    expect(await left()).toEqual({ records: 1, numbers: 1 });
  });
});

describe('a book is complete', () => {
  test('when all is filled that the policy names and the org has', async () => {
    expect(await book.complete(org)).toBe(false);
    await book.begin(org, 'contact', 'one', day(1), 0);
    expect(await book.complete(org)).toBe(false);
    await book.filled(org, 'contact', 1);
    expect(await book.complete(org)).toBe(true);
    const absent = { kind: 'person-account', because: 'This org has no person accounts.', absent: true } as const;
    await book.leaveOut(org, [absent]);
    expect(await book.complete(org)).toBe(true);
    await book.leaveOut(org, [absent, { kind: 'lead', because: 'Not to be seen.' }]);
    expect(await book.complete(org)).toBe(false);
  });
});

describe('calls that were matched in a part of the book', () => {
  const add = (ids: string, unsure: boolean, ended: string) =>
    rows(`insert into calls (org, connection, external_id, pinned, ended_at, due)
      select $1, 'con', ${ids}, '{"match":{${unsure ? '"unsure":true' : ''}}}', ${ended}, null from generate_series(1, 1200) n`);
  test('of the last day are told once more, all of them, in pages; one that is being told is passed over', async () => {
    await add(`'unsure ' || n`, true, `cb_now() - interval '1 hour'`);
    await add(`'sure ' || n`, false, `cb_now() - interval '1 hour'`);
    await add(`'old ' || n`, true, `cb_now() - interval '2 days'`);
    await add(`'under way ' || n`, true, 'null');
    await database.transaction(async (connection) => {
      await connection.query({ text: `select from calls where org = $1 and external_id = 'unsure 7' for update` }, [org]);
      await book.wakeCalls(org);
    });
    const due = await rows('select external_id as id from calls where org = $1 and due is not null');
    expect(due.map(({ id }) => String(id).split(' ')[0])).toEqual(due.map(() => 'unsure'));
    expect(due).toHaveLength(1_199);
    expect(asked.filter((name) => name === 'book-wake-calls')).toHaveLength(3);
    await book.wakeCalls(org);
    expect(await rows('select 1 from calls where org = $1 and due is not null')).toHaveLength(1_200);
  });
});

test('what is asked while the phone rings is planned a few times and no more, however many ask at once', async () => {
  const one = openDatabase(address, world, () => undefined, 1);
  const lookUps = bookStore(one, world, () => undefined);
  for (let asked = 0; asked < 12; asked++) {
    const keys = Array.from({ length: 1 + (asked % 3) }, (_, place) => ({ org, key: `+4850199900${place}` }));
    await lookUps.find(keys);
    await lookUps.made(keys);
    await lookUps.heard(keys);
    await lookUps.owners(keys.map(({ key }) => ({ org, id: key })));
  }
  const { rows } = await one.query({
    text: "select name, custom_plans::int as planned from pg_prepared_statements where name like 'book-%' order by name",
  });
  await one.close();
  expect(rows.map(({ name, planned }) => [name, planned])).toEqual([
    ['book-find', 5],
    ['book-owners', 5],
    ['book-persons', 5],
    ['book-remembered', 5],
  ]);
});

describe('who was deleted, as it was told', () => {
  const gone = (id: string, of: number, isSure = false) =>
    book.saveNews(org, [], [{ kinds: [{ kind: 'contact', fill: 1 }], deleted: [{ id, stamp: day(of) }], isSure }], new Map());
  const known = async () =>
    rows(`select id, state, into_id as into, stamp, name, (select count(*)::int from book_numbers n where n.record = b.record) as numbers
      from book_records b where org = $1 order by id`);
  const said = (id: string, of: number, more: Partial<BookEntry['record']> = {}): BookEntry => {
    const { record, ...rest } = entry(id, day(of));
    return { ...rest, record: { ...record, ...more } };
  };
  beforeEach(async () => {
    await book.begin(org, 'contact', 'one', day(1), 2);
    await book.savePage(org, 'contact', 1, [entry('1', day(2))], { afterId: '1' });
  });
  test('is forgotten, and a page of the fill that was read before doesn’t bring them back, nor those it is the first to meet', async () => {
    await gone('1', 3, true);
    await gone('2', 3);
    await gone('3', 2); // changed and deleted within one second
    await book.savePage(org, 'contact', 1, [entry('1', day(2)), entry('2', day(1)), entry('3', day(2))], { afterId: '3' });
    await book.filled(org, 'contact', 1);
    expect(await known()).toEqual([
      { id: '1', state: 'gone', into: null, stamp: day(3), name: '', numbers: 0 },
      { id: '2', state: 'gone', into: null, stamp: day(3), name: '', numbers: 0 },
      { id: '3', state: 'gone', into: null, stamp: day(2), name: '', numbers: 0 },
    ]);
    await book.begin(org, 'contact', 'two', day(1), 2);
    await book.filled(org, 'contact', 2);
    expect(await known()).toEqual([]);
  });
  test('comes back when they were brought back after it', async () => {
    await gone('1', 3);
    await book.saveChanges(org, 'contact', 1, [said('1', 4)], place(4));
    expect(await known()).toMatchObject([{ state: 'there', stamp: day(4), name: '1', numbers: 1 }]);
    await gone('1', 3); // told late, and by then they are back
    expect(await known()).toMatchObject([{ state: 'there', stamp: day(4), numbers: 1 }]);
    await gone('1', 3, true); // but they were asked for, and not there
    expect(await known()).toMatchObject([{ state: 'gone', stamp: day(4), numbers: 0 }]);
  });
  test('goes on as what the bin says of them, though its stamp is older than what was told; and stays so', async () => {
    await gone('1', 4);
    await book.saveChanges(org, 'contact', 1, [said('1', 3, { state: 'gone', into: { id: '9' } })], place(3));
    await gone('1', 4, true);
    await book.saveChanges(org, 'contact', 1, [said('1', 2)], undefined);
    expect(await known()).toMatchObject([{ state: 'gone', into: '9', stamp: day(4) }]);
  });
  test('keeps what they went on as: a lead that was converted before', async () => {
    await book.saveChanges(org, 'contact', 1, [said('1', 3, { state: 'converted', into: { id: '9' } })], place(3));
    await gone('1', 4, true);
    expect(await known()).toMatchObject([{ state: 'gone', into: '9', name: '' }]);
  });
  test('ours, not yet seen by a poll, too; of more than one statement takes, all', async () => {
    await rows(`insert into book_records (org, id, kind, name, state, fill, ours_at, modified_at)
      values ($1, '5', 'contact', 'ours', 'there', 1, cb_now(), cb_now())`);
    const deleted = Array.from({ length: 2_500 }, (_, n) => ({ id: `x${n}`, stamp: day(3) }));
    await book.saveNews(
      org,
      [],
      [{ kinds: [{ kind: 'contact', fill: 1 }], deleted: [...deleted, { id: '5', stamp: day(3) }], isSure: false }],
      new Map(),
    );
    expect(await rows(`select count(*)::int as n from book_records where org = $1 and state = 'gone'`)).toEqual([{ n: 2_501 }]);
  });
});
