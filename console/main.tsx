import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import './console.css';
import { createLive } from './live.ts';
import { readPreferences } from './preferences.ts';
import { serverAt } from './server.ts';
import { loadWords } from './words/words.ts';
import { browserWorld } from './world.ts';

// React Aria adds one rule in a <style>, which our Content-Security-Policy refuses; with an element of this id there it doesn't.
// The rule itself is in console.css.
const itsStyle = document.createElement('meta');
itsStyle.id = 'react-aria-pressable-style';
document.head.append(itsStyle);

const { theme, language } = readPreferences();
document.documentElement.dataset['theme'] = theme;
document.documentElement.lang = language;

const live = createLive(serverAt(fetch.bind(globalThis)), browserWorld);
const root = createRoot(document.getElementById('console')!);
void loadWords(language).then((words) => root.render(<App live={live} first={{ theme, language, words }} />));
