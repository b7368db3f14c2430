import { idFor } from '../ids.ts';
import { forget } from '../rights/grants.ts';
import type { CustomField } from '../schema.ts';
import type { Row, Store } from '../store.ts';
import { Catalog, keyOf, type Component } from './catalog.ts';
import { checkField, fieldName, fromCustomField, toCustomField } from './fields.ts';
import { appliedTypes, kinds } from './kinds.ts';
import { checkObject, fromCustomObject, toCustomObject } from './objects.ts';
import { cannot } from './package.ts';
import {
  checkPermissionSet,
  checkProfile,
  fromPermissionSet,
  fromProfile,
  permissionSetRows,
  profileRows,
  removePermissionSet,
  savePermissionSet,
  saveProfile,
  without,
} from './permission-sets.ts';
import {
  checkCallCenter,
  checkQueue,
  documents,
  fromCallCenter,
  fromQueue,
  mayRemoveQueue,
  queueRows,
  removeCallCenter,
  removeQueue,
  saveCallCenter,
  saveQueue,
} from './setup.ts';
import { Problem, textOf } from './documents.ts';
import type { Doc, Place } from './xml.ts';

// The org's own things ⇄ their documents. Fields, objects, permission sets, call centers and queues are what the store says they are;
// what only a document knows (descriptions, sections, tabs) is kept beside.

type By = { readonly userId: string; readonly nowMs: number };
type Kept = {
  n: number;
  type: string;
  fullName: string;
  doc: string;
  createdMs: number;
  createdById: string;
  modifiedMs: number;
  modifiedById: string;
};
const keptOf = (row: Row): Kept => ({
  n: Number(row['n']),
  type: String(row['type']),
  fullName: String(row['fullName']),
  doc: String(row['doc']),
  createdMs: Number(row['createdMs']),
  createdById: String(row['createdById']),
  modifiedMs: Number(row['modifiedMs']),
  modifiedById: String(row['modifiedById']),
});

export function prepareTables(store: Store): void {
  store.run(
    'CREATE TABLE IF NOT EXISTS "component" (n INTEGER PRIMARY KEY AUTOINCREMENT, type TEXT, fullName TEXT COLLATE NOCASE, doc TEXT, createdMs INTEGER, createdById TEXT, modifiedMs INTEGER, modifiedById TEXT, UNIQUE (type, fullName))',
  );
}

/** `Activity.X__c`, whichever of the three the store keeps it under. */
const nameOf = (field: CustomField): string => fieldName(`${field.object}.${field.name}`);

type Living = {
  readonly type: string;
  readonly fullName: string;
  readonly id: string | undefined;
  readonly docOf: (before: Doc | undefined) => Doc;
};
const living = (store: Store): Living[] => [
  ...store.customObjects.map((object) => ({
    type: 'CustomObject',
    fullName: object.name,
    id: undefined,
    docOf: (before: Doc | undefined) => fromCustomObject(object, before),
  })),
  ...store.customFields.map((field) => ({
    type: 'CustomField',
    fullName: nameOf(field),
    id: undefined,
    docOf: (before: Doc | undefined) => fromCustomField(field, before),
  })),
  ...permissionSetRows(store).map((row) => ({
    type: 'PermissionSet',
    fullName: String(row['Name']),
    id: String(row['Id']),
    docOf: (before: Doc | undefined) => fromPermissionSet(store, row, before),
  })),
  ...profileRows(store).map(({ fullName, id, set }) => ({ type: 'Profile', fullName, id, docOf: () => fromProfile(store, set) })),
  ...queueRows(store).map((row) => ({
    type: 'Queue',
    fullName: String(row['DeveloperName']),
    id: String(row['Id']),
    docOf: (before: Doc | undefined) => fromQueue(store, row, before),
  })),
  ...store.select('SELECT * FROM "CallCenter"').map((row) => ({
    type: 'CallCenter',
    fullName: String(row['InternalName']),
    id: String(row['Id']),
    docOf: (before: Doc | undefined) => fromCallCenter(row, before),
  })),
];
const ofStore = new Set(['CustomObject', 'CustomField', 'PermissionSet', 'Profile', 'Queue', 'CallCenter']);

