import { setTimeout as pause } from 'node:timers/promises';
import { withInstallation } from '../chaos/experiment.ts';
import type { Task } from '../chaos/judge.ts';
import { calls } from './calls.ts';
import { type NamedCall } from './calls/named-call.ts';
import { connectLab, ownersOf } from './connected.ts';
import { complaintsOf, judge, sayVerdict, taskOf, together } from './judge.ts';
import { type Lab } from './lab.ts';
import { openLabs } from './labs.ts';
import { type Part } from './part.ts';
import { playCall } from './stage.ts';

/** As many PBXs as play side by side; two cores carry them. */
const lanes = ['lane1', 'lane2', 'lane3', 'lane4', 'lane5', 'lane6'];
type Played = { readonly name: string; readonly call: NamedCall; readonly lab: Lab; readonly from: number; readonly to: number };

/** Every named call from sipp to the Task. */
export const wholeCalls: Part = {
  name: 'calls',
  shows: 'every kind of call, from the phones through Asterisk to the Task',
  async run({ suite, say, only, ending }) {
    const labs = await openLabs(suite, lanes, say);
    for (const lab of labs) ending(() => lab.stop());
    const waiting = Object.entries(calls)
      .filter(([name]) => only === undefined || only.includes(name))
      .toSorted(([, a], [, b]) => lengthOf(b) - lengthOf(a));
    const notPlayed: string[] = [];
    const played: Played[] = [];
    const outcome = await withInstallation({}, async (installation) => {
      for (const lab of labs) await connectLab(installation, lab);
      const play = async (lab: Lab) => {
        for (let next = waiting.shift(); next; next = waiting.shift()) {
          const [name, call] = next;
          say(`${name}, ${waiting.length} wait`);
          try {
            await playCall(lab, call, async (_stage, place) => {
              const from = Date.now();
              await place();
              const to = Date.now();
              played.push({ name, call, lab, from, to });
              await pause(1_010 - (to % 1_000)); // the next begins in another second
            });
          } catch (error) {
            notPlayed.push(`${name} was not played: ${(error as Error).message}`);
          }
        }
      };
      await Promise.all(labs.map(play));
      await installation.drain();
      const [tasks, owners] = await Promise.all([installation.exported('Task'), ownersOf(installation)]);
      const left = new Set(tasks);
      const verdicts = played.map((one) => {
        const its = tasks.filter((task) => beganIn(one, task));
        for (const task of its) left.delete(task);
        return judge({ name: one.name, expected: one.call.expected.flatMap((call) => taskOf(call) ?? []), tasks: its }, owners);
      });
      const verdict = together(verdicts);
      const unexplained = await installation.unexplained();
      const wrongCalls = verdicts.filter((each) => complaintsOf(each).length > 0).length;
      count.failed = wrongCalls + notPlayed.length;
      count.passed = played.length - wrongCalls;
      const told = played.reduce((sum, { call }) => sum + call.expected.length, 0);
      return {
        figures: `${told} calls placed (${played.length} kinds), ${sayVerdict(verdict)}, ${unexplained} unexplained`,
        complaints: [
          ...notPlayed,
          ...complaintsOf(verdict),
          ...[...left].map((task) => `stray: ${task['Cordboard_Call__c']} (${task['Subject']})`),
          ...(unexplained > 0 ? [`${unexplained} calls without an explanation (D5)`] : []),
        ],
      };
    });
    return { ...outcome, ...count };
  },
};
const count = { passed: 0, failed: 0 };

/** Where and when a call began is in the id that Asterisk gave it. */
function beganIn({ lab, from, to }: Played, task: Task): boolean {
  const [, system, time] = /^(.+?)-(?:click-)?(\d+)/.exec(String(task['Cordboard_Call__c'])) ?? [];
  const seconds = Number(time?.slice(0, 10));
  return system === lab.systemName && seconds >= Math.floor(from / 1000) && seconds <= Math.floor(to / 1000);
}
/** Seconds, roughly. */
const lengthOf = ({ expected }: NamedCall) =>
  Math.max(...expected.map(({ waitSeconds, talkSeconds }) => waitSeconds + Object.values(talkSeconds).reduce((sum, one) => sum + one, 0)));
