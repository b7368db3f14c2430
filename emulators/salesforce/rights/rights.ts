import type { Field, SObject } from '../schema.ts';
import type { Row, Store } from '../store.ts';

// What a user's profile and permission sets let him do. Rights only add up: what one of them grants is granted.

export type ObjectRights = {
  readonly read: boolean;
  readonly create: boolean;
  readonly edit: boolean;
  readonly delete: boolean;
  /** Whatever sharing says. */
  readonly viewAll: boolean;
  readonly modifyAll: boolean;
};
export type Rights = {
  readonly userId: string;
  /** A user permission by its name in metadata: `ApiEnabled`. */
  has(permission: string): boolean;
  on(object: SObject): ObjectRights;
  /** Field-level security. What has none is there for everybody. */
  of(object: SObject, field: Field): { readonly read: boolean; readonly edit: boolean };
};

/** The name field-level security calls a field by: the parts of an address are one [C picklist of FieldPermissions.Field]. */
export const securedName = (field: Field): string => {
  for (const flag of field.flags ?? []) if (/^of=\w+Address$|^of=Address$/.test(flag)) return flag.slice('of='.length);
  return field.name;
};
export const isSecured = (field: Field): boolean => field.flags?.has('perm') ?? false;

const all: ObjectRights = { read: true, create: true, edit: true, delete: true, viewAll: true, modifyAll: true };
const nothing: ObjectRights = { read: false, create: false, edit: false, delete: false, viewAll: false, modifyAll: false };
const readOnly: ObjectRights = { ...nothing, read: true };
const when = (read: boolean, write: boolean): ObjectRights => ({
  ...nothing,
  read,
  create: read && write,
  edit: read && write,
  delete: read && write,
});

/** Objects with permissions of their own; the others follow another object or a user permission [D Help, object permissions]. */
const withObjectPermissions: readonly string[] = ['Account', 'Contact', 'Lead', 'Opportunity', 'Case', 'Campaign', 'VoiceCall'];
export const hasObjectPermissions = (object: SObject): boolean =>
  object.custom !== undefined || withObjectPermissions.includes(object.name);

/** Set-up records: who sees them and who keeps them [D object reference, "Special Access Rules" of each; K where it has none]. */
const setUp: Readonly<Record<string, readonly [read: string | undefined, write: string | undefined]>> = {
  User: [undefined, 'ManageUsers'],
  Group: [undefined, 'ManageUsers'],
  GroupMember: [undefined, 'ManageUsers'],
  QueueSobject: [undefined, 'ManageUsers'],
  UserRole: ['ViewRoles', 'ManageRoles'],
  Profile: ['ViewSetup', undefined],
  PermissionSet: ['ViewSetup', 'ManageProfilesPermissionsets'],
  ObjectPermissions: ['ViewSetup', 'ManageProfilesPermissionsets'],
  FieldPermissions: ['ViewSetup', 'ManageProfilesPermissionsets'],
  PermissionSetAssignment: ['ViewSetup', 'AssignPermissionSets'],
  AdditionalNumber: [undefined, 'ManageCallCenters'],
  Task: ['ActivitiesAccess', 'EditTask'],
  Event: ['ActivitiesAccess', 'EditEvent'],
  TaskRelation: ['ActivitiesAccess', 'EditTask'],
  TaskWhoRelation: ['ActivitiesAccess', undefined],
};
/** Their parent's permission: reading it to read, changing it to write. */
const follows: Readonly<Record<string, string>> = { OpportunityContactRole: 'Opportunity', CampaignMemberStatus: 'Campaign' };

/**
 * The rights of a user at a moment, and until when they hold as they are: an assignment may expire. A user without a profile, as files of
 * older versions have them, may do everything.
 */
