import { createHash } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import {
  appendFile,
  chmod,
  mkdir,
  mkdtemp,
  open,
  readFile,
  readdir,
  realpath,
  rename,
  rm,
  stat,
  statfs,
  writeFile,
} from 'node:fs/promises';
import { createServer } from 'node:net';
import { hostname, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import type { ChildProcess } from 'node:child_process';
import pg from 'pg';
import type { World } from '../world.ts';
import { DatabaseTrouble, findProgram, makePrivateFolder, type PostgresProgram } from './postgres-program.ts';

/** Where the database is; what `pg` takes. `host` is a folder when it is a Unix socket. */
export type EmbeddedAddress = {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  readonly password?: string;
};

export type EmbeddedOptions = {
  /** Everything lives below it: the data in `postgres/`, the log in `postgres.log`, the socket in `socket/`. */
  readonly folder: string;
  readonly world: World;
  /** One sentence when something takes longer than 2 s, and again every 5 s. */
  readonly onProgress?: (sentence: string) => void;
  /** False: nothing is forced to disk. For throw-away data only. Default true. */
  readonly durable?: boolean;
  /** True: several processes may use the folder, and `stop` only leaves. Default false: a second one is refused. */
  readonly shared?: boolean;
  /** Default: a Unix socket, on Windows TCP on loopback with a password. */
  readonly reach?: 'socket' | 'tcp';
  /** The program that makes a user namespace. Default `unshare`, from util-linux. */
  readonly unshare?: string;
};
export type Embedded = {
  readonly address: EmbeddedAddress;
  /** A database that outlived our last process was taken over. */
  readonly adopted: boolean;
  /** The data was made by this very start. */
  readonly fresh: boolean;
  /** PostgreSQL's main process, as of now: it is started again when it dies. */
  readonly pid: number;
  /** Shuts the database down and resolves when it is down. */
  stop(): Promise<void>;
};

const user = 'cordboard';
/** Names the socket file only: a folder holds one. */
const socketPort = 5432;
/** A socket's path fits 108 bytes with its final zero on Linux, 104 on macOS (sys/un.h). */
const longestSocketPath = 103;
/** An empty database is 40 MB, and the log of changes takes 16 MB at a time; less than this ends badly within the hour. */
const leastFreeBytes = 150e6;
/** A killed PostgreSQL holds its lock until its parent has reaped it: 1.5 s was seen. */
const patienceMs = 20_000;
/** Ours among the advisory locks of database `postgres`, where nothing else takes any: "cord" in ASCII, owner. */
const ownerLock = [0x636f7264, 1] as const;
const oldestLogBytes = 10e6;

/** Starts the PostgreSQL that npm brought, or takes over one that outlived us, and keeps it running. */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded> {
  const { world, durable = true, shared = false, unshare = 'unshare' } = options;
  const reach = options.reach ?? (process.platform === 'win32' ? 'tcp' : 'socket');
  const progress = slowly(world, options.onProgress ?? (() => {}));
  const folder = await prepareFolder(options.folder);
  const data = join(folder, 'postgres');
  const fresh = await isFresh(data);

  const half = fresh ? await prepareHalf(folder) : undefined;
  const program = await findProgram(folder, half ?? data, fresh, unshare);
  if (half) await progress('Making the database', initialise(program, world, { folder, half, data, durable, reach }));
  await checkVersion(data, program);
  // A restored copy may have wider rights; PostgreSQL then refuses, and it would be right to.
  if (process.platform !== 'win32' && ((await stat(data)).mode & 0o777) !== 0o700) await chmod(data, 0o700);

  const socketFolder = await placeSocket(folder, reach, program);
  const password = reach === 'tcp' ? (await readFile(join(folder, 'postgres.password'), 'utf8')).trim() : undefined;
  const postmaster = new Postmaster(program, folder, data, { durable, reach, socketFolder });
  const addressOf = async (database: string): Promise<EmbeddedAddress> =>
    reach === 'socket'
      ? { host: socketFolder, port: socketPort, user, database }
      : { host: '127.0.0.1', port: (await readLockFile(data))?.port ?? 1, user, database, ...(password ? { password } : {}) };

  let stopping = false;
  const stopped = new AbortController();
  let owner: pg.Client;
  let reviving: Promise<void> = Promise.resolve();

  async function bringUp(): Promise<pg.Client> {
    const client = await progress(
      'Starting PostgreSQL (after a crash it first replays its log)',
      untilAnswered(postmaster, world, () => addressOf('postgres'), data),
    );
    try {
      if (!shared) await progress('Waiting for another Cordboard to let go of the database', takeOwnership(client, world, folder));
      await ensureDatabase(client);
    } catch (cause) {
      await client.end();
      throw cause;
    }
    client.on('end', () => {
      if (!stopping) reviving = revive();
    });
    return client;
  }
  // Somebody killed it, or it crashed: our pools reconnect by themselves, once it is there again.
  async function revive(): Promise<void> {
    for (let pauseMs = 2000; !stopping; pauseMs = Math.min(2 * pauseMs, 30_000)) {
      try {
        owner = await bringUp();
        return;
      } catch (cause) {
        options.onProgress?.(`The database went away and can't be started again yet: ${(cause as Error).message}`);
        await world.sleep(pauseMs, stopped.signal);
      }
    }
  }

  owner = await bringUp();
  const lock = await readLockFile(data);
  return {
    address: await addressOf('cordboard'),
    adopted: lock?.pid !== postmaster.child?.pid,
    fresh,
    get pid() {
      return postmaster.pid;
    },
    async stop() {
      if (stopping) return;
      stopping = true;
      stopped.abort();
      await reviving;
      await owner.end();
      if (!shared) await progress('Waiting for PostgreSQL to shut down', shutDown(folder, world, program));
    },
  };
}

/** Shuts down the database in this folder, if one runs. Gives whether one did. `program` is needed on Windows only. */
export async function shutDown(folder: string, world: World, program?: PostgresProgram): Promise<boolean> {
  const data = join(folder, 'postgres');
  const lock = await readLockFile(data);
  if (!lock || (await fateOf(lock.pid)) !== 'running') return false;
  if (process.platform === 'win32' && program)
    await finished(program.start('pg_ctl', ['stop', '-D', data, '-m', 'fast', '-w'], { cwd: folder, output: 'pipe' }));
  else process.kill(lock.pid, 'SIGINT'); // "fast": ends sessions, writes everything down (PostgreSQL manual, 18.5)
  // It removes the lock file as its last act; the process itself may stay as a zombie if nobody reaps it.
  const until = world.monotonic() + 60_000;
  let hurried = false;
  while ((await readLockFile(data))?.pid === lock.pid && (await fateOf(lock.pid)) === 'running') {
    if (!hurried && world.monotonic() > until) {
      hurried = true;
      process.kill(lock.pid, 'SIGQUIT'); // "immediate": loses nothing committed, the next start replays the log
    }
    await world.sleep(20);
  }
  return true;
}

/** Says after 2 s, and every 5 s from then on, what we are waiting for. */
function slowly(world: World, say: (sentence: string) => void) {
  return async <T>(what: string, work: Promise<T>): Promise<T> => {
    const over = new AbortController();
    const begun = world.monotonic();
    const watch = async () => {
      for (let wait = 2000; ; wait = 5000) {
        await world.sleep(wait, over.signal);
        if (over.signal.aborted) return;
        say(`${what}: ${Math.round((world.monotonic() - begun) / 1000)} s so far.`);
      }
    };
    const watching = watch();
    try {
      return await work;
    } finally {
      over.abort();
      await watching;
    }
  };
}

async function prepareFolder(asked: string): Promise<string> {
  try {
    await mkdir(asked, { recursive: true, mode: 0o700 });
    const folder = await realpath(asked);
    const trial = join(folder, `.writable-${process.pid}`);
    await writeFile(trial, '');
    await rm(trial);
    return folder;
  } catch (cause) {
    throw new DatabaseTrouble(
      `The data folder ${asked} can't be written (${inWords(cause)}). Give yourself the right to, or choose another with CORDBOARD_DATA.`,
      { cause },
    );
  }
}
function inWords(cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException;
  const words: Record<string, string> = {
    EACCES: 'no permission',
    EPERM: 'no permission',
    EROFS: 'the disk is read-only',
    ENOTDIR: 'part of the path is a file',
    EEXIST: 'it is a file',
    ENOSPC: 'the disk is full',
  };
  return (code && words[code]) ?? message;
}

/** Is there no database yet? Refuses a folder that holds something else. */
async function isFresh(data: string): Promise<boolean> {
  const found = await readdir(data).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined;
    throw new DatabaseTrouble(
      `The database folder ${data} can't be read (${inWords(cause)}). It belongs to another user; start Cordboard as that user.`,
      { cause },
    );
  });
  if (!found || found.length === 0) return true;
  if (found.includes('PG_VERSION')) return false;
  throw new DatabaseTrouble(
    `${data} is not a database: it holds ${found.slice(0, 3).join(', ')}. Move that away, or choose another folder with CORDBOARD_DATA.`,
  );
}

