import type { Status } from '../../wire/console.ts';
import type { AlertStore, AlertToSend } from '../store/alert-store.ts';
import type { OrgId } from '../store.ts';
import type { World } from '../world.ts';
import { troublesOf, weigh } from './alerts.ts';

/** What is sent to the address for alerts. `text` is what chat services show of it. */
export type AlertMessage = {
  readonly id: string;
  readonly type: 'alert.began' | 'alert.ended' | 'alert.test';
  readonly text: string;
  readonly org?: { readonly id: number; readonly name: string };
  readonly key?: string;
  readonly level?: 'warn' | 'bad';
  readonly words: string;
  /** RFC 3339, UTC. */
  readonly since: string;
  readonly endedAt?: string;
};
export type WatchOptions = {
  readonly store: AlertStore;
  readonly world: World;
  orgs(): Promise<readonly OrgId[]>;
  status(org: OrgId): Promise<Status>;
  /** Why this installation takes nothing in, if it doesn't. */
  full(): string | undefined;
  /** Hands a message over; throws with the reason when it was not taken. Undefined: there is no address for alerts. */
  readonly send: ((message: AlertMessage) => Promise<void>) | undefined;
  report(what: 'alert.began' | 'alert.ended' | 'alert.unsent' | 'alert.unwatched', fields: Readonly<Record<string, unknown>>): void;
  readonly stop: AbortSignal;
};

const lookEveryMs = 10_000;
/** An address that doesn't answer is tried again: soon, then less often, and for as long as the alert is kept. */
const tryAgainMs = [10_000, 30_000, 60_000, 5 * 60_000, 15 * 60_000];

/**
 * Looks at each org every ten seconds, on whatever node, and tells the admin what isn't well, once when it begins and once when it is over:
 * in the log, and at the address for alerts.
 */
export async function keepWatch({ store, world, orgs, status, full, send, report, stop }: WatchOptions): Promise<void> {
  const look = async (org: OrgId) => {
    const nowMs = world.now();
    const found = troublesOf(await status(org), full(), nowMs);
    let before: readonly { key: string; beganAtMs: number | undefined }[] = [];
    const weighed = await store.weigh(org, (followed) => weigh((before = followed), found, nowMs));
    if (!weighed) return;
    const told = new Set(before.filter(({ beganAtMs }) => beganAtMs !== undefined).map(({ key }) => key));
    for (const { key, level, words, beganAtMs } of weighed.followed)
      if (beganAtMs !== undefined && !told.has(key)) report('alert.began', { org, alert: key, level, words });
    for (const key of weighed.ended) report('alert.ended', { org, alert: key });
  };
  const sendAll = async () => {
    if (!send) return;
    for (let alert = await store.claim(); alert && !stop.aborted; alert = await store.claim()) {
      const message = messageOf(alert);
      try {
        await send(message);
        await store.told(alert.id, message.type === 'alert.ended' ? 'ended' : 'began');
      } catch (error) {
        const because = (error as Error).message;
        report('alert.unsent', { org: alert.org, alert: alert.key, because });
        await store.untold(alert.id, because, tryAgainMs[Math.min(alert.tries, tryAgainMs.length) - 1]!);
        return; // an address that took a minute to say nothing would take another for each that waits
      }
    }
  };
  /** One that can't be looked at doesn't silence the others. */
  const orUnwatched = (work: Promise<void>, about: Readonly<Record<string, unknown>> = {}) =>
    work.catch((error: unknown) => report('alert.unwatched', { ...about, because: (error as Error).message }));
  const lookAtAll = async () => {
    for (const org of await orgs()) await orUnwatched(look(org), { org });
  };
  while (!stop.aborted) {
    await orUnwatched(lookAtAll());
    await orUnwatched(sendAll());
    await world.sleep(lookEveryMs, stop);
  }
}

function messageOf({ id, org, orgName, key, level, words, sinceMs, endedAtMs }: AlertToSend): AlertMessage {
  const isOver = endedAtMs !== undefined;
  const minutes = Math.max(1, Math.round(((endedAtMs ?? sinceMs) - sinceMs) / 60_000));
  return {
    id: `alert-${id}-${isOver ? 'ended' : 'began'}`,
    type: isOver ? 'alert.ended' : 'alert.began',
    text: isOver
      ? `✅ Cordboard, ${orgName}: over after ${minutes} min. ${words}`
      : `${level === 'bad' ? '🔴' : '🟠'} Cordboard, ${orgName}: ${words}`,
    org: { id: org, name: orgName },
    key,
    level,
    words,
    since: new Date(sinceMs).toISOString(),
    ...(isOver && { endedAt: new Date(endedAtMs).toISOString() }),
  };
}
