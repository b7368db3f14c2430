import { z } from 'zod';

/**
 * The records a call may be about. `meant`: what it hangs on, a person and what it concerns may both be; `other`: has the number, too;
 * `possible`: has its last digits and no country. `ask`: several are equally good, and a person is to choose.
 */
export const Choices = z.object({
  searched: z.string(),
  ask: z.boolean(),
  choices: z.array(
    z.object({
      is: z.enum(['meant', 'other', 'possible']),
      as: z.enum(['who', 'what']),
      kind: z.string(),
      id: z.string(),
      name: z.string().optional(),
      company: z.string().optional(),
      /** Of a lead. */
      status: z.string().optional(),
      /** Whose it is, by name. */
      owner: z.string().optional(),
      /** The day of its last activity. */
      activeOn: z.string().optional(),
      url: z.string().optional(),
      because: z.string(),
    }),
  ),
});
export type Choices = z.infer<typeof Choices>;
/** Whom people chose for this number before now is not remembered any more (DP-24). */
export const ForgetChoice = z.strictObject({
  number: z.string().regex(/^\+[1-9]\d{4,14}$/, 'Give the number as it stands in a call, such as +48221234567.'),
});
