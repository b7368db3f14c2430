import { jsonBroken, notImplemented, processingHalted, Refusal, tooManySubrequests } from './errors.ts';
import { allow, jsonBody, type Answer, type Call } from './call.ts';
import { allOrNothing, type Ctx, type Work } from './work.ts';

// POST /composite: up to 25 requests in one, one API call, one after the other. [D resources_composite_composite_post]

const maxSubrequests = 25;
const maxQueries = 5;

type Subrequest = { method: string; url: string; referenceId: string; body: unknown; httpHeaders: Record<string, string> };
type Subanswer = { body: unknown; httpHeaders: Readonly<Record<string, string>>; httpStatusCode: number; referenceId: string };

function readSubrequests(body: Record<string, unknown>): Subrequest[] {
  const { compositeRequest } = body;
  if (!Array.isArray(compositeRequest)) throw jsonBroken('compositeRequest is required');
  if (compositeRequest.length > maxSubrequests) throw tooManySubrequests(maxSubrequests, 'operations');
  const subrequests = compositeRequest.map((entry: unknown): Subrequest => {
    const given = (typeof entry === 'object' && entry !== null ? entry : {}) as Record<string, unknown>;
    const { method, url, referenceId } = given;
    const httpHeaders = (given['httpHeaders'] ?? {}) as Record<string, string>;
    if (typeof method !== 'string' || typeof url !== 'string' || typeof referenceId !== 'string')
      throw jsonBroken('Each subrequest needs method, url and referenceId');
    // "Don't specify these headers in a subrequest. If you do, the top-level request fails and returns an HTTP 400" [D the same; code guessed]
    const own = Object.keys(httpHeaders).find((name) => ['accept', 'authorization', 'content-type'].includes(name.toLowerCase()));
    if (own !== undefined) throw jsonBroken(`The header ${own} can’t be specified in a subrequest`);
    return {
      method: method.toUpperCase(),
      url,
      referenceId,
      body: given['body'],
      httpHeaders,
    };
  });
  // "The reference ID … is case-sensitive" and names one subrequest only [D; code guessed]
  if (new Set(subrequests.map((one) => one.referenceId)).size < subrequests.length)
    throw jsonBroken('Duplicate referenceId in the composite request');
  // "Up to 5 of these subrequests can be sObject Collections or query operations, including Query and QueryAll" [D the same]
  const queries = subrequests.filter((one) => /^\/services\/data\/v[\d.]+\/+(?:query|queryAll|composite\/sobjects)\b/.test(one.url)).length;
  if (queries > maxQueries) throw tooManySubrequests(maxQueries, 'queries and collections');
  return subrequests;
}

/** Rows a subrequest writes, for the time it takes. */
const rowsOf = ({ method, url, body }: Subrequest): number => {
  if (method === 'GET') return 0;
  if (!/\/composite\/sobjects/.test(url)) return 1;
  const records: unknown = typeof body === 'object' && body !== null && 'records' in body ? body.records : undefined;
  return Array.isArray(records) ? records.length : 1;
};

/** `@{ref.path[0].name}` in any string of a later subrequest. */
function fill(value: unknown, answers: ReadonlyMap<string, unknown>): unknown {
  if (typeof value === 'string')
    return value.replace(/@\{([^}]+)\}/g, (_, path: string) => {
      const [ref = '', ...steps] = path.split(/[.[\]]+/).filter((step) => step !== '');
      let found: unknown = answers.get(ref);
      for (const step of steps) found = typeof found === 'object' && found !== null ? (found as Record<string, unknown>)[step] : undefined;
      // [C quoted: "Invalid reference specified. No value for refAccount.id found in refAccount"]
      if (typeof found !== 'string' && typeof found !== 'number')
        throw new Refusal(400, 'PROCESSING_HALTED', `Invalid reference specified. No value for ${path} found in ${ref}`);
      return String(found);
    });
  if (Array.isArray(value)) return value.map((entry) => fill(entry, answers));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, fill(entry, answers)]));
  return value;
}

