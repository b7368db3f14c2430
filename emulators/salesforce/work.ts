import { sleep, turn } from './clock.ts';
import { Refusal } from './errors.ts';
import type { Locks } from './locks.ts';
import type { RowFault } from './faults.ts';
import type { Store } from './store.ts';

/**
 * A request's work is a generator: it yields where a real org would let others in, and runs without a gap in between. So the same code
 * serves a slow request, a subrequest of a composite, and a transaction that must not be interleaved.
 */
export type Pause =
  | { readonly wait: 'begin' }
  | { readonly wait: 'row' }
  | { readonly wait: 'turn' }
  | { readonly wait: 'locks'; readonly ids: readonly string[] };
export type Work<T> = Generator<Pause, T, void>;

/** What a request carries through its work. */
export type Ctx = {
  readonly store: Store;
  readonly now: () => number;
  readonly userId: string;
  readonly via: 'api' | 'screen';
  readonly version: string;
  readonly locks: Locks;
  readonly holder: symbol;
  readonly heldIds: Set<string>;
  /** `Sforce-Auto-Assign` of this request or part of a composite. */
  readonly autoAssign: string | undefined;
  readonly rowFault: RowFault | undefined;
  /** `Sforce-Duplicate-Rule-Header` of the same. */
  readonly duplicates?: string | undefined;
  /** Records made by this save. Those of one save are no duplicates of each other. */
  readonly together?: Set<string>;
  /** `changeOrigin` of its change events, if not plain REST or a person's screen. */
  readonly origin?: string;
  /** What the log and the counts tell of this request. */
  readonly tally: { written: number; rowErrors: Map<string, number>; subrequests: string[] };
};

export function tryLock(ctx: Ctx, ids: readonly string[]): boolean {
  if (!ctx.locks.tryTake(ctx.holder, ids)) return false;
  for (const id of ids) ctx.heldIds.add(id);
  return true;
}

/** Runs the work at the request's pace. */
export async function runWork<T>(work: Work<T>, ctx: Ctx, speed: { baseMs: number; perRecordMs: number }): Promise<T> {
  let begun = false;
  try {
    let step = work.next();
    while (!step.done) {
      const pause = step.value;
      if (pause.wait === 'begin') {
        // The first look is taken, nothing is applied yet: the window in which two upserts of one new key meet. Even without latency
        // requests that are already here may look before the first one writes.
        if (!begun) await (speed.baseMs > 0 ? sleep(speed.baseMs / 2) : turn());
        begun = true;
      } else if (pause.wait === 'row') {
        if (speed.perRecordMs > 0) await sleep(speed.perRecordMs);
      } else if (pause.wait === 'turn') {
        await turn();
      } else {
        try {
          await ctx.locks.take(ctx.holder, pause.ids);
          for (const id of pause.ids) ctx.heldIds.add(id);
        } catch (cause) {
          step = work.throw(cause);
          continue;
        }
      }
      step = work.next();
    }
    if (speed.baseMs > 0) await sleep(begun ? speed.baseMs / 2 : speed.baseMs);
    return step.value;
  } finally {
    ctx.locks.release(ctx.holder, ctx.heldIds);
  }
}

/** Runs the work to its end at once. A busy lock ends it with the row's refusal. */
function runAtOnce<T>(work: Work<T>, onBusy: (ids: readonly string[]) => void = () => undefined): T {
  let step = work.next();
  while (!step.done) {
    if (step.value.wait === 'locks') {
      onBusy(step.value.ids);
      step = work.throw(new LockBusy());
    } else step = work.next();
  }
  return step.value;
}
class LockBusy extends Error {}

/**
 * One transaction: its rows' time is spent first, then all of it is applied in one moment, or nothing. Meets a busy lock: waits for it and starts
 * over, since the world may have changed.
 */
export function* allOrNothing<T>(ctx: Ctx, rows: number, work: () => Work<T>, ok: (result: T) => boolean): Work<T> {
  yield { wait: 'begin' };
  for (let row = 0; row < rows; row += 1) yield { wait: 'row' };
  for (;;) {
    const before = { written: ctx.tally.written, rowErrors: new Map(ctx.tally.rowErrors), subrequests: [...ctx.tally.subrequests] };
    let busy: readonly string[] | undefined;
    try {
      const result = ctx.store.atomically(
        () =>
          runAtOnce(work(), (ids) => {
            busy = ids;
          }),
        ok,
      );
      if (!ok(result)) ctx.tally.written = before.written;
      return result;
    } catch (cause) {
      if (!(cause instanceof LockBusy) || !busy) throw cause;
    }
    ctx.tally.written = before.written;
    ctx.tally.subrequests.splice(0, Infinity, ...before.subrequests);
    ctx.tally.rowErrors.clear();
    for (const [code, count] of before.rowErrors) ctx.tally.rowErrors.set(code, count);
    yield { wait: 'locks', ids: busy };
  }
}

/** A row's own refusal; anything else is not the row's business. */
export function asRowRefusal(cause: unknown): Refusal {
  if (cause instanceof Refusal && cause.status < 500) return cause;
  throw cause;
}
