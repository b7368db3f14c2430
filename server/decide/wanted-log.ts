import type { Call } from '../call/call.ts';
import type { CrmRecord, WantedActivity } from '../crm.ts';
import { isLead, isPerson, type MadePerson } from '../match/match.ts';
import { commentsOf } from './comments.ts';
import type { DecideFacts } from './decide.ts';
import { customerOf, isAnswered, lineCap, lineOf, resultOf, shownRecordings, shownVoicemail, tagsOf } from './call-words.ts';
import { dueAfterEnd, zoneOf } from './due.ts';
import { wishesFor, withWishes } from './fields.ts';
import { fitComment, type Line } from './fit-comment.ts';
import { correctedMs, localDate } from './local-date.ts';
import { type Known, renderLine, renderLines } from './merge.ts';
import { authorOf, chooseLogOwner, nameOf, type OwnerChoice, spareOwner } from './owner.ts';
import { personOf, type Inputs } from './pin.ts';
import { cut, httpsLink, manyLines, singleLine } from './plain-text.ts';
import { isOver } from './stranger.ts';
import { templateFor } from './templates.ts';
import { sayDuration, words } from './words.ts';

/** What the activity of this call should hold, with the reasons in sentences. */
export function wantedLog(
  told: Call,
  inputs: Inputs,
  facts: DecideFacts,
  status: WantedActivity['status'],
  /** The talk that settled it (D4). */
  calledBack?: Call['calledBack'],
  /** The case or opportunity it is also about. */
  matter?: CrmRecord,
): { record: WantedActivity; because: readonly string[] } {
  const { policy } = inputs;
  const isLive = told.phase !== 'ended';
  const call = soFar(told);
  const say = words[policy.language];
  const about = aboutOf(inputs, isOver(inputs, facts) ? undefined : facts.made);
  // D4: the open log of a call nobody took is its follow-up, and stays so when somebody has called back
  // (while the call goes on nothing is left to do yet)
  const isFollowUp = !isLive && (status === 'open' || calledBack !== undefined);
  const owner = chooseLogOwner(call, inputs, ownerOfRecord(inputs, about), isFollowUp && !isAnswered(call));
  const due: { date: string; zone: string; atMs?: number; because: string } = isFollowUp
    ? dueAfterEnd(call, inputs, owner)
    : dueDateOf(call, inputs, owner);
  const memo = commentsOf(call, policy);
  const result = resultOf(call, say, policy.task.result);
  const settled = calledBack && sayCalledBack(calledBack, inputs, due.zone);
  const known: Known = {
    ...{ call, inputs, facts, owner, date: due.date, zone: due.zone },
    dueMs: status === 'open' ? due.atMs : undefined,
    clockMs: correctedMs(0, inputs.clockOffsetMs),
    recordName: about.who?.name ?? about.what?.name,
  };
  const templates = (['subject', 'comment'] as const).map((part) => templateFor(policy, part, call.type));
  const [subject, template] = templates;
  const lines = template ? renderLines(template.text, known) : linesOf(call, inputs, facts, owner, result.complete);
  const comment = fitComment(memo.text, settled ? [{ text: settled.line, keep: 'fact' }, ...lines] : lines, say);
  return {
    record: {
      kind: 'activity',
      ...authorOf(call, inputs),
      subject: singleLine(call.noted?.subject ?? '') || subjectOf(subject?.text ?? policy.subject, known), // DP-46: the agent's own beats every title
      status,
      direction: call.direction,
      ownerId: owner.ownerId,
      ...spareOwner(owner.ownerId, inputs),
      who: about.who,
      what: matter ?? about.what,
      dueDate: due.date,
      ...(isFollowUp && status === 'open' && policy.followUp.reminder && due.atMs !== undefined ? { remindAtMs: due.atMs } : {}),
      durationSeconds: Math.round(call.talkSeconds),
      waitSeconds: Math.round(call.waitSeconds),
      result: result.text,
      memo: comment.memo,
      system: comment.system,
      callKey: call.id,
      link: httpsLink(facts.link),
      ...(Object.keys(policy.status).length > 0 && { statuses: policy.status }),
      ...(policy.task.type !== undefined && { type: policy.task.type }),
      ...(policy.task.subtype === 'Task' && { plain: true as const }),
      ...withWishes(wishesFor('Task', known)),
    },
    because: [
      ...(settled ? [settled.because] : []),
      ...owner.because,
      due.because,
      ...(isLive ? ['The call goes on; its end completes this (MT-14).'] : []),
      ...about.because,
      ...(call.noted ? [sayNoted(call.noted)] : []),
      ...(memo.late > 0 ? [`${memo.late} ${memo.late === 1 ? 'comment' : 'comments'} came too late to be taken up (MT-40).`] : []),
      ...[call.noted?.subject === undefined ? subject : undefined, template].flatMap((one) =>
        one ? [`Worded by the template ${one.from} (MT-32).`] : [],
      ),
    ],
  };
}

