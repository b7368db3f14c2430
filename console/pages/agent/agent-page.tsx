import { useCallback, useEffect, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import type { Agent, SignedIn } from '../../../wire/console.ts';
import { useConsole } from '../../console-context.tsx';
import { PreferencesButton } from '../../frame/preferences-button.tsx';
import { ServerTrouble } from '../../server.ts';
import { refusalOf } from '../orgs/say-org.ts';
import { openWindow, waitForWord } from '../orgs/through-window.ts';

/** Where an agent says who they are, by signing in to Salesforce (DP-11). */
export function AgentPage({ uid }: { uid: string }) {
  const { live, words } = useConsole();
  const [agent, setAgent] = useState<Agent | 'nobody'>();
  const [problem, setProblem] = useState<{ code: string; message: string }>();
  const [busy, setBusy] = useState(false);
  const read = useCallback(
    () =>
      live
        .askOpenly((server) => server.connect.agent())
        .then((found) => {
          setAgent(found instanceof ServerTrouble ? 'nobody' : found);
          if (found instanceof ServerTrouble && found.is !== 'signed-out') setProblem(found);
        }),
    [live],
  );
  useEffect(() => void read(), [read]);

  async function signIn() {
    const opened = openWindow();
    setProblem(undefined);
    setBusy(true);
    const sent = await live.askOpenly((server) => server.connect.beginAsAgent(uid, opened !== undefined));
    if (sent instanceof ServerTrouble) {
      opened?.close();
      setBusy(false);
      return setProblem(sent);
    }
    if (!opened) return location.assign(sent.url);
    const word = waitForWord(AbortSignal.timeout(10 * 60_000));
    opened.location.href = sent.url;
    const said: SignedIn | undefined = await word;
    setBusy(false);
    if (said?.problem) setProblem(said.problem);
    return read();
  }
  const leave = async (how: 'sign-out' | 'drop') => {
    const trouble = await live.askOpenly((server) => (how === 'drop' ? server.connect.dropConsent() : server.connect.signOutAgent()));
    if (trouble instanceof ServerTrouble) setProblem(trouble);
    await read();
  };

  return (
    <main className="sign-in">
      <div className="sign-in-card">
        <p className="brand">Cordboard</p>
        {agent === 'nobody' || agent === undefined ? (
          <>
            <h1>{words.agent.title}</h1>
            <p>{words.agent.how}</p>
            <Button className="button button-main" isDisabled={busy || agent === undefined} onPress={() => void signIn()}>
              {words.agent.signIn}
            </Button>
          </>
        ) : (
          <>
            <h1>
              <bdi>{words.agent.signedInAs(agent.name)}</bdi>
            </h1>
            <p>
              <bdi>{words.agent.callsOf(agent.org)}</bdi>
            </p>
            {agent.trouble !== undefined && (
              <div className="problem">
                <p>{words.agent.cantAct}</p>
                <p className="as-said">
                  <bdi>{agent.trouble}</bdi>
                </p>
                <Button className="button button-main" isDisabled={busy} onPress={() => void signIn()}>
                  {words.agent.signIn}
                </Button>
              </div>
            )}
            {(agent.lent || agent.trouble !== undefined) && (
              <>
                {agent.lent && <p>{words.agent.lent}</p>}
                <Button className="button" onPress={() => void leave('drop')}>
                  {words.agent.takeBack}
                </Button>
              </>
            )}
            <Button className="button" onPress={() => void leave('sign-out')}>
              {words.frame.signOut}
            </Button>
          </>
        )}
        <p role="status">{busy ? words.orgs.waitingForWindow : ''}</p>
        {problem && (
          <p className="problem" role="alert">
            {refusalOf(problem, words)}
          </p>
        )}
      </div>
      <PreferencesButton />
    </main>
  );
}
