import { createContext, useContext, useSyncExternalStore } from 'react';
import type { Format } from './format.ts';
import type { Live, LiveState } from './live.ts';
import type { Language, Theme, Words } from './words/words.ts';
import type { World } from './world.ts';

/** What every screen needs. */
export type Console = {
  readonly live: Live;
  readonly world: World;
  readonly words: Words;
  readonly format: Format;
  readonly theme: Theme;
  readonly chooseTheme: (theme: Theme) => void;
  readonly chosenLanguage: Language;
  readonly chooseLanguage: (language: Language) => void;
};
export const ConsoleContext = createContext<Console | undefined>(undefined);

export function useConsole(): Console {
  const console = useContext(ConsoleContext);
  if (!console) throw new Error('A screen of the console was shown outside of it: wrap it in ConsoleContext.');
  return console;
}
export function useLive(): LiveState {
  const { live } = useConsole();
  return useSyncExternalStore(live.subscribe, live.get);
}