/** Where initdb works; renamed when done, so a killed one leaves nothing half-made. */
async function prepareHalf(folder: string): Promise<string> {
  for (const name of await readdir(folder)) {
    const pid = /^postgres\.new-(\d+)-/.exec(name)?.[1];
    if (pid && (await fateOf(Number(pid))) === 'gone') await rm(join(folder, name), { recursive: true });
  }
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize < leastFreeBytes)
    throw new DatabaseTrouble(
      `Only ${Math.floor((bavail * bsize) / 1e6)} MB are free in ${folder}, a database needs ${leastFreeBytes / 1e6} MB to begin with. Free some, or choose another folder with CORDBOARD_DATA.`,
    );
  return mkdtemp(join(folder, `postgres.new-${process.pid}-`));
}

type Making = {
  readonly folder: string;
  readonly half: string;
  readonly data: string;
  readonly durable: boolean;
  readonly reach: 'socket' | 'tcp';
};
async function initialise(program: PostgresProgram, world: World, { folder, half, data, durable, reach }: Making): Promise<void> {
  // A socket in a 0700 folder needs no password: who may enter may read the data anyway. A TCP port is open to all users.
  const access = ['--auth=trust'];
  if (reach === 'tcp') {
    const secret = join(folder, 'postgres.password');
    await writeFile(secret, Buffer.from(world.bytes(24)).toString('base64url'), { mode: 0o600 });
    access.splice(0, 1, '--auth=scram-sha-256', `--pwfile=${secret}`);
  }
  // PostgreSQL's own C.UTF-8 (since 17) sorts the same on every system and knows upper and lower case of all letters.
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const { code, output } = await finished(
    program.start('initdb', ['-D', half, '-U', user, ...access, ...locale, ...(durable ? [] : ['--no-sync', '--wal-segsize=1'])], {
      cwd: folder,
      output: 'pipe',
    }),
  );
  if (code !== 0) {
    await rm(half, { recursive: true, force: true });
    throw new DatabaseTrouble(explainLog(output, folder) ?? `initdb failed: ${output.trim().split('\n').slice(-3).join(' ')}`);
  }
  await rename(half, data).catch(async (cause: NodeJS.ErrnoException) => {
    if (cause.code !== 'ENOTEMPTY' && cause.code !== 'EEXIST') throw cause;
    await rm(half, { recursive: true }); // another process was faster; theirs is as good
  });
  if (durable) await syncFolder(folder);
}
/** A rename is on disk only when the folder that holds the name is. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  await handle.sync();
  await handle.close();
}

function finished(child: ChildProcess): Promise<{ code: number | null; output: string }> {
  let output = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (output += text));
  return new Promise((resolve) => {
    child.once('error', (cause) => resolve({ code: null, output: cause.message }));
    child.once('close', (code) => resolve({ code, output }));
  });
}

async function checkVersion(data: string, program: PostgresProgram): Promise<void> {
  const major = Number((await readFile(join(data, 'PG_VERSION'), 'utf8')).trim());
  if (major === program.major) return;
  throw new DatabaseTrouble(
    `The database in ${data} was made by PostgreSQL ${major}; this Cordboard brings ${program.version} and can't read it. ` +
      (major < program.major
        ? 'Start the Cordboard that made it, back up, and restore into an empty data folder of this one.'
        : 'It was last used by a newer Cordboard: install that one again, or restore a backup of before into an empty data folder.'),
  );
}

async function placeSocket(folder: string, reach: 'socket' | 'tcp', program: PostgresProgram): Promise<string> {
  if (reach === 'tcp') return '';
  const near = join(folder, 'socket');
  const fits = Buffer.byteLength(join(near, `.s.PGSQL.${socketPort}`)) <= longestSocketPath;
  const place = fits ? near : join(tmpdir(), `cordboard-${createHash('sha256').update(folder).digest('hex').slice(0, 16)}`);
  await makePrivateFolder(place, program.owner);
  return place;
}

type LockFile = { readonly pid: number; readonly port: number };
/** PostgreSQL's note of who runs (miscinit.h: one value a line). */
async function readLockFile(data: string): Promise<LockFile | undefined> {
  const text = await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '');
  const [pid, , , port] = text.split('\n').map(Number);
  return pid ? { pid, port: port ?? 0 } : undefined;
}

