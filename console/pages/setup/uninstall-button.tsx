import { useEffect, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { Dialog, DialogTrigger, Heading } from 'react-aria-components/Dialog';
import { Modal, ModalOverlay } from 'react-aria-components/Modal';
import type { Removal } from '../../../wire/setup.ts';
import { useConsole } from '../../console-context.tsx';
import { ServerTrouble } from '../../server.ts';
import { fill, type SetupWords } from '../../words/setup/words.ts';

type Asked = { words: SetupWords; org: string; uninstall: () => Promise<boolean> };

/** Says what is lost, and takes the org's name for a yes. */
export function UninstallButton({ isBusy, ...asked }: Asked & { isBusy: boolean }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <DialogTrigger isOpen={isOpen} onOpenChange={setOpen}>
      <Button className="button" isDisabled={isBusy}>
        {asked.words.remove.title}
      </Button>
      <ModalOverlay className="veil" isDismissable>
        <Modal className="sheet">
          <Dialog>
            <UninstallForm {...asked} close={() => setOpen(false)} />
          </Dialog>
        </Modal>
      </ModalOverlay>
    </DialogTrigger>
  );
}

function UninstallForm({ words, org, uninstall, close }: Asked & { close: () => void }) {
  const { live, format } = useConsole();
  const [removal, setRemoval] = useState<Removal | ServerTrouble>();
  const [typed, setTyped] = useState('');
  useEffect(() => void live.ask((server) => server.setup.removal()).then(setRemoval), [live]);
  const say = words.remove;
  return (
    <form
      className="mode-form"
      onSubmit={(event) => {
        event.preventDefault();
        void uninstall().then(close);
      }}
    >
      <Heading slot="title">{say.title}</Heading>
      <p>{say.explained}</p>
      {removal instanceof ServerTrouble ? (
        <p className="problem" role="alert">
          {words.failed} <bdi lang="en">{removal.message}</bdi>
        </p>
      ) : removal ? (
        <ul className="setup-said">
          <li>{fill(say.parts, { parts: removal.parts.join(', ') })}</li>
          {removal.extraFields.length > 0 && <li>{fill(say.fields, { fields: removal.extraFields.join(', ') })}</li>}
          {removal.stays.length > 0 && <li>{fill(say.stays, { fields: removal.stays.join(', ') })}</li>}
          <li>{fill(say.tasks, { count: format.number(removal.tasks) })}</li>
          <li>{fill(say.people, { count: format.number(removal.people) })}</li>
        </ul>
      ) : (
        <p role="status">{words.loading}</p>
      )}
      <p className="fine">{say.back}</p>
      <label>
        <span>{fill(say.confirm, { name: org })}</span>
        <input className="field" value={typed} autoComplete="off" onChange={(event) => setTyped(event.target.value)} />
      </label>
      <div className="row">
        <Button className="button" onPress={close}>
          {say.cancel}
        </Button>
        <Button className="button button-main" type="submit" isDisabled={typed !== org}>
          {say.remove}
        </Button>
      </div>
    </form>
  );
}
