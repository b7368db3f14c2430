import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'stand-in-org-'));
const started: ChildProcess[] = [];
afterAll(() => {
  for (const child of started) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const main = (...flags: string[]): ChildProcess => {
  const child = spawn(process.execPath, [new URL('main.ts', import.meta.url).pathname, ...flags], { stdio: ['ignore', 'pipe', 'pipe'] });
  started.push(child);
  return child;
};
async function listening(child: ChildProcess): Promise<{ api: string; control: string }> {
  if (!child.stdout) throw new Error('no stdout');
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return (JSON.parse(line) as { listening: { api: string; control: string } }).listening;
}
async function failed(child: ChildProcess): Promise<{ code: number; said: string }> {
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const [code] = (await once(child, 'close')) as [number];
  return { code, said };
}

test('what was answered survives kill -9; SIGTERM ends it cleanly', async () => {
  const file = join(folder, 'org.sqlite');
  const first = main('--port', '0', '--control-port', '0', '--file', file);
  const { api } = await listening(first);
  const signIn = await fetch(`${api}/services/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials', client_id: 'stand-in', client_secret: 'stand-in-secret' }),
  });
  const { access_token: token } = (await signIn.json()) as { access_token: string };
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const records = Array.from({ length: 50 }, (_, n) => ({ Cordboard_Name__c: `k${n}` }));
  const reply = await fetch(`${api}/services/data/v67.0/composite/sobjects/Task/Cordboard_Name__c`, {
    method: 'PATCH',
    headers,
    body: JSON.stringify({ records }),
  });
  expect(((await reply.json()) as { success: boolean }[]).every((row) => row.success)).toBe(true);
  first.kill('SIGKILL');
  await once(first, 'close');

  const second = main('--port', '0', '--control-port', '0', '--file', file);
  const { api: again } = await listening(second);
  const count = await fetch(`${again}/services/data/v67.0/query?q=${encodeURIComponent('SELECT COUNT() FROM Task')}`, { headers }); // the session is still good, too
  expect(await count.json()).toMatchObject({ totalSize: 50 });
  second.kill('SIGTERM');
  const [code] = (await once(second, 'close')) as [number];
  expect(code).toBe(0);
});

test('what is wrong is said in a sentence', async () => {
  const running = main('--port', '0', '--control-port', '0', '--file', ':memory:');
  const port = new URL((await listening(running)).api).port;
  const [taken, unwritable, latency] = await Promise.all([
    failed(main('--port', port, '--control-port', '0', '--file', ':memory:')),
    failed(main('--port', '0', '--control-port', '0', '--file', join(folder, 'nowhere', 'org.sqlite'))),
    failed(main('--latency', 'warp')),
  ]);
  expect(taken).toEqual({ code: 1, said: `Port ${port} is in use by another program. Choose another with --port or --control-port.\n` });
  expect(unwritable.code).toBe(1);
  expect(unwritable.said).toMatch(/^The org's file cannot be used .*\n$/);
  expect(latency).toEqual({ code: 1, said: '--latency must be one of none, typical, heavy, not "warp".\n' });
  running.kill('SIGTERM');
});

test('two stand-ins cannot share a file', async () => {
  const file = join(folder, 'shared.sqlite');
  const first = main('--port', '0', '--control-port', '0', '--file', file);
  await listening(first);
  expect(await failed(main('--port', '0', '--control-port', '0', '--file', file))).toEqual({
    code: 1,
    said: expect.stringContaining('no other stand-in using it') as string,
  });
  first.kill('SIGTERM');
});
