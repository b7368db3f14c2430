import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../tools/run.ts';

/** The product as `npm start` runs it, on free ports and with an empty data folder of its own. */
export type Product = {
  readonly address: string;
  /** The stand-in org itself. */
  readonly org: string;
  /** The stand-in org's controls: faults, clock, log. */
  readonly controls: string;
  /** The sign-in link it printed last. */
  link(): string;
  start(): Promise<void>;
  /** Without a word to it, as a power cut would. */
  kill(): Promise<void>;
  /** Politely; the data folder goes too. */
  end(): Promise<void>;
  readonly output: () => string;
};

/** A first start unpacks a database; on two busy cores that is a matter of seconds, not of a minute. */
const readyMs = 60_000;

/** `bareOrg`: the stand-in org has nothing of ours installed. */
export async function aProduct({ bareOrg = false }: { readonly bareOrg?: boolean } = {}): Promise<Product> {
  const data = await mkdtemp(join(tmpdir(), 'cordboard-e2e-'));
  const [port, standInPort, standInControlPort] = await freePorts(3);
  const env = {
    ...process.env,
    CORDBOARD_PORT: String(port),
    CORDBOARD_STAND_IN_PORT: String(standInPort),
    CORDBOARD_STAND_IN_CONTROL_PORT: String(standInControlPort),
    CORDBOARD_DATA: data,
    CORDBOARD_SECRETS_KEY: randomBytes(32).toString('base64'),
  };
  let child: ChildProcess | undefined;
  let output = '';
  let link = '';

  /** A stand-in that is there already is adopted by the product, and ended by it. */
  async function startBareOrg() {
    const args = ['--port', String(standInPort), '--control-port', String(standInControlPort), '--file', join(data, 'bare-org.sqlite')];
    const identity = ['--client-id', 'cordboard', '--client-secret', 'stand-in-secret', '--without-custom-fields'];
    spawn(process.execPath, ['emulators/salesforce/main.ts', ...args, ...identity], { cwd: root, stdio: 'ignore' }).unref();
    const isUp = () =>
      fetch(`http://127.0.0.1:${standInControlPort}/__org/health`).then(
        ({ ok }) => ok,
        () => false,
      );
    for (const late = performance.now() + readyMs; !(await isUp()); await new Promise((next) => setTimeout(next, 100)))
      if (performance.now() > late) throw new Error('the bare org did not start');
  }

  async function start() {
    if (bareOrg && output === '') await startBareOrg();
    const begun = output.length;
    const started = spawn(process.execPath, ['server/main.ts'], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    child = started;
    await new Promise<void>((ready, failed) => {
      const late = setTimeout(
        () => failed(new Error(`the product was not ready after ${readyMs / 1000} s:\n${output.slice(begun)}`)),
        readyMs,
      );
      for (const stream of [started.stdout, started.stderr])
        stream.setEncoding('utf8').on('data', (text: string) => {
          output += text;
          const [, found] = /Sign in\s+(\S+)/.exec(output.slice(begun)) ?? [];
          if (!found) return;
          link = found;
          clearTimeout(late);
          ready();
        });
      started.once('exit', (code) => {
        clearTimeout(late);
        failed(new Error(`the product ended with ${code} before it was ready:\n${output.slice(begun)}`));
      });
    });
  }
  async function stop(signal: NodeJS.Signals) {
    const ending = child;
    child = undefined;
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return;
    const gone = new Promise((resolve) => ending.once('exit', resolve));
    ending.kill(signal);
    await gone;
  }

  return {
    address: `http://127.0.0.1:${port}`,
    org: `http://127.0.0.1:${standInPort}`,
    controls: `http://127.0.0.1:${standInControlPort}`,
    link: () => link,
    start,
    kill: () => stop('SIGKILL'),
    async end() {
      await stop('SIGTERM');
      await rm(data, { recursive: true, force: true });
    },
    output: () => output,
  };
}

/** Ports nobody listens on, all different: each is let go only when all are found. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((listening, failed) => {
          const server = createServer().once('error', failed);
          server.listen(0, '127.0.0.1', () => listening(server));
        }),
    ),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((closed) => server.close(closed))));
  return ports;
}
