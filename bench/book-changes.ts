import { dice } from '../chaos/generator.ts';
import { pause, until } from '../chaos/pause.ts';
import { signDelivery } from '../sources/generic-webhook/sign.ts';
import { agents } from './calls.ts';
import { sum } from './numbers.ts';
import type { Product } from './product.ts';

export type Quiet = {
  /** Calls of the org a day, by what they are for, from what was seen in this time. */
  readonly perDay: Readonly<Record<string, number>>;
  readonly pollsPerDay: number;
  readonly seconds: number;
};
type Entry = {
  readonly seq: number;
  readonly at: string;
  readonly method: string;
  readonly path: string;
  readonly subrequests?: readonly string[];
};

/** Nobody calls and nobody changes anything: what is the org asked all the same? */
export async function measureQuiet(product: Product, ms: number): Promise<Quiet> {
  const { last } = await product.control<{ last: number }>('/log?limit=0');
  await pause(ms);
  const { entries } = await product.control<{ entries: Entry[] }>(`/log?since=${last}`);
  const counted = entries.filter(({ path }) => path.startsWith('/services/data/'));
  // What the log keeps of a request is cut short, and queries stand in it as they were sent.
  const polls = counted.filter(({ method, path, subrequests = [] }) =>
    [`${method} ${path}`, ...subrequests].some((words) => words.includes('/queryAll?') && words.includes('SystemModstamp')),
  );
  // The time between the first poll and the last is known to the millisecond; how many fit into ten minutes is not.
  const times = polls.map(({ at }) => Date.parse(at));
  const meanMs = (times.at(-1)! - times[0]!) / (times.length - 1);
  const dayMs = 86_400_000;
  const others = Map.groupBy(
    counted.filter((entry) => !polls.includes(entry)),
    ({ method, path }) => /%20FROM%20(\w+)/.exec(path)?.[1] ?? `${method} ${path.replace(/^\/services\/data\/v[\d.]+|\?.*$/g, '')}`,
  );
  return {
    pollsPerDay: dayMs / meanMs,
    perDay: Object.fromEntries([...others].map(([what, some]) => [what, (some.length * dayMs) / ms])),
    seconds: ms / 1000,
  };
}

/** People change numbers in the org; calls from each new number come every second, and one of them is the first that hangs on the contact. */
export async function measureChanges(
  product: Product,
  {
    count,
    overMs,
    callsForMs,
    round,
  }: { readonly count: number; readonly overMs: number; readonly callsForMs: number; readonly round: number },
  tell: (line: string) => void,
): Promise<{ readonly linkedAfterMs: readonly number[]; readonly unlinkedLater: number }> {
  const { hook, secret } = await product.hook();
  const contacts = await product.query<{ id: string }>(
    "select id from book_records where kind = 'contact' and state = 'there' and id like '003%' order by md5(id) limit $1",
    [count],
  );
  const roll = dice(11);
  const agent = agents[0]!;
  const place = { endpoint: { asDialled: agent.id, agent } };
  const callFrom = async (call: string, number: string): Promise<void> => {
    const atMs = Date.now() - 30_000;
    const events = [
      ['started', 0, { direction: 'inbound', customer: { number }, line: { id: 'main', name: 'Main' } }],
      ['ringing', 1_000, place],
      ['answered', 4_000, place],
      ['ended', 24_000, {}],
    ] as const;
    const body = JSON.stringify({
      version: 1,
      events: events.map(([type, after, data]) => ({
        type: `call.${type}`,
        call,
        id: `${call}.${type}`,
        at: new Date(atMs + after).toISOString(),
        data,
      })),
    });
    const answer = await fetch(hook, { method: 'POST', headers: signDelivery(secret, call, Date.now(), body), body });
    if (answer.status !== 202) throw new Error(`the door answered ${answer.status}: ${await answer.text()}`);
  };
  const changed = await Promise.all(
    contacts.map(async ({ id }, n) => {
      await pause(roll() * overMs);
      const number = `+4888${String(round * 1_000_000 + n * 977)}`;
      await product.control('/as-human', { action: 'update', object: 'Contact', id, fields: { MobilePhone: number } });
      const changedAtMs = Date.now();
      const calls: { readonly call: string; readonly atMs: number }[] = [];
      for (let second = 0; Date.now() - changedAtMs < callsForMs; second++) {
        const call = `change-${round}-${n}-${second}`;
        calls.push({ call, atMs: Date.now() });
        await callFrom(call, number);
        await pause(changedAtMs + (second + 1) * 1_000 - Date.now());
      }
      tell(`  contact ${n + 1} of ${count} has been changed, ${calls.length} calls made`);
      return { id, changedAtMs, calls };
    }),
  );
  await until('the calls are in the org', 120_000, async () => sum(Object.values(await product.waiting())) === 0, 500);
  const whoOf = new Map((await product.exported('Task')).map((task) => [String(task['Cordboard_Call__c']), task['WhoId']]));
  const firsts = changed.map(({ id, calls }) => calls.findIndex(({ call }) => whoOf.get(call) === id));
  return {
    linkedAfterMs: changed.map(({ changedAtMs, calls }, n) => (calls[firsts[n]!]?.atMs ?? Infinity) - changedAtMs),
    unlinkedLater: sum(
      changed.map(({ id, calls }, n) => (firsts[n]! < 0 ? 0 : calls.slice(firsts[n]).filter(({ call }) => whoOf.get(call) !== id).length)),
    ),
  };
}
