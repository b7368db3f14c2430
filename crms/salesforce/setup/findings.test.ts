import { expect, test } from 'vitest';
import type { CheckAsk } from '../../../server/crm-setup.ts';
import { problems } from '../../../wire/setup.ts';
import { judge } from './findings.ts';
import type { Described, Seen } from './seen.ts';

const names = { name: 'Cordboard_Name__c', call: 'Cordboard_Call__c', link: 'Cordboard_Link__c', waitSeconds: 'Cordboard_Wait_Seconds__c' };
const nowMs = Date.parse('2026-11-23T09:00:00Z');
type Field = Described['fields'][number];
const field = (name: string, more: Partial<Field> = {}): Field => ({
  name,
  type: 'string',
  createable: true,
  updateable: true,
  nillable: true,
  ...more,
});
const nameField = (more: Partial<Field> = {}) =>
  field('Cordboard_Name__c', { length: 64, unique: true, externalId: true, inlineHelpText: '… (Cordboard fields, version 2)', ...more });
const standard = [
  'Subject',
  'Status',
  'OwnerId',
  'WhoId',
  'WhatId',
  'ActivityDate',
  'Description',
  'CallType',
  'CallDurationInSeconds',
  'CallDisposition',
  'CallObject',
  'IsReminderSet',
  'ReminderDateTime',
];
const task = (...more: Field[]): Described => ({
  createable: true,
  updateable: true,
  fields: [
    ...standard.map((name) => field(name)),
    field('TaskSubtype', { updateable: false }),
    field('Cordboard_Call__c'),
    field('Cordboard_Link__c'),
    field('Cordboard_Wait_Seconds__c'),
    ...(more.length > 0 ? more : [nameField()]),
  ],
});
const person = (...more: Field[]): Described => ({ createable: true, updateable: true, fields: [field('LastName'), nameField(), ...more] });
const described = (more: Record<string, Described> = {}) =>
  new Map(Object.entries({ Task: task(), Lead: person(), Contact: person(), Account: person(field('IsPersonAccount')), ...more }));

/** An org where nothing is to be said. */
const good: Seen = {
  objects: new Set(['Task', 'Lead', 'Contact', 'Account', 'Case', 'Opportunity', 'Campaign']),
  described: described(),
  organization: { Name: 'Acme', OrganizationType: 'Enterprise Edition', TimeZoneSidKey: 'Europe/Warsaw', IsReadOnly: false },
  user: { name: 'Integration', profile: 'Minimum Access - API Only Integrations' },
  rights: new Set(['ViewAllData', 'ModifyMetadata', 'CustomizeApplication', 'AssignPermissionSets']),
  viewsAll: new Set(),
  queues: ['Missed'],
  lastPageLogin: undefined,
  permissionSet: { assigned: true },
  duplicateRules: new Map(),
  assignmentRules: [],
  foreignNames: new Map(),
  doubleNames: 0,
  layouts: new Map([['Contact', { all: 1, without: 0 }]]),
  pages: [],
  api: { used: 100, max: 100_000 },
};
const ask: CheckAsk = {
  persons: ['lead'],
  kinds: ['contact', 'lead'],
  zone: 'Europe/Warsaw',
  selfIsAgent: false,
  callsPerDay: 1_000,
  wasUnique: false,
  publicUrl: 'https://phone.acme.example',
};
const found = (seen: Partial<Seen>, more: Partial<CheckAsk> = {}) =>
  judge({ ...good, ...seen }, { ...ask, ...more }, names, nowMs).findings.filter(({ problem }) => problem !== undefined);

test('an org with everything: all is well, and every area says so', () => {
  const { findings, installed } = judge(good, ask, names, nowMs);
  expect(findings.filter(({ level }) => level !== 'ok')).toEqual([]);
  expect(new Set(findings.map(({ area }) => area)).size).toBe(16); // all but the connection, which is the server's to judge
  expect(installed).toEqual({ state: 'current', version: 2, current: 2 });
});

