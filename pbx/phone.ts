import { passwordOf } from './agents.ts';
import { openAudio } from './audio.ts';
import { type Leg, makeLeg, type PhoneCall } from './leg.ts';
import { limited } from './limited.ts';
import { addressIn, authorization, codeOf, headerOf, methodOf, type SipMessage } from './sip.ts';
import { newBranch, openWire, random } from './wire.ts';

/** What a phone does when it is called. Nothing given: it rings and nobody comes. */
export type Manner = {
  readonly answerAfterMs?: number;
  /** A final answer of SIP such as 486 (busy), 603 (declined) or 302 with whom to call instead. */
  readonly refuse?: { readonly code: number; readonly afterMs?: number; readonly forwardTo?: string };
};
/** An agent's desk phone over UDP. Enough to play one; no general SIP stack. */
export type Phone = {
  readonly endpoint: string;
  behave(manner: Manner): void;
  /** Dials. The call is handed out while it still rings. */
  call(number: string): Promise<PhoneCall>;
  /** The next call that comes in, or that came in and nobody asked for yet. */
  nextCall(limitMs?: number): Promise<PhoneCall>;
  /** Hangs up nothing; unregisters and is gone. */
  stop(): Promise<void>;
};

/** Registers a phone with the PBX on this port of 127.0.0.1. Rejects when it is refused. */
export async function openPhone(endpoint: string, sipPort: number, first: Manner = {}): Promise<Phone> {
  let manner = first;
  const legs = new Map<string, Leg>();
  const arrived: PhoneCall[] = [];
  const wanting: ((call: PhoneCall) => void)[] = [];
  const wire = await openWire(endpoint, sipPort, (request) => {
    const leg = legs.get(headerOf(request, 'call-id'));
    const method = methodOf(request);
    if (leg) leg.hear(request);
    else if (method === 'INVITE') void ring(request);
    else if (method !== 'ACK') wire.reply(request, 200);
  });
  const authorize = (challenge: SipMessage, method: string, uri: string) =>
    authorization(challenge, { user: endpoint, password: passwordOf(endpoint) }, method, uri, random(4));
  const keep = (leg: Leg): Leg => {
    legs.set(leg.callId, leg);
    return leg;
  };
  const legOf = ({ callId }: PhoneCall) => legs.get(callId);

  async function register(seconds: number, limitMs?: number): Promise<void> {
    const uri = `sip:127.0.0.1:${sipPort}`;
    const me = `<sip:${endpoint}@127.0.0.1>`;
    const sending = { method: 'REGISTER', uri, from: `${me};tag=${random(4)}`, to: me, callId: random(8) };
    const expires = ['Expires', String(seconds)] as const;
    let response = await wire.request({ ...sending, cseq: 1, extra: [expires] }, limitMs);
    if (codeOf(response) === 401)
      response = await wire.request({ ...sending, cseq: 2, extra: [expires, authorize(response, 'REGISTER', uri)] }, limitMs);
    if (codeOf(response) !== 200) throw new Error(`The PBX refused the phone ${endpoint}: ${response.start}`);
  }

  /** Somebody calls. */
  async function ring(invite: SipMessage): Promise<void> {
    const tag = random(4);
    wire.reply(invite, 100);
    const callId = headerOf(invite, 'call-id');
    const leg = keep(
      makeLeg(wire, {
        callId,
        audio: await openAudio(),
        local: `${headerOf(invite, 'to')};tag=${tag}`,
        remote: headerOf(invite, 'from'),
        target: addressIn(headerOf(invite, 'contact')),
        cseq: 100,
        cancelled: () => wire.reply(invite, 487, { tag }),
        forget: () => void legs.delete(callId),
        legOf,
      }),
    );
    const { refuse, answerAfterMs } = manner;
    const want = wanting.shift();
    if (want) want(leg);
    else arrived.push(leg);
    const refuseNow = () => {
      if (!refuse || !leg.rings()) return;
      const { code, forwardTo } = refuse;
      wire.reply(invite, code, { tag, ...(forwardTo === undefined ? {} : { contact: `<${wire.address(forwardTo)}>` }) });
      leg.over(`refused with ${code}`);
    };
    if (refuse && refuse.afterMs === undefined) return refuseNow();
    wire.reply(invite, 180, { tag });
    if (refuse) return void setTimeout(refuseNow, refuse.afterMs);
    if (answerAfterMs === undefined) return;
    setTimeout(() => {
      if (!leg.rings()) return;
      wire.reply(invite, 200, { tag, body: leg.offer() });
      leg.up({ body: invite.body });
    }, answerAfterMs);
  }

  /** Dials; what comes of it is told to the leg. */
  async function dial(number: string): Promise<PhoneCall> {
    const uri = wire.address(number);
    const callId = random(8);
    const sending = { uri, from: `<sip:${endpoint}@127.0.0.1>;tag=${random(4)}`, to: `<${uri}>`, callId };
    let branch = newBranch();
    let cseq = 1;
    const leg = keep(
      makeLeg(wire, {
        callId,
        audio: await openAudio(),
        local: sending.from,
        remote: sending.to,
        target: uri,
        cseq: 10,
        cancel: () => wire.send({ ...sending, method: 'CANCEL', cseq, branch }),
        forget: () => void legs.delete(callId),
        legOf,
      }),
    );
    const invite = (extra: readonly (readonly [string, string])[]) =>
      wire.request({ ...sending, method: 'INVITE', cseq, branch, extra, body: leg.offer() }, 60_000);
    const conclude = async () => {
      let response = await invite([]);
      const acknowledgeRefusal = () => wire.send({ ...sending, method: 'ACK', to: headerOf(response, 'to'), cseq, branch });
      if (codeOf(response) === 401 || codeOf(response) === 407) {
        acknowledgeRefusal();
        branch = newBranch();
        cseq++;
        response = await invite([authorize(response, 'INVITE', uri)]);
      }
      if (codeOf(response) !== 200) {
        acknowledgeRefusal();
        return leg.over(`refused with ${codeOf(response)}`);
      }
      const to = headerOf(response, 'to');
      wire.send({ ...sending, method: 'ACK', uri: addressIn(headerOf(response, 'contact')), to, cseq });
      leg.up({ body: response.body, answer: response });
    };
    void conclude().catch((error: unknown) => leg.over(error instanceof Error ? error.message : String(error)));
    return leg;
  }

  await register(300);
  return {
    endpoint,
    behave: (next) => void (manner = next),
    call: dial,
    nextCall(limitMs = 15_000) {
      const call = arrived.shift();
      if (call) return Promise.resolve(call);
      const { promise, resolve } = Promise.withResolvers<PhoneCall>();
      wanting.push(resolve);
      return limited(promise, limitMs, `${endpoint} was not called`).finally(() => {
        const at = wanting.indexOf(resolve);
        if (at >= 0) wanting.splice(at, 1);
      });
    },
    async stop() {
      for (const leg of [...legs.values()]) leg.over('stopped');
      await register(0, 500).catch(() => undefined); // the PBX may be gone
      wire.close();
    },
  };
}
