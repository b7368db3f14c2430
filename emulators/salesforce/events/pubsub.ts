import {
  Server,
  ServerCredentials,
  status,
  type handleUnaryCall,
  type Metadata,
  type ServerDuplexStream,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { randomUUID } from 'node:crypto';
import { createServer, type AddressInfo, type Server as NetServer, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { elapsedMs } from '../clock.ts';
import { readId } from '../ids.ts';
import type { OrgState } from '../org-state.ts';
import { organizationId } from '../seed.ts';
import { Refusal } from '../errors.ts';
import { authError, authHeadersInvalid, notHere, RpcError, schemaIdBlank, schemaUnknown, serviceUnavailable } from './rpc-errors.ts';
import { StreamFaults } from './stream-faults.ts';
import { Subscription, type FetchRequest, type FetchResponse } from './subscription.ts';
import { tenantGuid, topicNamed } from './topics.ts';

export type PubSubOptions = {
  /** Plain HTTP/2. 0: any free port. */
  readonly port: number;
  /** The same over TLS on a port of its own, with this certificate and key (PEM). */
  readonly tls?: { readonly port: number; readonly cert: string; readonly key: string };
};
/** The gRPC side of one org. */
export type PubSub = {
  readonly url: string;
  readonly tlsUrl: string | undefined;
  readonly faults: StreamFaults;
  /** Open Subscribe calls. */
  list(): { topic: string; owed: number; place: number }[];
  /** The clock was moved, or a fault set or cleared. */
  tick(): void;
  /** Destroys every connection; says how many there were. */
  drop(): number;
  /** Ends the Subscribe calls (of one topic) with an error; says how many. */
  end(error: { status: status; errorCode: string; message: string }, topic?: string): number;
  stop(): Promise<void>;
};

const proto = loadSync(fileURLToPath(new URL('pubsub.proto', import.meta.url)), {
  longs: Number,
  enums: String,
  defaults: true,
  arrays: true,
});
const service = proto['eventbus.v1.PubSub'] as ServiceDefinition;
const keepEveryMs = 60_000;

/** Whom the call's metadata name. Throws what a real org says of metadata that name nobody. */
function authenticated(org: OrgState, metadata: Metadata): string {
  const header = (name: string) => {
    const value = String(metadata.get(name)[0] ?? '').trim();
    if (value === '') throw authHeadersInvalid(name);
    return value;
  };
  const [token, , tenant] = [header('accesstoken'), header('instanceurl'), header('tenantid')];
  if (readId(tenant) !== organizationId) throw authError();
  try {
    return org.oauth.authenticate(`Bearer ${token}`);
  } catch (cause) {
    throw cause instanceof Refusal ? authError() : cause;
  }
}

/** Starts the gRPC server. The connections are its own sockets, so that they can be cut. */
export async function startPubSub(org: OrgState, options: PubSubOptions): Promise<PubSub> {
  const faults = new StreamFaults();
  const open = new Set<Subscription>();
  const sockets = new Set<Socket>();
  const server = new Server({ 'grpc.max_receive_message_length': 4_194_304 });

  /** A call with one answer. */
  const unary =
    <Request, Answer>(
      answer: (request: Request, userId: string) => { topic: string; make: () => Answer },
    ): handleUnaryCall<Request, Answer> =>
    (call, callback) => {
      const rpcId = randomUUID();
      try {
        const { topic, make } = answer(call.request, authenticated(org, call.metadata));
        if (faults.refuses(topic)) throw serviceUnavailable();
        callback(null, { ...make(), rpcId });
      } catch (cause) {
        if (!(cause instanceof RpcError)) console.error(cause);
        callback(cause instanceof RpcError ? cause.told(rpcId) : { code: status.INTERNAL, details: String(cause) });
      }
    };
  const refused = (what: string) => (call: ServerDuplexStream<unknown, unknown>) => {
    call.emit('error', notHere(what).told(randomUUID()));
  };
  const implementation: UntypedServiceImplementation = {
    Subscribe(call: ServerDuplexStream<FetchRequest, FetchResponse>) {
      const authenticate = () => authenticated(org, call.metadata);
      const subscription = new Subscription(org, faults, call, randomUUID(), authenticate, (ended) => open.delete(ended));
      open.add(subscription);
      subscription.begin();
    },
    GetTopic: unary(({ topicName }: { topicName: string }, userId) => ({
      topic: topicName,
      make() {
        const { object } = topicNamed(org.store, topicName, userId);
        // The channel of all has events of many schemas, and none of its own [C pozil/pub-sub-api-node-client#34].
        const schemaId = object ? org.store.changes.schemaIdOf(object) : '';
        return { topicName, tenantGuid, canPublish: false, canSubscribe: true, schemaId };
      },
    })),
    GetSchema: unary(({ schemaId }: { schemaId: string }) => ({
      topic: '',
      make() {
        if (schemaId === '') throw schemaIdBlank();
        const schemaJson = org.store.changes.schemaJson(schemaId);
        if (schemaJson === undefined) throw schemaUnknown(tenantGuid, schemaId);
        return { schemaJson, schemaId };
      },
    })),
    Publish: unary(() => {
      throw notHere('publishing platform events');
    }),
    PublishStream: refused('publishing platform events'),
    ManagedSubscribe: refused('managed subscriptions'),
  };
  server.addService(service, implementation);

  const doors: { close(): Promise<void> }[] = [];
  const openDoor = async (port: number, credentials: ServerCredentials): Promise<number> => {
    const injector = server.createConnectionInjector(credentials);
    const net = createServer({ noDelay: true }, (socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      socket.on('error', () => socket.destroy());
      injector.injectConnection(socket);
    });
    await listen(net, port);
    doors.push({
      close: () =>
        new Promise((resolve) => {
          net.close(() => resolve());
          injector.destroy();
        }),
    });
    return (net.address() as AddressInfo).port;
  };
  const dropAll = () => {
    const count = sockets.size;
    for (const socket of sockets) socket.destroy();
    return count;
  };
  const closeAll = async () => {
    dropAll();
    await Promise.all(doors.map((door) => door.close()));
    server.forceShutdown();
  };

  let url: string;
  let tlsUrl: string | undefined;
  try {
    url = `http://127.0.0.1:${await openDoor(options.port, ServerCredentials.createInsecure())}`;
    if (options.tls) {
      const { port, cert, key } = options.tls;
      const pair = { cert_chain: Buffer.from(cert), private_key: Buffer.from(key) };
      tlsUrl = `https://localhost:${await openDoor(port, ServerCredentials.createSsl(null, [pair], false))}`;
    }
  } catch (cause) {
    await closeAll();
    throw cause;
  }

  let keptAtMs = elapsedMs();
  const tick = () => {
    for (const subscription of open) subscription.tick();
    if (elapsedMs() - keptAtMs < keepEveryMs) return;
    keptAtMs = elapsedMs();
    org.store.changes.keepDelivered();
    org.store.changes.prune();
  };
  const timer = setInterval(tick, 1_000);
  timer.unref();
  const unlisten = org.store.changes.listen(tick);

  return {
    url,
    tlsUrl,
    faults,
    list: () => [...open].map((subscription) => subscription.told),
    tick,
    drop: dropAll,
    end(error, topic) {
      const meant = [...open].filter((subscription) => topic === undefined || subscription.told.topic === topic);
      for (const subscription of meant) subscription.fail(new RpcError(error.status, error.errorCode, error.message));
      return meant.length;
    },
    async stop() {
      clearInterval(timer);
      unlisten();
      await closeAll();
      org.store.changes.keepDelivered();
    },
  };
}

const listen = (server: NetServer, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
