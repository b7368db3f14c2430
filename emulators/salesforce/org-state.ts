import type { Bulk } from './bulk/bulk.ts';
import type { PubSub } from './events/pubsub.ts';
import type { Faults } from './faults.ts';
import type { Identity } from './identity/identity.ts';
import type { Journal } from './journal.ts';
import type { Latency } from './latency.ts';
import type { Limits } from './limits.ts';
import type { Locks } from './locks.ts';
import type { Deployments } from './metadata/deployments.ts';
import type { Queries } from './query.ts';
import type { TextIndex } from './sosl/text-index.ts';
import type { Store } from './store.ts';

/** One running org, as the API, the controls and the pages see it. */
export type OrgState = {
  readonly store: Store;
  /** Who may enter. */
  readonly oauth: Identity;
  readonly queries: Queries;
  readonly search: TextIndex;
  readonly bulk: Bulk;
  readonly limits: Limits;
  readonly deployments: Deployments;
  readonly locks: Locks;
  readonly latency: Latency;
  readonly faults: Faults;
  readonly journal: Journal;
  /** The org's clock: the wall's, moved by `/__org/clock`. */
  readonly now: () => number;
  shiftMs: number;
  /** Set when the org is being stopped: what is still under way is let go. */
  stopped: boolean;
  /** People being put in; ends soon after `stopped`. */
  filling: Promise<unknown> | undefined;
  /** Change events over gRPC, where the org was started with them. */
  pubsub: PubSub | undefined;
  /** Who signed the org's own certificate (PEM). */
  authority: string | undefined;
  readonly addresses: { api: string; control: string; pubsub?: string; pubsubTls?: string };
  reset(): void;
};