/** Everything the org is made of now. What came to be without a deployment gets its number and its stamp here. */
export function readCatalog(store: Store, by: By): Catalog {
  const kept = new Map(
    store
      .select('SELECT * FROM "component"')
      .map(keptOf)
      .map((row) => [keyOf(row.type, row.fullName), row] as const),
  );
  const found: Component[] = [];
  const add = (type: string, fullName: string, id: string | undefined, row: Kept, doc: Doc) =>
    found.push({
      type,
      fullName,
      doc,
      id: id ?? idFor(kinds.get(type)?.keyPrefix ?? '000', row.n),
      createdMs: row.createdMs,
      createdById: row.createdById,
      modifiedMs: row.modifiedMs,
      modifiedById: row.modifiedById,
    });
  for (const one of living(store)) {
    const row = kept.get(keyOf(one.type, one.fullName));
    kept.delete(keyOf(one.type, one.fullName));
    add(
      one.type,
      one.fullName,
      one.id,
      row ?? keep(store, one.type, one.fullName, {}, undefined, by),
      one.docOf(row && (JSON.parse(row.doc) as Doc)),
    );
  }
  for (const row of kept.values())
    if (ofStore.has(row.type)) store.run('DELETE FROM "component" WHERE n = ?', [row.n]);
    else add(row.type, row.fullName, undefined, row, JSON.parse(row.doc) as Doc);
  return new Catalog(store.schema, found, by);
}

function keep(store: Store, type: string, fullName: string, doc: Doc, before: Component | undefined, by: By): Kept {
  store.run(
    'INSERT INTO "component" (type, fullName, doc, createdMs, createdById, modifiedMs, modifiedById) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (type, fullName) DO UPDATE SET doc = excluded.doc, modifiedMs = excluded.modifiedMs, modifiedById = excluded.modifiedById',
    [type, fullName, JSON.stringify(doc), before?.createdMs ?? by.nowMs, before?.createdById ?? by.userId, by.nowMs, by.userId],
  );
  return keptOf(store.select('SELECT * FROM "component" WHERE type = ? AND fullName = ?', [type, fullName])[0] ?? {});
}

/** Puts a component into the catalog, as the org would keep it. Throws `Problem`. */
export function apply(
  store: Store,
  catalog: Catalog,
  type: string,
  fullName: string,
  doc: Doc,
  place: Place | undefined,
): { created: boolean; changed: boolean } {
  switch (type) {
    case 'CustomObject': {
      const checked = checkObject(catalog, fullName, doc, place);
      return fullName.endsWith('__c') ? catalog.put(type, fullName, checked) : { created: false, changed: false };
    }
    case 'CustomField': {
      const checked = checkField(catalog, fullName, doc, place);
      keptApart(store, catalog, fullName, checked, place);
      return catalog.put(type, fullName, checked);
    }
    case 'PermissionSet':
      return catalog.put(type, fullName, checkPermissionSet(catalog, fullName, doc, place));
    case 'Profile':
      return catalog.put(type, fullName, checkProfile(catalog, fullName, doc, place));
    case 'CallCenter':
      return catalog.put(type, fullName, checkCallCenter(catalog, fullName, doc, place));
    case 'Queue':
      return catalog.put(type, fullName, checkQueue(store)(catalog, fullName, doc, place));
    default: {
      const check = documents[type];
      if (!check) throw cannot(type);
      return catalog.put(type, fullName, check(catalog, fullName, doc, place));
    }
  }
}

/** To be created once more [K for the field's words, C the code; the others guessed]. */
export function nameTaken(type: string, fullName: string): Problem {
  const [object = '', name = ''] = fullName.split('.');
  return new Problem(
    type === 'CustomField'
      ? `There is already a field named ${name.replace(/__c$/, '')} on ${object}.`
      : `The name ${fullName} is already in use`,
    undefined,
    'DUPLICATE_DEVELOPER_NAME',
  );
}

/** A key made unique over values that are there twice. */
function keptApart(store: Store, catalog: Catalog, fullName: string, doc: Doc, place: Place | undefined): void {
  const before = catalog.get('CustomField', fullName);
  if (before?.doc['unique'] === true || doc['unique'] !== true || !before) return;
  const { object, name } = toCustomField(fullName, doc);
  for (const table of object === 'Activity' ? ['Task', 'Event'] : [object]) {
    if (!store.schema.find(table)?.byName.has(name.toLowerCase())) continue;
    const twice = store.select(
      `SELECT "${name}" FROM "${table}" WHERE "${name}" IS NOT NULL AND "IsDeleted" = 0 GROUP BY "${name}" HAVING COUNT(*) > 1 LIMIT 1`,
    );
    if (twice.length > 0) throw new Problem(`Can not make ${name} unique: there are duplicate values`, place, 'DUPLICATE_VALUE'); // guessed
  }
}