/** `other`: alive, but no PostgreSQL, since process ids are used again. On other systems than Linux only life is known. */
async function fateOf(pid: number): Promise<'running' | 'dead' | 'other' | 'gone'> {
  try {
    process.kill(pid, 0);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ESRCH') return 'gone';
  }
  if (process.platform !== 'linux') return 'running';
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  if (line === '') return 'gone';
  const [, name, state] = /\((.*)\) (\S)/s.exec(line) ?? [];
  if (state === 'Z' || state === 'X') return 'dead';
  return name === 'postgres' ? 'running' : 'other';
}

/** PostgreSQL's main process: starts it, and knows why it ended. */
class Postmaster {
  child: ChildProcess | undefined;
  pid = 0;
  private readonly program: PostgresProgram;
  private readonly folder: string;
  private readonly data: string;
  private readonly log: string;
  private readonly form: { durable: boolean; reach: 'socket' | 'tcp'; socketFolder: string };
  private logFrom = 0;
  private port: number | undefined;

  constructor(
    program: PostgresProgram,
    folder: string,
    data: string,
    form: { durable: boolean; reach: 'socket' | 'tcp'; socketFolder: string },
  ) {
    this.program = program;
    this.folder = folder;
    this.data = data;
    this.log = join(folder, 'postgres.log');
    this.form = form;
  }

