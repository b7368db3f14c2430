import { Pool } from 'undici';
import { signDelivery } from '../sources/generic-webhook/sign.ts';
import type { Said, Story } from './generator.ts';
import { pause } from './pause.ts';

/**
 * What the phone system's clock is ahead of this machine's. A server whose clock is moved (as only experiments do) refuses what was
 * signed by another and says by how much; the sender then sets its clock, as its admin would.
 */
export type SenderClock = { aheadMs: number };
export type Sent = {
  /** Deliveries, repeats included, that were answered 2xx. */
  acknowledged: number;
  /** Requests, tries again included. */
  tries: number;
  /** Requests by the status they were answered with; 0: not at all. */
  readonly answers: Map<number, number>;
};
/** So many wait for an answer at once; a phone system has its bounds too. */
const atOnce = 48;
/** Between two tries of one delivery at most so long, give or take half of it. */
const longestWaitMs = 3_000;

/**
 * A phone system that sends its webhooks: each delivery at its time, signed anew at each try, under the same id until it is answered
 * 2xx. A refusal that a real one could never mend (4xx) is a mistake of this program and throws.
 */
export class Sender {
  readonly sent: Sent = { acknowledged: 0, tries: 0, answers: new Map() };
  /** Deliveries that were due and have not been acknowledged. */
  waiting = 0;
  readonly #doors: readonly { readonly pool: Pool; readonly path: string }[];
  readonly #secret: string;
  readonly #clock: SenderClock = { aheadMs: 0 };
  readonly #stop = new AbortController();

  /** `urls`: of the hook; a delivery that one doesn't take goes to the next. */
  constructor(urls: readonly string[], secret: string) {
    this.#doors = urls.map((url) => ({ pool: new Pool(new URL(url).origin, { connections: atOnce }), path: new URL(url).pathname }));
    this.#secret = secret;
  }
  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#doors.map(({ pool }) => pool.destroy()));
  }

  /** Begins so many calls a second; resolves when every delivery of them was acknowledged. */
  async send(stories: readonly Pick<Story, 'deliveries'>[], perSecond: number): Promise<void> {
    const begun = performance.now();
    const schedule = stories
      .flatMap((story, place) => story.deliveries.map((said) => ({ said, atMs: (place * 1000) / perSecond + said.afterMs })))
      .toSorted((a, b) => a.atMs - b.atMs);
    const underWay = new Set<Promise<void>>();
    const trouble: Error[] = [];
    for (const [place, { said, atMs }] of schedule.entries()) {
      const earlyMs = begun + atMs - performance.now();
      if (earlyMs > 1) await pause(earlyMs, this.#stop.signal);
      while (underWay.size >= 1_000) await Promise.race(underWay);
      if (this.#stop.signal.aborted || trouble.length > 0) break;
      const task: Promise<void> = this.#deliver(said, place)
        .catch((error: unknown) => void trouble.push(error as Error))
        .finally(() => underWay.delete(task));
      underWay.add(task);
    }
    await Promise.all(underWay);
    if (trouble[0]) throw trouble[0];
  }

  async #deliver(said: Said, first: number): Promise<void> {
    this.waiting++;
    for (let attempt = 0; !this.#stop.signal.aborted; attempt++) {
      const door = this.#doors[(first + attempt) % this.#doors.length]!;
      const { aheadMs } = this.#clock;
      const { status, text } = await this.#post(door, said, Date.now() + aheadMs);
      this.sent.tries++;
      this.sent.answers.set(status, (this.sent.answers.get(status) ?? 0) + 1);
      if (status >= 200 && status < 300) {
        this.sent.acknowledged++;
        this.waiting--;
        return;
      }
      const [, seconds, way] = /is (\d+) seconds (ahead of|behind) our clock/.exec(text) ?? [];
      if (seconds !== undefined) this.#clock.aheadMs = aheadMs + (way === 'behind' ? 1 : -1) * Number(seconds) * 1000;
      else if (status >= 400 && status < 500) throw new Error(`${said.deliveryId} was answered ${status}: ${text}`);
      await pause(Math.min(250 * 2 ** Math.min(attempt, 5), longestWaitMs) * (0.5 + Math.random()), this.#stop.signal);
    }
  }

  async #post({ pool, path }: { pool: Pool; path: string }, said: Said, signedAtMs: number): Promise<{ status: number; text: string }> {
    const headers = signDelivery(this.#secret, said.deliveryId, signedAtMs, said.body);
    try {
      const { statusCode, body } = await pool.request({
        path,
        method: 'POST',
        headers,
        body: said.body,
        headersTimeout: 15_000,
        bodyTimeout: 15_000,
      });
      return { status: statusCode, text: await body.text() };
    } catch (error) {
      return { status: 0, text: (error as Error).message }; // not answered: the server was killed, or is not there yet
    }
  }
}

export const sayAnswers = ({ answers }: Sent): string =>
  [...answers]
    .toSorted(([a], [b]) => a - b)
    .map(([status, count]) => `${count} × ${status === 0 ? 'no answer' : status}`)
    .join(', ');
