import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pause } from '../chaos/pause.ts';
import { foldCall } from '../server/call/fold.ts';
import type { AmiEvent } from '../sources/asterisk/ami.ts';
import { asterisk } from '../sources/asterisk/asterisk.ts';
import { openHearing, type Signal, text } from '../sources/asterisk/hearing.ts';
import { signDelivery } from '../sources/generic-webhook/sign.ts';
import { root } from '../tools/run.ts';
import { callsOf, factsOf } from '../tools/trace.ts';
import { cpuSeconds, cpuSecondsOfTree, residentMb } from './machine.ts';
import { quantile, say, slope, sum } from './numbers.ts';
import { type Ask, atMost, type Figure, type Found, type Part } from './part.ts';
import { Product } from './product.ts';

const perSecond = 50;
/** As the listener hands over (listener.ts). */
const batchMs = 20;
const drainLimitMs = 120_000;
const leastPerSecond = 20_000;

type Recorded = {
  readonly name: string;
  readonly events: readonly (AmiEvent & { readonly t: unknown })[];
  readonly signals: readonly Signal[];
};
function recordings(): Recorded[] {
  const folder = join(root, 'sources/asterisk/traces');
  return readdirSync(folder)
    .filter((file) => file.endsWith('.ami.jsonl'))
    .map((file) => {
      const events = readFileSync(join(folder, file), 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as AmiEvent & { readonly t: unknown });
      const hearing = openHearing({ country: 'US' });
      return {
        name: file.slice(0, -'.ami.jsonl'.length),
        events,
        signals: events.flatMap((event) => hearing.hear(event, Number(event.t)) ?? []),
      };
    });
}

/** On one core, without a database: every event the PBX says; every signal that is kept; and a call told anew at each of its batches. */
function alone(all: readonly Recorded[]): Figure[] {
  const rates = { heard: [] as number[], concluded: [] as number[], retold: [] as number[] };
  const timed = (into: number[], work: () => number) => {
    const begun = performance.now();
    const count = work();
    into.push((count * 1000) / (performance.now() - begun));
  };
  for (let round = 0; round < 20; round++) {
    timed(rates.heard, () => {
      for (const { events } of all) {
        const hearing = openHearing();
        for (const event of events) hearing.hear(event, Number(event.t));
      }
      return sum(all.map(({ events }) => events.length));
    });
    timed(rates.concluded, () => {
      for (const { name, signals } of all) if (callsOf(factsOf(signals)).length !== 1) throw new Error(`${name} is not one call`);
      return sum(all.map(({ signals }) => signals.length));
    });
    timed(rates.retold, () => {
      let told = 0;
      for (const { signals } of all) {
        const facts = signals.map((signal) => factsOf([signal]));
        for (let count = 1; count <= facts.length; count++) {
          foldCall(facts[0]![0]!.callId, asterisk.conclude!(facts.slice(0, count).flat()));
          told += count;
        }
      }
      return told;
    });
  }
  const figure = (name: string, values: readonly number[], least?: number): Figure => {
    const median = quantile(values, 0.5);
    return {
      name,
      value: `${say(median)} a second`,
      ...(least === undefined ? {} : { target: `≥ ${say(least)} a second`, met: median >= least }),
    };
  };
  return [
    figure('events heard, one core', rates.heard),
    figure('signals concluded and folded once, one core', rates.concluded, leastPerSecond),
    figure('signals read in calls that are told anew at each signal, one core', rates.retold, leastPerSecond),
  ];
}

