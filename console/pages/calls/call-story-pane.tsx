import { useEffect, useRef, useState, type ReactNode } from 'react';
import { Button } from 'react-aria-components/Button';
import type { CallStory } from '../../../wire/console.ts';
import { useConsole, useLive } from '../../console-context.tsx';
import { Because, ExplanationChip } from '../../parts/explain.tsx';
import { type Figure, Figures } from '../../parts/figures.tsx';
import { Icon } from '../../parts/icon.tsx';
import { RecordLink } from '../../parts/record-link.tsx';
import { Decided, roleIn } from './story-decided.tsx';
import { Heard } from './story-heard.tsx';
import { Understood } from './story-understood.tsx';
import { Written } from './story-written.tsx';
import { iconOf, kindOf, whoOf } from './say-call.ts';

/** From here on both panes stand side by side; the same figure as in console.css. */
const wide = '(min-width: 900px)';

/** One call from wire to record. */
export function CallStoryPane({ id, onClose }: { id: string | undefined; onClose: () => void }) {
  const { live, words } = useConsole();
  const { story } = useLive();
  const pane = useRef<HTMLElement>(null);
  useEffect(() => {
    pane.current?.scrollTo(0, 0);
    // the list, and what had the focus in it, is gone from a narrow screen
    if (id !== undefined && !matchMedia(wide).matches) pane.current?.focus();
  }, [id]);

  return (
    <section ref={pane} className="story-pane" tabIndex={-1} aria-label={words.story.title}>
      {id === undefined ? (
        <div className="empty">
          <h2>{words.story.choose}</h2>
          <p>{words.story.chooseExplained}</p>
        </div>
      ) : (
        <>
          <div className="story-bar">
            <Button className="button back" onPress={onClose}>
              <Icon name="back" />
              {words.story.back}
            </Button>
            <Button className="icon-button shut" aria-label={words.story.close} onPress={onClose}>
              <Icon name="close" />
            </Button>
          </div>
          {story?.story ? (
            <Story key={id} story={story.story} />
          ) : story?.trouble ? (
            <div className="empty" role="alert">
              <p>
                {story.trouble.is === 'not-found'
                  ? words.story.notFound
                  : story.trouble.is === 'unreachable'
                    ? words.signIn.unreachable
                    : words.story.failed}
              </p>
              {story.trouble.is === 'refused' && (
                <p className="fine as-said" lang="en">
                  {story.trouble.message}
                </p>
              )}
              {story.trouble.is !== 'not-found' && (
                <Button className="button" onPress={live.retryStory}>
                  {words.list.retry}
                </Button>
              )}
            </div>
          ) : (
            <div className="waiting" role="status">
              <p className="for-ears">{words.list.loading}</p>
              <div className="skeleton skeleton-tall" />
              <div className="skeleton" />
              <div className="skeleton" />
            </div>
          )}
        </>
      )}
    </section>
  );
}

function Story({ story }: { story: CallStory }) {
  const { words } = useConsole();
  return (
    <article className="story">
      <Head story={story} />
      <ol className="stations">
        <Station title={words.story.heard} explained={words.story.heardExplained}>
          <Heard deliveries={story.deliveries} />
        </Station>
        <Station title={words.story.facts} explained={words.story.factsExplained}>
          <Understood facts={story.facts} />
        </Station>
        <Station title={words.story.decided} explained={words.story.decidedExplained}>
          <Decided decisions={story.decisions} />
        </Station>
        <Station title={words.story.written} explained={words.story.writtenExplained}>
          <Written writes={story.writes} />
        </Station>
      </ol>
    </article>
  );
}

function Station({ title, explained, children }: { title: string; explained: string; children: ReactNode }) {
  return (
    <li className="station">
      <header>
        <h3>{title}</h3>
        <p className="fine">{explained}</p>
      </header>
      {children}
    </li>
  );
}

function Head({ story: { call, externalId, incarnation, writes } }: { story: CallStory }) {
  const { words, format } = useConsole();
  const { who, number } = whoOf(call, words);
  const began = call.startedAt ?? call.heardAt;
  const linked = writes.filter((write) => write.url);
  const figures: Figure[] = [
    [words.call.began, format.moment(began)],
    [words.call.line, call.line ?? ''],
    [words.call.agent, call.agent ?? ''],
    [words.call.wait, call.waitSeconds > 0 ? format.duration(call.waitSeconds) : '', format.spoken(call.waitSeconds)],
    [words.call.talk, call.talkSeconds > 0 ? format.duration(call.talkSeconds) : '', format.spoken(call.talkSeconds)],
    [words.call.source, call.source],
    [words.call.theirId, incarnation > 0 ? `${externalId} (${words.call.incarnation(incarnation + 1)})` : externalId],
  ];
  return (
    <header className="story-head">
      <h2>
        <span className={`line-icon line-icon-${iconOf(call)}`}>
          <Icon name={iconOf(call)} />
        </span>
        <bdi>{who}</bdi>
      </h2>
      <p className="story-kind">
        {[kindOf(call, words), number, call.customer.email].filter(Boolean).map((part, index) => (
          <bdi key={index}>{part}</bdi>
        ))}
      </p>
      <div className={`verdict verdict-${call.explanation.is}`} aria-live="polite">
        <ExplanationChip is={call.explanation.is} />
        <p>
          <Because explanation={call.explanation} />
        </p>
        {linked.map((write) => (
          <RecordLink key={write.name} url={write.url!}>
            {linked.length === 1 ? words.story.openRecord : roleIn(words, write.role)}
          </RecordLink>
        ))}
      </div>
      <Figures figures={figures} />
      <Actions
        id={call.id}
        canWriteAgain={
          call.explanation.is === 'parked' ||
          writes.some(({ state, refused }) => state === 'parked' || state === 'deleted' || refused.length > 0)
        }
      />
    </header>
  );
}

function Actions({ id, canWriteAgain }: { id: string; canWriteAgain: boolean }) {
  const { live, words } = useConsole();
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState<{ ok: boolean; text: string }>();
  async function act(action: 'write-again' | 'apply-rules') {
    setBusy(true);
    const trouble = await live.act(action, id);
    setBusy(false);
    setSaid(
      trouble
        ? { ok: false, text: [words.story.refused, trouble.is === 'unreachable' ? words.signIn.unreachable : trouble.message].join(' ') }
        : { ok: true, text: words.story.asked },
    );
  }
  return (
    <div className="actions">
      {canWriteAgain && (
        <div>
          <Button className="button button-main" isDisabled={busy} onPress={() => void act('write-again')}>
            <Icon name="again" />
            {words.story.writeAgain}
          </Button>
          <p className="fine">{words.story.writeAgainExplained}</p>
        </div>
      )}
      <div>
        <Button className="button" isDisabled={busy} onPress={() => void act('apply-rules')}>
          {words.story.applyRules}
        </Button>
        <p className="fine">{words.story.applyRulesExplained}</p>
      </div>
      <p role="status" className={said && !said.ok ? 'problem' : 'fine'}>
        {said?.text}
      </p>
    </div>
  );
}
