import { canonicalOrder, dedupe } from './canonical-order.ts';
import type { CallEvent, CallFact } from './event.ts';

/** Facts kept for one call (C7). The longest real ones (a queue ringing dozens of phones for an hour) stay far below. */
export const maxEventsPerCall = 5_000;
/** Kept beyond that, of the kinds below: enough that the end is never the fact that was dropped, and still a bound. */
export const maxTerminalEventsPerCall = 1_000;

/** Kinds that decide how a call ended or what it belongs to; most important first. */
const terminalKinds = [
  'ended',
  'joined',
  'undone',
  'called-back',
  'noted',
  'voicemail',
  'recording',
] as const satisfies readonly CallFact['type'][];
export const isTerminal = (event: CallEvent): boolean => (terminalKinds as readonly string[]).includes(event.type);

/**
 * At most `maxEventsPerCall` facts, the earliest, and of later ones the terminal (C7): by importance of kind, then the latest, since of
 * several ends, links and files the last counts. The choice depends on the facts alone, never on the order they came in. `beyondBound`:
 * some were left out, and whoever shows the call has to say so.
 */
export function boundEvents(events: readonly CallEvent[]): { readonly events: readonly CallEvent[]; readonly beyondBound: boolean } {
  if (events.length <= maxEventsPerCall) return { events, beyondBound: false };
  const facts = canonicalOrder(dedupe(events));
  const beyond = facts.slice(maxEventsPerCall).toReversed();
  const terminal = terminalKinds.flatMap((kind) => beyond.filter((fact) => fact.type === kind)).slice(0, maxTerminalEventsPerCall);
  const kept = [...facts.slice(0, maxEventsPerCall), ...canonicalOrder(terminal)];
  return { events: kept, beyondBound: kept.length < facts.length };
}
