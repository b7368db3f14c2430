import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CallLine } from '../../../wire/console.ts';
import { mergeLines, newestFirst, readFind } from './call-lines.ts';

const aLine = (id: number, version = 1): CallLine => ({
  id: String(id),
  version,
  source: 'asterisk',
  customer: {},
  waitSeconds: 0,
  talkSeconds: 0,
  heardAt: '2026-11-22T12:00:00Z',
  explanation: { is: 'waiting', because: 'its turn' },
  records: [],
});

test('in whatever order lines are told, the list holds the newest version of each, newest call first', () => {
  const lines = fc.array(fc.record({ id: fc.integer({ min: 1, max: 120 }), version: fc.integer({ min: 1, max: 5 }) }), { maxLength: 60 });
  fc.assert(
    fc.property(lines, fc.integer({ min: 1, max: 60 }), (told, size) => {
      let held: CallLine[] = [];
      for (let at = 0; at < told.length; at += size)
        held = mergeLines(
          held,
          told.slice(at, at + size).map(({ id, version }) => aLine(id, version)),
          undefined,
        );
      const newest = new Map<number, number>();
      for (const { id, version } of told) newest.set(id, Math.max(version, newest.get(id) ?? 0));
      expect(held.map(({ id, version }) => [Number(id), version])).toEqual([...newest].toSorted(([a], [b]) => b - a));
    }),
  );
});

test('the same version told anew wins: its explanation may have changed without it', () => {
  const written: CallLine = { ...aLine(7, 3), explanation: { is: 'written', because: 'in Salesforce' } };
  expect(mergeLines([aLine(7, 3)], [written], undefined)).toEqual([written]);
  expect(mergeLines([written], [aLine(7, 2)], undefined)).toEqual([written]);
});

test('a call older than the page read is left to "show earlier calls", unless it is there', () => {
  const page = [aLine(120), aLine(100)];
  expect(mergeLines(page, [aLine(99), aLine(101)], '100').map(({ id }) => id)).toEqual(['120', '101', '100']);
  expect(mergeLines(page, [aLine(100, 2)], '100').at(-1)?.version).toBe(2);
});

test('ids are numbers, whatever their length', () => {
  expect([{ id: '9' }, { id: '10' }, { id: '100' }, { id: '99' }].toSorted(newestFirst).map(({ id }) => id)).toEqual([
    '100',
    '99',
    '10',
    '9',
  ]);
});

test.each([
  ['020 7946-0958', '2079460958'],
  ['+44 (20) 7946 0958', '442079460958'],
  ['0044 20 7946 0958', '442079460958'],
  ['０３-１２３４-５６７８', '312345678'],
  ['  Anna Nowak ', 'Anna Nowak'],
  ['test-46287fdde36b', 'test-46287fdde36b'],
  ['1732234567.12', '1732234567.12'],
  ['00', '00'],
  ['', ''],
])('“%s” is looked for as “%s”', (typed, looked) => expect(readFind(typed)).toBe(looked));
