import type { Call } from '../call/call.ts';
import {
  detailOf,
  isOpenEnded,
  isAnswered,
  lineOf,
  minutesOf,
  numberOf,
  outcomeOf,
  resultOf,
  shownRecordings,
  shownVoicemail,
  tagsOf,
} from './call-words.ts';
import { campaignOf } from './campaigns.ts';
import { commentsOf } from './comments.ts';
import type { DecideFacts } from './decide.ts';
import type { Line } from './fit-comment.ts';
import { localTime } from './local-date.ts';
import { nameOrderOf, splitName } from './names.ts';
import { nameOf, type OwnerChoice } from './owner.ts';
import type { Inputs } from './pin.ts';
import { manyLines, singleLine } from './plain-text.ts';
import { isMergeField, mergeFields, type MergeField } from './templates.ts';
import { sayDuration, words } from './words.ts';

/** What the fields of a template are filled from. */
export type Known = {
  readonly call: Call;
  readonly inputs: Inputs;
  readonly facts: DecideFacts;
  readonly owner: OwnerChoice;
  /** Due date, and the zone of it and of all times. */ readonly date: string;
  readonly zone: string;
  /** When an open task is due, by our clock. */ readonly dueMs?: number | undefined;
  /** Our clock minus the phone system's, where they disagree (C6). */ readonly clockMs: number;
  readonly recordName: string | undefined;
};
/** Clean already: of one line each, but for the long ones. */
type Value = string | readonly string[];
/** As it is: a time in milliseconds by our clock, seconds, a number. Undefined: there is none. */
export type RawValue = Value | number | undefined;

const values: Readonly<Record<MergeField, (known: Known) => RawValue>> = {
  CALL_TYPE: (known) => (isOpenEnded(known.call) ? wordsOf(known).direction : wordsOf(known).callType)[typeOf(known)],
  DIRECTION: (known) => wordsOf(known).direction[typeOf(known)],
  RESULT: (known) => outcomeOf(known.call, wordsOf(known)),
  DISPOSITION: (known) => resultOf(known.call, wordsOf(known), known.inputs.policy.task.result).text,
  MISSED_REASON: missedReason,
  CALL_ID: ({ call }) => singleLine(call.id),
  OUTCOME: ({ call }) => singleLine(call.wrapUp ?? ''),
  DATE: ({ date }) => date, // ISO in every language: a title that changed with the library's tables would be written again
  CALL_START: (known) => ours(known, known.call.startedAt),
  DIAL_START: (known) => ours(known, dialStart(known.call)),
  RING_END: (known) => ours(known, ringEnd(known.call)),
  TALK_START: (known) => ours(known, isAnswered(known.call) ? known.call.answeredAt : undefined),
  TALK_END: (known) => ours(known, isAnswered(known.call) ? known.call.endedAt : undefined),
  DURATION: ({ call }) => (isAnswered(call) ? call.talkSeconds : undefined),
  DURATION_SEC: ({ call }) => Math.round(call.talkSeconds),
  MINUTES: ({ call, inputs }) => minutesOf(call, inputs.policy.minutes),
  WAIT_TIME: ({ call }) => call.waitSeconds,
  RING_TIME: ({ call }) => ringSeconds(call),
  HOLD_TIME: ({ call }) => (call.holdSeconds > 0 ? call.holdSeconds : undefined),
  CUSTOMER: (known) =>
    singleLine(known.recordName ?? '') || singleLine(known.call.customer.name ?? '') || numberOf(known.call, wordsOf(known)),
  FIRST_NAME: (known) => splitName(customerName(known), nameOrderOf(known.inputs.policy)).first,
  LAST_NAME: (known) => splitName(customerName(known), nameOrderOf(known.inputs.policy)).last,
  CUSTOMER_NUMBER: customerNumber,
  RECORD_NAME: ({ recordName }) => singleLine(recordName ?? ''),
  RECORD_EMAIL: ({ call, facts }) => singleLine(call.customer.email ?? facts.heard?.email ?? ''),
  FROM: (known) => (known.call.direction === 'outbound' ? lineNumber(known) : customerNumber(known)),
  TO: (known) => (known.call.direction === 'outbound' ? customerNumber(known) : lineNumber(known)),
  LINE: ({ call }) => lineOf(call),
  LINE_NAME: ({ call }) => lineOf(call),
  LINE_NUMBER: lineNumber,
  QUEUE: ({ call }) => singleLine(call.queue?.name ?? '') || singleLine(call.queue?.id ?? ''),
  AGENT: agentName,
  AGENT_NAME: agentName,
  AGENT_EMAIL: ({ owner }) => singleLine(owner.agent?.email ?? ''),
  ANSWERED_BY: answeredBy,
  DUE_TIME: ({ dueMs }) => dueMs,
  OWNER_NAME: ownerName,
  ENDPOINT: ({ call }) => singleLine((call.people.find(({ answered }) => answered) ?? call.people[0])?.endpoint ?? ''),
  RECORDING_URL: ({ call, facts }) => shownRecordings(call, facts).map(({ url }) => url),
  VOICEMAIL_URL: ({ call, facts }) => shownVoicemail(call, facts) ?? [],
  TAGS: ({ call }) => tagsOf(call),
  COMMENT: ({ call, inputs }) => commentsOf(call, inputs.policy).text,
  TRANSCRIPT: ({ call }) => manyLines(call.transcript?.text ?? ''),
  SUMMARY: ({ call }) => manyLines(call.analysis?.summary ?? ''),
  SCORE: ({ call }) => call.analysis?.score,
  TALK_RATIO: ({ call }) => (call.analysis?.talkRatio === undefined ? undefined : Math.round(call.analysis.talkRatio * 100)),
  IVR_CODE: ({ call }) => entries(call).at(-1)!,
  IVR_PATH: ({ call }) => singleLine(entries(call).join(' › ')),
  CAMPAIGN: ({ call, inputs }) => {
    const campaign = campaignOf(call, inputs.policy);
    return singleLine(campaign?.name ?? '') || singleLine(campaign?.campaignId ?? '');
  },
  UTM_SOURCE: attributed('source'),
  UTM_MEDIUM: attributed('medium'),
  UTM_CAMPAIGN: attributed('campaign'),
  UTM_TERM: attributed('term'),
  UTM_CONTENT: attributed('content'),
  REFERRER: attributed('referrer'),
  LANDING_PAGE: attributed('landingPage'),
  GCLID: attributed('gclid'),
  GA_CLIENT_ID: attributed('gaClientId'),
  PRODUCT: ({ inputs }) => inputs.policy.product,
};

