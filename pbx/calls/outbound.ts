import { setTimeout as pause } from 'node:timers/promises';
import { type NamedCall, type Stage } from './named-call.ts';
import { byAnn, nobody, tried, within } from './script.ts';

/** From an agent, or from a click, to outside. */
export const outboundCalls: Readonly<Record<string, NamedCall>> = {
  'out-answered': {
    words: 'Ann calls a customer, who answers after 1.2 s; Ann hangs up 2.5 s later.',
    phones: { 101: nobody, 102: nobody },
    expected: [
      {
        ...byAnn,
        customer: '15557770001',
        dialled: '915557770001',
        outcome: 'answered',
        answeredBy: '101',
        lastWith: '101',
        attempts: [tried('outside', 'answered')],
        waitSeconds: 1.2,
        talkSeconds: { 101: 2.5 },
        recorded: true,
      },
    ],
    async place(stage) {
      const far = await stage.far({ does: 'answers', afterMs: 1200 });
      const agent = await stage.phone('101').call('915557770001');
      await agent.answered();
      await pause(2500);
      await agent.bye();
      await far.done;
    },
  },
  'out-customer-hangs-up': {
    words: 'Ann calls a customer, who answers after 0.8 s and hangs up 3 s later.',
    phones: { 101: nobody, 102: nobody },
    expected: [
      {
        ...byAnn,
        customer: '15557770004',
        dialled: '915557770004',
        outcome: 'answered',
        answeredBy: '101',
        lastWith: '101',
        attempts: [tried('outside', 'answered')],
        waitSeconds: 0.8,
        talkSeconds: { 101: 3 },
        recorded: true,
      },
    ],
    async place(stage) {
      const far = await stage.far({ does: 'answers', afterMs: 800, staysMs: 3000 });
      const agent = await stage.phone('101').call('915557770004');
      await agent.ended();
      await far.done;
    },
  },
  'out-busy': {
    words: 'Ann calls a customer who is busy.',
    phones: { 101: nobody, 102: nobody },
    expected: [
      {
        ...byAnn,
        customer: '15557770002',
        dialled: '915557770002',
        outcome: 'busy',
        attempts: [tried('outside', 'busy')],
        waitSeconds: 0.6,
      },
    ],
    async place(stage) {
      const far = await stage.far({ does: 'refuses', code: 486 });
      await (await stage.phone('101').call('915557770002')).ended();
      await far.done;
    },
  },
  'out-declined': {
    words: 'Ann calls a customer, who declines after 0.6 s.',
    phones: { 101: nobody, 102: nobody },
    expected: [
      {
        ...byAnn,
        customer: '15557770012',
        dialled: '915557770012',
        outcome: 'declined',
        attempts: [tried('outside', 'declined')],
        waitSeconds: 0.6,
      },
    ],
    async place(stage) {
      const far = await stage.far({ does: 'refuses', code: 603 });
      await (await stage.phone('101').call('915557770012')).ended();
      await far.done;
    },
  },
  'out-noanswer': {
    words: 'Ann calls a customer, who lets it ring; the PBX gives up after 12 s.',
    phones: { 101: nobody, 102: nobody },
    expected: [
      {
        ...byAnn,
        customer: '15557770003',
        dialled: '915557770003',
        outcome: 'no answer',
        attempts: [tried('outside', 'no answer')],
        waitSeconds: 12,
      },
    ],
    async place(stage) {
      const far = await stage.far({ does: 'rings on' });
      await (await stage.phone('101').call('915557770003')).ended();
      await far.done;
    },
  },
  'out-unknown-number': {
    words: 'Ann calls a number that does not exist.',
    phones: { 101: nobody, 102: nobody },
    expected: [
      {
        ...byAnn,
        customer: '15557770005',
        dialled: '915557770005',
        outcome: 'no such number',
        attempts: [tried('outside', 'no such number')],
        waitSeconds: 0,
      },
    ],
    async place(stage) {
      const far = await stage.far({ does: 'refuses', code: 404, afterMs: 50 });
      await (await stage.phone('101').call('915557770005')).ended();
      await far.done;
    },
  },
  'out-abandoned': {
    words: 'Ann calls a customer, who lets it ring; she gives up after 1.8 s.',
    phones: { 101: nobody, 102: nobody },
    expected: [
      {
        ...byAnn,
        customer: '15557770006',
        dialled: '915557770006',
        outcome: 'cancelled',
        attempts: [tried('outside', 'stopped')],
        waitSeconds: 1.8,
      },
    ],
    async place(stage) {
      const far = await stage.far({ does: 'rings on' });
      const agent = await stage.phone('101').call('915557770006');
      await pause(1800);
      agent.cancel();
      await agent.ended();
      await far.done;
    },
  },
  'out-click-to-dial': {
    words:
      "Ann clicks a number; her phone rings and she picks up after 0.8 s; the customer's rings and is answered after 0.9 s; Ann hangs up 2.6 s later.",
    phones: { 101: within(800), 102: nobody },
    expected: [
      {
        ...byAnn,
        customer: '15557770007',
        dialled: '915557770007',
        outcome: 'answered',
        answeredBy: '101',
        lastWith: '101',
        attempts: [tried('outside', 'answered')],
        waitSeconds: 1.7,
        talkSeconds: { 101: 2.6 },
        recorded: true,
      },
    ],
    async place(stage) {
      const far = await stage.far({ does: 'answers', afterMs: 900 });
      await click(stage, '915557770007', 1);
      const agent = await stage.phone('101').nextCall();
      await agent.answered();
      await pause(3500);
      await agent.bye();
      await far.done;
    },
  },
  'click-to-dial-agent-absent': {
    words: 'Ann clicks a number; her phone rings for 5 s and she does not pick up. The customer is never called.',
    phones: { 101: nobody, 102: nobody },
    expected: [
      {
        ...byAnn,
        customer: '915557770007', // no line was told what the 9 is for
        dialled: '915557770007',
        outcome: 'cancelled',
        attempts: [],
        waitSeconds: 5,
      },
    ],
    async place(stage) {
      await click(stage, '915557770007', 2);
      await (await stage.phone('101').nextCall()).ended();
    },
  },
  'click-to-dial-customer-busy': {
    words: 'Ann clicks a number and picks up her phone after 0.8 s; the customer is busy.',
    phones: { 101: within(800), 102: nobody },
    expected: [
      {
        ...byAnn,
        customer: '15557770007',
        dialled: '915557770007',
        outcome: 'busy',
        attempts: [tried('outside', 'busy')],
        waitSeconds: 1.4,
      },
    ],
    async place(stage) {
      const far = await stage.far({ does: 'refuses', code: 486 });
      await click(stage, '915557770007', 3);
      await (await stage.phone('101').nextCall()).ended();
      await far.done;
    },
  },
};

/** Has the PBX call Ann, and the customer once she picks up. */
async function click(stage: Stage, number: string, count: number): Promise<void> {
  await stage.ami.action('Originate', {
    Channel: 'PJSIP/101',
    Context: 'from-agents',
    Exten: number,
    Priority: '1',
    CallerID: `"Call Acme" <${number}>`,
    Timeout: '5000',
    Async: 'true',
    ChannelId: `${stage.lab.systemName}-click-${Date.now()}-${count}`,
    Variable: ['__CRM_DIR=outbound', '__CRM_CLICK=task-42'],
  });
}
