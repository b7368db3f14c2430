import {
  credentials,
  makeGenericClientConstructor,
  Metadata,
  type Client,
  type ClientDuplexStream,
  type ServiceDefinition,
  type ServiceError,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import avro from 'avsc';
import { fileURLToPath } from 'node:url';

// A subscriber to the Pub/Sub API as its documentation describes one. Knows nothing of the server but its .proto.

type Answer = {
  events: { event: { id: string; schemaId: string; payload: Buffer }; replayId: Buffer }[];
  latestReplayId: Buffer;
  pendingNumRequested: number;
  rpcId: string;
};
export type Received = {
  id: string;
  schemaId: string;
  replayId: Buffer;
  header: {
    entityName: string;
    recordIds: string[];
    changeType: string;
    changeOrigin: string;
    transactionKey: string;
    sequenceNumber: number;
    commitTimestamp: bigint;
    commitNumber: bigint;
    commitUser: string;
    /** Bitmaps spelled out: `Phone`, `MailingAddress.City`. */
    nulledFields: string[];
    diffFields: string[];
    changedFields: string[];
  };
  /** Fields that are not null. */
  fields: Record<string, unknown>;
};
export type Fetch = { topicName?: string; replayPreset?: string; replayId?: Buffer; numRequested?: number };

export type Subscriber = {
  /** Resolves when the server has taken the subscription. */
  readonly open: Promise<void>;
  readonly answers: Answer[];
  readonly events: Received[];
  ask(request: Fetch): void;
  /** Waits until so many events have come. */
  until(count: number): Promise<Received[]>;
  /** Waits for an answer without events. */
  keepAlive(): Promise<Answer>;
  /** How the stream ended: the gRPC status, the code in the trailers. */
  readonly end: Promise<{ code: number; errorCode: string | undefined; details: string }>;
  cancel(): void;
};

const proto = loadSync(fileURLToPath(new URL('../events/pubsub.proto', import.meta.url)), { defaults: true, enums: String });
const PubSubClient = makeGenericClientConstructor(proto['eventbus.v1.PubSub'] as ServiceDefinition, 'PubSub');

const longs = avro.types.LongType.__with({
  fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
  toBuffer: () => Buffer.alloc(8),
  fromJSON: BigInt,
  toJSON: String,
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: () => 0,
});

type AvroField = { name: string; type: unknown };
/** The compound among the types of a field, if there is one [D event deserialization considerations]. */
const partsOf = (schema: { fields: AvroField[] }, place: number): AvroField[] => {
  const records = new Map<string, AvroField[]>();
  for (const [at, { type }] of schema.fields.entries())
    for (const option of Array.isArray(type) ? (type as unknown[]) : []) {
      if (typeof option === 'object' && option !== null)
        records.set((option as { name: string }).name, (option as { fields: AvroField[] }).fields);
      if (at === place && typeof option === 'string' && records.has(option)) return records.get(option) ?? [];
      if (at === place && typeof option === 'object' && option !== null) return (option as { fields: AvroField[] }).fields;
    }
  throw new Error(`field ${place} is no compound`);
};
const namesOf = (fields: readonly AvroField[], bitmap: string): string[] => {
  if (!/^0x(?:[0-9A-F]{2})+$/.test(bitmap)) throw new Error(`${bitmap} is no bitmap`);
  const digits = [...BigInt(bitmap).toString(2)].toReversed();
  return digits.flatMap((bit, place) => (bit === '1' ? [fields[place]?.name ?? `? ${place}`] : []));
};
/** "The first element contains a bitmap for the non-compound fields. Compound fields …: position, hyphen, bitmap" [D the same]. */
const spelled = (schema: { fields: AvroField[] }, bitmaps: readonly string[]): string[] =>
  bitmaps.flatMap((bitmap) => {
    const [place, inner] = bitmap.split('-');
    return inner === undefined
      ? namesOf(schema.fields, bitmap)
      : namesOf(partsOf(schema, Number(place)), inner).map((name) => `${schema.fields[Number(place)]?.name ?? '?'}.${name}`);
  });

const plain = (value: unknown): unknown => {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).flatMap(([name, inner]) => (inner === null ? [] : [[name, plain(inner)]])));
};

export class PubSubTester {
  readonly #client: Client;
  readonly #headers: () => Record<string, string>;
  readonly #schemas = new Map<string, Promise<{ type: avro.Type; json: { fields: AvroField[] } & Record<string, unknown> }>>();

