import type { SObject } from './schema.ts';
import type { Row, Store, Value } from './store.ts';

// Who may see which records. At first everybody sees everything; the control port makes objects private and hides single records.

export type Sharing = {
  /** Of these objects only the owner, who stands above him, and admins see a record: organization-wide default "Private". */
  private: string[];
  /** "View All Data". */
  admins: string[];
};

/** The app's own user is an admin until told otherwise. */
export const sharing = (store: Store): Sharing | undefined => {
  const kept = store.meta('sharing');
  return kept === undefined ? undefined : (JSON.parse(kept) as Sharing);
};
export const saveSharing = (store: Store, changed: Sharing): void => store.setMeta('sharing', JSON.stringify(changed));

/** User ids are letters and digits, so they may stand in the text. */
const upToTop = (userId: string): string =>
  `WITH RECURSIVE below(id) AS (SELECT '${userId}' UNION SELECT "User"."Id" FROM "User" JOIN below ON "User"."ManagerId" = below.id) SELECT id FROM below`;

const isPrivate = (store: Store, userId: string, object: SObject): boolean => {
  const set = sharing(store);
  return set !== undefined && set.private.includes(object.name) && !set.admins.includes(userId);
};

/** As a condition on rows of `alias`, or undefined: he sees all of them. */
export function visibleTo(store: Store, userId: string, object: SObject, alias: string): string | undefined {
  const conditions = [
    ...(isPrivate(store, userId, object) ? [`${alias}."OwnerId" IN (${upToTop(userId)})`] : []),
    ...(store.hides(userId)
      ? [`NOT EXISTS (SELECT 1 FROM "hidden" WHERE "hidden".userId = '${userId}' AND "hidden".recordId = ${alias}."Id")`]
      : []),
  ];
  return conditions.length > 0 ? conditions.join(' AND ') : undefined;
}

/** The same of one record. */
export function maySee(store: Store, userId: string, object: SObject, row: Row): boolean {
  const id: Value = row['Id'] ?? null;
  if (store.hides(userId, String(id))) return false;
  if (!isPrivate(store, userId, object)) return true;
  return store.select(upToTop(userId)).some((below) => below['id'] === row['OwnerId']);
}
