import type { OrgState } from '../org-state.ts';
import { cell, isListed, linkTo, listPath, moment } from './fields.ts';
import { html, none, type Html, table } from './html.ts';

const latestTasks = 20;

export function homeBody(org: OrgState): Html {
  const { store } = org;
  const tiles = store.schema.objects.filter(isListed).map((object) => {
    const living = object.byName.has('isdeleted') ? ' WHERE "IsDeleted" = 0' : '';
    const count = store.count(`SELECT COUNT(*) AS count FROM "${object.name}"${living}`);
    return html`<li>
      <a href="${listPath(object)}"><span>${object.labelPlural}</span> <b>${count.toLocaleString('en')}</b></a>
    </li>`;
  });
  const tasks = store.select(`SELECT * FROM "Task" WHERE "IsDeleted" = 0 ORDER BY n DESC LIMIT ${latestTasks}`);
  const due = store.schema.named('Task').byName.get('activitydate');
  const name = store.select('SELECT "Name" FROM "Organization" LIMIT 1')[0]?.['Name'] ?? 'Home';
  return html`<div class="head">
      <h1>${String(name)}</h1>
      <p class="soft">${new Date(org.now()).toISOString().slice(0, 16).replace('T', ' ')} UTC by the org's clock</p>
    </div>
    <section aria-labelledby="objects">
      <h2 id="objects">Records</h2>
      <ul class="tiles">
        ${tiles}
      </ul>
    </section>
    <section aria-labelledby="latest">
      <h2 id="latest">Latest tasks</h2>
      ${
        tasks.length === 0
          ? html`<p class="soft">No tasks yet.</p>`
          : table(
              html`The newest ${tasks.length}`,
              [
                { name: 'Subject' },
                { name: 'Status' },
                { name: 'Due Date' },
                { name: 'Name' },
                { name: 'Related To' },
                { name: 'Assigned To' },
                { name: 'Created' },
              ],
              tasks.map((row) => [
                linkTo(store, row['Id']),
                html`${String(row['Status'] ?? '')}`,
                due ? cell(store, due, row) : none,
                linkTo(store, row['WhoId']),
                linkTo(store, row['WhatId']),
                linkTo(store, row['OwnerId']),
                moment(row['CreatedDate']),
              ]),
            )
      }
    </section>`;
}
