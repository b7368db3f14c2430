import { setTimeout as pause } from 'node:timers/promises';
import { connectAmi } from './ami.ts';
import { type NamedCall, type Stage } from './calls/named-call.ts';
import { type Lab } from './lab.ts';
import { awaitCall, type Outsider, placeCall } from './outside.ts';
import { openPhone, type Phone } from './phone.ts';

/** Plugs in these phones, plays what is to be played, and puts everything back when no channel is left. */
export async function onStage<T>(lab: Lab, phonesThere: NamedCall['phones'], play: (stage: Stage) => Promise<T>): Promise<T> {
  const phones = new Map<string, Phone>();
  const outside: Outsider[] = [];
  const ami = await connectAmi(lab.ami);
  const stage: Stage = {
    lab,
    ami,
    phone(endpoint) {
      const phone = phones.get(endpoint);
      if (!phone) throw new Error(`The call does not name the phone ${endpoint}.`);
      return phone;
    },
    caller: async (caller) => kept(outside, await placeCall(lab.ports.sip, caller)),
    far: async (farEnd) => kept(outside, await awaitCall(lab.ports.sip, lab.ports.outside, farEnd)),
  };
  try {
    for (const [endpoint, manner] of Object.entries(phonesThere)) phones.set(endpoint, await openPhone(endpoint, lab.ports.sip, manner));
    return await play(stage);
  } finally {
    for (const { stop } of outside) stop();
    await Promise.allSettled(outside.map(({ done }) => done)); // the next one wants their ports
    await lab.cli('channel request hangup all').catch(() => '');
    ami.close();
    await Promise.all([...phones.values()].map((phone) => phone.stop()));
  }
}
const kept = (list: Outsider[], one: Outsider): Outsider => (list.push(one), one);

/** One call with everything that belongs to it; resolves with what `during` made of it, once no channel is left. */
export function playCall<T>(lab: Lab, call: NamedCall, during: (stage: Stage, place: () => Promise<void>) => Promise<T>): Promise<T> {
  return onStage(lab, call.phones, async (stage) => {
    await call.prepare?.(stage);
    try {
      await pause(300); // what the phones' coming has set off is said
      return await during(stage, async () => {
        await call.place(stage);
        await quiet(lab);
      });
    } finally {
      await call.after?.(stage);
    }
  });
}

/** Until no channel is left; rejects after 10 s. */
async function quiet(lab: Lab): Promise<void> {
  for (let left = 100; left > 0; left--) {
    const said = await lab.cli('core show channels count');
    if (/^0 active channels/m.test(said)) return;
    await pause(100);
  }
  throw new Error(`Channels are left 10 s after the call: ${await lab.cli('core show channels concise')}`);
}
