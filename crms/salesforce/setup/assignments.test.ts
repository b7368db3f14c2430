import { expect, test } from 'vitest';
import { Refused, Unanswered } from '../../../server/crm.ts';
import type { Api, Ask } from '../request.ts';
import { giveBack, takeAway } from './assignments.ts';

const set = { id: '0PS000000000001AAA', name: 'Cordboard' };
const never = new AbortController().signal;
const assignments = Array.from({ length: 450 }, (_, place) => ({
  id: `0Pa${place}`,
  user: `005${place}`,
  name: `Holder ${place}`,
  until: place === 7 ? '2026-01-01T00:00:00.000+0000' : undefined,
}));
/** An org that answers each call by this; what it was asked, by the number of records. */
function anOrg(answer: (records: number, call: number) => object) {
  const asked: number[] = [];
  let sleptMs = 0;
  const world = {
    now: () => Date.parse('2026-11-22T00:00:00Z'),
    sleep: async (ms: number) => void (sleptMs += ms),
  };
  const call = async ({ method, path, body }: Ask) => {
    const records = method === 'DELETE' ? path.split(',').length : (body as { records: object[] }).records.length;
    return { status: 200, json: answer(records, asked.push(records) - 1), ms: 1 };
  };
  return { api: { base: '/services/data/v67.0', call } as Pick<Api, 'base' | 'call'>, world, asked, slept: () => sleptMs };
}
const wellDone = (records: number) => Array.from({ length: records }, (_, place) => ({ success: true, id: `0Pa${place}`, errors: [] }));

test('however many there are, they go in calls of 200; whose time is over gets nothing back', async () => {
  const org = anOrg(wellDone);
  expect(await takeAway(org.api, set, assignments, never)).toEqual([]);
  expect(await giveBack(org, set, assignments, never)).toEqual([]);
  expect(org.asked).toEqual([200, 200, 50, 200, 200, 49]);
});

test('who lost it meanwhile needn’t have it taken away', async () => {
  const deleted = { success: false, errors: [{ statusCode: 'ENTITY_IS_DELETED', message: 'entity is deleted', fields: [] }] };
  const org = anOrg((records) => [deleted, ...wellDone(records - 1)]);
  expect(await takeAway(org.api, set, assignments, never)).toEqual([]);
});

test('a moment’s trouble is waited for; what was done the first time is there the second', async () => {
  const duplicate = { success: false, errors: [{ statusCode: 'DUPLICATE_VALUE', message: 'Duplicate', fields: [] }] };
  const org = anOrg((records, call) => {
    if (call === 0) throw new Unanswered('Salesforce didn’t answer.');
    if (call === 1) throw new Refused({ mendedBy: 'time', code: 'UNREACHABLE', message: 'It can’t be reached.', retryAfterMs: 1 });
    return call === 2 ? Array.from({ length: records }, () => duplicate) : wellDone(records);
  });
  expect(await giveBack(org, set, assignments, never)).toEqual([]);
  expect(org.asked).toEqual([200, 200, 200, 200, 49]);
  expect(org.slept()).toBe(4_000);
});

test('trouble that lasts is said of everybody whom it kept from it, and of nobody else', async () => {
  const org = anOrg((records, call) => {
    if (call > 0) throw new Unanswered('Salesforce didn’t answer.');
    return wellDone(records);
  });
  const lost = await giveBack(org, set, assignments, never);
  expect(lost).toHaveLength(249);
  expect(lost[0]).toEqual({ part: 'Cordboard → Holder 201 (005201)', because: 'Salesforce didn’t answer.', user: '005201' });
  expect(org.asked).toEqual([200, 200, 200, 200, 200, 49, 49, 49, 49]);
});
