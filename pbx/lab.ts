import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, readlink, realpath, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { celMapping } from '../sources/asterisk/cel.ts';
import { agents, agentsConf, type SecondPhone } from './agents.ts';
import { type AmiLogin } from './ami.ts';
import { sine, wav } from './media.ts';
import { freeTcpPort, freeUdpPort } from './ports.ts';
import { during, ensureRoot, inRoot, type Say, spawnInRoot, type Suite } from './root.ts';

export type LabOptions = {
  /** forky has Asterisk 22, bullseye has 16. */
  readonly suite: Suite;
  /** Where Debian with Asterisk lies, or is built. By default `pbx-<suite>` in Cordboard's cache folder. */
  readonly root?: string;
  /** What begins each Uniqueid. */
  readonly systemName?: string;
  /** What an agent's second phone (101w …) is: a desk phone, or a browser over WebRTC. */
  readonly secondPhone?: SecondPhone;
  /** Free ones by default. `outside` is where the PBX sends calls to the outside world. */
  readonly ports?: Partial<Ports>;
  readonly say?: Say;
};
export type Ports = { readonly sip: number; readonly http: number; readonly ami: number; readonly outside: number };

/** A running Asterisk, heard on 127.0.0.1 only. */
export type Lab = {
  /** The login that may do and hear everything. */
  readonly ami: AmiLogin;
  /** The login with the rights Cordboard needs. */
  readonly least: AmiLogin;
  readonly root: string;
  /** What begins each Uniqueid. */
  readonly systemName: string;
  readonly ports: Ports;
  /** Runs one command of Asterisk's console. Rejects when it has not ended after `limitMs` (5000 by default). */
  cli(command: string, limitMs?: number): Promise<string>;
  /** Stops Asterisk in an orderly way and starts it again on the same ports, with what it had stored. */
  restart(): Promise<void>;
  /** Asterisk is gone in mid-sentence (SIGKILL); `restart` brings it back. */
  kill(): Promise<void>;
  /** Ends Asterisk and gives the folder free. */
  stop(): Promise<void>;
};

const confFolder = fileURLToPath(new URL('conf/', import.meta.url));
/** Where Debian with Asterisk lies when nothing else is said. */
export const rootOf = (suite: Suite) => join(cacheFolder(), `pbx-${suite}`);
const cacheFolder = () => join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'cordboard');

/** Brings up a PBX on a bare Debian machine, with empty mailboxes and no memory of calls. Rejects with what to do when it can't. */
export async function openLab(options: LabOptions): Promise<Lab> {
  const { suite, root = rootOf(suite), say = () => {} } = options;
  await ensureRoot(suite, root, say);
  const release = await claim(root);
  try {
    const ports: Ports = {
      sip: options.ports?.sip ?? (await freeUdpPort()),
      http: options.ports?.http ?? (await freeTcpPort()),
      ami: options.ports?.ami ?? (await freeTcpPort()),
      outside: options.ports?.outside ?? (await freeUdpPort()),
    };
    const secret = randomBytes(12).toString('hex');
    const settings = { ports, secret, systemName: options.systemName ?? 'lab', secondPhone: options.secondPhone ?? 'desk' };
    await install(root, settings);
    return await running(root, settings, say, release);
  } catch (error) {
    await release();
    throw error;
  }
}

/** One lab at a time in each folder: its files are the configuration of the one that runs. Resolves with what gives it free. */
async function claim(root: string): Promise<() => Promise<void>> {
  const file = `${root}.owner`;
  const take = () => writeFile(file, String(process.pid), { flag: 'wx' });
  await take().catch(async () => {
    const holder = Number(await readFile(file, 'utf8'));
    const command = await readFile(`/proc/${holder}/cmdline`, 'utf8').catch(() => '');
    if (command.includes('node'))
      throw new Error(`Process ${holder} has a PBX running in ${root}: wait for it, or give another folder as root.`);
    await rm(file); // its holder died
    await take();
  });
  // Whoever had it before may have left its Asterisk behind.
  const left = Number(await readFile(join(root, 'run/asterisk/asterisk.pid'), 'utf8').catch(() => ''));
  const itsRoot = await readlink(`/proc/${left}/root`).catch(() => undefined);
  if (itsRoot === (await realpath(root))) process.kill(left, 'SIGKILL');
  return () => rm(file, { force: true });
}

type Settings = { readonly ports: Ports; readonly secret: string; readonly systemName: string; readonly secondPhone: SecondPhone };

