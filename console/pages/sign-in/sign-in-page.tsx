import { useEffect, useRef, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { signInProblems } from '../../../wire/console.ts';
import { useConsole } from '../../console-context.tsx';
import { PreferencesButton } from '../../frame/preferences-button.tsx';
import { go, useAddress } from '../../address.tsx';
import { ServerTrouble } from '../../server.ts';
import type { Words } from '../../words/words.ts';
import { readToken } from './read-token.ts';

/** By the link that Cordboard prints. The token is behind `#`, where no server, proxy or log of either sees it. */
export function SignInPage() {
  const { live, words } = useConsole();
  const { path } = useAddress();
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<ServerTrouble>();
  const [pasted, setPasted] = useState('');
  const tried = useRef(false);

  async function signIn(token: string) {
    setBusy(true);
    setTrouble(undefined);
    try {
      await live.signIn(token);
      if (path === '/sign-in') go('/', 'replace');
    } catch (cause) {
      if (!(cause instanceof ServerTrouble)) throw cause;
      setTrouble(cause);
      setBusy(false);
    }
  }

  useEffect(() => {
    const token = readToken(location.hash);
    if (tried.current || !token) return;
    tried.current = true; // the link works once: a second try would burn it
    history.replaceState(null, '', location.pathname);
    void signIn(token);
  });

  return (
    <main className="sign-in">
      <div className="sign-in-card">
        <p className="brand">
          <svg viewBox="0 0 32 32" aria-hidden="true" focusable="false">
            <rect width="32" height="32" rx="8" />
            <circle cx="10" cy="10" r="3.2" />
            <circle cx="22" cy="22" r="3.2" />
            <path d="M13.2 10C22 10 10 22 18.8 22" />
          </svg>
          Cordboard
        </p>
        <h1>{words.signIn.title}</h1>
        <div role="status">{busy && <p>{words.signIn.working}</p>}</div>
        {!busy && (
          <>
            {trouble ? (
              <div className="problem" role="alert">
                <p>{problemOf(trouble, words)}</p>
                {trouble.is !== 'unreachable' && <p>{words.signIn.remedy}</p>}
              </div>
            ) : (
              <p>{words.signIn.how}</p>
            )}
            <form
              onSubmit={(event) => {
                event.preventDefault();
                const token = readToken(pasted);
                if (token) void signIn(token);
              }}
            >
              <label>
                {words.signIn.paste}
                <input
                  className="field"
                  value={pasted}
                  onChange={(event) => setPasted(event.target.value)}
                  autoComplete="off"
                  spellCheck={false}
                  maxLength={2000}
                />
              </label>
              <Button className="button button-main" type="submit">
                {words.signIn.go}
              </Button>
            </form>
          </>
        )}
      </div>
      <PreferencesButton />
    </main>
  );
}

function problemOf(trouble: ServerTrouble, words: Words): string {
  if (trouble.is === 'unreachable') return words.signIn.unreachable;
  const code = signInProblems.find((one) => one === trouble.code);
  return code ? words.signIn.problems[code] : words.signIn.refused;
}
