import { useEffect, useState } from 'react';
import { useConsole } from '../../console-context.tsx';
import { loadSetupWords, type SetupWords } from '../../words/setup/words.ts';

/** The words of these pages in the person's language; undefined until they have come. */
export function useSetupWords(): SetupWords | undefined {
  const { format } = useConsole();
  const [words, setWords] = useState<SetupWords>();
  useEffect(() => {
    let isWanted = true;
    void loadSetupWords(format.language).then(
      (loaded) => isWanted && setWords(loaded),
      () => undefined, // offline: the page stays in the language it has
    );
    return () => void (isWanted = false);
  }, [format.language]);
  return words;
}
