import { expect, test } from 'vitest';
import type { Recording } from '../../../wire/console.ts';
import { formatFor } from '../../format.ts';
import { en } from '../../words/en.ts';
import { canPlay, whyNothing } from './what-became.ts';

const format = formatFor('en', ['en-GB'], 'UTC');
const version: Recording['versions'][number] = {
  version: 1,
  is: 'stored',
  storedAt: '2026-11-22T09:00:00.000Z',
  bytes: 16_044,
  sha256: 'a',
  codec: 'pcm',
};
const erased = { ...version, is: 'erased', erasedAt: '2027-11-22T09:00:00.000Z' } as const;

test('a stored one can be heard', () => expect(whyNothing(version, en, format)).toBeUndefined());
test('an empty one says so', () => expect(whyNothing({ ...version, is: 'empty' }, en, format)).toContain('without sound'));
test('after its time it says since when', () =>
  expect(whyNothing({ ...erased, erasedBy: 'retention' }, en, format)).toBe(
    'Deleted on 22 Nov 2027, 09:00:00: the time it was to be kept had ended.',
  ));
test('a person who deleted it is named', () =>
  expect(whyNothing({ ...erased, erasedBy: 'admin' }, en, format)).toBe('Deleted by admin on 22 Nov 2027, 09:00:00.'));
test('what no browser plays is offered as a download', () => {
  expect(['pcm', 'ulaw', 'mp3', 'opus'].map((codec) => canPlay({ ...version, codec }))).toEqual([true, true, true, true]);
  expect(canPlay({ ...version, codec: 'gsm' })).toBe(false);
});