/** Takes a component out, and what would be nothing without it. Throws `Problem`. */
export function takeOut(store: Store, catalog: Catalog, type: string, fullName: string): boolean {
  const found = catalog.get(type, fullName);
  if (!found) return false;
  const forget = (gone: { field?: string; object?: string }) => {
    for (const holder of ['PermissionSet', 'Profile'])
      for (const one of catalog.list(holder)) catalog.put(holder, one.fullName, without(holder, one.doc, gone));
  };
  if (type === 'Profile') throw cannot('Profile, deleted');
  if (type === 'Queue' && found.id !== undefined) mayRemoveQueue(store, found.id);
  if (type === 'CustomField') forget({ field: found.fullName });
  if (type === 'CustomObject') {
    for (const field of catalog.list('CustomField')) {
      const own = field.fullName.startsWith(`${found.fullName}.`);
      if (!own && textOf(field.doc, 'referenceTo') === found.fullName)
        throw new Problem(
          `This custom object is referenced elsewhere in salesforce.com. : Custom Field - ${field.fullName}`,
          undefined,
          'DEPENDENCY_EXISTS',
        ); // after [C] for fields
      if (own) catalog.remove('CustomField', field.fullName);
    }
    for (const layout of catalog.list('Layout'))
      if (layout.fullName.startsWith(`${found.fullName}-`)) catalog.remove('Layout', layout.fullName);
    forget({ object: found.fullName });
  }
  if (type === 'ExternalClientApplication')
    for (const other of appliedTypes.filter((name) => name.startsWith('ExtlClntApp')))
      for (const settings of catalog.list(other))
        if (textOf(settings.doc, 'externalClientApplication') === found.fullName) catalog.remove(other, settings.fullName);
  catalog.remove(type, fullName);
  return true;
}

/** Makes the org what the catalog says. Fields and objects first: they are tables, and change outside of a transaction. */
export function writeCatalog(store: Store, before: Catalog, after: Catalog, by: By): void {
  const changed = after.all().filter((one) => before.get(one.type, one.fullName) !== one);
  const gone = before.all().filter((one) => !after.get(one.type, one.fullName));
  for (const one of gone) if (one.type === 'CustomObject') store.removeObject(one.fullName);
  for (const one of changed) if (one.type === 'CustomObject') store.saveObject(toCustomObject(one.fullName, one.doc));
  const fields = changed.filter((one) => one.type === 'CustomField');
  const lost = gone.filter((one) => one.type === 'CustomField');
  if (fields.length + lost.length > 0)
    store.changeFields((custom) => {
      const next = custom.filter((field) => !lost.some((one) => keyOf('', one.fullName) === keyOf('', nameOf(field))));
      for (const one of fields) {
        // On Task, as other fields of activities here; both have it (schema.ts).
        const field = toCustomField(one.fullName.replace(/^Activity\./, 'Task.'), one.doc);
        const at = next.findIndex((other) => keyOf('', nameOf(other)) === keyOf('', one.fullName));
        if (at < 0) next.push(field);
        else next[at] = { ...field, object: next[at]?.object ?? field.object, name: next[at]?.name ?? field.name };
      }
      return next;
    });
  store.atomically(
    () => {
      for (const { type, fullName, id } of gone) {
        if (type === 'PermissionSet' && id !== undefined) removePermissionSet(store, id);
        if (type === 'CallCenter' && id !== undefined) removeCallCenter(store, id);
        if (type === 'Queue' && id !== undefined) removeQueue(store, id);
        if (type === 'CustomObject') forget(store, fullName);
        if (type === 'CustomField') forget(store, ...(fullName.split('.') as [string, string]));
        store.run('DELETE FROM "component" WHERE type = ? AND fullName = ?', [type, fullName]);
      }
      for (const one of changed) {
        if (one.type === 'PermissionSet') savePermissionSet(store, one, by);
        if (one.type === 'Profile') saveProfile(store, one, by);
        if (one.type === 'CallCenter') saveCallCenter(store, one, by);
        if (one.type === 'Queue') saveQueue(store, one, by);
        keep(store, one.type, one.fullName, one.doc, before.get(one.type, one.fullName), by);
      }
    },
    () => true,
  );
}
