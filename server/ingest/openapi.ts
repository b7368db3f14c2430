import type { Source } from '../source.ts';
import { docsPath } from './ingest.ts';

/** A JSON Schema 2020-12 (which OpenAPI 3.1 takes as it is), as far as we read it. */
export type JsonSchema = {
  readonly [keyword: string]: unknown;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
  readonly type?: string | readonly string[];
  readonly title?: string;
  readonly description?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly examples?: readonly unknown[];
};
export type OpenApi = ReturnType<typeof openApi>;

/**
 * The description of the door, from the schemas of the sources that have one. Those are ours, and all are signed alike, as
 * Standard Webhooks define it; a source without a schema is documented by its vendor. `origin`: this server as senders reach it.
 */
export function openApi(sources: readonly Source[], origin: string) {
  const schemas: Record<string, JsonSchema> = { Accepted: acceptedSchema, Error: errorSchema };
  const bodies = sources.flatMap(({ name, schema }) => (schema ? [hoist(name, schema as JsonSchema, schemas)] : []));
  const examples = bodies.flatMap(({ $ref }) => schemas[nameOf($ref)]?.examples ?? []);
  return {
    openapi: '3.1.1',
    info: {
      title: 'Cordboard events',
      version: '1',
      summary: 'Tell Cordboard what happens on the phone.',
      description:
        'Send each fact of a call as it happens, or several at once, in any order and as often as you like: the same facts always tell the same call. ' +
        'A 2xx means the delivery is durably stored. After anything else, or no answer, send it again: same webhook-id, same body, signed anew with the time of that attempt; twice is once. ' +
        'A 4xx means that nothing was stored, and says what to mend.',
    },
    servers: [{ url: origin }],
    externalDocs: { description: 'The same for people', url: `${origin}${docsPath}` },
    security: [{ standardWebhooks: [] }],
    tags: [{ name: 'events', description: 'Facts of calls' }],
    paths: {
      '/hooks/{connection}': {
        post: {
          operationId: 'sendEvents',
          summary: 'Send one event or a batch',
          tags: ['events'],
          parameters: [
            {
              name: 'connection',
              in: 'path',
              required: true,
              schema: { type: 'string' },
              description: 'The connection’s id; the whole address is in the console under Connections.',
            },
            {
              name: 'webhook-id',
              in: 'header',
              required: true,
              schema: { type: 'string', minLength: 1, maxLength: 500 },
              description: 'Your id of this delivery: the same when it is sent again, never used for another.',
              example: 'msg_2KWPBgLlAfxdpx2AI54pPJ85f4W',
            },
            {
              name: 'webhook-timestamp',
              in: 'header',
              required: true,
              schema: { type: 'string', pattern: '^[1-9][0-9]*$' },
              description: 'Whole seconds since 1970, of this attempt; at most 5 minutes from our clock.',
              example: '1795222731',
            },
          ],
          requestBody: {
            required: true,
            content: {
              'application/json': {
                schema: bodies.length === 1 ? bodies[0] : { anyOf: bodies },
                examples: Object.fromEntries(examples.map((value, index) => [`example-${index + 1}`, { value }])),
              },
            },
          },
          responses: {
            '202': {
              description: 'Durably stored. Types this version doesn’t know are stored too.',
              content: json('Accepted', { accepted: 'msg_2KWPBgLlAfxdpx2AI54pPJ85f4W' }),
            },
            ...Object.fromEntries(
              refusals.map(({ status, description, example }) => [
                status,
                { description, content: json('Error', { error: { ...example, docs: docsPath } }) },
              ]),
            ),
            '503': {
              description:
                'Too much is waiting, or the store can’t be reached. Send it again after Retry-After seconds. `overloaded`, `unavailable`: nothing was stored. `not_stored`: it isn’t known.',
              headers: { 'Retry-After': { description: 'Seconds', schema: { type: 'integer', minimum: 1 } } },
              content: json('Error', {
                error: {
                  code: 'overloaded',
                  message: 'Nothing was stored. 5000 deliveries are waiting to be stored. Send it again later.',
                  docs: docsPath,
                },
              }),
            },
          },
        },
      },
    },
    components: {
      securitySchemes: {
        standardWebhooks: {
          type: 'apiKey',
          in: 'header',
          name: 'webhook-signature',
          description:
            'As Standard Webhooks define it (https://www.standardwebhooks.com): "v1," and the base64 of HMAC-SHA256 over webhook-id, webhook-timestamp and the exact bytes of the body, joined by full stops. ' +
            'The key is the connection’s secret without whsec_, decoded from base64. Several signatures, parted by spaces, are allowed while a secret is being changed.',
        },
      },
      schemas,
    },
  };
}

