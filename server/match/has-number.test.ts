import { expect, test } from 'vitest';
import { hasNumber } from './has-number.ts';

test.each([
  ['+48601234567', undefined, true],
  ['601 234 567', 'PL', true],
  ['601 234 567', undefined, true], // nobody can say whose country; what asks has another reason to think so
  ['601 234 567', 'FR', false],
  ['+33601234567', 'PL', false],
  ['602 234 567', 'PL', false],
  ['ask Anna', 'PL', false],
])('“%s” dialled in %s: %s', (written, country, has) => expect(hasNumber('+48601234567', written, country)).toBe(has));
