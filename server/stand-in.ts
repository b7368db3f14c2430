import { spawn } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { World } from './world.ts';

export type StandIn = {
  readonly apiUrl: string;
  readonly controlUrl: string;
  /** Where it tells of changes; another port at each of its starts. */
  readonly pubsubUrl: string | undefined;
  readonly adopted: boolean;
  stop(): Promise<void>;
};
/** The message says what to do. */
export class StandInTrouble extends Error {}

/**
 * Starts the stand-in org as a process of its own, or takes over one that outlived us. Its controls are on loopback only, and
 * production never comes here (S1).
 */
export async function startStandIn(options: {
  folder: string;
  port: number;
  controlPort: number;
  clientId: string;
  clientSecret: string;
  latency: string;
  world: World;
}): Promise<StandIn> {
  const { folder, port, controlPort, world } = options;
  const apiUrl = `http://127.0.0.1:${port}`;
  const controlUrl = `http://127.0.0.1:${controlPort}`;
  const health = async (): Promise<{ pid?: number; pubsub?: string } | undefined> => {
    const answer = await fetch(`${controlUrl}/__org/health`, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
    return answer?.ok ? ((await answer.json()) as { pid?: number; pubsub?: string }) : undefined;
  };
  const end = async (pid: number | undefined) => {
    if (pid === undefined) return;
    try {
      process.kill(pid, 'SIGTERM');
      for (let tries = 0; tries < 50; tries++) {
        process.kill(pid, 0);
        await world.sleep(50);
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // gone is what we want
    }
  };

  const alive = await health();
  if (alive) return { apiUrl, controlUrl, pubsubUrl: alive.pubsub, adopted: true, stop: () => end(alive.pid) };

  const log = join(folder, 'stand-in.log');
  const child = spawn(
    process.execPath,
    [
      join(import.meta.dirname, '../emulators/salesforce/main.ts'),
      ...['--port', String(port), '--control-port', String(controlPort), '--file', join(folder, 'stand-in-org.sqlite')],
      ...['--client-id', options.clientId, '--client-secret', options.clientSecret, '--latency', options.latency],
    ],
    { detached: true, stdio: ['ignore', 'ignore', openSync(log, 'w')] }, // detached: Ctrl-C is ours to hand on, after the last write
  );
  const exited = new AbortController();
  child.once('exit', () => exited.abort());
  for (let waitedMs = 0; waitedMs < 15_000 && !exited.signal.aborted; waitedMs += 50) {
    const started = await health();
    if (started) {
      child.unref();
      return { apiUrl, controlUrl, pubsubUrl: started.pubsub, adopted: false, stop: () => end(child.pid) };
    }
    await world.sleep(50, exited.signal);
  }
  throw new StandInTrouble(`The stand-in org did not start: ${readFileSync(log, 'utf8').trim().slice(-500) || `see ${log}`}`);
}