  get running(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  async launch(): Promise<void> {
    await this.turnLog();
    const { reach, socketFolder, durable } = this.form;
    // Chosen once: our pools come back to the same port after a crash.
    this.port ??= (await readLockFile(this.data))?.port ?? (await freePort());
    const settings = {
      ...tuned(durable),
      ...(reach === 'socket'
        ? { listen_addresses: '', unix_socket_directories: socketFolder, unix_socket_permissions: '0700', port: String(socketPort) }
        : { listen_addresses: '127.0.0.1', unix_socket_directories: '', port: String(this.port) }),
    };
    const output = openSync(this.log, 'a', 0o600);
    // Detached: Ctrl-C goes to the whole group, and would end the database before we have drained.
    const child = this.program.start(
      'postgres',
      ['-D', this.data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      { cwd: this.folder, output },
    );
    closeSync(output);
    child.on('error', (cause) => void appendFile(this.log, `${cause.message}\n`));
    child.unref();
    this.child = child;
  }

  /** What it wrote since the last launch. */
  async lastWords(): Promise<string> {
    const handle = await open(this.log, 'r');
    const { size } = await handle.stat();
    const from = Math.max(this.logFrom, size - 20_000);
    const { buffer } = await handle.read(Buffer.alloc(Math.max(0, size - from)), 0, Math.max(0, size - from), from);
    await handle.close();
    return buffer.toString('utf8');
  }

  /**
   * Names a dead process in the lock file instead of a zombie or of a stranger with the same id, for which PostgreSQL
   * would wait for ever. It then looks by itself whether anybody still uses the shared memory the file names.
   */
  async forgetTheDead(): Promise<void> {
    const lock = await readLockFile(this.data);
    if (!lock || process.platform !== 'linux') return;
    const fate = await fateOf(lock.pid);
    if (fate !== 'dead' && fate !== 'other') return;
    const path = join(this.data, 'postmaster.pid');
    const impossible = 2 ** 22 + 1; // one above the largest pid_max (proc_sys_kernel(5))
    await writeFile(path, (await readFile(path, 'utf8')).replace(/^\d+/, String(impossible)));
  }

  private async turnLog(): Promise<void> {
    const size = await stat(this.log).then(
      ({ size: bytes }) => bytes,
      () => 0,
    );
    if (size > oldestLogBytes) await rename(this.log, `${this.log}.1`);
    this.logFrom = size > oldestLogBytes ? 0 : size;
  }
}

const tuned = (durable: boolean): Record<string, string> => ({
  max_connections: '60', // our pools take about 20; the rest is for a second process and for people
  shared_buffers: totalmem() > 3e9 ? '256MB' : '64MB', // shared pages cost memory only once used
  effective_cache_size: totalmem() > 3e9 ? '1GB' : '256MB',
  max_wal_size: '1GB',
  jit: 'off', // compiling takes longer than any statement of ours runs
  max_parallel_workers_per_gather: '0', // no statement of ours gains, and containers have little shared memory
  random_page_cost: '1.1', // solid-state disks
  autovacuum_naptime: '5s', // the queue's dead rows slow every claim: 25 ms became 106 at the default of a minute
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_checkpoints: 'off', // one line every five minutes, for nobody
  log_min_duration_statement: '500ms',
  // The log must never hold what the data holds (S2): no parameters, no failed statements, no "Key (number)=(+81…)".
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  cluster_name: 'cordboard',
  ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
});

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const bound = server.address();
      server.close(() => resolve(typeof bound === 'object' && bound ? bound.port : 0));
    });
  });
}

