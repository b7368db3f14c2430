import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyPolicy } from '../testing/any-policy.ts';
import { diffPolicies, sayDifferences } from './policy-diff.ts';
import { inOrder } from './policy-order.ts';

const words = (from: unknown, to: unknown) => sayDifferences(diffPolicies(from, to));
const en = { language: 'en' };

describe('the difference of two policies', () => {
  test('is told setting by setting in the order of the schema, with what was so by default', () =>
    expect(
      words(
        { language: 'en', stranger: { missed: 'lead' }, product: 'Acme', followUp: { dueHours: 4 } },
        { followUp: { dueHours: 8 }, minutes: 'ceil', stranger: { answered: 'contact' }, language: 'pl', subject: '{DATE}' },
      ),
    ).toEqual([
      'language: "en" → "pl"',
      'product: "Acme" → "Cordboard" (default)',
      'minutes: "ceil", now given; it was the default',
      'subject: not given → "{DATE}"',
      'stranger.missed: "lead" → "nothing" (default)',
      'stranger.answered: "nothing" (default) → "contact"',
      'followUp.dueHours: 4 → 8',
    ]));
  test('tells by path, old and new, what was given from what was not', () =>
    expect(diffPolicies({ ...en, lines: { 'a.b': { stranger: { missed: 'lead' } } } }, { ...en, country: 'PL' })).toEqual([
      { path: ['country'], from: { given: false }, to: { given: true, value: 'PL' } },
      { path: ['lines', 'a.b', 'stranger', 'missed'], from: { given: true, value: 'lead' }, to: { given: false } },
    ]));
  test('a name with dots is told as a name', () =>
    expect(words({ ...en, lines: { 'a.b': { stranger: { missed: 'lead' } } } }, en)).toEqual([
      'lines."a.b".stranger.missed: "lead" → not given',
    ]));
  test('the first one differs from what was so by default', () => {
    expect(words(undefined, en)).toEqual(['language: "en", now given; it was the default']);
    expect(words(undefined, { language: 'pl', product: 'Acme' })).toEqual([
      'language: "en" (default) → "pl"',
      'product: "Cordboard" (default) → "Acme"',
    ]);
  });
  test('what is left to its default again is told', () =>
    expect(words({ ...en, minutes: 'ceil' }, en)).toEqual(['minutes: "ceil", now left to its default']));
  test('an object without anything in it gives nothing', () =>
    expect(words({ ...en, lines: {}, stranger: {}, defaults: { Task: {} } }, en)).toEqual([]));
  test('of lists it is told what came and what went, and all of it where the order is another', () => {
    const numbers = (...ownNumbers: string[]) => ({ ...en, match: { ownNumbers } });
    expect(words(numbers('+481', '+482'), numbers('+482', '+483'))).toEqual(['match.ownNumbers: without "+481", with "+483"']);
    expect(words(numbers('+481', '+482'), numbers('+482', '+481'))).toEqual(['match.ownNumbers: ["+481", "+482"] → ["+482", "+481"]']);
    expect(words(numbers('+481'), en)).toEqual(['match.ownNumbers: without "+481", by default']);
    expect(words(en, numbers('+481'))).toEqual(['match.ownNumbers: with "+481", against the default']);
    const many = Array.from({ length: 30 }, (_, place) => `+48${place + 100}`);
    expect(words(numbers(), numbers(...many))[0]).toMatch(/^match\.ownNumbers: with "\+48100", .* and 10 more$/);
  });
  test('of lists whose order is another all is told, as of what is no list on one side', () => {
    const numbers = (...ownNumbers: string[]) => ({ ...en, match: { ownNumbers } });
    expect(words(numbers('+481', '+482'), numbers('+481', '+483', '+482'))).toEqual([
      'match.ownNumbers: ["+481", "+482"] → ["+481", "+483", "+482"]',
    ]);
    expect(words(numbers('+481', '+482', '+483'), numbers('+482'))).toEqual(['match.ownNumbers: without "+481", "+483"']);
    expect(words(numbers(), numbers('+481', '+482'))).toEqual(['match.ownNumbers: with "+481", "+482"']);
    expect(words({ ...en, owner: ['agent'] }, en)).toEqual(['owner: ["agent"] → not given']);
    expect(words(en, { ...en, owner: ['agent', '005A'] })).toEqual(['owner: not given → ["agent", "005A"]']);
    expect(words(en, { ...en, match: { kinds: ['lead'] } })).toEqual([
      'match.kinds: without "contact", "account", "person-account", against the default',
    ]);
    expect(words({ ...en, match: { kinds: ['lead', 'contact'] } }, en)).toEqual([
      'match.kinds: ["lead", "contact"] → ["contact", "lead", "account", "person-account"] (default)',
    ]);
    expect(words({ ...en, match: { ownNumbers: [] } }, en)).toEqual(['match.ownNumbers: [], now left to its default']);
  });
  test('of a long list twenty are told', () => {
    const numbers = (count: number) => ({ ...en, match: { ownNumbers: Array.from({ length: count }, (_, place) => `+48${place}`) } });
    const twenty = Array.from({ length: 20 }, (_, place) => `"+48${place}"`).join(', ');
    expect(words(numbers(0), numbers(20))).toEqual([`match.ownNumbers: with ${twenty}`]);
    expect(words(numbers(0), numbers(21))).toEqual([`match.ownNumbers: with ${twenty} and 1 more`]);
  });
  test('names that need no quotes have none, and what every object knows is no default', () => {
    const zones = (...names: string[]) => ({ ...en, lines: Object.fromEntries(names.map((name) => [name, { zone: 'UTC' }])) });
    expect(words(en, zones('+48221234567', 'a_b-c', 'a b', '"', 'toString', 'ü'))).toEqual([
      'lines."\\"".zone: not given → "UTC"',
      'lines.+48221234567.zone: not given → "UTC"',
      'lines."a b".zone: not given → "UTC"',
      'lines.a_b-c.zone: not given → "UTC"',
      'lines.toString.zone: not given → "UTC"',
      'lines."ü".zone: not given → "UTC"',
    ]);
  });
  test('what is no document gives nothing', () => expect(diffPolicies('en', ['en'])).toEqual([]));
  test('a value that is given and is the default differs from one that is left to it, from both sides', () => {
    const given = { path: ['followUp', 'dueHours'], from: { given: false, value: 4 }, to: { given: true, value: 4 } };
    const dueHours = { ...en, followUp: { dueHours: 4 } };
    expect(diffPolicies(en, dueHours)).toEqual([given]);
    expect(diffPolicies(dueHours, en)).toEqual([{ ...given, from: given.to, to: given.from }]);
    expect(diffPolicies(dueHours, { ...en, followUp: { dueHours: 4 } })).toEqual([]);
  });

  test('a document is itself, whatever the order of its names', () => {
    fc.assert(
      fc.property(anyPolicy(), (document) => {
        expect(diffPolicies(document, turned(document))).toEqual([]);
        expect(inOrder(document)).toEqual(document);
      }),
    );
  });
  test('every difference is told from both sides, and applied to the one gives the other', () => {
    fc.assert(
      fc.property(anyPolicy(), anyPolicy(), (a, b) => {
        const there = diffPolicies(a, b);
        const keys = (list: ReturnType<typeof diffPolicies>) => list.map(({ path }) => JSON.stringify(path)).toSorted();
        const back = diffPolicies(b, a);
        expect(keys(back)).toEqual(keys(there));
        const backBy = new Map(back.map((one) => [JSON.stringify(one.path), one]));
        for (const { path, from, to } of there) expect(backBy.get(JSON.stringify(path))).toEqual({ path, from: to, to: from });
        expect(diffPolicies(applied(a, there), b)).toEqual([]);
        for (const line of sayDifferences(there)) expect(line).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
      }),
    );
  });
});

