import { crms } from '../../crms/index.ts';
import { startOrg } from '../../emulators/salesforce/org.ts';
import { secretOf, signDelivery } from '../../sources/generic-webhook/sign.ts';
import { sources } from '../../sources/index.ts';
import { proveRested } from '../connect/prove-rested.ts';
import { type Crm, type CrmBook, type Exchange, Refused, Unanswered } from '../crm.ts';
import { parsePolicy } from '../decide/policy.ts';
import { groupCommit } from '../ingest/group-commit.ts';
import { hashPayload } from '../ingest/hash-payload.ts';
import { type Answer, type Connection, type Door, receive } from '../ingest/ingest.ts';
import { heldName } from '../recordings/name.ts';
import { keepBooks } from '../book/keeper.ts';
import { lookUps } from '../book/look-up.ts';
import { mattersOf } from '../book/matters.ts';
import { whoIsThere } from '../book/who-is-there.ts';
import { bookSettings } from '../book-settings.ts';
import { keepRights } from '../notify/rights.ts';
import { keepOrgs } from '../org-keeper.ts';
import { lineSteps, makeBells } from '../pipeline.ts';
import { accessStore } from '../store/access-store.ts';
import { bookStore } from '../store/book-store.ts';
import { connectStore } from '../store/connect-store.ts';
import { consoleStore } from '../store/console-store.ts';
import { simulator } from '../simulate/simulator.ts';
import { type Database, openDatabase, readOnly } from '../store/database.ts';
import { runEngine } from '../store/engine.ts';
import { postgresStore } from '../store/postgres.ts';
import { simulateStore } from '../store/simulate-store.ts';
import type { DueCall, OrgId, OrgView, Store } from '../store.ts';
import { realWorld, type World } from '../world.ts';
import { aMondayMorning } from './a-call.ts';
import { comeBackTo, lend, lentOn } from './lend.ts';
import { startTestDatabase } from './test-database.ts';

export type LineOrg = {
  readonly mode?: OrgView['mode'];
  /** A policy document, saved as the first version. */
  readonly policy?: unknown;
  readonly withoutCustomFields?: boolean;
  readonly personAccounts?: boolean;
  /** Ids of its connected phone systems; unique in the installation. The first is where `send` goes if nothing is said. */
  readonly connections?: readonly (string | { readonly id: string; readonly source: string })[];
};
export type LineOptions = {
  readonly orgs?: readonly LineOrg[];
  /** Servers side by side on the one database. */
  readonly nodes?: number;
  /** Requests a writer has under way at once; 1 makes their order, and so a story, always the same. */
  readonly sideBySide?: number;
  readonly startsAtMs?: number;
  /** After so long, by the machine's own clock, the client gives an answer up; for orgs that leave a connection open. */
  readonly givesUpMs?: number;
  /** What stands between us and an org's book. What it refuses is then no trouble of the line's. */
  readonly book?: (book: CrmBook) => CrmBook;
};
export type Sent = {
  readonly id: string;
  /** What is sent as JSON; text goes as it is. */
  readonly body: unknown;
  readonly connection?: string;
  /** The sender's clock is so much ahead of ours. */
  readonly clockAheadMs?: number;
};
export type HumanAct = {
  readonly action: 'create' | 'update' | 'delete' | 'undelete' | 'convert' | 'merge';
  readonly losers?: readonly string[];
  readonly object: string;
  readonly id?: string;
  readonly user?: string;
  readonly fields?: Readonly<Record<string, unknown>>;
};
export type CallExplained = {
  readonly call: string;
  readonly externalId: string;
  readonly incarnation: number;
  readonly connection: string;
  readonly explanation: string | null;
  readonly because: string | null;
};
export type Line = Awaited<ReturnType<typeof openLine>>;

/** What a request to the org takes, by the line's clock: a write is later than what caused it. */
const exchangeMs = 10;
/** As in config.ts. */
const requestLimitMs = 120_000;
const secret = secretOf(new Uint8Array(32).fill(7));
const real = realWorld();

