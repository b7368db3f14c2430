import type { Listening } from '../../server/source.ts';
import type { World } from '../../server/world.ts';
import { type AmiEvent, valueOf } from './ami.ts';
import { type Ami, type AmiLimits, AmiTrouble, connectAmi } from './ami-client.ts';
import { commandsOf, type Finding, learnFrom, learnTrunks, preflight } from './preflight.ts';
import { type AsteriskSettings, parseAsteriskSettings } from './settings.ts';
import { openWaitingSignals } from './waiting-signals.ts';

/** Makes signals of what one PBX says; hearing.ts. */
export type Ears = {
  hear(event: AmiEvent, atMs: number): { readonly call: string } | undefined;
  /** By how much the PBX's clock is before ours. */
  clock?(aheadMs: number): void;
  snapshot(channels: readonly AmiEvent[], atMs: number, live: readonly string[]): readonly { readonly call: string }[];
};
export type OpenEars = (of: {
  readonly outside?: readonly string[];
  readonly alsoOutside?: readonly string[];
  readonly country?: string;
  readonly lines?: Readonly<Record<string, string>>;
}) => Ears;

/** Milliseconds and amounts; tests have smaller ones. */
export type ListenerBounds = {
  /** Deliveries begin no closer together. */ readonly batchMs: number;
  readonly batchSignals: number;
  readonly batchCharacters: number;
  /** What waits in memory while the database is away. At thirty signals a call these are several thousand calls. */ readonly waitingSignals: number;
  readonly waitingCharacters: number;
  /** So long something is tried again before anybody is told. */ readonly graceMs: number;
  readonly firstRetryMs: number;
  readonly lastRetryMs: number;
  /** FreePBX bans an address after five refused logins in ten minutes. */ readonly notLetInRetryMs: number;
  /** A connection that lasted so long was a good one: the next is tried at once. */ readonly steadyMs: number;
  /** At the end so long is tried to store what waits. */ readonly lastHandMs: number;
  /** So often it is looked which channels there are, besides at each connection. */ readonly lookMs: number;
  /** So often a login that has heard of no call is asked whether there are any. */ readonly doubtMs: number;
  readonly ami: Partial<AmiLimits>;
};
const usual: ListenerBounds = {
  batchMs: 20,
  batchSignals: 500,
  batchCharacters: 262_144,
  waitingSignals: 200_000,
  waitingCharacters: 200_000_000,
  graceMs: 3_000,
  firstRetryMs: 500,
  lastRetryMs: 5_000, // what the PBX says meanwhile is lost to us
  notLetInRetryMs: 150_000,
  steadyMs: 10_000,
  lastHandMs: 5_000,
  lookMs: 60_000,
  doubtMs: 60_000,
  ami: {},
};

/** The classes of events that are asked for; whatever else the login may read is not sent. */
const classes = 'system,call,agent,user';
/** Events that come while the channels are listed; a list takes a few milliseconds. */
const mostHeld = 100_000;

/** Hears one Asterisk until `stop`: connects, tells which channels there are, hands over what is signalled, and connects again. */
export async function listenToAsterisk(listening: Listening, openEars: OpenEars, given: Partial<ListenerBounds> = {}): Promise<void> {
  const { world, report, stop } = listening;
  const bounds = { ...usual, ...given };
  const teller = openTeller(listening.trouble);
  const settings = parseAsteriskSettings(listening.settings);
  if ('mistakes' in settings) {
    teller.tell('settings', `This Asterisk can't be listened to: ${settings.mistakes.join(' ')} Run \`npm run connect\` again.`);
    while (!stop.aborted) await world.sleep(3_600_000, stop);
    return;
  }
  const handing = startHanding(listening, bounds, (sentence) => teller.tell('handing', sentence));
  const away = openAway(world, stop, bounds.graceMs, (sentence) => teller.tell('connection', sentence));
  const ears: { open?: Ears } = {};
  const concerns = new Map<string, string>();
  /** What must be mended is on the admin's screen until it is seen to be, whatever connections come and go. */
  const consider = (findings: readonly Finding[]) => {
    for (const { about, state, says, urgent } of findings) {
      if (state === 'unknown') continue;
      if (state === 'lacking' || state === 'dangerous') report('asterisk.preflight', { about, state, says });
      if (urgent && state !== 'good') concerns.set(about, says);
      else concerns.delete(about);
    }
    teller.tell('rights', [...concerns.values()].join(' ') || undefined);
  };
  try {
    for (let failures = 0; !stop.aborted;) {
      let retryMs = bounds.lastRetryMs;
      let since: number | undefined;
      try {
        const connection = await attend(settings, listening, bounds, ears, openEars, handing, consider);
        since = world.monotonic();
        away.over();
        away.begin(await connection.ended);
      } catch (error) {
        if (!(error instanceof AmiTrouble)) throw error;
        away.begin(error.message, error.kind === 'not-let-in');
        if (error.kind === 'not-let-in') retryMs = bounds.notLetInRetryMs;
        report('asterisk.not-connected', { because: error.message });
      }
      failures = since !== undefined && world.monotonic() - since > bounds.steadyMs ? 0 : failures + 1;
      const grown =
        retryMs > bounds.lastRetryMs ? retryMs : Math.min(bounds.lastRetryMs, bounds.firstRetryMs * 2 ** Math.min(failures, 10));
      await world.sleep(grown * (0.5 + world.chance() / 2), stop);
    }
  } finally {
    away.end();
    await handing.end();
  }
}

