import type { Call } from '../call/call.ts';
import type { Agent } from '../call/event.ts';
import type { Author } from '../crm.ts';
import { personOf, type Inputs } from './pin.ts';
import { singleLine } from './plain-text.ts';
import { isOwnerWord, type OwnerChain } from './owner-chain.ts';

/** Who owns the log of a call, and why. `agent`: whose call it was, whether or not they own it. */
export type OwnerChoice = {
  readonly ownerId: string | undefined;
  /** Undefined when the owner's zone isn't known. */ readonly zone: string | undefined;
  readonly agent: Agent | undefined;
  readonly agentOwns: boolean;
  /** The chain as it was walked, in sentences. */ readonly because: readonly string[];
};

/** DP-60: the user who made or took the call; AC-33: else the next in the chain, so that no log is left to chance. */
export function chooseOwner(call: Call, inputs: Inputs): OwnerChoice {
  const { agent, because: whose } = whoseCall(call);
  const because = [whose];
  if (agent) {
    const person = personOf(inputs, agent);
    if (person)
      return {
        ownerId: person.crmUserId,
        zone: person.zone,
        agent,
        agentOwns: true,
        because: [...because, `The owner is ${person.name} (DP-60).`],
      };
    because.push(
      person === null ? `${nameOf(agent)} has no user in the CRM.` : `It isn't known which user of the CRM ${nameOf(agent)} is.`,
    );
  }
  const { fallbackOwner, policy } = inputs;
  if (policy.defaultOwnerId !== undefined) {
    const known = [fallbackOwner, ...Object.values(inputs.named), ...Object.values(inputs.people)].find(
      (owner) => owner?.crmUserId === policy.defaultOwnerId,
    );
    return {
      ownerId: policy.defaultOwnerId,
      zone: known?.zone,
      agent,
      agentOwns: false,
      because: [...because, `The owner is the policy's default owner, ${known?.name ?? policy.defaultOwnerId} (AC-33).`],
    };
  }
  because.push('The policy names no default owner.');
  if (fallbackOwner)
    return {
      ownerId: fallbackOwner.crmUserId,
      zone: fallbackOwner.zone,
      agent,
      agentOwns: false,
      because: [...because, `The owner is ${fallbackOwner.name}, as whom Cordboard is connected (AC-33).`],
    };
  return {
    ownerId: undefined,
    zone: undefined,
    agent,
    agentOwns: false,
    because: [...because, 'No user of the CRM is known to own it; the CRM decides.'],
  };
}

/** Whose the log is: whoever the policy's chain finds first, else as AC-33 has it. `isFollowUp`: somebody has to do something about it. */
export function chooseLogOwner(call: Call, inputs: Inputs, recordOwnerId: string | undefined, isFollowUp: boolean): OwnerChoice {
  const usual = (): OwnerChoice => {
    const missed = missedOwner(call, inputs);
    if (missed.choice) return missed.choice;
    const last = isFollowUp ? chooseFollowUpOwner(call, inputs, recordOwnerId) : chooseOwner(call, inputs);
    return { ...last, because: [...missed.because, ...last.because] };
  };
  return inputs.policy.owner ? chooseByChain(inputs.policy.owner, call, inputs, recordOwnerId, usual) : usual();
}

/**
 * Whose a call nobody took is, before anybody else: an agent's who said so of the calls that rang them in vain (RS-22), else the user's or
 * queue's that the admin named for missed calls and voicemails (DP-53…55). Without `choice` the chain goes on; `because` says why.
 */
function missedOwner(call: Call, inputs: Inputs): { readonly choice?: OwnerChoice; readonly because: readonly string[] } {
  if (call.direction === 'outbound' || call.direction === 'internal' || call.answeredAt !== undefined) return { because: [] };
  for (const { agent } of call.attempts) {
    const person = agent && personOf(inputs, agent);
    if (!agent || !person?.takesMissed) continue;
    const words = `The call rang ${nameOf(agent)}, to whom missed calls come: the owner is ${person.name} (RS-22).`;
    return { choice: { ownerId: person.crmUserId, zone: person.zone, agent: undefined, agentOwns: false, because: [words] }, because: [] };
  }
  const { missedOwnerId: ownerId } = inputs.policy.followUp;
  if (ownerId === undefined) return { because: [] };
  const user = Object.hasOwn(inputs.named, ownerId) ? inputs.named[ownerId] : undefined;
  const queue = inputs.queues && Object.hasOwn(inputs.queues, ownerId) ? inputs.queues[ownerId] : undefined;
  // Of neither it was looked whether it is there: then the CRM says so, and its refusal has a next one (AC-33).
  const isNobody = user === null && queue === null;
  if (isNobody) return { because: [`Missed calls are ${ownerId}'s, who is no active user, and no queue that takes tasks (DP-54, DP-55).`] };
  const words = `The owner of missed calls and voicemails is ${user?.name ?? (queue ? `the queue ${queue}` : ownerId)} (DP-53).`;
  return { choice: { ownerId, zone: user?.zone, agent: undefined, agentOwns: false, because: [words] }, because: [] };
}

/** The first of a chain who is known; else what is usual. */
export function chooseByChain(
  chain: OwnerChain,
  call: Call,
  inputs: Inputs,
  recordOwnerId: string | undefined,
  usual: () => OwnerChoice,
): OwnerChoice {
  const { agent } = whoseCall(call);
  const because: string[] = [];
  for (const step of chain) {
    const found = ownerAt(step, call, inputs, recordOwnerId);
    if ('not' in found) {
      because.push(found.not);
      continue;
    }
    const { ownerId, zone, name, whose } = found;
    return {
      ...{ ownerId, zone, agent, agentOwns: whose !== undefined && whose === agent?.id },
      because: [...because, `The owner is ${name}: ${isOwnerWord(step) ? step : 'named by the policy'}.`],
    };
  }
  const last = usual();
  return { ...last, because: [...because, ...last.because] };
}

