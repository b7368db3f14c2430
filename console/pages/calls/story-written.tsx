import type { CallStory } from '../../../wire/console.ts';
import { useConsole } from '../../console-context.tsx';
import { DataView } from '../../parts/data-view.tsx';
import { RecordLink } from '../../parts/record-link.tsx';
import { own } from '../../words/own.ts';
import { Fields } from './fields.tsx';
import { roleIn } from './story-decided.tsx';

type Write = CallStory['writes'][number];

/** Every record of this call, with all that was asked of Salesforce for it and what it answered. */
export function Written({ writes }: { writes: CallStory['writes'] }) {
  const { words } = useConsole();
  if (writes.length === 0) return <p className="fine">{words.story.nothingWanted}</p>;
  return (
    <ul className="writes">
      {writes.map((write) => (
        <li key={write.name}>
          <OneWrite write={write} />
        </li>
      ))}
    </ul>
  );
}

function OneWrite({ write }: { write: Write }) {
  const { words, format } = useConsole();
  const { story } = words;
  return (
    <div className="write">
      <header>
        <strong>{roleIn(words, write.role)}</strong>
        <span className={`chip chip-write-${write.state}`}>{story.writeStates[write.state]}</span>
        {write.url && <RecordLink url={write.url}>{write.crmId ?? story.openRecord}</RecordLink>}
      </header>
      {write.trouble && (
        <div className="problem">
          <p>
            <code>{write.trouble.code}</code>
          </p>
          <p className="as-said">
            <bdi>{write.trouble.message}</bdi>
          </p>
          <p>{own(story.mendedBy, write.trouble.mendedBy)}</p>
        </div>
      )}
      {write.refused.map(({ field, message, instead, missing }) => (
        <div key={field} className="problem">
          <p>
            {instead === undefined
              ? story.refusedField(field)
              : (missing ? story.missingField : story.refusedInstead)(field, String(instead))}
          </p>
          <p className="as-said">
            <bdi>{message}</bdi>
          </p>
        </div>
      ))}
      <dl className="fields">
        <div>
          <dt>{story.name}</dt>
          <dd>
            <code>{write.name}</code>
          </dd>
        </div>
        {write.retracted && (
          <div>
            <dt>{story.retracted}</dt>
            <dd>
              <bdi>{write.retracted}</bdi>
            </dd>
          </div>
        )}
        {write.human.length > 0 && (
          <div>
            <dt>{story.human}</dt>
            <dd>
              <code>{write.human.join(', ')}</code>
            </dd>
          </div>
        )}
      </dl>
      {Object.keys(write.sent).length > 0 && (
        <details className="entry">
          <summary>
            <span className="entry-what">{story.sent}</span>
          </summary>
          <Fields fields={write.sent} />
        </details>
      )}
      {write.attempts.map(({ kind, sentAt, answeredAt, sent, answer, wire, inName }, index) => (
        <details key={index} className="entry">
          <summary>
            <time dateTime={sentAt}>{format.clockToMs(sentAt)}</time>
            <span className="entry-what">{story.attemptKinds[kind]}</span>
            {answeredAt ? (
              <span className="fine">{story.took(format.span(Date.parse(answeredAt) - Date.parse(sentAt)))}</span>
            ) : (
              <span className="chip chip-waiting">{story.noAnswer}</span>
            )}
          </summary>
          {inName && (
            <p>
              <bdi>{(inName.not === undefined ? story.inNameOf : story.notInNameOf)(inName.of)}</bdi>
            </p>
          )}
          {inName?.not !== undefined && (
            <p className="as-said">
              <bdi>{inName.not}</bdi>
            </p>
          )}
          {[
            [story.request, sent],
            [story.answer, answer],
            [story.wire, wire],
          ]
            .filter(([, data]) => data !== null && data !== undefined)
            .map(([label, data]) => (
              <div key={String(label)}>
                <p className="fine">{String(label)}</p>
                <DataView label={String(label)} data={data} />
              </div>
            ))}
        </details>
      ))}
    </div>
  );
}
