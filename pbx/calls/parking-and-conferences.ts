import { setTimeout as pause } from 'node:timers/promises';
import { type NamedCall } from './named-call.ts';
import { connected, nobody, toAnn, tried, within } from './script.ts';

/** Calls that wait for whoever fetches them, and calls of three. */
export const parkedCallsAndConferences: Readonly<Record<string, NamedCall>> = {
  'parked-retrieved': {
    words:
      'Ann answers, talks 1 s and parks the customer (700); 2.5 s later Bob fetches the call (701); the customer hangs up 8 s after the answer.',
    phones: { 101: within(600), 102: nobody },
    expected: [
      {
        ...toAnn,
        lastWith: '102',
        transfers: [{ from: '101', to: '700', how: 'blind' }],
        talkSeconds: { 101: 1, 102: 4.5 },
      },
    ],
    async place(stage) {
      const { outside, agent } = await connected(stage, { to: '5550101', staysMs: 8000 });
      await pause(1000);
      const parked = agent.transfer('700'); // ends when Ann has heard the number of the place
      await pause(2500);
      await (await stage.phone('102').call('701')).answered();
      await Promise.all([parked, outside.done]);
    },
  },
  'parked-timed-out': {
    words:
      'Ann answers, talks 1 s and parks the customer (700); nobody fetches the call; after 8 s it rings at Ann again, who answers after 0.6 s.',
    phones: { 101: within(600), 102: nobody },
    expected: [
      {
        ...toAnn,
        lastWith: '101',
        attempts: [tried('101', 'answered'), tried('101', 'answered')],
        transfers: [{ from: '101', to: '700', how: 'blind' }],
        talkSeconds: { 101: 5.4 },
      },
    ],
    async place(stage) {
      const { outside, agent } = await connected(stage, { to: '5550101', staysMs: 14_000 });
      await pause(1000);
      await agent.transfer('700');
      await outside.done;
    },
  },
  'conference-dialled-into': {
    words:
      'A customer dials into a conference; Ann joins 1 s later and Bob after another second; the customer leaves after 6 s and the two hang up.',
    phones: { 101: nobody, 102: nobody },
    expected: [
      {
        ...toAnn,
        recorded: false,
        dialled: '5550800',
        attempts: [],
        lastWith: '102',
        waitSeconds: 1,
        talkSeconds: { 101: 5, 102: 4 },
        togetherSeconds: 5,
      },
    ],
    async place(stage) {
      const outside = await stage.caller({ to: '5550800', staysMs: 6000 });
      await pause(1000);
      const ann = await stage.phone('101').call('800');
      await ann.answered();
      await pause(1000);
      const bob = await stage.phone('102').call('800');
      await bob.answered();
      await outside.done;
      await pause(500);
      await Promise.all([ann.bye(), bob.bye()]);
    },
  },
  'conference-of-three': {
    words:
      'Ann answers, talks 1 s, holds, asks Bob (rings 0.7 s, talk 1 s), moves both into the conference 800 and joins; all three talk until the customer leaves.',
    phones: { 101: within(600), 102: within(700) },
    expected: [
      {
        ...toAnn,
        lastWith: '102',
        attempts: [tried('101', 'answered')],
        transfers: [
          { from: '101', to: '800', how: 'blind' },
          { from: '101', to: '800', how: 'blind' },
        ],
        talkSeconds: { 101: 8, 102: 5.3 },
        togetherSeconds: 8,
        holdSeconds: { 101: 1.7 },
      },
    ],
    async place(stage) {
      const { outside, agent } = await connected(stage, { to: '5550101', staysMs: 8000 });
      await pause(1000);
      await agent.hold();
      const consultation = await stage.phone('101').call('102');
      const colleague = await stage.phone('102').nextCall();
      await consultation.answered();
      await pause(1000);
      await Promise.all([agent.transfer('800'), consultation.transfer('800')]);
      const ann = await stage.phone('101').call('800');
      await ann.answered();
      await outside.done;
      await pause(500);
      await Promise.all([ann.bye(), colleague.bye()]);
    },
  },
  'three-way-in-the-phone': {
    words:
      "Ann answers, talks 1 s, holds, asks Bob (rings 0.7 s, talk 1 s) and lets her phone mix the two for 2 s; Bob hangs up, and the customer a second later. The PBX doesn't hear that Bob talked with the customer.",
    phones: { 101: within(600), 102: within(700) },
    expected: [
      {
        ...toAnn,
        lastWith: '101',
        attempts: [tried('101', 'answered')],
        talkSeconds: { 101: 6 },
        holdSeconds: { 101: 1.7 },
      },
    ],
    async place(stage) {
      const { outside, agent } = await connected(stage, { to: '5550101', staysMs: 6000 });
      await pause(1000);
      await agent.hold();
      const consultation = await stage.phone('101').call('102');
      const colleague = await stage.phone('102').nextCall();
      await consultation.answered();
      await pause(1000);
      await agent.unhold();
      await pause(2000);
      await colleague.bye();
      await outside.done;
    },
  },
};
