import type { AmiEvent } from './ami.ts';

/**
 * What is kept of one AMI event: its name, when it happened, what of its fields tells something of a call, and what only somebody who has
 * listened all along can add. Stored as JSON, read by `tellConversation`.
 */
export type Signal = {
  readonly Event: string;
  /** Milliseconds by the PBX's clock; by ours where the PBX doesn't stamp its events. */
  readonly at: number;
  /** Order of hearing within one listening: breaks ties. */
  readonly n: number;
  /** Linkedid of the call it is about. */
  readonly call: string;
  /** The fields named in `kept`, as AMI names them. */
  readonly [field: string]: string | number | boolean | readonly string[] | readonly Joining[] | undefined;
  /** `Channel` (`DestChannel`) leads outside: a trunk. */
  readonly outside?: true;
  readonly destOutside?: true;
  /** ISO 3166: where the numbers of this call are dialled from. */
  readonly country?: string;
  /** Calls that turn out to be one conversation (C2), as only somebody who has listened all along can tell. */
  readonly joins?: readonly Joining[];
};
/** `consultation`: colleagues talked while the customer waited, and that was all. */
export type Joining = { readonly part: string; readonly into: string; readonly consultation?: true };
export type Hearing = {
  /** What is worth keeping of this event; `undefined` when it tells nothing of a call. `atMs`: our clock, for a PBX that doesn't stamp. */
  hear(event: AmiEvent, atMs: number): Signal | undefined;
  /**
   * After each connection, and now and then: which channels there are, and which are gone that were there, so that no call goes on for
   * ever. `live`: ids of calls whose end was never heard, perhaps by another node.
   */
  snapshot(channels: readonly AmiEvent[], atMs: number, live?: readonly string[]): Signal[];
  /** By how much the PBX's clock is before ours, for what it doesn't stamp. */
  clock(aheadMs: number): void;
};

/** Events that tell something of a call, and the fields that do. Channel, Uniqueid and Linkedid are kept wherever they are. */
const kept: Readonly<Record<string, readonly string[]>> = {
  Newchannel: ['CallerIDNum', 'CallerIDName', 'Exten', 'ChannelState'],
  DialBegin: ['DestChannel', 'DestUniqueid', 'DestLinkedid', 'DestCallerIDNum', 'DialString'],
  DialEnd: ['DestChannel', 'DestUniqueid', 'DestLinkedid', 'DialStatus', 'Forward'],
  BridgeEnter: ['BridgeUniqueid', 'BridgeTechnology', 'CallerIDNum'],
  BridgeLeave: ['BridgeUniqueid'],
  Hold: [],
  Unhold: [],
  BlindTransfer: ['Result', 'TransfererUniqueid', 'TransfererLinkedid', 'TransfereeLinkedid', 'Extension'],
  AttendedTransfer: [
    'Result',
    'OrigTransfererUniqueid',
    'OrigTransfererLinkedid',
    'SecondTransfererLinkedid',
    'TransfereeLinkedid',
    'TransferTargetChannel',
    'TransferTargetUniqueid',
    'TransferTargetLinkedid',
  ],
  QueueCallerJoin: ['Queue'],
  QueueCallerLeave: ['Queue'],
  AgentCalled: ['DestUniqueid', 'DestLinkedid', 'Queue', 'MemberName', 'Interface'],
  AgentConnect: ['DestUniqueid', 'DestLinkedid', 'Queue', 'MemberName', 'Interface'],
  MessageWaiting: ['Mailbox', 'Waiting'],
  MixMonitorStart: [],
  UserEvent: ['UserEvent', 'Case', 'Agent'],
  ParkedCall: ['ParkeeLinkedid', 'ParkingSpace', 'ParkerDialString'],
  Pickup: ['TargetLinkedid'],
  HangupRequest: [],
  Hangup: ['Cause'],
  // From the CEL file (cel.ts): a channel that another one made, its answer, and that nothing is left of the call.
  Rung: ['CallerIDNum', 'DialString'],
  Answered: [],
  Gone: [],
};
/** Is this the name of a signal that `tellConversation` reads? */
export const isSignal = (name: string): boolean =>
  Object.hasOwn(kept, name) || name === 'Present' || name === 'Channels' || name === recordingSignal;