/** One connection: resolves when it is up and the channels are known. */
async function attend(
  settings: AsteriskSettings,
  { world, live, report, stop }: Listening,
  bounds: ListenerBounds,
  ears: { open?: Ears },
  openEars: OpenEars,
  handing: Handing,
  consider: (findings: readonly Finding[]) => void,
): Promise<Pick<Ami, 'ended'>> {
  let held: { readonly event: AmiEvent; readonly atMs: number }[] | undefined = [];
  let undecided = true;
  let heardOfCalls = false;
  const unseen = (error: unknown) => report('asterisk.not-looked-at', { because: (error as Error).message });
  const take = (event: AmiEvent, atMs: number) => {
    if (valueOf(event, 'Privilege').startsWith('call,')) heardOfCalls = true;
    if (undecided && valueOf(event, 'Event') === 'Newchannel') {
      undecided = false;
      consider(learnFrom(event));
    }
    const signal = ears.open?.hear(event, atMs);
    if (signal) handing.add(signal);
  };
  const onEvent = (event: AmiEvent) => {
    const atMs = world.now();
    if (!held) return take(event, atMs);
    if (held.length >= mostHeld) throw new Error(`more than ${mostHeld} events came before the list of channels was complete`);
    held.push({ event, atMs });
  };
  const release = () => {
    const events = held ?? [];
    held = undefined;
    for (const { event, atMs } of events) take(event, atMs);
  };
  /** Which channels there are, told before whatever is said meanwhile. A database that is away keeps nobody from hearing. */
  const lookAround = async (open: Ears) => {
    const unended = await live().catch(() => []);
    held = [];
    try {
      const askedAtMs = world.now();
      for (const signal of open.snapshot(await ami.list('CoreShowChannels'), askedAtMs, unended)) handing.add(signal);
    } finally {
      release();
    }
  };
  const ami = await connectAmi(settings, settings, { world, onEvent, events: classes, limits: bounds.ami, stop });
  const connectedMs = world.monotonic();
  let lists = false;
  try {
    const commands = await commandsOf(ami);
    lists = commands.has('CoreShowChannels');
    if (commands.has('CoreSettings')) handing.name(valueOf(await ami.action('CoreSettings'), 'SystemName'));
    ears.open ??= openEars({
      ...(await outsideOf(ami, commands, settings)),
      ...(settings.country !== undefined && { country: settings.country }),
      ...(settings.lines && { lines: settings.lines }),
    });
    const pingedMs = world.now();
    const stamp = Number(valueOf(await ami.action('Ping'), 'Timestamp'));
    if (stamp > 0) ears.open.clock?.(stamp * 1e3 - (pingedMs + world.now()) / 2);
    // What was said before the channels are asked for is older than the answer; what is said meanwhile may be newer.
    release();
    if (lists) await lookAround(ears.open);
    else held = undefined;
    report('asterisk.connected', { host: settings.host, port: settings.port, banner: ami.banner });
    // Good to know. Hearing doesn't end with it.
    await preflight(ami, settings, { commands, thorough: false }).then(consider, unseen);
  } catch (error) {
    await ami.close();
    throw error;
  }

  // A login that may not read calls is let in all the same, and hears nothing.
  const over = new AbortController();
  void ami.ended.then(() => over.abort());
  const doubt = async () => {
    for (;;) {
      await world.sleep(bounds.doubtMs, over.signal);
      if (over.signal.aborted || heardOfCalls) return;
      const rows = await ami.list('CoreShowChannels').catch(() => []);
      const ageSeconds = (world.monotonic() - connectedMs) / 1_000;
      if (heardOfCalls || !rows.some((row) => secondsOf(valueOf(row, 'Duration')) < ageSeconds - 1)) continue;
      consider([
        {
          about: 'read',
          state: 'lacking',
          urgent: true,
          says: `There are calls on the PBX, and the login ${settings.user} hears nothing of them. Add read = call,agent,user to its section in manager.conf.`,
        },
      ]);
      return ami.close(); // what a login may is decided when it logs in
    }
  };
  if (lists) void doubt();
  // A hang-up that was never heard would keep its call open for hours.
  const keepLooking = async () => {
    for (;;) {
      await world.sleep(bounds.lookMs, over.signal);
      if (over.signal.aborted) return;
      await lookAround(ears.open!).catch(unseen);
    }
  };
  if (lists) void keepLooking();
  return ami;
}

/** Named by the admin, or found on the PBX where names alone would mislead. */
async function outsideOf(
  ami: Ami,
  commands: ReadonlySet<string>,
  settings: AsteriskSettings,
): Promise<{ outside?: readonly string[]; alsoOutside?: readonly string[] }> {
  if (settings.trunks) return { outside: settings.trunks };
  const { outside } = await learnTrunks(ami, commands);
  return outside ? { alsoOutside: outside } : {};
}

