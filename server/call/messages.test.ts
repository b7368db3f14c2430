import { describe, expect, test } from 'vitest';
import { aCall, agentNamed, aMondayMorning } from '../testing/a-call.ts';
import type { CallEvent, CallFact, CallId, Instant, PhoneNumber } from './event.ts';
import { foldCall } from './fold.ts';

type Told = Partial<Omit<Extract<CallFact, { type: 'message' }>, 'type'>>;
const message = (id: string, seconds: number, told: Told = {}): CallEvent => ({
  ...{ id: `message ${id}`, callId: 'day' as CallId, at: (aMondayMorning + seconds * 1000) as Instant, type: 'message' },
  ...{ message: id, direction: 'inbound', customer: { number: '+48601234567' as PhoneNumber }, ...told },
});
const fold = (...facts: readonly CallEvent[]) => {
  const told = foldCall('day' as CallId, facts);
  expect(foldCall('day' as CallId, [...facts.toReversed(), ...facts])).toEqual(told); // C1
  return told!;
};

describe('a conversation’s day', () => {
  test('is over after each message, and is neither answered nor missed', () => {
    const told = fold(message('b', 60, { direction: 'outbound', agent: agentNamed('anna') }), message('a', 0, { text: 'Hello' }));
    expect(told).toMatchObject({
      ...{ phase: 'ended', direction: 'inbound', startedAt: aMondayMorning, endedAt: aMondayMorning + 60_000 },
      ...{ waitSeconds: 0, talkSeconds: 0, people: [], attempts: [], customer: { number: '+48601234567' } },
      messages: [
        { id: 'a', direction: 'inbound', text: 'Hello' },
        { id: 'b', direction: 'outbound', agent: { id: 'anna' } },
      ],
    });
    expect([told.type, told.outcome, told.dialledBy, told.answeredBy, told.endPresumed]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      false,
    ]);
  });
  test('a message told again with other words stands where it was, with the last of them', () => {
    const told = fold(message('a', 0, { text: 'Helo' }), message('b', 10, { text: 'Yes?' }), message('a', 20, { text: 'Hello' }));
    expect(told.messages).toStrictEqual([
      { id: 'a', at: aMondayMorning, direction: 'inbound', text: 'Hello' },
      { id: 'b', at: aMondayMorning + 10_000, direction: 'inbound', text: 'Yes?' },
    ]);
    expect(told).toMatchObject({ startedAt: aMondayMorning, endedAt: aMondayMorning + 20_000 });
  });
  test('line, name and e-mail are whose message tells them; each agent is known by all that was told', () => {
    const anna = agentNamed('anna');
    const told = fold(
      message('a', 0, { direction: 'outbound', agent: { id: anna.id } }),
      message('b', 10, { customer: { number: '+48601234567' as PhoneNumber, name: 'Ewa' }, line: { id: 'sales' } }),
      message('c', 20, { direction: 'outbound', agent: { id: anna.id, email: 'anna@example.com' } }),
    );
    expect(told).toMatchObject({ customer: { name: 'Ewa' }, line: { id: 'sales' }, direction: 'outbound' });
    expect(told.messages?.[0]).toStrictEqual({
      ...{ id: 'a', at: aMondayMorning, direction: 'outbound' },
      agent: { id: 'anna', email: 'anna@example.com' },
    });
  });
  test('what a phone rang for is a call, whatever was written in it', () => {
    const call = aCall('day').inbound('+48601234567').rings('anna').answeredAfter(4).endsAfter(60);
    const told = foldCall('day' as CallId, [...call.events, message('a', 5)]);
    expect(told).toMatchObject({ type: 'inbound-answered' });
    expect(told?.messages).toBeUndefined();
  });
});
