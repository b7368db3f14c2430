import { type Experiment, reckon, withTwoNodes } from './experiment.ts';
import { makeCalls } from './generator.ts';
import { pause, until } from './pause.ts';
import { sayAnswers } from './sender.ts';

export const twoNodes: Experiment = {
  name: 'nodes',
  shows: 'two nodes on one PostgreSQL: the one that writes is killed, and the other goes on',
  run: ({ seed, say, long }) =>
    withTwoNodes(async (installation) => {
      await installation.control('/latency', { baseMs: 100, perRecordMs: 5 });
      const contacts = await installation.contacts();
      const rounds = long ? 40 : 5;
      const stories = makeCalls({ seed, prefix: 'nodes', count: rounds * 60, atMs: Date.now() - 900_000, contacts, spreadMs: 2_000 });
      const sending = installation.send(stories, 20);
      sending.catch(() => undefined); // awaited below
      const holder = async () => (await installation.query<{ holder: string; epoch: string }>('select holder, epoch from lanes'))[0]!;
      const takeOverMs: number[] = [];
      for (let round = 0; round < rounds; round++) {
        say(`round ${round} of ${rounds}`);
        await pause(800);
        const { holder: name, epoch } = await holder();
        const node = installation.nodes.find((one) => one.name === name)!;
        const begun = performance.now();
        // In turn a node dies, and a node only loses its lock without noticing it: its session is ended (E7).
        if (round % 3 === 2)
          await installation.query('select pg_terminate_backend(pid) from pg_locks where locktype = $1 and classid = 4200002', [
            'advisory',
          ]);
        else await installation.killServer(node);
        await until('somebody takes the lane', 30_000, async () => (await holder()).epoch !== epoch);
        takeOverMs.push(performance.now() - begun);
        if (!installation.isRunning(node)) await installation.startServer(node);
      }
      await sending;
      const { figures, complaints } = await reckon(installation);
      return {
        figures: `${rounds} times, taken over within ${(Math.max(...takeOverMs) / 1000).toFixed(1)} s (${sayAnswers(installation.sender.sent)}): ${figures}`,
        complaints,
      };
    }),
};
