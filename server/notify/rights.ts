import { Bell } from '../bell.ts';
import type { Crm } from '../crm.ts';
import type { AccessStore } from '../store/access-store.ts';
import type { OrgId } from '../store.ts';
import type { World } from '../world.ts';

export type RightsOptions = {
  readonly store: AccessStore;
  readonly world: World;
  orgs(): Promise<readonly OrgId[]>;
  crm(org: OrgId): Crm | undefined;
  report(what: string, fields: Readonly<Record<string, unknown>>): void;
  readonly stop: AbortSignal;
};
export type Rights = {
  /** Somebody's right is to be asked for. */
  ring(): void;
  readonly done: Promise<void>;
};

/** Cards that come together share a question; a person waits for each of them. */
const gatherMs = 25;
/** What a lost note left unasked is found, and what is soon no longer trusted is asked again. */
const pollMs = 30_000;

/**
 * Asks the org who may see what (B2), on whatever node hears of it: two that ask the same harm nobody. Nobody waits for it but the card on a
 * screen, which shows the number meanwhile.
 */
export function keepRights({ store, world, orgs, crm, report, stop }: RightsOptions): Rights {
  const bell = new Bell();
  stop.addEventListener('abort', () => bell.ring(), { once: true });
  const ask = async (org: OrgId): Promise<boolean> => {
    const connection = crm(org);
    if (!connection) return false;
    const asks = await store.unasked(org, connection.book.atOnce);
    if (asks.length === 0) return false;
    const readable = await connection.readable(asks.map(({ recipient, records }) => ({ userId: recipient, ids: records })));
    await store.save(
      org,
      asks.flatMap(({ recipient, records }, place) =>
        records.map((record) => ({ recipient, record, allowed: readable[place]!.has(record) })),
      ),
    );
    return true;
  };
  const done = (async () => {
    for (let failures = 0; !stop.aborted;) {
      const heard = bell.count;
      try {
        let asked = false;
        for (const org of await orgs()) asked = (await ask(org)) || asked;
        failures = 0;
        if (asked) continue;
      } catch (error) {
        failures++;
        report('rights.unasked', { because: (error as Error).message });
        await world.sleep(Math.min(30_000, 500 * 2 ** Math.min(failures, 6)), stop);
      }
      await bell.wait(heard, pollMs, world);
      if (!stop.aborted) await world.sleep(gatherMs, stop);
    }
  })();
  return { ring: () => bell.ring(), done };
}
