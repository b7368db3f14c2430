import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hostileTexts } from '../testing/hostile.ts';
import { hashPayload } from './hash-payload.ts';

const hash = (text: string) => hashPayload(new TextEncoder().encode(text));
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

test('it is SHA-256 of the JSON with sorted keys and no spaces', () => {
  expect(hash('{ "b": [1, 2.50, {"d": null, "c": "é"}],\n "a": true }')).toBe(sha256('{"a":true,"b":[1,2.5,{"c":"é","d":null}]}'));
});
test('the same told with other spaces and another order of keys is the same (C5)', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (json) => {
      const backwards = (value: unknown): unknown =>
        Array.isArray(value)
          ? value.map(backwards)
          : typeof value === 'object' && value !== null
            ? Object.fromEntries(
                Object.entries(value)
                  .toReversed()
                  .map(([key, inner]) => [key, backwards(inner)]),
              )
            : value;
      expect(hash(JSON.stringify(backwards(json), null, 2).replaceAll(/\d{16,}/g, '1'))).toBe(
        hash(JSON.stringify(json).replaceAll(/\d{16,}/g, '1')),
      );
    }),
  );
});
test('another story is another hash', () => {
  const stories = [
    '{"a":1}',
    '{"a":"1"}',
    '{"a":[1]}',
    '{"a":1,"b":null}',
    '[]',
    '{}',
    '""',
    'null',
    '',
    '{"__proto__":1}',
    '{"a":1',
    '[[],[]]',
    '[[[]]]',
  ];
  expect(new Set(stories.map(hash)).size).toBe(stories.length);
});
test('ids that JSON.parse would round alike stay apart', () => {
  expect(hash('{"call":90071992547409921}')).not.toBe(hash('{"call":90071992547409922}'));
});
test('no JSON, no UTF-8, or endlessly nested: the bytes as they are', () => {
  expect(hash('call=1&state=ended')).toBe(sha256('call=1&state=ended'));
  expect(hashPayload(new Uint8Array([0xff, 0x00]))).toBe(
    createHash('sha256')
      .update(new Uint8Array([0xff, 0x00]))
      .digest('hex'),
  );
  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
  expect(hash(deep)).toBe(sha256(deep));
  // Where the stack happens to end must not decide: the same bytes would not always be the same.
  const spaced = (depth: number) => `${'[ '.repeat(depth)}${']'.repeat(depth)}`;
  expect(hash(spaced(100))).toBe(sha256(spaced(100).replaceAll(' ', '')));
  expect(hash(spaced(101))).toBe(sha256(spaced(101)));
});
test.each(Object.entries(hostileTexts))('%s is hashed like any text', (_, text) => {
  expect(hash(JSON.stringify({ b: text, a: 1 }))).toBe(hash(`{"a":1,"b":${JSON.stringify(text)}}`));
});
