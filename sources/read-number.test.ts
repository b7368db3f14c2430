import { describe, expect, test } from 'vitest';
import { readNumber } from './read-number.ts';

describe('digits without a plus', () => {
  test.each([
    ['15551230001', 'US', '+15551230001'],
    ['5551230001', 'US', '+15551230001'],
    ['0312345678', 'JP', '+81312345678'],
    ['48601234567', 'PL', '+48601234567'],
    ['601234567', 'PL', '+48601234567'],
    ['441632960123', 'US', '+441632960123'],
    ['101', 'US', undefined],
    ['5550101', 'US', undefined],
    ['601234567', undefined, undefined],
    ['601234567', 'XX', undefined],
  ])('%s from %s is %s', (said, country, number) => expect(readNumber(said, country).number).toBe(number));
  test('dialled with the digit for an outside line, it is no foreign number', () => {
    expect(readNumber('915557770007', 'US').number).toBe('+915557770007');
    expect(readNumber('915557770007', 'US', true)).toEqual({ asSent: '915557770007' });
  });
});
