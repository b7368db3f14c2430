import { createHash } from 'node:crypto';
import type { FieldDefaults, Fields, FieldValue, WrongDefault } from '../../server/crm.ts';
import { cutAt } from './text.ts';

/** As much of a described field as tells what may be written there. */
export type DescribedField = {
  readonly name: string;
  readonly label?: string | undefined;
  readonly type: string;
  readonly length?: number | null | undefined;
  readonly createable: boolean;
  readonly updateable?: boolean | undefined;
  readonly digits?: number | null | undefined;
  readonly precision?: number | null | undefined;
  readonly scale?: number | null | undefined;
  readonly nillable?: boolean | null | undefined;
  readonly defaultedOnCreate?: boolean | null | undefined;
  readonly restrictedPicklist?: boolean | null | undefined;
  readonly picklistValues?:
    | readonly { readonly value: string; readonly active: boolean; readonly defaultValue?: boolean | null | undefined }[]
    | null
    | undefined;
};

/** What the admin gave for this object; names are blind to case. */
export const defaultsOf = (defaults: FieldDefaults | undefined, object: string): Fields =>
  Object.entries(defaults ?? {}).find(([name]) => name.toLowerCase() === object.toLowerCase())?.[1] ?? {};

/** Those of the admin's defaults that a new record of this object can't do without, by the org's spelling. */
export function neededDefaults(described: readonly DescribedField[], sent: Fields, defaults: Fields): Fields {
  const given = new Map(Object.entries(defaults).map(([field, value]) => [field.toLowerCase(), value]));
  if (given.size === 0) return {};
  return Object.fromEntries(
    described.flatMap((field) => {
      const value = given.get(field.name.toLowerCase());
      const isNeeded = field.nillable === false && !field.defaultedOnCreate && (sent[field.name] ?? null) === null;
      return isNeeded && value !== undefined && whyNot(field, value) === undefined ? [[field.name, value]] : [];
    }),
  );
}

/** Which of these can't be used, object by object as described; `undefined`: no such object among those we create. */
export function wrongAmong(
  defaults: FieldDefaults,
  describedAs: (object: string) => readonly DescribedField[] | undefined,
): WrongDefault[] {
  return Object.entries(defaults).flatMap(([object, fields]) => {
    const described = describedAs(object);
    const known = new Map(described?.map((field) => [field.name.toLowerCase(), field]));
    return Object.entries(fields).flatMap(([field, value]) => {
      const because = described
        ? whyNot(known.get(field.toLowerCase()), value)
        : 'Cordboard creates no such records: name Task, Lead, Contact, Account, Case or Opportunity.';
      return because === undefined ? [] : [{ object, field, because }];
    });
  });
}

const textTypes = new Set(['string', 'textarea', 'picklist', 'multipicklist', 'combobox', 'phone', 'email', 'url', 'encryptedstring']);
const numberTypes = new Set(['int', 'double', 'currency', 'percent', 'long']);

function whyNot(field: DescribedField | undefined, value: FieldValue): string | undefined {
  if (!field) return 'There is no such field, or the connected user can’t see it.';
  if (!field.createable) return 'The connected user may not write this field.';
  if (field.type === 'boolean') return typeof value === 'boolean' ? undefined : 'It takes true or false.';
  if (numberTypes.has(field.type)) {
    if (typeof value !== 'number') return 'It takes a number.';
    return field.type === 'int' && !Number.isInteger(value) ? 'It takes a whole number.' : undefined;
  }
  if (typeof value !== 'string') return 'It takes a text.';
  if (field.type === 'date') return /^\d{4}-\d\d-\d\d$/.test(value) ? undefined : 'It takes a date such as 2026-03-31.';
  if (field.type === 'datetime')
    return /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(value) && !Number.isNaN(Date.parse(value))
      ? undefined
      : 'It takes a time such as 2026-03-31T09:00:00Z.';
  if (field.type === 'reference') return /^[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?$/.test(value) ? undefined : 'It takes the id of a record.';
  if (!textTypes.has(field.type)) return `Fields of type ${field.type} get no default.`;
  if (field.length && value.length > field.length) return `It takes at most ${field.length} characters.`;
  if (!field.restrictedPicklist) return undefined;
  const choices = (field.picklistValues ?? []).filter(({ active }) => active).map((choice) => choice.value);
  const isThere = (field.type === 'multipicklist' ? value.split(';') : [value]).every((one) => choices.includes(one));
  return isThere ? undefined : `It takes one of ${cutAt(choices.join(', '), 200)}.`;
}

/** A short word for all that was described: another one whenever something of it changes. */
export const fingerprint = (described: unknown): string =>
  createHash('sha256').update(JSON.stringify(described)).digest('hex').slice(0, 12);
