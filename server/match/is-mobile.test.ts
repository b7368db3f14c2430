import { expect, test } from 'vitest';
import { isMobile } from './is-mobile.ts';

test.each([
  ['+48601234567', true],
  ['+48221234567', false],
  ['+81312345678', false],
  ['+819012345678', true],
  ['+14155550134', false], // North America’s plan doesn’t tell
  ['+999123456789', false],
  ['sip:anna', false],
])('%s is surely a mobile one: %s', (number, is) => expect(isMobile(number)).toBe(is));