describe('a document in order', () => {
  const inText = (document: unknown) => JSON.stringify(inOrder(document));
  test('has its settings as the schema has them, at every level, and names of the admin’s own by the alphabet', () =>
    expect(
      inText({
        lines: { b: { zone: 'UTC', locked: ['zone'] }, a: { stranger: { outbound: 'lead', missed: 'lead', answered: 'lead' } } },
        rows: [{ when: {}, name: 'r' }],
        stranger: { answered: 'contact', missed: null },
        defaults: { Task: { b__c: 1, a__c: 2 }, Lead: {} },
        product: 'Acme',
        language: 'en',
      }),
    ).toBe(
      '{"language":"en","product":"Acme","stranger":{"missed":null,"answered":"contact"},"rows":[{"when":{},"name":"r"}],' +
        '"defaults":{"Lead":{},"Task":{"a__c":2,"b__c":1}},' +
        '"lines":{"a":{"stranger":{"missed":"lead","answered":"lead","outbound":"lead"}},"b":{"locked":["zone"],"zone":"UTC"}}}',
    ));
  test('has what the schema doesn’t know behind all else, by the alphabet', () =>
    expect(inText({ zebra: { d: 1, c: 2 }, colour: 1, agents: {}, language: 'en' })).toBe(
      '{"language":"en","agents":{},"colour":1,"zebra":{"c":2,"d":1}}',
    ));
  test.each([null, 'en', 7, ['b', 'a']])('%j is what it is', (value) => expect(inOrder(value)).toBe(value));
});

/** The same with every object's names the other way round. */
function turned(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, inner]) => [key, turned(inner)]),
  );
}

function applied(document: unknown, differences: ReturnType<typeof diffPolicies>): unknown {
  return differences.reduce((done, { path, to }) => withAt(done, path, to.given ? [to.value] : []), document);
}
function withAt(document: unknown, [key = '', ...rest]: readonly string[], value: readonly unknown[]): unknown {
  const entries = Object.entries(document ?? {}).filter(([name]) => name !== key);
  const former = Object.entries(document ?? {}).find(([name]) => name === key)?.[1];
  if (rest.length > 0) return Object.fromEntries([...entries, [key, withAt(former, rest, value)]]);
  return Object.fromEntries([...entries, ...value.map((one) => [key, one] as const)]);
}
