import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import type { Org } from '../../../wire/console.ts';
import { useConsole } from '../../console-context.tsx';
import { Choice } from '../../parts/choice.tsx';
import { CopyText } from '../../parts/copy-text.tsx';
import { ServerTrouble } from '../../server.ts';
import { browserWorld } from '../../world.ts';
import { myDomainUrl, type Place, placeHosts, placeOf, refusalOf, saidBySalesforce } from './say-org.ts';
import { openWindow, waitForWord, windowWords, type WindowState } from './through-window.ts';

const meansOf = ['web', 'client-credentials', 'jwt'] as const;
type Means = (typeof meansOf)[number];
const places = ['production', 'sandbox', 'my-domain'] as const;
/** Each step leads to its section of the guide. */
const guide = (section: string) => `/docs/salesforce#${section}`;
type Problem = { readonly code: string; readonly message: string };

/** How an org is let in: by a person who signs in there, or by what this server can show alone. Everything is tried before it counts. */
export function ConnectForm({ org, onDone, onCancel }: { org: Org; onDone: () => Promise<void>; onCancel: (() => void) | undefined }) {
  const { live, words } = useConsole();
  const former = org.wayIn;
  const [means, setMeans] = useState<Means>(former?.means ?? 'web');
  const [place, setPlace] = useState<Place>(placeOf(former?.loginUrl));
  const [domain, setDomain] = useState(placeOf(former?.loginUrl) === 'my-domain' ? (former?.loginUrl ?? '') : '');
  const [clientId, setClientId] = useState(former?.clientId ?? '');
  const [clientSecret, setClientSecret] = useState('');
  const [username, setUsername] = useState(former?.means === 'jwt' ? former.user.login : '');
  const [privateKey, setPrivateKey] = useState('');
  const [lifetimeDays, setLifetimeDays] = useState('');
  const [replace, setReplace] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const [busy, setBusy] = useState<WindowState | 'trying'>();
  const isBusy = busy === 'waiting' || busy === 'trying';
  const waiting = useRef<AbortController>(undefined);
  const opened = useRef<Window>(undefined);
  useEffect(() => () => waiting.current?.abort(), []);
  const heading = useRef<HTMLHeadingElement>(null);
  // asked for by a button above: whoever pressed it goes on here
  const isAsked = onCancel !== undefined;
  useEffect(() => {
    if (isAsked) heading.current?.focus();
  }, [isAsked]);

  // client credentials are served by the org's own host alone
  const isMyDomain = place === 'my-domain' || means === 'client-credentials';
  const loginUrl = isMyDomain ? myDomainUrl(domain) : placeHosts[place];
  // a secret that is stored goes to no other address than before
  const kept = former?.clientId === clientId && clientId !== '' && former.loginUrl === loginUrl;
  const common = { loginUrl, clientId, ...(clientSecret === '' ? {} : { clientSecret }), replace };

  async function signIn() {
    waiting.current?.abort();
    const theirs = (opened.current = openWindow());
    setProblem(undefined);
    setBusy('waiting');
    const days = Number(lifetimeDays);
    const sent = await live.ask((server) =>
      server.connect.beginSignIn(org.id, {
        ...common,
        popup: theirs !== undefined,
        lifetimeDays: lifetimeDays === '' ? null : days,
      }),
    );
    if (!sent || sent instanceof ServerTrouble) {
      theirs?.close();
      setBusy(undefined);
      if (sent) setProblem(sent);
      return;
    }
    if (!theirs) {
      location.assign(sent.url); // the browser blocks windows: the whole page goes, and comes back
      return;
    }
    const stop = (waiting.current = new AbortController());
    const word = waitForWord(
      theirs,
      (said) => !said.agent && said.org === org.id,
      () => setBusy((now) => (now === 'waiting' ? 'away' : now)),
      browserWorld,
      stop.signal,
    );
    theirs.location.href = sent.url;
    const said = await word;
    if (!said) return; // the page was left, or another window is waited for
    setBusy(undefined);
    if (said.problem) setProblem(said.problem);
    else await onDone();
  }
  async function connectAlone(by: Exclude<Means, 'web'>) {
    setProblem(undefined);
    setBusy('trying');
    const done = await live.ask((server) =>
      server.connect.connectUnattended(org.id, {
        ...common,
        by,
        ...(by === 'jwt' ? { username, ...(privateKey.trim() === '' ? {} : { privateKey }) } : {}),
      }),
    );
    setBusy(undefined);
    if (done instanceof ServerTrouble) setProblem(done);
    else if (done) await onDone();
  }

  return (
    <form
      className="org-section connect-form"
      onSubmit={(event) => {
        event.preventDefault();
        void (means === 'web' ? signIn() : connectAlone(means));
      }}
    >
      <h2 ref={heading} tabIndex={-1}>
        {former ? words.orgs.reconnect : words.orgs.connect}
      </h2>
      <fieldset className="choices">
        <legend>{words.orgs.how}</legend>
        {meansOf.map((one) => (
          <Choice key={one} group="means" {...words.orgs.means[one]} isChosen={means === one} choose={() => setMeans(one)} />
        ))}
      </fieldset>

      <Step title={words.orgs.steps.app} section={means === 'web' ? 'the-app' : means}>
        <p className="fine">{words.orgs.steps.appExplained}</p>
        {(means === 'web' || means === 'jwt') && (
          <>
            <p>{words.orgs.steps.callback}</p>
            <CopyText text={`${location.origin}/signed-in`} label={words.orgs.steps.callback} />
            {location.hostname === '127.0.0.1' && <p className="warning">{words.orgs.steps.localhost}</p>}
          </>
        )}
        {means === 'jwt' && <Certificate org={org} />}
      </Step>

      <Step title={words.orgs.steps.place} section="where">
        {means !== 'client-credentials' && (
          <div className="choices" role="radiogroup" aria-label={words.orgs.steps.place}>
            {places.map((one) => (
              <Choice key={one} group="place" name={words.orgs.places[one]} isChosen={place === one} choose={() => setPlace(one)} />
            ))}
          </div>
        )}
        {isMyDomain && (
          <Field label={words.orgs.myDomain} value={domain} onChange={setDomain} placeholder="acme.my.salesforce.com" required />
        )}
      </Step>

      <Step title={words.orgs.steps.keys} section="keys">
        <Field label={words.orgs.clientId} value={clientId} onChange={setClientId} required />
        <Field
          label={words.orgs.clientSecret}
          value={clientSecret}
          onChange={setClientSecret}
          type="password"
          required={means === 'client-credentials' && !kept}
          hint={
            kept
              ? words.orgs.secretKept
              : means === 'web'
                ? words.orgs.secretOptional
                : means === 'jwt'
                  ? words.orgs.secretForAgents
                  : undefined
          }
        />
        {means === 'jwt' && (
          <Field label={words.orgs.username} value={username} onChange={setUsername} required hint={words.orgs.usernameExplained} />
        )}
        {means === 'jwt' && (
          <details>
            <summary>{words.orgs.ownKey}</summary>
            <label>
              <span>{words.orgs.ownKeyExplained}</span>
              <textarea
                className="field"
                rows={4}
                spellCheck={false}
                autoComplete="off"
                value={privateKey}
                onChange={(event) => setPrivateKey(event.target.value)}
              />
            </label>
          </details>
        )}
        {means === 'web' && (
          <Field
            label={words.orgs.lifetime}
            value={lifetimeDays}
            onChange={(text) => setLifetimeDays(text.replace(/\D/g, '').slice(0, 4))}
            hint={words.orgs.lifetimeExplained}
          />
        )}
      </Step>

      {problem && (
        <div className="problem" role="alert">
          <p>{refusalOf(problem, words)}</p>
          {saidBySalesforce(problem, words) !== undefined && (
            <p className="fine">
              <bdi lang="en">{saidBySalesforce(problem, words)}</bdi>
            </p>
          )}
        </div>
      )}
      {(problem?.code === 'other_org' || replace) && (
        <label className="choice">
          <input type="checkbox" checked={replace} onChange={(event) => setReplace(event.target.checked)} />
          <span>
            {words.orgs.replace}
            <span className="fine">{words.orgs.replaceExplained}</span>
          </span>
        </label>
      )}
      <div className="row row-start">
        <Button type="submit" className="button button-main" isDisabled={isBusy}>
          {means === 'web' ? words.orgs.signIn : words.orgs.tryAndConnect}
        </Button>
        {busy === 'waiting' && (
          <Button
            className="button"
            onPress={() => {
              opened.current?.close();
              setBusy('cancelled');
            }}
          >
            {words.mode.cancel}
          </Button>
        )}
        {onCancel && !isBusy && (
          <Button className="button" onPress={onCancel}>
            {words.mode.cancel}
          </Button>
        )}
      </div>
      <p role="status" className="fine">
        {busy === undefined ? '' : busy === 'trying' ? words.orgs.testing : words.orgs[windowWords[busy]]}
      </p>
    </form>
  );
}

