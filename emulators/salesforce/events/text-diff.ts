import { createHash } from 'node:crypto';

/** "Long Text Area fields that contain at least 1,000 characters" [D CDC guide, sending data differences] */
const shortest = 1_000;
/** Above this many pairs of lines the search for what is common would hold up the write: the whole value is sent, as is always allowed. */
const mostPairs = 1_000_000;

/**
 * What a change event tells of a long text that changed a little: a unified diff without context, headed by the SHA-256 of the new text.
 * Undefined: the whole value is sent, for any of the guide's four reasons [D CDC guide, sending data differences; data differences in
 * event fields].
 */
export function textDiff(before: string, after: string): string | undefined {
  if (after.length < shortest || Math.abs(after.length - before.length) > before.length / 2) return undefined;
  const [old, now] = [before.split(/\r\n|\n/), after.split(/\r\n|\n/)];
  const hunks = hunksOf(old, now);
  if (!hunks) return undefined;
  const changed = hunks.reduce((sum, hunk) => sum + hunk.removed.length + hunk.added.length, 0);
  if (changed > (old.length + now.length) / 4) return undefined;
  const text = hunks.map(
    ({ oldLine, removed, newLine, added }) =>
      `@@ -${oldLine},${removed.length} +${newLine},${added.length} @@\n${[...removed.map((line) => `-${line}`), ...added.map((line) => `+${line}`)].join('\n')}`,
  );
  const diff = `--- \n+++ ${createHash('sha256').update(after).digest('hex')}\n${text.join('\n')}`;
  return diff.length < after.length ? diff : undefined;
}

type Hunk = { oldLine: number; removed: string[]; newLine: number; added: string[] };

function hunksOf(old: readonly string[], now: readonly string[]): Hunk[] | undefined {
  let head = 0;
  while (head < old.length && head < now.length && old[head] === now[head]) head += 1;
  let tail = 0;
  while (tail < old.length - head && tail < now.length - head && old.at(-1 - tail) === now.at(-1 - tail)) tail += 1;
  const [a, b] = [old.slice(head, old.length - tail), now.slice(head, now.length - tail)];
  if (a.length * b.length > mostPairs) return undefined;
  const common = commonLengths(a, b);
  const at = (i: number, j: number) => common[i * (b.length + 1) + j] ?? 0;
  const hunks: Hunk[] = [];
  let open: Hunk | undefined;
  for (let i = 0, j = 0; i < a.length || j < b.length;) {
    const [left, right] = [a[i], b[j]];
    if (left !== undefined && left === right) {
      open = undefined;
      i += 1;
      j += 1;
      continue;
    }
    if (!open) hunks.push((open = { oldLine: head + i + 1, removed: [], newLine: head + j + 1, added: [] }));
    if (right === undefined || (left !== undefined && at(i + 1, j) >= at(i, j + 1))) {
      open.removed.push(left ?? '');
      i += 1;
    } else {
      open.added.push(right);
      j += 1;
    }
  }
  return hunks;
}

/** At i, j: how many lines the rests of both from there have in common, in order. */
function commonLengths(a: readonly string[], b: readonly string[]): Uint32Array {
  const width = b.length + 1;
  const lengths = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1)
    for (let j = b.length - 1; j >= 0; j -= 1)
      lengths[i * width + j] =
        a[i] === b[j]
          ? 1 + (lengths[(i + 1) * width + j + 1] ?? 0)
          : Math.max(lengths[(i + 1) * width + j] ?? 0, lengths[i * width + j + 1] ?? 0);
  return lengths;
}
