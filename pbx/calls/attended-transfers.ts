import { setTimeout as pause } from 'node:timers/promises';
import { type NamedCall } from './named-call.ts';
import { byAnn, connected, nobody, toAnn, tried, within } from './script.ts';

/** The phone asks somebody first, then transfers (REFER with Replaces), or doesn't. */
export const attendedTransfers: Readonly<Record<string, NamedCall>> = {
  'attended-transfer': {
    words: 'Ann answers, talks 0.8 s, holds, asks Bob (rings 0.8 s, talk 1.2 s) and connects the two.',
    phones: { 101: within(600), 102: within(800) },
    expected: [
      {
        ...toAnn,
        lastWith: '102',
        attempts: [tried('101', 'answered')],
        transfers: [{ from: '101', to: '102', how: 'attended' }],
        talkSeconds: { 101: 2.8, 102: 7.2 },
        holdSeconds: { 101: 2 },
      },
    ],
    async place(stage) {
      const { outside, agent } = await connected(stage, { to: '5550101', staysMs: 10_000 });
      await pause(800);
      await agent.hold();
      const consultation = await stage.phone('101').call('102');
      await consultation.answered();
      await pause(1200);
      await consultation.hold();
      await agent.transferTo(consultation);
      await outside.done;
    },
  },
  'attended-transfer-outside': {
    words: 'Ann answers, talks 0.8 s, holds, asks somebody outside (rings 0.8 s, talk 1.2 s) and connects the two.',
    phones: { 101: within(600), 102: nobody },
    expected: [
      {
        ...toAnn,
        lastWith: 'outside',
        attempts: [tried('101', 'answered')],
        transfers: [{ from: '101', to: '15557770010', how: 'attended' }], // as the line was told
        talkSeconds: { 101: 2.8, outside: 5.2 },
        holdSeconds: { 101: 2 },
      },
    ],
    async place(stage) {
      const far = await stage.far({ does: 'answers', afterMs: 800 });
      const { outside, agent } = await connected(stage, { to: '5550101', staysMs: 8000 });
      await pause(800);
      await agent.hold();
      const consultation = await stage.phone('101').call('915557770010');
      await consultation.answered();
      await pause(1200);
      await consultation.hold();
      await agent.transferTo(consultation);
      await Promise.all([outside.done, far.done]);
    },
  },
  'attended-transfer-outbound': {
    words:
      'Ann calls a customer (rings 0.8 s), talks 1 s, holds, asks Bob (rings 0.8 s, talk 1 s) and connects the two; 3 s later Bob hangs up.',
    phones: { 101: nobody, 102: within(800) },
    expected: [
      {
        ...byAnn,
        customer: '15557770011',
        dialled: '915557770011',
        outcome: 'answered',
        answeredBy: '101',
        lastWith: '102',
        attempts: [tried('outside', 'answered')],
        transfers: [{ from: '101', to: '102', how: 'attended' }],
        waitSeconds: 0.8,
        talkSeconds: { 101: 2.8, 102: 3 },
        holdSeconds: { 101: 1.8 },
        recorded: true,
      },
    ],
    async place(stage) {
      const far = await stage.far({ does: 'answers', afterMs: 800 });
      const agent = await stage.phone('101').call('915557770011');
      await agent.answered();
      await pause(1000);
      await agent.hold();
      const consultation = await stage.phone('101').call('102');
      const colleague = await stage.phone('102').nextCall();
      await consultation.answered();
      await pause(1000);
      await consultation.hold();
      await agent.transferTo(consultation);
      await pause(3000);
      await colleague.bye();
      await far.done;
    },
  },
  'consultation-given-up': {
    words: 'Ann answers, talks 1 s, holds, calls Bob, gives up after 1.5 s of ringing, takes the customer back for 1 s and hangs up.',
    phones: { 101: within(600), 102: nobody },
    expected: [
      {
        ...toAnn,
        lastWith: '101',
        attempts: [tried('101', 'answered')],
        talkSeconds: { 101: 3.5 },
        holdSeconds: { 101: 1.5 },
      },
    ],
    async place(stage) {
      const { outside, agent } = await connected(stage, { to: '5550101', staysMs: 10_000 });
      await pause(1000);
      await agent.hold();
      const consultation = await stage.phone('101').call('102');
      await pause(1500);
      consultation.cancel();
      await consultation.ended();
      await agent.unhold();
      await pause(1000);
      await agent.bye();
      await outside.done;
    },
  },
  'consultation-only': {
    words: 'Ann answers, talks 1 s, holds, asks Bob (rings 0.7 s, talk 1.3 s), takes the customer back for 1 s and hangs up.',
    phones: { 101: within(600), 102: within(700) },
    expected: [
      {
        ...toAnn,
        lastWith: '101',
        attempts: [tried('101', 'answered')],
        talkSeconds: { 101: 4 },
        holdSeconds: { 101: 2 },
      },
    ],
    async place(stage) {
      const { outside, agent } = await connected(stage, { to: '5550101', staysMs: 10_000 });
      await pause(1000);
      await agent.hold();
      const consultation = await stage.phone('101').call('102');
      await consultation.answered();
      await pause(1300);
      await consultation.bye();
      await agent.unhold();
      await pause(1000);
      await agent.bye();
      await outside.done;
    },
  },
};
