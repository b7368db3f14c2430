import type { Agent, AgentId, CallEvent, CallId, Direction, Endpoint } from './event.ts';

/** From `start` to `end`; without an end it goes on for as long as the call is known to go on. Milliseconds, raw clock. */
export type Span = { start: number; end: number | undefined };
export type Talk = Span & { readonly holds: Span[] };
/** One of ours in this call: an agent with all their devices, or an endpoint nobody is known to own. */
export type Presence = {
  readonly agentId: AgentId | undefined;
  /** The one they answered on, else the first that rang. */
  endpoint: Endpoint | undefined;
  readonly rings: (Span & { readonly leg: CallId })[];
  readonly talks: Talk[];
  /** Stands for the person who dialled when no fact says who: their talk counts, but there is nobody to show. */
  readonly unnamed: boolean;
  heardAnswering: boolean;
  /** Gave the call away and hasn't been called back to it. */
  left: boolean;
};
export type Transfer = { readonly at: number; readonly from: Agent; readonly to: Endpoint; readonly how: 'blind' | 'attended' };
export type Timeline = { readonly presences: readonly Presence[]; readonly transfers: readonly Transfer[] };

/** What must be known before a single fact can be read rightly. */
export type Setting = {
  readonly direction: Direction | undefined;
  readonly dialledBy: AgentId | undefined;
  /** What stands for the customer when an outbound call says whose phone it rings: as dialled, as sent, the number. */
  readonly customerAddresses: ReadonlySet<string>;
  /** For consultations: colleagues talk among themselves until this time, and with the customer from then on. */
  readonly colleaguesUntil: ReadonlyMap<CallId, number>;
  /** Who started a consultation: the one person in it whom the customer is waiting for. */
  readonly consulting: ReadonlyMap<CallId, AgentId>;
};

/**
 * Who rang, talked and held, and when. `facts` in canonical order.
 *
 * - A talk begins at the earliest proof: `answered`, or else `held`, `resumed` or `transferred` by that agent, which only somebody in the
 *   call can do (so a lost `answered` costs seconds, not the answer). It ends when they leave or transfer the call away, else with it.
 * - Outbound, `answered` means the customer answered. An endpoint with an agent names the talker; one without is the customer's phone, and
 *   the talker is who dialled. After a transfer an unknown endpoint is one of ours, unless it is the customer's address.
 * - In an internal call both ends are ours; the dialler's talk begins with the other's.
 * - Facts of a consultation (a part whose own direction is internal) before it was joined are talk among colleagues: they ring phones, but
 *   nobody talks with the customer, holds the customer or transfers the customer there. Who had answered there talks from the join on,
 *   also when no `transferred` was told: that the consultation became a transfer is what `joined` says.
 * - An attended transfer passes the call at once to a target who has answered, or of whom no phone was ever told; a target whose phone only
 *   rang talks when `answered` says so.
 * - Ringing ends with the person's own answer, with anybody's answer in the same leg (parallel ringing), else with the call.
 */
