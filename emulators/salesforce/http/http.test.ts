import { connect } from 'node:net';
import { request, type IncomingHttpHeaders } from 'node:http';
import { deflateSync, gunzipSync, inflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { zipSync } from 'fflate';
import { seeded, testOrg, type TestOrg } from '../testing/test-org.ts';

// What programs that nobody here wrote do with an HTTP server.

let org: TestOrg;
beforeAll(async () => {
  org = await testOrg();
});
afterAll(() => org.stop());

type Raw = { status: number; headers: IncomingHttpHeaders; bytes: Buffer };
const raw = (
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: Uint8Array | string,
  version = 'v67.0',
): Promise<Raw> =>
  new Promise((resolve, reject) => {
    const asked = request(
      `${org.apiUrl}/services/data/${version}${path}`,
      { method, headers: { authorization: `Bearer ${org.token}`, ...headers } },
      (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, bytes: Buffer.concat(parts) }));
      },
    );
    asked.on('error', reject);
    asked.end(body);
  });
/** A conversation by hand; all that came until the org closed it, or said nothing more. */
const spoken = (text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(org.apiUrl);
    const socket = connect(Number(port), hostname, () => socket.write(text));
    let heard = '';
    socket.on('data', (part) => (heard += part.toString()));
    socket.on('end', () => resolve(heard));
    socket.on('error', reject);
  });

describe('what an answer looks like', () => {
  test('X-PrettyPrint writes it for people', async () => {
    const asked = await raw('GET', '/query?q=SELECT+Id,+(SELECT+Id+FROM+Cases)+FROM+Account+WHERE+Name+=+%27none%27', {
      'x-prettyprint': '1',
    });
    expect(asked.bytes.toString()).toBe('{\n  "totalSize" : 0,\n  "done" : true,\n  "records" : [ ]\n}');
    const two = await raw('GET', `/sobjects/Nope`, { 'x-prettyprint': '1' });
    expect(two.bytes.toString()).toBe('[ {\n  "message" : "The requested resource does not exist",\n  "errorCode" : "NOT_FOUND"\n} ]');
  });
  test.each([
    ['gzip', 'gzip'],
    ['gzip, deflate, br', 'gzip'],
    ['deflate', 'deflate'],
    ['*', 'gzip'],
    ['gzip;q=0', undefined],
    ['gzip;q=0.2, deflate;q=0.9', 'deflate'],
    ['identity', undefined],
    ['br', undefined],
  ])('Accept-Encoding: %s is answered with %s', async (accepted, encoding) => {
    const { headers, bytes } = await raw('GET', '/sobjects', { 'accept-encoding': accepted });
    expect(headers['content-encoding']).toBe(encoding);
    const text = (encoding === 'gzip' ? gunzipSync(bytes) : encoding === 'deflate' ? inflateSync(bytes) : bytes).toString();
    expect(JSON.parse(text)).toMatchObject({ encoding: 'UTF-8' });
  });
  test('HEAD has the headers of GET and no body, also where there is nothing', async () => {
    expect(await raw('HEAD', '/limits')).toMatchObject({ status: 200, bytes: Buffer.of() });
    expect(await raw('HEAD', '/sobjects/Nope')).toMatchObject({ status: 404, bytes: Buffer.of() });
  });
  test('SOAP is refused as SOAP', async () => {
    const answer = await fetch(`${org.apiUrl}/services/Soap/u/59.0`, {
      method: 'POST',
      headers: { 'content-type': 'text/xml', SOAPAction: '""' },
      body: '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body><query xmlns="urn:partner.soap.sforce.com"/></e:Body></e:Envelope>',
    });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([501, 'text/xml; charset=utf-8']);
    expect(await answer.text()).toMatch(/<soapenv:Fault><faultcode>sf:STAND_IN_CANNOT<\/faultcode>.*SOAP query on \/services\/Soap\/u/);
  });
});

