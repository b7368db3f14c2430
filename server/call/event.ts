declare const brand: unique symbol;
/** A value only its own parser can make: a `CallId` never passes for an `AgentId`. */
export type Branded<T, Name extends string> = T & { readonly [brand]: Name };

/** The phone system's own id of a call, exactly as it sent it: any characters, any case. Unique per connection and incarnation only (C4). */
export type CallId = Branded<string, 'call'>;
/** The phone system's own id of one of its users. */
export type AgentId = Branded<string, 'agent'>;
/** E.164: `+`, country code, at most 15 digits in all, e.g. `+81312345678`. "anonymous" and extensions are not phone numbers. */
export type PhoneNumber = Branded<string, 'E.164'>;
/** Milliseconds since 1970-01-01T00:00Z by the phone system's clock, raw. Ours is `receivedAt`, kept with the delivery (C6). */
export type Instant = Branded<number, 'ms'>;

export type Direction = 'inbound' | 'outbound' | 'internal';

/** The outside person of a call, as far as the phone system says. Withheld callers have neither number nor name. */
export type Customer = {
  readonly number?: PhoneNumber;
  /** What was sent when it is no phone number: an extension, a SIP address, "anonymous". */
  readonly asSent?: string;
  readonly withheld?: true;
  readonly name?: string;
  readonly email?: string;
};
/** The company's number or queue the call came in on, or went out from. */
export type Line = {
  readonly id: string;
  readonly name?: string;
  readonly number?: PhoneNumber;
  /** IANA zone; business hours and fallbacks use it. */ readonly zone?: string;
};
/** A user of the phone system. `email` is what maps the agent to a Salesforce user. */
export type Agent = { readonly id: AgentId; readonly name?: string; readonly email?: string };
/** What was dialled or rang, kept as dialled even if it is nobody's; `agent` when it is somebody's. */
export type Endpoint = { readonly asDialled: string; readonly agent?: Agent; readonly softphone?: boolean };

/** How the ringing of one phone ended. `forwarded`: it sent the call to another; `stopped`: whoever called gave up; `elsewhere`: another phone answered. */
export type RingEnd =
  | 'answered'
  | 'no answer'
  | 'busy'
  | 'declined'
  | 'forwarded'
  | 'do not disturb'
  | 'no such number'
  | 'unreachable'
  | 'stopped'
  | 'elsewhere';
export type Queue = { readonly id: string; readonly name?: string };

