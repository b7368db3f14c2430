import { until } from '../chaos/pause.ts';
import type { Asked, AskedFor, AskOrder } from './asker.ts';
import { measureChanges, measureQuiet } from './book-changes.ts';
import { type Filled, watchFill } from './book-fill.ts';
import { measureRings, type Rings } from './book-rings.ts';
import { sayCpu } from './load.ts';
import { memoryOfTree, residentMb } from './machine.ts';
import { quantile, say, sum } from './numbers.ts';
import { ordered } from './ordered.ts';
import { type Ask, atMost, type Figure, type Found, type Part, table } from './part.ts';
import { examineBook } from './plans.ts';
import { Product } from './product.ts';

export const usualPeople = 200_000;
/** These have two million numbers. */
export const longPeople = 1_400_000;
/** Calls a second that are looked up. */
const rates = [50, 500] as const;
const ringsPerSecond = 50;
const changes = { count: 20, overMs: 240_000, callsForMs: 90_000, round: 1 };
const quietMs = 600_000;
/** As many objects as one request asks for. */
const fiveKinds = ['contact', 'lead', 'account', 'Case', 'User'];

async function run({ seconds, long, profileTo, say: tell }: Ask): Promise<Found> {
  const people = long ? longPeople : usualPeople;
  tell(`  ${say(people)} people come into the org`);
  const product = await Product.open({ latency: 'typical', people, profileTo });
  try {
    const filled = await watchFill(product, tell);
    tell(`  ${say(filled.records)} records in ${say(filled.seconds)} s with ${filled.apiCalls} API calls`);
    const memory = { server: residentMb(product.serverPid), postgres: memoryOfTree(product.postgresPid) };
    const asked = await lookThemUp(product, Math.min(30, seconds), tell);
    const plans = await examineBook(product, asked.org, asked.numbers.known.slice(0, 50), asked.numbers.shared[0]!);

    const ringing = { seed: 4, prefix: 'ring', perSecond: ringsPerSecond, seconds: Math.min(60, seconds), first: 0, contacts: [] };
    const rings = await measureRings(product, { ...ringing, numbers: asked.numbers.known }, tell);

    tell(`  ${quietMs / 60_000} minutes of quiet`);
    await product.savePolicy({ language: 'en', match: { kinds: fiveKinds } });
    const filledKinds = 'select 1 from book_kinds where filled_at is not null';
    await until('five kinds are in the book', 60_000, async () => (await product.query(filledKinds)).length === fiveKinds.length, 500);
    const quiet = await measureQuiet(product, quietMs);
    tell(`  ${changes.count} contacts are changed, over ${changes.overMs / 60_000} minutes`);
    const { linkedAfterMs, unlinkedLater } = await measureChanges(product, changes, tell);
    await product.control('/change-events', { objects: ['Contact'] });
    const heard = "select 1 from book_topics where since is not null and 'contact' = any(kinds)";
    await until('contacts are told of as they change', 15 * 60_000, async () => (await product.query(heard)).length > 0, 1_000);
    tell(`  ${changes.count} contacts are changed while changes are told`);
    const told = await measureChanges(product, { ...changes, overMs: 60_000, callsForMs: 20_000, round: 2 }, tell);

    const linked = quantile(linkedAfterMs, 0.95) / 1000;
    return {
      figures: [
        ...figuresOfFill(filled),
        ...asked.runs.map(({ perSecond, ms }): Figure => {
          const p99 = quantile(Object.values(ms).flat(), 0.99);
          return atMost(`look-up among ${say(filled.numbers)} numbers, ${perSecond} a second, p99`, p99, 5, 'ms', say(p99));
        }),
        atMost(
          `it rings to the number on the card, p95, ${ringsPerSecond} calls a second`,
          quantile(rings.toNumberMs, 0.95),
          150,
          'ms',
          say(quantile(rings.toNumberMs, 0.95)),
        ),
        {
          name: `it rings to the record on the card, p95, ${ringsPerSecond} calls a second`,
          value: `${say(quantile(rings.toRecordMs, 0.95))} ms`,
        },
        atMost(`a number changed in the org to a call that is linked by it, p95 of ${changes.count}`, linked, 65, 's', linked.toFixed(1)),
        atMost(
          `the same while changes are told, p95 of ${changes.count}`,
          quantile(told.linkedAfterMs, 0.95) / 1000,
          5,
          's',
          (quantile(told.linkedAfterMs, 0.95) / 1000).toFixed(1),
        ),
        atMost('API calls a day for polling five quiet objects', Math.round(quiet.pollsPerDay), 1_500, '', say(quiet.pollsPerDay)),
      ],
      notes: [
        sayFill(people, filled),
        `The server had ${say(memory.server)} MB then, PostgreSQL's processes ${say(memory.postgres.mb)} MB altogether, shared pages counted once, and the largest of them ${say(memory.postgres.largestMb)} MB as the system shows it, shared pages included. On the disk:\n\n${sayDisk(filled)}`,
        `Look-ups are what the line asks of a caller's number, by the line's own code in a process of its own beside the running server: six of ten callers are in the book, three are not, one calls from a number that more than ten people have. They come at random and don't wait for each other. From the moment each was due until its answer, in ms:\n\n${sayLookUps(asked.runs)}`,
        `Statements of the book as PostgreSQL runs them (prepared, the seventh execution; 50 numbers at once, one, a switchboard's):\n\n${plans.table}`,
        sayRings(rings),
        sayCpu(rings.ran),
        `A contact's number was changed ${changes.count} times at random moments within ${changes.overMs / 60_000} minutes, and from then on somebody called from the new number each second. Seconds until the first call that hangs on the contact: ${linkedAfterMs
          .map((ms) => ms / 1000)
          .toSorted((a, b) => a - b)
          .map((one) => say(one))
          .join(', ')}. ${unlinkedLater === 0 ? 'Every later call hung on the contact, too.' : `${unlinkedLater} later calls did not.`}`,
        `Within ${quiet.seconds / 60} minutes of quiet, calls a day at that pace: ${say(quiet.pollsPerDay)} for polling${Object.entries(
          quiet.perDay,
        )
          .map(([what, perDay]) => `, ${say(perDay)} × ${what}`)
          .join('')}.`,
      ],
    };
  } finally {
    await product.close();
  }
}

