import { setTimeout as pause } from 'node:timers/promises';
import { type NamedCall } from './calls/named-call.ts';
import { type Lab } from './lab.ts';
import { playCall } from './stage.ts';

/** One event as it was heard: `t` is the receiver's clock in milliseconds, the rest is the event. */
export type Heard = Readonly<Record<string, unknown>> & { readonly t: number };
export type Recorded = { readonly events: readonly Heard[]; readonly records: readonly Heard[] };

/** Places one named call and resolves with all that the PBX said while it lasted, its call records (CEL, CDR) apart. */
export function recordCall(lab: Lab, call: NamedCall): Promise<Recorded> {
  return playCall(lab, call, async ({ ami }, place) => {
    const heard: Heard[] = [];
    ami.onEvent((event, t) => heard.push({ t, ...event }));
    await place();
    await pause(600); // the last events and call records
    const isRecord = ({ Event: kind }: Heard) => kind === 'CEL' || kind === 'Cdr';
    return { events: heard.filter((event) => !isRecord(event)), records: heard.filter(isRecord) };
  });
}
