import { allow, jsonBody, type Answer, type Call } from '../call.ts';
import { jsonBroken, notFound, notImplemented, Refusal, unsupportedMediaType } from '../errors.ts';
import type { Ctx } from '../work.ts';
import { mayUseMetadata } from './access.ts';
import { DeployRefusal, type Deployment, type Deployments } from './deployments.ts';
import { readMultipart } from './multipart.ts';
import { deployDetails, deployResult, readOptions } from './result.ts';

// /services/data/vNN.0/metadata/deployRequest [D metadata guide, "Deploy Metadata with REST"]

/** The resources below /metadata. */
export function metadataRest(call: Call, ctx: Ctx, deployments: Deployments): Answer {
  const [, resource, id, ...more] = call.path;
  if (resource !== 'deployRequest' || more.length > 0) throw notFound();
  if (!mayUseMetadata(ctx.store, ctx.userId))
    throw new Refusal(
      403,
      'INSUFFICIENT_ACCESS',
      'use of the Metadata API requires a user with the ModifyAllData or ModifyMetadata permissions',
    );
  try {
    if (id === undefined) {
      allow(call, 'POST');
      return { status: 201, body: bodyOf(ctx, start(call, ctx, deployments), false) };
    }
    allow(call, 'GET', 'HEAD', 'PATCH', 'POST');
    // "validatedDeployRequestId" in the address [D]; in the body [C jsforce deployRecentValidation].
    if (call.method === 'POST') return { status: 201, body: bodyOf(ctx, deployments.startValidated(ctx.userId, id), false) };
    const found = deployments.get(id);
    if (!found) throw notFound();
    if (call.method !== 'PATCH') return { status: 200, body: bodyOf(ctx, found, /^true$/i.test(call.query.get('includeDetails') ?? '')) };
    const wanted = jsonBody(call)['deployResult'];
    if (typeof wanted !== 'object' || wanted === null || (wanted as Record<string, unknown>)['status'] !== 'Canceling')
      throw new Refusal(400, 'INVALID_OPERATION', 'The only change of a deployment is the status Canceling'); // guessed
    // "When an HTTP status code of 202 (Accepted) is returned, your cancellation request is in progress or successful" [D]
    return { status: 202, body: bodyOf(ctx, deployments.cancel(id, ctx.userId), false) };
  } catch (cause) {
    if (cause instanceof DeployRefusal) throw new Refusal(400, cause.code, cause.message);
    throw cause;
  }
}

function start(call: Call, ctx: Ctx, deployments: Deployments): Deployment {
  const type = call.header('content-type') ?? '';
  if (/^application\/json\b/i.test(type)) {
    const id = jsonBody(call)['validatedDeployRequestId'];
    if (typeof id !== 'string') throw new Refusal(400, 'MISSING_ARGUMENT', 'validatedDeployRequestId not specified'); // guessed
    return deployments.startValidated(ctx.userId, id);
  }
  if (!/^multipart\/form-data\b/i.test(type)) throw unsupportedMediaType(type);
  const parts = readMultipart(type, ('bytes' in call.body ? call.body.bytes : undefined) ?? new Uint8Array());
  if (!parts) throw new Refusal(400, 'INVALID_MULTIPART_REQUEST', 'The multipart request is malformed'); // text guessed
  const entity = parts.find(({ name }) => name === 'json' || name === 'entity_content');
  const file = parts.find(({ name }) => name === 'file');
  if (!entity || !file)
    throw new Refusal(
      400,
      'INVALID_MULTIPART_REQUEST',
      `Multipart message must include a ${entity ? 'binary part named file' : 'non-binary part'}`,
    ); // text guessed
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(entity.bytes).toString('utf8'));
  } catch (cause) {
    throw jsonBroken(cause instanceof Error ? cause.message : String(cause));
  }
  const options = readOptions((json as { deployOptions?: Record<string, unknown> } | null)?.deployOptions ?? {});
  if (typeof options === 'string') throw jsonBroken(options);
  if (options.performRetrieve) throw notImplemented('performRetrieve');
  return deployments.start(ctx.userId, file.bytes, options);
}

function bodyOf(ctx: Ctx, one: Deployment, details: boolean): Record<string, unknown> {
  const { runTests, testLevel, ...flags } = one.options;
  return {
    id: one.id,
    url: `/services/data/v${ctx.version}/metadata/deployRequest/${one.id}`,
    validatedDeployRequestId: one.validatedId ?? null,
    deployOptions: { ...flags, runTests: runTests.length > 0 ? runTests : null, testLevel: testLevel ?? null },
    deployResult: {
      ...deployResult(ctx.store, one),
      details: details ? { ...deployDetails(one, true), retrieveResult: null } : null,
    },
  };
}
