import { Refusal } from '../errors.ts';
import type { SObject } from '../schema.ts';
import type { Row, Store, Value } from '../store.ts';
import { wholeSecond } from '../values.ts';
import { parentOf } from './parent.ts';

// Shared Activities: a task has one lead or up to 50 contacts, and one thing; each is a TaskRelation. WhoId is the primary one.
// TaskWhoRelation shows those of people: "a filtered version of the TaskRelation object" [D object reference].

const mostContacts = 50;
/** Who leaves a task whose WhoId was emptied; no field, so that it is kept nowhere. */
const leaving = '_leaving';

const integrity = (message: string, fields: readonly string[]) => new Refusal(400, 'FIELD_INTEGRITY_EXCEPTION', message, fields);
export const hasShared = (store: Store): boolean => store.schema.features.sharedActivities;

const isPerson = (store: Store, id: Value): boolean => {
  const object = typeof id === 'string' ? store.schema.ofId(id) : undefined;
  return object?.name === 'Contact' || object?.name === 'Lead';
};
const isLead = (store: Store, id: Value): boolean => typeof id === 'string' && store.schema.ofId(id)?.name === 'Lead';
const relations = (store: Store, taskId: Value): Row[] =>
  store.select('SELECT * FROM "TaskRelation" WHERE "TaskId" = ? AND "IsDeleted" = 0 ORDER BY n', [taskId]);
const accountOf = (store: Store, id: Value): Value => {
  const found = parentOf(store, id);
  return found?.object.name === 'Account' ? (found.row['Id'] ?? null) : (found?.row['AccountId'] ?? null);
};

/** The next of a task's people after one has left: "an arbitrary ID … is promoted to the primary position" [D Task.WhoId]; here the oldest. */
export const nextPerson = (store: Store, taskId: Value, gone: Value): Value =>
  relations(store, taskId).find((row) => row['IsWhat'] !== 1 && row['RelationId'] !== gone)?.['RelationId'] ?? null;

/** Settles an emptied WhoId of a task: somebody else of its people takes the place. */
export function settlePrimary(store: Store, before: Row | undefined, row: Row): void {
  const gone = before?.['WhoId'] ?? null;
  if (!before || gone === null || row['WhoId'] != null) return;
  row[leaving] = gone;
  row['WhoId'] = nextPerson(store, before['Id'] ?? null, gone);
}

/** A relation a program makes. Words of what is refused guessed; what may be related: documented, object reference, TaskRelation. */
export function settleRelation(store: Store, before: Row | undefined, row: Row): void {
  if (before) return;
  const [taskId, id] = [row['TaskId'] ?? null, row['RelationId'] ?? null];
  // "Value is false if RelationId is a contact or lead and true otherwise" [D the same]
  row['IsWhat'] = isPerson(store, id) ? 0 : 1;
  row['AccountId'] = accountOf(store, id);
  const there = relations(store, taskId);
  if (there.some((one) => one['RelationId'] === id))
    throw new Refusal(
      400,
      'DUPLICATE_VALUE',
      `duplicate value found: RelationId duplicates value on record with id: ${String(taskId).slice(0, 15)}`,
      [],
    );
  if (row['IsWhat'] === 1) {
    if (there.some((one) => one['IsWhat'] === 1)) throw integrity('A task can be related to one other record only', ['RelationId']);
    return;
  }
  const people = there.filter((one) => one['IsWhat'] !== 1);
  if (people.some((one) => isLead(store, one['RelationId'] ?? null)) || (people.length > 0 && isLead(store, id)))
    throw integrity('A task is related to one lead or to contacts', ['RelationId']);
  if (people.length >= mostContacts) throw integrity(`A task can be related to at most ${mostContacts} contacts`, ['RelationId']);
}

/** The field of the task that a new relation fills, if it is empty; undefined: none. */
export function filledBy(store: Store, relation: Row): { task: Row; change: Row } | undefined {
  const task = parentOf(store, relation['TaskId'])?.row;
  const link = relation['IsWhat'] === 1 ? 'WhatId' : 'WhoId';
  return task && task[link] == null ? { task, change: { [link]: relation['RelationId'] ?? null } } : undefined;
}

function add(store: Store, task: Row, id: Value, isWhat: number): void {
  const object = store.schema.named('TaskRelation');
  const { n, id: own } = store.newId(object);
  const stamps = { CreatedDate: task['LastModifiedDate'], CreatedById: task['LastModifiedById'] };
  store.insert(object, n, {
    Id: own,
    TaskId: task['Id'] ?? null,
    RelationId: id,
    IsWhat: isWhat,
    AccountId: accountOf(store, id),
    IsDeleted: 0,
    CreatedDate: stamps.CreatedDate ?? null,
    CreatedById: stamps.CreatedById ?? null,
    LastModifiedDate: stamps.CreatedDate ?? null,
    LastModifiedById: stamps.CreatedById ?? null,
    SystemModstamp: stamps.CreatedDate ?? null,
  });
}