type Found = { readonly ownerId: string; readonly zone: string | undefined; readonly name: string; readonly whose?: Agent['id'] };

function ownerAt(step: string, call: Call, inputs: Inputs, recordOwnerId: string | undefined): Found | { readonly not: string } {
  const { policy, named } = inputs;
  const person = (agent: Agent | undefined): ReturnType<typeof ownerAt> => {
    const owner = agent && personOf(inputs, agent);
    if (!agent || !owner) return { not: agent ? `${nameOf(agent)} has no user in the CRM.` : `There is no ${step}.` };
    return { ownerId: owner.crmUserId, zone: owner.zone, name: owner.name, whose: agent.id };
  };
  const one = (id: string | undefined): ReturnType<typeof ownerAt> => {
    if (id === undefined) return { not: `There is no ${step}.` };
    const user = Object.hasOwn(named, id) ? named[id] : undefined;
    // whose record it is was nobody's choice for a task; whom an admin named takes it, or the org says why not
    if (step === 'record owner' && !user) return { not: "The record's owner is no active user of the CRM, or a queue." };
    return { ownerId: id, zone: user?.zone, name: user?.name ?? id };
  };
  if (!isOwnerWord(step)) return one(step);
  switch (step) {
    case 'agent':
      return person(whoseCall(call).agent);
    case 'first answerer':
      return person(call.answeredBy);
    case 'last answerer':
      return person(call.lastWith ?? call.answeredBy);
    case 'record owner':
      return one(recordOwnerId);
    case 'senior manager':
      return one(policy.followUp.seniorManagerId);
    case 'default owner':
      return one(policy.defaultOwnerId);
  }
}

/** Who has to do what is left: the owner of the record (RS-46), else whoever hands out what is nobody's (RS-40), else as any log. */
export function chooseFollowUpOwner(call: Call, inputs: Inputs, recordOwnerId: string | undefined): OwnerChoice {
  const { policy, named } = inputs;
  const { agent } = whoseCall(call);
  const because: string[] = [];
  const chain = [
    { ownerId: policy.followUp.missedFor === 'record owner' ? recordOwnerId : undefined, who: 'who owns the record (RS-46)' },
    { ownerId: policy.followUp.seniorManagerId, who: "who hands out what is nobody's (RS-40)", isNamed: true },
  ];
  for (const { ownerId, who, isNamed } of chain) {
    if (ownerId === undefined) continue;
    const user = Object.hasOwn(named, ownerId) ? named[ownerId] : undefined;
    // A queue that an admin named takes tasks, or the org says why not; whose record it is was nobody's choice for a task.
    if (!user && !isNamed) {
      because.push("The record's owner is no active user of the CRM, or a queue.");
      continue;
    }
    return { ownerId, zone: user?.zone, agent, agentOwns: false, because: [...because, `The owner is ${user?.name ?? ownerId}, ${who}.`] };
  }
  const usual = chooseOwner(call, inputs);
  return { ...usual, because: [...because, ...usual.because] };
}

/** Who owns it if the org won't let the owner: the next in the chain (AC-33). */
export function spareOwner(ownerId: string | undefined, { policy, fallbackOwner }: Inputs): { readonly spareOwnerId?: string } {
  if (ownerId === undefined) return {};
  const spare = [policy.defaultOwnerId, fallbackOwner?.crmUserId].find((id) => id !== undefined && id !== ownerId);
  return spare === undefined ? {} : { spareOwnerId: spare };
}

/**
 * In whose name its record is written, where they let us (DP-11): whoever made or took the call. What nobody took, and calls between
 * colleagues, are the integration user's.
 */
export function authorOf(call: Call, inputs: Inputs): { readonly author?: Author } {
  const { agent } = whoseCall(call);
  const person = agent && call.type !== 'internal' ? personOf(inputs, agent) : undefined;
  return person ? { author: { id: person.crmUserId, name: person.name } } : {};
}

/** Whose call it was: who dialled, else who talked with the customer first. A missed call is nobody's. */
export function whoseCall(call: Call): { readonly agent: Agent | undefined; readonly because: string } {
  const { dialledBy, answeredBy, lastWith, messages } = call;
  if (messages) {
    const writer = messages.find(({ agent }) => agent)?.agent;
    return {
      agent: writer,
      because: writer ? `${nameOf(writer)} has the messages.` : 'The phone system names nobody of ours with the messages.',
    };
  }
  if (call.direction !== 'inbound' && dialledBy) return { agent: dialledBy, because: `${nameOf(dialledBy)} made the call.` };
  if (answeredBy) return { agent: answeredBy, because: `${nameOf(answeredBy)} talked with the customer first.` };
  if (lastWith) return { agent: lastWith, because: `The phone system doesn't say who talked first; ${nameOf(lastWith)} talked last.` };
  const answered = call.answeredAt !== undefined;
  return {
    agent: undefined,
    because: answered ? 'The phone system names nobody who talked with the customer.' : 'Nobody talked with the customer.',
  };
}

/** What people call an agent; the phone system's id if it tells no more. */
export const nameOf = (agent: Agent): string => singleLine(agent.name ?? '') || singleLine(agent.email ?? '') || singleLine(agent.id);
