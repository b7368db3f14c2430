import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { describeSettings, printConfig, printMistakes, readConfig, type Config } from './config.ts';

const read = (env: Record<string, string>, file?: string) =>
  readConfig(env, (path) => (path === resolve('cordboard.json') ? file : undefined));
function good(env: Record<string, string>, file?: string): Config {
  const config = read(env, file);
  if ('mistakes' in config) throw new Error(printMistakes(config));
  return config;
}
const wrong = (env: Record<string, string>, file?: string): string => {
  const config = read(env, file);
  return 'mistakes' in config ? printMistakes(config) : 'nothing is wrong';
};

test('with nothing set, everything is on this machine alone (S1)', () => {
  expect(good({})).toMatchObject({
    host: '127.0.0.1',
    port: 4700,
    standIn: 'auto',
    standInPort: 4701,
    standInControlPort: 4702,
    production: false,
    databaseUrl: undefined,
    requestLimitMs: 120_000,
    logFormat: 'text',
  });
  expect(good({}).dataFolder).toBe(resolve('data'));
  expect(good({}).secretsKeyFrom).toBeUndefined();
});

test('the environment wins over the file, the file over the default', () => {
  const file = '{ "port": 5000, "logLevel": "debug", "production": false }';
  expect(good({ CORDBOARD_PORT: '5100' }, file)).toMatchObject({ port: 5100, logLevel: 'debug' });
  expect(good({ CORDBOARD_PORT: '' }, file).port).toBe(5000);
});

test('paths begin where they were written', () => {
  const elsewhere = resolve('/etc/cordboard/cordboard.json');
  const config = readConfig({ CORDBOARD_CONFIG: elsewhere, CORDBOARD_SECRETS_KEY_FILE: '~/keys/c.key' }, (path) =>
    path === elsewhere ? '{ "dataFolder": "data" }' : undefined,
  );
  expect(config).toMatchObject({ dataFolder: resolve('/etc/cordboard/data'), secretsKeyFrom: { file: join(homedir(), 'keys/c.key') } });
});

test('production needs a key, writes JSON and has no stand-in', () => {
  expect(wrong({ CORDBOARD_PRODUCTION: 'true' })).toContain('production needs the key of the secrets');
  expect(good({ CORDBOARD_PRODUCTION: 'true', CORDBOARD_SECRETS_KEY_COMMAND: 'vault read key' })).toMatchObject({
    standIn: 'off',
    logFormat: 'json',
    secretsKeyFrom: { command: 'vault read key' },
  });
  expect(wrong({ CORDBOARD_PRODUCTION: 'yes', CORDBOARD_SECRETS_KEY: 'k', CORDBOARD_STAND_IN: 'on' })).toContain(
    'the stand-in org never runs in production',
  );
});

describe('every mistake is told at once, with its place', () => {
  test('in the environment and in the file', () => {
    const file = '{\n  "port": "many",\n  "logLevel": "loud",\n  "prot": 4700,\n  "secretsKey": "sesame"\n}';
    const said = wrong(
      { CORDBOARD_HOST: 'localhost:4700/', CORDBOARD_STAND_IN_PORT: '70000', CORDBOARD_PORTT: '1', DATABASE_URL: 'mysql://x' },
      file,
    );
    expect(said.split('\n')).toEqual([
      'Cordboard was not started: 8 settings are wrong.',
      `  ${resolve('cordboard.json')}:4 prot: there is no such setting; did you mean port?`,
      `  ${resolve('cordboard.json')}:5 secretsKey: is taken from the environment only: set CORDBOARD_SECRETS_KEY, and remove it here`,
      '  CORDBOARD_HOST: must be an address such as 127.0.0.1, 0.0.0.0 or ::1, without a port',
      `  ${resolve('cordboard.json')}:2 port: must be a whole number`,
      '  DATABASE_URL: must look like postgres://user:password@host:5432/database',
      '  CORDBOARD_STAND_IN_PORT: must be from 1 to 65535',
      `  ${resolve('cordboard.json')}:3 logLevel: must be one of error, warn, info, debug`,
      '  CORDBOARD_PORTT: there is no such setting; did you mean CORDBOARD_PORT?',
      'docs/reference/configuration.md lists every setting.',
    ]);
  });
  test.each([
    [{ CORDBOARD_PORT: '4701' }, undefined, 'is 4701, and so is port'],
    [{ CORDBOARD_PUBLIC_URL: 'http://calls.example' }, undefined, 'must begin with https://'],
    [{ CORDBOARD_PUBLIC_URL: 'https://example.com/calls' }, undefined, 'must have no path'],
    [{ CORDBOARD_REQUEST_LIMIT_MS: '12.5' }, undefined, 'must be a whole number'],
    [{ CORDBOARD_PRODUCTION: 'perhaps' }, undefined, 'must be true or false'],
    [{ CORDBOARD_SECRETS_KEY: 'a', CORDBOARD_SECRETS_KEY_FILE: '/k' }, undefined, 'only one of them'],
    [{ CORDBOARD_SECRETS_KEY_FILE: './data/secret.key' }, undefined, 'inside the data folder'],
    [{ CORDBOARD_CONFIG: '/no/such.json' }, undefined, 'there is no file /no/such.json'],
    [{}, '{ "port": 4700,, }', 'is not JSON'],
    [{}, '{ "port": true }', 'cordboard.json:1 port: must be a whole number'],
    [{}, '[4700]', 'must hold one object'],
  ])('%o %s', (env, file, message) => expect(wrong(env as Record<string, string>, file)).toContain(message));
});

