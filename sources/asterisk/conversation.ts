import type { Signal } from './hearing.ts';
import { endpointOf, recordingSignal, text } from './hearing.ts';

/** One phone or line of a call, from its first signal to its hang-up. Times in milliseconds by the PBX's clock. */
export type Leg = {
  readonly uniqueid: string;
  /** As far as its name tells: `101`; a Local channel's is its target. */
  readonly endpoint: string;
  readonly kind: 'agent' | 'outside' | 'local' | 'other';
  /** Extension of whoever's phone it is. */
  readonly extension: string | undefined;
  name: string | undefined;
  /** Linkedid of the call it is in now; it changes when a consultation becomes a transfer. */
  call: string;
  readonly since: number;
  bridge: string | undefined;
  wasBridged: boolean;
  heldSince: number | undefined;
  goneAt: number | undefined;
  cause: string | undefined;
};
/** One ringing of a phone or a line. */
export type Ringing = {
  readonly leg: Leg;
  /** Who dials; undefined when the PBX itself does, for a click to dial. */
  readonly by: Leg | undefined;
  readonly call: string;
  readonly at: number;
  /** What was dialled, where it leads outside. */
  readonly number: string | undefined;
  endedAt: number | undefined;
  status: string | undefined;
  forwarded: boolean;
};
/** Somebody of ours together with the customer (with a colleague, in an internal call), and when they had the other on hold. */
export type Talk = {
  readonly leg: Leg;
  readonly call: string;
  readonly from: number;
  to: number | undefined;
  readonly holds: { readonly from: number; to: number | undefined }[];
};
export type Transfer = {
  readonly call: string;
  readonly at: number;
  readonly from: Leg;
  readonly to: string;
  readonly how: 'blind' | 'attended';
};
/** What became of one Linkedid. */
export type Told = {
  readonly linkedid: string;
  readonly firstAt: number;
  root: Leg | undefined;
  /** The PBX called this line itself: a dialler that rings the customer first. */
  isCalled: boolean;
  callerNumber: string | undefined;
  callerName: string | undefined;
  withheld: boolean;
  /** ISO 3166: where its numbers are dialled from. */
  country: string | undefined;
  lineName: string | undefined;
  exten: string | undefined;
  direction: string | undefined;
  /** What the caller keyed in last: who mistyped begins again. */
  keyedIn: { readonly digits: string; readonly at: number } | undefined;
  recording: string | undefined;
  recorded: boolean;
  hungUpBy: Leg | undefined;
  endedAt: number | undefined;
  /** Whom a click to dial is for, as the agent's phone is shown while it rings. */
  clicked: string | undefined;
  /** Did the agent whose click it was pick up their own phone? Undefined: nobody clicked. */
  pickedUp: boolean | undefined;
};
export type Small =
  | { readonly is: 'queued'; readonly queue: string }
  | { readonly is: 'unqueued'; readonly queue: string }
  | { readonly is: 'closed' }
  | { readonly is: 'do not disturb'; readonly extension: string }
  | { readonly is: 'voicemail'; readonly mailbox: string }
  | {
      readonly is: 'arrived';
      readonly kind: string;
      readonly recordingId: string;
      readonly url: string;
      readonly seconds: number | undefined;
    }
  | { readonly is: 'parked'; readonly slot: string; readonly by: string | undefined };
export type Conversation = {
  readonly calls: ReadonlyMap<string, Told>;
  readonly ringings: readonly Ringing[];
  readonly talks: readonly Talk[];
  readonly transfers: readonly Transfer[];
  readonly smalls: readonly (Small & { readonly at: number; readonly call: string })[];
  /** Names of agents by extension, as the PBX shows them. */
  readonly names: ReadonlyMap<string, string>;
  readonly legs: readonly Leg[];
};

/** Churn of Local channels and of bridges being merged takes a talk apart for an instant; nobody has left. */
export const blinkMs = 150;
/** One transfer is told by the manager interface and by the CEL file, or by an event and by what it does, this close together. */
const saidTwiceMs = 2_000;

