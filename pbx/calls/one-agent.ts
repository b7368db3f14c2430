import { setTimeout as pause } from 'node:timers/promises';
import { type NamedCall } from './named-call.ts';
import { busy, hear, nobody, toAnn, tried, unanswered, within } from './script.ts';

/** From outside to one agent. */
export const callsToOneAgent: Readonly<Record<string, NamedCall>> = {
  'in-answered': {
    words: 'A customer calls Ann; she answers after 1.2 s; the customer hangs up 2.5 s later.',
    phones: { 101: within(1200), 102: nobody },
    expected: [{ ...toAnn, waitSeconds: 1.2, lastWith: '101', talkSeconds: { 101: 2.5 } }],
    place: (stage) => hear(stage, { to: '5550101' }),
  },
  recording: {
    words: 'A customer calls Ann and talks for 4 s; the recording lies in done/ right after the call.',
    phones: { 101: within(500), 102: nobody },
    expected: [{ ...toAnn, waitSeconds: 0.5, lastWith: '101', talkSeconds: { 101: 4 } }],
    place: (stage) => hear(stage, { to: '5550101', staysMs: 4000 }),
  },
  'in-missed': {
    words: 'A customer calls Ann; nobody answers for 6 s and the PBX gives up.',
    phones: { 101: nobody, 102: nobody },
    expected: [{ ...unanswered, dialled: '5550101', outcome: 'missed', attempts: [tried('101', 'no answer')], waitSeconds: 6 }],
    place: (stage) => hear(stage, { to: '5550101' }),
  },
  'in-abandoned': {
    words: 'A customer calls Ann and gives up after 2 s of ringing.',
    phones: { 101: nobody, 102: nobody },
    expected: [{ ...unanswered, dialled: '5550101', outcome: 'abandoned', attempts: [tried('101', 'stopped')], waitSeconds: 2 }],
    place: (stage) => hear(stage, { to: '5550101', givesUp: true, staysMs: 2000 }),
  },
  'agent-phone-busy': {
    words: 'A customer calls Ann, whose phone says at once that it is busy.',
    phones: { 101: busy, 102: nobody },
    expected: [{ ...unanswered, dialled: '5550101', outcome: 'missed', attempts: [tried('101', 'busy')], waitSeconds: 0 }],
    place: (stage) => hear(stage, { to: '5550101' }),
  },
  'agent-declines': {
    words: 'A customer calls Ann, who declines after 0.9 s.',
    phones: { 101: { refuse: { code: 603, afterMs: 900 } }, 102: nobody },
    expected: [{ ...unanswered, dialled: '5550101', outcome: 'missed', attempts: [tried('101', 'declined')], waitSeconds: 0.9 }],
    place: (stage) => hear(stage, { to: '5550101' }),
  },
  'agent-unregistered': {
    words: 'A customer calls Cid, whose phone is not plugged in.',
    phones: { 101: nobody, 102: nobody },
    expected: [{ ...unanswered, dialled: '5550103', outcome: 'missed', waitSeconds: 0 }],
    place: (stage) => hear(stage, { to: '5550103' }),
  },
  'do-not-disturb': {
    words: 'A customer calls Ann, who does not want to be disturbed: no phone rings.',
    phones: { 101: nobody, 102: nobody },
    expected: [{ ...unanswered, dialled: '5550101', outcome: 'missed', attempts: [tried('101', 'do not disturb')], waitSeconds: 0 }],
    prepare: ({ lab }) => lab.cli('database put DND 101 1'),
    place: (stage) => hear(stage, { to: '5550101' }),
    after: ({ lab }) => lab.cli('database del DND 101'),
  },
  'in-voicemail-agent': {
    words: 'A customer calls Bob, who has a mailbox; nobody answers for 6 s; the customer speaks a message and hangs up.',
    phones: { 101: nobody, 102: nobody },
    expected: [
      {
        ...unanswered,
        dialled: '5550202',
        outcome: 'voicemail',
        attempts: [tried('102', 'no answer')],
        waitSeconds: 24,
        mailbox: '102@default',
      },
    ],
    place: (stage) => hear(stage, { to: '5550202', staysMs: 18_000 }),
  },
  'in-after-hours': {
    words: 'A customer calls while the company is closed and hangs up during the announcement.',
    phones: { 101: nobody, 102: nobody },
    expected: [{ ...unanswered, dialled: '5550400', outcome: 'closed', waitSeconds: 4 }],
    prepare: ({ lab }) => lab.cli('database put lab hours closed'),
    place: (stage) => hear(stage, { to: '5550400', staysMs: 4000 }),
    after: ({ lab }) => lab.cli('database del lab hours'),
  },
  'in-after-hours-voicemail': {
    words: 'A customer calls while the company is closed and leaves a message.',
    phones: { 101: nobody, 102: nobody },
    expected: [{ ...unanswered, dialled: '5550400', outcome: 'voicemail', waitSeconds: 24, mailbox: '200@default' }],
    prepare: ({ lab }) => lab.cli('database put lab hours closed'),
    place: (stage) => hear(stage, { to: '5550400', staysMs: 24_000 }),
    after: ({ lab }) => lab.cli('database del lab hours'),
  },
  'caller-withheld': {
    words: 'A customer who withholds the number calls Ann; the carrier says nothing about it.',
    phones: { 101: within(600), 102: nobody },
    expected: [{ ...toAnn, customer: 'withheld', lastWith: '101', talkSeconds: { 101: 2.5 } }],
    place: (stage) => hear(stage, { to: '5550101', withheld: 'number' }),
  },
  'caller-withheld-asserted': {
    words: 'A customer who withholds the number calls Ann; the carrier tells it in P-Asserted-Identity and asks for privacy.',
    phones: { 101: within(600), 102: nobody },
    expected: [{ ...toAnn, customer: 'withheld', lastWith: '101', talkSeconds: { 101: 2.5 } }],
    place: (stage) => hear(stage, { to: '5550101', withheld: 'asserted' }),
  },
  'two-phones-of-one-agent': {
    words: 'A customer calls Ann; her desk phone and her second phone ring; she answers the second after 0.9 s.',
    phones: { 101: nobody, '101w': within(900), 102: nobody },
    expected: [
      {
        ...toAnn,
        answeredBy: '101w',
        lastWith: '101w',
        waitSeconds: 0.9,
        attempts: [tried('101', 'elsewhere'), tried('101w', 'answered')],
        talkSeconds: { '101w': 2.5 },
      },
    ],
    place: (stage) => hear(stage, { to: '5550101' }),
  },
  'phone-forwards-to-colleague': {
    words: "A customer calls Ann, whose phone sends calls on to Bob's (302); he answers after 0.8 s.",
    phones: { 101: { refuse: { code: 302, forwardTo: '102' } }, 102: within(800) },
    expected: [
      {
        ...toAnn,
        answeredBy: '102',
        lastWith: '102',
        waitSeconds: 0.8,
        attempts: [tried('101', 'forwarded'), tried('102', 'answered')],
        talkSeconds: { 102: 2.5 },
      },
    ],
    place: (stage) => hear(stage, { to: '5550101' }),
  },
  'phone-forwards-outside': {
    words: 'A customer calls Ann, whose phone sends calls on to her mobile outside (302); it is answered after 0.8 s.',
    phones: { 101: { refuse: { code: 302, forwardTo: '915557770008' } }, 102: nobody },
    expected: [
      {
        ...toAnn,
        answeredBy: 'outside',
        lastWith: 'outside',
        waitSeconds: 0.8,
        attempts: [tried('101', 'forwarded'), tried('outside', 'answered')],
        talkSeconds: { outside: 2.5 },
      },
    ],
    async place(stage) {
      const far = await stage.far({ does: 'answers', afterMs: 800 });
      await hear(stage, { to: '5550101' });
      await far.done;
    },
  },
  'pickup-directed': {
    words: 'A customer calls Ann; after 1.5 s Cid takes the call that rings at her phone (**101); the customer hangs up 2.5 s later.',
    phones: { 101: nobody, 102: nobody, 103: nobody },
    expected: [
      {
        ...toAnn,
        answeredBy: '103',
        lastWith: '103',
        waitSeconds: 1.5,
        attempts: [tried('101', 'elsewhere'), tried('103', 'answered')],
        talkSeconds: { 103: 2.5 },
      },
    ],
    async place(stage) {
      const outside = await stage.caller({ to: '5550101' });
      await stage.phone('101').nextCall();
      await pause(1500);
      await (await stage.phone('103').call('**101')).answered();
      await outside.done;
    },
  },
  'pickup-group': {
    words: 'A customer calls Ann; after 1.5 s Cid takes whatever rings (*8); the customer hangs up 2.5 s later.',
    phones: { 101: nobody, 102: nobody, 103: nobody },
    expected: [
      {
        ...toAnn,
        answeredBy: '103',
        lastWith: '103',
        waitSeconds: 1.5,
        attempts: [tried('101', 'elsewhere'), tried('103', 'answered')],
        talkSeconds: { 103: 2.5 },
      },
    ],
    async place(stage) {
      const outside = await stage.caller({ to: '5550101' });
      await stage.phone('101').nextCall();
      await pause(1500);
      await (await stage.phone('103').call('*8')).answered();
      await outside.done;
    },
  },
};
