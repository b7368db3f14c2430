import { setTimeout as pause } from 'node:timers/promises';
import { type NamedCall } from './named-call.ts';
import { connected, nobody, toAnn, tried, within } from './script.ts';

/** Transfers by keys that the PBX listens to: consultations carry the Linkedid of the call from the start, over Local channels. */
export const featureCodeTransfers: Readonly<Record<string, NamedCall>> = {
  'feature-blind': {
    words: 'Ann answers, talks 1 s, presses ## and 102; Bob answers after 0.9 s.',
    phones: { 101: within(600), 102: within(900) },
    expected: [
      {
        ...toAnn,
        lastWith: '102',
        attempts: [tried('101', 'answered'), tried('102', 'answered')],
        transfers: [{ from: '101', to: '102', how: 'blind' }],
        talkSeconds: { 101: 3.6, 102: 5.5 },
        holdSeconds: { 101: 2.2 },
      },
    ],
    async place(stage) {
      const { outside, agent } = await connected(stage, { to: '5550101', staysMs: 10_000 });
      await pause(1000);
      await agent.press('##');
      await pause(1500);
      await agent.press('102');
      await outside.done;
    },
  },
  'feature-blind-from-queue': {
    words: 'Ann answers a call to support, talks 1 s, presses ## and 103; Cid answers after 0.9 s.',
    phones: { 101: within(600), 102: nobody, 103: within(900) },
    expected: [
      {
        ...toAnn,
        dialled: '5550300',
        queue: 'support',
        lastWith: '103',
        attempts: [tried('101', 'answered'), tried('103', 'answered')],
        transfers: [{ from: '101', to: '103', how: 'blind' }],
        talkSeconds: { 101: 3.6, 103: 4.9 },
        holdSeconds: { 101: 2.2 },
      },
    ],
    async place(stage) {
      const { outside, agent } = await connected(stage, { to: '5550300', staysMs: 10_000 });
      await pause(1000);
      await agent.press('##');
      await pause(1500);
      await agent.press('103');
      await outside.done;
    },
  },
  'feature-attended': {
    words: 'Ann answers, talks 1 s, presses *2 and 102; Bob answers after 0.9 s; they talk 1.5 s and Ann hangs up, which connects the two.',
    phones: { 101: within(600), 102: within(900) },
    expected: [
      {
        ...toAnn,
        lastWith: '102',
        attempts: [tried('101', 'answered'), tried('102', 'answered')],
        transfers: [{ from: '101', to: '102', how: 'attended' }],
        talkSeconds: { 101: 6, 102: 6 },
        holdSeconds: { 101: 4.7 },
      },
    ],
    async place(stage) {
      const { outside, agent } = await connected(stage, { to: '5550101', staysMs: 12_000 });
      await pause(1000);
      await agent.press('*2');
      await pause(1500);
      await agent.press('102');
      await (await stage.phone('102').nextCall()).answered();
      await pause(1500);
      await agent.bye();
      await outside.done;
    },
  },
  'feature-attended-back': {
    words:
      'Ann answers, talks 1 s, presses *2 and 102; Bob answers after 0.9 s; 1.5 s later Ann presses *1 and has the customer back for 2 s.',
    phones: { 101: within(600), 102: within(900) },
    expected: [
      {
        ...toAnn,
        lastWith: '101',
        attempts: [tried('101', 'answered'), tried('102', 'answered')],
        talkSeconds: { 101: 8.5 },
        holdSeconds: { 101: 5 },
      },
    ],
    async place(stage) {
      const { outside, agent } = await connected(stage, { to: '5550101', staysMs: 15_000 });
      await pause(1000);
      await agent.press('*2');
      await pause(1500);
      await agent.press('102');
      const colleague = await stage.phone('102').nextCall();
      await colleague.answered();
      await pause(1500);
      await agent.press('*1');
      await colleague.ended();
      await pause(2000);
      await agent.bye();
      await outside.done;
    },
  },
  'feature-attended-unanswered': {
    words:
      'Ann answers, talks 1 s, presses *2 and 102; Bob lets it ring; after 5 s the PBX gives Ann the customer back, and she hangs up 3 s later.',
    phones: { 101: within(600), 102: nobody },
    expected: [
      {
        ...toAnn,
        lastWith: '101',
        attempts: [tried('101', 'answered'), tried('102', 'no answer')],
        talkSeconds: { 101: 11.6 },
        holdSeconds: { 101: 7.3 },
      },
    ],
    async place(stage) {
      const { outside, agent } = await connected(stage, { to: '5550101', staysMs: 25_000 });
      await pause(1000);
      await agent.press('*2');
      await pause(1500);
      await agent.press('102');
      await (await stage.phone('102').nextCall()).ended();
      await pause(3000);
      await agent.bye();
      await outside.done;
    },
  },
  'feature-attended-half-way': {
    words: 'Ann answers, talks 1 s, presses *2 and 102 and hangs up while it rings at Bob, who answers after 2 s.',
    phones: { 101: within(600), 102: within(2000) },
    expected: [
      {
        ...toAnn,
        lastWith: '102',
        attempts: [tried('101', 'answered'), tried('102', 'answered')],
        transfers: [{ from: '101', to: '102', how: 'attended' }],
        talkSeconds: { 101: 4.7, 102: 6.4 },
        holdSeconds: { 101: 3.4 },
      },
    ],
    async place(stage) {
      const { outside, agent } = await connected(stage, { to: '5550101', staysMs: 12_000 });
      await pause(1000);
      await agent.press('*2');
      await pause(1500);
      await agent.press('102');
      const colleague = await stage.phone('102').nextCall();
      await pause(1000);
      await agent.bye();
      await colleague.answered();
      await outside.done;
    },
  },
  'feature-three-way': {
    words:
      'Ann answers, talks 1 s, presses *2 and 102; Bob answers after 0.9 s; 1 s later Ann presses *3 and all three talk for 2 s; Ann hangs up.',
    phones: { 101: within(600), 102: within(900) },
    expected: [
      {
        ...toAnn,
        lastWith: '102',
        attempts: [tried('101', 'answered'), tried('102', 'answered')],
        talkSeconds: { 101: 8, 102: 6.2 },
        togetherSeconds: 12,
        holdSeconds: { 101: 4.5 },
      },
    ],
    async place(stage) {
      const { outside, agent } = await connected(stage, { to: '5550101', staysMs: 12_000 });
      await pause(1000);
      await agent.press('*2');
      await pause(1500);
      await agent.press('102');
      await (await stage.phone('102').nextCall()).answered();
      await pause(1000);
      await agent.press('*3');
      await pause(2000);
      await agent.bye();
      await outside.done;
    },
  },
};
