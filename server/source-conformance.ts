import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Refusal, Source } from './source.ts';
import { hostileJson, hostileKeys, hostileTexts } from './testing/hostile.ts';

/** What the suite needs to know of a source besides the port. */
export type SourceKit = {
  readonly source: Source;
  /** The source's `deliveries/`: JSON bodies as they come over the wire. */
  readonly deliveries: URL;
  readonly secret: string;
  /** A secret nobody signed with. */
  readonly otherSecret: string;
  /** The headers a real sender puts on this body. */
  sign(body: Uint8Array, secret: string, deliveryId: string, nowMs: number): Headers;
  /** A body, well formed and signed, whose event type nobody has heard of. */
  readonly unheard: unknown;
};

const nowMs = 1_795_222_800_000; // 2026-11-21T10:00:00+09:00
const bytes = (text: string) => new TextEncoder().encode(text);

/** What every source promises, tried on its own deliveries. Call it in the source's test. */
export function sourceConformance(kit: SourceKit): void {
  const { source } = kit;
  const names = readdirSync(kit.deliveries).filter((name) => name.endsWith('.json'));
  const deliveries = names.map((name) => ({ name, body: new Uint8Array(readFileSync(new URL(name, kit.deliveries))) }));
  const accept = (body: Uint8Array, id = 'd-1', secrets = [kit.secret]) =>
    source.accept(body, kit.sign(body, kit.secret, id, nowMs), secrets, nowMs);
  const translate = (body: Uint8Array, deliveryId = 'd-1', receivedAt = nowMs) =>
    source.translate({ body, deliveryId, headers: {}, receivedAt });

  describe(`the source ${source.name}`, () => {
    test('has deliveries to show', () => expect(deliveries.length).toBeGreaterThan(0));

    test.each(deliveries)('$name is accepted and says something', ({ body }) => {
      const accepted = accept(body);
      expect(accepted).toEqual({ deliveryId: expect.any(String) });
      const { events, unheard } = translate(body, 'deliveryId' in accepted ? accepted.deliveryId : '');
      expect(events.length + unheard.length).toBeGreaterThan(0);
      for (const event of events) expect(event).toEqual(storable(event));
      expect(new Set(events.map((event) => event.id)).size).toBe(events.length);
    });

    test('a repeat gives the same delivery id', () => {
      for (const { body } of deliveries) expect(accept(body)).toEqual(accept(body));
    });

    test('repeats and shuffles, whenever received, give the same events', () => {
      const first = new Map(deliveries.map(({ name, body }) => [name, translate(body, name)]));
      const anyOrder = fc.array(fc.record({ delivery: fc.constantFrom(...deliveries), lateMs: fc.nat() }), { minLength: 1, maxLength: 30 });
      fc.assert(
        fc.property(anyOrder, (sent) => {
          for (const { delivery, lateMs } of sent)
            expect(translate(delivery.body, delivery.name, nowMs + lateMs)).toEqual(first.get(delivery.name));
        }),
        { numRuns: 30 },
      );
    });

    test('neither door writes into the bytes', () => {
      for (const { body } of deliveries) {
        const before = body.slice();
        accept(body);
        translate(body);
        expect(body).toEqual(before);
      }
    });

    test('a type nobody has heard of is accepted and reported, never an error', () => {
      const body = bytes(JSON.stringify(kit.unheard));
      expect(accept(body)).toEqual({ deliveryId: expect.any(String) });
      const { events, unheard } = translate(body);
      expect(events).toEqual([]);
      expect(unheard.length).toBeGreaterThan(0);
    });

    test('a bad signature is refused: none, another secret, another body', () => {
      for (const { body } of deliveries) {
        const signed = kit.sign(body, kit.secret, 'd-1', nowMs);
        const changed = body.slice();
        changed[Math.floor(body.length / 2)]! ^= 1;
        expectRefused(source.accept(body, new Headers({ 'content-type': signed.get('content-type') ?? '' }), [kit.secret], nowMs), [401]);
        expectRefused(source.accept(body, kit.sign(body, kit.otherSecret, 'd-1', nowMs), [kit.secret], nowMs), [401]);
        expectRefused(source.accept(body, signed, [], nowMs), [401]);
        expectRefused(source.accept(changed, signed, [kit.secret], nowMs), [400, 401]);
      }
    });

    test('while a secret is being changed, both are good', () => {
      for (const { body } of deliveries) {
        for (const secrets of [
          [kit.secret, kit.otherSecret],
          [kit.otherSecret, kit.secret],
        ])
          expect(accept(body, 'd-1', secrets)).toEqual({ deliveryId: expect.any(String) });
      }
    });

    test('a body cut off is refused at the door, and never misread behind it', () => {
      for (const { body } of deliveries) {
        const whole = new TextDecoder().decode(body).trimEnd();
        for (let kept = 0; kept < 1; kept += 0.07) {
          const cut = bytes(whole.slice(0, Math.floor(whole.length * kept)));
          expectRefused(source.accept(cut, kit.sign(body, kit.secret, 'd-1', nowMs), [kit.secret], nowMs), [400, 401]);
          expectRefused(accept(cut), [400]);
          expect(() => translate(cut)).toThrow(plain);
        }
      }
    });

    test('a body longer than announced as readable is refused', () => {
      expectRefused(accept(new Uint8Array(source.maxBodyBytes + 1).fill(0x20)), [413]);
    });

    test('keeps no header that carries a secret', () => {
      for (const name of source.keepHeaders) {
        expect(name).toBe(name.toLowerCase());
        expect(name).not.toMatch(/authorization|cookie|token|secret|signature|api-key/);
      }
    });

    test('whatever is written in any place, both doors answer in plain sentences', () => {
      const hostile = [...Object.values(hostileTexts).map((text) => JSON.stringify(text)), ...hostileJson];
      // Every text in every place of every delivery would be minutes; each seventh combination, begun elsewhere in each delivery, is seconds.
      for (const [delivery, { body }] of deliveries.entries()) {
        let combination = delivery;
        for (const changed of everyPlaceTaken(JSON.parse(new TextDecoder().decode(body)), hostile)) {
          if (combination++ % 7 === 0) expectPlain(bytes(changed));
        }
      }
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    });

    test('whatever bytes come, both doors answer in plain sentences', () => {
      fc.assert(fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.json().map(bytes)), expectPlain), { numRuns: 300 });
    });

    function expectPlain(body: Uint8Array): void {
      const accepted = accept(body);
      if (!('deliveryId' in accepted)) expectRefused(accepted, [400, 413]);
      try {
        for (const event of translate(body).events) expect(event).toEqual(storable(event));
        // What the door takes must be readable behind it: a delivery that parks is a call that waits for a person.
      } catch (error) {
        if ('deliveryId' in accepted) throw error;
        expect(String(error)).toMatch(plain);
      }
    }
  });
}

