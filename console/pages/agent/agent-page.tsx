import { useCallback, useEffect, useRef, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import type { Agent } from '../../../wire/console.ts';
import { useConsole } from '../../console-context.tsx';
import { PreferencesButton } from '../../frame/preferences-button.tsx';
import { ServerTrouble } from '../../server.ts';
import { browserWorld } from '../../world.ts';
import { refusalOf } from '../orgs/say-org.ts';
import { openWindow, waitForWord, windowWords, type WindowState } from '../orgs/through-window.ts';

/** Where an agent says who they are, by signing in to Salesforce (DP-11). */
export function AgentPage({ uid }: { uid: string }) {
  const { live, words } = useConsole();
  const [agent, setAgent] = useState<Agent | 'nobody'>();
  const [problem, setProblem] = useState<{ code: string; message: string }>();
  const [waits, setWaits] = useState<WindowState>();
  const waiting = useRef<AbortController>(undefined);
  useEffect(() => () => waiting.current?.abort(), []);
  const opened = useRef<Window>(undefined);
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
    waiting.current?.abort();
    const theirs = (opened.current = openWindow());
    setProblem(undefined);
    setWaits('waiting');
    const sent = await live.askOpenly((server) => server.connect.beginAsAgent(uid, theirs !== undefined));
    if (sent instanceof ServerTrouble) {
      theirs?.close();
      setWaits(undefined);
      return setProblem(sent);
    }
    if (!theirs) return location.assign(sent.url);
    const stop = (waiting.current = new AbortController());
    const word = waitForWord(
      theirs,
      (one) => one.agent,
      () => setWaits((now) => (now === 'waiting' ? 'away' : now)),
      browserWorld,
      stop.signal,
    );
    theirs.location.href = sent.url;
    const said = await word;
    if (!said) return; // the page was left, or another window is waited for
    setWaits(undefined);
    if (said.problem) setProblem(said.problem);
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
            <Button className="button button-main" isDisabled={waits === 'waiting' || agent === undefined} onPress={() => void signIn()}>
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
                <Button className="button button-main" isDisabled={waits === 'waiting'} onPress={() => void signIn()}>
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
        {waits === 'waiting' && (
          <Button
            className="button"
            onPress={() => {
              opened.current?.close();
              setWaits('cancelled');
            }}
          >
            {words.mode.cancel}
          </Button>
        )}
        <p role="status">{waits ? words.orgs[windowWords[waits]] : ''}</p>
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
