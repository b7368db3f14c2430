import { spawn } from 'node:child_process';
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pause, until } from '../chaos/pause.ts';
import { root } from '../tools/run.ts';
import { say } from './numbers.ts';
import { type Ask, atMost, type Found, type Part } from './part.ts';
import { freePorts } from './product.ts';

const laterStarts = 3;

/** `npm start` in a fresh copy of the checkout, until it says that it is ready: first with no data and no built console, then again. */
async function run({ say: tell }: Ask): Promise<Found> {
  const folder = await mkdtemp(join(tmpdir(), 'cordboard-bench-start-'));
  try {
    const copy = join(folder, 'cordboard');
    const left = new Set(['node_modules', '.git', 'data', 'dist', 'bench', 'chaos', 'e2e', 'scenarios']);
    await cp(root, copy, { recursive: true, filter: (path) => path === root || !left.has(basename(path)) });
    await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
    const [port, api, control] = await freePorts(3);
    const secretsKey = Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64');
    const seconds: number[] = [];
    for (let n = 0; n <= laterStarts; n++) {
      const begun = performance.now();
      const ours = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^CORDBOARD_|^DATABASE_URL$/.test(name)));
      // A group of its own: npm starts Node in a shell, and the signal is for all three.
      const child = spawn('npm', ['start'], {
        cwd: copy,
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          ...ours,
          CORDBOARD_PORT: String(port),
          CORDBOARD_STAND_IN_PORT: String(api),
          CORDBOARD_STAND_IN_CONTROL_PORT: String(control),
          CORDBOARD_DATA: join(folder, 'data'),
          CORDBOARD_SECRETS_KEY: secretsKey,
        },
      });
      let said = '';
      for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (said += text));
      try {
        await until('npm start', 90_000, () => {
          if (child.exitCode !== null) throw new Error(`npm start ended: ${said.slice(-1000)}`);
          return Promise.resolve(said.includes('Cordboard is ready'));
        });
        seconds.push((performance.now() - begun) / 1000);
        // Only then does it hear a signal: one that comes earlier would leave its database and org running.
        await until('Cordboard hears signals', 10_000, () => Promise.resolve(said.includes('Stop  ')));
        tell(`  start ${n + 1}: ready after ${seconds.at(-1)!.toFixed(1)} s`);
      } finally {
        process.kill(-child.pid!, 'SIGTERM');
        await until('Cordboard stops', 30_000, () => Promise.resolve(!isAlive(-child.pid!)));
      }
      await pause(500);
    }
    const [first, ...later] = seconds as [number, ...number[]];
    const slowest = Math.max(...later);
    return {
      figures: [
        atMost('`npm start` to ready, the first time', first, 15, 's', first.toFixed(1)),
        atMost(`\`npm start\` to ready, later (slowest of ${later.length})`, slowest, 15, 's', slowest.toFixed(1)),
      ],
      notes: [
        `The first start makes the database, builds the console and starts the stand-in org. All: ${seconds.map((one) => `${say(one)} s`).join(', ')}. Ready means: signed in to the org, its doors open.`,
      ],
    };
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

export const start: Part = { name: 'start', title: 'Starting', takes: 'half a minute', run };
