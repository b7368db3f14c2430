import { afterAll, beforeAll, expect, test } from 'vitest';
import { seeded, testOrg, type TestOrg } from '../testing/test-org.ts';

let org: TestOrg;
beforeAll(async () => {
  org = await testOrg();
});
afterAll(() => org.stop());

const made = async (fields: Record<string, unknown>, object = 'Task') =>
  ((await org.call('POST', `/sobjects/${object}`, fields)).body as { id: string }).id;
const read = async (object: string, id: string) => (await org.call('GET', `/sobjects/${object}/${id}`)).body as Record<string, unknown>;
const lastOf = async (object: string, id: string) => (await read(object, id))['LastActivityDate'];

test('LastActivityDate is the latest due date of closed tasks and of events, of who, what and account', async () => {
  const task = await made({ WhoId: seeded.ewa, ActivityDate: '2026-03-02' });
  expect(await lastOf('Contact', seeded.ewa)).toBe(null);
  await org.call('PATCH', `/sobjects/Task/${task}`, { Status: 'Completed' });
  expect([await lastOf('Contact', seeded.ewa), await lastOf('Account', seeded.bakery)]).toEqual(['2026-03-02', '2026-03-02']);
  await made({ WhoId: seeded.ewa, ActivityDate: '2026-01-02', Status: 'Completed' });
  expect(await lastOf('Contact', seeded.ewa)).toBe('2026-03-02');
  await made({ WhatId: seeded.bakery, StartDateTime: '2026-11-23T10:00:00Z', DurationInMinutes: 5 }, 'Event');
  expect([await lastOf('Contact', seeded.ewa), await lastOf('Account', seeded.bakery)]).toEqual(['2026-03-02', '2026-11-23']);
  await org.call('PATCH', `/sobjects/Task/${task}`, { WhoId: seeded.iryna });
  expect([await lastOf('Contact', seeded.ewa), await lastOf('Contact', seeded.iryna)]).toEqual(['2026-01-02', '2026-03-02']);
  await org.call('DELETE', `/sobjects/Task/${task}`);
  expect(await lastOf('Contact', seeded.iryna)).toBe(null);
});

test('it moves SystemModstamp and not LastModifiedDate', async () => {
  const before = await read('Lead', seeded.kenji);
  await made({ WhoId: seeded.kenji, ActivityDate: '2026-03-02', Status: 'Completed' });
  const after = await read('Lead', seeded.kenji);
  expect(after['LastModifiedDate']).toBe(before['LastModifiedDate']);
  expect(Date.parse(String(after['SystemModstamp']))).toBeGreaterThanOrEqual(Date.parse(String(before['SystemModstamp'])));
  expect(after['LastActivityDate']).toBe('2026-03-02');
});
