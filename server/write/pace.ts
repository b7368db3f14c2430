/**
 * How fast to write. Two scarce things pull against each other: a person waits for the record, and the org's daily allocation
 * is shared with every other integration of the customer. Pure: state in, state out.
 */
export type Pace = {
  /** Calls becoming ready a second, smoothed. */
  readonly arrivalsPerSecond: number;
  /** Records in one request, following the response time. */
  readonly batchLimit: number;
  /** Requests that failed as a whole, in a row. */
  readonly failures: number;
  /** Nothing is sent before (world.monotonic, ms). */
  readonly notBeforeMs: number;
  /** Rows of any kind in the next request. Halved while requests are refused as a whole: it may be one row that isn't let in (W5). */
  readonly mostRows: number;
};
export const startPace = (maxRecords: number): Pace => ({
  arrivalsPerSecond: 0,
  batchLimit: Math.min(50, maxRecords),
  failures: 0,
  notBeforeMs: 0,
  mostRows: Infinity,
});

/** A response time that leaves a person no time to wonder, and the org time for others (W6). */
const targetMs = 1_000;
const plentyLingerMs = 400;
/** From this share of the day's allocation on, calls are saved. */
export const scarceFrom = 0.8;
/** From this many a second on, waiting a moment makes one request of several. */
export const busyPerSecond = 2;

/**
 * How long the first waiting row may linger for company. Nothing when calls are rare; up to 400 ms when they are many; longer
 * as the day's allocation shrinks: growing from 80 %, a minute from 95 % (complaint 12; rivals pause there).
 */
export function lingerMs(pace: Pace, usedShare: number): number {
  const plenty = pace.arrivalsPerSecond >= busyPerSecond ? plentyLingerMs : 0;
  if (usedShare < scarceFrom) return plenty;
  if (usedShare < 0.95) return Math.max(plenty, 2_000 + ((usedShare - scarceFrom) / 0.15) * 28_000);
  return 60_000;
}

/** A clean answer: the batch grows or shrinks toward the target response time, never by more than half at once. */
export function paceAfterAnswer(pace: Pace, records: number, tookMs: number, maxRecords: number): Pace {
  const wanted = records > 0 ? (records * targetMs) / Math.max(tookMs, 1) : pace.batchLimit;
  const full = records >= pace.batchLimit * 0.8;
  const next = tookMs > targetMs ? Math.max(wanted, pace.batchLimit / 2) : full ? Math.min(wanted, pace.batchLimit * 1.5) : pace.batchLimit;
  const mostRows = pace.mostRows * 2 > maxRecords ? Infinity : pace.mostRows * 2;
  return { ...pace, batchLimit: Math.round(Math.min(Math.max(next, 5), maxRecords)), failures: 0, notBeforeMs: 0, mostRows };
}

/** The org as a whole said no or nothing: back off, doubling to 15 s so that its return is noticed soon. `chance` in [0, 1). */
export function paceAfterFailure(pace: Pace, retryAfterMs: number | undefined, nowMs: number, chance: number): Pace {
  const failures = pace.failures + 1;
  const backOffMs = Math.min(15_000, 250 * 2 ** Math.min(failures, 10)) * (0.5 + chance / 2);
  return { ...pace, failures, notBeforeMs: nowMs + Math.max(backOffMs, retryAfterMs ?? 0) };
}

/**
 * A request of so many rows was refused for something an admin can mend. Either nothing of ours is let in, or one row isn't (a firewall
 * in front of the org that dislikes a text): half of it tells, and then half of that.
 */
export const paceAfterRefusal = (pace: Pace, rows: number, nowMs: number, chance: number): Pace => ({
  ...paceAfterFailure(pace, rows > 1 ? undefined : 30_000, nowMs, chance),
  mostRows: Math.max(1, Math.floor(rows / 2)),
});

/** `arrived` rows in `seconds`: an average over about five seconds. */
export function paceAfterArrivals(pace: Pace, arrived: number, seconds: number): Pace {
  const weight = 1 - Math.exp(-seconds / 5);
  return { ...pace, arrivalsPerSecond: pace.arrivalsPerSecond + (arrived / Math.max(seconds, 0.001) - pace.arrivalsPerSecond) * weight };
}
