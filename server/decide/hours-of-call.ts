import type { Call } from '../call/call.ts';
import { type Calendar, capital, lookAt } from './hours.ts';
import { correctedMs, isZone } from './local-date.ts';
import type { Inputs } from './pin.ts';
import type { Policy } from './policy.ts';

/** `not asked`: it is logged whenever it is. */
export type Judgement = { readonly is: 'not asked' } | { readonly is: 'in hours' | 'out of hours'; readonly because: string };

/** D1: by the call's start, in the zone of its line. What the policy said when it was pinned holds for ever, so this is judged the same again. */
export function judgeHours(call: Call, { policy, clockOffsetMs }: Pick<Inputs, 'policy' | 'clockOffsetMs'>): Judgement {
  const found = calendarOf(policy);
  if (policy.hours.calls === 'always' || !found) return { is: 'not asked' };
  const { name, calendar } = found;
  const zone = [calendar.zone, call.line?.zone, policy.zone].find((one) => one !== undefined && isZone(one)) ?? 'UTC';
  const { open, weekday, date, time, because } = lookAt(calendar, correctedMs(call.startedAt, clockOffsetMs), zone);
  const where = `(${name}: ${capital(weekday)} ${date} ${time} in ${zone}; ${because})`;
  return open
    ? { is: 'in hours', because: `In hours ${where}.` }
    : { is: 'out of hours', because: `Out of hours ${where}: such calls are not logged (AC-09).` };
}

/** The calendar that holds for a call, if it is asked. */
export const calendarOf = (policy: Pick<Policy, 'hours'>) => calendarNamed(policy.hours.calendar, policy);

export function calendarNamed(
  name: string | undefined,
  { hours: { calendars } }: Pick<Policy, 'hours'>,
): { readonly name: string; readonly calendar: Calendar } | undefined {
  return name !== undefined && Object.hasOwn(calendars, name) ? { name, calendar: calendars[name]! } : undefined;
}