/**
 * Walks through the signals of a call and of all it is connected with, in order, and tells who rang, who talked with whom and who gave the
 * call to whom. Who talks is read from bridges alone, across the halves of Local channels, never from what was dialled: an answer that
 * nobody is bridged for is none. Pure and total: any signal may be missing.
 */
export function tellConversation(signals: readonly Signal[]): Conversation {
  const legs = new Map<string, Leg>();
  const bridges = new Map<string, Set<Leg>>();
  /** Local channels by name, and their names. */
  const halves = new Map<string, Leg>();
  const nameOfHalf = new Map<Leg, string>();
  const calls = new Map<string, Told>();
  const ringings: Ringing[] = [];
  const talks: Talk[] = [];
  const transfers: Transfer[] = [];
  const smalls: (Small & { at: number; call: string })[] = [];
  const names = new Map<string, string>();
  const talking = new Map<Leg, Talk>();
  /** A talk whose agent went to ask a colleague, while the customer waits where they were. */
  const asking = new Map<Leg, { talk: Talk; others: readonly Leg[]; place: string | undefined; asked: Set<Leg> }>();
  /** With whom, and in which bridge, each agent last was in a talk. */
  const lastWith = new Map<Leg, { others: readonly Leg[]; place: string | undefined }>();

  const callOf = (linkedid: string, at: number): Told => {
    const known = calls.get(linkedid);
    if (known) return known;
    const told: Told = {
      linkedid,
      firstAt: at,
      root: undefined,
      isCalled: false,
      callerNumber: undefined,
      callerName: undefined,
      withheld: false,
      country: undefined,
      lineName: undefined,
      exten: undefined,
      direction: undefined,
      keyedIn: undefined,
      recording: undefined,
      recorded: false,
      hungUpBy: undefined,
      endedAt: undefined,
      clicked: undefined,
      pickedUp: undefined,
    };
    calls.set(linkedid, told);
    return told;
  };
  let hasOutside = false;
  const legOf = (uniqueid: string, channel: string, linkedid: string, outside: boolean, number: string | undefined, at: number): Leg => {
    const known = legs.get(uniqueid);
    if (known) {
      // A customer who shares a bridge with another is still the one who called.
      if (known.kind !== 'outside' || known.call !== known.uniqueid) known.call = linkedid || known.call;
      return known;
    }
    const local = /^Local\/(.+)-[0-9a-f]{8};([12])$/.exec(channel);
    const endpoint = local ? local[1]! : (endpointOf(channel) ?? channel);
    const kind = local ? 'local' : endpointOf(channel) === undefined ? 'other' : outside ? 'outside' : 'agent';
    const leg: Leg = {
      uniqueid,
      endpoint,
      kind,
      extension: kind === 'agent' ? extensionOf(endpoint, number) : undefined,
      name: undefined,
      call: linkedid,
      since: at,
      bridge: undefined,
      wasBridged: false,
      heldSince: undefined,
      goneAt: undefined,
      cause: undefined,
    };
    legs.set(uniqueid, leg);
    if (kind === 'outside') hasOutside = true;
    if (local) {
      halves.set(channel, leg);
      nameOfHalf.set(leg, channel);
    }
    return leg;
  };
  const otherHalf = (leg: Leg): Leg | undefined => {
    const name = nameOfHalf.get(leg);
    return name === undefined ? undefined : halves.get(`${name.slice(0, -1)}${name.endsWith('1') ? 2 : 1}`);
  };

  /** All phones and lines that hear each other, starting from this one. */
  const together = (leg: Leg): Set<Leg> => {
    const found = new Set<Leg>([leg]);
    const open = [leg];
    for (let next = open.pop(); next; next = open.pop()) {
      const near: Leg[] = next.bridge === undefined ? [] : [...(bridges.get(next.bridge) ?? [])];
      const half = otherHalf(next);
      for (const other of half ? [...near, half] : near) {
        if (found.has(other) || other.goneAt !== undefined) continue;
        found.add(other);
        open.push(other);
      }
    }
    return found;
  };
  /** A phone that was rung for a customer's call is one of ours also when it is outside: somebody's mobile, or where they passed the call. */
  const isOurs = (leg: Leg) =>
    leg.kind === 'agent' || (leg.kind === 'outside' && leg.uniqueid !== leg.call && calls.get(leg.call)?.root?.kind === 'outside');
  /** Who is together, found once for each change of who is where: a conference of hundreds asks for each of them. */
  const groups = new Map<Leg, { readonly all: ReadonlySet<Leg>; readonly customers: readonly Leg[] }>();
  const groupOf = (leg: Leg) => {
    const known = groups.get(leg);
    if (known) return known;
    const all = together(leg);
    const group = { all, customers: [...all].filter((one) => one.kind === 'outside' && one.bridge !== undefined && !isOurs(one)) };
    for (const one of all) groups.set(one, group);
    return group;
  };
  /** With whom of those who matter this agent is together: the customer, or a colleague where no customer is in the call. */
  const partnersOf = (leg: Leg): readonly Leg[] => {
    if (leg.goneAt !== undefined || leg.bridge === undefined) return [];
    const { all, customers } = groupOf(leg);
    if (customers.length > 0) return customers;
    if (hasOutside && calls.get(leg.call)?.root?.kind !== 'agent') return [];
    return [...all].filter(
      (other) => other.bridge !== undefined && other.kind === 'agent' && other.extension !== leg.extension && other.call === leg.call,
    );
  };
  const beginHold = (talk: Talk, at: number) => {
    const last = talk.holds.at(-1);
    if (!last || last.to !== undefined) talk.holds.push({ from: at, to: undefined });
  };
  const endHold = (talk: Talk, at: number) => {
    const last = talk.holds.at(-1);
    if (last && last.to === undefined) last.to = at;
  };
  const endTalk = (leg: Leg, at: number) => {
    const talk = talking.get(leg);
    if (!talk) return;
    talk.to = at;
    endHold(talk, at);
    talking.delete(leg);
    asking.delete(leg);
  };
  const beginTalk = (leg: Leg, call: string, at: number) => {
    endTalk(leg, at);
    const before = talks.findLast((one) => one.leg === leg);
    if (before?.call === call && before.to !== undefined && at - before.to < blinkMs) {
      // Back at once: bridges were merged for a talk of three, and nobody was handed over.
      const handed = transfers.findIndex((one) => one.from === leg && one.how === 'attended' && one.at === before.to);
      if (handed >= 0) transfers.splice(handed, 1);
      before.to = undefined;
      talking.set(leg, before);
      return;
    }
    const begun: Talk = { leg, call, from: at, to: undefined, holds: leg.heldSince === undefined ? [] : [{ from: at, to: undefined }] };
    talks.push(begun);
    talking.set(leg, begun);
  };

  /** As one would dial it. */
  const addressOf = (leg: Leg) => leg.extension ?? ringings.find((ringing) => ringing.leg === leg)?.number ?? leg.endpoint;
  /** A Local channel stands for the phone it leads to, or will. */
  const phoneBehind = (leg: Leg, from: Leg): Leg =>
    leg.kind === 'local'
      ? ([...together(leg)].find((other) => other !== from && isOurs(other)) ??
        ringings.findLast(({ leg: rung }) => rung.call === leg.call && rung.kind !== 'local')?.leg ??
        leg)
      : leg;
  /** A consultation became a transfer; the PBX says so in an event of its own, or (its own feature codes, older versions) only by what it does. */
  const handOver = (call: string, from: Leg, to: Leg, at: number) => {
    const said = transfers.some((one) => one.from.extension === from.extension && Math.abs(one.at - at) < saidTwiceMs);
    if (!said) transfers.push({ call, at, from, to: addressOf(to), how: 'attended' });
  };

  /** After every change of who is where. */
  const settle = (at: number) => {
    groups.clear();
    for (const leg of legs.values()) {
      if (!isOurs(leg)) continue;
      const partners = partnersOf(leg);
      const talk = talking.get(leg);
      const asks = asking.get(leg);
      if (asks) {
        for (const other of groupOf(leg).all) if (other !== leg && (isOurs(other) || other.kind === 'local')) asks.asked.add(other);
        if (partners.some((partner) => asks.others.includes(partner))) {
          asking.delete(leg); // back with the customer
          if (leg.heldSince === undefined) endHold(asks.talk, at);
          continue;
        }
        const waits = asks.others.some((other) => other.goneAt === undefined && other.bridge === asks.place);
        const takenBy = asks.others.flatMap((other) => [...groupOf(other).all]).find((other) => isOurs(other) && other !== leg);
        if (leg.goneAt !== undefined || !waits || takenBy) {
          if (takenBy && asks.asked.has(takenBy)) handOver(asks.talk.call, leg, takenBy, at);
          endTalk(leg, at);
        }
        continue;
      }
      if (talk && partners.length === 0) {
        const { others, place } = lastWith.get(leg)!;
        const waits =
          leg.goneAt === undefined &&
          others.some((other) => other.goneAt === undefined && other.bridge !== undefined && other.bridge === place);
        if (waits) {
          asking.set(leg, { talk, others, place, asked: new Set() });
          beginHold(talk, at);
        } else endTalk(leg, at);
      }
      if (partners.length > 0) {
        // With the customer it is the customer's call, whatever this phone's was until now.
        const call = partners.find((partner) => partner.kind === 'outside' && !isOurs(partner))?.call ?? leg.call;
        if (talk?.call !== call) beginTalk(leg, call, at);
        lastWith.set(leg, { others: partners, place: partners[0]!.bridge });
      }
    }
  };

  const leave = (leg: Leg, bridge: string | undefined) => {
    if (leg.bridge === undefined || (bridge !== undefined && leg.bridge !== bridge && leg.bridge !== `${bridge} ${leg.uniqueid}`)) return;
    bridges.get(leg.bridge)?.delete(leg);
    leg.bridge = undefined;
  };
  const enter = (leg: Leg, name: string, isHolding = false) => {
    leave(leg, undefined);
    const bridge = isHolding ? `${name} ${leg.uniqueid}` : name; // those who are parked don't hear each other
    leg.bridge = bridge;
    leg.wasBridged = true;
    const members = bridges.get(bridge);
    if (members) members.add(leg);
    else bridges.set(bridge, new Set([leg]));
  };
  const hangUp = (leg: Leg, at: number, cause: string | undefined) => {
    leave(leg, undefined);
    leg.goneAt ??= at;
    leg.cause ??= cause;
  };

  const lastHeard = new Map(signals.map((signal, place) => [text(signal['Uniqueid']), place]));
  for (const [place, signal] of signals.entries()) {
    const { at } = signal;
    const of = (field: string) => text(signal[field]);
    const told = callOf(signal.call, at);
    const uniqueid = of('Uniqueid');
    const linkedid = of('Linkedid') || signal.call;
    const leg =
      uniqueid === '' || uniqueid.startsWith('<') || (of('Channel') === '' && !legs.has(uniqueid))
        ? undefined
        : legOf(uniqueid, of('Channel'), linkedid, signal.outside === true, of('CallerIDNum') || undefined, at);
    if (leg && leg.uniqueid === leg.call) callOf(leg.call, at).root ??= leg;
    if (leg && of('CRM_PRES').startsWith('prohib')) callOf(leg.call, at).withheld = true;
    if (leg && of('CRM_REC') !== '') callOf(leg.call, at).recording = of('CRM_REC');
    if (of('CRM_DIR') !== '') told.direction ??= of('CRM_DIR');

    for (const { part, into, consultation } of signal.joins ?? []) {
      if (consultation) continue;
      for (const one of legs.values()) if (one.call === part && one.goneAt === undefined) one.call = into;
    }
    switch (signal.Event) {
      case 'Newchannel':
      case 'Present': {
        if (!leg) break;
        if (leg === told.root && signal.Event === 'Newchannel') {
          told.exten ??= of('Exten') || undefined;
          told.isCalled = of('ChannelState') === '0' && leg.kind === 'outside';
          told.callerName ??= of('CallerIDName') || undefined;
        }
        told.country ??= signal.country;
        told.lineName ??= of('lineName') || undefined;
        if (leg === told.root) told.callerNumber ??= of('CallerIDNum') || undefined;
        if (leg.extension !== undefined && of('CallerIDName') !== '' && of('CallerIDNum') === leg.extension)
          names.set(leg.extension, of('CallerIDName'));
        if (signal.Event === 'Present' && of('BridgeUniqueid') !== '' && leg.bridge !== of('BridgeUniqueid')) {
          enter(leg, of('BridgeUniqueid'));
          settle(at);
        }
        break;
      }
      case 'DialBegin': {
        const dest = legOf(
          of('DestUniqueid'),
          of('DestChannel'),
          of('DestLinkedid') || signal.call,
          signal.destOutside === true,
          of('DestCallerIDNum'),
          at,
        );
        if (dest.uniqueid === dest.call && dest.kind === 'outside') {
          told.root ??= dest;
          told.clicked ??= dialledNumber(of('DialString'), of('DestCallerIDNum'));
          break;
        }
        if (dest.uniqueid === dest.call && dest.kind === 'agent') {
          // An agent's own phone is rung first by a click to dial.
          told.root ??= dest;
          told.pickedUp ??= false;
          if (of('DestCallerIDNum') !== dest.extension) told.clicked ??= of('DestCallerIDNum') || undefined;
          break;
        }
        if (dest.kind === 'other') break;
        const number = dest.kind === 'outside' ? dialledNumber(of('DialString'), of('DestCallerIDNum')) : undefined;
        const rung = ringings.find((one) => one.leg === dest);
        if (rung && rung.status === undefined && rung.by === undefined) {
          ringings.splice(ringings.indexOf(rung), 1, { ...rung, by: leg, number }); // known from the CEL file already
          break;
        }
        ringings.push({ leg: dest, by: leg, call: signal.call, at, number, endedAt: undefined, status: undefined, forwarded: false });
        break;
      }
      // From the CEL file: a channel that another one made rings; whether it answered it says itself.
      case 'Rung':
        if (leg && leg.kind !== 'other' && !ringings.some((one) => one.leg === leg))
          ringings.push({
            leg,
            by: undefined,
            call: signal.call,
            at,
            number: leg.kind === 'outside' ? dialledNumber(of('DialString'), of('CallerIDNum')) : undefined,
            endedAt: undefined,
            status: undefined,
            forwarded: false,
          });
        break;
      case 'Answered': {
        const ringing = ringings.findLast((one) => one.leg === leg);
        if (ringing && ringing.status === undefined) Object.assign(ringing, { endedAt: at, status: 'ANSWER' });
        break;
      }
      case 'DialEnd': {
        if (of('DestUniqueid') === signal.call && of('DialStatus') === 'ANSWER') told.pickedUp = true;
        const ringing = ringings.findLast((one) => one.leg.uniqueid === of('DestUniqueid'));
        if (ringing && ringing.status === undefined) {
          ringing.endedAt = at;
          ringing.status = of('DialStatus');
          ringing.forwarded = of('Forward') !== '';
          break;
        }
        // Taken up at another phone than the one that rang, which is told as if it had been dialled all along.
        const taker = legs.get(of('DestUniqueid'));
        if (!ringing && taker && of('DialStatus') === 'ANSWER' && taker.uniqueid !== signal.call)
          ringings.push({ leg: taker, by: leg, call: signal.call, at, number: undefined, endedAt: at, status: 'ANSWER', forwarded: false });
        break;
      }
      case 'BridgeEnter':
        if (!leg) break;
        enter(leg, of('BridgeUniqueid'), of('BridgeTechnology') === 'holding_bridge');
        // Who dialled and who answered are put together; one of the two events may never reach us.
        for (const { leg: dest, by, status } of ringings) {
          if (status !== 'ANSWER' || by === undefined || (dest !== leg && by !== leg)) continue;
          const other = dest === leg ? by : dest;
          if (!other.wasBridged && other.goneAt === undefined) enter(other, of('BridgeUniqueid'));
        }
        settle(at);
        break;
      case 'BridgeLeave':
        if (!leg) break;
        if (!leg.wasBridged) {
          // Who leaves was there: so much is known of a talk whose beginning never reached us.
          enter(leg, of('BridgeUniqueid'));
          settle(at);
        }
        leave(leg, of('BridgeUniqueid'));
        settle(at);
        break;
      case 'Hold': {
        if (!leg) break;
        leg.heldSince = at;
        const talk = talking.get(leg);
        if (talk) beginHold(talk, at);
        break;
      }
      case 'Unhold': {
        if (!leg) break;
        leg.heldSince = undefined;
        const talk = talking.get(leg);
        if (talk && !asking.has(leg)) endHold(talk, at);
        break;
      }
      case 'BlindTransfer': {
        const from = legs.get(of('TransfererUniqueid'));
        const said = transfers.some((one) => one.from === from && one.how === 'blind' && at - one.at < saidTwiceMs);
        if (of('Result') === 'Success' && from && !said) transfers.push({ call: signal.call, at, from, to: of('Extension'), how: 'blind' });
        break;
      }
      case 'AttendedTransfer': {
        const from = legs.get(of('OrigTransfererUniqueid'));
        if (of('Result') !== 'Success' || !from) break;
        if (talking.has(from) && !asking.has(from)) break; // it became a talk of three
        // Who hangs up while it rings may be out of the bridge before Asterisk 22 looks who else is in it: then it names no target.
        const target =
          legs.get(of('TransferTargetUniqueid')) ?? [...(asking.get(from)?.asked ?? [])].findLast(({ goneAt }) => goneAt === undefined);
        if (!target) break;
        handOver(signal.call, from, phoneBehind(target, from), at);
        break;
      }
      case 'QueueCallerJoin':
        smalls.push({ is: 'queued', queue: of('Queue'), at, call: signal.call });
        break;
      case 'QueueCallerLeave':
        smalls.push({ is: 'unqueued', queue: of('Queue'), at, call: signal.call });
        break;
      case 'AgentCalled':
      case 'AgentConnect': {
        const member = legs.get(of('DestUniqueid'));
        if (member && of('MemberName') !== '' && of('MemberName') !== of('Interface')) member.name = of('MemberName');
        break;
      }
      case 'MessageWaiting': {
        const owner = of('Mailbox').split('@')[0];
        // Whoever listens to their own mailbox makes this event too.
        if (of('Waiting') === '1' && leg && leg.extension !== owner)
          smalls.push({ is: 'voicemail', mailbox: of('Mailbox'), at, call: signal.call });
        break;
      }
      case 'MixMonitorStart':
        told.recorded = true;
        break;
      case 'UserEvent':
        if (of('UserEvent') === 'CrmIvr' && of('Case') !== '') told.keyedIn = { digits: of('Case'), at };
        if (of('UserEvent') === 'CrmClosed') smalls.push({ is: 'closed', at, call: signal.call });
        if (of('UserEvent') === 'CrmDnd' && of('Agent') !== '')
          smalls.push({ is: 'do not disturb', extension: of('Agent'), at, call: signal.call });
        break;
      case 'ParkedCall':
        smalls.push({
          is: 'parked',
          slot: of('ParkingSpace'),
          by: endpointOf(of('ParkerDialString')),
          at,
          call: signal.call,
        });
        break;
      case recordingSignal:
        if (of('url') !== '')
          smalls.push({
            is: 'arrived',
            kind: of('kind'),
            recordingId: of('recordingId'),
            url: of('url'),
            seconds: typeof signal['seconds'] === 'number' ? signal['seconds'] : undefined,
            at,
            call: signal.call,
          });
        break;
      case 'HangupRequest':
        // A line outside that was never talked on didn't hang up: it said no.
        if (leg && (leg === told.root || (leg.kind === 'outside' && leg.wasBridged))) told.hungUpBy ??= leg;
        break;
      case 'Hangup':
        if (!leg) break;
        hangUp(leg, at, of('Cause') || undefined);
        settle(at);
        break;
      case 'Channels': {
        // All that the call has: who isn't named hung up while nobody listened.
        const there = new Set(Array.isArray(signal['Uniqueids']) ? signal['Uniqueids'] : []);
        for (const one of legs.values())
          if (one.call === signal.call && one.goneAt === undefined && one.since < at && !there.has(one.uniqueid))
            hangUp(one, at, undefined);
        settle(at);
        break;
      }
      case 'Gone': {
        // Who has come to talk in another call, or is heard of again, goes on there, although nothing has been told of that yet.
        const elsewhere = (one: Leg) => [...together(one)].some((other) => other.call !== signal.call);
        const gone = [...legs.values()].filter((one) =>
          uniqueid === ''
            ? one.call === signal.call && !elsewhere(one) && (lastHeard.get(one.uniqueid) ?? -1) <= place
            : one.uniqueid === uniqueid,
        );
        for (const one of gone) hangUp(one, at, undefined);
        settle(at);
        break;
      }
      default: // a newer version's signal, or one that only carries variables
        break;
    }
  }

  for (const leg of legs.values()) if (leg.extension !== undefined && leg.name !== undefined) names.set(leg.extension, leg.name);
  for (const told of calls.values()) told.endedAt = endOf(told, [...legs.values()]);
  return { calls, ringings, talks, transfers, smalls, names, legs: [...legs.values()] };
}

