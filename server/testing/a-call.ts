import type {
  Agent,
  AgentId,
  CallEvent,
  CallFact,
  CallId,
  Customer,
  Endpoint,
  Instant,
  Line,
  LinkedRecord,
  PhoneNumber,
} from '../call/event.ts';

/** 2026-03-02 09:00 UTC, a Monday: where every told call begins unless it says otherwise. */
export const aMondayMorning = 1_772_442_000_000 as Instant;

/** `anna` is Anna, anna@example.com, whose phone is dialled as "anna". */
export const agentNamed = (id: string): Agent => ({
  id: id as AgentId,
  name: id.charAt(0).toUpperCase() + id.slice(1),
  email: `${id}@example.com`,
});
const phoneOf = (id: string): Endpoint => ({ asDialled: id, agent: agentNamed(id) });

type Who = string | Endpoint;
const endpointOf = (who: Who): Endpoint => (typeof who === 'string' ? phoneOf(who) : who);
const customerOf = (who: string | Customer): Customer => (typeof who === 'string' ? { number: who as PhoneNumber } : who);

type Told = {
  readonly id: CallId;
  readonly startsAt: Instant;
  readonly now: number;
  readonly facts: readonly CallEvent[];
  readonly ringing: readonly Endpoint[];
  readonly talking: Agent | undefined;
  readonly dialler: Agent | undefined;
};

/**
 * One call told as sentences: `aCall('c1').inbound('+81312345678').rings('anna').answeredAfter(4).endsAfter(61).recorded().events`.
 * Each `…After(seconds)` counts from the fact before it. What isn't said is what was meant last: who rang answers, who talks holds.
 * A step gives a new story, so one beginning serves several endings.
 */
export const aCall = (id = 'c1', startsAt: Instant = aMondayMorning): CallStory =>
  new CallStory({ id: id as CallId, startsAt, now: startsAt, facts: [], ringing: [], talking: undefined, dialler: undefined });

export class CallStory {
  readonly #told: Told;
  constructor(told: Told) {
    this.#told = told;
  }
  get id(): CallId {
    return this.#told.id;
  }
  get events(): readonly CallEvent[] {
    return this.#told.facts;
  }

  /** Any fact, now. `eventId` when the id itself matters. */
  tells(fact: CallFact, eventId = `${this.#told.id}/${this.#told.facts.length + 1}`): CallStory {
    const { id, now, facts } = this.#told;
    return this.#with({ facts: [...facts, { id: eventId, callId: id, at: now as Instant, ...fact }] });
  }
  /** Time passes; a negative number is a clock stepping back. */
  after(seconds: number): CallStory {
    return this.#with({ now: this.#told.now + Math.round(seconds * 1000) });
  }
  /** So many seconds after the story's beginning. */
  at(seconds: number): CallStory {
    return this.#with({ now: this.#told.startsAt + Math.round(seconds * 1000) });
  }

  inbound(customer: string | Customer, line?: Line): CallStory {
    return this.tells({ type: 'started', direction: 'inbound', customer: customerOf(customer), ...(line && { line }) });
  }
  inboundWithheld(): CallStory {
    return this.inbound({ withheld: true, asSent: 'anonymous' });
  }
  /** Without `agent` the phone system doesn't say who dials. */
  outbound(customer: string | Customer, agent?: string, line?: Line): CallStory {
    const who = customerOf(customer);
    const dialled = who.number ?? who.asSent;
    const dialler = agent === undefined ? undefined : agentNamed(agent);
    const ring = dialled === undefined ? [] : [{ asDialled: dialled }];
    return this.tells({
      type: 'started',
      direction: 'outbound',
      customer: who,
      ...(dialled !== undefined && { dialled }),
      ...(dialler && { agent: dialler }),
      ...(line && { line }),
    }).#with({ ringing: ring, dialler });
  }
  internal(agent: string, dialled: string): CallStory {
    const dialler = agentNamed(agent);
    return this.tells({ type: 'started', direction: 'internal', customer: {}, agent: dialler, dialled }).#with({ dialler });
  }

