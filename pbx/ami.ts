import { connect } from 'node:net';

/** One block of the manager interface: a header that comes twice is a list. */
export type AmiBlock = Readonly<Record<string, string | readonly string[]>>;
export type Ami = {
  /** Sends an action and answers its response; lists follow as events. Rejects a line break in a field, after 5 s, or when cut off. */
  action(name: string, fields?: Readonly<Record<string, string | readonly string[]>>): Promise<AmiBlock>;
  /** Every event from now on, with the clock of whoever hears it. */
  onEvent(hear: (event: AmiBlock, atMs: number) => void): void;
  close(): void;
};
export type AmiLogin = { readonly host: string; readonly port: number; readonly user: string; readonly secret: string };

/** Cuts a stream of text into blocks: `take` answers those that are complete, the greeting in the first line aside. */
export function amiReader(): { take(text: string): AmiBlock[] } {
  let rest = '';
  let greeted = false;
  return {
    take(text) {
      rest += text;
      if (!greeted) {
        const end = rest.indexOf('\r\n');
        if (end < 0) return [];
        greeted = true;
        rest = rest.slice(end + 2);
      }
      const parts = rest.split('\r\n\r\n');
      rest = parts.pop() ?? '';
      return parts.map(readBlock);
    },
  };
}
function readBlock(text: string): AmiBlock {
  const block: Record<string, string | string[]> = {};
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon < 0) continue;
    const key = line.slice(0, colon);
    const value = line.slice(colon + 1).replace(/^ /, '');
    const before = block[key];
    block[key] = before === undefined ? value : [before, value].flat();
  }
  return block;
}

/** Connects and logs in. Rejects with what the PBX answered when it refuses. */
export async function connectAmi({ host, port, user, secret }: AmiLogin): Promise<Ami> {
  const socket = connect(port, host).setEncoding('utf8');
  const reader = amiReader();
  const waiting = new Map<string, { resolve(block: AmiBlock): void; reject(why: Error): void }>();
  const hearers: ((event: AmiBlock, atMs: number) => void)[] = [];
  let count = 0;
  socket.on('data', (text: string) => {
    const atMs = Date.now();
    for (const block of reader.take(text)) {
      // An event may carry an action's id and a response of its own (OriginateResponse).
      if (block['Event'] !== undefined) for (const hear of hearers) hear(block, atMs);
      else waiting.get(String(block['ActionID']))?.resolve(block);
    }
  });
  const cut = (why: Error) => {
    for (const { reject } of waiting.values()) reject(why);
  };
  socket.on('error', cut);
  socket.on('close', () => cut(new Error('The PBX closed the manager connection.')));
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));

  const ami: Ami = {
    action(name, fields = {}) {
      const id = `cb-${++count}`;
      const lines = Object.entries(fields).flatMap(([key, value]) => [value].flat().map((one) => `${key}: ${one}`));
      if (lines.some((line) => /[\r\n]/.test(line))) return Promise.reject(new Error(`A field of ${name} has a line break.`));
      const { promise, resolve, reject } = Promise.withResolvers<AmiBlock>();
      const timer = setTimeout(() => reject(new Error(`The PBX did not answer ${name} within 5 s.`)), 5_000);
      waiting.set(id, { resolve, reject });
      socket.write(`${[`Action: ${name}`, `ActionID: ${id}`, ...lines].join('\r\n')}\r\n\r\n`);
      return promise.finally(() => {
        clearTimeout(timer);
        waiting.delete(id);
      });
    },
    onEvent: (hear) => void hearers.push(hear),
    close: () => void socket.end(),
  };
  const answer = await ami.action('Login', { Username: user, Secret: secret });
  if (answer['Response'] !== 'Success') {
    socket.destroy();
    throw new Error(`The PBX refused the manager login ${user}: ${answer['Message']}`);
  }
  return ami;
}
