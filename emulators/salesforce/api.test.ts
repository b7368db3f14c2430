import { gzipSync } from 'node:zlib';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seeded, testOrg, type TestOrg } from './testing/test-org.ts';

let org: TestOrg;
beforeAll(async () => {
  org = await testOrg();
});
afterAll(() => org.stop());

const token = async (form: Record<string, string>, headers: Record<string, string> = {}) => {
  const response = await fetch(`${org.apiUrl}/services/oauth2/token`, { method: 'POST', body: new URLSearchParams(form), headers });
  return { status: response.status, body: (await response.json()) as Record<string, string> };
};

describe('signing in', () => {
  test('client credentials: the real shape, issued_at in milliseconds as a string, no expires_in', async () => {
    const { status, body } = await token({ grant_type: 'client_credentials', client_id: 'app', client_secret: 'secret' });
    expect(status).toBe(200);
    expect(Object.keys(body).toSorted()).toEqual([
      'access_token',
      'api_instance_url',
      'id',
      'instance_url',
      'issued_at',
      'scope',
      'signature',
      'token_format',
      'token_type',
    ]);
    expect(body['issued_at']).toMatch(/^\d{13}$/);
    expect(body['access_token']).toMatch(/^00D[A-Za-z0-9]{12}!.{50,}$/);
    expect(body['instance_url']).toBe(org.apiUrl);
  });
  test('HTTP Basic does as well', async () => {
    expect((await token({ grant_type: 'client_credentials' }, { authorization: `Basic ${btoa('app:secret')}` })).status).toBe(200);
  });
  test.each([
    [
      { grant_type: 'client_credentials', client_id: 'other', client_secret: 'secret' },
      400,
      'invalid_client_id',
      'client identifier invalid',
    ],
    [{ grant_type: 'client_credentials', client_id: 'app', client_secret: 'wrong' }, 401, 'invalid_client', 'invalid client credentials'],
    [{ grant_type: 'password', client_id: 'app' }, 400, 'invalid_grant', 'authentication failure'],
    [{ grant_type: 'magic', client_id: 'app' }, 400, 'unsupported_grant_type', 'grant type not supported'],
    [
      { grant_type: 'refresh_token', client_id: 'app', client_secret: 'secret', refresh_token: 'gone' },
      400,
      'invalid_grant',
      'expired access/refresh token',
    ],
  ])('%j is refused', async (form, status, error, description) => {
    expect(await token(form as unknown as Record<string, string>)).toEqual({ status, body: { error, error_description: description } });
  });
  test('refresh: the answer normally carries no refresh_token; with rotation a new one comes and the old one dies', async () => {
    const { body } = await org.control('POST', '/refresh-token', {});
    const form = {
      grant_type: 'refresh_token',
      client_id: 'app',
      client_secret: 'secret',
      refresh_token: (body as { refresh_token: string }).refresh_token,
    };
    expect((await token(form)).body).not.toHaveProperty('refresh_token');
    await org.control('POST', '/sessions', { rotateRefreshTokens: true });
    const rotated = await token(form);
    expect(rotated.body['refresh_token']).toBeDefined();
    expect((await token(form)).body['error']).toBe('invalid_grant');
    await org.control('POST', '/sessions', { rotateRefreshTokens: false });
  });
  test('a session that ran out answers 401 INVALID_SESSION_ID', async () => {
    await org.control('POST', '/sessions', { lifetimeMs: 600_000 });
    expect((await org.call('GET', '/limits')).status).toBe(200);
    await org.control('POST', '/clock', { advanceMs: 601_000 });
    const reply = await org.call('GET', '/limits');
    expect([reply.status, reply.body]).toEqual([401, [{ message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' }]]);
    await org.control('POST', '/sessions', { lifetimeMs: 7_200_000 });
    await org.signIn();
  });
  test('revoked is over; userinfo tells who it was', async () => {
    const headers = { authorization: `Bearer ${org.token}` };
    const info = await fetch(`${org.apiUrl}/services/oauth2/userinfo`, { headers });
    expect(await info.json()).toMatchObject({ user_id: seeded.integration, zoneinfo: 'Europe/Warsaw' });
    expect(
      (await fetch(`${org.apiUrl}/services/oauth2/revoke`, { method: 'POST', body: new URLSearchParams({ token: org.token }) })).status,
    ).toBe(200);
    expect((await fetch(`${org.apiUrl}/services/oauth2/userinfo`, { headers })).status).toBe(403);
    expect((await org.call('GET', '/limits')).status).toBe(401);
    await org.signIn();
  });
});

describe('the address', () => {
  test('the list of versions needs no session', async () => {
    const list = (await (await fetch(`${org.apiUrl}/services/data`)).json()) as { version: string; label: string; url: string }[];
    expect(list[0]?.version).toBe('31.0');
    expect(list.find((entry) => entry.version === '67.0')).toEqual({ label: "Summer '26", url: '/services/data/v67.0', version: '67.0' });
    expect(list.find((entry) => entry.version === '66.0')?.label).toBe("Spring '26");
  });
  test.each([
    ['v30.0', 410],
    ['v69.0', 404],
    ['v31.0', 200],
  ])('version %s answers %i', async (version, status) => {
    expect(
      (await fetch(`${org.apiUrl}/services/data/${version}/limits`, { headers: { authorization: `Bearer ${org.token}` } })).status,
    ).toBe(status);
  });
  test('double slashes collapse', async () => {
    expect((await fetch(`${org.apiUrl}//services//data/v67.0/limits`, { headers: { authorization: `Bearer ${org.token}` } })).status).toBe(
      200,
    );
  });
  test('over 16,384 bytes it is too long', async () => {
    expect((await org.call('GET', `/query?q=${'x'.repeat(16_400)}`)).status).toBe(414);
  });
  test('unknown resources are 404, known ones the stand-in lacks are 501', async () => {
    expect((await org.call('GET', '/nonsense')).body).toEqual([
      { message: 'The requested resource does not exist', errorCode: 'NOT_FOUND' },
    ]);
    for (const path of ['/tabs', '/graphql', '/sobjects/Asset/describe2', '/sobjects/Task/listviews']) {
      const reply = await org.call('GET', path);
      expect([path, reply.status]).toEqual([path, 501]);
      expect(JSON.stringify(reply.body)).toContain('org.md');
    }
  });
  test('a wrong method is 405, a wrong type 415, a wrong scheme 401', async () => {
    expect((await org.call('PUT', '/sobjects/Task', {})).body).toMatchObject([{ errorCode: 'METHOD_NOT_ALLOWED' }]);
    expect((await org.call('POST', '/sobjects/Task', 'Subject=x', { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await org.call('GET', '/limits', undefined, { authorization: 'Basic eDp5' })).body).toMatchObject([
      { errorCode: 'INVALID_AUTH_HEADER' },
    ]);
  });
  test('only this machine may ask', async () => {
    const status = await new Promise<number | undefined>((resolve) => {
      request(`${org.apiUrl}/services/data`, { headers: { host: 'evil.example' } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).end();
    });
    expect(status).toBe(403);
  });
});

test('gzip is understood both ways', async () => {
  const body = gzipSync(JSON.stringify({ Subject: 'zipped' }));
  const reply = await fetch(`${org.apiUrl}/services/data/v67.0/sobjects/Task`, {
    method: 'POST',
    body,
    headers: { authorization: `Bearer ${org.token}`, 'content-type': 'application/json', 'content-encoding': 'gzip' },
  });
  expect(reply.status).toBe(201);
  expect((await org.call('GET', '/sobjects/Task/describe')).headers.get('content-encoding')).toBe('gzip');
});

test('every answer says how much of the day is used', async () => {
  const before = Number(/(\d+)\//.exec((await org.call('GET', '/limits')).headers.get('sforce-limit-info') ?? '')?.[1]);
  const reply = await org.call('GET', '/nonsense');
  expect(reply.headers.get('sforce-limit-info')).toBe(`api-usage=${before + 1}/100000`);
});

test('the daily allocation ends with 403, until a day has passed', async () => {
  const own = await testOrg();
  try {
    await own.control('POST', '/limits', { max: 1000, used: 1000 });
    const reply = await own.call('GET', '/limits');
    expect([reply.status, reply.body]).toEqual([403, [{ message: 'TotalRequests Limit exceeded.', errorCode: 'REQUEST_LIMIT_EXCEEDED' }]]);
    await own.control('POST', '/clock', { shiftMs: 25 * 3_600_000 });
    await own.signIn();
    expect((await own.call('GET', '/limits')).status).toBe(200);
  } finally {
    await own.stop();
  }
});

test('the cap on long requests has the same code and other words', async () => {
  const own = await testOrg();
  try {
    await own.control('POST', '/limits', { maxConcurrentLong: 1, longMs: 20 });
    await own.control('POST', '/latency', { baseMs: 800 });
    const slow = own.call('POST', '/sobjects/Task', { Subject: 'slow' });
    await expect
      .poll(
        async () => {
          await own.control('POST', '/latency', { baseMs: 0 });
          return (await own.call('GET', '/limits')).body;
        },
        { timeout: 780, interval: 15 },
      )
      .toEqual([{ message: 'ConcurrentRequests (Concurrent API Requests) Limit exceeded.', errorCode: 'REQUEST_LIMIT_EXCEEDED' }]);
    expect((await slow).status).toBe(201);
    expect((await own.call('GET', '/limits')).status).toBe(200);
  } finally {
    await own.stop();
  }
});

describe('describe', () => {
  const describeTask = async (of: TestOrg) =>
    ((await of.call('GET', '/sobjects/Task/describe')).body as { fields: Record<string, unknown>[] }).fields;
  test('Task has the fields of a current org, no Type, and ours as unique external id', async () => {
    const fields = await describeTask(org);
    const named = (name: string) => fields.find((field) => field['name'] === name);
    expect(named('Type')).toBeUndefined();
    expect(named('OwnerId')?.['referenceTo']).toEqual(['Group', 'User']);
    expect(named('CallType')).toMatchObject({ restrictedPicklist: true });
    expect(named('Status')).toMatchObject({ restrictedPicklist: false, nillable: false });
    expect(named('TaskSubtype')).toMatchObject({ createable: true, updateable: false });
    expect(named('Description')).toMatchObject({ length: 32_000, filterable: false });
    expect(named('Cordboard_Name__c')).toMatchObject({ externalId: true, unique: true, idLookup: true, length: 64, caseSensitive: false });
    expect(named('Cordboard_Link__c')).toMatchObject({ type: 'url', length: 255 });
  });
  test('the reduced form has none of ours, and writing them is INVALID_FIELD', async () => {
    const reduced = await testOrg({ withoutCustomFields: true });
    try {
      expect((await describeTask(reduced)).filter((field) => field['custom'])).toEqual([]);
      expect((await reduced.call('POST', '/sobjects/Task', { Cordboard_Name__c: 'x' })).body).toEqual([
        { message: "No such column 'Cordboard_Name__c' on sobject of type Task", errorCode: 'INVALID_FIELD' },
      ]);
      expect((await reduced.call('PATCH', '/sobjects/Task/Cordboard_Name__c/x', {})).body).toEqual([
        { message: 'Provided external ID field does not exist or is not accessible: Cordboard_Name__c', errorCode: 'NOT_FOUND' },
      ]);
      await reduced.control('POST', '/fields', {
        object: 'Task',
        name: 'Cordboard_Name__c',
        label: 'Cordboard Name',
        type: 'string',
        length: 64,
        externalId: true,
        unique: true,
      });
      expect((await reduced.call('PATCH', '/sobjects/Task/Cordboard_Name__c/x', {})).status).toBe(201);
      await reduced.control('DELETE', '/fields/Task/Cordboard_Name__c');
      expect((await reduced.call('PATCH', '/sobjects/Task/Cordboard_Name__c/x', {})).status).toBe(404);
    } finally {
      await reduced.stop();
    }
  });
  test('/sobjects lists what is here', async () => {
    const { sobjects } = (await org.call('GET', '/sobjects')).body as { sobjects: { name: string; keyPrefix: string }[] };
    expect(sobjects.map((object) => `${object.name} ${object.keyPrefix}`)).toEqual(
      expect.arrayContaining(['Task 00T', 'User 005', 'Group 00G', 'Organization 00D', 'Case 500']),
    );
  });
});
