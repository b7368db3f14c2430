import { chmod, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { realWorld } from '../world.ts';
import { addKey, keyOf, loadSecretsKey, openSecrets, requireKeysFor } from './secrets.ts';
import { anyText } from '../testing/any-text.ts';

const world = realWorld();
const aKey = () => Buffer.from(world.bytes(32)).toString('base64');
const aSealing = (text = aKey()) => openSecrets(text, world);

let folders: string[] = [];
afterEach(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
  folders = [];
});
async function aPlace(): Promise<{ dataFolder: string; keyFolder: string }> {
  const folder = await mkdtemp(join(tmpdir(), `cordboard-test-${process.pid}-`));
  folders.push(folder);
  return { dataFolder: join(folder, 'data'), keyFolder: join(folder, 'keys') };
}

describe('a sealed secret (S5)', () => {
  test('opens to what it was, whatever it was, and never looks alike', () => {
    const secrets = aSealing();
    fc.assert(
      fc.property(anyText(), fc.string(), (text, place) => {
        const sealed = secrets.seal(text, place);
        expect(secrets.open(sealed, place)).toBe(text);
        expect(sealed).toMatch(/^s1\.[0-9a-f]{8}\.[\w-]{16}\.[\w-]+$/);
        expect(secrets.seal(text, place)).not.toBe(sealed);
      }),
    );
  });
  test('does not hold its text', () =>
    expect(Buffer.from(aSealing().seal('refresh-token').split('.')[3]!, 'base64url').toString('latin1')).not.toContain('refresh'));
  test('opens only unchanged', () => {
    const secrets = aSealing();
    const [form, id, nonce, body] = secrets.seal('refresh-token').split('.');
    for (let at = 0; at < Buffer.from(body!, 'base64url').length; at++) {
      const bytes = Buffer.from(body!, 'base64url');
      bytes[at]! ^= 1;
      expect(() => secrets.open([form, id, nonce, bytes.toString('base64url')].join('.'))).toThrow(/changed or moved/);
    }
    expect(() => secrets.open([form, id, nonce, 'AAAA'].join('.'))).toThrow(/changed or moved/);
    expect(() => secrets.open('plain password')).toThrow(/no sealed secret/);
  });
  test('opens only where it was put', () => {
    const secrets = aSealing();
    const sealed = secrets.seal('token', 'orgs.1.refresh_token');
    expect(() => secrets.open(sealed, 'orgs.2.refresh_token')).toThrow(/changed or moved/);
  });
});

describe('changing the key', () => {
  test('the newest seals, the old ones open until everything is resealed', () => {
    const [old, young] = [aKey(), aKey()];
    const before = aSealing(old);
    const sealed = before.seal('token', 'a');
    const both = aSealing(`# last year\n${old}\n\n${young} # since Monday\n`);
    expect(both.open(sealed, 'a')).toBe('token');
    expect(keyOf(both.seal('x'))).toBe(both.keyIds[1]);
    const again = both.reseal(sealed, 'a');
    expect(keyOf(again)).not.toBe(keyOf(sealed));
    expect(both.reseal(again, 'a')).toBe(again);
    const after = aSealing(young);
    expect(after.open(again, 'a')).toBe('token');
    expect(() => after.open(sealed, 'a')).toThrow(`sealed with key ${before.keyIds[0]}; the key given is ${after.keyIds[0]}`);
  });
  test('a start without the key of the stored secrets is refused in words', () => {
    const [old, secrets] = [aSealing(), aSealing()];
    expect(() => requireKeysFor([...secrets.keyIds], secrets)).not.toThrow();
    expect(() => requireKeysFor([...secrets.keyIds, ...old.keyIds], secrets)).toThrow(
      /The secrets in this database are sealed with key \w{8}.*Give the key that belongs/,
    );
  });
});

