import { expect, test } from 'vitest';
import { languages } from '../words.ts';
import { fill, loadSetupWords, type SetupWords } from './words.ts';

const all = new Map(await Promise.all(languages.map(async (language) => [language, sentencesOf(await loadSetupWords(language))] as const)));
const en = all.get('en')!;

function sentencesOf(words: SetupWords): Map<string, string> {
  const found = new Map<string, string>();
  const look = (path: string, value: unknown) => {
    if (typeof value === 'string') found.set(path, value);
    else for (const [key, inner] of Object.entries(value as object)) look(`${path}.${key}`, inner);
  };
  look('', words);
  return found;
}
const places = (sentence: string) => [...sentence.matchAll(/\{(\w+)\}/g)].map((place) => place[1]!).toSorted();

test.each(languages)('%s says everything that English says, with the same values in it', (language) => {
  const ours = all.get(language)!;
  expect([...ours.keys()].toSorted()).toEqual([...en.keys()].toSorted());
  for (const [path, sentence] of ours) {
    expect(sentence.trim(), path).toBe(sentence);
    expect(sentence, path).not.toBe('');
    expect(new Set(places(sentence)), path).toEqual(new Set(places(en.get(path)!)));
  }
});

test('what is the same in two languages is so on purpose', () => {
  const shared = /^(call center|Contact)$/;
  const same = languages
    .filter((language) => language !== 'en')
    .flatMap((language) =>
      [...all.get(language)!]
        .filter(([path, sentence]) => sentence === en.get(path) && !shared.test(sentence))
        .map(([path]) => language + path),
    );
  expect(same).toEqual([]);
});

test('a value that looks like a place is only a value, and a place without a value stays', () => {
  expect(fill('{a} and {b} and {c}', { a: '{b}', b: '$&' })).toBe('{b} and $& and {c}');
});
