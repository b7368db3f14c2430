import { z } from 'zod';
import { Refused, Unanswered } from '../../../server/crm.ts';
import type { World } from '../../../server/world.ts';
import { cleanText, cutAt } from '../text.ts';
import type { Api } from '../request.ts';
import { type Package, zipped } from './package.ts';

const Message = z.looseObject({ fullName: z.string(), componentType: z.string().nullish(), problem: z.string().nullish() });
/** A component alone may come without its list. */
const messages = z
  .union([z.array(Message), Message])
  .nullish()
  .transform((given) => (given === null || given === undefined ? [] : Array.isArray(given) ? given : [given]));
const Deployment = z.looseObject({
  id: z.string().min(15),
  deployResult: z.looseObject({
    done: z.boolean(),
    status: z.string(),
    success: z.boolean().nullish(),
    errorMessage: z.string().nullish(),
    numberComponentsDeployed: z.number().nullish(),
    numberComponentErrors: z.number().nullish(),
    numberComponentsTotal: z.number().nullish(),
    details: z.looseObject({ componentFailures: messages, componentSuccesses: messages }).nullish(),
  }),
});

/** How a deployment ended. `part`: as the Metadata API names it. */
export type Deployed = {
  readonly ok: boolean;
  readonly parts: readonly string[];
  readonly failures: readonly { readonly part: string; readonly type: string; readonly because: string }[];
};

/** A deployment of a dozen parts takes seconds; in a busy org it waits for others. */
const longestMs = 15 * 60_000;
const firstLookMs = 500;
const laterLookMs = 3_000;

/**
 * Deploys by `metadata/deployRequest` and waits for the end (Metadata API guide, "Deploy Metadata with REST"). All or nothing: an org that takes
 * half of it would have fields nobody may see. Throws what starting threw, or `Unanswered` when the end can't be learned.
 */
export async function deploy(
  { api, world }: { readonly api: Api; readonly world: World },
  pack: Package,
  onProgress: (done: number, total: number) => Promise<void>,
  signal: AbortSignal,
): Promise<Deployed> {
  const deployOptions = {
    allowMissingFiles: false,
    autoUpdatePackage: false,
    checkOnly: false,
    // What is to be removed and isn't there any more is no failure.
    ignoreWarnings: true,
    performRetrieve: false,
    purgeOnDelete: false,
    rollbackOnError: true,
    singlePackage: true,
    // Fields and permission sets run none of the org's own tests, in production neither; there is no code in the package.
    testLevel: 'NoTestRun',
  };
  const raw = multipart({ deployOptions }, zipped(pack), Buffer.from(world.bytes(16)).toString('hex'));
  const posted = await api.call({ method: 'POST', path: `${api.base}/metadata/deployRequest`, raw }, signal).catch((error: unknown) => {
    throw signal.aborted && error instanceof Unanswered ? leftToItself(signal) : error;
  });
  const begun = read(posted.json);
  const path = `${api.base}/metadata/deployRequest/${encodeURIComponent(begun.id)}?includeDetails=true`;
  const untilMs = world.monotonic() + longestMs;
  for (let look = 0, lost = 0; ; look++) {
    await world.sleep(look < 6 ? firstLookMs : laterLookMs, signal);
    if (signal.aborted) throw leftToItself(signal);
    if (world.monotonic() > untilMs)
      throw new Unanswered(
        `Salesforce has worked on the deployment for ${longestMs / 60_000} minutes. Look at Setup → Deployment Status, then do it again.`,
      );
    const answer = await api.call({ method: 'GET', path }, signal).catch((error: unknown) => {
      // Nothing depends on this answer: the next one says the same.
      const passes = error instanceof Unanswered || (error instanceof Refused && error.failure.mendedBy === 'time');
      if (!passes || ++lost > 20) throw error;
      return undefined;
    });
    if (!answer) continue;
    const { deployResult: result } = read(answer.json);
    await onProgress((result.numberComponentsDeployed ?? 0) + (result.numberComponentErrors ?? 0), result.numberComponentsTotal ?? 0);
    if (result.done) return endOf(result);
  }
}

/** Whoever gives the work up says why; without a word it ended with this process. */
const leftToItself = ({ reason }: AbortSignal) =>
  new Unanswered(
    `The deployment was left to itself: Salesforce carries it out or not. ${reason instanceof Unanswered ? reason.message : 'It was stopped here meanwhile: begin it again.'}`,
  );

/** Several parts have one name; a field's says what it is. */
export const nameOfPart = (type: string, name: string): string => (type === 'CustomField' || type === '' ? name : `${type} ${name}`);

function endOf(result: z.output<typeof Deployment>['deployResult']): Deployed {
  const failures = (result.details?.componentFailures ?? []).map(({ fullName, componentType, problem }) => ({
    part: nameOfPart(componentType ?? '', fullName),
    type: componentType ?? '',
    because: say(problem) || 'Salesforce gave no reason.',
  }));
  const ok = result.status === 'Succeeded';
  if (!ok && failures.length === 0)
    failures.push({ part: 'deployment', type: '', because: say(result.errorMessage) || `It ended as ${result.status}.` });
  const parts = (result.details?.componentSuccesses ?? []).filter(({ componentType }) => componentType); // package.xml has no type
  return { ok, parts: parts.map(({ fullName, componentType }) => nameOfPart(componentType ?? '', fullName)), failures };
}
const say = (text: string | null | undefined) => cutAt(cleanText(text ?? ''), 500);

function read(json: unknown): z.output<typeof Deployment> {
  const found = Deployment.safeParse(json);
  if (!found.success)
    throw new Unanswered(`Salesforce tells of the deployment in a way we can't read (${found.error.issues[0]?.path.join('.')}).`);
  return found.data;
}

function multipart(json: unknown, zip: Uint8Array, boundary: string): { type: string; bytes: Uint8Array } {
  const begin = [
    `--${boundary}`,
    'Content-Disposition: form-data; name="json"',
    'Content-Type: application/json',
    '',
    JSON.stringify(json),
    `--${boundary}`,
    'Content-Disposition: form-data; name="file"; filename="cordboard.zip"',
    'Content-Type: application/zip',
    '',
    '',
  ].join('\r\n');
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    bytes: Buffer.concat([Buffer.from(begin), zip, Buffer.from(`\r\n--${boundary}--\r\n`)]),
  };
}
