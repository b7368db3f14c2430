import type { Crm } from '../crm.ts';
import type { ConnectStore } from '../store/connect-store.ts';
import type { OrgId } from '../store.ts';

/** At once, once a minute: a hundred agents are through in less than an hour, and nobody waits for it. */
const atOnce = 2;

/** Uses the consents of agents that nobody has used for a day, so that none dies of disuse; of several nodes one does (DP-11). */
export async function proveRested(
  store: Pick<ConnectStore, 'claimRestedConsents'>,
  org: OrgId,
  crm: Pick<Crm, 'proveAgent'>,
): Promise<void> {
  for (const user of await store.claimRestedConsents(org, atOnce)) await crm.proveAgent(user);
}