/** Connects; starts PostgreSQL when nobody answers; waits while it recovers, shuts down or is being reaped. */
async function untilAnswered(
  postmaster: Postmaster,
  world: World,
  address: () => Promise<EmbeddedAddress>,
  data: string,
): Promise<pg.Client> {
  const patientUntil = world.monotonic() + patienceMs;
  for (let launches = 0; ;) {
    const answer = await tryConnect(await address());
    if (answer instanceof pg.Client) {
      postmaster.pid = (await readLockFile(data))?.pid ?? 0;
      return answer;
    }
    if (answer === 'nobody' && !postmaster.running) {
      if (launches > 0) {
        const said = await postmaster.lastWords();
        // `lock file … already exists`, `pre-existing shared memory block`: the last one isn't quite gone (miscinit.c).
        const held = /lock file .* already exists|pre-existing shared memory block|lock file .* is empty/.test(said);
        // Somebody killed it while it started: it had no reason of its own, so the next one may live.
        const wasKilled = postmaster.child?.signalCode === 'SIGKILL';
        if (!(held || wasKilled) || world.monotonic() > patientUntil)
          throw new DatabaseTrouble(explainLog(said, data) ?? `PostgreSQL ended at once: ${said.trim().split('\n').slice(-3).join(' ')}`);
        await world.sleep(100);
      }
      await postmaster.forgetTheDead();
      await postmaster.launch();
      launches++;
    }
    await world.sleep(25);
  }
}

