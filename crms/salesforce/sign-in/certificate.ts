import { createHash, createPublicKey, generateKeyPair, type KeyObject, sign } from 'node:crypto';
import { promisify } from 'node:util';
import type { World } from '../../../server/world.ts';

/** RSA, since the JWT bearer flow signs with RS256; 2,048 bits are what Salesforce asks for at least. */
const keyBits = 2048;
/** Nobody is reminded of a certificate that ends after ten years by its end, and it proves nothing but a key. */
const days = 3650;
const dayMs = 86_400_000;

/** A key pair and a certificate for it, signed by itself: what Salesforce wants to be uploaded for the JWT bearer flow. PEM. */
export async function makeKey(world: Pick<World, 'now' | 'bytes'>): Promise<{ privateKey: string; certificate: string }> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: keyBits });
  return {
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    certificate: selfSigned(privateKey, 'Cordboard', world),
  };
}

/** X.509 v3 (RFC 5280, 4.1), written by hand: Node reads certificates and makes none. */
function selfSigned(privateKey: KeyObject, commonName: string, world: Pick<World, 'now' | 'bytes'>): string {
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  const name = sequence(set(sequence(oid.commonName, der(0x0c, Buffer.from(commonName)))));
  const serial = Buffer.from(world.bytes(16));
  serial[0] = (serial[0]! & 0x7f) | 0x40; // positive, and of full length
  const fromMs = world.now() - dayMs; // the clock of the org may be behind ours
  const keyId = createHash('sha1').update(publicKey).digest();
  const body = sequence(
    der(0xa0, der(0x02, Buffer.of(2))),
    der(0x02, serial),
    sha256WithRsa,
    name,
    sequence(time(fromMs), time(fromMs + days * dayMs)),
    name,
    publicKey,
    der(
      0xa3,
      sequence(
        sequence(oid.subjectKeyId, der(0x04, der(0x04, keyId))),
        sequence(oid.basicConstraints, der(0x01, Buffer.of(0xff)), der(0x04, sequence(der(0x01, Buffer.of(0xff))))),
      ),
    ),
  );
  const signature = sign('RSA-SHA256', body, privateKey);
  const certificate = sequence(body, sha256WithRsa, der(0x03, Buffer.concat([Buffer.of(0), signature])));
  const lines = certificate.toString('base64').match(/.{1,64}/g)!;
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

/** One element of DER (X.690, 8.1): tag, length, content. */
function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), content]);
  const bytes = Buffer.from(length.toString(16).padStart(length > 0xff ? 4 : 2, '0'), 'hex');
  return Buffer.concat([Buffer.of(tag, 0x80 | bytes.length), bytes, content]);
}
const sequence = (...parts: Buffer[]) => der(0x30, Buffer.concat(parts));
const set = (...parts: Buffer[]) => der(0x31, Buffer.concat(parts));
const objectId = (hex: string) => der(0x06, Buffer.from(hex, 'hex'));
/** UTCTime, which holds until 2049 (RFC 5280, 4.1.2.5); from 2050 on GeneralizedTime. */
function time(ms: number): Buffer {
  const text = `${new Date(ms).toISOString().replaceAll(/\.\d+|[-:T]/g, '')}`;
  return text < '2050' ? der(0x17, Buffer.from(text.slice(2))) : der(0x18, Buffer.from(text));
}
const oid = { commonName: objectId('550403'), subjectKeyId: objectId('551d0e'), basicConstraints: objectId('551d13') };
const sha256WithRsa = sequence(objectId('2a864886f70d01010b'), der(0x05, Buffer.alloc(0)));
