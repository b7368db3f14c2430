import { Metadata, status, type ServerDuplexStream } from '@grpc/grpc-js';
import type { OrgState } from '../org-state.ts';
import { hiddenFields } from './access.ts';
import type { LoggedEvent } from './change-log.ts';
import {
  deliveriesExceeded,
  replayIdCorrupted,
  replayIdMissing,
  requestedInvalid,
  RpcError,
  serviceUnavailable,
  topicMismatch,
} from './rpc-errors.ts';
import type { StreamFaults } from './stream-faults.ts';
import { topicNamed, type Topic } from './topics.ts';

export type FetchRequest = {
  topicName: string;
  replayPreset: 'LATEST' | 'EARLIEST' | 'CUSTOM';
  replayId: Buffer;
  numRequested: number;
};
export type FetchResponse = {
  events: { event: { id: string; schemaId: string; payload: Buffer }; replayId: Buffer }[];
  latestReplayId: Buffer;
  rpcId: string;
  pendingNumRequested: number;
};

/** "The maximum number of events that can be requested in a Subscribe call across all requests is 100" [D flow control]. */
const mostRequested = 100;
/** "The empty FetchResponse is sent within 270 seconds" [D Subscribe RPC method]; the clock is looked at each second. */
const keepAliveMs = 269_000;
/** "The client must send a new FetchRequest within 60 seconds" when nothing more is owed to it [D Subscribe RPC method]. */
const patienceMs = 60_000;
/** A message stays below the 4 MB that gRPC clients take. */
const mostBytes = 3_000_000;

/** Eight bytes of number and two of nothing [C pozil/pub-sub-api-node-client#27, java-client#6]. */
function replayIdOf(place: number): Buffer {
  const bytes = Buffer.alloc(10);
  bytes.writeBigUInt64BE(BigInt(place));
  return bytes;
}
/** A public client gives back the first eight bytes alone [C pozil/pub-sub-api-node-client]. */
function placeOf(replayId: Buffer): number | undefined {
  const whole = replayId.length === 8 || (replayId.length === 10 && replayId.readUInt16BE(8) === 0);
  const place = whole ? replayId.readBigUInt64BE() : undefined;
  return place === undefined || place > BigInt(Number.MAX_SAFE_INTEGER) ? undefined : Number(place);
}

type Call = ServerDuplexStream<FetchRequest, FetchResponse>;

/** One Subscribe call: what was asked for, what is owed, and where in the stream it is. */
export class Subscription {
  readonly #org: OrgState;
  readonly #faults: StreamFaults;
  readonly #call: Call;
  readonly #authenticate: () => string;
  readonly #rpcId: string;
  #topic: Topic | undefined;
  #userId = '';
  #place = 0;
  #owed = 0;
  #lastSaidMs = 0;
  #ended = false;
  /** Said, and not yet on the wire: `delay` and `stall` keep it here. */
  #saying: { dueMs: number; message: FetchResponse }[] = [];
  readonly #onEnd: (subscription: Subscription) => void;

