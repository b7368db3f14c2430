import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { openSecrets } from '../server/store/secrets.ts';
import { realWorld } from '../server/world.ts';
import type { Story } from './generator.ts';
import { judge, type Task, type Verdict } from './judge.ts';
import { pause, until } from './pause.ts';
import { Sender } from './sender.ts';
import { WireTap } from './wire-tap.ts';

const root = new URL('..', import.meta.url).pathname;
/** What an installation is when nothing is said. */
export type Kind = {
  readonly withoutCustomFields?: boolean;
  readonly latency?: 'none' | 'typical' | 'heavy';
  readonly requestLimitMs?: number;
  /** Where the data goes, if not into the temporary folder. */
  readonly dataFolder?: string;
  /** A database that is there already. */
  readonly databaseUrl?: string;
  /** Names of the nodes. */
  readonly nodes?: readonly string[];
  /** More of the environment that every node has. */
  readonly environment?: Readonly<Record<string, string>>;
};
type Pending = {
  /** Deliveries to translate and calls to tell. */
  readonly untold: number;
  readonly unsent: number;
  /** Changes nobody waits for. */
  readonly lingering: number;
  /** Written, with an older request that may still land. */
  readonly unverified: number;
};
type Node = { readonly name: string; readonly port: number; child: ChildProcess | undefined };

/** The product as its users run it, and the stand-in org beside it, all in processes of their own that can be killed. */
export class Installation {
  readonly folder: string;
  readonly dataFolder: string;
  readonly tap: WireTap;
  readonly nodes: readonly Node[];
  /** Every call that was ever told here. */
  readonly stories: Story[] = [];
  /** What this installation's clock is ahead of the machine's. */
  shiftMs = 0;
  readonly #kind: Kind;
  readonly #secretsKey = Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64');
  readonly #standInPorts: { readonly api: number; readonly control: number };
  #standIn: ChildProcess | undefined;
  #sender: Sender | undefined;
  #database: pg.Client | undefined;

  private constructor(kind: Kind, folder: string, ports: readonly number[]) {
    this.#kind = kind;
    this.folder = folder;
    this.dataFolder = kind.dataFolder ?? join(folder, 'data');
    this.nodes = (kind.nodes ?? ['node']).map((name, place) => ({ name, port: ports[place + 2]!, child: undefined }));
    this.#standInPorts = { api: ports[0]!, control: ports[1]! };
    this.tap = new WireTap(() => this.#standInPorts.api);
  }

  static async open(kind: Kind = {}): Promise<Installation> {
    const folder = await mkdtemp(join(tmpdir(), 'cordboard-chaos-'));
    const installation = new Installation(kind, folder, await freePorts(2 + (kind.nodes?.length ?? 1)));
    try {
      await installation.#begin();
    } catch (error) {
      await installation.close(true);
      throw new Error(`${(error as Error).message}; logs are in ${folder}`, { cause: error });
    }
    return installation;
  }
  async #begin(): Promise<void> {
    await mkdir(this.dataFolder, { recursive: true });
    await this.tap.open();
    await this.#startStandIn();
    for (const node of this.nodes) await this.startServer(node);
    this.#sender = await this.#readHook();
  }

