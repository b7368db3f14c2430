import { beforeEach, describe, expect, test } from 'vitest';
import { type BookObject, Refused } from '../../server/crm.ts';
import { salesforceBook } from './book.ts';

const minuteMs = 60_000;
const phone = (name: string) => ({ name, type: 'phone' });
const refusal = (status: number, errorCode: string) => ({ status, body: [{ errorCode, message: `${errorCode} it is` }] });
type Answer = { readonly status: number; readonly body: unknown };

/** Salesforce, of which each object is described as it is scripted. Of queries it knows that `Gone__c` is no column. */
let nowMs: number;
let described: string[];
let objects: Record<string, unknown>;
let book: ReturnType<typeof salesforceBook>;
const isRefusal = (answer: unknown): answer is Answer => typeof answer === 'object' && answer !== null && 'status' in answer;
const query = (url: string): Answer =>
  decodeURIComponent(url).includes('Gone__c')
    ? refusal(400, 'INVALID_FIELD')
    : { status: 200, body: { totalSize: 0, done: true, records: [] } };

beforeEach(() => {
  [nowMs, described] = [0, []];
  objects = { Contact: { fields: [phone('Phone')] }, Lead: { fields: [phone('Phone')] }, Account: { fields: [phone('Phone')] } };
  const answerTo = (url: string): Answer => {
    const [, name] = /\/sobjects\/(\w+)\/describe/.exec(url) ?? [];
    if (name === undefined) return query(url);
    described.push(name);
    const answer = objects[name] ?? refusal(404, 'NOT_FOUND');
    return isRefusal(answer) ? answer : { status: 200, body: answer };
  };
  type Part = { url: string; referenceId: string };
  const call = async ({ path, body }: { path: string; body?: { compositeRequest: Part[] } }) => {
    if (body) {
      const compositeResponse = body.compositeRequest.map(({ url, referenceId }) => {
        const { status, body: answer } = answerTo(url);
        return { httpStatusCode: status, referenceId, body: answer };
      });
      return { json: { compositeResponse } };
    }
    const answer = answerTo(path);
    if (answer.status >= 400) throw new Refused({ mendedBy: 'admin', code: 'INVALID_FIELD', message: 'no such column' });
    return { json: answer.body };
  };
  book = salesforceBook({
    api: { base: '/b', call } as never,
    session: { redact: (text) => text },
    world: { now: () => nowMs, monotonic: () => nowMs, chance: () => 0.5 } as never,
  });
});
const fieldsOf = async (kind: string) => {
  const [one] = await book.objects([kind]);
  return one && 'fields' in one ? one.fields : one;
};
const place = { stamp: new Date(0).toISOString(), id: '' };

describe('what an object looks like', () => {
  test('one that can’t be described leaves the others be: refused, or described oddly', async () => {
    objects['Contact'] = refusal(404, 'NOT_FOUND');
    objects['Lead'] = { fields: 'none' };
    expect(await book.objects(['contact', 'lead', 'account', 'person-account'])).toEqual([
      { kind: 'contact', because: expect.stringContaining('may not see it') },
      { kind: 'lead', because: expect.stringContaining("can't be read") },
      { kind: 'account', fields: ['Phone'] },
      { kind: 'person-account', because: 'This org has no person accounts.', absent: true },
    ]);
  });
  test('what was refused is asked for again after 10 minutes, what is known after hours', async () => {
    objects['Contact'] = refusal(404, 'NOT_FOUND');
    for (let minute = 0; minute < 60; minute++, nowMs += minuteMs) await book.objects(['contact', 'lead']);
    expect([described.filter((name) => name === 'Contact').length, described.filter((name) => name === 'Lead').length]).toEqual([6, 1]);
    objects['Lead'] = { fields: [phone('Phone'), phone('New__c')] };
    nowMs += 240 * minuteMs;
    expect(await fieldsOf('lead')).toEqual(['Phone', 'New__c']);
  });
  test('an org too busy to describe it again changes nothing that is known', async () => {
    await book.objects(['lead']);
    objects['Lead'] = refusal(503, 'SERVER_UNAVAILABLE');
    nowMs += 240 * minuteMs;
    expect(await fieldsOf('lead')).toEqual(['Phone']);
    await expect(book.objects(['contact', 'lead'])).resolves.toHaveLength(2);
  });
  test('a right that is taken away leaves it out; who reads it just then is refused, and nothing breaks', async () => {
    await book.objects(['lead']);
    objects['Lead'] = refusal(404, 'NOT_FOUND');
    nowMs += 240 * minuteMs;
    expect(await fieldsOf('lead')).toEqual({ kind: 'lead', because: expect.stringContaining('may not see it') });
    expect(await book.changes([{ object: { kind: 'lead', fields: ['Phone'] }, after: place }])).toMatchObject([{ records: [] }]);
    objects['Lead'] = { fields: [phone('Phone')] };
    nowMs += 10 * minuteMs;
    expect(await fieldsOf('lead')).toEqual(['Phone']);
  });
});

