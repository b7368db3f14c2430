import { expect, test } from 'vitest';
import { counted, countedWith } from './counted.ts';
import { chooseLanguage, languages, loadWords, type Language, type Words } from './words.ts';

const all = new Map(await Promise.all(languages.map(async (language) => [language, await loadWords(language)] as const)));
const en = all.get('en')!;

/** Every message by its path, said with telling values. */
function messagesOf(words: Words): Map<string, string> {
  const found = new Map<string, string>();
  const look = (path: string, value: unknown) => {
    if (typeof value === 'string') found.set(path, value);
    else if (typeof value === 'function') found.set(path, say(path, value as (...given: unknown[]) => string));
    else for (const [key, inner] of Object.entries(value as object)) look(`${path}.${key}`, inner);
  };
  look('', words);
  return found;
}
/** Counts come first where there are any; everything else is put in as text. */
const isCount = (path: string) =>
  /\.(unsent|observed|held|parked|parkedTelling|untranslated|parkedDeliveries|unheard|newCalls|call\.messages|earlierDecisions|attempts|known|records|numbers|orgs\.waiting|agentsLent)$/.test(
    path,
  ) && !/explanations|deliveryStates|writeStates/.test(path);
const say = (path: string, message: (...given: unknown[]) => string) => message(isCount(path) ? 3 : 'ONE', 'TWO', 'THREE');

test.each(languages)('%s says everything that English says, with the same values in it', (language) => {
  const [ours, english] = [messagesOf(all.get(language)!), messagesOf(en)];
  expect([...ours.keys()].toSorted()).toEqual([...english.keys()].toSorted());
  for (const [path, message] of ours) {
    expect(message.trim(), path).toBe(message);
    expect(message, path).not.toBe('');
    expect(message, path).not.toMatch(/[#{}]|undefined/);
    for (const value of ['ONE', 'TWO', 'THREE'].filter((one) => english.get(path)!.includes(one))) expect(message, path).toContain(value);
  }
});

test('what is the same in two languages is so on purpose', () => {
  /** Loanwords, product names, figures, and nothing but signs between values. */
  const shared = /^(Cordboard|Salesforce|System|API|Agent|Source|Live|Message|Campagne|Station|Contacts?|Lead)\b|^\W*$|^ONE\W+TWO$/;
  const english = messagesOf(en);
  const untranslated = languages
    .filter((language) => language !== 'en')
    .flatMap((language) =>
      [...messagesOf(all.get(language)!)]
        .filter(([path, message]) => message === english.get(path) && !shared.test(message))
        .map(([path, message]) => `${language}${path}: ${message}`),
    );
  expect(untranslated).toEqual([]);
});

test.each<[Language, readonly string[]]>([
  ['en', ['1 new call', '2 new calls', '5 new calls', '21 new calls']],
  ['ja', ['新しい通話 1 件', '新しい通話 2 件', '新しい通話 5 件', '新しい通話 21 件']],
  ['fr', ['1 nouvel appel', '2 nouveaux appels', '5 nouveaux appels', '21 nouveaux appels']],
  ['ru', ['1 новый звонок', '2 новых звонка', '5 новых звонков', '21 новый звонок']],
  ['pl', ['1 nowe połączenie', '2 nowe połączenia', '5 nowych połączeń', '21 nowych połączeń']],
])('%s counts as people do', (language, expected) => {
  expect([1, 2, 5, 21].map(all.get(language)!.list.newCalls)).toEqual(expected);
});

test('a value that looks like a pattern is only a value', () => {
  expect(countedWith('en', { one: '# of {what}', other: '# of {what}' })(1, '$& {what} #')).toBe('1 of $& {what} #');
  expect(counted('en', { other: '#' })(12_345)).toBe('12,345');
});

test.each<[readonly string[], Language]>([
  [['ja-JP', 'en'], 'ja'],
  [['de-DE', 'pl', 'en'], 'pl'],
  [['FR-CA'], 'fr'],
  [['de', 'it'], 'en'],
  [[], 'en'],
])('of %j it speaks %s', (wanted, language) => expect(chooseLanguage(wanted)).toBe(language));
