import type { Client, ClientDuplexStream, Metadata, ServiceError } from '@grpc/grpc-js';
import { fileURLToPath } from 'node:url';
import { NoEvents, Unanswered } from '../../../server/crm.ts';
import type { World } from '../../../server/world.ts';
import type { Session } from '../session.ts';
import { cleanText, cutAt } from '../text.ts';

/** One event as it came: its payload is Avro, of the schema named. */
export type RawEvent = { readonly schemaId: string; readonly payload: Buffer; readonly replayId: Buffer };
/** Several of one topic, or none: then nothing has happened for minutes. `place`: go on after here. */
export type Fetched = { readonly events: readonly RawEvent[]; readonly place: Buffer | undefined };

/** Salesforce's Pub/Sub API, signed in as the connected user. Whatever fails is thrown as `NoEvents`, `Refused` or `Unanswered`. */
export type PubSub = {
  /** Throws `NoEvents` where this user can't hear it. */
  topic(name: string, signal: AbortSignal): Promise<void>;
  schema(id: string, signal: AbortSignal): Promise<string>;
  /**
   * All that is told after this place, or from now on. The first, without events, comes when the subscription stands. A session that ends is
   * renewed, and it goes on. Ends when the signal aborts, and by throwing when Salesforce ends it.
   */
  subscribe(topic: string, from: Buffer | undefined, signal: AbortSignal): AsyncGenerator<Fetched>;
  close(): void;
};

type Grant = Awaited<ReturnType<Session['grant']>>;
type Answered = {
  readonly events: readonly {
    readonly event: { readonly schemaId: string; readonly payload: Buffer } | null;
    readonly replayId: Buffer;
  }[];
  readonly latestReplayId: Buffer;
  readonly pendingNumRequested: number;
};
type Stream = ClientDuplexStream<object, Answered>;
type Unary = (request: object, metadata: Metadata, done: (error: ServiceError | null, answer: object) => void) => { cancel(): void };

const production = 'https://api.pubsub.salesforce.com:7443';
/** Where change events of an org are told, by the address people sign in at; `off` for a stand-in, whose port has to be named. */
export const pubsubFor = (loginUrl: string): string => (loginUrl.startsWith('https:') ? production : 'off');

/** "The maximum number of events that can be requested in a Subscribe call across all requests is 100" (Pub/Sub API guide, pull subscription). */
const atOnce = 100;
/** Something comes within 270 seconds, be it empty (the same, Subscribe RPC method). */
const silentMs = 300_000;
/** Some servers send nothing at all before the first event: by then the subscription stands, or has been refused. */
const standsAfterMs = 5_000;
const unaryLimitMs = 30_000;
/** What a client library takes at once unless told otherwise; a hundred events of 1 MB each could come. */
const mostBytes = 128 * 1024 * 1024;

/** gRPC's own numbers of what went wrong. */
const status = {
  notFound: 5,
  permissionDenied: 7,
  resourceExhausted: 8,
  unimplemented: 12,
  unauthenticated: 16,
} as const;

