import { describe, expect, test } from 'vitest';
import type { Source } from '../source.ts';
import type { OrgId } from '../store.ts';
import { hostileTexts } from '../testing/hostile.ts';
import { groupCommit, NotStored, Overloaded, type NewDelivery } from './group-commit.ts';
import { hashPayload } from './hash-payload.ts';
import { receive, type Connection, type Door, type Knock, type Refused } from './ingest.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const streamOf = (...chunks: string[]) => ReadableStream.from(chunks.map(bytes)) as ReadableStream<Uint8Array>;

/** Takes whoever knows the password; ids are in a header. */
const acme: Source = {
  name: 'acme',
  keepHeaders: ['content-type', 'X-Acme-Region', 'x-acme-token', 'authorization'],
  maxBodyBytes: 20,
  settleMs: 0,
  silenceMs: 0,
  accept: (_body, headers, secrets, nowMs) =>
    secrets.includes(headers.get('x-acme-token') ?? '')
      ? { deliveryId: headers.get('x-acme-id') ?? `at ${nowMs}` }
      : { status: 401, code: 'wrong_token', message: 'Send x-acme-token.' },
  translate: () => ({ events: [], unheard: [] }),
};
const connection: Connection = { org: 7 as OrgId, connection: 'pbx-1', source: acme, secrets: ['open', 'sesame'] };

function aDoor(change: Partial<Door> & { append?: (rows: readonly NewDelivery[]) => Promise<void>; full?: string } = {}) {
  const stored: NewDelivery[] = [];
  const troubles: unknown[] = [];
  const append = change.append ?? (async (rows) => void stored.push(...rows));
  const door: Door = {
    find: async (id) => (id === 'pbx-1' ? connection : undefined),
    commit: groupCommit(append, () => change.full),
    world: { now: () => 1_000, chance: () => 0.5 },
    report: (trouble) => troubles.push(trouble),
    ...change,
  };
  return {
    door,
    stored,
    troubles,
    send: (knock: Partial<Knock> = {}) =>
      receive(
        {
          connection: 'pbx-1',
          headers: new Headers({ 'x-acme-token': 'open', 'x-acme-id': 'd-1' }),
          body: streamOf('{"b":1,', '"a":2}'),
          ...knock,
        },
        door,
      ),
  };
}
const errorOf = (answer: { body: unknown }) => (answer.body as Refused).error;

test('a delivery is stored whole, then answered', async () => {
  const { send, stored } = aDoor();
  const answer = await send({
    headers: new Headers({
      'x-acme-token': 'sesame',
      'x-acme-id': 'd-1',
      'content-type': 'application/json',
      'x-acme-region': 'eu',
      authorization: 'Basic abc',
      cookie: 'a=b',
    }),
  });
  expect(answer).toEqual({
    status: 202,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
    body: { accepted: 'd-1' },
  });
  expect(stored).toEqual([
    {
      org: 7,
      connection: 'pbx-1',
      deliveryId: 'd-1',
      headers: { 'content-type': 'application/json', 'x-acme-region': 'eu' }, // never the token, though the source asked for it (S2)
      body: bytes('{"b":1,"a":2}'),
      payloadHash: hashPayload(bytes('{"a":2,"b":1}')),
      receivedAt: 1_000,
    },
  ]);
});
test('nobody hears 2xx before the commit returned (E1)', async () => {
  const { promise: committed, resolve: commit } = Promise.withResolvers<void>();
  const { send } = aDoor({ append: () => committed });
  let answered = false;
  const answer = send().finally(() => (answered = true));
  await new Promise((resolve) => setImmediate(resolve));
  expect(answered).toBe(false);
  commit();
  expect((await answer).status).toBe(202);
});

