/** The only door to time and chance in the stand-in org. */
export type Clock = () => number;
export const wallClock: Clock = () => Date.now();
export const elapsedMs: Clock = () => performance.now();

export const sleep = (ms: number) => new Promise<void>((wake) => setTimeout(wake, ms));
/** A `sleep` that can be called off. */
export function alarm(ms: number): { readonly rang: Promise<void>; cancel(): void } {
  let timer: NodeJS.Timeout | undefined;
  const rang = new Promise<void>((ring) => {
    timer = setTimeout(ring, ms);
  });
  return { rang, cancel: () => clearTimeout(timer) };
}
/** Lets requests that are already here take their turn. */
export const turn = () => new Promise<void>((wake) => setImmediate(wake));

/** mulberry32: the same seed throws the same dice, so a slow answer can be met twice. */
export function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