/** A recording of the call has arrived with us (server/recordings). */
export const recordingSignal = 'CordboardRecording';
const userEvents: ReadonlySet<string> = new Set(['CrmIvr', 'CrmClosed', 'CrmDnd']);
/**
 * Variables the PBX is asked to tell with every event of a channel (`channelvars`): is the number withheld, whatever it looks like, and
 * the file of the recording.
 */
export const wantedVariables = ['CRM_PRES', 'CRM_REC'] as const;
/** `CRM_DIR`: `outbound` or `internal`, where the dialplan says so of what a phone dialled; good to have of a call that rings nobody. */
const variables = [...wantedVariables, 'CRM_DIR'];
/** A PBX that never hangs up a channel must not fill our memory. */
const mostChannels = 50_000;

type Known = {
  readonly home: string;
  linkedid: string;
  readonly endpoint: string | undefined;
  hold: { readonly since: number; until: number | undefined } | undefined;
  /** Where it is bridged, as last heard. */
  bridge: string | undefined;
  readonly isCustomer: boolean;
  readonly told: Set<string>;
};
/** Who takes the customer back first hangs up on the colleague within this time. */
const swapMs = 2_000;
/** Was this hold on from `from`, and is it still, or was it until just before `to`? */
const covers = (hold: Known['hold'], from: number, to: number) =>
  hold !== undefined && hold.since <= from && (hold.until === undefined || to - hold.until < swapMs);
/** A call that a phone of ours began. */
type Begun = { readonly call: string; readonly endpoint: string; readonly at: number; isOutside: boolean; over: boolean };

/**
 * What is known of a PBX. `outside`: names of endpoints that lead outside; left out, whatever isn't named like an extension does, and
 * what is in `alsoOutside`. `country` (ISO 3166): where numbers are dialled from. `lines`: names of the company's numbers, as dialled.
 */
export type Surroundings = {
  readonly outside?: readonly string[];
  readonly alsoOutside?: readonly string[];
  readonly country?: string;
  readonly lines?: Readonly<Record<string, string>>;
};

