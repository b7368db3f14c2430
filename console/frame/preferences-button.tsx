import { Button } from 'react-aria-components/Button';
import { Dialog, DialogTrigger } from 'react-aria-components/Dialog';
import { Popover } from 'react-aria-components/Popover';
import { useConsole, useLive } from '../console-context.tsx';
import { Icon } from '../parts/icon.tsx';
import { languageNames, languages, themes } from '../words/words.ts';

/** Appearance, language, and the way out. */
export function PreferencesButton() {
  const { live, words, theme, chooseTheme, chosenLanguage, chooseLanguage } = useConsole();
  const { status } = useLive();
  return (
    <DialogTrigger>
      <Button className="icon-button" aria-label={words.frame.preferences}>
        <Icon name="tune" />
      </Button>
      <Popover className="popover" placement="bottom end">
        <Dialog className="preferences" aria-label={words.frame.preferences}>
          <fieldset>
            <legend>{words.frame.theme}</legend>
            <div className="segments">
              {themes.map((one) => (
                <label key={one}>
                  <input type="radio" name="theme" value={one} checked={theme === one} onChange={() => chooseTheme(one)} />
                  <span>{words.frame.themes[one]}</span>
                </label>
              ))}
            </div>
          </fieldset>
          <fieldset>
            <legend>{words.frame.language}</legend>
            {languages.map((one) => (
              <label key={one} className="choice" lang={one}>
                <input type="radio" name="language" value={one} checked={chosenLanguage === one} onChange={() => chooseLanguage(one)} />
                <span>{languageNames[one]}</span>
              </label>
            ))}
          </fieldset>
          {status && (
            <div className="leave">
              <p className="fine">
                <bdi>{words.frame.signedInAs(status.person)}</bdi>
              </p>
              <Button className="button" onPress={() => void live.signOut()}>
                {words.frame.signOut}
              </Button>
            </div>
          )}
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}
