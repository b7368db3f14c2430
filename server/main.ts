import { serve, type ServerType } from '@hono/node-server';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { crms, crmSignIns } from '../crms/index.ts';
import { sources } from '../sources/index.ts';
import { signDelivery, secretOf } from '../sources/generic-webhook/sign.ts';
import { buildConsole } from '../console/build.ts';
import { Bell } from './bell.ts';
import { keepBooks } from './book/keeper.ts';
import { lookUps } from './book/look-up.ts';
import { mattersOf } from './book/matters.ts';
import { whoIsThere } from './book/who-is-there.ts';
import { bookSettings } from './book-settings.ts';
import { sayStatus } from './admin/status.ts';
import { type Config, printConfig, printMistakes, readConfig } from './config.ts';
import { connecting } from './connect/connect.ts';
import { proveRested } from './connect/prove-rested.ts';
import { readConsole } from './console-files.ts';
import { hashToken } from './guard.ts';
import { groupCommit } from './ingest/group-commit.ts';
import { hashPayload } from './ingest/hash-payload.ts';
import { type Connection, receive } from './ingest/ingest.ts';
import { docsPage } from './ingest/docs-page.ts';
import { openApi } from './ingest/openapi.ts';
import { keepListening, type Listeners } from './listeners.ts';
import { openLog } from './log.ts';
import { postAlerts } from './notify/post-alert.ts';
import { keepRights } from './notify/rights.ts';
import { keepWatch } from './notify/watch.ts';
import { keepOrgs } from './org-keeper.ts';
import { orgViews } from './org-views.ts';
import { pageLinks } from './page-links.ts';
import { lineSteps, makeBells } from './pipeline.ts';
import { openRecordings } from './recordings/recordings.ts';
import { openDoors } from './routes.ts';
import { byKeeper, orgSetup } from './setup/setup.ts';
import { simulator } from './simulate/simulator.ts';
import { type StandIn, startStandIn, StandInTrouble } from './stand-in.ts';
import { accessStore } from './store/access-store.ts';
import { alertStore } from './store/alert-store.ts';
import { bookStore } from './store/book-store.ts';
import { connectStore } from './store/connect-store.ts';
import { consoleStore } from './store/console-store.ts';
import { openDatabase, readOnly } from './store/database.ts';
import { listeningStore } from './store/listening-store.ts';
import { type Embedded, startEmbedded } from './store/embedded.ts';
import { runEngine } from './store/engine.ts';
import { migrate, UnusableDatabase } from './store/migrate.ts';
import { DatabaseTrouble } from './store/postgres-program.ts';
import { postgresStore } from './store/postgres.ts';
import { setupStore } from './store/setup-store.ts';
import { simulateStore } from './store/simulate-store.ts';
import { keyOf, loadSecretsKey, openSecrets, requireKeysFor, type Secrets, SecretsTrouble } from './store/secrets.ts';
import { openVault } from './store/vault-store.ts';
import { resealed } from './setup/reseal.ts';
import type { OrgId } from './store.ts';
import type { LentConsents, Vault } from './vault.ts';
import { realWorld } from './world.ts';

/** Something the operator can mend; the message says how. Anything else is ours and shows its stack. */
class StartTrouble extends Error {}
const operatorsTrouble = [StartTrouble, UnusableDatabase, DatabaseTrouble, SecretsTrouble, StandInTrouble];

const world = realWorld();
const say = (line: string) => process.stdout.write(`${line}\n`);
/** How long connections are trusted without a note. */
const connectionMs = 5_000;
/** Rows of the stream are kept this long; a screen that was away longer loads anew. */
const streamKeptMs = 10 * 60_000;
const defaultSource = 'generic-webhook';
/** What is said of listening that somebody has to mend, or to know. */
const loudListening = /\.(?:trouble|failed|unread|unsaid|taken-over|preflight|not-connected|not-stored|calls-given-up|signals-lost)$/;
/** What is said of an org that somebody has to mend. */
const loudOrg = new Set(['org.trouble', 'org.failed', 'org.unproved', 'org.default-unusable']);
/** What is said of the book that somebody has to mend. */
const loudBook = new Set([
  'book.bulk-refused',
  'book.events-broke',
  'book.events-unread',
  'book.failed',
  'book.fill-waits',
  'book.kind-waits',
  'book.kind-left-out',
  'book.orgs-unread',
  'book.uncounted',
  'book.unread',
  'book.unsaid',
  'book.waits',
]);
/** What is said of recordings that somebody has to mend. */
const loudRecordings = new Set([
  'recording.damaged',
  'recording.failed',
  'recording.housekeeping',
  'recording.inbox',
  'recording.left',
  'recording.refused',
  'recording.strays',
  'recording.undeleted',
  'recording.unreadable',
  'recording.untold',
]);

