import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';

// A certificate for this machine, and the authority that signed it: whoever trusts the authority trusts the stand-in. X.509 in DER, written by
// hand, because Node reads certificates and makes none [RFC 5280, section 4.1].

/** PEM texts. The authority is what a client must trust. */
export type Certificate = { readonly authority: string; readonly cert: string; readonly key: string };

const der = (tag: number, ...parts: readonly Buffer[]): Buffer => {
  const content = Buffer.concat(parts);
  const { length } = content;
  const head = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...head]), content]);
};
const sequence = (...parts: readonly Buffer[]) => der(0x30, ...parts);
const bytes = (...values: readonly number[]) => Buffer.from(values);
/** An object identifier, already packed. */
const oid = (hex: string) => der(0x06, Buffer.from(hex, 'hex'));
const yes = der(0x01, bytes(0xff));

const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'));
const nameOf = (commonName: string) => sequence(der(0x31, sequence(oid('550403'), der(0x0c, Buffer.from(commonName)))));
/** Two digits for the year until 2049, as the standard wants it. */
const utcTime = (ms: number) => {
  const digits = new Date(ms)
    .toISOString()
    .replace(/\.\d+Z$/, '')
    .replace(/\D/g, '');
  return der(0x17, Buffer.from(`${digits.slice(2)}Z`));
};
const extension = (id: string, critical: boolean, value: Buffer) => sequence(oid(id), ...(critical ? [yes] : []), der(0x04, value));
const basicConstraints = (authority: boolean) => extension('551d13', true, sequence(...(authority ? [yes] : [])));
/** Bits from the left: keyCertSign for the authority, digitalSignature for the server. */
const keyUsage = (authority: boolean) => extension('551d0f', true, der(0x03, authority ? bytes(2, 0x04) : bytes(7, 0x80)));
const serverAuth = extension('551d25', false, sequence(oid('2b06010505070301')));
const thisMachine = extension(
  '551d11',
  false,
  sequence(
    der(0x82, Buffer.from('localhost')),
    der(0x87, bytes(127, 0, 0, 1)),
    der(0x87, Buffer.from('00000000000000000000000000000001', 'hex')),
  ),
);

const yearMs = 31_557_600_000;

function signed(
  subject: string,
  issuer: string,
  publicKey: KeyObject,
  signer: KeyObject,
  nowMs: number,
  extensions: readonly Buffer[],
): string {
  const serial = Buffer.concat([bytes(0x01), randomBytes(15)]); // positive
  const toSign = sequence(
    der(0xa0, der(0x02, bytes(2))), // version 3
    der(0x02, serial),
    ecdsaWithSha256,
    nameOf(issuer),
    sequence(utcTime(nowMs - 86_400_000), utcTime(nowMs + 10 * yearMs)),
    nameOf(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions)),
  );
  const whole = sequence(toSign, ecdsaWithSha256, der(0x03, bytes(0), sign('sha256', toSign, signer)));
  return `-----BEGIN CERTIFICATE-----\n${(whole.toString('base64').match(/.{1,64}/g) ?? []).join('\n')}\n-----END CERTIFICATE-----\n`;
}

/** For localhost, 127.0.0.1 and ::1, good for ten years from `nowMs`. */
export function makeCertificate(nowMs: number): Certificate {
  const [ours, its] = [generateKeyPairSync('ec', { namedCurve: 'prime256v1' }), generateKeyPairSync('ec', { namedCurve: 'prime256v1' })];
  const name = 'Stand-in org authority';
  const key = its.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return {
    authority: signed(name, name, ours.publicKey, ours.privateKey, nowMs, [basicConstraints(true), keyUsage(true)]),
    cert: signed('localhost', name, its.publicKey, ours.privateKey, nowMs, [
      basicConstraints(false),
      keyUsage(false),
      serverAuth,
      thisMachine,
    ]),
    key,
  };
}