  constructor(url: string, headers: () => Record<string, string>, authority?: string) {
    const { host, protocol } = new URL(url);
    this.#client = new PubSubClient(
      host,
      protocol === 'https:' ? credentials.createSsl(authority ? Buffer.from(authority) : null) : credentials.createInsecure(),
      {
        'grpc.use_local_subchannel_pool': 1,
        'grpc.initial_reconnect_backoff_ms': 10,
      },
    );
    this.#headers = headers;
  }
  close(): void {
    this.#client.close();
  }
  #metadata(): Metadata {
    const metadata = new Metadata();
    for (const [name, value] of Object.entries(this.#headers())) metadata.set(name, value);
    return metadata;
  }

  call(method: 'GetTopic' | 'GetSchema' | 'Publish', request: Record<string, unknown>): Promise<Record<string, unknown>> {
    return new Promise((resolve, reject) => {
      const methods = this.#client as Client &
        Record<
          string,
          (request: unknown, metadata: Metadata, done: (error: ServiceError | null, answer: Record<string, unknown>) => void) => void
        >;
      methods[method]?.(request, this.#metadata(), (error, answer) => (error ? reject(error) : resolve(answer)));
    });
  }
  schema(schemaId: string): Promise<{ type: avro.Type; json: { fields: AvroField[] } & Record<string, unknown> }> {
    const known =
      this.#schemas.get(schemaId) ??
      this.call('GetSchema', { schemaId }).then(({ schemaJson }) => ({
        type: avro.Type.forSchema(JSON.parse(String(schemaJson)) as avro.Schema, { registry: { long: longs } }),
        json: JSON.parse(String(schemaJson)) as { fields: AvroField[] } & Record<string, unknown>,
      }));
    this.#schemas.set(schemaId, known);
    return known;
  }
  async #received({ event, replayId }: Answer['events'][number]): Promise<Received> {
    const { type, json } = await this.schema(event.schemaId);
    const { ChangeEventHeader: header, ...fields } = type.fromBuffer(event.payload) as { ChangeEventHeader: Received['header'] } & Record<
      string,
      unknown
    >;
    return {
      id: event.id,
      schemaId: event.schemaId,
      replayId,
      header: {
        ...header,
        nulledFields: spelled(json, header.nulledFields),
        diffFields: spelled(json, header.diffFields),
        changedFields: spelled(json, header.changedFields),
      },
      fields: plain(fields) as Record<string, unknown>,
    };
  }

  stream(method: 'Subscribe' | 'PublishStream' | 'ManagedSubscribe'): ClientDuplexStream<Fetch, Answer> {
    const methods = this.#client as Client & Record<string, (metadata: Metadata) => ClientDuplexStream<Fetch, Answer>>;
    const stream = methods[method]?.(this.#metadata());
    if (!stream) throw new Error(method);
    return stream;
  }

  subscribe(first: Fetch): Subscriber {
    const stream = this.stream('Subscribe');
    const answers: Answer[] = [];
    const events: Received[] = [];
    let seen = 0;
    const waiting = new Set<() => void>();
    const stir = () => {
      for (const look of waiting) look();
    };
    const when = (ready: () => boolean) =>
      new Promise<void>((resolve) => {
        const look = () => {
          if (!ready()) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      });
    let decoding = Promise.resolve();
    stream.on('data', (answer: Answer) => {
      answers.push(answer);
      decoding = decoding.then(async () => {
        for (const event of answer.events) events.push(await this.#received(event));
        stir();
      });
    });
    const end = new Promise<{ code: number; errorCode: string | undefined; details: string }>((resolve) => {
      stream.on('error', () => undefined); // told by the status as well
      stream.on('status', ({ code, metadata, details }) =>
        resolve({ code, errorCode: metadata.get('error-code')[0]?.toString(), details }),
      );
    });
    const open = new Promise<void>((resolve) => stream.once('metadata', () => resolve()));
    stream.write(first);
    return {
      open,
      answers,
      events,
      ask: (request) => stream.write(request),
      async until(count) {
        await when(() => events.length >= count);
        return events;
      },
      async keepAlive() {
        await when(() => answers.slice(seen).some((answer) => answer.events.length === 0));
        seen = answers.length;
        const last = answers.findLast((answer) => answer.events.length === 0);
        if (!last) throw new Error('no keep-alive');
        return last;
      },
      end,
      cancel: () => stream.cancel(),
    };
  }
}
