import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, expect, test } from 'vitest';
import { PubSubTester } from '../testing/subscriber.ts';

const folder = mkdtempSync(join(tmpdir(), 'stand-in-events-'));
const started: ChildProcess[] = [];
afterAll(() => {
  for (const child of started) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

async function start(file: string): Promise<{ child: ChildProcess; api: string; control: string; pubsub: string }> {
  const flags = ['--port', '0', '--control-port', '0', '--file', file];
  const child = spawn(process.execPath, [new URL('../main.ts', import.meta.url).pathname, ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  started.push(child);
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return { child, ...(JSON.parse(line) as { listening: { api: string; control: string; pubsub: string } }).listening };
}

test('kill -9 in the midst of writing loses no event of a record that is there, and leaves none of one that is not', async () => {
  const file = join(folder, 'org.sqlite');
  const first = await start(file);
  await fetch(`${first.control}/__org/change-events`, { method: 'POST', body: JSON.stringify({ objects: ['Task'] }) });
  const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: 'stand-in', client_secret: 'stand-in-secret' });
  const grant = await fetch(`${first.api}/services/oauth2/token`, { method: 'POST', body: form });
  const { access_token: token } = (await grant.json()) as { access_token: string };
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const gone = once(first.child, 'close');
  let answered = 0;
  const write = async (n: number) => {
    const records = Array.from({ length: 10 }, (_, row) => ({ attributes: { type: 'Task' }, Subject: `${n}-${row}` }));
    await fetch(`${first.api}/services/data/v67.0/composite/sobjects`, { method: 'POST', headers, body: JSON.stringify({ records }) });
    answered += 1;
    if (answered === 8) first.child.kill('SIGKILL');
  };
  await Promise.allSettled(Array.from({ length: 24 }, (_, n) => write(n)));
  await gone;

  const second = await start(file);
  const rows = (await (await fetch(`${second.control}/__org/export?object=Task`)).text()).split('\n').filter((line) => line !== '');
  const ids = rows.map((line) => (JSON.parse(line) as { Id: string }).Id);
  const client = new PubSubTester(second.pubsub, () => ({ accesstoken: token, instanceurl: second.api, tenantid: '00DSx0000000001MAA' }));
  const topic = '/data/TaskChangeEvent';
  const subscriber = client.subscribe({ topicName: topic, replayPreset: 'EARLIEST', numRequested: 100 });
  for (let asked = 100; asked < ids.length; asked += 100) {
    await subscriber.until(asked);
    subscriber.ask({ numRequested: 100 });
  }
  const told = (await subscriber.until(ids.length)).flatMap(({ header }) => header.recordIds);
  await client.call('GetTopic', { topicName: topic });
  expect(ids.length).toBeGreaterThanOrEqual(8 * 10);
  expect(told.toSorted()).toEqual(ids.toSorted());
  subscriber.cancel();
  client.close();
});
