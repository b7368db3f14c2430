import pg from 'pg';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../tools/run.ts';
import { bodiesOf } from './calls.ts';

/** The machine's own floor: nothing but the rows, as many to a commit and as many commits at once as the door's. */
export type FloorOrder = {
  readonly database: { readonly host: string; readonly port: number; readonly user: string; readonly database: string };
  readonly seconds: number;
  readonly rowsPerCommit: number;
  readonly commitsInFlight: number;
};
export type Stored = { readonly rows: number; readonly seconds: number; readonly cpuSeconds: number };
/** A table like the inbox in every respect, where nobody takes up what is put in. */
export const floorTables = `
  create schema bench;
  create table bench.deliveries (like public.deliveries including all) partition by range (received_at);
  create table bench.deliveries_today partition of bench.deliveries for values from (current_date - 1) to (current_date + 2);
  create table bench.deliveries_otherwise partition of bench.deliveries default;`;

async function store({ database, seconds, rowsPerCommit, commitsInFlight }: FloorOrder): Promise<Stored> {
  const text = readFileSync(join(root, 'server/store/sql/append-deliveries.sql'), 'utf8');
  const rows = bodiesOf(0, 10_000).map(({ deliveryId, body }) => ({
    deliveryId,
    body: Buffer.from(body),
    hash: createHash('sha256').update(body).digest('hex'),
    headers: JSON.stringify({ 'content-type': 'application/json', 'webhook-id': deliveryId, 'webhook-timestamp': '1795222731' }),
  }));
  const clients = await Promise.all(
    Array.from({ length: commitsInFlight }, async () => {
      const client = new pg.Client({ ...database, application_name: 'bench floor' });
      await client.connect();
      await client.query('set search_path = bench, public');
      return client;
    }),
  );
  let stored = 0;
  let next = 0;
  const begun = performance.now();
  const before = process.cpuUsage();
  await Promise.all(
    clients.map(async (client) => {
      while (performance.now() - begun < seconds * 1000) {
        const batch = Array.from({ length: rowsPerCommit }, () => rows[next++ % rows.length]!);
        await client.query({
          name: 'append',
          text,
          values: [
            batch.map(() => 1),
            batch.map(() => 'con_0123456789abcdef'),
            batch.map((row) => row.deliveryId),
            batch.map((row) => row.hash),
            batch.map((row) => row.headers),
            batch.map((row) => row.body),
            batch.map(() => Date.now()),
          ],
        });
        stored += batch.length;
      }
    }),
  );
  const used = process.cpuUsage(before);
  const took = (performance.now() - begun) / 1000;
  await Promise.all(clients.map((client) => client.end()));
  return { rows: stored, seconds: took, cpuSeconds: (used.user + used.system) / 1e6 };
}

if (process.send)
  process.once('message', (order) => void store(order as FloorOrder).then((stored) => process.send!(stored, () => process.exit(0))));
