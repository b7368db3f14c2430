import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { shutDown } from '../server/store/embedded.ts';
import { realWorld } from '../server/world.ts';

const world = realWorld();

/** Chooses where this run's throw-away PostgreSQL lives (the first test that wants a database starts it), and removes it afterwards. */
export default async function setup(): Promise<() => Promise<void>> {
  await removeLeftovers();
  const folder = await mkdtemp(join(tmpdir(), `cordboard-test-${process.pid}-`));
  process.env['TEST_DATABASE_FOLDER'] = folder;
  return () => remove(folder);
}

/** A run that was killed can't tidy up; the next one does it for it. */
async function removeLeftovers(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = /^cordboard-test-(\d+)-/.exec(name)?.[1];
    if (pid && !isAlive(Number(pid))) await remove(join(tmpdir(), name));
  }
}
async function remove(folder: string): Promise<void> {
  await shutDown(folder, world);
  await rm(folder, { recursive: true, force: true, maxRetries: 10 }); // its last process may still be tidying up in there
}
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
