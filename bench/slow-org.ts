import { pause } from '../chaos/pause.ts';
import { complaints, judge, sayVerdict } from '../chaos/judge.ts';
import { contactsOf } from './load.ts';
import { say, sum } from './numbers.ts';
import { type Ask, type Found, type Part, table } from './part.ts';
import { Product, type Status } from './product.ts';
import { runCalls, storiesOf } from './run-calls.ts';

const perSecond = 50;

/** More than a slow org can take, for a while: what the status page and the calls say meanwhile, and how long it takes afterwards. */
async function run({ seconds, say: tell }: Ask): Promise<Found> {
  const product = await Product.open({ latency: 'heavy' });
  const watched: { readonly second: number; readonly status: Status; readonly reasons: readonly string[]; readonly askedMs: number }[] = [];
  const over = new AbortController();
  const begun = performance.now();
  const watching = (async () => {
    while (!over.signal.aborted) {
      const asked = performance.now();
      const status = await product.status();
      const reasons = await product.reasonsToWait();
      watched.push({ second: (asked - begun) / 1000, status, reasons, askedMs: performance.now() - asked });
      await pause(3_000, over.signal);
    }
  })();
  watching.catch(() => undefined); // awaited below; until then nobody listens
  try {
    const rate = { seed: 3, prefix: 'slow', perSecond, seconds: Math.min(60, seconds), first: 0, contacts: await contactsOf(product) };
    const ran = await runCalls(product, rate, { drainLimitMs: 600_000, say: tell });
    over.abort();
    await watching;
    const verdict = judge(storiesOf(rate), await product.exported('Task'));
    const [unexplained] = await product.query<{ n: number }>('select count(*)::int as n from unexplained_calls');
    const status = await product.status();
    const left = sum(Object.values(ran.left));
    const worst = watched.toSorted((a, b) => b.status.unsent.count - a.status.unsent.count)[0]!;
    const reasons = [...new Set(watched.flatMap(({ reasons: some }) => some))];
    const said = worst.status.unsent.count > 100 && reasons.includes('the org to take it');
    const writes = product.tap.passed.filter(({ records }) => records > 0);
    const inFlightPerSecond = sum(writes.map(({ records }) => records)) / ((writes.at(-1)!.atMs - writes[0]!.atMs) / 1000);
    return {
      figures: [
        {
          name: `${perSecond} calls a second for ${rate.seconds} s into a heavy org: most waiting at once`,
          value: `${say(worst.status.unsent.count)} records, the oldest ${worst.status.unsent.oldestSeconds} s`,
        },
        {
          name: 'the heavy org drains',
          value: `${left} left ${say(ran.drainSeconds)} s after the last event`,
          target: '0 left',
          met: left === 0 && status.unsent.count === 0,
        },
        {
          name: 'the heavy org: status and calls say so',
          value: said
            ? `unsent ${say(worst.status.unsent.count)} on the status page; calls wait for “${reasons.join('”, “')}”`
            : `they said ${reasons.join(', ') || 'nothing'}`,
          target: 'they do',
          met: said && unexplained!.n === 0,
        },
        {
          name: 'the heavy org against the list of calls',
          value: sayVerdict(verdict),
          target: '0 lost, 0 doubled, 0 wrong',
          met: complaints(verdict).length === 0,
        },
      ],
      notes: [
        `A heavy org takes 100 ms for a request and 100 ms more for each record. It was given ${say(inFlightPerSecond)} records a second in ${say(writes.length)} requests of ${say(ran.calls / writes.length)} calls on average, ${say(sum(writes.map(({ ms }) => ms)) / writes.length)} ms each. ${ran.apiCalls} API calls, ${(ran.apiCalls / ran.calls).toFixed(3)} a call. The status page answered within ${say(Math.max(...watched.map(({ askedMs }) => askedMs)))} ms.`,
        ...complaints(verdict),
        `As the status page told it:\n\n${table(
          ['at', 'unsent', 'oldest s', 'of the newest 200 calls, wait for the org'],
          watched
            .filter((_, n) => n % Math.ceil(watched.length / 12) === 0)
            .map((one) => [
              `${Math.round(one.second)} s`,
              say(one.status.unsent.count),
              String(one.status.unsent.oldestSeconds),
              String(one.reasons.filter((because) => because === 'the org to take it').length),
            ]),
        )}`,
      ],
    };
  } finally {
    over.abort();
    await watching.catch(() => undefined);
    await product.close();
  }
}

export const slowOrg: Part = { name: 'slow-org', title: 'A slow org', takes: '3 to 8 minutes', run };
