import { expect, test } from 'vitest';
import type { OrgId, WriteRow } from '../store.ts';
import { tooEarly } from './outcome.ts';

const nowMs = 1_795_000_000_000;
const row = (more: { crmId?: string; ghosts?: WriteRow['ghosts'] }): WriteRow => ({
  org: 1 as OrgId,
  call: '1',
  role: 'log',
  qualifier: '',
  name: `cb1${'0'.repeat(40)}`,
  wanted: {} as WriteRow['wanted'],
  wantedVersion: 1,
  policyVersion: 1,
  retracted: undefined,
  onlyUntouched: false,
  leftOut: false,
  state: 'uncertain',
  lane: 'now',
  sinceMs: nowMs,
  dueMs: nowMs,
  crmId: undefined,
  sent: {},
  seen: {},
  human: [],
  refused: {},
  ghosts: [{ sent: {}, untilMs: nowMs + 1_200 }],
  attempts: 0,
  setbacks: 0,
  ...more,
});

test('without a unique field nobody looks before what was sent can land no more (W8)', () => {
  expect(tooEarly(row({}), 'reduced', nowMs)).toMatchObject({ state: 'uncertain', dueInMs: 1_201 });
  expect(tooEarly(row({}), 'reduced', nowMs + 1_200)).toBeUndefined();
});
test('a name that is unique, or a record that is known, needs no waiting', () => {
  expect(tooEarly(row({}), 'unique', nowMs)).toBeUndefined();
  expect(tooEarly(row({ crmId: '00T000000000001' }), 'reduced', nowMs)).toBeUndefined();
  expect(tooEarly(row({ ghosts: [] }), 'reduced', nowMs)).toBeUndefined();
});
