import type { Call } from '../call/call.ts';
import type { Instant } from '../call/event.ts';
import type { Judgement } from './hours-of-call.ts';
import type { Inputs } from './pin.ts';
import type { Logging, Policy } from './policy.ts';
import type { KnownType } from './words.ts';

/** What the rules look at. Every value reads as a word, because the page that explains a decision prints it. */
export type Facts = {
  readonly partOf: 'another call' | 'nothing';
  readonly phase: 'live' | 'ended';
  /** Is the integration switched on for this call (DP-05)? */
  readonly integration: 'on' | 'off';
  readonly type: KnownType | 'messages';
  /** Is it one to be logged at its time (AC-09)? */
  readonly hours: Judgement['is'];
  /** What the policy says about this type, at this time. */
  readonly setting: Logging;
  readonly record: 'chosen by a person' | 'not chosen';
  /** Did an agent save words for its record? */
  readonly memo: 'saved by an agent' | 'none';
  /** Has somebody talked with this number since (D4)? Looked for only where it would close the log or a task. */
  readonly callBack: 'answered since' | 'none yet' | 'not looked for';
  /** Has a person taken back what this version of the policy wrote (W9)? */
  readonly undone: 'by a person' | 'no';
  /** May its log be written although it goes on (MT-14)? */
  readonly moment: 'reached' | 'not reached';
};

/** The first fact that isn't as a rule needs it; undefined: all are. */
export function disagreement(
  { when }: { readonly when: Partial<Facts> },
  facts: Facts,
): { readonly fact: keyof Facts; readonly wanted: string; readonly held: string } | undefined {
  const fact = (Object.keys(when) as (keyof Facts)[]).find((name) => when[name] !== facts[name]);
  return fact && { fact, wanted: String(when[fact]), held: facts[fact] };
}

/** `hasTasks`: rows ask for tasks besides its log. */
export function factsOf(
  call: Call,
  { policy, policyVersion }: Pick<Inputs, 'policy' | 'policyVersion'>,
  hours: Judgement['is'],
  hasTasks = false,
): Facts {
  const type = call.type ?? 'unknown';
  return {
    partOf: call.partOf === undefined ? 'nothing' : 'another call',
    phase: call.phase === 'ended' ? 'ended' : 'live',
    integration: policy.enabled ? 'on' : 'off',
    type,
    hours,
    setting: hours === 'out of hours' ? 'skip' : settingOf(type, policy),
    record: call.linked?.who || call.linked?.what ? 'chosen by a person' : 'not chosen',
    memo: call.noted ? 'saved by an agent' : 'none',
    callBack:
      hours === 'out of hours' || !awaitsCallBack(call, policy, hasTasks)
        ? 'not looked for'
        : call.calledBack
          ? 'answered since'
          : 'none yet',
    undone: undoneBy(call, policyVersion) ? 'by a person' : 'no',
    moment: hours !== 'out of hours' && isReached(call, policy) ? 'reached' : 'not reached',
  };
}

/**
 * A call that goes on counts as what it is so far: answered, or not yet. Where such calls aren't logged, it waits for its end, and so does one
 * of which it isn't known whose it is.
 */
function isReached({ phase, type, direction, answeredAt }: Call, { moment, logging }: Policy): boolean {
  if (moment === 'end' || phase === 'ended' || type !== undefined || direction === undefined) return false;
  if (answeredAt === undefined && moment === 'answer') return false;
  const isOutbound = direction === 'outbound';
  const so = answeredAt !== undefined ? (`${isOutbound ? 'outbound' : 'inbound'}-answered` as const) : undefined;
  return logging[so ?? (isOutbound ? 'outbound-unanswered' : 'missed')] !== 'skip';
}

/** Nobody talked with the customer in these; an answered call left open is open for a reason of its own. */
const unanswered: readonly KnownType[] = ['missed', 'voicemail', 'outbound-unanswered', 'unknown'];

/** Does this call leave an open log, or tasks, that an answered call with the same number closes (D4)? A withheld number is nobody's. */
function awaitsCallBack(call: Call, policy: Policy, hasTasks: boolean): boolean {
  const type = call.type ?? 'unknown';
  if (!policy.closeWhenCalledBack || call.phase !== 'ended' || call.partOf !== undefined) return false;
  return call.customer.number !== undefined && unanswered.includes(type) && (hasTasks || settingOf(type, policy) === 'open');
}

/** When somebody of ours talked with the customer in this call, by its own clock; undefined until it has ended, and for a part (D4). */
export function talkedAt(call: Call): Instant | undefined {
  const { phase, type, partOf, customer, answeredAt } = call;
  if (phase !== 'ended' || partOf !== undefined || customer.number === undefined) return undefined;
  return type === 'inbound-answered' || type === 'outbound-answered' ? answeredAt : undefined;
}

/** Who took this version's writes of this call back. */
export const undoneBy = (call: Call, policyVersion: number): Call['undone'][number] | undefined =>
  call.undone.find((one) => one.policyVersion === policyVersion);

/** A call nobody answered and whose direction was never told may have been a customer's: it counts as missed, so that it isn't lost (C1). */
function settingOf(type: KnownType, policy: Policy): Logging {
  if (type === 'internal') return 'skip';
  return policy.logging[type === 'unknown' ? 'missed' : type];
}
