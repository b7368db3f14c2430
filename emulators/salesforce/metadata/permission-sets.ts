import { userPermissions, type SObject } from '../schema.ts';
import { profiles } from '../rights/grants.ts';
import { isSecured, securedName } from '../rights/rights.ts';
import type { Row, Store } from '../store.ts';
import { wholeSecond } from '../values.ts';
import type { Catalog, Component } from './catalog.ts';
import { fieldName } from './fields.ts';
import { docsOf, inOrder, isTrue, Problem, textOf } from './documents.ts';
import type { Doc, Place } from './xml.ts';

// Permission sets as documents, and as the rows that records of PermissionSet, FieldPermissions and ObjectPermissions are.

/** Kept and given back. */
const keptOnly = ['tabSettings'];
/** What a set of a real org can also hold. */
const elsewhere = [
  'agentAccesses',
  'applicationVisibilities',
  'classAccesses',
  'customMetadataTypeAccesses',
  'customPermissions',
  'emailRoutingAddressAccesses',
  'externalCredentialPrincipalAccesses',
  'externalDataSourceAccesses',
  'flowAccesses',
  'pageAccesses',
  'recordTypeVisibilities',
];
const rights = ['allowCreate', 'allowDelete', 'allowEdit', 'allowRead', 'modifyAllRecords', 'viewAllRecords'] as const;
type Right = (typeof rights)[number];
const columns: Readonly<Record<Right, string>> = {
  allowCreate: 'PermissionsCreate',
  allowDelete: 'PermissionsDelete',
  allowEdit: 'PermissionsEdit',
  allowRead: 'PermissionsRead',
  modifyAllRecords: 'PermissionsModifyAllRecords',
  viewAllRecords: 'PermissionsViewAllRecords',
};
/** "Permission Create X depends on permission(s): Read X" [C]; which needs which [D ObjectPermissions]. */
const words: Readonly<Record<Right, string>> = {
  allowCreate: 'Create',
  allowDelete: 'Delete',
  allowEdit: 'Edit',
  allowRead: 'Read',
  modifyAllRecords: 'Modify All',
  viewAllRecords: 'View All',
};
const needs: Readonly<Record<Right, readonly Right[]>> = {
  allowRead: [],
  allowCreate: ['allowRead'],
  allowEdit: ['allowRead'],
  allowDelete: ['allowRead', 'allowEdit'],
  viewAllRecords: ['allowRead'],
  modifyAllRecords: ['allowRead', 'allowEdit', 'allowDelete', 'viewAllRecords'],
};

const by = (name: string) => (a: Doc, b: Doc) => ((textOf(a, name) ?? '') < (textOf(b, name) ?? '') ? -1 : 1);
const once = (list: readonly Doc[], element: string, name: string, place: Place | undefined): void => {
  const seen = new Set<string>();
  for (const one of list) {
    const value = textOf(one, name) ?? '';
    // [C "Field:(.*), value:(.*) appears more than once"]
    if (seen.has(value.toLowerCase())) throw new Problem(`Field: ${element}, value: ${value} appears more than once`, place);
    seen.add(value.toLowerCase());
  }
};

/** The document as the org keeps it. Throws `Problem`. */
export function checkPermissionSet(catalog: Catalog, _fullName: string, doc: Doc, place: Place | undefined): Doc {
  const { fullName: _, ...own } = doc;
  if ((textOf(own, 'label') ?? '') === '') throw new Problem('Required field is missing: label', place, 'REQUIRED_FIELD_MISSING');
  const { objects, fields, users } = checkGrants(catalog, own, place);
  return inOrder('PermissionSet', {
    ...own,
    hasActivationRequired: isTrue(own, 'hasActivationRequired'),
    ...told('objectPermissions', objects.filter(granted)),
    ...told('fieldPermissions', fields.filter(granted)),
    ...told('userPermissions', users.filter(granted)),
  });
}

type Grants = { readonly objects: Doc[]; readonly fields: Doc[]; readonly users: Doc[] };
/** What a set or a profile grants, in the org's order. Throws `Problem`. */
function checkGrants(catalog: Catalog, own: Doc, place: Place | undefined): Grants {
  for (const name of elsewhere)
    if (docsOf(own, name).length > 0)
      throw new Problem(
        `STAND_IN_CANNOT: The stand-in org does not do this: ${name} of permission sets. See docs/reference/org.md`,
        place,
        'STAND_IN_CANNOT',
      );
  const objects = docsOf(own, 'objectPermissions').toSorted(by('object'));
  const fields = docsOf(own, 'fieldPermissions').toSorted(by('field'));
  const users = docsOf(own, 'userPermissions').toSorted(by('name'));
  once(objects, 'object', 'object', place);
  once(fields, 'field', 'field', place);
  once(users, 'name', 'name', place);
  for (const one of objects) checkObjectRights(catalog, one, objects, place);
  for (const one of fields) checkFieldRights(catalog, one, place);
  for (const one of users) {
    const name = textOf(one, 'name') ?? '';
    if (!userPermissions.some(([column]) => column === `Permissions${name}`)) throw new Problem(`Unknown user permission: ${name}`, place);
  }
  return { objects: objects.map(wholeRights), fields, users };
}

