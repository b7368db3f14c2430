import type { CallStory } from '../../../wire/console.ts';
import { useConsole } from '../../console-context.tsx';
import { Icon } from '../../parts/icon.tsx';
import { own } from '../../words/own.ts';
import type { Words } from '../../words/words.ts';
import { Fields } from './fields.tsx';
import { orderFields, sayField } from './say-call.ts';

type Decision = CallStory['decisions'][number];
type Step = Decision['trace'][number];

/** Why, and why not otherwise. The newest decision is the one in force; earlier ones are kept below. */
export function Decided({ decisions }: { decisions: CallStory['decisions'] }) {
  const { words } = useConsole();
  const [newest, ...earlier] = decisions.toSorted((a, b) => b.version - a.version);
  if (!newest) return <p className="fine">{words.story.nothingDecided}</p>;
  return (
    <>
      <OneDecision decision={newest} />
      {earlier.length > 0 && (
        <details className="earlier">
          <summary>{words.story.earlierDecisions(earlier.length)}</summary>
          {earlier.map((decision) => (
            <OneDecision key={decision.version} decision={decision} />
          ))}
        </details>
      )}
    </>
  );
}

function OneDecision({ decision }: { decision: Decision }) {
  const { words, format } = useConsole();
  return (
    <div className="decision">
      <p className="fine">
        <time dateTime={decision.at}>{format.clockToSecond(decision.at)}</time>{' '}
        {words.story.decision(decision.version, decision.policyVersion)}
      </p>
      <ul className="rules">
        {decision.trace
          .filter(({ fired }) => fired)
          .map((step) => (
            <Rule key={step.rule} step={step} />
          ))}
      </ul>
      <details className="entry">
        <summary>
          <span className="entry-what">{words.story.otherRules}</span>
        </summary>
        <ol className="rules">
          {decision.trace
            .filter(({ fired }) => !fired)
            .map((step) => (
              <Rule key={step.rule} step={step} />
            ))}
        </ol>
      </details>
      {decision.wants.map((want, index) => (
        <details key={index} className="entry">
          <summary>
            <span className="entry-what">
              {words.story.wanted}: {roleIn(words, want.role)}
            </span>
          </summary>
          <Fields fields={orderFields(want.fields, words)} say={(name, value) => sayField(name, value, words, format)} />
        </details>
      ))}
    </div>
  );
}

function Rule({ step }: { step: Step }) {
  const { words } = useConsole();
  const said = sayStep(step, words);
  return (
    <li className={step.fired ? 'rule rule-fired' : 'rule'}>
      <span className="rule-mark">
        <Icon name={step.fired ? 'check' : 'bar'} />
      </span>
      <div>
        <strong>{ruleIn(words, step.rule)}</strong>
        {step.fired && <span className="chip chip-written">{words.story.fired}</span>}
        <p className="fine">{said ?? <bdi lang="en">{step.words}</bdi>}</p>
        {said !== undefined &&
          step.because?.map((reason, index) => (
            <p key={index} className="fine as-said" lang="en">
              <bdi>{reason}</bdi>
            </p>
          ))}
      </div>
    </li>
  );
}

/** In the person's language, or undefined where the rule is newer than this page. */
export function sayStep({ fired, outcome, blockedBy }: Step, words: Words): string | undefined {
  const { story } = words;
  if (fired) return own(story.outcomes, outcome);
  if (!blockedBy) return undefined;
  if (blockedBy.fact === 'earlier rule') return story.earlierRule(ruleIn(words, blockedBy.held));
  const fact = own(story.ruleFacts, blockedBy.fact);
  return (
    fact &&
    story.blocked(
      fact,
      own(story.ruleValues, blockedBy.wanted) ?? blockedBy.wanted,
      own(story.ruleValues, blockedBy.held) ?? blockedBy.held,
    )
  );
}
const ruleIn = ({ story }: Words, rule: string): string => own(story.rules, rule) ?? rule;
export const roleIn = ({ story }: Words, role: string): string => own(story.roles, role) ?? role;
