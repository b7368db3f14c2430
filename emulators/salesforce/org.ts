import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import type { Hono } from 'hono';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { apiApp } from './api.ts';
import { Bulk } from './bulk/bulk.ts';
import { elapsedMs, wallClock, type Clock } from './clock.ts';
import { controlApp } from './control.ts';
import { makeCertificate, type Certificate } from './events/certificate.ts';
import { Faults } from './faults.ts';
import { Identity } from './identity/identity.ts';
import { Journal } from './journal.ts';
import { Latency, type Profile } from './latency.ts';
import { Limits } from './limits.ts';
import { Locks } from './locks.ts';
import { Deployments } from './metadata/deployments.ts';
import type { OrgState } from './org-state.ts';
import { Queries } from './query.ts';
import { relateTasks } from './model/shared-activities.ts';
import { cordboardFields } from './schema.ts';
import { forgetRecent } from './resources/recent.ts';
import { integrationUserId, seedOrg } from './seed.ts';
import { TextIndex } from './sosl/text-index.ts';
import { Store } from './store.ts';

export type OrgOptions = {
  /** An SQLite file, or `:memory:`. */
  file: string;
  clientId: string;
  clientSecret: string;
  /** Where that app may be called back after a sign-in in the browser. */
  callbackUrls?: readonly string[];
  /** 0: any free port. */
  port?: number;
  controlPort?: number;
  latency?: Profile;
  instanceUrl?: string;
  withoutCustomFields?: boolean;
  /** Accounts may be persons. An org that has them keeps them, whatever this says later. */
  personAccounts?: boolean;
  /** Tasks may have several contacts. An org that has them keeps them, whatever this says later. */
  sharedActivities?: boolean;
  /** Change events over gRPC, in plain HTTP/2 on this port. 0: any free port. Without it there are none: its libraries take 0.1 s to load. */
  pubsubPort?: number;
  /** The same over TLS on another port, with this certificate and key (PEM), or with one of the org's own making. */
  pubsubTls?: { port?: number; cert?: string; key?: string };
  clock?: Clock;
};
export type RunningOrg = {
  readonly apiUrl: string;
  readonly controlUrl: string;
  /** `http://host:port`; undefined where the org was started without `pubsubPort`. */
  readonly pubsubUrl: string | undefined;
  /** `https://host:port`, where `pubsubTls` was asked for. */
  readonly pubsubTlsUrl: string | undefined;
  /** Whom to trust for it (PEM), where the certificate is the org's own. */
  readonly authority: string | undefined;
  stop(): Promise<void>;
};

/** "unable to obtain exclusive access" comes after about ten seconds [K]. */
const lockWaitMs = 10_000;

/** Starts a stand-in org in this process. Every org is its own: nothing is shared between two. */
export async function startOrg(options: OrgOptions): Promise<RunningOrg> {
  const clock = options.clock ?? wallClock;
  const store = new Store(options.file, options.withoutCustomFields ? [] : cordboardFields, {
    personAccounts: options.personAccounts ?? false,
    sharedActivities: options.sharedActivities ?? false,
  });
  const addresses: OrgState['addresses'] = { api: '', control: '' };
  const now = () => clock() + org.shiftMs;
  store.now = now;
  const latency = new Latency(options.latency ?? 'none');
  const org: OrgState = {
    store,
    oauth: new Identity(
      store,
      now,
      { clientId: options.clientId, secret: options.clientSecret, callbackUrls: options.callbackUrls ?? [], runAs: integrationUserId },
      () => options.instanceUrl ?? addresses.api,
    ),
    queries: new Queries(store, now),
    search: new TextIndex(store, now),
    bulk: new Bulk(store, () => org),
    limits: new Limits(now, elapsedMs),
    deployments: new Deployments(store, now, latency, () => org.queries.forget()),
    locks: new Locks(lockWaitMs),
    latency,
    faults: new Faults(),
    journal: new Journal(),
    now,
    shiftMs: Number(store.meta('shiftMs') ?? 0),
    stopped: false,
    filling: undefined,
    pubsub: undefined,
    authority: undefined,
    addresses,
    reset() {
      org.search.forget();
      forgetRecent(store);
      store.clear();
      org.faults.clear();
      org.journal.clear();
      org.queries.forget();
      org.bulk.clear();
      org.limits.used = 0;
      org.pubsub?.faults.clear();
      seedOrg(store, now());
      store.commit();
    },
  };
  store.changes.now = now;
  try {
    seedOrg(store, now());
    relateTasks(store, now());
    store.commit();
    await openPubSub(org, options, addresses);
    const api = await listen(apiApp(org), options.port ?? 0);
    try {
      const control = await listen(controlApp(org), options.controlPort ?? 0);
      addresses.api = addressOf(api);
      addresses.control = addressOf(control);
      org.bulk.resume();
      return {
        apiUrl: addresses.api,
        controlUrl: addresses.control,
        pubsubUrl: addresses.pubsub,
        pubsubTlsUrl: addresses.pubsubTls,
        authority: org.authority,
        async stop() {
          org.stopped = true;
          await Promise.all([close(api), close(control), org.pubsub?.stop(), org.filling?.catch(() => undefined), org.bulk.stop()]);
          store.close();
        },
      };
    } catch (cause) {
      await close(api);
      throw cause;
    }
  } catch (cause) {
    await org.pubsub?.stop();
    store.close();
    throw cause;
  }
}

async function openPubSub(org: OrgState, { pubsubPort, pubsubTls }: OrgOptions, addresses: OrgState['addresses']): Promise<void> {
  if (pubsubPort === undefined) return;
  const { startPubSub } = await import('./events/pubsub.ts');
  org.pubsub = await startPubSub(org, {
    port: pubsubPort,
    ...(pubsubTls ? { tls: { port: pubsubTls.port ?? 0, ...certificateFor(org, pubsubTls) } } : {}),
  });
  addresses.pubsub = org.pubsub.url;
  if (org.pubsub.tlsUrl !== undefined) addresses.pubsubTls = org.pubsub.tlsUrl;
}

/** Its own is made once and kept: who trusted it yesterday trusts it today. */
function certificateFor(org: OrgState, { cert, key }: { cert?: string; key?: string }): { cert: string; key: string } {
  if (cert !== undefined && key !== undefined) return { cert, key };
  const kept = org.store.meta('certificate');
  const own = kept === undefined ? makeCertificate(wallClock()) : (JSON.parse(kept) as Certificate);
  if (kept === undefined) org.store.setMeta('certificate', JSON.stringify(own));
  org.authority = own.authority;
  return own;
}

function listen(app: Hono<{ Bindings: HttpBindings }>, port: number): Promise<Server> {
  // Node's 16 KB for request line and headers would answer before the org's own 414 can.
  const server = createAdaptorServer({
    fetch: app.fetch,
    createServer,
    serverOptions: { maxHeaderSize: 131_072, keepAliveTimeout: 60_000, requestTimeout: 0 },
  }) as Server;
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve(server);
    });
  });
}

const addressOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
