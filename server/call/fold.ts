import { canonicalOrder, dedupe } from './canonical-order.ts';
import type { Attempt, Call, CallType, Outcome, Person } from './call.ts';
import {
  type Agent,
  type AgentId,
  type CallEvent,
  type CallFact,
  type CallId,
  type Customer,
  type Direction,
  type Endpoint,
  type Instant,
  ownKinds,
  type RingEnd,
} from './event.ts';
import { type Family, familyOf } from './family.ts';
import { courseOfMessages, messagesOf } from './messages.ts';
import { memosOf } from './memos.ts';
import { type Presence, type Span, type Talk, tellTimeline } from './timeline.ts';

type Fact<Type extends CallFact['type']> = Extract<CallEvent, { type: Type }>;

/**
 * The call these facts describe (C1). Pure and total: any order, any repetition, any missing fact; `undefined` only without facts.
 *
 * `events` are all facts of the call and of every call connected with it by `joined` (C2), in whatever state of completeness. A fact with
 * another `callId` counts when its call was joined into this one; facts of the call this one is part of, and of its other parts, are left
 * to that call. Only if nothing here belongs to this call by those rules, everything given is taken as its own: whoever asks for the call
 * has a reason to, and a lost `joined` must not lose it.
 *
 * - Direction, customer, line and dialler come from `started`. A direction with a customer in it beats internal, whichever call it is
 *   a fact of (a transferred external call stays external, DP-52); then the surviving call's own beats its parts'; then the first.
 * - Answered is decided by evidence, never by the order of timestamps: see timeline.ts. What is stamped before the start or after the end
 *   is moved to it, so no time of a call lies outside the call and no duration is negative (C6).
 * - Of several real ends the latest counts; any real end beats a presumed one, whatever its time. A presumed end is never before the last
 *   fact heard of the conversation. A part's end is the end of a leg, not of the call, unless the call's own facts tell no course at all.
 * - While no end is known, spans still open run to the last fact heard of the conversation: the fold has no clock.
 */
