import { complaints, judge, sayVerdict } from '../chaos/judge.ts';
import { contactsOf, endToOrg, sayCpu, sayLatency } from './load.ts';
import { say, sum } from './numbers.ts';
import { type Ask, atMost, type Figure, type Found, type Part } from './part.ts';
import { Product } from './product.ts';
import { runCalls, storiesOf } from './run-calls.ts';

/** What an org of this speed can take: a heavy one spends 100 ms on every record. */
const runs = [
  { latency: 'typical', perSecond: 1 },
  { latency: 'heavy', perSecond: 1 },
  { latency: 'heavy', perSecond: 5 },
] as const;

async function run({ seconds, say: tell }: Ask): Promise<Found> {
  const figures: Figure[] = [];
  const notes: string[] = [];
  for (const { latency, perSecond } of runs) {
    tell(`  ${perSecond} a second, ${latency} org`);
    const product = await Product.open({ latency });
    try {
      const rate = { seed: 2, prefix: 'pace', perSecond, seconds: Math.min(60, seconds), first: 0, contacts: await contactsOf(product) };
      const ran = await runCalls(product, rate, { drainLimitMs: 120_000, say: tell });
      const verdict = judge(storiesOf(rate), await product.exported('Task'));
      figures.push(endToOrg(`end of call to committed in the org, p95, ${perSecond} a second, ${latency} org`, ran));
      const apiPerCall = ran.apiCalls / ran.calls;
      const name = `API calls for one logged call, ${perSecond} a second, ${latency} org`;
      if (perSecond === 1) figures.push(atMost(name, apiPerCall, 1.2, '', apiPerCall.toFixed(2)));
      else figures.push({ name, value: apiPerCall.toFixed(2) });
      const left = sum(Object.values(ran.left));
      notes.push(
        `**${perSecond} a second, ${latency} org**: ${sayVerdict(verdict)}; ${left} waiting at the end. ${sayLatency(ran)}`,
        ...complaints(verdict),
      );
      if (latency === 'typical') notes.push(sayCpu(ran));
      notes.push(`${say(ran.apiCalls)} API calls for ${say(ran.calls)} calls, late recordings and notes included.`);
    } finally {
      await product.close();
    }
  }
  return { figures, notes };
}

export const pace: Part = { name: 'pace', title: 'A few calls a second', takes: '8 minutes', run };
