import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cleanText, cutAt, oneLine } from './text.ts';
import { anyText } from '../../server/testing/any-text.ts';

const someText = anyText({ maxLength: 300 });

describe('text fit for Salesforce', () => {
  test('control characters and half characters go, line breaks and tabs stay', () =>
    expect(cleanText('a\u0000b\u0007\td\r\ne\u007f\uffff\ud83d!')).toBe('ab\td\r\ne\ufffd!'));
  test('a one-line field has no line break and no space at its ends', () =>
    expect(oneLine('  Missed call \r\n\n from  Anna \n')).toBe('Missed call from  Anna'));
  test('whatever was typed', () =>
    fc.assert(
      fc.property(someText, fc.integer({ min: 1, max: 40 }), (text, length) => {
        const line = oneLine(text);
        expect(line.isWellFormed()).toBe(true);
        expect(oneLine(line)).toBe(line);
        const cut = cutAt(line, length);
        expect(cut.isWellFormed()).toBe(true);
        expect(cut.length).toBeLessThanOrEqual(length);
        expect(line.startsWith(cut)).toBe(true);
        expect(cutAt(cut, length)).toBe(cut);
      }),
    ));
  test('a character outside the basic plane is kept whole or not at all', () => {
    expect(cutAt('ab😀', 3)).toBe('ab');
    expect(cutAt('ab😀', 4)).toBe('ab😀');
  });
});
