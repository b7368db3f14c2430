import { describe, expect, test } from 'vitest';
import { edgeFailure, failureOf, isPerRequestLimit, mends, readErrorBody, readRowErrors } from './failures.ts';
import { saidRefusals } from './said-refusals.ts';

const plain = (text: string) => text;

describe('who can mend what Salesforce refuses', () => {
  test.each(saidRefusals)('%s “%s”: %s', (code, message, mendedBy, fields = []) => {
    const failure = failureOf([{ code, message, fields }], () => 0.5, plain);
    expect(failure).toMatchObject({ mendedBy, code });
    expect(failure.message).toContain(`“${message}” `);
    expect(failure.message.length, 'says what to do').toBeGreaterThan(message.length + 20);
    if (failure.mendedBy === 'admin') expect(failure.fields ?? []).toEqual(fields);
  });
  test('every row of the table is tried here', () => {
    const tried = new Set(saidRefusals.map(([code]) => code));
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
