import type { CallStory } from '../../../wire/console.ts';
import { useConsole } from '../../console-context.tsx';
import { DataView, layOut } from '../../parts/data-view.tsx';

/** What was sent, as it was sent. */
export function Heard({ deliveries }: { deliveries: CallStory['deliveries'] }) {
  const { words, format } = useConsole();
  if (deliveries.length === 0) return <p className="fine">{words.story.nothingHeard}</p>;
  return (
    <ul className="entries">
      {deliveries.map(({ id, deliveryId, receivedAt, state, note, body }) => (
        <li key={id}>
          <details className="entry">
            <summary>
              <time dateTime={receivedAt}>{format.clockToMs(receivedAt)}</time>
              <bdi className="entry-what entry-id">{deliveryId}</bdi>
              {state !== 'translated' && <span className={`chip chip-delivery-${state}`}>{words.story.deliveryStates[state]}</span>}
            </summary>
            <DataView label={words.story.body} data={layOut(body)} />
          </details>
          {note && (
            <p className="fine entry-note as-said" lang="en">
              <bdi>{note}</bdi>
            </p>
          )}
        </li>
      ))}
    </ul>
  );
}
