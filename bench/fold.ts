import { foldCall } from '../server/call/fold.ts';
import type { CallEvent, CallId, Instant } from '../server/call/event.ts';
import { readBody } from '../sources/generic-webhook/schema.ts';
import { bodyOf, eventsPerCall, makeCall } from './calls.ts';
import { quantile, say } from './numbers.ts';
import { type Found, type Part } from './part.ts';

/** The fold alone, on one core, over the same calls as the load; and one call with as many facts as are folded at all. */
async function run(): Promise<Found> {
  const rate = { seed: 4, prefix: 'fold', perSecond: 50, seconds: 20, first: 0, contacts: ['003000000000001'] };
  const calls = Array.from({ length: 1_000 }, (_, place) => {
    const call = makeCall(rate, place);
    const events = call.says.flatMap((said) => readBody(Buffer.from(bodyOf(call, said, 1_790_000_000_000)), said.deliveryId).events);
    return { id: call.call as CallId, events };
  });
  const rounds: number[] = [];
  for (let round = 0; round < 30; round++) {
    const begun = performance.now();
    for (const { id, events } of calls) if (!foldCall(id, events)) throw new Error('a call folded to nothing');
    rounds.push((performance.now() - begun) / calls.length);
  }
  const usMedian = quantile(rounds, 0.5) * 1000;

  const id = 'long' as CallId;
  const agent = { id: '101' as never };
  const long: CallEvent[] = [
    { id: '0', callId: id, at: 0 as Instant, type: 'started', direction: 'inbound', customer: {} },
    { id: '1', callId: id, at: 1 as Instant, type: 'answered', endpoint: { asDialled: '101', agent } },
    ...Array.from({ length: 4_997 }, (_, n): CallEvent => ({
      id: String(n + 2),
      callId: id,
      at: (1000 + n * 10) as Instant,
      type: n % 2 ? 'resumed' : 'held',
      agent,
    })),
    { id: 'end', callId: id, at: 100_000 as Instant, type: 'ended' },
  ];
  const begun = performance.now();
  foldCall(id, long);
  const longMs = performance.now() - begun;
  return {
    figures: [
      {
        name: `fold of one call with ${eventsPerCall} events, one core`,
        value: `${say(usMedian)} µs (${say(1e6 / usMedian)} calls a second)`,
      },
      { name: 'fold of one call with 5,000 events', value: `${say(longMs)} ms` },
    ],
    notes: [],
  };
}

export const fold: Part = { name: 'fold', title: 'The fold', takes: 'a second', run };
