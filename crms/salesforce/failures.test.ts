import { describe, expect, test } from 'vitest';
import { edgeFailure, failureOf, isPerRequestLimit, mends, readErrorBody, readRowErrors } from './failures.ts';

type Row = [code: string, text: string, mendedBy: 'time' | 'admin' | 'us', fields?: string[]];
/** Texts as Salesforce writes them (salesforce.md §2.2). One row a code at least; the test below counts. */
const rows: Row[] = [
  ['UNABLE_TO_LOCK_ROW', 'unable to obtain exclusive access to this record or 1 records: 001000000000001AAA', 'time'],
  ['REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.', 'time'],
  ['REQUEST_LIMIT_EXCEEDED', 'ConcurrentRequests (Concurrent API Requests) Limit exceeded.', 'time'],
  ['SERVER_UNAVAILABLE', 'Server unavailable', 'time'],
  ['API_CURRENTLY_DISABLED', 'API is currently disabled', 'time'],
  ['QUERY_TIMEOUT', 'Your query request was running for too long.', 'time'],
  ['INVALID_SESSION_ID', 'Session expired or invalid', 'time'],
  ['TXN_SECURITY_METERING_ERROR', 'Transaction security', 'time'],
  ['API_DISABLED_FOR_ORG', 'The REST API is not enabled for this Organization.', 'admin'],
  ['INSUFFICIENT_ACCESS', 'insufficient access', 'admin'],
  ['INSUFFICIENT_ACCESS_OR_READONLY', 'insufficient access rights on object id', 'admin'],
  ['INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY', 'insufficient access rights on cross-reference id: 001000000000001', 'admin'],
  ['CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', 'TaskTrigger: execution of AfterInsert caused by: System.NullPointerException', 'admin'],
  [
    'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
    'TaskTrigger: execution of AfterUpdate caused by: System.DmlException: UNABLE_TO_LOCK_ROW, unable to obtain exclusive access',
    'time',
  ],
  ['CANNOT_EXECUTE_FLOW_TRIGGER', 'We can’t save this record because the “Task flow” process failed.', 'admin'],
  ['APEX_ERROR', 'System.Exception', 'admin'],
  ['FIELD_CUSTOM_VALIDATION_EXCEPTION', 'A call needs an outcome', 'admin', ['CallDisposition']],
  ['REQUIRED_FIELD_MISSING', 'Required fields are missing: [Region__c]', 'admin', ['Region__c']],
  ['INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', 'Call Type: bad value for restricted picklist field: Wilstermann', 'admin', ['CallType']],
  ['FIELD_INTEGRITY_EXCEPTION', 'Name ID: id value of incorrect type: 001000000000001', 'admin', ['WhoId']],
  ['FIELD_FILTER_VALIDATION_EXCEPTION', 'Value does not exist or does not match filter criteria.', 'admin', ['WhatId']],
  ['INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id', 'admin'],
  ['ENTITY_IS_DELETED', 'entity is deleted', 'admin'],
  ['ENTITY_IS_LOCKED', 'the entity is locked for editing', 'admin'],
  ['INACTIVE_OWNER_OR_USER', 'operation performed with inactive user [005000000000009] as owner of task', 'admin', ['OwnerId']],
  ['TRANSFER_REQUIRES_READ', 'The new owner must have read permission', 'admin'],
  ['CANNOT_UPDATE_CONVERTED_LEAD', 'cannot reference converted lead', 'admin'],
  ['DUPLICATE_VALUE', 'duplicate value found: Their_Key__c duplicates value on record with id: 00T000000000001', 'admin'],
  ['DUPLICATE_EXTERNAL_ID', 'Duplicate external id', 'admin'],
  ['DUPLICATES_DETECTED', 'Use one of these records?', 'admin'],
  ['STORAGE_LIMIT_EXCEEDED', 'storage limit exceeded', 'admin'],
  ['INVALID_FIELD', "No such column 'X__c' on sobject of type Task", 'admin'],
  [
    'INVALID_FIELD_FOR_INSERT_UPDATE',
    'Unable to create/update fields: X__c. Please check the security settings of this field.',
    'admin',
    ['X__c'],
  ],
  ['INVALID_TYPE', "sObject type 'Task' is not supported.", 'admin'],
  ['NOT_FOUND', 'The requested resource does not exist', 'us'],
  ['NOT_FOUND', 'Provided external ID field does not exist or is not accessible: Cordboard_Name__c', 'admin'],
  ['UNKNOWN_EXCEPTION', 'An unexpected error occurred. ErrorId : 123-456 (-789)', 'us'],
  ['STRING_TOO_LONG', 'Subject: data value too large: xxx (max length=255)', 'us'],
  ['NUMBER_OUTSIDE_VALID_RANGE', 'Call Duration: value outside of valid range', 'us'],
  ['INVALID_EMAIL_ADDRESS', 'invalid email address: x', 'us'],
  ['JSON_PARSER_ERROR', 'Cannot deserialize instance of date from VALUE_STRING value tomorrow', 'us'],
  ['MALFORMED_ID', 'Related To ID: id value of incorrect type: x', 'us'],
  ['MALFORMED_QUERY', 'unexpected token', 'us'],
  ['INVALID_ID_FIELD', 'invalid id', 'us'],
  ['INVALID_QUERY_LOCATOR', 'invalid query locator', 'us'],
  ['INVALID_AUTH_HEADER', 'INVALID_HEADER_TYPE', 'us'],
  ['METHOD_NOT_ALLOWED', 'HTTP Method not allowed', 'us'],
  ['UNSUPPORTED_MEDIA_TYPE', 'unsupported media type', 'us'],
  ['EXCEEDED_MAX_SIZE_REQUEST', 'request too large', 'us'],
  ['PROCESSING_HALTED', 'The transaction was rolled back since another operation in the same transaction failed.', 'us'],
  ['UNSUPPORTED_API_VERSION', 'Invalid Api version specified on URL', 'us'],
  ['SOMETHING_NEW_IN_2027', 'never seen', 'us'],
];
const plain = (text: string) => text;

