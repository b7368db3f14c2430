import { StreamNote } from '../wire/console.ts';
import type { World } from './world.ts';

/** One event of a `text/event-stream`. */
export type StreamEvent = { readonly id?: string; readonly event: string; readonly data: string };

/** Reads `text/event-stream` from pieces cut anywhere (https://html.spec.whatwg.org/multipage/server-sent-events.html §9.2.6). */
export function eventParser() {
  let rest = '';
  let id: string | undefined;
  let event = '';
  let data: string[] = [];
  /** The events these bytes complete. */
  return function push(piece: string): StreamEvent[] {
    rest += piece;
    const done: StreamEvent[] = [];
    for (;;) {
      const end = /\r\n|\n|\r/.exec(rest);
      // a CR at the very end may be the first half of CRLF
      if (!end || (end[0] === '\r' && end.index === rest.length - 1)) return done;
      const line = rest.slice(0, end.index);
      rest = rest.slice(end.index + end[0].length);
      if (line === '') {
        if (data.length > 0) done.push({ ...(id === undefined ? {} : { id }), event: event || 'message', data: data.join('\n') });
        event = '';
        data = [];
        continue;
      }
      const [, field, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
      if (field === 'data') data.push(value);
      else if (field === 'event') event = value;
      else if (field === 'id' && !value.includes('\0')) id = value;
    }
  };
}

/** How long to wait before each further try: quickly at first, then without hammering (30 % jitter, so that a restart isn't stormed). */
const retryAfterMs = [500, 1000, 2000, 4000, 8000, 15_000, 30_000];
export const backoffMs = (failures: number, chance: number): number =>
  (retryAfterMs[Math.min(failures, retryAfterMs.length) - 1] ?? 0) * (0.7 + 0.6 * chance);
/** The server says something every 15 s; a connection this long silent is dead, whatever the browser believes. */
const silenceMs = 40_000;

export type StreamState = 'connecting' | 'live' | 'broken';
export type Follow = {
  readonly connect: (after: number, signal: AbortSignal) => Promise<Response>;
  readonly world: World;
  /** Follow from after this id. */
  readonly after: number;
  readonly onNote: (note: StreamNote) => void;
  /** The server no longer holds what we missed: read everything anew and give the id to follow from; undefined if that failed. */
  readonly onReset: () => Promise<number | undefined>;
  readonly onState: (state: StreamState) => void;
  readonly onSignedOut: () => void;
  readonly signal: AbortSignal;
};
export type Following = {
  /** Tries at once instead of waiting out the backoff. */ tryNow(): void;
  /** Settles when `signal` aborts or the session is over. */ readonly done: Promise<void>;
};

/** Follows the stream for as long as the page lives: resumes after the last id seen, however the connection ends. */
export function followStream({ connect, world, after, onNote, onReset, onState, onSignedOut, signal }: Follow): Following {
  let seen = after;
  let failures = 0;
  let skipWait = new AbortController();
  return { tryNow: () => skipWait.abort(), done: follow() };

  async function follow(): Promise<void> {
    while (!signal.aborted) {
      onState(failures === 0 ? 'connecting' : 'broken');
      const end = await readOnce();
      if (signal.aborted) return;
      if (end === 'signed-out') return onSignedOut();
      if (end === 'broken') {
        failures += 1;
        onState('broken');
      }
      skipWait = new AbortController();
      await world.wait(backoffMs(Math.max(failures, 1), world.chance()), AbortSignal.any([signal, skipWait.signal]));
    }
  }

  async function readOnce(): Promise<'signed-out' | 'reset' | 'broken'> {
    const cut = new AbortController();
    let watch = new AbortController();
    const heard = () => {
      watch.abort();
      const mine = (watch = new AbortController());
      void world.wait(silenceMs, mine.signal).then(() => mine.signal.aborted || cut.abort());
    };
    try {
      heard();
      // however a connection fails, another is made
      const answer = await connect(seen, AbortSignal.any([signal, cut.signal])).catch(() => undefined);
      if (answer?.status === 401) return 'signed-out';
      if (!answer?.ok || !answer.body || !answer.headers.get('content-type')?.startsWith('text/event-stream')) return 'broken';
      onState('live');
      const push = eventParser();
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const { value } = await reader.read().catch(() => ({ value: undefined }));
        if (value === undefined) return 'broken';
        heard();
        failures = 0; // only what has spoken counts as connected: a proxy may accept and hang up
        for (const event of push(value)) {
          if (event.event === 'reset') {
            await reader.cancel().catch(() => undefined);
            const fresh = await onReset();
            if (fresh === undefined) return 'broken';
            seen = fresh;
            return 'reset';
          }
          take(event);
        }
      }
    } finally {
      watch.abort();
      cut.abort();
    }
  }

  function take({ id, event, data }: StreamEvent) {
    const number = Number(id);
    if (id !== undefined && Number.isSafeInteger(number)) {
      if (number <= seen) return; // told again after a resume
      seen = number;
    }
    if (event !== 'call') return;
    const note = StreamNote.safeParse(parseJson(data));
    if (note.success) onNote(note.data);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    if (cause instanceof SyntaxError) return undefined;
    throw cause;
  }
}
