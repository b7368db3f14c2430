import { type Ami } from '../ami.ts';
import { type Lab } from '../lab.ts';
import { type Caller, type FarEnd, type Outsider } from '../outside.ts';
import { type Manner, type Phone } from '../phone.ts';

/** What a call is, as the phones played it: written by hand, never taken from what the PBX or Cordboard said of it. */
export type ExpectedCall = {
  readonly direction: 'inbound' | 'outbound' | 'internal';
  /** The number of the person outside, `withheld`, or undefined between colleagues. */
  readonly customer?: string;
  /** As the customer or the agent dialled. */
  readonly dialled: string;
  readonly dialledBy?: string;
  readonly outcome: Outcome;
  /** Endpoints, where a person answered and where the last one talked; `outside` for somebody outside who was called. */
  readonly answeredBy?: string;
  readonly lastWith?: string;
  /** Every phone that was tried for the customer, in order, and how that ended; not who was asked over a second line. */
  readonly attempts: readonly Attempt[];
  readonly transfers: readonly { readonly from: string; readonly to: string; readonly how: 'blind' | 'attended' }[];
  /** Seconds from the beginning, or from joining the queue, to the first answer by a person; to leaving the queue or the end without one. */
  readonly waitSeconds: number;
  /** Seconds at each endpoint with the customer (between colleagues: with each other), hold included, consultations left out. */
  readonly talkSeconds: Readonly<Record<string, number>>;
  /** Seconds anybody of ours was with the customer, where that isn't the sum: several at once. */
  readonly togetherSeconds?: number;
  /** Seconds each endpoint had the other side on hold. */
  readonly holdSeconds?: Readonly<Record<string, number>>;
  readonly queue?: string;
  readonly mailbox?: string;
  readonly digits?: string;
  readonly recorded?: boolean;
};
type Outcome =
  | 'answered'
  | 'missed'
  | 'abandoned'
  | 'voicemail'
  | 'closed'
  | 'busy'
  | 'no answer'
  | 'declined'
  | 'cancelled'
  | 'no such number';
export type Attempt = { readonly who: string; readonly how: AttemptEnd };
/** `elsewhere`: another phone answered first. `stopped`: whoever called gave up. */
export type AttemptEnd =
  | 'answered'
  | 'no answer'
  | 'busy'
  | 'declined'
  | 'stopped'
  | 'elsewhere'
  | 'forwarded'
  | 'no such number'
  | 'do not disturb';

/** What a named call is played with. */
export type Stage = {
  readonly lab: Lab;
  readonly ami: Ami;
  /** One of the phones the call named. */
  phone(endpoint: string): Phone;
  caller(caller: Caller): Promise<Outsider>;
  far(farEnd: FarEnd): Promise<Outsider>;
};
export type NamedCall = {
  readonly words: string;
  readonly expected: readonly ExpectedCall[];
  /** Phones that are registered, and what they do when they are called. */
  readonly phones: Readonly<Record<string, Manner>>;
  /** Before anybody listens. */
  prepare?(stage: Stage): Promise<unknown>;
  place(stage: Stage): Promise<unknown>;
  /** Puts back what `prepare` changed. */
  after?(stage: Stage): Promise<unknown>;
};
