import { useCallback, useEffect, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import type { Org } from '../../../wire/console.ts';
import { go, Link } from '../../address.tsx';
import { useConsole } from '../../console-context.tsx';
import { ServerTrouble } from '../../server.ts';
import { refusalOf, stateOf } from './say-org.ts';

/** Every org of this installation, and how it stands with each. */
export function OrgsPage() {
  const { live, words } = useConsole();
  const [orgs, setOrgs] = useState<readonly Org[] | ServerTrouble>();
  const read = useCallback(() => void live.ask((server) => server.connect.orgs()).then(setOrgs), [live]);
  useEffect(read, [read]);
  return (
    <main className="org-page" id="calls">
      <h1>{words.orgs.title}</h1>
      <p className="fine">{words.orgs.explained}</p>
      {orgs instanceof ServerTrouble ? (
        <div className="problem" role="alert">
          <p>{refusalOf(orgs, words)}</p>
          <Button className="button" onPress={read}>
            {words.list.retry}
          </Button>
        </div>
      ) : (
        <ul className="org-list">
          {orgs?.map((org) => (
            <li key={org.id}>
              <Link to={`/orgs/${org.id}`} className="org-card">
                <strong>
                  <bdi>{org.name}</bdi>
                </strong>
                <span className={`chip chip-org-${stateOf(org)}`}>{words.orgs.states[stateOf(org)]}</span>
                {org.current && <span className="chip chip-plain">{words.orgs.current}</span>}
                <span className="fine">
                  {org.wayIn ? (
                    <bdi>{words.orgs.connectedAs(org.wayIn.user.name, org.wayIn.org.name)}</bdi>
                  ) : org.connected ? (
                    words.orgs.byStart
                  ) : (
                    words.orgs.never
                  )}
                </span>
              </Link>
            </li>
          ))}
        </ul>
      )}
      <AddOrg />
    </main>
  );
}

function AddOrg() {
  const { live, words } = useConsole();
  const [name, setName] = useState('');
  const [trouble, setTrouble] = useState<ServerTrouble>();
  async function add() {
    const made = await live.ask((server) => server.connect.addOrg(name));
    if (made instanceof ServerTrouble) setTrouble(made);
    else if (made) go(`/orgs/${made.id}`);
  }
  return (
    <form
      className="org-form"
      onSubmit={(event) => {
        event.preventDefault();
        void add();
      }}
    >
      <h2>{words.orgs.add}</h2>
      <label>
        <span>{words.orgs.name}</span>
        <input className="field" value={name} maxLength={100} required onChange={(event) => setName(event.target.value)} />
      </label>
      <p className="fine">{words.orgs.addExplained}</p>
      {trouble && (
        <p className="problem" role="alert">
          {refusalOf(trouble, words)}
        </p>
      )}
      <div className="row row-start">
        <Button type="submit" className="button" isDisabled={name.trim() === ''}>
          {words.orgs.add}
        </Button>
      </div>
    </form>
  );
}