/** `01:02:03` in seconds; not a number where it is none. */
const secondsOf = (duration: string) => {
  const [, hours, minutes, seconds] = /^(\d+):(\d\d):(\d\d)$/.exec(duration) ?? [];
  return Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds);
};

type Handing = {
  add(signal: { readonly call: string }): void;
  /** The PBX's own name is known. */
  name(pbx: string): void;
  /** Stores what waits, as far as that can be done within its limit. */
  end(): Promise<void>;
};

/** Hands signals over in batches, in order, one at a time; whatever can't be stored is tried again, under the same id (C5). */
function startHanding(
  { hand, world, report, stop }: Listening,
  bounds: ListenerBounds,
  tell: (sentence: string | undefined) => void,
): Handing {
  const waiting = openWaitingSignals({ signals: bounds.waitingSignals, characters: bounds.waitingCharacters });
  const listeningId = `${Math.floor(world.now()).toString(36)}-${Buffer.from(world.bytes(6)).toString('hex')}`;
  let pbx = '';
  let ending = false;
  let wake = Promise.withResolvers<void>();

  /** False: given up at the end. */
  const store = async (deliveryId: string, body: Uint8Array): Promise<boolean> => {
    const begunMs = world.monotonic();
    let endingMs: number | undefined;
    for (let failures = 0; ; failures++) {
      try {
        await hand(deliveryId, body);
        tell(undefined);
        return true;
      } catch (error) {
        const now = world.monotonic();
        if (ending || stop.aborted) endingMs ??= now;
        if (failures % 30 === 0) report('asterisk.not-stored', { because: (error as Error).message, waiting: waiting.count });
        if (endingMs !== undefined && now - endingMs >= bounds.lastHandMs) return false;
        if (now - begunMs >= bounds.graceMs)
          tell('What the PBX says can’t be stored just now. It is kept in memory; calls are told when the database is back.');
        await world.sleep(Math.min(2_000, 100 * 2 ** Math.min(failures, 5)) * (0.5 + world.chance() / 2));
      }
    }
  };
  const handing = (async () => {
    for (let number = 0; ; number++) {
      while (waiting.count === 0) {
        if (ending) return;
        await wake.promise;
        wake = Promise.withResolvers<void>();
      }
      const begunMs = world.monotonic();
      const batch = waiting.take(bounds.batchSignals, bounds.batchCharacters);
      const body = new TextEncoder().encode(
        `{"version":1,"pbx":${JSON.stringify(pbx)},"signals":[${batch.map(({ text }) => text).join(',')}]}`,
      );
      if (!(await store(`${listeningId}/${number}`, body))) {
        report('asterisk.signals-lost', { signals: batch.length + waiting.count, because: 'stopped while the database was away' });
        return;
      }
      const earlyMs = bounds.batchMs - (world.monotonic() - begunMs);
      if (earlyMs > 0 && !ending) await world.sleep(earlyMs, stop);
    }
  })();
  return {
    add(signal) {
      const gone = waiting.add({ call: signal.call, text: JSON.stringify(signal) });
      if (gone)
        report('asterisk.calls-given-up', {
          calls: gone.calls.length,
          signals: gone.signals,
          because: 'too many signals wait to be stored',
          ids: gone.calls.slice(0, 20).join(' '),
        });
      wake.resolve();
    },
    name(said) {
      pbx = said;
    },
    async end() {
      ending = true;
      wake.resolve();
      await handing;
    },
  };
}

/** Says one sentence of all that is wrong now, when it changes. */
function openTeller(trouble: Listening['trouble']) {
  const sentences = new Map<string, string>();
  let said: { readonly sentence: string | undefined } | undefined;
  return {
    tell(about: 'settings' | 'connection' | 'handing' | 'rights', sentence: string | undefined) {
      if (sentence === undefined) sentences.delete(about);
      else sentences.set(about, sentence);
      const next = [...sentences.values()].join(' ') || undefined;
      // That all is well is first said by the connection: before, nobody knows.
      if (said ? said.sentence === next : next === undefined && about !== 'connection') return;
      said = { sentence: next };
      trouble(next);
    },
  };
}

/** Tells that the PBX is away, once that has lasted; what is mended before is nobody's business. */
function openAway(world: World, stop: AbortSignal, graceMs: number, tell: (sentence: string | undefined) => void) {
  let why = 'The PBX has not been reached yet.';
  let told = false;
  let alarm: AbortController | undefined;
  const say = () => {
    told = true;
    tell(why);
  };
  const watch = () => {
    const mine = new AbortController();
    alarm = mine;
    void world.sleep(graceMs, AbortSignal.any([mine.signal, stop])).then(() => !mine.signal.aborted && !stop.aborted && say());
  };
  watch();
  return {
    begin(because: string, atOnce = false) {
      why = because;
      if (stop.aborted) return;
      if (told || atOnce) say();
      else if (!alarm) watch();
    },
    over() {
      alarm?.abort();
      alarm = undefined;
      told = false;
      tell(undefined);
    },
    end: () => alarm?.abort(),
  };
}
