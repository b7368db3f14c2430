import { complaints, judge, sayVerdict } from '../chaos/judge.ts';
import { quantile, say, slope, sum } from './numbers.ts';
import { type Ask, atMost, type Figure, type Found, type Part, table } from './part.ts';
import { examinePlans } from './plans.ts';
import { Product } from './product.ts';
import { type Ran, runCalls, storiesOf } from './run-calls.ts';

const perSecond = 50;
/** Late notes come up to a minute after the end, and what nobody waits for lingers half a minute. */
const drainLimitMs = 180_000;
/** Tables that are history by nature: they grow with the calls until their retention ends. */
const history = /^(deliveries|calls$|events$|decisions$|writes$|attempts$|stream$|joins$|audit$)/;

async function run({ seconds, profileTo, say: tell }: Ask): Promise<Found> {
  const product = await Product.open({ latency: 'typical', profileTo });
  try {
    const rate = { seed: 1, prefix: 'load', perSecond, seconds, first: 0, contacts: await contactsOf(product) };
    const ran = await runCalls(product, rate, { drainLimitMs, say: tell });
    const verdict = judge(storiesOf(rate), await product.exported('Task'));
    const left = sum(Object.values(ran.left));
    const warm = Math.min(120, seconds / 3);
    const warmed = ran.samples.filter(({ second }) => second >= warm && second <= ran.tellingSeconds);
    const mbPerMinute = slope(warmed.map(({ second, serverMb }) => [second / 60, serverMb]));
    const pages = await timePages(product);
    const plans = await examinePlans(product);
    const statements = profileTo === undefined ? [] : [await sayStatements(product)];
    const grown = growthOf(ran);
    const apiPerCall = ran.apiCalls / ran.calls;
    const unhappy = complaints(verdict);
    return {
      figures: [
        endToOrg(`end of call to committed in the org, p95, ${perSecond} calls a second, typical org`, ran),
        {
          name: `${perSecond} calls a second with 8 events each for ${sayDuration(seconds)}: waiting at the end`,
          value: `${left} (all of it in the org ${ran.drainSeconds.toFixed(0)} s after the last event)`,
          target: '0',
          met: left === 0,
        },
        {
          name: 'the org against the list of calls',
          value: sayVerdict(verdict),
          target: '0 lost, 0 doubled, 0 wrong',
          met: unhappy.length === 0,
        },
        atMost(`memory of the server, slope after ${Math.round(warm)} s`, mbPerMinute, 1, 'MB a minute', mbPerMinute.toFixed(2)),
        {
          name: 'tables and indexes that grow besides history',
          value: grown.length ? grown.join(', ') : 'none',
          target: 'none',
          met: grown.length === 0,
        },
        atMost(`API calls for one logged call, ${perSecond} calls a second`, apiPerCall, 0.1, '', apiPerCall.toFixed(3)),
        {
          name: 'hot statements that read a whole table',
          value: plans.bad.length ? plans.bad.join(', ') : 'none',
          target: 'none',
          met: plans.bad.length === 0,
        },
      ],
      notes: [
        `${say(ran.calls)} calls, ${say(ran.events)} events; half answered, a quarter missed, a quarter outbound; 60 % get a recording 5 to 20 s after the end, 40 % a note 10 to 60 s after it, 5 % are linked to another contact by a person. Calls last 2 to 17 s.`,
        ...unhappy,
        sayLatency(ran),
        sayCpu(ran),
        `Over time:\n\n${sayTime(ran)}`,
        `Tables at the end (rows and dead rows as PostgreSQL counts them; dead rows are room for the next ones):\n\n${sayTables(ran)}`,
        `Statements of the line as PostgreSQL runs them after the load (prepared, the seventh execution):\n\n${plans.table}`,
        `With ${say(ran.calls)} calls in the book, the doors of the console answered: ${pages}.`,
        ...statements,
      ],
    };
  } finally {
    await product.close();
  }
}

