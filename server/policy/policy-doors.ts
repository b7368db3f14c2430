import type { PolicyDiff, PolicyEffective, PolicyFields, PolicyKept, PolicySaid, PolicyTold, PolicyVersions } from '../../wire/policy.ts';
import { type Crm, Refused, Unanswered } from '../crm.ts';
import { sourcesFor } from '../decide/check-fields.ts';
import { defaultPolicy, parsePolicy, PolicyMistakes } from '../decide/policy.ts';
import { diffPolicies, sayDifferences } from '../decide/policy-diff.ts';
import { inOrder } from '../decide/policy-order.ts';
import { type Ctx, type Door, readIfMatch, tagOf } from '../door.ts';
import { refuse } from '../guard.ts';
import type { PolicyStore, PolicyVersion } from '../store/policy-store.ts';
import type { OrgId, OrgView } from '../store.ts';
import { checkPolicy } from './check-policy.ts';
import { effectiveSettings } from './effective.ts';
import { publishedSchema } from './published-schema.ts';
import { presetDoors } from './preset-doors.ts';
import { readPolicyFile, sayHeader, writePolicy } from './policy-yaml.ts';
import { withWords } from './with-words.ts';

export type PolicyDoorParts = {
  readonly console: { readonly policies: PolicyStore };
  readonly store: { readOrg(org: OrgId): Promise<Pick<OrgView, 'name' | 'policy' | 'usersById' | 'queues'> | undefined> };
  /** Of an org that this node has connected; undefined: what the CRM takes isn't known. */
  readonly crm?: ((org: OrgId) => Pick<Crm, 'fields' | 'statuses'> | undefined) | undefined;
};
const versionsAtOnce = 50;

/** The policy of the session's org: read, saved over the version one has seen, compared, and taken out as a file for git. */
export function policyDoors(parts: PolicyDoorParts): readonly Door[] {
  return [
    ['get', '/api/policy', 'person', async (c) => tell(c, await parts.console.policies.newest(c.var.visitor.org))],
    ['put', '/api/policy', 'person', (c) => save(c, parts)],
    ['post', '/api/policy/write-kept', 'person', (c) => writeKept(c, parts)],
    ['get', '/api/policy/schema.json', 'person', (c) => c.json(publishedSchema(), 200, { 'content-type': 'application/schema+json' })],
    ['get', '/api/policy/versions', 'person', (c) => listVersions(c, parts)],
    ['get', '/api/policy/versions/:version', 'person', (c) => tellVersion(c, parts)],
    ['get', '/api/policy/effective', 'person', (c) => tellEffective(c, parts)],
    ['get', '/api/policy/diff', 'person', (c) => tellDiff(c, parts)],
    ...presetDoors(parts),
    ['get', '/api/policy/fields', 'person', (c) => tellFields(c, parts)],
    ['get', '/api/policy/policy.yaml', 'person', (c) => giveFile(c, parts)],
  ];
}

/** A version of the policy by its number as it stands in an address, or undefined; 0 has no document. */
const versionOf = (text: string | undefined): number | undefined => (/^\d{1,9}$/.test(text ?? '') ? Number(text) : undefined);
const unknown = (context: Ctx, given: string | undefined) =>
  refuse(context, 404, 'unknown_version', `There is no version ${(given ?? '').slice(0, 20)} of the policy.`);
const noCache = { 'cache-control': 'private, no-cache' };

function tell(context: Ctx, row: PolicyVersion | undefined): Response {
  const told: PolicyTold = row
    ? {
        version: row.version,
        savedAt: row.savedAt.toISOString(),
        savedBy: row.savedBy,
        document: inOrder(row.document),
        policy: parsePolicy(row.document),
      }
    : { version: 0, policy: defaultPolicy('en') };
  return context.json(told, 200, { ...noCache, etag: tagOf(told.version) });
}

async function tellVersion(context: Ctx, { console: { policies } }: PolicyDoorParts): Promise<Response> {
  const given = context.req.param('version');
  const version = versionOf(given);
  const row = version === undefined ? undefined : await policies.one(context.var.visitor.org, version);
  return row ? tell(context, row) : unknown(context, given);
}

