import type { World } from '../world.ts';
import type { AlertMessage } from './watch.ts';

/** An address that answers later than this has not taken it. */
const limitMs = 10_000;

/**
 * Sends a message to the address for alerts: JSON with `text`, as Slack, Mattermost and most chat services take it. `sign`: the headers of
 * Standard Webhooks, when the operator set a secret. Throws with the reason, never with the address: it may hold a secret.
 */
export const postAlerts =
  (url: string, world: World, sign: ((id: string, atMs: number, body: string) => Record<string, string>) | undefined) =>
  async (message: AlertMessage): Promise<void> => {
    const body = JSON.stringify(message);
    const late = new AbortController();
    const answered = new AbortController();
    void world.sleep(limitMs, answered.signal).then(() => late.abort());
    let status: number;
    try {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'webhook-id': message.id, ...sign?.(message.id, world.now(), body) },
        body,
        redirect: 'manual',
        signal: late.signal,
      });
      status = answer.status;
      await answer.body?.cancel();
    } catch (error) {
      if (late.signal.aborted) throw new Error(`The address for alerts did not answer within ${limitMs / 1000} s.`);
      const { cause } = error as { cause?: { code?: string } };
      throw new Error(`The address for alerts can't be reached (${cause?.code ?? (error as Error).name}).`);
    } finally {
      answered.abort();
    }
    if (status < 200 || status > 299) throw new Error(`The address for alerts answered ${status}.`);
  };