export function foldCall(id: CallId, events: readonly CallEvent[]): Call | undefined {
  const all = canonicalOrder(dedupe(events));
  const family = familyOf(id, all);
  const ofFamily = new Set([id, ...family.parts]);
  const belonging = all.filter((fact) => ofFamily.has(fact.callId));
  const facts = belonging.length > 0 ? belonging : all;
  const first = facts[0];
  if (!first) return undefined;

  const beginning = beginningOf(id, facts);
  const { direction } = beginning;
  const consultations = consultationsOf(id, facts, family, beginning);
  const dialledBy = beginning.dialledBy ?? (direction === 'outbound' ? firstAgentOf(facts, consultations) : undefined);
  const { presences, transfers } = tellTimeline(facts, {
    direction,
    dialledBy: dialledBy?.id,
    customerAddresses: new Set(
      [beginning.dialled, beginning.customer.asSent, beginning.customer.number].filter((address) => address !== undefined),
    ),
    colleaguesUntil: consultations,
    consulting: new Map(ofType(facts, 'started').flatMap(({ callId, agent }) => (agent ? [[callId, agent.id] as const] : []))),
  });

  const course = courseOf(id, facts, consultations, direction);
  const talkers = presences
    .filter((presence) => presence.talks.length > 0)
    .map((presence) => ({ presence, ...measureTalks(presence.talks, course) }));
  const answered = talkers.length > 0;
  const ended = course.endedAt !== undefined;
  const named = agentsOf(facts);
  const agentOf = (agentId: AgentId | undefined) => (agentId === undefined ? undefined : named.get(agentId));
  const knownAgent = (agent: Agent) => named.get(agent.id) ?? agent;
  const answeredAt = answered ? talkers.reduce((earliest, talker) => Math.min(earliest, talker.start), Infinity) : undefined;
  // an internal call has a talker at both ends; what is asked for is the other one
  const others = talkers.filter(({ presence }) => direction !== 'internal' || presence.agentId !== dialledBy?.id);
  const withAgent = (others.length > 0 ? others : talkers).filter(({ presence }) => presence.agentId !== undefined);
  const voicemail = mergedOf(ofType(facts, 'voicemail'), ['seconds', 'url', 'mailbox']);
  const keyed = keyedOf(ofType(facts, 'digits'));
  const attribution = mergedOf(ofType(facts, 'attributed'), [
    'source',
    'medium',
    'campaign',
    'term',
    'content',
    'referrer',
    'landingPage',
    'gclid',
    'gaClientId',
  ]);
  // what we ourselves said of a part is about the part's own record
  const isOwn = (fact: CallEvent) => fact.callId === id;
  const byAgent = <T extends { readonly agent?: Agent }>(fact: T) => (fact.agent ? { agent: knownAgent(fact.agent) } : {});

  const written = ofType(facts, 'message');
  // what a phone rang for is a call, whatever was written in it
  const isConversation = written.length > 0 && !facts.some((fact) => courseKinds.has(fact.type));
  const attempts = attemptsOf(facts, consultations, course, knownAgent);
  const queue = queueOf(facts, answeredAt);
  const reached = outcomeOf({ direction, ended, answered, voicemail: voicemail !== undefined, facts, consultations, attempts });

  return {
    id,
    phase: ended ? 'ended' : answered ? 'talking' : 'ringing',
    type: typeOf(direction, ended, answered, voicemail !== undefined),
    direction,
    customer: beginning.customer,
    line: beginning.line,
    dialled: beginning.dialled,
    startedAt: instant(course.startedAt),
    answeredAt: answeredAt === undefined ? undefined : instant(answeredAt),
    endedAt: course.endedAt === undefined ? undefined : instant(course.endedAt),
    endPresumed: course.endPresumed,
    endCause: course.endCause,
    lastFactAt: instant(course.lastFactAt),
    people: presences
      .filter(({ unnamed, rings, talks }) => !unnamed && rings.length + talks.length > 0)
      .map((presence) => personOf(presence, course, agentOf(presence.agentId))),
    answeredBy: agentOf(
      withAgent.reduce<Talker | undefined>((best, talker) => (best && best.start <= talker.start ? best : talker), undefined)?.presence
        .agentId,
    ),
    lastWith: agentOf(
      withAgent.reduce<Talker | undefined>((best, talker) => (best && outlasts(best, talker) ? best : talker), undefined)?.presence.agentId,
    ),
    dialledBy: direction === 'inbound' ? undefined : agentOf(dialledBy?.id),
    outcome: reached.outcome,
    missedBecause: reached.because,
    attempts,
    queue: queue?.queue,
    parked: ofType(facts, 'parked').map((parking) => ({ at: instant(course.within(parking.at)), slot: parking.slot, ...byAgent(parking) })),
    waitSeconds: seconds(
      (answeredAt ?? queue?.leftAt ?? course.horizon) -
        (queue && queue.joinedAt <= (answeredAt ?? Infinity) ? queue.joinedAt : course.startedAt),
    ),
    talkSeconds: seconds(unionOf(talkers.flatMap(({ spans }) => spans))),
    holdSeconds: seconds(unionOf(talkers.flatMap(({ holds }) => holds))),
    transfers: transfers.map(({ at, from, to, how }) => ({
      at: instant(course.within(at)),
      from: knownAgent(from),
      to: { ...to, ...byAgent(to) },
      how,
    })),
    voicemail,
    recorded: [...new Set(ofType(facts, 'recorded').map(({ recordingId }) => recordingId))],
    recordings: recordingsOf(ofType(facts, 'recording')),
    transcript: mergedOf(ofType(facts, 'transcript'), ['url', 'text', 'language']),
    analysis: mergedOf(ofType(facts, 'analysed'), ['score', 'summary', 'talkRatio']),
    analysedAt: ofType(facts, 'analysed')[0]?.at,
    tags: [...new Set(ofType(facts, 'tagged').flatMap(({ tags }) => tags))],
    wrapUp: ofType(facts, 'outcome').at(-1)?.value,
    comments: commentsOf(ofType(facts, 'commented')).map((comment) => ({ at: comment.at, text: comment.text, ...byAgent(comment) })),
    messages: isConversation ? messagesOf(written, knownAgent) : undefined,
    noted: memosOf(ofType(facts, 'noted')),
    digits: keyed.map(({ digits }) => digits).join(' '),
    keyed,
    attribution: { ...attribution },
    campaign: pick(ofType(facts, 'campaign').at(-1), ['campaignId', 'name']),
    clicked: pointedOf(ofType(facts, 'clicked'), isOwn, knownAgent),
    shown: pointedOf(ofType(facts, 'shown'), isOwn, knownAgent),
    linked: linkedOf(ofType(facts, 'linked').at(-1), knownAgent),
    calledBack: calledBackOf(ofType(facts, 'called-back').filter(isOwn), course.endedAt),
    undone: undoneOf(ofType(facts, 'undone').filter(isOwn)),
    partOf: family.partOf,
    parts: family.parts,
    ...(isConversation && { ...courseOfMessages(written), customer: customerOf(written.map(({ customer }) => customer)) }),
  };
}

