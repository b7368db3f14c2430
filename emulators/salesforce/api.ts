import type { HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { Hono } from 'hono';
import type { IncomingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import { elapsedMs, sleep } from './clock.ts';
import {
  apiDisabled,
  concurrentLimit,
  dailyLimit,
  jsonBroken,
  methodNotAllowed,
  notFound,
  notImplemented,
  Refusal,
  serverUnavailable,
  sessionInvalid,
  versionRetired,
} from './errors.ts';
import { classicBulk, classicRefusal, isClassicBulk } from './bulk/classic/classic.ts';
import type { Answer, Call } from './call.ts';
import { changeOrigin } from './events/change-log.ts';
import type { Fault } from './faults.ts';
import { corsHeaders, preflight } from './http/cors.ts';
import { acceptedEncoding, decoded, encoded, encodedStream } from './http/encoding.ts';
import { overlong } from './http/overlong.ts';
import { prettyJson } from './http/pretty.ts';
import { answerIdentity, isIdentity } from './identity/door.ts';
import { soapLogin, soapVersion } from './identity/soap-login.ts';
import { isMetadataSoap, metadataSoap, soapFault } from './metadata/soap.ts';
import type { OrgState } from './org-state.ts';
import { headers as pageHeaders } from './pages/html.ts';
import { page } from './pages/pages.ts';
import { answerCall } from './rest.ts';
import { rightsFor } from './rights/seen.ts';
import { runWork, type Ctx } from './work.ts';

// The org's public face: sign-in, REST and the record pages. Faults act here, between the wire and the work.

const maxBodyBytes = 50_000_000;
/** Data of a bulk job: it says itself what is too much (bulk/routes.ts). */
const maxUploadBytes = 151_000_000;
/** 31.0 is the oldest version not retired; 68.0 is the preview of the next release. */
const versions = { oldest: 31, newest: 68 };
const defaultDelayMs = 10_000;

const releaseName = (version: number): string =>
  `${['Winter', 'Spring', 'Summer'][(version - 65 + 300) % 3] ?? ''} '${String(26 + Math.floor((version - 65) / 3)).padStart(2, '0')}`;

export const isLoopbackHost = (host: string | undefined): boolean =>
  /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i.test(host ?? '');

type Request = {
  method: string;
  path: string;
  query: URLSearchParams;
  header: (name: string) => string | undefined;
  body: string;
  bytes: Uint8Array;
};
type Outcome = { answer: Answer; ctx: Ctx | undefined; rowFault: Fault['kind'] | undefined; counted: boolean };

export function apiApp(org: OrgState): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>();

  app.all('*', async (c) => {
    const { incoming } = c.env;
    const started = elapsedMs();
    const at = new Date(org.now()).toISOString();
    const raw = incoming.url ?? '/';
    const [rawPath, rawQuery] = splitOnce(raw, '?');
    const path = rawPath.replace(/\/{2,}/g, '/'); // the vendor's own CLI asks for //services/data
    const { method } = c.req;

    const log = (status: number, outcomes: readonly Outcome[], fault: Fault['kind'] | undefined) => {
      if (!path.startsWith('/services/')) return;
      const rowErrors: Record<string, number> = {};
      for (const { ctx } of outcomes)
        for (const [code, count] of ctx?.tally.rowErrors ?? []) rowErrors[code] = (rowErrors[code] ?? 0) + count;
      const subrequests = outcomes.flatMap(({ ctx }) => ctx?.tally.subrequests ?? []);
      const told = fault ?? outcomes.find((outcome) => outcome.rowFault)?.rowFault;
      org.journal.add(
        {
          at,
          method,
          path: `${path}${rawQuery ? `?${rawQuery}` : ''}`.slice(0, 500),
          ...(subrequests.length > 0 ? { subrequests } : {}),
          status,
          written: outcomes.reduce((sum, { ctx }) => sum + (ctx?.tally.written ?? 0), 0),
          ...(Object.keys(rowErrors).length > 0 ? { rowErrors } : {}),
          ...(told ? { fault: told } : {}),
          ms: Math.round(elapsedMs() - started),
          usage: org.limits.used,
        },
        outcomes.some((outcome) => outcome.counted),
      );
    };
    const destroy = (): Response => {
      incoming.socket.destroy();
      return RESPONSE_ALREADY_SENT;
    };

    if (!isLoopbackHost(incoming.headers.host)) return c.text('The stand-in org answers to this machine only.\n', 403);
    org.deployments.advance();
    const fault = org.faults.forRequest(method, path);
    if (fault?.kind === 'down' || fault?.kind === 'refused') {
      log(0, [], fault.kind);
      return destroy();
    }
    const respond = async (answer: Answer, counted: boolean): Promise<Response> => {
      await org.store.durable(); // nothing is answered that is not on the disk
      const headers = path.startsWith('/services/') ? corsHeaders(org.store, incoming.headers.origin) : {};
      return toResponse(
        { ...answer, headers: { ...headers, ...answer.headers } },
        counted && !isMetadataSoap(path) ? org.limits.header : undefined,
        incoming.headers,
      );
    };
    const refusedWhole = wholeFault(fault, path);
    if (fault && refusedWhole) {
      const counted = fault.kind === 'whole-400' || fault.kind === 'whole-error';
      log(refusedWhole.status, [], fault.kind);
      return respond(refusedWhole, counted);
    }
    const tooLong = overlong(raw, incoming.rawHeaders);
    if (tooLong) {
      log(tooLong.status, [], undefined);
      return respond(tooLong, false);
    }
    const { origin } = incoming.headers;
    if (method === 'OPTIONS' && origin !== undefined && path.startsWith('/services/')) {
      const allowed = preflight(org.store, origin, headerText(incoming.headers['access-control-request-headers']));
      log(allowed.status, [], undefined);
      return respond(allowed, false);
    }
    if (/^\/cometd\b/.test(path)) return respond({ status: 501, body: notImplemented(path).body() }, false);
    if (!path.startsWith('/services/') && !isIdentity(method, path, new URLSearchParams(rawQuery))) {
      if (method !== 'GET' && method !== 'HEAD') return respond({ status: 405, body: methodNotAllowed(method, ['GET']).body() }, false);
      const shown = page(org, path, new URLSearchParams(rawQuery));
      return c.html(shown.text, shown.status, { ...pageHeaders });
    }

    let bytes: Buffer;
    try {
      bytes = await readBody(c.req.raw, incoming.headers['content-encoding'], isUpload(path) ? maxUploadBytes : maxBodyBytes);
    } catch (cause) {
      if (incoming.destroyed && !incoming.complete) {
        log(0, [], fault?.kind); // the caller went away in the middle of his request: nothing to apply
        return destroy();
      }
      return respond({ status: 400, body: jsonBroken(cause instanceof Error ? cause.message : String(cause)).body() }, false);
    }
    const request: Request = {
      method,
      path,
      query: new URLSearchParams(rawQuery),
      header: (name) => headerText(incoming.headers[name.toLowerCase()]),
      body: isPackage(path) && method === 'POST' && !isJson(incoming.headers['content-type']) ? '' : bytes.toString('utf8'),
      bytes,
    };
    const delayMs = fault?.delayMs ?? defaultDelayMs;

    if (fault?.kind === 'late-apply') {
      if (!fault.hang) incoming.socket.destroy();
      await sleep(delayMs);
      const outcome = await answer(org, request);
      await org.store.durable();
      log(0, [outcome], fault.kind);
      return fault.hang
        ? new Promise<Response>((resolve) => incoming.socket.once('close', () => resolve(RESPONSE_ALREADY_SENT)))
        : RESPONSE_ALREADY_SENT;
    }
    const outcomes = [await answer(org, request)];
    if (fault?.kind === 'twice') outcomes.push(await answer(org, request));
    const last = outcomes.at(-1);
    if (fault?.kind === 'lost-answer') {
      await org.store.durable();
      log(0, outcomes, fault.kind);
      return destroy();
    }
    if (fault?.kind === 'late-answer') await sleep(delayMs);
    const final = last?.answer ?? { status: 500 };
    log(final.status, outcomes, fault?.kind);
    return respond(final, last?.counted ?? false);
  });

  app.onError((cause, c) => {
    if (!org.stopped) console.error(cause);
    return c.json(
      [
        {
          message: 'An unexpected error occurred. Please include this ErrorId if you contact support: 0-0 (0)',
          errorCode: 'UNKNOWN_EXCEPTION',
        },
      ],
      500,
    );
  });
  return app;
}

/** Faults that answer by themselves and apply nothing. */
function wholeFault(fault: Fault | undefined, path: string): Answer | undefined {
  const refused = (refusal: Refusal): Answer => refusalOn(path, refusal);
  switch (fault?.kind) {
    case 'status-503':
      return refused(serverUnavailable());
    case 'html-502':
      return {
        status: 502,
        body: '<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>',
        headers: { 'content-type': 'text/html' },
      };
    case 'session-401':
      return refused(sessionInvalid());
    case 'limit-daily-403':
      return refused(dailyLimit());
    case 'limit-concurrent-403':
      return refused(concurrentLimit());
    case 'whole-400':
      return refused(
        new Refusal(
          400,
          fault.error?.statusCode ?? 'JSON_PARSER_ERROR',
          fault.error?.message ?? 'The HTTP entity body is required, but this request has no entity body.',
          fault.error?.fields,
        ),
      );
    case 'whole-error':
      if (fault.page !== undefined)
        return { status: fault.status ?? 500, body: fault.page, headers: { 'content-type': 'text/html;charset=UTF-8' } };
      return refused(
        new Refusal(
          fault.status ?? 500,
          fault.error?.statusCode ?? 'UNKNOWN_EXCEPTION',
          // [C quoted widely: the two numbers are for Salesforce's support]
          fault.error?.message ??
            'An unexpected error occurred. Please include this ErrorId if you contact support: 123456789-12345 (-1234567890)',
        ),
      );
    default:
      return undefined;
  }
}

/** A refusal as the API behind this path says it. */
const refusalOn = (path: string, refusal: Refusal): Answer =>
  path.startsWith('/services/Soap/')
    ? soapFault(refusal.code, refusal.message, refusal.status < 500 ? 500 : refusal.status)
    : isClassicBulk(path)
      ? classicRefusal(refusal)
      : { status: refusal.status, body: refusal.body(), ...(refusal.headers ? { headers: refusal.headers } : {}) };

/** Applies a request once and says what to answer. */
async function answer(org: OrgState, request: Request): Promise<Outcome> {
  const told = (reply: Answer, counted = false): Outcome => ({ answer: reply, ctx: undefined, rowFault: undefined, counted });
  const { method, path } = request;
  try {
    if (isIdentity(method, path, request.query)) return told(answerIdentity(org.oauth, request));
    const soap = soapVersion(path);
    if (soap) return told(soapLogin(soap, request.body, versions));
    if (isMetadataSoap(path)) return await metadataCall(org, request);
    if (isClassicBulk(path)) return await classicCall(org, request);
    if (/^\/services\/data\/?$/.test(path)) {
      if (method !== 'GET' && method !== 'HEAD') throw methodNotAllowed(method, ['GET', 'HEAD']);
      const list = Array.from({ length: versions.newest - versions.oldest }, (_, place) => versions.oldest + place);
      return told({
        status: 200,
        body: list.map((version) => ({ label: releaseName(version), url: `/services/data/v${version}.0`, version: `${version}.0` })),
      });
    }
    const found = /^\/services\/data\/v(\d+)\.\d(?:\/(.*))?$/.exec(path);
    if (!found) {
      if (/^\/services\/(?:Soap|apexrest|scim)\b/i.test(path)) throw notImplemented(path);
      throw notFound();
    }
    const version = Number(found[1]);
    if (version < versions.oldest) throw versionRetired();
    if (version > versions.newest) throw notFound();
    const userId = org.oauth.authenticate(request.header('authorization'));
    if (!rightsFor(org.store, userId).has('ApiEnabled')) throw apiDisabled();
    const leave = org.limits.enter();
    try {
      const rows = org.faults.forRows(method, path);
      const ctx: Ctx = {
        store: org.store,
        now: org.now,
        userId,
        via: 'api',
        version: `${version}.0`,
        locks: org.locks,
        holder: Symbol(path),
        heldIds: new Set(),
        autoAssign: undefined,
        rowFault: rows?.rowFault,
        origin: changeOrigin('rest', `${version}.0`, request.header('sforce-call-options')),
        tally: { written: 0, rowErrors: new Map(), subrequests: [] },
      };
      const call: Call = {
        method,
        path: pathParts(found[2] ?? ''),
        query: request.query,
        header: request.header,
        body: { text: request.body, bytes: request.bytes },
      };
      const reply = await runWork(
        answerCall(call, ctx, {
          queries: org.queries,
          search: org.search,
          limits: org.limits,
          bulk: org.bulk,
          deployments: org.deployments,
          zone: zoneOf(org, userId),
          identity: org.oauth.idUrl(userId),
        }),
        ctx,
        org.latency.forRequest(),
      );
      return { answer: reply, ctx, rowFault: rows?.hits(), counted: true };
    } finally {
      leave();
    }
  } catch (cause) {
    if (!(cause instanceof Refusal)) throw cause;
    return told(refusalOn(path, cause));
  }
}

async function metadataCall(org: OrgState, { method, path, body }: Request): Promise<Outcome> {
  const leave = org.limits.enter();
  try {
    const { baseMs } = org.latency.forRequest();
    if (baseMs > 0) await sleep(baseMs);
    return { answer: metadataSoap(org, path, method, body, versions), ctx: undefined, rowFault: undefined, counted: true };
  } finally {
    leave();
  }
}

async function classicCall(org: OrgState, request: Request): Promise<Outcome> {
  const leave = org.limits.enter();
  try {
    const { baseMs } = org.latency.forRequest();
    if (baseMs > 0) await sleep(baseMs);
    return { answer: classicBulk(org, request, versions), ctx: undefined, rowFault: undefined, counted: true };
  } finally {
    leave();
  }
}

const zoneOf = (org: OrgState, userId: string): string =>
  String(org.store.get(org.store.schema.named('User'), userId)?.['TimeZoneSidKey'] ?? 'UTC');

function pathParts(path: string): string[] {
  try {
    return path
      .split('/')
      .filter((part) => part !== '')
      .map(decodeURIComponent);
  } catch (cause) {
    if (cause instanceof URIError) throw notFound();
    throw cause;
  }
}

const splitOnce = (text: string, by: string): [string, string] => {
  const place = text.indexOf(by);
  return place < 0 ? [text, ''] : [text.slice(0, place), text.slice(place + 1)];
};

const headerText = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value.join(', ') : value);