const wordsOf = ({ inputs }: Known) => words[inputs.policy.language];
const typeOf = ({ call }: Known) => typeOfCall(call);
/** While it goes on only its direction is known: then it reads as one that is answered does. */
const typeOfCall = ({ type, phase, direction }: Call) =>
  type ?? (phase === 'ended' || direction === undefined || direction === 'internal' ? 'unknown' : (`${direction}-answered` as const));
const ours = ({ clockMs }: Known, atMs: number | undefined) => (atMs === undefined ? undefined : atMs + clockMs);

/** What a call has under this name. */
export const valueOf = (field: MergeField, known: Known): RawValue => values[field](known);
/** The same in the policy's language; a link stays a list. */
function said(field: MergeField, known: Known): Value {
  const raw = values[field](known);
  if (raw === undefined) return '';
  if (typeof raw !== 'number') return typeof raw === 'string' || mergeFields[field].kind === 'link' ? raw : raw.join(', ');
  if (field === 'TALK_RATIO') return `${raw}%`;
  const { type } = mergeFields[field];
  if (type === 'time') return localTime(raw, known.zone);
  return type === 'seconds' ? sayDuration(raw, wordsOf(known)) : String(raw);
}
/** The word that events have for it, in every language the same. */
export function codeOf(field: MergeField, { call }: Known): string | undefined {
  if (field === 'CALL_TYPE') return typeOfCall(call);
  if (field === 'DIRECTION') return call.direction;
  if (field === 'RESULT' || field === 'DISPOSITION') return call.outcome;
  return field === 'MISSED_REASON' ? call.missedBecause : undefined;
}
/** As the template of a subject would say it. */
export const sayValue = (field: MergeField, known: Known): string => textOf(said(field, known));

/** MT-25: when dialling began; of an inbound call the first ring of a phone, not its arrival in a menu or queue. */
const dialStart = ({ direction, attempts, startedAt }: Call): number =>
  direction === 'outbound' ? startedAt : (attempts[0]?.at ?? startedAt);
const lastRing = ({ attempts }: Call): number | undefined =>
  attempts.length === 0 ? undefined : Math.max(...attempts.map(({ at, seconds }) => at + seconds * 1000));
/** MT-27 (ruling): an unanswered call has no talk end; its ringing has one. */
const ringEnd = (call: Call): number | undefined => (isAnswered(call) ? call.answeredAt : (lastRing(call) ?? call.endedAt));
function ringSeconds(call: Call): number | undefined {
  const over = ringEnd(call);
  return call.attempts.length === 0 || over === undefined ? undefined : (over - dialStart(call)) / 1000;
}

/** MT-22: a withheld number is empty, whatever was sent in its place. */
function customerNumber({ call: { customer } }: Known): string {
  return customer.number ?? (customer.withheld ? '' : singleLine(customer.asSent ?? ''));
}
/** The record's name, which people have seen to, before what the phone system shows. */
const customerName = ({ recordName, call, facts }: Known): string =>
  singleLine(recordName ?? '') || singleLine(call.customer.name ?? '') || singleLine(facts.heard?.name ?? '');
