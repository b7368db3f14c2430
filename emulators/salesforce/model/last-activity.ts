import type { SObject } from '../schema.ts';
import type { Row, Store } from '../store.ts';
import { isActivity } from './custom-objects.ts';
import { parentOf } from './parent.ts';

const links = ['WhoId', 'WhatId', 'AccountId'] as const;

/** Whether, and when, it counts as done for what it is related to: a task once it is closed, an event always. */
const dayOf = (object: SObject, row: Row): unknown =>
  row['IsDeleted'] === 1 || (object.name === 'Task' && row['IsClosed'] !== 1) ? null : (row['ActivityDate'] ?? null);

/**
 * LastActivityDate of what an activity is related to, and of its account: the latest due date of closed tasks and events. It changes
 * SystemModstamp and not LastModifiedDate [D Help 000385365, 000387261]; a real org may be slower about it.
 */
export function countActivity(store: Store, object: SObject, before: Row | undefined, after: Row, atMs: number): void {
  if (!isActivity(object.name)) return;
  const ids = new Set([before, after].flatMap((row) => links.flatMap((link) => (typeof row?.[link] === 'string' ? [row[link]] : []))));
  const isNews =
    before === undefined || dayOf(object, before) !== dayOf(object, after) || links.some((link) => before[link] !== after[link]);
  if (!isNews) return;
  for (const id of ids) {
    const related = parentOf(store, id);
    if (!related?.object.byName.has('lastactivitydate')) continue;
    const is = before === undefined ? later(related.row['LastActivityDate'], dayOf(object, after)) : latestOf(store, id);
    if (is === (related.row['LastActivityDate'] ?? null)) continue;
    store.update(related.object, id, { LastActivityDate: is, SystemModstamp: atMs });
  }
}

const later = (a: unknown, b: unknown): string | null => {
  const [one, other] = [a, b].map((day) => (typeof day === 'string' ? day : ''));
  return (one! > other! ? one! : other!) || null;
};

function latestOf(store: Store, id: string): string | null {
  const latest = (object: string, done: string) =>
    links.map(
      (link) =>
        store.select(`SELECT max("ActivityDate") AS day FROM "${object}" WHERE "${link}" = ? AND "IsDeleted" = 0${done}`, [id])[0]?.['day'],
    );
  return [...latest('Task', ' AND "IsClosed" = 1'), ...latest('Event', '')].reduce<string | null>(later, null);
}
