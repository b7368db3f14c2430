import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, readdir, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { cpSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { realWorld } from '../world.ts';
import { explainLog, shutDown, startEmbedded, type EmbeddedAddress, type Embedded, type EmbeddedOptions } from './embedded.ts';
import { completeLinks } from './postgres-program.ts';

const world = realWorld();
const root = process.getuid?.() === 0;
let folders: string[] = [];
let running: Embedded[] = [];
let others: { kill(): Promise<void> }[] = [];
afterEach(async () => {
  for (const other of others) await other.kill();
  others = [];
  for (const database of running) await database.stop();
  running = [];
  for (const folder of folders) {
    await shutDown(folder, world);
    await rm(folder, { recursive: true, force: true });
  }
  folders = [];
});
let pristine: string;
beforeAll(async () => {
  pristine = await realpath(await mkdtemp(join(tmpdir(), `cordboard-test-${process.pid}-`)));
  await (await startEmbedded({ folder: pristine, world, durable: false })).stop();
});
afterAll(() => rm(pristine, { recursive: true }));
/** A folder with a database, a copy of one just made: making one takes a second. */
async function aUsedFolder(below = ''): Promise<string> {
  const folder = join(await aFolder(), below);
  cpSync(join(pristine, 'postgres'), join(folder, 'postgres'), { recursive: true }); // five times as fast as cp() for these thousand files
  return folder;
}
async function aFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), `cordboard-test-${process.pid}-`)));
  folders.push(folder);
  return folder;
}
async function start(folder: string, more: Partial<EmbeddedOptions> = {}): Promise<Embedded> {
  const database = await startEmbedded({ folder, world, durable: false, ...more });
  running.push(database);
  return database;
}
async function ask(address: EmbeddedAddress, sql: string): Promise<unknown[]> {
  const client = new pg.Client(address);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows.map((row) => Object.values(row)[0]);
  } finally {
    await client.end();
  }
}
async function eventually(check: () => Promise<boolean>): Promise<void> {
  const until = world.monotonic() + 20_000;
  while (!(await check())) {
    if (world.monotonic() > until) throw new Error('it never came true');
    await world.sleep(50);
  }
}
/** Another process that starts the database in this folder, prints a line once it runs, and stays. */
async function anotherCordboard(folder: string): Promise<{ kill(): Promise<void> }> {
  const code = `
    const { startEmbedded } = await import(${JSON.stringify(new URL('embedded.ts', import.meta.url).href)});
    const { realWorld } = await import(${JSON.stringify(new URL('../world.ts', import.meta.url).href)});
    await startEmbedded({ folder: ${JSON.stringify(folder)}, world: realWorld(), durable: false });
    console.log('running');`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve());
    child.once('exit', (status) => reject(new Error(`it ended with ${status}`)));
  });
  const other = {
    kill: () =>
      new Promise<void>((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) return resolve();
        child.removeAllListeners('exit').once('exit', () => resolve());
        child.kill('SIGKILL');
      }),
  };
  others.push(other);
  return other;
}

