import { byCodeUnits } from './canonical-order.ts';
import type { CallEvent, CallId } from './event.ts';

/** How this call hangs together with others by `joined` facts (C2). */
export type Family = {
  /** The call that survives, when this one doesn't. */
  readonly partOf: CallId | undefined;
  /** Every call joined into this one, directly or through another part, in the order they were joined. */
  readonly parts: readonly CallId[];
  /** What each call was joined into, and when. */
  readonly joins: ReadonlyMap<CallId, Join>;
  /** When each part was connected with this call, through whatever lies between; a call comes before its own parts. */
  readonly reachedAt: ReadonlyMap<CallId, number>;
};
/** `consultation`: colleagues talked while the customer waited; who was asked never talked with the customer. */
export type Join = { readonly into: CallId; readonly at: number; readonly consultation?: true };

/**
 * `events` in canonical order. A call is in one place only: of several `joined` with different targets the last counts, a
 * repeat of the same target keeps the earlier time, except that what was a mere consultation becomes more when it is told to. Where calls were joined in a circle (two systems each calling the other's call the part), the smallest
 * id by code units survives, so that both ends of the circle name the same survivor without asking each other.
 */
export function familyOf(id: CallId, events: readonly CallEvent[]): Family {
  const joins = new Map<CallId, Join>();
  for (const event of events) {
    if (event.type !== 'joined' || event.into === event.callId) continue;
    const known = joins.get(event.callId);
    // What became a transfer is no mere consultation, whoever had whom on hold meanwhile.
    if (known && (event.consultation ? known.into === event.into || !known.consultation : known.into === event.into && !known.consultation))
      continue;
    joins.delete(event.callId); // to the end: the map's order is the order of joining
    joins.set(event.callId, { into: event.into, at: event.at, ...(event.consultation && { consultation: true }) });
  }
  const survivor = survivorOf(id, joins);
  joins.delete(survivor); // only in a circle: the survivor's own join is the one that isn't so
  const reachedAt = reachTimesOf(id, joins);
  return {
    partOf: survivor === id ? undefined : survivor,
    parts: [...joins.keys()].filter((part) => reachedAt.has(part)),
    joins,
    reachedAt,
  };
}

function survivorOf(id: CallId, joins: ReadonlyMap<CallId, Join>): CallId {
  const path = new Set<CallId>();
  let here = id;
  for (let join = joins.get(here); join && !path.has(here); join = joins.get(here)) {
    path.add(here);
    here = join.into;
  }
  if (!path.has(here)) return here; // the end of a chain
  const inOrder = [...path];
  return inOrder.slice(inOrder.indexOf(here)).reduce((smallest, other) => (byCodeUnits(other, smallest) < 0 ? other : smallest));
}

function reachTimesOf(id: CallId, joins: ReadonlyMap<CallId, Join>): ReadonlyMap<CallId, number> {
  const partsOf = Map.groupBy([...joins], ([, { into }]) => into);
  const reached = new Map<CallId, number>();
  const open: { readonly call: CallId; readonly at: number }[] = [{ call: id, at: -Infinity }];
  for (let next = open.pop(); next; next = open.pop()) {
    for (const [part, join] of partsOf.get(next.call) ?? []) {
      if (part === id || reached.has(part)) continue;
      const at = Math.max(next.at, join.at);
      reached.set(part, at);
      open.push({ call: part, at });
    }
  }
  return reached;
}