/**
 * The five types of AC-04 and internal. "Voicemail > missed", but who was answered and left a message afterwards was answered. A message on
 * an outbound call is one on the customer's machine: nobody has left us anything. Ended, unanswered and of unknown direction counts as
 * missed: a needless look at a call costs a minute, a customer nobody calls back is lost.
 */
function typeOf(direction: Direction | undefined, ended: boolean, answered: boolean, voicemail: boolean): CallType | undefined {
  if (direction === 'internal') return 'internal'; // no later fact of its own makes it a customer's call, so screens may know at once
  if (!ended) return undefined;
  if (direction === 'outbound') return answered ? 'outbound-answered' : 'outbound-unanswered';
  return answered ? 'inbound-answered' : voicemail ? 'voicemail' : 'missed';
}

/** What became of it, and of a missed call why. */
function outcomeOf(known: {
  readonly direction: Direction | undefined;
  readonly ended: boolean;
  readonly answered: boolean;
  readonly voicemail: boolean;
  readonly facts: readonly CallEvent[];
  readonly consultations: ReadonlyMap<CallId, number>;
  readonly attempts: readonly Attempt[];
}): { readonly outcome: Outcome | undefined; readonly because: RingEnd | undefined } {
  const { direction, facts } = known;
  const is = (outcome: Outcome | undefined, because?: RingEnd) => ({ outcome, because });
  if (known.answered) return is('answered');
  if (!known.ended) return is(undefined);
  if (direction !== 'outbound' && known.voicemail) return is('voicemail');
  const hungUpBy = ofType(facts, 'ended').findLast((end) => end.by !== undefined && !known.consultations.has(end.callId))?.by;
  const last = known.attempts.at(-1)?.how;
  if (direction === 'outbound' || direction === 'internal') {
    if (hungUpBy === 'agent') return is('cancelled');
    const theirs = (direction === 'outbound' && known.attempts.findLast(({ agent }) => agent === undefined)?.how) || last;
    if (theirs === undefined) return is(tellsEverything(facts) ? 'unreachable' : 'no answer');
    return is(theirs === 'stopped' ? 'cancelled' : isResult(theirs) ? theirs : 'no answer');
  }
  if (facts.some(({ type }) => type === 'closed')) return is('closed');
  if (hungUpBy === 'customer') return is('abandoned');
  return is('missed', last ?? (tellsEverything(facts) ? 'unreachable' : undefined));
}
/** What can be said of the other side's phone. */
const isResult = (how: RingEnd) =>
  how === 'busy' || how === 'no answer' || how === 'declined' || how === 'no such number' || how === 'unreachable';
/** Where signals are heard, no ringing means that nothing rang; elsewhere it means that nobody says so. */
const tellsEverything = (facts: readonly CallEvent[]) => facts.some(({ type }) => type === 'signalled');

