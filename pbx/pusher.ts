import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { closeSync, openSync } from 'node:fs';
import { root } from '../tools/run.ts';
import { type Lab } from './lab.ts';

/** cordboard-push.sh as it runs on a PBX. */
export type Pusher = {
  /** Sends every second, until `stop`. */
  start(): void;
  stop(): Promise<void>;
  /** Sends all there is; answers what it said. Rejects when something was left. */
  once(): Promise<string>;
  /** What logrotate does. */
  rotate(): Promise<void>;
  /** All it has said. */
  said(): Promise<string>;
};

export async function openPusher(lab: Lab, folder: string, hook: { readonly address: string; readonly secret: string }): Promise<Pusher> {
  const place = join(folder, `push-${lab.systemName}`);
  await mkdir(place, { recursive: true });
  const cel = join(lab.root, 'var/log/asterisk/cel-custom/cordboard.csv');
  const config = join(place, 'push.conf');
  const secretFile = join(place, 'secret');
  const output = join(place, 'said');
  await writeFile(secretFile, `${hook.secret}\n`, { mode: 0o600 });
  const lines = {
    HOOK: hook.address,
    SECRET_FILE: secretFile,
    CEL: cel,
    RECORDINGS: join(lab.root, 'var/spool/asterisk/monitor/done'),
    STATE: join(place, 'state'),
    COUNTRY: 'US',
    EVERY: '1',
  };
  await writeFile(
    config,
    Object.entries(lines)
      .map(([name, value]) => `${name}='${value}'\n`)
      .join(''),
  );
  const script = join(root, 'sources/asterisk/cordboard-push.sh');
  const begin = (args: readonly string[]) => {
    const log = openSync(output, 'a');
    const child = spawn('sh', [script, ...args, config], { stdio: ['ignore', log, log] });
    closeSync(log);
    return child;
  };
  const ended = (child: ChildProcess) =>
    new Promise<number | null>((resolve) => {
      if (child.exitCode !== null || child.signalCode !== null) return resolve(child.exitCode);
      child.once('exit', resolve);
    });
  let loop: ChildProcess | undefined;
  const said = () => readFile(output, 'utf8').catch(() => '');
  return {
    start: () => void (loop ??= begin([])),
    async stop() {
      const going = loop;
      loop = undefined;
      if (!going) return;
      going.kill('SIGTERM');
      await ended(going);
    },
    async once() {
      const before = (await said()).length;
      const code = await ended(begin(['--once']));
      const words = (await said()).slice(before).trim();
      if (code !== 0) throw new Error(`cordboard-push.sh --once ended with ${code}: ${words}`);
      return words;
    },
    rotate: () => rename(cel, `${cel}.1`),
    said,
  };
}
