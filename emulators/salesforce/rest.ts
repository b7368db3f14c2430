import { bulkJobs, bulkLimits } from './bulk/routes.ts';
import { batch } from './composite/batch.ts';
import { composite } from './composite/composite.ts';
import { graph } from './composite/graph.ts';
import { tree } from './composite/tree.ts';
import { collection } from './collections.ts';
import { describe, describeGlobal } from './describe.ts';
import { allow, type Answer, type Call, type Org } from './call.ts';
import { notFound, notImplemented, Refusal } from './errors.ts';
import { described } from './resources/conditional.ts';
import { layouts } from './resources/layouts.ts';
import { orgLimits } from './resources/org-limits.ts';
import { recent } from './resources/recent.ts';
import { recordCount } from './resources/record-count.ts';
import { uiApi } from './resources/ui-api.ts';
import { schemaFor } from './rights/seen.ts';
import { metadataRest } from './metadata/rest.ts';
import { tooling } from './metadata/tooling.ts';
import { sobject } from './sobjects.ts';
import { parameterizedSearch, search } from './sosl/search.ts';
import type { Ctx, Work } from './work.ts';

/** Resources a real org has and this one does not: said so, instead of the 404 a client would believe. */
const elsewhere = new Set([
  'quickActions',
  'tabs',
  'theme',
  'analytics',
  'chatter',
  'connect',
  'process',
  'actions',
  'event',
  'eventSchema',
  'support',
  'knowledgeManagement',
  'wave',
  'graphql',
  'appMenu',
  'licensing',
  'async-queries',
  'consent',
  'compactLayouts',
  'sobjectRows',
]);

export function* answerCall(given: Call, ctx: Ctx, org: Org): Work<Answer> {
  // For programs that cannot send PATCH [C used by many public clients].
  const meant = given.method === 'POST' ? given.query.get('_HttpMethod')?.toUpperCase() : undefined;
  const call = meant === undefined ? given : { ...given, method: meant };
  try {
    if (/\bxml\b/i.test(call.header('accept') ?? '') && !/json|\*\/\*/i.test(call.header('accept') ?? ''))
      throw notImplemented('answers in XML');
    // Parts of a composite inherit no headers but Accept, Authorization and Content-Type [D resources_composite_composite_post].
    const own = { autoAssign: call.header('sforce-auto-assign'), duplicates: call.header('sforce-duplicate-rule-header') };
    return yield* route(call, { ...ctx, ...own, together: new Set() }, org);
  } catch (cause) {
    if (!(cause instanceof Refusal)) throw cause;
    if (cause.fields) ctx.tally.rowErrors.set(cause.code, (ctx.tally.rowErrors.get(cause.code) ?? 0) + 1);
    return { status: cause.status, body: cause.body(), ...(cause.headers ? { headers: cause.headers } : {}) };
  }
}

function* route(call: Call, ctx: Ctx, org: Org): Work<Answer> {
  const [first, second, third] = call.path;
  switch (first) {
    case undefined:
      allow(call, 'GET', 'HEAD');
      return {
        status: 200,
        body: {
          identity: org.identity, // jsforce asks here who it is
          ...Object.fromEntries(
            [
              ...['sobjects', 'search', 'parameterizedSearch', 'query', 'queryAll', 'composite', 'jobs', 'limits', 'recent', 'ui-api'],
              ...['metadata', 'tooling'],
            ].map((name) => [name, `/services/data/v${ctx.version}/${name}`]),
          ),
        },
      };
    case 'sobjects':
      if (second === undefined) {
        allow(call, 'GET', 'HEAD');
        return described(call, ctx.store, `global ${ctx.version} ${ctx.userId}`, ctx.now(), describeGlobal(schemaFor(ctx), ctx.version));
      }
      if (third === 'describe' && call.path.length === 3) {
        allow(call, 'GET', 'HEAD');
        const object = schemaFor(ctx).inAddress(second);
        if (!object) throw notFound();
        return described(
          call,
          ctx.store,
          `${object.name} ${ctx.version} ${ctx.userId}`,
          ctx.now(),
          describe(ctx.store, object, ctx.version),
        );
      }
      if (third === 'describe' && call.path[3]?.toLowerCase() === 'layouts') return layouts(call, ctx);
      return yield* sobject(call, ctx, org);
    case 'query':
    case 'queryAll':
      return query(call, ctx, org);
    case 'search':
      return yield* search(call, ctx, org);
    case 'parameterizedSearch':
      return yield* parameterizedSearch(call, ctx, org);
    case 'composite':
      if (second === 'sobjects') return yield* collection(call, ctx);
      if (second === 'tree' && third !== undefined) return yield* tree(call, ctx);
      if (third !== undefined) throw notFound();
      if (second === undefined) return yield* composite(call, ctx, (part, its) => answerCall(part, its, org));
      if (second === 'batch') return yield* batch(call, ctx, org, (part, its) => answerCall(part, its, org));
      if (second === 'graph') return yield* graph(call, ctx, (part, its) => answerCall(part, its, org));
      throw notFound();
    case 'jobs':
      return bulkJobs(call, ctx, org.bulk, org.zone);
    case 'limits':
      if (second === 'recordCount') return recordCount(call, ctx);
      if (second !== undefined) throw notFound();
      allow(call, 'GET', 'HEAD');
      return {
        status: 200,
        body: orgLimits({
          DailyApiRequests: left(org.limits.max, org.limits.used),
          DailyDeliveredPlatformEvents: left(ctx.store.changes.settings.maxDelivered, ctx.store.changes.delivered),
          ...bulkLimits(org.bulk, ctx.now()),
        }),
      };
    case 'recent':
      return recent(call, ctx);
    case 'ui-api':
      return uiApi(call, ctx);
    case 'metadata':
      return metadataRest(call, ctx, org.deployments);
    case 'tooling':
      return tooling(call, ctx, org);
    default:
      if (elsewhere.has(first)) throw notImplemented(`/${first}`);
      throw notFound();
  }
}

const left = (max: number, used: number) => ({ Max: max, Remaining: Math.max(0, max - used) });

/** "200 to 2,000, 2,000 by default" [D headers_queryoptions] */
function query(call: Call, ctx: Ctx, org: Org): Answer {
  allow(call, 'GET', 'HEAD');
  const locator = call.path[1];
  if (locator !== undefined) return { status: 200, body: org.queries.more(locator, ctx.version, ctx.userId) };
  if (call.query.has('explain')) throw notImplemented('the plan of a query (explain)');
  const soql = call.query.get('q');
  if (soql === null) throw new Refusal(400, 'MALFORMED_QUERY', 'A query string has to be specified'); // [C tests of WWW-Salesforce]
  const asked = Number(/batchSize\s*=\s*(\d+)/i.exec(call.header('sforce-query-options') ?? '')?.[1] ?? 2000);
  const batch = Math.min(org.limits.rowsPerPage, Math.max(200, asked));
  const options = { all: call.path[0] === 'queryAll', batch, version: ctx.version, zone: org.zone, userId: ctx.userId };
  return { status: 200, body: call.query.get('columns') === 'true' ? org.queries.columns(soql, options) : org.queries.run(soql, options) };
}
