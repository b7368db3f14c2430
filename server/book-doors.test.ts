import { serve } from '@hono/node-server';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Status } from '../wire/console.ts';
import { sayMetrics } from './admin/metrics.ts';
import { sayStatus } from './admin/status.ts';
import { hashToken, sessionCookie } from './guard.ts';
import { openTestDoors } from './testing/test-doors.ts';
import { bookStore, type BookEntry } from './store/book-store.ts';
import { consoleStore, type ConsoleStore } from './store/console-store.ts';
import { type Database, openDatabase } from './store/database.ts';
import type { OrgId } from './store.ts';
import { hostileTexts } from './testing/hostile.ts';
import { type Line, openLine } from './testing/line.ts';
import { aConnect } from './testing/a-connect.ts';
import { startTestDatabase } from './testing/test-database.ts';
import { realWorld } from './world.ts';

const world = realWorld();
const minuteMs = 60_000;

describe('how the book stands, as its keeper tells it', () => {
  let line: Line | undefined;
  afterEach(async () => {
    await line?.close();
    line = undefined;
  });
  const book = async () =>
    Status.parse(sayStatus(await line!.admin.status(line!.org), 'admin', { standIn: true, hookUrl: (id) => id })).book;
  const figures = async () =>
    Object.fromEntries(
      sayMetrics((await line!.admin.metrics())[0]!, {})
        .split('\n')
        .flatMap((text) => {
          const [, name, value] = /^cordboard_(book_\w+)\{org="\d+"\} (\S+)$/.exec(text) ?? [];
          return name ? [[name, Number(value)]] : [];
        }),
    );
  const open = async (policy: object) => {
    line = await openLine({ orgs: [{ policy: { language: 'en', ...policy } }] });
    await line.rest();
    return line;
  };

  test('each kind says how far it was read, when, and how much there is; what an org has none of is no trouble', async () => {
    const { org, asHuman, advanceTo, now } = await open({});
    const there = { filled: true, polledAt: new Date(now()).toISOString(), unmatchable: 0, fresh: { by: 'polling' } };
    expect(await book()).toEqual({
      kinds: [
        { ...there, kind: 'account', read: 4, expected: 4, records: 4, numbers: 4 },
        { ...there, kind: 'contact', read: 6, expected: 6, records: 6, numbers: 8 },
        { ...there, kind: 'lead', read: 3, expected: 3, records: 3, numbers: 3 },
      ],
      leftOut: [{ kind: 'person-account', because: 'This org has no person accounts.', absent: true }],
      pace: { everySeconds: 60, is: 'usual', budget: expect.any(Number), spent: expect.any(Number) },
    });
    await asHuman({ action: 'create', object: 'Contact', fields: { LastName: 'Extension', Phone: 'ext. 12', MobilePhone: '601 999 888' } });
    const [lead] = await line!.export('Lead');
    await asHuman({ action: 'delete', object: 'Lead', id: String(lead!['Id']) });
    await advanceTo(now() + 2 * minuteMs);
    const {
      kinds: [, contacts, leads],
      leftOut,
    } = await book();
    expect(leftOut).toMatchObject([{ because: 'This org has no person accounts.', absent: true }]);
    expect([contacts, leads]).toMatchObject([
      { polledAt: new Date(now()).toISOString(), records: 7, numbers: 9, unmatchable: 1 },
      { records: 2, numbers: 2, unmatchable: 0 },
    ]);
    expect(await figures()).toMatchObject({
      book_poll_seconds: 60,
      book_records: 13,
      book_numbers: 15,
      book_filled: 1,
      book_seconds_since_poll: 0,
    });
    await line!.database.query({ text: "update book_kinds set polled_at = polled_at - interval '7 minutes' where kind = 'lead'" });
    expect(await figures()).toMatchObject({ book_seconds_since_poll: 420 });
    await line!.database.query({ text: 'update book_kinds set filled_at = null where org = $1' }, [org]);
    const { book_filled: filled, book_seconds_since_poll: seconds } = await figures();
    expect([filled, seconds]).toEqual([0, undefined]);
  });

  test('a kind that can’t be read is named with the reason, for as long as the policy names it', async () => {
    const { org, admin, advanceTo, now } = await open({ match: { kinds: ['contact', 'Site__c', 'person-account'] } });
    expect(await book()).toMatchObject({
      kinds: [{ kind: 'contact', filled: true }],
      leftOut: [
        { kind: 'Site__c', because: expect.stringMatching(/\w/) },
        { kind: 'person-account', because: expect.stringContaining('no person accounts') },
      ],
    });
    expect((await book()).leftOut.map(({ absent }) => absent)).toEqual([undefined, true]);
    expect(await figures()).toMatchObject({ book_filled: 0 });
    const [{ polledAt } = {}] = (await book()).kinds;
    await advanceTo(now() + 2 * minuteMs);
    expect((await book()).trouble).toBeUndefined();
    expect((await book()).kinds[0]!.polledAt).not.toBe(polledAt); // the others are read on meanwhile
    await admin.savePolicy(org, { language: 'en', match: { kinds: ['contact'] } }, 'admin');
    await advanceTo(now() + 2 * minuteMs);
    expect(await book()).toMatchObject({ kinds: [{ kind: 'contact' }], leftOut: [] });
    expect(await figures()).toMatchObject({ book_filled: 1 });
  });

  test('an org that refuses its book says so until it goes on; what passes is not said at once', async () => {
    const { advanceTo, now, control } = await open({});
    const fault = (kind: string) =>
      control('POST', '/faults', { kind, match: { method: 'POST', pathPrefix: '/services/data/v67.0/composite' } });
    /** Two minutes after two minutes: a keeper that failed backs off, and may have to wait for its lock. */
    const within = async (rounds: number, holds: (trouble: string | undefined) => boolean) => {
      for (let round = 0; round < rounds && !holds((await book()).trouble); round++) await advanceTo(now() + 2 * minuteMs);
      return holds((await book()).trouble);
    };
    const isSaid = (trouble: string | undefined) => trouble !== undefined && /\w/.test(trouble);
    const isOver = (trouble: string | undefined) => trouble === undefined;

    await fault('whole-400');
    expect(await within(3, isSaid)).toBe(true);
    await control('DELETE', '/faults');
    expect(await within(6, isOver)).toBe(true);

    await fault('status-503');
    await advanceTo(now() + 61_000);
    expect(isOver((await book()).trouble)).toBe(true);
    expect(await within(15, isSaid)).toBe(true);
    await control('DELETE', '/faults');
    expect(await within(6, isOver)).toBe(true);
  });
});

