import type { ReadValue, SettingsReader } from './settings.ts';

/** How a log is classed in the CRM, besides its status. */
export type TaskRules = {
  /** Its field Type, where the org has one (DP-65). Left out: not written. */
  readonly type?: string;
  /** Shown with a telephone, or as any task. */
  readonly subtype: (typeof subtypes)[number];
  /** What stands in the call's result (AC-32). */
  readonly result: (typeof results)[number];
};
/** The org's own values of the status; left out, the ones it ships with or the first there is (MT-19, MT-20). */
export type StatusRules = { readonly completed?: string; readonly open?: string };
/** When the log is written (MT-13): when the call is there, when somebody has answered, or when it is over. */
export const moments = ['ring', 'answer', 'end'] as const;
export type Moment = (typeof moments)[number];

const subtypes = ['Call', 'Task'] as const;
const results = ['outcome and tags', 'outcome', 'tags'] as const;
export const defaultTask: TaskRules = { subtype: 'Call', result: 'outcome and tags' };

export const taskReader = (reader: SettingsReader): ReadValue<Partial<TaskRules>> =>
  reader.object<TaskRules>({ type: reader.line(255), subtype: reader.oneOf(subtypes), result: reader.oneOf(results) });

export const statusReader = (reader: SettingsReader): ReadValue<Partial<StatusRules>> =>
  reader.object<StatusRules>({ completed: reader.line(255), open: reader.line(255) });