const unseen = { unseen: 'INSUFFICIENT_ACCESS' };
const bare = task(field('Other'));
const cases: readonly [string, string, Partial<Seen>, Partial<CheckAsk>, object?][] = [
  ['bad', 'org-read-only', { organization: { IsReadOnly: true } }, {}],
  ['warn', 'org-trial-ends', { organization: { TrialExpirationDate: '2026-11-30T00:00:00.000+0000' } }, {}, { days: 7 }],
  ['warn', 'org-edition', { organization: { OrganizationType: 'Professional Edition' } }, {}],
  ['warn', 'zone-differs', {}, { zone: 'UTC' }, { org: 'Europe/Warsaw', policy: 'UTC' }],
  ['warn', 'api-nearly-spent', { api: { used: 80_000, max: 100_000 } }, {}, { percent: 80 }],
  ['warn', 'api-too-small', { api: { used: 0, max: 15_000 } }, { callsPerDay: 4_000 }, { forecast: 17_000 }],
  ['warn', 'user-is-admin', { rights: new Set(['ModifyAllData'] as const) }, {}],
  ['warn', 'user-works', { lastPageLogin: '2026-11-20T08:00:00.000Z' }, {}],
  ['warn', 'user-is-agent', {}, { selfIsAgent: true }],
  ['off', 'logins-unseen', { lastPageLogin: unseen }, {}],
  ['off', 'rights-unseen', { rights: unseen }, {}],
  ['off', 'rights-to-install', { rights: new Set(['ViewAllData'] as const) }, {}],
  ['bad', 'tasks-read-only', { described: described({ Task: { ...task(), createable: false } }) }, {}],
  [
    'bad',
    'fields-hidden',
    { described: described({ Task: { ...task(), fields: task().fields.filter(({ name }) => name !== 'OwnerId') } }) },
    {},
    { fields: 'OwnerId' },
  ],
  [
    'warn',
    'fields-hidden',
    { described: described({ Task: task(nameField(), field('CallType', { createable: false })) }) },
    {},
    { fields: 'CallType' },
  ],
  [
    'bad',
    'fields-required',
    { described: described({ Task: task(nameField(), field('Team__c', { nillable: false })) }) },
    {},
    { fields: 'Team__c' },
  ],
  [
    'off',
    'picklists-restricted',
    { described: described({ Task: task(nameField(), field('Tags__c', { type: 'multipicklist', restrictedPicklist: true })) }) },
    {},
  ],
  ['warn', 'name-field-absent', { described: described({ Task: bare }) }, {}],
  ['bad', 'name-field-lost', { described: described({ Task: bare }) }, { wasUnique: true }, { field: 'Cordboard_Name__c' }],
  ['bad', 'name-field-lost', { described: described({ Task: task(nameField({ unique: false })) }) }, { wasUnique: true }],
  ['warn', 'not-installed', { described: described({ Task: bare }) }, {}],
  [
    'warn',
    'name-field-unfit',
    { described: described({ Task: task(nameField({ unique: false, length: 40 })) }) },
    {},
    { lacks: 'Unique, Length ≥ 43' },
  ],
  ['off', 'installed-by-hand', { described: described({ Task: task(nameField({ inlineHelpText: 'Ours' })) }) }, {}],
  ['warn', 'installed-newer', { described: described({ Task: task(nameField({ inlineHelpText: '(Cordboard fields, version 9)' })) }) }, {}],
  [
    'warn',
    'installed-outdated',
    { described: described({ Task: task(nameField({ inlineHelpText: '(Cordboard fields, version 0)' })) }) },
    {},
  ],
  ['warn', 'names-of-others', { foreignNames: new Map([['Event', 3]]) }, {}, { object: 'Event', count: 3 }],
  ['bad', 'names-twice', { doubleNames: 2 }, {}],
  ['warn', 'permission-set-unassigned', { permissionSet: { assigned: false } }, {}],
  ['bad', 'person-hidden', { described: new Map([...described()].filter(([name]) => name !== 'Lead')) }, {}, { object: 'Lead' }],
  ['bad', 'person-not-creatable', { described: described({ Lead: { ...person(), createable: false } }) }, {}],
  ['bad', 'person-name-field', { described: described({ Lead: { ...person(), fields: [field('LastName')] } }) }, {}],
  [
    'bad',
    'person-required',
    { described: described({ Lead: person(field('Region__c', { nillable: false })) }) },
    {},
    { object: 'Lead', fields: 'Region__c' },
  ],
  ['bad', 'book-kind-unread', {}, { kinds: ['contact', 'Site__c'] }, { objects: 'Site__c' }],
  ['warn', 'sees-not-all', { rights: new Set(['ModifyMetadata'] as const) }, {}, { objects: 'Contact, Lead, Account' }],
  ['off', 'objects-absent', { objects: new Set(['Task', 'Contact', 'Account', 'Lead']) }, {}, { objects: 'Case, Opportunity, Campaign' }],
  ['warn', 'layouts-without-activities', { layouts: new Map([['Account', { all: 2, without: 1 }]]) }, {}, { objects: 'Account' }],
  ['warn', 'pages-without-activities', { pages: ['Account page'] }, {}, { pages: 'Account page' }],
  ['off', 'layouts-unseen', { layouts: new Map([['Account', unseen]]) }, {}],
  ['off', 'no-task-queue', { queues: [] }, {}],
  ['warn', 'duplicate-rules', { duplicateRules: new Map([['Lead', ['Standard']]]) }, {}, { object: 'Lead', rules: 'Standard' }],
  ['off', 'assignment-rules', { assignmentRules: ['Lead'] }, {}],
  ['off', 'no-public-address', {}, { publicUrl: undefined }],
];
test.each(cases)('%s: %s', (level, problem, seen, more, params = {}) => {
  const finding = found(seen, more).find((one) => one.problem === problem && one.level === level);
  expect(finding).toMatchObject({ problem, level, params, doc: `org.md#${problem}` });
});

