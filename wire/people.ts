import { z } from 'zod';

/** Who works here and what each line is, as the console and programs say it to the server. Missing means it is as by default. */
const name = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(80)
  .regex(/^\P{Cc}*$/u, 'must be one line');
const number = z.string().regex(/^\+[1-9]\d{6,14}$/, 'must be a whole number such as +48221234567');
const account = z
  .string()
  .trim()
  .regex(/^[^\s,;|'"=@]{1,64}(?:@[A-Za-z0-9][A-Za-z0-9.-]{0,190}(?::\d{1,5})?)?$/, 'must be an account such as anna@pbx.example, or anna');
const once = <T extends z.ZodType<string>>(item: T, most: number) =>
  z
    .array(item)
    .max(most)
    .refine((all) => new Set(all.map((one) => one.toLowerCase())).size === all.length, 'has something twice');

const agent = {
  name,
  email: z.email('must be an e-mail address').max(128).optional(),
  team: name.optional(),
  extension: z
    .string()
    .regex(/^\d{2,6}$/, 'must have 2 to 6 digits')
    .optional(),
  sipAccounts: once(account, 20).default([]),
  numbers: once(number, 20).default([]),
  did: number.optional(),
  presentation: number.optional(),
  telephony: z.boolean().default(true),
  dialsOut: z.boolean().default(false),
  included: z.boolean().default(true),
  missedComeToThem: z.boolean().default(false),
  user: z
    .string()
    .regex(/^005[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?$/, 'must be the id of a user')
    .optional(),
};
const code = z
  .string()
  .trim()
  .regex(/^[\p{L}\p{N}][\p{L}\p{N}._-]{0,39}$/u, 'must have 1 to 40 letters, digits, dots or dashes');
/** One agent of the directory, under the code in the address. */
export const AgentFields = z.strictObject(agent);
export const Agent = z.strictObject({ code, ...agent });
export type Agent = z.output<typeof Agent>;
/** A new one: without a code the extension is theirs (RS-16). */
export const NewAgent = z
  .strictObject({ code: code.optional(), ...agent })
  .refine((given) => (given.code ?? given.extension) !== undefined, 'must have a code or an extension')
  .transform((given) => ({ ...given, code: given.code ?? given.extension ?? '' }));

const line = {
  name: name.optional(),
  number: number.optional(),
  kind: z.enum(['contact centre', 'group', 'main']),
  workspace: z.enum(['office', 'sales', 'support']).default('office'),
};
/** By the phone system's own id of a line, group or queue. */
const lineId = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .regex(/^\P{Cc}*$/u, 'must be one line');
export const LineFields = z.strictObject(line);
export const Line = z.strictObject({ line: lineId, ...line });
export type Line = z.output<typeof Line>;

const User = z.object({ id: z.string(), name: z.string(), email: z.string() });
const Problem = z.object({ problem: z.string(), words: z.string() });
/** Is everybody set up right (FC-55)? `state` says it in a word, `problems` why. */
export const PeopleCheck = z.object({
  agents: z.array(
    z.object({
      code: z.string(),
      name: z.string(),
      /** `off`: not to take part. */
      state: z.enum(['green', 'red', 'off']),
      problems: z.array(Problem),
      user: User.optional(),
      /** By what the user was found. */
      by: z.string().optional(),
      mayDialOut: z.boolean(),
    }),
  ),
  lines: z.array(z.object({ line: z.string(), state: z.enum(['green', 'red']), problems: z.array(Problem) })),
  /** What is to be mended for all. */
  org: z.array(Problem),
  /** Both sides without the other (FC-42). */
  unmatched: z.object({ agents: z.array(z.string()), users: z.array(User) }),
  seats: z.object({ taken: z.number(), of: z.number().optional() }),
});
export type PeopleCheck = z.infer<typeof PeopleCheck>;

const Difference = z.object({ field: z.string(), from: z.string(), to: z.string() });
/**
 * Status 409: somebody changed the agent or the line, or removed it, since the version that If-Match names. `yours`: what saving would change
 * now, where it is there still.
 */
export const EntryMoved = z.object({
  error: z.object({ code: z.literal('moved'), message: z.string() }),
  version: z.number(),
  savedAt: z.string(),
  savedBy: z.string(),
  removed: z.literal(true).optional(),
  yours: z.array(Difference),
});
export type EntryMoved = z.infer<typeof EntryMoved>;

/** What a file would change, or has changed. `line` and `column` count from 1, the head of the table is line 1. */
export const FileRead = z.object({
  saved: z.boolean(),
  added: z.array(z.string()),
  changed: z.array(z.object({ id: z.string(), fields: z.array(Difference) })),
  removed: z.array(z.string()),
  same: z.number(),
  mistakes: z.array(z.object({ line: z.number(), column: z.number(), field: z.string().optional(), message: z.string() })),
  /** Rows it would change that somebody else has changed since the version If-Match names; with some, nothing is saved. */
  moved: z
    .array(
      z.object({
        id: z.string(),
        by: z.string(),
        at: z.string(),
        /** They took it away, and the file has it. */ removed: z.literal(true).optional(),
        /** From what is there to what the file says; none: the file would take it away, or bring it back. */
        fields: z.array(Difference),
      }),
    )
    .optional(),
});
export type FileRead = z.infer<typeof FileRead>;
