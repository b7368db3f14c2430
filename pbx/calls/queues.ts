import { type NamedCall, type Stage } from './named-call.ts';
import { hear, nobody, toAnn, tried, unanswered, within } from './script.ts';

const pauseInQueue = (stage: Stage, paused: boolean) =>
  stage.ami.action('QueuePause', { Queue: 'support', Interface: 'PJSIP/101', Paused: String(paused), Reason: paused ? 'lunch' : '' });

/** From outside to a queue, some by way of questions. */
export const callsToQueues: Readonly<Record<string, NamedCall>> = {
  'in-queue-second-agent': {
    words: 'A customer calls support; Ann lets it ring for 4 s; a second later it rings at Bob, who answers after 0.9 s.',
    phones: { 101: nobody, 102: within(900) },
    expected: [
      {
        ...toAnn,
        dialled: '5550300',
        queue: 'support',
        answeredBy: '102',
        lastWith: '102',
        waitSeconds: 5.9,
        attempts: [tried('101', 'no answer'), tried('102', 'answered')],
        talkSeconds: { 102: 3.1 },
      },
    ],
    place: (stage) => hear(stage, { to: '5550300', staysMs: 9000 }),
  },
  'queue-declined-then-answered': {
    words: 'A customer calls support; Ann declines after 0.8 s; it rings at Bob at once, who answers after 0.6 s.',
    phones: { 101: { refuse: { code: 603, afterMs: 800 } }, 102: within(600) },
    expected: [
      {
        ...toAnn,
        dialled: '5550300',
        queue: 'support',
        answeredBy: '102',
        lastWith: '102',
        waitSeconds: 1.4,
        attempts: [tried('101', 'declined'), tried('102', 'answered')],
        talkSeconds: { 102: 4.6 },
      },
    ],
    place: (stage) => hear(stage, { to: '5550300', staysMs: 6000 }),
  },
  'in-queue-abandoned': {
    words: 'A customer calls support and hangs up after 2.5 s, while it rings at Ann.',
    phones: { 101: nobody, 102: nobody },
    expected: [
      {
        ...unanswered,
        dialled: '5550300',
        queue: 'support',
        outcome: 'abandoned',
        attempts: [tried('101', 'stopped')],
        waitSeconds: 2.5,
      },
    ],
    place: (stage) => hear(stage, { to: '5550300', staysMs: 2500 }),
  },
  'queue-abandoned-at-second-agent': {
    words: 'A customer calls support; Ann lets it ring for 4 s; the customer hangs up after 7 s, while it rings at Bob.',
    phones: { 101: nobody, 102: nobody },
    expected: [
      {
        ...unanswered,
        dialled: '5550300',
        queue: 'support',
        outcome: 'abandoned',
        attempts: [tried('101', 'no answer'), tried('102', 'stopped')],
        waitSeconds: 7,
      },
    ],
    place: (stage) => hear(stage, { to: '5550300', staysMs: 7000 }),
  },
  'queue-member-paused': {
    words: 'Ann is at lunch. A customer calls support; it rings at Bob at once, who answers after 0.6 s.',
    phones: { 101: nobody, 102: within(600) },
    expected: [
      {
        ...toAnn,
        dialled: '5550300',
        queue: 'support',
        answeredBy: '102',
        lastWith: '102',
        attempts: [tried('102', 'answered')],
        talkSeconds: { 102: 1.9 },
      },
    ],
    async place(stage) {
      await pauseInQueue(stage, true);
      await hear(stage, { to: '5550300' });
      await pauseInQueue(stage, false);
    },
  },
  'queue-time-out-voicemail': {
    words: 'A customer calls support; nobody answers for 12 s; the queue gives up, and the customer leaves a message.',
    phones: { 101: nobody, 102: nobody },
    expected: [
      {
        ...unanswered,
        dialled: '5550300',
        queue: 'support',
        outcome: 'voicemail',
        mailbox: '200@default',
        attempts: [tried('101', 'no answer'), tried('102', 'no answer'), tried('101', 'no answer')],
        waitSeconds: 12,
      },
    ],
    place: (stage) => hear(stage, { to: '5550300', staysMs: 30_000 }),
  },
  'queue-local-first': {
    words: 'A customer calls sales, whose members are Local channels; Ann answers after 0.8 s.',
    phones: { 101: within(800), 102: nobody },
    expected: [{ ...toAnn, dialled: '5550301', queue: 'sales', waitSeconds: 0.8, lastWith: '101', talkSeconds: { 101: 3.2 } }],
    place: (stage) => hear(stage, { to: '5550301', staysMs: 4000 }),
  },
  'queue-local-second': {
    words: 'A customer calls sales, whose members are Local channels; Ann lets it ring for 4 s; Bob answers after 0.8 s.',
    phones: { 101: nobody, 102: within(800) },
    expected: [
      {
        ...toAnn,
        dialled: '5550301',
        queue: 'sales',
        answeredBy: '102',
        lastWith: '102',
        waitSeconds: 5.8,
        attempts: [tried('101', 'no answer'), tried('102', 'answered')],
        talkSeconds: { 102: 3.2 },
      },
    ],
    place: (stage) => hear(stage, { to: '5550301', staysMs: 9000 }),
  },
  'queue-local-abandoned': {
    words: 'A customer calls sales, whose members are Local channels, and hangs up after 2.5 s, while it rings at Ann.',
    phones: { 101: nobody, 102: nobody },
    expected: [
      { ...unanswered, dialled: '5550301', queue: 'sales', outcome: 'abandoned', attempts: [tried('101', 'stopped')], waitSeconds: 2.5 },
    ],
    place: (stage) => hear(stage, { to: '5550301', staysMs: 2500 }),
  },
  'queue-all-ring': {
    words: 'A customer calls orders; all three phones ring; Bob answers after 1.5 s.',
    phones: { 101: nobody, 102: within(1500), 103: nobody },
    expected: [
      {
        ...toAnn,
        dialled: '5550302',
        queue: 'orders',
        answeredBy: '102',
        lastWith: '102',
        waitSeconds: 1.5,
        attempts: [tried('101', 'elsewhere'), tried('102', 'answered'), tried('103', 'elsewhere')],
        talkSeconds: { 102: 2.5 },
      },
    ],
    place: (stage) => hear(stage, { to: '5550302', staysMs: 4000 }),
  },
  'ivr-digits-agent': {
    words: 'A customer is asked for a case number and presses 4821#; support rings, and Ann answers after 0.9 s.',
    phones: { 101: within(900), 102: nobody },
    expected: [
      {
        ...toAnn,
        dialled: '5550500',
        queue: 'support',
        digits: '4821',
        waitSeconds: 0.9,
        lastWith: '101',
        talkSeconds: { 101: 2 },
      },
    ],
    // The last key is heard 1.6 s after sipp begins to press them, and its 4.5 s begin there too.
    place: (stage) => hear(stage, { to: '5550500', keys: { digits: '4821#', beforeMs: 2500 }, staysMs: 4500 }),
  },
  'ivr-timeout': {
    words: 'A customer is asked for a case number and presses nothing; support rings, and Ann answers after 0.9 s.',
    phones: { 101: within(900), 102: nobody },
    expected: [{ ...toAnn, dialled: '5550500', queue: 'support', waitSeconds: 0.9, lastWith: '101', talkSeconds: { 101: 4.5 } }],
    place: (stage) => hear(stage, { to: '5550500', staysMs: 12_000 }),
  },
};
