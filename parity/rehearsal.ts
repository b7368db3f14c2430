import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { root } from '../tools/run.ts';
import { ParityTrouble, type Way } from './org.ts';

/** A second stand-in in the role of the org, in a process of its own. */
export type Rehearsal = { readonly way: Way; readonly controlUrl: string; stop(): Promise<void> };

export async function startRehearsal(clientId: string, clientSecret: string): Promise<Rehearsal> {
  const child = spawn(
    process.execPath,
    [
      `${root}emulators/salesforce/main.ts`,
      ...['--port=0', '--control-port=0', '--file=:memory:', `--client-id=${clientId}`, `--client-secret=${clientSecret}`],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  for await (const line of createInterface({ input: child.stdout })) {
    const { listening } = JSON.parse(line) as { listening: { api: string; control: string } };
    return {
      way: { loginUrl: listening.api, clientId, clientSecret },
      controlUrl: listening.control,
      async stop() {
        child.kill();
        await ended;
      },
    };
  }
  throw new ParityTrouble('The second stand-in did not start.');
}
