import type { BookPlace } from '../crm.ts';

/**
 * What a long transaction changes bears the time of the change and appears when it commits: behind the place that was read by then. So
 * changes are read once more from a place of a while ago. `from`: that place; `next`: the one that takes its turn; `sinceMs`: when it was
 * reached, by the database's clock.
 */
export type Overlap = { readonly from: BookPlace; readonly next: BookPlace; readonly sinceMs: number };

/** Longer than any transaction may take: Salesforce ends one after ten minutes, and hardly any lasts one. */
export const lateMs = 7 * 60_000;
/** When reading once more takes more pages than this, it is done once a period and not at every poll. */
export const cheapPages = 2;

/** From where to read now. `lastPages`: what the last such reading took. */
export function readFrom(place: BookPlace, overlap: Overlap | undefined, lastPages: number, nowMs: number): BookPlace {
  if (overlap === undefined || (overlap.from.id !== '' && overlap.from.stamp === place.stamp)) return place;
  return lastPages <= cheapPages || nowMs - overlap.sinceMs >= lateMs ? overlap.from : place;
}

/**
 * After all changes between `before`, where this fill stood, and `place` have been read, from `begunMs` to `endedMs`. What the first reading
 * reached, lateness may have reached too, so it is all read once more. A place that nothing came after for a whole period is settled: nothing
 * behind it can be late.
 */
export function afterReading(
  before: BookPlace,
  place: BookPlace,
  overlap: Overlap | undefined,
  begunMs: number,
  endedMs = begunMs,
): Overlap {
  if (overlap === undefined) return { from: all(before), next: all(place), sinceMs: endedMs };
  if (begunMs - overlap.sinceMs < lateMs) return overlap;
  const settled = overlap.next.stamp === place.stamp && overlap.from.stamp === place.stamp;
  return { from: settled ? place : overlap.next, next: settled ? place : all(place), sinceMs: endedMs };
}

/** Others of this very stamp may still come. */
const all = ({ stamp }: BookPlace): BookPlace => ({ stamp, id: '' });