/** After a task was written: its relations are what WhoId and WhatId say, and the other contacts stay. */
export function relate(store: Store, task: Row): void {
  const object = store.schema.named('TaskRelation');
  const [who, what] = [task['WhoId'] ?? null, task['WhatId'] ?? null];
  const wanted = (one: Row): boolean => {
    const id = one['RelationId'] ?? null;
    if (one['IsWhat'] === 1) return id === what;
    if (id === who) return true;
    // Who was primary stays when another takes the place [D Task.WhoId: "the ID is added to the TaskWhoIds as the primary WhoId"];
    // but a lead is alone (guessed for a lead that takes the place of contacts).
    return id !== task[leaving] && who !== null && !isLead(store, who) && !isLead(store, id);
  };
  for (const one of relations(store, task['Id'] ?? null)) if (!wanted(one)) store.remove(object, String(one['Id']));
  const there = new Set(relations(store, task['Id'] ?? null).map((one) => one['RelationId']));
  for (const [id, isWhat] of [
    [who, 0],
    [what, 1],
  ] as const)
    if (id !== null && !there.has(id)) add(store, task, id, isWhat);
  recountRelations(store, task['Id'] ?? null);
}

/** WhoCount and WhatCount of a task, and what TaskWhoRelation shows of it. */
export function recountRelations(store: Store, taskId: Value): void {
  store.run('DELETE FROM "TaskWhoRelation" WHERE "TaskId" = ?', [taskId]);
  const names = 'n, "Id", "RelationId", "TaskId", "IsWhat", "AccountId", "IsDeleted", "CreatedDate", "CreatedById"';
  const more = '"LastModifiedDate", "LastModifiedById", "SystemModstamp"';
  store.run(
    `INSERT INTO "TaskWhoRelation" (${names}, ${more}, "Type")
      SELECT ${names}, ${more}, CASE substr("RelationId", 1, 3) WHEN '00Q' THEN 'Lead' ELSE 'Contact' END FROM "TaskRelation" WHERE "TaskId" = ? AND "IsWhat" = 0`,
    [taskId],
  );
  const living = relations(store, taskId);
  const whats = living.filter((one) => one['IsWhat'] === 1).length;
  if (typeof taskId === 'string') store.update(store.schema.named('Task'), taskId, { WhoCount: living.length - whats, WhatCount: whats });
}

/** A task was deleted: its relations go along, and come back with it. */
export function deleteAlong(store: Store, taskId: Value): void {
  store.run('UPDATE "TaskRelation" SET "IsDeleted" = 1, _deletedWith = ? WHERE "TaskId" = ? AND "IsDeleted" = 0', [taskId, taskId]);
  recountRelations(store, taskId);
}

/** Two people were merged: the winner is in each task once. */
export function moveRelations(store: Store, loserId: Value, winnerId: Value): void {
  if (!hasShared(store)) return;
  const object: SObject = store.schema.named('TaskRelation');
  for (const row of store.select('SELECT * FROM "TaskRelation" WHERE "RelationId" = ? AND "IsDeleted" = 0', [loserId])) {
    const taskId = row['TaskId'] ?? null;
    if (relations(store, taskId).some((one) => one['RelationId'] === winnerId)) store.remove(object, String(row['Id']));
    else store.update(object, String(row['Id']), { RelationId: winnerId, AccountId: accountOf(store, winnerId) });
    recountRelations(store, taskId);
  }
}

/** Relations for the tasks there were before Shared Activities were switched on: the org makes them in the background; here at once. */
export function relateTasks(store: Store, nowMs: number): void {
  if (!hasShared(store) || store.meta('tasksRelated') === 'yes') return;
  store.setMeta('tasksRelated', 'yes');
  const at = wholeSecond(nowMs);
  for (const task of store.select('SELECT * FROM "Task" WHERE "WhoId" IS NOT NULL OR "WhatId" IS NOT NULL')) {
    relate(store, { LastModifiedDate: at, ...task });
    if (task['IsDeleted'] === 1) deleteAlong(store, task['Id'] ?? null);
  }
  store.run('UPDATE "Task" SET "WhoCount" = coalesce("WhoCount", 0), "WhatCount" = coalesce("WhatCount", 0)');
}
