import { concurrentLimit, dailyLimit } from './errors.ts';

/** "Enterprise Edition: 100,000 + licences" in a rolling 24 hours [D API request limits and allocations]. */
const enterpriseDaily = 100_000;
/** "25 concurrent requests of 20 seconds and longer" in production orgs [D the same page]. */
const concurrentLong = 25;
const longMs = 20_000;
const hourMs = 3_600_000;
/** "Up to 2,000 records … the returned batch can include fewer, based on the size and complexity of records" [D resources_query]. */
const rowsPerPage = 2000;

/** What the org allows: the daily allocation, counted in hourly buckets, and the cap on long requests. */
export class Limits {
  max = enterpriseDaily;
  maxConcurrentLong = concurrentLong;
  longMs = longMs;
  rowsPerPage = rowsPerPage;
  readonly #now: () => number;
  readonly #elapsed: () => number;
  readonly #hours = new Map<number, number>();
  readonly #running = new Set<number>();

  constructor(now: () => number, elapsed: () => number) {
    this.#now = now;
    this.#elapsed = elapsed;
  }

  get used(): number {
    const hour = Math.floor(this.#now() / hourMs);
    let sum = 0;
    for (const [bucket, count] of this.#hours) {
      if (bucket <= hour - 24) this.#hours.delete(bucket);
      else sum += count;
    }
    return sum;
  }
  set used(count: number) {
    this.#hours.clear();
    this.#hours.set(Math.floor(this.#now() / hourMs), count);
  }

  /** One more call, or a refusal. Refused calls are not counted (guessed). Returns what to call when the request ends. */
  enter(): () => void {
    if (this.used >= this.max) throw dailyLimit();
    const started = this.#elapsed();
    let long = 0;
    for (const start of this.#running) if (started - start >= this.longMs) long += 1;
    if (long >= this.maxConcurrentLong) throw concurrentLimit();
    const hour = Math.floor(this.#now() / hourMs);
    this.#hours.set(hour, (this.#hours.get(hour) ?? 0) + 1);
    let key = started;
    while (this.#running.has(key)) key += 1e-6;
    this.#running.add(key);
    return () => void this.#running.delete(key);
  }

  /** `Sforce-Limit-Info` on every answer [D headers_api_usage]. */
  get header(): string {
    return `api-usage=${this.used}/${this.max}`;
  }
}