/** Whether anything is granted by it. */
const granted = (one: Doc): boolean => [...rights, 'readable', 'editable', 'enabled'].some((name) => isTrue(one, name));
const told = (name: string, list: readonly Doc[]): Record<string, readonly Doc[]> => (list.length > 0 ? { [name]: list } : {});

/**
 * A profile: what the document names is changed, the rest stays [D metadata guide, Profile]. It has to be there: System Administrator
 * is called Admin.
 */
export function checkProfile(catalog: Catalog, fullName: string, doc: Doc, place: Place | undefined): Doc {
  const before = catalog.get('Profile', fullName)?.doc;
  if (!before)
    throw new Problem(
      `STAND_IN_CANNOT: The stand-in org does not do this: a new profile. See docs/reference/org.md`,
      place,
      'STAND_IN_CANNOT',
    );
  const { objects, fields, users } = checkGrants(catalog, doc, place);
  for (const name of Object.keys(doc))
    if (!['fullName', 'custom', 'description', 'userLicense', 'fieldPermissions', 'objectPermissions', 'userPermissions'].includes(name))
      throw new Problem(
        `STAND_IN_CANNOT: The stand-in org does not do this: ${name} of profiles. See docs/reference/org.md`,
        place,
        'STAND_IN_CANNOT',
      );
  const merged = (element: string, key: string, given: readonly Doc[]) =>
    told(
      element,
      [
        ...docsOf(before, element).filter((one) => !given.some((other) => textOf(other, key) === textOf(one, key))),
        ...given.filter(granted),
      ].toSorted(by(key)),
    );
  const { fieldPermissions: _, objectPermissions: __, userPermissions: ___, ...rest } = before;
  return inOrder('Profile', {
    ...rest,
    ...merged('fieldPermissions', 'field', fields),
    ...merged('objectPermissions', 'object', objects),
    ...merged('userPermissions', 'name', users),
  });
}

const wholeRights = (one: Doc): Doc =>
  inOrder('PermissionSetObjectPermissions', {
    ...Object.fromEntries(rights.map((right) => [right, isTrue(one, right)])),
    object: textOf(one, 'object') ?? '',
    viewAllFields: false,
  });

function checkObjectRights(catalog: Catalog, one: Doc, all: readonly Doc[], place: Place | undefined): void {
  const name = textOf(one, 'object') ?? '';
  const standard = catalog.schema.find(name);
  // Activities have no rights of their own: they go by "Edit Tasks" and "Edit Events" [K].
  if (!catalog.get('CustomObject', name) && (!standard || standard.custom || name === 'Task' || name === 'Event'))
    throw new Problem(`In field: object - no CustomObject named ${name} found`, place);
  if (isTrue(one, 'viewAllFields'))
    throw new Problem(
      'STAND_IN_CANNOT: The stand-in org does not do this: viewAllFields of permission sets. See docs/reference/org.md',
      place,
      'STAND_IN_CANNOT',
    );
  for (const right of rights)
    if (isTrue(one, right))
      for (const needed of needs[right])
        if (!isTrue(one, needed))
          throw new Problem(`Permission ${words[right]} ${name} depends on permission(s): ${words[needed]} ${name}`, place);
  const master = catalog
    .list('CustomField')
    .find((field) => field.fullName.startsWith(`${name}.`) && textOf(field.doc, 'type') === 'MasterDetail');
  const above = textOf(master?.doc, 'referenceTo');
  if (
    above !== undefined &&
    isTrue(one, 'allowRead') &&
    !all.some((other) => textOf(other, 'object') === above && isTrue(other, 'allowRead'))
  )
    throw new Problem(`Permission Read ${name} depends on permission(s): Read ${above}`, place);
}

function checkFieldRights(catalog: Catalog, one: Doc, place: Place | undefined): void {
  const full = textOf(one, 'field') ?? '';
  const [object = '', name = ''] = full.split('.');
  const custom = name.endsWith('__c');
  const found = custom && object !== 'Activity' ? catalog.get('CustomField', fieldName(full))?.doc : undefined;
  const standard = custom
    ? undefined
    : catalog.schema.find(object)?.fields.find((field) => securedName(field).toLowerCase() === name.toLowerCase());
  if (!found && !standard) throw new Problem(`In field: field - no CustomField named ${full} found`, place);
  const needed = found ? isTrue(found, 'required') || textOf(found, 'type') === 'MasterDetail' : !standard || !isSecured(standard);
  if (needed) throw new Problem(`You cannot deploy to a required field: ${full}`, place);
  if (isTrue(one, 'editable') && !isTrue(one, 'readable'))
    throw new Problem(`Permission Edit ${full} depends on permission(s): Read ${full}`, place); // guessed
}

