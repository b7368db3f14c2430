import { badPicklist, Refusal, requiredMissing, wrongIdType } from '../errors.ts';
import type { SObject } from '../schema.ts';
import type { Row, Store, Value } from '../store.ts';
import { isSecured, securedName } from '../rights/rights.ts';
import { parentOf } from './parent.ts';

// What an admin keeps through the API: users, groups, permission sets and who has them.

const duplicate = (code: string, message: string, fields: readonly string[] = []) => new Refusal(400, code, message, fields);
const integrity = (message: string, fields: readonly string[]) => new Refusal(400, 'FIELD_INTEGRITY_EXCEPTION', message, fields);

/** The other record with this value, text compared without case. */
const other = (store: Store, object: SObject, before: Row | undefined, where: string, values: readonly Value[]): Row | undefined =>
  store.select(`SELECT * FROM "${object.name}" WHERE ${where} LIMIT 2`, values).find((row) => row['Id'] !== before?.['Id']);

/** `Support Team` as a name for programs: Support_Team. */
const developerName = (label: Value | undefined): string =>
  String(label ?? '')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/^(?=\d)/, 'X')
    .replace(/^_+|_+$/g, '');

function settleUser(store: Store, object: SObject, before: Row | undefined, row: Row): void {
  row['Name'] = [row['FirstName'], row['LastName']].filter((part) => part != null).join(' ');
  const username = String(row['Username'] ?? '');
  // [C quoted widely; the org's answer goes on with advice]
  if (other(store, object, before, '"Username" = ?', [username]))
    throw duplicate(
      'DUPLICATE_USERNAME',
      "Duplicate Username.<br>The username already exists in this or another Salesforce organization. Usernames must be unique across all Salesforce organizations. To resolve, use a different username (it doesn't need to match the user's email address). ",
      ['Username'],
    );
  if (!/^[^\s@]+@[^\s@.]+(?:\.[^\s@.]+)+$/.test(username))
    throw new Refusal(400, 'INVALID_EMAIL_ADDRESS', `Username: invalid email address: ${username}`, ['Username']); // [K]
  row['CommunityNickname'] ??= username.split('@')[0]?.slice(0, 40) ?? null;
  if (other(store, object, before, '"CommunityNickname" = ?', [row['CommunityNickname'] ?? null]))
    throw duplicate('DUPLICATE_COMM_NICKNAME', 'Another user has already selected this nickname.<br>Please select another.', [
      'CommunityNickname',
    ]); // [C quoted]
  row['UserType'] ??= parentOf(store, row['ProfileId'])?.row['UserType'] ?? 'Standard';
  row['DigestFrequency'] ??= 'D';
  row['DefaultGroupNotificationFrequency'] ??= 'N';
}

/** [C quoted by clients: "Duplicate PermissionSetAssignment. Assignee: 005…; Permission Set: 0PS…"] */
function settleAssignment(store: Store, object: SObject, before: Row | undefined, row: Row): void {
  const [set, user] = [row['PermissionSetId'] ?? null, row['AssigneeId'] ?? null];
  if (other(store, object, before, '"PermissionSetId" = ? AND "AssigneeId" = ?', [set, user]))
    throw duplicate(
      'DUPLICATE_VALUE',
      `Duplicate PermissionSetAssignment. Assignee: ${String(user).slice(0, 15)}; Permission Set: ${String(set).slice(0, 15)}`,
      ['AssigneeId', 'PermissionSetId'],
    );
  if (!before && parentOf(store, set)?.row['IsOwnedByProfile'] === 1)
    throw integrity("Can't assign a permission set that is owned by a profile", ['PermissionSetId']); // words guessed
  if (!before && parentOf(store, user)?.row['IsActive'] !== 1)
    throw new Refusal(400, 'FIELD_INTEGRITY_EXCEPTION', "Assignee: can't assign permission set to an inactive user", ['AssigneeId']); // words guessed
  row['IsActive'] = 1;
}

const objectRights = ['Create', 'Read', 'Edit', 'Delete', 'ViewAllRecords', 'ModifyAllRecords'] as const;
/** "Each object permission requires those it is built on" [D object reference, ObjectPermissions]. */
const builtOn: Readonly<Record<(typeof objectRights)[number], readonly (typeof objectRights)[number][]>> = {
  Read: [],
  Create: ['Read'],
  Edit: ['Read'],
  Delete: ['Read', 'Edit'],
  ViewAllRecords: ['Read'],
  ModifyAllRecords: ['Read', 'Edit', 'Delete', 'ViewAllRecords'],
};
const spoken: Readonly<Record<string, string>> = { ViewAllRecords: 'View All', ModifyAllRecords: 'Modify All' };

function settleObjectPermissions(store: Store, object: SObject, before: Row | undefined, row: Row): void {
  const type = store.schema.find(String(row['SobjectType']));
  if (!type) throw badPicklist('Sobject Type Name', 'SobjectType', String(row['SobjectType']));
  row['SobjectType'] = type.name;
  const has = (right: string) => row[`Permissions${right}`] === 1;
  for (const right of objectRights)
    for (const needed of builtOn[right])
      if (has(right) && !has(needed))
        throw integrity(
          `Permission ${spoken[right] ?? right} ${type.label} depends on permission(s): ${spoken[needed] ?? needed} ${type.label}`,
          [`Permissions${right}`],
        ); // [C the same words in deployments]
  if (other(store, object, before, '"ParentId" = ? AND "SobjectType" = ?', [row['ParentId'] ?? null, type.name]))
    throw duplicate(
      'DUPLICATE_VALUE',
      `duplicate value found: SobjectType duplicates value on record with id: ${String(row['ParentId']).slice(0, 15)}`,
    );
}

