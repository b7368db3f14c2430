import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, closeSync, openSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { Task } from '../chaos/judge.ts';
import { until } from '../chaos/pause.ts';
import { openSecrets } from '../server/store/secrets.ts';
import { realWorld } from '../server/world.ts';
import { root } from '../tools/run.ts';
import { OrgTap } from './org-tap.ts';

export type Latency = 'none' | 'typical' | 'heavy';
export type Kind = {
  readonly latency: Latency;
  /** So many people with numbers are in the org before the server first looks. */
  readonly people?: number;
  /** Where CPU profiles go, and PostgreSQL counts its statements. */
  readonly profileTo?: string | undefined;
};
/** What the status page says, as far as it is looked at here. */
export type Status = {
  readonly org: { readonly mode: string; readonly trouble?: string; readonly api?: { readonly used: number; readonly max: number } };
  readonly unsent: { readonly count: number; readonly oldestSeconds: number };
  readonly inbox: { readonly untranslated: number; readonly parked: number };
  readonly parked: readonly unknown[];
};

/** What runs now: a bench that is told to stop takes it along. */
const running = new Set<Product>();
export const closeAll = (): Promise<unknown> => Promise.allSettled([...running].map((product) => product.close()));

/** The product as people run it and the stand-in org, each a process of its own, in a folder that goes again. */
export class Product {
  readonly folder: string;
  readonly tap: OrgTap;
  readonly #ports: { readonly api: number; readonly control: number; readonly server: number };
  readonly #kind: Kind;
  readonly #secretsKey = Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64');
  #org: ChildProcess | undefined;
  #server: ChildProcess | undefined;
  #database: pg.Client | undefined;
  #cookie = '';

  private constructor(kind: Kind, folder: string, [api, control, server]: readonly number[]) {
    this.#kind = kind;
    this.folder = folder;
    this.#ports = { api: api!, control: control!, server: server! };
    this.tap = new OrgTap(api!);
  }

  static async open(kind: Kind): Promise<Product> {
    const product = new Product(kind, await mkdtemp(join(tmpdir(), 'cordboard-bench-')), await freePorts(3));
    running.add(product);
    try {
      await product.tap.open();
      await product.#startOrg();
      if (kind.profileTo !== undefined) {
        // The library is loaded when PostgreSQL starts, so it starts a second time.
        await product.start();
        await product.stopServer();
        appendFileSync(join(product.folder, 'data/postgres/postgresql.auto.conf'), "shared_preload_libraries = 'pg_stat_statements'\n");
      }
      if (kind.people !== undefined) await product.control('/seed', { people: kind.people, fresh: false });
      await product.start();
      if (kind.profileTo !== undefined) await product.query('create extension pg_stat_statements');
      return product;
    } catch (error) {
      await product.close();
      throw error;
    }
  }

