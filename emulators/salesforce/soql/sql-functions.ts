import type { DatabaseSync } from 'node:sqlite';
import { wallClockOf, wallTime } from './date-literals.ts';

/** Text without case, in every script: SQLite by itself knows A to Z. */
export const fold = (text: string): string => text.toLowerCase();

/** What SOQL needs and SQLite lacks. */
export function defineFunctions(db: DatabaseSync): void {
  db.function('fold', { deterministic: true }, (text) => (typeof text === 'string' ? fold(text) : text));
  const clocks = new Map<string, Intl.DateTimeFormat>();
  db.function('wall_ms', { deterministic: true }, (ms, zone) => {
    if (typeof ms !== 'number') return null;
    let clock = clocks.get(String(zone));
    if (!clock) clocks.set(String(zone), (clock = wallClockOf(String(zone))));
    return wallTime(ms, clock);
  });
}
