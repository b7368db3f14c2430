import fc from 'fast-check';
import { parsePolicy, PolicyMistakes, policySchema } from '../decide/policy.ts';
import type { JsonSchema } from '../decide/settings.ts';
import { mergeFields } from '../decide/templates.ts';
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
  comment: ['{CALL_TYPE}\n{RECORDING_URL}', 'no'],
  reopenedLeadStatus: ['Open - Not Contacted', 'Working - Contacted'],
  subject: ['{CUSTOMER}', '{DIRECTION}: {DATE} # {AGENT}', 'no', '{LINE_NAME} {CUSTOMER} {DATE} '.repeat(8)],
};

/** Policy documents as an admin may give them: any settings, hostile texts and names among them. All of them are taken. */
export const anyPolicy = (): fc.Arbitrary<Record<string, unknown>> => {
  const schema = policySchema();
  const sections = Object.entries(schema.properties ?? {}).map(
    ([key, inner]) =>
      [
        key,
        key === 'rows'
          ? fc.array(anyRow(inner.items ?? {}), { maxLength: 4 })
          : levels.includes(key)
            ? anyLevel(inner)
            : byName(key, inner),
      ] as const,
  );
  return fc
    .tuple(fc.record(Object.fromEntries(sections), { requiredKeys: ['language'] }), fc.option(fc.constantFrom(...meeting), { nil: {} }))
    .map(([document, more]): Record<string, unknown> => withMore(document, more))
    .map((document) => Object.fromEntries(Object.entries(document).map(([key, value]) => [key, together(key, value)])))
    .map((document) =>
      isTaken(document)
        ? document
        : Object.fromEntries(Object.entries(document).filter(([key, value]) => isTaken({ language: 'en', [key]: value }))),
    )
    .filter(isTaken);
};

/** Settings that matter only where they meet, which they hardly ever would by chance. */
const meeting: readonly Readonly<Record<string, object>>[] = [
  {
    match: { closedLead: 'reopen', closedLeadStatuses: ['Closed - Not Converted'], kinds: ['contact', 'lead'], sharedAbove: 10 },
    stranger: { answered: 'lead', missed: 'lead' },
  },
  { stranger: { answered: 'person-account', missed: 'person-account' } },
  { cases: { create: 'always', createFor: 'anybody' }, fields: { Case: { Description: { from: 'CUSTOMER_NUMBER' } } } },
];
const withMore = (document: Record<string, unknown>, more: Readonly<Record<string, object>>): Record<string, unknown> => ({
  ...document,
  ...Object.fromEntries(Object.entries(more).map(([key, given]) => [key, { ...Object(document[key]), ...given }])),
});

/** A few facts and a few things: of many, some would contradict each other. */
function anyRow({ properties = {} }: JsonSchema): fc.Arbitrary<unknown> {
  const some = (schema: JsonSchema | undefined) =>
    fc
      .subarray(Object.entries(schema?.properties ?? {}), { maxLength: 2 })
      .chain((few) => fc.record(Object.fromEntries(few.map(([key, inner]) => [key, bySchema(inner)]))));
  return fc.record({ name: bySchema(properties['name'] ?? {}), when: some(properties['when']), then: some(properties['then']) });
}

/** A name or two, each with a few settings: with all of them, some would hardly ever go together. */
function anyLevel({ additionalProperties, propertyNames }: JsonSchema): fc.Arbitrary<unknown> {
  const { properties = {} } = additionalProperties || {};
  const few = fc
    .subarray(Object.entries(properties), { maxLength: 3 })
    .chain((own) => fc.record(Object.fromEntries(own.map(([key, inner]) => [key, byName(key, inner)]))));
  return fc.dictionary(texts({ ...propertyNames }), few, { maxKeys: 2 });
}

/** Of a list such as rows, those that can stand there together. */
function together(key: string, value: unknown): unknown {
  if (key !== 'rows' || !Array.isArray(value)) return value;
  return value.reduce<unknown[]>((kept, one) => (isTaken({ language: 'en', rows: [...kept, one] }) ? [...kept, one] : kept), []);
}

const levels: readonly string[] = ['lines', 'queues', 'teams', 'agents'];
function byName(key: string, schema: JsonSchema): fc.Arbitrary<unknown> {
  if (key === 'closedLeadStatuses') return fc.subarray(['Closed - Not Converted', 'Closed - Converted', 'Working - Contacted']);
  if (key === 'fields') return fc.oneof(bySchema(schema), anyFields());
  return schema.type === 'string' && Object.hasOwn(grammatical, key) ? fc.constantFrom(...(grammatical[key] ?? [])) : bySchema(schema);
}

/** Fields that every org has and that take whatever a call says. */
const takesAll = { Lead: 'Description', Contact: 'Description', Account: 'Description', Case: 'Description', Opportunity: 'NextStep' };
function anyFields(): fc.Arbitrary<unknown> {
  const source = fc.oneof(
    fc.record({ from: fc.constantFrom(...Object.keys(mergeFields)), ifEmpty: fc.constantFrom('leave', 'clear') }),
    fc.record({ text: fc.constantFrom(...(grammatical['subject'] ?? [])) }),
    fc.record({ value: fc.oneof(fc.boolean(), fc.integer(), texts({ maxLength: 255 })) }),
  );
  const objects = Object.entries(takesAll).map(([object, field]) => [object, source.map((one) => ({ [field]: one }))] as const);
  return fc.record(Object.fromEntries(objects), { requiredKeys: [] });
}

/** What this schema takes, each setting there or left out. */
export function bySchema(schema: JsonSchema): fc.Arbitrary<unknown> {
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map(bySchema));
  if (schema.type === 'boolean') return fc.boolean();
  if (schema.type === 'integer') return fc.integer({ min: schema.minimum ?? -1_000, max: schema.maximum ?? 1_000 });
  if (schema.type === 'number')
    return fc.double({ min: schema.minimum ?? -1e6, max: schema.maximum ?? 1e6, noNaN: true }).map((n) => n + 0);
  if (schema.type === 'array') return fc.uniqueArray(bySchema(schema.items ?? {}), { minLength: schema.minItems ?? 0, maxLength: 4 });
  if (schema.type === 'string') return texts(schema);
  if (schema.properties)
    return fc.record(Object.fromEntries(Object.entries(schema.properties).map(([key, inner]) => [key, byName(key, inner)])), {
      requiredKeys: [...(schema.required ?? [])],
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
