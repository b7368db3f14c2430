import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Call } from '../call/call.ts';
import type { CallId } from '../call/event.ts';
import { foldCall } from '../call/fold.ts';
import { matchCall, nobodyKnown } from '../match/match.ts';
import { anyEvents } from '../testing/any-events.ts';
import { anyPolicy } from '../testing/any-policy.ts';
import { decide } from './decide.ts';
import type { Inputs } from './pin.ts';
import { parsePolicy } from './policy.ts';

const inputsFor = (call: Call, document: unknown): Inputs => {
  const policy = parsePolicy(document);
  return {
    policyVersion: 3,
    policy,
    people: { anna: { crmUserId: '005A', zone: 'Asia/Tokyo', name: 'Anna' }, ben: null },
    fallbackOwner: { crmUserId: '005Z', zone: 'UTC', name: 'Integration' },
    named: {},
    match: matchCall(call, nobodyKnown, policy.match),
    clockOffsetMs: 0,
  };
};
const known = { recordingLinks: {}, settled: true };

test('whatever the rows, the levels and the call: one log at most, one explanation, and the same again', () => {
  fc.assert(
    fc.property(anyPolicy(), anyEvents(), fc.array(fc.nat(), { maxLength: 20 }), (document, events, order) => {
      const call = foldCall('c1' as CallId, events);
      if (!call) return;
      const decision = decide(call, inputsFor(call, document), known);
      const { wants, trace, verdict } = decision;
      // a conversation's day may have a log for each of its messages (AC-38)
      const logs = wants.filter(({ role }) => role === 'log').length;
      expect(logs > 0).toBe(verdict.is === 'wants');
      expect(logs).toBeLessThanOrEqual(call.messages?.length ?? 1);
      expect(new Set(wants.map(({ role, qualifier }) => `${role} ${qualifier}`)).size).toBe(wants.length);
      // one rule says what becomes of it, and every row is in the trace
      expect(trace.filter((step) => 'fired' in step && step.outcome !== 'adds')).toHaveLength(1);
      const rows = (document['rows'] as { name: string }[] | undefined) ?? [];
      expect(trace.filter(({ rule }) => rule.startsWith('row: ')).map(({ rule }) => rule)).toEqual(rows.map(({ name }) => `row: ${name}`));
      // what an agent linked or saved is written in any case, and calls between colleagues in no other
      if (call.type === 'internal' && !call.linked && !call.noted) expect(wants).toEqual([]);
      if (document['enabled'] === false) expect([wants, decision.person]).toEqual([[], undefined]);
      // in whatever order the facts were heard
      const shuffled = events.toSorted((a, b) => (order[events.indexOf(a) % 20] ?? 0) - (order[events.indexOf(b) % 20] ?? 0));
      const again = foldCall('c1' as CallId, shuffled);
      expect(again && decide(again, inputsFor(again, document), known)).toEqual(decision);
    }),
    { numRuns: 60 },
  );
});
