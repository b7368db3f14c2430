/** Why the CRM said no. The pipeline reads `mendedBy` and nothing else; people read the rest. */
export type CrmFailure =
  /** 503, limits, locks, the network. Never counted: an outage may last a night (W7). */
  | { readonly mendedBy: 'time'; readonly code: string; readonly message: string; readonly retryAfterMs: number }
  /** A validation rule, a missing right, a refused sign-in: repeating can't cure it. */
  | {
      readonly mendedBy: 'admin';
      readonly code: string;
      readonly message: string;
      readonly fields?: readonly string[];
      /** We aren't let in at all, so no row is to blame and nothing is asked until a person has signed in or mended the app. */
      readonly signIn?: true;
    }
  /** Everything not classified yet: five tries, then a person looks. Loud on purpose. */
  | { readonly mendedBy: 'us'; readonly code: string; readonly message: string };

/** What to do after a failure; `attempt` counts from 1. */
export function afterFailure(failure: CrmFailure, attempt: number): { readonly retryInMs: number } | 'park' {
  switch (failure.mendedBy) {
    case 'time':
      return { retryInMs: failure.retryAfterMs };
    case 'admin':
      return 'park';
    case 'us':
      return attempt < 5 ? { retryInMs: 1000 * 2 ** attempt } : 'park';
  }
}
