import { createVerify, createPublicKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { Refused } from '../../../server/crm.ts';
import { realWorld } from '../../../server/world.ts';
import { type Said, startScriptedOrg } from '../scripted-org.ts';
import { openSession, signedAssertion } from '../session.ts';
import { readSettings } from '../settings.ts';
import { openTransport } from '../transport.ts';
import { assertion, audienceOf, signingKey } from './assertion.ts';
import { makeKey } from './certificate.ts';

const world = realWorld();
const key = await makeKey(world);
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
const partsOf = (jwt: string) => jwt.split('.').map((part) => Buffer.from(part, 'base64url'));
const claimsOf = (jwt: string) => JSON.parse(partsOf(jwt)[1]!.toString()) as Record<string, unknown>;

describe('the certificate an admin uploads', () => {
  test('is read by others, proves its own key and nobody else’s, and holds for ten years', () => {
    const certificate = new X509Certificate(key.certificate);
    expect(certificate.subject).toBe('CN=Cordboard');
    expect(certificate.issuer).toBe('CN=Cordboard');
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    expect(certificate.verify(publicKey)).toBe(false);
    expect(certificate.checkPrivateKey(privateKey)).toBe(false);
    expect(certificate.ca).toBe(true);
    const years = (Date.parse(certificate.validTo) - Date.parse(certificate.validFrom)) / (365 * 86_400_000);
    expect(years).toBeCloseTo(10, 1);
    expect(Date.parse(certificate.validFrom)).toBeLessThan(world.now());
  });
  test('its key signs what the certificate confirms', () => {
    const jwt = assertion(
      { clientId: 'c', username: 'u@acme.example', audience: 'https://login.salesforce.com', privateKey: key.privateKey },
      world,
    );
    const [head, body, signature] = jwt.split('.') as [string, string, string];
    const verifier = createVerify('RSA-SHA256').update(`${head}.${body}`);
    expect(verifier.verify(createPublicKey(key.certificate), Buffer.from(signature, 'base64url'))).toBe(true);
    expect(JSON.parse(Buffer.from(head, 'base64url').toString())).toEqual({ alg: 'RS256', typ: 'JWT' });
  });
  test('one made after 2049 says its end in the longer way', async () => {
    const late = await makeKey({ ...world, now: () => Date.parse('2045-01-01') });
    expect(new X509Certificate(late.certificate).validTo).toContain('2054');
  });
});

describe('the assertion', () => {
  const given = {
    clientId: 'the-client',
    username: 'integration@acme.example',
    audience: 'https://login.salesforce.com',
    privateKey: key.privateKey,
  };
  test('says who, for whom, and for three minutes only', () => {
    const claims = claimsOf(assertion(given, { ...world, now: () => 1_000_000 }));
    expect(claims).toMatchObject({ iss: 'the-client', sub: 'integration@acme.example', aud: 'https://login.salesforce.com', exp: 1_180 });
  });
  test('no two are the same', () => expect(assertion(given, world)).not.toBe(assertion(given, world)));
  test.each([
    ['https://login.salesforce.com', 'https://login.salesforce.com'],
    ['https://acme.my.salesforce.com', 'https://login.salesforce.com'],
    ['https://acme-dev-ed.develop.my.salesforce.com', 'https://login.salesforce.com'],
    ['https://test.salesforce.com', 'https://test.salesforce.com'],
    ['https://acme--uat.sandbox.my.salesforce.com', 'https://test.salesforce.com'],
    ['https://acme--uat.my.salesforce.com', 'https://test.salesforce.com'],
    ['https://salesforce.com.evil.example', 'https://salesforce.com.evil.example'],
    ['http://127.0.0.1:4701', 'http://127.0.0.1:4701'],
  ])('at %s it is for %s', (loginUrl, audience) => expect(audienceOf(loginUrl)).toBe(audience));
});

test.each([
  ['an EC key', generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }) as string, /RSA/],
  [
    'a short key',
    generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    /2,048/,
  ],
  ['a certificate', key.certificate, /PEM/],
  ['nothing', '', /PEM/],
])('%s can’t sign', (_, pem, words) => {
  expect(signingKey(pem)).toMatch(words);
  const settings = {
    loginUrl: 'https://acme.my.salesforce.com',
    auth: { by: 'jwt', clientId: 'c', username: 'u@acme.example', privateKey: pem },
  };
  expect(() => readSettings(settings)).toThrow(words);
});

describe('signing in by JWT', () => {
  const open = async (said?: Said) => {
    const org = await startScriptedOrg();
    const transport = openTransport(world);
    closing.push(
      () => transport.close(),
      () => org.close(),
    );
    org.script = () => said;
    const credentials = signedAssertion({ clientId: 'the-client', username: 'u@acme.example', privateKey: key.privateKey });
    return { org, session: openSession(org.url, credentials, transport, world, () => undefined) };
  };
  test('sends the assertion alone: no secret travels', async () => {
    const { org, session } = await open();
    await session.grant();
    const form = new URLSearchParams(org.signIns[0]?.body);
    expect([...form.keys()].toSorted()).toEqual(['assertion', 'grant_type']);
    expect(form.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
    expect(claimsOf(form.get('assertion')!)).toMatchObject({ aud: org.url, sub: 'u@acme.example' });
  });
  test.each([
    ['invalid_grant', 'user hasn’t approved this consumer', /pre-authorised/],
    ['invalid_app_access', 'user is not admin approved to access this app', /Pre-authorise/],
    ['invalid_client', 'invalid client credentials', /certificate/],
  ])('%s says what to do in the app', async (error, description, words) => {
    const { session } = await open({ status: 400, body: { error, error_description: description } });
    const refused: unknown = await session.grant().catch((thrown: unknown) => thrown);
    expect(refused).toBeInstanceOf(Refused);
    expect((refused as Refused).failure).toMatchObject({
      mendedBy: 'admin',
      code: error,
      signIn: true,
      message: expect.stringMatching(words),
    });
  });
});
