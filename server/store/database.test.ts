import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { realWorld } from '../world.ts';
import { openDatabase } from './database.ts';
import { type Embedded, startEmbedded } from './embedded.ts';

const world = realWorld();
const made: { folder: string; embedded: Embedded } = Object.create(null);
beforeAll(async () => {
  made.folder = await realpath(await mkdtemp(join(tmpdir(), `cordboard-test-${process.pid}-`)));
  made.embedded = await startEmbedded({ folder: made.folder, world, durable: false });
});
afterAll(async () => {
  await made.embedded.stop();
  await rm(made.folder, { recursive: true, force: true });
});

test('a killed PostgreSQL is waited for: whoever asks meanwhile is answered', async () => {
  const killed = made.embedded.pid;
  process.kill(killed, 'SIGKILL');
  const database = openDatabase(made.embedded.address, world, () => undefined);
  const one = { text: 'select 1 as one' };
  const answers = await Promise.all([
    database.query(one),
    database.transaction((connection) => connection.query(one)),
    database.dedicated().then(async (client) => {
      const answer = await client.query(one.text);
      await client.end();
      return answer;
    }),
  ]);
  expect(answers.map((answer) => answer.rows)).toEqual([[{ one: 1 }], [{ one: 1 }], [{ one: 1 }]]);
  await expect.poll(() => made.embedded.pid, { timeout: 10_000 }).not.toBe(killed);
  await database.close();
});
