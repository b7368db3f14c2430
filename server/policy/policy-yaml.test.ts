import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parsePolicy } from '../decide/policy.ts';
import { anyPolicy } from '../testing/any-policy.ts';
import { readPolicyFile, sayFileMistake, sayHeader, withHeader, writePolicy } from './policy-yaml.ts';

const header = sayHeader({ version: 7, org: 1 }, { orgName: 'Acme', savedAt: '2026-11-22T10:00:00.000Z', savedBy: 'admin' });
const mistakesIn = (file: string) => {
  const read = readPolicyFile(file);
  return 'mistakes' in read ? read.mistakes.map((mistake) => sayFileMistake('policy.yaml', mistake)) : [];
};
const documentIn = (file: string) => {
  const read = readPolicyFile(file);
  return 'mistakes' in read ? read.mistakes : read.document;
};

describe('a policy as a file', () => {
  test('has what was given and nothing else, in the order of the schema, under a line that says whose it is', () => {
    const document = {
      lines: { '+48221234567': { stranger: { missed: 'lead' } } },
      match: { tieBreak: 'oldest' },
      country: 'NO',
      language: 'en',
    };
    expect(writePolicy(document, header)).toBe(
      `# Cordboard policy: version 7 of org 1 "Acme", saved 2026-11-22T10:00:00.000Z by "admin"
# yaml-language-server: $schema=policy.schema.json
language: en
country: "NO"
match:
  tieBreak: oldest
lines:
  "+48221234567":
    stranger:
      missed: lead
`,
    );
  });
  test('whatever an admin gave, read back, is the same, and is written the same again', () => {
    fc.assert(
      fc.property(anyPolicy(), (document) => {
        const file = writePolicy(document, header);
        expect(readPolicyFile(file)).toEqual({ document, header: { version: 7, org: 1 } });
        expect(writePolicy(documentIn(file), header)).toBe(file);
        expect(parsePolicy(documentIn(file))).toEqual(parsePolicy(document));
      }),
      { numRuns: 40 },
    );
  });
  test('a line called as a merge key is a line', () => {
    const document = { language: 'en', lines: { '<<': { stranger: { missed: 'lead' } } } };
    expect(writePolicy(document, header)).toContain('\n  "<<":\n');
    expect(documentIn(writePolicy(document, header))).toEqual(document);
  });
  test.each(['A\nlanguage: pl', 'A\u2028b', 'A\u0085b', 'version 9 of org 2', '"', '\\'])(
    'an org called %j writes no line of it',
    (orgName) => {
      const file = writePolicy({ language: 'en' }, sayHeader({ version: 3, org: 4 }, { orgName, savedAt: 'then', savedBy: orgName }));
      expect(readPolicyFile(file)).toEqual({ document: { language: 'en' }, header: { version: 3, org: 4 } });
      expect(file.split('\n')).toHaveLength(4);
    },
  );
  test('resting on another version, keeps what a person wrote in it', () => {
    const written = `# Of the sales team.\r\n${header}\r\nlanguage: en # as agreed\r\n`;
    const later = sayHeader({ version: 8, org: 1 }, { orgName: 'Acme' });
    expect(withHeader(written, later)).toBe(`# Of the sales team.\r\n${later}\r\nlanguage: en # as agreed\r\n`);
    expect(withHeader('language: en\n', later)).toBe(`${later}\nlanguage: en\n`);
  });
  test.each([
    ['language: en\n', undefined],
    ['\uFEFF# Cordboard policy: version 7 of org 1 "Acme"\nlanguage: en\n', { version: 7, org: 1 }],
    ['# a\n\n# Cordboard policy: version 7 of org 1\nlanguage: en\n', { version: 7, org: 1 }],
    ['language: en\n# Cordboard policy: version 7 of org 1\n', undefined],
    ['# Cordboard policy: version 12345678901 of org 1\nlanguage: en\n', undefined],
  ])('%j: its version', (file, found) => expect(readPolicyFile(file)).toEqual({ document: { language: 'en' }, header: found }));
});