const isUpload = (path: string): boolean => /^\/services\/data\/v[\d.]+\/jobs\/ingest\/[^/]+\/batches\/?$/.test(path);
const isJson = (type: string | undefined): boolean => /^application\/json\b/i.test(type ?? '');
/** A deployment's zip is bytes: as text it would be none. */
const isPackage = (path: string): boolean => /^\/services\/data\/v[\d.]+\/metadata\/deployRequest\/?$/.test(path);

async function readBody(request: globalThis.Request, encoding: string | undefined, maxBytes: number): Promise<Buffer> {
  const bytes = Buffer.from(await request.arrayBuffer());
  if (bytes.length > maxBytes) throw new Error('The request body is too large');
  return decoded(bytes, encoding, maxBytes);
}

function toResponse(answer: Answer, limitInfo: string | undefined, asked: IncomingHttpHeaders): Response {
  const encoding = acceptedEncoding(headerText(asked['accept-encoding']) ?? '');
  const headers = new Headers({ 'cache-control': 'no-cache,must-revalidate,max-age=0,no-store,private', ...answer.headers });
  if (limitInfo !== undefined) headers.set('sforce-limit-info', limitInfo);
  if (answer.body === undefined) return new Response(null, { status: answer.status, headers });
  if (!headers.has('content-type')) headers.set('content-type', 'application/json;charset=UTF-8');
  if (answer.body instanceof Readable) {
    if (encoding) headers.set('content-encoding', encoding);
    const stream = encoding ? encodedStream(answer.body, encoding) : answer.body;
    return new Response(Readable.toWeb(stream) as ReadableStream, { status: answer.status, headers });
  }
  const write = asked['x-prettyprint'] === '1' ? prettyJson : (body: unknown) => JSON.stringify(body);
  const text = typeof answer.body === 'string' ? answer.body : write(answer.body);
  if (text.length < 1400 || !encoding) return new Response(text, { status: answer.status, headers });
  headers.set('content-encoding', encoding);
  return new Response(encoded(text, encoding), { status: answer.status, headers });
}
