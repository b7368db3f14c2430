import { describe, expect, test } from 'vitest';
import { aCall, agentNamed } from '../testing/a-call.ts';
import { byCodeUnits, canonicalOrder, dedupe } from './canonical-order.ts';
import type { CallEvent, Instant } from './event.ts';

const [ended] = aCall('c1').ends().events as [CallEvent];
const inAnyOrder = (...facts: readonly CallEvent[]) => {
  for (const told of [facts, facts.toReversed()]) expect(canonicalOrder(told)).toEqual(facts);
};

describe('C1: facts are read in one order', () => {
  const at = (ms: number, id: string, cause: string): CallEvent => ({ ...ended, at: ms as Instant, id, cause }) as CallEvent;
  test('time, then kind, then id, then content', () => {
    const [held] = aCall('c1').tells({ type: 'held', agent: agentNamed('anna') }, 'z').events as [CallEvent];
    inAnyOrder(at(1, 'b', 'x'), { ...held, at: 2 as Instant }, at(2, 'a', 'y'), at(2, 'a', 'z'), at(2, 'b', 'x'), at(3, 'a', 'a'));
  });
  test('a kind of a newer release comes last in its millisecond', () => {
    const newer: CallEvent = Object.assign({}, ended, { type: 'teleported', id: 'a' });
    inAnyOrder({ ...ended, id: 'b' }, newer, { ...ended, at: (ended.at + 1) as Instant, id: 'a' });
  });
  test('one fact twice keeps its place beside others of its millisecond and id', () => {
    const [a, b] = [at(1, 'i', 'a'), at(1, 'i', 'b')];
    expect(canonicalOrder([b, a, b, a])).toEqual([a, a, b, b]);
  });
  test('what was given stays as it was', () => {
    const given = [at(2, 'a', 'x'), at(1, 'a', 'x')];
    canonicalOrder(given);
    expect(given.map((fact) => fact.at)).toEqual([2, 1]);
  });
  test.each([
    ['Z', 'a', -1],
    ['a', 'Z', 1],
    ['a', 'a', 0],
    ['', 'a', -1],
  ])('texts by code units: %j and %j', (a, b, order) => expect(byCodeUnits(a, b)).toBe(order));
});

describe('C5: each fact once', () => {
  const fact = (changes: object = {}) => ({ ...ended, id: 'e', ...changes }) as CallEvent;
  const signals = (...told: readonly unknown[]) => fact({ type: 'signalled', signals: told });
  test('a repeat is left out, the first stays', () => {
    const [a, b] = [fact({ cause: 'a' }), fact({ cause: 'b' })];
    expect(dedupe([a, b, a, { ...b }, { ...a }, b])).toEqual([a, b]);
    expect(dedupe([a, a])).toEqual([a]);
    expect(dedupe([a, fact({ id: 'other', cause: 'a' })])).toHaveLength(2);
  });
  test('other contents under one id are other facts, in the order of telling', () => {
    const told = ['a', 'b', 'c', 'b', 'a', 'c'].map((cause) => fact({ cause }));
    expect(dedupe(told)).toEqual(told.slice(0, 3));
  });
  test('keys in another order are the same content, at any depth; items in another order are not', () => {
    expect(dedupe([signals({ a: 1, b: { c: [1, 2], d: null } }), signals({ b: { d: null, c: [1, 2] }, a: 1 })])).toHaveLength(1);
    expect(dedupe([signals({ a: [1, 2] }), signals({ a: [2, 1] })])).toHaveLength(2);
    expect(dedupe([signals(['x']), signals({ 0: 'x' })])).toHaveLength(2);
    expect(dedupe([signals(null), signals({})])).toHaveLength(2);
    expect(dedupe([signals('x'), signals('y')])).toHaveLength(2);
  });
});
