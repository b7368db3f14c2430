import { withFields } from '../model/fields.ts';
import { schemaOf, type Field, type Schema, type SObject } from '../schema.ts';
import type { Store } from '../store.ts';
import type { Ctx } from '../work.ts';
import { rightsOf, type Rights } from './rights.ts';

// The org as one user sees it: objects he may not read and fields hidden from him are not there at all.

type Seen = { readonly version: number; readonly until: number; readonly rights: Rights; readonly schema: Schema };
const kept = new WeakMap<Store, Map<string, Seen>>();
/** Users whose view is kept ready. */
const mostKept = 200;

function look(store: Store, userId: string): Seen {
  const nowMs = store.now();
  const views = kept.get(store) ?? new Map<string, Seen>();
  kept.set(store, views);
  const known = views.get(userId);
  if (known && known.version === store.setUpVersion && nowMs < known.until) return known;
  const { rights, until } = rightsOf(store, userId, nowMs);
  const seen = { version: store.setUpVersion, until, rights, schema: cut(store, rights) };
  if (views.size >= mostKept) views.clear();
  views.set(userId, seen);
  return seen;
}

/** What a user may do. */
export const rightsFor = (store: Store, userId: string): Rights => look(store, userId).rights;
/** The schema with what this user may not know left out, and with flags as he has them. What he sees whole is the very object of `store.schema`. */
export const seenBy = (store: Store, userId: string): Schema => look(store, userId).schema;
/** The schema of who asks. People at their screens are not held to their rights here (org.md). */
export const schemaFor = (ctx: Pick<Ctx, 'store' | 'userId' | 'via'>): Schema =>
  ctx.via === 'screen' ? ctx.store.schema : seenBy(ctx.store, ctx.userId);

function cut(store: Store, rights: Rights): Schema {
  // RecordTypeId comes with the first record type of an object [C recorded describes].
  const typed = new Set(store.select('SELECT DISTINCT "SobjectType" FROM "RecordType"').map((row) => String(row['SobjectType'])));
  const read = store.schema.objects.flatMap((object) => {
    const may = rights.on(object);
    if (!may.read) return [];
    const fields = object.fields.flatMap((field): Field[] => {
      if (field.name === 'RecordTypeId' && !typed.has(object.name)) return [];
      const access = rights.of(object, field);
      if (!access.read) return [];
      return [access.edit || !(field.createable || field.updateable) ? field : { ...field, createable: false, updateable: false }];
    });
    return [{ object, may, fields }];
  });
  const names = new Map(read.map(({ object, fields }) => [object.name, new Set(fields.map((field) => field.name))]));
  const all = read.map(({ object, may, fields }): SObject => {
    const children = object.children.filter(({ child, field }) => names.get(child)?.has(field));
    const mine = {
      create: object.may.create && may.create,
      update: object.may.update && (may.edit || object.name === 'User'),
      delete: object.may.delete && may.delete,
    };
    const same =
      fields.length === object.fields.length &&
      fields.every((field, place) => field === object.fields[place]) &&
      children.length === object.children.length &&
      mine.create === object.may.create &&
      mine.update === object.may.update &&
      mine.delete === object.may.delete;
    return same ? object : { ...object, ...withFields(fields), children, may: mine };
  });
  const byName = new Map(all.map((object) => [object.name.toLowerCase(), object]));
  const byPrefix = new Map(all.map((object) => [object.keyPrefix, object]));
  return schemaOf(
    store.schema.features,
    all,
    (name) => byName.get(name.toLowerCase()),
    (id) => byPrefix.get(id.slice(0, 3)),
  );
}
