import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { promisify } from 'node:util';

const root = join(import.meta.dirname, '..');
/** Hidden, so that it isn't served: the hash of the sources the built console was made of. */
const stampName = '.built-from';
/** What the built console is made of, besides the packages of the lockfile. */
const sources = ['console', 'wire', 'vite.config.ts', 'package-lock.json'];

export type Built = 'fresh' | 'built' | 'kept';
/** Where it is built from and to; tests build elsewhere. */
export type Place = {
  readonly root: string;
  readonly dist: string;
  /** Gives the built files by their names; undefined where the build tools aren't installed. */ bundle(): Promise<
    ReadonlyMap<string, string | Uint8Array> | undefined
  >;
};
const here: Place = { root, dist: join(root, 'console/dist'), bundle: bundleApart };

/**
 * Sees to it that the built console is there and of these sources: `fresh` if it was, `built` if it had to be made, `kept` if it
 * is of other sources but can't be made here (`npm ci --omit=dev`). The sources are compared by content: a checkout or a copy
 * changes every date.
 */
export async function buildConsole({ onProgress }: { onProgress: (line: string) => void }, place: Place = here): Promise<Built> {
  const stamp = join(place.dist, stampName);
  const isBuilt = existsSync(join(place.dist, 'index.html'));
  const made = await hashOf(place.root);
  if (isBuilt && existsSync(stamp) && (await readFile(stamp, 'utf8')) === made) return 'fresh';

  const files = await place.bundle();
  if (!files) {
    if (!isBuilt)
      throw new Error(
        `The console is not built, and what builds it is not installed. Run "npm ci && npm run console" once, or copy a built console to ${place.dist}.`,
      );
    onProgress(
      'The console was built from other sources than these; it is shown as it is. "npm ci && npm run console" brings it up to date.',
    );
    return 'kept';
  }
  onProgress('Building the console …');
  await put(files, place.dist, stamp, made);
  return 'built';
}

/** Tells builds of this process apart; several servers may build at once. */
let builds = 0;
/** The page last, the mark after it, what is no longer named at the end: whoever is served meanwhile finds either all of the old or all of the new. */
async function put(files: ReadonlyMap<string, string | Uint8Array>, dist: string, stamp: string, made: string): Promise<void> {
  const mark = `${process.pid}-${builds++}`;
  await rm(stamp, { force: true });
  for (const [name, body] of [...files].toSorted(([a], [b]) => Number(a === 'index.html') - Number(b === 'index.html'))) {
    const path = join(dist, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(`${path}.${mark}`, body);
    await rename(`${path}.${mark}`, path);
  }
  // Another server that starts now writes the same files, and is about to rename its own.
  const isAnothers = (path: string) => /\.\d+-\d+$/.test(path);
  for (const path of await filesIn(dist))
    if (!files.has(relative(dist, path).split(sep).join('/')) && !isAnothers(path)) await rm(path, { force: true });
  await writeFile(stamp, made);
}

/** In a process of its own: the memory that the bundler takes would stay with the server for as long as it runs. */
async function bundleApart(): ReturnType<Place['bundle']> {
  const { stdout } = await promisify(execFile)(process.execPath, [import.meta.filename], { cwd: root, maxBuffer: 100e6 });
  const files = JSON.parse(stdout) as [name: string, base64: string][] | null;
  return files ? new Map(files.map(([name, base64]) => [name, Buffer.from(base64, 'base64')])) : undefined;
}

async function bundleWithVite(): Promise<ReadonlyMap<string, string | Uint8Array> | undefined> {
  const vite = await import('vite').catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ERR_MODULE_NOT_FOUND') return undefined;
    throw cause;
  });
  if (!vite) return undefined;
  const built = await vite.build({ configFile: join(root, 'vite.config.ts'), logLevel: 'error', build: { write: false } });
  if (!('output' in built))
    throw new Error('Vite built something other than one set of files. Is build.watch or a second output set in vite.config.ts?');
  return new Map(built.output.map((file) => [file.fileName, file.type === 'chunk' ? file.code : file.source]));
}

async function hashOf(from: string): Promise<string> {
  const hash = createHash('sha256');
  for (const source of sources) {
    const path = join(from, source);
    const files = /\.\w+$/.test(source) ? [path] : await filesIn(path);
    for (const file of files.filter((name) => !/\.test\.tsx?$/.test(name) && !name.includes(`${sep}dist${sep}`)).toSorted()) {
      const body = await readFile(file);
      hash.update(`${relative(from, file).split(sep).join('/')}\n${body.length}\n`).update(body);
    }
  }
  return hash.digest('hex');
}
const filesIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

if (import.meta.main) {
  const files = await bundleWithVite();
  process.stdout.write(JSON.stringify(files ? [...files].map(([name, body]) => [name, Buffer.from(body).toString('base64')]) : null));
}
