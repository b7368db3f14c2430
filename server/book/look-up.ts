import type { PhoneNumber } from '../call/event.ts';
import type { LookedUp, MadePerson } from '../match/match.ts';
import { keysOfCaller } from '../match/number-keys.ts';
import type { Found } from '../match/rank.ts';
import type { BookStore } from '../store/book-store.ts';
import type { OrgId } from '../store.ts';
import type { World } from '../world.ts';
import { weakKey } from './entry.ts';

/** How long it is trusted that a book is complete, or isn't. */
const completeMs = 2_000;

/** Looks numbers up in the book. Calls told side by side ask at once and share one statement. */
export function lookUps(
  store: Pick<BookStore, 'find' | 'made' | 'kinds'>,
  world: World,
): (org: OrgId, number: PhoneNumber) => Promise<LookedUp> {
  type Answer = { readonly found: ReadonlyMap<string, readonly Found[]>; readonly made: MadePerson | undefined };
  type Ask = {
    readonly org: OrgId;
    readonly number: string;
    readonly keys: readonly string[];
    readonly answer: PromiseWithResolvers<Answer>;
  };
  let waiting: Ask[] = [];
  const askAll = async () => {
    const asks = waiting.splice(0);
    try {
      const wanted = new Map(asks.flatMap(({ org, keys }) => keys.map((key) => [`${org} ${key}`, { org, key }])));
      const numbers = new Map(asks.map(({ org, number }) => [`${org} ${number}`, { org, key: number }]));
      const [rows, made] = await Promise.all([store.find([...wanted.values()]), store.made([...numbers.values()])]);
      const rowsOf = Map.groupBy(rows, ({ org, key }) => `${org} ${key}`);
      const madeOf = new Map(made.map(({ org, key, ...person }) => [`${org} ${key}`, person]));
      for (const { org, number, keys, answer } of asks)
        answer.resolve({
          found: new Map(keys.map((key) => [key, rowsOf.get(`${org} ${key}`) ?? []])),
          made: madeOf.get(`${org} ${number}`),
        });
    } catch (error) {
      for (const { answer } of asks) answer.reject(error);
    }
  };
  const ask = (org: OrgId, number: string, keys: readonly string[]): Promise<Answer> => {
    const answer = Promise.withResolvers<Answer>();
    if (waiting.length === 0) setImmediate(() => void askAll());
    waiting.push({ org, number, keys, answer });
    return answer.promise;
  };

  const completes = new Map<OrgId, { readonly is: Promise<boolean>; readonly atMs: number }>();
  const isComplete = (org: OrgId): Promise<boolean> => {
    const known = completes.get(org);
    if (known && world.monotonic() - known.atMs < completeMs) return known.is;
    const is = store.kinds(org).then((kinds) => kinds.length > 0 && kinds.every(({ filled }) => filled));
    is.catch(() => completes.delete(org));
    completes.set(org, { is, atMs: world.monotonic() });
    return is;
  };

  return async (org, number) => {
    const { strong, weak } = keysOfCaller(number);
    const [{ found, made }, complete] = await Promise.all([ask(org, number, [strong, ...weak.map(weakKey)]), isComplete(org)]);
    return {
      exact: found.get(strong) ?? [],
      weak: weak.flatMap((digits) => found.get(weakKey(digits)) ?? []),
      complete,
      ...(made && { made }),
    };
  };
}
