import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { Dialog, DialogTrigger, Heading } from 'react-aria-components/Dialog';
import { Popover } from 'react-aria-components/Popover';
import { testCalls } from '../../../wire/console.ts';
import { useConsole, useLive } from '../../console-context.tsx';
import { isTestOver, type TestCall } from '../../live.ts';
import { ExplanationChip } from '../../parts/explain.tsx';
import { Icon } from '../../parts/icon.tsx';
import { RecordLink } from '../../parts/record-link.tsx';
import { Link } from '../../address.tsx';
import type { Words } from '../../words/words.ts';
import { kindOf } from './say-call.ts';

export function TestCallButton() {
  const { live, words } = useConsole();
  const [isOpen, setOpen] = useState(false);
  return (
    <DialogTrigger isOpen={isOpen} onOpenChange={setOpen}>
      <Button className="button button-main">
        <Icon name="call" />
        {words.test.button}
      </Button>
      <Popover className="popover" placement="bottom end">
        <Dialog className="test-menu">
          <Heading slot="title" className="for-ears">
            {words.test.title}
          </Heading>
          <p className="fine">{words.test.explained}</p>
          {testCalls.map((kind) => (
            <Button
              key={kind}
              className="menu-item"
              onPress={() => {
                setOpen(false);
                void live.placeTestCall(kind);
              }}
            >
              <strong>{words.test.kinds[kind].name}</strong>
              <span className="fine">{words.test.kinds[kind].explained}</span>
            </Button>
          ))}
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}

/** Where each test call is, until its record is there. */
export function TestCallProgress() {
  const { live, words } = useConsole();
  const { tests } = useLive();
  return (
    <div role="status" className="tests">
      {tests.map((test) => {
        const { line } = test;
        const label = words.test.label(words.test.kinds[test.kind].name);
        const url = line?.records.find((record) => record.url)?.url;
        return (
          <div key={test.key} className={isTestOver(test) ? 'test test-over' : 'test'} data-kind={test.kind}>
            <p className="test-what">
              {line ? <Link to={`/calls/${line.id}`}>{label}</Link> : <span>{label}</span>}
              <span className={test.failed ? 'problem' : 'fine'}>{standing(test, words)}</span>
            </p>
            {line && isTestOver(test) ? <ExplanationChip is={line.explanation.is} /> : !test.failed && <Steps done={stepsOf(test)} />}
            {url && <RecordLink url={url}>{words.story.record}</RecordLink>}
            <Button className="icon-button" aria-label={words.test.dismiss} onPress={() => live.dismissTest(test.key)}>
              <Icon name="close" />
            </Button>
          </div>
        );
      })}
    </div>
  );
}

/** Placed, heard, ended, explained: for eyes; ears have the words. */
function Steps({ done }: { done: number }) {
  return (
    <span className="steps" aria-hidden="true">
      {[1, 2, 3, 4].map((step) => (
        <span key={step} className={step <= done ? 'step-done' : ''} />
      ))}
    </span>
  );
}
const stepsOf = ({ externalId, line }: TestCall): number => (line?.phase === 'ended' ? 3 : line ? 2 : externalId ? 1 : 0);

function standing(test: TestCall, words: Words): string {
  if (test.failed) return [words.test.failed, test.failed.message].join(' ');
  if (!test.externalId) return words.test.placing;
  if (isTestOver(test))
    return test.line && test.line.explanation.is === 'skipped' ? words.test.notWritten : test.line ? kindOf(test.line, words) : '';
  if (test.slow) return words.test.slow;
  return test.line ? kindOf(test.line, words) : words.test.onItsWay;
}
