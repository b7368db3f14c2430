import { setTimeout as pause } from 'node:timers/promises';
import { type NamedCall } from './named-call.ts';
import { connected, hear, nobody, toAnn, within } from './script.ts';

/** One side or both put the other on hold. */
export const heldCalls: Readonly<Record<string, NamedCall>> = {
  'hold-unhold': {
    words: 'Ann answers, talks 0.9 s, holds the customer for 1.5 s, talks another second and hangs up.',
    phones: { 101: within(600), 102: nobody },
    expected: [{ ...toAnn, lastWith: '101', talkSeconds: { 101: 3.4 }, holdSeconds: { 101: 1.5 } }],
    async place(stage) {
      const { outside, agent } = await connected(stage, { to: '5550101', staysMs: 8000 });
      await pause(900);
      await agent.hold();
      await pause(1500);
      await agent.unhold();
      await pause(1000);
      await agent.bye();
      await outside.done;
    },
  },
  'hold-twice': {
    words: 'Ann answers and holds the customer twice, for 1 s and for 2 s, a second apart.',
    phones: { 101: within(600), 102: nobody },
    expected: [{ ...toAnn, lastWith: '101', talkSeconds: { 101: 6 }, holdSeconds: { 101: 3 } }],
    async place(stage) {
      const { outside, agent } = await connected(stage, { to: '5550101', staysMs: 9000 });
      for (const heldMs of [1000, 2000]) {
        await pause(1000);
        await agent.hold();
        await pause(heldMs);
        await agent.unhold();
      }
      await pause(1000);
      await agent.bye();
      await outside.done;
    },
  },
  'caller-hangs-up-on-hold': {
    words: 'Ann answers, talks 1 s and holds the customer, who has enough of it 2 s later.',
    phones: { 101: within(600), 102: nobody },
    expected: [{ ...toAnn, lastWith: '101', talkSeconds: { 101: 3 }, holdSeconds: { 101: 2 } }],
    async place(stage) {
      const { outside, agent } = await connected(stage, { to: '5550101', staysMs: 3000 });
      await pause(1000);
      await agent.hold();
      await outside.done;
    },
  },
  'caller-holds': {
    words: 'Ann answers; after 1 s the customer puts her on hold for 1.5 s, then talks another second and hangs up.',
    phones: { 101: within(600), 102: nobody },
    expected: [{ ...toAnn, lastWith: '101', talkSeconds: { 101: 3.5 }, holdSeconds: {} }],
    place: (stage) => hear(stage, { to: '5550101', holds: { beforeMs: 1000, forMs: 1500 }, staysMs: 1000 }),
  },
  'hold-by-both-sides': {
    words: 'The customer holds after 1 s for 3 s; Ann holds after 2 s for 1 s in the midst of it.',
    phones: { 101: within(600), 102: nobody },
    expected: [{ ...toAnn, lastWith: '101', talkSeconds: { 101: 5 }, holdSeconds: { 101: 1 } }],
    async place(stage) {
      const { outside, agent } = await connected(stage, { to: '5550101', holds: { beforeMs: 1000, forMs: 3000 }, staysMs: 1000 });
      await pause(2000);
      await agent.hold();
      await pause(1000);
      await agent.unhold();
      await outside.done;
    },
  },
};
