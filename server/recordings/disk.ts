import { createReadStream } from 'node:fs';
import { access, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { isKey, type Storage, StorageTrouble } from './storage.ts';

/**
 * Files below a folder, 65,536 small folders wide, so that no one of them grows long. A file appears whole or not at all: it is
 * forced to the disk before it is renamed into place, and the name after it.
 */
export function diskStorage(folder: string): Storage {
  const pathOf = (key: string) => {
    if (!isKey(key)) throw new Error(`${JSON.stringify(key.slice(0, 40))} is no key of ours`); // a path is made of it
    return join(folder, key.slice(0, 2), key.slice(2, 4), key);
  };
  return {
    kind: 'disk',
    async put(key, from) {
      const to = pathOf(key);
      try {
        await flush(from);
        await mkdir(dirname(to), { recursive: true, mode: 0o700 });
        await rename(from, to);
        // A folder is a name in the one above it; whether it is new, or an earlier kill left it half known, isn't asked.
        for (const above of [dirname(to), dirname(dirname(to)), folder]) await flush(above);
      } catch (error) {
        throw troubleOf(error);
      }
    },
    async get(key, range) {
      const file = await open(pathOf(key)).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined;
        throw troubleOf(error);
      });
      if (!file) return undefined;
      try {
        const { size } = await file.stat();
        const stream = createReadStream('', { fd: file, ...(range ? { start: range.from, end: range.to } : {}), highWaterMark: 65_536 });
        return { bytes: size, stream: Readable.toWeb(stream) as ReadableStream<Uint8Array> };
      } catch (error) {
        await file.close();
        throw error;
      }
    },
    async delete(key) {
      await rm(pathOf(key), { force: true }).catch((error: unknown) => {
        throw troubleOf(error);
      });
    },
    async *list() {
      for (const outer of await namesIn(folder, 2))
        for (const inner of await namesIn(join(folder, outer), 2))
          for (const name of await namesIn(join(folder, outer, inner), 32)) if (isKey(name)) yield name;
    },
  };
}

/** Names of this length; a folder that isn't there has none. */
async function namesIn(folder: string, length: number): Promise<string[]> {
  const there = await access(folder).then(
    () => true,
    () => false,
  );
  return there ? (await readdir(folder)).filter((name) => name.length === length) : [];
}

async function flush(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** What the operating system said of a disk, in words. */
export function troubleOf(error: unknown): StorageTrouble {
  const { code = 'unknown', message } = error as NodeJS.ErrnoException;
  const full = code === 'ENOSPC' || code === 'EDQUOT';
  return new StorageTrouble(
    full ? 'The disk for recordings is full.' : `The folder for recordings can't be used (${code}): ${message}`,
    full,
    error,
  );
}
