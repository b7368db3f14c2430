import { z } from 'zod';
import type { AmiAddress, AmiLogin } from './ami-client.ts';

/** How one Asterisk is reached, and what only its owner knows of it. Stored sealed: it holds the secret (S5). */
export type AsteriskSettings = AmiAddress &
  AmiLogin & {
    /** Endpoints that lead outside, such as `PJSIP/trunk` or `trunk`; left out: told by their names, and by what the PBX says of them. */
    readonly trunks?: readonly string[];
    /** ISO 3166: where numbers without a country code are from. */
    readonly country?: string;
    /** What the company calls its numbers: name by DID. */
    readonly lines?: Readonly<Record<string, string>>;
  };
/** Everything that is wrong, each with its place and what to do. */
export type SettingsMistakes = { readonly mistakes: readonly string[] };

const plainText = (what: string, most: number) =>
  z
    .string(`must be ${what}`)
    .min(1, `must be ${what}, and is empty`)
    .max(most, `must have at most ${most} characters`)
    .regex(/^[^\u0000-\u001f\u007f]*$/, 'must be on one line, without control characters');

const fingerprint = z
  .string()
  .transform((text) => text.replaceAll(/[\s:]/g, '').toUpperCase())
  .refine(
    (hex) => /^[0-9A-F]{64}$/.test(hex),
    'must be a SHA-256 fingerprint: 64 hex digits, as `openssl x509 -noout -fingerprint -sha256` prints',
  )
  .transform((hex) => hex.match(/../g)!.join(':'));
const countries = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });

const schema = z.strictObject(
  {
    host: plainText('the name or address of the PBX', 255).regex(
      /^[\w.:%-]+$/,
      'must be a name or an address, such as pbx.example.com or 192.0.2.7, without a port',
    ),
    port: z.int('must be a whole number').min(1, 'must be from 1 to 65535').max(65_535, 'must be from 1 to 65535').optional(),
    tls: z
      .union([z.enum(['off', 'on']), z.strictObject({ fingerprint })], {
        error: (issue) =>
          issue.code === 'invalid_union'
            ? 'must be off, on, or the SHA-256 fingerprint (64 hex digits) of the certificate the PBX shows'
            : undefined,
      })
      .default('off'),
    user: plainText('the name in brackets in manager.conf', 80).regex(/^[^[\]]+$/, 'must be without brackets'),
    secret: plainText('the secret of that user in manager.conf', 200),
    login: z.enum(['md5', 'plain'], 'must be md5 or plain').default('md5'),
    trunks: z
      .array(
        plainText('the name of an endpoint', 100).regex(
          /^[^\s,]+$/,
          'must be the name of one endpoint, such as PJSIP/trunk, without spaces or commas',
        ),
        'must be a list of names of endpoints',
      )
      .min(1, 'must name at least one endpoint; leave it out to have them told by their names')
      .max(200, 'must name at most 200 endpoints')
      .optional(),
    country: z
      .string('must be a code of two letters, such as JP')
      .transform((code) => code.toUpperCase())
      .refine((code) => /^[A-Z]{2}$/.test(code) && countries.of(code) !== undefined, 'must be the ISO 3166 code of a country, such as JP')
      .optional(),
    lines: z
      .record(
        z.string().regex(/^[\w+*#.-]{1,40}$/, 'must be a number as the PBX shows it'),
        plainText('a name', 80),
        'must be names by number, such as { "5550300": "Support" }',
      )
      .refine((lines) => Object.keys(lines).length <= 5_000, 'must have at most 5000 numbers')
      .optional(),
  },
  { error: (issue) => (issue.code === 'unrecognized_keys' ? undefined : 'must be an object of settings') },
);

/** Reads the settings of a connection, as stored or as typed. Never throws, and repeats no value: one may be the secret. */
export function parseAsteriskSettings(given: unknown): AsteriskSettings | SettingsMistakes {
  const parsed = schema.safeParse(given);
  if (parsed.success) {
    const { port, trunks, country, lines, ...rest } = parsed.data;
    return {
      ...rest,
      port: port ?? (rest.tls === 'off' ? 5038 : 5039), // what manager.conf.sample has
      ...(trunks && { trunks }),
      ...(country !== undefined && { country }),
      ...(lines && { lines }),
    };
  }
  return {
    mistakes: parsed.error.issues.flatMap((issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map(
            (key) => `${place([...issue.path, key])} is no setting of Asterisk; they are ${Object.keys(schema.shape).join(', ')}.`,
          )
        : [`${place(issue.path)} ${issue.path.length > 0 && isMissing(given, issue.path) ? 'is missing: it ' : ''}${wordsOf(issue)}.`],
    ),
  };
}

const place = (path: readonly PropertyKey[]) =>
  path.length === 0
    ? 'The settings'
    : `\`${path.map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index > 0 ? '.' : ''}${String(step)}`)).join('')}\``;
const isMissing = (given: unknown, path: readonly PropertyKey[]) =>
  path.reduce<unknown>(
    (value, step) => (typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[step] : undefined),
    given,
  ) === undefined;
/** A key's own complaint is one level further in. */
const wordsOf = (issue: z.core.$ZodIssue): string =>
  issue.code === 'invalid_key' || issue.code === 'invalid_element' ? (issue.issues[0]?.message ?? issue.message) : issue.message;