  /** The org: a process of its own, behind the tap, which the server takes over as one that outlived it. */
  async #startStandIn(): Promise<void> {
    const { api, control } = this.#standInPorts;
    const log = openSync(join(this.folder, 'stand-in.log'), 'a');
    this.#standIn = spawn(
      process.execPath,
      [
        join(root, 'emulators/salesforce/main.ts'),
        ...['--port', String(api), '--control-port', String(control), '--instance-url', `http://127.0.0.1:${this.tap.port}`],
        ...['--file', join(this.folder, 'org.sqlite'), '--client-id', 'cordboard', '--client-secret', 'stand-in-secret'],
        ...['--latency', this.#kind.latency ?? 'none', ...(this.#kind.withoutCustomFields ? ['--without-custom-fields'] : [])],
      ],
      { stdio: ['ignore', log, log] },
    );
    closeSync(log);
    await until('the stand-in org starts', 30_000, () => this.control('/health').then(Boolean, () => false));
  }

  /** As `npm start` does. Resolves when its doors are open. */
  async startServer(node: Node = this.nodes[0]!): Promise<void> {
    // A server that gives up its start ends the org it had taken over, as it ends everything of its own.
    if (this.#standIn?.exitCode !== null) await this.#startStandIn();
    const said = (await this.logOf(node)).length;
    const log = openSync(join(this.folder, `${node.name}.log`), 'a');
    const child = spawn(process.execPath, [join(root, 'server/main.ts')], {
      cwd: this.folder, // no cordboard.json of somebody else's
      env: this.environmentOf(node),
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    node.child = child;
    await until(`${node.name} starts`, 60_000, async () => {
      if (child.signalCode !== null) return true; // killed while it started; whoever did that goes on
      const words = (await this.logOf(node)).slice(said);
      if (child.exitCode !== null) throw new Error(`${node.name} ended at its start: ${words.slice(-500)}`);
      return words.includes('Cordboard is ready');
    });
  }
  /** What a node is told, and whatever an admin runs beside it. */
  environmentOf(node: Node = this.nodes[0]!): NodeJS.ProcessEnv {
    const { databaseUrl, requestLimitMs = 3_000, environment } = this.#kind;
    const ours = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^CORDBOARD_|^DATABASE_URL$/.test(name)));
    return {
      ...ours,
      CORDBOARD_PORT: String(node.port),
      CORDBOARD_NODE_NAME: node.name,
      CORDBOARD_DATA: databaseUrl === undefined ? this.dataFolder : join(this.folder, node.name),
      CORDBOARD_SECRETS_KEY: this.#secretsKey,
      CORDBOARD_STAND_IN: 'on',
      CORDBOARD_STAND_IN_PORT: String(this.tap.port),
      CORDBOARD_STAND_IN_CONTROL_PORT: String(this.#standInPorts.control),
      CORDBOARD_REQUEST_LIMIT_MS: String(requestLimitMs),
      ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
      ...environment,
    };
  }
  logOf(node: Node): Promise<string> {
    return readFile(join(this.folder, `${node.name}.log`), 'utf8').catch(() => '');
  }
  isRunning(node: Node = this.nodes[0]!): boolean {
    return node.child !== undefined && node.child.exitCode === null && node.child.signalCode === null;
  }
  /** SIGKILL, and waits until it is gone. */
  async killServer(node: Node = this.nodes[0]!): Promise<void> {
    await killed(node.child);
    node.child = undefined;
  }
  /** SIGKILL to PostgreSQL's main process and all it has started. */
  async killPostgres(): Promise<void> {
    // Between two lives there is nothing to kill: no file, or one that names a process long gone.
    const lockFile = await readFile(join(this.dataFolder, 'postgres/postmaster.pid'), 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    const main = Number(lockFile.split('\n')[0]);
    const name = await readFile(`/proc/${main}/comm`, 'utf8').catch(() => '');
    if (name.trim() !== 'postgres') return;
    const children = await readFile(`/proc/${main}/task/${main}/children`, 'utf8').catch(() => '');
    for (const pid of [main, ...children.split(' ').filter(Boolean).map(Number)]) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
    }
  }

  /** One statement to the database, over a connection of our own that comes back after a kill. */
  async query<Row extends pg.QueryResultRow = pg.QueryResultRow>(sql: string, values: unknown[] = []): Promise<Row[]> {
    for (let tries = 0; ; tries++) {
      try {
        this.#database ??= await this.connect();
        return (await this.#database.query<Row>(sql, values)).rows;
      } catch (error) {
        await this.#database?.end().catch(() => undefined);
        this.#database = undefined;
        if (tries > 300) throw error;
        await pause(100);
      }
    }
  }
  /** A connection of the caller's own: for locks that are held until it ends. */
  async connect(): Promise<pg.Client> {
    const { databaseUrl } = this.#kind;
    const client = new pg.Client({
      ...(databaseUrl === undefined
        ? { host: join(this.dataFolder, 'socket'), port: 5432, user: 'cordboard', database: 'cordboard' }
        : { connectionString: databaseUrl }),
      application_name: 'chaos',
    });
    client.on('error', () => undefined); // we kill it ourselves
    await client.connect();
    return client;
  }

  /** What an admin enters in the console, who signed in with the link that a node printed at its start. */
  async savePolicy(policy: object, node: Node = this.nodes[0]!): Promise<void> {
    const origin = `http://127.0.0.1:${node.port}`;
    const headers = { 'content-type': 'application/json', 'x-cordboard': '1', origin };
    const token = [...(await this.logOf(node)).matchAll(/sign-in#(\S+)/g)].at(-1)?.[1];
    const signedIn = await fetch(`${origin}/api/sign-in`, { method: 'POST', headers, body: JSON.stringify({ token }) });
    const cookie = (signedIn.headers.get('set-cookie') ?? '').split(';')[0]!;
    const saved = await fetch(`${origin}/api/policy`, { method: 'PUT', headers: { ...headers, cookie }, body: JSON.stringify(policy) });
    if (!saved.ok) throw new Error(`saving the policy was answered ${saved.status}: ${await saved.text()}`);
  }

  /** A control of the stand-in org; with an order it is posted. */
  async control<T = Record<string, unknown>>(path: string, order?: object, method = order ? 'POST' : 'GET'): Promise<T> {
    const answer = await fetch(`http://127.0.0.1:${this.#standInPorts.control}/__org${path}`, {
      method,
      ...(order ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(order) } : {}),
    });
    if (!answer.ok) throw new Error(`the stand-in org's ${path} answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as T;
  }
  async exported(object: string): Promise<Task[]> {
    const answer = await fetch(`http://127.0.0.1:${this.#standInPorts.control}/__org/export?object=${object}`);
    return (await answer.text())
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Task);
  }
  /** Contacts of the org that nobody has deleted, for links. */
  async contacts(): Promise<string[]> {
    return (await this.exported('Contact')).map((contact) => String(contact['Id']));
  }
  /** Rows refused because their name was on a record already, as the org counts them since it was last started: also those whose answer was lost. */
  async duplicates(): Promise<number> {
    const { rowErrors } = await this.control<{ rowErrors: Readonly<Record<string, number>> }>('/counts');
    return rowErrors['DUPLICATE_VALUE'] ?? 0;
  }

  /** Tells these calls through the door; resolves when every delivery has been acknowledged. */
  async send(stories: readonly Story[], perSecond: number): Promise<void> {
    this.stories.push(...stories);
    await this.sender.send(stories, perSecond);
  }
  get sender(): Sender {
    if (!this.#sender) throw new Error('the installation has not begun');
    return this.#sender;
  }
  /** The address of the hook and its secret, as the console would show them. */
  async #readHook(): Promise<Sender> {
    const [row] = await this.query<{ connection: string; secrets: string }>('select connection, secrets from connections limit 1');
    if (!row) throw new Error('the installation has no connection');
    const sealed = openSecrets(this.#secretsKey, realWorld()).open(row.secrets, `connections ${row.connection} secrets`);
    const urls = this.nodes.map((node) => `http://127.0.0.1:${node.port}/hooks/${row.connection}`);
    return new Sender(urls, (JSON.parse(sealed) as string[])[0]!);
  }

  /** Moves the clock of the database and of the org: what was to wait for so long is due. */
  async advance(ms: number): Promise<void> {
    this.shiftMs += ms;
    await this.query("update clock set shift = $1 * interval '1 millisecond'", [this.shiftMs]);
    await this.control('/clock', { shiftMs: this.shiftMs });
  }
  /** What the line still has to do, by its own tables: not who judges, only when to ask the judge. */
  async pending(): Promise<Pending> {
    const [row] = await this.query<Pending>(
      `select ((select count(*) from deliveries where state = 'new') + (select count(*) from calls where due <= cb_now()))::int as untold,
        (select count(*) from writes where state in ('due', 'sending', 'uncertain') and not (lane = 'later' and due > cb_now()))::int as unsent,
        (select count(*) from writes where state in ('due', 'uncertain') and lane = 'later' and due > cb_now())::int as lingering,
        (select count(*) from writes where state = 'written' and due is not null)::int as unverified`,
    );
    return row!;
  }
  /** Waits until nothing is under way. What lingers 30 s to share a request is not waited for: the clock moves on. */
  async drain(limitMs = 60_000): Promise<void> {
    let quiet = 0;
    await until(
      'everything is written',
      limitMs,
      async () => {
        const { untold, unsent, lingering, unverified } = await this.pending();
        if (untold + unsent === 0 && lingering > 0) await this.advance(31_000);
        quiet = untold + unsent + lingering + unverified === 0 ? quiet + 1 : 0;
        return quiet >= 2;
      },
      100,
    ).catch(async (error: unknown) => {
      throw new Error(`${(error as Error).message}: ${await this.#sayPending()}`, { cause: error });
    });
  }
  async #sayPending(): Promise<string> {
    const rows = await this.query(
      `select 'write ' || state || ' ' || lane || coalesce(' ' || (trouble->>'code'), '') as what, count(*)::int as n from writes where state <> 'written' group by 1
        union all select 'delivery ' || state, count(*)::int from deliveries where state in ('new', 'parked') group by 1
        union all select 'call due', count(*)::int from calls where due <= cb_now() having count(*) > 0
        union all select 'call parked: ' || trouble, count(*)::int from calls where trouble is not null group by 1`,
    );
    return rows.map((row) => `${row['n']} × ${row['what']}`).join(', ');
  }
  /** The org's export against everything that was told here. */
  async judged(stories: readonly Story[] = this.stories): Promise<Verdict> {
    const numbers = new Set(stories.map((story) => story.number));
    const others = new Set(this.stories.map((story) => story.number).filter((number) => !numbers.has(number)));
    const tasks = await this.exported('Task');
    return judge(
      stories,
      tasks.filter((task) => !others.has(/\+4822\d{7}/.exec(String(task['Description'] ?? ''))?.[0] ?? '')),
    );
  }
  /** D5, and nothing to do with the judge: calls our own view can't explain. */
  async unexplained(): Promise<number> {
    const [row] = await this.query<{ n: number }>('select count(*)::int as n from unexplained_calls');
    return row!.n;
  }

  /** Ends everything that was started here. `keep`: the folder with the logs stays. */
  async close(keep: boolean): Promise<void> {
    await this.#sender?.close();
    await this.#database?.end().catch(() => undefined);
    for (const node of this.nodes) await this.killServer(node);
    if (this.#kind.databaseUrl === undefined) await this.killPostgres().catch(() => undefined);
    await killed(this.#standIn);
    await this.tap.close();
    if (!keep) await rm(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

async function killed(child: ChildProcess | undefined): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await exit;
}

/** Ports nobody uses just now, all different. */
async function freePorts(count: number): Promise<number[]> {
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
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
