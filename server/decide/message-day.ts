import type { CallEvent, CallId, Line } from '../call/event.ts';
import { effectivePolicy } from './layers.ts';
import { correctedMs, isZone, localDate } from './local-date.ts';
import type { Policy } from './policy.ts';

type ToldMessage = Extract<CallEvent, { type: 'message' }>;

/** By whose clock a conversation's day begins and ends: the line's, as the phone system tells it, else as the policy says. */
export function zoneOfMessages(line: Line | undefined, policy: Policy): string {
  const { zone } = effectivePolicy(policy, { line: [line?.number, line?.id] }).policy;
  return [line?.zone, zone].find((one) => one !== undefined && isZone(one)) ?? 'UTC';
}

/** The call a message is told to: its conversation (`callId`, as the source gave it) on that day of its line (AC-38). */
export function messageDay({ callId, at, line }: ToldMessage, clockOffsetMs: number, policy: Policy): CallId {
  const day = localDate(correctedMs(at, clockOffsetMs), zoneOfMessages(line, policy));
  return `messages ${day} ${callId}` as CallId;
}
