import { jsonBroken, processingHalted, Refusal, tooManySubrequests } from '../errors.ts';
import { allow, jsonBody, type Answer, type Call } from '../call.ts';
import { allOrNothing, type Ctx, type Work } from '../work.ts';
import {
  answerEach,
  checkReferenceIds,
  hasFailed,
  readSubrequest,
  rowsOf,
  type AnswerOne,
  type Subanswer,
  type Subrequest,
} from './parts.ts';

// POST /composite: up to 25 requests in one, one API call, one after the other. [D resources_composite_composite_post]

const maxSubrequests = 25;
const maxQueries = 5;

function readSubrequests(body: Record<string, unknown>, version: string): Subrequest[] {
  const { compositeRequest } = body;
  if (!Array.isArray(compositeRequest)) throw jsonBroken('compositeRequest is required');
  for (const flag of ['allOrNone', 'collateSubrequests'])
    if (!['boolean', 'undefined'].includes(typeof body[flag])) throw jsonBroken(`${flag} is required to be a boolean`);
  if (compositeRequest.length > maxSubrequests) throw tooManySubrequests(maxSubrequests, 'operations');
  const subrequests = compositeRequest.map(readSubrequest);
  checkReferenceIds(subrequests, version);
  // "Up to 5 of these subrequests can be sObject Collections or query operations, including Query and QueryAll" [D the same]
  const queries = subrequests.filter((one) => /^\/services\/data\/v[\d.]+\/+(?:query|queryAll|composite\/sobjects)\b/.test(one.url)).length;
  if (queries > maxQueries) throw tooManySubrequests(maxQueries, 'queries and collections');
  return subrequests;
}

/** What the stand-in cannot do ends the whole request: a 501 inside a 200 would be overlooked. */
export const unable = (results: readonly Subanswer[]): Subanswer | undefined => results.find((result) => result.httpStatusCode === 501);
/** A row that failed inside a collection fails the transaction too, if that collection was to be whole. */
const ok = (results: readonly Subanswer[]) => !results.some((result) => hasFailed(result.httpStatusCode));

/** All subrequests in one transaction. When one fails, the others say so. */
export function* answerWhole(
  subrequests: readonly Subrequest[],
  ctx: Ctx,
  answerOne: AnswerOne,
): Work<{ results: Subanswer[]; kept: boolean }> {
  const results = yield* allOrNothing(
    ctx,
    subrequests.reduce((sum, one) => sum + rowsOf(one), 0),
    () => answerEach(subrequests, ctx, true, answerOne),
    ok,
  );
  if (ok(results) || unable(results)) return { results, kept: ok(results) };
  const failed = results.at(-1);
  return { results: subrequests.map((one) => (one.referenceId === failed?.referenceId ? failed : halted(one))), kept: false };
}
export const halted = ({ referenceId }: Subrequest): Subanswer => ({
  body: processingHalted().body(),
  httpHeaders: {},
  httpStatusCode: 400,
  referenceId,
});

export function* composite(call: Call, ctx: Ctx, answerOne: AnswerOne): Work<Answer> {
  allow(call, 'GET', 'HEAD', 'POST');
  const base = `/services/data/v${ctx.version}/composite`;
  if (call.method !== 'POST')
    // [D REST guide, Get a List of Composite Resources]
    return { status: 200, body: Object.fromEntries(['tree', 'batch', 'sobjects', 'graph'].map((name) => [name, `${base}/${name}`])) };
  const body = jsonBody(call);
  let subrequests: Subrequest[];
  try {
    subrequests = readSubrequests(body, ctx.version);
  } catch (cause) {
    if (!(cause instanceof Refusal) || !['LIMIT_EXCEEDED', 'PROCESSING_HALTED'].includes(cause.code)) throw cause;
    // One answer to nobody in particular [C guardian/support-service-lambdas#766; the status of the whole was not seen]
    return { status: 400, body: { compositeResponse: [{ body: cause.body(), httpHeaders: {}, httpStatusCode: 400, referenceId: null }] } };
  }
  const results =
    body['allOrNone'] === true
      ? (yield* answerWhole(subrequests, ctx, answerOne)).results
      : yield* answerEach(subrequests, ctx, false, answerOne);
  const refused = unable(results);
  return refused ? { status: 501, body: refused.body } : { status: 200, body: { compositeResponse: results } };
}
