import type { SObject } from '../schema.ts';
import type { Row, Store } from '../store.ts';
import { labelOf, linkTo, recordPath, show, titleOf } from './fields.ts';
import { Html, html, none } from './html.ts';

// A record's activities as Lightning has them: what is to be done, and what was, by month.

const most = 50;

/** The field of a task that ties it to a record of this kind. */
const ties: Readonly<Record<string, string>> = {
  Contact: 'WhoId',
  Lead: 'WhoId',
  Account: 'AccountId',
  Case: 'WhatId',
  Opportunity: 'WhatId',
  User: 'OwnerId',
  Group: 'OwnerId',
};

/** Drawn here: the page loads no pictures. */
const icons = {
  call: new Html(
    '<svg viewBox="0 0 20 20" fill="currentColor" aria-hidden="true"><path d="M5 1.5 8 6 6.4 8.1c.9 2 2.5 3.6 4.5 4.5L13 11l4.5 3v2.5a2 2 0 0 1-2 2C8.5 18.5 1.5 11.5 1.5 4.5a2 2 0 0 1 2-3z"/></svg>',
  ),
  mail: new Html(
    '<svg viewBox="0 0 20 20" fill="none" stroke="currentColor" stroke-width="1.8" aria-hidden="true"><path d="M2 4.5h16v11H2zM2 5l8 6 8-6"/></svg>',
  ),
  task: new Html(
    '<svg viewBox="0 0 20 20" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" aria-hidden="true"><path d="M2.5 5.5 4 7l2.5-3M2.5 13.5 4 15l2.5-3M10 5.5h7.5M10 14h7.5"/></svg>',
  ),
};
const kindOf = (task: Row): { icon: keyof typeof icons; name: string } => {
  switch (task['TaskSubtype']) {
    case 'Call':
      return { icon: 'call', name: 'Call' };
    case 'Email':
    case 'ListEmail':
      return { icon: 'mail', name: 'Email' };
    default:
      return { icon: 'task', name: 'Task' };
  }
};

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
/** Past activities stand by their due date, else by the day they were done. */
const pastDay = (task: Row): string => String(task['ActivityDate'] ?? dayOf(Number(task['CompletedDateTime'] ?? task['CreatedDate'] ?? 0)));

const months = 'January February March April May June July August September October November December'.split(' ');
const monthOf = (day: string): string => `${months[Number(day.slice(5, 7)) - 1] ?? ''} ${day.slice(0, 4)}`;

/** "Today", "Tomorrow", "Yesterday", else the day. */
function inWords(day: string, today: string): string {
  const days = Math.round((Date.parse(day) - Date.parse(today)) / 86_400_000);
  return { '-1': 'Yesterday', '0': 'Today', '1': 'Tomorrow' }[String(days)] ?? day;
}

const details = [
  'OwnerId',
  'WhoId',
  'WhatId',
  'Status',
  'Priority',
  'CallType',
  'CallDurationInSeconds',
  'CallDisposition',
  'CompletedDateTime',
];

function entry(store: Store, object: SObject, task: Row, today: string): Html {
  const kind = kindOf(task);
  const closed = task['IsClosed'] === 1;
  const due = typeof task['ActivityDate'] === 'string' ? task['ActivityDate'] : undefined;
  const overdue = !closed && due !== undefined && due < today;
  const when = closed ? inWords(pastDay(task), today) : due === undefined ? 'No due date' : inWords(due, today);
  const names = details.flatMap((name) => object.byName.get(name.toLowerCase()) ?? []).filter((field) => task[field.name] != null);
  const description = object.byName.get('description');
  const doing = closed
    ? { call: 'logged a call', mail: 'sent an email', task: 'had a task' }[kind.icon]
    : overdue
      ? 'had a task'
      : 'has an upcoming task';
  const who = task['WhoId'] == null ? none : html` ${closed && kind.icon === 'mail' ? 'to' : 'with'} ${linkTo(store, task['WhoId'])}`;
  return html`<li>
    <span class="icon ${kind.icon}">${icons[kind.icon]}</span>
    <div>
      <div class="line">
        <span
          ><span class="ears">${kind.name}: </span
          ><a href="${recordPath(object, String(task['Id']))}">${titleOf(object, task)}</a
          >${task['IsHighPriority'] === 1 ? html` <span class="bad">High</span>` : none}</span
        >
        <span class="nobreak ${overdue ? 'bad' : 'soft'}">${overdue ? 'Overdue · ' : ''}${when}</span>
      </div>
      <div class="soft">${linkTo(store, task['OwnerId'])} ${doing}${who}</div>
      <details>
        <summary class="soft">Details<span class="ears"> of ${titleOf(object, task)}</span></summary>
        <dl class="narrow">
          ${names.map(
            (field) =>
              html`<div>
                <dt>${labelOf(field)}</dt>
                <dd>${show(store, field, task[field.name])}</dd>
              </div>`,
          )}${
            description && task['Description'] != null
              ? html`<div class="wide">
                  <dt>${labelOf(description)}</dt>
                  <dd>${show(store, description, task['Description'])}</dd>
                </div>`
              : none
          }
        </dl>
      </details>
    </div>
  </li>`;
}

/** Nothing for records that have no activities. */
export function timeline(store: Store, of: SObject, id: string, nowMs: number): Html {
  const tie = ties[of.name];
  if (tie === undefined) return none;
  const task = store.schema.named('Task');
  const today = dayOf(nowMs);
  const read = (closed: 0 | 1, order: string) =>
    store.select(
      `SELECT * FROM "Task" WHERE "${tie}" = ? AND "IsDeleted" = 0 AND "IsClosed" = ${closed} ORDER BY ${order} LIMIT ${most + 1}`,
      [id],
    );
  const open = read(0, '"ActivityDate" NULLS LAST, n');
  const done = read(
    1,
    `coalesce("ActivityDate", strftime('%Y-%m-%d', coalesce("CompletedDateTime", "CreatedDate") / 1000, 'unixepoch')) DESC, n DESC`,
  );
  const list = (rows: readonly Row[]) =>
    html`<ol class="timeline">
      ${rows.map((row) => entry(store, task, row, today))}
    </ol>`;
  const more = (rows: readonly Row[]) => (rows.length > most ? html`<p class="soft">and more; here are ${most}</p>` : none);

  const byMonth = new Map<string, Row[]>();
  for (const row of done.slice(0, most)) {
    const month = monthOf(pastDay(row));
    byMonth.set(month, [...(byMonth.get(month) ?? []), row]);
  }
  const past = [...byMonth].map(
    ([month, rows]) =>
      html`<h4>${month}${month === monthOf(today) ? html` <span class="soft">· This Month</span>` : none}</h4>
        ${list(rows)}`,
  );
  return html`<section aria-labelledby="activity">
    <h2 id="activity">Activity</h2>
    <h3>Upcoming &amp; Overdue</h3>
    ${open.length > 0 ? list(open.slice(0, most)) : html`<p class="soft">Nothing to do.</p>`}${more(open)}
    <h3>Past Activity</h3>
    ${past.length > 0 ? past : html`<p class="soft">Nothing yet.</p>`}${more(done)}
  </section>`;
}