/** Every ringing, and how it ended: as told, else as what was heard afterwards proves. */
function attemptsOf(
  facts: readonly CallEvent[],
  consultations: ReadonlyMap<CallId, number>,
  course: Course,
  knownAgent: (agent: Agent) => Agent,
): Attempt[] {
  type Open = { at: number; endpoint: Endpoint; until: number | undefined; how: RingEnd | undefined };
  const attempts: Open[] = [];
  const sameAs =
    ({ asDialled, agent }: Endpoint) =>
    (open: Open) =>
      open.how === undefined && (open.endpoint.asDialled === asDialled || (agent !== undefined && open.endpoint.agent?.id === agent.id));
  const end = (open: Open, at: number, how: RingEnd) => Object.assign(open, { until: at, how });
  for (const fact of facts) {
    if (consultations.has(fact.callId)) continue;
    switch (fact.type) {
      case 'ringing':
        if (!attempts.some(sameAs(fact.endpoint)))
          attempts.push({ at: fact.at, endpoint: fact.endpoint, until: undefined, how: undefined });
        break;
      case 'ring-ended': {
        const open = attempts.find((one) => one.how === undefined && one.endpoint.asDialled === fact.endpoint.asDialled);
        if (open) end(open, fact.at, fact.how);
        else attempts.push({ at: fact.at, endpoint: fact.endpoint, until: fact.at, how: fact.how });
        break;
      }
      case 'answered': {
        const open = attempts.find(sameAs(fact.endpoint));
        if (open) end(open, fact.at, 'answered');
        break;
      }
      default: // tells nothing of ringing
        break;
    }
  }
  const ended = course.endedAt !== undefined;
  const hungUpByCustomer = ofType(facts, 'ended').some(({ by }) => by === 'customer');
  const answers = ofType(facts, 'answered').filter(({ callId }) => !consultations.has(callId));
  return attempts.map(({ at, endpoint, until, how }) => {
    const start = course.within(at);
    const laterAnswer = answers.find((fact) => fact.at >= at);
    const proven = how ?? (laterAnswer ? 'elsewhere' : !ended ? undefined : hungUpByCustomer ? 'stopped' : 'no answer');
    return {
      at: instant(start),
      endpoint: endpoint.asDialled,
      ...(endpoint.agent && { agent: knownAgent(endpoint.agent) }),
      seconds: seconds(course.within(until ?? laterAnswer?.at ?? course.horizon) - start),
      how: proven,
    };
  });
}

/** The queue before the answer, or the last one; and when the customer left it without an answer. */
function queueOf(facts: readonly CallEvent[], answeredAt: number | undefined) {
  const joined = ofType(facts, 'queued');
  const last = joined.findLast(({ at }) => answeredAt === undefined || at <= answeredAt) ?? joined.at(-1);
  if (!last) return undefined;
  const left = ofType(facts, 'unqueued').find(({ at, queue }) => at >= last.at && queue.id === last.queue.id);
  return { queue: last.queue, joinedAt: last.at, leftAt: left?.at };
}

// ——— where it came from

type Beginning = Pick<Call, 'direction' | 'customer' | 'line' | 'dialled' | 'dialledBy'>;

function beginningOf(id: CallId, facts: readonly CallEvent[]): Beginning {
  const starts = ofType(facts, 'started');
  const external = starts.filter((start) => start.direction !== 'internal');
  const own = (start: Fact<'started'>) => start.callId === id;
  // a part's `internal` is a consultation's; without the call's own word the direction stays unknown
  const telling = external.length > 0 ? [...external.filter(own), ...external.filter((start) => !own(start))] : starts.filter(own);
  const direction = telling[0]?.direction;
  return {
    direction,
    customer: customerOf(telling.map((start) => start.customer)),
    line: telling.find((start) => start.line)?.line,
    dialled: telling.find((start) => start.dialled !== undefined)?.dialled,
    dialledBy: telling.find((start) => start.agent && start.direction === direction)?.agent,
  };
}

/** The first who is anybody; a name or an address told later for the same number completes it. Who withheld the number has neither number nor name here, whatever the trunk let through. */
function customerOf(told: readonly Customer[]): Customer {
  const who: Customer = told.find(({ number, asSent, withheld }) => number !== undefined || asSent !== undefined || withheld) ?? {};
  if (who.withheld) return { withheld: true, ...pick(who, ['asSent']) };
  const same = told.filter(
    ({ number, asSent, withheld }) => !withheld && (number === who.number || (number === undefined && asSent === undefined)),
  );
  return { ...mergedOf(same.toReversed(), ['asSent', 'name', 'email']), ...pick(who, ['number', 'asSent', 'name', 'email']) };
}

