import type { CallEvent, Instant } from './call/event.ts';
import type { World } from './world.ts';

/** One delivery as it came over the wire. `headers` holds the allow-listed names only, in lower case (S2). */
export type Delivery = {
  readonly body: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
  /** Milliseconds, our clock. */ readonly receivedAt: number;
};
/** What a delivery said. `unheard`: event types we don't know yet, stored and shown, never an error. */
export type Translated = {
  readonly events: readonly CallEvent[];
  readonly unheard: readonly string[];
  /** When it was sent, by the sender's clock: what its offset is estimated from (C6). */ readonly sentAt?: Instant;
};
/** Why a delivery was refused at the door: the status to answer and a sentence that says what to do. */
export type Refusal = { readonly status: 400 | 401 | 413 | 415; readonly code: string; readonly message: string };

/** What somebody who listens to a phone system is given. */
export type Listening = {
  /** Of this connection, as stored; the source parses it. */
  readonly settings: unknown;
  /** Takes a delivery in as the door does; resolves when its bytes are durable, rejects when they aren't. */
  readonly hand: (deliveryId: string, body: Uint8Array) => Promise<void>;
  /** Ids of this connection's calls of which no end is known: some may have ended while nobody listened. */
  readonly live: () => Promise<readonly string[]>;
  readonly world: World;
  readonly report: (what: string, fields: Readonly<Record<string, unknown>>) => void;
  /** What the admin has to know and mend, in a sentence; undefined: all is well. */
  readonly trouble: (sentence: string | undefined) => void;
  readonly stop: AbortSignal;
};

/** A phone system we can hear. To add one: a folder in `sources/` and a line in `sources/index.ts`; no other file changes. */
export interface Source {
  readonly name: string;
  /** Header names worth keeping with a delivery. Never authorization, cookies or signatures (S2). */
  readonly keepHeaders: readonly string[];
  /** Bytes; a longer body is refused with 413 before it is read whole. */
  readonly maxBodyBytes: number;
  /** Milliseconds after the end in which late facts are still expected; what can't be taken back waits this long (D3). */
  readonly settleMs: number;
  /** Milliseconds without a fact after which an unended call is presumed ended. */
  readonly silenceMs: number;
  /** Is this delivery really theirs, fresh and readable enough to keep? Sees raw bytes and all headers before any parsing. Gives the sender's delivery id. `nowMs` by our clock. */
  accept(body: Uint8Array, headers: Headers, secrets: readonly string[], nowMs: number): { deliveryId: string } | Refusal;
  /** Says in our words what they said in theirs. Throws only when the bytes can't be read at all; then the delivery parks with them (E1). */
  translate(delivery: Delivery & { readonly deliveryId: string }): Translated;
  /**
   * Makes facts of `signalled` ones, where single signals make sense only together: given are all facts of a call and of every call it is
   * connected with, in any order, any part of them missing or told twice. Pure and total; what isn't `signalled` comes back as it is (C1).
   */
  conclude?(events: readonly CallEvent[]): readonly CallEvent[];
  /** For a phone system that doesn't call us: connects to it and hands over what it says, until `stop`. One node at a time does so for one connection. */
  listen?(listening: Listening): Promise<void>;
  /** JSON Schema 2020-12 of one delivery's body, for /openapi.json; undefined when the vendor documents it. */
  readonly schema?: unknown;
}