/** What a phone system told us, in our words. Facts only: no settings, no CRM, no opinions. */
export type CallEvent = { readonly id: string; readonly callId: CallId; readonly at: Instant } & CallFact;
export type CallFact =
  | {
      readonly type: 'started';
      readonly direction: Direction;
      readonly customer: Customer;
      readonly line?: Line;
      /** Who dials, if outbound or internal. */ readonly agent?: Agent;
      /** As dialled by the caller. */ readonly dialled?: string;
    }
  | { readonly type: 'ringing'; readonly endpoint: Endpoint }
  /** The ringing of this phone is over, and why. Told without a `ringing` before: it couldn't even ring. */
  | { readonly type: 'ring-ended'; readonly endpoint: Endpoint; readonly how: RingEnd }
  | { readonly type: 'answered'; readonly endpoint: Endpoint }
  /** Whoever is at this phone is no longer in the conversation with the customer. */
  | { readonly type: 'left'; readonly endpoint: Endpoint }
  /** The customer waits for whoever is free, until `unqueued` or somebody's answer. */
  | { readonly type: 'queued'; readonly queue: Queue }
  | { readonly type: 'unqueued'; readonly queue: Queue }
  /** The customer was told that nobody is there at this time. */
  | { readonly type: 'closed' }
  /** The customer waits in this slot for somebody to take the call up there, until somebody talks with them. */
  | { readonly type: 'parked'; readonly slot: string; readonly agent?: Agent }
  | { readonly type: 'held'; readonly agent: Agent }
  | { readonly type: 'resumed'; readonly agent: Agent }
  | { readonly type: 'transferred'; readonly from: Agent; readonly to: Endpoint; readonly how: 'blind' | 'attended' }
  /**
   * This call (`callId`) turned out to be part of `into` (C2): a consultation that became a transfer. `consultation`: colleagues talked
   * while the customer waited, and that was all.
   */
  | { readonly type: 'joined'; readonly into: CallId; readonly consultation?: true }
  /** `presumed`: no end was heard within the source's silence limit; our engine says so, a real end always wins. */
  | { readonly type: 'ended'; readonly cause?: string; readonly by?: 'customer' | 'agent'; readonly presumed?: true }
  | { readonly type: 'voicemail'; readonly seconds?: number; readonly url?: string; readonly mailbox?: string }
  /** It was recorded under this name; `recording` says where the file is, once it is somewhere. */
  | { readonly type: 'recorded'; readonly recordingId: string }
  | { readonly type: 'recording'; readonly recordingId: string; readonly url: string; readonly seconds?: number }
  | { readonly type: 'transcript'; readonly url?: string; readonly text?: string; readonly language?: string }
  | { readonly type: 'analysed'; readonly score?: number; readonly summary?: string; readonly talkRatio?: number }
  | { readonly type: 'tagged'; readonly tags: readonly string[]; readonly agent?: Agent }
  /** What an agent chose when wrapping the call up, such as "Interested"; the last choice counts. */
  | { readonly type: 'outcome'; readonly value: string; readonly agent?: Agent }
  | { readonly type: 'commented'; readonly text: string; readonly agent?: Agent }
  | { readonly type: 'digits'; readonly digits: string; readonly purpose?: string }
  | {
      readonly type: 'attributed';
      readonly source?: string;
      readonly medium?: string;
      readonly campaign?: string;
      readonly term?: string;
      readonly content?: string;
      readonly referrer?: string;
      /** The page they came to. */ readonly landingPage?: string;
      readonly gclid?: string;
      /** Google Analytics' id of the browser. */ readonly gaClientId?: string;
    }
  | { readonly type: 'campaign'; readonly campaignId: string; readonly name?: string }
  /** Whoever dialled did so by clicking this record. */
  | { readonly type: 'clicked'; readonly record: LinkedRecord; readonly by?: Agent }
  /** This record was on the screen of whoever took the call, when they took it. */
  | { readonly type: 'shown'; readonly record: LinkedRecord; readonly by?: Agent }
  /** A person chose the record this call belongs to; `undefined` takes the link off. The last choice counts. */
  | {
      readonly type: 'linked';
      readonly who?: LinkedRecord;
      readonly what?: LinkedRecord;
      readonly by?: Agent;
      /** For this number, and not only for this call (DP-24). */ readonly always?: true;
    }
  /** What was signalled, as it came: single signals mean little, and the source concludes from all of them (source.ts). */
  | { readonly type: 'signalled'; readonly signals: readonly unknown[] }
  /** Our own: somebody of ours talked with this number again, in the call `by` of any connection (D4). `at`: when they began to talk, by this call's clock. */
  | { readonly type: 'called-back'; readonly by: CallId; readonly direction?: Direction; readonly agent?: Agent }
  /**
   * A text message, alone or of a conversation. Its call is the conversation's on one day of its line (server/decide/message-day.ts); as a source
   * tells it, `callId` is the conversation.
   */
  | {
      readonly type: 'message';
      readonly message: string;
      readonly direction: 'inbound' | 'outbound';
      readonly customer: Customer;
      readonly line?: Line;
      /** Who wrote it, or answers this line's messages. */ readonly agent?: Agent;
      /** Absent: a picture alone, say. */ readonly text?: string;
      /** As the phone system names it. */ readonly conversation?: string;
    }
  /**
   * Our own: an agent saved words for the record of this call. A later one under the same `key` replaces it; `whole`: all they saved before.
   */
  | {
      readonly type: 'noted';
      readonly key: string;
      readonly subject?: string;
      readonly memo?: string;
      readonly whole?: true;
      readonly by: Saver;
    }
  /** Our own: `by` took back what this version of the policy had written (W9). */
  | { readonly type: 'undone'; readonly policyVersion: number; readonly by: string };
/** Who saved something here: a user of the CRM, by id. */
export type Saver = { readonly user: string; readonly name: string };
export type LinkedRecord = { readonly kind: string; readonly id: string; readonly name?: string };

/** Canonical order of two facts in one millisecond (C1): by kind in this order, then by id. */
export const kindsInOrder = [
  'started',
  'joined',
  'closed',
  'queued',
  'ringing',
  'ring-ended',
  'answered',
  'unqueued',
  'held',
  'resumed',
  'transferred',
  'left',
  'parked',
  'digits',
  'message',
  'ended',
  'voicemail',
  'recorded',
  'recording',
  'transcript',
  'analysed',
  'tagged',
  'outcome',
  'commented',
  'attributed',
  'campaign',
  'clicked',
  'shown',
  'linked',
  'signalled',
  'noted',
  'called-back',
  'undone',
] as const satisfies readonly CallFact['type'][];
/** Kinds only we ourselves tell; no source does. */
export const ownKinds = ['noted', 'called-back', 'undone'] as const satisfies readonly CallFact['type'][];