test('secrets are never printed', () => {
  const config = good({
    DATABASE_URL: 'postgres://cordboard:s3same@db.example:5432/calls?sslpassword=0pen',
    CORDBOARD_SECRETS_KEY: 'c2VjcmV0',
  });
  const printed = printConfig(config);
  expect(printed).not.toMatch(/s3same|0pen|c2VjcmV0/);
  expect(printed).toContain('db.example:5432/calls');
  expect(printConfig(good({ CORDBOARD_SECRETS_KEY_COMMAND: 'echo s3same' }))).not.toContain('s3same');
  // A mistake in a secret names its place, not its value.
  expect(wrong({ DATABASE_URL: 'postgress://cordboard:s3same@db' })).not.toContain('s3same');
});

test('alerts go to a safe address, whose path is a secret', () => {
  expect(good({}).alerts).toBeUndefined();
  const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  const config = good({ CORDBOARD_ALERT_URL: 'https://hooks.chat.example/services/s3same', CORDBOARD_ALERT_SECRET: secret });
  expect(config.alerts).toEqual({ url: 'https://hooks.chat.example/services/s3same', secret });
  expect(printConfig(config)).toContain('to hooks.chat.example, signed');
  expect(printConfig(config)).not.toMatch(/s3same|whsec/);
  expect(good({ CORDBOARD_ALERT_URL: 'http://127.0.0.1:9/x' }).alerts?.url).toBe('http://127.0.0.1:9/x');
  expect(wrong({ CORDBOARD_ALERT_URL: 'http://hooks.chat.example/s3same' })).toMatch(/CORDBOARD_ALERT_URL: must begin with https/);
  expect(wrong({ CORDBOARD_ALERT_URL: 'http://hooks.chat.example/s3same' })).not.toContain('s3same');
  expect(wrong({ CORDBOARD_ALERT_SECRET: secret })).toMatch(/CORDBOARD_ALERT_URL, which is missing/);
  expect(wrong({ CORDBOARD_ALERT_URL: 'https://a.example', CORDBOARD_ALERT_SECRET: 'short' })).toMatch(/must be whsec_/);
});

test('the reference lists every setting with unit, default and reason', () => {
  const rows = describeSettings().split('\n').slice(2);
  expect(rows).toHaveLength(26);
  for (const row of rows) expect(row.split(' | ').filter((cell) => cell.replace('|', '').trim() === '')).toEqual([]);
  expect(describeSettings()).toContain('| `port` | `CORDBOARD_PORT` | TCP port | 4700 |');
});
test('the printed defaults are the defaults', () => {
  const config: Record<string, unknown> = { ...good({}), recordingMaxMb: good({}).recordings.maxBytes / 1e6 };
  const simple = describeSettings().matchAll(/^\| `(\w+)` \| `\w+` \| [^|]+ \| (\d+|false|info|127\.0\.0\.1) \|/gm);
  const compared = [...simple].map(([, name, value]) => {
    expect(String(config[name!])).toBe(value);
    return name;
  });
  expect(compared).toEqual([
    'host',
    'port',
    'production',
    'standInPort',
    'standInControlPort',
    'recordingMaxMb',
    'requestLimitMs',
    'logLevel',
  ]);
});

describe('recordings', () => {
  const s3 = {
    CORDBOARD_RECORDINGS_S3: 'https://s3.eu-central-1.amazonaws.com/acme-recordings/',
    CORDBOARD_S3_KEY_ID: 'AKIA',
    CORDBOARD_S3_SECRET: 'planted-s3-secret',
  };
  test('with nothing set they are on the disk, only pushed, and of 500 MB at most', () =>
    expect(good({}).recordings).toEqual({ inboxes: [], after: 'leave', maxBytes: 500e6, s3: undefined }));
  test('which folder is which connection’s', () => {
    expect(
      good({ CORDBOARD_RECORDINGS_INBOX: 'con_1a=/var/spool/pbx one/done; con_2b=/mnt/b;', CORDBOARD_RECORDINGS_AFTER: 'move' }).recordings,
    ).toMatchObject({
      inboxes: [
        { connection: 'con_1a', folder: '/var/spool/pbx one/done' },
        { connection: 'con_2b', folder: '/mnt/b' },
      ],
      after: 'move',
    });
    for (const bad of ['/mnt/b', 'con_1=relative', 'con_1=/a; nonsense'])
      expect(wrong({ CORDBOARD_RECORDINGS_INBOX: bad })).toContain('must look like con_');
  });
  test('a bucket, with its keys from the environment only, which are never printed', () => {
    const config = good({ ...s3, CORDBOARD_S3_REGION: 'eu-central-1' });
    expect(config.recordings.s3).toEqual({
      url: 'https://s3.eu-central-1.amazonaws.com/acme-recordings',
      region: 'eu-central-1',
      keyId: 'AKIA',
      secret: 'planted-s3-secret',
    });
    expect(printConfig(config)).not.toContain('planted-s3-secret');
    expect(wrong({ CORDBOARD_RECORDINGS_S3: s3.CORDBOARD_RECORDINGS_S3 })).toMatch(/CORDBOARD_S3_KEY_ID[\s\S]*CORDBOARD_S3_SECRET/);
    expect(wrong({ ...s3, CORDBOARD_RECORDINGS_S3: 'http://minio.example/b' })).toContain('in clear');
    expect(wrong({ ...s3, CORDBOARD_RECORDINGS_S3: 'https://s3.example' })).toContain('name of the bucket');
    expect(good({ ...s3, CORDBOARD_RECORDINGS_S3: 'http://127.0.0.1:9000/b' }).recordings.s3?.url).toBe('http://127.0.0.1:9000/b');
  });
});
