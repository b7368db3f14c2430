import { expect, test } from 'vitest';
import type { CallLine, CallList, CallStory, Status } from '../wire/console.ts';
import { createLive, type LiveState } from './live.ts';
import { ServerTrouble, type AskCalls, type Server } from './server.ts';

const aLine = (id: number, change: Partial<CallLine> = {}): CallLine => ({
  id: String(id),
  version: 1,
  source: 'asterisk',
  phase: 'ended',
  customer: { name: `Caller ${id}` },
  waitSeconds: 0,
  talkSeconds: 0,
  heardAt: '2026-11-22T12:00:00Z',
  explanation: { is: 'written', because: 'in Salesforce' },
  records: [],
  ...change,
});
const aStory = (call: CallLine): CallStory => ({
  call,
  externalId: `ext-${call.id}`,
  incarnation: 0,
  deliveries: [],
  facts: [],
  decisions: [],
  writes: [],
});
const status: Status = {
  org: { id: 1, name: 'Acme', mode: 'live', standIn: true },
  person: 'admin',
  unsent: { count: 0, oldestSeconds: 0 },
  parked: [],
  refused: [],
  wrongDefaults: [],
  connections: [],
  inbox: { untranslated: 0, parked: 0, unheard: 0 },
  book: { kinds: [], leftOut: [] },
};

/** A server of as many calls as are put into it, and a world in which every wait ends at once but those named. */
function aConsole(held: CallLine[] = []) {
  const calls = new Map(held.map((line) => [line.id, line]));
  const asked: AskCalls[] = [];
  let refused: ServerTrouble | undefined;
  let streamId = 0;
  let statusAsked = 0;
  let tell: ((text: string) => void) | undefined;
  const answer = <T>(give: () => T): Promise<T> => (refused ? Promise.reject(refused) : Promise.resolve().then(give));
  const page = (ask: AskCalls): CallList => {
    const fitting = [...calls.values()]
      .filter(
        ({ id, explanation, customer }) =>
          (!ask.ids || ask.ids.includes(id)) &&
          (!ask.explanation || explanation.is === ask.explanation) &&
          (!ask.find || customer.name === ask.find || `ext-${id}` === ask.find) &&
          (!ask.before || Number(id) < Number(ask.before)),
      )
      .toSorted((a, b) => Number(b.id) - Number(a.id));
    const size = ask.ids ? fitting.length : (ask.limit ?? 50);
    const some = fitting.slice(0, size);
    return { calls: some, streamId, ...(fitting.length > size ? { before: some.at(-1)!.id } : {}) };
  };
  const server: Server = {
    signIn: () => answer(() => undefined),
    signOut: () => answer(() => undefined),
    status: () => {
      statusAsked += 1;
      return answer(() => status);
    },
    calls: (ask) => {
      asked.push(ask);
      return answer(() => page(ask));
    },
    story: (id) =>
      answer(() => {
        const line = calls.get(id);
        if (!line) throw new ServerTrouble('not-found', 'unknown_call', '');
        return aStory(line);
      }),
    recording: () => Promise.reject(new ServerTrouble('not-found', 'expected', '')),
    actOnRecording: () => answer(() => undefined),
    placeTestCall: () => answer(() => ({ externalId: 'ext-900' })),
    writeAgain: () => answer(() => undefined),
    applyRules: () => answer(() => undefined),
    setMode: () => answer(() => undefined),
    connect: {} as Server['connect'], // asked for by its own pages alone
    setup: {} as Server['setup'], // asked for by its own page alone
    stream: async (_after, signal) =>
      new Response(
        new ReadableStream<Uint8Array>({
          start(controller) {
            tell = (text) => controller.enqueue(new TextEncoder().encode(text));
            signal.addEventListener('abort', () => controller.error(signal.reason), { once: true });
          },
        }),
        { status: refused?.is === 'signed-out' ? 401 : 200, headers: { 'content-type': 'text/event-stream' } },
      ),
  };
  let now = Date.parse('2026-11-22T12:00:00Z');
  const world = {
    now: () => now,
    chance: () => 0.5,
    // the polls and the watch over silence never end here; everything else passes at once
    wait: (ms: number, signal?: AbortSignal) =>
      new Promise<void>(
        (end) => (signal?.addEventListener('abort', () => end(), { once: true }), ms < 10_000 ? setTimeout(end) : undefined),
      ),
  };
  const live = createLive(server, world);
  const until = async (holds: (state: LiveState) => boolean) => {
    for (let tries = 0; !holds(live.get()); tries++) {
      if (tries > 500) throw new Error(`it never came to be: ${JSON.stringify(live.get())}`);
      await new Promise((next) => setTimeout(next));
    }
    return live.get();
  };
  return {
    live,
    asked,
    statusAsked: () => statusAsked,
    until,
    /** The call changes, and the stream says so. */
    change(line: CallLine) {
      calls.set(line.id, line);
      streamId += 1;
      tell?.(`id: ${streamId}\nevent: call\ndata: ${JSON.stringify({ call: line.id, version: line.version })}\n\n`);
    },
    reset: () => tell!('event: reset\ndata: {}\n\n'),
    put: (line: CallLine) => void calls.set(line.id, line),
    refuse: (trouble: ServerTrouble | undefined) => void (refused = trouble),
    pass: (ms: number) => void (now += ms),
    start: async () => {
      await live.start();
      await until(({ stream }) => stream === 'live');
    },
  };
}
const ids = ({ list }: LiveState) => list.lines.map(({ id }) => id);
const unreachable = new ServerTrouble('unreachable', 'no-answer', '');