/** Listens to one PBX. */
export function openHearing({ outside, alsoOutside = [], country, lines = {} }: Surroundings = {}): Hearing {
  const channels = new Map<string, Known>();
  const begun = new Map<string, Begun>();
  const bridges = new Map<string, Set<string>>();
  /** Channels by the phone or line they are of. */
  const byEndpoint = new Map<string, Set<Known>>();
  const named = outside && new Set(outside);
  const also = new Set(alsoOutside);
  const leadsOutside = (channel: string) => {
    const endpoint = endpointOf(channel);
    if (endpoint === undefined) return false;
    const isIn = (names: ReadonlySet<string>) => names.has(endpoint) || names.has(channel.slice(0, channel.indexOf('/') + 1) + endpoint);
    if (isIn(also)) return true;
    if (named) return isIn(named);
    return /^DAHDI\//i.test(channel) || !looksLikeExtension(endpoint); // DAHDI's channels are numbered like extensions
  };
  let heard = 0;
  let aheadMs = 0; // the PBX's clock before ours, as of the last event it stamped

  const forget = (uniqueid: string, known: Known) => {
    leaveBridge(uniqueid, known);
    channels.delete(uniqueid);
    const of = known.endpoint === undefined ? undefined : byEndpoint.get(known.endpoint);
    of?.delete(known);
    if (of?.size !== 0) return;
    byEndpoint.delete(known.endpoint!);
    // Nobody is on hold there any more, so what this phone began asks nobody meanwhile.
    for (const [uniqueid, { endpoint }] of begun) if (endpoint === known.endpoint) begun.delete(uniqueid);
  };
  const remember = (uniqueid: string, linkedid: string, channel: string): Known => {
    const known = channels.get(uniqueid);
    if (known) return known;
    const oldest = channels.size >= mostChannels ? channels.entries().next().value : undefined;
    if (oldest) forget(...oldest);
    const made: Known = {
      home: linkedid,
      linkedid,
      endpoint: endpointOf(channel),
      hold: undefined,
      bridge: undefined,
      isCustomer: uniqueid === linkedid && leadsOutside(channel),
      told: new Set(),
    };
    channels.set(uniqueid, made);
    if (made.endpoint !== undefined) byEndpoint.set(made.endpoint, (byEndpoint.get(made.endpoint) ?? new Set()).add(made));
    return made;
  };

  /**
   * Who comes together in one bridge talks with each other, also where the PBX gives the channels no common Linkedid (a conference). The
   * customer's call goes on; a call that two customers share is both of theirs.
   */
  const meets = (uniqueid: string, known: Known, bridge: string): Joining[] => {
    leaveBridge(uniqueid, known);
    if (bridge === '') return [];
    known.bridge = bridge;
    const there = bridges.get(bridge) ?? new Set<string>();
    bridges.set(bridge, there.add(uniqueid));
    for (const other of there) {
      const linkedid = channels.get(other)?.linkedid;
      if (linkedid === undefined || linkedid === known.linkedid) continue;
      const [mine, theirs] = [isCustomers(known.linkedid), isCustomers(linkedid)];
      if (mine && theirs) continue;
      const join = mine ? { part: linkedid, into: known.linkedid } : { part: known.linkedid, into: linkedid };
      begun.delete(join.part); // a consultation that became more
      return [join];
    }
    return [];
  };
  const leaveBridge = (uniqueid: string, known: Known) => {
    if (known.bridge === undefined) return;
    const there = bridges.get(known.bridge);
    there?.delete(uniqueid);
    if (there?.size === 0) bridges.delete(known.bridge);
    known.bridge = undefined;
  };
  /** Somebody outside is at one end of it: who called, or whom a phone of ours called. */
  const isCustomers = (linkedid: string) => channels.get(linkedid)?.isCustomer === true || begun.get(linkedid)?.isOutside === true;

  /** Calls to colleagues that this phone began and ended while it had the customer on hold. */
  const askedMeanwhile = ({ endpoint, linkedid, hold }: Known): string[] => {
    const asked: string[] = [];
    for (const [uniqueid, one] of begun) {
      if (one.endpoint !== endpoint || one.at < hold!.since || !one.over) continue;
      begun.delete(uniqueid);
      if (!one.isOutside && one.call !== linkedid) asked.push(one.call);
    }
    return asked;
  };

  const hear = (event: AmiEvent, atMs: number): Signal | undefined => {
    const name = text(event['Event']);
    const fields = Object.hasOwn(kept, name) ? kept[name] : undefined;
    if (!fields || (name === 'UserEvent' && !userEvents.has(text(event['UserEvent'])))) return undefined;
    const stamp = Number(text(event['Timestamp']));
    if (stamp > 0) aheadMs = stamp * 1e3 - atMs;
    const signal: Record<string, Signal[string]> & { Event: string; at: number; n: number } = {
      Event: name,
      at: stamp > 0 ? Math.round(stamp * 1e6) / 1e3 : atMs,
      n: heard++,
    };
    for (const field of ['Channel', 'Uniqueid', 'Linkedid', ...fields]) {
      const value = text(event[field]);
      if (value !== '' && value !== '<unknown>' && value !== '<none>') signal[field] = value;
    }
    const joins: Joining[] = [];
    const uniqueid = text(signal['Uniqueid']);
    const channel = text(signal['Channel']);
    if (uniqueid !== '') {
      const linkedid = text(signal['Linkedid']) || uniqueid;
      if (name === 'Newchannel' && uniqueid === linkedid && country !== undefined) signal['country'] = country;
      const lineName = name === 'Newchannel' && uniqueid === linkedid ? lines[text(signal['Exten'])] : undefined;
      if (lineName !== undefined) signal['lineName'] = lineName;
      const known = remember(uniqueid, linkedid, channel);
      if (leadsOutside(channel)) signal['outside'] = true;
      // A customer who was bridged with another customer is still the one who called: consultations are joined, customers aren't.
      if (signal['outside'] && known.home === uniqueid) signal['Linkedid'] = known.home;
      else if (known.linkedid !== linkedid) {
        joins.push({ part: known.linkedid, into: linkedid });
        begun.delete(known.linkedid); // a consultation that became more
        known.linkedid = linkedid;
      }
      if (name === 'BridgeEnter')
        joins.push(...meets(uniqueid, known, signal['BridgeTechnology'] === 'holding_bridge' ? '' : text(signal['BridgeUniqueid'])));
      for (const variable of variablesIn(event['ChanVariable']))
        if (!known.told.has(variable)) {
          known.told.add(variable);
          const at = variable.indexOf('=');
          signal[variable.slice(0, at)] = variable.slice(at + 1);
        }
      if (name === 'Newchannel' && uniqueid === linkedid && !signal['outside'] && known.endpoint !== undefined)
        begun.set(uniqueid, {
          call: uniqueid,
          endpoint: known.endpoint,
          at: signal.at,
          isOutside: isOutsideNumber(text(signal['Exten'])),
          over: false,
        });
      if (name === 'Hold') known.hold = { since: signal.at, until: undefined };
      if (name === 'Unhold' || name === 'Hangup') {
        if (known.hold && known.hold.until === undefined) {
          known.hold.until = signal.at;
          const consulted = askedMeanwhile(known);
          joins.push(...consulted.map((part) => ({ part, into: known.linkedid, consultation: true as const })));
        }
      }
      if (name === 'BridgeLeave') leaveBridge(uniqueid, known);
      if (name === 'Hangup') {
        forget(uniqueid, known);
        const own = begun.get(uniqueid);
        if (own) {
          own.over = true;
          const holder = [...(byEndpoint.get(own.endpoint) ?? [])].find((other) => covers(other.hold, own.at, signal.at));
          if (holder === undefined || holder.hold!.until !== undefined) begun.delete(uniqueid);
          if (holder?.hold!.until !== undefined && !own.isOutside)
            joins.push({ part: own.call, into: holder.linkedid, consultation: true });
        }
      }
    }
    const destination = text(signal['DestUniqueid']);
    if (destination !== '') {
      const linkedid = text(signal['DestLinkedid']) || text(signal['Linkedid']);
      const toOutside = leadsOutside(text(signal['DestChannel']));
      if (toOutside) signal['destOutside'] = true;
      const own = begun.get(linkedid);
      if (own && (toOutside || (destination === linkedid && isOutsideNumber(text(signal['DestCallerIDNum']))))) own.isOutside = true;
      if (linkedid !== '' && name === 'DialBegin') remember(destination, linkedid, text(signal['DestChannel']));
    }
    const call = callOf(signal);
    if (name === 'AttendedTransfer' && signal['Result'] === 'Success')
      for (const part of new Set([text(signal['SecondTransfererLinkedid']), text(signal['TransferTargetLinkedid'])])) {
        // Who connects two customers makes their calls no one call.
        const isRoot = part === text(signal['TransferTargetUniqueid']) && leadsOutside(text(signal['TransferTargetChannel']));
        if (part !== '' && part !== call && !isRoot && channels.get(part)?.isCustomer !== true) joins.push({ part, into: call });
      }
    return call === '' ? undefined : { ...signal, call, ...(joins.length > 0 && { joins }) };
  };

  return {
    hear,
    clock: (ms) => void (aheadMs = ms),
    snapshot(present, ourMs, live = []) {
      const atMs = Math.round((ourMs + aheadMs) * 1e3) / 1e3;
      const calls = new Set(present.flatMap((event) => [text(event['Linkedid']), text(event['Uniqueid'])]));
      const there = new Set(present.map((event) => text(event['Uniqueid'])));
      const signals: Signal[] = [];
      const met: [uniqueid: string, known: Known, bridge: string][] = [];
      for (const [uniqueid, known] of [...channels]) {
        if (there.has(uniqueid)) continue;
        forget(uniqueid, known);
        signals.push({ Event: 'Gone', at: atMs, n: heard++, call: known.linkedid, Uniqueid: uniqueid, Linkedid: known.linkedid });
      }
      for (const call of live) if (!calls.has(call)) signals.push({ Event: 'Gone', at: atMs, n: heard++, call, Linkedid: call });
      for (const event of present) {
        const uniqueid = text(event['Uniqueid']);
        if (uniqueid === '') continue;
        const channel = text(event['Channel']);
        const application = text(event['Application']);
        // A line that nobody dialled brought a customer in, who stays the one who called.
        const isCustomer = leadsOutside(channel) && !/^App(?:Dial|Queue)/i.test(application);
        const linkedid = (!isCustomer && text(event['Linkedid'])) || uniqueid;
        const known = remember(uniqueid, linkedid, channel);
        const joins = known.linkedid === linkedid || known.isCustomer ? [] : [{ part: known.linkedid, into: linkedid }];
        const bridge = /park/i.test(application) ? '' : text(event['BridgeId']);
        signals.push({
          Event: 'Present',
          at: atMs,
          n: heard++,
          call: linkedid,
          Channel: channel,
          Uniqueid: uniqueid,
          Linkedid: linkedid,
          ...(bridge && { BridgeUniqueid: bridge }),
          ...(text(event['CallerIDNum']) && { CallerIDNum: text(event['CallerIDNum']) }),
          ...(leadsOutside(channel) && { outside: true as const }),
          ...(joins.length > 0 && { joins }),
        });
        met.push([uniqueid, known, bridge]);
        known.linkedid = linkedid;
      }
      // Bridges are looked at when all are known, or who comes first would meet nobody.
      const joins = met.flatMap(([uniqueid, known, bridge]) => meets(uniqueid, known, bridge));
      for (const [call, channelsOfCall] of Map.groupBy(present, (event) => channels.get(text(event['Uniqueid']))?.linkedid ?? '')) {
        if (call === '') continue;
        const joined = joins.filter(({ into }) => into === call);
        signals.push({
          Event: 'Channels',
          at: atMs,
          n: heard++,
          call,
          Linkedid: call,
          Uniqueids: channelsOfCall.map((event) => text(event['Uniqueid'])),
          ...(joined.length > 0 && { joins: joined }),
        });
      }
      return signals;
    },
  };
}

