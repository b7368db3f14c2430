/** What is different between two texts, line by line with a little around it: `-` only before, `+` only after. */
export function diff(before: string, after: string): string {
  const [a, b] = [before.split('\n'), after.split('\n')];
  // Length of the longest common subsequence of what follows each pair of places.
  const common = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      common[i]![j] = a[i] === b[j] ? common[i + 1]![j + 1]! + 1 : Math.max(common[i + 1]![j]!, common[i]![j + 1]!);

  const lines: string[] = [];
  for (let i = 0, j = 0; i < a.length || j < b.length;) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push(`  ${a[i++]!}`);
      j++;
    } else if (i < a.length && (j === b.length || common[i + 1]![j]! >= common[i]![j + 1]!)) lines.push(`- ${a[i++]!}`);
    else lines.push(`+ ${b[j++]!}`);
  }
  const around = 2;
  const shown = lines.map((_, place) =>
    lines.slice(Math.max(0, place - around), place + around + 1).some((line) => !line.startsWith('  ')),
  );
  return lines.flatMap((line, place) => (shown[place] ? [line] : shown[place - 1] ? ['  …'] : [])).join('\n');
}
