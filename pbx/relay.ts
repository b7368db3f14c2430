import { connect, createServer, type Socket } from 'node:net';

/** A wire between the server and the PBX that can be cut. */
export type Relay = {
  readonly port: number;
  /** Ends what is connected and refuses whoever comes; `silently`: nothing is ended, but nothing passes either. */
  cut(silently?: boolean): void;
  mend(): void;
  close(): Promise<void>;
};

/** Opens one on 127.0.0.1 that leads to this port, asked at each connection. */
export async function openRelay(target: () => number): Promise<Relay> {
  let state: 'whole' | 'cut' | 'silent' = 'whole';
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    if (state !== 'whole') return void near.destroy();
    const far = connect(target(), '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('data', (bytes: Buffer) => {
        if (state === 'whole') to.write(bytes);
      });
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        if (state !== 'silent') to.destroy();
      });
    }
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The relay has no port.');
  const endAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: address.port,
    cut(silently = false) {
      state = silently ? 'silent' : 'cut';
      if (!silently) endAll();
    },
    mend() {
      state = 'whole';
      endAll(); // what was lost on the way never comes
    },
    async close() {
      endAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
