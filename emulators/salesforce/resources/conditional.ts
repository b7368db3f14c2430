import { createHash } from 'node:crypto';
import type { Answer, Call } from '../call.ts';
import { Refusal } from '../errors.ts';
import type { Store } from '../store.ts';

// If-Match and its kin. [D intro_rest_conditional_requests]

/** What is known of what is asked for: when it changed and, of accounts only, what is in it. */
export type Validators = { readonly modifiedMs: number; readonly etag?: string };

export const etagOf = (content: unknown): string => `"${createHash('sha256').update(JSON.stringify(content)).digest('base64')}"`;

/** `Last-Modified` and, of accounts, `ETag` [D dome_composite_requests, example answers]. */
export const validatorHeaders = ({ modifiedMs, etag }: Validators): Record<string, string> => ({
  ...(etag === undefined ? {} : { ETag: etag }),
  'Last-Modified': new Date(modifiedMs).toUTCString(),
});

const notMet = () => new Refusal(412, 'PRECONDITION_FAILED', 'The request wasn’t executed because a precondition was not met.'); // code and words guessed

/** With gzip the org's tags end in `-gzip` or `--gzip` [D the same, examples]. */
const tagsOf = (header: string): string[] | undefined => {
  const tags = [...header.matchAll(/(?:W\/)?"([^"]*?)(?:--?gzip)?"|\*/g)].map(([whole, tag]) => (whole === '*' ? '*' : `"${tag ?? ''}"`));
  return tags.length > 0 ? tags : undefined;
};

/** 304, 412, or nothing: then the request is carried out. Whole seconds, as HTTP dates have no more. */
export function precondition(call: Call, { modifiedMs, etag }: Validators): Answer | undefined {
  const reads = call.method === 'GET' || call.method === 'HEAD';
  if (!reads && call.method !== 'PATCH') return undefined; // "DELETE requests aren't supported" [D the same]
  // "an invalid header value … on a PATCH or POST request, a 400 Bad Request status code is returned" [D the same; code guessed]
  const invalid = (name: string, value: string) => {
    if (!reads) throw new Refusal(400, 'INVALID_HEADER', `Invalid value for the header ${name}: ${value}`);
    return undefined;
  };
  const tags = (name: string): string[] | undefined => {
    const value = call.header(name);
    return value === undefined || etag === undefined ? undefined : (tagsOf(value) ?? invalid(name, value));
  };
  const dateMs = (name: string): number | undefined => {
    const value = call.header(name);
    if (value === undefined) return undefined;
    const ms = Date.parse(value);
    return Number.isNaN(ms) ? invalid(name, value) : ms;
  };
  const seconds = Math.floor(modifiedMs / 1000) * 1000;
  const match = tags('if-match');
  if (match && !match.includes('*') && !match.includes(etag ?? '')) throw notMet();
  const unmodified = dateMs('if-unmodified-since');
  if (unmodified !== undefined && seconds > unmodified) throw notMet();
  const none = tags('if-none-match');
  if (none) {
    if (!none.includes('*') && !none.includes(etag ?? '')) return undefined;
    if (!reads) throw notMet();
    return { status: 304, headers: validatorHeaders({ modifiedMs, ...(etag === undefined ? {} : { etag }) }) };
  }
  const since = reads ? dateMs('if-modified-since') : undefined;
  return since !== undefined && seconds <= since ? { status: 304, headers: validatorHeaders({ modifiedMs }) } : undefined;
}

/** A description as an answer. When it changed is when somebody first saw it so; a change is never told as of the same second. */
export function described(call: Call, store: Store, key: string, now: number, body: unknown): Answer {
  const hash = etagOf(body);
  const name = `described:${key}`;
  const kept = JSON.parse(store.meta(name) ?? '{}') as { hash?: string; atMs?: number };
  let atMs = kept.atMs ?? 0;
  if (kept.hash !== hash) {
    const second = Math.floor(now / 1000) * 1000;
    atMs = kept.atMs === undefined ? second : Math.max(second, kept.atMs + 1000);
    store.setMeta(name, JSON.stringify({ hash, atMs }));
  }
  return precondition(call, { modifiedMs: atMs }) ?? { status: 200, body, headers: validatorHeaders({ modifiedMs: atMs }) };
}
