import { useCallback, useEffect, useRef, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import type { Recording } from '../../../wire/console.ts';
import { Link } from '../../address.tsx';
import { useConsole } from '../../console-context.tsx';
import { ServerTrouble } from '../../server.ts';
import { iconOf, kindOf, whoOf } from '../calls/say-call.ts';
import { type Figure, Figures } from '../../parts/figures.tsx';
import { Icon } from '../../parts/icon.tsx';
import { canPlay, whyNothing } from './what-became.ts';

/** The permanent page of a recording: what a Task in Salesforce links to (S3). */
export function RecordingPage({ id }: { id: string }) {
  const { live, words } = useConsole();
  const [found, setFound] = useState<Recording | ServerTrouble>();
  const read = useCallback(() => live.readRecording(id).then(setFound), [live, id]);
  useEffect(() => void read(), [read]);

  if (found === undefined)
    return (
      <main className="alone" id="calls" role="status">
        <p>{words.recording.loading}</p>
      </main>
    );
  if (!(found instanceof ServerTrouble)) return <Shown recording={found} onChanged={read} />;
  return (
    <main className="alone" id="calls">
      <h1>{found.is === 'not-found' ? words.recording.expected : words.story.failed}</h1>
      <p>
        {found.is === 'not-found'
          ? words.recording.expectedExplained
          : found.is === 'unreachable'
            ? words.signIn.unreachable
            : found.message}
      </p>
      <Button className="button" onPress={() => void read()}>
        {words.list.retry}
      </Button>
    </main>
  );
}

function Shown({ recording, onChanged }: { recording: Recording; onChanged: () => Promise<void> }) {
  const { words, format } = useConsole();
  const { id, kind, call, hold, versions, recordingId } = recording;
  const [chosen, setChosen] = useState(recording.shown);
  const version = versions.find((one) => one.version === chosen) ?? versions[0]!;
  const nothing = whyNothing(version, words, format);
  const kept = version.deleteAfter === undefined ? words.recording.keptWithoutEnd : format.moment(version.deleteAfter);
  const figures: Figure[] = [
    ...(call ? [[words.call.began, format.moment(call.startedAt ?? call.heardAt)] as const] : []),
    [words.call.line, call?.line ?? ''],
    [words.call.agent, call?.agent ?? ''],
    [words.recording.length, version.seconds === undefined ? '' : format.duration(version.seconds), format.spoken(version.seconds ?? 0)],
    [words.recording.arrived, format.moment(version.storedAt)],
    [words.recording.keptUntil, version.is === 'stored' && !hold ? kept : ''],
    [words.call.theirId, recordingId],
  ];
  return (
    <main className="alone recording" id="calls">
      <header className="story-head">
        <h1>{words.recording.titles[kind]}</h1>
        {call ? (
          <>
            <p className="story-who">
              <span className={`line-icon line-icon-${iconOf(call)}`}>
                <Icon name={iconOf(call)} />
              </span>
              <bdi>{whoOf(call, words).who}</bdi>
              <span>{kindOf(call, words)}</span>
            </p>
            <Link to={`/calls/${call.id}`}>{words.recording.openCall}</Link>
          </>
        ) : (
          <p className="fine">{words.recording.callUnknown}</p>
        )}
      </header>
      {nothing === undefined ? <Player key={version.version} id={id} version={version} /> : <p className="verdict">{nothing}</p>}
      {version.damage !== undefined && (
        <p className="problem" role="alert">
          {words.recording.damaged}
        </p>
      )}
      {hold && (
        <div className="verdict">
          <p>
            {words.recording.held(hold.by, format.moment(hold.at))} <bdi>{hold.because}</bdi>
          </p>
        </div>
      )}
      <Figures figures={figures} />
      {versions.length > 1 && (
        <section>
          <h2>{words.recording.versions}</h2>
          <ul className="versions">
            {versions.map((one) => (
              <li key={one.version}>
                <Button className="button" isDisabled={one.version === version.version} onPress={() => setChosen(one.version)}>
                  {words.recording.version(format.number(one.version))}
                </Button>
                <span className="fine">{format.moment(one.storedAt)}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      {versions.some(({ is }) => is === 'stored') && <Actions id={id} isHeld={hold !== undefined} onChanged={onChanged} />}
    </main>
  );
}

function Player({ id, version }: { id: string; version: Recording['versions'][number] }) {
  const { words } = useConsole();
  const [failed, setFailed] = useState(false);
  const address = `/recordings/${encodeURIComponent(id)}/audio?version=${version.version}`;
  return (
    <div className="player">
      {canPlay(version) && !failed ? (
        // nothing is fetched before somebody presses play: opening the page is no listening
        // oxlint-disable-next-line jsx-a11y/media-has-caption -- nobody captions a phone call; a transcript is with the call
        <audio controls preload="none" src={address} aria-label={words.recording.listen} onError={() => setFailed(true)} />
      ) : (
        <p className="verdict">{words.recording.notPlayable}</p>
      )}
      <p className="fine">
        <a href={`${address}&download`}>{words.recording.download}</a> · {words.recording.noted}
      </p>
    </div>
  );
}

type Action = 'hold' | 'release' | 'erase';
/** Each asks for its reason first: it goes into the audit log. */
function Actions({ id, isHeld, onChanged }: { id: string; isHeld: boolean; onChanged: () => Promise<void> }) {
  const { live, words } = useConsole();
  const [asked, setAsked] = useState<Action>();
  const [because, setBecause] = useState('');
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState('');
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), [asked]);
  async function act(action: Action) {
    setBusy(true);
    const trouble = await live.actOnRecording(action, id, because);
    setBusy(false);
    setRefused(trouble ? `${words.recording.refused} ${trouble.is === 'unreachable' ? words.signIn.unreachable : trouble.message}` : '');
    if (trouble) return;
    setAsked(undefined);
    setBecause('');
    await onChanged();
  }
  return (
    <section className="recording-actions">
      {asked === undefined ? (
        <div className="actions">
          {([isHeld ? 'release' : 'hold', ...(isHeld ? [] : (['erase'] as const))] as const).map((action) => (
            <div key={action}>
              <Button className="button" onPress={() => setAsked(action)}>
                {words.recording.actions[action].name}
              </Button>
              <p className="fine">{words.recording.actions[action].explained}</p>
            </div>
          ))}
        </div>
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void act(asked);
          }}
        >
          <label>
            <span>{words.recording.because}</span>
            <input value={because} onChange={(event) => setBecause(event.target.value)} maxLength={500} required ref={input} />
          </label>
          <Button type="submit" className="button button-main" isDisabled={busy || because.trim() === ''}>
            {words.recording.actions[asked].name}
          </Button>
          <Button className="button" onPress={() => setAsked(undefined)}>
            {words.recording.cancel}
          </Button>
        </form>
      )}
      <p role="status" className={refused ? 'problem' : 'fine'}>
        {refused}
      </p>
    </section>
  );
}
