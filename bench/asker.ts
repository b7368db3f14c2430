import { dice } from '../chaos/generator.ts';
import { pause } from '../chaos/pause.ts';
import { lookUps } from '../server/book/look-up.ts';
import type { PhoneNumber } from '../server/call/event.ts';
import { bookStore } from '../server/store/book-store.ts';
import { openDatabase } from '../server/store/database.ts';
import type { OrgId } from '../server/store.ts';
import { realWorld } from '../server/world.ts';

/** Look-ups as the line makes them, in a process like the server's and on a pool like its own. */
export type AskOrder = {
  readonly database: { readonly host: string; readonly port: number; readonly user: string; readonly database: string };
  readonly org: number;
  readonly perSecond: number;
  readonly seconds: number;
  /** What is asked for, by kind. */
  readonly numbers: Readonly<Record<AskedFor, readonly string[]>>;
};
export type AskedFor = 'known' | 'unknown' | 'shared';
export type Asked = {
  /** From the moment each was due until the answer was there, ms. */
  readonly ms: Readonly<Record<AskedFor, readonly number[]>>;
  /** Answers that weren't what the book holds. */
  readonly wrong: readonly string[];
};

/** Of ten callers six are in the org, three are nobody, and one calls from a switchboard. */
const turns: readonly AskedFor[] = ['known', 'unknown', 'known', 'known', 'shared', 'known', 'unknown', 'known', 'known', 'unknown'];
/** As in a server that has run for a while: code is compiled, connections are open, plans are made. */
const warm = { seconds: 4, perSecond: 500 };
const timerMs = 2;

async function ask({ database: address, org, perSecond, seconds, numbers }: AskOrder): Promise<Asked> {
  const world = realWorld();
  const wrong: string[] = [];
  const database = openDatabase(address, world, (error) => void wrong.push(error.message));
  const lookUp = lookUps(
    bookStore(database, world, () => undefined),
    world,
  );
  const ms: Record<AskedFor, number[]> = { known: [], unknown: [], shared: [] };
  const roll = dice(perSecond);
  const underWay = new Set<Promise<void>>();
  const one = async (what: AskedFor, number: string, dueAt: number, isWarm: boolean): Promise<void> => {
    const { exact, complete } = await lookUp(org as OrgId, { number: number as PhoneNumber, chosen: [] });
    if (isWarm) ms[what].push(performance.now() - dueAt);
    const right = what === 'known' ? exact.length > 0 : what === 'unknown' ? exact.length === 0 : exact.length > 10;
    if (!right || !complete) wrong.push(`${what} ${number}: ${exact.length} found${complete ? '' : ', in a part of the book'}`);
  };
  const begun = performance.now();
  // Callers don't wait for each other: they come at random, and now and then several at once.
  const warmUntil = begun + warm.seconds * 1000;
  for (let [dueAt, place] = [begun, 0]; dueAt < warmUntil + seconds * 1000; place++) {
    dueAt += (-Math.log(1 - roll()) * 1000) / (dueAt < warmUntil ? warm.perSecond : perSecond);
    // A timer rings up to a millisecond and more too late, which would be taken for the look-up's.
    const earlyMs = dueAt - performance.now() - timerMs;
    if (earlyMs > 0) await pause(earlyMs);
    while (performance.now() < dueAt) await new Promise((resolve) => setImmediate(resolve));
    const what = turns[place % turns.length]!;
    const some = numbers[what];
    const asking: Promise<void> = one(what, some[Math.floor(roll() * some.length)]!, dueAt, dueAt > warmUntil)
      .catch((error: unknown) => void wrong.push((error as Error).message))
      .finally(() => underWay.delete(asking));
    underWay.add(asking);
  }
  await Promise.all(underWay);
  await database.close();
  return { ms, wrong };
}

if (process.send)
  process.once('message', (order) => void ask(order as AskOrder).then((asked) => process.send!(asked, () => process.exit(0))));
