import { useCallback, useEffect, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import type { Setup } from '../../../wire/setup.ts';
import { useConsole, useLive } from '../../console-context.tsx';
import { ServerTrouble, type Server } from '../../server.ts';
import type { SetupWords } from '../../words/setup/words.ts';
import { FieldForm } from './field-form.tsx';
import { Findings } from './findings.tsx';
import { InstallCard } from './install-card.tsx';
import './setup.css';
import { UninstallButton } from './uninstall-button.tsx';
import { canUninstall, objectsOf } from './say-setup.ts';
import { useSetupWords } from './use-setup-words.ts';

/** So often it is asked how far the work is. */
const lookMs = 1_000;

/** What the org of this session has, what it lacks, and the buttons that mend it. */
export function SetupPage() {
  const words = useSetupWords();
  return (
    <main className="setup" id="calls">
      {words && (
        <>
          <h1>{words.title}</h1>
          <OrgSetup words={words} />
        </>
      )}
    </main>
  );
}

/** For the page of an org, wherever that stands. */
export function OrgSetup({ words }: { words: SetupWords }) {
  const { live, words: common } = useConsole();
  const { status } = useLive();
  const [setup, setSetup] = useState<Setup>();
  const [trouble, setTrouble] = useState<ServerTrouble>();
  const [busy, setBusy] = useState(false);
  const isRunning = setup?.job?.state === 'running';

  const take = useCallback((found: Setup | ServerTrouble | undefined) => {
    if (found instanceof ServerTrouble) setTrouble(found);
    else if (found) {
      setSetup(found);
      setTrouble(undefined);
    }
  }, []);
  const read = useCallback(() => live.ask((server) => server.setup.tell()).then(take), [live, take]);
  useEffect(() => void read(), [read]);
  useEffect(() => {
    if (!isRunning) return;
    const timer = setInterval(() => void read(), lookMs);
    return () => clearInterval(timer);
  }, [isRunning, read]);

  /** Begins something, and shows at once that it is under way. True: it was begun. */
  const begin = async (work: (server: Server) => Promise<void>): Promise<boolean> => {
    setBusy(true);
    const found = await live.ask((server) => work(server).then(() => server.setup.tell()));
    take(found);
    setBusy(false);
    return found !== undefined && !(found instanceof ServerTrouble);
  };
  const checkAgain = async () => {
    setBusy(true);
    take(await live.ask((server) => server.setup.checkAgain()));
    setBusy(false);
  };

  return (
    <>
      <p className="fine">{words.explained}</p>
      {trouble && (
        <div className="problem" role="alert">
          <p>
            {words.failed} {trouble.is === 'unreachable' ? common.signIn.unreachable : <bdi lang="en">{trouble.message}</bdi>}
          </p>
          <Button className="button" onPress={() => void read()}>
            {words.retry}
          </Button>
        </div>
      )}
      {!setup && !trouble && <p role="status">{words.loading}</p>}
      {setup && (
        <>
          <InstallCard
            setup={setup}
            words={words}
            isBusy={busy || isRunning}
            install={() => void begin((server) => server.setup.install())}
          />
          {setup.check && <Findings check={setup.check} words={words} isBusy={busy || isRunning} again={() => void checkAgain()} />}
          {setup.check?.installed && setup.check.installed.state !== 'missing' && (
            <FieldForm
              words={words}
              objects={objectsOf(setup.check.findings)}
              isBusy={busy || isRunning}
              add={(asked) => begin((server) => server.setup.addField(asked))}
            />
          )}
          {canUninstall(setup.check) && status && (
            <UninstallButton
              words={words}
              org={status.org.name}
              isBusy={busy || isRunning}
              uninstall={() => begin((server) => server.setup.uninstall(status.org.name))}
            />
          )}
        </>
      )}
    </>
  );
}
