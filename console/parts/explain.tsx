import type { CallLine } from '../../wire/console.ts';
import { readBecause } from '../because.ts';
import { useConsole } from '../console-context.tsx';
import { Link } from '../address.tsx';

/** The one explanation of a call, as a word and a colour (D5). */
export function ExplanationChip({ is }: { is: CallLine['explanation']['is'] }) {
  const { words } = useConsole();
  return <span className={`chip chip-${is}`}>{words.explanations[is]}</span>;
}

/** Its reason in words: in the person's language where the server's sentence is known, else as it came. */
export function Because({ explanation }: { explanation: CallLine['explanation'] }) {
  const { words } = useConsole();
  const because = readBecause(explanation.because);
  if ('asSaid' in because)
    return (
      <bdi lang="en" className="as-said">
        {because.asSaid}
      </bdi>
    );
  const said = words.because[because.key](because.value);
  return because.key === 'partOf' && /^\d+$/.test(because.value) ? <Link to={`/calls/${because.value}`}>{said}</Link> : <bdi>{said}</bdi>;
}