export function rightsOf(store: Store, userId: string, nowMs: number): { rights: Rights; until: number } {
  const [user] = store.select('SELECT "ProfileId", "UserPermissionsMarketingUser" FROM "User" WHERE "Id" = ?', [userId]);
  const profileId = user?.['ProfileId'] ?? null;
  if (profileId === null)
    return { rights: { userId, has: () => true, on: () => all, of: () => ({ read: true, edit: true }) }, until: Infinity };
  const assigned = store.select('SELECT "PermissionSetId", "ExpirationDate" FROM "PermissionSetAssignment" WHERE "AssigneeId" = ?', [
    userId,
  ]);
  const live = assigned.filter((row) => row['ExpirationDate'] == null || Number(row['ExpirationDate']) > nowMs);
  const until = Math.min(Infinity, ...live.flatMap((row) => (row['ExpirationDate'] == null ? [] : [Number(row['ExpirationDate'])])));
  const sets = [
    ...store.select('SELECT * FROM "PermissionSet" WHERE "ProfileId" = ?', [profileId]),
    ...live.flatMap((row) => store.select('SELECT * FROM "PermissionSet" WHERE "Id" = ?', [row['PermissionSetId'] ?? null])),
  ];
  const ids = sets.map((set) => String(set['Id']));
  const list = ids.map(() => '?').join(', ');
  const onObjects = Map.groupBy(store.select(`SELECT * FROM "ObjectPermissions" WHERE "ParentId" IN (${list})`, ids), (row) =>
    String(row['SobjectType']),
  );
  const onFields = new Map<string, { read: boolean; edit: boolean }>();
  for (const row of store.select(
    `SELECT "Field", MAX("PermissionsRead") AS read, MAX("PermissionsEdit") AS edit FROM "FieldPermissions" WHERE "ParentId" IN (${list}) GROUP BY "Field"`,
    ids,
  ))
    onFields.set(String(row['Field']), { read: row['read'] === 1, edit: row['edit'] === 1 });

  const has = (permission: string) => sets.some((set) => set[`Permissions${permission}`] === 1);
  // "View All Data" and "Modify All Data" are rights on every object there is and will be [D Help].
  const [viewsAll, modifiesAll] = [has('ViewAllData') || has('ModifyAllData'), has('ModifyAllData')];
  const granted = (name: string): ObjectRights => {
    if (modifiesAll) return all;
    const rows = onObjects.get(name) ?? [];
    const may = (right: string) => rows.some((row: Row) => row[`Permissions${right}`] === 1);
    return {
      read: viewsAll || may('Read'),
      create: may('Create'),
      edit: may('Edit'),
      delete: may('Delete'),
      viewAll: viewsAll || may('ViewAllRecords'),
      modifyAll: may('ModifyAllRecords'),
    };
  };
  const marketer = user?.['UserPermissionsMarketingUser'] === 1;
  const on = (object: SObject): ObjectRights => {
    const { name } = object;
    // "entity type cannot be inserted: Campaign" until the user is a marketing user [C quoted].
    if (name === 'Campaign') {
      const rights = granted(name);
      return marketer ? rights : { ...rights, create: false, edit: false, delete: false };
    }
    if (hasObjectPermissions(object)) return granted(name);
    const parent = follows[name];
    if (parent !== undefined) {
      const rights = granted(parent);
      return when(rights.read, rights.edit && (parent !== 'Campaign' || marketer));
    }
    // Who may read a campaign and a person may make him its member [D Help, campaign members].
    if (name === 'CampaignMember') {
      const [campaigns, leads, contacts] = [granted('Campaign'), granted('Lead'), granted('Contact')];
      return when(campaigns.read && (leads.read || contacts.read), true);
    }
    const rule = setUp[name];
    if (!rule) return readOnly;
    const [read, write] = rule;
    return { ...when(read === undefined || has(read), write !== undefined && has(write)), viewAll: viewsAll, modifyAll: modifiesAll };
  };
  const rights: Rights = {
    userId,
    has,
    on,
    of(object, field) {
      if (!isSecured(field)) return { read: true, edit: true };
      return onFields.get(`${object.name}.${securedName(field)}`) ?? { read: false, edit: false };
    },
  };
  return { rights, until };
}
