import { SignedIn } from '../../../wire/console.ts';

/** Where the window that came back tells the page that began. Not by `opener`: Salesforce's pages may cut that. */
const channelName = 'cordboard-signed-in';

/** The window for signing in, opened while the click still counts; undefined: the browser blocks it. */
export const openWindow = (): Window | undefined => window.open('', 'cordboard-sign-in', 'popup,width=560,height=760') ?? undefined;

/** Waits for the window's word. A window that was closed says nothing, so who waits can stop. */
export function waitForWord(signal: AbortSignal): Promise<SignedIn | undefined> {
  const channel = new BroadcastChannel(channelName);
  return new Promise<SignedIn | undefined>((done) => {
    channel.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      const said = SignedIn.safeParse(data);
      if (said.success) done(said.data);
    });
    signal.addEventListener('abort', () => done(undefined), { once: true });
  }).finally(() => channel.close());
}

/** Tells whoever waits, and closes the window if it is one of its own. */
export function tellWord(said: SignedIn): void {
  const channel = new BroadcastChannel(channelName);
  channel.postMessage(said);
  channel.close();
  if (said.popup) window.close();
}
