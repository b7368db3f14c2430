import { isActivity } from './model/custom-objects.ts';
import { rightsFor } from './rights/seen.ts';
import type { SObject } from './schema.ts';
import type { Row, Store } from './store.ts';

// Who may see which records. At first everybody sees everything; the control port makes objects private and hides single records.

/** Organization-wide defaults; what is in no list is public. */
export type Sharing = {
  /** Only the owner, who stands above him, and admins see a record; a task or event also who sees what it is about. */
  private: string[];
  /** Everybody sees, only the owner and who stands above him change: "Public Read Only". */
  readOnly?: string[];
  /** "Controlled by Parent": contacts by their account, tasks and events by what they are about. */
  byParent?: string[];
  /** Who has "View All Data", whatever the profiles say; left out, profiles and permission sets say it. */
  admins?: string[];
};
export type Default = 'Private' | 'Read' | 'ControlledByParent' | 'ReadWrite';

export const sharing = (store: Store): Sharing | undefined => {
  const kept = store.meta('sharing');
  return kept === undefined ? undefined : (JSON.parse(kept) as Sharing);
};
export const saveSharing = (store: Store, changed: Sharing): void => store.setMeta('sharing', JSON.stringify(changed));

/** The organization-wide default of an object. Tasks and events have one together. */
export function defaultOf(store: Store, object: SObject): Default {
  const set = sharing(store);
  const listed = (names: readonly string[] | undefined) =>
    names?.some((name) => name === object.name || (isActivity(name) && isActivity(object.name))) ?? false;
  if (listed(set?.private)) return 'Private';
  if (listed(set?.byParent)) return 'ControlledByParent';
  if (listed(set?.readOnly)) return 'Read';
  return object.custom?.sharing ?? 'ReadWrite';
}

/** Whether he sees all records of all objects. */
export const hasViewAllData = (store: Store, userId: string): boolean =>
  sharing(store)?.admins?.includes(userId) ?? rightsFor(store, userId).has('ViewAllData');
const viewsAll = (store: Store, userId: string, object: SObject): boolean =>
  sharing(store)?.admins?.includes(userId) ?? rightsFor(store, userId).on(object).viewAll;
const modifiesAll = (store: Store, userId: string, object: SObject): boolean =>
  sharing(store)?.admins?.includes(userId) ?? rightsFor(store, userId).on(object).modifyAll;

/** Whether he sees every record of an object there is, but for those hidden from him one by one. */
export const isPublic = (store: Store, userId: string, object: SObject): boolean =>
  viewsAll(store, userId, object) || ['ReadWrite', 'Read'].includes(defaultOf(store, object));

/**
 * The user himself, who stands below him by the role hierarchy or by User.ManagerId, and the queues and groups any of them is in. User ids
 * are letters and digits, so they may stand in the text.
 */
const below = (userId: string): string =>
  `WITH RECURSIVE role(id) AS (
    SELECT r."Id" FROM "UserRole" r JOIN "User" me ON r."ParentRoleId" = me."UserRoleId" WHERE me."Id" = '${userId}'
    UNION SELECT r."Id" FROM "UserRole" r JOIN role ON r."ParentRoleId" = role.id
  ), below(id) AS (
    SELECT '${userId}'
    UNION SELECT "User"."Id" FROM "User" WHERE "UserRoleId" IN (SELECT id FROM role)
    UNION SELECT "User"."Id" FROM "User" JOIN below ON "User"."ManagerId" = below.id
    UNION SELECT "GroupMember"."GroupId" FROM "GroupMember" JOIN below ON "GroupMember"."UserOrGroupId" = below.id
  ) SELECT id FROM below`;
const ownedBy = (userId: string, alias: string): string => `${alias}."OwnerId" IN (${below(userId)})`;

/** Parents a record is shared by, and cannot be seen without: a master, the deal of a contact role, the campaign of a state. */
const masters = (object: SObject): readonly string[] => [
  ...object.fields.filter((field) => field.masterDetail).map((field) => field.name),
  ...(object.name === 'OpportunityContactRole' ? ['OpportunityId'] : []),
  ...(object.name === 'CampaignMemberStatus' ? ['CampaignId'] : []),
  ...(object.name === 'CampaignMember' ? ['LeadId', 'ContactId'] : []),
  ...(/^Task(?:Who)?Relation$/.test(object.name) ? ['TaskId'] : []),
];

/** As a condition on rows of `alias`, or undefined: he sees all of them. */
export function visibleTo(store: Store, userId: string, object: SObject, alias: string): string | undefined {
  const conditions = [
    ...shared(store, userId, object, alias, 0),
    ...(store.hides(userId)
      ? [`NOT EXISTS (SELECT 1 FROM "hidden" WHERE "hidden".userId = '${userId}' AND "hidden".recordId = ${alias}."Id")`]
      : []),
  ];
  return conditions.length > 0 ? conditions.join(' AND ') : undefined;
}