  constructor(
    org: OrgState,
    faults: StreamFaults,
    call: Call,
    rpcId: string,
    authenticate: () => string,
    onEnd: (subscription: Subscription) => void,
  ) {
    this.#org = org;
    this.#faults = faults;
    this.#call = call;
    this.#rpcId = rpcId;
    this.#authenticate = authenticate;
    this.#onEnd = onEnd;
    call.on('data', (request: FetchRequest) => this.#guarded(() => this.#fetch(request)));
    // A client that will ask for nothing more is sent nothing more (guessed).
    call.on('end', () => this.#finish(() => call.end()));
    call.on('cancelled', () => this.#finish(() => undefined));
    call.on('error', () => this.#finish(() => undefined));
  }

  /** Who may not come in hears it before he asks for anything. */
  begin(): void {
    this.#guarded(() => {
      this.#authenticate();
    });
  }

  get told(): { topic: string; owed: number; place: number } {
    return { topic: this.#topic?.name ?? '', owed: this.#owed, place: this.#place };
  }

  #fetch({ topicName, replayPreset, replayId, numRequested }: FetchRequest): void {
    // Each request is a use of the session; what a real org does of a session that ended in mid-stream was not found.
    const userId = this.#authenticate();
    if (!this.#topic) {
      if (this.#faults.refuses(topicName)) throw serviceUnavailable();
      const topic = topicNamed(this.#org.store, topicName, userId);
      if (numRequested <= 0) throw requestedInvalid();
      this.#place = this.#startOf(replayPreset, replayId);
      this.#topic = topic;
      // A client that waits for the answer's head knows that it missed nothing from here on.
      this.#call.sendMetadata(new Metadata());
    } else {
      if (topicName !== '' && topicName !== this.#topic.name) throw topicMismatch();
      if (numRequested <= 0) throw requestedInvalid();
    }
    this.#owed = Math.min(mostRequested, this.#owed + numRequested);
    this.#lastSaidMs = this.#org.now();
    this.#userId = userId;
    this.#deliver();
  }

  #startOf(preset: FetchRequest['replayPreset'], replayId: Buffer): number {
    const log = this.#org.store.changes;
    log.prune();
    if (preset === 'LATEST') return log.last;
    if (preset === 'EARLIEST') return 0;
    if (replayId.length === 0) throw replayIdMissing();
    const place = placeOf(replayId);
    if (place === undefined || !log.holds(place)) throw replayIdCorrupted();
    return place;
  }

  /** New events are there, or time has passed, or a fault is over. */
  tick(): void {
    this.#guarded(() => {
      if (!this.#topic) return;
      this.#deliver();
      const quietMs = this.#org.now() - this.#lastSaidMs;
      if (this.#owed === 0) {
        if (quietMs >= patienceMs && this.#saying.length === 0) this.#finish(() => this.#call.end());
      } else if (quietMs >= keepAliveMs) {
        this.#place = this.#org.store.changes.advance();
        this.#org.store.commit(); // a place that was told outlives kill -9
        this.#say([]);
      }
      this.#utter();
    });
  }

  #deliver(): void {
    const log = this.#org.store.changes;
    const objects = this.#topic?.objects().map(({ name }) => name) ?? [];
    while (this.#owed > 0 && !this.#ended && objects.length > 0) {
      const room = log.settings.maxDelivered - log.delivered;
      const events = log.after(this.#place, objects, Math.max(1, Math.min(this.#owed, room)));
      if (events.length === 0) break;
      if (room <= 0) throw deliveriesExceeded();
      this.#say(events);
    }
    this.#utter();
  }

  #say(events: readonly LoggedEvent[]): void {
    const log = this.#org.store.changes;
    const said: FetchResponse['events'] = [];
    let bytes = 0;
    for (const event of events) {
      const object = this.#org.store.schema.find(event.object);
      const payload = log.encode(event, object ? hiddenFields(this.#org.store, this.#userId, object) : new Set());
      if (said.length > 0 && bytes + payload.length > mostBytes) break;
      bytes += payload.length;
      said.push({ event: { id: event.id, schemaId: event.schemaId, payload }, replayId: replayIdOf(event.replayId) });
      this.#place = event.replayId;
    }
    this.#owed -= said.length;
    if (said.length > 0) log.countDelivered(said.length);
    this.#lastSaidMs = this.#org.now();
    this.#saying.push({
      dueMs: this.#lastSaidMs + this.#faults.delayMs(this.#topic?.name ?? ''),
      message: { events: said, latestReplayId: replayIdOf(this.#place), rpcId: this.#rpcId, pendingNumRequested: this.#owed },
    });
  }

  #utter(): void {
    if (this.#ended || this.#faults.stalls(this.#topic?.name ?? '')) return;
    for (let next = this.#saying[0]; next && next.dueMs <= this.#org.now(); next = this.#saying[0]) {
      this.#saying.shift();
      this.#call.write(next.message);
    }
  }

  #guarded(work: () => void): void {
    if (this.#ended) return;
    try {
      work();
    } catch (cause) {
      if (!(cause instanceof RpcError)) console.error(cause);
      this.fail(cause instanceof RpcError ? cause : new RpcError(status.INTERNAL, 'subscription.internal.error', String(cause)));
    }
  }
  /** Ends the stream with an error. */
  fail(error: RpcError): void {
    this.#finish(() => this.#call.emit('error', error.told(this.#rpcId)));
  }
  #finish(how: () => void): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#onEnd(this);
    how();
  }
}
