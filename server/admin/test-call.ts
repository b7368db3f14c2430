import type { z } from 'zod';
import type { PlaceTestCall } from '../../wire/console.ts';
import type { World } from '../world.ts';

/** What the source says of one moment of a call; `afterMs` counts from the start. */
export type Moment = { readonly afterMs: number; readonly type: string; readonly data: Record<string, unknown> };

/**
 * The moments of a test call, as a phone system would tell them. They come in through the same signed door as real ones, so
 * that what is seen is the whole line. `agents`: two people of the org; numbers are from the ranges kept for fiction.
 */
export function testCallMoments(kind: z.infer<typeof PlaceTestCall>['kind'], agents: readonly { name: string; email: string }[]): Moment[] {
  const [first, second] = [
    agents[0] ?? { name: 'Test Agent', email: 'agent@example.com' },
    agents[1] ?? { name: 'Second Agent', email: 'second@example.com' },
  ];
  const agent = (person: { name: string; email: string }) => ({ id: person.email, name: person.name, email: person.email });
  const phone = (person: { name: string; email: string }, extension: string) => ({
    asDialled: extension,
    agent: agent(person),
    softphone: true,
  });
  const line = { id: 'test-line', name: 'Test line', number: '+442079460100' };
  const customer = { number: '+442079460958', name: 'Test Caller' };
  const started: Moment = { afterMs: 0, type: 'call.started', data: { direction: 'inbound', customer, line } };
  const ringing: Moment = { afterMs: 200, type: 'call.ringing', data: { endpoint: phone(first, '201') } };
  const answered: Moment = { afterMs: 1_500, type: 'call.answered', data: { endpoint: phone(first, '201') } };
  const recording = (afterMs: number): Moment => ({
    afterMs,
    type: 'call.recording',
    data: { recordingId: 'test-recording', url: 'https://recordings.example.com/test', seconds: 3 },
  });
  switch (kind) {
    case 'answered':
      return [started, ringing, answered, { afterMs: 4_000, type: 'call.ended', data: {} }, recording(4_500)];
    case 'missed':
      return [started, ringing, { afterMs: 3_000, type: 'call.ended', data: { cause: 'caller hung up' } }];
    case 'voicemail':
      return [
        started,
        ringing,
        { afterMs: 3_500, type: 'call.voicemail', data: { seconds: 2, url: 'https://recordings.example.com/voicemail' } },
        { afterMs: 3_600, type: 'call.ended', data: {} },
      ];
    case 'transferred':
      return [
        started,
        ringing,
        answered,
        { afterMs: 2_500, type: 'call.transferred', data: { from: agent(first), to: phone(second, '202'), how: 'blind' } },
        { afterMs: 2_600, type: 'call.ringing', data: { endpoint: phone(second, '202') } },
        { afterMs: 3_500, type: 'call.answered', data: { endpoint: phone(second, '202') } },
        { afterMs: 5_000, type: 'call.ended', data: {} },
      ];
    case 'internal':
      return [
        { afterMs: 0, type: 'call.started', data: { direction: 'internal', customer: {}, agent: agent(first), dialled: '202' } },
        { afterMs: 200, type: 'call.ringing', data: { endpoint: phone(second, '202') } },
        { afterMs: 1_000, type: 'call.answered', data: { endpoint: phone(second, '202') } },
        { afterMs: 2_500, type: 'call.ended', data: {} },
      ];
  }
}

/** Says the moments one after another, in real time, until done or stopped. Knows nothing of how they are sent. */
export async function placeTestCall(
  moments: readonly Moment[],
  world: World,
  say: (moment: Moment, at: number) => Promise<void>,
  stop: AbortSignal,
): Promise<void> {
  const startedAt = world.now();
  for (const moment of moments) {
    await world.sleep(Math.max(0, startedAt + moment.afterMs - world.now()), stop);
    if (stop.aborted) return;
    await say(moment, startedAt + moment.afterMs);
  }
}