describe('what a request may look like', () => {
  test('a body that is deflated, or comes in pieces without a length', async () => {
    const lead = JSON.stringify({ LastName: 'Deflated', Company: 'X' });
    const json = { 'content-type': 'application/json' };
    expect((await raw('POST', '/sobjects/Lead', { ...json, 'content-encoding': 'deflate' }, deflateSync(lead))).status).toBe(201);
    expect((await raw('POST', '/sobjects/Lead', { ...json, 'transfer-encoding': 'chunked' }, lead)).status).toBe(201);
    expect((await raw('POST', '/sobjects/Lead', { ...json, 'content-encoding': 'gzip' }, lead)).status).toBe(400);
    expect((await raw('POST', '/sobjects/Lead', { ...json, 'content-encoding': 'br' }, lead)).status).toBe(400);
  });
  test('a form, as curl -d sends it, is told so', async () => {
    const { status, bytes } = await raw('POST', '/sobjects/Lead', { 'content-type': 'application/x-www-form-urlencoded' }, '{}');
    expect([status, JSON.parse(bytes.toString())]).toEqual([
      415,
      [
        {
          message: "MediaType of 'application/x-www-form-urlencoded' is not supported by this resource",
          errorCode: 'UNSUPPORTED_MEDIA_TYPE',
        },
      ],
    ]);
    expect((await raw('POST', '/sobjects/Lead', { 'content-type': 'application/xml' }, '<Lead/>')).status).toBe(501);
  });
  test.each([
    '/sobjects/Account/describe/',
    '/sobjects/',
    '/query/?q=SELECT+Id+FROM+Account',
    '/',
    '/limits/',
    '/sobjects/Acc%6Funt/describe',
  ])('%s', async (path) => expect((await raw('GET', path)).status).toBe(200));
  test('a client that cannot PATCH says what it means', async () => {
    const path = `/sobjects/Account/${seeded.bakery}?_HttpMethod=PATCH`;
    expect((await raw('POST', path, { 'content-type': 'application/json' }, '{"Fax":"1"}')).status).toBe(204);
  });
  test('HTTP/1.0, and what is no HTTP at all', async () => {
    const path = '/services/data/';
    const host = new URL(org.apiUrl).host;
    expect(await spoken(`GET ${path} HTTP/1.0\r\nHost: ${host}\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 200 OK[\s\S]*Connection: close[\s\S]*"version"/i,
    );
    for (const nonsense of [
      '\r\nGET\r\n\r\n',
      'GET / HTTP/1.1\r\nHost: x\r\nContent-Length: a\r\n\r\n',
      '\u0016\u0003\u0001\u0002\u0000\u0001',
    ])
      expect(await spoken(nonsense)).toMatch(/^HTTP\/1\.1 400 Bad Request/);
    expect((await raw('GET', '/limits')).status).toBe(200);
  });
  test('forty at once are all answered', async () => {
    const answers = await Promise.all(Array.from({ length: 40 }, () => raw('GET', '/query?q=SELECT+Id+FROM+Account')));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(40);
  });
  test('a slow reader gets all of it', async () => {
    const text = await new Promise<string>((resolve, reject) => {
      request(
        `${org.apiUrl}/services/data/v67.0/sobjects/Account/describe`,
        { headers: { authorization: `Bearer ${org.token}` } },
        (answer) => {
          let heard = '';
          answer.setEncoding('utf8').on('data', (part: string) => {
            heard += part;
            answer.pause();
            setImmediate(() => answer.resume());
          });
          answer.on('end', () => resolve(heard));
        },
      )
        .on('error', reject)
        .end();
    });
    expect(JSON.parse(text)).toMatchObject({ name: 'Account' });
  });
});

describe("a browser's page of another origin", () => {
  const asks = { 'access-control-request-method': 'PATCH', 'access-control-request-headers': 'authorization,content-type' };
  test('is let in when its origin is on the list, and not before', async () => {
    expect((await raw('OPTIONS', '/sobjects', { origin: 'https://app.phone.example', ...asks })).status).toBe(403);
    const zip = zipSync({
      'package.xml': Buffer.from(
        '<Package xmlns="http://soap.sforce.com/2006/04/metadata"><types><members>Phone</members><name>CorsWhitelistOrigin</name></types><version>67.0</version></Package>',
      ),
      'corsWhitelistOrigins/Phone.corsWhitelistOrigin': Buffer.from(
        '<CorsWhitelistOrigin xmlns="http://soap.sforce.com/2006/04/metadata"><urlPattern>https://*.phone.example</urlPattern></CorsWhitelistOrigin>',
      ),
    });
    await org.control('POST', '/deployments', { waitMs: 0, workMs: 0 });
    const form = new FormData();
    form.append('json', new Blob([JSON.stringify({ deployOptions: { singlePackage: true } })], { type: 'application/json' }));
    form.append('file', new Blob([zip], { type: 'application/zip' }), 'package.zip');
    const deployed = await fetch(`${org.apiUrl}/services/data/v67.0/metadata/deployRequest`, {
      method: 'POST',
      headers: { authorization: `Bearer ${org.token}` },
      body: form,
    });
    const { id } = (await deployed.json()) as { id: string };
    const status = async () =>
      ((await org.call('GET', `/metadata/deployRequest/${id}`)).body as { deployResult: { status: string } }).deployResult.status;
    await expect.poll(status, { interval: 5 }).toBe('Succeeded');

    const before = await raw('OPTIONS', '/sobjects', { origin: 'https://app.phone.example', authorization: '', ...asks });
    expect([before.status, before.headers]).toMatchObject([
      200,
      {
        'access-control-allow-origin': 'https://app.phone.example',
        'access-control-allow-methods': expect.stringContaining('PATCH') as string,
        'access-control-allow-headers': 'authorization,content-type',
      },
    ]);
    const real = await raw('GET', '/limits', { origin: 'https://app.phone.example' });
    expect([real.status, real.headers['access-control-allow-origin']]).toEqual([200, 'https://app.phone.example']);
    for (const other of ['https://phone.example', 'http://app.phone.example', 'https://app.phone.example.evil.example', 'null']) {
      expect((await raw('OPTIONS', '/sobjects', { origin: other, ...asks })).status).toBe(403);
      expect((await raw('GET', '/limits', { origin: other })).headers['access-control-allow-origin']).toBeUndefined();
    }
  });
});

test('children that every org has and this one has not', async () => {
  const asked = async (children: string) => (await org.query(`SELECT Id, (SELECT Id FROM ${children}) FROM Account`)).status;
  expect([await asked('ActivityHistories'), await asked('Shares'), await asked('Nonsense')]).toEqual([501, 501, 400]);
});

test('how many records there are', async () => {
  const count = async (names: string) =>
    (await org.call('GET', `/limits/recordCount${names}`)).body as { sObjects: { name: string; count: number }[] };
  const [lead] = (await count('?sObjects=Lead')).sObjects;
  const { id } = (await org.call('POST', '/sobjects/Lead', { LastName: 'Counted', Company: 'X' })).body as { id: string };
  expect((await count('?sObjects=lead,Nope__c')).sObjects).toEqual([{ count: (lead?.count ?? 0) + 1, name: 'Lead' }]);
  await org.call('DELETE', `/sobjects/Lead/${id}`);
  expect((await count('?sObjects=Lead')).sObjects).toEqual([lead]);
  expect((await count('')).sObjects.map(({ name }) => name)).toEqual(expect.arrayContaining(['Account', 'Contact', 'User']));
  expect((await count('')).sObjects.every(({ count: n }) => n > 0)).toBe(true);
  expect((await org.call('GET', '/limits/nothing')).status).toBe(404);
});
