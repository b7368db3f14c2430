import { setTimeout as pause } from 'node:timers/promises';
import { type NamedCall, type Stage } from './calls/named-call.ts';
import { within } from './calls/script.ts';
import { type ExpectedTask } from './judge.ts';

/** One call of an outage: whose number it is and what must stand in Salesforce; undefined: nothing. */
export type OutageCall = {
  readonly number: string;
  readonly what: string;
  readonly expected: ExpectedTask | undefined;
  /** Somebody listened when it began. */
  readonly beginningHeard: boolean;
};

const answered = (at: string, seconds: number, owner: string): ExpectedTask => ({
  callType: 'Inbound',
  disposition: 'Answered',
  status: 'Completed',
  talkSeconds: seconds,
  owner,
  line: at,
  recording: true,
});
const open: ExpectedTask = { callType: 'Inbound', status: 'Not Started', talkSeconds: 0, owner: null };

/** The phones these calls need. */
export const outagePhones: NamedCall['phones'] = {
  101: within(3500),
  102: {},
  103: {},
  110: within(600),
  111: within(600),
  112: within(600),
  113: {},
  114: within(600),
  115: within(600),
  116: within(800),
  117: within(600),
  118: within(500),
  120: {},
  121: within(500),
  122: within(600),
  123: within(600),
};

/**
 * Calls that begin, end, queue and are transferred before, while and after something is away. `begin` takes it away 3 s after the first
 * call, `end` brings it back `awayMs` later (10 s at least). Resolves with what was placed once all of it is over.
 */
export async function callsAround(
  stage: Stage,
  { prefix, awayMs, begin, end }: { prefix: string; awayMs: number; begin(): Promise<unknown>; end(): Promise<unknown> },
): Promise<OutageCall[]> {
  const placed: OutageCall[] = [];
  const doing: Promise<unknown>[] = [];
  const away = awayMs / 1000;
  const started = performance.now();
  /** Until so many seconds after it went away. */
  const at = (seconds: number) => pause(Math.max(0, (3 + seconds) * 1000 - (performance.now() - started)));
  const numberOf = () => `${prefix}${String(placed.length + 1).padStart(2, '0')}`;
  const place = (what: string, seconds: number, expected: ExpectedTask | undefined, play: (number: string) => Promise<unknown>) => {
    const number = numberOf();
    placed.push({
      number,
      what,
      expected: expected && { customer: `+${number}`, ...expected },
      beginningHeard: seconds < 0 || seconds > away,
    });
    const played = at(seconds).then(() => play(number));
    played.catch(() => undefined); // awaited below
    doing.push(played.catch((error: unknown) => Promise.reject(new Error(`${what}: ${(error as Error).message}`))));
  };
  const calling = (to: string, staysMs: number) => async (number: string) => (await stage.caller({ to, number, staysMs })).done;

  place('over before', -3, answered('5550122', 1, '122'), calling('5550122', 1000));
  place('ends meanwhile', -3, answered('5550110', 7, '110'), calling('5550110', 7000));
  place('lasts through it', -3, answered('5550111', away + 7, '111'), calling('5550111', awayMs + 7000));
  place('answered meanwhile', 1, answered('5550112', 4, '112'), calling('5550112', 4000));
  place('missed meanwhile', 1, { ...open, disposition: 'Missed', line: '5550113' }, calling('5550113', 1000));
  place('begins meanwhile', away - 3, answered('5550114', 8, '114'), calling('5550114', 8000));
  place('waits in a queue when it begins', -2, { ...answered('5550300', 4.5, '101'), queue: 'support' }, calling('5550300', 8000));
  place(
    'given up in a queue meanwhile',
    2,
    { ...open, disposition: 'Missed (caller hung up)', line: '5550300', queue: 'support' },
    calling('5550300', 5000),
  );
  place('passed on meanwhile', -3, { ...answered('5550115', away + 5 - 0.8, '115'), transfers: ['115→116'] }, async (number) => {
    const outside = await stage.caller({ to: '5550115', number, staysMs: awayMs + 5000 });
    const agent = await stage.phone('115').nextCall();
    await agent.answered();
    await at(2);
    await agent.transfer('116');
    await outside.done;
  });
  place('asked before, connected meanwhile', -3, { ...answered('5550117', 11, '117'), transfers: ['117→118'] }, async (number) => {
    const outside = await stage.caller({ to: '5550117', number, staysMs: 11_000 });
    const agent = await stage.phone('117').nextCall();
    await agent.answered();
    await at(-1.5);
    await agent.hold();
    const consultation = await stage.phone('117').call('118');
    await consultation.answered();
    await at(2);
    await consultation.hold();
    await agent.transferTo(consultation);
    await outside.done;
  });
  place(
    'outbound meanwhile',
    3,
    { callType: 'Outbound', disposition: 'Answered', status: 'Completed', talkSeconds: 3, owner: '103', line: null, recording: true },
    async (number) => {
      const far = await stage.far({ does: 'answers', afterMs: 600 });
      const agent = await stage.phone('103').call(`9${number}`);
      await agent.answered();
      await pause(3000);
      await agent.bye();
      await far.done;
    },
  );
  place('between colleagues meanwhile', 2, undefined, async () => {
    const call = await stage.phone('120').call('121');
    await call.answered();
    await pause(2000);
    await call.bye();
  });

  await at(0);
  await begin();
  await at(away);
  await end();
  place('begins afterwards', away + 1, answered('5550123', 2, '123'), calling('5550123', 2000));
  await Promise.all(doing);
  return placed;
}
