import type { CallStory } from '../../../wire/console.ts';
import { useConsole } from '../../console-context.tsx';
import { DataView } from '../../parts/data-view.tsx';
import { dataOf } from './say-call.ts';

/** Below it the two clocks count as one; the instant written to the org is corrected from here on (C6). */
const correctedFromMs = 2000;

/** The facts, in order, in the phone system's own times. */
export function Understood({ facts }: { facts: CallStory['facts'] }) {
  const { words, format } = useConsole();
  if (facts.length === 0) return <p className="fine">{words.story.noFacts}</p>;
  const names: Readonly<Record<string, string>> = words.story.factTypes;
  return (
    <ul className="entries">
      {facts.map((fact, index) => (
        <li key={index}>
          <details className="entry">
            <summary>
              <time dateTime={fact.at}>{format.clockToMs(fact.at)}</time>
              <span className="entry-what">
                {Object.hasOwn(names, fact.type) ? names[fact.type] : fact.type} <bdi className="entry-data">{dataOf(fact)}</bdi>{' '}
                {howEnded(fact, words.story.ringEnds)}
              </span>
              {fact.ownWords && <span className="chip chip-plain">{words.story.ownWords}</span>}
              {fact.contradicted && <span className="chip chip-parked">{words.story.contradicted}</span>}
            </summary>
            <DataView label={words.story.factData} data={fact.fact} />
          </details>
          {Math.abs(fact.correctedMs) >= correctedFromMs && (
            <p className="fine entry-note">{words.story.corrected(format.span(fact.correctedMs))}</p>
          )}
        </li>
      ))}
    </ul>
  );
}

/** Why a phone stopped ringing, in the person's language; a newer server's word is shown as it came. */
function howEnded({ type, fact }: CallStory['facts'][number], words: Readonly<Record<string, string>>): string {
  const how = type === 'ring-ended' && typeof fact === 'object' && fact !== null && 'how' in fact ? String(fact.how) : '';
  return Object.hasOwn(words, how) ? `(${words[how]})` : how;
}
