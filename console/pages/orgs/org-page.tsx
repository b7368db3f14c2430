import { useCallback, useEffect, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { Dialog, DialogTrigger, Heading } from 'react-aria-components/Dialog';
import { Modal, ModalOverlay } from 'react-aria-components/Modal';
import type { Org, OrgTested } from '../../../wire/console.ts';
import { Link } from '../../address.tsx';
import { useConsole } from '../../console-context.tsx';
import { Choice } from '../../parts/choice.tsx';
import { CopyText } from '../../parts/copy-text.tsx';
import { type Figure, Figures } from '../../parts/figures.tsx';
import { Icon } from '../../parts/icon.tsx';
import { ServerTrouble } from '../../server.ts';
import { ConnectForm } from './connect-form.tsx';
import { refusalOf, stateOf } from './say-org.ts';

/** One org: how it is connected, as whom, since when, what is wrong and who mends it. */
export function OrgPage({ id }: { id: string }) {
  const { live, words, world } = useConsole();
  const [found, setFound] = useState<Org | 'none' | ServerTrouble>();
  const read = useCallback(async () => {
    const orgs = await live.ask((server) => server.connect.orgs());
    if (orgs) setFound(orgs instanceof ServerTrouble ? orgs : (orgs.find((org) => String(org.id) === id) ?? 'none'));
    live.lookAgain();
  }, [live, id]);
  useEffect(() => {
    const gone = new AbortController();
    void (async () => {
      // what is wrong with an org, and that it is over, shows by itself
      for (; !gone.signal.aborted; await world.wait(5_000, gone.signal)) await read();
    })();
    return () => gone.abort();
  }, [read, world]);

  if (found === undefined) return <main className="org-page" id="calls" role="status" />;
  if (found === 'none' || found instanceof ServerTrouble)
    return (
      <main className="org-page" id="calls">
        <h1>{found === 'none' ? words.orgs.unknown : words.list.failed}</h1>
        {found instanceof ServerTrouble && <p>{refusalOf(found, words)}</p>}
        <Link to="/orgs">{words.orgs.title}</Link>
      </main>
    );
  return <Shown org={found} onChanged={read} />;
}

function Shown({ org, onChanged }: { org: Org; onChanged: () => Promise<void> }) {
  const { live, words } = useConsole();
  const state = stateOf(org);
  const [isConnecting, setConnecting] = useState(false);
  async function enter() {
    const trouble = await live.ask((server) => server.connect.enterOrg(org.id));
    // everything that is shown is the other org's from now on
    if (!(trouble instanceof ServerTrouble)) location.assign(`/orgs/${org.id}`);
  }
  return (
    <main className="org-page" id="calls">
      <p>
        <Link to="/orgs">{words.orgs.title}</Link>
      </p>
      <header className="org-head">
        <h1>
          <bdi>{org.name}</bdi>
        </h1>
        <span className={`chip chip-org-${state}`}>{words.orgs.states[state]}</span>
        {!org.current && (
          <Button className="button" onPress={() => void enter()}>
            {words.orgs.enter}
          </Button>
        )}
      </header>
      <Wrong org={org} />
      {org.connected && <Connected org={org} onChanged={onChanged} onReconnect={() => setConnecting(true)} />}
      {(!org.connected || isConnecting || state === 'shut-out') && (
        <ConnectForm
          org={org}
          onCancel={org.connected && isConnecting ? () => setConnecting(false) : undefined}
          onDone={async () => {
            setConnecting(false);
            await onChanged();
          }}
        />
      )}
      {org.connected && <Agents org={org} onChanged={onChanged} />}
      <Rename org={org} onChanged={onChanged} />
    </main>
  );
}

/** What is wrong, who mends it, and what becomes of the calls meanwhile. */
function Wrong({ org }: { org: Org }) {
  const { words, format, world } = useConsole();
  const { trouble, wayIn } = org;
  const daysLeft = wayIn?.endsAt === undefined ? undefined : (Date.parse(wayIn.endsAt) - world.now()) / 86_400_000;
  return (
    <>
      {trouble && org.connected && (
        <div className="problem" role="alert">
          <p>
            <bdi lang="en">{trouble.message}</bdi>
          </p>
          <p>
            {trouble.signIn ? words.orgs.mendedHere : words.story.mendedBy[trouble.mendedBy]}{' '}
            {org.waiting > 0 && words.orgs.waiting(org.waiting)}
          </p>
        </div>
      )}
      {wayIn?.proofTrouble !== undefined && !trouble && org.connected && (
        <div className="problem" role="alert">
          <p>
            {words.health.endsSoon} <bdi lang="en">{wayIn.proofTrouble}</bdi>
          </p>
        </div>
      )}
      {daysLeft !== undefined && daysLeft <= 7 && org.connected && (
        <p className="warning" role="alert">
          <Icon name="warn" />
          {words.health.ends(format.day(wayIn!.endsAt!, world.now()))}
        </p>
      )}
      {org.selfIsAgent && org.connected && (
        <p className="warning">
          <Icon name="warn" />
          {words.orgs.selfIsAgent}
        </p>
      )}
    </>
  );
}

function Connected({ org, onChanged, onReconnect }: { org: Org; onChanged: () => Promise<void>; onReconnect: () => void }) {
  const { live, words, format, world } = useConsole();
  const [tested, setTested] = useState<OrgTested | ServerTrouble | 'busy'>();
  const { wayIn } = org;
  const ago = (iso: string | undefined) => (iso === undefined ? '' : format.ago(iso, world.now()));
  const figures: Figure[] = wayIn
    ? [
        [words.orgs.how, words.orgs.means[wayIn.means].name],
        [words.orgs.as, `${wayIn.user.name} (${wayIn.user.login})`],
        [words.orgs.salesforceOrg, `${wayIn.org.name} (${wayIn.org.id})`],
        [words.orgs.host, wayIn.host],
        [words.orgs.since, format.moment(wayIn.connectedAt)],
        [words.orgs.by, wayIn.connectedBy],
        [words.orgs.lastSignIn, ago(wayIn.signedInAt)],
        [words.orgs.lastProof, ago(wayIn.provedAt)],
        [words.orgs.endsAt, wayIn.endsAt === undefined ? '' : format.moment(wayIn.endsAt)],
      ]
    : [];
  async function test() {
    setTested('busy');
    setTested(await live.ask((server) => server.connect.testOrg(org.id)));
    await onChanged();
  }
  const problem = tested instanceof ServerTrouble ? tested : typeof tested === 'object' ? tested.problem : undefined;
  return (
    <section className="org-section">
      <h2>{words.orgs.connection}</h2>
      {wayIn ? <Figures figures={figures} /> : <p className="fine">{words.orgs.byStart}</p>}
      <div className="row row-start">
        <Button className="button" isDisabled={tested === 'busy'} onPress={() => void test()}>
          {words.orgs.test}
        </Button>
        <Button className="button" onPress={onReconnect}>
          {words.orgs.reconnect}
        </Button>
        <Disconnect org={org} onChanged={onChanged} />
      </div>
      <div role="status">
        {tested === 'busy' && <p>{words.orgs.testing}</p>}
        {typeof tested === 'object' && !problem && tested && !(tested instanceof ServerTrouble) && tested.as && (
          <p className="health-ok org-tested">
            <Icon name="check" />
            {words.orgs.tested(tested.as.login, tested.as.orgName)}
          </p>
        )}
      </div>
      {problem && (
        <p className="problem" role="alert">
          {refusalOf(problem, words)}
        </p>
      )}
    </section>
  );
}

function Disconnect({ org, onChanged }: { org: Org; onChanged: () => Promise<void> }) {
  const { live, words } = useConsole();
  const [isOpen, setOpen] = useState(false);
  const [trouble, setTrouble] = useState<ServerTrouble>();
  async function disconnect() {
    const done = await live.ask((server) => server.connect.disconnectOrg(org.id));
    if (done instanceof ServerTrouble) return setTrouble(done);
    setOpen(false);
    return onChanged();
  }
  return (
    <DialogTrigger isOpen={isOpen} onOpenChange={setOpen}>
      <Button className="button">{words.orgs.disconnect}</Button>
      <ModalOverlay className="veil" isDismissable>
        <Modal className="sheet">
          <Dialog role="alertdialog" className="mode-form">
            <Heading slot="title">{words.orgs.disconnectTitle}</Heading>
            <ul className="consequences">
              {words.orgs.disconnectMeans.map((one) => (
                <li key={one}>{one}</li>
              ))}
            </ul>
            {trouble && (
              <p className="problem" role="alert">
                {refusalOf(trouble, words)}
              </p>
            )}
            <div className="row">
              <Button className="button" onPress={() => setOpen(false)}>
                {words.mode.cancel}
              </Button>
              <Button className="button button-main" onPress={() => void disconnect()}>
                {words.orgs.disconnect}
              </Button>
            </div>
          </Dialog>
        </Modal>
      </ModalOverlay>
    </DialogTrigger>
  );
}

/** Where agents sign in, and whether they let us act as them. */
function Agents({ org, onChanged }: { org: Org; onChanged: () => Promise<void> }) {
  const { live, words } = useConsole();
  if (!org.wayIn) return null;
  const { actAs } = org.wayIn;
  const choose = async (chosen: typeof actAs) => {
    await live.ask((server) => server.connect.setActAs(org.id, chosen));
    await onChanged();
  };
  return (
    <section className="org-section">
      <h2>{words.orgs.agents}</h2>
      <p className="fine">{words.orgs.agentsExplained}</p>
      <CopyText text={`${location.origin}${org.agentsPath}`} label={words.orgs.agents} />
      <fieldset className="choices">
        <legend>{words.orgs.actAs}</legend>
        {(['integration-user', 'agent'] as const).map((one) => (
          <Choice key={one} group="act-as" {...words.orgs.actings[one]} isChosen={actAs === one} choose={() => void choose(one)} />
        ))}
      </fieldset>
      {org.agents > 0 && <p className="fine">{words.orgs.agentsLent(org.agents)}</p>}
      {org.agentsInTrouble.length > 0 && (
        <div className="problem">
          <p>{words.orgs.agentsInTrouble}</p>
          <ul>
            {org.agentsInTrouble.map(({ name, because }) => (
              <li key={name} className="as-said">
                <bdi>{`${name}: ${because}`}</bdi>
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}

function Rename({ org, onChanged }: { org: Org; onChanged: () => Promise<void> }) {
  const { live, words } = useConsole();
  const [name, setName] = useState(org.name);
  async function save() {
    await live.ask((server) => server.connect.nameOrg(org.id, name));
    await onChanged();
  }
  return (
    <form
      className="org-form"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <h2>{words.orgs.rename}</h2>
      <label>
        <span>{words.orgs.name}</span>
        <input className="field" value={name} maxLength={100} required onChange={(event) => setName(event.target.value)} />
      </label>
      <div className="row row-start">
        <Button type="submit" className="button" isDisabled={name.trim() === '' || name.trim() === org.name}>
          {words.orgs.save}
        </Button>
      </div>
    </form>
  );
}
