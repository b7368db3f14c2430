import { afterEach, expect, test } from 'vitest';
import { type CrmBook, type CrmBookWhole, Refused, Unanswered } from '../server/crm.ts';
import { parsePolicy } from '../server/decide/policy.ts';
import { type Line, openLine } from '../server/testing/line.ts';

const secondMs = 1_000;
let line: Line | undefined;
afterEach(async () => {
  await line?.close();
  line = undefined;
});
/** A book whose kinds are worth fetching as a whole from a thousand records on, a few hundred a page. Calls are counted by their name. */
const open = async (alter: (whole: CrmBookWhole, book: CrmBook) => Partial<CrmBookWhole> = () => ({})) => {
  const calls: Record<string, number> = {};
  const counting = <Given extends unknown[], Answer>(name: string, method: (...given: Given) => Answer) => {
    return (...given: Given): Answer => {
      calls[name] = (calls[name] ?? 0) + 1;
      return method(...given);
    };
  };
  line = await openLine({
    orgs: [{ policy: { language: 'en', match: { kinds: ['lead'] } } }],
    book: (book) => {
      const whole = { ...book.whole!, from: 1_000, ...alter(book.whole!, book) };
      return {
        ...book,
        page: counting('keyset', book.page),
        whole: { ...whole, begin: counting('begin', whole.begin), page: counting('page', whole.page), look: counting('look', whole.look) },
      };
    },
  });
  await line.rest();
  await line.control('POST', '/seed', { people: 6_000, fresh: false });
  return calls;
};
/** From now on contacts are wanted as well. */
const want = () => line!.admin.savePolicy(line!.org, parsePolicy({ language: 'en', match: { kinds: ['lead', 'contact'] } }), 'admin');
const pass = async (ms: number, stepMs = secondMs) => {
  for (const untilMs = line!.now() + ms; line!.now() < untilMs;) {
    await line!.advanceTo(Math.min(untilMs, line!.now() + stepMs));
    await new Promise((resolve) => setImmediate(resolve)); // the org works on the job by itself
  }
};
const filled = async () => {
  const { rows } = await line!.database.query({ text: "select filled_at is not null as is, read from book_kinds where kind = 'contact'" });
  return rows[0] as { is: boolean; read: number } | undefined;
};
const untilFilled = async () => {
  for (let second = 0; second < 300 && !(await filled())?.is; second++) await pass(secondMs);
};
const inBook = async () =>
  (await line!.database.query({ text: "select id from book_records where kind = 'contact' and state = 'there' order by id" })).rows.map(
    (row) => row.id as string,
  );
const inOrg = async () =>
  (await line!.export('Contact'))
    .filter((contact) => !contact['IsDeleted'])
    .map((contact) => String(contact['Id']))
    .toSorted();
const rows = async (text: string) => (await line!.database.query({ text })).rows as Record<string, unknown>[];

test('a kind of many records is fetched as a whole, as it would have been page by page', async () => {
  const calls = await open();
  await want();
  await untilFilled();
  expect(await inBook()).toEqual(await inOrg());
  expect(calls).toEqual({ keyset: 1, begin: 1, look: expect.any(Number), page: 1 }); // the leads of the beginning
  const shown = `select r.id, r.name, company, owner_id, email, account_id, status, state, stamp, modified_at,
    array(select number_key || field from book_numbers n where n.record = r.record order by 1) as numbers from book_records r where kind = 'contact' order by id`;
  const fetched = await rows(shown);
  await line!.admin.savePolicy(line!.org, parsePolicy({ language: 'en', match: { kinds: ['lead'] } }), 'admin');
  await pass(65 * secondMs);
  expect(await inBook()).toEqual([]);
  await line!.control('POST', '/bulk', { queryJobs: 0 });
  await want();
  await untilFilled();
  expect(await rows(shown)).toEqual(fetched);
  expect(await rows("select job_refused from book_kinds where kind = 'contact'")).toMatchObject([
    { job_refused: expect.stringMatching(/query jobs/) },
  ]);
}, 60_000);

test('interrupted at every other page it goes on where it stood, and meets everybody', async () => {
  const places: (string | undefined)[] = [];
  const calls = await open((whole) => ({
    page: async (object, job, place) => {
      places.push(place);
      if (places.length % 2 === 0) throw new Unanswered('The connection broke.');
      const page = await whole.page(object, job, undefined);
      if (page === 'lost') return page;
      const from = Number(place?.split('+')[1] ?? 0);
      return { records: page.records.slice(from, from + 700), next: from + 700 < page.records.length ? `+${from + 700}` : undefined };
    },
  }));
  // Places of our own making, for the org's pages are larger than its records are many.
  await want();
  await untilFilled();
  expect(await inBook()).toEqual(await inOrg());
  expect([calls['begin'], calls['keyset'], new Set(places).size > 4]).toEqual([1, 1, true]);
  expect(await filled()).toEqual({ is: true, read: (await inOrg()).length });
}, 60_000);

test('who is deleted, merged or made meanwhile is known as what they are by then', async () => {
  let during: (() => Promise<void>) | undefined;
  await open((whole) => ({
    page: async (...given) => {
      const page = await whole.page(...given);
      await during?.();
      during = undefined;
      return page;
    },
  }));
  const [gone, loser, winner] = (await inOrg()).slice(-40, -37);
  let made = '';
  during = async () => {
    await line!.asHuman({ action: 'delete', object: 'Contact', id: gone! });
    await line!.asHuman({ action: 'merge', object: 'Contact', id: winner!, losers: [loser!] });
    made = (await line!.asHuman({ action: 'create', object: 'Contact', fields: { LastName: 'During', MobilePhone: '501 999 888' } })).id;
  };
  await want();
  await untilFilled();
  await pass(70 * secondMs);
  expect(made).not.toBe('');
  expect(await inBook()).toEqual(await inOrg());
  expect(await rows(`select id, state, into_id from book_records where id in ('${gone}', '${loser}') order by id`)).toEqual([
    { id: gone, state: 'gone', into_id: null },
    { id: loser, state: 'gone', into_id: winner },
  ]);
}, 60_000);

test('work that is lost is begun anew, and at last done page by page', async () => {
  let lost = 0;
  const calls = await open((whole) => ({
    page: async (object, job, place) => {
      if (++lost > 1) return whole.page(object, job, place);
      await whole.end(job);
      return whole.page(object, job, place);
    },
  }));
  await want();
  await untilFilled();
  expect([calls['begin'], calls['keyset']]).toEqual([2, 1]);
  expect(await inBook()).toEqual(await inOrg());
  lost = -Infinity;
}, 60_000);

test('an org that always loses it is read page by page, and so is one that refuses it', async () => {
  for (const alter of [() => ({ look: async () => 'lost' as const }), () => ({ begin: refused })]) {
    const calls = await open(alter);
    await want();
    await untilFilled();
    expect(await inBook()).toEqual(await inOrg());
    expect(calls['keyset']).toBeGreaterThan(1);
    await line!.close();
    line = undefined;
  }
}, 60_000);
const refused = () => Promise.reject(new Refused({ mendedBy: 'admin', code: 'FEATURENOTENABLED', message: 'Bulk API is not enabled' }));
