import { createHash, createHmac } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { aWav, sha256Of, startRecordingRoom } from '../testing/a-recording.ts';
import { realWorld } from '../world.ts';
import { recordingName } from './name.ts';
import { s3Storage } from './s3.ts';
import type { Storage } from './storage.ts';

const [keyId, secret, region] = ['AKIAIOSFODNN7EXAMPLE', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', 'eu-central-1'];
/** What comes in the place of the bucket's answer. A lost answer is of a request that was carried out. */
type Fault = 'busy' | 'lost' | 'silent';
let faults: Fault[] = [];
let asked: string[] = [];
const objects = new Map<string, Buffer>();
let server: Server;
let url: string;
let folder: string;
let storage: Storage;
const key = (digit: string) => digit.repeat(32);

/**
 * Signature Version 4 as Amazon describes it ("Create a signed AWS API request", read 2026-11-22), written from that page alone, so
 * that the library is judged by somebody else.
 */
function whyUnsigned(request: IncomingMessage, body: Buffer): string | undefined {
  const { authorization = '' } = request.headers;
  const [, id, day, where, signedHeaders = '', signature] =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
      authorization,
    ) ?? [];
  const names = signedHeaders.split(';');
  const date = String(request.headers['x-amz-date']);
  const payload = String(request.headers['x-amz-content-sha256']);
  if (id !== keyId || where !== region || !date.startsWith(day ?? '-')) return 'InvalidAccessKeyId';
  if (!names.includes('host') || !names.includes('x-amz-date') || !names.includes('x-amz-content-sha256')) return 'AccessDenied';
  if (payload !== createHash('sha256').update(body).digest('hex')) return 'XAmzContentSHA256Mismatch';
  const { pathname, searchParams } = new URL(request.url!, 'http://x');
  const encode = (text: string) =>
    encodeURIComponent(text).replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  const query = [...searchParams]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .toSorted()
    .join('&');
  const headers = names.map((name) => `${name}:${String(request.headers[name]).trim()}\n`).join('');
  const canonical = [request.method, pathname, query, headers, signedHeaders, payload].join('\n');
  const scope = `${day}/${region}/s3/aws4_request`;
  const text = `AWS4-HMAC-SHA256\n${date}\n${scope}\n${createHash('sha256').update(canonical).digest('hex')}`;
  const mac = (by: string | Buffer, said: string) => createHmac('sha256', by).update(said).digest();
  const signing = mac(mac(mac(mac(`AWS4${secret}`, day!), region), 's3'), 'aws4_request');
  return mac(signing, text).toString('hex') === signature ? undefined : 'SignatureDoesNotMatch';
}