describe('the report of numbers that can never match', () => {
  let database: Database;
  let admin: ConsoleStore;
  let drop: () => Promise<void>;
  let app: ReturnType<typeof openTestDoors>;
  const orgs = new Map<string, OrgId>();
  /** What the database is asked for a page, counted; the first of these pages it refuses. */
  let [pages, refusePage] = [0, Infinity];

  beforeAll(async () => {
    const made = await startTestDatabase();
    drop = () => made.drop();
    const real = openDatabase(made.address, world, () => undefined);
    database = {
      ...real,
      query: async (name, values) => {
        if (name === 'unmatchable-after' && ++pages >= refusePage) throw new Error('the database is away');
        return real.query(name, values);
      },
    };
    admin = consoleStore(database);
    for (const name of ['one', 'two', 'hostile', 'many']) {
      const org = await admin.addOrg(name, 'live', null);
      await admin.addSession(org, hashToken(name), `admin of ${name}`);
      orgs.set(name, org);
    }
    app = openTestDoors({
      world,
      console: admin,
      recordUrl: (_org, id) => `https://acme.example/${id}`,
      connect: aConnect(database, admin, undefined).parts,
    });
  });
  afterAll(async () => {
    await database.close();
    await drop();
  });

  const ask = (session: string, query = '') =>
    app.request(`http://127.0.0.1:4700/api/book/unmatchable.csv${query}`, {
      headers: { host: '127.0.0.1:4700', cookie: `${sessionCookie}=${session}` },
    });
  const entry = (id: string, more: Partial<BookEntry['record']>, refused: BookEntry['refused']): BookEntry => ({
    record: { kind: 'contact', id, name: 'Anna', phones: [], state: 'there', stamp: '2026-11-22T00:00:00.000Z', modifiedAtMs: 0, ...more },
    numbers: [],
    refused,
  });
  const keep = async (org: OrgId, kind: string, entries: readonly BookEntry[]) => {
    const store = bookStore(database, world, () => undefined);
    await store.begin(org, kind, 'basis', undefined, entries.length);
    await store.savePage(org, kind, 1, entries, { afterId: undefined });
  };
  /** Records and fields; the whole is in quotes. */
  const rowsOf = (csv: string) =>
    csv
      .split('\r\n')
      .slice(1, -1)
      .map((record) => record.slice(1, -1).split('","'));

  test('says whose number it is, what stands there and why it is nobody’s, in the language asked for', async () => {
    const org = orgs.get('one')!;
    await database.query(
      {
        text: "insert into crm_users (org, id, name, email, zone, active) values ($1, '005A', 'Anna Nowak', 'a@acme.example', 'UTC', false)",
      },
      [org],
    );
    await keep(org, 'contact', [
      entry('003A', { name: 'Ewa "E" Kowalczyk', ownerId: '005A' }, [
        { field: 'Phone', written: '+48 12', because: 'too short' },
        { field: 'OtherPhone', written: 'ask Jan', because: 'no digits' },
      ]),
      entry('003B', { ownerId: '00GQ', state: 'there' }, [{ field: 'Phone', written: '=1+1', because: 'a reason of tomorrow' }]),
      entry('003G', { state: 'gone' }, [{ field: 'Phone', written: 'x', because: 'no digits' }]),
    ]);
    await keep(org, 'Site__c', [entry('a01A', { kind: 'Site__c' }, [{ field: 'Gate__c', written: '2026-11-22', because: 'a date' }])]);
    const answer = await ask('one', '?language=en');
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8; header=present']);
    const today = new Date(world.now()).toISOString().slice(0, 10);
    expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="numbers-that-never-match-${today}.csv"`);
    expect(answer.headers.get('cache-control')).toBe('private, no-store');
    const bytes = new Uint8Array(await answer.arrayBuffer());
    expect([...bytes.slice(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    const text = new TextDecoder().decode(bytes);
    expect(text.split('\r\n')[0]).toBe(
      '"Record","Object","Id","Name","Owner","Field","What is written there","Why nobody can be found by it"',
    );
    expect(rowsOf(text)).toEqual([
      [
        'https://acme.example/003A',
        'Contact',
        '003A',
        'Ewa ""E"" Kowalczyk',
        'Anna Nowak',
        'OtherPhone',
        "'ask Jan",
        'There are no digits in it.',
      ],
      [
        ...['https://acme.example/003A', 'Contact', '003A', 'Ewa ""E"" Kowalczyk', 'Anna Nowak', 'Phone', "'+48 12"],
        'Too few digits for a whole number. Perhaps the area code is missing, or it is an extension.',
      ],
      ['https://acme.example/003B', 'Contact', '003B', 'Anna', '00GQ', 'Phone', "'=1+1", 'a reason of tomorrow'],
      ['https://acme.example/a01A', 'Site__c', 'a01A', 'Anna', '', 'Gate__c', "'2026-11-22", 'It is a date.'],
    ]);
    expect(await (await ask('one', '?language=pl')).text()).toContain('"Nie ma w nim cyfr."');
    expect((await ask('one', '?language=xx')).status).toBe(400);
  });

  test('S2: another org’s numbers are not in it, and every taking is in the audit log', async () => {
    expect(rowsOf(await (await ask('two', '?language=ja')).text())).toEqual([]);
    const { rows } = await database.query({ text: 'select who, what, detail from audit where org = $1' }, [orgs.get('two')]);
    expect(rows).toEqual([{ who: 'admin of two', what: 'took the report of numbers that can never match', detail: { language: 'ja' } }]);
    expect((await ask('nobody')).status).toBe(401);
  });

  test('S3: hostile names, fields and numbers stay in their fields', async () => {
    const org = orgs.get('hostile')!;
    const texts = Object.values(hostileTexts).map((text) => text.slice(0, 300));
    await keep(
      org,
      'lead',
      texts.map((text, n) =>
        entry(`00Q${n}`, { kind: 'lead', name: text, ownerId: text }, [{ field: 'Phone', written: text, because: 'no digits' }]),
      ),
    );
    const records = (await (await ask('hostile')).text()).split('\r\n');
    expect(records).toHaveLength(texts.length + 2);
    for (const record of records.slice(1, -1)) {
      expect(record).toMatch(/^"https:\/\/acme\.example\/00Q\d+","Lead","00Q\d+",("(?:[^"]|"")*",){4}"There are no digits in it\."$/);
      expect(record).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]|(?:^|,|;)[\s"]*[=+\-@]/u);
    }
  });

  describe('a long one', () => {
    const count = 2_500;
    beforeAll(async () => {
      const refused = [{ field: 'Phone', written: 'ext. 12', because: 'too short' }];
      await keep(
        orgs.get('many')!,
        'contact',
        Array.from({ length: count }, (_, n) => entry(`003${String(n).padStart(12, '0')}`, {}, refused)),
      );
    });
    beforeEach(() => void ([pages, refusePage] = [0, Infinity]));
    afterEach(() => void (refusePage = Infinity));

    test('is read page by page, no faster than it is taken, and has everybody once', async () => {
      const reader = (await ask('many')).body!.getReader();
      expect(pages).toBe(1);
      const decoder = new TextDecoder();
      let text = '';
      for (let read = await reader.read(), chunk = 1; !read.done; read = await reader.read(), chunk++) {
        text += decoder.decode(read.value, { stream: true });
        expect(pages).toBeLessThanOrEqual(chunk + 1);
      }
      expect(pages).toBe(3);
      expect(new Set(rowsOf(text).map(([, , id]) => id)).size).toBe(count);
      expect(rowsOf(text)).toHaveLength(count);
    });
    test('whoever goes away in the midst of it leaves nothing running', async () => {
      const reader = (await ask('many')).body!.getReader();
      await reader.read();
      await reader.cancel();
      await new Promise((resolve) => setImmediate(resolve));
      expect(pages).toBeLessThan(3);
    });
    test('a database that is away refuses it at the beginning, and later breaks it off: it never looks whole', async () => {
      refusePage = 1;
      expect((await ask('many')).status).toBe(503);
      [pages, refusePage] = [0, 3];
      const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 });
      await new Promise((resolve) => server.once('listening', resolve));
      const { port } = server.address() as { port: number };
      const answer = await fetch(`http://127.0.0.1:${port}/api/book/unmatchable.csv`, { headers: { cookie: `${sessionCookie}=many` } });
      expect(answer.status).toBe(200);
      await expect(answer.text()).rejects.toThrow('terminated');
      await new Promise((resolve) => server.close(resolve));
    });
  });
});
