import { execFile } from 'node:child_process';
import { mkdtemp, open, rm, rmdir, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ending, type Experiment, type Outcome, reckon, withInstallation } from './experiment.ts';
import { makeCalls } from './generator.ts';
import { pause, until } from './pause.ts';
import { sayAnswers } from './sender.ts';

const run = promisify(execFile);

export const diskFull: Experiment = {
  name: 'disk',
  shows: 'the disk fills up under load: 503 with nothing half-stored, and on it goes when there is space again',
  async run({ seed, say }) {
    const folder = await mkdtemp(join(tmpdir(), 'cordboard-chaos-disk-'));
    try {
      await run('mount', ['-t', 'tmpfs', '-o', 'size=400m,mode=0700', 'tmpfs', folder]);
    } catch (error) {
      await rmdir(folder);
      const why = `a small disk can't be mounted here: ${(error as Error).message.trim().split('\n').at(-1)}`;
      return process.env['CI'] ? { figures: '', complaints: [why] } : { figures: '', complaints: [], leftOut: `${why} (needs root)` };
    }
    const free = async () => {
      await run('umount', ['-l', folder]);
      await rm(folder, { recursive: true });
    };
    return ending(free, () => onSmallDisk(folder, seed, say));
  },
};

const onSmallDisk = (folder: string, seed: number, say: (words: string) => void): Promise<Outcome> =>
  withInstallation({ dataFolder: join(folder, 'data') }, async (installation) => {
    const contacts = await installation.contacts();
    const calls = (first: number, count: number) =>
      makeCalls({
        seed: seed + first,
        prefix: 'disk',
        first,
        count,
        atMs: Date.now() + installation.shiftMs - 900_000,
        contacts,
        spreadMs: 500,
      });
    await installation.send(calls(0, 30), 60);

    say('filling the disk');
    const filler = join(folder, 'filler');
    await fill(filler, folder);
    const acknowledged = installation.sender.sent.acknowledged;
    const sending = installation.send(calls(1_000, 400), 60);
    sending.catch(() => undefined); // awaited below
    await until('deliveries are refused', 60_000, async () => (installation.sender.sent.answers.get(503) ?? 0) >= 20);
    await pause(3_000);
    const taken = installation.sender.sent.acknowledged - acknowledged;
    const alive = installation.isRunning();

    say('there is space again');
    await rm(filler);
    const freed = performance.now();
    const refused = installation.sender.sent.answers.get(503) ?? 0;
    await sending;
    const backMs = performance.now() - freed;
    const { figures, complaints } = await reckon(installation);
    const others = [...installation.sender.sent.answers.keys()].filter((status) => status !== 202 && status !== 503);
    return {
      figures: `${taken} taken while it filled, ${refused} × 503, all taken ${(backMs / 1000).toFixed(1)} s after there was space: ${figures}`,
      complaints: [
        ...complaints,
        ...(alive ? [] : ['the server ended when the disk was full']),
        ...(others.length > 0 ? [`answered other than 202 and 503: ${sayAnswers(installation.sender.sent)}`] : []),
      ],
    };
  });

/** To the last byte. */
async function fill(path: string, folder: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const file = await open(path, 'w');
  const chunk = Buffer.alloc(1_048_576);
  try {
    for (let written = 0; written <= bavail * bsize + chunk.length;) written += (await file.write(chunk)).bytesWritten;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    await file.close();
  }
}