/** Click to dial rings the dialler first, so when an outbound call doesn't say who dialled, the first of ours heard in it did. */
function firstAgentOf(facts: readonly CallEvent[], consultations: ReadonlyMap<CallId, number>): Agent | undefined {
  for (const fact of facts) {
    if (consultations.has(fact.callId)) continue;
    const agent = agentIn(fact);
    if (agent) return agent;
  }
  return undefined;
}

const agentIn = (fact: CallEvent): Agent | undefined => {
  switch (fact.type) {
    case 'ringing':
    case 'answered':
      return fact.endpoint.agent;
    case 'held':
    case 'resumed':
      return fact.agent;
    case 'transferred':
      return fact.from;
    default:
      return undefined;
  }
};

/** The calls in here that began among colleagues, and until when they stayed so. None in a call that is internal itself. */
function consultationsOf(id: CallId, facts: readonly CallEvent[], family: Family, { direction }: Beginning): ReadonlyMap<CallId, number> {
  const until = new Map<CallId, number>();
  if (direction === 'internal') return until;
  const directions = new Map<CallId, boolean>();
  for (const { callId, direction: told } of ofType(facts, 'started'))
    directions.set(callId, (directions.get(callId) ?? true) && told === 'internal');
  // where circling joins let the consultation survive, the customer came in with the first part that has one
  if (directions.get(id))
    until.set(id, earliest([...directions].flatMap(([leg, internal]) => (internal ? [] : [family.reachedAt.get(leg) ?? -Infinity]))));
  for (const leg of family.reachedAt.keys()) {
    const join = family.joins.get(leg);
    if (join?.consultation) until.set(leg, Infinity);
    else if (join && directions.get(leg)) until.set(leg, Math.max(join.at, until.get(join.into) ?? -Infinity));
  }
  return until;
}

// ——— its times

/** What the phone system itself saw happening. Notes, tags, links and analyses come by other clocks, so no duration is made of them (C6). */
const courseKinds: ReadonlySet<CallFact['type']> = new Set([
  'started',
  'closed',
  'queued',
  'unqueued',
  'ringing',
  'ring-ended',
  'answered',
  'left',
  'parked',
  'held',
  'resumed',
  'transferred',
  'digits',
  'ended',
  'voicemail',
]);
/** What we add ourselves is no news of the call: the silence limit counts from what was heard. */
const isOurs = (fact: CallEvent) => (ownKinds as readonly string[]).includes(fact.type);
const isPresumed = (fact: CallEvent) => fact.type === 'ended' && fact.presumed === true;

type Course = {
  readonly startedAt: number;
  readonly endedAt: number | undefined;
  readonly endPresumed: boolean;
  readonly endCause: string | undefined;
  readonly lastFactAt: number;
  /** The end, or as far as the conversation is known to have gone. */
  readonly horizon: number;
  /** Moves a time into the call. */
  readonly within: (at: number) => number;
};

function courseOf(
  id: CallId,
  facts: readonly CallEvent[],
  consultations: ReadonlyMap<CallId, number>,
  direction: Direction | undefined,
): Course {
  const isOwn = (fact: CallEvent) => fact.callId === id;
  const heard = facts.filter((fact) => !isPresumed(fact) && !isOurs(fact));
  const course = heard.filter((fact) => courseKinds.has(fact.type));
  const trunk = course.filter((fact) => (direction === 'internal' ? isOwn(fact) : !consultations.has(fact.callId)));
  // an end stamped before the start (a clock set back meanwhile) must not take the start with it
  const opening = trunk.filter((fact) => fact.type !== 'ended' && fact.type !== 'voicemail');
  const startedAt = timeOf([opening, trunk, course, facts].find((some) => some.length > 0)?.[0]);
  const lastHeardAt = Math.max(startedAt, timeOf(course.at(-1)));

  const tellsEnd = trunk.some(isOwn) ? isOwn : trunk.length > 0 ? (fact: CallEvent) => !consultations.has(fact.callId) : () => true;
  const ends = ofType(facts, 'ended');
  const real = ends.filter((end) => !isPresumed(end) && tellsEnd(end));
  const presumed = ends.filter((end) => isPresumed(end) && (isOwn(end) || tellsEnd(end)));
  const counting = real.length > 0 ? real : presumed;
  const last = counting.at(-1);
  const endedAt = last && Math.max(startedAt, last.at, isPresumed(last) ? lastHeardAt : -Infinity);
  const horizon = endedAt ?? lastHeardAt;
  return {
    startedAt,
    endedAt,
    endPresumed: last !== undefined && isPresumed(last),
    endCause: counting.findLast((end) => end.cause !== undefined)?.cause,
    lastFactAt: timeOf(heard.at(-1) ?? facts.at(-1)),
    horizon,
    within: (at) => Math.min(Math.max(at, startedAt), horizon),
  };
}

