import { dailyLimit, jsonBroken, notImplemented, Refusal, tooManySubrequests } from '../errors.ts';
import { allow, jsonBody, type Answer, type Call, type Org } from '../call.ts';
import type { Ctx, Work } from '../work.ts';
import { readUrl, type AnswerOne } from './parts.ts';

// POST /composite/batch: up to 25 requests that know nothing of each other. [D resources_composite_batch, requests_composite_batch]

const maxSubrequests = 25;
const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
/** `v65.0/sobjects/…`, as the examples have it, or in full. */
const batchUrl = /^(?:\/services\/data)?\/?v(\d+\.\d+)\/([^?]*)(?:\?(.*))?$/;

type Part = { call: Call; version: string };

/** "If an error is detected during deserialization … HTTP 400 without processing any subrequests" [D requests_composite_batch; words guessed]. */
function readPart(entry: unknown): Part {
  const { method, url, richInput, binaryPartName } = (typeof entry === 'object' && entry !== null ? entry : {}) as Record<string, unknown>;
  if (typeof method !== 'string' || typeof url !== 'string') throw jsonBroken('Each subrequest needs method and url');
  if (!methods.includes(method.toUpperCase())) throw jsonBroken(`Unsupported method in a subrequest: ${method}`);
  if (binaryPartName !== undefined) throw notImplemented('binary parts in a batch');
  const { path, query, version } = readUrl(url, batchUrl);
  if (path[0] === 'composite') throw notImplemented(`/${path.join('/')} inside a batch`);
  return { call: { method: method.toUpperCase(), path, query, header: () => undefined, body: { json: richInput ?? {} } }, version };
}

export function* batch(call: Call, ctx: Ctx, org: Org, answerOne: AnswerOne): Work<Answer> {
  allow(call, 'POST');
  const { batchRequests, haltOnError } = jsonBody(call);
  if (!Array.isArray(batchRequests)) throw jsonBroken('batchRequests is required');
  if (haltOnError !== undefined && typeof haltOnError !== 'boolean') throw jsonBroken('haltOnError is required to be a boolean');
  if (batchRequests.length > maxSubrequests) throw tooManySubrequests(maxSubrequests, 'operations'); // words guessed
  const results: { statusCode: number; result: unknown }[] = [];
  let stopped = false;
  for (const [place, part] of batchRequests.map(readPart).entries()) {
    if (stopped) {
      const refusal = new Refusal(412, 'BATCH_PROCESSING_HALTED', 'Batch processing was halted because a previous request failed.'); // words guessed
      results.push({ statusCode: 412, result: refusal.body() });
      continue;
    }
    const answer = yield* counted(org, place > 0, () => answerOne(part.call, { ...ctx, version: part.version }));
    if (answer.status === 501) return answer;
    ctx.tally.subrequests.push(`${part.call.method} /${part.call.path.join('/')}`.slice(0, 120).concat(` ${answer.status}`));
    results.push({ statusCode: answer.status, result: answer.body ?? null });
    stopped = haltOnError === true && answer.status >= 400;
  }
  return { status: 200, body: { hasErrors: results.some(({ statusCode }) => statusCode >= 400), results } };
}

/** "Each subrequest counts against rate limits" [D resources_composite_batch]; the first is the batch itself. */
function* counted(org: Org, more: boolean, work: () => Work<Answer>): Work<Answer> {
  if (!more) return yield* work();
  let leave: () => void;
  try {
    leave = org.limits.enter();
  } catch (cause) {
    if (!(cause instanceof Refusal) || cause.code !== dailyLimit().code) throw cause;
    return { status: cause.status, body: cause.body() };
  }
  try {
    return yield* work();
  } finally {
    leave();
  }
}
