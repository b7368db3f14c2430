import type { Row, Store } from '../store.ts';
import type { Catalog, Component } from './catalog.ts';
import { checkName } from './fields.ts';
import { addRow, changeRow } from './permission-sets.ts';
import { docOf, docsOf, inOrder, isTrue, Problem, textOf, textsOf } from './documents.ts';
import type { Doc, Place } from './xml.ts';

// Call centers, queues, and what is kept as a document and given back.

type By = { userId: string; nowMs: number };
const missing = (name: string, place: Place | undefined) =>
  new Problem(`Required field is missing: ${name}`, place, 'REQUIRED_FIELD_MISSING');
const need = (doc: Doc, place: Place | undefined, ...names: string[]): void => {
  for (const name of names) if ((textOf(doc, name) ?? '') === '') throw missing(name, place);
};
const body = ({ fullName: _, ...own }: Doc): Doc => own;

// Call centers

/** In the definition file of Setup the address is an item; as metadata it is an element, or both. */
const item = (doc: Doc, name: string): string | undefined =>
  docsOf(doc, 'sections')
    .flatMap((section) => docsOf(section, 'items'))
    .filter((one) => textOf(one, 'name') === name)
    .map((one) => textOf(one, 'value'))[0];

export function checkCallCenter(_catalog: Catalog, fullName: string, doc: Doc, place: Place | undefined): Doc {
  need(doc, place, 'displayName', 'displayNameLabel', 'internalNameLabel');
  if (!/^[A-Za-z][A-Za-z0-9]{0,39}$/.test(fullName))
    // The rule [D cti guide]; text guessed
    throw new Problem(`Internal Name: a call center's name has at most 40 letters and digits and begins with a letter: ${fullName}`, place);
  for (const section of docsOf(doc, 'sections')) need(section, place, 'label', 'name');
  for (const one of docsOf(doc, 'sections').flatMap((section) => docsOf(section, 'items'))) need(one, place, 'label', 'name');
  return inOrder('CallCenter', body(doc));
}
export const fromCallCenter = (row: Row, before: Doc | undefined): Doc =>
  inOrder('CallCenter', {
    displayNameLabel: 'Display Name',
    internalNameLabel: 'Internal Name',
    ...before,
    displayName: String(row['Name']),
    ...(row['AdapterUrl'] == null ? {} : { adapterUrl: String(row['AdapterUrl']) }),
    ...(row['CustomSettings'] == null ? {} : { customSettings: String(row['CustomSettings']) }),
    ...(row['Version'] == null ? {} : { version: String(row['Version']) }),
  });
export function saveCallCenter(store: Store, { fullName, doc, id }: Component, by: By): string {
  const version = Number(textOf(doc, 'version'));
  const given: Row = {
    Name: textOf(doc, 'displayName') ?? fullName,
    AdapterUrl: textOf(doc, 'adapterUrl') ?? item(doc, 'reqAdapterUrl') ?? null,
    CustomSettings: textOf(doc, 'customSettings') ?? null,
    Version: Number.isFinite(version) && textOf(doc, 'version') !== undefined ? version : null,
  };
  if (id === undefined) return addRow(store, 'CallCenter', { ...given, InternalName: fullName }, by);
  changeRow(store, 'CallCenter', id, given, by);
  return id;
}
export function removeCallCenter(store: Store, id: string): void {
  store.run('UPDATE "User" SET "CallCenterId" = NULL WHERE "CallCenterId" = ?', [id]);
  store.run('DELETE FROM "CallCenter" WHERE "Id" = ?', [id]);
}

// Queues

/** Objects whose records a queue may own [D object reference, QueueSobject]. */
const ownable = (catalog: Catalog, name: string): boolean => {
  const custom = catalog.get('CustomObject', name);
  if (custom)
    return !catalog
      .list('CustomField')
      .some((field) => field.fullName.startsWith(`${custom.fullName}.`) && textOf(field.doc, 'type') === 'MasterDetail');
  return catalog.schema.find(name)?.byName.get('ownerid')?.referenceTo.includes('Group') === true;
};

