import { type KnownMatters, type MattersAsk, noMatters } from '../match/matters.ts';
import type { BookStore } from '../store/book-store.ts';
import type { OrgId } from '../store.ts';

/** Looks cases and opportunities up in the book. Calls told side by side share their statements. */
export function mattersOf(store: Pick<BookStore, 'matters'>): (org: OrgId, asked: MattersAsk | undefined) => Promise<KnownMatters> {
  let waiting: { readonly asked: MattersAsk & { readonly org: OrgId }; readonly answer: PromiseWithResolvers<KnownMatters> }[] = [];
  const askAll = async () => {
    const asks = waiting.splice(0);
    try {
      const known = await store.matters(asks.map(({ asked }) => asked));
      asks.forEach(({ answer }, place) => answer.resolve(known[place]!));
    } catch (error) {
      for (const { answer } of asks) answer.reject(error);
    }
  };
  return (org, asked) => {
    if (asked === undefined) return Promise.resolve(noMatters);
    const answer = Promise.withResolvers<KnownMatters>();
    if (waiting.length === 0) setImmediate(() => void askAll());
    waiting.push({ asked: { ...asked, org }, answer });
    return answer.promise;
  };
}
