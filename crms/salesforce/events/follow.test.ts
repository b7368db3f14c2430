import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { seeded, testOrg, type TestOrg } from '../../../emulators/salesforce/testing/test-org.ts';
import { type BookNews, type BookObject, NoEvents, Unanswered } from '../../../server/crm.ts';
import { realWorld } from '../../../server/world.ts';
import { connectSalesforce, type SalesforceCrm } from '../salesforce.ts';

let org: TestOrg;
let crm: SalesforceCrm;
let objects: BookObject[];
const stops: AbortController[] = [];
const client = { clientId: 'cordboard', clientSecret: 'secret-of-the-app' };
/** Some other program signs in. */
async function signIn(): Promise<void> {
  const form = { grant_type: 'client_credentials', client_id: client.clientId, client_secret: client.clientSecret };
  const answer = await fetch(`${org.apiUrl}/services/oauth2/token`, { method: 'POST', body: new URLSearchParams(form) });
  org.token = ((await answer.json()) as { access_token: string }).access_token;
}

beforeAll(async () => {
  org = await testOrg({ pubsubPort: 0, ...client });
  await select('Contact', 'Account');
  const settings = { loginUrl: org.apiUrl, ...client, pubsubUrl: org.pubsubUrl! };
  crm = await connectSalesforce(settings, realWorld());
});
afterAll(async () => {
  await crm.close();
  await org.stop();
});
beforeEach(async () => {
  await org.control('POST', '/reset');
  await org.control('POST', '/clock', { shiftMs: 0 });
  await signIn();
  await select('Contact', 'Account');
  objects = (await crm.book.objects(['contact', 'lead', 'account'])).flatMap((one) => ('fields' in one ? [one] : []));
});
afterEach(() => {
  for (const stop of stops.splice(0)) stop.abort();
});

const select = (...names: string[]) => org.control('POST', '/change-events', { objects: names });
const contacts = '/data/ContactChangeEvent';
const human = (body: Record<string, unknown>) => org.control('POST', '/as-human', { user: seeded.anna, object: 'Contact', ...body });
const edit = (id: string, fields: Record<string, unknown>) => human({ action: 'update', id, fields });

/** Follows; `next` gives what is told then, `fails` what it ends with. */
function following(topic = contacts, from?: string) {
  const stop = new AbortController();
  stops.push(stop);
  const told = crm.book.follow(topic, from, stop.signal)[Symbol.asyncIterator]();
  const next = async (): Promise<BookNews> => {
    const { value, done } = await told.next();
    if (done) throw new Error('it ended');
    return value;
  };
  return {
    next,
    stands: next,
    stop,
    fails: async () => {
      for (;;) {
        const error: unknown = await next().then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        if (error !== undefined) return error;
      }
    },
    /** What was told when so many changes had been. */
    async until(count: number): Promise<BookNews[]> {
      const news: BookNews[] = [];
      while (news.reduce((sum, one) => sum + one.told, 0) < count) news.push(await next());
      return news;
    },
  };
}
const because = (error: unknown) => (error instanceof NoEvents ? error.because : error);
const changedOf = (news: readonly BookNews[]) => news.flatMap(({ changed }) => changed);

