import { afterEach, expect, test } from 'vitest';
import { realWorld } from '../../../server/world.ts';
import { connectSalesforce } from '../salesforce.ts';
import { errorBody, type Said, settingsFor, startScriptedOrg, taskFields } from '../scripted-org.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
const ask = { persons: [], kinds: ['contact'], zone: 'UTC', selfIsAgent: false, callsPerDay: 0, wasUnique: false, publicUrl: undefined };
const records = (...given: object[]) => ({ body: { totalSize: given.length, done: true, records: given } });

/** An org that answers each question as it is told, and everything else with nothing. */
async function check(answers: readonly (readonly [about: RegExp, said: Exclude<Said, string | undefined>])[]) {
  const org = await startScriptedOrg();
  closing.push(() => org.close());
  const answerTo = (path: string): Exclude<Said, string | undefined> => {
    const asked = decodeURIComponent(path);
    const known = answers.find(([about]) => about.test(asked))?.[1];
    if (known) return known;
    if (/\/sobjects\/\w+\/describe$/.test(asked)) return { body: { createable: true, updateable: true, fields: taskFields } };
    return records();
  };
  org.script = ({ method, path, body }) => {
    if (/oauth2|Task\/describe$|TaskStatus/.test(path)) return undefined;
    if (path.endsWith('/sobjects')) return { body: { sobjects: ['Task', 'Lead', 'Contact', 'Account'].map((name) => ({ name })) } };
    if (method === 'GET') return answerTo(path);
    const parts = (JSON.parse(body) as { compositeRequest: { url: string; referenceId: string }[] }).compositeRequest;
    return {
      body: {
        compositeResponse: parts.map(({ url, referenceId }) => {
          const said = answerTo(url);
          return { referenceId, httpStatusCode: said.status ?? 200, httpHeaders: {}, body: said.body };
        }),
      },
    };
  };
  const crm = await connectSalesforce(settingsFor(org), realWorld());
  closing.unshift(() => crm.close());
  const { findings } = await crm.setup.check(ask);
  return Object.fromEntries(findings.flatMap(({ problem, params }) => (problem === undefined ? [] : [[problem, params]])));
}

const layout = (...lists: string[]) => ({ id: '00h000000000001AAA', relatedLists: lists.map((name) => ({ name })) });
test('AC-36: layouts and Lightning pages without activities are found, where they may be looked at', async () => {
  const found = await check([
    [/Contact\/describe\/layouts/, { body: { layouts: [layout('OpenActivities'), layout('Cases')] } }],
    [/(Lead|Account)\/describe\/layouts/, { body: { layouts: [layout('ActivityHistories')] } }],
    [
      /FROM FlexiPage WHERE Type/,
      records({ Id: '0M0000000000001AAA', MasterLabel: 'Bare' }, { Id: '0M0000000000002AAA', MasterLabel: 'Full' }),
    ],
    [/Metadata FROM FlexiPage WHERE Id = '0M0000000000001AAA'/, records({ Metadata: { flexiPageRegions: [] } })],
    [/Metadata FROM FlexiPage/, records({ Metadata: { flexiPageRegions: [{ componentName: 'runtime_sales_activities:activityPanel' }] } })],
  ]);
  expect(found['layouts-without-activities']).toEqual({ objects: 'Contact' });
  expect(found['pages-without-activities']).toEqual({ pages: 'Bare' });
  expect(found['layouts-unseen']).toBeUndefined();
});

test('what may not be looked at is said, and spoils nothing else', async () => {
  const no = { status: 400, body: errorBody('INVALID_TYPE', "sObject type 'LoginHistory' is not supported.") };
  const found = await check([
    [/LoginHistory/, no],
    [/describe\/layouts/, { status: 403, body: errorBody('INSUFFICIENT_ACCESS', 'insufficient access') }],
    [/FlexiPage/, { status: 500, body: '<html>' }],
    [/PermissionSet/, no],
    [/QueueSobject/, records({ Queue: { Name: 'Missed' } })],
  ]);
  expect(found).toMatchObject({ 'logins-unseen': {}, 'rights-unseen': {}, 'layouts-unseen': { objects: 'Lead, Contact, Account' } });
  expect(found['no-task-queue']).toBeUndefined();
});

test('FC-39: somebody who signs in on a page as the connected user is told of, with the day', async () => {
  const when = new Date(realWorld().now() - 86_400_000).toISOString();
  expect((await check([[/FROM LoginHistory/, records({ LoginTime: when })]]))['user-works']).toEqual({ when });
});

test('names that stand on several tasks are counted where the field lets them', async () => {
  const twice = taskFields.map((field) => (field.name === 'Cordboard_Name__c' ? { ...field, unique: false } : field));
  const found = await check([
    [/Task\/describe$/, { body: { createable: true, updateable: true, fields: twice } }],
    [/HAVING COUNT/, records({ Cordboard_Name__c: 'cb1', expr0: 2 })],
    [/COUNT\(\) FROM Event/, { body: { totalSize: 4, done: true, records: [] } }],
  ]);
  expect(found['names-twice']).toMatchObject({ count: 1 });
  expect(found['names-of-others']).toMatchObject({ object: 'Event', count: 4 });
});
