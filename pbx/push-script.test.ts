import { spawn } from 'node:child_process';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { appendFile, chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkUpload } from '../server/recordings/sign.ts';
import { asterisk } from '../sources/asterisk/asterisk.ts';
import { secretOf } from '../sources/generic-webhook/sign.ts';
import { root } from '../tools/run.ts';

const secret = secretOf(new Uint8Array(32).map((_, at) => (at * 37 + 5) % 256)); // bytes of every kind, zero among them
const line = (n: number, more = '') =>
  `"HANGUP","1795298418.${String(n).padStart(6, '0')}","","","","","PJSIP/101-00000001","","${more}","lab-1.${n}","lab-1.${n}",""\n`;

type Got = { readonly url: string; readonly headers: Headers; readonly body: Buffer };
const state = { got: [] as Got[], answer: undefined as ((got: Got) => number) | undefined, folder: '', port: 0 };
/** Answers as the product's doors do. */
const server = createServer((request, response) => {
  void bodyOf(request).then((body) => {
    const headers = new Headers(Object.entries(request.headers).map(([name, value]): [string, string] => [name, String(value)]));
    const got = { url: request.url ?? '', headers, body };
    const forced = state.answer?.(got);
    const isFile = got.url.startsWith('/recordings/');
    const accepted = isFile
      ? checkUpload(request.method ?? '', got.url, headers, [secret], Date.now())
      : asterisk.accept(body, headers, [secret], Date.now());
    const status = forced ?? ('status' in accepted ? accepted.status : 202);
    if (status < 300) state.got.push(got);
    response.writeHead(status).end(JSON.stringify('status' in accepted ? { error: accepted } : {}));
  });
});
async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

