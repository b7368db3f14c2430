import type { PolicyDifference } from '../../wire/policy.ts';
import { type Difference, sayDifferences } from '../decide/policy-diff.ts';

/** Each difference with its line. */
export function withWords(differences: readonly Difference[]): PolicyDifference[] {
  const words = sayDifferences(differences);
  return differences.map(({ path, from, to }, place) => ({ path: [...path], from, to, words: words[place] ?? '' }));
}
