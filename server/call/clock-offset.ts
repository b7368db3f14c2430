/**
 * How far our clock is ahead of a phone system's (C6). A delivery says when it was sent, by their clock, and we know when it
 * came; the network only ever adds, so the least difference of the last minutes is the nearest to the truth. Pure.
 */
export type ClockWindow = { readonly bucket: number; readonly lowMs: number; readonly formerLowMs: number | undefined };

const bucketMs = 5 * 60_000;
/** Smaller differences are the resolution of a timestamp in whole seconds and the network, not a clock. */
const resolutionMs = 1_000;

export function observeClock(window: ClockWindow | undefined, sentAtMs: number, receivedAtMs: number): ClockWindow {
  const bucket = Math.floor(receivedAtMs / bucketMs);
  const differenceMs = Math.round(receivedAtMs - sentAtMs);
  if (window === undefined) return { bucket, lowMs: differenceMs, formerLowMs: undefined };
  if (bucket <= window.bucket) return { ...window, lowMs: Math.min(window.lowMs, differenceMs) };
  return { bucket, lowMs: differenceMs, formerLowMs: bucket === window.bucket + 1 ? window.lowMs : undefined };
}

/** Milliseconds to add to their instants to get ours; 0 while the difference can be explained without a wrong clock. */
export function clockOffsetMs(window: ClockWindow | undefined): number {
  if (window === undefined) return 0;
  const lowMs = Math.min(window.lowMs, window.formerLowMs ?? Infinity);
  return Math.abs(lowMs) <= resolutionMs ? 0 : lowMs;
}
