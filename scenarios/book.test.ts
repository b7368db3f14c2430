import { afterEach, describe, expect, test } from 'vitest';
import { type CrmBook, Refused, Unanswered } from '../server/crm.ts';
import { defaultPolicy, parsePolicy } from '../server/decide/policy.ts';
import type { BookKind, BookStore } from '../server/store/book-store.ts';
import type { OrgId } from '../server/store.ts';
import { type Line, openLine } from '../server/testing/line.ts';
import { type BookSettings, keepBooks } from '../server/book/keeper.ts';

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const stranger = '+48501999888';
const policy = { language: 'en', stranger: { missed: 'lead' } };

const lines: Line[] = [];
afterEach(async () => {
  await Promise.all(lines.splice(0).map((line) => line.close()));
});
/** `alter`: what the org's book does otherwise. Calls are counted by their name. */
const open = async (alter: (book: CrmBook) => Partial<CrmBook> = () => ({}), asked: object = policy) => {
  const counts: Record<string, number> = {};
  const line = await openLine({
    orgs: [{ policy: asked }],
    book: (book) => {
      const altered = alter(book);
      const methods = (['objects', 'newest', 'count', 'page', 'changes', 'country'] as const).map((name) => {
        const method = (altered[name] ?? book[name]) as (...given: unknown[]) => unknown;
        const counted = (...given: unknown[]) => {
          counts[name] = (counts[name] ?? 0) + 1;
          return method(...given);
        };
        return [name, counted];
      });
      return { ...book, ...(Object.fromEntries(methods) as Partial<CrmBook>) };
    },
  });
  lines.push(line);
  return Object.assign(line, { counts });
};
/** Polls happen when the clock stops at their time: it goes on minute by minute. */
const pass = async (line: Line, ms: number) => {
  for (const untilMs = line.now() + ms; line.now() < untilMs;) await line.advanceTo(Math.min(untilMs, line.now() + minuteMs));
};
const missed = async (line: Line, call: string, { number = stranger, wait = minuteMs } = {}) => {
  const facts = [
    ['call.started', 0, { direction: 'inbound', customer: { number }, line: { id: 'sales', name: 'sales' } }],
    ['call.ringing', 1, { endpoint: { asDialled: '101', agent: { id: '101', email: 'anna.nowak@acme.example' } } }],
    ['call.ended', 20, { cause: 'no answer' }],
  ] as const;
  for (const [type, at, data] of facts)
    await line.send({ id: `${call} ${type}`, body: { version: 1, type, call, at: line.now() + at * secondMs, data } });
  await pass(line, wait);
};
const tanaka = (line: Line) =>
  line.asHuman({ action: 'create', object: 'Contact', fields: { LastName: 'Tanaka', MobilePhone: '501 999 888' } });
const living = async (line: Line, object: string) => (await line.export(object)).filter((record) => !record['IsDeleted']);
const made = async (line: Line) => (await living(line, 'Lead')).filter((record) => record['Phone'] === stranger);
const rows = async (line: Line, text: string) => (await line.database.query({ text })).rows as Record<string, unknown>[];
const kindsOf = async (line: Line) =>
  Object.fromEntries(
    (await rows(line, 'select kind, count(*)::int as n from book_records where state = $$there$$ group by 1 order by 1')).map((row) => [
      row['kind'],
      row['n'],
    ]),
  );
const emptyBook = (line: Line) => line.database.query({ text: 'truncate book_numbers, book_unmatchable, book_records, book_kinds' });
const refused = () => new Refused({ mendedBy: 'admin', code: 'INVALID_FIELD', message: 'No such column' });