beforeEach(async () => {
  state.got = [];
  state.answer = undefined;
  state.folder = await mkdtemp(join(tmpdir(), 'cordboard-push-'));
  await mkdir(join(state.folder, 'done'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  state.port = (server.address() as AddressInfo).port;
  await writeFile(join(state.folder, 'secret'), `${secret}\n`);
  await configure();
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(state.folder, { recursive: true, force: true });
});
const cel = () => join(state.folder, 'cordboard.csv');
const configure = (changes: Readonly<Record<string, string>> = {}) => {
  const lines = {
    HOOK: `http://127.0.0.1:${state.port}/hooks/con_0123456789abcdef`,
    SECRET_FILE: join(state.folder, 'secret'),
    CEL: cel(),
    RECORDINGS: join(state.folder, 'done'),
    STATE: join(state.folder, 'state'),
    ...changes,
  };
  return writeFile(
    join(state.folder, 'push.conf'),
    Object.entries(lines)
      .map(([name, value]) => `${name}='${value}'\n`)
      .join(''),
  );
};
async function push(): Promise<{ readonly code: number | null; readonly said: string }> {
  const child = spawn('sh', [join(root, 'sources/asterisk/cordboard-push.sh'), '--once', join(state.folder, 'push.conf')]);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  expect(said).not.toContain(secret.slice(6));
  return { code, said };
}
const linesGot = () =>
  state.got
    .filter(({ url }) => url.startsWith('/hooks/'))
    .map(({ body }) => body.toString())
    .join('');

// Where these are missing, npm run pbx installs them, and there the script runs too.
const runnable = ['curl', 'openssl'].every((program) => existsSync(`/usr/bin/${program}`));
describe.skipIf(!runnable)('cordboard-push.sh', () => {
  test('sends what is new, whole lines only, and says so in one line', async () => {
    await writeFile(cel(), line(1) + line(2) + line(3).slice(0, 20));
    expect(await push()).toEqual({ code: 0, said: 'cordboard-push: 2 lines and 0 recordings sent.\n' });
    await appendFile(cel(), line(3).slice(20));
    expect((await push()).code).toBe(0);
    expect((await push()).said).toBe('cordboard-push: 0 lines and 0 recordings sent.\n');
    expect(linesGot()).toBe(line(1) + line(2) + line(3));
    expect(new Set(state.got.map(({ headers }) => headers.get('webhook-id'))).size).toBe(2);
  });
  test('what was sent and not noted is sent again under the same id', async () => {
    await writeFile(cel(), line(1));
    await push();
    await rm(join(state.folder, 'state'), { recursive: true });
    await push();
    const [first, second] = state.got.map(({ headers }) => headers.get('webhook-id'));
    expect(first).toBe(second);
  });
  test('a long file goes in parts of whole lines', async () => {
    const lines = Array.from({ length: 6_000 }, (_, at) => line(at, 'x'.repeat(150)));
    await writeFile(cel(), lines.join(''));
    expect((await push()).said).toContain('6000 lines');
    expect(linesGot()).toBe(lines.join(''));
    expect(state.got.length).toBeGreaterThan(2);
    for (const { body } of state.got) expect(body.length).toBeLessThanOrEqual(500_000);
  });
  test('a file that was rotated is sent to its end before the new one', async () => {
    await writeFile(cel(), line(1));
    await push();
    await appendFile(cel(), line(2));
    await rename(cel(), `${cel()}.1`);
    await writeFile(cel(), line(3));
    expect((await push()).code).toBe(0);
    expect(linesGot()).toBe(line(1) + line(2) + line(3));
  });
  test('a file that was emptied in its place begins anew', async () => {
    await writeFile(cel(), line(1) + line(2));
    await push();
    await writeFile(cel(), line(3));
    await push();
    expect(linesGot()).toBe(line(1) + line(2) + line(3));
  });
  test('while Cordboard is away or busy nothing is lost', async () => {
    await writeFile(cel(), line(1));
    state.answer = () => 503;
    const { code, said } = await push();
    expect(code).toBe(1);
    expect(said).toMatch(/^cordboard-push: Cordboard answered 503: .* it is sent later\.\n$/);
    state.answer = undefined;
    await push();
    expect(linesGot()).toBe(line(1));
  });
  test('one line that cannot be read is set aside, and the others arrive', async () => {
    await writeFile(cel(), line(1) + line(2) + '"broken"\n' + line(3));
    const { code, said } = await push();
    expect(code).toBe(0);
    expect(said).toContain('a line was set aside');
    expect(linesGot()).toBe(line(1) + line(2) + line(3));
    expect(await readFile(join(state.folder, 'state/refused.csv'), 'utf8')).toBe('"broken"\n');
  });
  test('a file that cannot be read at all stays, and the admin is told what to change', async () => {
    const dated = Array.from({ length: 40 }, (_, at) => line(at).replace(/"1795\d+\.\d+"/, '"2026-11-22 04:03:34"')).join('');
    await writeFile(cel(), dated);
    const { code, said } = await push();
    expect(code).toBe(1);
    expect(said).toContain('leave dateformat out of cel.conf');
    expect(linesGot()).toBe('');
  });
  test('another secret: refused, kept, and said what to look at', async () => {
    await writeFile(cel(), line(1));
    await writeFile(join(state.folder, 'secret'), secretOf(new Uint8Array(32)));
    const { code, said } = await push();
    expect(code).toBe(1);
    expect(said).toMatch(/refused the signature of con_0123456789abcdef/);
    await writeFile(join(state.folder, 'secret'), secret);
    await push();
    expect(linesGot()).toBe(line(1));
  });
  test('recordings are uploaded under names that need quoting too, and put aside; what is no recording is not tried again', async () => {
    const done = join(state.folder, 'done');
    const names = ['lab-1795298418.121.wav', 'from Łódź & back%.wav', 'no.txt'];
    for (const name of names) await writeFile(join(done, name), `RIFF ${name}\u0000`);
    state.answer = ({ url }) => (url.includes('no.txt') ? 415 : undefined) as number;
    expect((await push()).said).toContain('0 lines and 2 recordings sent.');
    expect(state.got.map(({ url }) => decodeURIComponent(url)).toSorted()).toEqual(
      names
        .slice(0, 2)
        .map((name) => `/recordings/con_0123456789abcdef/${name}`)
        .toSorted(),
    );
    expect((await readdir(join(done, 'sent'))).toSorted()).toEqual(names.slice(0, 2).toSorted());
    expect(await readdir(join(done, 'refused'))).toEqual(['no.txt']);
  });
  test.each([
    ['HOOK', '', 'HOOK is missing'],
    ['HOOK', 'https://cordboard.example', 'is no address of a connection'],
    ['SECRET_FILE', '/nowhere', "can't be read"],
  ])('%s=%s: says what to do', async (name, value, words) => {
    await configure({ [name]: value });
    await writeFile(cel(), line(1));
    const { code, said } = await push();
    expect(code).not.toBe(0);
    expect(said).toContain(words);
  });
  test('the key stands in no command line', async () => {
    // A curl and an openssl that tell how they were called.
    const bin = join(state.folder, 'bin');
    await mkdir(bin);
    const told = join(state.folder, 'told');
    for (const program of ['curl', 'openssl', 'od', 'cat', 'tr']) {
      await writeFile(join(bin, program), `#!/bin/sh\necho "$0 $*" >>'${told}'\nPATH=\${PATH#*:} exec ${program} "$@"\n`);
      await chmod(join(bin, program), 0o755);
    }
    await writeFile(cel(), line(1));
    const path = process.env['PATH'];
    process.env['PATH'] = `${bin}:${path}`;
    try {
      expect((await push()).code).toBe(0);
    } finally {
      process.env['PATH'] = path;
    }
    const calls = await readFile(told, 'utf8');
    expect(calls).toContain('openssl dgst');
    const bytes = Buffer.from(secret.slice(6), 'base64');
    for (const form of [secret.slice(6), bytes.toString('hex'), Buffer.from(secret).toString('hex')]) expect(calls).not.toContain(form);
  });
});
