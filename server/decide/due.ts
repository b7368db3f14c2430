import type { Call } from '../call/call.ts';
import { afterOpenTime } from './hours.ts';
import { calendarNamed, calendarOf } from './hours-of-call.ts';
import { correctedMs, isZone, localDate, wallClock } from './local-date.ts';
import type { OwnerChoice } from './owner.ts';
import type { Inputs } from './pin.ts';
import type { Policy } from './policy.ts';

const hourMs = 3_600_000;
const minuteMs = 60_000;
/** Nobody is reminded to the second. */
const wholeMinute = (atMs: number) => Math.ceil(atMs / minuteMs) * minuteMs;

type Due = { readonly date: string; readonly zone: string; readonly atMs: number; readonly because: string };

/** RS-43: so many hours after the end of the call; a task has a date only, so the hour is in its reminder. */
export function dueAfterEnd(call: Call, { policy, clockOffsetMs }: Inputs, owner: Pick<OwnerChoice, 'zone'>): Due {
  const { dueHours, count, calendar: asked } = policy.followUp;
  const endMs = correctedMs(call.endedAt ?? call.startedAt, clockOffsetMs);
  const zone = zoneOf(owner, policy);
  const byTheClock = (but: string): Due => {
    const atMs = wholeMinute(endMs + dueHours * hourMs);
    const date = localDate(atMs, zone);
    return { date, zone, atMs, because: `Due ${date}: ${dueHours} h after the end of the call, in ${zone} (RS-43).${but}` };
  };
  if (count !== 'business hours') return byTheClock('');

  const found = calendarNamed(asked, policy) ?? calendarOf(policy);
  if (!found) return byTheClock(' By the clock, since the line has no calendar.');
  const exactMs = afterOpenTime(found.calendar, endMs, dueHours * hourMs, zone);
  if (exactMs === undefined) return byTheClock(` By the clock, since ${found.name} isn't open for so long within a year.`);
  // What is due when it closes at midnight is due on the day that ends.
  const date = localDate(dueHours > 0 ? exactMs - 1 : exactMs, zone);
  const atMs = wholeMinute(exactMs);
  const time = new Date(wallClock(atMs, zone)).toISOString().slice(11, 16);
  return {
    date,
    zone,
    atMs,
    because: `Due ${date}, at ${time}: ${dueHours} business hours (${found.name}) after the end of the call, in ${zone} (RS-43).`,
  };
}

/** The owner's, as far as it is known here. */
export const zoneOf = ({ zone }: Pick<OwnerChoice, 'zone'>, policy: Policy): string =>
  [zone, policy.zone].find((one) => one !== undefined && isZone(one)) ?? 'UTC';
