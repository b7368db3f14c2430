import { until } from '../chaos/pause.ts';
import type { BareDoorOrder } from './bare-door.ts';
import { eventsPerCall } from './calls.ts';
import { type FloorOrder, floorTables, type Stored } from './floor.ts';
import type { KnockOrder, Knocked } from './knocker.ts';
import { cpuSeconds, cpuSecondsOfTree } from './machine.ts';
import { quantile, say, sum } from './numbers.ts';
import { begun, ordered } from './ordered.ts';
import { type Ask, atMost, type Found, type Part, table } from './part.ts';
import { ended, Product } from './product.ts';

const steadyPerSecond = 500;
/** Like `groupCommit`'s own: the floor is what the same commits cost without a door. */
const commits = { rowsPerCommit: 100, commitsInFlight: 2 };
const rounds = 4;
const roundSeconds = 5;
/** More than a round can take; made and signed before the round begins. */
const mostARound = 60_000;
/** So many senders wait for an answer at once: as many as two full commits hold. */
const atOnce = commits.rowsPerCommit * commits.commitsInFlight;

type Manner = { readonly atOnce: number } | { readonly perSecond: number };

async function run({ seconds, profileTo, say: tell }: Ask): Promise<Found> {
  const product = await Product.open({ latency: 'none', profileTo });
  const bareDoor = begun('bare-door.ts');
  try {
    const { hook, secret } = await product.hook();
    let first = 0;
    const knock = async (order: { readonly seconds: number; readonly deliveries: number } & Manner, at = hook) => {
      const knocked = await ordered<Knocked>('knocker.ts', { hook: at, secret, first, ...order } satisfies KnockOrder, 120_000);
      first += Math.ceil(order.deliveries / eventsPerCall);
      return knocked;
    };
    const quiet = () => until('the line has caught up', 180_000, async () => sum(Object.values(await product.waiting())) === 0, 500);

    // Warm: code is compiled, connections are open, plans are made.
    await knock({ perSecond: steadyPerSecond, seconds: 5, deliveries: 5 * steadyPerSecond });
    await quiet();
    const steadySeconds = Math.min(30, seconds);
    const steady = await knock({ perSecond: steadyPerSecond, seconds: steadySeconds + 5, deliveries: steadyPerSecond * steadySeconds });
    const p99 = quantile(steady.ms, 0.99);
    tell(`  ${steadyPerSecond} a second for ${steadySeconds} s: p99 ${say(p99)} ms`);
    await quiet();

    await product.query(floorTables);
    const database = product.databaseAddress;
    const barePort = await ordered<number>('bare-door.ts', { database, secret, ...commits } satisfies BareDoorOrder, 30_000, bareDoor);
    const floor: number[] = [];
    const bare: number[] = [];
    const door: number[] = [];
    const cpu: string[][] = [];
    const refused = new Map<string, number>();
    const cpuNow = () => ({
      server: cpuSeconds(product.serverPid),
      postgres: cpuSecondsOfTree(product.postgresPid),
      bare: cpuSeconds(bareDoor.pid!),
    });
    for (let round = 0; round < rounds; round++) {
      const atFirst = cpuNow();
      const stored = await ordered<Stored>('floor.ts', { database, seconds: roundSeconds, ...commits } satisfies FloorOrder, 60_000);
      const afterFloor = cpuNow();
      const knockedBare = await knock({ atOnce, seconds: roundSeconds, deliveries: mostARound }, `http://127.0.0.1:${barePort}/`);
      const afterBare = cpuNow();
      const knocked = await knock({ atOnce, seconds: roundSeconds, deliveries: mostARound });
      const atLast = cpuNow();
      floor.push(stored.rows / stored.seconds);
      bare.push(knockedBare.taken / knockedBare.seconds);
      door.push(knocked.taken / knocked.seconds);
      for (const [status, count] of Object.entries(knocked.answers))
        if (status !== '202') refused.set(status, (refused.get(status) ?? 0) + count);
      const each = (cpuOf: number, count: number) => ((cpuOf / count) * 1e6).toFixed(0);
      cpu.push([
        `${round + 1}`,
        say(floor.at(-1)!),
        `${each(stored.cpuSeconds, stored.rows)} + ${each(afterFloor.postgres - atFirst.postgres, stored.rows)}`,
        say(bare.at(-1)!),
        `${each(afterBare.bare - afterFloor.bare, knockedBare.taken)} + ${each(afterBare.postgres - afterFloor.postgres, knockedBare.taken)}`,
        say(door.at(-1)!),
        `${each(atLast.server - afterBare.server, knocked.taken)} + ${each(atLast.postgres - afterBare.postgres, knocked.taken)}`,
        each(knocked.cpuSeconds, knocked.taken),
        say(quantile(knocked.ms, 0.99)),
      ]);
      tell(
        `  round ${round + 1}: floor ${say(floor.at(-1)!)} rows a second, bare door ${say(bare.at(-1)!)} accepts, door ${say(door.at(-1)!)} accepts`,
      );
      await quiet();
    }
    const share = quantile(door, 0.5) / quantile(floor, 0.5);
    const inboxed = await product.query<{ n: number }>("select count(*)::int as n from deliveries where state <> 'new'");
    return {
      figures: [
        atMost(`webhook accept at ${steadyPerSecond} events a second, p99`, p99, 50, 'ms', say(p99)),
        {
          name: 'most accepts a second, against the floor of this machine',
          value: `${say(quantile(door, 0.5))} of ${say(quantile(floor, 0.5))} (${Math.round(share * 100)} %)`,
          target: '≥ 50 %',
          met: share >= 0.5,
        },
        {
          name: 'most accepts a second, against a bare door',
          value: `${say(quantile(door, 0.5))} of ${say(quantile(bare, 0.5))} (${Math.round((100 * quantile(door, 0.5)) / quantile(bare, 0.5))} %)`,
        },
      ],
      notes: [
        `At ${steadyPerSecond} a second (${say(steady.ms.length)} deliveries on 64 connections, counted from the moment each was due): median ${say(quantile(steady.ms, 0.5))} ms, p99 ${say(p99)} ms, longest ${say(quantile(steady.ms, 1))} ms; answers ${JSON.stringify(steady.answers)}. The line works meanwhile.`,
        `The floor is a bare loop that inserts the same bytes with the door's own statement into a table like the inbox, ${commits.rowsPerCommit} rows to a commit, ${commits.commitsInFlight} commits at once: no HTTP at all. The bare door is Node's own HTTP server, the signature and those commits, and nothing behind it. Cordboard's door also reads the schema, tells repeats apart and answers in words, and its line works meanwhile. Both doors are knocked at by ${atOnce} connections as fast as they answer. CPU in µs for one row: the process and PostgreSQL.\n\n${table(
          ['round', 'floor rows/s', 'µs', 'bare door/s', 'µs', 'door/s', 'µs, line included', 'sender µs', 'door p99 ms'],
          cpu,
        )}`,
        ...(refused.size ? [`Refused meanwhile: ${[...refused].map(([status, count]) => `${count} × ${status}`).join(', ')}.`] : []),
        `${say(inboxed[0]!.n)} deliveries were taken up by the line afterwards.`,
      ],
    };
  } finally {
    await ended(bareDoor, 'SIGTERM', 2_000);
    await product.close();
  }
}

export const door: Part = { name: 'door', title: 'The door', takes: '4 minutes', run };
