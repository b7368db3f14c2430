import type { OrgId } from '../store.ts';

/** One delivery about to be stored, exactly as it came. */
export type NewDelivery = {
  readonly org: OrgId;
  readonly connection: string;
  /** The sender's id of it; repeats share it. */
  readonly deliveryId: string;
  /** The allow-listed ones only, in lower case (S2). */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Hex SHA-256 of what it says (`hashPayload`): tells a repeat from a second story under the same id (C5). */
  readonly payloadHash: string;
  /** Milliseconds, our clock. */
  readonly receivedAt?: number;
};

/** Nothing was stored, and it is worth asking again later (E6). */
export class Overloaded extends Error {}
/** The commit failed or was never answered: the rows may or may not be stored. Sending them again is right either way (C5). */
export class NotStored extends Error {}

export type GroupCommit = {
  /** Resolves when this delivery is durable (E1). Rejects with `Overloaded` or `NotStored`. */
  add(row: NewDelivery): Promise<void>;
  /** Why nothing more is taken now, or undefined: asked before a body is read. */
  whyFull(): string | undefined;
  /** Takes nothing more; resolves when everybody has been answered. */
  close(): Promise<void>;
};
export type Limits = {
  /** Rows a commit carries at most. More gain nothing: the cost of a commit is its flush. */
  readonly rowsPerCommit: number;
  /** Bytes a commit carries at most, unless a single row is larger. */
  readonly bytesPerCommit: number;
  /** One flushes while the next is sent; a third gains nothing and takes a connection from the line. */
  readonly commitsInFlight: number;
  /** Deliveries not yet answered. At a few thousand a second this is about a second's wait: longer, and senders give up anyway. */
  readonly rowsWaiting: number;
  /** Their bytes: what an attack of large bodies may take of this machine's memory. */
  readonly bytesWaiting: number;
};
const usual: Limits = {
  rowsPerCommit: 200,
  bytesPerCommit: 4 * 1_048_576,
  commitsInFlight: 2,
  rowsWaiting: 5_000,
  bytesWaiting: 64 * 1_048_576,
};
/** What a row weighs besides its body: headers, ids, hash. */
const bytesBesidesBody = 1_024;

type Waiting = { readonly row: NewDelivery; readonly bytes: number; readonly stored: () => void; readonly failed: (why: Error) => void };

/**
 * Gathers deliveries into commits: whatever arrived while the last commits ran goes with the next.
 * Nobody waits for company, so a lone delivery is stored at once, and a burst costs few flushes.
 *
 * `append` resolves when all its rows are durable; `storeFull` says in words why the store takes nothing now.
 */
export function groupCommit(
  append: (rows: readonly NewDelivery[]) => Promise<void>,
  storeFull: () => string | undefined = () => undefined,
  limits: Partial<Limits> = {},
): GroupCommit {
  const { rowsPerCommit, bytesPerCommit, commitsInFlight, rowsWaiting, bytesWaiting } = { ...usual, ...limits };
  let queue: Waiting[] = [];
  let inFlight = 0;
  let [unansweredRows, unansweredBytes] = [0, 0];
  let closing: { readonly answered: Promise<void>; readonly done: () => void } | undefined;

  function whyFull(): string | undefined {
    if (closing) return 'This node is stopping.';
    if (unansweredRows >= rowsWaiting) return `${unansweredRows} deliveries are waiting to be stored.`;
    if (unansweredBytes >= bytesWaiting) return `${unansweredBytes} bytes are waiting to be stored.`;
    return storeFull();
  }

  function startCommits(): void {
    while (inFlight < commitsInFlight && queue.length > 0) {
      const batch = takeBatch();
      inFlight += 1;
      void commit(batch).finally(() => {
        inFlight -= 1;
        startCommits();
        if (unansweredRows === 0) closing?.done();
      });
    }
  }
  function takeBatch(): Waiting[] {
    let [rows, bytes] = [0, 0];
    for (const { bytes: more } of queue) {
      if (rows === rowsPerCommit || (rows > 0 && bytes + more > bytesPerCommit)) break;
      rows += 1;
      bytes += more;
    }
    const batch = queue.slice(0, rows);
    queue = queue.slice(rows);
    return batch;
  }
  async function commit(batch: readonly Waiting[]): Promise<void> {
    let failure: Error | undefined;
    try {
      await append(batch.map(({ row }) => row));
    } catch (cause) {
      failure = cause instanceof Overloaded ? cause : new NotStored('The delivery may not have been stored.', { cause });
    }
    for (const { bytes, stored, failed } of batch) {
      unansweredRows -= 1;
      unansweredBytes -= bytes;
      if (failure) failed(failure);
      else stored();
    }
  }

  return {
    whyFull,
    add(row) {
      const why = whyFull();
      if (why) return Promise.reject(new Overloaded(why));
      const { promise, resolve: stored, reject: failed } = Promise.withResolvers<void>();
      const bytes = row.body.byteLength + bytesBesidesBody;
      unansweredRows += 1;
      unansweredBytes += bytes;
      queue.push({ row, bytes, stored, failed });
      // Deliveries that came in the same turn share the first commit.
      if (queue.length === 1) queueMicrotask(startCommits);
      return promise;
    },
    close() {
      if (!closing) {
        const { promise: answered, resolve: done } = Promise.withResolvers<void>();
        closing = { answered, done };
        if (unansweredRows === 0) done();
      }
      return closing.answered;
    },
  };
}
