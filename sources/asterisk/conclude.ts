import type {
  AgentId,
  Agent,
  CallEvent,
  CallFact,
  CallId,
  Customer,
  Direction,
  Endpoint,
  Instant,
  RingEnd,
} from '../../server/call/event.ts';
import type { Conversation, Leg, Ringing, Told } from './conversation.ts';
import { blinkMs, tellConversation } from './conversation.ts';
import type { Signal } from './hearing.ts';
import { isOutsideNumber, looksLikeExtension, text } from './hearing.ts';
import { readNumber } from '../read-number.ts';

/** Facts of one call and of all it is connected with, from what was signalled (C1). What isn't `signalled` comes back as it is. */
export const conclude = (events: readonly CallEvent[]): readonly CallEvent[] => [...events, ...factsOf(tellConversation(inOrder(events)))];

/** What tells two signals of one kind and one moment apart. */
const telling = [
  'Uniqueid',
  'DestUniqueid',
  'BridgeUniqueid',
  'DialStatus',
  'Queue',
  'UserEvent',
  'Case',
  'TransfererUniqueid',
  'recordingId',
  'url',
] as const;
/** Every signal once, in the order they happened: two nodes may have heard the same. */
function inOrder(events: readonly CallEvent[]): Signal[] {
  const once = new Map<string, Signal>();
  for (const event of events) {
    if (event.type !== 'signalled') continue;
    for (const signal of event.signals as readonly Signal[]) {
      const key = [signal.Event, signal.at, ...telling.map((field) => text(signal[field]))].join(' ');
      if (!once.has(key)) once.set(key, signal);
    }
  }
  return [...once.values()].toSorted((a, b) => a.at - b.at || a.n - b.n);
}

