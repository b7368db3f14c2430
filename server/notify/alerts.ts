import type { Status } from '../../wire/console.ts';
import { isMatterKind } from '../crm.ts';

/** Something that isn't well with one org, as it is found now. */
export type Trouble = {
  /** What it is about; the same trouble has the same key each time it is looked for. */
  readonly key: string;
  /** `bad`: calls are not heard or not written, until somebody does something. `warn`: they soon may not be. */
  readonly level: 'warn' | 'bad';
  /** What is wrong and what to do, in a sentence or two without names or numbers of callers. */
  readonly words: string;
  /** Shorter than this it is nobody's business, ms: a restart, a fail-over, a burst. */
  readonly patienceMs: number;
};
/** A trouble that is followed until it is over. */
export type Alert = Pick<Trouble, 'key' | 'level' | 'words'> & {
  readonly sinceMs: number;
  /** The admin has been told; undefined while it may still pass by itself. */
  readonly beganAtMs: number | undefined;
  /** It isn't found any more since; it may come back at once. */
  readonly wellSinceMs: number | undefined;
};
/** What one look changes. */
export type Weighed = {
  /** Followed from now on, or as they stand now. */
  readonly followed: readonly Alert[];
  /** Passed before anybody was told. */
  readonly passed: readonly string[];
  /** Told of, and over. */
  readonly ended: readonly string[];
};

const minuteMs = 60_000;
/** A trouble that comes and goes is one trouble. */
const wellForMs = minuteMs;
/** Nothing waits longer while the org is live (the writer lingers a minute at most). */
const slowSeconds = 180;
const clockWrongMs = 30_000;
const apiScarce = 0.8;
/** As long as somebody may need to find out who it is that calls so much. */
const driesSoonMs = 6 * 60 * minuteMs;
const bookStaleMs = 30 * minuteMs;
/** A week in which somebody is there to sign in again. */
const endsSoonMs = 7 * 24 * 60 * minuteMs;
const manyUntranslated = 1_000;