async function listVersions(context: Ctx, { console: { policies } }: PolicyDoorParts): Promise<Response> {
  const { before } = context.req.query();
  if (before !== undefined && versionOf(before) === undefined)
    return refuse(context, 400, 'malformed', 'before is the number of a version.');
  // one more, for what the oldest of them changed
  const rows = await policies.list(context.var.visitor.org, versionOf(before), versionsAtOnce + 1);
  const told: PolicyVersions = {
    versions: rows.slice(0, versionsAtOnce).map(({ version, savedAt, savedBy, document }, place) => ({
      version,
      savedAt: savedAt.toISOString(),
      savedBy,
      changed: sayDifferences(diffPolicies(rows[place + 1]?.document, document)),
    })),
    more: rows.length > versionsAtOnce,
  };
  return context.json(told);
}

async function tellDiff(context: Ctx, { console: { policies } }: PolicyDoorParts): Promise<Response> {
  const { org } = context.var.visitor;
  const asked = context.req.query();
  const newest = (await policies.newest(org))?.version ?? 0;
  const to = asked['to'] === undefined ? newest : versionOf(asked['to']);
  const from = asked['from'] === undefined ? Math.max((to ?? 1) - 1, 0) : versionOf(asked['from']);
  const [before, after] = await Promise.all([from, to].map(async (version) => (version ? policies.one(org, version) : undefined)));
  if (from === undefined || (from > 0 && !before)) return unknown(context, asked['from']);
  if (to === undefined || (to > 0 && !after)) return unknown(context, asked['to']);
  const told: PolicyDiff = { from, to, differences: withWords(diffPolicies(before?.document, after?.document)) };
  return context.json(told);
}

async function tellEffective(context: Ctx, { console: { policies } }: PolicyDoorParts): Promise<Response> {
  const { line, queue, team, agent } = context.req.query();
  const row = await policies.newest(context.var.visitor.org);
  const told: PolicyEffective = {
    version: row?.version ?? 0,
    settings: effectiveSettings(row?.document ?? { language: 'en' }, { line: [line], queue: [queue], team, agent: [agent] }),
  };
  return context.json(told, 200, noCache);
}

/** What came in while the integration was off is written by today's rules (DP-05). Only on request: nobody may want yesterday's calls. */
async function writeKept(context: Ctx, { console: { policies } }: PolicyDoorParts): Promise<Response> {
  const { org, person } = context.var.visitor;
  const newest = await policies.newest(org);
  if (newest && !parsePolicy(newest.document).enabled)
    return refuse(context, 409, 'switched_off', 'The integration is off. Switch it on (enabled: true), then ask again.');
  const told: PolicyKept = { calls: await policies.writeKept(org, person) };
  return context.json(told);
}

async function giveFile(context: Ctx, { console: { policies }, store }: PolicyDoorParts): Promise<Response> {
  const { org } = context.var.visitor;
  const row = await policies.newest(org);
  const version = row?.version ?? 0;
  const header = sayHeader(
    { version, org },
    {
      orgName: (await store.readOrg(org))?.name ?? '',
      ...(row && { savedAt: row.savedAt.toISOString(), savedBy: row.savedBy }),
    },
  );
  return context.body(writePolicy(row?.document ?? { language: 'en' }, header), 200, {
    ...noCache,
    etag: tagOf(version),
    'content-type': 'application/yaml; charset=utf-8',
    'content-disposition': `attachment; filename="policy-org-${org}.yaml"`,
    'x-content-type-options': 'nosniff',
  });
}

/** Saved over the version named by If-Match, or over whatever is there if none is named. JSON, or a file as YAML. */
async function save(context: Ctx, { console: { policies }, crm, store }: PolicyDoorParts): Promise<Response> {
  const { org, person } = context.var.visitor;
  const match = readIfMatch(context);
  if (match instanceof Response) return match;
  const { expected } = match;
  const read = await readDocument(context);
  if (read instanceof Response) return read;
  const { document } = read;
  const { wrong, warnings } = await checkPolicy(parsePolicy(document), {
    crm: crm?.(org),
    view: await store.readOrg(org),
    leftOut: await policies.leftOut(org),
  });
  if (wrong.length > 0)
    return sayWrong(
      context,
      wrong,
      wrong.map(({ path, message }) => `${path}: ${message}`),
    );
  const done = await policies.save(org, { document, by: person, ...(expected === undefined ? {} : { expected }) });
  if (done.outcome === 'moved') return sayMoved(context, policies, { expected: expected ?? 0, newest: done.newest, document });
  const said: PolicySaid = {
    version: done.version,
    saved: done.outcome === 'saved',
    differences: done.outcome === 'saved' ? withWords(done.differences) : [],
    warnings: [...warnings],
  };
  return context.json(said, 200, { etag: tagOf(done.version) });
}

