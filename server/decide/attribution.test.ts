import { expect, test } from 'vitest';
import { aToldCall } from '../testing/a-told-call.ts';
import { decide, type DecideFacts } from './decide.ts';
import type { Inputs } from './pin.ts';
import { parsePolicy } from './policy.ts';

const call = aToldCall({ attribution: { source: 'google', gclid: 'x1' } });
/** What is put into the lead that has the number. */
const marks = (more: object, known: Partial<DecideFacts> = {}) => {
  const inputs: Inputs = {
    ...{ policyVersion: 1, people: {}, fallbackOwner: null, named: {}, clockOffsetMs: 0 },
    policy: parsePolicy({
      language: 'en',
      fields: { Lead: { Source__c: { from: 'UTM_SOURCE' } } },
      attribution: { existing: true },
      ...more,
    }),
    match: { candidates: [{ record: { kind: 'lead', id: '00Q1' }, as: 'who', because: 'The book.' }], searched: '' },
  };
  return decide(call, inputs, { recordingLinks: {}, settled: true, ...known }).marks;
};

test('RS-55: a lead that is there gets where its caller came from, also if the call isn’t logged', () => {
  expect(marks({})).toMatchObject({ kind: 'marks', id: '00Q1' });
  expect(Object.keys(marks({ logging: { 'inbound-answered': 'skip' } })!.first)).toEqual(['Source__c']);
  expect(marks({ attribution: { existing: false } })).toBeUndefined();
});
test('AC-08: a call that isn’t logged does nothing, also where the lead was made for its number', () => {
  const record = { kind: 'lead', id: '00Q1' };
  const ours: Partial<DecideFacts> = { made: { kind: 'lead', generation: 1, state: 'there', row: 'written', record } };
  const onlyOurs = { attribution: { existing: false } };
  expect(marks(onlyOurs, ours)).toMatchObject({ id: '00Q1' });
  expect(marks({ ...onlyOurs, logging: { 'inbound-answered': 'skip' } }, ours)).toBeUndefined();
});
test('DP-05: nothing is put into it while the integration is off', () => {
  expect(marks({ enabled: false })).toBeUndefined();
  expect(marks({ lines: { [call.line!.id]: { enabled: false } } })).toBeUndefined();
});
