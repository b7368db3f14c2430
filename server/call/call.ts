import type { Agent, CallId, Customer, Direction, Endpoint, Instant, Line, LinkedRecord, Queue, RingEnd, Saver } from './event.ts';

/**
 * One call, as far as its events can tell. Made by `foldCall` only (fold.ts), always from all events (C1).
 *
 *     ringing ──answered──▶ talking ──ended──▶ ended
 *        └───────────────ended───────────────▶ ended      (nobody answered)
 *
 * `ended` is final: late facts attach to it, nothing reopens it. Whether it was answered is decided by evidence:
 * an `answered` that arrives or is stamped after `ended` still makes it an answered call.
 */
export type Call = {
  readonly id: CallId;
  readonly phase: 'ringing' | 'talking' | 'ended';
  /** The five types of AC-04 (voicemail wins over missed), plus internal (DP-52). Undefined while the call is live; internal is known at once. Of unknown direction: `inbound-answered`, `voicemail` or `missed`, so that it is never overlooked. */
  readonly type: CallType | undefined;
  readonly direction: Direction | undefined;
  readonly customer: Customer;
  readonly line: Line | undefined;
  readonly dialled: string | undefined;
  /** Time of the first fact of the conversation itself (no note, tag or link; an end only if there is nothing else), raw clock of the phone system. No other time of the call lies before it. */
  readonly startedAt: Instant;
  /** First proof that somebody of ours talked with the customer; never after `endedAt`. */
  readonly answeredAt: Instant | undefined;
  readonly endedAt: Instant | undefined;
  /** No end was heard; the engine presumed it. */
  readonly endPresumed: boolean;
  readonly endCause: string | undefined;
  /** Latest fact's time, presumed ends aside: what the silence limit counts from. */
  readonly lastFactAt: Instant;
  /** Everyone of ours whose phone rang or who talked, in order of first appearance; an agent once, with all their devices. Who merely dialled is in `dialledBy`. */
  readonly people: readonly Person[];
  /** Who answered first. For an outbound call: who dialled, once the customer answered. */
  readonly answeredBy: Agent | undefined;
  /** Who talked last (after transfers). In an internal call the colleague who was called. */
  readonly lastWith: Agent | undefined;
  /** Who dialled (outbound, internal); when an outbound call doesn't say, the first of ours heard in it. */
  readonly dialledBy: Agent | undefined;
  /**
   * What became of it, in a word a person would use; undefined while the call is live and nobody has answered. Answered wins, then
   * voicemail, then what the caller was told or did.
   */
  readonly outcome: Outcome | undefined;
  /** Of a missed call: how the last phone's ringing ended; `unreachable` when none could ring. */
  readonly missedBecause: RingEnd | undefined;
  /** Every ringing of a phone, in order, how long and how it ended; consultations apart. The customer's phone of an outbound call is one of them, without `agent`. */
  readonly attempts: readonly Attempt[];
  /** The queue the customer waited in; the last, if several. */
  readonly queue: Queue | undefined;
  /** Slots the call was parked in, in order. */
  readonly parked: readonly { readonly at: Instant; readonly slot: string; readonly agent?: Agent }[];
  /** Seconds, to the millisecond, from start (from joining the queue, if there was one) to first answer, or to the end (while live: the last fact) if nobody answered; never negative (C6). */
  readonly waitSeconds: number;
  /** Seconds anybody of ours talked with the customer, hold included (DP-63), overlaps once; 0 when unanswered. Colleagues consulting each other don't count, except in an internal call, where that is the conversation. */
  readonly talkSeconds: number;
  /** Seconds anybody of ours had the other side on hold, within their talk; overlaps once. */
  readonly holdSeconds: number;
  readonly transfers: readonly { readonly at: Instant; readonly from: Agent; readonly to: Endpoint; readonly how: 'blind' | 'attended' }[];
  readonly voicemail: { readonly seconds?: number; readonly url?: string; readonly mailbox?: string } | undefined;
  /** Names under which it is said to have been recorded; `recordings` are those that have arrived. */
  readonly recorded: readonly string[];
  /** By recordingId, in order of time; the last url told for an id counts. */
  readonly recordings: readonly { readonly recordingId: string; readonly url: string; readonly seconds?: number }[];
  readonly transcript: { readonly url?: string; readonly text?: string; readonly language?: string } | undefined;
  readonly analysis: { readonly score?: number; readonly summary?: string; readonly talkRatio?: number } | undefined;
  readonly tags: readonly string[];
  /** What an agent chose when wrapping it up; the last choice. */
  readonly wrapUp: string | undefined;
  /** When the speech analysis was first told to be complete, raw clock of the phone system. */
  readonly analysedAt: Instant | undefined;
  /** Each comment once, in order of time; `at`: when it was first entered. */
  readonly comments: readonly { readonly at: Instant; readonly text: string; readonly agent?: Agent }[];
  /** What agents saved for its record: the title last chosen, and each memo that still stands, in the order of first saving. Undefined: nobody saved anything. */
  readonly noted: { readonly subject?: string; readonly memos: readonly Memo[] } | undefined;
  /** Text messages, in order of time: then it is no call but a conversation's day, which is over after each of them. Undefined: it is a call. */
  readonly messages: readonly Message[] | undefined;
  /** Keys the caller pressed, in order; a space where the purpose changes. */
  readonly digits: string;
  /** The same entry by entry, with what was asked for, as far as the phone system says. */
  readonly keyed: readonly { readonly digits: string; readonly purpose?: string }[];
  readonly attribution: Readonly<Record<string, string>>;
  readonly campaign: { readonly campaignId: string; readonly name?: string } | undefined;
  /** The record from which it was dialled, by a click; the first that was told, the call's own before its parts'. */
  readonly clicked: { readonly record: LinkedRecord; readonly by?: Agent } | undefined;
  /** The record on the screen of whoever took it; the first that was told, the call's own before its parts'. */
  readonly shown: { readonly record: LinkedRecord; readonly by?: Agent } | undefined;
  /** The last choice of a person; undefined when nobody chose, without `who` and `what` when they took the link off. */
  readonly linked: { readonly who?: LinkedRecord; readonly what?: LinkedRecord; readonly by?: Agent; readonly always?: true } | undefined;
  /** The earliest talk with this customer after the end of this call (D4); undefined before its end. */
  readonly calledBack: { readonly at: Instant; readonly by: CallId; readonly direction?: Direction; readonly agent?: Agent } | undefined;
  /** Versions of the policy whose writes a person took back (W9), each once. */
  readonly undone: readonly { readonly policyVersion: number; readonly by: string }[];
  /** The call that survives, if this one is part of another (C2), at the end of the chain as far as known; its facts are folded there. */
  readonly partOf: CallId | undefined;
  /** Calls found to be part of this one, directly or through another part, in the order they were joined. */
  readonly parts: readonly CallId[];
};
export type Memo = { readonly at: Instant; readonly text: string; readonly by: Saver };
export type Message = {
  readonly id: string;
  readonly at: Instant;
  readonly direction: 'inbound' | 'outbound';
  readonly agent?: Agent;
  readonly text?: string;
};
export type CallType = 'outbound-answered' | 'outbound-unanswered' | 'inbound-answered' | 'missed' | 'voicemail' | 'internal';
export type Outcome =
  | 'answered'
  | 'missed'
  | 'abandoned'
  | 'closed'
  | 'voicemail'
  /** Outbound and internal: whoever dialled gave up. */
  | 'cancelled'
  /** Outbound: what the customer's phone or the network answered. */
  | 'busy'
  | 'no answer'
  | 'declined'
  | 'no such number'
  | 'unreachable';
export type Attempt = {
  readonly at: Instant;
  readonly endpoint: string;
  readonly agent?: Agent;
  readonly seconds: number;
  /** Undefined while it rings. */
  readonly how: RingEnd | undefined;
};
/** One of ours in this call. Seconds to the millisecond, by the phone system's clock only (C6). */
export type Person = {
  /** As dialled: where they answered, else what rang first; the agent's id if no endpoint was told. */ readonly endpoint: string;
  readonly agent?: Agent;
  readonly softphone?: boolean;
  readonly ringSeconds: number;
  /** With the customer, hold included. */ readonly talkSeconds: number;
  readonly holdSeconds: number;
  /** Talked with the customer, if only for an instant. */ readonly answered: boolean;
};
