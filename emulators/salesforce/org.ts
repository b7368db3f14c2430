import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import type { Hono } from 'hono';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { apiApp } from './api.ts';
import { elapsedMs, wallClock, type Clock } from './clock.ts';
import { controlApp } from './control.ts';
import { Faults } from './faults.ts';
import { Identity } from './identity/identity.ts';
import { Journal } from './journal.ts';
import { Latency, type Profile } from './latency.ts';
import { Limits } from './limits.ts';
import { Locks } from './locks.ts';
import type { OrgState } from './org-state.ts';
import { Queries } from './query.ts';
import { cordboardFields } from './schema.ts';
import { integrationUserId, seedOrg } from './seed.ts';
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
  clock?: Clock;
};
export type RunningOrg = { readonly apiUrl: string; readonly controlUrl: string; stop(): Promise<void> };

/** "unable to obtain exclusive access" comes after about ten seconds [K]. */
const lockWaitMs = 10_000;

/** Starts a stand-in org in this process. Every org is its own: nothing is shared between two. */
export async function startOrg(options: OrgOptions): Promise<RunningOrg> {
  const clock = options.clock ?? wallClock;
  const store = new Store(options.file, options.withoutCustomFields ? [] : cordboardFields, {
    personAccounts: options.personAccounts ?? false,
  });
  const addresses = { api: '', control: '' };
  const now = () => clock() + org.shiftMs;
  const org: OrgState = {
    store,
    oauth: new Identity(
      store,
      now,
      { clientId: options.clientId, secret: options.clientSecret, callbackUrls: options.callbackUrls ?? [], runAs: integrationUserId },
      () => options.instanceUrl ?? addresses.api,
    ),
    queries: new Queries(store, now),
    limits: new Limits(now, elapsedMs),
    locks: new Locks(lockWaitMs),
    latency: new Latency(options.latency ?? 'none'),
    faults: new Faults(),
    journal: new Journal(),
    now,
    shiftMs: Number(store.meta('shiftMs') ?? 0),
    stopped: false,
    filling: undefined,
    addresses,
    reset() {
      store.clear();
      org.faults.clear();
      org.journal.clear();
      org.queries.forget();
      org.limits.used = 0;
      seedOrg(store, now());
      store.commit();
    },
  };
  try {
    seedOrg(store, now());
    store.commit();
    const api = await listen(apiApp(org), options.port ?? 0);
    try {
      const control = await listen(controlApp(org), options.controlPort ?? 0);
      addresses.api = addressOf(api);
      addresses.control = addressOf(control);
      return {
        apiUrl: addresses.api,
        controlUrl: addresses.control,
        async stop() {
          org.stopped = true;
          await Promise.all([close(api), close(control), org.filling?.catch(() => undefined)]);
          store.close();
        },
      };
    } catch (cause) {
      await close(api);
      throw cause;
    }
  } catch (cause) {
    store.close();
    throw cause;
  }
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
