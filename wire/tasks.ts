import { z } from 'zod';

/** What agents save: a task, or a memo for the record of a call. */
const line = (atMost: number) => z.string().trim().min(1).max(atMost);
/** Of the CRM, by its own id. */
const Linked = z.strictObject({
  kind: line(80),
  id: z.string().regex(/^[0-9A-Za-z]{15}([0-9A-Za-z]{3})?$/, 'is no id of a record'),
  name: line(255).optional(),
});
/** As much as a task's comment takes, beside our own lines (MT-38). */
const memo = z.string().max(30_000);
const subject = line(255);

export const SaveTask = z.strictObject({
  /** Needed for a task of its own. For the record of a call: instead of the title it would have. */
  subject: subject.optional(),
  memo: memo.optional(),
  /** The contact or lead; the account, case or opportunity. */
  who: Linked.optional(),
  what: Linked.optional(),
  dueDate: z.iso.date().optional(),
  /** When its form was opened. Left out: now. */
  opened: z.iso.datetime({ offset: true }).optional(),
  /** The call on the screen. Left out: the one that is on with this record, if there is one. */
  call: z
    .string()
    .regex(/^\d{1,18}$/, 'is no call')
    .optional(),
  /** Whether it goes into the record of a call that is on, or was when the form was opened. */
  attach: z.boolean().default(true),
});
export type SaveTask = z.infer<typeof SaveTask>;

export const SaveMemo = z.strictObject({ memo, subject: subject.optional() });
export type SaveMemo = z.infer<typeof SaveMemo>;

/**
 * How what was saved stands. `because`: what it waits for, or why it can't be written. `theirs`: fields that a person has changed in the CRM
 * since, by its names; they stay as that person left them.
 */
const standing = {
  state: z.enum(['waiting', 'written', 'failed', 'deleted']),
  because: z.string().optional(),
  url: z.string().optional(),
  theirs: z.array(z.string()).optional(),
};
/** `call`: the call whose record it went into; left out: it is a task of its own. */
export const SavedTask = z.object({ id: z.string(), call: z.string().optional(), ...standing });
export type SavedTask = z.infer<typeof SavedTask>;
/** What this agent saved for the record of the call; `call` is the one that survives, where it turned out to be part of another. */
export const SavedMemo = z.object({ call: z.string(), subject: z.string().optional(), memo: z.string(), ...standing });
export type SavedMemo = z.infer<typeof SavedMemo>;
