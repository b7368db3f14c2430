import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hostileJson, hostileKeys } from '../testing/hostile.ts';
import { callTypeSettings, defaultPolicy, parsePolicy, PolicyMistakes } from './policy.ts';
import { languages, words } from './words.ts';

const mistakesIn = (document: unknown) => {
  try {
    parsePolicy(document);
  } catch (error) {
    if (error instanceof PolicyMistakes) return error.mistakes;
    throw error;
  }
  return [];
};
const pathsOf = (document: unknown) => mistakesIn(document).map(({ path }) => path);

describe('the defaults', () => {
  test('AC-05: what was answered or dialled is completed, what was missed or went to voicemail stays open', () =>
    expect(defaultPolicy('fr').logging).toEqual({
      'inbound-answered': 'completed',
      'outbound-answered': 'completed',
      'outbound-unanswered': 'completed',
      missed: 'open',
      voicemail: 'open',
    }));
  test('AC-04: there are five types, each with a setting of its own', () =>
    expect(Object.keys(defaultPolicy('en').logging).toSorted()).toEqual(callTypeSettings.toSorted()));
  test('every language has a default policy that its own reader takes', () => {
    for (const language of languages)
      expect(parsePolicy(JSON.parse(JSON.stringify(defaultPolicy(language))))).toEqual(defaultPolicy(language));
  });
});

describe('reading a policy', () => {
  test('what is left out takes its default, so a document of last year can be read', () =>
    expect(parsePolicy({ language: 'ja', logging: { missed: 'skip' } })).toEqual({
      ...defaultPolicy('ja'),
      logging: { ...defaultPolicy('ja').logging, missed: 'skip' },
    }));
  test('what is given is kept', () => {
    const given = {
      ...defaultPolicy('pl'),
      product: 'Acme',
      zone: 'Europe/Warsaw',
      minutes: 'floor',
      subject: '{CUSTOMER} {DATE}',
      defaultOwnerId: '00G1',
    } as const;
    expect(parsePolicy(given)).toEqual(given);
  });
  test('every mistake is named with its path, not the first alone', () =>
    expect(
      pathsOf({
        language: 'de',
        product: ' ',
        zone: 'Europe/Atlantis',
        logging: { missed: 'maybe', voicemail: 1, lost: 'open' },
        skipInternal: false,
        minutes: 'up',
        subject: '{PRODUKT} {',
        defaultOwnerId: 5,
        closeWhenCalledBack: 'yes',
        colour: 'red',
      }).toSorted(),
    ).toEqual([
      'closeWhenCalledBack',
      'colour',
      'defaultOwnerId',
      'language',
      'logging.lost',
      'logging.missed',
      'logging.voicemail',
      'minutes',
      'product',
      'skipInternal',
      'subject',
      'subject',
      'zone',
    ]));
  test('the message says what to give instead', () =>
    expect(mistakesIn({ language: 'en', minutes: 'up' })).toEqual([
      { path: 'minutes', message: 'Choose one of "ceil", "floor", "round", not "up".' },
    ]));
  test('D4: a call back closes nothing unless the admin says so', () =>
    expect(
      [parsePolicy({ language: 'en' }), parsePolicy({ language: 'en', closeWhenCalledBack: true })].map(
        (policy) => policy.closeWhenCalledBack,
      ),
    ).toEqual([false, true]));
  test('a language has to be chosen', () => expect(pathsOf({})).toEqual(['language']));
  test('an offset is no zone: it knows no summer time', () => expect(pathsOf({ language: 'en', zone: '+09:00' })).toEqual(['zone']));
  test('a line break in the product would break every title', () =>
    expect(pathsOf({ language: 'en', product: 'A\nB' })).toEqual(['product']));

  test('MT-37: a field that is not offered is refused, with its place and those there are', () => {
    const [mistake] = mistakesIn({ language: 'en', subject: 'Call {WHO}' });
    expect(mistake).toMatchObject({ path: 'subject', position: 6 });
    expect(mistake?.message).toMatch(/^There is no field \{WHO\} \(character 6\)\. There are \{CALL_TYPE\} .*\{PRODUCT\}\.$/);
  });
  test.each(['{通話種別:} {DIRECTION}', '{{DATE}}', 'a } b', '{DATE', '{}'])('MT-36: braces are no literal text: %s', (subject) =>
    expect(pathsOf({ language: 'en', subject }).length).toBeGreaterThan(0),
  );
  test('MT-36: a brace without its partner is named with its place', () =>
    expect(mistakesIn({ language: 'en', subject: 'Call {DATE' })).toEqual([
      { path: 'subject', message: 'The "{" at character 6 has no partner; braces only hold the name of a field.', position: 6 },
    ]));
  test('each language’s own title would be accepted as a template', () => {
    for (const language of languages) expect(mistakesIn({ language, subject: words[language].subject })).toEqual([]);
  });

  test('whatever is given, it is read or refused in words, and nothing leaks into other objects', () => {
    const anything = fc.oneof(
      fc.anything(),
      fc.constantFrom(...hostileJson.slice(0, -1)).map((text): unknown => JSON.parse(text)),
      fc.dictionary(fc.constantFrom(...hostileKeys, 'language', 'logging'), fc.anything()),
    );
    fc.assert(
      fc.property(anything, (document) => {
        for (const { message } of mistakesIn(document)) expect(message).toMatch(/^[A-Z].*\.$/s);
      }),
      { numRuns: 300 },
    );
    expect({}).not.toHaveProperty('polluted');
  });
});
