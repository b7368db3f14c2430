import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AmiEvent } from '../sources/asterisk/ami.ts';
import { openHearing } from '../sources/asterisk/hearing.ts';
import { type Happening, msOf, timeOf } from './happening.ts';

const traces = join(import.meta.dirname, '../sources/asterisk/traces');
/** As the listener gathers them (listener.ts). */
const batchMs = 20;

/** A recorded call as the deliveries that the listener would have handed over, moved to the time of the story. */
export function heard({ at, trace }: Extract<Happening, { trace: string }>): Extract<Happening, { stored: string }>[] {
  const hearing = openHearing({ country: 'US' });
  const events = readFileSync(join(traces, `${trace}.ami.jsonl`), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as AmiEvent & { readonly t: unknown });
  const signals = events.flatMap((event) => hearing.hear(event, Number(event.t)) ?? []);
  const shiftMs = msOf(at) - signals[0]!.at;
  const moved = signals.map((signal) => ({ ...signal, at: Math.round((signal.at + shiftMs) * 1e3) / 1e3 }));
  return [...Map.groupBy(moved, (signal) => Math.floor((signal.at - moved[0]!.at) / batchMs)).values()].map((batch, number) => ({
    at: timeOf(Math.ceil(batch.at(-1)!.at) + 1),
    stored: `${trace}/${number + 1}`,
    text: JSON.stringify({ version: 1, pbx: 'lab', signals: batch }),
  }));
}
