import { jsonBroken, Refusal } from '../errors.ts';
import { allow, jsonBody, type Answer, type Call } from '../call.ts';
import type { Ctx, Work } from '../work.ts';
import { answerWhole, halted, unable } from './composite.ts';
import { checkReferenceIds, readSubrequest, readUrl, referencesOf, type AnswerOne, type Subanswer, type Subrequest } from './parts.ts';

// POST /composite/graph: many transactions in one request, each of them whole or not at all. [D resources_composite_graph]

/** [D resources_composite_graph_limits] */
const most = { graphs: 75, nodes: 500, depth: 15, kinds: 15, failures: 14 };

type Graph = { graphId: string; subrequests: Subrequest[] };

const limit = (what: string) => new Refusal(400, 'LIMIT_EXCEEDED', what); // words guessed

function readGraphs(body: Record<string, unknown>, version: string): Graph[] {
  const { graphs } = body;
  if (!Array.isArray(graphs)) throw jsonBroken('graphs is required');
  if (graphs.length > most.graphs) throw limit(`The request can’t contain more than ${most.graphs} graphs.`);
  const read = graphs.map((entry: unknown): Graph => {
    const { graphId, compositeRequest } = (typeof entry === 'object' && entry !== null ? entry : {}) as Record<string, unknown>;
    // "It must be unique, begin with an alphanumeric character, be less than 40 characters and not contain a period" [D composite graph introduction; code guessed]
    if (typeof graphId !== 'string' || !/^[A-Za-z0-9][^.]{0,38}$/.test(graphId)) throw jsonBroken('Each graph needs a graphId');
    if (!Array.isArray(compositeRequest)) throw jsonBroken('compositeRequest is required');
    const subrequests = compositeRequest.map(readSubrequest);
    checkReferenceIds(subrequests, version);
    return { graphId, subrequests };
  });
  if (new Set(read.map(({ graphId }) => graphId)).size < read.length) throw jsonBroken('Duplicate graphId in the request');
  const all = read.flatMap(({ subrequests }) => subrequests);
  if (all.length > most.nodes) throw limit(`The request can’t contain more than ${most.nodes} nodes.`);
  const kinds = new Set(all.map(kindOf));
  if (kinds.size > most.kinds) throw limit(`The request can’t contain more than ${most.kinds} different nodes.`);
  for (const { subrequests } of read) if (depthOf(subrequests) > most.depth) throw limit(`A graph can’t be deeper than ${most.depth}.`);
  return read;
}

/** "Nodes are considered different if they use resources from different API versions, a different HTTP method, or different types of objects" [D the limits]. Only records are nodes [D composite graph introduction; words guessed]. */
function kindOf({ method, url }: Subrequest): string {
  const { path, version } = readUrl(url, /^\/services\/data\/v(\d+\.\d+)\/([^?]*)(?:\?(.*))?$/);
  const [first, type = '', key] = path;
  const methods = key === undefined ? ['POST'] : path.length === 3 ? ['DELETE', 'GET', 'PATCH'] : ['DELETE', 'GET', 'PATCH', 'POST'];
  if (first !== 'sobjects' || type === '' || path.length > 4 || !methods.includes(method))
    throw new Refusal(400, 'INVALID_INPUT', `A graph doesn’t support ${method} ${url}`);
  return `${version} ${method} ${type.toLowerCase()}`;
}

function depthOf(subrequests: readonly Subrequest[]): number {
  const depths = new Map<string, number>();
  for (const one of subrequests) depths.set(one.referenceId, 1 + Math.max(0, ...referencesOf(one).map((id) => depths.get(id) ?? 0)));
  return Math.max(0, ...depths.values());
}

export function* graph(call: Call, ctx: Ctx, answerOne: AnswerOne): Work<Answer> {
  allow(call, 'POST');
  const told: { graphId: string; graphResponse: { compositeResponse: Subanswer[] }; isSuccessful: boolean }[] = [];
  let failures = 0;
  for (const { graphId, subrequests } of readGraphs(jsonBody(call), ctx.version)) {
    // "if the number of graph failures exceeds the maximum limit of 14, processing is halted for the remaining graphs" [D the limits]
    const { results, kept } =
      failures > most.failures ? { results: subrequests.map(halted), kept: false } : yield* answerWhole(subrequests, ctx, answerOne);
    const refused = unable(results);
    if (refused) return { status: 501, body: refused.body };
    if (!kept) failures += 1;
    told.push({ graphId, graphResponse: { compositeResponse: results }, isSuccessful: kept });
  }
  return { status: 200, body: { graphs: told } };
}
