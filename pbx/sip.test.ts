import { expect, test } from 'vitest';
import { addressIn, allOf, audioIn, authorization, branchOf, codeOf, headerOf, methodOf, readSip, sdp, tagIn, writeSip } from './sip.ts';

const ringing = [
  'SIP/2.0 180 Ringing',
  'Via: SIP/2.0/UDP 127.0.0.1:5160;branch=z9hG4bKabc;rport=5160',
  'v: SIP/2.0/UDP 127.0.0.2',
  'From: "Ann Agent" <sip:101@127.0.0.1>;tag=one',
  'To: <sip:102@127.0.0.1;x=1>;tag=two',
  'CSeq: 7 INVITE',
  'Content-Length: 0',
  '',
  '',
].join('\r\n');

test('a response is read with its code, the method it answers, tags and branch', () => {
  const message = readSip(ringing);
  expect(codeOf(message)).toBe(180);
  expect(methodOf(message)).toBe('INVITE');
  expect(branchOf(message)).toBe('z9hG4bKabc');
  expect(tagIn(headerOf(message, 'from'))).toBe('one');
  expect(addressIn(headerOf(message, 'from'))).toBe('sip:101@127.0.0.1');
  expect(addressIn(headerOf(message, 'to'))).toBe('sip:102@127.0.0.1;x=1');
});

test('an address without brackets ends where its parameters begin', () => {
  expect(addressIn('sip:101@127.0.0.1:5060;tag=one')).toBe('sip:101@127.0.0.1:5060');
  expect(tagIn('<sip:101@127.0.0.1>')).toBeUndefined();
});

test('a request is read with its method, headers that come twice in their order, and its body', () => {
  const message = readSip('NOTIFY sip:101@127.0.0.1 SIP/2.0\r\nVia: first\r\nVIA : second\r\nnonsense\r\n\r\nSIP/2.0 200 OK');
  expect(codeOf(message)).toBeUndefined();
  expect(methodOf(message)).toBe('NOTIFY');
  expect(allOf(message, 'via')).toEqual(['first', 'second']);
  expect(message.body).toBe('SIP/2.0 200 OK');
});

test('what is written is read again, and its length counts bytes', () => {
  const text = writeSip({ start: 'INFO sip:101@127.0.0.1 SIP/2.0', headers: [['To', '<sip:101@127.0.0.1>']], body: 'Grüße' });
  expect(text).toContain('\r\nContent-Length: 7\r\n');
  const message = readSip(text);
  expect(message.body).toBe('Grüße');
  expect(headerOf(message, 'to')).toBe('<sip:101@127.0.0.1>');
});

test('a challenge is answered as in the example of RFC 2617, 3.5', () => {
  const challenge = readSip(
    [
      'SIP/2.0 401 Unauthorized',
      'WWW-Authenticate: Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"',
      '',
      '',
    ].join('\r\n'),
  );
  const [name, value] = authorization(challenge, { user: 'Mufasa', password: 'Circle Of Life' }, 'GET', '/dir/index.html', '0a4f113b');
  expect(name).toBe('Authorization');
  expect(value).toContain('response="6629fae49393a05397450978507c4ef1"');
  expect(value).toContain('opaque="5ccc069c403ebaf9f0171e9517f40e41"');
});

test('a proxy is answered in its own header, without an opaque it did not send', () => {
  const challenge = readSip(
    'SIP/2.0 407 Proxy\r\nProxy-Authenticate: Digest realm="asterisk", nonce="n", algorithm=MD5, qop="auth"\r\n\r\n',
  );
  const [name, value] = authorization(challenge, { user: '101', password: 'pw' }, 'INVITE', 'sip:102@127.0.0.1', 'c');
  expect(name).toBe('Proxy-Authorization');
  expect(value).toContain('realm="asterisk"');
  expect(value).not.toContain('opaque');
});

test('the other side finds our audio where the offer says', () => {
  expect(audioIn(sdp(12_345, 1, 'sendonly'))).toEqual({ host: '127.0.0.1', port: 12_345 });
  expect(sdp(12_345, 1, 'sendonly')).toContain('\r\na=sendonly\r\n');
  expect(audioIn('')).toBeUndefined();
});