describe('what is told', () => {
  test('records that matter to the book, whatever became of them; at first, that nothing is missed from now on', async () => {
    const heard = following();
    expect(await heard.stands()).toEqual({ changed: [], deleted: [], more: false, place: undefined, told: 0 });
    await edit(seeded.ewa, { MobilePhone: '+48 501 999 888' });
    expect(changedOf(await heard.until(1))).toEqual([seeded.ewa]);
    await human({ action: 'delete', id: seeded.tomasz });
    const [news] = await heard.until(1);
    const [record] = await crm.book.byId([{ object: objects[0]!, ids: [seeded.tomasz] }]);
    expect(record).toMatchObject({ id: seeded.tomasz, state: 'gone' });
    // The stand-in's clock goes on between a change and its commit, by less than a second.
    const stamp = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]{8}\.000Z$/);
    expect(news).toMatchObject({ changed: [seeded.tomasz], deleted: [{ id: seeded.tomasz, stamp }], more: false });
    expect(Date.parse(news!.deleted[0]!.stamp)).toBeGreaterThanOrEqual(Date.parse(record!.stamp));
  });
  test('not what the book doesn’t keep, nor what we did ourselves', async () => {
    const heard = following();
    await heard.stands();
    await edit(seeded.ewa, { Description: 'likes rye', Department: 'Bakery' });
    await org.call('PATCH', `/sobjects/Contact/${seeded.ewa}`, { Phone: '1' }, { 'sforce-call-options': 'client=cordboard' });
    await org.call('PATCH', `/sobjects/Contact/${seeded.ewa}`, { Phone: '2' }, { 'sforce-call-options': 'client=cordboards' });
    await edit(seeded.iryna, { MailingCountry: 'Poland' });
    await edit(seeded.iryna, { MailingCity: 'Lwów' });
    const { body } = await human({ action: 'create', fields: { LastName: 'Tanaka' } });
    await edit(seeded.iryna, { LastName: 'Koval' });
    expect(changedOf(await heard.until(7))).toEqual([seeded.ewa, seeded.iryna, (body as { id: string }).id, seeded.iryna]);
  });
  test('after a place: all that was missed, and from now on nothing of it', async () => {
    const first = following();
    await first.stands();
    await edit(seeded.ewa, { Phone: '1' });
    const [{ place } = { place: undefined }] = (await first.until(1)).toReversed();
    first.stop.abort();
    await edit(seeded.tomasz, { Phone: '2' });
    await edit(seeded.misaki, { Phone: '3' });
    expect(changedOf(await following(contacts, place).until(2))).toEqual([seeded.tomasz, seeded.misaki]);
    const now = following();
    await now.stands();
    await edit(seeded.iryna, { Phone: '4' });
    expect(changedOf(await now.until(1))).toEqual([seeded.iryna]);
  });
  test('gaps by their ids; what names none, or so many that they are not named, as “more”', async () => {
    const heard = following();
    await heard.stands();
    await org.control('POST', '/change-events/gap', { object: 'Contact', ids: [seeded.ewa], changeType: 'GAP_UPDATE' });
    expect(await heard.until(1)).toMatchObject([{ changed: [seeded.ewa], more: false }]);
    await org.control('POST', '/change-events/gap', { object: 'Contact', ids: ['003*'], changeType: 'GAP_UPDATE' });
    expect(await heard.until(1)).toMatchObject([{ changed: [], more: true }]);
    await org.control('POST', '/change-events/gap', { object: 'Contact', changeType: 'GAP_OVERFLOW' });
    expect(await heard.until(1)).toMatchObject([{ changed: [], more: true }]);
  });
  test('by the new schema, when a field is added in the midst of it', async () => {
    const heard = following();
    await heard.stands();
    await edit(seeded.ewa, { Phone: '1' });
    await heard.until(1);
    await org.control('POST', '/fields', { object: 'Contact', name: 'A_First__c', label: 'First', type: 'phone' });
    await edit(seeded.tomasz, { Phone: '2', A_First__c: '3' });
    expect(changedOf(await heard.until(1))).toEqual([seeded.tomasz]);
    await org.control('DELETE', '/fields/Contact/A_First__c');
  });
  test('more than one answer holds', async () => {
    const heard = following();
    await heard.stands();
    const made: string[] = [];
    for (let time = 0; time < 2; time++) {
      const records = Array.from({ length: 125 }, (_, n) => ({ attributes: { type: 'Contact' }, LastName: `Nowak ${time} ${n}` }));
      const { body } = await org.call('POST', '/composite/sobjects', { records });
      made.push(...(body as { id: string }[]).map(({ id }) => id));
    }
    expect(changedOf(await heard.until(250))).toEqual(made);
  });
});