describe('the embedded database', () => {
  test('is made once, keeps its data, and is reachable by nobody else', async () => {
    const folder = await aFolder();
    // What a killed initdb left.
    const dead = spawn(process.execPath, ['--version']);
    await new Promise((resolve) => dead.once('exit', resolve));
    await mkdir(join(folder, `postgres.new-${dead.pid}-x1y2z3`, 'base'), { recursive: true });
    const first = await start(folder);
    expect(first).toMatchObject({ fresh: true, adopted: false });
    await ask(first.address, 'create table kept (n int)');
    expect(await ask(first.address, 'show listen_addresses')).toEqual(['']);
    expect((await stat(first.address.host)).mode & 0o777).toBe(0o700);
    expect(await ask(first.address, `select lower('ÉÜЖ')`)).toEqual(['éüж']);
    expect(await ask(first.address, 'show server_encoding')).toEqual(['UTF8']);
    await first.stop();
    await expect(ask(first.address, 'select 1')).rejects.toThrow(/ENOENT|ECONNREFUSED/);

    const second = await start(folder);
    expect(second).toMatchObject({ fresh: false, adopted: false });
    expect(await ask(second.address, 'select count(*)::int from kept')).toEqual([0]);
    await second.stop();
    expect((await readdir(folder)).toSorted()).toEqual(['postgres', 'postgres.log', 'socket']);
  });

  test('never writes parameters, statements or key values to its log (S2)', async () => {
    const folder = await aUsedFolder();
    const { address, stop } = await start(folder);
    const client = new pg.Client(address);
    await client.connect();
    await client.query('create table number (e164 text primary key)');
    await client.query('insert into number values ($1)', ['+81312345678']);
    await expect(client.query('insert into number values ($1)', ['+81312345678'])).rejects.toThrow('duplicate key');
    await expect(client.query(`select '+81312345678' from nowhere`)).rejects.toThrow('nowhere');
    await client.query(`select pg_sleep(0.6), $1::text`, ['+81312345678']);
    await client.end();
    await stop();
    const log = await readFile(join(folder, 'postgres.log'), 'utf8');
    expect(log).toContain('duration: 6');
    expect(log).toContain('duplicate key');
    expect(log).not.toContain('312345678');
  });

  test('is adopted when it outlived our process', async () => {
    const folder = await aUsedFolder();
    const other = await anotherCordboard(folder);
    const pid = Number((await readFile(join(folder, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0]);
    await other.kill();
    const ours = await start(folder);
    expect(ours).toMatchObject({ fresh: false, adopted: true, pid });
    await ours.stop();
    await expect(ask(ours.address, 'select 1')).rejects.toThrow(/ENOENT|ECONNREFUSED/);
  });

  test('belongs to one Cordboard at a time, and says to whom', async () => {
    const folder = await aUsedFolder();
    const other = await anotherCordboard(folder);
    const said: string[] = [];
    await expect(start(folder, { onProgress: (sentence) => said.push(sentence) })).rejects.toThrow(
      /Another Cordboard uses .* \(process \d+ on .*\)\. Stop it/,
    );
    expect(said.join()).toMatch(/Waiting for another Cordboard .*: 2 s so far/);
    await other.kill();
  });

  test('is started again when it is killed, at the same address', async () => {
    const folder = await aUsedFolder();
    const database = await start(folder, { durable: true });
    expect(
      await ask(database.address, `select setting from pg_settings where name in ('fsync', 'full_page_writes', 'synchronous_commit')`),
    ).toEqual(['on', 'on', 'on']);
    await ask(database.address, 'create table kept as select 1 as n');
    const { pid } = database;
    process.kill(pid, 'SIGKILL');
    await eventually(() =>
      ask(database.address, 'select n from kept').then(
        (rows) => rows[0] === 1,
        () => false,
      ),
    );
    await eventually(async () => database.pid !== pid);
    await database.stop();
  });

  test('closes a copy that was restored with wider rights', async () => {
    const folder = await aUsedFolder();
    await chmod(join(folder, 'postgres'), 0o755);
    await (await start(folder)).stop();
    expect((await stat(join(folder, 'postgres'))).mode & 0o777).toBe(0o700);
  });

  test('comes up beside a lock file of a process id that now belongs to a stranger', async () => {
    const folder = await aUsedFolder();
    const first = await start(folder);
    await first.stop();
    // What a power cut leaves: the file names a process, and after the restart that number is somebody else's.
    const stranger = spawn(process.execPath, ['--eval', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] });
    await writeFile(
      join(folder, 'postgres', 'postmaster.pid'),
      `${stranger.pid}\n${join(folder, 'postgres')}\n1700000000\n5432\n${first.address.host}\n\n\n`,
      { mode: 0o600 },
    );
    const second = await start(folder);
    expect(second.adopted).toBe(false);
    await second.stop();
    expect(stranger.exitCode).toBeNull();
    stranger.stdin.end();
  });

  test('two that start at once share one database when they may', async () => {
    const folder = await aFolder();
    const [one, two] = await Promise.all([start(folder, { shared: true }), start(folder, { shared: true })]);
    expect(one.pid).toBe(two.pid);
    await one.stop();
    expect(await ask(two.address, 'select 1')).toEqual([1]);
    await two.stop();
    expect(await shutDown(folder, world)).toBe(true);
    expect(await shutDown(folder, world)).toBe(false);
  });

  test('lives in a folder whose path is too long for a socket', async () => {
    const folder = await aUsedFolder('a-rather-long-name-of-a-folder'.repeat(5));
    const database = await start(folder);
    expect(Buffer.byteLength(database.address.host)).toBeLessThan(80);
    expect((await stat(database.address.host)).mode & 0o777).toBe(0o700);
    expect(await ask(database.address, 'show data_directory')).toEqual([join(folder, 'postgres')]);
    await database.stop();
    await rm(database.address.host, { recursive: true });
  });

  test('over TCP asks for a password, and keeps its port over a crash', async () => {
    const folder = await aFolder();
    const database = await start(folder, { reach: 'tcp' });
    expect(database.address.host).toBe('127.0.0.1');
    expect(await ask(database.address, 'select 1')).toEqual([1]);
    await expect(ask({ ...database.address, password: 'guessed' }, 'select 1')).rejects.toThrow('password authentication failed');
    process.kill(database.pid, 'SIGKILL');
    await eventually(() =>
      ask(database.address, 'select 1').then(
        () => true,
        () => false,
      ),
    );
    await database.stop();
  });
});

describe('as root', () => {
  test.runIf(root)('runs in a folder only root may enter', async () => {
    const folder = await aUsedFolder('closed/data');
    await chmod(join(folder, '..'), 0o700);
    const database = await start(folder);
    expect((await stat(join(folder, 'postgres', 'postmaster.pid'))).uid).toBe(0);
    await database.stop();
  });

  test.runIf(root)('runs as nobody where there are no user namespaces, and stays with that user', async () => {
    const open = await aFolder();
    await chmod(open, 0o755);
    const first = await start(join(open, 'data'), { unshare: '/no/such/unshare' });
    const { uid } = await stat(join(open, 'data', 'postgres'));
    expect(uid).not.toBe(0);
    await first.stop();
    const second = await start(join(open, 'data'));
    expect(await ask(second.address, 'select 1')).toEqual([1]);
    expect((await stat(join(open, 'data', 'postgres', 'postmaster.pid'))).uid).toBe(uid);
    await second.stop();
  });

  test.runIf(root)('says what to do when neither works', async () => {
    const closed = await aFolder();
    await chmod(closed, 0o700);
    await expect(start(join(closed, 'data'), { unshare: '/no/such/unshare' })).rejects.toThrow(
      /PostgreSQL can't run here \(.*\)\. It never runs as root\. Start Cordboard as an ordinary user/s,
    );
  });
});

describe('says what is wrong and what to do', () => {
  test('a data folder that is a file', async () => {
    const folder = join(await aFolder(), 'data');
    await writeFile(folder, '');
    await expect(start(folder)).rejects.toThrow(/can't be written \(it is a file\).*choose another with CORDBOARD_DATA/);
  });
  test('a folder that holds something else', async () => {
    const folder = await aFolder();
    await mkdir(join(folder, 'postgres'));
    await writeFile(join(folder, 'postgres', 'thesis.doc'), 'mine');
    await expect(start(folder)).rejects.toThrow(/is not a database: it holds thesis\.doc/);
    expect(await readFile(join(folder, 'postgres', 'thesis.doc'), 'utf8')).toBe('mine');
  });
  test.each([
    ['15', /made by PostgreSQL 15; this Cordboard brings 18.*Start the Cordboard that made it, back up/],
    ['19', /made by PostgreSQL 19; this Cordboard brings 18.*newer Cordboard: install that one again/],
  ])('data of PostgreSQL %s', async (major, sentence) => {
    const folder = await aFolder();
    await mkdir(join(folder, 'postgres'));
    await writeFile(join(folder, 'postgres', 'PG_VERSION'), `${major}\n`);
    await expect(start(folder)).rejects.toThrow(sentence);
  });
  test('a damaged database', async () => {
    const folder = await aUsedFolder();
    await (await start(folder)).stop();
    await writeFile(join(folder, 'postgres', 'global', 'pg_control'), Buffer.alloc(8192, 7));
    await expect(start(folder)).rejects.toThrow(/damaged|ended at once/);
  });
  test.each([
    ['PANIC:  could not write to file "pg_wal/xlogtemp.41": No space left on device', /disk that holds \/data is full/],
    ['FATAL:  lock file "postmaster.pid" already exists', /Another program uses the database in \/data/],
    ['FATAL:  data directory "/data/postgres" has wrong ownership', /must belong to the user who first started/],
    ['FATAL:  could not map anonymous shared memory: Cannot allocate memory', /too little memory/],
  ])('%s', (said, sentence) => expect(explainLog(said, '/data')).toMatch(sentence));
  test('stays silent about what it does not know', () => expect(explainLog('FATAL:  something new', '/data')).toBeUndefined());
});

describe('the short names of the libraries', () => {
  test('are made when npm ran no install script, and only once', async () => {
    const native = join(await aFolder(), 'native');
    await mkdir(join(native, 'lib'), { recursive: true });
    await writeFile(join(native, 'lib', 'libpq.so.5.18'), 'library');
    await writeFile(
      join(native, 'pg-symlinks.json'),
      JSON.stringify([{ source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' }]),
    );
    expect(await completeLinks(native)).toBe(true);
    expect(await completeLinks(native)).toBe(true);
    expect(await readFile(join(native, 'lib', 'libpq.so.5'), 'utf8')).toBe('library');
  });
});
