import { connect, type Socket } from 'node:net';
import { signDelivery } from '../sources/generic-webhook/sign.ts';
import { bodiesOf } from './calls.ts';

/**
 * The cheapest sender there is, so that two cores are spent on the door and not on knocking: requests made beforehand, written to open
 * sockets, answers read no further than their status. As fast as the door answers, or so many a second whether it answers or not.
 */
export type KnockOrder = {
  readonly hook: string;
  readonly secret: string;
  /** First call of the story told; each order takes other calls. */
  readonly first: number;
  readonly deliveries: number;
  readonly seconds: number;
} & ({ readonly atOnce: number } | { readonly perSecond: number });
export type Knocked = {
  readonly taken: number;
  readonly seconds: number;
  readonly ms: readonly number[];
  readonly answers: Readonly<Record<string, number>>;
  readonly cpuSeconds: number;
};

/** Connections when the rate is given: a phone system opens as many as it needs. */
const connections = 64;

function requestsOf({ hook, secret, first, deliveries }: KnockOrder): Buffer[] {
  const url = new URL(hook);
  const nowMs = Date.now();
  return bodiesOf(first, deliveries).map(({ deliveryId, body }) => {
    const headers = Object.entries(signDelivery(secret, deliveryId, nowMs, body)).map(([name, value]) => `${name}: ${value}\r\n`);
    return Buffer.from(
      `POST ${url.pathname} HTTP/1.1\r\nhost: ${url.host}\r\n${headers.join('')}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  });
}

async function knock(order: KnockOrder): Promise<Knocked> {
  const url = new URL(order.hook);
  const requests = requestsOf(order);
  const ms: number[] = [];
  const answers: Record<string, number> = {};
  const count = 'atOnce' in order ? order.atOnce : connections;
  const sockets = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<Socket>((resolve, reject) => {
          const socket = connect({ port: Number(url.port), host: url.hostname, noDelay: true }, () => resolve(socket)).once(
            'error',
            reject,
          );
        }),
    ),
  );
  const over = Promise.withResolvers<void>();
  let next = 0;
  const begun = performance.now();
  const before = process.cpuUsage();
  const isOver = () => next >= requests.length || performance.now() - begun > order.seconds * 1000;

  const free: Socket[] = [];
  const sentAt = new Map<Socket, number>();
  const send = (socket: Socket, dueAt: number) => {
    sentAt.set(socket, dueAt);
    socket.write(requests[next++]!);
  };
  // With a rate, waiting for a free connection counts as waiting for the answer: a slow answer must not slow the question down.
  const dueAtOf = (place: number) => ('perSecond' in order ? begun + (place * 1000) / order.perSecond : performance.now());
  const go = () => {
    // In turn: a connection that is idle for long is closed by the server.
    while (free.length > 0 && !isOver() && dueAtOf(next) <= performance.now()) send(free.shift()!, dueAtOf(next));
    if (isOver() && free.length === sockets.length) over.resolve();
  };
  for (const socket of sockets) {
    let said = '';
    socket.setEncoding('latin1').on('data', (text: string) => {
      said += text;
      const end = said.indexOf('\r\n\r\n');
      const length = /content-length: (\d+)/i.exec(said)?.[1];
      const complete = end >= 0 && (length === undefined ? said.endsWith('0\r\n\r\n') : said.length >= end + 4 + Number(length));
      if (!complete) return;
      const status = said.slice(9, 12);
      said = '';
      answers[status] = (answers[status] ?? 0) + 1;
      ms.push(performance.now() - sentAt.get(socket)!);
      free.push(socket);
      go();
    });
    socket.once('close', () => over.reject(new Error('the door closed a connection')));
    socket.on('error', (error) => over.reject(error));
    free.push(socket);
  }
  const ticking = setInterval(go, 1);
  go();
  await over.promise;
  clearInterval(ticking);
  const seconds = (performance.now() - begun) / 1000;
  const used = process.cpuUsage(before);
  for (const socket of sockets) socket.removeAllListeners('close').destroy();
  return { taken: answers['202'] ?? 0, seconds, ms, answers, cpuSeconds: (used.user + used.system) / 1e6 };
}

if (process.send) {
  process.once('message', (order) => void knock(order as KnockOrder).then((knocked) => process.send!(knocked, () => process.exit(0))));
}
