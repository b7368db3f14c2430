import { jsonBroken, manyForKey, Refusal } from './errors.ts';
import type { Field, SObject } from './schema.ts';
import type { Row, Value } from './store.ts';
import { schemaFor } from './rights/seen.ts';
import type { Ctx } from './work.ts';
import { readRecord, readValue } from './values.ts';

// A parent named by what it is called elsewhere instead of by its id: "Account": {"Ext__c": "A-17"}. [D dome_upsert, relationships]

type Named = { readonly link: Field; readonly target: SObject; readonly key: Field; readonly value: Value };

/** [C apache/camel tests of a real org] */
const notThere = (value: Value, key: Field, target: SObject) =>
  new Refusal(
    400,
    'INVALID_FIELD',
    `Foreign key external ID: ${String(value)} not found for field ${key.name} in entity ${target.name}`,
    [],
  );
/** [C quoted, a public note on Database.insert] */
const manyFields = (target: SObject) =>
  new Refusal(400, 'INVALID_FIELD', `More than 1 field provided in an external foreign key reference in entity: ${target.name}`, []);
/** [C quoted by several public clients] */
const noKey = (name: string, target: SObject) =>
  new Refusal(
    400,
    'INVALID_FIELD',
    `Field name provided, ${name} does not match an External ID, Salesforce Id, or indexed field for ${target.name}`,
    [],
  );

function readParent(ctx: Ctx, link: Field, given: Record<string, unknown>): Named {
  const { attributes, type: besides, ...fields } = given;
  const said: unknown = typeof attributes === 'object' && attributes !== null && 'type' in attributes ? attributes.type : besides;
  const only = link.referenceTo.length === 1 ? link.referenceTo[0] : undefined;
  const name = typeof said === 'string' ? said : only;
  // Of several kinds it must say which [K; words guessed].
  if (name === undefined) throw jsonBroken(`attributes.type is required for ${link.relationship ?? link.name}`);
  const target = schemaFor(ctx).named(name);
  if (!link.referenceTo.includes(target.name)) throw noKey(name, target);
  const entries = Object.entries(fields);
  if (entries.length > 1) throw manyFields(target);
  const [keyName = '', keyValue] = entries[0] ?? [];
  const key = target.byName.get(keyName.toLowerCase());
  if (!key || !(key.externalId || key.idLookup)) throw noKey(keyName, target);
  return { link, target, key, value: readValue(key, keyValue) };
}

/** A record as a program sent it: `row` without the parents it names, `whole` with their ids. */
export type Sent = { readonly row: Row; readonly whole: () => Row };

/**
 * Reads a record. What is wrong with its shape ends the whole request at once; whether its parents are there is asked when its turn
 * comes: a record before it may have made them.
 */
export function readSent(ctx: Ctx, object: SObject, sent: Record<string, unknown>): Sent {
  const plain: Record<string, unknown> = {};
  const parents: Named[] = [];
  const cleared: Row = {};
  for (const [name, value] of Object.entries(sent)) {
    const link = object.byName.has(name.toLowerCase()) ? undefined : object.byRelationship.get(name.toLowerCase());
    if (!link || name === 'attributes') plain[name] = value;
    else if (value === null) cleared[link.name] = null;
    else if (typeof value === 'object' && !Array.isArray(value)) parents.push(readParent(ctx, link, value as Record<string, unknown>));
    else throw jsonBroken(`${name} is required to be an object`); // words guessed
  }
  const row = { ...readRecord(object, plain), ...cleared };
  const whole = (): Row => {
    const found = parents.map(({ link, target, key, value }) => {
      const matches = value === null ? [] : ctx.store.find(target, key, value);
      if (matches.length === 0) throw notThere(value, key, target);
      if (matches.length > 1)
        throw manyForKey(
          key.label,
          key.name,
          matches.map((match) => String(match['Id'])),
        );
      return [link.name, matches[0]?.['Id'] ?? null] as const;
    });
    return { ...row, ...Object.fromEntries(found) };
  };
  return { row, whole };
}
