import { exec } from 'node:child_process';
import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import { mkdir, open, readFile, realpath, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { World } from '../world.ts';

/** Encrypts what must not be read from the database, a backup or a replica (S5). */
export type Secrets = {
  /** Sealed with the newest key. `place` (table, row, column) goes in unreadably: moved elsewhere, the text no longer opens. */
  seal(text: string, place?: string): string;
  /** Throws `SecretsTrouble` when the key is missing or the text was changed or moved. */
  open(sealed: string, place?: string): string;
  /** The same text under the newest key; as it was when that is its key already. For changing keys while running. */
  reseal(sealed: string, place?: string): string;
  /** Ids of all keys, the newest last. */
  readonly keyIds: readonly string[];
};
/** A secret can't be read or kept; the message says why and what to do, and never holds the secret. */
export class SecretsTrouble extends Error {}

type Key = { readonly id: string; readonly bytes: Buffer };
const keyBytes = 32;
/** Recommended for GCM, and safe with random values for 2^32 texts a key (NIST SP 800-38D, 8.3). */
const nonceBytes = 12;
const tagBytes = 16;

/** Makes the sealing from the text of a key file: one key a line, base64 of 32 bytes, the newest last; `#` begins a remark. */
export function openSecrets(keyText: string, world: Pick<World, 'bytes'>): Secrets {
  const keys = parseKeys(keyText);
  const newest = keys.at(-1)!;
  // The address of the text is authenticated with it: a row copied over another is refused.
  const bound = (keyId: string, place: string) => Buffer.from(`cordboard secret 1\0${keyId}\0${place}`);

  const seal = (text: string, place = ''): string => {
    const nonce = Buffer.from(world.bytes(nonceBytes));
    const cipher = createCipheriv('aes-256-gcm', newest.bytes, nonce, { authTagLength: tagBytes }).setAAD(bound(newest.id, place));
    const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return ['s1', newest.id, nonce.toString('base64url'), body.toString('base64url')].join('.');
  };
  const unseal = (sealed: string, place = ''): string => {
    const { keyId, nonce, body } = parseSealed(sealed);
    const key = keys.find(({ id }) => id === keyId);
    if (!key) throw new SecretsTrouble(whyClosed(keyId, keys));
    try {
      const decipher = createDecipheriv('aes-256-gcm', key.bytes, nonce, { authTagLength: tagBytes })
        .setAAD(bound(keyId, place))
        .setAuthTag(body.subarray(-tagBytes));
      return Buffer.concat([decipher.update(body.subarray(0, -tagBytes)), decipher.final()]).toString('utf8');
    } catch (cause) {
      throw new SecretsTrouble(`A secret${place && ` (${place})`} was changed or moved since it was sealed. Enter it again on its page.`, {
        cause,
      });
    }
  };
  return {
    seal,
    open: unseal,
    reseal: (sealed, place = '') => (keyOf(sealed) === newest.id ? sealed : seal(unseal(sealed, place), place)),
    keyIds: keys.map(({ id }) => id),
  };
}

/** Which key opens this. */
export const keyOf = (sealed: string): string => parseSealed(sealed).keyId;

/** Refuses to start when the database holds secrets under keys we don't have: better now, in words, than at the first call. */
export function requireKeysFor(keyIdsInUse: readonly string[], secrets: Secrets): void {
  const missing = keyIdsInUse.find((id) => !secrets.keyIds.includes(id));
  if (missing)
    throw new SecretsTrouble(
      whyClosed(
        missing,
        secrets.keyIds.map((id) => ({ id })),
      ),
    );
}
const whyClosed = (missing: string, keys: readonly { id: string }[]) =>
  `The secrets in this database are sealed with key ${missing}; the key given is ${keys.map(({ id }) => id).join(', ')}. ` +
  `Give the key that belongs to this database (CORDBOARD_SECRETS_KEY_FILE), or restore its file from where you keep it.`;

function parseKeys(text: string): Key[] {
  const lines = text
    .split('\n')
    .flatMap((line) => line.replace(/#.*/, '').split(/\s+/))
    .filter(Boolean);
  if (lines.length === 0)
    throw new SecretsTrouble(
      'There is no key where the key of the secrets should be. `openssl rand -base64 32` makes one; if the database holds secrets already, it must be the one they were sealed with.',
    );
  return lines.map((line, index) => {
    const bytes = Buffer.from(line, 'base64');
    if (bytes.length !== keyBytes)
      throw new SecretsTrouble(
        `Key ${index + 1} of the secrets is not ${keyBytes} bytes in base64 (it gives ${bytes.length}). \`openssl rand -base64 32\` makes a right one.`,
      );
    return { id: createHash('sha256').update('cordboard key id\0').update(bytes).digest('hex').slice(0, 8), bytes };
  });
}
function parseSealed(sealed: string): { keyId: string; nonce: Buffer; body: Buffer } {
  const [form, keyId, nonce, body, ...rest] = sealed.split('.');
  if (form !== 's1' || !keyId || !nonce || !body || rest.length > 0)
    throw new SecretsTrouble('This is no sealed secret: it was stored by something else, or cut off. Enter it again on its page.');
  return { keyId, nonce: Buffer.from(nonce, 'base64url'), body: Buffer.from(body, 'base64url') };
}

/** What of the settings concerns the key (server/config.ts). */
type KeySettings = {
  readonly secretsKeyFrom: { readonly text: string } | { readonly file: string } | { readonly command: string } | undefined;
  readonly dataFolder: string;
};

/**
 * Reads the key from where the settings say; gives the text for `openSecrets`. Where they say nothing, this installation
 * has a file of its own in `keyFolder`, made at its first start.
 */
export async function loadSecretsKey(
  { secretsKeyFrom: from, dataFolder }: KeySettings,
  world: Pick<World, 'bytes'>,
  keyFolder = usualKeyFolder(),
): Promise<string> {
  if (from && 'text' in from) return from.text;
  if (from && 'command' in from) return runCommand(from.command);
  const file = from?.file ?? (await ownKeyFile(dataFolder, keyFolder, world));
  await checkKeyFile(file, dataFolder);
  return readFile(file, 'utf8');
}
/** Not in the data folder: a copy of the data shall be no copy of the secrets. */
const usualKeyFolder = () => join(process.env['XDG_CONFIG_HOME'] || join(homedir(), '.config'), 'cordboard');

/** The key file bears a name kept in the data folder, so a data folder that was moved finds its key again. */
async function ownKeyFile(dataFolder: string, keyFolder: string, world: Pick<World, 'bytes'>): Promise<string> {
  const note = join(dataFolder, 'installation');
  const noted = () => readFile(note, 'utf8').catch(() => undefined);
  if ((await noted()) === undefined) {
    const minted = Buffer.from(world.bytes(6)).toString('hex');
    await makeKeyFile(join(keyFolder, `${minted}.key`), world);
    await mkdir(dataFolder, { recursive: true, mode: 0o700 });
    // Only now: an installation that has a name has a key, whatever happens in between.
    await writeFile(note, `${minted}\n`, { flag: 'wx', flush: true }).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'EEXIST') throw cause;
    });
  }
  const installation = (await noted())?.trim() ?? '';
  if (!/^[0-9a-f]{12}$/.test(installation))
    throw new SecretsTrouble(
      `${note} should hold the name of this installation, 12 hex digits, and holds something else. Restore it from a backup.`,
    );
  return join(keyFolder, `${installation}.key`);
}

