import type { Author } from '../crm.ts';
import type { InName, Lent, WriteRow } from '../store.ts';
import { scarceFrom } from './pace.ts';

/** In whose name a row goes: its author's, or the integration user's, and then why, where agents let us act as them at all. */
export type Hand = { readonly as: Author } | { readonly as: undefined; readonly inName?: InName };

/** `usedShare`: of the day's allocation of API calls, 0…1. */
type Terms = { readonly form: 'unique' | 'reduced'; readonly usedShare: number };

/**
 * Pure; asked for every row of a request, since requests hold rows of one name only (DP-11). Where nobody lets us act as them nothing is
 * said: then it is no exception that the integration user writes.
 */
export function handOf({ wanted: { author } }: Pick<WriteRow, 'wanted'>, lent: Lent, org: Terms): Hand {
  if (!author || lent.size === 0) return { as: undefined };
  const not = whyNot(author, lent, org);
  return not === undefined ? { as: author } : { as: undefined, inName: { of: author.name, not } };
}

function whyNot({ id }: Author, lent: Lent, { form, usedShare }: Terms): string | undefined {
  const theirs = lent.get(id);
  if (!theirs) return 'They have not let Cordboard act as them.';
  if (theirs.trouble !== undefined) return theirs.trouble;
  // W8: without our own field a record is looked for among those that we have made.
  if (form === 'reduced') return 'Without its own fields in the org, Cordboard finds its records by who made them.';
  if (usedShare >= scarceFrom) return 'The org is short of API calls, so the records of all agents share requests.';
  return undefined;
}

/** Whose turn it is: of the names that wait, the one that has waited longest since its last request, so that none waits for ever. */
export function nextName(names: readonly (string | undefined)[], servedAtMs: ReadonlyMap<string | undefined, number>): string | undefined {
  const servedAt = (name: string | undefined) => servedAtMs.get(name) ?? -Infinity;
  return names.reduce((first, name) => (servedAt(name) < servedAt(first) ? name : first), names[0]);
}
