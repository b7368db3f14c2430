import { type Experiment, withTwoNodes } from './experiment.ts';
import { dice, type Said } from './generator.ts';
import type { Installation } from './installation.ts';
import { judgeStranger } from './judge.ts';
import { pause, until } from './pause.ts';
import { sayAnswers } from './sender.ts';

const calls = 100;
const tellings = 3;
/** The deliveries of all calls are spread over so long, in any order. */
const spreadMs = 3_000;
/** A missed call of this source is settled so long after the last that was heard of it (D3). */
const settleMs = 15_000;
/** Every third call comes in on a line whose rule wants a contact. */
const policy = { language: 'en', stranger: { missed: 'lead' }, lines: { support: { stranger: { missed: 'contact' } } } };
/** What is written; the book is read by other requests. */
const writes = '/services/data/v67.0/composite/sobjects';
/** The org does as it is told, and of every second answer nothing comes back. */
const lostAnswers = { kind: 'lost-answer', everyNth: 2, match: { pathPrefix: writes } };
/**
 * What makes the person, if it goes by itself, is still under way when its sender has been killed, and lands when another has looked and
 * found nobody. Nothing else is inserted: tasks are upserted by their name.
 */
const lateCreation = {
  kind: 'late-apply',
  hang: true,
  delayMs: 3_000,
  times: 1,
  match: { method: 'POST', pathPrefix: writes },
};

export const strangers: Experiment = {
  name: 'strangers',
  shows: `${calls} calls at once from one number nobody has, two nodes killed, answers lost: one person (P1)`,
  run: ({ seed, say, long }) =>
    withTwoNodes(async (installation) => {
      const roll = dice(seed);
      await installation.savePolicy(policy);
      await until('the book is filled', 30_000, async () => {
        const [book] = await installation.query<{ filled: boolean | null }>(
          'select bool_and(filled_at is not null) as filled from book_kinds',
        );
        return book?.filled;
      });
      await installation.control('/latency', { baseMs: 60, perRecordMs: 5 });
      await installation.control('/faults', lateCreation);
      await installation.control('/faults', lostAnswers);

      const number = `+48509${String(100_000 + (seed % 900_000))}`;
      const ids = Array.from({ length: calls }, (_, n) => `stranger-${n}`);
      const atMs = Date.now() - 900_000;
      const told = ids.flatMap((id, n) => missedCall(id, number, n % 3 === 0 ? 'support' : 'sales', atMs));
      const deliveries = Array.from({ length: tellings }, () => told.map((said) => ({ ...said, afterMs: roll() * spreadMs }))).flat();
      const sending = installation.sender.send([{ deliveries }], Infinity);
      sending.catch(() => undefined); // awaited below

      const kills = long ? 80 : 8;
      let inStart = 0;
      for (let kill = 0; kill < kills; kill++) {
        say(`${kill} of ${kills} kills`);
        let victims = roll() < 0.3 ? installation.nodes : [installation.nodes[Math.floor(roll() * 2)]!];
        if (kill === 2) {
          // All calls want their person at once: the clock is moved on, and a node that starts knows what it says.
          await sending;
          await until('the tasks are there', 20_000, () => isDone(installation), 100);
          await installation.advance(settleMs);
          victims = installation.nodes;
        }
        if (kill === 3) {
          const sent = "select 1 from writes where role = 'person' and state <> 'due'";
          await until('somebody is being made', 20_000, async () => (await installation.query(sent)).length > 0);
          const [lane] = await installation.query<{ holder: string }>('select holder from lanes');
          victims = installation.nodes.filter(({ name }) => name === lane?.holder);
        }
        await pause(roll() * 900);
        const killAll = () => Promise.all(victims.map((node) => installation.killServer(node)));
        const startAll = () => Promise.all(victims.map((node) => installation.startServer(node)));
        await killAll();
        const starting = startAll();
        // What was left undone is done at a start, so a start is cut off as well.
        if (kill > 3 && roll() < 0.4 && kill + 1 < kills) {
          await pause(500 + roll() * 2_000);
          await killAll();
          await starting;
          await startAll();
          kill++;
          inStart++;
        } else await starting;
      }
      const [late, lost] = (await installation.control<{ hit: number }[]>('/faults')).map(({ hit }) => hit);
      await installation.control('/faults', undefined, 'DELETE');
      await until('every call is settled', settleMs * 2, async () => (await unsettled(installation)) === 0, 100);
      await installation.drain();
      await until('the calls hear of their person', 10_000, async () => (await untold(installation)) === 0, 100);
      await installation.drain();

      const people = (await Promise.all(['Lead', 'Contact', 'Account'].map((object) => installation.exported(object)))).flat();
      const judged = judgeStranger(number, ids, people, await installation.exported('Task'));
      const unexplained = await installation.unexplained();
      return {
        figures: `${kills} kills, ${inStart} of them during a start, ${lost} answers lost, ${late} creation late (${sayAnswers(installation.sender.sent)}): ${judged.figures}, ${await installation.duplicates()} × DUPLICATE_VALUE`,
        complaints: [
          ...judged.complaints,
          ...(lost === 0 ? ['no answer was lost, so nothing was shown'] : []),
          ...(unexplained > 0 ? [`${unexplained} calls without an explanation (D5)`] : []),
          ...installation.tap.disorder().slice(0, 5),
        ],
      };
    }),
};

/** Nothing of the tasks is under way, so that what makes the person goes by itself. */
async function isDone(installation: Installation): Promise<boolean> {
  const { untold, unsent, unverified } = await installation.pending();
  return untold + unsent + unverified === 0;
}
/** Calls that are still to be told again. */
const unsettled = async (installation: Installation): Promise<number> =>
  (await installation.query<{ n: number }>('select count(*)::int as n from calls where due is not null'))[0]!.n;
/** Records made for a number of which the calls that want them have not been told. */
const untold = async (installation: Installation): Promise<number> =>
  (await installation.query<{ n: number }>('select count(*)::int as n from persons where not told'))[0]!.n;

/** It rang, and nobody took it. */
function missedCall(call: string, number: string, line: string, atMs: number): Omit<Said, 'afterMs'>[] {
  const agent = { id: '101', name: 'Anna Nowak', email: 'anna.nowak@acme.example' };
  const facts = [
    ['started', 0, { direction: 'inbound', customer: { number }, line: { id: line, name: line } }],
    ['ringing', 1_000, { endpoint: { asDialled: agent.id, agent } }],
    ['ended', 20_000, { cause: 'no answer' }],
  ] as const;
  return facts.map(([type, afterMs, data]) => ({
    deliveryId: `${call}/${type}`,
    body: JSON.stringify({
      version: 1,
      type: `call.${type}`,
      call,
      id: `${call}.${type}`,
      at: new Date(atMs + afterMs).toISOString(),
      data,
    }),
  }));
}