/** What sharing asks of a row, all of it. `depth` names the tables within. */
function shared(store: Store, userId: string, object: SObject, alias: string, depth: number): string[] {
  // "Only users with Manage Users or Monitor Login History permissions"; "all users can retrieve their own" [D object reference, LoginHistory]
  if (object.name === 'LoginHistory') {
    const { has } = rightsFor(store, userId);
    return has('ManageUsers') || has('MonitorLoginHistory') ? [] : [`${alias}."UserId" = '${userId}'`];
  }
  if (viewsAll(store, userId, object)) return [];
  const conditions = masters(object).flatMap((field) => {
    const seen = parentSeen(store, userId, object, field, alias, depth);
    return seen === undefined ? [] : [`(${alias}."${field}" IS NULL OR ${seen})`];
  });
  // "Users other than the creator can't see the event details" of a private event [D object reference, Event.IsPrivate].
  if (object.name === 'Event') conditions.push(`(${alias}."IsPrivate" = 0 OR ${alias}."OwnerId" = '${userId}')`);
  if (!object.byName.has('ownerid')) return conditions;
  const own = ownedBy(userId, alias);
  switch (defaultOf(store, object)) {
    case 'ReadWrite':
      break;
    case 'Read':
      // A contact without an account is its owner's, whatever the default [D Help, private contacts].
      if (object.name === 'Contact') conditions.push(`(${alias}."AccountId" IS NOT NULL OR ${own})`);
      break;
    case 'ControlledByParent':
    case 'Private': {
      const links = isActivity(object.name)
        ? ['WhatId', 'WhoId']
        : object.name === 'Contact' && defaultOf(store, object) === 'ControlledByParent'
          ? ['AccountId']
          : [];
      const parents = links.map((link) => {
        const seen = parentSeen(store, userId, object, link, alias, depth);
        return seen === undefined ? `${alias}."${link}" IS NOT NULL` : `(${alias}."${link}" IS NOT NULL AND ${seen})`;
      });
      conditions.push(parents.length > 0 ? `(${[own, ...parents].join(' OR ')})` : own);
    }
  }
  return conditions;
}

/** Whether he sees the record a link points at; undefined: he sees all there are. */
function parentSeen(store: Store, userId: string, object: SObject, link: string, alias: string, depth: number): string | undefined {
  const field = object.byName.get(link.toLowerCase());
  const rights = rightsFor(store, userId);
  const targets = (field?.referenceTo ?? []).flatMap((name) => store.schema.find(name) ?? []);
  const inner = `p${depth}_${link}`;
  const cases = targets.map((target) => {
    const asked = depth > 3 ? [] : shared(store, userId, target, inner, depth + 1);
    const seen = !rights.on(target).read
      ? '0'
      : asked.length === 0
        ? '1'
        : `EXISTS (SELECT 1 FROM "${target.name}" ${inner} WHERE ${inner}."Id" = ${alias}."${link}" AND ${asked.join(' AND ')})`;
    return { prefix: target.keyPrefix, seen };
  });
  if (cases.every(({ seen }) => seen === '1')) return undefined;
  return `CASE substr(${alias}."${link}", 1, 3) ${cases.map(({ prefix, seen }) => `WHEN '${prefix}' THEN ${seen}`).join(' ')} ELSE 0 END`;
}

/** The same of one record. */
export function maySee(store: Store, userId: string, object: SObject, row: Row): boolean {
  const whole = store.schema.find(object.name) ?? object;
  const condition = visibleTo(store, userId, whole, 't0');
  if (condition === undefined) return true;
  return store.select(`SELECT 1 FROM "${whole.name}" t0 WHERE t0."Id" = ? AND ${condition}`, [row['Id'] ?? null]).length > 0;
}

/** Whether he may change one he sees: all may by default; else its owner, who stands above him, and who may change everything. */
export function mayChange(store: Store, userId: string, object: SObject, row: Row): boolean {
  const whole = store.schema.find(object.name) ?? object;
  if (!maySee(store, userId, whole, row)) return false;
  const master = masters(whole).filter((field) => whole.byName.get(field.toLowerCase())?.masterDetail);
  for (const field of master) {
    const target = store.schema.find(whole.byName.get(field.toLowerCase())?.referenceTo[0] ?? '');
    const parent = target && store.get(target, String(row[field]));
    if (target && parent && !mayChange(store, userId, target, parent)) return false;
  }
  if (!whole.byName.has('ownerid') || modifiesAll(store, userId, whole)) return true;
  const level = defaultOf(store, whole);
  if (level === 'ReadWrite') return true;
  if (store.select(below(userId)).some((one) => one['id'] === row['OwnerId'])) return true;
  if (level !== 'ControlledByParent') return false;
  return ['AccountId', 'WhatId', 'WhoId'].some((link) => {
    const id = row[link];
    if (typeof id !== 'string' || (link === 'AccountId' && whole.name !== 'Contact')) return false;
    const target = store.schema.ofId(id);
    const parent = target && store.get(target, id);
    return target !== undefined && parent !== undefined && mayChange(store, userId, target, parent);
  });
}
