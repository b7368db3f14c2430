import fc from 'fast-check';
import { parsePolicy, PolicyMistakes, policySchema } from '../decide/policy.ts';
import type { JsonSchema } from '../decide/settings.ts';
import { hostileKeys } from './hostile.ts';

/** Texts that YAML, regular expressions and objects stumble over, as far as the schema takes them. */
const awkward = [
  ...hostileKeys,
  ...[
    'NO',
    'no',
    'yes',
    'on',
    '~',
    'null',
    'true',
    '0x1F',
    '00123',
    '+48221234567',
    '1e3',
    '.nan',
    '12:30:00',
    '2026-11-22',
    '<<',
    '- a',
    '# a',
  ],
  ...[
    'a: b',
    'a #b',
    '*a',
    '&a',
    '!a',
    '%a',
    '@a',
    '`a',
    '"a"',
    "'a'",
    '{CUSTOMER}: {DATE}',
    '[a]',
    '| a',
    '> a',
    '?',
    '---',
    '...',
    ' a ',
    'é',
    '👍',
  ],
  ...['en', 'Europe/Warsaw', 'PL', 'Task', 'Region__c', 'contact', 'Site__c', 'Closed'],
];
/** Texts that have a grammar of their own, which a schema can't tell. */
const grammatical: Readonly<Record<string, readonly string[]>> = {
  zone: ['Europe/Warsaw', 'Asia/Tokyo', 'UTC'],
  subject: ['{CUSTOMER}', '{DIRECTION}: {DATE} # {AGENT}', 'no', '{LINE_NAME} {CUSTOMER} {DATE} '.repeat(9)],
};

/** Policy documents as an admin may give them: any settings, hostile texts and names among them. All of them are taken. */
export const anyPolicy = (): fc.Arbitrary<Record<string, unknown>> => {
  const schema = policySchema();
  const sections = Object.entries(schema.properties ?? {}).map(([key, inner]) => {
    const texts = Object.hasOwn(grammatical, key) ? grammatical[key] : undefined;
    return [key, texts ? fc.constantFrom(...texts) : bySchema(inner)] as const;
  });
  return fc
    .record(Object.fromEntries(sections), { requiredKeys: ['language'] })
    .map((document) => Object.fromEntries(Object.entries(document).filter(([key, value]) => isTaken({ language: 'en', [key]: value }))))
    .filter(isTaken);
};

/** What this schema takes, each setting there or left out. */
export function bySchema(schema: JsonSchema): fc.Arbitrary<unknown> {
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map(bySchema));
  if (schema.type === 'boolean') return fc.boolean();
  if (schema.type === 'integer') return fc.integer({ min: schema.minimum ?? -1_000, max: schema.maximum ?? 1_000 });
  if (schema.type === 'number')
    return fc.double({ min: schema.minimum ?? -1e6, max: schema.maximum ?? 1e6, noNaN: true }).map((n) => n + 0);
  if (schema.type === 'array') return fc.uniqueArray(bySchema(schema.items ?? {}), { maxLength: 4 });
  if (schema.type === 'string') return texts(schema);
  if (schema.properties)
    return fc.record(Object.fromEntries(Object.entries(schema.properties).map(([key, inner]) => [key, bySchema(inner)])), {
      requiredKeys: [],
    });
  const names = texts({ ...schema.propertyNames });
  return fc.dictionary(names, bySchema(schema.additionalProperties || {}), { maxKeys: 3 });
}

function texts({ pattern, maxLength = 300 }: JsonSchema): fc.Arbitrary<string> {
  const isWell = (text: string) => text.length <= maxLength && (pattern === undefined || new RegExp(pattern, 'u').test(text));
  const known = awkward.filter(isWell);
  const [first = 'Acme'] = known;
  // mostly one of them where random characters fit no pattern
  return fc.oneof(
    fc.constantFrom(...known),
    fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => (isWell(text) ? text : first)),
  );
}

function isTaken(document: unknown): boolean {
  try {
    parsePolicy(document);
    return true;
  } catch (error) {
    if (error instanceof PolicyMistakes) return false;
    throw error;
  }
}
