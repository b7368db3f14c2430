import type { Store } from '../store.ts';

const dayMs = 86_400_000;
/** "Over a year old" [D archived activities, sforce_api_guidelines_archive]. */
const days = 365;

/**
 * The background process that archives: events whose ActivityDateTime or ActivityDate is 365 days old, closed tasks whose ActivityDate is,
 * and closed tasks without one that were made so long ago [D the same]. Only queryAll sees them then; they can still be changed and
 * deleted. Gives how many.
 */
export function archiveActivities(store: Store, nowMs: number): { tasks: number; events: number } {
  const moment = nowMs - days * dayMs;
  const day = new Date(moment).toISOString().slice(0, 10);
  const archive = (object: 'Task' | 'Event', condition: string, parameters: readonly (string | number)[]): number => {
    const where = `"IsArchived" = 0 AND "IsDeleted" = 0 AND (${condition})`;
    const count = store.count(`SELECT COUNT(*) AS count FROM "${object}" WHERE ${where}`, parameters);
    store.run(`UPDATE "${object}" SET "IsArchived" = 1 WHERE ${where}`, parameters);
    return count;
  };
  return {
    tasks: archive('Task', '"IsClosed" = 1 AND ("ActivityDate" <= ? OR ("ActivityDate" IS NULL AND "CreatedDate" <= ?))', [day, moment]),
    events: archive('Event', '"ActivityDateTime" <= ? OR "ActivityDate" <= ?', [moment, day]),
  };
}