/** Writes our configuration and none of the samples, and forgets earlier calls. */
async function install(root: string, { ports, secret, systemName, secondPhone }: Settings): Promise<void> {
  const folders = (await readdir(join(root, 'usr/lib'))).map((name) => `usr/lib/${name}/asterisk/modules`);
  const found = await Promise.all(
    [...folders, 'usr/lib/asterisk/modules'].map(async (folder) => ({
      folder,
      modules: await readdir(join(root, folder)).catch(() => []),
    })),
  );
  const place = found.find(({ modules }) => modules.length > 0);
  if (!place) throw new Error(`There are no modules of Asterisk below ${root}/usr/lib: remove ${root} and start again.`);
  const firstRtp = 10_000 + (ports.ami % 50) * 400; // Asterisk passes over ports that others have
  const values: Readonly<Record<string, string | number>> = {
    MODULES: `/${place.folder}`,
    SYSTEM: systemName,
    SIP: ports.sip,
    HTTP: ports.http,
    AMI: ports.ami,
    OUTSIDE: ports.outside,
    RTP_FIRST: firstRtp,
    RTP_LAST: firstRtp + 399,
    SECRET: secret,
    CEL_MAPPING: celMapping,
    // Without the transcoder a call that was answered with opus is dropped.
    WEB_CODECS: place.modules.some((name) => name.startsWith('codec_opus')) ? 'opus,ulaw' : 'ulaw',
  };
  const etc = join(root, 'etc/asterisk');
  await rm(etc, { recursive: true, force: true });
  await mkdir(etc, { recursive: true });
  for (const name of await readdir(confFolder)) {
    const text = await readFile(join(confFolder, name), 'utf8');
    await writeFile(
      join(etc, name),
      text.replaceAll(/@([A-Z_]+)@/g, (whole, key: string) => String(values[key] ?? whole)),
    );
  }
  await writeFile(join(etc, 'agents.conf'), agentsConf(agents, secondPhone));

  for (const folder of ['var/spool/asterisk/voicemail', 'var/spool/asterisk/monitor', 'var/log/asterisk', 'run/asterisk'])
    await rm(join(root, folder), { recursive: true, force: true });
  await rm(join(root, 'var/lib/asterisk/astdb.sqlite3'), { force: true });
  const owned = ['etc/asterisk', 'var/spool/asterisk', 'var/lib/asterisk', 'var/log/asterisk', 'var/cache/asterisk', 'run/asterisk'];
  for (const folder of [...owned, 'var/spool/asterisk/monitor/done', 'var/spool/asterisk/voicemail', 'var/log/asterisk/cel-custom'])
    await mkdir(join(root, folder), { recursive: true });
  await mkdir(join(root, 'usr/share/asterisk/moh'), { recursive: true });
  const tone = join(root, 'usr/share/asterisk/moh/tone.wav');
  await rm(tone, { force: true }); // its content may be another folder's too
  await writeFile(tone, wav(sine(300, 8, 0.12)));
  await inRoot(root, ['chown', '-R', 'asterisk:asterisk', ...owned.map((folder) => `/${folder}`)], 30_000);
  await chmod(join(etc, 'manager.conf'), 0o640);
}

async function running(root: string, { ports, secret, systemName }: Settings, say: Say, release: () => Promise<void>): Promise<Lab> {
  let child: ReturnType<typeof spawnInRoot> | undefined;
  const endWithUs = () => void child?.kill('SIGKILL');
  process.once('exit', endWithUs);
  const cli = (command: string, limitMs = 5_000) => inRoot(root, ['asterisk', '-rx', command], limitMs);

  const start = async () => {
    const output = join(root, 'var/log/asterisk/console.log');
    const file = openSync(output, 'a');
    const started = spawnInRoot(root, ['asterisk', '-f', '-U', 'asterisk', '-G', 'asterisk'], file);
    closeSync(file);
    child = started;
    const until = performance.now() + 30_000;
    while (!(await cli('core waitfullybooted').catch(() => '')).includes('fully booted')) {
      if (started.exitCode !== null || performance.now() > until) {
        started.kill('SIGKILL');
        throw new Error(`Asterisk did not start: ${(await readFile(output, 'utf8')).trim().split('\n').slice(-8).join('\n')}`);
      }
      await pause(100);
    }
  };
  const end = async (orderly: boolean) => {
    const ending = child;
    child = undefined;
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return;
    const gone = once(ending, 'exit');
    if (orderly) {
      // May hang for ever when the PBX is wedged.
      await cli('core stop now', 3_000).catch(() => '');
      await Promise.race([gone, pause(3_000, undefined, { ref: false })]);
    }
    if (ending.exitCode === null && ending.signalCode === null) ending.kill('SIGKILL');
    await gone;
  };

  await during(say, 'starting Asterisk', start());
  const login = (user: string): AmiLogin => ({ host: '127.0.0.1', port: ports.ami, user, secret });
  return {
    ami: login('lab'),
    least: login('cordboard'),
    root,
    systemName,
    ports,
    cli,
    restart: async () => {
      await end(true);
      await during(say, 'starting Asterisk again', start());
    },
    kill: () => end(false),
    stop: async () => {
      await end(true);
      process.off('exit', endWithUs);
      await release();
    },
  };
}