function factsOf(conversation: Conversation): CallEvent[] {
  const { calls, ringings, talks, transfers, smalls, names } = conversation;
  const facts: CallEvent[] = [];
  const tell = (call: string, at: number, fact: CallFact) =>
    void facts.push({ id: `asterisk:${call}:${facts.length}`, callId: call as CallId, at: at as Instant, ...fact });
  const agentOf = (extension: string): Agent => {
    const name = names.get(extension);
    return { id: extension as AgentId, ...(name !== undefined && { name }) };
  };
  const endpointOf = (leg: Leg, number?: string): Endpoint =>
    leg.extension === undefined ? { asDialled: number ?? leg.endpoint } : { asDialled: leg.endpoint, agent: agentOf(leg.extension) };
  const extensions = new Set([...ringings.map(({ leg }) => leg), ...talks.map(({ leg }) => leg)].flatMap((leg) => leg.extension ?? []));

  for (const told of calls.values()) {
    const direction = directionOf(told, conversation);
    if (direction === undefined) continue;
    const dialled = told.exten;
    const isLine = direction === 'inbound' && dialled !== undefined && dialled !== 's';
    const lineNumber = isLine ? readNumber(dialled, told.country).number : undefined;
    tell(told.linkedid, told.firstAt, {
      type: 'started',
      direction,
      customer: customerOf(told, direction, ringings),
      ...(isLine && {
        line: { id: dialled, ...(told.lineName && { name: told.lineName }), ...(lineNumber !== undefined && { number: lineNumber }) },
      }),
      ...(told.root?.extension !== undefined && { agent: agentOf(told.root.extension) }),
      ...(dialled !== undefined && { dialled }),
    });
  }
  for (const ringing of ringings) {
    const { leg, call, at, number } = ringing;
    if (leg.kind === 'local') {
      if (ringings.some(({ by }) => by !== undefined && by.endpoint === leg.endpoint && by.kind === 'local')) continue;
      // It led to no phone: nobody is signed in there, or it is not to be disturbed.
      const extension = leg.endpoint.split('@')[0]!;
      const busy = smalls.some((small) => small.is === 'do not disturb' && small.extension === extension);
      if (ringing.endedAt === undefined || busy) continue;
      const endpoint = looksLikeExtension(extension) ? { asDialled: extension, agent: agentOf(extension) } : { asDialled: extension };
      if (ringing.status !== 'ANSWER') tell(call, at, { type: 'ring-ended', endpoint, how: 'unreachable' });
      continue;
    }
    const endpoint = endpointOf(leg, number);
    tell(call, at, { type: 'ringing', endpoint });
    const how = endOfRinging(ringing, conversation);
    if (how) tell(call, ringing.endedAt ?? leg.goneAt ?? at, { type: 'ring-ended', endpoint, how });
  }
  for (const { leg, call, from, to, holds } of talks) {
    const endpoint = endpointOf(leg, ringings.find((ringing) => ringing.leg === leg)?.number);
    const { agent } = endpoint;
    tell(call, from, { type: 'answered', endpoint });
    for (const hold of agent ? holds : []) {
      if (hold.to !== undefined && hold.to - hold.from < blinkMs) continue;
      tell(call, hold.from, { type: 'held', agent: agent! });
      if (hold.to !== undefined) tell(call, hold.to, { type: 'resumed', agent: agent! });
    }
    if (to !== undefined) tell(call, to, { type: 'left', endpoint });
  }
  for (const { call, at, from, to, how } of transfers) {
    if (from.extension === undefined) continue;
    const target = extensions.has(to) || looksLikeExtension(to) ? { asDialled: to, agent: agentOf(to) } : { asDialled: to };
    tell(call, at, { type: 'transferred', from: agentOf(from.extension), to: target, how });
  }
  for (const small of smalls) {
    const { call, at } = small;
    if (small.is === 'queued' || small.is === 'unqueued') tell(call, at, { type: small.is, queue: { id: small.queue } });
    else if (small.is === 'closed') tell(call, at, { type: 'closed' });
    else if (small.is === 'voicemail') tell(call, at, { type: 'voicemail', mailbox: small.mailbox });
    else if (small.is === 'arrived') {
      const { kind, recordingId, url, seconds } = small;
      const length = seconds === undefined ? {} : { seconds };
      tell(call, at, kind === 'voicemail' ? { type: 'voicemail', url, ...length } : { type: 'recording', recordingId, url, ...length });
    } else if (small.is === 'parked')
      tell(call, at, { type: 'parked', slot: small.slot, ...(small.by !== undefined && { agent: agentOf(small.by) }) });
    else {
      const agent = agentOf(small.extension);
      tell(call, at, { type: 'ring-ended', endpoint: { asDialled: small.extension, agent }, how: 'do not disturb' });
    }
  }
  for (const told of calls.values()) {
    if (told.keyedIn) tell(told.linkedid, told.keyedIn.at, { type: 'digits', digits: told.keyedIn.digits, purpose: 'case' });
    if (told.recorded && talks.some(({ call }) => call === told.linkedid))
      tell(told.linkedid, told.firstAt, { type: 'recorded', recordingId: withoutEnding(told.recording ?? told.linkedid) });
    if (told.endedAt === undefined) continue;
    const by = told.pickedUp === false ? 'agent' : told.hungUpBy && (told.hungUpBy.kind === 'outside' ? 'customer' : 'agent');
    const cause = told.pickedUp === false ? 'the agent did not pick up' : by && `hung up by ${by}`;
    tell(told.linkedid, told.endedAt, { type: 'ended', ...(by && { by }), ...(cause && { cause }) });
  }
  return facts;
}

/** A file is `<id>.wav` on the PBX and `<id>` with us: the endings of server/recordings/name.ts. */
const withoutEnding = (file: string) => file.replace(/(?:\.(?:wav|mp3|ogg|opus|gsm))+$/i, '') || file;

