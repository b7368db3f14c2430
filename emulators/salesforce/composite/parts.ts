import { jsonBroken, notImplemented, Refusal } from '../errors.ts';
import type { Answer, Call } from '../call.ts';
import type { Ctx, Work } from '../work.ts';

// Requests inside a request: how they are told, and how later ones name what earlier ones answered.

export type Subrequest = { method: string; url: string; referenceId: string; body: unknown; httpHeaders: Record<string, string> };
export type Subanswer = {
  body: unknown;
  httpHeaders: Readonly<Record<string, string>>;
  httpStatusCode: number;
  referenceId: string | null;
};
/** Not changed since then is no failure. */
export const hasFailed = (status: number): boolean => status >= 300 && status !== 304;
export type AnswerOne = (call: Call, ctx: Ctx) => Work<Answer>;

/** "POST, PUT, PATCH, GET, and DELETE (case-sensitive)" [D composite subrequest] */
const methods = ['POST', 'PUT', 'PATCH', 'GET', 'DELETE'];

export function readSubrequest(entry: unknown): Subrequest {
  const given = (typeof entry === 'object' && entry !== null ? entry : {}) as Record<string, unknown>;
  const { method, url, referenceId } = given;
  const httpHeaders = (given['httpHeaders'] ?? {}) as Record<string, string>;
  if (typeof method !== 'string' || typeof url !== 'string' || typeof referenceId !== 'string')
    throw jsonBroken('Each subrequest needs method, url and referenceId');
  if (!methods.includes(method)) throw jsonBroken(`Unsupported method in a subrequest: ${method}`); // words guessed
  // "Don't specify these headers in a subrequest. If you do, the top-level request fails and returns an HTTP 400" [D the same; code guessed]
  const own = Object.keys(httpHeaders).find((name) => ['accept', 'authorization', 'content-type'].includes(name.toLowerCase()));
  if (own !== undefined) throw jsonBroken(`The header ${own} can’t be specified in a subrequest`);
  return { method, url, referenceId, body: given['body'], httpHeaders };
}

/** [D composite subrequest; C guardian/support-service-lambdas#1512] "In API version 52.0 and later, any illegal characters in reference IDs cause the whole request to fail" [D composite subrequest result; code guessed] */
export function checkReferenceIds(subrequests: readonly Subrequest[], version: string): void {
  const wrong = subrequests.find(({ referenceId }) => !/^[A-Za-z0-9]\w*$/.test(referenceId));
  if (wrong && Number(version) >= 52) throw new Refusal(400, 'PROCESSING_HALTED', badReference(wrong.referenceId));
  // "The reference ID … is case-sensitive" and names one subrequest only [D; code guessed]
  if (new Set(subrequests.map((one) => one.referenceId)).size < subrequests.length)
    throw jsonBroken('Duplicate referenceId in the composite request');
}
const badReference = (given: string) =>
  `Provided referenceId ('${given}') must start with a letter or a number, and it can contain only letters, numbers and underscores ('_').`;

/** Rows a subrequest writes, for the time it takes. */
export const rowsOf = ({ method, url, body }: Subrequest): number => {
  if (method === 'GET') return 0;
  if (!/\/composite\/sobjects/.test(url)) return 1;
  const records: unknown = typeof body === 'object' && body !== null && 'records' in body ? body.records : undefined;
  return Array.isArray(records) ? records.length : 1;
};

const reference = /@\{([^}]+)\}/g;
/** The subrequests that this one names. */
export const referencesOf = ({ url, body }: Subrequest): string[] =>
  [...`${url} ${JSON.stringify(body ?? null)}`.matchAll(reference)].map(([, path = '']) => path.split(/[.[]/)[0] ?? '');

/**
 * `@{ref.path[0].name}` in any string of a later subrequest. "Referenceable types are DateTime, String, Boolean, …" [D composite
 * subrequest]; what is empty is nothing since 52.0, and halts before [D composite subrequest result].
 */
function fill(value: unknown, answers: ReadonlyMap<string, unknown>, version: string): unknown {
  const find = (path: string): string | number | boolean | null => {
    const [ref = '', ...steps] = path.split(/[.[\]]+/).filter((step) => step !== '');
    let found: unknown = answers.get(ref);
    for (const step of steps)
      found =
        typeof found === 'object' && found !== null && Object.hasOwn(found, step) ? (found as Record<string, unknown>)[step] : undefined;
    if (typeof found === 'string' || typeof found === 'number' || typeof found === 'boolean') return found;
    if (found === null && Number(version) >= 52) return null;
    // [C quoted in public issues; D composite subrequest result, with the second sentence]
    throw new Refusal(400, 'PROCESSING_HALTED', `Invalid reference specified. No value for ${path} found in ${ref}. ${badReference(path)}`);
  };
  if (typeof value === 'string') {
    const whole = /^@\{([^}]+)\}$/.exec(value)?.[1];
    const only = whole === undefined ? undefined : find(whole);
    // Alone in its string it is what it was, but a number: digits in a string are taken as well [K].
    if (only !== undefined) return typeof only === 'number' ? String(only) : only;
    return value.replace(reference, (_, path: string) => String(find(path) ?? ''));
  }
  if (Array.isArray(value)) return value.map((entry) => fill(entry, answers, version));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, fill(entry, answers, version)]));
  return value;
}

/** An address inside a request: path below the version, and the version. */
export function readUrl(url: string, shape: RegExp): { path: string[]; query: URLSearchParams; version: string } {
  const found = shape.exec(url);
  if (!found) throw new Refusal(400, 'INVALID_INPUT', `The url of a subrequest starts with /services/data/vNN.N/: ${url}`); // guessed
  const path = (found[2] ?? '')
    .split('/')
    .filter((part) => part !== '')
    .map(decodeURIComponent);
  return { path, query: new URLSearchParams(found[3] ?? ''), version: found[1] ?? '' };
}
const fullUrl = /^\/services\/data\/v(\d+\.\d+)\/([^?]*)(?:\?(.*))?$/;

function callOf(subrequest: Subrequest, answers: ReadonlyMap<string, unknown>, version: string): { call: Call; version: string } {
  const url = fill(subrequest.url, answers, version);
  const at = readUrl(typeof url === 'string' ? url : '', fullUrl);
  if (at.path[0] === 'composite' && at.path[1] !== 'sobjects') throw notImplemented(`/${at.path.join('/')} inside a composite`);
  // "Composite is supported for all sObject resources, Query, QueryAll and sObject Collections" [D REST guide, composite]. And SQLite could
  // not take back the making of an index.
  if (at.path[0] === 'search' || at.path[0] === 'parameterizedSearch')
    throw notImplemented('a search inside a composite; a real org does not take it either');
  const headers = new Map(Object.entries(subrequest.httpHeaders).map(([name, value]) => [name.toLowerCase(), value]));
  return {
    call: {
      method: subrequest.method,
      path: at.path,
      query: at.query,
      header: (name) => headers.get(name),
      body: { json: fill(subrequest.body ?? {}, answers, version) },
    },
    version: at.version,
  };
}

/** One after the other. `whole`: stops at the first that fails. */
export function* answerEach(subrequests: readonly Subrequest[], ctx: Ctx, whole: boolean, answerOne: AnswerOne): Work<Subanswer[]> {
  const answers = new Map<string, unknown>();
  const results: Subanswer[] = [];
  for (const subrequest of subrequests) {
    let answer: Answer;
    try {
      const { call, version } = callOf(subrequest, answers, ctx.version);
      answer = yield* answerOne(call, { ...ctx, version });
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
    if (whole && hasFailed(answer.status)) break;
  }
  return results;
}