function callOf(subrequest: Subrequest, answers: ReadonlyMap<string, unknown>): Call {
  const url = String(fill(subrequest.url, answers));
  const found = /^\/services\/data\/v\d+\.\d+\/([^?]*)(?:\?(.*))?$/.exec(url);
  if (!found) throw new Refusal(400, 'INVALID_INPUT', `The url of a subrequest starts with /services/data/vNN.N/: ${url}`); // guessed
  const path = (found[1] ?? '')
    .split('/')
    .filter((part) => part !== '')
    .map(decodeURIComponent);
  if (path[0] === 'composite' && path[1] !== 'sobjects') throw notImplemented(`/${path.join('/')} inside a composite`);
  const headers = new Map(Object.entries(subrequest.httpHeaders).map(([name, value]) => [name.toLowerCase(), value]));
  return {
    method: subrequest.method,
    path,
    query: new URLSearchParams(found[2] ?? ''),
    header: (name) => headers.get(name),
    body: { json: fill(subrequest.body ?? {}, answers) },
  };
}

export function* composite(call: Call, ctx: Ctx, answerOne: (call: Call) => Work<Answer>): Work<Answer> {
  allow(call, 'POST');
  const body = jsonBody(call);
  let subrequests: Subrequest[];
  try {
    subrequests = readSubrequests(body);
  } catch (cause) {
    if (!(cause instanceof Refusal) || cause.code !== 'LIMIT_EXCEEDED') throw cause;
    // One answer to nobody in particular [C guardian/support-service-lambdas#766; the status of the whole was not seen]
    return { status: 400, body: { compositeResponse: [{ body: cause.body(), httpHeaders: {}, httpStatusCode: 400, referenceId: null }] } };
  }
  const allOrNone = body['allOrNone'] === true;
  function* work(): Work<Subanswer[]> {
    const answers = new Map<string, unknown>();
    const results: Subanswer[] = [];
    for (const subrequest of subrequests) {
      let answer: Answer;
      try {
        answer = yield* answerOne(callOf(subrequest, answers));
      } catch (cause) {
        if (!(cause instanceof Refusal)) throw cause;
        answer = { status: cause.status, body: cause.body() };
      }
      answers.set(subrequest.referenceId, answer.body);
      ctx.tally.subrequests.push(
        `${subrequest.method} ${subrequest.url.replace(/^\/services\/data\/v[\d.]+/, '').slice(0, 120)} ${answer.status}`,
      );
      results.push({
        body: answer.body ?? null,
        httpHeaders: answer.headers ?? {},
        httpStatusCode: answer.status,
        referenceId: subrequest.referenceId,
      });
      if (allOrNone && answer.status >= 300) break;
    }
    return results;
  }
  // What the stand-in cannot do ends the whole request: a 501 inside a 200 would be overlooked.
  const unable = (results: Subanswer[]) => results.find((result) => result.httpStatusCode === 501);
  // A row that failed inside a collection fails the transaction too, if that collection was to be whole.
  const ok = (results: Subanswer[]) => results.every((result) => result.httpStatusCode < 300);
  let results = allOrNone
    ? yield* allOrNothing(
        ctx,
        subrequests.reduce((sum, one) => sum + rowsOf(one), 0),
        work,
        ok,
      )
    : yield* work();
  const refused = unable(results);
  if (refused) return { status: 501, body: refused.body };
  if (allOrNone && !ok(results)) {
    const halted = processingHalted();
    const failed = results.at(-1);
    results = subrequests.map((one) =>
      one.referenceId === failed?.referenceId
        ? failed
        : { body: halted.body(), httpHeaders: {}, httpStatusCode: 400, referenceId: one.referenceId },
    );
  }
  return { status: 200, body: { compositeResponse: results } };
}