/** Whom calls are linked with: as many people as a small company knows, so that two links seldom want the same one at once. */
export async function contactsOf(product: Product): Promise<string[]> {
  for (let n = 0; n < 200; n++)
    await product.control('/as-human', { action: 'create', object: 'Contact', fields: { LastName: `Caller ${n}`, FirstName: 'Ada' } });
  return (await product.exported('Contact')).map((contact) => String(contact['Id']));
}
export const sayDuration = (seconds: number): string => (seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`);
export function endToOrg(name: string, { endToOrgMs }: Ran): Figure {
  const p95 = quantile(endToOrgMs, 0.95) / 1000;
  return atMost(name, p95, 2, 's', p95.toFixed(2));
}
export const sayLatency = ({ endToOrgMs, acceptedMs, refused }: Ran): string => {
  const of = (values: readonly number[]) =>
    [0.5, 0.95, 0.99, 1]
      .map((share) => `${share === 1 ? 'longest' : share === 0.5 ? 'median' : `p${share * 100}`} ${say(quantile(values, share))} ms`)
      .join(', ');
  const trouble = Object.entries(refused).map(([status, count]) => `${count} × ${status}`);
  return `From the sending of \`ended\` to the org's answer that the record is committed: ${of(endToOrgMs)}. Deliveries were taken in: ${of(acceptedMs)}; ${trouble.length ? `refused: ${trouble.join(', ')}` : 'none was refused'}.`;
};
export function sayCpu(ran: Ran): string {
  const names = { server: 'server', postgres: 'PostgreSQL', org: 'stand-in org', phones: 'phone system', bench: 'bench and tap' } as const;
  const all = sum(Object.values(ran.cpu));
  const rows = (Object.keys(names) as (keyof typeof names)[]).map((who) => [
    names[who],
    say((ran.cpu[who] / ran.events) * 1e6),
    `${((ran.cpu[who] / ran.tellingSeconds) * 100).toFixed(0)} %`,
    `${((ran.cpu[who] / all) * 100).toFixed(0)} %`,
  ]);
  return `CPU until the last event was taken, late ones included (${say(ran.tellingSeconds)} s):\n\n${table(['process', 'µs an event', 'of one core', 'share'], rows)}`;
}
function sayTime({ samples }: Ran): string {
  const last = samples.at(-1)!.second;
  const stepSeconds = last > 300 ? 60 : last > 100 ? 15 : 5;
  const rows = Array.from(
    { length: Math.floor(last / stepSeconds) + 1 },
    (_, n) => samples.findLast(({ second }) => second <= n * stepSeconds) ?? samples[0]!,
  ).map(({ second, waiting, committed, apiCalls, serverMb, cpu }, n, all) => {
    const before = all[n - 1];
    const cores = (who: keyof typeof cpu) =>
      before && second > before.second ? ((cpu[who] - before.cpu[who]) / (second - before.second)).toFixed(2) : '';
    return [
      `${Math.round(second)} s`,
      say(committed),
      say(apiCalls),
      ...[waiting.untranslated, waiting.untold, waiting.unsent, waiting.lingering].map(String),
      serverMb.toFixed(0),
      cores('server'),
      cores('postgres'),
    ];
  });
  return table(
    ['at', 'in the org', 'API calls', 'untranslated', 'untold', 'unsent', 'lingering', 'server MB', 'server cores', 'PostgreSQL cores'],
    rows,
  );
}
function sayTables({ tables }: Ran): string {
  const minutes = tables.slice(1, -1);
  const last = tables.at(-1)!;
  const each = [...last].filter(([name, now]) => !name.startsWith('index ') && (now.rows > 0 || now.dead > 0));
  return table(
    ['table', 'rows', 'dead', 'MB', 'most dead in any minute'],
    each.map(([name, now]) => [
      `\`${name}\``,
      say(now.rows),
      say(now.dead),
      (now.kb / 1024).toFixed(1),
      say(Math.max(now.dead, ...minutes.map((minute) => minute.get(name)?.dead ?? 0))),
    ]),
  );
}
/** What isn't history may not be larger at the end than in the middle, but for a page or two. */
function growthOf({ tables }: Ran): string[] {
  const middle = tables[Math.floor(tables.length / 2)]!;
  const historyIndexes = /^index (deliveries|calls_(org|talked)|attempts_call|stream_told|writes_org|joins|connections|audit)/;
  return [...tables.at(-1)!].flatMap(([name, now]) => {
    const then = middle.get(name)?.kb ?? 0;
    if (history.test(name) || historyIndexes.test(name) || now.kb <= then * 1.2 + 256) return [];
    return [`${name} from ${then} to ${now.kb} kB`];
  });
}
/** The slowest of five: what a person waits for whose page asks while the line works. */
async function timePages(product: Product): Promise<string> {
  const said: string[] = [];
  for (const path of ['/api/status', '/api/calls', '/api/calls?explanation=parked', '/metrics']) {
    const ms: number[] = [];
    for (let n = 0; n < 5; n++) {
      const begun = performance.now();
      await product.ask(path);
      ms.push(performance.now() - begun);
    }
    said.push(`\`${path}\` ${say(Math.max(...ms))} ms`);
  }
  return said.join(', ');
}
async function sayStatements(product: Product): Promise<string> {
  const rows = await product.query<{ calls: string; ms: string; mean: string; text: string }>(
    "select calls, round(total_exec_time::numeric) as ms, round(mean_exec_time::numeric, 3) as mean, left(regexp_replace(query, '\\s+', ' ', 'g'), 100) as text from pg_stat_statements order by total_exec_time desc limit 25",
  );
  return table(
    ['statement', 'times', 'ms', 'mean ms'],
    rows.map(({ text, calls, ms, mean }) => [text.replaceAll('|', '\\|'), calls, ms, mean]),
  );
}

export const load: Part = { name: 'load', title: 'Fifty calls a second', takes: '--seconds and two minutes', run };
