import type { Call } from '../call/call.ts';
import { type Calendar, capital, lookAt } from './hours.ts';
import { correctedMs, isZone } from './local-date.ts';
import type { Inputs } from './pin.ts';
import type { Policy } from './policy.ts';

/** `not asked`: it is logged whenever it is. */
export type Judgement = { readonly is: 'not asked' } | { readonly is: 'in hours' | 'out of hours'; readonly because: string };

/** D1: by the call's start, in the zone of its line. What the policy said when it was pinned holds for ever, so this is judged the same again. */
export const judgeHours = (call: Call, inputs: Rests): Judgement => judge(call, 'calls', call.startedAt, inputs);
/** The same of a message, by its own time; whether it is asked at all is a switch of its own (AC-09). */
export const judgeMessage = (conversation: Call, at: number, inputs: Rests): Judgement => judge(conversation, 'messages', at, inputs);

type Rests = Pick<Inputs, 'policy' | 'clockOffsetMs'>;
function judge(call: Call, which: 'calls' | 'messages', at: number, inputs: Rests): Judgement {
  const look = inputs.policy.hours[which] === 'always' ? undefined : lookAtLine(call, at, inputs);
  if (!look) return { is: 'not asked' };
  const where = `(${look.name}: ${capital(look.weekday)} ${look.date} ${look.time} in ${look.zone}; ${look.because})`;
  return look.open
    ? { is: 'in hours', because: `In hours ${where}.` }
    : { is: 'out of hours', because: `Out of hours ${where}: such ${which} are not logged (AC-09).` };
}

/** Was it open when the call began? Undefined where there is no calendar. */
export const isOpenAt = (call: Call, inputs: Rests): boolean | undefined => lookAtLine(call, call.startedAt, inputs)?.open;

function lookAtLine(call: Call, at: number, { policy, clockOffsetMs }: Rests) {
  const found = calendarOf(policy);
  if (!found) return undefined;
  const { name, calendar } = found;
  const zone = [calendar.zone, call.line?.zone, policy.zone].find((one) => one !== undefined && isZone(one)) ?? 'UTC';
  return { name, zone, ...lookAt(calendar, correctedMs(at, clockOffsetMs), zone) };
}

/** The calendar that holds for a call, if it is asked. */
export const calendarOf = (policy: Pick<Policy, 'hours'>) => calendarNamed(policy.hours.calendar, policy);

export function calendarNamed(
  name: string | undefined,
  { hours: { calendars } }: Pick<Policy, 'hours'>,
): { readonly name: string; readonly calendar: Calendar } | undefined {
  return name !== undefined && Object.hasOwn(calendars, name) ? { name, calendar: calendars[name]! } : undefined;
}
