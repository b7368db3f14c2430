import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyEvents } from '../testing/any-events.ts';
import type { Call } from './call.ts';
import type { CallId } from './event.ts';
import { foldCall } from './fold.ts';

describe('whatever comes', () => {
  const ids = fc.constantFrom('c1', 'c2', 'c3').map((id) => id as CallId);

  test('C1: every order and every repetition of the deliveries tells the same call', () => {
    const deliveries = anyEvents().chain((facts) =>
      fc.record({
        facts: fc.constant(facts),
        delivered: fc.shuffledSubarray([...facts, ...facts.map((fact) => structuredClone(fact))], { minLength: 2 * facts.length }),
      }),
    );
    fc.assert(
      fc.property(ids, deliveries, (id, { facts, delivered }) => {
        expect(foldCall(id, delivered)).toStrictEqual(foldCall(id, facts));
      }),
      { numRuns: 500 },
    );
  });

  test('C1: every prefix is a legal call', () => {
    fc.assert(
      fc.property(ids, anyEvents(), (id, facts) => {
        for (let length = 1; length <= facts.length; length += 1) expectLegal(foldCall(id, facts.slice(0, length)), id);
      }),
      { numRuns: 300 },
    );
  });

  test('C1: removing any one event never loses the call', () => {
    fc.assert(
      fc.property(ids, anyEvents(), (id, facts) => {
        for (const gone of facts.keys()) if (facts.length > 1) expect(foldCall(id, facts.toSpliced(gone, 1))?.id).toBe(id);
      }),
      { numRuns: 300 },
    );
  });

  test('C1: answered exactly when any fact proves it, whatever the times', () => {
    const proofs = ['answered', 'held', 'resumed', 'transferred'];
    const answeredOnce = anyEvents({ calls: ['c1'] }).filter((facts) => facts.every((fact) => fact.type !== 'started'));
    fc.assert(
      fc.property(answeredOnce, (facts) => {
        const talked = facts.some((fact) => proofs.includes(fact.type));
        expect(foldCall('c1' as CallId, facts)?.answeredAt !== undefined).toBe(talked);
      }),
      { numRuns: 300 },
    );
  });

  test('C2: a part is listed by its survivor and by nobody who isn’t on the way there', () => {
    fc.assert(
      fc.property(anyEvents(), (facts) => {
        if (facts.length === 0) return;
        for (const id of ['c1', 'c2', 'c3'] as CallId[]) {
          const survivor = foldCall(id, facts)?.partOf;
          if (survivor === undefined) continue;
          expect(foldCall(survivor, facts)?.parts).toContain(id);
          expect(foldCall(survivor, facts)?.partOf).toBeUndefined();
        }
      }),
      { numRuns: 500 },
    );
  });

  test('facts are read, never changed', () => {
    fc.assert(
      fc.property(ids, anyEvents(), (id, facts) => {
        const before = structuredClone(facts);
        foldCall(id, facts);
        expect(facts).toStrictEqual(before);
      }),
    );
  });
});

function expectLegal(call: Call | undefined, id: CallId): void {
  if (!call) throw new Error('lost the call');
  expect(call.id).toBe(id);
  const { phase, startedAt, answeredAt, endedAt } = call;
  expect(phase).toBe(endedAt !== undefined ? 'ended' : answeredAt !== undefined ? 'talking' : 'ringing');
  expect(call.type === undefined).toBe(call.messages !== undefined || (phase !== 'ended' && call.direction !== 'internal'));
  if (answeredAt !== undefined) expect(answeredAt).toBeGreaterThanOrEqual(startedAt);
  if (endedAt !== undefined) expect(endedAt).toBeGreaterThanOrEqual(answeredAt ?? startedAt);
  if (answeredAt === undefined)
    expect([call.talkSeconds, call.holdSeconds, call.answeredBy, call.lastWith]).toEqual([0, 0, undefined, undefined]);
  expect(call.holdSeconds).toBeLessThanOrEqual(call.talkSeconds);
  for (const length of [
    call.waitSeconds,
    call.talkSeconds,
    call.holdSeconds,
    ...call.people.flatMap((person) => [person.ringSeconds, person.talkSeconds, person.holdSeconds]),
  ]) {
    expect(
      Number.isFinite(length) && Math.abs(length * 1000 - Math.round(length * 1000)) < 1e-3 && length >= 0 && !Object.is(length, -0),
    ).toBe(true);
  }
  for (const person of call.people) {
    expect(person.holdSeconds).toBeLessThanOrEqual(person.talkSeconds);
    expect(person.talkSeconds).toBeLessThanOrEqual(call.talkSeconds);
    if (!person.answered) expect(person.talkSeconds).toBe(0);
  }
  expect(new Set(call.people.map(({ agent, endpoint }) => JSON.stringify([agent?.id ?? null, agent ? '' : endpoint]))).size).toBe(
    call.people.length,
  );
  expect(call.partOf).not.toBe(id);
  expect(call.parts).not.toContain(id);
  expect(structuredClone(call)).toStrictEqual(call);
}
