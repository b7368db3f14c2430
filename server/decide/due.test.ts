import { describe, expect, test } from 'vitest';
import type { Call } from '../call/call.ts';
import { matchCall, nobodyKnown } from '../match/match.ts';
import { anUnansweredCall, at } from '../testing/a-told-call.ts';
import { dueAfterEnd, zoneOf } from './due.ts';
import { inputsOfCall } from './layers.ts';
import { defaultPolicy, parsePolicy } from './policy.ts';

const workdays = Object.fromEntries(['monday', 'tuesday', 'wednesday', 'thursday', 'friday'].map((day) => [day, ['09:00-17:00']]));
const calendars = {
  office: { zone: 'Europe/Warsaw', week: workdays, holidays: [{ date: '2026-03-09', name: 'Holiday' }] },
  always: { week: Object.fromEntries([...Object.keys(workdays), 'saturday'].map((day) => [day, ['00:00-24:00']])) },
  once: { week: {}, exceptions: [{ date: '2026-03-10', open: ['09:00-10:00'] }] },
};
const due = (
  endedAt: string,
  zone: string | undefined,
  followUp: object = {},
  changes: object = {},
  call: Partial<Call> = {},
  clockOffsetMs = 0,
) => {
  const policy = parsePolicy({
    language: 'en',
    hours: { calendar: 'office', calendars },
    followUp: { count: 'business hours', ...followUp },
    ...changes,
  });
  const ended = anUnansweredCall({ startedAt: at(endedAt), endedAt: at(endedAt), ...call });
  const { inputs } = inputsOfCall(ended, {
    policyVersion: 1,
    policy,
    people: {},
    fallbackOwner: null,
    named: {},
    match: matchCall(ended, nobodyKnown, policy.match),
    clockOffsetMs: 0,
  });
  const { date, atMs, because } = dueAfterEnd(ended, { ...inputs, clockOffsetMs }, { zone });
  return { date, remind: new Date(atMs).toISOString().replace(':00.000Z', 'Z'), because };
};

describe('RS-43: four hours after the end of the call', () => {
  test('by the clock, also at night and at weekends, in the owner’s zone', () =>
    expect(due('2026-03-06T20:30:00Z', 'Asia/Tokyo', { count: 'clock' })).toEqual({
      date: '2026-03-07',
      remind: '2026-03-07T00:30Z',
      because: 'Due 2026-03-07: 4 h after the end of the call, in Asia/Tokyo (RS-43).',
    }));
  test('in business hours: nights, the weekend and the holiday after it are passed over', () =>
    expect(due('2026-03-06T15:00:00Z', 'Europe/Warsaw')).toEqual({
      date: '2026-03-10',
      remind: '2026-03-10T11:00Z',
      because: 'Due 2026-03-10, at 12:00: 4 business hours (office) after the end of the call, in Europe/Warsaw (RS-43).',
    }));
  test('D1: by the clock of whoever owns the task, not of the line', () =>
    expect(due('2026-03-05T00:00:00Z', 'Asia/Tokyo')).toMatchObject({ date: '2026-03-05', remind: '2026-03-05T04:00Z' }));
  test('whose zone isn’t known, by the policy’s', () =>
    expect(due('2026-03-05T08:00:00Z', undefined, {}, { zone: 'Europe/Warsaw' })).toMatchObject({ remind: '2026-03-05T12:00Z' }));
  test('by the line’s hours, or by those that are named', () => {
    const lines = { sales: { hours: { calendar: 'always' } } };
    expect(due('2026-03-05T20:00:00Z', 'UTC', {}, { lines }).remind).toBe('2026-03-06T00:00Z');
    expect(due('2026-03-05T20:00:00Z', 'UTC', { calendar: 'office' }, { lines }).remind).toBe('2026-03-06T13:00Z');
  });
  test('what is due when it closes at midnight is due on the day that ends', () =>
    expect(due('2026-03-07T20:00:00Z', 'UTC', { calendar: 'always' })).toMatchObject({ date: '2026-03-07', remind: '2026-03-08T00:00Z' }));
  test('at once if it is open, else when it opens', () => {
    expect(due('2026-03-06T15:00:30Z', 'UTC', { dueHours: 0 })).toMatchObject({ date: '2026-03-06', remind: '2026-03-06T15:01Z' });
    expect(due('2026-03-06T17:00:00Z', 'UTC', { dueHours: 0 })).toMatchObject({ date: '2026-03-10', remind: '2026-03-10T09:00Z' });
  });
  test('where a calendar never has so many hours, or the line has none: by the clock, and says so', () => {
    expect(due('2026-03-06T15:00:00Z', 'UTC', { calendar: 'once' }).because).toBe(
      "Due 2026-03-06: 4 h after the end of the call, in UTC (RS-43). By the clock, since once isn't open for so long within a year.",
    );
    expect(
      due('2026-03-06T15:00:00Z', 'UTC', {}, { hours: { calendars }, lines: { other: { hours: { calendar: 'always' } } } }).because,
    ).toBe('Due 2026-03-06: 4 h after the end of the call, in UTC (RS-43). By the clock, since the line has no calendar.');
  });
});

describe('from when, and by whose clock', () => {
  test('of a call whose end isn’t known, from its start; by our clock, to the whole minute after it', () => {
    const at = '2026-03-05T10:20:00Z';
    const unended = { endedAt: undefined };
    expect([
      due(at, 'UTC', { count: 'clock' }, {}, unended),
      due(at, 'UTC', { count: 'clock', dueHours: 1.5 }, {}, {}, 5_000),
      due(at, 'UTC', { dueHours: 0.5 }, {}, {}, 61_000),
    ]).toEqual([
      {
        date: '2026-03-05',
        remind: '2026-03-05T14:20Z',
        because: 'Due 2026-03-05: 4 h after the end of the call, in UTC (RS-43).',
      },
      {
        date: '2026-03-05',
        remind: '2026-03-05T11:51Z',
        because: 'Due 2026-03-05: 1.5 h after the end of the call, in UTC (RS-43).',
      },
      {
        date: '2026-03-05',
        remind: '2026-03-05T10:52Z',
        because: 'Due 2026-03-05, at 10:52: 0.5 business hours (office) after the end of the call, in UTC (RS-43).',
      },
    ]);
  });
  test('what is due at once at midnight is due on the day that begins', () =>
    expect(due('2026-03-06T00:00:00Z', 'UTC', { calendar: 'always', dueHours: 0 })).toMatchObject({ date: '2026-03-06' }));
  test('the owner’s zone, else the policy’s, else UTC, each if it is one', () => {
    const policy = { ...defaultPolicy('en'), zone: 'Asia/Tokyo' };
    expect([
      zoneOf({ zone: 'Europe/Paris' }, policy),
      zoneOf({ zone: 'No/Where' }, policy),
      zoneOf({ zone: undefined }, policy),
      zoneOf({ zone: undefined }, { ...policy, zone: 'No/Where' }),
    ]).toEqual(['Europe/Paris', 'Asia/Tokyo', 'Asia/Tokyo', 'UTC']);
  });
});
