import { randomBytes } from 'node:crypto';
import { cursorInvalid } from '../errors.ts';
import { readId } from '../ids.ts';
import type { Plan } from './plan.ts';

/** A list of rows that is read page by page: which rows they are was settled by the first page. */
export type Cursor = {
  readonly plan: Plan;
  readonly rows: Float64Array;
  readonly batch: number;
  readonly userId: string;
  readonly bornMs: number;
};

/** "Each locator and its associated results are available for two days after the initial query executes" [D Help 000384958]. */
const lifeMs = 2 * 24 * 3_600_000;
/** A real org has no number for it any more; a process has a memory. */
const mostCursors = 500;

/** Keeps the rows of long answers under their locators: 18 characters that begin with 0r8 [D Help 000384958]. */
export class Cursors {
  readonly #now: () => number;
  readonly #kept = new Map<string, Cursor>();

  constructor(now: () => number) {
    this.#now = now;
  }

  keep(cursor: Omit<Cursor, 'bornMs'>): string {
    const random = Array.from(randomBytes(12), (byte) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef'.charAt(byte % 32)).join('');
    const locator = readId(`0r8${random}`) ?? '';
    const [oldest] = this.#kept.keys();
    if (this.#kept.size >= mostCursors && oldest !== undefined) this.#kept.delete(oldest);
    this.#kept.set(locator, { ...cursor, bornMs: this.#now() });
    return locator;
  }

  /** `0r8…-2000`: the cursor, and the place in it. Of someone else's there is none (guessed). */
  find(address: string, userId: string | undefined): { locator: string; cursor: Cursor; from: number } {
    const [, id = '', place = ''] = /^(\w{15}|\w{18})-(\d+)$/.exec(address) ?? [];
    const locator = readId(id) ?? '';
    const cursor = this.#kept.get(locator);
    const from = Number(place);
    if (!cursor || from > cursor.rows.length || (userId !== undefined && cursor.userId !== userId)) throw cursorInvalid();
    if (this.#now() - cursor.bornMs >= lifeMs) {
      this.#kept.delete(locator);
      throw cursorInvalid();
    }
    return { locator, cursor, from };
  }

  clear(): void {
    this.#kept.clear();
  }
}