type Talker = {
  readonly presence: Presence;
  readonly start: number;
  readonly end: number;
  readonly open: boolean;
  readonly spans: readonly Closed[];
  readonly holds: readonly Closed[];
};
type Closed = { readonly start: number; readonly end: number };

function closedIn({ start, end }: Span, { within, horizon }: Course): Closed {
  return { start: within(start), end: within(end ?? horizon) };
}

function measureTalks(talks: readonly Talk[], course: Course): Omit<Talker, 'presence'> {
  const spans = talks.map((talk) => closedIn(talk, course));
  return {
    start: earliest(spans.map(({ start }) => start)),
    end: spans.reduce((latest, { end }) => Math.max(latest, end), -Infinity),
    open: talks.some(({ end }) => end === undefined),
    spans,
    holds: talks.flatMap((talk) => {
      const { start, end } = closedIn(talk, course);
      return talk.holds.map((hold) => {
        const from = Math.min(Math.max(course.within(hold.start), start), end);
        return { start: from, end: Math.max(from, Math.min(course.within(hold.end ?? end), end)) };
      });
    }),
  };
}

/** Who is still in the call talked later than who gave it away in the same moment; of two still in it, who came later. */
const outlasts = (a: Talker, b: Talker) => (a.open !== b.open ? a.open : a.end !== b.end ? a.end > b.end : a.start >= b.start);

function personOf(presence: Presence, course: Course, agent: Agent | undefined): Person {
  const { spans, holds } = measureTalks(presence.talks, course);
  return {
    endpoint: presence.endpoint?.asDialled ?? presence.agentId ?? '',
    ...(agent && { agent }),
    ...(presence.endpoint && pick(presence.endpoint, ['softphone'])),
    ringSeconds: seconds(unionOf(presence.rings.map((ring) => closedIn(ring, course)))),
    talkSeconds: seconds(unionOf(spans)),
    holdSeconds: seconds(unionOf(holds)),
    answered: presence.talks.length > 0,
  };
}

/** Milliseconds covered by any of the spans: two colleagues in one conversation are one conversation. */
function unionOf(spans: readonly Closed[]): number {
  let covered = 0;
  let reached = -Infinity;
  for (const { start, end } of spans.toSorted((a, b) => a.start - b.start)) {
    if (end <= reached) continue;
    covered += end - Math.max(start, reached);
    reached = end;
  }
  return covered;
}

const earliest = (times: readonly number[]) => times.reduce((least, time) => Math.min(least, time), Infinity);
const timeOf = (fact: CallEvent | undefined) => fact?.at ?? -Infinity;
const seconds = (ms: number) => Math.round(Math.max(0, ms)) / 1000;
const instant = (ms: number) => ms as Instant;

// ——— what was said about it

/** Each agent with all that any fact told of them: one fact brings the id, another the e-mail that maps them to a user. The last told counts. */
function agentsOf(facts: readonly CallEvent[]): ReadonlyMap<AgentId, Agent> {
  const named = new Map<AgentId, Agent>();
  for (const agent of facts.flatMap(agentsIn)) named.set(agent.id, { ...named.get(agent.id), ...pick(agent, ['id', 'name', 'email']) });
  return named;
}