test('a new call appears by itself, once, on top, and is news; a change of a known one is not', async () => {
  const { live, start, change, until } = aConsole([aLine(1), aLine(2)]);
  await start();
  expect(ids(live.get())).toEqual(['2', '1']);
  change(aLine(3, { phase: 'ringing' }));
  const state = await until((now) => ids(now).length === 3);
  expect(ids(state)).toEqual(['3', '2', '1']);
  expect(state.news).toMatchObject({ serial: 1, lines: [{ id: '3' }] });
  change(aLine(1, { version: 2, customer: { name: 'Anna' } }));
  expect((await until(({ list }) => list.lines.some(({ version }) => version === 2))).news.serial).toBe(1);
});

test('a burst of notes is one question', async () => {
  const { start, change, until, asked, statusAsked } = aConsole([aLine(1)]);
  await start();
  const before = statusAsked();
  for (let id = 2; id <= 9; id++) change(aLine(id));
  await until((now) => ids(now).length === 9);
  expect(asked.filter((ask) => ask.ids).length).toBeLessThanOrEqual(2);
  expect(statusAsked() - before).toBeLessThanOrEqual(2);
});

test('under a filter a call comes when it fits and goes when it no longer does', async () => {
  const { live, start, change, until } = aConsole([aLine(1), aLine(2, { explanation: { is: 'parked', because: 'x' } })]);
  live.setFilter({ find: '', explanation: 'parked' });
  await start();
  expect(ids(live.get())).toEqual(['2']);
  change(aLine(3, { explanation: { is: 'parked', because: 'y' } }));
  await until((now) => ids(now).join() === '3,2');
  change(aLine(3, { version: 2 }));
  await until((now) => ids(now).join() === '2');
});

test('earlier calls are added below, and what was shown stays', async () => {
  const { live, start } = aConsole(Array.from({ length: 120 }, (_, index) => aLine(index + 1)));
  await start();
  expect(ids(live.get()).length).toBe(50);
  await live.more();
  await live.more();
  expect([ids(live.get()).length, live.get().list.before, ids(live.get()).at(-1)]).toEqual([120, undefined, '1']);
});

test('an open story follows its call, and stays on the screen while the server is away', async () => {
  const { live, start, change, until, refuse } = aConsole([aLine(1)]);
  await start();
  live.openStory('1');
  await until(({ story }) => story?.story !== undefined);
  change(aLine(1, { version: 2, explanation: { is: 'parked', because: 'REQUIRED' } }));
  await until(({ story }) => story?.story?.call.version === 2);
  refuse(unreachable);
  await live.act('apply-rules', '1').then((trouble) => expect(trouble).toBe(unreachable));
  expect(live.get().story?.story?.call.version).toBe(2);
  refuse(undefined);
  live.openStory('77');
  expect((await until(({ story }) => story?.trouble !== undefined)).story?.trouble?.is).toBe('not-found');
});

test('after a reset everything is read anew', async () => {
  const { start, put, reset, until } = aConsole([aLine(1)]);
  await start();
  put(aLine(2)); // told by no note
  reset();
  await until((now) => ids(now).join() === '2,1');
});

test('a session that is over shows nothing of it any more', async () => {
  const { live, start, refuse, change, until } = aConsole([aLine(1)]);
  await start();
  refuse(new ServerTrouble('signed-out', 'sign_in', ''));
  change(aLine(2));
  const state = await until(({ session }) => session === 'signed-out');
  expect([ids(state), state.status, state.story]).toEqual([[], undefined, undefined]);
  refuse(undefined);
  await live.signIn('token');
  expect(ids(await until(({ session }) => session === 'open'))).toEqual(['2', '1']);
});

test('a first load that failed is tried again, and only one stream is followed', async () => {
  const { live, refuse, until } = aConsole([aLine(1)]);
  refuse(unreachable);
  await live.start();
  expect(live.get().list.trouble).toBe(unreachable);
  refuse(undefined);
  const again = live.retryList();
  live.tryNow();
  await again;
  expect(ids(await until(({ stream }) => stream === 'live'))).toEqual(['1']);
});

test('a test call is followed by the phone system’s id until it is explained', async () => {
  const { live, start, put, until, pass } = aConsole([]);
  await start();
  const over = live.placeTestCall('answered');
  await until(({ tests }) => tests[0]?.externalId === 'ext-900');
  put(aLine(900, { phase: 'talking', explanation: { is: 'waiting', because: 'the end of the call' } }));
  await until(({ tests }) => tests[0]?.line?.phase === 'talking');
  pass(60_000);
  await until(({ tests }) => tests[0]?.slow === true);
  put(aLine(900));
  await over;
  expect(live.get().tests).toMatchObject([{ kind: 'answered', line: { explanation: { is: 'written' } } }]);
});

test('a test call in an org that is only observed is over when it is decided', async () => {
  const { live, start, put } = aConsole([]);
  await start();
  put(aLine(900, { explanation: { is: 'waiting', because: 'the org to go live: it is only observed' } }));
  await live.placeTestCall('missed');
  expect(live.get().tests).toMatchObject([{ line: { id: '900' } }]);
});