type Said = { readonly status: number; readonly headers?: Record<string, string | number>; readonly body?: string | Buffer };
function bucket(request: IncomingMessage, body: Buffer): Said {
  const refuse = (status: number, code: string): Said => ({ status, body: `<Error><Code>${code}</Code></Error>` });
  const unsigned = whyUnsigned(request, body);
  if (unsigned) return refuse(unsigned === 'XAmzContentSHA256Mismatch' ? 400 : 403, unsigned);
  const { pathname, searchParams } = new URL(request.url!, 'http://x');
  if (!pathname.startsWith('/acme-recordings')) return refuse(404, 'NoSuchBucket');
  if (request.method === 'PUT') {
    if (request.headers['content-length'] === undefined) return refuse(411, 'MissingContentLength');
    objects.set(pathname, body);
    return { status: 200 };
  }
  if (request.method === 'DELETE') {
    objects.delete(pathname);
    return { status: 204 };
  }
  if (searchParams.has('list-type')) {
    const [bucketPath, prefix] = ['/acme-recordings/', searchParams.get('prefix') ?? ''];
    const all = [...objects.keys()].map((path) => path.slice(bucketPath.length)).filter((name) => name.startsWith(prefix));
    const from = Number(/^page&(\d+)$/.exec(searchParams.get('continuation-token') ?? '')?.[1] ?? 0); // with a sign that XML escapes
    const more = from + 2 < all.length;
    const keys = all
      .toSorted()
      .slice(from, from + 2)
      .map((name) => `<Contents><Key>${name}</Key></Contents>`);
    const next = more ? `<NextContinuationToken>page&amp;${from + 2}</NextContinuationToken>` : '';
    return { status: 200, body: `<ListBucketResult><IsTruncated>${more}</IsTruncated>${next}${keys.join('')}</ListBucketResult>` };
  }
  const object = objects.get(pathname);
  if (!object) return refuse(404, 'NoSuchKey');
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
  if (from === undefined) return { status: 200, headers: { 'content-length': object.length }, body: object };
  return {
    status: 206,
    headers: { 'content-range': `bytes ${from}-${to}/${object.length}` },
    body: object.subarray(Number(from), Number(to) + 1),
  };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cordboard-s3-'));
  server = createServer((request, answer) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      asked.push(`${request.method} ${request.url}`);
      const fault = request.url!.includes('list-type') ? undefined : faults.shift(); // a room lists when it likes
      if (fault === 'silent') return;
      const said =
        fault === 'busy' ? { status: 503, body: '<Error><Code>SlowDown</Code></Error>' } : bucket(request, Buffer.concat(chunks));
      if (fault === 'lost') request.socket.destroy();
      else answer.writeHead(said.status, 'headers' in said ? said.headers : {}).end(said.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/acme-recordings/calls`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});
beforeEach(() => {
  [faults, asked] = [[], []];
  objects.clear();
  storage = s3Storage({ url, region, keyId, secret }, realWorld(), { patienceMs: 500, pauseMs: 5 });
});

async function put(digit: string, bytes: Buffer) {
  const path = join(folder, digit);
  await writeFile(path, bytes);
  await storage.put(key(digit), path, { bytes: bytes.length, sha256: sha256Of(bytes) });
}
const readAll = async (stream: ReadableStream<Uint8Array>) => Buffer.from(await new Response(stream).arrayBuffer());

describe('a bucket', () => {
  test('stores, gives, gives a piece, deletes; each request is signed', async () => {
    const wav = aWav(2);
    await put('a', wav);
    expect([...objects]).toEqual([[`/acme-recordings/calls/${key('a')}`, wav]]);
    const whole = (await storage.get(key('a')))!;
    expect([whole.bytes, (await readAll(whole.stream)).equals(wav)]).toEqual([wav.length, true]);
    const piece = (await storage.get(key('a'), { from: 10, to: 19 }))!;
    expect([piece.bytes, (await readAll(piece.stream)).equals(wav.subarray(10, 20))]).toEqual([wav.length, true]);
    await storage.delete(key('a'));
    await storage.delete(key('a'));
    expect(await storage.get(key('a'))).toBeUndefined();
  });
  test('lists all of its folder, page by page, and nothing else', async () => {
    for (const digit of ['a', 'b', 'c', 'd', 'e']) await put(digit, aWav(0.1));
    objects.set(`/acme-recordings/${key('f')}`, aWav(1)).set('/acme-recordings/calls/notes.txt', aWav(1));
    const listed: string[] = [];
    for await (const one of storage.list()) listed.push(one);
    expect(listed).toEqual(['a', 'b', 'c', 'd', 'e'].map(key));
  });
  test('a key that isn’t ours is none', async () => {
    for (const bad of ['../../other', '', 'A'.repeat(32)]) await expect(storage.get(bad)).rejects.toThrow('no key of ours');
  });
});

describe('a bucket in trouble', () => {
  test.each<Fault>(['busy', 'lost', 'silent'])('%s twice: asked again, and done', async (fault) => {
    faults = [fault, fault];
    await put('a', aWav(1));
    expect(asked.length).toBe(3);
    expect([...objects.values()]).toEqual([aWav(1)]);
    if (fault === 'silent') return; // waited for once, the others are quick
    faults = [fault, fault];
    expect((await readAll((await storage.get(key('a')))!.stream)).equals(aWav(1))).toBe(true);
    faults = [fault, fault];
    await storage.delete(key('a'));
    expect(objects.size).toBe(0);
  });
  test.each<Fault>(['busy', 'lost', 'silent'])('%s for longer is told', async (fault) => {
    faults = [fault, fault, fault];
    await expect(put('a', aWav(1))).rejects.toThrow(/S3 storage/);
    expect(asked.length).toBe(3);
  });
  test('a wrong secret is told at once, with what to look at', async () => {
    storage = s3Storage({ url, region, keyId, secret: 'wrong' }, realWorld(), { patienceMs: 500, pauseMs: 5 });
    await expect(put('a', aWav(1))).rejects.toThrow(/SignatureDoesNotMatch.*CORDBOARD_S3_SECRET/);
    expect([asked.length, objects.size]).toEqual([1, 0]);
  });
  test('a bucket that is gone is not a file that is gone', async () => {
    storage = s3Storage({ url: url.replace('acme-recordings', 'other'), region, keyId, secret }, realWorld(), {
      patienceMs: 500,
      pauseMs: 5,
    });
    await expect(storage.get(key('a'))).rejects.toThrow('NoSuchBucket');
  });
  test('bytes that changed on the way are refused by the bucket itself', async () => {
    const path = join(folder, 'changed');
    await writeFile(path, aWav(1, { seed: 3 }));
    await expect(storage.put(key('a'), path, { bytes: aWav(1).length, sha256: sha256Of(aWav(1)) })).rejects.toThrow(
      'XAmzContentSHA256Mismatch',
    );
    expect(objects.size).toBe(0);
  });
});

test('the whole road: pushed into the bucket, played from it with ranges, deleted from it; what was on the disk before still plays', async () => {
  const room = await startRecordingRoom();
  try {
    await room.push('before', aWav(1, { seed: 3 }));
    await room.reopen({ s3: { url, region, keyId, secret } });
    expect(await room.push('after', aWav(2, { seed: 5 }))).toMatchObject({ status: 201 });
    expect([...objects.values()]).toEqual([aWav(2, { seed: 5 })]);
    const nameOf = (id: string) => recordingName(room.connection, id);
    expect((await readAll((await room.play(nameOf('after'))).body!)).equals(aWav(2, { seed: 5 }))).toBe(true);
    const piece = await room.play(nameOf('after'), { range: 'bytes=44-47' });
    expect([piece.status, (await readAll(piece.body!)).equals(aWav(2, { seed: 5 }).subarray(44, 48))]).toEqual([206, true]);
    expect((await readAll((await room.play(nameOf('before'))).body!)).equals(aWav(1, { seed: 3 }))).toBe(true);
    faults = ['busy', 'busy', 'busy'];
    expect((await room.play(nameOf('after'))).status).toBe(503);
    await room.recordings.shelf.erase({ org: room.org, name: nameOf('after') }, 'admin');
    await (await room.reopen({ s3: { url, region, keyId, secret } })).keepHouse();
    expect(objects.size).toBe(0);
    await room.reopen();
    expect((await room.play(nameOf('before'))).status).toBe(200);
  } finally {
    await room.close();
  }
});
