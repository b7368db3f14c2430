import { expect, test } from 'vitest';
import { policySchema } from '../decide/policy.ts';
import { publishedSchema } from './published-schema.ts';

test('the published schema says the same as the one that is read by, with what levels share told once', () => {
  const published = publishedSchema() as { $defs: Record<string, unknown> };
  const written = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(written);
    if (typeof value !== 'object' || value === null) return value;
    const { $ref } = value as { $ref?: string };
    return $ref === undefined
      ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, written(inner)]))
      : published.$defs[$ref.replace('#/$defs/', '')];
  };
  const { $defs: defs, ...whole } = published;
  expect(written(whole)).toEqual(policySchema());
  expect(Object.keys(defs)).toEqual(expect.arrayContaining(['logging', 'stranger', 'texts', 'hours']));
  expect(JSON.stringify(published).length).toBeLessThan(JSON.stringify(policySchema()).length * 0.6);
});