export function tellTimeline(facts: readonly CallEvent[], setting: Setting): Timeline {
  const { direction, dialledBy, colleaguesUntil, consulting } = setting;
  const keyOf = keysOf(facts);
  const heard = whoIsHeardOf(facts, keyOf);
  const presences = new Map<string, Presence>();
  const transfers: Transfer[] = [];
  const ringing = new Map<CallId, Set<Presence>>();
  const isCustomers = customersPhones(facts, keyOf, setting);

  const presence = (key: string, agentId: AgentId | undefined, endpoint: Endpoint | undefined, unnamed = false): Presence => {
    const known = presences.get(key);
    if (known) {
      known.endpoint ??= endpoint;
      return known;
    }
    const made: Presence = { agentId, endpoint, rings: [], talks: [], unnamed, heardAnswering: false, left: false };
    presences.set(key, made);
    return made;
  };
  const ofAgent = (id: AgentId) => presence(agentKey(id), id, undefined);
  const ofEndpoint = (endpoint: Endpoint) => {
    const { key, agentId } = keyOf(endpoint);
    return presence(key, agentId, endpoint);
  };
  const theDialler = () => (dialledBy === undefined ? presence('unnamed', undefined, undefined, true) : ofAgent(dialledBy));

  const talkOf = (who: Presence) => {
    const last = who.talks.at(-1);
    return last && last.end === undefined ? last : undefined;
  };
  const stopRinging = (who: Presence, at: number) => {
    const last = who.rings.at(-1);
    if (!last || last.end !== undefined) return;
    last.end = at;
    ringing.get(last.leg)?.delete(who);
  };
  const beginTalk = (who: Presence, leg: CallId, heardAt: number, start: number) => {
    for (const other of ringing.get(leg) ?? []) stopRinging(other, heardAt);
    stopRinging(who, heardAt);
    who.left = false;
    const talk = talkOf(who);
    if (talk) talk.start = Math.min(talk.start, start);
    else who.talks.push({ start, end: undefined, holds: [] });
    if (direction === 'internal' && dialledBy !== undefined && who.agentId !== dialledBy) {
      const dialler = ofAgent(dialledBy);
      stopRinging(dialler, heardAt);
      if (dialler.talks.length === 0 && !dialler.left) dialler.talks.push({ start, end: undefined, holds: [] });
    }
  };
  const endTalk = (who: Presence, at: number) => {
    const talk = talkOf(who);
    who.left = true;
    if (!talk) return;
    if (talk.start > at) {
      who.talks.pop(); // left the consultation before it reached the customer
      return;
    }
    talk.end = at;
    endHold(talk, at);
  };

  for (const fact of facts) {
    const { at, callId: leg } = fact;
    const until = colleaguesUntil.get(leg) ?? -Infinity;
    const amongColleagues = at < until;
    switch (fact.type) {
      case 'ringing': {
        if (isCustomers(fact.endpoint, fact)) break;
        const who = ofEndpoint(fact.endpoint);
        if (talkOf(who)) break;
        who.left = false;
        if (who.rings.at(-1)?.end === undefined && who.rings.length > 0) break;
        who.rings.push({ start: at, end: undefined, leg });
        const others = ringing.get(leg);
        if (others) others.add(who);
        else ringing.set(leg, new Set([who]));
        break;
      }
      case 'answered': {
        if (isCustomers(fact.endpoint, fact)) {
          const dialler = theDialler();
          // told again (a second source, a re-invite), it doesn't bring back a dialler who gave the call away
          if (dialler.talks.length === 0) beginTalk(dialler, leg, at, at);
          break;
        }
        const who = ofEndpoint(fact.endpoint);
        if (amongColleagues && who.agentId !== undefined && consulting.get(leg) === who.agentId) break;
        if (!who.heardAnswering) who.endpoint = fact.endpoint;
        // a first `answered` stamped after they gave the call away is a late stamp, not a second talk
        const isLate = who.left && !who.heardAnswering;
        who.heardAnswering = true;
        if (!isLate) beginTalk(who, leg, at, Math.max(at, until));
        break;
      }
      case 'ring-ended': {
        if (isCustomers(fact.endpoint, fact)) break;
        stopRinging(ofEndpoint(fact.endpoint), at);
        break;
      }
      case 'left': {
        const { key, agentId } = keyOf(fact.endpoint);
        if (amongColleagues && agentId !== undefined && consulting.get(leg) === agentId) break; // hung up on the colleague, not on the customer
        const who = presences.get(key);
        if (who) endTalk(who, at);
        break;
      }
      case 'held':
      case 'resumed': {
        if (amongColleagues) break; // the colleague was put on hold, not the customer
        const who = ofAgent(fact.agent.id);
        if (!talkOf(who) && !who.left) beginTalk(who, leg, at, at);
        const talk = talkOf(who);
        if (!talk) break; // some systems tell a last `resumed` after a blind transfer
        if (fact.type === 'resumed') endHold(talk, at);
        else if (talk.holds.at(-1)?.end !== undefined || talk.holds.length === 0) talk.holds.push({ start: at, end: undefined });
        break;
      }
      case 'transferred': {
        const known = presences.get(agentKey(fact.from.id));
        const talksWithCustomer = known !== undefined && (talkOf(known)?.start ?? Infinity) <= at;
        if (amongColleagues && !talksWithCustomer && consulting.get(leg) !== fact.from.id) {
          if (known) endTalk(known, at); // the consultation was passed on; the customer wasn't
          break;
        }
        const from = ofAgent(fact.from.id);
        const target = keyOf(fact.to);
        transfers.push({ at, from: fact.from, to: fact.to, how: fact.how });
        if (!talkOf(from) && !from.left) beginTalk(from, leg, at, at);
        endTalk(from, at);
        const to = presences.get(target.key);
        if (to) to.left = false;
        if (fact.how === 'attended' && (to?.heardAnswering || !heard.has(target.key))) beginTalk(ofEndpoint(fact.to), leg, at, at);
        break;
      }
      default: // tells nothing of who rang or talked; `ended` is the fold's, who clips every span to it
        break;
    }
  }
  // A consultation that became nothing more reached no customer.
  for (const { talks } of presences.values()) if (talks.at(-1)?.start === Infinity) talks.pop();
  return { presences: [...presences.values()], transfers };
}