const acceptedSchema: JsonSchema = {
  type: 'object',
  description: 'Your webhook-id, now durable.',
  properties: { accepted: { type: 'string' } },
  required: ['accepted'],
};
const errorSchema: JsonSchema = {
  type: 'object',
  description: 'What is wrong and what to do.',
  properties: {
    error: {
      type: 'object',
      properties: {
        code: { type: 'string', description: 'For programs.' },
        message: { type: 'string', description: 'For people: what is wrong, where, and what to do.' },
        docs: { type: 'string', description: 'Where to read on.' },
      },
      required: ['code', 'message'],
    },
  },
  required: ['error'],
};
const refusals = [
  {
    status: '400',
    description:
      'The body can’t be read as it should be. Every mistake is named with its path. Nothing was stored, of a batch not even its good events.',
    example: {
      code: 'malformed',
      message:
        'Nothing was stored. `events[3].at` must be RFC 3339 with an offset, such as 2026-11-21T09:58:51.250+09:00, or milliseconds since 1970. The schema is at /openapi.json.',
    },
  },
  {
    status: '401',
    description: 'Not signed, not signed rightly, or by a clock more than 5 minutes from ours.',
    example: {
      code: 'clock_skew',
      message:
        "webhook-timestamp is 412 seconds behind our clock; 300 are allowed. Set the sender's clock, and sign each attempt anew: same webhook-id, time of that attempt.",
    },
  },
  {
    status: '404',
    description: 'No such connection.',
    example: {
      code: 'unknown_connection',
      message: 'There is no connection at this address. Copy the address from the console under Connections.',
    },
  },
  {
    status: '413',
    description: 'The body is too long.',
    example: { code: 'too_long', message: 'The body is longer than 1048576 bytes. Nothing was stored. Send less at once.' },
  },
  {
    status: '415',
    description: 'Not JSON in UTF-8, or compressed.',
    example: { code: 'not_json', message: 'Send JSON with content-type: application/json.' },
  },
] as const;
const json = (schema: string, example: unknown) => ({
  'application/json': { schema: { $ref: `#/components/schemas/${schema}` }, example },
});
const nameOf = (ref: string) => ref.slice(ref.lastIndexOf('/') + 1);

/** Moves a source's definitions into the document's, under its own names, or with the source's name before one that is taken. Gives the body's reference. */
function hoist(
  source: string,
  { $schema: _dialect, $defs = {}, ...root }: JsonSchema,
  schemas: Record<string, JsonSchema>,
): { $ref: string } {
  const names = new Map(Object.keys($defs).map((name) => [name, name in schemas ? `${source}.${name}` : name]));
  const moved = <T>(value: T): T => {
    if (Array.isArray(value)) return value.map(moved) as T;
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [
        key,
        key === '$ref' && typeof inner === 'string' ? `#/components/schemas/${names.get(nameOf(inner)) ?? nameOf(inner)}` : moved(inner),
      ]),
    ) as T;
  };
  for (const [name, definition] of Object.entries($defs)) schemas[names.get(name) ?? name] = moved(definition);
  if (root.$ref) return { $ref: moved(root).$ref as string };
  schemas[source] = moved(root);
  return { $ref: `#/components/schemas/${source}` };
}