describe('cases and opportunities, which have no numbers', () => {
  const named = (...names: string[]) => ({
    fields: ['Id', 'SystemModstamp', 'LastModifiedDate', 'IsDeleted', ...names].map((name) => ({ name, type: 'string' })),
  });
  test('DP-04: an org that has none, or a user who may not see them, is left be', async () => {
    objects['Opportunity'] = named('Name');
    expect(await book.objects(['case', 'opportunity', 'contact'])).toEqual([
      { kind: 'case', because: expect.stringContaining('There is no Case'), absent: true },
      { kind: 'opportunity', because: 'The connected user may not see Opportunity.IsClosed.' },
      { kind: 'contact', fields: ['Phone'] },
    ]);
  });
  test('only open cases are read, unless one may be asked for by its code; phone fields of the contact are none of the case', async () => {
    objects['Case'] = { fields: [...named('CaseNumber', 'ContactId', 'IsClosed', 'Subject', 'Ticket__c').fields, phone('ContactPhone')] };
    const [open] = await book.objects(['case']);
    const [byNumber] = await book.objects(['case'], 'CaseNumber');
    const [byTicket] = await book.objects(['case'], 'Ticket__c');
    expect([open, byNumber, byTicket].map((one) => one && 'fields' in one && one.fields)).toEqual([
      ['CaseNumber', 'ContactId', 'IsClosed', 'Subject', 'open'],
      ['CaseNumber', 'ContactId', 'IsClosed', 'Subject', 'all'],
      ['CaseNumber', 'ContactId', 'IsClosed', 'Ticket__c', 'Subject', 'all'],
    ]);
    expect(await book.objects(['case'], 'Gone__c')).toEqual([{ kind: 'case', because: 'The connected user may not see Case.Gone__c.' }]);
  });
});

describe('a field that is removed', () => {
  const reads: [string, (object: BookObject) => Promise<unknown>][] = [
    ['changes', (object) => book.changes([{ object, after: place }])],
    ['a page', (object) => book.page(object, undefined)],
  ];
  test.each(reads)('%s refused for it: it is described again at once, and not each time', async (_, read) => {
    objects['Lead'] = { fields: [phone('Phone'), phone('Gone__c')] };
    const [object] = (await book.objects(['lead'])) as BookObject[];
    await read(object!).catch(() => undefined);
    await book.objects(['lead']);
    await read(object!).catch(() => undefined); // still described with it
    await book.objects(['lead']);
    expect(described).toHaveLength(2);
    objects['Lead'] = { fields: [phone('Phone')] };
    nowMs += 10 * minuteMs;
    await read(object!).catch(() => undefined);
    expect(await fieldsOf('lead')).toEqual(['Phone']);
    await read(object!);
    expect(described).toHaveLength(3);
  });
});