  async #startOrg(): Promise<void> {
    this.#org = spawn(
      process.execPath,
      [
        join(root, 'emulators/salesforce/main.ts'),
        ...['--port', String(this.#ports.api), '--control-port', String(this.#ports.control)],
        ...['--instance-url', `http://127.0.0.1:${this.tap.port}`, '--file', join(this.folder, 'org.sqlite')],
        ...['--client-id', 'cordboard', '--client-secret', 'stand-in-secret', '--latency', this.#kind.latency],
      ],
      { stdio: ['ignore', 'ignore', this.#log('org.log')] },
    );
    await until('the stand-in org starts', 30_000, () => this.control('/health').then(Boolean, () => false));
    await this.control('/limits', { max: 5_000_000 }); // how the pace follows the allocation is not what is measured here
  }
  #log(name: string): number {
    return openSync(join(this.folder, name), 'a');
  }

  async start(): Promise<void> {
    const { profileTo } = this.#kind;
    const ours = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^CORDBOARD_|^DATABASE_URL$/.test(name)));
    const log = this.#log('server.log');
    const child = spawn(
      process.execPath,
      [...(profileTo === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', profileTo]), join(root, 'server/main.ts')],
      {
        cwd: this.folder, // no cordboard.json of somebody else's
        env: {
          ...ours,
          CORDBOARD_PORT: String(this.#ports.server),
          CORDBOARD_DATA: join(this.folder, 'data'),
          CORDBOARD_SECRETS_KEY: this.#secretsKey,
          CORDBOARD_STAND_IN: 'on',
          CORDBOARD_STAND_IN_PORT: String(this.tap.port),
          CORDBOARD_STAND_IN_CONTROL_PORT: String(this.#ports.control),
        },
        stdio: ['ignore', 'pipe', log],
      },
    );
    closeSync(log);
    this.#server = child;
    let said = '';
    child.stdout!.setEncoding('utf8').on('data', (text: string) => (said += text));
    await until('Cordboard starts', 90_000, () => {
      if (child.exitCode !== null)
        throw new Error(`Cordboard ended at its start: ${said}${readFileSync(join(this.folder, 'server.log'), 'utf8').slice(-1000)}`);
      return Promise.resolve(said.includes('Stop  '));
    });
    const token = /sign-in#(\S+)/.exec(said)?.[1];
    const answer = await fetch(`${this.address}/api/sign-in`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: this.address },
      body: JSON.stringify({ token }),
    });
    this.#cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0]!;
    if (!answer.ok || this.#cookie === '') throw new Error(`signing in was answered ${answer.status}`);
    await until('the org is connected', 30_000, async () => (await this.query('select 1 from crm_users limit 1')).length > 0, 100);
  }
  get address(): string {
    return `http://127.0.0.1:${this.#ports.server}`;
  }
  get serverPid(): number {
    return this.#server!.pid!;
  }
  get orgPid(): number {
    return this.#org!.pid!;
  }
  get postgresPid(): number {
    return Number(readFileSync(join(this.folder, 'data/postgres/postmaster.pid'), 'utf8').split('\n')[0]);
  }
  get databaseAddress() {
    return { host: join(this.folder, 'data/socket'), port: 5432, user: 'cordboard', database: 'cordboard' } as const;
  }

  async query<Row extends pg.QueryResultRow = pg.QueryResultRow>(sql: string, values: unknown[] = []): Promise<Row[]> {
    if (!this.#database) {
      this.#database = new pg.Client({ ...this.databaseAddress, application_name: 'bench' });
      this.#database.on('error', () => undefined); // the server takes its database down when it stops
      await this.#database.connect();
    }
    return (await this.#database.query<Row>(sql, values)).rows;
  }
  /** A page of the console, as the admin who signed in. */
  async ask(path: string): Promise<string> {
    const answer = await fetch(`${this.address}${path}`, { headers: { cookie: this.#cookie } });
    if (!answer.ok) throw new Error(`${path} was answered ${answer.status}`);
    return answer.text();
  }
  async status(): Promise<Status> {
    return JSON.parse(await this.ask('/api/status')) as Status;
  }
  /** Why the newest 200 calls that wait do so, as the list of calls tells it. */
  async reasonsToWait(): Promise<string[]> {
    const { calls } = JSON.parse(await this.ask('/api/calls?explanation=waiting&limit=200')) as {
      calls: { explanation: { because: string } }[];
    };
    return calls.map((call) => call.explanation.because);
  }
  async hook(): Promise<{ hook: string; secret: string }> {
    const [row] = await this.query<{ connection: string; secrets: string }>('select connection, secrets from connections limit 1');
    const opened = openSecrets(this.#secretsKey, realWorld()).open(row!.secrets, `connections ${row!.connection} secrets`);
    return { hook: `${this.address}/hooks/${row!.connection}`, secret: (JSON.parse(opened) as string[])[0]! };
  }

  /** What an admin enters in the console. */
  async savePolicy(policy: object): Promise<void> {
    const answer = await fetch(`${this.address}/api/policy`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json', 'x-cordboard': '1', origin: this.address, cookie: this.#cookie },
      body: JSON.stringify(policy),
    });
    if (!answer.ok) throw new Error(`saving the policy was answered ${answer.status}: ${await answer.text()}`);
  }

  /** A control of the stand-in org; with an order it is posted. */
  async control<T = Record<string, unknown>>(path: string, order?: object): Promise<T> {
    const answer = await fetch(`http://127.0.0.1:${this.#ports.control}/__org${path}`, {
      ...(order ? { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(order) } : {}),
    });
    if (!answer.ok) throw new Error(`the stand-in org's ${path} answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as T;
  }
  async exported(object: string): Promise<Task[]> {
    const answer = await fetch(`http://127.0.0.1:${this.#ports.control}/__org/export?object=${object}`);
    return (await answer.text())
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Task);
  }

  /** What has been heard and is not in the org yet, by the line's own tables: says when to look, not whether all is well. */
  async waiting(): Promise<{ untranslated: number; untold: number; unsent: number; lingering: number }> {
    const [row] = await this.query<{ untranslated: number; untold: number; unsent: number; lingering: number }>(
      `select (select count(*) from deliveries where state = 'new')::int as untranslated,
        (select count(*) from calls where due <= cb_now())::int as untold,
        (select count(*) from writes where state in ('due', 'uncertain') and not (lane = 'later' and due > cb_now()))::int + (select count(*) from writes where state = 'sending')::int as unsent,
        (select count(*) from writes where state in ('due', 'uncertain') and lane = 'later' and due > cb_now())::int as lingering`,
    );
    return row!;
  }

  /** Ends the server as Ctrl-C does, and with it its database and the org, which it took over; only the org starts again. */
  async stopServer(): Promise<void> {
    await this.#database?.end().catch(() => undefined);
    this.#database = undefined;
    const org = this.#org;
    await ended(this.#server, 'SIGTERM', 30_000);
    this.#server = undefined;
    await ended(org, 'SIGTERM', 5_000);
    await this.#startOrg();
  }
  async close(): Promise<void> {
    if (!running.delete(this)) return;
    await this.#database?.end().catch(() => undefined);
    await ended(this.#server, 'SIGTERM', 30_000);
    this.#endDatabaseLeftBehind();
    await ended(this.#org, 'SIGTERM', 5_000);
    await this.tap.close();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
  /** A server that had to be killed leaves its database running. */
  #endDatabaseLeftBehind(): void {
    try {
      process.kill(this.postgresPid, 'SIGQUIT');
    } catch (error) {
      if (!['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    }
  }
}

/** Asks, waits, and insists. */
export async function ended(child: ChildProcess | undefined, signal: NodeJS.Signals, patienceMs: number): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  const insisting = setTimeout(() => child.kill('SIGKILL'), patienceMs);
  await exit;
  clearTimeout(insisting);
}

/** Ports nobody uses just now, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve, reject) => {
          const server = createServer();
          server.once('error', reject).listen(0, '127.0.0.1', () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
