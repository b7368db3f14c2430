import { Button } from 'react-aria-components/Button';
import { Dialog, DialogTrigger, Heading } from 'react-aria-components/Dialog';
import { Popover } from 'react-aria-components/Popover';
import type { Book } from '../../wire/console.ts';
import { kindName, readingOf, readingOfKind, rowsOf, total } from '../book.ts';
import { useConsole } from '../console-context.tsx';
import { Icon } from '../parts/icon.tsx';
import { ReadingBar } from './reading-bar.tsx';

/** How well callers are known: what is being read, how many numbers there are, and behind the button all of it. */
export function BookButton({ book }: { book: Book }) {
  const { words, format } = useConsole();
  const reading = readingOf(book, words, format);
  const numbers = total(book, 'numbers');
  return (
    <div className="book">
      {reading && <ReadingBar reading={reading}>{words.book.readingAt(reading.what, reading.progress)}</ReadingBar>}
      <DialogTrigger>
        <Button className="book-button">
          <Icon name="book" />
          {numbers === undefined ? words.book.title : words.book.known(numbers)}
          <Icon name="down" />
        </Button>
        <Popover className="popover" placement="bottom end">
          <Dialog className="book-panel">
            <BookPanel book={book} />
          </Dialog>
        </Popover>
      </DialogTrigger>
    </div>
  );
}

function BookPanel({ book }: { book: Book }) {
  const { words, format } = useConsole();
  const unmatchable = total(book, 'unmatchable');
  return (
    <>
      <Heading slot="title" level={2}>
        {words.book.title}
      </Heading>
      <p className="fine">{words.book.explained}</p>
      {book.trouble !== undefined && (
        <p className="problem">
          {words.book.stands} <bdi lang="en">{book.trouble}</bdi>
        </p>
      )}
      <Pace pace={book.pace} />
      {book.kinds.length + book.leftOut.length === 0 ? (
        <p className="fine">{words.book.notBegun}</p>
      ) : (
        <ul className="book-kinds">
          {rowsOf(book).map(({ kind, state, leftOut }) => (
            <li key={kind}>
              <strong>{kindName(kind, words)}</strong>
              {state && (state.filled || !leftOut) && <Kind kind={leftOut ? { ...state, trouble: undefined } : state} />}
              {leftOut && <LeftOut leftOut={leftOut} />}
            </li>
          ))}
        </ul>
      )}
      {unmatchable === 0 && <p className="fine">{words.book.allMatch}</p>}
      {unmatchable !== 0 && book.kinds.length > 0 && (
        <div>
          <a className="record-link" href={`/api/book/unmatchable.csv?language=${format.language}`} download>
            <Icon name="download" />
            {unmatchable === undefined ? words.book.unmatchableUncounted : words.book.unmatchable(format.number(unmatchable))}
          </a>
          <p className="fine">{words.book.unmatchableExplained}</p>
        </div>
      )}
    </>
  );
}

function Kind({ kind }: { kind: Book['kinds'][number] }) {
  const { words, format, world } = useConsole();
  const { filled, read, polledAt, records, numbers, trouble, fresh } = kind;
  const reading = readingOfKind(kind, words, format);
  return (
    <>
      {!filled && (read > 0 ? <ReadingBar reading={reading}>{reading.progress}</ReadingBar> : <p className="fine">{words.book.waits}</p>)}
      {filled && records !== undefined && numbers !== undefined && (
        <p className="fine book-figures">
          <span>{words.book.records(records)}</span> <span>{words.book.numbers(numbers)}</span>
        </p>
      )}
      {filled && polledAt !== undefined && <p className="fine">{words.book.polled(format.ago(polledAt, world.now()))}</p>}
      {filled && fresh && <Fresh fresh={fresh} />}
      {trouble !== undefined && (
        <p className="book-trouble health-bad">
          <Icon name="warn" />
          <bdi lang="en">{trouble}</bdi>
        </p>
      )}
    </>
  );
}

/** Whether changes are told as they happen; if not, why, and in Salesforce's own words what it says. */
function Fresh({ fresh }: { fresh: NonNullable<Book['kinds'][number]['fresh']> }) {
  const { words } = useConsole();
  if (fresh.by === 'events') return <p className="fine">{words.book.fresh.events}</p>;
  return (
    <p className="fine">
      {words.book.fresh.polling} {fresh.because !== undefined && words.book.fresh.because[fresh.because]}
    </p>
  );
}

/** Only where it isn't as usual. */
function Pace({ pace }: { pace: Book['pace'] }) {
  const { words, format } = useConsole();
  if (!pace || pace.is === 'usual') return null;
  const { everySeconds, spent, budget = 0 } = pace;
  return (
    <p className="book-trouble health-warn">
      <Icon name="warn" />
      <span>
        {everySeconds === undefined
          ? words.book.paused
          : words.book.slowed(format.span(everySeconds * 1000), format.number(spent), format.number(budget))}
      </span>
    </p>
  );
}

function LeftOut({ leftOut: { because, absent } }: { leftOut: Book['leftOut'][number] }) {
  const { words } = useConsole();
  if (absent) return <p className="fine">{words.book.absent}</p>;
  return (
    <p className="book-trouble health-warn">
      <Icon name="warn" />
      <span>
        {words.book.leftOut} <bdi lang="en">{because}</bdi>
      </span>
    </p>
  );
}
