import type { Call } from '../call/call.ts';
import { manyLines } from './plain-text.ts';
import type { Policy } from './policy.ts';
import type { ReadValue, SettingsReader } from './settings.ts';

/** Which of the agents' comments a log takes up (MT-39, MT-40). */
export type CommentRules = {
  /** `always`: a later one changes the task (AC-31). `analysed`: only those entered until the speech analysis was complete. */
  readonly until: 'always' | 'analysed';
  /** Where no analysis comes, the comments of so many minutes after the end count. */
  readonly minutesAfterEnd: number;
};
export const defaultComments: CommentRules = { until: 'always', minutesAfterEnd: 10 };

export const commentsReader = (reader: SettingsReader): ReadValue<Partial<CommentRules>> =>
  reader.object<CommentRules>({
    until: reader.oneOf(['always', 'analysed']),
    minutesAfterEnd: reader.number('minutes', 0, 1_440),
  });

/** What agents noted in the phone system, then what they saved here, which nothing cuts off (AC-08 against an explicit save). `late`: so many are left out, since they came after the cut-off. */
export function commentsOf(call: Call, { comments = defaultComments }: Policy): { readonly text: string; readonly late: number } {
  const { endedAt, analysedAt } = call;
  const afterEnd = endedAt === undefined ? undefined : endedAt + comments.minutesAfterEnd * 60_000;
  const cutOff = comments.until === 'always' ? undefined : (analysedAt ?? afterEnd);
  const taken = call.comments.filter(({ at }) => cutOff === undefined || at <= cutOff);
  const text = [...taken, ...(call.noted?.memos ?? [])]
    .map((one) => manyLines(one.text))
    .filter(Boolean)
    .join('\n');
  return { text, late: call.comments.length - taken.length };
}
