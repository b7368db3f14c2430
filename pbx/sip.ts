import { createHash } from 'node:crypto';

/** One SIP message: `start` is its first line; headers keep their order and may come twice. */
export type SipMessage = {
  readonly start: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
};

/** Reads one datagram. A line without a colon says nothing and is left out. */
export function readSip(text: string): SipMessage {
  const end = text.indexOf('\r\n\r\n');
  const [start = '', ...lines] = (end < 0 ? text : text.slice(0, end)).split('\r\n');
  const headers = lines.flatMap((line): [string, string][] => {
    const colon = line.indexOf(':');
    return colon > 0 ? [[line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]] : [];
  });
  return { start, headers, body: end < 0 ? '' : text.slice(end + 4) };
}

/** Writes one datagram; the length of the body is added. */
export function writeSip({ start, headers, body }: SipMessage): string {
  const lines = headers.map(([name, value]) => `${name}: ${value}`);
  return [start, ...lines, `Content-Length: ${Buffer.byteLength(body)}`, '', body].join('\r\n');
}

/** All values of a header, by its name in small letters. */
export const allOf = (message: SipMessage, name: string): string[] =>
  message.headers.filter(([header]) => header === name).map(([, value]) => value);
/** The first value of a header, empty if it isn't there. */
export const headerOf = (message: SipMessage, name: string): string => allOf(message, name)[0] ?? '';
/** The code of a response, undefined for a request. */
export const codeOf = ({ start }: SipMessage): number | undefined =>
  start.startsWith('SIP/2.0 ') ? Number(start.split(' ')[1]) : undefined;
/** The method that a message belongs to: a request's own, or of the request it answers. */
export const methodOf = (message: SipMessage): string =>
  codeOf(message) === undefined ? (message.start.split(' ')[0] ?? '') : (headerOf(message, 'cseq').split(' ')[1] ?? '');
/** The address in `"Name" <address>;tag=…`. */
export const addressIn = (value: string): string => /<([^>]+)>/.exec(value)?.[1] ?? value.split(';')[0] ?? '';
export const tagIn = (value: string): string | undefined => /;tag=([^;>\s]+)/.exec(value)?.[1];
export const branchOf = (message: SipMessage): string => /branch=([^;]+)/.exec(headerOf(message, 'via'))?.[1] ?? '';

export type Credentials = { readonly user: string; readonly password: string };
/** The answer to a challenge (401, 407) as a header: digest with MD5 and qop auth (RFC 2617), which is what Asterisk asks for. */
export function authorization(
  challenge: SipMessage,
  { user, password }: Credentials,
  method: string,
  uri: string,
  nonce: string,
): [string, string] {
  const proxy = codeOf(challenge) === 407;
  const asked = headerOf(challenge, proxy ? 'proxy-authenticate' : 'www-authenticate');
  const part = (name: string) => new RegExp(`${name}="?([^",]+)`).exec(asked)?.[1] ?? '';
  const md5 = (text: string) => createHash('md5').update(text).digest('hex');
  const who = md5(`${user}:${part('realm')}:${password}`);
  const response = md5(`${who}:${part('nonce')}:00000001:${nonce}:auth:${md5(`${method}:${uri}`)}`);
  const opaque = part('opaque');
  const fields = [
    `username="${user}"`,
    `realm="${part('realm')}"`,
    `nonce="${part('nonce')}"`,
    `uri="${uri}"`,
    `response="${response}"`,
    'algorithm=MD5',
    `cnonce="${nonce}"`,
    'qop=auth',
    'nc=00000001',
    ...(opaque === '' ? [] : [`opaque="${opaque}"`]),
  ];
  return [proxy ? 'Proxy-Authorization' : 'Authorization', `Digest ${fields.join(', ')}`];
}

export type Direction = 'sendrecv' | 'sendonly';
/** What a phone offers: µ-law and keys (RFC 4733) on one port. */
export const sdp = (port: number, version: number, direction: Direction): string =>
  [
    'v=0',
    `o=phone 1 ${version} IN IP4 127.0.0.1`,
    's=-',
    'c=IN IP4 127.0.0.1',
    't=0 0',
    `m=audio ${port} RTP/AVP 0 101`,
    'a=rtpmap:0 PCMU/8000',
    'a=rtpmap:101 telephone-event/8000',
    'a=fmtp:101 0-16',
    `a=${direction}`,
    '',
  ].join('\r\n');
/** Where the other side wants its audio. */
export function audioIn(body: string): { readonly host: string; readonly port: number } | undefined {
  const port = /^m=audio (\d+)/m.exec(body)?.[1];
  const host = /^c=IN IP4 (\S+)/m.exec(body)?.[1]?.trim();
  return port === undefined || host === undefined ? undefined : { host, port: Number(port) };
}
