import type { CallLine, CallStory, Mode, Recording, Status, TestCallKind } from '../wire/console.ts';
import { readBecause } from './because.ts';
import { mergeLines, readFind } from './pages/calls/call-lines.ts';
import { ServerTrouble, type Server } from './server.ts';
import { followStream, type Following, type StreamState } from './stream.ts';
import type { ExplanationKind } from './words/words.ts';
import type { World } from './world.ts';

export type Filter = { readonly find: string; readonly explanation?: ExplanationKind | undefined };
export type TestCall = {
  readonly key: number;
  readonly kind: TestCallKind;
  readonly placedAtMs: number;
  readonly externalId?: string;
  readonly line?: CallLine;
  readonly failed?: ServerTrouble;
  /** Its record should have been there long ago. */
  readonly slow?: true;
};
/** All the console shows. One value, replaced as a whole; the screens are functions of it. */
export type LiveState = {
  readonly session: 'unknown' | 'open' | 'signed-out';
  readonly status: Status | undefined;
  readonly stream: StreamState;
  /** When what is shown was last known to be so; only told while the connection is broken. */
  readonly asOfMs: number;
  readonly filter: Filter;
  readonly list: {
    readonly lines: readonly CallLine[];
    readonly before: string | undefined;
    readonly loading: 'first' | 'more' | undefined;
    readonly trouble: ServerTrouble | undefined;
  };
  readonly story: { readonly id: string; readonly story?: CallStory; readonly trouble?: ServerTrouble } | undefined;
  readonly tests: readonly TestCall[];
  /** For ears: what has come in since the last announcement. `serial` tells two equal ones apart. */
  readonly news: { readonly serial: number; readonly lines: readonly CallLine[] };
};

/** Notes come in bursts: one request asks for all calls of a fifth of a second. */
const gatherMs = 200;
const statusEveryMs = 10_000;
const pageSize = 50;
/** A test call lasts up to 6 s, a webhook's settling time and a lingering writer add at most half a minute. */
const testSlowMs = 45_000;
const testLookMs = 1000;

export type Live = ReturnType<typeof createLive>;

