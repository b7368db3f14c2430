import type { OrgState } from '../org-state.ts';
import type { Field, SObject } from '../schema.ts';
import type { Row, Store } from '../store.ts';
import { columnsOf, listOf } from './list.ts';
import { cell, isListed, labelOf, linkTo, listPath, moment, nameLabel, show, titleOf } from './fields.ts';
import { html, none, table, type Html } from './html.ts';
import { timeline } from './timeline.ts';

// The page of one record: its fields by groups, its timeline, what points at it, and who changed what.

const systemFields = new Set([
  'Id',
  'IsDeleted',
  'SystemModstamp',
  'MasterRecordId',
  'LastViewedDate',
  'LastReferencedDate',
  'LastActivityDate',
]);
const isSystem = (field: Field): boolean => systemFields.has(field.name) || /^(?:Created|LastModified)(?:Date|ById)$/.test(field.name);
const isAddress = (field: Field): boolean =>
  /(?:Street|City|State|PostalCode|Country|Latitude|Longitude|GeocodeAccuracy|StateCode|CountryCode)$/.test(field.name);
const groups: readonly (readonly [name: string, has: (field: Field) => boolean])[] = [
  ['System Information', isSystem],
  ['Custom Fields', (field) => field.custom],
  ['Address', isAddress],
  ['Contact', (field) => ['phone', 'email', 'url'].includes(field.type)],
  ['About', () => true],
];
const shownFirst = ['About', 'Contact', 'Address', 'Custom Fields', 'System Information'];

function details(store: Store, object: SObject, row: Row): Html {
  const byGroup = new Map<string, Field[]>(shownFirst.map((name) => [name, []]));
  for (const field of object.fields) byGroup.get(groups.find(([, has]) => has(field))?.[0] ?? 'About')?.push(field);
  const pair = (field: Field) =>
    html`<div${field.type === 'textarea' ? html` class="wide"` : none}><dt>${labelOf(field)}</dt><dd>${field.name === 'Id' ? html`<span class="id">${String(row['Id'])}</span>` : show(store, field, row[field.name])}</dd></div>`;
  const parts = [...byGroup].map(([name, fields]) => {
    if (fields.length === 0) return none;
    const full = fields.filter((field) => row[field.name] != null);
    const empty = fields.filter((field) => row[field.name] == null);
    return html`<h3>${name}</h3>
      ${full.length > 0 ? html`<dl>${full.map(pair)}</dl>` : none}${
        empty.length > 0
          ? html`<details>
              <summary class="soft">
                ${empty.length} empty ${empty.length === 1 ? 'field' : 'fields'}<span class="ears"> of ${name}</span>
              </summary>
              <p class="soft">${empty.map(labelOf).join(', ')}</p>
            </details>`
          : none
      }`;
  });
  return html`<section aria-labelledby="details">
    <h2 id="details">Details</h2>
    ${parts}
  </section>`;
}

function history(store: Store, object: SObject, row: Row): Html {
  const lines = store.changesOf(String(row['Id'])).map((change) => {
    const changed = Object.entries(change.fields).flatMap(([name, [before, after]]) => {
      const field = object.byName.get(name.toLowerCase());
      return field && name !== 'IsDeleted' && name !== 'IsHighPriority'
        ? [html`<div>${labelOf(field)}: ${show(store, field, before)} → ${show(store, field, after)}</div>`]
        : [];
    });
    const done = { update: 'changed this', delete: 'moved this to the recycle bin', undelete: 'took this out of the recycle bin' }[
      change.action
    ];
    return html`<li>
      ${linkTo(store, change.userId)} ${done} ${change.via === 'api' ? 'through the API' : 'on the screen'}
      <span class="soft">${moment(change.atMs)}</span>${changed}
    </li>`;
  });
  const made =
    row['CreatedById'] === undefined
      ? none
      : html`<li>${linkTo(store, row['CreatedById'])} created this <span class="soft">${moment(row['CreatedDate'])}</span></li>`;
  return html`<section class="after" aria-labelledby="history">
    <h2 id="history">Who changed what</h2>
    <ul class="plain">
      ${lines}${made}
    </ul>
  </section>`;
}

