import type { Filter } from '../../live.ts';

/** Addresses carry the filter, so that "back" and a copied link show the same list. */
export function addressOf(id: string | undefined, { find, explanation }: Filter): string {
  const query = new URLSearchParams({ ...(find ? { find } : {}), ...(explanation ? { explanation } : {}) });
  return `${id === undefined ? '/' : `/calls/${encodeURIComponent(id)}`}${query.size > 0 ? `?${query}` : ''}`;
}
