import { Pool } from 'undici';
import { signDelivery } from '../sources/generic-webhook/sign.ts';
import { bodyOf, countOfCalls, makeCall, type Rate } from './calls.ts';

/** What the bench orders of this process. */
export type Order = { readonly hook: string; readonly secret: string; readonly rate: Rate };
/** What it tells, each second and at the end. */
export type Heard = {
  /** Call and the instant its `ended` was sent, by the machine's clock, ms. */
  readonly ended: readonly (readonly [call: string, atMs: number])[];
  /** Call, agent, and the instant at which it was acknowledged that the agent's phone rings, by the machine's clock, ms. */
  readonly rang: readonly (readonly [call: string, agent: string, atMs: number])[];
  /** How long each 2xx took, ms. */
  readonly acceptedMs: readonly number[];
  readonly refused: Readonly<Record<string, number>>;
  readonly unsent: number;
  readonly done: boolean;
};

/** Another phone system's patience: a delivery that isn't taken is sent again after a second. */
const againAfterMs = 1_000;
const tickMs = 5;

function work({ hook, secret, rate }: Order): void {
  const url = new URL(hook);
  const pool = new Pool(url.origin, { connections: 64 });
  const total = countOfCalls(rate);
  const due = new Map<number, (() => void)[]>();
  const begunMs = Date.now();
  const at = (ms: number, run: () => void) => {
    const slot = Math.max(Math.ceil(ms / tickMs), nextSlot);
    const waiting = due.get(slot);
    if (waiting) waiting.push(run);
    else due.set(slot, [run]);
  };
  let [nextSlot, begun, unsent] = [0, 0, 0];
  let ended: [string, number][] = [];
  let rang: [string, string, number][] = [];
  let acceptedMs: number[] = [];
  let refused: Record<string, number> = {};

  type Hearing = { first?(): void; taken?(): void };
  const send = async (deliveryId: string, body: string, { first, taken }: Hearing): Promise<void> => {
    const headers = signDelivery(secret, deliveryId, Date.now(), body);
    const startedMs = performance.now();
    first?.();
    let outcome: string;
    try {
      const answer = await pool.request({ path: url.pathname, method: 'POST', headers, body, headersTimeout: 15_000, bodyTimeout: 15_000 });
      await answer.body.text();
      if (answer.statusCode >= 200 && answer.statusCode < 300) {
        taken?.();
        acceptedMs.push(performance.now() - startedMs);
        unsent -= 1;
        return;
      }
      outcome = String(answer.statusCode);
    } catch (error) {
      outcome = (error as { code?: string }).code ?? (error as Error).message;
    }
    refused[outcome] = (refused[outcome] ?? 0) + 1;
    at(Date.now() - begunMs + againAfterMs, () => void send(deliveryId, body, { ...(taken && { taken }) }));
  };
  const beginCall = (place: number) => {
    const call = makeCall(rate, place);
    const beganAfterMs = (place * 1000) / rate.perSecond;
    unsent += call.says.length;
    for (const said of call.says) {
      at(beganAfterMs + said.afterMs, () => {
        const body = bodyOf(call, said, Math.round(begunMs + beganAfterMs));
        const { endpoint } = said.data as { endpoint?: { agent: { id: string } } };
        void send(said.deliveryId, body, {
          ...(said.type === 'call.ended' && { first: () => void ended.push([call.call, Date.now()]) }),
          ...(said.type === 'call.ringing' && { taken: () => void rang.push([call.call, endpoint!.agent.id, Date.now()]) }),
        });
      });
    }
  };
  const tell = () => {
    const done = begun === total && unsent === 0;
    const heard: Heard = { ended, rang, acceptedMs, refused, unsent, done };
    [ended, rang, acceptedMs, refused] = [[], [], [], {}];
    process.send!(heard);
    if (done) {
      clearInterval(telling);
      clearInterval(ticking);
      void pool.close().then(() => process.disconnect());
    }
  };
  const telling = setInterval(tell, 1_000);
  const ticking = setInterval(() => {
    const nowMs = Date.now() - begunMs;
    while (begun < total && (begun * 1000) / rate.perSecond <= nowMs) beginCall(begun++);
    for (; nextSlot * tickMs <= nowMs; nextSlot++) {
      const runs = due.get(nextSlot);
      due.delete(nextSlot);
      for (const run of runs ?? []) run();
    }
  }, tickMs);
}

process.once('message', (order) => work(order as Order));
process.once('disconnect', () => process.exit(0));