function settleFieldPermissions(store: Store, object: SObject, before: Row | undefined, row: Row): void {
  const given = String(row['Field'] ?? '');
  const [typeName = '', fieldName = ''] = given.split('.');
  const type = store.schema.find(typeName);
  const field = type?.byName.get(fieldName.toLowerCase());
  // "Field Name: bad value for restricted picklist field: Account.Foo__c" [C quoted widely]: also of what has no field-level security.
  if (!type || !field || !isSecured(field) || securedName(field) !== field.name) throw badPicklist('Field Name', 'Field', given);
  if (String(row['SobjectType'] ?? type.name).toLowerCase() !== type.name.toLowerCase())
    throw badPicklist('Sobject Type Name', 'SobjectType', String(row['SobjectType']));
  row['Field'] = `${type.name}.${field.name}`;
  row['SobjectType'] = type.name;
  if (row['PermissionsEdit'] === 1 && row['PermissionsRead'] !== 1)
    throw integrity('Permission Edit depends on permission(s): Read', ['PermissionsEdit']); // words guessed
  if (other(store, object, before, '"ParentId" = ? AND "Field" = ?', [row['ParentId'] ?? null, row['Field']]))
    throw duplicate(
      'DUPLICATE_VALUE',
      `duplicate value found: Field duplicates value on record with id: ${String(row['ParentId']).slice(0, 15)}`,
    );
}

/** What the org derives and checks of set-up records. */
export function settleSetup(store: Store, object: SObject, before: Row | undefined, row: Row): void {
  const nameTaken = (where: string, values: readonly Value[]) => {
    if (other(store, object, before, where, values))
      throw duplicate(
        'DUPLICATE_DEVELOPER_NAME',
        `This ${object.name === 'PermissionSet' ? 'API Name' : 'Developer Name'} already exists or has been previously used.  Please choose a different name.`,
        [object.name === 'PermissionSet' ? 'Name' : 'DeveloperName'],
      ); // [C quoted for several kinds of set-up records]
  };
  switch (object.name) {
    case 'User':
      return settleUser(store, object, before, row);
    case 'Group':
      row['DeveloperName'] ??= developerName(row['Name']);
      row['Type'] ??= 'Regular';
      row['OwnerId'] ??= null;
      return nameTaken('"DeveloperName" = ? AND "Type" = ?', [row['DeveloperName'] ?? null, row['Type'] ?? null]);
    case 'UserRole': {
      row['OpportunityAccessForAccountOwner'] ??= 'Edit'; // which of the three is a guess
      row['DeveloperName'] ??= developerName(row['Name']);
      for (let up: Value | undefined = row['ParentRoleId'], steps = 0; up != null; up = parentOf(store, up)?.row['ParentRoleId'])
        if (up === before?.['Id'] || (steps += 1) > 500) throw integrity('Parent Role ID: a role cannot be below itself', ['ParentRoleId']); // words guessed
      return nameTaken('"DeveloperName" = ?', [row['DeveloperName'] ?? null]);
    }
    case 'PermissionSet':
      row['Label'] ??= row['Name'] ?? null;
      row['Type'] ??= 'Regular';
      row['IsCustom'] = 1;
      return nameTaken('"Name" = ? AND "IsOwnedByProfile" = 0', [row['Name'] ?? null]);
    case 'GroupMember': {
      if (other(store, object, before, '"GroupId" = ? AND "UserOrGroupId" = ?', [row['GroupId'] ?? null, row['UserOrGroupId'] ?? null]))
        throw duplicate(
          'DUPLICATE_VALUE',
          'duplicate value found: UserOrGroupId duplicates value on record with id: ' + String(row['GroupId']).slice(0, 15),
        ); // guessed
      if (row['GroupId'] === row['UserOrGroupId']) throw integrity('A group cannot be a member of itself', ['UserOrGroupId']); // words guessed
      return;
    }
    case 'QueueSobject': {
      if (parentOf(store, row['QueueId'])?.row['Type'] !== 'Queue') throw wrongIdType('Group ID', 'QueueId', String(row['QueueId']));
      const type = store.schema.find(String(row['SobjectType']));
      if (!type?.byName.get('ownerid')?.referenceTo.includes('Group'))
        throw badPicklist('sObject Type', 'SobjectType', String(row['SobjectType']));
      row['SobjectType'] = type.name;
      return;
    }
    case 'PermissionSetAssignment':
      return settleAssignment(store, object, before, row);
    case 'ObjectPermissions':
      return settleObjectPermissions(store, object, before, row);
    case 'FieldPermissions':
      if (row['Field'] == null) throw requiredMissing(['Field']);
      return settleFieldPermissions(store, object, before, row);
    default:
  }
}
