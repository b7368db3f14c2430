import type { FaultKind } from './faults.ts';

/** One request as the org saw it. */
export type Entry = {
  seq: number;
  at: string;
  method: string;
  path: string;
  /** Of a composite: "PATCH Task/… 201", in order. */
  subrequests?: string[];
  /** What was answered; 0 when the connection was destroyed. */
  status: number;
  written: number;
  rowErrors?: Record<string, number>;
  fault?: FaultKind;
  ms: number;
  /** API calls of the day, this one included. */
  usage: number;
};

/** The latest requests, and counts of all of them since the start or the last reset. */
export class Journal {
  readonly #size: number;
  #entries: Entry[] = [];
  #start = 0;
  #seq = 0;
  #counts = Journal.#zero();

  constructor(size = 100_000) {
    this.#size = size;
  }

  static #zero() {
    return {
      requests: 0,
      apiCalls: 0,
      rowsWritten: 0,
      byStatus: {} as Record<string, number>,
      rowErrors: {} as Record<string, number>,
      faults: {} as Record<string, number>,
    };
  }

  add(entry: Omit<Entry, 'seq'>, counted: boolean): void {
    this.#seq += 1;
    const kept = { seq: this.#seq, ...entry };
    if (this.#entries.length < this.#size) this.#entries.push(kept);
    else {
      this.#entries[this.#start] = kept;
      this.#start = (this.#start + 1) % this.#size;
    }
    const counts = this.#counts;
    counts.requests += 1;
    if (counted) counts.apiCalls += 1;
    counts.rowsWritten += entry.written;
    counts.byStatus[entry.status] = (counts.byStatus[entry.status] ?? 0) + 1;
    for (const [code, count] of Object.entries(entry.rowErrors ?? {})) counts.rowErrors[code] = (counts.rowErrors[code] ?? 0) + count;
    if (entry.fault) counts.faults[entry.fault] = (counts.faults[entry.fault] ?? 0) + 1;
  }

  since(seq: number, limit: number): { entries: Entry[]; last: number; oldest: number } {
    const ordered = this.#start === 0 ? this.#entries : [...this.#entries.slice(this.#start), ...this.#entries.slice(0, this.#start)];
    const oldest = ordered[0]?.seq ?? this.#seq + 1;
    return { entries: ordered.slice(Math.max(0, seq + 1 - oldest)).slice(0, limit), last: this.#seq, oldest };
  }

  /** The newest first, those older than `before`. */
  latest(fits: (entry: Entry) => boolean, limit: number, before = Infinity): { entries: Entry[]; more: boolean } {
    const entries: Entry[] = [];
    for (let back = 1; back <= this.#entries.length; back += 1) {
      const entry = this.#entries[(this.#start - back + this.#entries.length) % this.#entries.length];
      if (!entry || entry.seq >= before || !fits(entry)) continue;
      if (entries.length === limit) return { entries, more: true };
      entries.push(entry);
    }
    return { entries, more: false };
  }

  get counts() {
    return this.#counts;
  }

  clear(): void {
    this.#entries = [];
    this.#start = 0;
    this.#seq = 0;
    this.#counts = Journal.#zero();
  }
}