/** A call that goes on, as the type it is so far: who talks has been answered. */
const soFar = (call: Call): Call =>
  call.phase === 'ended' || call.type !== undefined || call.answeredAt === undefined || call.direction === undefined
    ? call
    : { ...call, type: call.direction === 'outbound' ? 'outbound-answered' : 'inbound-answered' };

/** DP-64: the date of the call, not of its end or of its logging, in the owner's zone. */
function dueDateOf(call: Call, { policy, clockOffsetMs }: Inputs, owner: OwnerChoice): { date: string; zone: string; because: string } {
  const zone = zoneOf(owner, policy);
  const startMs = correctedMs(call.startedAt, clockOffsetMs);
  const date = localDate(startMs, zone);
  const whose =
    zone === owner.zone
      ? "the owner's zone"
      : owner.zone === undefined
        ? "the policy's zone, since the owner's isn't known"
        : `a zone of ours, since the owner's ("${singleLine(owner.zone, 60)}") is unknown here`;
  const clock = startMs !== call.startedAt ? ` The phone system's clock was corrected by ${clockOffsetMs} ms (C6).` : '';
  return { date, zone, because: `Due ${date}: the day the call began in ${zone}, ${whose} (DP-64).${clock}` };
}

/** Who talked with the customer since, and when, in the zone of the due date (D4). */
export function sayCalledBack(
  { at, by, direction, agent }: NonNullable<Call['calledBack']>,
  { policy, clockOffsetMs }: Inputs,
  zone: string,
): { line: string; because: string } {
  const date = localDate(correctedMs(at, clockOffsetMs), zone);
  const say = words[policy.language];
  const again = direction === 'inbound';
  return {
    line: (again ? say.calledAgain : say.calledBack)(agent && nameOf(agent), date),
    because: `${agent ? nameOf(agent) : 'Somebody'} talked with this number on ${date}, in call ${singleLine(by)}, ${again ? 'when it called again' : 'calling back'} (D4).`,
  };
}

const sayNoted = ({ subject, memos }: NonNullable<Call['noted']>): string => {
  const names = [...new Set(memos.map(({ by }) => singleLine(by.name)))].join(', ');
  const what = [...(subject === undefined ? [] : ['the title']), ...(memos.length === 0 ? [] : [`the memo (${names})`])].join(' and ');
  return what === '' ? 'What an agent saved was taken away again.' : `An agent saved ${what} (DP-46).`;
};

/** Whose record it is about, as the book knows it. */
export const ownerOfRecord = (
  { match }: Pick<Inputs, 'match'>,
  about: { readonly who: CrmRecord | undefined; readonly what: CrmRecord | undefined },
): string | undefined => match.candidates.find(({ record }) => record.id === (about.who ?? about.what)?.id)?.ownerId;

/** The person it is about, whether or not it is logged. */
export const whoOf = (inputs: Pick<Inputs, 'match'>, made: MadePerson | undefined): WantedActivity['who'] => aboutOf(inputs, made).who;

/** Who and what it is about: the best candidate of each. A lead and a "what" can't be on one activity, so the better ranked stays. */
export function aboutOf(
  { match: { candidates, searched, stranger } }: Pick<Inputs, 'match'>,
  made: MadePerson | undefined,
): {
  who: WantedActivity['who'];
  what: WantedActivity['what'];
  because: string[];
} {
  // The record made for the number is whose call it is, for as long as nobody else turned out to have it.
  if (stranger && made?.state === 'there' && made.record)
    return {
      who: isPerson(made.record.kind) ? made.record : undefined,
      what: isPerson(made.record.kind) ? undefined : made.record,
      because: [searched, `The ${made.kind.replace('-', ' ')} made for this number: ${nameOfRecord(made.record)} (P1).`],
    };
  const parked =
    stranger && made?.state === 'parked'
      ? [`The ${made.kind.replace('-', ' ')} can't be made: ${singleLine(made.because ?? 'it is parked')}`]
      : [];
  const who = candidates.find((candidate) => candidate.as === 'who');
  const what = candidates.find((candidate) => candidate.as === 'what');
  const ranked = [who, what].filter((candidate) => candidate !== undefined);
  const because = [
    searched,
    ...parked,
    ...ranked.map((candidate) => `Best as ${candidate.as}: ${nameOfRecord(candidate.record)}. ${candidate.because}`),
  ];
  if (who && what && isLead(who.record)) {
    const whatFirst = candidates.indexOf(what) < candidates.indexOf(who);
    because.push(
      `An activity of a lead can't also be about a ${what.record.kind}: ${whatFirst ? `the log moved off the lead to the ${what.record.kind}` : 'the log stays on the lead'}.`,
    );
    return whatFirst ? { who: undefined, what: what.record, because } : { who: who.record, what: undefined, because };
  }
  return { who: who?.record, what: what?.record, because };
}

