import { type PeriodLine, Simulate, type TriedPeriod } from '../../wire/simulate.ts';
import { defaultPolicy, parsePolicy, type Policy, PolicyMistakes } from '../decide/policy.ts';
import { type Ctx, type Door, parse } from '../door.ts';
import { refuse } from '../guard.ts';
import { type Against, checkPolicy } from '../policy/check-policy.ts';
import { readPolicyFile } from '../policy/policy-yaml.ts';
import { sayWrong } from '../policy/policy-doors.ts';
import type { PolicyStore } from '../store/policy-store.ts';
import type { Period } from '../store/simulate-store.ts';
import type { OrgId } from '../store.ts';
import { type Draft, type Simulator, Unreadable } from './simulator.ts';

export type SimulateDoorParts = {
  readonly simulator: Simulator;
  readonly console: { readonly policies: Pick<PolicyStore, 'newest' | 'one' | 'leftOut'> };
  readonly store: { readOrg(org: OrgId): Promise<Against['view']> };
  /** Of an org that this node has connected; undefined: what the CRM takes isn't known. */
  readonly crm?: ((org: OrgId) => Against['crm']) | undefined;
  report(what: string, fields: Readonly<Record<string, unknown>>): void;
};

type Warnings = NonNullable<TriedPeriod['warnings']>;
/** Of one node: calls ring meanwhile. */
const mostAtOnce = 2;

/** Trying a policy out. Nothing is written; the CRM is asked only what its fields take, as a save asks it. */
export function simulateDoors(parts: SimulateDoorParts): readonly Door[] {
  let underWay = 0;
  /** Each step as a line of JSON. Ends with who reads it: their end is this one's. */
  const lines = async function* (org: OrgId, period: Period, draft: Draft, show: number, warnings: Warnings): AsyncGenerator<Uint8Array> {
    const say = (line: PeriodLine) => new TextEncoder().encode(`${JSON.stringify(line)}\n`);
    try {
      for await (const { result, ...progress } of parts.simulator.period(org, period, draft, show))
        yield say(result ? { result: { ...result, warnings } } : { progress });
    } catch (error) {
      parts.report('simulate.failed', { org, because: (error as Error).message });
      yield say({
        error: { code: 'unavailable', message: 'This did not work just now. Try again; if it stays so, the log of the server says why.' },
      });
    }
  };
  /** Counts from now on, though nobody has begun to read: many may ask at one moment. */
  const counted = (steps: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> => {
    underWay += 1;
    let isOver = false;
    const over = () => {
      if (!isOver) underWay -= 1;
      isOver = true;
    };
    return new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          const { done, value } = await steps.next();
          if (!done) return controller.enqueue(value);
          over();
          return controller.close();
        },
        async cancel() {
          await steps.return(undefined);
          over();
        },
      },
      { highWaterMark: 0 },
    );
  };

  async function simulate(context: Ctx): Promise<Response> {
    const asked = await parse(context, Simulate);
    if (asked instanceof Response) return asked;
    const { org } = context.var.visitor;
    const policy = await policyOf(context, asked, parts.console.policies);
    if (policy instanceof Response) return policy;
    const draft: Draft = { policy, book: asked.book };
    const warnings = await warningsOf(org, policy, parts);
    if (asked.period) {
      const period = { fromMs: Date.parse(asked.period.from), toMs: Date.parse(asked.period.to) };
      if (period.toMs <= period.fromMs) return refuse(context, 400, 'malformed', 'period: ends before it begins.');
      if (underWay >= mostAtOnce)
        return refuse(context, 409, 'busy', `${underWay} periods are being tried on this node. Wait for one of them to end.`);
      return context.body(counted(lines(org, period, draft, asked.show, warnings)), 200, {
        'content-type': 'application/x-ndjson; charset=utf-8',
        'cache-control': 'private, no-store',
        'x-content-type-options': 'nosniff',
      });
    }
    if (asked.call !== undefined) {
      const tried = await parts.simulator.call(org, asked.call, draft);
      if (tried === undefined) return refuse(context, 404, 'unknown_call', `There is no call ${asked.call}.`);
      return typeof tried === 'string'
        ? refuse(context, 409, 'untold', `Nothing can be told of this call: ${tried}.`)
        : context.json({ ...tried, warnings });
    }
    try {
      const { invented: form, events } = asked;
      const tried = await parts.simulator.invented(org, { ...(form && { form }), ...(events && { events }) }, draft);
      return context.json({ ...tried, warnings });
    } catch (error) {
      if (error instanceof Unreadable) return refuse(context, 400, 'malformed', error.message);
      throw error;
    }
  }
  return [['post', '/api/policy/simulate', 'person', simulate]];
}

/** What a save would say to it. */
async function warningsOf(org: OrgId, policy: Policy, { console: { policies }, store, crm }: SimulateDoorParts): Promise<Warnings> {
  const { wrong, warnings } = await checkPolicy(policy, {
    crm: crm?.(org),
    view: await store.readOrg(org),
    leftOut: await policies.leftOut(org),
  });
  return [...wrong.map((one) => ({ ...one, refuses: true as const })), ...warnings];
}

/** The policy that is to be tried, or why it can't be. */
async function policyOf(
  context: Ctx,
  { policy, yaml, version }: Simulate,
  policies: Pick<PolicyStore, 'newest' | 'one'>,
): Promise<Policy | Response> {
  const { org } = context.var.visitor;
  if (yaml !== undefined) {
    const file = readPolicyFile(yaml);
    if (!('mistakes' in file)) return parsePolicy(file.document);
    return sayWrong(
      context,
      file.mistakes,
      file.mistakes.map(({ line, column, path, message }) => `${line}:${column} ${path}: ${message}`),
    );
  }
  if (policy === undefined) {
    const row = version === undefined ? await policies.newest(org) : version === 0 ? undefined : await policies.one(org, version);
    if (!row && version) return refuse(context, 404, 'unknown_version', `There is no version ${version} of the policy.`);
    return row ? parsePolicy(row.document) : defaultPolicy('en');
  }
  try {
    return parsePolicy(policy);
  } catch (error) {
    if (!(error instanceof PolicyMistakes)) throw error;
    return sayWrong(
      context,
      error.mistakes,
      error.mistakes.map(({ path, message }) => `${path}: ${message}`),
    );
  }
}