type LookedUp = { readonly perSecond: number } & Asked;
/** Asks in a process of its own for numbers that somebody has, that nobody has, and that many have. */
async function lookThemUp(
  product: Product,
  seconds: number,
  tell: (line: string) => void,
): Promise<{ readonly org: number; readonly numbers: Readonly<Record<AskedFor, readonly string[]>>; readonly runs: readonly LookedUp[] }> {
  const column = async (sql: string, values: unknown[] = []) => (await product.query<{ key: string }>(sql, values)).map(({ key }) => key);
  const [first] = await product.query<{ org: number }>('select org from orgs limit 1');
  const { org } = first!;
  await product.query('analyze book_numbers');
  // Of people who are there, each with a number of their own.
  const known = await column(
    `select n.number_key as key from book_numbers n tablesample bernoulli (10) repeatable (1) join book_records r using (record)
      where n.number_key like '+%' and r.state = 'there' and r.kind = 'contact' and (select count(*) from book_numbers m where m.org = n.org and m.number_key = n.number_key) = 1
      limit 20000`,
  );
  const shared = await column(
    `select n.number_key as key from book_numbers n join book_records r using (record) where n.number_key like '+%' and r.state = 'there'
      group by 1 having count(*) > 10 order by 1 limit 1000`,
  );
  const unknown = await column(
    `select k.key from unnest($1::text[]) as k(key) where not exists (select 1 from book_numbers where org = $2 and number_key = k.key)`,
    [known.map((number, place) => `${number.slice(0, -4)}${String((place * 7919) % 10_000).padStart(4, '0')}`), org],
  );
  const numbers = { known, unknown, shared };
  const runs: LookedUp[] = [];
  for (const perSecond of rates) {
    const order: AskOrder = { database: product.databaseAddress, org, perSecond, seconds, numbers };
    const asked = await ordered<Asked>('asker.ts', order, 120_000);
    if (asked.wrong.length > 0) throw new Error(`${asked.wrong.length} look-ups went wrong: ${asked.wrong.slice(0, 3).join('; ')}`);
    runs.push({ perSecond, ...asked });
    tell(`  ${perSecond} look-ups a second: p99 ${say(quantile(Object.values(asked.ms).flat(), 0.99))} ms`);
  }
  return { org, numbers, runs };
}