async function start(config: Config): Promise<void> {
  const startedMs = world.monotonic();
  const log = openLog(config.logLevel, config.logFormat, world, (line) => process.stderr.write(line));
  log.debug('settings', { all: printConfig(config) });
  const stopping = new AbortController();
  const undo: { what: string; run(): Promise<unknown> }[] = []; // what to end, newest last
  const stop = async () => {
    stopping.abort();
    for (const { what, run } of undo.splice(0).reverse()) {
      await run().catch((error: unknown) => log.error('stop.failed', { what, because: (error as Error).message }));
    }
  };

  try {
    await makeFolder(config.dataFolder);
    const consoleReady = buildConsole({ onProgress: say });
    consoleReady.catch(() => undefined); // awaited below; a failing database says its own sentence first
    const trouble = (error: Error) => log.warn('database.trouble', { because: error.message });
    let embedded: Embedded | undefined;
    if (config.databaseUrl === undefined) {
      embedded = await startEmbedded({ folder: config.dataFolder, world, onProgress: say });
      const { stop: stopDatabase } = embedded;
      undo.push({ what: 'database', run: stopDatabase });
    }
    const database = openDatabase(embedded?.address ?? { connectionString: config.databaseUrl! }, world, trouble);
    undo.push({ what: 'connections', run: () => database.close() });
    const steps = await migrate(database);
    if (steps.length) log.info('database.migrated', { steps: steps.join(' ') });
    const store = postgresStore(database, world, trouble);
    const admin = consoleStore(database);
    world.offsetMs += (await store.clock()) - world.now();
    const secrets = openSecrets(await loadSecretsKey(config, world), world);
    const waysIn = connectStore(database);
    requireKeysFor([...(await admin.sealed()), ...(await waysIn.sealed())].map(keyOf), secrets); // a wrong key shows now, not at the first call
    type Settings = { readonly kind?: keyof typeof crms } & Parameters<typeof crms.salesforce>[0];
    const settingsOf = (sealed: string) => JSON.parse(secrets.open(sealed, 'orgs crm')) as Settings;
    const vaultOf = (id: OrgId) => openVault({ database, world, secrets, onTrouble: trouble }, id);
    const lentOf = (id: OrgId): LentConsents => ({
      vault: (user) => openVault({ database, world, secrets, onTrouble: trouble }, id, user),
      given: (user) => waysIn.consentGiven(id, user),
      say: (user, failure, given) => waysIn.sayAgentTrouble(id, user, failure, given),
    });
    const openCrm = (settings: object, vault: Vault, lent?: LentConsents) => {
      const { kind = 'salesforce', ...rest } = settings as Settings;
      // The stand-in tells of changes at another port each time it starts.
      const events = standIn?.pubsubUrl !== undefined && rest.loginUrl === standIn.apiUrl ? { pubsubUrl: standIn.pubsubUrl } : {};
      return crms[kind]({ ...events, ...rest, requestLimitMs: config.requestLimitMs }, world, (line) => log.debug(line), vault, lent);
    };

    const standInUrl = `http://127.0.0.1:${config.standInPort}`;
    /** Orgs whose settings lead to the stand-in of this machine. */
    const standInOrgs = async () =>
      (await store.readOrgs()).filter(({ crm }) => crm !== null && settingsOf(crm).loginUrl === standInUrl).map(({ org: id }) => id);
    const standIn = await prepareFirstOrg(config, admin, secrets, async () => (await standInOrgs()).length > 0, undo);
    const [org] = await admin.orgs();
    if (org === undefined) throw new Error('the first start made no org');

    // The line
    const bells = makeBells();
    const streamBell = new Bell();
    const views = orgViews(store, world);
    const connections = new Map<string, { found: Promise<Connection | undefined>; atMs: number }>();
    const orgView = views.read;
    const findConnection = (id: string): Promise<Connection | undefined> => {
      const known = connections.get(id);
      if (known && world.monotonic() - known.atMs < connectionMs) return known.found;
      const found = store.readConnection(id).then((row) => {
        const source = row && sources.find((candidate) => candidate.name === row.source);
        return row && source
          ? {
              org: row.org,
              connection: row.connection,
              source,
              secrets: JSON.parse(secrets.open(row.sealedSecrets, `connections ${row.connection} secrets`)) as string[],
            }
          : undefined;
      });
      found.catch(() => connections.delete(id));
      if (connections.size > 10_000) connections.clear(); // unknown ids are remembered too, but not without end
      connections.set(id, { found, atMs: world.monotonic() });
      return found;
    };
    const counters: Record<string, number> = {};
    const count = (name: string, by = 1) => (counters[name] = (counters[name] ?? 0) + by);

    const keeper = keepOrgs({
      store,
      world,
      node: config.nodeName,
      connect: (sealed, id) => openCrm(settingsOf(sealed), vaultOf(id), lentOf(id)),
      signedIn: (id, atMs) => waysIn.saveSignedIn(id, atMs),
      proved: (id, failure) => waysIn.saveProof(id, failure),
      proveAgents: (id, crm) => proveRested(waysIn, id, crm),
      writer: { sideBySide: 4, requestLimitMs: config.requestLimitMs, pollMs: 500 },
      connected: () => books.ring(),
      rules: async (id) => {
        const { policy, policyVersion, lent } = await orgView(id);
        return { policyVersion, defaults: policy.defaults, duplicates: policy.duplicates, country: policy.country, policy, lent };
      },
      whoIsThere: (org, numbers) => isThere(org, numbers),
      report: (what, fields) => {
        if (what === 'org.exchanged') {
          count('exchanges_total');
          count('records_written_total', Number(fields['created']) + Number(fields['changed']));
          count('duplicate_value_total', Number(fields['exists']));
          count('refused_field_total', Number(fields['refused']));
        }
        log[loudOrg.has(what) ? 'warn' : 'info'](what, fields);
      },
      stop: stopping.signal,
    });
    undo.push({ what: 'orgs', run: () => keeper.done });
    const setup = orgSetup({
      store: setupStore(database),
      world,
      node: config.nodeName,
      publicUrl: config.publicUrl,
      crm: keeper.crm,
      policy: async (id) => (await orgView(id)).policy,
      audit: admin.audit,
      reseal: (sealed) => resealed(secrets, sealed),
      reconnected: byKeeper(keeper.crm, world, stopping.signal),
      report: (what, fields) => log[what === 'setup.done' ? 'info' : 'warn'](what, fields),
      stop: stopping.signal,
    });
    undo.push({ what: 'setup', run: () => setup.ended() });
    await setup.findInterrupted(config.nodeName);
    const book = bookStore(database, world, trouble);
    const books = keepBooks({
      store: book,
      world,
      orgs: admin.orgs,
      crm: keeper.crm,
      settings: async (id) => {
        const { policy } = await orgView(id);
        return bookSettings(policy);
      },
      report: (what, fields) =>
        log[loudBook.has(what) && fields['absent'] !== true ? 'warn' : what === 'book.filling' ? 'debug' : 'info'](what, fields),
      stop: stopping.signal,
    });
    undo.push({ what: 'book', run: () => books.done });
    const access = accessStore(database);
    const rights = keepRights({
      store: access,
      world,
      orgs: admin.orgs,
      crm: keeper.crm,
      report: (what, fields) => log.warn(what, fields),
      stop: stopping.signal,
    });
    undo.push({ what: 'rights', run: () => rights.done });
    const isThere = whoIsThere(books, book, async (id) => (await orgView(id)).policy.match);

    const publicUrl = config.publicUrl;
    const sourcesByName = Object.fromEntries(sources.map((source) => [source.name, source]));
    const links = pageLinks(publicUrl);
    const engine = runEngine(
      lineSteps(
        {
          store,
          world,
          sources: sourcesByName,
          orgView,
          lookUp: lookUps(book, world),
          ...links,
          matters: mattersOf(book),
          report: (what, fields) => log[what.endsWith('.parked') ? 'warn' : 'info'](what, fields),
        },
        bells,
      ),
      world,
      stopping.signal,
      {
        step: (name, rows, ms) => {
          count(`${name}_rows_total`, rows);
          log.debug('engine.step', { step: name, rows, ms: Math.round(ms) });
        },
        trouble: (name, error) => log.warn('engine.trouble', { step: name, because: error.message }),
      },
    );
    undo.push({ what: 'engine', run: () => engine });

    let listeners: Listeners | undefined;
    const listener = await store.listen((channel) => {
      if (channel === 'deliveries') bells.deliveries.ring();
      else if (channel === 'calls') bells.calls.ring();
      else if (channel === 'stream') streamBell.ring();
      else if (channel === 'access') rights.ring();
      else {
        if (channel === 'orgs') {
          [views, connections].forEach((cache) => cache.clear());
          listeners?.ring();
          books.ring();
        }
        keeper.ring(channel);
      }
    });
    undo.push({ what: 'listener', run: () => listener.close() });

    const alerts = alertStore(database);
    const housekeeping = (async () => {
      for (let round = 0; !stopping.signal.aborted; round++) {
        try {
          world.offsetMs += (await store.clock()) - world.now();
          await admin.trim(streamKeptMs);
          await access.trim();
          await alerts.trim();
          if (round % 60 === 0) await admin.prepareDays(3);
        } catch (error) {
          log.warn('housekeeping.failed', { because: (error as Error).message });
        }
        await world.sleep(30_000, stopping.signal);
      }
    })();
    undo.push({ what: 'housekeeping', run: () => housekeeping });

    // The doors
    let full: string | undefined; // asked for every delivery, so looked up beside (E6)
    const watchRoom = (async () => {
      for (; !stopping.signal.aborted; await world.sleep(2_000, stopping.signal)) {
        full = await whyFull(config, embedded !== undefined, admin).catch(() => full);
      }
    })();
    undo.push({ what: 'room', run: () => watchRoom });
    const { alerts: alertTo } = config;
    const sendAlert =
      alertTo &&
      postAlerts(
        alertTo.url,
        world,
        alertTo.secret === undefined ? undefined : (id, atMs, body) => signDelivery(alertTo.secret!, id, atMs, body),
      );
    const watch = keepWatch({
      store: alerts,
      world,
      orgs: admin.orgs,
      status: async (id) => sayStatus(await admin.status(id), 'the watch', { standIn: false, hookUrl: (connection) => connection }),
      full: () => full,
      send: sendAlert,
      report: (what, fields) => log[what === 'alert.ended' ? 'info' : 'warn'](what, fields),
      stop: stopping.signal,
    });
    undo.push({ what: 'watch', run: () => watch });
    const commit = groupCommit(
      (rows) => store.append(rows),
      () => full,
    );
    undo.push({ what: 'ingest', run: () => commit.close() });
    listeners = keepListening({
      store: listeningStore(database, world, trouble),
      world,
      node: config.nodeName,
      sources,
      settingsOf: ({ connection, sealedSettings }) => JSON.parse(secrets.open(sealedSettings, `connections ${connection} settings`)),
      hand: ({ org: its, connection }, deliveryId, body) =>
        commit.add({ org: its, connection, deliveryId, headers: {}, body, payloadHash: hashPayload(body), receivedAt: world.now() }),
      report: (what, fields) => {
        if (what.endsWith('.calls-given-up')) count('calls_given_up_total', Number(fields['calls']));
        log[loudListening.test(what) ? 'warn' : 'info'](what, fields);
      },
      stop: stopping.signal,
    });
    const { done: listened } = listeners;
    undo.push({ what: 'listeners', run: () => listened }); // after the doors, before the commits: what was heard is handed over
    const recordings = await openRecordings({
      database,
      world,
      folder: join(config.dataFolder, 'recordings'),
      node: config.nodeName,
      settings: config.recordings,
      find: findConnection,
      hand: ({ org: its, connection }, deliveryId, body) =>
        commit.add({ org: its, connection, deliveryId, headers: {}, body, payloadHash: hashPayload(body), receivedAt: world.now() }),
      whyFull: () => full,
      audit: admin.audit,
      report: (what, fields) => log[loudRecordings.has(what) ? 'warn' : 'info'](what, fields),
      count,
      stop: stopping.signal,
    });
    undo.push({ what: 'recordings', run: () => recordings.done });

    const door = {
      find: findConnection,
      commit,
      world,
      report: (error: unknown) => log.error('ingest.failed', { because: (error as Error).message }),
    };
    const address = publicUrl ?? `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${config.port}`;
    const intoOrgs = connecting({
      store: waysIn,
      world,
      secrets,
      signIn: crmSignIns.salesforce(world),
      open: openCrm,
      vault: vaultOf,
      audit: admin.audit,
      stop: stopping.signal,
    });
    undo.push({ what: 'ways into orgs', run: () => intoOrgs.ended() });
    await consoleReady;
    const readBook = bookStore(readOnly(database), world, trouble);
    const app = openDoors({
      world,
      store,
      console: admin,
      publicUrl,
      secureCookies: publicUrl !== undefined,
      watchToken: config.watchToken,
      streamBell,
      stop: stopping.signal,
      receive: async (connection, headers, body) => {
        const answer = await receive({ connection, headers, body }, door);
        count(`deliveries_${answer.status}_total`);
        return answer;
      },
      async sayMoment(id, externalId, moment, at) {
        const row = (await admin.connections(id)).find((candidate) => candidate['source'] === defaultSource);
        if (!row) throw new Error('this org has no connection for generic events');
        const connection = row['connection'] as string;
        const [secret] = JSON.parse(secrets.open(row['secrets'] as string, `connections ${connection} secrets`)) as string[];
        const body = JSON.stringify({ version: 1, type: moment.type, call: externalId, at: new Date(at).toISOString(), data: moment.data });
        const headers = new Headers(signDelivery(secret!, `${externalId}-${moment.afterMs}-${moment.type}`, world.now(), body));
        const answer = await receive({ connection, headers, body: new Blob([body]).stream() }, door);
        if (answer.status !== 202) throw new Error(`the door answered ${answer.status}: ${JSON.stringify(answer.body)}`);
      },
      recordUrl: keeper.recordUrl,
      crm: keeper.crm,
      conclude: (name, events) => sources.find((source) => source.name === name)?.conclude?.(events) ?? events,
      standIn: async (id) => standIn !== undefined && (await standInOrgs()).includes(id),
      connect: {
        connecting: intoOrgs,
        orgs: waysIn,
        console: admin,
        world,
        publicUrl,
        secureCookies: publicUrl !== undefined,
      },
      whyNotReady: async () =>
        stopping.signal.aborted
          ? 'this node is stopping'
          : await store.clock().then(
              () => undefined,
              (error: unknown) => `the database does not answer: ${(error as Error).message}`,
            ),
      openApi: () => openApi(sources, address),
      docsPage: docsPage(openApi(sources, address)),
      file: readConsole(join(import.meta.dirname, '../console/dist')),
      recordings,
      setup,
      simulator: simulator({
        store: simulateStore(database),
        world,
        sources: sourcesByName,
        generic: sourcesByName[defaultSource]!,
        links,
        orgView,
        lookUp: lookUps(readBook, world),
        matters: mattersOf(readBook),
        crm: keeper.crm,
      }),
      alerts: { store: alerts, sentTo: alertTo && new URL(alertTo.url).host, send: sendAlert },
      hookUrl: (connection) => `${address}/hooks/${connection}`,
      metrics: () => counters,
      report: (what, fields) => log.error(what, fields),
    });
    const server = await listenOn(app.fetch, config);
    undo.push({
      what: 'doors',
      run: () =>
        new Promise<void>((resolve) => {
          server.close(() => resolve());
          if ('closeIdleConnections' in server) server.closeIdleConnections();
          void world.sleep(2_000).then(() => 'closeAllConnections' in server && server.closeAllConnections());
        }),
    });

    // Whoever places a test call at once should see its real owner; an org that is away must not keep us from listening.
    await Promise.race([keeper.tried, world.sleep(5_000)]);
    const token = Buffer.from(world.bytes(24)).toString('base64url');
    await admin.addSignIn(org, hashToken(token));
    say(`\nCordboard is ready after ${((world.monotonic() - startedMs) / 1000).toFixed(1)} s.`);
    say(`  Sign in      ${address}/sign-in#${token}   (works once, for an hour)`);
    if (standIn) say(`  Stand-in org ${standIn.apiUrl}${standIn.adopted ? '   (it was still running)' : ''}`);
    for (const connection of (await admin.connections(org)).filter((one) => !one['listened']))
      say(`  Events to    ${address}/hooks/${connection['connection'] as string}   (${connection['name'] as string})`);
    say('  Stop         Ctrl-C\n');

    let asked = 0;
    const onSignal = () => {
      if (++asked > 1) process.exit(130); // asked twice: whoever asks knows; a killed server loses nothing either
      say('Stopping: finishing what is under way …');
      void stop().then(() => {
        say('Stopped.');
        process.exit(0);
      });
    };
    process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A disk this full ends badly before anybody wakes; a backlog this long is hours of work (E6). */
const leastFreeBytes = 200e6;
const mostUntranslated = 200_000;

/** Why nothing more may be taken in now, in words for the sender and the log. */
async function whyFull(config: Config, ownDisk: boolean, admin: ReturnType<typeof consoleStore>): Promise<string | undefined> {
  if (ownDisk) {
    const disk = await statfs(config.dataFolder);
    const free = disk.bavail * disk.bsize;
    if (free < leastFreeBytes) return `The disk is nearly full: ${Math.round(free / 1e6)} MB are free.`;
  }
  const untranslated = await admin.untranslated(mostUntranslated + 1);
  return untranslated > mostUntranslated ? `More than ${mostUntranslated} deliveries wait to be read.` : undefined;
}

async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    throw new StartTrouble(
      `The data folder ${folder} can't be made (${error.code}). Give this user the right to write there, or set CORDBOARD_DATA to another folder.`,
    );
  });
}

