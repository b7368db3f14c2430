import { createSocket } from 'node:dgram';
import { expect, test } from 'vitest';
import { type Manner, openPhone, type Phone } from './phone.ts';
import { allOf, codeOf, headerOf, methodOf, readSip, type SipMessage, writeSip } from './sip.ts';

type Pbx = {
  readonly port: number;
  /** Resolves with the next message that is one of these: methods of requests, or codes of responses. */
  heard(...kinds: (string | number)[]): Promise<SipMessage>;
  send(message: SipMessage): void;
};
/** The other end of a phone's line: takes registrations after one challenge, and says otherwise only what a test lets it say. */
async function withPhone(manner: Manner, work: (phone: Phone, pbx: Pbx) => Promise<void>): Promise<void> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => {
    socket.bind(0, '127.0.0.1', resolve);
  });
  let phonePort = 0;
  const messages: SipMessage[] = [];
  let wake = () => {};
  const send = (message: SipMessage) => socket.send(writeSip(message), phonePort, '127.0.0.1');
  socket.on('message', (bytes, { port }) => {
    phonePort = port;
    const message = readSip(bytes.toString());
    if (methodOf(message) === 'REGISTER')
      send(answer(message, headerOf(message, 'authorization') === '' ? '401 Unauthorized' : '200 OK', [challenge]));
    else {
      messages.push(message);
      wake();
    }
  });
  const kindOf = (message: SipMessage) => codeOf(message) ?? methodOf(message);
  const heard = async (...kinds: (string | number)[]) => {
    for (;;) {
      const at = messages.findIndex((message) => kinds.includes(kindOf(message)));
      if (at >= 0) return messages.splice(at, 1)[0]!;
      await new Promise<void>((resolve) => (wake = resolve));
    }
  };
  const phone = await openPhone('101', socket.address().port, manner);
  try {
    await work(phone, { port: socket.address().port, heard, send });
  } finally {
    await phone.stop();
    socket.close();
  }
}
const challenge = ['WWW-Authenticate', 'Digest realm="asterisk", nonce="n", algorithm=MD5, qop="auth"'] as const;
const answer = (request: SipMessage, line: string, more: readonly (readonly [string, string])[] = [], body = ''): SipMessage => ({
  start: `SIP/2.0 ${line}`,
  headers: [
    ...allOf(request, 'via').map((via) => ['Via', via] as const),
    ['From', headerOf(request, 'from')],
    ['To', `${headerOf(request, 'to')};tag=pbx`],
    ['Call-ID', headerOf(request, 'call-id')],
    ['CSeq', headerOf(request, 'cseq')],
    ['Contact', '<sip:102@127.0.0.1:1;ob>'],
    ...more,
  ],
  body,
});
const request = (method: string, cseq: number, branch: string): SipMessage => ({
  start: `${method} sip:101@127.0.0.1 SIP/2.0`,
  headers: [
    ['Via', `SIP/2.0/UDP 127.0.0.1;branch=${branch}`],
    ['From', '<sip:15551230001@127.0.0.1>;tag=pbx'],
    ['To', '<sip:101@127.0.0.1>'],
    ['Call-ID', 'one'],
    ['CSeq', `${cseq} ${method}`],
    ['Contact', '<sip:pbx@127.0.0.1>'],
  ],
  body: '',
});

test('a phone answers when it is told to, once, however often the call is sent again', () =>
  withPhone({ answerAfterMs: 20 }, async (phone, { heard, send }) => {
    const invite = request('INVITE', 1, 'a');
    send(invite);
    const call = await phone.nextCall();
    await call.answered();
    const first = await heard(200);
    send(invite);
    expect(await heard(200)).toEqual(first);
    await expect(phone.nextCall(50)).rejects.toThrow('101 was not called within 50 ms.');
    send(request('BYE', 2, 'b'));
    expect(await call.ended()).toBe('hung up by the other side');
  }));

test('a call that the caller gave up is answered 487, and answering fails', () =>
  withPhone({}, async (phone, { heard, send }) => {
    send(request('INVITE', 1, 'a'));
    const call = await phone.nextCall();
    await heard(180);
    send(request('CANCEL', 1, 'a'));
    expect(headerOf(await heard(200), 'cseq')).toBe('1 CANCEL');
    expect(headerOf(await heard(487), 'cseq')).toBe('1 INVITE');
    await expect(call.answered()).rejects.toThrow('over before it was answered: cancelled');
  }));

test('a phone that forwards says where to', () =>
  withPhone({ refuse: { code: 302, forwardTo: '102' } }, async (phone, { heard, send, port }) => {
    send(request('INVITE', 1, 'a'));
    await phone.nextCall();
    expect(headerOf(await heard(302), 'contact')).toBe(`<sip:102@127.0.0.1:${port}>`);
  }));

test('a call is dialled again with its answer to the challenge, then joined with another by REFER', () =>
  withPhone({}, async (phone, { heard, send }) => {
    const dial = async () => {
      const call = await phone.call('102');
      const bare = await heard('INVITE');
      send(answer(bare, '401 Unauthorized', [challenge]));
      const invite = await heard('INVITE');
      expect(headerOf(invite, 'authorization')).toContain('username="101"');
      expect(headerOf(invite, 'cseq')).not.toBe(headerOf(bare, 'cseq'));
      send(answer(invite, '200 OK'));
      await call.answered();
      return call;
    };
    const call = await dial();
    const consultation = await dial();
    const transferred = call.transferTo(consultation);
    const refer = await heard('REFER');
    expect(decodeURIComponent(headerOf(refer, 'refer-to'))).toMatch(
      new RegExp(`^<sip:102@127\\.0\\.0\\.1:1\\?Replaces=${consultation.callId};to-tag=pbx;from-tag=[0-9a-f]{8}>$`),
    );
    send(answer(refer, '202 Accepted'));
    const notify = { ...request('NOTIFY', 5, 'n'), body: 'SIP/2.0 200 OK' };
    send({ ...notify, headers: notify.headers.map(([name, value]) => [name, name === 'Call-ID' ? call.callId : value]) });
    expect(await transferred).toBe(200);
  }));

test('a refused call says with what', () =>
  withPhone({}, async (phone, { heard, send }) => {
    const call = await phone.call('102');
    send(answer(await heard('INVITE'), '486 Busy Here'));
    expect(await call.ended()).toBe('refused with 486');
    expect(methodOf(await heard('ACK'))).toBe('ACK');
  }));
