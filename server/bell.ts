import type { World } from './world.ts';

/** Says that there may be something to do. Hints only: whoever waits also looks by itself now and then. */
export class Bell {
  /** How often it rang. Read it before looking; `wait` returns at once if it rang since. */
  count = 0;
  readonly #waiting = new Set<AbortController>();

  ring(): void {
    this.count++;
    for (const waiting of this.#waiting) waiting.abort();
    this.#waiting.clear();
  }

  /** Until it has rung since `heard`, or for `ms`. Leaves nothing behind, so it can be called for years. */
  async wait(heard: number, ms: number, world: World): Promise<void> {
    if (heard !== this.count) return;
    const mine = new AbortController();
    this.#waiting.add(mine);
    await world.sleep(ms, mine.signal);
    this.#waiting.delete(mine);
  }
}
