import { Bell } from './bell.ts';
import type { Source } from './source.ts';
import type { Listened, ListeningHold, ListeningStore } from './store/listening-store.ts';
import type { World } from './world.ts';

export type ListenersOptions = {
  readonly store: ListeningStore;
  readonly world: World;
  readonly node: string;
  readonly sources: readonly Source[];
  /** Unseals and reads the settings of a connection. */
  settingsOf(listened: Listened): unknown;
  /** Takes a delivery in as the door does. */
  hand(listened: Listened, deliveryId: string, body: Uint8Array): Promise<void>;
  report(what: string, fields: Readonly<Record<string, unknown>>): void;
  readonly stop: AbortSignal;
};
export type Listeners = {
  /** A connection may have been added or changed. */
  ring(): void;
  /** Resolves when, after `stop`, everybody has handed over what he heard. */
  readonly done: Promise<void>;
};

/** Within so long a connection that was added or changed is noticed without a note, */
const pollMs = 10_000;
/** and a node that takes over looks so often: a killed node's right is free at once. */
const takeEveryMs = 500;
/** How often it is said that all goes on as it did; three of these missed, and nobody seems to listen. */
const sayEveryMs = 5_000;

/** Listens to every phone system that is connected to, each on one node at a time. Whatever fails is said and tried again. */
export function keepListening(options: ListenersOptions): Listeners {
  const { store, world, report, stop } = options;
  const bell = new Bell();
  stop.addEventListener('abort', () => bell.ring(), { once: true });

  const done = (async () => {
    const running = new Map<string, { readonly listened: Listened; readonly end: AbortController; readonly over: Promise<void> }>();
    while (!stop.aborted) {
      const heard = bell.count;
      try {
        const wanted = new Map((await store.read()).map((listened) => [listened.connection, listened]));
        for (const [connection, { listened, end, over }] of running) {
          const now = wanted.get(connection);
          if (now?.sealedSettings === listened.sealedSettings && now.source === listened.source) continue;
          end.abort();
          await over;
          running.delete(connection);
        }
        for (const [connection, listened] of wanted) {
          if (running.has(connection)) continue;
          const source = options.sources.find(({ name }) => name === listened.source);
          if (!source?.listen) continue; // an older release than the one that connected it
          const end = new AbortController();
          running.set(connection, { listened, end, over: keepOne(listened, source.listen.bind(source), end.signal, options) });
        }
      } catch (error) {
        report('listeners.unread', { because: (error as Error).message });
        await world.sleep(500, stop);
      }
      await bell.wait(heard, pollMs, world);
    }
    await Promise.all([...running.values()].map(({ over }) => over));
  })();
  return { ring: () => bell.ring(), done };
}

/** Waits for the right to listen to one phone system, and listens, again and again until `end` or the stop. Never rejects. */
async function keepOne(
  listened: Listened,
  listen: NonNullable<Source['listen']>,
  end: AbortSignal,
  options: ListenersOptions,
): Promise<void> {
  const { store, world, node, report, stop } = options;
  const { org, connection } = listened;
  const ended = AbortSignal.any([end, stop]);
  for (let failures = 0; !ended.aborted;) {
    const startedMs = world.monotonic();
    try {
      const hold = await store.take(listened, node);
      if (!hold) {
        failures = 0;
        await world.sleep(takeEveryMs, ended);
        continue;
      }
      report('listening.taken', { org, connection, source: listened.source });
      await listenWith(hold, listened, listen, ended, options);
      report('listening.released', { org, connection });
      failures = 0;
    } catch (error) {
      failures = world.monotonic() - startedMs > 60_000 ? 1 : failures + 1;
      report('listening.failed', { org, connection, because: (error as Error).message });
      await world.sleep(Math.min(30_000, 250 * 2 ** Math.min(failures, 7)) * (0.5 + world.chance()), ended);
    }
  }
}

/**
 * Listens as long as the right is ours. A right that is lost because the database is away ends nothing: what a PBX says while nobody
 * listens is gone for ever, and what two nodes heard is told twice, which harms nobody. Only when another node has taken it is it over.
 */
async function listenWith(
  first: ListeningHold,
  listened: Listened,
  listen: NonNullable<Source['listen']>,
  ended: AbortSignal,
  { store, world, node, settingsOf, hand, report }: ListenersOptions,
): Promise<void> {
  const { org, connection } = listened;
  const over = new AbortController();
  const stop = AbortSignal.any([ended, over.signal]);
  const state: { well: boolean | undefined; trouble: string | undefined } = { well: undefined, trouble: undefined };
  const told = new Bell();
  let hold = first;
  const ring = () => told.ring();
  stop.addEventListener('abort', ring, { once: true });
  hold.lost.addEventListener('abort', ring, { once: true });

  const keepHold = async () => {
    while (!stop.aborted) {
      const heard = told.count;
      try {
        const ours = await hold.say(state.well, state.trouble);
        if (!ours) {
          report('listening.taken-over', { org, connection });
          return over.abort();
        }
        if (hold.lost.aborted) {
          const next = await store.take(listened, node);
          if (next) {
            await hold.release();
            hold = next;
            hold.lost.addEventListener('abort', ring, { once: true });
            continue;
          }
          // The database may not have noticed yet that our former session is gone; if another node has it, the next `say` tells.
        }
      } catch (error) {
        report('listening.unsaid', { org, connection, because: (error as Error).message });
      }
      await told.wait(heard, hold.lost.aborted ? takeEveryMs : sayEveryMs, world);
    }
  };
  const holding = keepHold();
  try {
    await listen({
      settings: settingsOf(listened),
      hand: (deliveryId, body) => hand(listened, deliveryId, body),
      live: () => store.live(listened),
      world,
      report: (what, fields) => report(what, { org, connection, ...fields }),
      trouble(sentence) {
        state.well = sentence === undefined;
        state.trouble = sentence;
        report(sentence === undefined ? 'listening.well' : 'listening.trouble', {
          org,
          connection,
          ...(sentence && { because: sentence }),
        });
        ring();
      },
      stop,
    });
    if (!stop.aborted) throw new Error('it ended by itself');
  } catch (error) {
    state.well = false;
    state.trouble = `Cordboard failed to listen: ${(error as Error).message}. It tries again.`;
    await hold.say(state.well, state.trouble).catch(() => false);
    throw error;
  } finally {
    over.abort();
    await holding;
    await hold.release();
  }
}