describe('P3: a wanted kind that can’t be read is nobody’s absence', () => {
  test('contacts that can’t be described any more are kept, and nobody is made while they can’t', async () => {
    let hidden = false;
    const line = await open((book) => ({
      objects: async (kinds) =>
        (await book.objects(kinds)).map((one) =>
          hidden && one.kind === 'contact' ? { kind: 'contact', because: 'Not to be seen.' } : one,
        ),
    }));
    const { id } = await tanaka(line);
    await pass(line, 2 * minuteMs);
    const before = await kindsOf(line);
    hidden = true;
    await pass(line, 2 * minuteMs);
    expect(await kindsOf(line)).toEqual(before);
    await missed(line, 'known');
    await missed(line, 'unknown', { number: '+48501999777', wait: 5 * minuteMs });
    expect((await living(line, 'Task')).map((task) => task['WhoId'])).toContain(id);
    expect(await rows(line, 'select 1 from persons')).toEqual([]);
    hidden = false;
    await pass(line, 5 * minuteMs); // seen again: who was unsure is told once more
    expect(await made(line)).toEqual([]);
    expect((await living(line, 'Lead')).filter((lead) => lead['Phone'] === '+48501999777')).toHaveLength(1);
  });
  test('what the org has none of keeps nobody from being made', async () => {
    const line = await open(undefined, { ...policy, match: { kinds: ['contact', 'lead', 'person-account'] } });
    await missed(line, 'c');
    expect(await made(line)).toHaveLength(1);
  });
  test('a kind the policy names no more is forgotten, and read again when it is named again', async () => {
    const line = await open();
    const before = await kindsOf(line);
    await line.admin.savePolicy(line.org, parsePolicy({ ...policy, match: { kinds: ['contact'] } }), 'admin');
    await pass(line, 2 * minuteMs);
    expect(Object.keys(await kindsOf(line))).toEqual(['contact']);
    await line.admin.savePolicy(line.org, parsePolicy(policy), 'admin');
    await pass(line, 2 * minuteMs);
    expect(await kindsOf(line)).toEqual(before);
  });
});

describe('one kind that fails keeps the others from nothing', () => {
  test.each(['page', 'count', 'newest'] as const)('%s', async (method) => {
    let broken = false;
    const line = await open((book) => ({
      [method]: async (...given: unknown[]) => {
        if (broken && JSON.stringify(given[0]).includes('"account"')) throw refused();
        return (book[method] as (...those: unknown[]) => unknown)(...given);
      },
    }));
    await line.rest();
    broken = true;
    await emptyBook(line);
    const { id } = await tanaka(line);
    await pass(line, 2 * minuteMs);
    expect(Object.keys(await kindsOf(line))).toEqual(['contact', 'lead']);
    const said = await rows(line, `select k.trouble, b.left_out::text as out from books b left join book_kinds k on k.kind = 'account'`);
    expect(JSON.stringify(said)).toContain('No such column');
    await missed(line, 'c');
    expect((await living(line, 'Task')).map((task) => task['WhoId'])).toEqual([id]);
    const before = line.counts[method]!;
    await pass(line, hourMs);
    expect(line.counts[method]! - before).toBeLessThan(30); // backed off
    broken = false;
    await pass(line, 20 * minuteMs);
    expect(Object.keys(await kindsOf(line))).toEqual(['account', 'contact', 'lead']);
    expect(await rows(line, 'select trouble from book_kinds where trouble is not null')).toEqual([]);
  });
});

test('a fill that is interrupted at every other page goes on where it stood, and meets everybody', async () => {
  let [pages, broken] = [0, false];
  const line = await open((book) => ({
    page: async (object, after) => {
      if (broken && ++pages % 2 === 0) throw new Unanswered('The connection broke.');
      return book.page(object, after);
    },
  }));
  await line.control('POST', '/seed', { people: 6_000, fresh: false });
  await pass(line, minuteMs);
  broken = true;
  await emptyBook(line);
  await pass(line, 15 * minuteMs);
  const inOrg = async (object: string) => (await living(line, object)).filter((record) => record['IsConverted'] !== true).length;
  expect(pages).toBeGreaterThan(6);
  expect(await kindsOf(line)).toEqual({ account: await inOrg('Account'), contact: await inOrg('Contact'), lead: await inOrg('Lead') });
  expect(await rows(line, 'select 1 from book_kinds where filled_at is null')).toEqual([]);
}, 60_000);

