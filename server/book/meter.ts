import { type ApiPurpose, apiPurposes, type Crm } from '../crm.ts';
import type { BookStore } from '../store/book-store.ts';
import type { OrgId } from '../store.ts';
import type { World } from '../world.ts';
import type { Standing } from './budget.ts';

type Counts = Readonly<Record<ApiPurpose, number>>;
export type Meter = {
  /** Stores what was spent by this node since the last time. */
  flush(crm: Crm): Promise<void>;
  /** How the org's calls stand now, this node's last ones too. */
  standing(crm: Crm): Promise<Standing>;
};

/** Other nodes' calls are known so late. */
const believedMs = 10_000;
const nothing = Object.fromEntries(apiPurposes.map((purpose) => [purpose, 0])) as Counts;

/** Counts one org's API calls on this node, for all nodes. */
export function openMeter(org: OrgId, store: Pick<BookStore, 'spend' | 'standing'>, world: Pick<World, 'monotonic'>): Meter {
  const stored = new WeakMap<Crm, Counts>();
  let known: { readonly standing: Standing; readonly crm: Crm; readonly at: Counts; readonly atMs: number } | undefined;
  const since = (now: Counts, before: Counts) =>
    Object.fromEntries(
      apiPurposes.flatMap((purpose) => (now[purpose] > before[purpose] ? [[purpose, now[purpose] - before[purpose]]] : [])),
    );

  const flush = async (crm: Crm): Promise<void> => {
    const [now, before] = [crm.spent(), stored.get(crm) ?? nothing];
    const spent = since(now, before);
    // Who has asked nothing knows the org's count of long ago only, and another node a newer one.
    if (Object.keys(spent).length === 0) return;
    // Said before it is done, for others may ask meanwhile; taken back if it isn't.
    stored.set(crm, now);
    try {
      await store.spend(org, spent, crm.usage());
    } catch (error) {
      const lost = since(now, before);
      const later = stored.get(crm) ?? nothing;
      stored.set(crm, Object.fromEntries(apiPurposes.map((purpose) => [purpose, later[purpose] - (lost[purpose] ?? 0)])) as Counts);
      throw error;
    }
  };
  return {
    flush,
    async standing(crm) {
      if (!known || known.crm !== crm || world.monotonic() - known.atMs > believedMs) {
        await flush(crm);
        const at = stored.get(crm) ?? nothing;
        known = { standing: await store.standing(org), crm, at, atMs: world.monotonic() };
      }
      const { standing, at } = known;
      const fresh = since(crm.spent(), at);
      const spent = Object.fromEntries(apiPurposes.map((purpose) => [purpose, (standing.spent[purpose] ?? 0) + (fresh[purpose] ?? 0)]));
      return { ...standing, usage: crm.usage() ?? standing.usage, spent };
    },
  };
}