describe('refusing, with nothing stored', () => {
  test.each<[string, Partial<Knock>, number, string]>([
    ['an unknown connection', { connection: 'pbx-2' }, 404, 'unknown_connection'],
    ['what the source refuses', { headers: new Headers() }, 401, 'wrong_token'],
    ['a body announced too long', { headers: new Headers({ 'content-length': '21' }) }, 413, 'too_long'],
    ['a body that turns out too long', { body: streamOf('0123456789', '0123456789', '0') }, 413, 'too_long'],
  ])('%s', async (_, knock, status, code) => {
    const { send, stored, troubles } = aDoor();
    const answer = await send(knock);
    expect(answer.status).toBe(status);
    expect(errorOf(answer)).toEqual({ code, message: expect.stringMatching(/^[A-Z].*\.$/), docs: '/docs/events' });
    expect(stored).toEqual([]);
    expect(troubles).toEqual([]); // the sender's, not ours
  });
  test('a body of just the allowed length is taken', async () => {
    expect((await aDoor().send({ body: streamOf('0123456789', '0123456789') })).status).toBe(202);
  });
  test('an endless body is not read on', async () => {
    let [given, cancelled] = [0, false];
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        given += 1;
        controller.enqueue(bytes('0123456789'));
      },
      cancel: () => void (cancelled = true),
    });
    expect((await aDoor().send({ body: endless })).status).toBe(413);
    expect(given).toBeLessThan(10);
    expect(cancelled).toBe(true);
  });
  test('a body that breaks off', async () => {
    const { send, stored, troubles } = aDoor();
    const broken = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(bytes('{"a"')),
      pull: (controller) => controller.error(new Error('ECONNRESET')),
    });
    const answer = await send({ body: broken });
    expect([answer.status, errorOf(answer).code]).toEqual([400, 'cut_off']);
    expect([stored, troubles]).toEqual([[], []]);
  });
});

describe('not now: 503 with Retry-After', () => {
  test.each<[string, Parameters<typeof aDoor>[0], string, number]>([
    ['overload is told before a body is read', { full: 'The disk is nearly full.' }, 'overloaded', 0],
    [
      'overload is told when it comes while reading',
      { commit: { whyFull: () => undefined, add: () => Promise.reject(new Overloaded('5000 deliveries are waiting.')) } },
      'overloaded',
      0,
    ],
    ['a failed commit', { append: () => Promise.reject(new Error('lost')) }, 'not_stored', 1],
    ['a look-up that fails', { find: () => Promise.reject(new Error('no database')) }, 'unavailable', 1],
    [
      'a source that throws at the door',
      {
        find: async () => ({
          ...connection,
          source: {
            ...acme,
            accept: () => {
              throw new Error('bug');
            },
          },
        }),
      },
      'unavailable',
      1,
    ],
  ])('%s', async (_, change, code, troubled) => {
    const { send, stored, troubles } = aDoor(change);
    const answer = await send();
    expect([answer.status, answer.headers['retry-after'], errorOf(answer).code]).toEqual([503, '8', code]); // 5 s and half of it again by chance
    expect(stored).toEqual([]);
    expect(troubles.length).toBe(troubled);
  });
  test('only a commit that may have happened says that it isn’t known', async () => {
    const lost = await aDoor({ append: () => Promise.reject(new Error('lost')) }).send();
    expect(errorOf(lost).message).toContain('It is not known whether this was stored.');
    const full = await aDoor({ full: 'The disk is nearly full.' }).send();
    expect(errorOf(full).message).toBe('Nothing was stored. The disk is nearly full. Send it again later.');
  });
  test('the cause is reported, not told to the sender', async () => {
    const { send, troubles } = aDoor({ append: () => Promise.reject(new Error('password=hunter2')) });
    expect(JSON.stringify(await send())).not.toContain('hunter2');
    expect(troubles).toEqual([expect.objectContaining({ constructor: NotStored, cause: new Error('password=hunter2') })]);
  });
  test('when overloaded, the body is not even opened', async () => {
    let opened = false;
    const body = new ReadableStream<Uint8Array>({ pull: () => void (opened = true) }, { highWaterMark: 0 });
    await aDoor({ full: 'The disk is nearly full.' }).send({ body });
    expect(opened).toBe(false);
  });
});

test.each(Object.entries(hostileTexts))('%s as the sender’s id or in a header gives a row the database takes', async (_, text) => {
  const hostile: Source = { ...acme, accept: () => ({ deliveryId: text }) };
  const { send, stored } = aDoor({ find: async () => ({ ...connection, source: hostile }) });
  // Header values hold Latin-1 without CR, LF and NUL; the rest is what gets through.
  const value = text.replaceAll(/[^\u0001-\u0009\u000b\u000c\u000e-\u00ff]/g, '');
  expect((await send({ headers: new Headers({ 'x-acme-region': value }) })).status).toBe(202);
  const [row] = stored;
  expect(row?.deliveryId).not.toContain('\u0000');
  expect(row?.deliveryId.isWellFormed()).toBe(true);
  expect(row?.headers['x-acme-region']).toBe(new Headers({ a: value }).get('a')!.slice(0, 1_000));
});
test('no body at all is for the source to judge', async () => {
  const { send, stored } = aDoor();
  expect((await send({ body: null })).status).toBe(202);
  expect(stored[0]?.body).toEqual(new Uint8Array());
});
