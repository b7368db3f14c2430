import type { BookRecord } from '../crm.ts';
import { keysOf } from '../match/number-keys.ts';
import { type Region, regionOf } from '../match/region.ts';
import type { BookEntry } from '../store/book-store.ts';

/** How the book writes a number of which no country is known: under its last digits, apart from all whole numbers. */
export const weakKey = (digits: string): string => `~${digits}`;

/** What a record's phone fields mean. `home`: where the org is, for records that don't say where they are. */
export function entryOf(record: BookRecord, home: Region | undefined): BookEntry {
  // Who is gone, or was merged into another, is called by nobody; a converted lead is, and leads on.
  if (record.state === 'gone') return { record, numbers: [], refused: [] };
  const region = regionOf(record.country) ?? home;
  const numbers: { key: string; field: string; extension?: string }[] = [];
  const refused: { field: string; written: string; because: string }[] = [];
  for (const { field, written } of record.phones) {
    const { strong, weak, never } = keysOf(written, region);
    for (const { number, extension } of strong) numbers.push({ key: number, field, ...(extension === undefined ? {} : { extension }) });
    for (const digits of weak) numbers.push({ key: weakKey(digits), field });
    if (never !== undefined && never !== 'empty') refused.push({ field, written, because: never });
  }
  return { record, numbers, refused };
}
