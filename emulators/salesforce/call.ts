import { jsonBroken, methodNotAllowed, notImplemented, unsupportedMediaType } from './errors.ts';
import type { Bulk } from './bulk/bulk.ts';
import type { Limits } from './limits.ts';
import type { Deployments } from './metadata/deployments.ts';
import type { Queries } from './query.ts';
import type { TextIndex } from './sosl/text-index.ts';

/** A request below `/services/data/vNN.0`, of its own or inside a composite. */
export type Call = {
  readonly method: string;
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  readonly header: (name: string) => string | undefined;
  /** JSON text, or what a composite already parsed. A zip is bytes. */
  readonly body: { readonly text: string; readonly bytes?: Uint8Array } | { readonly json: unknown };
};
export type Answer = { readonly status: number; readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> };

/** What handlers need besides the request's own context. */
export type Org = {
  readonly queries: Queries;
  readonly search: TextIndex;
  readonly limits: Limits;
  readonly bulk: Bulk;
  readonly deployments: Deployments;
  readonly zone: string;
  /** Where a program learns who it is signed in as. */
  readonly identity: string;
};

export function jsonBody(call: Call): Record<string, unknown> {
  let json: unknown;
  if ('json' in call.body) json = call.body.json;
  else {
    const type = call.header('content-type') ?? '';
    if (!/^application\/json\b/i.test(type))
      throw /^(?:application|text)\/xml\b/i.test(type) ? notImplemented(`request bodies of type ${type}`) : unsupportedMediaType(type);
    try {
      json = JSON.parse(call.body.text);
    } catch (cause) {
      throw jsonBroken(cause instanceof Error ? cause.message : String(cause));
    }
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw jsonBroken('The HTTP entity body is required to be a JSON object');
  return json as Record<string, unknown>;
}

export function allow(call: Call, ...methods: string[]): void {
  if (!methods.includes(call.method)) throw methodNotAllowed(call.method, methods);
}
