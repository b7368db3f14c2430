import { describe, expect, test } from 'vitest';
import { aMondayMorning } from '../testing/a-call.ts';
import type { CallEvent, CallFact, CallId, Instant } from './event.ts';
import { boundEvents, isTerminal, maxEventsPerCall, maxTerminalEventsPerCall } from './limits.ts';

const factAt = (seconds: number, fact: CallFact): CallEvent => ({
  id: `${fact.type} ${seconds}`,
  callId: 'c1' as CallId,
  at: (aMondayMorning + seconds * 1000) as Instant,
  ...fact,
});
const keys = (from: number, count: number) =>
  Array.from({ length: count }, (_, place) => factAt(from + place, { type: 'digits', digits: '1' }));
const kept = (events: readonly CallEvent[], from = 0) => {
  const bound = boundEvents(events);
  return [bound.events.slice(from).map(({ id }) => id), bound.beyondBound];
};
const [recording, voicemail, undone, calledBack, noted, joined, ended] = [
  { type: 'recording', recordingId: 'r', url: 'https://recordings.example/r' },
  { type: 'voicemail' },
  { type: 'undone', policyVersion: 1, by: 'Olga' },
  { type: 'called-back', by: 'b' as CallId },
  { type: 'noted', key: 'k', memo: 'm', by: { user: '005a', name: 'Anna' } },
  { type: 'joined', into: 'c0' as CallId },
  { type: 'ended' },
] as const satisfies readonly CallFact[];
const important = [recording, voicemail, noted, calledBack, undone, joined, ended];

describe('C7: a call is bounded', () => {
  const full = keys(0, maxEventsPerCall);
  test('as many as fit are left as they are', () => {
    expect(boundEvents(full.toReversed())).toStrictEqual({ events: full.toReversed(), beyondBound: false });
  });
  test('one more is left out, and it is said', () => {
    expect(boundEvents([...full, factAt(9000, { type: 'digits', digits: '2' })].toReversed())).toStrictEqual({
      events: full,
      beyondBound: true,
    });
  });
  test('what decides its end and its family is kept beyond that, in order', () => {
    const later = important.map((fact, place) => factAt(8000 + place, fact));
    expect(boundEvents([...later, ...full])).toStrictEqual({ events: [...full, ...later], beyondBound: false });
    expect(important.map((fact) => isTerminal(factAt(0, fact)))).toEqual(important.map(() => true));
    expect(full.slice(0, 1).map(isTerminal)).toEqual([false]);
  });
  test('of what is kept beyond, the more important kinds come first, then the latest', () => {
    const flood = Array.from({ length: maxTerminalEventsPerCall - 1 }, (_, place) => factAt(7000 + place, ended));
    const others = important.slice(0, -1).map((fact, place) => factAt(6000 + place, fact));
    expect(kept([...full, ...others, ...flood, factAt(8999, recording)], maxEventsPerCall)).toEqual([
      [others.at(-1)?.id, ...flood.map(({ id }) => id)],
      true,
    ]);
    const recordings = Array.from({ length: maxTerminalEventsPerCall + 2 }, (_, place) => factAt(7000 + place, recording));
    expect(kept([...full, ...recordings], maxEventsPerCall)).toEqual([recordings.slice(2).map(({ id }) => id), true]);
  });
  test.each(important.slice(1).map((fact, place) => [fact.type, important[place]!.type, fact, important[place]!] as const))(
    '%s goes before %s',
    (_more, _less, more, less) => {
      const flood = Array.from({ length: maxTerminalEventsPerCall }, (_, place) => factAt(7000 + place, less));
      const [ids] = kept([...full, factAt(6000, more), ...flood], maxEventsPerCall);
      expect(ids).toEqual([`${more.type} 6000`, ...flood.slice(1).map(({ id }) => id)]);
    },
  );
});
