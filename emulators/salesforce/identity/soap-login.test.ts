import { afterAll, beforeAll, expect, test } from 'vitest';
import { testOrg, type TestOrg } from '../testing/test-org.ts';

let org: TestOrg;
beforeAll(async () => {
  org = await testOrg();
});
afterAll(() => org.stop());

const call = async (path: string, operation: string) => {
  const body = `<?xml version="1.0" encoding="utf-8"?><env:Envelope xmlns:env="http://schemas.xmlsoap.org/soap/envelope/"><env:Body><n1:${operation} xmlns:n1="urn:partner.soap.sforce.com"><n1:username>u</n1:username></n1:${operation}></env:Body></env:Envelope>`;
  const headers = { 'content-type': 'text/xml', soapaction: '""' };
  const response = await fetch(`${org.apiUrl}${path}`, { method: 'POST', body, headers });
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
};

test.each([
  ['/services/Soap/u/65.0', 'The SOAP Login operation is not available in the API version specified (65.0).'],
  ['/services/Soap/c/67.0/00DSx0000000001', 'The SOAP Login operation is not available in the API version specified (67.0).'],
  ['/services/Soap/u/64.0', 'SOAP API login() is disabled by default in this org.'],
  ['/services/Soap/c/42.0', 'SOAP API login() is disabled by default in this org.'],
])('login() at %s: a fault that says why', async (path, why) => {
  const { status, type, text } = await call(path, 'login');
  expect([status, type]).toEqual([500, 'text/xml; charset=utf-8']);
  expect(text).toContain(`<faultstring>INVALID_OPERATION: ${why}`);
  expect(text).toContain('<sf:exceptionCode>INVALID_OPERATION</sf:exceptionCode>');
});
test.each(['30.0', '70.0'])('version %s is not known', async (version) => {
  expect((await call(`/services/Soap/u/${version}`, 'login')).text).toContain(
    'UNSUPPORTED_API_VERSION: Invalid Api version specified on URL',
  );
});
test('other operations of these two APIs are refused loudly', async () => {
  expect((await call('/services/Soap/u/67.0', 'query')).status).toBe(501);
  expect((await call('/services/Soap/u/67.0', 'getUserInfo')).text).toContain('getUserInfo');
});
