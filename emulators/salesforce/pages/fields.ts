import type { Store, Row, Value } from '../store.ts';
import type { Field, SObject } from '../schema.ts';
import { writeValue } from '../values.ts';
import { html, none, type Html } from './html.ts';

// Records and their fields as a person sees them.

export const titleOf = (object: SObject, row: Row): string =>
  String(row[object.nameField] ?? '') || (object.name === 'Task' ? '(no subject)' : String(row['Id']));

export const recordPath = (object: SObject, id: string): string => `/lightning/r/${object.name}/${id}/view`;
/** Objects people look at; set-up objects are under Setup. */
export const isListed = (object: SObject): boolean => object.flags.has('layout') && object.flags.has('mru') && object.name !== 'User';
/** What a list calls the name of its records. */
export const nameLabel = (object: SObject): string => object.byName.get(object.nameField.toLowerCase())?.label ?? 'Name';
export const listPath = (object: SObject): string => `/lightning/o/${object.name}/list`;

export function linkTo(store: Store, id: Value | undefined): Html {
  if (typeof id !== 'string') return none;
  const object = store.schema.ofId(id);
  const row = object && store.get(object, id);
  if (!object || !row) return html`${id}`;
  return html`<a href="${recordPath(object, id)}">${titleOf(object, row)}</a
    >${row['IsDeleted'] === 1 ? html` <span class="soft">(in the recycle bin)</span>` : none}`;
}

/** Screens say "Assigned To" where describe says "Assigned To ID". */
export const labelOf = (field: Field): string => (field.type === 'reference' ? field.label.replace(/ ID$/, '') : field.label);

export const moment = (value: Value | undefined): Html =>
  typeof value === 'number'
    ? html`<time class="nobreak" datetime="${new Date(value).toISOString()}"
        >${new Date(value).toISOString().slice(0, 19).replace('T', ' ')} UTC</time
      >`
    : none;

/** An address as kept: its parts by name. */
const inOneLine = (kept: Value): string => {
  const { street, postalCode, city, state, country } = JSON.parse(String(kept)) as Record<string, string | null>;
  return [street, postalCode, city, state, country].filter((part) => part).join(', ');
};

const nothing = html`<span class="soft">–</span>`;

export function show(store: Store, field: Field, value: Value | undefined): Html {
  if (value === null || value === undefined) return nothing;
  if (field.type === 'reference') return linkTo(store, value);
  if (field.type === 'datetime') return moment(value);
  if (field.type === 'date') return html`<time class="nobreak">${String(value)}</time>`;
  if (field.type === 'boolean') return html`${value === 1 ? 'Yes' : 'No'}`;
  if (field.type === 'address') return html`${inOneLine(value)}`;
  const text = String(writeValue(field, value));
  if (field.type === 'url' && /^https?:\/\//i.test(text)) return html`<a href="${text}" rel="noreferrer noopener">${text}</a>`;
  return html`${text}`;
}

/** A record's field in a list, empty where it is. */
export const cell = (store: Store, field: Field, row: Row): Html => (row[field.name] == null ? none : show(store, field, row[field.name]));
