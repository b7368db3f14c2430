import { AwsV4Signer } from 'aws4fetch';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import { type Dispatcher, request } from 'undici';
import type { World } from '../world.ts';
import { type ByteRange, isKey, type Storage, StorageTrouble } from './storage.ts';

/** A bucket of Amazon S3 or of anything that speaks like it. `url` holds the bucket, and a folder in it if wanted; no slash at its end. */
export type S3Settings = { readonly url: string; readonly region: string; readonly keyId: string; readonly secret: string };
export type S3Limits = {
  /** Milliseconds without a byte of the answer after which it counts as lost. */
  readonly patienceMs: number;
  /** Waited before the second try; the third waits four times as long. */
  readonly pauseMs: number;
};
const usual: S3Limits = { patienceMs: 30_000, pauseMs: 500 };
const tries = 3;
/** Of a body without bytes. */
const nothingsHash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

type Sent = {
  readonly method: 'GET' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  body?: () => Readable;
};
type Answer = Dispatcher.ResponseData;

/**
 * Files in a bucket. Each request may be repeated, since a key is used for one file only: an answer that never came is asked for
 * again. The SHA-256 goes with the file, so the storage itself refuses what was changed on the way.
 */
export function s3Storage({ url, region, keyId, secret }: S3Settings, world: World, limits: Partial<S3Limits> = {}): Storage {
  const { patienceMs, pauseMs } = { ...usual, ...limits };
  const { origin, pathname } = new URL(url);
  const [, bucket = '', ...folders] = pathname.split('/');
  const folder = folders.map((part) => `${part}/`).join('');
  const pathOf = (key: string) => {
    if (!isKey(key)) throw new Error(`${JSON.stringify(key.slice(0, 40))} is no key of ours`);
    return `/${bucket}/${folder}${key}`;
  };

  async function once({ method, path, headers = {}, body }: Sent): Promise<Answer> {
    const signer = new AwsV4Signer({
      method,
      url: origin + path,
      headers: { 'x-amz-content-sha256': nothingsHash, ...headers },
      accessKeyId: keyId,
      secretAccessKey: secret,
      service: 's3',
      region,
      datetime: new Date(world.now()).toISOString().replaceAll(/[:-]|\.\d{3}/g, ''),
    });
    const signed = await signer.sign();
    return request(signed.url, {
      method,
      headers: Object.fromEntries(signed.headers),
      body: body?.() ?? null,
      headersTimeout: patienceMs,
      bodyTimeout: patienceMs,
    });
  }

  /** Gives an answer that says something; the rest is tried again, then told as trouble. */
  async function send(sent: Sent): Promise<Answer> {
    for (let attempt = 1; ; attempt++) {
      let trouble: StorageTrouble;
      try {
        const answer = await once(sent);
        if (answer.statusCode < 400 || answer.statusCode === 404 || answer.statusCode === 416) return answer;
        trouble = troubleOf(answer.statusCode, await answer.body.text());
        if (answer.statusCode < 500 && answer.statusCode !== 429 && answer.statusCode !== 408) throw trouble;
      } catch (error) {
        if (error instanceof StorageTrouble) throw error;
        trouble = new StorageTrouble(`The S3 storage did not answer: ${(error as Error).message}`, false, error);
      }
      if (attempt === tries) throw trouble;
      await world.sleep(pauseMs * 4 ** (attempt - 1) * (0.5 + world.chance()));
    }
  }

  return {
    kind: 's3',
    async put(key, path, { bytes, sha256 }) {
      const answer = await send({
        method: 'PUT',
        path: pathOf(key),
        headers: { 'content-length': String(bytes), 'content-type': 'application/octet-stream', 'x-amz-content-sha256': sha256 },
        body: () => createReadStream(path),
      });
      await answer.body.dump();
      if (answer.statusCode !== 200) throw troubleOf(answer.statusCode, '');
    },
    async get(key, range?: ByteRange) {
      const answer = await send({
        method: 'GET',
        path: pathOf(key),
        ...(range ? { headers: { range: `bytes=${range.from}-${range.to}` } } : {}),
      });
      if (answer.statusCode === 404) {
        const text = await answer.body.text();
        if (text.includes('NoSuchBucket')) throw troubleOf(404, text); // the bucket is gone, which says nothing of the file
        return undefined;
      }
      const told = String(answer.headers['content-range'] ?? '');
      const bytes = Number(/\/(\d+)$/.exec(told)?.[1] ?? answer.headers['content-length']);
      return { bytes, stream: Readable.toWeb(answer.body) as ReadableStream<Uint8Array> };
    },
    async delete(key) {
      await (await send({ method: 'DELETE', path: pathOf(key) })).body.dump();
    },
    async *list() {
      for (let token: string | undefined = ''; token !== undefined;) {
        const query = new URLSearchParams({ 'list-type': '2' });
        if (folder) query.set('prefix', decodeURIComponent(folder));
        if (token) query.set('continuation-token', token);
        const answer: Answer = await send({ method: 'GET', path: `/${bucket}?${query}` });
        const text = await answer.body.text();
        if (answer.statusCode !== 200) throw troubleOf(answer.statusCode, text);
        for (const [, found = ''] of text.matchAll(/<Key>([^<]*)<\/Key>/g)) {
          const key = found.split('/').at(-1) ?? '';
          if (isKey(key)) yield key;
        }
        token = /<IsTruncated>true<\/IsTruncated>/.test(text) ? plain(/<NextContinuationToken>([^<]*)</.exec(text)?.[1]) : undefined;
      }
    },
  };
}

/** Of what XML escapes, tokens hold these. */
const plain = (text: string | undefined) =>
  text?.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

function troubleOf(status: number, body: string): StorageTrouble {
  const code = /<Code>(\w{1,60})<\/Code>/.exec(body)?.[1] ?? `status ${status}`;
  return new StorageTrouble(`The S3 storage refused with ${code}.${advice[code] ?? ''}`, code === 'QuotaExceeded' || status === 507);
}
const rights = ' Give the key the rights s3:PutObject, s3:GetObject, s3:DeleteObject and s3:ListBucket on the bucket.';
const advice: Readonly<Record<string, string>> = {
  AccessDenied: rights,
  InvalidAccessKeyId: ' Check CORDBOARD_S3_KEY_ID.',
  SignatureDoesNotMatch: ' Check CORDBOARD_S3_SECRET and CORDBOARD_S3_REGION.',
  AuthorizationHeaderMalformed: ' Check CORDBOARD_S3_REGION.',
  RequestTimeTooSkewed: ' Set the clock of this machine.',
  NoSuchBucket: ' Make the bucket, or correct CORDBOARD_RECORDINGS_S3.',
};