/** What points at a record, without those fields every record has and without tasks, which the timeline shows. */
const notRelated = new Set(['CreatedById', 'LastModifiedById', 'MasterRecordId', 'RecordTypeId']);
export type Relation = { readonly child: SObject; readonly field: Field };
export const relationsOf = (store: Store, object: SObject): Relation[] =>
  store.schema.objects.flatMap((child) =>
    child.name === 'Task' || !child.byName.has('systemmodstamp')
      ? []
      : child.fields
          .filter((field) => field.referenceTo.includes(object.name) && !notRelated.has(field.name) && isQuick(store, child, field))
          .map((field) => ({ child, field })),
  );
/** Among so many records a field without an index would keep a person waiting. */
const many = 50_000;
function isQuick(store: Store, child: SObject, field: Field): boolean {
  if (store.count(`SELECT coalesce(MAX(n), 0) AS count FROM "${child.name}"`) < many) return true;
  const plan = store.select(`EXPLAIN QUERY PLAN SELECT n FROM "${child.name}" WHERE "${field.name}" = ? ORDER BY n DESC`, ['']);
  return plan.every((step) => String(step['detail']).startsWith('SEARCH'));
}
const relationPath = (object: SObject, id: string, { child, field }: Relation): string =>
  `/lightning/r/${object.name}/${id}/related/${child.name}.${field.name}/view`;
const relationName = (object: SObject, { child, field }: Relation): string =>
  field.name === `${object.name}Id` || field.name === 'OwnerId' ? child.labelPlural : `${child.labelPlural} (${labelOf(field)})`;

const fewRelated = 5;

function related(store: Store, object: SObject, id: string): Html {
  const lists = relationsOf(store, object).flatMap((relation) => {
    const { child, field } = relation;
    const living = child.byName.has('isdeleted') ? ' AND "IsDeleted" = 0' : '';
    const rows = store.select(`SELECT * FROM "${child.name}" WHERE "${field.name}" = ?${living} ORDER BY n DESC LIMIT ${fewRelated + 1}`, [
      id,
    ]);
    if (rows.length === 0) return [];
    const columns = columnsOf(child)
      .filter((column) => column.name !== field.name)
      .slice(0, 3);
    const more =
      rows.length > fewRelated
        ? html`<p><a href="${relationPath(object, id, relation)}">All ${relationName(object, relation)}</a></p>`
        : none;
    return [
      html`<section>
        ${table(
          html`<strong>${relationName(object, relation)}</strong> (${rows.length > fewRelated ? `${fewRelated}+` : rows.length})`,
          [{ name: nameLabel(child) }, ...columns.map((column) => ({ name: labelOf(column) }))],
          rows.slice(0, fewRelated).map((row) => [linkTo(store, row['Id']), ...columns.map((column) => cell(store, column, row))]),
        )}${more}
      </section>`,
    ];
  });
  return lists.length > 0 ? html`${lists}` : none;
}

const inSetup: Readonly<Record<string, string>> = { User: 'ManageUsers', Group: 'Queues' };
function above(object: SObject): Html {
  const path = isListed(object) ? listPath(object) : inSetup[object.name] && `/lightning/setup/${inSetup[object.name]}/home`;
  return path === undefined ? html`${object.label}` : html`<a href="${path}">${object.labelPlural}</a>`;
}

export function recordBody(org: OrgState, object: SObject, row: Row): Html {
  const { store } = org;
  const id = String(row['Id']);
  const deleted = row['IsDeleted'] === 1 ? html`<p class="bad">In the recycle bin</p>` : none;
  return html`<div class="head">
      <p class="soft">${above(object)}</p>
      <h1>${titleOf(object, row)}</h1>
      <p class="soft id">${id}</p>
      ${deleted}
    </div>
    <div class="column">${details(store, object, row)}${history(store, object, row)}</div>
    <div class="column">${timeline(store, object, id, org.now())}${related(store, object, id)}</div>`;
}

export function relatedBody(org: OrgState, object: SObject, row: Row, relation: Relation, query: URLSearchParams): Html {
  const id = String(row['Id']);
  return html`<div class="head">
      <p class="soft">${linkTo(org.store, id)}</p>
      <h1>${relationName(object, relation)}</h1>
    </div>
    <section>${listOf(org.store, relation.child, query, relationPath(object, id, relation), { field: relation.field, id })}</section>`;
}
