import type { AmiEvent } from './ami.ts';
import { endpointOf, openHearing, type Signal, type Surroundings } from './hearing.ts';
import { earliestMs, latestMs, storable } from '../readable.ts';

/** Names and numbers; nothing longer is worth keeping of one field. */
const maxFieldCharacters = 4_000;

/**
 * Channel events as Asterisk writes them to a file (cel_custom), told as the signals they correspond to. They tell who talked with whom and
 * when, and survive that nobody listened; they don't tell how a phone that rang was refused, what a queue did between its start and its
 * end, or whether a message was left. What they can't tell stays unknown.
 */
const columns = ['type', 'time', 'name', 'number', 'exten', 'context', 'channel', 'app', 'data', 'uniqueid', 'linkedid', 'extra'] as const;
type Row = Readonly<Record<(typeof columns)[number], string>>;
/** The line for cel_custom.conf whose output is read here. */
export const celMapping = `cordboard.csv => ${[
  'eventtype',
  'eventtime',
  'CALLERID(name)',
  'CALLERID(num)',
  'CHANNEL(exten)',
  'CHANNEL(context)',
  'CHANNEL(channame)',
  'CHANNEL(appname)',
  'CHANNEL(appdata)',
  'CHANNEL(uniqueid)',
  'CHANNEL(linkedid)',
  'eventextra',
]
  .map((name) => `\${CSV_QUOTE(\${${name}})}`)
  .join(',')}`;

/** Signals in the lines of one push, and what is wrong with them, line by line. The last line may be half written: it comes whole with the next push. */
export function readCel(text: string, surroundings: Surroundings = {}): { readonly signals: Signal[]; readonly mistakes: string[] } {
  const signals: Signal[] = [];
  const mistakes: string[] = [];
  const hearing = openHearing(surroundings);
  /** What each call is dialling, as its dialplan said it. */
  const dials = new Map<string, string>();
  /** The last application a channel ran. */
  const apps = new Map<string, string>();
  for (const [place, fields] of csvRecords(text).entries()) {
    if (fields.length !== columns.length) {
      mistakes.push(`Line ${place + 1} has ${fields.length} columns, not ${columns.length}: is cel_custom.conf as documented?`);
      continue;
    }
    const row = Object.fromEntries(columns.map((name, column) => [name, storable(fields[column]!.slice(0, maxFieldCharacters))])) as Row;
    const at = Number(row.time) * 1_000;
    if (!(at >= earliestMs && at <= latestMs)) {
      mistakes.push(`Line ${place + 1} has a time that is no number of seconds since 1970: leave dateformat out of cel.conf.`);
      continue;
    }
    if (row.linkedid === '') continue;
    if (row.type === 'APP_START' && row.app === 'Dial') dials.set(row.linkedid, row.data);
    if (row.type === 'APP_START') apps.set(row.uniqueid, row.app);
    for (const event of eventsOf(row, dials, apps.get(row.uniqueid))) {
      const signal = hearing.hear({ Timestamp: row.time, Linkedid: row.linkedid, ...event }, at);
      if (signal) signals.push(signal);
    }
  }
  return { signals, mistakes };
}

/** What the manager interface would have said at this moment; `Rung`, `Answered` and `Gone` are words of our own. */
function eventsOf(row: Row, dials: ReadonlyMap<string, string>, app: string | undefined): AmiEvent[] {
  const extra = extraOf(row.extra);
  const of = (name: string, more: Readonly<Record<string, string | undefined>> = {}): AmiEvent => ({
    Event: name,
    Channel: row.channel,
    Uniqueid: row.uniqueid,
    ...(Object.fromEntries(Object.entries(more).filter(([, value]) => value !== undefined)) as Record<string, string>),
  });
  const bridge = { BridgeUniqueid: extra['bridge_id'], BridgeTechnology: extra['bridge_technology'] };
  switch (row.type) {
    case 'CHAN_START':
      return [
        of('Newchannel', { CallerIDNum: row.number, CallerIDName: row.name, Exten: row.exten }),
        ...(row.uniqueid === row.linkedid
          ? []
          : [of('Rung', { CallerIDNum: row.number, DialString: dialStringFor(row.channel, dials.get(row.linkedid)) })]),
      ];
    case 'ANSWER':
      return row.uniqueid === row.linkedid ? [] : [of('Answered')];
    case 'BRIDGE_ENTER':
      return [of('BridgeEnter', bridge)];
    case 'BRIDGE_EXIT':
      return [of('BridgeLeave', bridge)];
    case 'BLINDTRANSFER':
      return [
        of('BlindTransfer', {
          Result: 'Success',
          TransfererUniqueid: row.uniqueid,
          Extension: extra['extension'],
        }),
      ];
    case 'ATTENDEDTRANSFER':
      return [
        of('AttendedTransfer', {
          Result: 'Success',
          OrigTransfererUniqueid: row.uniqueid,
          TransferTargetUniqueid: extra['transfer_target_channel_uniqueid'],
          // The phone's second line began the consultation; a feature code uses one line for both.
          SecondTransfererLinkedid: extra['channel2_uniqueid'] === row.uniqueid ? undefined : extra['channel2_uniqueid'],
        }),
      ];
    case 'APP_START':
      return row.app === 'Queue' ? [of('QueueCallerJoin', { Queue: row.data.split(',')[0] })] : [];
    case 'APP_END':
      return row.app === 'Queue' ? [of('QueueCallerLeave', { Queue: row.data.split(',')[0] })] : [];
    case 'HANGUP': {
      // Who hangs up on a mailbox may have left a message: it isn't told.
      const tells = extra['hangupsource'] === row.channel && app !== 'VoiceMail';
      return [...(tells ? [of('HangupRequest')] : []), of('Hangup', { Cause: extra['hangupcause'] })];
    }
    case 'LINKEDID_END':
      return [{ Event: 'Gone' }];
    default: // parking, pick-ups and whatever the dialplan adds: seen in who is bridged with whom
      return [];
  }
}

/** Of `PJSIP/101&PJSIP/trunk/sip:1555@example,12,T` the part for this channel. */
const dialStringFor = (channel: string, data: string | undefined): string | undefined => {
  const endpoint = endpointOf(channel);
  const [destinations = ''] = data?.split(',') ?? [];
  return destinations.split('&').find((one) => endpoint !== undefined && one.split(/[/@]/).includes(endpoint));
};

function extraOf(text: string): Readonly<Record<string, string>> {
  if (text === '') return {};
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== 'object' || parsed === null) return {};
    return Object.fromEntries(Object.entries(parsed).map(([key, value]) => [key, String(value)]));
  } catch {
    return {};
  }
}

/** RFC 4180: quotes doubled inside quotes, line breaks allowed there. A last line without its line break is left out. */
function csvRecords(text: string): string[][] {
  const records: string[][] = [];
  let fields: string[] = [];
  let field = '';
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!;
    if (quoted) {
      if (character !== '"') field += character;
      else if (text[i + 1] === '"') field += text[i++];
      else quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === ',') {
      fields.push(field);
      field = '';
    } else if (character === '\n') {
      fields.push(field.replace(/\r$/, ''));
      field = '';
      if (fields.length > 1 || fields[0] !== '') records.push(fields);
      fields = [];
    } else field += character;
  }
  return records;
}