describe('why nothing is told', () => {
  test('it is not selected; once it is, it is told', async () => {
    await select('Account');
    expect(because(await following().fails())).toBe('not-selected');
    await select('Contact');
    await following().stands();
  });
  test('the user may not see all of them', async () => {
    await org.control('POST', '/sharing', { private: ['Contact'], admins: [] });
    expect(because(await following().fails())).toBe('not-allowed');
    await org.control('POST', '/sharing', {});
  });
  test('the place is not kept any more', async () => {
    const place = Buffer.from('0000ffffffffffff0000', 'hex').toString('base64');
    expect(because(await following(contacts, place).fails())).toBe('lost');
  });
  test('the events of the day are used up', async () => {
    const heard = following();
    await heard.stands();
    await org.control('POST', '/change-events', { maxDelivered: 1, delivered: 1 });
    await edit(seeded.ewa, { Phone: '1' });
    expect(because(await heard.fails())).toBe('used-up');
    await org.control('POST', '/change-events', { maxDelivered: 25_000, delivered: 0 });
  });
  test('the connection breaks, or Salesforce ends it', async () => {
    const heard = following();
    await heard.stands();
    await org.control('POST', '/change-events/faults', { kind: 'drop' });
    expect(await heard.fails()).toBeInstanceOf(Unanswered);
    const again = following();
    await again.stands();
    await org.control('POST', '/change-events/faults', { kind: 'end', status: 14 });
    expect(await again.fails()).toBeInstanceOf(Unanswered);
  });
  test('no words of it hold a token', async () => {
    const message = `it was ${org.token}`;
    const heard = following();
    await heard.stands();
    await org.control('POST', '/change-events/faults', { kind: 'end', status: 14, message: `Bearer ${org.token}, ${message}` });
    expect(String((await heard.fails()) as Error)).not.toContain(`Bearer ${org.token}`);
  });
});

test('a session that is over is renewed', async () => {
  await fetch(`${org.controlUrl}/__org/sessions`, { method: 'DELETE' });
  const heard = following();
  await heard.stands();
  await signIn();
  await edit(seeded.ewa, { Phone: '1' });
  expect(changedOf(await heard.until(1))).toEqual([seeded.ewa]);
});
describe('a session that is over in mid-stream', () => {
  const endSession = async () => {
    await fetch(`${org.controlUrl}/__org/sessions`, { method: 'DELETE' });
    await org.control('POST', '/change-events/faults', { kind: 'end', status: 16, errorCode: 'service.auth', message: 'Session is over.' });
    await signIn();
  };
  test('is renewed, and it goes on from the same place, with nobody told of it', async () => {
    const heard = following();
    await heard.stands();
    await edit(seeded.ewa, { Phone: '1' });
    await heard.until(1);
    const before = crm.signedInAtMs();
    await endSession();
    await edit(seeded.tomasz, { Phone: '2' });
    expect(changedOf(await heard.until(1))).toEqual([seeded.tomasz]);
    expect(crm.signedInAtMs()).toBeGreaterThan(before!);
    await edit(seeded.iryna, { Phone: '3' });
    expect(changedOf(await heard.until(1))).toEqual([seeded.iryna]);
  });
  test('before anything came: it broke, for nobody knows what was missed; followed anew it is told again', async () => {
    const heard = following();
    await heard.stands();
    await endSession();
    expect(await heard.fails()).toBeInstanceOf(Unanswered);
    const again = following();
    await again.stands();
    await edit(seeded.ewa, { Phone: '1' });
    expect(changedOf(await again.until(1))).toEqual([seeded.ewa]);
  });
  test('each one again at once: it broke, and no session is asked for without end', async () => {
    const heard = following();
    await heard.stands();
    await edit(seeded.ewa, { Phone: '1' });
    await heard.until(1);
    let failed: unknown;
    const failing = heard.fails().then((error) => (failed = error));
    while (failed === undefined) await endSession(); // the test's time limit ends this
    expect(await failing).toBeInstanceOf(Unanswered);
  });
});
test('it costs no API call until records are read', async () => {
  const { usage } = (await (await fetch(`${org.controlUrl}/__org/counts`)).json()) as { usage: { used: number } };
  const heard = following();
  await heard.stands();
  await edit(seeded.ewa, { Phone: '1' });
  await heard.until(1);
  const spent = crm.spent();
  await crm.book.byId([{ object: objects[0]!, ids: [seeded.ewa] }]);
  const after = (await (await fetch(`${org.controlUrl}/__org/counts`)).json()) as { usage: { used: number } };
  expect([after.usage.used - usage.used, crm.spent().events - spent.events]).toEqual([1, 1]);
});
test('a person account and a company are told of together', () =>
  expect(crm.book.topics(['contact', 'account', 'person-account', 'Site__c'].map((kind) => ({ kind, fields: [] })))).toEqual([
    { topic: contacts, kinds: ['contact'] },
    { topic: '/data/AccountChangeEvent', kinds: ['account', 'person-account'] },
    { topic: '/data/Site__ChangeEvent', kinds: ['Site__c'] },
  ]));
