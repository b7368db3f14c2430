import { alarm } from './clock.ts';
import { rowLocked } from './errors.ts';

/** Row locks, held by a request until it ends. Reentrant; first come, first served. */
export class Locks {
  readonly #held = new Map<string, { holder: symbol; waiting: (() => void)[] }>();
  waitMs: number;

  constructor(waitMs: number) {
    this.waitMs = waitMs;
  }

  /** All of them now, or none. */
  tryTake(holder: symbol, ids: readonly string[]): boolean {
    if (
      ids.some((id) => {
        const lock = this.#held.get(id);
        return lock && lock.holder !== holder;
      })
    )
      return false;
    for (const id of ids) if (!this.#held.has(id)) this.#held.set(id, { holder, waiting: [] });
    return true;
  }

  /** Waits up to `waitMs`, then gives up as the org does [K: about ten seconds]. Two requests locking crosswise both end so. */
  async take(holder: symbol, ids: readonly string[]): Promise<void> {
    let late = false;
    const patience = alarm(this.waitMs);
    const deadline = patience.rang.then(() => {
      late = true;
    });
    try {
      while (!this.tryTake(holder, ids)) {
        if (late)
          throw rowLocked(
            ids.filter((id) => {
              const lock = this.#held.get(id);
              return lock && lock.holder !== holder;
            }),
          );
        const busy = ids.map((id) => this.#held.get(id)).find((lock) => lock && lock.holder !== holder);
        await Promise.race([new Promise<void>((wake) => busy?.waiting.push(wake)), deadline]);
      }
    } finally {
      patience.cancel();
    }
  }

  release(holder: symbol, ids: Iterable<string>): void {
    for (const id of ids) {
      const lock = this.#held.get(id);
      if (lock?.holder !== holder) continue;
      this.#held.delete(id);
      for (const wake of lock.waiting) wake();
    }
  }

  get size(): number {
    return this.#held.size;
  }
}
