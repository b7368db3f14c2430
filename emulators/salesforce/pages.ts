import { readId } from './ids.ts';
import type { OrgState } from './org-state.ts';
import type { Field, SObject } from './schema.ts';
import type { Row, Value } from './store.ts';
import { writeValue } from './values.ts';

// Record pages: what a person would see in the screens, plain. Every text of a record goes through `escape`; no script at all runs here.

type Page = { status: 200 | 404; text: string };

/** Text as HTML. */
export const escape = (text: string): string =>
  text
    .replace(/[&<>"'`]/g, (char) => `&#${char.charCodeAt(0)};`)
    // Marks that turn the writing direction around could make one record look like another.
    .replace(/[\u202a-\u202e\u2066-\u2069]/g, (char) => `<span class="mark">U+${char.charCodeAt(0).toString(16).toUpperCase()}</span>`);

/** One look for all pages. */
export const style = `
:root { color-scheme: light dark; --ink: #16181d; --soft: #5a6070; --line: #dfe2e8; --paper: #ffffff; --back: #f4f5f8; --link: #0b57b0; --note: #fff4d6; --noteink: #5c4300; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaf0; --soft: #a2a9b8; --line: #353a45; --paper: #1c1f26; --back: #14161b; --link: #8ab8ff; --note: #3a3014; --noteink: #f2d88a; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
.banner { background: var(--note); color: var(--noteink); padding: .4rem 1rem; font-size: .875rem; }
main { max-width: 70rem; margin: 0 auto; padding: 1rem; display: grid; gap: 1rem; }
section, header { background: var(--paper); border: 1px solid var(--line); border-radius: .5rem; padding: 1rem; min-width: 0; }
h1 { font-size: 1.4rem; margin: 0; overflow-wrap: anywhere; } h2 { font-size: 1.05rem; margin: 0 0 .6rem; }
p { margin: .2rem 0; } .soft { color: var(--soft); font-size: .875rem; }
a { color: var(--link); } a:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
dl { display: grid; grid-template-columns: minmax(8rem, 14rem) 1fr; gap: .35rem 1rem; margin: 0; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; white-space: pre-wrap; }
ul { list-style: none; margin: 0; padding: 0; } li { padding: .5rem 0; border-top: 1px solid var(--line); overflow-wrap: anywhere; } li:first-child { border-top: 0; padding-top: 0; }
.mark { color: var(--noteink); background: var(--note); font-size: .75rem; }
@media (min-width: 60rem) { main.record { grid-template-columns: 1fr 1fr; } header { grid-column: 1 / -1; } }
@media (max-width: 36rem) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: .6rem; } }
`;

const document = (title: string, kind: string, body: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escape(title)} · stand-in org</title><style>${style}</style></head>
<body><div class="banner" role="note">This is a stand-in for a Salesforce org on this machine. Nothing here is real, and nobody needs to sign in. <a href="/">Latest tasks</a></div>
<main class="${kind}">${body}</main></body></html>
`;

const nameOf = (object: SObject, row: Row): string =>
  String(row[object.nameField] ?? '') || (object.name === 'Task' ? '(no subject)' : String(row['Id']));

function linkTo(org: OrgState, id: Value | undefined): string {
  if (typeof id !== 'string') return '';
  const object = org.store.schema.ofId(id);
  const row = object && org.store.get(object, id);
  if (!object || !row) return escape(id);
  return `<a href="/lightning/r/${object.name}/${escape(id)}/view">${escape(nameOf(object, row))}</a>${row['IsDeleted'] === 1 ? ' <span class="soft">(in the recycle bin)</span>' : ''}`;
}

/** Screens say "Assigned To" where describe says "Assigned To ID". */
const onScreen = (field: Field): string => (field.type === 'reference' ? field.label.replace(/ ID$/, '') : field.label);

const moment = (value: Value | undefined): string =>
  typeof value === 'number' ? `<time>${new Date(value).toISOString().slice(0, 19).replace('T', ' ')} UTC</time>` : '';

function show(org: OrgState, field: Field, value: Value | undefined): string {
  if (value === null || value === undefined) return '<span class="soft">–</span>';
  if (field.type === 'reference') return linkTo(org, value);
  if (field.type === 'datetime') return moment(value);
  if (field.type === 'boolean') return value === 1 ? 'Yes' : 'No';
  if (field.type === 'url' && /^https?:\/\//i.test(String(value)))
    return `<a href="${escape(String(value))}" rel="noreferrer noopener">${escape(String(value))}</a>`;
  return escape(String(writeValue(field, value)));
}

function taskLine(org: OrgState, row: Row): string {
  const link = typeof row['Id'] === 'string' ? linkTo(org, row['Id']) : '';
  const facts = [row['Status'], row['CallType'], row['ActivityDate'] == null ? undefined : `due ${String(row['ActivityDate'])}`]
    .filter((fact) => fact != null)
    .map((fact) => escape(String(fact)));
  return `<li>${link}<div class="soft">${[...facts, `for ${linkTo(org, row['OwnerId'])}`, row['WhoId'] == null ? '' : `with ${linkTo(org, row['WhoId'])}`, moment(row['CreatedDate'])].filter((part) => part !== '').join(' · ')}</div></li>`;
}

const tasks = (org: OrgState, rows: readonly Row[], none: string): string =>
  rows.length > 0 ? `<ul>${rows.map((row) => taskLine(org, row)).join('')}</ul>` : `<p class="soft">${none}</p>`;

function home(org: OrgState): Page {
  const rows = org.store.select('SELECT * FROM "Task" WHERE "IsDeleted" = 0 ORDER BY n DESC LIMIT 50');
  const count = org.store.count('SELECT COUNT(*) AS count FROM "Task" WHERE "IsDeleted" = 0');
  const lists = (['Account', 'Contact', 'Lead', 'User', 'Group'] as const).map((name) => {
    const people = org.store.select(
      `SELECT * FROM "${name}"${name === 'User' || name === 'Group' ? '' : ' WHERE "IsDeleted" = 0'} ORDER BY n LIMIT 12`,
    );
    return `<p><strong>${org.store.schema.named(name).labelPlural}</strong> ${people.map((row) => linkTo(org, row['Id'])).join(' · ')}</p>`;
  });
  return {
    status: 200,
    text: document(
      'Latest tasks',
      'home',
      `<header><h1>Latest tasks</h1><p class="soft">${count} in all, the newest 50 here</p></header><section>${tasks(org, rows, 'No tasks yet.')}</section><section><h2>People and companies</h2>${lists.join('')}</section>`,
    ),
  };
}

function history(org: OrgState, object: SObject, row: Row): string {
  const lines = org.store.changesOf(String(row['Id'])).map((change) => {
    const changed = Object.entries(change.fields).flatMap(([name, [before, after]]) => {
      const field = object.byName.get(name.toLowerCase());
      return field && name !== 'IsDeleted' && name !== 'IsHighPriority'
        ? [`<div>${escape(onScreen(field))}: ${show(org, field, before)} → ${show(org, field, after)}</div>`]
        : [];
    });
    const done = { update: 'changed this', delete: 'moved this to the recycle bin', undelete: 'took this out of the recycle bin' }[
      change.action
    ];
    return `<li>${linkTo(org, change.userId)} ${done} ${change.via === 'api' ? 'through the API' : 'on the screen'} <span class="soft">${moment(change.atMs)}</span>${changed.join('')}</li>`;
  });
  const made =
    row['CreatedById'] === undefined
      ? ''
      : `<li>${linkTo(org, row['CreatedById'])} created this <span class="soft">${moment(row['CreatedDate'])}</span></li>`;
  return `<section><h2>Who changed what</h2><ul>${lines.join('')}${made}</ul></section>`;
}

/** Activities of a person or a company, as the timeline has them: what is to be done, and what was. */
function activities(org: OrgState, object: SObject, id: string): string {
  const link = {
    Contact: '"WhoId"',
    Lead: '"WhoId"',
    Account: '"AccountId"',
    Case: '"WhatId"',
    Opportunity: '"WhatId"',
    User: '"OwnerId"',
    Group: '"OwnerId"',
  }[object.name];
  if (link === undefined) return '';
  const rows = (closed: 0 | 1, order: string) =>
    org.store.select(`SELECT * FROM "Task" WHERE ${link} = ? AND "IsDeleted" = 0 AND "IsClosed" = ${closed} ORDER BY ${order} LIMIT 50`, [
      id,
    ]);
  return `<section><h2>Next steps</h2>${tasks(org, rows(0, '"ActivityDate" NULLS LAST, n'), 'Nothing to do.')}</section>
<section><h2>Past activity</h2>${tasks(org, rows(1, '"CompletedDateTime" DESC, n DESC'), 'Nothing yet.')}</section>`;
}

function recordPage(org: OrgState, object: SObject, row: Row): Page {
  const hidden = new Set(['Id', 'IsDeleted', 'SystemModstamp', 'IsHighPriority', object.nameField]);
  const worth = object.fields.filter(
    (field) =>
      !hidden.has(field.name) &&
      !field.name.startsWith('Recurrence') &&
      (row[field.name] != null || field.custom || ['WhoId', 'WhatId', 'ActivityDate', 'CallType'].includes(field.name)) &&
      !(field.type === 'boolean' && row[field.name] !== 1),
  );
  const deleted = row['IsDeleted'] === 1 ? '<p><strong>In the recycle bin</strong></p>' : '';
  const name = nameOf(object, row);
  return {
    status: 200,
    text: document(
      name,
      'record',
      `<header><p class="soft">${escape(object.label)}</p><h1>${escape(name)}</h1><p class="soft">${escape(String(row['Id']))}</p>${deleted}</header>
<section><h2>Details</h2><dl>${worth.map((field) => `<dt>${escape(onScreen(field))}</dt><dd>${show(org, field, row[field.name])}</dd>`).join('')}</dl></section>
${activities(org, object, String(row['Id']))}${history(org, object, row)}`,
    ),
  };
}

export function page(org: OrgState, path: string): Page {
  if (path === '/') return home(org);
  const id = readId(/^\/(?:lightning\/r\/(?:[A-Za-z]+\/)?)?([A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?)(?:\/view)?\/?$/.exec(path)?.[1] ?? '');
  const object = id === undefined ? undefined : org.store.schema.ofId(id);
  const row = object && id !== undefined ? org.store.get(object, id) : undefined;
  if (object && row) return recordPage(org, object, row);
  return {
    status: 404,
    text: document(
      'Not here',
      'home',
      '<header><h1>There is no such page</h1><p>The record may never have been here. Records in the recycle bin can still be opened.</p></header>',
    ),
  };
}