/** The fields of one object that can be filled, what fits each, and what fills it now (R3, RS-33). */
async function tellFields(context: Ctx, { crm, store }: PolicyDoorParts): Promise<Response> {
  const { org } = context.var.visitor;
  const object = context.req.query('object') ?? '';
  if (!/^[A-Za-z]\w{0,78}$/.test(object)) return refuse(context, 400, 'malformed', 'object is the API name of an object, such as Task.');
  const connected = crm?.(org);
  if (!connected) return refuse(context, 409, 'not_connected', 'The org isn’t connected: what its fields take isn’t known.');
  try {
    const fields = await connected.fields(object);
    if (!fields)
      return refuse(
        context,
        404,
        'unknown_object',
        `Cordboard writes no ${object} records: ask for Task, Lead, Contact, Account, Case or Opportunity.`,
      );
    const policy = (await store.readOrg(org))?.policy ?? defaultPolicy('en');
    const mapped = Object.entries(policy.fields)
      .filter(([name]) => name.toLowerCase() === object.toLowerCase())
      .flatMap(([, sources]) => Object.entries(sources));
    const told: PolicyFields = {
      object,
      fields: fields.map((field) => {
        const source = mapped.find(([name]) => name.toLowerCase() === field.name.toLowerCase())?.[1];
        const { choices, ...rest } = field;
        return {
          ...rest,
          ...(choices && { choices: [...choices] }),
          sources: field.decidedBy === undefined ? sourcesFor(field) : [],
          ...(source && { source: { ...source } }),
        };
      }),
    };
    return context.json(told, 200, noCache);
  } catch (error) {
    if (!(error instanceof Refused || error instanceof Unanswered)) throw error;
    return refuse(context, 502, 'crm_unanswered', `The CRM doesn't say what its fields take: ${error.message}`);
  }
}

async function readDocument(context: Ctx): Promise<{ readonly document: unknown } | Response> {
  const isYaml = /^(?:application|text)\/(?:x-)?yaml\b/i.test(context.req.header('content-type') ?? '');
  if (isYaml) {
    const file = readPolicyFile(await context.req.text());
    return 'mistakes' in file
      ? sayWrong(
          context,
          file.mistakes,
          file.mistakes.map(({ line, column, path, message }) => `${line}:${column} ${path}: ${message}`),
        )
      : file;
  }
  const document: unknown = await context.req.json().catch(() => undefined);
  try {
    parsePolicy(document);
    return { document };
  } catch (error) {
    if (!(error instanceof PolicyMistakes)) throw error;
    return sayWrong(
      context,
      error.mistakes,
      error.mistakes.map(({ path, message }) => `${path}: ${message}`),
    );
  }
}

/** Everything that is wrong with a policy; `lines`: the same in words. */
export const sayWrong = (context: Ctx, mistakes: readonly object[], lines: readonly string[]): Response =>
  context.json({ error: { code: 'mistakes', message: `The policy can't be used. ${lines.join(' ')}`, mistakes } }, 400);

async function sayMoved(
  context: Ctx,
  policies: PolicyStore,
  { expected, newest, document }: { readonly expected: number; readonly newest: PolicyVersion | undefined; readonly document: unknown },
): Promise<Response> {
  const { org } = context.var.visitor;
  const base = expected === 0 ? undefined : await policies.one(org, expected);
  if (!newest || (expected > 0 && !base))
    return refuse(context, 409, 'unknown_version', `There is no version ${expected} of the policy; the newest is ${newest?.version ?? 0}.`);
  const meanwhile = withWords(diffPolicies(base?.document, newest.document));
  const words =
    meanwhile.length === 0 ? 'It says the same as yours rested on.' : `It changed ${meanwhile.map((one) => one.words).join('; ')}.`;
  return context.json(
    {
      error: {
        code: 'moved',
        message: `${newest.savedBy} saved version ${newest.version} at ${newest.savedAt.toISOString()}; yours rests on version ${expected}. ${words} Look at it, and save yours over version ${newest.version} if it is still meant.`,
      },
      version: newest.version,
      savedAt: newest.savedAt.toISOString(),
      savedBy: newest.savedBy,
      meanwhile,
      yours: withWords(diffPolicies(newest.document, document)),
    },
    409,
  );
}
