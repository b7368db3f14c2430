import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { setTimeout as pause } from 'node:timers/promises';
import { keyPayloads, pcmu, sine, telephoneEvent, toUlaw, writeRtp } from './media.ts';

/** The audio of one call: a tone, 50 packets a second, once it is known where to. */
export type Audio = {
  readonly port: number;
  sendTo(host: string, port: number): void;
  /** Presses keys one after the other: RFC 4733, 160 ms each, 80 ms between them. */
  press(keys: string): Promise<void>;
  close(): void;
};

const tone = toUlaw(sine(500, 0.02, 0.25));

export async function openAudio(): Promise<Audio> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(0, '127.0.0.1', resolve);
  });
  const source = randomBytes(4).readUInt32BE();
  let sequence = 0;
  let timestamp = 0;
  let to: { readonly host: string; readonly port: number } | undefined;
  let pressing = false;
  let closed = false;
  const send = (type: number, payload: Buffer, marked = false) => {
    if (to && !closed) socket.send(writeRtp({ type, marked, sequence: ++sequence, timestamp, source, payload }), to.port, to.host);
  };
  const timer = setInterval(() => {
    if (pressing) return;
    timestamp += 160;
    send(pcmu, tone);
  }, 20);
  return {
    port: socket.address().port,
    sendTo: (host, port) => void (to = { host, port }),
    async press(keys) {
      pressing = true;
      for (const key of keys) {
        for (const [at, payload] of keyPayloads(key).entries()) {
          send(telephoneEvent, payload, at === 0);
          await pause(20);
        }
        timestamp += 160 * 12;
        await pause(80);
      }
      pressing = false;
    },
    close() {
      if (closed) return;
      closed = true;
      clearInterval(timer);
      socket.close();
    },
  };
}
