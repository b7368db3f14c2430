import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { Button } from 'react-aria-components/Button';
import { explanations, type CallLine } from '../../../wire/console.ts';
import { useConsole, useLive } from '../../console-context.tsx';
import type { Filter } from '../../live.ts';
import { Icon } from '../../parts/icon.tsx';
import { ExplanationChip } from '../../parts/explain.tsx';
import { go, Link } from '../../address.tsx';
import type { ServerTrouble } from '../../server.ts';
import type { Words } from '../../words/words.ts';
import { addressOf } from './address-of.ts';
import { NoCallsYet } from './no-calls-yet.tsx';
import { aboutOf, iconOf, whoOf } from './say-call.ts';
import { TestCallButton, TestCallProgress } from './test-calls.tsx';

export function CallListPane({ open, filter }: { open: string | undefined; filter: Filter }) {
  const { live, words } = useConsole();
  const { list } = useLive();
  const isFiltered = filter.find !== '' || filter.explanation !== undefined;
  return (
    <section className="list-pane" id="calls" tabIndex={-1} aria-label={words.list.title}>
      <header className="list-head">
        <h1>{words.list.title}</h1>
        <TestCallButton />
        <FilterBar open={open} filter={filter} />
      </header>
      <TestCallProgress />
      {list.lines.length > 0 ? (
        <Lines open={open} filter={filter} lines={list.lines} />
      ) : list.loading ? (
        <Waiting />
      ) : list.trouble ? null : isFiltered ? (
        <div className="empty">
          <p>{words.list.noneMatch}</p>
          <Link className="button" to={addressOf(open, { find: '' })}>
            {words.list.clear}
          </Link>
        </div>
      ) : (
        <NoCallsYet />
      )}
      {list.trouble && (
        <div className="problem" role="alert">
          <p>{troubleInWords(list.trouble, words)}</p>
          <Button className="button" onPress={() => void live.retryList()}>
            {words.list.retry}
          </Button>
        </div>
      )}
      {list.before !== undefined && (
        <Button className="button more" isDisabled={list.loading === 'more'} onPress={() => void live.more()}>
          {list.loading === 'more' ? words.list.loading : words.list.more}
        </Button>
      )}
    </section>
  );
}

const troubleInWords = (trouble: ServerTrouble, words: Words): string =>
  trouble.is === 'unreachable'
    ? words.signIn.unreachable
    : trouble.code === 'other-version'
      ? words.list.otherVersion
      : [words.list.failed, trouble.message].join(' ');

/** Rows of the height that comes, so that nothing moves when it does. */
function Waiting() {
  const { words } = useConsole();
  return (
    <div className="waiting" role="status">
      <p className="for-ears">{words.list.loading}</p>
      {[0, 1, 2, 3, 4, 5].map((row) => (
        <div key={row} className="skeleton" />
      ))}
    </div>
  );
}

/** Typing rests this long before it is looked up. */
const typingMs = 300;

function FilterBar({ open, filter }: { open: string | undefined; filter: Filter }) {
  const { words, world } = useConsole();
  const [typed, setTyped] = useState(filter.find);
  const typing = useRef(new AbortController());
  const applied = useRef(filter.find);
  useEffect(() => {
    // "back" and "clear" change what is looked for from outside
    if (filter.find !== applied.current) setTyped(filter.find);
    applied.current = filter.find;
  }, [filter.find]);

  async function find(text: string, afterMs: number) {
    setTyped(text);
    typing.current.abort();
    const mine = (typing.current = new AbortController());
    await world.wait(afterMs, mine.signal);
    if (mine.signal.aborted) return;
    applied.current = text.trim();
    go(addressOf(open, { ...filter, find: text.trim() }), 'replace');
  }

  return (
    <search className="filter">
      <label className="find">
        <span className="for-ears">{words.list.find}</span>
        <Icon name="search" />
        <input
          className="field"
          type="search"
          enterKeyHint="search"
          autoComplete="off"
          spellCheck={false}
          maxLength={200}
          placeholder={words.list.find}
          value={typed}
          onChange={(event) => void find(event.target.value, typingMs)}
          onKeyDown={(event) => {
            if (event.nativeEvent.isComposing) return; // Enter chooses a candidate of the input method
            if (event.key === 'Enter') void find(typed, 0);
            if (event.key === 'Escape' && typed) void find('', 0);
          }}
        />
      </label>
      <label className="show">
        <span className="for-ears">{words.list.explanation}</span>
        <select
          className="field"
          value={filter.explanation ?? ''}
          onChange={(event) =>
            go(addressOf(open, { find: filter.find, explanation: explanations.find((one) => one === event.target.value) }))
          }
        >
          <option value="">{words.list.all}</option>
          {explanations.map((one) => (
            <option key={one} value={one}>
              {words.explanations[one]}
            </option>
          ))}
        </select>
      </label>
    </search>
  );
}