function agentsIn(fact: CallEvent): readonly Agent[] {
  switch (fact.type) {
    case 'ringing':
    case 'ring-ended':
    case 'answered':
    case 'left':
      return fact.endpoint.agent ? [fact.endpoint.agent] : [];
    case 'transferred':
      return fact.to.agent ? [fact.from, fact.to.agent] : [fact.from];
    case 'held':
    case 'resumed':
      return [fact.agent];
    case 'started':
    case 'parked':
    case 'tagged':
    case 'outcome':
    case 'commented':
    case 'message':
      return fact.agent ? [fact.agent] : [];
    case 'clicked':
    case 'shown':
    case 'linked':
      return fact.by ? [fact.by] : [];
    default:
      return [];
  }
}

function recordingsOf(told: readonly Fact<'recording'>[]): Call['recordings'] {
  const byId = new Map<string, Call['recordings'][number]>();
  for (const recording of told)
    byId.set(recording.recordingId, { ...byId.get(recording.recordingId), ...pick(recording, ['recordingId', 'url', 'seconds']) });
  return [...byId.values()];
}

function commentsOf(told: readonly Fact<'commented'>[]): readonly Fact<'commented'>[] {
  const once = new Map<string, Fact<'commented'>>();
  for (const comment of told) {
    const key = JSON.stringify([comment.agent?.id ?? null, comment.text]);
    if (!once.has(key)) once.set(key, comment);
  }
  return [...once.values()];
}

/** Some systems tell key by key, some a whole entry: what has one purpose is one entry. */
function keyedOf(told: readonly Fact<'digits'>[]): Call['keyed'] {
  const entries: { digits: string; purpose?: string }[] = [];
  for (const entry of told) {
    const last = entries.at(-1);
    if (last && last.purpose === entry.purpose) last.digits += entry.digits;
    else entries.push(pick(entry, ['digits', 'purpose']));
  }
  return entries;
}

function linkedOf(choice: Fact<'linked'> | undefined, knownAgent: (agent: Agent) => Agent): Call['linked'] {
  return choice && { ...pick(choice, ['who', 'what', 'always']), ...(choice.by && { by: knownAgent(choice.by) }) };
}

/** What was pointed at when the call began to be this one: nothing told later changes what it was. */
function pointedOf(
  told: readonly Fact<'clicked' | 'shown'>[],
  isOwn: (fact: CallEvent) => boolean,
  knownAgent: (agent: Agent) => Agent,
): Call['clicked'] {
  const first = told.find(isOwn) ?? told[0];
  return first && { record: pick(first.record, ['kind', 'id', 'name']), ...(first.by && { by: knownAgent(first.by) }) };
}

/** The agent is told as told: ids of another phone system mean other people here. */
function calledBackOf(told: readonly Fact<'called-back'>[], endedAt: number | undefined): Call['calledBack'] {
  const first = endedAt === undefined ? undefined : told.find((fact) => fact.at >= endedAt);
  return first && pick(first, ['at', 'by', 'direction', 'agent']);
}

/** Each version once: who was first took it back. */
function undoneOf(told: readonly Fact<'undone'>[]): Call['undone'] {
  const versions = new Map(told.toReversed().map((fact) => [fact.policyVersion, pick(fact, ['policyVersion', 'by'])]));
  return [...versions.values()].toSorted((a, b) => a.policyVersion - b.policyVersion);
}

const ofType = <Type extends CallFact['type']>(facts: readonly CallEvent[], type: Type) =>
  facts.filter((fact): fact is Fact<Type> => fact.type === type);

/** Only the keys that are told: an absent key and one holding `undefined` are not the same call when stored and read back. */
function pick<T extends object, K extends keyof T>(from: T, keys: readonly K[]): Pick<T, K>;
function pick<T extends object, K extends keyof T>(from: T | undefined, keys: readonly K[]): Pick<T, K> | undefined;
function pick<T extends object, K extends keyof T>(from: T | undefined, keys: readonly K[]): Pick<T, K> | undefined {
  return from && (Object.fromEntries(keys.filter((key) => from[key] !== undefined).map((key) => [key, from[key]])) as Pick<T, K>);
}

/** Each key as last told; `undefined` if nothing was told at all. */
function mergedOf<T extends object, K extends keyof T>(told: readonly T[], keys: readonly K[]): Pick<T, K> | undefined {
  if (told.length === 0) return undefined;
  const merged: Partial<Pick<T, K>> = {};
  for (const one of told) Object.assign(merged, pick(one, keys));
  return merged as Pick<T, K>;
}
