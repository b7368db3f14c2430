import { fork } from 'node:child_process';
import { join } from 'node:path';
import { until } from '../chaos/pause.ts';
import { type FloorOrder, floorTables, type Stored } from './floor.ts';
import type { KnockOrder, Knocked } from './knocker.ts';
import { cpuSeconds, cpuSecondsOfTree } from './machine.ts';
import { quantile, say, sum } from './numbers.ts';
import { type Ask, atMost, type Found, type Part, table } from './part.ts';
import { Product } from './product.ts';

const steadyPerSecond = 500;
/** Like `groupCommit`'s own: the floor is what the same commits cost without a door. */
const commits = { rowsPerCommit: 200, commitsInFlight: 2 };
const rounds = 4;
const roundSeconds = 5;
/** More than a round can take; made and signed before the round begins. */
const mostARound = 60_000;
const atOnce = 64;

/** Orders one thing of a process of its own and waits for its answer. */
function ordered<Answer>(program: string, order: object, limitMs: number): Promise<Answer> {
  const child = fork(join(import.meta.dirname, program), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => {
      child.kill();
      reject(new Error(`${program} did not end within ${limitMs / 1000} s`));
    }, limitMs);
    child.once('message', (answer) => resolve(answer as Answer));
    child.once('exit', (code) => {
      clearTimeout(limit);
      reject(new Error(`${program} ended with ${code} before it answered`)); // after an answer nobody hears it
    });
    child.send(order);
  });
}

async function run({ seconds, profileTo, say: tell }: Ask): Promise<Found> {
  const product = await Product.open({ latency: 'none', profileTo });
  try {
    const { hook, secret } = await product.hook();
    let first = 0;
    const knock = async (
      order: { atOnce: number; seconds: number; deliveries: number } | { perSecond: number; seconds: number; deliveries: number },
    ) => {
      const knocked = await ordered<Knocked>('knocker.ts', { hook, secret, first, ...order } satisfies KnockOrder, 120_000);
      first += Math.ceil(order.deliveries / 8);
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
    const floor: number[] = [];
    const door: number[] = [];
    const cpu: string[][] = [];
    const refused = new Map<string, number>();
    for (let round = 0; round < rounds; round++) {
      const before = { server: cpuSeconds(product.serverPid), postgres: cpuSecondsOfTree(product.postgresPid) };
      const stored = await ordered<Stored>(
        'floor.ts',
        { database: product.databaseAddress, seconds: roundSeconds, ...commits } satisfies FloorOrder,
        60_000,
      );
      const between = { server: cpuSeconds(product.serverPid), postgres: cpuSecondsOfTree(product.postgresPid) };
      floor.push(stored.rows / stored.seconds);
      const knocked = await knock({ atOnce, seconds: roundSeconds, deliveries: mostARound });
      const after = { server: cpuSeconds(product.serverPid), postgres: cpuSecondsOfTree(product.postgresPid) };
      door.push(knocked.taken / knocked.seconds);
      for (const [status, count] of Object.entries(knocked.answers))
        if (status !== '202') refused.set(status, (refused.get(status) ?? 0) + count);
      const each = (cpuOf: number, count: number) => ((cpuOf / count) * 1e6).toFixed(0);
      cpu.push([
        `${round + 1}`,
        say(floor.at(-1)!),
        each(stored.cpuSeconds, stored.rows),
        each(between.postgres - before.postgres, stored.rows),
        say(door.at(-1)!),
        each(knocked.cpuSeconds, knocked.taken),
        each(after.server - between.server, knocked.taken),
        each(after.postgres - between.postgres, knocked.taken),
        say(quantile(knocked.ms, 0.99)),
      ]);
      tell(`  round ${round + 1}: floor ${say(floor.at(-1)!)} rows a second, door ${say(door.at(-1)!)} accepts a second`);
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
      ],
      notes: [
        `At ${steadyPerSecond} a second (${say(steady.ms.length)} deliveries on 64 connections, counted from the moment each was due): median ${say(quantile(steady.ms, 0.5))} ms, p99 ${say(p99)} ms, longest ${say(quantile(steady.ms, 1))} ms; answers ${JSON.stringify(steady.answers)}. The line works meanwhile.`,
        `The floor is a bare loop that inserts the same bytes with the door's own statement into a table like the inbox, ${commits.rowsPerCommit} rows to a commit, ${commits.commitsInFlight} commits at once. The door is knocked at by ${atOnce} connections as fast as it answers; HTTP, signature, schema and hash are its own. CPU in µs for one row or one accept; what the server spends on the line meanwhile is in it.\n\n${table(
          ['round', 'floor rows/s', 'loop µs', 'PostgreSQL µs', 'door accepts/s', 'sender µs', 'server µs', 'PostgreSQL µs', 'door p99 ms'],
          cpu,
        )}`,
        ...(refused.size ? [`Refused meanwhile: ${[...refused].map(([status, count]) => `${count} × ${status}`).join(', ')}.`] : []),
        `${say(inboxed[0]!.n)} deliveries were taken up by the line afterwards.`,
      ],
    };
  } finally {
    await product.close();
  }
}

export const door: Part = { name: 'door', title: 'The door', takes: '3 minutes', run };