describe('who can mend what Salesforce refuses', () => {
  test.each(rows)('%s “%s”: %s', (code, message, mendedBy, fields = []) => {
    const failure = failureOf([{ code, message, fields }], () => 0.5, plain);
    expect(failure).toMatchObject({ mendedBy, code });
    expect(failure.message).toContain(`“${message}” `);
    expect(failure.message.length, 'says what to do').toBeGreaterThan(message.length + 20);
    if (failure.mendedBy === 'admin') expect(failure.fields ?? []).toEqual(fields);
  });
  test('every row of the table is tried here', () => {
    const tried = new Set(rows.map(([code]) => code));
    expect(Object.keys(mends).filter((code) => !tried.has(code))).toEqual([]);
  });

  const waitOf = (code: string, message: string, chance = 0) => {
    const failure = failureOf([{ code, message, fields: [] }], () => chance, plain);
    return failure.mendedBy === 'time' ? failure.retryAfterMs : undefined;
  };
  test('too many at once is a matter of seconds, the daily allocation one of minutes: the code is the same', () => {
    expect(waitOf('REQUEST_LIMIT_EXCEEDED', 'ConcurrentRequests (Concurrent API Requests) Limit exceeded.')).toBe(5_000);
    expect(waitOf('REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.')).toBe(300_000);
  });
  test('those turned away together come back apart', () => {
    expect(waitOf('UNABLE_TO_LOCK_ROW', '', 0)).toBe(1_000);
    expect(waitOf('UNABLE_TO_LOCK_ROW', '', 0.999)).toBe(1_999);
  });
  test('several errors of one row are told together', () =>
    expect(
      failureOf(
        [
          { code: 'FIELD_CUSTOM_VALIDATION_EXCEPTION', message: 'Outcome?', fields: ['CallDisposition'] },
          { code: 'REQUIRED_FIELD_MISSING', message: 'Region?', fields: ['Region__c'] },
        ],
        () => 0,
        plain,
      ),
    ).toMatchObject({
      mendedBy: 'admin',
      message: expect.stringContaining('“Outcome? / Region?”'),
      fields: ['CallDisposition', 'Region__c'],
    }));
  test('a long text is cut and a secret in it is not repeated', () => {
    const failure = failureOf(
      [{ code: 'X', message: `hunter2${'x'.repeat(10_000)}`, fields: [] }],
      () => 0,
      (text) => text.replaceAll('hunter2', '[secret]'),
    );
    expect(failure.message.length).toBeLessThan(700);
    expect(failure.message).not.toContain('hunter2');
  });
  test('a governor limit of the org counts per request', () => {
    expect(
      isPerRequestLimit({
        code: 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
        message: 'T: execution of AfterInsert caused by: System.LimitException: Too many SOQL queries: 101',
        fields: [],
      }),
    ).toBe(true);
    expect(isPerRequestLimit({ code: 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', message: 'T: System.NullPointerException', fields: [] })).toBe(
      false,
    );
  });
});

describe('an answer without Salesforce’s words', () => {
  test.each([
    [302, 'time'],
    [429, 'time'],
    [403, 'admin'],
    [407, 'admin'],
    [420, 'admin'],
    [400, 'us'],
    [404, 'us'],
    [410, 'us'],
    [414, 'us'],
    [431, 'us'],
  ])('%i: %s', (status, mendedBy) => expect(edgeFailure(status, () => 0)).toMatchObject({ mendedBy, code: `HTTP_${status}` }));
});

describe('reading errors', () => {
  test('bodies say errorCode, rows say statusCode, fields may be missing', () => {
    expect(readErrorBody([{ errorCode: 'A', message: 'b' }])).toEqual([{ code: 'A', message: 'b', fields: [] }]);
    expect(readRowErrors([{ statusCode: 'A', message: 'b', fields: ['C'] }])).toEqual([{ code: 'A', message: 'b', fields: ['C'] }]);
  });
  test.each([[[]], [{}], ['<html>'], [undefined], [[{ message: 'no code' }]]])('%j is no error body', (json) =>
    expect(readErrorBody(json)).toBeUndefined(),
  );
});