export function checkQueue(store: Store): (catalog: Catalog, fullName: string, doc: Doc, place: Place | undefined) => Doc {
  return (catalog, fullName, doc, place) => {
    checkName('Queue Name', fullName, place);
    need(doc, place, 'name');
    if ((textOf(doc, 'name') ?? '').length > 40)
      throw new Problem(`Label: data value too large: ${textOf(doc, 'name') ?? ''} (max length=40)`, place, 'STRING_TOO_LONG');
    for (const one of docsOf(doc, 'queueSobject'))
      if (!ownable(catalog, textOf(one, 'sobjectType') ?? ''))
        throw new Problem(`In field: sobjectType - no CustomObject named ${textOf(one, 'sobjectType') ?? ''} found`, place);
    const members = docOf(doc, 'queueMembers');
    for (const [name, list] of memberNames(members))
      if (name !== 'user' && name !== 'publicGroup') {
        if (list.length > 0)
          throw new Problem(
            `STAND_IN_CANNOT: The stand-in org does not do this: roles in queues. See docs/reference/org.md`,
            place,
            'STAND_IN_CANNOT',
          );
      } else
        for (const one of list)
          if (memberId(store, name, one) === undefined)
            // After [C]; text for these guessed
            throw new Problem(`In field: ${name} - no ${name === 'user' ? 'User' : 'Group'} named ${one} found`, place);
    if (textOf(doc, 'queueRoutingConfig') !== undefined)
      throw new Problem(
        'STAND_IN_CANNOT: The stand-in org does not do this: routing configurations of queues. See docs/reference/org.md',
        place,
        'STAND_IN_CANNOT',
      );
    return inOrder('Queue', { doesSendEmailToMembers: false, ...body(doc) });
  };
}
const memberNames = (members: Doc | undefined): [name: string, list: string[]][] => [
  ['user', textsOf(docOf(members, 'users'), 'user')],
  ['publicGroup', textsOf(docOf(members, 'publicGroups'), 'publicGroup')],
  ['role', textsOf(docOf(members, 'roles'), 'role')],
  ['roleAndSubordinate', textsOf(docOf(members, 'roleAndSubordinates'), 'roleAndSubordinate')],
  ['roleAndSubordinateInternal', textsOf(docOf(members, 'roleAndSubordinatesInternal'), 'roleAndSubordinateInternal')],
];
const memberId = (store: Store, kind: string, name: string): string | undefined => {
  const row =
    kind === 'user'
      ? store.select('SELECT "Id" FROM "User" WHERE "Username" = ?', [name])[0]
      : store.select('SELECT "Id" FROM "Group" WHERE "DeveloperName" = ? AND "Type" = \'Regular\'', [name])[0];
  return row === undefined ? undefined : String(row['Id']);
};

