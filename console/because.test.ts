import { expect, test } from 'vitest';
import { becauseKeys, readBecause } from './because.ts';

/** As the server says them: its view `call_explanations` and the verdicts of its rules. */
const said = {
  turn: 'its turn',
  callEnd: 'the end of the call',
  observed: 'the org to go live: it is only observed',
  paused: 'the org to be resumed: it is paused',
  noAnswer: 'an answer: the last request was never answered',
  sending: 'the org to take it',
  inCrm: 'in Salesforce',
  inCrmWithout: 'in Salesforce; it refused CallType (INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST), Region__c (REQUIRED_FIELD_MISSING)',
  late: 'in Salesforce; a change nobody waits for follows within 30 s',
  inFormerOrg: 'in the org that was connected before',
  forFormerOrg: 'meant for the org that was connected before',
  leftAlone: 'left as it is, since a person has changed it; not changed',
  deleted: 'deleted in Salesforce by a person',
  gone: 'no longer in Salesforce, or no longer shown to the connected user',
  superseded: 'superseded: it was an internal call; those are not logged.',
  partOf: 'part of call 17',
  undone: 'undone by admin: policy version 3',
  internal: 'Calls between colleagues are not logged (DP-52).',
  outOfHours: 'Out of hours (office: Monday 2026-03-02 18:12 in Europe/Warsaw; open 09:00-17:00): such calls are not logged (AC-09).',
  messagesOutOfHours:
    'Out of hours (office: Monday 2026-03-02 18:12 in Europe/Warsaw; open 09:00-17:00): such messages are not logged (AC-09).',
  messagesSetting: 'Version 3 of the policy says not to log messages (AC-38).',
  switchedOffFor: 'The integration is off for line +48221234567 (DP-05).',
  switchedOff: 'The integration is off (DP-05).',
  row: 'The row “Sales: missed” of version 3 of the policy says not to log such calls (AC-08).',
  messagesRow: 'The row “Sales: late” of version 3 of the policy says not to log such messages (AC-08).',
  leftOff: 'left as it was written: The integration is off for line shop (DP-05).',
  setting: 'Version 3 of the policy says not to log calls of this type (AC-08).',
};

test('every sentence of the server is known for what it is, with its value', () => {
  expect(Object.keys(said).toSorted()).toEqual(becauseKeys.toSorted());
  for (const [key, sentence] of Object.entries(said)) expect(readBecause(sentence), sentence).toMatchObject({ key });
  expect([readBecause(said.partOf), readBecause(said.setting), readBecause(said.undone)]).toMatchObject([
    { value: '17' },
    { value: '3' },
    { value: 'admin' },
  ]);
  expect([readBecause(said.switchedOffFor), readBecause(said.row)]).toMatchObject([
    { value: 'line +48221234567' },
    { value: 'Sales: missed' },
  ]);
});

test('what others say is left in their words, also when it begins as ours', () => {
  for (const sentence of [
    'Required fields are missing: [Reason__c]',
    'in Salesforce there is a rule against it',
    'its turn will never come',
    '',
  ])
    expect(readBecause(sentence)).toEqual({ asSaid: sentence });
});
