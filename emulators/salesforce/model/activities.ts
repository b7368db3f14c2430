import { Refusal, notImplemented, requiredMissing } from '../errors.ts';
import type { Row, Store, Value } from '../store.ts';
import { parentOf } from './parent.ts';

// What tasks and events share, and what makes an event an event.

const minuteMs = 60_000;
const dayMs = 86_400_000;
const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** "14 days" is the longest event of an org that has not asked for more [K]. */
const longestDays = 14;
const wrong = (message: string, fields: readonly string[]) => new Refusal(400, 'FIELD_INTEGRITY_EXCEPTION', message, fields);

/** WhatId=Account: that; Case or Opportunity: its account; else the contact's [D object reference, Task.AccountId]. */
export function derivedAccount(store: Store, activity: Row): Value {
  const what = parentOf(store, activity['WhatId']);
  if (what?.object.name === 'Account') return what.row['Id'] ?? null;
  // "Custom object that is a child of Account" [D the same]
  const up = what?.object.fields.find(
    (field) => field.name === 'AccountId' || (field.masterDetail && field.referenceTo.includes('Account')),
  );
  if (what && up) return what.row[up.name] ?? null;
  const who = parentOf(store, activity['WhoId']);
  return who?.object.name === 'Contact' ? (who.row['AccountId'] ?? null) : null;
}

/**
 * When an event is: by StartDateTime or ActivityDateTime with EndDateTime or DurationInMinutes, or by ActivityDate when it takes all day. Each
 * follows from the others; two that contradict each other are refused [D object reference, Event]. Words guessed but those of a missing
 * duration [C a public log: "Required fields are missing: [DurationInMinutes]"].
 */
export function settleEvent(before: Row | undefined, row: Row, given: Row): void {
  if (Object.entries(given).some(([name, value]) => name.startsWith('Recurrence') && value !== null) || given['IsRecurrence'] === 1)
    throw notImplemented('recurring events');
  // "Private events can't be associated with opportunities, accounts, cases, campaigns, contracts, leads, or contacts" [D the same]; words guessed.
  if (row['IsPrivate'] === 1 && (row['WhoId'] != null || row['WhatId'] != null))
    throw wrong('A private event cannot be related to other records', ['IsPrivate']);
  row['EventSubtype'] ??= 'Event';
  row['GroupEventType'] ??= '0';
  const asked = (name: string): number | undefined => (given[name] == null ? undefined : Number(given[name]));
  const kept = (name: string): number | undefined => (row[name] == null ? undefined : Number(row[name]));

  if (row['IsAllDayEvent'] === 1) {
    const start = asked('StartDateTime') ?? asked('ActivityDateTime');
    const day = (given['ActivityDate'] as string | null | undefined) ?? (start === undefined ? row['ActivityDate'] : dayOf(start));
    if (typeof day !== 'string') throw requiredMissing(['ActivityDate']);
    const startMs = Date.parse(`${day}T00:00:00Z`);
    const end = asked('EndDateTime');
    // "If both fields are null, the duration defaults to one day" [D the same]
    const duration =
      asked('DurationInMinutes') ??
      (end === undefined ? (before?.['IsAllDayEvent'] === 1 ? kept('DurationInMinutes') : undefined) : (end - startMs) / minuteMs + 1440) ??
      1440;
    checkDuration(duration);
    Object.assign(row, {
      ActivityDate: day,
      ActivityDateTime: null,
      StartDateTime: startMs,
      DurationInMinutes: duration,
      EndDateTime: startMs + duration * minuteMs - dayMs,
      EndDate: dayOf(startMs + duration * minuteMs - dayMs),
    });
    return;
  }

  const [start, due] = [asked('StartDateTime'), asked('ActivityDateTime')];
  if (start !== undefined && due !== undefined && start !== due)
    throw wrong('StartDateTime and ActivityDateTime must be the same', ['StartDateTime', 'ActivityDateTime']);
  const begins = start ?? due ?? kept('StartDateTime');
  if (begins === undefined) throw requiredMissing(['ActivityDateTime']);
  const [end, minutes] = [asked('EndDateTime'), asked('DurationInMinutes')];
  const fromEnd = end === undefined ? undefined : (end - begins) / minuteMs;
  if (fromEnd !== undefined && minutes !== undefined && Math.round(fromEnd) !== minutes)
    throw wrong('Duration and end do not agree', ['DurationInMinutes', 'EndDateTime']);
  const duration = minutes ?? fromEnd ?? (before ? kept('DurationInMinutes') : undefined);
  if (duration === undefined) throw requiredMissing(['DurationInMinutes']);
  checkDuration(duration);
  Object.assign(row, {
    ActivityDateTime: begins,
    StartDateTime: begins,
    ActivityDate: dayOf(begins),
    DurationInMinutes: Math.round(duration),
    EndDateTime: begins + duration * minuteMs,
    EndDate: dayOf(begins + duration * minuteMs),
  });
}

function checkDuration(minutes: number): void {
  if (minutes < 0) throw wrong('Event duration can not be negative', ['DurationInMinutes']);
  if (minutes > longestDays * 1440) throw wrong(`Event duration can not be longer than ${longestDays} days`, ['DurationInMinutes']);
}
