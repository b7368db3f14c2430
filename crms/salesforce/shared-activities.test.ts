import { afterAll, beforeAll, expect, test } from 'vitest';
import { seeded, testOrg, type TestOrg } from '../../emulators/salesforce/testing/test-org.ts';
import type { Crm, WantedActivity } from '../../server/crm.ts';
import { realWorld } from '../../server/world.ts';
import { connectSalesforce } from './salesforce.ts';

// Where a task may have several contacts ours has one, WhoId, as everywhere.

let org: TestOrg;
let crm: Crm;
beforeAll(async () => {
  const client = { clientId: 'shared', clientSecret: 'shared-secret' };
  org = await testOrg({ clientId: 'app', clientSecret: 'secret', sharedActivities: true });
  await org.control('POST', '/apps', { clientId: client.clientId, secret: client.clientSecret, runAs: seeded.integration });
  crm = await connectSalesforce({ loginUrl: org.apiUrl, ...client }, realWorld());
});
afterAll(async () => {
  await crm.close();
  await org.stop();
});

const wanted: WantedActivity = {
  kind: 'activity',
  subject: 'Call with Ewa',
  status: 'completed',
  direction: 'inbound',
  ownerId: seeded.anna,
  who: { kind: 'contact', id: seeded.ewa },
  what: undefined,
  dueDate: '2026-11-21',
  durationSeconds: 61,
  waitSeconds: 4,
  result: 'Answered',
  memo: '',
  system: [],
  callKey: 'c_1',
  link: undefined,
};
const name = `cb1${'1'.padStart(40, '0')}`;
const write = async (more: Partial<WantedActivity>, id?: string) => {
  const fields = crm.draft({ ...wanted, ...more });
  return (await crm.exchange({ reads: [], writes: [{ name, fields, ...(id === undefined ? {} : { id }) }] })).writes[0];
};
const kept = async () => (await org.query('SELECT Id, WhoId, WhoCount, WhatId FROM Task')).records;

test('a log has one person; another takes his place, and a colleague’s further contacts stay', async () => {
  expect(await write({})).toMatchObject({ created: true });
  const [task] = await kept();
  const id = String(task?.['Id']);
  expect(task).toMatchObject({ WhoId: seeded.ewa, WhoCount: 1, WhatId: null });
  expect(await write({ result: 'Answered, vip' }, id)).toMatchObject({ created: false });
  expect(await kept()).toMatchObject([{ WhoId: seeded.ewa, WhoCount: 1 }]);
  await org.call('POST', '/sobjects/TaskRelation', { TaskId: id, RelationId: seeded.tomasz });
  expect(await write({ who: { kind: 'contact', id: seeded.misaki } }, id)).toMatchObject({ created: false });
  // Who was primary stays among the task's people: so the org does with every WhoId a program writes.
  expect(await kept()).toMatchObject([{ WhoId: seeded.misaki, WhoCount: 3 }]);
});