const sourcesByName = Object.fromEntries(sources.map((source) => [source.name, source]));
const links = {
  callLink: (due: Pick<DueCall, 'id' | 'externalId'>) =>
    `https://cordboard.example/calls/${due.externalId.length > 40 ? due.id : encodeURIComponent(due.externalId.toWellFormed())}`,
  recordingLink: (url: string | undefined) => {
    const name = heldName(url);
    return name === undefined ? undefined : `https://cordboard.example/recordings/${name}`;
  },
};
const viewsOf = (store: Pick<Store, 'readOrg'>) => async (org: OrgId) => {
  const view = await store.readOrg(org);
  if (!view) throw new Error(`org ${org} is gone`);
  return view;
};

/**
 * The whole line in one process: the real door, steps, writer and CRM client on a database of its own, against a stand-in
 * org of its own. Its clock stands still until it is told to go on, and then hops from one due thing to the next, so that
 * lingering, silence and retries cost no real time and every run tells the same story.
 */
export async function openLine({
  orgs = [{}],
  nodes = 1,
  sideBySide = 4,
  startsAtMs = aMondayMorning,
  givesUpMs = requestLimitMs,
  book: between,
}: LineOptions = {}) {
  const test = await startTestDatabase();
  const troubles: string[] = [];
  const trouble = (error: Error) => void troubles.push(error.message);
  const clock = await startClock(openDatabase(test.address, real, trouble, 2), startsAtMs);
  const { traffic } = clock;
  const admin = consoleStore(clock.database);
  const stop = new AbortController();
  const atTheWire: World = givesUpMs === undefined ? clock.world : { ...clock.world, sleep: (ms, signal) => real.sleep(ms, signal) };
  const heldBack: { readonly untilMs: number; readonly perform: () => Promise<void> }[] = [];
  let holdNext = false;
  let meanwhile: (() => Promise<void>) | undefined;

  // The orgs, and who calls in
  const standIns = new Map<OrgId, Awaited<ReturnType<typeof startOrg>>>();
  const connections = new Map<string, Connection>();
  for (const [place, { mode = 'live', policy, withoutCustomFields = false, personAccounts = false, connections: ids }] of orgs.entries()) {
    const running = await startOrg({
      file: ':memory:',
      clientId: 'cordboard',
      clientSecret: 'stand-in-secret',
      withoutCustomFields,
      personAccounts,
      callbackUrls: [comeBackTo],
      clock: clock.now,
    });
    const settings = {
      loginUrl: running.apiUrl,
      clientId: 'cordboard',
      clientSecret: 'stand-in-secret',
      requestLimitMs: givesUpMs ?? requestLimitMs,
    };
    const org = await admin.addOrg(`org ${place + 1}`, mode, JSON.stringify(settings));
    standIns.set(org, running);
    if (policy !== undefined) await admin.savePolicy(org, parsePolicy(policy), 'admin');
    for (const asked of ids ?? [`con_${place + 1}`]) {
      const { id: connection, source: name } = typeof asked === 'string' ? { id: asked, source: sources[0]!.name } : asked;
      const source = sources.find((candidate) => candidate.name === name);
      if (!source) throw new Error(`There is no source "${name}".`);
      await admin.addConnection(org, connection, name, name === 'generic-webhook' ? 'Generic events' : name, '');
      connections.set(connection, { org, connection, source, secrets: [secret] });
    }
  }
  const [firstOrg] = standIns.keys();
  const [firstConnection] = connections.keys();
  if (firstOrg === undefined || firstConnection === undefined) throw new Error('Give a line at least one org with one connection.');

  // The servers
  const servers = Array.from({ length: nodes }, (_, node) => {
    const database = openDatabase(test.address, real, trouble, 6);
    const store = traffic.watch(postgresStore(database, real, trouble), (hold) => traffic.watch(hold));
    const book = traffic.watch(bookStore(database, real, trouble));
    const bells = makeBells();
    const door: Door = {
      find: async (id) => connections.get(id),
      commit: groupCommit((rows) => store.append(rows)),
      world: clock.world,
      report: (error) => trouble(error as Error),
    };
    const failed = (name: string, error: Error) => trouble(new Error(`step ${name}: ${error.message}`, { cause: error }));
    const engine = runEngine(
      lineSteps(
        {
          store,
          world: clock.world,
          sources: sourcesByName,
          orgView: viewsOf(store),
          lookUp: lookUps(book, clock.world),
          ...links,
          matters: mattersOf(book),
          report: () => undefined,
        },
        bells,
      ),
      clock.untilRung,
      stop.signal,
      { step: () => undefined, trouble: failed },
    );
    const keeper = keepOrgs({
      store,
      world: clock.world,
      node: `node ${node + 1}`,
      signedIn: async () => undefined,
      proved: async () => undefined,
      proveAgents: (org, crm) => traffic.add(proveRested(connectStore(database), org, crm)),
      connect: (sealed, org) => {
        const settings = JSON.parse(sealed) as Parameters<typeof crms.salesforce>[0];
        return traffic.add(crms.salesforce(settings, atTheWire, undefined, undefined, lentOn(database, org)).then(throughTheWire));
      },
      writer: { sideBySide, requestLimitMs, pollMs: 500 },
      connected: () => books.ring(),
      async rules(org) {
        const { policy, policyVersion, lent } = (await store.readOrg(org))!;
        return { policyVersion, defaults: policy.defaults, duplicates: policy.duplicates, country: policy.country, policy, lent };
      },
      whoIsThere: (org, numbers) => isThere(org, numbers),
      report: (what, fields) => what === 'org.failed' && void troubles.push(`${what}: ${String(fields['because'])}`),
      stop: stop.signal,
    });
    const books = keepBooks({
      store: book,
      world: clock.world,
      orgs: () => traffic.add(admin.orgs()),
      crm: keeper.crm,
      settings: async (org) => {
        const { policy } = (await store.readOrg(org))!;
        return bookSettings(policy);
      },
      report: (what, fields) =>
        (between ? /failed/ : /failed|unread/).test(what) && void troubles.push(`${what}: ${String(fields['because'])}`),
      stop: stop.signal,
    });
    const rights = keepRights({
      store: traffic.watch(accessStore(database)),
      world: clock.world,
      orgs: () => traffic.add(admin.orgs()),
      crm: keeper.crm,
      report: () => undefined,
      stop: stop.signal,
    });
    const isThere = whoIsThere(books, book, async (org) => (await store.readOrg(org))!.policy.match);
    return { database, bells, door, engine, keeper, books, rights };
  });

  /** Every request takes its time; one may be asked to get lost and land later. */
  function throughTheWire(crm: Crm): Crm {
    const watched = traffic.watch(crm);
    return Object.assign(Object.create(watched) as Crm, {
      book: traffic.watch(between ? between(crm.book) : crm.book),
      exchange: (ask: Exchange, signal?: AbortSignal) =>
        traffic.add(
          (async () => {
            if (meanwhile && ask.writes.length > 0) {
              const work = meanwhile;
              meanwhile = undefined;
              await work();
              await tellAll();
            }
            if (holdNext && ask.writes.length > 0) {
              holdNext = false;
              heldBack.push({ untilMs: clock.now() + requestLimitMs, perform: () => crm.exchange(ask).then(() => undefined, nobodyHears) });
              await clock.tick(exchangeMs);
              throw new Unanswered('The connection broke before the answer was complete (held back on the wire).');
            }
            try {
              return await crm.exchange(ask, signal);
            } finally {
              await clock.tick(exchangeMs);
            }
          })(),
        ),
    });
  }

  /** All that has been heard is told, although the writer is in the middle of something. */
  const tellAll = async () => {
    for (let due = await clock.due(); due.deliveries + due.calls > 0; due = await clock.due()) {
      servers.forEach(({ bells }) => (due.deliveries > 0 ? bells.deliveries : bells.calls).ring());
      await new Promise((resolve) => setImmediate(resolve));
    }
  };

  const raise = () => {
    if (troubles.length > 0) throw new Error(`The line is in trouble: ${troubles.splice(0).join('; ')}`);
  };

  /**
   * Lets everything happen that is due now. Says when it has to be asked again although nothing is due: a back-off. `isNews`: not just that;
   * whoever backs off is woken by the clock alone. Rung for, it would look again and sleep its least time, and the clock would stop every 25 ms.
   */
  async function settle(isNews: boolean): Promise<{ heldUntilMs: number | undefined }> {
    let told = !isNews;
    for (let rounds = 0; rounds < 500; rounds++) {
      await traffic.rest();
      raise();
      const due = await clock.due();
      if (due.deliveries + due.calls > 0) {
        servers.forEach(({ bells }) => (due.deliveries > 0 ? bells.deliveries : bells.calls).ring());
        told = false;
      } else {
        const before = traffic.moves;
        // Whoever slept has looked and sleeps again before anybody is rung for: a request moves the clock, and would move their next look.
        clock.wake();
        if (!told) {
          await traffic.rest();
          servers.forEach(({ keeper, rights }) => (keeper.ring('orgs'), keeper.ring('writes'), rights.ring()));
        }
        await traffic.rest();
        const after = await clock.due();
        told = after.deliveries + after.calls === 0 && traffic.moves === before;
        if (after.deliveries + after.calls > 0) continue;
        if (after.writes === 0) return { heldUntilMs: undefined };
        if (traffic.moves === before) return { heldUntilMs: clock.firstAlarmMs() }; // backing off, or gathering company
      }
    }
    throw new Error('The line does not come to rest: something is always due.');
  }

  const hop = async (untilMs: number, andRest: boolean, look: () => Promise<void> = async () => {}): Promise<void> => {
    for (let isNews = true; ;) {
      const { heldUntilMs } = await settle(isNews);
      isNews = heldUntilMs === undefined;
      await look();
      const next = Math.min(heldUntilMs ?? Infinity, (await clock.nextDueMs()) ?? Infinity);
      if (next > untilMs) break;
      await clock.set(Math.max(next, clock.now() + 1));
    }
    if (untilMs > clock.now()) await clock.set(untilMs);
    if (andRest) {
      await settle(true);
      await look();
    }
  };

  await traffic.rest();
  raise();

  const control = async (org: OrgId, method: string, path: string, body?: unknown): Promise<unknown> => {
    const answer = await fetch(`${standIns.get(org)!.controlUrl}/__org${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`The stand-in refused ${method} ${path}: ${text}`);
    return path.startsWith('/export')
      ? text
          .split('\n')
          .filter(Boolean)
          .map((row) => JSON.parse(row) as unknown)
      : JSON.parse(text);
  };

  return {
    org: firstOrg,
    nodes,
    /** An agent signs in on the org's pages and lets us act as them. */
    lend: (user: string, org: OrgId = firstOrg) => lend(clock.database, org, standIns.get(org)!, user),
    admin,
    /** Tries policies out on what the line has told. */
    simulator: simulator({
      store: simulateStore(clock.database),
      world: clock.world,
      sources: sourcesByName,
      generic: sourcesByName['generic-webhook']!,
      links,
      orgView: viewsOf(postgresStore(readOnly(clock.database), real, trouble)),
      lookUp: lookUps(bookStore(readOnly(clock.database), real, trouble), clock.world),
      matters: mattersOf(bookStore(readOnly(clock.database), real, trouble)),
      crm: servers[0]!.keeper.crm,
    }),
    database: clock.database,
    now: clock.now,
    /** One delivery through the door of a node, signed as the vendor signs it. Nothing else happens until the clock is asked. */
    async send({ id, body, connection = firstConnection, clockAheadMs = 0 }: Sent, node = 0): Promise<Answer> {
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      const headers = new Headers(signDelivery(secret, id, clock.now() + clockAheadMs, text));
      return receive({ connection, headers, body: new Blob([text]).stream() }, servers[node]!.door);
    },
    /** A delivery stored without today's door: by an older release, say. */
    async store(id: string, body: string, connection = firstConnection): Promise<void> {
      const bytes = new TextEncoder().encode(body);
      await servers[0]!.door.commit.add({
        org: connections.get(connection)!.org,
        connection,
        deliveryId: id,
        headers: {},
        body: bytes,
        payloadHash: hashPayload(bytes),
      });
    },
    /** Everything due now happens. */
    rest: async () => void (await hop(clock.now(), true)),
    /** The clock goes to this time; all that becomes due on the way has happened, what happens at the time itself has not. `look` at every stop. */
    at: (ms: number, look?: () => Promise<void>) => hop(ms, false, look),
    /** As `at`, and what is due then has happened too. */
    advanceTo: (ms: number, look?: () => Promise<void>) => hop(ms, true, look),
    /** The next request that writes is lost on the way; whoever sent it never hears of it. */
    holdNextWrite() {
      holdNext = true;
    },
    /** This happens, and is told, while the next request that writes is under way. */
    duringNextWrite(work: () => Promise<void>) {
      meanwhile = work;
    },
    /**
     * What was held back arrives after all; once its limit has passed it is lost for good. The read-back relies on that (W4): a test that
     * lets anything land later sees its own request taken for a person's hand (W3).
     */
    async letHeldRequestsLand(): Promise<void> {
      for (const { untilMs, perform } of heldBack.splice(0)) if (clock.now() <= untilMs) await perform();
    },
    asHuman: (act: HumanAct, org: OrgId = firstOrg) => control(org, 'POST', '/as-human', act) as Promise<{ id: string }>,
    control: (method: string, path: string, body?: unknown, org: OrgId = firstOrg) => control(org, method, path, body),
    export: (object: string, org: OrgId = firstOrg) =>
      control(org, 'GET', `/export?object=${object}&deleted=1`) as Promise<Record<string, unknown>[]>,
    async explanations(): Promise<CallExplained[]> {
      return (
        await clock.database.query({
          text: 'select e.call, c.external_id as "externalId", c.incarnation, c.connection, e.explanation, e.because from call_explanations e join calls c on c.org = e.org and c.id = e.call order by e.call',
        })
      ).rows as CallExplained[];
    },
    unexplained: async () =>
      (await clock.database.query({ text: 'select call, explanation, because from unexplained_calls' })).rows as unknown[],
    /** Everything ends; gives what went wrong unseen. */
    async close(): Promise<void> {
      await traffic.rest();
      stop.abort();
      await Promise.all(
        servers.flatMap(({ engine, keeper, books, rights, door }) => [
          engine,
          keeper.done,
          books.done,
          rights.done,
          (door.commit as ReturnType<typeof groupCommit>).close(),
        ]),
      );
      await Promise.all([
        ...servers.map(({ database }) => database.close()),
        clock.database.close(),
        ...[...standIns.values()].map((running) => running.stop()),
      ]);
      await test.drop();
    },
  };
}

/** The database's clock stands still and is moved by hand; the world, and the org, read the same. */
async function startClock(database: Database, startsAtMs: number) {
  let nowMs = startsAtMs;
  const traffic = watchTraffic();
  const alarms = new Set<{ readonly atMs: number; readonly wake: () => void }>();
  const write = () => database.query({ text: 'update clock set shift = make_interval(secs => $1::float8 / 1000)' }, [nowMs]);
  // Its shift is then all of its time: counted from 1970, not from the machine's now.
  await database.query({
    text: "create or replace function cb_now() returns timestamptz language sql stable as 'select to_timestamp(0) + shift from clock'",
  });
  await write();
  const now = () => nowMs;
  const world: World = {
    now,
    monotonic: now,
    chance: () => 0.5,
    bytes: (count) => new Uint8Array(count).fill(7),
    sleep: (ms, signal) =>
      new Promise<void>((resolve) => {
        if (signal?.aborted) return resolve();
        const alarm = { atMs: nowMs + ms, wake: () => void (alarms.delete(alarm), resolve()) };
        alarms.add(alarm);
        signal?.addEventListener('abort', alarm.wake, { once: true });
      }),
  };
  const set = async (ms: number) => {
    nowMs = ms;
    await write();
  };
  return {
    database,
    traffic,
    world,
    /** The engine's steps run when they are rung for, so that one room is done before the next begins; between two they wait for no company. */
    untilRung: { ...world, sleep: (ms: number, signal?: AbortSignal) => (ms < 100 ? Promise.resolve() : world.sleep(Infinity, signal)) },
    now,
    set,
    tick: (ms: number) => set(nowMs + ms),
    wake: () => [...alarms].filter((alarm) => alarm.atMs <= nowMs).forEach((alarm) => alarm.wake()),
    firstAlarmMs: () =>
      [...alarms].reduce<number | undefined>((first, { atMs }) => (atMs > nowMs && atMs < (first ?? Infinity) ? atMs : first), undefined),
    async due(): Promise<{ deliveries: number; calls: number; writes: number }> {
      const { rows } = await database.query({
        text: `select (select count(*)::int from deliveries where state = 'new') as deliveries, (select count(*)::int from calls where due <= cb_now()) as calls,
          (select count(*)::int from writes w join orgs o on o.org = w.org and o.mode = 'live' where w.state = 'sending' or w.state in ('due', 'uncertain', 'written') and w.due <= cb_now()) as writes`,
      });
      return rows[0] as { deliveries: number; calls: number; writes: number };
    },
    async nextDueMs(): Promise<number | undefined> {
      const { rows } = await database.query({
        text: `select ceil(extract(epoch from min(due)) * 1000)::float8 as ms from (select due from calls union all
          select w.due from writes w join orgs o on o.org = w.org and o.mode = 'live' where w.state in ('due', 'uncertain', 'written')) d where due > cb_now()`,
      });
      return (rows[0] as { ms: number | null }).ms ?? undefined;
    },
  };
}

/** A request that was given up may fail on its late arrival as well; its sender is gone. */
function nobodyHears(error: unknown): void {
  if (!(error instanceof Unanswered || error instanceof Refused)) throw error;
}

const moving: ReadonlySet<string | symbol> = new Set(['begin', 'settle', 'recover', 'users', 'queues', 'saveUsers']);

/** Knows whether anything is under way to the database or the org. When nothing is, everybody sleeps until the clock moves. */
function watchTraffic() {
  let underWay = 0;
  let resting: (() => void)[] = [];
  const traffic = {
    /** How much there has been. */
    count: 0,
    /** How much of it was work on rows, not only looking at them. */
    moves: 0,
    add<T>(work: Promise<T>): Promise<T> {
      underWay++;
      traffic.count++;
      const over = () => {
        underWay--;
        if (underWay === 0) resting.splice(0).forEach((wake) => wake());
      };
      work.then(over, over);
      return work;
    },
    /** The same object, its asynchronous work counted. `inside`: what to do with an object such work gives. */
    watch<T extends object>(target: T, inside: <R extends object>(result: R) => R = (result) => result): T {
      return new Proxy(target, {
        get(from, key) {
          const member: unknown = Reflect.get(from, key, from);
          if (typeof member !== 'function') return member;
          return (...args: unknown[]) => {
            if (moving.has(key)) traffic.moves++;
            const result: unknown = Reflect.apply(member, from, args);
            if (!(result instanceof Promise)) return result;
            return traffic.add(result.then((value: unknown) => (key === 'takeLane' && value ? inside(value) : value)));
          };
        },
      });
    },
    /** When nothing has been under way for a few turns of the loop: what follows an answer follows at once. */
    async rest(): Promise<void> {
      for (let quiet = 0; quiet < 3;) {
        if (underWay > 0) {
          await new Promise<void>((resolve) => resting.push(resolve));
          quiet = 0;
        }
        const before = traffic.count;
        await new Promise((resolve) => setImmediate(resolve));
        quiet = traffic.count === before && underWay === 0 ? quiet + 1 : 0;
      }
    },
  };
  return traffic;
}
