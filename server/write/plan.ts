import { isWantedOfLead, type WantedActivity, type WantedOfCall, type WantedOfLead } from '../crm.ts';
import type { Lane, WritePlan, WriteRow } from '../store.ts';

/** A recording or a late note: nobody waits for it, so it lingers and shares a request (architecture.md, API economy). */
const laterDelayMs = 30_000;
/** So long a log waits for the record made for its caller; then it goes without, and is linked later (D3). */
const personDelayMs = 10_000;
/** What people look at while they wait: whose it is, what it hangs on, whether it is done. */
const awaited = ['status', 'ownerId', 'who', 'what', 'dueDate'] as const satisfies readonly (keyof WantedActivity)[];

/** What a telling asks of one row: nothing, a change now, or one that may linger. Pure; the row is as the telling saw it, locked. */
export function planWrite<W extends WantedOfCall | WantedOfLead>(
  row: WriteRow<W> | undefined,
  wish: {
    role: string;
    qualifier: string;
    name: string;
    wanted: W;
    policyVersion: number;
    retracted: string | null;
    onlyUntouched: boolean;
    /** The record it hangs on is being made (D3). */
    awaitsPerson: boolean;
    /** Agents save words for it, and look at them there. */
    hasMemo?: boolean;
    /** As in `WritePlan`. */
    once?: true;
  },
): WritePlan {
  const { awaitsPerson, hasMemo = false, ...rest } = wish;
  const plan = (change: WritePlan['change'], lane: Lane): WritePlan => ({
    ...rest,
    change,
    lane,
    delayMs: lane === 'later' ? laterDelayMs : awaitsPerson && row?.crmId === undefined ? personDelayMs : 0,
  });
  if (row?.leftOut) return plan('none', row.lane); // W9
  if (row === undefined) return plan(wish.retracted === null ? 'send' : 'none', 'now');
  // The record it waited for can't be made, or isn't to be: it waits no longer. A row that failed has a delay of another kind.
  const waited = row.dueMs !== undefined && row.dueMs - row.sinceMs > personDelayMs / 2; // two readings of one clock
  const waitedInVain = waited && row.state === 'due' && row.crmId === undefined && row.attempts + row.setbacks === 0 && !awaitsPerson;
  if (wish.retracted === null && row.retracted === undefined && equal(row.wanted, wish.wanted))
    return plan(waitedInVain ? 'send' : 'none', row.lane);
  if (wish.retracted !== null && row.retracted !== undefined && equal(row.wanted, wish.wanted)) return plan('none', row.lane);
  if (row.crmId === undefined) return plan('send', 'now');
  if (wish.onlyUntouched) return plan('send', 'later'); // thousands may be undone at once; calls of now go before them
  return plan('send', isAwaited(row.wanted, wish.wanted, hasMemo) ? 'now' : 'later');
}

function isAwaited(held: WantedOfCall | WantedOfLead, wanted: WantedOfCall | WantedOfLead, hasMemo: boolean): boolean {
  if (held.kind !== 'activity' || wanted.kind !== 'activity') return !isWantedOfLead(held);
  const looked = hasMemo ? ([...awaited, 'subject', 'memo'] as const) : awaited;
  return looked.some((field) => !equal(held[field], wanted[field]));
}

/** No request has carried it yet, so taking it back is forgetting it (D2). */
export const neverSent = (row: WriteRow): boolean =>
  row.crmId === undefined && row.ghosts.length === 0 && (row.state === 'due' || row.state === 'parked' || row.state === 'dropped');

/** Key order doesn't matter: one side has been through the database. */
function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const [left, right] = [
    Object.entries(a).filter(([, value]) => value !== undefined),
    Object.entries(b).filter(([, value]) => value !== undefined),
  ];
  const other = new Map(right);
  return left.length === right.length && left.every(([key, value]) => other.has(key) && equal(value, other.get(key)));
}