/** At the very first start: an org to write to, the stand-in or one yet to be connected, and a connection to hear from. */
async function prepareFirstOrg(
  config: Config,
  admin: ReturnType<typeof consoleStore>,
  secrets: Secrets,
  isConnectedToIt: () => Promise<boolean>,
  undo: { what: string; run(): Promise<unknown> }[],
): Promise<StandIn | undefined> {
  const random = (bytes: number) => Buffer.from(world.bytes(bytes)).toString('base64url');
  const clientId = 'cordboard';
  const clientSecret = 'stand-in-secret'; // guards nothing: the stand-in is on loopback and holds nothing real
  if ((await admin.orgs()).length === 0) {
    const isStandIn = config.standIn !== 'off';
    const crm = secrets.seal(
      JSON.stringify({ kind: 'salesforce', loginUrl: `http://127.0.0.1:${config.standInPort}`, clientId, clientSecret }),
      'orgs crm',
    );
    const org = await (isStandIn ? admin.addOrg('Stand-in org', 'live', crm) : admin.addOrg('Salesforce', 'observe', null));
    const connection = `con_${Buffer.from(world.bytes(8)).toString('hex')}`;
    const key = secretOf(world.bytes(32));
    await admin.addConnection(
      org,
      connection,
      defaultSource,
      'Generic events',
      secrets.seal(JSON.stringify([key]), `connections ${connection} secrets`),
    );
    await admin.audit(org, 'cordboard', 'made the first org and connection', { connection, run: random(6) });
  }
  if (config.standIn === 'off' || (config.standIn === 'auto' && !(await isConnectedToIt()))) return undefined;
  const standIn = await startStandIn({
    folder: config.dataFolder,
    port: config.standInPort,
    controlPort: config.standInControlPort,
    clientId,
    clientSecret,
    latency: 'typical',
    world,
  });
  undo.push({ what: 'stand-in org', run: () => standIn.stop() });
  return standIn;
}

function listenOn(fetch: Parameters<typeof serve>[0]['fetch'], config: Config): Promise<ServerType> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch, hostname: config.host, port: config.port }, () => resolve(server));
    server.on('error', (error: NodeJS.ErrnoException) => {
      const why =
        error.code === 'EADDRINUSE'
          ? `Port ${config.port} is in use by another program. Stop it, or set CORDBOARD_PORT to another port.`
          : `Port ${config.port} on ${config.host} can't be opened (${error.code}).`;
      reject(new StartTrouble(why));
    });
  });
}

const config = readConfig(process.env, (path) => (existsSync(path) ? readFileSync(path, 'utf8') : undefined));
if ('mistakes' in config) {
  process.stderr.write(`${printMistakes(config)}\n`);
  process.exitCode = 1;
} else {
  start(config).catch((error: unknown) => {
    const known = operatorsTrouble.some((kind) => error instanceof kind);
    process.stderr.write(
      `Cordboard can't start. ${known ? (error as Error).message : `This is our mistake: ${(error as Error).stack ?? String(error)}`}\n`,
    );
    process.exit(1);
  });
}
