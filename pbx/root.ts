import { execFile, spawn } from 'node:child_process';
import { access, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Debian's releases with an Asterisk: 22 and 16. */
export type Suite = 'forky' | 'bullseye';

/** Hears what takes long. */
export type Say = (words: string) => void;

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

/** Makes sure of a folder with Debian and Asterisk in it, and of the programs that build it and place calls. Throws what to do. */
export async function ensureRoot(suite: Suite, root: string, say: Say): Promise<void> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    throw new Error('The PBX runs in a folder of its own (chroot), which needs Linux and root: run this as root on Debian.');
  await ensureHostTools(say);
  if (await exists(join(root, 'usr/sbin/asterisk'))) return;
  await mkdir(dirname(root), { recursive: true });
  // Built beside and then renamed: what was cut off half-way is never used.
  const beside = `${root}.new`;
  await rm(beside, { recursive: true, force: true });
  await during(say, `building Debian ${suite} with Asterisk in ${root}`, bootstrap(suite, beside, await mirror()));
  await rename(beside, root);
}

/** The same once more, for a second PBX beside the first: its files are linked, not copied. */
export async function ensureRootBeside(first: string, root: string): Promise<void> {
  if (await exists(join(root, 'usr/sbin/asterisk'))) return;
  const beside = `${root}.new`;
  await rm(beside, { recursive: true, force: true });
  await run('cp', ['-al', first, beside]);
  await rename(beside, root);
}

/** mmdebstrap builds the folder, sipp is the outside world; the script that sends the PBX's files uses the others. */
async function ensureHostTools(say: Say): Promise<void> {
  const missing: string[] = [];
  for (const [program, debianPackage] of [
    ['mmdebstrap', 'mmdebstrap'],
    ['sipp', 'sip-tester'],
    ['curl', 'curl'],
    ['openssl', 'openssl'],
  ] as const)
    if (!(await exists(`/usr/bin/${program}`))) missing.push(debianPackage);
  if (missing.length === 0) return;
  const todo = `Install them yourself: apt-get install ${missing.join(' ')}`;
  if (!(await exists('/usr/bin/apt-get'))) throw new Error(`This machine has no apt-get to install ${missing.join(' and ')} with. ${todo}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const install = async () => {
    await run('apt-get', ['update', '-qq'], { env });
    await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], { env, maxBuffer: 64 << 20 });
  };
  await during(say, `installing ${missing.join(' and ')}`, install()).catch((error: unknown) => {
    throw new Error(`apt-get could not install ${missing.join(' and ')}: ${lastLines(error)} ${todo}`);
  });
}

/** The Debian mirror this machine's apt uses. */
async function mirror(): Promise<string> {
  const folder = '/etc/apt/sources.list.d';
  const files = ['/etc/apt/sources.list', ...(await readdir(folder).catch(() => [])).map((name) => join(folder, name))];
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')));
  const found = findMirror(texts.join('\n'));
  if (found === undefined) throw new Error('No Debian mirror is in /etc/apt/sources.list or sources.list.d: add the one you use.');
  return found;
}
/** The first address in apt's sources (either syntax) that ends in /debian; security archives and other publishers' have other names. */
export function findMirror(sources: string): string | undefined {
  return /^(?:URIs:|deb)[ \t]+(?:\[[^\]]*\][ \t]+)?(https?:\S*\/debian)\/?(?:[ \t].*)?$/m.exec(sources)?.[1];
}

async function bootstrap(suite: Suite, into: string, from: string): Promise<void> {
  const packages = ['ca-certificates', 'asterisk', 'asterisk-core-sounds-en-gsm', ...(suite === 'bullseye' ? ['asterisk-voicemail'] : [])];
  const options = [
    '--quiet',
    '--mode=root',
    '--variant=apt',
    `--include=${packages.join(',')}`,
    '--aptopt=APT::Install-Recommends "false"',
    '--aptopt=Acquire::Check-Valid-Until "false"', // a release that isn't out yet may count as expired
    '--dpkgopt=force-unsafe-io',
    ...['doc', 'man', 'locale'].map((folder) => `--dpkgopt=path-exclude=/usr/share/${folder}/*`),
  ];
  await run('mmdebstrap', [...options, suite, into, from], { maxBuffer: 64 << 20 }).catch(async (error: unknown) => {
    await rm(into, { recursive: true, force: true });
    throw new Error(
      `mmdebstrap could not build Debian ${suite} from ${from}. Is the mirror reachable, and does it have ${suite}? ${lastLines(error)}`,
    );
  });
}
const lastLines = (error: unknown) => (error instanceof Error ? error.message : String(error)).trim().split('\n').slice(-3).join(' ');

/** Says again and again that this still goes on. */
export async function during<T>(say: Say, what: string, work: Promise<T>, everyMs = 2_000): Promise<T> {
  const begun = performance.now();
  const timer = setInterval(() => say(`${what}, ${Math.round((performance.now() - begun) / 1000)} s`), everyMs);
  return work.finally(() => clearInterval(timer));
}

/** Runs one program of the root with this root as its world. `limitMs` ends it. Answers what it printed. */
export async function inRoot(root: string, command: readonly string[], limitMs: number): Promise<string> {
  return (await run('chroot', [root, ...command], { timeout: limitMs, killSignal: 'SIGKILL', maxBuffer: 64 << 20 })).stdout;
}

/** Starts one program of the root and leaves it running; its output goes to a file. */
export function spawnInRoot(root: string, command: readonly string[], output: number) {
  return spawn('chroot', [root, ...command], { cwd: '/', stdio: ['ignore', output, output] });
}
