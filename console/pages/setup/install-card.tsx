import { Button } from 'react-aria-components/Button';
import type { Job, Setup } from '../../../wire/setup.ts';
import { useConsole } from '../../console-context.tsx';
import { fill, type SetupWords } from '../../words/setup/words.ts';
import { detailsOf, sayJob, valuesOf } from './say-setup.ts';

/** What is installed, the one button, and how the last work went. */
export function InstallCard({ setup, words, isBusy, install }: { setup: Setup; words: SetupWords; isBusy: boolean; install: () => void }) {
  const { format } = useConsole();
  const installed = setup.check?.installed;
  const state = installed?.state ?? 'missing';
  return (
    <section className="setup-card">
      <h2>{words.install.title}</h2>
      {installed && (
        <p className={`setup-state setup-state-${state}`}>
          {fill(words.install.states[state], valuesOf({ version: installed.version ?? 0, current: installed.current }, format))}
        </p>
      )}
      <p className="fine">{words.install.explained}</p>
      <div className="row row-start">
        <Button className="button button-main" isDisabled={isBusy} onPress={install}>
          {state === 'missing' ? words.install.install : state === 'outdated' ? words.install.update : words.install.again}
        </Button>
      </div>
      {setup.job && <JobState job={setup.job} words={words} />}
    </section>
  );
}

function JobState({ job, words }: { job: Job; words: SetupWords }) {
  const { format } = useConsole();
  const { says, asSaid } = detailsOf(job, words);
  const share = job.progress && job.progress.total > 0 ? job.progress.done / job.progress.total : undefined;
  return (
    <div className={`setup-job setup-job-${job.state}`} role="status">
      <p>
        {job.state === 'running' && <strong>{words.install.running[job.what]} </strong>}
        {sayJob(job, words, format)} <span className="fine">{format.moment(job.endedAt ?? job.beganAt)}</span>
      </p>
      {job.state === 'running' && (
        <progress aria-label={words.install.running[job.what]} {...(share === undefined ? {} : { value: share })} />
      )}
      {says.map((sentence) => (
        <p key={sentence} className="fine">
          {sentence}
        </p>
      ))}
      {asSaid.length > 0 && (
        <>
          <p className="fine">{words.install.refusals}</p>
          <ul className="setup-said">
            {asSaid.map((sentence) => (
              <li key={sentence}>
                <bdi lang="en">{sentence}</bdi>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
