import { SignedIn } from '../../../wire/console.ts';
import type { World } from '../../world.ts';

/** Where the window that came back tells the page that began. Not by `opener`: Salesforce's pages may cut that. */
const channelName = 'cordboard-signed-in';

/** The window for signing in, opened while the click still counts; undefined: the browser blocks it. */
export const openWindow = (): Window | undefined => window.open('', 'cordboard-sign-in', 'popup,width=560,height=760') ?? undefined;

/** How it stands with the window. `away` and `cancelled` offer the way again, and its word still counts. */
export type WindowState = 'waiting' | 'away' | 'cancelled';
/** What is said of it, by its key among the words of orgs. */
export const windowWords = { waiting: 'waitingForWindow', away: 'windowAway', cancelled: 'windowCancelled' } as const;
/** A closed window is noticed within this. */
const lookMs = 500;
/** A window that has said its word closes itself: the word may arrive later than that is seen. */
const lateWordMs = 1_000;

/**
 * Waits for the word that is ours; another page may wait for another's. Undefined: nobody waits any more. `onAway`: the window is closed, or
 * out of our sight: Salesforce's pages may cut it off from us, and its word comes all the same. So who waits is told, and goes on waiting.
 */
export async function waitForWord(
  opened: Pick<Window, 'closed'>,
  isOurs: (said: SignedIn) => boolean,
  onAway: () => void,
  world: World,
  signal: AbortSignal,
): Promise<SignedIn | undefined> {
  const channel = new BroadcastChannel(channelName);
  const over = new AbortController();
  const ended = AbortSignal.any([signal, over.signal]);
  const watch = async () => {
    while (!opened.closed && !ended.aborted) await world.wait(lookMs, ended);
    await world.wait(lateWordMs, ended);
    if (!ended.aborted) onAway();
  };
  try {
    return await new Promise<SignedIn | undefined>((done) => {
      channel.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
        const said = SignedIn.safeParse(data);
        if (said.success && isOurs(said.data)) done(said.data);
      });
      signal.addEventListener('abort', () => done(undefined), { once: true });
      if (signal.aborted) done(undefined);
      void watch();
    });
  } finally {
    over.abort();
    channel.close();
  }
}

/** Tells whoever waits, and closes the window if it is one of its own. */
export function tellWord(said: SignedIn): void {
  const channel = new BroadcastChannel(channelName);
  channel.postMessage(said);
  channel.close();
  if (said.popup) window.close();
}