describe('B1: what a long transaction changes is not lost', () => {
  test('it began before the first poll after a fill, and commits after it', async () => {
    let during: (() => Promise<unknown>) | undefined;
    const line = await open((book) => ({
      page: async (object, after) => {
        const page = await book.page(object, after);
        if (object.kind === 'contact') {
          const work = during;
          during = undefined;
          await work?.();
        }
        return page;
      },
    }));
    await pass(line, 10 * minuteMs);
    await emptyBook(line);
    during = () => line.asHuman({ action: 'create', object: 'Contact', fields: { LastName: 'During' } });
    await pass(line, 61 * secondMs);
    const fields = { LastName: 'Late', MobilePhone: '501 999 888' };
    const late = { action: 'create', object: 'Contact', fields, startedMsAgo: 150 * secondMs } as const;
    const { id } = await line.asHuman(late);
    await pass(line, 15 * minuteMs);
    expect(await rows(line, `select id from book_records where id = '${id}'`)).toHaveLength(1);
  });
});

describe('what an org looks like is asked for again', () => {
  const field = { object: 'Contact', name: 'Second__c', label: 'Second', type: 'phone' };
  const fieldsOf = async (line: Line) => JSON.stringify(await rows(line, `select basis from book_kinds where kind = 'contact'`));
  test('a phone field that an admin adds is read within hours; one that is removed stops nothing', async () => {
    const line = await open();
    await line.control('POST', '/fields', field);
    await line.asHuman({ action: 'create', object: 'Contact', fields: { LastName: 'Tanaka', Second__c: '501 999 888' } });
    await pass(line, 5 * hourMs);
    expect(await fieldsOf(line)).toContain('Second__c');
    expect(await rows(line, `select 1 from book_numbers where number_key = '${stranger}'`)).toHaveLength(1);
    await line.control('DELETE', '/fields/Contact/Second__c');
    await pass(line, 3 * minuteMs);
    expect(await fieldsOf(line)).not.toContain('Second__c');
    const { id } = await tanaka(line);
    await pass(line, 2 * minuteMs);
    await missed(line, 'c');
    expect((await living(line, 'Task')).map((task) => task['WhoId'])).toEqual([id]);
  });
  test('a kind that is left out costs a few calls an hour', async () => {
    const line = await open(undefined, { ...policy, match: { kinds: ['contact', 'Nothing__c', 'person-account'] } });
    const describes = async () => {
      const { entries } = (await line.control('GET', '/log?since=0&limit=100000')) as { entries: object[] };
      return entries.filter((entry) => JSON.stringify(entry).includes('/describe')).length;
    };
    const before = await describes();
    await pass(line, hourMs);
    expect((await describes()) - before).toBeLessThanOrEqual(6);
  });
});

describe('what the book costs', () => {
  test('notes about orgs make nobody poll', async () => {
    const stub = stubbed();
    const stop = new AbortController();
    const books = keepBooks({ ...stub.options, stop: stop.signal });
    await stub.turns();
    const [before, looked] = [stub.polls(), stub.looked()];
    for (let note = 0; note < 20; note++) {
      books.ring();
      await stub.turns();
    }
    expect([before, stub.polls(), stub.looked() > looked]).toEqual([3, 3, true]);
    stub.settings.country = 'PL';
    books.ring();
    await stub.turns();
    expect(stub.polls()).toBe(6);
    stop.abort();
    await books.done;
  });
  test('strangers who wait while one kind is refused are caught up for once a minute', async () => {
    let broken = false;
    const line = await open((book) => ({
      changes: async (asked) =>
        (await book.changes(asked)).map((answer, n) =>
          broken && asked[n]!.object.kind === 'account' ? { failure: refused().failure } : answer,
        ),
    }));
    broken = true;
    for (let n = 0; n < 10; n++) await missed(line, `c${n}`, { number: `+48501999${100 + n}`, wait: 0 });
    await pass(line, 10 * minuteMs);
    const before = line.counts['changes']!;
    await pass(line, 20 * minuteMs);
    expect(line.counts['changes']! - before).toBeLessThan(60);
    expect(await rows(line, `select 1 from writes where role = 'person' and state = 'written'`)).toEqual([]);
    broken = false;
    await pass(line, 5 * minuteMs);
    expect(await rows(line, `select 1 from writes where role = 'person' and state = 'written'`)).toHaveLength(10);
  }, 60_000);
  test('what was changed at once in many pages is not read once more for every stranger', async () => {
    const line = await open((book) => ({
      changes: async (asked) =>
        (await book.changes(asked)).map((answer) => {
          const last = 'failure' in answer ? undefined : answer.records[24];
          return 'failure' in answer || !last || answer.records.length === 25
            ? answer
            : { records: answer.records.slice(0, 25), last: { stamp: last.stamp, id: last.id }, more: true };
        }),
    }));
    await line.control('POST', '/seed', { people: 500, fresh: true });
    await pass(line, 65 * secondMs);
    const before = line.counts['changes']!;
    for (let n = 0; n < 10; n++) await missed(line, `c${n}`, { number: `+48509999${100 + n}`, wait: 30 * secondMs });
    expect(line.counts['changes']! - before).toBeLessThan(50);
  }, 60_000);
});