  /** Several at once ring in parallel; without anybody, the customer of an outbound call. */
  rings(...who: readonly Who[]): CallStory {
    const endpoints = who.length > 0 ? who.map(endpointOf) : this.#told.ringing;
    return endpoints.reduce<CallStory>((story, endpoint) => story.tells({ type: 'ringing', endpoint }), this).#with({ ringing: endpoints });
  }
  ringsAfter(seconds: number, ...who: readonly Who[]): CallStory {
    return this.after(seconds).rings(...who);
  }
  answered(who?: Who): CallStory {
    const endpoint = who === undefined ? this.#meant(this.#told.ringing[0], 'answered', 'rings') : endpointOf(who);
    return this.tells({ type: 'answered', endpoint }).#with({ talking: endpoint.agent ?? this.#told.dialler, ringing: [] });
  }
  answeredAfter(seconds: number, who?: Who): CallStory {
    return this.after(seconds).answered(who);
  }
  heldAfter(seconds: number, who?: string): CallStory {
    return this.after(seconds).tells({ type: 'held', agent: this.#talker(who, 'held') });
  }
  resumedAfter(seconds: number, who?: string): CallStory {
    return this.after(seconds).tells({ type: 'resumed', agent: this.#talker(who, 'resumed') });
  }
  transfersTo(who: Who, how: 'blind' | 'attended' = 'blind'): CallStory {
    const to = endpointOf(who);
    const from = this.#talker(undefined, 'transferred');
    return this.tells({ type: 'transferred', from, to, how }).#with({ talking: how === 'attended' ? to.agent : undefined, ringing: [to] });
  }
  transfersAfter(seconds: number, who: Who, how: 'blind' | 'attended' = 'blind'): CallStory {
    return this.after(seconds).transfersTo(who, how);
  }
  leavesVoicemailAfter(seconds: number, length?: number): CallStory {
    return this.after(seconds).tells({
      type: 'voicemail',
      ...(length !== undefined && { seconds: length }),
      url: `https://voicemail.example/${encodeURIComponent(this.id)}`,
    });
  }
  ends(cause?: string): CallStory {
    return this.tells({ type: 'ended', ...(cause !== undefined && { cause }) });
  }
  endsAfter(seconds: number, cause?: string): CallStory {
    return this.after(seconds).ends(cause);
  }
  /** Nobody answered and the caller gave up. */
  missedAfter(seconds: number): CallStory {
    return this.endsAfter(seconds, 'no answer');
  }
  presumedEndedAfter(seconds: number): CallStory {
    return this.after(seconds).tells({ type: 'ended', presumed: true });
  }
  joinedInto(into: string): CallStory {
    return this.tells({ type: 'joined', into: into as CallId });
  }

  recorded(recordingId = 'r1', url = `https://recordings.example/${recordingId}`): CallStory {
    return this.tells({ type: 'recording', recordingId, url });
  }
  transcribed(text: string, language?: string): CallStory {
    return this.tells({ type: 'transcript', text, ...(language !== undefined && { language }) });
  }
  analysed(score: number, summary?: string): CallStory {
    return this.tells({ type: 'analysed', score, ...(summary !== undefined && { summary }) });
  }
  tagged(...tags: readonly string[]): CallStory {
    return this.tells({ type: 'tagged', tags });
  }
  commented(text: string, agent?: string): CallStory {
    return this.tells({ type: 'commented', text, ...(agent !== undefined && { agent: agentNamed(agent) }) });
  }
  pressed(digits: string, purpose?: string): CallStory {
    return this.tells({ type: 'digits', digits, ...(purpose !== undefined && { purpose }) });
  }
  attributed(to: Omit<Extract<CallFact, { type: 'attributed' }>, 'type'>): CallStory {
    return this.tells({ type: 'attributed', ...to });
  }
  ofCampaign(campaignId: string, name?: string): CallStory {
    return this.tells({ type: 'campaign', campaignId, ...(name !== undefined && { name }) });
  }
  linkedTo(who: LinkedRecord | undefined, what?: LinkedRecord, by?: string): CallStory {
    return this.tells({ type: 'linked', ...(who && { who }), ...(what && { what }), ...(by !== undefined && { by: agentNamed(by) }) });
  }
  unlinked(by?: string): CallStory {
    return this.linkedTo(undefined, undefined, by);
  }

  #with(change: Partial<Told>): CallStory {
    return new CallStory({ ...this.#told, ...change });
  }
  #talker(who: string | undefined, fact: string): Agent {
    return who === undefined ? this.#meant(this.#told.talking, fact, 'answered') : agentNamed(who);
  }
  #meant<T>(who: T | undefined, fact: string, before: string): T {
    if (who === undefined) throw new Error(`Who ${fact}? Name them, or tell who ${before} first.`);
    return who;
  }
}