function lineNumber({ call }: Known): string {
  return singleLine(call.line?.number ?? '');
}
function agentName({ owner }: Known): string {
  return owner.agent ? nameOf(owner.agent) : '';
}
function answeredBy({ call }: Known): string {
  const agent = call.direction === 'outbound' || !isAnswered(call) ? undefined : (call.answeredBy ?? call.lastWith);
  return agent ? nameOf(agent) : '';
}
function ownerName({ owner, inputs }: Known): string {
  const users = [...Object.values(inputs.people), ...Object.values(inputs.named), inputs.fallbackOwner];
  return singleLine(users.find((user) => user?.crmUserId === owner.ownerId)?.name ?? '');
}
function missedReason(known: Known): string {
  const { call } = known;
  if (isAnswered(call)) return '';
  const say = wordsOf(known);
  return detailOf(call, say) ?? (call.missedBecause === undefined ? '' : say.ringEnd[call.missedBecause]);
}
/** What was pressed for one purpose is one entry; nothing pressed is one, too. */
const entries = ({ digits }: Call): string[] => singleLine(digits, Infinity).split(' ');
function attributed(key: string): (known: Known) => string {
  return ({ call }) => singleLine(Object.hasOwn(call.attribution, key) ? call.attribution[key]! : '');
}

/** The names in a template. Values are put in in one pass and never read again: braces in a caller's name stay what they are (S3). */
const fieldsIn = /\{([A-Z_]+)\}/g;
const namesIn = (template: string): MergeField[] => [...template.matchAll(fieldsIn)].map(([, name]) => name!).filter(isMergeField);
const fill = (template: string, valueOf: (field: MergeField) => string) =>
  template.replace(fieldsIn, (asIs, name: string) => (isMergeField(name) ? valueOf(name) : asIs));
const flat = (value: Value) => singleLine(textOf(value), Infinity);
const closeUp = (text: string) => text.replace(/ {2,}/g, ' ').trim();

/** A template of one line, filled. */
export const renderLine = (template: string, known: Known): string => closeUp(fill(template, (field) => flat(said(field, known))));

/**
 * The lines of the system's block as a template has them (MT-32). A line whose fields all came out empty is left out with its words. The
 * agents' comments are the memo above the block (W3), so {COMMENT} says nothing twice here.
 */
export function renderLines(template: string, known: Known): Line[] {
  const valueOf = (field: MergeField) => (field === 'COMMENT' ? '' : said(field, known));
  const lines = template.split('\n').flatMap((line) => renderOne(line, namesIn(line), valueOf));
  // what was left out leaves no gap
  return lines.filter(({ text }, index) => text !== '' || (index > 0 && index < lines.length - 1 && lines[index + 1]!.text !== ''));
}

function renderOne(template: string, names: readonly MergeField[], valueOf: (field: MergeField) => Value): Line[] {
  const held = new Map(names.map((name) => [name, valueOf(name)]));
  const isEmpty = [...held.values()].some((value) => value.length === 0);
  if (names.length > 0 && [...held.values()].every((value) => value.length === 0)) return [];
  const tidy = (text: string) => (isEmpty ? closeUp(text) : text.trimEnd());
  const links = names.filter((name) => mergeFields[name].kind === 'link').map((name) => held.get(name)!);
  const count = Math.max(0, ...links.map((value) => listOf(value).length));
  if (count > 0) return Array.from({ length: count }, (_, index) => withLink(template, held, index, tidy)).flat();
  const text = tidy(fill(template, (name) => textOf(held.get(name)!)));
  if (names.every((name) => mergeFields[name].kind !== 'long')) return [{ text, keep: 'fact' }];
  return text.split('\n').map((line): Line => ({ text: singleLine(line, Infinity), keep: 'long' }));
}
const textOf = (value: Value) => (typeof value === 'string' ? value : value.join(' '));
const listOf = (value: Value) => (typeof value === 'string' ? [value] : value);

/** So much may stand on a line with a link, which is never cut. */
const roomBesideLink = 1_000;
/** One line for the link in this place; what would make it too long to be kept whole follows on a line that can be cut. */
function withLink(template: string, held: ReadonlyMap<MergeField, Value>, index: number, tidy: (text: string) => string): Line[] {
  const linkAt = (name: MergeField) => listOf(held.get(name)!)[index] ?? '';
  const isLink = (name: MergeField) => mergeFields[name].kind === 'link';
  const beside = tidy(fill(template, (name) => (isLink(name) ? '' : flat(held.get(name)!))));
  if (beside.length <= roomBesideLink)
    return [{ text: tidy(fill(template, (name) => (isLink(name) ? linkAt(name) : flat(held.get(name)!)))), keep: 'link' }];
  const urls = [...held.keys()].filter(isLink).map(linkAt).filter(Boolean);
  return [...urls.map((text): Line => ({ text, keep: 'link' })), ...(index === 0 ? [{ text: beside, keep: 'long' } as const] : [])];
}
