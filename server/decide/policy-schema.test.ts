import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyPolicy, bySchema } from '../testing/any-policy.ts';
import { hostileKeys } from '../testing/hostile.ts';
import { descriptions } from './policy-descriptions.ts';
import { defaultPolicy, parsePolicy, PolicyMistakes, policySchema } from './policy.ts';
import type { JsonSchema } from './settings.ts';

const schema = policySchema();
const mistakesOf = (document: unknown): PolicyMistakes['mistakes'] => {
  try {
    parsePolicy(document);
    return [];
  } catch (error) {
    if (error instanceof PolicyMistakes) return error.mistakes;
    throw error;
  }
};
const reads = (document: unknown): boolean => mistakesOf(document).length === 0;
/** What no schema can tell: how settings go together, and texts that have a grammar of their own. */
const isBeyondSchema = ({ path, together }: PolicyMistakes['mistakes'][number]) =>
  together === true ||
  /^(?:(?:lines|queues|teams|agents)\.[^]*\.)?(?:hours|texts)\b|\b(?:zone|subject|locked)$|\bfields\.[^]*\.text$|\bunnamed\.\w+$/.test(
    path,
  );
/** Validates by the words of JSON Schema 2020-12 that the schema uses; throws at any other, so that none is passed over. */
function takes(by: JsonSchema, value: unknown): boolean {
  const rules: { readonly [Word in keyof Required<JsonSchema>]: (word: never) => boolean } = {
    type: (type: string) =>
      type === 'object'
        ? isObject(value)
        : type === 'array'
          ? Array.isArray(value)
          : type === 'integer'
            ? Number.isInteger(value)
            : typeof value === type,
    description: () => true,
    default: () => true,
    enum: (choices: unknown[]) => choices.includes(value),
    pattern: (pattern: string) => typeof value !== 'string' || new RegExp(pattern, 'u').test(value),
    maxLength: (most: number) => typeof value !== 'string' || [...value].length <= most,
    minimum: (least: number) => typeof value !== 'number' || value >= least,
    maximum: (most: number) => typeof value !== 'number' || value <= most,
    items: (items: JsonSchema) => !Array.isArray(value) || value.every((one) => takes(items, one)),
    minItems: (least: number) => !Array.isArray(value) || value.length >= least,
    uniqueItems: (only: boolean) =>
      !only || !Array.isArray(value) || new Set(value.map((one) => JSON.stringify(one))).size === value.length,
    properties: (known: Record<string, JsonSchema>) =>
      !isObject(value) || Object.entries(known).every(([key, inner]) => !Object.hasOwn(value, key) || takes(inner, value[key])),
    additionalProperties: (inner: false | JsonSchema) =>
      !isObject(value) ||
      Object.keys(value)
        .filter((key) => !Object.hasOwn(by.properties ?? {}, key))
        .every((key) => inner !== false && takes(inner, value[key])),
    propertyNames: (names: JsonSchema) => !isObject(value) || Object.keys(value).every((key) => takes(names, key)),
    required: (keys: string[]) => !isObject(value) || keys.every((key) => Object.hasOwn(value, key)),
    anyOf: (ways: JsonSchema[]) => ways.some((way) => takes(way, value)),
  };
  return Object.entries(by)
    .filter(([word]) => word !== '$schema' && word !== 'title')
    .every(([word, given]) => rules[word as keyof JsonSchema](given as never));
}
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every schema in this one, by its path. */
function inside(one: JsonSchema, path: readonly string[] = []): (readonly [string, JsonSchema])[] {
  return [
    [path.join('.'), one],
    ...Object.entries(one.properties ?? {}).flatMap(([key, inner]) => inside(inner, [...path, key])),
    ...(one.items ? inside(one.items, [...path, '*']) : []),
    ...(one.additionalProperties ? inside(one.additionalProperties, [...path, '*']) : []),
  ];
}
const all = inside(schema);

