import { assignment } from '../assignment.ts';
import type { Condition } from '../conditions.ts';
import type { OrgState } from '../org-state.ts';
import { duplicateRules } from '../rules/duplicates.ts';
import { validationRules } from '../rules/validation.ts';
import type { Store } from '../store.ts';
import { cell, labelOf, linkTo, moment } from './fields.ts';
import { html, joined, none, table, type Html } from './html.ts';
import { columnsOf } from './list.ts';

// Setup: what an admin made, as far as this org has it. Nothing is changed here; people change it on the control port.

type SetupPage = { readonly key: string; readonly name: string; readonly body: (org: OrgState) => Html | undefined };

const rowsOf = (store: Store, name: string, where = ''): Html | undefined => {
  const object = store.schema.find(name);
  if (!object) return undefined;
  const rows = store.select(`SELECT * FROM "${object.name}" ${where} ORDER BY n LIMIT 500`);
  if (rows.length === 0) return undefined;
  const columns = columnsOf(object);
  return table(
    html`${rows.length} ${object.labelPlural}`,
    [{ name: 'Name' }, ...columns.map((column) => ({ name: labelOf(column) }))],
    rows.map((row) => [linkTo(store, row['Id']), ...columns.map((column) => cell(store, column, row))]),
  );
};

function queues({ store }: OrgState): Html {
  const groups = store.select(`SELECT * FROM "Group" WHERE "Type" = 'Queue' ORDER BY n`);
  return table(
    html`${groups.length} Queues`,
    [{ name: 'Name' }, { name: 'Supported Objects' }],
    groups.map((group) => [
      linkTo(store, group['Id']),
      html`${store
        .select('SELECT "SobjectType" FROM "QueueSobject" WHERE "QueueId" = ? ORDER BY n', [group['Id'] ?? null])
        .map((row) => String(row['SobjectType']))
        .join(', ')}`,
    ]),
  );
}

function customFields({ store }: OrgState): Html {
  const fields = store.schema.objects.flatMap((object) =>
    object.fields.filter((field) => field.custom).map((field) => ({ object, field })),
  );
  return table(
    html`${fields.length} custom fields`,
    [{ name: 'API Name' }, { name: 'Object' }, { name: 'Label' }, { name: 'Type' }, { name: 'External Id' }, { name: 'Unique' }],
    fields.map(({ object, field }) => [
      html`${field.name}`,
      html`${object.label}`,
      html`${field.label}`,
      html`${field.type}${field.length > 0 ? ` (${field.length})` : ''}`,
      html`${field.externalId ? 'Yes' : ''}`,
      html`${field.unique ? 'Yes' : ''}`,
    ]),
  );
}

function apps({ store, oauth }: OrgState): Html {
  const list = oauth.apps.list();
  return table(
    html`${list.length} apps programs sign in as`,
    [
      { name: 'Name' },
      { name: 'Consumer Key' },
      { name: 'Callback URLs' },
      { name: 'Scopes' },
      { name: 'Permitted Users' },
      { name: 'Run As' },
    ],
    list.map((app) => [
      html`${app.name}`,
      html`<span class="id">${app.clientId}</span>`,
      html`${app.callbackUrls.join(' ')}`,
      html`${app.scopes.join(' ')}`,
      html`${app.permittedUsers}`,
      linkTo(store, app.runAs),
    ]),
  );
}