function Lines({ open, filter, lines }: { open: string | undefined; filter: Filter; lines: readonly CallLine[] }) {
  const { words, format, world } = useConsole();
  const [here, setHere] = useState<string>();
  const now = world.now();
  const [today, yesterday] = [0, 1].map((days) => format.dayKey(new Date(now - days * 86_400_000).toISOString()));
  const days = Map.groupBy(lines, (line) => format.dayKey(timeOf(line)));
  // one stop for Tab; arrows move within the list
  const stop = [here, open].find((id) => lines.some((line) => line.id === id)) ?? lines[0]?.id;

  function move(event: KeyboardEvent<HTMLElement>) {
    const steps: Readonly<Record<string, (at: number) => number>> = {
      ArrowDown: (at) => at + 1,
      ArrowUp: (at) => at - 1,
      Home: () => 0,
      End: () => lines.length - 1,
      PageDown: (at) => at + 8,
      PageUp: (at) => at - 8,
    };
    const step = steps[event.key];
    if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
    const at = lines.findIndex((line) => event.currentTarget.id === `call-${line.id}`);
    const next = lines[Math.min(lines.length - 1, Math.max(0, step(at)))];
    if (at < 0 || !next) return;
    event.preventDefault();
    setHere(next.id);
    document.getElementById(`call-${next.id}`)?.focus();
  }

  return (
    <div className="days">
      {[...days].map(([key, ofDay]) => (
        <section key={key}>
          <h2>{key === today ? words.list.today : key === yesterday ? words.list.yesterday : format.day(timeOf(ofDay[0]!), now)}</h2>
          <ul>
            {ofDay.map((line) => (
              <li key={line.id}>
                <Line
                  line={line}
                  to={addressOf(line.id, filter)}
                  isOpen={line.id === open}
                  isStop={line.id === stop}
                  onFocus={() => setHere(line.id)}
                  onKeyDown={move}
                />
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}
const timeOf = (line: CallLine): string => line.startedAt ?? line.heardAt;

function Line({
  line,
  to,
  isOpen,
  isStop,
  onFocus,
  onKeyDown,
}: {
  line: CallLine;
  to: string;
  isOpen: boolean;
  isStop: boolean;
  onFocus: () => void;
  onKeyDown: (event: KeyboardEvent<HTMLElement>) => void;
}) {
  const { words, format } = useConsole();
  const { who, number } = whoOf(line, words);
  return (
    <Link
      to={to}
      id={`call-${line.id}`}
      className={`line line-${line.phase ?? 'ended'}`}
      aria-current={isOpen ? 'true' : undefined}
      tabIndex={isStop ? 0 : -1}
      onFocus={onFocus}
      onKeyDown={onKeyDown}
    >
      <span className={`line-icon line-icon-${iconOf(line)}`}>
        <Icon name={iconOf(line)} />
      </span>
      <span className="line-who">
        <bdi>{who}</bdi>
        {number && <bdi className="line-number">{number}</bdi>}
      </span>
      <time className="line-when" dateTime={timeOf(line)}>
        {format.clock(timeOf(line))}
      </time>
      <span className="line-about">
        {aboutOf(line, words, format).map((part, index) => (
          <bdi key={index}>{part}</bdi>
        ))}
      </span>
      <ExplanationChip is={line.explanation.is} />
    </Link>
  );
}
