import { type Experiment, reckon, withInstallation } from './experiment.ts';
import { dice, makeCalls } from './generator.ts';
import type { Installation } from './installation.ts';
import { killVictim, type Victim } from './kill-points.ts';
import { pause } from './pause.ts';
import { sayAnswers } from './sender.ts';

const callsPerSecond = 12;
const victims: readonly Victim[] = ['server', 'postgres', 'both'];

export const killAtRandom: Experiment = {
  name: 'random',
  shows: 'SIGKILL 50 times at random under load, of the server, of PostgreSQL and of both',
  run: ({ seed, say, long }) =>
    withInstallation({ latency: 'none' }, async (installation) => {
      const kills = long ? 500 : 50;
      const roll = dice(seed);
      const contacts = await installation.contacts();
      await installation.control('/latency', { baseMs: 40, perRecordMs: 2 });
      // Calls begin whether or not those before them got through; only a company whose every line is busy makes no more.
      const stop = new AbortController();
      const sending: Promise<void>[] = [];
      const load = (async () => {
        for (let first = 0; !stop.signal.aborted; first += callsPerSecond) {
          const atMs = Date.now() + installation.shiftMs - 900_000;
          const stories = makeCalls({ seed: seed + first, prefix: 'load', first, count: callsPerSecond, atMs, contacts, spreadMs: 3_000 });
          const sent = installation.send(stories, callsPerSecond);
          sent.catch(() => stop.abort()); // awaited below
          sending.push(sent);
          do await pause(1_000, stop.signal);
          while (installation.sender.waiting > 100 && !stop.signal.aborted);
        }
      })();
      try {
        let inStart = 0;
        let ended = 0;
        for (let kill = 0; kill < kills && !stop.signal.aborted; kill++) {
          if (kill % 10 === 0) say(`${kill} of ${kills} kills`);
          const victim = victims[Math.floor(roll() * victims.length)]!;
          await pause(100 + roll() * 900);
          await killVictim(installation, victim);
          if (victim !== 'postgres' && roll() < 0.3 && kill + 1 < kills) {
            // A start is a moment like any other.
            const next = victims[Math.floor(roll() * victims.length)]!;
            const starting = installation.startServer().catch(() => void ended++);
            await pause(roll() * 1_000);
            await killVictim(installation, next);
            await starting;
            kill++;
            inStart++;
          }
          await supervise(installation);
          // What lingers is due now and then, so that changes are met by kills as well as first writes.
          if (kill % 10 === 9) await installation.advance(31_000);
        }
        stop.abort();
        await load;
        await Promise.all(sending);
        const { figures, complaints } = await reckon(installation);
        return {
          figures: `${kills} kills, ${inStart} of them during a start (${ended} starts gave up), ${installation.sender.sent.acknowledged} deliveries (${sayAnswers(installation.sender.sent)}): ${figures}`,
          complaints,
        };
      } finally {
        stop.abort();
      }
    }),
};

/** What keeps a service running does no more: starts it when it isn't there. PostgreSQL alone comes back by itself. */
async function supervise(installation: Installation): Promise<void> {
  if (!installation.isRunning()) await installation.startServer();
  await installation.query('select 1');
}
