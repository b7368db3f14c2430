import type { PhoneNumber } from '../call/event.ts';
import type { MatchRules } from '../match/rank.ts';
import { rank } from '../match/rank.ts';
import type { BookStore } from '../store/book-store.ts';
import type { OrgId } from '../store.ts';
import type { BookKeeper } from './keeper.ts';

/**
 * Which of these numbers somebody in the org has by now (P3): the book catches up once for all of them, by a query and never by a search,
 * whose index is behind. Gives the id of the record that is meant, by number; null where too many people have it, or several and none of them is meant.
 */
export function whoIsThere(
  keeper: Pick<BookKeeper, 'catchUp'>,
  store: Pick<BookStore, 'find'>,
  rulesOf: (org: OrgId) => Promise<MatchRules>,
): (org: OrgId, numbers: readonly string[]) => Promise<ReadonlyMap<string, string | null>> {
  return async (org, numbers) => {
    await keeper.catchUp(org);
    const rules = await rulesOf(org);
    const found = Map.groupBy(await store.find(numbers.map((key) => ({ org, key: key as PhoneNumber }))), ({ key }) => key);
    return new Map(
      [...found].flatMap(([number, records]): [string, string | null][] => {
        const { candidates, shared, tied } = rank(records, rules, rules.sharedNumbers.includes(number));
        const [best] = candidates;
        // Who is meant then is for the match to say: the company, nobody, or nobody until a person chooses.
        if (shared || (tied !== undefined && rules.tieBreak === 'none')) return [[number, null]];
        const record = best && records.find(({ id, contactId }) => id === best.record.id || contactId === best.record.id);
        return record ? [[number, record.id]] : [];
      }),
    );
  };
}
