import { chooseLanguage, languages, themes, type Language, type Theme } from './words/words.ts';

/** What a person chose on this browser. Storage may be refused (private windows, policies); then a choice lasts as long as the page. */
export function readPreferences(): { theme: Theme; language: Language } {
  const stored = (name: string) => attempt(() => localStorage.getItem(name)) ?? '';
  return {
    theme: themes.find((theme) => theme === stored('theme')) ?? 'system',
    language: languages.find((language) => language === stored('language')) ?? chooseLanguage(navigator.languages),
  };
}
export const keepPreference = (name: 'theme' | 'language', value: string): void => void attempt(() => localStorage.setItem(name, value));

function attempt<T>(use: () => T): T | undefined {
  try {
    return use();
  } catch (cause) {
    if (cause instanceof DOMException) return undefined;
    throw cause;
  }
}