async function tryConnect(address: EmbeddedAddress): Promise<pg.Client | 'nobody' | 'not yet'> {
  const client = new pg.Client({
    ...address,
    application_name: `cordboard owner, process ${process.pid} on ${hostname()}`,
    keepAlive: true,
  });
  client.on('error', () => {}); // 'end' follows and is heard
  try {
    await client.connect();
    return client;
  } catch (cause) {
    const { code, message } = cause as Error & { code?: string };
    // 57P03: starting, recovering or shutting down. The others: no socket, or its process died just now.
    if (code === '57P03' || code === '57P01' || code === '57P02') return 'not yet';
    if (
      code === 'ENOENT' ||
      code === 'ECONNREFUSED' ||
      code === 'ECONNRESET' ||
      code === 'EPIPE' ||
      /terminated unexpectedly/.test(message)
    )
      return 'nobody';
    throw new DatabaseTrouble(`The database answers, but refuses us: ${message}`, { cause });
  }
}

/** One Cordboard per folder: a session lock, which dies with its process. */
async function takeOwnership(client: pg.Client, world: World, folder: string): Promise<void> {
  const until = world.monotonic() + 3000; // a killed predecessor's session ends when PostgreSQL next looks at its socket
  for (;;) {
    const { rows } = await client.query<{ held: boolean }>('select pg_try_advisory_lock($1, $2) as held', [...ownerLock]);
    if (rows[0]?.held) return;
    if (world.monotonic() > until) break;
    await world.sleep(100);
  }
  const { rows } = await client.query<{ name: string }>(
    `select a.application_name as name from pg_locks l join pg_stat_activity a using (pid) where l.locktype = 'advisory' and l.granted and l.classid = $1 and l.objid = $2`,
    [...ownerLock],
  );
  throw new DatabaseTrouble(
    `Another Cordboard uses ${folder} (${rows[0]?.name.replace('cordboard owner, ', '') ?? 'it let go just now'}). Stop it, or choose another folder with CORDBOARD_DATA.`,
  );
}

async function ensureDatabase(client: pg.Client): Promise<void> {
  const { rowCount } = await client.query(`select from pg_database where datname = 'cordboard'`);
  if (rowCount) return;
  await client.query('create database cordboard').catch((cause: Error & { code?: string }) => {
    if (cause.code !== '42P04' && cause.code !== '23505') throw cause; // another process was faster
  });
}

/** PostgreSQL's last words, in ours; undefined when we don't know them. */
export function explainLog(said: string, folder: string): string | undefined {
  if (/No space left on device|could not write .*: No space/.test(said))
    return `The disk that holds ${folder} is full. Free some space and start again; nothing committed is lost.`;
  if (/lock file .* already exists|pre-existing shared memory block/.test(said)) {
    const pid = /\(PID (\d+)\)/.exec(said)?.[1];
    return `Another program uses the database in ${folder}${pid ? ` (process ${pid})` : ''}, and does not answer on its socket. Stop it, or choose another folder with CORDBOARD_DATA.`;
  }
  if (/has wrong ownership|Permission denied|could not access directory/.test(said))
    return `PostgreSQL may not read its files in ${folder}. All of them must belong to the user who first started Cordboard there.`;
  if (/could not create shared memory|could not map anonymous shared memory|Cannot allocate memory/.test(said))
    return 'There is too little memory for PostgreSQL: it needs about 100 MB. Stop something else, or set DATABASE_URL.';
  if (/invalid checkpoint record|could not locate a valid checkpoint|invalid page|PANIC/.test(said))
    return `The database in ${folder} is damaged: ${
      said
        .split('\n')
        .find((line) => /PANIC|FATAL/.test(line))
        ?.trim() ?? ''
    } Restore a backup into an empty folder, and keep this one for inspection.`;
  return undefined;
}
