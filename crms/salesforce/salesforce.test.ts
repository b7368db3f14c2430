import { afterEach, describe, expect, test } from 'vitest';
import { Refused, Unanswered } from '../../server/crm.ts';
import { realWorld } from '../../server/world.ts';
import { connectSalesforce } from './salesforce.ts';
import {
  errorBody,
  failedRow,
  settingsFor,
  selfId,
  startScriptedOrg,
  taskFields,
  taskStatuses,
  withoutOurFields,
  type Said,
} from './scripted-org.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
type Task = Parameters<typeof startScriptedOrg>[0];
async function connect(task: Task = {}, more: object = {}) {
  const org = await startScriptedOrg(task);
  closing.push(() => org.close());
  const log: string[] = [];
  const crm = await connectSalesforce({ ...settingsFor(org), ...more }, realWorld(), (line) => log.push(line));
  closing.unshift(() => crm.close());
  return { org, crm, log };
}
const refusal = async (work: Promise<unknown>) => {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return error instanceof Refused ? error.failure : error;
};
const change = (name: string, more: object) => taskFields.map((field) => (field.name === name ? { ...field, ...more } : field));

describe('settings', () => {
  test('every mistake is told at once, and no value', async () => {
    const settings = {
      loginUrl: 'http://acme.my.salesforce.com',
      clientId: ' ',
      clientSecret: 'planted',
      apiVersion: '67',
      requestLimitMs: 5,
      fields: { name: 'Cordboard Name' },
    };
    const failure = await refusal(connectSalesforce(settings, realWorld()));
    expect(failure).toMatchObject({
      mendedBy: 'admin',
      code: 'SETTINGS',
      fields: ['loginUrl', 'clientId', 'clientSecret', 'apiVersion', 'requestLimitMs', 'fields.name'],
    });
    expect(JSON.stringify(failure)).not.toContain('planted');
  });
});

