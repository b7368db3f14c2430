/**
 * The text field (Salesforce: Description) holds two things: what people wrote, and our block between two marks. They are merged
 * apart (W3): a person who types above our block keeps every word, and a recording that comes later still finds its place.
 */
const opening = '--- Cordboard ---';
const closing = '--- end of Cordboard ---';

export function composeText(memo: string, system: readonly string[]): string {
  const block = [opening, ...system.map(guard), closing].join('\n');
  return memo ? `${guard(memo)}\n\n${block}` : block;
}

/** Nobody's words may look like our marks. */
const guard = (text: string) => text.replaceAll(opening, '-- Cordboard --').replaceAll(closing, '-- end of Cordboard --');

/** `undefined` when our marks are gone. The org trims and re-breaks lines, so both are forgiven. */
function parseText(text: string): { before: string; block: string; after: string } | undefined {
  const lines = normalise(text).split('\n');
  const from = lines.findIndex((line) => line.trim() === opening);
  const to = lines.findIndex((line, i) => i > from && line.trim() === closing);
  if (from < 0 || to < 0) return undefined;
  return {
    before: lines.slice(0, from).join('\n').trim(),
    block: lines
      .slice(from, to + 1)
      .map((line) => line.trimEnd())
      .join('\n'),
    after: lines
      .slice(to + 1)
      .join('\n')
      .trim(),
  };
}

export const normalise = (text: string): string => text.replaceAll('\r\n', '\n').replaceAll('\r', '\n').trim();

/**
 * The text to write where the org holds `held`, given what we last saw there and what we last composed ourselves: once a person's
 * words have been merged into it the two are not the same. `undefined`: leave the field alone, it is a person's now: our marks are
 * gone, or somebody wrote inside our block.
 */
export function mergeText(
  held: string,
  seen: string,
  wanted: { memo: string; system: readonly string[] },
  composed = seen,
): string | undefined {
  const now = parseText(held);
  const before = parseText(seen);
  if (!now || !before || now.block !== before.block) return undefined;
  const memoHeld = [now.before, now.after].filter(Boolean).join('\n');
  const former = parseText(composed) ?? before;
  const ours = parseText(composeText(wanted.memo, wanted.system))!;
  if (memoHeld === [former.before, former.after].filter(Boolean).join('\n')) return composeText(wanted.memo, wanted.system);
  // A person rewrote the memo. Theirs stands; what has been added on our side since is put below it, nothing is taken away.
  const added = addedTo(former.before, ours.before, memoHeld);
  const lines = ours.block.split('\n');
  const render = (addition: string): string => {
    const above = [now.before, addition].filter(Boolean).join('\n');
    return [above, above ? '' : undefined, ...lines, now.after ? `\n${now.after}` : undefined]
      .filter((part) => part !== undefined)
      .join('\n');
  };
  // Theirs and ours together may be more than the field takes, and then the whole record would be refused. Ours gives way, from its end.
  let text = render(added);
  if (text.length > longestText) text = render('');
  while (text.length > longestText && lines.length > 2) {
    lines.splice(-2, 1);
    text = render('');
  }
  return text.length > longestText ? held : text;
}
/** Task.Description: long text area, 32,000 characters in every org (salesforce.md §3.1); what we compose alone stays well below. */
const longestText = 32_000;

/** What our memo says now and didn't before, unless it is there already: an unanswered request may have brought it. */
function addedTo(former: string, ours: string, held: string): string {
  const formerLines = new Set(former.split('\n'));
  const added =
    former === ''
      ? ours
      : ours.startsWith(`${former}\n`)
        ? ours.slice(former.length + 1)
        : ours
            .split('\n')
            .filter((line) => !formerLines.has(line))
            .join('\n');
  return `\n${held}\n`.includes(`\n${added.trim()}\n`) ? '' : added.trim();
}