export const queueRows = (store: Store): Row[] => store.select('SELECT * FROM "Group" WHERE "Type" = \'Queue\'');
export function fromQueue(store: Store, row: Row, before: Doc | undefined): Doc {
  const id = String(row['Id']);
  const objects = store.select('SELECT "SobjectType" FROM "QueueSobject" WHERE "QueueId" = ? ORDER BY "SobjectType"', [id]);
  const users = store.select(
    'SELECT "Username" AS name FROM "User" WHERE "Id" IN (SELECT "UserOrGroupId" FROM "GroupMember" WHERE "GroupId" = ?) ORDER BY 1',
    [id],
  );
  const groups = store.select(
    'SELECT "DeveloperName" AS name FROM "Group" WHERE "Id" IN (SELECT "UserOrGroupId" FROM "GroupMember" WHERE "GroupId" = ?) ORDER BY 1',
    [id],
  );
  const { queueMembers: _, queueSobject: __, email: ___, ...rest } = before ?? {};
  return inOrder('Queue', {
    ...rest,
    doesSendEmailToMembers: row['DoesSendEmailToMembers'] === 1,
    ...(row['Email'] == null ? {} : { email: String(row['Email']) }),
    name: String(row['Name']),
    ...(users.length + groups.length > 0
      ? {
          queueMembers: {
            ...(groups.length > 0 ? { publicGroups: { publicGroup: groups.map((one) => String(one['name'])) } } : {}),
            ...(users.length > 0 ? { users: { user: users.map((one) => String(one['name'])) } } : {}),
          },
        }
      : {}),
    ...(objects.length > 0 ? { queueSobject: objects.map((one) => ({ sobjectType: String(one['SobjectType']) })) } : {}),
  });
}
export function saveQueue(store: Store, { fullName, doc, id: known }: Component, by: By): string {
  const given: Row = {
    Name: textOf(doc, 'name') ?? fullName,
    Email: textOf(doc, 'email') ?? null,
    DoesSendEmailToMembers: isTrue(doc, 'doesSendEmailToMembers') ? 1 : 0,
  };
  const id = known ?? addRow(store, 'Group', { ...given, DeveloperName: fullName, Type: 'Queue', OwnerId: by.userId }, by);
  if (known !== undefined) changeRow(store, 'Group', known, given, by);
  rowsOf(
    store,
    'QueueSobject',
    'QueueId',
    id,
    'SobjectType',
    docsOf(doc, 'queueSobject').map((one) => textOf(one, 'sobjectType') ?? ''),
    by,
  );
  const members = memberNames(docOf(doc, 'queueMembers')).flatMap(([kind, list]) =>
    list.flatMap((name) => memberId(store, kind, name) ?? []),
  );
  rowsOf(store, 'GroupMember', 'GroupId', id, 'UserOrGroupId', members, by);
  return id;
}
function rowsOf(store: Store, table: string, parent: string, id: string, column: string, wanted: readonly string[], by: By): void {
  const present = store.select(`SELECT "Id", "${column}" AS value FROM "${table}" WHERE "${parent}" = ?`, [id]);
  for (const row of present)
    if (!wanted.includes(String(row['value']))) store.run(`DELETE FROM "${table}" WHERE "Id" = ?`, [String(row['Id'])]);
  for (const value of new Set(wanted))
    if (!present.some((row) => row['value'] === value)) addRow(store, table, { [parent]: id, [column]: value }, by);
}
/** A queue that owns records stays [K]. */
export function mayRemoveQueue(store: Store, id: string): void {
  for (const object of store.schema.objects)
    if (
      object.byName.get('ownerid')?.referenceTo.includes('Group') &&
      store.select(`SELECT 1 FROM "${object.name}" WHERE "OwnerId" = ? LIMIT 1`, [id]).length > 0
    )
      throw new Problem(`This queue cannot be deleted since it owns records of type ${object.name}`, undefined, 'DELETE_FAILED'); // guessed
}
export function removeQueue(store: Store, id: string): void {
  store.run('DELETE FROM "QueueSobject" WHERE "QueueId" = ?', [id]);
  store.run('DELETE FROM "GroupMember" WHERE "GroupId" = ?', [id]);
  store.run('DELETE FROM "Group" WHERE "Id" = ?', [id]);
}

// Documents

const url = (value: string | undefined): URL | undefined => {
  try {
    return new URL((value ?? '').replace('*.', 'any.'));
  } catch (cause) {
    if (cause instanceof TypeError) return undefined;
    throw cause;
  }
};

