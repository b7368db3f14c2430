import pg from 'pg';
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { root } from '../tools/run.ts';
import type { FloorOrder } from './floor.ts';

/**
 * The least a door can be: Node's own HTTP, the signature, the insert with as many rows as have come. No framework, no schema, no
 * line behind it, nothing but the happy path. What Cordboard's door costs more than this is what it does more.
 */
export type BareDoorOrder = Pick<FloorOrder, 'database' | 'rowsPerCommit' | 'commitsInFlight'> & { readonly secret: string };

async function open({ database, rowsPerCommit, commitsInFlight, secret }: BareDoorOrder): Promise<number> {
  const text = readFileSync(join(root, 'server/store/sql/append-deliveries.sql'), 'utf8');
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const clients = await Promise.all(
    Array.from({ length: commitsInFlight }, async () => {
      const client = new pg.Client({ ...database, application_name: 'bench bare door' });
      await client.connect();
      await client.query('set search_path = bench, public');
      return client;
    }),
  );
  type Row = { id: string; headers: string; body: Buffer; hash: string; stored(): void };
  let queue: Row[] = [];
  const commit = async (client: pg.Client): Promise<void> => {
    const batch = queue.slice(0, rowsPerCommit);
    queue = queue.slice(rowsPerCommit);
    await client.query({
      name: 'append',
      text,
      values: [
        batch.map(() => 1),
        batch.map(() => 'con_0123456789abcdef'),
        batch.map((row) => row.id),
        batch.map((row) => row.hash),
        batch.map((row) => row.headers),
        batch.map((row) => row.body),
        batch.map(() => Date.now()),
      ],
    });
    for (const row of batch) row.stored();
    if (queue.length > 0) return commit(client);
    clients.push(client);
  };
  const server = createServer((incoming, answer) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.once('end', () => {
      const body = Buffer.concat(chunks);
      const id = String(incoming.headers['webhook-id']);
      const timestamp = String(incoming.headers['webhook-timestamp']);
      const ours = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
      const theirs = Buffer.from(String(incoming.headers['webhook-signature']).replace(/^v1,/, ''), 'base64');
      if (theirs.length !== ours.length || !timingSafeEqual(theirs, ours)) return void answer.writeHead(401).end();
      queue.push({
        id,
        body,
        hash: createHash('sha256').update(body).digest('hex'),
        headers: JSON.stringify({ 'webhook-id': id, 'webhook-timestamp': timestamp }),
        stored: () => void answer.writeHead(202, { 'content-type': 'application/json' }).end(JSON.stringify({ accepted: id })),
      });
      const client = clients.pop();
      if (client) queueMicrotask(() => void commit(client));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

if (process.send) {
  process.once('message', (order) => void open(order as BareDoorOrder).then((port) => process.send!(port)));
  process.once('disconnect', () => process.exit(0));
}