/** A sentence for people: no stack, no JSON, no class names, one line, not endless. */
const plain = /^(?:Error: )?[A-Z`][^\n\r{}]{3,5000}[.?]$/;
function expectRefused(answer: { deliveryId: string } | Refusal, statuses: readonly number[]): void {
  expect(answer).toEqual({
    status: expect.toBeOneOf([...statuses]),
    code: expect.stringMatching(/^[a-z][a-z_0-9]*$/),
    message: expect.stringMatching(plain),
  });
}
/** What comes back from PostgreSQL's jsonb: no U+0000, no half surrogate pairs, nothing undefined. */
const storable = (event: unknown) =>
  JSON.parse(
    JSON.stringify(event, (_, value) => (typeof value === 'string' ? value.replaceAll('\u0000', '').toWellFormed() : value)),
  ) as unknown;

/** The JSON text once for each value in it and each hostile text in that value's place; and once for each object with the hostile keys added. */
function* everyPlaceTaken(json: unknown, hostile: readonly string[]): Generator<string> {
  const mark = '\uE000hole\uE000'; // private use: in no delivery
  for (const holed of everyHole(json, mark)) {
    const [before, after] = JSON.stringify(holed).split(JSON.stringify(mark), 2);
    for (const said of hostile) yield `${before}${said}${after}`;
  }
  for (const keyed of everyHole(json, Object.fromEntries(hostileKeys.map((key) => [key, { polluted: true }])), true))
    yield JSON.stringify(keyed);
}
/** The JSON once for each value in it, with that value replaced; or, with `adding`, once for each object with the stranger's properties added. */
function* everyHole(json: unknown, stranger: unknown, adding = false): Generator<unknown> {
  const isObject = typeof json === 'object' && json !== null && !Array.isArray(json);
  if (!adding) yield stranger;
  else if (isObject) yield Object.fromEntries([...Object.entries(json), ...Object.entries(stranger as object)]);
  if (Array.isArray(json))
    for (const [index, value] of json.entries()) for (const holed of everyHole(value, stranger, adding)) yield json.with(index, holed);
  else if (isObject)
    for (const [key, value] of Object.entries(json))
      for (const holed of everyHole(value, stranger, adding)) yield { ...json, [key]: holed };
}