test('the book of another org is read from its beginning, though it looks the same', async () => {
  const stub = stubbed();
  const begunBy = async (orgId: string) => {
    const stop = new AbortController();
    const crm = { ...stub.crm, orgId } as never; // the same each time: another one is another connection
    const books = keepBooks({ ...stub.options, crm: () => crm, stop: stop.signal });
    await stub.turns();
    stop.abort();
    await books.done;
    return stub.begun();
  };
  expect(await begunBy('00D000000000001AAA')).toBe(0);
  expect(await begunBy('00D000000000002AAA')).toBe(3);
});

test('P3: a node that is being stopped does not say that it has caught up', async () => {
  const stub = stubbed();
  const stop = new AbortController();
  stop.abort();
  const books = keepBooks({ ...stub.options, stop: stop.signal });
  await expect(books.catchUp(1 as OrgId)).rejects.toThrow('stopping');
  await books.done;
});

/** Three orgs at 96 % of their allowance, with one kind each that has been filled, and time that stands still. */
function stubbed() {
  const calls: string[] = [];
  const kind: BookKind = {
    kind: 'contact',
    basis: JSON.stringify(['00D000000000001AAA', 'Phone', 'PL']),
    fill: 1,
    afterId: undefined,
    filled: true,
    expected: 1,
    read: 1,
    place: { stamp: new Date(0).toISOString(), id: '' },
    overlap: undefined,
    polledAtMs: 0,
    askedAtMs: 0,
    trouble: undefined,
    job: undefined,
    jobPlace: undefined,
    jobRefused: undefined,
  };
  const nothing = async () => undefined;
  const store = new Proxy({} as BookStore, {
    get: (_, name) =>
      ({
        kinds: async () => [kind],
        begin: async () => void calls.push('begin'),
        take: async () => ({ lost: new AbortController().signal, release: nothing }),
        complete: async () => true,
        standing: async () => ({ usage: undefined, spent: {}, busiest: 0, lastHour: 0 }),
      })[String(name)] ?? nothing,
  });
  const book = {
    atOnce: 5,
    topics: () => [],
    objects: async () => [{ kind: 'contact', fields: ['Phone'] }],
    country: async () => 'PL',
    newest: async () => [undefined],
    count: async () => 0,
    changes: async () => {
      calls.push('changes');
      return [{ records: [], last: undefined, more: false }];
    },
  };
  const crm = { orgId: '00D000000000001AAA', book, usage: () => ({ used: 96, max: 100 }), spent: () => ({}) };
  const settings: { -readonly [Key in keyof BookSettings]: BookSettings[Key] } = {
    code: undefined,
    kinds: ['contact'],
    country: undefined,
    budget: defaultPolicy('en').budget,
  };
  const asleep = (_: number, signal?: AbortSignal) =>
    new Promise<void>((resolve) => (signal?.aborted ? resolve() : signal?.addEventListener('abort', () => resolve(), { once: true })));
  return {
    settings,
    crm,
    begun: () => calls.filter((call) => call === 'begin').length,
    options: {
      store,
      world: { now: () => 0, monotonic: () => 0, chance: () => 0.5, bytes: (count: number) => new Uint8Array(count), sleep: asleep },
      orgs: async () => [1, 2, 3] as OrgId[],
      crm: () => crm as never,
      settings: async () => {
        calls.push('settings');
        return { ...settings };
      },
      report: () => undefined,
    },
    polls: () => calls.filter((call) => call === 'changes').length,
    looked: () => calls.filter((call) => call === 'settings').length,
    turns: async () => {
      for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
    },
  };
}
