import { z } from 'zod';

/** What the check of an org and the installing in it say. The server tells keys and values; the sentences are in `console/words/setup`. */
const at = z.iso.datetime();

/** What is looked at. Of what is well only this and `params` are told. */
export const checkAreas = [
  'connection',
  'org',
  'api',
  'user',
  'rights',
  'tasks',
  'name-field',
  'version',
  'persons',
  'book',
  'sharing',
  'objects',
  'layouts',
  'queues',
  'rules',
  'zone',
  'address',
] as const;
export type CheckArea = (typeof checkAreas)[number];
/** What is found there. */
export const problems = [
  'not-connected',
  'org-read-only',
  'org-trial-ends',
  'org-edition',
  'api-nearly-spent',
  'api-too-small',
  'user-is-admin',
  'user-works',
  'user-is-agent',
  'logins-unseen',
  'rights-unseen',
  'rights-to-install',
  'tasks-read-only',
  'fields-hidden',
  'fields-required',
  'picklists-restricted',
  'name-field-absent',
  'name-field-unfit',
  'name-field-lost',
  'names-of-others',
  'names-twice',
  'not-installed',
  'installed-outdated',
  'installed-newer',
  'installed-by-hand',
  'permission-set-unassigned',
  'person-hidden',
  'person-not-creatable',
  'person-name-field',
  'person-required',
  'book-kind-unread',
  'sees-not-all',
  'objects-absent',
  'layouts-without-activities',
  'pages-without-activities',
  'layouts-unseen',
  'no-task-queue',
  'duplicate-rules',
  'assignment-rules',
  'zone-differs',
  'no-public-address',
] as const;
export type ProblemKey = (typeof problems)[number];
/** `off`: an option that isn't there in this org, or couldn't be looked at; nothing is wrong. */
const levels = ['ok', 'warn', 'bad', 'off'] as const;
/** Who can mend it: an administrator of Salesforce, the admin of Cordboard, whoever runs its server, or nobody but time. */
const menders = ['org-admin', 'admin', 'operator', 'time'] as const;

export const Finding = z.object({
  area: z.enum(checkAreas),
  level: z.enum(levels),
  /** Left out where all is well. */
  problem: z.enum(problems).optional(),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
  mendedBy: z.enum(menders).optional(),
  /** Where in docs/operate/org.md it is explained. */
  doc: z.string(),
});
export type Finding = z.infer<typeof Finding>;

const states = ['missing', 'current', 'outdated', 'newer', 'by-hand'] as const;
/** What of ours is in the org. */
export const Installed = z.object({
  state: z.enum(states),
  version: z.number().optional(),
  /** What this Cordboard would install. */
  current: z.number(),
});
export type Installed = z.infer<typeof Installed>;

export const Check = z.object({ checkedAt: at, findings: z.array(Finding), installed: Installed.optional() });
export type Check = z.infer<typeof Check>;

export const steps = ['begin', 'send', 'deploy', 'fields', 'assign', 'verify', 'unassign', 'reconnect', 'check'] as const;
export type SetupStep = (typeof steps)[number];
export const jobKinds = ['install', 'uninstall', 'add-field'] as const;
export type JobKind = (typeof jobKinds)[number];

/** Of our own parts, what was left out and why: `no-public-address`, `by-fields` (deploying isn't allowed, so only fields were made), or the org's words. */
const LeftOut = z.object({ part: z.enum(['call-center', 'trusted-site']), because: z.string() });
export const Outcome = z.object({
  by: z.enum(['deploy', 'fields']),
  /** Made, changed or removed, by the CRM's own names. */
  parts: z.array(z.string()),
  leftOut: z.array(LeftOut),
  /** What the org refused, in its own words. */
  failures: z.array(z.object({ part: z.string(), because: z.string() })),
  /** Rights the connected user lacks for it, as Setup calls them. */
  lacks: z.array(z.string()),
  /** A task was written, read and deleted by our own name. */
  verified: z.boolean(),
});
export type Outcome = z.infer<typeof Outcome>;
export const Job = z.object({
  id: z.string(),
  what: z.enum(jobKinds),
  by: z.string(),
  /** `interrupted`: the server that worked on it is gone; whatever was begun can be begun again. */
  state: z.enum(['running', 'done', 'failed', 'interrupted']),
  step: z.enum(steps),
  /** Of `total` parts `done` are through. */
  progress: z.object({ done: z.number(), total: z.number() }).optional(),
  outcome: Outcome.optional(),
  trouble: z.string().optional(),
  beganAt: at,
  endedAt: at.optional(),
});
export type Job = z.infer<typeof Job>;
/** Everything about it, as the page shows it. */
export const Setup = z.object({ check: Check.optional(), job: Job.optional(), publicUrl: z.string().optional() });
export type Setup = z.infer<typeof Setup>;

/** What uninstalling takes away. */
export const Removal = z.object({
  parts: z.array(z.string()),
  /** Fields an admin had made here; they go as well. */
  extraFields: z.array(z.string()),
  /** Fields of others that our permission set opens: they stay, without that. */
  stays: z.array(z.string()),
  /** People the permission set is taken from. */
  people: z.number(),
  /** Tasks that hold our name. */
  tasks: z.number(),
});
export type Removal = z.infer<typeof Removal>;

export const fieldObjects = ['activity', 'lead', 'contact', 'account', 'case', 'opportunity'] as const;
export const fieldTypes = [
  'text',
  'long-text',
  'number',
  'date',
  'date-time',
  'checkbox',
  'url',
  'phone',
  'picklist',
  'multi-picklist',
] as const;
/** A field an admin asks for (MT-28…31). `name`: its API name without the ending; made from the label if left out. */
export const AddField = z.strictObject({
  object: z.enum(fieldObjects),
  label: z.string().trim().min(1).max(40),
  type: z.enum(fieldTypes),
  name: z
    .string()
    .regex(/^[A-Za-z](?:_?[A-Za-z0-9])*$/, 'must be letters, digits and single underscores, beginning with a letter')
    .max(30)
    .optional(),
});
export type AddField = z.infer<typeof AddField>;
/** Uninstalling is confirmed by what the org is called here. */
export const Uninstall = z.strictObject({ confirm: z.string() });
