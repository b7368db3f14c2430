import { expect, test } from 'vitest';
import type { WantedActivity } from '../crm.ts';
import type { OrgId, WriteRow } from '../store.ts';
import { neverSent, planWrite } from './plan.ts';

const wanted: WantedActivity = {
  kind: 'activity',
  subject: 'Call',
  status: 'completed',
  direction: 'inbound',
  ownerId: '005',
  who: undefined,
  what: undefined,
  dueDate: '2026-11-21',
  durationSeconds: 61,
  waitSeconds: 4,
  result: 'Answered',
  memo: '',
  system: [],
  callKey: 'c1',
  link: undefined,
};
const wish = {
  role: 'log',
  qualifier: '',
  name: 'cb1x',
  wanted,
  policyVersion: 0,
  retracted: null,
  onlyUntouched: false,
  awaitsPerson: false,
};
const { awaitsPerson: _, ...kept } = wish;
const row: WriteRow<WantedActivity> = {
  ...kept,
  org: 1 as OrgId,
  call: '1',
  wantedVersion: 1,
  retracted: undefined,
  leftOut: false,
  state: 'written',
  lane: 'now',
  sinceMs: 0,
  dueMs: undefined,
  crmId: '00T',
  sent: {},
  seen: {},
  human: [],
  refused: {},
  ghosts: [],
  attempts: 0,
  setbacks: 0,
};

test('the first wish goes at once', () => expect(planWrite(undefined, wish)).toMatchObject({ change: 'send', lane: 'now', delayMs: 0 }));
test('the same wish again is no change, whatever order its keys come back in', () =>
  expect(planWrite({ ...row, wanted: Object.fromEntries(Object.entries(wanted).reverse()) as typeof wanted }, wish)).toMatchObject({
    change: 'none',
  }));
test('a recording lingers to share a request', () =>
  expect(planWrite(row, { ...wish, wanted: { ...wanted, system: ['Recording: https://x'] } })).toMatchObject({
    change: 'send',
    lane: 'later',
    delayMs: 30_000,
  }));
test('another record goes at once: somebody is waiting', () =>
  expect(planWrite(row, { ...wish, wanted: { ...wanted, who: { kind: 'contact', id: '003' } } })).toMatchObject({
    change: 'send',
    lane: 'now',
    delayMs: 0,
  }));
test('a change of what was not written yet goes with it', () =>
  expect(planWrite({ ...row, state: 'due', crmId: undefined }, { ...wish, wanted: { ...wanted, memo: 'note' } })).toMatchObject({
    lane: 'now',
  }));
test('wanted again after it was retracted is a change', () =>
  expect(planWrite({ ...row, retracted: 'part of call 7' }, wish)).toMatchObject({ change: 'send' }));
test('D2: only what no request has carried can be forgotten', () => {
  expect(neverSent({ ...row, state: 'due', crmId: undefined })).toBe(true);
  expect(neverSent({ ...row, state: 'due', crmId: undefined, ghosts: [{ sent: {}, untilMs: 1 }] })).toBe(false);
  expect(neverSent({ ...row, state: 'sending', crmId: undefined })).toBe(false);
  expect(neverSent(row)).toBe(false);
});

test('W9: what the admin left out when going live stays out, whatever more is heard of its call', () =>
  expect(
    planWrite(
      { ...row, state: 'dropped', crmId: undefined, retracted: 'only observed', leftOut: true },
      { ...wish, wanted: { ...wanted, memo: 'late' } },
    ),
  ).toMatchObject({ change: 'none' }));

test('W9: an undoing lets what people wait for go first', () => {
  const closed = { ...wanted, status: 'open', ownerId: '006' } as const;
  expect(planWrite(row, { ...wish, wanted: closed, retracted: 'undone', onlyUntouched: true })).toMatchObject({
    change: 'send',
    lane: 'later',
  });
  expect(planWrite(row, { ...wish, wanted: closed, retracted: 'part of' })).toMatchObject({ change: 'send', lane: 'now' });
});