function endHold(talk: Talk, at: number): void {
  const last = talk.holds.at(-1);
  if (last && last.end === undefined) last.end = at;
}

const agentKey = (id: AgentId) => `agent:${id}`;
type Key = { readonly key: string; readonly agentId: AgentId | undefined };

/**
 * One key per person. An endpoint told without its agent is that agent's if it was told with exactly one elsewhere in the call; a queue's
 * number, told with several, stays itself.
 */
function keysOf(facts: readonly CallEvent[]): (endpoint: Endpoint) => Key {
  const owners = new Map<string, AgentId | undefined>(); // undefined: several
  for (const { asDialled, agent } of facts.flatMap(endpointsOf)) {
    if (!agent) continue;
    if (!owners.has(asDialled)) owners.set(asDialled, agent.id);
    else if (owners.get(asDialled) !== agent.id) owners.set(asDialled, undefined);
  }
  return ({ asDialled, agent }) => {
    const agentId = agent?.id ?? owners.get(asDialled);
    return { key: agentId === undefined ? `endpoint:${asDialled}` : agentKey(agentId), agentId };
  };
}

const endpointsOf = (fact: CallEvent): readonly Endpoint[] =>
  fact.type === 'ringing' || fact.type === 'ring-ended' || fact.type === 'answered' || fact.type === 'left'
    ? [fact.endpoint]
    : fact.type === 'transferred'
      ? [fact.to]
      : [];

/**
 * Outbound, a phone told without an agent is the customer's until somebody gave the call away; from then on only if it was told before or
 * is the customer's address. Judged by time and not by order of reading: with stamps of whole seconds a target rings in the very
 * millisecond of the transfer, and canonical order reads the ringing first.
 */
function customersPhones(
  facts: readonly CallEvent[],
  keyOf: (endpoint: Endpoint) => Key,
  { direction, customerAddresses, colleaguesUntil }: Setting,
) {
  if (direction !== 'outbound') return () => false;
  const firstAt = facts.find((fact) => fact.type === 'transferred')?.at ?? Infinity;
  const told = new Set(
    facts
      .filter((fact) => fact.at < firstAt && !colleaguesUntil.has(fact.callId))
      .flatMap(endpointsOf)
      .map((endpoint) => endpoint.asDialled),
  );
  return (endpoint: Endpoint, { callId }: CallEvent) => {
    if (keyOf(endpoint).agentId !== undefined || colleaguesUntil.has(callId)) return false;
    return told.has(endpoint.asDialled) || customerAddresses.has(endpoint.asDialled);
  };
}

/** Whose phones were told to ring or answer, at any time. */
function whoIsHeardOf(facts: readonly CallEvent[], keyOf: (endpoint: Endpoint) => Key): ReadonlySet<string> {
  return new Set(facts.flatMap((fact) => (fact.type === 'ringing' || fact.type === 'answered' ? [keyOf(fact.endpoint).key] : [])));
}
