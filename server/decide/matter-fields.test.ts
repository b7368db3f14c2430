import { expect, test } from 'vitest';
import { noMatters } from '../match/matters.ts';
import { aToldCall } from '../testing/a-told-call.ts';
import { remarksOn } from './check-fields.ts';
import { decide } from './decide.ts';
import type { FieldRules } from './fields.ts';
import type { Inputs } from './pin.ts';
import { defaultPolicy, parsePolicy } from './policy.ts';

const inputsOf = (fields: FieldRules): Inputs => ({
  policyVersion: 1,
  policy: parsePolicy({
    language: 'en',
    fields,
    cases: { create: 'always' },
    opportunities: { create: 'none open', stage: 'Prospecting' },
  }),
  people: { anna: { crmUserId: '005A', zone: 'Asia/Tokyo', name: 'Anna Sato' } },
  fallbackOwner: { crmUserId: '005Z', zone: 'UTC', name: 'Integration' },
  match: {
    candidates: [{ record: { kind: 'contact', id: '003A', name: 'Hanako' }, as: 'who', because: 'The book.' }],
    searched: 'Looked.',
  },
  matters: { ...noMatters, is: { case: 'read', opportunity: 'read' } },
  named: {},
  clockOffsetMs: 0,
});
const made = (fields: FieldRules) =>
  decide(aToldCall(), inputsOf(fields), { recordingLinks: {}, settled: true }).matters.map(({ role, record }) => [role, record.fields]);

test('a case and an opportunity get what the admin wants in their fields, each its own', () =>
  expect(
    made({
      case: { Line__c: { from: 'LINE_NAME' }, Priority: { value: 'High' } },
      Opportunity: { LeadSource: { value: 'Phone Inquiry' } },
      Lead: { LeadSource: { value: 'Web' } },
    }),
  ).toEqual([
    ['case', { Line__c: { as: 'text', text: 'Sales' }, Priority: { as: 'text', text: 'High' } }],
    ['opportunity', { LeadSource: { as: 'text', text: 'Phone Inquiry' } }],
  ]));
test('and none where nothing is wanted', () =>
  expect(made({})).toEqual([
    ['case', undefined],
    ['opportunity', undefined],
  ]));
test('an object that is none of ours is told with those that are', () =>
  expect(
    remarksOn({ ...defaultPolicy('en'), fields: { Campaign: { X: { value: 1 } } } }, { fields: new Map(), statuses: [] }).map(
      ({ message }) => message,
    ),
  ).toEqual(['Cordboard writes no such records: name Task, Lead, Contact, Account, Case or Opportunity.']));
