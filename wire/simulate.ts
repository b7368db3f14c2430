import { z } from 'zod';

/** Trying a policy out: what it would do to calls, without doing it. */
const at = z.iso.datetime({ offset: true });
const shortText = z.string().trim().min(1).max(200);
const inventedOutcomes = [
  'answered',
  'missed',
  'abandoned',
  'closed',
  'voicemail',
  'cancelled',
  'busy',
  'no answer',
  'declined',
  'no such number',
  'unreachable',
] as const;
const Someone = z.strictObject({ id: shortText.optional(), name: shortText.optional(), email: shortText.optional() });
/** A call nobody made. What is left out isn't known, as a phone system may not tell it. */
export const InventedCall = z.strictObject({
  direction: z.enum(['inbound', 'outbound', 'internal']),
  outcome: z.enum(inventedOutcomes).default('answered'),
  number: shortText.optional(),
  withheld: z.boolean().default(false),
  /** As the phone system knows whoever called. */
  name: shortText.optional(),
  email: shortText.optional(),
  line: z
    .strictObject({ id: shortText.optional(), number: shortText.optional(), name: shortText.optional(), zone: shortText.optional() })
    .optional(),
  queue: z.strictObject({ id: shortText, name: shortText.optional() }).optional(),
  /** Who took it, dialled it, or was rung in vain. */
  agent: Someone.optional(),
  softphone: z.boolean().optional(),
  /** When it began; left out: now. */
  at: at.optional(),
  waitSeconds: z.number().min(0).max(86_400).default(10),
  talkSeconds: z.number().min(0).max(86_400).default(60),
  tags: z.array(shortText).max(50).optional(),
  digits: shortText.optional(),
  campaign: shortText.optional(),
  /** Records that have the number, best first. Left out: whom the book knows. None: a stranger. */
  match: z
    .array(
      z.strictObject({
        kind: shortText,
        id: shortText,
        name: shortText.optional(),
        ownerId: shortText.optional(),
        status: shortText.optional(),
      }),
    )
    .max(20)
    .optional(),
});
export type InventedCall = z.infer<typeof InventedCall>;

/**
 * What is asked. The policy on trial is a document, a file as YAML, or a version; none of them: the one in force. It is tried on a stored call,
 * on an invented one (a form, or events as the door of the generic source takes them), or on the calls that began in a period.
 */
export const Simulate = z
  .strictObject({
    policy: z.unknown().optional(),
    yaml: z.string().optional(),
    version: z.int().min(0).max(999_999_999).optional(),
    call: z
      .string()
      .regex(/^\d{1,18}$/, 'is the number of a call')
      .optional(),
    invented: InventedCall.optional(),
    events: z.array(z.unknown()).min(1).max(1_000).optional(),
    period: z.strictObject({ from: at, to: at }).optional(),
    /** Who is meant: as it was found then, or whom the book knows now. */
    book: z.enum(['then', 'now']).default('then'),
    /** So many of the calls that differ are shown. */
    show: z.int().min(0).max(500).default(50),
  })
  .refine(
    (asked) => [asked.policy, asked.yaml, asked.version].filter((one) => one !== undefined).length <= 1,
    'give one of policy, yaml and version',
  )
  .refine(
    (asked) => [asked.call, asked.invented, asked.events, asked.period].filter((one) => one !== undefined).length === 1,
    'give one of call, invented, events and period',
  );
export type Simulate = z.infer<typeof Simulate>;

const Outcome = z.enum(['written', 'skipped', 'waiting', 'part-of', 'nothing']);
/** `fields`: in our words; `crm`: in the CRM's, where it is connected. `state`, `url` and `human` (fields a person has taken over): of what is written. */
const TriedRecord = z.object({
  role: z.string(),
  qualifier: z.string().optional(),
  fields: z.record(z.string(), z.unknown()),
  crm: z.record(z.string(), z.unknown()).optional(),
  state: z.string().optional(),
  url: z.string().optional(),
  human: z.array(z.string()).optional(),
});
export type TriedRecord = z.infer<typeof TriedRecord>;
const TriedSide = z.object({
  is: Outcome,
  rule: z.string().optional(),
  because: z.string().optional(),
  /** Which version of the policy decided it. */ policyVersion: z.number().optional(),
  records: z.array(TriedRecord),
});
export type TriedSide = z.infer<typeof TriedSide>;
/** `field` left out: the whole record is wanted on one side only. */
const RecordDifference = z.object({
  role: z.string(),
  qualifier: z.string(),
  field: z.string().optional(),
  before: z.unknown().optional(),
  after: z.unknown().optional(),
  words: z.string(),
});
/** What is said of the policy itself, as where it is saved. `refuses`: it wouldn't be saved. */
const PolicyWarning = z.object({ path: z.string(), message: z.string(), refuses: z.literal(true).optional() });
const call = {
  /** Of a stored call, and its page. */ id: z.string().optional(),
  page: z.string().optional(),
  direction: z.string().optional(),
  type: z.string().optional(),
  number: z.string().optional(),
  startedAt: z.string(),
};
/** One call. `before`: what was decided, of a stored one. `book`: whose word it is who is meant. */
export const TriedCall = z.object({
  ...call,
  book: z.enum(['then', 'now', 'none']),
  before: TriedSide.optional(),
  after: TriedSide,
  trace: z.array(z.object({ rule: z.string(), words: z.string(), fired: z.boolean() }).loose()),
  differences: z.array(RecordDifference),
  warnings: z.array(PolicyWarning).optional(),
});
export type TriedCall = z.infer<typeof TriedCall>;
/** One that differs, of a period. */
const DifferingCall = z.object({ ...call, before: z.string(), after: z.string(), words: z.array(z.string()) });
export type DifferingCall = z.infer<typeof DifferingCall>;
const Change = z.object({ before: z.number(), after: z.number() });
/**
 * What a policy would do to a period. `moves`: calls whose outcome or rule is another, by from and to. `fields`: how often a field of a record
 * is another. `untried`: calls that nothing can be told of, with why. Records made for numbers count once a number.
 */
export const TriedPeriod = z.object({
  from: z.string(),
  to: z.string(),
  calls: z.number(),
  differ: z.number(),
  /** Of so many calls it is then's, or now's, word who is meant. */
  book: z.object({ asked: z.enum(['then', 'now']), then: z.number(), now: z.number(), nobody: z.number() }),
  outcomes: z.array(Change.extend({ is: Outcome })),
  rules: z.array(Change.extend({ is: Outcome, rule: z.string() })),
  records: z.array(Change.extend({ what: z.string() })),
  owners: z.array(Change.extend({ id: z.string().optional(), name: z.string() })),
  moves: z.array(z.object({ words: z.string(), calls: z.number() })),
  fields: z.array(z.object({ field: z.string(), calls: z.number() })),
  untried: z.array(z.object({ because: z.string(), calls: z.number() })),
  first: z.array(DifferingCall),
  seconds: z.number(),
  warnings: z.array(PolicyWarning).optional(),
});
export type TriedPeriod = z.infer<typeof TriedPeriod>;
/** The answer to a period: one of these a line (application/x-ndjson); the last is the result, or why there is none. Whoever goes away ends it. */
export const PeriodLine = z.union([
  z.object({ progress: z.object({ done: z.number(), of: z.number() }) }),
  z.object({ result: TriedPeriod }),
  z.object({ error: z.object({ code: z.string(), message: z.string() }) }),
]);
export type PeriodLine = z.infer<typeof PeriodLine>;
