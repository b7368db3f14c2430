import type { Status } from '../wire/console.ts';
import type { ExplanationKind, Words } from './words/words.ts';
import { inOrder, kindName } from './book.ts';
import type { Format } from './format.ts';

/** One thing to know on top of every page. `show`: the calls it is about. */
export type HealthItem = {
  readonly key: string;
  readonly level: 'note' | 'warn' | 'bad';
  readonly text: string;
  readonly show?: ExplanationKind;
  /** In the words of the server or of Salesforce. */ readonly asSaid?: true;
};

/** Nothing should wait a minute: the writer lingers at most that long, and only when the API allocation is nearly spent. */
const slowSeconds = 60;
/** From here the times we write are corrected; from there somebody should set the clock (C6). */
const clockCorrectedMs = 2000;
const clockWrongMs = 30_000;
/** A company that has not made one call in a day has a quiet weekend, or a cut line: worth a look, not an alarm. */
const silentMs = 24 * 3_600_000;
/** The rest of Salesforce's customers live on the same allocation; from here on the writer slows down. */
const apiScarce = 0.8;
/** A week in which somebody is there to sign in again. */
const endsSoonMs = 7 * 24 * 3_600_000;
/** As server/notify/alerts.ts tells it. */
const driesSoonMs = 6 * 3_600_000;
/** Changes are read once a minute, and every 15 where the budget is spent. */
const bookStaleMs = 30 * 60_000;

/** What is not well, the worst first. Empty means all is well. */
export function healthOf(status: Status, nowMs: number, words: Words, format: Format): HealthItem[] {
  const { org, unsent, parked, connections, inbox, book } = status;
  const say = words.health;
  const items: HealthItem[] = [];
  if (org.endsSoon && !org.trouble)
    items.push({ key: 'ends soon', level: 'bad', text: `${say.endsSoon} ${org.endsSoon.because}`, asSaid: true });
  if (org.endsAt !== undefined && Date.parse(org.endsAt) - nowMs <= endsSoonMs)
    items.push({ key: 'ends', level: 'warn', text: say.ends(format.day(org.endsAt, nowMs)) });
  // the banner tells the rest, and where it is mended
  if (org.reconnect || org.disconnected)
    items.push({ key: 'shut out', level: 'bad', text: org.disconnected ? words.orgs.notConnected : words.orgs.shutOut });
  if (org.trouble && !org.reconnect) items.push({ key: 'org', level: 'bad', text: org.trouble, asSaid: true });
  for (const { cause, count } of parked)
    items.push({
      key: `parked ${cause}`,
      level: 'bad',
      text: cause === 'TELLING' ? say.parkedTelling(count) : say.parked(count, cause),
      show: 'parked',
    });
  if (inbox.parked > 0) items.push({ key: 'inbox', level: 'bad', text: say.parkedDeliveries(inbox.parked) });
  if (unsent.count > 0) {
    const oldest = format.span(unsent.oldestSeconds * 1000);
    if (org.mode === 'observe') items.push({ key: 'unsent', level: 'note', text: say.observed(unsent.count), show: 'waiting' });
    else if (org.mode === 'paused') items.push({ key: 'unsent', level: 'note', text: say.held(unsent.count, oldest), show: 'waiting' });
    else
      items.push({
        key: 'unsent',
        level: unsent.oldestSeconds >= slowSeconds ? 'warn' : 'note',
        text: say.unsent(unsent.count, oldest),
        show: 'waiting',
      });
  }
  for (const { id, name, lastHeardAt, clockOffsetMs, listening } of connections) {
    if (listening?.trouble) items.push({ key: `listening ${id}`, level: 'bad', text: `${name}: ${listening.trouble}`, asSaid: true });
    const offset = format.span(clockOffsetMs);
    if (Math.abs(clockOffsetMs) >= clockWrongMs) items.push({ key: `clock ${id}`, level: 'warn', text: say.clockWrong(name, offset) });
    else if (Math.abs(clockOffsetMs) >= clockCorrectedMs)
      items.push({ key: `clock ${id}`, level: 'note', text: say.clockCorrected(name, offset) });
    if (lastHeardAt === undefined) items.push({ key: `silent ${id}`, level: 'note', text: say.neverHeard(name) });
    else if (nowMs - Date.parse(lastHeardAt) >= silentMs)
      items.push({ key: `silent ${id}`, level: 'warn', text: say.silent(name, format.ago(lastHeardAt, nowMs)) });
  }
  // an org that can't be reached at all has said so above
  if (book.trouble && !org.trouble) items.push({ key: 'book', level: 'bad', text: `${words.book.title}: ${book.trouble}`, asSaid: true });
  const missing = inOrder(book.leftOut.filter(({ absent }) => !absent));
  for (const { kind, trouble } of inOrder(book.kinds))
    if (trouble && !missing.some((one) => one.kind === kind))
      items.push({ key: `book ${kind}`, level: 'bad', text: `${kindName(kind, words)}: ${trouble}`, asSaid: true });
  for (const { kind, because } of missing)
    items.push({ key: `book ${kind}`, level: 'warn', text: `${kindName(kind, words)}: ${because}`, asSaid: true });
  const [oldest] = book.kinds.flatMap(({ filled, polledAt }) => (filled && polledAt ? [polledAt] : [])).toSorted();
  if (oldest !== undefined && nowMs - Date.parse(oldest) >= Math.max(bookStaleMs, 1500 * (book.pace?.everySeconds ?? 0)))
    items.push({ key: 'book stale', level: 'warn', text: say.bookStale(format.ago(oldest, nowMs)) });
  if (inbox.untranslated > 0) items.push({ key: 'untranslated', level: 'note', text: say.untranslated(inbox.untranslated) });
  if (inbox.unheard > 0) items.push({ key: 'unheard', level: 'note', text: say.unheard(inbox.unheard) });
  if (org.api?.driesAt !== undefined && Date.parse(org.api.driesAt) - nowMs <= driesSoonMs)
    items.push({
      key: 'api',
      level: 'warn',
      text: say.apiDries(format.number(org.api.used), format.number(org.api.max), format.clock(org.api.driesAt)),
    });
  else if (org.api && org.api.used >= org.api.max * apiScarce)
    items.push({ key: 'api', level: 'warn', text: say.api(format.number(org.api.used), format.number(org.api.max)) });
  const rank = { bad: 0, warn: 1, note: 2 };
  return items.toSorted((a, b) => rank[a.level] - rank[b.level]);
}
