import type { Store } from '../store.ts';
import type { Catalog, Component } from './catalog.ts';
import { appliedTypes, fileOf, kinds } from './kinds.ts';
import type { Manifest } from './package.ts';
import { inOrder } from './documents.ts';
import { makeZip } from './zip.ts';
import { metadataNamespace, writeFile, writeXml, type Doc } from './xml.ts';

export type RetrieveRequest = {
  readonly apiVersion: string;
  readonly packageNames: readonly string[];
  readonly singlePackage: boolean;
  readonly unpackaged: Manifest | undefined;
};
/** One file, as lists and retrieves name it [D FileProperties]. */
export type FileProperties = {
  readonly createdById: string;
  readonly createdByName: string;
  readonly createdDate: string;
  readonly fileName: string;
  readonly fullName: string;
  readonly id: string;
  readonly lastModifiedById: string;
  readonly lastModifiedByName: string;
  readonly lastModifiedDate: string;
  readonly manageableState?: string;
  readonly type: string;
};
export type Retrieved = {
  readonly error: { readonly code: string; readonly message: string } | undefined;
  readonly properties: readonly FileProperties[];
  readonly messages: readonly { readonly fileName: string; readonly problem: string }[];
  readonly zip: Uint8Array | undefined;
};

const nameOf = (store: Store, userId: string): string =>
  String(store.select('SELECT "Name" FROM "User" WHERE "Id" = ?', [userId])[0]?.['Name'] ?? '');
export const propertiesOf = (store: Store, one: Component, root = ''): FileProperties => ({
  createdById: one.createdById,
  createdByName: nameOf(store, one.createdById),
  createdDate: new Date(one.createdMs).toISOString(),
  fileName: root + fileOf(one.type, one.fullName),
  fullName: one.fullName,
  id: one.id ?? '',
  lastModifiedById: one.modifiedById,
  lastModifiedByName: nameOf(store, one.modifiedById),
  lastModifiedDate: new Date(one.modifiedMs).toISOString(),
  manageableState: 'unmanaged',
  type: one.type,
});

/** What nobody made: standard objects, package.xml. No id, and the dates of the beginning [C recorded lists]. */
export const ofTheOrg = (type: string, fullName: string, fileName: string, userId: string): FileProperties => ({
  createdById: userId,
  createdByName: '',
  createdDate: new Date(0).toISOString(),
  fileName,
  fullName,
  id: '',
  lastModifiedById: userId,
  lastModifiedByName: '',
  lastModifiedDate: new Date(0).toISOString(),
  type,
});

/** Standard objects have a document, too: here with an admin's own fields only. */
export function standardObjects(catalog: Catalog): string[] {
  return [
    ...catalog.schema.objects.filter((object) => !object.custom && object.flags.has('layout')).map((object) => object.name),
    'Activity',
  ].toSorted();
}
const objectDoc = (catalog: Catalog, fullName: string): Doc | undefined => {
  const own = catalog.get('CustomObject', fullName);
  if (!own && !standardObjects(catalog).includes(fullName)) return undefined;
  const name = own?.fullName ?? fullName;
  const fields = catalog
    .list('CustomField')
    .filter((field) => field.fullName.startsWith(`${name}.`))
    .map((field) => inOrder('CustomField', { ...field.doc, fullName: field.fullName.slice(name.length + 1) }));
  return inOrder('CustomObject', {
    ...own?.doc,
    ...(fields.length > 0 ? { fields } : {}),
  });
};
/** A component as readMetadata gives it: with its name, an object with its fields. */
export function readComponent(catalog: Catalog, type: string, fullName: string): Doc | undefined {
  const found = catalog.get(type, fullName);
  const doc = type === 'CustomObject' ? objectDoc(catalog, fullName) : found?.doc;
  const standard = type === 'CustomObject' && !found ? catalog.schema.find(fullName) : undefined;
  const labels = standard ? { label: standard.label, pluralLabel: standard.labelPlural } : {};
  return doc && { fullName: found?.fullName ?? standard?.name ?? fullName, ...labels, ...doc };
}