describe('what is no key', () => {
  test.each([
    ['', /There is no key/],
    ['# only a remark\n', /There is no key/],
    ['c2hvcnQ=', /Key 1 of the secrets is not 32 bytes in base64 \(it gives 5\)/],
  ])('%j', (text, message) => expect(() => openSecrets(text, world)).toThrow(message));
  test('is not repeated in the complaint', () => expect(() => openSecrets('my-pass-phrase', world)).toThrow(/^(?!.*my-pass-phrase)/s));
});

describe('where the key is', () => {
  const load = (
    { dataFolder, keyFolder }: { dataFolder: string; keyFolder: string },
    secretsKeyFrom?: { file: string } | { command: string } | { text: string },
  ) => loadSecretsKey({ dataFolder, secretsKeyFrom }, world, keyFolder);

  test('an installation makes its own once, outside the data, for its user alone', async () => {
    const place = await aPlace();
    const key = await load(place);
    const installation = (await readFile(join(place.dataFolder, 'installation'), 'utf8')).trim();
    const file = join(place.keyFolder, `${installation}.key`);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await load(place)).toBe(key);
    openSecrets(key, world);
    // A data folder that moves keeps its key; a lost key isn't replaced by a new one, which could open nothing.
    await rename(place.dataFolder, `${place.dataFolder}-moved`);
    expect(await load({ ...place, dataFolder: `${place.dataFolder}-moved` })).toBe(key);
    await rm(file);
    await expect(load({ ...place, dataFolder: `${place.dataFolder}-moved` })).rejects.toThrow(`is not in ${file}. Restore`);
  });
  test('two installations have two', async () => {
    const place = await aPlace();
    expect(await load(place)).not.toBe(await load({ ...place, dataFolder: `${place.dataFolder}2` }));
  });
  test('a file others may read is refused', async () => {
    const place = await aPlace();
    const file = join(place.dataFolder, '..', 'key');
    await writeFile(file, aKey());
    await chmod(file, 0o640);
    await expect(load(place, { file })).rejects.toThrow(/Other users may read .* \(mode 0640\).*chmod 600/);
    await chmod(file, 0o400);
    expect(openSecrets(await load(place, { file }), world).keyIds).toHaveLength(1);
  });
  test('a file that is missing, a folder, or among the data is refused', async () => {
    const place = await aPlace();
    await expect(load(place, { file: join(place.keyFolder, 'gone') })).rejects.toThrow(/is not in .*gone.*openssl rand/);
    await mkdir(place.keyFolder);
    await expect(load(place, { file: place.keyFolder })).rejects.toThrow(/is none/);
    await mkdir(place.dataFolder);
    await writeFile(join(place.dataFolder, 'key'), aKey(), { mode: 0o600 });
    await expect(load(place, { file: join(place.dataFolder, 'key') })).rejects.toThrow(/inside the data folder/);
  });
  test('a key can be added to the file while everything runs', async () => {
    const place = await aPlace();
    const sealed = openSecrets(await load(place), world).seal('token');
    const file = join(place.keyFolder, `${(await readFile(join(place.dataFolder, 'installation'), 'utf8')).trim()}.key`);
    await addKey(file, world);
    const secrets = openSecrets(await load(place), world);
    expect(secrets.open(sealed)).toBe('token');
    expect(keyOf(secrets.reseal(sealed))).toBe(secrets.keyIds[1]);
  });
  test('a command prints it; when it fails, neither it nor its output is told', async () => {
    const place = await aPlace();
    const key = aKey();
    expect(openSecrets(await load(place, { command: `echo ${key}` }), world).keyIds).toEqual(openSecrets(key, world).keyIds);
    const failing = load(place, { command: 'echo s3same; exit 3' });
    await expect(failing).rejects.toThrow(/exit 3.*Run it by hand/);
    await expect(failing).rejects.toThrow(/^(?!.*s3same)/s);
  });
  test('the environment holds it', async () => expect(await load(await aPlace(), { text: 'abc' })).toBe('abc'));
});
