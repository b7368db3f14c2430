import type { Call, Outcome } from '../call/call.ts';
import type { RingEnd } from '../call/event.ts';
import { isOpenAt } from './hours-of-call.ts';
import { agentKey, whoseOf } from './layers.ts';
import { whoseCall } from './owner.ts';
import { type Inputs, personOf } from './pin.ts';
import type { CallTypeSetting, StrangerRules } from './policy.ts';

/** The words of each fact that a row may name. A call may have several of one fact: an abandoned call is a missed one, too. */
export const situationWords = {
  direction: ['inbound', 'outbound', 'unknown'],
  outcome: ['answered', 'missed', 'abandoned', 'out of hours', 'voicemail', 'failed', 'busy'],
  /** Why nobody answered, as the phone system tells it. */
  reason: [
    ...(['no answer', 'busy', 'declined', 'forwarded', 'do not disturb', 'no such number', 'unreachable', 'stopped', 'elsewhere'] as const),
    ...(['abandoned', 'closed', 'cancelled'] as const),
  ],
  customer: [
    ...(['stranger', 'lead', 'open lead', 'closed lead', 'contact', 'account', 'person account', 'other object', 'many'] as const),
    ...(['nobody', 'withheld'] as const),
  ],
  takenBy: ['agent', 'owner', 'colleague', 'unmapped endpoint', 'nobody'],
  hours: ['in', 'out'],
  phone: ['softphone', 'hardphone', 'not known'],
} as const;
export type WordedFact = keyof typeof situationWords;
/** Facts whose words are names of the phone system's or the admin's. */
export const namedFacts = ['line', 'queue', 'team', 'agent', 'campaign'] as const;
export type NamedFact = (typeof namedFacts)[number];
export type SituationFact = WordedFact | NamedFact;
export const situationFacts: readonly SituationFact[] = [...(Object.keys(situationWords) as WordedFact[]), ...namedFacts];

/** What rows look at: of each fact the words that are true of this call. */
export type Situation = { readonly [Fact in SituationFact]: readonly string[] } & {
  /** The settings of the policy that this situation goes by, where no row says otherwise. */
  readonly settings: {
    readonly log: readonly ['logging', CallTypeSetting] | readonly ['messages', 'log'];
    readonly person: readonly ['stranger', keyof StrangerRules & ('missed' | 'answered' | 'outbound')] | readonly ['messages', 'create'];
  };
  /** It is closed, and such calls, or messages, are not logged (AC-09). */
  readonly isOff: boolean;
};

/** The situation of a call, as far as it is known by now, or of a conversation. */
export function situationOf(call: Call, inputs: Inputs): Situation {
  const { line, queue, campaign, direction } = call;
  const { agent } = whoseCall(call);
  const { policy } = inputs;
  const { team } = whoseOf(call, inputs);
  const open = isOpenAt(call, inputs);
  const type = call.type === undefined || call.type === 'internal' ? undefined : call.type;
  return {
    direction: [direction ?? 'unknown'],
    // what becomes of a call, and at which phone, is nothing that can be said of a message
    outcome: call.messages ? [] : outcomeOf(call, open === false),
    reason: call.messages ? [] : reasonOf(call),
    customer: customerOf(call, inputs),
    takenBy: takenBy(call, inputs),
    hours: open === undefined ? [] : [open ? 'in' : 'out'],
    phone: phoneOf(call),
    line: names(line?.id, line?.number, line?.name),
    queue: names(queue?.id, queue?.name),
    team: names(team),
    agent: names(agent?.id, agent?.email).map(agentKey),
    campaign: names(campaign?.campaignId, campaign?.name),
    settings: call.messages
      ? { log: ['messages', 'log'], person: ['messages', 'create'] }
      : {
          // one that goes on is as what it is so far: what its row says then holds for the early log, too
          log: ['logging', type ?? typeSoFar(call)],
          person: ['stranger', direction === 'outbound' ? 'outbound' : call.answeredAt === undefined ? 'missed' : 'answered'],
        },
    isOff: policy.hours[call.messages ? 'messages' : 'calls'] === 'in hours' && open === false,
  };
}

/** Of a call that goes on: as what it counts, were it over now. A row about it then speaks of the same setting as its log does. */
export function typeSoFar({ direction, answeredAt }: Pick<Call, 'direction' | 'answeredAt'>): CallTypeSetting {
  if (direction === 'outbound') return answeredAt === undefined ? 'outbound-unanswered' : 'outbound-answered';
  return answeredAt === undefined ? 'missed' : 'inbound-answered';
}

const names = (...given: (string | undefined)[]) => given.filter((one) => one !== undefined);

/** Empty while nobody can tell. A call in vain of unknown direction may have been a customer's: it counts as missed (C1). */
function outcomeOf({ direction, phase, answeredAt, voicemail, outcome }: Call, isClosed: boolean): string[] {
  if (answeredAt !== undefined) return ['answered'];
  if (phase !== 'ended') return [];
  if (direction === 'outbound') return outcome === 'busy' ? ['failed', 'busy'] : ['failed'];
  const closed = isClosed || outcome === 'closed' ? ['out of hours'] : [];
  if (voicemail !== undefined) return ['voicemail', ...closed];
  return ['missed', ...(outcome === 'abandoned' ? ['abandoned'] : []), ...closed];
}

function reasonOf({ answeredAt, missedBecause, outcome }: Call): string[] {
  if (answeredAt !== undefined) return [];
  const all: (Outcome | RingEnd | undefined)[] = [missedBecause, outcome];
  const known: readonly string[] = situationWords.reason;
  return [...new Set(all)].filter((one) => one !== undefined && known.includes(one)) as string[];
}

/** The record it is about, as far as one is meant. */
const bestOf = ({ candidates }: Inputs['match']) => candidates.find(({ as }) => as === 'who') ?? candidates[0];

/** Whose number it is: what the best record is, and `many` where others have it too. */
function customerOf({ customer }: Call, { match }: Inputs): string[] {
  const best = bestOf(match);
  if (best) return [...kindOf(best), ...(match.others?.length ? ['many'] : [])];
  if (match.stranger) return ['stranger'];
  if (customer.withheld) return ['withheld'];
  return match.unsure ? [] : ['nobody'];
}

function kindOf({ record, closed }: Inputs['match']['candidates'][number]): string[] {
  const kind = record.kind.toLowerCase().replace('-', ' ');
  if (kind === 'lead') return ['lead', closed ? 'closed lead' : 'open lead'];
  return kind === 'contact' || kind === 'account' || kind === 'person account' ? [kind] : ['other object'];
}

/** Who took the call, or made it: `owner` of the record it is about, or a `colleague` of theirs. */
function takenBy(call: Call, inputs: Inputs): string[] {
  const { agent } = whoseCall(call);
  if (!agent) return call.answeredAt === undefined ? ['nobody'] : ['unmapped endpoint'];
  const person = personOf(inputs, agent);
  if (person === null) return ['unmapped endpoint'];
  if (person === undefined) return [];
  const best = bestOf(inputs.match);
  if (best?.ownerId === undefined) return ['agent'];
  return ['agent', best.ownerId === person.crmUserId ? 'owner' : 'colleague'];
}

function phoneOf(call: Call): string[] {
  const { agent } = whoseCall(call);
  if (!agent && call.answeredAt === undefined) return [];
  const theirs =
    call.people.find((one) => agent !== undefined && one.agent?.id === agent.id) ?? call.people.find(({ answered }) => answered);
  return [theirs?.softphone === undefined ? 'not known' : theirs.softphone ? 'softphone' : 'hardphone'];
}
