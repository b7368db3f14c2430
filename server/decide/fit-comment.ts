import { cut } from './plain-text.ts';
import type { Words } from './words.ts';

/** 30 000 characters, merge fields expanded: MiiTel's cap on the comment (MT-38); the rest up to Salesforce's 32 000 is the writer's. */
export const commentCap = 30_000;

/** One line of the system's block. What has to go first when there is too much: `long` texts, then facts; a link is never cut. */
export type Line = { readonly text: string; readonly keep: 'link' | 'fact' | 'long' };

/** Memo and system lines in at most `cap` characters. The transcript goes first, then the end of the memo; a link stays whole or, beyond thousands of them, is counted. */
export function fitComment(
  memo: string,
  lines: readonly Line[],
  words: Words,
  cap = commentCap,
): { memo: string; system: readonly string[] } {
  const text = lines.map((line) => line.text);
  if (memo.length + size(text) <= cap) return { memo, system: text };

  const short = lines.filter((line) => line.keep !== 'long');
  const kept = keepShort(short, words, cap, memo.length);
  const fittedMemo = cut(memo, cap - size(kept), words.truncated);
  let room = cap - size(kept) - fittedMemo.length;
  const long: string[] = [];
  for (const line of lines) {
    if (line.keep !== 'long' || room <= words.truncated.length) continue;
    const fitted = cut(line.text, room - 1, words.truncated);
    long.push(fitted);
    room = fitted === line.text ? room - fitted.length - 1 : 0;
  }
  return { memo: fittedMemo, system: [...kept, ...long] };
}

/** Facts may take what the memo leaves, and half of the room in any case, so that what people wrote keeps the other half; links may take all of it. */
function keepShort(lines: readonly Line[], words: Words, cap: number, memoLength: number): string[] {
  const roomForMark = words.linesLeftOut(lines.length).length + 1;
  const dropped = new Set<Line>();
  let total = size(lines.map((line) => line.text));
  const dropFromEnd = (which: Line['keep'], limit: number) => {
    for (const line of lines.toReversed()) {
      if (total + (dropped.size > 0 ? roomForMark : 0) <= limit) return;
      if (line.keep !== which) continue;
      dropped.add(line);
      total -= line.text.length + 1;
    }
  };
  dropFromEnd('fact', Math.max(cap / 2, cap - memoLength));
  dropFromEnd('link', cap);
  const kept = lines.filter((line) => !dropped.has(line)).map((line) => line.text);
  return dropped.size > 0 ? [...kept, words.linesLeftOut(dropped.size)] : kept;
}

/** Each line with the break before it. */
const size = (lines: readonly string[]) => lines.reduce((sum, line) => sum + line.length + 1, 0);
