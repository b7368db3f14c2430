import { unzipSync, zipSync } from 'fflate';

/**
 * Limits of a deployment [D api_meta deploy(): "up to 10,000 files at once", "The maximum size of the … .zip file is 39 MB",
 * "600 x 1024 x 1024" unzipped]
 */
export const zipLimits = { files: 10_000, zippedBytes: 39 * 1024 * 1024, unzippedBytes: 600 * 1024 * 1024 };

export class ZipBroken extends Error {
  readonly code: 'LIMIT_EXCEEDED' | 'INVALID_OPERATION';

  constructor(code: ZipBroken['code'], message: string) {
    super(message);
    this.name = 'ZipBroken';
    this.code = code;
  }
}

/**
 * The files of a package. Sizes are looked at before anything is unpacked, and a file gets no more room than it said it needs; names that
 * climb or start at the root are no names of a package.
 */
export function openZip(bytes: Uint8Array): Map<string, Uint8Array> {
  if (bytes.length > zipLimits.zippedBytes)
    throw new ZipBroken('LIMIT_EXCEEDED', 'Maximum size of request reached. Maximum size of request is 40894464 bytes.');
  let [files, unzipped] = [0, 0];
  const found = new Map<string, Uint8Array>();
  try {
    const opened = unzipSync(bytes, {
      filter({ name, originalSize }) {
        if (/^[/\\]|^[A-Za-z]:|\\|\u0000|(?:^|\/)\.\.?(?:\/|$)/.test(name))
          throw new ZipBroken('INVALID_OPERATION', `The zip file has an entry that is not a path inside of it: ${name}`);
        if (name.endsWith('/')) return false;
        files += 1;
        unzipped += originalSize;
        if (files > zipLimits.files) throw new ZipBroken('LIMIT_EXCEEDED', `The zip file has more than ${zipLimits.files} files`);
        if (unzipped > zipLimits.unzippedBytes)
          throw new ZipBroken('LIMIT_EXCEEDED', `The zip file holds more than ${zipLimits.unzippedBytes} bytes`);
        return true;
      },
    });
    for (const [name, content] of Object.entries(opened)) found.set(name, content);
  } catch (cause) {
    if (cause instanceof ZipBroken) throw cause;
    throw new ZipBroken('INVALID_OPERATION', `The zip file cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
  return found;
}

export const makeZip = (files: ReadonlyMap<string, string>, atMs: number): Uint8Array =>
  zipSync(Object.fromEntries([...files].map(([name, text]) => [name, new TextEncoder().encode(text)])), {
    level: 6,
    mtime: new Date(atMs),
  });
