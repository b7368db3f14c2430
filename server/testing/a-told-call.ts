import type { Call } from '../call/call.ts';
import type { Agent, AgentId, CallId, Instant, PhoneNumber } from '../call/event.ts';

/** A call as the fold tells it, for rooms that only read calls: an inbound one that Anna answered, changed as the test says. */
export function aToldCall(changes: Partial<Call> = {}): Call {
  return {
    id: 'c-41' as CallId,
    phase: 'ended',
    type: 'inbound-answered',
    direction: 'inbound',
    customer: { number: '+81312345678' as PhoneNumber, name: 'Hanako Tanaka' },
    line: { id: 'sales', name: 'Sales' },
    dialled: undefined,
    startedAt: noon,
    answeredAt: (noon + 12_000) as Instant,
    endedAt: (noon + 73_000) as Instant,
    endPresumed: false,
    endCause: undefined,
    lastFactAt: (noon + 73_000) as Instant,
    people: [{ endpoint: 'SIP/anna', agent: anna, ringSeconds: 12, talkSeconds: 61, holdSeconds: 0, answered: true }],
    answeredBy: anna,
    lastWith: anna,
    dialledBy: undefined,
    outcome: 'answered',
    missedBecause: undefined,
    attempts: [],
    queue: undefined,
    parked: [],
    waitSeconds: 12,
    talkSeconds: 61,
    holdSeconds: 0,
    transfers: [],
    voicemail: undefined,
    recorded: [],
    recordings: [],
    transcript: undefined,
    analysis: undefined,
    analysedAt: undefined,
    tags: [],
    wrapUp: undefined,
    comments: [],
    digits: '',
    keyed: [],
    attribution: {},
    campaign: undefined,
    clicked: undefined,
    shown: undefined,
    linked: undefined,
    calledBack: undefined,
    noted: undefined,
    messages: undefined,
    undone: [],
    partOf: undefined,
    parts: [],
    ...changes,
  };
}

/** A call nobody answered. */
export const anUnansweredCall = (changes: Partial<Call> = {}): Call =>
  aToldCall({
    type: 'missed',
    outcome: 'missed',
    answeredAt: undefined,
    answeredBy: undefined,
    lastWith: undefined,
    talkSeconds: 0,
    people: [],
    waitSeconds: 22,
    ...changes,
  });

/** A call that Anna made and the customer answered. */
export const anOutboundCall = (changes: Partial<Call> = {}): Call =>
  aToldCall({ type: 'outbound-answered', direction: 'outbound', dialledBy: anna, ...changes });

export const anAgent = (id: string, name?: string): Agent => (name === undefined ? { id: id as AgentId } : { id: id as AgentId, name });
export const anna = anAgent('anna', 'Anna Sato');
export const ben = anAgent('ben', 'Ben Nowak');
/** Monday 2 March 2026, 12:00 UTC. */
export const noon = Date.UTC(2026, 2, 2, 12) as Instant;
export const at = (iso: string): Instant => Date.parse(iso) as Instant;