/** Adds a new key, with which everything is sealed from the next start or reload on; the old ones still open. */
export async function addKey(file: string, world: Pick<World, 'bytes'>): Promise<void> {
  const handle = await open(file, 'a', 0o600);
  await handle.appendFile(`\n${newKey(world)}\n`); // the file may end without a line break
  await handle.sync();
  await handle.close();
}
const newKey = (world: Pick<World, 'bytes'>) => Buffer.from(world.bytes(keyBytes)).toString('base64');

async function makeKeyFile(file: string, world: Pick<World, 'bytes'>): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(
      file,
      `# The key of Cordboard's secrets. Keep a copy apart from the backups of the database: without it they can't be opened.\n${newKey(world)}\n`,
      { flag: 'wx', mode: 0o600, flush: true },
    );
  } catch (cause) {
    throw new SecretsTrouble(
      `The key of the secrets can't be kept in ${file} (${(cause as Error).message}). Say where it may be with CORDBOARD_SECRETS_KEY_FILE.`,
      { cause },
    );
  }
}

async function checkKeyFile(file: string, dataFolder: string): Promise<void> {
  const found = await stat(file).catch((cause: NodeJS.ErrnoException) => {
    throw new SecretsTrouble(
      cause.code === 'ENOENT'
        ? `The key of the secrets is not in ${file}. Restore the file from where you keep it; for a new installation, \`openssl rand -base64 32 > ${file} && chmod 600 ${file}\` makes one.`
        : `The key of the secrets in ${file} can't be read (${cause.message}).`,
      { cause },
    );
  });
  if (!found.isFile()) throw new SecretsTrouble(`The key of the secrets should be a file, and ${file} is none.`);
  if (process.getuid && (found.mode & 0o077) !== 0)
    throw new SecretsTrouble(
      `Other users may read the key of the secrets in ${file} (mode ${(found.mode & 0o777).toString(8).padStart(4, '0')}). Run \`chmod 600 ${file}\`; if it was so for long, add a new key.`,
    );
  if (process.getuid && found.uid !== process.getuid() && found.uid !== 0)
    throw new SecretsTrouble(
      `The key of the secrets in ${file} belongs to another user (${found.uid}), who could exchange it. Run \`chown ${process.getuid()} ${file}\`.`,
    );
  const inside = `${await realpath(dataFolder).catch(() => dataFolder)}/`;
  if ((await realpath(file)).startsWith(inside))
    throw new SecretsTrouble(
      `The key of the secrets in ${file} is inside the data folder: a copy of the data would be a copy of the secrets. Move it elsewhere and say where with CORDBOARD_SECRETS_KEY_FILE.`,
    );
}

function runCommand(command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    exec(command, { timeout: 30_000, encoding: 'utf8' }, (failure, stdout) => {
      // Neither the command nor what it printed is repeated: both may hold a secret.
      if (failure)
        reject(
          new SecretsTrouble(
            `The command of CORDBOARD_SECRETS_KEY_COMMAND failed (${failure.killed ? 'no answer in 30 s' : `exit ${failure.code ?? 'unknown'}`}). Run it by hand to see why.`,
          ),
        );
      else resolve(stdout);
    });
  });
}