describe('the schema of the policy', () => {
  test('says of every setting what it takes: give a reader of your own its schema with `described`', () =>
    expect(all.filter(([, { type, enum: choices, anyOf }]) => !type && !choices && !anyOf).map(([path]) => path)).toEqual([]));
  test('explains no setting that is not there', () => {
    const known = all.map(([path]) => path);
    expect(Object.keys(descriptions).filter((path) => !known.includes(path))).toEqual([]);
  });
  test('is one of JSON Schema 2020-12, in which only the language has to be given', () =>
    expect({ ...policySchema(), properties: Object.keys(policySchema().properties ?? {}).toSorted() }).toEqual({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: 'Policy of Cordboard',
      description: 'What an admin chose for the calls of one org. What is left out takes its default.',
      type: 'object',
      properties: Object.keys({
        ...defaultPolicy('en'),
        subject: 0,
        texts: 0,
        comments: 0,
        defaultOwnerId: 0,
        country: 0,
        owner: 0,
      }).toSorted(),
      additionalProperties: false,
      required: ['language'],
    }));
  test.each<[string, JsonSchema]>([
    ['language', { description: 'The language tasks are written in. It has to be chosen.', enum: ['en', 'ja', 'fr', 'ru', 'pl'] }],
    [
      'minutes',
      {
        description: 'How talk time becomes minutes in the subject. An answered call has at least one.',
        enum: ['ceil', 'floor', 'round'],
        default: 'ceil',
      },
    ],
    [
      'skipInternal',
      { description: 'Calls between colleagues are not logged. There is no other answer yet.', enum: [true], default: true },
    ],
    ['followUp.reminder', { description: 'Whether open tasks remind their owner.', type: 'boolean', default: true }],
    ['match.ownNumbers.*', { type: 'string', pattern: '^\\+[1-9]\\d{4,14}$' }],
    ['lines.*.followUp.reminder', { description: 'Whether open tasks remind their owner.', type: 'boolean' }],
    [
      'agents.*.stranger.missed',
      { description: 'What is made when nobody talked with them.', enum: ['lead', 'contact', 'account', 'person-account', 'nothing'] },
    ],
    ['rows.*.enabled', { description: 'Whether it counts at all.', type: 'boolean' }],
  ])('explains %s', (path, told) => expect(inside(policySchema()).find(([one]) => one === path)?.[1]).toEqual(told));
  test('a section has no default of its own: its settings have theirs', () => {
    const { properties: _properties, ...section } = policySchema().properties!['followUp']!;
    expect(section).toEqual({
      description: 'What is left to do after a call, and whose it is.',
      type: 'object',
      additionalProperties: false,
    });
  });
  test('explains at a level what is its own there, and all else as the company’s', () => {
    const made = inside(policySchema());
    const told = (path: string) => made.find(([one]) => one === path)?.[1].description;
    expect(['match', 'lines.*.match', 'locked', 'teams.*.locked', 'queues.*.zone', 'queues'].map(told)).toEqual([
      'Whose a number is.',
      'Whose a number is that calls this line. Queues, teams and agents have none: it is looked up when the call comes in.',
      'Settings that no line, queue, team or agent may give, by their paths: "logging.missed", or "stranger" for all of it.',
      'Settings that no agent may give.',
      'IANA time zone of dates whose owner has none that is known, such as "Europe/Warsaw".',
      'What is different for a queue, by its id or its name. It stands above the line.',
    ]);
  });
  test('offers at a level what can be different there', () => {
    const made = inside(policySchema());
    const offered = (path: string) => Object.keys(made.find(([one]) => one === path)?.[1].properties ?? {});
    const everywhere = [
      ...['language', 'zone', 'logging', 'minutes', 'subject', 'texts', 'comments', 'closeWhenCalledBack', 'moment', 'status', 'task'],
      ...['fields', 'attribution', 'defaultOwnerId', 'owner', 'stranger', 'followUp', 'messages', 'hours', 'campaigns', 'cases'],
      ...['opportunities'],
    ];
    expect(['lines.*', 'queues.*', 'teams.*', 'agents.*'].map(offered)).toEqual([
      ['locked', 'enabled', 'match', ...everywhere],
      ['locked', ...everywhere],
      ['locked', 'members', ...everywhere],
      everywhere,
    ]);
    expect([offered('hours'), offered('lines.*.hours')]).toEqual([
      ['calendars', 'calendar', 'calls', 'messages'],
      ['calendar', 'calls', 'messages'],
    ]);
  });
  test('a default that the CRM insists on is a text, a number or a tick, under names of the CRM’s', () => {
    const { propertyNames, additionalProperties } = policySchema().properties!['defaults']!.additionalProperties as JsonSchema;
    const names = { type: 'string', pattern: '^[A-Za-z]\\w{0,78}$', maxLength: 200 };
    expect([all.find(([path]) => path === 'defaults')![1].propertyNames, propertyNames, additionalProperties]).toEqual([
      names,
      names,
      { anyOf: [{ type: 'string', maxLength: 255, pattern: expect.any(String) }, { type: 'number' }, { type: 'boolean' }] },
    ]);
  });
  test('tells every default there is', () => {
    for (const [path, { default: told, properties }] of all.filter(([at]) => at !== '' && at !== 'language' && !at.includes('*'))) {
      const value = path
        .split('.')
        .reduce<unknown>((inner, key) => (inner as Record<string, unknown> | undefined)?.[key], defaultPolicy('en'));
      if (!properties) expect([path, told]).toEqual([path, value]);
    }
  });
  test('is taken by validators of other languages: no flags, no \\p, no looking ahead', () => {
    const patterns = all.flatMap(([, { pattern, items, propertyNames, anyOf = [] }]) =>
      [pattern, items?.pattern, propertyNames?.pattern, ...anyOf.map((one) => one.pattern)].filter((one) => one !== undefined),
    );
    expect(patterns.length).toBeGreaterThan(10);
    for (const pattern of patterns) expect(pattern).not.toMatch(/\\p|\(\?/);
  });

  test('takes whatever the reader takes', () => {
    expect(takes(schema, JSON.parse(JSON.stringify(defaultPolicy('ja'))))).toBe(true);
    fc.assert(
      fc.property(anyPolicy(), (document) => reads(document) && takes(schema, document)),
      { numRuns: 50 },
    );
  });
  test('and refuses what the reader refuses, but for texts with a grammar, settings that clash and half characters', () => {
    const sections = Object.entries(schema.properties ?? {});
    const anything = fc.oneof(
      fc.anything({ maxDepth: 2 }).map((value): unknown => JSON.parse(JSON.stringify(value) ?? 'null')),
      fc.constantFrom(0, -1, 1.5, 1e9, '', ' ', 'a\nb', 'x'.repeat(300), null, [], {}, true, ['+48221234567', '+48221234567'], ['a', 1]),
      ...sections.map(([, inner]) => bySchema(inner)),
    );
    const somewhere = fc.tuple(
      fc.constantFrom(...all.filter(([path]) => path !== '').map(([path]) => path.split('.'))),
      fc.constantFrom(...hostileKeys.filter((key) => key.trim() !== ''), 'Task', 'Region__c', '+48221234567'),
      anything,
    );
    fc.assert(
      fc.property(somewhere, ([path, name, value]) => {
        const document = { ...(path[0] === 'language' ? {} : { language: 'en' }), ...(at(path, name, value) as object) };
        if (!takes(schema, document)) expect(reads(document)).toBe(false);
        else if (!/\\ud[89a-f]/.test(JSON.stringify(document)))
          expect([document, mistakesOf(document).filter((mistake) => !isBeyondSchema(mistake))]).toEqual([document, []]);
      }),
      { numRuns: 1_000 },
    );
  });
  test.each([{}, { language: 'de' }, [], null, 'en', { language: 'en', colour: 'red' }, { language: 'en', followUp: { dueHours: 721 } }])(
    '%j is refused by both',
    (document) => expect([takes(schema, document), reads(document)]).toEqual([false, false]),
  );
});

function at([key = '', ...rest]: readonly string[], name: string, value: unknown): unknown {
  const inner = rest.length === 0 ? value : at(rest, name, value);
  return Object.fromEntries([[key === '*' ? name : key, inner]]);
}