function figuresOfFill({ records, seconds, apiCalls }: Filled): Figure[] {
  const million = 1_000_000 / records;
  const minutes = (seconds * million) / 60;
  return [
    {
      ...atMost('first fill, for a million records', minutes, 10, 'min', minutes.toFixed(1)),
      value: `${minutes.toFixed(1)} min (${say(records)} records in ${say(seconds)} s)`,
    },
    {
      ...atMost('API calls of the first fill, for a million records', apiCalls * million, 600, '', say(apiCalls * million)),
      value: `${say(apiCalls * million)} (${say(apiCalls)} for ${say(records)})`,
    },
  ];
}
function sayFill(people: number, { records, numbers, unmatchable, seconds, apiCalls, cpu }: Filled): string {
  const rows = Object.entries({ server: cpu.server, PostgreSQL: cpu.postgres, 'stand-in org': cpu.org, 'bench and tap': cpu.bench }).map(
    ([who, used]) => [who, say(used), `${((used / seconds) * 100).toFixed(0)} %`, say((used / records) * 1e6)],
  );
  return `The org: ${say(people)} people from five countries as \`npm run org:seed\` makes them, and their companies: ${say(records)} records with ${say(numbers)} numbers in the book, and ${say(unmatchable)} fields that hold none. A request takes 100 ms, every fiftieth five times as long, besides what the stand-in itself works. Read in ${say(seconds)} s with ${say(apiCalls)} API calls, everything counted that the server asked of the org since its start: ${say(records / seconds)} records a second. CPU of that time:\n\n${table(['process', 's', 'of one core', 'µs a record'], rows)}`;
}
function sayDisk({ kb, numbers }: Filled): string {
  const mb = (kilobytes: number) => (kilobytes / 1024).toFixed(1);
  const rows = kb.filter((one) => one.kb >= 100).map((one) => [`\`${one.name}\``, mb(one.ofTable), mb(one.kb - one.ofTable), mb(one.kb)]);
  const all = sum(kb.map((one) => one.kb));
  return `${table(['table', 'rows, MB', 'indexes, MB', 'MB'], rows)}\n\nThat is ${say((all * 1024) / numbers)} bytes a number.`;
}
function sayLookUps(runs: readonly LookedUp[]): string {
  const rows = runs.flatMap(({ perSecond, ms }) =>
    [...Object.entries(ms), ['all', Object.values(ms).flat()] as const].map(([what, some]) => [
      `${perSecond} a second, ${what}`,
      say(some.length),
      ...[0.5, 0.95, 0.99, 1].map((share) => quantile(some, share).toFixed(1)),
    ]),
  );
  return table(['', 'look-ups', 'median', 'p95', 'p99', 'longest'], rows);
}
function sayRings({ ran, toNumberMs, toRecordMs }: Rings): string {
  const of = (values: readonly number[]) =>
    `median ${say(quantile(values, 0.5))} ms, p95 ${say(quantile(values, 0.95))} ms, p99 ${say(quantile(values, 0.99))} ms, longest ${say(quantile(values, 1))} ms`;
  return `${say(ran.calls)} calls with 8 events each from numbers in the book, ${ringsPerSecond} a second; most ring at several of six agents, one after the other. From the 202 for each ringing until a reader who listens to the database had the row of that agent's stream with the number: ${of(toNumberMs)}. Until the row with the record, for which the org is asked whether the agent may see it (100 ms, and each agent and record for the first time): ${of(toRecordMs)}. ${say(toNumberMs.length)} ringings; the first five seconds don't count.`;
}

export const book: Part = { name: 'book', title: 'The book', takes: '25 minutes, with --long 40', run };
