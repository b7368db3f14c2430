import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { StreamNote } from '../wire/console.ts';
import { backoffMs, eventParser, followStream, type StreamState } from './stream.ts';

const note = (id: number, call: string) => `id: ${id}\nevent: call\ndata: ${JSON.stringify({ call, version: id })}\n\n`;

test('however the bytes are cut, the same events come out', () => {
  const text = `: hello\n\n${note(1, 'a')}id: 2\r\nevent: call\r\ndata: {"call":"b",\r\ndata: "version":2}\r\n\r\n: still here\n\nevent: reset\ndata:\n\n`;
  const whole = eventParser()(text);
  expect(whole).toEqual([
    { id: '1', event: 'call', data: '{"call":"a","version":1}' },
    { id: '2', event: 'call', data: '{"call":"b",\n"version":2}' },
    { id: '2', event: 'reset', data: '' },
  ]);
  fc.assert(
    fc.property(fc.array(fc.nat(text.length), { maxLength: 12 }), (cuts) => {
      const push = eventParser();
      const edges = [0, ...cuts.toSorted((a, b) => a - b), text.length];
      expect(edges.slice(1).flatMap((end, index) => push(text.slice(edges[index], end)))).toEqual(whole);
    }),
  );
});

test('each wait is longer than the one before, up to half a minute, and none is exactly as long as another page’s', () => {
  const middle = Array.from({ length: 9 }, (_, failures) => Math.round(backoffMs(failures + 1, 0.5)));
  expect(middle).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 30_000, 30_000, 30_000]);
  expect([backoffMs(3, 0), backoffMs(3, 0.999_999)].map(Math.round)).toEqual([1400, 2600]);
});

/** A server that answers each connection in turn as told: a status, a body, “hangs” or “unreachable”; a world whose waits end when told. */
function aServer(...answers: (string | number)[]) {
  const askedAfter: number[] = [];
  const waits: { ms: number; end: () => void }[] = [];
  const page = new AbortController();
  const connect = async (after: number, signal: AbortSignal): Promise<Response> => {
    askedAfter.push(after);
    const answer = answers.shift() ?? 'hangs';
    if (answer === 'unreachable') throw new TypeError('fetch failed');
    if (typeof answer === 'number') return new Response('{}', { status: answer });
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        if (answer === 'hangs') return signal.addEventListener('abort', () => controller.error(signal.reason), { once: true });
        controller.enqueue(new TextEncoder().encode(answer));
        controller.close();
      },
    });
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
  };
  const world = {
    now: () => 0,
    chance: () => 0.5,
    wait: (ms: number, signal?: AbortSignal) =>
      new Promise<void>((end) => {
        if (signal?.aborted) return end();
        waits.push({ ms, end });
        signal?.addEventListener('abort', () => end(), { once: true });
      }),
  };
  const notes: StreamNote[] = [];
  const states: StreamState[] = [];
  let signedOut = false;
  const start = (onReset: () => Promise<number | undefined> = async () => 0) =>
    followStream({
      connect,
      world,
      after: 10,
      onNote: (said) => void notes.push(said),
      onReset,
      onState: (state) => void states.push(state),
      onSignedOut: () => void (signedOut = true),
      signal: page.signal,
    });
  /** Ends the newest backoff once the reader has reached it. */
  const retry = async () => {
    const reached = () => waits.findLast(({ ms }) => ms !== 40_000);
    while (!reached()) await new Promise((next) => setTimeout(next));
    const wait = reached()!;
    waits.splice(waits.indexOf(wait), 1);
    wait.end();
    return wait.ms;
  };
  const until = async (holds: () => boolean) => {
    while (!holds()) await new Promise((next) => setTimeout(next));
  };
  return { start, retry, until, waits, askedAfter, notes, states, close: () => page.abort(), isSignedOut: () => signedOut };
}

test('after every kind of end it resumes after the last id seen, and what is told again is heard once', async () => {
  const server = aServer(note(11, 'a') + note(12, 'b'), 'unreachable', 503, note(12, 'b') + note(13, 'c'), 'hangs');
  const following = server.start();
  const waited = [await server.retry(), await server.retry(), await server.retry(), await server.retry()];
  await server.until(() => server.askedAfter.length === 5);
  server.close();
  await following.done;
  expect(server.askedAfter).toEqual([10, 12, 12, 12, 13]);
  expect(server.notes.map(({ call }) => call)).toEqual(['a', 'b', 'c']);
  expect(waited).toEqual([500, 1000, 2000, 500]); // what has spoken starts the backoff anew
});

test('a reset reads everything anew and follows from there', async () => {
  const server = aServer('event: reset\ndata: {}\n\n', 'hangs');
  const following = server.start(async () => 900);
  await server.retry();
  await server.until(() => server.askedAfter.length === 2);
  server.close();
  await following.done;
  expect(server.askedAfter).toEqual([10, 900]);
  expect(server.states).not.toContain('broken');
});

test('a connection silent for longer than two heartbeats and a half is given up, and "try now" does not wait', async () => {
  const server = aServer('hangs', 'hangs');
  const following = server.start();
  await server.until(() => server.states.includes('live'));
  server.waits.find(({ ms }) => ms === 40_000)!.end();
  await server.until(() => server.states.includes('broken'));
  following.tryNow();
  await server.until(() => server.askedAfter.length === 2);
  server.close();
  await following.done;
});

test('a refused session ends it: no more is asked until somebody signs in', async () => {
  const server = aServer(401);
  await server.start().done;
  expect(server.isSignedOut()).toBe(true);
  expect(server.askedAfter).toEqual([10]);
});

test('notes that are none are passed over, and their ids are kept', async () => {
  const server = aServer(`id: 11\nevent: call\ndata: nonsense\n\nid: 12\nevent: other\ndata: {}\n\n${note(13, 'a')}`, 'hangs');
  const following = server.start();
  await server.retry();
  await server.until(() => server.askedAfter.length === 2);
  server.close();
  await following.done;
  expect(server.notes.map(({ call }) => call)).toEqual(['a']);
  expect(server.askedAfter[1]).toBe(13);
});
