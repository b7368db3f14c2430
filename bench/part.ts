/** One number that was measured, and what it had to be. */
export type Figure = { readonly name: string; readonly value: string; readonly target?: string; readonly met?: boolean };
/** What a part of the bench found: figures for the table, and what explains them, as Markdown. */
export type Found = { readonly figures: readonly Figure[]; readonly notes: readonly string[] };
export type Ask = {
  /** How long the long load lasts; the shorter runs last no longer. */
  readonly seconds: number;
  /** As large as it is meant for, where that takes long. */
  readonly long: boolean;
  readonly profileTo: string | undefined;
  say(line: string): void;
};
export type Part = { readonly name: string; readonly title: string; readonly takes: string; run(ask: Ask): Promise<Found> };

export const atMost = (name: string, value: number, most: number, unit: string, words: string): Figure => ({
  name,
  value: `${words} ${unit}`.trim(),
  target: `≤ ${most} ${unit}`.trim(),
  met: value <= most,
});
/** A Markdown table; the first column is text, the others are numbers. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [`| ${head.join(' | ')} |`, `|---|${'---:|'.repeat(head.length - 1)}`, ...rows.map((row) => `| ${row.join(' | ')} |`)].join('\n');
