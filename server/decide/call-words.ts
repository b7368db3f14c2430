import type { Call } from '../call/call.ts';
import type { DecideFacts } from './decide.ts';
import { httpsLink, singleLine } from './plain-text.ts';
import type { Policy } from './policy.ts';
import type { TaskRules } from './task.ts';
import type { Words } from './words.ts';

/** A text field of one line holds this many characters: Subject and CallDisposition (facts of the CRM; AC-32). */
export const lineCap = 255;

/** One minute at least, but only for a call that was answered (DP-49). */
export function minutesOf(call: Call, rounding: Policy['minutes']): number {
  return isAnswered(call) ? Math.max(1, Math[rounding](Math.round(call.talkSeconds) / 60)) : 0;
}

export function isAnswered({ type, answeredAt }: Call): boolean {
  return type === 'internal' ? answeredAt !== undefined : type === 'outbound-answered' || type === 'inbound-answered';
}

/** Outcome and tags (AC-32): cut between tags, never inside one. `complete`: every tag is in it. */
export function resultOf(call: Call, say: Words, which: TaskRules['result'] = 'outcome and tags'): { text: string; complete: boolean } {
  const tags = which === 'outcome' ? [] : tagsOf(call);
  // what the agent chose at the end says more than that somebody answered
  const outcome = which === 'tags' ? '' : singleLine(call.wrapUp ?? '') || outcomeOf(call, say);
  const complete = tagsOf(call).length === tags.length;
  const all = [outcome, ...tags].filter(Boolean).join(', ');
  if (all.length <= lineCap) return { text: all, complete };
  const more = ', …';
  let text = outcome;
  for (const tag of tags) {
    const next = text === '' ? tag : `${text}, ${tag}`;
    if (`${next}${more}`.length > lineCap) break;
    text = next;
  }
  return { text: text + more, complete: false };
}

/** Nobody has answered it yet, and it goes on: nothing became of it so far. */
export const isOpenEnded = ({ phase, type }: Call): boolean => phase !== 'ended' && type === undefined;

export function outcomeOf(call: Call, say: Words): string {
  if (isOpenEnded(call)) return '';
  const detail = detailOf(call, say);
  return `${say.outcome[call.type ?? 'unknown']}${detail === undefined ? '' : ` (${detail})`}`;
}

/** What is worth knowing of an unanswered call besides that it wasn't. */
export function detailOf({ type, outcome }: Call, say: Words): string | undefined {
  if (type === 'missed' && outcome === 'closed') return say.closed;
  if (type === 'missed' && outcome === 'abandoned') return say.ringEnd.stopped;
  if (type !== 'outbound-unanswered') return undefined;
  if (outcome === 'cancelled') return say.givenUp;
  return outcome === 'busy' || outcome === 'declined' || outcome === 'no such number' || outcome === 'unreachable'
    ? say.ringEnd[outcome]
    : undefined;
}

export const tagsOf = (call: Call) => call.tags.map((tag) => singleLine(tag)).filter(Boolean);
export const lineOf = ({ line }: Call) => singleLine(line?.name ?? '') || singleLine(line?.number ?? line?.id ?? '');

/** Without it an activity without a record would tell nobody whom to call back. */
export function customerOf(call: Call, say: Words): string {
  const { name, email } = call.customer;
  return [singleLine(name ?? ''), numberOf(call, say), singleLine(email ?? '')].filter(Boolean).join(', ');
}

export function numberOf({ customer }: Call, say: Words): string {
  const sent = customer.number ?? singleLine(customer.asSent ?? '');
  return sent || (customer.withheld ? say.withheld : say.unknownCustomer);
}

/** The recordings a person may be sent to: at our own page where there is one. */
export function shownRecordings(
  call: Call,
  { recordingLinks }: DecideFacts,
): readonly { readonly url: string; readonly seconds?: number }[] {
  return call.recordings.flatMap(({ recordingId, url, seconds }) => {
    const ours = Object.hasOwn(recordingLinks, recordingId) ? recordingLinks[recordingId] : undefined;
    const shown = httpsLink(ours) ?? httpsLink(url);
    return shown === undefined ? [] : [{ url: shown, ...(seconds !== undefined && { seconds }) }];
  });
}

export const shownVoicemail = ({ voicemail }: Call, { voicemailLink }: DecideFacts): string | undefined =>
  voicemail && (httpsLink(voicemailLink) ?? httpsLink(voicemail.url));
