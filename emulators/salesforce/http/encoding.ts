import { createDeflate, createGzip, deflateSync, gunzipSync, gzipSync, inflateSync } from 'node:zlib';
import type { Readable, Transform } from 'node:stream';

// "Compression using gzip or deflate, in both directions" [D REST guide, using compression].

type Encoding = 'gzip' | 'deflate';

/** The better of the two that a client takes, by Accept-Encoding; nought means no. */
export function acceptedEncoding(header: string): Encoding | undefined {
  const weights = new Map(
    header.split(',').map((part) => {
      const [name = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
      const weight = parameters.find((text) => text.startsWith('q='))?.slice(2);
      return [name, weight === undefined ? 1 : Number(weight)] as const;
    }),
  );
  const gzip = weights.get('gzip') ?? weights.get('*') ?? 0;
  const deflate = weights.get('deflate') ?? 0;
  if (gzip > 0 && gzip >= deflate) return 'gzip';
  return deflate > 0 ? 'deflate' : undefined;
}

export const encoded = (text: string, encoding: Encoding): Buffer => (encoding === 'gzip' ? gzipSync : deflateSync)(text, { level: 1 });
export const encodedStream = (stream: Readable, encoding: Encoding): Transform =>
  stream.pipe((encoding === 'gzip' ? createGzip : createDeflate)({ level: 1 }));

/** A request's body as it was before its Content-Encoding. Throws on a body that is not what it says, or grows beyond `maxBytes`. */
export function decoded(bytes: Buffer, encoding: string | undefined, maxBytes: number): Buffer {
  switch (encoding?.trim().toLowerCase()) {
    case undefined:
    case '':
    case 'identity':
      return bytes;
    case 'gzip':
    case 'x-gzip':
      return gunzipSync(bytes, { maxOutputLength: maxBytes });
    case 'deflate':
      return inflateSync(bytes, { maxOutputLength: maxBytes });
    default:
      throw new Error(`Content-Encoding ${encoding ?? ''} is not supported`); // words guessed
  }
}