/**
 * When the last channel of a call hung up. A leg whose hang-up was never heard keeps no call alive once nobody it could talk with is left:
 * neither who began it nor any line outside.
 */
function endOf(told: Told, legs: readonly Leg[]): number | undefined {
  const own = legs.filter((leg) => leg.call === told.linkedid);
  const alive = own.filter((leg) => leg.goneAt === undefined && leg.kind !== 'other');
  if (own.length === 0) return undefined;
  if (alive.some((leg) => leg === told.root || leg.kind === 'outside' || leg.bridge !== undefined)) return undefined;
  if (told.root === undefined && alive.length > 0) return undefined;
  const gone = own.flatMap((leg) => leg.goneAt ?? []);
  return gone.length === 0 ? undefined : Math.max(...gone);
}

/** The extension a phone belongs to: what it shows as its own number when that is one, else the number its name begins with, else its name. */
function extensionOf(endpoint: string, number: string | undefined): string {
  if (number !== undefined && /^\d{2,6}$/.test(number) && (endpoint.includes(number) || !/\d/.test(endpoint))) return number;
  return /^\d{2,6}/.exec(endpoint)?.[0] ?? endpoint;
}

/** `trunk/sip:15557770001@example`, `15557770001@trunk`, `trunk/15557770001` → `15557770001`; else what the caller's side shows. */
function dialledNumber(dialString: string, shown: string): string | undefined {
  const found = /(?:^|[/:])(\+?[0-9*#]{3,})(?:@|$)/.exec(dialString)?.[1];
  return found ?? (shown === '' ? undefined : shown);
}