function rules({ store }: OrgState): Html {
  const validations = validationRules(store);
  const { rules: assignments } = assignment(store);
  const conditions = (when: readonly Condition[]) =>
    when.map(({ field, op, value }) => `${field} ${op} ${JSON.stringify(value ?? null)}`).join(' and ') || 'always';
  return html`${
    validations.length > 0
      ? table(
          html`Validation rules`,
          [{ name: 'Name' }, { name: 'Object' }, { name: 'Active' }, { name: 'Refused when' }, { name: 'Message' }],
          validations.map((rule) => [
            html`${rule.name}`,
            html`${rule.object}`,
            html`${rule.active ? 'Yes' : 'No'}`,
            html`${rule.formula ?? conditions(rule.when ?? [])}`,
            html`${rule.message}`,
          ]),
        )
      : none
  }${
    assignments.length > 0
      ? table(
          html`Assignment rules`,
          [{ name: 'Name' }, { name: 'Object' }, { name: 'Active' }, { name: 'Entries' }],
          assignments.map((rule) => [
            html`${rule.name}`,
            html`${rule.object}`,
            html`${rule.active ? 'Yes' : 'No'}`,
            joined(
              rule.entries.map((entry) => html`${conditions(entry.when)} → ${linkTo(store, entry.ownerId)}`),
              html`<br />`,
            ),
          ]),
        )
      : none
  }${table(
    html`Duplicate rules`,
    [{ name: 'Name' }, { name: 'Object' }, { name: 'Active' }, { name: 'On create' }, { name: 'On edit' }, { name: 'Compared with' }],
    duplicateRules(store).map((rule) => [
      html`${rule.name}`,
      html`${rule.object}`,
      html`${rule.active ? 'Yes' : 'No'}`,
      html`${rule.onCreate}`,
      html`${rule.onUpdate}`,
      html`${rule.matches.map((match) => `${match.object}: ${match.fields?.join(', ') ?? match.rule}`).join('; ')}`,
    ]),
  )}`;
}

function bulkJobs(org: OrgState): Html | undefined {
  const jobs = (['query', 'ingest'] as const)
    .flatMap((kind) => org.bulk.jobs.list(kind, 0, 100).map((job) => org.bulk.find(kind, job.id) ?? job))
    .toSorted((a, b) => b.n - a.n);
  if (jobs.length === 0) return undefined;
  return table(
    html`The latest ${jobs.length} jobs of Bulk API 2.0`,
    [
      { name: 'Job ID' },
      { name: 'Operation' },
      { name: 'Object' },
      { name: 'Status' },
      { name: 'Records Processed', number: true },
      { name: 'Records Failed', number: true },
      { name: 'Submitted By' },
      { name: 'Created' },
    ],
    jobs.map((job) => [
      html`<span class="id">${job.id}</span>`,
      html`${job.operation}`,
      html`${job.object}`,
      html`${job.state}${job.errorMessage === undefined ? none : html`<br /><span class="bad">${job.errorMessage}</span>`}`,
      html`${job.processed.toLocaleString('en')}`,
      html`${job.kind === 'ingest' ? job.failed.toLocaleString('en') : ''}`,
      linkTo(org.store, job.userId),
      moment(job.createdMs),
    ]),
  );
}

/** By the addresses the real Setup has. */
const pages: readonly SetupPage[] = [
  { key: 'ManageUsers', name: 'Users', body: ({ store }) => rowsOf(store, 'User') },
  { key: 'Queues', name: 'Queues', body: queues },
  { key: 'ObjectManager', name: 'Custom Fields', body: customFields },
  { key: 'PermSets', name: 'Permission Sets', body: ({ store }) => rowsOf(store, 'PermissionSet') },
  { key: 'ManageExternalClientApplication', name: 'Apps', body: apps },
  { key: 'CallCenters', name: 'Call Centers', body: ({ store }) => rowsOf(store, 'CallCenter') },
  { key: 'Rules', name: 'Rules', body: rules },
  { key: 'AsyncApiJobStatus', name: 'Bulk Data Load Jobs', body: bulkJobs },
];
export const setupPath = '/lightning/setup/SetupOneHome/home';
const pathOf = ({ key }: SetupPage): string => `/lightning/setup/${key}/home`;

/** Pages of what this org has nothing of are left out. */
export function setupBody(org: OrgState, key: string): { title: string; body: Html } | undefined {
  const made = pages.flatMap((page) => {
    const body = page.body(org);
    return body ? [{ page, body }] : [];
  });
  if (key === 'SetupOneHome')
    return {
      title: 'Setup',
      body: html`<div class="head"><h1>Setup</h1></div>
        <section aria-label="Setup">
          <ul class="tiles">
            ${made.map(({ page }) => html`<li><a href="${pathOf(page)}">${page.name}</a></li>`)}
          </ul>
        </section>`,
    };
  const found = made.find(({ page }) => page.key === key);
  return (
    found && {
      title: found.page.name,
      body: html`<div class="head">
          <p class="soft"><a href="${setupPath}">Setup</a></p>
          <h1>${found.page.name}</h1>
        </div>
        <section>${found.body}</section>`,
    }
  );
}
