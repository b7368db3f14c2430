import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { Dialog, DialogTrigger, Heading } from 'react-aria-components/Dialog';
import { Modal, ModalOverlay } from 'react-aria-components/Modal';
import { modes, type Mode, type Status } from '../../wire/console.ts';
import { useConsole } from '../console-context.tsx';
import { Icon } from '../parts/icon.tsx';
import type { ServerTrouble } from '../server.ts';

/** What Cordboard may do in the org (W9). Changing it is asked for twice: it decides whether Salesforce is written to. */
export function ModeButton({ org }: { org: Status['org'] }) {
  const { words } = useConsole();
  const [isOpen, setOpen] = useState(false);
  return (
    <div className="mode">
      <DialogTrigger isOpen={isOpen} onOpenChange={setOpen}>
        <Button className={`mode-button mode-${org.mode}`}>
          {words.mode.names[org.mode]}
          <Icon name="down" />
        </Button>
        <ModalOverlay className="veil" isDismissable>
          <Modal className="sheet">
            <Dialog>
              <ModeForm mode={org.mode} close={() => setOpen(false)} />
            </Dialog>
          </Modal>
        </ModalOverlay>
      </DialogTrigger>
      <p className="mode-explained">{words.mode.explained[org.mode]}</p>
    </div>
  );
}

function ModeForm({ mode, close }: { mode: Mode; close: () => void }) {
  const { live, words } = useConsole();
  const [chosen, choose] = useState(mode);
  const [backfill, setBackfill] = useState(false);
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<ServerTrouble>();

  async function change() {
    setBusy(true);
    const found = await live.setMode(chosen, chosen === 'live' && backfill);
    setBusy(false);
    if (found) setTrouble(found);
    else close();
  }

  return (
    <form
      className="mode-form"
      onSubmit={(event) => {
        event.preventDefault();
        void change();
      }}
    >
      <Heading slot="title">{words.mode.title}</Heading>
      <div className="choices" role="radiogroup" aria-label={words.mode.title}>
        {modes.map((one) => (
          <label key={one} className="choice">
            <input type="radio" name="mode" value={one} checked={chosen === one} onChange={() => choose(one)} />
            <span>
              <strong>{words.mode.names[one]}</strong>
              {one === mode && <span className="chip chip-plain">{words.mode.current}</span>}
              <span className="fine">{words.mode.explained[one]}</span>
            </span>
          </label>
        ))}
      </div>
      {chosen === 'live' && mode === 'observe' && (
        <label className="choice">
          <input type="checkbox" checked={backfill} onChange={(event) => setBackfill(event.target.checked)} />
          <span>
            {words.mode.backfill}
            <span className="fine">{words.mode.backfillExplained}</span>
          </span>
        </label>
      )}
      {trouble && (
        <p className="problem" role="alert">
          {words.mode.failed} <bdi lang="en">{trouble.message}</bdi>
        </p>
      )}
      <div className="row">
        <Button className="button" onPress={close}>
          {words.mode.cancel}
        </Button>
        <Button className="button button-main" type="submit" isDisabled={chosen === mode || busy}>
          {words.mode.change[chosen]}
        </Button>
      </div>
    </form>
  );
}