/** Transfers name several calls; theirs is the customer's. */
const callOf = (signal: Readonly<Record<string, Signal[string]>>): string =>
  ['TransfereeLinkedid', 'OrigTransfererLinkedid', 'TransfererLinkedid', 'ParkeeLinkedid', 'TargetLinkedid', 'Linkedid', 'DestLinkedid']
    .map((field) => text(signal[field]))
    .find((value) => value !== '') ?? '';

/** `PJSIP/101-0000002a` → `101`; undefined for channels that are nobody's phone or line. What follows the last dash counts calls, each technology in its own way. */
export function endpointOf(channel: string): string | undefined {
  const [, technology = '', rest = ''] = /^([A-Za-z0-9]+)\/(.+?)(?:<[A-Z]+>)?$/.exec(channel) ?? [];
  const ending = endings[technology.toUpperCase()];
  return ending && rest !== '' ? rest.replace(ending, '') || rest : undefined;
}
const [hexadecimal, counted] = [/-[0-9a-f]{8,}$/i, /-\d+$/];
const endings: Readonly<Record<string, RegExp>> = {
  ...Object.fromEntries(
    'PJSIP SIP SCCP SKINNY MGCP MOTIF DONGLE QUECTEL MOBILE CONSOLE ALSA WOOMERA'.split(' ').map((name) => [name, hexadecimal]),
  ),
  ...Object.fromEntries('IAX2 DAHDI OOH323 H323 KHOMP USTM'.split(' ').map((name) => [name, counted])),
};

/** An extension's number, perhaps with a letter or a word for the kind of phone: `101`, `2034w`, `101-web`. */
export const looksLikeExtension = (endpoint: string): boolean => /^\d{2,6}(?:$|[^0-9.])/.test(endpoint);
/** Too long for an extension. */
export const isOutsideNumber = (number: string): boolean => /^\+?\d{7,}$/.test(number);

export const text = (value: unknown): string => (typeof value === 'string' ? value : Array.isArray(value) ? String(value[0] ?? '') : '');
function variablesIn(value: AmiEvent[string] | undefined): string[] {
  const list = typeof value === 'string' ? [value] : (value ?? []);
  return list.filter((variable) => variables.some((name) => variable.startsWith(`${name}=`) && variable.length > name.length + 1));
}
