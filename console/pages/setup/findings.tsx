import { Button } from 'react-aria-components/Button';
import type { Check } from '../../../wire/setup.ts';
import { useConsole } from '../../console-context.tsx';
import { fill, type SetupWords } from '../../words/setup/words.ts';
import { sayFinding, sorted } from './say-setup.ts';

/** What was found, the worst first, each with who can mend it. */
export function Findings({ check, words, isBusy, again }: { check: Check; words: SetupWords; isBusy: boolean; again: () => void }) {
  const { format, words: common } = useConsole();
  const isWell = check.findings.every(({ level }) => level === 'ok' || level === 'off');
  return (
    <section className="setup-card">
      <h2>{words.check.title}</h2>
      <div className="row row-start">
        <p className="fine">{fill(words.check.at, { when: format.moment(check.checkedAt) })}</p>
        <Button className="button" isDisabled={isBusy} onPress={again}>
          {words.check.again}
        </Button>
      </div>
      {isWell && <p className="setup-state setup-state-current">{words.check.allWell}</p>}
      <ul className="findings">
        {sorted(check.findings).map((finding) => (
          <li
            key={`${finding.area} ${finding.problem ?? ''} ${finding.params['object'] ?? ''}`}
            className={`finding finding-${finding.level}`}
          >
            <strong>{words.check.areas[finding.area]}</strong>
            <span className={`chip chip-finding-${finding.level}`}>{words.check.levels[finding.level]}</span>
            <span className="finding-says">
              <bdi>{sayFinding(finding, words, format)}</bdi>
              {finding.mendedBy && <span className="fine"> {words.check.menders[finding.mendedBy]}</span>}
              {finding.problem && (
                <>
                  {' '}
                  <a href={`/docs/org#${finding.problem}`} target="_blank" rel="noopener" className="fine">
                    {words.check.more}
                    <span className="for-ears">
                      {': '}
                      {words.check.areas[finding.area]} ({common.frame.opensNewTab})
                    </span>
                  </a>
                </>
              )}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