/** What must stand in a document, and what it may name [D metadata guide, the types' own pages; the refusals' texts guessed]. */
export const documents: Readonly<Record<string, (catalog: Catalog, fullName: string, doc: Doc, place: Place | undefined) => Doc>> = {
  CspTrustedSite(_catalog, fullName, doc, place) {
    checkName('API Name', fullName, place);
    need(doc, place, 'endpointUrl');
    if (doc['isActive'] === undefined) throw missing('isActive', place);
    return inOrder('CspTrustedSite', { context: 'All', ...body(doc) });
  },
  CorsWhitelistOrigin(_catalog, _fullName, doc, place) {
    need(doc, place, 'urlPattern');
    // "must include the HTTPS protocol (unless you're using your localhost) and a domain name"
    const pattern = url(textOf(doc, 'urlPattern'));
    if (
      !pattern ||
      (pattern.protocol !== 'https:' && pattern.hostname !== 'localhost' && !/^(?:chrome|moz)-extension:$/.test(pattern.protocol))
    )
      throw new Problem(
        `Origin URL Pattern: the pattern must include the HTTPS protocol and a domain name: ${textOf(doc, 'urlPattern') ?? ''}`,
        place,
      );
    return inOrder('CorsWhitelistOrigin', body(doc));
  },
  RemoteSiteSetting(_catalog, fullName, doc, place) {
    checkName('Remote Site Name', fullName, place);
    need(doc, place, 'url');
    for (const name of ['disableProtocolSecurity', 'isActive']) if (doc[name] === undefined) throw missing(name, place);
    if (!/^https?:$/.test(url(textOf(doc, 'url'))?.protocol ?? ''))
      throw new Problem(`Remote Site URL: Invalid URL: ${textOf(doc, 'url') ?? ''}`, place);
    return inOrder('RemoteSiteSetting', body(doc));
  },
  /** Kept whole; its fields must be there as far as they are an admin's own. */
  Layout(catalog, fullName, doc, place) {
    const [object = '', ...name] = fullName.split('-');
    if (name.length === 0) throw new Problem(`Invalid fullName: ${fullName}`, place, 'INVALID_FIELD'); // guessed
    if (!catalog.get('CustomObject', object) && !catalog.schema.find(object)) throw new Problem('Parent entity failed to deploy', place);
    const named = (value: unknown): string[] =>
      Array.isArray(value)
        ? value.flatMap(named)
        : typeof value === 'object' && value !== null
          ? Object.entries(value).flatMap(([key, inner]) => (key === 'field' && typeof inner === 'string' ? [inner.trim()] : named(inner)))
          : [];
    const activity = object === 'Task' || object === 'Event' ? 'Activity' : object;
    for (const field of named(doc))
      if (/^\w+__c$/.test(field) && !catalog.get('CustomField', `${activity}.${field}`))
        throw new Problem(`In field: field - no CustomField named ${object}.${field} found`, place);
    return body(doc);
  },
  ExternalClientApplication(_catalog, fullName, doc, place) {
    checkName('External Client App Name', fullName, place);
    need(doc, place, 'label', 'contactEmail', 'distributionState');
    if (!['Local', 'Packaged'].includes(textOf(doc, 'distributionState') ?? ''))
      throw new Problem(
        `Error parsing file: '${textOf(doc, 'distributionState') ?? ''}' is not a valid value for the enum 'ExtlClntAppDistState'`,
        place,
      );
    return body(doc);
  },
  ...Object.fromEntries(
    [
      'ExtlClntAppOauthSettings',
      'ExtlClntAppGlobalOauthSettings',
      'ExtlClntAppOauthConfigurablePolicies',
      'ExtlClntAppConfigurablePolicies',
    ].map((type) => [
      type,
      (catalog: Catalog, _fullName: string, doc: Doc, place: Place | undefined): Doc => {
        need(doc, place, 'externalClientApplication', 'label');
        const app = textOf(doc, 'externalClientApplication') ?? '';
        if (!catalog.get('ExternalClientApplication', app))
          throw new Problem(`In field: externalClientApplication - no ExternalClientApplication named ${app} found`, place);
        return body(doc);
      },
    ]),
  ),
};