/** Without what the set says of a field or an object that is gone. */
export function without(type: string, doc: Doc, gone: { field?: string; object?: string }): Doc {
  const fields = docsOf(doc, 'fieldPermissions').filter((one) => {
    const name = textOf(one, 'field') ?? '';
    return gone.field === undefined ? !name.startsWith(`${gone.object ?? ''}.`) : fieldName(name) !== gone.field;
  });
  const objects = docsOf(doc, 'objectPermissions').filter((one) => gone.object === undefined || textOf(one, 'object') !== gone.object);
  const { fieldPermissions: _, objectPermissions: __, ...rest } = doc;
  return inOrder(type, {
    ...rest,
    ...(fields.length > 0 ? { fieldPermissions: fields } : {}),
    ...(objects.length > 0 ? { objectPermissions: objects } : {}),
  });
}

const blank = (object: SObject): Row => Object.fromEntries(object.fields.map((field) => [field.name, field.type === 'boolean' ? 0 : null]));
/** A row of a set-up object, with the stamps it has. */
export function addRow(store: Store, name: string, given: Row, by: { userId: string; nowMs: number }): string {
  const object = store.schema.named(name);
  const { n, id } = store.newId(object);
  const at = wholeSecond(by.nowMs);
  const stamps: Row = { CreatedDate: at, CreatedById: by.userId, LastModifiedDate: at, LastModifiedById: by.userId, SystemModstamp: at };
  const own = Object.fromEntries(Object.entries(stamps).filter(([column]) => object.byName.has(column.toLowerCase())));
  store.insert(object, n, { ...blank(object), ...own, ...given, Id: id });
  return id;
}
export function changeRow(store: Store, name: string, id: string, given: Row, by: { userId: string; nowMs: number }): void {
  const object = store.schema.named(name);
  const at = wholeSecond(by.nowMs);
  store.update(object, id, {
    ...given,
    ...(object.byName.has('lastmodifieddate') ? { LastModifiedDate: at, LastModifiedById: by.userId } : {}),
    SystemModstamp: at,
  });
}

/** The sets an admin made: those of profiles are the profiles'. */
export const permissionSetRows = (store: Store): Row[] => store.select('SELECT * FROM "PermissionSet" WHERE "IsOwnedByProfile" = 0');

const profileNames = new Map(profiles.map(({ name, metadataName }) => [name, metadataName]));
/** Profiles by the names they have in metadata, with the sets that hold their rights. */
export const profileRows = (store: Store): { readonly fullName: string; readonly id: string; readonly set: Row }[] =>
  store
    .select('SELECT "Id", "Name" FROM "Profile"')
    .flatMap((row) =>
      store
        .select('SELECT * FROM "PermissionSet" WHERE "ProfileId" = ?', [row['Id'] ?? null])
        .map((set) => ({ fullName: profileNames.get(String(row['Name'])) ?? String(row['Name']), id: String(row['Id']), set })),
    );
export function fromProfile(store: Store, set: Row): Doc {
  const { license, ...grants } = grantsOf(store, set);
  return inOrder('Profile', { custom: set['IsCustom'] === 1, ...(license === undefined ? {} : { userLicense: license }), ...grants });
}

export const fromPermissionSet = (store: Store, row: Row, before: Doc | undefined): Doc =>
  inOrder('PermissionSet', {
    ...Object.fromEntries(keptOnly.flatMap((name) => (before?.[name] === undefined ? [] : [[name, before[name]]]))),
    ...(row['Description'] == null ? {} : { description: String(row['Description']) }),
    hasActivationRequired: row['HasActivationRequired'] === 1,
    label: String(row['Label'] ?? row['Name']),
    ...grantsOf(store, row),
  });