/** A line that begins a call brings it in, unless the PBX called it; a phone that begins one dials the first that is rung. */
function directionOf(told: Told, { ringings, legs }: Conversation): Direction | undefined {
  const rung = ringings.filter(({ call, leg }) => call === told.linkedid && (leg.kind === 'agent' || leg.kind === 'outside'));
  const first = rung[0]?.leg.kind;
  switch (told.root?.kind) {
    case 'outside':
      return told.isCalled ? 'outbound' : 'inbound';
    case 'agent':
      if (first) return first === 'outside' ? 'outbound' : 'internal';
      if (told.direction === 'outbound' || told.direction === 'internal') return told.direction;
      return isOutsideNumber(told.clicked ?? told.exten ?? '') ? 'outbound' : 'internal';
    case undefined:
      if (first) return first === 'outside' ? 'outbound' : 'inbound';
      // Of a call of somebody outside too little may have been heard; what touches no line is no customer's.
      return legs.some(({ call, kind }) => call === told.linkedid && kind === 'outside') ? undefined : 'internal';
    default:
      // A job of the PBX itself, or of software that begins calls with a Local channel.
      return rung.some(({ leg }) => leg.kind === 'outside') ? 'outbound' : 'internal';
  }
}

function customerOf(told: Told, direction: Direction, ringings: readonly Ringing[]): Customer {
  if (direction === 'internal') return {};
  const first = ringings.find(({ call, leg }) => call === told.linkedid && leg.kind === 'outside');
  const shown = direction === 'inbound' ? told.callerNumber : (first?.number ?? told.clicked ?? told.exten);
  if (shown === undefined && !told.withheld) return {};
  const read = readNumber(shown, told.country, direction === 'outbound' && first?.number === undefined);
  if (direction === 'inbound' && (told.withheld || read.withheld)) return { withheld: true };
  return {
    asSent: shown!,
    ...(read.number !== undefined && { number: read.number }),
    ...(direction === 'inbound' && told.callerName !== undefined && told.callerName !== shown && { name: told.callerName }),
  };
}

/** Q.850 causes that say why a phone didn't answer (telephony.md: `DialStatus` alone says NOANSWER for most of them). */
const causes: Readonly<Record<string, RingEnd>> = {
  '1': 'no such number',
  '3': 'no such number',
  '17': 'busy',
  '20': 'unreachable',
  '21': 'declined',
  '22': 'no such number',
  '26': 'elsewhere',
  '27': 'unreachable',
  '28': 'no such number',
  '34': 'unreachable',
  '38': 'unreachable',
  '41': 'unreachable',
  '42': 'unreachable',
};
/** A cancelled ringing and whatever cancelled it are told this close together. */
const togetherMs = 500;

function endOfRinging(ringing: Ringing, { ringings, talks, calls }: Conversation): RingEnd | undefined {
  const { leg, status, at } = ringing;
  const endedAt = ringing.endedAt ?? leg.goneAt;
  if (ringing.forwarded) return 'forwarded';
  if (status === 'ANSWER') return 'answered';
  if (status === undefined && talks.some((talk) => talk.leg === leg)) return 'answered';
  if (endedAt === undefined) return undefined;
  if (status === 'CANCEL' || status === undefined) {
    const elsewhere = ringings.some(
      (other) =>
        other !== ringing &&
        other.call === ringing.call &&
        other.status === 'ANSWER' &&
        other.endedAt! >= at &&
        other.endedAt! <= endedAt + togetherMs,
    );
    if (elsewhere) return 'elsewhere';
    // A queue that gives up on a phone cancels it too; the caller stays. And the causes of what was cancelled mean nothing.
    const told = calls.get(ringing.call);
    if (told?.root?.goneAt !== undefined && told.root.goneAt <= endedAt + togetherMs && told.hungUpBy === told.root) return 'stopped';
  }
  if (status !== 'CANCEL' && leg.cause !== undefined && causes[leg.cause]) return causes[leg.cause];
  if (status === 'BUSY') return 'busy';
  if (status === 'CONGESTION' || status === 'CHANUNAVAIL') return 'unreachable';
  return 'no answer';
}
