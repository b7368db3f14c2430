import fc from 'fast-check';
import { expect, test } from 'vitest';
import { afterReading, lateMs, type Overlap, readFrom } from './overlap.ts';

const stampAt = (second: number) => new Date(Date.UTC(2026, 10, 21, 9, 0, second)).toISOString();

test('a quiet kind is soon read from its place alone, however many records share its last stamp', () => {
  const place = { stamp: stampAt(0), id: '003Z' };
  let overlap: Overlap | undefined;
  for (let minute = 0; minute < 30; minute++) overlap = afterReading(place, place, overlap, minute * 60_000);
  expect(readFrom(place, overlap, 0, 30 * 60_000)).toEqual(place);
});

test('when reading once more is dear it is done once a period', () => {
  const place = { stamp: stampAt(100), id: '003Z' };
  const overlap = { from: { stamp: stampAt(0), id: '' }, next: { stamp: stampAt(50), id: '' }, sinceMs: 0 };
  expect(readFrom(place, overlap, 40, 60_000)).toEqual(place);
  expect(readFrom(place, overlap, 40, lateMs)).toEqual(overlap.from);
  expect(readFrom(place, overlap, 1, 60_000)).toEqual(overlap.from);
});

test('whatever commits within the period is read, polled each minute from the mark of a fill on', () => {
  // The fill began at its mark; what changed until the first poll, some of it late, is read by that poll or the ones after it.
  const change = fc.record({ second: fc.nat({ max: 3_600 }), takesSeconds: fc.nat({ max: lateMs / 1_000 - 60 }), id: fc.nat({ max: 9 }) });
  fc.assert(
    fc.property(
      fc.array(change, { maxLength: 30 }),
      fc.integer({ min: 0, max: 60 }),
      fc.constantFrom(1, 40),
      (changes, firstPollMinute, pages) => {
        const records = changes.map(({ second, takesSeconds, id }, n) => ({
          n,
          stamp: stampAt(second),
          id: `003${id}`,
          seenFromS: second + takesSeconds,
        }));
        let place = { stamp: stampAt(0), id: '' };
        let overlap: Overlap | undefined;
        let onceMorePages = 0;
        const read = new Set<number>();
        for (let minute = firstPollMinute; minute <= 80; minute++) {
          const before = place;
          const from = readFrom(place, overlap, onceMorePages, minute * 60_000);
          if (from !== place) onceMorePages = pages;
          for (const record of records) {
            const after =
              from.id === ''
                ? record.stamp >= from.stamp
                : record.stamp > from.stamp || (record.stamp === from.stamp && record.id > from.id);
            if (record.seenFromS > minute * 60 || !after) continue;
            read.add(record.n);
            if (record.stamp > place.stamp || (record.stamp === place.stamp && record.id > place.id))
              place = { stamp: record.stamp, id: record.id };
          }
          overlap = afterReading(before, place, overlap, minute * 60_000);
        }
        expect([...read].sort((a, b) => a - b)).toEqual(records.map(({ n }) => n));
      },
    ),
  );
});