/** Keeps `LiveState` true: reads the server, follows its stream, does what a person asks. */
export function createLive(server: Server, world: World) {
  let state: LiveState = {
    session: 'unknown',
    status: undefined,
    stream: 'connecting',
    asOfMs: world.now(),
    filter: { find: '' },
    list: { lines: [], before: undefined, loading: 'first', trouble: undefined },
    story: undefined,
    tests: [],
    news: { serial: 0, lines: [] },
  };
  const listeners = new Set<() => void>();
  const set = (change: Partial<LiveState>) => {
    state = { ...state, ...change };
    for (const listener of listeners) listener();
  };

  let session = new AbortController();
  let following: Following | undefined;
  let polled: AbortSignal | undefined;
  let opening: AbortSignal | undefined;
  let listAsked = 0;
  let testKey = 0;
  let gathering = false;
  const noted = new Set<string>();
  /** Calls seen since the page was opened: what isn't among them is news. */
  let seen = new Set<string>();

  /** Gives undefined when the session is over; any other trouble goes to the caller. */
  async function ifSignedIn<T>(asked: Promise<T>): Promise<T | undefined> {
    try {
      return await asked;
    } catch (cause) {
      if (!(cause instanceof ServerTrouble) || cause.is !== 'signed-out') throw cause;
      endSession();
      return undefined;
    }
  }
  const troubleIn = (cause: unknown): ServerTrouble => {
    if (cause instanceof ServerTrouble) return cause;
    throw cause;
  };

  function endSession() {
    session.abort();
    session = new AbortController();
    following = undefined;
    set({
      session: 'signed-out',
      status: undefined,
      story: undefined,
      tests: [],
      list: { lines: [], before: undefined, loading: 'first', trouble: undefined },
    });
  }

  const ask = () => ({
    limit: pageSize,
    find: readFind(state.filter.find),
    ...(state.filter.explanation ? { explanation: state.filter.explanation } : {}),
  });

  /** Reads the first page; gives the stream id it is true at, or undefined if it could not be read. */
  async function readList(): Promise<number | undefined> {
    const turn = ++listAsked;
    set({ list: { ...state.list, loading: state.list.lines.length > 0 ? state.list.loading : 'first', trouble: undefined } });
    try {
      const list = await ifSignedIn(server.calls(ask()));
      if (!list || turn !== listAsked) return list?.streamId;
      for (const { id } of list.calls) seen.add(id);
      set({
        session: 'open',
        asOfMs: world.now(),
        list: { lines: list.calls, before: list.before, loading: undefined, trouble: undefined },
      });
      return list.streamId;
    } catch (cause) {
      if (turn === listAsked) set({ list: { ...state.list, loading: undefined, trouble: troubleIn(cause) } });
      return undefined;
    }
  }

  async function readStatus() {
    try {
      const status = await ifSignedIn(server.status());
      if (status) set({ status, session: 'open' });
    } catch (cause) {
      troubleIn(cause); // the stream's banner tells it; what was known stays on the screen
    }
  }

  async function readStory(id: string) {
    try {
      const story = await ifSignedIn(server.story(id));
      if (story && state.story?.id === id && (state.story.story?.call.version ?? 0) <= story.call.version) set({ story: { id, story } });
    } catch (cause) {
      const trouble = troubleIn(cause);
      // what is on the screen stays there while the server can't be reached
      if (state.story?.id === id && !(state.story.story && trouble.is === 'unreachable')) set({ story: { id, trouble } });
    }
  }

  function take(lines: readonly CallLine[]) {
    const news = lines.filter(({ id }) => !seen.has(id));
    for (const { id } of news) seen.add(id);
    const { explanation } = state.filter;
    const { list } = state;
    const fitting = explanation ? lines.filter((line) => line.explanation.is === explanation) : lines;
    const gone = new Set(explanation ? lines.filter((line) => line.explanation.is !== explanation).map(({ id }) => id) : []);
    const merged = mergeLines(
      list.lines.filter(({ id }) => !gone.has(id)),
      fitting,
      list.before === undefined ? undefined : list.lines.at(-1)?.id,
    );
    set({
      asOfMs: world.now(),
      list: { ...list, lines: merged },
      tests: state.tests.map((test) => ({ ...test, ...pick(lines, test.line?.id) })),
      ...(news.length > 0 ? { news: { serial: state.news.serial + 1, lines: news } } : {}),
    });
  }
  const pick = (lines: readonly CallLine[], id: string | undefined) => {
    const line = lines.find((one) => one.id === id);
    return line ? { line } : {};
  };

  /** Asks for the calls that were noted, a moment after the first of them. */
  async function gather() {
    if (gathering) return;
    gathering = true;
    await world.wait(gatherMs, session.signal);
    gathering = false;
    if (session.signal.aborted) return;
    const ids = [...noted];
    noted.clear();
    const storyId = state.story?.id;
    const work: Promise<unknown>[] = [readStatus()];
    if (storyId !== undefined && ids.includes(storyId)) work.push(readStory(storyId));
    // what a text finds only the server knows
    if (state.filter.find) work.push(readList());
    else for (let from = 0; from < ids.length; from += pageSize) work.push(readLines(ids.slice(from, from + pageSize)));
    await Promise.all(work);
  }
  async function readLines(ids: readonly string[]) {
    try {
      const list = await ifSignedIn(server.calls({ ids }));
      if (list) take(list.calls);
    } catch (cause) {
      troubleIn(cause);
      for (const id of ids) noted.add(id); // the next note, or the reconnection, asks again
    }
  }

  async function pollStatus(signal: AbortSignal) {
    while (!signal.aborted) {
      await readStatus();
      await world.wait(statusEveryMs, signal);
    }
  }

  /** Once a session; whoever asks again gets the first list read again, if that is what failed. */
  async function openSession() {
    const { signal } = session;
    if (polled !== signal) {
      polled = signal;
      seen = new Set();
      void pollStatus(signal);
    }
    if (following || opening === signal) return;
    opening = signal;
    const after = await readList();
    if (opening === signal) opening = undefined;
    if (after === undefined || signal.aborted) return;
    following = followStream({
      connect: server.stream,
      world,
      after,
      signal,
      onNote({ call }) {
        noted.add(call);
        void gather();
      },
      onReset: readList,
      onState(stream) {
        const recovered = state.stream === 'broken' && stream === 'live';
        if (state.stream !== stream) set({ stream, ...(stream === 'broken' && state.stream === 'live' ? { asOfMs: world.now() } : {}) });
        if (!recovered) return;
        void readStatus();
        if (state.story) void readStory(state.story.id);
        if (noted.size > 0) void gather();
      },
      onSignedOut: endSession,
    });
  }

  /** Looks for the test call by the phone system's id until it has a record, or will have none. */
  async function followTest(key: number, signal: AbortSignal) {
    const find = () => state.tests.find((test) => test.key === key);
    const change = (fields: Partial<TestCall>) =>
      set({ tests: state.tests.map((test) => (test.key === key ? { ...test, ...fields } : test)) });
    for (let test = find(); test && !signal.aborted && !isTestOver(test); test = find()) {
      await world.wait(testLookMs, signal);
      if (world.now() - test.placedAtMs > testSlowMs && !test.slow) change({ slow: true });
      try {
        const list = await ifSignedIn(server.calls({ find: test.externalId!, limit: 1 }));
        const line = list?.calls[0];
        if (line) change({ line });
      } catch (cause) {
        troubleIn(cause);
      }
    }
  }

  return {
    subscribe(listener: () => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    get: () => state,
    /** Reads everything and follows the stream; finds out whether somebody is signed in. */
    start: openSession,
    async signIn(token: string) {
      await server.signIn(token);
      session.abort();
      session = new AbortController();
      following = undefined;
      set({ session: 'unknown' });
      await openSession();
    },
    async signOut() {
      await ifSignedIn(server.signOut());
      endSession();
    },
    /** The person, the network or the machine is back: don't wait out the backoff. */
    tryNow() {
      following?.tryNow();
      if (!following && state.session !== 'signed-out') void openSession();
    },
    setFilter(filter: Filter) {
      if (filter.find === state.filter.find && filter.explanation === state.filter.explanation) return;
      set({ filter, list: { lines: [], before: undefined, loading: 'first', trouble: undefined } });
      if (state.session === 'open') void readList();
    },
    async more() {
      const { before, loading } = state.list;
      if (before === undefined || loading) return;
      const turn = listAsked;
      set({ list: { ...state.list, loading: 'more', trouble: undefined } });
      try {
        const list = await ifSignedIn(server.calls({ ...ask(), before }));
        if (!list || turn !== listAsked) return;
        for (const { id } of list.calls) seen.add(id);
        set({
          list: { lines: mergeLines(state.list.lines, list.calls, undefined), before: list.before, loading: undefined, trouble: undefined },
        });
      } catch (cause) {
        if (turn === listAsked) set({ list: { ...state.list, loading: undefined, trouble: troubleIn(cause) } });
      }
    },
    retryList: () => (following ? readList() : openSession()),
    openStory(id: string | undefined) {
      if (id === state.story?.id) return;
      set({ story: id === undefined ? undefined : { id } });
      if (id !== undefined) void readStory(id);
    },
    retryStory() {
      const id = state.story?.id;
      if (id === undefined) return;
      set({ story: { id } });
      void readStory(id);
    },
    async placeTestCall(kind: TestCallKind) {
      const key = ++testKey;
      const { signal } = session;
      set({ tests: [{ key, kind, placedAtMs: world.now() }, ...state.tests].slice(0, 5) });
      const change = (fields: Partial<TestCall>) =>
        set({ tests: state.tests.map((test) => (test.key === key ? { ...test, ...fields } : test)) });
      try {
        const placed = await ifSignedIn(server.placeTestCall(kind));
        if (!placed) return;
        change({ externalId: placed.externalId });
      } catch (cause) {
        change({ failed: troubleIn(cause) });
        return;
      }
      await followTest(key, signal);
    },
    dismissTest: (key: number) => set({ tests: state.tests.filter((test) => test.key !== key) }),
    /** Gives the trouble, if there was one. */
    async act(action: 'write-again' | 'apply-rules', id: string): Promise<ServerTrouble | undefined> {
      try {
        await ifSignedIn(action === 'write-again' ? server.writeAgain(id) : server.applyRules(id));
        void readStory(id);
        return undefined;
      } catch (cause) {
        return troubleIn(cause);
      }
    },
    /** Undefined: the session is over, and the sign-in is shown. */
    async readRecording(id: string): Promise<Recording | ServerTrouble | undefined> {
      return ifSignedIn(server.recording(id)).catch(troubleIn);
    },
    /** Gives the trouble, if there was one. */
    async actOnRecording(action: 'hold' | 'release' | 'erase', id: string, because: string): Promise<ServerTrouble | undefined> {
      return ifSignedIn(server.actOnRecording(action, id, because)).then(() => undefined, troubleIn);
    },
    /** What one page alone asks or tells. Undefined: the session is over, and the sign-in is shown. */
    async ask<T>(work: (server: Server) => Promise<T>): Promise<T | ServerTrouble | undefined> {
      return ifSignedIn(work(server)).catch(troubleIn);
    },
    /** The same for pages without this session: whatever the trouble, it is theirs. */
    async askOpenly<T>(work: (server: Server) => Promise<T>): Promise<T | ServerTrouble> {
      return work(server).catch(troubleIn);
    },
    /** Another state of the org than the next look would tell. */
    lookAgain: () => void readStatus(),
    async setMode(mode: Mode, backfill: boolean): Promise<ServerTrouble | undefined> {
      try {
        await ifSignedIn(server.setMode(mode, backfill));
        await Promise.all([readStatus(), readList()]);
        return undefined;
      } catch (cause) {
        return troubleIn(cause);
      }
    },
  };
}

/** Nothing more will change by itself that the person waits for: it is decided, and written if it may be. */
export function isTestOver({ line, failed }: TestCall): boolean {
  if (failed) return true;
  if (line?.phase !== 'ended') return false;
  const because = readBecause(line.explanation.because);
  return line.explanation.is !== 'waiting' || ('key' in because && (because.key === 'observed' || because.key === 'paused'));
}
