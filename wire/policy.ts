import { z } from 'zod';

/** What the policy's doors say. A document is what an admin gives; the policy is that with every default. */
const at = z.iso.datetime();
/** A setting in one of two documents; without a value: not given, and there is no default. */
const Side = z.object({ given: z.boolean(), value: z.unknown().optional() });
/** `words`: the same in one line. */
export const PolicyDifference = z.object({ path: z.array(z.string()), from: Side, to: Side, words: z.string() });
export type PolicyDifference = z.infer<typeof PolicyDifference>;
const saved = { version: z.number(), savedAt: at.optional(), savedBy: z.string().optional() };
/** One version. Version 0: none was ever saved, and there is no document. `policy`: with today's defaults. */
export const PolicyTold = z.object({ ...saved, document: z.unknown().optional(), policy: z.looseObject({ language: z.string() }) });
export type PolicyTold = z.infer<typeof PolicyTold>;
/** Newest first. `changed`: what each changed against the one before, in words. `more`: there are older ones. */
export const PolicyVersions = z.object({
  versions: z.array(z.object({ version: z.number(), savedAt: at, savedBy: z.string(), changed: z.array(z.string()) })),
  more: z.boolean(),
});
export type PolicyVersions = z.infer<typeof PolicyVersions>;
/** So many calls that were kept while the integration was off are decided anew. */
export const PolicyKept = z.object({ calls: z.number() });
export type PolicyKept = z.infer<typeof PolicyKept>;
/** Who says a setting: nobody in particular, the company, or the one of that level by that name. */
const SaidBy = z.object({ level: z.enum(['default', 'company', 'line', 'queue', 'team', 'agent', 'row']), name: z.string() });
/** The policy as it holds for a line, queue, team and agent, setting by setting. `locked`: who keeps lower levels from giving it. */
export const PolicyEffective = z.object({
  version: z.number(),
  settings: z.array(
    z.object({
      path: z.array(z.string()),
      value: z.unknown(),
      from: SaidBy,
      locked: SaidBy.optional(),
      /** `logging.missed: "skip" (line +48221234567)` */ words: z.string(),
    }),
  ),
});
export type PolicyEffective = z.infer<typeof PolicyEffective>;
export const PolicyDiff = z.object({ from: z.number(), to: z.number(), differences: z.array(PolicyDifference) });
export type PolicyDiff = z.infer<typeof PolicyDiff>;
/**
 * `saved`: false where the document says what the newest version says; there is no other then. `warnings`: what leads nowhere today, such as a
 * team that nobody is in.
 */
export const PolicySaid = z.object({
  version: z.number(),
  saved: z.boolean(),
  differences: z.array(PolicyDifference),
  warnings: z.array(z.object({ path: z.string(), message: z.string() })),
});
export type PolicySaid = z.infer<typeof PolicySaid>;
/**
 * The fields of one object of the CRM that an admin can have filled. `sources`: the values of a call that fit; `source`: what the policy puts
 * there; `usual`: filled in any case; `decidedBy`: the setting that decides it instead.
 */
export const PolicyFields = z.object({
  object: z.string(),
  fields: z.array(
    z.object({
      name: z.string(),
      label: z.string(),
      type: z.string(),
      length: z.number().optional(),
      choices: z.array(z.string()).optional(),
      only: z.literal(true).optional(),
      standard: z.string().optional(),
      onceOnly: z.literal(true).optional(),
      usual: z.literal(true).optional(),
      decidedBy: z.string().optional(),
      sources: z.array(z.string()),
      source: z.record(z.string(), z.unknown()).optional(),
    }),
  ),
});
export type PolicyFields = z.infer<typeof PolicyFields>;
/**
 * Status 400: everything that is wrong. Lines and columns count from 1, and are there where a file was sent; a position counts the characters
 * of a text from 1.
 */
export const PolicyWrong = z.object({
  error: z.object({
    code: z.literal('mistakes'),
    message: z.string(),
    mistakes: z.array(
      z.object({
        path: z.string(),
        message: z.string(),
        line: z.number().optional(),
        column: z.number().optional(),
        position: z.number().optional(),
        together: z.literal(true).optional(),
      }),
    ),
  }),
});
/**
 * Status 409: somebody saved another version than the one the document rests on. `meanwhile`: what they changed. `yours`: what saving would
 * change now.
 */
export const PolicyMoved = z.object({
  error: z.object({ code: z.literal('moved'), message: z.string() }),
  ...saved,
  meanwhile: z.array(PolicyDifference),
  yours: z.array(PolicyDifference),
});
/** Ready-made settings to choose from (RS-36). `default`: what a policy says of itself where nobody has said anything. */
const preset = { name: z.string(), title: z.string(), says: z.string() };
/** `changes`: how many settings it would change. */
export const PolicyPresets = z.object({ presets: z.array(z.object({ ...preset, changes: z.number() })) });
export type PolicyPresets = z.infer<typeof PolicyPresets>;
/**
 * One of them against the newest version. `file`: what it says, with the requirement beside each setting. `document`: the policy with it, to be
 * saved over `version`. `left`: what of it can't be used together with what is there, with why.
 */
export const PolicyPreset = z.object({
  ...preset,
  version: z.number(),
  file: z.string().optional(),
  document: z.unknown(),
  differences: z.array(PolicyDifference),
  left: z.array(z.object({ path: z.string(), because: z.string() })),
});
export type PolicyPreset = z.infer<typeof PolicyPreset>;
