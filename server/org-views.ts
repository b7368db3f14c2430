import type { OrgId, OrgView, Store } from './store.ts';
import type { World } from './world.ts';

/** What is known of each org on this node. */
export type OrgViews = { read(org: OrgId): Promise<OrgView>; /** Something of an org has changed. */ clear(): void };

/** How long a view is trusted without a note; its policy no longer than `policyMs`. */
const viewMs = 5_000;
/**
 * A saved policy holds everywhere within a second, also where the note of it was lost: a cut connection is noticed after seconds only. So its
 * version is asked for this often; that is one row, where a view is all users of an org.
 */
const policyMs = 500;

/** Keeps what was read of an org for as long as it can be trusted. Rejects as the store does, or where there is no such org. */
export function orgViews(store: Pick<Store, 'readOrg' | 'policyVersion'>, world: Pick<World, 'monotonic'>): OrgViews {
  const views = new Map<OrgId, { readonly view: Promise<OrgView>; readonly readMs: number; readonly askedMs: number }>();
  const load = async (org: OrgId): Promise<OrgView> => {
    const found = await store.readOrg(org);
    if (!found) throw new Error(`org ${org} is gone`);
    return found;
  };
  const keep = (org: OrgId, view: Promise<OrgView>, readMs: number): Promise<OrgView> => {
    const kept = { view, readMs, askedMs: world.monotonic() };
    views.set(org, kept);
    view.catch(() => views.get(org) === kept && views.delete(org));
    return view;
  };
  return {
    read(org) {
      const now = world.monotonic();
      const known = views.get(org);
      if (!known || now - known.readMs >= viewMs) return keep(org, load(org), now);
      if (now - known.askedMs < policyMs) return known.view;
      const asked = Promise.all([known.view, store.policyVersion(org)]);
      return keep(
        org,
        asked.then(([view, version]) => (view.policyVersion === version ? view : load(org))),
        known.readMs,
      );
    },
    clear: () => views.clear(),
  };
}