/** What is not well with an org. `full`: why this installation takes nothing in, if it doesn't. */
export function troublesOf(
  { org, unsent, parked, refused, wrongDefaults, connections, inbox, book }: Status,
  full: string | undefined,
  nowMs: number,
): Trouble[] {
  const troubles: Trouble[] = [];
  const say = (key: string, level: Trouble['level'], words: string, patienceMs = 0) => troubles.push({ key, level, words, patienceMs });
  if (full !== undefined) say('room', 'bad', `${full} Events are refused until there is room; phone systems must send them again.`);
  if (org.trouble)
    // Another cause is another trouble: who was told of an outage that passes by itself must hear that it is theirs to mend now.
    say(
      `org ${org.mendedBy ?? 'us'}`,
      'bad',
      `Nothing is written to ${org.name}: ${org.trouble} Calls are heard and kept meanwhile.`,
      org.mendedBy === 'time' ? 2 * minuteMs : 0,
    );
  if (org.endsSoon && !org.trouble)
    say(
      'sign-in',
      'bad',
      `${org.name} will not let us in again once this session ends: ${org.endsSoon.because} Calls are written until then.`,
    );
  if (org.endsAt !== undefined && Date.parse(org.endsAt) - nowMs <= endsSoonMs)
    say(
      'sign-in ends',
      'warn',
      `The sign-in to ${org.name} ends on ${org.endsAt.slice(0, 10)}. Sign in again on the page of the org before that.`,
    );
  for (const { cause, count } of parked)
    say(
      `parked ${cause}`,
      'bad',
      cause === 'TELLING'
        ? `${count} ${count === 1 ? 'call' : 'calls'} could not be told. This is ours: report it. The calls are kept.`
        : `${count} ${count === 1 ? 'record is' : 'records are'} parked by ${cause}. Mend the cause, then press Write again; docs/operate/watch.md names each cause.`,
    );
  if (inbox.parked > 0)
    say('inbox', 'bad', `${inbox.parked} deliveries could not be read. They are kept; report it without personal data.`);
  if (inbox.untranslated >= manyUntranslated)
    say('untranslated', 'warn', `${inbox.untranslated} deliveries wait to be read: the database or this machine is too slow.`, minuteMs);
  if (org.mode === 'live' && !org.trouble && unsent.count > 0 && unsent.oldestSeconds >= slowSeconds)
    say(
      'unsent',
      'warn',
      `The oldest of ${unsent.count} records has waited for ${Math.floor(unsent.oldestSeconds / 60)} minutes to be written.`,
    );
  for (const { field, code, message, count } of refused)
    say(
      `refused ${field} ${code}`,
      'warn',
      `Salesforce refused ${field} in ${count} ${count === 1 ? 'record' : 'records'} of the last 24 hours (${code}), and took the rest. ${withoutQuote(message)}`,
    );
  for (const { object, field, because, setting } of wrongDefaults)
    say(
      setting === undefined ? `default ${object}.${field}` : `setting ${setting}`,
      'warn',
      setting === undefined
        ? `The default of ${object}.${field} in the policy can't be used: ${because}`
        : `${setting} in the policy can't be used: ${because}`,
    );
  for (const { id, name, clockOffsetMs, listening } of connections) {
    if (listening?.trouble) say(`listening ${id}`, 'bad', `${name} is not heard: ${listening.trouble}`, minuteMs);
    if (Math.abs(clockOffsetMs) >= clockWrongMs)
      say(
        `clock ${id}`,
        'warn',
        `The clock of ${name} is wrong by ${Math.round(Math.abs(clockOffsetMs) / 1000)} s. Set it; times are corrected meanwhile.`,
        minuteMs,
      );
  }
  if (book.trouble && !org.trouble) say('book', 'bad', `Callers are not looked up anew: ${book.trouble}`, 5 * minuteMs);
  const missing = book.leftOut.filter(({ absent }) => !absent);
  for (const { kind, because } of missing)
    say(
      `book ${kind}`,
      'warn',
      isMatterKind(kind)
        ? `Calls are to be logged on records of ${kind}, which can't be read: ${because} They are logged without meanwhile.`
        : `${kind} is to be looked at for callers and can't be: ${because} Nobody is made for strangers meanwhile.`,
      minuteMs,
    );
  for (const { kind, trouble } of book.kinds)
    if (trouble && !missing.some((one) => one.kind === kind))
      say(`book ${kind}`, 'warn', `Changes of ${kind} are not read: ${trouble}`, 5 * minuteMs);
  const [oldest] = book.kinds.flatMap(({ filled, polledAt }) => (filled && polledAt ? [polledAt] : [])).toSorted();
  if (
    oldest !== undefined &&
    !book.trouble &&
    !org.trouble &&
    nowMs - Date.parse(oldest) >= Math.max(bookStaleMs, 1500 * (book.pace?.everySeconds ?? 0))
  )
    say('book stale', 'warn', 'Changes in the org have not been read for half an hour: people who are new there are not known here.');
  if (org.api && org.api.used >= org.api.max * apiScarce)
    say(
      'api',
      'warn',
      `${Math.floor((100 * org.api.used) / org.api.max)} % of the org's ${org.api.max} API calls of 24 hours are used, by everything that calls it. At the end nothing is written until they come back.`,
    );
  if (org.api?.driesAt !== undefined && org.api.used < org.api.max && Date.parse(org.api.driesAt) - nowMs <= driesSoonMs) {
    const { driesAt, max, perHour = 0 } = org.api;
    say(
      'api dries',
      'warn',
      `At the pace of the last hour (${Math.round(perHour)} API calls) the org's ${max} of 24 hours last until ${driesAt.slice(0, 16).replace('T', ' ')} UTC. From then on nothing is written until they come back; callers are looked up all the same.`,
      10 * minuteMs,
    );
  }
  return troubles;
}

/** What Salesforce said quotes values of a record, which are nobody's business here. */
const withoutQuote = (message: string) => message.replace(/^“.*” /s, '');

/** Compares what is found now with what is followed. Told once, however often it is found; over when it is not found for a minute. */
export function weigh(followed: readonly Alert[], found: readonly Trouble[], nowMs: number): Weighed {
  const known = new Map(followed.map((alert) => [alert.key, alert]));
  const now = found.map(({ key, level, words, patienceMs }): Alert => {
    const before = known.get(key);
    const sinceMs = before?.sinceMs ?? nowMs;
    const beganAtMs = before?.beganAtMs ?? (nowMs - sinceMs >= patienceMs ? nowMs : undefined);
    return { key, level, words, sinceMs, beganAtMs, wellSinceMs: undefined };
  });
  const keys = new Set(found.map(({ key }) => key));
  const gone = followed.filter(({ key }) => !keys.has(key));
  const over = (alert: Alert) => alert.wellSinceMs !== undefined && nowMs - alert.wellSinceMs >= wellForMs;
  return {
    followed: [
      ...now,
      ...gone
        .filter((alert) => alert.beganAtMs !== undefined && !over(alert))
        .map((alert) => ({ ...alert, wellSinceMs: alert.wellSinceMs ?? nowMs })),
    ],
    passed: gone.filter(({ beganAtMs }) => beganAtMs === undefined).map(({ key }) => key),
    ended: gone.filter((alert) => alert.beganAtMs !== undefined && over(alert)).map(({ key }) => key),
  };
}
