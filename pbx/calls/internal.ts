import { setTimeout as pause } from 'node:timers/promises';
import { type NamedCall } from './named-call.ts';
import { annToBob, busy, nobody, tried, within } from './script.ts';

/** Between colleagues. */
export const internalCalls: Readonly<Record<string, NamedCall>> = {
  internal: {
    words: 'Ann calls Bob, who answers after 0.9 s; Ann hangs up 1.8 s later.',
    phones: { 101: nobody, 102: within(900) },
    expected: [
      {
        ...annToBob,
        outcome: 'answered',
        answeredBy: '102',
        lastWith: '102',
        attempts: [tried('102', 'answered')],
        waitSeconds: 0.9,
        talkSeconds: { 101: 1.8, 102: 1.8 },
      },
    ],
    async place(stage) {
      const ann = await stage.phone('101').call('102');
      await ann.answered();
      await pause(1800);
      await ann.bye();
    },
  },
  'internal-missed': {
    words: 'Ann calls Bob, who lets it ring for 6 s.',
    phones: { 101: nobody, 102: nobody },
    expected: [{ ...annToBob, outcome: 'no answer', attempts: [tried('102', 'no answer')], waitSeconds: 6 }],
    place: async (stage) => (await stage.phone('101').call('102')).ended(),
  },
  'internal-busy': {
    words: 'Ann calls Bob, who is busy.',
    phones: { 101: nobody, 102: busy },
    expected: [{ ...annToBob, outcome: 'busy', attempts: [tried('102', 'busy')], waitSeconds: 0 }],
    place: async (stage) => (await stage.phone('101').call('102')).ended(),
  },
  'internal-transferred': {
    words:
      'Ann calls Bob, who answers after 0.9 s, talks 1.5 s and transfers her blindly to Cid, who answers after 0.7 s; Ann hangs up 2 s later.',
    phones: { 101: nobody, 102: within(900), 103: within(700) },
    expected: [
      {
        ...annToBob,
        outcome: 'answered',
        answeredBy: '102',
        lastWith: '103',
        attempts: [tried('102', 'answered'), tried('103', 'answered')],
        transfers: [{ from: '102', to: '103', how: 'blind' }],
        waitSeconds: 0.9,
        talkSeconds: { 101: 3.5, 102: 1.5, 103: 2 },
      },
    ],
    async place(stage) {
      const ann = await stage.phone('101').call('102');
      const bob = await stage.phone('102').nextCall();
      await ann.answered();
      await pause(1500);
      await bob.transfer('103');
      await (await stage.phone('103').nextCall()).answered();
      await pause(2000);
      await ann.bye();
    },
  },
  'internal-hold-by-both': {
    words:
      'Ann calls Bob, who answers after 0.6 s; Ann holds after 1 s for 3 s, Bob holds after 2 s for 1 s; Ann hangs up a second after her hold.',
    phones: { 101: nobody, 102: within(600) },
    expected: [
      {
        ...annToBob,
        outcome: 'answered',
        answeredBy: '102',
        lastWith: '102',
        attempts: [tried('102', 'answered')],
        waitSeconds: 0.6,
        talkSeconds: { 101: 5, 102: 5 },
        holdSeconds: { 101: 3, 102: 1 },
      },
    ],
    async place(stage) {
      const ann = await stage.phone('101').call('102');
      const bob = await stage.phone('102').nextCall();
      await ann.answered();
      await pause(1000);
      await ann.hold();
      await pause(1000);
      await bob.hold();
      await pause(1000);
      await bob.unhold();
      await pause(1000);
      await ann.unhold();
      await pause(1000);
      await ann.bye();
    },
  },
  'internal-voicemail': {
    words: "Ann calls Bob's mailbox and leaves a message.",
    phones: { 101: nobody, 102: nobody },
    expected: [{ ...annToBob, dialled: '*102', outcome: 'voicemail', mailbox: '102@default', attempts: [], waitSeconds: 16 }],
    async place(stage) {
      const ann = await stage.phone('101').call('*102');
      await ann.answered();
      await pause(16_000);
      await ann.bye();
    },
  },
};
