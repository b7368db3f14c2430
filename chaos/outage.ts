import { type Experiment, reckon, withInstallation } from './experiment.ts';
import { makeCalls } from './generator.ts';
import { pause, until } from './pause.ts';

/** The outage, by the clocks of the database and of the org, which are moved on minute by minute. */
const outageMinutes = 30;
const calls = 10_000;
/** Real time, at the pace of a typical org (100 ms a request and 15 ms a record). */
const limitMs = 120_000;

export const outage: Experiment = {
  name: 'outage',
  shows: `${outageMinutes} minutes without the org during ${calls} calls on the shifted clock: all written within two minutes of its return, in order`,
  run: ({ seed, say, long }) =>
    withInstallation({ latency: 'typical', requestLimitMs: 20_000 }, async (installation) => {
      const contacts = await installation.contacts();
      const count = long ? calls * 3 : calls;
      await installation.control('/faults', { kind: 'down' });
      for (let minute = 0; minute < outageMinutes; minute++) {
        say(`minute ${minute} of the outage`);
        const share = Math.ceil(count / outageMinutes);
        const atMs = Date.now() + installation.shiftMs - 900_000;
        const first = minute * share;
        await installation.send(
          makeCalls({
            seed: seed + minute,
            prefix: 'outage',
            first,
            count: Math.min(share, count - first),
            atMs,
            contacts,
            deliveries: 'batch',
          }),
          1_000_000,
        );
        await installation.advance(60_000);
      }
      await until('all calls are told', 60_000, async () => (await installation.pending()).untold === 0, 200);
      const waiting = (await installation.pending()).unsent;
      const triedInVain = installation.tap.counts.create + installation.tap.counts.change + installation.tap.counts.read;

      await installation.control('/faults', undefined, 'DELETE');
      const back = performance.now();
      await until(
        'everything is written',
        limitMs * 2,
        async () => {
          const { untold, unsent } = await installation.pending();
          say(`${unsent} still to write, ${Math.round((performance.now() - back) / 1000)} s after the org's return`);
          return untold + unsent === 0;
        },
        250,
      );
      const tookMs = installation.tap.lastTakenAtMs - back;
      const requests = installation.tap.counts.create + installation.tap.counts.change + installation.tap.counts.read - triedInVain;
      await pause(500);
      const { figures, complaints } = await reckon(installation);
      return {
        figures: `${count} calls, ${waiting} waiting when the org returned, written ${(tookMs / 1000).toFixed(0)} s later with ${requests} requests: ${figures}`,
        complaints: [
          ...complaints,
          ...(tookMs > limitMs && !long ? [`it took ${(tookMs / 1000).toFixed(0)} s; ${limitMs / 1000} s are promised`] : []),
        ],
      };
    }),
};
