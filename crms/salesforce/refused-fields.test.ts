import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SalesforceError } from './failures.ts';
import { mends } from './failures.ts';
import { refusedFields, type Sparable } from './refused-fields.ts';

const row: Sparable = {
  fields: {
    Subject: 'Call',
    Status: 'Completed',
    OwnerId: '005000000000001AAA',
    WhoId: '003000000000001AAA',
    WhatId: '001000000000001AAA',
    CallDisposition: 'Answered',
    Region__c: null,
  },
  essential: ['Subject', 'Status', 'Cordboard_Name__c'],
  spareOwnerId: '005000000000002AAA',
  creating: true,
  defaults: { region__c: 'EMEA', Team__c: 'North', Subject: 'never' },
};
const error = (code: string, message = 'x', fields: string[] = []): SalesforceError => ({ code, message, fields });
const spared = (errors: SalesforceError[], more: Partial<Sparable> = {}) => refusedFields(errors, { ...row, ...more });

test.each<[string, SalesforceError, ReturnType<typeof refusedFields>]>([
  ['a restricted picklist', error('INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', 'x', ['CallDisposition']), [{ field: 'CallDisposition' }]],
  ['a field spelt otherwise', error('STRING_TOO_LONG', 'x', ['calldisposition']), [{ field: 'CallDisposition' }]],
  ['a rule about a field we set', error('FIELD_CUSTOM_VALIDATION_EXCEPTION', 'x', ['CallDisposition']), [{ field: 'CallDisposition' }]],
  ['a rule about no field', error('FIELD_CUSTOM_VALIDATION_EXCEPTION'), undefined],
  ['a rule about a field we don’t set', error('FIELD_CUSTOM_VALIDATION_EXCEPTION', 'x', ['Other__c']), undefined],
  ['what the record can’t be without', error('STRING_TOO_LONG', 'x', ['Subject']), undefined],
  [
    'named in words only',
    error('INVALID_FIELD', "No such column 'CallDisposition' on sobject of type Task"),
    [{ field: 'CallDisposition' }],
  ],
  [
    'an id in the words',
    error('INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY', 'insufficient access rights on cross-reference id: 001000000000001'),
    [{ field: 'WhatId' }],
  ],
  ['a link, and nobody says which', error('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id'), 'unclear'],
  [
    'an owner who can’t be one',
    error('INACTIVE_OWNER_OR_USER', 'operation performed with inactive user [005000000000001] as owner of task'),
    [{ field: 'OwnerId', instead: '005000000000002AAA' }],
  ],
  ['a required field with a default', error('REQUIRED_FIELD_MISSING', 'x', ['Team__c']), [{ field: 'Team__c', instead: 'North' }]],
  [
    'one of ours that is empty',
    error('REQUIRED_FIELD_MISSING', 'Required fields are missing: [Region__c]'),
    [{ field: 'Region__c', instead: 'EMEA' }],
  ],
  [
    'a rule that wants a field with a default',
    error('FIELD_CUSTOM_VALIDATION_EXCEPTION', 'x', ['Team__c']),
    [{ field: 'Team__c', instead: 'North' }],
  ],
  ['a required field without', error('REQUIRED_FIELD_MISSING', 'x', ['Country__c']), undefined],
  ['automation of the org', error('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', 'x', ['CallDisposition']), undefined],
  ['a code nobody knows', error('NEW_IN_2027', 'x', ['CallDisposition']), undefined],
])('%s', (_, said, fields) => expect(spared([said])).toEqual(fields));

test('one error that can’t be spared parks it with all of them', () =>
  expect(spared([error('STRING_TOO_LONG', 'x', ['CallDisposition']), error('STRING_TOO_LONG', 'x', ['Subject'])])).toBeUndefined());
test('the spare owner is nobody’s spare', () => {
  const inactive = error('INACTIVE_OWNER_OR_USER', 'x', ['OwnerId']);
  expect(spared([inactive], { fields: { ...row.fields, OwnerId: '005000000000002' } })).toBeUndefined();
  expect(spared([inactive], { spareOwnerId: undefined })).toBeUndefined();
});
test('a default is for creating', () =>
  expect(spared([error('REQUIRED_FIELD_MISSING', 'x', ['Team__c'])], { creating: false })).toBeUndefined());
test('of a record that is there, what may not be emptied and whose owner may not be another is left as it is', () => {
  expect(spared([error('REQUIRED_FIELD_MISSING', 'x', ['Region__c'])], { creating: false })).toEqual([{ field: 'Region__c' }]);
  const inactive = error('INACTIVE_OWNER_OR_USER', 'x', ['OwnerId']);
  expect(spared([inactive], { creating: false, spareOwnerId: undefined })).toEqual([{ field: 'OwnerId' }]);
});
test('whatever is said: nothing essential is spared, and each field once', () =>
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          code: fc.constantFrom(...Object.keys(mends), 'NEW_IN_2027'),
          message: fc.oneof(fc.string(), fc.constant('cross-reference id: 003000000000001AAA')),
          fields: fc.array(fc.constantFrom(...Object.keys(row.fields), 'Team__c', 'Id', 'Cordboard_Name__c')),
        }),
      ),
      (errors) => {
        const found = spared(errors);
        if (found === undefined || found === 'unclear') return;
        expect(found.length).toBeGreaterThan(0);
        expect(found.filter(({ field }) => row.essential.includes(field))).toEqual([]);
        expect(new Set(found.map(({ field }) => field.toLowerCase())).size).toBe(found.length);
        for (const { field, instead } of found) if (field === 'OwnerId') expect(instead).toBe(row.spareOwnerId);
      },
    ),
  ));