function Step({ title, section, children }: { title: string; section: string; children: ReactNode }) {
  const { words } = useConsole();
  return (
    <section className="step">
      <h3>{title}</h3>
      <p className="fine">
        <a href={guide(section)} target="_blank" rel="noreferrer">
          {words.orgs.guide(title)}
          <span className="for-ears"> ({words.frame.opensNewTab})</span>
        </a>
      </p>
      {children}
    </section>
  );
}

function Field({
  label,
  value,
  onChange,
  hint,
  type = 'text',
  required = false,
  placeholder,
}: {
  label: string;
  value: string;
  onChange: (text: string) => void;
  hint?: string | undefined;
  type?: 'text' | 'password';
  required?: boolean;
  placeholder?: string;
}) {
  const id = useId();
  return (
    <div className="labelled">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className="field"
        type={type}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        required={required}
        placeholder={placeholder}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        {...(hint === undefined ? {} : { 'aria-describedby': `${id}-hint` })}
      />
      {hint !== undefined && (
        <p className="fine" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

/** The key stays on the server; its certificate goes to the org. */
function Certificate({ org }: { org: Org }) {
  const { live, words } = useConsole();
  const [made, setMade] = useState(org.hasKey);
  const [trouble, setTrouble] = useState<ServerTrouble>();
  async function make() {
    const done = await live.ask((server) => server.connect.makeKey(org.id));
    if (done instanceof ServerTrouble) setTrouble(done);
    else setMade(true);
  }
  return (
    <div className="certificate">
      <p>{words.orgs.certificate}</p>
      <div className="row row-start">
        {made && (
          <a className="button" href={`/api/orgs/${org.id}/certificate.crt`} download>
            {words.orgs.downloadCertificate}
          </a>
        )}
        <Button className="button" onPress={() => void make()}>
          {made ? words.orgs.makeKeyAgain : words.orgs.makeKey}
        </Button>
      </div>
      {made && <p className="fine">{words.orgs.makeKeyAgainExplained}</p>}
      {trouble && (
        <p className="problem" role="alert">
          {refusalOf(trouble, words)}
        </p>
      )}
    </div>
  );
}
