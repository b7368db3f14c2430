import { expect, test } from 'vitest';
import type { RefusedField } from '../crm.ts';
import type { OrgId, Refusals, WriteRow } from '../store.ts';
import { answered, type Reading, tooEarly } from './outcome.ts';
import type { NextStep } from './prepare.ts';

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

const reading: Reading = { shared: [], basis: 'fields 1 policy 1', duplicates: 'use', country: undefined };
const creating = (refused: Refusals, wants: object): Extract<NextStep, { do: 'write' }> => ({
  do: 'write',
  kind: 'create',
  crmId: undefined,
  fields: {},
  target: {},
  known: { seen: {}, human: [], refused, wants: { ...wants } },
});
const ghost = { sent: {}, untilMs: nowMs + 5 };

test('asked for alone and never answered, it may be there: it is looked for (W4)', () =>
  expect(
    answered(row({ ghosts: [ghost] }), creating({}, {}), ghost, { refused: 'unanswered', message: 'broke' }, reading, nowMs),
  ).toMatchObject({ state: 'uncertain', ghosts: [ghost], attempts: 0, setbacks: 1, trouble: { mendedBy: 'time', code: 'UNANSWERED' } }));

test('a field goes from value to nothing to default, or from default to nothing; then the row is parked, and never asked a third time', () => {
  const failure = { mendedBy: 'admin', code: 'FIELD_CUSTOM_VALIDATION_EXCEPTION', message: 'no' } as const;
  const run = (wants: object, said: readonly RefusedField[]) => {
    let refused: Refusals = {};
    return said.map((field) => {
      const answer = { refused: 'fields', fields: [field], failure } as const;
      const outcome = answered(row({ ghosts: [ghost] }), creating(refused, wants), ghost, answer, reading, nowMs);
      refused = outcome.refused;
      return outcome.state === 'parked' ? 'parked' : (refused['F']!.instead ?? null);
    });
  };
  const [nothing, standIn] = [{ field: 'F' }, { field: 'F', instead: 'D' }];
  expect(run({ F: 'x' }, [nothing, standIn, nothing])).toEqual([null, 'D', 'parked']);
  expect(run({ F: 'x' }, [nothing, nothing])).toEqual([null, 'parked']);
  expect(run({}, [standIn, nothing, standIn])).toEqual(['D', null, 'parked']);
  expect(run({}, [standIn, standIn])).toEqual(['D', 'parked']);
  expect(run({ F: 'D' }, [nothing, standIn]), 'the default is what was refused').toEqual([null, 'parked']);
});