describe('mistakes in a file', () => {
  test('each is named with its path and its place', () =>
    expect(
      mistakesIn(
        `language: de\nlogging:\n  missed: maybe\nlines:\n  a.b:\n    stranger: {missed: leed}\n  +48221234567: {stranger: {mist: lead}}\nstranger: {answered: lead, whose: 5}\n`,
      ),
    ).toEqual([
      'policy.yaml:1:1: language: Choose one of "en", "ja", "fr", "ru", "pl", not "de".',
      'policy.yaml:3:3: logging.missed: Choose one of "completed", "open", "skip", not "maybe".',
      'policy.yaml:6:16: lines.a.b.stranger.missed: Choose one of "lead", "contact", "account", "person-account", "nothing", not "leed".',
      expect.stringMatching(/^policy\.yaml:7:29: lines\.\+48221234567\.stranger\.mist: There is no such setting\. There are missed,/),
      expect.stringMatching(/^policy\.yaml:8:28: stranger\.whose: There is no such setting\./),
    ]));
  test('what is missing is missed at the beginning', () =>
    expect(mistakesIn('# mine\nproduct: Acme\n')).toEqual([expect.stringMatching(/^policy\.yaml:2:1: language: Choose one of/)]));
  test('YAML 1.2: Norway is a country', () => expect(documentIn('language: en\ncountry: NO\n')).toEqual({ language: 'en', country: 'NO' }));
  test('a key is a text, whatever it looks like', () =>
    expect(documentIn('language: en\nlines:\n  +48221234567: {}\n  0012: {}\n  true: {}\n')).toEqual({
      language: 'en',
      lines: { '+48221234567': {}, '0012': {}, true: {} },
    }));
  test('a text that looks like a number is asked back for its quotes', () =>
    expect(mistakesIn('language: en\nproduct: 2024\nbudget: {reserve: null}\n')).toEqual([
      'policy.yaml:2:1: product: Give a text that isn\'t empty, not 2024. If a text is meant, write it in quotes: "2024".',
      'policy.yaml:3:10: budget.reserve: Give a number from 0 to 1, not null.',
    ]));
  test.each([
    ['00123', '123'],
    ['+48221234567', '48221234567'],
    ['0x1F', '31'],
    ['12345678901234567890', '12345678901234567000'],
  ])('%s would be another number than it looks', (written, number) =>
    expect(mistakesIn(`language: en\ndefaults: {Task: {Zip__c: ${written}}}\n`)).toEqual([
      `policy.yaml:2:27: (file): Is ${written} a number or a text? Write "${written}" for the text, or ${number} for the number.`,
    ]),
  );
  test.each(['0', '-1', '0.5', '1.50', '1e3', '0.0'])('%s is a number', (written) =>
    expect(mistakesIn(`language: en\ndefaults: {Task: {N__c: ${written}}}\n`)).toEqual([]),
  );
  test.each([
    ['language: en\nproduct: a\nproduct: b\n', '3:1: (file): This stands here twice; leave one of them.'],
    ['language: &x en\nproduct: *x\n', '1:14: (file): Leave the anchor (&) out: a policy has no aliases.'],
    ['language: en\nlines: {a: &a {}, b: *a}\n', '2:22: (file): Write it out: a policy has no aliases (*).'],
    ['language: en\n<<: {product: a}\n', '2:1: (file): Write out what is to be there: a policy has no merge keys (<<).'],
    ['language: !!str en\n', '1:17: (file): Leave the tag tag:yaml.org,2002:str out.'],
    ['language: !!js/function en\n', '1:25: (file): Leave the tag tag:yaml.org,2002:js/function out.'],
    ['%YAML 1.1\n---\nlanguage: en\ncountry: NO\n', '1:1: (file): Leave the line %YAML out: the file is read as YAML 1.2.'],
    ['language: en\n---\nlanguage: pl\n', '2:1: (file): There is a second document in the file; a policy is one.'],
    ['language: en\n? [a]\n: b\n', '2:3: (file): This is not YAML: With stringKeys, all keys must be strings.'],
    ['language: en\n\tproduct: a\n', '2:1: (file): This is not YAML: Tabs are not allowed as indentation.'],
    ['', '1:1: (document): Give an object, not null.'],
    ['- language: en\n', '1:1: (document): Give an object, not a list.'],
    [`language: en # ${'x'.repeat(100_000)}`, '1:1: (file): The file has 100015 bytes. A policy has at most 100000.'],
    ['['.repeat(50_000), '1:1: (file): Brackets are 50000 deep in the file. A policy is at most 20 deep.'],
  ])('refused: %#', (file, mistake) => expect(mistakesIn(file)).toContain(`policy.yaml:${mistake}`));
  test('a billion laughs are none', () => {
    const bomb = ['a: &a [x, x]', ...'bcdefghij'.split('').map((name, at) => `${name}: &${name} [${`*${'abcdefghi'[at]},`.repeat(9)}]`)];
    expect(mistakesIn(`${bomb.join('\n')}\n`)[0]).toContain('Leave the anchor (&) out');
  });
  test.each([
    ['lists in lists', '- '.repeat(8_000)],
    ['keys in keys', '? '.repeat(8_000)],
    ['depth', Array.from({ length: 400 }, (_, depth) => `${' '.repeat(depth)}a:\n`).join('')],
    ['quotes', '"'.repeat(20_000)],
    ['names', Array.from({ length: 4_000 }, (_, place) => `k${place}: 1\n`).join('')],
    ['one name', 'a: b\n'.repeat(4_000)],
  ])('so much of it is refused, and told in what a person can read: %s', (_what, file) => {
    const mistakes = mistakesIn(file);
    expect(mistakes.length).toBeGreaterThan(0);
    expect(mistakes.length).toBeLessThanOrEqual(101);
    for (const mistake of mistakes) expect(mistake.length).toBeLessThan(1_000);
  });
  test('whatever stands in a file, it is read or refused in words', () => {
    const pieces = fc.constantFrom(
      ...'language: en|\n|  |- |{|}|[|]|"|\'|&a |*a |!|%|? |: |# |<<|a|1|\t|\u0000|\r|lines|__proto__|null|~|\uFEFF|--- |...'.split('|'),
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 25 }), (parts) => {
        const read = readPolicyFile(parts.join(''));
        if ('mistakes' in read)
          for (const { message, line, column } of read.mistakes) {
            expect(message).toMatch(/^[A-Z].*[.?"]$/s);
            expect(Math.min(line, column)).toBeGreaterThanOrEqual(1);
          }
        else parsePolicy(read.document);
      }),
      { numRuns: 200 },
    );
    expect({}).not.toHaveProperty('polluted');
  });
});
