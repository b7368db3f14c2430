import { useEffect, useMemo, useRef, useState } from 'react';
import { I18nProvider } from 'react-aria-components/I18nProvider';
import { ConsoleContext, useLive, type Console } from './console-context.tsx';
import { formatFor } from './format.ts';
import { Frame } from './frame/frame.tsx';
import { NotFound } from './frame/not-found.tsx';
import type { Live } from './live.ts';
import { SignInPage } from './pages/sign-in/sign-in-page.tsx';
import { keepPreference } from './preferences.ts';
import { useAddress } from './address.tsx';
import { findRoute } from './routes.tsx';
import { loadWords, type Language, type Theme, type Words } from './words/words.ts';
import { browserWorld } from './world.ts';

export function App({ live, first }: { live: Live; first: { theme: Theme; language: Language; words: Words } }) {
  const [theme, setTheme] = useState(first.theme);
  const [{ language, words }, setWords] = useState<{ language: Language; words: Words }>(first);
  /** What was chosen last; its words may still be on their way. */
  const [chosenLanguage, setChosenLanguage] = useState(language);
  const lastChosen = useRef(language);

  const shown = useMemo(
    (): Console => ({
      live,
      world: browserWorld,
      words,
      format: formatFor(language, navigator.languages),
      theme,
      chooseTheme(chosen) {
        document.documentElement.dataset['theme'] = chosen;
        keepPreference('theme', chosen);
        setTheme(chosen);
      },
      chosenLanguage,
      chooseLanguage(chosen) {
        setChosenLanguage(chosen);
        lastChosen.current = chosen;
        void loadWords(chosen).then(
          (loaded) => {
            if (lastChosen.current !== chosen) return;
            keepPreference('language', chosen);
            document.documentElement.lang = chosen;
            setWords({ language: chosen, words: loaded });
          },
          () => setChosenLanguage(language), // offline: the page stays in the language it has
        );
      },
    }),
    [live, words, language, chosenLanguage, theme],
  );

  useEffect(() => {
    const wake = () => void (document.visibilityState === 'visible' && live.tryNow());
    addEventListener('online', wake);
    document.addEventListener('visibilitychange', wake);
    return () => {
      removeEventListener('online', wake);
      document.removeEventListener('visibilitychange', wake);
    };
  }, [live]);

  return (
    <I18nProvider locale={language}>
      <ConsoleContext value={shown}>
        <Page />
      </ConsoleContext>
    </I18nProvider>
  );
}

function Page() {
  const { path } = useAddress();
  const { session } = useLive();
  const found = findRoute(path);
  if (found?.route.open) return found.route.page(found);
  if (session === 'signed-out') return <SignInPage />;
  return <Frame>{found ? found.route.page(found) : <NotFound />}</Frame>;
}
