import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { kindsInOrder, ownKinds } from '../../server/call/event.ts';
import { sourceConformance } from '../../server/source-conformance.ts';
import type { Refusal } from '../../server/source.ts';
import { genericWebhook } from './generic-webhook.ts';
import { readNumber } from '../read-number.ts';
import { deliveryBody, deliveryJsonSchema, eventTypes, maxTranscriptCharacters } from './schema.ts';
import { maxSkewSeconds, secretOf, signDelivery } from './sign.ts';

const secret = secretOf(new Uint8Array(32).fill(7));
const otherSecret = secretOf(new Uint8Array(32).fill(8));
const nowMs = Date.parse('2026-11-21T10:00:00Z');
const folder = new URL('deliveries/', import.meta.url);
const deliveries = readdirSync(folder).map(
  (name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as { version: 1; events?: Record<string, unknown>[] },
);

const bytes = (text: string) => new TextEncoder().encode(text);
const started = {
  type: 'call.started',
  call: 'c-1',
  at: '2026-11-21T09:58:51Z',
  data: { direction: 'inbound', customer: { number: '+81312345678' } },
};
const ended = { type: 'call.ended', call: 'c-1', at: '2026-11-21T10:03:12Z' };
function send(body: unknown, change: Record<string, string> = {}, secrets = [secret]) {
  const raw = typeof body === 'string' ? bytes(body) : bytes(JSON.stringify(body));
  return genericWebhook.accept(raw, new Headers({ ...signDelivery(secret, 'msg_1', nowMs, raw), ...change }), secrets, nowMs);
}
const refusal = (answer: { deliveryId: string } | Refusal) =>
  'deliveryId' in answer ? 'accepted' : `${answer.status} ${answer.code}: ${answer.message}`;
const factsOf = (...events: unknown[]) =>
  genericWebhook.translate({ body: bytes(JSON.stringify({ version: 1, events })), deliveryId: 'd', headers: {}, receivedAt: nowMs });
const factOf = (type: string, data: unknown) => {
  const { events } = factsOf({ type, call: 'c-1', at: 1795222731000, data });
  return Object.fromEntries(Object.entries(events[0]!).filter(([key]) => !['id', 'callId', 'at'].includes(key)));
};

sourceConformance({
  source: genericWebhook,
  deliveries: folder,
  secret,
  otherSecret,
  sign: (body, key, deliveryId, atMs) => new Headers(signDelivery(key, deliveryId, atMs, body)),
  unheard: { version: 1, type: 'call.whispered', call: 'c-1', at: 1795222731000 },
});

describe('what it reads', () => {
  test('every fact of a call has an event type but raw signals and those we tell ourselves, and the deliveries show each', () => {
    expect([...new Set(eventTypes.map(({ type }) => type))].toSorted()).toEqual(
      kindsInOrder.filter((kind) => kind !== 'signalled' && !(ownKinds as readonly string[]).includes(kind)).toSorted(),
    );
    const shown = deliveries.flatMap(({ events, ...one }) => events ?? [one]).map((event) => (event as { type: string }).type);
    for (const { name } of eventTypes) expect(shown).toContain(name);
  });
  test('a call that began, in the contract’s words', () => {
    expect(
      factsOf({
        ...started,
        id: 'e-9',
        data: {
          direction: 'outbound',
          customer: { number: '+81312345678', name: 'Tanaka', email: 't@example.org' },
          line: { id: 'l', number: '0501', zone: 'Asia/Tokyo' },
          agent: { id: '201' },
          dialled: '0312345678',
          mood: 'good',
        },
      }).events,
    ).toStrictEqual([
      {
        type: 'started',
        id: 'e-9',
        callId: 'c-1',
        at: Date.parse('2026-11-21T09:58:51Z'),
        direction: 'outbound',
        customer: { number: '+81312345678', name: 'Tanaka', email: 't@example.org' },
        line: { id: 'l', zone: 'Asia/Tokyo' },
        agent: { id: '201' },
        dialled: '0312345678',
      },
    ]);
  });
  test('an endpoint that is nobody’s, and whether it is a softphone', () => {
    expect(factOf('call.ringing', { endpoint: { asDialled: '999', softphone: false } })).toStrictEqual({
      type: 'ringing',
      endpoint: { asDialled: '999', softphone: false },
    });
  });
  test('a person’s choice, and taking it off', () => {
    expect(factOf('call.linked', { who: { kind: 'Lead', id: '00Q' }, by: { id: '201' } })).toStrictEqual({
      type: 'linked',
      who: { kind: 'Lead', id: '00Q' },
      by: { id: '201' },
    });
    expect(factOf('call.linked', { who: null })).toStrictEqual({ type: 'linked' });
    for (const type of ['clicked', 'shown'])
      expect(factOf(`call.${type}`, { record: { kind: 'Lead', id: '00Q', name: null }, by: null })).toStrictEqual({
        type,
        record: { kind: 'Lead', id: '00Q' },
      });
    expect(refusal(send({ version: 1, type: 'call.clicked', call: 'c', at: 1795222731000, data: {} }))).toContain('`data.record`');
    expect(refusal(send({ version: 1, type: 'call.linked', call: 'c', at: 1795222731000 }))).toContain('`data` is missing');
  });
  test('null and empty text mean not known', () => {
    expect(factOf('call.started', { direction: 'inbound', customer: null, line: null, dialled: ' ' })).toStrictEqual({
      type: 'started',
      direction: 'inbound',
      customer: {},
    });
    expect(factOf('call.ended', { cause: '' })).toStrictEqual({ type: 'ended' });
    expect(factOf('call.ended', null)).toStrictEqual({ type: 'ended' });
  });
  test('when it was sent, by the sender’s clock, for estimating the clock’s offset (C6)', () => {
    const body = bytes(JSON.stringify({ version: 1, ...ended }));
    const sentAt = (headers: Record<string, string>) =>
      genericWebhook.translate({ body, deliveryId: 'd', headers, receivedAt: nowMs }).sentAt;
    expect(sentAt({ 'webhook-timestamp': '1795222731' })).toBe(1_795_222_731_000);
    expect(sentAt({})).toBeUndefined();
    expect(genericWebhook.keepHeaders).toContain('webhook-timestamp');
  });
  test('an end is never presumed by a sender', () => {
    expect(factOf('call.ended', { presumed: true })).toStrictEqual({ type: 'ended' });
  });
  test('an event without an id is named by the delivery and its place; its own id wins; an unheard one keeps its place', () => {
    const { events, unheard } = factsOf(started, { type: 'call.whispered' }, { ...ended, id: 'mine' }, ended);
    expect(events.map(({ id }) => id)).toEqual(['d.0', 'mine', 'd.3']);
    expect(unheard).toEqual(['call.whispered']);
  });
  test('an event alone is named like the first of a batch', () => {
    const alone = genericWebhook.translate({
      body: bytes(JSON.stringify({ version: 1, ...ended })),
      deliveryId: 'd',
      headers: {},
      receivedAt: nowMs,
    });
    expect(alone).toEqual(factsOf(ended));
  });
  test.each([
    ['2026-11-21T09:58:51Z', Date.UTC(2026, 10, 21, 9, 58, 51)],
    ['2026-11-21t09:58:51.1z', Date.UTC(2026, 10, 21, 9, 58, 51, 100)],
    ['2026-11-21T09:58:51.123456789+09:00', Date.UTC(2026, 10, 21, 0, 58, 51, 123)],
    ['2024-02-29T00:00:00-03:30', Date.UTC(2024, 1, 29, 3, 30)],
    [1795222731000.4, 1795222731000],
  ])('%s is an instant', (at, ms) => expect(factsOf({ ...ended, at }).events[0]?.at).toBe(ms));
  test.each([
    ['2026-11-21T09:58:51', 'must be RFC 3339 with an offset'],
    ['2026-11-21 09:58:51Z', 'must be RFC 3339'],
    ['2026-11-21', 'must be RFC 3339'],
    ['2026-02-30T00:00:00Z', 'must be RFC 3339'],
    ['2026-13-01T00:00:00Z', 'must be RFC 3339'],
    ['2026-11-21T25:00:00Z', 'must be RFC 3339'],
    ['1795222731', 'must be RFC 3339'],
    [1795222731, 'is in seconds; send milliseconds'],
    ['1970-01-01T00:00:12Z', 'lies outside the years 2000 to 2099'],
    [null, 'must be text or a number'],
    [undefined, 'is missing'],
  ])('%s is none, and the answer says why', (at, why) => expect(refusal(send({ version: 1, ...ended, at }))).toContain(`\`at\` ${why}`));
  test('U+0000 and half a surrogate pair become U+FFFD', () => {
    expect(factOf('call.commented', { text: 'a\u0000b\uD800c😀' })).toStrictEqual({ type: 'commented', text: 'a\uFFFDb\uFFFDc😀' });
  });
  test('an hour’s transcript fits, with every character escaped', () => {
    const text = '請'.repeat(maxTranscriptCharacters);
    const body = JSON.stringify({ version: 1, type: 'call.transcript', call: 'c-1', at: 1795222731000, data: { text } }).replaceAll(
      '請',
      '\\u8acb',
    );
    expect(send(body)).toEqual({ deliveryId: 'msg_1' });
    expect(refusal(send({ version: 1, type: 'call.transcript', call: 'c-1', at: 1795222731000, data: { text: `${text}。` } }))).toContain(
      '`data.text` is longer than 160000 characters',
    );
  });
  test('characters are counted as people count them, not in halves', () => {
    expect(send({ version: 1, ...ended, call: '😀'.repeat(500) })).toEqual({ deliveryId: 'msg_1' });
    expect(refusal(send({ version: 1, ...ended, call: '😀'.repeat(501) }))).toContain('`call` is longer than 500 characters');
  });
});

describe('numbers', () => {
  test.each(['+81312345678', '+12', '+999999999999999'])('%s is E.164', (said) => expect(readNumber(said)).toStrictEqual({ number: said }));
  test.each([
    '0312345678',
    '+81 3 1234 5678',
    '+44 (0)20 7946 0000',
    '+0123',
    '+1234567890123456',
    '201',
    'sip:olena@pbx.example.com',
    '+81312345678;ext=4',
    '＋81312345678',
  ])('%s stays as sent', (said) => expect(readNumber(said)).toStrictEqual({ asSent: said }));
  test.each([
    'anonymous',
    'Restricted',
    'PRIVATE',
    'unavailable',
    'withheld',
    'blocked',
    'unknown',
    '+266696687',
    '+86282452253',
    'sip:anonymous@anonymous.invalid',
    '"Anonymous" <sip:anonymous@anonymous.invalid>',
  ])('%s is withheld', (said) => expect(readNumber(said)).toStrictEqual({ withheld: true, asSent: said }));
  test('who withholds the number withholds the name', () => {
    expect(
      factOf('call.started', { direction: 'inbound', customer: { number: 'anonymous', name: 'Tanaka', email: 't@example.org' } }),
    ).toStrictEqual({ type: 'started', direction: 'inbound', customer: { withheld: true, asSent: 'anonymous' } });
    expect(
      factOf('call.started', { direction: 'inbound', customer: { number: '+81312345678', name: 'Tanaka', withheld: true } }),
    ).toStrictEqual({ type: 'started', direction: 'inbound', customer: { withheld: true } });
  });
});

describe('the door', () => {
  test('the specification’s own example is signed alike', () => {
    expect(
      signDelivery('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1_614_265_330_000, '{"test": 2432232314}')[
        'webhook-signature'
      ],
    ).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });
  test('says which headers are missing', () => {
    expect(
      refusal(genericWebhook.accept(bytes('{}'), new Headers({ 'content-type': 'application/json', 'webhook-id': 'x' }), [secret], nowMs)),
    ).toMatch(/^401 unsigned: Missing webhook-timestamp, webhook-signature\./);
  });
  test.each([
    [maxSkewSeconds, 'accepted'],
    [-maxSkewSeconds, 'accepted'],
    [maxSkewSeconds + 1, '401 clock_skew: webhook-timestamp is 301 seconds ahead of our clock'],
    [-412, '401 clock_skew: webhook-timestamp is 412 seconds behind our clock'],
  ])('a sender’s clock %i seconds ahead: %s', (seconds, answer) => {
    const raw = bytes(JSON.stringify({ version: 1, ...ended }));
    expect(
      refusal(genericWebhook.accept(raw, new Headers(signDelivery(secret, 'm', nowMs + seconds * 1000, raw)), [secret], nowMs)),
    ).toContain(answer);
  });
  test('a wrong clock is not told to who has no secret', () => {
    const raw = bytes('{}');
    expect(
      refusal(genericWebhook.accept(raw, new Headers(signDelivery(otherSecret, 'm', nowMs + 999_000, raw)), [secret], nowMs)),
    ).toContain('401 signature_mismatch');
  });
  test.each([
    [{ 'webhook-timestamp': String(nowMs) }, '401 timestamp_unreadable: webhook-timestamp is in milliseconds'],
    [{ 'webhook-timestamp': '2026-11-21T10:00:00Z' }, '401 timestamp_unreadable: webhook-timestamp must be whole seconds'],
    [{ 'webhook-signature': 'deadbeef' }, '401 signature_mismatch: webhook-signature has no v1 entry'],
    [{ 'webhook-signature': 'v1,AAAA' }, "401 signature_mismatch: The signature doesn't match"],
    [{ 'webhook-id': 'msg_2' }, "401 signature_mismatch: The signature doesn't match"],
    [{ 'content-type': 'text/plain' }, '415 not_json'],
    [{ 'content-type': 'application/json; charset=shift_jis' }, '415 not_utf8'],
    [{ 'content-encoding': 'gzip' }, '415 compressed'],
    [{ 'content-type': 'application/vnd.acme+json; charset=UTF-8' }, 'accepted'],
  ])('%o: %s', (change, answer) => expect(refusal(send({ version: 1, ...ended }, change))).toContain(answer));
  test('says when the secret was used as text', () => {
    const raw = JSON.stringify({ version: 1, ...ended });
    for (const key of [secret, secret.slice('whsec_'.length)]) {
      const signature = new Webhook(key, { format: 'raw' }).sign('msg_1', new Date(nowMs), raw);
      expect(refusal(send(raw, { 'webhook-signature': signature }))).toContain('The secret was used as text');
    }
  });
  test('one good signature among several is enough; an undecodable secret harms nobody', () => {
    const raw = JSON.stringify({ version: 1, ...ended });
    const good = signDelivery(secret, 'msg_1', nowMs, raw)['webhook-signature'];
    expect(send(raw, { 'webhook-signature': `v1a,zzz v1,AAAA ${good}` }, ['whsec_???', otherSecret, secret])).toEqual({
      deliveryId: 'msg_1',
    });
    expect(refusal(send(raw, {}, ['whsec_???']))).toContain('401 no_secret');
  });
  test('bytes that are not UTF-8 are refused: their signature would cover other text', () => {
    const raw = new Uint8Array([...bytes('{"version":1,"type":"x'), 0xff, ...bytes('"}')]);
    expect(refusal(genericWebhook.accept(raw, new Headers(signDelivery(secret, 'm', nowMs, raw)), [secret], nowMs))).toBe(
      '400 not_utf8: The body is not UTF-8.',
    );
  });
  test('every mistake is named with its path, and no value is repeated', () => {
    const answer = refusal(
      send({
        version: 1,
        events: [
          { ...started, data: { direction: 'in', customer: { number: 81312345678 }, line: {} } },
          { type: 'call.whispered' },
          { type: 'call.recording', call: '', at: started.at, data: { recordingId: 'r', url: 'javascript:alert(1)', seconds: -1 } },
          'call.ended',
          { type: 7 },
          { type: 'call.analysed', call: 'c', at: started.at, data: { talkRatio: 41 } },
        ],
      }),
    );
    expect(answer).toBe(
      '400 malformed: Nothing was stored. `events[0].data.direction` must be one of inbound, outbound, internal. `events[0].data.customer.number` must be text. `events[0].data.line.id` is missing. ' +
        '`events[2].call` must not be empty. `events[2].data.url` must be an absolute http or https address. `events[2].data.seconds` must be at least 0. ' +
        '`events[3]` must be an object. `events[4].type` must be the name of an event type, such as call.started. `events[5].data.talkRatio` must be at most 1. The schema is at /openapi.json.',
    );
  });
  test.each<[unknown, string]>([
    [[], 'the body must be a JSON object'],
    [{ ...ended }, '`version` is missing; send 1'],
    [{ version: 2, ...ended }, '`version` must be the number 1'],
    [{ version: 1 }, '`type` is missing'],
    [{ version: 1, events: {} }, '`events` must be a list'],
    [{ version: 1, events: [] }, '`events` must not be empty'],
    [{ version: 1, events: Array.from({ length: 1001 }, () => ended) }, '`events` has 1001 entries; send at most 1000 at once'],
    [
      { version: 1, ...started, data: { direction: 'inbound', line: { id: 'l', zone: '+09:00' } } },
      '`data.line.zone` must be an IANA time zone',
    ],
    [
      { version: 1, ...started, data: { direction: 'inbound', line: { id: 'l', zone: 'Europe/Atlantis' } } },
      '`data.line.zone` must be an IANA time zone',
    ],
  ])('%j: %s', (body, mistake) => expect(refusal(send(body)).toLowerCase()).toContain(mistake.toLowerCase()));
  test('a hundred mistakes are counted, not all told', () => {
    expect(refusal(send({ version: 1, events: Array.from({ length: 100 }, () => ({ type: 'call.ended', at: ended.at })) }))).toContain(
      'And 80 more mistakes.',
    );
  });
  test('an object’s own methods are no event types', () => {
    for (const type of ['constructor', '__proto__', 'toString', 'call.constructor'])
      expect(factsOf({ type })).toEqual({ events: [], unheard: [type] });
  });
});

describe('the published schema', () => {
  // Zod's reader of JSON Schema knows no `not`; the one there is says the same as this pattern.
  const withoutNot = JSON.stringify(deliveryJsonSchema).replace(
    /"not":\{"enum":(\[[^\]]*\])\}/,
    (_, names: string) => `"pattern":${JSON.stringify(`^(?!(${(JSON.parse(names) as string[]).join('|').replaceAll('.', '\\.')})$)`)}`,
  );
  const published = z.fromJSONSchema(JSON.parse(withoutNot) as Parameters<typeof z.fromJSONSchema>[0]);
  const door = (body: unknown) => 'deliveryId' in send(body);
  test('each event type’s example is one', () => {
    for (const { schema, name } of eventTypes) {
      const examples = (deliveryJsonSchema.$defs as Record<string, { examples: object[] }>)[name]!.examples;
      expect(examples.length).toBeGreaterThan(0);
      for (const example of examples) {
        expect(schema.safeParse(example).error).toBeUndefined();
        expect(published.safeParse({ version: 1, ...example }).error).toBeUndefined();
        expect(door({ version: 1, ...example })).toBe(true);
      }
    }
  });
  test('what the door takes, the schema takes: deliveries', () => {
    for (const body of deliveries) {
      expect(deliveryBody.safeParse(body).error).toBeUndefined();
      expect(published.safeParse(body).error).toBeUndefined();
    }
  });
  test('they agree when anything is taken out or put in', () => {
    const places = deliveries.flatMap((body) => pathsOf(body).map((path) => ({ body, path })));
    fc.assert(
      fc.property(
        fc.constantFrom(...places),
        fc.constantFrom<unknown>(undefined, null, '', 'x', -1, 2, true, [], {}),
        ({ body, path }, value) => {
          const changed = withValue(body, path, value);
          const taken = door(changed);
          expect(deliveryBody.safeParse(changed).success).toBe(taken);
          // JSON Schema can't say "an absolute address" or "a zone that exists", so what is published may take more, never less.
          if (taken) expect(published.safeParse(changed).error).toBeUndefined();
        },
      ),
      { numRuns: 500 },
    );
  });
});
function pathsOf(value: unknown): (string | number)[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const step = Array.isArray(value) ? Number(key) : key;
    return [[step], ...pathsOf(inner).map((path) => [step, ...path])];
  });
}
function withValue(json: unknown, [step, ...rest]: readonly (string | number)[], value: unknown): unknown {
  if (step === undefined) return value;
  if (Array.isArray(json)) return json.with(step as number, withValue(json[step as number], rest, value) ?? null);
  return { ...(json as object), [step]: withValue((json as Record<string, unknown>)[step], rest, value) };
}