/** "the query … all": `*` names every component of a type but standard objects [D package.xml, wildcards]. */
export function retrieve(store: Store, catalog: Catalog, request: RetrieveRequest, by: { userId: string; nowMs: number }): Retrieved {
  const { userId, nowMs } = by;
  const none = { properties: [], messages: [], zip: undefined };
  for (const name of request.packageNames)
    // [C a recorded checkRetrieveStatus: INVALID_CROSS_REFERENCE_KEY in the text, UNKNOWN_EXCEPTION as the code]
    return { ...none, error: { code: 'UNKNOWN_EXCEPTION', message: `INVALID_CROSS_REFERENCE_KEY: No package named '${name}' found` } };
  const root = request.singlePackage ? '' : 'unpackaged/';
  const messages: { fileName: string; problem: string }[] = [];
  const problem = (text: string) => messages.push({ fileName: `${root}package.xml`, problem: text });
  const wanted = new Map<string, string[]>();
  for (const { type, members } of request.unpackaged?.types ?? []) {
    if (!kinds.has(type)) {
      problem(`Unknown type name '${type}' specified in package.xml`);
      continue;
    }
    if (!appliedTypes.includes(type)) {
      problem(`STAND_IN_CANNOT: The stand-in org does not do this: metadata of type ${type}. See docs/reference/org.md`);
      continue;
    }
    const names = members.flatMap((member) => {
      // Not for fields: they come with their object [D "The asterisk … wildcard … CustomField doesn't"].
      if (member === '*') return type === 'CustomField' ? [] : catalog.list(type).map((one) => one.fullName);
      const found = catalog.get(type, member)?.fullName ?? (type === 'CustomObject' && objectDoc(catalog, member) ? member : undefined);
      if (found === undefined) problem(`Entity of type '${type}' named '${member}' cannot be found`);
      return found ?? [];
    });
    wanted.set(type, [...new Set([...(wanted.get(type) ?? []), ...names])].toSorted());
  }
  const files = new Map<string, string>();
  const properties: FileProperties[] = [];
  const tell = (type: string, fullName: string) => {
    const one = catalog.get(type, fullName);
    properties.push(one ? propertiesOf(store, one, root) : ofTheOrg(type, fullName, root + fileOf(type, fullName), userId));
  };
  for (const name of wanted.get('CustomObject') ?? []) {
    files.set(root + fileOf('CustomObject', name), writeFile('CustomObject', objectDoc(catalog, name) ?? {}));
    tell('CustomObject', name);
  }
  const fields = Map.groupBy(wanted.get('CustomField') ?? [], (fullName) => fullName.split('.')[0] ?? '');
  for (const [object, names] of fields) {
    for (const name of names) tell('CustomField', name);
    if (wanted.get('CustomObject')?.includes(object)) continue;
    const docs = names.map((name) =>
      inOrder('CustomField', { ...catalog.get('CustomField', name)?.doc, fullName: name.slice(object.length + 1) }),
    );
    files.set(root + fileOf('CustomObject', object), writeFile('CustomObject', { fields: docs }));
  }
  for (const [type, names] of wanted)
    if (type !== 'CustomObject' && type !== 'CustomField')
      for (const name of names) {
        files.set(root + fileOf(type, name), writeFile(type, catalog.get(type, name)?.doc ?? {}));
        tell(type, name);
      }
  const version = request.unpackaged?.version ?? request.apiVersion;
  files.set(
    `${root}package.xml`,
    `<?xml version="1.0" encoding="UTF-8"?>\n<Package xmlns="${metadataNamespace}">\n${[...wanted]
      .filter(([, names]) => names.length > 0)
      .map(([type, members]) => `    <types>\n${writeXml({ members, name: type }, '        ')}    </types>\n`)
      .join('')}    <version>${version}</version>\n</Package>\n`,
  );
  properties.push(ofTheOrg('Package', 'unpackaged/package.xml', `${root}package.xml`, userId));
  return { error: undefined, properties, messages, zip: makeZip(files, nowMs) };
}
