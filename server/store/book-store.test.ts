import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTestDatabase } from '../testing/test-database.ts';
import { realWorld } from '../world.ts';
import { type BookEntry, type BookStore, bookStore } from './book-store.ts';
import { consoleStore } from './console-store.ts';
import { type Database, type DatabaseAddress, openDatabase } from './database.ts';
import type { OrgId } from '../store.ts';

const world = realWorld();
let database: Database;
let drop: () => Promise<void>;
let book: BookStore;
let org: OrgId;
/** Statements asked for by name, and one that is refused. */
let asked: string[] = [];
let refuse: string | undefined;
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
  };
  book = bookStore(database, world, () => undefined);
});
afterAll(async () => {
  await database.close();
  await drop();
});
beforeEach(async () => {
  org = await consoleStore(database).addOrg('org', 'live', null);
  [asked, refuse] = [[], undefined];
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
