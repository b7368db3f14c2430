import type { LinkedRecord, PhoneNumber } from '../call/event.ts';
import { type LookedUp, nobodyKnown, type Remembered } from '../match/match.ts';
import { keysOfCaller } from '../match/number-keys.ts';
import type { BookStore } from '../store/book-store.ts';
import type { OrgId } from '../store.ts';
import type { World } from '../world.ts';
import { weakKey } from './entry.ts';

/** How long it is trusted that a book is complete, or isn't. */
const completeMs = 2_000;

/** What is to be known: of a number, and of records that somebody chose. */
export type LookUp = { readonly number: PhoneNumber | undefined; readonly chosen: readonly LinkedRecord[] };
type Ask = {
  readonly org: OrgId;
  readonly number: PhoneNumber | undefined;
  readonly ids: readonly string[];
  readonly answer: PromiseWithResolvers<LookedUp>;
};

/** Looks numbers up in the book. Calls told side by side ask at once and share their statements. */
export function lookUps(
  store: Pick<BookStore, 'find' | 'made' | 'heard' | 'owners' | 'complete'>,
  world: World,
): (org: OrgId, asked: LookUp) => Promise<LookedUp> {
  const completes = new Map<OrgId, { readonly is: Promise<boolean>; readonly atMs: number }>();
  const isComplete = (org: OrgId): Promise<boolean> => {
    const known = completes.get(org);
    if (known && world.monotonic() - known.atMs < completeMs) return known.is;
    const is = store.complete(org);
    is.catch(() => completes.delete(org));
    completes.set(org, { is, atMs: world.monotonic() });
    return is;
  };

  let waiting: Ask[] = [];
  const askAll = async () => {
    const asks = waiting.splice(0);
    try {
      const numbers = distinct(asks.flatMap(({ org, number }) => (number === undefined ? [] : [{ org, key: number }])));
      const completeness = new Map(asks.map(({ org }) => [org, isComplete(org)]));
      for (const is of completeness.values()) is.catch(() => undefined); // heard below, unless another statement fails first
      const keys = distinct(numbers.flatMap(({ org, key }) => keysOf(key).all.map((one) => ({ org, key: one }))));
      const [found, made, heard] = await Promise.all([store.find(keys), store.made(numbers), store.heard(numbers)]);
      const remembered = new Map(heard.map(({ org, key, choices }) => [place(org, key), twiceChosen(choices)]));
      const ids = distinct([
        ...asks.flatMap(({ org, ids }) => ids.map((key) => ({ org, key }))),
        ...heard.flatMap(({ org, key }) => recordsOf(remembered.get(place(org, key))).map(({ id }) => ({ org, key: id }))),
      ]).map(({ org, key }) => ({ org, id: key }));
      const owners = new Map((await store.owners(ids)).map((one) => [place(one.org, one.id), one]));
      const [foundOf, madeOf, heardOf] = [
        Map.groupBy(found, ({ org, key }) => place(org, key)),
        Map.groupBy(made, ({ org, key }) => place(org, key)),
        new Map(heard.map((one) => [place(one.org, one.key), one.heard])),
      ];
      for (const { org, number, ids: its, answer } of asks) {
        const complete = await completeness.get(org)!;
        const { strong = [], weak = [] } = number === undefined ? {} : keysOf(number);
        const [name, choice] = [heardOf, remembered].map((map) => (number === undefined ? undefined : map.get(place(org, number)))) as [
          LookedUp['heard'],
          Remembered | undefined,
        ];
        const [person, ...former] = (number === undefined ? [] : (madeOf.get(place(org, number)) ?? [])).map(
          ({ org: _org, key: _key, ...one }) => one,
        );
        const isThere = recordsOf(choice).every(({ id }) => !owners.get(place(org, id))?.isGone);
        const pointed = its.flatMap((id) => {
          const one = owners.get(place(org, id));
          return one && (one.now || one.isGone) ? [[id, one.now ?? null] as const] : [];
        });
        const owned = [...its, ...recordsOf(choice).map(({ id }) => id)].flatMap((id) => {
          const ownerId = owners.get(place(org, id))?.ownerId;
          return ownerId === undefined ? [] : [[id, ownerId] as const];
        });
        answer.resolve({
          ...nobodyKnown,
          exact: strong.flatMap((key) => foundOf.get(place(org, key)) ?? []),
          weak: weak.flatMap((key) => foundOf.get(place(org, key)) ?? []),
          complete,
          ...(person && { made: person }),
          ...(former.length > 0 && { formerlyMade: former }),
          ...(name && { heard: name }),
          ...(choice && isThere && { remembered: choice }),
          ...(owned.length > 0 && { owners: Object.fromEntries(owned) }),
          ...(pointed.length > 0 && { known: Object.fromEntries(pointed) }),
        });
      }
    } catch (error) {
      for (const { answer } of asks) answer.reject(error);
    }
  };

  return (org, { number, chosen }) => {
    if (number === undefined && chosen.length === 0) return Promise.resolve(nobodyKnown);
    const answer = Promise.withResolvers<LookedUp>();
    if (waiting.length === 0) setImmediate(() => void askAll());
    waiting.push({ org, number, ids: chosen.map(({ id }) => id), answer });
    return answer.promise;
  };
}

const place = (org: OrgId, key: string): string => `${org} ${key}`;
const distinct = <T extends { readonly org: OrgId; readonly key: string }>(list: readonly T[]): T[] => [
  ...new Map(list.map((one) => [place(one.org, one.key), one])).values(),
];
/** As the book keeps them: the whole number, and what of it a record without a country may hold. */
function keysOf(number: PhoneNumber): { strong: string[]; weak: string[]; all: string[] } {
  const { strong, weak } = keysOfCaller(number);
  return { strong: [strong], weak: weak.map(weakKey), all: [strong, ...weak.map(weakKey)] };
}
const recordsOf = (choice: Remembered | undefined): LinkedRecord[] => [choice?.who, choice?.what].filter((record) => record !== undefined);
/** DP-24: once may be a slip, twice is a habit, and so is once where it was said to be for the number. Taking the link off is none. */
function twiceChosen([last, former]: readonly Remembered[]): Remembered | undefined {
  if (!last || recordsOf(last).length === 0) return undefined;
  if (last.always) return last;
  if (!former) return undefined;
  return last.who?.id === former.who?.id && last.what?.id === former.what?.id ? last : undefined;
}
