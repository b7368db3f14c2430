import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { limited } from './limited.ts';
import { allOf, branchOf, codeOf, headerOf, methodOf, readSip, type SipMessage, tagIn, writeSip } from './sip.ts';

/** A request as whoever sends it says it; Via, Contact and the like are added. */
export type Sending = {
  readonly method: string;
  readonly uri: string;
  readonly from: string;
  readonly to: string;
  readonly callId: string;
  readonly cseq: number;
  /** Of its transaction; an ACK or CANCEL names that of the INVITE. */
  readonly branch?: string;
  readonly extra?: readonly Header[];
  readonly body?: string;
};
export type Answer = { readonly tag?: string; readonly body?: string; readonly contact?: string };
type Header = readonly [name: string, value: string];

/** One phone's line to the PBX: requests and responses over UDP. */
export type Wire = {
  readonly endpoint: string;
  /** The address of somebody at the PBX. */
  address(number: string): string;
  send(sending: Sending): void;
  /** Sends a request and resolves with its final response; rejects after `limitMs` (8 s by default). */
  request(sending: Sending, limitMs?: number): Promise<SipMessage>;
  /** Answers a request; the same again when the request is repeated. */
  reply(request: SipMessage, code: number, answer?: Answer): void;
  close(): void;
};

export const random = (bytes: number): string => randomBytes(bytes).toString('hex');
export const newBranch = (): string => `z9hG4bK${random(6)}`;

const phrases: Readonly<Record<number, string>> = {
  100: 'Trying',
  180: 'Ringing',
  200: 'OK',
  302: 'Moved Temporarily',
  480: 'Temporarily Unavailable',
  486: 'Busy Here',
  487: 'Request Terminated',
  603: 'Decline',
};

/** Opens a line to the PBX on this port of 127.0.0.1. `onRequest` hears each request once. */
export async function openWire(endpoint: string, sipPort: number, onRequest: (request: SipMessage) => void): Promise<Wire> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(0, '127.0.0.1', resolve);
  });
  const here = `127.0.0.1:${socket.address().port}`;
  const waiting = new Map<string, (response: SipMessage) => void>();
  const answered = new Map<string, string>();
  const write = (text: string) => socket.send(text, sipPort, '127.0.0.1');
  const common = (body: string, contact = `<sip:${endpoint}@${here}>`): readonly Header[] => [
    ['Contact', contact],
    ['Allow', 'INVITE,ACK,BYE,CANCEL,REFER,NOTIFY,UPDATE,OPTIONS,INFO'],
    ['Supported', 'replaces'],
    ...(body === '' ? [] : [['Content-Type', 'application/sdp'] as const]),
  ];

  socket.on('message', (bytes) => {
    const message = readSip(bytes.toString());
    const code = codeOf(message);
    if (code !== undefined) {
      if (code >= 200) waiting.get(branchOf(message) + methodOf(message))?.(message);
      return;
    }
    const before = answered.get(transactionOf(message));
    if (before === undefined) onRequest(message);
    else write(before);
  });

  const wire: Wire = {
    endpoint,
    address: (number) => `sip:${number}@127.0.0.1:${sipPort}`,
    send({ method, uri, from, to, callId, cseq, branch = newBranch(), extra = [], body = '' }) {
      const headers: readonly Header[] = [
        ['Via', `SIP/2.0/UDP ${here};branch=${branch};rport`],
        ['Max-Forwards', '70'],
        ['From', from],
        ['To', to],
        ['Call-ID', callId],
        ['CSeq', `${cseq} ${method}`],
        ...common(body),
        ...extra,
      ];
      write(writeSip({ start: `${method} ${uri} SIP/2.0`, headers, body }));
    },
    request(sending, limitMs = 8_000) {
      const branch = sending.branch ?? newBranch();
      const key = branch + sending.method;
      const response = new Promise<SipMessage>((resolve) => waiting.set(key, resolve));
      wire.send({ ...sending, branch });
      return limited(response, limitMs, `The PBX did not answer ${sending.method} of ${endpoint}`).finally(() => waiting.delete(key));
    },
    reply(request, code, { tag = random(4), body = '', contact } = {}) {
      const to = headerOf(request, 'to');
      const headers: readonly Header[] = [
        ...allOf(request, 'via').map((via) => ['Via', via] as const),
        ['From', headerOf(request, 'from')],
        ['To', tagIn(to) !== undefined || code === 100 ? to : `${to};tag=${tag}`],
        ['Call-ID', headerOf(request, 'call-id')],
        ['CSeq', headerOf(request, 'cseq')],
        ...common(body, contact),
      ];
      const text = writeSip({ start: `SIP/2.0 ${code} ${phrases[code] ?? 'Answer'}`, headers, body });
      answered.set(transactionOf(request), text);
      write(text);
    },
    close: () => void socket.close(),
  };
  return wire;
}
const transactionOf = (request: SipMessage) => [branchOf(request), headerOf(request, 'cseq')].join(' ');