/** What the rows of a set say. */
function grantsOf(store: Store, row: Row): Record<string, string | readonly Doc[]> {
  const id = String(row['Id']);
  const fields = store.select('SELECT * FROM "FieldPermissions" WHERE "ParentId" = ? ORDER BY "Field"', [id]);
  const objects = store.select('SELECT * FROM "ObjectPermissions" WHERE "ParentId" = ? ORDER BY "SobjectType"', [id]);
  const license =
    row['LicenseId'] == null ? undefined : store.select('SELECT "Name" FROM "UserLicense" WHERE "Id" = ?', [row['LicenseId']])[0]?.['Name'];
  const users = userPermissions
    .filter(([column]) => row[column] === 1)
    .map(([column]) => ({ enabled: true, name: column.replace('Permissions', '') }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return {
    ...(license == null ? {} : { license: String(license) }),
    ...told(
      'fieldPermissions',
      fields.map((one) => ({
        editable: one['PermissionsEdit'] === 1,
        field: String(one['Field']),
        readable: one['PermissionsRead'] === 1,
      })),
    ),
    ...told(
      'objectPermissions',
      objects.map((one) =>
        inOrder('PermissionSetObjectPermissions', {
          ...Object.fromEntries(rights.map((right) => [right, one[columns[right]] === 1])),
          object: String(one['SobjectType']),
          viewAllFields: false,
        }),
      ),
    ),
    ...told('userPermissions', users),
  };
}

/** Writes the set: what the document doesn't grant is taken away ("overwrites" since API 40 [D metadata guide, PermissionSet]). */
export function savePermissionSet(store: Store, { fullName, doc, id: known }: Component, by: { userId: string; nowMs: number }): string {
  const license = textOf(doc, 'license');
  const given: Row = {
    Label: textOf(doc, 'label') ?? fullName,
    Description: textOf(doc, 'description') ?? null,
    HasActivationRequired: isTrue(doc, 'hasActivationRequired') ? 1 : 0,
    LicenseId:
      license === undefined ? null : (store.select('SELECT "Id" FROM "UserLicense" WHERE "Name" = ?', [license])[0]?.['Id'] ?? null),
  };
  Object.assign(given, userColumns(doc));
  const id = known ?? addRow(store, 'PermissionSet', { ...given, Name: fullName, IsCustom: 1, IsOwnedByProfile: 0, Type: 'Regular' }, by);
  if (known !== undefined) changeRow(store, 'PermissionSet', known, given, by);
  saveGrants(store, id, doc, by);
  return id;
}

const userColumns = (doc: Doc): Row => {
  const names = new Set(docsOf(doc, 'userPermissions').map((one) => `Permissions${textOf(one, 'name') ?? ''}`));
  return Object.fromEntries(userPermissions.map(([column]) => [column, names.has(column) ? 1 : 0]));
};

/** A profile keeps its rights in a set of its own. */
export function saveProfile(store: Store, { doc, id }: Component, by: { userId: string; nowMs: number }): void {
  const setId = store.select('SELECT "Id" FROM "PermissionSet" WHERE "ProfileId" = ?', [id ?? null])[0]?.['Id'];
  if (id === undefined || typeof setId !== 'string') return;
  changeRow(store, 'Profile', id, userColumns(doc), by);
  changeRow(store, 'PermissionSet', setId, userColumns(doc), by);
  saveGrants(store, setId, doc, by);
}

function saveGrants(store: Store, id: string, doc: Doc, by: { userId: string; nowMs: number }): void {
  sync(
    store,
    'FieldPermissions',
    id,
    'Field',
    docsOf(doc, 'fieldPermissions').map((one) => ({
      SobjectType: (textOf(one, 'field') ?? '').split('.')[0] ?? '',
      Field: textOf(one, 'field') ?? '',
      PermissionsEdit: isTrue(one, 'editable') ? 1 : 0,
      PermissionsRead: isTrue(one, 'readable') ? 1 : 0,
    })),
    by,
  );
  sync(
    store,
    'ObjectPermissions',
    id,
    'SobjectType',
    docsOf(doc, 'objectPermissions').map((one) => ({
      SobjectType: textOf(one, 'object') ?? '',
      ...Object.fromEntries(rights.map((right) => [columns[right], isTrue(one, right) ? 1 : 0])),
    })),
    by,
  );
}

function sync(
  store: Store,
  name: string,
  parentId: string,
  key: string,
  wanted: readonly Row[],
  by: { userId: string; nowMs: number },
): void {
  const present = store.select(`SELECT * FROM "${name}" WHERE "ParentId" = ?`, [parentId]);
  for (const row of present)
    if (!wanted.some((one) => one[key] === row[key])) store.run(`DELETE FROM "${name}" WHERE "Id" = ?`, [String(row['Id'])]);
  for (const one of wanted) {
    const row = present.find((other) => other[key] === one[key]);
    if (!row) addRow(store, name, { ...one, ParentId: parentId }, by);
    else if (Object.entries(one).some(([column, value]) => row[column] !== value)) changeRow(store, name, String(row['Id']), one, by);
  }
}

/** With what was given by it, and to whom. */
export function removePermissionSet(store: Store, id: string): void {
  store.run('DELETE FROM "PermissionSetAssignment" WHERE "PermissionSetId" = ?', [id]);
  for (const name of ['FieldPermissions', 'ObjectPermissions']) store.run(`DELETE FROM "${name}" WHERE "ParentId" = ?`, [id]);
  store.run('DELETE FROM "PermissionSet" WHERE "Id" = ?', [id]);
}