test('an area is well or it isn’t; only a note may stand beside', () => {
  const said = (seen: Partial<Seen>, area: string) =>
    judge({ ...good, ...seen }, ask, names, nowMs)
      .findings.filter((finding) => finding.area === area)
      .map(({ level }) => level);
  expect(said({ queues: [] }, 'queues')).toEqual(['off']);
  expect(said({ rights: new Set(['ViewAllData'] as const) }, 'rights')).toEqual(['off']);
  expect(said({ lastPageLogin: unseen }, 'user')).toEqual(['off', 'ok']);
});

test('DP-04: without person accounts that option is off, and nothing is wrong', () => {
  const account = { ...person(), fields: person().fields.filter(({ name }) => name !== 'IsPersonAccount') };
  expect(found({ described: described({ Account: account }) })).toMatchObject([
    { problem: 'objects-absent', level: 'off', params: { objects: 'Person Account' } },
  ]);
});

test.each<[string, Partial<Seen>, string | undefined]>([
  ['View All on every object', { viewsAll: new Set(['Contact', 'Lead', 'Account']) }, undefined],
  [
    'an org that hides nobody',
    {
      organization: {
        TimeZoneSidKey: ask.zone,
        DefaultAccountAccess: 'Read',
        DefaultContactAccess: 'ControlledByParent',
        DefaultLeadAccess: 'ReadEditTransfer',
      },
    },
    undefined,
  ],
  [
    'an org that hides leads only',
    {
      organization: {
        TimeZoneSidKey: ask.zone,
        DefaultAccountAccess: 'Edit',
        DefaultContactAccess: 'ControlledByParent',
        DefaultLeadAccess: 'None',
      },
    },
    'Lead',
  ],
])('RS-26: who sees all of it is not warned: %s', (_why, seen, hidden) => {
  const finding = found({ rights: new Set(['ModifyMetadata'] as const), ...seen }).find(({ problem }) => problem === 'sees-not-all');
  expect(finding?.params['objects']).toBe(hidden);
});

test('whoever may change everything is warned of, and lacks nothing', () => {
  const said = found({ rights: new Set(['ModifyAllData'] as const) }).map(({ problem }) => problem);
  expect(said).toEqual(['user-is-admin', 'rights-to-install'].slice(0, said.length));
  expect(said[0]).toBe('user-is-admin');
});

test('every problem there are words for can be found, but for the one the server finds', () => {
  expect(new Set([...cases.map(([, problem]) => problem), 'not-connected'])).toEqual(new Set(problems));
});
