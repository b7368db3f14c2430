import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as pause } from 'node:timers/promises';
import { keyStream, pcap, sine, toUlaw, writeRtp } from './media.ts';
import { freeUdpPort } from './ports.ts';

/** Someone outside who calls one of the company's numbers. */
export type Caller = {
  readonly to: string;
  readonly number?: string;
  readonly name?: string;
  /** Withheld: From is anonymous. With `asserted` the carrier still tells the number, in P-Asserted-Identity with Privacy: id. */
  readonly withheld?: 'number' | 'asserted';
  /** Milliseconds from the answer of the PBX to hanging up; for who gives up, from the first ringing. */
  readonly staysMs?: number;
  /** Gives up while it rings. */
  readonly givesUp?: true;
  /** Keys pressed `beforeMs` after the answer. */
  readonly keys?: { readonly digits: string; readonly beforeMs: number };
  /** Puts us on hold `beforeMs` after the answer; `staysMs` counts from the end of the hold. */
  readonly holds?: { readonly beforeMs: number; readonly forMs: number };
};
/** Someone outside who is called. */
export type FarEnd = {
  readonly does: 'answers' | 'refuses' | 'rings on';
  /** Until it answers or refuses. */
  readonly afterMs?: number;
  /** 486 busy, 603 declined, 404 no such number. */
  readonly code?: number;
  /** Hangs up so long after the answer, if nobody did before. */
  readonly staysMs?: number;
};
export type Outsider = {
  /** Resolves when it has done all it was to do; rejects with what went otherwise. */
  readonly done: Promise<void>;
  /** Ends it at once; `done` then resolves. */
  stop(): void;
};

const scenarios = fileURLToPath(new URL('sipp/', import.meta.url));

/** Someone outside places a call to the PBX on this port. */
export async function placeCall(sipPort: number, caller: Caller): Promise<Outsider> {
  const { to, number = '15551230001', name = 'Outside Caller', withheld, staysMs = 2_500, keys, holds } = caller;
  const values = {
    FROM: withheld ? '"Anonymous" <sip:anonymous@anonymous.invalid>' : `"${name}" <sip:${number}@[local_ip]:[local_port]>`,
    IDENTITY: withheld === 'asserted' ? `P-Asserted-Identity: <sip:${number}@carrier.test>\nPrivacy: id\n` : '',
    STAY: staysMs,
    BEFORE: keys?.beforeMs ?? holds?.beforeMs ?? 0,
    HELD: holds?.forMs ?? 0,
  };
  const scenario = caller.givesUp ? 'caller-gives-up' : keys ? 'caller-keys' : holds ? 'caller-holds' : 'caller';
  return sipp(scenario, { values, sipPort, to, digits: keys?.digits ?? '' });
}

/** Waits where the PBX sends outside calls to. Resolves when it listens. */
export async function awaitCall(
  sipPort: number,
  outsidePort: number,
  { does, afterMs = 600, code = 486, staysMs = 60_000 }: FarEnd,
): Promise<Outsider> {
  // sipp doesn't say when it listens, but Linux does; nor does the one before it when it has let go of the port.
  const entry = `0100007F:${outsidePort.toString(16).toUpperCase().padStart(4, '0')} `;
  const isTaken = async () => (await readFile('/proc/net/udp', 'utf8')).includes(entry);
  for (let waits = 0; (await isTaken()) && waits < 3_000; waits++) await pause(20);
  const scenario = { answers: 'far-answers', refuses: 'far-refuses', 'rings on': 'far-silent' }[does];
  const outsider = await sipp(scenario, {
    values: { RING: afterMs, CODE: code, STAY: staysMs },
    sipPort,
    port: outsidePort,
    to: 'nobody',
    digits: '',
  });
  let ended = false;
  const end = () => void (ended = true);
  outsider.done.then(end, end);
  while (!ended && !(await isTaken())) await pause(20);
  if (ended) await outsider.done;
  return outsider;
}

type Run = {
  readonly values: Readonly<Record<string, string | number>>;
  readonly sipPort: number;
  /** Where it listens; any free one for who calls. */
  readonly port?: number;
  readonly to: string;
  readonly digits: string;
};
async function sipp(scenario: string, { values, sipPort, port, to, digits }: Run): Promise<Outsider> {
  const folder = await mkdtemp(join(tmpdir(), 'cordboard-sipp-'));
  const text = await readFile(join(scenarios, `${scenario}.xml`), 'utf8');
  await writeFile(
    join(folder, 'scenario.xml'),
    text.replaceAll(/@([A-Z]+)@/g, (whole, key: string) => String(values[key] ?? whole)),
  );
  await writeFile(join(folder, 'tone.ul'), toUlaw(sine(440, 4, 0.25)));
  if (digits !== '') await writeFile(join(folder, 'keys.pcap'), pcap(keyStream(digits).map(writeRtp), 20));
  const loopback = '127.0.0.1';
  const always = ['-sf', 'scenario.xml', `${loopback}:${sipPort}`, '-s', to, '-i', loopback, '-mi', loopback, '-m', '1', '-nostdin'];
  const own = [...(port === undefined ? [] : ['-p', String(port)]), '-timeout', '90s', '-timeout_error'];
  let child: ChildProcess | undefined;
  let stopped = false;
  const play = async (triesLeft: number): Promise<void> => {
    const media = ['-mp', String(await freeUdpPort())];
    const started = spawn('sipp', [...always, ...own, ...media], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    child = started;
    let output = '';
    for (const stream of [started.stdout, started.stderr]) stream.setEncoding('utf8').on('data', (more: string) => (output += more));
    const code = await new Promise<number | null>((resolve, reject) => {
      started.once('error', (cause) => reject(new Error(`sipp can't be started: ${cause.message}`)));
      started.once('close', resolve);
    });
    if (code === 0 || stopped) return;
    // Somebody else was quicker with a port; nothing was said yet.
    if (code === cannotBind && triesLeft > 0) return play(triesLeft - 1);
    const told = output.split('\n').filter((line) => /unexpected message|abort|unable/i.test(line));
    throw new Error(`sipp (${scenario}) ended with ${code}: ${told.slice(0, 2).join(' | ')}`);
  };
  const done = (async () => {
    try {
      await play(5);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  })();
  done.catch(() => undefined); // heard by who awaits it
  return {
    done,
    stop: () => {
      stopped = true;
      child?.kill('SIGKILL');
    },
  };
}
/** sipp's exit code for it. */
const cannotBind = 254;