type Template = { readonly logged: boolean; readonly said: readonly { readonly afterMs: number; readonly text: string }[] };
/** A recorded call whose ids, number and times are left open. */
function templateOf({ name, signals }: Recorded): Template {
  const begun = signals[0]!.at;
  return {
    logged: name !== 'internal', // colleagues' calls are skipped by rule
    said: signals.map(({ at, n: _n, ...signal }) => ({
      afterMs: at - begun,
      text: JSON.stringify({ ...signal, BridgeUniqueid: text(signal['BridgeUniqueid']) && `lab-${text(signal['BridgeUniqueid'])}` })
        .replaceAll('lab-', '\u0001-')
        .replaceAll('crm-click-1', '\u0001-click')
        .replaceAll(/-([0-9a-f]{8})(;[12])?"/g, '-$1\u0001$2"')
        .replaceAll(/1?555(?:1230001|777000\d)/g, '1555\u0002'),
    })),
  };
}
/** The same call as the `place`th of the load. */
const placed = (text: string, place: number, atMs: number, n: number) =>
  `{"at":${atMs},"n":${n},${text.slice(1).replaceAll('\u0001', `b${place}`).replaceAll('\u0002', String(place).padStart(7, '0'))}`.replaceAll(
    /-([0-9a-f]{8})b(\d+)(;[12])?"/g, // a channel's name ends in eight hexadecimal digits
    (_, _first: string, digits: string, half = '') => `-${Number(digits).toString(16).padStart(8, '0')}${half}"`,
  );

async function load(all: readonly Recorded[], { seconds, say: tell }: Ask): Promise<Found> {
  const templates = all.map(templateOf);
  const product = await Product.open({ latency: 'typical' });
  try {
    // The stand-in's connection becomes a PBX's; what its listener would hand over comes by the signed address.
    await product.query("update connections set source = 'asterisk'");
    await product.query("select pg_notify('orgs', '')");
    await pause(1_000);
    const { hook, secret } = await product.hook();
    const calls = perSecond * seconds;
    const due = new Map<number, { atMs: number; place: number; text: string }[]>();
    const slotOf = (ms: number) => Math.floor(ms / batchMs);
    const cpu = () => ({ server: cpuSeconds(product.serverPid), postgres: cpuSecondsOfTree(product.postgresPid) });
    const before = cpu();
    const begunMs = Date.now();
    const samples: { second: number; mb: number }[] = [];
    let [placedCalls, sent, next, lastSaid] = [0, 0, 0, 0];
    while (placedCalls < calls || due.size > 0) {
      const nowMs = Date.now() - begunMs;
      for (; placedCalls < calls && (placedCalls * 1000) / perSecond <= nowMs; placedCalls++) {
        const beganMs = (placedCalls * 1000) / perSecond;
        for (const { afterMs, text } of templates[placedCalls % templates.length]!.said) {
          const atMs = beganMs + afterMs;
          const slot = due.get(slotOf(atMs));
          if (slot) slot.push({ atMs, place: placedCalls, text });
          else due.set(slotOf(atMs), [{ atMs, place: placedCalls, text }]);
        }
      }
      for (; next < slotOf(nowMs); next++) {
        const slot = due.get(next);
        due.delete(next);
        if (!slot) continue;
        const signals = slot
          .toSorted((a, b) => a.atMs - b.atMs)
          .map(({ atMs, place, text }) => placed(text, place, begunMs + atMs, sent++));
        const body = `{"version":1,"pbx":"bench","signals":[${signals.join(',')}]}`;
        const answer = await fetch(hook, {
          method: 'POST',
          headers: signDelivery(secret, `bench-${begunMs}/${next}`, Date.now(), body),
          body,
        });
        if (answer.status !== 202) throw new Error(`the door answered ${answer.status}: ${await answer.text()}`);
      }
      const second = (Date.now() - begunMs) / 1000;
      if (second - (samples.at(-1)?.second ?? -9) >= 2) samples.push({ second, mb: residentMb(product.serverPid) });
      if (second - lastSaid >= 5) {
        lastSaid = second;
        tell(
          `${second.toFixed(0).padStart(4)} s  ${placedCalls} calls begun, ${JSON.stringify(await product.waiting())}; server ${samples.at(-1)!.mb.toFixed(0)} MB`,
        );
      }
      await pause(5);
    }
    const telling = (Date.now() - begunMs) / 1000;
    const used = cpu();
    const drainBegunMs = Date.now();
    while (sum(Object.values(await product.waiting())) > 0 && Date.now() - drainBegunMs < drainLimitMs) await pause(500);
    const left = sum(Object.values(await product.waiting()));
    const found = Map.groupBy(await product.exported('Task'), (task) => /^b(\d+)-/.exec(String(task['CallObject']))?.[1] ?? '');
    const wanted = Array.from({ length: calls }, (_, place) => templates[place % templates.length]!.logged);
    const lost = wanted.filter((logged, place) => logged && !found.has(String(place))).length;
    const doubled = wanted.filter((logged, place) => (found.get(String(place))?.length ?? 0) > (logged ? 1 : 0)).length;
    const warm = Math.min(120, seconds / 3);
    const mbPerMinute = slope(
      samples.filter(({ second }) => second >= warm && second <= telling).map(({ second, mb }) => [second / 60, mb]),
    );
    const perCall = (who: 'server' | 'postgres') => ((used[who] - before[who]) * 1000) / calls;
    return {
      figures: [
        {
          name: `${say(calls)} recorded calls, ${perSecond} a second, in the org`,
          value: `${lost} lost, ${doubled} doubled, ${left} waiting at the end`,
          target: '0 lost, 0 doubled, 0 waiting',
          met: lost + doubled + left === 0,
        },
        { name: 'CPU for one call: server, PostgreSQL', value: `${perCall('server').toFixed(1)} ms, ${perCall('postgres').toFixed(1)} ms` },
        atMost(`memory of the server, slope after ${Math.round(warm)} s`, mbPerMinute, 1, 'MB a minute', mbPerMinute.toFixed(2)),
      ],
      notes: [
        `${say(sent)} signals in ${say(telling)} s; the server had ${samples.at(-1)!.mb.toFixed(0)} MB at the end and used ${((used.server - before.server) / telling).toFixed(2)} of one core, PostgreSQL ${((used.postgres - before.postgres) / telling).toFixed(2)}. The last task was in the org ${((Date.now() - drainBegunMs) / 1000).toFixed(0)} s after the last signal.`,
      ],
    };
  } finally {
    await product.close();
  }
}

async function run(ask: Ask): Promise<Found> {
  const all = recordings();
  const figures = alone(all);
  const loaded = await load(all, ask);
  const counts = `${say(sum(all.map(({ events }) => events.length)) / all.length)} events a call, of which ${say(sum(all.map(({ signals }) => signals.length)) / all.length)} are kept`;
  return {
    figures: [...figures, ...loaded.figures],
    notes: [`${all.length} calls recorded from Asterisk 22, over and over: ${counts}.`, ...loaded.notes],
  };
}

export const hearing: Part = { name: 'asterisk', title: 'Asterisk', takes: '--seconds and a minute', run };
