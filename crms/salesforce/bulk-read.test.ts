import { afterAll, beforeAll, expect, test } from 'vitest';
import { testOrg, type TestOrg } from '../../emulators/salesforce/testing/test-org.ts';
import { type BookObject, type BookRecord, Refused } from '../../server/crm.ts';
import { realWorld } from '../../server/world.ts';
import { connectSalesforce, type SalesforceCrm } from './salesforce.ts';

const client = { clientId: 'cordboard', clientSecret: 'secret-of-the-app' };
/** A few more contacts than a page of results holds. */
const people = 13_500;
let org: TestOrg;
let crm: SalesforceCrm;
let contact: BookObject;
beforeAll(async () => {
  org = await testOrg(client);
  await org.control('POST', '/seed', { people, fresh: false });
  crm = await connectSalesforce({ loginUrl: org.apiUrl, ...client }, realWorld());
  contact = (await crm.book.objects(['contact', 'lead', 'account'])).flatMap((one) => ('fields' in one ? [one] : []))[0]!;
});
afterAll(async () => {
  await crm.close();
  await org.stop();
});
const whole = () => crm.book.whole!;
const ready = async (object: BookObject): Promise<string> => {
  const job = await whole().begin(object);
  while ((await whole().look(job)) === 'under way') await realWorld().sleep(20);
  return job;
};
const pageOf = async (job: string, place: string | undefined) => {
  const page = await whole().page(contact, job, place);
  if (page === 'lost') throw new Error('it is lost');
  return page;
};

test('page by page, each place as often as one likes: the same records as by the keyset, field by field', async () => {
  const job = await ready(contact);
  const first = await pageOf(job, undefined);
  expect([first.records.length, first.next !== undefined]).toEqual([10_000, true]);
  const second = await pageOf(job, first.next);
  expect(second.next).toBeUndefined();
  expect((await pageOf(job, first.next)).records).toEqual(second.records);
  const byKeyset: BookRecord[] = [];
  for (let after: string | undefined; ;) {
    const { records, last } = await crm.book.page(contact, after);
    byKeyset.push(...records);
    if (last === undefined) break;
    after = last;
  }
  const byId = (records: readonly BookRecord[]) => records.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  expect(byId([...first.records, ...second.records])).toEqual(byId(byKeyset));
  await whole().end(job);
  expect([await whole().look(job), await whole().page(contact, job, undefined)]).toEqual(['lost', 'lost']);
  await whole().end(job); // it is no matter that it is gone
}, 30_000);
test('a place that is no longer known, and no jobs left', async () => {
  const job = await ready(contact);
  expect(await whole().page(contact, job, 'OTk5OTk5')).toBe('lost');
  await org.control('POST', '/bulk', { queryJobs: 0 });
  await expect(whole().begin(contact)).rejects.toBeInstanceOf(Refused);
  await org.control('POST', '/bulk', { queryJobs: 10_000 });
});
test('its calls are the fill’s', async () => {
  const before = crm.spent();
  await whole().end(await ready(contact));
  expect(crm.spent().fill - before.fill).toBeGreaterThanOrEqual(3);
  expect({ ...crm.spent(), fill: 0 }).toEqual({ ...before, fill: 0 });
});
