/** What an org said of its allocation at some time. `used`: calls of the 24 hours before. */
export type UsageSample = { readonly atMs: number; readonly used: number; readonly max: number };
/** `perHour`: calls that were made within the last hour. `driesAtMs`: when none are left if it goes on so; undefined: that never happens. */
export type Forecast = { readonly perHour: number; readonly driesAtMs: number | undefined };

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const stepMs = 10 * 60_000;
/** From fewer than so much no pace can be told. */
const leastMs = 20 * 60_000;

/**
 * When the allocation will be spent, should calls go on as in the last hour. Calls of a day ago come back meanwhile, which is why a pace that
 * fits a day never spends it. What was used before the first sample is taken to have been spread evenly over its day.
 */
export function forecast(samples: readonly UsageSample[], nowMs: number): Forecast | undefined {
  const known = samples.filter(({ atMs }) => atMs <= nowMs).toSorted((a, b) => a.atMs - b.atMs);
  const [first, last] = [known[0], known.at(-1)];
  if (!first || !last || last.atMs - first.atMs < leastMs) return undefined;
  /** Calls made between two samples: what it grew by, and what fell out meanwhile. */
  const intakes: { readonly fromMs: number; readonly toMs: number; readonly calls: number }[] = [];
  const backBetween = (fromMs: number, toMs: number): number => {
    const before = overlapMs(fromMs, toMs, first.atMs, first.atMs + dayMs) * (first.used / dayMs);
    return intakes.reduce(
      (calls, one) => calls + (one.calls * overlapMs(fromMs, toMs, one.fromMs + dayMs, one.toMs + dayMs)) / (one.toMs - one.fromMs),
      before,
    );
  };
  for (const [place, { atMs, used }] of known.entries()) {
    const former = known[place - 1];
    if (former && atMs > former.atMs)
      intakes.push({
        fromMs: former.atMs,
        toMs: atMs,
        calls: Math.max(0, used - former.used + backBetween(former.atMs, atMs)),
      });
  }
  const sinceMs = Math.max(first.atMs, last.atMs - hourMs);
  const made = intakes.reduce(
    (calls, one) => calls + (one.calls * overlapMs(sinceMs, last.atMs, one.fromMs, one.toMs)) / (one.toMs - one.fromMs),
    0,
  );
  const perMs = made / (last.atMs - sinceMs);
  const perHour = perMs * hourMs;
  if (last.used >= last.max) return { perHour, driesAtMs: nowMs };
  let used = last.used;
  for (let atMs = last.atMs; atMs < last.atMs + dayMs; atMs += stepMs) {
    const grows = perMs * stepMs - backBetween(atMs, atMs + stepMs);
    if (used + grows >= last.max) return { perHour, driesAtMs: Math.max(nowMs, Math.round(atMs + (stepMs * (last.max - used)) / grows)) };
    used += grows;
  }
  return { perHour, driesAtMs: undefined };
}

const overlapMs = (fromMs: number, toMs: number, otherFromMs: number, otherToMs: number): number =>
  Math.max(0, Math.min(toMs, otherToMs) - Math.max(fromMs, otherFromMs));
