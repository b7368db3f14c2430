import { setTimeout as pause } from 'node:timers/promises';
import { type NamedCall } from './named-call.ts';
import { connected, nobody, toAnn, tried, within } from './script.ts';

/** Blind transfers by the phone (REFER), and one by a program. */
export const blindTransfers: Readonly<Record<string, NamedCall>> = {
  'blind-transfer': {
    words: 'Ann answers, talks 1.2 s and transfers blindly to Bob, who answers after 0.9 s.',
    phones: { 101: within(600), 102: within(900) },
    expected: [
      {
        ...toAnn,
        lastWith: '102',
        attempts: [tried('101', 'answered'), tried('102', 'answered')],
        transfers: [{ from: '101', to: '102', how: 'blind' }],
        talkSeconds: { 101: 1.2, 102: 4.9 },
      },
    ],
    async place(stage) {
      const { outside, agent } = await connected(stage, { to: '5550101', staysMs: 7000 });
      await pause(1200);
      await agent.transfer('102');
      await outside.done;
    },
  },
  'blind-transfer-unanswered': {
    words: 'Ann answers, talks 1.2 s and transfers blindly to Bob, who lets it ring; the PBX gives up after 6 s.',
    phones: { 101: within(600), 102: nobody },
    expected: [
      {
        ...toAnn,
        lastWith: '101',
        attempts: [tried('101', 'answered'), tried('102', 'no answer')],
        transfers: [{ from: '101', to: '102', how: 'blind' }],
        talkSeconds: { 101: 1.2 },
      },
    ],
    async place(stage) {
      const { outside, agent } = await connected(stage, { to: '5550101', staysMs: 15_000 });
      await pause(1200);
      await agent.transfer('102');
      await outside.done;
    },
  },
  'blind-transfer-chain': {
    words: 'Ann answers and transfers blindly to Bob, who answers and transfers blindly to Cid, who talks to the end.',
    phones: { 101: within(600), 102: within(700), 103: within(800) },
    expected: [
      {
        ...toAnn,
        lastWith: '103',
        attempts: [tried('101', 'answered'), tried('102', 'answered'), tried('103', 'answered')],
        transfers: [
          { from: '101', to: '102', how: 'blind' },
          { from: '102', to: '103', how: 'blind' },
        ],
        talkSeconds: { 101: 1, 102: 1.5, 103: 4 },
      },
    ],
    async place(stage) {
      const { outside, agent } = await connected(stage, { to: '5550101', staysMs: 8000 });
      await pause(1000);
      await agent.transfer('102');
      const second = await stage.phone('102').nextCall();
      await second.answered();
      await pause(1500);
      await second.transfer('103');
      await outside.done;
    },
  },
  'blind-transfer-to-queue': {
    words: 'Cid answers, talks 1.2 s and transfers blindly to support, where Ann answers after 0.8 s.',
    phones: { 101: within(800), 102: nobody, 103: within(600) },
    expected: [
      {
        ...toAnn,
        dialled: '5550103',
        queue: 'support',
        answeredBy: '103',
        lastWith: '101',
        attempts: [tried('103', 'answered'), tried('101', 'answered')],
        transfers: [{ from: '103', to: '300', how: 'blind' }],
        talkSeconds: { 103: 1.2, 101: 5 },
      },
    ],
    async place(stage) {
      const { outside, agent } = await connected(stage, { to: '5550103', staysMs: 7000 }, '103');
      await pause(1200);
      await agent.transfer('300');
      await outside.done;
    },
  },
  'blind-transfer-to-voicemail': {
    words: "Ann answers, talks 1.2 s and transfers blindly to Bob's mailbox; the customer leaves a message.",
    phones: { 101: within(600), 102: nobody },
    expected: [
      {
        ...toAnn,
        lastWith: '101',
        transfers: [{ from: '101', to: '*102', how: 'blind' }],
        talkSeconds: { 101: 1.2 },
        mailbox: '102@default',
      },
    ],
    async place(stage) {
      const { outside, agent } = await connected(stage, { to: '5550101', staysMs: 18_000 });
      await pause(1200);
      await agent.transfer('*102');
      await outside.done;
    },
  },
  'blind-transfer-to-outside': {
    words: 'Ann answers, talks 1.2 s and transfers blindly to somebody outside, who answers after 0.8 s.',
    phones: { 101: within(600), 102: nobody },
    expected: [
      {
        ...toAnn,
        lastWith: 'outside',
        attempts: [tried('101', 'answered'), tried('outside', 'answered')],
        transfers: [{ from: '101', to: '915557770009', how: 'blind' }],
        talkSeconds: { 101: 1.2, outside: 5 },
      },
    ],
    async place(stage) {
      const far = await stage.far({ does: 'answers', afterMs: 800 });
      const { outside, agent } = await connected(stage, { to: '5550101', staysMs: 7000 });
      await pause(1200);
      await agent.transfer('915557770009');
      await Promise.all([outside.done, far.done]);
    },
  },
  'redirected-by-server': {
    words: 'Ann answers, talks 1.2 s; a program moves the customer to Bob (AMI Redirect), who answers after 0.8 s.',
    phones: { 101: within(600), 102: within(800) },
    expected: [
      {
        ...toAnn,
        lastWith: '102',
        attempts: [tried('101', 'answered'), tried('102', 'answered')],
        transfers: [],
        talkSeconds: { 101: 1.2, 102: 5 },
      },
    ],
    async place(stage) {
      let trunk = '';
      stage.ami.onEvent((event) => {
        if (event['Event'] === 'Newchannel' && String(event['Channel']).startsWith('PJSIP/trunk-')) trunk = String(event['Channel']);
      });
      const { outside } = await connected(stage, { to: '5550101', staysMs: 7000 });
      await pause(1200);
      await stage.ami.action('Redirect', { Channel: trunk, Context: 'from-agents', Exten: '102', Priority: '1' });
      await outside.done;
    },
  },
};