/** The title as its template has it, or the language's own when nothing comes out: a title is required. */
function subjectOf(template: string | undefined, known: Known): string {
  const usual = words[known.inputs.policy.language].subject;
  return cut(renderLine(template ?? usual, known) || renderLine(usual, known), lineCap);
}

/** The system's lines, in the order people look for them; what may be long comes last. */
function linesOf(call: Call, inputs: Inputs, facts: DecideFacts, owner: OwnerChoice, resultComplete: boolean): Line[] {
  const say = words[inputs.policy.language];
  const lines: Line[] = [];
  const fact = (name: string, value: string) => void lines.push({ text: `${name}${say.colon}${value}`, keep: 'fact' });
  const link = (name: string, url: string) => void lines.push({ text: `${name}${say.colon}${url}`, keep: 'link' });
  const timed = (name: string, seconds: number | undefined) => (seconds === undefined ? name : `${name} (${sayDuration(seconds, say)})`);

  fact(say.customer, customerOf(call, say));
  if (lineOf(call)) fact(say.line, lineOf(call));
  if (call.queue) fact(say.queue, singleLine(call.queue.name ?? call.queue.id));
  fact(say.waited, sayDuration(Math.round(call.waitSeconds), say)); // AC-29
  const inVain = call.attempts.filter(({ agent, how }) => agent && how !== undefined && how !== 'answered' && how !== 'elsewhere');
  if (inVain.length > 0)
    lines.push({
      text: `${say.rang}${say.colon}${inVain.map(({ agent, how }) => `${nameOf(agent!)} (${say.ringEnd[how!]})`).join(', ')}`,
      keep: 'long',
    });
  if (call.digits) fact(say.digits, singleLine(call.digits));
  if (owner.agent && !owner.agentOwns) {
    const unmapped = personOf(inputs, owner.agent) === null ? ` (${say.noCrmUser})` : '';
    const made = call.direction === 'outbound' || owner.agent.id === call.dialledBy?.id;
    fact(made ? say.calledBy : say.answeredBy, nameOf(owner.agent) + unmapped);
  }
  for (const { from, to } of call.transfers)
    lines.push({ text: say.transferred(nameOf(from), to.agent ? nameOf(to.agent) : singleLine(to.asDialled)), keep: 'fact' });

  if (call.voicemail) {
    const name = timed(say.voicemail, call.voicemail.seconds);
    const url = shownVoicemail(call, facts);
    if (url === undefined) lines.push({ text: name, keep: 'fact' });
    else link(name, url); // DP-50
  }
  for (const { url, seconds } of shownRecordings(call, facts)) link(timed(say.recording, seconds), url); // DP-50, AC-30
  const transcriptUrl = httpsLink(call.transcript?.url);
  if (transcriptUrl !== undefined) link(say.transcript, transcriptUrl);
  if (call.analysis?.score !== undefined) fact(say.score, String(call.analysis.score));
  if (!resultComplete) lines.push({ text: `${say.tags}${say.colon}${tagsOf(call).join(', ')}`, keep: 'long' });
  const cause = isAnswered(call) ? '' : singleLine(call.endCause ?? '');
  if (cause) fact(say.endCause, cause);
  if (call.endPresumed) lines.push({ text: say.endPresumed, keep: 'fact' });

  const long = (name: string, text: string | undefined) => {
    const [first, ...rest] = manyLines(text ?? '')
      .split('\n')
      .map((line) => singleLine(line, Infinity));
    if (first)
      lines.push({ text: `${name}${say.colon}${first}`, keep: 'long' }, ...rest.map((line): Line => ({ text: line, keep: 'long' })));
  };
  long(say.summary, call.analysis?.summary);
  long(say.transcript, call.transcript?.text);
  return lines;
}

const nameOfRecord = ({ kind, id, name }: CrmRecord) => `${kind} ${singleLine(name ?? '') || id}`;
