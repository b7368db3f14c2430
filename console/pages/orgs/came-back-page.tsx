import { useEffect, useRef, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import type { SignedIn } from '../../../wire/console.ts';
import { go } from '../../address.tsx';
import { useConsole } from '../../console-context.tsx';
import { ServerTrouble } from '../../server.ts';
import { refusalOf } from './say-org.ts';
import { tellWord } from './through-window.ts';

/**
 * Where Salesforce sends people back to. It takes the code out of the address at once, hands it to the server, and tells the page that
 * waits. The session's cookie is of this site only: it doesn't come with the visit, and it does come with what this page asks.
 */
export function CameBackPage() {
  const { live, words } = useConsole();
  const [said, setSaid] = useState<SignedIn | ServerTrouble>();
  const begun = useRef(false);
  useEffect(() => {
    if (begun.current) return;
    begun.current = true;
    const came = new URLSearchParams(location.search);
    history.replaceState(null, '', location.pathname);
    const [state, code, error, description] = ['state', 'code', 'error', 'error_description'].map((name) => came.get(name) ?? undefined);
    const asked =
      state === undefined
        ? undefined
        : code !== undefined
          ? { state, code }
          : error !== undefined
            ? { state, error: error.slice(0, 200), ...(description === undefined ? {} : { description: description.slice(0, 2_000) }) }
            : undefined;
    const nothing = new ServerTrouble('refused', 'nothing', '');
    void live
      .askOpenly((server) => (asked ? server.connect.cameBack(asked) : Promise.reject(nothing)))
      .then((answer) => {
        setSaid(answer);
        if (answer instanceof ServerTrouble) return;
        if (answer.popup || answer.agent) tellWord(answer);
        else if (answer.org !== undefined && !answer.problem) go(`/orgs/${answer.org}`, 'replace');
      });
  }, [live]);

  const problem = said instanceof ServerTrouble ? said : said?.problem;
  return (
    <main className="alone" id="calls">
      <h1>{said === undefined ? words.signedIn.working : problem ? words.signedIn.failed : words.signedIn.done}</h1>
      {problem &&
        (problem instanceof ServerTrouble && problem.code === 'nothing' ? (
          <p>{words.signedIn.nothing}</p>
        ) : (
          <p className="problem" role="alert">
            {refusalOf(problem, words)}
          </p>
        ))}
      {said !== undefined && !(said instanceof ServerTrouble) && said.as && (
        <p>{words.orgs.connectedAs(said.as.userName, said.as.orgName)}</p>
      )}
      {said !== undefined && (
        <div className="row row-start">
          {!(said instanceof ServerTrouble) && !said.popup && said.org !== undefined && (
            <Button className="button button-main" onPress={() => go(`/orgs/${said.org}`)}>
              {words.signedIn.toOrg}
            </Button>
          )}
          {!(said instanceof ServerTrouble) && said.popup && <p className="fine">{words.signedIn.closeWindow}</p>}
          {said instanceof ServerTrouble && (
            <Button className="button" onPress={() => go('/orgs')}>
              {words.orgs.title}
            </Button>
          )}
        </div>
      )}
    </main>
  );
}
