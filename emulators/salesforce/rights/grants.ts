import { readFileSync } from 'node:fs';
import type { SObject } from '../schema.ts';
import type { Row, Store } from '../store.ts';
import { wholeSecond } from '../values.ts';
import { hasObjectPermissions, isSecured, securedName } from './rights.ts';

// Profiles as a new org has them, and rights given by hand.

/** Profiles, with the permissions retrieved from a real org [C BatsyStark/CI_CD_Tutorial2, profiles]; Acme's own is a copy of Standard User that may more. */
type Profile = {
  readonly name: string;
  /** In metadata System Administrator is Admin [C]. */
  readonly metadataName: string;
  readonly custom: boolean;
  readonly fields: 'edit' | 'read' | 'none';
  readonly objects: ReadonlyMap<string, string>;
  readonly permissions: readonly string[];
};
export const profiles: readonly Profile[] = readFileSync(new URL('profiles.tsv', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .slice(1)
  .map((line) => line.split('\t'))
  .map(([name = '', metadataName = '', , custom, fields = 'none', objects = '', permissions = '']) => ({
    name,
    metadataName,
    custom: custom === 'true',
    fields: fields as Profile['fields'],
    objects: new Map(objects.split(' ').map((part) => part.split(':') as [string, string])),
    permissions: permissions.split(' ').filter((permission) => permission !== ''),
  }));

const adminProfile = 'System Administrator';
const agentProfile = 'Acme Agent';
/** Those a field or an object made by hand is open to: what the org's own people have. */
const openTo: readonly string[] = [adminProfile, agentProfile];

const letters = { C: 'Create', R: 'Read', E: 'Edit', D: 'Delete', V: 'ViewAllRecords', M: 'ModifyAllRecords' } as const;
const objectRow = (parentId: string, object: string, granted: string): Row => ({
  ParentId: parentId,
  SobjectType: object,
  ...Object.fromEntries(Object.entries(letters).map(([letter, right]) => [`Permissions${right}`, granted.includes(letter) ? 1 : 0])),
});

type Add = (name: string, row: Row) => string;
const adder = (store: Store, nowMs: number): Add => {
  const at = wholeSecond(nowMs);
  const [by] = store.select('SELECT "Id" FROM "User" ORDER BY n LIMIT 1');
  const loaders = new Map<string, (row: Row) => string>();
  return (name, row) => {
    const object = store.schema.named(name);
    const stamps: Row = {
      CreatedDate: at,
      CreatedById: by?.['Id'] ?? null,
      LastModifiedDate: at,
      LastModifiedById: by?.['Id'] ?? null,
      SystemModstamp: at,
    };
    const stamped: Row = {
      ...row,
      ...Object.fromEntries(Object.entries(stamps).filter(([field]) => object.byName.has(field.toLowerCase()))),
    };
    const columns = Object.keys(stamped);
    const key = `${name} ${columns.join(' ')}`;
    const load = loaders.get(key) ?? store.loader(object, columns);
    loaders.set(key, load);
    return load(stamped);
  };
};

/** The permission set a profile is kept in. */
const setOfProfile = (store: Store, profile: string): string | undefined =>
  store.select('SELECT s."Id" FROM "PermissionSet" s JOIN "Profile" p ON p."Id" = s."ProfileId" WHERE p."Name" = ?', [profile])[0]?.[
    'Id'
  ] as string | undefined;

/** Profiles and their rights, once; and users without a profile get one: programs' own users System Administrator, people Acme Agent. */
export function seedRights(store: Store, nowMs: number, adminIds: readonly string[]): void {
  const first = store.count('SELECT COUNT(*) AS count FROM "Profile"') === 0;
  if (first) seedProfiles(store, nowMs);
  const idOf = (name: string) => store.select('SELECT "Id" FROM "Profile" WHERE "Name" = ?', [name])[0]?.['Id'] ?? null;
  const without = '"ProfileId" IS NULL';
  if (store.count(`SELECT COUNT(*) AS count FROM "User" WHERE ${without}`) > 0) {
    for (const id of adminIds)
      store.run(`UPDATE "User" SET "ProfileId" = ?, "UserPermissionsMarketingUser" = 1 WHERE "Id" = ? AND ${without}`, [
        idOf(adminProfile),
        id,
      ]);
    store.run(`UPDATE "User" SET "ProfileId" = ? WHERE ${without}`, [idOf(agentProfile)]);
  }
  // What a deployment brings later is hidden from everybody, admins too, until a profile or permission set opens it [K, very common].
  for (const { object, name } of first ? store.customFields : store.brought) openField(store, nowMs, object, name);
  if (first) for (const object of store.schema.objects) if (object.custom) openObject(store, nowMs, object);
}

function seedProfiles(store: Store, nowMs: number): void {
  const add = adder(store, nowMs);
  const license = add('UserLicense', { Name: 'Salesforce', MasterLabel: 'Salesforce', LicenseDefinitionKey: 'SFDC', Status: 'Active' });
  const secured = store.schema.objects.flatMap((object) => [
    ...new Set(object.fields.filter((field) => isSecured(field) && !field.custom).map((field) => `${object.name}.${securedName(field)}`)),
  ]);
  for (const { name, custom, fields, objects, permissions } of profiles) {
    const granted = Object.fromEntries(permissions.map((permission) => [`Permissions${permission}`, 1]));
    const profileId = add('Profile', { Name: name, UserLicenseId: license, UserType: 'Standard', ...granted });
    const setId = add('PermissionSet', {
      Name: `X${profileId.toLowerCase()}`,
      Label: `00ex${profileId}`,
      LicenseId: license,
      ProfileId: profileId,
      IsOwnedByProfile: 1,
      IsCustom: custom ? 1 : 0,
      Type: 'Profile',
      ...granted,
    });
    for (const [object, rights] of objects) if (store.schema.find(object)) add('ObjectPermissions', objectRow(setId, object, rights));
    if (fields === 'none') continue;
    for (const field of secured)
      add('FieldPermissions', {
        ParentId: setId,
        SobjectType: field.split('.')[0] ?? '',
        Field: field,
        PermissionsRead: 1,
        PermissionsEdit: fields === 'edit' ? 1 : 0,
      });
  }
}

/** A field made on the screens, by a person who ticked "visible" for these profiles. A field of activities is opened on both. */
export function openField(store: Store, nowMs: number, objectName: string, name: string, to: readonly string[] = openTo): void {
  const add = adder(store, nowMs);
  // A contact's field stands on the account of a person as well.
  const copies: readonly (readonly [string, string])[] = [
    ...(objectName === 'Task' || objectName === 'Event' || objectName === 'Activity'
      ? [['Task', name] as const, ['Event', name] as const]
      : [[objectName, name] as const]),
    ...(objectName === 'Contact' ? [['Account', name.replace(/__c$/, '__pc')] as const] : []),
  ];
  for (const profile of to) {
    const parentId = setOfProfile(store, profile);
    if (parentId === undefined) continue;
    for (const [type, fieldName] of copies) {
      const object = store.schema.find(type);
      const field = object?.byName.get(fieldName.toLowerCase());
      if (!object || !field || !isSecured(field)) continue;
      const key = `${object.name}.${field.name}`;
      store.run('DELETE FROM "FieldPermissions" WHERE "ParentId" = ? AND "Field" = ?', [parentId, key]);
      add('FieldPermissions', { ParentId: parentId, SobjectType: object.name, Field: key, PermissionsRead: 1, PermissionsEdit: 1 });
    }
  }
}

/** An object made on the screens, open to the org's own people. */
export function openObject(store: Store, nowMs: number, object: SObject): void {
  if (!hasObjectPermissions(object)) return;
  const add = adder(store, nowMs);
  for (const profile of openTo) {
    const parentId = setOfProfile(store, profile);
    if (parentId === undefined) continue;
    store.run('DELETE FROM "ObjectPermissions" WHERE "ParentId" = ? AND "SobjectType" = ?', [parentId, object.name]);
    add('ObjectPermissions', objectRow(parentId, object.name, profile === adminProfile ? 'CREDVM' : 'CRED'));
  }
}

/** Rights on a field or an object that is no more. */
export function forget(store: Store, object: string, field?: string): void {
  const types = object === 'Task' || object === 'Event' || object === 'Activity' ? ['Task', 'Event'] : [object];
  for (const type of types) {
    if (field === undefined) {
      store.run('DELETE FROM "ObjectPermissions" WHERE "SobjectType" = ?', [type]);
      store.run('DELETE FROM "FieldPermissions" WHERE "SobjectType" = ?', [type]);
    } else store.run('DELETE FROM "FieldPermissions" WHERE "Field" = ?', [`${type}.${field}`]);
  }
}