describe('what the org’s tasks are like', () => {
  test('our fields are there: names are unique', async () => {
    const { crm, org, log } = await connect();
    expect(crm).toMatchObject({
      form: 'unique',
      reducedBecause: undefined,
      missing: [],
      textField: 'Description',
      maxRecords: 200,
      orgId: '00D000000000001AAA',
    });
    expect(crm.shared).toEqual([
      'Subject',
      'Status',
      'OwnerId',
      'WhoId',
      'WhatId',
      'ActivityDate',
      'Description',
      'IsReminderSet',
      'ReminderDateTime',
    ]);
    expect(await crm.self()).toEqual({ id: selfId });
    expect(crm.recordUrl('00T000000000001AAA')).toBe(`${org.url}/00T000000000001AAA`);
    expect(log.at(-1)).toBe('crm.connected org=00D000000000001AAA form=unique');
  });
  test.each<[string, object[], RegExp]>([
    ['aren’t there', withoutOurFields, /doesn't exist on tasks/],
    ['are no external id', change('Cordboard_Name__c', { externalId: false }), /external id/],
    ['are not unique', change('Cordboard_Name__c', { unique: false }), /unique/],
    ['can’t be written', change('Cordboard_Name__c', { createable: false }), /may not write/],
    ['are too short', change('Cordboard_Name__c', { length: 40 }), /shorter than 43/],
  ])('they %s: the weaker form, and why', async (_, fields, because) => {
    const { crm, log } = await connect({ fields });
    expect(crm.form).toBe('reduced');
    expect(crm.reducedBecause).toMatch(because);
    expect(crm.missing).toContain('Cordboard_Name__c');
    expect(log.at(-1)).toMatch(because);
  });
  test('fields this user doesn’t see are left out of drafts and queries, and listed', async () => {
    const { crm, org } = await connect({
      fields: taskFields.filter(({ name }) => !['CallDisposition', 'Cordboard_Link__c', 'WhatId'].includes(name)),
    });
    expect(crm.missing).toEqual(['WhatId', 'CallDisposition', 'Cordboard_Link__c']);
    expect(crm.shared).not.toContain('WhatId');
    await crm.exchange({ reads: [{ name: 'cb1', since: 0 }], writes: [] });
    expect(org.heard[0]?.path).not.toMatch(/CallDisposition|Cordboard_Link__c|WhatId/);
  });
  test('names of fields may be the admin’s own, and are blind to case', async () => {
    const fields = taskFields.map((field) => (field.name === 'Cordboard_Name__c' ? { ...field, name: 'Telephony_Key__c' } : field));
    const { crm, org } = await connect({ fields }, { fields: { name: 'telephony_key__C' } });
    await crm.exchange({ reads: [], writes: [{ name: 'cb1', fields: {} }] });
    expect(org.heard[0]?.path).toMatch(/\/Task\/Telephony_Key__c$/);
  });
  test.each<[string, object[], { open: string; completed: string } | undefined, string, string]>([
    ['as shipped', taskStatuses, undefined, 'Not Started', 'Completed'],
    [
      'renamed',
      [
        { ApiName: 'Nowe', IsDefault: false, IsClosed: false },
        { ApiName: 'W toku', IsDefault: true, IsClosed: false },
        { ApiName: 'Zamknięte', IsDefault: false, IsClosed: true },
      ],
      undefined,
      'W toku',
      'Zamknięte',
    ],
    [
      '"Cancelled" sorts first',
      [{ ApiName: 'Cancelled', IsDefault: false, IsClosed: true }, ...taskStatuses],
      undefined,
      'Not Started',
      'Completed',
    ],
    [
      'chosen',
      [...taskStatuses, { ApiName: 'Called', IsDefault: false, IsClosed: true }],
      { open: 'In Progress', completed: 'Called' },
      'In Progress',
      'Called',
    ],
    [
      'a closed default',
      [
        { ApiName: 'Done', IsDefault: true, IsClosed: true },
        { ApiName: 'Todo', IsDefault: false, IsClosed: false },
      ],
      undefined,
      'Todo',
      'Done',
    ],
  ])('statuses %s', async (_, statuses, chosen, open, completed) => {
    const { crm } = await connect({ statuses }, chosen ? { statuses: chosen } : {});
    const wanted = {
      kind: 'activity',
      subject: 's',
      direction: undefined,
      ownerId: undefined,
      who: undefined,
      what: undefined,
      dueDate: '2026-11-21',
      durationSeconds: 0,
      waitSeconds: 0,
      result: '',
      memo: '',
      system: [],
      callKey: 'c',
      link: undefined,
    } as const;
    expect(crm.draft({ ...wanted, status: 'open' })['Status']).toBe(open);
    expect(crm.draft({ ...wanted, status: 'completed' })['Status']).toBe(completed);
  });
  test.each<[string, Task, object, string]>([
    ['tasks can’t be made', { createable: false }, {}, 'TASKS_READ_ONLY'],
    ['no status is closed', { statuses: taskStatuses.slice(0, 2) }, {}, 'NO_SUCH_STATUS'],
    ['the chosen status is gone', {}, { statuses: { completed: 'Called' } }, 'NO_SUCH_STATUS'],
  ])('%s: a person must look', async (_, task, more, code) => {
    const org = await startScriptedOrg(task);
    closing.push(() => org.close());
    expect(await refusal(connectSalesforce({ ...settingsFor(org), ...more }, realWorld()))).toMatchObject({ mendedBy: 'admin', code });
  });
});

describe('users', () => {
  const user = (index: number, more: object = {}) => ({
    attributes: { type: 'User' },
    Id: `00500000000000${index}AAA`,
    Name: `User ${index}`,
    Email: `u${index}@acme.example`,
    TimeZoneSidKey: 'Asia/Tokyo',
    IsActive: true,
    ...more,
  });
  test('all pages; who has no address can’t be found by one', async () => {
    const { crm, org } = await connect();
    const asked: string[] = [];
    org.script = ({ path }) => {
      if (!path.includes('/query')) return undefined;
      asked.push(decodeURIComponent(path));
      return path.endsWith('-2000')
        ? { body: { done: true, records: [user(3)] } }
        : { body: { done: false, nextRecordsUrl: '/services/data/v67.0/query/01g-2000', records: [user(1), user(2, { Email: null })] } };
    };
    expect(await crm.users()).toEqual(
      [1, 3].map((index) => ({
        id: `00500000000000${index}AAA`,
        name: `User ${index}`,
        email: `u${index}@acme.example`,
        zone: 'Asia/Tokyo',
        active: true,
      })),
    );
    expect(asked[0]).toContain("FROM User WHERE IsActive = true AND UserType = 'Standard'");
    expect(asked[1]).toBe('/services/data/v67.0/query/01g-2000');
  });
  test('FC-42: who they are besides, and whether they have our permission set', async () => {
    const { crm, org } = await connect();
    const assigned = (totalSize: number) => ({ totalSize, done: true, records: [] });
    org.script = ({ path }) =>
      path.includes('/query')
        ? {
            body: {
              done: true,
              records: [
                user(1, { FederationIdentifier: 'u1@sso', EmployeeNumber: 'K-1', PermissionSetAssignments: assigned(1) }),
                user(2, { FederationIdentifier: null, PermissionSetAssignments: null }),
              ],
            },
          }
        : undefined;
    const [first, second] = await crm.users();
    expect(first).toMatchObject({ federationId: 'u1@sso', employeeNumber: 'K-1', permitted: true });
    expect(second).toMatchObject({ permitted: false });
    expect(second).not.toHaveProperty('federationId');
  });
  test('who may not see that is told the rest', async () => {
    const { crm, org } = await connect();
    const asked: string[] = [];
    org.script = ({ path }) => {
      if (!path.includes('/query')) return undefined;
      asked.push(decodeURIComponent(path));
      return path.includes('EmployeeNumber')
        ? { status: 400, body: [{ errorCode: 'INVALID_FIELD', message: "No such column 'EmployeeNumber' on entity 'User'." }] }
        : { body: { done: true, records: [user(1)] } };
    };
    const [first] = await crm.users();
    expect(first).toMatchObject({ id: '005000000000001AAA' });
    expect(first).not.toHaveProperty('permitted');
    expect(asked).toHaveLength(2);
  });
  test('DP-55: queues that take tasks or leads, each once', async () => {
    const { crm, org } = await connect();
    const row = (QueueId: string, SobjectType: string, Name = 'Missed') => ({ QueueId, SobjectType, Queue: { Name } });
    org.script = ({ path }) =>
      path.includes('/query')
        ? { body: { done: true, records: [row('00G1', 'Lead'), row('00G1', 'Task'), row('00G2', 'Lead', 'New')] } }
        : undefined;
    expect(await crm.queues()).toEqual([
      { id: '00G1', name: 'Missed', takes: ['lead', 'activity'] },
      { id: '00G2', name: 'New', takes: ['lead'] },
    ]);
  });
  test('a next page elsewhere isn’t visited', async () => {
    const { crm, org } = await connect();
    org.script = ({ path }) =>
      path.includes('/query') ? { body: { done: false, nextRecordsUrl: '@evil.example/steal', records: [] } } : undefined;
    await expect(crm.users()).rejects.toBeInstanceOf(Unanswered);
  });
});

describe('secrets (S2)', () => {
  const evil = (text: string): Said[] => [
    { status: 400, body: errorBody(`CODE_${text}`, `you sent ${text}`, [text]) },
    { status: 403, body: errorBody('INSUFFICIENT_ACCESS', `Authorization: Bearer ${text}`, [text]) },
    { status: 500, body: errorBody(text, text) },
    { status: 502, body: text },
    { body: text },
    { body: [failedRow(`X_${text}`, text, [text])] },
    { body: [failedRow('DUPLICATE_VALUE', `Cordboard_Name__c ${text}`)] },
    { body: [{ success: text }] },
    { body: { [text]: [] } },
    { status: 302, body: '', headers: { location: `https://evil.example/${text}` } },
    'hang up',
  ];
  const planted = ['planted-token-1', 'planted-secret-5f1c'];
  test.each(planted)('an org that echoes %s into everything it says finds no echo in errors, answers or logs', async (secret) => {
    const { crm, org, log } = await connect();
    const traces: string[] = [];
    for (const said of evil(secret)) {
      org.script = ({ path }) => (path.includes('/composite/') ? said : undefined);
      const outcome: unknown = await crm
        .exchange({ reads: [], writes: [{ name: 'cb1', fields: { Subject: 'x' } }] })
        .catch((error: unknown) => error);
      traces.push(
        outcome instanceof Error
          ? `${outcome.message} ${outcome.stack} ${JSON.stringify(outcome)} ${String(outcome.cause)}`
          : JSON.stringify(outcome),
      );
    }
    traces.push(...log, JSON.stringify(crm), JSON.stringify(crm.usage()));
    const told = traces.join('\n');
    for (const secret of planted) expect(told).not.toContain(secret);
    expect(told).not.toMatch(/bearer|authorization/i);
    expect(log.filter((line) => line.startsWith('crm.request')).length).toBeGreaterThan(10);
  });
  test('a log line says what was asked and how it went, and never what about', async () => {
    const { crm, log } = await connect();
    await crm.exchange({ reads: [{ name: 'cb1secretname', since: 0 }], writes: [] });
    expect(log.at(-1)).toMatch(/^crm\.request method=GET path=\/services\/data\/v67\.0\/queryAll status=200 tookMs=\d+ used=42\/15000$/);
  });
});

test('after close nothing is sent', async () => {
  const { crm, org } = await connect();
  await crm.close();
  await crm.close();
  expect(await refusal(crm.exchange({ reads: [], writes: [{ name: 'cb1', fields: {} }] }))).toMatchObject({ mendedBy: 'time' });
  expect(org.heard).toEqual([]);
});
