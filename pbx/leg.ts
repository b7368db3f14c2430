import { type Audio } from './audio.ts';
import { limited } from './limited.ts';
import { addressIn, audioIn, codeOf, type Direction, headerOf, methodOf, sdp, type SipMessage, tagIn } from './sip.ts';
import { type Sending, type Wire } from './wire.ts';

/** One call at a phone, as whoever scripts it may use it. */
export type PhoneCall = {
  readonly callId: string;
  /** Resolves when the other side can be heard; rejects when the call ends first, or after `limitMs`. */
  answered(limitMs?: number): Promise<void>;
  /** Resolves with what ended it; rejects after `limitMs`. */
  ended(limitMs?: number): Promise<string>;
  hold(): Promise<void>;
  unhold(): Promise<void>;
  /** Hangs up an answered call. */
  bye(): Promise<void>;
  /** Gives up a call that this phone placed and nobody answered yet. */
  cancel(): void;
  press(keys: string): Promise<void>;
  /** Blind transfer (REFER). Resolves with the last code the PBX told of it. */
  transfer(number: string): Promise<number>;
  /** Attended transfer: the other side of this call is joined with the other side of `consultation` (REFER with Replaces). */
  transferTo(consultation: PhoneCall): Promise<number>;
};
/** One call as the phone itself keeps it. */
export type Leg = PhoneCall & {
  rings(): boolean;
  /** What this side says of its audio. */
  offer(): string;
  /** It was answered. A call that this phone placed only now knows whom it reached. */
  up(found: { readonly body: string; readonly answer?: SipMessage }): void;
  over(why: string): void;
  hear(request: SipMessage): void;
  /** Where the other side is, and what an attended transfer replaces there. */
  replaces(): string;
};
type About = {
  readonly callId: string;
  readonly audio: Audio;
  /** Both sides as From and To, with their tags as far as known. */
  readonly local: string;
  readonly remote: string;
  /** Where requests go. */
  readonly target: string;
  /** The number of the last request. */
  readonly cseq: number;
  /** How to give it up before it is answered. */
  cancel?(): void;
  /** What to answer when the other side gives up. */
  cancelled?(): void;
  /** It is over. */
  forget(): void;
  legOf(call: PhoneCall): Leg | undefined;
};

/** A promise with its handles, whose failure counts only for who waits for it. */
function signal<T>() {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}

export function makeLeg(wire: Wire, about: About): Leg {
  const { callId, audio, local } = about;
  const { endpoint } = wire;
  let { remote, target, cseq } = about;
  let state: 'rings' | 'up' | 'over' = 'rings';
  let direction: Direction = 'sendrecv';
  let version = 0;
  let referred = (_code: number) => {};
  const isUp = signal<void>();
  const isOver = signal<string>();

  const next = (method: string): Sending => ({ method, uri: target, from: local, to: remote, callId, cseq: ++cseq });
  const setDirection = async (wanted: Direction) => {
    direction = wanted;
    const invite = next('INVITE');
    const code = codeOf(await wire.request({ ...invite, body: leg.offer() }));
    wire.send({ ...invite, method: 'ACK' });
    if (code !== 200) throw new Error(`The PBX refused hold or unhold of ${endpoint}: ${code}`);
  };
  const refer = async (to: string) => {
    const told = new Promise<number>((resolve) => (referred = resolve));
    const extra = [['Refer-To', `<${to}>`] as const, ['Referred-By', `<sip:${endpoint}@127.0.0.1>`] as const];
    const response = await wire.request({ ...next('REFER'), extra });
    if (codeOf(response) !== 202) throw new Error(`The PBX refused the transfer by ${endpoint}: ${response.start}`);
    return limited(told, 20_000, `${endpoint} heard nothing of its transfer`);
  };

  const leg: Leg = {
    callId,
    rings: () => state === 'rings',
    offer: () => sdp(audio.port, ++version, direction),
    up({ body, answer }) {
      if (state !== 'rings') return;
      state = 'up';
      if (answer) {
        remote = headerOf(answer, 'to');
        target = addressIn(headerOf(answer, 'contact'));
      }
      const place = audioIn(body);
      if (place) audio.sendTo(place.host, place.port);
      isUp.resolve();
    },
    over(why) {
      if (state === 'over') return;
      state = 'over';
      audio.close();
      about.forget();
      isUp.reject(new Error(`The call of ${endpoint} was over before it was answered: ${why}`));
      isOver.resolve(why);
    },
    hear(message) {
      const tag = tagIn(local);
      const reply = (body = '') => wire.reply(message, 200, { body, ...(tag === undefined ? {} : { tag }) });
      switch (methodOf(message)) {
        case 'ACK':
          return;
        case 'INVITE':
          return reply(leg.offer());
        case 'UPDATE':
          return reply(message.body === '' ? '' : leg.offer());
        case 'BYE':
          reply();
          return leg.over('hung up by the other side');
        case 'CANCEL':
          reply();
          if (state !== 'rings') return;
          about.cancelled?.();
          return leg.over('cancelled');
        case 'NOTIFY': {
          reply();
          const code = Number(/SIP\/2\.0 (\d+)/.exec(message.body)?.[1] ?? 0);
          if (code >= 200) referred(code);
          return;
        }
        default:
          return reply();
      }
    },
    replaces: () => `${target.split(';')[0]}?Replaces=${encodeURIComponent(`${callId};to-tag=${tagIn(remote)};from-tag=${tagIn(local)}`)}`,

    answered: (limitMs = 15_000) => limited(isUp.promise, limitMs, `${endpoint} was not connected`),
    ended: (limitMs = 30_000) => limited(isOver.promise, limitMs, `The call of ${endpoint} did not end`),
    hold: () => setDirection('sendonly'),
    unhold: () => setDirection('sendrecv'),
    async bye() {
      if (state !== 'up') return;
      await wire.request(next('BYE'));
      leg.over('hung up');
    },
    cancel: () => about.cancel?.(),
    press: (keys) => audio.press(keys),
    transfer: (number) => refer(wire.address(number)),
    async transferTo(consultation) {
      const other = about.legOf(consultation);
      if (!other) throw new Error(`The consultation of ${endpoint} is over: there is nobody to transfer to.`);
      return refer(other.replaces());
    },
  };
  return leg;
}