export function openPubSub(url: string, session: Pick<Session, 'grant' | 'renew' | 'redact'>, world: Pick<World, 'sleep'>): PubSub {
  let opened: Promise<{ client: Client; metadataOf(grant: Grant): Metadata }> | undefined;
  /** Loaded when it is first needed: it takes a tenth of a second. */
  const open = () =>
    (opened ??= (async () => {
      const [grpc, { load }] = await Promise.all([import('@grpc/grpc-js'), import('@grpc/proto-loader')]);
      const proto = await load(fileURLToPath(new URL('pubsub.proto', import.meta.url)), { defaults: true, enums: String });
      const service = proto['eventbus.v1.PubSub'];
      if (!service || 'format' in service) throw new Error('pubsub.proto has no service PubSub');
      const PubSubClient = grpc.makeGenericClientConstructor(service, 'PubSub');
      const { host, protocol } = new URL(url);
      return {
        client: new PubSubClient(host, protocol === 'https:' ? grpc.credentials.createSsl() : grpc.credentials.createInsecure(), {
          'grpc.max_receive_message_length': mostBytes,
          'grpc.use_local_subchannel_pool': 1, // two orgs never share a connection
        }),
        metadataOf({ accessToken, instanceUrl, orgId }) {
          const metadata = new grpc.Metadata();
          for (const [name, value] of Object.entries({ accesstoken: accessToken, instanceurl: instanceUrl, tenantid: orgId }))
            metadata.set(name, value);
          return metadata;
        },
      };
    })());

  const methodOf = (client: Client, name: string): unknown => {
    const method: unknown = Reflect.get(client, name, client);
    if (typeof method !== 'function') throw new Error(`pubsub.proto has no ${name}`);
    return method.bind(client);
  };

  /** Does it as the connected user, and once more with a new session where this one is over. */
  async function asUser<T>(work: (client: Client, metadata: Metadata, grant: Grant) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const { client, metadataOf } = await open();
    const grant = await session.grant(signal);
    try {
      return await work(client, metadataOf(grant), grant);
    } catch (error) {
      if (codeOf(error) !== status.unauthenticated) throw whatHappened(error);
      const again = await session.renew(grant, signal);
      return work(client, metadataOf(again), again).catch((refused: unknown) => {
        throw whatHappened(refused);
      });
    }
  }
  const unary = (name: string, request: object, signal: AbortSignal): Promise<object> =>
    asUser(async (client, metadata) => {
      const answered = Promise.withResolvers<object>();
      const method = methodOf(client, name) as Unary;
      const call = method(request, metadata, (error, answer) => (error ? answered.reject(error) : answered.resolve(answer)));
      const over = new AbortController();
      void world.sleep(unaryLimitMs, AbortSignal.any([over.signal, signal])).then(() => call.cancel()); // too late once it is answered
      try {
        return await answered.promise;
      } finally {
        over.abort();
      }
    }, signal);

  /** Never with a token in it, which a proxy's page might quote. */
  function whatHappened(error: unknown): unknown {
    const code = codeOf(error);
    if (code === undefined) return error;
    const { details, metadata } = error as ServiceError;
    const [told] = metadata?.get('error-code') ?? [];
    const errorCode = String(told ?? '').replace('sfdc.platform.eventbus.grpc.', '');
    const message = cutAt(cleanText(session.redact(details ?? '')).replace(/\s*rpcId: \S+\s*$/, ''), 300);
    if (errorCode.includes('limit.exceeded') || (code === status.resourceExhausted && /limit/i.test(message)))
      return new NoEvents('used-up', message);
    if (errorCode.includes('replayid')) return new NoEvents('lost', message);
    if (code === status.notFound) return new NoEvents('not-selected', message);
    if (code === status.permissionDenied || code === status.unauthenticated) return new NoEvents('not-allowed', message);
    if (code === status.unimplemented) return new NoEvents('not-offered', message);
    return new Unanswered(`Salesforce's change events broke off (${errorCode || `gRPC status ${code}`}): ${message}`);
  }

  /** The stream, once Salesforce has said that it stands, and what will come first. */
  const stand = (topic: string, from: Buffer | undefined, signal: AbortSignal) =>
    asUser(async (client, metadata, grant) => {
      const stream = (methodOf(client, 'Subscribe') as (metadata: Metadata) => Stream)(metadata);
      stream.on('error', () => undefined); // the iterator tells of it
      const coming = stream[Symbol.asyncIterator]() as AsyncIterator<Answered>;
      const next = coming.next();
      next.catch(() => undefined); // awaited by whoever goes on
      const giveUp = () => stream.cancel();
      signal.addEventListener('abort', giveUp, { once: true });
      stream.once('close', () => signal.removeEventListener('abort', giveUp));
      if (signal.aborted) giveUp();
      stream.write({
        topicName: topic,
        replayPreset: from === undefined ? 'LATEST' : 'CUSTOM',
        ...(from !== undefined && { replayId: from }),
        numRequested: atOnce,
      });
      const stands = new AbortController();
      const begun = new Promise<void>((resolve) => stream.once('metadata', () => resolve()));
      // A stream that is refused has no head of its own, or an empty one just before the refusal.
      await Promise.race([begun.then(() => Promise.race([next, world.sleep(0)])), next, world.sleep(standsAfterMs, stands.signal)]);
      stands.abort();
      return { stream, coming, next, grant };
    }, signal);

  return {
    async topic(name, signal) {
      const { canSubscribe } = (await unary('GetTopic', { topicName: name }, signal)) as { canSubscribe?: boolean };
      if (!canSubscribe) throw new NoEvents('not-allowed', `The connected user may not subscribe to ${name}.`);
    },
    async schema(id, signal) {
      const { schemaJson } = (await unary('GetSchema', { schemaId: id }, signal)) as { schemaJson?: string };
      if (!schemaJson) throw new Unanswered('Salesforce gave no schema for its change events.');
      return schemaJson;
    },
    async *subscribe(topic, from, signal) {
      for (let [place, isFirst] = [from, true]; ; isFirst = false) {
        const { stream, coming, next: first, grant } = await stand(topic, place, signal);
        let hasCome = false;
        try {
          if (isFirst) yield { events: [], place: undefined };
          for (let next = first; !signal.aborted; next = coming.next()) {
            next.catch(() => undefined); // told below, unless silence was longer
            const quiet = new AbortController();
            const came = await Promise.race([next, world.sleep(silentMs, quiet.signal).then(() => 'silence' as const)]);
            quiet.abort();
            if (came === 'silence') throw new Unanswered(`Salesforce's change events have been silent for ${silentMs / 1000} s.`);
            if (came.done) throw new Unanswered('Salesforce has ended the stream of change events.');
            const { events, latestReplayId, pendingNumRequested } = came.value;
            if (pendingNumRequested < atOnce / 2) stream.write({ topicName: topic, numRequested: atOnce - pendingNumRequested });
            const reached = latestReplayId.length > 0 ? latestReplayId : events.at(-1)?.replayId;
            [hasCome, place] = [true, reached ?? place];
            yield {
              events: events.flatMap(({ event, replayId }) =>
                event ? [{ schemaId: event.schemaId, payload: event.payload, replayId }] : [],
              ),
              place: reached,
            };
          }
          return;
        } catch (error) {
          if (signal.aborted) return;
          if (codeOf(error) !== status.unauthenticated) throw whatHappened(error);
          // Whoever can't say from where to go on has missed something; and a session that ends at once would be renewed without end.
          if (!hasCome || place === undefined) throw new Unanswered('The session ended before any change event came.');
          await session.renew(grant, signal);
        } finally {
          stream.cancel();
        }
      }
    },
    close() {
      void opened?.then(({ client }) => client.close());
    },
  };
}

const codeOf = (error: unknown): number | undefined => {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'number' ? code : undefined;
};
